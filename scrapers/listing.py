"""How list pages are numbered and what they hold, as values a recipe is made of.

A pager (Numbered, UntilEmpty, OnePage, Daily) says which list pages there are; Links and JsonRows find the items of one.
None opens a socket: they are given a page and answer with addresses.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from bs4 import BeautifulSoup

from scrapers.clean import one_line
from scrapers.dates import find_date
from scrapers.model import Item, Outcome, Problem, Unreadable
from scrapers.source import Ends, Items, Ref
from scrapers.urls import normalise


@dataclass(frozen=True, slots=True)
class Links:
    """The items of an HTML list: one element a `row`, in it a `link` and, where the site prints it, a `date`.

    Without `link` the row is the link itself. The title is the link's `title` attribute, which is whole where the printed
    text is cut short with dots.
    """

    row: str
    link: str | None = "a[href]"
    date: str | None = None

    def __call__(self, html: str, url: str) -> list[Item]:
        items = []
        for row in BeautifulSoup(html, "lxml").select(self.row):
            link = row.select_one(self.link) if self.link else row
            href = link.get("href") if link else None
            if link is None or not isinstance(href, str):
                continue
            try:
                address = normalise(href, base=url)
            except Problem:
                continue  # javascript: and mailto: links stand in real lists
            stamp = row.select_one(self.date) if self.date else None
            items.append(
                Item(
                    url=address,
                    title=one_line(str(link.get("title") or link.get_text())),
                    date=find_date(stamp.get_text()) if stamp else None,
                )
            )
        return items


@dataclass(frozen=True, slots=True)
class JsonRows:
    """The items of a JSON list: `rows` is the path to it, `url` a template over a row's fields."""

    rows: tuple[str, ...]
    url: str
    title: str
    date: str

    def __call__(self, html: str, url: str) -> list[Item]:
        try:
            return [
                Item(
                    url=normalise(self.url.format_map(row), base=url),
                    title=one_line(str(row.get(self.title) or "")),
                    date=find_date(str(row.get(self.date) or "")),
                )
                for row in self.read(html, url)
            ]
        except (KeyError, Problem) as error:
            raise Unreadable(Outcome.NO_ITEMS, f"a row of {url} has no {error}: the site may have changed") from error

    def read(self, html: str, url: str) -> list[dict[str, object]]:
        """The rows of the list. Raises Unreadable where the answer is no JSON of that shape."""
        try:
            found = json.loads(html)
            for name in self.rows:
                found = found[name]
            return [dict(row) for row in found]
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            sentence = (
                f"{url} did not answer with the list it should ({type(error).__name__}): the site may have changed"
            )
            raise Unreadable(Outcome.NO_ITEMS, sentence) from error


@dataclass(frozen=True, slots=True)
class Numbered:
    """List pages with a number in their address: `pattern` gives that of page n, `last` finds the last page's number."""

    pattern: str
    last: Callable[[str], int | None]
    ends: Ends = "told"

    def start(self, first: str, since: date | None, until: date) -> list[Ref]:
        return [Ref(first, "1")]

    def more(self, ref: Ref, html: str) -> list[Ref]:
        page = int(ref.slice) + 1
        if page > (self.last(html) or 0):
            return []
        return [Ref(normalise(self.pattern.format(n=page), base=ref.url), str(page))]


@dataclass(frozen=True, slots=True)
class UntilEmpty:
    """List pages with a number in their address that go on until one holds nothing; `items` reads them."""

    pattern: str
    items: Items
    ends: Ends = "empty"

    def start(self, first: str, since: date | None, until: date) -> list[Ref]:
        return [Ref(first, "1")]

    def more(self, ref: Ref, html: str) -> list[Ref]:
        if not self.items(html, ref.url):
            return []
        page = int(ref.slice) + 1
        return [Ref(normalise(self.pattern.format(n=page), base=ref.url), str(page))]


@dataclass(frozen=True, slots=True)
class OnePage:
    """A list that is one page."""

    ends: Ends = "told"

    def start(self, first: str, since: date | None, until: date) -> list[Ref]:
        return [Ref(first, "1")]

    def more(self, ref: Ref, html: str) -> list[Ref]:
        return []


@dataclass(frozen=True, slots=True)
class Daily:
    """A paper a day: `front` is the address of its first page as a strftime pattern, `leaves` finds the others on it.

    One day is one slice. A fetch looks back `days`, as papers do not appear on every day.
    """

    front: str
    leaves: str
    days: int = 7
    ends: Ends = "missing"

    def start(self, first: str, since: date | None, until: date) -> list[Ref]:
        count = (until - since).days + 1 if since else self.days
        days = (until - timedelta(days=n) for n in range(count))
        return [Ref(normalise(day.strftime(self.front), base=first), day.isoformat()) for day in days]

    def more(self, ref: Ref, html: str) -> list[Ref]:
        if not ref.url.endswith(date.fromisoformat(ref.slice).strftime(self.front)):
            return []  # only the first page of a day is asked for the others
        folder = ref.url.rpartition("/")[0]  # a link into another day's paper is none of this one
        found = {item.url for item in Links(self.leaves, link=None)(html, ref.url)} - {ref.url}
        return [Ref(url, ref.slice) for url in sorted(found) if url.rpartition("/")[0] == folder]


def shtml_pages(prefix: str) -> Numbered:
    """The government shtml CMS: `<prefix>.shtml`, `<prefix>_2.shtml` …, 1-based, the last page told by `createPageHTML`."""
    return Numbered(f"{prefix}_{{n}}.shtml", _last_shtml_page)


def phpcms_pages() -> Numbered:
    """PHPCMS v9: `1.html`, `2.html` …; the numbers printed in `#pages` reach the last page."""
    return Numbered("{n}.html", _last_phpcms_page)


_SHTML_PAGER = re.compile(r"createPageHTML\s*\(\s*['\"][\w-]+['\"]\s*,\s*(\d{1,6})\s*,\s*\d+\s*,\s*['\"][^'\"]+['\"]")
"""createPageHTML('page_div', pages, current, 'prefix', 'shtml', rows). At TRS sites a function of the same name takes
the number of pages first and counts from 0; a quoted first argument tells the two apart."""


def _last_shtml_page(html: str) -> int | None:
    found = _SHTML_PAGER.search(html)
    return int(found[1]) if found else None


def _last_phpcms_page(html: str) -> int | None:
    texts = (link.get_text(strip=True) for link in BeautifulSoup(html, "lxml").select("#pages a, #pages span"))
    return max((int(text) for text in texts if text.isdecimal() and len(text) < 7), default=None)
