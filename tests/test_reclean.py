"""Stored pages read again: what our rules changed becomes a version of ours, never an edit of the publisher's."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from archive.pages import pages_path
from archive.store import Archive
from archive.verify import verify
from archive.withhold import withhold
from flows import reread
from flows.job import Job, Run
from flows.reading import read_again, read_stored
from scrapers.model import Bulletin, Page, Problem
from tests.conftest import Command
from tests.faults.kept import START, make, page, sentence, url

SITE = "news.park.example"


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Seven articles, each archived with a word that is not its own."""
    path = tmp_path_factory.mktemp("first") / "bulletins.db"
    make(path, 7)
    return path


@pytest.fixture
def path(first: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("GAOXIN_STATE", str(tmp_path / "state"))
    monkeypatch.setattr(reread, "SLICE", 3)
    for file in (first, pages_path(first)):
        shutil.copy(file, tmp_path)
    return tmp_path / first.name


def reclean(path: Path, workers: int = 1) -> Run:
    (run,) = asyncio.run(reread.reclean(Job(path, clock=lambda: START), workers))
    return run


def rows(path: Path, sql: str) -> list[Any]:
    with closing(sqlite3.connect(path)) as conn:
        return conn.execute(sql).fetchall()


def versions(path: Path) -> list[Any]:
    return rows(
        path, "SELECT document_id, version, change, captured_at FROM versions WHERE id > 7 ORDER BY document_id, id"
    )


@pytest.mark.parametrize("workers", [1, 2])
def test_what_is_read_otherwise_is_recleaned_once(path: Path, workers: int) -> None:
    run = reclean(path, workers)
    assert (run.state, run.counts.listed, run.counts.edited, run.counts.failed) == ("completed", 7, 7, 0)
    captured = rows(path, "SELECT captured_at FROM versions WHERE id <= 7 ORDER BY id")
    assert versions(path) == [(n, 2, "recleaned", captured[n - 1][0]) for n in range(1, 8)]
    assert rows(path, "SELECT body FROM bulletins WHERE document_id = 2") == [(f"{sentence(2)}\n以上。",)]
    assert verify(path, deep=True).fault is None
    again = reclean(path, workers)
    assert (again.counts.edited, again.counts.unchanged) == (0, 7)


@pytest.mark.parametrize("workers", [1, 2])
def test_ctrl_c_stops_it_after_the_slice_under_way(path: Path, workers: int) -> None:
    def interrupt(line: str) -> None:
        os.kill(os.getpid(), signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        asyncio.run(reread.reclean(Job(path, clock=lambda: START, say=interrupt), workers))
    assert rows(path, "SELECT state, listed, cleaned IS NULL FROM runs") == [("crashed", 3, 1)]
    again = reclean(path, workers)
    assert (again.state, again.counts.edited, len(versions(path))) == ("completed", 4, 7)


def test_what_was_cleaned_is_counted_whoever_reads(path: Path) -> None:
    with Archive(path, clock=lambda: START) as archive:
        archive.append(Bulletin(url(8), SITE, "园区第8号公告", body=sentence(8)), [page(8, "更正，增长５％")])
    reclean(path, 1)
    reclean(path, 2)
    one, two = rows(path, "SELECT cleaned FROM runs WHERE flow = 'reclean' ORDER BY id")
    assert one[0] is not None and one == two


def test_every_state_is_read_again_not_the_newest_alone(path: Path) -> None:
    with Archive(path, clock=lambda: START) as archive:
        edited = page(1, "更正")
        edited = Page(edited.url, edited.body, START + timedelta(days=1), headers=edited.headers)
        archive.append(
            Bulletin(url(1), SITE, "园区第1号公告", "2026-03-01", body=f"分享到\n{sentence(1)}\n更正"), [edited]
        )
    reclean(path)
    told = rows(path, "SELECT change, body FROM version_details WHERE document_id = 1 ORDER BY captured_at, id")
    assert [change for change, _ in told] == ["new", "recleaned", "edited", "recleaned"]
    assert [body.partition("\n")[0] for _, body in told] == ["分享到", sentence(1), "分享到", sentence(1)]
    assert verify(path, deep=True).fault is None


def test_a_dry_run_writes_nothing_and_says_what_differs(path: Path) -> None:
    before = path.read_bytes()
    told = reread.preview(path)
    assert (told.read, told.differing, told.failures) == (7, 7, ())
    row, changed = told.samples[0]
    assert row["version"] == 1 and "分享到" in str(changed.body) and changed.fields
    assert path.read_bytes() == before


def misread(*numbers: int) -> Any:
    """Today's rules, with which these articles cannot be read."""

    def read(source: str, pages: Sequence[Page]) -> Bulletin:
        if int(pages[0].url.split("/")[-1][:-5]) in numbers:
            raise Problem(f"{pages[0].url} is empty")
        return read_stored(source, pages)

    return read


def test_what_cannot_be_read_any_more_is_a_failure_and_no_version(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reread, "read_stored", misread(2))
    with closing(sqlite3.connect(pages_path(path))) as conn, conn:
        conn.execute("DELETE FROM blobs WHERE sha256 = (SELECT sha256 FROM blobs WHERE dict_id IS NOT NULL LIMIT 1)")
    with Archive(path) as archive:
        archive.append(Bulletin(url(8), SITE, "旧", body=sentence(8), layout="zone[0]"), [page(8)])
    run = reclean(path)
    assert (run.state, run.counts.failed, run.counts.edited) == ("partial", 3, 5)
    failures = " ".join(reread.preview(path).failures)
    assert "is empty" in failures and "is missing" in failures
    assert f"{url(8)} was read by the recipe zone, which is not there: " in failures


def test_a_reading_that_loses_the_title_is_a_failure_and_no_version(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def untitled(source: str, pages: Sequence[Page]) -> Bulletin:
        told = read_stored(source, pages)
        return replace(told, title=None) if told.url == url(2) else told

    monkeypatch.setattr(reread, "read_stored", untitled)
    assert reread.preview(path).failures == (f"{url(2)} would lose its title: mend the recipe",)
    run = reclean(path)
    assert (run.state, run.counts.failed, run.counts.edited) == ("partial", 1, 6)


def test_one_that_was_cut_short_is_carried_on(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[int] = []

    def examine(archive: Path, ids: Sequence[int]) -> list[reread.Reread]:
        read.extend(ids)
        if 4 in ids and len(read) < 8:
            raise KeyboardInterrupt
        return examine_(archive, ids)

    examine_ = reread.examine
    monkeypatch.setattr(reread, "examine", examine)
    with pytest.raises(KeyboardInterrupt):
        reclean(path)
    assert read == [1, 2, 3, 4, 5, 6]
    assert len(versions(path)) == 3
    read.clear()
    monkeypatch.setattr(reread, "examine", lambda archive, ids: (read.extend(ids), examine_(archive, ids))[1])
    reclean(path)
    assert read[:4] == [4, 5, 6, 7], "what was done is not done again, but for what it appended"
    assert [row[:3] for row in versions(path)] == [(n, 2, "recleaned") for n in range(1, 8)]
    monkeypatch.setattr(reread, "rules", lambda: "other rules")
    read.clear()
    reclean(path)
    assert len(read) == 7


def test_a_dry_run_shows_nothing_of_what_is_hidden(path: Path) -> None:
    with Archive(path, clock=lambda: START) as archive:
        withhold(archive, url(1), "hidden", "要求")
    told = reread.preview(path)
    assert (told.read, told.differing) == (7, 7)
    assert [row["document_id"] for row, _ in told.samples] == [2, 3, 4, 5, 6, 7]


def test_without_the_raw_pages_there_is_nothing_to_read(path: Path, gaoxin: Command) -> None:
    pages_path(path).unlink()
    for told in (["reclean"], ["reclean", "--dry-run"]):
        done = gaoxin(*told, "--archive", path)
        assert (done.returncode, done.stderr.count("\n")) == (2, 1) and "put the file beside" in done.stderr
    assert not pages_path(path).exists()


def test_what_is_withheld(path: Path) -> None:
    with Archive(path, clock=lambda: START) as archive:
        withhold(archive, url(1), "erased", "要求")
        withhold(archive, url(2), "hidden", "要求")
    assert reclean(path).counts.edited == 6
    assert rows(path, "SELECT count(*) FROM bulletins") == [(5,)]
    assert verify(path, deep=True).fault is None


# An append decides by today's rules on both captures


def refetched(path: Path, edit: str = "") -> str | None:
    with Archive(path, clock=lambda: START, reader=read_again) as archive:
        fetched = Page(url(3), page(3, edit).body, START + timedelta(days=2), headers={"content-type": "text/html"})
        return archive.append(read_stored(SITE, [fetched]), [fetched]).change


def test_a_page_that_did_not_change_is_no_edit_though_it_is_read_otherwise(path: Path) -> None:
    assert refetched(path) == "recleaned"
    assert [row[:3] for row in versions(path)] == [(3, 2, "recleaned")]
    assert refetched(path) is None


def test_a_counter_that_runs_on_is_no_edit_either(path: Path) -> None:
    with Archive(path, clock=lambda: START, reader=read_again) as archive:
        body = page(3).body.replace(b"<ul class=menu>", b"<ul class=menu><li>12345</li>")
        fetched = Page(url(3), body, START + timedelta(days=2), headers={"content-type": "text/html"})
        assert archive.append(read_stored(SITE, [fetched]), [fetched]).change == "recleaned"


def test_an_edit_is_told_from_what_our_rules_changed(path: Path) -> None:
    assert refetched(path, "更正") == "edited"
    assert [row[:3] for row in versions(path)] == [(3, 2, "recleaned"), (3, 3, "edited")]
    bodies = rows(path, "SELECT body FROM version_details WHERE document_id = 3 ORDER BY captured_at, id")
    assert [body for (body,) in bodies[1:]] == [f"{sentence(3)}\n以上。", f"{sentence(3)}\n更正"]
    assert verify(path, deep=True).fault is None


def test_a_damaged_page_stops_no_append(path: Path) -> None:
    with closing(sqlite3.connect(pages_path(path))) as conn, conn:
        conn.execute("UPDATE blobs SET data = x'00'")
    assert refetched(path, "更正") == "edited"


def test_the_command(path: Path, gaoxin: Command) -> None:
    before = gaoxin("reclean", "--dry-run", "--archive", path)
    assert before.returncode == 0 and "7 versions read: 7 would be recleaned" in before.stdout, before.stderr
    assert "[-分享到-]" in before.stdout
    done = gaoxin("reclean", "--workers", "2", "--archive", path)
    assert done.returncode == 0 and "7 edited" in done.stdout, done.stderr
    assert "0 would be recleaned" in gaoxin("reclean", "--dry-run", "--archive", path).stdout
    missing = gaoxin("reclean", "--archive", path.with_name("none.db"))
    assert (missing.returncode, missing.stderr.count("\n")) == (2, 1)
