"""How list pages are numbered and what they hold, as values a recipe is made of.

A pager (Numbered, CountedFromZero, Linked, Sized, UntilEmpty, OnePage, Daily) says which list pages there are, and how many
rows one must hold where the site tells; Links and JsonRows find the items of one, Inside those of a list in another form. None
opens a socket: they are given a page and answer with addresses.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from html import unescape
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from scrapers.clean import one_line
from scrapers.dates import SHANGHAI, find_date
from scrapers.model import Item, Outcome, Problem, Unreadable
from scrapers.source import Ends, Items, Ref, Section
from scrapers.urls import normalise

if TYPE_CHECKING:
    from bs4 import BeautifulSoup, Tag

Number = Callable[[str], int | None]
"""Finds a number that a list page tells: of its last page, or of all rows. None where the page does not tell it."""


@dataclass(frozen=True, slots=True)
class Links:
    """The items of an HTML list: one element a `row`, in it a `link` and, where the site prints it, a `date`.

    Without `link` the row is the link itself. The title is the link's `title` attribute, which is whole where the printed
    text is cut short with dots. The date `:scope` is what the row prints outside of its elements.
    """

    row: str
    link: str | None = "a[href]"
    date: str | None = None

    def __call__(self, html: str, url: str) -> list[Item]:
        items = []
        for row in _parsed(html).select(self.row):
            link = row.select_one(self.link) if self.link else row
            href = link.get("href") if link else None
            if link is None or not isinstance(href, str):
                continue
            try:
                address = normalise(href, base=url)
            except Problem:
                continue  # javascript: and mailto: links stand in real lists
            items.append(
                Item(
                    url=address,
                    title=one_line(str(link.get("title") or link.get_text())),
                    date=find_date(_printed(row, self.date)) if self.date else None,
                )
            )
        return items


@dataclass(frozen=True, slots=True)
class JsonRows:
    """The items of a JSON list: `rows` is the path to it, `url` a template over a row's fields. A date may be printed, or be
    seconds since 1970."""

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
                    date=_date(row.get(self.date)),
                )
                for row in self.read(html, url)
            ]
        except (KeyError, Problem) as error:
            raise Unreadable(Outcome.NO_ITEMS, f"a row of {url} has no {error}: the site may have changed") from error

    def read(self, html: str, url: str) -> list[dict[str, object]]:
        """The rows of the list. Raises Unreadable where the answer is no JSON of that shape."""
        try:
            return [dict(row) for row in _at(html, self.rows)]
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise _unexpected(url, error) from error


@dataclass(frozen=True, slots=True)
class Inside:
    """The items of an HTML list that is sent inside another form: `unwrap` takes it out, `items` reads it."""

    unwrap: Callable[[str, str], str]
    items: Items

    def __call__(self, html: str, url: str) -> list[Item]:
        return self.items(self.unwrap(html, url), url)


def html_at(*path: str) -> Callable[[str, str], str]:
    """Takes the HTML out of a JSON answer, where it is the text at `path`. Raises Unreadable for an answer of another shape."""

    def unwrap(answer: str, url: str) -> str:
        try:
            return str(_at(answer, path))
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise _unexpected(url, error) from error

    return unwrap


def records(answer: str, url: str) -> str:
    """The records of a Hanweb datastore as HTML, each `<div class="record">`: `<record><![CDATA[…]]></record>` in XML, or in a
    script of the column's own page."""
    found = (part.partition("</record>")[0].strip() for part in answer.split("<record>")[1:])
    return "".join(f'<div class="record">{_cdata(record)}</div>' for record in found)


class _List:
    """What most pagers share: the list starts at the section's own address, and does not say how many rows a page holds."""

    __slots__ = ()

    def start(self, first: str, since: date | None, until: date) -> list[Ref]:
        return [Ref(first, "1")]

    def told(self, ref: Ref, html: str) -> int | None:
        return None


@dataclass(frozen=True, slots=True)
class Numbered(_List):
    """List pages with a number in their address: `pattern` gives that of page n, `last` finds the last page's number, `rows`
    how many rows all of them hold."""

    pattern: str
    last: Number
    rows: Number | None = None
    ends: Ends = "told"

    def more(self, ref: Ref, html: str) -> list[Ref]:
        page = int(ref.slice) + 1
        if page > (self.last(html) or 0):
            return []
        return [Ref(normalise(self.pattern.format(n=page), base=ref.url), str(page))]

    def told(self, ref: Ref, html: str) -> int | None:
        """Pages are of one length, the last perhaps shorter: what is told of it is that it holds a row."""
        page, pages, rows = int(ref.slice), self.last(html), self.rows(html) if self.rows else None
        if not pages or page > pages or rows is None:
            return None
        return -(-rows // pages) if page < pages or pages == 1 else min(1, rows)


@dataclass(frozen=True, slots=True)
class CountedFromZero(_List):
    """List pages as TRS numbers them: `index.html`, `index_1.html` …, so that page n has n - 1 in its address. Their number and
    name are told by `createPageHTML(pages, current, "index", "html")`, or the number alone by `countPage = pages`."""

    name: str = "index"
    ending: str = "html"
    ends: Ends = "told"

    def more(self, ref: Ref, html: str) -> list[Ref]:
        call, count = _TRS_PAGER.search(html), _TRS_COUNT.search(html)
        name, ending = (call["name"], call["ending"]) if call else (self.name, self.ending)
        pages = int(call["pages"] if call else count["pages"] if count else 0)
        page = int(ref.slice)
        return [Ref(normalise(f"{name}_{page}.{ending}", base=ref.url), str(page + 1))] if page < pages else []


@dataclass(frozen=True, slots=True)
class Linked(_List):
    """List pages with a number in their address, whose last one is not told but links to no later one of the same folder."""

    pattern: str
    ends: Ends = "told"

    def more(self, ref: Ref, html: str) -> list[Ref]:
        page = int(ref.slice) + 1
        folder = normalise(".", base=ref.url)
        form = re.escape(self.pattern).replace(re.escape("{n}"), r"(\d{1,6})")
        names = (re.split(r"[?#]", href)[0] for href in _HREF.findall(html))
        ours = (
            re.fullmatch(rf"(?:{re.escape(folder)}|{re.escape(urlsplit(folder).path)}|\./)?{form}", name)
            for name in names
        )
        if page > max((int(match[1]) for match in ours if match), default=0):
            return []
        return [Ref(normalise(self.pattern.format(n=page), base=ref.url), str(page))]


@dataclass(frozen=True, slots=True)
class Sized(_List):
    """List pages of `size` rows each, as many as the rows need whose number `rows` finds. In `pattern`, `n` is the number of a
    page, `first` and `last` are those of its rows, all from 1."""

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

    def told(self, ref: Ref, html: str) -> int | None:
        rows = self.rows(html)
        return None if rows is None else min(self.size, max(0, rows - (int(ref.slice) - 1) * self.size))


@dataclass(frozen=True, slots=True)
class UntilEmpty(_List):
    """List pages with a number in their address that go on until one holds nothing; `items` reads them."""

    pattern: str
    items: Items
    ends: Ends = "empty"

    def more(self, ref: Ref, html: str) -> list[Ref]:
        if not self.items(html, ref.url):
            return []
        page = int(ref.slice) + 1
        return [Ref(normalise(self.pattern.format(n=page), base=ref.url), str(page))]


@dataclass(frozen=True, slots=True)
class OnePage(_List):
    """A list that is one page."""

    ends: Ends = "told"

    def more(self, ref: Ref, html: str) -> list[Ref]:
        return []


@dataclass(frozen=True, slots=True)
class Daily(_List):
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


def missing_rows(section: Section, ref: Ref, html: str, items: Sequence[Item]) -> int:
    """How many rows the list page `ref` holds fewer than it says; 0 where it holds them, or does not say.

    html    what came back for it
    items   what was found on it: fewer than told where a selector misses rows, or where the site sends a cut list
    """
    return max(0, (section.pages.told(ref, html) or 0) - len(items))


def shtml_pages(prefix: str) -> Numbered:
    """The government shtml CMS: `<prefix>.shtml`, `<prefix>_2.shtml` …, 1-based, the last page told by `createPageHTML`."""
    return Numbered(f"{prefix}_{{n}}.shtml", _number_in(_SHTML_PAGER, "pages"), _number_in(_SHTML_PAGER, "rows"))


def phpcms_pages() -> Numbered:
    """PHPCMS v9: `1.html`, `2.html` …; the numbers printed in `#pages` reach the last page, `8条` tells the rows."""
    return Numbered("{n}.html", _last_phpcms_page, _phpcms_rows)


def number_after(word: str) -> Number:
    """Finds the number that follows `word` after a quote, a bracket, a colon or the like: `count="931"`, `<totalrecord>931`."""
    return _number_in(re.compile(rf"\b{word}\b[^\w,;]{{1,8}}(\d{{1,7}})\b", re.IGNORECASE), 1)


def number_at(*path: str) -> Number:
    """Finds the number that a JSON answer holds at `path`."""

    def find(answer: str) -> int | None:
        try:
            return int(_at(answer, path))
        except (ValueError, KeyError, TypeError, RecursionError):
            return None

    return find


_SHTML_PAGER = re.compile(
    r"createPageHTML\s*\(\s*['\"][\w-]+['\"]\s*,\s*(?P<pages>\d{1,6})\s*,\s*\d+\s*,\s*['\"][^'\"]+['\"]"
    r"(?:\s*,\s*['\"]\w+['\"]\s*,\s*(?P<rows>\d{1,7})\b)?"
)
"""createPageHTML('page_div', pages, current, 'prefix', 'shtml', rows). At TRS sites a function of the same name takes
the number of pages first and counts from 0; a quoted first argument tells the two apart."""
_TRS_PAGER = re.compile(
    r"createPageHTML\s*\(\s*(?P<pages>\d{1,6})\s*,\s*\d+\s*,\s*['\"](?P<name>[\w-]+)['\"]\s*,\s*['\"](?P<ending>\w+)['\"]"
)
_TRS_COUNT = re.compile(r"\bcountPage\s*=\s*['\"]?(?P<pages>\d{1,6})\b")
_HREF = re.compile(r"\bhref\s*=\s*[\"']?([^\"'\s>]+)", re.IGNORECASE)


def _number_in(pattern: re.Pattern[str], group: str | int) -> Number:
    def find(html: str) -> int | None:
        found = pattern.search(html)
        return int(found[group]) if found and found[group] else None

    return find


def _parsed(html: str) -> BeautifulSoup:
    """The elements of a list page. BeautifulSoup is imported here: a recipe is a value, read by commands that parse nothing."""
    from bs4 import BeautifulSoup

    return BeautifulSoup(html, "lxml")


def _last_phpcms_page(html: str) -> int | None:
    texts = (link.get_text(strip=True) for link in _parsed(html).select("#pages a, #pages span"))
    return max((int(text) for text in texts if text.isdecimal() and len(text) < 7), default=None)


def _phpcms_rows(html: str) -> int | None:
    pager = _parsed(html).select_one("#pages")
    found = re.search(r"(?<!\d)(\d{1,7})\s*条", pager.get_text(" ")) if pager else None
    return int(found[1]) if found else None


def _at(answer: str, path: Sequence[str]) -> Any:
    """What a JSON answer holds at `path`. Raises ValueError, KeyError, TypeError or RecursionError where that is nothing."""
    found = json.loads(answer)
    for name in path:
        found = found[name]
    return found


def _printed(row: Tag, where: str) -> str:
    """What the element `where` in a row prints, or the row itself outside of its elements."""
    if where == ":scope":
        return " ".join(row.find_all(string=True, recursive=False))
    element = row.select_one(where)
    return element.get_text() if element else ""


def _unexpected(url: str, error: Exception) -> Unreadable:
    sentence = f"{url} did not answer with the list it should ({type(error).__name__}): the site may have changed"
    return Unreadable(Outcome.NO_ITEMS, sentence)


def _cdata(text: str) -> str:
    """The characters of an XML element: those of its CDATA section, or its text with the entities undone."""
    if not text.startswith("<![CDATA["):
        return unescape(text)
    return text.removeprefix("<![CDATA[").removesuffix("]]>")


def _date(value: object) -> str | None:
    """A date as a JSON list tells it: printed, or in seconds since 1970. Numbers outside of 2000 to 2099 are no seconds."""
    if isinstance(value, int) and 946_656_000 <= value < 4_102_416_000:
        return datetime.fromtimestamp(value, SHANGHAI).isoformat(timespec="seconds")
    return find_date(str(value or ""))
