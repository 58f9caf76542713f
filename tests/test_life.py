"""Whatever is done to an archive, in whatever order: a machine does it, and a plain model beside it says what must be so.

The model knows sightings alone: at each moment that text stands which was last captured until then, of equals the one last
appended.
"""

from __future__ import annotations

import asyncio
import csv
from collections.abc import Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from shutil import copyfile, rmtree
from tempfile import mkdtemp
from unittest.mock import patch

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from archive import export, history, search
from archive.backup import backup
from archive.bulletins import Level
from archive.cite import check_file, cite, hashes
from archive.files import connect_existing
from archive.pages import pages_path
from archive.release import freeze, publish
from archive.selection import Selection, find
from archive.store import Archive
from archive.verify import verify
from archive.warc import stored_pages
from archive.withhold import withhold
from flows import reread, upkeep
from flows.job import Job
from scrapers.model import Bulletin, Outcome, Page, Problem, utc
from scrapers.uncloak import refine
from tests import lives
from tests.captures import at
from tests.lives import BODIES, PUBLISHED, TITLES, Life, Sighting, Story, paged, read, rows, said

WHY = "应当事人要求"
URLS = ("http://www.zone.cn/1.html", "http://www.zone.cn/2.html", "http://a.mirror.cn/", "http://b.mirror.cn/x",
        "https://www.zone.cn/3.html", "http://c.mirror.cn/")  # fmt: skip
STORIES = st.builds(Story, *(st.integers(0, len(told) - 1) for told in (TITLES, PUBLISHED, BODIES)))
DAYS = st.integers(0, 9)
WRITER = st.integers(0, 1)


class Aborted(Exception):
    """What ends a transaction in its middle."""


class Lives(RuleBasedStateMachine):
    """Two writers take turns on one archive."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(mkdtemp())
        self.path = self.folder / "bulletins.db"
        for file in (lives.empty(), pages_path(lives.empty())):
            copyfile(file, self.folder / file.name)
        self.job = Job(self.path, clock=lambda: at(100))
        self.is_new_rule = False
        self.writers = [Archive(self.path, lambda: at(100), self.reader) for _ in range(2)]
        self.lives: dict[str, Life] = {}
        self.n = 0
        self.hashes: list[str] = []
        self.links = 0
        self.left: set[str] = set()
        self.releases: list[Path] = []
        self.citations: list[Path] = []

    def teardown(self) -> None:
        try:
            self.at_the_end()
        finally:
            for writer in self.writers:
                writer.close()
            rmtree(self.folder)

    def reader(self, source: str, pages: Sequence[Page]) -> Bulletin | None:
        try:
            return read(self.is_new_rule, source, pages)
        except Problem:
            return None

    # What is done

    def take(
        self, archive: Archive, url: str, story: Story, day: int, parts: int = 1, *, to: str = "", moved: int | None = None
    ) -> None:  # fmt: skip
        """Append a capture to the archive and to the model; `to` is the address that it was led to."""
        pages = [replace(page, final_url=to or None) for page in paged(url, story, day, parts, self.n % 3)]
        told = archive.append(read(self.is_new_rule, lives.source_of(url), pages), pages, moved=moved)
        life = self.life_of(archive, told.document_id) or Life(url, url)
        self.lives[life.url] = life
        if moved is not None:
            life.present = url
        if life.level == "erased":
            assert told.change is None
            return
        stamp = utc(pages[-1].fetched_at)
        before, status = life.at(stamp)
        if before and said(before) == said(story) and status == "live":
            assert told.change in (None, "recleaned", "moved"), "the publisher changed nothing"
        else:
            assert told.change in (
                ("moved",) if moved else ("edited", "earlier", "back") if life.sightings else ("new",)
            )
        self.see(life, stamp, story)

    def see(self, life: Life, stamp: str, story: Story | None) -> None:
        self.n += 1
        life.sightings.append(Sighting(stamp, self.n, story))
        if story:
            clean = lives.refined(story)
            life.told |= {story.title, story.body, clean.body, clean.title or ""}

    def life_of(self, archive: Archive, document_id: int) -> Life | None:
        sql = "SELECT url FROM urls WHERE document_id = ? AND why = 'first'"
        return self.lives.get(archive.conn.execute(sql, [document_id]).fetchone()[0])

    @initialize(story=STORIES, day=DAYS)
    def begin(self, story: Story, day: int) -> None:
        self.take(self.archive, URLS[0], story, day)

    @rule(w=WRITER, url=st.sampled_from(URLS), story=STORIES, day=DAYS, parts=st.sampled_from([1, 1, 2]))
    def append(self, w: int, url: str, story: Story, day: int, parts: int) -> None:
        self.take(self.writers[w], url, story, day, parts)

    @rule(w=WRITER, data=st.data(), day=DAYS, parts=st.sampled_from([1, 2]))
    def see_again(self, w: int, data: st.DataObject, day: int, parts: int) -> None:
        """A capture of what was captured before, of this document or another."""
        seen = [sighting.story for life in self.lives.values() for sighting in life.sightings if sighting.story]
        life, story, is_led = self.some(data), data.draw(st.sampled_from(seen)), data.draw(st.booleans())
        if is_led:
            self.take(self.writers[w], f"{life.url}?led={day}", story, day, to=life.present)
        else:
            self.take(self.writers[w], life.url, story, day, parts)

    @rule(w=WRITER, data=st.data())
    def unchanged(self, w: int, data: st.DataObject) -> None:
        """A server that says that its page is the one that we have."""
        archive, life = self.writers[w], self.some(data)
        last = max(life.sightings)
        if last.story and life.level != "erased":
            page = Page(life.present, b"", at(10 + self.n), outcome=Outcome.UNCHANGED, status=304)
            archive.observe(page, None, archive.document_of(life.present))
            self.see(life, utc(page.fetched_at), last.story)

    @rule(w=WRITER, data=st.data(), day=DAYS)
    def gone(self, w: int, data: st.DataObject, day: int) -> None:
        life = self.some(data)
        moment = at(day) + timedelta(seconds=20)  # in the second of a capture neither would be the later one
        page = Page(life.present, b"not here", moment, outcome=Outcome.GONE, status=404)
        told = self.writers[w].gone(life.present, page)
        is_there = life.at(utc(page.fetched_at))[1] == "live"
        if life.level == "erased":
            return
        assert told.change == ("gone" if is_there else None)
        self.see(life, utc(page.fetched_at), None)

    @rule(w=WRITER, data=st.data(), day=DAYS)
    def move(self, w: int, data: st.DataObject, day: int) -> None:
        archive, life = self.writers[w], self.some(data)
        story, _ = life.at("9999")
        url = f"{life.url}?moved={self.n}"
        if life.level is None and story:
            told = refine(read(self.is_new_rule, lives.source_of(url), paged(url, story, day, 1, 0)))
            if twin := next((twin for twin in archive.twins_of(told) if twin.is_same), None):
                self.take(archive, url, story, day, moved=twin.document_id)

    @rule(w=WRITER, data=st.data(), is_late=st.booleans())
    def roll_back(self, w: int, data: st.DataObject, is_late: bool) -> None:
        """A transaction that ends in its middle, or after its pages are kept and before its versions are."""
        archive = self.writers[w]
        before, pages_before = lives.dump(archive), lives.kept(archive)
        commit = archive.pages.commit

        def late() -> None:
            commit()
            raise Aborted

        captures = data.draw(st.lists(st.tuples(st.sampled_from(URLS), STORIES, DAYS), min_size=1, max_size=3))
        with suppress(Aborted), patch.object(archive.pages, "commit", late), archive.transaction():
            for url, story, day in captures:
                pages = paged(url, story, day, 1, 9)
                archive.append(read(self.is_new_rule, lives.source_of(url), pages), pages)
            if not is_late:
                raise Aborted
            self.left |= {text for _, story, _ in captures for text in (story.title, story.body)}
        assert lives.dump(archive) == before
        if not is_late:
            assert lives.kept(archive) == pages_before

    @rule(w=WRITER, data=st.data(), level=st.sampled_from(["hidden", "erased"]))
    def withhold(self, w: int, data: st.DataObject, level: Level) -> None:
        life = self.some(data)
        told = withhold(self.writers[w], life.url, level, WHY)
        life.level = "erased" if "erased" in (level, life.level) else "hidden"
        assert told.level == life.level
        if life.level == "erased":
            self.left = set()
            self.nothing_is_left_of_what_is_erased(self.folder.glob("bulletins*"))
            assert lives.kept(self.archive) <= lives.observed(self.archive), (
                "what was left of a transaction may be of this document"
            )

    @rule(is_new=st.booleans())
    def reclean(self, is_new: bool) -> None:
        self.is_new_rule = is_new
        with patch.object(reread, "read_stored", lambda source, pages: read(is_new, source, pages)):
            (run,) = asyncio.run(reread.reclean(self.job))
            assert (run.counts.failed, run.state) == (0, "completed")
            assert reread.preview(self.path).differing == 0

    @rule()
    def rebuild_copies(self) -> None:
        """A fresh archive of the same texts has the same clusters."""
        upkeep.dedupe(self.job)
        if lives.depends_on_order(self.archive):
            return
        with Archive(self.folder / "fresh.db") as fresh:
            for row in rows(self.archive, "SELECT * FROM bulletins ORDER BY document_id"):
                told = Bulletin(f"http://{row['key']}/", None, row["title"], row["published_at"], body=row["body"])
                cloak = "cloaked" if lives.is_cloaked(self.archive, row["document_id"]) else None
                fresh.append(replace(told, body_published=cloak))
            assert lives.clusters(fresh, "url") == lives.clusters(self.archive, "'http://' || key || '/'")
        for file in self.folder.glob("fresh*"):
            file.unlink()

    @rule(w=WRITER)
    def open_again(self, w: int) -> None:
        self.writers[w].close()
        self.writers[w] = Archive(self.path, lambda: at(100), self.reader)

    @rule(w=WRITER, data=st.data())
    def append_many(self, w: int, data: st.DataObject) -> None:
        """One transaction, in which a document may also be hidden."""
        captures = data.draw(st.lists(st.tuples(st.sampled_from(URLS), STORIES, DAYS), min_size=2, max_size=5))
        hidden = data.draw(st.sampled_from([None, *range(len(captures))]))
        with self.writers[w].transaction():
            for n, (url, story, day) in enumerate(captures):
                self.take(self.writers[w], url, story, day)
                if n == hidden and self.lives[url].level is None:
                    withhold(self.writers[w], url, "hidden", WHY)
                    self.lives[url].level = "hidden"

    @rule(w=WRITER)
    def rebuild_search(self, w: int) -> None:
        with self.writers[w].transaction():
            search.rebuild(self.writers[w].conn)

    @rule(w=WRITER)
    def release(self, w: int) -> None:
        folder = self.folder / f"release-{len(self.releases)}"
        publish(self.path, freeze(self.writers[w], folder.name), folder)
        self.nothing_is_told_of_what_is_withheld((folder / "versions.jsonl").read_text())
        self.releases.append(folder)

    @rule(w=WRITER, data=st.data())
    def cite(self, w: int, data: st.DataObject) -> None:
        archive, life = self.writers[w], self.some(data)
        if life.level:
            with pytest.raises(Problem, match=WHY):
                cite(archive.conn, [life.url])
            return
        file = self.folder / f"cited-{len(self.citations)}.csv"
        file.write_text(hashes(cite(archive.conn, [life.url])))
        self.citations.append(file)

    @rule()
    def back_up(self) -> None:
        folder = self.folder / "backup"
        made = backup(self.path, folder)
        assert made.verified.fault is None
        with closing(connect_existing(made.file)) as conn:
            states = list(history.states(conn, Selection()))
        assert states == list(history.states(self.archive.conn, Selection()))
        self.nothing_is_left_of_what_is_erased(folder.iterdir())

    def some(self, data: st.DataObject) -> Life:
        return self.lives[data.draw(st.sampled_from(sorted(self.lives)))]

    # What must be so

    @property
    def archive(self) -> Archive:
        return self.writers[0]

    @invariant()
    def it_verifies_and_only_grows(self) -> None:
        assert verify(self.path).fault is None
        held = [row["hash"] for row in rows(self.archive, "SELECT hash FROM versions ORDER BY id")]
        assert held[: len(self.hashes)] == self.hashes
        self.hashes = held

    @invariant()
    def each_moment_shows_what_had_been_seen_last(self) -> None:
        moments = sorted({sighting.at for life in self.lives.values() for sighting in life.sightings})
        for moment in (*moments, "9999"):
            stood = {row["key"]: row for row in history.states(self.archive.conn, Selection(), moment)}
            for life in self.lives.values():
                story, status = (None, None) if life.level else life.at(moment)
                row = stood.pop(lives.key(self.archive, life), None)
                assert (row is None) == (story is None), (life.sightings, moment)
                if row and story:
                    assert (row["status"], lives.said_by(row)) == (status, said(story)), (life.sightings, moment)
            assert not stood

    @invariant()
    def what_is_browsed_is_what_stands_last(self) -> None:
        shown = {row["key"]: row for row in rows(self.archive, "SELECT * FROM bulletins")}
        present = {lives.key(self.archive, life): life.present for life in self.lives.values() if not life.level}
        assert present == {name: row["url"] for name, row in shown.items()}
        for row in history.states(self.archive.conn, Selection()):
            told = shown.pop(row["key"])
            assert all(told[name] == row[name] for name in ("title", "published_at", "body", "status"))
        assert not shown

    @invariant()
    def links_are_those_of_the_texts_that_are_shown(self) -> None:
        lives.check_links(self.archive)
        links = len(rows(self.archive, "SELECT 1 FROM links"))
        assert links >= self.links, "what is retired stays"
        self.links = links

    @rule(data=st.data())
    def search(self, data: st.DataObject) -> None:
        """What is found is what a scan of the texts that are shown finds."""
        text = data.draw(st.sampled_from([*TITLES, "、".join(BODIES)]))
        start = data.draw(st.integers(0, len(text) - 1))
        query = text[start : start + data.draw(st.integers(1, 4))]
        if not all("一" <= character <= "鿿" for character in query):
            return
        found = {row["key"] for row in find(self.archive.conn, Selection(query=query), 99).best}
        shown = rows(self.archive, "SELECT key, title, body FROM bulletins")
        assert found == {row["key"] for row in shown if query in f"{row['title']}\n{row['body']}"}

    @rule(moment=DAYS)
    def export(self, moment: int) -> None:
        file = self.folder / "export.jsonl"
        conn = self.archive.conn
        for told, columns in (
            (history.states(conn, Selection()), history.STATE),
            (history.states(conn, Selection(), utc(at(moment))), history.STATE),
            (history.versions(conn, Selection()), history.VERSION),
        ):
            export.write(told, columns, file, "jsonl")
            self.nothing_is_told_of_what_is_withheld(file.read_text())
        for capture in stored_pages(self.path):
            assert not any(capture.page.url.startswith(life.url) for life in self.lives.values() if life.level)

    def nothing_is_told_of_what_is_withheld(self, told: str) -> None:
        for life in self.lives.values():
            if life.level:
                assert lives.key(self.archive, life) not in told and life.url not in told
        for piece in lives.pieces(self.lives, "hidden", "erased"):
            assert piece not in told

    def nothing_is_left_of_what_is_erased(self, files: Iterator[Path]) -> None:
        held = b"".join(file.read_bytes() for file in files)
        held += b"".join(
            self.archive.pages.get(name) for name in lives.kept(self.archive) & lives.observed(self.archive)
        )
        for piece in lives.pieces(self.lives, "erased"):
            assert piece.encode() not in held or any(piece in text for text in self.left), piece

    def at_the_end(self) -> None:
        assert verify(self.path, deep=True).fault is None
        for folder in self.releases:
            assert verify(self.path, str(folder)).fault is None
        for file in self.citations:
            with file.open() as opened:
                assert check_file(self.path, file) == (len(list(csv.reader(opened))) - 1, None)
        lives.check_pages(self.archive)


Lives.TestCase.settings = settings(
    max_examples=8 if settings().derandomize else 200,
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
TestLives = Lives.TestCase
