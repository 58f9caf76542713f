"""What the flows share: running a step as a Prefect task, and ending a flow run."""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from pathlib import Path

from prefect import State, runtime, task
from prefect.cache_policies import NO_CACHE
from prefect.logging import get_run_logger
from prefect.states import Completed, Failed

from archive.ledger import Counts
from flows import show
from flows.job import Job, Run, Stopped, describe
from scrapers.dates import SHANGHAI
from scrapers.model import Problem


async def as_task(name: str, step: Callable[[], Awaitable[Counts]]) -> Counts:
    """Run one step as a task. A step is a list page or a batch, never a single page, because a task costs 5-13 ms."""

    @task(
        name="step", task_run_name=name.replace("{", "(").replace("}", ")"), cache_policy=NO_CACHE, persist_result=False
    )
    async def run() -> Counts:
        return await step()

    return await run()


def job_here(
    archive: str | None,
    replay: str | None = None,
    at: datetime | None = None,
    allow_private: bool = False,
    save_warc: str | None = None,
) -> Job:
    """The job of the current flow run. `archive` falls back to GAOXIN_ARCHIVE, then to `bulletins.db`."""
    tags = runtime.flow_run.tags or []
    trigger = "schedule" if "auto-scheduled" in tags else "deployment" if runtime.deployment.id else "command"
    return Job(
        archive=Path(archive or os.environ.get("GAOXIN_ARCHIVE", "bulletins.db")),
        replay=Path(replay) if replay else None,
        at=at if at is None or at.tzinfo else at.replace(tzinfo=SHANGHAI),
        allow_private=allow_private,
        save_warc=Path(save_warc) if save_warc else None,
        trigger=trigger,
        flow_run_id=str(runtime.flow_run.id),
        step=as_task,
        say=show.progress if trigger == "command" else _log,
    )


def _log(line: str) -> None:
    """Write one line of progress to Prefect's log."""
    logger = get_run_logger()
    (logger.warning if line.startswith(("FAILED", "WARNING")) else logger.info)(line)


async def conclude(job: Job, work: Awaitable[Sequence[Run]]) -> State[None]:
    """Do the work of a job, and return the final state of the flow run: failed if a run failed or the input was bad, Stopped
    if that ended only a part of it, Partial if a page failed, otherwise completed."""
    try:
        runs = await work
    except Stopped as stopped:
        return Failed(name="Stopped", message="; ".join([str(stopped), *_told(job, stopped.runs)]))
    except Problem as problem:
        return Failed(message=str(problem))
    message = "; ".join(_told(job, runs))
    if any(run.state in ("failed", "crashed") for run in runs):
        return Failed(message=message)
    if any(run.state == "partial" for run in runs):
        return Completed(name="Partial", message=message)
    return Completed(message=message)


def _told(job: Job, runs: Sequence[Run]) -> list[str]:
    """What these runs counted, the archive that they wrote to, and their warnings."""
    told = [f"{run.source or 'pages'}: {describe(run.counts)}" for run in runs]
    place = [show.place(job.archive, [run.id for run in runs])] if runs else []
    return [*told, *place, *(f"WARNING {sentence}" for run in runs for sentence in run.warnings)]
