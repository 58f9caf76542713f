"""Flow `recheck`: request known pages again, to find edits and withdrawals."""

from __future__ import annotations

from datetime import datetime

from prefect import State, flow

from flows import steps
from flows.tasks import conclude, job_here


@flow(name="recheck")
async def recheck(
    sources: list[str] | None = None,
    archive: str | None = None,
    replay: str | None = None,
    at: datetime | None = None,
    allow_private: bool = False,
    save_warc: str | None = None,
) -> State[None]:
    """Request every known page of `sources` again, or of all sources, the longest unseen first.

    Args:
        sources: names of sources, see `gaoxin sources`
        archive: the archive file; if empty GAOXIN_ARCHIVE, or else bulletins.db
        replay: a WARC file to read instead of the web
        at: with replay, the newest captures that are not later than this time
        allow_private: fetch from private addresses too
        save_warc: a folder for a WARC file of every exchange with the web
    """
    job = job_here(archive, replay, at, allow_private, save_warc)
    return await conclude(job, steps.recheck(job, sources or []))
