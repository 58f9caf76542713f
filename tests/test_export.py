"""Exports: every bulletin once, as it stands, in a file that other programs read; whole or not at all."""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pyarrow import parquet

from archive import export
from archive.files import connect_existing
from archive.history import STATE, VERSION, states, versions
from archive.selection import Selection
from archive.store import Archive
from archive.verify import verify
from scrapers.model import Bulletin, Page, Problem
from tests.conftest import PROJECT, Command

HARD = '标题,"引号" =1+1'
ROWS = [
    ("a", "zone", "航空产业园", "2026-01-31", '航空产业第一段。\n第二段,“引号”"半角";3.5%。', ("http://a.cn/1.jpg",)),
    ("b", "zone", HARD, None, "没有日期。", ()),
    ("c", "daily", "日报", "2026-02-01T08:00:00+08:00", "航空产业,日报。😀㎡", ()),
    ("d", "thin", "只有题录", "2026-02-02", "长" * 300, ("http://d.cn/1.jpg",)),
    ("e", "nowhere.example", "无名", "2026-02-03", "来历不明。", ()),
]


@pytest.fixture
def path(tmp_path: Path) -> Iterator[Path]:
    with Archive(tmp_path / "bulletins.db") as archive:
        for name, rights in (("zone", "full"), ("daily", "excerpt"), ("thin", "metadata")):
            archive.conn.execute(
                "INSERT INTO sources VALUES (?, ?, '', '', NULL, NULL, ?, 'never')", [name, f"站点{name}", rights]
            )
        for n, (name, source, title, day, body, images) in enumerate(ROWS):
            append(archive, f"http://{name}.cn/", source, title, day, body, images, n)
        append(archive, "http://a.cn/", *ROWS[0][1:4], "航空产业,改后。", (), 9)
    yield tmp_path / "bulletins.db"


def append(
    archive: Archive, url: str, source: str, title: str, day: str | None, body: str, images: tuple[str, ...], hour: int
) -> None:
    page = Page(url, f"{url}{hour}".encode(), datetime(2026, 3, 1, hour, tzinfo=UTC))
    archive.append(Bulletin(url, source, title, day, body=body, images=images), [page])


def read(file: Path) -> list[dict[str, Any]]:
    """What a program that knows nothing of us reads."""
    match file.suffix:
        case ".parquet":
            return parquet.read_table(file).to_pylist()
        case ".jsonl":
            return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
        case _:
            rows = list(csv.DictReader(io.StringIO(file.read_bytes().decode("utf-8-sig"), newline="")))
            typed = {"version": int, "images": json.loads, "attachments": json.loads}
            return [{name: typed.get(name, lambda text: text or None)(row[name]) for name in row} for row in rows]


@pytest.mark.parametrize("form", ["parquet", "jsonl", "csv"])
def test_every_bulletin_is_read_back_as_it_stands(path: Path, tmp_path: Path, form: str) -> None:
    with closing(connect_existing(path)) as conn:
        wanted = list(states(conn, Selection()))
        assert export.write(states(conn, Selection()), STATE, tmp_path / f"a.{form}", form) == len(ROWS)
    told = read(tmp_path / f"a.{form}")
    assert told == wanted
    assert [row["title"] for row in told] == [row[2] for row in ROWS]
    assert told[0]["body"] == "航空产业,改后。"
    assert (told[0]["version"], told[3]["images"], list(told[0])) == (2, ["http://d.cn/1.jpg"], list(STATE))


@pytest.mark.parametrize("form", ["parquet", "jsonl", "csv"])
def test_every_version_is_read_back(path: Path, tmp_path: Path, form: str) -> None:
    with closing(connect_existing(path)) as conn:
        wanted = list(versions(conn, Selection()))
        assert export.write(versions(conn, Selection()), VERSION, tmp_path / f"v.{form}", form) == len(ROWS) + 1
        assert [row["hash"] for row in wanted] == [
            row[0] for row in conn.execute("SELECT hash FROM versions ORDER BY id")
        ]
    assert [row["hash"] for row in read(tmp_path / f"v.{form}")] == [row["hash"] for row in wanted]


@pytest.mark.parametrize("form", ["parquet", "jsonl", "csv"])
def test_the_same_archive_gives_the_same_bytes_and_nothing_gives_a_whole_file(
    path: Path, tmp_path: Path, form: str
) -> None:
    with closing(connect_existing(path)) as conn:
        for name in ("one", "two"):
            export.write(states(conn, Selection()), STATE, tmp_path / name, form)
        assert export.write([], STATE, tmp_path / f"none.{form}", form) == 0
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()
    assert read(tmp_path / f"none.{form}") == []


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ((), "abcde"),
        (("--source", "zone"), "ab"),
        (("--source", "站点zone"), "ab"),
        (("--since", "2026-02-01"), "cde"),
        (("--until", "2026-01-31"), "a"),
        (("--since", "2026-02-01", "--until", "2026-02-02"), "cd"),
        (("--query", "航空产业"), "ac"),
        (("--query", "“引号”"), "b"),
        (("--query", "航空产业", "--source", "daily"), "c"),
        (("--query", "找不到"), ""),
    ],
)
def test_what_is_chosen_is_written(
    gaoxin: Command, path: Path, tmp_path: Path, options: tuple[str, ...], told: str
) -> None:
    done = gaoxin("export", "a.jsonl", *options)
    assert f"a.jsonl holds {len(told)} bulletins" in done.stdout, done.stderr
    assert [row["url"] for row in read(tmp_path / "a.jsonl")] == [f"http://{name}.cn/" for name in told]


def test_a_source_is_named_by_its_title_too(gaoxin: Command, path: Path) -> None:
    assert "\n1 found" in gaoxin("search", "航空产业", "--source", "站点zone").stdout
    assert "航空产业园" in gaoxin("as-of", "2026-03-09", "--source", "站点zone").stdout
    assert "a.warc.gz holds 3 pages" in gaoxin("export", "a.warc.gz", "--source", "站点zone").stdout
    with Archive(path) as archive:
        archive.conn.execute("UPDATE sources SET title = '日报' WHERE name IN ('zone', 'daily')")
    done = gaoxin("search", "航空产业", "--source", "日报")
    assert (done.returncode, done.stderr) == (
        2, "gaoxin: 日报 is the title of daily, zone: give one of these names\n",
    )  # fmt: skip


def recipes(folder: Path, **rights: str) -> dict[str, str]:
    """A folder of recipes with these rights, as the environment names it."""
    folder.mkdir()
    for name, told in rights.items():
        (folder / f"{name}.py").write_text(
            "from datetime import date\nfrom scrapers.source import Source\n"
            f"SOURCE = Source(name={name!r}, title='站点', home='http://{name}.example/', zone=None, since=date(2020, 1, 1),"
            f" verified='never', sections=[], items=None, layouts=[], rights={told!r})\n"
        )
    return {"GAOXIN_SOURCES": str(folder)}


def test_for_others_the_rights_of_each_source_hold(gaoxin: Command, path: Path, tmp_path: Path) -> None:
    long = "航空产业" + "字" * 300
    with Archive(path) as archive:
        append(archive, "http://c.cn/", *ROWS[2][1:4], long, ("http://c.cn/1.jpg",), 12)
    own = recipes(tmp_path / "recipes", zone="full", daily="excerpt", thin="metadata")
    assert gaoxin("export", "a.jsonl", "--open", env=own).stderr == ""
    told = {row["url"][7]: row for row in read(tmp_path / "a.jsonl")}
    assert told["a"]["body"] == "航空产业,改后。"
    assert told["c"]["body"] == long[:200] + "…"
    assert [told[name]["body"] for name in "de"] == [None, None], (
        "a source that states no rights gives its titles alone"
    )
    assert told["d"]["images"] == []
    assert all(told[name]["title"] for name in "abcde")
    gaoxin("export", "v.jsonl", "--open", "--versions", env=own)
    assert not [row for row in read(tmp_path / "v.jsonl") if row["page_text"] and row["rights"] != "full"]


@pytest.mark.parametrize("option", [("--open",), ("--bom",), ("--versions",), ("--query", "航空")])
def test_a_warc_file_holds_whole_pages_alone(
    gaoxin: Command, path: Path, tmp_path: Path, option: tuple[str, ...]
) -> None:
    done = gaoxin("export", "a.warc.gz", *option)
    assert (done.returncode, done.stdout) == (2, "")
    assert not (tmp_path / "a.warc.gz").exists()


def test_the_recipe_of_today_has_the_last_word_on_rights(gaoxin: Command, path: Path, tmp_path: Path) -> None:
    """Whatever run was the last to tell the archive of them; without a recipe nobody has."""
    own = recipes(tmp_path / "recipes", zone="metadata", thin="full")
    for told in (["export", "a.jsonl"], ["as-of", "2026-03-02", "--export", "a.jsonl"]):
        done = gaoxin(*told, "--open", env=own)
        assert done.returncode == 0
        assert done.stderr == "no recipe here states the rights of daily: their texts are left out\n"
        bodies = {row["source"]: (row["body"], row["rights"]) for row in read(tmp_path / "a.jsonl")}
        assert (bodies["zone"], bodies["daily"]) == ((None, "metadata"), (None, "metadata"))
        assert bodies["thin"] == ("长" * 300, "full")
    assert gaoxin("release", "r", "--open", "--into", "released", env=own).returncode == 0
    lines = (tmp_path / "released" / "versions.jsonl").read_text(encoding="utf-8").splitlines()
    assert {json.loads(line)["body"] for line in lines} == {None, "长" * 300}


def test_what_is_withheld_is_left_out(gaoxin: Command, path: Path, tmp_path: Path) -> None:
    with Archive(path) as archive:
        archive.conn.execute("INSERT INTO withheld VALUES (1, 'hidden', '个人信息', NULL, '2026-03-08')")
    for options in ((), ("--versions",), ("--query", "航空产业")):
        gaoxin("export", "a.jsonl", *options)
        urls = {row["url"] for row in read(tmp_path / "a.jsonl")}
        assert "http://a.cn/" not in urls
        assert "http://c.cn/" in urls


def test_the_mark_for_excel_is_written_where_it_is_asked_for(gaoxin: Command, path: Path, tmp_path: Path) -> None:
    for name, options, begins in (("a.csv", (), b"key,"), ("b.csv", ("--bom",), b"\xef\xbb\xbfkey,")):
        gaoxin("export", name, *options)
        assert (tmp_path / name).read_bytes().startswith(begins)


def test_nothing_is_a_formula_or_a_number_to_excel(tmp_path: Path) -> None:
    changed = [
        "=cmd|'/c calc'!A1",
        "+1",
        "-1",
        "@x",
        "050543676467",
        "8777720428e7",
        "1.50",
        "50%",
        "3/15",
        "3-15",
        "10:30",
    ]
    changed += ["3月15日", "1,000", "2026-3"]
    told = [*changed, "高新区=好", "2026-03-02", "2026-03-02T08:00:00Z", "3月15日的会", "3·15", "2026年\n3月", ""]
    for for_excel in (False, True):
        export.write(({"a": value} for value in told), {"a": str}, tmp_path / "a.csv", "csv", for_excel)
        with (tmp_path / "a.csv").open(encoding="utf-8-sig", newline="") as file:
            read = [row["a"] for row in csv.DictReader(file)]
        assert read == [f"'{value}" if for_excel and n < len(changed) else value for n, value in enumerate(told)]


@pytest.mark.parametrize("form", ["jsonl", "csv", "parquet"])
def test_a_pipe_or_the_output_is_written_into_and_never_replaced(
    installed: Command, path: Path, tmp_path: Path, form: str
) -> None:
    installed("export", "file", "--format", form)
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with subprocess.Popen(["cat", pipe], stdout=subprocess.PIPE) as reader:
        done = installed("export", "pipe", "--format", form)
        assert reader.communicate(timeout=30)[0] == (tmp_path / "file").read_bytes()
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "pipe holds 5 bulletins\n")
    assert pipe.is_fifo()
    program = Path(sys.executable).parent / "gaoxin"
    told = subprocess.run([program, "export", "-", "--format", form], cwd=tmp_path, capture_output=True, check=True)
    assert (told.stdout, told.stderr) == ((tmp_path / "file").read_bytes(), b"- holds 5 bulletins\n")
    for command in (("export", "pipe", "--format", "warc"), ("as-of", "2026-03-02", "--export", "pipe")):
        assert installed(*command).returncode == 2
    assert pipe.is_fifo()


def test_a_file_that_cannot_be_written_leaves_the_old_one(path: Path, tmp_path: Path) -> None:
    def failing() -> Iterator[dict[str, Any]]:
        with closing(connect_existing(path)) as conn:
            yield from states(conn, Selection(source="zone"))
        raise OSError(28, "No space left on device")

    for form in ("parquet", "jsonl", "csv"):
        file = tmp_path / f"old.{form}"
        file.write_text("old")
        with pytest.raises(Problem, match="No space left"):
            export.write(failing(), STATE, file, form)
        assert file.read_text() == "old"
    assert not list(tmp_path.glob("*.open"))


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("a.txt",), "names no format"),
        (("a",), "names no format"),
        (("a.csv", "--format", "xlsx"), "xlsx names no format"),
        (("a.parquet", "--bom"), "--bom is for CSV"),
        (("no/such/a.csv",), "check its folder"),
        (("a.csv", "--source", "nix"), "nothing of nix"),
        (("a.csv", "--query", "，"), "signs alone are not searched for"),
        (("a.csv", "--query", ""), "it holds no word"),
        (("a.csv", "--since", "2026-02-30"), "2026-02-30"),
        (("a.csv", "--since", "2026-03-01", "--until", "2026-02-01"), "after"),
        (("a.csv", "--archive", "absent.db"), "absent.db"),
    ],
)
def test_bad_input_gets_one_sentence(
    gaoxin: Command, path: Path, tmp_path: Path, arguments: tuple[str, ...], told: str
) -> None:
    done = gaoxin("export", *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert told in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert not [file for file in tmp_path.iterdir() if file.name.startswith("a")]


def test_words_are_looked_for_in_each_version(gaoxin: Command, path: Path, tmp_path: Path) -> None:
    """Also in those that an edit replaced, with signs and exclusions as in a search."""
    with Archive(path) as archive:
        for hour, body in ((10, "增长123.4亿元。"), (11, "增长123,4亿元㎡。"), (12, "无关。")):
            append(archive, "http://f.cn/", "zone", "题", "2026-03-01", body, (), hour)
    for query, wanted in (
        ("123.4", [1]), ("增长", [1, 2]), ("亿元㎡", [2]), ("增长 -题", []), ("无关", [3]),
    ):  # fmt: skip
        assert gaoxin("export", "a.jsonl", "--versions", "--query", query).returncode == 0
        rows = read(tmp_path / "a.jsonl")
        assert [row["version"] for row in rows if row["url"] == "http://f.cn/"] == wanted, query


def test_what_has_no_date_is_counted_where_days_are_asked_for(gaoxin: Command, path: Path) -> None:
    with Archive(path) as archive:
        for n in (1, 2):
            append(archive, f"http://n{n}.cn/", "undated", "题", None, f"航空产业之{n}。", (), n)
    for command in (("search", "航空产业之"), ("export", "a.csv", "--source", "undated")):
        assert gaoxin(*command).stderr == ""
        told = gaoxin(*command, "--since", "2026-01-01").stderr
        assert told == "2 more have no date: --since and --until leave them out\n"


@pytest.mark.parametrize("form", ["parquet", "jsonl", "csv"])
def test_memory_stays_flat_however_many_rows(tmp_path: Path, form: str) -> None:
    """Peak memory of a process of its own, over ten times the rows."""
    script = (
        "import sys; from pathlib import Path; from archive import export; from archive.history import STATE\n"
        "from tests.memory import peak\n"
        "row = {name: [] if kind is list else 1 if kind is int else 'x' for name, kind in STATE.items()}\n"
        "rows = ({**row, 'key': str(n), 'body': str(n) + '正文' * 2000} for n in range(int(sys.argv[2])))\n"
        "export.write(rows, STATE, Path(sys.argv[1]), sys.argv[3])\n"
        "print(peak())"
    )
    peaks = [
        int(
            subprocess.run(
                [sys.executable, "-c", script, str(tmp_path / "a"), str(rows), form],
                cwd=PROJECT, capture_output=True, text=True, check=True,
            ).stdout
        )
        for rows in (4_000, 24_000)
    ]  # fmt: skip
    assert peaks[1] < peaks[0] + 60_000, "kilobytes; the added rows are 240 MB of text"


@pytest.mark.parametrize(
    "arguments",
    [
        ("export", "bulletins.db", "--format", "csv"),
        ("export", "bulletins.pages.db", "--format", "jsonl"),
        ("export", "bulletins.pages.db", "--format", "warc"),
        ("export", "bulletins.db-wal", "--format", "csv"),
        ("export", "bulletins.pages.db-shm", "--format", "warc"),
        ("export", "../{folder}/bulletins.db", "--format", "parquet"),
        ("export", "link.csv"),
        ("export", "other.csv"),
        ("as-of", "2026-03-02", "--export", "other.csv"),
        ("as-of", "2026-03-02", "--export", "link.csv"),
        ("cite", "http://a.cn/", "--into", "citations"),
        ("cite", "http://a.cn/", "--into", "bulletins.db"),
        ("release", "one", "--into", "bulletins.db"),
        ("release", "one", "--into", "bulletins.db-wal"),
        ("backup", "bulletins.db"),
        ("backup", "kept"),
        ("new-source", "mine", "http://zone.example/", "--into", "bulletins.db"),
    ],
)
def test_no_file_of_an_archive_is_replaced(
    gaoxin: Command, path: Path, tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    """Whatever a command writes, and by whatever name or link the file is given."""
    (tmp_path / "link.csv").symlink_to(path)
    (tmp_path / "citations").mkdir()
    for name in ("other.csv", "citations/citation.csv"):
        shutil.copy(path, tmp_path / name)
    with Archive(tmp_path / "kept.sqlite"):
        pass
    (tmp_path / "kept").mkdir()
    for name in ("kept.sqlite", "kept.pages.db"):
        (tmp_path / name).rename(tmp_path / "kept" / name.replace("kept", "bulletins"))
    before = {file: file.read_bytes() for file in tmp_path.rglob("*") if file.is_file()}
    done = gaoxin(*(part.format(folder=tmp_path.name) for part in arguments))
    assert (done.returncode, len(done.stderr.splitlines())) == (2, 1), done.stdout + done.stderr
    assert {file: file.read_bytes() for file in before} == before
    assert not (tmp_path / "bulletins.db-wal").exists()


def test_a_folder_of_warc_files_is_no_archive(gaoxin: Command, path: Path) -> None:
    done = gaoxin("fetch", "nchdz", "--save-warc", "bulletins.db")
    assert (done.returncode, len(done.stderr.splitlines())) == (2, 1), done.stdout + done.stderr
    assert verify(path).fault is None
