"""Raw pages in a file of their own beside the archive, `<stem>.pages.db`: content-addressed, compressed, stored once.

Pages are written before the versions that reference them: a page without a version is harmless, the reverse is not.

A page is compressed with an earlier page as its dictionary if that makes it smaller: it leans on that page. The dictionary is
a page of the same template, stored whole, or an earlier page of the same address. The latter is whole itself or leans on a
whole page, so no page is more than two steps from a whole one.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable, Iterator, MutableMapping
from hashlib import sha256
from pathlib import Path

import zstandard
from zstandard import ZstdCompressionDict, ZstdCompressor, ZstdDecompressor

from archive.connections import make_durable, mark, open_writable, with_remedy
from scrapers.model import Problem

LEVEL = 9
MOST_TEMPLATES = 3
"""How many whole pages of a template are kept as candidate dictionaries."""
MOST_LEANED_ON = 1 << 19
"""A longer page is not used as a dictionary, and is not compressed with a page of its template."""
MOST_READY = 16
"""Dictionaries kept in memory; each takes about a megabyte."""
COST = 64
"""The bytes it costs to name a dictionary."""
ENDS, LEAST_ALIKE = 4096, 0.1
"""Bytes compared at either end of a page, and the least share of them that a page must have in common with its dictionary."""
QUICK, LEAST_OF_QUICK = 3, 0.8
"""Compressing at LEVEL hardly ever gives less than this share of the size at level QUICK."""

APPLICATION_ID = 0x47585047
"""`GXPG` in the file header."""

_TABLES = (
    "CREATE TABLE IF NOT EXISTS blobs (sha256 TEXT PRIMARY KEY, size INTEGER NOT NULL, codec TEXT NOT NULL,"
    " dict_id TEXT, data BLOB NOT NULL) STRICT, WITHOUT ROWID",
    "CREATE TABLE IF NOT EXISTS templates (id INTEGER PRIMARY KEY, template TEXT NOT NULL, sha256 TEXT NOT NULL,"
    " UNIQUE (template, sha256)) STRICT",
)
_VARYING = re.compile(r"[0-9a-f]{8,}|\d+", re.IGNORECASE)


def pages_path(archive: Path) -> Path:
    """The path of the raw pages of an archive."""
    return archive.with_name(f"{archive.stem}.pages.db")


def template(url: str) -> str:
    """What the addresses of one template have in common: host and path, with `#` for numbers and long hex strings."""
    host, _, path = url.partition("://")[2].partition("?")[0].partition("/")
    return f"{host}/{_VARYING.sub('#', path)}" if host else ""


class _Whole:
    """A page used as a dictionary: the pieces that show how similar another page is, and its compressor."""

    def __init__(self, body: bytes) -> None:
        self.pieces = _pieces(body)
        self._body: bytes = body
        self._compressor: ZstdCompressor | None = None

    def pack(self, body: bytes) -> bytes:
        if self._compressor is None:
            dictionary = ZstdCompressionDict(self._body, dict_type=zstandard.DICT_TYPE_RAWCONTENT)
            dictionary.precompute_compress(level=LEVEL)
            self._compressor = ZstdCompressor(level=LEVEL, dict_data=dictionary, write_dict_id=False)
        return self._compressor.compress(body)


def _pieces(body: bytes) -> frozenset[bytes]:
    """The tags and texts at both ends of a page."""
    return frozenset((body[:ENDS] + body[-ENDS:]).split(b">"))


class PageStore:
    """The raw pages of one archive. Writes last only after `commit`."""

    def __init__(self, path: Path) -> None:
        """Open or create the file. Raises Problem if it is another kind of file, damaged, or not writable."""
        self.path = path
        self._ready: dict[str, _Whole] = {}
        self._alone, self._quick = ZstdCompressor(level=LEVEL), ZstdCompressor(level=QUICK)
        conn = None
        try:
            self.conn = conn = open_writable(path)
            if not _is_ours(conn):
                self._make()
            make_durable(conn)
        except sqlite3.Error as error:
            if conn:
                conn.close()
            if _is_damage(error):
                raise _damaged(path, error) from error
            raise Problem(
                f"the raw pages {path} cannot be opened for writing {with_remedy(error, 'check the file')}"
            ) from error

    def _make(self) -> None:
        """Create the tables and the application id in one transaction, so that a file is either complete or empty."""
        self.conn.execute("BEGIN IMMEDIATE")
        if _is_of_others(self.conn):
            self.conn.execute("ROLLBACK")
            self.conn.close()
            raise _not_ours(self.path)
        for statement in _TABLES:
            self.conn.execute(statement)
        self.conn.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        self.conn.execute("COMMIT")

    def put(self, body: bytes, url: str = "", before: str | None = None) -> str:
        """Store `body`; returns its SHA-256 in hex. A page that is already stored is not written again.

        url      where it came from: pages of one template make each other smaller
        before   the hash of an earlier page of the same address
        """
        name = sha256(body).hexdigest()
        if not self.holds(name):
            if not self.conn.in_transaction:
                self.conn.execute("BEGIN IMMEDIATE")
            dict_id, data = self._packed(name, body, template(url) if len(body) <= MOST_LEANED_ON else "", before)
            row = [name, len(body), dict_id, data]
            self.conn.execute("INSERT OR IGNORE INTO blobs VALUES (?, ?, 'zstd', ?, ?)", row)
        return name

    def get(self, name: str) -> bytes:
        """The page with this SHA-256. Raises KeyError if it is not stored, ValueError if its bytes are damaged."""
        return read_page(self.conn, name)

    def holds(self, name: str) -> bool:
        """Whether the page with this SHA-256 is stored."""
        return self.conn.execute("SELECT 1 FROM blobs WHERE sha256 = ?", [name]).fetchone() is not None

    def erase(self, names: Iterable[str]) -> int:
        """Delete pages for good; returns how many were stored. Pages that leaned on one of them are compressed again, with one
        of themselves as the dictionary. Unused parts of the file may hold the deleted bytes until VACUUM."""
        self.conn.execute("PRAGMA secure_delete = ON")
        if not self.conn.in_transaction:
            self.conn.execute("BEGIN IMMEDIATE")
        doomed = {name for name in names if self.holds(name)}
        for name in doomed:
            leaning = self.conn.execute("SELECT sha256 FROM blobs WHERE dict_id = ?", [name]).fetchall()
            heir = None
            for other in (row[0] for row in leaning if row[0] not in doomed):
                try:
                    self._pack_again(other, heir)
                except (KeyError, ValueError):
                    continue  # already damaged: `verify --deep` reports it
                heir = heir or other
            if heir:
                self.conn.execute("UPDATE OR IGNORE templates SET sha256 = ? WHERE sha256 = ?", [heir, name])
            self.conn.execute("DELETE FROM templates WHERE sha256 = ?", [name])
        self.conn.executemany("DELETE FROM blobs WHERE sha256 = ?", [[name] for name in doomed])
        return len(doomed)

    def commit(self) -> None:
        """Make everything put so far durable."""
        if self.conn.in_transaction:
            self.conn.execute("COMMIT")

    def rollback(self) -> None:
        """Discard everything put since the last commit."""
        if self.conn.in_transaction:
            self.conn.execute("ROLLBACK")

    def close(self) -> None:
        """Close the file; uncommitted writes are discarded."""
        self.conn.close()

    def _packed(self, name: str, body: bytes, shape: str, before: str | None) -> tuple[str | None, bytes]:
        """The dictionary page, if any, and the compressed bytes: never more than without a dictionary. A page that is not much
        smaller with any page of its template is stored whole, as a dictionary for later ones."""
        known = self._wholes(shape) if shape else []
        best: tuple[str | None, bytes] | None = None
        for dict_id in (*self._earlier(before), *self._most_alike(body, known)):
            data = self._ready[dict_id].pack(body)
            if len(data) * 20 < len(body):  # no page gets this small without a dictionary
                return dict_id, data
            if best is None or len(data) < len(best[1]):
                best = dict_id, data
        enough = 1.0 if not shape else 0.75 if len(known) == MOST_TEMPLATES else 0.5
        if best and len(best[1]) + COST < len(self._quick.compress(body)) * enough * LEAST_OF_QUICK:
            return best
        alone = self._alone.compress(body)
        if best and len(best[1]) + COST < len(alone) * enough:
            return best
        if shape:
            self.conn.execute("INSERT OR IGNORE INTO templates (template, sha256) VALUES (?, ?)", [shape, name])
            self.conn.execute(
                "DELETE FROM templates WHERE template = ?1 AND id <= (SELECT id FROM templates WHERE template = ?1"
                " ORDER BY id DESC LIMIT 1 OFFSET ?2)",
                [shape, MOST_TEMPLATES],
            )
            self._hold(name, _Whole(body))
        return None, alone

    def _wholes(self, shape: str) -> list[str]:
        """The whole pages of this template, newest first; those of its host if the template has none yet."""
        sql = (
            "SELECT sha256 FROM templates t WHERE template {} AND EXISTS (SELECT 1 FROM blobs WHERE sha256 = t.sha256)"
            f" ORDER BY id DESC LIMIT {MOST_TEMPLATES}"
        )
        host = shape.partition("/")[0]
        rows = self.conn.execute(sql.format("= ?"), [shape]).fetchall()
        rows = rows or self.conn.execute(sql.format("BETWEEN ? AND ?"), [f"{host}/", f"{host}0"]).fetchall()
        return [row[0] for row in rows]

    def _earlier(self, before: str | None) -> Iterator[str]:
        """The earlier page of an address, as a dictionary; its own dictionary instead, if that one leans on a page too."""
        row = self.conn.execute(
            "SELECT page.dict_id, leaned.dict_id FROM blobs page LEFT JOIN blobs leaned ON leaned.sha256 = page.dict_id"
            " WHERE page.sha256 = ? AND page.size <= ?",
            [before, MOST_LEANED_ON],
        ).fetchone()
        earlier = row[0] if row and row[1] else before
        if row and earlier and self._made_ready(earlier):
            yield earlier

    def _most_alike(self, body: bytes, known: Iterable[str]) -> list[str]:
        """The page of these, if any, whose ends have the most in common with those of `body`."""
        pieces = _pieces(body)
        held = {name: sum(map(len, ready.pieces & pieces)) for name in known if (ready := self._made_ready(name))}
        name = max(held, key=lambda name: held[name], default=None)
        return [name] if name and held[name] >= LEAST_ALIKE * sum(map(len, pieces)) else []

    def _made_ready(self, name: str) -> _Whole | None:
        """A page prepared as a dictionary; None if it is missing or damaged."""
        ready = self._ready.pop(name, None)
        try:
            ready = ready or _Whole(self.get(name))
        except (KeyError, ValueError):
            return None
        self._hold(name, ready)
        return ready

    def _hold(self, name: str, ready: _Whole) -> None:
        """Keep a dictionary in memory, since more pages will soon need it."""
        self._ready[name] = ready
        if len(self._ready) > MOST_READY:
            del self._ready[next(iter(self._ready))]

    def _pack_again(self, name: str, dict_id: str | None) -> None:
        """Compress a stored page again, with another dictionary or none."""
        body = self.get(name)
        leaned_on = self._made_ready(dict_id) if dict_id else None
        data = leaned_on.pack(body) if leaned_on else None
        alone = self._alone.compress(body)
        if data is None or len(data) + COST >= len(alone):
            data, dict_id = alone, None
        self.conn.execute("UPDATE blobs SET dict_id = ?, data = ? WHERE sha256 = ?", [dict_id, data, name])


def refuse_others(path: Path) -> None:
    """Raise Problem if the file is a SQLite database of another kind; changes nothing.

    A file with our application id is left to the code that opens it together with its log. During a write, after a kill or on
    a full disk, the file without its log is incomplete, and would look damaged.
    """
    if mark(path) == APPLICATION_ID:
        return
    conn = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)
    try:
        if _is_of_others(conn):
            raise _not_ours(path)
    except sqlite3.Error as error:
        raise _damaged(path, error) from error
    finally:
        conn.close()


def _is_ours(conn: sqlite3.Connection) -> bool:
    tables = conn.execute("SELECT count(*) FROM sqlite_master WHERE name IN ('blobs', 'templates')").fetchone()[0]
    return bool(tables == len(_TABLES)) and conn.execute("PRAGMA application_id").fetchone()[0] == APPLICATION_ID


def _is_of_others(conn: sqlite3.Connection) -> bool:
    tables = conn.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    return bool(tables) and conn.execute("PRAGMA application_id").fetchone()[0] != APPLICATION_ID


def _not_ours(path: Path) -> Problem:
    return Problem(f"{path} is no file of raw pages: move it away, or give the archive another name")


def _is_damage(error: sqlite3.Error) -> bool:
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


def _damaged(path: Path, error: sqlite3.Error) -> Problem:
    return Problem(f"the raw pages {path} cannot be read ({error}): restore the file from a backup")


Wholes = MutableMapping[str, bytes]
"""A cache of dictionary pages, for a caller that reads many pages."""


def read_page(conn: sqlite3.Connection, name: str, wholes: Wholes | None = None) -> bytes:
    """The page with this SHA-256, from an open file of pages. Raises KeyError and ValueError like `PageStore.get`."""
    row = conn.execute("SELECT size, dict_id, data FROM blobs WHERE sha256 = ?", [name]).fetchone()
    if row is None:
        raise KeyError(name)
    size, dict_id, data = row
    dictionary = (
        ZstdCompressionDict(_whole(conn, name, dict_id, wholes), zstandard.DICT_TYPE_RAWCONTENT) if dict_id else None
    )
    try:
        if zstandard.frame_content_size(data) != size:
            raise ValueError(f"page {name} does not have the size that was stored")
        body = ZstdDecompressor(dict_data=dictionary).decompress(data)
    except zstandard.ZstdError as error:
        raise ValueError(f"page {name} cannot be unpacked: {error}") from error
    if sha256(body).hexdigest() != name:
        raise ValueError(f"page {name} is not what was stored")
    return body


def _whole(conn: sqlite3.Connection, name: str, dict_id: str, wholes: Wholes | None) -> bytes:
    """The dictionary page of the page `name`."""
    if wholes is not None and dict_id in wholes:
        return wholes[dict_id]
    try:
        body = read_page(conn, dict_id, wholes)
    except KeyError as error:
        raise ValueError(f"page {name} leans on page {dict_id}, which is missing") from error
    except (ValueError, RecursionError) as error:
        raise ValueError(f"page {name} leans on page {dict_id}, which is damaged") from error
    if wholes is not None:
        if len(wholes) >= MOST_READY:
            del wholes[next(iter(wholes))]
        wholes[dict_id] = body
    return body
