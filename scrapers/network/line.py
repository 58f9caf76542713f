"""Connections to checked addresses only, which count the bytes received.

httpx asks a backend for its connections. This one checks a name's addresses before connecting to them. The site's name stays
in Host and TLS, while a second DNS answer cannot lead elsewhere.
"""

from __future__ import annotations

import re
import ssl
from collections.abc import Iterable
from typing import Any

import httpcore

from scrapers.network.addresses import addresses_of

_MOST_ADDRESSES = 3
"""The maximum number of addresses of one name that are tried, one after the other."""
_MOST_HEAD = 200_000
_END_OF_HEAD = re.compile(rb"\r?\n\r?\n")
_INTERIM = re.compile(rb"HTTP/1\.\d 1\d\d\b")


class Lines(httpcore.AsyncNetworkBackend):
    """Makes the connections of httpx. `allow_private` is for tests and intranets only."""

    def __init__(self, allow_private: bool) -> None:
        self._allow_private = allow_private
        self._inner = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> Line:
        """A connection to the first address of `host` that answers. Raises Refused, or httpcore's errors."""
        addresses = (await addresses_of(host, port, self._allow_private))[:_MOST_ADDRESSES]
        for address in addresses:
            try:
                share = timeout / len(addresses) if timeout else None
                return Line(await self._inner.connect_tcp(address, port, share, local_address, socket_options))
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                if address == addresses[-1]:
                    raise
        raise AssertionError(f"{host} was resolved to nothing")


class Line(httpcore.AsyncNetworkStream):
    """One connection, used for one request."""

    def __init__(self, inner: httpcore.AsyncNetworkStream) -> None:
        self._inner = inner
        self._start = bytearray()
        self._received = 0

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Read the next bytes."""
        data = await self._inner.read(max_bytes, timeout)
        self._received += len(data)
        if len(self._start) < _MOST_HEAD:
            self._start += data[:_MOST_HEAD]
        return data

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Send bytes."""
        await self._inner.write(buffer, timeout)

    async def aclose(self) -> None:
        """Close the connection."""
        await self._inner.aclose()

    async def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> Line:
        """The same connection, encrypted for `server_hostname`."""
        return Line(await self._inner.start_tls(ssl_context, server_hostname, timeout))

    def get_extra_info(self, info: str) -> Any:
        """Connection details, as httpcore requests them."""
        return self._inner.get_extra_info(info)

    def surplus(self, length: int) -> int:
        """How many bytes arrived beyond a body of `length`, as with a Content-Length that is too short."""
        begin, interim = 0, True
        while interim:
            end = _END_OF_HEAD.search(self._start, begin)
            if end is None:
                return 0
            interim = bool(_INTERIM.match(self._start, begin))
            begin = end.end()
        return max(self._received - begin - length, 0)
