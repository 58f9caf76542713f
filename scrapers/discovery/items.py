"""Finds the list on a page without a recipe: its rows, links and dates.

    find_items(html, url)   Links("ul.list li", date="span.time")

Each result was tested on the page it comes from.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from itertools import islice, pairwise, product
from os.path import commonprefix
from urllib.parse import urlsplit

from bs4 import BeautifulSoup, Tag

from scrapers.clean import one_line
from scrapers.dates import find_date, find_leaf
from scrapers.discovery.selectors import names, numbered, selectors
from scrapers.extraction.prose import ATTACHMENT
from scrapers.rows import Links, address_of, base_of, date_in, is_html, title_of

MOST_LINKS = 3_000
LEAST_DATED = 2
"""The minimum number of rows with a date that make a list."""
LEAST_UNDATED = 5
"""The minimum number of rows without dates that make a list; their links must share one shape, and their titles be
sentences."""
LONG_TITLE = 8
"""The minimum length of a title that is not a column's name."""
MOST_STAMPED = (30, 60)
"""The maximum lengths of an element with a row's date and little else, tried in order."""
MOST = 0.6
"""The minimum share of dated rows for which a selector must find the date, as new rows may look different."""
LEAST_COMMON = 3
"""Row addresses are recognised by a common prefix only if it is longer than this."""

_RECENT = re.compile(
    r"\W*(?:\d{1,2}\s*[-/.月]\s*\d{1,2}\s*日?(?:\s*\d{1,2}:\d\d)?|\d{1,2}:\d\d|\d+\s*(?:分钟|小时|天)前|刚刚|(?:今天|昨天)(?:\s*\d{1,2}:\d\d)?)\W*"
)
"""A day without a year, or a relative time: no full date, but typical of list rows."""
_MORE = re.compile(
    r"\W*(?:(?:点击|查看|阅读|浏览|了解)*(?:更多|详细|详情|全文|原文|查看|阅读|进入)(?:内容|信息|报道)?|(?:read )?more)\W*",
    re.IGNORECASE,
)
"""The text of a second link to an article, which says nothing about it."""
_PAGER = re.compile(r"[\[(]?\s*(?:下一?页|后一?页|尾页|末页|最后一页|next(?: page)?)\s*[›»>→]*\s*[\])]?", re.IGNORECASE)
_COUNTING = re.compile(r"(?<![\d.])(?:19|20)\d\d.*|\d+\Z")
"""The part of a common prefix that later rows will not have: a year and what follows it, the first digits of a number."""
_HOST = re.compile(r"(?:https?:)?//[^/]*/?")
_TITLE_FIELD = re.compile(r"""["']?\b\w{0,20}title["']?\s*:\s*["']""", re.IGNORECASE)
_HEADINGS = frozenset("h1 h2 h3 h4 h5 h6".split())
_TITLE = re.compile(r"tit|\bbt\b|name|subject", re.IGNORECASE)


def find_items(html: str, url: str) -> Links | None:
    """The rows of the page's list as Links; None where there is none.

    A list is a group of article links in the same position of the page's structure. The page's own list is the one with the
    most dated rows, or the one right above the pager.
    """
    if not is_html(html):
        return None
    soup = BeautifulSoup(html, "lxml")
    url = base_of(soup, url)
    groups: defaultdict[tuple[str, ...], list[Tag]] = defaultdict(list)
    others, order, pager = set(), {}, None
    for n, link in enumerate(soup.select("a[href]", limit=MOST_LINKS)):
        address = address_of(link, url)
        order[id(link)] = n
        if pager is None and _PAGER.fullmatch(one_line(link.get_text())):
            pager = n
        if _is_article(address):
            groups[_place(link)].append(link)
        elif ATTACHMENT.search(address) or urlsplit(address).netloc != urlsplit(url).netloc:
            others.add(address)
    lists = [rows for links in groups.values() for rows in _divided(links, url) if _is_list(rows, url)]
    lists.sort(key=_worth, reverse=True)
    if pager is not None and lists:
        lists = sorted(lists, key=lambda rows: not _is_above(rows, pager, lists, order))
    return next((found for rows in lists if (found := _spelled(rows, others, html, url)) is not None), None)


def is_made_by_script(html: str) -> bool:
    """Whether a script of the page holds titles of rows as JSON, from which a browser makes the list."""
    scripts = BeautifulSoup(html, "lxml").find_all("script")
    return any(len(_TITLE_FIELD.findall(script.get_text())) >= LEAST_UNDATED for script in scripts)


def _divided(links: Sequence[Tag], url: str) -> Iterator[list[Row]]:
    """The rows of links in the same position, and, if one form of address has all their dates, those of that form. In nested
    tables without names a side column's links have the list's position: if they stand apart, only the list's rows are given."""
    rows = _rows(links, url)
    forms: defaultdict[str, list[Tag]] = defaultdict(list)
    for link in links:
        forms[_shape(address_of(link, url))].append(link)
    for alike in forms.values():
        if len(alike) < len(links) and (0, 0) < _worth(rows)[:2] <= _worth(part := _rows(alike, url))[:2]:
            around, own = {id(row.element.parent) for row in part}, set(map(id, alike))
            if any(id(link) not in own and around & {id(above) for above in link.parents} for link in links):
                yield rows
            yield part
            return
    yield rows


def _is_above(rows: Sequence[Row], pager: int, lists: Sequence[Sequence[Row]], order: Mapping[int, int]) -> bool:
    """Whether a list is the one right above the pager, or has its rows. It is then the page's own, if it is worth half of the
    best one; a side column may be longer."""

    def last(one: Sequence[Row]) -> int:
        return max((n for row in one if (n := order[id(row.link)]) < pager), default=-1)

    def leads_to(one: Sequence[Row]) -> set[object]:
        return {row.link.get("href") for row in one}

    nearest = max(lists, key=last)
    shared = leads_to(rows) & leads_to(nearest)
    is_worth_it = all(2 * ours >= best for ours, best in zip(_worth(rows), _worth(lists[0]), strict=True))
    return is_worth_it and last(nearest) >= 0 and 2 * len(shared) >= len(leads_to(nearest))


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a list: the element, its link, the elements with a day or time (two where the day stands apart from its
    month), and the date in them."""

    element: Tag
    link: Tag
    stamp: Sequence[Tag]
    date: str | None

    @property
    def title(self) -> str:
        """The link's text."""
        return title_of(self.link)


def _rows(links: Sequence[Tag], url: str) -> list[Row]:
    """The rows of links in the same position: ancestors at one height, as high as none leads to two addresses. A row may have
    several links to its article: its picture, its title, `[详细]`."""
    leads: defaultdict[int, set[str]] = defaultdict(set)
    for link in links:
        address = address_of(link, url)
        for above in (link, *link.parents):
            leads[id(above)].add(address)
    climbed = []
    for link in links:
        chain = [link, *link.parents]
        alone = [element for element in chain if len(leads[id(element)]) == 1 and element.name not in ("body", "html")]
        climbed.append(alone)
    steps = min(len(alone) for alone in climbed)
    inside: dict[int, tuple[Tag, list[Tag]]] = {}
    for alone, link in zip(climbed, links, strict=True):
        element = alone[max(steps - 1, 0)] if alone else link
        inside.setdefault(id(element), (element, []))[1].append(link)
    return [_row(element, max(own, key=_says)) for element, own in inside.values()]


def _says(link: Tag) -> int:
    """How much of a title a link's text is: a picture is nothing, nor is `[详细]`. A longer text may be a summary."""
    text = one_line(link.get_text())
    return 0 if _MORE.fullmatch(text) else min(len(text), LONG_TITLE)


def _row(element: Tag, link: Tag) -> Row:
    stamp = _stamp(element, link)
    if stamp == [element]:
        return Row(element, link, stamp, find_date(_own_text(element)))
    date = date_in(stamp[0]) if len(stamp) == 1 else find_leaf(" ".join(map(_text, stamp)))
    return Row(element, link, stamp, date)


def _stamp(row: Tag, link: Tag) -> list[Tag]:
    """The smallest element of a row with a date and little else, or with a time; two adjacent ones that show a date together;
    the row itself for a date in its own text."""
    inside = [(element, _text(element)) for element in row.find_all(True) if element is not link]
    for most in MOST_STAMPED:
        dated = [element for element, text in inside if len(text) < most and date_in(element)]
        if dated:
            return [min(dated, key=lambda element: len(list(element.descendants)))]
    if row is not link and find_date(_own_text(row)):
        return [row]
    short = [(element, text) for element, text in inside if len(text) < MOST_STAMPED[0]]
    for (one, day), (other, month) in pairwise(short):
        if find_leaf(f"{day} {month}"):
            return [one, other]
    return [element for element, text in short if _RECENT.fullmatch(text)][:1]


def _text(element: Tag) -> str:
    return one_line(element.get_text(" "))


def _own_text(element: Tag) -> str:
    return " ".join(element.find_all(string=True, recursive=False))


def _worth(rows: Sequence[Row]) -> tuple[int, int, int]:
    """The rank of a list: by dates, then by timestamps, then by sentence-like titles."""
    dated, stamped = sum(row.date is not None for row in rows), sum(bool(row.stamp) for row in rows)
    titled = sum(len(row.title) >= LONG_TITLE for row in rows)
    return dated if dated >= LEAST_DATED else 0, stamped if stamped >= LEAST_DATED else 0, titled


def _is_list(rows: Sequence[Row], url: str) -> bool:
    _, stamped, titled = _worth(rows)
    if stamped * 2 > len(rows):
        return True
    shapes = Counter(_shape(address_of(row.link, url)) for row in rows)
    return titled >= LEAST_UNDATED and titled * 2 > len(rows) and max(shapes.values()) >= 0.8 * len(rows)


def _spelled(rows: Sequence[Row], others: Set[str], html: str, url: str) -> Links | None:
    """The simplest Links that finds all these rows with their titles, and dates where present. Beyond them it may find only
    files and pages of other sites in rows of the same form."""
    first = rows[0]
    wanted = [(address_of(row.link, url), row.title) for row in rows]
    addresses = {address for address, _ in wanted}
    for selector in _row_selectors(first, [str(row.link.get("href")) for row in rows]):
        for link in (None,) if first.element is first.link else _link_selectors(first):
            found = Links(selector, link)
            told = [(item.url, item.title) for item in found(html, url)]
            if [one for one in told if one[0] in addresses or one[0] not in others] == wanted:
                return _with_date(_with_title(found, rows, html, url), rows, html, url)
    return None


def _link_selectors(row: Row) -> Iterator[str]:
    """Selectors for a row's link, the simplest first. Not every row has a picture, so no link is counted."""
    yield from ("a[href]", "a[title]", *names(row.link), "a[href]:not(:has(img))")
    yield from selectors(row.link, row.element)


def _row_selectors(row: Row, hrefs: Sequence[str]) -> Iterator[str]:
    """Selectors for a row, from its ancestors' names first, as its own often describe its looks. Without any names, the common
    prefix of the links is used."""
    element = row.element
    inner = element.name
    numbered_ones = []
    for above in element.parents:
        if above.name in ("body", "html", "[document]"):
            break
        for name in names(above):
            yield f"{name} {element.name}"
            yield f"{name} {inner}"
            yield f"{name} > {inner}"
        numbered_ones += [f"{name} {inner}" for name in numbered(above)]
        inner = f"{above.name} > {inner}"
    yield from selectors(element)
    yield inner
    yield from numbered_ones
    start = _COUNTING.sub("", commonprefix(hrefs))
    if len(start) > LEAST_COMMON and not _HOST.fullmatch(start) and not {'"', "\\"} & set(start):
        link = f'a[href^="{start}"]'
        yield link if element is row.link else f"{element.name}:not(:has({element.name})):has({link})"


def _with_title(found: Links, rows: Sequence[Row], html: str, url: str) -> Links:
    """`found`, with a title selector where the links hold a whole row."""
    first = rows[0].link
    inside = [part for part in first.find_all(True) if len(one_line(part.get_text())) >= LONG_TITLE]
    if len(inside) < 2 and not (inside and any(first in stamp.parents for stamp in rows[0].stamp)):
        return found
    named = [
        part for part in inside if part.name in _HEADINGS or _TITLE.search(" ".join(part.get_attribute_list("class")))
    ]
    for part in named or inside[:1]:
        for selector in islice(selectors(part, first), 8):
            with_title = Links(found.row, found.link, title=selector)
            titles = [item.title for item in with_title(html, url)]
            if all(titles) and all(title in row.title for title, row in zip(titles, rows, strict=False)):
                return with_title
    return found


def _with_date(found: Links, rows: Sequence[Row], html: str, url: str) -> Links:
    """`found`, with a date selector that fits most rows and gives none a wrong date."""
    wanted = {address_of(row.link, url): row.date for row in rows}
    dated = [row for row in rows if row.date]
    for row in dated[:1] + dated[-1:]:
        for selector in _date_selectors(row):
            with_date = replace(found, date=selector)
            told = [(item.date, wanted[item.url]) for item in with_date(html, url) if item.url in wanted]
            found_dates = sum(date is not None for date, _ in told)
            if all(date in (None, right) for date, right in told) and found_dates >= MOST * len(dated):
                return with_date
    return found


def _date_selectors(row: Row) -> Iterator[str]:
    if row.stamp == [row.element]:
        yield ":scope"
        return
    yield from selectors(row.stamp[0], row.element)
    if len(row.stamp) == 2:
        yield from map(", ".join, product(*(islice(selectors(stamp, row.element), 6) for stamp in row.stamp)))


_COLUMN = re.compile(r"(?:index|list|node|default|main|col|channel|common_list|more)[\w-]*\.\w+|", re.IGNORECASE)


def _is_article(address: str) -> bool:
    """Whether an address has a number or a long name of its own. A column's has none, or is called index, list or node."""
    parts = urlsplit(address)
    if re.search(r"(?:^|&)(?:\w*id|docid)=\w{2,}", parts.query, re.IGNORECASE):
        return True
    last = parts.path.rpartition("/")[2]
    if _COLUMN.fullmatch(last) or ATTACHMENT.search(parts.path):
        return False
    return bool(re.search(r"\d{3}|\d/\d{2}|(?=\w*\d)\w{10}", parts.path))


def _shape(address: str) -> str:
    """An address without the numbers and long names that differ between articles."""
    parts = urlsplit(address)
    return re.sub(r"\d+", "0", re.sub(r"(?=\w*\d)\w{10,}", "0", f"{parts.hostname}{parts.path}"))


_OF_A_ROW = frozenset("a b dd dt em font h1 h2 h3 h4 h5 h6 i li p span strong td tr".split())
_NUMBERED = re.compile(r"[_-]?\d+\Z")


def _place(link: Tag) -> tuple[str, ...]:
    """The position of a link: the elements above it, with their classes unless they are part of a row."""
    return tuple(
        element.name
        if element.name in _OF_A_ROW
        else "|".join((element.name, *(_NUMBERED.sub("", name) for name in names(element))))
        for element in (link, *link.parents)
    )
