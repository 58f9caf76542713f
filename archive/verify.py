"""Every hash of an archive recomputed, and every reference followed. The first bad row is named.

What it proves: no version, content or link to a raw page was changed since it was appended by whoever does not also
rewrite every later hash. A cut tail is only found with a release, which holds the head of the chain.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from archive.files import connect_existing
from archive.hashes import GENESIS, content_digest, extra_digest, text_digest, version_digest
from archive.pages import PageStore, pages_path


@dataclass(frozen=True, slots=True)
class Verified:
    """How many versions were checked, the head of the chain, and the first fault, in words; None where all is well."""

    versions: int
    head: str
    fault: str | None


def verify(path: Path) -> Verified:
    """Check the archive at `path`. Raises Problem where it is none."""
    conn = connect_existing(path)
    conn.row_factory = sqlite3.Row
    pages = PageStore(pages_path(path)) if pages_path(path).exists() else None
    checked, head = 0, GENESIS
    try:
        damaged = conn.execute("PRAGMA quick_check(1)").fetchone()[0]
        if damaged != "ok":
            return Verified(0, head, f"the file is damaged: {damaged}")
        for version in conn.execute("SELECT * FROM versions ORDER BY id"):
            fault = next(_faults(conn, pages, version, head, checked + 1), None)
            if fault:
                return Verified(checked, head, f"version {version['id']} (document {version['document_id']}): {fault}")
            checked, head = checked + 1, version["hash"]
        return Verified(checked, head, next(_stray_faults(conn), None))
    except sqlite3.DatabaseError as error:
        return Verified(checked, head, f"the file is damaged after version {checked}: {error}")
    finally:
        conn.close()
        if pages:
            pages.close()


def _faults(
    conn: sqlite3.Connection, pages: PageStore | None, version: sqlite3.Row, head: str, expected_id: int
) -> Iterator[str]:
    row: dict[str, Any] = dict(version)
    if row["id"] != expected_id:
        yield f"version {expected_id} before it is missing"
    if row["prev_hash"] != head:
        yield "its prev_hash is not the hash of the version before it"
    document = conn.execute("SELECT key FROM documents WHERE id = ?", [row["document_id"]]).fetchone()
    if document is None:
        yield "its document is missing"
    raw = conn.execute(
        "SELECT p.raw_sha256, o.raw_sha256 AS observed FROM version_pages p"
        " LEFT JOIN observations o ON o.id = p.observation_id WHERE p.version_id = ? ORDER BY p.n",
        [row["id"]],
    ).fetchall()
    if version_digest(row, document["key"], [page["raw_sha256"] for page in raw]) != row["hash"]:
        yield "its hash does not match what it says"
    if row["content_sha256"] is not None:
        yield from _content_faults(conn, row)
    for page in raw:
        if page["raw_sha256"] != (page["observed"] or page["raw_sha256"]):
            yield f"raw page {page['raw_sha256'][:12]} is not the one that was observed"
        yield from _page_faults(pages, page["raw_sha256"])


def _content_faults(conn: sqlite3.Connection, version: dict[str, Any]) -> Iterator[str]:
    content = conn.execute("SELECT * FROM contents WHERE sha256 = ?", [version["content_sha256"]]).fetchone()
    if content is None:
        yield f"its content {version['content_sha256'][:12]} is missing"
        return
    if content_digest(content) != version["content_sha256"]:
        yield "its content does not match its content_sha256"
    if text_digest(content["page_text"] or "") != version["page_text_sha256"]:
        yield "its page_text does not match its page_text_sha256"
    if extra_digest(content) != version["extra_sha256"]:
        yield "its body_published or extra does not match its extra_sha256"


def _page_faults(pages: PageStore | None, raw_sha256: str) -> Iterator[str]:
    if pages is None:
        yield f"raw page {raw_sha256[:12]} is missing: there is no .pages.db beside the archive"
        return
    try:
        pages.get(raw_sha256)
    except KeyError:
        yield f"raw page {raw_sha256[:12]} is missing"
    except ValueError as error:
        yield str(error)


def _stray_faults(conn: sqlite3.Connection) -> Iterator[str]:
    """What people browse must be the newest state of its document, and every document must have a version."""
    row = conn.execute(
        "SELECT id FROM documents d WHERE NOT EXISTS (SELECT 1 FROM versions v WHERE v.document_id = d.id) LIMIT 1"
    ).fetchone()
    if row:
        yield f"document {row['id']} has no version"
    shown = conn.execute(
        "SELECT b.*, c.title AS c_title, c.published_at AS c_published_at, c.origin AS c_origin, c.author AS c_author,"
        " c.editor AS c_editor, c.body AS c_body, (SELECT count(*) FROM versions v WHERE v.document_id = b.document_id) AS n"
        " FROM documents d LEFT JOIN bulletins b ON b.document_id = d.id LEFT JOIN contents c ON c.sha256 ="
        " (SELECT content_sha256 FROM versions v WHERE v.document_id = d.id AND content_sha256 IS NOT NULL"
        "  ORDER BY captured_at DESC, id DESC LIMIT 1) ORDER BY d.id"
    )
    for row in shown:
        if row["document_id"] is None:
            yield "a document has no row in bulletins"
        for name in ("title", "published_at", "origin", "author", "editor", "body"):
            if row[name] != row[f"c_{name}"]:
                yield f"bulletin {row['document_id']}: its {name} is not that of its newest version"
        if row["versions"] != row["n"]:
            yield f"bulletin {row['document_id']}: it counts {row['versions']} versions where there are {row['n']}"
