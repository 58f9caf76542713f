"""Date and origin from a page's scripts: the systems of newspapers and ministries pass them to a script, which shows them
later."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

from scrapers.dates import find_date, from_epoch

MOST = 600
"""The number of an object's characters that are read on each side of its date."""
MOST_STATED = 200
"""The maximum number of dates in a page's scripts that are read."""

_VALUE = r"""["']?\s*[:=]\s*["']?((?:19|20)\d\d[-/]\d{1,2}[-/]\d{1,2}[^"'<>,;}]{0,20}|1\d{9}(?:\d{3})?(?!\d))"""
_PUBLISHED = tuple(
    re.compile(name + _VALUE)
    for name in ("publish_?(?:[tT]ime|[dD]ate|edAt|ed_at)", "publishtime", "pub_?(?:[tT]ime|[dD]ate)", "ptime")
)
_CREATED = tuple(
    re.compile(name + _VALUE) for name in ("create(?:d|dAt|d_at|_?[tT]ime|_?[dD]ate)", "Create(?:Time|Date)", "tm")
)
"""Each begins with plain letters, which makes the search ten times as fast."""
_OF_ARTICLE = re.compile(r"(?:title|Title|news|article|aid)\w*[\"']?\s*[:=]")
"""What else an object must hold for its creation date to be an article's; many other things have one."""
_ORIGIN = re.compile(r"""ource(?:Name|_name)?["']?\s*[:=]\s*["']([^"'<>\\]{2,30})["']""")
_HAN = re.compile("[\u4e00-\u9fff]{2}")


class Stated(NamedTuple):
    """When the article was published, and its first publisher or an empty text."""

    at: str
    origin: str


def stated(text: str) -> Stated | None:
    """The date and origin in a page's scripts, if all give the same day. Otherwise some describe recommended articles."""
    for patterns in (_PUBLISHED, _CREATED):
        found = [one for pattern in patterns for one in _found(pattern, text)]
        if found:
            return found[0] if len({one.at[:10] for one in found}) == 1 else None
    return None


def origin(text: str, day: str | None) -> str | None:
    """The origin in a script, beside the article's day; that must be `day` where it is known."""
    if not any(_HAN.search(told[1]) for told in _ORIGIN.finditer(text)):
        return None
    found = stated(text)
    return (found.origin or None) if found and (not day or found.at[:10] == day[:10]) else None


def _found(pattern: re.Pattern[str], text: str) -> Iterator[Stated]:
    for match in islice(pattern.finditer(text), MOST_STATED):
        if text[match.start() - 1 : match.start()].isalnum():
            continue  # the end of a longer name
        at = _at(match[1])
        around = _object(text, match.start(), match.end())
        if at and (pattern in _PUBLISHED or _OF_ARTICLE.search(around)):
            names = (told[1].strip() for told in _ORIGIN.finditer(around))
            yield Stated(at, next((name for name in names if _HAN.search(name)), ""))


def _at(told: str) -> str | None:
    return from_epoch(told) or find_date(told)


def _object(text: str, start: int, end: int) -> str:
    """The object, or the script, around a value."""
    ahead, behind = text[max(start - MOST, 0) : start], text[end : end + MOST]
    first = max(ahead.rfind("{"), ahead.rfind("<script"))
    ends = [at for at in (behind.find("}"), behind.find("</script")) if at >= 0]
    return ahead[first + 1 :] + text[start:end] + behind[: min(ends, default=MOST)]
