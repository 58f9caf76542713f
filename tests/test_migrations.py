"""Every schema there ever was opens, is brought up to today's in one transaction, and keeps what it held."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlite_utils import Database

from archive import search
from archive.files import connect_current
from archive.schema import NAMES, migrations
from archive.selection import Selection, find
from archive.store import Archive
from archive.verify import verify
from scrapers.model import Bulletin, Outcome, Page, Problem
from tests.faults.kept import made_by

URL = "http://www.zone.example/1.shtml"


def page(day: int, **fields: Any) -> Page:
    return Page(URL, b"%d" % day, datetime(2026, 3, day, tzinfo=UTC), **fields)


def fill(path: Path) -> None:
    """An archive of today with rows in what an old one could hold."""
    with Archive(path) as archive:
        archive.append(Bulletin(URL, "zone", "园区开工", "2026-03-01", body="航空产业,开工。"), [page(1)])
        archive.append(Bulletin(URL, "zone", "园区开工", "2026-03-01", body="航空产业,竣工。"), [page(2)])
        archive.gone(URL, page(3, outcome=Outcome.GONE, status=404))


@pytest.fixture(params=NAMES)
def old(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Path]:
    fill(tmp_path / "today.db")
    made_by(request.param, tmp_path / "today.db", tmp_path / "old.db")
    yield tmp_path / "old.db"


def dump(path: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table that is ours, by the columns of the first schema's or of today's."""
    with closing(sqlite3.connect(path)) as conn:
        tables = conn.execute(
            "SELECT name FROM pragma_table_list WHERE schema = 'main' AND strict ORDER BY 1"
        ).fetchall()
        return {name: conn.execute(f"SELECT * FROM {name}").fetchall() for (name,) in tables}


def schema(path: Path) -> list[tuple[str, ...]]:
    with closing(sqlite3.connect(path)) as conn:
        return sorted(conn.execute("SELECT type, name, sql FROM sqlite_master WHERE name NOT LIKE '%migrations%'"))


def test_an_old_archive_becomes_one_of_today(old: Path, tmp_path: Path) -> None:
    Archive(old).close()
    assert schema(old) == schema(tmp_path / "today.db")
    assert dump(old) == dump(tmp_path / "today.db")
    assert verify(old).fault is None
    with Archive(old) as archive:
        assert archive.append(Bulletin(URL, "zone", "园区开工", body="又开工。"), [page(5)]).change == "back"
        assert find(archive.conn, Selection(query="又开工"), 9).total == 1
        assert find(archive.conn, Selection(query="竣工"), 9).total == 0, "the old tokens were taken out exactly"
    assert verify(old).versions == 4


def test_reading_brings_it_up_to_date_too(old: Path, tmp_path: Path) -> None:
    with closing(connect_current(old)) as conn:
        assert find(conn, Selection(query="航空产业"), 9).total == 1
    assert schema(old) == schema(tmp_path / "today.db")


def test_a_migration_that_fails_leaves_the_archive_as_it_was(tmp_path: Path) -> None:
    """A column of a later schema is there already, by another hand."""
    fill(tmp_path / "today.db")
    old = tmp_path / "old.db"
    made_by("m001_archive", tmp_path / "today.db", old)
    with closing(sqlite3.connect(old)) as conn, conn:
        conn.execute("ALTER TABLE runs ADD COLUMN warnings TEXT")
    before = dump(old), schema(old)
    for opened in (Archive, connect_current):
        with pytest.raises(Problem, match="duplicate column name: warnings"):
            opened(old)
    assert (dump(old), schema(old)) == before
    assert verify(old).fault is None, "it can still be checked"


def test_a_search_index_of_other_tokens_is_made_anew(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    fill(path)
    with closing(sqlite3.connect(path)) as conn, conn:
        conn.execute("INSERT INTO bulletins_fts (bulletins_fts) VALUES ('delete-all')")
        conn.execute("INSERT INTO bulletins_fts (rowid, text) VALUES (1, 'tokens of long ago')")
        conn.execute("PRAGMA user_version = 0")
    with closing(connect_current(path)) as conn:
        assert conn.execute("PRAGMA user_version").fetchone() == (search.TOKENIZER,)
        assert [find(conn, Selection(query=query), 9).total for query in ("竣工", "long")] == [1, 0]


def test_a_search_index_of_a_newer_gaoxin_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    fill(path)
    with closing(sqlite3.connect(path)) as conn, conn:
        conn.execute(f"PRAGMA user_version = {search.TOKENIZER + 1}")
    before = path.read_bytes()
    for opened in (Archive, connect_current):
        with pytest.raises(Problem, match="made by a newer Gaoxin"):
            opened(path)
    assert path.read_bytes() == before


def test_a_schema_of_a_newer_gaoxin_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    fill(path)
    with closing(sqlite3.connect(path)) as conn, conn:
        conn.execute("INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES ('gaoxin', 'm999', '')")
    before = path.read_bytes()
    for opened in (Archive, connect_current):
        with pytest.raises(Problem, match="made by a newer Gaoxin"):
            opened(path)
    assert path.read_bytes() == before


def test_every_migration_is_named_in_order() -> None:
    db = Database(memory=True)
    assert tuple(pending.name for pending in migrations().pending(db)) == NAMES
