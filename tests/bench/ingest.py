"""WARC files in bulk beside the peers: `python -m tests.bench.ingest [--pages N] [--shared DIR] [--profile]`.

One file of N real pages, their texts replaced by news items, is appended to an archive by `gaoxin ingest`'s own function, and
read by trafilatura with metadata, compared by datasketch's MinHashLSH and kept with sqlite3: the same job of other parts, in
the same run, half of the file by each in turn, so that a busy machine slows both alike.
"""

from __future__ import annotations

import argparse
import asyncio
import cProfile
import gzip
import json
import os
import pstats
import sqlite3
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import cycle, islice
from pathlib import Path
from typing import Any

import zstandard

from flows import bulk
from flows.job import Job
from scrapers.charset import decode
from scrapers.model import Page
from scrapers.warc import read, write
from tests.bench.retold import retold
from tests.memory import peak

SHARED = Path(__file__).parents[3] / "shared"
START = datetime(2026, 3, 2, tzinfo=UTC)


def crawled(shared: Path, n: int, first: int = 0) -> Iterator[Page]:
    """`n` captures, from number `first` on: real pages in turn, each with the text of another news item in place of its own."""
    frames = [
        (decode(file.read_bytes()), json.loads(file.with_name("gold.json").read_text(encoding="utf-8"))["text"])
        for file in sorted((shared / "pages" / "articles").glob("*/page.html"))
    ]
    with gzip.open(shared / "corpus" / "news_items.jsonl.gz", "rt", encoding="utf-8") as lines:
        items = islice(cycle([json.loads(line) for line in lines]), first, first + n)
        for number, item in enumerate(items, first):
            page, gold = frames[number % len(frames)]
            yield Page(
                f"http://www.zone{number % 97}.example/2026/03/{number}.html",
                retold(page, gold, item["text"].split("\n"))[0].encode(),
                START + timedelta(seconds=number),
                headers={"content-type": "text/html; charset=utf-8"},
            )


def ours(file: Path, archive: Path, workers: int = 1) -> int:
    """Ingest a file; returns how many bulletins are new."""
    (run,) = asyncio.run(bulk.ingest(Job(archive), [file], workers=workers))
    return run.counts.new


class Peers:
    """trafilatura, MinHashLSH and sqlite3, one after the other, page by page; a transaction for as many as we take."""

    def __init__(self, path: Path) -> None:
        from datasketch import MinHashLSH

        self._lsh = MinHashLSH(threshold=0.5, num_perm=128)
        self._db = sqlite3.connect(path)
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("CREATE TABLE pages (url TEXT, at TEXT, title, date, author, text, copies, raw BLOB)")

    def ingest(self, file: Path) -> int:
        """Ingest a file; returns how many pages held an article."""
        from datasketch import MinHash
        from trafilatura import bare_extraction

        kept = 0
        for n, page in enumerate(read(file), 1):
            found: Any = bare_extraction(decode(page.body), include_comments=False, with_metadata=True)
            if found and found.text:
                text = found.text
                sketch = MinHash(num_perm=128)
                sketch.update_batch([text[at : at + 5].encode() for at in range(max(len(text) - 4, 1))])
                copies = json.dumps(self._lsh.query(sketch))
                self._lsh.insert(page.url, sketch)
                raw = zstandard.ZstdCompressor(level=9).compress(page.body)
                row = (page.url, str(page.fetched_at), found.title, found.date, found.author, text, copies, raw)
                self._db.execute("INSERT INTO pages VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)
                kept += 1
            if n % bulk.BATCH == 0:
                self._db.commit()
        self._db.commit()
        return kept


def main() -> int:
    """Measure and print; 2 where there is nothing to measure."""
    parser = argparse.ArgumentParser(description="WARC files in bulk beside the peers.")
    parser.add_argument("--pages", type=int, default=1000)
    parser.add_argument("--shared", type=Path, default=SHARED)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--profile", action="store_true", help="where our time goes, in place of the comparison")
    parser.add_argument("--memory", action="store_true", help="our peak memory alone, in place of the comparison")
    asked = parser.parse_args()
    if not (asked.shared / "pages" / "articles").is_dir():
        print(f"Nothing to measure: no pages at {asked.shared}. Name a folder with --shared.", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        os.environ["GAOXIN_STATE"] = str(folder / "state")
        parts = 1 if asked.profile or asked.memory else 4
        files = [folder / f"{part}.warc.gz" for part in range(parts)]
        for part, file in enumerate(files):
            write(file, crawled(asked.shared, asked.pages // parts, part * (asked.pages // parts)))
        if asked.profile:
            profile = cProfile.Profile()
            profile.runcall(ours, files[0], folder / "a.db")
            pstats.Stats(profile).sort_stats("cumulative").print_stats(45)
        elif asked.memory:
            new = ours(files[0], folder / "a.db", asked.workers)
            print(f"{asked.pages} pages, {new} new, peak memory {peak() / 1024:.0f} MB")
        else:
            _compare(files, folder, asked.pages, asked.workers)
    return 0


def _compare(files: list[Path], folder: Path, pages: int, workers: int) -> None:
    peers = Peers(folder / "peers.db")
    seconds = {"gaoxin": 0.0, "trafilatura + MinHashLSH + sqlite3": 0.0}
    kept = dict.fromkeys(seconds, 0)
    for file in files:
        for name, run in zip(seconds, (lambda file: ours(file, folder / "a.db", workers), peers.ingest), strict=True):
            started = time.perf_counter()
            kept[name] += run(file)
            seconds[name] += time.perf_counter() - started
    for name, took in seconds.items():
        print(f"{name:36}{pages / took:8.1f} pages/s   {kept[name]} of {pages} held an article")
    us, them = seconds.values()
    print(f"{'ratio':36}{them / us:8.2f}")


if __name__ == "__main__":
    sys.exit(main())
