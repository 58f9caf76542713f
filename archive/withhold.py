"""Withholds a document that may not be shown, or not be kept. Its hashes stay, and the chain still verifies.

hidden   left out of browsing, search, exports and the comparison of copies; its texts and pages stay in the files
erased   its texts and raw pages are also overwritten, and its addresses never requested again; both files are rewritten,
         since SQLite leaves moved or deleted data in unused parts of them
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from archive.bulletins import Level, hide, level_of
from archive.files import sharing
from archive.history import named
from archive.store import Archive
from archive.times import day
from scrapers.clean import one_line
from scrapers.model import Problem, utc

TEXTS = ("title", "published_at", "origin", "author", "editor", "body", "body_published", "page_text", "images",
         "attachments", "extra")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Withheld:
    """What was withheld, and who else has it, as far as this archive knows: other documents with nearly the same text, by key;
    releases, by tag; folders of backups and releases, with the day (in Beijing) they were written."""

    key: str
    level: Level
    versions: int
    pages: int
    copies: tuple[str, ...]
    releases: tuple[str, ...]
    elsewhere: tuple[tuple[str, str], ...]


def withhold(archive: Archive, name: str, level: Level, reason: str, reference: str | None = None) -> Withheld:
    """Withhold the document with this address or key. An erased document stays erased; an erasure that was cut short is
    resumed.

    reason, reference   shown where the document was cited

    Raises Problem if there is no such document, the reason is empty, or another reason is already stored. It is also raised if
    another archive keeps its raw pages in the same file, or if the files cannot be rewritten once all else is written.
    """
    conn = archive.conn
    reason, reference = one_line(reason), one_line(reference) if reference else None
    if not reason:
        raise Problem("--reason is empty: say why, in words that readers will see")
    document_id = named(conn, name)
    if document_id is None:
        raise Problem(f"the archive holds no document {name}: give its address or its key, which `gaoxin search` shows")
    _refuse_another_reason(conn, document_id, name, level, (reason, reference))
    if level == "erased" and (other := sharing(archive.path)):
        raise Problem(
            f"{other} keeps its raw pages in the same file, and what both hold would be taken from it too: take it out of the"
            " folder first (`gaoxin backup` copies it with its pages)"
        )
    conn.execute("PRAGMA secure_delete = ON")
    with archive.transaction():
        before = level_of(conn, document_id)
        if before != level and before != "erased":
            row = {"document_id": document_id, "level": level, "reason": reason, "reference": reference}
            archive.db.table("withheld").insert({**row, "at": utc(archive.now())})
        hide(archive.db, document_id)
        if level_of(conn, document_id) == "erased":
            _erase_texts(conn, document_id)
    pages = 0
    if level_of(conn, document_id) == "erased":
        with archive.transaction():  # a second transaction, after the texts: a page without a version is harmless
            pages = archive.pages.erase(raw for raw, _ in erased_pages(conn))
            archive.pages.erase(_unseen_pages(archive))
        _write_anew(archive)
    return _told(archive, document_id, pages)


def _refuse_another_reason(
    conn: sqlite3.Connection, document_id: int, name: str, level: Level, told: tuple[str, str | None]
) -> None:
    """The reason for withholding a document was shown to readers, and cannot be changed."""
    sql = "SELECT level, reason, reference FROM withheld WHERE document_id = ? ORDER BY level"
    stands = conn.execute(sql, [document_id]).fetchone()
    if stands is None or (stands[0] == "hidden" and level == "erased"):
        return
    reason, reference = told
    if reason != stands[1] or reference not in (None, stands[2]):
        why = f"{stands[1]}, {stands[2]}" if stands[2] else stands[1]
        raise Problem(f"{name} is {stands[0]} already ({why}), and its reason stays: nothing was written")


def refusal(archive: Archive, url: str) -> str | None:
    """Why this address is not requested, as a sentence; None if it may be."""
    document_id = archive.document_of(url)
    if level_of(archive.conn, document_id) != "erased":
        return None
    return f"{url} was erased from the archive on request: it is not asked for again"


def record_elsewhere(archive: Archive, path: str, last_version_id: int) -> None:
    """Record that a backup or a release was written to this folder, and the last version in it."""
    row = {"path": path, "written_at": utc(archive.now()), "last_version_id": last_version_id}
    with archive.transaction():
        archive.db.table("elsewhere").upsert(row, pk="path")


def erased_pages(conn: sqlite3.Connection) -> list[tuple[str, int]]:
    """The raw pages that were seen only for erased documents, each with the id of one. None of them may be kept."""
    sql = (
        "SELECT raw_sha256, max(coalesce(document_id, (SELECT u.document_id FROM urls u WHERE u.url IN"
        " (observations.url, observations.final_url)))) FROM observations WHERE raw_sha256 IS NOT NULL"
        f" GROUP BY 1 HAVING min({IS_ERASED})"
    )
    return conn.execute(sql).fetchall()


def _unseen_pages(archive: Archive) -> list[str]:
    """The raw pages, of any document, that no observation names: a run that was killed after storing them left them."""
    kept = {row[0] for row in archive.pages.conn.execute("SELECT sha256 FROM blobs")}
    return sorted(kept.difference(row[0] for row in archive.conn.execute("SELECT raw_sha256 FROM observations")))


def _observed(documents: str) -> str:
    """SQL condition that an observation belongs to one of these documents. It either names one, or names none and its address,
    or the one it redirected to, is theirs."""
    addresses = f"(SELECT url FROM urls WHERE document_id IN {documents})"
    return f"coalesce(document_id IN {documents}, url IN {addresses} OR coalesce(final_url IN {addresses}, 0))"


_ERASED = "(SELECT document_id FROM withheld WHERE level = 'erased')"
IS_ERASED = _observed(_ERASED)
IS_WITHHELD = _observed("(SELECT document_id FROM withheld)")
"""SQL conditions that an observation belongs to an erased document, or to a withheld one."""


def _erase_texts(conn: sqlite3.Connection, document_id: int) -> None:
    """Overwrite the texts of a document, its words in the search index, the reasons of its links, and the response headers and
    errors of its observations. A text that another document has too stays."""
    conn.execute(
        f"UPDATE contents SET {', '.join(f'{name} = NULL' for name in TEXTS)}"
        " WHERE (sha256, page_text_sha256, extra_sha256) IN"
        " (SELECT content_sha256, page_text_sha256, extra_sha256 FROM versions WHERE document_id = ?1)"
        " AND NOT EXISTS (SELECT 1 FROM versions v WHERE (v.content_sha256, v.page_text_sha256, v.extra_sha256) ="
        "  (contents.sha256, contents.page_text_sha256, contents.extra_sha256)"
        f"  AND v.document_id <> ?1 AND v.document_id NOT IN {_ERASED})",
        [document_id],
    )
    conn.execute(
        "UPDATE observations SET headers = NULL, error = NULL WHERE coalesce(headers, error) IS NOT NULL"
        f" AND outcome <> 'withheld' AND {IS_ERASED}"
    )
    conn.execute(
        "UPDATE links SET rule = 'decided on a text that was erased' WHERE ?1 IN (document_id, other_id)", [document_id]
    )
    conn.execute("INSERT INTO bulletins_fts (bulletins_fts) VALUES ('optimize')")  # else they stay in older segments


def _write_anew(archive: Archive) -> None:
    """Rewrite both files, so that no erased data is left between their rows or in their side files."""
    for conn, file in ((archive.conn, archive.path), (archive.pages.conn, archive.pages.path)):
        try:
            conn.execute("VACUUM")
            is_read = conn.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        except sqlite3.OperationalError as error:
            raise _unfinished(file, str(error)) from error
        if is_read:
            raise _unfinished(file, "another program is reading it")


def _unfinished(file: Path, why: str) -> Problem:
    return Problem(
        f"the erased texts are out of every table, but their bytes may still stand in {file}, which could not be written anew"
        f" ({why}): withhold it again when nothing else has the archive open, and the disk has room for a second copy"
    )


def _copies(conn: sqlite3.Connection, document_id: int) -> tuple[str, ...]:
    """The keys of the documents with the same or nearly the same text, that quote it or are quoted in it, or once did."""
    rows = conn.execute(
        "SELECT DISTINCT d.key FROM documents d WHERE d.id <> ?1 AND d.id IN ("
        " SELECT other.document_id FROM versions own JOIN versions other USING (content_sha256) WHERE own.document_id = ?1"
        " UNION SELECT other_id FROM links WHERE document_id = ?1 AND kind IN ('exact', 'near', 'part_of')"
        " UNION SELECT document_id FROM links WHERE other_id = ?1 AND kind IN ('exact', 'near', 'part_of')) ORDER BY d.id",
        [document_id],
    )
    return tuple(row[0] for row in rows)


def _told(archive: Archive, document_id: int, pages: int) -> Withheld:
    conn = archive.conn
    key, versions, first = conn.execute(
        "SELECT d.key, count(*), min(v.id) FROM documents d JOIN versions v ON v.document_id = d.id WHERE d.id = ?",
        [document_id],
    ).fetchone()

    def holding(columns: str, table: str, written: str, until: str) -> list[Any]:
        sql = f"SELECT {columns} FROM {table} WHERE last_version_id >= ? AND {written} <= ? ORDER BY 1"
        return conn.execute(sql, [first, until]).fetchall()

    level = level_of(conn, document_id)
    assert level is not None, "it was withheld above"
    hidden, since = conn.execute(
        "SELECT min(at), max(at) FROM withheld WHERE document_id = ?", [document_id]
    ).fetchone()
    tags = tuple(row[0] for row in holding("tag", "releases", "created_at", hidden))
    elsewhere = tuple(
        (path, day(at))
        for path, at in holding("path, written_at", "elsewhere", "written_at", since)
        if at <= hidden or not _is_release(Path(path), archive.path.name)
    )
    return Withheld(key, level, versions, pages, _copies(conn, document_id), tags, elsewhere)


def _is_release(folder: Path, archive: str) -> bool:
    """Whether a folder holds a release. A release leaves out what is hidden; a backup contains it."""
    return (folder / "release.json").is_file() and not (folder / archive).exists()
