"""The clock from which all our own times are read."""

from __future__ import annotations

import os
from datetime import UTC, datetime

from scrapers.dates import SHANGHAI
from scrapers.model import Problem


def now() -> datetime:
    """The current time. GAOXIN_CLOCK replaces it when days are played, as in the demo, so every machine gets the same
    archive; without a zone it is Beijing time. Raises Problem if it is no time."""
    played = os.environ.get("GAOXIN_CLOCK")
    if not played:
        return datetime.now(UTC)
    try:
        moment = datetime.fromisoformat(played)
    except ValueError as error:
        raise Problem(
            f"GAOXIN_CLOCK is {played}, which is no time: write it as 2026-03-02T12:00, or unset it"
        ) from error
    return moment if moment.tzinfo else moment.replace(tzinfo=SHANGHAI)
