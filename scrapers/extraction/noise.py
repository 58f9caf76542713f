"""The factor for the sentences in each element: low for elements named or built like page furniture."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise

from scrapers.extraction.boilerplate import COMMENTS, is_edited, is_hidden, noise_of
from scrapers.extraction.outline import Outline
from scrapers.extraction.titles import is_of_letters

LONGEST_HEADING = 40
_UNNAMED = frozenset("footer nav aside form header".split())
_HEADINGS = frozenset("h1 h2 h3 h4 h5 h6".split())
_DOCUMENT = re.compile("《[^《》]+》")
_ROWS = frozenset("li div dl dd tr article section".split())


def by_name(page: Outline, title: str) -> list[float]:
    """The factor from 0 to 1 that each element's name gives its own sentences. On the page of a letter to an office, by its
    `title`, the reply is the article."""
    small = _are_small(page)
    found = list(map(noise_of, page.attributes, small))
    if is_of_letters(title):
        found = [1.0 if "repl" in names else said for names, said in zip(page.attributes, found, strict=True)]
    for element, tag in enumerate(page.tags):
        if tag in _UNNAMED and small[element]:
            found[element] *= 0.2
    return found


def by_sight(page: Outline) -> list[float]:
    """1 for each visible element, 0 for a hidden one."""
    return [0.0 if is_hidden(attributes) else 1.0 for attributes in page.attributes]


def by_shape(page: Outline) -> list[float]:
    """The factor from 0 to 1 that each element's structure gives its own sentences."""
    children: dict[int, list[int]] = {
        element: []
        for element, count in Counter(page.parents[1:]).items()
        if count > 3 and (page.links[element] or page.stamps[element] > 3)
    }
    for child, parent in enumerate(page.parents[1:], 1):
        if parent in children and page.length[child]:
            children[parent].append(child)
    small, found = _are_small(page), [1.0] * len(page.tags)
    for element, shown in children.items():
        tags = [page.tags[child] for child in shown]
        is_headed = tags[:1] and tags[0] in _HEADINGS and tags.count(tags[0]) == 1
        rows = shown[1:] if is_headed else shown
        if not is_edited(page.attributes[element]) and (
            _are_comments(page, rows) or _are_teasers(page, rows, small[element])
        ):
            found[element] = 0.1
    for element in _headed_comments(page):
        found[element] *= 0.05
    return found


def inherited(page: Outline, own: Sequence[float]) -> list[float]:
    """The factor of each element, multiplied by those of all its ancestors."""
    found = [1.0]
    for factor, parent in zip(own[1:], page.parents[1:], strict=True):
        found.append(factor * found[parent])
    return found


def _are_small(page: Outline) -> list[bool]:
    much = 0.4 * max(page.length[0], 1)
    return [length < much for length in page.length]


def _headed_comments(page: Outline) -> Iterator[int]:
    """The boxes whose first line is the heading of comments, unless that is the heading of the page."""
    for n, block in enumerate(page.blocks):
        if len(block.text) < LONGEST_HEADING and page.tags[block.owner] != "h1" and COMMENTS.fullmatch(block.text):
            element = block.owner
            while element and page.last[element] - page.first[element] == 1:
                element = page.parents[element]
            if element and page.first[element] == n:
                yield element


def _are_comments(page: Outline, children: Sequence[int]) -> bool:
    """Whether four children or more have a comment's timestamp, and few have none."""
    stamped = sum(page.stamps[n] > 0 and page.length[n] < 700 and page.tags[n] != "p" for n in children)
    return stamped > 3 and stamped >= 0.4 * len(children)


def _are_teasers(page: Outline, children: Sequence[int], small: bool) -> bool:
    """Whether there are four children or more, nearly each a few lines with a link of several words. Much of a page must also
    be list items or alike, as page frames have such children too."""
    if len(children) < 4 or page.tags[children[0]] not in _ROWS:
        return _alternate(page, children)
    first, length, linked, links = children[0], page.length, page.linked, page.links
    if all(
        page.last[n] - page.first[n] == 1 and _DOCUMENT.fullmatch(page.blocks[page.first[n]].text) for n in children
    ):
        return False
    teasers = sum(links[n] > 0 and length[n] < 700 and linked[n] >= max(6, length[n] / 12) for n in children)
    form = page.form(first)
    alike = sum(links[n] == links[first] and page.form(n) == form for n in children)
    may_be_large = page.tags[first] == "li" or alike >= 0.8 * len(children)
    return teasers >= 0.8 * len(children) and (small or may_be_large)


def _alternate(page: Outline, children: Sequence[int]) -> bool:
    """Whether linked headlines and unlinked teasers alternate as leaves of one element."""
    headlines = [page.linked[n] >= 0.8 * page.length[n] and page.length[n] > 5 for n in children]
    turns = sum(one and not other for one, other in pairwise(headlines))
    return turns > 3 and turns * 3 >= len(children) and not any(page.below(n) for n in children)
