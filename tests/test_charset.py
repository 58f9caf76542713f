"""The charset is told by the bytes: labels may be right, wrong or missing."""

from __future__ import annotations

import codecs
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from opencc import OpenCC

from flows.demo import SITES
from scrapers.charset import decode
from scrapers.model import Outcome, Unreadable

LABELS = (
    None,
    "text/html",
    "text/html; charset=utf-8",
    "text/html; charset=gb2312",
    "text/html; charset=big5",
    "text/html; charset=ISO-8859-1",
    'text/html; charset="no-such"',
    "text/html; charset=hex",
    "text/html; charset=",
)
HTML = (
    "<!DOCTYPE html><html><head><meta charset='{0}'><title>{1}</title><link href='/css/a.css'></head>"
    "<body><h1>{1}</h1><p>{2}</p></body></html>"
)


@cache
def pages() -> dict[str, str]:
    """Every sample page as text, by its file."""
    found = {}
    for file in sorted(SITES.rglob("*.*htm*")):
        data = file.read_bytes()
        try:
            found[str(file.relative_to(SITES))] = data.decode()
        except UnicodeDecodeError:
            found[str(file.relative_to(SITES))] = data.decode("gb18030")
    return found


@cache
def traditional_pages() -> dict[str, str]:
    """Every sample page in Traditional script, without what Big5 cannot write."""
    convert = OpenCC("s2t").convert
    return {name: str(convert(text)).encode("big5", "ignore").decode("big5") for name, text in pages().items()}


@pytest.mark.parametrize("label", LABELS)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16"])
def test_every_sample_page_is_read_whatever_its_label_says(encoding: str, label: str | None) -> None:
    assert len(pages()) > 20
    for name, text in pages().items():
        assert decode(text.encode(encoding, "ignore"), label) == text.encode(encoding, "ignore").decode(encoding), name


@pytest.mark.parametrize("label", LABELS)
def test_every_sample_page_in_big5_is_read_whatever_its_label_says(label: str | None) -> None:
    for name, text in traditional_pages().items():
        assert decode(text.encode("big5"), label) == text, name


@pytest.mark.parametrize(
    ("encoding", "title", "body"),
    [
        ("gbk", "高新区", ""),
        ("gbk", "通知", ""),
        ("gbk", "公示", "附件"),
        ("big5", "高新區", ""),
        ("big5", "通知", ""),
        ("big5", "習近平會見塞舌爾總統", "新華社北京電"),
    ],
)
def test_the_label_decides_where_a_short_page_leaves_it_open(encoding: str, title: str, body: str) -> None:
    text = HTML.format(encoding, title, body)
    assert decode(text.encode(encoding), f"text/html; charset={encoding}") == text


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_one_bad_byte_costs_one_character_and_not_the_charset(encoding: str) -> None:
    text = pages()["nchdz/day1/202602/5b30f8f084c96cc700183a5b72bff62a.shtml"]
    before, after = text.split("六张桌子", 1)
    found = decode(before.encode(encoding) + b"\xff" + after.encode(encoding))
    assert found.startswith(before)
    assert found.endswith(after[5:])
    assert found.count("\ufffd") == 1


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
@settings(max_examples=60, deadline=None)
@given(cut=st.integers(200, 4000))
def test_a_page_cut_inside_a_character_is_read_up_to_there(encoding: str, cut: int) -> None:
    text = pages()["nchdz/day1/202602/5b30f8f084c96cc700183a5b72bff62a.shtml"]
    start = text.index("中午12点")
    data = text.encode(encoding)[: len(text[:start].encode(encoding)) + cut]
    found = decode(data)
    assert text.startswith(found.rstrip("\ufffd"))
    assert found.count("\ufffd") <= 1


@pytest.mark.parametrize(
    ("bom", "encoding"),
    [(codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be")],
)
def test_a_byte_order_mark_decides_and_is_no_text(bom: bytes, encoding: str) -> None:
    assert decode(bom + "<p>高新区</p>".encode(encoding), "text/html; charset=gb2312") == "<p>高新区</p>"


@settings(max_examples=400, deadline=None)
@given(st.binary(max_size=400), st.sampled_from(LABELS))
def test_garbage_is_text_or_unreadable(data: bytes, label: str | None) -> None:
    try:
        text = decode(data, label)
    except Unreadable as error:
        assert error.outcome is Outcome.CHARSET
        return
    text.encode()
