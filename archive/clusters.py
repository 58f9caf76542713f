"""Stores links, and chooses the canonical copy of each cluster: the fullest uncloaked one.

Every member of a cluster was compared with the canonical copy itself. A copy of a copy is a member only if it is also a copy
of that one. When a fuller or an uncloaked copy arrives, the members are linked to it and their links to the old one retired.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from archive.dedupe import Link, documents
from archive.judge import judge

_NEWEST = (
    "(SELECT id FROM versions WHERE document_id = ? AND content_sha256 IS NOT NULL"
    " ORDER BY captured_at DESC, id DESC LIMIT 1)"
)


def relink(conn: sqlite3.Connection, document_id: int, links: Sequence[Link], run: int | None) -> None:
    """Replace the links that older texts of `document_id` gave it, and choose the canonical copies again.

    Old links are retired, never deleted: `retired_run_id` is the run that did it, 0 outside a run. A link that states the same
    about the same two texts stays.
    """
    touched = _cluster(conn, document_id)
    standing = {row[1]: row for row in _living(conn, document_id)}
    said = {link.other_id: link for link in links}
    for other, (rowid, _, *told) in standing.items():
        if other not in said or not _says(conn, document_id, said[other], told):
            conn.execute("UPDATE links SET retired_run_id = ? WHERE rowid = ?", [run or 0, rowid])
        else:
            del said[other]
    for link in said.values():
        _insert(conn, document_id, link, run)
    for other in linked(conn, document_id, copies_only=True):
        touched |= _cluster(conn, other)
    settled: set[int] = set()
    while touched:
        _settle(conn, document_id, touched, run)
        settled |= touched
        touched = _apart(conn, settled)


def _says(conn: sqlite3.Connection, document_id: int, link: Link, told: Sequence[object]) -> bool:
    """Whether an active link, as `_living` returns it, states the same about the newest texts as `link`. Its rule may differ
    if it was written for the other document."""
    is_ours, ours, theirs, kind, score, rule = told
    newest = [conn.execute(f"SELECT {_NEWEST}", [document]).fetchone()[0] for document in (document_id, link.other_id)]
    same = (kind, score) == (link.kind, link.score) and (not is_ours or rule == link.rule)
    return same and all(_is_body_of(conn, *pair) for pair in zip(newest, (ours, theirs), strict=True))


def _is_body_of(conn: sqlite3.Connection, version: int, other: object) -> bool:
    """Whether two versions have the same body: an edited title does not make another text."""
    sql = "SELECT (SELECT body FROM version_details WHERE id = ?) IS (SELECT body FROM version_details WHERE id = ?)"
    return version == other or bool(conn.execute(sql, [version, other]).fetchone()[0])


def linked(conn: sqlite3.Connection, document_id: int, *, copies_only: bool = False) -> set[int]:
    """The documents joined to this one by an active link, from either side; with `copies_only`, by a link between copies."""
    kinds = "('exact', 'near')" if copies_only else "('exact', 'near', 'part_of', 'related')"
    rows = conn.execute(
        f"SELECT other_id FROM links WHERE document_id = ?1 AND retired_run_id IS NULL AND kind IN {kinds}"
        f" UNION SELECT document_id FROM links WHERE other_id = ?1 AND retired_run_id IS NULL AND kind IN {kinds}",
        [document_id],
    )
    return {row[0] for row in rows}


def _settle(conn: sqlite3.Connection, document_id: int, documents: set[int], run: int | None) -> None:
    """Divide `documents` into clusters, each around the best copy left, and write them to `bulletins`. A document alone has no
    canonical copy."""
    rest = _best_first(conn, documents)
    while rest:
        canonical, others = rest[0], rest[1:]
        known = linked(conn, canonical, copies_only=True) if others else set()
        members = [other for other in others if other in known or _verified(conn, document_id, canonical, other, run)]
        for member in members:
            _leave(conn, member, members, run)
        is_cluster = len(members) > 0
        conn.executemany(  # does not rewrite an unchanged row with its text
            "UPDATE bulletins SET canonical_id = ?1, copies = ?2"
            " WHERE document_id = ?3 AND (canonical_id, copies) IS NOT (?1, ?2)",
            [(canonical if is_cluster else None, len(members), document) for document in (canonical, *members)],
        )
        rest = [other for other in others if other not in members]


def _apart(conn: sqlite3.Connection, settled: set[int]) -> set[int]:
    """The documents of two clusters, or two single documents, whose canonical copies are copies of each other. Empty if there
    are none. A document that lost its canonical copy may be a copy of another one.

    The lesser one joins the better one, and no document leaves a better one for it, so this terminates.
    """
    marks = ",".join("?" * len(settled))
    pair = conn.execute(
        "SELECT one.document_id, other.document_id FROM links l JOIN bulletins one ON one.document_id = l.document_id"
        " JOIN bulletins other ON other.document_id = l.other_id"
        f" WHERE (l.document_id IN ({marks}) OR l.other_id IN ({marks}))"
        " AND l.retired_run_id IS NULL AND l.kind IN ('exact', 'near')"
        " AND coalesce(one.canonical_id, one.document_id) = one.document_id"
        " AND coalesce(other.canonical_id, other.document_id) = other.document_id LIMIT 1",
        [*settled, *settled],
    ).fetchone()
    return _cluster(conn, pair[0]) | _cluster(conn, pair[1]) if pair else set()


def _verified(conn: sqlite3.Connection, document_id: int, canonical: int, other: int, run: int | None) -> bool:
    """Whether two documents that are not linked as copies are copies. If so they are linked, from the document at hand if it
    is one of them."""
    first, second = (canonical, other) if canonical == document_id else (other, canonical)
    verdict = judge(*(told for _, told in documents(conn, [first, second])))
    if verdict is None or verdict.kind not in ("exact", "near"):
        return False
    _retire_between(conn, first, second, run)
    _insert(conn, first, Link(second, verdict.kind, verdict.score, verdict.rule), run)
    return True


def _leave(conn: sqlite3.Connection, member: int, members: Sequence[int], run: int | None) -> None:
    """Retire the link of a member to its former canonical copy, if that is just another member now. If it is no member, the
    link stays, as it alone records what the two have in common."""
    before = conn.execute("SELECT canonical_id FROM bulletins WHERE document_id = ?", [member]).fetchone()[0]
    if before != member and before in members:
        _retire_between(conn, member, before, run)


def _cluster(conn: sqlite3.Connection, document_id: int) -> set[int]:
    """The documents with the same canonical copy as this one, and the document itself."""
    rows = conn.execute(
        "SELECT document_id FROM bulletins WHERE canonical_id ="
        " (SELECT canonical_id FROM bulletins WHERE document_id = ?)",
        [document_id],
    )
    return {document_id, *(row[0] for row in rows)}


def _best_first(conn: sqlite3.Connection, documents: set[int]) -> list[int]:
    """Uncloaked copies before cloaked ones, then longer before shorter, then by time of publication."""
    if len(documents) == 1:
        return [*documents]
    rows = conn.execute(
        f"SELECT b.document_id FROM bulletins b WHERE b.document_id IN ({','.join('?' * len(documents))}) ORDER BY"
        " (SELECT v.body_published IS NOT NULL FROM version_details v WHERE v.document_id = b.document_id"
        "  AND v.content_sha256 IS NOT NULL ORDER BY v.captured_at DESC, v.id DESC LIMIT 1),"
        " length(b.body) DESC, b.published_at IS NULL, b.published_at, b.document_id",
        list(documents),
    )
    return [row[0] for row in rows]


def _living(conn: sqlite3.Connection, document_id: int) -> list[tuple[int, ...]]:
    """The active links of a document: rowid, the other document, whether the link was written for this one, the version of
    this one and of the other, kind, score, rule."""
    return conn.execute(
        "SELECT rowid, other_id, 1, version_id, other_version_id, kind, score, rule FROM links"
        " WHERE document_id = ?1 AND retired_run_id IS NULL"
        " UNION ALL SELECT rowid, document_id, 0, other_version_id, version_id, kind, score, rule FROM links"
        " WHERE other_id = ?1 AND retired_run_id IS NULL",
        [document_id],
    ).fetchall()


def _insert(conn: sqlite3.Connection, document_id: int, link: Link, run: int | None) -> None:
    conn.execute(
        "INSERT INTO links (document_id, other_id, version_id, other_version_id, kind, score, rule, run_id)"
        f" VALUES (?, ?, {_NEWEST}, {_NEWEST}, ?, ?, ?, ?)",
        [
            *(document_id, link.other_id, document_id, link.other_id),
            *(link.kind, link.score, link.rule, run),
        ],
    )


def _retire_between(conn: sqlite3.Connection, one: int, other: int, run: int | None) -> None:
    conn.execute(
        "UPDATE links SET retired_run_id = ? WHERE retired_run_id IS NULL"
        " AND (document_id, other_id) IN (VALUES (?, ?), (?, ?))",
        [run or 0, one, other, other, one],
    )
