"""What raw pages take, and how long verifying takes: the parts `pages` and `verify` of `tests.bench.archive`.

pages    20 pages a source, in 90 real templates: against gzip. The real pages as they are: against zstd alone. A page that is
         fetched again unchanged, and one with a small edit: bytes of both files
verify   N versions, against hashing the same texts
"""

from __future__ import annotations

import gzip
import re
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import zstandard

from archive.hashes import document_key, version_digest
from archive.pages import PageStore
from archive.store import Archive, content_row
from archive.verify import verify
from scrapers.model import Bulletin, Page

START = datetime(2026, 3, 2, tzinfo=UTC)
A_SOURCE = 20
LENGTH = 3300
"""Characters of a version that is verified: 10 KB."""
_PARAGRAPHS = re.compile(r"<p[\s>].*</p>", re.DOTALL | re.IGNORECASE)
URL = "http://www.zone.example/news/202603/t20260302_1.html"
HEADERS = {
    "content-type": "text/html; charset=utf-8",
    "etag": '"65f1a2b3-4c5d"',
    "date": "Mon, 02 Mar 2026 01:02:03 GMT",
}


def pages(shared: Path, texts: list[tuple[str, str]], folder: Path) -> Iterator[str]:
    """The lines of the report on raw pages."""
    files = sorted((shared / "pages").rglob("*.html"))
    yield _of_a_source(files, texts, folder / "sources.db")
    yield _mixed(files, folder / "mixed.db")
    for headers in ({}, HEADERS):
        yield _again(files[0].read_bytes(), folder / f"again{len(headers)}.db", headers)


def _of_a_source(files: list[Path], texts: list[tuple[str, str]], path: Path) -> str:
    ratios = []
    kept = packed = seconds = n = 0.0
    with closing(PageStore(path)) as store:
        for number, file in enumerate(files):
            html = file.read_bytes().decode("utf-8", "replace")
            if not _PARAGRAPHS.search(html):
                continue
            made = []
            for n_ in range(A_SOURCE):
                _, text = texts[(number * A_SOURCE + n_) % len(texts)]
                paragraphs = "".join(f"<p>{line}</p>" for line in text.split("\n"))
                made.append(_PARAGRAPHS.sub(lambda _, told=paragraphs: told, html).encode())
            start = time.perf_counter()
            names = [
                store.put(body, f"http://www{number}.example/c{k % 3}/20260{k % 9}/{k}.html")
                for k, body in enumerate(made)
            ]
            seconds += time.perf_counter() - start
            n += len(made)
            size = sum(_cost(store, name) for name in set(names))
            alone = sum(len(gzip.compress(body)) for body in made)
            ratios.append(size / alone)
            kept, packed = kept + size, packed + alone
    ratios.sort()
    return (
        f"pages of one source, {A_SOURCE} each of {len(ratios)} templates: {kept / packed:.3f} of gzip in all,"
        f" {ratios[len(ratios) // 2]:.3f} in the middle, {ratios[-1]:.3f} at worst; {seconds / n * 1000:.1f} ms a page"
    )


def _mixed(files: list[Path], path: Path) -> str:
    larger = kept = alone = packed = 0
    with closing(PageStore(path)) as store:
        for n, file in enumerate(files):
            body = file.read_bytes()
            size, zstd = (
                _cost(store, store.put(body, f"http://www.zone.example/{n}.html")),
                len(zstandard.compress(body, 9)),
            )
            larger += size > zstd
            kept, alone, packed = kept + size, alone + zstd, packed + len(gzip.compress(body))
    shares = f"{kept / alone:.3f} of it and {kept / packed:.3f} of gzip in all"
    return f"mixed pages, {len(files)}: {larger} larger than zstd -9; {shares}"


def _again(body: bytes, path: Path, headers: dict[str, str]) -> str:
    """Bytes of both files a fetch, over 500 of them."""
    with Archive(path) as archive:

        def grown(edit: bool) -> float:
            before = _size(archive)
            with archive.transaction():
                for n in range(1, 501):
                    told = body + f"<!-- {n} -->更正{n}".encode() if edit else body
                    page = Page(URL, told, START + timedelta(minutes=n), headers=headers)
                    archive.append(Bulletin(URL, "zone", body="正文"), [page])
            return (_size(archive) - before) / 500

        for n in range(5):  # others of its template
            archive.append(
                Bulletin(f"{URL}{n}", "zone", body="正文"), [Page(f"{URL}{n}", body.replace(b"1", b"2"), START)]
            )
        archive.append(Bulletin(URL, "zone", body="正文"), [Page(URL, body, START, headers=headers)])
        unchanged, edited = grown(False), grown(True)
        rows = archive.pages.conn.execute(
            "SELECT avg(length(data) + 64) FROM blobs WHERE dict_id IS NOT NULL"
        ).fetchone()
    told = (
        f"with {sum(map(len, (*headers, *headers.values())))} characters of headers" if headers else "without headers"
    )
    edits = f"a small edit {edited:.0f} bytes, its page {rows[0]:.0f}"
    return f"fetched again {told}: {unchanged:.0f} bytes where unchanged; {edits}"


def verified(texts: list[tuple[str, str]], path: Path, versions: int) -> str:
    """The line of the report on verifying; the texts are body and page_text of each version."""
    hashed = 0.0
    all_ = "\n".join(text for _, text in texts[:3000])
    long = [all_[at : at + LENGTH] for at in range(0, len(all_) - LENGTH, 997)]
    with Archive(path) as archive, archive.transaction():
        conn, head = archive.conn, ""
        for n in range(1, versions + 1):
            title, text = texts[n % len(texts)][0], long[n % len(long)]
            row = content_row(Bulletin(f"{URL}{n}", "zone", f"{title}{n}", body=text, page_text=text))
            start = time.process_time()
            for told in (row["body"], row["page_text"]):
                sha256(told.encode()).hexdigest()
            hashed += time.process_time() - start
            names = ("content_sha256", "page_text_sha256", "extra_sha256")
            version = dict(zip(names, (row["sha256"], row["page_text_sha256"], row["extra_sha256"]), strict=True))
            version |= dict.fromkeys(("captured_at", "observed_at"), "2026-03-02T00:00:00Z")
            version |= {
                "document_id": n,
                "version": 1,
                "change": "new",
                "layout": None,
                "cleaner": "1",
                "prev_hash": head,
            }
            key = document_key("zone", f"{URL}{n}")
            head = version["hash"] = version_digest(version, key, [])
            _insert(conn, "contents", row)
            seen = {"first_seen_at": version["captured_at"]}
            _insert(conn, "documents", {"id": n, "key": key, "source": "zone", **seen})
            _insert(conn, "urls", {"url": f"{URL}{n}", "document_id": n, "why": "first"})
            _insert(conn, "versions", {"id": n, **version})
            shown = {"document_id": n, "key": key, "url": f"{URL}{n}", "source": "zone", "title": row["title"],
                     "body": row["body"], "status": "live", "versions": 1, "captured_at": version["captured_at"]}  # fmt: skip
            _insert(conn, "bulletins", shown)
    start = time.process_time()
    told = verify(path)
    spent = time.process_time() - start
    assert (told.fault, told.versions) == (None, versions)
    return f"verify {versions} versions of {LENGTH} characters: {spent:.1f} s, {spent / hashed:.1f} times hashing their texts"


def _insert(conn: sqlite3.Connection, table: str, row: dict[str, object]) -> None:
    conn.execute(f"INSERT INTO {table} ({','.join(row)}) VALUES ({','.join('?' * len(row))})", [*row.values()])


def _cost(store: PageStore, name: str) -> int:
    """The bytes of a page, with those that name what it leans on."""
    dict_id, size = store.conn.execute("SELECT dict_id, length(data) FROM blobs WHERE sha256 = ?", [name]).fetchone()
    return int(size) + 64 * (dict_id is not None)


def _size(archive: Archive) -> int:
    total = 0
    for conn in (archive.conn, archive.pages.conn):
        total += conn.execute("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size").fetchone()[0]
    return total
