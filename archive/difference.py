"""The differences between two states of a text, for readers: paragraphs are aligned first, then the words inside them.

Numbers and Latin words are whole: 46.8 became 48.6, not one digit of it. Long paragraphs are compared by clause, and longer
ones as a whole, so that no page takes long. Nothing here is HTML.
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
"""A changed paragraph, in pieces; or the number of unchanged ones."""

MOST_PAIRS = 144
MOST_WORK = 1_000_000
LEAST_ALIKE = 0.4
"""Two paragraphs with a smaller share of character pairs in common are not one that was changed."""

_WORDS = re.compile(r"\d(?:[\d.,:]*\d)?|[A-Za-z]+|.", re.DOTALL)
_CLAUSES = re.compile(r"[^,;!?、。，；！？]*[,;!?、。，；！？]?", re.DOTALL)


def difference(old: str, new: str) -> list[Paragraph]:
    """The changed paragraphs of `old` and `new`, with deletions and insertions, and the number of unchanged ones between
    them."""
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
    """One line in pieces: unchanged, deleted, inserted."""
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
    """Pair the paragraphs that are most alike, then those before and after them."""
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
    """How many items the two have in common at the head, and after that at the tail."""
    head = len(commonprefix([a, b]))
    return head, len(commonprefix([a[head:][::-1], b[head:][::-1]]))


def _alike(a: str, b: str) -> float:
    """The share of character pairs that two lines have in common."""
    pairs_a, pairs_b = (Counter(map("".join, zip(line, line[1:], strict=False))) for line in (a, b))
    return 2 * (pairs_a & pairs_b).total() / max(pairs_a.total() + pairs_b.total(), 1)


def _changes(a: Sequence[str], b: Sequence[str]) -> Iterator[Piece]:
    """The changes between two lists of words. A single unchanged word between two changes is merged into them: easier to
    read."""
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
