"""Makes Datasette filter by whole days in Beijing. Its own filters take the day in UTC, and compare a day with a time as text,
so that they find nothing of the last day.
"""

from __future__ import annotations

import re
from typing import Any

from datasette.filters import Filters, TemplatedFilter  # type: ignore[import-untyped, unused-ignore]

TIMES = re.compile(r"(?:\w+_)?at")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_ZONED = "iif({c} GLOB '*T*[-+Z]*', '+8 hours', '+0 hours')"
"""A time without a zone is the publisher's own, already in Beijing time."""


class _OfDays(TemplatedFilter):  # type: ignore[misc, unused-ignore]
    """A Datasette filter that compares days, if its column holds times and its value is a day."""

    def where_clause(self, table: str, column: str, value: str, param_counter: int) -> Any:
        if not (TIMES.fullmatch(column) and _DAY.fullmatch(value)):
            return super().where_clause(table, column, value, param_counter)
        operator = self.sql_template.split()[-2]
        day = f"coalesce(date({{c}}, {_ZONED}), {{c}})".format(c=f'"{column}"')  # SQLite has no date for a month alone
        return f"{day} {operator} :p{param_counter}", value


def teach() -> None:
    """Replace Datasette's filters by these."""
    of_days = ("date", "gt", "gte", "lt", "lte")
    for name in of_days:
        known = Filters._filters_by_key[name]
        Filters._filters_by_key[name] = _OfDays(
            known.key, known.display, known.sql_template, known.human_template, known.format, known.numeric
        )
