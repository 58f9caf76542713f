"""Finds searched words in a text, to mark them there.

The full-text index stores no text: passages are cut from the body. What matches is what matches in `archive.search`. Nothing
here is HTML: a text is given in pieces, and the template escapes each.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache, lru_cache

from archive.search import ALONE, MARK, folded, match_expression

Piece = tuple[str, bool]
"""A stretch of text, and whether it is a searched word."""

LENGTH = 90
BEFORE = 24
"""A passage has about LENGTH characters, with about BEFORE of them before the word."""

_LETTER = rf"[^\W_{ALONE}]"
_PUNCTUATION = rf"(?:(?![{ALONE}])[\W_])+"


def wanted(query: str) -> list[re.Pattern[str]]:
    """One pattern per phrase of `query`, for folded text."""
    phrases = re.findall(r'"([^"]+)"', match_expression(query))
    return [re.compile("".join(_pattern(token) for token in phrase.split(" "))) for phrase in phrases]


def marked(text: str, patterns: list[re.Pattern[str]]) -> list[Piece]:
    """All of `text`, with each match as a piece of its own."""
    return _pieces(text, _spans(text, patterns), 0, len(text))


def passage(body: str, patterns: list[re.Pattern[str]]) -> list[Piece]:
    """The text around the first matches in `body`: two passages for words far apart, and without any match its beginning."""
    text = " ".join(body.split())
    windows: list[tuple[int, int]] = []
    for start in sorted(span[0] for pattern in patterns for span in _spans(text, [pattern])[:1]):
        if windows and start < windows[-1][1]:
            windows[-1] = (windows[-1][0], max(windows[-1][1], start + BEFORE))
        else:
            begin = max(start - BEFORE, windows[-1][1] if windows else 0)
            windows.append((begin, begin + LENGTH))
    spans, shown, end = _spans(text, patterns), [], 0
    for start, end in windows[:2] or [(0, LENGTH)]:
        shown += [*([("…", False)] if start else []), *_pieces(text, spans, start, end)]
    return [*shown, ("…", False)] if end < len(text) else shown


def _pieces(text: str, spans: list[tuple[int, int]], start: int, end: int) -> list[Piece]:
    pieces, position = [], start
    for first, last in spans:
        if first < end and last > start:
            a, b = max(first, start), min(last, end)
            pieces += [(text[position:a], False), (text[a:b], True)]
            position = b
    return [piece for piece in (*pieces, (text[position:end], False)) if piece[0]]


def _spans(text: str, patterns: list[re.Pattern[str]]) -> list[tuple[int, int]]:
    """Where the patterns match in `text`, in order and without overlaps."""
    if not patterns:
        return []
    line, origin = _folded(text)
    found = (match.span() for pattern in patterns for match in pattern.finditer(line))
    spans: list[tuple[int, int]] = []
    for start, end in sorted((origin[start], origin[end - 1] + 1) for start, end in found):
        if spans and start <= spans[-1][1]:
            spans[-1] = (spans[-1][0], max(spans[-1][1], end))
        else:
            spans.append((start, end))
    return spans


@lru_cache(maxsize=4)  # each word of a query is searched by itself, then all of them
def _folded(text: str) -> tuple[str, Sequence[int]]:
    """The text as it is searched, and for each of its characters the position in `text` it comes from."""
    line = "".join(map(_fold, text))
    if len(line) == len(text):
        return line, range(len(text))
    return line, [at for at, character in enumerate(text) for _ in _fold(character)]


def _pattern(token: str) -> str:
    if token == MARK:
        return _PUNCTUATION
    word = re.escape(token)
    return word if re.fullmatch(rf"[{ALONE}]", token) else rf"(?<!{_LETTER}){word}(?!{_LETTER})"


@cache
def _fold(character: str) -> str:
    return folded(character)
