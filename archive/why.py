"""Why two documents are linked, or are not: the passages they share, the numbers that agree and differ, the verdict."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from archive.compare import LONG, Numbers, Verdict, normalise, numbers
from archive.connections import rows
from archive.figures import marks
from archive.judge import Document, judge
from archive.passages import shared

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Aligned:
    """A passage as it stands in both bodies, and where it begins there: 1 is the first character."""

    first_at: int
    second_at: int
    first: str
    second: str


@dataclass(frozen=True, slots=True)
class Why:
    """What is known of two documents. `links` are the rows that the archive keeps, living and retired, oldest first."""

    first: Row
    second: Row
    verdict: Verdict | None
    passages: Sequence[Aligned]
    numbers: Numbers
    links: Sequence[Row]


def why(conn: sqlite3.Connection, first: int, second: int) -> Why:
    """Compare two documents of the archive as `append` does. Passages of fewer than 13 characters are left out."""
    pair = [_row(conn, document) for document in (first, second)]
    one, other = (normalise(row["body"]) for row in pair)
    short, long = sorted((one, other), key=len)
    found = numbers(short, long)
    if short is not one:
        found = replace(found, differ=tuple((theirs, ours) for ours, theirs in found.differ))
    here, there = _places(pair[0]["body"], one), _places(pair[1]["body"], other)
    passages = [
        Aligned(
            *(here[p.here] + 1, there[p.there] + 1),
            pair[0]["body"][here[p.here] : here[p.here + p.length - 1] + 1],
            pair[1]["body"][there[p.there] : there[p.there + p.length - 1] + 1],
        )
        for p in shared(one, other)
        if p.length >= LONG
    ]
    verdict = judge(*(Document(row["title"], row["published_at"], row["body"]) for row in pair))
    return Why(pair[0], pair[1], verdict, passages, found, _links(conn, first, second))


def _places(body: str, plain: str) -> list[int]:
    """Where each character of the normal form stands in the body; readings are passed over, and marks but those of figures."""
    places: list[int] = []
    kept = dict(marks(body))
    for at, character in enumerate(body):
        form = kept.get(at) or normalise(character)
        if form and plain.startswith(form, len(places)):
            places += [at] * len(form)
    return places + [len(body) - 1] * (len(plain) - len(places))


def _row(conn: sqlite3.Connection, document_id: int) -> Row:
    (row,) = rows(conn, "SELECT * FROM bulletins WHERE document_id = ?", [document_id])
    return row


def _links(conn: sqlite3.Connection, first: int, second: int) -> list[Row]:
    sql = "SELECT * FROM links WHERE (document_id, other_id) IN (VALUES (?, ?), (?, ?)) ORDER BY rowid"
    return list(rows(conn, sql, [first, second, second, first]))
