"""The plain functions that the flows and the command share: list pages are read, bulletins fetched, versions appended.

    list page -> Items -> Pages -> Bulletins -> one transaction

Everything here works without Prefect. One step is one slice of a list (a list page, a day of a paper) with its bulletins,
or one batch of known pages.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from archive import ledger, times
from archive.ledger import Counts
from archive.withhold import refusal
from flows.accept import Withdrawals, keep, settle, with_move
from flows.job import Job, Run, Walk, opened, record
from flows.reading import Found, as_listed, judged, read_page
from flows.resume import after, done_before, has_shifted
from scrapers import checks
from scrapers.charset import decode
from scrapers.client import Client
from scrapers.dates import SHANGHAI, day_of
from scrapers.listing import missing_rows
from scrapers.model import Item, Outcome, Page, Problem, Unreadable
from scrapers.source import Ref, Section, Source
from scrapers.sources import all_sources, find_source, source_of
from scrapers.urls import normalise

BATCH = 20
"""Known pages a step."""
KNOWN_LISTS = 2
"""A list is left after this many slices that hold known bulletins, or in a backfill older ones; a first fetch reads so many."""
BELOW = 10
"""Slices without a known bulletin that a fetch reads below one that holds one, which may stand on top of the list for long."""
PATIENCE = timedelta(days=14)
"""How long a fetch goes back to where something could not be read, to ask for it again."""


async def fetch(job: Job, names: Sequence[str] = ()) -> list[Run]:
    """The newest bulletins of these sources, or of every one that a person has seen to work."""
    sources = _chosen(names)
    return await _each_source(job, "fetch", sources, {"sources": list(names)}, _fetch_source)


async def backfill(job: Job, name: str, since: date, until: date) -> list[Run]:
    """The bulletins of one source that its lists date from `since` to `until`, both included. One that was cut short is
    carried on by the next with the same days: no slice that is done is asked for again."""
    (source,) = _chosen([name])
    if since > until:
        raise Problem(f"--since {since} is after --until {until}: give the earlier day first")
    if since > job.today():
        raise Problem(f"--since {since} is in the future: give a day that has been")
    if until < source.since:
        raise Problem(f"{name} has nothing before {source.since}: give a later --until")

    async def work(walk: Walk, source: Source) -> None:
        carried_on = ledger.unfinished(walk.archive, "backfill", params, walk.run)
        first, last = max(since, source.since), min(until, job.today())
        for section in source.sections:
            await _backfill_section(walk, source, section, first, last, carried_on)
        if not walk.counts.cut:
            _weigh(walk, source, first, last)

    params = {"source": name, "since": since.isoformat(), "until": until.isoformat()}
    return await _each_source(job, "backfill", [source], params, work)


async def recheck(job: Job, names: Sequence[str] = ()) -> list[Run]:
    """Known pages again, the longest unseen first: edited, withdrawn, returned."""
    for name in names:
        find_source(name)
    if not job.archive.exists():
        raise Problem(f"there is no archive at {job.archive}: fetch something first, or name another with --archive")

    async def work(walk: Walk) -> None:
        known = [page for page in ledger.known_pages(walk.archive, names) if walk.client.offers(page.url)]
        recipes = all_sources()
        withdrawals = Withdrawals()
        for n in range(0, len(known), BATCH):
            batch = [(page.url, recipes.get(page.source), page.conditions) for page in known[n : n + BATCH]]
            await _take_batch(walk, f"known pages {n + 1}-{n + len(batch)} of {len(known)}", batch, withdrawals)
        for source in sorted(withdrawals.gone):
            await _settle(walk, source, withdrawals)

    async with opened(job, "recheck") as (archive, client):
        return [await record(job, archive, client, "recheck", None, {"sources": list(names)}, work)]


async def add(job: Job, urls: Sequence[str]) -> list[Run]:
    """Pages handed in, each read with the recipe of its host or the generic way."""
    addresses = list(dict.fromkeys(normalise(url) for url in urls))

    async def work(walk: Walk) -> None:
        await _take_batch(walk, f"{len(addresses)} pages handed in", [(url, source_of(url), {}) for url in addresses])

    async with opened(job, "add", addresses) as (archive, client):
        return [await record(job, archive, client, "add", None, {"urls": addresses}, work)]


async def _each_source(
    job: Job,
    flow: str,
    sources: Sequence[Source],
    params: Mapping[str, object],
    work: Callable[[Walk, Source], Awaitable[None]],
) -> list[Run]:
    """One run a source, side by side: a slow site holds up no other. A replayed file is asked for those sources it holds."""
    async with opened(job, flow) as (archive, client):
        held = [source for source in sources if _is_offered(client, source, job.today())]

        async def one(source: Source) -> Run:
            return await record(job, archive, client, flow, source.name, params, lambda walk: work(walk, source))

        ended = await asyncio.gather(*(one(source) for source in held or sources), return_exceptions=True)
        for error in ended:  # only now: the archive must stay open until every source has ended
            if isinstance(error, BaseException):
                raise error
        return [run for run in ended if isinstance(run, Run)]


def _is_offered(client: Client, source: Source, today: date) -> bool:
    """Whether any first list page of the source is there to be asked for."""
    firsts = (section.pages.start(normalise(section.path, source.home), None, today) for section in source.sections)
    return any(client.offers(ref.url) for refs in firsts for ref in refs)


async def _fetch_source(walk: Walk, source: Source) -> None:
    """The newest bulletins of each list."""
    for section in source.sections:
        await _fetch_section(walk, source, section)
    month_ago = walk.job.today() - timedelta(days=checks.MONTH)
    watched = ledger.watched_since(walk.archive, source.name)
    if watched and _day(watched) <= month_ago:
        _weigh(walk, source, month_ago + timedelta(days=1), walk.job.today())


async def _fetch_section(walk: Walk, source: Source, section: Section) -> None:
    """What is new stands before what is known: a list is left at the second slice that holds anything archived when a fetch
    last came as far as that. What was archived since, by a fetch that was cut short or by hand, says nothing of what stands
    below it. A list of which no fetch has come so far is read for two slices, whatever they hold; older ones are for a
    backfill."""
    watermark = ledger.watermark(walk.archive, source.name, section.title)
    first, today = normalise(section.path, source.home), walk.job.today()
    refs = deque(section.pages.start(first, None, today))
    if watermark and len(further := section.pages.start(first, _day(watermark.started_at), today)) > len(refs):
        refs = deque(further)  # papers by their day: more of them than a fetch reads else have come out
    met: set[str] = set()
    stood: list[frozenset[str]] = []
    failed = walk.counts.failed
    read = known = below = 0
    is_whole = True

    def is_far_enough() -> bool:
        if watermark is None:
            return read == KNOWN_LISTS
        if not watermark.is_clean:  # what it missed stands among what it archived
            return below >= KNOWN_LISTS
        return known >= KNOWN_LISTS or below >= BELOW

    while refs and not is_far_enough():
        slice_ = await _take_slice(walk, source, section, refs.popleft(), lambda item: True)
        is_whole = is_whole and not slice_.failed
        if _only_repeats(slice_, stood):
            break
        stood.append(slice_.stands)
        met |= slice_.items.keys()
        refs.extend(slice_.more)
        if slice_.pages:
            read += 1
            before = slice_.items.keys() - slice_.fresh.keys()  # a known one at a new address is news
            is_known = watermark is not None and ledger.holds(walk.archive, before, watermark)
            known += is_known
            below = 0 if is_known else below + bool(known)
    is_clean = walk.counts.failed == failed
    is_old = watermark and today - _day(ledger.tried_since(walk.archive, source.name, watermark)) >= PATIENCE
    is_first = watermark is None and any(walk.archive.document_of(url) is not None for url in met)
    is_given_up = is_whole and is_old  # never a list page: nobody knows what stands on it
    if is_first or (watermark and (is_clean or is_given_up)):
        error = None if is_clean or is_given_up else "something on it could not be read"
        ledger.record_watermark(walk.archive, source.name, section.title, walk.run, error)


def _day(stamp: str) -> date:
    return datetime.fromisoformat(stamp).astimezone(SHANGHAI).date()


def _weigh(walk: Walk, source: Source, since: date, until: date) -> None:
    """Whether the archive holds as many bulletins of these days as are normal."""
    held = ledger.published_between(walk.archive, source.name, since, until)
    walk.breaches += checks.volume(source, since, until, held)


async def _backfill_section(
    walk: Walk, source: Source, section: Section, since: date, until: date, carried_on: Sequence[int]
) -> None:
    done = ledger.done_slices(walk.archive, source.name, carried_on)
    refs = deque(section.pages.start(normalise(section.path, source.home), since, until))
    before = done_before(walk, section, refs, done, carried_on)
    if before and await has_shifted(walk, source, section, before[-1], carried_on):
        walk.job.say(f"{source.title} {section.title} has changed since: it is read from its start")
        done = set()
    stood: list[frozenset[str]] = []
    older = 0
    while refs:
        ref = refs.popleft()
        if (section.title, ref.slice) in done:
            refs.extend(after(walk, section, ref, carried_on))
            continue
        slice_ = await _take_slice(walk, source, section, ref, lambda item: _is_between(item, since, until))
        walk.counts.cut += bool(slice_.failed)
        if _only_repeats(slice_, stood):
            break
        stood.append(slice_.stands)
        dated = [day_of(item.date) for item in slice_.items.values() if item.date]
        older = older + 1 if dated and max(dated) < since else 0
        if older < KNOWN_LISTS:  # one may hold what was pinned to the top
            refs.extend(slice_.more)


@dataclass(slots=True)
class _Slice:
    """What the list pages of a slice hold, what of it was not known, which slices follow, and what failed. `stands` are the
    addresses on it when it was last read."""

    pages: list[Page] = field(default_factory=list)
    items: dict[str, Item] = field(default_factory=dict)
    stands: frozenset[str] = frozenset()
    fresh: dict[str, Item] = field(default_factory=dict)
    more: list[Ref] = field(default_factory=list)
    failed: list[Page] = field(default_factory=list)
    missing: Page | None = None


def _only_repeats(slice_: _Slice, before: Sequence[frozenset[str]]) -> bool:
    """A slice of links that all stand on one before it: some sites answer any page number with their last page. What stood
    there and no longer does was pushed down to it. One that holds no link at all (no paper on that day) repeats nothing."""
    return bool(slice_.stands) and any(slice_.stands <= one for one in before)


async def _take_slice(
    walk: Walk, source: Source, section: Section, ref: Ref, is_wanted: Callable[[Item], bool]
) -> _Slice:
    """One step: the list pages of a slice and their unknown bulletins, kept with the slice in one transaction."""
    slice_ = _Slice()

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
            if slice_.pages or slice_.failed or (slice_.missing and slice_.missing.outcome is Outcome.GONE):
                ledger.record_slice(walk.archive, source.name, section.title, ref.slice, walk.run, error)
        for page in slice_.failed:
            walk.job.say(f"FAILED {page.error}")
        return counts

    await walk.step(f"{source.title} {section.title} {ref.slice}", step)
    return slice_


async def _read_slice(
    walk: Walk, source: Source, section: Section, ref: Ref, is_wanted: Callable[[Item], bool], slice_: _Slice
) -> list[Found]:
    """The unknown bulletins of the slice. Its list page is asked for once more after they were read, which takes time: rows
    that were withdrawn meanwhile have pulled others up from the next page, which a reader who goes on there never meets. Lists
    of a day stay where they are."""
    found: list[Found] = []
    while True:
        more, slice_.more = slice_.more, []
        await _read_lists(walk, source, section, ref, slice_)
        slice_.more = slice_.more or (more if slice_.failed else [])
        wanted = [item for item in slice_.items.values() if item.url not in slice_.fresh and is_wanted(item)]
        fresh = [item for item in wanted if walk.archive.document_of(item.url) is None]
        for item in fresh:
            said = as_listed(await read_page(walk.client, item.url, source, {}), item)
            found += await with_move(walk, said, source)
        slice_.fresh |= {item.url: item for item in fresh}
        if slice_.failed or not (fresh and slice_.more and ref.slice.isdigit()):
            return found


async def _read_lists(walk: Walk, source: Source, section: Section, ref: Ref, slice_: _Slice) -> None:
    """Read the list pages of the slice that starts with `ref` into `slice_`."""
    items = section.items or source.items
    assert items is not None, f"{source.name} has sections, so it must say how their items are found"
    queue = [ref]
    pages: list[Page] = []
    found: dict[str, Item] = {}
    while queue:
        here = queue.pop(0)
        page = await walk.client.get(here.url)
        if here == ref and _is_rightly_missing(page, section, ref):
            slice_.missing = page
            return
        try:
            page = judged(page) if page.outcome is Outcome.HTTP_ERROR else page
            if page.outcome is not Outcome.OK:
                raise Unreadable(page.outcome, page.error or f"{page.url}: {page.outcome}")
            html = decode(page.body, page.content_type)
            held = items(html, page.final_url or page.url)
            found |= {item.url: item for item in held}
            if held and (missing := missing_rows(section, here, html, held)):
                walk.breaches.append(checks.short_list(source, here.url, missing, len(held)))
            for further in section.pages.more(here, html):
                (queue if further.slice == ref.slice else slice_.more).append(further)
            pages.append(page)
        except Unreadable as error:
            slice_.failed.append(replace(page, outcome=error.outcome, error=str(error)))
        except Exception as error:  # a recipe that does not fit what the site sent: that slice's failure
            sentence = (
                f"{page.url} cannot be listed ({type(error).__name__}: {error}): mend the recipe of {source.name}"
            )
            slice_.failed.append(replace(page, outcome=Outcome.CRASHED, error=sentence))
    may_be_empty = section.pages.ends == "empty" and ref.slice != "1"
    if pages and not (found or may_be_empty or slice_.failed):
        page = judged(pages.pop())
        if page.outcome is Outcome.OK:
            sentence = f"{ref.url} lists nothing: open it, and compare it with `items` in the recipe of {source.name}"
            page = replace(page, outcome=Outcome.NO_ITEMS, error=sentence)
        slice_.failed = [page]
        before = ledger.list_before(walk.archive, page.url, walk.run)
        with suppress(Unreadable):
            held = items(decode(*before[:2]), page.final_url or page.url) if before else []
            walk.breaches += (
                [checks.silence(source, page.url, len(held), times.day(before[2]))] if before and held else []
            )
    slice_.pages += pages
    slice_.items |= found
    slice_.stands = frozenset(found)


def _is_rightly_missing(page: Page, section: Section, ref: Ref) -> bool:
    """No paper on that day; or a replayed file that holds nothing of this list at all."""
    if section.pages.ends == "missing":
        return page.outcome in (Outcome.GONE, Outcome.NOT_CAPTURED)
    return page.outcome is Outcome.NOT_CAPTURED and ref.slice == "1"


async def _take_batch(
    walk: Walk,
    name: str,
    pages: Sequence[tuple[str, Source | None, Mapping[str, str]]],
    withdrawals: Withdrawals | None = None,
) -> None:
    """One step: a batch of pages by address."""

    async def step() -> Counts:
        found: list[Found] = []
        for url, source, conditions in pages:
            if refused := _refused(walk, url):
                found.append(refused)
            else:
                found += await with_move(walk, await read_page(walk.client, url, source, conditions), source)
        with walk.archive.transaction():
            return keep(walk, found, withdrawals)

    await walk.step(name, step)


async def _settle(walk: Walk, source: str, withdrawals: Withdrawals) -> None:
    """One step: the pages of a source that are gone."""

    async def step() -> Counts:
        with walk.archive.transaction():
            return settle(walk, source, withdrawals)

    await walk.step(f"gone pages of {source}", step)


def _refused(walk: Walk, url: str) -> Found | None:
    """What stands for an address that is not asked for, as its document was erased on request."""
    sentence = refusal(walk.archive, url)
    if sentence is None:
        return None
    return Found((Page(url, b"", walk.job.clock(), outcome=Outcome.WITHHELD, status=None, error=sentence),))


def _chosen(names: Sequence[str]) -> list[Source]:
    """The sources named, or every one that a person has seen to work. Raises Problem where there is nothing to list."""
    chosen = [find_source(name) for name in dict.fromkeys(names)]
    for source in chosen:
        if not source.sections:
            raise Problem(f"{source.name} has no lists: hand its pages in with `gaoxin add URL`")
    verified = [source for source in all_sources().values() if source.verified != "never"]
    if not (chosen or verified):
        raise Problem("no source has been seen to work live yet: name those to fetch, such as `gaoxin fetch nchdz`")
    return chosen or verified


def _is_between(item: Item, since: date, until: date) -> bool:
    """A link without a date is wanted: the page will tell."""
    return item.date is None or since <= day_of(item.date) <= until
