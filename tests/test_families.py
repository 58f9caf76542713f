"""Site families: the samples of each read as a person has reviewed them, listed, fetched and filled back by the real steps.

Each folder of `tests/sites` with a `captures.json` is one sample site, read by the recipe of its name: a zone's own, or one of
`tests/recipes` for families without a zone. Where its `expected.json` is missing it is written, and the test fails until a
person has read it.
"""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections import deque
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from flows import steps
from flows.demo import SITES
from flows.job import Job, Run
from scrapers import warc
from scrapers.article import extract
from scrapers.charset import decode
from scrapers.families import trs
from scrapers.listing import missing_rows
from scrapers.model import Page
from scrapers.source import Section, Source
from scrapers.sources import find_source
from scrapers.urls import normalise

SAMPLED = sorted(file.parent.name for file in SITES.glob("*/captures.json"))
PAPERS = [site for site in SAMPLED if site.startswith("founder_")]
COLUMNS = [site for site in SAMPLED if site not in PAPERS]
FIELDS = ("title", "published_at", "origin", "author", "editor")
NOON = datetime.fromisoformat("2026-03-04T12:00:00+08:00")


@pytest.fixture(autouse=True)
def own_recipes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GAOXIN_SOURCES", str(Path(__file__).parent / "recipes"))
    monkeypatch.setenv("GAOXIN_STATE", str(tmp_path / "state"))


@cache
def pages(site: str) -> dict[str, Page]:
    """The captures of a sample site by address."""
    captures = json.loads((SITES / site / "captures.json").read_text(encoding="utf-8"))["captures"]
    return {
        normalise(capture["url"]): Page(
            capture["url"],
            (SITES / site / capture["file"]).read_bytes(),
            datetime.fromisoformat(capture["at"]),
            headers={"content-type": capture["content_type"]},
        )
        for capture in captures
    }


def walked(source: Source, section: Section, site: str) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Every captured list page of a section: its slice, its address, what it says it holds and what was found on it."""
    refs = deque(section.pages.start(normalise(section.path, source.home), None, NOON.date()))
    while refs:
        ref = refs.popleft()
        if ref.url not in pages(site):
            continue
        html = decode(pages(site)[ref.url].body, pages(site)[ref.url].content_type)
        items = section.items or source.items
        assert items is not None
        found = items(html, ref.url)
        assert missing_rows(section, ref, html, found) == 0
        told = section.pages.rows_stated(ref, html)
        by_address = {item.url: [item.url, item.title, item.date] for item in found}
        yield ref.slice, ref.url, {"told": told, "items": list(by_address.values())}
        refs.extend(section.pages.more(ref, html))


def reading(site: str) -> dict[str, Any]:
    """What the list pages and the articles of a sample site say, as `expected.json` holds it."""
    source = find_source(site)
    lists = {url: found for section in source.sections for _, url, found in walked(source, section, site)}
    articles = {}
    for url in sorted({item[0] for found in lists.values() for item in found["items"]}):
        page = pages(site)[url]
        bulletin = extract(page.body, url, page.content_type, source)
        articles[url] = {name: getattr(bulletin, name) for name in FIELDS} | {
            "layout": bulletin.layout,
            "images": list(bulletin.images),
            "attachments": list(bulletin.attachments),
            "extra": {name: value for name, value in bulletin.extra.items() if name != "attachments"},
            "body": bulletin.body.split("\n"),
        }
    return {"lists": lists, "articles": articles}


def reviewed(site: str) -> dict[str, Any]:
    file = SITES / site / "expected.json"
    if not file.exists():
        file.write_text(json.dumps(reading(site), ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
        pytest.fail(f"{file.relative_to(SITES)} was missing and has been written: read it, then run again")
    expected: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return expected


def listed(site: str) -> dict[str, date]:
    """The articles of a sample site by address, with their days."""
    return {url: date.fromisoformat(told["published_at"][:10]) for url, told in reviewed(site)["articles"].items()}


def run(site: str, folder: Path, since: date | None = None, until: date | None = None) -> Run:
    """The sample site fetched, or filled back, into an archive in `folder`."""
    replay = folder / f"{site}.warc.gz"
    if not replay.exists():
        warc.write(replay, pages(site).values())
    job = Job(folder / "bulletins.db", replay, NOON)
    work = steps.backfill(job, site, since, until or NOON.date()) if since else steps.fetch(job, [site])
    (done,) = asyncio.run(work)
    return done


def rows(folder: Path, sql: str) -> list[tuple[Any, ...]]:
    conn = sqlite3.connect(folder / "bulletins.db")
    try:
        return conn.execute(sql).fetchall()
    finally:
        conn.close()


@pytest.mark.parametrize("site", SAMPLED)
def test_the_samples_of_a_family_are_read_as_reviewed(site: str) -> None:
    expected = reviewed(site)
    assert reading(site) == expected
    assert pages(site).keys() == expected["lists"].keys() | expected["articles"].keys(), "every capture is reached"
    assert len(expected["articles"]) >= 2
    assert all(told["layout"].startswith(f"{site}[") for told in expected["articles"].values())


@pytest.mark.parametrize("site", SAMPLED)
def test_a_fetch_archives_every_sample(site: str, tmp_path: Path) -> None:
    done = run(site, tmp_path)
    assert (done.state, done.counts.failed) == ("completed", 0)
    found = {url: (title, body) for url, title, body in rows(tmp_path, "SELECT url, title, body FROM bulletins")}
    assert found == {url: (told["title"], "\n".join(told["body"])) for url, told in reviewed(site)["articles"].items()}
    again = run(site, tmp_path)
    assert (again.state, again.counts.new, again.counts.listed) == ("completed", 0, done.counts.listed)


@pytest.mark.parametrize("site", SAMPLED)
def test_a_backfill_archives_what_lies_between_its_days(site: str, tmp_path: Path) -> None:
    days = listed(site)
    first, last = min(days.values()), sorted(days.values())[-2]
    done = run(site, tmp_path, first, last)
    assert (done.state, done.counts.failed) == ("completed", 0)
    assert {url for (url,) in rows(tmp_path, "SELECT url FROM bulletins")} == {
        url for url, day in days.items() if first <= day <= last
    }
    source = find_source(site)
    every = {name for section in source.sections for name, *_ in walked(source, section, site)}
    slices = {name for (name,) in rows(tmp_path, "SELECT slice FROM slices WHERE state = 'done'")}
    assert slices == (
        every if site in COLUMNS else {name for name in every if first <= date.fromisoformat(name) <= last}
    )


@pytest.mark.parametrize("site", COLUMNS)
def test_a_backfill_leaves_a_column_at_the_second_page_that_is_too_old(site: str, tmp_path: Path) -> None:
    newest = max(listed(site).values())
    done = run(site, tmp_path, newest + timedelta(days=1))
    assert done.counts.new == 0
    assert set(rows(tmp_path, "SELECT DISTINCT slice, state FROM slices")) <= {("1", "done"), ("2", "done")}


def test_a_replayed_file_is_asked_for_those_sources_that_it_holds(tmp_path: Path) -> None:
    replay = tmp_path / "two.warc.gz"
    warc.write(replay, [*pages("cdht").values(), *pages("founder_01").values()])
    job = Job(tmp_path / "bulletins.db", replay, NOON)
    done = asyncio.run(steps.fetch(job, ["wehdz", "cdht", "people", "founder_01"]))
    assert [(one.source, one.state) for one in done] == [("cdht", "completed"), ("founder_01", "completed")]
    (alone,) = asyncio.run(steps.fetch(job, ["wehdz"]))
    assert (alone.source, alone.state) == ("wehdz", "failed"), "asked for by its name, it is not passed over"


def test_the_files_of_a_trs_page_stand_in_a_box_below_its_body() -> None:
    source = replace(find_source("nchdz"), layouts=(trs.layout(),))
    page = (
        "<title>通知</title><meta name=ArticleTitle content=通知>"
        "<div class=TRS_Editor><p>星河高新区管委会印发供水管理办法。</p></div>"
        "<div class=attachment><p><a href=./P1.pdf>办法.pdf</a><a href=./P1.pdf>下载</a><a href=./P2.ofd>办法.ofd</a></p></div>"
        "<div class=foot><a href=/help.pdf>帮助</a></div>"
    )
    found = extract(page.encode(), "http://h.cn/a/t20210521_1.html", None, source)
    assert found.body == "星河高新区管委会印发供水管理办法。"
    assert found.attachments == ("http://h.cn/a/P1.pdf", "http://h.cn/a/P2.ofd")
    assert [file["name"] for file in found.extra["attachments"]] == ["办法.pdf", "办法.ofd"]
