"""Flow `reclean`: read stored pages again by today's rules. Started by hand, after an upgrade or a change to a recipe."""

from __future__ import annotations

from prefect import State, flow

from flows import reread
from flows.tasks import conclude, job_here


@flow(name="reclean")
async def reclean(workers: int = 1, archive: str | None = None) -> State[None]:
    """Read every stored page again. Where the result differs, append a version marked as our change, not as an edit.

    Args:
        workers: processes that read pages
        archive: the archive file; if empty GAOXIN_ARCHIVE, or else bulletins.db
    """
    job = job_here(archive)
    return await conclude(job, reread.reclean(job, workers))
