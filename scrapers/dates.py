"""Chinese dates to ISO 8601, Asia/Shanghai, with the precision that was told.

2021-05-21 17:11:49   ->  2021-05-21T17:11:49+08:00
2015年04月08日10:05   ->  2015-04-08T10:05+08:00
２０２０年１月１７日   ->  2020-01-17
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime, timedelta, timezone

SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")
"""China has kept one zone without daylight saving since 1992, before the first page we can meet."""

_DATE = re.compile(
    r"(?<!\d)(?P<year>(?:19|20)\d\d)\s*(?:年|[-/.])\s*(?P<month>\d{1,2})\s*(?:月|[-/.])\s*(?P<day>\d{1,2}(?!\d)|\d\d(?=\d\d:\d\d))\s*日?"
    r"(?:[T\s]*(?P<hour>\d{1,2})\s*[:时]\s*(?P<minute>\d{2})\s*(?:[:分]\s*(?P<second>\d{2})(?:\.\d+)?)?秒?"
    r"\s*(?P<zone>Z\b|[+-]\d\d:?\d\d)?)?"
)


def find_date(text: str) -> str | None:
    """The first date in `text` as ISO 8601, or None. A day stays a day; nothing is filled in."""
    for match in _DATE.finditer(unicodedata.normalize("NFKC", text)):
        found = _iso(match)
        if found:
            return found
    return None


def day_of(iso: str) -> date:
    """The calendar day, in China, of a stored ISO date."""
    return date.fromisoformat(iso[:10])


def _iso(match: re.Match[str]) -> str | None:
    year, month, day = int(match["year"]), int(match["month"]), int(match["day"])
    try:
        told = date(year, month, day)
        if match["hour"] is None:
            return told.isoformat()
        second = match["second"]
        moment = datetime(year, month, day, int(match["hour"]), int(match["minute"]), int(second or 0))
    except ValueError:
        return None
    zone = _zone(match)
    if zone is not None and zone != SHANGHAI.utcoffset(None):
        moment = moment.replace(tzinfo=timezone(zone)).astimezone(SHANGHAI).replace(tzinfo=None)
    return moment.isoformat(timespec="seconds" if second else "minutes") + "+08:00"


def _zone(match: re.Match[str]) -> timedelta | None:
    """The offset from UTC where one is told. `14:00-16:30` is a span of time: only ISO's `T` or a plus sign makes a zone."""
    text = match["zone"]
    if text is None or not ("T" in match[0] or text[0] in "+Z"):
        return None
    if text == "Z":
        return timedelta()
    hours, minutes = int(text[1:3]), int(text[-2:])
    if hours > 14 or minutes > 59:
        return None
    return timedelta(hours=hours, minutes=minutes) * (-1 if text[0] == "-" else 1)
