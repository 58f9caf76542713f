"""What changed between two states of a text, for reading: paragraphs are aligned first, then the words inside them.

Numbers and Latin words are whole: 46.8 became 48.6, not one digit and a point. Long paragraphs are compared by clause,
and beyond that as a whole, so that no page takes long. Nothing here is HTML.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from os.path import commonprefix
from typing import Literal

Tag = Literal["same", "del", "ins"]
Piece = tuple[Tag, str]
Paragraph = list[Piece] | int
"""A paragraph that changed, in pieces; or how many stayed as they were."""

MOST_PAIRS = 144
MOST_WORK = 1_000_000
LEAST_ALIKE = 0.4
"""Two paragraphs that share fewer of their pairs of characters are not one that was changed."""

_WORDS = re.compile(r"\d(?:[\d.,:]*\d)?|[A-Za-z]+|.", re.DOTALL)
_CLAUSES = re.compile(r"[^,;!?、。，；！？]*[,;!?、。，；！？]?", re.DOTALL)


def difference(old: str, new: str) -> list[Paragraph]:
    """The paragraphs of `old` and `new` that differ, with what was taken out and put in."""
    before, after = old.split("\n"), new.split("\n")
    head, tail = _ends(before, after)
    removed, added = before[head : len(before) - tail], after[head : len(after) - tail]
    shown: list[Paragraph] = [head]
    if len(removed) * len(added) > MOST_WORK:
        shown += _aligned(removed, added)
    else:
        for tag, a, b, c, d in SequenceMatcher(None, removed, added, autojunk=False).get_opcodes():
            shown += [b - a] if tag == "equal" else _aligned(removed[a:b], added[c:d])
    return [paragraph for paragraph in (*shown, tail) if paragraph]


def words(old: str, new: str) -> list[Piece]:
    """One line in pieces: what stayed, what was taken out, what was put in."""
    for split in (_WORDS, _CLAUSES):
        a, b = split.findall(old), split.findall(new)
        head, tail = _ends(a, b)
        removed, added = a[head : len(a) - tail], b[head : len(b) - tail]
        if len(removed) * len(added) <= MOST_WORK:
            end = "".join(a[len(a) - tail :])
            pieces: list[Piece] = [("same", "".join(a[:head])), *_changes(removed, added), ("same", end)]
            return [piece for piece in pieces if piece[1]]
    return [("del", old), ("ins", new)]


def _aligned(old: list[str], new: list[str]) -> Iterator[list[Piece]]:
    """Pairs the paragraphs that are most alike, then those on either side of them."""
    pairs: list[tuple[float, int, int]] = []
    if len(old) * len(new) <= MOST_PAIRS:
        pairs = [(_alike(a, b), i, j) for i, a in enumerate(old) for j, b in enumerate(new)]
    best, i, j = max(pairs, default=(0.0, 0, 0), key=lambda pair: pair[0])
    if best < LEAST_ALIKE:
        for line in filter(None, old):
            yield [("del", line)]
        for line in filter(None, new):
            yield [("ins", line)]
        return
    yield from _aligned(old[:i], new[:j])
    yield words(old[i], new[j])
    yield from _aligned(old[i + 1 :], new[j + 1 :])


def _ends(a: list[str], b: list[str]) -> tuple[int, int]:
    """How many the two have in common at the head, and after that at the tail."""
    head = len(commonprefix([a, b]))
    return head, len(commonprefix([a[head:][::-1], b[head:][::-1]]))


def _alike(a: str, b: str) -> float:
    """The share of pairs of characters that two lines have in common."""
    pairs_a, pairs_b = (Counter(map("".join, zip(line, line[1:], strict=False))) for line in (a, b))
    return 2 * (pairs_a & pairs_b).total() / max(pairs_a.total() + pairs_b.total(), 1)


def _changes(a: Sequence[str], b: Sequence[str]) -> Iterator[Piece]:
    """A single word that stayed between two changes is counted to the change: it would only make it harder to read."""
    removed, added = "", ""
    codes = SequenceMatcher(None, a, b, autojunk=False).get_opcodes()
    for n, (tag, i, j, k, m) in enumerate(codes):
        if tag != "equal" or (j - i == 1 and 0 < n < len(codes) - 1):
            removed, added = removed + "".join(a[i:j]), added + "".join(b[k:m])
            continue
        yield from (("del", removed), ("ins", added))
        removed, added = "", ""
        yield "same", "".join(a[i:j])
    yield from (("del", removed), ("ins", added))
