"""How list pages are numbered and what they hold, as values a recipe is made of.

A pager (`Pages`) says which list pages there are; `Links` finds the items of one. Neither opens a socket: they are
given a page and answer with addresses.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from bs4 import BeautifulSoup

from scrapers.clean import one_line
from scrapers.dates import find_date
from scrapers.model import Item, Problem
from scrapers.source import Ref
from scrapers.urls import normalise


@dataclass(frozen=True, slots=True)
class Links:
    """The items of an HTML list: one element a `row`, in it a `link` and, where the site prints it, a `date`.

    The title is the link's `title` attribute, which is whole where the printed text is cut short with dots.
    """

    row: str
    link: str = "a[href]"
    date: str | None = None

    def __call__(self, html: str, url: str) -> list[Item]:
        items = []
        for row in BeautifulSoup(html, "lxml").select(self.row):
            link = row.select_one(self.link)
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
class ShtmlPages:
    """`<prefix>.shtml`, `<prefix>_2.shtml` …: 1-based, the last page told by `createPageHTML`."""

    prefix: str

    def start(self, first: str, since: date | None, until: date) -> list[Ref]:
        return [Ref(first, "1")]

    def more(self, ref: Ref, html: str) -> list[Ref]:
        page = int(ref.slice) + 1
        if page > (_last_shtml_page(html) or 0):
            return []
        return [Ref(normalise(f"{self.prefix}_{page}.shtml", base=ref.url), str(page))]


def shtml_pages(prefix: str) -> ShtmlPages:
    """The pager of the government shtml CMS."""
    return ShtmlPages(prefix)


_SHTML_PAGER = re.compile(r"createPageHTML\s*\(\s*['\"]\w+['\"]\s*,\s*(\d+)\s*,\s*\d+\s*,\s*['\"][^'\"]+['\"]")
"""createPageHTML('page_div', pages, current, 'prefix', 'shtml', rows). At TRS sites a function of the same name takes
the number of pages first and counts from 0; a quoted first argument tells the two apart."""


def _last_shtml_page(html: str) -> int | None:
    found = _SHTML_PAGER.search(html)
    return int(found[1]) if found else None
