"""The only socket of the project: polite, bounded, and honest about what came back.

    async with Client() as client:
        page = await client.get("http://host/page.html")

`get` never raises for what a site does: the page says so in `outcome`. robots.txt is asked before every address and every
redirect; one request at a time goes to a host, with a delay between two; private addresses are refused; a body is whole
and below a size, or it is not kept. With `replay` the same rules run on a WARC file, without delays and without a socket.
"""

from __future__ import annotations

import asyncio
import os
import random
import socket
import ssl
import time
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from ipaddress import ip_address
from types import TracebackType
from typing import Self
from urllib.parse import quote, urlsplit

import httpx
from protego import Protego

from scrapers.encodings import MOST_BYTES, TooBigError, decoded
from scrapers.model import Outcome, Page, Problem, Via
from scrapers.urls import normalise
from scrapers.warc import Replay

DELAY = 2.0
"""Seconds between two requests to a host whose robots.txt asks for no other."""
LONGEST_DELAY = 60.0
CONNECT_SECONDS = 10.0
TOTAL_SECONDS = 60.0
MOST_REDIRECTS = 5
TRIES = 3
LONGEST_RETRY_AFTER = 600.0

_HEADERS = {
    "Accept": "text/html, application/xhtml+xml, application/json;q=0.9, */*;q=0.5",
    "Accept-Language": "zh-CN, zh;q=0.9",
    "Accept-Encoding": "gzip, deflate",  # what `encodings` can prove to be whole
    "Connection": "close",
}
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_READABLE = " @:/+?&=#,;!*~-._"
_UNREACHED = frozenset({Outcome.REFUSED_ADDRESS, Outcome.DNS, Outcome.TLS, Outcome.CONNECTION})
"""What happens before a server answers: it is no word of its robots.txt."""
_RETRIED = frozenset({Outcome.CONNECTION, Outcome.TIMEOUT, Outcome.TRUNCATED})
_RETRIED_STATUS = frozenset({408, 429, 500, 502, 503, 504})
_KEPT_HEADERS = ("content-type", "etag", "last-modified", "date", "location", "retry-after", "content-language")


def user_agent() -> str:
    """Who asks, and where to write to: GAOXIN_CONTACT, an e-mail address or a page."""
    contact = os.environ.get("GAOXIN_CONTACT", "").strip()
    return (
        f"Gaoxin/0.1 (bulletin archive; {quote(contact, safe=_READABLE)})"
        if contact
        else "Gaoxin/0.1 (bulletin archive)"
    )


class Client:
    """Fetches pages. `allow_private` is for tests and intranets alone."""

    def __init__(self, replay: Replay | None = None, *, allow_private: bool = False, delay: float = DELAY) -> None:
        self._replay = replay
        self._allow_private = allow_private
        self._delay = 0.0 if replay else delay
        # The transport alone: redirects and cookies are ours to judge. A connection is used once, as it leads to a checked
        # address whose certificate was checked for one name.
        self._transport = None if replay else httpx.AsyncHTTPTransport(limits=httpx.Limits(max_keepalive_connections=0))
        self._turns: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._next_at: dict[str, float] = {}
        self._robots: dict[str, asyncio.Task[Protego | Page]] = {}
        self._left_alone: dict[str, Page] = {}

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._transport:
            await self._transport.aclose()

    async def get(self, url: str, headers: Mapping[str, str] | None = None) -> Page:
        """What came back for a normalised `url`, redirects followed. `headers` are conditions (If-None-Match …)."""
        asked = url
        for _ in range(MOST_REDIRECTS + 1):
            refusal = await self._refused_by_robots(url)
            page = refusal or await self._politely(url, headers)
            if page.status not in _REDIRECTS or page.outcome is not Outcome.OK:
                return replace(page, url=asked, final_url=url if url != asked else None)
            target = _target(page, url)
            if isinstance(target, Page):
                return replace(target, url=asked)
            url = target
        error = f"more than {MOST_REDIRECTS} redirects from {asked}"
        return replace(page, url=asked, body=b"", outcome=Outcome.REDIRECT, error=error)

    def offers(self, url: str) -> bool:
        """Whether there is anything to ask: a replayed file that does not hold `url` tells nothing about it."""
        return self._replay is None or url in self._replay

    async def _refused_by_robots(self, url: str) -> Page | None:
        """A page of the outcome `robots` where the site does not want `url` fetched, or cannot say (RFC 9309); else None."""
        parts = urlsplit(url)
        rules = await self._rules(f"{parts.scheme}://{parts.netloc}")
        outcome = Outcome.ROBOTS
        if isinstance(rules, Page):
            why = f"robots.txt of {parts.netloc} cannot be read ({rules.error or rules.status})"
            outcome = rules.outcome if rules.outcome in _UNREACHED else outcome
        elif not rules.can_fetch(url, "Gaoxin"):
            why = f"robots.txt of {parts.netloc} does not want it fetched"
        elif (rules.crawl_delay("Gaoxin") or 0) > LONGEST_DELAY:
            why = f"robots.txt of {parts.netloc} asks for {rules.crawl_delay('Gaoxin')} s between requests"
        else:
            return None
        via, moment = (Via.REPLAY, self._replay.at) if self._replay else (Via.LIVE, None)
        return Page(url, b"", moment or datetime.now(UTC), outcome=outcome, status=None, via=via, error=why)

    async def _rules(self, site: str) -> Protego | Page:
        """The rules of a site, asked for once, however many wait for them."""
        if site not in self._robots:
            self._robots[site] = asyncio.create_task(self._ask_robots(f"{site}/robots.txt"))
        return await self._robots[site]

    async def _ask_robots(self, url: str) -> Protego | Page:
        """The rules, or the page that came in their place. A 4xx allows; so does HTML: it holds no rules."""
        page = await self._politely(url, None)
        for _ in range(MOST_REDIRECTS):
            if page.status not in _REDIRECTS:
                break
            target = _target(page, url)
            if isinstance(target, Page):
                return replace(target, outcome=Outcome.REDIRECT)
            page = await self._politely(url := target, None)
        if page.outcome in (Outcome.GONE, Outcome.NOT_CAPTURED) or 400 <= (page.status or 500) < 500:
            return Protego.parse("")
        if page.outcome is not Outcome.OK or page.status in _REDIRECTS:
            return page
        text = page.body[:512_000].decode("utf-8-sig", "replace")
        return Protego.parse("" if text.lstrip().startswith("<") else text)

    async def _politely(self, url: str, headers: Mapping[str, str] | None) -> Page:
        """One address, when its host's turn has come; tried again where that may help."""
        host = urlsplit(url).netloc
        async with self._turns[host]:
            if host in self._left_alone:
                return replace(self._left_alone[host], url=url)
            for attempt in range(1, TRIES + 1):
                await asyncio.sleep(max(self._next_at.get(host, 0) - time.monotonic(), 0))
                started = time.monotonic()
                page = await self._once(url, headers)
                took = time.monotonic() - started
                self._next_at[host] = time.monotonic() + max(self._delay_of(url), took if self._delay else 0)
                if self._replay or not (page.outcome in _RETRIED or page.status in _RETRIED_STATUS):
                    break
                pause = _retry_after(page)
                if pause > LONGEST_RETRY_AFTER:
                    why = f"{host} asks to be left alone for {pause:.0f} s: it is for the rest of this run"
                    self._left_alone[host] = replace(page, body=b"", outcome=Outcome.BLOCKED, error=why)
                    break
                backoff = self._delay * 2**attempt * random.uniform(0.5, 1.5)
                self._next_at[host] += max(pause, backoff)
            return page

    def _delay_of(self, url: str) -> float:
        parts = urlsplit(url)
        told = self._robots.get(f"{parts.scheme}://{parts.netloc}")
        rules = told.result() if told and told.done() else None
        asked = rules.crawl_delay("Gaoxin") if isinstance(rules, Protego) else None
        return max(self._delay, float(asked or 0)) if self._delay else 0.0

    async def _once(self, url: str, headers: Mapping[str, str] | None) -> Page:
        if self._replay:
            return _judged(self._replay.get(url))
        try:
            async with asyncio.timeout(TOTAL_SECONDS):
                return await self._request(url, headers or {})
        except (TimeoutError, httpx.TimeoutException):
            return _failed(url, Outcome.TIMEOUT, f"{url} did not answer within {TOTAL_SECONDS:.0f} s")
        except _Refused as error:
            return _failed(url, error.outcome, str(error))
        except httpx.ConnectError as error:
            outcome = Outcome.TLS if isinstance(_root(error), ssl.SSLError) else Outcome.CONNECTION
            return _failed(url, outcome, f"{url}: {error}")
        except httpx.RemoteProtocolError as error:
            return _failed(url, Outcome.TRUNCATED, f"{url}: {error}")
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            return _failed(url, Outcome.CONNECTION, f"{url}: {type(error).__name__} {error}")

    async def _request(self, url: str, headers: Mapping[str, str]) -> Page:
        assert self._transport is not None
        parts = urlsplit(url)
        address = await self._checked_address(
            parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
        )
        target = httpx.URL(url).copy_with(host=address)
        asked = {"Host": parts.netloc, "User-Agent": user_agent(), **_HEADERS, **headers}
        timeout = httpx.Timeout(TOTAL_SECONDS, connect=CONNECT_SECONDS).as_dict()
        extensions = {"sni_hostname": parts.hostname, "timeout": timeout}
        request = httpx.Request("GET", target, headers=asked, extensions=extensions)
        moment = datetime.now(UTC)
        response = await self._transport.handle_async_request(request)
        try:
            raw = bytearray()
            async for chunk in response.aiter_raw(65_536):
                raw += chunk
                if len(raw) > MOST_BYTES:
                    raise TooBigError
            length = response.headers.get("content-length", "")
            if length.isascii() and length.isdigit() and len(raw) < int(length):
                raise EOFError(f"{len(raw)} of {length} bytes")
            body = decoded(bytes(raw), response.headers.get("content-encoding", ""), MOST_BYTES) if raw else b""
        except TooBigError as error:
            raise _Refused(Outcome.TOO_BIG, f"{url} is larger than {MOST_BYTES:,} bytes") from error
        except EOFError as error:
            raise _Refused(Outcome.TRUNCATED, f"{url} stopped early: {error}") from error
        except ValueError as error:
            raise _Refused(Outcome.TRUNCATED, f"{url} is not encoded as it says: {error}") from error
        finally:
            await response.aclose()
        kept = {name: response.headers[name] for name in _KEPT_HEADERS if name in response.headers}
        return _judged(Page(url, body, moment, status=response.status_code, headers=kept))

    async def _checked_address(self, host: str, port: int) -> str:
        """The one address to connect to, resolved once and checked, so that no second answer can lead elsewhere."""
        try:
            found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except OSError as error:
            raise _Refused(
                Outcome.DNS, f"the name {host} is not found ({error.strerror}): check the address"
            ) from error
        addresses = [str(info[4][0]) for info in found]
        if not self._allow_private and not all(
            ip_address(address.partition("%")[0]).is_global for address in addresses
        ):
            raise _Refused(
                Outcome.REFUSED_ADDRESS, f"{host} is a private address: --allow-private fetches it all the same"
            )
        return addresses[0]


class _Refused(Exception):
    def __init__(self, outcome: Outcome, sentence: str) -> None:
        super().__init__(sentence)
        self.outcome = outcome


def _judged(page: Page) -> Page:
    """The page with the outcome that its status tells."""
    status = page.status or 0
    if page.outcome is not Outcome.OK or status in (200, 203) or 300 <= status < 304 or status in (307, 308):
        return page
    if status == 304:
        return replace(page, outcome=Outcome.UNCHANGED, body=b"")
    if status in (404, 410):
        return replace(page, outcome=Outcome.GONE, error=f"{page.url} answered {status}")
    outcome = Outcome.BLOCKED if status in (401, 403, 412, 429) else Outcome.HTTP_ERROR
    return replace(page, outcome=outcome, error=f"{page.url} answered {status}")


def _failed(url: str, outcome: Outcome, error: str) -> Page:
    return Page(url, b"", datetime.now(UTC), outcome=outcome, status=None, error=error)


def _target(page: Page, url: str) -> str | Page:
    """Where a redirect leads, or the page that says why it is not followed."""
    location = page.headers.get("location", "").strip()
    if not location:
        return replace(page, body=b"", outcome=Outcome.REDIRECT, error=f"{url} redirects, but does not say where")
    try:
        return normalise(location, base=url)
    except Problem as problem:
        headers = {name: value for name, value in page.headers.items() if name != "location"}
        error = f"{url} redirects elsewhere: {problem}"
        return replace(page, body=b"", headers=headers, outcome=Outcome.REFUSED_ADDRESS, error=error)


def _retry_after(page: Page) -> float:
    """Seconds that a server asks to wait, told as a number or as a date."""
    value = page.headers.get("retry-after", "").strip()
    if value.isascii() and value.isdigit():
        return float(value[:9])
    try:
        return max((parsedate_to_datetime(value) - datetime.now(UTC)).total_seconds(), 0.0)
    except (TypeError, ValueError):
        return 0.0


def _root(error: BaseException) -> BaseException:
    while error.__cause__ or error.__context__:
        error = error.__cause__ or error.__context__ or error
    return error
