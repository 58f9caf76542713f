"""Any sequence of captures, in any order, makes the history that it should: held against a model of one document."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.store import Archive, version_pages
from scrapers.model import Outcome
from tests.captures import URL, append, at, bulletin, fault, gone, gone_page, page, rows, stamp


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
        stood = before[2] if before else None  # before its first capture a page is gone, where it was asked for
        seen = [when for when, was_gone in self.sightings if day < when < following and was_gone == (stood is None)]
        if seen:  # again after this day: from then on it stands again
            self._insert(index + 1, min(seen), stood)
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


def test_a_state_of_several_pages_that_is_stated_again_is_still_read_from_all_of_them(archive: Archive) -> None:
    """Else the next `gaoxin reclean` would read a part of the text from the page that was seen first."""
    told = bulletin("上半篇。下半篇。")
    for day in (1, 5):
        second = page(day, f"{URL}_2")
        archive.append(told, [page(day), replace(second, fetched_at=second.fetched_at + timedelta(seconds=3))])
    assert append(archive, "别的", 3) == "edited"
    sql = "SELECT v.captured_at, group_concat(o.url, ' ') FROM versions v JOIN version_pages p ON p.version_id = v.id"
    stated = rows(archive, f"{sql} JOIN observations o ON o.id = p.observation_id GROUP BY v.id ORDER BY v.id")[-1]
    assert stated == (stamp(5), f"{URL} {URL}_2")
    assert fault(archive) is None


def test_a_state_that_was_only_said_to_be_unchanged_can_be_read_again(archive: Archive) -> None:
    append(archive, "甲", 1)
    archive.observe(page(5, body=b"", outcome=Outcome.UNCHANGED, status=304), None, 1)
    append(archive, "乙", 3)
    newest = rows(archive, "SELECT id FROM versions ORDER BY captured_at DESC")[0][0]
    assert [read.body for read in version_pages(archive.conn, archive.pages.conn, newest)] == [page(1).body]


def test_a_page_that_moved_is_no_edit_of_what_is_seen_later(archive: Archive) -> None:
    for day in (1, 5):
        append(archive, "甲", day)
    moved = f"{URL}?new"
    archive.append(bulletin("甲", moved), [page(3, moved)], moved=1)
    assert rows(archive, "SELECT change FROM versions") == [("new",), ("moved",)]


def test_a_page_that_was_gone_before_its_first_capture_is_gone_after_an_older_one(archive: Archive) -> None:
    append(archive, "甲", 5)
    assert gone(archive, 3) is None
    assert append(archive, "甲", 1) == "earlier"
    states = rows(archive, "SELECT captured_at, change FROM versions ORDER BY captured_at")
    assert states == [(stamp(1), "earlier"), (stamp(3), "gone"), (stamp(5), "new")]
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


def test_a_notice_without_a_day_that_is_issued_anew_is_another(archive: Archive) -> None:
    append(archive, "今日停水,请提前储水。", 1, published_at=None)
    gone(archive, 9)
    again = bulletin("今日停水,请提前储水。", f"{URL}?2", published_at=None)
    assert archive.twins_of(again) == []
    assert archive.twins_of(replace(again, published_at="2026-03-01")) == []
