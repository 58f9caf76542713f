"""Any Chinese article page without knowledge of its site.

The blocks of text of the page's outline are weighed (`weights`, `noise`) and summed for each element. The article is the
deepest element that holds nearly all of the heaviest sum; what stands in it before its first sentence and after its last is
kept where it belongs to the same paragraphs.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from scrapers import noise
from scrapers.clean import squeeze
from scrapers.dates import find_date
from scrapers.furniture import FURNITURE, SIGNED, is_named, is_repeated, is_statement, is_summary
from scrapers.outline import Block, Outline, outline
from scrapers.prose import ATTACHMENT, MARK
from scrapers.tokens import LINK, Tokens
from scrapers.weights import LEAST, weigh_rows, weigh_sentences

NEAR = 20
"""Lines before and after the article in which its fields may stand."""
WORST = -0.5
"""What a block counts at worst among others: rows of links do not outweigh the article that they stand around."""
LITTLE = 20.0
"""A sum of less may be of the frame around a poster or a scan: five sentences."""
HALF = 0.5
"""The share of the heaviest sum that an element of such a name must hold to be believed."""
NEARLY_ALL = 0.85
"""The share of the heaviest sum that a deeper element must hold to be the article."""
AT_HOME = 0.15
"""The share of the heaviest sum that the box of the heading must hold for the article to stand in it."""
A_PART = 0.3
"""The share of the article's weight above which a part of it is of it, whatever its name says."""
MOST_ABOVE = 3
"""Lines right above an article that may be its summary."""
_PARAGRAPHS = frozenset("p li h1 h2 h3 h4 h5 h6 dd dt pre tr option figcaption".split())
_INSIDE = _PARAGRAPHS | frozenset("td th tbody thead tfoot table caption ul ol dl center blockquote".split())
_HEADINGS = frozenset(["h1", "h2", "h3"])


@dataclass(frozen=True, slots=True)
class Found:
    """The article among the tokens of a page: its own tokens, what is not of it marked; the heading that repeats the page's
    title, or an empty text; all headings as (tag, text); and the lines above the heading, between it and the article, and
    after the article."""

    tokens: Tokens
    weight: float
    headings: list[tuple[str, str]]
    heading: str
    above: list[str]
    before: list[str]
    after: list[str]


@dataclass(frozen=True, slots=True, eq=False)
class Weighed:
    """What the sentences in each element count, and the weight of each block and, summed up, of each element."""

    noise: list[float]
    blocks: list[float]
    elements: list[float]

    def clipped(self, page: Outline) -> Weighed:
        """The same, with no block counting less than `WORST` in the sums."""
        return replace(self, elements=page.sums(max(weight, WORST) for weight in self.blocks))


def find(stream: Tokens, title: str = "") -> Found | None:
    """The article of a page, or None where nothing reads like one. `title` is the whole title of the page: the article
    stands below the heading that it repeats."""
    page = outline(stream)
    heading = _heading(page, squeeze(title))
    for weighed, most_linked in _weighings(page, heading):
        article = _heaviest(page, weighed, heading)
        if article is not None and page.linked[article] <= most_linked * page.length[article]:
            return _found(stream, page, weighed, article, heading)
    return None


def _weighings(page: Outline, heading: int) -> Iterator[tuple[Weighed, float]]:
    """The ways to weigh a page, the next where one finds no article: by names and shapes, the same with rows of links that
    count little, by shapes alone, as rows without a sentence below a heading and its date, and by sentences alone. With each,
    the share of an article that may be links."""
    shape = noise.by_shape(page)
    both = [one * other for one, other in zip(noise.by_name(page), shape, strict=True)]
    is_noisy = min(both) < 1  # else nothing changes where noise is not looked at
    weighed = _weighed(page, both, heading)
    yield weighed, 1
    yield weighed.clipped(page), 1
    if is_noisy:
        yield _weighed(page, shape, heading).clipped(page), 1
    if heading >= 0 and any(find_date(block.text) for block in page.blocks[heading + 1 : heading + 8]):
        yield _weighed(page, both, heading, by_rows=True), 1 / 3
    if is_noisy:
        yield _weighed(page, [1.0] * len(both), heading).clipped(page), 1


def _weighed(page: Outline, own: Sequence[float], heading: int, by_rows: bool = False) -> Weighed:
    """`own` is what the sentences of each element count by its own name and shape."""
    counts = noise.inherited(page, own)
    weights = (weigh_rows if by_rows else weigh_sentences)(page, counts, heading)
    return Weighed(counts, weights, page.sums(weights))


def _heaviest(page: Outline, weighed: Weighed, heading: int) -> int | None:
    """The deepest element that holds nearly all of the heaviest sum, or one named as the article that holds half of it. A
    short article stands in one box with its heading, and the long column beside it does not."""
    weights = weighed.elements
    heaviest = max(weights)
    if heaviest < LEAST:
        return None
    home = page.blocks[heading].owner if heading >= 0 else 0
    while home and weights[home] < max(LEAST, AT_HOME * heaviest):
        home = page.parents[home]
    elements = range(home, page.below(home).stop)
    heaviest = max(weights[element] for element in elements)
    heavy = [element for element in elements if weights[element] >= HALF * heaviest]
    if named := [element for element in heavy if is_named(page.tags[element], page.attributes[element])]:
        return max(named, key=page.depth)
    held = [element for element in heavy if weights[element] >= NEARLY_ALL * heaviest and _holds_lines(page, element)]
    found = max(held, key=page.depth) if held else max(elements, key=weights.__getitem__)
    while found and (page.tags[found] in _PARAGRAPHS or _is_one_of_several(page, weights, found)):
        found = page.parents[found]
    return found


def _is_one_of_several(page: Outline, weights: Sequence[float], element: int) -> bool:
    """Whether an element is a paragraph, whatever its tag: others like it with sentences stand beside it."""
    if page.below(element) or page.tags[element] in ("td", "th") or len(page.inside(element)) > 1:
        return False
    beside = (other for other in page.below(page.parents[element]) if _kind(page, other) == _kind(page, element))
    return any(weights[other] > LEAST for other in beside if other != element)


def _holds_lines(page: Outline, element: int) -> bool:
    """Whether an element is no paragraph, and holds other elements or several blocks of its own."""
    is_paragraph = page.tags[element] in _PARAGRAPHS
    return not is_paragraph and bool(page.below(element) or len(page.inside(element)) > 1)


def _heading(page: Outline, title: str) -> int:
    """The index of the block that repeats the page's title or the beginning of it, a heading if there is one; else -1."""
    found = -1
    for n, block in enumerate(page.blocks):
        is_heading = page.tags[block.owner] in ("h1", "h2")
        least = max(3 if is_heading else 5, len(title) // 3)
        if least < len(block.text) <= len(title) + 12 and len(text := squeeze(block.text)) > least and text in title:
            if is_heading:
                return n
            found = n if found < 0 and not block.linked else found
    return found


def _found(stream: Tokens, page: Outline, weighed: Weighed, article: int, heading: int) -> Found:
    """The article's tokens from its first block to its last, what is named as noise in between marked to be left out."""
    noisy = [element for element in page.below(article) if _is_noise(weighed, element, article)] + _boxes(page, article)
    dropped = {n for element in noisy for n in page.span(element)}
    own = [n for n in page.span(article) if n not in dropped]
    first, last = _ends(page, weighed, own, article)
    blocks = page.blocks
    inside = [blocks[n] for n in own[first : min(last, first + 3)]]
    is_apart = len(inside) > 1 and _kind(page, inside[0].owner) != _kind(page, inside[1].owner)
    if (
        is_apart
        and page.tags[inside[0].owner] not in _HEADINGS
        and is_repeated(inside[0].text, [block.text for block in inside[1:]])
    ):
        first += 1
    start = blocks[own[first - 1]].end if first else _start_above(page, weighed, article, heading)
    end = blocks[own[last]].start if last < len(own) else _end_below(stream, page, article)
    heads = ["", *stream.heads[start:end]]
    for n in {page.starts[element] for element in noisy if start <= page.starts[element] < end}:
        heads[n - start + 1] += f' {MARK}="drop"'
    at = bisect_right(blocks, start, key=lambda block: block.end)
    below = heading + 1 if heading < at else 0
    return Found(
        tokens=Tokens.of(["", *stream.tags[start:end]], heads, ["", *stream.texts[start:end]]),
        weight=weighed.elements[article],
        headings=_headings(page),
        heading=blocks[heading].text if heading >= 0 else "",
        above=_told(blocks[:below])[-NEAR:],
        before=_told(blocks[below:at])[-NEAR:],
        after=[block.text for block in blocks[bisect_left(blocks, end, key=lambda block: block.start) :][:NEAR]],
    )


def _told(blocks: Sequence[Block]) -> list[str]:
    return [block.text for block in blocks if block.linked < 0.9 * len(block.text)]


def _headings(page: Outline) -> list[tuple[str, str]]:
    """The headings of a page, as (tag, text)."""
    found = []
    for element, tag in enumerate(page.tags):
        if tag in _HEADINGS:
            texts = [
                block.text for block in page.inside(element) if element in (block.owner, page.parents[block.owner])
            ]
            found += [(tag, " ".join(texts))] if texts else []
    return found


def _boxes(page: Outline, article: int) -> list[int]:
    """Boxes of related links in the middle of the article: what begins like one, and the links that follow."""
    found = []
    follows = False
    for block in page.inside(article):
        owner, linked = block.owner, block.linked * 2 > len(block.text)
        if len(block.text) < 40 and FURNITURE.match(block.text):
            while article not in (owner, page.parents[owner]) and _is_linked(page, page.parents[owner]):
                owner = page.parents[owner]
            follows = True
        elif not linked:
            follows = False
        if follows and owner != article and (_is_linked(page, owner) or not page.below(owner)):
            found.append(owner)
    return found


def _is_linked(page: Outline, element: int) -> bool:
    return page.linked[element] * 2 > page.length[element]


def _begins_with_a_copy(page: Outline, blocks: Sequence[Block]) -> bool:
    """Whether the first block is a summary that one of the others repeats, in another kind of box than the next one."""
    if len(blocks) < 2 or page.tags[blocks[0].owner] in _HEADINGS:
        return False
    is_apart = _kind(page, blocks[0].owner) != _kind(page, blocks[1].owner)
    return is_apart and is_repeated(blocks[0].text, [block.text for block in blocks[1:]])


def _start_above(page: Outline, weighed: Weighed, article: int, heading: int) -> int:
    """Where the article starts whose summary stands in a box of its own right above it; one that only repeats it is none of
    it."""
    start = page.starts[article]
    first = page.first[article]
    for n in range(first - 1, max(heading, first - MOST_ABOVE - 1), -1) if heading >= 0 else ():
        block = page.blocks[n]
        if block.linked or weighed.blocks[n] < LEAST or weighed.noise[block.owner] < 1:
            break
        repeats = is_repeated(block.text, [own.text for own in page.inside(article)[:2]])
        if repeats or not is_summary(block.text, page.attributes[block.owner]):
            break
        start = block.start
    return start


def _end_below(stream: Tokens, page: Outline, article: int) -> int:
    """Where the article ends that has its signature and date, or its attachments, in a box of their own right below it."""
    end = page.ends[article]
    below = page.blocks[page.last[article] :]
    for n, block in enumerate(below[:3]):
        if SIGNED.fullmatch(block.text):
            end, below = block.end, below[n + 1 :]
            break
        if block.linked or len(block.text) > 30 or re.search("[:：]", block.text) or FURNITURE.match(block.text):
            break
    for block in below:
        links = (n for n in range(end, block.end) if stream.kinds[n] == LINK)
        has_file = any(ATTACHMENT.search(stream.heads[n]) for n in links)
        if not has_file and not re.match(r"\W*(?:相关)?(?:附件|下载)\W*\Z", block.text):
            break
        end = block.end
    return end


def _is_noise(weighed: Weighed, element: int, article: int) -> bool:
    """Inside the article, named or built like what surrounds one, and not much of it."""
    counts, of_article = weighed.noise[element], weighed.noise[article]
    weights = weighed.elements
    return counts < of_article and weights[element] * of_article < A_PART * weights[article] * counts


def _ends(page: Outline, weighed: Weighed, own: Sequence[int], article: int) -> tuple[int, int]:
    """The first of these blocks that belongs to the article, and the one after the last: from sentence to sentence, and what
    stands beside them as a paragraph like them (a heading, a signature, a table) without links or furniture in between. In an
    element that a content management system names as the article, every line that is a child of it does."""
    weights = [weighed.blocks[n] for n in own]
    blocks = [page.blocks[n] for n in own]
    first, last = _heaviest_run([max(weight, WORST) for weight in weights])
    run = zip(blocks[first:last], weights[first:last], strict=True)
    owners = {block.owner for block, weight in run if weight > 0}
    parents = Counter(page.parents[owner] for owner in owners)
    kinds = {_kind(page, owner) for owner in owners}
    homes = owners | parents.keys()
    is_container = is_named(page.tags[article], page.attributes[article])

    def belongs(n: int, beside: int) -> bool:
        owner = blocks[n].owner
        is_of_row = page.tags[owner] in ("td", "th") and page.parents[owner] == page.parents[blocks[beside].owner]
        if is_of_row and weights[n] > -1:
            return True  # a row is not cut
        if weights[n] <= -1 or FURNITURE.match(blocks[n].text) or is_statement(blocks[n].text):
            return False
        if owner in owners or _kind(page, owner) in kinds:
            return True
        parent = page.parents[owner]
        if not page.below(owner) and (parents[parent] > 1 or (is_container and parent == article)):
            return True
        while page.tags[owner] in _INSIDE:
            owner = page.parents[owner]
        return owner in homes

    while first > 0 and belongs(first - 1, first):
        first -= 1
    while last < len(own) and belongs(last, last - 1):
        last += 1
    return first, last


def _kind(page: Outline, element: int) -> tuple[int, str, str]:
    """What an element has in common with others like it: the element around them, their tag and their attributes."""
    return page.parents[element], page.tags[element], page.attributes[element]


def _heaviest_run(weights: Sequence[float]) -> tuple[int, int]:
    """The run of the greatest sum (Kadane 1977), as (first, the one after the last)."""
    best, best_sum, start, running = (0, len(weights)), 0.0, 0, 0.0
    for n, weight in enumerate(weights):
        if running <= 0:
            start, running = n, 0.0
        running += weight
        if running > best_sum:
            best, best_sum = (start, n + 1), running
    return best
