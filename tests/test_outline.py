"""The elements and blocks of a page in columns, and what of it is a stream: as one would find them one by one."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from resiliparse.parse.html import HTMLTree

from scrapers.extraction.noise import by_shape
from scrapers.extraction.outline import outline
from scrapers.extraction.tokens import Tokens, tokens

TAGS = (
    "<div> </div> <ul> </ul> <li> </li> <p> </p> <td> <table> <br> <hr> <b> </b> <a> </a> <h1> <select> <option> </select> "
    "<button> </button> <svg> </svg> <p<div> <pre> </pre>"
).split()
LINKS = [
    '<a href="/1.html">云溪高新区召开会议</a>',
    '<a href="/1.PDF">名单</a>',
    "<div class=row><a>园区项目开工</a></div>",
]
WORDS = ["甲", "上午好。", "3分钟前", "7-25 10:30", "\n ", " ", "&lt;", "&nbsp;"]
PAGES = st.lists(st.sampled_from([*TAGS, *LINKS, *WORDS]), max_size=60).map("".join)


def parsed(html: str) -> Tokens:
    body = HTMLTree.parse(f"<body>{html}").body
    assert body is not None
    return tokens(body)


@given(PAGES)
def test_each_element_holds_what_stands_between_its_ends(html: str) -> None:
    stream = parsed(html)
    page = outline(stream)
    elements = range(len(page.tags))
    for element, (start, end) in enumerate(zip(page.starts, page.ends, strict=True)):
        inside = [block for block in page.blocks if start <= block.start < end]
        assert page.inside(element) == inside
        assert [page.blocks[n] for n in page.span(element)] == inside
        assert page.length[element] == sum(len(block.text) for block in inside)
        assert page.linked[element] == sum(block.linked for block in inside)
        assert list(page.below(element)) == [n for n in elements if n > element and page.starts[n] < end]
        around = [n for n in elements if n < element and page.starts[n] <= start < page.ends[n]]
        assert page.parents[element] == max(around, default=0)
        assert page.depth(element) == len(around)
    for block in page.blocks:
        assert block.owner == max(n for n in elements if page.starts[n] <= block.start < page.ends[n])
        assert block.text == block.text.strip() != ""
        assert 0 <= block.linked <= len(block.text)
    assert all(one.end <= other.start for one, other in pairwise(page.blocks))


def test_what_is_not_read_neither_shows_nor_ends_what_stands_around_it() -> None:
    page = outline(
        parsed("<div id=a>甲<select><option>选</select>乙<button><p>按</p></button><p>丙</p></div><p>丁</p>")
    )
    assert [block.text for block in page.blocks] == ["甲乙", "丙", "丁"]
    assert [page.tags[block.owner] for block in page.blocks] == ["div", "p", "p"]
    assert [page.tags[page.parents[block.owner]] for block in page.blocks] == ["body", "div", "body"]


def test_a_link_to_a_file_is_text_of_the_page() -> None:
    page = outline(parsed("<p>见<a href=1.html>通知</a>及<a href=/2.PDF>附件</a>。</p>"))
    assert [(block.text, block.linked) for block in page.blocks] == [("见通知及附件。", 2)]
    assert page.links[0] == 2


def test_a_page_without_a_word_is_an_outline_without_a_block() -> None:
    assert outline(parsed("")).blocks == []
    assert set(by_shape(outline(parsed("")))) == {1.0}


TEASER = "<li><a>云溪高新区召开会议</a></li>"
COMMENT = "<div>3分钟前 张三说</div>"
TURN = "<h3><a>云溪高新区召开会议</a></h3><p>部署今年的工作</p>"


@pytest.mark.parametrize(
    ("inside", "is_one"),
    [
        (TEASER * 4, True),
        (TEASER * 3, False),
        (TEASER * 8 + "<li>没有链接的一行</li>" * 2, True),
        (TEASER * 7 + "<li>没有链接的一行</li>" * 3, False),
        ("<li><a>云溪</a></li>" * 9, False),
        ("<li>云溪高新区召开会议。</li>" * 9, False),
        (TEASER.replace("li>", "section>") * 6, True),
        (TEASER.replace("li>", "p>") * 6, False),
        (f"<li><a>云溪高新区召开会议</a>{'会议' * 350}</li>" * 6, False),
        (COMMENT * 4, True),
        (COMMENT * 4 + "<div>张三说</div>" * 6, True),
        (COMMENT * 4 + "<div>张三说</div>" * 7, False),
        (COMMENT.replace("div>", "p>") * 6, False),
        (TURN * 4, True),
        (TURN * 3, False),
        (TURN.replace("云溪高新区召开会议", "<b>云溪</b>") * 6, False),
        (TURN.replace("<p>", "<div><p>") * 6, False),
    ],
)
def test_teasers_and_comments_are_known_by_their_shape(inside: str, is_one: bool) -> None:
    page = outline(parsed(f"<main>{inside}</main>"))
    assert (by_shape(page)[page.tags.index("main")] < 1) is is_one


def test_the_frame_of_a_page_is_no_stream_of_teasers() -> None:
    """Boxes that differ, each with a link, are much of the page: menu, article, column."""
    names = ("menu", "main", "column", "links", "foot")
    boxes = "".join(f"<div id={name}><a>云溪高新区召开会议</a>部署工作</div>" for name in names)
    for text, is_one in (("", False), (f"<p>{'会议强调要落实。' * 60}</p>", True)):
        page = outline(parsed(f"<main>{boxes}</main>{text}"))
        assert (by_shape(page)[page.tags.index("main")] < 1) is is_one
