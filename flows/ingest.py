"""Flow `ingest`: every article of WARC files into the archive. Started by hand."""

from __future__ import annotations

from prefect import State, flow

from flows import bulk
from flows.backfill import Day
from flows.tasks import conclude, job_here


@flow(name="ingest")
async def ingest(
    files: list[str],
    since: Day | None = None,
    until: Day | None = None,
    match: str | None = None,
    workers: int = 1,
    archive: str | None = None,
) -> State[None]:
    """Append every article of `files`, captured at the time that each record tells.

    Args:
        files: WARC files on the machine of the worker: plain, gzip or zstd
        since: only what was captured on this day or later, such as 2023-01-01
        until: only what was captured on this day or earlier
        match: only addresses in which this regular expression is found
        workers: processes that read pages
        archive: the archive file; GAOXIN_ARCHIVE, or bulletins.db, where empty
    """
    return await conclude(bulk.ingest(job_here(archive), files, since, until, match, workers))
