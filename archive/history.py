"""The history of documents: their versions, what each changed, and the archive as it stood at a moment.

States are ordered by capture time, not by the order in which they were appended.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from archive import search
from archive.connections import rows
from archive.difference import Paragraph, Piece, difference, words
from archive.schema import content_of
from archive.selection import Selection
from archive.times import published
from scrapers.model import FIELDS, Problem

Row = Mapping[str, Any]

EVER = "9999"
"""A moment after every capture."""

STATE: dict[str, type] = {
    "key": str, "url": str, "source": str, "title": str, "published_at": str, "origin": str, "author": str, "editor": str,
    "body": str, "images": list, "attachments": list, "status": str, "version": int, "captured_at": str, "copy_of": str,
    "rights": str, "hash": str,
}  # fmt: skip
"""The columns of `states`. `copy_of` is the key of the canonical copy, as known today; `hash` identifies the version."""

VERSION: dict[str, type] = {
    "key": str, "url": str, "source": str, "version": int, "change": str, "captured_at": str, "observed_at": str,
    "title": str, "published_at": str, "origin": str, "author": str, "editor": str, "body": str, "body_published": str,
    "page_text": str, "images": list, "attachments": list, "extra": str, "layout": str, "cleaner": str, "rights": str,
    "content_sha256": str, "prev_hash": str, "hash": str,
}  # fmt: skip
"""The columns of `versions`."""

EXCERPT = 200
"""Characters of a body that may be given to others if the rights of a source are `excerpt`."""

_LISTS = ("images", "attachments")
_HEX = re.compile(r"[0-9a-f]{6,64}")
_NUMBERED = re.compile(r"(.+)@(\d{1,18})")


@dataclass(frozen=True, slots=True)
class Changes:
    """The differences between two states: the changed fields by name, each in pieces, and the paragraphs of the body."""

    fields: list[tuple[str, list[Piece]]]
    body: list[Paragraph]


def changes(before: Row, after: Row) -> Changes:
    """What changed from `before` to `after`, two rows of `version_details`."""
    fields = []
    for name in FIELDS:
        show = published if name == "published_at" else str
        if before[name] != after[name]:
            fields.append((name, words(show(before[name] or ""), show(after[name] or ""))))
    for name in _LISTS:
        old, new = _strings(before[name]), _strings(after[name])
        pieces: list[Piece] = [("del", f"{url} ") for url in old if url not in new]
        pieces += [("ins", f"{url} ") for url in new if url not in old]
        fields += [(name, pieces)] if pieces else []
    body = difference(before["body"] or "", after["body"] or "") if before["body"] != after["body"] else []
    return Changes(fields, body)


def document(conn: sqlite3.Connection, name: str) -> int:
    """The document with this address or key (see `named`). Raises Problem if there is none, or it is withheld."""
    document_id = named(conn, name)
    if document_id is None:
        raise Problem(f"the archive holds no document {name}: give its address or its key, which `gaoxin search` shows")
    _refuse_withheld(conn, document_id, name)
    return document_id


def named(conn: sqlite3.Connection, name: str) -> int | None:
    """The document with this address (either scheme) or this key, withheld or not; None if there is none."""
    rest = name.partition(":")[2]
    row = conn.execute(
        "SELECT document_id FROM urls WHERE url IN (?1, ?2, ?3) UNION ALL SELECT id FROM documents WHERE key = ?1",
        [name, f"http:{rest}", f"https:{rest}"],
    ).fetchone()
    return int(row[0]) if row else None


def timeline(conn: sqlite3.Connection, document_id: int) -> list[dict[str, Any]]:
    """The states of a document in order of capture, as rows of `version_details`."""
    sql = "SELECT * FROM version_details WHERE document_id = ? ORDER BY captured_at, id"
    return list(rows(conn, sql, [document_id]))


READ_AT = "SELECT o.url FROM version_pages p JOIN observations o ON o.id = p.observation_id WHERE p.version_id = {} AND p.n = 1"
"""SQL for the address that a version was read from."""


def addresses(conn: sqlite3.Connection, states: Iterable[Row]) -> dict[int, str]:
    """The address that each of these versions was read from, by version id; versions without a stored page are left out."""
    found = {state["id"]: conn.execute(READ_AT.format("?"), [state["id"]]).fetchone() for state in states}
    return {number: row[0] for number, row in found.items() if row}


def begins(conn: sqlite3.Connection, chosen: Selection) -> str | None:
    """When the first version of the chosen bulletins was captured; None if there is none."""
    where, parameters = chosen.where()
    sql = f"SELECT min(v.captured_at) FROM versions v JOIN bulletins b ON b.document_id = v.document_id WHERE {where}"
    first: str | None = conn.execute(sql, parameters).fetchone()[0]
    return first


def version(conn: sqlite3.Connection, name: str, or_gone: bool = False) -> dict[str, Any]:
    """One state that has a text (`or_gone`: or that says that the page was gone), with the address that it was read from. Its
    name is `KEY@2` or `URL@2`, with a version number, or the first six or more digits of its hash. A KEY or URL alone names the
    newest text. Raises Problem if none or several match."""
    numbered = _NUMBERED.fullmatch(name)
    if numbered and not conn.execute("SELECT 1 FROM urls WHERE url = ?", [name]).fetchone():
        number, among = int(numbered[2]), timeline(conn, document(conn, numbered[1]))
        found = [state for state in among if state["version"] == number]
        if not found:
            raise Problem(f"{numbered[1]} has no version {number}: it has 1 to {len(among)}, see `gaoxin history`")
    elif _HEX.fullmatch(name) and not conn.execute("SELECT 1 FROM documents WHERE key = ?", [name]).fetchone():
        sql = "SELECT id, document_id FROM versions WHERE hash >= ?1 AND hash < ?1 || 'g' LIMIT 2"
        named = conn.execute(sql, [name]).fetchall()
        if len(named) != 1:
            raise Problem(f"{'several versions have' if named else 'no version has'} a hash that begins with {name}")
        _refuse_withheld(conn, named[0][1], name)
        found = list(rows(conn, "SELECT * FROM version_details WHERE id = ?", [named[0][0]]))
    else:
        found = [state for state in timeline(conn, document(conn, name)) if state["content_sha256"]][-1:]
    if not found or not (or_gone or found[0]["content_sha256"]):
        raise Problem(f"{name} says that the page was gone: it has no text, see `gaoxin history`")
    return found[0] | {"url": addresses(conn, found).get(found[0]["id"], found[0]["url"])}


def site(conn: sqlite3.Connection, source: str) -> str:
    """The title of the publisher of a source; the name of the source if no recipe has stated a title."""
    row = conn.execute("SELECT title FROM sources WHERE name = ?", [source]).fetchone()
    return str(row[0]) if row else source


def before(conn: sqlite3.Connection, state: Row) -> dict[str, Any]:
    """The last text captured before this state. Raises Problem if there is none."""
    states = timeline(conn, state["document_id"])
    at = [row["id"] for row in states].index(state["id"])
    texts = [row for row in states[:at] if row["content_sha256"]]
    if not texts:
        raise Problem(f"{state['key']}@{state['version']} is the first text of its document: name two to compare")
    return texts[-1]


def states(conn: sqlite3.Connection, chosen: Selection, moment: str = EVER) -> Iterator[dict[str, Any]]:
    """Every chosen bulletin as it stood at `moment` (UTC), with the columns of STATE, in archive order.

    Bulletins first captured later are left out. A page that was gone by then has the status `gone` and its last text.
    """
    where, parameters = chosen.where("c.published_at")
    return _told(conn, _STATES.format(where=where), {"moment": moment, **parameters}, STATE)


def versions(conn: sqlite3.Connection, chosen: Selection) -> Iterator[dict[str, Any]]:
    """Every version of the chosen bulletins, with the columns of VERSION, in the order of the hash chain. With words, every
    version whose own text holds them, also if the newest text does not."""
    where, parameters = replace(chosen, query=None).where()
    told = _told(conn, _VERSIONS.format(where=where), parameters, VERSION)
    if chosen.query is None:
        return told
    is_found = search.finds(chosen.query)
    return (row for row in told if row["body"] is not None and is_found(row["title"], row["body"]))


def opened(row: dict[str, Any], recipes: Mapping[str, str]) -> dict[str, Any]:
    """A row of `states` or `versions`, reduced to what the rights of its source allow to give to others. The rights are those
    its recipe states today; without a recipe, `metadata`: those in the archive may have been restricted since."""
    row = {**row, "rights": recipes.get(row["source"], "metadata")}
    if row["rights"] == "full":
        return row
    hidden: dict[str, Any] = {name: None for name in ("body_published", "page_text", "extra") if name in row}
    if row["rights"] == "excerpt":
        body = row["body"]
        return {**row, **hidden, "body": f"{body[:EXCERPT]}…" if body and len(body) > EXCERPT else body}
    return {**row, **hidden, "body": None, "images": [], "attachments": []}


def _told(
    conn: sqlite3.Connection, sql: str, parameters: Mapping[str, str], columns: Mapping[str, type]
) -> Iterator[dict[str, Any]]:
    for row in conn.execute(sql, parameters):
        told = dict(zip(columns, row, strict=True))
        yield {**told, **{name: _strings(told[name]) for name in _LISTS}}


def _refuse_withheld(conn: sqlite3.Connection, document_id: int, name: str) -> None:
    # 'erased' sorts before 'hidden', and is the later decision
    row = conn.execute("SELECT reason FROM withheld WHERE document_id = ? ORDER BY level", [document_id]).fetchone()
    if row:
        raise Problem(f"{name} is withheld ({row[0]}): its texts are not shown")


def _strings(text: str | None) -> list[str]:
    """The addresses in a JSON array."""
    try:
        value = json.loads(text) if text else []
    except ValueError:
        return []
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


_STOOD = (
    "(SELECT id FROM versions WHERE document_id = b.document_id AND captured_at <= :moment {}"
    " ORDER BY captured_at DESC, id DESC LIMIT 1)"
)
_STATES = f"""
SELECT b.key, coalesce(o.url, b.url), b.source, c.title, c.published_at, c.origin, c.author, c.editor, c.body, c.images,
  c.attachments, iif(newest.change = 'gone', 'gone', 'live'), spoken.version, spoken.captured_at,
  iif(b.canonical_id <> b.document_id AND (SELECT min(captured_at) FROM versions WHERE document_id = b.canonical_id) <= :moment,
    canonical.key, NULL), coalesce(s.rights, 'metadata'), spoken.hash
FROM bulletins b
JOIN versions newest ON newest.id = {_STOOD.format("")}
JOIN versions spoken ON spoken.id = {_STOOD.format("AND content_sha256 IS NOT NULL")}
JOIN contents c ON {content_of("spoken")}
LEFT JOIN version_pages p ON p.version_id = spoken.id AND p.n = 1
LEFT JOIN observations o ON o.id = p.observation_id
LEFT JOIN bulletins canonical ON canonical.document_id = b.canonical_id
LEFT JOIN sources s ON s.name = b.source
WHERE {{where}} ORDER BY b.document_id
"""
_VERSIONS = f"""
SELECT v.key, coalesce(({READ_AT.format("v.id")}), v.url), v.source, v.version, v.change, v.captured_at, v.observed_at, v.title,
  v.published_at, v.origin, v.author, v.editor, v.body, v.body_published, v.page_text, v.images, v.attachments, v.extra,
  v.layout, v.cleaner,
  coalesce(s.rights, 'metadata'), v.content_sha256, v.prev_hash, v.hash
FROM version_details v JOIN bulletins b ON b.document_id = v.document_id LEFT JOIN sources s ON s.name = v.source
WHERE {{where}} ORDER BY v.id
"""
