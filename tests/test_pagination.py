"""The pages of one article: found by its pager, joined, and none of them a bulletin of its own."""

from __future__ import annotations

from dataclasses import replace

import pytest
from resiliparse.parse.html import HTMLTree

from scrapers.article import join, read
from scrapers.extraction import pagination
from scrapers.extraction.tokens import tokens
from scrapers.model import Bulletin, Outcome
from tests.outcomes import PROSE, URL, article, kind, page

PAGER = (
    '<p><a href="1.html">1</a> <a href="1_2.html">2</a> <a href="1_3.html">[3]</a> <a href="1_2.html">下一页</a></p>'
)
FROM_ZERO = '<p><a href="1.html">1</a> <a href="1_1.html">2</a> <a href="1_4.html">5</a></p>'


def pages_of(pager: str, url: str = URL) -> tuple[tuple[str, ...], str | None]:
    reading = read(page("大会召开", f"<h1>大会召开</h1>{PROSE * 8}{pager}").encode(), url)
    return reading.further, reading.first


def test_the_further_pages_are_known_without_a_recipe() -> None:
    assert pages_of(PAGER) == (("http://h.cn/a/1_2.html", "http://h.cn/a/1_3.html"), None)
    assert pages_of(FROM_ZERO)[0] == tuple(f"http://h.cn/a/1_{n}.html" for n in (1, 2, 3, 4))


def test_the_further_pages_of_a_thread_are_answers() -> None:
    post = PROSE.replace("<p>", '<p id="postmessage_1">', 1) * 8
    assert read(page("大会召开", f"<h1>大会召开</h1>{post}{PAGER}").encode(), URL).further == ()


def test_a_hyphen_numbers_further_pages_too() -> None:
    pager = PAGER.replace("_", "-")
    assert pages_of(pager) == (("http://h.cn/a/1-2.html", "http://h.cn/a/1-3.html"), None)
    assert pages_of(pager, "http://h.cn/a/1-3.html") == ((), URL)
    assert pages_of("", "http://h.cn/a/c-2.html") == ((), None)


def addresses(form: str, *numbers: int) -> tuple[str, ...]:
    return tuple(form.format(n) for n in numbers)


def pager(form: str, words: str = "{}", first: int = 2, last: int = 3, shift: int = 0) -> str:
    return "".join(f'<a href="{form.format(n - shift)}">{words.format(n)}</a> ' for n in range(first, last + 1))


WAYS = {
    "brackets": (URL, "1_{}.html", "【{}】", "http://h.cn/a/1_{}.html"),
    "第2页": (URL, "1_{}.html", "[第{}页]", "http://h.cn/a/1_{}.html"),
    "titles": (URL, "1_{}.html", "第{}页：好车怎么选", "http://h.cn/a/1_{}.html"),
    "a letter": (URL, "1_c{}.html", "{}", "http://h.cn/a/1_c{}.html"),
    "PHPCMS": ("http://h.cn/show-18-903-1.html", "/show-18-903-{}.html", "{}", "http://h.cn/show-18-903-{}.html"),
    "a query": ("http://h.cn/c.php?id=8", "?id=8&page={}", "{}", "http://h.cn/c.php?id=8&page={}"),
    "a query, its first page": ("http://h.cn/c.php?id=8&pg=1", "?id=8&pg={}", "{}", "http://h.cn/c.php?id=8&pg={}"),
    "WordPress": ("http://h.cn/archives/55.html", "/archives/55.html/{}", "{}", "http://h.cn/archives/55.html/{}"),
    "people.com.cn": ("http://h.cn/n/c36-214.html", "c36-214-{}.html", "【{}】", "http://h.cn/n/c36-214-{}.html"),
}


@pytest.mark.parametrize("way", WAYS)
def test_every_way_to_number_pages_is_known(way: str) -> None:
    url, form, words, whole = WAYS[way]
    assert pages_of(pager(form, words), url) == (addresses(whole, 2, 3), None)
    first = f'<a href="{url}">{words.format(1)}</a>'
    assert pages_of(first + pager(form, words, 3), whole.format(2)) == ((), url)


NEXT = '<a href="{}">上一页</a> <b>2/3</b> <a href="{}">下一页</a>'


@pytest.mark.parametrize(
    ("url", "forms"),
    [
        (URL, ("1.html", "1_2.html", "1_3.html")),
        (URL, ("1.html", "1_1.html", "1_2.html")),
        ("http://h.cn/show-18-903-1.html", ("show-18-903-1.html", "show-18-903-2.html", "show-18-903-3.html")),
        ("http://h.cn/c.php?id=8", ("?id=8", "?id=8&page=2", "?id=8&page=3")),
    ],
)
def test_a_pager_may_lead_to_the_next_page_alone(url: str, forms: tuple[str, str, str]) -> None:
    first, second, third = (f"{url.partition('?')[0].rpartition('/')[0]}/{form}" for form in forms)
    if "?" in url:
        first, second, third = (f"http://h.cn/c.php{form}" for form in forms)
    begun = read(page("大会召开", f"<h1>大会召开</h1>{PROSE * 8}<a href='{second}'>下一页</a>").encode(), url)
    assert begun.further == (second,)
    went_on = read(page("大会召开", f"<h1>大会召开</h1>{PROSE * 8}{NEXT.format(first, third)}").encode(), second)
    assert went_on.following == third


@pytest.mark.parametrize(
    "link", ["/news-2.html", "/t20260302_2.html", "/a/2.html", "/b/1_2.html", "#", "javascript:next()"]
)
@pytest.mark.parametrize("url", ["http://h.cn/news-1.html", "http://h.cn/t20260302_1.html", URL])
def test_a_next_page_of_another_name_is_another_article(url: str, link: str) -> None:
    assert pages_of(f'<a href="{link}">下一页</a>', url) == ((), None)


def test_a_pager_that_numbers_the_pages_near_by_tells_the_last_one() -> None:
    near = pager("1_{}.html", last=4)
    told = addresses("http://h.cn/a/1_{}.html", *range(2, 13))
    for words in ("尾页", "末页 >>", "最后一页"):
        assert pages_of(f'{near}… <a href="1_2.html">下一页</a> <a href="1_12.html">{words}</a>')[0] == told
    assert (
        read(page("大会召开", f"{PROSE * 8}{near}<a href=1_5.html>下一页</a>").encode(), told[2]).following == told[3]
    )


def test_an_article_of_too_many_pages_is_refused() -> None:
    assert kind(page("大会召开", f"{PROSE * 8}{pager('1_{}.html')}<a href=1_900.html>尾页</a>")) is Outcome.TOO_BIG
    script = "<script>createPageHTML(99, 0, 't2026_5', 'html')</script>"
    assert kind(page("大会召开", f"{PROSE * 8}{script}"), "http://h.cn/t2026_5.html") is Outcome.TOO_BIG
    assert kind(page("大会召开", f"{PROSE * 8}{script}"), "http://h.cn/t2026_6.html") is not Outcome.TOO_BIG


def test_a_choice_of_pages_is_a_pager_and_none_of_the_text() -> None:
    pages = "".join(f"<option value=1{part}.html>第{n}页</option>" for n, part in enumerate(("", "_2", "_3"), 1))
    choice = f"<p>分页：<select>{pages}</select></p>"
    assert pages_of(choice)[0] == addresses("http://h.cn/a/1_{}.html", 2, 3)
    told = article(page("大会召开", f"<h1>大会召开</h1><div>{PROSE * 8}{choice}</div>"))
    assert "分页" not in told.body


@pytest.mark.parametrize(
    ("call", "numbers"),
    [("createPageHTML(3, 0, 't2026_5', 'html')", (1, 2)), ("createPageHTML('p', 3, 1, 't2026_5', 'shtml', 3)", (2, 3))],
)
def test_a_pager_that_a_script_writes_is_known(call: str, numbers: tuple[int, ...]) -> None:
    ending = "shtml" if "shtml" in call else "html"
    first, others = f"http://h.cn/t2026_5.{ending}", addresses(f"http://h.cn/t2026_5_{{}}.{ending}", *numbers)
    assert pages_of(f"<script>{call}</script>", first) == (others, None)
    assert pages_of(f"<script>{call}</script>", others[1]) == ((), first)
    assert pages_of(f"<script>{call}</script>", "http://h.cn/t2026_6.html") == ((), None)


@pytest.mark.parametrize(
    ("links", "url"),
    [
        (pager("/news/{}"), "http://h.cn/news"),
        (pager("index_{}.html"), "http://h.cn/a/1.html"),
        (pager("?id={}"), "http://h.cn/c.php?id=1"),
        ('<a href="/a/2.html">2</a><a href="/a/3.html">3</a>', URL),
        ("<script>createPageHTML(9, 0, 'index', 'html')</script>", URL),
    ],
)
def test_a_pager_of_something_else_is_none(links: str, url: str) -> None:
    assert pages_of(links, url) == ((), None)


def test_a_text_that_comes_again_is_joined_once() -> None:
    """What pages through the comments below an article answers with the article each time."""
    one = Bulletin(URL, "h.cn", "大会召开", body="云溪高新区今天召开大会。")
    assert join([one, one, replace(one, body="会议要求落实。")]).body == "云溪高新区今天召开大会。\n会议要求落实。"


def test_a_further_page_is_no_bulletin_of_its_own() -> None:
    assert pages_of(PAGER, "http://h.cn/a/1_2.html") == ((), URL)
    assert pages_of(FROM_ZERO, "http://h.cn/a/1_4.html") == ((), URL)
    html = page("大会召开", f"<h1>大会召开</h1>{PROSE * 8}{PAGER}")
    assert kind(html, "http://h.cn/a/1_2.html") is Outcome.PART


@pytest.mark.parametrize(
    "pager",
    [
        "",
        '<a href="1_2.html">上一篇</a>',
        '<a href="2_2.html">2</a><a href="2_3.html">3</a>',
        '<a href="1_7.html">2</a><a href="1_8.html">3</a>',
        '<a href="1_2.html">2</a><a href="1_2.html">3</a>',
    ],
)
def test_links_that_do_not_agree_are_no_pager(pager: str) -> None:
    assert pages_of(pager) == ((), None)
    assert pages_of(pager, "http://h.cn/a/t20260301_123.html") == ((), None)


@pytest.mark.parametrize(
    ("html", "is_pager"),
    [
        ('<A class=x HREF="1_2.html?a=1&amp;b=2" title="a"><b>2</b></A>', True),
        ("<a href='1_2.html?a=1&b=2'>\n 2\n</a>", True),
        ("<script>document.write('<a href=1_2.html?a=1&b=2>2</a>')</script>", True),
        ('<a name=top>2</a><a href="">2</a>', False),
        ('<a href="1_2.html?a=1&b=2">2号线</a>', False),
    ],
)
def test_links_are_read_however_they_are_written(html: str, is_pager: bool) -> None:
    body = HTMLTree.parse(f"<body>{html}").body
    assert body is not None
    assert (
        pagination.find(tokens(body), html, f"{URL}?a=1&b=2").further == ("http://h.cn/a/1_2.html?a=1&b=2",) * is_pager
    )
