"""Makes Datasette filter as its readers mean it.

Days are whole days in Beijing: its own filters take the day in UTC, and compare a day with a time as text, so that they find
nothing of the last day. A part of a site's title finds its bulletins, as a part of its name does.
"""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import datetime
from typing import Any

from datasette.filters import Filters, InFilter, TemplatedFilter  # type: ignore[import-untyped, unused-ignore]
from datasette.views.base import DatasetteError  # type: ignore[import-untyped, unused-ignore]

UNKNOWN = "网址有一处不对"
"""The title of an error whose message is a sentence for readers."""
TIMES = re.compile(r"(?:\w+_)?at")
DATED = ("exact", "not", "date", "gt", "gte", "lt", "lte")
"""The filters that compare dates, where a column holds times."""
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_DATE = re.compile(r"\d{4}(-\d\d(-\d\d(T\d\d:\d\d(:\d\d)?(Z|[-+]\d\d:\d\d)?)?)?)?", re.ASCII)
_ZONED = "iif({c} GLOB '*T*[-+Z]*', '+8 hours', '+0 hours')"
"""A time without a zone is the publisher's own, already in Beijing time."""


def is_date(value: str) -> bool:
    """Whether `value` is a year, month, day or time as the archive writes it: `2026`, `2026-03-02T10:30:00+08:00`."""
    try:
        return bool(_DATE.fullmatch(value) and datetime.fromisoformat(value + "-01-01"[: max(0, 10 - len(value))]))
    except ValueError:
        return False


class _OfDays(TemplatedFilter):  # type: ignore[misc, unused-ignore]
    """A Datasette filter that compares days, if its column holds times and its value is a day."""

    def where_clause(self, table: str, column: str, value: str, param_counter: int) -> Any:
        if not (TIMES.fullmatch(column) and _DAY.fullmatch(value)):
            return super().where_clause(table, column, value, param_counter)
        operator = self.sql_template.split()[-2]
        day = f"coalesce(date({{c}}, {_ZONED}), {{c}})".format(c=f'"{column}"')  # SQLite has no date for a month alone
        return f"{day} {operator} :p{param_counter}", value


class _OfSites(TemplatedFilter):  # type: ignore[misc, unused-ignore]
    """A Datasette filter by a part of a text, which for a source also looks at the site's title."""

    def where_clause(self, table: str, column: str, value: str, param_counter: int) -> Any:
        condition, converted = super().where_clause(table, column, value, param_counter)
        if column == "source":
            titled = super().where_clause(table, "title", value, param_counter)[0]
            condition = f"({condition} or source in (select name from sources where {titled}))"
        return condition, converted


def several(value: str) -> list[Any]:
    """The values of a filter by several: with commas between them, or a JSON list. Raises an error for readers."""
    with suppress(ValueError):
        values: list[Any] = InFilter().split_value(value)
        if all(isinstance(one, (str, int, float)) for one in values):
            return values
    form = '几个值之间用逗号隔开，或写作 JSON 列表：["甲","乙"]'
    raise DatasetteError(f"“{value}”读不出几个值。{form}。", title=UNKNOWN, status=400)


def teach() -> None:
    """Replace Datasette's filters by these."""
    for name in ("in", "notin"):
        Filters._filters_by_key[name].split_value = several
    parts = ("contains", "startswith", "endswith", "like", "glob")
    for name, kind in (*dict.fromkeys(DATED[2:], _OfDays).items(), *dict.fromkeys(parts, _OfSites).items()):
        known = Filters._filters_by_key[name]
        Filters._filters_by_key[name] = kind(
            known.key, known.display, known.sql_template, known.human_template, known.format, known.numeric
        )
