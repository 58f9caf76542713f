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

from archive.files import connect_existing, open_readable
from archive.hashes import GENESIS, content_digest, extra_digest, text_digest, version_digest
from archive.pages import pages_path, read_page


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
    checked, head = 0, GENESIS
    pages = None
    try:
        pages = open_readable(pages_path(path)) if pages_path(path).is_file() else None
        for version in conn.execute("SELECT * FROM versions ORDER BY id"):
            fault = next(_faults(conn, pages, version, head, checked + 1), None)
            if fault:
                return Verified(checked, head, f"version {version['id']} (document {version['document_id']}): {fault}")
            checked, head = checked + 1, version["hash"]
        return Verified(checked, head, next(_stray_faults(conn, pages), None))
    except sqlite3.DatabaseError as error:
        return Verified(checked, head, f"the file is damaged after version {checked}: {error}")
    finally:
        conn.close()
        if pages:
            pages.close()


def _faults(
    conn: sqlite3.Connection, pages: sqlite3.Connection | None, version: sqlite3.Row, head: str, expected_id: int
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
        if page["raw_sha256"] != page["observed"]:
            yield f"raw page {page['raw_sha256'][:12]} is not the one that was observed"
        yield from _page_faults(pages, page["raw_sha256"])


def _content_faults(conn: sqlite3.Connection, version: dict[str, Any]) -> Iterator[str]:
    named = [version[name] for name in ("content_sha256", "page_text_sha256", "extra_sha256")]
    content = conn.execute(
        "SELECT * FROM contents WHERE sha256 = ? AND page_text_sha256 = ? AND extra_sha256 = ?", named
    ).fetchone()
    if content is None:
        yield f"its content {version['content_sha256'][:12]} is missing"
        return
    if content_digest(content) != version["content_sha256"]:
        yield "its content does not match its content_sha256"
    if text_digest(content["page_text"] or "") != version["page_text_sha256"]:
        yield "its page_text does not match its page_text_sha256"
    if extra_digest(content) != version["extra_sha256"]:
        yield "its body_published or extra does not match its extra_sha256"


def _page_faults(pages: sqlite3.Connection | None, raw_sha256: str) -> Iterator[str]:
    if pages is None:
        yield f"raw page {raw_sha256[:12]} is missing: there is no .pages.db beside the archive"
        return
    try:
        read_page(pages, raw_sha256)
    except KeyError:
        yield f"raw page {raw_sha256[:12]} is missing"
    except ValueError as error:
        yield str(error)
    except sqlite3.DatabaseError as error:
        yield f"raw page {raw_sha256[:12]} cannot be read: the .pages.db is damaged ({error})"


def _stray_faults(conn: sqlite3.Connection, pages: sqlite3.Connection | None) -> Iterator[str]:
    """What people browse must be what the versions tell, of every document and of nothing else; the pages that only an
    observation names must be whole, and so must the file."""
    row = conn.execute("SELECT id FROM documents WHERE id NOT IN (SELECT document_id FROM versions) LIMIT 1").fetchone()
    if row:
        yield f"document {row['id']} has no version"
    row = conn.execute(
        "SELECT document_id AS id FROM bulletins WHERE document_id NOT IN (SELECT id FROM documents)"
    ).fetchone()
    if row:
        yield f"bulletin {row['id']} is of no document"
    for row in conn.execute(_SHOWN):
        if row["shown_id"] is None:
            yield f"document {row['id']} has no row in bulletins"
        for name in _COLUMNS:
            if row[name] != row[f"true_{name}"]:
                yield f"bulletin {row['id']}: its {name} is not what its versions tell"
    for row in conn.execute(
        "SELECT min(id) AS id, raw_sha256 FROM observations WHERE raw_sha256 IS NOT NULL"
        " AND raw_sha256 NOT IN (SELECT raw_sha256 FROM version_pages) GROUP BY raw_sha256"
    ):
        yield from (f"observation {row['id']}: {fault}" for fault in _page_faults(pages, row["raw_sha256"]))
    damaged = conn.execute("PRAGMA quick_check(1)").fetchone()[0]
    if damaged != "ok":
        yield f"the file is damaged: {damaged}"


_COLUMNS = (
    "key source url status captured_at versions title published_at origin author editor body".split()
)  # fmt: skip
_SHOWN = """
SELECT d.id, b.document_id AS shown_id, b.*, d.key AS true_key, d.source AS true_source,
  (SELECT url FROM urls WHERE document_id = d.id AND why IN ('first', 'moved') ORDER BY rowid DESC LIMIT 1) AS true_url,
  iif(newest.change = 'gone', 'gone', 'live') AS true_status, newest.captured_at AS true_captured_at,
  (SELECT count(*) FROM versions WHERE document_id = d.id) AS true_versions,
  c.title AS true_title, c.published_at AS true_published_at, c.origin AS true_origin, c.author AS true_author,
  c.editor AS true_editor, c.body AS true_body
FROM documents d LEFT JOIN bulletins b ON b.document_id = d.id
JOIN versions newest ON newest.id =
  (SELECT id FROM versions WHERE document_id = d.id ORDER BY captured_at DESC, id DESC LIMIT 1)
LEFT JOIN version_details c ON c.id = (SELECT id FROM versions WHERE document_id = d.id AND content_sha256 IS NOT NULL
  ORDER BY captured_at DESC, id DESC LIMIT 1)
ORDER BY d.id
"""
