"""Links as they are kept, and the one canonical copy that a cluster hangs on: the fullest uncloaked one."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from archive.dedupe import Link

_NEWEST = (
    "(SELECT id FROM versions WHERE document_id = ? AND content_sha256 IS NOT NULL"
    " ORDER BY captured_at DESC, id DESC LIMIT 1)"
)


def relink(conn: sqlite3.Connection, document_id: int, version_id: int, links: Sequence[Link], run: int | None) -> None:
    """Replace the links that `document_id` was given by its older texts, and choose the canonical copies anew.

    Old links are retired, never deleted: `retired_run_id` is the run that did it, 0 outside of one.
    """
    touched = {document_id, *neighbours(conn, document_id), *(link.other_id for link in links)}
    conn.execute(
        "UPDATE links SET retired_run_id = ? WHERE ? IN (document_id, other_id) AND retired_run_id IS NULL",
        [run or 0, document_id],
    )
    conn.executemany(
        "INSERT INTO links (document_id, other_id, version_id, other_version_id, kind, score, rule, run_id)"
        f" VALUES (?, ?, ?, {_NEWEST}, ?, ?, ?, ?)",
        [
            (document_id, link.other_id, version_id, link.other_id, link.kind, link.score, link.rule, run)
            for link in links
        ],
    )
    settled: set[int] = set()
    for document in touched:
        if document not in settled:
            settled |= _settle(conn, _cluster(conn, document))


def neighbours(conn: sqlite3.Connection, document_id: int) -> set[int]:
    """The documents that a living link of copies joins to this one, from either side."""
    rows = conn.execute(
        "SELECT other_id FROM links WHERE document_id = ?1 AND retired_run_id IS NULL AND kind IN ('exact', 'near')"
        " UNION SELECT document_id FROM links WHERE other_id = ?1 AND retired_run_id IS NULL AND kind IN ('exact', 'near')",
        [document_id],
    )
    return {row[0] for row in rows}


def _cluster(conn: sqlite3.Connection, document_id: int) -> set[int]:
    """Every document that links lead to from this one."""
    cluster, frontier = {document_id}, [document_id]
    while frontier:
        fresh = neighbours(conn, frontier.pop()) - cluster
        cluster |= fresh
        frontier += fresh
    return cluster


def _settle(conn: sqlite3.Connection, cluster: set[int]) -> set[int]:
    """Write the canonical copy and the number of copies to every row of a cluster; a document alone has neither."""
    marks = ",".join("?" * len(cluster))
    canonical = None
    if len(cluster) > 1:
        canonical = conn.execute(
            "SELECT b.document_id FROM bulletins b WHERE b.document_id IN (" + marks + ") ORDER BY"
            " (SELECT v.body_published IS NOT NULL FROM version_details v WHERE v.document_id = b.document_id"
            "  AND v.content_sha256 IS NOT NULL ORDER BY v.captured_at DESC, v.id DESC LIMIT 1),"
            " length(b.body) DESC, b.published_at IS NULL, b.published_at, b.document_id LIMIT 1",
            list(cluster),
        ).fetchone()[0]
    conn.execute(
        f"UPDATE bulletins SET canonical_id = ?, copies = ? WHERE document_id IN ({marks})",
        [canonical, len(cluster) - 1, *cluster],
    )
    return cluster
