"""Captures of invented pages of one zone, by the day, and what an archive that took them holds."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from archive.store import Archive
from archive.verify import verify
from scrapers.model import Bulletin, Outcome, Page

URL = "http://www.zone.cn/2026/1.shtml"
START = datetime(2026, 3, 1, tzinfo=UTC)


def at(day: int) -> datetime:
    return START + timedelta(days=day)


def stamp(day: int) -> str:
    return at(day).strftime("%Y-%m-%dT%H:%M:%SZ")


def page(day: int, url: str = URL, body: bytes | None = None, **fields: Any) -> Page:
    return Page(url, f"<p>{url} {day}</p>".encode() if body is None else body, at(day), **fields)


def gone_page(day: int, url: str = URL) -> Page:
    return page(day, url, b"not here", outcome=Outcome.GONE, status=404)


def bulletin(body: str, url: str = URL, **fields: Any) -> Bulletin:
    return Bulletin(url, "zone", **{"title": "园区新闻", "published_at": "2026-03-01", "body": body, **fields})


def append(archive: Archive, body: str, day: int, url: str = URL, **fields: Any) -> str | None:
    return archive.append(bulletin(body, url, **fields), [page(day, url)]).change


def gone(archive: Archive, day: int, url: str = URL) -> str | None:
    return archive.gone(url, gone_page(day, url)).change


def rows(archive: Archive, sql: str, *parameters: object) -> list[tuple[Any, ...]]:
    return archive.conn.execute(sql, parameters).fetchall()


def shown(archive: Archive) -> tuple[Any, ...]:
    return rows(archive, "SELECT body, status, versions FROM bulletins")[0]


def fault(archive: Archive) -> str | None:
    return verify(archive.path).fault
