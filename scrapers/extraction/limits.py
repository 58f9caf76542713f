"""What is too much for an article: a page beyond these limits is refused before it costs anything, so that none takes longer
than a second.

The limits are several times what real pages hold; a table of five thousand firms, cell by cell, is within them. Options to
select from say nothing, so a page of too many is not refused but read without their tags.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from scrapers.extraction.tokens import STEP, Tokens

MOST_TAGS = 150_000
MOST_NAMES = 2_000
"""Attributes of one element: parsing them is quadratic."""
MOST_OPTIONS = 500
"""Options to select from, on the whole page: parsing those of one `<select>` is quadratic."""
MOST_PICTURES = 10_000
"""Pictures, and frames: each has an address to be read."""
MOST_TEXT = 500_000
"""Characters of text: five times the longest law."""
MOST_NESTED = 400
"""Elements in one another: printing is quadratic in depth."""
MOST_DEPTH = 4_000_000
"""The depths of all elements together."""

LONG = 8_000
"""Bytes of a tag from which on its attributes are counted."""

_ATTRIBUTE = re.compile(rb"""=?[^\s/>=]+(?:\s*=\s*(?:"[^"]*"?|'[^']*'?|[^\s>"'][^\s>]*))?""")
"""One attribute, as a parser reads it: the slashes of a picture that is spelled out are within its quotes."""
_OPTION = re.compile("</?[oO][pP][tT][iI][oO][nN][^>]*>")


def of_bytes(data: bytes) -> str | None:
    """What a page holds too much of to be parsed, in words; None where it is within the limits."""
    if len(data) > MOST_TAGS and data.count(b"<") > MOST_TAGS:
        return f"more than {MOST_TAGS:,} tags"
    if any(next(islice(_ATTRIBUTE.finditer(tag), MOST_NAMES, None), None) for tag in _long_tags(data)):
        return f"an element with more than {MOST_NAMES:,} attributes"
    return None


def _long_tags(data: bytes) -> Iterator[bytes]:
    """Tags that are so long that their attributes are counted. They are looked for where no tag ends for long: a search from
    end to end costs a hundredth of one for tags."""
    start = 0
    while start + LONG < len(data):
        last = data.rfind(b">", start, start + LONG)
        if last < 0:
            last = data.find(b">", start)
            last = len(data) if last < 0 else last
            pieces = data[start:last].split(b"<")[1:]
            yield from (piece for piece in pieces if len(piece) > LONG and piece[:1].isalpha())
        start = last + 1


def without_options(text: str) -> str:
    """A page without the tags of its options, where they are too many to be parsed: no article is told in them."""
    return _OPTION.sub("", text) if len(_OPTION.findall(text)) > MOST_OPTIONS else text


def of_tokens(stream: Tokens) -> str | None:
    """What a parsed page holds too much of to be printed and read, in words; None where it is within the limits."""
    import numpy as np  # loaded by the first page: commands that read none do without

    if len(stream) > MOST_TAGS:
        return f"more than {MOST_TAGS:,} tags, as a browser would mend it"
    if len(stream) > MOST_PICTURES and stream.tags.count("img") + stream.tags.count("iframe") > MOST_PICTURES:
        return f"more than {MOST_PICTURES:,} pictures"
    kinds = np.frombuffer(stream.kinds, np.uint8)
    depths = np.array(STEP).take(kinds).cumsum()
    if depths.max(initial=0) > MOST_NESTED:
        return f"elements nested deeper than {MOST_NESTED}"
    if depths.sum() > 2 * MOST_DEPTH:  # each has two tags
        return "elements nested too deeply by the thousand"
    return f"more than {MOST_TEXT:,} characters of text" if len("".join(stream.texts)) > MOST_TEXT else None
