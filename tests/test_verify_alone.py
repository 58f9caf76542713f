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
            "citation.csv: 2 versions are in the release, by their hashes",
            "not checked: texts, titles",
            check(folder / "rel").release.merkle_root,
        ):
            assert said in done.stdout
    assert "no archive at" in gaoxin("verify", "--release", "one").stderr
    assert not (folder / "bulletins.db").exists()


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


@pytest.mark.parametrize(
    ("file", "change", "said"),
    [
        ("rel/hashes.txt", lambda text: text[65:], OTHER),
        ("rel/hashes.txt", lambda text: "x" + text, OTHER),
        ("rel/release.json", lambda text: text.replace('root": "', 'root": "0'), OTHER),
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
