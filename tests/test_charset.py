"""The charset is told by the bytes: labels may be right, wrong or missing."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from opencc import OpenCC

from flows.demo import SITES
from scrapers.charset import decode
from scrapers.model import Bulletin, Outcome, Unreadable
from tests.faults.sound import outcome

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


ENCODINGS = ("utf-8", "gbk", "gb18030", "big5")
DAMAGES = ("none", "bad byte", "bad trail byte", "cut")
_META = re.compile(r"""(<meta[^>]{0,200}?)charset\s*=\s*(?:"[^">]*"|'[^'>]*'|[\w-]{2,20})""", re.IGNORECASE)
HAN = re.compile("[\u4e00-\u9fff]{2}")


def written(text: str, encoding: str) -> str:
    """`text` with what `encoding` can write: for Big5 in Traditional script."""
    text = str(OpenCC("s2t").convert(text)) if encoding == "big5" else text
    return text.encode(encoding, "ignore").decode(encoding)


def labels(encoding: str) -> Iterator[tuple[str | None, str | None]]:
    """Labels in the page and in its header: right, wrong and missing in either, and what servers send unasked."""
    wrong = [other for other in ENCODINGS if other != encoding]
    yield from ((None, None), (encoding, encoding), (encoding, None), (None, encoding), (None, "ISO-8859-1"))
    yield from ((label, None) for label in wrong)
    yield from ((None, label) for label in wrong)
    yield from ((wrong[0], wrong[1]), (encoding, wrong[0]), (wrong[0], encoding))


def relabelled(text: str, label: str | None) -> str:
    """The page with this label in its meta tag, or with none; its quotes stay in pairs."""
    return _META.sub(rf"\g<1>charset={label}" if label else r"\g<1>", text)


def damaged(text: str, encoding: str, damage: str, at: int) -> tuple[bytes, str]:
    """The page after the damage at the character `at`, and the text that it still holds up to there."""
    before, after = text[:at].encode(encoding), text[at:].encode(encoding)
    match damage:
        case "bad byte":
            return before + b"\xff" + after, text[:at]
        case "bad trail byte":
            return before + after[:1] + b"\xff" + after[2:], text[:at]
        case "cut":
            return before + after[:1], text[:at]
        case _:
            return before + after, text


def matrix(text: str) -> Iterator[tuple[str, bytes, str, str | None, str]]:
    """Every encoding, label and damage of a page: a name, its bytes, what they hold, the header, the damage."""
    for encoding in ENCODINGS:
        page = written(text, encoding)
        for inside, header in labels(encoding):
            whole = relabelled(page, inside)
            places = [match.start() for match in HAN.finditer(whole)] or [len(whole)]
            for damage in DAMAGES:
                middle = places[
                    len(places) // 2
                ]  # a page cut at its first Han character holds none to tell its charset
                for at in {middle} if damage in ("none", "cut") else {places[0], middle}:
                    data, held = damaged(whole, encoding, damage, at)
                    content_type = f"text/html; charset={header}" if header else None
                    yield f"{encoding} in <{inside}> under <{header}>, {damage}", data, held, content_type, damage


def assert_read_or_refused(text: str, name: str) -> None:
    """All text that is left is read, with up to three lost characters where the damage is; else the page is refused."""
    for case, data, held, content_type, damage in matrix(text):
        try:
            found = decode(data, content_type)
        except Unreadable as error:
            assert error.outcome is Outcome.CHARSET
            assert damage != "none", f"{name}: {case}"
            continue
        assert found.startswith(held), f"{name}: {case}"
        assert found.count("\ufffd") <= 3, f"{name}: {case}"
        if damage == "none":
            assert found == held, f"{name}: {case}"
        if damage == "cut":
            assert found.rstrip("\ufffd") == held, f"{name}: {case}"


def assert_archived_right_or_not(text: str, name: str) -> None:
    """A bulletin of a damaged page says what that of the whole one says, up to where it was cut; never U+FFFD."""
    clean = {encoding: outcome(written(text, encoding).encode()) for encoding in ENCODINGS}
    for case, data, held, content_type, damage in matrix(text):
        found = outcome(data, content_type)
        if damage == "cut":
            wanted: Bulletin | Outcome = outcome(held.encode())
        else:
            wanted = clean[case.split()[0]]
        same = isinstance(found, Bulletin) and isinstance(wanted, Bulletin) and found.body == wanted.body
        assert same or found == wanted or (damage != "none" and found is Outcome.CHARSET), f"{name}: {case}"


@pytest.mark.parametrize("name", sorted(pages())[::20])
def test_a_page_is_read_or_refused_whatever_its_charset_its_label_and_its_damage(name: str) -> None:
    assert_read_or_refused(pages()[name], name)


@pytest.mark.parametrize("name", [name for name in sorted(pages()) if "content_" in name][:1])
def test_no_bulletin_holds_a_lost_character(name: str) -> None:
    assert_archived_right_or_not(pages()[name], name)


def test_a_western_label_does_not_win_over_a_damaged_chinese_page() -> None:
    text = pages()["nchdz/day1/202602/5b30f8f084c96cc700183a5b72bff62a.shtml"]
    before, after = (part.encode("gbk", "ignore") for part in text.split("六张桌子", 1))
    assert "六张桌" in decode(before + "六张桌".encode("gbk") + b"\xff" + after, "text/html; charset=ISO-8859-1")


def test_a_page_with_a_long_head_in_ascii_is_told_by_its_text() -> None:
    head = "<script>var a = 1;</script>" * 400
    text = f"{head}<h1>高新區召開會議</h1><p>習近平會見塞舌爾總統，新華社北京電。</p>" * 3
    assert decode(text.encode("big5"), "text/html; charset=gbk") == text


@pytest.mark.parametrize(
    "label", ["idna", "punycode", "unicode_escape", "utf-7", "hex", "rot13", "uu", "undefined", "mbcs"]
)
def test_a_label_that_is_no_charset_of_the_web_is_none(label: str) -> None:
    assert decode("<p>高新区\\8</p>".encode(), f"text/html; charset={label}") == "<p>高新区\\8</p>"


@pytest.mark.soak
def test_every_real_page_is_read_or_refused_whatever_its_charset_its_label_and_its_damage(shared: Path) -> None:
    for file in sorted((shared / "pages" / "articles").glob("*/page.html")):
        text = decode(file.read_bytes()).replace("\ufffd", "")
        assert_read_or_refused(text, file.parent.name)
        assert_archived_right_or_not(text, file.parent.name)


def test_a_western_page_is_no_chinese() -> None:
    text = "<p>Le café “Zone” d’innovation: déjà vu, naïve façade, Málaga.</p>"
    for label in (None, "text/html; charset=iso-8859-1", "text/html; charset=windows-1252"):
        assert decode(text.encode("cp1252"), label) == text
