"""The data of two pages of the browser: the cards of a list, and the page of one bulletin.

These are values only, read over Datasette's own connections; the templates escape and lay out.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from archive.browse.counts import REVISED
from archive.browse.passage import Piece as Marked
from archive.browse.passage import marked, passage, wanted
from archive.difference import Paragraph, Piece
from archive.history import READ_AT, changes

Row = dict[str, Any]
Field = tuple[str, list[Piece]]
"""A changed field: its name, and the differences in it."""

NEEDED = frozenset(
    {"document_id", "title", "published_at", "source", "origin", "body", "status", "canonical_id", "copies"}
)
"""The columns that a card needs; a list without them (`?_col=`) is shown as a plain table."""

CHANGES = {
    "new": "首次收录",
    "edited": "修订",
    "recleaned": "重新清洗",
    "earlier": "较早版本",
    "moved": "迁址",
    "gone": "撤下",
    "back": "恢复",
}
KINDS = {"exact": "完全相同", "near": "近似", "part_of": "部分收录", "related": "相关"}
FIELDS = {
    "title": "标题",
    "published_at": "发布时间",
    "origin": "来源",
    "author": "作者",
    "editor": "编辑",
    "images": "图片",
    "attachments": "附件",
}

MOST_DIFFERENCES = 20
MOST_COPIES = 200

_RULE = re.compile(r"(\d+)% of (this text|the other text) stands in (?:the other|this one)(.*)")
_REASONS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"; numbers agree 0 of 0(?!\d)"), ""),
    (re.compile(r"; numbers agree (\d+) of (\d+)"), r"；所含数字 \2 处，\1 处一致"),
    (
        re.compile(r"; but years agree (\d+) of (\d+): one template"),
        r"；但所记年份 \2 处，仅 \1 处一致，是同一格式的另一篇",
    ),
    (
        re.compile(r"; but places agree (\d+) of (\d+): one template"),
        r"；但所记地名 \2 处，仅 \1 处一致，是同一格式的另一篇",
    ),
    (
        re.compile(r"; but numbers agree (\d+) of (\d+): one template"),
        r"；但所含数字 \2 处，仅 \1 处一致，是同一格式的另一篇",
    ),
    (re.compile(r"; the longest passage has (\d+) characters"), r"；最长一段相同文字 \1 字"),
    (re.compile(r"; the longer text holds much else before and after it"), "；较长一篇前后另有许多文字"),
    (re.compile(r"; (?:this|the other) text holds others beside it"), "；较长一篇汇集了多篇"),
)


@dataclass(frozen=True, slots=True)
class Card:
    """One bulletin of a list. `canonical` is the title of its canonical copy, if that is another bulletin."""

    row: Row
    title: list[Marked]
    passage: list[Marked]
    edits: int
    canonical: str | None


@dataclass(frozen=True, slots=True)
class Version:
    """One state of a bulletin, and the changes from the text before; empty if they are not shown."""

    row: Row
    change: str
    fields: list[Field]
    body: list[Paragraph]


@dataclass(frozen=True, slots=True)
class Copy:
    """Another bulletin with the same text. Without a `kind`, the two are linked only through a third one."""

    row: Row
    kind: str | None
    score: float | None
    rule: str | None


@dataclass(frozen=True, slots=True)
class BulletinPage:
    """Everything the page of one bulletin shows."""

    row: Row
    title: list[Marked]
    paragraphs: list[list[Marked]]
    captions: list[str]
    images: list[str]
    attachments: list[str]
    body_published: str | None
    gone_at: str | None
    seen_at: str | None
    withheld: Row | None
    versions: list[Version]
    cited: Row | None
    copies: list[Copy]
    canonical: str | None
    addresses: list[str]


async def cards(db: Any, rows: Iterable[Any], query: str) -> list[Card]:
    """The cards of a list of rows of `bulletins`, with the words of `query` marked."""
    listed = [{name: row[name] for name in NEEDED} | {"document_id": int(row["document_id"])} for row in rows]
    ids = [row["document_id"] for row in listed]
    revised = REVISED.format("?")
    edits = await _by_id(db, f"SELECT document_id, count(*) FROM ({revised}) GROUP BY 1", ids)
    withheld = await _by_id(db, "SELECT document_id, level FROM withheld WHERE document_id IN (?)", ids)
    titles = await _by_id(
        db,
        "SELECT document_id, coalesce(title, url) FROM bulletins WHERE document_id IN (?)",
        [row["canonical_id"] for row in listed if row["canonical_id"] not in (None, row["document_id"])],
    )
    patterns = wanted(query)
    return [
        Card(
            row=row,
            title=marked(row["title"] or "（无标题）", patterns),
            passage=[] if row["document_id"] in withheld else passage(row["body"], patterns),
            edits=edits.get(row["document_id"], 0),
            canonical=titles.get(row["canonical_id"]) if row["canonical_id"] != row["document_id"] else None,
        )
        for row in listed
    ]


async def page(db: Any, document_id: str, query: str) -> BulletinPage | None:
    """The page of one bulletin; None if there is none."""
    found = await _rows(db, "SELECT * FROM bulletins WHERE document_id = ?", [document_id])
    if not found:
        return None
    row, number = found[0], found[0]["document_id"]
    withheld = await _rows(db, "SELECT * FROM withheld WHERE document_id = ? ORDER BY at DESC LIMIT 1", [number])
    states = await _rows(db, "SELECT * FROM versions WHERE document_id = ? ORDER BY captured_at, id", [number])
    texts = {} if withheld else await _texts(db, states)
    spoken = [state for state in states if state["content_sha256"]]
    cited = spoken[-1] if spoken else None
    read_at = await _rows(db, READ_AT.format("?"), [cited["id"]]) if cited else []
    text = texts.get(cited["id"], {}) if cited else {}
    gone_at = states[-1]["captured_at"] if states and states[-1]["change"] == "gone" else None
    patterns = wanted(query)
    lines = [] if withheld else [line.strip() for line in row["body"].split("\n") if line.strip()]
    canonical = row["canonical_id"] if row["canonical_id"] not in (None, number) else None
    fullest = await _rows(db, "SELECT coalesce(title, url) AS title FROM bulletins WHERE document_id = ?", [canonical])
    return BulletinPage(
        row=row,
        title=marked(row["title"] or "（无标题）", patterns),
        paragraphs=[marked(line, patterns) for line in lines],
        captions=_strings((_json(text.get("extra")) or {}).get("captions")),
        images=_strings(_json(text.get("images"))),
        attachments=_strings(_json(text.get("attachments"))),
        body_published=text.get("body_published"),
        gone_at=gone_at,
        seen_at=await _seen(db, number, gone_at, cited) if gone_at else None,
        withheld=withheld[0] if withheld else None,
        versions=_versions(states, texts),
        cited={"url": row["url"], **cited, **dict(*read_at)} if cited else None,
        copies=await _copies(db, number, row["canonical_id"]),
        canonical=fullest[0]["title"] if fullest else None,
        addresses=[
            other["url"]
            for other in await _rows(db, "SELECT url FROM urls WHERE document_id = ? ORDER BY rowid", [number])
            if other["url"] != row["url"]
        ],
    )


def booked(title: str) -> str:
    """A title in 《》; those inside it become 〈〉."""
    return f"《{title.replace('《', '〈').replace('》', '〉')}》"


def linkable(url: Any) -> bool:
    """Whether a URL from the archive may become a link: only http and https, never `javascript:`."""
    try:
        parts = urlsplit(str(url))
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.netloc)


def _versions(states: Sequence[Row], texts: dict[int, Row]) -> list[Version]:
    """The newest capture first; each is compared with the last text captured before it."""
    versions, before = [], None
    for n, state in enumerate(states):
        fields: list[Field] = []
        body: list[Paragraph] = []
        text = texts.get(state["id"])
        if text and before and text["sha256"] != before["sha256"] and n >= len(states) - MOST_DIFFERENCES:
            changed = changes(before, text)
            fields, body = [(FIELDS[name], pieces) for name, pieces in changed.fields], changed.body
        before = text or before
        versions.append(Version(state, CHANGES[state["change"]], fields, body))
    return versions[::-1]


async def _copies(db: Any, number: int, canonical_id: int | None) -> list[Copy]:
    """The bulletins that share this text: linked in either direction, best first, then the rest of the cluster."""
    shown = "b.document_id, b.title, b.url, b.source, b.published_at, b.status"
    linked = await _rows(
        db,
        f"SELECT {shown}, l.kind, l.score, l.rule, l.document_id = ?1 AS ours FROM links l JOIN bulletins b"
        " ON b.document_id = CASE l.document_id WHEN ?1 THEN l.other_id ELSE l.document_id END"
        " WHERE (l.document_id = ?1 OR l.other_id = ?1) AND l.retired_run_id IS NULL"
        f" ORDER BY instr('exact near part_of related', l.kind), l.score DESC, b.document_id LIMIT {MOST_COPIES}",
        [number],
    )
    grouped = await _rows(
        db,
        f"SELECT {shown} FROM bulletins b WHERE canonical_id = ? ORDER BY published_at LIMIT {MOST_COPIES}",
        [canonical_id],
    )
    known = {number, *(row["document_id"] for row in linked)}
    copies = [Copy(row, KINDS[row["kind"]], row["score"], _rule(row["rule"], row["ours"])) for row in linked]
    return copies + [Copy(row, None, None, None) for row in grouped if row["document_id"] not in known]


def _rule(rule: str, ours: int) -> str:
    """The rule that decided a link, in Chinese and from the reader's side; it was written for one of the two documents."""
    if rule.startswith("the texts are the same"):
        return "除空格、标点和繁简外，两篇文字相同"
    match = _RULE.fullmatch(rule)
    if not match:
        return rule
    percent, whose, reasons = match.groups()
    for said, told in _REASONS:
        reasons = said.sub(told, reasons)
    this = (whose == "this text") == bool(ours)
    return f"{'本篇' if this else '对方'} {percent}% 的文字见于{'对方' if this else '本篇'}{reasons}"


async def _seen(db: Any, number: int, gone_at: str, cited: Row | None) -> str | None:
    """When a bulletin that is gone was last seen."""
    sql = "SELECT max(fetched_at) AS at FROM observations WHERE document_id = ? AND fetched_at < ?"
    seen = await _rows(db, f"{sql} AND outcome IN ('ok', 'unchanged')", [number, gone_at])
    return seen[0]["at"] or (cited["captured_at"] if cited else None)


async def _texts(db: Any, states: Sequence[Row]) -> dict[int, Row]:
    """The contents of the newest states, as needed to show and compare them."""
    newest = [state["id"] for state in states if state["content_sha256"]][-MOST_DIFFERENCES - 1 :]
    marks = ",".join("?" * len(newest))
    sql = f"SELECT *, content_sha256 AS sha256 FROM version_details WHERE id IN ({marks})"
    return {row["id"]: row for row in await _rows(db, sql, newest)}


async def _by_id(db: Any, sql: str, ids: Sequence[int]) -> dict[int, Any]:
    rows = await db.execute(sql.replace("(?)", f"({','.join('?' * len(ids))})"), list(ids))
    return {row[0]: row[1] for row in rows}


async def _rows(db: Any, sql: str, parameters: Sequence[Any]) -> list[Row]:
    return [dict(row) for row in await db.execute(sql, list(parameters))]


def _json(text: str | None) -> Any:
    try:
        return json.loads(text) if text else None
    except ValueError:
        return None


def _strings(value: Any) -> list[str]:
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []
