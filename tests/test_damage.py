"""What chance does to an archive (a bit that flips, a page of the file overwritten, a file cut short) is found, and said."""

from __future__ import annotations

import random
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path

import pytest

from archive.pages import pages_path
from archive.verify import verify
from scrapers.model import Problem
from tests.faults.tampered import COLUMNS

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
