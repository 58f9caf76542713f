"""Allows one job of a kind at a time on a machine, across processes, by a locked file in GAOXIN_STATE.

The lock is the kernel's (flock): a killed process frees it at once, and a leftover file means nothing.
"""

from __future__ import annotations

import fcntl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import TextIO

from scrapers.model import Problem
from scrapers.network.turns import state_folder

TRIES, PAUSE = 10, 0.01
"""How often a lock is tried, and the seconds between tries: `is_abandoned` holds it for an instant."""


@contextmanager
def held(archive: Path, job: str) -> Iterator[None]:
    """Hold the lock of `job` on `archive`. Raises Problem if another process holds it or its file cannot be written."""
    file = _file(archive, job)
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        handle = file.open("a+")
    except OSError as error:
        raise Problem(f"{file} cannot be written ({error.strerror}): set GAOXIN_STATE to a folder that can") from error
    with handle:
        if not _is_locked(handle):
            raise Problem(f"{job} is under way already on {archive}: let it end, or stop it first")
        yield


def is_abandoned(archive: Path, job: str) -> bool:
    """Whether the process that held the lock of `job` on `archive` is gone. False if that is unknown because there is no lock
    file: the job runs with another GAOXIN_STATE or on another machine."""
    try:
        with _file(archive, job).open() as handle:
            fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _file(archive: Path, job: str) -> Path:
    name = sha256(f"{archive.resolve()}\n{job}".encode()).hexdigest()[:16]
    return state_folder() / "jobs" / f"{name}.lock"


def _is_locked(handle: TextIO) -> bool:
    """Lock an open file; returns whether that succeeded."""
    for n in range(TRIES):
        time.sleep(PAUSE if n else 0)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            continue
        return True
    return False
