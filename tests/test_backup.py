"""A backup is a whole archive of its own, whatever is written meanwhile, and never takes the place of a better one."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from archive import connections
from archive.backup import backup
from archive.pages import pages_path
from archive.store import Archive
from archive.verify import verify
from scrapers.model import Bulletin, Page, Problem
from tests.conftest import PROJECT, Command

WRITER = """
import sys
from datetime import UTC, datetime
from archive.store import Archive
from scrapers.model import Bulletin, Page
with Archive(sys.argv[1]) as archive:
    for n in range(100_000):
        url = f"http://w.cn/{n}"
        page = Page(url, f"<p>{n}</p>".encode() * 50, datetime(2026, 3, 1, tzinfo=UTC))
        archive.append(Bulletin(url, "zone", f"第{n}篇", body=f"正文{n}。" * 20), [page])
        print(n, flush=True)
"""


def append(path: Path, *numbers: int) -> None:
    with Archive(path) as archive:
        for n in numbers:
            url = f"http://a.cn/{n}"
            archive.append(
                Bulletin(url, "zone", body=f"正文{n}"), [Page(url, b"%d" % n, datetime(2026, 3, 1, tzinfo=UTC))]
            )


@pytest.fixture
def path(tmp_path: Path) -> Path:
    append(tmp_path / "高新 档案.db", 1, 2, 3)
    return tmp_path / "高新 档案.db"


def versions(path: Path) -> int:
    with closing(sqlite3.connect(path)) as conn:
        return int(conn.execute("SELECT count(*) FROM versions").fetchone()[0])


def test_the_copy_is_an_archive_of_its_own(path: Path, tmp_path: Path) -> None:
    made = backup(path, tmp_path / "新" / "备份")
    assert made.verified.fault is None
    assert made.file == tmp_path / "新" / "备份" / path.name
    assert sorted(file.name for file in made.file.parent.iterdir()) == sorted([path.name, pages_path(path).name])
    assert made.size == sum(file.stat().st_size for file in made.file.parent.iterdir())
    for file in (made.file, pages_path(made.file)):
        assert file.read_bytes()[18:20] == b"\x01\x01", "no log beside it: it can be read where nothing can be written"
    append(made.file, 4)
    assert (versions(made.file), versions(path)) == (4, 3)
    assert verify(made.file).fault is None


def test_while_a_run_writes_the_copy_is_of_one_moment(path: Path, tmp_path: Path) -> None:
    writer = subprocess.Popen([sys.executable, "-c", WRITER, str(path)], cwd=PROJECT, stdout=subprocess.PIPE, text=True)
    try:
        assert writer.stdout
        counted = [3]
        for _ in range(5):
            for _ in range(10):
                writer.stdout.readline()
            made = backup(path, tmp_path / "copy")
            assert made.verified.fault is None
            counted.append(made.verified.versions)
            with closing(sqlite3.connect(path)) as conn:
                heads = conn.execute("SELECT hash FROM versions WHERE id = ?", [made.verified.versions]).fetchall()
            assert heads == [(made.verified.head,)], "a state that the archive had"
            assert writer.poll() is None, "it went on writing"
    finally:
        writer.kill()
        writer.communicate()
    assert counted == sorted(set(counted)), "each copy holds more than the one before"
    assert counted[-1] >= 53


def test_a_copy_that_does_not_verify_leaves_the_last_one(gaoxin: Command, path: Path, tmp_path: Path) -> None:
    backup(path, tmp_path / "copy")
    append(path, 4)
    with closing(sqlite3.connect(path)) as conn, conn:
        conn.execute("UPDATE contents SET body = body || '。'")
    done = gaoxin("backup", "copy", "--archive", path)
    assert done.returncode == 1
    assert "does NOT verify" in done.stdout
    assert "version 1" in done.stdout
    assert verify(tmp_path / "copy" / path.name).fault is None
    assert versions(tmp_path / "copy" / path.name) == 3
    assert len(list((tmp_path / "copy").iterdir())) == 2


def test_what_a_killed_backup_left_is_taken_away(path: Path, tmp_path: Path) -> None:
    left = tmp_path / "copy" / f".{path.name}.open"
    left.mkdir(parents=True)
    (left / path.name).write_bytes(b"half")
    backup(path, tmp_path / "copy")
    assert len(list((tmp_path / "copy").iterdir())) == 2


def test_a_copy_is_made_while_another_program_holds_the_archive(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "WAIT_SECONDS", 0.1)
    with closing(sqlite3.connect(path, isolation_level=None)) as conn:
        conn.execute("BEGIN IMMEDIATE")
        assert backup(path, tmp_path / "copy").verified.fault is None


def test_an_archive_without_its_pages_is_no_backup(path: Path, tmp_path: Path) -> None:
    pages_path(path).unlink()
    made = backup(path, tmp_path / "copy")
    assert made.verified.fault
    assert not list((tmp_path / "copy").iterdir())


def test_a_backup_is_not_replaced_by_one_that_knows_less(path: Path, tmp_path: Path) -> None:
    earlier = tmp_path / "earlier"
    earlier.mkdir()
    for file in (path, pages_path(path)):
        shutil.copy(file, earlier / file.name)
    append(path, 4)
    backup(path, tmp_path / "copy")
    append(earlier / path.name, 5)
    with pytest.raises(Problem, match="holds versions that this archive does not"):
        backup(earlier / path.name, tmp_path / "copy")
    assert versions(tmp_path / "copy" / path.name) == 4
    assert backup(path, tmp_path / "copy").verified.versions == 4


def test_the_command_says_what_it_made(gaoxin: Command, path: Path) -> None:
    done = gaoxin("backup", "copy", "--archive", path)
    assert (done.returncode, done.stderr) == (0, "")
    assert "verifies: 3 versions" in done.stdout
    assert gaoxin("verify", "--archive", f"copy/{path.name}").returncode == 0
    with closing(sqlite3.connect(path)) as conn:
        kept = conn.execute("SELECT path, last_version_id FROM elsewhere").fetchall()
    assert kept == [(str(path.parent / "copy"), 3)], "so that a withheld document can be followed there"


@pytest.mark.parametrize(
    ("folder", "archive", "told"),
    [
        (".", "高新 档案.db", "own folder"),
        ("copy", "absent.db", "no archive at absent.db"),
        ("高新 档案.db", "高新 档案.db", "cannot be copied"),
        ("高新 档案.db/inside", "高新 档案.db", "cannot be copied"),
    ],
)
def test_bad_input_gets_one_sentence(gaoxin: Command, path: Path, folder: str, archive: str, told: str) -> None:
    done = gaoxin("backup", folder, "--archive", archive)
    assert (done.returncode, done.stdout) == (2, "")
    assert told in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
