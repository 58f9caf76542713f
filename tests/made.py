"""A site of many list pages, made for a test, as a WARC file; and what an archive holds of it."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime
from pathlib import Path

from flows.job import Job
from scrapers import warc
from scrapers.model import Page


def rows(archive: Path, sql: str, *values: object) -> list[sqlite3.Row]:
    conn = sqlite3.connect(archive)
    conn.row_factory = sqlite3.Row
    try:
        return conn.execute(sql, values).fetchall()
    finally:
        conn.close()


def shtml_list(rows: list[tuple[str, str]], page: int, pages: int) -> bytes:
    items = "".join(
        f'<li><a href="/a/{name}.shtml" title="{name}">x</a><span class="time">{day}</span></li>' for name, day in rows
    )
    pager = f"createPageHTML('page_div',{pages},{page},'common_list','shtml',{(pages - 1) * 2 + 1})"
    return f'<ul class="list">{items}</ul><script>{pager}</script>'.encode()


def article_page(name: str) -> bytes:
    return (
        f'<meta name="ArticleTitle" content="{name}"><meta name="PubDate" content="2026-02-01 09:00:00">'
        f'<div id="zoom"><p>{name}园区今天开工,明天继续建设。</p></div>'
    ).encode()


def morning(day: str) -> datetime:
    """Noon in Beijing, when the morning's papers are out."""
    return datetime.fromisoformat(f"{day}T12:00:00+08:00")


LIST = "http://nchdz.nc.gov.cn/ncgxq/yhyshj/common_list"
MADE = datetime(2026, 3, 1, tzinfo=UTC)


def made_site(path: Path, names: list[str], dead: tuple[str, ...] = (), broken_list: int = 0) -> Path:
    """A site of many list pages, two articles each."""
    pairs = [names[n : n + 2] for n in range(0, len(names), 2)]
    pages = []
    for n, pair in enumerate(pairs, 1):
        url = f"{LIST}.shtml" if n == 1 else f"{LIST}_{n}.shtml"
        body = shtml_list([(name, "2026-02-01") for name in pair], n, len(pairs))
        pages.append(Page(url, body, MADE, status=500 if n == broken_list else 200))
    for name in names:
        url = f"http://nchdz.nc.gov.cn/a/{name}.shtml"
        pages.append(Page(url, article_page(name), MADE, status=404 if name in dead else 200))
    warc.write(path, pages)
    return path


def listed(names: list[str]) -> set[str]:
    return {f"http://nchdz.nc.gov.cn/a/{name}.shtml" for name in names}


def archived(job: Job) -> set[str]:
    return {row["url"] for row in rows(job.archive, "SELECT url FROM bulletins")}
