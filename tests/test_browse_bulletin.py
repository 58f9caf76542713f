"""What is shown of one bulletin: its versions, its copies, that it is gone; its text as it is, however hostile or cloaked."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from bs4 import BeautifulSoup

from archive.store import Archive
from tests.browsing import NCHDZ, WING_EDITED, Site, at, served, texts


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with served(tmp_path_factory.mktemp("browse")) as site:
        yield site


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
