"""Finds the article of any Chinese page without knowing its site.

The text blocks of the page's outline are weighed (`weights`, `noise`) and summed up for each element. The article is the
deepest element that holds nearly all of the heaviest sum. Blocks before its first sentence and after its last are kept where
they belong to the same paragraphs.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

from scrapers.clean import squeeze
from scrapers.dates import find_date
from scrapers.extraction import noise, titles
from scrapers.extraction.boilerplate import (
    SURE,
    is_boilerplate,
    is_disclaimed,
    is_edited,
    is_named,
    is_reserved,
    is_summary,
    is_sure,
)
from scrapers.extraction.byline import is_credit
from scrapers.extraction.extent import extent
from scrapers.extraction.outline import Block, Outline, is_headline, outline
from scrapers.extraction.prose import MARK
from scrapers.extraction.tokens import Tokens, attribute, end_of
from scrapers.extraction.weights import LEAST, WORST, Weighed, weigh_rows, weigh_sentences

NEAR = 20
"""The number of lines before and after the article in which its fields are looked for."""
LITTLE = 20.0
"""A smaller sum, about five sentences, may be the page furniture around a poster or a scan."""
HALF = 0.5
"""An element must hold this share of the heaviest sum to be a candidate, even if it is named as the article."""
NEARLY_ALL = 0.85
"""The share of the heaviest sum that a deeper element must hold to be the article."""
AT_HOME = 0.1
"""The heading's box must hold this share of the heaviest sum for the article to be looked for in it."""
BELOW = 8
"""The maximum number of lines between a heading and the article below it."""
SHORTEST = 15
"""The minimum length of an article whose box is recognised by its name alone."""
A_THIRD = 0.3
"""Such a box below `found` (a title and a byline) must weigh at least this share of it."""
MOST_FOOTER = 40
"""The number of tokens below an article that may hold the footer of an entry."""
_POINTS = ("▲", "▼", "△", "▽")
MOST_CAPTION = 200
"""The maximum length of a picture's caption, which is kept apart from the text."""
MEDIUM = 12
"""The maximum length of a medium's name."""
_BETWEEN = re.compile(r"[\s|｜丨·/>»-]+")
_LABELLED = re.compile(r"\W*\w{1,7}[:：]|\s*posted @")
_LISTED = re.compile(r"\W*(?:附件|附表|字号|字体)")
_OF_TITLE = re.compile("(?:信息|文件)?(?:标题|名称)[:：]?")
_PARAGRAPHS = frozenset("p li h1 h2 h3 h4 h5 h6 dd dt pre tr option figcaption".split())
_HEADINGS = frozenset(["h1", "h2", "h3"])


@dataclass(frozen=True, slots=True)
class Found:
    """The article among the tokens of a page.

    tokens    its tokens, those that do not belong to it marked
    headings  all headings of the page, as (tag, text)
    heading   the heading that repeats the page's title, or an empty text
    place     its place among the page's tokens
    above, before, after   the lines above the heading, between it and the article, and below the article
    opening   the tokens from the heading to the first lines
    closing   those of the footer that WordPress prints below an article; empty where there is none
    stamps    the `datetime` of each `<time>` in either, and right above the heading
    """

    tokens: Tokens
    weight: float
    headings: list[tuple[str, str]]
    heading: str
    place: range
    above: list[str]
    before: list[str]
    after: list[str]
    opening: Tokens
    closing: Tokens
    stamps: list[str]


def find(stream: Tokens, title: str = "") -> Found | None:
    """The article of a page, or None where nothing reads like one. `title` is the page's whole title; the article stands below
    the heading that repeats it."""
    page = outline(stream)
    heading = heading_of(page, title)
    for weighed, most_linked in _weighings(page, heading, title):
        article = _heaviest(page, weighed, heading)
        if article is not None and page.linked[article] <= most_linked * page.length[article]:
            return _found(stream, page, weighed, article, heading)
    return None


def _weighings(page: Outline, heading: int, title: str) -> Iterator[tuple[Weighed, float]]:
    """The weighings to try, each with an article's largest share of links. They go by names and shapes; the same with link
    rows counting little; by shapes alone; by rows without sentences below a heading and its date; by sentences alone."""
    shown = noise.by_sight(page)
    shape = [one * other for one, other in zip(noise.by_shape(page), shown, strict=True)]
    both = [one * other for one, other in zip(noise.by_name(page, title), shape, strict=True)]
    is_noisy = min(both) < 1  # else ignoring noise changes nothing
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
    """`own` is the factor that each element's name and shape apply to its sentences."""
    counts = noise.inherited(page, own)
    weights = (weigh_rows if by_rows else weigh_sentences)(page, counts, heading)
    return Weighed(counts, weights, page.sums(weights))


def _heaviest(page: Outline, weighed: Weighed, heading: int) -> int | None:
    """The deepest element that holds nearly all of the heaviest sum, or one named as the article that holds half of it. A
    short article shares a box with its heading, unlike the long column beside it."""
    if (sure := _sure(page)) is not None:
        return sure
    weights = weighed.elements
    heaviest = max(weights)
    if heaviest < LEAST:
        return None
    home = page.blocks[heading].owner if heading >= 0 else 0
    while home and (
        weights[home] < max(LEAST, AT_HOME * heaviest) or _is_above_the_date(page, weighed.blocks, home, heading)
    ):
        home = page.parents[home]
    elements = range(home, page.below(home).stop)
    heaviest = max(weights[element] for element in elements)
    heavy = [element for element in elements if weights[element] >= HALF * heaviest]
    if named := [element for element in heavy if is_named(page.tags[element], page.attributes[element])]:
        found = max(named, key=page.depth)
        return found if is_edited(page.attributes[found]) else _or_container(page, weights, heading, found)
    held = [element for element in heavy if weights[element] >= NEARLY_ALL * heaviest and _holds_lines(page, element)]
    found = max(held, key=page.depth) if held else max(elements, key=weights.__getitem__)
    while found and (page.tags[found] in _PARAGRAPHS or _is_one_of_several(page, weights, heading, found)):
        found = page.parents[found]
    return _or_container(page, weights, heading, _with_beside(page, weighed.blocks, heading, found))


def _with_beside(page: Outline, weights: Sequence[float], heading: int, found: int) -> int:
    """`found`, or the element around it where a part of the same text stands right above or below it: a paragraph, text
    without an element of its own, or an element like those in it."""
    while found:
        inside, around = page.span(found), page.parents[found]
        while around and page.span(around) == inside:
            around = page.parents[around]
        said = [n for n in inside if weights[n] >= LEAST and page.blocks[n].owner != found]
        forms = {page.form(page.blocks[n].owner) for n in said}
        beside = [n for n in (inside.start - 1, inside.stop) if n in page.span(around) and n > heading]
        if not any(weights[n] >= LEAST and _is_part(page, around, forms, page.blocks[n]) for n in beside):
            break
        found = around
    return found


def _is_part(page: Outline, around: int, forms: set[tuple[str, str]], block: Block) -> bool:
    """Whether a block beside the article's box belongs to its text."""
    owner, text = block.owner, block.text
    if block.linked or is_boilerplate(text) or is_disclaimed(text) or is_reserved(text) or is_credit(text):
        return False
    is_own = page.parents[owner] == around and (page.tags[owner] == "p" or page.form(owner) in forms)
    return owner == around or is_own


def _sure(page: Outline) -> int | None:
    """An element whose name is used for articles only. Unpunctuated verse weighs less than the comments below it, and a
    forum's first post less than the replies."""
    wechat, discuz, tianya = SURE  # one by one, as every element is checked
    named = (
        element
        for element, names in enumerate(page.attributes)
        if (wechat in names or discuz in names or tianya in names) and is_sure(names)
    )
    long = (element for element in named if page.length[element] >= max(SHORTEST, 2 * page.linked[element]))
    return next(long, None)


def _or_container(page: Outline, weights: Sequence[float], heading: int, found: int) -> int:
    """`found`, or the editor's box right below the heading, where that has a sentence and stands beside `found`. Then `found`
    is a long column below a short article, or a byline above it."""
    for element in range(heading + 1 and bisect_left(page.first, heading + 1), len(page.tags)):
        if not heading < page.first[element] <= heading + BELOW:
            break
        if weights[element] <= 0 or page.length[element] < SHORTEST or not is_edited(page.attributes[element]):
            continue
        is_above = page.last[element] <= page.first[found] or page.last[found] <= heading
        is_below = page.last[found] <= page.first[element] and weights[element] >= A_THIRD * weights[found]
        text = page.blocks[page.first[element]].text
        is_picture = all(page.tags[block.owner] == "figcaption" for block in page.inside(element))
        is_text = not (is_picture or is_summary(text, page.attributes[element]) or _LISTED.match(text))
        if (is_above or is_below) and is_text:
            return element
    return found


def _is_above_the_date(page: Outline, weights: Sequence[float], home: int, heading: int) -> bool:
    """Whether the heading's box holds only one line between the heading and a date below the box. The article is then
    elsewhere."""
    said = [n for n in range(heading + 1, page.last[home]) if weights[n] > 0]
    below = page.blocks[page.last[home] : page.last[home] + 3]
    is_line = len(said) == 1 and len(page.blocks[said[0]].text) < 60
    return is_line and any(len(block.text) < 60 and find_date(block.text) for block in below)


def _is_one_of_several(page: Outline, weights: Sequence[float], heading: int, element: int) -> bool:
    """Whether an element is a paragraph, whatever its tag: it has siblings of the same kind with sentences, or several
    that are all single lines below the heading."""
    if page.tags[element] in ("td", "th") or len(page.span(element)) > 1:
        return False
    while element and page.span(page.parents[element]) == page.span(element):
        element = page.parents[element]  # a wrapper
    least = LEAST / 2 if page.below(element) else LEAST
    around = page.below(page.parents[element])
    beside = [other for other in around if other != element and page.kind(other) == page.kind(element)]
    if any(weights[other] > least for other in beside):
        return True
    is_below = heading >= 0 and all(page.first[other] > heading for other in beside)
    return is_below and len(beside) > 1 and all(len(page.span(one)) == 1 and weights[one] > WORST for one in beside)


def _holds_lines(page: Outline, element: int) -> bool:
    """Whether an element is not a paragraph, and holds other elements or several blocks."""
    is_paragraph = page.tags[element] in _PARAGRAPHS
    return not is_paragraph and bool(page.below(element) or len(page.inside(element)) > 1)


def heading_of(page: Outline, title: str) -> int:
    """The index of the block that repeats the page's title or its beginning, preferably a heading; else -1. A signature with
    the site's name does not count: it has more sentences above it than below. The title in a table of fields counts only where
    nothing else repeats it."""
    whole, wanted = squeeze(title), titles.wanted(title)
    said = list(accumulate((block.text.count("。") for block in page.blocks), initial=0))
    found = -1
    for n, block in enumerate(page.blocks):
        is_heading = page.tags[block.owner] in ("h1", "h2")
        least = 3 if is_heading else 5
        if not least <= len(block.text) <= len(title) + 12:
            continue
        text = squeeze(block.text)
        if (len(text) >= least and text == wanted) or (len(text) > max(least, len(whole) // 3) and text in whole):
            if is_heading:
                return _behind_name(page, title, n) or n
            is_signature = said[n] > said[-1] - said[n + 1]
            is_wanted = found < 0 or _is_field(page, found)
            if is_wanted and not block.linked and not is_signature:
                found = n
    return found


def _is_field(page: Outline, n: int) -> bool:
    """Whether a block is the title in a table of fields: it follows the label `标题：`."""
    return n > 0 and _OF_TITLE.fullmatch(squeeze(page.blocks[n - 1].text)) is not None


def _behind_name(page: Outline, title: str, heading: int) -> int | None:
    """The heading with the last part of the title, where `heading` repeats the first: a site's name that is a heading too."""
    parts = titles.parts(title)
    if not titles.is_name_in_front(squeeze(page.blocks[heading].text), parts):
        return None
    later = range(heading + 1, len(page.blocks))
    is_heading = (n for n in later if page.tags[page.blocks[n].owner] in ("h1", "h2"))
    return next((n for n in is_heading if squeeze(page.blocks[n].text) == squeeze(parts[-1])), None)


def _found(stream: Tokens, page: Outline, weighed: Weighed, article: int, heading: int) -> Found:
    """Cut the article's tokens from the page. Elements that do not belong to it are marked to be dropped, captions of pictures
    to be kept apart."""
    start, end, dropped, at = extent(stream, page, weighed, article, heading)
    heads = ["", *stream.heads[start:end]]
    captions = [element for element in page.below(article) if _is_caption(stream, page, element)]
    for mark, elements in (("drop", dropped), ("caption", captions)):
        for n in {page.starts[element] for element in elements if start <= page.starts[element] < end}:
            heads[n - start + 1] += f' {MARK}="{mark}"'
    blocks = page.blocks
    below = heading + 1 if heading < at else 0
    opening = stream.part(blocks[max(heading, 0)].start, min(blocks[min(at + 3, len(blocks) - 1)].start, end))
    ahead = stream.part(blocks[heading - 1].start, blocks[heading].start) if heading > 0 else stream.part(0, 0)
    closing = _entry_footer(stream.part(start, end + MOST_FOOTER))
    return Found(
        tokens=Tokens.of(["", *stream.tags[start:end]], heads, ["", *stream.texts[start:end]]),
        weight=weighed.elements[article],
        headings=_headings(page),
        heading=blocks[heading].text if heading >= 0 else "",
        place=range(start, end),
        above=_told(blocks[:below])[-NEAR:],
        before=_told(blocks[below:at])[-NEAR:],
        after=_below(blocks[bisect_left(blocks, end, key=lambda block: block.start) :][:NEAR]),
        opening=opening,
        closing=closing,
        stamps=[*_stamps(opening), *_stamps(ahead), *_stamps(closing)],
    )


def _is_caption(stream: Tokens, page: Outline, element: int) -> bool:
    """Whether an element is the caption of a picture: `<figcaption>`, or a line beside a picture that points at it."""
    if not 0 < page.length[element] <= MOST_CAPTION:
        return False
    if page.tags[element] == "figcaption":
        return all(page.tags[below] == "p" for below in page.below(element))
    n = page.first[element]
    if len(page.span(element)) > 1 or not page.blocks[n].text.startswith(_POINTS):
        return False
    above = page.blocks[n - 1].end if n else 0
    below = page.blocks[n + 1].start if n + 1 < len(page.blocks) else len(stream)
    return "img" in stream.tags[above:below]


def _entry_footer(around: Tokens) -> Tokens:
    """The footer of an entry with its author and date, as WordPress prints it, inside the article's box or below it."""
    starts = (n for n, head in enumerate(around.heads) if head.startswith("footer ") and "entry-" in head)
    start = next(starts, len(around))
    return around.part(start, end_of(around.kinds, start) if start < len(around) else start)


def _stamps(stream: Tokens) -> list[str]:
    return [attribute(head, "datetime") for head in stream.heads if head.startswith("time ")]


def _told(blocks: Sequence[Block]) -> list[str]:
    """The lines of blocks that are not links. A short link right below a date is kept: it is the medium."""
    above = ["", *(block.text for block in blocks)]
    return [
        block.text
        for block, line in zip(blocks, above, strict=False)
        if not _is_link(block) or (len(block.text) <= MEDIUM and line[:2] in ("19", "20") and find_date(line))
    ]


def _is_link(block: Block) -> bool:
    return block.linked >= 0.9 * len(_BETWEEN.sub("", block.text))


def _below(blocks: Sequence[Block]) -> list[str]:
    """The lines below an article, without the rows of a list. From the first row on, dated lines without a label are skipped
    too."""
    told, in_rows = [], False
    for block in blocks:
        may_be_row = is_headline(block)
        if not (may_be_row or in_rows) or _LABELLED.match(block.text):
            told.append(block.text)
            continue
        is_dated = find_date(block.text) is not None
        is_row = may_be_row and (is_dated or _is_link(block))
        in_rows = in_rows or is_row
        if not is_row and not (in_rows and is_dated):
            told.append(block.text)
    return told


def _headings(page: Outline) -> list[tuple[str, str]]:
    found = []
    for element, tag in enumerate(page.tags):
        if tag in _HEADINGS:
            texts = [
                block.text for block in page.inside(element) if element in (block.owner, page.parents[block.owner])
            ]
            found += [(tag, " ".join(texts))] if texts else []
    return found
