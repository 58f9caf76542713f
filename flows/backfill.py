"""Flow `backfill`: archive the bulletins of one source between two days. Started by hand."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, datetime
from typing import Annotated, Any

from prefect import State, flow
from pydantic import Field

from flows import steps
from flows.tasks import conclude, job_here
from scrapers.model import Problem
from scrapers.sources import all_sources


def _names() -> dict[str, Any]:
    """The names to choose from, none if the recipes cannot be read: each run then says why, instead of a traceback here."""
    with suppress(Problem):
        return {"enum": [source.name for source in all_sources().values() if source.sections]}
    return {}


SourceName = Annotated[str, Field(json_schema_extra=_names())]
"""A drop-down list in Prefect's form; the API refuses any other name."""
Day = Annotated[date, Field(json_schema_extra={"pattern": r"^\d{4}-\d{2}-\d{2}$"})]
"""A day in Prefect's form. The API does not check formats, so the pattern does."""


@flow(name="backfill")
async def backfill(
    source: SourceName,
    since: Day,
    until: Day,
    archive: str | None = None,
    replay: str | None = None,
    at: datetime | None = None,
    allow_private: bool = False,
    save_warc: str | None = None,
) -> State[None]:
    """Archive the bulletins of `source` that its lists date from `since` to `until`, both included.

    Args:
        source: the name of a source, see `gaoxin sources`
        since: the first day, such as 2023-01-01
        until: the last day
        archive: the archive file; if empty GAOXIN_ARCHIVE, or else bulletins.db
        replay: a WARC file to read instead of the web
        at: with replay, the newest captures that are not later than this time
        allow_private: fetch from private addresses too
        save_warc: a folder for a WARC file of every exchange with the web
    """
    job = job_here(archive, replay, at, allow_private, save_warc)
    return await conclude(job, steps.backfill(job, source, since, until))
