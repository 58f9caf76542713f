"""Copies hang together: one canonical copy, counts that agree from every side, links that end when the likeness does."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.compare import compare, normalise
from archive.store import Archive
from scrapers.model import Bulletin, Page
from scrapers.uncloak import simplify
from tests.indexed import han

START = datetime(2026, 3, 1, tzinfo=UTC)
READINGS = "高(gao)新(xin)區(qu)"
TEXT = simplify("高新区" * 30 + han("text", 200))
CLOAKED = READINGS * 30 + TEXT[90:]


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with Archive(tmp_path / "bulletins.db") as opened:
        yield opened


def append(archive: Archive, name: str, body: str, day: int = 1, **fields: Any) -> int:
    """Append to the document at http://<name>.cn/ and return its id."""
    url = f"http://{name}.cn/"
    page = Page(url, f"{name} {day}".encode(), START + timedelta(days=day))
    return archive.append(Bulletin(url, body=body, **fields), [page]).document_id


def clusters(archive: Archive) -> dict[str, tuple[str | None, int]]:
    """The name of every document: the name of its canonical copy, and its number of copies."""
    rows = archive.conn.execute(
        "SELECT b.source, c.source, b.copies FROM bulletins b LEFT JOIN bulletins c ON c.document_id = b.canonical_id"
    )
    return {name[:-3]: (canonical and canonical[:-3], copies) for name, canonical, copies in rows}


def living(archive: Archive) -> list[tuple[Any, ...]]:
    return archive.conn.execute(
        "SELECT document_id, other_id, kind, version_id, other_version_id FROM links WHERE retired_run_id IS NULL"
    ).fetchall()


def test_a_document_alone_has_no_canonical_copy(archive: Archive) -> None:
    append(archive, "a", TEXT)
    append(archive, "b", han(1, 300))
    assert clusters(archive) == {"a": (None, 0), "b": (None, 0)}


def test_both_rows_of_a_pair_count_each_other(archive: Archive) -> None:
    append(archive, "a", TEXT)
    append(archive, "b", TEXT)
    assert clusters(archive) == {"a": ("a", 1), "b": ("a", 1)}
    assert living(archive) == [(2, 1, "exact", 2, 1)]


def test_a_link_says_which_texts_it_was_decided_on_and_why(archive: Archive) -> None:
    append(archive, "a", TEXT + "旧")
    append(archive, "a", TEXT, 2)
    append(archive, "b", TEXT + han(1, 100))
    link = next(iter(archive.db.query("SELECT * FROM links")))
    rule = "100% of the other text stands in this one; numbers agree 0 of 0"
    assert link == {"document_id": 2, "other_id": 1, "version_id": 3, "other_version_id": 2, "kind": "near", "score": 1.0,
                    "rule": rule, "run_id": None, "retired_run_id": None}  # fmt: skip


@pytest.mark.parametrize(
    "order", [("full", "short", "cloaked"), ("cloaked", "short", "full"), ("short", "cloaked", "full")]
)
def test_the_canonical_copy_is_the_fullest_uncloaked_one(archive: Archive, order: tuple[str, ...]) -> None:
    bodies = {"full": TEXT, "short": TEXT[:200], "cloaked": CLOAKED + han("more", 50)}
    for name in order:
        append(archive, name, bodies[name])
    assert clusters(archive) == dict.fromkeys(order, ("full", 2))


def test_of_cloaked_copies_alone_the_fullest_is_canonical(archive: Archive) -> None:
    append(archive, "a", CLOAKED)
    append(archive, "b", CLOAKED + han("more", 50))
    assert clusters(archive) == {"a": ("b", 1), "b": ("b", 1)}


@pytest.mark.parametrize("order", ["ab", "ba"])
def test_a_cloaked_copy_of_the_very_same_text_is_never_canonical(archive: Archive, order: str) -> None:
    for name in order:
        append(archive, name, {"a": CLOAKED, "b": TEXT}[name])
    assert {canonical for canonical, _ in clusters(archive).values()} == {"b"}


def test_a_copy_that_is_no_longer_cloaked_may_be_canonical(archive: Archive) -> None:
    append(archive, "a", CLOAKED)
    append(archive, "b", TEXT[:200])
    assert clusters(archive)["a"][0] == "b"
    append(archive, "a", TEXT + "。全文" + han("more", 20), 2)
    assert clusters(archive) == {"a": ("a", 1), "b": ("a", 1)}


def test_one_that_comes_back_without_its_cloak_may_be_canonical_though_it_says_the_same(archive: Archive) -> None:
    append(archive, "a", CLOAKED)
    append(archive, "b", TEXT[:200])
    archive.gone("http://a.cn/", Page("http://a.cn/", b"", START + timedelta(days=2)))
    append(archive, "a", TEXT, 3)
    assert clusters(archive) == {"a": ("a", 1), "b": ("a", 1)}


def test_of_equally_full_copies_the_first_published_is_canonical(archive: Archive) -> None:
    append(archive, "a", TEXT)
    append(archive, "b", TEXT, published_at="2026-03-02")
    append(archive, "c", TEXT, published_at="2026-03-01")
    assert {canonical for canonical, _ in clusters(archive).values()} == {"c"}


def test_a_text_that_holds_two_others_is_a_digest_and_joins_nothing(archive: Archive) -> None:
    left, right = han("left", 200), han("right", 200)
    for name, body in (("a", left), ("b", left + "甲"), ("c", right), ("d", right + "乙")):
        append(archive, name, body)
    apart = {"a": ("b", 1), "b": ("b", 1), "c": ("d", 1), "d": ("d", 1)}
    assert clusters(archive) == apart
    append(archive, "e", left + right)
    assert clusters(archive) == {**apart, "e": (None, 0)}
    kinds = archive.conn.execute("SELECT other_id, kind FROM links WHERE document_id = 5 ORDER BY other_id").fetchall()
    assert kinds == [(1, "part_of"), (2, "part_of"), (3, "part_of"), (4, "part_of")]


FULL = han("full", 600)


def test_a_copy_of_a_copy_is_no_member_unless_it_is_one_of_the_canonical_copy(archive: Archive) -> None:
    append(archive, "a", FULL[:200])
    append(archive, "b", FULL)
    assert clusters(archive) == {"a": ("b", 1), "b": ("b", 1)}
    append(archive, "c", FULL[200:] + han("more", 250))
    assert clusters(archive) == {"a": (None, 0), "b": ("c", 1), "c": ("c", 1)}
    assert {row[:3] for row in living(archive)} == {(2, 1, "near"), (3, 2, "near")}, "a still stands in b"


def test_when_a_fuller_copy_arrives_the_canonical_moves_and_the_old_link_stays_in_history(archive: Archive) -> None:
    append(archive, "a", FULL[:300])
    append(archive, "b", FULL[:400])
    assert clusters(archive) == {"a": ("b", 1), "b": ("b", 1)}
    append(archive, "c", FULL)
    assert clusters(archive) == dict.fromkeys("abc", ("c", 2))
    rows = archive.conn.execute("SELECT document_id, other_id, kind, retired_run_id IS NULL FROM links").fetchall()
    assert sorted(rows) == [(2, 1, "near", 0), (3, 1, "near", 1), (3, 2, "near", 1)]


def test_when_the_uncloaked_text_arrives_it_becomes_canonical(archive: Archive) -> None:
    append(archive, "a", CLOAKED)
    append(archive, "b", CLOAKED + han("more", 50))
    append(archive, "c", TEXT)
    assert clusters(archive) == dict.fromkeys("abc", ("c", 2))


def test_a_canonical_copy_that_becomes_another_text_leaves_its_members_to_each_other(archive: Archive) -> None:
    for name, body in (("a", FULL[:300]), ("b", FULL[:400]), ("c", FULL), ("d", FULL[:350])):
        append(archive, name, body)
    assert clusters(archive) == dict.fromkeys("abcd", ("c", 3))
    append(archive, "c", han("else", 300), 2)
    assert clusters(archive) == {**dict.fromkeys("abd", ("b", 2)), "c": (None, 0)}
    assert {frozenset(row[:2]) for row in living(archive)} >= {frozenset({1, 2}), frozenset({2, 4})}


def test_a_copy_of_the_old_canonical_keeps_its_link_where_that_one_is_no_copy_of_the_new(archive: Archive) -> None:
    append(archive, "a", FULL[:300])
    append(archive, "b", FULL[:300] + han("more", 70), published_at="2025-03-01")
    append(archive, "c", han("top", 90) + FULL[:300], published_at="2026-03-01")  # a year later, and not the same
    assert clusters(archive) == {**dict.fromkeys("ac", ("c", 1)), "b": (None, 0)}
    kinds = {(row[1], row[0]): row[2] for row in living(archive)}
    assert kinds == {(1, 2): "near", (1, 3): "near", (2, 3): "related"}


def test_a_canonical_copy_that_becomes_another_text_stays_related_to_its_members(archive: Archive) -> None:
    for name, day in (("a", "2026-03-01"), ("b", "2026-03-01"), ("c", "2025-03-01")):
        append(archive, name, FULL[:300] + han("more", 60), published_at=day)
    append(archive, "c", han("top", 90) + FULL[:300], 2, published_at="2025-03-01")
    assert {frozenset(row[:2]): row[2] for row in living(archive)} == {
        frozenset({1, 2}): "exact", frozenset({1, 3}): "related", frozenset({2, 3}): "related"
    }  # fmt: skip


def test_who_has_lost_its_canonical_copy_joins_the_others_of_which_it_is_one(archive: Archive) -> None:
    for name in "ab":
        append(archive, name, FULL[:300], published_at="2025-03-01")
    append(archive, "c", FULL[:270] + han("edit", 100), published_at="2026-03-01")  # a year later, and not the same
    append(archive, "d", FULL[:300])
    assert clusters(archive) == {**dict.fromkeys("ab", ("a", 1)), **dict.fromkeys("cd", ("c", 1))}
    append(archive, "c", han("else", 300), 2)
    assert clusters(archive) == {**dict.fromkeys("abd", ("a", 2)), "c": (None, 0)}


def test_an_edit_that_breaks_the_likeness_retires_the_link_and_keeps_it(archive: Archive) -> None:
    append(archive, "a", TEXT)
    append(archive, "b", TEXT)
    append(archive, "b", han(2, 300), 2)
    assert clusters(archive) == {"a": (None, 0), "b": (None, 0)}
    assert living(archive) == []
    assert archive.conn.execute("SELECT document_id, other_id, kind, retired_run_id FROM links").fetchall() == [
        (2, 1, "exact", 0)
    ]
    append(archive, "b", TEXT, 3)
    assert clusters(archive) == {"a": ("a", 1), "b": ("a", 1)}
    assert len(living(archive)) == 1


def test_an_edit_that_keeps_the_likeness_renews_the_link(archive: Archive) -> None:
    append(archive, "a", TEXT)
    append(archive, "b", TEXT)
    append(archive, "a", TEXT + "更正", 2)
    assert clusters(archive) == {"a": ("a", 1), "b": ("a", 1)}
    assert living(archive) == [(1, 2, "near", 3, 2)]


def test_the_run_that_retired_a_link_is_named(archive: Archive) -> None:
    row = {"flow": "f", "trigger": "t", "params": "{}", "code_version": "1", "started_at": "", "state": "running"}
    run = archive.db["runs"].insert(row, pk="id").last_pk
    append(archive, "a", TEXT)
    append(archive, "b", TEXT)
    page = Page("http://b.cn/", b"later", START + timedelta(days=5))
    archive.append(Bulletin("http://b.cn/", body=han(2, 300)), [page], run)
    assert archive.conn.execute("SELECT retired_run_id FROM links").fetchall() == [(run,)]


def test_a_change_of_the_title_alone_leaves_links_as_they_are(archive: Archive) -> None:
    append(archive, "a", TEXT, title="甲")
    append(archive, "b", TEXT, title="甲")
    before = archive.conn.execute("SELECT * FROM links").fetchall()
    append(archive, "b", TEXT, 2, title="乙")
    append(archive, "a", TEXT[:50], 0)  # an older capture says nothing about today's copies
    assert archive.conn.execute("SELECT * FROM links").fetchall() == before
    assert clusters(archive) == {"a": ("a", 1), "b": ("a", 1)}


def test_a_copy_does_not_lose_its_cluster_when_the_others_are_corrected(archive: Archive) -> None:
    """Four documents fill a key of the index: the fifth copy is known by its links alone."""
    for name in "abcde":
        append(archive, name, TEXT + f"网站{chr(ord(name) + 0x4E00)}")
    assert {copies for _, copies in clusters(archive).values()} == {4}
    for name in "abcd":
        append(archive, name, TEXT.replace(TEXT[100], "某") + f"网站{chr(ord(name) + 0x4E00)}", 2)
    assert {name: copies for name, (_, copies) in clusters(archive).items()} == dict.fromkeys("abcde", 4)


BODIES = [
    TEXT,
    TEXT[:220],
    TEXT + han("more", 60),
    CLOAKED,
    han(1, 200),
    han(1, 200) + "甲",
    TEXT[:150] + han(1, 150),
    "短",
]


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.sampled_from("abcd"), st.sampled_from(BODIES)), min_size=1, max_size=12))
def test_after_any_edits_links_and_counts_are_those_of_the_texts_that_stand(
    tmp_path_factory: pytest.TempPathFactory, edits: list[tuple[str, str]]
) -> None:
    with Archive(tmp_path_factory.mktemp("a") / "bulletins.db") as archive, archive.transaction():
        for day, (name, body) in enumerate(edits):
            append(archive, name, body, day)
        shown = {row[0]: normalise(row[1]) for row in archive.conn.execute("SELECT document_id, body FROM bulletins")}
        links = {frozenset(row[:2]): row[2] for row in living(archive)}
        assert len(links) == len(living(archive)), "one living link a pair"
        for pair, kind in links.items():
            one, other = sorted(pair)
            verdict = compare(shown[one], shown[other])
            assert verdict, "a living link is true of the texts that stand"
            assert kind in (verdict.kind, "part_of"), "or one of them is a digest"
        rows = archive.conn.execute("SELECT document_id, canonical_id, copies FROM bulletins").fetchall()
        for document, canonical, copies in rows:
            members = [other for other, theirs, _ in rows if theirs is not None and theirs == canonical]
            assert copies == max(len(members) - 1, 0)
            if canonical not in (None, document):
                assert links[frozenset((document, canonical))] in ("exact", "near"), (
                    "verified with the canonical copy itself"
                )
