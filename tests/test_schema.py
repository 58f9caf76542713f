"""The schema is a contract: names other people's queries depend on, strict types, and versions that can only grow."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlite_utils import Database

from archive.files import connect
from archive.schema import NAMES, migrations

COLUMNS = {
    "sources": "name title home family zone since rights verified",
    "runs": "id flow trigger flow_run_id source params code_version started_at finished_at state listed fetched new edited "
    "unchanged gone failed warnings cleaned",
    "documents": "id key source first_seen_at",
    "urls": "url document_id why",
    "observations": "id run_id url document_id fetched_at via status outcome final_url headers raw_sha256 error",
    "contents": "sha256 title published_at origin author editor body body_published page_text images attachments extra"
    " page_text_sha256 extra_sha256",
    "versions": "id document_id version change captured_at observed_at run_id content_sha256 page_text_sha256 extra_sha256 "
    "layout cleaner prev_hash hash",
    "version_pages": "version_id n observation_id raw_sha256",
    "bulletins": "document_id key url source title published_at origin author editor body status versions canonical_id copies "
    "captured_at year",
    "links": "document_id other_id version_id other_version_id kind score rule run_id retired_run_id",
    "fingerprints": "key document_id",
    "slices": "source section slice state run_id updated_at error",
    "releases": "tag created_at last_version_id versions head_hash merkle_root",
    "withheld": "document_id level reason reference at",
    "elsewhere": "path written_at last_version_id",
}
OF_ALL_VERSIONS = (
    "id document_id key url source version change captured_at observed_at run_id title published_at origin author editor body "
    "body_published page_text images attachments extra content_sha256 layout cleaner prev_hash hash"
)

VERSION = (
    "INTO versions (id, document_id, version, change, captured_at, observed_at, cleaner, prev_hash, hash)"
    " VALUES (?, ?, ?, 'gone', '2026', '2026', '1', '', ?)"
)


@pytest.fixture
def conn() -> Iterator[sqlite3.Connection]:
    """An archive with the versions 1 and 2 of document 1."""
    db = Database(memory=True)
    db.conn.isolation_level = None
    migrations().apply(db)
    db.conn.execute("INSERT INTO documents VALUES (1, 'aa', 's', '2026'), (2, 'bb', 's', '2026')")
    db.conn.executemany(f"INSERT {VERSION}", [(1, 1, 1, "h1"), (2, 1, 2, "h2")])
    yield db.conn
    db.close()


def columns(conn: sqlite3.Connection, table: str) -> list[str]:
    return [row[1] for row in conn.execute(f"PRAGMA table_xinfo({table})")]


@pytest.mark.parametrize("table", COLUMNS)
def test_every_table_has_the_columns_of_the_contract(conn: sqlite3.Connection, table: str) -> None:
    assert columns(conn, table) == COLUMNS[table].split()


def test_no_table_is_there_that_the_contract_does_not_name(conn: sqlite3.Connection) -> None:
    tables = {row[0] for row in conn.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    ours = {name for name in tables if not name.startswith(("bulletins_fts", "sqlite_", "_sqlite_"))}
    assert ours == set(COLUMNS)


def test_every_table_is_strict(conn: sqlite3.Connection) -> None:
    strict = {row[1] for row in conn.execute("PRAGMA table_list") if row[5]}
    assert set(COLUMNS) <= strict


def test_version_details_joins_what_a_version_said(conn: sqlite3.Connection) -> None:
    assert set(OF_ALL_VERSIONS.split()) <= set(columns(conn, "version_details"))


def test_the_schema_is_made_once_and_recorded(tmp_path: Path) -> None:
    for _ in range(2):
        db = connect(tmp_path / "a.db")
        names = [row["name"] for row in db.query("SELECT name FROM _sqlite_migrations")]
        db.close()
        assert names == [*NAMES]


@pytest.mark.parametrize("column", COLUMNS["versions"].split())
def test_no_column_of_a_version_can_be_updated(conn: sqlite3.Connection, column: str) -> None:
    before = conn.execute("SELECT * FROM versions").fetchall()
    for verb in ("UPDATE", "UPDATE OR IGNORE", "UPDATE OR REPLACE"):
        with pytest.raises(sqlite3.IntegrityError, match="never updated"):
            conn.execute(f"{verb} versions SET {column} = {column}")
    assert conn.execute("SELECT * FROM versions").fetchall() == before


def test_no_version_can_be_deleted(conn: sqlite3.Connection) -> None:
    for where in ("", " WHERE id = 2"):
        with pytest.raises(sqlite3.IntegrityError, match="never deleted"):
            conn.execute(f"DELETE FROM versions{where}")
    assert conn.execute("SELECT count(*) FROM versions").fetchone() == (2,)


@pytest.mark.parametrize(
    "row",
    [(1, 2, 9, "h9"), (9, 2, 9, "h1"), (None, 2, 9, "h2"), (9, 1, 2, "h9"), (None, 1, 1, "h9")],
    ids=["same id", "same hash", "same hash, no id", "same document and number", "same document and number, no id"],
)
@pytest.mark.parametrize("verb", ["INSERT", "INSERT OR REPLACE", "REPLACE", "INSERT OR IGNORE"])
def test_no_version_can_be_replaced(conn: sqlite3.Connection, verb: str, row: tuple[int | None, int, int, str]) -> None:
    before = conn.execute("SELECT * FROM versions").fetchall()
    with pytest.raises(sqlite3.IntegrityError, match="never replaced"):
        conn.execute(f"{verb} {VERSION}", row)
    assert conn.execute("SELECT * FROM versions").fetchall() == before


def test_no_version_can_be_upserted(conn: sqlite3.Connection) -> None:
    with pytest.raises(sqlite3.IntegrityError, match="never replaced"):
        conn.execute(f"INSERT {VERSION} ON CONFLICT DO UPDATE SET hash = 'h9'", (1, 2, 9, "h9"))


def test_the_next_version_is_let_in(conn: sqlite3.Connection) -> None:
    conn.execute(f"INSERT {VERSION}", (None, 1, 3, "h3"))
    conn.execute(f"INSERT OR REPLACE {VERSION}", (None, 2, 1, "h4"))
    assert conn.execute("SELECT id, hash FROM versions").fetchall() == [(1, "h1"), (2, "h2"), (3, "h3"), (4, "h4")]


@pytest.mark.parametrize(
    ("change", "content"), [("gone", "c1"), ("new", None)], ids=["a gone version with text", "a new one without"]
)
def test_a_version_has_a_text_exactly_where_it_is_not_gone(
    conn: sqlite3.Connection, change: str, content: str | None
) -> None:
    conn.execute("INSERT INTO contents (sha256, page_text_sha256, extra_sha256) VALUES ('c1', 'p', 'e')")
    with pytest.raises(sqlite3.IntegrityError, match="CHECK"):
        conn.execute(
            "INSERT INTO versions (document_id, version, change, captured_at, observed_at, content_sha256, cleaner,"
            " prev_hash, hash) VALUES (2, 1, ?, '2026', '2026', ?, '1', '', 'h9')",
            [change, content],
        )


def test_types_are_held(conn: sqlite3.Connection) -> None:
    with pytest.raises(sqlite3.IntegrityError, match="cannot store TEXT value in INTEGER column"):
        conn.execute("INSERT INTO fingerprints VALUES ('one', 1)")


def test_the_year_of_a_bulletin_is_read_from_its_date(conn: sqlite3.Connection) -> None:
    for number, published in enumerate(("2020-01-17", "2021-05-21T17:11:49+08:00", None), 1):
        conn.execute("INSERT OR IGNORE INTO documents VALUES (?, ?, 's', '2026')", [number, f"k{number}"])
        conn.execute(
            "INSERT INTO bulletins (document_id, key, url, source, published_at, body, status, versions, captured_at)"
            " VALUES (?, ?, 'u', 's', ?, '', 'live', 1, '2026')",
            [number, f"k{number}", published],
        )
    assert conn.execute("SELECT year FROM bulletins ORDER BY document_id").fetchall() == [("2020",), ("2021",), (None,)]
