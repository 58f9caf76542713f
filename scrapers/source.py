"""Source, Section, Layout, Expect: how one publisher is described, as values.

A recipe in `scrapers/sources/` is made of these and nothing else; what they mean is carried out by `listing.py`
(which pages hold links) and `article.py` (what a page says).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal, Protocol

from scrapers.model import Bulletin, Item

Rights = Literal["full", "excerpt", "metadata"]


@dataclass(frozen=True, slots=True)
class Ref:
    """One list page to read: its address and the slice of a backfill it belongs to."""

    url: str
    slice: str


class Pages(Protocol):
    """How the list pages of a section are numbered."""

    def start(self, first: str, since: date | None, until: date) -> list[Ref]:
        """The first list pages to read, newest first; `first` is the section's absolute address."""
        ...

    def more(self, ref: Ref, html: str) -> list[Ref]:
        """The list pages that follow from what `ref` holds; empty at the end."""
        ...


class Items(Protocol):
    """How the links of a list page are found."""

    def __call__(self, html: str, url: str) -> list[Item]: ...


@dataclass(frozen=True, slots=True)
class Section:
    """One list of a source. `path` is relative to the source's home."""

    title: str
    path: str
    pages: Pages


@dataclass(frozen=True, slots=True)
class Meta:
    """A value in `<meta name=… content=…>`; the first name that holds one wins, letter case does not matter."""

    names: tuple[str, ...]


def meta(*names: str) -> Meta:
    """The content of the first of these meta tags that is not empty."""
    return Meta(names)


Where = str | Meta
"""A CSS selector, or a meta tag."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the fields of an article stand, until a redesign. Old layouts stay, so that saved pages stay readable.

    drop     selectors of what stands inside the body but is not of it
    caption  selectors of captions inside the body: kept apart, in `extra["captions"]`
    until    the last day on which the publisher used it; None for the present one
    """

    title: Where
    body: str
    published: Where | None = None
    origin: Where | None = None
    author: Where | None = None
    editor: Where | None = None
    drop: str | None = None
    caption: str = "figcaption"
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Expect:
    """What is normal for a source: bulletins a month (least, most) and the share of bulletins that fill a field."""

    per_month: tuple[int, int] | None = None
    fill: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Source:
    """A publisher we scrape.

    since     the first day worth asking for in a backfill
    verified  the day a person last saw it work live, or "never"; a source never seen to work is not scheduled
    rights    what may be shown and exported to others
    tidy      at most one pure hook, for what no value can say
    """

    name: str
    title: str
    home: str
    zone: str | None
    since: date
    verified: str
    sections: Sequence[Section]
    items: Items
    layouts: Sequence[Layout]
    family: str = ""
    expect: Expect = Expect()
    rights: Rights = "full"
    tidy: Callable[[Bulletin], Bulletin] | None = None
