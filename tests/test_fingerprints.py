"""What copies share: one normal form, whatever a site did to a text, and fingerprints by which they find each other."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from zlib import crc32

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive import dedupe
from archive.compare import _plainly, normalise
from archive.dedupe import MOST_FINGERPRINTS, fingerprints
from archive.figures import _PARTING
from scrapers.uncloak import without_readings
from tests.indexed import han

PROJECT = Path(__file__).parent.parent


# The normal form


@pytest.mark.parametrize(
    ("published", "plain"),
    [
        ("ＧＤＰ　增长５％", "gdp增长5"), ("高 新\n区，、。《》“”", "高新区"), ("乾隆、發展、臺灣、頭髮", "干隆发展台湾头发"),
        ("高(gao)新(xin)區(qu)", "高新区"), ("高（gāo）新（xīn）区", "高新区"), ("高新区（试行）（GDP）", "高新区试行gdp"),
        ("a_b-C.d", "abcd"), ("①㎡½", "1m212"), ("", ""), ("。\n", ""),
    ],
)  # fmt: skip
def test_copies_share_one_normal_form(published: str, plain: str) -> None:
    assert normalise(published) == plain


@pytest.mark.parametrize(
    ("published", "plain"),
    [
        ("完成186.3亿元，增长21.7%。", "完成186.3亿元增长21.7"), ("完成１８６．３亿元", "完成186.3亿元"),
        ("1,863家", "1863家"), ("１，８６３．５万元", "1863.5万元"), ("1,863,000", "1863000"), ("2025,186.3", "2025,186.3"),
        ("增长-21.7%", "增长-21.7"), ("增长−５％", "增长-5"), ("（–0.5 %）", "-0.5"), ("增长-5家", "增长5家"),
        ("2020-2021年", "20202021年"), ("5-6月", "56月"), ("2026-03-02", "20260302"), ("3%-5%", "35"), ("3.5%-5%", "3.5,5"),
        ("5万-7.5万元", "5万7.5万元"), ("CPI-0.3%", "cpi0.3"), ("2026.03.02", "20260302"), ("2026.3.2 5.1%", "202632,5.1"),
        ("1.2.3 总则", "123总则"), ("1.总则", "1总则"), ("1.2025年", "12025年"), ("1.5年", "1.5年"),
        ("增长5.2%、3.1%和4%", "增长5.2,3.1和4"), ("5、3.2", "5,3.2"), ("2025\t-3.1%", "2025-3.1"), ("4.2%。\n6月", "4.2,6月"),
        ("186. 3亿元，2 ．5%", "186.3亿元2.5"), ("5.\n3", "53"),
        ("“3·15”", "3.15"), ("5.2㎡,3.1", "5.2m23.1"), ("v1.2", "v1.2"), ("a.5", "a5"), ("5.", "5"),
    ],
)  # fmt: skip
def test_decimals_and_signs_are_part_of_a_figure(published: str, plain: str) -> None:
    assert normalise(published) == plain
    assert normalise("𠀀" + published) == "𠀀" + plain, "step by step too"


def test_what_parts_two_figures_is_no_word() -> None:
    assert [one for one in _PARTING if normalise(one)] == []


@given(st.text(alphabet="0123456789.,-－．，·−%％、年a高 \n½①㎡", max_size=30))
def test_the_normal_form_of_figures_is_the_one_step_by_step(text: str) -> None:
    assert normalise(text) == _plainly(text)
    assert normalise(text + "𠀀") == normalise(text) + "𠀀"


@given(st.text())
def test_the_normal_form_holds_no_space_and_no_punctuation(text: str) -> None:
    assert not re.search(r"[\s_，。、()]", normalise(text + "，。（a_b） \n" + text))


@given(st.text(alphabet="高新区发展企业创新。，12", max_size=300), st.integers(0, 300))
def test_spaces_and_punctuation_change_nothing(text: str, at: int) -> None:
    assert normalise(text[:at] + " ，\n\u3000" + text[at:]) == normalise(text)


def test_the_normal_form_at_once_is_the_one_step_by_step() -> None:
    for point in (*range(0x3000), *range(0xF900, 0x10000), 0x20000, 0x2F800, 0x1F600):
        for text in (chr(point), f"高{chr(point)}新", f"か{chr(point)}", f"ᄀ{chr(point)}"):
            assert normalise.__wrapped__(text) == _plainly(text), hex(point)


@given(st.text())
def test_the_normal_form_of_any_text_is_the_one_step_by_step(text: str) -> None:
    assert normalise(text) == _plainly(without_readings(text))


# Fingerprints


def winnowed(text: str) -> set[int]:
    """The fingerprints as they are defined: the rightmost smallest checksum of every window, of which the smallest are kept."""
    data = text.encode("utf-32-le", "surrogatepass")
    sums = [crc32(data[at : at + 4 * dedupe.GRAM]) for at in range(0, 4 * (len(text) - dedupe.GRAM) + 1, 4)]
    windows = [range(at, at + dedupe.WINDOW) for at in range(max(len(sums) - dedupe.WINDOW + 1, 1))]
    minima = {min((sums[at], -at) for at in window if at < len(sums)) for window in windows}
    places = sorted((value, -at) for value, at in minima)[:MOST_FINGERPRINTS]
    return {dedupe._key(text[at : at + dedupe.GRAM]) for _, at in places}


@given(st.text(min_size=14, max_size=400), st.integers(1, 30))
def test_fingerprints_are_what_they_are_defined_to_be(text: str, times: int) -> None:
    assert fingerprints(text) == winnowed(text)
    assert fingerprints(text * times) == winnowed(text * times)


@given(st.text(max_size=3000))
def test_there_are_few_fingerprints_and_sqlite_can_hold_them(text: str) -> None:
    found = fingerprints(text)
    assert len(found) <= MOST_FINGERPRINTS
    assert all(-(2**31) <= key < 2**31 for key in found)
    assert bool(found) == bool(text)


@given(st.integers(0, 10**6), st.integers(0, 400), st.integers(0, 400))
def test_texts_that_share_a_passage_of_sixty_eight_characters_share_a_key(seed: int, before: int, after: int) -> None:
    passage = han(seed, 68)
    assert fingerprints(han((seed, 1), before) + passage) & fingerprints(passage + han((seed, 2), after))


def test_unrelated_texts_share_no_key() -> None:
    keys = [key for n in range(200) for key in fingerprints(han(n, 500))]
    assert len(keys) == len(set(keys))


def test_fingerprints_are_the_same_in_every_process() -> None:
    program = (
        "from archive.dedupe import fingerprints, normalise;"
        "print(sorted(fingerprints(normalise('高新区發展報告(baogao)，' + ''.join(map(chr, range(0x4e00, 0x5600)))))),"
        "sorted(fingerprints('短')))"
    )
    told = [
        subprocess.run(
            [sys.executable, "-c", program], cwd=PROJECT, env={**os.environ, "PYTHONHASHSEED": seed}, check=True,
            capture_output=True, text=True,
        ).stdout
        for seed in ("1", "2")
    ]  # fmt: skip
    assert told[0] == told[1]
    assert len(told[0]) > 500
