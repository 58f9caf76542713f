"""The ledger: which runs there were, what each counted, which slices of a backfill are done, which pages to look at again.

Crashed runs are found here, not in Prefect: a run that says `running` and whose process is gone was cut short.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any, Literal

from archive.files import insert
from archive.store import Appended, Archive
from scrapers.model import utc

State = Literal["running", "completed", "partial", "failed", "crashed"]


@dataclass(slots=True)
class Counts:
    """What a run met. `duplicates` counts new bulletins that are copies of others; they are among `new`."""

    listed: int = 0
    fetched: int = 0
    new: int = 0
    edited: int = 0
    unchanged: int = 0
    gone: int = 0
    failed: int = 0
    duplicates: int = 0

    def __add__(self, other: Counts) -> Counts:
        return Counts(*(getattr(self, field.name) + getattr(other, field.name) for field in fields(self)))

    def count(self, appended: Appended) -> None:
        """Count what became of one bulletin."""
        match appended.change:
            case None:
                self.unchanged += 1
            case "new":
                self.new += 1
            case "gone":
                self.gone += 1
            case _:
                self.edited += 1
        self.duplicates += bool(appended.links)

    @property
    def state(self) -> State:
        """How a run with these counts ended: `failed` where nothing at all came of it but failures."""
        worked = self.fetched + self.unchanged + self.gone
        return "completed" if not self.failed else "partial" if worked else "failed"


def start_run(
    archive: Archive, flow: str, source: str | None, params: Mapping[str, Any], trigger: str, flow_run_id: str | None,
    code_version: str,
) -> int:  # fmt: skip
    """Open a run; returns its id."""
    row = {
        "flow": flow,
        "trigger": trigger,
        "flow_run_id": flow_run_id,
        "source": source,
        "params": json.dumps(params, ensure_ascii=False, sort_keys=True),
        "code_version": code_version,
        "started_at": utc(archive.now()),
        "state": "running",
    }
    with archive.transaction():
        return insert(archive.db, "runs", row)


def finish_run(archive: Archive, run: int, counts: Counts, state: State | None = None) -> None:
    """Close a run with what it counted."""
    counted = {name: value for name, value in asdict(counts).items() if name != "duplicates"}
    row = {**counted, "state": state or counts.state, "finished_at": utc(archive.now())}
    with archive.transaction():
        archive.db.table("runs").update(run, row)


def record_source(archive: Archive, row: Mapping[str, Any]) -> None:
    """Keep what a recipe says of its source; `row` has the columns of `sources`."""
    with archive.transaction():
        archive.db.table("sources").upsert(dict(row), pk="name")


def record_slice(archive: Archive, source: str, section: str, slice_: str, run: int, error: str | None = None) -> None:
    """Mark a slice done, or failed with the reason; inside the transaction of its bulletins."""
    row = {
        "source": source,
        "section": section,
        "slice": slice_,
        "state": "failed" if error else "done",
        "run_id": run,
        "updated_at": utc(archive.now()),
        "error": error,
    }
    archive.db.table("slices").upsert(row, pk=("source", "section", "slice"))


def has_documents(archive: Archive, source: str) -> bool:
    """Whether anything of `source` is archived."""
    rows = archive.conn.execute("SELECT 1 FROM documents WHERE source = ? LIMIT 1", [source])
    return rows.fetchone() is not None


@dataclass(frozen=True, slots=True)
class Known:
    """A page to look at again, with the headers that make the request conditional."""

    url: str
    source: str
    conditions: Mapping[str, str]


def known_pages(archive: Archive, sources: Sequence[str]) -> list[Known]:
    """The pages of `sources` (all where empty), the longest unseen first; withdrawn ones too: they may return."""
    marks = ",".join("?" * len(sources))
    rows = archive.db.query(
        "SELECT b.url, b.source, iif(b.status = 'gone', NULL, o.headers) AS headers"
        " FROM bulletins b LEFT JOIN observations o ON o.id = ("
        "  SELECT max(id) FROM observations WHERE document_id = b.document_id AND outcome IN ('ok', 'unchanged'))"
        + (f" WHERE b.source IN ({marks})" if sources else "")
        + " ORDER BY o.fetched_at, b.document_id",
        list(sources),
    )
    return [Known(row["url"], row["source"], _conditions(row["headers"])) for row in rows]


def _conditions(headers: str | None) -> dict[str, str]:
    known = json.loads(headers) if headers else {}
    pairs = (("If-None-Match", known.get("etag")), ("If-Modified-Since", known.get("last-modified")))
    return {name: value for name, value in pairs if value}
