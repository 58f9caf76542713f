"""The lines of a page by their place around the article, where its fields are looked for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

Told = tuple[str | None, str]
"""A value, and where it was found; (None, "") where the page gives none."""

NOTHING: Told = (None, "")


@dataclass(frozen=True, slots=True)
class Around:
    """The lines of a page: above the heading, between it and the article, in the article, and below it."""

    above: Sequence[str]
    before: Sequence[str]
    body: Sequence[str]
    after: Sequence[str]

    def places(self) -> Iterator[tuple[str, Sequence[str]]]:
        """The places to look for fields, the likeliest first."""
        yield "between heading and article", self.before[::-1]
        yield "first lines of the article", [line for line in self.body[:4] if len(line) < 60]
        # cnblogs signs its posts with `posted @`, however far below the text
        yield "below the article", [*self.after[:8], *(line for line in self.after[8:] if line.startswith("posted @"))]
        yield "last lines of the article", [line for line in self.body[:3:-1][:6] if len(line) < 80]
        yield "above the heading", self.above[::-1]


NOWHERE = Around((), (), (), ())
"""The lines of a page whose article has not been looked for."""
