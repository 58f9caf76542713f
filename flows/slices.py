"""Reads one slice of a list (a list page, a day of a paper) with the unknown bulletins on it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace

from archive import ledger, times
from archive.ledger import Counts
from flows.accept import keep, texts_by_addresses, with_move
from flows.job import Walk
from flows.reading import Found, as_listed, in_place, judged, read_page, says_gone
from scrapers import checks
from scrapers.charset import decode, decode_page
from scrapers.checks import Breach
from scrapers.listing import missing_rows
from scrapers.model import Item, Outcome, Page, Unreadable
from scrapers.network.answers import is_open
from scrapers.source import Items, Ref, Section, Source
from scrapers.sources import source_of
from scrapers.urls import host

READINGS = 3
"""How often a list page is read at most until it holds nothing new."""


@dataclass(slots=True)
class Slice:
    """The list pages of a slice: their items, those not yet known (`fresh`), the slices that follow (`more`), and what failed.
    `stands` are the addresses on it at the last reading. `is_open_ended`: its list may go on, and nobody knows where."""

    pages: list[Page] = field(default_factory=list)
    items: dict[str, Item] = field(default_factory=dict)
    stands: frozenset[str] = frozenset()
    fresh: dict[str, Item] = field(default_factory=dict)
    more: list[Ref] = field(default_factory=list)
    failed: list[Page] = field(default_factory=list)
    missing: Page | None = None
    is_open_ended: bool = False

    @property
    def is_gone(self) -> bool:
        """Whether the site says that there is no such slice: no paper came out that day."""
        return self.missing is not None and self.missing.outcome is Outcome.GONE


def only_repeats(slice_: Slice, before: Sequence[frozenset[str]]) -> bool:
    """Whether all links of a slice stand on one earlier slice: some sites answer any page number with their last page. Links
    that have left that earlier slice were pushed down to this one. A slice without links (no paper that day) is no repeat. Nor
    is one of a slice at least twice as long: Hanweb's first page holds the rows of several pages, which come again one by
    one."""
    return bool(slice_.stands) and any(slice_.stands <= one and len(one) < 2 * len(slice_.stands) for one in before)


async def take_slice(
    walk: Walk, source: Source, section: Section, ref: Ref, is_wanted: Callable[[Item], bool]
) -> Slice:
    """One step: read the list pages of a slice and their unknown bulletins, and archive all in one transaction."""
    slice_ = Slice()

    async def step() -> Counts:
        found = await _read_slice(walk, source, section, ref, is_wanted, slice_)
        with walk.archive.transaction():
            missing = [slice_.missing] if slice_.missing else []
            for page in (*slice_.pages, *slice_.failed, *missing):
                walk.archive.observe(page, walk.run)
            listed = sum(map(is_wanted, slice_.items.values()))
            known = listed - len(slice_.fresh)
            counts = Counts(listed, known=known, missing=len(missing), failed=len(slice_.failed))
            kept = keep(walk, found)
            counts += kept
            error = next((page.error for page in slice_.failed), None)
            error = error or (f"{kept.failed} of its pages could not be read" if kept.failed else None)
            error = error or ("where its list goes on is not known" if slice_.is_open_ended else None)
            if slice_.pages or slice_.failed or slice_.is_gone:
                ledger.record_slice(walk.archive, source.name, section.title, ref.slice, walk.run, error)
        for page in slice_.failed:
            walk.job.say(f"FAILED {page.error}")
        return counts

    await walk.step(f"{source.title} {section.title} {ref.slice}", step)
    return slice_


async def _read_slice(
    walk: Walk, source: Source, section: Section, ref: Ref, is_wanted: Callable[[Item], bool], slice_: Slice
) -> list[Found]:
    """The unknown bulletins of the slice. Reading them takes time, so the list page is read again afterwards: rows withdrawn
    meanwhile have pulled others up from the next page, where they would be missed. Lists of a single day do not shift."""
    found: list[Found] = []
    for _ in range(READINGS):
        more, slice_.more, stood = slice_.more, [], slice_.stands
        await _read_lists(walk, source, section, ref, slice_)
        slice_.more = slice_.more or (more if slice_.failed else [])
        if stood and not stood & slice_.stands:
            break  # addresses that change with every request, or a page of nothing but news
        wanted = [item for item in slice_.items.values() if item.url not in slice_.fresh and is_wanted(item)]
        fresh = [item for item in wanted if walk.archive.document_of(item.url) is None]
        publishers = [publisher_of(item, source) for item in fresh]
        read = [await read_page(walk.client, item.url, one, {}) for item, one in zip(fresh, publishers, strict=True)]
        texts = texts_by_addresses(read)
        walk.breaches += [] if ref.slice.isdigit() else checks.other_day(source, ref, [one.bulletin for one in read])
        for item, one, publisher in zip(fresh, read, publishers, strict=True):
            is_repeated = one.bulletin is not None and texts[one.bulletin.body] > 1
            found += await with_move(walk, as_listed(one, item, by_title=is_repeated), publisher)
        slice_.fresh |= {item.url: item for item in fresh}
        if slice_.failed or not (fresh and slice_.more and ref.slice.isdigit()):
            break
    return found


def publisher_of(item: Item, lister: Source) -> Source:
    """The source whose bulletin a row leads to, whichever list it is found on first: the source at the row's host if there is
    one, else `lister`. Whoever links to another source's article does not publish it."""
    return lister if host(item.url) == host(lister.home) else source_of(item.url) or lister


async def _read_lists(walk: Walk, source: Source, section: Section, ref: Ref, slice_: Slice) -> None:
    """Read the list pages of the slice that starts with `ref` into `slice_`."""
    slice_.is_open_ended = False
    items = section.items or source.items
    assert items is not None, f"{source.name} has sections, so it must say how their items are found"
    queue = [ref]
    pages: list[Page] = []
    found: dict[str, Item] = {}
    while queue:
        here = queue.pop(0)
        page = in_place(await walk.client.get(here.url), here)
        if here == ref and _is_rightly_missing(page, section, ref):
            slice_.missing = page
            return
        try:
            page = judged(page) if page.outcome is Outcome.HTTP_ERROR else page
            if page.outcome is not Outcome.OK:
                raise Unreadable(page.outcome, page.error or f"{page.url}: {page.outcome}")
            html = decode_page(page)
            held = items(html, page.address)
            found |= {item.url: item for item in held}
            walk.breaches += _breaches(source, section, here, html, held) if held else ()
            if held and (breach := _open_end(source, section, here, page, html, held)):
                walk.breaches.append(breach)
                slice_.is_open_ended = True
            for further in section.pages.more(here, html):
                (queue if further.slice == ref.slice else slice_.more).append(further)
            pages.append(page)
        except Unreadable as error:
            slice_.failed.append(replace(page, outcome=error.outcome, error=str(error)))
        except Exception as error:  # a recipe that does not fit what the site sent: that slice fails
            sentence = (
                f"{page.url} cannot be listed ({type(error).__name__}: {error}): mend the recipe of {source.name}"
            )
            slice_.failed.append(replace(page, outcome=Outcome.CRASHED, error=sentence))
    may_be_empty = section.pages.ends == "empty" and ref.slice != "1"
    if pages and not (found or may_be_empty or slice_.failed):
        page = judged(pages.pop())
        if section.pages.ends == "missing" and not pages and says_gone(page):
            slice_.missing = replace(page, outcome=Outcome.GONE, error=f"{page.url} says that it does not exist")
            return
        if page.outcome is Outcome.OK:
            sentence = f"{ref.url} lists nothing: open it, and compare it with `items` in the recipe of {source.name}"
            page = replace(page, outcome=Outcome.NO_ITEMS, error=sentence)
        slice_.failed = [page]
        walk.breaches += _silence(walk, source, items, page)
    slice_.pages += pages
    slice_.items |= found
    slice_.stands = frozenset(found)


def _breaches(source: Source, section: Section, ref: Ref, html: str, held: Sequence[Item]) -> Iterator[Breach]:
    """What is wrong with a list page on which the rows `held` were read."""
    if missing := missing_rows(section, ref, html, held):
        yield checks.short_list(source, ref.url, missing, len(held))
    if ref.slice == "1" and checks.is_rising(held) and section.pages.more(ref, html):
        yield checks.oldest_first(source, ref.url)


def _open_end(source: Source, section: Section, ref: Ref, page: Page, html: str, held: Sequence[Item]) -> Breach | None:
    """What is wrong with a list page that leads to no other, though it is not known to be the last."""
    if not section.pages.is_end_known(ref, html, len(held)):
        return checks.no_pager(source, ref.url)
    if is_open(page) and not section.pages.more(ref, html):
        return checks.cut_list(source, ref.url)
    return None


def _silence(walk: Walk, source: Source, items: Items, page: Page) -> Iterator[Breach]:
    """What is wrong with a list page without rows, if it held some when it was last read."""
    before = ledger.list_before(walk.archive, page.url, walk.run)
    with suppress(Unreadable):
        if before and (held := items(decode(*before[:2]), page.address)):
            yield checks.silence(source, page.url, len(held), times.day(before[2]))


def _is_rightly_missing(page: Page, section: Section, ref: Ref) -> bool:
    """Whether a page is missing for a good reason: no paper that day, or a replayed file without this list."""
    if section.pages.ends == "missing":
        return page.outcome in (Outcome.GONE, Outcome.NOT_CAPTURED)
    return page.outcome is Outcome.NOT_CAPTURED and ref.slice == "1"
