"""The plain functions that the flows and the command share: list pages are read, bulletins fetched, versions appended.

    list page -> Items -> Pages -> Bulletins -> one transaction

Everything here works without Prefect. One step is one list page with its bulletins, or one batch of known pages; `Job.step`
runs it, and a flow puts a Prefect task in its place.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from importlib.metadata import version
from pathlib import Path

from archive import ledger
from archive.ledger import Counts
from archive.store import Archive
from scrapers.article import extract
from scrapers.charset import decode
from scrapers.client import Client
from scrapers.dates import SHANGHAI, day_of
from scrapers.model import Bulletin, Item, Outcome, Page, Problem, Unreadable
from scrapers.source import Ref, Section, Source
from scrapers.sources import all_sources, find_source, source_of
from scrapers.urls import normalise
from scrapers.warc import Replay

BATCH = 20
"""Known pages a step."""
KNOWN_LISTS = 2
"""A fetch stops after this many list pages that hold nothing new; a first fetch reads this many."""

Step = Callable[[str, Callable[[], Awaitable["Counts"]]], Awaitable["Counts"]]


async def run_here(name: str, step: Callable[[], Awaitable[Counts]]) -> Counts:
    """Run a step as it is; `name` says which, for those who show it."""
    return await step()


@dataclass(frozen=True, slots=True)
class Job:
    """What every job is told.

    archive   the file to append to
    replay    a WARC file to read instead of the web, as it stood `at` a moment
    clock     what our own times are read from
    trigger   who asked: command, schedule, hand …
    step      runs one step
    say       is told one line of progress at a time
    """

    archive: Path
    replay: Path | None = None
    at: datetime | None = None
    allow_private: bool = False
    clock: Callable[[], datetime] = field(default=lambda: datetime.now(UTC))
    trigger: str = "command"
    flow_run_id: str | None = None
    step: Step = run_here
    say: Callable[[str], None] = field(default=lambda line: None)


@dataclass(frozen=True, slots=True)
class Run:
    """How one run ended: of one source, or of pages handed in (`source` is None). `id` is its row in the ledger."""

    id: int
    source: str | None
    state: ledger.State
    counts: Counts


@dataclass(slots=True)
class _Walk:
    """One run under way."""

    job: Job
    archive: Archive
    client: Client
    run: int
    counts: Counts = field(default_factory=Counts)


Found = tuple[Page, Bulletin | None]


async def fetch(job: Job, names: Sequence[str] = ()) -> list[Run]:
    """The newest bulletins of these sources, or of all verified ones; a list is left after two pages of known ones."""
    sources = _chosen(names)
    return await _each_source(job, "fetch", sources, {"sources": list(names)}, _fetch_source)


async def backfill(job: Job, name: str, since: date, until: date) -> list[Run]:
    """The bulletins of one source that its lists date from `since` to `until`, both included."""
    source = find_source(name)
    if since > until:
        raise Problem(f"--since {since} is after --until {until}: give the earlier day first")
    if since > datetime.now(SHANGHAI).date():
        raise Problem(f"--since {since} is in the future: give a day that has been")

    async def work(walk: _Walk, source: Source) -> None:
        for section in source.sections:
            await _backfill_section(walk, source, section, since, until)

    params = {"source": name, "since": since.isoformat(), "until": until.isoformat()}
    return await _each_source(job, "backfill", [source], params, work)


async def recheck(job: Job, names: Sequence[str] = ()) -> list[Run]:
    """Known pages again, the longest unseen first: edited, withdrawn, returned."""
    for name in names:
        find_source(name)

    async def work(walk: _Walk) -> None:
        known = [page for page in ledger.known_pages(walk.archive, names) if walk.client.offers(page.url)]
        recipes = all_sources()
        for n in range(0, len(known), BATCH):
            batch = [(page.url, recipes.get(page.source), page.conditions) for page in known[n : n + BATCH]]
            await _take(walk, f"known pages {n + 1}-{n + len(batch)} of {len(known)}", batch)

    return [await _one_run(job, "recheck", {"sources": list(names)}, work)]


async def add(job: Job, urls: Sequence[str]) -> list[Run]:
    """Pages handed in, each read with the recipe of its host or the generic way."""
    addresses = list(dict.fromkeys(normalise(url) for url in urls))

    async def work(walk: _Walk) -> None:
        await _take(walk, f"{len(addresses)} pages handed in", [(url, source_of(url), {}) for url in addresses])

    return [await _one_run(job, "add", {"urls": addresses}, work, addresses)]


async def _fetch_source(walk: _Walk, source: Source) -> None:
    is_first = not ledger.has_documents(walk.archive, source.name)
    for section in source.sections:
        refs = deque(section.pages.start(normalise(section.path, source.home), None, _today(walk)))
        read = known = 0
        while refs and known < KNOWN_LISTS and not (is_first and read == KNOWN_LISTS):
            ref = refs.popleft()
            listed = await _take_list(walk, source, section, ref, lambda item: True)
            if listed is None:
                break
            refs.extend(listed.more)
            read += 1
            known = 0 if listed.fresh else known + 1


async def _backfill_section(walk: _Walk, source: Source, section: Section, since: date, until: date) -> None:
    refs = deque(section.pages.start(normalise(section.path, source.home), since, until))
    while refs:
        ref = refs.popleft()
        listed = await _take_list(walk, source, section, ref, lambda item: _is_between(item, since, until))
        if listed is None:
            break
        dated = [day_of(item.date) for item in listed.items if item.date]
        if not (dated and max(dated) < since):
            refs.extend(listed.more)


@dataclass(slots=True)
class _Listed:
    """A list page that was read: what it holds, what of it was not known, which list pages follow."""

    items: list[Item]
    fresh: list[Item]
    more: list[Ref]


async def _take_list(
    walk: _Walk, source: Source, section: Section, ref: Ref, is_wanted: Callable[[Item], bool]
) -> _Listed | None:
    """One step: a list page and its unknown bulletins. The slice is recorded in the transaction of its bulletins."""
    listed: _Listed | None = None

    async def step() -> Counts:
        nonlocal listed
        page = await walk.client.get(ref.url)
        listed = _read_list(page, source, section, ref) if page.outcome is Outcome.OK else None
        if listed is None:
            error = page.error or f"{ref.url} lists nothing: the site may have been redesigned, see `gaoxin sources`"
            outcome = page.outcome if page.outcome is not Outcome.OK else Outcome.NO_ITEMS
            with walk.archive.transaction():
                walk.archive.observe(replace(page, outcome=outcome, error=error), walk.run)
                ledger.record_slice(walk.archive, source.name, section.title, ref.slice, walk.run, error)
            walk.job.say(f"FAILED {error}")
            return Counts(failed=1)
        wanted = [item for item in listed.items if is_wanted(item)]
        listed.fresh = [item for item in wanted if walk.archive.document_of(item.url) is None]
        found = [await _read_page(walk.client, item.url, source, {}) for item in listed.fresh]
        with walk.archive.transaction():
            walk.archive.observe(page, walk.run)
            counts = Counts(listed=len(wanted)) + _keep(walk, found)
            ledger.record_slice(walk.archive, source.name, section.title, ref.slice, walk.run)
        return counts

    await _step(walk, f"{source.title} {section.title} {ref.slice}", step)
    return listed


def _read_list(page: Page, source: Source, section: Section, ref: Ref) -> _Listed | None:
    html = decode(page.body, page.content_type)
    items = source.items(html, page.final_url or page.url)
    unique = list({item.url: item for item in items}.values())
    return _Listed(unique, [], section.pages.more(ref, html)) if items else None


async def _take(walk: _Walk, name: str, pages: Sequence[tuple[str, Source | None, Mapping[str, str]]]) -> None:
    """One step: a batch of pages by address."""

    async def step() -> Counts:
        found = [await _read_page(walk.client, url, source, conditions) for url, source, conditions in pages]
        with walk.archive.transaction():
            return _keep(walk, found)

    await _step(walk, name, step)


async def _read_page(client: Client, url: str, source: Source | None, conditions: Mapping[str, str]) -> Found:
    """A page and what it says. What cannot be read comes back as a page that says why; one bad page stops no run."""
    page = await client.get(url, conditions)
    if page.outcome is not Outcome.OK:
        return page, None
    try:
        return page, extract(page.body, url, page.content_type, source)
    except Unreadable as error:
        return replace(page, outcome=error.outcome, error=str(error)), None
    except (
        Exception
    ) as error:  # a page that our own code cannot read is that page's failure, and is kept to be looked at
        return replace(page, outcome=Outcome.CRASHED, error=f"{url}: {type(error).__name__}: {error}"), None


def _keep(walk: _Walk, found: Iterable[Found]) -> Counts:
    """Append what was found, and observe what was not; inside a transaction."""
    counts = Counts()
    for page, bulletin in found:
        if bulletin is not None:
            counts.fetched += 1
            counts.count(walk.archive.append(bulletin, [page], walk.run))
            if bulletin.source in all_sources() and bulletin.layout == "generic":
                walk.job.say(f"WARNING no layout of {bulletin.source} fits {page.url}: it was read the generic way")
        elif page.outcome is Outcome.GONE and (gone := walk.archive.gone(page.url, page, walk.run)):
            counts.count(gone)
        elif page.outcome is Outcome.UNCHANGED:
            walk.archive.observe(page, walk.run, walk.archive.document_of(page.url))
            counts.unchanged += 1
        else:
            if page.outcome is not Outcome.GONE:
                walk.archive.observe(page, walk.run, walk.archive.document_of(page.url))
            counts.failed += 1
            walk.job.say(f"FAILED {page.error or page.outcome}")
    return counts


async def _step(walk: _Walk, name: str, step: Callable[[], Awaitable[Counts]]) -> None:
    counts = await walk.job.step(name, step)
    walk.counts += counts
    walk.job.say(f"{name}: {describe(counts)}")


def describe(counts: Counts) -> str:
    """Counts as one line of words; what did not happen is not told."""
    told = ("listed", "new", "edited", "unchanged", "gone", "duplicates", "failed")
    words = [f"{getattr(counts, name)} {name}" for name in told if getattr(counts, name)]
    return ", ".join(words) or "nothing new"


async def _each_source(
    job: Job,
    flow: str,
    sources: Sequence[Source],
    params: Mapping[str, object],
    work: Callable[[_Walk, Source], Awaitable[None]],
) -> list[Run]:
    """One run a source, side by side: a slow site holds up no other."""
    async with _opened(job) as (archive, client):

        async def one(source: Source) -> Run:
            ledger.record_source(archive, _source_row(source))
            return await _record(job, archive, client, flow, source.name, params, lambda walk: work(walk, source))

        return list(await asyncio.gather(*(one(source) for source in sources)))


async def _one_run(
    job: Job,
    flow: str,
    params: Mapping[str, object],
    work: Callable[[_Walk], Awaitable[None]],
    urls: Sequence[str] = (),
) -> Run:
    async with _opened(job, urls) as (archive, client):
        return await _record(job, archive, client, flow, None, params, work)


@asynccontextmanager
async def _opened(job: Job, urls: Sequence[str] = ()) -> AsyncIterator[tuple[Archive, Client]]:
    """The archive and the client of a job. The WARC file is read first, and must hold `urls`: else nothing is made."""
    replay = Replay(job.replay, job.at) if job.replay else None
    for url in urls:
        if replay is not None and url not in replay:
            raise Problem(f"{url} is not in {job.replay}: check the address, or leave --replay out to fetch it live")
    with Archive(job.archive, job.clock) as archive:
        async with Client(replay, allow_private=job.allow_private) as client:
            yield archive, client


async def _record(
    job: Job,
    archive: Archive,
    client: Client,
    flow: str,
    source: str | None,
    params: Mapping[str, object],
    work: Callable[[_Walk], Awaitable[None]],
) -> Run:
    """Do the work of one run and keep how it ended, also where it ends in an error."""
    run = ledger.start_run(archive, flow, source, params, job.trigger, job.flow_run_id, version("gaoxin"))
    walk = _Walk(job, archive, client, run)
    try:
        await work(walk)
    except BaseException:
        ledger.finish_run(archive, run, walk.counts, "crashed")
        raise
    ledger.finish_run(archive, run, walk.counts)
    return Run(run, source, walk.counts.state, walk.counts)


def _chosen(names: Sequence[str]) -> list[Source]:
    """The sources named, or every one that a person has seen to work."""
    chosen = [find_source(name) for name in dict.fromkeys(names)]
    verified = [source for source in all_sources().values() if source.verified != "never"]
    if not (chosen or verified):
        raise Problem("no source has been seen to work live yet: name those to fetch, such as `gaoxin fetch nchdz`")
    return chosen or verified


def _today(walk: _Walk) -> date:
    return (walk.job.at or walk.job.clock()).astimezone(SHANGHAI).date()


def _is_between(item: Item, since: date, until: date) -> bool:
    """A link without a date is wanted: the page will tell."""
    return item.date is None or since <= day_of(item.date) <= until


def _source_row(source: Source) -> dict[str, str | None]:
    names = ("name", "title", "home", "family", "zone", "rights", "verified")
    return {**{name: getattr(source, name) for name in names}, "since": source.since.isoformat()}
