"""Raw pages: what goes in comes out, once, by its hash; what was damaged never comes out as if it were whole."""

from __future__ import annotations

import gzip
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


# Pages that lean on others

MENU = "".join(f"<li><a href='/{sha256(bytes([n])).hexdigest()[:24]}.html'>栏目{n}</a></li>" for n in range(200))


def article(n: int, edit: str = "") -> bytes:
    """A page of one template: its frame is far longer than what only it says."""
    text = "".join(chr(0x4E00 + (n * 104729 + k * k * 31) % 8000) for k in range(250))
    return f"<html><head><title>第{n}号</title></head><body><ul>{MENU}</ul><p>{text}</p><p>{edit}</p></body></html>".encode()


def url(n: int) -> str:
    return f"http://www.zone.example/news/20260{n % 9 + 1}/t2026{n:04}_{n}.html"


def rows(store: PageStore) -> dict[str, tuple[str | None, int]]:
    found = store.conn.execute("SELECT sha256, dict_id, length(data) FROM blobs")
    return {name: (dict_id, size) for name, dict_id, size in found}


def depth(kept: dict[str, tuple[str | None, int]], name: str) -> int:
    dict_id = kept[name][0]
    return depth(kept, dict_id) + 1 if dict_id else 0


def test_pages_of_one_template_take_a_third_of_what_gzip_makes_of_them(store: PageStore) -> None:
    bodies = [article(n) for n in range(20)]
    names = [store.put(body, url(n)) for n, body in enumerate(bodies)]
    kept = sum(size + 64 * (dict_id is not None) for dict_id, size in rows(store).values())
    assert kept <= 0.35 * sum(len(gzip.compress(body)) for body in bodies)
    assert [store.get(name) for name in names] == bodies
    assert max(depth(rows(store), name) for name in names) == 1


def test_a_page_that_was_edited_leans_on_what_it_was(store: PageStore) -> None:
    for n in range(5):
        store.put(article(n), url(n))
    before = store.put(article(3), url(3))
    for edit in range(6):
        name = store.put(article(3, f"更正{edit}"), url(3), before)
        assert rows(store)[name][1] + 64 <= 500
        assert store.get(name) == article(3, f"更正{edit}")
        assert depth(rows(store), name) <= 2
        before = name


@pytest.mark.parametrize("hosts", [1, 100], ids=["one host", "a host each"])
def test_mixed_pages_are_never_larger_than_zstd_makes_them_alone(store: PageStore, shared: Path, hosts: int) -> None:
    larger = []
    for n, file in enumerate(sorted((shared / "pages").rglob("*.html"))):
        body = file.read_bytes()
        name = store.put(body, f"http://www{n % hosts}.example/{n}.html")
        dict_id, size = rows(store)[name]
        if size + 64 * (dict_id is not None) > len(zstandard.compress(body, 9)):
            larger.append(file)
    assert not larger
    assert len(rows(store)) > 80


@given(bodies=st.lists(st.binary(max_size=300) | st.sampled_from([article(1), article(2), b""]), max_size=8))
def test_whatever_leans_on_whatever_comes_back(shared_store: PageStore, bodies: list[bytes]) -> None:
    before = None
    for body in bodies:
        before = shared_store.put(body, url(1), before)
        assert shared_store.get(before) == body


def test_a_redesign_gets_a_dictionary_of_its_own(store: PageStore) -> None:
    redesigned = "".join(f"<td><b>{sha256(bytes([n, 1])).hexdigest()}</b></td>" for n in range(200)).encode()
    for n in range(30):
        body = article(n) if n < 15 else article(n).replace(MENU.encode(), redesigned)
        name = store.put(body, url(n))
    assert rows(store)[name][1] < 0.2 * len(zstandard.compress(body, 9))


def test_a_page_whose_dictionary_is_missing_or_damaged_is_named(store: PageStore) -> None:
    names = [store.put(article(n), url(n)) for n in range(3)]
    store.commit()
    whole = rows(store)[names[2]][0]
    assert whole is not None
    damage(store, whole, zstandard.compress(b"another page"))
    with pytest.raises(ValueError, match=f"{names[2]} leans on page {whole}, which is damaged"):
        store.get(names[2])
    store.conn.execute("DELETE FROM blobs WHERE sha256 = ?", [whole])
    with pytest.raises(ValueError, match=f"{names[2]} leans on page {whole}, which is missing"):
        store.get(names[2])
    assert store.get(store.put(article(9), url(9))) == article(9), "a damaged page stops no other"


def test_a_page_that_leans_on_itself_is_damaged(store: PageStore) -> None:
    name = store.put(HTML)
    store.conn.execute("UPDATE blobs SET dict_id = sha256")
    with pytest.raises(ValueError, match="damaged"):
        store.get(name)


@pytest.mark.parametrize("doomed", [[0], [3], [0, 1], [0, 3], [9], list(range(10))], ids=str)
def test_erased_pages_are_gone_and_those_that_leaned_on_them_stay(store: PageStore, doomed: list[int]) -> None:
    names = [store.put(article(n), url(n)) for n in range(8)]
    names += [store.put(article(3, "更正"), url(3), names[3]), store.put(article(0, "更正"), url(0), names[0])]
    bodies = [store.get(name) for name in names]
    before = sum(size for _, size in rows(store).values())
    assert store.erase(names[n] for n in doomed) == len(doomed)
    store.commit()
    for n, name in enumerate(names):
        if n in doomed:
            with pytest.raises(KeyError):
                store.get(name)
        else:
            assert store.get(name) == bodies[n]
    assert sum(size for _, size in rows(store).values()) < 1.6 * before, "what is left still leans on one of them"
    assert store.get(store.put(article(77), url(77))) == article(77)
    assert all(depth(rows(store), name) <= 2 for name in rows(store))


def test_a_file_of_an_older_version_is_opened(tmp_path: Path) -> None:
    with closing(PageStore(tmp_path / "a.pages.db")) as store:
        name = store.put(HTML)
        store.commit()
        store.conn.execute("DROP TABLE templates")
    with closing(PageStore(tmp_path / "a.pages.db")) as store:
        assert store.get(name) == HTML
        assert store.get(store.put(article(1), url(1))) == article(1)
