"""The archive as a writer meets it: one bulletin after another becomes versions, whole or not at all."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from archive.hashes import document_key
from archive.pages import pages_path
from archive.store import Archive
from archive.verify import verify
from scrapers.model import Bulletin, Outcome, Via
from tests.captures import URL, append, at, bulletin, fault, gone, gone_page, page, rows, shown, stamp

# What a capture is to the ones before it


def test_a_document_lives_through_every_change(archive: Archive) -> None:
    assert append(archive, "一", 1) == "new"
    assert shown(archive) == ("一", "live", 1)
    assert append(archive, "二", 2) == "edited"
    assert shown(archive) == ("二", "live", 2)
    assert append(archive, "二", 3) is None
    assert shown(archive) == ("二", "live", 2)
    assert gone(archive, 4) == "gone"
    assert shown(archive) == ("二", "gone", 3)
    assert gone(archive, 5) is None
    assert shown(archive) == ("二", "gone", 3)
    assert append(archive, "二", 6) == "back"
    assert shown(archive) == ("二", "live", 4)
    assert append(archive, "一", 7) == "edited"
    assert shown(archive) == ("一", "live", 5)
    assert rows(archive, "SELECT version, change, captured_at, observed_at FROM versions") == [
        (n, change, stamp(day), stamp(100))
        for n, (change, day) in enumerate([("new", 1), ("edited", 2), ("gone", 4), ("back", 6), ("edited", 7)], 1)
    ]
    assert fault(archive) is None


def test_a_text_that_returns_after_another_is_an_edit_with_its_content_stored_once(archive: Archive) -> None:
    assert [append(archive, text, day) for day, text in enumerate("一二一")] == ["new", "edited", "edited"]
    assert rows(archive, "SELECT count(*) FROM contents") == [(2,)]
    assert fault(archive) is None


def test_an_older_capture_is_earlier_and_bulletins_keep_the_newest(archive: Archive) -> None:
    assert append(archive, "新", 5) == "new"
    assert append(archive, "旧", 2) == "earlier"
    assert shown(archive) == ("新", "live", 2)
    assert rows(archive, "SELECT captured_at FROM bulletins") == [(stamp(5),)]
    assert fault(archive) is None


def test_an_older_capture_that_says_what_stood_then_adds_none(archive: Archive) -> None:
    append(archive, "一", 1)
    append(archive, "二", 5)
    assert append(archive, "一", 3) is None
    assert append(archive, "三", 3) == "earlier"
    assert append(archive, "三", 4) is None
    assert append(archive, "一", 2) is None
    assert shown(archive) == ("二", "live", 3)
    assert fault(archive) is None


def test_a_page_that_was_gone_in_between_leaves_the_newest_live(archive: Archive) -> None:
    append(archive, "一", 1)
    append(archive, "二", 5)
    assert gone(archive, 3) == "gone"
    assert shown(archive) == ("二", "live", 3)
    assert append(archive, "一", 4) == "earlier"
    assert fault(archive) is None


def test_a_capture_between_two_sightings_of_one_text_does_not_become_the_newest(archive: Archive) -> None:
    append(archive, "今", 1)
    assert append(archive, "今", 3) is None
    append(archive, "昔", 2)
    assert shown(archive)[0] == "今", "the page said 今 on day 3, after 昔 on day 2"


def test_a_page_seen_after_it_was_missing_is_live(archive: Archive) -> None:
    append(archive, "今", 1)
    assert append(archive, "今", 3) is None
    gone(archive, 2)
    assert shown(archive)[1] == "live", "the page was there on day 3, after it was missing on day 2"


def test_a_page_missing_before_it_was_first_seen_is_no_version(archive: Archive) -> None:
    append(archive, "一", 5)
    assert gone(archive, 1) is None
    assert shown(archive) == ("一", "live", 1)
    assert rows(archive, "SELECT outcome FROM observations ORDER BY id") == [("ok",), ("gone",)]
    assert fault(archive) is None


def test_a_late_capture_of_a_gone_document_is_its_last_text(archive: Archive) -> None:
    append(archive, "一", 1)
    gone(archive, 5)
    assert append(archive, "二", 3) == "earlier"
    assert fault(archive) is None
    assert shown(archive) == ("二", "gone", 3)


def test_of_captures_in_the_same_second_the_last_appended_stands(archive: Archive) -> None:
    assert append(archive, "一", 1) == "new"
    assert append(archive, "二", 1) == "edited"
    assert append(archive, "一", 1) == "edited"
    assert shown(archive) == ("一", "live", 3)
    assert fault(archive) is None


def test_an_unknown_address_is_not_gone(archive: Archive) -> None:
    with pytest.raises(KeyError):
        archive.gone(URL, gone_page(1))
    assert rows(archive, "SELECT (SELECT count(*) FROM documents) + (SELECT count(*) FROM observations)") == [(0,)]


def test_a_state_is_captured_when_its_last_page_was_served(archive: Archive) -> None:
    archive.append(bulletin("一"), [page(3), page(1, URL + "_2"), page(2, URL + "_3")])
    assert rows(archive, "SELECT captured_at FROM versions") == [(stamp(3),)]


def test_without_a_page_a_state_is_captured_now(archive: Archive) -> None:
    assert archive.append(bulletin("一")).change == "new"
    assert rows(archive, "SELECT captured_at, first_seen_at FROM versions JOIN documents") == [(stamp(100), stamp(100))]
    assert fault(archive) is None


# What makes an edit


@pytest.mark.parametrize(
    "field_",
    [
        {"title": "别的"}, {"published_at": "2026-03-02"}, {"origin": "新华社"}, {"author": "甲"}, {"editor": "乙"},
        {"body": "二"}, {"images": ("http://www.zone.cn/1.jpg",)}, {"attachments": ("http://www.zone.cn/1.pdf",)},
    ],
    ids=lambda changed: next(iter(changed)),
)  # fmt: skip
def test_every_field_of_the_content_makes_an_edit(archive: Archive, field_: dict[str, Any]) -> None:
    append(archive, "一", 1)
    assert append(archive, **{"body": "一", "day": 2, **field_}) == "edited"


@pytest.mark.parametrize(
    "field_",
    [{"page_text": "浏览 2 次"}, {"extra": {"views": 2}}, {"layout": "zone[1]"}],
    ids=lambda changed: next(iter(changed)),
)
def test_what_stands_beside_the_content_makes_no_edit(archive: Archive, field_: dict[str, Any]) -> None:
    append(archive, "一", 1, page_text="浏览 1 次", extra={"views": 1}, layout="zone[0]")
    assert append(archive, "一", 2, **field_) is None
    append(archive, "二", 3)
    assert append(archive, "一", 4, **field_) == "edited"
    assert fault(archive) is None


def test_the_order_of_images_counts(archive: Archive) -> None:
    append(archive, "一", 1, images=("http://a.cn/1.jpg", "http://a.cn/2.jpg"))
    assert append(archive, "一", 2, images=("http://a.cn/2.jpg", "http://a.cn/1.jpg")) == "edited"


# Addresses and keys


def test_both_schemes_are_one_address(archive: Archive) -> None:
    append(archive, "一", 1)
    secure = URL.replace("http:", "https:")
    assert append(archive, "一", 2, secure) is None
    assert append(archive, "二", 3, secure) == "edited"
    assert gone(archive, 4, secure) == "gone"
    assert archive.document_of(secure) == archive.document_of(URL) == 1
    assert rows(archive, "SELECT count(*) FROM documents") == [(1,)]


def test_a_document_key_is_twelve_hex_digits_of_source_and_address() -> None:
    assert document_key("zone", URL) == document_key("zone", URL.replace("http:", "https:")) == "06b21e7430d8"
    assert document_key("other", URL) != document_key("zone", URL) != document_key("zone", URL + "?id=2")


def test_two_machines_make_the_same_keys_and_the_same_chain(tmp_path: Path) -> None:
    heads = set()
    for machine in ("甲", "乙"):
        (tmp_path / machine).mkdir()
        with Archive(tmp_path / machine / "bulletins.db", clock=lambda: at(100)) as archive:
            append(archive, "一", 1)
            append(archive, "二", 2, "https://mirror.example/2", images=("http://a.cn/1.jpg",), extra={"b": 1, "a": 2})
            gone(archive, 3)
            keys = tuple(rows(archive, "SELECT key FROM documents ORDER BY id"))
        heads.add((keys, verify(archive.path).head))
    assert len(heads) == 1


def test_a_source_is_the_host_where_no_recipe_names_one(archive: Archive) -> None:
    archive.append(Bulletin("http://mirror.example:8080/1", body="一"))
    assert rows(archive, "SELECT d.source, b.source FROM documents d JOIN bulletins b") == [("mirror.example",) * 2]


def test_where_a_redirect_led_becomes_a_known_address(archive: Archive) -> None:
    target, second = "https://new.zone.cn/1.shtml", URL + "?page=2"
    archive.append(bulletin("一"), [page(1, final_url=target), page(1, second)])
    assert [archive.document_of(url) for url in (URL, target, second)] == [1, 1, 1]
    assert append(archive, "二", 2, target) == "edited"
    assert rows(archive, "SELECT url, why FROM urls ORDER BY rowid") == [
        (URL, "first"), (target, "redirect"), (second, "page")
    ]  # fmt: skip


def test_an_address_stays_with_the_document_that_had_it_first(archive: Archive) -> None:
    home = "http://www.zone.cn/"
    archive.append(bulletin("一"), [page(1, final_url=home)])
    archive.append(bulletin("二", URL + "?2"), [page(1, URL + "?2", final_url=home)])
    assert [archive.document_of(url) for url in (home, URL, URL + "?2")] == [1, 1, 2]


def test_an_address_that_redirects_to_an_archived_page_is_that_document(archive: Archive) -> None:
    append(archive, "一", 1)
    archive.append(bulletin("一", URL + "?old"), [page(2, URL + "?old", final_url=URL)])
    assert archive.document_of(URL + "?old") == archive.document_of(URL)


def test_a_further_page_of_its_own_is_no_sighting_of_an_older_state(archive: Archive) -> None:
    append(archive, "一", 1)
    archive.append(bulletin("三"), [page(4), page(5, URL + "?2")])
    assert append(archive, "二", 2) == "earlier"
    states = rows(archive, "SELECT body FROM version_details ORDER BY captured_at")
    assert [row[0] for row in states] == ["一", "二", "三"]


def test_a_document_that_moved_keeps_its_history_and_both_addresses(archive: Archive) -> None:
    target = "http://www.zone.cn/new/1.shtml"
    append(archive, "一", 1)
    moved = bulletin("一", target)
    assert archive.twins_of(moved) == [(1, URL, False, True)]
    assert archive.append(moved, [page(2, target)], moved=1).change == "moved"
    assert archive.twins_of(moved) == [], "the address is known now"
    assert [archive.document_of(url) for url in (URL, target)] == [1, 1]
    assert append(archive, "二", 3, target) == "edited"
    assert rows(archive, "SELECT url, body, versions FROM bulletins") == [(target, "二", 3)]
    assert rows(archive, "SELECT count(*) FROM contents") == [(2,)]
    assert fault(archive) is None


@pytest.mark.parametrize("other", ["the old address of one that moved", "a further page"])
def test_a_document_is_only_gone_when_its_own_address_is(archive: Archive, other: str) -> None:
    address = URL + "?other"
    if other == "a further page":
        archive.append(bulletin("一"), [page(1), page(1, address)])
    else:
        append(archive, "一", 1, address)
        archive.append(bulletin("一"), [page(2)], moved=1)
    assert gone(archive, 3, address) is None
    assert rows(archive, "SELECT url, status FROM bulletins") == [(URL, "live")]


# What is kept beside the versions


def test_pages_are_stored_once(archive: Archive) -> None:
    for day in (1, 2, 3):
        archive.append(bulletin("一"), [page(day, body=b"<p>same</p>"), page(day, URL + "_2", b"<p>same</p>")])
    with closing(sqlite3.connect(pages_path(archive.path))) as conn:
        assert conn.execute("SELECT count(*) FROM blobs").fetchone() == (1,)
    assert rows(archive, "SELECT count(*) FROM observations") == [(6,)]


def test_a_version_names_its_pages_in_order(archive: Archive) -> None:
    bodies = [b"one", b"two", b"three"]
    archive.append(bulletin("一"), [page(1, f"{URL}_{n}", body) for n, body in enumerate(bodies)])
    kept = rows(
        archive,
        "SELECT p.n, o.url, p.raw_sha256 = o.raw_sha256, p.raw_sha256 FROM version_pages p"
        " JOIN observations o ON o.id = p.observation_id ORDER BY p.n",
    )
    assert [row[:3] for row in kept] == [(n, f"{URL}_{n - 1}", 1) for n in (1, 2, 3)]
    assert [archive.pages.get(row[3]) for row in kept] == bodies


def test_an_observation_is_written_for_every_request_also_without_change(archive: Archive) -> None:
    run = archive.db["runs"].insert({"flow": "f", "trigger": "t", "params": "{}", "code_version": "1", "started_at": "",
                                     "state": "running"}, pk="id").last_pk  # fmt: skip
    headers = {"etag": '"1"', "content-type": "text/html; charset=gbk"}
    asked = page(1, final_url=URL + "?to", headers=headers, via=Via.WARC)
    archive.append(bulletin("一"), [asked], run)
    archive.append(bulletin("一"), [page(2, final_url=URL)], run)
    archive.observe(page(3, body=b"", outcome=Outcome.TIMEOUT, status=None, error="no answer in 30 s"))
    found = list(archive.db.query("SELECT * FROM observations ORDER BY id"))
    assert [row["outcome"] for row in found] == ["ok", "ok", "timeout"]
    assert [row["run_id"] for row in found] == [run, run, None]
    assert [row["document_id"] for row in found] == [1, 1, None]
    assert [row["final_url"] for row in found] == [URL + "?to", None, None]
    assert json.loads(found[0]["headers"]) == headers
    assert (found[0]["via"], found[0]["status"], found[0]["fetched_at"]) == ("warc", 200, stamp(1))
    assert archive.pages.get(found[0]["raw_sha256"]) == asked.body
    assert (found[2]["raw_sha256"], found[2]["status"], found[2]["error"]) == (None, None, "no answer in 30 s")


def test_bulletins_hold_the_fields_of_the_newest_state(archive: Archive) -> None:
    told = {
        "title": "新标题",
        "published_at": "2026-03-02T08:00:00+08:00",
        "origin": "新华社",
        "author": "甲",
        "editor": "乙",
    }
    append(archive, "一", 1)
    append(archive, "二", 2, **told)
    append(archive, "零", 0, title="旧标题")
    row = next(iter(archive.db.query("SELECT * FROM bulletins")))
    assert row | told | {"body": "二", "status": "live", "versions": 3, "captured_at": stamp(2), "year": "2026"} == row
    assert (row["url"], row["source"], row["key"]) == (URL, "zone", document_key("zone", URL))


# Hostile text

NASTY = "零\0宽\u200b、孤\ud800儿\udfff、私\ue000用、控\x1b[31m制、反\u202e转、ＧＤＰ　１　"


def test_nasty_text_is_stored_clean(archive: Archive) -> None:
    archive.append(
        bulletin(NASTY, title=NASTY, origin=NASTY, author=NASTY, editor="\0\u200b", page_text=NASTY), [page(1)]
    )
    expected = "零宽、孤儿、私用、控[31m制、反转、GDP 1"
    assert rows(archive, "SELECT title, origin, author, editor, body, page_text FROM contents") == [
        (expected, expected, expected, None, expected, expected)
    ]
    assert fault(archive) is None


@pytest.mark.parametrize(
    "field_",
    [
        {"published_at": "2026\ud800"}, {"images": ("http://a.cn/\ud800.jpg",)}, {"attachments": ("\udcff",)},
        {"extra": {"浏览\ud800": "\udcff"}},
    ],
    ids=lambda changed: next(iter(changed)),
)  # fmt: skip
def test_a_lone_surrogate_in_what_a_page_tells_stops_no_run(archive: Archive, field_: dict[str, Any]) -> None:
    assert archive.append(bulletin(**{"body": "一", **field_}), [page(1)]).change == "new"
    assert fault(archive) is None


def test_a_huge_body_is_stored_and_replaced(archive: Archive) -> None:
    body = "高新区发展报告。" * 45_000
    assert append(archive, body, 1) == "new"
    assert append(archive, body, 2) is None
    assert append(archive, "一", 3) == "edited"
    assert rows(archive, "SELECT length(body) FROM version_details ORDER BY id") == [(len(body),), (1,)]
    assert rows(archive, "SELECT count(*) FROM fingerprints") == [(0,)]
    assert fault(archive) is None


def test_an_empty_body_and_an_empty_title_are_a_bulletin(archive: Archive) -> None:
    assert append(archive, "", 1, title="") == "new"
    assert append(archive, " \n\u3000", 2, title=None) is None
    assert archive.gone(URL, page(3, body=b"", outcome=Outcome.GONE, status=410)).change == "gone"
    assert rows(archive, "SELECT title, body FROM bulletins") == [(None, "")]
    assert fault(archive) is None


PLAIN = "高新区召开乾隆文化遗产发展大会、论坛。主任发表讲话。"
CLOAKED = (
    "高(gao)新(xin)區(qu)召(zhao)開(kai)乾(qian)隆(long)文(wen)化遺(yi)產(chan)發展(zhan)大會(hui)、論壇(tan)。"
    "主任發(fa)表講話。"
)


def test_a_cloaked_body_is_stored_repaired_and_as_published(archive: Archive) -> None:
    append(archive, CLOAKED, 1, title="乾(qian)隆(long)大會(hui)")
    assert rows(archive, "SELECT title, body, body_published FROM contents") == [("乾隆大会", PLAIN, CLOAKED)]
    assert rows(archive, "SELECT title, body FROM bulletins") == [("乾隆大会", PLAIN)]
    assert append(archive, CLOAKED, 2, title="乾(qian)隆(long)大會(hui)") is None
    assert fault(archive) is None


@pytest.mark.parametrize("first", ["the plain copy", "the cloaked copy"])
def test_a_cloaked_copy_of_an_archived_text_keeps_how_it_was_published(archive: Archive, first: str) -> None:
    bodies = {"http://plain.example/1": PLAIN, "http://mirror.example/1": CLOAKED}
    for url, body in sorted(bodies.items(), reverse=first == "the plain copy"):
        append(archive, body, 1, url)
    assert dict(rows(archive, "SELECT url, body_published FROM version_details")) == {
        "http://plain.example/1": None, "http://mirror.example/1": CLOAKED,
    }  # fmt: skip
    assert fault(archive) is None
