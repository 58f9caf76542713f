"""Killed at any moment, or met by a full disk at any page, what keeps the archive leaves nothing half done, and the next run
carries it on to the same end."""

from __future__ import annotations

import random
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from itertools import count
from pathlib import Path

import pytest

from archive import connections, rebuild
from archive.files import connect_existing
from archive.pages import pages_path
from archive.release import freeze
from archive.schema import applied
from archive.store import Archive
from archive.verify import verify
from archive.withhold import withhold
from flows import cli
from scrapers.model import Bulletin, Problem
from tests.faults.kept import (
    START,
    forget,
    killed,
    made_by,
    make,
    page,
    run_backup,
    run_migrate,
    run_rebuild,
    run_reclean,
    run_release,
    run_withhold,
    url,
)  # fmt: skip


def state(path: Path) -> object:
    """What must be the same whether a job was killed or not: versions, what is shown, pages kept, files released."""
    with closing(sqlite3.connect(path)) as conn, closing(sqlite3.connect(pages_path(path))) as pages:
        return (
            conn.execute("SELECT document_id, change, content_sha256 FROM versions ORDER BY 1, 2, 3").fetchall(),
            conn.execute("SELECT key, title, body FROM bulletins ORDER BY key").fetchall(),
            conn.execute("SELECT tag, head_hash, merkle_root FROM releases").fetchall(),
            applied(conn),
            conn.execute("SELECT document_id, level FROM withheld").fetchall(),
            conn.execute("SELECT count(body) FROM contents").fetchall(),
            pages.execute("SELECT sha256 FROM blobs ORDER BY 1").fetchall(),
            {file.name: file.read_bytes() for file in sorted(path.with_name("released").glob("*"))},
            [*conn.execute("SELECT * FROM fingerprints ORDER BY 1, 2")],
            conn.execute(
                "SELECT document_id, other_id, kind, score, rule FROM links WHERE retired_run_id IS NULL"
            ).fetchall(),
            conn.execute("SELECT document_id, canonical_id, copies FROM bulletins ORDER BY 1").fetchall(),
            sorted(file.name for file in path.parent.rglob("*") if not file.name.endswith(("-wal", "-shm"))),
        )


def kill_again_and_again(work: Callable[[Path], None], folder: Path, kills: int) -> None:
    """Kill `work` at random moments, each time on an archive of its own, and let it be carried on, until so many kills have met
    it in the middle."""
    first = folder / "first"
    prepare(work, first)
    work(shutil.copytree(first, folder / "warm") / "bulletins.db")  # what it imports is then there in every fork
    shutil.copytree(first, folder / "undisturbed")
    start = time.monotonic()
    assert not killed(work, folder / "undisturbed" / "bulletins.db", 60)
    lasts = time.monotonic() - start
    wanted = state(folder / "undisturbed" / "bulletins.db")
    assert wanted != state(first / "bulletins.db"), "the job does something"
    rng, met = random.Random(kills), 0
    for n in count():
        if met == kills:
            break
        assert n < 10 * kills, f"only {met} of {n} kills met it in the middle"
        path = shutil.copytree(first, folder / str(n)) / "bulletins.db"
        met += killed(work, path, rng.uniform(0, lasts))
        left = verify(path, deep=True).fault
        assert left is None or "withhold it again" in left
        released = path.with_name("released")
        assert not released.exists() or (released / "SHA256SUMS").exists()
        copy = path.with_name("backup") / path.name
        assert not copy.exists() or verify(copy, deep=True).fault is None
        work(path)
        assert verify(path, deep=True).fault is None
        assert state(path) == wanted
        shutil.rmtree(path.parent)


def prepare(work: Callable[[Path], None], folder: Path) -> None:
    """An archive on which `work` has something to do."""
    folder.mkdir()
    path = folder / "bulletins.db"
    make(path)
    if work is run_rebuild:
        forget(path)
    if work is run_migrate:
        today = path.rename(folder / "today.db")
        pages_path(path).rename(pages_path(today))
        made_by("m001_archive", today, path)
        today.unlink()
        pages_path(today).unlink()


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


JOBS = [run_reclean, run_release, run_withhold, run_backup, run_rebuild, run_migrate]


@pytest.mark.parametrize("work", JOBS)
def test_a_job_that_is_killed_is_carried_on_to_the_same_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, work: Callable[[Path], None]
) -> None:
    monkeypatch.setenv("GAOXIN_STATE", str(tmp_path / "state"))
    monkeypatch.setattr(rebuild, "BLOCK", 4)
    kill_again_and_again(work, tmp_path, 6)


@pytest.mark.soak
@pytest.mark.parametrize("work", JOBS)
def test_a_job_that_is_killed_a_thousand_times_is_carried_on_to_the_same_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, work: Callable[[Path], None]
) -> None:
    monkeypatch.setenv("GAOXIN_STATE", str(tmp_path / "state"))
    monkeypatch.setattr(rebuild, "BLOCK", 4)
    kill_again_and_again(work, tmp_path, 1000)


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


def test_without_its_pages_an_archive_is_read_and_not_written(tmp_path: Path) -> None:
    path = tmp_path / "高新 档案" / "bulletins.db"
    path.parent.mkdir()
    make(path, 3)
    pages_path(path).unlink()
    with pytest.raises(Problem, match="name raw pages, and .* is missing: "):
        Archive(path)
    assert not pages_path(path).exists()
    with closing(connect_existing(path)) as conn:
        assert conn.execute("SELECT count(*) FROM bulletins").fetchone() == (3,)
    assert "raw page" in str(verify(path).fault) and "is missing" in str(verify(path).fault)


def test_an_archive_whose_pages_are_those_of_another_is_not_written(tmp_path: Path) -> None:
    path = tmp_path / "bulletins.db"
    make(path, 3)
    Archive(tmp_path / "other.db").close()
    pages_path(tmp_path / "other.db").replace(pages_path(path))
    with pytest.raises(Problem, match="name raw pages, and .* holds none of them: "):
        Archive(path)


def test_an_archive_whose_every_page_was_erased_is_written(tmp_path: Path) -> None:
    path = tmp_path / "bulletins.db"
    make(path, 2)
    with Archive(path, clock=lambda: START) as archive:
        for n in (1, 2):
            withhold(archive, url(n), "erased", "要求")
    with Archive(path, clock=lambda: START) as archive:
        assert archive.append(Bulletin(url(4), "news.park.example", "四", body="四"), [page(4)]).change == "new"
    assert verify(path, deep=True).fault is None


@pytest.mark.parametrize(
    "command",
    [
        ["release", "2026"],
        ["withhold", url(1), "--level", "erased", "--reason", "要求"],
        ["reclean"],
        ["dedupe", "--rebuild"],
    ],
    ids=lambda command: command[0],
)
def test_while_another_program_writes_it_is_said_in_one_sentence_and_nothing_is_done(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], command: list[str]
) -> None:
    path = tmp_path / "bulletins.db"
    make(path, 3)
    before = state(path)
    monkeypatch.setattr(connections, "WAIT_SECONDS", 0.1)
    monkeypatch.setattr(sys, "argv", ["gaoxin", *command, "--archive", str(path)])
    with closing(sqlite3.connect(path, isolation_level=None)) as conn:
        conn.execute("BEGIN IMMEDIATE")
        with pytest.raises(SystemExit) as stopped:
            cli.main()
    told = capsys.readouterr()
    assert (stopped.value.code, told.err.count("\n")) == (2, 1)
    assert "another program was writing" in told.err
    assert state(path) == before


@pytest.mark.parametrize("blocks", [64, 128, 256])
def test_a_command_that_meets_a_full_disk_says_so_in_one_sentence(tmp_path: Path, blocks: int) -> None:
    """As far as a limit on the size of files is like one; in blocks of 512 bytes or 1 KB, as the shell has it."""
    path = tmp_path / "bulletins.db"
    make(path, 30)
    program, met = str(Path(sys.executable).parent / "gaoxin"), 0
    for command in (["withhold", url(1), "--level", "erased", "--reason", "要求"], ["backup", "copy"], ["export", "e.csv"],
                    ["release", "r"], ["cite", "--query", "公告", "--into", "cited"]):  # fmt: skip
        limited = ["sh", "-c", f'ulimit -f {blocks}; exec "$0" "$@"', program, *command, "--archive", str(path)]
        done = subprocess.run(limited, cwd=tmp_path, capture_output=True, text=True, check=False)
        if done.returncode:
            assert (done.returncode, done.stderr.count("\n"), "of the program itself" in done.stderr) == (2, 1, False)
        met += done.returncode == 2
        assert verify(path, deep=True).fault is None
    left = {file.name for file in tmp_path.rglob("*") if file.name.endswith(".open")}
    assert left == set(), "nothing half"
    assert met, "the disk was full"


def test_on_a_disk_without_room_for_a_log_an_archive_is_read_and_writers_say_that_it_is_full(tmp_path: Path) -> None:
    """SQLite meets the limit on the size of files as it meets a full disk: where the index of the log needs 32 KB."""
    path = tmp_path / "bulletins.db"
    make(path, 30)
    program = str(Path(sys.executable).parent / "gaoxin")

    def run(*command: str) -> subprocess.CompletedProcess[str]:
        limited = ["sh", "-c", 'ulimit -f 31; exec "$0" "$@"', program, *command, "--archive", str(path)]
        return subprocess.run(limited, cwd=tmp_path, capture_output=True, text=True, check=False)

    for _ in range(2):  # the first time SQLite leaves a log that is empty
        for command in (["status"], ["search", "公告"], ["verify", "--deep"]):
            done = run(*command)
            assert (done.returncode, done.stderr) == (0, ""), done.stderr
            assert "30" in done.stdout
        done = run("dedupe", "--rebuild")
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr.endswith("cannot be opened for writing (the disk is full): make room, and do this again\n")
    with Archive(path) as archive:
        archive.append(Bulletin(url(41), "news.park.example", "四一", body="四一"), [page(41)])
        (tmp_path / "logged").mkdir()
        for file in (path, Path(f"{path}-wal")):
            shutil.copy(file, tmp_path / "logged")
    path = tmp_path / "logged" / "bulletins.db"
    done = run("status")  # what stands in the log alone cannot be left out
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.endswith("cannot be read (the disk is full): make room, and do this again\n")
