"""Copies told from non-copies, beside the peers: `python -m tests.bench.dedupe [--items 1000] [--large]`.

Real items (`../shared/corpus`) are archived, and copies and non-copies made of them (see `copies.py`) appended one by one, each
in a transaction that is taken back. A peer is given the threshold at which it is as precise as it can be up to PRECISION
on other items than those it is reported on. Peers that are not installed are left out, and said.
"""

from __future__ import annotations

import argparse
import gc
import gzip
import json
import random
import resource
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from archive import dedupe
from archive.compare import normalise
from archive.files import connect
from archive.store import Archive
from scrapers.clean import clean
from scrapers.model import Bulletin
from tests.bench.copies import COPIES, IN_FRAMES, OTHERS, ZONES, archived, make, notice, report

CORPUS = Path(__file__).parents[3] / "shared" / "corpus" / "news_items.jsonl.gz"
PRECISION = 0.995
SHINGLE = 5


@dataclass(frozen=True, slots=True)
class Case:
    """A new text of one kind, and the number of the archived item that it was made of."""

    kind: str
    text: str
    item: int

    @property
    def is_copy(self) -> bool:
        """Whether it must be linked to that item; no case may be linked to another."""
        return self.kind in COPIES


Found = Sequence[tuple[int, float]]
"""Items that a text is held to be a copy of, each with a score; the threshold is the reader's."""
Peer = Callable[[Sequence[str]], Callable[[str], Found]]
"""The archived texts -> a look-up."""


def halves(seed: int = 4) -> tuple[list[str], list[str]]:
    """The real items, cleaned and shuffled, in two halves: rules were made on the first, and are reported on the second."""
    with gzip.open(CORPUS, "rt", encoding="utf-8") as lines:
        texts = [clean(json.loads(line)["text"]) for line in lines]
    random.Random(seed).shuffle(texts)
    return texts[: len(texts) // 2], texts[len(texts) // 2 :]


def as_they_stand(path: Path) -> tuple[int, int]:
    """The real items with their titles and days in one archive: how many, and how many pairs were taken for copies. All come
    from one programme, which repeats its templates and never itself: nearly every such pair is wrong."""
    with gzip.open(CORPUS, "rt", encoding="utf-8") as lines:
        items = [json.loads(line) for line in lines]
    with closing(Archive(path)) as archive:
        with archive.transaction():
            for n, item in enumerate(items):
                day = date.fromisoformat(item["date"]).isoformat()
                told = {"title": clean(item["title"]), "published_at": day, "body": clean(item["text"])}
                archive.append(Bulletin(f"http://held.example/{n}.html", **told))
        found = archive.conn.execute("SELECT count(*) FROM links WHERE kind IN ('exact', 'near')").fetchone()[0]
    return len(items), found


def holdings(items: Sequence[str]) -> list[str]:
    """The items as the archive holds them: each third stands in a frame of its own."""
    return [archived("same frame", items, n) if n % 3 == 2 else text for n, text in enumerate(items)]


def cases(items: Sequence[str], strange: Sequence[str], each: int, kinds: Sequence[str] = ()) -> Iterator[Case]:
    """`each` cases of every kind, made of items from all over."""
    for kind in kinds or (*COPIES, *OTHERS):
        step = max(len(items) // each // 3, 1) * 3
        for n in range(0, len(items) - 2, step):
            item = n + 2 if kind in IN_FRAMES else n
            text = make(kind, items, item, strange)
            if kind not in OTHERS or text != items[item]:
                yield Case(kind, text, item)


def archive_of(texts: Sequence[str], path: Path) -> Archive:
    """An archive that holds the texts; text n is document n + 1."""
    archive = Archive(path)
    with archive.transaction():
        for n, text in enumerate(texts):
            archive.append(Bulletin(f"http://held.example/{n}.html", body=text))
    return archive


def linked(archive: Archive, text: str) -> list[tuple[int, str]]:
    """The items that an appended text is linked to, each with the kind; nothing of it stays."""
    with archive.transaction():
        archive.conn.execute("SAVEPOINT one")
        new = archive.append(Bulletin("http://new.example/", body=text)).document_id
        rows = archive.conn.execute(
            "SELECT iif(document_id = ?1, other_id, document_id) - 1, kind FROM links"
            " WHERE ?1 IN (document_id, other_id) AND retired_run_id IS NULL",
            [new],
        ).fetchall()
        archive.conn.execute("ROLLBACK TO one")
    return rows


@dataclass(slots=True)
class Tally:
    """What came of the cases: by kind how many were linked as copies, as parts, as related; and the pairs in all."""

    kinds: dict[str, list[str | None]]
    right: int = 0
    wrong: int = 0
    missed: int = 0

    @property
    def precision(self) -> float:
        return self.right / max(self.right + self.wrong, 1)

    @property
    def recall(self) -> float:
        return self.right / max(self.right + self.missed, 1)

    def add(self, case: Case, found: Sequence[tuple[int, str]]) -> None:
        """Count one case. Only `exact` and `near` make one cluster of two documents."""
        merged = {item for item, kind in found if kind in ("exact", "near")}
        hit = case.item in merged
        self.kinds.setdefault(case.kind, []).append(next((kind for item, kind in found if item == case.item), None))
        self.right += case.is_copy and hit
        self.missed += case.is_copy and not hit
        self.wrong += len(merged - {case.item}) + (hit and not case.is_copy)

    def share(self, kind: str, *of: str) -> float:
        """How many of the cases of a kind were linked in one of these ways."""
        found = self.kinds[kind]
        return sum(one in of for one in found) / len(found)


def measure(archive: Archive, made: Sequence[Case]) -> Tally:
    """Ours, through the archive's own append."""
    tally = Tally({})
    for case in made:
        tally.add(case, linked(archive, case.text))
    return tally


def templates(archive: Archive, made: Callable[[str, int], str]) -> tuple[int, int]:
    """Yearly reports of 16 zones appended one after the other: how many, and how many were taken for copies."""
    told = [(zone, year) for zone in ZONES for year in range(2019, 2025)]
    wrong = 0
    with archive.transaction():
        archive.conn.execute("SAVEPOINT reports")
        for zone, year in told:
            links = archive.append(Bulletin(f"http://{zone}.example/{year}", body=made(zone, year))).links
            wrong += any(link.is_copy for link in links)
        archive.conn.execute("ROLLBACK TO reports")
    return len(told), wrong


# The peers


def _shingles(text: str) -> list[bytes]:
    return [text[n : n + SHINGLE].encode() for n in range(max(len(text) - SHINGLE + 1, 1))]


def _datasketch(texts: Sequence[str]) -> Callable[[str], Found]:
    from datasketch import MinHash, MinHashLSH

    index = MinHashLSH(threshold=0.3, num_perm=128)
    signatures = [datasketch_signature(normalise(text)) for text in texts]
    for n, signature in enumerate(signatures):
        index.insert(n, signature)

    def look_up(text: str) -> Found:
        signature: MinHash = datasketch_signature(normalise(text))
        return [(n, signature.jaccard(signatures[n])) for n in index.query(signature)]

    return look_up


def datasketch_signature(text: str) -> Any:
    """datasketch's signature of a normalised text, in one batch: what our whole append is measured by."""
    from datasketch import MinHash

    signature = MinHash(num_perm=128)
    signature.update_batch(_shingles(text))
    return signature


def _rensa(texts: Sequence[str]) -> Callable[[str], Found]:
    from rensa import RMinHash, RMinHashLSH

    def sign(text: str) -> Any:
        signature = RMinHash(num_perm=128, seed=1)
        plain = normalise(text)
        signature.update([plain[n : n + SHINGLE] for n in range(max(len(plain) - SHINGLE + 1, 1))])
        return signature

    index = RMinHashLSH(threshold=0.3, num_perm=128, num_bands=32)
    signatures = [sign(text) for text in texts]
    for n, signature in enumerate(signatures):
        index.insert(n, signature)

    def look_up(text: str) -> Found:
        signature = sign(text)
        return [(n, signature.jaccard(signatures[n])) for n in index.query(signature)]

    return look_up


def _simhash(texts: Sequence[str]) -> Callable[[str], Found]:
    from simhash import Simhash

    def sign(text: str) -> int:
        plain = normalise(text)
        return int(Simhash([plain[n : n + SHINGLE] for n in range(max(len(plain) - SHINGLE + 1, 1))]).value)

    signatures = [sign(text) for text in texts]

    def look_up(text: str) -> Found:  # every one is looked at: the recall that an index could at most have
        value = sign(text)
        return [(n, 1 - (value ^ other).bit_count() / 64) for n, other in enumerate(signatures)]

    return look_up


PEERS: dict[str, Peer] = {"datasketch MinHashLSH": _datasketch, "rensa": _rensa, "simhash": _simhash}


def threshold(look_up: Callable[[str], Found], made: Sequence[Case]) -> float:
    """The lowest score at which the pairs above it are PRECISION right; the highest score where they never are."""
    pairs = sorted(
        ((score, case.is_copy and item == case.item) for case in made for item, score in look_up(case.text)),
        reverse=True,
    )
    best, right = 1.01, 0
    for n, (score, is_right) in enumerate(pairs, 1):
        right += is_right
        if right >= PRECISION * n and (n == len(pairs) or pairs[n][0] < score):
            best = score
    return best


def judged(look_up: Callable[[str], Found], least: float, made: Sequence[Case]) -> Tally:
    """A peer at its threshold."""
    tally = Tally({})
    for case in made:
        tally.add(case, [(item, "near") for item, score in look_up(case.text) if score >= least])
    return tally


# Time and space


def ms_each(texts: Sequence[str], *runs: Callable[[str], object]) -> list[float]:
    """Milliseconds a text of each run, the best of some rounds; in turns, as other work on the machine comes and goes."""
    best = [float("inf")] * len(runs)
    for _ in range(5):
        for n, run in enumerate(runs):
            normalise.cache_clear()
            dedupe.fingerprints.cache_clear()
            started = time.perf_counter()
            for text in texts:
                run(text)
            best[n] = min(best[n], (time.perf_counter() - started) / len(texts) * 1000)
    return best


def of_an_append(conn: sqlite3.Connection) -> Callable[[str], object]:
    """All that copies cost in one append: normal form, look-up, verification, rows of the index."""
    new = 1 << 40

    def run(text: str) -> None:
        dedupe.find(conn, new, text)
        dedupe.add(conn, new, text)
        dedupe.remove(conn, new, text)

    return run


def bytes_a_document(conn: sqlite3.Connection) -> float:
    """Bytes of the index in the file, pages and all."""
    size, documents = conn.execute(
        "SELECT (SELECT sum(pgsize) FROM dbstat WHERE name = 'fingerprints'),"
        " (SELECT count(DISTINCT document_id) FROM fingerprints)"
    ).fetchone()
    return float(size / documents)


def look_up_ms(documents: int, texts: Sequence[str], folder: Path) -> float:
    """Milliseconds that candidates take beside so many documents of synthetic keys, as many keys each as real ones have."""
    db = connect(folder / f"{documents}.db")
    rng = random.Random(documents)
    keys = sorted((rng.randrange(-(2**31), 2**31), n // 18 + 1) for n in range(18 * documents))
    with db.conn:
        db.conn.execute("BEGIN")
        db.conn.executemany("INSERT OR IGNORE INTO fingerprints VALUES (?, ?)", keys)
    asked = [dedupe.fingerprints(normalise(text)) for text in texts]
    started = time.perf_counter()
    for one in asked:
        dedupe.candidates(db.conn, 0, one)
    spent = time.perf_counter() - started
    db.close()
    return spent / len(asked) * 1000


def resident() -> int:
    """Bytes of memory that this process takes now; 0 where the system does not say."""
    told = Path("/proc/self/statm")
    return int(told.read_text().split()[1]) * resource.getpagesize() if told.exists() else 0


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--items", type=int, default=1000, help="items that are archived")
    arguments.add_argument("--each", type=int, default=100, help="cases of each kind")
    arguments.add_argument("--large", action="store_true", help="look-ups at 10,000 and 1,000,000 documents too")
    chosen = arguments.parse_args()
    first, second = halves()
    tuning, reported = first[: chosen.items], second[: chosen.items]
    made = list(cases(reported, first, chosen.each))
    with tempfile.TemporaryDirectory() as folder:
        archive = archive_of(holdings(reported), Path(folder) / "bulletins.db")
        ours = measure(archive, made)
        print(f"{'kind':34}{'cases':>6}{'merged':>9}{'part_of':>9}{'related':>9}")
        for kind, found in ours.kinds.items():
            shares = (ours.share(kind, "exact", "near"), ours.share(kind, "part_of"), ours.share(kind, "related"))
            print(f"{kind:34}{len(found):6}" + "".join(f"{share:9.3f}" for share in shares))
        for name, template in (("yearly reports", report), ("yearly notices", notice)):
            number, wrong = templates(archive, template)
            print(f"{name:34}{number:6}{wrong / number:9.3f}")
        space = bytes_a_document(archive.conn)
        print(f"\n{'':34}precision  recall  bytes a document")
        print(f"{'Gaoxin':34}{ours.precision:9.4f}{ours.recall:8.3f}{space:18.0f}")
        held, before = holdings(reported), list(cases(tuning, second, chosen.each))
        kept = []  # every index stays, so that none is built in memory that another has left
        for name, peer in PEERS.items():
            try:
                kept.append(peer(holdings(tuning)))
                least = threshold(kept[-1], before)
                gc.collect()
                start = resident()
                look_up = peer(held)
                kept.append(look_up)
                taken = (resident() - start) / len(held)
                theirs = judged(look_up, least, made)
            except ImportError as error:
                print(f"{name:34}is not installed ({error.name})")
                continue
            print(f"{name:34}{theirs.precision:9.4f}{theirs.recall:8.3f}{taken:18.0f}   from {least:.2f} on")
        number, wrong = as_they_stand(Path(folder) / "whole.db")
        print(f"{number} items as they stand, titles and days and all: {wrong} pairs taken for copies")
        _times(archive.conn, [case.text for case in made[:: len(made) // 400]] + list(first[:400]))
        archive.close()
        if chosen.large:
            small, large = (look_up_ms(number, first[:300], Path(folder)) for number in (10_000, 1_000_000))
            print(f"look-up at 10,000 {small:.3f} ms, at 1,000,000 {large:.3f} ms: {large / small:.1f}x")


def _times(conn: sqlite3.Connection, texts: Sequence[str]) -> None:
    try:
        from datasketch import MinHash  # noqa: F401  what the signature is made of
        from ftfy import fix_text
    except ImportError as error:
        print(f"{error.name} is not installed: no times beside it")
        return
    plain = {text: normalise(text) for text in texts}
    conn.execute("BEGIN")
    signature, ours = ms_each(texts, lambda text: datasketch_signature(plain[text]), of_an_append(conn))
    conn.execute("ROLLBACK")
    cleaned, fixed = ms_each(texts, clean, fix_text)
    print(f"\ncopies in one append {ours:.2f} ms, {ours / signature:.2f}x datasketch's signature ({signature:.2f} ms)")
    print(f"clean {cleaned:.3f} ms, {fixed / cleaned:.1f}x faster than ftfy.fix_text ({fixed:.2f} ms)")


if __name__ == "__main__":
    main()
