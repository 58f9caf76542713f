"""Nothing of an archive can be changed behind its back: each tampering is found, and said."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from hashlib import sha256
from pathlib import Path

import pytest

from archive import connections
from archive.hashes import content_digest, version_digest
from archive.pages import pages_path
from archive.store import Archive
from archive.verify import Verified, verify
from scrapers.model import Bulletin
from tests.faults.tampered import COLUMNS, TEXT, URL, page, tamper


def test_a_good_archive_verifies_and_says_its_head(good: Path) -> None:
    with closing(sqlite3.connect(good)) as conn:
        hashes = [row[0] for row in conn.execute("SELECT hash FROM versions ORDER BY id")]
    assert verify(good) == Verified(len(hashes), hashes[-1], None)


def test_an_empty_archive_verifies(tmp_path: Path) -> None:
    Archive(tmp_path / "bulletins.db").close()
    assert verify(tmp_path / "bulletins.db") == Verified(0, "", None)


@pytest.mark.parametrize("is_linked", [False, True])
def test_who_may_not_write_verifies_what_a_writer_has_in_its_side_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_linked: bool
) -> None:
    for name in ("bulletins.db", "bulletins.pages.db"):
        (tmp_path / f"linked-{name}").symlink_to(tmp_path / name)
    with Archive(tmp_path / "bulletins.db") as archive:
        archive.append(Bulletin(URL, "zone", body=TEXT), [page(URL, 1)])
        archive.append(Bulletin(URL, "zone", body=TEXT + "二"), [page(URL, 2)])
        monkeypatch.setattr(connections, "can_write", lambda place: False)
        found = verify(tmp_path / "linked-bulletins.db" if is_linked else archive.path, deep=True)
        assert (found.versions, found.fault) == (2, None)


def test_verifying_beside_an_open_writer_works(tmp_path: Path) -> None:
    with Archive(tmp_path / "bulletins.db") as archive:
        archive.append(Bulletin(URL, "zone", body=TEXT), [page(URL, 1)])
        with archive.transaction():
            archive.append(Bulletin(URL, "zone", body=TEXT + "二"), [page(URL, 2)])
            assert verify(archive.path).versions == 1
        assert verify(archive.path).versions == 2
        assert verify(archive.path).fault is None


@pytest.mark.parametrize(
    "value",
    [
        "id = 99", "document_id = 4, version = 2", "document_id = 99", "version = 9", "change = 'edited'",
        "captured_at = '2025-01-01T00:00:00Z'",
        "observed_at = '2025-01-01T00:00:00Z'", "page_text_sha256 = '00'", "page_text_sha256 = NULL", "extra_sha256 = '00'",
        "content_sha256 = (SELECT content_sha256 FROM versions WHERE id = 1)", "content_sha256 = NULL",
        "layout = 'zone[1]'", "layout = NULL", "cleaner = '0'", "prev_hash = '00'", "hash = '00'",
    ],
)  # fmt: skip
def test_a_changed_version_is_found(tampered: Path, value: str) -> None:
    found = tamper(tampered, f"UPDATE versions SET {value} WHERE id = 2")
    assert found.fault is not None
    assert found.fault.startswith(("version 2 ", "version 3 "))
    assert found.versions <= 2


@pytest.mark.parametrize("column", COLUMNS)
@pytest.mark.parametrize("value", ["{0} || ' '", "NULL", "''"])
def test_a_changed_content_is_found(tampered: Path, column: str, value: str) -> None:
    found = tamper(
        tampered,
        f"UPDATE contents SET {column} = {value.format(column)}"
        " WHERE sha256 = (SELECT content_sha256 FROM versions WHERE id = 2)",
    )
    assert found.fault is not None
    assert found.fault.startswith("version 2 (document 2)")
    assert found.versions == 1


def test_a_content_that_was_changed_with_its_hash_is_found(tampered: Path) -> None:
    with closing(sqlite3.connect(tampered)) as conn:
        conn.row_factory = sqlite3.Row
        row = dict(
            conn.execute("SELECT * FROM contents JOIN versions ON content_sha256 = sha256 WHERE id = 2").fetchone()
        )
    forged = content_digest({**row, "title": "伪"})
    found = tamper(
        tampered,
        f"UPDATE contents SET title = '伪', sha256 = '{forged}' WHERE sha256 = '{row['sha256']}'",
        f"UPDATE versions SET content_sha256 = '{forged}' WHERE id = 2",
        "UPDATE bulletins SET title = '伪' WHERE document_id = 2",
    )
    assert found.fault == "version 2 (document 2): its hash does not match what it says"


def test_a_version_that_was_rewritten_with_its_own_hash_breaks_the_chain(tampered: Path) -> None:
    with closing(sqlite3.connect(tampered)) as conn:
        conn.row_factory = sqlite3.Row
        joined = "SELECT v.*, d.key FROM versions v JOIN documents d ON d.id = document_id WHERE v.id = 2"
        row = dict(conn.execute(joined).fetchone())
        pages = conn.execute("SELECT raw_sha256 FROM version_pages WHERE version_id = 2 ORDER BY n").fetchall()
    forged = version_digest({**row, "layout": "forged"}, row["key"], [page[0] for page in pages])
    found = tamper(tampered, f"UPDATE versions SET layout = 'forged', hash = '{forged}' WHERE id = 2")
    assert found.fault == "version 3 (document 3): its prev_hash is not the hash of the version before it"


@pytest.mark.parametrize("column", ["body_published", "extra", "page_text", "images"])
def test_two_contents_that_changed_places_are_found(tampered: Path, column: str) -> None:
    of = f"(SELECT {column} FROM contents WHERE sha256 = (SELECT content_sha256 FROM versions WHERE id = %d))"
    found = tamper(
        tampered,
        f"CREATE TEMP TABLE kept AS SELECT {of % 1} AS one, {of % 2} AS two",
        f"UPDATE contents SET {column} = (SELECT two FROM kept)"
        " WHERE sha256 = (SELECT content_sha256 FROM versions WHERE id = 1)",
        f"UPDATE contents SET {column} = (SELECT one FROM kept)"
        " WHERE sha256 = (SELECT content_sha256 FROM versions WHERE id = 2)",
    )
    assert found.fault is not None
    assert found.fault.startswith("version 1 ")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE version_pages SET raw_sha256 = (SELECT raw_sha256 FROM observations WHERE id = 1) WHERE version_id = 2",
        "UPDATE version_pages SET observation_id = 1 WHERE version_id = 2 AND n = 1",
        "UPDATE version_pages SET n = 3 - n WHERE version_id = 2",
        "UPDATE version_pages SET version_id = 3, n = 9 WHERE version_id = 2 AND n = 2",
        "DELETE FROM version_pages WHERE version_id = 2 AND n = 2",
        "INSERT INTO version_pages SELECT 2, 3, observation_id, raw_sha256 FROM version_pages WHERE version_id = 2 AND n = 1",
        "UPDATE observations SET raw_sha256 = '00' WHERE id = 2",
        "UPDATE observations SET raw_sha256 = NULL WHERE id = 2",
        "DELETE FROM observations WHERE id = 2",
    ],
)  # fmt: skip
def test_a_changed_reference_to_a_page_is_found(tampered: Path, statement: str) -> None:
    if "n = 3 - n" in statement:
        statement = (
            "INSERT OR REPLACE INTO version_pages SELECT version_id, 3 - n, observation_id, raw_sha256"
            " FROM version_pages WHERE version_id = 2"
        )
    found = tamper(tampered, statement)
    assert found.fault is not None
    assert found.fault.startswith("version 2 ")


@pytest.mark.parametrize(
    ("statements", "named"),
    [
        (["DELETE FROM versions WHERE id = 3"], "version 3"),
        (["DELETE FROM versions WHERE id = 1"], "version 1"),
        (["DELETE FROM versions WHERE id = 7"], "document 4"),
        (["DELETE FROM versions WHERE id = 6"], "version 6"),
        (["DELETE FROM versions WHERE id = 3", "UPDATE versions SET id = id - 1 WHERE id > 3"], "version 3"),
        (
            [
                "UPDATE versions SET id = -3 WHERE id = 3",
                "UPDATE versions SET id = 3 WHERE id = 4",
                "UPDATE versions SET id = 4 WHERE id = -3",
            ],
            "version 3",
        ),
        (
            [
                "INSERT INTO versions SELECT 8, document_id, 9, change, captured_at, observed_at, run_id, content_sha256,"
                " page_text_sha256, extra_sha256, layout, cleaner, hash, '00' FROM versions WHERE id = 7"
            ],
            "version 8",
        ),
        (
            [
                "UPDATE versions SET id = id + 1 WHERE id = 7",
                "INSERT INTO versions SELECT 7, document_id, 9, change, captured_at,"
                " observed_at, run_id, content_sha256, page_text_sha256, extra_sha256, layout, cleaner, hash, '00'"
                " FROM versions WHERE id = 6",
            ],
            "version 7",
        ),
        (["DELETE FROM documents WHERE id = 2"], "version 2"),
        (["UPDATE documents SET key = '000000000000' WHERE id = 2"], "version 2"),
        (["DELETE FROM contents"], "version 1"),
        (["INSERT INTO documents VALUES (9, 'k', 's', '2026')"], "document 9"),
        (
            [
                "UPDATE documents SET source = 'forged' WHERE id = 1",
                "UPDATE bulletins SET source = 'forged' WHERE document_id = 1",
            ],
            "document 1: its source and first address",
        ),
        (
            [
                "UPDATE urls SET url = 'http://forged.example/' WHERE document_id = 1",
                "UPDATE bulletins SET url = 'http://forged.example/' WHERE document_id = 1",
            ],
            "document 1: its source and first",
        ),
        (
            ["INSERT INTO urls VALUES ('http://forged.example/', 1, 'redirect')"],
            "document 1: its address http://forged",
        ),
        (
            [
                "INSERT INTO urls VALUES ('http://forged.example/', 1, 'moved')",
                "UPDATE bulletins SET url = 'http://forged.example/' WHERE document_id = 1",
            ],
            "document 1: its address http://forged",
        ),
        (
            [
                "INSERT INTO urls VALUES ('http://forged.example/', 1, 'first')",
                "UPDATE bulletins SET url = 'http://forged.example/' WHERE document_id = 1",
            ],
            "document 1: its source and first address",
        ),
        (["UPDATE urls SET document_id = 1 WHERE why = 'page'"], "document 1: its address http://mirror"),
        (
            ["UPDATE documents SET first_seen_at = '2020-01-01T00:00:00Z' WHERE id = 2"],
            "version 2 (document 2): its document is said",
        ),
        (["UPDATE version_pages SET n = 2 WHERE version_id = 3"], "version 3 (document 3): raw page"),
    ],
    ids=lambda told: told if isinstance(told, str) else "; ".join(told),
)
def test_a_row_that_is_missing_or_was_added_is_found(tampered: Path, statements: list[str], named: str) -> None:
    found = tamper(tampered, *statements)
    assert found.fault is not None
    assert named in found.fault


@pytest.mark.parametrize(
    "value",
    [
        "title = '伪'", "title = NULL", "published_at = '2025-01-01'", "origin = '伪'", "author = '伪'", "editor = '伪'",
        "body = body || '伪'", "body = ''", "versions = 9", "status = 'gone'", "captured_at = '2025-01-01T00:00:00Z'",
        "key = '000000000000'", "url = 'http://forged.example/'", "source = 'forged'",
    ],
)  # fmt: skip
def test_a_bulletin_that_is_not_its_newest_version_is_found(tampered: Path, value: str) -> None:
    found = tamper(tampered, f"UPDATE bulletins SET {value} WHERE document_id = 1")
    assert found.fault is not None
    assert "bulletin 1" in found.fault


def test_a_withdrawn_bulletin_shown_as_live_is_found(tampered: Path) -> None:
    assert "bulletin 3" in str(tamper(tampered, "UPDATE bulletins SET status = 'live' WHERE document_id = 3").fault)


def test_a_bulletin_that_is_missing_is_found(tampered: Path) -> None:
    assert tamper(tampered, "DELETE FROM bulletins WHERE document_id = 2").fault is not None


def test_a_bulletin_that_no_version_made_is_found(tampered: Path) -> None:
    found = tamper(
        tampered,
        "INSERT INTO bulletins (document_id, key, url, source, title, body, status, versions, captured_at)"
        " VALUES (99, 'k', 'http://forged.example/', 'zone', '伪', '伪', 'live', 1, '2026-03-01T00:00:00Z')",
    )
    assert found.fault is not None


# Raw pages


def raw_of(path: Path, version: int) -> str:
    with closing(sqlite3.connect(path)) as conn:
        row = conn.execute("SELECT raw_sha256 FROM version_pages WHERE version_id = ? ORDER BY n", [version]).fetchone()
    return str(row[0])


@pytest.mark.parametrize(
    "statement",
    ["DELETE FROM blobs WHERE sha256 = '{0}'", "UPDATE blobs SET sha256 = '00' WHERE sha256 = '{0}'",
     "UPDATE blobs SET data = x'00' WHERE sha256 = '{0}'", "UPDATE blobs SET data = x'' WHERE sha256 = '{0}'",
     "UPDATE blobs SET data = (SELECT data FROM blobs WHERE sha256 <> '{0}') WHERE sha256 = '{0}'"],
)  # fmt: skip
def test_a_removed_or_damaged_page_is_named(tampered: Path, statement: str) -> None:
    raw = raw_of(tampered, 2)
    with closing(sqlite3.connect(pages_path(tampered))) as conn, conn:
        assert conn.execute(statement.format(raw)).rowcount == 1
    found = verify(tampered, deep=True)
    assert found.fault is not None
    assert found.fault.startswith("version 2 (document 2)")
    assert raw[:12] in found.fault
    assert found.versions == 1


def test_every_flipped_byte_of_a_stored_page_is_found_or_harmless(tampered: Path) -> None:
    raw = raw_of(tampered, 2)
    with closing(sqlite3.connect(pages_path(tampered))) as conn:
        data = conn.execute("SELECT data FROM blobs WHERE sha256 = ?", [raw]).fetchone()[0]
    missed = []
    for position in range(4, len(data), 3):
        flipped = bytes((*data[:position], data[position] ^ 0x10, *data[position + 1 :]))
        with closing(sqlite3.connect(pages_path(tampered))) as conn, conn:
            conn.execute("UPDATE blobs SET data = ? WHERE sha256 = ?", [flipped, raw])
        if verify(tampered, deep=True).fault is None:
            missed.append(position)
    assert missed in ([], [4])  # a bit of the frame's header that says nothing


def test_a_page_that_only_an_observation_names_is_checked(tampered: Path) -> None:
    raw = sha256(b"<ul></ul>").hexdigest()
    with closing(sqlite3.connect(pages_path(tampered))) as conn, conn:
        assert conn.execute("DELETE FROM blobs WHERE sha256 = ?", [raw]).rowcount == 1
    assert raw[:12] in str(verify(tampered).fault)


def test_an_archive_without_its_pages_is_a_fault(tampered: Path) -> None:
    pages_path(tampered).unlink()
    assert ".pages.db" in str(verify(tampered).fault)
    assert not pages_path(tampered).exists()


def test_without_deep_a_page_only_has_to_be_there(tampered: Path) -> None:
    raw = raw_of(tampered, 2)
    with closing(sqlite3.connect(pages_path(tampered))) as conn, conn:
        conn.execute("UPDATE blobs SET data = x'00' WHERE sha256 = ?", [raw])
    assert verify(tampered).fault is None
    assert raw[:12] in str(verify(tampered, deep=True).fault)
    with closing(sqlite3.connect(pages_path(tampered))) as conn, conn:
        conn.execute("DELETE FROM blobs WHERE sha256 = ?", [raw])
    assert raw[:12] in str(verify(tampered).fault)


def test_a_page_of_a_version_that_is_not_there_is_found(tampered: Path) -> None:
    found = tamper(
        tampered, "INSERT INTO version_pages SELECT 99, 1, observation_id, raw_sha256 FROM version_pages LIMIT 1"
    )
    assert found.fault == "version 99, of which a raw page is kept, is missing"


# What is no longer of its type


def test_a_value_that_is_no_longer_a_text_is_found_in_its_own_version(tampered: Path) -> None:
    with closing(sqlite3.connect(tampered)) as conn:
        conn.execute("PRAGMA writable_schema = ON")
        conn.execute("UPDATE sqlite_master SET sql = replace(sql, ') STRICT', ')') WHERE name = 'versions'")
        conn.commit()
    found = tamper(tampered, "UPDATE versions SET cleaner = CAST(cleaner AS BLOB) WHERE id = 3")
    assert found.fault is not None
    assert found.fault.startswith("version 3 ")
    assert found.versions == 2
