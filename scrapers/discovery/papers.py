"""Recognises the page of one day, whose address changes daily: a recipe that starts there would read that day for ever."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from datetime import date

from scrapers.dates import find_date
from scrapers.urls import path_and_query

_DAY = re.compile(
    r"(?<!\d)(?P<year>(?:19|20)\d\d)(?P<one>[-/_.]?)(?P<month>\d\d)(?P<two>[-/_.]?)(?P<day>\d\d)(?![^\W_])"
)


def day_of(url: str) -> str | None:
    """The day that an address holds after its host, as ISO 8601: `/html/2021-05/21/node_2.htm`, `/20210521/1.html`."""
    told = path_and_query(url)
    for match in _DAY.finditer(told):
        with suppress(ValueError):
            return date(int(match["year"]), int(match["month"]), int(match["day"])).isoformat()
    return (find_date(told) or "")[:10] or None


def is_paper(url: str, articles: Sequence[str]) -> bool:
    """Whether most articles of the page at `url` have its day in their addresses too."""
    day = day_of(url)
    return day is not None and 2 * sum(day_of(address) == day for address in articles) > len(articles)


def by_day(url: str, articles: Sequence[str]) -> dict[str, str] | None:
    """The values of a Daily for the paper whose page is at `url`: `path`, `front` and `leaves`. None where the pages of one day
    cannot be told from those of another, as the day is no folder, or from its articles."""
    told = path_and_query(url)
    match = next((found for found in _DAY.finditer(told) if day_of(found[0])), None)
    if match is None or "/" not in told[match.end() :] or "?" in told:
        return None
    folder, _, name = url.rpartition("/")
    stem, ending = re.split(r"[\d.]", name)[0], name[name.rfind(".") :]
    beside = [address for address in articles if address.rpartition("/")[0] == folder]
    if beside and (not stem or any(stem in address.rpartition("/")[2] for address in beside)):
        return None
    path = told[: told.rindex("/", 0, match.start()) + 1]
    before, after = (part.replace("%", "%%") for part in (told[len(path) : match.start()], told[match.end() :]))
    return {
        "path": path,
        "front": f"{before}%Y{match['one']}%m{match['two']}%d{after}",
        "leaves": f"a[href*='{stem}']" if beside else f"a[href$='{ending}']",
    }
