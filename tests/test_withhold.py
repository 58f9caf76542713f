"""What is withheld is nowhere to be seen; what is erased is in no file; the chain verifies all the same."""

from __future__ import annotations

import random
import re
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest

from archive import history, ledger, selection
from archive.backup import backup
from archive.bulletins import Level
from archive.files import connect_existing
from archive.pages import PageStore, pages_path
from archive.release import freeze
from archive.selection import Selection
from archive.store import Archive
from archive.verify import verify
from archive.warc import stored_pages
from archive.withhold import Withheld, refusal, withhold
from scrapers.model import Bulletin, Outcome, Page, Problem
from tests.conftest import Command
from tests.faults.kept import SECRET, START, make, page, sentence, url

SITE = "news.park.example"
WHY = "应当事人要求"


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ten articles; article 1 was edited, and article 11 is a copy of it on another site."""
    path = tmp_path_factory.mktemp("first") / "bulletins.db"
    make(path, 10)
    with Archive(path, clock=lambda: START) as archive, archive.transaction():
        archive.append(Bulletin(url(1), SITE, "园区第1号公告", body=f"{sentence(1)}\n更正"), [page(1, "更正")])
        copy = replace(page(11), url="http://mirror.example/11.html")
        archive.append(Bulletin(copy.url, "mirror.example", "转载", body=f"转载:{sentence(1)}"), [copy])
    return path


@pytest.fixture
def archive(first: Path, tmp_path: Path) -> Iterator[Archive]:
    for file in (first, pages_path(first)):
        shutil.copy(file, tmp_path)
    with Archive(tmp_path / first.name, clock=lambda: START) as opened:
        yield opened


def key(archive: Archive, address: str) -> str:
    row = archive.conn.execute("SELECT key FROM documents WHERE id = ?", [archive.document_of(address)]).fetchone()
    return str(row[0])


def contents(archive: Archive, text: str) -> list[str]:
    """The files in which a text stands: as it is, or in a page."""
    found = [file.name for file in archive.path.parent.glob("bulletins*") if text.encode() in file.read_bytes()]
    for (name,) in archive.pages.conn.execute("SELECT sha256 FROM blobs").fetchall():
        found += [name] if text.encode() in archive.pages.get(name) else []
    return found


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


def test_what_is_erased_stands_in_no_file(archive: Archive) -> None:
    text = f"{sentence(1)[:40]}"
    assert contents(archive, text)
    withhold(archive, "http://mirror.example/11.html", "erased", WHY)
    told = withhold(archive, key(archive, url(1)), "erased", WHY)
    assert told.pages == 2
    assert contents(archive, text) == []
    assert contents(archive, sentence(2)[:40]), "the others are there"
    assert verify(archive.path, deep=True).fault is None


def test_what_another_document_holds_too_stays_there(archive: Archive) -> None:
    same = Bulletin(
        "http://other.example/2", "other.example", "园区第2号公告", "2026-03-01", body=f"分享到\n{sentence(2)}\n以上。"
    )
    archive.append(same, [replace(page(2), url=same.url)])
    told = withhold(archive, url(2), "erased", WHY)
    assert (told.pages, told.copies) == (0, (key(archive, same.url),))
    assert verify(archive.path, deep=True).fault is None
    withhold(archive, same.url, "erased", WHY)
    assert contents(archive, sentence(2)[:40]) == []
    assert verify(archive.path, deep=True).fault is None


def test_an_erased_text_that_another_site_publishes_later_is_that_one_s(archive: Archive) -> None:
    withhold(archive, url(3), "erased", WHY)
    same = Bulletin(
        "http://other.example/3", "other.example", "园区第3号公告", "2026-03-01", body=f"分享到\n{sentence(3)}\n以上。"
    )
    assert archive.append(same, [replace(page(3), url=same.url)]).change == "new"
    with pytest.raises(Problem, match="withheld"):
        history.document(archive.conn, url(3))
    assert selection.find(archive.conn, Selection(query="第3号"), 9).total == 1
    assert verify(archive.path, deep=True).fault is None


def test_whatever_was_seen_on_the_way_to_it_is_erased_too(archive: Archive) -> None:
    """A page that was read for nothing, under an address that led to the document's; one that became another document stays."""
    archive.observe(replace(page(2, "读不出"), url="http://short.example/x", final_url=url(2)))
    other = Bulletin("http://other.example/9", "other.example", "转", body="另一篇")
    led = replace(page(9), url=other.url, final_url="http://notice.example/")
    archive.append(
        Bulletin(url(2), SITE, "二", body="二"), [replace(page(2, "新"), final_url="http://notice.example/")]
    )
    archive.append(other, [led, replace(page(2, "共用的第二页"), url=url(2))])
    withhold(archive, url(2), "erased", WHY)
    shared = page(2, "共用的第二页").body
    assert contents(archive, sentence(2)[:40]) == [sha256(shared).hexdigest()], "a further page of another document"
    assert archive.pages.get(sha256(led.body).hexdigest()) == led.body
    kept = archive.conn.execute(
        "SELECT count(*) FROM observations WHERE headers IS NOT NULL AND url = ?"
        " AND document_id = (SELECT document_id FROM withheld)",
        [url(2)],
    )
    assert kept.fetchone() == (0,), "nor what the server said with it"
    assert verify(archive.path, deep=True).fault is None


@pytest.mark.parametrize("level", ["hidden", "erased"])
def test_a_page_that_was_read_for_nothing_is_not_exported_either(archive: Archive, level: Level) -> None:
    archive.observe(replace(page(2, "读不出"), status=200))
    told = [capture.page.url for capture in stored_pages(archive.path)]
    assert told.count(url(2)) == 2
    withhold(archive, url(2), level, WHY)
    assert url(2) not in [capture.page.url for capture in stored_pages(archive.path)]


def test_nothing_of_it_is_left_between_the_rows(tmp_path: Path) -> None:
    """Where SQLite does not overwrite what it takes out, older states stand on in parts of the file that are not used."""
    path, rng = tmp_path / "bulletins.db", random.Random(1)
    texts = []
    with Archive(path, clock=lambda: START) as archive:
        for conn in (archive.conn, archive.pages.conn):
            conn.execute("PRAGMA secure_delete = OFF")
        for n in range(240):
            told = "".join(chr(rng.randrange(0x4E00, 0x9000)) for _ in range(rng.choice([40, 300, 900])))
            texts.append((n % 60, told))
            fetched = replace(page(n % 60, told), fetched_at=START + timedelta(hours=n))
            archive.append(Bulletin(fetched.url, SITE, told[:9], body=told), [fetched])
        own = [told for number, told in texts if number < 6]

        def left() -> int:
            held = path.read_bytes()
            return sum(told[at : at + 6].encode() in held for told in own for at in range(0, len(told) - 6, 6))

        archive.conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        assert left() > 500
        for number in range(6):
            withhold(archive, url(number), "erased", WHY)
        assert left() == 0
        assert archive.pages.conn.execute("PRAGMA freelist_count").fetchone() == (0,), "both files were written anew"
    assert verify(path, deep=True).fault is None


def test_no_link_says_a_name_of_its_title_any_more(archive: Archive) -> None:
    for name, address in (("张伟", url(20)), ("李娜", url(21))):
        body = "".join(sentence(n) for n in range(20, 24))
        archive.append(Bulletin(address, SITE, f"关于{name}任职的公告", body=body), [replace(page(20), url=address)])
    assert "张伟" in archive.conn.execute("SELECT rule FROM links ORDER BY rowid DESC").fetchone()[0]
    withhold(archive, url(20), "erased", WHY)
    assert contents(archive, "张伟") == []
    assert contents(archive, "李娜")


def test_a_page_that_a_killed_run_left_is_erased_with_it(archive: Archive) -> None:
    archive.pages.put(
        f"{sentence(1)}未归档".encode()
    )  # kept, and its transaction never ended: whose it is, nothing tells
    archive.pages.commit()
    assert contents(archive, "未归档")
    assert withhold(archive, url(1), "erased", WHY).pages == 2
    assert contents(archive, "未归档") == []


def test_while_another_program_reads_it_is_said_that_bytes_may_be_left(archive: Archive) -> None:
    with closing(sqlite3.connect(archive.path)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM versions").fetchone()
        archive.conn.execute("PRAGMA busy_timeout = 50")
        with pytest.raises(Problem, match="withhold it again when nothing else has the archive open"):
            withhold(archive, url(2), "erased", WHY)
    assert withhold(archive, url(2), "erased", WHY).level == "erased"
    assert contents(archive, sentence(2)[:40]) == []


def test_a_damaged_page_that_leans_on_it_keeps_nothing_from_being_erased(archive: Archive) -> None:
    base, leaning = archive.pages.conn.execute(
        "SELECT dict_id, min(sha256) FROM blobs WHERE dict_id IS NOT NULL GROUP BY 1 HAVING count(*) > 2"
    ).fetchone()
    archive.pages.conn.execute("UPDATE blobs SET data = x'00' WHERE sha256 = ?", [leaning])
    address = archive.conn.execute("SELECT url FROM observations WHERE raw_sha256 = ?", [base]).fetchone()[0]
    withhold(archive, address, "erased", WHY)
    with pytest.raises(KeyError):
        archive.pages.get(base)
    rest = archive.pages.conn.execute("SELECT sha256 FROM blobs WHERE sha256 <> ?", [leaning]).fetchall()
    assert len([archive.pages.get(name) for (name,) in rest]) == len(rest) >= 3
    assert leaning[:12] in str(verify(archive.path, deep=True).fault)


def test_who_names_a_withheld_version_by_its_hash_is_told_why(archive: Archive) -> None:
    version_hash = archive.conn.execute("SELECT hash FROM versions WHERE document_id = 2").fetchone()[0]
    withhold(archive, url(2), "hidden", WHY)
    with pytest.raises(Problem, match=WHY):
        history.version(archive.conn, version_hash[:12])


def test_an_erasure_that_left_the_text_is_a_fault(archive: Archive) -> None:
    withhold(archive, url(4), "hidden", WHY)
    archive.conn.execute("UPDATE withheld SET level = 'erased'")
    assert verify(archive.path).fault == "document 4 is erased, and its text still kept: withhold it again"
    withhold(archive, url(4), "erased", WHY)
    assert verify(archive.path).fault is None


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


def test_an_erased_address_is_refused_and_nothing_of_it_is_kept_again(archive: Archive) -> None:
    withhold(archive, url(1), "erased", WHY)
    withhold(archive, url(2), "hidden", WHY)
    assert "erased" in str(refusal(archive, url(1).replace("http:", "https:")))
    assert refusal(archive, url(2)) is None
    appended = archive.append(Bulletin(url(1), SITE, "再", body=sentence(1)), [page(1, "再")])
    assert appended.change is None
    led = replace(page(1, "再"), url="http://short.example/x", final_url=url(1))
    archive.observe(led)
    archive.gone(url(1), Page(url(1), sentence(1).encode(), START, outcome=Outcome.GONE, status=404))
    assert contents(archive, f"{SECRET}第1号") == [
        name for name in contents(archive, "转载:") if name.startswith("bulletins")
    ]
    outcomes = archive.conn.execute("SELECT outcome, raw_sha256 FROM observations ORDER BY id DESC LIMIT 3").fetchall()
    assert outcomes == [("withheld", None)] * 3
    assert verify(archive.path, deep=True).fault is None


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


def test_an_erasure_that_was_cut_short_is_found_and_carried_on(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(PageStore, "erase", lambda self, names: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            withhold(archive, url(1), "erased", WHY)
    assert "withhold it again" in str(verify(archive.path).fault)
    assert withhold(archive, url(1), "erased", WHY).pages == 2
    assert verify(archive.path, deep=True).fault is None


def test_a_text_that_is_missing_and_not_erased_is_still_a_fault(archive: Archive) -> None:
    withhold(archive, url(1), "erased", WHY)
    archive.conn.execute("UPDATE contents SET body = NULL WHERE title = '园区第3号公告'")
    assert "version 3 " in str(verify(archive.path).fault)


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


def test_the_command_does_not_ask_for_an_erased_address(archive: Archive, gaoxin: Command) -> None:
    withhold(archive, url(1), "erased", WHY)
    added = gaoxin("add", url(1), "--archive", archive.path, env={"GAOXIN_STATE": str(archive.path.parent / "state")})
    assert added.returncode == 1 and "erased from the archive on request" in added.stdout
    with closing(connect_existing(archive.path)) as conn:
        assert conn.execute("SELECT outcome FROM observations ORDER BY id DESC").fetchone() == ("withheld",)
    with closing(sqlite3.connect(archive.path)) as conn:
        assert conn.execute("SELECT count(*) FROM versions").fetchone() == (12,)
