"""Checks that what is stored beside the versions agrees with them: documents, addresses, bulletins, pages, erasures."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from archive.connections import open_readable
from archive.files import connect_existing
from archive.hashes import document_key
from archive.pages import Wholes, pages_path, read_page
from archive.schema import content_of
from archive.withhold import IS_ERASED, erased_pages


def connect(path: Path) -> sqlite3.Connection:
    """Open an archive to be read from end to end. Raises Problem if it is not one."""
    conn = connect_existing(path)
    conn.execute(f"PRAGMA mmap_size = {1 << 40}")
    return conn


class RawPages:
    """The raw pages of an archive, if there are any. With `deep`, each is unpacked and hashed; else it only has to exist."""

    def __init__(self, archive: Path, deep: bool) -> None:
        self.conn = open_readable(pages_path(archive)) if pages_path(archive).is_file() else None
        self.deep = deep
        self._wholes: Wholes = {}

    def faults(self, raw: str) -> Iterator[str]:
        """The faults of the page with this hash."""
        if self.conn is None:
            yield f"raw page {raw[:12]} is missing: there is no .pages.db beside the archive"
            return
        try:
            if self.deep:
                read_page(self.conn, raw, self._wholes)
            elif self.conn.execute("SELECT 1 FROM blobs WHERE sha256 = ?", [raw]).fetchone() is None:
                raise KeyError(raw)
        except KeyError:
            yield f"raw page {raw[:12]} is missing"
        except ValueError as error:
            yield str(error)
        except sqlite3.DatabaseError as error:
            yield f"raw page {raw[:12]} cannot be read: the .pages.db is damaged ({error})"

    def close(self) -> None:
        """Close the file."""
        if self.conn:
            self.conn.close()


def faults(conn: sqlite3.Connection, pages: RawPages) -> Iterator[str]:
    """What does not agree with the versions, one sentence each. Raises sqlite3.DatabaseError if the file is damaged."""
    return chain(_documents(conn), _strays(conn), _pages(conn, pages), _erasures(conn, pages), _damage(conn, pages))


def _documents(conn: sqlite3.Connection) -> Iterator[str]:
    """The key of a document must match its source and first address. Every other address was seen to lead to it."""
    for document_id, key, source, first in conn.execute(_DOCUMENTS):
        if first is None or document_key(source, first) != key:
            yield f"document {document_id}: its source and first address are not those of its key"
    for (fault,) in conn.execute(_STRAYED):
        yield fault


def _strays(conn: sqlite3.Connection) -> Iterator[str]:
    """What people browse must match the versions. It must hold every document that is not withheld, and nothing else."""
    for (number,) in conn.execute(
        "SELECT id FROM documents WHERE id NOT IN (SELECT document_id FROM versions) LIMIT 1"
    ):
        yield f"document {number} has no version"
    for (number,) in conn.execute(
        "SELECT document_id FROM bulletins WHERE document_id NOT IN (SELECT id FROM documents) LIMIT 1"
    ):
        yield f"bulletin {number} is of no document"
    for row in conn.execute(_NOT_SHOWN):
        yield row[0]
    for number, level in conn.execute(
        "SELECT document_id, level FROM withheld JOIN bulletins USING (document_id) ORDER BY level LIMIT 1"
    ):
        yield f"document {number} is {level}, and still in bulletins"


def _pages(conn: sqlite3.Connection, pages: RawPages) -> Iterator[str]:
    """The pages that only an observation references must exist."""
    for number, raw in conn.execute(
        "SELECT min(id), raw_sha256 FROM observations WHERE raw_sha256 IS NOT NULL"
        f" AND raw_sha256 NOT IN (SELECT raw_sha256 FROM version_pages) AND NOT {IS_ERASED} GROUP BY raw_sha256"
    ):
        yield from (f"observation {number}: {fault}" for fault in pages.faults(raw))


def _erasures(conn: sqlite3.Connection, pages: RawPages) -> Iterator[str]:
    """Erasures that were cut short."""
    if not conn.execute("SELECT 1 FROM withheld WHERE level = 'erased' LIMIT 1").fetchone():
        return
    for (document_id,) in conn.execute(_STILL_THERE):
        yield f"document {document_id} is erased, and its text still kept: withhold it again"
    for raw, document_id in erased_pages(conn) if pages.conn else ():
        if next(pages.faults(raw), None) is None:
            yield f"document {document_id} is erased, and its raw page {raw[:12]} still kept: withhold it again"


def _damage(conn: sqlite3.Connection, pages: RawPages) -> Iterator[str]:
    """With `deep`, both files must pass SQLite's `quick_check`."""
    for name, file in (("file", conn), (".pages.db", pages.conn)):
        damaged = file.execute("PRAGMA quick_check(1)").fetchone()[0] if file and pages.deep else "ok"
        if damaged != "ok":
            yield f"the {name} is damaged: {damaged}"


_DOCUMENTS = """
SELECT d.id, d.key, d.source, u.url FROM documents d LEFT JOIN urls u ON u.document_id = d.id AND u.why = 'first' ORDER BY d.id
"""
_STRAYED = """
SELECT 'document ' || u.document_id || ': its address ' || u.url || ' was never seen to lead to it' FROM urls u
  WHERE u.why <> 'first' AND (u.why NOT IN ('page', 'redirect', 'moved') OR NOT EXISTS (SELECT 1 FROM observations o
    WHERE o.document_id = u.document_id AND u.url IN (o.url, o.final_url)))
"""
_STILL_THERE = f"""
SELECT v.document_id FROM versions v JOIN contents c ON
  {content_of("v")}
WHERE v.document_id IN (SELECT document_id FROM withheld WHERE level = 'erased') AND c.body IS NOT NULL
  AND NOT EXISTS (SELECT 1 FROM versions o WHERE {content_of("o")}
    AND o.document_id NOT IN (SELECT document_id FROM withheld WHERE level = 'erased'))
"""
_COLUMNS = "key source url status captured_at versions title published_at origin author editor body".split()
_NOT_SHOWN = f"""
SELECT CASE WHEN b.document_id IS NULL THEN 'document ' || d.id || ' has no row in bulletins'
  {
    " ".join(
        f"WHEN b.{name} IS NOT true_{name} THEN 'bulletin ' || d.id || ': its {name} is not what its versions tell'"
        for name in _COLUMNS
    )
} END AS fault
FROM (SELECT d.id, d.key AS true_key, d.source AS true_source,
    (SELECT url FROM urls WHERE document_id = d.id AND why IN ('first', 'moved') ORDER BY rowid DESC LIMIT 1) AS true_url,
    (SELECT count(*) FROM versions WHERE document_id = d.id) AS true_versions,
    iif(newest.change = 'gone', 'gone', 'live') AS true_status, newest.captured_at AS true_captured_at,
    c.title AS true_title, c.published_at AS true_published_at, c.origin AS true_origin, c.author AS true_author,
    c.editor AS true_editor, c.body AS true_body
  FROM documents d
  JOIN versions newest ON newest.id =
    (SELECT id FROM versions WHERE document_id = d.id ORDER BY captured_at DESC, id DESC LIMIT 1)
  LEFT JOIN versions spoken ON spoken.id = iif(newest.content_sha256 IS NOT NULL, newest.id, (SELECT id FROM versions
    WHERE document_id = d.id AND content_sha256 IS NOT NULL ORDER BY captured_at DESC, id DESC LIMIT 1))
  LEFT JOIN contents c ON {content_of("spoken")}
  WHERE d.id NOT IN (SELECT document_id FROM withheld)) d
LEFT JOIN bulletins b ON b.document_id = d.id
WHERE fault IS NOT NULL ORDER BY d.id LIMIT 1
"""
"""The first document whose row in `bulletins` does not match its versions, as a sentence."""
