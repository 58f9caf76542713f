"""Chinese dates to ISO 8601 in Asia/Shanghai, with the precision of the text.

2021-05-21 17:11:49   ->  2021-05-21T17:11:49+08:00
2015年04月08日10:05   ->  2015-04-08T10:05+08:00
２０２０年１月１７日   ->  2020-01-17
二〇二〇年一月十七日   ->  2020-01-17
民國109年1月17日 下午3:05  ->  2020-01-17T15:05+08:00
09年11月27日          ->  2009-11-27
Jan 17, 2020          ->  2020-01-17
周五, 01/17/2020      ->  2020-01-17
17 2020-01            ->  2020-01-17 (find_leaf)
"""

from __future__ import annotations

import re
import unicodedata
from contextlib import suppress
from datetime import date, datetime, timedelta, timezone

SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")
"""China has had one time zone without daylight saving since 1992, before the first page we can meet."""

_DATE = re.compile(
    r"(?<!\d)(?P<year>(?:19|20)\d\d)\s*(?:年|[-/.])\s*(?P<month>\d{1,2})\s*(?:月|[-/.])\s*(?P<day>\d{1,2}(?!\d|\s*月)|\d\d(?=\d\d:\d\d))\s*日?"
    r"(?:(?:\s*\(?(?:星期|[周週])[一二三四五六日天]\)?)?[T\s]*(?:(?:北京|香港|[台臺]北)(?:时间|時間)\s*)?(?P<half>[上下中]午|凌晨|[清早]晨|早上|傍晚|晚上|夜间)?\s*(?P<hour>\d{1,2})\s*[:时時]\s*(?P<minute>\d{2}|\d(?=\s*分))\s*(?:[:分]\s*(?P<second>\d{2})(?:\.\d+)?)?秒?"
    r"\s*(?P<zone>Z\b|[+-]\d\d:?\d\d)?(?:\s*(?P<meridiem>[AaPp][Mm])\b)?)?"
)
_SPELLED = re.compile(
    r"(?P<year>[一二][〇○零O九0][〇○零O一二三四五六七八九0]{2})\s*年\s*(?P<month>元|十[一二]?|[一二三四五六七八九])\s*月"
    r"\s*(?P<day>[二三]?十[一二三四五六七八九]?|[一二三四五六七八九])\s*日"
)
"""`二〇二〇年一月十七日`, as decrees and notices are signed."""
_REPUBLIC = re.compile(r"(?:民國|民国)\s*(\d{2,3})\s*(?=年)")
"""The year in Taiwan's calendar: 1 is 1912."""
_SHORT = re.compile(r"(?<![\d\u4e00-\u9fff])(?<![\u4e00-\u9fff]\s)([0-4]\d)(?=年\d{1,2}月\d{1,2}日)")
"""A two-digit year of this century. After a Chinese character it may belong to an era, `昭和36年`; `98年` may be of Taiwan."""
_NIGHT = ("晚上", "夜间")
_MONTHS = "january february march april may june july august september october november december".split()
_MONTH = "|".join(f"{month[:3]}(?:{month[3:]})?" for month in _MONTHS)
_ENGLISH = re.compile(
    rf"(?<![\w-])(?P<month>{_MONTH})\.?\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<year>(?:19|20)\d\d)\b"
    rf"|(?<![\w-])(?<![a-z]\s)(?P<day2>\d{{1,2}})(?:st|nd|rd|th)?\s+(?P<month2>{_MONTH})\.?,?\s+(?P<year2>(?:19|20)\d\d)\b",
    re.IGNORECASE,
)
"""`Jan 17, 2020` and `17 January 2020`, but not the date in `COVID-19 March 2020`."""
_WEEKDAYS = "一二三四五六日"
_SLASHED = re.compile(
    r"(?:[周週]|星期)([一二三四五六日])\s*[,，]?\s*(\d{1,2})/(\d{1,2})/((?:19|20)\d\d)(?!\d)(?:\s*-?\s*(\d{1,2}:\d\d))?"
)
"""`周五, 01/17/2020 - 15:20`, as Drupal prints it: the weekday tells day and month apart."""
_DIGITS = {numeral: n for n, numeral in enumerate("〇一二三四五六七八九")} | dict.fromkeys("○零O0", 0) | {"元": 1}

_EPOCH = re.compile(r"(?:[1-3]\d|40)\d{8}(?:\d{3})?")
_LEAVES = (
    (re.compile(r"(\d{1,2})日?\s+((?:19|20)\d\d)\s*[-/.年]\s*(\d{1,2})月?"), r"\2-\3-\1"),
    (re.compile(r"((?:19|20)\d\d)\s*[-/.年]\s*(\d{1,2})月?\s+(\d{1,2})日?"), r"\1-\2-\3"),
    (re.compile(r"(\d\d)[-./](\d\d)\s+((?:19|20)\d\d)年?"), r"\3-\1-\2"),
    (re.compile(r"((?:19|20)\d\d)年?\s+(\d\d)[-./](\d\d)"), r"\1-\2-\3"),
)
"""A date printed like a calendar leaf: the part that changes daily is large, the rest is above or below it."""


def find_date(text: str) -> str | None:
    """The first date in `text` as ISO 8601, or None. A day stays a day; no missing part is filled in."""
    text = unicodedata.normalize("NFKC", text)
    if "年" in text:
        text = _REPUBLIC.sub(lambda told: str(int(told[1]) + 1911), _SPELLED.sub(_in_digits, text))
        text = _SHORT.sub(r"20\1", text)
    for match in _DATE.finditer(text):
        found = _iso(match)
        if found:
            return found
    if "/" in text and (slashed := _SLASHED.search(text)):
        return _by_weekday(slashed)
    if ("20" in text or "19" in text) and (english := _ENGLISH.search(text)):
        day, month, year = (english[name] or english[f"{name}2"] for name in ("day", "month", "year"))
        with suppress(ValueError):
            return date(int(year), _month(month), int(day)).isoformat()
    return None


def find_leaf(text: str) -> str | None:
    """The date that `text` shows as a calendar leaf, `21 2021-05` or `2021 05-21`, and nothing else; or None."""
    shown = ((leaf.fullmatch(text.strip()), order) for leaf, order in _LEAVES)
    return next((found for match, order in shown if match and (found := find_date(match.expand(order)))), None)


def from_epoch(told: str) -> str | None:
    """The moment of so many seconds or milliseconds since 1970, or None. Only those from 2001 to 2099 have these digits."""
    if not _EPOCH.fullmatch(told):
        return None
    return datetime.fromtimestamp(int(told[:10]), SHANGHAI).isoformat(timespec="seconds")


def day_of(iso: str) -> date:
    """The calendar day, in China, of a stored ISO date."""
    return date.fromisoformat(iso[:10])


def _iso(match: re.Match[str]) -> str | None:
    year, month, day = int(match["year"]), int(match["month"]), int(match["day"])
    try:
        told = date(year, month, day)
        if match["hour"] is None or _is_midnight(match):
            return told.isoformat()
        second = match["second"]
        moment = datetime(year, month, day, _hour(match), int(match["minute"]), int(second or 0))
    except ValueError:
        return None
    zone = _zone(match)
    if zone is not None and zone != SHANGHAI.utcoffset(None):
        moment = moment.replace(tzinfo=timezone(zone)).astimezone(SHANGHAI).replace(tzinfo=None)
    return moment.isoformat(timespec="seconds" if second else "minutes") + "+08:00"


def _by_weekday(match: re.Match[str]) -> str | None:
    """The date whose weekday is the one printed; None where neither or both orders of day and month have it."""
    weekday, one, other, year, time = match.groups()
    days = set()
    for month, day in ((one, other), (other, one)):
        with suppress(ValueError):
            days.add(date(int(year), int(month), int(day)))
    told = [day for day in days if _WEEKDAYS[day.weekday()] == weekday]
    return find_date(f"{told[0]} {time or ''}") if len(told) == 1 else None


def _is_midnight(match: re.Match[str]) -> bool:
    """`24:00` and `晚上12:05`: whether they are of this day or of the next, only the writer knows."""
    return (match["half"] in _NIGHT and match["hour"] == "12") or (match["hour"], match["minute"]) == ("24", "00")


def _hour(match: re.Match[str]) -> int:
    """The hour on the 24-hour clock: `下午3:05` and `3:05 PM` are 15, `12:05 AM` is 0."""
    hour = int(match["hour"])
    half = match["half"] or (match["meridiem"] or "").upper()
    if hour < 12 and (half in ("下午", "傍晚", "PM", *_NIGHT) or (half == "中午" and hour < 3)):
        return hour + 12
    return 0 if half in ("AM", "凌晨") and hour == 12 else hour


def _month(name: str) -> int:
    """The number of an English month, by its first three letters."""
    return next(n for n, month in enumerate(_MONTHS, 1) if month.startswith(name[:3].lower()))


def _in_digits(match: re.Match[str]) -> str:
    year = "".join(str(_DIGITS[numeral]) for numeral in match["year"])
    return f"{year}年{_number(match['month'])}月{_number(match['day'])}日"


def _number(numerals: str) -> int:
    """`二十三` is 23, `十` is 10, `元` is 1."""
    tens, ten, ones = numerals.rpartition("十")
    return 10 * _DIGITS.get(tens, 1) * bool(ten) + _DIGITS.get(ones, 0)


def _zone(match: re.Match[str]) -> timedelta | None:
    """The offset from UTC, if given. `14:00-16:30` is a time span, so a zone needs ISO's `T`, a `Z` or a plus sign."""
    text = match["zone"]
    if text is None or not ("T" in match[0] or text[0] in "+Z"):
        return None
    if text == "Z":
        return timedelta()
    hours, minutes = int(text[1:3]), int(text[-2:])
    if hours > 14 or minutes > 59:
        return None
    return timedelta(hours=hours, minutes=minutes) * (-1 if text[0] == "-" else 1)
