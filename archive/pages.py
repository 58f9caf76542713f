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
        self.path = path
        self._conn = sqlite3.connect(path, timeout=30, isolation_level=None)
        if self._conn.execute("PRAGMA application_id").fetchone()[0] != APPLICATION_ID:
            if self._conn.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
                self._conn.close()
                raise Problem(f"{path} is no file of raw pages: move it away, or give the archive another name")
            self._conn.execute("PRAGMA journal_mode = WAL")
            self._conn.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            self._conn.execute(
                "CREATE TABLE IF NOT EXISTS blobs (sha256 TEXT PRIMARY KEY, size INTEGER NOT NULL, codec TEXT NOT NULL,"
                " dict_id TEXT, data BLOB NOT NULL) STRICT, WITHOUT ROWID"
            )
        self._conn.execute("PRAGMA synchronous = FULL")

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
        row = self._conn.execute("SELECT size, data FROM blobs WHERE sha256 = ?", [name]).fetchone()
        if row is None:
            raise KeyError(name)
        try:
            body = zstandard.ZstdDecompressor().decompress(row[1], max_output_size=row[0])
        except zstandard.ZstdError as error:
            raise ValueError(f"page {name} cannot be unpacked: {error}") from error
        if sha256(body).hexdigest() != name:
            raise ValueError(f"page {name} is not what was stored")
        return body

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
