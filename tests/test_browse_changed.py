"""What was withdrawn and what was edited can be listed and counted, and filters take the names that pages show."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import parse_qsl, urlsplit

import pytest

from archive.store import Archive
from scrapers.model import Bulletin, Outcome, Page
from tests.browsing import NCHDZ, Site, day, put, served, texts


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with served(tmp_path_factory.mktemp("browse")) as site:
        with Archive(site.path) as archive:
            put(archive, Bulletin("http://o.example/1", "other", "别处的稿件", "2026-01-02", body="航空一"))
            put(archive, Bulletin("http://o.example/1", "other", "别处的稿件", "2026-01-02", body="航空二"), 3)
            changes_in_other_ways(archive)
        yield site


def changes_in_other_ways(archive: Archive) -> None:
    """A text that changed while its page was gone or moved, one that came back as it was, and one that our rules changed."""
    for title, body in (("改后复现", "航空又一"), ("原样复现", "航空"), ("重新清洗", "航空"), ("改后迁址", "航空")):
        first = Bulletin(f"http://o.example/{title}", "other", title, "2026-01-02", body="航空")
        put(archive, first)
        number, document = archive.conn.execute("SELECT id, document_id FROM versions ORDER BY id DESC").fetchone()
        if "复现" in title:
            archive.gone(first.url, Page(first.url, b"404", day(4), status=404, outcome=Outcome.GONE))
            put(archive, replace(first, body=body), 5)
        elif title == "重新清洗":
            assert archive.reclean(number, replace(first, body="航空又一")).change == "recleaned"
        else:
            moved = replace(first, url=f"{first.url}2", body="航空又一")
            page = Page(moved.url, moved.body.encode(), day(4))
            assert archive.append(moved, [page], moved=document).change == "moved"


AT_OTHER = {"别处的稿件", "改后复现", "改后迁址"}
EDITED = {"机翼蒙皮"} | AT_OTHER


@pytest.mark.parametrize(
    ("query", "gone", "edited"),
    [
        ({}, {"厂房招租"}, EDITED),
        ({"_search": "航空"}, set(), EDITED),
        ({"_search": "厂房"}, {"厂房招租"}, {"机翼蒙皮"}),
        ({"source": "nchdz"}, {"厂房招租"}, {"机翼蒙皮"}),
        ({"_search": "航空", "source": "other"}, set(), AT_OTHER),
        ({"status": "gone"}, {"厂房招租"}, set()),
        ({"_edited": "1", "_search": "航空"}, set(), EDITED),
    ],
)
def test_what_was_withdrawn_and_edited_is_listed_and_counted(
    site: Site, query: dict[str, str], gone: set[str], edited: set[str]
) -> None:
    links = {link.a.get_text(): link for link in site.page(**query).select("#facet-changed li") if link.a}
    for label, expected, chosen in (("已撤下", gone, "status"), ("有修订", edited, "_edited")):
        if not expected:
            assert label not in links
        elif chosen in query:
            assert links[f"{label} ×"].get_text().endswith(str(len(expected)))
        else:
            assert links[label].get_text().split() == [label, str(len(expected))]
            link = links[label].a
            assert link and set(site.titles(**dict(parse_qsl(urlsplit(str(link["href"])).query)))) == expected


def test_every_text_that_its_publisher_changed_has_a_badge(site: Site) -> None:
    cards = {
        str(card.h2 and card.h2.get_text()): texts(card.select(".badge.edited"))
        for card in site.page().select("article")
    }
    assert {title for title, badges in cards.items() if badges} == EDITED
    assert cards["改后复现"] == ["修订 1 次"]


def test_an_edit_that_comes_later_is_counted(site: Site) -> None:
    def total() -> int:
        (link,) = [text for text in texts(site.page().select("#facet-changed li")) if "有修订" in text]
        return int(link.split()[-1])

    before = total()
    with Archive(site.path) as archive:
        for body in ("甲", "乙"):
            put(
                archive,
                Bulletin("http://o.example/2", "other", "后来的修订", "2026-01-03", body=body),
                2 + (body == "乙"),
            )
    assert total() == before + 1
    page = site.page(_edited="1")
    assert texts(page.select(".chip")) == ["有修订 ×"] and page.title and page.title.get_text() == "有修订 · 高新档案"
    page = site.page(source="nchdz", year__gte="2025")
    assert page.title and page.title.get_text() == "站点：南昌高新区 · 年份 不小于 2025 · 高新档案"


def test_filters_find_texts_as_the_page_has_them(site: Site) -> None:
    with Archive(site.path) as archive:
        put(
            archive,
            Bulletin(
                "http://o.example/w", "other", "开工啦！", "2026-01-02", "观察（样例）", body="产值８亿，同比增长"
            ),
            4,
        )
    for name, value in (("title__contains", "！"), ("body__contains", "８亿，同比"), ("origin", "观察（样例）")):
        assert site.titles(source="other", **{name: value}) == ["开工啦!"], name
    assert texts(site.page(origin="观察（样例）").select("#facet-origin .selected a")) == ["观察(样例) ×"]
    versions = site.client.get(
        f"{site.database}/version_details.json", params={"body__contains": "８亿，", "_shape": "array"}
    )
    assert len(versions.json()) == 1
    for part in ({"source__contains": "南昌"}, {"source__startswith": "nch"}, {"source__like": "%高新区"}):
        assert site.titles(**part) == site.titles(source="nchdz") != []


@pytest.mark.parametrize("state", ["gone", "撤下", "已撤下"])
def test_filters_take_the_names_that_pages_show(site: Site, state: str) -> None:
    assert site.titles(status=state) == ["厂房招租"]
    assert site.titles(source="南昌高新区") == site.titles(source="nchdz") != []
    assert site.titles(source__in=" 南昌高新区 ,other") == site.titles(source__in="nchdz,other")
    assert set(site.titles(source__not="南昌高新区")) == set(site.titles(source__not="nchdz"))
    assert site.titles(source="伪装转载") == ["招商引资大会"]
    rows = site.client.get(site.landing + ".json", params={"status": state, "_shape": "array"}).json()
    assert [row["title"] for row in rows] == ["厂房招租"]
    page = site.page(_filter_column="status", _filter_op="exact", _filter_value=state)
    assert texts(page.select(".chip")) == ["状态：已撤下 ×"]
    assert page.title and page.title.get_text() == "状态：已撤下 · 高新档案"
    box = page.select_one("input[name=_filter_value_1]")
    assert box and box["value"] == "已撤下"
    assert "南昌高新区 ×" in texts(site.page(source="南昌高新区").select("#facet-source li a"))
    assert "厂房招租" not in site.titles(status="在线") and site.titles(url=NCHDZ + "gone") == ["厂房招租"]
