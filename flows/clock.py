"""The clock from which all our own times are read."""

from __future__ import annotations

import os
from datetime import UTC, datetime


def now() -> datetime:
    """The current time. GAOXIN_CLOCK replaces it when days are played, as in the demo, so every machine gets the same
    archive."""
    played = os.environ.get("GAOXIN_CLOCK")
    return datetime.fromisoformat(played) if played else datetime.now(UTC)
