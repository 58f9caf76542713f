"""A WARC file of invented articles, and what an archive holds of it."""

from __future__ import annotations

import asyncio
import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

from flows import bulk
from flows.job import Job, Run
from scrapers.model import Page

CLOCK = datetime(2026, 3, 9, tzinfo=UTC)
DAY = datetime(2026, 3, 2, tzinfo=UTC)

VERSIONS = """
SELECT d.key, v.version, v.change, v.captured_at, v.content_sha256, v.layout, v.hash FROM versions v
JOIN documents d ON d.id = v.document_id ORDER BY v.id
"""
STATE = (
    VERSIONS,
    "SELECT url, fetched_at, status, outcome, final_url, raw_sha256 FROM observations ORDER BY id",
    "SELECT key, url, title, body, status, versions, copies FROM bulletins ORDER BY document_id",
    "SELECT document_id, other_id, kind, score FROM links ORDER BY rowid",
    "SELECT section, slice, state FROM slices ORDER BY 1, 2",
)


def rows(archive: Path, sql: str) -> list[tuple[object, ...]]:
    conn = sqlite3.connect(archive)
    try:
        return conn.execute(sql).fetchall()
    finally:
        conn.close()


def whole(archive: Path) -> list[list[tuple[object, ...]]]:
    """Everything of an archive that does not tell which runs made it."""
    return [rows(archive, sql) for sql in STATE]


def ingest(archive: Path, *files: Path, **chosen: object) -> Run:
    """The last run of these files."""
    return asyncio.run(bulk.ingest(Job(archive, clock=lambda: CLOCK), files, **chosen))[-1]  # type: ignore[arg-type]


def article(n: int) -> bytes:
    """A page with an article of its own words."""
    words = "".join(chr(0x4E00 + (n * 7919 + at * 31) % 20_000) for at in range(120))
    lines = "".join(f"<p>{words[at : at + 40]}，第{n}号项目今日在高新区开工建设。</p>" for at in (0, 40, 80))
    head = f"<title>第{n}号项目开工</title><h1>第{n}号项目开工</h1><p>2026-03-02 来源：样例日报</p>"
    return f"<meta charset=utf-8>{head}<div id=zoom>{lines}</div>".encode()


def page(n: int, **told: object) -> Page:
    moment = DAY + timedelta(hours=n)
    return Page(f"http://h.cn/news/{n}.html", article(n), moment, headers={"content-type": "text/html"}, **told)  # type: ignore[arg-type]
