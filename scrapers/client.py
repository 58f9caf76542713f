"""The only network access of the project: polite, bounded, and exact about what came back.

    async with Client() as client:
        page = await client.get("http://host/page.html")

`get` never raises for what a site does: `outcome` reports it. robots.txt is checked before every address and every redirect. A
host gets one request at a time, with a delay between two, across all processes (`turns`). Private addresses are refused
(`addresses`). A body is kept only if it is whole and below the size limit. With `replay` the same rules run on a WARC file,
without delays and without a socket.
"""

from __future__ import annotations

import asyncio
import functools
import os
import random
import ssl
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from time import monotonic
from typing import Self
from urllib.parse import urlsplit

import httpcore
import httpx
from protego import Protego

from scrapers.model import Outcome, Page, Via
from scrapers.network import robots
from scrapers.network.addresses import Refused
from scrapers.network.answers import (
    BUSY,
    REDIRECTS,
    failed,
    folder_of,
    is_open,
    is_retried,
    judged,
    retry_after,
    sent_again,
    target,
)
from scrapers.network.encodings import MOST_BYTES, TooBigError, decoded
from scrapers.network.headers import SENT, user_agent
from scrapers.network.line import Line, Lines
from scrapers.network.turns import DAY, Turn, Turns
from scrapers.records import Cut, Exchange
from scrapers.urls import host as host_of
from scrapers.warc import Replay


@dataclass(frozen=True, slots=True)
class Manners:
    """How a client behaves; times in seconds. A `delay` of 0, for tests only, switches all waiting off.

    delay            between two requests to a host whose robots.txt sets no other
    longest_delay    a longer Crawl-delay counts as a refusal; also the longest delay for a slow or busy host
    longest_pause    after a longer Retry-After the host is left alone for the rest of the run
    patience         this many unanswered addresses of a host in a row, retries included, and it is left alone
    remembers        how long an unreadable robots.txt counts as a refusal before it is requested again
    """

    delay: float = 2.0
    longest_delay: float = 60.0
    longest_pause: float = 600.0
    remembers: float = 600.0
    connect: float = 10.0
    total: float = 60.0
    tries: int = 3
    patience: int = 5
    redirects: int = 5
    most_bytes: int = MOST_BYTES


_UNREACHED = frozenset({Outcome.REFUSED_ADDRESS, Outcome.DNS, Outcome.TLS, Outcome.CONNECTION})
"""Failures before a server answers: they say nothing about its robots.txt."""
_UNANSWERED = frozenset({Outcome.DNS, Outcome.TLS, Outcome.CONNECTION, Outcome.TIMEOUT})
"""What a host that is down or overloaded yields, page after page."""
_KEPT_HEADERS = ("content-type", "etag", "last-modified", "date", "location", "retry-after", "content-language")


class Client:
    """Fetches pages. `allow_private` is for tests and intranets only. The certificates of the hosts in `insecure` are not
    checked, and each of their pages says so in our own header `x-gaoxin-tls`. `on_exchange` is called for every request that a
    server answered, robots.txt and incomplete bodies included.

    Raises Problem where GAOXIN_STATE cannot be written.
    """

    def __init__(
        self,
        replay: Replay | None = None,
        *,
        allow_private: bool = False,
        insecure: Collection[str] = (),
        manners: Manners | None = None,
        on_exchange: Callable[[Exchange], None] | None = None,
    ) -> None:
        self._replay = replay
        self._allow_private = allow_private
        self._insecure = frozenset(insecure)
        self._manners = manners or Manners()
        self._on_exchange = on_exchange
        self._turns = None if replay else Turns()
        self._transports: dict[bool, httpx.AsyncHTTPTransport] = {}
        self._robots: dict[str, tuple[float, Protego | Page]] = {}
        self._asking: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._unanswered: Counter[str] = Counter()
        self._left_alone: dict[str, tuple[Outcome, str]] = {}
        self._open: set[str] = set()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *error: object) -> None:
        for transport in self._transports.values():
            await transport.aclose()

    async def get(self, url: str, headers: Mapping[str, str] | None = None) -> Page:
        """Fetch a normalised `url` and follow redirects. `headers` are conditions (If-None-Match …). A page of HTML without its
        end is requested once more, unless pages of its folder are known to be written so."""
        earlier: list[Page] = []
        page = await self._led(url, headers, earlier)
        if self._turns and is_open(page) and (folder := folder_of(page.address)) not in self._open:
            earlier.append(replace(page, body=b"", outcome=Outcome.TRUNCATED, error=f"{url} ends amid its text"))
            page = sent_again(page, await self._led(url, headers, earlier))
            if is_open(page):
                self._open.add(folder)
        return replace(page, earlier=tuple(earlier)) if self._turns else page

    async def _led(self, url: str, headers: Mapping[str, str] | None, earlier: list[Page]) -> Page:
        """Fetch `url` or what it redirects to. The requests before the last one are appended to `earlier`."""
        asked = url
        for n in range(self._manners.redirects + 1):
            refusal = await self._refused_by_robots(url, earlier)
            page = refusal or await self._politely(url, headers, earlier)
            if page.status not in REDIRECTS or page.outcome is not Outcome.OK:
                return replace(page, url=asked, final_url=url if url != asked else None)
            there = target(page, url)
            if isinstance(there, Page):
                return replace(there, url=asked)
            if n < self._manners.redirects:
                earlier.append(replace(page, body=b"", outcome=Outcome.REDIRECT))
                url = there
        error = f"more than {self._manners.redirects} redirects from {asked}"
        return replace(page, url=asked, body=b"", outcome=Outcome.REDIRECT, error=error)

    def offers(self, url: str) -> bool:
        """Whether `url` can be asked for at all: a replayed file that does not hold it says nothing about it."""
        return self._replay is None or url in self._replay

    # robots.txt

    async def _refused_by_robots(self, url: str, earlier: list[Page]) -> Page | None:
        """A page with the outcome `robots` where robots.txt forbids `url` or is unreadable (RFC 9309), or with that of a
        failed connection; else None."""
        parts = urlsplit(url)
        rules = await self._rules(f"{parts.scheme}://{parts.netloc}", earlier)
        outcome = Outcome.ROBOTS
        if isinstance(rules, Page):
            why = f"cannot be read ({rules.error or rules.status})"
            outcome = rules.outcome if rules.outcome in _UNREACHED else outcome
        elif refusal := robots.refusal(rules, url, self._manners.longest_delay):
            why = refusal
        else:
            return None
        via, moment = (Via.REPLAY, self._replay.at) if self._replay else (Via.LIVE, None)
        why = f"robots.txt of {parts.netloc} {why}"
        return Page(url, b"", moment or datetime.now(UTC), outcome=outcome, status=None, via=via, error=why)

    async def _rules(self, site: str, earlier: list[Page]) -> Protego | Page:
        """The rules of a site, or the page received in their place. Fetched once a day, however many tasks wait for them."""
        async with self._asking[site]:
            until, rules = self._robots.get(site, (0.0, None))
            if rules is None or monotonic() >= until:
                rules = await self._ask_robots(site, earlier)
                lasts = self._manners.remembers if isinstance(rules, Page) else DAY
                self._robots[site] = (monotonic() + lasts, rules)
        return rules

    async def _ask_robots(self, site: str, earlier: list[Page]) -> Protego | Page:
        """The rules, from the host's state file if fetched within a day. A 4xx allows everything (except those that mean
        "later"), and so does HTML."""
        url = f"{site}/robots.txt"
        if self._turns:
            async with self._turns.locked(host_of(url)) as turn:
                kept = turn.robots(site)
            if kept is not None:
                return robots.parsed(kept)
        page = await self._politely(url, None, earlier)
        for _ in range(self._manners.redirects):
            if page.status not in REDIRECTS:
                break
            there = target(page, url)
            earlier.append(replace(page, body=b"", outcome=Outcome.REDIRECT))
            if isinstance(there, Page):
                return replace(there, outcome=Outcome.REDIRECT)
            page = await self._politely(url := there, None, earlier)
        if page.status is not None or page.outcome is not Outcome.OK:  # else another process has just fetched it
            has_rules = page.status == 200 and len(page.body) <= robots.MOST_BYTES
            earlier.append(page if has_rules else replace(page, body=b""))
        none = page.outcome in (Outcome.GONE, Outcome.NOT_CAPTURED)
        none = none or (400 <= (page.status or 500) < 500 and page.status not in (408, 429))
        if not none and (page.outcome is not Outcome.OK or page.status in REDIRECTS):
            return page
        text = "" if none else robots.told(page.body)
        if self._turns:
            async with self._turns.locked(host_of(site)) as turn:
                turn.keep_robots(site, text)
        return robots.parsed(text)

    # One address

    async def _politely(self, url: str, headers: Mapping[str, str] | None, earlier: list[Page]) -> Page:
        """Fetch one address when it is its host's turn, with retries where they may help. Failed tries go to `earlier`."""
        if self._turns is None:
            assert self._replay is not None
            return judged(self._replay.get(url), headers)
        host, manners = host_of(url), self._manners
        page = failed(url, Outcome.BLOCKED, "")
        for attempt in range(1, manners.tries + 1):
            async with self._turns.turn(host, manners.longest_pause) as turn:
                if turn.wait() > manners.longest_pause:
                    why = f"{host} asks to be left alone for {turn.wait():.0f} s"
                    self._left_alone.setdefault(host, (Outcome.BLOCKED, why))
                if host in self._left_alone:
                    outcome, why = self._left_alone[host]
                    return replace(page, body=b"", outcome=outcome, error=f"{why}: it is for the rest of this run")
                if url.endswith("/robots.txt") and (kept := turn.robots(url.removesuffix("/robots.txt"))) is not None:
                    # another process has just fetched it
                    return Page(url, kept.encode(), datetime.now(UTC), status=None)
                page = await self._in_turn(turn, url, headers, attempt)
            if not is_retried(page):
                break
            if attempt < manners.tries:
                earlier.append(replace(page, body=b""))
        is_answered = page.outcome not in _UNANSWERED and page.status not in BUSY
        self._unanswered[host] = 0 if is_answered else self._unanswered[host] + 1
        if self._unanswered[host] >= manners.patience:
            why = f"{host} has answered none of {self._unanswered[host]} requests in a row, and is left alone"
            self._left_alone[host] = (page.outcome, why)
        again = attempt > 1 and page.error
        return replace(page, error=f"{page.error} (asked {attempt} times)") if again else page

    async def _in_turn(self, turn: Turn, url: str, headers: Mapping[str, str] | None, attempt: int) -> Page:
        """One request, and the pause due after it: longer where the host is slow or busy, or asks for it."""
        manners = self._manners
        base = self._delay_of(url)
        turn.asked(base, turn.delay)
        started = monotonic()
        page = await self._once(url, headers)
        took = monotonic() - started if manners.delay else 0.0
        doubled = 2 * max(turn.delay, base) if page.status in BUSY else 0.0
        delay = max(base, min(max(took, doubled, 0.8 * turn.delay), manners.longest_delay))
        pause = delay
        if is_retried(page):
            backoff = manners.delay * 2**attempt * random.uniform(0.5, 1.5) if attempt < manners.tries else 0.0
            pause = max(delay + backoff, min(retry_after(page), DAY))
        turn.asked(pause, delay)
        return page

    def _delay_of(self, url: str) -> float:
        parts = urlsplit(url)
        _, rules = self._robots.get(f"{parts.scheme}://{parts.netloc}", (0.0, None))
        asked = robots.crawl_delay(rules) if isinstance(rules, Protego) else 0.0
        return max(self._manners.delay, asked) if self._manners.delay else 0.0

    async def _once(self, url: str, headers: Mapping[str, str] | None) -> Page:
        """One request; every failure becomes a page that reports it."""
        try:
            async with asyncio.timeout(self._manners.total):
                return judged(await self._request(url, headers or {}), headers)
        except httpx.ConnectTimeout:
            return failed(url, Outcome.TIMEOUT, f"{url} did not take a connection within {self._manners.connect:g} s")
        except (TimeoutError, httpx.TimeoutException):
            return failed(url, Outcome.TIMEOUT, f"{url} did not answer within {self._manners.total:g} s")
        except Refused as error:
            return failed(url, error.outcome, str(error))
        except httpx.InvalidURL as error:
            return failed(url, Outcome.REFUSED_ADDRESS, f"{url} is not an address that can be asked: {error}")
        except httpx.ConnectError as error:
            outcome = Outcome.TLS if isinstance(_root(error), ssl.SSLError) else Outcome.CONNECTION
            return failed(url, outcome, f"{url}: {error}")
        except httpx.RemoteProtocolError as error:
            return failed(url, Outcome.TRUNCATED, f"{url}: {error}")
        except httpx.HTTPError as error:
            return failed(url, Outcome.CONNECTION, f"{url}: {type(error).__name__} {error}")

    async def _request(self, url: str, headers: Mapping[str, str]) -> Page:
        """One request on one connection, with its whole response. Raises Refused where it cannot be kept."""
        parts = urlsplit(url)
        is_insecure = parts.scheme == "https" and parts.hostname in self._insecure
        asked = {"Host": parts.netloc, "User-Agent": user_agent(), **SENT, **headers}
        timeout = httpx.Timeout(None, connect=self._manners.connect).as_dict()  # the total is limited outside
        request = httpx.Request("GET", url, headers=asked, extensions={"timeout": timeout})
        moment = datetime.now(UTC)
        response = await self._transport(is_insecure).handle_async_request(request)
        ip, *_ = response.extensions["network_stream"].get_extra_info("server_addr") or (None,)
        raw = bytearray()
        cut: Cut | None = "unspecified"
        try:
            body = await _body(response, url, self._manners.most_bytes, raw)
            cut = None
        except Refused as error:
            cut = "length" if error.outcome is Outcome.TOO_BIG else "disconnect"
            raise
        finally:
            await response.aclose()
            if self._on_exchange:
                came = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in response.headers.raw]
                told = (url, moment, list(asked.items()), response.status_code, came)
                self._on_exchange(Exchange(*told, bytes(raw), ip, cut))
        kept = {name: response.headers[name] for name in _KEPT_HEADERS if name in response.headers}
        if response.status_code not in REDIRECTS:
            kept.pop("location", None)
        if is_insecure:
            kept["x-gaoxin-tls"] = "certificate not checked"
        return Page(url, body, moment, status=response.status_code, headers=kept)

    def _transport(self, is_insecure: bool) -> httpx.AsyncHTTPTransport:
        """httpx's bare transport, as redirects, cookies and proxies are handled here. Its connections are our `Lines`."""
        if is_insecure not in self._transports:
            authorities = os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR")
            context = _unchecked() if is_insecure else _checked(*authorities)
            transport = httpx.AsyncHTTPTransport(verify=context, trust_env=False)
            vars(transport)["_pool"]  # fails here if httpx ever keeps its pool elsewhere
            transport._pool = httpcore.AsyncConnectionPool(
                ssl_context=context, max_keepalive_connections=0, network_backend=Lines(self._allow_private)
            )
            self._transports[is_insecure] = transport
        return self._transports[is_insecure]


@functools.cache
def _checked(*authorities: str | None) -> ssl.SSLContext:
    """Certificates are verified against certifi's list, or against the `authorities` of SSL_CERT_FILE and SSL_CERT_DIR."""
    return httpx.create_ssl_context()


@functools.cache
def _unchecked() -> ssl.SSLContext:
    """For old servers that a recipe names: neither the certificate nor a legacy handshake is rejected."""
    context = httpx.create_ssl_context(verify=False, trust_env=False)
    context.options |= 0x4  # OP_LEGACY_SERVER_CONNECT, which ssl names from Python 3.12 on
    return context


async def _body(response: httpx.Response, url: str, most: int, raw: bytearray) -> bytes:
    """The whole decoded body, of at most `most` bytes. Raw bytes are collected in `raw`. Raises Refused for an
    incomplete one."""
    length = response.headers.get("content-length", "")
    has_length = length.isascii() and length.isdigit() and response.status_code not in (204, 304)  # no body
    told = int(length) if has_length else None
    try:
        if (told or 0) > most:
            raise TooBigError
        async for chunk in response.aiter_raw():
            raw += chunk
            if len(raw) > most:
                raise TooBigError
        if told is not None and len(raw) < told:
            raise EOFError(f"{len(raw)} of {told} bytes")
        line = response.extensions["network_stream"]
        assert isinstance(line, Line)
        if told is not None and (surplus := line.surplus(told)):
            raise ValueError(f"{surplus} bytes follow the {told} of its Content-Length")
        return decoded(bytes(raw), response.headers.get("content-encoding", ""), most) if raw else b""
    except TooBigError as error:
        raise Refused(Outcome.TOO_BIG, f"{url} is larger than {most:,} bytes") from error
    except (EOFError, httpx.ReadError) as error:
        raise Refused(Outcome.TRUNCATED, f"{url} stopped early: {error or 'the connection was lost'}") from error
    except ValueError as error:
        raise Refused(Outcome.TRUNCATED, f"{url} is not as long, or not encoded, as it says: {error}") from error


def _root(error: BaseException) -> BaseException:
    while error.__cause__ or error.__context__:
        error = error.__cause__ or error.__context__ or error
    return error
