"""Which documents may be copies of a text: fingerprints, and the candidates that share them.

Fingerprints are winnowed (Schleimer, Wilkerson and Aiken, SIGMOD 2003) from the normalised body and kept in the archive file;
what is a copy of what is decided on the full texts, in `judge.py`. Nothing is deleted: links say what is a copy of what.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from hashlib import blake2b

from archive import grams
from archive.compare import LEAST_LENGTH, Kind, Verdict, normalise
from archive.judge import Document, judge

RULES = "4"
"""The version of the fingerprints and of the verdict; `gaoxin dedupe --rebuild` brings an older archive up to it."""

GRAM = 13
WINDOW = 56
MOST_FINGERPRINTS = 96
MOST_DOCUMENTS_A_KEY = 4
MOST_CANDIDATES = 8

BESIDE = "holds others beside it"


@dataclass(frozen=True, slots=True)
class Link:
    """This document and `other_id`: how they are related, how much of the shorter stands in the longer, and why, in words."""

    other_id: int
    kind: Kind
    score: float
    rule: str

    @property
    def is_copy(self) -> bool:
        """Whether it makes the two one cluster."""
        return self.kind in ("exact", "near")


@lru_cache(maxsize=8)
def fingerprints(text: str) -> frozenset[int]:
    """Up to 96 keys of 32 bits of a normalised text. Texts that share a passage of 68 characters share a key of it,
    unless both are so long that the 96 smallest are all elsewhere."""
    if len(text) < GRAM + 1:
        return frozenset({_key(text)} if text else ())
    return frozenset(_key(text[at : at + GRAM]) for at in _winnowed(text))


def _winnowed(text: str) -> list[int]:
    """The places of the smallest checksums of every window, the rightmost of equals; of these the smallest 96."""
    import numpy as np

    sums = grams.checksums(text, GRAM).astype(np.uint64) << np.uint64(32)
    last = np.uint64(len(sums) - 1)
    places = np.arange(len(sums), dtype=np.uint64)
    smallest = sums | last - places  # so that the rightmost of equals is the least
    seen, window = 1, min(WINDOW, len(sums))
    while seen < window:
        step = min(seen, window - seen)
        smallest = np.minimum(smallest[:-step], smallest[step:])
        seen += step
    minima = smallest[np.append(True, smallest[1:] != smallest[:-1])]  # it stays the same for some windows in a row
    at = last - (minima & np.uint64(0xFFFFFFFF))
    found: list[int] = (np.sort(sums[at] | at)[:MOST_FINGERPRINTS] & np.uint64(0xFFFFFFFF)).tolist()
    return found


def find(conn: sqlite3.Connection, document_id: int, body: str, also: Iterable[int] = ()) -> list[Link]:
    """The documents of the archive that `body` is related to, best first. `also` are looked at whatever the index says."""
    text = normalise(body)
    keys = fingerprints(text) if len(text) >= LEAST_LENGTH else frozenset()
    new = Document(None, None, body)
    if ours := documents(conn, [document_id]):
        new = ours[0][1]._replace(body=body)
    found: list[tuple[int, Verdict]] = []
    for candidate, other in documents(conn, dict.fromkeys((*candidates(conn, document_id, keys), *also))):
        verdict = judge(new, other)
        if verdict and verdict.kind == "near" and len(body) < len(other.body) and _is_digest(conn, candidate):
            verdict = replace(verdict, kind="part_of", rule=f"{verdict.rule}; the other text {BESIDE}")
        if verdict:
            found.append((candidate, verdict))
    links = [Link(one, verdict.kind, verdict.score, verdict.rule) for one, verdict in _apart(found)]
    return sorted(links, key=lambda link: (not link.is_copy, -link.score))


def documents(conn: sqlite3.Connection, wanted: Collection[int]) -> list[tuple[int, Document]]:
    """What is compared of these documents, in their order; those that are not shown are left out."""
    sql = "SELECT document_id, title, published_at, body FROM bulletins WHERE document_id IN ({})"
    rows = conn.execute(sql.format(",".join("?" * len(wanted))), list(wanted)).fetchall()
    found = {row[0]: Document(*row[1:]) for row in rows}
    return [(document, found[document]) for document in wanted if document in found]


def _apart(found: Sequence[tuple[int, Verdict]]) -> Sequence[tuple[int, Verdict]]:
    """A text that holds others one after the other is a digest: they are parts of it, and it is a copy of none."""
    held = [verdict.stands for _, verdict in found if verdict.kind in ("near", "part_of") and any(verdict.stands)]
    if not any(one[1] <= other[0] for one in held for other in held):
        return found
    return [
        (other, replace(verdict, kind="part_of", rule=f"{verdict.rule}; this text {BESIDE}"))
        if verdict.kind == "near" and any(end <= verdict.stands[0] or verdict.stands[1] <= start for start, end in held)
        else (other, verdict)
        for other, verdict in found
    ]


def _is_digest(conn: sqlite3.Connection, document_id: int) -> bool:
    """Whether a text is known to hold others one after the other."""
    sql = "SELECT 1 FROM links WHERE document_id = ? AND retired_run_id IS NULL AND kind = 'part_of' AND rule LIKE ? LIMIT 1"
    return conn.execute(sql, [document_id, f"%this text {BESIDE}"]).fetchone() is not None


def add(conn: sqlite3.Connection, document_id: int, body: str) -> None:
    """Put the fingerprints of a document into the index; a key that four documents share says nothing and is full."""
    text = normalise(body)
    if len(text) < LEAST_LENGTH:
        return
    keys = fingerprints(text)
    documents = Counter(key for key, _ in _holders(conn, keys))
    conn.executemany(
        "INSERT OR IGNORE INTO fingerprints (key, document_id) VALUES (?, ?)",
        [(key, document_id) for key in sorted(keys) if documents[key] < MOST_DOCUMENTS_A_KEY],
    )


def remove(conn: sqlite3.Connection, document_id: int, body: str) -> None:
    """Take the fingerprints of a document out of the index; `body` as it was put in."""
    rows = [(key, document_id) for key in fingerprints(normalise(body))]
    conn.executemany("DELETE FROM fingerprints WHERE key = ? AND document_id = ?", rows)


def candidates(conn: sqlite3.Connection, document_id: int, keys: frozenset[int]) -> list[int]:
    """The documents that share the rarest keys, best first."""
    found: dict[int, list[int]] = {}
    for key, other in _holders(conn, keys):
        if other != document_id:
            found.setdefault(key, []).append(other)
    rarity: Counter[int] = Counter()
    for others in found.values():
        for other in others:
            rarity[other] += 12 // len(others)  # a share of 12: whole for one to four documents, so that sums are exact
    return [other for other, _ in rarity.most_common(MOST_CANDIDATES)]


def _holders(conn: sqlite3.Connection, keys: frozenset[int]) -> list[tuple[int, int]]:
    """Which of these keys the index has, each with a document that holds it."""
    sql = f"SELECT key, document_id FROM fingerprints WHERE key IN ({','.join('?' * len(keys))})"
    return conn.execute(sql, list(keys)).fetchall()


def _key(gram: str) -> int:
    """32 bits of their own, signed as SQLite stores them in four bytes: the hashes that were chosen are all small."""
    return int.from_bytes(blake2b(gram.encode("utf-8", "surrogatepass"), digest_size=4).digest(), "big", signed=True)
