"""What keeps an archive in order by hand: copies found anew after a rule has changed."""

from __future__ import annotations

from importlib.metadata import version

from archive import ledger
from archive.files import connect_existing
from archive.rebuild import params, rebuild
from archive.store import Archive
from flows.job import Job
from flows.lock import held


def dedupe(job: Job) -> int:
    """Make the index of copies and the links of an archive anew; returns the number of the run. Raises Problem where there is
    no archive, or this is under way."""
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
