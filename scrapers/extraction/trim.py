"""Trims an article that was found without a recipe: the title and byline above its text, and the site's boilerplate below it.
Nothing is removed inside the text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import takewhile

from scrapers.clean import squeeze
from scrapers.extraction import byline, events, writers
from scrapers.extraction.boilerplate import BOILERPLATE, is_disclaimed, is_finish, is_reserved

MOST_TITLED = 8
"""The number of lines in which the title may be repeated."""
MOST_BROKEN = 3
"""The number of lines that a repeated title may be broken into."""
MOST_CREDITS = 20
"""The maximum number of lines of a byline."""
MOST_DISCLAIMED = 3
"""The maximum number of closing lines that disclaim a body; more are its subject."""

_APPENDED = re.compile(r"(?<=[】\])])\s*已下载\s*\d*\s*次\Z|\s*返回搜狐[,，]\s*查看更多\W*\Z")
"""What sites append to a line: a download count after a file's name, a link to their home page."""
_SAID = re.compile(r"。|[:：]\Z|[〔\[(]\d{4}[〕\])]\s*第?\d+号|\A第\w{1,5}号\Z")
"""Marks a line above a repeated title as part of the article: a covering letter, or a document number."""


def trimmed(paragraphs: Sequence[str], title: str | None) -> list[str]:
    """The paragraphs without the title and byline above them, and without the boilerplate below."""
    lines = [text for line in paragraphs if (text := _without_appended(line))]
    return _before_boilerplate(_without_writer(_below_byline(_below_title(lines, squeeze(title or "")))))


def _without_appended(line: str) -> str:
    return _APPENDED.sub("", line) if "已下载" in line or "返回搜狐" in line else line


def _below_title(lines: Sequence[str], title: str) -> list[str]:
    """The lines below the repeated title, which may be broken into `MOST_BROKEN` lines. All lines where it is not repeated, or
    where a line above it belongs to the article."""
    first = [squeeze(line) for line in takewhile(lambda line: not _SAID.search(line), lines[:MOST_TITLED])]
    runs = ((n, end) for n in range(len(first)) for end in range(n + 1, min(n + MOST_BROKEN, len(first)) + 1))
    below = next((end for n, end in runs if title and "".join(first[n:end]) == title), 0)
    return list(lines[below:]) or list(lines)


def _below_byline(lines: list[str]) -> list[str]:
    """The lines without a byline above them, or below a subtitle."""
    for _ in range(MOST_CREDITS):
        if len(lines) < 2 or not byline.is_credit(lines[0]):
            break
        if any(map(events.is_place_or_people, lines[1:3])) or _is_chronicle(lines):
            break
        lines = lines[1:]
    for n, text in enumerate(lines[1:3], 1):
        is_labelled = any(kind for kind, _ in byline.fields(text))
        if byline.is_credit(text) and byline.dated(text) and is_labelled and len(lines) > n + 1:
            return lines[:n] + lines[n + 1 :]
    return lines


def _without_writer(lines: list[str]) -> list[str]:
    """The lines without a writer's line in the BBC's style near the top, and without the date below it."""
    n = next((n for n, line in enumerate(lines[:MOST_TITLED]) if writers.is_writer(line)), None)
    if n is None or len(lines) < n + 3:
        return lines
    below = n + 1 + (len(lines[n + 1]) < 16 and byline.dated(lines[n + 1]) is not None)
    return lines[:n] + lines[below:]


def _before_boilerplate(lines: list[str]) -> list[str]:
    """The lines above an end mark, above the first boilerplate in their second half, and above closing disclaimers."""
    finish = next((n for n, text in enumerate(lines) if n and is_finish(text)), None)
    lines = lines[:finish]
    half = (len(lines) + 1) // 2
    tail = (n for n, text in enumerate(lines) if n >= half and len(text) < 60 and BOILERPLATE.match(text))
    lines = lines[: next(tail, None)]
    disclaimed = sum(1 for _ in takewhile(lambda line: is_disclaimed(line) or is_reserved(line), reversed(lines)))
    return lines[:-disclaimed] if 0 < disclaimed <= MOST_DISCLAIMED and disclaimed < len(lines) else lines


def _is_chronicle(lines: Sequence[str]) -> bool:
    """Whether dates alone on lines are the headings of a chronicle."""
    return sum(len(line) < 16 and byline.dated(line) is not None for line in lines[:6][: len(lines) - 1]) > 1
