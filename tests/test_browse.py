"""The archive in a browser: a real Datasette on a small invented archive, asked over HTTP and by a real browser."""

from __future__ import annotations

import csv
import io
import re
import shutil
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import httpx
import pytest
from bs4 import BeautifulSoup

from archive import selection
from archive.browse.about import TABLES
from archive.browse.server import address, command, serve
from archive.files import connect_current
from archive.selection import Selection
from archive.store import Archive
from archive.withhold import withhold
from scrapers.model import Bulletin, Outcome, Page, Problem
from tests.browsing import (
    NCHDZ,
    WING_EDITED,
    Site,
    at,
    free_port,
    put,
    served,
    texts,
    wait_for,
)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with served(tmp_path_factory.mktemp("档案 browse")) as site:
        yield site


def test_a_day_is_a_whole_day_in_beijing(site: Site) -> None:
    assert site.titles(published_at__date="2026-01-15") == ["转载:机翼"]
    assert not site.titles(published_at__date="2026-01-13")
    assert site.titles(published_at__gte="2026-01-15", published_at__lte="2026-01-15") == ["转载:机翼"]


def test_first_page_leads_to_the_bulletins(site: Site) -> None:
    answer = site.client.get(str(httpx.URL(site.landing).join("/")))
    assert answer.status_code == 302
    assert str(httpx.URL(site.landing).join(answer.headers["location"])) == site.landing
    page = site.page()
    assert page.html and page.html["lang"] == "zh-CN"
    assert [tag.get_text() for tag in page.select("h1")] == ["高新档案"]
    assert "default-src 'self'" in answer.headers["content-security-policy"]


def test_nothing_is_loaded_from_elsewhere(site: Site) -> None:
    for path in ("", "/1", "/1.json"):
        page = BeautifulSoup(site.client.get(site.landing + path).text, "lxml")
        loaded = [
            tag.get("src") or tag.get("href") for tag in page.select("script[src], img[src], link[rel=stylesheet]")
        ]
        assert all(str(url).startswith("/-/") for url in loaded)


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


def test_badges(site: Site) -> None:
    badges = {str(tag.h2 and tag.h2.get_text()): texts(tag.select(".badge")) for tag in site.page().select("article")}
    assert badges["厂房招租"] == ["已撤下"]
    assert badges["一图读懂"] == []
    assert sorted(badges["机翼蒙皮"] + badges["转载:机翼"]) == ["与《机翼蒙皮》同文", "修订 1 次", "副本 1"]


def test_a_bulletin_shows_its_versions_and_what_changed(site: Site) -> None:
    page = site.bulletin("机翼蒙皮")
    assert texts(page.select(".body p")) == WING_EDITED.split("\n")
    heads = texts(page.select(".version-head"))
    assert [re.match(r"第 \d 版 \S+", head)[0] for head in heads if head] == ["第 2 版 修订", "第 1 版 首次收录"]  # type: ignore[index]
    assert "采集 2026-03-03 08:00 入档 2026-03-09 08:00" in heads[0]
    change = page.select(".difference")[0]
    assert texts(change.select("del")) == ["10:18:46", "186.3"]
    assert texts(change.select("ins")) == ["168.3", "更正:本文营业收入数字已订正。"]
    assert texts(change.select(".unchanged")) == ["1 段未变", "1 段未变"]
    code = page.select_one(".version-head code")
    assert code and len(code.get_text()) == 12 and str(code["title"]).startswith(code.get_text())
    citation = page.select_one("#citation")
    assert citation and str(code["title"]) in citation.get_text() and NCHDZ + "wing" in citation.get_text()


def test_copies_are_named_on_both_sides(site: Site) -> None:
    for title, other in (("机翼蒙皮", "转载:机翼"), ("转载:机翼", "机翼蒙皮")):
        (copy,) = site.bulletin(title).select(".copies li")
        assert copy.a and copy.a.get_text() == other
        assert "完全相同 100%" in copy.get_text() and "两篇文字相同" in copy.get_text()
    banner = site.bulletin("转载:机翼").select_one(".banner")
    assert banner and "本篇与《机翼蒙皮》同文" in banner.get_text()


def test_a_bulletin_that_is_gone_says_when_it_was_last_there(site: Site) -> None:
    page = site.bulletin("厂房招租")
    banner = page.select_one(".banner.gone")
    assert banner and [str(tag["datetime"]) for tag in banner.select("time")] == [
        "2026-03-02T00:00:00Z",
        "2026-03-05T00:00:00Z",
    ]
    assert "推出厂房十四套" in page.get_text()


def test_hostile_text_stays_text(site: Site) -> None:
    for page in (site.page(), site.page(_search="题"), site.bulletin('<b>题</b> "引"')):
        assert not page.select("script, img, .body b, article i, article h1 b, article h2 b")
        assert "<b>题</b>" in page.get_text() and "<script>alert(1)</script>" in page.get_text()
        assert not [tag for tag in page.select("[href], [src]") if "javascript" in str(tag.get("href"))]
    files = site.bulletin('<b>题</b> "引"').select(".files a")
    assert [tag["href"] for tag in files] == ["http://evil.example/a.pdf"]
    assert files[0]["rel"] == ["noreferrer", "nofollow", "noopener"]


def test_a_cloaked_bulletin_shows_both_texts(site: Site) -> None:
    page = site.bulletin("招商引资大会")
    assert "招商引资大会在湖畔召开" in page.select(".body")[0].get_text()
    assert "伪装文本" in page.select(".banner.cloak")[0].get_text()
    assert "招(zhao)商(shang)" in page.select("details .as-published")[0].get_text()


def test_a_bulletin_without_text_shows_its_pictures(site: Site) -> None:
    page = site.bulletin("一图读懂")
    assert "没有正文" in page.select(".body")[0].get_text()
    assert [tag["href"] for tag in page.select(".files a")] == [NCHDZ + "1.png"]


def test_exports(site: Site) -> None:
    rows = site.client.get(site.landing + ".json", params={"_search": "航空", "_shape": "array"}).json()
    assert {row["title"] for row in rows} == {"机翼蒙皮", "转载:机翼"} and rows[0]["body"] == WING_EDITED
    plain = site.client.get(site.landing + ".csv", params={"_search": "航空", "_size": "max"})
    assert {row["title"] for row in csv.DictReader(io.StringIO(plain.text))} == {"机翼蒙皮", "转载:机翼"}


def test_what_researchers_read_about_the_tables(site: Site) -> None:
    tables = BeautifulSoup(site.client.get(site.database).text, "lxml")
    assert "versions" in tables.get_text() and "只增不改" in tables.get_text()
    names = texts(tables.select(".db-table h3"))
    assert "bulletins" in names and not {"contents", "fingerprints", "bulletins_fts_data", "withheld"} & set(names)
    described = BeautifulSoup(site.client.get(site.database + "/versions").text, "lxml").select(".column-descriptions")
    assert "首次收录" in described[0].get_text()


def test_every_column_is_described(site: Site) -> None:
    with Archive(site.path) as archive:
        for name in {*archive.db.table_names(), *archive.db.view_names()}:
            if not name.startswith(("bulletins_fts", "_sqlite")):
                columns = archive.conn.execute(f"SELECT name FROM pragma_table_xinfo('{name}')")
                assert {row[0] for row in columns} == set(TABLES[name][1]), name


def test_nothing_can_be_written(site: Site) -> None:
    before = site.page().select(".summary strong")[0].get_text()
    for url in (site.landing, site.landing + "/1", site.database):
        for method in ("POST", "PUT", "PATCH", "DELETE"):
            assert site.client.request(method, url, data={"title": "改"}).status_code >= 400
    for sql in (
        "delete from bulletins",
        "insert into runs default values",
        "select 1; drop table runs",
        "pragma user_version=1",
    ):
        assert site.client.get(site.database + ".json", params={"sql": sql}).status_code == 400
    assert site.page().select(".summary strong")[0].get_text() == before


def test_what_is_appended_meanwhile_is_there_at_once(site: Site, tmp_path: Path) -> None:
    assert "late 1" not in texts(site.page().select("#facet-source li"))
    with Archive(site.path) as archive:
        put(archive, Bulletin("http://late.example/1", "late", "迟到的稿件", body="服务器开着的时候写入的一篇。"), 8)
        assert site.titles(_search="迟到") == ["迟到的稿件"]
        assert "late 1" in texts(site.page().select("#facet-source li"))
        archive.conn.execute("INSERT INTO withheld SELECT document_id, 'hidden', '应当事人要求', NULL, '2026-03-09'"
                             " FROM bulletins WHERE title = '迟到的稿件'")  # fmt: skip
    page = site.bulletin("迟到的稿件")
    assert "应当事人要求" in page.get_text() and "服务器开着" not in page.get_text()
    assert "服务器开着" not in site.page(_search="迟到").get_text()


def test_a_version_has_a_permanent_name(site: Site) -> None:
    with Archive(site.path) as archive:
        versions = archive.conn.execute(
            "SELECT hash, body FROM version_details WHERE title = '机翼蒙皮' ORDER BY id"
        ).fetchall()
    linked = [str(tag["href"]) for tag in site.bulletin("机翼蒙皮").select(".version-head a")]
    assert linked == [f"/v/{version[:12]}" for version, _ in reversed(versions)]
    for version, body in versions:
        for digits in (version[:12], version):
            page = BeautifulSoup(at(site, f"/v/{digits}").text, "lxml")
            assert [tag.get_text() for tag in page.select(".body p")] == body.split("\n")
            assert version in page.select(".cite")[0].get_text()
    old = BeautifulSoup(at(site, linked[-1]).text, "lxml")
    assert "此后另有版本" in old.get_text() and old.select(f'a[href="{linked[0]}"]')
    for unknown in ("0" * 12, "f" * 64, versions[0][0][:11], versions[0][0] + "0"):
        assert at(site, f"/v/{unknown}").status_code == 404
    (link,) = site.bulletin('<b>题</b> "引"').select(".version-head a")
    hostile = BeautifulSoup(at(site, str(link["href"])).text, "lxml")
    assert "<script>alert(1)</script>正文" in hostile.get_text() and not hostile.select(".body script, .body img, h1 b")
    assert not [tag for tag in hostile.select("[href]") if "javascript" in str(tag["href"])]


@pytest.mark.parametrize("level", ["hidden", "erased"])
def test_what_is_withheld_is_nowhere(site: Site, level: Literal["hidden", "erased"]) -> None:
    address, secret = f"http://withheld.example/{level}", f"某人的私事{level}"
    with Archive(site.path) as archive:
        put(archive, Bulletin(address, "withheld", f"{secret}标题", body=f"{secret}的正文,不该再有人读到。"), 8)
        document, version, number = archive.conn.execute(
            "SELECT document_id, hash, id FROM versions ORDER BY id DESC LIMIT 1"
        ).fetchone()
        assert secret in at(site, f"/v/{version[:12]}").text
        archive.observe(Page(address, b"", datetime(2026, 3, 1, tzinfo=UTC), outcome=Outcome.TIMEOUT, status=None))
        withhold(archive, address, level, "应当事人要求", "第七号")
        shown = [f"documents/{document}"] + [
            f"{table}/{row}"
            for table in ("urls", "observations")
            for (row,) in archive.conn.execute(f"SELECT rowid FROM {table} WHERE url = ?", [address])
        ]
    permanent = at(site, f"/v/{version[:12]}")
    assert permanent.status_code == 410 and "应当事人要求（第七号）" in permanent.text
    assert site.client.get(f"{site.landing}/{document}").status_code == 410
    told = [permanent.text, *(text.get_text() for text in site.page(_search=secret).select(".results"))]
    for table in TABLES:
        for ending in ("", ".json", ".csv"):
            told.append(site.client.get(f"{site.database}/{table}{ending}", params={"_size": "max"}).text)
    told.append(site.client.get(f"{site.database}/versions/{number}.json").text)
    assert len(told) > 40 and len(shown) == 4
    for row in shown:
        assert [site.client.get(f"{site.database}/{row}{ending}").status_code for ending in ("", ".json")] == [404, 404]
    assert not [text for text in told if secret in text or address in text]
    for closed in ("contents", "fingerprints", "bulletins_fts_data"):
        assert site.client.get(f"{site.database}/{closed}.json").status_code == 403


def test_rows_of_every_table_have_a_page(site: Site) -> None:
    for table in ("documents", "urls", "observations", "version_details", "versions"):
        (row,) = site.client.get(f"{site.database}/{table}.json?_size=1&_shape=array").json()
        page = site.client.get(f"{site.database}/{table}/{row.get('rowid') or row['id']}")
        assert page.status_code == (404 if table == "version_details" else 200), "a view has no rows of its own"


def test_pages_that_are_not_there(site: Site) -> None:
    answer = site.client.get(site.landing + "/999")
    assert answer.status_code == 404 and "没有这一页" in answer.text and 'lang="zh-CN"' in answer.text


@pytest.mark.parametrize("query", ["_sort=nope", "_sort_desc=nope", "_sort=title&_sort_desc=title"])
def test_a_word_of_an_address_that_is_not_known_is_no_error_of_the_server(site: Site, query: str) -> None:
    for ending in ("", ".json"):
        answer = site.client.get(f"{site.landing}{ending}?{query}")
        assert answer.status_code == 400, answer.text
        assert "sort" in answer.text
    page = site.client.get(f"{site.landing}?{query}").text
    assert "网址有一处不对" in page and 'lang="zh-CN"' in page


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


def test_sql_is_for_this_machine_alone(tmp_path: Path) -> None:
    Archive(tmp_path / "a.db").close()
    for host, allowed in (
        ("127.0.0.1", "on"),
        ("localhost", "on"),
        ("::1", "on"),
        ("0.0.0.0", "off"),
        ("10.1.2.3", "off"),
    ):
        words = command(tmp_path / "a.db", 8001, host)
        assert words[words.index("default_allow_sql") + 1] == allowed


def test_an_archive_that_cannot_be_served_is_a_problem(tmp_path: Path) -> None:
    with pytest.raises(Problem, match="no archive"):
        serve(tmp_path / "none.db", 8001)
    path = tmp_path / "50%.db"
    Archive(path).close()
    with pytest.raises(Problem, match="rename"):
        serve(path, 8001)


def test_a_port_that_is_taken_is_a_problem(site: Site) -> None:
    with pytest.raises(Problem, match="give another --port"):
        serve(site.path, int(httpx.URL(site.landing).port or 0))


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGINT to a child on Windows")
def test_ctrl_c_ends_it_quietly(site: Site) -> None:
    port = free_port()
    code = "import sys; from pathlib import Path; from archive.browse.server import serve; path, port = sys.argv[1:]"
    code += "; sys.exit(serve(Path(path), int(port)))"
    with subprocess.Popen([sys.executable, "-c", code, str(site.path), str(port)], stderr=subprocess.PIPE) as process:
        wait_for(address(site.path, port), process)
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=20)
    assert process.returncode == 0 and b"Traceback" not in errors
