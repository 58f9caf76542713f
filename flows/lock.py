"""One job of a kind at a time on one machine, whatever processes run: a locked file in GAOXIN_STATE.

The lock is the kernel's (flock): a process that is killed frees it at once, and a file that stays behind says nothing.
"""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

from scrapers.model import Problem
from scrapers.network.turns import state_folder


@contextmanager
def held(archive: Path, job: str) -> Iterator[None]:
    """Hold the lock of `job` on `archive`. Raises Problem where another process holds it, or it cannot be made."""
    name = sha256(f"{archive.resolve()}\n{job}".encode()).hexdigest()[:16]
    file = state_folder() / "jobs" / f"{name}.lock"
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        handle = file.open("a+")
    except OSError as error:
        raise Problem(f"{file} cannot be written ({error.strerror}): set GAOXIN_STATE to a folder that can") from error
    with handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Problem(f"{job} is under way already on {archive}: let it end, or stop it first") from error
        yield
