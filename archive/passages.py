"""Where two texts say the same: the passages of one, in order, and where each stands in the other."""

from __future__ import annotations

from dataclasses import dataclass

SHORTEST = 5
"""Characters that must agree for a passage to begin: fewer are said by chance."""


@dataclass(frozen=True, slots=True)
class Passage:
    """`length` characters that stand at `here` in one text and at `there` in the other."""

    here: int
    there: int
    length: int


def shared(one: str, other: str) -> list[Passage]:
    """The passages of `one` that stand in `other`, from left to right; in any order in `other`. Linear but for texts that
    repeat themselves."""
    places = {other[at : at + SHORTEST]: at for at in range(len(other) - SHORTEST, -1, -1)}
    found = []
    here, skew, end = 0, 0, len(one) - SHORTEST
    while here <= end:
        gram = one[here : here + SHORTEST]
        there = places.get(gram)
        if there is None:
            here += 1
            continue
        straight = here + skew  # a repeated phrase is rather where the last passage leads to
        if straight != there and straight >= 0 and other[straight : straight + SHORTEST] == gram:
            there = straight
        length = SHORTEST + _common(one, other, here + SHORTEST, there + SHORTEST)
        found.append(Passage(here, there, length))
        skew = there - here
        here += length
    return found


def _common(one: str, other: str, here: int, there: int) -> int:
    """How many characters agree from these two places on."""
    start, most = here, len(one)
    for step in (256, 32, 4, 1):
        while here + step <= most and one[here : here + step] == other[there : there + step]:
            here += step
            there += step
    return here - start
