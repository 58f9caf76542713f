"""Writes bulletins and versions to files for other programs: Parquet, JSON Lines, CSV. A file appears only when complete."""

from __future__ import annotations

import csv
import json
import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

from scrapers.model import Problem

Row = Mapping[str, Any]
Columns = Mapping[str, type]
"""The columns of a file in order: `str`, `int` or `list` (of str). Any value except a list may be None."""

_NO_TEXT = re.compile(r"[=+\-@\t\r]|(?!\d{4}-\d\d-\d\d\Z)\d[\d.,:/%年月日 -]*(?:[eE]\d+)?\Z")
"""What Excel reads as a formula, a number or a date. It would change the digits of a key such as 050543676467, and make
a day of this year of a title such as 3/15 or 3月15日. A whole date is left: it is one."""

STDOUT = Path("-")
"""The name of the standard output."""

GROUP_ROWS = 1000
GROUP_CHARACTERS = 8_000_000
"""A row group of Parquet ends after this many rows or characters, which limits the memory used."""


def form_of(file: Path, form: str | None = None) -> str:
    """The format of a file: the one that is named, else the one of its extension. Raises Problem if it is unknown."""
    form = form or file.suffix.removeprefix(".").lower()
    if form not in _WRITERS:
        raise Problem(f"{form or file.name} names no format: give --format parquet, jsonl or csv, or such an ending")
    return form


def write(rows: Iterable[Row], columns: Columns, file: Path, form: str, for_excel: bool = False) -> int:
    """Write `rows` one by one to `file`, which appears only when complete, or into a stream (see `is_stream`); returns the
    number of rows.

    form  `parquet` (zstd, one row group per thousand rows), `jsonl` (one object per line, lists as arrays) or `csv` (RFC 4180,
          lists as JSON, None as an empty field); text is UTF-8
    for_excel  begin a CSV with a byte-order mark, without which Excel reads it as GBK; put an apostrophe before what Excel
               would read as a formula or a number

    Raises Problem if the file cannot be written, or `for_excel` is set for another form.
    """
    if for_excel and form != "csv":
        raise Problem(f"--bom is for CSV, which Excel opens: {file} is {form}")
    counted = _Counted(rows)

    def fill(opened: IO[bytes]) -> None:
        if for_excel:
            opened.writelines(line.encode() for line in excel_lines(counted, columns))
        else:
            _WRITERS[form](counted, columns, opened)

    _write(file, fill)
    return counted.total


def write_bytes(data: bytes, file: Path) -> None:
    """Write bytes as `write` writes rows. Raises Problem if the file cannot be written."""
    _write(file, lambda opened: opened.write(data))


def _write(file: Path, fill: Callable[[IO[bytes]], object]) -> None:
    try:
        if file == STDOUT:
            fill(sys.stdout.buffer)
        elif is_stream(file):
            _into(file, fill)
        else:
            _in_place_of(file, fill)
    except BrokenPipeError:  # its reader has seen enough
        raise
    except OSError as error:
        raise Problem(f"{file} cannot be written ({error.strerror or error}): check its folder") from error


def is_stream(file: Path) -> bool:
    """Whether a file is the standard output, a pipe or a device: what is written into it, and never replaced."""
    return file == STDOUT or (file.exists() and not file.is_file() and not file.is_dir())


def _into(file: Path, fill: Callable[[IO[bytes]], object]) -> None:
    with file.open("wb") as opened:
        fill(opened)


def _in_place_of(file: Path, fill: Callable[[IO[bytes]], object]) -> None:
    unfinished = Path(f"{file}.{os.getpid()}.open")  # no other file's name
    try:
        _into(unfinished, fill)
        unfinished.replace(file)
    finally:
        with suppress(OSError):
            unfinished.unlink(missing_ok=True)


class _Counted:
    """Rows, with a count of those taken."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self.rows = rows
        self.total = 0

    def __iter__(self) -> Iterator[Row]:
        for row in self.rows:
            self.total += 1
            yield row


def excel_lines(rows: Iterable[Row], columns: Columns, is_start: bool = True) -> Iterator[str]:
    """The lines of a CSV as `write` makes it for Excel. Without `is_start`, the byte-order mark and the header are left out."""
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
    """A file whose `write` returns the line that csv gives it."""

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
