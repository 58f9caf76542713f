"""The fault catalogue: one hostile server with real sockets, one host a fault, all met at once by one polite client."""

from __future__ import annotations

import asyncio
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import pytest

from archive.store import Archive
from flows.reading import read_page
from scrapers.client import Client, Manners
from scrapers.model import Outcome, Page
from scrapers.network.encodings import decoded
from tests import memory
from tests.conftest import PROJECT
from tests.faults import server as server_module
from tests.faults.catalogue import BOMB_BYTES, FAULTS, FINE, PACKED, PAGE, Fault, bombs, named, pack, packed, routes
from tests.faults.server import Asked, Server, ok

MANNERS = Manners(delay=0, total=4, tries=2)
"""No pause but what a server asks for, four seconds where there are sixty, two tries where there are three."""


@dataclass(frozen=True)
class Met:
    """What the client brought home: the pages by fault in the order in which they came, and what the server was asked."""

    pages: Mapping[str, Page]
    order: list[str]
    asked: list[Asked]


@pytest.fixture(scope="module")
def met(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Met]:
    """Every fault at once, each on a host of its own, and in their midst the host that has none."""
    order: list[str] = []

    async def one(client: Client, name: str, url: str) -> Page:
        found = await read_page(client, url, None, {})
        order.append(name)
        return found.pages[0]

    async def run() -> Met:
        async with Server(routes(FAULTS.values())) as server, Client(manners=MANNERS) as client:
            urls = {name: fault.url(server.port) for name, fault in FAULTS.items()}
            urls["fine"] = f"http://{FINE}:{server.port}/page.html"
            pages = await asyncio.gather(*(one(client, name, url) for name, url in urls.items()))
            return Met(dict(zip(urls, pages, strict=True)), order, server.asked)

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GAOXIN_STATE", str(tmp_path_factory.mktemp("state")))
        named(patch)
        yield asyncio.run(run())


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_a_fault_has_one_outcome_and_leaves_nothing_partial(met: Met, fault: Fault) -> None:
    page = met.pages[fault.name]
    assert page.outcome is fault.outcome, page.error
    assert page.body == fault.kept
    assert bool(page.error) is (fault.outcome is not Outcome.OK), "what is not well says why"
    assert "geheim" not in repr(page)


def test_no_fault_delays_another_host(met: Met) -> None:
    assert met.pages["fine"].outcome is Outcome.OK
    hanging = [name for name, fault in FAULTS.items() if fault.outcome is Outcome.TIMEOUT]
    assert len(hanging) >= 4
    assert all(met.order.index("fine") < met.order.index(name) for name in hanging)


def test_what_a_server_writes_into_a_redirect_is_no_header_of_ours(met: Met) -> None:
    asked = [one for one in met.asked if one.host == FAULTS["header injection"].host]
    assert len(asked) == 3, "robots.txt, the page, and where it leads"
    assert not any("x-injected" in one.headers for one in met.asked)
    assert not any("cookie" in one.headers for one in met.asked)


def test_a_busy_host_is_asked_again_when_it_said_and_no_sooner(met: Met) -> None:
    first, second = [
        one.at for one in met.asked if one.host == FAULTS["429 with seconds"].host and "robots" not in one.path
    ]
    assert second - first >= 1
    for name in ("429 for an hour", "503 until tomorrow"):
        assert len([one for one in met.asked if one.host == FAULTS[name].host and "robots" not in one.path]) == 1
        assert "left alone" in (met.pages[name].error or "")


def test_the_archive_holds_nothing_partial(met: Met, tmp_path: Path) -> None:
    whole = {sha256(fault.kept).hexdigest() for fault in FAULTS.values() if fault.kept} | {sha256(PAGE).hexdigest()}
    with Archive(tmp_path / "a.db") as archive:
        for page in met.pages.values():
            archive.observe(page)
        rows = archive.conn.execute("SELECT url, raw_sha256 FROM observations").fetchall()
    assert len(rows) == len(FAULTS) + 1 + sum(len(page.earlier) for page in met.pages.values())
    assert {raw for url, raw in rows if raw and not url.endswith("/robots.txt")} == whole


@pytest.mark.parametrize("encoding", PACKED)
def test_a_body_cut_anywhere_is_truncated(encoding: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """At 1,000 places, every fourth of them over the socket, with a Content-Length that says nothing of the cut."""
    monkeypatch.setattr(server_module, "PATIENCE", 0)
    noise = "".join(chr(0x4E00 + n * n % 5000) for n in range(1200))
    body = pack(encoding, PAGE + noise.encode())
    cuts = sorted({1 + (len(body) - 1) * n // 1000 for n in range(1000)})
    assert len(cuts) == 1000
    assert decoded(body, encoding) == PAGE + noise.encode()
    for cut in cuts:
        with pytest.raises((EOFError, ValueError)):
            decoded(body[:cut], encoding)

    async def run() -> None:
        told = {f"/{cut}": packed(encoding, body[:cut]) for cut in cuts[::4]} | {"/whole": packed(encoding, body)}
        manners = Manners(delay=0, tries=1)
        async with Server(told) as server, Client(allow_private=True, manners=manners) as client:
            assert (await client.get(f"{server.url}/whole")).outcome is Outcome.OK
            for cut in cuts[::4]:
                page = await client.get(f"{server.url}/{cut}")
                assert (page.outcome, page.body) == (Outcome.TRUNCATED, b""), cut

    asyncio.run(run())


GREEDY = """
import asyncio, sys
from scrapers.client import Client, Manners
from tests.memory import peak
async def run(url, bomb):
    async with Client(allow_private=True, manners=Manners(delay=0)) as client:
        assert (await client.get(url + "/fine")).outcome == "ok"
        before = peak()
        assert (await client.get(url + bomb)).outcome == "too_big"
        print(peak() - before)
asyncio.run(run(*sys.argv[1:]))
"""
"""A client in a process of its own: prints by how many kB a page raised its peak."""


@pytest.mark.skipif(not memory.STATUS.exists(), reason="the peak of a process is read from /proc")
@pytest.mark.parametrize("encoding", PACKED)
def test_a_bomb_takes_no_more_memory_than_the_limit_and_64_mb(encoding: str) -> None:
    bomb = bombs()[encoding]
    assert len(bomb) <= 200_000 < BOMB_BYTES

    async def run() -> int:
        async with Server({"/bomb": packed(encoding, bomb), "/fine": packed("gzip", PACKED["gzip"])}) as server:
            child = await asyncio.create_subprocess_exec(
                sys.executable, "-c", GREEDY, server.url, "/bomb", stdout=subprocess.PIPE, cwd=PROJECT
            )
            told, _ = await child.communicate()
            return int(told)

    assert asyncio.run(run()) * 1024 < Manners().most_bytes + 64 * 2**20


def test_a_page_over_ipv6_is_a_page_like_any_other() -> None:
    if not socket.has_ipv6:
        pytest.skip("this machine has no IPv6")
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
    except OSError:
        pytest.skip("this machine has no IPv6 loopback")

    async def run() -> tuple[Page, Page, str]:
        async with (
            Server({"/page.html": ok(PAGE)}, at="::1") as server,
            Client(allow_private=True, manners=MANNERS) as intranet,
            Client(manners=MANNERS) as client,
        ):
            url = f"{server.url}/page.html"
            return await intranet.get(url), await client.get(url), server.asked[-1].headers["host"]

    page, refused, host = asyncio.run(run())
    assert (page.outcome, page.body) == (Outcome.OK, PAGE)
    assert host.startswith("[::1]:")
    assert refused.outcome is Outcome.REFUSED_ADDRESS
