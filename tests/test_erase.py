"""What is erased is in no file, and does not come back; what others hold stays, and the chain verifies all the same."""

from __future__ import annotations

import random
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import pytest

from archive import history, selection
from archive.files import connect_existing
from archive.pages import PageStore
from archive.selection import Selection
from archive.store import Archive
from archive.verify import verify
from archive.withhold import refusal, withhold
from scrapers.model import Bulletin, Outcome, Page, Problem
from tests.conftest import Command
from tests.faults.kept import SECRET, SITE, START, WHY, contents, copied, key, page, sentence, url


@pytest.fixture
def archive(mirrored: Path, tmp_path: Path) -> Iterator[Archive]:
    with copied(mirrored, tmp_path) as opened:
        yield opened


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


def test_a_page_that_an_address_of_no_document_gave_too_stays(archive: Archive) -> None:
    archive.observe(replace(page(2), url="http://other.example/2"))
    assert withhold(archive, url(2), "erased", WHY).pages == 0
    assert archive.pages.get(sha256(page(2).body).hexdigest()) == page(2).body
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


def test_an_erasure_that_left_the_text_is_a_fault(archive: Archive) -> None:
    withhold(archive, url(4), "hidden", WHY)
    archive.conn.execute("UPDATE withheld SET level = 'erased'")
    assert verify(archive.path).fault == "document 4 is erased, and its text still kept: withhold it again"
    withhold(archive, url(4), "erased", WHY)
    assert verify(archive.path).fault is None


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


def test_an_erasure_that_was_cut_short_is_found_and_carried_on(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(PageStore, "erase", lambda self, names: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            withhold(archive, url(1), "erased", WHY)
    fault = r"document 1 is erased, and its raw page [0-9a-f]{12} still kept: withhold it again"
    assert re.fullmatch(fault, str(verify(archive.path).fault))
    assert withhold(archive, url(1), "erased", WHY).pages == 2
    assert verify(archive.path, deep=True).fault is None


def test_a_text_that_is_missing_and_not_erased_is_still_a_fault(archive: Archive) -> None:
    withhold(archive, url(1), "erased", WHY)
    archive.conn.execute("UPDATE contents SET body = NULL WHERE title = '园区第3号公告'")
    assert "version 3 " in str(verify(archive.path).fault)


def test_the_command_does_not_ask_for_an_erased_address(archive: Archive, gaoxin: Command) -> None:
    withhold(archive, url(1), "erased", WHY)
    added = gaoxin("add", url(1), "--archive", archive.path, env={"GAOXIN_STATE": str(archive.path.parent / "state")})
    assert added.returncode == 1 and "erased from the archive on request" in added.stdout
    with closing(connect_existing(archive.path)) as conn:
        assert conn.execute("SELECT outcome FROM observations ORDER BY id DESC").fetchone() == ("withheld",)
    with closing(sqlite3.connect(archive.path)) as conn:
        assert conn.execute("SELECT count(*) FROM versions").fetchone() == (12,)
