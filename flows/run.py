"""How the command runs a job: the plain steps in this process, or the Prefect flow of the same name.

The flow runs if `--flow` is given or a Prefect API is configured (PREFECT_API_URL, or the active Prefect profile). Without a
server Prefect starts a temporary one.
"""

from __future__ import annotations

import json
import os
import tomllib
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from archive.files import connect_existing
from scrapers.dates import SHANGHAI
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

    told = (options.archive, options.replay, options.at, options.allow_private, options.save_warc)
    settings = job.Job(*told, say=show.progress)
    room = {"ingest": bulk, "reclean": reread}.get(name, steps)
    work: Callable[..., Coroutine[Any, Any, list[job.Run]]] = getattr(room, name)
    return [done.id for done in asyncio.run(work(settings, *parameters.values()))]


def _run_flow(name: str, parameters: Mapping[str, Any], options: Options) -> list[int]:
    """Run the flow itself, in this process; Prefect logs its progress."""
    import asyncio
    from importlib import import_module

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
    conn = connect_existing(options.archive)
    ids = conn.execute(
        "SELECT id FROM runs WHERE flow_run_id = ? ORDER BY id", [str(state.state_details.flow_run_id)]
    ).fetchall()
    conn.close()
    if not ids:
        raise Problem(state.message or f"the flow {name} ended before it began: see Prefect's log")
    return [row[0] for row in ids]


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
    profiles = Path(os.environ.get("PREFECT_PROFILES_PATH", Path.home() / ".prefect" / "profiles.toml"))
    try:
        told = tomllib.loads(profiles.read_text(encoding="utf-8"))
        return str(told["profiles"][os.environ.get("PREFECT_PROFILE", told["active"])]["PREFECT_API_URL"])
    except (OSError, KeyError, tomllib.TOMLDecodeError):
        return None


def extract_file(file: Path, url: str) -> str:
    """The bulletin on the saved page `file`, as indented JSON; `url` chooses the recipe."""
    from scrapers.article import extract
    from scrapers.model import Unreadable
    from scrapers.sources import source_of
    from scrapers.urls import normalise

    address = normalise(url) if url else file.resolve().as_uri()
    try:
        bulletin = extract(read_bytes(file), address, None, source_of(address) if url else None)
    except Unreadable as error:
        raise Problem(str(error)) from error
    told = asdict(bulletin) | {"body": bulletin.body.split("\n")}
    return json.dumps(told, ensure_ascii=False, indent=1)


def export_warc(archive: Path, file: Path, source: str | None, since: date | None, until: date | None) -> int:
    """Write the raw pages of an archive to a WARC file; returns their number."""
    from archive.warc import stored_pages
    from scrapers.warc import write

    return write(file, stored_pages(archive, source, since, until))


def read_bytes(file: Path) -> bytes:
    """The bytes of a file. Raises Problem if it cannot be read."""
    try:
        return file.read_bytes()
    except OSError as error:
        raise Problem(f"{file} cannot be read ({error.strerror}): check the path") from error


def day(text: str, option: str) -> date:
    """A calendar day given by the user."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise Problem(f"{option} {text} is no day: write it as 2021-05-31") from error


def moment(text: str, replay: Path | None) -> datetime:
    """The moment of a replay given by the user: a day means its end, and a time without a zone is Beijing time."""
    if replay is None:
        raise Problem(
            f"--at {text} is for a replay, and the web is asked as it is now: give --replay too, or leave it out"
        )
    try:
        told = datetime.fromisoformat(text)
    except ValueError as error:
        raise Problem(f"--at {text} is no time: write it as 2026-03-02 or 2026-03-02T08:00") from error
    if len(text) <= 10:
        told = told.replace(hour=23, minute=59, second=59)
    return told if told.tzinfo else told.replace(tzinfo=SHANGHAI)
