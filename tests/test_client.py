"""The client against a server that misbehaves: every outcome is told, nothing raises, and nobody is bothered."""

from __future__ import annotations

import asyncio
import gzip
import re
import socket
import tracemalloc
import zlib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from scrapers.client import Client, Manners
from scrapers.model import Outcome, Page
from scrapers.network.headers import user_agent
from scrapers.warc import Replay, write
from tests.faults.catalogue import PACKED, pack, packed
from tests.faults.server import PAGE, Route, Server, answer, get, moved, ok, outcome

# What comes back


def test_a_page_comes_back_with_its_bytes_and_headers() -> None:
    (page,), server = get(
        {"/page.html": ok(PAGE, 'ETag: "1"', "Last-Modified: Mon, 02 Mar 2026 00:00:00 GMT")}, "/page.html"
    )
    assert (page.outcome, page.status, page.body, page.final_url) == (Outcome.OK, 200, PAGE, None)
    assert (page.headers["etag"], page.content_type) == ('"1"', "text/html")
    assert abs(page.fetched_at - datetime.now(UTC)) < timedelta(seconds=30)
    assert [asked.path for asked in server.asked] == ["/robots.txt", "/page.html"]


@pytest.mark.parametrize("packed", [gzip.compress(PAGE), zlib.compress(PAGE)], ids=["gzip", "deflate"])
def test_a_packed_page_is_unpacked(packed: bytes) -> None:
    encoding = "gzip" if packed.startswith(b"\x1f\x8b") else "deflate"
    (page,), _ = get({"/page.html": ok(packed, f"Content-Encoding: {encoding}")}, "/page.html")
    assert (page.outcome, page.body) == (Outcome.OK, PAGE)


@pytest.mark.parametrize(
    ("status", "told"),
    [
        ("404 Not Found", Outcome.GONE),
        ("410 Gone", Outcome.GONE),
        ("401 Unauthorized", Outcome.BLOCKED),
        ("403 Forbidden", Outcome.BLOCKED),
        ("412 Precondition Failed", Outcome.BLOCKED),
        ("429 Too Many Requests", Outcome.BLOCKED),
        ("400 Bad Request", Outcome.HTTP_ERROR),
        ("500 Internal Server Error", Outcome.HTTP_ERROR),
        ("521 Web Server Is Down", Outcome.HTTP_ERROR),
        ("304 Not Modified", Outcome.HTTP_ERROR),
        ("204 No Content", Outcome.HTTP_ERROR),
    ],
)
def test_a_status_is_an_outcome(status: str, told: Outcome) -> None:
    assert outcome({"/page.html": answer(status, b"" if status.startswith("304") else b"sorry")}) is told


def test_a_server_that_recovers_is_asked_again() -> None:
    routes = {"/page.html": [answer("500 Oops"), answer("503 Busy"), ok(PAGE)]}
    (page,), server = get(routes, "/page.html")
    assert (page.outcome, page.body, len(server.paths)) == (Outcome.OK, PAGE, 3)


def test_a_server_that_does_not_recover_is_left_in_peace() -> None:
    _, server = get({"/page.html": answer("500 Oops")}, "/page.html")
    assert len(server.paths) == Manners().tries
    _, server = get({"/page.html": answer("404 Not Found")}, "/page.html")
    assert len(server.paths) == 1, "gone is gone"


@pytest.mark.parametrize("length", [0, 5000, 10**12])
def test_conditions_are_sent_for_the_page_alone(length: int) -> None:
    """A 304 may tell the length of the page that it does not send."""
    routes = {"/page.html": answer("304 Not Modified", length=length)}
    (page,), server = get(routes, "/page.html", headers={"If-None-Match": '"1"'})
    assert (page.outcome, page.body) == (Outcome.UNCHANGED, b"")
    assert [asked.headers.get("if-none-match") for asked in server.asked] == [None, '"1"']


# Bodies that are not whole


@pytest.mark.parametrize(
    "cut",
    [
        ok(PAGE, length=len(PAGE) + 1),
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\nhalf",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n",
        ok(gzip.compress(PAGE * 9)[:-9], "Content-Encoding: gzip"),
        ok(gzip.compress(PAGE * 9)[:40], "Content-Encoding: gzip"),
        ok(zlib.compress(PAGE * 9)[:-9], "Content-Encoding: deflate"),
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n" + gzip.compress(PAGE * 9)[:-20],
    ],
    ids=[
        "length",
        "in a chunk",
        "after a chunk",
        "gzip, its end",
        "gzip, half",
        "deflate",
        "gzip until the connection closes",
    ],
)
def test_a_body_that_stops_early_is_truncated_and_asked_for_again(cut: bytes) -> None:
    (page,), server = get({"/page.html": cut}, "/page.html")
    assert (page.outcome, page.body) == (Outcome.TRUNCATED, b"")
    assert len(server.paths) == Manners().tries


def test_a_gzip_body_that_is_damaged_is_not_kept() -> None:
    damaged = bytearray(gzip.compress(PAGE * 9))
    damaged[-6] ^= 1
    assert outcome({"/page.html": ok(bytes(damaged), "Content-Encoding: gzip")}) is not Outcome.OK
    assert outcome({"/page.html": ok(PAGE, "Content-Encoding: gzip")}) is not Outcome.OK


OPEN = b"<html><head></head><body><p>" + "临川高新区的第一句话。".encode()


def test_a_page_without_its_end_is_requested_once_more() -> None:
    whole = OPEN + "第二句话。</p></body></html>".encode()
    (page,), server = get({"/page.html": [ok(OPEN), ok(whole)]}, "/page.html")
    assert (page.outcome, page.body) == (Outcome.OK, whole)
    assert [(each.url[-10:], each.outcome) for each in page.earlier[1:]] == [("/page.html", Outcome.TRUNCATED)]


def test_a_page_that_ends_elsewhere_each_time_is_truncated() -> None:
    (page,), server = get({"/page.html": [ok(OPEN), ok(OPEN[:-9])]}, "/page.html")
    assert (page.outcome, page.body) == (Outcome.TRUNCATED, b"")
    assert len(server.paths) == 2


def test_a_site_that_never_ends_its_pages_is_asked_twice_for_the_first_of_a_folder() -> None:
    routes: dict[str, Route | list[Route]] = {f"/2026/{n}.html": ok(OPEN + b"%d" % n) for n in range(3)}
    pages, server = get(routes, *routes)
    assert {page.outcome for page in pages} == {Outcome.OK}
    assert server.paths == ["/2026/0.html", *routes]


@pytest.mark.parametrize(
    "body",
    [
        b'{"rows": "<body>"}',
        b"<p>no frame",
        b"<html lang=zh><title>t</title><body><p>no end tag",
        OPEN + b"</BODY >",
        OPEN + b"</html><script>",
    ],
)
def test_what_never_began_or_has_an_end_is_whole(body: bytes) -> None:
    _, server = get({"/page.html": ok(body)}, "/page.html")
    assert len(server.paths) == 1


@pytest.mark.parametrize("encoding", ["", *PACKED])
def test_a_body_that_is_too_big_is_not_kept(encoding: str) -> None:
    limit = Manners(delay=0, most_bytes=1000)
    for size, told in ((1000, Outcome.OK), (1001, Outcome.TOO_BIG)):
        body = b"x" * size
        route = packed(encoding, pack(encoding, body)) if encoding else ok(body)
        (page,), _ = get({"/page.html": route}, "/page.html", manners=limit)
        assert (page.outcome, page.body) == (told, body if told is Outcome.OK else b"")


def test_a_bomb_in_a_bomb_is_refused_before_it_fills_the_memory() -> None:
    bomb = gzip.compress(gzip.compress(bytes(100_000_000), 9), 9)
    assert len(bomb) < 2000
    tracemalloc.start()
    try:
        page = get({"/page.html": packed("gzip, gzip", bomb)}, "/page.html", manners=Manners(delay=0, most_bytes=10**6))
        assert page[0][0].outcome is Outcome.TOO_BIG
        assert tracemalloc.get_traced_memory()[1] < 50_000_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    "garbage",
    [
        b"\x00" * 99,
        b"<html>no http</html>",
        b"HTTP/1.1 200\r\n\xff\xff\r\n\r\n",
        b"HTTP/1.1 abc OK\r\n\r\n",
        b"\r\n\r\n",
        ok(PAGE, "Content-Length: 7"),
        ok(PAGE, "Transfer-Encoding: chunked"),
        ok(PAGE, "X: " + "y" * 200_000),
        answer("200 OK", PAGE, "Content-Encoding: no-such"),
        answer("100 Continue"),
        answer("999 Odd", PAGE),
        answer("503 Busy", b"", "Retry-After: \xb2"),
        answer("503 Busy", b"", "Retry-After: -1"),
        answer("429 No", b"", "Retry-After: " + "9" * 999),
        answer("302 Found", PAGE, "Location: \xb8\xdf\xd0\xc2.html"),
        answer("204 No Content"),
        answer("206 Partial Content", PAGE),
    ],
)
def test_nothing_that_a_server_says_raises(garbage: bytes) -> None:
    (page,), server = get({"/page.html": garbage}, "/page.html")
    assert isinstance(page.outcome, Outcome)
    assert len(server.paths) <= 2 * Manners().tries + 2
    if page.outcome is Outcome.OK:
        assert page.status == 200


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.binary(max_size=60), st.integers(0, 200), st.integers(0, 60))
@example(b"", 38, 43)
def test_no_damage_to_an_answer_raises(noise: bytes, at: int, drop: int) -> None:
    whole = ok(gzip.compress(PAGE), "Content-Encoding: gzip", "Retry-After: 0")
    damaged = whole[:at] + noise + whole[at + drop :]
    head = damaged.replace(b"\r", b"").partition(b"\n\n")[0]
    (page,), _ = get({"/page.html": damaged}, "/page.html")
    assert (
        page.outcome is not Outcome.OK
        or page.body in (PAGE, b"")
        or b"Content-Encoding: gzip" not in head.split(b"\n")  # the header itself is damaged
    )


# Redirects


def test_redirects_are_followed_to_the_end() -> None:
    routes = {
        "/page.html": moved("/b.html", "301 Moved"),
        "/b.html": moved("c.html?div=-1#top", "307 Temporary"),
        "/c.html": ok(PAGE),
    }
    (page,), server = get(routes, "/page.html")
    assert (page.outcome, page.body) == (Outcome.OK, PAGE)
    assert (page.url, page.final_url) == (f"{server.url}/page.html", f"{server.url}/c.html")


def test_a_loop_of_redirects_ends() -> None:
    (page,), server = get({"/page.html": moved("/b.html"), "/b.html": moved("/page.html")}, "/page.html")
    assert (page.outcome, page.body) == (Outcome.REDIRECT, b"")
    assert page.error
    assert len(server.paths) == Manners().redirects + 1


@pytest.mark.parametrize(
    "location", ["file:///etc/passwd", "ftp://h.cn/a", "http://user:geheim@h.cn/", "ftp://user:geheim@h.cn/"]
)
def test_a_redirect_to_no_web_address_is_refused_without_repeating_a_password(location: str) -> None:
    (page,), _ = get({"/page.html": moved(location)}, "/page.html")
    assert (page.outcome, page.body) == (Outcome.REFUSED_ADDRESS, b"")
    assert page.error
    assert "geheim" not in page.error


@pytest.mark.parametrize(
    "location", ["javascript:alert(1)", "http://user:geheim@[::1/", "//user:geheim@h.cn:99999/", "http://", "", None]
)
def test_a_redirect_that_leads_nowhere_is_no_page(location: str | None) -> None:
    (page,), _ = get({"/page.html": answer("302 Found", PAGE) if location is None else moved(location)}, "/page.html")
    assert page.outcome is not Outcome.OK
    assert page.error
    assert "geheim" not in page.error


# Connections


def test_a_name_that_is_not_found_is_told_as_such() -> None:
    (page,), _ = get({}, "http://gaoxin.invalid/")
    assert page.outcome is Outcome.DNS
    assert "gaoxin.invalid" in (page.error or "")


def test_a_port_where_nobody_listens_is_told_as_such() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        (page,), _ = get({}, f"http://127.0.0.1:{probe.getsockname()[1]}/")
    assert page.outcome is Outcome.CONNECTION
    assert page.error


def test_a_cookie_of_one_host_is_not_told_to_another_on_the_same_address() -> None:
    routes = {"/page.html": ok(PAGE, "Set-Cookie: id=7; Path=/")}
    _, server = get(routes, "http://127.0.0.1:{port}/page.html", "http://127.1:{port}/page.html")
    assert [asked.headers["host"].split(":")[0] for asked in server.asked[::2]] == ["127.0.0.1", "127.1"]
    assert "cookie" not in server.asked[-1].headers


# Politeness


@pytest.mark.parametrize("kind", ["one client", "redirects between them"])
def test_one_request_at_a_time_goes_to_a_host(kind: str) -> None:
    routes: dict[str, Route] = {f"/{n}": ok(PAGE) if kind == "one client" else moved(f"/{n}x") for n in range(5)}
    routes |= {f"/{n}x": ok(PAGE) for n in range(5)}

    async def run() -> tuple[list[Page], Server]:
        async with Server(routes) as server, Client(allow_private=True, manners=Manners(delay=0)) as client:
            pages = await asyncio.gather(*(client.get(f"{server.url}/{n}") for n in range(5)))
            return list(pages), server

    pages, server = asyncio.run(run())
    assert [page.outcome for page in pages] == [Outcome.OK] * 5
    assert server.at_once == 1


def test_the_user_agent_says_who_asks_and_where_to_write(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GAOXIN_CONTACT", "archive@example.cn")
    _, server = get({"/page.html": ok(PAGE)}, "/page.html")
    assert {asked.headers["user-agent"] for asked in server.asked} == {user_agent()}
    assert re.search(r"Gaoxin.*archive@example\.cn", user_agent())
    monkeypatch.delenv("GAOXIN_CONTACT")
    assert user_agent().startswith("Gaoxin")


# Replay


def test_a_replayed_file_follows_the_same_rules(tmp_path: Path) -> None:
    day = datetime(2026, 3, 2, tzinfo=UTC)
    pages = [
        Page("http://h.cn/robots.txt", b"User-agent: *\nDisallow: /private/", day),
        Page("http://h.cn/a", b"", day, status=302, headers={"location": "/b"}),
        Page("http://h.cn/b", PAGE, day),
        Page("http://h.cn/private/c", PAGE, day),
        Page("http://h.cn/gone", b"gone", day, status=404),
    ]
    write(tmp_path / "a.warc.gz", pages)

    async def run() -> list[Page]:
        async with Client(Replay(tmp_path / "a.warc.gz")) as client:
            assert client.offers("http://h.cn/b")
            assert not client.offers("http://h.cn/never")
            return [await client.get(f"http://h.cn/{path}") for path in ("a", "b", "private/c", "gone", "never")]

    assert [page.outcome for page in asyncio.run(run())] == [
        Outcome.OK,
        Outcome.OK,
        Outcome.ROBOTS,
        Outcome.GONE,
        Outcome.NOT_CAPTURED,
    ]
