"""Reads one address into a bulletin: its page, the page to which it merely redirects, the further pages of its article.

What cannot be read comes back as a page with the reason, so one bad page never stops a run.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from scrapers import article
from scrapers.clean import clean, squeeze
from scrapers.client import Client
from scrapers.extraction import walls
from scrapers.extraction.pagination import MOST_PARTS
from scrapers.model import Bulletin, Item, Outcome, Page, Unreadable
from scrapers.source import Ref, Source
from scrapers.sources import all_sources, broken_recipes, source_of
from scrapers.uncloak import simplify
from scrapers.urls import host, place

LEAST_TITLE = 6
"""The minimum length of a row's text that can be a title; `查看` and `[详情]` are none."""


@dataclass(frozen=True, slots=True)
class Found:
    """The pages of one bulletin and the bulletin, or one page with the reason why there is none.

    `moved` is the known document of which this is the new address; `others` are pages requested on the way; `target` is the
    address to which a page without content redirects.
    """

    pages: tuple[Page, ...]
    bulletin: Bulletin | None = None
    moved: int | None = None
    others: tuple[Page, ...] = ()
    target: str | None = None


async def read_page(client: Client, url: str, source: Source | None, conditions: Mapping[str, str]) -> Found:
    """Read `url`. A redirect by script or meta refresh is followed once, like one of the server, and observed as
    `redirect`."""
    found = await _read(client, await client.get(url, conditions), source)
    if found.target is None:
        return found
    there = await client.get(found.target)
    # The target's validators (such as an ETag) are not kept: `url` itself would answer requests that use them.
    kept = {name: value for name, value in there.headers.items() if name == "content-type"}
    there = replace(there, url=url, final_url=there.final_url or found.target, headers=kept)
    arrived = await _read(client, there, source)
    return replace(arrived, others=(*found.pages, *arrived.others), target=None)


def as_listed(found: Found, item: Item, by_title: bool = False) -> Found:
    """`found`, or a failure if its page is not the one that the row `item` leads to (see `unlike_row`)."""
    error = unlike_row(found.bulletin, found.pages[0], item, by_title) if found.bulletin else None
    if error is None:
        return found
    refused = replace(found.pages[0], outcome=Outcome.NO_ARTICLE, error=error)
    return Found((refused,), others=(*found.pages[1:], *found.others))


def unlike_row(told: Bulletin, page: Page, item: Item, by_title: bool = False) -> str | None:
    """A sentence that says how a page differs from the row that leads to it; None if it is the article. It is another, or a
    notice in its place, if it shares neither title nor day with the row, or not the title and has no day or was redirected
    to. `by_title`: the day alone is not enough, as where other rows lead to the same text."""
    if not item.title:
        return None
    listed, shown, text = map(_folded, (item.title, told.title or "", told.page_text))
    if len(listed) < LEAST_TITLE or listed[:LEAST_TITLE] in text:
        return None
    is_led = place(page.address) != place(item.url)
    if is_led or by_title or not told.published_at:
        is_it = are_alike(listed, shown)
    else:
        is_same_day = item.date is None or item.date[:10] == told.published_at[:10]
        is_it = is_same_day or not shown or len(set(listed) & set(shown)) > 1
    if is_it:
        return None
    return (
        f"{item.url} says {_dated(told.title, told.published_at)}, its list {_dated(item.title, item.date)}:"
        " look which is right, and hand it in with `gaoxin add` if the page is"
    )


def are_alike(one: str, other: str) -> bool:
    """Whether two titles share a word of two characters."""
    return any(one[n : n + 2] in other for n in range(len(one) - 1))


def _dated(title: str | None, day: str | None) -> str:
    return f"{title or 'no title'} ({day[:10] if day else 'no day'})"


def _folded(text: str) -> str:
    return squeeze(simplify(clean(text))).casefold()


def in_place(page: Page, ref: Ref) -> Page:
    """The answer to a request for a list page, with the outcome `gone` where a redirect led to another page: to the home page
    where a column is no more, or to the newest paper where none came out that day."""
    if page.outcome is not Outcome.OK or page.final_url is None:
        return page
    if _is_of_another_day(page.final_url, ref):
        error = f"{ref.url} leads to another day's paper ({page.final_url})"
    elif _is_home(page.final_url) and not _is_home(ref.url) and host(place(page.final_url)) == host(place(ref.url)):
        error = f"{ref.url} leads to the home page: look for the column on the site"
    else:
        return page
    return replace(page, outcome=Outcome.GONE, error=error)


def _is_of_another_day(answered: str, ref: Ref) -> bool:
    """Whether a paper's page of the day `ref.slice`, which is part of its address, is answered by an address without it."""
    if ref.slice.isdigit():
        return False  # the number of a list page, not a day
    day = ref.slice.replace("-", "")
    return day in _digits(ref.url) and day not in _digits(answered)


def _digits(url: str) -> str:
    return re.sub(r"\D", "", url)


def says_gone(page: Page) -> bool:
    """Whether a page with status 200 says that it does not exist."""
    try:
        article.read_page(page, None)
    except Unreadable as error:
        return error.outcome is Outcome.GONE
    except Exception:  # our own code crashed: nothing is known of that page
        return False
    return False


def judged(page: Page) -> Page:
    """The page, with the outcome `blocked` if it is a block or captcha page, whatever its status."""
    with suppress(Unreadable):
        if page.body and walls.blocks(page.body, page.content_type):
            return replace(page, outcome=Outcome.BLOCKED, error=f"{page.url} answers with a block or captcha page")
    return page


def read_stored(source: str, pages: Sequence[Page]) -> Bulletin:
    """The bulletin on the stored pages of one article, by today's rules. Raises Unreadable if they are no longer an article."""
    recipe = all_sources().get(source) or source_of(pages[0].url)
    return article.join([article.read_page(page, recipe).bulletin for page in pages])


def read_again(source: str, pages: Sequence[Page]) -> Bulletin | None:
    """Like `read_stored`, for the archive: None if today's rules cannot read the pages."""
    try:
        return read_stored(source, pages)
    except Exception:  # `gaoxin reclean` reports it; an append must not fail because of it
        return None


def unfit(url: str, layout: str) -> str:
    """A sentence that says why a page once read by the recipe's layout `layout` now needs the generic extractor."""
    if recipe := missing_recipe(layout):
        return f"{url} was {unread(recipe)}"
    return f"{url} was read by {layout} and is by none now: the site was redesigned, or the page is another"


def missing_recipe(layout: str | None) -> str | None:
    """The name of the recipe that `layout` belongs to, if it is not there now."""
    recipe = (layout or "generic").partition("[")[0]
    return None if recipe == "generic" or recipe in all_sources() else recipe


def unread(recipe: str) -> str:
    """What is wrong with a page of a recipe that is not there, and what to do about it."""
    if recipe in broken_recipes():
        return f"read by the recipe {recipe}, which cannot be read now: mend it"
    return f"read by the recipe {recipe}, which is not there: let GAOXIN_SOURCES name the folder that it is in"


async def _read(client: Client, page: Page, source: Source | None) -> Found:
    """The bulletin on a page that was received."""
    url = page.url
    pages: list[Page] = []
    parts: list[Bulletin] = []
    try:
        if page.outcome is Outcome.OK and _is_home(page.final_url) and not _is_home(url):
            raise Unreadable(Outcome.GONE, f"{url} leads to the home page: the article is no longer there")
        if page.outcome is not Outcome.OK:
            return Found((judged(page) if page.outcome is Outcome.HTTP_ERROR else page,))
        reading = article.read_page(page, source)
        if reading.first:
            raise Unreadable(Outcome.PART, f"{url} is a further page of {reading.first}: hand that one in")
        pages, parts = [page], [reading.bulletin]
        addresses = list(reading.further)
        for further in addresses:
            page = await client.get(further)
            if page.outcome is not Outcome.OK:
                error = f"{further}, a further page of {url}: {page.error or page.outcome}"
                return Found((replace(pages[0], outcome=Outcome.TRUNCATED, error=error),), others=(*pages[1:], page))
            reading = article.read_page(page, source)
            if _is_foreign(page, reading, pages, parts):
                raise Unreadable(Outcome.TRUNCATED, f"{further}, a further page of {url}, shows another page")
            pages.append(page)
            parts.append(reading.bulletin)
            if further == addresses[-1] and reading.following and reading.following not in addresses:
                if len(addresses) == MOST_PARTS:
                    raise Unreadable(Outcome.TOO_BIG, f"{url} is an article of more than {MOST_PARTS} pages")
                addresses.append(reading.following)
        return Found(tuple(pages), article.join(parts))
    except Unreadable as error:
        outcome = error.outcome if not parts else Outcome.TRUNCATED
        refused = replace(page, url=url, outcome=outcome, error=str(error))
        return Found((refused,), others=tuple(pages), target=error.target if not parts else None)
    except Exception as error:  # our own code crashed: that page fails, and is kept for inspection
        sentence = f"{page.url}: {type(error).__name__}: {error}"
        return Found((replace(page, url=url, outcome=Outcome.CRASHED, error=sentence),), others=tuple(pages))


def _is_foreign(page: Page, reading: article.Reading, pages: Sequence[Page], parts: Sequence[Bulletin]) -> bool:
    """Whether a further page of an article shows one of its pages that was read before, or something else: it has another title
    and does not lead back to the first page."""
    if place(page.address) in {place(other.address) for other in pages}:
        return True
    if any(reading.bulletin.body == part.body for part in parts):
        return True
    titles = [_folded(bulletin.title or "") for bulletin in (parts[0], reading.bulletin)]
    return reading.first is None and all(titles) and not are_alike(*titles)


def _is_home(url: str | None) -> bool:
    """Whether an address is the front page of a site, to which dead articles often redirect."""
    return bool(re.fullmatch(r"https?://[^/]+/(?:index\.\w+)?", url or ""))
