"""Jobs on the sample sites: three days played, every change named rightly, backfills that are killed and carried on."""

from __future__ import annotations

import asyncio
import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from archive.store import Archive
from archive.verify import verify
from flows import steps
from flows.demo import DAYS, HANDED_IN, SITES
from flows.job import Job, Run
from flows.lock import held
from flows.slices import publisher_of
from scrapers import warc
from scrapers.client import Client
from scrapers.model import Item, Page, Problem
from scrapers.sources import all_sources, find_source
from scrapers.urls import normalise
from tests.conftest import expected_pages
from tests.made import LIST, MADE, article_page, made_site, morning, rows, shtml_list

SITE_NAMES = sorted(index.parent.name for index in SITES.glob("*/index.json"))
LISTED = [source.name for source in all_sources().values() if source.sections and source.name in SITE_NAMES]
FIELDS = ("title", "published_at", "origin", "author", "editor")


def play(archive: Path, samples: Path, day: str) -> list[Run]:
    """One day as the demo plays it."""
    job = Job(archive, samples, morning(day))
    runs = asyncio.run(steps.fetch(job, LISTED))
    if day == DAYS[0]:
        runs += asyncio.run(steps.add(job, HANDED_IN))
    return runs + asyncio.run(steps.recheck(job))


@pytest.fixture(scope="module")
def played(samples: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The archive after three days."""
    folder = tmp_path_factory.mktemp("played")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GAOXIN_STATE", str(folder / "state"))
        for day in DAYS:
            runs = play(folder / "three days.db", samples, day)
            assert {run.state for run in runs} == {"completed"}, runs
    yield folder / "three days.db"


def test_every_change_of_three_days_is_named_rightly(played: Path) -> None:
    told = json.loads((SITES / "changes.json").read_text(encoding="utf-8"))["changes"]
    expected = sorted((day, url, change) for day, url, change in told)
    found = rows(
        played,
        "SELECT date(v.captured_at, '+8 hours') AS day, u.url, v.change FROM versions v"
        " JOIN urls u ON u.document_id = v.document_id AND u.why = 'first'",
    )
    assert sorted(tuple(row) for row in found) == expected


def test_a_day_played_again_changes_nothing(played: Path, samples: Path, tmp_path: Path) -> None:
    before = rows(played, "SELECT count(*), max(hash) FROM versions")[0]
    play(played, samples, DAYS[-1])
    assert tuple(rows(played, "SELECT count(*), max(hash) FROM versions")[0]) == tuple(before)
    assert verify(played).fault is None


@pytest.mark.parametrize("site", SITE_NAMES)
def test_the_archive_holds_what_the_pages_say(played: Path, site: str) -> None:
    for key, expected in expected_pages(site).items():
        day, url = key.split("|", 1)
        number = DAYS[int(day.removeprefix("day")) - 1]
        (row,) = rows(
            played,
            "SELECT v.* FROM version_details v JOIN urls u ON u.document_id = v.document_id WHERE u.url = ?"
            " AND date(v.captured_at, '+8 hours') <= ? ORDER BY v.captured_at DESC, v.id DESC LIMIT 1",
            *(url, number),
        )
        assert {name: row[name] for name in FIELDS} == {name: expected[name] for name in FIELDS}, key
        assert row["body"].split("\n") == expected["body"], key
        assert len(json.loads(row["images"])) == expected["images"], key
        assert json.loads(row["attachments"]) == expected["attachments"], key
        extra = json.loads(row["extra"])
        assert extra.get("captions", []) == expected.get("captions", []), key
        for name in ("intro_title", "subtitle"):
            assert extra.get(name) == expected.get(name), key


def test_copies_are_linked_and_look_alikes_are_not(played: Path) -> None:
    told = json.loads((SITES / "copies.json").read_text(encoding="utf-8"))
    found = {
        frozenset((row["a"], row["b"])): row["kind"]
        for row in rows(
            played,
            "SELECT u.url AS a, w.url AS b, l.kind FROM links l JOIN urls u ON u.document_id = l.document_id"
            " JOIN urls w ON w.document_id = l.other_id WHERE l.retired_run_id IS NULL",
        )
    }
    for one, other, kind in told["copies"]:
        assert found.get(frozenset((one, other))) == kind, (one, other)
    for one, other in told["not_copies"]:
        assert found.get(frozenset((one, other))) not in ("exact", "near"), (one, other)


def test_only_pages_whose_layout_fits_none_are_read_the_generic_way(played: Path) -> None:
    found = rows(
        played,
        "SELECT DISTINCT d.source FROM versions v JOIN documents d ON d.id = v.document_id WHERE layout = 'generic'",
    )
    assert {row["source"] for row in found} <= {"cloaked", "news.hkpark.example"}


def test_a_first_fetch_reads_two_list_pages_and_a_later_one_stops_at_known_ones(samples: Path, tmp_path: Path) -> None:
    job = Job(tmp_path / "a.db", samples, morning(DAYS[0]))
    (first,) = asyncio.run(steps.fetch(job, ["nchdz"]))
    (again,) = asyncio.run(steps.fetch(job, ["nchdz"]))
    assert (first.counts.new, again.counts.new, again.counts.fetched) == (8, 0, 0)
    slices = rows(tmp_path / "a.db", "SELECT slice, state, run_id FROM slices ORDER BY slice")
    assert [tuple(row) for row in slices] == [(name, "done", again.id) for name in ("1", "2", "newest")]


def test_a_backfill_takes_the_days_asked_for(samples: Path, tmp_path: Path) -> None:
    job = Job(tmp_path / "a.db", samples, morning(DAYS[0]))
    (run,) = asyncio.run(steps.backfill(job, "nchdz", date(2026, 2, 1), date(2026, 2, 12)))
    days = [row["published_at"][:10] for row in rows(job.archive, "SELECT published_at FROM bulletins ORDER BY 1")]
    assert days == ["2026-02-04", "2026-02-06", "2026-02-12"]
    assert run.counts.listed == 3


def test_a_gone_page_is_only_believed_where_it_was_captured(samples: Path, tmp_path: Path) -> None:
    job = Job(tmp_path / "a.db", samples, morning(DAYS[0]))
    asyncio.run(steps.fetch(job, ["nchdz"]))
    other = tmp_path / "other.warc.gz"
    warc.write(other, [page for page in warc.read(samples) if "163.com" in page.url])
    (run,) = asyncio.run(steps.recheck(replace(job, replay=other)))
    assert (run.counts.gone, run.counts.failed) == (0, 0)


def test_a_moment_without_a_file_is_a_problem(tmp_path: Path) -> None:
    with pytest.raises(Problem, match="is for a replay"):
        asyncio.run(steps.fetch(Job(tmp_path / "a.db", at=morning(DAYS[0])), ["nchdz"]))
    assert not (tmp_path / "a.db").exists()


def test_pages_without_bytes_of_their_own_still_make_versions(samples: Path, tmp_path: Path) -> None:
    """What a run has kept is what was served: every version's raw page is in the page store."""
    job = Job(tmp_path / "a.db", samples, morning(DAYS[0]))
    asyncio.run(steps.fetch(job, ["nchdz"]))
    with Archive(job.archive) as archive:
        for row in rows(job.archive, "SELECT raw_sha256 FROM version_pages"):
            assert archive.pages.get(row["raw_sha256"])


# What a run that was cut short leaves


def test_a_source_that_cannot_start_holds_up_no_other(samples: Path, tmp_path: Path) -> None:
    job = Job(tmp_path / "a.db", samples, morning(DAYS[0]))
    with held(job.archive, "fetch srrb"), pytest.raises(Problem, match="under way"):
        asyncio.run(steps.fetch(job, ["nchdz", "srrb"]))
    assert [tuple(row) for row in rows(job.archive, "SELECT source, state, new FROM runs")] == [
        ("nchdz", "completed", 8)
    ]


def test_a_known_article_that_leads_to_the_home_page_is_gone_and_one_in_a_strange_layout_fails(tmp_path: Path) -> None:
    job = Job(tmp_path / "a.db", made_site(tmp_path / "1.warc.gz", ["n1", "n2"]), MADE)
    asyncio.run(steps.fetch(job, ["nchdz"]))
    strange = "<h1>栏目</h1><div class=x><p>这里是栏目首页,请选择。</p><p>新闻很多,请看。</p></div>".encode()
    later = [
        Page("http://nchdz.nc.gov.cn/a/n1.shtml", b"", MADE, status=302, headers={"location": "/"}),
        Page("http://nchdz.nc.gov.cn/", strange, MADE),
        Page("http://nchdz.nc.gov.cn/a/n2.shtml", strange, MADE),
    ]
    warc.write(tmp_path / "2.warc.gz", [replace(page, fetched_at=datetime(2026, 3, 2, tzinfo=UTC)) for page in later])
    (run,) = asyncio.run(steps.recheck(replace(job, replay=tmp_path / "2.warc.gz", at=None)))
    assert (run.counts.gone, run.counts.failed, run.counts.edited) == (1, 1, 0)
    assert [row["change"] for row in rows(job.archive, "SELECT change FROM versions")] == ["new", "new", "gone"]


def test_papers_of_the_future_are_not_asked_for(samples: Path, tmp_path: Path) -> None:
    job = Job(tmp_path / "a.db", samples, morning(DAYS[1]))
    asyncio.run(steps.backfill(job, "srrb", date(2026, 3, 2), date(2030, 1, 1)))
    assert {row["slice"] for row in rows(job.archive, "SELECT slice FROM slices")} == {"2026-03-02", "2026-03-03"}
    with pytest.raises(Problem, match="no paper before 2015-01-01 by its recipe"):
        asyncio.run(steps.backfill(job, "srrb", date(2001, 1, 1), date(2002, 1, 1)))


def test_a_day_without_a_paper_does_not_end_a_fetch(samples: Path, tmp_path: Path) -> None:
    holiday = tmp_path / "holiday.warc.gz"
    warc.write(holiday, [page for page in warc.read(samples) if "/2026-03/03/" not in page.url])
    job = Job(tmp_path / "a.db", holiday, morning(DAYS[2]))
    (run,) = asyncio.run(steps.fetch(job, ["srrb"]))
    assert {row["slice"] for row in rows(job.archive, "SELECT slice FROM slices")} >= {"2026-03-04", "2026-03-02"}
    assert not rows(job.archive, "SELECT 1 FROM slices WHERE slice = '2026-03-03'")
    assert (run.state, run.counts.missing) == ("completed", 1)


NEWS = "http://h.cn/news/1.html"
PROSE = "<p>云溪高新区今天召开大会,部署全年工作,要求大家认真落实,确保取得实效。</p>" * 8


def handed_in(tmp_path: Path, *pages: Page, url: str = NEWS) -> tuple[Run, dict[str, str]]:
    """A run over these pages alone, `url` handed in; what each address that was asked for came to."""
    warc.write(tmp_path / "1.warc.gz", pages)
    job = Job(tmp_path / "a.db", tmp_path / "1.warc.gz", MADE)
    (run,) = asyncio.run(steps.add(job, [url]))
    return run, {
        row["url"]: row["outcome"] for row in rows(job.archive, "SELECT url, outcome FROM observations ORDER BY id")
    }


def article_of(title: str, more: str = "") -> bytes:
    return f"<title>{title}</title><h1>{title}</h1><div>{PROSE}</div>{more}".encode()


def test_a_page_that_leads_on_by_a_script_is_followed_once_and_observed_as_a_redirect(tmp_path: Path) -> None:
    lead = Page(NEWS, b"<script>location.href='http://o.cn/2.html'</script>", MADE)
    there = Page(
        "http://o.cn/2.html", article_of("大会召开"), MADE, headers={"content-type": "text/html", "etag": '"1"'}
    )
    run, _ = handed_in(tmp_path, lead, there)
    assert (run.state, run.counts.new) == ("completed", 1)
    seen = rows(tmp_path / "a.db", "SELECT url, outcome, final_url, headers FROM observations ORDER BY id")
    assert [tuple(row)[:3] for row in seen] == [(NEWS, "redirect", None), (NEWS, "ok", "http://o.cn/2.html")]
    assert "etag" not in (seen[1]["headers"] or "")
    assert rows(tmp_path / "a.db", "SELECT url FROM bulletins")[0]["url"] == NEWS
    again = asyncio.run(steps.add(Job(tmp_path / "a.db", tmp_path / "1.warc.gz", MADE), [NEWS]))
    assert (again[0].counts.new, again[0].counts.unchanged) == (0, 1)


def test_a_page_that_leads_to_one_that_leads_on_is_a_failure(tmp_path: Path) -> None:
    lead = Page(NEWS, b"<script>location.href='2.html'</script>", MADE)
    on = Page("http://h.cn/news/2.html", b"<script>location.href='1.html'</script>", MADE)
    run, outcomes = handed_in(tmp_path, lead, on)
    assert (run.state, run.counts.failed, set(outcomes.values())) == ("failed", 1, {"redirect"})


def test_a_page_that_leads_to_a_dead_one_is_gone(tmp_path: Path) -> None:
    lead = Page(NEWS, b"<script>location.href='2.html'</script>", MADE)
    run, outcomes = handed_in(tmp_path, lead, Page("http://h.cn/news/2.html", b"", MADE, status=404))
    assert (run.state, outcomes) == ("failed", {NEWS: "gone"})


@pytest.mark.parametrize("status", [202, 405, 493, 521])
def test_a_wall_is_blocked_whatever_its_status(tmp_path: Path, status: int) -> None:
    body = b"<script>$_ts=window['$_ts'];if(!$_ts)$_ts={};</script>"
    run, outcomes = handed_in(tmp_path, Page(NEWS, body, MADE, status=status))
    assert (run.state, outcomes) == ("failed", {NEWS: "blocked"})


def test_the_pages_of_an_article_without_a_recipe_are_one_bulletin(tmp_path: Path) -> None:
    pager = '<p><a href="1.html">1</a> <a href="1_2.html">2</a></p>'
    second = article_of("大会召开", pager).replace("全年".encode(), "明年".encode())
    pages = [Page(NEWS, article_of("大会召开", pager), MADE), Page("http://h.cn/news/1_2.html", second, MADE)]
    run, _ = handed_in(tmp_path, *pages)
    assert (run.state, run.counts.new) == ("completed", 1)
    (held,) = rows(tmp_path / "a.db", "SELECT body FROM bulletins")
    assert held["body"].index("全年") < held["body"].index("明年")


PAGER = '<p><a href="1.html">1</a> <a href="1_2.html">2</a></p>'


@pytest.mark.parametrize(
    "second",
    [
        Page("http://h.cn/news/1_2.html", b"", MADE, status=302, headers={"location": "/news/1.html"}),
        Page("http://h.cn/news/1_2.html", article_of("大会召开", PAGER), MADE),
        Page("http://h.cn/news/1_2.html", article_of("系统维护").replace("全年".encode(), "维护".encode()), MADE),
    ],
    ids=["led back", "the first again", "a notice"],
)
def test_a_further_page_that_shows_something_else_is_no_part(tmp_path: Path, second: Page) -> None:
    run, _ = handed_in(tmp_path, Page(NEWS, article_of("大会召开", PAGER), MADE), second)
    assert (run.state, run.counts.new, run.counts.failed) == ("failed", 0, 1)
    (seen,) = rows(tmp_path / "a.db", "SELECT error FROM observations WHERE outcome = 'truncated'")
    assert "1_2.html, a further page of" in seen["error"]


@pytest.mark.parametrize(
    ("name", "body", "outcome"),
    [
        ("1_2.html", article_of("大会召开", '<a href="1.html">1</a><a href="1_2.html">2</a>'), "part"),
        ("1.html", b"%PDF-1.7\n", "file"),
        ("1.html", f"<ul>{'<li><a href=/2.html>云溪高新区召开工作会议</a>2026-03-01'}</ul>".encode(), "no_article"),
    ],
)
def test_what_is_no_bulletin_is_observed_as_what_it_is(tmp_path: Path, name: str, body: bytes, outcome: str) -> None:
    url = f"http://h.cn/news/{name}"
    run, outcomes = handed_in(tmp_path, Page(url, body, MADE), url=url)
    assert (run.state, outcomes) == ("failed", {url: outcome})
    assert not rows(tmp_path / "a.db", "SELECT 1 FROM bulletins")


def test_a_notice_of_the_day_in_the_place_of_two_articles_is_neither(tmp_path: Path) -> None:
    names = ["高新区签约一批项目", "星河新材料在临川投产", "高新区召开干部大会"]
    held = shtml_list([(name, "2026-02-01") for name in names], 1, 1).decode()
    pages = [Page(f"{LIST}.shtml", re.sub('title="(.*?)">x', r'title="\1">\1', held).encode(), MADE)]
    for name, shown in zip(names, ("系统维护公告", "系统维护公告", names[2]), strict=True):
        pages.append(Page(normalise(f"http://nchdz.nc.gov.cn/a/{name}.shtml"), article_page(shown), MADE))
    warc.write(tmp_path / "site.warc.gz", pages)
    (run,) = asyncio.run(steps.fetch(Job(tmp_path / "a.db", tmp_path / "site.warc.gz", MADE), ["nchdz"]))
    assert (run.counts.new, run.counts.failed) == (1, 2)


def test_addresses_that_change_with_every_request_do_not_keep_a_fetch_at_its_list(tmp_path: Path) -> None:
    """Only the client is another: it gives each row of a list a number of its own, as some sites do for a session."""
    asked = Counter[str]()
    job = Job(tmp_path / "a.db", made_site(tmp_path / "site.warc.gz", [f"n{n:02}" for n in range(6)]), MADE)

    class Numbering(Client):
        async def get(self, url: str, headers: Mapping[str, str] | None = None) -> Page:
            asked[url.partition("?")[0]] += 1
            page = await super().get(url.partition("?")[0], headers)
            numbered = (
                page.body.replace(b".shtml", f".shtml?t={asked.total()}".encode()) if "list" in url else page.body
            )
            return replace(page, url=url, body=numbered, final_url=url)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("flows.job.Client", Numbering)
        asyncio.run(steps.fetch(job, ["nchdz"]))
        assert max(asked.values()) <= 2 * 3
        (run,) = asyncio.run(steps.fetch(job, ["nchdz"]))
    assert run.state == "partial"
    assert [sentence for sentence in run.warnings if "new addresses hold what known ones do, such as" in sentence]


@pytest.mark.parametrize(
    ("address", "publisher"),
    [
        ("http://nchdz.nc.gov.cn/ncgxq/yhyshj/202601/a.shtml", "nchdz"),
        ("http://www.chinahightech.com/html/yuanqu/yqrd/2026/0101/1.html", "chinahightech"),
        ("http://www.elsewhere.example/1.html", "nchdz"),
    ],
)
def test_whoever_links_to_the_article_of_another_source_does_not_publish_it(address: str, publisher: str) -> None:
    assert publisher_of(Item(address), find_source("nchdz")).name == publisher
