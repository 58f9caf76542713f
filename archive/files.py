"""Opens archive files. Checks that each is an archive, writable, and of our schema, before anything is written."""

from __future__ import annotations

import sqlite3
from contextlib import closing, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from archive import search
from archive.connections import can_write, make_durable, mark, open_readable, open_writable, with_remedy
from archive.pages import PageStore, pages_path, refuse_others
from archive.schema import APPLICATION_ID, NAMES, applied, migrations
from scrapers.model import Problem

if TYPE_CHECKING:
    from sqlite_utils import Database


def connect(path: Path) -> Database:
    """Open the archive at `path` for writing; it is created if missing, and migrated to the current schema.

    Raises Problem, and writes nothing, if it is not an archive, is newer than this code, or cannot be written.
    """
    from sqlite_utils import Database

    if not path.parent.is_dir():
        raise Problem(f"{path.parent} is no folder: make it, or give another --archive")
    for file in (path, pages_path(path)):
        _refuse_unwritable(file)
    if pages_path(path).exists():
        refuse_others(pages_path(path))
    if not (path.exists() and path.stat().st_size) and (other := sharing(path)):
        raise Problem(
            f"{path} would keep its raw pages in {pages_path(path).name}, where {other.name} has its own: give it a name that"
            " differs before the ending too"
        )
    db = None
    try:
        db = Database(open_writable(path))
        if not _is_empty(db.conn):
            _refuse_others(db.conn, path)
        make_durable(db.conn)
        db.conn.execute("PRAGMA foreign_keys = ON")
        search.prepare(db.conn)
        if _is_outdated(db.conn):
            _migrate(db)
    except Problem:
        raise
    except (sqlite3.Error, OSError) as error:
        if db:
            db.close()
        raise Problem(
            f"the archive {path} cannot be opened for writing {with_remedy(error, 'check the file and its folder')}"
        ) from error
    return db


def open_pages(conn: sqlite3.Connection, path: Path) -> PageStore:
    """Open for writing the raw pages of the archive at `path`, itself open as `conn`. The file is created if no version names
    a page.

    Raises Problem if versions name pages and the file is missing or holds none of them: a new file would hide the loss for
    ever. Pages of erased documents do not count.
    """
    with closing(conn.execute(_NAMED)) as named:
        first = next(named, None)
        if first is None:
            return PageStore(pages_path(path))
        if not pages_path(path).exists():
            raise _without_pages(path, "is missing")
        pages = PageStore(pages_path(path))
        if not (pages.holds(first[0]) or any(pages.holds(name) for (name,) in named)):
            pages.close()
            raise _without_pages(path, "holds none of them")
        return pages


_NAMED = """
SELECT p.raw_sha256 FROM version_pages p JOIN versions v ON v.id = p.version_id
  WHERE v.document_id NOT IN (SELECT document_id FROM withheld WHERE level = 'erased')
"""


def _without_pages(path: Path, why: str) -> Problem:
    return Problem(
        f"the versions of {path} name raw pages, and {pages_path(path)} {why}: put the file that belongs to it beside it, or"
        " restore both from a backup"
    )


def sharing(path: Path) -> Path | None:
    """Another archive in the same folder that uses the same file for its raw pages, because the names differ only in the
    extension; None if there is none."""
    with suppress(OSError):
        for other in path.resolve().parent.iterdir():
            is_namesake = other.stem == path.stem and other.name != path.name and other.is_file()
            if is_namesake and mark(other) == APPLICATION_ID and not (path.exists() and other.samefile(path)):
                return other
    return None


def refuse_to_replace(file: Path, archive: Path) -> None:
    """Raise Problem if this file would replace the archive, its raw pages, a log beside them, any other SQLite file, or a pipe
    or device."""
    if file.exists() and not (file.is_file() or file.is_dir()):
        raise Problem(f"{file} is a pipe or a device, and nothing may be written in its place: give another name")
    real = file.resolve()
    base = next((real.with_name(real.name.removesuffix(end)) for end in _LOGS if real.name.endswith(end)), real)
    own = {archive.resolve(): "the archive", pages_path(archive).resolve(): "the raw pages of the archive"}
    what = own.get(base) or ("a SQLite file" if base.is_file() and _is_sqlite(base) else None)
    if what:
        is_log = "" if base == real else "a log of "
        raise Problem(f"{file} is {is_log}{what}, and nothing may be written in its place: give another name")


_LOGS = ("-wal", "-shm", "-journal")
"""The suffixes of the files that SQLite keeps beside a file."""


def connect_existing(path: Path) -> sqlite3.Connection:
    """Open an existing archive for reading only. Raises Problem if it is missing, or not an archive."""
    if not path.is_file():
        raise Problem(
            f"there is no archive at {path}: run `gaoxin fetch` or `gaoxin demo` first, or give --archive FILE"
        )
    try:
        conn = open_readable(path)
        _refuse_others(conn, path)
    except (sqlite3.Error, OSError) as error:
        raise Problem(
            f"the archive {path} cannot be read {with_remedy(error, 'check that it is the right file')}"
        ) from error
    return conn


def connect_current(path: Path) -> sqlite3.Connection:
    """Like `connect_existing`, but first migrates an archive of an older Gaoxin, if it can be written."""
    conn = connect_existing(path)
    if _is_outdated(conn) and can_write(path) and can_write(path.parent):
        conn.close()
        connect(path).close()
        conn = connect_existing(path)
    return conn


def _migrate(db: Database) -> None:
    db.conn.execute("BEGIN IMMEDIATE")
    try:
        migrations().apply(db)
        if search.tokenizer(db.conn) != search.TOKENIZER:
            search.rebuild(db.conn)
        db.conn.execute("COMMIT")
    except BaseException:
        if db.conn.in_transaction:
            db.conn.execute("ROLLBACK")
        raise


def _is_outdated(conn: sqlite3.Connection) -> bool:
    return not applied(conn) >= {*NAMES} or search.tokenizer(conn) != search.TOKENIZER


def _refuse_unwritable(file: Path) -> None:
    """Before anything is touched, refuse a file that is not SQLite, or that is not writable, or whose folder is not."""
    place = file if file.exists() else file.parent
    if not (can_write(place) and can_write(file.parent)) or file.is_dir():
        raise Problem(
            f"{file} cannot be written: check the rights of the file and its folder, or give another --archive"
        )
    if file.exists() and file.stat().st_size and not _is_sqlite(file):
        raise Problem(f"{file} is no SQLite file: give another --archive")


def _is_sqlite(file: Path) -> bool:
    with file.open("rb") as opened:
        return opened.read(16) == b"SQLite format 3\0"


def _is_empty(conn: sqlite3.Connection) -> bool:
    return bool(conn.execute("SELECT count(*) = 0 FROM sqlite_master").fetchone()[0])


def _refuse_others(conn: sqlite3.Connection, path: Path) -> None:
    if conn.execute("PRAGMA application_id").fetchone()[0] != APPLICATION_ID:
        conn.close()
        raise Problem(f"{path} is a SQLite file but no Gaoxin archive: give another --archive")
    if applied(conn) - {*NAMES} or search.tokenizer(conn) > search.TOKENIZER:
        conn.close()
        raise Problem(f"the archive {path} was made by a newer Gaoxin: install that one, or give another --archive")
