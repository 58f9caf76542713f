"""Opening an archive: what is none is refused in one sentence, before a byte is written."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from archive.browse.server import command, serve
from archive.files import connect_existing
from archive.pages import APPLICATION_ID as PAGES_ID
from archive.pages import pages_path
from archive.store import Archive
from archive.verify import verify
from archive.withhold import withhold
from scrapers.model import Bulletin, Page, Problem

NOBODY = 65534
BULLETIN = Bulletin("http://www.zone.cn/1.shtml", "zone", body="园区新闻")


def sql(path: Path, *statements: str) -> None:
    with closing(sqlite3.connect(path)) as conn, conn:
        for statement in statements:
            conn.execute(statement)


def make_archive(path: Path) -> None:
    with Archive(path) as archive:
        archive.append(BULLETIN)


def make_newer(path: Path) -> None:
    make_archive(path)
    sql(
        path, "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES ('gaoxin', 'm999_later', '2030')"
    )


def make_damaged(path: Path) -> None:
    make_archive(path)
    path.write_bytes(path.read_bytes()[:16] + bytes(range(84)) + path.read_bytes()[100:])


NO_ARCHIVES: dict[str, Callable[[Path], object]] = {
    "a text file": lambda path: path.write_text("title,date\n" * 500),
    "a short text file": lambda path: path.write_text("x\n"),
    "another SQLite file": lambda path: sql(path, "CREATE TABLE versions (id)", "INSERT INTO versions VALUES (1)"),
    "an archive of a newer schema": make_newer,
    "an archive with a broken header": make_damaged,
    "a directory": Path.mkdir,
}


def tree(folder: Path) -> dict[str, bytes | None]:
    """Every file below `folder` with its bytes."""
    return {str(path.relative_to(folder)): path.read_bytes() if path.is_file() else None for path in folder.rglob("*")}


def is_one_sentence(problem: BaseException) -> bool:
    return "\n" not in str(problem) and ": " in str(problem) and not str(problem).startswith(":")


@pytest.mark.parametrize("what", NO_ARCHIVES)
@pytest.mark.parametrize("opened", [Archive, connect_existing, verify], ids=lambda opened: opened.__name__)
def test_what_is_no_archive_of_ours_is_refused_and_left_as_it_was(
    tmp_path: Path, what: str, opened: Callable[[Path], object]
) -> None:
    path = tmp_path / "bulletins.db"
    NO_ARCHIVES[what](path)
    before = tree(tmp_path)
    with pytest.raises(Problem) as raised:
        opened(path)
    assert str(path) in str(raised.value)
    assert is_one_sentence(raised.value)
    assert tree(tmp_path) == before


@pytest.mark.parametrize("path", ["missing/bulletins.db", "/proc/bulletins.db", "/proc/missing/bulletins.db"])
@pytest.mark.parametrize("opened", [Archive, connect_existing, verify], ids=lambda opened: opened.__name__)
def test_a_place_where_no_archive_can_be_is_a_problem(
    tmp_path: Path, path: str, opened: Callable[[Path], object]
) -> None:
    with pytest.raises(Problem) as raised:
        opened(tmp_path / path)
    assert str(tmp_path / path) in str(raised.value) or str((tmp_path / path).parent) in str(raised.value)
    assert is_one_sentence(raised.value)
    assert tree(tmp_path) == {}


@pytest.mark.parametrize("opened", [connect_existing, verify], ids=lambda opened: opened.__name__)
def test_reading_makes_no_archive(tmp_path: Path, opened: Callable[[Path], object]) -> None:
    with pytest.raises(Problem, match="there is no archive at"):
        opened(tmp_path / "bulletins.db")
    assert tree(tmp_path) == {}


@pytest.mark.parametrize("name", ["档案 高新.db", "100% sure?#1.db", "无后缀", "a'b\"c.sqlite", "two.dots.db"])
def test_a_path_of_any_characters_works(tmp_path: Path, name: str) -> None:
    path = tmp_path / "高新 区" / name
    path.parent.mkdir()
    make_archive(path)
    with closing(connect_existing(path)) as conn:
        assert conn.execute("SELECT count(*) FROM versions").fetchone() == (1,)
    assert verify(path).fault is None
    assert {name, pages_path(path).name} <= set(tree(path.parent))
    assert set(tree(tmp_path)) == {"高新 区", *(f"高新 区/{file}" for file in tree(path.parent))}


def test_an_empty_file_becomes_an_archive(tmp_path: Path) -> None:
    path = tmp_path / "bulletins.db"
    path.touch()
    make_archive(path)
    assert verify(path).versions == 1


def test_an_archive_is_opened_durable_and_with_its_references_held(tmp_path: Path) -> None:
    with Archive(tmp_path / "bulletins.db") as archive:
        settings = {
            name: archive.conn.execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    assert settings == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 30_000}


def test_an_archive_opened_for_reading_cannot_be_written(tmp_path: Path) -> None:
    make_archive(tmp_path / "bulletins.db")
    before = (tmp_path / "bulletins.db").read_bytes()
    with closing(connect_existing(tmp_path / "bulletins.db")) as conn, pytest.raises(sqlite3.OperationalError):
        conn.execute("DELETE FROM bulletins")
    assert (tmp_path / "bulletins.db").read_bytes() == before


def test_reading_an_archive_leaves_no_files_behind(tmp_path: Path) -> None:
    make_archive(tmp_path / "bulletins.db")
    before = tree(tmp_path)
    with closing(connect_existing(tmp_path / "bulletins.db")) as conn:
        conn.execute("SELECT count(*) FROM versions").fetchone()
    assert set(tree(tmp_path)) == set(before)
    assert tree(tmp_path) == before


@pytest.mark.parametrize("has_archive", [True, False])
@pytest.mark.parametrize(
    "make",
    [lambda path: path.write_text("notes\n" * 999), lambda path: sql(path, "CREATE TABLE notes (id)"), Path.mkdir],
    ids=["a text file", "another SQLite file", "a directory"],
)
def test_what_is_no_file_of_raw_pages_is_refused_and_nothing_is_written(
    tmp_path: Path, make: Callable[[Path], object], has_archive: bool
) -> None:
    path = tmp_path / "bulletins.db"
    if has_archive:
        make_archive(path)
        pages_path(path).unlink()
    make(pages_path(path))
    before = tree(tmp_path)
    with pytest.raises(Problem) as raised:
        Archive(path)
    assert str(pages_path(path)) in str(raised.value)
    assert is_one_sentence(raised.value)
    assert tree(tmp_path) == before


def test_a_file_of_raw_pages_whose_making_was_cut_short_is_finished(tmp_path: Path) -> None:
    path = tmp_path / "bulletins.db"
    sql(pages_path(path), f"PRAGMA application_id = {PAGES_ID}")
    with Archive(path) as archive:
        raw = archive.pages.put(b"<html>")
        assert archive.pages.get(raw) == b"<html>"


def with_pages(archive: Archive, many: int) -> None:
    """Archive so many bulletins, each with a raw page of three pages of the file."""
    for n in range(many):
        url = f"http://www.zone.cn/{n}.shtml"
        archive.append(Bulletin(url, "zone", body=url), [Page(url, os.urandom(9000), datetime.now(UTC))])


@pytest.mark.parametrize("left", [1, 2, 9, None], ids=lambda left: f"{left or 'all'} pages in the file")
def test_pages_that_stand_in_the_log_are_no_damage(tmp_path: Path, left: int | None) -> None:
    """As a killed writer leaves them, or a full disk: a log is there, and went into the file in part."""
    path = tmp_path / "killed" / "bulletins.db"
    path.parent.mkdir()
    with Archive(tmp_path / "bulletins.db") as archive:
        with_pages(archive, 20)
        archive.pages.conn.execute("PRAGMA wal_checkpoint(PASSIVE)")
        for file in (archive.path, archive.pages.path):
            for name in (file.name, f"{file.name}-wal"):
                shutil.copy(tmp_path / name, path.parent)
    if left:
        os.truncate(pages_path(path), left * 4096)
    make_archive(path)
    verified = verify(path, deep=True)
    assert (verified.fault, verified.versions) == (None, 21)


@pytest.mark.parametrize("left", [100, 4096, 20_000])
def test_a_file_of_raw_pages_that_is_cut_is_told_in_one_sentence(tmp_path: Path, left: int) -> None:
    path = tmp_path / "bulletins.db"
    with Archive(path) as archive:
        with_pages(archive, 20)
    os.truncate(pages_path(path), left)
    with pytest.raises(Problem, match=r"raw pages .*: restore the file from a backup") as raised:
        Archive(path)
    assert is_one_sentence(raised.value)


@pytest.mark.parametrize(("first", "second"), [("news.db", "news.sqlite"), ("news", "news.db")])
def test_two_archives_never_come_to_share_their_raw_pages(tmp_path: Path, first: str, second: str) -> None:
    with Archive(tmp_path / first) as archive:
        with_pages(archive, 2)
    before = tree(tmp_path)
    with pytest.raises(Problem, match=f"in news.pages.db, where {first} has its own: ") as raised:
        Archive(tmp_path / second)
    assert is_one_sentence(raised.value)
    assert tree(tmp_path) == before
    make_archive(tmp_path / "news2.db")
    (tmp_path / first).rename(tmp_path / second)
    make_archive(tmp_path / second)
    assert verify(tmp_path / second, deep=True).versions == 3, "one that is there goes on, whatever its name"


def test_of_two_that_share_them_none_takes_from_the_other(tmp_path: Path) -> None:
    path = tmp_path / "news.db"
    with Archive(path) as archive:
        with_pages(archive, 2)
    shutil.copy(path, tmp_path / "news.sqlite")
    with Archive(path) as archive:
        with pytest.raises(Problem, match=r"news.sqlite keeps its raw pages in the same file") as raised:
            withhold(archive, "http://www.zone.cn/1.shtml", "erased", "应当事人要求")
        assert is_one_sentence(raised.value)
        withhold(archive, "http://www.zone.cn/1.shtml", "hidden", "应当事人要求")
        (tmp_path / "news.sqlite").unlink()
        assert withhold(archive, "http://www.zone.cn/1.shtml", "erased", "应当事人要求").pages == 1


@pytest.mark.parametrize("which", [lambda path: path, pages_path], ids=["archive", "pages"])
def test_opening_waits_for_one_who_is_making_the_file(tmp_path: Path, which: Callable[[Path], Path]) -> None:
    path = tmp_path / "bulletins.db"
    make_archive(path)
    with closing(sqlite3.connect(which(path), check_same_thread=False, isolation_level=None)) as other:
        other.execute("PRAGMA journal_mode = DELETE")  # as a file is while it is made
        other.execute("BEGIN IMMEDIATE")
        done = threading.Timer(0.3, other.execute, ["COMMIT"])
        done.start()
        Archive(path).close()
        done.join()
    with closing(sqlite3.connect(which(path))) as conn:
        assert conn.execute("PRAGMA journal_mode").fetchone() == ("wal",)


OPEN_AND_APPEND = """
import sys
from archive.store import Archive
from scrapers.model import Bulletin, Page
from datetime import UTC, datetime
sys.stdin.readline()
for n in range(20):
    path = sys.argv[1] % n
    with Archive(path) as archive:
        url = f"http://www.zone.cn/{sys.argv[2]}"
        archive.append(Bulletin(url, "zone", body=url), [Page(url, url.encode(), datetime.now(UTC))])
"""


def test_several_processes_may_make_the_same_archive_at_once(tmp_path: Path) -> None:
    arguments = [sys.executable, "-c", OPEN_AND_APPEND, str(tmp_path / "bulletins%d.db")]
    pipes = {"stdin": subprocess.PIPE, "stderr": subprocess.PIPE, "cwd": Path(__file__).parent.parent, "text": True}
    makers = [subprocess.Popen([*arguments, str(maker)], **pipes) for maker in range(3)]
    for maker in makers:
        maker.stdin.write("go\n")
        maker.stdin.flush()
    errors = [maker.communicate(timeout=100)[1].splitlines()[-1:] for maker in makers]
    assert errors == [[]] * len(makers)
    assert [verify(tmp_path / f"bulletins{n}.db").versions for n in range(20)] == [len(makers)] * 20


@pytest.fixture
def ordinary_folder() -> Iterator[Path]:
    """A folder of a user who, unlike root, is held by permissions; this process is that user meanwhile."""
    folder = Path(tempfile.mkdtemp(prefix="gaoxin-"))
    is_root = os.geteuid() == 0
    if is_root:
        os.chown(folder, NOBODY, NOBODY)
        make_archive(folder / "warm.db")  # what root imports late, it imports now
        os.seteuid(NOBODY)
    try:
        yield folder
    finally:
        folder.chmod(0o700)
        if is_root:
            os.seteuid(0)
        shutil.rmtree(folder)


@pytest.mark.parametrize("read_only", ["the file", "the folder", "both", "the pages"])
def test_an_archive_that_cannot_be_written_is_a_problem_when_it_is_opened(
    ordinary_folder: Path, read_only: str
) -> None:
    path = ordinary_folder / "bulletins.db"
    make_archive(path)
    before = tree(ordinary_folder)
    if read_only in ("the file", "both"):
        path.chmod(0o444)
    if read_only == "the pages":
        pages_path(path).chmod(0o444)
    if read_only in ("the folder", "both"):
        ordinary_folder.chmod(0o555)
    with pytest.raises(Problem) as raised:
        Archive(path)
    assert is_one_sentence(raised.value)
    assert tree(ordinary_folder) == before


def test_a_new_archive_in_a_folder_that_cannot_be_written_is_a_problem(ordinary_folder: Path) -> None:
    ordinary_folder.chmod(0o555)
    with pytest.raises(Problem):
        Archive(ordinary_folder / "bulletins.db")


@pytest.mark.parametrize("mode", [0o755, 0o555], ids=["in a folder that is not", "in a read-only folder"])
def test_a_read_only_archive_can_be_verified(ordinary_folder: Path, mode: int) -> None:
    path = ordinary_folder / "bulletins.db"
    make_archive(path)
    for file in (path, pages_path(path)):
        file.chmod(0o444)
    ordinary_folder.chmod(mode)
    assert verify(path).fault is None


def test_a_read_only_archive_is_browsed_as_it_is(ordinary_folder: Path) -> None:
    path = ordinary_folder / "bulletins.db"
    make_archive(path)
    assert "--immutable" not in command(path, 8001)
    for file in (path, pages_path(path)):
        file.chmod(0o444)
    ordinary_folder.chmod(0o555)
    told = command(path, 8001)
    assert told[told.index("--immutable") + 1] == str(path)


def test_an_archive_that_others_may_write_is_not_browsed_as_it_is(ordinary_folder: Path) -> None:
    path = ordinary_folder / "bulletins.db"
    make_archive(path)
    ordinary_folder.chmod(0o555)
    said: list[str] = []
    with pytest.raises(Problem, match="cannot be browsed by who may not write in its folder") as raised:
        serve(path, 8001, announce=said.append)
    assert is_one_sentence(raised.value) and not said


def test_a_copy_that_a_backup_made_is_browsed_wherever_it_is(ordinary_folder: Path) -> None:
    path = ordinary_folder / "bulletins.db"
    make_archive(path)
    sql(path, "PRAGMA journal_mode = DELETE")
    ordinary_folder.chmod(0o555)
    assert "--immutable" not in command(path, 8001)
