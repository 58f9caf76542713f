"""Maintains an archive: backs it up, and finds the copies in it anew after a rule has changed."""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path

from archive import ledger
from archive.backup import backup as copied
from archive.files import connect_existing
from archive.rebuild import params, rebuild
from archive.store import Archive
from flows.job import Job
from flows.lock import held


def backup(archive: Path, folder: Path) -> tuple[bool, str]:
    """Copy an archive into `folder`; returns whether the copy verifies, and a sentence to print. Raises Problem like
    `archive.backup`, or if another backup into this folder is running."""
    with held(archive, f"backup into {folder.resolve()}"):
        made = copied(archive, folder)
    if made.verified.fault:
        return False, f"the copy does NOT verify, and {folder} holds what it held before: {made.verified.fault}"
    versions, head = made.verified.versions, made.verified.head[:12] or "none"
    size = f"{made.size / 1e6:.1f} MB with its raw pages"
    return True, f"{made.file} verifies: {versions} versions, head {head}, {size}"


def dedupe(job: Job) -> int:
    """Rebuild the index of copies and the links of an archive; returns the id of the run. Raises Problem if there is no
    archive, or if another rebuild is running."""
    connect_existing(job.archive).close()
    with Archive(job.archive, job.clock) as archive, held(job.archive, "dedupe"):
        ledger.mark_crashed(archive, "dedupe", None)
        run = ledger.start_run(archive, "dedupe", None, params(), job.trigger, job.flow_run_id, version("gaoxin"))
        try:
            counts = rebuild(archive, run, job.say)
        except BaseException:
            ledger.finish_run(archive, run, ledger.Counts(), "crashed")
            raise
        ledger.finish_run(archive, run, counts)
        return run
