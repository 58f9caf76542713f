"""The block elements of a page and its blocks of text.

Both stand in columns, in page order: what an element holds is then the difference of two running sums, and a page leaves no
web of objects behind for the garbage collector to untangle.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from scrapers.prose import ATTACHMENT
from scrapers.tokens import ALONE, BLOCK, BLOCK_END, LINK, LINK_END, PARAGRAPH, UNREAD, UNREAD_END, Tokens

Numbers = NDArray[Any]

_STAMP = re.compile(
    r"(?:\d{4}\s*[-/.年]\s*)?\d{1,2}\s*[-/.月]\s*\d{1,2}\s*日?\s*\d{1,2}:\d{2}|\d+\s*(?:分钟|小时|天|分鐘|小時)前"
)
"""The time of a comment."""
_IS_BOUNDARY = np.isin(np.arange(10), [*PARAGRAPH])
_IS_LINK = np.isin(np.arange(10), [LINK, LINK_END])


@dataclass(slots=True, eq=False)
class Block:
    """A run of text between two block boundaries, as printed: the innermost element around it, its place among the tokens, and
    how many of its characters are links."""

    owner: int
    start: int
    end: int
    text: str
    linked: int


@dataclass(frozen=True, slots=True, eq=False)
class Outline:
    """The blocks, and the elements in columns, parents first: an element is its place in them, and 0 is the whole page.

    starts, ends      its place among the tokens: that which starts it, and that which ends it
    first, last       its blocks: from `first` to before `last`
    length, linked    characters of text in it, and those of them that are links
    links, stamps     links in it, and blocks that tell the time of a comment
    """

    blocks: list[Block]
    tags: list[str]
    attributes: list[str]
    parents: list[int]
    starts: list[int]
    ends: list[int]
    first: Numbers
    last: Numbers
    length: Numbers
    linked: Numbers
    links: Numbers
    stamps: Numbers

    def depth(self, element: int) -> int:
        """How many elements are around an element."""
        return 1 + self.depth(self.parents[element]) if element else 0

    def below(self, element: int) -> range:
        """The elements in an element."""
        return range(element + 1, bisect_left(self.starts, self.ends[element]))

    def span(self, element: int) -> range:
        """The blocks in an element, as places in `blocks`."""
        return range(self.first[element], self.last[element])

    def inside(self, element: int) -> list[Block]:
        """The blocks in an element."""
        return self.blocks[self.first[element] : self.last[element]]

    def sums(self, values: ArrayLike) -> Numbers:
        """For each element, the sum of a value of each block in it."""
        return _sums(values, self.first, self.last)


@lru_cache(maxsize=1)  # of the page at hand: several rooms ask for it
def outline(stream: Tokens) -> Outline:
    """The block elements of a page and its blocks of text."""
    kinds, texts = _read(stream)
    edges = np.flatnonzero((kinds == BLOCK) | (kinds == BLOCK_END))
    at = edges[kinds[edges] == BLOCK].tolist()
    parents, starts, ends = [0], [0, *at], [len(stream)] * (len(at) + 1)
    innermost, around, element = [0], [0], 0
    for n, kind in zip(edges.tolist(), kinds[edges].tolist(), strict=True):
        if kind == BLOCK:
            parents.append(element)
            around.append(element)
            element = len(parents) - 1
        elif element:
            ends[element] = n
            element = around.pop()
        innermost.append(element)
    blocks = _blocks(stream, kinds, texts, edges, np.array(innermost))
    begins = np.array([block.start for block in blocks], np.intp)
    first, last = begins.searchsorted(starts), begins.searchsorted(ends)
    return Outline(
        blocks=blocks,
        tags=["", *(stream.tags[n] for n in at)],
        attributes=["", *(stream.heads[n].partition(" ")[2] for n in at)],
        parents=parents,
        starts=starts,
        ends=ends,
        first=first,
        last=last,
        length=_sums([len(block.text) for block in blocks], first, last),
        linked=_sums([block.linked for block in blocks], first, last),
        links=_sums(kinds == LINK, starts, ends),
        stamps=_sums([_has_stamp(block.text) for block in blocks], first, last),
    )


def _read(stream: Tokens) -> tuple[Numbers, Sequence[str]]:
    """The kind and the text of each token; of one in an element that is not read, none of either."""
    kinds = np.frombuffer(stream.kinds, np.uint8)
    if UNREAD not in stream.kinds:
        return kinds, stream.texts
    is_read = (kinds == UNREAD).cumsum() == (kinds == UNREAD_END).cumsum()
    texts = stream.texts.copy()
    for n in np.flatnonzero(~is_read).tolist():
        texts[n] = ""
    return np.where(is_read, kinds, ALONE), texts


def _blocks(stream: Tokens, kinds: Numbers, texts: Sequence[str], edges: Numbers, innermost: Numbers) -> list[Block]:
    """The runs of text. `innermost[n]` is the element around what follows the first n `edges`, where elements begin and end."""
    is_boundary = _IS_BOUNDARY.take(kinds)
    boundaries, run = np.flatnonzero(is_boundary), is_boundary.cumsum()
    words = np.array([n for n, text in enumerate(texts) if text and not text.isspace()], np.intp)
    words = words[run[words] < len(boundaries)]
    begins = np.flatnonzero(np.diff(run[words], prepend=-1))
    starts = words[begins]
    owners = innermost[edges.searchsorted(starts, "right")]
    linked = np.add.reduceat(_linked(stream, kinds, words), begins)
    lasts = words[np.append(begins, len(words))[1:] - 1]
    lines = [
        texts[start] if start == last else "".join(" " if text.isspace() else text for text in texts[start : last + 1])
        for start, last in zip(starts.tolist(), lasts.tolist(), strict=True)
    ]
    columns = (owners, starts, boundaries[run[starts]])
    return list(map(Block, *(column.tolist() for column in columns), map(str.strip, lines), linked.tolist()))


def _linked(stream: Tokens, kinds: Numbers, words: Numbers) -> Numbers:
    """How many characters of the text of each of these tokens are a link; one to a file is none."""
    at = np.flatnonzero(_IS_LINK.take(kinds))
    opens = [
        kind == LINK and not ATTACHMENT.search(stream.heads[n]) for n, kind in zip(at.tolist(), kinds[at], strict=True)
    ]
    in_link = np.array([False, *opens])[at.searchsorted(words, "right")]
    return np.array(
        [
            len(stream.texts[n].strip()) if inside else 0
            for n, inside in zip(words.tolist(), in_link.tolist(), strict=True)
        ],
        np.intp,
    )


def _has_stamp(line: str) -> bool:
    return len(line) < 120 and (":" in line or "前" in line) and _STAMP.search(line) is not None


def _sums(values: ArrayLike, first: ArrayLike, last: ArrayLike) -> Numbers:
    """The sums of the values from each `first` to before its `last`."""
    running = np.concatenate(([0], np.cumsum(values)))
    return np.asarray(running[np.asarray(last)] - running[np.asarray(first)])
