"""A citation can be found and checked: what it names is what the archive holds, and a changed row, proof or archive is seen."""

from __future__ import annotations

import csv
import io
import json
import re
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from archive.cite import bibtex, check_file, cite, csl, hashes
from archive.files import connect_existing
from archive.history import versions
from archive.release import freeze
from archive.selection import Selection
from archive.store import Archive
from archive.withhold import withhold
from scrapers.model import Bulletin, Problem
from tests import captures
from tests.conftest import Command
from tests.faults.kept import START, make, page, url

SITE = "news.park.example"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Nine versions of eight documents, released after the fifth and after the eighth."""
    path = tmp_path / "bulletins.db"
    make(path, 5)
    with Archive(path, clock=lambda: START) as archive:
        freeze(archive, "one")
        title = r"50% {a} & b_c #1 ~ ^ \ 尾"
        told = {"published_at": "2026-03-01T08:30:00+08:00", "origin": "区报"}
        archive.append(Bulletin(url(6), SITE, title, **told, body="一"), [page(6)])
        archive.append(Bulletin(url(7), SITE, None, body="二"), [page(7)])
        archive.append(Bulletin(url(8), SITE, "", author="甲", body="三"), [page(8)])
        freeze(archive, "two")
        archive.append(Bulletin(url(1), SITE, "园区第1号公告", body="改"), [page(1, "改")])
    return path


def key(path: Path, n: int) -> str:
    with closing(sqlite3.connect(path)) as conn:
        return str(conn.execute("SELECT key FROM documents WHERE id = ?", [n]).fetchone()[0])


def cited(path: Path, *names: str, release: str | None = None) -> Path:
    with closing(connect_existing(path)) as conn:
        file = path.with_name("cited.csv")
        file.write_text(hashes(cite(conn, names, release)), encoding="utf-8", newline="")
    return file


def rows(file: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(file.read_text(encoding="utf-8"))))


def test_every_version_is_cited_in_the_newest_release_that_holds_it(path: Path) -> None:
    for names, release, size in ((["@1"], "two", 8), (["@1", "@2"], "", 9)):
        file = cited(path, *(key(path, 1) + number for number in names))
        assert {(row["release"], row["size"]) for row in rows(file)} == {(release, str(size))}
        assert check_file(path, file) == (len(names), None)
    file = cited(path, f"{key(path, 2)}@1", release="one")
    assert [(row["release"], row["place"], row["size"]) for row in rows(file)] == [("one", "1", "5")]
    with pytest.raises(Problem, match="ends before version 9"):
        cited(path, key(path, 1), release="two")


def test_a_citation_holds_after_more_was_appended_and_after_an_erasure(path: Path) -> None:
    file = cited(path, *(key(path, n) for n in range(1, 9)))
    with Archive(path) as archive:
        archive.append(Bulletin(url(20), SITE, "后", body="后"), [page(20)])
        withhold(archive, url(2), "erased", "应当事人要求")
    assert check_file(path, file) == (8, None)
    with pytest.raises(Problem, match="withheld"):
        cited(path, key(path, 2))


@pytest.mark.parametrize(
    "column",
    ["key", "version", "captured_at", "url", "title", "name", "hash", "place", "size", "root", "release", "proof"],
)
def test_a_row_that_was_changed_does_not_hold(path: Path, column: str) -> None:
    file = cited(path, f"{key(path, 2)}@1", f"{key(path, 3)}@1")
    first, second = rows(file)
    text = file.read_text(encoding="utf-8")
    wrong = second[column] if second[column] != first[column] else re.sub(r"\d|two", "7", first[column])
    lines = text.split("\n")
    lines[1] = lines[1].replace(first[column], wrong) if column != "place" else lines[1].replace(",1,8,", ",2,8,")
    lines[1] = lines[1].replace(",1,8,", ",1,7,") if column == "size" else lines[1]
    assert "\n".join(lines) != text
    file.write_text("\n".join(lines), encoding="utf-8")
    checked, fault = check_file(path, file)
    assert checked == 0
    assert fault is not None and "row 1" in fault


def test_the_last_version_of_a_release_is_proven_in_it(path: Path) -> None:
    (row,) = rows(cited(path, f"{key(path, 5)}@1", release="one"))
    assert (row["release"], row["place"], row["size"]) == ("one", "4", "5")


def test_what_is_no_longer_what_was_released_is_not_cited(path: Path) -> None:
    with closing(sqlite3.connect(path)) as conn, conn:
        conn.execute("UPDATE releases SET merkle_root = head_hash WHERE tag = 'two'")
    with pytest.raises(Problem, match="not what release two holds"):
        cited(path, f"{key(path, 2)}@1")


def test_an_archive_that_was_changed_does_not_hold_it(path: Path, tmp_path: Path) -> None:
    file = cited(path, *(key(path, n) for n in (2, 3)))
    make(tmp_path / "other.db", 2)
    assert "do not have its root" in str(check_file(tmp_path / "other.db", file)[1])
    with Archive(tmp_path / "short.db") as archive:
        archive.append(Bulletin(url(1), SITE, "一", body="一"), [page(1)])
    assert "version 2 is missing" in str(check_file(tmp_path / "short.db", file)[1])


@pytest.mark.parametrize("junk", ["", "a,b\n1,2\n", "KEY\n", "\ufeffkey\n"])
def test_a_file_that_is_no_citation_is_a_problem(path: Path, junk: str) -> None:
    path.with_name("junk.csv").write_text(junk, encoding="utf-8")
    with pytest.raises(Problem, match=r"no CSV that"):
        check_file(path, path.with_name("junk.csv"))


@pytest.mark.parametrize(
    ("sound", "damaged"),
    [(",8,", ",八,"), (r"(,[^,]*\n)$", "\n"), (r"\n$", ",1\n")],
    ids=["a word for a number", "a row too short", "a row too long"],
)
def test_a_damaged_row_is_named(path: Path, sound: str, damaged: str) -> None:
    file = cited(path, key(path, 1), key(path, 2))
    text = file.read_text(encoding="utf-8")
    file.write_text(re.sub(sound, damaged, text), encoding="utf-8")
    assert file.read_text(encoding="utf-8") != text
    with pytest.raises(Problem, match="damaged in row [12]"):
        check_file(path, file)


def test_bibtex_escapes_what_it_must(path: Path) -> None:
    with closing(connect_existing(path)) as conn:
        entry = bibtex(cite(conn, [key(path, 6)]))
        bare = bibtex(cite(conn, [key(path, 7)]))
    assert r"title = {{50\% \{a\} \& b\_c \#1 \textasciitilde{} \textasciicircum{} \textbackslash{} 尾}}," in entry
    assert (
        "  howpublished = {{" + SITE + "}},\n" in entry
        and "author" not in entry  # 来源 is what the page claims, not who published it
        and "  note = {{来源: 区报. 高新档案 Gaoxin" in entry
        and "  date = {2026-03-01},\n" in entry
        and "  urldate = {2026-03-01}" in entry
    )
    unescaped = re.sub(r"\\.", "", entry)
    assert unescaped.count("{") == unescaped.count("}")
    assert "title = {{" + url(7) + "}}" in bare and "year" not in bare


def test_csl_is_what_programs_read(path: Path) -> None:
    with closing(connect_existing(path)) as conn:
        (item, other) = json.loads(csl(cite(conn, [key(path, 6), url(8)])))
    assert item["issued"] == {"date-parts": [[2026, 3, 1]]} and "author" not in item
    assert item["publisher"] == item["container-title"] == SITE and item["note"].startswith("来源: 区报. ")
    assert re.fullmatch(r"/v/[0-9a-f]{12}", item["archive_location"]) and item["URL"] == url(6)
    assert other["author"] == [{"literal": "甲"}] and "issued" not in other


@pytest.mark.parametrize(
    ("author", "wanted"),
    [
        ("程晚舟 余疏影", ["程晚舟", "余疏影"]), ("赵延东、风笑天", ["赵延东", "风笑天"]), ("程 诺 余疏影", ["程诺", "余疏影"]),
        ("本报记者 林泉", ["本报记者 林泉"]), ("程晚舟", ["程晚舟"]), ("高新区 管委会", ["高新区 管委会"]),
    ],
)  # fmt: skip
def test_several_persons_are_several_authors(path: Path, author: str, wanted: list[str]) -> None:
    with Archive(path) as archive:
        archive.append(Bulletin(url(9), SITE, "题", author=author, body="四"), [page(9)])
        citations = cite(archive.conn, [url(9)])
    assert json.loads(csl(citations))[0]["author"] == [{"literal": name} for name in wanted]
    assert "  author = {" + " and ".join(f"{{{name}}}" for name in wanted) + "},\n" in bibtex(citations)


def test_the_release_stands_in_the_note(path: Path) -> None:
    with closing(connect_existing(path)) as conn:
        for release in ("one", "two"):
            (citation,) = cite(conn, [f"{key(path, 2)}@1"], release)
            told = f"release {release} with Merkle root {citation.root}"
            assert told in bibtex([citation]) and told in csl([citation])


def test_a_withdrawal_is_cited_by_what_was_withdrawn(path: Path, gaoxin: Command) -> None:
    with Archive(path) as archive:
        archive.append(Bulletin(url(9), SITE, "已撤的公告", "2026-03-01", author="程晚舟", body="四"), [page(9)])
        archive.gone(url(9), replace(page(9), fetched_at=START + timedelta(days=4)))
    name = f"{key(path, 9)}@2"
    file = cited(path, name, f"{key(path, 9)}@1")
    assert [row["title"] for row in rows(file)] == ["", "已撤的公告"]
    assert check_file(path, file) == (2, None)
    done = gaoxin("cite", name, "--archive", path)
    assert "title = {{已撤的公告}}" in done.stdout and "Found gone on 2026-03-05" in done.stdout, done.stderr
    done = gaoxin("release", "three", "--archive", path, "--into", path.with_name("three"))
    file = cited(path, name)
    done = gaoxin("verify", "--release", path.with_name("three"), "--citation", file)
    assert done.returncode == 0, done.stdout


def test_the_publisher_of_a_cloaked_mirror_is_its_host(path: Path) -> None:
    with Archive(path) as archive:
        archive.append(Bulletin(url(9), "cloaked", "题", body="四"), [page(9)])
        archive.conn.execute(
            "INSERT INTO sources VALUES ('cloaked', '伪装镜像', '', '', NULL, NULL, 'metadata', 'never')"
        )
        assert json.loads(csl(cite(archive.conn, [url(9)])))[0]["publisher"] == SITE


def test_the_command(path: Path, gaoxin: Command) -> None:
    into = path.with_name("引用 文件")
    made = gaoxin("cite", "--query", "公告", "--into", into, "--archive", path)
    assert made.returncode == 0 and "5 versions" in made.stdout, made.stderr
    checked = gaoxin("verify", "--citation", into / "citation.csv", "--archive", path)
    assert checked.returncode == 0 and "5 versions are what they are cited as" in checked.stdout
    one = gaoxin("cite", url(6), "--archive", path)
    assert one.stdout.startswith("@misc{gaoxin-") and one.stdout.count("@misc") == 1
    text = (into / "citation.csv").read_text(encoding="utf-8")
    (into / "citation.csv").write_text(text.replace(rows(into / "citation.csv")[1]["hash"], "0" * 64), encoding="utf-8")
    wrong = gaoxin("verify", "--citation", into / "citation.csv", "--archive", path)
    assert wrong.returncode == 1 and "row 2" in wrong.stdout
    assert wrong.stdout.startswith(f"the citation does NOT verify, {path} does: ")
    for told in (
        ["cite"],
        ["cite", "ffffffffffff"],
        ["cite", "--query", "没有这样的词"],
        ["cite", url(6), "--format", "ris"],
    ):
        refused = gaoxin(*told, "--archive", path)
        assert (refused.returncode, refused.stderr.count("\n")) == (2, 1), told


def test_a_version_is_named_with_the_address_that_it_was_read_from(tmp_path: Path) -> None:
    old, new = "http://www.zone.cn/old.html", "http://www.zone.cn/new.html"
    with Archive(tmp_path / "a.db") as archive:
        captures.append(archive, "高新区签约一批项目。", 1, old)
        moved = archive.append(
            captures.bulletin("高新区签约一批项目。", new), [captures.page(2, new)], moved=archive.document_of(old)
        )
        assert moved.change == "moved"
        key = archive.conn.execute("SELECT key FROM documents").fetchone()[0]
        cited = [one.row["url"] for one in cite(archive.conn, [f"{key}@1", f"{key}@2"])]
        exported = [row["url"] for row in versions(archive.conn, Selection())]
    assert cited == exported == [old, new]


@pytest.mark.parametrize(("column", "value"), [("place", "9" * 5_000), ("title", "高" * 140_000)])
def test_a_citation_that_was_blown_up_is_damaged(tmp_path: Path, column: str, value: str) -> None:
    path = tmp_path / "a.db"
    make(path, 3)
    with closing(connect_existing(path)) as conn:
        (citation,) = cite(conn, [url(1)])
    rows = list(csv.DictReader(io.StringIO(hashes([citation]))))
    rows[0][column] = value
    with (tmp_path / "c.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    with pytest.raises(Problem, match="is damaged"):
        check_file(path, tmp_path / "c.csv")
