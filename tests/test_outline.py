"""The elements and blocks of a page in columns, and what of it is a stream: as one would find them one by one."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from resiliparse.parse.html import HTMLTree

from scrapers.noise import is_stream
from scrapers.outline import Outline, outline
from scrapers.tokens import Tokens, tokens

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
ROWS = st.lists(
    st.builds(
        lambda row, times: row * times,
        st.sampled_from(
            [
                "<li><a>云溪高新区召开会议</a></li>",
                "<li>好。<a>云溪高新区召开会议</a></li>",
                "<li class=x><a>云溪</a></li>",
                "<div><a>云溪高新区召开会议</a></div><div>部署今年的工作</div>",
                "<div>3分钟前 张三说</div>",
                "<p>3分钟前 张三说</p>",
                "<div><div>甲</div></div>",
                "<span>云溪</span>",
                "<div>",
                "</div>",
            ]
        ),
        st.integers(1, 6),
    ),
    max_size=8,
).map("".join)


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
    assert not is_stream(outline(parsed(""))).any()


def streams_one_by_one(page: Outline) -> list[bool]:
    """`is_stream`, element by element."""

    def told(element: int) -> bool:
        children = [n for n, parent in enumerate(page.parents) if parent == element and n]
        shown = [child for child in children if page.length[child]]
        if len(children) < 4 or not (page.links[element] or page.stamps[element] > 3):
            return False
        short = [child for child in shown if page.length[child] < 700]
        stamped = sum(page.stamps[child] > 0 and page.tags[child] != "p" for child in short)
        if stamped > 3 and stamped >= 0.4 * len(shown):
            return True
        if len(shown) < 4 or page.tags[shown[0]] not in {"li", "div", "dl", "dd", "tr", "article", "section"}:
            headlines = [page.linked[n] >= 0.8 * page.length[n] and page.length[n] > 5 for n in shown]
            turns = sum(one and not other for one, other in pairwise(headlines))
            return turns > 3 and turns * 3 >= len(shown) and not any(n in page.parents[1:] for n in shown)
        teasers = sum(page.links[n] > 0 and page.linked[n] >= max(6, page.length[n] / 12) for n in short)
        look = [(page.attributes[n], page.links[n]) for n in shown]
        may_be_large = page.tags[shown[0]] == "li" or look.count(look[0]) >= 0.8 * len(shown)
        is_small = page.length[element] < 0.4 * page.length[0]
        return bool(teasers >= 0.8 * len(shown) and (is_small or may_be_large))

    return [told(element) for element in range(len(page.tags))]


@given(ROWS, ROWS)
def test_streams_are_found_as_one_by_one(inside: str, beside: str) -> None:
    page = outline(parsed(f"<div>{inside}</div><div>{beside}</div>"))
    assert is_stream(page).tolist() == streams_one_by_one(page)


@pytest.mark.parametrize(
    ("row", "is_one"),
    [
        ("<li><a>云溪高新区召开会议</a></li>", True),
        ("<li>云溪高新区召开会议。</li>", False),
        ("<div>3分钟前 张三说</div>", True),
        ("<h3><a>云溪高新区召开会议</a></h3><p>部署今年的工作</p>", True),
    ],
)
def test_rows_of_one_kind_are_a_stream(row: str, is_one: bool) -> None:
    page = outline(parsed(f"<div>{row * 6}</div>"))
    assert bool(is_stream(page)[page.tags.index("div")]) is is_one
