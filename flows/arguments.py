"""What a person types on the command line, as values; what cannot be one is a Problem that says what to do."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from pathlib import Path

from scrapers.dates import SHANGHAI
from scrapers.model import Problem
from scrapers.urls import normalise


def read_bytes(file: Path) -> bytes:
    """The bytes of a file."""
    try:
        return file.read_bytes()
    except OSError as error:
        raise Problem(f"{file} cannot be read ({error.strerror}): check the path") from error


def normal_name(name: str) -> str:
    """The name of a document or a version: an address in the archive's spelling; a key or the digits of a hash unchanged."""
    return normalise(name) if "://" in name else name


def day(text: str, option: str) -> date:
    """A calendar day."""
    try:
        told = date.fromisoformat(text)
        datetime.combine(told, time(), SHANGHAI).astimezone(UTC)  # the first day of all begins before all time
        return told
    except (ValueError, OverflowError) as error:
        raise Problem(f"{option} {text} is no day: write it as 2021-05-31") from error


def days(since: str | None, until: str | None) -> tuple[date | None, date | None]:
    """The days of `--since` and `--until`, which may be left out."""
    return day(since, "--since") if since else None, day(until, "--until") if until else None


def moment(at: str | None, replay: Path | None) -> datetime | None:
    """The moment of a replay; None without `--at`. A day means its end, and a time without a zone is Beijing time."""
    if at is None:
        return None
    if replay is None:
        raise Problem(
            f"--at {at} is for a replay, and the web is asked as it is now: give --replay too, or leave it out"
        )
    try:
        told = datetime.fromisoformat(at)
        if len(at) <= 10:
            told = told.replace(hour=23, minute=59, second=59)
        told = told if told.tzinfo else told.replace(tzinfo=SHANGHAI)
        told.astimezone(UTC)  # the archive's times are in UTC, and the last day of all ends after all time
    except (ValueError, OverflowError) as error:
        raise Problem(f"--at {at} is no time: write it as 2026-03-02 or 2026-03-02T08:00") from error
    return told
