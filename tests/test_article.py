"""Bytes to a Bulletin: the reviewed samples exactly, real pages without a fall, any damage as Bulletin or Unreadable."""

from __future__ import annotations

import json
import random
import time
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.demo import DAYS, SITES
from scrapers.article import extract, join, read
from scrapers.clean import clean
from scrapers.model import Bulletin, Outcome, Unreadable
from scrapers.source import Layout, Source, anywhere
from scrapers.sources import all_sources, source_of
from tests.conftest import expected_pages

NAMES = ("nchdz", "chinahightech", "netease", "srrb", "cloaked")
URL = "http://h.cn/2026/03/1.html"
TEXT = "<p>高新区今日召开会议，部署产业项目工作。企业代表、专家参加；会议强调：要压实责任，倒排工期。</p>"


@cache
def captures(site: str) -> dict[str, dict[str, Any]]:
    """The captures of a sample site by `day1|<url>`, as the keys of expected.json are."""
    index = json.loads((SITES / site / "index.json").read_text(encoding="utf-8"))
    return {f"day{DAYS.index(capture['at'][:10]) + 1}|{capture['url']}": capture for capture in index["captures"]}


def sample(site: str, key: str) -> Bulletin:
    """The bulletin of a captured page and its further pages."""
    day, _, url = key.partition("|")

    def reading(address: str) -> Any:
        capture = captures(site)[f"{day}|{address}"]
        data = (SITES / site / capture["file"]).read_bytes()
        return read(data, address, capture["content_type"], source_of(address))

    first = reading(url)
    return join([first.bulletin, *(reading(further).bulletin for further in first.further)])


def outcome(html: str | bytes, source: Source | None = None) -> Bulletin | Outcome:
    """The bulletin, or the outcome of what is none; both as good as they must be."""
    data = html if isinstance(html, bytes) else html.encode()
    try:
        bulletin = extract(data, URL, source=source)
    except Unreadable as error:
        assert str(error)
        assert error.outcome is not Outcome.OK
        return error.outcome
    texts = (bulletin.title, bulletin.origin, bulletin.author, bulletin.editor, bulletin.body, bulletin.page_text)
    for text in (text for text in texts if text is not None):
        text.encode()
        assert "\ufffd" not in text
    assert bulletin.body or bulletin.images or bulletin.attachments
    assert bulletin.layout
    return bulletin


@pytest.mark.parametrize("site", NAMES)
def test_every_sample_page_says_what_was_reviewed(site: str) -> None:
    expected = expected_pages(site)
    assert len(expected) >= 4
    for key, told in expected.items():
        found = sample(site, key)
        fields = ("title", "published_at", "origin", "author", "editor", "source")
        assert {name: getattr(found, name) for name in fields if name in told} == {
            name: told[name] for name in fields if name in told
        }, key
        assert found.body.split("\n") == told["body"], key
        assert len(found.images) == told["images"], key
        assert list(found.attachments) == told["attachments"], key
        assert found.extra.get("captions", []) == told.get("captions", []), key
        assert found.layout == "generic" or found.layout.startswith(f"{site}["), key


@pytest.mark.parametrize("n", range(5))
def test_a_seed_page_says_what_its_gold_says(shared: Path, n: int) -> None:
    gold = json.loads((shared / "seedsites" / "gold" / f"{n:03}.json").read_text(encoding="utf-8"))
    capture = json.loads((shared / "seedsites" / "index.json").read_text(encoding="utf-8"))[gold["url"]]
    data = (shared / "seedsites" / capture["file"]).read_bytes()
    found = extract(data, gold["url"], capture["content_type"], source_of(gold["url"]))
    fields = ("source", "title", "published_at", "origin", "author", "editor")
    assert {name: getattr(found, name) for name in fields} == {name: gold[name] for name in fields}
    assert found.body.split("\n") == gold["body"]
    assert len(found.images) == gold["images"]
    assert (found.body_published is not None) is (n == 1)


def test_real_pages_are_bulletins_or_unreadable(shared: Path) -> None:
    files = sorted(file for folder in ("articles", "families") for file in (shared / "pages" / folder).rglob("*.*htm*"))
    assert len(files) > 90
    read_well = [file for file in files if isinstance(outcome(file.read_bytes()), Bulletin)]
    assert len(read_well) > 0.9 * len(files)


PAGES = [
    (SITES / site / capture["file"]).read_bytes()
    for site in NAMES
    for key, capture in sorted(captures(site).items())
    if key in expected_pages(site)
]
DAMAGE = st.lists(
    st.tuples(
        st.sampled_from(["cut", "drop", "double", "flip", "noise"]),
        st.integers(0, 12_000),
        st.integers(1, 600),
        st.binary(max_size=12),
    ),
    min_size=1,
    max_size=6,
)


def damaged(data: bytes, damage: list[tuple[str, int, int, bytes]]) -> bytes:
    """`data` after all of `damage`."""
    for kind, at, size, noise in damage:
        before, middle, after = data[:at], data[at : at + size], data[at + size :]
        match kind:
            case "cut":
                data = before
            case "drop":
                data = before + after
            case "double":
                data = before + middle * 3 + after
            case "flip":
                data = before + bytes(byte ^ 0x20 for byte in middle) + after
            case _:
                data = before + noise + middle + after
    return data


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(PAGES), DAMAGE, st.sampled_from([None, *sorted(all_sources())]))
def test_a_damaged_page_is_a_bulletin_or_unreadable(
    page: bytes, damage: list[tuple[str, int, int, bytes]], source: str | None
) -> None:
    outcome(damaged(page, damage), all_sources()[source] if source else None)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                TEXT,
                "<div>",
                "</div>",
                "<table><tr><td>",
                "</table>",
                "<p",
                "<!--",
                "-->",
                "<script>",
                "</script>",
                "&#xD800;",
                "&#0;",
                "<meta name=PubDate content='2026-03-05 08:00-24:00'>",
                "<title>404",
                "</title>",
                "<body>",
                "<svg><p>",
                "<template>",
                "<frameset>",
                "<plaintext>",
                "\x00",
                "<base href='http://[bad/'>",
                "<img src='http://[bad/'>",
                "<a href='http://u:p@h.cn/a.pdf'>",
                "发布时间：2026-03-05 08:00-24:00",
                "<select><option>",
                "<math><mi>",
            ]
        ),
        max_size=25,
    ).map("".join)
)
def test_any_heap_of_tags_is_a_bulletin_or_unreadable(html: str) -> None:
    outcome(html)


@pytest.mark.parametrize(
    "html",
    [
        "",
        " \n",
        "<html></html>",
        "<body></body>",
        "<p></p>",
        "<!-- -->",
        "\x00" * 50,
        "<frameset><frame src=a.html>",
        "{}",
    ],
)
def test_an_empty_page_is_no_article(html: str) -> None:
    assert outcome(html) is Outcome.NO_ARTICLE


@pytest.mark.parametrize(
    "html",
    [
        "<title>404 Not Found</title><body><h1>404</h1><p>您访问的页面不存在，请检查地址是否正确。</p>",
        "<title>页面不存在</title><body><div>抱歉，您访问的页面不存在，可能已被删除！</div>",
        "<title>出错了</title><body><div class=main><p>很抱歉，您要访问的页面不存在，5秒后返回首页。</p></div>",
    ],
)
def test_a_page_that_says_it_does_not_exist_is_gone(html: str) -> None:
    assert outcome(html) is Outcome.GONE


@pytest.mark.parametrize(
    "title",
    ["高新区新增发明专利404件", "404地块挂牌出让公告", "找不到工作？来高新区招聘会看看", "违规信息已删除 平台完成整改"],
)
def test_a_short_bulletin_is_not_gone_because_of_a_word_in_its_title(title: str) -> None:
    found = outcome(f"<title>{title}</title><body><div class=article><h1>{title}</h1>{TEXT}</div>")
    assert isinstance(found, Bulletin)
    assert found.title == clean(title)


@pytest.mark.parametrize(
    "inside", ["<a href='附件1.pdf'>附件1：名单.pdf</a>", "<p><img src=yitu.jpg></p>"], ids=["a file", "a picture"]
)
def test_a_bulletin_may_be_nothing_but_a_file_or_a_picture(inside: str) -> None:
    found = outcome(
        f"<meta name=ArticleTitle content=一图读懂><body><div id=zoom>{inside}</div>", all_sources()["nchdz"]
    )
    assert isinstance(found, Bulletin)
    assert (found.title, len(found.images) + len(found.attachments)) == ("一图读懂", 1)


def test_meta_tags_are_read_without_their_tags_and_in_any_case_of_letters() -> None:
    head = (
        "<META NAME=articletitle CONTENT='&lt;b&gt;高新区&lt;/b&gt;　开工'><meta name=PUBDATE content=''>"
        "<meta name=pubdate content='2026年03月02日08:05'><meta name=ContentSource content=' '>"
        "<meta name=Author content='作者：王 明'>"
    )
    found = outcome(f"{head}<div id=zoom>{TEXT}<p>（责任编辑：李小明）</p></div>", all_sources()["nchdz"])
    assert isinstance(found, Bulletin)
    assert (found.title, found.published_at, found.origin) == ("高新区 开工", "2026-03-02T08:05+08:00", None)
    assert (found.author, found.editor, found.layout) == ("王 明", "李小明", "nchdz[0]")
    assert found.body.endswith("\n(责任编辑:李小明)")


def test_a_layout_that_fits_nothing_falls_back_and_says_so() -> None:
    found = outcome(f"<title>高新区会议_高新网</title><div class=unknown>{TEXT * 3}</div>", all_sources()["nchdz"])
    assert isinstance(found, Bulletin)
    assert (found.layout, found.source, found.title) == ("generic", "nchdz", "高新区会议")


def test_a_host_without_a_recipe_is_its_own_source() -> None:
    found = outcome(f"<title>高新区会议</title><div>{TEXT * 3}</div>")
    assert isinstance(found, Bulletin)
    assert (found.source, found.layout, found.body_published) == ("h.cn", "generic", None)


def test_a_date_that_spans_hours_does_not_break_a_page() -> None:
    found = outcome(f"<title>开放公告</title><div>{TEXT * 3}<p>开放时间：2026年3月5日08:00-24:00。</p></div>")
    assert isinstance(found, Bulletin)
    assert found.published_at in (None, "2026-03-05T08:00+08:00")


def test_a_proxied_picture_without_an_address_is_no_crash() -> None:
    html = f"<h1 class=post_title>题</h1><div class=post_body>{TEXT}<img src='https://nimg.ws.126.net/?url=x&thumbnail=660x'></div>"
    assert isinstance(outcome(html, all_sources()["netease"]), Bulletin)


def test_a_further_page_of_absurd_number_is_no_crash() -> None:
    pages = f"<div id=pages><a href='1_{'9' * 5000}.html'>2</a><a href='1_2.html'>2</a><a href='2_3.html'>3</a></div>"
    html = f"<div class=title_nr><h1>题</h1></div><div class=content>{TEXT}</div>{pages}"
    assert read(html.encode(), URL, source=all_sources()["chinahightech"]).further[0] == "http://h.cn/2026/03/1_2.html"


@pytest.mark.parametrize(
    ("html", "seconds"),
    [
        ("<div>" * 100_000 + TEXT, 5),
        ("<span>" * 100_000 + TEXT, 5),
        ("<table><tr><td>" * 100_000 + TEXT, 10),
        ("<p>" + "高新区，" * 170_000, 10),
        ("<p>" + "<span>高新区，</span>" * 20_000, 10),
        (TEXT * 3000, 10),
        ("<div>" + "<br>高新区，部署工作。" * 5000 + "</div>", 10),
        ("<ul>" + "<li><a href=1.html>高新区，部署工作。</a>" * 5000 + "</ul>" + TEXT, 10),
        ("<table>" + "<tr><td>高新，<td>8.1%" * 5000 + "</table>", 10),
        ("<a href=x>" * 3000 + TEXT, 10),
        (TEXT + "<!--enpproperty" * 8_000, 2),
        (f"{TEXT}<!--enpproperty{'<a>' * 10_000}/enpproperty-->", 1),
        ("<div class=article-content>" * 350 + "<p>" + "高新区，" * 20_000, 5),
        (TEXT + "<" * 300_000, 5),
        (TEXT + "<!--" * 200_000, 5),
        (f"<title>{'<' * 100_000}</title>{TEXT}", 5),
        (f"<title>{'高新 - ' * 50_000}</title>{TEXT}", 5),
    ],
    ids=[
        "deep div",
        "deep span",
        "deep table",
        "one line",
        "many spans",
        "many paragraphs",
        "many line breaks",
        "many links",
        "many rows",
        "links in links",
        "comments cut",
        "properties cut",
        "containers",
        "angle brackets",
        "comments",
        "a title of brackets",
        "a long title",
    ],
)
@pytest.mark.timeout(60)
def test_a_monstrous_page_is_done_with_in_seconds(html: str, seconds: float) -> None:
    started = time.perf_counter()
    outcome(html)
    assert time.perf_counter() - started < seconds


@pytest.mark.timeout(60)
def test_a_title_of_brackets_in_a_meta_tag_is_done_with_in_seconds() -> None:
    started = time.perf_counter()
    outcome(f"<meta name=ArticleTitle content='{'&lt;' * 50_000}'><div id=zoom>{TEXT}</div>", all_sources()["nchdz"])
    assert time.perf_counter() - started < 1


def test_random_bytes_are_unreadable() -> None:
    rng = random.Random(7)
    assert {type(outcome(rng.randbytes(size))) for size in (1, 10, 1000, 100_000)} == {Outcome}


ANYWHERE = Source(
    "mine", "样例", "http://h.cn/", None, date(2015, 1, 1), "never", (), None,
    [Layout(anywhere(), "#text", anywhere(), anywhere(), anywhere(), anywhere())],
)  # fmt: skip
SAID = "<p>云溪高新区今天召开大会，部署全年工作，要求大家认真落实，确保取得实效。</p>" * 3
TOLD = "<title>大会召开_云溪</title><h1>大会召开</h1><p>2026-03-02 10:05 来源：云溪日报 作者：李文娟 责任编辑：王明</p>"


def test_a_field_without_a_place_is_looked_for_as_on_a_page_without_a_recipe() -> None:
    found = outcome(f"{TOLD}<div id=text>{SAID}</div>", ANYWHERE)
    assert isinstance(found, Bulletin)
    assert (found.title, found.published_at) == ("大会召开", "2026-03-02T10:05+08:00")
    assert (found.origin, found.author, found.editor, found.layout) == ("云溪日报", "李文娟", "王明", "mine[0]")
    assert found.found["origin"] == "between heading and article"


def test_nothing_is_told_by_another_text_of_the_page() -> None:
    other = f"<div id=other><h1>另一篇</h1><p>2020-01-01 来源：别的报</p>{SAID * 3}</div>"
    found = outcome(f"<title>海报_云溪</title><h1>海报</h1><div id=text><img src=1.jpg></div>{other}", ANYWHERE)
    assert isinstance(found, Bulletin)
    assert (found.title, found.published_at, found.origin, found.body) == ("海报", None, None, "")


def test_the_links_of_a_page_start_from_its_base() -> None:
    box = TEXT + '<p><img src="pic/a.jpg"><a href="up/b.pdf">附件：名单.pdf</a></p><p><a href="show_2.html">2</a></p>'
    page = f'<title>高新区部署产业项目</title><base href="{{}}"><body><h1>高新区部署产业项目</h1><div>{box}</div>'
    for base, start in (
        ("/", "http://h.cn/"),
        ("http://img.h.cn/x/", "http://img.h.cn/x/"),
        ("ftp://h", "http://h.cn/2026/03/"),
    ):
        found = extract(page.format(base).encode(), URL)
        assert (found.images, found.attachments) == ((f"{start}pic/a.jpg",), (f"{start}up/b.pdf",))


def test_a_base_says_where_the_further_pages_of_an_article_are() -> None:
    page = f'<title>高新区部署产业项目</title><base href="/2026/"><body><h1>高新区部署产业项目</h1><div>{TEXT}</div>'
    links = '<a href="03/1.html">1</a><a href="03/1_2.html">2</a><a href="#top">3</a>'
    assert read((page + links).encode(), URL).further == ("http://h.cn/2026/03/1_2.html",)
