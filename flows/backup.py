"""Flow `backup`: copy the archive while runs are writing, and verify the copy. Scheduled once its folder is set."""

from __future__ import annotations

import asyncio
from pathlib import Path

from prefect import State, flow
from prefect.states import Completed, Failed

from flows import upkeep
from flows.tasks import job_here
from scrapers.model import Problem


@flow(name="backup")
async def backup(folder: str, archive: str | None = None) -> State[None]:
    """Copy the archive and its raw pages into a folder. The copy replaces the previous one once it verifies.

    Args:
        folder: where the copy goes; best on another disk
        archive: the archive file; if empty GAOXIN_ARCHIVE, or else bulletins.db
    """
    try:
        is_whole, sentence = await asyncio.to_thread(upkeep.backup, job_here(archive).archive, Path(folder))
    except Problem as problem:
        return Failed(message=str(problem))
    return Completed(message=sentence) if is_whole else Failed(message=sentence)
