"""Bytes to text: the charset is told by the bytes, not by the label.

Chinese pages label GBK as gb2312, GBK as utf-8 and utf-8 as gb2312; the label is only asked where the bytes leave it open.
"""

from __future__ import annotations

import codecs
import re

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
    try:
        data.decode("utf-8")
        return "utf-8"
    except UnicodeDecodeError as error:
        if error.start >= len(data) - 3 and error.start > 0:
            return "utf-8"  # cut inside its last character
    told = detect_encoding(data, from_html_meta=False) or _label(data, content_type) or "utf-8"
    return "gb18030" if re.fullmatch(r"(?i)gb.*|hz.*", told) else _known(told)


def _label(data: bytes, content_type: str | None) -> str | None:
    header = re.search(r"charset\s*=\s*[\"']?([\w-]+)", content_type or "", re.I)
    found = _LABEL.search(data[:4096])
    return header[1] if header else found[1].decode("ascii") if found else None


def _known(name: str) -> str:
    try:
        return codecs.lookup(name).name
    except LookupError:
        return "utf-8"
