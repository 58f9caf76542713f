"""Connections to SQLite files, one that writes and waits for its turn and one that never writes; inserting and reading rows."""

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
"""Pages of 4 KB that the write-ahead log holds before a checkpoint. Fingerprints change some hundred pages per slice, so at
SQLite's 1,000 they would be checkpointed nearly each time."""
CACHE_KB = 16_000
"""The page cache of a writer. One slice changes more than SQLite's default of 2 MB."""


def open_writable(path: Path) -> sqlite3.Connection:
    """A connection that waits for its turn; transactions are begun by hand. The file is created if missing."""
    return sqlite3.connect(path, timeout=WAIT_SECONDS, isolation_level=None)


def make_durable(conn: sqlite3.Connection) -> None:
    """Switch the file to a write-ahead log: commits survive a power cut, and readers are not blocked.

    A file is switched once. SQLite then fails at once instead of waiting for another writer, such as one that creates the same
    file, so the switch is retried. Raises sqlite3.Error if that does not help.
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
    """A connection that never writes rows. If the folder is writable, it may remove SQLite's side files after use. If not, the
    file is read as immutable, unless a log beside it shows that somebody may be writing. So it is if the disk has no room for
    the side files and no log holds anything: nobody is writing then."""
    real = path.resolve()  # a log is beside the file itself, not beside a link to it
    writable = can_write(real.parent) and can_write(real)
    log = Path(f"{real}-wal")
    alone = "mode=ro" if log.exists() else _ALONE
    conn = _reading(real, "mode=rw" if writable else alone)
    try:
        conn.execute("PRAGMA schema_version")  # the first look into the file, which makes the side files
    except sqlite3.Error as error:
        if is_full(error) and not (log.exists() and log.stat().st_size):
            conn.close()
            return _reading(real, _ALONE)
    return conn


_ALONE = "mode=ro&immutable=1"


def _reading(path: Path, how: str) -> sqlite3.Connection:
    conn = sqlite3.connect(f"{path.as_uri()}?{how}", uri=True, timeout=WAIT_SECONDS)
    conn.execute("PRAGMA query_only = ON")
    return conn


def is_full(error: Exception) -> bool:
    """Whether an error says that the disk is full. SQLite calls it an I/O error where the index of the log finds no room."""
    return getattr(error, "sqlite_errorname", "") in ("SQLITE_FULL", "SQLITE_IOERR_SHMSIZE")


def with_remedy(error: Exception, remedy: str) -> str:
    """An error in brackets and what to do about it: `remedy`, unless the disk is full."""
    return "(the disk is full): make room, and do this again" if is_full(error) else f"({error}): {remedy}"


def insert(conn: sqlite3.Connection, table: str, row: Mapping[str, Any], *, replace: bool = False) -> int:
    """Insert a row, replacing an existing one if `replace` is set; returns its rowid. sqlite-utils would query the schema."""
    verb = "INSERT OR REPLACE" if replace else "INSERT"
    sql = f"{verb} INTO {table} ({', '.join(row)}) VALUES ({', '.join('?' * len(row))})"
    return int(conn.execute(sql, list(row.values())).lastrowid or 0)


def rows(conn: sqlite3.Connection, sql: str, parameters: Parameters = ()) -> Iterator[dict[str, Any]]:
    """The rows that a query finds, one at a time, as dictionaries by column name."""
    found = conn.execute(sql, parameters)
    names = [column[0] for column in found.description]
    return (dict(zip(names, row, strict=True)) for row in found)


def mark(path: Path) -> int:
    """The `application_id` in the header of a SQLite file; 0 if there is none. The log of the file is not read."""
    with path.open("rb") as opened:
        header = opened.read(_MARK_AT + 4)
    return int.from_bytes(header[_MARK_AT:], "big")


def can_write(place: Path) -> bool:
    """Whether this process may write to a file or a folder."""
    return os.access(place, os.W_OK, effective_ids=os.access in os.supports_effective_ids)
