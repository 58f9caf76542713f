"""What the command prints: tables of sources, runs and archives, and lines of progress. Times are Beijing time."""

from __future__ import annotations

import json
import sqlite3
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from archive.files import connect_existing
from archive.times import beijing
from scrapers.model import Problem
from scrapers.source import Source

PIPED = 1000
"""The width of tables that are not printed on a terminal, so that no line wraps."""

console = Console(
    markup=False, emoji=False, highlight=False, soft_wrap=True, width=None if sys.stdout.isatty() else PIPED
)
"""Brackets are printed as they are: a title may hold `[/b]`, or begin with `[pdf]`."""

_COUNTED = ("listed", "new", "edited", "unchanged", "gone", "duplicate", "failed")
_RUNS = """
SELECT r.*, (SELECT count(DISTINCT l.document_id) FROM links l
    WHERE l.run_id = r.id AND l.kind IN ('exact', 'near')) AS duplicate FROM runs r
"""
_COLOUR = {"completed": "green", "partial": "yellow", "failed": "red", "crashed": "red", "running": "cyan"}


def progress(line: str) -> None:
    """Print one line of progress."""
    style = "yellow" if line.lstrip().startswith(("FAILED", "WARNING")) else "dim"
    console.print(line, style=style)


def sources(recipes: Sequence[Source], broken: Mapping[str, str]) -> None:
    """Print the table of sources, and of the recipes that cannot be read why."""
    table = _table("name", "title", "zone", "family", "last seen live", "home", whole=("name",))
    for source in recipes:
        table.add_row(source.name, source.title, source.zone or "", source.family, source.verified, source.home)
    for name in broken:
        table.add_row(name, "broken")
    console.print(table)
    for sentence in dict.fromkeys(broken.values()):
        progress(f"FAILED {sentence}")


def runs(archive: Path, ids: Sequence[int]) -> None:
    """Print these runs, as recorded in the archive."""
    for row in _runs(archive, ids):
        _print_run(row, row["state"])


def summary(archive: Path, ids: Sequence[int]) -> None:
    """Print these runs and the archive that they wrote to."""
    if ids:
        runs(archive, ids)
        console.print(place(archive, ids))


def place(archive: Path, ids: Sequence[int]) -> str:
    """The archive that these runs wrote to. If the first run of all is among them it was made for them, as happens with a
    misspelled name."""
    return f"archive {archive.resolve()}" + (", newly made" if 1 in ids else "")


def states(archive: Path, ids: Sequence[int]) -> list[str]:
    """How these runs ended."""
    return [row["state"] for row in _runs(archive, ids)]


def holdings(archive: Path) -> None:
    """Print what the archive holds, source by source, and how often each kind of change occurred."""
    counts = ("bulletins", "versions", "gone", "copies", "newest")
    table = _table("source", *counts, whole=counts)
    with closing(connect_existing(archive)) as conn:
        held = conn.execute(
            "SELECT source, count(*), sum(versions), sum(status = 'gone'),"
            " sum(canonical_id IS NOT NULL AND canonical_id <> document_id), substr(max(published_at), 1, 10)"
            " FROM bulletins GROUP BY source ORDER BY source"
        ).fetchall()
        changes = conn.execute("SELECT change, count(*) FROM versions GROUP BY change ORDER BY min(id)").fetchall()
    for source, *told, newest in held:
        table.add_row(source, *map(str, told), newest)
    console.print(table if table.row_count else "the archive is empty")
    console.print("changes: " + (" · ".join(f"{change} {n}" for change, n in changes) or "none"))


def status(archive: Path) -> None:
    """Print what the archive holds, and its last ten runs."""
    holdings(archive)
    console.print()
    with _opened(archive) as conn:
        for row in conn.execute(f"{_RUNS} ORDER BY r.id DESC LIMIT 10").fetchall()[::-1]:
            _print_whole_run(conn, archive, row)
            if row["failed"]:
                progress(f"  what failed: gaoxin status {row['id']}")


def run(archive: Path, number: int) -> None:
    """Print one run, and why each page and each part of a list that it could not read failed. Raises Problem if there is no
    such run."""
    with _opened(archive) as conn:
        row = conn.execute(f"{_RUNS} WHERE r.id = ?", [number]).fetchone()
        if row is None:
            raise Problem(f"{archive} has no run {number}: see `gaoxin status`")
        _print_whole_run(conn, archive, row)
        failures = conn.execute(_FAILURES, {"run": number}).fetchall()
    for outcome, what, error in failures:
        console.print(f"  {outcome}: {error if what in error else f'{what}: {error}'}")
    if not failures:
        console.print("  why is not recorded: see what the run printed" if row["failed"] else "  no page failed")


_FAILURES = """
SELECT 'list', source || ' ' || section || ' ' || slice, error FROM slices
  WHERE run_id = :run AND state = 'failed' AND slice <> 'newest'
UNION ALL SELECT * FROM (
  SELECT DISTINCT outcome, url, error FROM observations o WHERE run_id = :run AND error IS NOT NULL
    AND (url, fetched_at) IN (SELECT url, max(fetched_at) FROM observations WHERE run_id = :run GROUP BY url)
    AND outcome <> 'redirect' AND url NOT LIKE '%/robots.txt'
    AND NOT (outcome = 'gone' AND document_id IN (SELECT document_id FROM bulletins WHERE status = 'gone'))
  ORDER BY o.id)
"""
"""Of several attempts at a page the last one counts. A known bulletin that was withdrawn is no failure. The slice `newest` only
says that something on a list failed."""


def _print_whole_run(conn: sqlite3.Connection, archive: Path, row: sqlite3.Row) -> None:
    _print_run(row, "crashed" if _was_cut_short(conn, archive, row) else row["state"])
    for sentence in (row["warnings"] or "").splitlines() if "warnings" in row.keys() else ():  # noqa: SIM118
        progress(f"  WARNING {sentence}")
    if "cleaned" in row.keys() and row["cleaned"]:  # noqa: SIM118
        fired = json.loads(row["cleaned"])
        progress("  cleaned " + " · ".join(f"{rule} {times}" for rule, times in fired.items()))


def _was_cut_short(conn: sqlite3.Connection, archive: Path, row: sqlite3.Row) -> bool:
    """Whether a run that says `running` was killed; only the next run of its kind records that. The state is read a second
    time, because the run may have ended just now."""
    if row["state"] != "running":
        return False
    from flows.lock import is_abandoned

    if not is_abandoned(archive, " ".join(filter(None, (row["flow"], row["source"])))):
        return False
    return bool(conn.execute("SELECT state = 'running' FROM runs WHERE id = ?", [row["id"]]).fetchone()[0])


def links(archive: Path) -> None:
    """Print the number of current links of each kind, and of groups of copies."""
    with closing(connect_existing(archive)) as conn:
        kinds = conn.execute(
            "SELECT kind, count(*) FROM links WHERE retired_run_id IS NULL GROUP BY kind"
            " ORDER BY instr('exact near part_of related', kind)"
        ).fetchall()
        groups = conn.execute("SELECT count(*) FROM bulletins WHERE canonical_id = document_id").fetchone()[0]
    console.print(
        "links: " + (" · ".join(f"{kind} {n}" for kind, n in kinds) or "none") + f"; {groups} groups of copies"
    )


def totals(archive: Path, ids: Sequence[int]) -> None:
    """Print the total counts of these runs."""
    rows = _runs(archive, ids)
    console.print(
        "in all: " + " · ".join(f"{name} {sum(row[name] for row in rows)}" for name in _COUNTED), style="bold"
    )


@contextmanager
def _opened(archive: Path) -> Iterator[sqlite3.Connection]:
    """An archive, with rows by column name."""
    with closing(connect_existing(archive)) as conn:
        conn.row_factory = sqlite3.Row
        yield conn


def _table(*columns: str, whole: Sequence[str]) -> Table:
    """A table that cuts nothing on a narrow terminal: columns in `whole` stay on one line, the others wrap."""
    table = Table(box=None, header_style="bold")
    for name in columns:
        table.add_column(name, no_wrap=name in whole, overflow="fold")
    return table


def _runs(archive: Path, ids: Sequence[int]) -> list[sqlite3.Row]:
    """The rows of these runs in the archive, in the given order."""
    with _opened(archive) as conn:
        return [conn.execute(f"{_RUNS} WHERE r.id = ?", [run]).fetchone() for run in ids]


def _print_run(row: sqlite3.Row, state: str) -> None:
    what = " ".join(part for part in (row["flow"], row["source"]) if part)
    told = f"run {row['id']} · {beijing(row['started_at'])} Beijing time · {what} · "
    console.print(Text.assemble(told, (state, _COLOUR[state])))
    console.print("  " + " · ".join(f"{name} {row[name]}" for name in _COUNTED))
