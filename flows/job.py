"""The settings of a job, and how its runs are opened, recorded and ended. What a job does is in `steps.py`."""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from importlib.metadata import version
from pathlib import Path
from uuid import uuid4

from archive import ledger
from archive.ledger import Counts
from archive.store import Archive
from flows.clock import now
from flows.lock import held
from flows.reading import read_again, unread
from scrapers import checks
from scrapers.checks import Breach, Read, Usual
from scrapers.clean import counting
from scrapers.client import Client
from scrapers.dates import SHANGHAI
from scrapers.model import Problem
from scrapers.records import Exchange, Writer
from scrapers.source import Source
from scrapers.sources import all_sources, broken_recipes, insecure_hosts
from scrapers.warc import Replay

SKEW = timedelta(hours=1)
"""How far a capture may be ahead of this machine's clock without a warning."""

Step = Callable[[str, Callable[[], Awaitable[Counts]]], Awaitable[Counts]]


async def run_here(name: str, step: Callable[[], Awaitable[Counts]]) -> Counts:
    """Run a step directly; `name` identifies it for callers that display it."""
    return await step()


@dataclass(frozen=True, slots=True)
class Job:
    """The settings of every job.

    archive   the file to append to
    replay    a WARC file to read instead of the web, as it stood at the moment `at`
    clock     the source of all our own times (see `now`)
    allow_private   fetch from private addresses too
    save_warc   a folder for a WARC file of every exchange with the web
    trigger, flow_run_id   who started it (command, schedule or deployment), and the id of Prefect's run
    step      runs one step; a flow replaces it with a Prefect task
    say       receives progress, one line at a time
    """

    archive: Path
    replay: Path | None = None
    at: datetime | None = None
    allow_private: bool = False
    save_warc: Path | None = None
    clock: Callable[[], datetime] = now
    trigger: str = "command"
    flow_run_id: str | None = None
    step: Step = run_here
    say: Callable[[str], None] = field(default=lambda line: None)

    def horizon(self) -> datetime:
        """The latest moment at which a page can have been captured: now, or later if a later day is played or replayed."""
        return max(self.clock(), datetime.now(UTC), self.at or self.clock())

    def today(self) -> date:
        """The calendar day in China; in a replay that of `at`."""
        return (self.at or self.clock()).astimezone(SHANGHAI).date()


@dataclass(frozen=True, slots=True)
class Run:
    """How one run ended. It was of one source, or of several or of pages handed in (`source` is None). `id` is its row in the
    ledger; `warnings` are sentences about what is wrong with what it read."""

    id: int
    source: str | None
    state: ledger.State
    counts: Counts
    warnings: tuple[str, ...] = ()


class Stopped(Problem):
    """A problem that ended a part of a job. `runs` are those that ended by themselves, to be summarised beside it."""

    def __init__(self, sentence: str, runs: Sequence[Run]) -> None:
        super().__init__(sentence)
        self.runs = runs


@dataclass(slots=True)
class Walk:
    """One run in progress.

    read       the bulletins it read, and `breaches` what is wrong with them
    replaced   for each text (by digest) the addresses at which it replaced another text
    rewritten  of each source, the pages that kept their title or day, but nothing of their text
    doubled    of each source, its new addresses, with the known ones that say the same and differ in host or query
    unread     how many pages have a recipe that is not there, by its name
    """

    job: Job
    archive: Archive
    client: Client
    run: int
    counts: Counts = field(default_factory=Counts)
    read: list[Read] = field(default_factory=list)
    breaches: list[Breach] = field(default_factory=list)
    replaced: defaultdict[bytes, set[str]] = field(default_factory=lambda: defaultdict(set))
    rewritten: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    doubled: defaultdict[str, dict[str, str]] = field(default_factory=lambda: defaultdict(dict))
    unread: Counter[str] = field(default_factory=Counter)

    async def step(self, name: str, step: Callable[[], Awaitable[Counts]]) -> None:
        """Do one step, store its counts at once in case the run is killed, and report them. Ctrl-C takes effect after it."""
        counts = await self.job.step(name, step)
        self.counts += counts
        ledger.keep_counts(self.archive, self.run, self.counts)
        self.job.say(f"{name}: {describe(counts)}")
        await asyncio.sleep(0)  # asyncio cancels a task when it waits, and a step that reads a file never waits


@asynccontextmanager
async def opened(job: Job, flow: str, urls: Sequence[str] = ()) -> AsyncIterator[tuple[Archive, Client]]:
    """The archive and the client of a job. A WARC file is read first and must contain `urls`, or nothing is created."""
    if job.replay and job.save_warc:
        raise Problem("--save-warc writes what the web answers, and --replay does not ask it: give one of the two")
    if job.at and not job.replay:
        raise Problem(f"a moment ({job.at}) is for a replay, and the web is asked as it is now: name a WARC file too")
    replay = Replay(job.replay, job.at) if job.replay else None
    for url in urls:
        if replay is not None and url not in replay:
            raise Problem(f"{url} is not in {job.replay}: check the address, or leave --replay out to fetch it live")
    with opened_archive(job) as archive, _saving(job, flow) as save:
        insecure = insecure_hosts(all_sources().values())
        async with Client(replay, allow_private=job.allow_private, insecure=insecure, on_exchange=save) as client:
            yield archive, client


@contextmanager
def _saving(job: Job, flow: str) -> Iterator[Callable[[Exchange], None] | None]:
    """A function that saves every exchange of a job in a WARC file, named by flow and time; None without `save_warc`."""
    if job.save_warc is None:
        yield None
        return
    name = f"gaoxin-{flow}-{job.clock().astimezone(UTC):%Y%m%dT%H%M%SZ}-{uuid4().hex[:6]}"
    with Writer(job.save_warc, name, f"Gaoxin {version('gaoxin')}") as writer:
        yield writer.exchange
    if writer.path.exists():
        job.say(f"saved {writer.path}")


@contextmanager
def opened_archive(job: Job) -> Iterator[Archive]:
    """The archive of a job, with every source recorded as its recipe describes it."""
    job.clock()  # a time that cannot be read is refused before a new archive is made
    with Archive(job.archive, job.clock, read_again) as archive:
        with archive.transaction():
            for source in all_sources().values():
                ledger.record_source(archive, _row(source))
        yield archive


async def record(
    job: Job,
    archive: Archive,
    client: Client,
    flow: str,
    source: str | None,
    params: Mapping[str, object],
    work: Callable[[Walk], Awaitable[None]],
) -> Run:
    """Do the work of one run, the only one of its kind on this archive, and record how it ended, even if with an error."""
    with held(job.archive, f"{flow} {source or ''}".strip()):
        ledger.mark_crashed(archive, flow, source)
        run = ledger.start_run(archive, flow, source, params, job.trigger, job.flow_run_id, version("gaoxin"))
        walk = Walk(job, archive, client, run)
        try:
            with counting() as cleaned:
                await work(walk)
            if walk.counts.missing and walk.counts == Counts(missing=walk.counts.missing):
                walk.counts.failed = walk.counts.missing  # not a single list was there: that is not a quiet day
                job.say(f"FAILED not one list of {source} was there")
            pages = (*checks.rewritten(walk.rewritten), *checks.doubled(walk.doubled))
            breaches = [*walk.breaches, *pages, *_breaches(walk), *_clocks(walk)]
            warnings = (*checks.told(breaches), *_recipes(walk))
        except BaseException:
            ledger.finish_run(archive, run, walk.counts, "crashed")
            raise
        walk.counts.warned = len(warnings)
        for sentence in warnings:
            job.say(f"WARNING {sentence}")
        ledger.finish_run(archive, run, walk.counts, warnings=warnings, cleaned=cleaned)
        return Run(run, source, walk.counts.state, walk.counts, warnings)


def _breaches(walk: Walk) -> list[Breach]:
    """What is wrong with what a run has read, source by source. Pages without a recipe are not checked."""
    found: list[Breach] = []
    recipes = all_sources()
    for name in sorted({one.source for one in walk.read} & recipes.keys()):
        usual = Usual(*ledger.filled_before(walk.archive, name, checks.CHECKED, walk.run))
        theirs = [one for one in walk.read if one.source == name]
        found += checks.check(recipes[name], theirs, walk.job.today(), usual)
    return found


def _clocks(walk: Walk) -> list[Breach]:
    """What is wrong with the clocks; only live runs are checked."""
    newest, now = ledger.newest_capture(walk.archive), walk.job.horizon()
    moment = datetime.fromisoformat(newest) if newest and walk.job.replay is None else now
    return [checks.ahead(moment, now)] if moment > now + SKEW else []


def _recipes(walk: Walk) -> list[str]:
    """What is wrong with the user's own recipes: files that cannot be read, and recipes that are not there for known pages."""
    missing = [f"{n} {'page was' if n == 1 else 'pages were'} {unread(name)}" for name, n in walk.unread.items()]
    return [*dict.fromkeys(broken_recipes().values()), *missing]  # of two files of one name it is one sentence


def describe(counts: Counts) -> str:
    """Counts as one line of text; zeros are left out."""
    told = ("listed", "new", "edited", "unchanged", "gone", "duplicates", "missing", "failed", "warned")
    words = [f"{getattr(counts, name)} {name}" for name in told if getattr(counts, name)]
    return ", ".join(words) or "nothing new"


def _row(source: Source) -> dict[str, str | None]:
    names = ("name", "title", "home", "family", "zone", "rights", "verified")
    return {**{name: getattr(source, name) for name in names}, "since": source.since.isoformat()}
