"""Real pages with the texts of other news in them: whether an extractor knows articles, or the pages that it was made on."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterator, Sequence
from itertools import accumulate
from pathlib import Path


def texts(corpus: Path) -> list[list[str]]:
    """The paragraphs of each news item."""
    with gzip.open(corpus, "rt", encoding="utf-8") as lines:
        return [json.loads(line)["text"].split("\n") for line in lines]


def retold(page: str, gold: str, told: Sequence[str]) -> tuple[str, str]:
    """The page, in UTF-8, with the paragraphs of `told` where those of `gold` stood, and what an extractor must say of it. A
    line of gold that the page does not print once stays."""
    own = lines_of(page, gold)
    share = max(-(-len(told) // max(len(own), 1)), 1)
    for n, line in enumerate(own):
        part = told[n * share : (n + 1) * share]
        page, gold = page.replace(line, "<br>".join(part), 1), gold.replace(line, "\n".join(part), 1)
    return re.sub(r"charset=[\"']?[\w-]+", "charset=utf-8", page, count=1), gold


def lines_of(page: str, gold: str) -> list[str]:
    """The lines of gold that can be replaced."""
    return [line for line in map(str.strip, gold.split("\n")) if len(line) >= 12 and page.count(line) == 1]


def in_other_words(
    pages: Sequence[tuple[str, str]], told: Sequence[Sequence[str]], least: int, times: int = 2
) -> Iterator[tuple[str, str]]:
    """Each (page, gold) that can be replaced nearly whole, so many times: with the first paragraphs of other news items, up to
    the one with which they have `least` characters."""
    for n, (page, gold) in enumerate(pages):
        if sum(map(len, lines_of(page, gold))) < 0.9 * len("".join(gold.split())):
            continue
        for time in range(times):
            text = told[(n * 131 + time * 977) % len(told)]
            lengths = accumulate(map(len, text))
            enough = next((k for k, length in enumerate(lengths, 1) if length > least), len(text))
            yield retold(page, gold, text[:enough])
