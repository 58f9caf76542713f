"""Passages and the numbers that they are found by, against their definitions written plainly."""

from __future__ import annotations

import random
from zlib import crc32

from hypothesis import given
from hypothesis import strategies as st

from archive import grams
from archive.passages import SHORTEST, Passage, bounds, shared

grams.checksums("高新区", 1)  # numpy is loaded before any test is timed

FEW = st.text(alphabet="高新区发展，12", max_size=120)
ANY = st.text(max_size=60)


def plainly(one: str, other: str) -> list[Passage]:
    """The passages, character by character."""
    found = []
    here = skew = 0
    while here <= len(one) - SHORTEST:
        gram = one[here : here + SHORTEST]
        there = other.find(gram)
        if there < 0:
            here += 1
            continue
        straight = here + skew
        if straight >= 0 and other[straight : straight + SHORTEST] == gram:
            there = straight
        length = 0
        while here + length < len(one) and one[here + length] == other[there + length : there + length + 1]:
            length += 1
        found.append(Passage(here, there, length))
        skew = there - here
        here += length
    return found


@given(FEW | ANY, FEW | ANY)
def test_passages_are_what_they_are_defined_to_be(one: str, other: str) -> None:
    assert shared(one, other) == plainly(one, other)


@given(FEW, FEW, st.integers(0, 60))
def test_passages_of_an_edited_text(one: str, other: str, at: int) -> None:
    edited = one[:at] + other + one[at:]
    assert shared(one, edited) == plainly(one, edited)
    assert shared(edited, one) == plainly(edited, one)


def test_a_passage_whose_hash_another_one_has_is_found() -> None:
    text = "".join(map(chr, random.Random(1).choices(range(0x4E00, 0x9000), k=400_000)))
    places: dict[int, int] = {}
    for at, value in enumerate(grams.mixed(text, SHORTEST).tolist()):
        first = places.setdefault(value, at)
        one, other = text[at : at + SHORTEST], text[first : first + SHORTEST]
        if one != other:
            assert shared(one, f"{other}，{one}") == [Passage(0, 6, 5)]
            assert shared(one, other) == []
            return
    raise AssertionError("of 400,000 hashes of 32 bits some are the same")


@given(FEW | ANY, FEW | ANY)
def test_no_passages_hold_more_than_their_bounds(one: str, other: str) -> None:
    most, longest = bounds(one, other)
    lengths = [passage.length for passage in shared(one, other)]
    assert sum(lengths) <= most <= len(one)
    assert max(lengths, default=0) <= longest <= len(one)


@given(ANY, st.integers(1, 20))
def test_checksums_are_those_of_zlib(text: str, length: int) -> None:
    text += "高\U00020000新"
    data = text.encode("utf-32-le")
    expected = [crc32(data[4 * at : 4 * (at + length)]) for at in range(len(text) - length + 1)]
    assert grams.checksums(text, length).tolist() == expected


def test_a_text_shorter_than_a_run_has_none() -> None:
    assert [len(grams.checksums(text, 5)) for text in ("", "高", "高新区发展")] == [0, 0, 1]
    assert [len(grams.mixed(text, 5)) for text in ("", "高", "高新区发展")] == [0, 0, 1]
    assert (shared("", "高新区发展"), shared("高新区发展", ""), bounds("", "")) == ([], [], (0, 0))
