"""What an address asks for that is not there, or not to be shown: one sentence says why, and the status is the right one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import pytest
from bs4 import BeautifulSoup

from archive.store import Archive
from archive.withhold import withhold
from scrapers.model import Bulletin
from tests.browsing import Site, at, put, served


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with served(tmp_path_factory.mktemp("browse")) as site:
        yield site


@pytest.mark.parametrize("query", ["_col=title", "_nocol=published_at", "_col=title&_col=body&_sort=captured_at"])
def test_a_list_without_the_column_that_it_is_sorted_by(site: Site, query: str) -> None:
    for ending in ("", ".json", ".csv", "/-/excel.csv"):
        answer = site.client.get(f"{site.landing}{ending}?{query}&_size=2&_labels=on")
        assert answer.status_code == 200, ending
    page = site.page(_col="title", _size="2")
    following = site.client.get(str(page.select("a[href*=_next]")[0]["href"]))
    assert following.status_code == 200 and len(page.select("table.rows-and-columns tbody tr")) == 2


@pytest.mark.parametrize("level", ["hidden", "erased"])
def test_an_old_page_of_a_withheld_bulletin_says_why(site: Site, level: Literal["hidden", "erased"]) -> None:
    url, secret = f"http://withheld.example/{level}", f"某人的私事{level}"
    with Archive(site.path) as archive:
        put(archive, Bulletin(url, "withheld", f"{secret}标题", body=f"{secret}的正文。"), 8)
        number, key = archive.conn.execute("SELECT document_id, key FROM bulletins WHERE url = ?", [url]).fetchone()
        withhold(archive, url, level, "应当事人要求", "第七号")
    for name in (number, key, f"?_search={key}", f"?_search={url}"):
        answer = site.client.get(f"{site.landing}{'' if str(name)[0] == '?' else '/'}{name}", follow_redirects=True)
        page = BeautifulSoup(answer.text, "lxml")
        assert answer.status_code == 410 and "应当事人要求（第七号）" in page.get_text()
        assert ("已隐藏" if level == "hidden" else "已删除") in page.get_text() and secret not in answer.text
        assert key in page.get_text() and url not in answer.text
        assert at(site, str(page.select(".cite a")[0]["href"])).status_code == 410
    told = site.client.get(f"{site.landing}/{number}.json")
    assert told.status_code == 410 and told.json()["error"] == "应当事人要求"


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("soruce=srrb", "没有“soruce”这一栏；有的是：document_id、key、"),
        ("nosuch=1", "没有“nosuch”这一栏"),
        ("_search=航空&soruce__contains=srrb", "没有“soruce”这一栏"),
        ("published_at__gte=2026-13-45", "“2026-13-45”不是日期。日期写作 2026、2026-03 或 2026-03-02"),
        ("published_at=2026年3月", "“2026年3月”不是日期"),
        ("captured_at__date=2026-3-2", "“2026-3-2”不是日期"),
        ("published_at__in=2026-01-14,2026年", "“2026年”不是日期"),
        ("source__in=[nchdz", "“[nchdz”读不出几个值"),
        ("source__notin=[[1]]", "读不出几个值"),
        ("published_at__nosuch=1", "没有“nosuch”这种条件；有的是：exact、"),
    ],
)
def test_a_filter_by_what_is_not_there(site: Site, query: str, said: str) -> None:
    for ending in ("", ".csv", "/-/excel.csv"):
        answer = site.client.get(f"{site.landing}{ending}?{query}")
        assert answer.status_code == 400
        notice = BeautifulSoup(answer.text, "lxml").select(".notice")[0]
        assert said in notice.get_text() and "例如" not in notice.get_text() and not notice.select("[lang=en]")
    told = site.client.get(f"{site.landing}.json?{query}")
    assert told.status_code == 400 and said in told.json()["error"]
    assert site.client.get(f"{site.database}/urls?rowid=1&nosuch=1").status_code == 400
    assert site.client.get(f"{site.database}/urls?rowid=1&why__isnull=1").status_code == 200


@pytest.mark.parametrize(
    "asked", ["version_details?_next=zz", "version_details?_next=1,2", "bulletins?_through=x", "urls?_through={}"]
)
def test_a_place_that_only_a_link_can_name(site: Site, asked: str) -> None:
    answer = site.client.get(f"{site.database}/{asked}")
    assert answer.status_code == 400
    assert "只能照页面上的链接给出" in BeautifulSoup(answer.text, "lxml").select(".notice")[0].get_text()


@pytest.mark.parametrize(
    "day",
    [
        "2026",
        "2026-01",
        "2026-01-14",
        "２０２６-01",
        "2026-01-14T10:18",
        "2026-01-14T10:18:46+08:00",
        "2026-01-14T02:18Z",
    ],
)
def test_a_filter_by_any_date_of_the_archive(site: Site, day: str) -> None:
    assert site.titles(published_at__gte=day)
    assert site.titles(published_at__contains="-") and site.titles(published_at__isnull="1")


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("selct * from bulletins", 'near "selct": syntax error'),
        ("drop table bulletins", "Statement must be a SELECT"),
        ("select nosuch from bulletins", "no such column: nosuch"),
    ],
)
def test_sql_that_is_wrong(site: Site, sql: str, said: str) -> None:
    answer = site.client.get(site.database, params={"sql": sql})
    page = BeautifulSoup(answer.text, "lxml")
    assert answer.status_code == 400 and said in page.get_text() and "网址有一处不对" not in page.get_text()
    assert "SQL 有误" in page.get_text() or page.select(".message-error")
    told = site.client.get(f"{site.database}.json", params={"sql": sql})
    assert told.status_code == 400 and said in told.json()["error"]
