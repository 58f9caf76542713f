"""List pages: which there are, and what each must hold."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from flows.demo import SITES
from scrapers.families import founder, guangdong, netease, trs
from scrapers.listing import (
    CountedFromZero,
    Daily,
    Linked,
    NextLink,
    OnePage,
    Sized,
    UntilEmpty,
    missing_rows,
    number_after,
    number_at,
    phpcms_pages,
    shtml_pages,
)
from scrapers.model import Item
from scrapers.rows import Links, records
from scrapers.source import Pages, Ref, Section
from scrapers.sources import find_source

LIST = "http://h.cn/x/common_list.shtml"
INDEX = "http://h.cn/x/"
UNTIL = date(2026, 3, 4)


def page(path: str) -> str:
    return (SITES / path).read_text(encoding="utf-8")


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
    html = "".join(f"<a href=https://www.h.cn/html/2026-03/01/node_{n}.htm>{n}</a>" for n in (2, 3))
    assert pages.more(refs[0], html) == [Ref("https://www.h.cn/html/2026-03/01/node_3.htm", "2026-03-01")]
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


@pytest.mark.parametrize(
    ("script", "follows"),
    [
        ('createPageHTML(25, 0, "index", "html");', ["http://h.cn/x/index_1.html"]),
        ("createPageHTML ( 25 ,0,'index','shtml', 500);", ["http://h.cn/x/index_1.shtml"]),
        ("createPageHTML(2,0,'list-a',\"htm\",'page',20)", ["http://h.cn/x/list-a_1.htm"]),
        ("createPageHTML('25', '0', './index', '.html')", ["http://h.cn/x/index_1.html"]),
        ("wcmUtil.createPageHTML5(25, 0, 'index', 'html')", ["http://h.cn/x/index_1.html"]),
        ("createPage(25, 0, 'index', 'html')", ["http://h.cn/x/index_1.html"]),
        ("var countPage = 3;//共多少页", ["http://h.cn/x/index_1.html"]),
        ('var countPage="3"', ["http://h.cn/x/index_1.html"]),
        ('countPage = 9; createPageHTML(1, 0, "index", "html")', []),
        ('createPageHTML(1, 0, "t20220213_552130", "html")', []),
        ('createPageHTML(0, 0, "index", "html")', []),
        ("createPageHTML('page_div',3,1,'list','shtml',60)", []),
        ("function createPageHTML(_nPageCount, _nCurrIndex, _sPageName, _sPageExt){}", []),
        ('createPageHTML(5, 0, "../../etc/x", "html")', []),
        ("", []),
    ],
)
def test_the_trs_pager_is_read_by_its_arguments(script: str, follows: list[str]) -> None:
    assert [ref.url for ref in CountedFromZero().more(Ref(INDEX, "1"), f"<script>{script}</script>")] == follows


def walked(pages: Pages, first: str, html: str) -> list[tuple[str, str]]:
    """The list pages of a list whose every page is `html`."""
    refs = pages.start(first, None, UNTIL)
    while more := pages.more(refs[-1], html):
        refs += more
        assert len(refs) < 100
    return [(ref.slice, ref.url) for ref in refs]


def test_the_trs_pager_walks_every_list_page_once() -> None:
    assert walked(CountedFromZero(), INDEX, 'createPageHTML(3, 0, "index", "html")') == [
        ("1", INDEX),
        ("2", f"{INDEX}index_1.html"),
        ("3", f"{INDEX}index_2.html"),
    ]


@pytest.mark.parametrize(
    ("html", "follows"),
    [
        ("<a href=index_2.html>2</a>", True),
        ("<a href='./index_2.html#top'>2</a>", True),
        ('<A HREF="/x/index_14.html?a=1">尾页</A>', True),
        ("<a href='http://h.cn/x/index_2.html'>2</a>", True),
        ("<a href='https://www.h.cn/x/index_2.html'>2</a>", True),
        ("<a href=index_1.html>1</a><a href=index.html>首页</a>", False),
        (
            "<a href=../y/index_2.html>别的栏目</a><a href=/index_9.html>首页</a><a href=//g.cn/x/index_2.html>友</a>",
            False,
        ),
        ("<a href=post_index_2.html>2</a><a href=index_2.htm>2</a><a href=index_x.html>x</a>", False),
        ("", False),
    ],
)
def test_linked_pages_go_on_while_a_later_one_of_the_folder_is_linked(html: str, follows: bool) -> None:
    more = Linked("index_{n}.html").more(Ref("http://h.cn/x/index.html", "1"), html)
    assert more == ([Ref("http://h.cn/x/index_2.html", "2")] if follows else [])


@pytest.mark.parametrize(
    ("pattern", "shift", "first", "links", "second"),
    [
        ("l.jsp?c=5&p={n}", 0, "http://h.cn/l.jsp?c=5", "<a href='?c=5&amp;p=2'>", "http://h.cn/l.jsp?c=5&p=2"),
        ("/cat/x/page/{n}/", 0, "http://h.cn/cat/x/", "<a href=/cat/x/page/2/>", "http://h.cn/cat/x/page/2/"),
        ("index_{n}.htm", 1, "http://h.cn/x/index.htm", "<a href=index_1.htm>", "http://h.cn/x/index_1.htm"),
        ("list_3_{n}.html", 0, "http://h.cn/x/", "<a href=list_3_2.html>", "http://h.cn/x/list_3_2.html"),
    ],
)
def test_linked_pages_may_be_numbered_anywhere(pattern: str, shift: int, first: str, links: str, second: str) -> None:
    pages = Linked(pattern, shift)
    assert pages.more(Ref(first, "1"), links) == [Ref(second, "2")]
    assert pages.more(Ref(second, "2"), links) == []


@pytest.mark.parametrize("words", ["下一页", "下页", "下一页>", "下一页 »", "›", "Next", "[下一页]", "<i>下一页</i>"])
def test_the_next_page_is_where_the_page_says(words: str) -> None:
    html = f"<a href=gxyw/24.htm>24</a><a href=gxyw/24.htm>{words}</a>"
    assert NextLink().more(Ref("http://h.cn/gxyw.htm", "1"), html) == [Ref("http://h.cn/gxyw/24.htm", "2")]
    assert NextLink().more(Ref("http://h.cn/gxyw/1.htm", "9"), "<a>下页</a><a href='javascript:;'>下页</a>") == []
    assert NextLink().more(Ref("http://h.cn/gxyw.htm", "1"), "<a href=/a/1.html>下一篇</a>") == []


def test_linked_pages_end_at_the_last_that_is_linked() -> None:
    html = "<a href=index2.html#fy01>2</a><a href=index3.html#fy01>3</a>"
    assert [name for name, _ in walked(Linked("index{n}.html"), "http://h.cn/GB/1/index1.html", html)] == [
        "1",
        "2",
        "3",
    ]


def test_a_list_of_told_length_is_asked_for_by_its_rows() -> None:
    pages = Sized("rows?first={first}&last={last}&n={n}", 20, number_after("totalrecord"))
    xml = "<datastore><totalrecord>41</totalrecord><recordset></recordset></datastore>"
    assert walked(pages, "http://h.cn/x/rows?n=1", xml) == [
        ("1", "http://h.cn/x/rows?n=1"),
        ("2", "http://h.cn/x/rows?first=21&last=40&n=2"),
        ("3", "http://h.cn/x/rows?first=41&last=60&n=3"),
    ]
    assert [pages.rows_stated(Ref(INDEX, str(n)), xml) for n in (1, 2, 3, 4)] == [20, 20, 1, 0]
    assert pages.more(Ref(INDEX, "1"), "<html>") == []
    assert pages.rows_stated(Ref(INDEX, "1"), "<html>") is None


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("<totalrecord>931</totalrecord>", 931),
        ("totalRecord:931,perPage:15", 931),
        ("totalRecord = '931'", 931),
        ('<div pageNo=\\"1\\" totalrecord=\\"931\\">', 931),
        ('"totalrecord": "931"', 931),
        ("<totalrecord></totalrecord><totalpage>9</totalpage>", None),
        ("totalrecord,931", None),
        ("mytotalrecords>931", None),
        ("totalrecord>12345678", None),
        ("", None),
    ],
)
def test_a_number_is_found_after_its_word(text: str, number: int | None) -> None:
    assert number_after("totalrecord")(text) == number


@pytest.mark.parametrize("answer", ["", "<html>", "[]", "{}", '{"total":null}', '{"total":"viele"}', "[" * 100_000])
def test_a_number_that_json_does_not_hold_is_none(answer: str) -> None:
    assert number_at("total")(answer) is None
    assert number_at("total")('{"articles":[{"total":7}],"total":"12"}') == 12


def rows_missing(section: Section, name: str, html: str) -> int:
    """The rows that the first list page of a section, of the source `name`, holds fewer than it says."""
    items = section.items or find_source(name).items
    assert items is not None
    return missing_rows(section, Ref(INDEX, "1"), html, items(html, INDEX))


@pytest.mark.parametrize(
    ("name", "file", "whole", "cut"),
    [
        ("cdht", "list.shtml", '.shtml" title=', '.pdf" title='),
        ("nbhtz", "dataproxy-1-40.xml", "class='bt_link'", "class='link'"),
        ("hhtz", "unit-1.json", 'class=\\"news\\"', 'class=\\"old\\"'),
    ],
)
def test_a_list_that_holds_fewer_rows_than_it_says_is_noticed(name: str, file: str, whole: str, cut: str) -> None:
    (section, *_) = find_source(name).sections
    html = page(f"{name}/{file}")
    assert rows_missing(section, name, html) == 0
    assert rows_missing(section, name, html.replace(whole, cut, 1)) == 1


def test_a_list_in_json_that_holds_fewer_rows_than_it_says_is_noticed() -> None:
    section = guangdong.catalogue("通知公告", column=2811, site=770099, size=2)
    answer = json.loads(page("gkmlpt/all-2811-1.json"))
    assert rows_missing(section, "", json.dumps(answer)) == 0
    answer["articles"].pop()
    assert rows_missing(section, "", json.dumps(answer)) == 1


@pytest.mark.parametrize(
    ("pages", "rows", "number", "least"),
    [(1, 7, 1, 7), (2, 8, 1, 4), (2, 8, 2, 1), (5, 89, 4, 18), (5, 89, 5, 1), (3, 0, 3, 0)],
)
def test_what_a_numbered_list_tells_of_a_page_is_the_least_it_can_hold(
    pages: int, rows: int, number: int, least: int
) -> None:
    html = f"createPageHTML('page_div',{pages},1,'common_list','shtml',{rows});"
    assert shtml_pages("common_list").rows_stated(Ref(LIST, str(number)), html) == least
    lengths = [n for n in range(1, rows + 1) if (pages - 1) * n < rows <= pages * n]
    held = [min(n, rows - (number - 1) * n) for n in lengths]
    assert all(least <= n for n in held), "no list of one length to a page is called short"


def test_no_sample_list_is_called_short() -> None:
    for name, files in (("nchdz", "day*/common_list*.shtml"), ("chinahightech", "day*/yqrd/*.html")):
        source = find_source(name)
        found = sorted((SITES / name).glob(files))
        assert len(found) >= 6
        for file in found:
            number = "".join(filter(str.isdigit, file.stem)) or "1"
            html = file.read_text(encoding="gbk" if name == "chinahightech" else "utf-8")
            pages = source.sections[0].pages
            told = pages.rows_stated(Ref(LIST, number), html)
            assert told or (told is None and not source.items(html, LIST)), (
                f"{file}: an old page beyond the last tells nothing"
            )
            assert missing_rows(source.sections[0], Ref(LIST, number), html, source.items(html, LIST)) == 0, file


def test_pagers_take_a_page_of_absurd_length_at_once() -> None:
    section = Section("要闻", "/x/", pages=OnePage())
    for junk in (
        "<record>" * 200_000,
        "href=" * 300_000,
        "count" * 300_000,
        "createPageHTML(" * 100_000,
        "<" * 1_000_000,
    ):
        for pages in (
            CountedFromZero(),
            Linked("index_{n}.html"),
            Sized("{n}", 20, number_after("count")),
            shtml_pages("l"),
        ):
            assert pages.more(Ref(INDEX, "1"), junk) == []
        assert missing_rows(section, Ref(INDEX, "1"), junk, []) == 0
    assert len(records("<record>" * 200_000, INDEX)) > 200_000


def test_the_trs_list_of_a_real_site(shared: Path) -> None:
    html = (shared / "pages" / "families" / "gov_cms" / "ndrc_golden_index.html").read_text(encoding="utf-8")
    assert CountedFromZero().more(Ref(INDEX, "1"), html) == [Ref("http://h.cn/x/index_1.html", "2")]
    assert len(trs.ITEMS(html, INDEX)) >= 15
    csrc = (shared / "pages" / "families" / "gov_cms" / "csrc_golden_list_1.html").read_text(encoding="utf-8")
    section = Section("法规", "fg.shtml", pages=shtml_pages("fg"), items=Links("tr", date="td:last-child"))
    assert section.pages.rows_stated(Ref(LIST, "1"), csrc) == 18
    assert rows_missing(section, "", csrc) == 0


@pytest.mark.parametrize(
    ("front", "folder", "first", "leaf"),
    [
        (founder.NODE_2, "2021-05/21", "node_2.htm", "node_3.htm"),
        (founder.NODE_01, "202105/21", "node_01.html", "node_02.html"),
        (founder.NODE_A01, "202105/21", "node_A01.html", "node_B12.html"),
        (founder.NODE_1, "202105/21", "node_1.html", "node_2.html"),
        (founder.L01, "202105/21", "l01.html", "l02.html"),
        ("%Y/%m%d/node_01.html", "2021/0521", "node_01.html", "node_02.html"),
    ],
)
def test_a_day_of_a_paper_is_found_in_every_layout(front: str, folder: str, first: str, leaf: str) -> None:
    pages = founder.paper("日报", "/rb/", front).pages
    (ref,) = pages.start("http://h.cn/rb/", date(2021, 5, 21), date(2021, 5, 21))
    assert ref == Ref(f"http://h.cn/rb/{folder}/{first}", "2021-05-21")
    html = f"<a href={first}>1</a><a href={leaf}>2</a><a href='../../2021/0520/{leaf}'>昨日</a><a href=content_1.htm>题</a>"
    assert pages.more(ref, html) == [Ref(f"http://h.cn/rb/{folder}/{leaf}", "2021-05-21")]
    assert pages.rows_stated(ref, html) is None
