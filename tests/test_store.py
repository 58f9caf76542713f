"""The archive as a writer meets it: one bulletin after another becomes versions, whole or not at all."""

from __future__ import annotations

import json
import random
import signal
import sqlite3
import subprocess
import sys
import time
from bisect import bisect_right
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.hashes import canonical_json, content_digest, document_key
from archive.pages import PageStore, pages_path
from archive.store import Archive
from archive.verify import verify
from scrapers.model import Bulletin, Outcome, Page, Via

PROJECT = Path(__file__).parent.parent
URL = "http://www.zone.cn/2026/1.shtml"
START = datetime(2026, 3, 1, tzinfo=UTC)


def at(day: int) -> datetime:
    return START + timedelta(days=day)


def stamp(day: int) -> str:
    return at(day).strftime("%Y-%m-%dT%H:%M:%SZ")


def page(day: int, url: str = URL, body: bytes | None = None, **fields: Any) -> Page:
    return Page(url, f"<p>{url} {day}</p>".encode() if body is None else body, at(day), **fields)


def gone_page(day: int, url: str = URL) -> Page:
    return page(day, url, b"not here", outcome=Outcome.GONE, status=404)


def bulletin(body: str, url: str = URL, **fields: Any) -> Bulletin:
    return Bulletin(url, "zone", **{"title": "园区新闻", "published_at": "2026-03-01", "body": body, **fields})


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with Archive(tmp_path / "bulletins.db", clock=lambda: at(100)) as opened:
        yield opened


def append(archive: Archive, body: str, day: int, url: str = URL, **fields: Any) -> str | None:
    return archive.append(bulletin(body, url, **fields), [page(day, url)]).change


def gone(archive: Archive, day: int, url: str = URL) -> str | None:
    return archive.gone(url, gone_page(day, url)).change


def rows(archive: Archive, sql: str, *parameters: object) -> list[tuple[Any, ...]]:
    return archive.conn.execute(sql, parameters).fetchall()


def shown(archive: Archive) -> tuple[Any, ...]:
    return rows(archive, "SELECT body, status, versions FROM bulletins")[0]


def fault(archive: Archive) -> str | None:
    return verify(archive.path).fault


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


@given(
    st.dictionaries(st.sampled_from(["page_text", "extra", "body_published", "layout", "sha256"]), st.text()),
    st.text(),
)
def test_a_content_hash_depends_on_the_content_alone(beside: dict[str, str], body: str) -> None:
    content = dict.fromkeys(("title", "published_at", "origin", "author", "editor", "images", "attachments"))
    body = body.encode(errors="ignore").decode()
    assert content_digest({**content, "body": body}) == content_digest({**beside, **content, "body": body})
    assert content_digest({**content, "body": body}) != content_digest({**content, "body": body + "。"})


def test_a_content_hash_is_what_it_was_when_the_first_archive_was_made() -> None:
    content = {"title": "标题", "published_at": None, "origin": "", "author": "a", "editor": None, "body": "正文\n二",
               "images": "[]", "attachments": "[]"}  # fmt: skip
    written = (
        '{"attachments":"[]","author":"a","body":"正文\\n二","editor":null,"format":1,"images":"[]","origin":"",'
        '"published_at":null,"title":"标题"}'
    )
    assert canonical_json({"format": 1, **content}) == written
    assert content_digest(content) == "b0d43ff50bea014f4578f20954fbf3919188d6eb3e9545232a8f0b21884d1591"


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
    assert archive.twin_of(moved) == (1, URL, False)
    assert archive.append(moved, [page(2, target)], moved=1).change == "moved"
    assert archive.twin_of(moved) is None, "the address is known now"
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


# All or nothing


def totals(archive: Archive) -> list[int]:
    tables = "documents urls observations contents versions version_pages bulletins links fingerprints".split()
    return [rows(archive, f"SELECT count(*) FROM {table}")[0][0] for table in tables] + [
        rows(archive, "SELECT count(*) FROM bulletins_fts WHERE bulletins_fts MATCH '高 OR 新'")[0][0]
    ]


def blobs(archive: Archive) -> int:
    with closing(sqlite3.connect(pages_path(archive.path))) as conn:
        return int(conn.execute("SELECT count(*) FROM blobs").fetchone()[0])


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt])
def test_an_exception_in_a_transaction_leaves_nothing(archive: Archive, error: type[BaseException]) -> None:
    append(archive, "高" * 100, 1)
    before = totals(archive), shown(archive), blobs(archive)
    with pytest.raises(error), archive.transaction():
        append(archive, "新" * 100, 2)
        append(archive, "高新" * 100, 2, URL + "?2")
        archive.observe(page(2, URL + "?3"))
        gone(archive, 3)
        raise error
    assert (totals(archive), shown(archive), blobs(archive)) == before
    assert append(archive, "新", 2) == "edited"
    assert fault(archive) is None


@pytest.mark.parametrize(
    "step",
    ["shown.search.add", "shown.dedupe.add", "shown.clusters.relink", "shown.dedupe.find", "store.version_digest"],
)
def test_an_append_that_fails_half_way_leaves_nothing(
    archive: Archive, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    append(archive, "高" * 100, 1)
    before = totals(archive), shown(archive), blobs(archive)

    def fail(*arguments: object) -> None:
        raise RuntimeError(step)

    with monkeypatch.context() as patch, pytest.raises(RuntimeError, match=step):
        patch.setattr(f"archive.{step}", fail)
        append(archive, "新" * 100, 2)
    assert (totals(archive), shown(archive), blobs(archive)) == before
    assert append(archive, "新" * 100, 2) == "edited"
    assert fault(archive) is None


def test_pages_are_durable_before_the_versions_that_name_them(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = []
    commit = archive.pages.commit
    monkeypatch.setattr(
        archive.pages, "commit", lambda: (commit(), seen.append((blobs(archive), archive.conn.in_transaction)))
    )
    append(archive, "一", 1)
    assert seen == [(1, True)]


def test_a_failing_write_of_the_pages_keeps_no_version(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise sqlite3.OperationalError("disk I/O error")

    with monkeypatch.context() as patch, pytest.raises(sqlite3.OperationalError):
        patch.setattr(archive.pages, "commit", fail)
        append(archive, "一", 1)
    assert totals(archive) == [0] * 10
    assert append(archive, "一", 1) == "new"


@pytest.mark.parametrize("file", ["archive", "pages"])
def test_a_full_disk_is_an_error_and_leaves_no_half_state(archive: Archive, file: str) -> None:
    append(archive, "高" * 100, 0)
    rng = random.Random(file)
    conn = archive.conn if file == "archive" else archive.pages.conn
    conn.execute(f"PRAGMA max_page_count = {conn.execute('PRAGMA page_count').fetchone()[0] + 40}")
    appended, failures = 1, 0
    for n in range(1, 60):
        before = totals(archive)
        text = "".join(chr(rng.randrange(0x4E00, 0x9000)) for _ in range(rng.choice((50, 3000))))
        try:
            with archive.transaction():
                for part in "高新":
                    url = f"{URL}?{n}{part}"
                    archive.append(bulletin(part + text, url), [page(n, url, rng.randbytes(len(text)))])
            appended += 2
        except sqlite3.OperationalError as error:
            assert "full" in str(error)
            failures += 1
            assert totals(archive) == before
            assert not archive.conn.in_transaction
    assert failures > 5
    assert appended > 5
    verified = verify(archive.path)
    assert (verified.fault, verified.versions) == (None, appended)
    conn.execute("PRAGMA max_page_count = 1000000")
    assert append(archive, "新" * 100, 99) == "edited"
    assert fault(archive) is None


# Other writers


WRITER = """
import sys
from datetime import UTC, datetime
from archive.store import Archive
from scrapers.model import Bulletin, Page
path, name, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
with Archive(path) as archive:
    print("ready", flush=True)
    sys.stdin.readline()
    for n in range(count):
        with archive.transaction():
            for url in (f"http://{name}.cn/{n // 2}", f"http://both.cn/{n // 4}"):
                archive.append(Bulletin(url, "s", body=f"{name} {n}" * 9), [Page(url, url.encode(), datetime.now(UTC))])
"""


def test_two_processes_write_one_archive_at_once(tmp_path: Path) -> None:
    path = tmp_path / "bulletins.db"
    Archive(path).close()
    pipes = {
        "stdin": subprocess.PIPE,
        "stdout": subprocess.PIPE,
        "stderr": subprocess.PIPE,
        "cwd": PROJECT,
        "text": True,
    }
    writers = [subprocess.Popen([sys.executable, "-c", WRITER, str(path), name, "40"], **pipes) for name in "ab"]
    for writer in writers:
        assert writer.stdout.readline() == "ready\n"
    for writer in writers:
        writer.stdin.write("go\n")
        writer.stdin.flush()
    assert [writer.communicate(timeout=100)[1] for writer in writers] == ["", ""]
    verified = verify(path)
    assert verified.fault is None
    with closing(sqlite3.connect(path)) as conn:
        counts = dict(conn.execute("SELECT substr(url, 8, 4), sum(versions) FROM bulletins GROUP BY 1"))
    assert counts["a.cn"] == counts["b.cn"] == 40
    assert counts["both"] <= 80


def test_the_archive_is_always_locked_before_its_pages(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two writers that take the two locks in opposite orders wait for each other until both fail."""
    put = archive.pages.put
    locked = []
    monkeypatch.setattr(archive.pages, "put", lambda *told: (locked.append(archive.conn.in_transaction), put(*told))[1])
    append(archive, "一", 1)
    gone(archive, 2)
    archive.observe(page(3))
    assert locked == [True] * len(locked)
    assert len(locked) >= 3


def test_an_observation_that_failed_leaves_no_page_locked(archive: Archive) -> None:
    archive.conn.execute("PRAGMA busy_timeout = 0")
    with closing(sqlite3.connect(archive.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            archive.observe(page(1))
        with closing(PageStore(pages_path(archive.path))) as pages:
            pages.conn.execute("PRAGMA busy_timeout = 0")
            pages.put(b"of another writer")
            pages.commit()


# A writer that is killed


def start_writer(path: Path, seed: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.faults.kill", str(path), str(seed)],
        cwd=PROJECT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def kill(writer: subprocess.Popen[str], rng: random.Random, at_start: bool) -> list[str]:
    """Kill a writer while it starts, or at a random moment after so many transactions; returns what it printed."""
    told = []
    if at_start:
        time.sleep(rng.uniform(0.2, 0.5))
    else:
        told.append(writer.stdout.readline())
        assert told == ["open\n"], writer.stderr.read()
        told += [writer.stdout.readline() for _ in range(rng.randrange(12))]
        time.sleep(rng.expovariate(1 / 0.02))
    writer.send_signal(signal.SIGKILL)
    told += writer.stdout.readlines()
    with writer:
        assert writer.stderr.read() == ""
    return told


def kill_again_and_again(path: Path, kills: int) -> None:
    """Kill a writer until so many kills have met it inside a transaction; every fifth is sent while it starts and opens."""
    rng = random.Random(kills)
    acknowledged: dict[str, int] = {}
    inside = 0
    for n in count():
        assert n < 3 * kills, f"only {inside} of {n} kills met a transaction"
        if inside == kills:
            break
        told = kill(start_writer(path, n), rng, at_start=n % 5 == 0)
        inside += bool(told) and told[-1] == "begin\n"
        for line in told:
            name, _, version = line.partition(" ")
            if version and line.endswith(".\n"):
                acknowledged[name] = int(version[:-2])
        if not path.exists():
            continue
        Archive(path).close()
        verified = verify(path)
        assert verified.fault is None
        with closing(sqlite3.connect(path)) as conn:
            kept = dict(conn.execute("SELECT url, versions FROM bulletins"))
            running = conn.execute("SELECT count(*) FROM documents WHERE id NOT IN (SELECT document_id FROM versions)")
            assert running.fetchone() == (0,)
        lost = {name: version for name, version in acknowledged.items() if kept.get(f"http://a.cn/{name}", 0) < version}
        assert lost == {}
        halves = {
            url: count
            for url, count in kept.items()
            if kept.get(url.replace("a.cn", "b.cn")) != count and "a.cn" in url
        }
        assert halves == {}
    assert len(acknowledged) > kills


def test_a_killed_writer_loses_nothing_it_acknowledged_and_leaves_nothing_half(tmp_path: Path) -> None:
    kill_again_and_again(tmp_path / "bulletins.db", 15)


@pytest.mark.soak
def test_a_writer_killed_five_hundred_times_loses_nothing(tmp_path: Path) -> None:
    kill_again_and_again(tmp_path / "bulletins.db", 400)


# Any sequence


@dataclass
class Life:
    """One document as it should be: its states in the order of their capture, and when each was last seen to stand."""

    states: list[tuple[int, int, str | None]] = field(default_factory=list)
    sightings: list[tuple[int, bool]] = field(default_factory=list)
    appended: int = 0

    def take(self, day: int, text: str | None) -> str | None:
        """A capture of `text` (None: gone) on `day`; returns the change it makes."""
        index = bisect_right(self.states, day, key=lambda state: state[0])
        before = self.states[index - 1] if index else None
        self.sightings.append((day, text is None))
        if (before[2] if before else None) == text and (before or text is None):
            return None
        is_newest = index == len(self.states)
        change = "gone" if text is None else "new" if not self.states else "earlier" if not is_newest else None
        change = change or ("back" if before and before[2] is None else "edited")
        self._insert(index, day, text)
        following = self.states[index + 1][0] if index + 1 < len(self.states) else 99
        if before:  # seen again after this day: from then on it stands again
            seen = [
                when for when, was_gone in self.sightings if day < when < following and was_gone == (before[2] is None)
            ]
            if seen:
                self._insert(index + 1, min(seen), before[2])
        return change

    def _insert(self, index: int, day: int, text: str | None) -> None:
        self.appended += 1
        self.states.insert(index, (day, self.appended, text))

    @property
    def shown(self) -> tuple[str, str, int]:
        texts = [text for _, _, text in self.states if text is not None]
        return texts[-1], "gone" if self.states[-1][2] is None else "live", self.appended


TEXTS = ["甲", "乙", "高新区发布新政策。支持企业创新发展。" * 5, "高新区发布新政策。支持企业创新发展。" * 5 + "另讯"]
CAPTURES = st.lists(
    st.tuples(st.integers(0, 2), st.integers(0, 8), st.sampled_from([*TEXTS, None])), min_size=1, max_size=20
)


def live(archive: Archive, captures: list[tuple[int, int, str | None]]) -> None:
    lives: dict[str, Life] = {}
    with archive.transaction():  # one, for speed
        for document, day, text in captures:
            url = f"http://www.zone.cn/{document}"
            if url not in lives and text is None:
                with pytest.raises(KeyError):
                    archive.gone(url, gone_page(day, url))
                continue
            life = lives.setdefault(url, Life())
            expected = life.take(day, text)
            assert (gone(archive, day, url) if text is None else append(archive, text, day, url)) == expected
    for url, life in lives.items():
        sql = "SELECT document_id, body, status, versions FROM bulletins WHERE url = ?"
        document_id, *row = rows(archive, sql, url)[0]
        assert tuple(row) == life.shown
        sql = "SELECT captured_at, version, body FROM version_details WHERE document_id = ? ORDER BY captured_at, id"
        assert rows(archive, sql, document_id) == [(stamp(day), number, text) for day, number, text in life.states]
    assert fault(archive) is None


@settings(max_examples=40, deadline=None)
@given(CAPTURES)
def test_any_sequence_of_captures_makes_the_history_it_should(captures: list[tuple[int, int, str | None]]) -> None:
    with TemporaryDirectory() as folder, Archive(Path(folder) / "bulletins.db", clock=lambda: at(100)) as archive:
        live(archive, captures)


@pytest.mark.soak
@settings(max_examples=3000, deadline=None)
@given(CAPTURES)
def test_thousands_of_sequences_of_captures_make_the_history_they_should(
    captures: list[tuple[int, int, str | None]],
) -> None:
    with TemporaryDirectory() as folder, Archive(Path(folder) / "bulletins.db", clock=lambda: at(100)) as archive:
        live(archive, captures)
