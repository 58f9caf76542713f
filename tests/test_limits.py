"""What no article holds is refused before it costs anything; what real pages hold, several times over, is not."""

from __future__ import annotations

import pytest
from resiliparse.parse.html import HTMLTree

from scrapers.article import extract
from scrapers.extraction import limits
from scrapers.extraction.tokens import Tokens, tokens
from scrapers.model import Outcome, Unreadable

TEXT = "<p>星河高新区管委会昨日召开会议，部署今年产业项目建设工作，要求各部门压实责任。</p>"


def stream(html: str) -> Tokens:
    """The tokens of a page's body."""
    body = HTMLTree.parse(html).body
    assert body is not None
    return tokens(body)


def refused(html: str) -> bool:
    """Whether the page is too much for an article, as its outcome says."""
    try:
        extract(html.encode(), "http://h.cn/1.html")
    except Unreadable as error:
        return error.outcome is Outcome.TOO_BIG
    return False


@pytest.mark.parametrize(
    ("tags", "much"), [(limits.MOST_TAGS, None), (limits.MOST_TAGS + 1, f"more than {limits.MOST_TAGS:,} tags")]
)
def test_tags_are_counted_before_the_page_is_parsed(tags: int, much: str | None) -> None:
    assert limits.of_bytes(b"<b>" * tags) == much


@pytest.mark.parametrize("option", ["<option>甲区", "<OPTION value=1>甲区</OPTION>"])
def test_a_page_of_many_options_is_read_without_them(option: str) -> None:
    page = (
        f"<title>星河高新区召开会议</title><select>{option * (limits.MOST_OPTIONS + 1)}</select><div>{TEXT}{TEXT}</div>"
    )
    bulletin = extract(page.encode(), "http://h.cn/1.html")
    assert bulletin.body.count("压实责任") == 2
    assert "甲区" not in bulletin.body


@pytest.mark.parametrize("quote", ["", "'", '"'])
def test_attributes_of_one_element_are_counted_however_they_are_quoted(quote: str) -> None:
    names = "".join(f" a{n}={quote}1{quote}" for n in range(limits.MOST_NAMES + 2))
    assert limits.of_bytes(f"<p{names}>{TEXT}".encode())
    assert limits.of_bytes(f"<p{names[: len(names) // 2]}>{TEXT}".encode()) is None


def test_attributes_without_a_value_are_counted_too() -> None:
    assert limits.of_bytes(("<p " + " ".join(f"a{n}" for n in range(4 * limits.MOST_NAMES)) + ">").encode())


@pytest.mark.parametrize(
    "value",
    ["," * 40_000, "data:image/png;base64," + "iVBORw0KGgo/" * 20_000, "a b c d " * 500],
    ids=["commas", "picture", "words"],
)
def test_one_long_attribute_is_not_many(value: str) -> None:
    assert limits.of_bytes(f'<img src="{value}">{TEXT}'.encode()) is None
    assert not refused(f"<title>星河高新区召开会议</title><div><img src='{value}'>{TEXT}{TEXT}</div>")


@pytest.mark.parametrize("tag", ["div", "span", "ul", "blockquote", "section"])
def test_elements_are_nested_as_deeply_as_they_can_be_printed_and_no_deeper(tag: str) -> None:
    assert limits.of_tokens(stream(f"<{tag}>" * (limits.MOST_NESTED - 5) + TEXT)) is None
    assert limits.of_tokens(stream(f"<{tag}>" * (limits.MOST_NESTED + 1) + TEXT)) is not None


def test_many_deep_elements_are_refused_where_a_few_are_not() -> None:
    deep = "<div>" * 300
    assert limits.of_tokens(stream(deep + "<b>高</b>" * 1_000)) is None
    assert limits.of_tokens(stream(deep + "<b>高</b>" * 20_000)) is not None


def test_tags_that_hold_nothing_nest_nothing() -> None:
    assert limits.of_tokens(stream("<br><img src=1.jpg><hr>" * 2_000 + TEXT)) is None


@pytest.mark.parametrize("tag", ["<img src=1.jpg>", "<iframe src=1.htm></iframe>"])
def test_pictures_are_counted(tag: str) -> None:
    assert limits.of_tokens(stream(tag * limits.MOST_PICTURES + TEXT)) is None
    assert limits.of_tokens(stream(tag * (limits.MOST_PICTURES + 1) + TEXT)) is not None


def test_text_is_measured_in_characters() -> None:
    assert limits.of_tokens(stream(f"<p>{'高' * (limits.MOST_TEXT - 10)}</p>")) is None
    assert limits.of_tokens(stream(f"<p>{'高' * (limits.MOST_TEXT + 10)}</p>")) is not None


def test_the_text_of_scripts_is_none() -> None:
    assert limits.of_tokens(stream(f"<script>{'a' * limits.MOST_TEXT}</script>{TEXT}")) is None


@pytest.mark.parametrize(
    "html",
    [
        "<div>" * 100_000 + TEXT,
        "<b>" * (limits.MOST_TAGS + 1),
        f"<p>{'高新区，' * 300_000}</p>",
        f"<p{' a=1' * 5_000}>{TEXT}",
    ],
    ids=["deep", "tags", "text", "attributes"],
)
def test_a_page_beyond_a_limit_says_that_it_is_too_big(html: str) -> None:
    assert refused(f"<title>星河高新区召开会议</title>{html}")


def test_a_table_of_five_thousand_firms_is_within_the_limits() -> None:
    rows = "".join(f"<tr><td>{n}</td><td>星河第{n}科技有限公司</td><td>{n}00万元</td></tr>" for n in range(5_000))
    page = f"<title>资金公示</title><h1>资金公示</h1><div>2021-05-21</div><div>{TEXT}<table>{rows}</table></div>"
    found = extract(page.encode(), "http://h.cn/1.html")
    assert found.body.split("\n")[-1] == "4999  星河第4999科技有限公司  499900万元"
