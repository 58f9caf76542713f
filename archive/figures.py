"""The punctuation that belongs to the figures of a text: the point of a decimal, the minus of a negative number, and what keeps
two figures apart.

Copies change all other punctuation, so it is left out where texts are compared. Left out too are the commas of thousands and
the points of dates and outlines, which have two or more (`2026.03.02`, `1.2.3`): copies write them in other ways.
"""

from __future__ import annotations

import re

FIGURE = r"[-\d][\d.]*"
"""A figure in a normalised text, which has points and minuses in figures only."""

_BLANK = "[ \u00a0\u3000]?"
_POINT = rf"{_BLANK}([.\uff0e\u00b7]){_BLANK}"
"""Pages say `186. 3` and mean 186.3; `3·15` is written `3.15` too."""
_MINUS = "-\uff0d\u2212\u2013"
_PERCENT = ("%", "\uff05", "\u2030")
_DIGITS = "0123456789" + "".join(map(chr, range(0xFF10, 0xFF1A)))
_ROWS = (range(0x20, 0x7F), range(0x2010, 0x2028), range(0x3000, 0x3020), range(0xFF01, 0xFF21))
_PARTING = "\t\n\u00a0\u00b7\u00d7\u2030\u2212" + "".join(chr(n) for row in _ROWS for n in row if not chr(n).isalnum())
"""Spaces and punctuation; not all that is no word, as `㎡` becomes one."""
_MARK = re.compile(rf"[{_MINUS}.\uff0e\u00b7](?={_BLANK}\d)[{re.escape(_DIGITS + _PARTING)}]*")
"""A point or a minus, and all figures that follow it side by side."""
_NUMERAL = re.compile(
    r"(?:\d{1,3}(?:[,\uff0c]\d{3})+(?!\d)|\d+)"
    rf"(?:{_POINT}(?!\d{{4}}年)\d+((?:{_POINT}\d+)*))?([{re.escape(_PARTING)}]*)"
)
"""With the point of its decimals, further points, and what parts it from the next. In `1.2025年` it is that of a heading."""
_SIGN = re.compile(rf"(?<![\dA-Za-z\uff21-\uff3a\uff41-\uff5a%\uff05\u2030度点倍千百万亿元吨米])[{_MINUS}]")
"""After a letter a minus is a hyphen; after a number or its unit, `5万-7.5万`, it makes a range."""


def marks(text: str) -> list[tuple[int, str]]:
    """Where the marks of figures stand in a text, and what each becomes, from left to right: `.`, `-`, and `,` for whatever
    parts a decimal or a negative number from the figure beside it: 5.2 and 3.1 are not 5.23 and 1."""
    found, end = list[tuple[int, str]](), 0
    while mark := _MARK.search(text, end):
        start = end + len(text[end : mark.start()].rstrip(_DIGITS + _PARTING))
        end = mark.end()
        gap, was_marked = -1, False
        for one in _NUMERAL.finditer(text, start, end + 1):  # and what follows: a year's `年`
            point, further, _, after = one.groups()
            is_decimal = point is not None and not further
            at = one.start() - 1
            is_minus = text[at] in _MINUS and _SIGN.match(text, at) is not None
            is_signed = is_minus and (is_decimal or after.lstrip().startswith(_PERCENT))
            if is_signed:
                found.append((at, "-"))
            elif gap >= 0 and (was_marked or is_decimal):
                found.append((gap, ","))
            if is_decimal:
                found.append((one.start(1), "."))
            gap, was_marked = one.start(4), is_decimal or is_signed
    return found
