"""The archive as it is served: a real Datasette that shows its pages and tables, hides what is withheld, and writes nothing."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import httpx
import pytest
from bs4 import BeautifulSoup

from archive.browse.about import TABLES
from archive.browse.server import address, command, serve
from archive.store import Archive
from archive.withhold import withhold
from scrapers.model import Bulletin, Outcome, Page, Problem
from tests.browsing import Site, at, free_port, put, served, texts, wait_for


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with served(tmp_path_factory.mktemp("档案 browse")) as site:
        yield site


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
