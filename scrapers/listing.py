"""Pagers: how list pages are numbered, as values for recipes.

A pager (Numbered, CountedFromZero, Linked, NextLink, Sized, UntilEmpty, OnePage, Daily) says which list pages exist and, where
the site gives it, how many rows a page must hold. Pagers open no socket: they take a page and return addresses.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta
from html import unescape

from scrapers.clean import one_line
from scrapers.model import Item, Problem
from scrapers.rows import JsonRows, Links, at, base_of, parsed
from scrapers.source import Ends, Items, Ref, Section
from scrapers.urls import normalise, place

Number = Callable[[str], int | None]
"""Finds a number on a list page: that of the last page, or the total of rows. None where the page does not give it."""


class _List:
    """Defaults of most pagers: the list starts at the section's own address, and gives no number of rows for a page. The
    methods are described in `source.Pages`."""

    __slots__ = ()

    def start(self, first: str, since: date | None, until: date) -> list[Ref]:
        return [Ref(first, "1")]

    def more(self, ref: Ref, html: str) -> list[Ref]:
        return []

    def rows_stated(self, ref: Ref, html: str) -> int | None:
        return None

    def is_end_known(self, ref: Ref, html: str, rows: int) -> bool:
        """A page that is not the last by the number of pages stated on it must lead to another."""
        return int(ref.slice) >= _pages_stated(html) or bool(self.more(ref, html))


@dataclass(frozen=True, slots=True)
class Numbered(_List):
    """Pages with their number in the address. `pattern` is the address of page n, `last` finds the last page's number, `rows`
    the total of rows."""

    pattern: str
    last: Number
    rows: Number | None = None
    ends: Ends = "told"

    def more(self, ref: Ref, html: str) -> list[Ref]:
        page = int(ref.slice) + 1
        if page > (self.last(html) or 0):
            return []
        return [Ref(normalise(self.pattern.format(n=page), base=ref.url), str(page))]

    def rows_stated(self, ref: Ref, html: str) -> int | None:
        """All pages but the last hold the same number of rows. The last is only known to hold at least one."""
        page, pages, rows = int(ref.slice), self.last(html), self.rows(html) if self.rows else None
        if not pages or page > pages or rows is None:
            return None
        return -(-rows // pages) if page < pages or pages == 1 else min(1, rows)

    def is_end_known(self, ref: Ref, html: str, rows: int) -> bool:
        return self.last(html) is not None


@dataclass(frozen=True, slots=True)
class CountedFromZero(_List):
    """TRS numbering: `index.html`, `index_1.html` …, so the address of page n contains n - 1. `createPageHTML(pages, current,
    "index", "html")` gives the number of pages and their name; `countPage = pages` gives the number alone."""

    name: str = "index"
    ending: str = "html"
    ends: Ends = "told"

    def more(self, ref: Ref, html: str) -> list[Ref]:
        call, count = _TRS_PAGER.search(html), _TRS_COUNT.search(html)
        name, ending = (call["name"], call["ending"]) if call else (self.name, self.ending)
        if count and not call and (told := _TRS_ENDING.search(html, count.end(), count.end() + MOST_OF_A_SCRIPT)):
            ending = told[1]
        pages = int(call["pages"] if call else count["pages"] if count else 0)
        page = int(ref.slice)
        return [Ref(normalise(f"{name}_{page}.{ending}", base=ref.url), str(page + 1))] if page < pages else []

    def is_end_known(self, ref: Ref, html: str, rows: int) -> bool:
        return bool(_TRS_PAGER.search(html) or _TRS_COUNT.search(html))


@dataclass(frozen=True, slots=True)
class Linked(_List):
    """Pages with their number in the address. The last page's number is not given; the last page just links to no later one.
    `pattern` is relative to the list; page n has n - `shift` in it."""

    pattern: str
    shift: int = 0
    ends: Ends = "told"

    def more(self, ref: Ref, html: str) -> list[Ref]:
        number = int(ref.slice) + 1 - self.shift
        before, after = normalise(self.pattern.replace("{n}", str(_SOME)), base=ref.url).split(str(_SOME))
        numbered = re.compile(rf"{re.escape(place(before))}(\d{{1,6}}){re.escape(after)}")
        last = 0
        for href in _HREF.findall(html):
            there = unescape(href) if "?" in after + before else re.split(r"[?#]", href)[0]
            with suppress(Problem):
                found = numbered.fullmatch(place(normalise(there, base=ref.url)))
                last = max(last, int(found[1])) if found else last
        return [Ref(f"{before}{number}{after}", str(int(ref.slice) + 1))] if number <= last else []


@dataclass(frozen=True, slots=True)
class NextLink(_List):
    """Pages that each link to the next, where the numbers count down or follow no rule."""

    ends: Ends = "told"

    def more(self, ref: Ref, html: str) -> list[Ref]:
        soup = parsed(html)
        for link in soup.select("a[href]"):
            if _NEXT.fullmatch(one_line(link.get_text())):
                with suppress(Problem):
                    address = normalise(str(link.get("href")), base=base_of(soup, ref.url))
                    return [Ref(address, str(int(ref.slice) + 1))] if address != ref.url else []
        return []


@dataclass(frozen=True, slots=True)
class Sized(_List):
    """Pages of `size` rows each; `rows` finds the total, which gives the number of pages. In `pattern`, `n` is the page
    number, `first` and `last` are the numbers of its rows, all counted from 1."""

    pattern: str
    size: int
    rows: Number
    ends: Ends = "told"

    def more(self, ref: Ref, html: str) -> list[Ref]:
        before = int(ref.slice) * self.size
        if before >= (self.rows(html) or 0):
            return []
        page = int(ref.slice) + 1
        address = self.pattern.format(n=page, first=before + 1, last=before + self.size)
        return [Ref(normalise(address, base=ref.url), str(page))]

    def rows_stated(self, ref: Ref, html: str) -> int | None:
        rows = self.rows(html)
        return None if rows is None else min(self.size, max(0, rows - (int(ref.slice) - 1) * self.size))

    def is_end_known(self, ref: Ref, html: str, rows: int) -> bool:
        """Without a total, only a page that is not full can be the last. A total that is smaller than this page's number of
        rows is some other number."""
        total = self.rows(html)
        return rows < self.size if total is None else rows <= total


@dataclass(frozen=True, slots=True)
class UntilEmpty(_List):
    """Pages with their number in the address, up to the first page without items. `items` reads them."""

    pattern: str
    items: Items
    ends: Ends = "empty"

    def more(self, ref: Ref, html: str) -> list[Ref]:
        if not self.items(html, ref.url):
            return []
        page = int(ref.slice) + 1
        return [Ref(normalise(self.pattern.format(n=page), base=ref.url), str(page))]

    def rows_stated(self, ref: Ref, html: str) -> int | None:
        """The rows of a JSON list, including those without an address, which are no items."""
        return len(self.items.read(html, ref.url)) if isinstance(self.items, JsonRows) else None


@dataclass(frozen=True, slots=True)
class OnePage(_List):
    """A list of a single page."""

    ends: Ends = "told"


@dataclass(frozen=True, slots=True)
class Daily(_List):
    """A paper a day: `front` is the address of its first page as a strftime pattern, `leaves` selects the links to the others.

    One day is one slice. A fetch looks back `days`, as papers do not appear every day.
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
            return []  # only the first page of a day lists the others
        folder = place(ref.url).rpartition("/")[0]  # a link into another day's paper is skipped
        found = {place(item.url): item.url for item in Links(self.leaves, link=None)(html, ref.url)}
        found.pop(place(ref.url), None)
        return [Ref(url, ref.slice) for name, url in sorted(found.items()) if name.rpartition("/")[0] == folder]

    def is_end_known(self, ref: Ref, html: str, rows: int) -> bool:
        return True


def missing_rows(section: Section, ref: Ref, html: str, items: Sequence[Item]) -> int:
    """How many rows the list page `ref` lacks by its own count; 0 where it is complete or gives no count.

    html    the page as received
    items   the items found on it: too few where a selector misses rows, or where the site sends a cut list
    """
    return max(0, (section.pages.rows_stated(ref, html) or 0) - len(items))


def shtml_pages(prefix: str) -> Numbered:
    """The government shtml CMS: `<prefix>.shtml`, `<prefix>_2.shtml` …, from 1; `createPageHTML` gives the last page."""
    return Numbered(f"{prefix}_{{n}}.shtml", _number_in(_SHTML_PAGER, "pages"), _number_in(_SHTML_PAGER, "rows"))


def phpcms_pages() -> Numbered:
    """PHPCMS v9: `1.html`, `2.html` …; the highest number in `#pages` is the last page, `8条` is the number of rows."""
    return Numbered("{n}.html", _last_phpcms_page, _phpcms_rows)


def number_after(word: str) -> Number:
    """Finds the number after `word` and a quote, bracket, colon or the like: `count="931"`, `<totalrecord>931`."""
    return _number_in(re.compile(rf"\b{word}\b[^\w,;]{{1,8}}(\d{{1,7}})\b", re.IGNORECASE), 1)


def number_at(*path: str) -> Number:
    """Finds the number at `path` in a JSON response."""

    def find(answer: str) -> int | None:
        try:
            return int(at(answer, path))
        except (ValueError, KeyError, TypeError, RecursionError):
            return None

    return find


_SHTML_PAGER = re.compile(
    r"createPageHTML\s*\(\s*['\"][\w-]+['\"]\s*,\s*(?P<pages>\d{1,6})\s*,\s*\d+\s*,\s*['\"][^'\"]+['\"]"
    r"(?:\s*,\s*['\"]\w+['\"]\s*,\s*(?P<rows>\d{1,7})\b)?"
)
"""createPageHTML('page_div', pages, current, 'prefix', 'shtml', rows). TRS sites have a function of the same name that takes
the number of pages first and counts from 0. A quoted first argument distinguishes the two."""
_CREATE_PAGE = r"createPage(?:HTML)?\w{0,9}\s*\(\s*"
_TRS_PAGER = re.compile(
    _CREATE_PAGE + r"['\"]?(?P<pages>\d{1,6})['\"]?\s*,\s*['\"]?\d+['\"]?\s*,\s*"
    r"['\"](?:\./)?(?P<name>[\w-]+)['\"]\s*,\s*['\"]\.?(?P<ending>\w+)['\"]"
)
_TRS_COUNT = re.compile(r"\bcountPage\s*=\s*['\"]?(?P<pages>\d{1,6})\b")
_TRS_ENDING = re.compile(r"""["'.](s?html?)\\?["'>]""")
MOST_OF_A_SCRIPT = 4_000
"""How far after the page count a script's file ending is looked for, in characters."""
_TAGS = r"(?:<[^<>]{1,80}>\s*)*"
_STATED = re.compile(
    rf"共\s*{_TAGS}(?P<all>\d{{1,5}})\s*{_TAGS}页"  # 共25页
    r"|(?<![\d/])\d{1,5}\s*/\s*(?P<of>\d{1,5})\s*页"  # 1/25页
    rf"|{_CREATE_PAGE}(?:['\"][\w-]{{1,40}}['\"]\s*,\s*)?['\"]?(?P<call>\d{{1,6}})\b"  # createPageHTML('page_div', 25
)
"""The number of pages as a pager shows it, or as its script is called with it."""
_FURTHER = re.compile(r"[下后]一?[页頁]|[尾末][页頁]|createPage")
"""What else a pager holds: without it, `共25页` may be a sentence about a document."""
_SOME = 987_654_321
"""A placeholder number that occurs in no address."""
_NEXT = re.compile(r"[\[(]?\s*(?:下一?[页頁]|后一?页|next(?: page)?)\s*[›»>→]*\s*[\])]?|[›»>]", re.IGNORECASE)
_HREF = re.compile(r"\bhref\s*=\s*[\"']?([^\"'\s>]+)", re.IGNORECASE)


def _number_in(pattern: re.Pattern[str], group: str | int) -> Number:
    def find(html: str) -> int | None:
        found = pattern.search(html)
        return int(found[group]) if found and found[group] else None

    return find


def _pages_stated(html: str) -> int:
    """The number of pages of a list as its pager shows it; 1 where no number, or no pager, is found."""
    if not _FURTHER.search(html):
        return 1
    return max((int(found[found.lastgroup or 0]) for found in _STATED.finditer(html)), default=1)


def _last_phpcms_page(html: str) -> int | None:
    """The highest number in the pager; 1 where that is empty, as below a list of one page."""
    soup = parsed(html)
    texts = (link.get_text(strip=True) for link in soup.select("#pages a, #pages span"))
    return max(
        (int(text) for text in texts if text.isdecimal() and len(text) < 7),
        default=1 if soup.select_one("#pages") else None,
    )


def _phpcms_rows(html: str) -> int | None:
    pager = parsed(html).select_one("#pages")
    found = re.search(r"(?<!\d)(\d{1,7})\s*条", pager.get_text(" ")) if pager else None
    return int(found[1]) if found else None
