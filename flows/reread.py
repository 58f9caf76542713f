"""Reads stored pages again by today's rules, and appends a `recleaned` version where the result differs.

standing versions -> their raw pages -> Bulletins, read here or by other processes -> one transaction per slice
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from itertools import groupby
from pathlib import Path
from typing import Any

import scrapers
from archive import ledger
from archive.connections import open_readable, rows
from archive.files import connect_existing
from archive.history import Changes, changes
from archive.ledger import Counts
from archive.pages import pages_path
from archive.schema import content_of
from archive.store import content_row, version_pages
from flows.job import Job, Run, Walk, opened_archive, record
from flows.reading import read_stored, unfit
from flows.workers import in_order
from scrapers import checks
from scrapers.client import Client
from scrapers.model import Bulletin, Problem
from scrapers.sources import all_sources
from scrapers.uncloak import refine

SLICE = 200
"""Version ids per step."""
SAMPLES = 10
_SLICES = "reclean"
"""The source of these slices in the ledger. A slice is named by its first version."""

_STANDING = """
SELECT v.id FROM versions v WHERE v.content_sha256 IS NOT NULL
  AND EXISTS (SELECT 1 FROM version_pages p WHERE p.version_id = v.id)
  AND NOT EXISTS (SELECT 1 FROM versions later WHERE later.document_id = v.document_id
    AND later.captured_at = v.captured_at AND later.id > v.id)
  AND v.document_id NOT IN (SELECT document_id FROM withheld WHERE level = 'erased')
ORDER BY v.id
"""


@dataclass(frozen=True, slots=True)
class Reread:
    """A version whose pages now read differently: what they say now, or why they can no longer be read."""

    version_id: int
    bulletin: Bulletin | None
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Preview:
    """What a reclean would do: how many versions it would read, how many would differ, and some of these in detail."""

    read: int
    differing: int
    failures: tuple[str, ...]
    samples: tuple[tuple[dict[str, Any], Changes], ...]


async def reclean(job: Job, workers: int = 1) -> list[Run]:
    """Read every stored page again, and append what differs. The next reclean continues an interrupted one if the rules are
    the same. A page that says less than it must, or that today's rules cannot read, is a failure and not a version."""
    _check(job.archive)

    async def work(walk: Walk) -> None:
        runs = ledger.unfinished(walk.archive, "reclean", params, walk.run)
        done = {int(slice_) for _, slice_ in ledger.done_slices(walk.archive, _SLICES, runs)}
        slices = [ids for first, ids in _slices(walk.archive.conn) if first not in done]
        last = slices[-1][-1] if slices else 0
        with closing(in_order(partial(examine, job.archive), slices, workers)) as read:
            for ids, found in read:
                await _take(walk, ids, found, last)

    params = {"rules": rules()}
    with opened_archive(job) as archive:
        return [await record(job, archive, Client(), "reclean", None, params, work)]


def preview(archive: Path, workers: int = 1) -> Preview:
    """What `reclean` would append to the archive; writes nothing."""
    _check(archive)
    read = differing = 0
    failures: list[str] = []
    samples: list[tuple[dict[str, Any], Changes]] = []
    with closing(connect_existing(archive)) as conn:
        slices = [ids for _, ids in _slices(conn)]
        withheld = {row[0] for row in conn.execute("SELECT document_id FROM withheld")}
        for ids, found in in_order(partial(examine, archive), slices, workers):
            read += len(ids)
            failures += [one.error for one in found if one.error]
            differing += sum(one.bulletin is not None for one in found)
            for one in found:
                row = _version(conn, one.version_id)
                if one.bulletin is not None and len(samples) < SAMPLES and row["document_id"] not in withheld:
                    samples.append((row, changes(row, content_row(refine(one.bulletin)))))
    return Preview(read, differing, tuple(failures), tuple(samples))


def examine(archive: Path, ids: Sequence[int]) -> list[Reread]:
    """The versions among these that today's rules read differently. Opens the files itself, so it runs in any process."""
    with closing(connect_existing(archive)) as conn, closing(open_readable(pages_path(archive))) as pages:
        return [found for found in (_reread(conn, pages, number) for number in ids) if found]


def _check(archive: Path) -> None:
    """Raise Problem if there is nothing to read again, without creating a file of raw pages."""
    connect_existing(archive).close()
    if not pages_path(archive).is_file():
        raise Problem(f"the raw pages {pages_path(archive)} are missing: put the file beside the archive")


def rules() -> str:
    """The name of today's rules: a digest of all code that reads pages, the user's own recipes included."""
    folders = [Path(scrapers.__file__).parent, *([Path(own)] if (own := os.environ.get("GAOXIN_SOURCES")) else [])]
    files = sorted(file for folder in folders for file in folder.rglob("*.py"))
    return sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:12]


def _slices(conn: sqlite3.Connection) -> Iterator[tuple[int, list[int]]]:
    """The ids of the versions that stand for the moment of their capture, in slices, each with the id that names it."""
    standing = (row[0] for row in conn.execute(_STANDING).fetchall())
    for slice_, ids in groupby(standing, lambda number: (number - 1) // SLICE):
        yield slice_ * SLICE + 1, list(ids)


def _reread(conn: sqlite3.Connection, pages: sqlite3.Connection, version_id: int) -> Reread | None:
    row = _version(conn, version_id)
    try:
        bulletin = read_stored(row["source"], version_pages(conn, pages, version_id))
    except KeyError as error:
        return Reread(version_id, None, f"{row['url']}: raw page {error.args[0][:12]} is missing")
    except Exception as error:  # whatever today's rules do with an old page, only that page fails
        return Reread(version_id, None, f"{row['url']}: {error}")
    if content_row(refine(bulletin))["sha256"] == row["content_sha256"]:
        return None
    if bulletin.layout == "generic" and row["layout"] not in (None, "generic"):
        return Reread(version_id, None, unfit(row["url"], row["layout"]))
    if name := checks.lost(row, bulletin, all_sources().get(row["source"])):
        return Reread(version_id, None, f"{row['url']} would lose its {name}: mend the recipe")
    return Reread(version_id, bulletin)


async def _take(walk: Walk, ids: Sequence[int], found: Sequence[Reread], last: int) -> None:
    """One step: append a slice of versions, and mark it as done, in one transaction."""

    async def step() -> Counts:
        counts = Counts(listed=len(ids), failed=sum(one.error is not None for one in found))
        with walk.archive.transaction():
            for one in found:
                appended = one.bulletin and walk.archive.reclean(one.version_id, one.bulletin, walk.run)
                counts.edited += bool(appended and appended.change)
            counts.known = counts.listed - counts.failed
            counts.unchanged = counts.known - counts.edited
            first = (ids[0] - 1) // SLICE * SLICE + 1
            if last >= first + SLICE:  # the last slice may grow
                ledger.record_slice(walk.archive, _SLICES, "", str(first), walk.run)
        for one in found:
            if one.error:
                walk.job.say(f"FAILED {one.error}")
        return counts

    await walk.step(f"versions {ids[0]}-{ids[-1]} of {last}", step)


def _version(conn: sqlite3.Connection, version_id: int) -> dict[str, Any]:
    (row,) = rows(
        conn,
        "SELECT v.*, c.*, d.key, d.source, (SELECT url FROM urls WHERE document_id = d.id AND why = 'first') AS url"
        " FROM versions v JOIN documents d ON d.id = v.document_id JOIN contents c ON"
        f" {content_of('v')}"
        " WHERE v.id = ?",
        [version_id],
    )
    return row
