"""What the archive costs: `python -m tests.bench.archive [PART...] [--bulletins N] [--versions N] [--shared DIR]`.

search   N bulletins of real sentences, asked over HTTP for what stands in them: recall and precision against a scan, and time
growth   the time of a slice of 20 bulletins on archives of 10,000 and of N versions
pages    what raw pages take (see `storage.py`)
verify   every hash of a tenth of the versions, against hashing the same texts
append   bulletins of 10 KB in slices, beside sqlite-utils with a trigram index alone, taking turns in one run
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import re
import sqlite3
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import httpx
from sqlite_utils import Database

from archive import dedupe, search
from archive.browse.server import address, command, free_port
from archive.store import Archive, content_row
from scrapers.clean import clean
from scrapers.model import Bulletin, Page
from tests.bench import storage

SHARED = Path(__file__).parents[3] / "shared"
SOURCES = "nchdz netease chinahightech srrb wehdz".split()
START = datetime(2026, 3, 2, tzinfo=UTC)
LENGTHS = (1, 2, 3, 4, 6, 8)
SLICE = 20


def news(shared: Path) -> list[tuple[str, str]]:
    """Title and text of real news items."""
    with gzip.open(shared / "corpus" / "news_items.jsonl.gz", "rt", encoding="utf-8") as file:
        return [(clean(item["title"]), clean(item["text"])) for item in map(json.loads, file)]


def invented(shared: Path, total: int) -> Iterator[tuple[str, str]]:
    """So many titles and texts: the real ones, then their paragraphs mixed."""
    items, rng = news(shared), random.Random(1)
    paragraphs = [line for _, text in items for line in text.split("\n") if line]
    for n in range(total):
        title, text = items[n % len(items)]
        yield title, text if n < len(items) else "\n".join(rng.choices(paragraphs, k=rng.randint(4, 14)))


def fill(path: Path, texts: Iterator[tuple[str, str]], is_whole: bool) -> None:
    """An archive of these texts, a version each, written straight into its tables; without `is_whole` only what is searched."""
    rng = random.Random(2)
    with Archive(path) as archive, archive.transaction():
        conn = archive.conn
        raw = archive.pages.put(b"<p>one page for all</p>")
        for n, (title, body) in enumerate(texts, 1):
            source, key = rng.choice(SOURCES), f"{n:012x}"
            url, day = f"http://{source}.example/{n}.html", f"20{rng.randint(15, 25)}-{rng.randint(1, 12):02}-01"
            conn.execute("INSERT INTO documents VALUES (?, ?, ?, '')", [n, key, source])
            conn.execute(
                "INSERT INTO bulletins (document_id, key, url, source, title, published_at, origin, body, status, versions,"
                " captured_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'live', 1, '')",
                [n, key, url, source, title, day, rng.choice(["新华网", "人民网", "南昌日报", None]), body],
            )
            search.add(conn, n, title, body)
            if is_whole:
                hashed = sha256(key.encode()).hexdigest()
                content = content_row(Bulletin(url, source, title, day, body=body))
                archive.db.table("contents").insert(content, ignore=True)
                named = [content["sha256"], content["page_text_sha256"], content["extra_sha256"]]
                conn.execute("INSERT INTO urls VALUES (?, ?, 'first')", [url, n])
                conn.execute(
                    "INSERT INTO observations (url, document_id, fetched_at, via, outcome, raw_sha256)"
                    " VALUES (?, ?, '2026', 'live', 'ok', ?)",
                    [url, n, raw],
                )
                conn.execute(
                    "INSERT INTO versions VALUES (?, ?, 1, 'new', '2026', '2026', NULL, ?, ?, ?, '', '', '', ?)",
                    [n, n, *named, hashed],
                )
                conn.execute("INSERT INTO version_pages VALUES (?, 1, ?, ?)", [n, n, raw])
                dedupe.add(conn, n, body)


def bench_search(shared: Path, folder: Path, bulletins: int) -> None:
    """Ask a real server for passages of the texts, of one to eight characters."""
    path = folder / "search.db"
    fill(path, invented(shared, bulletins), is_whole=False)
    conn = sqlite3.connect(path)
    texts = [
        f"{title}\n{body}" for title, body in conn.execute("SELECT title, body FROM bulletins ORDER BY document_id")
    ]
    fill(folder / "real.db", iter(news(shared)), is_whole=False)
    mixed, real = (index_share(archive) for archive in (path, folder / "real.db"))
    print(f"{bulletins} bulletins; index {mixed:.2f}x of the text, {real:.2f}x where none is mixed of several items")
    rng = random.Random(3)
    runs = [run for text in rng.sample(texts, min(2000, len(texts))) for run in re.findall(r"[一-鿿]{8,}", text)]
    port = free_port(8150)
    server = subprocess.Popen(command(path, port), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    client, landing = httpx.Client(timeout=60, trust_env=False), address(path, port)
    try:
        while True:
            try:
                client.get(f"{landing}.json?_size=1")
                break
            except httpx.HTTPError:
                time.sleep(0.2)
        for form, ending in (("JSON", ".json"), ("page", "")):
            told: list[str] = []
            every: list[float] = []
            found = wanted = right = 0
            for length in LENGTHS:
                times = []
                for _ in range(30):
                    run = rng.choice(runs)
                    at = rng.randrange(len(run) - length + 1)
                    query = run[at : at + length]
                    started = time.perf_counter()
                    answer = client.get(landing + ending, params={"_search": query})
                    times.append(time.perf_counter() - started)
                    if form == "JSON" and answer.raise_for_status():
                        true = {n for n, text in enumerate(texts, 1) if query in text}
                        sql = "SELECT rowid FROM bulletins_fts WHERE bulletins_fts MATCH ?"
                        said = {row[0] for row in conn.execute(sql, [search.match_expression(query)])}
                        assert answer.json()["filtered_table_rows_count"] == len(said)
                        found, wanted, right = found + len(said), wanted + len(true), right + len(said & true)
                every += times
                told.append(f"{length}: {1000 * p95(times):.0f}")
            print(f"{form}: p95 {1000 * p95(every):.0f} ms of all; by length of the query {', '.join(told)}")
            if form == "JSON":
                print(f"recall {right / wanted:.4f}, precision {right / max(found, 1):.4f}")
    finally:
        server.terminate()
        server.wait()


def index_share(path: Path) -> float:
    """The bytes of the search index for each byte of title and text."""
    with closing(sqlite3.connect(path)) as conn:
        size = conn.execute("SELECT sum(pgsize) FROM dbstat WHERE name LIKE 'bulletins_fts%'").fetchone()[0]
        text = conn.execute("SELECT sum(length(CAST(title || char(10) || body AS BLOB))) FROM bulletins").fetchone()[0]
    return float(size / text)


def p95(times: list[float]) -> float:
    return statistics.quantiles(times, n=20)[-1]


def append_slice(archive: Archive, texts: list[tuple[str, str]], name: str) -> float:
    """The seconds of one slice, everything on."""
    started = time.perf_counter()
    with archive.transaction():
        for n, (title, body) in enumerate(texts):
            url = f"http://new.example/{name}/{n}.html"
            page = Page(url, f"<title>{title}</title><p>{body}</p>".encode(), START + timedelta(seconds=n))
            archive.append(Bulletin(url, "new", title, "2026-03-01", body=body, page_text=body), [page])
    return time.perf_counter() - started


def bench_growth(shared: Path, folder: Path, versions: int) -> None:
    """Slices on a small and on a large archive, taking turns; the texts that fill them are short, so that it ends."""
    archives = {}
    for total in (10_000, versions):
        path = folder / f"growth{total}.db"
        fill(
            path, ((title, body[n % 40 : n % 40 + 90]) for n, (title, body) in enumerate(invented(shared, total))), True
        )
        archives[total] = Archive(path)
    items = news(shared)
    times: dict[int, list[float]] = {total: [] for total in archives}
    for turn in range(12):
        for total, archive in archives.items():
            times[total].append(append_slice(archive, items[turn * SLICE : (turn + 1) * SLICE], str(turn)))
    small, large = (statistics.median(found[2:]) for found in times.values())
    for archive in archives.values():
        archive.close()
    print(
        f"a slice of {SLICE} at 10000 versions {1000 * small:.0f} ms, at {versions} {1000 * large:.0f} ms: {large / small:.2f}x"
    )


def bench_append(shared: Path, folder: Path, slices: int = 15) -> None:
    """Bulletins of 10 KB of UTF-8, some 3,400 characters."""
    items = iter(news(shared))

    def text() -> str:
        """Items one after another, each used once: no two share a passage."""
        body = ""
        while len(body.encode()) < 10_000:
            body += next(items)[1] + "\n"
        return body.strip()

    peer = Database(folder / "peer.db")
    peer.enable_wal()
    peer["bulletins"].create({"url": str, "title": str, "body": str}, pk="url")
    peer["bulletins"].enable_fts(["title", "body"], tokenize="trigram", create_triggers=True)
    ours: list[float] = []
    theirs: list[float] = []
    with Archive(folder / "ours.db") as archive:
        for turn in range(slices):
            texts = [(body[:30], body) for body in (text() for _ in range(SLICE))]
            ours.append(append_slice(archive, texts, str(turn)))
            rows = [{"url": f"{turn}/{n}", "title": title, "body": body} for n, (title, body) in enumerate(texts)]
            started = time.perf_counter()
            peer["bulletins"].insert_all(rows)
            theirs.append(time.perf_counter() - started)
    rows_a_second = SLICE / statistics.median(ours)
    ratio = statistics.median(theirs) / statistics.median(ours)
    print(f"append: {rows_a_second:.0f} bulletins of 10 KB a second, {ratio:.2f}x of sqlite-utils with a trigram index")


def main() -> None:
    """Run the parts that are named, all by themselves."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", default=["search", "growth", "append", "pages", "verify"])
    parser.add_argument("--bulletins", type=int, default=100_000)
    parser.add_argument("--versions", type=int, default=1_000_000)
    parser.add_argument("--shared", type=Path, default=SHARED)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as work:
        parts: dict[str, Callable[[], None]] = {
            "search": lambda: bench_search(asked.shared, Path(work), asked.bulletins),
            "growth": lambda: bench_growth(asked.shared, Path(work), asked.versions),
            "append": lambda: bench_append(asked.shared, Path(work)),
            "pages": lambda: print(*storage.pages(asked.shared, news(asked.shared), Path(work)), sep="\n"),
            "verify": lambda: print(storage.verified(news(asked.shared), Path(work) / "v.db", asked.versions // 10)),
        }
        for part in asked.parts:
            parts[part]()


if __name__ == "__main__":
    main()
