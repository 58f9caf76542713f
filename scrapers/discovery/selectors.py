"""CSS selectors for an element of a page, the simplest first.

A selector here is a proposal: the caller tries it on every page that it must fit.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bs4 import Tag

MOST_ABOVE = 6
"""The maximum number of ancestors whose names are used."""

_NAME = re.compile(r"[A-Za-z_][\w-]*", re.ASCII)
_PASSING = re.compile(
    r"\d{3}|^(?:odd|even|first|last|cur|current|on|off|active|hover|selected|top|hot|new|red|bold|clear\w*|fix|fl|fr|l|r|wow"
    r"|animated|[a-z]+-?\d+)$",
    re.IGNORECASE,
)
"""Names for an element's looks or current state, and numbered names: they do not last."""


def names(element: Tag) -> Iterator[str]:
    """Selectors from an element's own id and classes, as far as they look permanent."""
    identity = element.get("id")
    if isinstance(identity, str) and _lasts(identity):
        yield f"#{identity}"
    for name in element.get_attribute_list("class"):
        if isinstance(name, str) and _lasts(name):
            yield f"{element.name}.{name}"


def numbered(element: Tag) -> Iterator[str]:
    """An element's classes that end with a number, for use where nothing else has a name."""
    for name in element.get_attribute_list("class"):
        if isinstance(name, str) and re.fullmatch(r"[A-Za-z_-]+\d{1,3}", name):
            yield f"{element.name}.{name}"


def selectors(element: Tag, root: Tag | None = None) -> Iterator[str]:
    """Selectors that find `element`, perhaps among others, below `root` or in the whole page."""
    yield from names(element)
    if element.name in ("h1", "time", "article"):
        yield element.name
    if root:
        yield from (element.name, f"{element.name}:last-child")
    inner = element.name
    yield from numbered(element)
    for _, above in zip(range(MOST_ABOVE), element.parents, strict=False):
        if above is root or above.name in ("body", "html", "[document]"):
            return
        if root:
            yield f"{above.name} {element.name}"
        for name in names(above):
            yield f"{name} {element.name}"
            for mine in names(element):
                yield f"{name} {mine}"
            yield f"{name} > {inner}"
        inner = f"{above.name} > {inner}"


def _lasts(name: str) -> bool:
    return bool(_NAME.fullmatch(name)) and not _PASSING.search(name)
