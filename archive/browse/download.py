"""The rows of a list as a CSV for Excel: like `gaoxin export --bom`, with times in Beijing.

The keys of all rows are read first, then the rows by the hundred. Memory use stays flat, and a slow reader holds no thread and
no transaction of the archive. Rows withheld meanwhile are left out.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from typing import Any
from urllib.parse import parse_qsl, urlencode

from datasette import Response  # type: ignore[import-untyped, unused-ignore]
from datasette.utils import escape_sqlite, sqlite_timelimit  # type: ignore[import-untyped, unused-ignore]
from datasette.utils.asgi import AsgiStream, Request  # type: ignore[import-untyped, unused-ignore]
from datasette.views.base import DatasetteError  # type: ignore[import-untyped, unused-ignore]
from datasette.views.table import TableView  # type: ignore[import-untyped, unused-ignore]

from archive import export, times
from archive.browse.about import SHOWN
from archive.browse.filters import TIMES

ROWS = 100
LONGEST_MS = 60_000
_OF_PAGES = {"_next", "_size", "_ranked", "_labels", "_label", "_shape", "_facet", "_stream", "_dl"}
"""URL parameters that say how a page shows the rows, not which ones."""
_KEYS = {"version_details": "id"}


async def answer(datasette: Any, request: Any) -> Any:
    """The table at a URL, with its search, filters, order and columns, streamed as a file."""
    db, table = datasette.get_database(), request.url_vars["table"]
    asked = [pair for pair in parse_qsl(request.query_string, keep_blank_values=True) if pair[0] not in _OF_PAGES]
    query = urlencode([*asked, ("_nofacet", "1"), ("_nocount", "1")])
    try:
        found = await TableView(datasette).data(
            Request({**request.scope, "query_string": query.encode()}, None), _size=1
        )
        if isinstance(found, Response):
            return found
        told = found[0]
        key = _KEYS.get(table, "rowid")
        numbers = await db.execute_fn(lambda conn: _numbers(conn, key, **told["query"]))
    except sqlite3.OperationalError as error:
        raise DatasetteError(str(error), title="Invalid SQL", status=400) from error
    columns: dict[str, type] = dict.fromkeys(told["columns"], str)

    async def send(file: Any) -> None:
        await file.write("".join(export.excel_lines([], columns)))
        for start in range(0, len(numbers), ROWS):
            wanted = numbers[start : start + ROWS]
            rows = await db.execute_fn(lambda conn, wanted=wanted: _rows(conn, table, key, list(columns), wanted))
            await file.write("".join(export.excel_lines(rows, columns, is_start=False)))

    headers = {"content-disposition": f'attachment; filename="{table}.csv"'}
    return AsgiStream(send, headers=headers, content_type="text/csv; charset=utf-8")


def _numbers(conn: sqlite3.Connection, key: str, sql: str, params: dict[str, Any]) -> list[int]:
    """The keys of all rows that Datasette's query for one page selects from, in its order."""
    among = sql.partition(" from ")[2].rpartition(" limit ")[0]
    with sqlite_timelimit(conn, LONGEST_MS):
        return [row[0] for row in conn.execute(f"select {key} from {among}", params)]


def _rows(
    conn: sqlite3.Connection, table: str, key: str, columns: Sequence[str], numbers: Sequence[int]
) -> list[dict[str, Any]]:
    shown = ", ".join(map(escape_sqlite, columns))
    found = conn.execute(
        f"select {key}, {shown} from {escape_sqlite(table)} where {key} in (select value from json_each(?))"
        f" and {SHOWN.get(table, '1')}",
        [json.dumps(numbers)],
    )
    rows = {row[0]: {name: _told(name, row[n]) for n, name in enumerate(columns, 1)} for row in found}
    return [rows[number] for number in numbers if number in rows]


def _told(column: str, value: Any) -> Any:
    """A value as the file shows it: times in Beijing, and a year as a number, since a reader calculates with it."""
    if column == "year":
        return value and int(value)
    return times.zoned(value) if TIMES.fullmatch(column) else value
