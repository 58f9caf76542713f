"""Flow `reclean`: stored pages read again by today's rules. Started by hand, after an upgrade or a change of a recipe."""

from __future__ import annotations

from prefect import State, flow

from flows import reread
from flows.tasks import conclude, job_here


@flow(name="reclean")
async def reclean(workers: int = 1, archive: str | None = None) -> State[None]:
    """Read every stored page again; what differs becomes a version, marked as our change and no edit.

    Args:
        workers: processes that read pages
        archive: the archive file; GAOXIN_ARCHIVE, or bulletins.db, where empty
    """
    return await conclude(reread.reclean(job_here(archive), workers))
