"""A release is a state that anyone can check: its files depend on the versions alone, and what is cut or rewritten is found."""

from __future__ import annotations

import json
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pytest
from pyarrow import parquet

from archive import ledger, merkle
from archive.hashes import content_digest, extra_digest, version_digest
from archive.pages import pages_path
from archive.release import COLUMNS, freeze, publish
from archive.store import Archive
from archive.verify import verify
from archive.withhold import withhold
from scrapers.model import Bulletin, Outcome, Page, Problem
from tests.conftest import Command
from tests.faults.kept import START, make, page, sentence, url

LATER = datetime(2027, 1, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive with a release of its first seven versions, and two more after it."""
    path = tmp_path_factory.mktemp("first") / "bulletins.db"
    make(path, 6)
    with Archive(path, clock=lambda: START) as archive:
        archive.gone(url(2), Page(url(2), b"404", LATER, outcome=Outcome.GONE, status=404))
        freeze(archive, "2026-03")
        archive.append(Bulletin(url(3), "news.park.example", "改", body=sentence(3)), [page(3, "改")])
        archive.append(Bulletin(url(9), "news.park.example", "九", body=sentence(9)), [page(9)])
    return path


@pytest.fixture
def path(first: Path, tmp_path: Path) -> Path:
    for file in (first, pages_path(first)):
        shutil.copy(file, tmp_path)
    return tmp_path / first.name


def released(path: Path, folder: str = "released", rights: dict[str, str] | None = None) -> Path:
    with Archive(path, clock=lambda: START) as archive:
        made = freeze(archive, "2026-03")
    publish(path, made, path.with_name(folder), rights)
    return path.with_name(folder)


def rows(folder: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in (folder / "versions.jsonl").read_text(encoding="utf-8").splitlines()]


def execute(path: Path, *statements: str) -> None:
    with closing(sqlite3.connect(path)) as conn, conn:
        for (trigger,) in conn.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            conn.execute(f"DROP TRIGGER {trigger}")
        for statement in statements:
            conn.execute(statement)


def test_every_hash_and_the_root_are_made_again_from_the_files_alone(path: Path) -> None:
    folder = released(path)
    told = json.loads((folder / "release.json").read_text(encoding="utf-8"))
    head = ""
    hashes = []
    for row in rows(folder):
        stored = {**row, "body_published": row["body_published"], "extra": row["extra"]}
        stored |= {name: json.dumps(row[name], ensure_ascii=False) for name in ("images", "attachments")}
        if row["change"] != "gone":
            assert content_digest(stored) == row["content_sha256"]
            assert extra_digest(stored) == row["extra_sha256"]
        assert row["prev_hash"] == head
        head = version_digest(row, row["key"], row["raw_sha256"])
        assert head == row["hash"]
        hashes.append(head)
    assert (len(hashes), head, merkle.root(hashes)) == (told["versions"], told["head_hash"], told["merkle_root"])
    assert (folder / "hashes.txt").read_text().split() == hashes
    for line in (folder / "SHA256SUMS").read_text().splitlines():
        digest, name = line.split("  ")
        assert sha256((folder / name).read_bytes()).hexdigest() == digest


def test_parquet_says_what_json_says(path: Path) -> None:
    folder = released(path)
    table = parquet.read_table(folder / "versions.parquet")
    assert table.column_names == [*COLUMNS]
    assert table.to_pylist() == rows(folder)


def test_the_card_counts_documents_and_their_versions(path: Path) -> None:
    card = (released(path) / "README.md").read_text(encoding="utf-8")
    assert "| news.park.example | 6 | 7 | 2026-03-01T01:00:00Z | 2027-01-01T00:00:00Z |" in card
    assert "new 6, gone 1" in card


def test_the_bytes_depend_on_the_versions_alone(path: Path) -> None:
    """Not on what else was asked for, in which run, in which file, nor on how SQLite laid it out."""
    before = {file.name: file.read_bytes() for file in released(path).iterdir()}
    elsewhere = path.parent / "elsewhere"
    elsewhere.mkdir()
    with Archive(elsewhere / "other name.db", clock=lambda: START) as archive:
        run = ledger.start_run(archive, "fetch", None, {}, "cli", None, "9")
        for n in (9, 5, 7):
            archive.observe(Page(f"http://list.example/{n}", b"list %d" % n, START), run)
    make(elsewhere / "other name.db", 6)
    with closing(sqlite3.connect(elsewhere / "other name.db")) as conn:
        conn.execute("PRAGMA journal_mode = DELETE")
        conn.execute("PRAGMA page_size = 1024")
        conn.execute("VACUUM")
    with Archive(elsewhere / "other name.db", clock=lambda: START) as archive:
        archive.gone(url(2), Page(url(2), b"404", LATER, outcome=Outcome.GONE, status=404))
        archive.now = lambda: LATER
        made = freeze(archive, "2026-03")
    assert made.created_at == "2027-01-01T00:00:00Z"
    publish(elsewhere / "other name.db", made, elsewhere / "files")
    assert {file.name: file.read_bytes() for file in (elsewhere / "files").iterdir()} == before


def test_a_release_stays_as_it_was_whatever_came_after_it(path: Path) -> None:
    assert released(path).exists()
    with Archive(path) as archive:
        assert freeze(archive, "2026-03").versions == 7
        assert freeze(archive, "2026-04").versions == 9


def test_withheld_documents_are_left_out_and_their_hashes_stay(path: Path) -> None:
    whole = released(path)
    with Archive(path, clock=lambda: START) as archive:
        withhold(archive, url(1), "hidden", "应当事人要求")
        withhold(archive, url(4), "erased", "应当事人要求")
    left = released(path, "left")
    gone = {row["key"] for row in rows(whole)} - {row["key"] for row in rows(left)}
    assert len(gone) == 2
    for file in left.iterdir():
        assert not [key for key in gone if key.encode() in file.read_bytes()]
        assert sentence(1).encode() not in file.read_bytes()
    assert (left / "hashes.txt").read_bytes() == (whole / "hashes.txt").read_bytes()
    assert "2 versions of 2 withheld documents" in (left / "README.md").read_text(encoding="utf-8")
    assert verify(path, str(left / "release.json"), deep=True).fault is None


@pytest.mark.parametrize(("rights", "length"), [("full", None), ("excerpt", 201), ("metadata", 0)])
def test_what_others_may_not_have_is_left_out_of_an_open_release(path: Path, rights: str, length: int | None) -> None:
    row = rows(released(path, rights={"news.park.example": rights}))[0]
    assert row["title"] == "园区第1号公告"
    assert len(row["body"] or "") == (length if length is not None else len(rows(released(path, "all"))[0]["body"]))


@pytest.mark.parametrize(
    ("statements", "told"),
    [
        (["DELETE FROM versions WHERE id > 6"],
         "version 7 is missing: the archive ends with version 6, release 2026-03 holds 7"),
        (["DELETE FROM versions", "DELETE FROM documents", "DELETE FROM bulletins", "DELETE FROM version_pages"],
         "version 1 is missing"),
        (["UPDATE releases SET merkle_root = head_hash"], "release 2026-03"),
        (["UPDATE releases SET versions = 6"], "release 2026-03"),
    ],
    ids=["a cut tail", "nothing left", "another root", "another count"],
)  # fmt: skip
def test_what_a_release_does_not_hold_is_found(path: Path, statements: list[str], told: str) -> None:
    execute(path, *statements)
    fault = verify(path, "2026-03").fault
    assert fault is not None
    assert told in fault


def test_a_tail_that_was_cut_with_its_release_is_found_by_the_published_file(path: Path) -> None:
    folder = released(path)
    execute(path, "DELETE FROM version_pages WHERE version_id > 6", "DELETE FROM versions WHERE id > 6",
            "DELETE FROM documents WHERE id > 6", "DELETE FROM releases",
            "DELETE FROM bulletins WHERE document_id > 6", "UPDATE bulletins SET status = 'live', versions = 1,"
            " captured_at = (SELECT captured_at FROM versions WHERE document_id = 2) WHERE document_id = 2",
            "UPDATE bulletins SET versions = 1, title = '园区第3号公告', captured_at = (SELECT captured_at FROM versions v"
            " WHERE v.document_id = 3), (body, published_at) = (SELECT body, published_at FROM version_details"
            " WHERE document_id = 3) WHERE document_id = 3")  # fmt: skip
    assert verify(path).fault is None, "without the release the cut cannot be seen"
    for told in (folder, folder / "release.json"):
        assert "version 7 is missing" in str(verify(path, str(told)).fault)


def test_a_chain_that_was_written_anew_is_found(path: Path) -> None:
    folder = released(path)
    with closing(sqlite3.connect(path)) as conn:
        conn.row_factory = sqlite3.Row
        found = conn.execute("SELECT v.*, d.key FROM versions v JOIN documents d ON d.id = document_id ORDER BY v.id")
        versions = [dict(row) for row in found]
    forged = []
    head = ""
    for row in versions:
        with closing(sqlite3.connect(path)) as conn:
            raws = [
                raw for (raw,) in conn.execute("SELECT raw_sha256 FROM version_pages WHERE version_id = ?", [row["id"]])
            ]
        told = {
            **row,
            "prev_hash": head,
            "observed_at": "2020-01-01T00:00:00Z" if row["id"] == 4 else row["observed_at"],
        }
        head = version_digest(told, row["key"], raws)
        forged.append(f"UPDATE versions SET prev_hash = '{told['prev_hash']}', observed_at = '{told['observed_at']}',"
                      f" hash = '{head}' WHERE id = {row['id']}")  # fmt: skip
    execute(path, "DELETE FROM releases", *forged)
    assert verify(path).fault is None, "without the release the forgery cannot be seen"
    assert "written anew" in str(verify(path, str(folder)).fault)


def test_a_release_of_one_version_is_held(tmp_path: Path) -> None:
    make(tmp_path / "one.db", 1)
    with Archive(tmp_path / "one.db") as archive:
        freeze(archive, "one")
    assert verify(tmp_path / "one.db", "one").fault is None


def test_a_release_that_ends_before_the_first_version_is_none(path: Path) -> None:
    execute(path, "UPDATE releases SET last_version_id = 0, versions = 0")
    assert verify(path).fault == "release 2026-03 says that it ends with version 0"


@pytest.mark.parametrize(
    "change",
    [{"last_version_id": 0, "versions": 0}, {"last_version_id": -7}, {"last_version_id": "7"}, {"versions": 6},
     {"versions": True}, {"format": 2}, {"merkle_root": None}, {"tag": 3}],
)  # fmt: skip
def test_a_published_file_that_says_what_none_does_is_refused(path: Path, change: dict[str, object]) -> None:
    file = released(path) / "release.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | change))
    with pytest.raises(Problem, match=r"no release\.json"):
        verify(path, str(file))


def test_a_disk_that_is_full_leaves_no_folder(path: Path) -> None:
    limited = ["sh", "-c", 'ulimit -f 8; exec "$0" "$@"', str(Path(sys.executable).parent / "gaoxin")]
    done = subprocess.run([*limited, "release", "2026-03", "--archive", path], capture_output=True, check=False)
    assert done.returncode == 2 and done.stderr.count(b"\n") == 1, done.stderr
    assert [file.name for file in path.parent.iterdir() if file.is_dir()] == []


@pytest.mark.parametrize("tag", ["a/b", "../x"])
def test_the_command_says_that_a_folder_is_no_name(gaoxin: Command, path: Path, tag: str) -> None:
    done = gaoxin("release", tag, "--archive", path)
    assert (done.returncode, "no name for a release" in done.stderr) == (2, True)


@pytest.mark.parametrize("tag", ["", "a b", "../x", "-", "x" * 65, "a/b"])
def test_a_name_that_is_none_is_refused(path: Path, tag: str) -> None:
    with Archive(path) as archive, pytest.raises(Problem, match="no name for a release"):
        freeze(archive, tag)


def test_the_command(path: Path, gaoxin: Command) -> None:
    made = gaoxin("release", "二〇二六", "--archive", path)
    assert made.returncode == 0, made.stderr
    assert "9 versions" in made.stdout and "SHA256SUMS" in made.stdout
    checked = gaoxin("verify", "--release", "二〇二六", "--deep", "--archive", path)
    assert (checked.returncode, "every version of: 二〇二六, 2026-03" in checked.stdout) == (0, True)
    again = gaoxin("release", "二〇二六", "--archive", path)
    assert (again.returncode, again.stderr.count("\n")) == (2, 1) and "is there already" in again.stderr
    shutil.rmtree(path.with_name("bulletins-二〇二六"))
    with closing(sqlite3.connect(path)) as conn, conn:
        conn.execute("UPDATE releases SET created_at = '2026-03-09T23:50:00Z'")
    again = gaoxin("release", "二〇二六", "--archive", path)
    assert "released before, on 2026-03-10: its files are written again, as it stood then" in again.stdout
    assert "left out" not in again.stdout
    shutil.rmtree(path.with_name("bulletins-二〇二六"))
    with Archive(path) as archive:
        key = archive.conn.execute("SELECT key FROM documents WHERE id = 1").fetchone()[0]
        number = archive.conn.execute("SELECT count(*) FROM versions WHERE document_id = 1").fetchone()[0]
    assert gaoxin("withhold", key, "--level", "hidden", "--reason", "要求", "--archive", path).returncode == 0
    again = gaoxin("release", "二〇二六", "--archive", path)
    assert f"{number} versions of withheld documents are left out of its rows" in again.stdout
    unknown = gaoxin("verify", "--release", "1999", "--archive", path)
    assert unknown.returncode == 2 and "the archive has 2026-03, 二〇二六" in unknown.stderr
    execute(path, "DELETE FROM versions WHERE id > 8")
    cut = gaoxin("verify", "--release", "二〇二六", "--archive", path)
    assert cut.returncode == 1 and "version 9 is missing" in cut.stdout
    empty = path.with_name("empty.db")
    Archive(empty).close()
    assert "nothing to release" in gaoxin("release", "x", "--archive", empty).stderr
    assert gaoxin("release", "x", "--archive", path.with_name("none.db")).returncode == 2
