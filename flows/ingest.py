"""Flow `ingest`: archive every article of WARC files. Started by hand."""

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
    """Append every article of `files`, with the time of each capture.

    Args:
        files: WARC files on the worker's machine: plain, gzip or zstd
        since: only what was captured on this day or later, such as 2023-01-01
        until: only what was captured on this day or earlier
        match: only addresses that contain a match of this regular expression
        workers: processes that read pages
        archive: the archive file; if empty GAOXIN_ARCHIVE, or else bulletins.db
    """
    job = job_here(archive)
    return await conclude(job, bulk.ingest(job, files, since, until, match, workers))
