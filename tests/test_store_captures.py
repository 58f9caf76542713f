"""Any sequence of captures, in any order, makes the history that it should: held against a model of one document."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.store import Archive
from tests.captures import append, at, fault, gone, gone_page, rows, stamp


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
