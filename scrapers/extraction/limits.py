"""Size limits: a page beyond them is refused before it costs time, so that none takes longer than a second.

The limits are several times what real pages hold, even a table of five thousand firms, cell by cell. A page with too many
`<option>` elements is not refused, but read without these tags, as they hold no content.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from scrapers.extraction.tokens import STEP, Tokens

MOST_TAGS = 150_000
MOST_NAMES = 2_000
"""Attributes of one element; parsing them is quadratic."""
MOST_OPTIONS = 500
"""Options on the whole page; parsing those of one `<select>` is quadratic."""
MOST_PICTURES = 10_000
"""Images and frames; each has an address to be read."""
MOST_TEXT = 500_000
"""Characters of text, five times the longest law."""
MOST_NESTED = 400
"""Nesting depth; printing is quadratic in it."""
MOST_DEPTH = 4_000_000
"""The sum of all elements' depths."""

LONG = 8_000
"""The attributes of a tag are counted only from this many bytes on."""

_ATTRIBUTE = re.compile(rb"""=?[^\s/>=]+(?:\s*=\s*(?:"[^"]*"?|'[^']*'?|[^\s>"'][^\s>]*))?""")
"""One attribute, as a parser reads it: the slashes of an inline image are inside its quotes."""
_OPTION = re.compile("</?[oO][pP][tT][iI][oO][nN][^>]*>")


def of_bytes(data: bytes) -> str | None:
    """The exceeded limit, in words, where a page is too big to parse; else None."""
    if len(data) > MOST_TAGS and data.count(b"<") > MOST_TAGS:
        return f"more than {MOST_TAGS:,} tags"
    if any(next(islice(_ATTRIBUTE.finditer(tag), MOST_NAMES, None), None) for tag in _long_tags(data)):
        return f"an element with more than {MOST_NAMES:,} attributes"
    return None


def _long_tags(data: bytes) -> Iterator[bytes]:
    """Tags long enough for their attributes to be counted. Searching only where no tag ends for long costs a hundredth of a
    search for tags."""
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
    """A page without its option tags, if there are too many to parse. No article uses them."""
    return _OPTION.sub("", text) if len(_OPTION.findall(text)) > MOST_OPTIONS else text


def of_tokens(stream: Tokens) -> str | None:
    """The exceeded limit, in words, where a parsed page is too big to print and read; else None."""
    import numpy as np  # loaded with the first page, as many commands read none

    if len(stream) > MOST_TAGS:
        return f"more than {MOST_TAGS:,} tags, as a browser would mend it"
    if len(stream) > MOST_PICTURES and stream.tags.count("img") + stream.tags.count("iframe") > MOST_PICTURES:
        return f"more than {MOST_PICTURES:,} pictures"
    kinds = np.frombuffer(stream.kinds, np.uint8)
    depths = np.array(STEP).take(kinds).cumsum()
    if depths.max(initial=0) > MOST_NESTED:
        return f"elements nested deeper than {MOST_NESTED}"
    if depths.sum() > 2 * MOST_DEPTH:  # an element has two tags
        return "elements nested too deeply by the thousand"
    return f"more than {MOST_TEXT:,} characters of text" if len("".join(stream.texts)) > MOST_TEXT else None
