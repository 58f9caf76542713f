"""Answers Datasette's queries about a search from memory: how many bulletins it found, their sources, years and origins, and
how many were withdrawn or edited. It also returns the best matches first where that is wanted.

A query is recognised by the form of its SQL. Any other, with a filter beside the search, is left to SQLite.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

from datasette.database import QueryInterrupted, Results  # type: ignore[import-untyped, unused-ignore]

from archive.browse.hits import AMONG_FEW, AMONG_MANY, Memory

if TYPE_CHECKING:
    from numpy import int32
    from numpy.typing import NDArray

_WHERE = rf"(?P<where> where (?:{re.escape(AMONG_FEW)}|{re.escape(AMONG_MANY)}))"
_COUNT = re.compile(rf"select count\(\*\) from bulletins{_WHERE}")
_FACET = re.compile(
    r"select (?P<column>source|year|origin) as value, count\(\*\) as count from \( select [\w, \[\]]+ from bulletins"
    rf"{_WHERE}? \) where (?P=column) is not null group by (?P=column) order by count desc, value limit (?P<limit>\d+)"
)
REVISED = (
    "select document_id from (select document_id, change, content_sha256, lag(content_sha256) over"
    " (partition by document_id order by captured_at, id) as text_before from versions"
    " where content_sha256 is not null and document_id in ({})) where content_sha256 <> text_before and change <> 'recleaned'"
)
"""The document of each revision by a publisher, among some documents: of each version with another text than the one before,
which may also be marked as a return or a move."""
CHANGED = {
    "gone": "status = 'gone'",
    "edited": "substr(revised_places(), document_id, 1) = x'01'",
}
"""Which bulletins are withdrawn now, or were revised by their publisher; `versions` counts withdrawals and recleaning too."""
_READ = CHANGED | {"edited": f"document_id in ({REVISED.format('select document_id from versions where version > 1')})"}
"""The same as it is read from the tables, once after each change of the file: comparing 100,000 texts takes .15 s."""
_CHANGED = re.compile(
    rf"select count\(\*\) from bulletins{_WHERE}? (?:where|and) (?:"
    + "|".join(f"(?P<{name}>{re.escape(condition)})" for name, condition in CHANGED.items())
    + ")"
)
_ORDER = re.compile(r" order by [\w ,]+ limit (\d+)$")
RANKED = "ranked"
"""The parameter of a query that wants its best rows first. It gives one page only: Datasette pages by date or number."""


def remember(db: Any, memory: Memory, columns: Columns) -> None:
    """Answer Datasette's queries on this database from memory where possible."""
    execute = db.execute

    async def told(sql: str, params: Mapping[str, Any] | Sequence[Any] | None = None, *rest: Any, **named: Any) -> Any:
        plain = " ".join(sql.split())
        query = params.get("search", "") if isinstance(params, Mapping) else ""
        if _COUNT.fullmatch(plain):
            hits = await db.execute_fn(lambda conn: memory.find(conn, db.name, query))
            return Results([(hits.total,)], False, [("count(*)",)])
        if facet := _FACET.fullmatch(plain):

            def count(conn: sqlite3.Connection) -> list[dict[str, Any]]:
                places = memory.find(conn, db.name, query).places if facet["where"] else None
                return columns.of(conn, facet["column"]).counted(places, int(facet["limit"]))

            return Results(await db.execute_fn(count), False, [("value",), ("count",)])
        if changed := _CHANGED.fullmatch(plain):

            def total(conn: sqlite3.Connection) -> int:
                places = memory.find(conn, db.name, query).places if changed["where"] else None
                return sum(one["count"] for one in columns.of(conn, str(changed.lastgroup)).counted(places, 1))

            return Results([(await db.execute_fn(total),)], False, [("count(*)",)])
        if isinstance(params, Mapping) and RANKED in params and (order := _ORDER.search(plain)):
            best = f" order by search_rank(:search, document_id) limit {int(order[1]) - 1}"
            return await execute(plain[: order.start()] + best, params, *rest, **named)
        return await execute(sql, params, *rest, **named)

    db.execute = told


async def changed(db: Any, sql: str, params: Mapping[str, Any]) -> dict[str, int]:
    """How many bulletins of Datasette's page query were withdrawn, and how many edited; empty if counting takes too long."""
    among = sql.partition(" from ")[2].rpartition(" order by ")[0].strip()
    joined = "and" if " where " in among else "where"
    try:
        return {
            name: (await db.execute(f"select count(*) from {among} {joined} {condition}", params)).first()[0]
            for name, condition in CHANGED.items()
        }
    except QueryInterrupted:
        return {}


@dataclass(frozen=True, slots=True)
class _Column:
    """The values of a column, and for each document the number of its value, from 1 on; 0 if it has none."""

    values: Sequence[str]
    numbers: NDArray[int32]

    def counted(self, places: bytes | None, limit: int) -> list[dict[str, Any]]:
        """The most frequent values, among all documents or those whose byte in `places` is 1."""
        import numpy as np

        numbers = self.numbers
        if places is not None:
            numbers = numbers[: len(places)] * np.frombuffer(places, np.uint8)[: len(numbers)]
        totals = np.bincount(numbers, minlength=len(self.values) + 1)[1:]
        found = [(int(totals[n]), value) for n, value in enumerate(self.values) if totals[n]]
        found.sort(key=lambda one: (-one[0], one[1]))
        return [{"value": value, "count": total} for total, value in found[:limit]]


class Columns:
    """The columns of one file, for all connections; read again after the file has changed."""

    def __init__(self) -> None:
        self._read: dict[str, tuple[object, _Column]] = {}
        self._lock = Lock()

    def of(self, conn: sqlite3.Connection, name: str) -> _Column:
        """The column `name`, or the bulletins that meet the condition of this name in `CHANGED`."""
        path = Path(conn.execute("PRAGMA database_list").fetchone()[2]).resolve()  # its log is not beside a link to it
        with self._lock:
            state = [_written(file) for file in (path, Path(f"{path}-wal"))]
            if name not in self._read or self._read[name][0] != state:
                self._read[name] = state, _read(conn, name)
            return self._read[name][1]

    def teach(self, conn: sqlite3.Connection) -> None:
        """Register the SQL function that `CHANGED` uses."""
        conn.create_function(
            "revised_places", 0, lambda: self.of(conn, "edited").numbers.astype("uint8").tobytes(), deterministic=True
        )


def _written(file: Path) -> tuple[int, int] | None:
    """When a file was last written, and its length; None if there is none."""
    try:
        told = file.stat()
    except FileNotFoundError:
        return None
    return told.st_mtime_ns, told.st_size


def _read(conn: sqlite3.Connection, name: str) -> _Column:
    import numpy as np

    value, condition = (f"'{name}'", _READ[name]) if name in CHANGED else (name, f"{name} IS NOT NULL")
    sql = f"SELECT {value}, group_concat(document_id) FROM bulletins WHERE {condition} GROUP BY 1"
    found = [(value, np.fromstring(ids, np.int64, sep=",")) for value, ids in conn.execute(sql)]
    numbers = np.zeros(max((ids.max() for _, ids in found), default=0), np.int32)
    for number, (_, ids) in enumerate(found, 1):
        numbers[ids - 1] = number
    return _Column([value for value, _ in found], numbers)
