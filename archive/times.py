"""Times for readers, in Beijing time. Our own times are stored in UTC, the publisher's as the page gave them."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta, timezone

from scrapers.model import utc

BEIJING = timezone(timedelta(hours=8))


def beijing(stamp: str | None) -> str:
    """One of our own times (UTC) in Beijing time, to the minute."""
    moment = _moment(stamp)
    return moment.astimezone(BEIJING).strftime("%Y-%m-%d %H:%M") if moment else stamp or ""


def day(stamp: str | None) -> str:
    """The day in Beijing of one of our own times (UTC); from 16:00 UTC on it is the next day."""
    return beijing(stamp)[:10]


def published(stamp: str | None) -> str:
    """The publisher's time, as precise as the page gave it; in Beijing time if it has a zone."""
    moment = _moment(stamp)
    if moment and stamp:
        precision = "%Y-%m-%d %H:%M:%S" if _has_seconds(stamp) else "%Y-%m-%d %H:%M"
        return moment.astimezone(BEIJING).strftime(precision)
    return (stamp or "").replace("T", " ")


def zoned(stamp: str | None) -> str | None:
    """Any time of the archive in Beijing time, with `+08:00` and its own precision; unchanged if it has no zone."""
    moment = _moment(stamp)
    if moment is None or stamp is None:
        return stamp
    return moment.astimezone(BEIJING).isoformat(timespec="seconds" if _has_seconds(stamp) else "minutes")


def start_of(day: date) -> str:
    """The first second of a day in China, in the archive's time format."""
    return utc(datetime.combine(day, time(), BEIJING))


def end_of(day: date) -> str:
    """The last second of a day in China, in the archive's time format."""
    return utc(datetime.combine(day, time(23, 59, 59), BEIJING))


def _has_seconds(stamp: str) -> bool:
    return re.match(r"\d\d:\d\d:\d\d", stamp.partition("T")[2]) is not None


def _moment(stamp: str | None) -> datetime | None:
    """A stamp with a time of day and a zone, parsed; None for any other."""
    try:
        moment = datetime.fromisoformat(stamp) if stamp and "T" in stamp else None
    except ValueError:
        return None
    return moment if moment and moment.tzinfo else None
