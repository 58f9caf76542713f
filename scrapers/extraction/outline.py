"""The block elements of a page and its text blocks.

Elements are stored in columns, in page order. An element's content is then the difference of two running sums, and there is no
object graph for the garbage collector to trace.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from typing import TypeVar

from scrapers.extraction import prose
from scrapers.extraction.boilerplate import is_hidden
from scrapers.extraction.prose import ATTACHMENT, is_file_name
from scrapers.extraction.tokens import (
    ALONE,
    BLOCK,
    BLOCK_END,
    LINK,
    LINK_END,
    OTHER,
    OTHER_END,
    PARAGRAPH,
    UNREAD,
    Tokens,
    end_of,
)

Number = TypeVar("Number", int, float)

_STAMP = re.compile(
    r"(?:\d{4}\s*[-/.年]\s*)?\d{1,2}\s*[-/.月]\s*\d{1,2}\s*日?\s*\d{1,2}:\d{2}|\d+\s*(?:分钟|小时|天|分鐘|小時)前"
)
"""The timestamp of a comment."""
_NAMED = re.compile(r"[^\s:：。，,;；]{2,16}\s*\d{1,2}:\d{2}")
_OWN = re.compile(r'(?<![\w-])(?:id="[^"]*\d[^"]*"|data-[\w-]+="[^"]*")')
"""An attribute that numbers one element. An id without digits is a name, `id="main"`."""
MOST_LINES = 4000
"""The number of a page's first blocks that are read as its lines."""
HEADLINE = 8
"""The minimum length of a headline link; a shorter one belongs to a menu."""
ADDED = 40
"""The maximum length of what a list row adds to its headline: a day, a column, clicks."""


@dataclass(slots=True, eq=False)
class Block:
    """A run of text between two block boundaries: the innermost element around it, its place among the tokens, its text, and
    how many of its characters are links."""

    owner: int
    start: int
    end: int
    text: str
    linked: int


@dataclass(frozen=True, slots=True, eq=False)
class Outline:
    """The blocks, and the elements in columns, parents first. An element is an index into the columns; 0 is the whole page.

    starts, ends      the tokens that start and end it
    first, last       its blocks: from `first` to before `last`
    length, linked    characters of text in it, and how many of them are links
    links, stamps     links in it, and blocks with a comment's timestamp
    """

    blocks: list[Block]
    tags: list[str]
    attributes: list[str]
    parents: list[int]
    starts: list[int]
    ends: list[int]
    first: list[int]
    last: list[int]
    length: list[int]
    linked: list[int]
    links: list[int]
    stamps: list[int]

    def depth(self, element: int) -> int:
        """How many elements enclose an element."""
        return 1 + self.depth(self.parents[element]) if element else 0

    def below(self, element: int) -> range:
        """The descendants of an element."""
        return range(element + 1, bisect_left(self.starts, self.ends[element]))

    def kind(self, element: int) -> tuple[int, str, str]:
        """What similar elements share: parent, tag and attributes."""
        return self.parents[element], *self.form(element)

    def form(self, element: int) -> tuple[str, str]:
        """An element's tag and attributes, without those that give each element of a page another value."""
        attributes = self.attributes[element]
        is_own = "id=" in attributes or "data-" in attributes
        return self.tags[element], _OWN.sub("", attributes) if is_own else attributes

    def span(self, element: int) -> range:
        """The indexes of the blocks in an element."""
        return range(self.first[element], self.last[element])

    def inside(self, element: int) -> list[Block]:
        """The blocks in an element."""
        return self.blocks[self.first[element] : self.last[element]]

    def sums(self, values: Iterable[float]) -> list[float]:
        """For each element, the sum of the values of its blocks."""
        return _sums(values, self.first, self.last)


@lru_cache(maxsize=1)  # of the current page: several modules ask for it
def outline(stream: Tokens) -> Outline:
    """The block elements of a page and its text blocks, from one pass over its tokens."""
    blocks: list[Block] = []
    parents, starts, ends, first, last, links = [0], [0], [0], [0], [0], [0]
    size = len(stream)
    words: list[str] = []
    element = start = linked = before = seen = until = 0
    in_link = has_ended = False
    for n, (kind, text) in enumerate(zip(stream.kinds, stream.texts, strict=True)):
        if n < until:
            continue
        if kind == UNREAD or (kind == OTHER and is_hidden(stream.heads[n])):
            until = end_of(stream.kinds, n)
            continue
        if kind in PARAGRAPH:
            if words:
                blocks.append(Block(element, start, n, "".join(words).strip(), linked))
                words, linked = [], 0
            if kind == BLOCK:
                parents.append(element)
                element = len(starts)
                starts.append(n)
                ends.append(size)
                first.append(len(blocks))
                last.append(0)
                links.append(seen)  # so far; at its end, those in it
            elif kind == BLOCK_END and element:
                ends[element], last[element], links[element] = n, len(blocks), seen - links[element]
                element = parents[element]
        elif kind == LINK:
            in_link, before = not ATTACHMENT.search(stream.heads[n]), linked
            seen += 1
        elif kind == LINK_END:
            if in_link and words and is_file_name(words[-1]):
                linked = before
            in_link = False
        elif kind == ALONE and has_ended and words and stream.tags[n] == "img":
            words.append(" ")  # an icon between two fields
        elif has_ended and kind == OTHER and words:
            words.append(" ")  # adjacent elements, as in a byline
        has_ended = not text and kind in (OTHER_END, LINK_END)
        if text and not text.isspace():
            if not words:
                start = n
            words.append(text)
            if in_link:
                linked += len(text.strip())
        elif text and words:
            words.append(" ")
    while True:  # the page itself, after any element left open by broken markup
        ends[element], last[element], links[element] = size, len(blocks), seen - links[element]
        if not element:
            break
        element = parents[element]
    return Outline(
        blocks=blocks,
        tags=["", *(stream.tags[n] for n in starts[1:])],
        attributes=["", *(stream.heads[n].partition(" ")[2] for n in starts[1:])],
        parents=parents,
        starts=starts,
        ends=ends,
        first=first,
        last=last,
        length=_sums((len(block.text) for block in blocks), first, last),
        linked=_sums((block.linked for block in blocks), first, last),
        links=links,
        stamps=_sums(_stamped(blocks, stream, starts), first, last),
    )


def lines(stream: Tokens) -> list[str]:
    """Every line that a page shows, menus included, from its first `MOST_LINES` blocks."""
    return prose.lines([block.text for block in outline(stream).blocks[:MOST_LINES]])


def is_headline(block: Block) -> bool:
    """Whether a block is a list row: a linked headline and little else."""
    return block.linked >= HEADLINE and len(block.text) <= min(block.linked + ADDED, 4 * block.linked)


def _has_stamp(line: str) -> bool:
    return len(line) < 120 and (":" in line or "前" in line) and _STAMP.search(line) is not None


def _stamped(blocks: Sequence[Block], stream: Tokens, starts: Sequence[int]) -> Iterator[bool]:
    """Whether each block has a comment's timestamp, or is a name with a time of day above a text of another form."""
    for block, below in zip(blocks, [*blocks[1:], None], strict=False):
        is_named = below is not None and ":" in block.text and _NAMED.fullmatch(block.text) is not None
        yield _has_stamp(block.text) or (
            is_named and below is not None and stream.heads[starts[below.owner]] != stream.heads[starts[block.owner]]
        )


def _sums(values: Iterable[Number], first: Sequence[int], last: Sequence[int]) -> list[Number]:
    """The sums of the values from each `first` to before its `last`."""
    running = list(accumulate(values, initial=0))
    return [running[end] - running[start] for start, end in zip(first, last, strict=True)]
