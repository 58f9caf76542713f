"""Bytes to text: the charset comes from the bytes, not from the label.

Chinese pages label GBK as gb2312, GBK as utf-8 and utf-8 as gb2312. Where the bytes are not UTF-8, and the label and
Resiliparse's detector disagree, the decoding with the most everyday Chinese wins.
"""

from __future__ import annotations

import codecs
import re
from functools import cache

from resiliparse.parse.encoding import detect_encoding

from scrapers.model import Outcome, Page, Unreadable

REPLACEMENT = "\ufffd"

_LABEL = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([\w-]{2,20})""", re.I)
_ASCII = re.compile(r"[\x00-\x7f]+")
_TOLD = frozenset("utf-8 utf-16 utf-16-le utf-16-be gb18030 big5 big5hkscs euc_jp shift_jis euc_kr".split())
"""The charsets for which a label counts. Western ones do not: servers send them by default, and they fit any bytes."""
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


def decode(data: bytes, content_type: str | None = None) -> str:
    """The text of a page. A byte that fits no charset becomes U+FFFD, which no bulletin may hold (see `article`).

    Raises Unreadable(charset) where more than one character in a hundred would be lost.
    """
    text = _text(data, content_type)
    lost = text.count(REPLACEMENT) if REPLACEMENT in text else 0  # `in` is ten times as fast as `count`
    if lost > 1 and lost * 100 > len(text):
        raise Unreadable(Outcome.CHARSET, f"the bytes fit no charset ({lost} characters are lost): save the page again")
    return text


def decode_page(page: Page) -> str:
    """The text of a received page. Raises Unreadable like `decode`."""
    return decode(page.body, page.content_type)


def _text(data: bytes, content_type: str | None) -> str:
    for bom, name in _BOMS:
        if data.startswith(bom):
            return data.decode(name, "replace")
    label = _known(_label(data, content_type))
    told = [label] if label in _TOLD else []
    try:
        text = data.decode()
        if told in ([], ["utf-8"]) or text.isascii():
            return text
        names = ["utf-8", *told]
    except UnicodeDecodeError as error:
        if _is_damaged_utf8(data, error.start):
            return data.decode(errors="replace")
        detected = _known(detect_encoding(data, from_html_meta=False)) or "utf-8"
        if detected in _TOLD and told in ([], [detected]):
            return data.decode(detected, "replace")
        names = [*told, detected, "utf-8", "gb18030", "big5"]
    return max((data.decode(name, "replace") for name in dict.fromkeys(names)), key=_chineseness)


def _is_damaged_utf8(data: bytes, at: int) -> bool:
    """Whether the invalid byte stands among much valid UTF-8, or at the end: no other charset looks like that."""
    if 0 < at >= len(data) - 3:
        return True  # cut inside its last character
    near = data[max(at - 2000, 0) : at + 2000].decode(errors="replace")
    lost = near.count(REPLACEMENT)
    return lost * 10 < len(_ASCII.sub("", near)) - lost


def _label(data: bytes, content_type: str | None) -> str | None:
    header = re.search(r"charset\s*=\s*[\"']?([\w-]+)", content_type or "", re.IGNORECASE)
    found = _LABEL.search(data[:4096])
    return header[1] if header else found[1].decode("ascii") if found else None


def _known(name: str | None) -> str:
    """The codec name of a charset; gb18030, the widest, for every GB charset; empty for an unknown name."""
    if re.fullmatch(r"(?i)gb.*|hz.*", name or ""):
        return "gb18030"
    try:
        return codecs.lookup(name or "").name
    except LookupError:
        return ""


def _chineseness(text: str) -> float:
    """The share of everyday Han characters (first level of GB 2312 or of Big5) in the text outside ASCII. A wrong charset
    yields rare characters; below about a third, the text is not Chinese at all."""
    strange = _ASCII.sub("", text)[:2_000]
    common = sum(map(_is_common, strange)) / max(len(strange), 1)
    return common if common > 0.3 else 0.0


@cache
def _is_common(character: str) -> bool:
    levels = (("gb2312", 0xB0, 0xD7), ("big5", 0xA4, 0xC6))
    leads = ((character.encode(name, "ignore")[:1], low, high) for name, low, high in levels)
    return any(lead and low <= lead[0] <= high for lead, low, high in leads)
