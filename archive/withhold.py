"""Withholding: a document that may not be shown, or not be kept. Its hashes stay, and the chain still verifies.

hidden   out of browsing, search, exports and the comparison of copies; its texts and pages stay in the files
erased   also its texts and raw pages overwritten, and its addresses never asked for again
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from typing import Any

from archive.shown import Level, hide, level_of
from archive.store import Archive
from scrapers.clean import one_line
from scrapers.model import Problem, utc

TEXTS = ("title", "published_at", "origin", "author", "editor", "body", "body_published", "page_text", "images",
         "attachments", "extra")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Withheld:
    """What was withheld, and who else has it, as far as this archive knows: other documents of nearly the same text, by key;
    releases by tag; folders of backups and releases with the day (UTC) on which they were written."""

    key: str
    level: Level
    versions: int
    pages: int
    copies: tuple[str, ...]
    releases: tuple[str, ...]
    elsewhere: tuple[tuple[str, str], ...]


def withhold(archive: Archive, name: str, level: Level, reason: str, reference: str | None = None) -> Withheld:
    """Withhold the document with this address or key. What was erased stays so; what was cut short is carried on.

    reason, reference   are shown where the document was cited

    Raises Problem where there is no such document, or it has no reason.
    """
    conn = archive.conn
    reason, reference = one_line(reason), one_line(reference) if reference else None
    if not reason:
        raise Problem("--reason is empty: say why, in words that readers will see")
    found = conn.execute("SELECT id FROM documents WHERE key = ?", [name]).fetchone()
    document_id = int(found[0]) if found else archive.document_of(name)
    if document_id is None:
        raise Problem(f"the archive holds no document {name}: give its address or its key, which `gaoxin search` shows")
    conn.execute("PRAGMA secure_delete = ON")
    with archive.transaction():
        before = level_of(conn, document_id)
        if before != level and before != "erased":
            row = {"document_id": document_id, "level": level, "reason": reason, "reference": reference}
            archive.db.table("withheld").insert({**row, "at": utc(archive.now())})
        hide(archive.db, document_id)
        if level_of(conn, document_id) == "erased":
            _erase_texts(conn, document_id)
    pages = _erase_pages(archive, document_id) if level_of(conn, document_id) == "erased" else 0
    return _told(conn, document_id, pages)


def refusal(archive: Archive, url: str) -> str | None:
    """Why this address is not asked for, in a sentence; None where it may be."""
    document_id = archive.document_of(url)
    if level_of(archive.conn, document_id) != "erased":
        return None
    return f"{url} was erased from the archive on request: it is not asked for again"


def record_elsewhere(archive: Archive, path: str, last_version_id: int) -> None:
    """Remember that a backup or a release was written to this folder, and the last version in it."""
    row = {"path": path, "written_at": utc(archive.now()), "last_version_id": last_version_id}
    with archive.transaction():
        archive.db.table("elsewhere").upsert(row, pk="path")


def erased_pages(conn: sqlite3.Connection, document_id: int) -> list[str]:
    """The raw pages that were seen at the addresses of a document."""
    rows = conn.execute(
        "SELECT raw_sha256 FROM observations WHERE raw_sha256 IS NOT NULL AND document_id = ?1 UNION SELECT raw_sha256"
        " FROM observations WHERE raw_sha256 IS NOT NULL AND url IN (SELECT url FROM urls WHERE document_id = ?1)",
        [document_id],
    )
    return [row[0] for row in rows]


def is_kept_for_others(conn: sqlite3.Connection, raw_sha256: str) -> bool:
    """Whether a raw page was also seen at an address that is of no erased document."""
    sql = f"SELECT 1 FROM observations WHERE raw_sha256 = ? AND NOT {IS_ERASED} LIMIT 1"
    return conn.execute(sql, [raw_sha256]).fetchone() is not None


_ERASED = "(SELECT document_id FROM withheld WHERE level = 'erased')"
IS_ERASED = f"(coalesce(document_id, 0) IN {_ERASED} OR url IN (SELECT url FROM urls WHERE document_id IN {_ERASED}))"
"""Whether an observation is of an erased document, in SQL."""


def _erase_texts(conn: sqlite3.Connection, document_id: int) -> None:
    """Overwrite the texts of a document, and its words in the search index; what another document says too is that one's."""
    conn.execute(
        f"UPDATE contents SET {', '.join(f'{name} = NULL' for name in TEXTS)}"
        " WHERE (sha256, page_text_sha256, extra_sha256) IN"
        " (SELECT content_sha256, page_text_sha256, extra_sha256 FROM versions WHERE document_id = ?1)"
        " AND NOT EXISTS (SELECT 1 FROM versions v WHERE (v.content_sha256, v.page_text_sha256, v.extra_sha256) ="
        "  (contents.sha256, contents.page_text_sha256, contents.extra_sha256)"
        f"  AND v.document_id <> ?1 AND v.document_id NOT IN {_ERASED})",
        [document_id],
    )
    conn.execute("INSERT INTO bulletins_fts (bulletins_fts) VALUES ('optimize')")  # else they stay in older segments


def _erase_pages(archive: Archive, document_id: int) -> int:
    """After the texts: a page without a version is harmless."""
    names = erased_pages(archive.conn, document_id)
    try:
        erased = archive.pages.erase(name for name in names if not is_kept_for_others(archive.conn, name))
        archive.pages.commit()
    except BaseException:
        archive.pages.rollback()
        raise
    archive.conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # nothing of it is left in the side files
    archive.pages.tidy()
    return erased


def _copies(conn: sqlite3.Connection, document_id: int) -> tuple[str, ...]:
    """The keys of the documents that say the same or nearly, or once did."""
    rows = conn.execute(
        "SELECT DISTINCT d.key FROM documents d WHERE d.id <> ?1 AND d.id IN ("
        " SELECT other.document_id FROM versions own JOIN versions other USING (content_sha256) WHERE own.document_id = ?1"
        " UNION SELECT other_id FROM links WHERE document_id = ?1 AND kind IN ('exact', 'near')"
        " UNION SELECT document_id FROM links WHERE other_id = ?1 AND kind IN ('exact', 'near')) ORDER BY d.id",
        [document_id],
    )
    return tuple(row[0] for row in rows)


def _told(conn: sqlite3.Connection, document_id: int, pages: int) -> Withheld:
    key, versions, first = conn.execute(
        "SELECT d.key, count(*), min(v.id) FROM documents d JOIN versions v ON v.document_id = d.id WHERE d.id = ?",
        [document_id],
    ).fetchone()

    def holding(columns: str, table: str, written: str) -> list[Any]:
        sql = f"SELECT {columns} FROM {table} WHERE last_version_id >= ? AND {written} <= ? ORDER BY 1"
        return conn.execute(sql, [first, since]).fetchall()

    level = level_of(conn, document_id)
    assert level is not None, "it was withheld above"
    since = conn.execute("SELECT max(at) FROM withheld WHERE document_id = ?", [document_id]).fetchone()[0]
    tags = tuple(row[0] for row in holding("tag", "releases", "created_at"))
    elsewhere = tuple((row[0], row[1][:10]) for row in holding("path, written_at", "elsewhere", "written_at"))
    return Withheld(key, level, versions, pages, _copies(conn, document_id), tags, elsewhere)
