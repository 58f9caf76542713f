"""The list on a page of which no recipe is known: its rows, their links and dates.

    find_items(html, url)   Links("ul.list li", date="span.time")

What is found was tried on the page it was found on.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from bs4 import BeautifulSoup, Tag

from scrapers.clean import one_line
from scrapers.dates import find_date
from scrapers.discovery.selectors import names, selectors
from scrapers.extraction.prose import ATTACHMENT
from scrapers.model import Problem
from scrapers.rows import Links
from scrapers.urls import normalise

MOST_LINKS = 3_000
LEAST_DATED = 2
"""Rows with a date that make a list."""
LEAST_UNDATED = 5
"""Rows without dates that make a list, where their links share one shape and their titles are sentences."""
LONG_TITLE = 8
"""Characters of a title that is no name of a column."""


def find_items(html: str, url: str) -> Links | None:
    """Where the rows of the page's list stand, with their links and dates; None where it holds no list.

    A list is a group of article links that stand in the same place of the page's outline; the one with the most dated rows
    is the page's own.
    """
    if not re.match(r"\s*<(?!\?xml)", html):
        return None  # rows of another form have an interface of their own
    soup = BeautifulSoup(html, "lxml")
    groups: defaultdict[tuple[str, ...], list[Tag]] = defaultdict(list)
    for link in soup.select("a[href]", limit=MOST_LINKS):
        if _is_article(_address(link, url)):
            groups[_place(link)].append(link)
    lists = [_rows(links) for links in groups.values()]
    for rows in sorted(lists, key=_worth, reverse=True):
        if _is_list(rows, url):
            found = _spelled(rows, html, url)
            if found is not None:
                return found
    return None


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a list: the element, its link, and the date that stands in it."""

    element: Tag
    link: Tag
    date: str | None

    @property
    def title(self) -> str:
        """The words of the link."""
        return one_line(str(self.link.get("title") or self.link.get_text()))


def _rows(links: Sequence[Tag]) -> list[Row]:
    """The rows of links in the same place: as far above each link as no other row is met in any."""
    shared = Counter(id(above) for link in links for above in (link, *link.parents))
    climbed = []
    for link in links:
        chain = [link, *link.parents]
        alone = [element for element in chain if shared[id(element)] == 1 and element.name not in ("body", "html")]
        climbed.append(alone)
    steps = min(len(alone) for alone in climbed)
    elements = [alone[max(steps - 1, 0)] if alone else link for alone, link in zip(climbed, links, strict=True)]
    return [Row(element, link, _date_in(element, link)) for element, link in zip(elements, links, strict=True)]


def _date_in(row: Tag, link: Tag) -> str | None:
    stamp = _stamp(row, link)
    return find_date(_own_text(row) if stamp is row else stamp.get_text()) if stamp else None


def _stamp(row: Tag, link: Tag) -> Tag | None:
    """The smallest element of a row that prints a date and little else; the row itself where the date stands in it bare."""
    dated = [
        element
        for element in row.find_all(True)
        if element is not link and len(text := element.get_text().strip()) < 30 and find_date(text)
    ]
    if dated:
        return min(dated, key=lambda element: len(list(element.descendants)))
    return row if row is not link and find_date(_own_text(row)) else None


def _own_text(element: Tag) -> str:
    return " ".join(element.find_all(string=True, recursive=False))


def _worth(rows: Sequence[Row]) -> tuple[int, int]:
    """The list with the most dates, then the one with the most sentences for titles."""
    dated = sum(row.date is not None for row in rows)
    return dated if dated >= LEAST_DATED else 0, sum(len(row.title) >= LONG_TITLE for row in rows)


def _is_list(rows: Sequence[Row], url: str) -> bool:
    dated, titled = _worth(rows)
    if dated * 2 > len(rows):
        return True
    shapes = Counter(_shape(_address(row.link, url)) for row in rows)
    return titled >= LEAST_UNDATED and titled * 2 > len(rows) and max(shapes.values()) >= 0.8 * len(rows)


def _spelled(rows: Sequence[Row], html: str, url: str) -> Links | None:
    """The simplest Links that finds these rows, all of them and no other, with their dates where they have them."""
    first = rows[0]
    wanted = [_address(row.link, url) for row in rows]
    for selector in _row_selectors(first.element):
        for link in (
            (None,) if first.element is first.link else ("a[href]", "a[title]", *selectors(first.link, first.element))
        ):
            found = Links(selector, link)
            if [item.url for item in found(html, url)] == wanted:
                return _with_date(found, rows, html, url)
    return None


def _row_selectors(row: Tag) -> Iterator[str]:
    """A row is named by what holds it: names of the row itself often tell its looks."""
    inner = row.name
    for above in row.parents:
        if above.name in ("body", "html", "[document]"):
            break
        for name in names(above):
            yield f"{name} {row.name}"
            yield f"{name} {inner}"
            yield f"{name} > {inner}"
        inner = f"{above.name} > {inner}"
    yield from selectors(row)
    yield inner


def _with_date(found: Links, rows: Sequence[Row], html: str, url: str) -> Links:
    dated = next((row for row in rows if row.date), None)
    stamp = _stamp(dated.element, dated.link) if dated else None
    if dated is None or stamp is None:
        return found
    wanted = [row.date for row in rows]
    for selector in (":scope",) if stamp is dated.element else selectors(stamp, dated.element):
        with_date = Links(found.row, found.link, selector)
        if [item.date for item in with_date(html, url)] == wanted:
            return with_date
    return found


def _address(link: Tag, url: str) -> str:
    try:
        return normalise(str(link.get("href")), base=url)
    except Problem:
        return ""


_COLUMN = re.compile(r"(?:index|list|node|default|main|col|channel|common_list|more)[\w-]*\.\w+|", re.IGNORECASE)


def _is_article(address: str) -> bool:
    """An address with a number or a long name of its own; a column's has none, or is called index, list or node."""
    parts = urlsplit(address)
    if re.search(r"(?:^|&)(?:\w*id|docid)=\w{2,}", parts.query, re.IGNORECASE):
        return True
    last = parts.path.rpartition("/")[2]
    if _COLUMN.fullmatch(last) or ATTACHMENT.search(parts.path):
        return False
    return bool(re.search(r"\d{3}|\d/\d{2}|(?=\w*\d)\w{10}", parts.path))


def _shape(address: str) -> str:
    """An address without what differs from article to article: numbers and long names."""
    parts = urlsplit(address)
    return re.sub(r"\d+", "0", re.sub(r"(?=\w*\d)\w{10,}", "0", f"{parts.hostname}{parts.path}"))


_OF_A_ROW = frozenset("a b dd dt em font h1 h2 h3 h4 h5 h6 i li p span strong td tr".split())


def _place(link: Tag) -> tuple[str, ...]:
    """Where a link stands: the elements above it, by class where they are no part of a row."""
    return tuple(
        element.name if element.name in _OF_A_ROW else "|".join((element.name, *names(element)))
        for element in (link, *link.parents)
    )
