"""The block elements of a page and its blocks of text: one pass over its tokens, and sums bottom-up."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from scrapers.prose import ATTACHMENT, BLOCKS
from scrapers.tokens import UNREAD, VOID, Token, end_of

_STAMP = re.compile(
    r"(?:\d{4}\s*[-/.年]\s*)?\d{1,2}\s*[-/.月]\s*\d{1,2}\s*日?\s*\d{1,2}:\d{2}|\d+\s*(?:分钟|小时|天|分鐘|小時)前"
)
"""The time of a comment."""
_START, _END, _BREAK, _LINK, _LINK_END, _SKIP = range(6)
_KIND = (
    dict.fromkeys(BLOCKS - VOID, _START)
    | {f"/{tag}": _END for tag in BLOCKS}
    | dict.fromkeys(UNREAD, _SKIP)
    | {"br": _BREAK, "hr": _BREAK, "/hr": _BREAK, "a": _LINK, "/a": _LINK_END}
)


@dataclass(slots=True, eq=False)
class Element:
    """One block element of the page: its place among the tokens, the text below it, and the sum of its weights."""

    parent: Element | None
    tag: str
    attributes: str
    start: int
    end: int = 0
    length: int = 0
    linked: int = 0
    links: int = 0
    stamps: int = 0
    blocks: int = 0
    weight: float = 0.0
    noise: float = 1.0
    children: list[Element] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class Block:
    """A run of text between two block boundaries, as printed."""

    owner: Element
    start: int
    end: int
    text: str
    linked: int
    weight: float = 0.0


def outline(stream: Sequence[Token]) -> tuple[list[Element], list[Block]]:
    """The block elements of a page, parents first, and its blocks of text."""
    top = Element(None, "", "", 0, len(stream))
    elements, blocks = [top], []
    words: list[str] = []
    start = linked = skip = 0
    in_link = False
    for n, (tag, head, text) in enumerate(stream):
        if n < skip:
            continue
        kind = _KIND.get(tag)
        if kind is None:
            pass
        elif kind == _LINK:
            in_link = not ATTACHMENT.search(head)
            top.links += 1
        elif kind == _LINK_END:
            in_link = False
        elif kind == _SKIP:
            skip = end_of(stream, n)
            continue
        else:
            if words:
                line = "".join(words).strip()
                blocks.append(Block(top, start, n, line, linked))
                top.length += len(line)
                top.linked += linked
                top.blocks += 1
                if len(line) < 120 and (":" in line or "前" in line) and _STAMP.search(line):
                    top.stamps += 1
                words, linked = [], 0
            if kind == _START:
                top = Element(top, tag, head[len(tag) + 1 :], n)
                elements.append(top)
            elif kind == _END and top.parent is not None:
                top.end = n + 1
                top = top.parent
        if text and not text.isspace():
            if not words:
                start = n
            words.append(text)
            if in_link:
                linked += len(text.strip())
        elif text and words:
            words.append(" ")
    for element in reversed(elements[1:]):
        parent = element.parent
        assert parent is not None
        parent.children.append(element)
        parent.length += element.length
        parent.linked += element.linked
        parent.links += element.links
        parent.stamps += element.stamps
    for element in elements:
        element.children.reverse()
    return elements, blocks
