"""Raw pages: what goes in comes out, once, by its hash; what was damaged never comes out as if it were whole."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from hashlib import sha256
from pathlib import Path

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from archive.pages import PageStore, pages_path

HTML = "<html><body><p>南昌高新区发布</p></body></html>".encode() * 20


@pytest.fixture
def store(tmp_path: Path) -> Iterator[PageStore]:
    opened = PageStore(tmp_path / "a.pages.db")
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def shared_store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PageStore]:
    opened = PageStore(tmp_path_factory.mktemp("pages") / "a.pages.db")
    yield opened
    opened.close()


def count(path: Path) -> int:
    with closing(sqlite3.connect(path)) as conn:
        return int(conn.execute("SELECT count(*) FROM blobs").fetchone()[0])


@given(st.binary(max_size=5000))
def test_any_bytes_come_back_by_their_hash(shared_store: PageStore, body: bytes) -> None:
    assert shared_store.put(body) == sha256(body).hexdigest()
    assert shared_store.get(sha256(body).hexdigest()) == body


@pytest.mark.parametrize("body", [b"", b"\0", HTML, bytes(5_000_000), b"\x28\xb5\x2f\xfd"], ids=len)
def test_a_page_comes_back_after_the_file_was_closed(tmp_path: Path, body: bytes) -> None:
    with closing(PageStore(tmp_path / "a.pages.db")) as store:
        name = store.put(body)
        store.commit()
    with closing(PageStore(tmp_path / "a.pages.db")) as store:
        assert store.get(name) == body


def test_a_page_is_stored_once(store: PageStore) -> None:
    assert store.put(HTML) == store.put(HTML)
    store.commit()
    assert store.put(HTML) == store.put(bytes(HTML))
    store.commit()
    assert count(store.path) == 1


def test_pages_are_compressed(store: PageStore) -> None:
    store.put(HTML * 1000)
    store.commit()
    with closing(sqlite3.connect(store.path)) as conn:
        size, codec, kept = conn.execute("SELECT size, codec, length(data) FROM blobs").fetchone()
    assert (size, codec) == (len(HTML) * 1000, "zstd")
    assert kept < size / 100


def test_only_a_commit_keeps(store: PageStore) -> None:
    forgotten = store.put(b"one")
    store.rollback()
    with pytest.raises(KeyError):
        store.get(forgotten)
    store.put(b"two")
    store.close()
    assert count(store.path) == 0


def test_commit_and_rollback_without_a_page_do_nothing(store: PageStore) -> None:
    store.commit()
    store.rollback()
    kept = store.put(HTML)
    store.commit()
    store.rollback()
    assert store.get(kept) == HTML


def test_a_page_that_is_not_kept_is_a_key_error(store: PageStore) -> None:
    for name in (sha256(b"nothing").hexdigest(), "", "' OR 1=1 --"):
        with pytest.raises(KeyError):
            store.get(name)


def test_another_process_sees_what_was_committed(store: PageStore) -> None:
    name = store.put(HTML)
    with closing(PageStore(store.path)) as other, pytest.raises(KeyError):
        other.get(name)
    store.commit()
    with closing(PageStore(store.path)) as other:
        assert other.get(name) == HTML


def damage(store: PageStore, name: str, data: bytes) -> None:
    with closing(sqlite3.connect(store.path)) as conn, conn:
        conn.execute("UPDATE blobs SET data = ? WHERE sha256 = ?", [data, name])


def test_no_single_flipped_bit_gives_another_page(store: PageStore) -> None:
    body = HTML[:300]
    name = store.put(body)
    store.commit()
    with closing(sqlite3.connect(store.path)) as conn:
        data = conn.execute("SELECT data FROM blobs").fetchone()[0]
    refused = 0
    for bit in range(len(data) * 8):
        flipped = bytearray(data)
        flipped[bit // 8] ^= 1 << bit % 8
        damage(store, name, bytes(flipped))
        try:
            assert store.get(name) == body
        except ValueError as error:
            assert name in str(error)
            refused += 1
    assert refused > len(data) * 7  # a few bits of a frame's header say nothing


@pytest.mark.parametrize(
    "data",
    [b"", b"not zstd", zstandard.compress(b"another page"), zstandard.compress(HTML)[:-5], zstandard.compress(b"")],
    ids=["nothing", "junk", "another page", "cut short", "an empty page"],
)
def test_a_damaged_page_is_named(store: PageStore, data: bytes) -> None:
    name = store.put(HTML)
    store.commit()
    damage(store, name, data)
    with pytest.raises(ValueError, match=name):
        store.get(name)


def test_a_page_that_claims_a_huge_size_is_damaged_not_a_crash(store: PageStore) -> None:
    name = store.put(HTML)
    store.commit()
    huge = b"\x28\xb5\x2f\xfd\xe0" + (1 << 60).to_bytes(8, "little") + b"\x01\x00\x00"
    damage(store, name, huge)
    with pytest.raises(ValueError, match=name):
        store.get(name)


def test_the_pages_of_an_archive_are_beside_it() -> None:
    assert pages_path(Path("/data/高新 档案.db")) == Path("/data/高新 档案.pages.db")
    assert pages_path(Path("bulletins")) == Path("bulletins.pages.db")
