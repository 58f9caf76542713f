"""Flow `fetch`: archive the newest bulletins of sources. Scheduled by `prefect.yaml`."""

from __future__ import annotations

from datetime import datetime

from prefect import State, flow

from flows import steps
from flows.tasks import conclude, job_here


@flow(name="fetch")
async def fetch(
    sources: list[str] | None = None,
    archive: str | None = None,
    replay: str | None = None,
    at: datetime | None = None,
    allow_private: bool = False,
    save_warc: str | None = None,
) -> State[None]:
    """Fetch the newest bulletins of `sources`, or of every verified source.

    Args:
        sources: names of sources, see `gaoxin sources`
        archive: the archive file; if empty GAOXIN_ARCHIVE, or else bulletins.db
        replay: a WARC file to read instead of the web
        at: with replay, the newest captures that are not later than this time
        allow_private: fetch from private addresses too
        save_warc: a folder for a WARC file of every exchange with the web
    """
    job = job_here(archive, replay, at, allow_private, save_warc)
    return await conclude(job, steps.fetch(job, sources or []))
