"""Killed at any moment, or met by a full disk at any page, what keeps the archive leaves nothing half done, and the next run
carries it on to the same end."""

from __future__ import annotations

import random
import shutil
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from archive.pages import pages_path
from archive.release import freeze
from archive.store import Archive
from archive.verify import verify
from archive.withhold import withhold
from scrapers.model import Bulletin
from tests.faults.kept import START, killed, make, page, run_reclean, run_release, run_withhold, url


def state(path: Path) -> object:
    """What must be the same whether a job was killed or not: versions, what is shown, pages kept, files released."""
    with closing(sqlite3.connect(path)) as conn, closing(sqlite3.connect(pages_path(path))) as pages:
        return (
            conn.execute("SELECT document_id, change, content_sha256 FROM versions ORDER BY 1, 2, 3").fetchall(),
            conn.execute("SELECT key, title, body FROM bulletins ORDER BY key").fetchall(),
            conn.execute("SELECT tag, head_hash, merkle_root FROM releases").fetchall(),
            conn.execute("SELECT document_id, level FROM withheld").fetchall(),
            conn.execute("SELECT count(body) FROM contents").fetchall(),
            pages.execute("SELECT sha256 FROM blobs ORDER BY 1").fetchall(),
            {file.name: file.read_bytes() for file in sorted(path.with_name("released").glob("*"))},
        )


def kill_again_and_again(work: Callable[[Path], None], folder: Path, kills: int) -> int:
    """Kill `work` at random moments, each time on an archive of its own, and let it be carried on; how many were killed."""
    first = folder / "first"
    first.mkdir()
    make(first / "bulletins.db")
    shutil.copytree(first, folder / "undisturbed")
    start = time.monotonic()
    assert not killed(work, folder / "undisturbed" / "bulletins.db", 60)
    lasts = time.monotonic() - start
    wanted = state(folder / "undisturbed" / "bulletins.db")
    assert wanted != state(first / "bulletins.db"), "the job does something"
    rng, were_killed = random.Random(kills), 0
    for n in range(kills):
        path = shutil.copytree(first, folder / str(n)) / "bulletins.db"
        were_killed += killed(work, path, rng.uniform(0, lasts))
        left = verify(path, deep=True).fault
        assert left is None or "withhold it again" in left
        released = path.with_name("released")
        assert not released.exists() or (released / "SHA256SUMS").exists()
        work(path)
        assert verify(path, deep=True).fault is None
        assert state(path) == wanted
        shutil.rmtree(path.parent)
    return were_killed


def fill_the_disk(work: Callable[[Path], None], folder: Path, monkeypatch: pytest.MonkeyPatch, step: int) -> int:
    """Let `work` meet a full disk, each time so many pages further; how often it did. It must always end the same way."""
    first = folder / "first"
    first.mkdir()
    make(first / "bulletins.db")
    shutil.copytree(first, folder / "undisturbed")
    work(folder / "undisturbed" / "bulletins.db")
    wanted = state(folder / "undisturbed" / "bulletins.db")
    failures = 0
    for file in ("archive", "pages"):
        for more in range(0, 10_000, step):
            path = shutil.copytree(first, folder / f"{file}{more}") / "bulletins.db"
            with monkeypatch.context() as patch:
                patch.setattr(Archive, "__init__", limited(file, more))
                try:
                    work(path)
                    break
                except sqlite3.OperationalError as error:
                    assert "full" in str(error)
                    failures += 1
            left = verify(path, deep=True).fault
            assert left is None or "withhold it again" in left
            work(path)
            assert (verify(path, deep=True).fault, state(path)) == (None, wanted)
            shutil.rmtree(path.parent)
    return failures


def limited(file: str, more: int) -> Callable[..., None]:
    """An Archive one of whose files can grow by so many pages."""
    opened = Archive.__init__

    def init(self: Archive, *arguments: object, **named: object) -> None:
        opened(self, *arguments, **named)  # type: ignore[arg-type]
        conn = self.conn if file == "archive" else self.pages.conn
        conn.execute(f"PRAGMA max_page_count = {conn.execute('PRAGMA page_count').fetchone()[0] + more}")

    return init


JOBS = [run_reclean, run_release, run_withhold]


@pytest.mark.parametrize("work", JOBS)
def test_a_job_that_is_killed_is_carried_on_to_the_same_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, work: Callable[[Path], None]
) -> None:
    monkeypatch.setenv("GAOXIN_STATE", str(tmp_path / "state"))
    assert kill_again_and_again(work, tmp_path, 10) >= 3


@pytest.mark.soak
@pytest.mark.parametrize("work", JOBS)
def test_a_job_that_is_killed_a_thousand_times_is_carried_on_to_the_same_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, work: Callable[[Path], None]
) -> None:
    monkeypatch.setenv("GAOXIN_STATE", str(tmp_path / "state"))
    assert kill_again_and_again(work, tmp_path, 1000) >= 300


@pytest.mark.parametrize("work", [run_reclean, run_withhold])
def test_a_disk_that_is_full_leaves_nothing_half(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, work: Callable[[Path], None]
) -> None:
    monkeypatch.setenv("GAOXIN_STATE", str(tmp_path / "state"))
    assert fill_the_disk(work, tmp_path, monkeypatch, 5) >= 1


@pytest.mark.soak
@pytest.mark.parametrize("work", [run_reclean, run_withhold])
def test_a_disk_that_is_full_at_any_page_leaves_nothing_half(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, work: Callable[[Path], None]
) -> None:
    monkeypatch.setenv("GAOXIN_STATE", str(tmp_path / "state"))
    assert fill_the_disk(work, tmp_path, monkeypatch, 1) >= 3


def test_a_clock_that_goes_back_changes_neither_the_order_nor_what_verifies(tmp_path: Path) -> None:
    make(tmp_path / "bulletins.db", 3)
    with Archive(tmp_path / "bulletins.db", clock=lambda: START - timedelta(days=9999)) as archive:
        edited = page(1, "更正")
        assert (
            archive.append(Bulletin(url(1), "news.park.example", "改", body="改\x00\ud800"), [edited]).change
            == "edited"
        )
        freeze(archive, "back")
        withhold(archive, url(2), "hidden", "要求")
    verified = verify(tmp_path / "bulletins.db", "back", deep=True)
    assert (verified.fault, verified.versions) == (None, 4)


def test_without_its_pages_an_archive_says_so_and_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "高新 档案" / "bulletins.db"
    path.parent.mkdir()
    make(path, 3)
    pages_path(path).unlink()
    with Archive(path, clock=lambda: START) as archive:
        assert archive.append(Bulletin(url(4), "news.park.example", "四", body="四"), [page(4)]).change == "new"
        assert withhold(archive, url(1), "erased", "要求").pages == 0
    assert "raw page" in str(verify(path).fault) and "is missing" in str(verify(path).fault)
