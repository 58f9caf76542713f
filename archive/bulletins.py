"""What people browse and search, derived from the versions: the row in `bulletins`, the search index, the fingerprints and the
links. None of them holds a withheld document.
"""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING, Any, Literal

from archive import clusters, dedupe, search
from archive.connections import insert, rows
from archive.dedupe import Link
from archive.schema import content_of
from archive.states import last_number, state_at

if TYPE_CHECKING:
    from sqlite_utils import Database

Level = Literal["hidden", "erased"]


def level_of(conn: sqlite3.Connection, document_id: int | None) -> Level | None:
    """The level at which a document is withheld; None if it is not."""
    sql = "SELECT min(level) FROM withheld WHERE document_id = ?"  # 'erased' sorts before 'hidden'
    level: Level | None = conn.execute(sql, [document_id]).fetchone()[0]
    return level


def show(db: Database, document_id: int, run: int | None) -> tuple[Link, ...]:
    """Update what people browse of a document from its versions; returns its new links. The links are computed again only if
    its text, title or date changed, or its cloaked form may have."""
    conn = db.conn
    if level_of(conn, document_id):
        return ()
    newest = state_at(conn, document_id)
    spoken = newest if newest["content_sha256"] else state_at(conn, document_id, with_text=True)
    row = _row(conn, document_id, newest, spoken["id"])
    old = _shown(db, document_id)
    if old is None:
        insert(conn, "bulletins", row)
    else:
        db.table("bulletins").update(document_id, row)
    if old is None:
        search.note(conn, document_id, None, None)
    elif (old["title"], old["body"]) != (row["title"], row["body"]):
        search.note(conn, document_id, old["title"], old["body"])
    is_told = old is not None and all(old[name] == row[name] for name in ("title", "published_at", "body"))
    if is_told and not _is_beside_another(conn, document_id):
        return ()
    if old is None or old["body"] != row["body"]:
        if old is not None:
            dedupe.remove(conn, document_id, old["body"])
        dedupe.add(conn, document_id, row["body"])
    return _link(conn, document_id, row["body"], run)


def _is_beside_another(conn: sqlite3.Connection, document_id: int) -> bool:
    """Whether the side columns of the newest text, such as its cloaked form, differ from those of the text before."""
    beside = conn.execute(
        "SELECT extra_sha256 FROM versions WHERE document_id = ? AND content_sha256 IS NOT NULL"
        " ORDER BY captured_at DESC, id DESC LIMIT 2",
        [document_id],
    ).fetchall()
    return len({*beside}) > 1


def hide(db: Database, document_id: int) -> None:
    """Remove a document from everything that is browsed and searched, and link its copies to each other again."""
    conn, old = db.conn, _shown(db, document_id)
    if old is None:
        return
    in_cluster = conn.execute("SELECT document_id FROM bulletins WHERE canonical_id = ?", [old["canonical_id"]])
    others = {row[0] for row in in_cluster} | clusters.linked(conn, document_id)
    search.note(conn, document_id, old["title"], old["body"])
    db.table("bulletins").delete(document_id)
    search.settle(conn)  # not at the end: an erasure clears it from the index next
    dedupe.remove(conn, document_id, old["body"])
    clusters.relink(conn, document_id, [], None)
    for other in sorted(others - {document_id}):
        _link(conn, other, _shown(db, other)["body"], None)


def _link(conn: sqlite3.Connection, document_id: int, body: str, run: int | None) -> tuple[Link, ...]:
    """Find the copies of a text, and store its links."""
    links = dedupe.find(conn, document_id, body, clusters.linked(conn, document_id))
    clusters.relink(conn, document_id, links, run)
    return tuple(links)


def _shown(db: Database, document_id: int) -> Any:
    return next(rows(db.conn, "SELECT * FROM bulletins WHERE document_id = ?", [document_id]), None)


def _row(conn: sqlite3.Connection, document_id: int, newest: Any, spoken: int) -> dict[str, Any]:
    """The row of `bulletins`: the last text of the document, its current address, and whether it is still served."""
    (told,) = rows(
        conn,
        "SELECT d.key, d.source, c.title, c.published_at, c.origin, c.author, c.editor, c.body FROM versions v"
        " JOIN documents d ON d.id = v.document_id JOIN contents c"
        f" ON {content_of('v')}"
        " WHERE v.id = ?",
        [spoken],
    )
    state = {"status": "gone" if newest["change"] == "gone" else "live", "captured_at": newest["captured_at"]}
    number, url = last_number(conn, document_id), present_url(conn, document_id)
    return {"document_id": document_id, "versions": number, "url": url, **told, **state}


def present_url(conn: sqlite3.Connection, document_id: int) -> str:
    """The current address of a document, or the last one it had."""
    row = conn.execute(
        "SELECT url FROM urls WHERE document_id = ? AND why IN ('first', 'moved') ORDER BY rowid DESC LIMIT 1",
        [document_id],
    ).fetchone()
    return str(row[0])
