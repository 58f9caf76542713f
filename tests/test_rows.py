"""What a list page holds: its items, whatever form the list has."""

from __future__ import annotations

import json
import time
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.demo import SITES
from scrapers.families import gov_shtml, guangdong, hanweb, netease, people
from scrapers.listing import UntilEmpty
from scrapers.model import Item, Outcome, Unreadable
from scrapers.rows import JsonRows, Links, html_at, records
from scrapers.source import Ref
from scrapers.sources import find_source

LIST = "http://h.cn/x/common_list.shtml"
INDEX = "http://h.cn/x/"
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
    "answer",
    [
        "",
        "<html>",
        "null",
        "[]",
        "{}",
        '{"data":{"list":7}}',
        '{"data":{"list":[1]}}',
        '{"data":{"list":["ab"]}}',
        '{"data":{"list":[{"title":"没有编号"}]}}',
        '{"data":{"list":[{"title":"没有编号","docid":""},{"title":"没有编号","docid":null}]}}',
        "[" * 100_000,
    ],
)
def test_an_answer_of_another_shape_is_unreadable(answer: str) -> None:
    with pytest.raises(
        Unreadable, match=r"^(?:no row of )?http://h\.cn/x/\S+ (?:did not answer|has an address|has no)"
    ):
        netease.ITEMS(answer, LIST)


@pytest.mark.parametrize("answer", ['{"data":null}', '{"data":{"list":null}}', '{"data":{"list":[]}}'])
def test_a_json_list_that_is_null_is_empty(answer: str) -> None:
    """Behind its last page NetEase answers with a null."""
    assert netease.ITEMS(answer, LIST) == []
    assert UntilEmpty("list?n={n}", netease.ITEMS).more(Ref(LIST, "2"), answer) == []


def test_the_channels_of_people_number_their_articles_differently() -> None:
    rows = "".join(
        f"<li><a href=/{n}/2026/0302/c1-{n}.html>高新区</a><em>2026-03-02</em></li>" for n in ("n1", "n2", "n")
    )
    html = f"<div class=ej_list_box><ul>{rows}<li><a href=/GB/1/index.html>更多</a></li></ul></div>"
    assert [item.url.split("/")[3] for item in people.ITEMS(html, INDEX)] == ["n1", "n2", "n"]


def test_a_row_without_an_address_is_left_out_and_counted() -> None:
    whole = {"docid": "A1", "title": "高新区", "ptime": "2026-03-02 10:00:00"}
    answer = json.dumps({"data": {"list": [whole, {"docid": "", "title": "已删除"}, {"docid": None}, {"title": "无"}]}})
    assert [item.url for item in netease.ITEMS(answer, LIST)] == ["https://www.163.com/dy/article/A1.html"]
    assert UntilEmpty("list?n={n}", netease.ITEMS).rows_stated(Ref(LIST, "1"), answer) == 4
    answer = json.dumps({"articles": [{"url": url, "title": "通知"} for url in ("/1.html", "", None, "javascript:;")]})
    assert [item.url for item in guangdong.CATALOGUE_ITEMS(answer, INDEX)] == ["http://h.cn/1.html"]
    inside = JsonRows(("rows",), "/{doc[id]}.html", title="title", date="date")
    answer = json.dumps({"rows": [{"doc": {"id": "A1"}}, {"doc": {}}, {"doc": "A2"}, {"doc": None}, {}]})
    assert [item.url for item in inside(answer, INDEX)] == ["http://h.cn/A1.html"]


def test_json_is_read_with_a_byte_order_mark_and_with_tabs_in_its_texts() -> None:
    answer = '\ufeff{"data":{"list":[{"docid":"A1","title":"高新\t区","ptime":""}]}}'
    assert netease.ITEMS(answer, LIST) == [Item("https://www.163.com/dy/article/A1.html", "高新 区", None)]


def test_a_page_may_say_where_its_links_start_from() -> None:
    html = "<base href='http://h.cn/web/'><ul><li><a href=news/1.html>高新区召开大会</a></li></ul>"
    assert [item.url for item in Links("li")(html, "http://h.cn/web/list/1.jsp")] == ["http://h.cn/web/news/1.html"]
    wrong = html.replace("http://h.cn/web/", "javascript:")
    assert [item.url for item in Links("li")(wrong, "http://h.cn/web/1.jsp")] == ["http://h.cn/web/news/1.html"]


@pytest.mark.parametrize(
    ("link", "title"),
    [
        ("<a href=1.html title=高新区召开产业大会>高新区召开…</a>", "高新区召开产业大会"),
        ("<a href=1.html title=高新区召开产业大会><img src=1.jpg></a>", "高新区召开产业大会"),
        ("<a href=1.html title='文章标题：高新区召开产业大会 作者：甲'>高新区召开产业大会</a>", "高新区召开产业大会"),
        ("<a href=1.html title=点击查看>高新区召开产业大会</a>", "高新区召开产业大会"),
        (
            "<a href=1.html title='文章标题：高新区召开产业大会&#13;作&nbsp;者：甲&#13;更新时间：2026-3-2'>高新区召开…</a>",
            "高新区召开产业大会",
        ),
        (
            "<a href=1.html title='标题：高新区召开产业大会&#10;点击数：5&#10;发表时间：26年3月2日'>高新区召开...</a>",
            "高新区召开产业大会",
        ),
        ("<a href=1.html title=高新区召开产业大会><em>[置顶]</em>高新区召开产业大会</a>", "高新区召开产业大会"),
        ("<a href=1.html title=高新区召开产业大会><i>置顶</i>高新区召开…</a>", "高新区召开产业大会"),
        ("<a href=1.html>【置顶】高新区召开产业大会</a>", "高新区召开产业大会"),
        ("<a href=1.html title='[置顶] 高新区召开产业大会'>[置顶] 高新区召开…</a>", "高新区召开产业大会"),
        ("<a href=1.html>置顶服务企业 高新区召开产业大会</a>", "置顶服务企业 高新区召开产业大会"),
        ("<a href=1.html title=标题党整治：高新区在行动>标题党整治：高新区在行动</a>", "标题党整治:高新区在行动"),
        ("<a href=1.html title=置顶>[置顶]</a>", "[置顶]"),
    ],
)
def test_a_title_is_what_is_printed_and_how_that_goes_on(link: str, title: str) -> None:
    assert [item.title for item in Links("li")(f"<li>{link}</li>", "http://h.cn/")] == [title]


@pytest.mark.parametrize(
    "row",
    [
        "<a href=1.html>高新区召开大会</a><b>2026-03-02</b>",
        "[2026-03-02]<a href=1.html>高新区召开大会</a>",
        "<a href=1.html><span>高新区召开大会</span><span>2026-03-02</span></a>",
        "<a href=1.html>关于2026年1月1日起试行的办法</a><p>大会于2026年3月1日召开。</p><em>发布日期：2026-03-02</em>",
        "<i>02</i><i>2026-03</i><a href=1.html>高新区召开大会</a>",
        "<a href=1.html>高新区召开大会</a><p>来源：高新区 2026-03-02 浏览：21</p>",
    ],
)
def test_a_date_may_stand_anywhere_in_a_row_but_in_its_title(row: str) -> None:
    assert [item.date for item in Links("li", date="*")(f"<ul><li>{row}</ul>", INDEX)] == ["2026-03-02"]


def test_a_title_alone_gives_no_date() -> None:
    row = "<ul><li><a href=1.html>关于2026年1月1日起试行的办法</a><i>热</i></ul>"
    assert [item.date for item in Links("li", date="*")(row, INDEX)] == [None]


def test_a_date_is_read_from_the_first_of_several_elements_that_has_one() -> None:
    row = "<ul><li><span>[通知]</span><a href=1.html>高新区召开大会</a><span>2026-03-02</span></ul>"
    assert [item.date for item in Links("li", date="span")(row, INDEX)] == ["2026-03-02"]


def test_a_date_in_a_summary_is_read_after_one_that_stands_alone() -> None:
    row = "<h3><a href=1.html>高新区大会</a></h3><p>大会于2025年1月1日召开。</p><p>2026-03-02</p>"
    assert [item.date for item in Links("li", date="p")(f"<ul><li>{row}</ul>", INDEX)] == ["2026-03-02"]
    row = "<a href=1.html>高新区大会</a><span>有效期至2027-01-01</span><span>[2026-03-02]</span>"
    assert [item.date for item in Links("li", date="span")(f"<ul><li>{row}</ul>", INDEX)] == ["2026-03-02"]


def test_a_date_in_a_title_is_read_last() -> None:
    row = "<tr><td><a href=1.html><b>关于2026年1月1日起试行的办法</b></a></td><td><b>2026-03-02</b></td></tr>"
    for where in ("td", "b"):
        assert [item.date for item in Links("tr", date=where)(f"<table>{row}</table>", INDEX)] == ["2026-03-02"]


def test_the_records_of_a_datastore_are_read_in_every_form() -> None:
    link = '<li><a href="/art/1.html" title="一">一</a><span>2026-03-02</span></li>'
    escaped = link.replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")
    row = '<tr><td><a href="/art/2.html">二</a></td><td><span>2026-03-01</span></td></tr>'
    xml = (
        f"<recordset><record><![CDATA[\n{link}\n]]></record><record>{escaped}</record>"
        f"<record><![CDATA[{row}]]></record><record><![CDATA[<li>没有链接</li>]]></record></recordset>"
    )
    items = hanweb.jpage_items()
    expected = [
        Item("http://h.cn/art/1.html", "一", "2026-03-02"),
        Item("http://h.cn/art/1.html", "一", "2026-03-02"),
        Item("http://h.cn/art/2.html", "二", "2026-03-01"),
    ]
    assert items(f"<?xml version='1.0'?><datastore>{xml}</datastore>", INDEX) == expected
    assert (
        items(f"<html><body><ul><li><a href=/nav>首页</a></ul><script type='text/xml'>{xml}</script>", INDEX)
        == expected
    )
    assert items("<html>维护中</html>", INDEX) == []
    assert records("<record>" * 3, INDEX).count("<div") == 3


@pytest.mark.parametrize("answer", ["", "<html>", "null", "[]", "{}", '{"data":null}', '{"data":[]}', "{" * 100_000])
def test_a_unit_of_another_shape_is_unreadable(answer: str) -> None:
    with pytest.raises(Unreadable, match=r"h\.cn/x/"):
        html_at("data", "html")(answer, INDEX)


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (1772414100, "2026-03-02T09:15:00+08:00"),
        ("2026-03-02 09:15:00", "2026-03-02T09:15:00+08:00"),
        ("1772414100", "2026-03-02T09:15:00+08:00"),
        (1772414100000, "2026-03-02T09:15:00+08:00"),
        (0, None),
        (17724141, None),
        (9772414100, None),
        (20260302, None),
        (True, None),
        (None, None),
    ],
)
def test_a_date_in_seconds_or_milliseconds_is_a_moment_in_china(value: object, told: str | None) -> None:
    rows = JsonRows(("rows",), url="{url}", title="title", date="date")
    answer = json.dumps({"rows": [{"url": "/1.html", "title": "一", "date": value}]})
    assert rows(answer, INDEX) == [Item("http://h.cn/1.html", "一", told)]


def test_a_row_of_json_that_leads_nowhere_is_no_row() -> None:
    rows = [{"url": "/1.html"}, {"url": "javascript:void(0)"}, {"url": "http://[::1"}, {"url": "/2.html"}]
    found = JsonRows(("list",), "{url}", "title", "date")(json.dumps({"list": rows}), LIST)
    assert [item.url.rpartition("/")[2] for item in found] == ["1.html", "2.html"]


@pytest.mark.parametrize(
    "answer", ["[]", '{"list": [null]}', '{"list": "abc"}', "[" * 100_000, '{"list": ' + "9" * 5_000]
)
def test_an_answer_that_is_not_the_list_is_told_in_one_sentence(answer: str) -> None:
    with pytest.raises(
        Unreadable, match=rf"\A{LIST} did not answer with the list it should \(\w+\): the site may have changed\Z"
    ):
        JsonRows(("list",), "{url}", "title", "date")(answer, LIST)


@pytest.mark.parametrize(
    "html",
    [
        "<li><a href=1.html>" * 20_000,
        "<div>" * 200_000,
        "<li><a href=1.html>x</a></li>" * 20_000,
        "<p>" * 400_000,
    ],
)
def test_a_list_made_to_hurt_is_refused_within_seconds(html: str) -> None:
    started = time.process_time()
    with pytest.raises(Unreadable) as refused:
        Links("li")(html, LIST)
    assert refused.value.outcome is Outcome.TOO_BIG
    assert time.process_time() - started < 20


def test_xml_in_the_place_of_a_list_warns_nobody(recwarn: pytest.WarningsRecorder) -> None:
    (item,) = Links("li")('<?xml version="1.0"?><ul><li><a href="/1.html">一</a></li></ul>', LIST)
    assert item.title == "一"
    assert not recwarn.list


def test_a_list_in_json_without_end_is_refused() -> None:
    rows = json.dumps({"list": [{"url": f"/{n}.html"} for n in range(10_001)]})
    with pytest.raises(Unreadable, match="more than 10,000 rows"):
        JsonRows(("list",), "{url}", "title", "date")(rows, LIST)
