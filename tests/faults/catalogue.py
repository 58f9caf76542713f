"""The fault catalogue: every way in which a server was seen, or may be feared, to misbehave, each at an address of its own.

    FAULTS["slow drip"].url(port)       # http://slow-drip.fault.test:<port>/page.html

Each fault has a host of its own, so that all can be met at once; `named` makes those names lead to the server. `outcome` is
what becomes of the page, `kept` the body that the archive may hold of it: whole, or nothing.
"""

from __future__ import annotations

import asyncio
import functools
import gzip
import socket
import struct
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import brotli  # type: ignore[import-untyped]
import pytest
import zstandard

from scrapers.model import Outcome
from scrapers.network import addresses
from tests.faults.server import SILENCE, Act, Route, answer, moved, ok

ARTICLE = (
    "<html><head><title>高新区召开项目调度会</title></head><body><h1>高新区召开项目调度会</h1><div class=content>"
    + "<p>高新区今日召开项目调度会，听取了进展，研究了问题，明确了责任；会议要求倒排工期，确保按时投产。</p>" * 5
    + "</div></body></html>"
)
PAGE = ARTICLE.encode()
BOMB_BYTES = 200_000_000
SORRY = b"sorry"


@functools.cache
def bombs() -> dict[str, bytes]:
    """200 MB of nothing, by encoding: at most 200 kB each."""
    nothing = bytes(BOMB_BYTES)
    made = {"gzip": gzip.compress(nothing, mtime=0), "deflate": zlib.compress(nothing)}
    return made | {"br": brotli.compress(nothing, quality=5), "zstd": zstandard.compress(nothing)}


def pack(encoding: str, body: bytes) -> bytes:
    """`body` in this encoding."""
    by = {"gzip": gzip.compress, "deflate": zlib.compress, "br": brotli.compress, "zstd": zstandard.compress}
    return bytes(by[encoding](body))


def packed(encoding: str, body: bytes) -> bytes:
    """An answer that says how it is encoded, whether or not that is true."""
    return ok(body, f"Content-Encoding: {encoding}")


def drip(start: bytes, drop: bytes) -> Act:
    """A server that says `start`, and then `drop` again and again until the client leaves."""

    async def act(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(start)
        while not reader.at_eof():
            writer.write(drop)
            await writer.drain()
            await asyncio.sleep(0.02 if len(drop) < 100 else 0)

    return act


def reset(start: bytes) -> Act:
    """A server that says `start` and then resets the connection."""

    async def act(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(start)
        await writer.drain()
        await asyncio.sleep(0.05 if start else 0)  # so that what was said arrives before the reset
        connection = writer.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        writer.transport.abort()

    return act


def later(seconds: int, as_date: bool = False) -> str:
    """A Retry-After header."""
    then = format_datetime(datetime.now(UTC) + timedelta(seconds=seconds), usegmt=True)
    return f"Retry-After: {then if as_date else seconds}"


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault: what `/page.html` of its host answers, and what its other paths do; `elsewhere` is the address asked for where
    it is another."""

    name: str
    route: Route
    outcome: Outcome
    kept: bytes = b""
    paths: Mapping[str, Route] = field(default_factory=dict)
    elsewhere: str = ""

    @property
    def host(self) -> str:
        """The name of its host."""
        return f"{self.name.replace(' ', '-')}.fault.test"

    @property
    def routes(self) -> dict[str, Route]:
        """Its routes on the server of all faults."""
        return {self.host + path: route for path, route in ({"/page.html": self.route} | dict(self.paths)).items()}

    def url(self, port: int) -> str:
        """Its address."""
        return self.elsewhere or f"http://{self.host}:{port}/page.html"


PACKED = {encoding: pack(encoding, PAGE) for encoding in ("gzip", "deflate", "br", "zstd")}
_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
_CHUNKED = _HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
_BROKEN_CRC = PACKED["gzip"][:-8] + bytes([PACKED["gzip"][-8] ^ 1]) + PACKED["gzip"][-7:]
_FORBIDS = b"User-agent: *\nDisallow: /\n"
_LONG_ROBOTS = _FORBIDS + b"Disallow: /nothing-of-the-kind/*/at-all$\n" * 240_000
_ERROR_PAGE = (
    "<title>404</title><h1>404</h1><p>抱歉，您访问的页面不存在或已被删除！</p><p><a href=/>返回首页</a></p>".encode()
)


def _robots(name: str, robots: Route, outcome: Outcome) -> Fault:
    kept = PAGE if outcome is Outcome.OK else b""
    return Fault(f"robots {name}", ok(PAGE), outcome, kept, {"/robots.txt": robots})


def _faults() -> Iterable[Fault]:
    yield Fault("silence", SILENCE, Outcome.TIMEOUT)
    yield Fault("slow headers", drip(b"HTTP/1.1 200 OK\r\n", b"X: y\r\n"), Outcome.TIMEOUT)
    yield Fault("slow drip", drip(ok(b"", length=99_999), b"x"), Outcome.TIMEOUT)
    yield Fault("hang after headers", drip(ok(b"", length=99), b""), Outcome.TIMEOUT)
    yield Fault("reset before the answer", reset(b""), Outcome.CONNECTION)
    yield Fault("reset inside the body", reset(ok(PAGE[:99], length=len(PAGE))), Outcome.TRUNCATED)
    yield Fault("length too long", ok(PAGE, length=len(PAGE) + 1), Outcome.TRUNCATED)
    yield Fault("length too short", ok(PAGE, length=len(PAGE) - 9), Outcome.TRUNCATED)
    yield Fault("broken chunk", _CHUNKED + b"zz\r\nhalf\r\n0\r\n\r\n", Outcome.TRUNCATED)
    yield Fault("chunks that stop", _CHUNKED + b"4\r\nhalf\r\n", Outcome.TRUNCATED)
    for name, body in PACKED.items():
        yield Fault(f"whole {name}", packed(name, body), Outcome.OK, PAGE)
        yield Fault(f"cut {name}", packed(name, body[: len(body) // 2]), Outcome.TRUNCATED)
        yield Fault(f"no {name}", packed(name, PAGE), Outcome.TRUNCATED)
    for name, body in bombs().items():
        yield Fault(f"bomb of {name}", packed(name, body), Outcome.TOO_BIG)
    yield Fault("many streams", packed("gzip", gzip.compress(b"", mtime=0) * 200_000), Outcome.TRUNCATED)
    yield Fault("wrong crc", packed("gzip", _BROKEN_CRC), Outcome.TRUNCATED)
    yield Fault("gzip twice", packed("gzip, gzip", gzip.compress(PACKED["gzip"])), Outcome.OK, PAGE)
    yield Fault("gzip twice told once", packed("gzip", gzip.compress(PACKED["gzip"])), Outcome.CHARSET, PACKED["gzip"])
    yield Fault("unknown encoding", packed("compress", PAGE), Outcome.TRUNCATED)
    yield Fault("endless body", drip(_HEAD + b"\r\n", bytes(65_536)), Outcome.TOO_BIG)
    yield Fault("length beyond the cap", ok(b"", length=10**12), Outcome.TOO_BIG)
    yield Fault("redirect loop", moved("/page.html?"), Outcome.REDIRECT)
    yield Fault("redirect to a file", moved("file:///etc/passwd"), Outcome.REFUSED_ADDRESS)
    yield Fault("redirect to a private address", moved("http://10.0.0.1/"), Outcome.REFUSED_ADDRESS)
    yield Fault("redirect to the metadata", moved("http://[::ffff:169.254.169.254]/"), Outcome.REFUSED_ADDRESS)
    yield Fault("redirect with a password", moved("http://user:geheim@fine.fault.test/"), Outcome.REFUSED_ADDRESS)
    yield Fault("redirect to another host", moved("http://fine.fault.test:{port}/page.html"), Outcome.OK, PAGE)
    yield Fault("redirect to nowhere", answer("302 Found", b"moved"), Outcome.REDIRECT)
    yield Fault(
        "header injection", moved("/page.html%0d%0aX-Injected: 1\r\nX-Injected: 1"), Outcome.GONE, b"no such page"
    )
    yield Fault(
        "cookies required", answer("302 Found", b"", "Location: /page.html?", "Set-Cookie: a=1"), Outcome.REDIRECT
    )
    yield Fault("429 with seconds", [answer("429 No", SORRY, later(1)), ok(PAGE)], Outcome.OK, PAGE)
    yield Fault("503 with a date", [answer("503 No", SORRY, later(2, as_date=True)), ok(PAGE)], Outcome.OK, PAGE)
    yield Fault("429 for an hour", answer("429 No", SORRY, later(3600)), Outcome.BLOCKED)
    yield Fault("503 until tomorrow", answer("503 No", SORRY, later(90_000, as_date=True)), Outcome.BLOCKED)
    yield Fault("500 then 200", [answer("500 Oops", SORRY), ok(PAGE)], Outcome.OK, PAGE)
    yield Fault("500 for ever", answer("500 Oops", SORRY), Outcome.HTTP_ERROR, SORRY)
    yield Fault("204", answer("204 No Content"), Outcome.HTTP_ERROR)
    yield Fault("206", answer("206 Partial Content", PAGE[:99]), Outcome.TRUNCATED)
    yield Fault("304 unasked", answer("304 Not Modified"), Outcome.HTTP_ERROR)
    yield Fault("300", answer("300 Multiple Choices", SORRY), Outcome.HTTP_ERROR, SORRY)
    yield Fault("http 1.0", b"HTTP/1.0 200 OK\r\nContent-Type: text/html\r\n\r\n" + PAGE, Outcome.OK, PAGE)
    yield Fault("http 0.9", PAGE, Outcome.TRUNCATED)
    yield Fault("endless headers", drip(_HEAD, b"X: " + b"y" * 65_536 + b"\r\n"), Outcome.TRUNCATED)
    yield Fault("two lengths", ok(PAGE, "Content-Length: 7"), Outcome.TRUNCATED)
    yield Fault("an interim answer", b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + ok(PAGE), Outcome.OK, PAGE)
    yield Fault("error page", ok(_ERROR_PAGE), Outcome.GONE, _ERROR_PAGE)
    yield Fault(
        "pdf as html", ok(b"%PDF-1.7\n" + bytes(range(256)) * 9), Outcome.FILE, b"%PDF-1.7\n" + bytes(range(256)) * 9
    )
    lie = answer("200 OK", PAGE, "Content-Type: text/html; charset=iso-8859-1")
    yield Fault("charset that lies", lie, Outcome.OK, PAGE)
    yield Fault("name not found", SILENCE, Outcome.DNS, elsewhere="http://not-found.test/page.html")
    yield Fault("nobody listens", SILENCE, Outcome.CONNECTION, elsewhere="http://closed.fault.test:1/page.html")
    yield _robots("404", answer("404 Not Found"), Outcome.OK)
    yield _robots("500", answer("500 Oops"), Outcome.ROBOTS)
    yield _robots("429", answer("429 No"), Outcome.ROBOTS)
    yield _robots("silence", SILENCE, Outcome.ROBOTS)
    yield _robots("of 10 MB", ok(_LONG_ROBOTS), Outcome.ROBOTS)
    yield _robots("of more than 10 MB", ok(_LONG_ROBOTS * 2), Outcome.ROBOTS)
    yield _robots("html", ok(b"<!DOCTYPE html>\n<p>\n" + _FORBIDS), Outcome.OK)
    yield _robots("redirect", moved("http://forbids.fault.test:{port}/robots.txt"), Outcome.ROBOTS)
    yield _robots("redirect loop", moved("/robots.txt?"), Outcome.ROBOTS)
    yield _robots("cut", ok(_FORBIDS, length=99), Outcome.ROBOTS)


FAULTS: dict[str, Fault] = {fault.name: fault for fault in _faults()}
FINE = "fine.fault.test"
"""The host that has no fault."""


def routes(faults: Iterable[Fault]) -> dict[str, Route]:
    """The routes of one server that has all these faults. `{port}` in an answer stays to be filled in."""
    found: dict[str, Route] = {f"{FINE}/page.html": ok(PAGE), "forbids.fault.test/robots.txt": ok(_FORBIDS)}
    for fault in faults:
        found |= fault.routes
    return found


def named(patch: pytest.MonkeyPatch) -> None:
    """Let the names of the faults lead to 127.0.0.1, and let that be an address like any other; no other name is found."""
    real, is_public = socket.getaddrinfo, addresses.is_public

    def resolve(host: str, port: int, *rest: Any, **more: Any) -> Any:
        if host.endswith(".fault.test"):
            return real("127.0.0.1", port, *rest, **more)
        if host.endswith(".test"):
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return real(host, port, *rest, **more)

    patch.setattr(socket, "getaddrinfo", resolve)
    patch.setattr(addresses, "is_public", lambda address: address == "127.0.0.1" or is_public(address))
