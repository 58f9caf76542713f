"""Requests that cannot be answered, and why: an unknown column, a date that is none, wrong SQL, a withheld bulletin."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable
from contextlib import closing
from dataclasses import dataclass
from typing import Any

from datasette.filters import Filters  # type: ignore[import-untyped, unused-ignore]
from datasette.utils import escape_sqlite, urlsafe_components  # type: ignore[import-untyped, unused-ignore]
from datasette.views.base import DatasetteError  # type: ignore[import-untyped, unused-ignore]

from archive.browse.about import SHOWN
from archive.browse.filters import DATED, TIMES, UNKNOWN, is_date, several

ONLY_IN_LINKS = {"_next", "_through"}
"""URL parameters that only a page's links are meant to give: Datasette fails on most values that somebody typed."""


@dataclass(frozen=True, slots=True)
class Withheld:
    """Why a bulletin is withheld, and the hashes of its versions, which are kept."""

    key: str
    level: str
    reason: str
    reference: str | None
    hashes: list[str]


def check(parameters: Iterable[tuple[str, str]], columns: Collection[str]) -> None:
    """Raise an error if one of the URL parameters filters by an unknown column or operator, or by a date that is none. SQLite
    would take the column name for a text, and compare dates as texts; Datasette would ignore the operator."""
    for name, value in parameters:
        if name.startswith("_") and "__" not in name:
            continue
        column, lookup = name.rsplit("__", 1) if "__" in name else (name, "exact")
        if column not in (*columns, "rowid"):
            raise DatasetteError(f"没有“{column}”这一栏；有的是：{'、'.join(columns)}。", title=UNKNOWN, status=400)
        if lookup not in Filters._filters_by_key:
            known = "、".join(Filters._filters_by_key)
            raise DatasetteError(f"没有“{lookup}”这种条件；有的是：{known}。", title=UNKNOWN, status=400)
        values = several(value) if lookup in ("in", "notin") else [value] if lookup in DATED else []
        if TIMES.fullmatch(column) and (wrong := [one for one in values if not is_date(str(one))]):
            form = "日期写作 2026、2026-03 或 2026-03-02，也可带时刻：2026-03-02T10:30:00+08:00"
            raise DatasetteError(f"“{wrong[0]}”不是日期。{form}。", title=UNKNOWN, status=400)


def syntax_error(sql: str) -> str | None:
    """SQLite's message on a syntax error in `sql`; None if there is none. Nothing is run."""
    with closing(sqlite3.connect(":memory:")) as conn:
        try:
            conn.execute(f"EXPLAIN {sql}")
        except (sqlite3.Error, sqlite3.Warning) as error:
            return str(error) if "syntax error" in str(error) else None
    return None


async def is_withheld(db: Any, table: str, keys: str) -> bool:
    """Whether a table has a row with this primary key, as it stands in its URL, that its list leaves out."""
    columns, values = await db.primary_keys(table) or ["rowid"], urlsafe_components(keys)
    if table not in SHOWN or len(columns) != len(values):
        return False
    where = " AND ".join(f"{escape_sqlite(column)} = ?" for column in columns)
    found = await db.execute(f"SELECT 1 FROM {escape_sqlite(table)} WHERE {where} AND NOT ({SHOWN[table]})", values)
    return found.first() is not None


async def withheld(db: Any, number: str) -> Withheld | None:
    """Why the bulletin with this number is withheld; None if it is not."""
    found = await db.execute(
        "SELECT d.key, w.level, w.reason, w.reference FROM withheld w JOIN documents d ON d.id = w.document_id"
        " WHERE d.id = ? ORDER BY w.level LIMIT 1",
        [number],
    )
    if (row := found.first()) is None:
        return None
    hashes = await db.execute(
        "SELECT hash FROM versions WHERE document_id = ? ORDER BY captured_at DESC, id DESC", [number]
    )
    return Withheld(**dict(row), hashes=[version[0] for version in hashes])
