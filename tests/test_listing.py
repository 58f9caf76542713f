"""List pages: their items, and the list pages that follow."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.demo import SITES
from scrapers.families import founder, gov_shtml, netease
from scrapers.listing import Daily, Links, OnePage, UntilEmpty, phpcms_pages, shtml_pages
from scrapers.model import Item, Unreadable
from scrapers.source import Ref
from scrapers.sources import find_source

LIST = "http://h.cn/x/common_list.shtml"
UNTIL = date(2026, 3, 4)


def page(path: str) -> str:
    return (SITES / path).read_text(encoding="utf-8")


def test_the_items_of_a_sample_list_are_whole_dated_and_in_order() -> None:
    items = gov_shtml.ITEMS(
        page("nchdz/day1/common_list.shtml"), "http://nchdz.nc.gov.cn/ncgxq/yhyshj/common_list.shtml"
    )
    assert len(items) == 5
    assert items[2] == Item(
        "http://nchdz.nc.gov.cn/ncgxq/yhyshj/202602/5b30f8f084c96cc700183a5b72bff62a.shtml",
        "把会客厅开到食堂边 高新区“午间问企”两个月解决难题57件",
        "2026-02-12",
    )
    assert [item.date for item in items] == sorted((item.date for item in items if item.date), reverse=True)
    assert not [item for item in items if "…" in item.title or "..." in item.title]


@pytest.mark.parametrize(
    ("site", "list_page", "url", "count"),
    [
        ("chinahightech", "day1/yqrd/1.html", "http://www.chinahightech.com/html/yuanqu/yqrd/1.html", 4),
        ("srrb", "day1/2026-03/02/node_2.htm", "http://paper.srxww.com/srrb/html/2026-03/02/node_2.htm", 1),
        ("netease", "day1/list/1.json", "https://dy.163.com/v2/article/list.do?pageNo=1", 5),
    ],
)
def test_every_family_finds_the_captured_articles_of_its_sample_list(
    site: str, list_page: str, url: str, count: int
) -> None:
    items = find_source(site).items((SITES / site / list_page).read_text(encoding="utf-8", errors="replace"), url)
    captured = {capture["url"] for capture in json.loads(page(f"{site}/index.json"))["captures"]}
    addresses = {item.url for item in items}
    assert len(addresses) >= count
    assert addresses <= captured


def test_links_that_lead_to_no_page_are_passed_over() -> None:
    html = (
        "<ul><li><a href='javascript:void(0)'>一</a><li><a href='mailto:a@h.cn'>二</a><li><a name=x>三</a><li>四"
        "<li><a href='tel:110'>五</a><li><a href='http://u:p@h.cn/'>六</a><li><a href='http://[bad/'>七</a>"
        "<li><a href='ok.html' title=''>八　八</a> 2026-03-02<li><a href='&#xD800;'>九</a></ul>"
    )
    items = Links("li", date="li")(html, LIST)
    assert [item for item in items if item.url.endswith("ok.html")] == [Item("http://h.cn/x/ok.html", "八 八", None)]
    assert [item.url for item in items][0] == "http://h.cn/x/ok.html"


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=30), st.text(max_size=30))
def test_any_link_is_an_item_or_none(href: str, title: str) -> None:
    html = f'<li><a href="{href}" title="{title}">高新区</a><span>{title}</span>'
    for item in Links("li", date="span")(html, LIST):
        assert item.url.startswith(("http://", "https://"))


@pytest.mark.parametrize(
    ("call", "follows"),
    [
        ("createPageHTML('page_div',3, 1,'common_list','shtml',60);", ["http://h.cn/x/common_list_2.shtml"]),
        ('createPageHTML ( "page_div" , 3, 1, "common_list", "shtml", 60 )', ["http://h.cn/x/common_list_2.shtml"]),
        ("createPageHTML('page-div',3,1,'common_list','shtml',60);", ["http://h.cn/x/common_list_2.shtml"]),
        ("createPageHTML('page_div',1, 1,'common_list','shtml',8);", []),
        ("createPageHTML('page_div',0, 1,'common_list','shtml',0);", []),
        ('createPageHTML(25, 0, "index", "html");', []),
        ("createPageHTML(25, 1, 'index', 'html', 500);", []),
        ("", []),
    ],
)
def test_the_shtml_pager_is_read_by_its_arguments(call: str, follows: list[str]) -> None:
    assert [ref.url for ref in shtml_pages("common_list").more(Ref(LIST, "1"), f"<script>{call}</script>")] == follows


def test_the_shtml_pager_walks_every_list_page_once() -> None:
    pages, html = shtml_pages("common_list"), "createPageHTML('page_div',4,1,'common_list','shtml',70)"
    refs = pages.start(LIST, None, UNTIL)
    while more := pages.more(refs[-1], html):
        refs += more
    assert [ref.slice for ref in refs] == ["1", "2", "3", "4"]
    assert [ref.url for ref in refs] == [LIST, *(f"http://h.cn/x/common_list_{n}.shtml" for n in (2, 3, 4))]


def test_a_pager_of_absurd_numbers_is_no_crash() -> None:
    nines = "9" * 5000
    assert len(shtml_pages("l").more(Ref(LIST, "1"), f"createPageHTML('a',{nines},1,'l','shtml',1)")) <= 1
    assert len(phpcms_pages().more(Ref(LIST, "1"), f"<div id=pages><a>{nines}</a></div>")) <= 1


def test_the_phpcms_pager_reads_the_numbers_that_are_printed() -> None:
    more = phpcms_pages().more
    html = (
        "<div id=pages><a class=a1>1250条</a><a>上一页</a><span>1</span><a>2</a>..<a>63</a><a>下一页</a></div><a>99</a>"
    )
    assert more(Ref("http://h.cn/q/1.html", "1"), html) == [Ref("http://h.cn/q/2.html", "2")]
    assert more(Ref("http://h.cn/q/63.html", "63"), html) == []
    assert more(Ref("http://h.cn/q/1.html", "1"), "<div id=pages></div>") == []


def test_a_daily_paper_is_asked_for_day_by_day_newest_first() -> None:
    pages = Daily("%Y-%m/%d/node_2.htm", "a[href*='node_']")
    refs = pages.start("http://h.cn/html/", date(2026, 2, 27), date(2026, 3, 1))
    assert [ref.slice for ref in refs] == ["2026-03-01", "2026-02-28", "2026-02-27"]
    assert refs[0].url == "http://h.cn/html/2026-03/01/node_2.htm"
    assert len(pages.start("http://h.cn/html/", None, UNTIL)) == 7
    html = "<a href=node_2.htm>1</a><a href='node_3.htm?div=-1'>2</a><a href=node_3.htm>2</a><a href=../02/node_2.htm>次日</a>"
    assert pages.more(refs[0], html) == [Ref("http://h.cn/html/2026-03/01/node_3.htm", "2026-03-01")]
    assert pages.more(Ref("http://h.cn/html/2026-03/01/node_3.htm", "2026-03-01"), html) == []


def test_the_area_map_of_a_paper_tells_the_articles_that_its_list_tells() -> None:
    html = "<area href='content_1.htm?div=-1'><a href='content_1.htm'>题</a><a href='content_2.htm'>题</a>"
    items = founder.ITEMS(html, "http://h.cn/html/2026-03/01/node_2.htm")
    assert {item.url.rpartition("/")[2] for item in items} == {"content_1.htm", "content_2.htm"}


def test_a_json_list_goes_on_until_it_is_empty() -> None:
    pages = UntilEmpty("list?n={n}", netease.ITEMS)
    row = {"docid": "A1", "title": "高新<b>区", "ptime": "2026-03-02 10:00:00"}
    full, empty = json.dumps({"data": {"list": [row]}}), json.dumps({"data": {"list": []}})
    assert netease.ITEMS(full, LIST) == [
        Item("https://www.163.com/dy/article/A1.html", "高新<b>区", "2026-03-02T10:00:00+08:00")
    ]
    assert pages.more(Ref(LIST, "1"), full) == [Ref("http://h.cn/x/list?n=2", "2")]
    assert pages.more(Ref(LIST, "2"), empty) == []
    assert OnePage().more(Ref(LIST, "1"), full) == []


@pytest.mark.parametrize(
    "answer",
    [
        "",
        "<html>",
        "null",
        "[]",
        "{}",
        '{"data":null}',
        '{"data":{"list":7}}',
        '{"data":{"list":[1]}}',
        '{"data":{"list":["ab"]}}',
        '{"data":{"list":[{"title":"没有编号"}]}}',
        '{"data":{"list":[{"docid":"a","title":"x","ptime":1}]}}',
        "[" * 100_000,
    ],
)
def test_an_answer_of_another_shape_is_unreadable(answer: str) -> None:
    try:
        netease.ITEMS(answer, LIST)
    except Unreadable:
        return
    assert "docid" in answer


@pytest.mark.parametrize(
    ("file", "prefix", "follows", "row"),
    [
        ("csrc_golden_list_1.html", "fg", ["http://h.cn/x/fg_2.shtml"], "tr"),
        ("ndrc_golden_index.html", "index", [], "li"),
        ("most_golden_list_page.html", "index", [], "li"),
    ],
)
def test_the_list_pages_of_real_sites(shared: Path, file: str, prefix: str, follows: list[str], row: str) -> None:
    html = (shared / "pages" / "families" / "gov_cms" / file).read_text(encoding="utf-8")
    assert [ref.url for ref in shtml_pages(prefix).more(Ref(LIST, "1"), html)] == follows
    items = Links(row, date=row)(html, LIST)
    assert len(items) >= 15
    assert all(item.url.startswith("http") for item in items)
