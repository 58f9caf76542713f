"""WARC files in bulk: whatever wrote them and however they are packed or cut, the archive is the same."""

from __future__ import annotations

import gzip
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
import zstandard
from fastwarc.warc import ArchiveIterator

from scrapers.model import Page
from scrapers.warc import read, write
from tests.conftest import Command
from tests.crawls import DAY, VERSIONS, article, ingest, page, rows, whole
from tests.test_warc import record


def test_an_edit_that_was_captured_again_and_again_is_an_edit(tmp_path: Path) -> None:
    """Several captures of one address are no several pages with one text."""
    texts = [1, 2, 2, 2, 2, 1, 1, 1]
    address = page(0).url
    write(tmp_path / "one.warc.gz", [replace(page(n), url=address, body=article(text)) for n, text in enumerate(texts)])
    counts = ingest(tmp_path / "a.db", tmp_path / "one.warc.gz").counts
    assert (counts.new, counts.edited, counts.failed) == (1, 2, 0)


def test_a_page_without_its_end_that_was_requested_again_at_once_is_no_version(tmp_path: Path) -> None:
    """So a fetch saves what it received."""
    full = b"<html><head></head><body>" + article(1) + b"</body></html>"
    cut = replace(page(0), body=full.rpartition(b"<p>")[0])
    for name, again in (("soon", timedelta(seconds=4)), ("later", timedelta(days=1))):
        captures = [cut, replace(cut, body=full, fetched_at=cut.fetched_at + again)]
        write(tmp_path / f"{name}.warc.gz", captures)
    counts = ingest(tmp_path / "a.db", tmp_path / "soon.warc.gz").counts
    assert (counts.new, counts.edited, counts.failed) == (1, 0, 1)
    counts = ingest(tmp_path / "b.db", tmp_path / "later.warc.gz").counts
    assert (counts.new, counts.edited, counts.failed) == (1, 1, 0)


def frames(data: bytes) -> bytes:
    """A gzipped WARC file with each record a zstd frame."""
    pack = zstandard.ZstdCompressor().compress
    plain = gzip.decompress(data)
    starts = [n for n in range(len(plain)) if plain.startswith(b"WARC/1.1\r\n", n)] + [len(plain)]
    return b"".join(pack(plain[start:end]) for start, end in zip(starts, starts[1:], strict=False))


def with_dictionary(data: bytes) -> bytes:
    """As `frames`, with a dictionary of their own in front, as archive.org's crawlers write it."""
    shared = article(1) * 3
    pack = zstandard.ZstdCompressor(dict_data=zstandard.ZstdCompressionDict(shared)).compress
    plain = gzip.decompress(data)
    starts = [n for n in range(len(plain)) if plain.startswith(b"WARC/1.1\r\n", n)] + [len(plain)]
    packed = b"".join(pack(plain[start:end]) for start, end in zip(starts, starts[1:], strict=False))
    return b"\x5d\x2a\x4d\x18" + len(shared).to_bytes(4, "little") + shared + packed


PACKED: dict[str, Callable[[bytes], bytes]] = {
    "plain": gzip.decompress,
    "one gzip stream": lambda data: gzip.compress(gzip.decompress(data)),
    "one zstd stream": lambda data: zstandard.ZstdCompressor().compress(gzip.decompress(data)),
    "zstd frames": frames,
    "zstd with a dictionary": with_dictionary,
}


@pytest.mark.parametrize("packed", PACKED)
def test_a_file_is_read_however_it_is_packed(tmp_path: Path, undisturbed: Path, crawl: Path, packed: str) -> None:
    (tmp_path / "crawl").write_bytes(PACKED[packed](crawl.read_bytes()))
    assert ingest(tmp_path / "a.db", tmp_path / "crawl").counts.new == 120
    assert rows(tmp_path / "a.db", VERSIONS) == rows(undisturbed, VERSIONS)


def test_a_file_handed_in_twice_changes_nothing(crawl: Path, tmp_path: Path) -> None:
    first = ingest(tmp_path / "a.db", crawl)
    before = whole(tmp_path / "a.db")
    again = ingest(tmp_path / "a.db", crawl)
    assert (first.counts.new, again.counts.new, again.counts.known) == (120, 0, 120)
    assert whole(tmp_path / "a.db") == before


def revisit(url: str, at: str, *fields: str, status: str = "200 OK") -> bytes:
    http = f"HTTP/1.1 {status}\r\nContent-Type: text/html\r\n\r\n".encode()
    told = record(http, url, at).replace(b"WARC-Type: response", b"WARC-Type: revisit")
    return told.replace(b"WARC-Date", "\r\n".join((*fields, "WARC-Date")).encode(), 1)


def test_of_a_crawl_only_articles_become_bulletins_and_the_rest_has_an_outcome(tmp_path: Path) -> None:
    def response(path: str, status: str, body: bytes = b"", *headers: str) -> bytes:
        lines = "\r\n".join((f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers, "", ""))
        return record(lines.encode() + body, f"http://h.cn/{path}")

    html = "Content-Type: text/html"
    request = record(b"GET / HTTP/1.1\r\nHost: h.cn\r\n\r\n").replace(b"WARC-Type: response", b"WARC-Type: request")
    links = "".join(f"<li><a href='/{n}.html'>第{n}条消息的标题在这里</a> 2026-03-0{n % 9 + 1}</li>" for n in range(30))
    cut = response("cut.html", "200 OK", article(4), html)
    cut = cut.replace(b"WARC-Date", b"WARC-Truncated: length\r\nWARC-Date")
    made = {
        "a.html": response("a.html", "200 OK", article(1), html),
        "gzip.html": response("gzip.html", "200 OK", gzip.compress(article(2)), html, "Content-Encoding: gzip"),
        "decoded.html": response("decoded.html", "200 OK", article(3), html, "Content-Encoding: br"),
        "logo.png": response("logo.png", "200 OK", b"\x89PNG", "Content-Type: image/png"),
        "robots.txt": response("robots.txt", "200 OK", b"User-agent: *\nDisallow: /", "Content-Type: text/plain"),
        "data.json": response("data.json", "200 OK", b'{"title": "x"}', html),
        "list.html": response("list.html", "200 OK", f"<meta charset=utf-8><ul>{links}</ul>".encode(), html),
        "missing.html": response("missing.html", "404 Not Found", b"no", html),
        "error.html": response("error.html", "500 Internal Server Error", b"no", html),
        "elsewhere.html": response("elsewhere.html", "301 Moved", b"", "Location: http://other.cn/"),
        "cut.html": cut,
    }  # fmt: skip
    (tmp_path / "a.warc").write_bytes(request + b"".join(made.values()))
    run = ingest(tmp_path / "a.db", tmp_path / "a.warc")
    archived = {str(row[0]).rpartition("/")[2] for row in rows(tmp_path / "a.db", "SELECT url FROM bulletins")}
    assert archived == {"a.html", "gzip.html", "decoded.html"}
    outcomes = {
        str(url).rpartition("/")[2]: outcome
        for url, outcome in rows(tmp_path / "a.db", "SELECT url, outcome FROM observations WHERE outcome <> 'ok'")
    }
    assert outcomes == {
        "list.html": "list", "missing.html": "gone", "error.html": "http_error", "elsewhere.html": "redirect",
        "cut.html": "truncated",
    }  # fmt: skip
    assert (run.counts.listed, run.counts.new, run.counts.failed) == (len(made), 3, 1)
    kept = rows(tmp_path / "a.db", "SELECT count(*) FROM observations WHERE outcome <> 'ok' AND raw_sha256 IS NOT NULL")
    assert kept == [(0,)], "the file has the bytes of what is no article"


def test_a_record_longer_than_a_page_costs_no_memory_and_not_the_rest_of_the_file(tmp_path: Path) -> None:
    long = 12 << 20
    film = record(
        b"HTTP/1.1 200 OK\r\nContent-Type: video/mp4\r\n\r\n\0\0\0\x18ftypmp42" + bytes(long), "http://h.cn/a.mp4"
    )
    page = record(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<p>" + b"a" * long, "http://h.cn/a.html")
    last = record(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" + article(1), "http://h.cn/b.html")
    (tmp_path / "a.warc").write_bytes(film + page + last)
    assert max(len(page.body) for page in read(tmp_path / "a.warc")) < 10_000
    run = ingest(tmp_path / "a.db", tmp_path / "a.warc")
    assert (run.counts.listed, run.counts.new, run.counts.failed) == (3, 1, 1)
    assert rows(tmp_path / "a.db", "SELECT url FROM observations WHERE outcome = 'too_big'") == [
        ("http://h.cn/a.html",)
    ]


def test_a_capture_has_the_time_of_its_record_and_older_ones_never_override(tmp_path: Path) -> None:
    newer = page(1)
    older = Page(newer.url, article(2), DAY - timedelta(days=400), headers=newer.headers)
    write(tmp_path / "a.warc.gz", [newer, older])
    ingest(tmp_path / "a.db", tmp_path / "a.warc.gz")
    changes = rows(tmp_path / "a.db", "SELECT change, captured_at FROM versions ORDER BY captured_at")
    assert changes == [("earlier", "2025-01-26T00:00:00Z"), ("new", "2026-03-02T01:00:00Z")]
    assert rows(tmp_path / "a.db", "SELECT title FROM bulletins") == [("第1号项目开工",)]


def test_a_revisit_is_the_capture_that_it_refers_to_seen_again(tmp_path: Path) -> None:
    write(tmp_path / "first.warc.gz", [page(1), page(2)])
    first, second = page(1), page(2)
    refers = f"WARC-Refers-To-Date: {first.fetched_at:%Y-%m-%dT%H:%M:%SZ}"
    unknown = "WARC-Refers-To-Date: 2019-01-01T00:00:00Z"
    told = [
        revisit(first.url, "2026-03-05T00:00:00Z", f"WARC-Refers-To-Target-URI: {first.url}", refers),
        revisit(second.url, "2026-03-06T00:00:00Z", status="304 Not Modified"),
        revisit("http://h.cn/mirror.html", "2026-03-07T00:00:00Z", f"WARC-Refers-To-Target-URI: {first.url}", refers),
        revisit("http://h.cn/lost.html", "2026-03-08T00:00:00Z", f"WARC-Refers-To-Target-URI: {first.url}", unknown),
    ]
    (tmp_path / "later.warc").write_bytes(b"".join(told))
    (tmp_path / "both.warc").write_bytes(gzip.decompress((tmp_path / "first.warc.gz").read_bytes()) + b"".join(told))
    for name, files in (("apart", ["first.warc.gz", "later.warc"]), ("at once", ["both.warc"])):
        archive = tmp_path / f"{name}.db"
        assert ingest(archive, *(tmp_path / file for file in files)).counts.unchanged == 2, name
        seen = "SELECT url, outcome, via FROM observations WHERE fetched_at > '2026-03-04' ORDER BY fetched_at"
        assert rows(archive, seen) == [
            (first.url, "ok", "warc"),
            (second.url, "unchanged", "warc"),
            ("http://h.cn/mirror.html", "ok", "warc"),
            ("http://h.cn/lost.html", "not_captured", "warc"),
        ], name
        assert rows(archive, "SELECT change, count(*) FROM versions GROUP BY 1") == [("new", 3)], name


def test_a_redirect_and_further_pages_are_found_in_the_same_file(tmp_path: Path) -> None:
    def part(n: int, name: str) -> bytes:
        pager = f"<p><a href='/news/{name}.html'>1</a> <a href='/news/{name}_2.html'>2</a></p>"
        return article(n) + pager.encode()

    lead = Page("http://h.cn/old.html", b"", DAY, status=301, headers={"location": "/news/1.html"})
    pages = [
        lead,
        Page("http://h.cn/news/1.html", part(1, "1"), DAY + timedelta(seconds=2)),
        Page("http://h.cn/news/1_2.html", part(2, "1"), DAY + timedelta(seconds=4)),
        Page("http://h.cn/news/9.html", part(3, "9"), DAY),
        Page("http://h.cn/news/9_2.html", part(4, "9"), DAY + timedelta(days=90)),
    ]
    write(tmp_path / "a.warc.gz", pages)
    ingest(tmp_path / "a.db", tmp_path / "a.warc.gz")
    (found,) = rows(tmp_path / "a.db", "SELECT url, body FROM bulletins")
    assert found[0] == "http://h.cn/old.html", "the address that was asked for first"
    assert "第1号项目" in str(found[1])
    assert "第2号项目" in str(found[1])
    outcomes = dict(rows(tmp_path / "a.db", "SELECT url, outcome FROM observations WHERE url LIKE '%/9%'"))
    assert outcomes == {"http://h.cn/news/9.html": "truncated", "http://h.cn/news/9_2.html": "part"}, (
        "months lie between"
    )


@pytest.mark.parametrize("last", [3, 90])
def test_pages_that_lead_only_to_the_next_are_followed_to_the_last(tmp_path: Path, last: int) -> None:
    names = {n: f"1_{n}.html" if n > 1 else "1.html" for n in range(1, last + 1)}
    links = {n: f"<a href='{names[n + 1]}'>下一页</a>" if n < last else "" for n in names}
    pages = [
        Page(f"http://h.cn/news/{names[n]}", article(n) + links[n].encode(), DAY + timedelta(seconds=n)) for n in names
    ]
    write(tmp_path / "a.warc.gz", pages)
    ingest(tmp_path / "a.db", tmp_path / "a.warc.gz")
    found = rows(tmp_path / "a.db", "SELECT url, body FROM bulletins ORDER BY url")
    if last == 3:
        assert [url for url, _ in found] == ["http://h.cn/news/1.html"]
        assert [f"第{n}号项目" in str(found[0][1]) for n in names] == [True] * last
    else:
        told = rows(tmp_path / "a.db", "SELECT error FROM observations WHERE outcome = 'truncated'")
        assert told == [("http://h.cn/news/1.html is an article of more than 60 pages",)]
        assert "http://h.cn/news/1.html" not in dict(found)


def test_only_the_days_and_addresses_asked_for_are_read(tmp_path: Path, crawl: Path) -> None:
    days = {"since": date(2026, 3, 3), "until": date(2026, 3, 4)}
    ingest(tmp_path / "a.db", crawl, match=r"/\d*[05]\.html", **days)
    found = rows(tmp_path / "a.db", "SELECT captured_at FROM bulletins ORDER BY 1")
    times = [datetime.fromisoformat(str(row[0])) for row in found]
    wanted = [page(n).fetched_at for n in range(120) if n % 5 == 0]
    assert times == [at for at in wanted if "2026-03-02T16" <= at.isoformat() < "2026-03-04T16"]
    assert len(times) == 9


@pytest.mark.parametrize("packed", ["as it is", "plain", "one gzip stream", "zstd frames"])
def test_of_a_file_that_is_cut_what_stands_before_is_kept_and_said(
    gaoxin: Command, crawl: Path, tmp_path: Path, packed: str
) -> None:
    data = PACKED.get(packed, bytes)(crawl.read_bytes())
    (tmp_path / "cut.warc").write_bytes(data[: len(data) * 2 // 3 + 77])
    done = gaoxin("ingest", "cut.warc")
    assert done.returncode == 2
    assert done.stderr.startswith("gaoxin: cut.warc is damaged (")
    assert done.stderr.count("\n") == 1
    ((kept,),) = rows(tmp_path / "bulletins.db", "SELECT count(*) FROM bulletins")
    assert 60 < int(str(kept)) < 90
    assert f"{kept} new" in done.stderr
    (tmp_path / "cut.warc").write_bytes(data)
    assert gaoxin("ingest", "cut.warc").returncode == 0
    assert rows(tmp_path / "bulletins.db", "SELECT count(*) FROM bulletins") == [(120,)]
    assert [row[0] for row in rows(tmp_path / "bulletins.db", "SELECT state FROM runs")] == ["failed", "completed"]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("ingest", "absent.warc.gz"), "absent.warc.gz cannot be read"),
        (("ingest", "text.txt"), "text.txt is no WARC"),
        (("ingest", "crawl.warc.gz", "text.txt"), "text.txt is no WARC"),
        (("ingest", "."), "cannot be read"),
        (("ingest", "crawl.warc.gz", "--match", "["), "--match"),
        (("ingest", "crawl.warc.gz", "--since", "2026-13-01"), "--since 2026-13-01"),
        (("ingest", "crawl.warc.gz", "--since", "2026-03-02", "--until", "2026-03-01"), "after"),
        (("export", "a.warc.gz", "--format", "warc"), "bulletins.db"),
        (("fetch", "nchdz", "--replay", "crawl.warc.gz", "--save-warc", "saved"), "--save-warc"),
    ],
)
def test_bad_input_gets_one_sentence_and_writes_nothing(
    gaoxin: Command, tmp_path: Path, crawl: Path, arguments: tuple[str, ...], told: str
) -> None:
    (tmp_path / "crawl.warc.gz").write_bytes(crawl.read_bytes())
    (tmp_path / "text.txt").write_text("no archive")
    before = {path.name for path in tmp_path.iterdir()} | {"home"}
    done = gaoxin(*arguments)
    assert done.returncode == 2, done.stdout
    assert told in done.stderr
    assert done.stderr.count("\n") == 1
    assert {path.name for path in tmp_path.iterdir()} == before


def test_the_command_tells_progress_and_exports_what_passes_for_a_warc(
    gaoxin: Command, crawl: Path, tmp_path: Path
) -> None:
    done = gaoxin("ingest", crawl, "--workers", "2")
    assert done.returncode == 0, done.stderr
    assert "crawl.warc.gz record 50 of 120: 50 listed, 50 new" in done.stdout
    done = gaoxin("export", "--format", "warc", "--source", "h.cn", "out.warc.gz")
    assert done.stdout == "out.warc.gz holds 120 pages\n"
    with (tmp_path / "out.warc.gz").open("rb") as file:
        found = Counter(record.verify_block_digest() for record in ArchiveIterator(file, parse_http=False))
    assert found == {True: 120}
