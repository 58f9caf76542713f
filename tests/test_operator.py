"""What whoever runs an archive for years meets: broken recipes, misspelled names, runs that meet, questions about old runs."""

from __future__ import annotations

import os
import re
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from flows.lock import held
from tests.conftest import PROJECT, Command
from tests.made import made_site


def test_why_pages_failed_can_be_looked_up_after_the_run(gaoxin: Command, samples: Path, tmp_path: Path) -> None:
    names = [f"n{n:02}" for n in range(8)]
    made_site(tmp_path / "site.warc.gz", names, dead=("n01",), broken_list=3)
    done = gaoxin("backfill", "nchdz", "--since", "2026-01-01", "--until", "2026-02-28", "--replay", "site.warc.gz")
    failed = [line.removeprefix("FAILED ") for line in done.stdout.splitlines() if line.startswith("FAILED")]
    assert len(failed) == 2
    assert gaoxin("fetch", "nchdz", "--replay", samples, "--at", "2026-03-02").returncode == 0
    overview = gaoxin("status").stdout
    assert re.findall("what failed: gaoxin status (.*)", overview) == ["1"]
    told = gaoxin("status", "1").stdout.splitlines()
    assert "backfill nchdz · failed" in told[0] and "failed 2" in told[1]
    for sentence, outcome in zip(sorted(failed), ("gone", "http_error"), strict=True):
        assert f"  {outcome}: {sentence}" in told
    assert [line for line in told if line.startswith("  list: nchdz")], told
    assert gaoxin("status", "2").stdout.splitlines()[-1] == "  no page failed"
    done = gaoxin("status", "3")
    assert (done.returncode, done.stderr) == (2, "gaoxin: bulletins.db has no run 3: see `gaoxin status`\n")


def test_a_withdrawn_bulletin_is_no_failure_of_its_run(gaoxin: Command, samples: Path) -> None:
    for day in ("2026-03-02", "2026-03-03"):
        gaoxin("fetch", "nchdz", "netease", "chinahightech", "srrb", "--replay", samples, "--at", day)
    assert gaoxin("recheck", "--replay", samples, "--at", "2026-03-04").returncode == 0
    assert re.search(r"gone [1-9].* failed 0\n(  cleaned .*\n)?  no page failed\n$", gaoxin("status", "9").stdout)


def test_a_summary_names_the_archive_and_says_when_it_is_new(gaoxin: Command, samples: Path, tmp_path: Path) -> None:
    for new in (", newly made", ""):
        done = gaoxin("fetch", "nchdz", "--replay", samples, env={"GAOXIN_ARCHIVE": "buletins.db"})
        assert done.stdout.splitlines()[-1] == f"archive {tmp_path / 'buletins.db'}{new}"


@pytest.mark.timeout(600)
@pytest.mark.parametrize("how", [(), pytest.param(("--flow",), marks=pytest.mark.server)], ids=["command", "flow"])
def test_of_two_sources_one_that_is_under_way_already_hides_nothing_of_the_other(
    installed: Command, samples: Path, tmp_path: Path, how: tuple[str, ...]
) -> None:
    replayed = ("--replay", samples, "--at", "2026-03-02")
    with held(tmp_path / "bulletins.db", "fetch nchdz"):
        state = {"GAOXIN_STATE": os.environ["GAOXIN_STATE"]}
        done = installed("fetch", "nchdz", "srrb", *replayed, *how, env=state, timeout=280)
    assert done.returncode == 2
    assert re.search(r"fetch srrb · completed\n  listed 5 · new 5", done.stdout), done.stdout
    assert re.fullmatch(r"gaoxin: fetch nchdz is under way already on .*\n", done.stderr)


def test_a_source_without_documents_is_not_rechecked(gaoxin: Command, samples: Path, tmp_path: Path) -> None:
    replayed = ("--replay", samples, "--at", "2026-03-02")
    gaoxin("fetch", "nchdz", *replayed)
    for names in (["srrb"], ["nchdz", "srrb"]):
        done = gaoxin("recheck", *names, *replayed)
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr == "gaoxin: bulletins.db holds no page of srrb: fetch first, or leave that name out\n"
    assert gaoxin("recheck", "nchdz", *replayed).returncode == 0
    conn = sqlite3.connect(tmp_path / "bulletins.db")
    assert conn.execute("SELECT flow FROM runs").fetchall() == [("fetch",), ("recheck",)]


def test_a_clock_that_is_no_time_gets_one_sentence_and_makes_nothing(
    gaoxin: Command, samples: Path, tmp_path: Path
) -> None:
    done = gaoxin("fetch", "nchdz", "--replay", samples, env={"GAOXIN_CLOCK": "garbage"})
    assert (done.returncode, done.stdout) == (2, "")
    assert re.fullmatch(r"gaoxin: GAOXIN_CLOCK is garbage, which is no time: .*\n", done.stderr)
    assert not (tmp_path / "bulletins.db").exists()
    assert gaoxin("fetch", "nchdz", "--replay", samples, env={"GAOXIN_CLOCK": "2026-03-05T12:00"}).returncode == 0
    (begun,) = sqlite3.connect(tmp_path / "bulletins.db").execute("SELECT started_at FROM runs").fetchone()
    assert begun == "2026-03-05T04:00:00Z"


def test_the_demo_makes_no_folder_but_its_own(gaoxin: Command, tmp_path: Path) -> None:
    done = gaoxin("demo", "--no-browse", "--archive", "no/such/demo.db")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "gaoxin: no/such is no folder: make it, or give another --archive\n"
    assert not (tmp_path / "no").exists()


def test_a_broken_recipe_of_ones_own_is_told_and_the_good_sources_go_on(
    gaoxin: Command, samples: Path, tmp_path: Path
) -> None:
    (tmp_path / "recipes").mkdir()
    (tmp_path / "recipes" / "mine.py").write_text("SOURCE = ", encoding="utf-8")
    own = {"GAOXIN_SOURCES": "recipes"}
    replayed = ("--replay", samples, "--at", "2026-03-02")
    sentence = (
        "the recipe recipes/mine.py cannot be read (SyntaxError: invalid syntax (mine.py, line 1)): mend or remove it"
    )
    done = gaoxin("fetch", "nchdz", *replayed, env=own)
    assert (done.returncode, done.stderr) == (0, f"gaoxin: {sentence}\n")
    assert f"WARNING {sentence}" in done.stdout and "fetch nchdz · partial" in done.stdout
    assert sentence in gaoxin("status").stdout
    done = gaoxin("ingest", samples, "--workers", "2", env=own)
    assert (done.returncode, done.stderr) == (0, f"gaoxin: {sentence}\n")
    for asked in (("fetch", "mine"), ("backfill", "mine", "--since", "2026-01-01", "--until", "2026-01-02")):
        done = gaoxin(*asked, *replayed, env=own)
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr.endswith(f"gaoxin: there is no source 'mine': {sentence}\n")
    done = gaoxin("sources", env=own)
    assert re.search(r"^ ?mine +broken *$", done.stdout, re.MULTILINE) and sentence in done.stdout
    done = gaoxin("doctor", "--all", *replayed, env=own)
    assert done.returncode == 1 and f"FAILED {sentence}" in done.stdout


@pytest.mark.server
@pytest.mark.timeout(600)
@pytest.mark.parametrize(
    ("folder", "told"),
    [("recipes", "the recipe recipes/mine.py cannot be read"), ("absent", "names absent, which is no")],
)
def test_the_flow_backfill_says_in_one_sentence_which_recipes_cannot_be_read(
    installed: Command, samples: Path, tmp_path: Path, folder: str, told: str
) -> None:
    (tmp_path / "recipes").mkdir()
    (tmp_path / "recipes" / "mine.py").write_text("SOURCE = ", encoding="utf-8")
    days = ("--since", "2026-02-01", "--until", "2026-02-28", "--replay", samples, "--at", "2026-03-02", "--flow")
    done = installed("backfill", "mine", *days, env={"GAOXIN_SOURCES": folder}, timeout=280)
    assert done.returncode == 2 and told in done.stderr.splitlines()[-1], done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "bulletins.db").exists()


def test_the_line_for_cron_runs_as_it_is_printed(samples: Path, tmp_path: Path, gaoxin: Command) -> None:
    """In the empty environment of cron, after the folders of the README's example are those of this test."""
    gaoxin("fetch", "nchdz", "--replay", samples, "--at", "2026-03-02")
    text = (PROJECT / "docs" / "backup.md").read_text(encoding="utf-8")
    (line,) = re.findall(r"^0 4 \* \* \*  (.*)$", text, re.MULTILINE)
    for printed, here in (
        ("/srv/gaoxin", tmp_path),
        ("/opt/gaoxin/.venv/bin/gaoxin", Path(sys.executable).parent / "gaoxin"),
        ("/backups/gaoxin", tmp_path / "backups"),
    ):
        assert printed in line
        line = line.replace(printed, str(here))
    cron = {"HOME": str(tmp_path), "PATH": "/usr/bin:/bin", "SHELL": "/bin/sh"}
    done = subprocess.run(
        ["/bin/sh", "-c", line.replace("\\%", "%")], env=cron, cwd="/", capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    (copy,) = (tmp_path / "backups").glob("[1-7]/bulletins.db")
    assert str(copy) in done.stdout
