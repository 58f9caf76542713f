"""Finds a layout by agreement: it must read the same from a publisher's articles as the generic extraction does.

Each selector is proposed from the first article and tried on all of them by reading them with it. A field without agreement
becomes `anywhere()`. Nothing is assumed because it is usual.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import islice
from typing import Any

from bs4 import BeautifulSoup, Tag

from scrapers.article import read_page
from scrapers.charset import decode_page
from scrapers.clean import one_line, squeeze
from scrapers.dates import find_date
from scrapers.discovery.selectors import selectors
from scrapers.model import Bulletin, Page, Unreadable
from scrapers.rows import address_of, base_of
from scrapers.source import Layout, Meta, Source, Where, anywhere, meta

ALIKE = 0.9
"""The share of a body that must match the generic extraction."""
MOST_MORE = 200
"""The maximum length of headings, signatures and attachments that a body may hold beyond the generic extraction."""
MOST_TRIED = 60
"""The maximum number of selectors tried for one field."""

FIELDS = ("published", "origin", "author", "editor")
"""The fields, besides the title, that become `anywhere()` where the articles do not agree."""

_TITLES = ("ArticleTitle", "enp:title")
_DATES = ("PubDate", "publishdate", "article:published_time", "enp:date")
_ORIGINS = ("ContentSource", "source")
_AUTHORS = ("Author", "enp:author")
_END = r"^[(（]责任编辑[:：]"


@dataclass(frozen=True, slots=True)
class Article:
    """An article page, its generic extraction, and its date in the list."""

    page: Page
    bulletin: Bulletin
    listed: str | None = None

    @property
    def published(self) -> str | None:
        """The date on the page, or else in its list row."""
        return self.bulletin.published_at or self.listed


def read_generically(page: Page, listed: str | None = None) -> Article:
    """A page read by the generic extraction. Raises Unreadable."""
    return Article(page, read_page(page).bulletin, listed)


def fits(layouts: Sequence[Layout], articles: Sequence[Article]) -> bool:
    """Whether these hand-written layouts of a family fit all the articles. They must read the same day and all the text of the
    generic extraction, perhaps with a line or two more."""
    found = read_with(layouts, articles)
    return bool(layouts and articles) and all(
        one is not None
        and bool(one.title)
        and _holds(one.body, article.bulletin.body)
        and set(one.attachments) >= set(article.bulletin.attachments)
        and (article.published is None or (one.published_at or "")[:10] == article.published[:10])
        for one, article in zip(found, articles, strict=True)
    )


def find_layout(articles: Sequence[Article]) -> Layout | None:
    """The layout on which the articles agree; None where no selector finds the body of each."""
    soups = [BeautifulSoup(decode_page(each.page), "lxml") for each in articles]
    bodies = _agreed(Layout(anywhere(), ""), articles, _bodies(soups[0], articles[0].bulletin), "body", _same_body)
    if bodies is None:
        return None
    layout = _with_end(bodies, articles)
    wanted: tuple[tuple[str, Iterable[Where], Callable[[Bulletin, Article], bool]], ...] = (
        ("title", _titles(soups[0], articles[0]), _same_title),
        ("published", _dated(soups[0], articles[0]), _same_day),
        ("origin", _holding(soups[0], articles[0].bulletin.origin, _ORIGINS), _same("origin")),
        ("author", _holding(soups[0], articles[0].bulletin.author, _AUTHORS), _same("author")),
        ("files", _boxes(soups, articles, layout), _same_files),
    )
    for name, proposals, agrees in wanted:
        layout = _agreed(layout, articles, proposals, name, agrees) or layout
    own = {name: anywhere() for name in FIELDS if getattr(layout, name) is None}
    return replace(layout, **own)  # type: ignore[arg-type]  # of these fields each is a place


def read_with(layouts: Sequence[Layout], articles: Sequence[Article]) -> list[Bulletin | None]:
    """What these layouts read from each article; None where none fits."""
    source = Source("probe", "", "", None, date(2000, 1, 1), "never", (), None, layouts)
    found: list[Bulletin | None] = []
    for article in articles:
        page = article.page
        try:
            bulletin = read_page(page, source).bulletin
        except Unreadable:
            found.append(None)
            continue
        found.append(bulletin if bulletin.layout != "generic" else None)
    return found


def _agreed(
    layout: Layout,
    articles: Sequence[Article],
    proposals: Iterable[Where],
    name: str,
    agrees: Callable[[Bulletin, Article], bool],
) -> Layout | None:
    """`layout` with the first proposal for the field `name` on which all articles agree, or None."""
    for proposal in islice(dict.fromkeys(proposals), MOST_TRIED):
        changed: dict[str, Any] = {name: proposal}
        proposed = replace(layout, **changed)
        found = read_with([proposed], articles)
        if all(one is not None and agrees(one, article) for one, article in zip(found, articles, strict=True)):
            return proposed
    return None


def _same_body(one: Bulletin, article: Article) -> bool:
    return _alike(one.body, article.bulletin.body) >= ALIKE


def _same_title(one: Bulletin, article: Article) -> bool:
    return bool(one.title) and _squeezed(one.title) == _squeezed(article.bulletin.title)


def _same_day(one: Bulletin, article: Article) -> bool:
    """Whether the day is the article's, with a time where the generic extraction has one."""
    told, wanted, precise = one.published_at or "", article.published or "", article.bulletin.published_at or ""
    return bool(wanted) and told[:10] == wanted[:10] and len(told) >= len(precise)


def _same_files(one: Bulletin, article: Article) -> bool:
    return set(one.attachments) == set(article.bulletin.attachments)


def _same(field: str) -> Callable[[Bulletin, Article], bool]:
    """Whether the field equals the generic extraction's, or is a little longer. Where that has none, any value agrees but one
    with a label, `发布者：甲`, which is of another field."""

    def agrees(one: Bulletin, article: Article) -> bool:
        told, wanted = getattr(one, field), getattr(article.bulletin, field)
        if not told or not wanted:
            return not wanted and ":" not in (told or "")
        return bool(told.startswith(wanted)) and len(told) < len(wanted) + 12

    return agrees


def _bodies(soup: BeautifulSoup, bulletin: Bulletin) -> Iterator[str]:
    """Selectors of elements that hold the body's first and last lines, the smallest elements first."""
    lines = _said(bulletin.body)
    if not lines:
        return
    for text in islice((text for text in soup.find_all(string=True) if _begins(text, lines)), 5):
        for element in text.parents:  # a title that begins like the text has no ancestor here with the last line
            if element.name in ("body", "html", "[document]"):
                break
            if element.name not in _PARAGRAPHS and lines[-1][-12:] in _squeezed(element.get_text()):
                yield from islice(selectors(element), 8)


_PARAGRAPHS = frozenset("a b center em font h1 h2 h3 h4 h5 h6 i li p span strong u".split())
"""Elements inside a text: a one-paragraph article is not its paragraph."""


def _boxes(soups: Sequence[BeautifulSoup], articles: Sequence[Article], layout: Layout) -> Iterator[str]:
    """Selectors of elements that hold the files of an article which its body, as `layout` reads it, does not hold; the smallest
    first. Nothing where it holds them all."""
    for soup, article, one in zip(soups, articles, read_with([layout], articles), strict=True):
        lost = set(article.bulletin.attachments) - set(one.attachments if one else ())
        base = base_of(soup, article.page.address)
        links = [link for link in soup.select("a[href]") if lost and address_of(link, base) in lost]
        for element in links[0].parents if links else ():
            if element.name in ("body", "html"):
                break
            if all(element in link.parents for link in links):
                yield from islice(selectors(element), 8)


def _begins(text: str, lines: Sequence[str]) -> bool:
    squeezed = _squeezed(text)
    return len(squeezed) > 1 and lines[0].startswith(squeezed[:12])


def _with_end(layout: Layout, articles: Sequence[Article]) -> Layout:
    """`layout` with an `end` at the editor's line, if every article ends with one: the site adds it."""
    lasts = [one.body.rpartition("\n")[2] for one in read_with([layout], articles) if one is not None]
    return replace(layout, end=_END) if len(lasts) > 1 and all(re.search(_END, line) for line in lasts) else layout


def _titles(soup: BeautifulSoup, article: Article) -> Iterator[Where]:
    """Title meta tags, then headings, then any element, that hold exactly the title."""
    wanted = _squeezed(article.bulletin.title)
    if not wanted:
        return
    yield from _metas(soup, _TITLES, lambda told: _squeezed(told) == wanted)
    for names in (["h1"], ["h2", "h3"], ["div", "p", "span", "td", "strong", "b"]):
        for element in soup.find_all(names):
            if element.name != "title" and _squeezed(element.get_text()) == wanted:
                yield from islice(selectors(element), 6)


def _dated(soup: BeautifulSoup, article: Article) -> Iterator[Where]:
    """Meta tags and short elements whose first date is the article's."""
    wanted = (article.published or "")[:10]
    if wanted:
        yield from _metas(soup, _DATES, lambda told: (find_date(told) or "").startswith(wanted))
        yield from _short(soup, lambda text: (find_date(text) or "").startswith(wanted))


def _holding(soup: BeautifulSoup, wanted: str | None, tags: Sequence[str]) -> Iterator[Where]:
    """Meta tags of these names, with any value if nothing is wanted; then short elements that hold the wanted text."""
    yield from _metas(soup, tags, lambda told: wanted is None or _squeezed(told) == _squeezed(wanted))
    if wanted:
        yield from _short(soup, lambda text: wanted in one_line(text))


def _metas(soup: BeautifulSoup, names: Sequence[str], holds: Callable[[str], bool]) -> Iterator[Meta]:
    """The standard meta tags on the page for which `holds`."""
    there = {str(tag.get("name") or "").lower(): str(tag.get("content") or "") for tag in soup.find_all("meta")}
    yield from (meta(name) for name in names if name.lower() in there and holds(there[name.lower()]))


def _short(soup: BeautifulSoup, holds: Callable[[str], bool]) -> Iterator[str]:
    """Selectors of the smallest short elements for which `holds`."""
    for element in soup.find_all(True):
        text = element.get_text()
        if element.name not in _UNREAD and len(text) < 120 and holds(text) and not _inside(element, holds):
            yield from islice(selectors(element), 8)


_UNREAD = frozenset("script style title meta option".split())


def _inside(element: Tag, holds: Callable[[str], bool]) -> bool:
    return any(holds(child.get_text()) for child in element.find_all(True, recursive=False))


def _alike(one: str, other: str) -> float:
    """The similarity of two texts: twice the characters of their common lines, over the characters of both."""
    ours, theirs = set(_said(one)), set(_said(other))
    both = sum(map(len, ours)) + sum(map(len, theirs))
    return 2 * sum(map(len, ours & theirs)) / both if both else 0.0


def _holds(one: str, other: str) -> bool:
    """Whether `one` holds nearly all lines of `other` and is not much longer."""
    ours, theirs = set(_said(one)), set(_said(other))
    wanted = sum(map(len, theirs))
    return sum(map(len, ours & theirs)) >= ALIKE * wanted and sum(map(len, ours)) <= 1.5 * wanted + MOST_MORE


def _said(text: str) -> list[str]:
    """The squeezed lines of a body without those about files, as the generic extraction keeps the attachment box below an
    article; all lines where there are no others."""
    lines = [line for line in text.split("\n") if line]
    return [_squeezed(line) for line in [line for line in lines if not _FILE.match(line)] or lines]


_FILE = re.compile(r"\W*(?:相关)?(?:附件|下载)|.*\.(?:pdf|docx?|xlsx?|pptx?|zip|rar|wps|et|ofd)\W*\Z", re.IGNORECASE)


def _squeezed(text: str | None) -> str:
    return squeeze(one_line(text or ""))
