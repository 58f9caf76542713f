"""An index of texts in memory, and which of them a new text is found to be a copy of."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Iterator

from sqlite_utils import Database

from archive import dedupe
from archive.compare import normalise
from archive.schema import migrations

normalise("高新区")  # its tables are made before any test is timed

NEW = 10_000
"""The document that is compared with those in the index."""


def memory() -> Iterator[sqlite3.Connection]:
    """An archive's tables, with nothing in them."""
    db = Database(memory=True)
    db.conn.isolation_level = None
    migrations().apply(db)
    yield db.conn
    db.close()


def put(conn: sqlite3.Connection, document: int, body: str) -> None:
    """Index a text."""
    conn.execute("INSERT INTO documents VALUES (?1, ?1, 's', '2026')", [document])
    conn.execute(
        "INSERT INTO bulletins (document_id, key, url, source, body, status, versions, captured_at)"
        " VALUES (?1, ?1, 'u', 's', ?2, 'live', 1, '2026')",
        [document, body],
    )
    dedupe.add(conn, document, body)


def linked(conn: sqlite3.Connection, body: str) -> set[int]:
    """The documents that `body` is a copy of."""
    return {link.other_id for link in dedupe.find(conn, NEW, body) if link.is_copy}


def han(seed: object, length: int) -> str:
    """A text like no other."""
    rng = random.Random(str(seed))
    return "".join(chr(rng.randrange(0x4E00, 0x9000)) for _ in range(length))
