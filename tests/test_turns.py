"""The turns of a host: one request at a time and a pause between two, whatever processes run and whichever of them dies."""

from __future__ import annotations

import asyncio
import fcntl
import json
import os
import signal
import subprocess
import sys
import time
from asyncio.subprocess import Process
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from itertools import count
from pathlib import Path

import pytest

from scrapers import client as client_module
from scrapers.client import Client, Manners
from scrapers.model import Outcome, Page, Problem
from scrapers.network.turns import DAY, Turn, Turns, state_folder
from tests.conftest import PROJECT
from tests.faults.server import SILENCE, Route, Server, answer, ok

PAGE = "<p>高新区今日召开会议。</p>".encode()
DELAY = 0.15


async def asker(server: Server, delay: float, paths: Sequence[str]) -> Process:
    """A client in a process of its own, once it is ready."""
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.faults.asker", str(delay), *(server.url + path for path in paths),
        cwd=PROJECT, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip
    assert child.stdout
    assert await child.stdout.readline() == b"ready\n"
    return child


async def started(*children: Process) -> None:
    for child in children:
        assert child.stdin
        child.stdin.write(b"\n")
        await child.stdin.drain()


async def ended(child: Process) -> list[str]:
    """The outcomes that it printed."""
    told, _ = await child.communicate()
    return [json.loads(line)[0] for line in told.splitlines()]


def slowly(body: bytes) -> Route:
    """An answer that takes a twentieth of a second, so that another request could come in between."""

    async def act(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(0.05)
        writer.write(ok(body))
        await writer.drain()

    return act


# Between processes


def test_two_processes_ask_a_host_one_at_a_time_and_a_delay_apart() -> None:
    async def run() -> tuple[list[str], list[str], Server]:
        paths = [f"/{n}" for n in range(12)]
        async with Server({path: slowly(PAGE) for path in paths}) as server:
            one, other = await asyncio.gather(asker(server, DELAY, paths[:6]), asker(server, DELAY, paths[6:]))
            await started(one, other)
            return *(await asyncio.gather(ended(one), ended(other))), server

    first, second, server = asyncio.run(run())
    assert first == second == ["ok"] * 6
    assert server.at_once == 1
    times = [asked.at for asked in server.asked]
    assert min(later - earlier for earlier, later in zip(times, times[1:], strict=False)) >= DELAY
    assert [asked.path for asked in server.asked].count("/robots.txt") == 1, "once for both"


def test_a_process_that_is_killed_while_it_asks_frees_its_host_at_once_and_its_pause_is_kept() -> None:
    async def run() -> tuple[Server, dict[str, float], float, bool]:
        async with Server({"/hangs": SILENCE, "/page": ok(PAGE)}) as server:
            killed, other = await asyncio.gather(asker(server, 1, ["/hangs"]), asker(server, 1, ["/page"]))
            await started(killed)
            while "/hangs" not in server.paths:
                await asyncio.sleep(0.01)
            noted = json.loads((state_folder() / "hosts" / "127.0.0.1.host").read_bytes()[:160])
            await started(other)
            await asyncio.sleep(0.3)
            waited = server.paths == ["/hangs"]
            killed.send_signal(signal.SIGKILL)
            await killed.wait()
            assert await asyncio.wait_for(ended(other), 30) == ["ok"], "half of what the hanging request would take"
            clocks = time.time() - time.monotonic()
            return server, noted, clocks, waited

    server, noted, clocks, waited = asyncio.run(run())
    assert waited, "while the first one asks, the other does not"
    assert server.paths == ["/hangs", "/page"]
    robots, _, page = (asked.at + clocks for asked in server.asked)
    assert noted["at"] >= robots + 1, "the request was noted before it was answered"
    assert page >= noted["at"] + noted["pause"] - 0.01
    assert noted["pause"] >= 1


def test_what_a_host_asks_for_is_known_to_the_next_process() -> None:
    busy = answer("503 Busy", b"", "Retry-After: 7200")

    async def run() -> tuple[list[str], Server]:
        async with Server({"/a": busy, "/b": ok(PAGE)}) as server:
            told = []
            for path in ("/a", "/b"):
                child = await asker(server, 0, [path])
                await started(child)
                told += await ended(child)
            return told, server

    told, server = asyncio.run(run())
    assert told == ["blocked", "blocked"]
    assert server.paths == ["/a"]


# The file of a host


def turn_of(text: bytes, tmp_path: Path) -> Turn:
    file = tmp_path / "host"
    file.write_bytes(text)
    return Turn(os.open(file, os.O_RDWR))


def test_a_file_tells_when_its_host_may_be_asked(tmp_path: Path) -> None:
    turn = turn_of(b"", tmp_path)
    assert (turn.wait(), turn.delay) == (0, 0)
    turn.asked(30, 2)
    assert 29 < turn.wait() <= 30
    again = Turn(os.open(tmp_path / "host", os.O_RDWR))
    assert 29 < again.wait() <= 30
    assert again.delay == 2


def test_a_clock_that_was_set_back_makes_no_pause_longer(tmp_path: Path) -> None:
    turn = turn_of(json.dumps({"at": time.time() + 10 * DAY, "pause": 5, "delay": 2}).encode(), tmp_path)
    assert 4 < turn.wait() <= 5


@pytest.mark.parametrize("damage", [b"\x00" * 500, b"{", b"[]", b'{"at": "x"}', b'{"at": null}', b"\xff", b"7"])
def test_a_damaged_file_keeps_a_pause_and_is_written_anew(tmp_path: Path, damage: bytes) -> None:
    turn = turn_of(damage, tmp_path)
    assert 0 < turn.wait() <= 60
    assert turn.robots("http://h.cn") is None
    turn.asked(2, 2)
    turn.keep_robots("http://h.cn", "User-agent: *")
    assert Turn(os.open(tmp_path / "host", os.O_RDWR)).robots("http://h.cn") == "User-agent: *"


def test_the_rules_of_a_host_are_kept_by_scheme_and_port_for_a_day(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    turn = turn_of(b"", tmp_path)
    turn.asked(2, 2)
    turn.keep_robots("http://h.cn", "a" * 9000)
    turn.keep_robots("https://h.cn", "b")
    turn.keep_robots("http://h.cn", "c")
    assert (turn.robots("http://h.cn"), turn.robots("https://h.cn"), turn.robots("http://h.cn:81")) == ("c", "b", None)
    assert turn.wait() > 1, "the times are not touched"
    tomorrow = time.time() + DAY
    monkeypatch.setattr(time, "time", lambda: tomorrow)
    assert turn.robots("http://h.cn") is None


def test_a_lock_that_another_holds_is_waited_for() -> None:
    async def run() -> None:
        turns = Turns()
        async with turns.locked("h.cn"):
            pass
        with (state_folder() / "hosts" / "h.cn.host").open() as held:
            fcntl.flock(held, fcntl.LOCK_EX)
            waiting = asyncio.create_task(turns.turn("h.cn", 600).__aenter__())
            await asyncio.sleep(0.3)
            assert not waiting.done()
        await asyncio.wait_for(waiting, 30)

    asyncio.run(run())


@pytest.mark.parametrize("host", ["::1", "a" * 250, "..", "a.b-c_d", "%2F"])
def test_any_host_has_a_file_of_its_own(host: str) -> None:
    async def run() -> None:
        async with Turns().turn(host, 600) as turn:
            turn.asked(1, 1)

    asyncio.run(run())
    assert len(list((state_folder() / "hosts").iterdir())) == 1


def test_a_state_folder_that_cannot_be_written_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("GAOXIN_STATE", str(tmp_path / "file"))
    with pytest.raises(Problem, match="GAOXIN_STATE"):
        Client()


# Manners


def test_the_manners_are_those_that_are_promised() -> None:
    assert Manners() == Manners(
        delay=2, longest_delay=60, longest_pause=600, remembers=600, connect=10, total=60, tries=3, redirects=5,
        most_bytes=10 * 2**20,
    )  # fmt: skip


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How long the client meant to wait each time; nobody really waits, and no try is put off by chance."""
    found: list[float] = []
    real = asyncio.sleep

    async def at_once(seconds: float) -> None:
        if seconds > 0:
            found.append(seconds)
        await real(0)

    monkeypatch.setattr(asyncio, "sleep", at_once)
    monkeypatch.setattr(client_module.random, "uniform", lambda low, high: (low + high) / 2)
    return found


def get(routes: dict[str, Route], *paths: str, manners: Manners | None = None) -> tuple[list[Page], Server]:
    async def run() -> tuple[list[Page], Server]:
        async with Server(routes) as server, Client(allow_private=True, manners=manners) as client:
            return [await client.get(server.url + path) for path in paths], server

    return asyncio.run(run())


def rounded(pauses: list[float]) -> list[int]:
    return [round(pause) for pause in pauses]


def test_requests_to_a_host_are_a_delay_apart(pauses: list[float]) -> None:
    get({"/a": ok(PAGE), "/b": ok(PAGE)}, "/a", "/b")
    assert rounded(pauses) == [2, 2]


def test_the_delay_that_robots_txt_asks_for_is_kept(pauses: list[float]) -> None:
    robots = ok(b"User-agent: *\nCrawl-delay: 9\n")
    get({"/robots.txt": robots, "/a": ok(PAGE), "/b": ok(PAGE), "/c": ok(PAGE)}, "/a", "/b", "/c")
    assert rounded(pauses) == [2, 9, 9]


@pytest.mark.parametrize(("asked", "told"), [("60", Outcome.OK), ("61", Outcome.ROBOTS), ("3600", Outcome.ROBOTS)])
def test_a_crawl_delay_of_more_than_a_minute_is_a_no(pauses: list[float], asked: str, told: Outcome) -> None:
    robots = ok(f"User-agent: *\nCrawl-delay: {asked}\n".encode())
    (page,), server = get({"/robots.txt": robots, "/a": ok(PAGE)}, "/a")
    assert page.outcome is told
    assert server.paths == (["/a"] if told is Outcome.OK else [])
    assert told is Outcome.OK or f"asks for {asked} s" in (page.error or "")


@pytest.mark.parametrize("asked", ["-5", "nan", "inf", "x", ""])
def test_a_crawl_delay_that_is_none_is_none(pauses: list[float], asked: str) -> None:
    robots = ok(f"User-agent: *\nCrawl-delay: {asked}\n".encode())
    (page,), _ = get({"/robots.txt": robots, "/a": ok(PAGE)}, "/a")
    assert page.outcome is Outcome.OK
    assert rounded(pauses) == [2]


def test_a_host_that_is_slow_is_asked_more_slowly(pauses: list[float], monkeypatch: pytest.MonkeyPatch) -> None:
    seconds = count(0, 7)  # by its clock each request takes seven seconds, or a multiple of it
    monkeypatch.setattr(client_module, "monotonic", lambda: float(next(seconds)))
    get({"/a": ok(PAGE), "/b": ok(PAGE)}, "/a", "/b")
    assert min(pauses) > 6


def test_a_host_that_is_busy_is_asked_more_slowly_for_a_while(pauses: list[float]) -> None:
    routes: dict[str, Route] = {"/a": [answer("429 No"), answer("503 No"), ok(PAGE)], "/b": ok(PAGE), "/c": ok(PAGE)}
    pages, _ = get(routes, "/a", "/b", "/c", "/c")
    assert {page.outcome for page in pages} == {Outcome.OK}
    # robots.txt 2; 429: doubled to 4, and 4 more before the second try; 503: 8, and 8 more; then it eases off by a fifth
    assert rounded(pauses) == [2, 8, 16, 6, 5, 4]


def test_the_delay_of_a_busy_host_has_an_end(pauses: list[float]) -> None:
    get({f"/{n}": answer("429 No") for n in range(6)}, *(f"/{n}" for n in range(6)))
    assert max(pauses) <= 60 + 2 * 4 * 1.5


@pytest.mark.parametrize("form", ["seconds", "date"])
def test_a_busy_server_is_asked_again_when_it_says(pauses: list[float], form: str) -> None:
    then = format_datetime(datetime.now(UTC) + timedelta(seconds=301), usegmt=True)
    told = "300" if form == "seconds" else then
    (page,), server = get({"/a": [answer("503 Busy", b"", f"Retry-After: {told}"), ok(PAGE)]}, "/a")
    assert page.outcome is Outcome.OK
    assert len(pauses) == 2
    assert 290 < pauses[-1] <= 301
    assert len(server.paths) == 2


def test_a_server_that_wants_more_than_ten_minutes_is_left_alone_for_this_run(pauses: list[float]) -> None:
    routes = {"/a": answer("503 Busy", b"sorry", "Retry-After: 601"), "/b": ok(PAGE)}
    pages, server = get(routes, "/a", "/b")
    assert [(page.outcome, page.body) for page in pages] == [(Outcome.BLOCKED, b"")] * 2
    assert pages[0].status == 503
    assert all("left alone" in (page.error or "") for page in pages)
    assert server.paths == ["/a"]


def test_a_host_that_answers_none_of_five_addresses_is_left_alone_for_this_run(pauses: list[float]) -> None:
    routes = {f"/{n}": answer("503 Busy") for n in range(9)}
    pages, server = get(routes, *sorted(routes))
    assert [page.status for page in pages] == [503] * 5 + [None] * 4
    assert "left alone" in (pages[5].error or "")
    assert len(server.paths) == 5 * 3


def test_a_host_that_answers_now_and_then_is_asked_on(pauses: list[float]) -> None:
    routes = {f"/{n}": ok(PAGE) if n % 4 == 3 else answer("503 Busy") for n in range(12)}
    pages, _ = get(routes, *(f"/{n}" for n in range(12)))
    assert [page.status for page in pages] == [503, 503, 503, 200] * 3


@pytest.mark.parametrize(("status", "tries"), [("408", 3), ("429", 3), ("500", 3), ("521", 3), ("404", 1), ("403", 1)])
def test_what_may_get_better_is_asked_for_three_times(pauses: list[float], status: str, tries: int) -> None:
    (page,), server = get({"/a": answer(f"{status} No")}, "/a")
    assert len(server.paths) == tries
    assert ("asked 3 times" in (page.error or "")) is (tries == 3)


# robots.txt, once a day


def test_the_rules_of_a_host_are_asked_for_once_a_day_by_all_clients(monkeypatch: pytest.MonkeyPatch) -> None:
    async def run() -> list[str]:
        async with Server({"/robots.txt": ok(b"User-agent: *\nDisallow: /private/"), "/a": ok(PAGE)}) as server:

            async def one(path: str) -> Outcome:
                async with Client(allow_private=True, manners=Manners(delay=0)) as client:
                    return (await client.get(server.url + path)).outcome

            assert await one("/a") is Outcome.OK
            assert await one("/private/a") is Outcome.ROBOTS, "by what the file holds"
            tomorrow = time.time() + DAY
            monkeypatch.setattr(time, "time", lambda: tomorrow)
            assert await one("/a") is Outcome.OK
            return [asked.path for asked in server.asked]

    assert asyncio.run(run()) == ["/robots.txt", "/a", "/robots.txt", "/a"]


def test_rules_that_cannot_be_read_are_neither_kept_nor_asked_for_at_once_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def run() -> tuple[list[Outcome], list[str]]:
        routes: dict[str, Route] = {"/robots.txt": [answer("500 Oops"), ok(b"")], "/a": ok(PAGE)}
        manners = Manners(delay=0, tries=1)
        async with Server(routes) as server, Client(allow_private=True, manners=manners) as client:
            told = [(await client.get(f"{server.url}/a")).outcome for _ in range(2)]
            later = time.monotonic() + manners.remembers
            monkeypatch.setattr(client_module, "monotonic", lambda: later)
            told.append((await client.get(f"{server.url}/a")).outcome)
            return told, [asked.path for asked in server.asked]

    told, asked = asyncio.run(run())
    assert told == [Outcome.ROBOTS, Outcome.ROBOTS, Outcome.OK]
    assert asked == ["/robots.txt", "/robots.txt", "/a"]


def test_rules_younger_than_a_day_stand_while_the_site_is_down() -> None:
    async def run() -> Outcome:
        routes: dict[str, Route] = {"/robots.txt": [ok(b""), answer("500 Oops")], "/a": ok(PAGE)}
        async with Server(routes) as server:
            for _ in range(2):
                async with Client(allow_private=True, manners=Manners(delay=0, tries=1)) as client:
                    told = (await client.get(f"{server.url}/a")).outcome
            return told

    assert asyncio.run(run()) is Outcome.OK
