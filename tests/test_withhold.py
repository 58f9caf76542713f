"""What is withheld is nowhere to be seen, why is told, and the chain verifies all the same."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from archive import history, ledger, selection
from archive.backup import backup
from archive.bulletins import Level
from archive.release import freeze
from archive.selection import Selection
from archive.store import Archive
from archive.verify import verify
from archive.warc import stored_pages
from archive.withhold import Withheld, withhold
from scrapers.model import Bulletin, Outcome, Page, Problem
from tests.conftest import Command
from tests.faults.kept import SECRET, SITE, WHY, contents, copied, key, page, sentence, url


@pytest.fixture
def archive(mirrored: Path, tmp_path: Path) -> Iterator[Archive]:
    with copied(mirrored, tmp_path) as opened:
        yield opened


@pytest.mark.parametrize("level", ["hidden", "erased"])
def test_it_is_in_nothing_that_is_browsed_searched_or_exported(archive: Archive, level: str) -> None:
    told = withhold(archive, url(1), level, WHY, "第7号")  # type: ignore[arg-type]
    one = told.key
    conn = archive.conn
    for table in ("bulletins", "version_details"):
        assert conn.execute(f"SELECT count(*) FROM {table} WHERE key = ?", [one]).fetchone() == (0,)
    assert selection.find(conn, Selection(query=SECRET), 9).total == 1, "its copy alone"
    assert one not in {row["key"] for row in history.versions(conn, Selection())}
    assert one not in {row["key"] for row in history.states(conn, Selection(), "9999")}
    assert conn.execute("SELECT count(*) FROM fingerprints WHERE document_id = 1").fetchone() == (0,)
    with pytest.raises(Problem, match=WHY):
        history.document(conn, url(1))
    assert conn.execute("SELECT level, reason, reference FROM withheld").fetchall() == [(level, WHY, "第7号")]
    verified = verify(archive.path, deep=True)
    assert (verified.fault, verified.versions, verified.erased) == (None, 12, 2 if level == "erased" else 0)


def test_the_texts_and_pages_of_what_is_hidden_are_kept(archive: Archive) -> None:
    withhold(archive, url(1), "hidden", WHY)
    assert len(contents(archive, f"{SECRET}第1号")) >= 3


@pytest.mark.parametrize("level", ["hidden", "erased"])
def test_a_page_that_was_read_for_nothing_is_not_exported_either(archive: Archive, level: Level) -> None:
    archive.observe(replace(page(2, "读不出"), status=200))
    told = [capture.page.url for capture in stored_pages(archive.path)]
    assert told.count(url(2)) == 2
    withhold(archive, url(2), level, WHY)
    assert url(2) not in [capture.page.url for capture in stored_pages(archive.path)]


def test_who_names_a_withheld_version_by_its_hash_is_told_why(archive: Archive) -> None:
    version_hash = archive.conn.execute("SELECT hash FROM versions WHERE document_id = 2").fetchone()[0]
    withhold(archive, url(2), "hidden", WHY)
    with pytest.raises(Problem, match=WHY):
        history.version(archive.conn, version_hash[:12])


def test_it_says_who_else_has_it(archive: Archive) -> None:
    freeze(archive, "with")
    into = archive.path.parent / "备份"
    backup(archive.path, into)
    archive.conn.execute("UPDATE elsewhere SET written_at = '2026-03-09T23:50:00Z'")
    archive.now = lambda: datetime.now(UTC) + timedelta(seconds=1)
    told = withhold(archive, url(1), "erased", WHY)
    copies, elsewhere = (
        (key(archive, "http://mirror.example/11.html"),),
        ((str(into), "2026-03-10"),),
    )
    assert told == Withheld(key(archive, url(1)), "erased", 2, 2, copies, ("with",), elsewhere)
    archive.conn.execute("UPDATE elsewhere SET written_at = '2999-01-01T00:00:00Z'")
    assert withhold(archive, url(1), "erased", WHY).elsewhere == (), "a backup made since does not hold it"


def test_a_release_that_ends_with_its_first_version_holds_it(archive: Archive) -> None:
    freeze(archive, "before")
    archive.append(Bulletin(url(12), SITE, "园区第12号公告", body=sentence(12)), [page(12)])
    freeze(archive, "with")
    assert withhold(archive, url(12), "hidden", WHY).releases == ("with",)


def test_a_release_made_while_it_was_hidden_does_not_hold_it(archive: Archive, gaoxin: Command) -> None:
    """A backup does."""
    archive.close()
    one = ("withhold", url(1), "--reason", WHY, "--level")
    for year, told in (
        (2025, ("release", "before")),
        (2026, (*one, "hidden")),
        (2027, ("release", "while")),
        (2027, ("backup", "copy")),
        (2999, (*one, "erased")),
    ):
        done = gaoxin(*told, env={"GAOXIN_CLOCK": f"{year}-03-02T12:00:00+08:00"})
        assert done.returncode == 0, done.stderr
    assert "releases that hold it: before\n" in done.stdout
    written = re.findall(r"^written before, and not changed: .*/(\S+) ", done.stdout, re.MULTILINE)
    assert written == ["bulletins-before", "copy"]


def test_the_last_reason_is_the_one_that_is_told(archive: Archive, gaoxin: Command) -> None:
    one = key(archive, url(1))
    withhold(archive, one, "hidden", "甲")
    withhold(archive, one, "erased", "乙", "第7号")
    archive.close()
    for command in ("history", "cite"):
        assert gaoxin(command, one).stderr == f"gaoxin: {one} is withheld (乙): its texts are not shown\n"


@pytest.mark.parametrize(("stands", "level"), [("hidden", "hidden"), ("erased", "erased"), ("erased", "hidden")])
def test_another_reason_for_what_stands_withheld_is_refused(
    archive: Archive, gaoxin: Command, stands: Level, level: Level
) -> None:
    withhold(archive, url(1), stands, "甲", "第7号")
    archive.close()
    repeated = ("withhold", url(1), "--level", level, "--reason")
    done = gaoxin(*repeated, "乙")
    assert done.returncode == 2
    assert f"is {stands} already (甲, 第7号), and its reason stays" in done.stderr
    assert gaoxin(*repeated, "甲").returncode == 0, "what was cut short is carried on"


def test_it_says_who_quotes_it(archive: Archive) -> None:
    whole = "\n".join(sentence(n) for n in range(20, 40))
    with archive.transaction():
        archive.append(Bulletin(url(40), SITE, "汇编", body=f"{whole}\n{sentence(2)}\n{whole[::-1]}"), [page(40)])
    kinds = archive.conn.execute(
        "SELECT kind FROM links WHERE ? IN (document_id, other_id)", [archive.document_of(url(2))]
    )
    assert kinds.fetchall() == [("part_of",)]
    assert withhold(archive, url(2), "erased", WHY).copies == (key(archive, url(40)),)


def test_its_copies_are_linked_to_each_other_anew(archive: Archive) -> None:
    third = Bulletin("http://third.example/3", "third.example", "转载", body=f"再转载:{sentence(1)}")
    archive.append(third, [])
    ids = archive.document_of("http://mirror.example/11.html"), archive.document_of(third.url)
    withhold(archive, url(1), "hidden", WHY)
    rows = archive.conn.execute(
        "SELECT canonical_id, copies FROM bulletins WHERE document_id IN (?, ?)", ids
    ).fetchall()
    assert [copies for _, copies in rows] == [1, 1]
    assert {canonical for canonical, _ in rows} < set(ids)
    withhold(archive, third.url, "hidden", WHY)
    alone = archive.conn.execute("SELECT canonical_id, copies FROM bulletins WHERE document_id = ?", ids[:1]).fetchone()
    assert alone == (None, 0)


def test_a_hidden_document_goes_on_being_archived_and_stays_hidden(archive: Archive) -> None:
    withhold(archive, url(2), "hidden", WHY)
    assert archive.append(Bulletin(url(2), SITE, "新", body="新的文字"), [page(2, "新")]).change == "edited"
    assert (
        archive.gone(url(2), Page(url(2), b"", page(3).fetched_at, outcome=Outcome.GONE, status=404)).change == "gone"
    )
    assert selection.find(archive.conn, Selection(query="新的文字"), 9).total == 0
    assert url(2) not in {known.url for known in ledger.known_pages(archive, [])}
    assert verify(archive.path, deep=True).fault is None


def test_hidden_can_become_erased_and_erased_stays_erased(archive: Archive) -> None:
    withhold(archive, url(1), "hidden", WHY)
    assert withhold(archive, url(1), "erased", "法院裁定").level == "erased"
    assert withhold(archive, url(1), "hidden", "法院裁定").level == "erased"
    assert archive.conn.execute("SELECT level FROM withheld").fetchall() == [("hidden",), ("erased",)]


def test_a_withheld_document_that_is_shown_again_is_a_fault(archive: Archive) -> None:
    archive.conn.execute("INSERT INTO withheld VALUES (4, 'hidden', '要求', NULL, '2026-03-01T00:00:00Z')")
    assert verify(archive.path).fault == "document 4 is hidden, and still in bulletins"


def test_the_command(archive: Archive, gaoxin: Command) -> None:
    where = ("--archive", archive.path)
    done = gaoxin("withhold", url(1), "--level", "erased", "--reason", WHY, "--reference", "(2026)7号", *where)
    assert done.returncode == 0 and "2 versions, 2 raw pages overwritten" in done.stdout, done.stderr
    assert key(archive, "http://mirror.example/11.html") in done.stdout
    checked = gaoxin("verify", "--deep", *where)
    assert checked.returncode == 0 and "12 versions, 2 erased" in checked.stdout
    for told in (["--level", "gone", "--reason", WHY], ["--level", "hidden", "--reason", " "]):
        refused = gaoxin("withhold", url(2), *told, *where)
        assert (refused.returncode, refused.stderr.count("\n")) == (2, 1)
    assert gaoxin("withhold", "http://no.example/", "--level", "hidden", "--reason", WHY, *where).returncode == 2
