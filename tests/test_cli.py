"""The command, in an empty folder with an empty home: as it is installed where its start or its streams are what matters."""

from __future__ import annotations

import json
import re
import sqlite3
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from archive.store import Archive
from flows import show
from flows.run import prefect_api
from scrapers import warc
from scrapers.model import Bulletin, Page
from tests.conftest import PROJECT, Command

COMMANDS = "sources fetch backfill recheck add browse verify extract clean-text status demo".split()
URL = "http://www.zone.example/1.shtml"
FIELDS = ("source", "url", "title", "published_at", "origin", "author", "editor")


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_teaches_with_an_example(gaoxin: Command, name: str) -> None:
    done = gaoxin(name, "--help")
    assert done.returncode == 0
    assert f"Example: gaoxin {name}" in done.stdout


HEAVY = {"prefect", "httpx", "lxml", "bs4", "resiliparse", "sqlite_utils", "datasette", "opencc", "pypinyin", "pyarrow"}
READERS = (
    ("sources",),
    ("status",),
    ("search", "园区"),
    ("show", URL),
    ("history", URL),
    ("diff", URL, URL),
    ("as-of", "2026-03-02"),
    ("verify", "--deep"),
    ("cite", URL),
    ("dedupe",),
    ("export", "a.csv"),
    ("clean-text", "a.csv"),
)


ONE_AFTER_ANOTHER = """
import json, sys
from flows.cli import main
heavy, readers = json.loads(sys.stdin.buffer.read())
for arguments in readers:
    sys.argv = ["gaoxin", *arguments]
    try:
        main()
    except SystemExit as ended:
        assert not ended.code, arguments
    assert not set(heavy) & set(sys.modules), arguments
"""


def test_help_imports_no_prefect_and_lists_every_command(installed: Command) -> None:
    done = installed("--help", env={"PYTHONPROFILEIMPORTTIME": "1"})
    assert all(re.search(rf"^\s+{name}\s", done.stdout, re.MULTILINE) for name in COMMANDS)
    imported = {line.rsplit("|", 1)[-1].strip() for line in done.stderr.splitlines()}
    assert "typer" in imported
    assert not imported & (HEAVY | {"rich.console", "asyncio"})


def test_who_only_reads_waits_for_no_library_of_the_writers(tmp_path: Path) -> None:
    page = Page(URL, b"<p>", datetime(2026, 3, 1, tzinfo=UTC))
    with Archive(tmp_path / "bulletins.db") as archive:
        archive.append(Bulletin(URL, "zone", "园区开工", "2026-03-01", body="园区今天开工。"), [page])
    told = json.dumps([[*HEAVY], READERS]).encode()
    command = [sys.executable, "-c", ONE_AFTER_ANOTHER]
    done = subprocess.run(command, cwd=tmp_path, input=told, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    assert done.stdout.decode().count("园区开工") >= 4


def test_five_real_documents_are_archived_exactly_and_only_once(gaoxin: Command, shared: Path, tmp_path: Path) -> None:
    warc = shared / "seedsites" / "seedsites.warc.gz"
    cloaked = "http://www.hbzqbyyxgs.com/citiao/160670.html"
    day = ("--since", "2020-01-17", "--until", "2020-01-17")
    for _ in range(2):
        assert gaoxin("fetch", "nchdz", "netease", "chinahightech", "--replay", warc).returncode == 0
        assert gaoxin("backfill", "srrb", *day, "--replay", warc).returncode == 0
        assert gaoxin("add", cloaked, "--replay", warc).returncode == 0
    conn = sqlite3.connect(tmp_path / "bulletins.db")
    conn.row_factory = sqlite3.Row
    assert [tuple(row) for row in conn.execute("SELECT change, count(*) FROM versions GROUP BY 1")] == [("new", 5)]
    for n in range(5):
        gold = json.loads((shared / "seedsites" / "gold" / f"00{n}.json").read_text(encoding="utf-8"))
        row = conn.execute("SELECT * FROM bulletins WHERE url = ?", [gold["url"]]).fetchone()
        assert {name: row[name] for name in FIELDS} == {name: gold[name] for name in FIELDS}
        assert row["body"].split("\n") == gold["body"]
        images, extra = conn.execute(
            "SELECT images, extra FROM version_details WHERE document_id = ?", [row["document_id"]]
        ).fetchone()
        assert len(json.loads(images)) == gold["images"]
        told = json.loads(extra)
        for name in ("captions", "intro_title", "subtitle"):
            assert told.get(name) == gold.get(name), name
    assert gaoxin("verify").returncode == 0


def test_clean_text_leaves_the_seeds_unchanged(gaoxin: Command, shared: Path) -> None:
    for seed in sorted((shared / "seeds").glob("*.txt")):
        assert gaoxin("clean-text", seed).stdout.encode() == seed.read_bytes()
        assert gaoxin("clean-text", stdin=seed.read_bytes()).stdout.encode() == seed.read_bytes()


def test_clean_text_takes_standard_input(installed: Command) -> None:
    assert installed("clean-text", stdin="ＧＤＰ\u3000增长５％，\u200b \r\n".encode()).stdout == "GDP 增长5%,"


def test_extract_prints_what_a_page_says(gaoxin: Command, tmp_path: Path) -> None:
    page = tmp_path / "页.html"
    page.write_bytes(
        "<title>园区开工</title><h1>园区开工</h1><p>来源：园区报</p>"
        "<div id='zoom'><p>今天，园区开工。</p><p>明天，继续建设。</p></div>".encode("gb18030")
    )
    told = json.loads(gaoxin("extract", page, "--url", "http://a.example/1.html").stdout)
    assert (told["title"], told["source"], told["origin"]) == ("园区开工", "a.example", "园区报")
    assert told["body"] == ["今天,园区开工。", "明天,继续建设。"]


ABSENT = "http://nowhere.example/1.html"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("fetch", "nchzd"), "nchdz"),
        (("fetch",), "no source has been seen to work live"),
        (("fetch", "cloaked"), "gaoxin add"),
        (("fetch", "nchdz", "--replay", "nothing.warc.gz"), "nothing.warc.gz"),
        (("fetch", "nchdz", "--replay", "text.txt"), "no WARC"),
        (("fetch", "nchdz", "--replay", "."), "directory"),
        (("fetch", "nchdz", "--replay", "SAMPLES", "--at", "yesterday"), "yesterday"),
        (("fetch", "nchdz", "--at", "2026-03-02"), "give --replay too"),
        (("doctor", "nchdz", "--at", "2026-03-02"), "give --replay too"),
        (("new-source", "mine", ABSENT, "--into", ".", "--at", "2026-03-02"), "give --replay too"),
        (("fetch", "nchdz", "--replay", "SAMPLES", "--archive", "text.txt"), "text.txt"),
        (("fetch", "nchdz", "--replay", "SAMPLES", "--archive", "other.db"), "no Gaoxin archive"),
        (("fetch", "nchdz", "--replay", "SAMPLES", "--archive", "newer.db"), "newer Gaoxin"),
        (("fetch", "nchdz", "--replay", "SAMPLES", "--archive", "no/such/folder.db"), "no/such"),
        (("backfill", "nchdz", "--since", "2026-03-02", "--until", "2026-03-01"), "after"),
        (("backfill", "nchdz", "--since", "2026-02-30", "--until", "2026-03-01"), "2026-02-30"),
        (("backfill", "nchdz", "--since", "2126-01-01", "--until", "2126-03-01"), "future"),
        (("backfill", "nowhere", "--since", "2026-01-01", "--until", "2026-03-01"), "nowhere"),
        (("recheck", "nowhere", "--replay", "SAMPLES"), "nowhere"),
        (("recheck", "--replay", "SAMPLES", "--archive", "absent.db"), "absent.db"),
        (("add", ABSENT, "--replay", "SAMPLES"), ABSENT),
        (("add", "not an address"), "not an address"),
        (("add", "file:///etc/passwd"), "file:///etc/passwd"),
        (("add", "http://someone:secret@host.example/"), "password"),
        (("verify", "--archive", "absent.db"), "absent.db"),
        (("verify", "--archive", "text.txt"), "text.txt"),
        (("status", "--archive", "other.db"), "no Gaoxin archive"),
        (("browse", "--archive", "absent.db"), "absent.db"),
        (("export", "a.warc", "--since", "0001-01-01"), "--since 0001-01-01 is no day"),
        (("extract", "absent.html"), "absent.html"),
        (("clean-text", "absent.txt"), "absent.txt"),
        (("clean-text", "latin.txt"), "UTF-8"),
    ],
)
def test_bad_input_gets_one_sentence_and_writes_nothing(
    gaoxin: Command, tmp_path: Path, samples: Path, arguments: tuple[str, ...], told: str
) -> None:
    (tmp_path / "text.txt").write_text("只是文字", encoding="utf-8")
    (tmp_path / "latin.txt").write_bytes(b"caf\xe9 text")
    sqlite3.connect(tmp_path / "other.db").execute("CREATE TABLE t (a)").connection.close()
    make_newer(tmp_path / "newer.db")
    before = contents(tmp_path)
    done = gaoxin(*(str(samples) if argument == "SAMPLES" else argument for argument in arguments))
    assert done.returncode == 2
    assert done.stdout == ""
    assert told in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1, done.stderr
    assert "secret" not in done.stderr
    assert contents(tmp_path) == before


def test_what_writes_refuses_an_archive_without_its_raw_pages_and_what_reads_goes_on(
    gaoxin: Command, tmp_path: Path, samples: Path
) -> None:
    replayed = ("--replay", samples, "--at", "2026-03-02")
    assert gaoxin("fetch", "nchdz", *replayed).returncode == 0
    (tmp_path / "bulletins.pages.db").rename(tmp_path / "elsewhere.db")
    before = contents(tmp_path)
    article = "http://www.citiao.example/citiao/20260302.html"
    for told in (
        ("fetch", "nchdz", *replayed),
        ("recheck", *replayed),
        ("add", article, *replayed),
        ("ingest", samples),
    ):
        done = gaoxin(*told)
        assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1), done.stderr
        assert "bulletins.pages.db is missing: put the file" in done.stderr
    for told in (("status",), ("search", "园区"), ("as-of", "2026-03-02")):
        assert gaoxin(*told).returncode == 0
    assert contents(tmp_path) == before


def test_the_command_as_it_is_installed_says_what_ours_says(gaoxin: Command, installed: Command) -> None:
    for arguments in (
        ("add", "http://someone:secret@host.example/"),
        ("sources",),
        ("fetch", "--nothing"),
        ("status",),
    ):
        ours, theirs = gaoxin(*arguments), installed(*arguments)
        assert (ours.returncode, ours.stdout, ours.stderr) == (theirs.returncode, theirs.stdout, theirs.stderr)
    assert "there is no archive" in ours.stderr


def make_newer(path: Path) -> None:
    """An archive that a later Gaoxin has migrated."""
    Archive(path).close()
    with sqlite3.connect(path) as conn:
        conn.execute("INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES ('gaoxin', 'm999', '')")
    conn.close()


def contents(folder: Path) -> dict[str, bytes]:
    """Every file below a folder with its bytes, but for the home, where locks are."""
    files = (path for path in folder.rglob("*") if path.is_file() and "home" not in path.parts)
    return {
        str(path.relative_to(folder)): path.read_bytes() for path in files if not path.name.endswith(("-shm", "-wal"))
    }


def test_a_bad_page_is_counted_and_the_run_goes_on(gaoxin: Command, samples: Path, tmp_path: Path) -> None:
    pages = [page for page in warc.read(samples) if "nchdz" in page.url and page.fetched_at.day == 2]
    victim = next(page.url for page in pages if "common_list" not in page.url)
    warc.write(
        tmp_path / "one_bad.warc.gz",
        [replace(page, body=b"\xff\xfe\x00junk") if page.url == victim else page for page in pages],
    )
    done = gaoxin("fetch", "nchdz", "--replay", "one_bad.warc.gz")
    assert done.returncode == 0
    assert "partial" in done.stdout
    assert "new 7" in done.stdout
    assert "failed 1" in done.stdout
    conn = sqlite3.connect(tmp_path / "bulletins.db")
    (url, error) = conn.execute("SELECT url, error FROM observations WHERE error IS NOT NULL").fetchone()
    assert url == victim
    assert error
    warc.write(tmp_path / "all_bad.warc.gz", [replace(p, body=b"" if "list" not in p.url else p.body) for p in pages])
    done = gaoxin("fetch", "nchdz", "--replay", "all_bad.warc.gz", "--archive", "all_bad.db")
    assert done.returncode == 1
    assert "failed 8" in done.stdout


def test_status_and_sources_print_tables(gaoxin: Command, samples: Path) -> None:
    assert "南昌高新区" in gaoxin("sources").stdout
    gaoxin("fetch", "nchdz", "--replay", samples, "--at", "2026-03-02")
    done = gaoxin("status")
    assert re.search(r"nchdz\s+8\s+8\s+0", done.stdout)
    assert "fetch nchdz" in done.stdout


def test_what_looks_like_the_name_of_an_emoji_is_printed_as_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    show.progress("园区:star:开工 [bold]")
    assert capsys.readouterr().out == "园区:star:开工 [bold]\n"


def test_verify_names_the_first_bad_row(gaoxin: Command, samples: Path, tmp_path: Path) -> None:
    gaoxin("fetch", "nchdz", "--replay", samples, "--at", "2026-03-02")
    assert gaoxin("verify").returncode == 0
    with sqlite3.connect(tmp_path / "bulletins.db") as conn:
        conn.execute(
            "UPDATE contents SET body = body || '。' WHERE sha256 = (SELECT content_sha256 FROM versions WHERE id = 3)"
        )
    conn.close()
    done = gaoxin("verify")
    assert done.returncode == 1
    assert "version 3 (document 3)" in done.stdout


LOGS = """
from flows.run import settle_prefect
settle_prefect()
from prefect.logging import get_logger
from prefect.logging.configuration import setup_logging
setup_logging()
get_logger("prefect.server.services.task_run_recorder").error("cancelled", exc_info=ValueError("as it ends"))
"""


def test_what_the_embedded_api_logs_as_it_ends_is_not_shown() -> None:
    done = subprocess.run([sys.executable, "-c", LOGS], cwd=PROJECT, capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("", "")


@pytest.mark.server
@pytest.mark.timeout(600)  # two starts of Prefect, of which a busy machine may take minutes
def test_the_demo_tells_the_story_and_again_finds_nothing_new(installed: Command, tmp_path: Path) -> None:
    own = {"GAOXIN_ARCHIVE": str(tmp_path / "own.db")}  # invented pages never get into an archive of one's own
    done = installed("demo", "--no-browse", timeout=280, env=own)
    assert not (tmp_path / "own.db").exists()
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    readme = (PROJECT / "README.md").read_text(encoding="utf-8")
    (promised,) = re.findall(r"^```text\n(.*?)^Open ", readme, re.MULTILINE | re.DOTALL)
    assert promised in "\n".join(line.rstrip() for line in done.stdout.splitlines()) + "\n"
    assert installed("verify", "--archive", "demo/bulletins.db").returncode == 0
    count = "SELECT count(*) FROM versions"
    versions = sqlite3.connect(tmp_path / "demo" / "bulletins.db").execute(count).fetchone()
    assert versions[0] > 10
    assert installed("demo", "--no-browse", timeout=280).returncode == 0
    assert sqlite3.connect(tmp_path / "demo" / "bulletins.db").execute(count).fetchone() == versions


@pytest.mark.parametrize("setting", ["HOME", "PREFECT_HOME", "PREFECT_PROFILES_PATH"])
def test_the_api_of_a_prefect_profile_is_known_wherever_the_profiles_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, setting: str
) -> None:
    for name in ("PREFECT_API_URL", "PREFECT_HOME", "PREFECT_PROFILES_PATH", "PREFECT_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "elsewhere"))
    assert prefect_api() is None
    file = tmp_path / {"HOME": ".prefect/profiles.toml", "PREFECT_HOME": "profiles.toml"}.get(setting, "mine.toml")
    file.parent.mkdir(exist_ok=True)
    file.write_text('active = "a"\n[profiles.a]\nPREFECT_API_URL = "http://127.0.0.1:4200/api"\n')
    monkeypatch.setenv(setting, str(file if setting.endswith("PATH") else tmp_path))
    assert prefect_api() == "http://127.0.0.1:4200/api"


@pytest.mark.parametrize(
    "arguments",
    [("search", "园区", "--limit"), ("as-of", "2026-03-02", "--limit"), ("status",), ("browse", "--port"),
     ("demo", "--port"), ("reclean", "--workers"), ("ingest", "a.warc", "--workers")],
    ids=lambda arguments: arguments[0],
)  # fmt: skip
@pytest.mark.parametrize("number", [2**63, -(2**63) - 1, 10**30])
def test_a_number_too_large_is_bad_input(gaoxin: Command, arguments: tuple[str, ...], number: int) -> None:
    done = gaoxin(*arguments, *(("--",) if arguments == ("status",) else ()), str(number))
    assert (done.returncode, f"{number} is not in the range" in done.stderr) == (2, True), done.stderr
