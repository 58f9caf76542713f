"""What robots.txt forbids is never asked for, by whatever way one comes to it; and what it allows is."""

from __future__ import annotations

import pytest

from scrapers.model import Outcome
from tests.faults.server import PAGE, Route, answer, get, moved, ok, outcome

FORBIDDEN = ok(b"User-agent: *\nDisallow: /private/\n")


def test_what_robots_txt_forbids_is_not_asked_for() -> None:
    routes = {"/robots.txt": FORBIDDEN, "/private/page.html": ok(PAGE), "/page.html": ok(PAGE)}
    pages, server = get(routes, "/private/page.html", "/page.html")
    assert [page.outcome for page in pages] == [Outcome.ROBOTS, Outcome.OK]
    assert pages[0].error
    assert server.paths == ["/page.html"]


def test_a_redirect_into_what_robots_txt_forbids_is_not_followed() -> None:
    routes = {"/robots.txt": FORBIDDEN, "/private/page.html": ok(PAGE), "/page.html": moved("/private/page.html")}
    (page,), server = get(routes, "/page.html")
    assert (page.outcome, page.body) == (Outcome.ROBOTS, b"")
    assert server.paths == ["/page.html"]


@pytest.mark.parametrize("path", ["/x/../private/page.html", "/./private/page.html", "/x/%2e%2e/private/page.html"])
def test_a_detour_does_not_lead_around_robots_txt(path: str) -> None:
    routes = {"/robots.txt": FORBIDDEN, "/private/page.html": ok(PAGE), path: answer("404 Not Found")}
    (page,), server = get(routes, path)
    assert page.outcome is not Outcome.OK
    assert "/private/page.html" not in server.paths


def test_rules_for_gaoxin_are_for_us() -> None:
    robots = ok(b"User-agent: *\nDisallow:\n\nUser-agent: gaoxin\nDisallow: /\n")
    assert outcome({"/robots.txt": robots, "/page.html": ok(PAGE)}) is Outcome.ROBOTS


def test_a_byte_order_mark_before_the_rules_does_not_hide_them() -> None:
    robots = ok(b"\xef\xbb\xbfUser-agent: *\r\nDisallow: /\r\n")
    assert outcome({"/robots.txt": robots, "/page.html": ok(PAGE)}) is Outcome.ROBOTS


@pytest.mark.parametrize(
    "robots",
    [
        answer("404 Not Found"),
        answer("403 Forbidden"),
        ok(b""),
        ok(b"\xef\xbb\xbf\n <!DOCTYPE html><p>User-agent: *\nDisallow: /\n"),
        [moved("/real.txt"), ok(b"")],
        ok(b"\xff\xfe\x00 no text"),
    ],
    ids=["404", "403", "empty", "a page in its place", "moved", "garbage"],
)
def test_where_there_are_no_rules_everything_is_allowed(robots: Route) -> None:
    assert outcome({"/robots.txt": robots, "/page.html": ok(PAGE)}) is Outcome.OK


@pytest.mark.parametrize(
    "robots", [answer("500 Oops"), answer("503 Busy"), ok(b"x", length=99)], ids=["500", "503", "cut"]
)
def test_where_the_rules_cannot_be_read_nothing_is_asked(robots: bytes) -> None:
    (page,), server = get({"/robots.txt": robots, "/page.html": ok(PAGE)}, "/page.html")
    assert page.outcome is Outcome.ROBOTS
    assert page.error
    assert not server.paths


@pytest.mark.parametrize(
    "location", ["ftp://h.cn/robots.txt", "file:///etc/passwd", "javascript:0", "http://[bad/", "http://u:geheim@h.cn/"]
)
def test_a_robots_txt_that_moved_to_no_web_address_raises_nothing(location: str) -> None:
    (page,), _ = get({"/robots.txt": moved(location), "/page.html": ok(PAGE)}, "/page.html")
    assert page.outcome in (Outcome.ROBOTS, Outcome.OK)
    assert "geheim" not in (page.error or "")


def test_robots_txt_is_asked_for_once_a_host() -> None:
    _, server = get({"/a": ok(PAGE), "/b": ok(PAGE)}, "/a", "/b", "/a")
    assert [asked.path for asked in server.asked] == ["/robots.txt", "/a", "/b", "/a"]
