"""Reads WARC files in bulk: looks at every record of a file, and makes each article a bulletin.

    records -> batches -> Found, read here or by other processes -> one transaction per batch

Redirects and further pages of an article are the captures nearest in time in the same file. A capture that the archive already
has, by address and second, is skipped, so handing in a file twice changes nothing.
"""

from __future__ import annotations

import asyncio
import re
from collections import Counter, deque
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import aclosing, closing, contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import partial
from itertools import islice
from pathlib import Path

from archive import ledger
from archive.ledger import Counts
from archive.store import Archive
from flows.accept import misread, not_yet, texts_by_addresses, with_move
from flows.job import Job, Run, Stopped, Walk, opened_archive, record
from flows.reading import Found, read_page
from flows.workers import counted, pool
from scrapers import checks
from scrapers.captures import ROBOTS, Captures, Entry, Place, captures, check
from scrapers.charset import decode_page
from scrapers.clean import count
from scrapers.client import Client
from scrapers.dates import SHANGHAI
from scrapers.model import Outcome, Page, Problem
from scrapers.network.answers import is_open
from scrapers.source import Source
from scrapers.sources import all_sources, source_of
from scrapers.warc import Capture

BATCH = 50
"""Records per step."""
FEWEST_ROWS = 3
"""A page is a list of its source if the source finds this many rows on it and none of its layouts fits."""
_SLICES = "ingest"
"""The source of these slices in the ledger. A slice is the offset of the last record that is done."""
_HELD = frozenset({Outcome.OK, Outcome.UNCHANGED, Outcome.GONE})
_FAILED = frozenset({Outcome.TRUNCATED, Outcome.TOO_BIG, Outcome.CHARSET, Outcome.CRASHED})
"""Outcomes of a page that may be an article but cannot be read; with any other it is not an article."""
_KEPT_HEADERS = ("content-type", "etag", "last-modified", "date", "location", "content-language")
_ASKED_IF = {"If-None-Match": "*"}
"""The crawler asked for a 304 in a file, on conditions that its record does not state."""

Read = Callable[[Sequence[Entry]], Awaitable[list[Found]]]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which records of a file to read: those captured on these days (Beijing time) at addresses that contain `match`."""

    since: date | None = None
    until: date | None = None
    match: str | None = None

    def entries(self, held: Captures, after: int = 0) -> Iterator[Entry]:
        """The wanted records of a file that follow record number `after`."""
        first = _midnight(self.since) if self.since else None
        end = _midnight(self.until + timedelta(days=1)) if self.until else None
        pattern = re.compile(self.match or "")
        return (entry for entry in held.entries(first, end, after) if pattern.search(entry.url))


async def ingest(
    job: Job,
    files: Sequence[str | Path],
    since: date | None = None,
    until: date | None = None,
    match: str | None = None,
    workers: int = 1,
) -> list[Run]:
    """Append every article of these WARC files, one run per file. The next ingest of the same file and selection continues an
    interrupted one, from the record after the last batch. `workers` processes read pages; one writes.

    Raises Problem for bad input, before anything is written. Raises it at the end if a file is damaged: what stands before the
    damage is archived.
    """
    if since and until and since > until:
        raise Problem(f"--since {since} is after --until {until}: give the earlier day first")
    try:
        re.compile(match or "")
    except re.error as error:
        raise Problem(f"--match {match} is no regular expression ({error}): mend it") from error
    paths = [Path(file) for file in files]
    for path in paths:
        check(path)
    wanted = Wanted(since, until, match)
    runs: list[Run] = []
    damages: list[str] = []
    with opened_archive(job) as archive, _readers(workers) as readers:
        for path in paths:
            with captures(path) as held:
                run = await _ingest_file(job, archive, held, wanted, readers)
                runs.append(run)
                if held.place.damage:
                    kept = f"{run.counts.new} new and {run.counts.edited} edited bulletins before that are archived"
                    damages.append(f"{held.place.damage}; {kept}")
    if damages:
        raise Stopped("; ".join(damages), runs)
    return runs


async def _ingest_file(job: Job, archive: Archive, held: Captures, wanted: Wanted, readers: Readers) -> Run:
    days = {name: day.isoformat() if day else None for name, day in (("since", wanted.since), ("until", wanted.until))}
    params = {"file": held.place.path.name, **days, "match": wanted.match}

    async def work(walk: Walk) -> None:
        after = _done(archive, held, ledger.unfinished(archive, "ingest", params, walk.run))
        if after:
            job.say(f"carried on after record {after} of {held.place.count}")
        outcomes: Counter[Outcome] = Counter()
        batches = _batches(walk, wanted.entries(held, after))
        async with aclosing(_read_ahead(batches, partial(readers.read, held), readers.ahead)) as ahead:
            async for batch, fresh, found in ahead:
                await _take(walk, held, batch, fresh, found, outcomes)
        if outcomes:
            job.say("no article: " + ", ".join(f"{n} {outcome}" for outcome, n in outcomes.most_common()))
        if held.place.damage:
            job.say(f"FAILED {held.place.damage}")
            walk.counts += Counts(failed=1, cut=1)

    return await record(job, archive, Client(held), "ingest", None, params, work)


def _done(archive: Archive, held: Captures, runs: Sequence[int]) -> int:
    """The number of the last record of this file that these runs have done; 0 if there is none."""
    slices = ledger.done_slices(archive, _SLICES, runs)
    numbers = (held.number(int(offset)) for name, offset in slices if name == held.place.name)
    return max((number for number in numbers if number), default=0)


def _batches(walk: Walk, entries: Iterator[Entry]) -> Iterator[tuple[list[Entry], list[Entry]]]:
    """Batches of records, each with the records in it that the archive lacks. Of two captures of one address in one second the
    first counts."""
    while batch := list(islice(entries, BATCH)):
        first: dict[tuple[str, datetime], Entry] = {}
        for entry in batch:
            first.setdefault((entry.url, entry.at.replace(microsecond=0)), entry)
        yield batch, [entry for entry in first.values() if not _is_held(walk.archive, entry.url, entry.at)]


def _is_held(archive: Archive, url: str, moment: datetime) -> bool:
    return bool(_HELD & ledger.outcomes_at(archive, url, moment))


async def _read_ahead(
    batches: Iterable[tuple[list[Entry], list[Entry]]], read: Read, ahead: int
) -> AsyncGenerator[tuple[list[Entry], list[Entry], Awaitable[list[Found]]], None]:
    """Batches with what is found in them, in order. While one is being archived, up to `ahead` more are read. If the caller
    stops early, those are cancelled."""
    under_way: deque[tuple[list[Entry], list[Entry], Awaitable[list[Found]]]] = deque()
    try:
        for batch, fresh in batches:
            under_way.append((batch, fresh, read(fresh)))
            if len(under_way) > ahead:
                yield under_way.popleft()
        while under_way:
            yield under_way.popleft()
    finally:
        for _, _, found in under_way:
            if isinstance(found, asyncio.Task):
                found.cancel()


@dataclass(frozen=True, slots=True)
class Readers:
    """What reads batches: this process, or a pool of processes; and how many batches are read ahead."""

    pool: ProcessPoolExecutor | None = None
    ahead: int = 0

    def read(self, held: Captures, entries: Sequence[Entry]) -> Awaitable[list[Found]]:
        """Read these records."""
        if self.pool is None:
            return _read(held, entries)
        there = partial(_read_there, held.place)
        return asyncio.create_task(_received(asyncio.wrap_future(self.pool.submit(counted, there, entries))))


async def _received(there: Awaitable[tuple[list[Found], Counter[str]]]) -> list[Found]:
    """What another process has found; its cleaning counts are added here."""
    found, fired = await there
    count(fired)
    return found


@contextmanager
def _readers(workers: int) -> Iterator[Readers]:
    if workers <= 1:
        yield Readers()
        return
    with pool(workers) as processes:
        yield Readers(processes, workers + 1)


def _read_there(place: Place, entries: Sequence[Entry]) -> list[Found]:
    with closing(Captures(place)) as held:
        return asyncio.run(_read(held, entries))


async def _read(held: Captures, entries: Sequence[Entry]) -> list[Found]:
    """Read these records."""
    client = Client(held)  # one per batch, because it remembers every host that it has met
    return [await _read_record(client, held, entry) for entry in entries]


async def _read_record(client: Client, held: Captures, entry: Entry, page: Page | None = None) -> Found:
    if entry.url.endswith(ROBOTS):
        return Found((Page(entry.url, b"", entry.at, outcome=Outcome.FILE, error=f"{entry.url} is no page"),))
    try:
        capture = held.at_record(entry, page)
    except ValueError as error:
        return Found(
            (Page(entry.url, b"", entry.at, status=None, outcome=Outcome.CRASHED, error=f"{entry.url}: {error}"),)
        )
    source = _source(capture, entry)
    found = await read_page(client, entry.url, source, _ASKED_IF)
    first, *further = found.pages
    if first.outcome is Outcome.NOT_CAPTURED and first.final_url:
        why = f"{entry.url} leads to {first.final_url}, which is not in this file"
        return replace(found, pages=(replace(first, outcome=Outcome.REDIRECT, status=None, error=why), *further))
    return _not_a_list(found, source) if source and found.bulletin else found


def _not_a_list(found: Found, source: Source) -> Found:
    """`found`, or a page with the outcome `list` if no layout fits it and its source finds the rows of a list on it."""
    page = found.pages[0]
    if found.bulletin is None or found.bulletin.layout != "generic":
        return found
    html = decode_page(page)
    for items in {section.items or source.items for section in source.sections}:
        if items and len(items(html, page.address)) >= FEWEST_ROWS:
            error = f"{page.url} is a list of {source.name}"
            return Found((replace(page, outcome=Outcome.LIST, error=error),), others=found.others)
    return found


def _source(capture: Capture, entry: Entry) -> Source | None:
    """The recipe that a record names, for a page listed from another host; otherwise the recipe of its address."""
    named = all_sources().get(capture.source or "")
    return named if named and named.sections else source_of(entry.url)


async def _take(
    walk: Walk,
    held: Captures,
    batch: Sequence[Entry],
    fresh: Sequence[Entry],
    found: Awaitable[list[Found]],
    outcomes: Counter[Outcome],
) -> None:
    """One step: append a batch and its slice in one transaction."""

    async def step() -> Counts:
        said = [await _from_archive(walk, held, entry, one) for entry, one in zip(fresh, await found, strict=True)]
        said = [await _moved(walk, held, entry, one) for entry, one in zip(fresh, said, strict=True)]
        with walk.archive.transaction():
            counts = Counts(listed=len(batch), known=len(batch) - len(fresh)) + _keep(walk, said, outcomes)
            ledger.record_slice(walk.archive, _SLICES, held.place.name, str(batch[-1].offset), walk.run)
        return counts

    await walk.step(f"{held.place.path.name} record {batch[-1].n} of {held.place.count}", step)


async def _from_archive(walk: Walk, held: Captures, entry: Entry, found: Found) -> Found:
    """`found`; for a revisit of a capture that is not in this file, the capture from the archive instead."""
    if found.pages[0].outcome is not Outcome.NOT_CAPTURED:
        return found
    capture = held.at_record(entry)
    url, moment = capture.refers or (entry.url, None)
    known = ledger.capture_before(walk.archive, url, moment, capture.digest) if capture.refers else None
    if known is None:
        return found
    body, content_type = known
    page = replace(capture.page, status=200, body=body, headers={"content-type": content_type} if content_type else {})
    return await _read_record(Client(held), held, entry, page)


async def _moved(walk: Walk, held: Captures, entry: Entry, found: Found) -> Found:
    """`found`, marked as the new address of a known document if that has moved according to this file (see `with_move`)."""
    source = source_of(entry.url)
    if source is None or found.bulletin is None:
        return found
    held.at_record(entry)
    moved, *_ = await with_move(walk, found, source)  # the other pages have records of their own
    return moved if moved.bulletin else found


def _keep(walk: Walk, found: Sequence[Found], outcomes: Counter[Outcome]) -> Counts:
    """Append the bulletins found, and observe other pages without their bytes, which the file has. Inside a transaction."""
    counts = Counts()
    archive, run = walk.archive, walk.run
    texts = texts_by_addresses(found)
    for one in found:
        pages = [_lean(page) for page in one.pages]
        wrong = not_yet(walk, one) or misread(walk, one, texts)
        page = wrong or pages[0]
        known = archive.document_of(page.url)
        if _is_held(archive, page.url, page.fetched_at):
            counts.known += 1
        elif page.outcome is Outcome.OK and one.bulletin is not None:
            counts.fetched += 1
            counts.count(archive.append(one.bulletin, pages, run, one.moved))
            if one.bulletin.source in all_sources():  # others have no expectations, and need no memory
                walk.read.append(checks.read(one.bulletin, known is None and any(map(is_open, one.pages))))
        elif page.outcome is Outcome.UNCHANGED and known is not None:
            archive.observe(page, run, known)
            counts.unchanged += 1
        elif page.outcome is Outcome.GONE and known is not None:
            counts.count(archive.gone(page.url, page, run))
        else:
            if wrong or page.outcome in _FAILED:
                counts.failed += 1
                walk.job.say(f"FAILED {page.error or page.outcome}")
            else:
                outcomes[page.outcome] += 1
            _observe(archive, replace(page, body=b""), run, known)
        for other in one.others:
            _observe(archive, _lean(other), run, archive.document_of(other.url))
    return counts


def _observe(archive: Archive, page: Page, run: int, document_id: int | None) -> None:
    """Observe a page once. Nothing is kept of files that are not pages (pictures, scripts)."""
    if page.outcome is not Outcome.FILE and page.outcome not in ledger.outcomes_at(archive, page.url, page.fetched_at):
        archive.observe(page, run, document_id)


def _lean(page: Page) -> Page:
    return replace(page, headers={name: page.headers[name] for name in _KEPT_HEADERS if name in page.headers})


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), SHANGHAI)
