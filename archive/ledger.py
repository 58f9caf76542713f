"""The ledger: past runs and their counts, the finished slices of a backfill, and the pages to check again.

Crashed runs are detected here, not in Prefect: a run in the state `running` whose process is gone was cut short.
"""

from __future__ import annotations

import json
from base64 import b32encode
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import date, datetime
from hashlib import sha1
from typing import Any, Literal, NamedTuple

from archive.connections import insert
from archive.schema import AT
from archive.store import Appended, Archive
from scrapers.model import utc

_NEWEST = "newest"
"""The slice of a list that stands for everything new when a fetch read it."""
_AT = AT.format("url", "?1")
State = Literal["running", "completed", "partial", "failed", "crashed"]


@dataclass(slots=True)
class Counts:
    """What a run counted.

    duplicates  bulletins that are copies of others
    known       listed bulletins that were already archived
    missing     lists that were rightly absent
    cut         slices of a backfill that could not be read, or behind which its list may go on
    warned      problems that the checks found
    """

    listed: int = 0
    fetched: int = 0
    new: int = 0
    edited: int = 0
    unchanged: int = 0
    gone: int = 0
    failed: int = 0
    duplicates: int = 0
    known: int = 0
    missing: int = 0
    cut: int = 0
    warned: int = 0

    def __add__(self, other: Counts) -> Counts:
        return Counts(*(getattr(self, field.name) + getattr(other, field.name) for field in fields(self)))

    def count(self, appended: Appended) -> None:
        """Count the result of appending one bulletin."""
        match appended.change:
            case None | "recleaned":  # the publisher changed nothing
                self.unchanged += 1
            case "new":
                self.new += 1
            case "gone":
                self.gone += 1
            case _:
                self.edited += 1
        self.duplicates += any(link.is_copy for link in appended.links)

    @property
    def state(self) -> State:
        """How a run with these counts ended. `failed`: it had nothing but failures, or a backfill has a gap. `partial`:
        something failed or raised a warning."""
        worked = self.fetched + self.unchanged + self.gone + self.known
        if self.cut or (self.failed and not worked):
            return "failed"
        return "partial" if self.failed or self.warned else "completed"


_COLUMNS = frozenset({"listed", "fetched", "new", "edited", "unchanged", "gone", "failed"})


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
        "params": _params(params),
        "code_version": code_version,
        "started_at": utc(archive.now()),
        "state": "running",
    }
    with archive.transaction():
        return insert(archive.conn, "runs", row)


def finish_run(
    archive: Archive,
    run: int,
    counts: Counts,
    state: State | None = None,
    warnings: Sequence[str] = (),
    cleaned: Mapping[str, int] | None = None,
) -> None:
    """Close a run with its counts, its warnings (one sentence each), and how often each cleaning rule fired."""
    row = {
        **_counted(counts),
        "state": state or counts.state,
        "finished_at": utc(archive.now()),
        "warnings": "\n".join(warnings) or None,
        "cleaned": json.dumps({rule: times for rule, times in cleaned.items() if times}) if cleaned else None,
    }
    with archive.transaction():
        archive.db.table("runs").update(run, row)


def keep_counts(archive: Archive, run: int, counts: Counts) -> None:
    """Store the counts of a run so far: it may be killed before it ends."""
    with archive.transaction():
        archive.db.table("runs").update(run, _counted(counts))


def _counted(counts: Counts) -> dict[str, int]:
    return {name: value for name, value in asdict(counts).items() if name in _COLUMNS}


def record_source(archive: Archive, row: Mapping[str, Any]) -> None:
    """Store what a recipe states about its source; `row` has the columns of `sources`."""
    with archive.transaction():
        archive.db.table("sources").upsert(dict(row), pk="name")


def record_slice(archive: Archive, source: str, section: str, slice_: str, run: int, error: str | None = None) -> None:
    """Mark a slice done, or failed with the reason. Call it inside the transaction of its bulletins."""
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


def unfinished(archive: Archive, flow: str, params: Mapping[str, Any], before: int) -> list[int]:
    """The runs that run `before` resumes: those of this flow with these params since the last one that ended without a gap."""
    found = []
    for run, state in archive.conn.execute(
        "SELECT id, state FROM runs WHERE flow = ? AND params = ? AND id < ? ORDER BY id DESC",
        [flow, _params(params), before],
    ):
        if state in ("completed", "partial"):
            break
        found.append(run)
    return found


def mark_crashed(archive: Archive, flow: str, source: str | None) -> None:
    """Mark the runs that were cut short. The caller holds the lock of this flow and source, so none of them is alive."""
    with archive.transaction():
        archive.conn.execute(
            "UPDATE runs SET state = 'crashed' WHERE state = 'running' AND flow = ? AND source IS ?", [flow, source]
        )


def done_slices(archive: Archive, source: str, runs: Sequence[int]) -> set[tuple[str, str]]:
    """The slices of `source` that these runs finished, as (section, slice)."""
    marks = ",".join("?" * len(runs))
    rows = archive.conn.execute(
        f"SELECT section, slice FROM slices WHERE source = ? AND state = 'done' AND run_id IN ({marks})",
        [source, *runs],
    )
    return {(section, slice_) for section, slice_ in rows}


def seen_page(archive: Archive, url: str, runs: Sequence[int]) -> tuple[bytes, str | None] | None:
    """The bytes and Content-Type that one of these runs received for `url`, from the archive itself."""
    marks = ",".join("?" * len(runs))
    row = archive.conn.execute(
        f"SELECT raw_sha256, headers FROM observations WHERE {_AT} AND outcome = 'ok' AND raw_sha256 IS NOT NULL"
        f" AND run_id IN ({marks}) ORDER BY id DESC",
        [url, *runs],
    ).fetchone()
    return (archive.pages.get(row[0]), json.loads(row[1] or "{}").get("content-type")) if row else None


def list_before(archive: Archive, url: str, run: int) -> tuple[bytes, str | None, str] | None:
    """The bytes, Content-Type and time of the last list page that an earlier run could read at `url`."""
    row = archive.conn.execute(
        f"SELECT raw_sha256, headers, fetched_at FROM observations WHERE {_AT} AND outcome = 'ok' AND raw_sha256 IS NOT NULL"
        " AND run_id < ? ORDER BY id DESC LIMIT 1",
        [url, run],
    ).fetchone()
    return (archive.pages.get(row[0]), json.loads(row[1] or "{}").get("content-type"), row[2]) if row else None


def outcomes_at(archive: Archive, url: str, moment: datetime) -> set[str]:
    """The outcomes that the archive holds for `url` at this moment, to the second."""
    rows = archive.conn.execute(f"SELECT outcome FROM observations WHERE {_AT} AND fetched_at = ?", [url, utc(moment)])
    return {row[0] for row in rows}


def capture_before(
    archive: Archive, url: str, moment: datetime | None, digest: str | None
) -> tuple[bytes, str | None] | None:
    """The bytes and Content-Type of the capture of `url` that a revisit refers to: the one of this moment, or the one whose
    payload has this digest (in WARC notation). None if the archive has neither."""
    rows = archive.conn.execute(
        f"SELECT raw_sha256, headers, fetched_at FROM observations WHERE {_AT} AND raw_sha256 IS NOT NULL"
        " ORDER BY id DESC LIMIT 9",
        [url],
    )
    for name, headers, fetched_at in rows:
        body = archive.pages.get(name)
        told = "sha1:" + b32encode(sha1(body, usedforsecurity=False).digest()).decode()
        if told == digest or (moment is not None and fetched_at == utc(moment)):
            return body, json.loads(headers or "{}").get("content-type")
    return None


def published_between(archive: Archive, source: str, since: date, until: date) -> int:
    """How many bulletins of `source` are dated from `since` to `until`, both included."""
    row = archive.conn.execute(
        "SELECT count(*) FROM bulletins WHERE source = ? AND substr(published_at, 1, 10) BETWEEN ? AND ?",
        [source, since.isoformat(), until.isoformat()],
    ).fetchone()
    return int(row[0])


def filled_before(archive: Archive, source: str, fields_: Sequence[str], run: int) -> tuple[int, dict[str, int]]:
    """How many bulletins of `source` the archive holds that run `run` did not touch, and how many of them fill each field."""
    counts = ", ".join(f"count(nullif({name}, ''))" for name in fields_)
    row = archive.conn.execute(
        f"SELECT count(*), {counts} FROM bulletins WHERE source = ?"
        " AND document_id NOT IN (SELECT document_id FROM versions WHERE run_id = ?)",
        [source, run],
    ).fetchone()
    return int(row[0]), dict(zip(fields_, map(int, row[1:]), strict=True))


def text_before(archive: Archive, document_id: int | None) -> dict[str, str | None] | None:
    """The source and current fields of a document, and when it was captured so; None if it is unknown."""
    rows = archive.db.query(
        "SELECT source, title, published_at, origin, author, editor, body, captured_at FROM bulletins WHERE document_id = ?",
        [document_id],
    )
    return next(iter(rows), None)


def newest_capture(archive: Archive) -> str | None:
    """When the newest state of any document was captured."""
    row = archive.conn.execute("SELECT max(captured_at) FROM versions").fetchone()
    return str(row[0]) if row[0] else None


def live_source(archive: Archive, document_id: int | None) -> str | None:
    """The source of a document that is still served, as far as is known; None for any other."""
    sql = "SELECT source FROM bulletins WHERE document_id = ? AND status = 'live'"
    row = archive.conn.execute(sql, [document_id]).fetchone()
    return str(row[0]) if row else None


def gone_since(archive: Archive, url: str) -> str | None:
    """When `url` was first seen gone after it was last seen there; None if it was not."""
    return _unseen_since(archive, url, "outcome = 'gone'")


def missed_since(archive: Archive, url: str) -> str | None:
    """When a request for `url` first failed after it was last seen there; None if none did."""
    return _unseen_since(archive, url, "outcome NOT IN ('ok', 'unchanged', 'redirect')")


def _unseen_since(archive: Archive, url: str, how: str) -> str | None:
    row = archive.conn.execute(
        f"SELECT min(fetched_at) FROM observations WHERE {_AT} AND {how} AND fetched_at > coalesce("
        f" (SELECT max(fetched_at) FROM observations WHERE {_AT} AND outcome IN ('ok', 'unchanged')), '')",
        [url],
    ).fetchone()
    return str(row[0]) if row[0] else None


def watched_since(archive: Archive, source: str) -> str | None:
    """When the first completed or partial fetch of `source` started; None if there is none."""
    row = archive.conn.execute(
        "SELECT min(started_at) FROM runs WHERE flow = 'fetch' AND source = ? AND state IN ('completed', 'partial')",
        [source],
    ).fetchone()
    return str(row[0]) if row[0] else None


class Watermark(NamedTuple):
    """The last fetch that read a list to its end, or down to what was already archived. Also the last version that it made, if
    any, and whether it could read everything."""

    run: int
    started_at: str
    reached_at: str
    last_version: int | None
    is_clean: bool


def watermark(archive: Archive, source: str, section: str) -> Watermark | None:
    """The watermark of one list; None if there is none yet. If an older Gaoxin stored none, it is the last completed or
    partial fetch that could read every list page."""
    last = "iif(r.new > 0, (SELECT id FROM versions WHERE run_id = r.id ORDER BY id DESC LIMIT 1), NULL)"
    kept = (
        f"SELECT r.id, r.started_at, s.updated_at, {last}, s.state = 'done' FROM slices s JOIN runs r ON r.id = s.run_id"
        " WHERE (s.source, s.section, s.slice) = (?, ?, ?)"
    )
    ended = (
        f"SELECT id, started_at, finished_at, {last}, 1 FROM runs r WHERE flow = 'fetch' AND source = ?1"
        " AND state IN ('completed', 'partial')"
        " AND NOT EXISTS (SELECT 1 FROM slices s WHERE (s.source, s.run_id, s.state) = (r.source, r.id, 'failed'))"
        " AND EXISTS (SELECT 1 FROM slices s WHERE (s.source, s.section, s.state) = (?1, ?2, 'done'))"
        " AND NOT EXISTS (SELECT 1 FROM slices s WHERE (s.source, s.slice) = (?1, ?3)) ORDER BY id DESC LIMIT 1"
    )
    row = archive.conn.execute(kept, [source, section, _NEWEST]).fetchone()
    row = row or archive.conn.execute(ended, [source, section, _NEWEST]).fetchone()
    return Watermark(*row) if row else None


def record_watermark(archive: Archive, source: str, section: str, run: int, error: str | None = None) -> None:
    """Record that run `run` has read a list as far as it must; `error` is set if it could not read everything."""
    with archive.transaction():
        record_slice(archive, source, section, _NEWEST, run, error)


def tried_since(archive: Archive, source: str, watermark: Watermark) -> str:
    """When the first fetch that could not read everything started: that of `watermark` if it is not clean, else the next
    one."""
    row = archive.conn.execute(
        "SELECT min(started_at) FROM runs WHERE flow = 'fetch' AND source = ? AND id > ?",
        [source, watermark.run - (not watermark.is_clean)],
    ).fetchone()
    return str(row[0] or watermark.started_at)


def holds(archive: Archive, urls: Iterable[str], watermark: Watermark) -> bool:
    """Whether any of these addresses belongs to a document that was archived when `watermark` was reached. Whatever its
    number, a run still under way then counts as later."""
    sql = (
        "SELECT run_id IS ?1 OR coalesce(run_id, 0) < ?1 AND iif(?2 IS NULL, observed_at < ?3, id < ?2) FROM versions"
        " WHERE document_id = ?4 AND version = 1"
    )
    known = (archive.document_of(url) for url in urls)
    told = (watermark.run, watermark.last_version, watermark.reached_at)
    rows = (archive.conn.execute(sql, [*told, document]).fetchone() for document in known if document is not None)
    return any(row and row[0] for row in rows)


@dataclass(frozen=True, slots=True)
class Known:
    """A page to check again, with the headers for a conditional request."""

    url: str
    source: str
    conditions: Mapping[str, str]


def known_pages(archive: Archive, sources: Sequence[str]) -> list[Known]:
    """The pages of `sources` (all if empty): those found gone and not yet believed to be, then the least recently requested.
    Withdrawn ones are included: they may return.

    A request is conditional only if the document consists of one page and was there the last time.
    """
    marks, at = ",".join("?" * len(sources)), AT.format("a.url", "b.url")
    rows = archive.db.query(
        "SELECT b.url, b.source, iif(b.status = 'gone' OR EXISTS (SELECT 1 FROM versions v JOIN version_pages p"
        "  ON p.version_id = v.id WHERE v.document_id = b.document_id AND p.n > 1), NULL, o.headers) AS headers"
        " FROM bulletins b LEFT JOIN observations o ON o.id = ("
        f"  SELECT id FROM observations a WHERE {at} AND outcome IN ('ok', 'unchanged')"
        "  ORDER BY fetched_at DESC, id DESC LIMIT 1)"
        + (f" WHERE b.source IN ({marks})" if sources else "")
        + f" ORDER BY b.status = 'gone' OR (SELECT outcome FROM observations a WHERE {at}"
        "  ORDER BY fetched_at DESC, id DESC LIMIT 1) IS NOT 'gone',"
        f" (SELECT max(fetched_at) FROM observations a WHERE {at}), b.document_id",
        list(sources),
    )
    return [Known(row["url"], row["source"], _conditions(row["headers"])) for row in rows]


def _params(params: Mapping[str, Any]) -> str:
    return json.dumps(params, ensure_ascii=False, sort_keys=True)


def _conditions(headers: str | None) -> dict[str, str]:
    """The conditions of a request, from the headers of the last answer. A request header can only hold printable ASCII: the
    ETags of some servers hold more, and are left out."""
    known = json.loads(headers) if headers else {}
    pairs = (("If-None-Match", known.get("etag")), ("If-Modified-Since", known.get("last-modified")))
    return {name: value for name, value in pairs if value and value.isascii() and value.isprintable()}
