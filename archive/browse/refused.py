"""What an address asks for that cannot be shown, and why: a column that is not there, SQL that is wrong, a bulletin that is
withheld."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable
from contextlib import closing
from dataclasses import dataclass
from typing import Any

from datasette.filters import Filters  # type: ignore[import-untyped, unused-ignore]
from datasette.views.base import DatasetteError  # type: ignore[import-untyped, unused-ignore]

UNKNOWN = "网址有一处不对"
"""The title of an error whose message is a sentence for readers."""


@dataclass(frozen=True, slots=True)
class Withheld:
    """Why a bulletin is withheld, and the hashes of its versions, which stay."""

    key: str
    level: str
    reason: str
    reference: str | None
    hashes: list[str]


def check(parameters: Iterable[str], columns: Collection[str]) -> None:
    """Raises an error of the address where one of its parameters is a filter by a column or an operator that is not there.
    SQLite would take the name of the column for a text, and Datasette would pass over the operator."""
    for name in parameters:
        if name.startswith("_") and "__" not in name:
            continue
        column, lookup = name.rsplit("__", 1) if "__" in name else (name, "exact")
        if column not in (*columns, "rowid"):
            raise DatasetteError(f"没有“{column}”这一栏；有的是：{'、'.join(columns)}。", title=UNKNOWN, status=400)
        if lookup not in Filters._filters_by_key:
            known = "、".join(Filters._filters_by_key)
            raise DatasetteError(f"没有“{lookup}”这种条件；有的是：{known}。", title=UNKNOWN, status=400)


def syntax_error(sql: str) -> str | None:
    """What SQLite says is wrong in the form of `sql`; None where that is right. Nothing is run."""
    with closing(sqlite3.connect(":memory:")) as conn:
        try:
            conn.execute(f"EXPLAIN {sql}")
        except (sqlite3.Error, sqlite3.Warning) as error:
            return str(error) if "syntax error" in str(error) else None
    return None


async def withheld(db: Any, number: str) -> Withheld | None:
    """Why the bulletin with this number is withheld; None where it is not."""
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
