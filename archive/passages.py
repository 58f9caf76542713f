"""Where two texts agree: the passages of one, in order, and the position of each in the other."""

from __future__ import annotations

from bisect import bisect_left
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from archive import grams

if TYPE_CHECKING:
    from numpy import bool_, uint32, uint64
    from numpy.typing import NDArray

SHORTEST = 5
"""The least number of characters in a passage: fewer agree by chance."""


class Passage(NamedTuple):
    """`length` characters, at `here` in one text and at `there` in the other."""

    here: int
    there: int
    length: int


def shared(one: str, other: str) -> list[Passage]:
    """The passages of `one` that are also in `other`: in the order of `one`, and in any order in `other`. Takes linear time,
    except for repetitive texts."""
    heres, theres = _meetings(one, other)
    found = []
    n, skew = 0, 0
    while n < len(heres):
        here, there = heres[n], theres[n]
        gram = one[here : here + SHORTEST]
        if other[there : there + SHORTEST] != gram:  # a hash collision
            there = other.find(gram)
        straight = here + skew  # for a repeated phrase, prefer the place after the last passage
        if straight != there and straight >= 0 and other[straight : straight + SHORTEST] == gram:
            there = straight
        if there < 0:
            n += 1
            continue
        length = SHORTEST + _common(one, other, here + SHORTEST, there + SHORTEST)
        found.append(Passage(here, there, length))
        skew = there - here
        n = bisect_left(heres, here + length, n + 1)
    return found


def bounds(one: str, other: str) -> tuple[int, int]:
    """Upper bounds for the characters of `one` in passages, and for the longest passage, in a third of the time."""
    import numpy as np

    met = _met(one, other)
    held = np.zeros(len(met) + SHORTEST + 1, np.bool_)  # with a gap before the text and one after it
    for step in range(1, SHORTEST + 1):
        held[step : step + len(met)] |= met
    gaps = np.flatnonzero(~held)
    return len(held) - len(gaps), int((gaps[1:] - gaps[:-1]).max()) - 1


def _met(one: str, other: str) -> NDArray[bool_]:
    """Whether SHORTEST characters from each position of `one` may also be in `other`; one in sixteen is a false positive."""
    import numpy as np

    return _heads(other).take((_hashes(one) >> 16).astype(np.intp))


def _meetings(one: str, other: str) -> tuple[list[int], list[int]]:
    """The positions of `one` from which SHORTEST characters are also in `other`, and where they first occur there."""
    import numpy as np

    index = _index(other)
    heres = np.flatnonzero(_met(one, other))
    sought = _hashes(one)[heres]
    found = index.take(np.searchsorted(index, sought.astype(np.uint64) << np.uint64(32)), mode="clip")
    is_met = found >> np.uint64(32) == sought
    return heres[is_met].tolist(), (found[is_met] & np.uint64(0xFFFFFFFF)).tolist()


@lru_cache(maxsize=64)
def _hashes(text: str) -> NDArray[uint32]:
    return grams.mixed(text, SHORTEST)


@lru_cache(maxsize=4)
def _heads(text: str) -> NDArray[bool_]:
    """Which values the first 16 bits of the hashes of a text take."""
    import numpy as np

    heads = np.zeros(1 << 16, np.bool_)
    heads[(_hashes(text) >> 16).astype(np.intp)] = True
    return heads


@lru_cache(maxsize=4)
def _index(text: str) -> NDArray[uint64]:
    """The hashes of a text, sorted, each with its position in the low bits."""
    import numpy as np

    hashes = _hashes(text).astype(np.uint64)
    return np.sort(hashes << np.uint64(32) | np.arange(len(hashes), dtype=np.uint64))


def _common(one: str, other: str, here: int, there: int) -> int:
    """How many characters agree from these two positions on. Most passages are short, so steps grow, then halve."""
    start, most, step = here, len(one), 4
    while here + step <= most and one[here : here + step] == other[there : there + step]:
        here += step
        there += step
        step *= 2
    while step := step // 2:
        if here + step <= most and one[here : here + step] == other[there : there + step]:
            here += step
            there += step
    return here - start
