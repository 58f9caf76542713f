"""Finds the list of a new source: its rows, and the section that leads to its further pages."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from scrapers.charset import decode_page
from scrapers.client import Client
from scrapers.discovery import papers, recipe, signatures
from scrapers.discovery.items import find_items, is_made_by_script
from scrapers.discovery.recipe import evaluate, fill, literal
from scrapers.discovery.signatures import Signature
from scrapers.model import Item, Outcome, Page, Problem, Unreadable
from scrapers.source import Items, Pages, Ref, Section
from scrapers.urls import normalise, path_and_query

MOST_REPEATING = 6
"""The most list pages requested until one holds rows that the first lacks."""

Say = Callable[[str], None]


@dataclass(slots=True)
class Listing:
    """The list page that was read: its family, where its rows are, and their items.

    told    the values for the family's section; None where the address or the page lacks one
    column  the HTML of the page that was asked for, which names the column where its rows are at another address
    """

    page: Page
    html: str
    signature: Signature | None
    told: Mapping[str, str] | None
    items: str
    rows: list[Item]
    home: str
    column: str


async def read_list(client: Client, url: str) -> Listing:
    """The list at `url`. Raises Problem if it cannot be read, or is none."""
    page, html = await _get_list(client, url)
    listing = await _read_particular(client, url, page, html)
    if listing is not None:
        return listing
    found = find_items(html, page.address)
    items = recipe.links(found) if found else ""
    rows = _rows(evaluate(items), html, page) if items else []
    if not rows:
        raise Problem(_why_no_list(url, html))
    signature = signatures.of_articles([row.url for row in rows])
    told = signatures.facts(signature, page.url, html) if signature and signature.section else None
    return Listing(page, html, signature, told, items, rows, _most_common_home(rows), html)


async def _read_particular(client: Client, url: str, page: Page, html: str) -> Listing | None:
    """The list as a known family serves it, perhaps at an address given in the page; None if it has no rows there."""
    particular = signatures.of_list(url, html)
    if particular is None:
        return None
    (signature, told), column = particular, html
    section = evaluate(fill(signature.section, told | {"title": "", "publisher": ""}))
    first = normalise(section.path, home_of(url))
    if section.pages.ends != "missing" and first != url:
        page = await client.get(first)
        html = decode_page(page) if page.outcome is Outcome.OK else ""
    rows = _rows(evaluate(signature.items), html, page) if html else []
    if page.url != url and not any(re.search(signature.article, row.url) for row in rows):
        return None  # the interface of a menu, or of another part of the page
    return (
        Listing(page, html, signature, told, signature.items, rows, _most_common_home(rows), column) if rows else None
    )


def _why_no_list(url: str, html: str) -> str:
    advice = "give the address of a column's page, whose rows lead to articles"
    if is_made_by_script(html):
        return (
            f"{url} has its rows as JSON in a script, from which only a browser makes a list: new-source cannot read it,"
            " so write the recipe by hand if the site also serves them at an address of their own (JsonRows)"
        )
    if day := papers.day_of(url):
        return (
            f"{url} holds no list that we can find, and by its address it is of {day} alone, like an article: {advice}"
        )
    return f"{url} holds no list that we can find: {advice}"


def _most_common_home(rows: Sequence[Item]) -> str:
    return Counter(home_of(row.url) for row in rows).most_common(1)[0][0]


async def _get_list(client: Client, url: str) -> tuple[Page, str]:
    page = await client.get(url)
    if page.outcome is not Outcome.OK:
        raise Problem(f"the list page cannot be read: {page.error or page.outcome}")
    return page, decode_page(page)


def _rows(items: Items, html: str, page: Page) -> list[Item]:
    try:
        return items(html, page.address)
    except Unreadable:
        return []


async def find_section(client: Client, listing: Listing, names: Mapping[str, str], say: Say) -> tuple[str, str]:
    """The section as written in a recipe, and a remark on its further pages. A pager is accepted if its second page has other
    items than the first. Raises Problem for the page of one day, unless the other days can be told from it."""
    url, addresses = listing.page.url, [row.url for row in listing.rows]
    if listing.told is None and papers.is_paper(url, addresses):
        if told := papers.by_day(url, addresses):
            daily = fill("pages=Daily({front}, leaves={leaves})", told)
            section = f"Section({literal(names['title'])}, {literal(told['path'])}, {daily})"
            others = evaluate(section).pages.more(Ref(url, papers.day_of(url) or ""), listing.html)
            return (
                section,
                "" if others else "no other page of the day was found: `leaves` must select the links to them",
            )
        raise Problem(_only_that_day(url))
    one_page = ""
    for section in _sections(listing, names):
        pages = evaluate(section).pages
        if pages.ends == "missing":
            return section, ""  # a paper a day
        further = pages.more(Ref(listing.page.url, "1"), listing.html)
        if not further:
            one_page = one_page or section
            continue
        goes_on = await _goes_on(client, listing, pages, further[0], say)
        if goes_on is None:
            return section, f"its second page, {further[0].url}, was not there to be tried"
        if goes_on:
            return section, ""
    if papers.day_of(url):
        raise Problem(_only_that_day(url))
    if one_page:
        return one_page, "the list was one page: nobody has seen its pager work"
    return (
        f"Section({literal(names['title'])}, {literal(_path(listing))}, pages=OnePage())",
        "no pager was found: older items are not read",
    )


async def _goes_on(client: Client, listing: Listing, pages: Pages, ref: Ref, say: Say) -> bool | None:
    """Whether the list goes on at `ref`; None if that was not there to be tried. A first page that holds the rows of several,
    as Hanweb's does, is followed until other rows come, or to its end."""
    first = {row.url for row in listing.rows}
    for _ in range(MOST_REPEATING):
        page = await client.get(ref.url)
        if page.outcome is not Outcome.OK:
            return None if page.outcome is Outcome.NOT_CAPTURED else False
        html = decode_page(page)
        rows = {row.url for row in _rows(evaluate(listing.items), html, page)}
        if rows - first:
            say(f"page {ref.slice} of the list, {page.url}: {len(rows)} items")
            return True
        further = pages.more(ref, html)
        if not rows or len(first) < 2 * len(rows) or not further:
            return bool(rows) and not further and len(first) > len(rows)
        ref = further[0]
    return False


def _only_that_day(url: str) -> str:
    day = papers.day_of(url)
    return f"{url} is the page of {day}: a recipe would read that day for ever, so give a list whose address stays the same"


def _sections(listing: Listing, names: Mapping[str, str]) -> list[str]:
    """The possible sections for this list, as written in a recipe, the most specific first."""
    url, html, signature = listing.page.url, listing.html, listing.signature
    found = []
    if signature and listing.told is not None:
        found.append(fill(signature.section, {**listing.told, **names}))
    for template, facts in signatures.pagers(url, html):
        pages = fill(template, facts)
        found.append(f"Section({literal(names['title'])}, {literal(_path(listing))}, pages={pages})")
    return [section for section in found if _starts(evaluate(section), listing)]


def _starts(section: Section, listing: Listing) -> bool:
    """Whether the section starts at the page that was read; a paper always does."""
    return section.pages.ends == "missing" or normalise(section.path, listing.home) == listing.page.url


def _path(listing: Listing) -> str:
    url = listing.page.url
    return path_and_query(url) if home_of(url) == listing.home else url


def home_of(url: str) -> str:
    """The front page of the site of an address."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}/"
