"""The shared vocabulary of all packages: Page, Item, Bulletin, Outcome, Problem.

Frozen values only. Nothing here opens a file, a socket or a database, and this module imports no other package.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import KW_ONLY, dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any


class Problem(Exception):
    """An error that a person can act on: one sentence that says what is wrong, where, and what to do.

    The command prints it and exits with status 2, without a traceback.
    """


class Unreadable(Problem):
    """A page that arrived whole but is not a bulletin we can read. It is counted and observed, but never becomes a row.

    `target` is the address that the page leads to, for the outcome `redirect`.
    """

    def __init__(self, outcome: Outcome, sentence: str, target: str | None = None) -> None:
        super().__init__(sentence)
        self.outcome = outcome
        self.target = target


class Via(StrEnum):
    """How a page reached us."""

    LIVE = "live"
    REPLAY = "replay"
    WARC = "warc"
    FILE = "file"


class Outcome(StrEnum):
    """The result of one request. Only an `OK` page is read for a bulletin."""

    OK = "ok"
    UNCHANGED = "unchanged"
    GONE = "gone"
    ROBOTS = "robots"
    REFUSED_ADDRESS = "refused_address"
    REDIRECT = "redirect"
    TOO_BIG = "too_big"
    TRUNCATED = "truncated"
    TIMEOUT = "timeout"
    DNS = "dns"
    TLS = "tls"
    CONNECTION = "connection"
    HTTP_ERROR = "http_error"
    BLOCKED = "blocked"
    CHARSET = "charset"
    NO_ARTICLE = "no_article"
    LIST = "list"
    PART = "part"
    FILE = "file"
    NO_ITEMS = "no_items"
    NOT_CAPTURED = "not_captured"
    MISDATED = "misdated"
    WITHHELD = "withheld"
    CRASHED = "crashed"


@dataclass(frozen=True, slots=True)
class Page:
    """The answer to a request for a URL.

    fetched_at   when the page was served, in UTC (WARC-Date for a WARC)
    earlier      the other requests made to get it, in order: robots.txt, failed tries, redirects
    """

    url: str
    body: bytes
    fetched_at: datetime
    _: KW_ONLY
    outcome: Outcome = Outcome.OK
    status: int | None = 200
    final_url: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    via: Via = Via.LIVE
    error: str | None = None
    earlier: tuple[Page, ...] = ()

    @property
    def address(self) -> str:
        """The address that answered, to which its links are relative."""
        return self.final_url or self.url

    @property
    def content_type(self) -> str | None:
        """The Content-Type header as sent, or None."""
        return self.headers.get("content-type")


@dataclass(frozen=True, slots=True)
class Item:
    """One link on a list page. `date` is ISO 8601 with the precision that the list gives, or None."""

    url: str
    title: str = ""
    date: str | None = None


@dataclass(frozen=True, slots=True)
class Bulletin:
    """What one or more Pages say. Only `url` and `body` are required; a field that the page does not give stays None.

    body            the article alone, one paragraph a line, repaired where it was cloaked
    body_published  the body as published, only where `body` was repaired
    page_text       the page's main content as extracted by Resiliparse
    published_at    ISO 8601 with the precision of the page: `2020-01-17`, `2021-05-21T17:11:49+08:00`
    images, attachments   absolute URLs in page order
    layout          which layout read the page: `<source>[n]`, or `generic`
    extra           further values: `captions`; `attachments` with name and type; `videos`; `kind`, where the page is no
                    article but `pictures`, `video` or `files` under a title
    found           where each field was found: a meta tag, a selector, a line; not archived, as it can be found again
    """

    url: str
    source: str | None = None
    title: str | None = None
    published_at: str | None = None
    origin: str | None = None
    author: str | None = None
    editor: str | None = None
    body: str = field(kw_only=True)
    page_text: str = ""
    images: tuple[str, ...] = ()
    attachments: tuple[str, ...] = ()
    extra: Mapping[str, Any] = field(default_factory=dict)
    _: KW_ONLY
    body_published: str | None = None
    layout: str = "generic"
    found: Mapping[str, str] = field(default_factory=dict, compare=False)


FIELDS = ("title", "published_at", "origin", "author", "editor")
"""What a bulletin says about itself, beside its text."""


def utc(moment: datetime) -> str:
    """One of our own timestamps as stored: `2026-11-21T04:05:06Z`, to the second, always UTC."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
