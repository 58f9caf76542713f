"""Jobs in a process of their own that kill themselves after so many steps, or wait in each of them.

backfill ARCHIVE SAMPLES STEPS SOURCE    every step waits for the file ARCHIVE.wait to be gone
ingest ARCHIVE FILE APPENDS WORKERS      prints how many captures it listed
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from archive.ledger import Counts
from archive.store import Archive
from flows import bulk, steps
from flows.job import Job


def countdown(left: int) -> Callable[[], None]:
    """Called for the `left`-th time, it kills this process; with 0 never."""

    def count() -> None:
        nonlocal left
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    return count


def backfill() -> None:
    """The samples of a source as they stood on their last day; killed after a step."""
    archive, samples, left, source = sys.argv[1:]
    count, wait = countdown(int(left)), Path(f"{archive}.wait")

    async def step(name: str, work: Callable[[], Awaitable[Counts]]) -> Counts:
        counts = await work()
        while wait.exists():
            await asyncio.sleep(0.02)
        count()
        return counts

    job = Job(Path(archive), Path(samples), datetime.fromisoformat("2026-03-04T12:00:00+08:00"), step=step)
    asyncio.run(steps.backfill(job, source, date(2026, 2, 4), date(2026, 3, 4)))


def ingest() -> None:
    """A WARC file; killed before an append."""
    archive, file, left, workers = sys.argv[1:]
    count, append = countdown(int(left)), Archive.append

    def appended(*told: Any) -> Any:
        count()
        return append(*told)

    Archive.append = appended  # type: ignore[method-assign]
    job = Job(Path(archive), clock=lambda: datetime(2026, 3, 9, tzinfo=UTC))
    (run,) = asyncio.run(bulk.ingest(job, [Path(file)], workers=int(workers)))
    print(run.counts.listed)
