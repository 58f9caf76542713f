"""The ledger: what each run counted and how it ended, and which pages to look at again."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive import ledger
from archive.dedupe import Link
from archive.ledger import Counts, Known, finish_run, known_pages, record_slice, record_source, start_run
from archive.store import Appended, Archive
from scrapers.model import Bulletin, Outcome, Page

START = datetime(2026, 3, 1, tzinfo=UTC)
COUNTS = st.builds(Counts, *[st.integers(0, 9)] * 8)


class Clock:
    """A clock that goes one hour further each time it is read."""

    def __init__(self) -> None:
        self.moment = START

    def __call__(self) -> datetime:
        self.moment += timedelta(hours=1)
        return self.moment


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with Archive(tmp_path / "bulletins.db", clock=Clock()) as opened:
        yield opened


def begin(archive: Archive, flow: str = "fetch", source: str | None = "nchdz") -> int:
    return start_run(archive, flow, source, {"sources": ["南昌"], "at": None}, "schedule", "flow-run-1", "0.1.0")


def run_row(archive: Archive, run: int) -> dict[str, object]:
    return dict(archive.db["runs"].get(run))


# Counts


@given(COUNTS, COUNTS)
def test_counts_add_up(one: Counts, other: Counts) -> None:
    total = asdict(one + other)
    assert total == {name: asdict(one)[name] + asdict(other)[name] for name in total}
    assert one + Counts() == one


@pytest.mark.parametrize(
    ("change", "counted"),
    [
        ("new", "new"),
        ("edited", "edited"),
        ("back", "edited"),
        ("earlier", "edited"),
        ("gone", "gone"),
        (None, "unchanged"),
    ],
)
def test_each_change_is_counted_once(change: str | None, counted: str) -> None:
    counts = Counts()
    counts.count(Appended(1, 1, change))
    assert counts == Counts(**{counted: 1})


def test_a_bulletin_that_is_a_copy_of_several_is_one_duplicate() -> None:
    counts = Counts()
    counts.count(Appended(3, 1, "new", (Link(1, "exact", 1.0, ""), Link(2, "near", 0.9, ""))))
    assert counts == Counts(new=1, duplicates=1)


def test_what_quotes_another_is_no_duplicate() -> None:
    counts = Counts()
    counts.count(Appended(1, 1, "new", (Link(2, "related", 0.4, "a"), Link(3, "part_of", 1.0, "b"))))
    assert counts == Counts(new=1)


@pytest.mark.parametrize(
    ("counts", "state"),
    [
        (Counts(), "completed"), (Counts(listed=20, fetched=20, new=20), "completed"), (Counts(unchanged=3), "completed"),
        (Counts(failed=1), "failed"), (Counts(listed=20, failed=20), "failed"), (Counts(fetched=1, failed=9), "partial"),
        (Counts(unchanged=1, failed=1), "partial"), (Counts(gone=1, failed=1), "partial"),
    ],
)  # fmt: skip
def test_the_state_of_a_run_follows_from_what_it_counted(counts: Counts, state: str) -> None:
    assert counts.state == state


# Runs


def test_a_run_is_running_until_it_is_finished(archive: Archive) -> None:
    run = begin(archive)
    row = run_row(archive, run)
    assert (row["state"], row["started_at"], row["finished_at"]) == ("running", "2026-03-01T01:00:00Z", None)
    assert (row["flow"], row["source"], row["trigger"], row["flow_run_id"]) == (
        "fetch",
        "nchdz",
        "schedule",
        "flow-run-1",
    )
    assert row["params"] == '{"at": null, "sources": ["南昌"]}'
    finish_run(archive, run, Counts(1, 2, 3, 4, 5, 6, 7, 8))
    row = run_row(archive, run)
    assert (row["state"], row["finished_at"]) == ("partial", "2026-03-01T02:00:00Z")
    assert [row[name] for name in "listed fetched new edited unchanged gone failed".split()] == [1, 2, 3, 4, 5, 6, 7]


def test_a_state_that_is_given_stands(archive: Archive) -> None:
    run = begin(archive)
    finish_run(archive, run, Counts(fetched=1), "crashed")
    assert run_row(archive, run)["state"] == "crashed"


def test_a_run_is_in_the_ledger_as_soon_as_it_started(archive: Archive) -> None:
    run = begin(archive)
    with Archive(archive.path) as other:
        assert run_row(other, run)["state"] == "running"


def test_finishing_one_run_leaves_the_others(archive: Archive) -> None:
    first, second = begin(archive), begin(archive, "recheck", None)
    finish_run(archive, second, Counts(failed=1))
    assert (run_row(archive, first)["state"], run_row(archive, second)["state"]) == ("running", "failed")


# Slices and sources


def test_a_slice_is_done_or_failed_with_its_reason(archive: Archive) -> None:
    first, second = begin(archive), begin(archive)
    with archive.transaction():
        record_slice(archive, "nchdz", "要闻", "1", first, "time-out")
        record_slice(archive, "nchdz", "要闻", "2", first)
        record_slice(archive, "nchdz", "要闻", "1", second)
    rows = archive.conn.execute("SELECT section, slice, state, run_id, error FROM slices ORDER BY slice").fetchall()
    assert rows == [("要闻", "1", "done", second, None), ("要闻", "2", "done", first, None)]


def test_a_slice_and_its_bulletins_are_kept_together_or_not_at_all(archive: Archive) -> None:
    run = begin(archive)
    with pytest.raises(RuntimeError), archive.transaction():
        archive.append(Bulletin("http://a.cn/1", "nchdz", body="一"), [], run)
        record_slice(archive, "nchdz", "要闻", "1", run)
        raise RuntimeError
    assert archive.conn.execute(
        "SELECT (SELECT count(*) FROM slices) + (SELECT count(*) FROM versions)"
    ).fetchone() == (0,)


def test_a_source_is_recorded_once_and_renewed(archive: Archive) -> None:
    row = {"name": "nchdz", "title": "南昌", "home": "http://a.cn/", "family": "gov", "zone": "南昌", "since": "2015-01-01",
           "rights": "full", "verified": "never"}  # fmt: skip
    record_source(archive, row)
    record_source(archive, {**row, "title": "南昌高新区"})
    assert list(archive.db.query("SELECT * FROM sources")) == [{**row, "title": "南昌高新区"}]


def started(archive: Archive) -> int:
    return ledger.start_run(archive, "fetch", "nchdz", {}, "command", None, "0")


def test_a_list_is_read_as_far_as_it_must_once_a_fetch_said_so(archive: Archive) -> None:
    first = started(archive)
    archive.append(Bulletin("http://a.cn/1", "nchdz", body="一"), run=first)
    assert ledger.watermark(archive, "nchdz", "要闻") is None, "a fetch that was cut short is none"
    ledger.record_watermark(archive, "nchdz", "要闻", first)
    second = started(archive)
    archive.append(Bulletin("http://a.cn/2", "nchdz", body="二"), run=second)
    watermark = ledger.watermark(archive, "nchdz", "要闻")
    assert watermark and watermark.run == first
    assert ledger.watermark(archive, "nchdz", "通知") is None
    assert ledger.holds(archive, ["http://a.cn/0", "http://a.cn/1"], watermark)
    assert not ledger.holds(archive, ["http://a.cn/2", "http://a.cn/3"], watermark), "archived since, or not at all"


def test_without_a_word_of_it_a_fetch_that_ended_by_itself_has_read_its_lists(archive: Archive) -> None:
    """As an older Gaoxin left it."""
    counts = ledger.Counts(listed=1, fetched=1, new=1)
    first = started(archive)
    with archive.transaction():
        record_slice(archive, "nchdz", "要闻", "1", first)
    ledger.finish_run(archive, first, counts)
    holed = started(archive)
    ledger.finish_run(archive, holed, counts)
    with archive.transaction():
        record_slice(archive, "nchdz", "要闻", "2", holed, "the list page 2 could not be read")
    watermark = ledger.watermark(archive, "nchdz", "要闻")
    assert watermark and watermark.run == first
    assert ledger.watermark(archive, "nchdz", "通知") is None, "a list of which nothing was ever read"
    assert ledger.watermark(archive, "srrb", "要闻") is None


# Known pages


def page(name: str, day: float, body: bytes = b"<p>", outcome: Outcome = Outcome.OK, **headers: str) -> Page:
    sent = {key.replace("_", "-"): value for key, value in headers.items()}
    return Page(f"http://a.cn/{name}", body, START + timedelta(days=day), outcome=outcome, headers=sent)


def keep(archive: Archive, name: str, day: float, source: str = "nchdz", text: str = "一", **headers: str) -> None:
    archive.append(Bulletin(f"http://a.cn/{name}", source, body=text), [page(name, day, **headers)])


def names(archive: Archive, *sources: str) -> list[str]:
    return [known.url[len("http://a.cn/") :] for known in known_pages(archive, sources)]


def conditions(archive: Archive, name: str) -> dict[str, str]:
    return next(dict(known.conditions) for known in known_pages(archive, []) if known.url == f"http://a.cn/{name}")


def test_an_empty_archive_knows_no_pages(archive: Archive) -> None:
    assert known_pages(archive, []) == []


def test_the_longest_unseen_page_comes_first(archive: Archive) -> None:
    for name, day in (("b", 2), ("c", 3), ("a", 1)):
        keep(archive, name, day)
    assert names(archive) == ["a", "b", "c"]
    keep(archive, "a", 4)
    assert names(archive) == ["b", "c", "a"]
    archive.observe(page("b", 5, b"", Outcome.UNCHANGED), document_id=archive.document_of("http://a.cn/b"))
    assert names(archive) == ["c", "a", "b"]


def test_only_the_pages_of_the_sources_asked_for_are_told(archive: Archive) -> None:
    for day, (name, source) in enumerate((("a", "nchdz"), ("b", "srrb"), ("c", "netease"))):
        keep(archive, name, day, source)
    assert names(archive, "nchdz") == ["a"]
    assert names(archive, "srrb", "nchdz") == ["a", "b"]
    assert names(archive) == ["a", "b", "c"]
    assert names(archive, "nobody", "' OR 1 --") == []


def test_a_page_is_asked_for_with_what_its_server_said_last(archive: Archive) -> None:
    keep(archive, "a", 1, etag='"1"', last_modified="Sun, 01 Mar 2026 00:00:00 GMT", content_type="text/html")
    keep(archive, "b", 1)
    expected = {"If-None-Match": '"1"', "If-Modified-Since": "Sun, 01 Mar 2026 00:00:00 GMT"}
    assert known_pages(archive, []) == [Known("http://a.cn/a", "nchdz", expected), Known("http://a.cn/b", "nchdz", {})]
    keep(archive, "a", 2, text="二", etag='"2"')
    assert conditions(archive, "a") == {"If-None-Match": '"2"'}


def test_what_no_request_can_say_is_no_condition(archive: Archive) -> None:
    keep(archive, "a", 1, etag='"北京"', last_modified="Sun, 01 Mar 2026 00:00:00 GMT")
    assert conditions(archive, "a") == {"If-Modified-Since": "Sun, 01 Mar 2026 00:00:00 GMT"}
    keep(archive, "b", 1, etag='"\x1b"', last_modified="ÿ")
    assert conditions(archive, "b") == {}


def test_a_failed_request_changes_no_condition(archive: Archive) -> None:
    keep(archive, "a", 1, etag='"1"')
    archive.observe(page("a", 2, b"oops", Outcome.HTTP_ERROR, etag='"error"'), document_id=1)
    archive.observe(page("a", 3, b"", Outcome.TIMEOUT), document_id=1)
    assert conditions(archive, "a") == {"If-None-Match": '"1"'}


def test_a_withdrawn_page_is_asked_for_without_conditions_until_it_is_back(archive: Archive) -> None:
    keep(archive, "a", 1, etag='"1"')
    archive.gone("http://a.cn/a", page("a", 2, b"404", Outcome.GONE, etag='"404"'))
    assert known_pages(archive, []) == [Known("http://a.cn/a", "nchdz", {})]
    keep(archive, "a", 3, etag='"1"')
    assert conditions(archive, "a") == {"If-None-Match": '"1"'}


def test_what_was_found_gone_and_is_not_yet_believed_to_be_comes_first(archive: Archive) -> None:
    for name, day in (("a", 1), ("b", 2), ("c", 3)):
        keep(archive, name, day)
    archive.gone("http://a.cn/b", page("b", 4, b"", Outcome.GONE))
    archive.observe(page("c", 5, b"", Outcome.GONE), document_id=archive.document_of("http://a.cn/c"))
    assert names(archive) == ["c", "a", "b"]


def test_an_older_capture_appended_later_changes_neither_order_nor_conditions(archive: Archive) -> None:
    keep(archive, "a", 5, etag='"new"')
    keep(archive, "b", 4)
    keep(archive, "a", 1, text="旧", etag='"old"')
    assert conditions(archive, "a") == {"If-None-Match": '"new"'}, "else a page put back to its old text is 'unchanged'"
    assert names(archive) == ["b", "a"]


def test_an_article_of_several_pages_is_asked_for_without_the_conditions_of_another_page(archive: Archive) -> None:
    pages = [page("a", 1, etag='"first"'), page("a_2", 1, etag='"second"')]
    archive.append(Bulletin("http://a.cn/a", "nchdz", body="一"), pages)
    assert conditions(archive, "a").get("If-None-Match") in (None, '"first"')


def test_the_headers_are_kept_as_sent(archive: Archive) -> None:
    keep(archive, "a", 1, etag='W/"é南昌"')
    headers = archive.conn.execute("SELECT headers FROM observations").fetchone()[0]
    assert json.loads(headers) == {"etag": 'W/"é南昌"'}
    assert conditions(archive, "a") == {}, "no request can say it"


# What the checks ask


def test_what_was_there_before_a_run_is_told_without_what_it_touched(archive: Archive) -> None:
    before, now = begin(archive), begin(archive, "recheck")
    for n, run in ((1, before), (2, before), (3, now)):
        url = f"http://a.cn/{n}"
        told = Bulletin(
            url, "nchdz", f"第{n}号", f"2026-03-0{n}", origin="云溪日报" if n == 1 else None, body=f"第{n}号文,"
        )
        archive.append(told, [Page(url, b"<p>", START)], run)
    assert ledger.filled_before(archive, "nchdz", ("title", "origin"), now) == (2, {"title": 2, "origin": 1})
    assert ledger.filled_before(archive, "srrb", ("title",), now) == (0, {"title": 0})
    days = START.date(), START.date() + timedelta(days=1)
    assert ledger.published_between(archive, "nchdz", *days) == 2
    known = ledger.text_before(archive, archive.document_of("https://a.cn/1"))
    assert known is not None
    assert (known["title"], known["body"]) == ("第1号", "第1号文,")
    assert ledger.text_before(archive, None) is None


def test_the_list_of_an_earlier_run_is_told(archive: Archive) -> None:
    first, second = begin(archive), begin(archive)
    url = "http://a.cn/list"
    archive.observe(Page(url, b"one", START, headers={"content-type": "text/html"}), first)
    archive.observe(Page(url, b"bad", START, outcome=Outcome.NO_ITEMS), first)
    archive.observe(Page(url, b"two", START), second)
    assert ledger.list_before(archive, url, second) == (b"one", "text/html", "2026-03-01T00:00:00Z")
    assert ledger.list_before(archive, url, first) is None


def test_a_source_is_watched_from_its_first_fetch_that_ended(archive: Archive) -> None:
    finish_run(archive, begin(archive), Counts(failed=1))
    assert ledger.watched_since(archive, "nchdz") is None
    run = begin(archive)
    finish_run(archive, run, Counts(new=1, warned=2), warnings=["eins", "zwei"])
    assert ledger.watched_since(archive, "nchdz") == run_row(archive, run)["started_at"]
    assert (run_row(archive, run)["state"], run_row(archive, run)["warnings"]) == ("partial", "eins\nzwei")


@pytest.mark.parametrize(
    "ask",
    [
        lambda archive: known_pages(archive, ["nchdz"]),
        lambda archive: ledger.seen_page(archive, "http://a.cn/b", [1, 2]),
        lambda archive: ledger.list_before(archive, "http://a.cn/b", 1),
        lambda archive: ledger.outcomes_at(archive, "http://a.cn/b", START),
        lambda archive: ledger.capture_before(archive, "http://a.cn/b", None, None),
        lambda archive: archive.observe(page("b", 1)),
    ],
    ids=["known_pages", "seen_page", "list_before", "outcomes_at", "capture_before", "observe"],
)
def test_an_address_is_found_without_going_through_all_observations(
    archive: Archive, ask: Callable[[Archive], object]
) -> None:
    asked: list[str] = []
    archive.conn.set_trace_callback(asked.append)
    ask(archive)
    archive.conn.set_trace_callback(None)
    selects = [sql for sql in asked if "observations" in sql and "SELECT" in sql]
    assert selects
    for sql in selects:
        plan = [row[3] for row in archive.conn.execute(f"EXPLAIN QUERY PLAN {sql}")]
        assert any("INDEX observations_address (<expr>=?)" in step for step in plan), plan
