"""One address to a bulletin: its page, the page that it merely points to, the further pages of its article.

What cannot be read comes back as a page that says why: one bad page stops no run.
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
from scrapers.model import Bulletin, Item, Outcome, Page, Unreadable
from scrapers.source import Source
from scrapers.sources import all_sources, source_of


@dataclass(frozen=True, slots=True)
class Found:
    """The pages of one bulletin and what they say, or one page that says why it is none.

    `moved` is the document that the bulletin is the new address of; `others` are pages that were asked for on the way;
    `target` is where a page that is a mere signpost leads.
    """

    pages: tuple[Page, ...]
    bulletin: Bulletin | None = None
    moved: int | None = None
    others: tuple[Page, ...] = ()
    target: str | None = None


async def read_page(client: Client, url: str, source: Source | None, conditions: Mapping[str, str]) -> Found:
    """What `url` says. A page that sends its reader on by a script or a meta refresh is followed once, as a redirect of the
    server's would be; it is observed as a `redirect`."""
    found = await _read(client, await client.get(url, conditions), source)
    if found.target is None:
        return found
    there = await client.get(found.target)
    # The conditions of the page that was led to are none of `url`, which would answer them for itself.
    kept = {name: value for name, value in there.headers.items() if name == "content-type"}
    there = replace(there, url=url, final_url=there.final_url or found.target, headers=kept)
    arrived = await _read(client, there, source)
    return replace(arrived, others=(*found.pages, *arrived.others), target=None)


def as_listed(found: Found, item: Item) -> Found:
    """`found`, or a failure where the page shares neither title nor day with the row that leads to it: a notice in the place of
    the article, which would be archived as its first version."""
    told = found.bulletin
    if told is None or not (told.title and item.title and told.published_at and item.date):
        return found
    listed, shown = squeeze(clean(item.title)), squeeze(told.title)
    is_alike = any(listed[n : n + 2] in shown for n in range(len(listed) - 1))
    if is_alike or item.date[:10] == told.published_at[:10]:
        return found
    error = f"{item.url} says {told.title} ({told.published_at[:10]}), its list {item.title} ({item.date[:10]}): another page"
    refused = replace(found.pages[0], outcome=Outcome.NO_ARTICLE, error=f"{error} stands there")
    return Found((refused,), others=(*found.pages[1:], *found.others))


def judged(page: Page) -> Page:
    """The page, with the outcome `blocked` where it is a block or captcha page, whatever its status."""
    with suppress(Unreadable):
        if page.body and walls.blocks(page.body, page.content_type):
            return replace(page, outcome=Outcome.BLOCKED, error=f"{page.url} answers with a block or captcha page")
    return page


def read_stored(source: str, pages: Sequence[Page]) -> Bulletin:
    """What the stored pages of one article of a source say by today's rules. Raises Unreadable where they are none any more."""
    recipe = all_sources().get(source) or source_of(pages[0].url)
    return article.join(
        [article.read(page.body, page.url, page.content_type, recipe, page.final_url).bulletin for page in pages]
    )


def read_again(source: str, pages: Sequence[Page]) -> Bulletin | None:
    """As `read_stored`, for the archive's own use: None where today's rules cannot read the pages."""
    try:
        return read_stored(source, pages)
    except Exception:  # `gaoxin reclean` names it; an append must not end by it
        return None


def unfit(url: str, layout: str) -> str:
    """Why a page that was read by the layout `layout` of a recipe is read the generic way now, in a sentence."""
    recipe = layout.partition("[")[0]
    if recipe not in all_sources():
        return f"{url} was read by the recipe {recipe}, which is not there: let GAOXIN_SOURCES name the folder that it is in"
    return f"{url} was read by {layout} and is by none now: the site was redesigned, or the page is another"


async def _read(client: Client, page: Page, source: Source | None) -> Found:
    """The bulletin on a page that came back."""
    url = page.url
    pages: list[Page] = []
    parts: list[Bulletin] = []
    try:
        if page.outcome is Outcome.OK and _is_home(page.final_url) and not _is_home(url):
            raise Unreadable(Outcome.GONE, f"{url} leads to the home page: the article is no longer there")
        if page.outcome is not Outcome.OK:
            return Found((judged(page) if page.outcome is Outcome.HTTP_ERROR else page,))
        reading = article.read(page.body, url, page.content_type, source, page.final_url)
        if reading.first:
            raise Unreadable(Outcome.PART, f"{url} is a further page of {reading.first}: hand that one in")
        pages, parts = [page], [reading.bulletin]
        for further in reading.further:
            page = await client.get(further)
            if page.outcome is not Outcome.OK:
                error = f"{further}, a further page of {url}: {page.error or page.outcome}"
                return Found((replace(pages[0], outcome=Outcome.TRUNCATED, error=error),), others=(*pages[1:], page))
            pages.append(page)
            parts.append(article.read(page.body, further, page.content_type, source, page.final_url).bulletin)
        return Found(tuple(pages), article.join(parts))
    except Unreadable as error:
        outcome = error.outcome if not parts else Outcome.TRUNCATED
        refused = replace(page, url=url, outcome=outcome, error=str(error))
        return Found((refused,), others=tuple(pages), target=error.target if not parts else None)
    except Exception as error:  # our own code cannot read it: that page's failure, kept to be looked at
        sentence = f"{page.url}: {type(error).__name__}: {error}"
        return Found((replace(page, url=url, outcome=Outcome.CRASHED, error=sentence),), others=tuple(pages))


def _is_home(url: str | None) -> bool:
    """The front page of a site: where dead articles are led to."""
    return bool(re.fullmatch(r"https?://[^/]+/(?:index\.\w+)?", url or ""))
