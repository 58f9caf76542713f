"""Filters by day: a time is on the day on which Beijing had it, whatever zone it is written in."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime, timedelta, timezone

import pytest
from datasette.filters import Filters  # type: ignore[import-untyped, unused-ignore]
from hypothesis import given
from hypothesis import strategies as st

from archive.browse import filters
from archive.times import BEIJING


def found(lookup: str, stamps: list[str], day: str, column: str = "published_at") -> list[str]:
    filters.teach()
    where, parameters = Filters([(f"{column}__{lookup}", day)]).build_where_clauses("t")
    conn = sqlite3.connect(":memory:")
    conn.execute(f"CREATE TABLE t ({column} TEXT)")
    conn.executemany("INSERT INTO t VALUES (?)", [(stamp,) for stamp in stamps])
    return [row[0] for row in conn.execute(f"SELECT {column} FROM t WHERE {where[0]}", parameters)]


ZONES = st.sampled_from([UTC, BEIJING, timezone(timedelta(hours=-5)), timezone(timedelta(hours=9))])


@given(st.datetimes(datetime(2001, 1, 1), datetime(2030, 1, 1), timezones=ZONES))
def test_every_time_is_on_its_day_in_beijing(moment: datetime) -> None:
    day = moment.astimezone(BEIJING).date()
    before, after = (str(day + timedelta(days=n)) for n in (-1, 1))
    for stamp in (moment.isoformat(timespec="seconds"), f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}", str(day)):
        for lookup, asked in (("date", str(day)), ("gte", str(day)), ("lte", str(day)), ("gt", before), ("lt", after)):
            assert found(lookup, [stamp], asked) == [stamp], lookup
        for lookup, asked in (("date", before), ("gte", after), ("lte", before), ("gt", str(day)), ("lt", str(day))):
            assert not found(lookup, [stamp], asked), lookup


@pytest.mark.parametrize(
    ("stamp", "lookup", "asked", "is_found"),
    [
        ("2026-02", "lte", "2026-02-28", True),
        ("2026-02", "gte", "2026-02-01", False),
        ("2026-03-02T23:30:00", "date", "2026-03-02", True),
        (None, "lte", "2026-03-02", False),
    ],
)
def test_what_is_less_than_a_time(stamp: str, lookup: str, asked: str, is_found: bool) -> None:
    assert found(lookup, [stamp], asked) == [stamp] * is_found


def test_other_columns_and_other_values_are_compared_as_ever() -> None:
    assert found("gt", ["2026-03-02 of May", "2026"], "2026-03-02", "title") == ["2026-03-02 of May"]
    assert found("gte", ["2026-03-02T10:00:00Z"], "2026-03") == ["2026-03-02T10:00:00Z"]
