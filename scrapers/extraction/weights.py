"""The weight of each text block by its own text: positive for sentences, negative for links and boilerplate."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from scrapers.extraction.boilerplate import BOILERPLATE, FRAME, OF_SITE, RIGHTS, is_disclaimed, is_hint, is_statement
from scrapers.extraction.outline import Outline

LEAST = 2.0
"""Two sentences: a page whose heaviest sum is less has no article."""
WORST = -0.5
"""The minimum weight of a block in clipped sums: link rows must not outweigh the article that they surround."""
FAR = 40
"""After this many links below the heading, a sentence counts half."""

MOST_STATED = 20
"""The maximum number of lines of a site's statement below its articles; a longer text belongs to the article."""

_HAN = "\u4e00-\u9fff”"
_WIDE_MARKS = "，。、；？！"
_NARROW_MARKS = ",;?!."
_MARK = re.compile(f"[{_WIDE_MARKS}{_NARROW_MARKS}]")
_NARROW_MARK = re.compile(rf"[,;?!.](?:(?<=[,;?!])(?=[{_HAN}])|(?<=[{_HAN}）)][,;?!])|(?<=[{_HAN}）)][.])(?![A-Za-z]))")
_STATED = re.compile("声明|公告|启事")


@dataclass(frozen=True, slots=True, eq=False)
class Weighed:
    """The noise factor of each element, and the weight of each block and, summed up, of each element."""

    noise: list[float]
    blocks: list[float]
    elements: list[float]

    def clipped(self, page: Outline) -> Weighed:
        """The same, with sums in which no block weighs less than `WORST`."""
        return replace(self, elements=page.sums(max(weight, WORST) for weight in self.blocks))


def weigh_sentences(page: Outline, counts: Sequence[float], heading: int) -> list[float]:
    """Weigh each block by its own text. Sentences above the heading count half. Below it, they count less the more links stand
    in between, as an article follows its heading and teasers follow the article. A site's statement below the article does not
    count."""
    weights: list[float] = []
    passed = stated = 0
    begun = 0.0
    is_stated = heading >= 0 and _STATED.search(page.blocks[heading].text) is not None
    for n, block in enumerate(page.blocks):
        length = len(block.text)
        if n < stated:
            weights.append(-1.0)
        elif block.linked * 2 > length:
            weights.append(-1 - min(block.linked, 60) / 20)
            passed += n > heading
        elif n == heading:
            weights.append(0.0)  # even if it reads like a sentence
        elif is_hint(block.text):
            weights.append(-1.0)
        elif not (marks := sentence_marks(block.text)):
            weights.append(0.0 if _is_cell_or_paragraph(page, block.owner) else -0.3)
            passed += 20 * (length < 40 and bool(BOILERPLATE.match(block.text)))
            if begun > LEAST and not is_stated and is_statement(block.text):
                stated = _end_of_statement(page, n)
        elif BOILERPLATE.match(block.text) or is_disclaimed(block.text):
            weights.append(WORST)
        else:
            count = counts[block.owner]
            near = 1.0 if heading < 0 else 0.5 if n < heading else FAR / (FAR + passed)
            weights.append((marks + length / 40) * (1 - block.linked / length) * near * count - (1 - count) / 2)
            begun += max(weights[-1], 0)
    return weights


def _end_of_statement(page: Outline, heading: int) -> int:
    """The block after a site's statement on rights, which ends with the innermost box that holds more than its heading. The
    box must be short, name the site, and speak of rights in half of its lines. Else 0, as articles have such headings too."""
    element = page.blocks[heading].owner
    while element and page.last[element] - page.first[element] == 1:
        element = page.parents[element]
    end = page.last[element]
    below = [block.text for block in page.blocks[heading + 1 : min(end, heading + 1 + MOST_STATED)]]
    speak = sum(map(bool, map(RIGHTS.search, below)))
    is_of_site = any(map(OF_SITE.search, below))
    return end if end - heading <= MOST_STATED and is_of_site and speak > 1 and 2 * speak >= len(below) else 0


def sentence_marks(text: str) -> int:
    """How many punctuation marks in a text occur in sentences only: labels have a colon, menus none."""
    if not _MARK.search(text):  # most lines have none
        return 0
    wide = sum(map(text.count, _WIDE_MARKS))
    return wide + len(_NARROW_MARK.findall(text)) if any(mark in text for mark in _NARROW_MARKS) else wide


def weigh_rows(page: Outline, counts: Sequence[float], heading: int) -> list[float]:
    """Weigh each block of an article without sentences (a list of firms, a table of winners) by its length."""
    return [
        -1.0
        if block.linked * 2 > len(block.text)
        or n <= heading
        or BOILERPLATE.match(block.text)
        or FRAME.search(block.text)
        else len(block.text) / 12 * counts[block.owner]
        for n, block in enumerate(page.blocks)
    ]


def _is_cell_or_paragraph(page: Outline, owner: int) -> bool:
    return page.tags[owner] in ("p", "td", "th") or page.tags[page.parents[owner]] in ("td", "th")
