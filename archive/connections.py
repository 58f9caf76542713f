"""Connections to SQLite files: one that writes and waits for its turn, one that never writes; rows in and out of them."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

Parameters = Sequence[object] | Mapping[str, object]

_MARK_AT = 68
WAIT_SECONDS = 30
"""How long a writer waits for another one."""
RETRY_SECONDS = 0.02
LOG_PAGES = 4000
"""Pages of 4 KB that the write-ahead log holds before they go into the file: fingerprints change some hundred a slice, which
at SQLite's 1,000 would go there nearly each time."""
CACHE_KB = 16_000
"""What a writer holds in memory of the file: SQLite's 2 MB are less than one slice changes."""


def open_writable(path: Path) -> sqlite3.Connection:
    """A connection that waits for its turn; transactions are begun by hand. The file is made where there is none."""
    return sqlite3.connect(path, timeout=WAIT_SECONDS, isolation_level=None)


def make_durable(conn: sqlite3.Connection) -> None:
    """Commits outlast a power cut, and readers are not held up: the file keeps a write-ahead log from now on.

    A file is changed to that once, and there SQLite does not wait for another writer, such as one that makes the file at the
    same moment, but fails at once: so it is tried again. Raises sqlite3.Error where that does not help.
    """
    deadline = time.monotonic() + WAIT_SECONDS
    while True:
        try:
            conn.execute("PRAGMA journal_mode = WAL")
            break
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
        time.sleep(RETRY_SECONDS)
    conn.execute("PRAGMA synchronous = FULL")
    conn.execute(f"PRAGMA wal_autocheckpoint = {LOG_PAGES}")
    conn.execute(f"PRAGMA cache_size = -{CACHE_KB}")


def open_readable(path: Path) -> sqlite3.Connection:
    """A connection that never writes. It may tidy up SQLite's own side files where the folder can be written, so that none
    are left behind; where it cannot, the file is read as it is, unless side files say that somebody else may be writing."""
    writable = can_write(path.parent) and can_write(path)
    alone = "mode=ro" if Path(f"{path}-wal").exists() else "mode=ro&immutable=1"
    uri = f"{path.resolve().as_uri()}?{'mode=rw' if writable else alone}"
    conn = sqlite3.connect(uri, uri=True, timeout=WAIT_SECONDS)
    conn.execute("PRAGMA query_only = ON")
    return conn


def insert(conn: sqlite3.Connection, table: str, row: Mapping[str, Any], *, replace: bool = False) -> int:
    """Add a row, in the place of one that is there where `replace` says so; returns its rowid. sqlite-utils would ask for the
    schema first."""
    verb = "INSERT OR REPLACE" if replace else "INSERT"
    sql = f"{verb} INTO {table} ({', '.join(row)}) VALUES ({', '.join('?' * len(row))})"
    return int(conn.execute(sql, list(row.values())).lastrowid or 0)


def rows(conn: sqlite3.Connection, sql: str, parameters: Parameters = ()) -> Iterator[dict[str, Any]]:
    """What a query finds, row by row, each by the names of its columns."""
    found = conn.execute(sql, parameters)
    names = [column[0] for column in found.description]
    return (dict(zip(names, row, strict=True)) for row in found)


def mark(path: Path) -> int:
    """The `application_id` in the header of a SQLite file; 0 where there is none. What stands in its log is not looked at."""
    with path.open("rb") as opened:
        header = opened.read(_MARK_AT + 4)
    return int.from_bytes(header[_MARK_AT:], "big")


def can_write(place: Path) -> bool:
    """Whether this process may write a file or into a folder."""
    return os.access(place, os.W_OK, effective_ids=os.access in os.supports_effective_ids)
