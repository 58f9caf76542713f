"""Whose turn it is: one request in flight to a host, and a pause between two, whatever processes run on this machine.

    async with turns.turn("host.example", longest_wait=600) as turn:      # waits for it
        turn.asked(pause=2, delay=2)
        ...                                                               # the request
        turn.asked(pause=2, delay=2)

Each host has one file in GAOXIN_STATE, locked while a request is under way. The lock is the kernel's (flock): a process that
is killed frees its host at once, and what it wrote before it asked keeps the pause. The file says when the host was last asked,
the pause since, the present delay, and what its robots.txt said.
"""

from __future__ import annotations

import asyncio
import fcntl
import json
import os
import time
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import quote

from scrapers.model import Problem

DAY = 86_400.0
POLL_SECONDS = 0.1
"""How often a host is looked at that another process is just asking."""
_HEAD = 160
"""Bytes of the file that hold its times, rewritten in one piece; its robots.txt follow them."""
_LONGEST_NAME = 200
_AFTER_DAMAGE = 60.0
"""The pause after the last writing of a file that cannot be read: the longest that a host may have asked for."""


def state_folder() -> Path:
    """Where locks and the manners kept per host are: GAOXIN_STATE, else XDG_STATE_HOME/gaoxin, else ~/.local/state/gaoxin."""
    base = os.environ.get("GAOXIN_STATE")
    home = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    return Path(base) if base else Path(home) / "gaoxin"


class Turn:
    """The file of a host while it is ours. `delay` is the one that the host had the last time, 0 where it is new."""

    def __init__(self, file: int) -> None:
        self._file = file
        try:
            known = json.loads(os.pread(file, _HEAD, 0) or b"{}")
            self.asked_at, self.pause, self.delay = (float(known.get(name, 0)) for name in ("at", "pause", "delay"))
        except (ValueError, AttributeError, TypeError):  # damaged: as if asked when it was last written
            self.asked_at, self.pause, self.delay = os.fstat(file).st_mtime, _AFTER_DAMAGE, 0.0

    def wait(self) -> float:
        """Seconds until the host may be asked. A clock that was set back makes no pause longer than it was."""
        now = time.time()
        return max(min(self.asked_at, now) + self.pause - now, 0.0)

    def asked(self, pause: float, delay: float) -> None:
        """Note that the host is being asked now, or has just answered: the pause that is due from now, and its delay. Noted
        before the request too, so that the pause is kept even if nobody lives to see the answer."""
        self.asked_at, self.pause, self.delay = time.time(), pause, delay
        told = {"at": round(self.asked_at, 3), "pause": round(pause, 3), "delay": round(delay, 3)}
        self._write(json.dumps(told).encode().ljust(_HEAD - 1) + b"\n", 0)

    def robots(self, site: str) -> str | None:
        """What the robots.txt of `site` (scheme and authority) said within a day; None where it must be asked."""
        kept = self._robots().get(site)
        try:
            return str(kept["text"]) if kept and 0 <= time.time() - kept["at"] < DAY else None
        except (KeyError, TypeError):
            return None

    def keep_robots(self, site: str, text: str) -> None:
        """Keep what the robots.txt of `site` says now; its host was asked, so the file has its head."""
        rest = json.dumps(self._robots() | {site: {"at": time.time(), "text": text}}).encode()
        self._write(rest, _HEAD)
        os.ftruncate(self._file, _HEAD + len(rest))

    def _robots(self) -> dict[str, Any]:
        size = os.fstat(self._file).st_size - _HEAD
        try:
            kept = json.loads(os.pread(self._file, size, _HEAD)) if size > 0 else {}
        except ValueError:
            return {}
        return kept if isinstance(kept, dict) else {}

    def _write(self, data: bytes, at: int) -> None:
        try:
            os.pwrite(self._file, data, at)
        except OSError as error:
            raise Problem(
                f"GAOXIN_STATE cannot be written ({error.strerror}): make room there, then start again"
            ) from error


class Turns:
    """The turns of one client. Raises Problem where GAOXIN_STATE cannot be written."""

    def __init__(self) -> None:
        self._folder = state_folder() / "hosts"
        self._queues: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise self._unwritable(error) from error

    @asynccontextmanager
    async def turn(self, host: str, longest_wait: float) -> AsyncIterator[Turn]:
        """The turn to ask `host`, once it has come. Where that is more than `longest_wait` seconds away it is given at once,
        and its `wait()` says so: nobody is to ask."""
        slept: tuple[float, float] | None = None
        async with self._queues[host]:
            while True:
                async with self.locked(host) as turn:
                    wait = turn.wait()
                    # What was slept through is over, whatever a clock says; unless another process asked in the meantime.
                    if not 0 < wait <= longest_wait or slept == (turn.asked_at, turn.pause):
                        yield turn
                        return
                    slept = (turn.asked_at, turn.pause)
                await asyncio.sleep(wait)

    @asynccontextmanager
    async def locked(self, host: str) -> AsyncIterator[Turn]:
        """The file of `host`, locked, whether or not its turn has come."""
        name = quote(host, safe="") if len(host) <= _LONGEST_NAME else sha256(host.encode()).hexdigest()
        try:
            file = os.open(self._folder / f"{name}.host", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        except OSError as error:
            raise self._unwritable(error) from error
        try:
            while True:
                try:
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError:
                    await asyncio.sleep(POLL_SECONDS)
            yield Turn(file)
        finally:
            os.close(file)

    def _unwritable(self, error: OSError) -> Problem:
        return Problem(f"{self._folder} cannot be written ({error.strerror}): set GAOXIN_STATE to a folder that can")
