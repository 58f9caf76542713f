"""A small HTTP server that misbehaves exactly as told, on 127.0.0.1 and in the loop of its test.

    async with Server({"/page.html": ok(b"<p>1</p>")}) as server:
        page = await client.get(f"{server.url}/page.html")

A route is the bytes of one answer, sent as they are before the connection is closed; a list of answers, one a request, the
last of them again and again; or SILENCE. What is not routed is a 404. `asked` tells what was asked, `at_once` how many
requests were under way at one time.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Self

SILENCE = b""
"""The answer that never comes: the connection stays open until the client leaves."""
PATIENCE = 50
"""Turns of the loop that a request stays under way, so that others may come in between."""

Route = bytes | Sequence[bytes]


@dataclass(frozen=True)
class Asked:
    """One request: its target and its headers by lower-case name."""

    path: str
    headers: Mapping[str, str]


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


class Server:
    """The server; `half` routes answer and then stay silent instead of closing."""

    def __init__(self, routes: Mapping[str, Route], half: Sequence[str] = ()) -> None:
        self._left = {path: [route] if isinstance(route, bytes) else list(route) for path, route in routes.items()}
        self._half = half
        self._now = 0
        self._open: set[asyncio.Task[None]] = set()
        self.asked: list[Asked] = []
        self.at_once = 0
        self.port = 0

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def paths(self) -> list[str]:
        """Everything that was asked for, but for robots.txt."""
        return [asked.path for asked in self.asked if asked.path != "/robots.txt"]

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
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
        self.asked.append(Asked(path, {name.lower(): value.strip() for name, value in pairs}))
        self._now += 1
        self.at_once = max(self.at_once, self._now)
        for _ in range(PATIENCE):
            await asyncio.sleep(0)
        self._now -= 1
        left = self._left.get(path, [answer("404 Not Found", b"no such page")])
        told = left.pop(0) if len(left) > 1 else left[0]
        writer.write(told)
        await writer.drain()
        if told == SILENCE or path in self._half:
            await reader.read()
