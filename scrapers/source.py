"""Source, Section, Layout, Expect: the values that describe one publisher.

A recipe in `scrapers/sources/` consists of these and nothing else. `listing.py` (which pages a list has), `rows.py` (the links
on them) and `article.py` (what a page says) carry them out.
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
    """One list page to read: its address, and the backfill slice that it belongs to."""

    url: str
    slice: str


Ends = Literal["told", "empty", "missing"]
"""How a list ends: the last page is known (`told`), a page has no items (`empty`), or it does not exist
(`missing`, no paper)."""


class Pages(Protocol):
    """How the list pages of a section are numbered."""

    @property
    def ends(self) -> Ends: ...

    def start(self, first: str, since: date | None, until: date) -> list[Ref]:
        """The first list pages to read, newest first. `first` is the section's absolute address. Without `since` (an ordinary
        fetch of what is new), as many pages as a fetch may need."""
        ...

    def more(self, ref: Ref, html: str) -> list[Ref]:
        """The list pages that follow from `ref`'s content; empty at the end. Pages of the same slice are read together with
        it."""
        ...

    def rows_stated(self, ref: Ref, html: str) -> int | None:
        """The number of rows that this list page must hold by its own account; None where it gives none."""
        ...

    def is_end_known(self, ref: Ref, html: str, rows: int) -> bool:
        """Whether it is clear from this list page, which holds `rows` rows, how far the list goes. Where it is not, the recipe
        may have the wrong pager, and the list may be read in part only."""
        ...


class Items(Protocol):
    """How the links of a list page are found."""

    def __call__(self, html: str, url: str) -> list[Item]: ...


@dataclass(frozen=True, slots=True)
class Section:
    """One list of a source. `path` is relative to the source's home. `items` is set only where it differs from the source's."""

    title: str
    path: str
    pages: Pages
    items: Items | None = None


@dataclass(frozen=True, slots=True)
class Meta:
    """A value in `<meta name=… content=…>`. The first of `names` with a value wins; letter case is ignored."""

    names: tuple[str, ...]


def meta(*names: str) -> Meta:
    """The content of the first of these meta tags that is not empty."""
    return Meta(names)


@dataclass(frozen=True, slots=True)
class Fixed:
    """A value that is the same on every page of a source."""

    value: str


def always(value: str) -> Fixed:
    """`value` on every page: a newspaper is the origin of all its articles."""
    return Fixed(value)


@dataclass(frozen=True, slots=True)
class Anywhere:
    """A field without a fixed place: it is searched for as on a page without a recipe."""


def anywhere() -> Anywhere:
    """Found by its label, beside the date or in the last lines: `2026-03-02 来源：X 作者：Y` in one element."""
    return Anywhere()


Where = str | Meta | Fixed | Anywhere
"""A CSS selector, a meta tag, a fixed value, or anywhere. The properties that Founder e-papers keep in a comment are read as
meta tags named `enp:<property>`."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the fields of an article are, until a redesign. Old layouts stay, so that saved pages stay readable.

    drop      selectors of elements inside the body that do not belong to it
    end       a regular expression: the first paragraph that it matches, and all after it, are cut from the body
    caption   selectors of captions inside the body: kept apart, in `extra["captions"]`
    further   selectors of links to the further pages of one article
    files     selectors of boxes beside the body that list its attachments
    extra     more fields, kept in `extra` under these names
    day_only  the publisher dates by the day; a time on the page is the system's
    until     the last day on which the publisher used this layout; None for the current one
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
    """What is normal for a source: bulletins a month (least, most), and the share of bulletins that fill each field."""

    per_month: tuple[int, int] | None = None
    fill: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Source:
    """A publisher we scrape.

    since     the first day of its bulletins. A backfill requests no earlier paper; earlier rows of a list are read, and a
              warning says that this day is wrong
    verified  the day a person last saw it work live, or "never"; a source never seen to work is not scheduled
    rights    what may be shown and exported to others
    own       a regular expression: of its host's addresses, those of its own articles; "" where nobody else publishes there
    insecure_tls  its certificate is not checked, and every observation says so: for a site without a valid one
    tidy      at most one pure hook, for what values cannot express
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
    own: str = ""
    insecure_tls: bool = False
    tidy: Callable[[Bulletin], Bulletin] | None = None
