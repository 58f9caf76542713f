"""Reads the raw pages of the archive, to be written into a WARC file.

Pages come in the order in which they were appended, so that the file, when ingested, gives the same versions.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import date, datetime
from pathlib import Path

from archive.connections import open_readable
from archive.files import connect_existing
from archive.pages import pages_path, read_page
from archive.selection import source_name
from archive.times import end_of, start_of
from archive.withhold import IS_WITHHELD
from scrapers.model import Outcome, Page, Problem, Via
from scrapers.warc import Capture

_FIRST = """
SELECT observation_id, version_id, n, max(observation_id) OVER (ORDER BY version_id, n) AS place
FROM (SELECT observation_id, min(version_id) AS version_id, n FROM version_pages GROUP BY observation_id)
"""
"""The first version of each page, and its place among all requests: that a page is gone is observed before it is believed."""


def raw_pages(archive: Path, version_id: int) -> list[bytes]:
    """The pages that a version was read from, as served: one for each part of the article. Raises Problem if one is missing or
    damaged. Whether the version is withheld is the caller's to check."""
    sql = "SELECT raw_sha256 FROM version_pages WHERE version_id = ? ORDER BY n"
    with closing(connect_existing(archive)) as conn, closing(_raw_pages(archive)) as pages:
        try:
            return [read_page(pages, name) for (name,) in conn.execute(sql, [version_id])]
        except (KeyError, ValueError) as error:
            raise Problem(
                f"a raw page of version {version_id} is missing or damaged: see `gaoxin verify --deep`"
            ) from error


def stored_pages(
    archive: Path, source: str | None = None, since: date | None = None, until: date | None = None
) -> Iterator[Capture]:
    """Every server response that the archive keeps, as it was served: pages with their bytes, and responses that a known page
    is unchanged or gone. Withheld documents are left out.

    source        only what was archived under, or fetched for, the source with this name or title
    since, until  only what was captured on these days (Beijing time), both included

    Raises Problem if the archive cannot be read, or does not know the source.
    """
    with closing(connect_existing(archive)) as conn, closing(_raw_pages(archive)) as pages:
        if source is not None:
            source = source_name(conn, source)
        rows = conn.execute(
            f"WITH first AS ({_FIRST})"
            " SELECT o.url, o.fetched_at, o.outcome, o.status, o.final_url, o.headers, o.raw_sha256, d.source"
            " FROM observations o LEFT JOIN documents d ON d.id = o.document_id LEFT JOIN runs r ON r.id = o.run_id"
            " LEFT JOIN first f ON f.observation_id = o.id"
            " WHERE o.status IS NOT NULL AND (o.raw_sha256 IS NOT NULL OR o.outcome IN (?, ?))"
            f" AND NOT {IS_WITHHELD}"
            " AND o.fetched_at BETWEEN ? AND ? AND (? IS NULL OR coalesce(d.source, r.source) = ?)"
            " ORDER BY coalesce(f.place, o.id), f.version_id, f.n, o.id",
            [Outcome.UNCHANGED, Outcome.GONE, start_of(since) if since else "",
             end_of(until) if until else "a", source, source],
        )  # fmt: skip
        for url, fetched_at, outcome, status, final_url, headers, name, of in rows:
            page = Page(
                url,
                read_page(pages, name) if name else b"",
                datetime.fromisoformat(fetched_at),
                outcome=Outcome(outcome),
                status=status,
                final_url=final_url,
                headers=json.loads(headers or "{}"),
                via=Via.WARC,
            )
            yield Capture(page, of)


def _raw_pages(archive: Path) -> sqlite3.Connection:
    path = pages_path(archive)
    try:
        return open_readable(path)
    except (sqlite3.Error, OSError) as error:
        raise Problem(f"the raw pages {path} cannot be read ({error}): put the file beside the archive") from error
