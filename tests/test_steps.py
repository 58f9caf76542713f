"""Jobs on the sample sites: three days played, every change named rightly, backfills that are killed and carried on."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from archive import ledger
from archive.store import Archive
from archive.verify import verify
from flows import steps
from flows.demo import DAYS, HANDED_IN, SITES
from flows.job import Job, Run
from flows.lock import held, is_abandoned
from scrapers import warc
from scrapers.model import Bulletin, Page, Problem
from scrapers.sources import all_sources
from tests.conftest import PROJECT, Command, expected_pages
from tests.made import MADE, archived, listed, made_site, rows
from tests.warm import Warm

SITE_NAMES = sorted(index.parent.name for index in SITES.glob("*/index.json"))
LISTED = [source.name for source in all_sources().values() if source.sections and source.name in SITE_NAMES]
FIELDS = ("title", "published_at", "origin", "author", "editor")


def morning(day: str) -> datetime:
    return datetime.fromisoformat(f"{day}T12:00:00+08:00")


def play(archive: Path, samples: Path, day: str) -> list[Run]:
    """One day as the demo plays it."""
    job = Job(archive, samples, morning(day))
    runs = asyncio.run(steps.fetch(job, LISTED))
    if day == DAYS[0]:
        runs += asyncio.run(steps.add(job, HANDED_IN))
    return runs + asyncio.run(steps.recheck(job))


@pytest.fixture(scope="module")
def played(samples: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The archive after three days."""
    folder = tmp_path_factory.mktemp("played")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GAOXIN_STATE", str(folder / "state"))
        for day in DAYS:
            runs = play(folder / "three days.db", samples, day)
            assert {run.state for run in runs} == {"completed"}, runs
    yield folder / "three days.db"


def test_every_change_of_three_days_is_named_rightly(played: Path) -> None:
    told = json.loads((SITES / "changes.json").read_text(encoding="utf-8"))["changes"]
    expected = sorted((day, url, change) for day, url, change in told)
    found = rows(
        played,
        "SELECT date(v.captured_at, '+8 hours') AS day, u.url, v.change FROM versions v"
        " JOIN urls u ON u.document_id = v.document_id AND u.why = 'first'",
    )
    assert sorted(tuple(row) for row in found) == expected


def test_a_day_played_again_changes_nothing(played: Path, samples: Path, tmp_path: Path) -> None:
    before = rows(played, "SELECT count(*), max(hash) FROM versions")[0]
    play(played, samples, DAYS[-1])
    assert tuple(rows(played, "SELECT count(*), max(hash) FROM versions")[0]) == tuple(before)
    assert verify(played).fault is None


@pytest.mark.parametrize("site", SITE_NAMES)
def test_the_archive_holds_what_the_pages_say(played: Path, site: str) -> None:
    for key, expected in expected_pages(site).items():
        day, url = key.split("|", 1)
        number = DAYS[int(day.removeprefix("day")) - 1]
        (row,) = rows(
            played,
            "SELECT v.* FROM version_details v JOIN urls u ON u.document_id = v.document_id WHERE u.url = ?"
            " AND date(v.captured_at, '+8 hours') <= ? ORDER BY v.captured_at DESC, v.id DESC LIMIT 1",
            *(url, number),
        )
        assert {name: row[name] for name in FIELDS} == {name: expected[name] for name in FIELDS}, key
        assert row["body"].split("\n") == expected["body"], key
        assert len(json.loads(row["images"])) == expected["images"], key
        assert json.loads(row["attachments"]) == expected["attachments"], key
        extra = json.loads(row["extra"])
        assert extra.get("captions", []) == expected.get("captions", []), key
        for name in ("intro_title", "subtitle"):
            assert extra.get(name) == expected.get(name), key


def test_copies_are_linked_and_look_alikes_are_not(played: Path) -> None:
    told = json.loads((SITES / "copies.json").read_text(encoding="utf-8"))
    found = {
        frozenset((row["a"], row["b"])): row["kind"]
        for row in rows(
            played,
            "SELECT u.url AS a, w.url AS b, l.kind FROM links l JOIN urls u ON u.document_id = l.document_id"
            " JOIN urls w ON w.document_id = l.other_id WHERE l.retired_run_id IS NULL",
        )
    }
    for one, other, kind in told["copies"]:
        assert found.get(frozenset((one, other))) == kind, (one, other)
    for one, other in told["not_copies"]:
        assert found.get(frozenset((one, other))) not in ("exact", "near"), (one, other)


def test_only_pages_whose_layout_fits_none_are_read_the_generic_way(played: Path) -> None:
    found = rows(
        played,
        "SELECT DISTINCT d.source FROM versions v JOIN documents d ON d.id = v.document_id WHERE layout = 'generic'",
    )
    assert {row["source"] for row in found} <= {"cloaked", "news.hkpark.example"}


def test_a_first_fetch_reads_two_list_pages_and_a_later_one_stops_at_known_ones(samples: Path, tmp_path: Path) -> None:
    job = Job(tmp_path / "a.db", samples, morning(DAYS[0]))
    (first,) = asyncio.run(steps.fetch(job, ["nchdz"]))
    (again,) = asyncio.run(steps.fetch(job, ["nchdz"]))
    assert (first.counts.new, again.counts.new, again.counts.fetched) == (8, 0, 0)
    slices = rows(tmp_path / "a.db", "SELECT slice, state, run_id FROM slices ORDER BY slice")
    assert [tuple(row) for row in slices] == [(name, "done", again.id) for name in ("1", "2", "newest")]


def test_a_backfill_takes_the_days_asked_for(samples: Path, tmp_path: Path) -> None:
    job = Job(tmp_path / "a.db", samples, morning(DAYS[0]))
    (run,) = asyncio.run(steps.backfill(job, "nchdz", date(2026, 2, 1), date(2026, 2, 12)))
    days = [row["published_at"][:10] for row in rows(job.archive, "SELECT published_at FROM bulletins ORDER BY 1")]
    assert days == ["2026-02-04", "2026-02-06", "2026-02-12"]
    assert run.counts.listed == 3


def test_a_gone_page_is_only_believed_where_it_was_captured(samples: Path, tmp_path: Path) -> None:
    job = Job(tmp_path / "a.db", samples, morning(DAYS[0]))
    asyncio.run(steps.fetch(job, ["nchdz"]))
    other = tmp_path / "other.warc.gz"
    warc.write(other, [page for page in warc.read(samples) if "163.com" in page.url])
    (run,) = asyncio.run(steps.recheck(replace(job, replay=other)))
    assert (run.counts.gone, run.counts.failed) == (0, 0)


def test_a_moment_without_a_file_is_a_problem(tmp_path: Path) -> None:
    with pytest.raises(Problem, match="is for a replay"):
        asyncio.run(steps.fetch(Job(tmp_path / "a.db", at=morning(DAYS[0])), ["nchdz"]))
    assert not (tmp_path / "a.db").exists()


def test_one_job_of_a_kind_at_a_time(samples: Path, tmp_path: Path) -> None:
    job = Job(tmp_path / "a.db", samples, morning(DAYS[0]))
    with held(job.archive, "fetch nchdz"), pytest.raises(Problem, match="under way"):
        asyncio.run(steps.fetch(job, ["nchdz"]))
    (run,) = asyncio.run(steps.fetch(job, ["nchdz"]))
    assert run.state == "completed"


BACKFILL = "tests.faults.stopped:backfill"


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


def has_run(archive: Path) -> bool:
    try:
        return bool(rows(archive, "SELECT 1 FROM runs"))
    except sqlite3.OperationalError:
        return False


def test_pages_without_bytes_of_their_own_still_make_versions(samples: Path, tmp_path: Path) -> None:
    """What a run has kept is what was served: every version's raw page is in the page store."""
    job = Job(tmp_path / "a.db", samples, morning(DAYS[0]))
    asyncio.run(steps.fetch(job, ["nchdz"]))
    with Archive(job.archive) as archive:
        for row in rows(job.archive, "SELECT raw_sha256 FROM version_pages"):
            assert archive.pages.get(row["raw_sha256"])


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


# What a run that was cut short leaves


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


class Interrupting(int):
    """A number that ends the run where it is compared for the fifth time."""

    def __init__(self, value: int) -> None:
        self.times = 0

    def __le__(self, other: int) -> bool:
        self.times += 1
        if self.times > 4:
            raise KeyboardInterrupt
        return False


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


DAYS_OF_FEBRUARY = (date(2026, 1, 1), date(2026, 2, 28))


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


def test_a_source_that_cannot_start_holds_up_no_other(samples: Path, tmp_path: Path) -> None:
    job = Job(tmp_path / "a.db", samples, morning(DAYS[0]))
    with held(job.archive, "fetch srrb"), pytest.raises(Problem, match="under way"):
        asyncio.run(steps.fetch(job, ["nchdz", "srrb"]))
    assert [tuple(row) for row in rows(job.archive, "SELECT source, state, new FROM runs")] == [
        ("nchdz", "completed", 8)
    ]


def test_a_known_article_that_leads_to_the_home_page_is_gone_and_one_in_a_strange_layout_fails(tmp_path: Path) -> None:
    job = Job(tmp_path / "a.db", made_site(tmp_path / "1.warc.gz", ["n1", "n2"]), MADE)
    asyncio.run(steps.fetch(job, ["nchdz"]))
    strange = "<h1>栏目</h1><div class=x><p>这里是栏目首页,请选择。</p><p>新闻很多,请看。</p></div>".encode()
    later = [
        Page("http://nchdz.nc.gov.cn/a/n1.shtml", b"", MADE, status=302, headers={"location": "/"}),
        Page("http://nchdz.nc.gov.cn/", strange, MADE),
        Page("http://nchdz.nc.gov.cn/a/n2.shtml", strange, MADE),
    ]
    warc.write(tmp_path / "2.warc.gz", [replace(page, fetched_at=datetime(2026, 3, 2, tzinfo=UTC)) for page in later])
    (run,) = asyncio.run(steps.recheck(replace(job, replay=tmp_path / "2.warc.gz", at=None)))
    assert (run.counts.gone, run.counts.failed, run.counts.edited) == (1, 1, 0)
    assert [row["change"] for row in rows(job.archive, "SELECT change FROM versions")] == ["new", "new", "gone"]


def test_papers_of_the_future_are_not_asked_for(samples: Path, tmp_path: Path) -> None:
    job = Job(tmp_path / "a.db", samples, morning(DAYS[1]))
    asyncio.run(steps.backfill(job, "srrb", date(2026, 3, 2), date(2030, 1, 1)))
    assert {row["slice"] for row in rows(job.archive, "SELECT slice FROM slices")} == {"2026-03-02", "2026-03-03"}
    with pytest.raises(Problem, match="nothing before"):
        asyncio.run(steps.backfill(job, "srrb", date(2001, 1, 1), date(2002, 1, 1)))


def test_a_day_without_a_paper_does_not_end_a_fetch(samples: Path, tmp_path: Path) -> None:
    holiday = tmp_path / "holiday.warc.gz"
    warc.write(holiday, [page for page in warc.read(samples) if "/2026-03/03/" not in page.url])
    job = Job(tmp_path / "a.db", holiday, morning(DAYS[2]))
    (run,) = asyncio.run(steps.fetch(job, ["srrb"]))
    assert {row["slice"] for row in rows(job.archive, "SELECT slice FROM slices")} >= {"2026-03-04", "2026-03-02"}
    assert not rows(job.archive, "SELECT 1 FROM slices WHERE slice = '2026-03-03'")
    assert (run.state, run.counts.missing) == ("completed", 1)


NEWS = "http://h.cn/news/1.html"
PROSE = "<p>云溪高新区今天召开大会,部署全年工作,要求大家认真落实,确保取得实效。</p>" * 8


def handed_in(tmp_path: Path, *pages: Page, url: str = NEWS) -> tuple[Run, dict[str, str]]:
    """A run over these pages alone, `url` handed in; what each address that was asked for came to."""
    warc.write(tmp_path / "1.warc.gz", pages)
    job = Job(tmp_path / "a.db", tmp_path / "1.warc.gz", MADE)
    (run,) = asyncio.run(steps.add(job, [url]))
    return run, {
        row["url"]: row["outcome"] for row in rows(job.archive, "SELECT url, outcome FROM observations ORDER BY id")
    }


def article_of(title: str, more: str = "") -> bytes:
    return f"<title>{title}</title><h1>{title}</h1><div>{PROSE}</div>{more}".encode()


def test_a_page_that_leads_on_by_a_script_is_followed_once_and_observed_as_a_redirect(tmp_path: Path) -> None:
    lead = Page(NEWS, b"<script>location.href='http://o.cn/2.html'</script>", MADE)
    there = Page(
        "http://o.cn/2.html", article_of("大会召开"), MADE, headers={"content-type": "text/html", "etag": '"1"'}
    )
    run, _ = handed_in(tmp_path, lead, there)
    assert (run.state, run.counts.new) == ("completed", 1)
    seen = rows(tmp_path / "a.db", "SELECT url, outcome, final_url, headers FROM observations ORDER BY id")
    assert [tuple(row)[:3] for row in seen] == [(NEWS, "redirect", None), (NEWS, "ok", "http://o.cn/2.html")]
    assert "etag" not in (seen[1]["headers"] or "")
    assert rows(tmp_path / "a.db", "SELECT url FROM bulletins")[0]["url"] == NEWS
    again = asyncio.run(steps.add(Job(tmp_path / "a.db", tmp_path / "1.warc.gz", MADE), [NEWS]))
    assert (again[0].counts.new, again[0].counts.unchanged) == (0, 1)


def test_a_page_that_leads_to_one_that_leads_on_is_a_failure(tmp_path: Path) -> None:
    lead = Page(NEWS, b"<script>location.href='2.html'</script>", MADE)
    on = Page("http://h.cn/news/2.html", b"<script>location.href='1.html'</script>", MADE)
    run, outcomes = handed_in(tmp_path, lead, on)
    assert (run.state, run.counts.failed, set(outcomes.values())) == ("failed", 1, {"redirect"})


def test_a_page_that_leads_to_a_dead_one_is_gone(tmp_path: Path) -> None:
    lead = Page(NEWS, b"<script>location.href='2.html'</script>", MADE)
    run, outcomes = handed_in(tmp_path, lead, Page("http://h.cn/news/2.html", b"", MADE, status=404))
    assert (run.state, outcomes) == ("failed", {NEWS: "gone"})


@pytest.mark.parametrize("status", [202, 405, 493, 521])
def test_a_wall_is_blocked_whatever_its_status(tmp_path: Path, status: int) -> None:
    body = b"<script>$_ts=window['$_ts'];if(!$_ts)$_ts={};</script>"
    run, outcomes = handed_in(tmp_path, Page(NEWS, body, MADE, status=status))
    assert (run.state, outcomes) == ("failed", {NEWS: "blocked"})


def test_the_pages_of_an_article_without_a_recipe_are_one_bulletin(tmp_path: Path) -> None:
    pager = '<p><a href="1.html">1</a> <a href="1_2.html">2</a></p>'
    second = article_of("大会召开", pager).replace("全年".encode(), "明年".encode())
    pages = [Page(NEWS, article_of("大会召开", pager), MADE), Page("http://h.cn/news/1_2.html", second, MADE)]
    run, _ = handed_in(tmp_path, *pages)
    assert (run.state, run.counts.new) == ("completed", 1)
    (held,) = rows(tmp_path / "a.db", "SELECT body FROM bulletins")
    assert held["body"].index("全年") < held["body"].index("明年")


@pytest.mark.parametrize(
    ("name", "body", "outcome"),
    [
        ("1_2.html", article_of("大会召开", '<a href="1.html">1</a><a href="1_2.html">2</a>'), "part"),
        ("1.html", b"%PDF-1.7\n", "file"),
        ("1.html", f"<ul>{'<li><a href=/2.html>云溪高新区召开工作会议</a>2026-03-01'}</ul>".encode(), "no_article"),
    ],
)
def test_what_is_no_bulletin_is_observed_as_what_it_is(tmp_path: Path, name: str, body: bytes, outcome: str) -> None:
    url = f"http://h.cn/news/{name}"
    run, outcomes = handed_in(tmp_path, Page(url, body, MADE), url=url)
    assert (run.state, outcomes) == ("failed", {url: outcome})
    assert not rows(tmp_path / "a.db", "SELECT 1 FROM bulletins")
