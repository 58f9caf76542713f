"""A small HTTP server that misbehaves exactly as told, on 127.0.0.1 and in the loop of its test.

    async with Server({"/page.html": ok(b"<p>1</p>")}) as server:
        page = await client.get(f"{server.url}/page.html")

A route is a path, or a path behind the name of one host. It leads to the bytes of one answer, sent as they are (but for
`{port}`, the port of the server) before the connection is closed; to a function that does with the connection what it likes; to
a list of these, one a request, the last of them again and again; or to SILENCE. What is not routed is a 404. `asked` tells what
was asked, `at_once` how many requests were under way at one time.

    (page,), server = get({"/page.html": ok(PAGE)}, "/page.html")    # what one client gets of it, in a loop of its own
"""

from __future__ import annotations

import asyncio
import contextlib
import ssl
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from scrapers.client import Client, Manners
from scrapers.model import Outcome, Page
from scrapers.urls import normalise

PAGE = "<p>高新区今日召开会议。</p>".encode()
AT_ONCE = Manners(delay=0)
SILENCE = b""
"""The answer that never comes: the connection stays open until the client leaves."""
PATIENCE = 50
"""Turns of the loop that a request stays under way, so that others may come in between."""

Act = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
Route = bytes | Act | Sequence[bytes | Act]


@dataclass(frozen=True)
class Asked:
    """One request: its target, its headers by lower-case name, and when it came, in seconds of one clock."""

    path: str
    headers: Mapping[str, str]
    at: float

    @property
    def host(self) -> str:
        """The host that was asked for, without its port."""
        return self.headers.get("host", "").rpartition(":")[0]


def answer(status: str, body: bytes = b"", *headers: str, length: int | None = None) -> bytes:
    """An answer whose Content-Length is right, or as told."""
    head = (
        f"HTTP/1.1 {status}",
        f"Content-Length: {len(body) if length is None else length}",
        "Connection: close",
        *headers,
    )
    return "\r\n".join((*head, "", "")).encode("latin-1") + body


def ok(body: bytes, *headers: str, length: int | None = None) -> bytes:
    """A page."""
    return answer("200 OK", body, "Content-Type: text/html", *headers, length=length)


def moved(location: str, status: str = "302 Found") -> bytes:
    """A redirect."""
    return answer(status, b"moved", f"Location: {location}")


NOTHING = answer("404 Not Found", b"no such page")


class Server:
    """The server. It listens at `at`, encrypted with `tls`."""

    def __init__(
        self,
        routes: Mapping[str, Route],
        tls: ssl.SSLContext | None = None,
        at: str = "127.0.0.1",
    ) -> None:
        self._left = {path: list(route) if isinstance(route, Sequence) and not isinstance(route, bytes) else [route]
                      for path, route in routes.items()}  # fmt: skip
        self._tls = tls
        self._at = at
        self._now = 0
        self._open: set[asyncio.Task[None]] = set()
        self.asked: list[Asked] = []
        self.at_once = 0
        self.port = 0

    @property
    def url(self) -> str:
        """Where it listens."""
        return self.url_of(f"[{self._at}]" if ":" in self._at else self._at)

    def url_of(self, host: str) -> str:
        """Where it listens, under this name."""
        return f"{'https' if self._tls else 'http'}://{host}:{self.port}"

    @property
    def paths(self) -> list[str]:
        """Everything that was asked for, but for robots.txt."""
        return [asked.path for asked in self.asked if asked.path != "/robots.txt"]

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, self._at, 0, ssl=self._tls)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.close()
        for task in self._open:
            task.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)
        await self._server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._open.add(task)
        try:
            await self._answer(reader, writer)
        except (OSError, asyncio.CancelledError, asyncio.IncompleteReadError):
            pass  # the client left, or the test is over
        finally:
            self._open.discard(task)
            writer.close()
            with contextlib.suppress(OSError, asyncio.CancelledError):
                await writer.wait_closed()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        first, *rest = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        pairs = (line.split(":", 1) for line in rest if ":" in line)
        path = first.split(" ")[1]
        asked = Asked(path, {name.lower(): value.strip() for name, value in pairs}, time.monotonic())
        self.asked.append(asked)
        self._now += 1
        self.at_once = max(self.at_once, self._now)
        for _ in range(PATIENCE):
            await asyncio.sleep(0)
        left = self._left.get(asked.host + path) or self._left.get(path) or [NOTHING]
        told = left.pop(0) if len(left) > 1 else left[0]
        if callable(told):
            try:
                await told(reader, writer)
            finally:
                self._now -= 1
            return
        self._now -= 1
        writer.write(told.replace(b"{port}", str(self.port).encode()))
        await writer.drain()
        if told == SILENCE:
            await reader.read()


def get(
    routes: Mapping[str, Route],
    *paths: str,
    headers: Mapping[str, str] | None = None,
    manners: Manners = AT_ONCE,
    allow_private: bool = True,
) -> tuple[list[Page], Server]:
    """What one client gets for these paths (or whole addresses, {port} filled in), one after the other."""

    async def run() -> tuple[list[Page], Server]:
        async with Server(routes) as server, Client(allow_private=allow_private, manners=manners) as client:
            urls = [path.replace("{port}", str(server.port)) if "//" in path else server.url + path for path in paths]
            return [await client.get(normalise(url), headers) for url in urls], server

    return asyncio.run(run())


def outcome(routes: Mapping[str, Route], path: str = "/page.html") -> Outcome:
    """What becomes of the page at this path."""
    (page,), _ = get(routes, path)
    assert (page.error is None) is (page.outcome in (Outcome.OK, Outcome.UNCHANGED)), "what is not well says why"
    assert page.body == b"" or page.outcome in (Outcome.OK, Outcome.GONE, Outcome.BLOCKED, Outcome.HTTP_ERROR)
    return page.outcome
