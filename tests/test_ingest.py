"""WARC files in bulk: whatever wrote them, however they are packed, cut or interrupted, the archive is the same."""

from __future__ import annotations

import asyncio
import gzip
import json
import os
import signal
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
import zstandard
from fastwarc.warc import ArchiveIterator

from archive.verify import verify
from archive.warc import stored_pages
from flows import bulk, steps
from flows.demo import DAYS, HANDED_IN, SITES
from flows.job import Job, Run
from scrapers import captures as room
from scrapers.client import Client, Manners
from scrapers.model import Page, Problem
from scrapers.sources import all_sources
from scrapers.warc import write
from tests.conftest import Command
from tests.faults.server import Server, moved, ok
from tests.test_warc import record
from tests.warm import Warm

CLOCK = datetime(2026, 3, 9, tzinfo=UTC)
DAY = datetime(2026, 3, 2, tzinfo=UTC)
VERSIONS = """
SELECT d.key, v.version, v.change, v.captured_at, v.content_sha256, v.layout, v.hash FROM versions v
JOIN documents d ON d.id = v.document_id ORDER BY v.id
"""
STATE = (
    VERSIONS,
    "SELECT url, fetched_at, status, outcome, final_url, raw_sha256 FROM observations ORDER BY id",
    "SELECT key, url, title, body, status, versions, copies FROM bulletins ORDER BY document_id",
    "SELECT document_id, other_id, kind, score FROM links ORDER BY rowid",
    "SELECT section, slice, state FROM slices ORDER BY 1, 2",
)


def rows(archive: Path, sql: str) -> list[tuple[object, ...]]:
    conn = sqlite3.connect(archive)
    try:
        return conn.execute(sql).fetchall()
    finally:
        conn.close()


def whole(archive: Path) -> list[list[tuple[object, ...]]]:
    """Everything of an archive that does not tell which runs made it."""
    return [rows(archive, sql) for sql in STATE]


def ingest(archive: Path, *files: Path, **chosen: object) -> Run:
    """The last run of these files."""
    return asyncio.run(bulk.ingest(Job(archive, clock=lambda: CLOCK), files, **chosen))[-1]  # type: ignore[arg-type]


def article(n: int) -> bytes:
    """A page with an article of its own words."""
    words = "".join(chr(0x4E00 + (n * 7919 + at * 31) % 20_000) for at in range(120))
    lines = "".join(f"<p>{words[at : at + 40]}，第{n}号项目今日在高新区开工建设。</p>" for at in (0, 40, 80))
    head = f"<title>第{n}号项目开工</title><h1>第{n}号项目开工</h1><p>2026-03-02 来源：样例日报</p>"
    return f"<meta charset=utf-8>{head}<div id=zoom>{lines}</div>".encode()


def page(n: int, **told: object) -> Page:
    moment = DAY + timedelta(hours=n)
    return Page(f"http://h.cn/news/{n}.html", article(n), moment, headers={"content-type": "text/html"}, **told)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def crawl(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """120 articles of one site."""
    file = tmp_path_factory.mktemp("crawl") / "crawl.warc.gz"
    write(file, map(page, range(120)))
    return file


@pytest.fixture(scope="module")
def undisturbed(crawl: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The archive of them."""
    folder = tmp_path_factory.mktemp("undisturbed")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GAOXIN_STATE", str(folder / "state"))
        assert ingest(folder / "a.db", crawl).counts.new == 120
    return folder / "a.db"


@pytest.fixture(scope="module")
def played(samples: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The archive of the sample sites after three days: edits, a move, pages that went and came back, cloaked copies."""
    folder = tmp_path_factory.mktemp("played")
    names = {index.parent.name for index in SITES.glob("*/index.json")}
    listed = [source.name for source in all_sources().values() if source.sections and source.name in names]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GAOXIN_STATE", str(folder / "state"))
        for day in DAYS:
            noon = datetime.fromisoformat(f"{day}T12:00:00+08:00")
            job = Job(folder / "played.db", samples, noon, clock=lambda: CLOCK)
            asyncio.run(steps.fetch(job, listed))
            if day == DAYS[0]:
                asyncio.run(steps.add(job, HANDED_IN))
            asyncio.run(steps.recheck(job))
    return folder / "played.db"


@pytest.mark.parametrize("workers", [1, 2])
def test_what_an_archive_exports_makes_the_same_versions_again(played: Path, tmp_path: Path, workers: int) -> None:
    write(tmp_path / "pages.warc.gz", stored_pages(played))
    run = ingest(tmp_path / "a.db", tmp_path / "pages.warc.gz", workers=workers)
    assert run.state == "completed"
    assert rows(tmp_path / "a.db", VERSIONS) == rows(played, VERSIONS)
    changes = "SELECT DISTINCT change FROM versions ORDER BY 1"
    assert [row[0] for row in rows(played, changes)] == ["back", "edited", "gone", "moved", "new"], "nothing left out"
    assert verify(tmp_path / "a.db").fault is None


def test_an_edit_that_was_captured_again_and_again_is_an_edit(tmp_path: Path) -> None:
    """Several captures of one address are no several pages with one text."""
    texts = [1, 2, 2, 2, 2, 1, 1, 1]
    address = page(0).url
    write(tmp_path / "one.warc.gz", [replace(page(n), url=address, body=article(text)) for n, text in enumerate(texts)])
    counts = ingest(tmp_path / "a.db", tmp_path / "one.warc.gz").counts
    assert (counts.new, counts.edited, counts.failed) == (1, 2, 0)


def test_an_export_holds_what_was_asked_for(played: Path, tmp_path: Path) -> None:
    def told(*asked: object) -> list[tuple[str | None, str]]:
        found = stored_pages(played, *asked)  # type: ignore[arg-type]
        return [(held.source, held.page.fetched_at.date().isoformat()) for held in found]

    everything = told()
    assert {source for source, _ in told("srrb") if source} == {"srrb"}
    one = told(None, date(2026, 3, 3), date(2026, 3, 3))
    assert 0 < len(one) < len(everything)
    assert len(one) == len([day for _, day in everything if day == "2026-03-03"])
    with pytest.raises(Problem, match="nchzd"):
        told("nchzd")


def test_what_is_withheld_is_not_exported(crawl: Path, undisturbed: Path, tmp_path: Path) -> None:
    for end in (".db", ".pages.db"):
        (tmp_path / f"a{end}").write_bytes(undisturbed.with_name(f"a{end}").read_bytes())
    conn = sqlite3.connect(tmp_path / "a.db")
    (document_id, url) = conn.execute("SELECT document_id, url FROM bulletins LIMIT 1").fetchone()
    conn.execute(
        "INSERT INTO withheld (document_id, level, reason, at) VALUES (?, 'hidden', 'asked', '2026-03-09T00:00:00Z')",
        [document_id],
    )
    conn.commit()
    conn.close()
    assert url in {held.page.url for held in stored_pages(undisturbed)}
    assert url not in {held.page.url for held in stored_pages(tmp_path / "a.db")}


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


def test_what_was_fetched_live_is_known_in_the_file_that_was_saved(samples: Path, played: Path, tmp_path: Path) -> None:
    for end in (".db", ".pages.db"):
        (tmp_path / f"a{end}").write_bytes(played.with_name(f"played{end}").read_bytes())
    write(tmp_path / "pages.warc.gz", stored_pages(played))
    ingest(tmp_path / "a.db", tmp_path / "pages.warc.gz")
    assert rows(tmp_path / "a.db", VERSIONS) == rows(played, VERSIONS)


def killed(warm: Warm, folder: Path, file: Path, after: int, workers: int = 1) -> Path:
    """The archive of a file whose ingest is killed at this append, and then carried on to its end."""
    archive = folder / f"{after}.db"
    first, second = (
        warm.run([archive, file, str(left), str(workers)], folder, entry="tests.faults.stopped:ingest")
        for left in (after, 0)
    )
    assert first.returncode == -signal.SIGKILL, first.stderr
    assert second.returncode == 0, second.stderr
    done = (after - 1) // bulk.BATCH * bulk.BATCH
    assert int(second.stdout) == sum(1 for _ in refs(file)) - done, "no batch that was done is read again"
    return archive


def refs(file: Path) -> list[room.Ref]:
    with room.captures(file) as held:
        return list(held.refs())


@pytest.mark.parametrize(("after", "workers"), [(1, 1), (75, 1), (101, 2)])
def test_one_that_is_killed_is_carried_on_to_the_same_archive(
    warm: Warm, crawl: Path, undisturbed: Path, tmp_path: Path, after: int, workers: int
) -> None:
    archive = killed(warm, tmp_path, crawl, after, workers)
    assert whole(archive) == whole(undisturbed)
    assert verify(archive).fault is None
    assert [row[0] for row in rows(archive, "SELECT state FROM runs")] == ["crashed", "completed"]


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
        ingest(archive, *(tmp_path / file for file in files))
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


@pytest.mark.parametrize("workers", ["1", "2"])
def test_ctrl_c_stops_it_after_the_batch_under_way(
    crawl: Path, undisturbed: Path, tmp_path: Path, workers: str
) -> None:
    """As a terminal does it: the signal goes to every process of the command."""
    command = [str(Path(sys.executable).parent / "gaoxin"), "ingest", str(crawl), "--workers", workers]
    env = {**os.environ, "PYTHONUNBUFFERED": "1"}
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    started = subprocess.Popen(command, cwd=tmp_path, env=env, text=True, start_new_session=True, **streams)
    assert started.stdout and "record 50 of 120" in started.stdout.readline()
    os.killpg(started.pid, signal.SIGINT)
    stdout, stderr = started.communicate(timeout=20)
    assert (started.returncode, stderr) == (130, "gaoxin: stopped by hand; what was archived so far is kept\n")
    assert "record 120" not in stdout
    archive = tmp_path / "bulletins.db"
    assert rows(archive, "SELECT state, cleaned FROM runs") == [("crashed", None)]
    assert ingest(archive, crawl).state == "completed"
    assert [row[:5] for row in rows(archive, VERSIONS)] == [row[:5] for row in rows(undisturbed, VERSIONS)]
    assert rows(archive, "SELECT count(*) FROM observations") == [(120,)], "nothing is read twice"


@pytest.mark.parametrize("workers", [1, 2])
def test_what_was_cleaned_is_counted_whoever_reads(
    crawl: Path, undisturbed: Path, tmp_path: Path, workers: int
) -> None:
    ingest(tmp_path / "a.db", crawl, workers=workers)
    (told,) = rows(tmp_path / "a.db", "SELECT cleaned FROM runs")
    assert json.loads(str(told[0]))["width"] >= 120
    assert [told] == rows(undisturbed, "SELECT cleaned FROM runs")


@pytest.mark.soak
def test_interrupted_at_twenty_points_the_archive_is_the_same(warm: Warm, shared: Path, tmp_path: Path) -> None:
    from tests.bench.ingest import crawled

    write(tmp_path / "crawl.warc.gz", crawled(shared, 250))
    ingest(tmp_path / "a.db", tmp_path / "crawl.warc.gz")
    for point in range(20):
        archive = killed(warm, tmp_path, tmp_path / "crawl.warc.gz", 1 + point * 12, workers=1 + point % 2)
        assert whole(archive) == whole(tmp_path / "a.db"), point


@pytest.mark.soak
def test_five_thousand_pages_interrupted_twenty_times_make_the_same_archive(
    warm: Warm, shared: Path, tmp_path: Path
) -> None:
    from tests.bench.ingest import crawled

    write(tmp_path / "crawl.warc.gz", crawled(shared, 5000))
    ingest(tmp_path / "a.db", tmp_path / "crawl.warc.gz")
    told = [tmp_path / "b.db", tmp_path / "crawl.warc.gz"]
    for point in range(20):
        died = warm.run([*told, str(200 + point), str(1 + point % 2)], tmp_path, entry="tests.faults.stopped:ingest")
        assert died.returncode == -signal.SIGKILL, died.stderr
    ended = warm.run([*told, "0", "1"], tmp_path, entry="tests.faults.stopped:ingest")
    assert ended.returncode == 0, ended.stderr
    assert whole(tmp_path / "b.db") == whole(tmp_path / "a.db")
    assert verify(tmp_path / "b.db").fault is None


@pytest.mark.soak
def test_memory_is_flat_however_long_the_file(shared: Path) -> None:
    peaks = []
    for pages in (1000, 5000):
        command = [sys.executable, "-m", "tests.bench.ingest", "--memory", "--pages", str(pages)]
        told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        peaks.append(float(told.split()[-2]))
    assert peaks[1] < 500
    assert peaks[1] < 1.25 * peaks[0], peaks


RECIPE = """
from datetime import date
from scrapers.listing import shtml_pages
from scrapers.rows import Links
from scrapers.source import Layout, Section, Source
SOURCE = Source(
    name="mine", title="样例", home="{home}/", zone=None, since=date(2015, 1, 1), verified="never",
    sections=[Section("新闻", "/list.shtml", pages=shtml_pages("list"))],
    items=Links("li", link="a", date="span"),
    layouts=[Layout(title="h1", published="h1 + p", body="#zoom")],
)
"""


def test_what_a_fetch_saved_makes_the_same_versions_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows_of_list = "".join(
        f"<li><a href='/old{n}.html'>第{n}号项目开工</a><span>2026-03-02</span></li>" for n in (1, 2)
    )
    routes = {"/list.shtml": ok(f"<meta charset=utf-8><ul>{rows_of_list}</ul>".encode())}
    routes |= {f"/old{n}.html": moved(f"/new{n}.html") for n in (1, 2)}
    routes |= {f"/new{n}.html": ok(article(n)) for n in (1, 2)}
    (tmp_path / "recipes").mkdir()
    monkeypatch.setenv("GAOXIN_SOURCES", str(tmp_path / "recipes"))
    monkeypatch.setattr("flows.job.Client", partial(Client, manners=Manners(delay=0)))

    async def fetch() -> list[Run]:
        async with Server(routes) as server:
            (tmp_path / "recipes" / "mine.py").write_text(RECIPE.format(home=server.url))
            job = Job(tmp_path / "a.db", allow_private=True, clock=lambda: CLOCK, save_warc=tmp_path / "saved")
            return await steps.fetch(job, ["mine"])

    (run,) = asyncio.run(fetch())
    assert run.counts.new == 2
    (file,) = (tmp_path / "saved").iterdir()
    assert file.name.startswith("gaoxin-fetch-20260309T000000Z-")
    assert file.name.endswith(".warc.gz")
    ingest(tmp_path / "b.db", file)
    assert rows(tmp_path / "b.db", VERSIONS) == rows(tmp_path / "a.db", VERSIONS)
