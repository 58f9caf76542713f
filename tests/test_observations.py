"""Every request that a site was sent is one observation, whatever came of it: also robots.txt, tries that failed, addresses
that led on."""

from __future__ import annotations

import asyncio
from pathlib import Path
from urllib.parse import urlsplit

from archive.store import Archive
from scrapers.client import Client, Manners
from scrapers.model import Outcome, Page
from tests.faults.server import Server, answer, moved, ok

PAGE = ok("<p>高新区今日召开会议。</p>".encode())
RULES = b"User-agent: *\nDisallow: /private/\n"
ROUTES = {
    "/robots.txt": [moved("/rules.txt"), ok(RULES)],
    "/rules.txt": [answer("503 Service Unavailable"), ok(RULES)],
    "/old.html": [answer("500 Internal Server Error"), moved("/page.html")],
    "/page.html": PAGE,
    "/round.html": moved("/round.html"),
}


def test_the_observations_are_the_requests_that_the_site_saw(tmp_path: Path) -> None:
    async def run() -> tuple[list[Page], list[str]]:
        async with Server(ROUTES) as server, Client(allow_private=True, manners=Manners(delay=0)) as client:
            paths = ["/old.html", "/private/1.html", "/page.html", "/round.html"]
            pages = [await client.get(server.url + path) for path in paths]
            return pages, [request.path for request in server.asked]

    pages, asked = asyncio.run(run())
    with Archive(tmp_path / "a.db") as archive:
        for page in pages:
            archive.observe(page)
        rows = archive.conn.execute(
            "SELECT coalesce(final_url, url), status, outcome, raw_sha256 FROM observations ORDER BY id"
        ).fetchall()
        kept = [archive.pages.get(name) for *_, name in rows if name]
    told = [(urlsplit(url).path, status, outcome) for url, status, outcome, _ in rows]
    sent = [path for path, status, outcome in told if outcome != Outcome.ROBOTS]
    assert sent == asked
    assert told[:6] == [
        ("/robots.txt", 302, "redirect"),
        ("/rules.txt", 503, "http_error"),
        ("/rules.txt", 200, "ok"),
        ("/old.html", 500, "http_error"),
        ("/old.html", 302, "redirect"),
        ("/page.html", 200, "ok"),
    ]
    assert kept[0] == RULES
    assert ("/private/1.html", None, "robots") in told


def test_a_page_that_took_one_request_is_one_observation(tmp_path: Path) -> None:
    async def run() -> list[Page]:
        async with (
            Server({"/page.html": PAGE}) as server,
            Client(allow_private=True, manners=Manners(delay=0)) as client,
        ):
            return [await client.get(f"{server.url}/page.html") for _ in range(2)]

    first, second = asyncio.run(run())
    assert [page.status for page in first.earlier] == [404]
    assert second.earlier == ()
    with Archive(tmp_path / "a.db") as archive:
        archive.observe(second)
        assert archive.conn.execute("SELECT count(*) FROM observations").fetchone() == (1,)
