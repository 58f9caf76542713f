"""Any Chinese article page without knowledge of its site.

One pass over the page's tokens splits it into blocks of text; each is weighed by its own Chinese punctuation against the share
of it that is links, and the weights are summed bottom-up. The article is the deepest element that holds nearly all of the
heaviest sum; what stands in it before its first sentence and after its last is kept where it belongs to the same paragraphs.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from scrapers.byline import dated, is_byline, is_of_event
from scrapers.dates import find_date
from scrapers.furniture import FRAME, FURNITURE, SIGNED, is_named, noise_of
from scrapers.outline import Block, Element, outline
from scrapers.prose import ATTACHMENT, MARK
from scrapers.tokens import Token

_HAN = "\u4e00-\u9fff”"
_WIDE_MARK = re.compile("[，。、；？！]")
_NARROW_MARK = re.compile(rf"[,;?!.](?:(?<=[,;?!])(?=[{_HAN}])|(?<=[{_HAN}）)][,;?!])|(?<=[{_HAN}）)][.])(?![A-Za-z]))")
NEAR = 20
"""Lines before and after the article in which its fields may stand."""
LEAST = 2.0
"""A page whose heaviest sum is less reads like no article: two sentences."""
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

FAR = 40
"""The number of links below the heading at which a sentence counts half."""

_PARAGRAPHS = frozenset("p li h1 h2 h3 h4 h5 h6 dd dt pre tr option figcaption".split())
_INSIDE = _PARAGRAPHS | frozenset("td th tbody thead tfoot table caption ul ol dl center blockquote".split())
_HEADINGS = frozenset(["h1", "h2", "h3"])
_UNNAMED_NOISE = frozenset("footer nav aside form header".split())
_ROWS = frozenset("li div dl dd tr article section".split())


@dataclass(frozen=True, slots=True)
class Found:
    """The article among the tokens of a page: its own tokens, what is not of it marked; the heading that repeats the page's
    title, or an empty text; all headings as (tag, text); and the lines above the heading, between it and the article, and
    after the article."""

    tokens: list[Token]
    weight: float
    headings: list[tuple[str, str]]
    heading: str
    above: list[str]
    before: list[str]
    after: list[str]


def find(stream: Sequence[Token], title: str = "") -> Found | None:
    """The article of a page, or None where nothing reads like one. `title` is the whole title of the page: the article
    stands below the heading that it repeats."""
    elements, blocks = outline(stream)
    heading = _heading(blocks, _squeeze(title))

    def heaviest(by_name: bool, by_shape: bool) -> Element | None:
        _judge(elements, by_name, by_shape)
        _weigh(blocks, heading)
        return _heaviest(elements, blocks, heading)

    article = heaviest(by_name=True, by_shape=True)
    is_noisy = any(element.noise < 1 for element in elements)  # else nothing changes where noise is not looked at
    if article is None and is_noisy:
        article = heaviest(by_name=False, by_shape=True)
    if article is None and heading >= 0 and any(find_date(block.text) for block in blocks[heading + 1 : heading + 8]):
        _judge(elements, by_name=True, by_shape=True)
        _weigh_rows(blocks, heading)
        rows = _heaviest(elements, blocks, heading)
        article = rows if rows and rows.linked * 3 <= rows.length else None
    if article is None and is_noisy:
        article = heaviest(by_name=False, by_shape=False)
    return _found(stream, elements, blocks, article, heading) if article else None


def _judge(elements: Sequence[Element], by_name: bool, by_shape: bool) -> None:
    """How much the sentences in each element count: little in what is named, or built, like what surrounds an article."""
    total = max(elements[0].length, 1)
    for element in elements[1:]:
        assert element.parent is not None
        small = element.length < 0.4 * total
        noise = element.parent.noise
        if by_name:
            noise *= noise_of(element.attributes, small)
            if small and element.tag in _UNNAMED_NOISE:
                noise *= 0.2
        if by_shape and len(element.children) > 3 and _is_stream(element, small):
            noise *= 0.1
        element.noise = noise


def _is_stream(element: Element, small: bool) -> bool:
    """A stream of teasers or of comments: four children or more of one kind, nearly each a few lines with a link of several
    words, or with a time. One of teasers that is much of the page must be a list: the frame of a page has such children too."""
    if not (element.links or element.stamps > 3):
        return False
    kinds = [child for child in element.children if child.length]
    stamped = sum(child.stamps > 0 and child.length < 700 and child.tag != "p" for child in kinds)
    if stamped > 3 and stamped >= 0.4 * len(kinds):
        return True
    if len(kinds) < 4 or kinds[0].tag not in _ROWS:
        return _alternates(kinds)
    teasers = sum(
        child.links > 0 and child.length < 700 and child.linked >= max(6, child.length / 12) for child in kinds
    )
    first = kinds[0]
    alike = sum(child.attributes == first.attributes and child.links == first.links for child in kinds)
    return teasers >= 0.8 * len(kinds) and (small or first.tag == "li" or alike >= 0.8 * len(kinds))


def _alternates(kinds: Sequence[Element]) -> bool:
    """Headlines that are links and teasers that are none, by turns, as leaves of one element."""
    headlines = [child.linked >= 0.8 * child.length and child.length > 5 for child in kinds]
    turns = sum(one and not other for one, other in pairwise(headlines))
    return turns > 3 and turns * 3 >= len(kinds) and not any(child.children for child in kinds)


def _heaviest(elements: Sequence[Element], blocks: Sequence[Block], heading: int) -> Element | None:
    """The deepest element that holds nearly all of the heaviest sum, or one named as the article that holds half of it. A
    short article stands in one box with its heading, and the long column beside it does not."""
    for element in elements:
        element.weight = 0.0
    for block in blocks:
        block.owner.weight += block.weight
    for element in reversed(elements[1:]):
        assert element.parent is not None
        element.parent.weight += element.weight
    heaviest = max(element.weight for element in elements)
    if heaviest < LEAST:
        return None
    home = blocks[heading].owner if heading >= 0 else elements[0]
    while home.parent is not None and home.weight < max(LEAST, AT_HOME * heaviest):
        home = home.parent
    if home.parent is not None:
        elements = [element for element in elements if home.start <= element.start and element.end <= home.end]
        heaviest = max(element.weight for element in elements)
    named = [
        element
        for element in elements
        if element.weight >= HALF * heaviest and is_named(element.tag, element.attributes)
    ]
    if named:
        return max(named, key=_depth)
    held = [
        element
        for element in elements
        if element.weight >= NEARLY_ALL * heaviest
        and element.tag not in _PARAGRAPHS
        and (element.children or element.blocks > 1)
    ]
    found = max(held, key=_depth) if held else max(elements, key=lambda element: element.weight)
    while found.parent is not None and found.tag in _PARAGRAPHS:
        found = found.parent
    return found


def _depth(element: Element) -> int:
    return 0 if element.parent is None else 1 + _depth(element.parent)


def _heading(blocks: Sequence[Block], title: str) -> int:
    """The index of the block that repeats the page's title or the beginning of it, a heading if there is one; else -1."""
    found = -1
    for n, block in enumerate(blocks):
        is_heading = block.owner.tag in ("h1", "h2")
        text = _squeeze(block.text) if len(block.text) <= len(title) + 12 else ""
        if len(text) > (3 if is_heading else 5) and len(text) * 3 > len(title) and text in title:
            if is_heading:
                return n
            found = n if found < 0 and not block.linked else found
    return found


def _weigh(blocks: Sequence[Block], heading: int) -> None:
    """Weigh each block by its own. Sentences above the heading count half; those below it the less, the more links stand
    in between: an article follows its heading, a column of teasers follows the article."""
    passed = 0
    for n, block in enumerate(blocks):
        length = len(block.text)
        if block.linked * 2 > length:
            block.weight = -1 - min(block.linked, 60) / 20
            passed += n > heading
        elif not (marks := _sentence_marks(block.text)):
            block.weight = 0.0 if _is_cell_or_paragraph(block.owner) else -0.3
            passed += 20 * (length < 40 and bool(FURNITURE.match(block.text)))
        else:
            noise = block.owner.noise
            near = 1.0 if heading < 0 else 0.5 if n < heading else FAR / (FAR + passed)
            block.weight = (marks + length / 40) * (1 - block.linked / length) * near * noise - (1 - noise) / 2


def _sentence_marks(text: str) -> int:
    """How many marks stand in a text that only sentences have: a label has a colon, a menu has none."""
    return len(_WIDE_MARK.findall(text)) + len(_NARROW_MARK.findall(text))


def _weigh_rows(blocks: Sequence[Block], heading: int) -> None:
    """Weigh each block of an article without a sentence (a list of firms, a table of winners) by its length."""
    for n, block in enumerate(blocks):
        if (
            block.linked * 2 > len(block.text)
            or n <= heading
            or FURNITURE.match(block.text)
            or FRAME.search(block.text)
        ):
            block.weight = -1.0
        else:
            block.weight = len(block.text) / 12 * block.owner.noise


def _is_cell_or_paragraph(owner: Element) -> bool:
    return owner.tag in ("p", "td", "th") or (owner.parent is not None and owner.parent.tag in ("td", "th"))


def _found(
    stream: Sequence[Token], elements: Sequence[Element], blocks: Sequence[Block], article: Element, heading: int
) -> Found:
    """The article's tokens from its first block to its last, what is named as noise in between marked to be left out."""
    inside = [block for block in blocks if article.start <= block.start and block.end <= article.end]
    noise = [element for element in elements if _is_noise(element, article)] + _boxes(inside, article)
    dropped = {n for element in noise for n in range(element.start, element.end)}
    own = [block for block in inside if block.start not in dropped]
    first, last = _ends(own, article)
    start = own[first - 1].end if first else article.start
    end = own[last].start if last < len(own) else _end_below(stream, blocks, article.end)
    tokens = [("", "", ""), *stream[start:end]]
    for n in {element.start for element in noise if start <= element.start < end}:
        tag, head, text = stream[n]
        tokens[n - start + 1] = (tag, f'{head} {MARK}="drop"', text)
    below = heading + 1 if heading >= 0 and blocks[heading].end <= start else 0
    before = [block.text for block in blocks[below:] if block.end <= start and block.linked < 0.9 * len(block.text)]
    above = [block.text for block in blocks[:below] if block.linked < 0.9 * len(block.text)]
    after = [block.text for block in blocks if block.start >= end]
    headings: dict[Element, list[str]] = {}
    for block in blocks:
        if owner := _heading_of(block.owner):
            headings.setdefault(owner, []).append(block.text)
    return Found(
        tokens=tokens,
        weight=article.weight,
        headings=[(owner.tag, " ".join(texts)) for owner, texts in headings.items()],
        heading=blocks[heading].text if heading >= 0 else "",
        above=above[-NEAR:],
        before=before[-NEAR:],
        after=after[:NEAR],
    )


def _boxes(blocks: Sequence[Block], article: Element) -> list[Element]:
    """Boxes of related links in the middle of the article: what begins like one, and the links that follow."""
    found = []
    follows = False
    for block in blocks:
        owner, linked = block.owner, block.linked * 2 > len(block.text)
        if FURNITURE.match(block.text) and len(block.text) < 40:
            while owner.parent not in (article, None) and owner.parent.linked * 2 > owner.parent.length:
                owner = owner.parent
            follows = True
        elif not linked:
            follows = False
        if follows and owner is not article and (owner.linked * 2 > owner.length or not owner.children):
            found.append(owner)
    return found


def _end_below(stream: Sequence[Token], blocks: Sequence[Block], end: int) -> int:
    """Where the article ends that has its signature and date, or its attachments, in a box of their own right below it."""
    below = [block for block in blocks if block.start >= end]
    for n, block in enumerate(below[:3]):
        if SIGNED.fullmatch(block.text):
            end, below = block.end, below[n + 1 :]
            break
        if block.linked or len(block.text) > 30 or re.search("[:：]", block.text) or FURNITURE.match(block.text):
            break
    for block in below:
        has_file = any(tag == "a" and ATTACHMENT.search(head) for tag, head, _ in stream[end : block.end])
        if not has_file and not re.match(r"\W*(?:相关)?(?:附件|下载)\W*\Z", block.text):
            break
        end = block.end
    return end


def _heading_of(owner: Element) -> Element | None:
    if owner.tag in _HEADINGS:
        return owner
    return owner.parent if owner.parent and owner.parent.tag in _HEADINGS else None


def _is_noise(element: Element, article: Element) -> bool:
    """Inside the article, named or built like what surrounds one, and not much of it."""
    return (
        article.start < element.start
        and element.end <= article.end
        and element.noise < article.noise
        and element.weight * article.noise < A_PART * article.weight * element.noise
    )


def _ends(blocks: Sequence[Block], article: Element) -> tuple[int, int]:
    """The first of these blocks that belongs to the article, and the one after the last: from sentence to sentence, and what
    stands beside them as a paragraph like them (a heading, a signature, a table) without links or furniture in between. In an
    element that a content management system names as the article, every line that is a child of it does."""
    first, last = _heaviest_run([max(block.weight, -0.5) for block in blocks])
    owners = {block.owner for block in blocks[first:last] if block.weight > 0}
    kinds = {(owner.parent, owner.tag, owner.attributes) for owner in owners}
    homes = owners | {owner.parent for owner in owners}
    parents = [owner.parent for owner in owners]
    is_container = is_named(article.tag, article.attributes)

    def belongs(block: Block) -> bool:
        if block.weight <= -1 or FURNITURE.match(block.text):
            return False
        owner: Element | None = block.owner
        if owner in owners or (owner and (owner.parent, owner.tag, owner.attributes) in kinds):
            return True
        if not block.owner.children and (
            parents.count(block.owner.parent) > 1 or (is_container and block.owner.parent is article)
        ):
            return True
        while owner is not None and owner.tag in _INSIDE:
            owner = owner.parent
        return owner in homes

    while first > 0 and belongs(blocks[first - 1]):
        first -= 1
    while last < len(blocks) and belongs(blocks[last]):
        last += 1
    return first, last


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


def body_lines(paragraphs: Sequence[str], title: str | None) -> list[str]:
    """The paragraphs without the title and the byline that stand above them, and without the furniture that follows."""
    lines = list(paragraphs)
    squeezed = _squeeze(title or "")
    for n, text in enumerate(lines[:8]):
        if squeezed and _squeeze(text) == squeezed:
            lines = lines[n + 1 :]
            break
    for _ in range(NEAR):
        if not lines or not is_byline(lines[0]) or any(map(is_of_event, lines[1:3])) or _is_chronicle(lines):
            break
        lines.pop(0)
    tail = next(
        (n for n, text in enumerate(lines) if n >= len(lines) / 2 and len(text) < 60 and FURNITURE.match(text)), None
    )
    return lines[:tail]


def _is_chronicle(lines: Sequence[str]) -> bool:
    """Days alone on lines, each the heading of what follows."""
    return sum(len(line) < 16 and dated(line) is not None for line in lines[:6][: len(lines) - 1]) > 1


def _squeeze(text: str) -> str:
    return re.sub(r"\W+", "", text)
