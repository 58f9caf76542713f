"""Days in Datasette's filters are days in Beijing, whole ones: its own takes the day in UTC, and compares a day with a time as
two texts, so that nothing of the last day is found."""

from __future__ import annotations

import re
from typing import Any

from datasette.filters import Filters, TemplatedFilter  # type: ignore[import-untyped, unused-ignore]

TIMES = re.compile(r"(?:\w+_)?at")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_ZONED = "iif({c} GLOB '*T*[-+Z]*', '+8 hours', '+0 hours')"
"""A time that names no zone is the publisher's own, in Beijing already."""


class _OfDays(TemplatedFilter):  # type: ignore[misc, unused-ignore]
    """A filter of Datasette's; of a column of times, told a day, it asks for the day."""

    def where_clause(self, table: str, column: str, value: str, param_counter: int) -> Any:
        if not (TIMES.fullmatch(column) and _DAY.fullmatch(value)):
            return super().where_clause(table, column, value, param_counter)
        operator = self.sql_template.split()[-2]
        day = f"coalesce(date({{c}}, {_ZONED}), {{c}})".format(c=f'"{column}"')  # a month alone is no date of SQLite's
        return f"{day} {operator} :p{param_counter}", value


def teach() -> None:
    """Put them in the place of Datasette's."""
    of_days = ("date", "gt", "gte", "lt", "lte")
    for name in of_days:
        known = Filters._filters_by_key[name]
        Filters._filters_by_key[name] = _OfDays(
            known.key, known.display, known.sql_template, known.human_template, known.format, known.numeric
        )
