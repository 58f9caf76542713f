"""How the command runs a job: the plain steps in this process, or the Prefect flow of the same name.

The flow runs if `--flow` is given or a Prefect API is configured (PREFECT_API_URL, or the active Prefect profile). Without a
server Prefect starts a temporary one.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from archive.files import connect_existing
from scrapers.model import Problem


@dataclass(frozen=True, slots=True)
class Options:
    """The options that every job takes from the command line."""

    archive: Path
    replay: Path | None = None
    at: datetime | None = None
    flow: bool = False
    allow_private: bool = False
    save_warc: Path | None = None


def run(name: str, parameters: Mapping[str, Any], options: Options) -> list[int]:
    """Run the job `name` (fetch, backfill, recheck, add, ingest, reclean); returns the ids of its runs in the archive.

    Raises Problem for bad input, before anything is written.
    """
    if name != "add" and (options.flow or prefect_api()):
        return _run_flow(name, parameters, options)
    import asyncio

    from flows import bulk, job, reread, show, steps

    jobs: dict[str, Callable[..., Coroutine[Any, Any, list[job.Run]]]] = {
        "fetch": steps.fetch,
        "backfill": steps.backfill,
        "recheck": steps.recheck,
        "add": steps.add,
        "ingest": bulk.ingest,
        "reclean": reread.reclean,
    }
    told = (options.archive, options.replay, options.at, options.allow_private, options.save_warc)
    settings = job.Job(*told, say=show.progress)
    try:
        return [done.id for done in asyncio.run(jobs[name](settings, *parameters.values()))]
    except job.Stopped as stopped:
        show.summary(options.archive, [done.id for done in stopped.runs])
        raise


def _run_flow(name: str, parameters: Mapping[str, Any], options: Options) -> list[int]:
    """Run the flow itself, in this process; Prefect logs its progress."""
    import asyncio
    from importlib import import_module

    from flows import show

    settle_prefect()
    flow: Callable[..., Awaitable[Any]] = getattr(import_module(f"flows.{name}"), name)
    told = {
        "archive": str(options.archive),
        "replay": str(options.replay) if options.replay else None,
        "at": options.at,
        "allow_private": options.allow_private,
        "save_warc": str(options.save_warc) if options.save_warc else None,
    }
    settings = {name: value for name, value in told.items() if value}

    async def call() -> Any:
        return await flow(**parameters, **settings, return_state=True)

    try:
        state = asyncio.run(call())
    except (ConnectionError, RuntimeError) as error:
        api = prefect_api()
        if not api:
            raise
        raise Problem(
            f"Prefect's API at {api} does not answer ({error}): start it, or unset PREFECT_API_URL"
        ) from error
    if state.is_failed() and not options.archive.exists():
        raise Problem(state.message)
    sql, run_id = "SELECT id FROM runs WHERE flow_run_id = ? ORDER BY id", str(state.state_details.flow_run_id)
    with closing(connect_existing(options.archive)) as conn:
        ids = [row[0] for row in conn.execute(sql, [run_id])]
    if not ids:
        raise Problem(state.message or f"the flow {name} ended before it began: see Prefect's log")
    if state.name == "Stopped":
        show.summary(options.archive, ids)
        raise Problem(state.message)
    return ids


def settle_prefect() -> None:
    """Give Prefect the settings of the project's prefect.toml, wherever the command is started. Existing settings win.

    Prefect itself reads that file only from the current folder.
    """
    file = Path(__file__).parent.parent / "prefect.toml"
    settings = tomllib.loads(file.read_text(encoding="utf-8")) if file.exists() else {}

    def export(prefix: str, values: Mapping[str, Any]) -> None:
        for name, value in values.items():
            if isinstance(value, dict):
                export(f"{prefix}_{name.upper()}", value)
            else:
                os.environ.setdefault(f"{prefix}_{name.upper()}", str(value))

    for level in ("PREFECT_LOGGING_LEVEL", "PREFECT_SERVER_LOGGING_LEVEL"):  # for flows and for the API they embed
        os.environ.setdefault(level, "CRITICAL")  # the command prints its own progress and its one sentence
    export("PREFECT", settings)


def prefect_api() -> str | None:
    """The address of the configured Prefect API, found without importing Prefect."""
    if os.environ.get("PREFECT_API_URL"):
        return os.environ["PREFECT_API_URL"]
    home = Path(os.environ.get("PREFECT_HOME", "~/.prefect")).expanduser()
    profiles = Path(os.environ.get("PREFECT_PROFILES_PATH", home / "profiles.toml"))
    try:
        told = tomllib.loads(profiles.read_text(encoding="utf-8"))
        return str(told["profiles"][os.environ.get("PREFECT_PROFILE", told["active"])]["PREFECT_API_URL"])
    except (OSError, KeyError, tomllib.TOMLDecodeError):
        return None
