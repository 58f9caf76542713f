"""The plain functions that the flows and the command share: they read lists, fetch bulletins and append versions.

    list page -> Items -> Pages -> Bulletins -> one transaction

Nothing here needs Prefect. One step is one slice of a list (a list page, a day of a paper) with its bulletins, or one batch of
known pages.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from archive import ledger
from archive.ledger import Counts
from archive.withhold import refusal
from flows.accept import Withdrawals, keep, settle, with_move
from flows.job import Job, Run, Stopped, Walk, opened, record
from flows.reading import Found, read_page
from flows.resume import after, done_before, has_shifted
from flows.slices import only_repeats, take_slice
from scrapers import checks
from scrapers.client import Client
from scrapers.dates import SHANGHAI, day_of
from scrapers.model import Item, Outcome, Page, Problem
from scrapers.source import Ref, Section, Source
from scrapers.sources import all_sources, find_source, source_of, sources_of
from scrapers.urls import normalise

BATCH = 20
"""Known pages per step."""
KNOWN_LISTS = 2
"""A fetch leaves a list after this many slices with known bulletins, a backfill after as many with only older ones. The first
fetch of a list reads this many slices."""
BELOW = 10
"""Slices without a known bulletin that a fetch reads below one that has some, and slices with only older ones that a backfill
reads where nothing else came before: what is known or older may be pinned to the top."""
A_YEAR = timedelta(days=365)
"""A backfill reads on for as many where the rows leap so far behind the days that it is for."""
Asked = tuple[str, Source | None, Mapping[str, str]]
"""An address to request, the recipe of its page, and the conditions of the request."""
PATIENCE = timedelta(days=14)
"""How long fetches keep going back to what could not be read."""


async def fetch(job: Job, names: Sequence[str] = ()) -> list[Run]:
    """Fetch the newest bulletins of these sources, or of every source that a person has seen to work."""
    sources = _chosen(names)
    return await _each_source(job, "fetch", sources, {"sources": list(names)}, _fetch_source)


async def backfill(job: Job, name: str, since: date, until: date) -> list[Run]:
    """Fetch the bulletins of one source that its lists date from `since` to `until`, both included. The next backfill with the
    same days continues an interrupted one: slices that are done are not requested again."""
    (source,) = _chosen([name])
    if since > until:
        raise Problem(f"--since {since} is after --until {until}: give the earlier day first")
    if since > job.today():
        raise Problem(f"--since {since} is in the future: give a day that has been")
    papers = [section for section in source.sections if section.pages.ends == "missing"]
    if until < source.since and len(papers) == len(source.sections):
        raise Problem(
            f"{name} has no paper before {source.since} by its recipe: give a later --until, or correct `since` there"
        )

    async def work(walk: Walk, source: Source) -> None:
        carried_on = ledger.unfinished(walk.archive, "backfill", params, walk.run)
        last = min(until, job.today())
        begun = max(since, source.since)
        for section in source.sections:
            if section in papers and begun > since:
                walk.job.say(
                    f"{source.title} {section.title} begins on {begun} by its recipe: no earlier day is requested"
                )
            await _backfill_section(walk, source, section, begun if section in papers else since, last, carried_on)
        if not walk.counts.cut:
            _weigh(walk, source, begun, last)

    params = {"source": name, "since": since.isoformat(), "until": until.isoformat()}
    return await _each_source(job, "backfill", [source], params, work)


async def recheck(job: Job, names: Sequence[str] = ()) -> list[Run]:
    """Request known pages again, the longest unseen first, to find edits, withdrawals and returns."""
    for name in names:
        find_source(name)
    if not job.archive.exists():
        raise Problem(f"there is no archive at {job.archive}: fetch something first, or name another with --archive")

    async def work(walk: Walk) -> None:
        known = [page for page in pages if walk.client.offers(page.url)]
        recipes = all_sources()
        withdrawals = Withdrawals()
        for n in range(0, len(known), BATCH):
            batch = [
                (page.url, recipes.get(page.source) or source_of(page.url), page.conditions)
                for page in known[n : n + BATCH]
            ]
            await _take_batch(walk, f"known pages {n + 1}-{n + len(batch)} of {len(known)}", batch, withdrawals)
        for source in sorted(withdrawals.gone):
            await _settle(walk, source, withdrawals)

    async with opened(job, "recheck") as (archive, client):
        pages = ledger.known_pages(archive, names)
        if empty := [name for name in names if name not in {page.source for page in pages}]:
            raise Problem(f"{job.archive} holds no page of {', '.join(empty)}: fetch first, or leave that name out")
        return [await record(job, archive, client, "recheck", None, {"sources": list(names)}, work)]


async def add(job: Job, urls: Sequence[str], name: str | None = None) -> list[Run]:
    """Archive pages handed in; each is read with the recipe called `name`, else with that of its host, or with the generic
    extractor."""
    addresses = list(dict.fromkeys(normalise(url) for url in urls))
    pages: list[Asked] = [(url, find_source(name) if name else _recipe_of(url), {}) for url in addresses]

    async def work(walk: Walk) -> None:
        await _take_batch(walk, f"{len(addresses)} pages handed in", pages)

    async with opened(job, "add", addresses) as (archive, client):
        return [await record(job, archive, client, "add", None, {"urls": addresses}, work)]


async def _each_source(
    job: Job,
    flow: str,
    sources: Sequence[Source],
    params: Mapping[str, object],
    work: Callable[[Walk, Source], Awaitable[None]],
) -> list[Run]:
    """One run per source, concurrently, so that a slow site delays no other. A replay skips sources that its file lacks."""
    async with opened(job, flow) as (archive, client):
        held = [source for source in sources if _is_offered(client, source, job.today())]

        async def one(source: Source) -> Run:
            return await record(job, archive, client, flow, source.name, params, lambda walk: work(walk, source))

        ended = await asyncio.gather(*(one(source) for source in held or sources), return_exceptions=True)
        # raised only now: the archive must stay open until every source has ended
        for error in ended:
            if isinstance(error, BaseException) and not isinstance(error, Problem):
                raise error
        runs = [run for run in ended if isinstance(run, Run)]
        if problems := [str(problem) for problem in ended if isinstance(problem, Problem)]:
            raise Stopped("; ".join(problems), runs)
        return runs


def _is_offered(client: Client, source: Source, today: date) -> bool:
    """Whether the client offers any first list page of the source."""
    firsts = (section.pages.start(normalise(section.path, source.home), None, today) for section in source.sections)
    return any(client.offers(ref.url) for refs in firsts for ref in refs)


async def _fetch_source(walk: Walk, source: Source) -> None:
    """Fetch the newest bulletins of each list."""
    for section in source.sections:
        await _fetch_section(walk, source, section)
    month_ago = walk.job.today() - timedelta(days=checks.MONTH)
    watched = ledger.watched_since(walk.archive, source.name)
    if watched and _day(watched) <= month_ago:
        _weigh(walk, source, month_ago + timedelta(days=1), walk.job.today())


@dataclass(slots=True)
class _Depth:
    """How far down a list a fetch has read: slices read, slices that hold a document from before the watermark, and slices
    without one since the last of these."""

    read: int = 0
    known: int = 0
    below: int = 0

    def add(self, is_known: bool) -> None:
        self.read += 1
        self.known += is_known
        self.below = 0 if is_known else self.below + bool(self.known)

    def is_enough(self, watermark: ledger.Watermark | None) -> bool:
        if watermark is None:
            return self.read == KNOWN_LISTS
        if not watermark.is_clean:  # what that fetch missed stands among what it archived
            return self.below >= KNOWN_LISTS
        return self.known >= KNOWN_LISTS or self.below >= BELOW


async def _fetch_section(walk: Walk, source: Source, section: Section) -> None:
    """Read one list from the top down to its watermark: the documents archived when a fetch last read it far enough.

    New items stand above known ones, so the list is left at the second slice that holds a document from before the watermark.
    Documents archived since, by an interrupted fetch or by hand, say nothing about what stands below them. A list without a
    watermark is read for two slices, whatever they hold; older items are for a backfill."""
    watermark = ledger.watermark(walk.archive, source.name, section.title)
    refs = _first_pages(walk, source, section, watermark)
    failed, is_whole = walk.counts.failed, True
    met: set[str] = set()
    stood: list[frozenset[str]] = []
    depth = _Depth()
    while refs and not depth.is_enough(watermark):
        ref = refs.popleft()
        slice_ = await take_slice(walk, source, section, ref, lambda item: True)
        is_whole = is_whole and not (slice_.failed or slice_.is_open_ended)
        if only_repeats(slice_, stood):
            if slice_.more:
                walk.breaches.append(checks.repeated_list(source, ref.url))
            break
        stood.append(slice_.stands)
        refs.extend(slice_.more)
        if slice_.pages:
            # a known document at a new address is news; a row that stands on every page says nothing about those below it
            before = slice_.items.keys() - slice_.fresh.keys() - met
            depth.add(watermark is not None and ledger.holds(walk.archive, before, watermark))
        met |= slice_.items.keys()
    is_first = watermark is None and any(walk.archive.document_of(url) is not None for url in met)
    if watermark or is_first:
        is_clean = is_whole and walk.counts.failed == failed
        _raise_watermark(walk, source, section, watermark, is_whole, is_clean)


def _first_pages(walk: Walk, source: Source, section: Section, watermark: ledger.Watermark | None) -> deque[Ref]:
    """Where a fetch begins: the list's first pages, or every paper since the watermark where more have come out than a fetch
    normally reads."""
    first, today = normalise(section.path, source.home), walk.job.today()
    refs = section.pages.start(first, None, today)
    further = section.pages.start(first, _day(watermark.started_at), today) if watermark else []
    return deque(further if len(further) > len(refs) else refs)


def _raise_watermark(
    walk: Walk, source: Source, section: Section, watermark: ledger.Watermark | None, is_whole: bool, is_clean: bool
) -> None:
    """Record that a list was read down to its watermark, unless something on it failed and may still be read by a later fetch.
    A list page is never given up: nobody knows what stands on it."""
    tried = watermark and _day(ledger.tried_since(walk.archive, source.name, watermark))
    is_given_up = is_whole and tried is not None and walk.job.today() - tried >= PATIENCE
    if watermark is None or is_clean or is_given_up:
        error = None if is_clean or is_given_up else "something on it could not be read"
        ledger.record_watermark(walk.archive, source.name, section.title, walk.run, error)


def _day(stamp: str) -> date:
    return datetime.fromisoformat(stamp).astimezone(SHANGHAI).date()


def _weigh(walk: Walk, source: Source, since: date, until: date) -> None:
    """Note a breach if the archive does not hold a normal number of bulletins for these days."""
    held = ledger.published_between(walk.archive, source.name, since, until)
    walk.breaches += checks.volume(source, since, until, held)


@dataclass(slots=True)
class _Age:
    """How many slices in a row hold only items from before `since`: `older`. A slice with a newer item than the one before it
    does not count, as a list that starts with its oldest rows is still on its way to `since`. `is_reached`: some item was not
    older."""

    since: date
    older: int = 0
    newest: date | None = None
    is_reached: bool = False

    def add(self, items: Iterable[Item]) -> None:
        """Count a slice with these items."""
        newest = max((day_of(item.date) for item in items if item.date), default=None)
        is_rising = bool(newest and self.newest and newest > self.newest)
        self.older = self.older + 1 if newest and newest < self.since and not is_rising else 0
        self.newest = newest or self.newest
        self.is_reached = self.is_reached or bool(newest and newest >= self.since)

    def is_enough(self) -> bool:
        """Whether nothing from `since` on stands below. Rows pinned to the top, or old ones uploaded at once, may fill
        several slices, and are older by far than what should come next."""
        is_next = self.is_reached and self.newest is not None and self.since - self.newest < A_YEAR
        return self.older >= (KNOWN_LISTS if is_next else BELOW)


async def _backfill_section(
    walk: Walk, source: Source, section: Section, since: date, until: date, carried_on: Sequence[int]
) -> None:
    """Read one list from the top down to `since`, without the slices that the runs `carried_on` have done."""
    done = ledger.done_slices(walk.archive, source.name, carried_on)
    refs = deque(section.pages.start(normalise(section.path, source.home), since, until))
    before = done_before(walk, section, refs, done, carried_on)
    if before and await has_shifted(walk, source, section, before[-1], carried_on):
        walk.job.say(f"{source.title} {section.title} has changed since: it is read from its start")
        done = set()
    stood: list[frozenset[str]] = []
    no_paper: list[str] = []
    age = _Age(since)
    while refs:
        ref = refs.popleft()
        if (section.title, ref.slice) in done:
            refs.extend(after(walk, section, ref, carried_on))
            continue
        slice_ = await take_slice(walk, source, section, ref, lambda item: _is_between(item, since, until))
        walk.counts.cut += bool(slice_.failed or slice_.is_open_ended)
        if only_repeats(slice_, stood):
            if slice_.more:
                walk.breaches.append(checks.repeated_list(source, ref.url))
                walk.counts.cut += 1
            break
        stood.append(slice_.stands)
        if slice_.is_gone:
            no_paper.append(ref.slice)
        else:
            walk.breaches += checks.gap(source, no_paper)
            no_paper = []
        age.add(slice_.items.values())
        if not age.is_enough():
            refs.extend(slice_.more)
    walk.breaches += checks.gap(source, no_paper)


async def _take_batch(
    walk: Walk,
    name: str,
    pages: Sequence[Asked],
    withdrawals: Withdrawals | None = None,
) -> None:
    """One step: read and archive a batch of pages by address."""

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
    """One step: archive the gone pages of a source."""

    async def step() -> Counts:
        with walk.archive.transaction():
            return settle(walk, source, withdrawals)

    await walk.step(f"gone pages of {source}", step)


def _recipe_of(url: str) -> Source | None:
    found = sources_of(url)
    if len(found) > 1:
        raise Problem(f"{url} may be of {' or '.join(source.name for source in found)}: say which with --source")
    return found[0] if found else None


def _refused(walk: Walk, url: str) -> Found | None:
    """The result for an address that is not requested, because its document was erased; None for any other."""
    sentence = refusal(walk.archive, url)
    if sentence is None:
        return None
    return Found((Page(url, b"", walk.job.clock(), outcome=Outcome.WITHHELD, status=None, error=sentence),))


def _chosen(names: Sequence[str]) -> list[Source]:
    """The sources named, or every one that a person has seen to work. Raises Problem if there is nothing to fetch."""
    chosen = [find_source(name) for name in dict.fromkeys(names)]
    for source in chosen:
        if not source.sections:
            raise Problem(f"{source.name} has no lists: hand its pages in with `gaoxin add URL`")
    verified = [source for source in all_sources().values() if source.verified != "never"]
    if not (chosen or verified):
        raise Problem("no source has been seen to work live yet: name those to fetch, such as `gaoxin fetch nchdz`")
    return chosen or verified


def _is_between(item: Item, since: date, until: date) -> bool:
    """Whether an item is dated between two days. An item without a date counts: its page may give one."""
    return item.date is None or since <= day_of(item.date) <= until
