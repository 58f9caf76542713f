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
    """One list page to read: its address, and the slice of a backfill that it belongs to."""

    url: str
    slice: str


Ends = Literal["told", "empty", "missing"]
"""How a list ends: its last page is told, or a page holds nothing, or a page is not there (no paper on that day)."""


class Pages(Protocol):
    """How the list pages of a section are numbered."""

    @property
    def ends(self) -> Ends: ...

    def start(self, first: str, since: date | None, until: date) -> list[Ref]:
        """The first list pages to read, newest first. `first` is the section's absolute address; without `since` (a fetch
        of what is new) as many as a fetch may need."""
        ...

    def more(self, ref: Ref, html: str) -> list[Ref]:
        """The list pages that follow from what `ref` holds; those of the same slice are read with it. Empty at the end."""
        ...

    def told(self, ref: Ref, html: str) -> int | None:
        """The rows that this list page must hold for what it says of itself to be true; None where it does not say."""
        ...


class Items(Protocol):
    """How the links of a list page are found."""

    def __call__(self, html: str, url: str) -> list[Item]: ...


@dataclass(frozen=True, slots=True)
class Section:
    """One list of a source. `path` is relative to the source's home; `items` where it differs from the source's."""

    title: str
    path: str
    pages: Pages
    items: Items | None = None


@dataclass(frozen=True, slots=True)
class Meta:
    """A value in `<meta name=… content=…>`; the first name that holds one wins, letter case does not matter."""

    names: tuple[str, ...]


def meta(*names: str) -> Meta:
    """The content of the first of these meta tags that is not empty."""
    return Meta(names)


@dataclass(frozen=True, slots=True)
class Fixed:
    """A value that is the same on every page of a source."""

    value: str


def always(value: str) -> Fixed:
    """`value`, whatever the page: the origin of everything in a newspaper is the newspaper."""
    return Fixed(value)


@dataclass(frozen=True, slots=True)
class Anywhere:
    """A value that has no place of its own: it is looked for as on a page without a recipe."""


def anywhere() -> Anywhere:
    """By its label, beside the date, in the last lines: `2026-03-02 来源：X 作者：Y` in one element."""
    return Anywhere()


Where = str | Meta | Fixed | Anywhere
"""A CSS selector, a meta tag, a fixed value, or anywhere. The properties that Founder e-papers keep in a comment are read as
meta tags named `enp:<property>`."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the fields of an article stand, until a redesign. Old layouts stay, so that saved pages stay readable.

    drop      selectors of what stands inside the body but is not of it
    end       a regular expression: the paragraph that it finds, and all after it, is not of the body
    caption   selectors of captions inside the body: kept apart, in `extra["captions"]`
    further   selectors of links to the further pages of one article
    files     selectors of boxes beside the body in which its attachments are listed
    extra     more fields, kept in `extra` under these names
    day_only  the publisher dates by the day; a time of day on the page is the system's
    until     the last day on which the publisher used it; None for the present one
    """

    title: Where
    body: str
    published: Where | None = None
    origin: Where | None = None
    author: Where | None = None
    editor: Where | None = None
    drop: str | None = None
    end: str | None = None
    caption: str = "figcaption"
    further: str | None = None
    files: str | None = None
    extra: Mapping[str, Where] = field(default_factory=dict)
    day_only: bool = False
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
    insecure_tls  its certificate is not checked, and every observation says so: for a site that has none that holds
    tidy      at most one pure hook, for what no value can say
    """

    name: str
    title: str
    home: str
    zone: str | None
    since: date
    verified: str
    sections: Sequence[Section]
    items: Items | None
    layouts: Sequence[Layout]
    family: str = ""
    expect: Expect = Expect()
    rights: Rights = "full"
    insecure_tls: bool = False
    tidy: Callable[[Bulletin], Bulletin] | None = None
