"""A sound archive, to tamper with: invented bulletins in every state that a version can be in.

make(path)                    # seven versions of three documents; version 2 is one in the middle with two pages
tamper(path, "UPDATE …")      # what `verify` says of it afterwards
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from archive.store import Archive
from archive.verify import Verified, verify
from scrapers.model import Bulletin, Outcome, Page

START = datetime(2026, 3, 1, tzinfo=UTC)
URL, MIRROR, GONE = "http://www.zone.cn/1.shtml", "http://mirror.example/1", "http://www.zone.cn/2.shtml"
TEXT = "高新区发布新政策。支持企业创新发展。" * 5
CLOAKED = "高(gao)新(xin)區(qu)發(fa)布(bu)新(xin)政(zheng)策(ce)。支持企業(ye)創(chuang)新發展(zhan)。" * 5


COLUMNS = "title published_at origin author editor body body_published page_text images attachments extra".split()
"""The columns of a content."""


def page(url: str, day: int) -> Page:
    """A page of this address, as it stood on this day."""
    return Page(url, f"<p>{url} {day}</p>".encode() * 9, START + timedelta(days=day), headers={"etag": f'"{day}"'})


def make(path: Path) -> None:
    """The archive; it verifies."""
    told = {"title": "标题", "published_at": "2026-03-01", "origin": "新华社", "author": "甲", "editor": "乙"}
    media = {"images": ("http://www.zone.cn/1.jpg",), "attachments": ("http://www.zone.cn/1.pdf",)}
    with Archive(path, clock=lambda: START) as archive:
        first = Bulletin(URL, "zone", **told, **media, body=TEXT, page_text=TEXT, extra={"浏览": 7}, layout="zone[0]")
        archive.append(first, [page(URL, 1)])
        archive.append(
            Bulletin(MIRROR, **told, body=CLOAKED, page_text=CLOAKED, extra={"浏览": 9}, layout="generic"),
            [page(MIRROR, 1), page(MIRROR + "_2", 1)],
        )
        archive.append(Bulletin(GONE, "zone", body="撤回", title="撤"), [page(GONE, 1)])
        archive.append(
            Bulletin(URL, "zone", **told, body=TEXT + "。更正", page_text="更正", layout="zone[0]"), [page(URL, 2)]
        )
        archive.gone(GONE, Page(GONE, b"404", START + timedelta(days=3), outcome=Outcome.GONE, status=404))
        archive.append(Bulletin(URL, "zone", body="早", layout="zone[0]"), [page(URL, 0)])
        archive.append(Bulletin(MIRROR + "?空", body="", title="空"), [Page(MIRROR + "?空", b"", START)])
        archive.observe(Page("http://www.zone.cn/list", b"<ul></ul>", START))
    assert verify(path) == Verified(7, verify(path).head, None)


def tamper(path: Path, *statements: str) -> Verified:
    """Change the archive behind its back, without its triggers and checks."""
    with closing(sqlite3.connect(path)) as conn, conn:
        for (trigger,) in conn.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            conn.execute(f"DROP TRIGGER {trigger}")
        conn.execute("PRAGMA ignore_check_constraints = ON")
        changed = conn.total_changes
        for statement in statements:
            conn.execute(statement)
        assert conn.total_changes > changed, "nothing was tampered with"
    return verify(path, deep=True)
