"""The boundaries of the article in its element, and the parts in between that do not belong to it.

It runs from its first sentence to its last, plus adjacent blocks built like its paragraphs (a heading, a signature, a table),
up to links or boilerplate. In an editor's box, everything between two paragraphs belongs to it.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from itertools import takewhile
from typing import NamedTuple

from scrapers.extraction import events
from scrapers.extraction.boilerplate import (
    BOILERPLATE,
    ENDS,
    FRAME,
    ITEM,
    LABEL,
    PLAYED,
    PLAYER,
    SIGNED,
    is_boilerplate,
    is_control,
    is_edited,
    is_hint,
    is_repeated,
    is_reserved,
    is_summary,
    is_summary_label,
)
from scrapers.extraction.outline import Block, Outline
from scrapers.extraction.prose import is_file
from scrapers.extraction.tokens import LINK, Tokens
from scrapers.extraction.weights import LEAST, WORST, Weighed, sentence_marks

A_PART = 0.3
"""A part with at least this share of the article's weight belongs to it, whatever its name."""
MOST_BETWEEN = 20
"""The maximum number of link rows and other non-paragraphs among the paragraphs of an editor's text."""
SHORT = 24
"""Below an article, a heading of other content is shorter than this."""
MOST_ABOVE = 3
"""The number of lines right above an article that may be its summary."""
MOST_OF_EVENT = 8
"""The number of lines above an article that may describe an event."""
_INSIDE = frozenset(
    "p li h1 h2 h3 h4 h5 h6 dd dt pre tr option figcaption td th tbody thead tfoot table caption ul ol dl center "
    "blockquote".split()
)
_OF_FILES = re.compile(
    r"\W*(?:(?:相关|本文|政策|全部)?(?:附件|下载)(?:下载|列表|清单|信息)?|(?:下载|查看)附件|(?:相关)?(?:资料|文件|表格|文档)下载)\W*"
)
"""The heading of a box of files."""
_LAYOUT = frozenset("table tbody tr td th".split())
_CELLS = frozenset(["td", "th"])
_OF_TABLE = _CELLS | {"table"}
_HEADINGS = frozenset("h1 h2 h3 h4".split())


class Extent(NamedTuple):
    """The tokens from `start` to before `end`, without the `dropped` elements; `first` is the first block."""

    start: int
    end: int
    dropped: list[int]
    first: int


def extent(stream: Tokens, page: Outline, weighed: Weighed, article: int, heading: int) -> Extent:
    """The boundaries of the article in the element `article`, including a summary above it, and a signature and attachments
    below."""
    dropped = [element for element in page.below(article) if _is_noise(weighed, element, article)]
    dropped += _boxes(page, article)
    left_out = {n for element in dropped for n in page.span(element)}
    if left_out.issuperset(page.span(article)):  # then the article is about this
        dropped, left_out = [], set()
    own = [n for n in page.span(article) if n not in left_out]
    first, last = _ends(page, weighed, own, article)
    blocks = page.blocks
    first += _copied(page, [blocks[n] for n in own[first : min(last, first + 4)]])
    start = blocks[own[first - 1]].end if first else _start_above(page, weighed, article, heading)
    end = blocks[own[last]].start if last < len(own) else _end_below(stream, page, article)
    above = bisect_right(blocks, start, key=lambda block: block.end)
    return Extent(start, end, dropped, own[first] if start >= page.starts[article] else above)


def _is_noise(weighed: Weighed, element: int, article: int) -> bool:
    """A minor part of the article whose name or structure is that of page furniture."""
    counts, of_article = weighed.noise[element], weighed.noise[article]
    weights = weighed.elements
    return counts < of_article and weights[element] * of_article < A_PART * weights[article] * counts


def _boxes(page: Outline, article: int) -> list[int]:
    """Page furniture inside the article: boilerplate lines, players, and boxes of related links, recognised by their first
    line."""
    found = []
    follows = False
    blocks = page.inside(article)
    for n, block in enumerate(blocks):
        owner, is_link = block.owner, _is_row(block)
        is_short = len(block.text) < 40 and BOILERPLATE.match(block.text) and not _is_said(blocks, n)
        if is_short or is_hint(block.text) or is_control(block.text):
            while article not in (owner, page.parents[owner]) and _is_linked(page, page.parents[owner]):
                owner = page.parents[owner]
            follows = True
        elif PLAYER.fullmatch(block.text) and _is_player(page.inside(owner)):
            found.append(owner)
        elif not is_link:
            follows = False
        if follows and owner != article and (_is_linked(page, owner) or len(page.span(owner)) == 1):
            found.append(owner)
    return found


def _is_player(blocks: Sequence[Block]) -> bool:
    """Whether these blocks are a media player: its title and its times."""
    return 1 < len(blocks) < 5 and all(
        PLAYER.fullmatch(text) or PLAYED.match(text) or is_hint(text) for text in (block.text for block in blocks)
    )


def _is_said(blocks: Sequence[Block], n: int) -> bool:
    """Whether a line that begins like boilerplate is a sentence or a text's heading. Links must not follow it."""
    text = blocks[n].text
    if _is_row(blocks[n]) or (n + 1 < len(blocks) and _is_row(blocks[n + 1])):
        return False
    return sentence_marks(text) > 0 or LABEL.match(text) is not None or ENDS.fullmatch(text[:SHORT]) is not None


def _is_row(block: Block) -> bool:
    return block.linked * 2 > len(block.text)


def _is_linked(page: Outline, element: int) -> bool:
    return page.linked[element] * 2 > page.length[element]


def _copied(page: Outline, blocks: Sequence[Block]) -> int:
    """How many of the first blocks are a summary, with its label, that a later block repeats. Its box is of another kind than
    the next block's."""
    label = int(len(blocks) > 1 and is_summary_label(blocks[0].text))
    if len(blocks) < label + 2 or page.tags[blocks[label].owner] in _HEADINGS:
        return 0
    summary, following = blocks[label], blocks[label + 1 :]
    is_apart = page.kind(summary.owner) != page.kind(following[0].owner)
    return label + 1 if is_apart and is_repeated(summary.text, [block.text for block in following]) else 0


def _start_above(page: Outline, weighed: Weighed, article: int, heading: int) -> int:
    """The article's start, including a summary in its own box right above. A summary that only repeats the article is left
    out."""
    start = page.starts[article]
    first = page.first[article]
    for n in range(first - 1, max(heading, first - MOST_ABOVE - 1), -1) if heading >= 0 else ():
        block = page.blocks[n]
        if block.linked or weighed.blocks[n] < LEAST or weighed.noise[block.owner] < 1:
            break
        repeats = is_repeated(block.text, [own.text for own in page.inside(article)[:2]])
        names = page.attributes[block.owner] + " " + page.attributes[page.parents[block.owner]]
        if repeats or not is_summary(block.text, names):
            break
        start = block.start
    return start


def _end_below(stream: Tokens, page: Outline, article: int) -> int:
    """The article's end, including a signature and date, or attachments, in their own boxes right below."""
    end = page.ends[article]
    below = page.blocks[page.last[article] :]
    if signature := _signature(below):
        end, below = below[signature - 1].end, below[signature:]
    for block in below:
        links = (n for n in range(end, block.end) if stream.kinds[n] == LINK)
        if any(is_file(stream, n) for n in links):
            end = block.end
        elif not _OF_FILES.fullmatch(block.text):
            break
    return end


def _signature(blocks: Sequence[Block]) -> int:
    """How many leading blocks are signatures and their date; 0 where there is no such beginning."""
    for n, block in enumerate(blocks[:3], 1):
        if SIGNED.fullmatch(block.text):
            return n
        if block.linked or len(block.text) > 30 or re.search("[:：]", block.text) or BOILERPLATE.match(block.text):
            break
    return 0


def _ends(page: Outline, weighed: Weighed, own: Sequence[int], article: int) -> tuple[int, int]:
    """The index of the first of these blocks that belongs to the article, and the index after the last."""
    blocks, weights = [page.blocks[n] for n in own], [weighed.blocks[n] for n in own]
    first, last = _heaviest_run([max(weight, WORST) for weight in weights])
    units = [_unit(page, article, block.owner) for block in blocks]
    said = [n for n in range(first, last) if weights[n] > 0]
    kinds = {page.kind(units[n]) for n in said}
    bare = {units[n] for n in said if units[n] == blocks[n].owner}  # paragraphs without a wrapper
    parents = Counter(page.parents[unit] for unit in bare)
    shared = Counter(page.parents[units[n]] for n in said)
    homes = bare | parents.keys() | {parent for parent, count in shared.items() if count > 1}
    is_typed = is_edited(page.attributes[article])

    def is_like(n: int) -> bool:
        return page.kind(units[n]) in kinds

    def is_item(n: int) -> bool:
        return ITEM.match(blocks[n].text) is not None

    def belongs(n: int, beside: int) -> bool:
        unit, text = units[n], blocks[n].text
        if weights[n] > -1 and {page.tags[unit], page.tags[units[beside]]} <= _CELLS:
            is_of_row = page.parents[unit] == page.parents[units[beside]]
            is_of_table = _table(page, unit) == _table(page, units[beside])
            if is_of_row or (is_of_table and (n > beside or 1 < _cells(page, unit) == _cells(page, units[beside]))):
                return True  # neither a row nor a table is split
        if is_boilerplate(text):
            return False
        if is_like(n):
            return weights[n] > -1 or text.endswith("。") or is_item(n)  # laws link every law that they name
        if weights[n] <= -1:
            return False
        if is_typed and n > beside and _is_in_table(page, article, unit):
            return True
        parent = page.parents[unit]
        is_child = parents[parent] > 1 or (is_typed and parent == article)
        if is_child and unit == blocks[n].owner and not page.below(unit):
            return not FRAME.search(text)
        while unit not in homes and page.tags[unit] in _INSIDE:
            unit = page.parents[unit]
        return unit in homes

    def between(n: int) -> bool:
        """Whether a block may stand between two paragraphs: any in an editor's text, else linked paragraphs and list items."""
        return (is_typed or is_item(n) or (weights[n] <= -1 and is_like(n))) and not is_boilerplate(blocks[n].text)

    def goes_on(n: int) -> bool:
        """Whether a paragraph or a signature shows that the article continues."""
        is_signed = _signature(blocks[n : n + 3]) > 0
        is_said = weights[n] > 0 and (is_typed or is_item(n - 1))
        return is_like(n) and weights[n] > -1 and belongs(n, n - 1) and (is_signed or is_said)

    while first > 0 and belongs(first - 1, first):
        first -= 1
    first -= events.details_at_end([block.text for block in blocks[max(first - MOST_OF_EVENT, 0) : first]])
    left = MOST_BETWEEN
    while last < len(own):
        if belongs(last, last - 1):
            last += 1
            continue
        gap = sum(1 for _ in takewhile(between, range(last, min(last + left, len(own)))))
        to = next((n for n in range(last + 1, min(last + gap + 1, len(own))) if goes_on(n)), None)
        if to is None:
            break
        left -= to - last
        last = to + 1
    last += _signature(blocks[last : last + 3])
    last = _before_heading(page, blocks, weights, units, first, last)
    paragraphs = {page.kind(units[n]) for n in said[:-1]}
    while last - first > 1 and is_reserved(blocks[last - 1].text) and page.kind(units[last - 1]) not in paragraphs:
        last -= 1
    return first, last


def _before_heading(
    page: Outline, blocks: Sequence[Block], weights: Sequence[float], units: Sequence[int], first: int, last: int
) -> int:
    """Where an article ends at a heading such as `相关新闻`. Two or more paragraphs stand above it, and none of their kind
    below."""
    last_of = {page.kind(units[n]): n for n in range(first, last)}
    kinds: set[tuple[int, str, str]] = set()
    paragraphs, goes_to = 0, first
    for n in range(first, last):
        kind, text = page.kind(units[n]), blocks[n].text
        if paragraphs > 1 and goes_to < n and kind not in kinds and len(text) < SHORT and ENDS.fullmatch(text):
            return n
        if weights[n] > 0:
            kinds.add(kind)
            paragraphs, goes_to = paragraphs + 1, max(goes_to, last_of[kind])
    return last


def _table(page: Outline, cell: int) -> int:
    """The innermost table around a cell; 0 where there is none."""
    while cell and page.tags[cell] != "table":
        cell = page.parents[cell]
    return cell


def _cells(page: Outline, cell: int) -> int:
    """The number of cells in a cell's row."""
    row = page.parents[cell]
    return sum(page.parents[other] == row for other in page.below(row))


def _is_in_table(page: Outline, article: int, element: int) -> bool:
    while element != article and page.tags[element] not in _OF_TABLE:
        element = page.parents[element]
    return element != article


def _unit(page: Outline, article: int, owner: int) -> int:
    """The outermost element in the article with this block alone: a paragraph, however often it is wrapped. Table cells stop
    the search, as sites use tables for layout. A cell that holds just one `<div>` counts as the paragraph itself."""
    while owner != article and (parent := page.parents[owner]) != article and len(page.span(parent)) == 1:
        if page.tags[parent] in _LAYOUT:
            return parent if page.tags[owner] == "div" and page.tags[parent] in _CELLS else owner
        owner = parent
    return owner


def _heaviest_run(weights: Sequence[float]) -> tuple[int, int]:
    """The run with the greatest sum (Kadane 1977), as (first, index after the last)."""
    best, best_sum, start, running = (0, len(weights)), 0.0, 0, 0.0
    for n, weight in enumerate(weights):
        if running <= 0:
            start, running = n, 0.0
        running += weight
        if running > best_sum:
            best, best_sum = (start, n + 1), running
    return best
