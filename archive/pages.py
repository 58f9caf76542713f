"""Raw pages in a file of their own beside the archive: `<stem>.pages.db`. Content-addressed, compressed, stored once.

They are written before the versions that name them: a page without a version is harmless, the reverse is not.
"""

from __future__ import annotations

import sqlite3
from hashlib import sha256
from pathlib import Path

import zstandard

from scrapers.model import Problem

LEVEL = 9
APPLICATION_ID = 0x47585047
"""`GXPG` in the file's header."""


def pages_path(archive: Path) -> Path:
    """Where the raw pages of an archive file are."""
    return archive.with_name(f"{archive.stem}.pages.db")


class PageStore:
    """The raw pages of one archive. Writes are only kept by `commit`."""

    def __init__(self, path: Path) -> None:
        """Open the file, or make it. Raises Problem where it is another kind of file, damaged, or cannot be written."""
        self.path = path
        try:
            self._conn = sqlite3.connect(path, timeout=30, isolation_level=None)
            if not _is_ours(self._conn):
                self._make()
            self._conn.execute("PRAGMA journal_mode = WAL")
            self._conn.execute("PRAGMA synchronous = FULL")
        except sqlite3.Error as error:
            raise Problem(f"the raw pages {path} cannot be opened for writing ({error}): check the file") from error

    def _make(self) -> None:
        """The table and the mark in one transaction, so that a file is either all ours or empty."""
        self._conn.execute("BEGIN IMMEDIATE")
        if _is_of_others(self._conn):
            self._conn.execute("ROLLBACK")
            self._conn.close()
            raise _not_ours(self.path)
        self._conn.execute(
            "CREATE TABLE IF NOT EXISTS blobs (sha256 TEXT PRIMARY KEY, size INTEGER NOT NULL, codec TEXT NOT NULL,"
            " dict_id TEXT, data BLOB NOT NULL) STRICT, WITHOUT ROWID"
        )
        self._conn.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        self._conn.execute("COMMIT")

    def put(self, body: bytes) -> str:
        """Keep `body`; returns its SHA-256 in hex. What is kept already is not written again."""
        name = sha256(body).hexdigest()
        if self._conn.execute("SELECT 1 FROM blobs WHERE sha256 = ?", [name]).fetchone() is None:
            if not self._conn.in_transaction:
                self._conn.execute("BEGIN IMMEDIATE")
            packed = zstandard.ZstdCompressor(level=LEVEL).compress(body)
            self._conn.execute("INSERT INTO blobs VALUES (?, ?, 'zstd', NULL, ?)", [name, len(body), packed])
        return name

    def get(self, name: str) -> bytes:
        """The page with this SHA-256. Raises KeyError where it is not kept, ValueError where its bytes are damaged."""
        return read_page(self._conn, name)

    def commit(self) -> None:
        """Make everything put so far durable."""
        if self._conn.in_transaction:
            self._conn.execute("COMMIT")

    def rollback(self) -> None:
        """Forget everything put since the last commit."""
        if self._conn.in_transaction:
            self._conn.execute("ROLLBACK")

    def close(self) -> None:
        """Close the file; what was not committed is forgotten."""
        self._conn.close()


def refuse_others(path: Path) -> None:
    """Raises Problem where the file is a SQLite database of another kind; touches nothing."""
    conn = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)
    try:
        if _is_of_others(conn):
            raise _not_ours(path)
    except sqlite3.Error as error:
        raise Problem(f"the raw pages {path} cannot be read ({error}): restore the file from a backup") from error
    finally:
        conn.close()


def _is_ours(conn: sqlite3.Connection) -> bool:
    table = conn.execute("SELECT 1 FROM sqlite_master WHERE name = 'blobs'").fetchone()
    return table is not None and conn.execute("PRAGMA application_id").fetchone()[0] == APPLICATION_ID


def _is_of_others(conn: sqlite3.Connection) -> bool:
    tables = conn.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    return bool(tables) and conn.execute("PRAGMA application_id").fetchone()[0] != APPLICATION_ID


def _not_ours(path: Path) -> Problem:
    return Problem(f"{path} is no file of raw pages: move it away, or give the archive another name")


def read_page(conn: sqlite3.Connection, name: str) -> bytes:
    """The page with this SHA-256 from an open file of pages. Raises KeyError and ValueError as `PageStore.get`."""
    row = conn.execute("SELECT size, data FROM blobs WHERE sha256 = ?", [name]).fetchone()
    if row is None:
        raise KeyError(name)
    size, data = row
    try:
        if zstandard.frame_content_size(data) != size:
            raise ValueError(f"page {name} does not have the size that was stored")
        body = zstandard.ZstdDecompressor().decompress(data)
    except zstandard.ZstdError as error:
        raise ValueError(f"page {name} cannot be unpacked: {error}") from error
    if sha256(body).hexdigest() != name:
        raise ValueError(f"page {name} is not what was stored")
    return body
