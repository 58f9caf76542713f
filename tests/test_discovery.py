"""Lists found without a recipe: rows, links and dates, on pages written here and on real ones."""

from __future__ import annotations

from pathlib import Path

import pytest

from scrapers.charset import decode
from scrapers.discovery.items import find_items
from scrapers.discovery.signatures import of_articles, of_list, pagers
from scrapers.rows import Links

URL = "http://a.cn/xw/index.html"
SIDE = "".join(f'<li><a href="/rd/2026/{n}7731.html">热点推荐：高新区的第{n}条旧闻</a></li>' for n in range(9))
FRAME = (
    '<body><div class="nav"><a href="/">首页</a><a href="/xw/">新闻</a><a href="/tz/list.html">通知</a></div>{list}'
    '<ul class="hot">' + SIDE + "</ul><div class=page><a href=index_2.html>2</a><a href=index_3.html>3</a></div></body>"
)
TITLES = ("高新区新春签约十一个项目", "高新区发布一月经济指标", "会客厅开到了食堂边上", "青年工程师安居办法出台")
ROW = '<li class="{cls}"><a href="/xw/202602/t2026020{n}_10{n}.html">{title}</a><span class="time">2026-02-0{n}</span></li>'


def rows(template: str = ROW) -> str:
    classes = ("first", "odd", "even", "last")
    return "".join(template.format(n=n, title=TITLES[n - 1], cls=classes[n - 1]) for n in range(1, 5))


def found(inner: str) -> Links:
    links = find_items(FRAME.format(list=inner), URL)
    assert links is not None
    items = links(FRAME.format(list=inner), URL)
    assert [(item.title, item.url) for item in items] == [
        (title, f"http://a.cn/xw/202602/t2026020{n}_10{n}.html") for n, title in enumerate(TITLES, 1)
    ]
    return links


@pytest.mark.parametrize(
    ("inner", "links"),
    [
        (f'<ul class="list">{rows()}</ul>', Links("ul.list li", date="span.time")),
        (f'<div id="list_8841"><ul>{rows()}</ul></div>', None),
        (f'<div class="box"><ul>{rows(ROW.replace(" class={cls}", ""))}</ul></div>', Links("div.box li", date="span.time")),
        (
            '<ul class="list">' + rows(ROW.replace("<a ", '<a class="col" href="/tz/">[通知]</a><a class="t" ')) + "</ul>",
            Links("ul.list li", link="a.t", date="span.time"),
        ),
        (
            '<ul class="list">' + rows(ROW.replace('<span class="time">2026-02-0{n}</span>', "2026-02-0{n}")) + "</ul>",
            Links("ul.list li", date=":scope"),
        ),
        (
            '<table id="t"><tr><th>标题</th><th>日期</th></tr>'
            + rows("<tr><td><a href='/xw/202602/t2026020{n}_10{n}.html'>{title}</a></td><td>2026-02-0{n}</td></tr>")
            + "</table>",
            None,
        ),
    ],
    ids=["a list", "a numbered id", "a box", "with columns", "a bare date", "a table"],
)  # fmt: skip
def test_the_list_is_found_beside_menus_side_columns_and_pagers(inner: str, links: Links | None) -> None:
    told = found(inner)
    assert links is None or told == links
    assert [item.date for item in told(FRAME.format(list=inner), URL)] == [f"2026-02-0{n}" for n in range(1, 5)]


def test_a_list_in_blocks_of_two_is_one_list() -> None:
    blocks = rows().split("</li>")
    inner = "".join(f"<ul class='list'>{'</li>'.join(blocks[n : n + 2])}</li></ul>" for n in (0, 2))
    found(f"<div class='main'>{inner}</div>")


def test_dates_without_a_year_are_no_dates() -> None:
    more = "".join(
        f'<li><a href="/xw/202601/t2026010{n}_9{n}1.html">高新区第{n}次调度会召开</a><i>01-0{n}</i></li>'
        for n in range(1, 8)
    )
    page = f"<body><ul class='list'>{more}</ul></body>"
    links = find_items(page, URL)
    assert links == Links("ul.list li")
    assert {item.date for item in links(page, URL)} == {None}


def page_of(inner: str) -> str:
    return FRAME.format(list=f"<div class=main>{inner}</div>")


def told_by(inner: str) -> list[tuple[str, str, str | None]]:
    """Address, title and date of each item that the list found on a page holds."""
    links = find_items(page_of(inner), URL)
    assert links is not None
    return [(item.url, item.title, item.date) for item in links(page_of(inner), URL)]


MANY = [(n, f"高新区召开第{n}次产业项目调度会") for n in range(1, 10)]


def listed(form: str) -> str:
    return "<ul class=list>" + "".join(form.format(n=n, t=title) for n, title in MANY) + "</ul>"


NAMED = [(f"http://a.cn/xw/202602/t{n}001.html", title, f"2026-02-0{n}") for n, title in MANY]
LINK = "<a href=/xw/202602/t{n}001.html>"


@pytest.mark.parametrize(
    "form",
    [
        "<li>" + LINK + "<img src=1.jpg></a><h3>" + LINK + "{t}</a></h3><i>2026-02-0{n}</i></li>",
        "<li>" + LINK + "<p class=tit>{t}</p><p>会议研究了问题，部署了工作。</p><em>2026-02-0{n}</em></a></li>",
        "<li>" + LINK + "<h4>{t}</h4><span>2026-02-0{n}</span></a></li>",
        "<li>" + LINK + "{t}</a><p>发布时间：2026年02月0{n}日　来源：高新区管委会办公室　点击：312</p></li>",
        "<li class=c{n} id=line_u9_{n}>" + LINK + "{t}</a><i>2026-02-0{n}</i></li>",
        "<div id=lineu9_{n}>" + LINK + "{t}</a><i>2026-02-0{n}</i></div>",
        "<li>" + LINK + "<img src=1.jpg></a>" + LINK + "{t}</a><i>2026-02-0{n}</i></li>",
        "<li>" + LINK + "{t}</a><i>2026-02-0{n}</i>" + LINK + "[详细]</a></li>",
        "<li>" + LINK.replace(">", " class=pic>") + "<img src=1.jpg></a>" + LINK.replace(">", " class=more>") + "查看详情>></a>"
        + LINK.replace(">", " class=bt>") + "{t}</a><p>会议研究了问题。</p><i>2026-02-0{n}</i></li>",
        "<li><div class=rq><b>0{n}</b><i>2026-02</i></div>" + LINK + "{t}</a></li>",
        "<li><em>2026年02月</em><em>0{n}日</em>" + LINK + "{t}</a></li>",
        "<li><p class=day>0{n}</p><p class=ny>2026/02</p><h3>" + LINK + "{t}</a></h3><p>会议研究了2026年的工作。</p></li>",
        "<li>" + LINK + "<span><b>02-0{n}</b><br>2026</span><h4>{t}</h4></a></li>",
    ],
    ids=["a picture first", "a link around all", "a heading in a link", "a byline", "a numbered id", "numbered boxes",
         "a picture beside", "a link for more", "three links", "a leaf", "a leaf without a box", "a leaf of two classes",
         "a leaf in a link"],
)  # fmt: skip
def test_rows_of_every_form_are_read(form: str) -> None:
    assert told_by(listed(form)) == NAMED


def test_a_picture_beside_the_title_in_some_rows_makes_no_row_of_its_own() -> None:
    rows = listed("<li>" + LINK + "<img src=1.jpg></a>" + LINK + "{t}</a><i>2026-02-0{n}</i></li>")
    for n in (1, 4):
        rows = rows.replace(LINK.format(n=n) + "<img src=1.jpg></a>", "")
    assert told_by(rows) == NAMED


def test_what_is_new_may_be_dressed_up() -> None:
    plain = "<li>" + LINK + "{t}</a><span>2026-02-0{n}</span></li>"
    new = listed(plain).replace("<span>2026-02-01</span>", "<font color=red>2026-02-01</font>")
    assert told_by(new) == [(url, title, None if n == 0 else day) for n, (url, title, day) in enumerate(NAMED)]


@pytest.mark.parametrize(
    "other", ["/f/a2026.pdf", "http://mp.weixin.qq.com/s/Ab1dEfGh2", "http://o.cn/x/2026/1001.html"]
)
def test_a_row_that_leads_to_a_file_or_elsewhere_stands_in_no_ones_way(other: str) -> None:
    rows = listed("<li>" + LINK + "{t}</a><i>2026-02-0{n}</i></li>")
    there = f"<li><a href={other}>高新区项目申报指南</a><i>2026-02-01</i></li></ul>"
    told = told_by(rows.replace("</ul>", there))
    assert told[:9] == NAMED
    assert [url for url, _, _ in told[9:]] == [other if other.startswith("http") else f"http://a.cn{other}"]


@pytest.mark.parametrize("stamp", ["02-0{n} 08:30", "2月{n}日", "{n}小时前", "0{n}:30", "[02-0{n}]"])
def test_a_day_without_its_year_makes_a_row_but_no_date(stamp: str) -> None:
    side = "".join(f"<li><a href=/ph/2026/{n}001.html>热点排行里的第{n}条旧闻</a></li>" for n in range(30))
    form = "<li><a href=/{{}}/202602/t{n}001.html>{t}</a><span>" + stamp + "</span></li>"
    mixed = "".join(form.format(n=n, t=title).format(("cj", "gn", "sh")[n % 3]) for n, title in MANY)
    told = told_by(f"<ul class=list>{mixed}</ul><ul class=ph>{side}</ul>")
    assert [(title, day) for _, title, day in told] == [(title, None) for _, title in MANY]


def test_the_list_above_the_pager_is_the_pages_own() -> None:
    side = "".join(
        f"<li><a href=/ph/2026/{n}001.html>最新发布里的第{n}条消息</a><i>2026-02-0{n % 9 + 1}</i></li>"
        for n in range(12)
    )
    rows = listed("<li>" + LINK + "{t}</a><i>2026-02-0{n}</i></li>") + "<div><a href=index_2.html>下一页</a></div>"
    assert told_by(f"{rows}<ul class=new>{side}</ul>") == NAMED
    assert told_by(f"<ul class=new>{side}</ul>{rows}") == NAMED


def test_rows_without_any_name_are_told_by_where_they_lead() -> None:
    menu = "<table><tr><td><table><tr><td><a href=/x/1.html>概况</a></td></tr></table></td></tr></table>"
    rows = "".join(
        f"<tr><td>·</td><td>{LINK}{{t}}</a></td><td>2026-02-0{{n}}</td></tr>".format(n=n, t=t) for n, t in MANY
    )
    page = f"<body>{menu}<table><tr><td><table>{rows}</table></td></tr></table></body>"
    links = find_items(page, URL)
    assert links is not None
    assert [(item.url, item.title, item.date) for item in links(page, URL)] == NAMED


def test_a_side_column_in_nested_tables_is_no_part_of_the_list() -> None:
    side = "".join(f"<tr><td>·<a href=xmshow.asp?id={n}1>重点推介的第{n}个产业项目</a></td></tr>" for n in range(1, 5))
    rows = "".join(
        f"<tr><td><img src=d.gif></td><td><a href=xwshow.asp?id=4{n}><font color=#333333>{t}</font></a>"
        f"<font color=gray>(2026-2-{n})</font></td></tr><tr><td height=1></td></tr>"
        for n, t in MANY
    )
    page = f"<body><table><tr><td><table>{side}</table></td><td><table>{rows}</table></td></tr></table></body>"
    links = find_items(page, "http://a.cn/xw.asp?lm=2")
    assert links is not None
    told = [(item.url, item.title, item.date) for item in links(page, "http://a.cn/xw.asp?lm=2")]
    assert told == [(f"http://a.cn/xwshow.asp?id=4{n}", title, f"2026-02-0{n}") for n, title in MANY]


@pytest.mark.parametrize(
    ("href", "start"),
    [
        ("xwshow.asp?lm=2&id=34{n}", "xwshow.asp?lm=2&id="),
        ("/html/202602/t2026020{n}_45{n}.html", "/html/"),
        ("/xw/34{n}.html", "/xw/"),
        ("http://a.cn/n21/2026/020{n}/c3-{n}.html", "http://a.cn/n21/"),
    ],
)
def test_what_tells_rows_by_where_they_lead_ends_before_a_number_that_grows(href: str, start: str) -> None:
    menu = "<table><tr><td><table><tr><td><a href=/x/1.html>概况</a></td></tr></table></td></tr></table>"
    rows = "".join(
        f"<tr><td><a href={href}>{{t}}</a></td><td>2026-02-0{{n}}</td></tr>".format(n=n, t=t) for n, t in MANY
    )
    links = find_items(f"<body>{menu}<table><tr><td><table>{rows}</table></td></tr></table></body>", URL)
    assert links is not None
    assert f'a[href^="{start}"]' in links.row


def test_links_start_from_where_the_page_says() -> None:
    rows = listed("<li><a href=xw/202602/t{n}001.html>{t}</a><i>2026-02-0{n}</i></li>")
    page = f"<head><base href=http://a.cn/></head><body>{rows}</body>"
    links = find_items(page, "http://a.cn/web/list/9.jsp")
    assert links is not None
    assert [item.url for item in links(page, "http://a.cn/web/list/9.jsp")] == [url for url, _, _ in NAMED]


@pytest.mark.parametrize(
    "page",
    [
        "",
        "{}",
        "<?xml version='1.0'?><datastore></datastore>",
        '<body><a href="/">首页</a><a href="/xw/">新闻</a><a href="/tz/list_2.html">通知</a></body>',
        "<body><p>高新区今日召开会议，研究部署一季度工作。</p></body>",
        "<body>" + "".join(f'<p><a href="/{n}/index.html">第{n}个很长的栏目名称在这里</a></p>' for n in range(9)) + "</body>",
        "<body>" + "".join(f'<p><a href="/f/2026{n}.pdf">附件{n}：高新区项目申报表</a></p>' for n in range(9)) + "</body>",
    ],
    ids=["nothing", "json", "xml", "a menu", "prose", "columns", "files"],
)  # fmt: skip
def test_what_is_no_list_has_none(page: str) -> None:
    assert find_items(page, URL) is None


@pytest.mark.parametrize(
    ("name", "least", "dated"),
    [
        ("ndrc_golden_index.html", 25, True),
        ("sasac_golden_list_1.html", 30, True),
        ("csrc_golden_list_1.html", 20, False),
        ("most_golden_list_page.html", 6, True),
    ],
)
def test_real_lists_are_found(shared: Path, name: str, least: int, dated: bool) -> None:
    html = decode((shared / "pages" / "families" / "gov_cms" / name).read_bytes())
    links = find_items(html, URL)
    assert links is not None
    items = links(html, URL)
    assert len({item.url for item in items}) == len(items) == least
    assert all(len(item.title) > 5 for item in items)
    assert {item.date is not None for item in items} == {dated}


@pytest.mark.parametrize(
    ("address", "family"),
    [
        ("http://a.gov.cn/x/yhyshj/202602/f8b8e39bb5e45cc71cd4b74418d48d72.shtml", "gov_shtml"),
        ("http://a.gov.cn/xw/202105/t20210521_123.html", "trs"),
        ("http://a.gov.cn/art/2021/5/21/art_123_456.html", "hanweb"),
        ("http://a.gov.cn/tzgg/content/post_123.html", "guangdong"),
        ("http://js.people.com.cn/n1/2024/0510/c1004-40232587.html", "people"),
        ("http://a.com/html/yq/2026/0228/5731048.html", "phpcms"),
        ("https://www.163.com/dy/article/KM2H8R4D0514C9VQ.html", "netease"),
        ("http://a.com/news/12345.html", None),
    ],
)
def test_a_family_is_known_by_its_articles(address: str, family: str | None) -> None:
    sign = of_articles([address, address, "http://elsewhere.cn/1.html"])
    assert (sign.family if sign else None) == family
    assert of_articles([address, *["http://elsewhere.cn/1.html"] * 2]) is None, "most of them, or it is none"


def test_a_list_of_its_own_form_is_known_by_its_address_and_what_it_holds() -> None:
    page = "<record><script>jpage({perPage:15,webid:7,unitid:42})"
    known = of_list("http://a.cn/col/col9/index.html", page)
    assert known is not None
    assert known[0].family == "hanweb"
    assert known[1] == {"column_n": "9", "unit_n": "42", "web_n": "7", "size_n": "15", "store": "<record>"}
    assert of_list("http://a.cn/col/col9/index.html", "<ul>") is None


def test_the_interface_of_a_column_is_told_by_its_own_page() -> None:
    size = "'paramJson':'{&quot;pageNo&quot;:1,&quot;pageSize&quot;:&quot;15&quot;}'"
    told = f"{{'webId':'9b','tplSetId':'f0','tagId':'当前栏目list','pageId':'29',{size}}}"
    known = of_list("http://a.cn/col/col9/index.html", f'<div queryData="{told}"></div>')
    assert known is not None and "hanweb.unit(" in known[0].section
    assert known[1] == {"web": "9b", "template": "f0", "tag": "当前栏目list", "page": "29", "size_n": "15"}


@pytest.mark.parametrize(
    ("url", "html", "told"),
    [
        (URL, "createPageHTML('page_div',2, 1,'list','shtml',8);", ["shtml_pages({prefix})"]),
        (URL, 'createPageHTML(9, 0, "index", "html")', ["CountedFromZero()"]),
        ("http://a.cn/xw/1.html", '<div id="pages" class="c">', ["phpcms_pages()"]),
        ("http://a.cn/index.php?c=1", '<div id="pages" class="c">', []),
        (URL, '<a href="index_2.html">2</a>', ["Linked({pattern})"]),
        (URL, '<a href="index_1.html">2</a><a href="index_2.html">3</a>', ["Linked({pattern}, shift=1)"]),
        ("http://a.cn/xw/", '<a href="/xw/index_2.html">[2]</a><a>下一页</a>', ["Linked({pattern})"]),
        ("http://a.cn/l.jsp?c=12", '<a href="?c=12&amp;p=2">2</a>', ["Linked({pattern})"]),
        (URL, "<a href=list/24.html>下页</a>", ["NextLink()"]),
        ("http://a.cn/xw.shtml", "<script>var countPage = 9</script>", ["CountedFromZero(ending={ending})"]),
        (URL, '<a href="content_31190_2.html">大会召开</a><a href="2.html">2号线</a>', []),
    ],
)
def test_pagers_are_known_by_their_calls_and_links(url: str, html: str, told: list[str]) -> None:
    assert [template for template, _ in pagers(url, html)] == told
