"""Random histories of a site, and what the archive makes of them: nothing is lost, mixed up or misdated, and no run is green
in which something was missed."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from archive.verify import verify
from flows import steps
from flows.accept import CONFIRMED
from flows.job import Job, Run
from scrapers.checks import MANY
from scrapers.client import Client
from tests.made import rows
from tests.simulated import ROWS, SOURCE, TICK, VANISHED, Dead, Led, Reader, Said, Site

HOURS = (1, 3, 8, 14, 23, 24, 25, 30, 70, 360)
"""How long it may be until the next run."""
RUNS = ("fetch", "fetch", "fetch", "recheck", "recheck", "backfill", "add")
LIFE = (
    "publish", "publish", "publish", "edit", "edit", "edit_back", "withdraw", "withdraw", "restore", "move", "move",
    "expire", "copy", "backdate", "pin", "double", "ail", "ail", "ail", "heal", "heal", "fall",
)  # fmt: skip
MEANWHILE = ("kill", "kill", "publish", "withdraw", "edit", "fall", "heal")
"""What may happen while a run is under way."""

Event = tuple[str, int, int]


class Killed(BaseException):
    """The process is."""


@dataclass
class World:
    """A site and its archive.

    promised   what a fetch must have found: all that stood on the first two list pages when one first came so far, and all
               that was published since
    split      articles that moved and said another thing at once, which nothing tells from a new one
    """

    folder: Path
    site: Site
    promised: set[str] = field(default_factory=set)
    has_ground: bool = False
    split: set[int] = field(default_factory=set)
    told: list[str] = field(default_factory=list)

    @property
    def archive(self) -> Path:
        return self.folder / "a.db"

    def rows(self, sql: str, *values: object) -> list[sqlite3.Row]:
        return rows(self.archive, sql, *values) if self.archive.exists() else []

    def documents(self) -> dict[str, int]:
        """The document of each address."""
        return {row["url"]: row["document_id"] for row in self.rows("SELECT url, document_id FROM urls")}

    def do(self, name: str, which: int, how: int) -> None:
        """One event."""
        self.site.now += timedelta(minutes=7)
        if name in RUNS:
            self.site.now += timedelta(hours=HOURS[which])
            self.run(name, how)
        elif name.startswith("meanwhile "):
            what = name.removeprefix("meanwhile ")
            self.site.agenda[1 + which] = (
                self.kill if what == "kill" else partial(getattr(self.site, what), how, how // 2)
            )
        else:
            before = len(self.site.history)
            getattr(self.site, name)(which, how)
            self._promise(before)

    def kill(self) -> None:
        raise Killed

    def _promise(self, before: int) -> None:
        """What was published since a fetch first came to its watermark is promised: but not what is put deep into the list."""
        new = set(list(self.site.history)[before:])
        if self.has_ground:
            self.promised |= new & set(self.site.rows[: len(new)])
        self.promised = {url for url in self.promised if isinstance(self.site.says(url), Said)}
        self.promised -= {url for url, since in self.site.missed.items() if self.site.now - since >= steps.PATIENCE}

    def run(self, name: str, how: int) -> Run | None:
        """A run, and what is true after it."""
        site, known = self.site, self.documents()
        job = Job(self.archive, clock=lambda: site.now, say=self.told.append)
        site.asked, site.sick, site.is_torn, site.is_known = [], [], False, lambda url: url in known
        before, begun, listing = len(site.history), site.now, site.listing()
        meanwhile = dict(site.agenda)
        days = (job.today() - timedelta(days=how - 6), job.today()) if how > 6 else (date(2015, 1, 1), date(2027, 1, 1))
        flow: Callable[[], Awaitable[list[Run]]]
        match name:
            case "fetch":
                flow = partial(steps.fetch, job, ["zone"])
            case "recheck":
                if not self.archive.exists():
                    return None
                flow = partial(steps.recheck, job, ["zone"])
            case "backfill":
                flow = partial(steps.backfill, job, "zone", *days)
            case _:
                urls = list(site.history)
                if not urls:
                    return None
                flow = partial(steps.add, job, [urls[how % len(urls)]])
        run = None
        try:
            (run,) = asyncio.run(flow())
        except Killed:
            if how % 2:  # as a process that was killed leaves it
                with sqlite3.connect(self.archive) as conn:
                    conn.execute("UPDATE runs SET state = 'running', finished_at = NULL WHERE state = 'crashed'")
                conn.close()
        happened = any(n <= len(site.asked) for n in meanwhile)
        site.agenda = {}
        self._promise(before)
        self._look_for_ground(listing)
        if site.is_torn:
            self.promised &= self.documents().keys()
        self.check()
        if run is not None:
            self.check_run(name, run, known, begun, happened)
            if run.state == "completed" and name in ("fetch", "backfill") and not site.is_torn:
                self.check_nothing_missed(name, listing, days)
            if run.state == "completed" and name == "recheck" and not (happened or site.sick):
                self.check_shown()
        return run

    def _look_for_ground(self, listing: list[str]) -> None:
        if not self.has_ground and self.rows("SELECT 1 FROM slices WHERE slice = 'newest'"):
            self.has_ground = True
            self.promised = set(listing[: 2 * ROWS]) & set(self.site.listing()[: 2 * ROWS])

    # What must be true

    def check(self) -> None:
        """After each run, however it ended."""
        fault = verify(self.archive).fault if self.archive.exists() else None
        assert fault is None, fault
        addresses: dict[int, list[str]] = {}
        for url, document in self.documents().items():
            addresses.setdefault(document, []).append(url)
        self._check_identity(addresses)
        states: dict[int, list[sqlite3.Row]] = {}
        for row in self.rows(
            "SELECT v.document_id, v.id, v.change, v.captured_at, c.title, c.published_at, c.body, v.run_id FROM versions v"
            " LEFT JOIN contents c ON c.sha256 = v.content_sha256 ORDER BY v.document_id, v.captured_at, v.id"
        ):
            states.setdefault(row["document_id"], []).append(row)
        for document, versions in states.items():
            self._check_states(addresses[document], versions)

    def _check_identity(self, addresses: dict[int, list[str]]) -> None:
        """One document for one article, and one article for one document: but a copy of one whose address is dead is it."""
        site = self.site
        documents: dict[int, set[int]] = {}
        for document, urls in addresses.items():
            ours = [url for url in urls if url in site.article]
            assert ours, f"{urls} are no addresses of an article"
            articles = {site.article[url] for url in ours}
            texts = [{said for _, said in site.history[url] if isinstance(said, Said)} for url in ours]
            assert len(articles) == 1 or set.intersection(*texts), f"{ours} are one document"
            if len(articles) == 1:
                documents.setdefault(min(articles), set()).add(document)
        for article, held in documents.items():
            first, *others = sorted(held)
            told = f"article {article} has the documents {[addresses[document] for document in held]}"
            assert article in self.split or not any(self._is_recognised(first, other) for other in others), told
            self.split |= {article} if others else set()

    def _is_recognised(self, first: int, other: int) -> bool:
        """Whether what a document said when it came shows that it is another one's at a new address: all the same, or of its
        day and with its title or its text where the old address leads there. One that is not read for a day tells nothing."""
        (new,) = self.rows("SELECT * FROM version_details WHERE document_id = ? AND version = 1", other)
        (old,) = self.rows(
            "SELECT * FROM version_details WHERE document_id = ? AND captured_at <= ? AND body IS NOT NULL"
            " ORDER BY captured_at DESC, id DESC LIMIT 1", first, new["captured_at"],
        )  # fmt: skip
        at = datetime.fromisoformat(new["captured_at"])
        article, missed = self.site.article, self.site.missed
        if any(at - since >= CONFIRMED and article.get(url) == article[old["url"]] for url, since in missed.items()):
            return False
        same = [old[name] == new[name] for name in ("published_at", "title", "body")]
        is_led = isinstance(self.site.says(old["url"], at), Led) and isinstance(self.site.shows(old["url"], at), Said)
        return all(same) or (is_led and same[0] and any(same[1:]))

    def _check_states(self, urls: list[str], versions: list[sqlite3.Row]) -> None:
        """Each version is what the site said at that moment, and another than the one before."""
        before: sqlite3.Row | None = None
        for row in versions:
            at = datetime.fromisoformat(row["captured_at"])
            shown = [self.site.shows(url, at) for url in urls]
            told = f"{urls[0]}: {row['change']} {row['title']} at {at}, where it was {shown}"
            if row["change"] == "gone":
                assert any(isinstance(state, Dead) for state in shown) or self._may_have_vanished(at, row["run_id"]), (
                    told
                )
                assert before is None or before["change"] != "gone", f"{told}: twice"
            else:
                assert _told(row) in [_content(state) for state in shown if isinstance(state, Said)], told
                is_gone = before is not None and before["change"] == "gone"
                assert (row["change"] == "new") == (before is None), told
                assert row["change"] == "moved" or is_gone == (row["change"] == "back"), told
                if before is not None and not is_gone and row["change"] != "moved":
                    assert _told(row) != _told(before), f"{told}: nothing changed"
            before = row

    def _may_have_vanished(self, at: datetime, run: int) -> bool:
        """A whole site that leads all to its home page or finds nothing is believed after a day; at once where it is but few
        pages, or half of those that were asked for."""
        within = [since for how, since, until in self.site.nights if how in VANISHED and since <= at <= (until or at)]
        (few,) = self.rows(
            "SELECT gone < ? OR gone <= unchanged + edited + failed AS it_is FROM runs WHERE id = ?", MANY, run
        )
        return any(few["it_is"] or at - since >= CONFIRMED for since in within)

    def check_run(self, name: str, run: Run, known: dict[str, int], begun: datetime, happened: bool) -> None:
        """Green is a run in which all was read, and no other; it counted what it archived."""
        site, counts = self.site, run.counts
        dead = [url for url in site.asked if isinstance(site.shows(url), Dead) and url not in known]
        stands = {row["url"] for row in self.rows("SELECT url FROM bulletins")}
        sick = [url for url in site.sick if url in stands or url not in self.documents()]  # the others have moved
        told = f"{name} {run.state} {counts} sick {sick} dead {dead} warned {run.warnings}\n" + "\n".join(
            self.told[-9:]
        )
        if sick and not self._may_have_vanished(begun + TICK, run.id):
            assert run.state != "completed", told
        elif not (dead or happened or self.split or site.sick):  # a split one leads to another document for ever
            repeats = all(
                "one and the same text" in sentence for sentence in run.warnings
            )  # a copy, and an address that moved
            assert not counts.failed and repeats, told
        versions = self.rows("SELECT change FROM versions WHERE run_id = ?", run.id)
        changes = [row["change"] for row in versions]
        assert counts.new == changes.count("new"), told
        assert counts.gone == changes.count("gone"), told
        assert counts.edited == sum(change not in ("new", "gone", "recleaned") for change in changes), told
        (row,) = self.rows("SELECT * FROM runs WHERE id = ?", run.id)
        assert (row["state"], row["new"], row["failed"]) == (run.state, counts.new, counts.failed), told
        assert bool(counts.failed) == (run.state in ("failed", "partial") and not run.warnings) or run.warnings, told
        if name == "recheck":
            asked = len(set(known.values()))
            assert counts.unchanged + counts.edited + counts.gone + counts.failed == asked, told

    def check_nothing_missed(self, name: str, listing: list[str], days: tuple[date, date]) -> None:
        """After a green run."""
        site, held = self.site, self.documents()
        there = [url for url in listing if url in site.listing() and isinstance(site.says(url), Said)]
        between = [url for url in there if days[0].isoformat() <= site.day(url) <= days[1].isoformat()]
        due = between if name == "backfill" else [url for url in there if url in self.promised]
        assert not [url for url in due if url not in held], f"{name} missed {[url for url in due if url not in held]}"

    def check_shown(self) -> None:
        """What is shown is what the site says now, or last said."""
        for row in self.rows("SELECT * FROM bulletins"):
            if self.site.article[row["url"]] in self.split:
                continue
            state = self.site.shows(row["url"])
            told = f"{row['url']} is {row['status']} as {row['title']}, where it is {state}"
            assert row["status"] == ("live" if isinstance(state, Said) else "gone"), told
            if isinstance(state, Said):
                assert _told(row) == _content(state), told

    def end(self) -> None:
        """Three healthy days: then all that stands on the site is in the archive, as it stands there."""
        self.site.heal()
        self.site.agenda = {}
        for day in range(3):
            self.site.now += timedelta(hours=25)
            for name in ("fetch", "recheck", *(["backfill"] if day == 1 else [])):
                run = self.run(name, 0)
        self.check_shown()
        held = self.documents()
        shown = {row["document_id"]: row for row in self.rows("SELECT * FROM bulletins")}
        stands = {row["url"] for row in shown.values()}
        for url in self.site.listing():
            if url in held and url not in stands:
                continue  # it was dead when another address said the same: they are one document, which stands there now
            if isinstance(said := self.site.shows(url), Said) and self.site.article[url] not in self.split:
                assert url in held, f"{url} is missing"
                row = shown[held[url]]
                assert (_told(row), row["status"]) == (_content(said), "live"), f"{url} is shown as {dict(row)}"
        if (
            run is not None
            and not self.split
            and all(isinstance(self.site.says(url), Said) for url in self.site.listing())
        ):
            assert not run.counts.failed, run


def _content(said: Said) -> tuple[str, str, str]:
    return said.title, said.day, "\n".join(said.body)


def _told(row: sqlite3.Row) -> tuple[str, str, str]:
    return row["title"], row["published_at"], row["body"]


@contextmanager
def world(*, has_etags: bool, articles: int) -> Iterator[World]:
    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        site = Site(has_etags=has_etags)
        patch.setenv("GAOXIN_STATE", f"{folder}/state")
        patch.setattr("scrapers.sources._ours", lambda: {SOURCE.name: SOURCE})
        patch.setattr("flows.job.Client", partial(_client, site))
        patch.setattr("flows.steps.BATCH", 4)
        for _ in range(articles):
            site.publish(0, 1)
        yield World(Path(folder), site)


def _client(site: Site, *_: object, **options: object) -> Client:
    reader = Reader()
    reader.site = site
    return reader


NAMES = (*RUNS * 3, *LIFE, *(f"meanwhile {name}" for name in MEANWHILE))
EVENTS = st.lists(st.tuples(st.sampled_from(NAMES), st.integers(0, 9), st.integers(0, 9)), max_size=20)


def live(events: list[Event], *, has_etags: bool = False, articles: int = 7) -> None:
    """A history, and what it must come to."""
    with world(has_etags=has_etags, articles=articles) as one:
        for event in events:
            one.do(*event)
        one.end()


HISTORIES: dict[str, list[Event]] = {
    "an article moves and is edited before anyone looks": [("fetch", 0, 0), ("edit", 0, 0), ("move", 0, 1), ("fetch", 0, 0)],
    "an article moves while its old address cannot be read": [
        ("fetch", 0, 0), ("ail", 7, 0), ("move", 0, 0), ("fetch", 0, 0), ("heal", 0, 0), ("fetch", 0, 0),
    ],
    "an article moves and its new address is handed in": [("fetch", 0, 0), ("move", 0, 0), ("add", 0, 7), ("fetch", 0, 0)],
    "an article that has a copy is edited": [
        ("fetch", 0, 0), ("copy", 0, 0), ("edit", 1, 1), ("fetch", 0, 0), ("recheck", 0, 0),
    ],
    "a row is withdrawn while a backfill reads the list": [("meanwhile withdraw", 2, 0), ("backfill", 0, 0)],
    "so much is published while a backfill reads a page that the next shows its rows": [
        ("meanwhile publish", 2, 6), ("backfill", 0, 0),
    ],
    "an article fails in the first fetch after a long silence": [
        ("fetch", 0, 0), *[("publish", 3, 0)] * 3, ("ail", 9, 0), ("fetch", 9, 0), ("heal", 0, 0), ("fetch", 0, 0),
    ],
    "a list page cannot be read for more than two weeks": [
        ("fetch", 0, 0), *[("publish", 3, 0)] * 3, ("ail", 8, 0),
        ("fetch", 0, 0), ("fetch", 9, 0), ("heal", 0, 0), ("fetch", 0, 0),
    ],
    "a known article stands at a new address on top of the list": [
        ("fetch", 0, 0), ("pin", 3, 0), *[("publish", 0, 1)] * 2, ("move", 3, 3), *[("publish", 0, 1)] * 4, ("fetch", 0, 0),
    ],
    "old articles fill the first list page of a backfill of two days": [
        ("fetch", 8, 0), *[("pin", which, 0) for which in (4, 5, 6)], ("publish", 0, 1), ("backfill", 0, 8),
    ],
    "a row is withdrawn while a fetch reads the list": [
        ("fetch", 0, 0), ("publish", 3, 0), ("publish", 3, 0), ("meanwhile withdraw", 2, 0), ("fetch", 0, 0),
    ],
}  # fmt: skip


@pytest.mark.parametrize("events", HISTORIES.values(), ids=HISTORIES)
def test_what_a_history_came_to_once(events: list[Event]) -> None:
    live(events, has_etags=True)


@settings(max_examples=settings.default.max_examples // 5, suppress_health_check=[HealthCheck.too_slow])
@given(EVENTS, st.booleans(), st.sampled_from([1, 4, 7, 12]))
def test_whatever_becomes_of_a_site_its_archive_says_what_it_said(
    events: list[Event], has_etags: bool, articles: int
) -> None:
    live(events, has_etags=has_etags, articles=articles)
