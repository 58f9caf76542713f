"""Where the fields of a page are looked for: its lines by their place around the article."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

Told = tuple[str | None, str]
"""A value, and where it was found; (None, "") where the page does not tell."""

NOTHING: Told = (None, "")


@dataclass(frozen=True, slots=True)
class Around:
    """The lines of a page by their place: above the heading, between it and the article, the article's own, and below it."""

    above: Sequence[str]
    before: Sequence[str]
    body: Sequence[str]
    after: Sequence[str]

    def places(self) -> Iterator[tuple[str, Sequence[str]]]:
        """Where fields stand, the likeliest place first: nearest to the article."""
        yield "between heading and article", self.before[::-1]
        yield "first lines of the article", [line for line in self.body[:4] if len(line) < 60]
        yield "below the article", self.after[:8]
        yield "last lines of the article", [line for line in self.body[:3:-1][:6] if len(line) < 80]
        yield "above the heading", self.above[::-1]
