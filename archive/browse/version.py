"""The data of the page of one version, at its permanent name `/v/<12 hex of its hash>`: the text as it was then, whatever came
after it. A withheld version keeps its page, which says why it shows nothing.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from archive.browse.bulletin import CHANGES
from archive.history import READ_AT
from archive.schema import content_of

Row = dict[str, Any]

_VERSION = f"""
SELECT v.*, c.title, c.published_at, c.origin, c.author, c.editor, c.body, c.images, c.attachments, d.key, d.source,
  coalesce(s.title, d.source) AS site, b.document_id AS shown_id,
  ({READ_AT.format("v.id")}) AS read_at,
  (SELECT url FROM urls WHERE document_id = d.id AND why = 'first') AS first_url
FROM versions v JOIN documents d ON d.id = v.document_id LEFT JOIN bulletins b ON b.document_id = d.id
LEFT JOIN sources s ON s.name = d.source LEFT JOIN contents c ON
  {content_of("v")}
WHERE v.hash >= ?1 AND v.hash < ?1 || 'g' LIMIT 2
"""
_NEIGHBOURS = """
SELECT hash, version, captured_at, (captured_at, id) < (?2, ?3) AS is_before FROM versions
WHERE document_id = ?1 AND id <> ?3 ORDER BY captured_at, id
"""
_LAST_TEXT = f"""
SELECT c.title, c.published_at, c.origin, c.author, c.editor FROM versions v JOIN contents c ON {content_of("v")}
WHERE v.document_id = ?1 AND (v.captured_at, v.id) < (?2, ?3) ORDER BY v.captured_at DESC, v.id DESC LIMIT 1
"""


@dataclass(frozen=True, slots=True)
class VersionPage:
    """One version, with the states captured before and after it, if any. A withdrawal has the title and other fields of the
    last text before it. `withheld` says why the version is withheld, if it is."""

    row: Row
    change: str
    url: str | None
    paragraphs: list[str]
    images: list[str]
    attachments: list[str]
    before: Row | None
    after: Row | None
    withheld: Row | None


async def page(db: Any, first_digits: str) -> VersionPage | None:
    """The page of the version whose hash begins with these digits; None if none or several match."""
    found = [dict(row) for row in await db.execute(_VERSION, [first_digits])]
    if len(found) != 1:
        return None
    row = found[0]
    reasons = await db.execute(
        "SELECT level, reason, reference FROM withheld WHERE document_id = ? ORDER BY level LIMIT 1",
        [row["document_id"]],
    )
    withheld = next((dict(reason) for reason in reasons), None)
    states = [
        dict(state) for state in await db.execute(_NEIGHBOURS, [row["document_id"], row["captured_at"], row["id"]])
    ]
    if row["change"] == "gone" and not withheld:
        last = await db.execute(_LAST_TEXT, [row["document_id"], row["captured_at"], row["id"]])
        row |= dict(last.first() or {})
    lines = [] if withheld else [line.strip() for line in (row["body"] or "").split("\n") if line.strip()]
    return VersionPage(
        row=row,
        change=CHANGES[row["change"]],
        url=None if withheld else row["read_at"] or row["first_url"],
        paragraphs=lines,
        images=[] if withheld else json.loads(row["images"] or "[]"),
        attachments=[] if withheld else json.loads(row["attachments"] or "[]"),
        before=next((state for state in reversed(states) if state["is_before"]), None),
        after=next((state for state in states if not state["is_before"]), None),
        withheld=withheld,
    )
