"""`gaoxin new-source` on whole sites invented here: columns with an interface of their own, papers, names."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path

import pytest

from flows.new_source import new_source, request
from scrapers import warc
from scrapers.discovery.naming import names
from scrapers.discovery.recipe import Recipe
from scrapers.model import Page, Problem
from scrapers.sources import read_recipe
from scrapers.urls import normalise
from scrapers.warc import Replay

NIGHT = datetime.fromisoformat("2026-03-05T23:00:00+08:00")
DAY = date(2026, 3, 5)
TEXT = "".join(f"<p>高新区第{n}次项目调度会今日召开，会议听取了汇报，研究了问题，明确了责任。</p>" for n in range(1, 6))


def recipe_of(pages: Mapping[str, str], tmp_path: Path) -> Recipe:
    """The recipe for the first of these pages, a list."""
    captures = [
        Page(
            normalise(url),
            body.encode(),
            NIGHT,
            headers={"content-type": "application/json" if body.startswith("{") else "text/html; charset=utf-8"},
        )
        for url, body in pages.items()
    ]
    warc.write(tmp_path / "site.warc.gz", captures)
    asked = request("mine", next(iter(pages)), tmp_path / "own", True)
    return asyncio.run(new_source(asked, Replay(tmp_path / "site.warc.gz", NIGHT)))


def article(n: int, whole: str = "{title}-临川高新区") -> str:
    title = f"高新区召开第{n}次调度会"
    return (
        f"<html><head><title>{whole.format(title=title)}</title></head><body><h2 class=bt>{title}</h2>"
        f"<div class=xx>发布时间：2026-02-0{n} 10:00　来源：临川发布</div><div class=nr>{TEXT}</div></body></html>"
    )


# A Hanweb column with a JSON interface

UNIT = (
    "http://lc.gov.cn/api-gateway/jpaas-publish-server/front/page/build/unit?parseType={parse}&webId=77&tplSetId=e3&pageType=column"
    "&tagId=%E5%88%97%E8%A1%A8&editType=null&pageId=411&paramJson=%7B%22pageNo%22%3A{n}%2C%22pageSize%22%3A3%7D"
)
FIELDS = "{{'webId':'77','pageId':'411','parseType':'{parse}','tagId':'列表','tplSetId':'e3'}}"


def rows_of_a_unit(first: int) -> str:
    rows = "".join(
        f"<li>[2026-02-0{n}] <a href=/art/2026/2/{n}/art_411_{n}.html>高新区召开第{n}次调度会</a></li>"
        for n in range(first, first - 3, -1)
    )
    pager = "<div class=page paramJson='{&quot;pageSize&quot;:3}' count=\"6\"></div>"
    return f"<div class=page-content><ul>{rows}</ul>{pager}</div>"


@pytest.mark.parametrize("column", ["http://lc.gov.cn/col/col411/index.html", "http://lc.gov.cn/xwzx/tzgg/index.html"])
@pytest.mark.parametrize("parse", ["bulidstatic", "buildstatic"])
def test_a_column_of_an_interface_is_read_from_its_own_address(column: str, parse: str, tmp_path: Path) -> None:
    page = (
        f'<html><head><title>通知公告-临川高新区</title></head><body><script parsetype="{parse}" querydata="'
        f'{FIELDS.format(parse=parse)}"></script>{rows_of_a_unit(6)}</body></html>'
    )
    answers = {
        UNIT.format(n=n, parse=parse): json.dumps({"data": {"html": rows_of_a_unit(first)}}, ensure_ascii=False)
        for n, first in ((1, 6), (2, 3))
    }
    articles = {f"http://lc.gov.cn/art/2026/2/{n}/art_411_{n}.html": article(n) for n in (5, 6)}
    found = recipe_of({column: page} | answers | articles, tmp_path)
    assert found.section.startswith('hanweb.unit("通知公告", web="77"'), found.section
    assert ('parse="buildstatic"' in found.section) is (parse == "buildstatic")
    assert "sections" not in found.remarks, "its second page was read"
    assert (found.title, found.zone) == ("临川高新区", "临川")
    source = read_recipe(tmp_path / "own" / "mine.py")
    assert source.items is not None
    assert [item.date for item in source.items(answers[UNIT.format(n=2, parse=parse)], column)] == [
        "2026-02-03",
        "2026-02-02",
        "2026-02-01",
    ]


@pytest.mark.parametrize("total", [7, 6])
def test_a_column_whose_own_page_holds_the_rows_of_several_has_a_pager(total: int, tmp_path: Path) -> None:
    """Its second page holds nothing that the first does not."""
    records = [
        f"<record><![CDATA[<li><a href=/art/2026/2/{n}/art_9_{n}.html>高新区召开第{n}次调度会</a>2026-02-0{n}</li>]]></record>"
        for n in range(total, 0, -1)
    ]
    column = "http://lc.gov.cn/col/col9/index.html"
    script = f"<script>unitid='12';webid=3;perpage:2,totalRecord:{total},</script>"
    page = f"<html><head><title>通知公告-临川高新区</title></head><body>{script}{''.join(records[:6])}</body></html>"
    rest = "col=1&appid=1&webid=3&path=/&columnid=9&sourceContentType=1&unitid=12&permissiontype=0"
    proxy = "http://lc.gov.cn/module/web/jpage/dataproxy.jsp?startrecord={}&endrecord={}&perpage=2&" + rest
    pages = {
        proxy.format(
            n + 1, n + 2
        ): f"<datastore><totalrecord>{total}</totalrecord>{''.join(records[n : n + 2])}</datastore>"
        for n in range(2, total, 2)
    }
    articles = {f"http://lc.gov.cn/art/2026/2/{n}/art_9_{n}.html": article(n) for n in (total, total - 1)}
    found = recipe_of({column: page} | pages | articles, tmp_path)
    assert found.section.startswith("hanweb.datastore("), found.section
    assert "sections" not in found.remarks


def test_the_interface_of_a_menu_is_not_the_list(tmp_path: Path) -> None:
    menu = "<div class=page-content><ul><li><a href=/xw/>新闻</a></li><li><a href=/tz/>通知</a></li></ul></div>"
    column = "http://lc.gov.cn/xwzx/tzgg/index.html"
    page = (
        f'<html><head><title>通知公告-临川高新区</title></head><body><script querydata="{FIELDS.format(parse="bulidstatic")}">'
        f"</script>{menu}<div class=lb>{rows_of_a_unit(6).replace('page-content', 'nr')}</div></body></html>"
    )
    answer = {UNIT.format(n=1, parse="bulidstatic"): json.dumps({"data": {"html": menu}}, ensure_ascii=False)}
    articles = {f"http://lc.gov.cn/art/2026/2/{n}/art_411_{n}.html": article(n) for n in (5, 6)}
    found = recipe_of({column: page} | answer | articles, tmp_path)
    assert found.items.startswith("Links("), found.items


def test_another_field_in_the_place_of_the_origin_is_none(tmp_path: Path) -> None:
    rows = "".join(f"<li><a href=/xw/7{n}11.html>高新区召开第{n}次调度会</a><i>2026-02-0{n}</i></li>" for n in (5, 6))
    articles = {f"http://lc.cn/xw/7{n}11.html": article(n) for n in (5, 6)}
    first, second = ({"来源：临川发布": f"<b class=ly>{told}</b>"} for told in ("来源：临川发布", "发布者：简若川"))
    for (url, html), change in zip(articles.items(), (first, second), strict=True):
        articles[url] = html.replace(*next(iter(change.items())))
    found = recipe_of({"http://lc.cn/xw/list.html": f"<body><ul class=lb>{rows}</ul></body>"} | articles, tmp_path)
    assert "b.ly" not in found.layouts[0] and "origin=anywhere()" in found.layouts[0], found.layouts


# Papers: the address of a page holds its day


def paper(path: str, page: str, leaf: str, leads: str) -> dict[str, str]:
    """A paper's first page and two articles; `path` is the folder of its pages, `leads` the address of article n from there."""
    rows = "".join(f"<li><a href={leads.format(n=n)}>高新区召开第{n}次调度会</a></li>" for n in range(1, 6))
    leaves = f"<a href={page}>第01版</a><a href={leaf}>第02版</a><a href=../04/{page}>上一期</a>"
    first = f"http://lc.cn{path}{page}"
    html = f"<html><head><title>临川高新报</title></head><body><ul class=bt>{rows}</ul>{leaves}</body></html>"
    return {first: html} | {
        normalise(leads.format(n=n), base=first): article(n, "{title} 临川高新报") for n in range(1, 6)
    }


@pytest.mark.parametrize(
    ("path", "page", "leaf", "leads", "told"),
    [
        ("/rb/pc/layout/202603/05/", "node_1.html", "node_2.html", "../../../con/202603/05/c88{n}.html", "founder.NODE_1"),
        ("/rb/layout/202603/05/", "l01.html", "l02.html", "../../../content/202603/05/content_88{n}.html", "founder.L01"),
        ("/rb/layout/202603/05/", "node_01.html", "node_02.html", "../../../content/202603/05/c88{n}.html", "NODE_01"),
        ("/rb/layout/202603/05/", "node_03.html", "node_01.html", "../../../content/202603/05/c88{n}.html", '"%Y%m/%d/node_03'),
        ("/epaper/2026-03-05/", "index.html", "ban2.html", "show/{n}881.html", '"%Y-%m-%d/index.html"'),
        ("/html/2026-03/05/", "ban_1.htm", "ban_2.htm", "text_88{n}.htm", "a[href*='ban_']"),
        ("/shuzibao/20260305/", "page_1.shtml", "page_2.shtml", "/detail/20260305/{n}881.shtml", '"%Y%m%d/page_1.shtml"'),
    ],
)  # fmt: skip
def test_a_paper_is_read_by_day_however_its_pages_are_called(
    path: str, page: str, leaf: str, leads: str, told: str, tmp_path: Path
) -> None:
    pages = paper(path, page, leaf, leads)
    found = recipe_of(pages, tmp_path)
    assert told in found.section, found.section
    assert "sections" not in found.remarks
    assert found.title == "临川高新报"
    source, first = read_recipe(tmp_path / "own" / "mine.py"), next(iter(pages))
    section = source.sections[0]
    (ref,) = section.pages.start(normalise(section.path, source.home), DAY, DAY)
    assert ref.url == first
    assert [further.url for further in section.pages.more(ref, pages[first])] == [f"http://lc.cn{path}{leaf}"]
    assert source.items is not None
    assert len(source.items(pages[first], first)) == 5


def test_a_paper_whose_other_pages_are_not_found_says_so(tmp_path: Path) -> None:
    pages = paper("/epaper/2026-03-05/", "index.html", "ban2.html", "show{n}88.html")
    assert "no other page of the day" in recipe_of(pages, tmp_path).remarks["sections"]


@pytest.mark.parametrize(
    ("url", "leads", "told"),
    [
        ("http://lc.cn/rb/20260305.html", "/rb/content/20260305/{n}881.html", "read that day for ever"),
        ("http://lc.cn/rb/index.php?day=2026-03-05", "/rb/show/2026-03-05/{n}881.html", "read that day for ever"),
        ("http://lc.cn/rb/2026-03/05/1.htm", "88{n}.htm", "read that day for ever"),
        ("http://lc.cn/hui/2026-03-05/list.html", "/xw/{n}881.html", "read that day for ever"),
        ("http://lc.cn/rb/layout/202603/05/node_01.html", "node_01.html#c88{n}", "2026-03-05 alone"),
    ],
)
def test_the_page_of_one_day_is_refused_where_the_other_days_cannot_be_told(
    url: str, leads: str, told: str, tmp_path: Path
) -> None:
    rows = "".join(f"<li><a href={leads.format(n=n)}>高新区召开第{n}次调度会</a></li>" for n in range(1, 6))
    pages = {url: f"<html><body><ul class=bt>{rows}</ul></body></html>"} | {
        normalise(leads.format(n=n), base=url): article(n) for n in (1, 2) if "#" not in leads
    }
    with pytest.raises(Problem, match=told) as caught:
        recipe_of(pages, tmp_path)
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "own" / "mine.py").exists()


# What cannot be read, and who publishes it


def test_rows_in_a_script_are_named_as_the_reason(tmp_path: Path) -> None:
    rows = json.dumps(
        [{"title": f"高新区召开第{n}次调度会", "url": f"/xw/{n}.html"} for n in range(6)], ensure_ascii=False
    )
    page = f"<html><body><ul id=list></ul><script>var list = {rows}; show(list)</script></body></html>"
    with pytest.raises(Problem, match="JSON in a script"):
        recipe_of({"http://lc.cn/xw/index.html": page}, tmp_path)


@pytest.mark.parametrize(
    ("column", "articles", "told"),
    [
        ("通知公告-临川高新区", ["甲_通知公告-临川高新区", "乙_通知公告-临川高新区"], ("通知公告", "临川高新区")),
        ("临川高新报", ["临川高新报", "临川高新报"], ("", "临川高新报")),
        ("临川高新报 要闻", ["临川高新报-甲", "临川高新报-乙"], ("临川高新报 要闻", "临川高新报")),
        ("临川高新报", ["甲 临川高新报", "乙 临川高新报"], ("", "临川高新报")),
        ("资讯 - 临川论坛 - Powered by Discuz!", ["甲 - 临川论坛 - Powered by Discuz!"], ("资讯", "临川论坛")),
        ("资讯", ["甲", "乙"], ("资讯", "")),
        ("临川日报 2021-05-21", ["临川日报 2021-05-21", "临川日报 2021-05-21"], ("", "临川日报")),
        ("临川日报-2021年05月21日", ["甲-临川日报-2021年05月21日", "乙-临川日报-2021年05月21日"], ("", "临川日报")),
        ("2021-05-21 临川日报", ["2021-05-21 临川日报"] * 2, ("", "临川日报")),
        ("临川日报数字报-2021-05-21 第01版", ["临川日报数字报-2021-05-21 第01版"] * 2, ("", "临川日报")),
    ],
)
def test_a_publisher_is_what_the_titles_share(column: str, articles: list[str], told: tuple[str, str]) -> None:
    pages = [f"<html><head><title>{title}</title></head><body></body></html>" for title in (column, *articles)]
    assert names(pages[0], pages[1:]) == told
