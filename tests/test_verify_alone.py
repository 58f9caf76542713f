"""A release and a citation of it hold without the archive: what was changed is found, and what was not checked is said."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from archive.published import check
from archive.release import freeze, publish
from archive.store import Archive
from archive.withhold import withhold
from tests.conftest import Command
from tests.faults.kept import START, make, url

ROWS = "rel/versions.jsonl"
OTHER = "does not hold the 6 hashes that have the root"


@pytest.fixture
def folder(tmp_path: Path, gaoxin: Command) -> Path:
    """Nothing but the release of six versions, one of them withheld, in `rel`, and `citation.csv`."""
    path = tmp_path / "made" / "bulletins.db"
    path.parent.mkdir()
    make(path, 6)
    with Archive(path, clock=lambda: START) as archive:
        withhold(archive, url(6), "hidden", "应当事人要求")
        made = freeze(archive, "one")
    publish(path, made, tmp_path / "rel")
    done = gaoxin("cite", url(1), url(3), "--into", ".", "--archive", path)
    assert done.returncode == 0, done.stderr
    shutil.rmtree(path.parent)
    return tmp_path


def test_a_citation_and_a_release_hold_without_the_archive(folder: Path, gaoxin: Command) -> None:
    for release in ("rel/release.json", "rel"):
        done = gaoxin("verify", "--citation", "citation.csv", "--release", release)
        assert done.returncode == 0, done.stdout + done.stderr
        for said in (
            "there is no archive at bulletins.db: release one is checked by itself",
            "hashes.txt: 6 versions, and they have the Merkle root",
            "versions.jsonl: 5 versions, and they have these hashes",
            "citation.csv: 2 versions are in the release",
            "not checked: page texts and raw pages",
            check(folder / "rel").release.merkle_root,
        ):
            assert said in done.stdout
    assert "no archive at" in gaoxin("verify", "--release", "one").stderr
    assert not (folder / "bulletins.db").exists()


def test_a_text_that_an_open_release_leaves_out_is_counted_and_not_checked(tmp_path: Path) -> None:
    path = tmp_path / "bulletins.db"
    make(path, 3)
    with Archive(path, clock=lambda: START) as archive:
        made = freeze(archive, "open")
    publish(path, made, tmp_path / "open", {"news.park.example": "metadata"})
    publish(path, made, tmp_path / "whole", {"news.park.example": "full"})
    found, whole = check(tmp_path / "open"), check(tmp_path / "whole")
    assert (found.fault, found.rows, found.shortened) == (None, 3, 3)
    assert (whole.fault, whole.rows, whole.shortened) == (None, 3, 0)


def test_a_citation_of_nothing_is_none(folder: Path, gaoxin: Command) -> None:
    file = folder / "citation.csv"
    file.write_text(file.read_text().splitlines(keepends=True)[0])
    done = gaoxin("verify", "--citation", "citation.csv", "--release", "rel")
    assert (done.returncode, "citation.csv cites no version" in done.stderr) == (2, True)


def test_an_archive_that_was_asked_for_must_be_there(folder: Path, gaoxin: Command) -> None:
    for asked in (("--archive", "typo.db"), ("--deep",)):
        done = gaoxin("verify", "--release", "rel", *asked)
        assert (done.returncode, done.stdout) == (2, ""), asked
        assert "there is no archive" in done.stderr


def test_the_release_json_alone_is_enough_for_a_citation(folder: Path, gaoxin: Command) -> None:
    shutil.move(folder / "rel" / "release.json", folder / "release.json")
    done = gaoxin("verify", "--citation", "citation.csv", "--release", "release.json")
    assert done.returncode == 0 and "2 versions are in the release" in done.stdout
    assert "hashes.txt is not beside it, and was not checked" in done.stdout
    assert "versions.jsonl is not beside it: titles" in done.stdout


@pytest.mark.parametrize(
    ("file", "change", "said"),
    [
        ("rel/hashes.txt", lambda text: text[65:], OTHER),
        ("rel/hashes.txt", lambda text: "x" + text, OTHER),
        ("rel/release.json", lambda text: text.replace('root": "', 'root": "0'), OTHER),
        (ROWS, lambda text: text.replace(".example", ".test", 1), "its key is not that of its source"),
        (ROWS, lambda text: text.replace('"captured_at":"20', '"captured_at":"19', 1), "does not match what it says"),
        (ROWS, lambda text: text.replace('"body":"', '"body":"不', 1), "does not match its content_sha256"),
        (ROWS, lambda text: text.replace('"title":"', '"title":"不', 1), "does not match its content_sha256"),
        (ROWS, lambda text: text.replace('"extra":"{', '"extra":"{ ', 1), "does not match its extra_sha256"),
        (ROWS, lambda text: "".join(reversed(text.splitlines(True))), "behind that of the row before it"),
        (ROWS, lambda text: text[:-9], "row 5: it is damaged"),
        (ROWS, lambda text: text.replace('"layout"', '"other"', 1), "its columns are not those"),
        ("citation.csv", lambda text: text.replace(",http", "不,http", 1), "the captured_at of this version is"),
        ("citation.csv", lambda text: text.replace(",0,6,", ",1,6,"), "row 1 ("),
        ("citation.csv", lambda text: text.replace("/v/", "/v/0"), "the permanent name of this hash is"),
        ("citation.csv", lambda text: text.replace(",0,6,", ",0,5,"), "its root is not that of release one"),
    ],
)  # fmt: skip
def test_what_was_changed_is_found(
    folder: Path, gaoxin: Command, file: str, change: Callable[[str], str], said: str
) -> None:
    text = (folder / file).read_text(encoding="utf-8")
    (folder / file).write_text(change(text), encoding="utf-8")
    assert (folder / file).read_text(encoding="utf-8") != text
    done = gaoxin("verify", "--citation", "citation.csv", "--release", "rel/release.json")
    assert (done.returncode, done.stderr) == (1, "")
    assert "does NOT verify" in done.stdout and said in done.stdout
    assert done.stdout.startswith("the citation" if file == "citation.csv" else "rel/release.json")
