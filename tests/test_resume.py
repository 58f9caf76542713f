"""Runs that were cut short, and lists that were read in part: what the next run makes good, and how far it reads."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from archive import ledger
from archive.store import Archive
from archive.verify import verify
from flows import steps
from flows.demo import DAYS, SITES
from flows.job import Job, Run
from flows.lock import held, is_abandoned
from scrapers.model import Bulletin, Problem
from scrapers.sources import all_sources
from tests.conftest import PROJECT, Command
from tests.made import MADE, archived, listed, made_site, morning, rows
from tests.warm import Warm

LISTED = [name for name, source in all_sources().items() if source.sections and (SITES / name / "index.json").exists()]
BACKFILL = "tests.faults.stopped:backfill"


def has_run(archive: Path) -> bool:
    try:
        return bool(rows(archive, "SELECT 1 FROM runs"))
    except sqlite3.OperationalError:
        return False


class Interrupting(int):
    """A number that ends the run where it is compared for the fifth time."""

    def __init__(self, value: int) -> None:
        self.times = 0

    def __le__(self, other: int) -> bool:
        self.times += 1
        if self.times > 4:
            raise KeyboardInterrupt
        return False


DAYS_OF_FEBRUARY = (date(2026, 1, 1), date(2026, 2, 28))


def test_one_job_of_a_kind_at_a_time(samples: Path, tmp_path: Path) -> None:
    job = Job(tmp_path / "a.db", samples, morning(DAYS[0]))
    with held(job.archive, "fetch nchdz"), pytest.raises(Problem, match="under way"):
        asyncio.run(steps.fetch(job, ["nchdz"]))
    (run,) = asyncio.run(steps.fetch(job, ["nchdz"]))
    assert run.state == "completed"


@pytest.mark.parametrize("source", LISTED)
def test_a_backfill_that_is_killed_is_carried_on_and_asks_for_nothing_twice(
    warm: Warm, samples: Path, tmp_path: Path, source: str
) -> None:
    archive = tmp_path / "killed.db"
    for done in (1, 1, 99):
        ended = warm.run([archive, samples, str(done), source], tmp_path, entry=BACKFILL)
        if ended.returncode == 0:
            break
        assert ended.returncode == -signal.SIGKILL, ended.stderr
    asked = Counter(row["url"] for row in rows(archive, "SELECT url FROM observations"))
    twice = {url for url, times in asked.items() if times > 1}
    assert len(twice) <= 2, "more than the list that each of the two had read last was asked for twice"
    assert not twice & {row["url"] for row in rows(archive, "SELECT url FROM urls")}, "an article was"
    undisturbed = tmp_path / "undisturbed.db"
    assert warm.run([undisturbed, samples, "99", source], tmp_path, entry=BACKFILL).returncode == 0
    state = "SELECT key, title, body, versions FROM bulletins ORDER BY key"
    assert [tuple(row) for row in rows(archive, state)] == [tuple(row) for row in rows(undisturbed, state)]
    assert len(rows(archive, state)) > 5
    assert rows(archive, "SELECT DISTINCT state FROM slices")[0]["state"] == "done"
    states = [row["state"] for row in rows(archive, "SELECT state FROM runs ORDER BY id")]
    assert states[-1] == "completed"
    assert set(states[:-1]) <= {"crashed"}
    assert verify(archive).fault is None


def test_a_run_that_was_killed_is_told_with_what_it_had_counted(
    warm: Warm, gaoxin: Command, samples: Path, tmp_path: Path
) -> None:
    archive, state = tmp_path / "killed.db", {"GAOXIN_STATE": os.environ["GAOXIN_STATE"]}
    assert warm.run([archive, samples, "3", "srrb"], tmp_path, entry=BACKFILL).returncode == -signal.SIGKILL
    with held(archive, "backfill srrb"):
        told = gaoxin("status", "--archive", archive, env=state).stdout
        assert re.search(r"backfill srrb · running\n  listed [1-9]\d* · new [1-9]", told)
    told = gaoxin("status", "--archive", archive, env=state).stdout
    assert re.search(r"backfill srrb · crashed\n  listed [1-9]\d* · new [1-9]", told)
    told = gaoxin("status", "--archive", archive, env={"GAOXIN_STATE": str(tmp_path / "another")}).stdout
    assert "backfill srrb · running" in told, "nobody knows"


def test_who_looks_at_a_lock_holds_up_nobody(tmp_path: Path) -> None:
    archive = tmp_path / "a.db"
    with held(archive, "fetch nchdz"):
        assert not is_abandoned(archive, "fetch nchdz")
    assert is_abandoned(archive, "fetch nchdz") and not is_abandoned(archive, "fetch srrb")
    looked = threading.Event()

    def look() -> None:
        while not looked.is_set():
            is_abandoned(archive, "fetch nchdz")
            time.sleep(0.001)

    watcher = threading.Thread(target=look)
    watcher.start()
    for _ in range(200):
        with held(archive, "fetch nchdz"):
            pass
    looked.set()
    watcher.join()


def test_one_that_is_alive_is_not_carried_on(samples: Path, tmp_path: Path) -> None:
    """Two backfills of the same days at once: the second is refused, the first ends undisturbed."""
    archive, wait = tmp_path / "a.db", tmp_path / "a.db.wait"
    wait.touch()
    code = "from tests.faults.stopped import backfill; backfill()"
    process = subprocess.Popen([sys.executable, "-c", code, archive, samples, "99", "nchdz"], cwd=PROJECT)
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and not (archive.exists() and has_run(archive)):
        time.sleep(0.05)
    job = Job(archive, samples, morning(DAYS[2]))
    with pytest.raises(Problem, match="under way"):
        asyncio.run(steps.backfill(job, "nchdz", date(2026, 2, 4), date(2026, 3, 4)))
    assert process.poll() is None
    wait.unlink()
    assert process.wait(60) == 0
    assert [row["state"] for row in rows(archive, "SELECT state FROM runs")] == ["completed"]


def test_a_fetch_never_walks_the_history(tmp_path: Path) -> None:
    """One new bulletin, and a dead link on every list page, must not lead a fetch through the whole list."""
    names = [f"n{number:02}" for number in range(20)]
    job = Job(tmp_path / "a.db", made_site(tmp_path / "1.warc.gz", names), MADE)
    (first,) = asyncio.run(steps.fetch(job, ["nchdz"]))
    assert first.counts.new == 4
    later = made_site(tmp_path / "2.warc.gz", ["fresh", *names, "old"], dead=tuple(names[1::2]))
    for expected in (1, 0):
        (run,) = asyncio.run(steps.fetch(replace(job, replay=later), ["nchdz"]))
        assert run.counts.new == expected
        assert run.counts.listed <= 6


def test_a_page_handed_in_does_not_make_the_first_fetch_a_backfill(tmp_path: Path) -> None:
    names = [f"n{number:02}" for number in range(20)]
    job = Job(tmp_path / "a.db", made_site(tmp_path / "1.warc.gz", names), MADE)
    asyncio.run(steps.add(job, ["http://nchdz.nc.gov.cn/a/n15.shtml"]))
    (run,) = asyncio.run(steps.fetch(job, ["nchdz"]))
    assert run.counts.listed == 4


def test_a_backfill_with_a_hole_fails_and_is_carried_on_where_it_is(tmp_path: Path) -> None:
    names = [f"n{number:02}" for number in range(10)]
    broken = made_site(tmp_path / "1.warc.gz", names, broken_list=3)
    job = Job(tmp_path / "a.db", broken, MADE)
    days = (date(2026, 1, 1), date(2026, 2, 28))
    (run,) = asyncio.run(steps.backfill(job, "nchdz", *days))
    assert (run.state, run.counts.new) == ("failed", 4)
    whole = made_site(tmp_path / "2.warc.gz", names)
    (run,) = asyncio.run(steps.backfill(replace(job, replay=whole), "nchdz", *days))
    assert (run.state, run.counts.new, run.counts.listed) == ("completed", 6, 6)


@pytest.mark.parametrize("cut", ["a list page fails", "killed"])
def test_what_a_fetch_that_was_cut_short_left_below_is_fetched_by_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cut: str
) -> None:
    """What it archived itself is no sign that all below is known."""
    old, new = [f"o{n:02}" for n in range(8)], [f"n{n:02}" for n in range(20)]
    job = Job(tmp_path / "a.db", made_site(tmp_path / "1.warc.gz", old), MADE)
    asyncio.run(steps.fetch(job, ["nchdz"]))
    broken = made_site(tmp_path / "2.warc.gz", [*new, *old], broken_list=5 if cut != "killed" else 0)
    if cut == "killed":
        with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
            patch.setattr(steps, "KNOWN_LISTS", Interrupting(9))
            asyncio.run(steps.fetch(replace(job, replay=broken), ["nchdz"]))
    else:
        asyncio.run(steps.fetch(replace(job, replay=broken), ["nchdz"]))
    assert len(archived(job) & listed(new)) == 8, "it came to the fourth list page"
    whole = made_site(tmp_path / "3.warc.gz", [*new, *old])
    (run,) = asyncio.run(steps.fetch(replace(job, replay=whole), ["nchdz"]))
    assert (run.state, archived(job) >= listed(new)) == ("completed", True)
    (run,) = asyncio.run(steps.fetch(replace(job, replay=whole), ["nchdz"]))
    assert run.counts.listed == 4, "from then on two list pages are enough again"


def test_an_article_that_could_not_be_read_is_asked_for_again_where_it_has_gone_down_the_list(tmp_path: Path) -> None:
    names = [f"n{n:02}" for n in range(12)]
    job = Job(tmp_path / "a.db", made_site(tmp_path / "1.warc.gz", names[8:]), MADE)
    asyncio.run(steps.fetch(job, ["nchdz"]))
    asyncio.run(
        steps.fetch(replace(job, replay=made_site(tmp_path / "2.warc.gz", names[2:], dead=("n07",))), ["nchdz"])
    )
    assert "n07" not in str(archived(job))
    asyncio.run(steps.fetch(replace(job, replay=made_site(tmp_path / "3.warc.gz", names)), ["nchdz"]))
    assert archived(job) == listed(names)


def test_one_that_never_can_be_read_makes_no_fetch_go_back_for_ever(tmp_path: Path) -> None:
    names = [f"n{n:02}" for n in range(30)]
    at = [MADE, *(MADE + timedelta(days=days) for days in (1, 16, 17))]
    counts = []
    for n, moment in enumerate(at):
        site = made_site(tmp_path / f"{n}.warc.gz", names[24 - 6 * n :], dead=("n23",))
        job = Job(tmp_path / "a.db", site, moment, clock=lambda moment=moment: moment)
        (run,) = asyncio.run(steps.fetch(job, ["nchdz"]))
        counts.append(run.counts.listed)
    assert counts[1] == 10, "n18 to n23, and two list pages of what was known"
    assert counts[2] == 16, "all that is newer than the first fetch, n23 once more"
    assert counts[3] == 10, "no longer"


def fetch_of(folder: Path, names: list[str], **site: object) -> Run:
    """A fetch of a site as it stands now."""
    file = made_site(folder / f"{len(list(folder.glob('*.warc.gz')))}.warc.gz", names, **site)  # type: ignore[arg-type]
    (run,) = asyncio.run(steps.fetch(Job(folder / "a.db", file, MADE), ["nchdz"]))
    return run


def test_what_a_first_fetch_could_not_read_is_fetched_by_the_next(tmp_path: Path) -> None:
    old, new = [f"o{n:02}" for n in range(8)], [f"n{n:02}" for n in range(12)]
    assert fetch_of(tmp_path, old, broken_list=2).state == "partial"
    assert fetch_of(tmp_path, [*new, *old]).state == "completed"
    assert archived(Job(tmp_path / "a.db")) >= listed([*new, *old[:4]])


def test_an_article_that_a_first_fetch_could_not_read_is_fetched_by_the_next(tmp_path: Path) -> None:
    names = [f"n{n:02}" for n in range(8)]
    fetch_of(tmp_path, names, dead=("n03",))
    fetch_of(tmp_path, ["new", *names])
    assert archived(Job(tmp_path / "a.db")) >= listed(["new", *names[:4]])


def test_a_first_fetch_of_which_nothing_came_makes_the_next_no_backfill(tmp_path: Path) -> None:
    names = [f"n{n:02}" for n in range(60)]
    assert fetch_of(tmp_path, names, dead=tuple(names)).state == "failed"
    assert fetch_of(tmp_path, names).counts.listed == 4


def test_what_stands_on_top_of_a_list_for_long_leads_no_fetch_through_its_history(tmp_path: Path) -> None:
    names = [f"n{n:03}" for n in range(80)]
    fetch_of(tmp_path, names[:2])
    run = fetch_of(tmp_path, names)
    assert run.counts.listed == 2 * (1 + steps.BELOW)


def test_a_row_that_stands_on_every_page_of_a_list_hides_no_news(tmp_path: Path) -> None:
    pinned, old, new = "p00", [f"o{n:02}" for n in range(4)], [f"n{n:02}" for n in range(6)]
    fetch_of(tmp_path, [pinned, *old])
    pairs = [(pinned, name) for name in (*new, *old)]
    run = fetch_of(tmp_path, [name for pair in pairs for name in pair])
    assert (run.state, run.counts.new) == ("completed", len(new))


def test_what_a_run_beside_it_archives_later_is_no_ground(tmp_path: Path) -> None:
    old, new = [f"o{n:02}" for n in range(4)], [f"n{n:02}" for n in range(12)]
    fetch_of(tmp_path, old)
    with Archive(tmp_path / "a.db") as archive:
        beside = ledger.start_run(archive, "backfill", "nchdz", {}, "command", None, "0")
        fetch_of(tmp_path, ["o99", *old])
        for name in new[:4]:
            archive.append(Bulletin(f"http://nchdz.nc.gov.cn/a/{name}.shtml", "nchdz", body=name), run=beside)
    fetch_of(tmp_path, [*new, "o99", *old])
    assert archived(Job(tmp_path / "a.db")) >= listed(new)


def test_a_backfill_that_is_carried_on_asks_again_for_what_it_could_not_read(tmp_path: Path) -> None:
    names = [f"n{n:02}" for n in range(10)]
    job = Job(tmp_path / "a.db", made_site(tmp_path / "1.warc.gz", names, dead=("n01",), broken_list=4), MADE)
    (run,) = asyncio.run(steps.backfill(job, "nchdz", *DAYS_OF_FEBRUARY))
    assert run.state == "failed"
    whole = made_site(tmp_path / "2.warc.gz", names)
    (run,) = asyncio.run(steps.backfill(replace(job, replay=whole), "nchdz", *DAYS_OF_FEBRUARY))
    assert (run.state, archived(job)) == ("completed", listed(names))


@pytest.mark.parametrize("dead", [(), ("n01",)], ids=["", "below an article that failed"])
@pytest.mark.parametrize("change", ["rows are taken away", "rows are added"])
def test_a_backfill_that_is_carried_on_sees_that_the_list_has_shifted(
    tmp_path: Path, change: str, dead: tuple[str, ...]
) -> None:
    names = [f"n{n:02}" for n in range(12)]
    job = Job(tmp_path / "a.db", made_site(tmp_path / "1.warc.gz", names, dead=dead, broken_list=4), MADE)
    asyncio.run(steps.backfill(job, "nchdz", *DAYS_OF_FEBRUARY))
    now = names[3:] if change == "rows are taken away" else ["p1", "p2", "p3", *names]
    (run,) = asyncio.run(
        steps.backfill(replace(job, replay=made_site(tmp_path / "2.warc.gz", now)), "nchdz", *DAYS_OF_FEBRUARY)
    )
    assert (run.state, archived(job)) == ("completed", listed(sorted({*names, *now} - ({*dead} - {*now}))))
