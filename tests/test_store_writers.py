"""The archive when writing fails, when others write, and when a writer is killed: all of an append, or nothing of it."""

from __future__ import annotations

import random
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from itertools import count
from pathlib import Path

import pytest

from archive.pages import PageStore, pages_path
from archive.store import Archive
from archive.verify import verify
from tests.captures import URL, append, bulletin, fault, gone, page, rows, shown

PROJECT = Path(__file__).parent.parent


# All or nothing


def totals(archive: Archive) -> list[int]:
    tables = "documents urls observations contents versions version_pages bulletins links fingerprints".split()
    return [rows(archive, f"SELECT count(*) FROM {table}")[0][0] for table in tables] + [
        rows(archive, "SELECT count(*) FROM bulletins_fts WHERE bulletins_fts MATCH '高 OR 新'")[0][0]
    ]


def blobs(archive: Archive) -> int:
    with closing(sqlite3.connect(pages_path(archive.path))) as conn:
        return int(conn.execute("SELECT count(*) FROM blobs").fetchone()[0])


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt])
def test_an_exception_in_a_transaction_leaves_nothing(archive: Archive, error: type[BaseException]) -> None:
    append(archive, "高" * 100, 1)
    before = totals(archive), shown(archive), blobs(archive)
    with pytest.raises(error), archive.transaction():
        append(archive, "新" * 100, 2)
        append(archive, "高新" * 100, 2, URL + "?2")
        archive.observe(page(2, URL + "?3"))
        gone(archive, 3)
        raise error
    assert (totals(archive), shown(archive), blobs(archive)) == before
    assert append(archive, "新", 2) == "edited"
    assert fault(archive) is None


@pytest.mark.parametrize(
    "step",
    [
        "bulletins.search.add",
        "bulletins.dedupe.add",
        "bulletins.clusters.relink",
        "bulletins.dedupe.find",
        "store.version_digest",
    ],
)
def test_an_append_that_fails_half_way_leaves_nothing(
    archive: Archive, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    append(archive, "高" * 100, 1)
    before = totals(archive), shown(archive), blobs(archive)

    def fail(*arguments: object) -> None:
        raise RuntimeError(step)

    with monkeypatch.context() as patch, pytest.raises(RuntimeError, match=step):
        patch.setattr(f"archive.{step}", fail)
        append(archive, "新" * 100, 2)
    assert (totals(archive), shown(archive), blobs(archive)) == before
    assert append(archive, "新" * 100, 2) == "edited"
    assert fault(archive) is None


def test_pages_are_durable_before_the_versions_that_name_them(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = []
    commit = archive.pages.commit
    monkeypatch.setattr(
        archive.pages, "commit", lambda: (commit(), seen.append((blobs(archive), archive.conn.in_transaction)))
    )
    append(archive, "一", 1)
    assert seen == [(1, True)]


def test_a_failing_write_of_the_pages_keeps_no_version(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise sqlite3.OperationalError("disk I/O error")

    with monkeypatch.context() as patch, pytest.raises(sqlite3.OperationalError):
        patch.setattr(archive.pages, "commit", fail)
        append(archive, "一", 1)
    assert totals(archive) == [0] * 10
    assert append(archive, "一", 1) == "new"


@pytest.mark.parametrize("file", ["archive", "pages"])
def test_a_full_disk_is_an_error_and_leaves_no_half_state(archive: Archive, file: str) -> None:
    append(archive, "高" * 100, 0)
    rng = random.Random(file)
    conn = archive.conn if file == "archive" else archive.pages.conn
    conn.execute(f"PRAGMA max_page_count = {conn.execute('PRAGMA page_count').fetchone()[0] + 40}")
    appended, failures = 1, 0
    for n in range(1, 60):
        before = totals(archive)
        text = "".join(chr(rng.randrange(0x4E00, 0x9000)) for _ in range(rng.choice((50, 3000))))
        try:
            with archive.transaction():
                for part in "高新":
                    url = f"{URL}?{n}{part}"
                    archive.append(bulletin(part + text, url), [page(n, url, rng.randbytes(len(text)))])
            appended += 2
        except sqlite3.OperationalError as error:
            assert "full" in str(error)
            failures += 1
            assert totals(archive) == before
            assert not archive.conn.in_transaction
    assert failures > 5
    assert appended > 5
    verified = verify(archive.path)
    assert (verified.fault, verified.versions) == (None, appended)
    conn.execute("PRAGMA max_page_count = 1000000")
    assert append(archive, "新" * 100, 99) == "edited"
    assert fault(archive) is None


# Other writers


WRITER = """
import sys
from datetime import UTC, datetime
from archive.store import Archive
from scrapers.model import Bulletin, Page
path, name, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
with Archive(path) as archive:
    print("ready", flush=True)
    sys.stdin.readline()
    for n in range(count):
        with archive.transaction():
            for url in (f"http://{name}.cn/{n // 2}", f"http://both.cn/{n // 4}"):
                archive.append(Bulletin(url, "s", body=f"{name} {n}" * 9), [Page(url, url.encode(), datetime.now(UTC))])
"""


def test_two_processes_write_one_archive_at_once(tmp_path: Path) -> None:
    path = tmp_path / "bulletins.db"
    Archive(path).close()
    pipes = {
        "stdin": subprocess.PIPE,
        "stdout": subprocess.PIPE,
        "stderr": subprocess.PIPE,
        "cwd": PROJECT,
        "text": True,
    }
    writers = [subprocess.Popen([sys.executable, "-c", WRITER, str(path), name, "40"], **pipes) for name in "ab"]
    for writer in writers:
        assert writer.stdout.readline() == "ready\n"
    for writer in writers:
        writer.stdin.write("go\n")
        writer.stdin.flush()
    assert [writer.communicate(timeout=100)[1] for writer in writers] == ["", ""]
    verified = verify(path)
    assert verified.fault is None
    with closing(sqlite3.connect(path)) as conn:
        counts = dict(conn.execute("SELECT substr(url, 8, 4), sum(versions) FROM bulletins GROUP BY 1"))
    assert counts["a.cn"] == counts["b.cn"] == 40
    assert counts["both"] <= 80


def test_the_archive_is_always_locked_before_its_pages(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two writers that take the two locks in opposite orders wait for each other until both fail."""
    put = archive.pages.put
    locked = []
    monkeypatch.setattr(archive.pages, "put", lambda *told: (locked.append(archive.conn.in_transaction), put(*told))[1])
    append(archive, "一", 1)
    gone(archive, 2)
    archive.observe(page(3))
    assert locked == [True] * len(locked)
    assert len(locked) >= 3


def test_an_observation_that_failed_leaves_no_page_locked(archive: Archive) -> None:
    archive.conn.execute("PRAGMA busy_timeout = 0")
    with closing(sqlite3.connect(archive.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            archive.observe(page(1))
        with closing(PageStore(pages_path(archive.path))) as pages:
            pages.conn.execute("PRAGMA busy_timeout = 0")
            pages.put(b"of another writer")
            pages.commit()


# A writer that is killed


def start_writer(path: Path, seed: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.faults.kill", str(path), str(seed)],
        cwd=PROJECT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def kill(writer: subprocess.Popen[str], rng: random.Random, at_start: bool) -> list[str]:
    """Kill a writer while it starts, or at a random moment after so many transactions; returns what it printed."""
    told = []
    if at_start:
        time.sleep(rng.uniform(0.2, 0.5))
    else:
        told.append(writer.stdout.readline())
        assert told == ["open\n"], writer.stderr.read()
        told += [writer.stdout.readline() for _ in range(rng.randrange(12))]
        time.sleep(rng.expovariate(1 / 0.02))
    writer.send_signal(signal.SIGKILL)
    told += writer.stdout.readlines()
    with writer:
        assert writer.stderr.read() == ""
    return told


def kill_again_and_again(path: Path, kills: int, seed: int = 0) -> None:
    """Kill a writer until so many kills have met it inside a transaction; every fifth is sent while it starts and opens."""
    rng = random.Random(f"{kills} {seed}")
    acknowledged: dict[str, int] = {}
    inside = 0
    for n in count():
        assert n < 3 * kills, f"only {inside} of {n} kills met a transaction"
        if inside == kills:
            break
        told = kill(start_writer(path, n), rng, at_start=n % 5 == 0)
        inside += bool(told) and told[-1] == "begin\n"
        for line in told:
            name, _, version = line.partition(" ")
            if version and line.endswith(".\n"):
                acknowledged[name] = int(version[:-2])
        if not path.exists():
            continue
        Archive(path).close()
        verified = verify(path)
        assert verified.fault is None
        with closing(sqlite3.connect(path)) as conn:
            kept = dict(conn.execute("SELECT url, versions FROM bulletins"))
            running = conn.execute("SELECT count(*) FROM documents WHERE id NOT IN (SELECT document_id FROM versions)")
            assert running.fetchone() == (0,)
        lost = {name: version for name, version in acknowledged.items() if kept.get(f"http://a.cn/{name}", 0) < version}
        assert lost == {}
        halves = {
            url: count
            for url, count in kept.items()
            if kept.get(url.replace("a.cn", "b.cn")) != count and "a.cn" in url
        }
        assert halves == {}
    assert len(acknowledged) > kills


def test_a_killed_writer_loses_nothing_it_acknowledged_and_leaves_nothing_half(tmp_path: Path) -> None:
    kill_again_and_again(tmp_path / "bulletins.db", 15)


@pytest.mark.soak
@pytest.mark.parametrize("archive", range(8))
def test_a_writer_killed_five_hundred_times_loses_nothing(tmp_path: Path, archive: int) -> None:
    kill_again_and_again(tmp_path / "bulletins.db", 500, seed=archive)
