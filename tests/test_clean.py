"""Cleaning: the seed documents come out as they went in; anything else comes out clean, once and for all, in linear time."""

from __future__ import annotations

import re
import sys
import time
import unicodedata
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from scrapers.clean import INVISIBLE, RULES, clean, clean_counted, one_line

ANY = st.text(
    st.one_of(
        st.characters(exclude_categories=()),
        st.sampled_from(
            " \n\r\t\x0b\x85\u2028\u200b\ufeff\u3000\xa0ＡＺ～\u0301\u0323e한가\ud800\udfff\ue000\uf900高新区，。"
        ),
    )
)


def test_the_seed_documents_come_out_byte_for_byte(shared: Path) -> None:
    seeds = sorted((shared / "seeds").glob("*.txt"))
    assert len(seeds) == 5
    for seed in seeds:
        assert clean(seed.read_bytes().decode()).encode() == seed.read_bytes(), seed.name


@settings(max_examples=200, deadline=None)
@given(ANY)
@example("a \n\u0301")
@example("e\u200b\u0301")
@example("\ud83d\ude00")
def test_what_is_clean_stays_as_it_is(text: str) -> None:
    assert clean(clean(text)) == clean(text)


@settings(max_examples=200, deadline=None)
@given(ANY)
@example(" \u3000\r\n\x85 \u200b\n")
def test_clean_text_is_valid_visible_and_ends_where_its_last_character_ends(text: str) -> None:
    cleaned = clean(text)
    assert cleaned.encode().decode() == cleaned
    assert not [c for c in cleaned if c != "\n" and unicodedata.category(c) in ("Cc", "Cf", "Co", "Cs", "Zl", "Zp")]
    assert {c for c in cleaned if unicodedata.category(c) == "Zs"} <= {" "}
    assert unicodedata.is_normalized("NFC", cleaned)
    assert not re.search(r"[\uff01-\uff5e]", cleaned)
    assert all(line == line.rstrip() for line in cleaned.split("\n"))
    assert cleaned == cleaned.rstrip()


def test_the_invisible_characters_are_those_that_unicode_says() -> None:
    invisible = re.compile(INVISIBLE)
    wrong = [
        f"U+{code:04X}"
        for code in range(sys.maxunicode + 1)
        if (category := unicodedata.category(chr(code))) != "Cn"
        and bool(invisible.fullmatch(chr(code))) != (code != 0x0A and category in ("Cc", "Cf", "Co", "Cs"))
    ]
    assert not wrong


@pytest.mark.parametrize(
    ("published", "cleaned"),
    [
        ("ＧＤＰ　增长５％，\u200b\r\n", "GDP 增长5%,"),
        ("１２．５％（试行）：；？！～", "12.5%(试行):;?!~"),
        ("\u3000\u3000缩进\n\n\n空行", "  缩进\n\n\n空行"),
        ("行尾 \u3000\t\n下一行", "行尾\n下一行"),
        ("一\r二\r\n三\x85四\u2028五\u2029六\x0b七\x0c八", "一\n二\n三\n四\n五\n六\n七\n八"),
        ("高\ufeff新\u00ad区\u2060\ue5d2\x00\x7f", "高新区"),
        ("高\xa0新\u2003区\u202f在\u205f此\t处", "高 新 区 在 此 处"),
        ("cafe\u0301 \uf9e4", "café 理"),
        ("\ud800高\udfff", "高"),
        (" \n\n", ""),
        ("", ""),
    ],
)
def test_a_text_as_published_becomes(published: str, cleaned: str) -> None:
    assert clean(published) == cleaned


@pytest.mark.parametrize(
    "text",
    [
        "㎡ ① ⑳ Ⅳ ㈠ ㊣ ½ ℃ ㎏ ∶ …… — ·",
        "“引号” ‘单’ 「角」 『双』 《书》 、。 【】 〔2026〕 ￥ ｶﾅ",
        "𠮷野家 㐂 𫟦 龘 々 〇",
        "👨 🇨🇳 é ñ",
    ],
)
def test_nothing_else_is_folded(text: str) -> None:
    assert clean(text) == text


def test_printable_text_has_no_work_for_the_rules_that_it_is_spared() -> None:
    printable = "".join(filter(str.isprintable, map(chr, range(sys.maxunicode + 1))))
    assert not re.search(INVISIBLE, printable)
    assert not [rule.name for rule in RULES if rule.name in ("newline", "space") and rule.apply(printable)[1]]


def test_every_rule_counts_how_often_it_fired() -> None:
    text, fired = clean_counted("Ａ，\u3000\u200b\u200b\r\ne\u0301 \n")
    assert text == "A, \né".replace(" \n", "\n")
    assert fired == {"newline": 1, "width": 2, "space": 1, "invisible": 2, "compose": 1, "line_end": 2}


@given(ANY)
def test_counting_changes_nothing_and_clean_text_fires_no_rule(text: str) -> None:
    counted, fired = clean_counted(text)
    assert counted == clean(text)
    assert fired.keys() <= {rule.name for rule in RULES}
    assert not clean_counted(counted)[1]


@given(ANY)
def test_a_title_is_one_line(text: str) -> None:
    title = one_line(text)
    assert "\n" not in title
    assert "  " not in title
    assert title == title.strip() == one_line(title)


@pytest.mark.parametrize(
    "text",
    [
        " " * 2_000_000,
        "\n" * 2_000_000,
        " \n" * 1_000_000,
        "\u3000\r\n" * 600_000,
        (" " * 999 + "高") * 2000,
        "\u200b" * 2_000_000,
        "a" + "\u0301" * 2_000_000,
    ],
    ids=["spaces", "newlines", "both", "wide spaces", "long runs of spaces", "invisible", "accents"],
)
def test_two_million_characters_of_nothing_are_cleaned_within_seconds(text: str) -> None:
    started = time.process_time()
    clean(text)
    assert time.process_time() - started < 5


def test_accents_out_of_order_do_not_make_it_quadratic() -> None:
    started = time.process_time()
    clean("a" + "\u0301\u0316" * 25_000)
    assert time.process_time() - started < 1
