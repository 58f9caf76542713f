"""Readers of list pages, as values for recipes: Links and JsonRows find the items, Inside unwraps an HTML list from another
format. They open no socket."""

from __future__ import annotations

import json
import re
import warnings
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from html import unescape
from string import Formatter
from typing import TYPE_CHECKING, Any

from scrapers.clean import one_line
from scrapers.dates import find_date, find_leaf, from_epoch
from scrapers.model import Item, Outcome, Problem, Unreadable
from scrapers.source import Items
from scrapers.urls import normalise

if TYPE_CHECKING:
    from bs4 import BeautifulSoup, Tag
    from bs4.element import PageElement

MOST_ROWS = 10_000
"""Rows of one list page, each of which may be requested; sites show twenty to a thousand."""
MOST_TAGS = 300_000
"""Tags of one list page."""
MOST_NESTED = 400
"""The depth of one element. Old pages that never close a `<font>` reach a hundred."""
MOST_DEPTH = 2_000_000
"""The sum of all elements' depths."""


@dataclass(frozen=True, slots=True)
class Links:
    """The items of an HTML list: one element a `row`, in it a `link` and, where the site prints it, a `date`.

    Without `link` the row is the link itself. The title is the link's text, or its `title` attribute where the text is a
    truncated form of that. `title` selects the title in a link that holds more than that. The date is in the first element
    selected by `date` that holds a date and nothing else; else in the first that holds one; else in what all of them show
    together (`21` and `2021-05`). `date=":scope"` takes the row's text outside its child elements, `date="*"` the first date
    anywhere in the row but in its title.
    """

    row: str
    link: str | None = "a[href]"
    date: str | None = None
    title: str | None = None

    def __call__(self, html: str, url: str) -> list[Item]:
        items: list[Item] = []
        if html.count("<") > MOST_TAGS:
            raise _too_big(url, f"more than {MOST_TAGS:,} tags")
        soup = parsed(html)
        if _is_nested_too_deeply(soup):
            raise _too_big(url, "elements nested too deeply")
        base = base_of(soup, url)
        for row in soup.select(self.row):
            link = row.select_one(self.link) if self.link else row
            if link is None or not link.has_attr("href") or not (address := address_of(link, base)):
                continue  # real lists contain rows without a link, and javascript: and mailto: links
            if len(items) == MOST_ROWS:
                raise _too_big(url, f"more than {MOST_ROWS:,} rows")
            items.append(
                Item(
                    url=address,
                    title=title_of((self.title and link.select_one(self.title)) or link),
                    date=_printed(row, link, self.date) if self.date else None,
                )
            )
        return items


@dataclass(frozen=True, slots=True)
class JsonRows:
    """The items of a JSON list: `rows` is the path to it, `url` a template over a row's fields. A date may be text, seconds or
    milliseconds since 1970. A row without an address is left out."""

    rows: tuple[str, ...]
    url: str
    title: str
    date: str

    def __call__(self, html: str, url: str) -> list[Item]:
        rows = self.read(html, url)
        if len(rows) > MOST_ROWS:
            raise _too_big(url, f"more than {MOST_ROWS:,} rows")
        items = [
            Item(address, one_line(str(row.get(self.title) or "")), _date(row.get(self.date)))
            for row in rows
            if (address := self._address(row, url))
        ]
        if rows and not items:
            raise Unreadable(
                Outcome.NO_ITEMS, f"no row of {url} has an address ({self.url}): the site may have changed"
            )
        return items

    def read(self, html: str, url: str) -> list[dict[str, object]]:
        """The rows of the list; none where it is null, as some sites answer behind the last page. Raises Unreadable where the
        response is not JSON of that shape."""
        try:
            return [dict(row) for row in at(html, self.rows, or_null=True) or ()]
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise _unexpected(url, error) from error

    def _address(self, row: dict[str, object], base: str) -> str:
        """The address of a row; empty where a field of it is missing or empty, or is no web address."""
        fields = [re.split(r"[.\[]", name)[0] for _, name, _, _ in Formatter().parse(self.url) if name]
        if not all(map(row.get, fields)):
            return ""
        with suppress(Problem, LookupError, TypeError, AttributeError):
            return normalise(self.url.format_map(row), base=base)
        return ""


@dataclass(frozen=True, slots=True)
class Inside:
    """The items of an HTML list inside another format: `unwrap` extracts it, `items` reads it."""

    unwrap: Callable[[str, str], str]
    items: Items

    def __call__(self, html: str, url: str) -> list[Item]:
        return self.items(self.unwrap(html, url), url)


def html_at(*path: str) -> Callable[[str, str], str]:
    """Extracts the HTML at `path` from a JSON response. Raises Unreadable for a response of another shape."""

    def unwrap(answer: str, url: str) -> str:
        try:
            return str(at(answer, path))
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise _unexpected(url, error) from error

    return unwrap


def records(answer: str, url: str) -> str:
    """The records of a Hanweb datastore as HTML, each `<div class="record">`. They come as `<record><![CDATA[…]]></record>` in
    XML, or in a script of the column's own page."""
    found = (part.partition("</record>")[0].strip() for part in answer.split("<record>")[1:])
    return "".join(f'<div class="record">{_cdata(record)}</div>' for record in found)


def parsed(html: str) -> BeautifulSoup:
    """The parsed list page. BeautifulSoup is imported here, as most commands load recipes but parse nothing."""
    from bs4 import BeautifulSoup

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # BeautifulSoup warns of text that looks like XML, or like an address
        return BeautifulSoup(html, "lxml")


def is_html(page: str) -> bool:
    """Whether a list page is HTML. JSON and XML come from an interface of its own."""
    return re.match(r"\s*<(?!\?xml)", page) is not None


def at(answer: str, path: Sequence[str], or_null: bool = False) -> Any:
    """The value at `path` in a JSON response. Raises ValueError, KeyError, TypeError or RecursionError where there is none.
    With `or_null`, a path that ends early at a null gives None."""
    found = json.loads(answer.removeprefix("\ufeff"), strict=False)  # some servers do not escape the tabs in titles
    for n, name in enumerate(path):
        if n and found is None and or_null:
            return None
        found = found[name]
    return found


def base_of(soup: BeautifulSoup, url: str) -> str:
    """The base address of a page's links: its `<base>`, or its own address."""
    told = soup.select_one("base[href]")
    with suppress(Problem):
        return normalise(str(told.get("href")), base=url) if told else url
    return url


def address_of(link: Tag, base: str) -> str:
    """The address that a link leads to; empty where it is no web address."""
    with suppress(Problem):
        return normalise(str(link.get("href")), base=base)
    return ""


def title_of(link: Tag) -> str:
    """A link's text, or its `title` attribute where that continues the text, which may be truncated. The mark of a row that is
    kept on top, `[置顶]`, is no part of either."""
    printed, whole = (_ON_TOP.sub("", one_line(text)) for text in (link.get_text(), str(link.get("title") or "")))
    if label := _LABELLED.match(whole):
        whole = label[1]
    for text in (printed, printed.removeprefix("置顶").strip() or printed):
        if whole.startswith(text.rstrip(".… ")):
            return whole
    return printed


def date_in(element: Tag) -> str | None:
    """The date that an element shows, perhaps in parts."""
    return find_date(element.get_text()) or find_leaf(one_line(element.get_text(" ")))


def _printed(row: Tag, link: Tag, where: str) -> str | None:
    """The date that a row shows at `where`, as described for Links."""
    if where == ":scope":
        return find_date(" ".join(row.find_all(string=True, recursive=False)))
    if where == "*":
        return _anywhere(row, link)
    elements = row.select(where)
    elements.sort(key=lambda found: _is_in(found, link) or _is_in(link, found))  # a title may hold a date of its own
    elements.sort(key=lambda found: not _ALONE.fullmatch(one_line(found.get_text())))  # and so may a summary
    together = one_line(" ".join(element.get_text(" ") for element in elements))
    return next((date for element in elements if (date := date_in(element))), None) or find_leaf(together)


def _is_in(inner: PageElement, outer: Tag) -> bool:
    return any(above is outer for above in inner.parents)


def _anywhere(row: Tag, link: Tag) -> str | None:
    """The date of the first text in a row that is a date and nothing else, or has one and stands outside the link."""
    inside = [one_line(text) for text in link.find_all(string=True)]
    outside = [one_line(text) for text in row.find_all(string=True) if not _is_in(text, link)]
    alone = [text for text in outside + inside if text and _ALONE.fullmatch(text)]
    return next((date for text in alone + outside if (date := find_date(text))), None) or find_leaf(" ".join(alone))


_ON_TOP = re.compile(r"\A[\[(【]\s*置顶\s*[\])】]\s*(?=\S)")
_LABELLED = re.compile(
    r"(?:文章|新闻|信息)?标\s*题\s*[:：]\s*(.+?)"
    r"(?:\s+(?:作\s*者|来\s*源|\w{0,4}(?:时\s*间|日\s*期)|点\s*击\w*|浏\s*览\w*|人\s*气)\s*[:：].*)?\Z"
)
"""`文章标题：… 作者：… 更新时间：…`, as some systems write a link's `title`."""
_ALONE = re.compile(r"\W*(?:(?:发布)?(?:时间|日期)\W*)?[\d年月日时分秒T\W]*")
"""A date and nothing else, perhaps with its label."""


def _is_nested_too_deeply(soup: BeautifulSoup) -> bool:
    """Whether rows may stand inside each other by the hundred, as links that are never closed do. A row is read with all that
    is in it, so the time to read them would grow with the square of their number."""
    depths = {id(soup): 0}
    for tag in soup.find_all(True):
        depths[id(tag)] = depths[id(tag.parent)] + 1
    return max(depths.values()) > MOST_NESTED or sum(depths.values()) > MOST_DEPTH


def _too_big(url: str, what: str) -> Unreadable:
    return Unreadable(Outcome.TOO_BIG, f"{url} is a list with {what}: it is not read")


def _unexpected(url: str, error: Exception) -> Unreadable:
    sentence = f"{url} did not answer with the list it should ({type(error).__name__}): the site may have changed"
    return Unreadable(Outcome.NO_ITEMS, sentence)


def _cdata(text: str) -> str:
    """The text of an XML element: its CDATA section, or its text with entities decoded."""
    if not text.startswith("<![CDATA["):
        return unescape(text)
    return text.removeprefix("<![CDATA[").removesuffix("]]>")


def _date(value: object) -> str | None:
    """A date in a JSON list, as text, or in seconds or milliseconds since 1970."""
    return find_date(told := str(value or "")) or from_epoch(told)
