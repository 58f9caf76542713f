"""Times, links, passages and differences as a page shows them: values alone, no server."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.browse.bulletin import linkable
from archive.browse.passage import marked, passage, wanted
from archive.difference import difference, words
from archive.times import beijing, published


def test_times() -> None:
    assert beijing("2026-03-02T00:00:00Z") == "2026-03-02 08:00"
    assert published("2020-01-17") == "2020-01-17"
    assert published("2020-01") == "2020-01"
    assert published("2021-05-21T17:11:49+08:00") == "2021-05-21 17:11:49"
    assert published("2021-05-21T17:11+08:00") == "2021-05-21 17:11"
    assert published("2021-05-21T17:11") == "2021-05-21 17:11"
    assert published(None) == ""


def test_links() -> None:
    assert linkable("https://a.example/中")
    for url in (
        "javascript:alert(1)",
        " javascript:alert(1)",
        "data:text/html,x",
        "//a.example",
        "http:",
        "http://[",
        None,
    ):
        assert not linkable(url)


def test_two_words_far_apart_give_two_passages() -> None:
    body = "零" * 300 + "航空" + "一" * 300 + "ＧＤＰ" + "二" * 300
    shown = passage(body, wanted("航空 gdp"))
    assert [text for text, hit in shown if hit] == ["航空", "ＧＤＰ"]
    assert [text for text, _ in shown].count("…") == 3 and sum(len(text) for text, _ in shown) < 200
    assert passage("短", wanted("航空")) == [("短", False)]


CHINESE = st.text("航空产业12.4,。\n…㎡ Ａa", max_size=40)


@given(CHINESE, CHINESE)
def test_marking_loses_nothing(text: str, query: str) -> None:
    assert "".join(piece for piece, _ in marked(text, wanted(query))) == text


@given(CHINESE, CHINESE)
def test_a_difference_is_whole(old: str, new: str) -> None:
    pieces = words(old, new)
    assert "".join(text for tag, text in pieces if tag != "ins") == old
    assert "".join(text for tag, text in pieces if tag != "del") == new
    kept = sum(part if isinstance(part, int) else any(tag != "ins" for tag, _ in part) for part in difference(old, new))
    assert kept <= old.count("\n") + 1


def test_long_texts_are_compared_quickly() -> None:
    old = "".join(chr(0x4E00 + n * 7 % 5000) for n in range(30_000))
    start = time.process_time()
    assert words(old, old[::-1])
    assert difference("\n".join(old), "\n".join(old[::-1]))
    assert time.process_time() - start < 5


@pytest.mark.parametrize("query", ["1.2万㎡", "到720℃", "①单位", "㎡"])
def test_symbols_are_marked_as_they_are_found(query: str) -> None:
    body = "建筑面积1.2万㎡，升温到720℃后保温，优先者：①单位。"
    assert query in [text for text, is_word in marked(body, wanted(query)) if is_word]
