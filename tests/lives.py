"""Lives of documents as they should be, the pages that tell of them, and what their links must be: beside `test_life.py`."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import combinations
from pathlib import Path
from tempfile import mkdtemp
from typing import Any, NamedTuple

from archive.bulletins import Level
from archive.compare import LEAST_LENGTH, normalise
from archive.dedupe import BESIDE, MOST_DOCUMENTS_A_KEY, fingerprints
from archive.judge import Document, judge
from archive.store import Archive, version_pages
from scrapers.model import Bulletin, Page, Problem
from scrapers.uncloak import refine, simplify
from tests.captures import at
from tests.indexed import han

Row = dict[str, Any]

SHARE = "\n分享到"
"""What stands below every text, and is taken for a part of it until the rule changes."""

A, B, C = (simplify(han(name, 260)) for name in "abc")
TRADITIONAL = "高新区發佈關於支持企業創新發展的幾項措施,園區內各企業應當認真執行,並將執行情況報告管理委員會備案。" * 2
BODIES = (
    A, A[:200], A[:130] + "更正" + A[132:], A + simplify(han("more", 60)), "高(gao)新(xin)區(qu)" * 30 + A,
    "高新区" * 30 + A, A[60:200], "见附件",
    B, B + "。", A + B, B[100:] + C, C[:150] + B[:90] + C[150:], TRADITIONAL, simplify(TRADITIONAL),
)  # fmt: skip
TITLES = ("关于张伟任职的公告", "关于李娜任职的公告", "园区新闻", "2026年第3号公告")
PUBLISHED = ("2026-03-01", "2025-03-01T09:00:00+08:00")
PIECES = {"张伟", "李娜"} | {body[n : n + 6] for body in BODIES for n in range(len(body) - 5)}
"""By what a text is known in a file: the names of titles, and runs of six characters."""


class Story(NamedTuple):
    """What a page tells, by its places in the lists below: an example is then read at a glance."""

    headline: int
    day: int
    text: int

    @property
    def title(self) -> str:
        return TITLES[self.headline]

    @property
    def published_at(self) -> str:
        return PUBLISHED[self.day]

    @property
    def body(self) -> str:
        return BODIES[self.text]


class Sighting(NamedTuple):
    """What was seen of a document, and when; no story where it was gone."""

    at: str
    n: int
    story: Story | None


@dataclass
class Life:
    """One document as it should be: its first and its present address, what was seen of it, and all that it ever told."""

    url: str
    present: str
    sightings: list[Sighting] = field(default_factory=list)
    told: set[str] = field(default_factory=set)
    level: Level | None = None

    def at(self, moment: str) -> tuple[Story | None, str | None]:
        """The text that stood at a moment, and whether it was still served."""
        seen = sorted(sighting for sighting in self.sightings if sighting.at <= moment)
        stories = [sighting.story for sighting in seen if sighting.story]
        return (stories[-1], "live" if seen[-1].story else "gone") if stories else (None, None)


def source_of(url: str) -> str:
    return url.split("/")[2].removeprefix("www.")


def paged(url: str, story: Story, day: int, parts: int, nonce: int) -> list[Page]:
    """The pages that tell a story: the body in so many parts. They are of one second, as a state of several pages that is
    stated again is dated by the first of them that was seen."""
    size = -(-len(story.body) // parts)
    pages = []
    for n in range(parts):
        told = [story.title, story.published_at, story.body[n * size : (n + 1) * size], nonce]
        body = json.dumps(told, ensure_ascii=False).encode()
        pages.append(Page(f"{url}_{n + 1}" if n else url, body, at(day), headers={"x-title": story.title}))
    return pages


def read(is_new_rule: bool, source: str, pages: Sequence[Page]) -> Bulletin:
    """What pages tell by one of two rules. Raises Problem where they are not all pages of one article."""
    first = pages[0].url
    if "_" in first or any(page.url != f"{first}_{n}" for n, page in enumerate(pages[1:], 2)):
        raise Problem(f"{first} is read from pages of several articles")
    told = [json.loads(page.body) for page in pages]
    body = "".join(part for _, _, part, _ in told) + ("" if is_new_rule else SHARE)
    return Bulletin(first, source, told[0][0], told[0][1], body=body, page_text=body, layout="made[0]")


@cache
def refined(story: Story) -> Bulletin:
    return refine(Bulletin("", None, story.title, story.published_at, body=story.body))


def said(story: Story) -> tuple[str | None, ...]:
    """What captures are compared by."""
    told = refined(story)
    return told.title, told.published_at, told.body


def said_by(row: Row) -> tuple[str | None, ...]:
    """What a row says, by either rule."""
    return row["title"], row["published_at"], row["body"].removesuffix(SHARE)


def rows(archive: Archive, sql: str, *values: object) -> list[Row]:
    cursor = archive.conn.execute(sql, values)
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor]


def dump(archive: Archive) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of the archive and of its search index."""
    sql = "SELECT name FROM sqlite_master WHERE type = 'table' AND name <> 'bulletins_fts'"
    names = [row["name"] for row in rows(archive, sql)]
    return {name: archive.conn.execute(f"SELECT * FROM {name} ORDER BY 1, 2").fetchall() for name in names}


def is_cloaked(archive: Archive, document_id: int) -> bool:
    sql = (
        "SELECT body_published FROM version_details WHERE document_id = ? AND body IS NOT NULL ORDER BY captured_at, id"
    )
    return rows(archive, sql, document_id)[-1]["body_published"] is not None


def clusters(archive: Archive, name: str) -> list[Row]:
    """The canonical copy and the number of copies of each bulletin; `name` is SQL for what they are called."""
    canonical = f"(SELECT {name} FROM bulletins WHERE document_id = b.canonical_id)"
    return rows(
        archive, f"SELECT {name} AS name, {canonical} AS canonical, copies FROM bulletins b ORDER BY document_id"
    )


def depends_on_order(archive: Archive) -> bool:
    """Whether links tell of who came first: of two texts alone a digest cannot be told from a fuller copy, and of five that
    share a key of the index the fifth is not found by it."""
    (row,) = rows(archive, "SELECT (SELECT count(*) FROM documents) AS documents, (SELECT count(*) FROM links WHERE rule"
                           f" LIKE '%{BESIDE}' AND retired_run_id IS NULL) AS digests")  # fmt: skip
    return row["documents"] > MOST_DOCUMENTS_A_KEY or row["digests"] > 0


def check_links(archive: Archive) -> None:
    """Living links are true of the texts that are shown, none is missing, and clusters are stars around their best copy."""
    sql = "SELECT document_id, title, published_at, body, canonical_id, copies FROM bulletins"
    shown = {row["document_id"]: row for row in rows(archive, sql)}
    living = rows(archive, "SELECT document_id, other_id, kind FROM links WHERE retired_run_id IS NULL")
    links = {frozenset((row["document_id"], row["other_id"])): row["kind"] for row in living}
    assert len(links) == len(living), "one living link a pair"
    head = {one: row["canonical_id"] or one for one, row in shown.items()}
    documents = len(rows(archive, "SELECT 1 FROM documents"))
    for one, other in combinations(shown, 2):
        kind = links.pop(frozenset((one, other)), None)
        new, old = (Document(*(shown[this][name] for name in Document._fields)) for this in (one, other))
        verdict = judge(new, old)
        if kind:  # a digest is a copy of none, whatever the two texts alone are
            assert verdict and kind in (verdict.kind, "part_of"), (one, other, kind, verdict)
        elif verdict and documents <= MOST_DOCUMENTS_A_KEY and share_a_key(new.body, old.body):
            assert head[one] == head[other], (one, other, verdict)
        if kind in ("exact", "near"):
            assert (head[one], head[other]) != (one, other), "two that are heads are one cluster"
        if head[one] == head[other] and head[one] in (one, other):
            assert kind in ("exact", "near"), "a member was compared with the canonical copy"
    assert not links, "none leads to what is not shown"
    for one in set(head.values()):
        among = [other for other in head if head[other] == one]
        told = {(shown[other]["canonical_id"], shown[other]["copies"]) for other in among}
        assert told == {(one, len(among) - 1) if among[1:] else (None, 0)}
        assert one == min(among, key=lambda other: rank(archive, shown[other]))


def rank(archive: Archive, row: Row) -> tuple[Any, ...]:
    """Uncloaked before cloaked, fuller before shorter, of equals the first published."""
    return is_cloaked(archive, row["document_id"]), -len(row["body"]), row["published_at"], row["document_id"]


def share_a_key(*bodies: str) -> bool:
    one, other = map(normalise, bodies)
    return min(len(one), len(other)) >= LEAST_LENGTH and bool(fingerprints(one) & fingerprints(other))


@cache
def empty() -> Path:
    """An archive that holds nothing, to be copied: to make one takes as long as twenty steps."""
    path = Path(mkdtemp()) / "bulletins.db"
    Archive(path).close()
    return path


def key(archive: Archive, life: Life) -> str:
    sql = "SELECT key FROM documents JOIN urls ON document_id = id WHERE url = ?"
    return str(rows(archive, sql, life.url)[0]["key"])


def pieces(lives: Mapping[str, Life], *levels: Level) -> set[str]:
    """What only documents so withheld say."""
    withheld = "\n".join(text for life in lives.values() if life.level in levels for text in life.told)
    others = "\n".join(text for life in lives.values() if life.level not in levels for text in life.told)
    return {piece for piece in PIECES if piece in withheld and piece not in others}


def kept(archive: Archive) -> set[str]:
    """The raw pages in the file beside the archive."""
    return {row[0] for row in archive.pages.conn.execute("SELECT sha256 FROM blobs")}


def observed(archive: Archive) -> set[str]:
    """The raw pages that observations name."""
    return {row["raw_sha256"] for row in rows(archive, "SELECT raw_sha256 FROM observations")}


def check_pages(archive: Archive) -> None:
    """The pages of every version that is not erased are kept byte for byte, and say what it says."""
    sql = (
        "SELECT v.id, c.body FROM versions v JOIN contents c ON (c.sha256, c.page_text_sha256, c.extra_sha256) ="
        " (v.content_sha256, v.page_text_sha256, v.extra_sha256)"
        " WHERE v.document_id NOT IN (SELECT document_id FROM withheld WHERE level = 'erased')"
    )
    for row in rows(archive, sql):
        pages = version_pages(archive.conn, archive.pages.conn, row["id"])
        assert refine(read(True, "", pages)).body == row["body"].removesuffix(SHARE)
