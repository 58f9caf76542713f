"""The list of bulletins: what is searched for is found; facets, filters, counts, order and exports are those of its rows."""

from __future__ import annotations

import csv
import io
import shutil
import subprocess
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import httpx
import pytest
from bs4 import BeautifulSoup

from archive import selection
from archive.files import connect_current
from archive.selection import Selection
from tests.browsing import WING_EDITED, Site, served, texts


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with served(tmp_path_factory.mktemp("browse")) as site:
        yield site


def test_a_day_is_a_whole_day_in_beijing(site: Site) -> None:
    assert site.titles(published_at__date="2026-01-15") == ["转载:机翼"]
    assert not site.titles(published_at__date="2026-01-13")
    assert site.titles(published_at__gte="2026-01-15", published_at__lte="2026-01-15") == ["转载:机翼"]


def test_facets(site: Site) -> None:
    page = site.page()
    assert [tag["data-column"] for tag in page.select(".facet[data-column]")] == ["source", "year", "origin"]
    assert "南昌高新区 3" in texts(page.select("#facet-source li"))
    assert "2026 4" in texts(page.select("#facet-year li"))
    link = page.select_one("#facet-origin a:-soup-contains('区融媒体中心')")
    assert link and site.client.get(str(link["href"])).text.count("<article") == 1
    assert site.titles(source="nchdz", year="2025") == ["厂房招租"]


@pytest.mark.parametrize("query", ["", "航空", "新", "没有的词"])
@pytest.mark.parametrize("narrowed", ["", "nchdz"])
def test_facets_and_counts_are_those_of_the_rows(site: Site, query: str, narrowed: str) -> None:
    asked = {"_search": query, "_size": "max", "_shape": "objects"}
    asked |= {"source": narrowed} if narrowed else {}
    facets = [("_facet", name) for name in ("source", "year", "origin")]
    told = site.client.get(f"{site.landing}.json", params=[*asked.items(), *facets]).json()
    assert told["filtered_table_rows_count"] == len(told["rows"])
    for _, name in facets:
        counted = Counter(row[name] for row in told["rows"] if row[name] is not None)
        found = [(facet["value"], facet["count"]) for facet in told["facet_results"][name]["results"]]
        assert found == sorted(counted.items(), key=lambda one: (-one[1], one[0])), name


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("航空", {"机翼蒙皮", "转载:机翼"}),
        ("铆", {"机翼蒙皮", "转载:机翼"}),
        ("“蒙皮长12.4米”", {"机翼蒙皮", "转载:机翼"}),
        ('"亮灯,刚完成"', {"机翼蒙皮", "转载:机翼"}),
        ("亮灯刚完成", set()),
        ("航空 转载", {"转载:机翼"}),
        ("gdp", {"厂房招租"}),
        ("招商引资", {"招商引资大会"}),
        ("没有的词", set()),
        (",", set()),
    ],
)
def test_search(site: Site, query: str, expected: set[str]) -> None:
    assert set(site.titles(_search=query)) == expected


def test_signs_alone_are_said_not_to_be_searched_for(site: Site) -> None:
    said = "单独的标点和符号不能检索"
    assert said in site.page(_search="，").get_text()
    assert said not in site.page(_search="没有的词").get_text()


def test_the_best_stand_first_where_they_are_asked_for(site: Site) -> None:
    with closing(connect_current(site.path)) as conn:
        best = [row["title"] for row in selection.find(conn, Selection(query="一"), 9).best]
    assert len(best) > 2
    assert site.titles(_search="一", _ranked="1") == best
    assert site.titles(_search="一") == site.titles(_search="一", _sort_desc="published_at") != best
    cut = site.page(_search="一", _ranked="1", _size="2")
    assert [tag.get_text() for tag in cut.select("article h2")] == best[:2]
    assert "只列最相关的 2 篇" in cut.get_text() and not cut.select("a[rel=next]"), "it goes on by date alone"
    assert not cut.select("form.export input[name=_ranked]"), "a file holds all of them"
    assert texts(site.page(_ranked="1").select(".order strong")) == ["最新发布"], "without a search nothing is best"


def test_an_empty_search_box_searches_nothing(site: Site) -> None:
    assert site.titles(_search="  ") == site.titles() != []
    assert site.titles(_search="", source="nchdz") == site.titles(source="nchdz")


def test_passages_show_the_searched_words(site: Site) -> None:
    page = site.page(_search="航空")
    assert {tag.get_text() for tag in page.select(".passage mark")} == {"航空"}
    assert all("产业营业收入" in text for text in texts(page.select(".passage")))
    assert texts(site.page().select(".passage mark")) == []


def test_filters_pages_and_order(site: Site) -> None:
    answer = site.client.get(
        site.landing, params={"_filter_column": "title", "_filter_op": "contains", "_filter_value": "机翼"}
    )
    assert answer.status_code == 302 and "title__contains" in answer.headers["location"]
    page = site.page(title__contains="机翼")
    assert texts(page.select(".chip")) == ["标题 包含 机翼 ×"]
    following = site.page(_size="4").select("a[rel=next]")[0]
    second = BeautifulSoup(site.client.get(str(following["href"])).text, "lxml").select("article h2")
    assert site.titles(_size="4") + [tag.get_text() for tag in second] == site.titles()[: 4 + len(second)]
    assert second
    assert site.titles(_sort="published_at")[-1] == "一图读懂"
    assert site.page(_col="title").select_one("table.rows-and-columns"), "fewer columns: a plain table"


def test_a_filter_begins_at_the_first_page(site: Site) -> None:
    following = site.page(_size="2", title__notblank="1").select("a[rel=next]")[0]
    second = BeautifulSoup(site.client.get(str(following["href"])).text, "lxml")
    for link in second.select(".facet li a, .chip, a[rel=first], .order a"):
        assert "_next" not in str(link["href"]), link
    (nchdz,) = second.select("#facet-source a:-soup-contains('南昌高新区')")
    assert len(BeautifulSoup(site.client.get(str(nchdz["href"])).text, "lxml").select("article")) == 2
    assert len(second.select("a[rel=first]")) == 1 and not site.page(_size="2").select("a[rel=first]")


def test_badges(site: Site) -> None:
    badges = {str(tag.h2 and tag.h2.get_text()): texts(tag.select(".badge")) for tag in site.page().select("article")}
    assert badges["厂房招租"] == ["已撤下"]
    assert badges["一图读懂"] == []
    assert sorted(badges["机翼蒙皮"] + badges["转载:机翼"]) == ["与《机翼蒙皮》同文", "修订 1 次", "副本 1"]


def test_exports(site: Site) -> None:
    rows = site.client.get(site.landing + ".json", params={"_search": "航空", "_shape": "array"}).json()
    assert {row["title"] for row in rows} == {"机翼蒙皮", "转载:机翼"} and rows[0]["body"] == WING_EDITED
    plain = site.client.get(site.landing + ".csv", params={"_search": "航空", "_size": "max"})
    assert {row["title"] for row in csv.DictReader(io.StringIO(plain.text))} == {"机翼蒙皮", "转载:机翼"}


def test_a_real_browser_searches(site: Site, tmp_path: Path) -> None:
    browser = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if browser is None:
        pytest.skip("no chromium, chromium-browser or google-chrome on this machine")
    address = f"{site.landing}?{httpx.QueryParams({'_search': '航空'})}"
    seen = subprocess.run(
        [browser, "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path}", "--dump-dom", address],
        capture_output=True, timeout=60, check=True,
    )  # fmt: skip
    page = BeautifulSoup(seen.stdout.decode(), "lxml")
    assert {tag.get_text() for tag in page.select("article h2")} == {"机翼蒙皮", "转载:机翼"}
    assert page.select_one(".facet") and page.select_one(".passage mark")
