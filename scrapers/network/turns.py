"""One request at a time to a host, with a pause between two, across all processes on this machine.

    async with turns.turn("host.example", longest_wait=600) as turn:      # waits for it
        turn.asked(pause=2, delay=2)
        ...                                                               # the request
        turn.asked(pause=2, delay=2)

Each host has one file in GAOXIN_STATE, locked during a request. The kernel holds the lock (flock), so a killed process frees
its host at once. What it wrote before the request keeps the pause. The file holds the time of the last request, the pause
after it, the current delay, and the host's robots.txt.
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
"""How often to check a host that another process is using."""
_HEAD = 160
"""Bytes of the file with its times, rewritten in one write. The robots.txt follows."""
_LONGEST_NAME = 200
_AFTER_DAMAGE = 60.0
"""The pause after the last write to an unreadable file: the longest delay that a host can ask for."""


def state_folder() -> Path:
    """The folder of locks and per-host state: GAOXIN_STATE, else XDG_STATE_HOME/gaoxin, else ~/.local/state/gaoxin."""
    base = os.environ.get("GAOXIN_STATE")
    home = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    return Path(base) if base else Path(home) / "gaoxin"


class Turn:
    """A host's file while we hold its lock. `delay` is the host's last one, 0 for a new host."""

    def __init__(self, file: int) -> None:
        self._file = file
        try:
            known = json.loads(os.pread(file, _HEAD, 0) or b"{}")
            self.asked_at, self.pause, self.delay = (float(known.get(name, 0)) for name in ("at", "pause", "delay"))
        except (ValueError, AttributeError, TypeError):  # damaged: as if asked when last written
            self.asked_at, self.pause, self.delay = os.fstat(file).st_mtime, _AFTER_DAMAGE, 0.0

    def wait(self) -> float:
        """Seconds until the host may be asked. Setting the clock back never makes a pause longer."""
        now = time.time()
        return max(min(self.asked_at, now) + self.pause - now, 0.0)

    def asked(self, pause: float, delay: float) -> None:
        """Record that the host is being asked or has just answered, with the pause due from now and its delay. It is also
        called before the request, so that the pause holds even if the process dies."""
        self.asked_at, self.pause, self.delay = time.time(), pause, delay
        told = {"at": round(self.asked_at, 3), "pause": round(pause, 3), "delay": round(delay, 3)}
        self._write(json.dumps(told).encode().ljust(_HEAD - 1) + b"\n", 0)

    def robots(self, site: str) -> str | None:
        """The robots.txt of `site` (scheme and authority) if stored within a day; None where it must be fetched."""
        kept = self._robots().get(site)
        try:
            return str(kept["text"]) if kept and 0 <= time.time() - kept["at"] < DAY else None
        except (KeyError, TypeError):
            return None

    def keep_robots(self, site: str, text: str) -> None:
        """Store the robots.txt of `site`. Its host was just asked, so the file already has its first part."""
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
        """Wait for the turn to ask `host`. If it is more than `longest_wait` seconds away, it is given at once, and its
        `wait()` is positive: the caller must not ask."""
        slept: tuple[float, float] | None = None
        async with self._queues[host]:
            while True:
                async with self.locked(host) as turn:
                    wait = turn.wait()
                    # A pause slept through is over, whatever the clock says, unless another process asked meanwhile.
                    if not 0 < wait <= longest_wait or slept == (turn.asked_at, turn.pause):
                        yield turn
                        return
                    slept = (turn.asked_at, turn.pause)
                await asyncio.sleep(wait)

    @asynccontextmanager
    async def locked(self, host: str) -> AsyncIterator[Turn]:
        """The locked file of `host`, whether or not its pause is over."""
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
