"""How lists end, and what a run says of one that ends too early."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

import pytest

from flows import steps
from flows.job import Job, Run
from scrapers import warc
from scrapers.listing import (
    CountedFromZero,
    Daily,
    Linked,
    NextLink,
    OnePage,
    Sized,
    number_after,
    phpcms_pages,
    shtml_pages,
)
from scrapers.model import Page
from scrapers.source import Pages, Ref
from tests.made import LIST, MADE, archived, article_page, listed, rows

LANTING = "http://www.lanting.example"
PROXY = "/module/web/jpage/dataproxy.jsp?startrecord={first}&endrecord={last}&perpage=2"
COLUMN = "&col=1&appid=1&webid=7&path=/&columnid=2101&sourceContentType=1&unitid=297999&permissiontype=0"


def answer(url: str, body: bytes | str, status: int = 200, to: str = "") -> Page:
    headers = {"content-type": "text/html; charset=utf-8"} | ({"location": to} if to else {})
    return Page(url, body if isinstance(body, bytes) else body.encode(), MADE, status=status, headers=headers)


def backfill(folder: Path, source: str, pages: Sequence[Page]) -> Run:
    """A backfill of February 2026 from these pages."""
    warc.write(folder / "site.warc.gz", pages)
    job = Job(folder / "a.db", folder / "site.warc.gz", MADE)
    (run,) = asyncio.run(steps.backfill(job, source, date(2026, 2, 1), date(2026, 2, 28)))
    return run


def shtml(names: str, pager: str = "", day: str = "2026-02-01") -> str:
    held = (f"<li><a href=/a/{n}.shtml title={n}>x</a><span class=time>{day}</span></li>" for n in names)
    return f"<ul class=list>{''.join(held)}</ul><script>{pager}</script>"


def site(*pages: str, names: str = "abcdef") -> list[Page]:
    """The list pages of `nchdz`, and its articles."""
    lists = [answer(f"{LIST}_{n}.shtml" if n > 1 else f"{LIST}.shtml", page) for n, page in enumerate(pages, 1)]
    return lists + [answer(f"http://nchdz.nc.gov.cn/a/{name}.shtml", article_page(name)) for name in names]


def pager(pages: int) -> str:
    return f"createPageHTML('page_div',{pages},1,'common_list','shtml',{2 * pages})"


def of_pagers(run: Run) -> list[str]:
    return [sentence for sentence in run.warnings if "none was read below" in sentence]


@pytest.mark.parametrize(
    ("pages", "html", "rows", "told"),
    [
        (shtml_pages("l"), "createPageHTML('page_div',1,1,'l','shtml',8)", 8, True),
        (shtml_pages("l"), "createPageHTML(2,1,'l','shtml','page_div',4)", 8, False),
        (CountedFromZero(), "createPageHTML(1, 0, 'index', 'html')", 8, True),
        (CountedFromZero(), "var countPage = 1", 8, True),
        (CountedFromZero(), "document.write('<a href=index_1.html>2</a>')", 8, False),
        (phpcms_pages(), "<div id=pages class=text-c></div>", 8, True),
        (phpcms_pages(), "<div class=pages><a>1</a><a>2</a></div>", 8, False),
        (Sized("{n}", 20, number_after("totalrecord")), "<totalrecord>931</totalrecord>", 20, True),
        (Sized("{n}", 20, number_after("totalrecord")), "<total>931</total>", 20, False),
        (Sized("{n}", 20, number_after("totalrecord")), "", 19, True),
        (Sized("{n}", 20, number_after("count")), "var count=0; <div rows=20 count=931>", 20, False),
        (OnePage(), "", 20, True),
        (NextLink(), "", 20, True),
    ],
)
def test_a_pager_that_needs_a_number_misses_it(pages: Pages, html: str, rows: int, told: bool) -> None:
    assert pages.is_end_known(Ref("http://h.cn/x/", "1"), html, rows) is told


@pytest.mark.parametrize(
    ("html", "told"),
    [
        ("<a>下一页</a> 共25页", False),
        ("<a>下一页</a> 共<b class=n> 25 </b>页", False),
        ("第1/25页 <span>尾页</span>", False),
        ("createPageHTML(25, 0, 'index', 'html')", False),
        ("createPageHTML('page_div', 25, 1, 'list', 'shtml', 500)", False),
        ("function createPageHTML(_nPageCount, _nCurrIndex){}", True),
        ("<a>下一页</a> 共1页", True),
        ("<a>下一页</a> 共 25 条", True),
        ("<a href=index_2.html>下一页</a> 共25页", True),
        ("<a href=1.html>关于报告（共25页）的说明</a>", True),
        ("", True),
    ],
)
def test_a_list_states_more_pages_than_it_links_to(html: str, told: bool) -> None:
    ref = Ref("http://h.cn/x/index.html", "1")
    for pages in (Linked("index_{n}.html"), NextLink()):
        assert pages.is_end_known(ref, html, 20) is told
    assert Linked("index_{n}.html").is_end_known(Ref("http://h.cn/x/index_25.html", "25"), html, 20)
    assert Daily("%Y%m/%d/node_1.html", "a").is_end_known(Ref("http://h.cn/", "2026-03-02"), html, 20)


def test_a_list_that_does_not_say_how_many_pages_it_has_is_reported(tmp_path: Path) -> None:
    run = backfill(tmp_path, "nchdz", site(shtml("ab"), shtml("cd")))
    assert (run.state, run.counts.new) == ("failed", 2)
    assert [f"{LIST}.shtml does not say where its list goes on" in sentence for sentence in of_pagers(run)] == [True]


def test_a_further_page_without_a_pager_is_reported(tmp_path: Path) -> None:
    run = backfill(tmp_path, "nchdz", site(shtml("ab", pager(3)), shtml("cd"), shtml("ef", pager(3))))
    assert (run.state, run.counts.new) == ("failed", 4)
    assert [f"{LIST}_2.shtml does not say" in sentence for sentence in of_pagers(run)] == [True]


def test_a_site_that_does_not_know_the_number_of_a_page_is_reported(tmp_path: Path) -> None:
    run = backfill(tmp_path, "nchdz", site(*[shtml("ab", pager(4))] * 4))
    assert (run.state, run.counts.new, run.counts.listed) == ("failed", 2, 4)
    assert [f"{LIST}_2.shtml repeats an earlier page" in sentence for sentence in of_pagers(run)] == [True]


def test_a_list_page_without_its_end_is_read_again_by_the_next_backfill(tmp_path: Path) -> None:
    cut = "<html><head></head><body>" + shtml("cd", pager(2))
    run = backfill(tmp_path, "nchdz", site(shtml("ab", pager(2)), cut))
    assert (run.state, run.counts.new) == ("failed", 4)
    assert [sentence for sentence in run.warnings if f"{LIST}_2.shtml has no end (no </html>)" in sentence]
    whole = "<html><head></head><body>" + shtml("cdef", pager(2)) + "</body></html>"
    run = backfill(tmp_path, "nchdz", site(shtml("ab", pager(2)), whole))
    assert (run.state, run.counts.new) == ("completed", 2)


def test_a_last_page_that_repeats_what_was_pushed_down_is_not_reported(tmp_path: Path) -> None:
    run = backfill(tmp_path, "nchdz", site(shtml("ab", pager(2)), shtml("ab", pager(2))))
    assert (run.counts.new, of_pagers(run)) == (2, [])


def test_a_list_that_starts_with_its_oldest_rows_is_read_to_its_end(tmp_path: Path) -> None:
    days = ("2019-05-06", "2021-03-01", "2026-02-01")
    pages = [shtml(names, pager(3), day) for names, day in zip(("ab", "cd", "ef"), days, strict=True)]
    assert backfill(tmp_path, "nchdz", site(*pages)).counts.new == 2
    assert archived(Job(tmp_path / "a.db")) == listed(list("ef"))


def test_a_fetch_of_a_list_that_starts_with_its_oldest_rows_is_reported(tmp_path: Path) -> None:
    rising = shtml("a", "", "2019-05-06") + shtml("b", "", "2020-05-06") + shtml("c", "", "2021-05-06")
    warc.write(tmp_path / "site.warc.gz", site(rising + shtml("", pager(2)), shtml("d", pager(2), "2026-02-01")))
    (run,) = asyncio.run(steps.fetch(Job(tmp_path / "a.db", tmp_path / "site.warc.gz", MADE), ["nchdz"]))
    assert [f"{LIST}.shtml starts with its oldest rows" in sentence for sentence in run.warnings] == [True]


def test_a_list_is_left_at_the_second_page_of_older_rows(tmp_path: Path) -> None:
    days = ("2026-02-01", "2026-01-20", "2025-12-01", "2025-11-01")
    pages = [shtml(name, pager(4), day) for name, day in zip("abcd", days, strict=True)]
    assert backfill(tmp_path, "nchdz", site(*pages)).counts.new == 1
    assert [row["slice"] for row in rows(tmp_path / "a.db", "SELECT slice FROM slices ORDER BY 1")] == ["1", "2", "3"]


@pytest.mark.parametrize(
    "days", [("2019-03-01",) * 5 + ("2026-02-01",), ("2026-02-01", *("2019-03-01",) * 4, "2026-02-01")]
)
def test_old_rows_above_or_amid_newer_ones_do_not_end_a_backfill(tmp_path: Path, days: Sequence[str]) -> None:
    pages = [shtml(name, pager(6), day) for name, day in zip("abcdef", days, strict=True)]
    assert backfill(tmp_path, "nchdz", site(*pages)).counts.new == days.count("2026-02-01")


def test_a_list_of_nothing_but_old_rows_is_left_after_a_while(tmp_path: Path) -> None:
    names = [f"n{n}" for n in range(15)]
    pages = [shtml("a", pager(15), "2019-03-01").replace("/a/a", f"/a/{name}") for name in names]
    assert backfill(tmp_path, "nchdz", site(*pages, names="")).counts.new == 0
    assert len(rows(tmp_path / "a.db", "SELECT slice FROM slices")) == steps.BELOW


def test_rows_from_before_the_source_began_are_read_and_told(tmp_path: Path) -> None:
    """That day is often a guess, and whoever asks for earlier ones would get none, and no word of it."""
    warc.write(tmp_path / "site.warc.gz", site(shtml("ab", pager(1), "2009-05-06")))
    job = Job(tmp_path / "a.db", tmp_path / "site.warc.gz", MADE)
    (run,) = asyncio.run(steps.backfill(job, "nchdz", date(2009, 1, 1), date(2009, 12, 31)))
    assert run.counts.new == 2


def test_no_paper_from_before_the_first_is_requested(tmp_path: Path) -> None:
    warc.write(tmp_path / "site.warc.gz", paper([1], lambda url: answer(url, "", 404)))
    said: list[str] = []
    job = Job(tmp_path / "a.db", tmp_path / "site.warc.gz", MADE, say=said.append)
    (run,) = asyncio.run(steps.backfill(job, "srrb", date(2014, 12, 1), date(2015, 1, 2)))
    assert run.counts.missing == 2
    assert [line for line in said if "begins on 2015-01-01 by its recipe: no earlier day is requested" in line]


def test_a_column_in_whose_place_the_home_page_stands_fails(tmp_path: Path) -> None:
    home = "http://nchdz.nc.gov.cn/"
    pages = [answer(f"{LIST}.shtml", "", 302, home), answer(home, shtml("ab", pager(1))), *site()]
    run = backfill(tmp_path, "nchdz", pages)
    assert (run.state, run.counts.listed) == ("failed", 0)


def test_a_column_that_has_moved_to_a_home_page_of_its_own_is_read(tmp_path: Path) -> None:
    home = "http://yhyshj.nchdz.example/"
    html = shtml("ab", pager(1)).replace("/a/", "http://nchdz.nc.gov.cn/a/")
    run = backfill(tmp_path, "nchdz", [answer(f"{LIST}.shtml", "", 302, home), answer(home, html), *site()])
    assert (run.counts.new, run.counts.failed) == (2, 0)


def paper(days: Sequence[int], without: Callable[[str], Page]) -> list[Page]:
    """The front pages of `srrb` in February 2026, each with an article; on other days what the site has `without` a paper."""
    pages = []
    for day in range(1, 29):
        folder = f"http://paper.srxww.com/srrb/html/2026-02/{day:02}"
        if day in days:
            pages.append(answer(f"{folder}/node_2.htm", f"<a href=content_{day}.htm>高新区第{day}号</a>"))
            pages.append(answer(f"{folder}/content_{day}.htm", in_paper(day)))
        else:
            pages.append(without(f"{folder}/node_2.htm"))
    return pages


def in_paper(day: int) -> str:
    told = f"<title>高新区第{day}号</title><date>2026-02-{day:02}</date>"
    return f"<!--enpproperty {told}/enpproperty--><div id=ozoom><p>高新区第{day}号项目今日开工建设。</p></div>"


NEWEST = "http://paper.srxww.com/srrb/html/2026-02/28/node_2.htm"
WITHOUT: dict[str, Callable[[str], Page]] = {
    "404": lambda url: answer(url, "", 404),
    "the newest paper": lambda url: answer(url, "", 302, NEWEST),
    "the home page": lambda url: answer(url, "", 302, "http://paper.srxww.com/"),
    "a notice": lambda url: answer(url, "<title>提示</title><p>对不起，您访问的页面不存在</p>"),
}


@pytest.mark.parametrize("told", WITHOUT)
def test_a_day_without_a_paper_is_missing_whatever_the_site_answers(tmp_path: Path, told: str) -> None:
    days = sorted({*range(1, 29)} - {7, 8, 14})
    home = answer("http://paper.srxww.com/", "<a href=/srrb/html/2026-02/28/content_28.htm>高新区第28号</a>")
    run = backfill(tmp_path, "srrb", [home, *paper(days, WITHOUT[told])])
    assert (run.counts.new, run.counts.missing, run.counts.failed) == (25, 3, 0)
    assert not [sentence for sentence in run.warnings if "no paper on" in sentence]


def test_many_days_in_a_row_without_a_paper_are_reported(tmp_path: Path) -> None:
    """As where the front page had another name in former years."""
    run = backfill(tmp_path, "srrb", paper(range(20, 29), WITHOUT["404"]))
    assert (run.state, run.counts.new, run.counts.missing) == ("partial", 9, 19)
    assert [
        sentence for sentence in run.warnings if "no paper on the 19 days from 2026-02-01 to 2026-02-19" in sentence
    ]


@pytest.mark.parametrize("group", [1, 2, 3])
def test_a_column_whose_own_page_holds_the_rows_of_several_pages_is_read_to_its_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, group: int
) -> None:
    """Hanweb fetches its rows by groups of pages, and the column's own page holds the first group."""
    monkeypatch.setenv("GAOXIN_SOURCES", str(Path(__file__).parent / "recipes"))

    def records(first: int, last: int) -> str:
        rows = (
            f"<li><a href=/art/2026/2/1/art_1_{n}.html>第{n}号</a><span>2026-02-01</span>" for n in range(first, last)
        )
        return "".join(f"<record><![CDATA[{row}</li>]]></record>" for row in rows)

    own = (
        f"<script>jpage({{totalRecord:9,perPage:2}})</script><script type=text/xml>{records(1, 2 * group + 1)}</script>"
    )
    lists = [answer(f"{LANTING}/col/col2101/index.html", own)]
    for first in range(3, 10, 2):
        url = LANTING + PROXY.format(first=first, last=first + 1) + COLUMN
        xml = f"<datastore><totalrecord>9</totalrecord>{records(first, min(first + 2, 10))}</datastore>"
        lists.append(answer(url, xml))
    articles = [answer(f"{LANTING}/art/2026/2/1/art_1_{n}.html", article_page(f"第{n}号")) for n in range(1, 10)]
    run = backfill(tmp_path, "jpage", [*lists, *articles])
    assert (run.counts.new, run.counts.failed, of_pagers(run)) == (9, 0, [])


def test_a_list_of_two_pages_is_whole(tmp_path: Path) -> None:
    run = backfill(tmp_path, "nchdz", site(shtml("ab", pager(2)), shtml("cd", pager(2))))
    assert (run.counts.failed, of_pagers(run)) == (0, [])
    assert archived(Job(tmp_path / "a.db")) == listed(list("abcd"))


def test_the_last_paper_in_the_place_of_a_day_without_one_is_told(tmp_path: Path) -> None:
    """Under the address of that day, so that its articles have addresses of their own."""
    pages = []
    for day in (3, 4):
        folder = f"http://paper.srxww.com/srrb/html/2026-02/{day:02}"
        rows = "".join(f"<a href=content_{n}.htm>高新区第{n}号</a>" for n in (1, 2, 3))
        pages.append(answer(f"{folder}/node_2.htm", rows))
        for n in (1, 2, 3):
            pages.append(answer(f"{folder}/content_{n}.htm", in_paper(n).replace(f"2026-02-{n:02}", "2026-02-03")))
    run = backfill(tmp_path, "srrb", pages)
    (sentence,) = [sentence for sentence in run.warnings if "are of 2026-02-03" in sentence]
    assert sentence.endswith("/2026-02/04/node_2.htm are of 2026-02-03: look whether there was a paper on 2026-02-04")
