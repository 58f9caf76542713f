"""Bytes to text: the charset is told by the bytes, not by the label.

Chinese pages label GBK as gb2312, GBK as utf-8 and utf-8 as gb2312. Where the bytes are no UTF-8, what the label says and what
Resiliparse's detector says are both tried, and the one that gives everyday Chinese is right.
"""

from __future__ import annotations

import codecs
import re
from functools import cache

from resiliparse.parse.encoding import detect_encoding

from scrapers.model import Outcome, Unreadable

REPLACEMENT = "\ufffd"

_LABEL = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([\w-]{2,20})""", re.I)
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


def decode(data: bytes, content_type: str | None = None) -> str:
    """The text of a page. A byte that fits no charset becomes U+FFFD, which no bulletin may hold (see `article`).

    Raises Unreadable(charset) where more than one character in a hundred would be lost.
    """
    name = charset(data, content_type)
    text = data.decode(name, errors="replace")
    lost = text.count(REPLACEMENT)
    if lost > 1 and lost * 100 > len(text):
        raise Unreadable(
            Outcome.CHARSET, f"the bytes fit no charset ({name} loses {lost} characters): save the page again"
        )
    return text


def charset(data: bytes, content_type: str | None = None) -> str:
    """The name of the codec to read `data` with."""
    for bom, name in _BOMS:
        if data.startswith(bom):
            return name
    label = _known(_label(data, content_type) or "")
    try:
        data.decode("utf-8")
        names = ["utf-8", label]
    except UnicodeDecodeError as error:
        if error.start >= len(data) - 3 and error.start > 0:
            return "utf-8"  # cut inside its last character
        names = [label, _known(detect_encoding(data, from_html_meta=False) or "")]
    names = [name for name in dict.fromkeys(names) if name]
    if len(names) < 2:
        return names[0] if names else "utf-8"
    fitting = [name for name in names if _fits(data, name)]
    return max(fitting, key=lambda name: _commonness(data, name), default=names[-1])


def _label(data: bytes, content_type: str | None) -> str | None:
    header = re.search(r"charset\s*=\s*[\"']?([\w-]+)", content_type or "", re.IGNORECASE)
    found = _LABEL.search(data[:4096])
    return header[1] if header else found[1].decode("ascii") if found else None


def _known(name: str) -> str:
    """The codec of a label; every GB charset is read as the widest, gb18030."""
    if re.fullmatch(r"(?i)gb.*|hz.*", name):
        return "gb18030"
    try:
        return codecs.lookup(name).name
    except LookupError:
        return ""


def _fits(data: bytes, name: str) -> bool:
    try:
        data.decode(name)
    except (UnicodeDecodeError, LookupError):
        return False
    return True


def _commonness(data: bytes, name: str) -> float:
    """How much of the text outside ASCII are Han characters of everyday use: those of the first level of GB 2312 or of Big5.
    Bytes that are read with the wrong charset give rare ones."""
    strange = [character for character in data.decode(name)[:8_000] if character > "\x7f"]
    return sum(map(_is_common, strange)) / max(len(strange), 1)


@cache
def _is_common(character: str) -> bool:
    levels = (("gb2312", 0xB0, 0xD7), ("big5", 0xA4, 0xC6))
    leads = ((character.encode(name, "ignore")[:1], low, high) for name, low, high in levels)
    return any(lead and low <= lead[0] <= high for lead, low, high in leads)
