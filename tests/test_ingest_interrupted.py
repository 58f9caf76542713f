"""An ingest that is killed or stopped is carried on to the same archive, however many processes read. Its memory is flat."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from archive.verify import verify
from flows import bulk
from scrapers.captures import Entry, captures
from scrapers.warc import write
from tests.crawls import VERSIONS, ingest, rows, whole
from tests.warm import Warm


def killed(warm: Warm, folder: Path, file: Path, after: int, workers: int = 1) -> Path:
    """The archive of a file whose ingest is killed at this append, and then carried on to its end."""
    archive = folder / f"{after}.db"
    first, second = (
        warm.run([archive, file, str(left), str(workers)], folder, entry="tests.faults.stopped:ingest")
        for left in (after, 0)
    )
    assert first.returncode == -signal.SIGKILL, first.stderr
    assert second.returncode == 0, second.stderr
    done = (after - 1) // bulk.BATCH * bulk.BATCH
    assert int(second.stdout) == sum(1 for _ in entries(file)) - done, "no batch that was done is read again"
    return archive


def entries(file: Path) -> list[Entry]:
    with captures(file) as held:
        return list(held.entries())


@pytest.mark.parametrize(("after", "workers"), [(1, 1), (75, 1), (101, 2)])
def test_one_that_is_killed_is_carried_on_to_the_same_archive(
    warm: Warm, crawl: Path, undisturbed: Path, tmp_path: Path, after: int, workers: int
) -> None:
    archive = killed(warm, tmp_path, crawl, after, workers)
    assert whole(archive) == whole(undisturbed)
    assert verify(archive).fault is None
    assert [row[0] for row in rows(archive, "SELECT state FROM runs")] == ["crashed", "completed"]


@pytest.mark.parametrize("workers", ["1", "2"])
def test_ctrl_c_stops_it_after_the_batch_under_way(
    crawl: Path, undisturbed: Path, tmp_path: Path, workers: str
) -> None:
    """As a terminal does it: the signal goes to every process of the command."""
    command = [str(Path(sys.executable).parent / "gaoxin"), "ingest", str(crawl), "--workers", workers]
    env = {**os.environ, "PYTHONUNBUFFERED": "1"}
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    started = subprocess.Popen(command, cwd=tmp_path, env=env, text=True, start_new_session=True, **streams)
    assert started.stdout and "record 50 of 120" in started.stdout.readline()
    os.killpg(started.pid, signal.SIGINT)
    stdout, stderr = started.communicate(timeout=20)
    assert (started.returncode, stderr) == (130, "gaoxin: stopped by hand; what was archived so far is kept\n")
    assert "record 120" not in stdout
    archive = tmp_path / "bulletins.db"
    assert rows(archive, "SELECT state, cleaned FROM runs") == [("crashed", None)]
    assert ingest(archive, crawl).state == "completed"
    assert [row[:5] for row in rows(archive, VERSIONS)] == [row[:5] for row in rows(undisturbed, VERSIONS)]
    assert rows(archive, "SELECT count(*) FROM observations") == [(120,)], "nothing is read twice"


@pytest.mark.parametrize("workers", [1, 2])
def test_what_was_cleaned_is_counted_whoever_reads(
    crawl: Path, undisturbed: Path, tmp_path: Path, workers: int
) -> None:
    ingest(tmp_path / "a.db", crawl, workers=workers)
    (told,) = rows(tmp_path / "a.db", "SELECT cleaned FROM runs")
    assert json.loads(str(told[0]))["width"] >= 120
    assert [told] == rows(undisturbed, "SELECT cleaned FROM runs")


@pytest.mark.soak
def test_interrupted_at_twenty_points_the_archive_is_the_same(warm: Warm, shared: Path, tmp_path: Path) -> None:
    from tests.bench.ingest import crawled

    write(tmp_path / "crawl.warc.gz", crawled(shared, 250))
    ingest(tmp_path / "a.db", tmp_path / "crawl.warc.gz")
    for point in range(20):
        archive = killed(warm, tmp_path, tmp_path / "crawl.warc.gz", 1 + point * 12, workers=1 + point % 2)
        assert whole(archive) == whole(tmp_path / "a.db"), point


@pytest.mark.soak
def test_five_thousand_pages_interrupted_twenty_times_make_the_same_archive(
    warm: Warm, shared: Path, tmp_path: Path
) -> None:
    from tests.bench.ingest import crawled

    write(tmp_path / "crawl.warc.gz", crawled(shared, 5000))
    ingest(tmp_path / "a.db", tmp_path / "crawl.warc.gz")
    told = [tmp_path / "b.db", tmp_path / "crawl.warc.gz"]
    for point in range(20):
        died = warm.run([*told, str(200 + point), str(1 + point % 2)], tmp_path, entry="tests.faults.stopped:ingest")
        assert died.returncode == -signal.SIGKILL, died.stderr
    ended = warm.run([*told, "0", "1"], tmp_path, entry="tests.faults.stopped:ingest")
    assert ended.returncode == 0, ended.stderr
    assert whole(tmp_path / "b.db") == whole(tmp_path / "a.db")
    assert verify(tmp_path / "b.db").fault is None


@pytest.mark.soak
def test_memory_is_flat_however_long_the_file(shared: Path) -> None:
    peaks = []
    for pages in (1000, 5000):
        command = [sys.executable, "-m", "tests.bench.ingest", "--memory", "--pages", str(pages)]
        told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        peaks.append(float(told.split()[-2]))
    assert peaks[1] < 500
    assert peaks[1] < 1.25 * peaks[0], peaks
