"""Bulletins and versions as files for other programs: Parquet, JSON Lines, CSV. Written row by row, whole or not at all."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

from scrapers.model import Problem

Row = Mapping[str, Any]
Columns = Mapping[str, type]
"""The columns of a file in order: `str`, `int` or `list` (of str). Any value may be None but a list."""

_NO_TEXT = re.compile(r"[=+\-@\t\r]|\d+(?:[eE]\d+)?\Z")
"""What Excel takes for a formula, or for a number: of a key such as 050543676467 it would keep other digits."""

GROUP_ROWS = 1000
GROUP_CHARACTERS = 8_000_000
"""A row group of Parquet ends after so many rows, or so much text: what is held in memory."""


def form_of(file: Path, form: str | None = None) -> str:
    """The format of a file: the one that is named, else by its ending. Raises Problem for one that is unknown."""
    form = form or file.suffix.removeprefix(".").lower()
    if form not in _WRITERS:
        raise Problem(f"{form or file.name} names no format: give --format parquet, jsonl or csv, or such an ending")
    return form


def write(rows: Iterable[Row], columns: Columns, file: Path, form: str, for_excel: bool = False) -> int:
    """Write `rows` to `file`, which appears when it is whole; returns how many.

    form  `parquet` (zstd, one row group a thousand rows), `jsonl` (one object a line, lists as arrays) or `csv` (RFC 4180,
          lists as JSON, an empty field for what is not told); texts are UTF-8
    for_excel  a CSV begins with a byte-order mark, without which Excel reads it as GBK, and what Excel would take for a formula
               or a number is marked as text by an apostrophe

    Raises Problem where the file cannot be written, or the form is none of Excel's.
    """
    if for_excel and form != "csv":
        raise Problem(f"--bom is for CSV, which Excel opens: {file} is {form}")
    unfinished = Path(f"{file}.open")
    counted = _Counted(rows)
    try:
        with unfinished.open("wb") as opened:
            if for_excel:
                opened.writelines(line.encode() for line in excel_lines(counted, columns))
            else:
                _WRITERS[form](counted, columns, opened)
        unfinished.replace(file)
    except OSError as error:
        raise Problem(f"{file} cannot be written ({error.strerror or error}): check its folder") from error
    finally:
        with suppress(OSError):
            unfinished.unlink(missing_ok=True)
    return counted.total


class _Counted:
    """Rows, and how many were taken."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self.rows = rows
        self.total = 0

    def __iter__(self) -> Iterator[Row]:
        for row in self.rows:
            self.total += 1
            yield row


def excel_lines(rows: Iterable[Row], columns: Columns, is_start: bool = True) -> Iterator[str]:
    """The lines of a CSV as `write` makes it for Excel; without the mark and the names of the columns where it goes on."""
    if is_start:
        yield "\ufeff"
    yield from _csv_lines(map(_as_text, rows), columns, is_start)


def _as_text(row: Row) -> Row:
    return {
        name: f"'{value}" if isinstance(value, str) and _NO_TEXT.match(value) else value for name, value in row.items()
    }


def _jsonl(rows: Iterable[Row], columns: Columns, file: IO[bytes]) -> None:
    for row in rows:
        told = {name: row[name] for name in columns}
        file.write(json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode() + b"\n")


def _csv(rows: Iterable[Row], columns: Columns, file: IO[bytes]) -> None:
    file.writelines(line.encode() for line in _csv_lines(rows, columns))


class _Line:
    """Gives back what csv writes."""

    def write(self, line: str) -> str:
        return line


def _csv_lines(rows: Iterable[Row], columns: Columns, is_start: bool = True) -> Iterator[str]:
    def line(values: Iterable[Any]) -> str:
        written: Any = writer.writerow(values)  # what `_Line.write` returned
        return str(written)

    writer = csv.writer(_Line())
    if is_start:
        yield line(columns)
    for row in rows:
        yield line(
            json.dumps(row[name], ensure_ascii=False) if kind is list else row[name] for name, kind in columns.items()
        )


def _parquet(rows: Iterable[Row], columns: Columns, file: IO[bytes]) -> None:
    import pyarrow
    from pyarrow import parquet

    kinds = {str: pyarrow.string(), int: pyarrow.int64(), list: pyarrow.list_(pyarrow.string())}
    schema = pyarrow.schema([(name, kinds[kind]) for name, kind in columns.items()])
    with parquet.ParquetWriter(file, schema, compression="zstd") as writer:
        for group in _groups(rows):
            writer.write_table(pyarrow.Table.from_pylist(group, schema=schema))


def _groups(rows: Iterable[Row]) -> Iterator[list[Row]]:
    group: list[Row] = []
    size = 0
    for row in rows:
        group.append(row)
        size += sum(len(value) for value in row.values() if isinstance(value, str))
        if len(group) == GROUP_ROWS or size > GROUP_CHARACTERS:
            yield group
            group, size = [], 0
    if group:
        yield group


_WRITERS: Mapping[str, Callable[[Iterable[Row], Columns, IO[bytes]], None]] = {
    "parquet": _parquet,
    "jsonl": _jsonl,
    "csv": _csv,
}
