"""What an archive exports, or a fetch saves, as a WARC file makes the same versions again."""

from __future__ import annotations

import asyncio
import sqlite3
from datetime import date, datetime
from functools import partial
from pathlib import Path

import pytest

from archive.store import Archive
from archive.verify import verify
from archive.warc import stored_pages
from flows import steps
from flows.demo import DAYS, HANDED_IN, SITES
from flows.job import Job, Run
from scrapers.client import Client, Manners
from scrapers.model import Page, Problem
from scrapers.sources import all_sources
from scrapers.warc import write
from tests.crawls import CLOCK, VERSIONS, article, ingest, rows
from tests.faults.server import Server, moved, ok


@pytest.fixture(scope="module")
def played(samples: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The archive of the sample sites after three days: edits, a move, pages that went and came back, cloaked copies."""
    folder = tmp_path_factory.mktemp("played")
    names = {index.parent.name for index in SITES.glob("*/index.json")}
    listed = [source.name for source in all_sources().values() if source.sections and source.name in names]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GAOXIN_STATE", str(folder / "state"))
        for day in DAYS:
            noon = datetime.fromisoformat(f"{day}T12:00:00+08:00")
            job = Job(folder / "played.db", samples, noon, clock=lambda: CLOCK)
            asyncio.run(steps.fetch(job, listed))
            if day == DAYS[0]:
                asyncio.run(steps.add(job, HANDED_IN))
            asyncio.run(steps.recheck(job))
    return folder / "played.db"


@pytest.mark.parametrize("workers", [1, 2])
def test_what_an_archive_exports_makes_the_same_versions_again(played: Path, tmp_path: Path, workers: int) -> None:
    write(tmp_path / "pages.warc.gz", stored_pages(played))
    run = ingest(tmp_path / "a.db", tmp_path / "pages.warc.gz", workers=workers)
    assert run.state == "completed"
    assert rows(tmp_path / "a.db", VERSIONS) == rows(played, VERSIONS)
    changes = "SELECT DISTINCT change FROM versions ORDER BY 1"
    assert [row[0] for row in rows(played, changes)] == ["back", "edited", "gone", "moved", "new"], "nothing left out"
    assert verify(tmp_path / "a.db").fault is None


def test_an_export_holds_what_was_asked_for(played: Path, tmp_path: Path) -> None:
    def told(*asked: object) -> list[tuple[str | None, str]]:
        found = stored_pages(played, *asked)  # type: ignore[arg-type]
        return [(held.source, held.page.fetched_at.date().isoformat()) for held in found]

    everything = told()
    assert {source for source, _ in told("srrb") if source} == {"srrb"}
    one = told(None, date(2026, 3, 3), date(2026, 3, 3))
    assert 0 < len(one) < len(everything)
    assert len(one) == len([day for _, day in everything if day == "2026-03-03"])
    with pytest.raises(Problem, match="nchzd"):
        told("nchzd")


def test_what_is_withheld_is_not_exported(crawl: Path, undisturbed: Path, tmp_path: Path) -> None:
    for end in (".db", ".pages.db"):
        (tmp_path / f"a{end}").write_bytes(undisturbed.with_name(f"a{end}").read_bytes())
    conn = sqlite3.connect(tmp_path / "a.db")
    (document_id, url) = conn.execute("SELECT document_id, url FROM bulletins LIMIT 1").fetchone()
    conn.execute(
        "INSERT INTO withheld (document_id, level, reason, at) VALUES (?, 'hidden', 'asked', '2026-03-09T00:00:00Z')",
        [document_id],
    )
    conn.commit()
    conn.close()
    assert url in {held.page.url for held in stored_pages(undisturbed)}
    assert url not in {held.page.url for held in stored_pages(tmp_path / "a.db")}


RECIPE = """
from datetime import date
from scrapers.listing import shtml_pages
from scrapers.rows import Links
from scrapers.source import Layout, Section, Source
SOURCE = Source(
    name="mine", title="样例", home="{home}/", zone=None, since=date(2015, 1, 1), verified="never",
    sections=[Section("新闻", "/list.shtml", pages=shtml_pages("list"))],
    items=Links("li", link="a", date="span"),
    layouts=[Layout(title="h1", published="h1 + p", body="#zoom")],
)
"""


def test_what_a_fetch_saved_makes_the_same_versions_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows_of_list = "".join(
        f"<li><a href='/old{n}.html'>第{n}号项目开工</a><span>2026-03-02</span></li>" for n in (1, 2)
    )
    routes = {"/list.shtml": ok(f"<meta charset=utf-8><ul>{rows_of_list}</ul>".encode())}
    routes |= {f"/old{n}.html": moved(f"/new{n}.html") for n in (1, 2)}
    routes |= {f"/new{n}.html": ok(article(n)) for n in (1, 2)}
    (tmp_path / "recipes").mkdir()
    monkeypatch.setenv("GAOXIN_SOURCES", str(tmp_path / "recipes"))
    monkeypatch.setattr("flows.job.Client", partial(Client, manners=Manners(delay=0)))

    async def fetch() -> list[Run]:
        async with Server(routes) as server:
            (tmp_path / "recipes" / "mine.py").write_text(RECIPE.format(home=server.url))
            job = Job(tmp_path / "a.db", allow_private=True, clock=lambda: CLOCK, save_warc=tmp_path / "saved")
            return await steps.fetch(job, ["mine"])

    (run,) = asyncio.run(fetch())
    assert run.counts.new == 2
    (file,) = (tmp_path / "saved").iterdir()
    assert file.name.startswith("gaoxin-fetch-20260309T000000Z-")
    assert file.name.endswith(".warc.gz")
    ingest(tmp_path / "b.db", file)
    assert rows(tmp_path / "b.db", VERSIONS) == rows(tmp_path / "a.db", VERSIONS)


def test_days_of_capture_begin_and_end_in_beijing(tmp_path: Path) -> None:
    seconds = "2026-02-28T15:59:59Z 2026-02-28T16:00:00Z 2026-03-01T15:59:59Z 2026-03-01T16:00:00Z".split()
    with Archive(tmp_path / "a.db") as archive:
        for second in seconds:
            archive.observe(Page("http://a.cn/", second.encode(), datetime.fromisoformat(second), status=200))
    first = date(2026, 3, 1)
    assert [found.page.body.decode() for found in stored_pages(archive.path, None, first, first)] == seconds[1:3]


def test_what_was_fetched_live_is_known_in_the_file_that_was_saved(samples: Path, played: Path, tmp_path: Path) -> None:
    for end in (".db", ".pages.db"):
        (tmp_path / f"a{end}").write_bytes(played.with_name(f"played{end}").read_bytes())
    write(tmp_path / "pages.warc.gz", stored_pages(played))
    ingest(tmp_path / "a.db", tmp_path / "pages.warc.gz")
    assert rows(tmp_path / "a.db", VERSIONS) == rows(played, VERSIONS)
