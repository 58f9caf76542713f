"""Nothing of an archive can be changed behind its back: each tampering is found, and said."""

from __future__ import annotations

import random
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing, suppress
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest

from archive import connections
from archive.hashes import content_digest, version_digest
from archive.pages import pages_path
from archive.store import Archive
from archive.verify import Verified, verify
from scrapers.model import Bulletin, Outcome, Page, Problem

START = datetime(2026, 3, 1, tzinfo=UTC)
URL, MIRROR, GONE = "http://www.zone.cn/1.shtml", "http://mirror.example/1", "http://www.zone.cn/2.shtml"
TEXT = "高新区发布新政策。支持企业创新发展。" * 5
CLOAKED = "高(gao)新(xin)區(qu)發(fa)布(bu)新(xin)政(zheng)策(ce)。支持企業(ye)創(chuang)新發展(zhan)。" * 5


def page(url: str, day: int) -> Page:
    return Page(url, f"<p>{url} {day}</p>".encode() * 9, START + timedelta(days=day), headers={"etag": f'"{day}"'})


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Seven versions of three documents; version 2 is one in the middle with two pages."""
    path = tmp_path_factory.mktemp("good") / "bulletins.db"
    told = {"title": "标题", "published_at": "2026-03-01", "origin": "新华社", "author": "甲", "editor": "乙"}
    media = {"images": ("http://www.zone.cn/1.jpg",), "attachments": ("http://www.zone.cn/1.pdf",)}
    with Archive(path, clock=lambda: START) as archive:
        first = Bulletin(URL, "zone", **told, **media, body=TEXT, page_text=TEXT, extra={"浏览": 7}, layout="zone[0]")
        archive.append(first, [page(URL, 1)])
        archive.append(
            Bulletin(MIRROR, **told, body=CLOAKED, page_text=CLOAKED, extra={"浏览": 9}, layout="generic"),
            [page(MIRROR, 1), page(MIRROR + "_2", 1)],
        )
        archive.append(Bulletin(GONE, "zone", body="撤回", title="撤"), [page(GONE, 1)])
        archive.append(
            Bulletin(URL, "zone", **told, body=TEXT + "。更正", page_text="更正", layout="zone[0]"), [page(URL, 2)]
        )
        archive.gone(GONE, Page(GONE, b"404", START + timedelta(days=3), outcome=Outcome.GONE, status=404))
        archive.append(Bulletin(URL, "zone", body="早", layout="zone[0]"), [page(URL, 0)])
        archive.append(Bulletin(MIRROR + "?空", body="", title="空"), [Page(MIRROR + "?空", b"", START)])
        archive.observe(Page("http://www.zone.cn/list", b"<ul></ul>", START))
    assert verify(path) == Verified(7, verify(path).head, None)
    return path


@pytest.fixture
def tampered(good: Path, tmp_path: Path) -> Path:
    """A copy of the good archive to tamper with."""
    for file in (good, pages_path(good)):
        shutil.copy(file, tmp_path)
    return tmp_path / good.name


def tamper(path: Path, *statements: str) -> Verified:
    with closing(sqlite3.connect(path)) as conn, conn:
        for (trigger,) in conn.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            conn.execute(f"DROP TRIGGER {trigger}")
        conn.execute("PRAGMA ignore_check_constraints = ON")
        changed = conn.total_changes
        for statement in statements:
            conn.execute(statement)
        assert conn.total_changes > changed, "nothing was tampered with"
    return verify(path, deep=True)


def test_a_good_archive_verifies_and_says_its_head(good: Path) -> None:
    with closing(sqlite3.connect(good)) as conn:
        hashes = [row[0] for row in conn.execute("SELECT hash FROM versions ORDER BY id")]
    assert verify(good) == Verified(len(hashes), hashes[-1], None)


def test_an_empty_archive_verifies(tmp_path: Path) -> None:
    Archive(tmp_path / "bulletins.db").close()
    assert verify(tmp_path / "bulletins.db") == Verified(0, "", None)


def test_who_may_not_write_verifies_what_a_writer_has_in_its_side_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Archive(tmp_path / "bulletins.db") as archive:
        archive.append(Bulletin(URL, "zone", body=TEXT), [page(URL, 1)])
        archive.append(Bulletin(URL, "zone", body=TEXT + "二"), [page(URL, 2)])
        monkeypatch.setattr(connections, "can_write", lambda place: False)
        found = verify(archive.path, deep=True)
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


COLUMNS = "title published_at origin author editor body body_published page_text images attachments extra".split()


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


# One bit


ROWS = {
    "versions": "id document_id version change captured_at observed_at content_sha256 page_text_sha256 extra_sha256 layout"
    " cleaner prev_hash hash",
    "documents": "id key source first_seen_at",
    "urls": "url document_id why",
    "version_pages": "version_id n observation_id raw_sha256",
}
"""What of the rows around a version is proven: all but the run that made it."""


def flip_row(path: Path, rng: random.Random) -> str:
    """Flip one bit of a value in a row around a version; says where."""
    with closing(sqlite3.connect(path, isolation_level=None)) as conn:
        conn.execute("PRAGMA ignore_check_constraints = ON")
        for (trigger,) in conn.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            conn.execute(f"DROP TRIGGER {trigger}")
        while True:
            table = rng.choice([*ROWS])
            column = rng.choice(ROWS[table].split())
            values = conn.execute(f"SELECT DISTINCT {column} FROM {table} WHERE {column} <> ''").fetchall()
            value = rng.choice(values)[0]
            flipped: int | bytes
            if isinstance(value, int):
                flipped = value ^ 1 << rng.randrange(8)
            else:
                told, bit = bytearray(value.encode()), rng.randrange(8 * len(value.encode()))
                told[bit // 8] ^= 1 << bit % 8
                flipped = bytes(told)
            new = "?" if isinstance(value, int) else "CAST(? AS TEXT)"
            row = f"SELECT min(rowid) FROM {table} WHERE {column} = ?" if table != "version_pages" else None
            which = f"rowid = ({row})" if row else f"{column} = ?"
            with suppress(sqlite3.IntegrityError):
                conn.execute(f"UPDATE {table} SET {column} = {new} WHERE {which}", [flipped, value])
                return f"{value!r} of {table}.{column}, to {flipped!r}"


def flip(path: Path, rng: random.Random) -> str:
    """Flip one bit of the text of a version's content, in the file itself; says in which version first."""
    with closing(sqlite3.connect(path)) as conn, conn:
        conn.execute("PRAGMA ignore_check_constraints = ON")
        held = [
            (column, rowid, text)
            for column in COLUMNS
            for rowid, text in conn.execute(f"SELECT rowid, CAST({column} AS BLOB) FROM contents WHERE {column} <> ''")
        ]
        column, rowid, text = rng.choice(held)
        bit = rng.randrange(8 * len(text))
        flipped = bytearray(text)
        flipped[bit // 8] ^= 1 << bit % 8
        conn.execute(f"UPDATE contents SET {column} = CAST(? AS TEXT) WHERE rowid = ?", [bytes(flipped), rowid])
        version = conn.execute(
            "SELECT min(v.id) FROM versions v JOIN contents c ON (c.sha256, c.page_text_sha256, c.extra_sha256) ="
            " (v.content_sha256, v.page_text_sha256, v.extra_sha256) WHERE c.rowid = ?",
            [rowid],
        ).fetchone()[0]
    return f"version {version} "


def missed_flips(good: Path, folder: Path, flips: int, how: Callable[[Path, random.Random], str] = flip) -> list[str]:
    """What of so many flips was not found, or, of a content, not in the first version that has it."""
    rng, missed = random.Random(flips), []
    path = folder / good.name
    shutil.copy(pages_path(good), pages_path(path))
    for _ in range(flips):
        shutil.copy(good, path)
        where = how(path, rng)
        fault = verify(path).fault
        if fault is None or (how is flip and not fault.startswith(where)):
            missed.append(f"{where}: {fault}")
    return missed


def test_one_flipped_bit_anywhere_in_a_content_is_found(good: Path, tmp_path: Path) -> None:
    assert missed_flips(good, tmp_path, 50) == []


def test_one_flipped_bit_in_a_row_around_a_version_is_found(good: Path, tmp_path: Path) -> None:
    assert missed_flips(good, tmp_path, 50, flip_row) == []


@pytest.mark.soak
def test_each_of_a_thousand_flipped_bits_in_the_rows_is_found(good: Path, tmp_path: Path) -> None:
    assert missed_flips(good, tmp_path, 1000, flip_row) == []


@pytest.mark.soak
def test_each_of_a_thousand_flipped_bits_is_found(good: Path, tmp_path: Path) -> None:
    assert missed_flips(good, tmp_path, 1000) == []


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


# Damage


def outcome(path: Path) -> str:
    """The fault or the problem, in words; anything else raised is a traceback in a user's face."""
    try:
        return verify(path, deep=True).fault or ""
    except Problem as problem:
        return str(problem)


@pytest.mark.parametrize("junk", [b"", b"x", b"no database at all\n" * 999], ids=["empty", "one byte", "text"])
def test_junk_in_place_of_the_pages_is_a_fault(tampered: Path, junk: bytes) -> None:
    pages_path(tampered).write_bytes(junk)
    assert outcome(tampered)


@pytest.mark.parametrize("filler", [0x00, 0xFF, 0x41])
@pytest.mark.parametrize("file", ["archive", "pages"])
def test_every_overwritten_page_of_a_file_is_a_fault_or_harmless_and_never_a_traceback(
    tampered: Path, file: str, filler: int
) -> None:
    path = tampered if file == "archive" else pages_path(tampered)
    whole = path.read_bytes()
    size = 4096
    silent = []
    for start in range(0, len(whole), size):
        path.write_bytes(whole[:start] + bytes([filler]) * size + whole[start + size :])
        if not outcome(tampered):
            silent.append(start // size)
        for side in ("-wal", "-shm"):
            with suppress(FileNotFoundError):
                Path(f"{path}{side}").unlink()
    assert 0 not in silent
    assert len(silent) <= 1, "the pages of the search index and of side tables at most"


@pytest.mark.parametrize("file", ["archive", "pages"])
@pytest.mark.parametrize("left", [0.1, 0.5, 0.9])
def test_a_file_cut_short_is_a_fault(tampered: Path, file: str, left: float) -> None:
    path = tampered if file == "archive" else pages_path(tampered)
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * left)])
    assert outcome(tampered)


def test_a_value_that_is_no_longer_a_text_is_found_in_its_own_version(tampered: Path) -> None:
    with closing(sqlite3.connect(tampered)) as conn:
        conn.execute("PRAGMA writable_schema = ON")
        conn.execute("UPDATE sqlite_master SET sql = replace(sql, ') STRICT', ')') WHERE name = 'versions'")
        conn.commit()
    found = tamper(tampered, "UPDATE versions SET cleaner = CAST(cleaner AS BLOB) WHERE id = 3")
    assert found.fault is not None
    assert found.fault.startswith("version 3 ")
    assert found.versions == 2


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
