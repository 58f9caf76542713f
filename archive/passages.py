"""Where two texts say the same: the passages of one, in order, and where each stands in the other."""

from __future__ import annotations

from bisect import bisect_left
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from archive import grams

if TYPE_CHECKING:
    from numpy import bool_, uint32, uint64
    from numpy.typing import NDArray

SHORTEST = 5
"""Characters that must agree for a passage to begin: fewer are said by chance."""


class Passage(NamedTuple):
    """`length` characters that stand at `here` in one text and at `there` in the other."""

    here: int
    there: int
    length: int


def shared(one: str, other: str) -> list[Passage]:
    """The passages of `one` that stand in `other`, from left to right; in any order in `other`. Linear but for texts that
    repeat themselves."""
    heres, theres = _meetings(one, other)
    found = []
    n, skew = 0, 0
    while n < len(heres):
        here, there = heres[n], theres[n]
        gram = one[here : here + SHORTEST]
        if other[there : there + SHORTEST] != gram:  # another one of the same hash
            there = other.find(gram)
        straight = here + skew  # a repeated phrase is rather where the last passage leads to
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
    """How many characters of `one` its passages hold at most, and how many the longest at most: in a third of the time."""
    import numpy as np

    met = _met(one, other)
    held = np.zeros(len(met) + SHORTEST + 1, np.bool_)  # with a gap before the text and one after it
    for step in range(1, SHORTEST + 1):
        held[step : step + len(met)] |= met
    gaps = np.flatnonzero(~held)
    return len(held) - len(gaps), int((gaps[1:] - gaps[:-1]).max()) - 1


def _met(one: str, other: str) -> NDArray[bool_]:
    """Whether from each place of `one` on SHORTEST characters may stand in `other` too: one in sixteen is told so wrongly."""
    import numpy as np

    return _heads(other).take((_hashes(one) >> 16).astype(np.intp))


def _meetings(one: str, other: str) -> tuple[list[int], list[int]]:
    """The places of `one` from which on SHORTEST characters stand in `other` too, and where they first stand there."""
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
    """Which first 16 bits the hashes of a text have."""
    import numpy as np

    heads = np.zeros(1 << 16, np.bool_)
    heads[(_hashes(text) >> 16).astype(np.intp)] = True
    return heads


@lru_cache(maxsize=4)
def _index(text: str) -> NDArray[uint64]:
    """The hashes of a text in order, each with its place in the low bits."""
    import numpy as np

    hashes = _hashes(text).astype(np.uint64)
    return np.sort(hashes << np.uint64(32) | np.arange(len(hashes), dtype=np.uint64))


def _common(one: str, other: str, here: int, there: int) -> int:
    """How many characters agree from these two places on. Most passages are short: steps grow, then halve."""
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
