"""The words every room shares: Page, Item, Bulletin, Outcome, Problem.

Values only, all frozen. Nothing here opens a file, a socket or a database, and this module imports no other room.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import KW_ONLY, dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any


class Problem(Exception):
    """Something a person can act on: one sentence that says what is wrong, where, and what to do.

    The command prints it and stops with exit status 2; a traceback is never shown for it.
    """


class Unreadable(Problem):
    """A page that came back whole but is not a bulletin we can read. Counted and observed; never a row.

    `target` is where the page leads instead, for the outcome `redirect`.
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
    """What became of one request. `OK` alone is read for a bulletin."""

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
    """What came back for a URL.

    fetched_at   when the page was served, in UTC (WARC-Date for a WARC)
    earlier      the other requests that were made to get it, in order: robots.txt, tries that failed, addresses that led on
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
    def content_type(self) -> str | None:
        """The Content-Type header as sent, or None."""
        return self.headers.get("content-type")


@dataclass(frozen=True, slots=True)
class Item:
    """One link found on a list page. `date` is ISO 8601 with the precision the list told, or None."""

    url: str
    title: str = ""
    date: str | None = None


@dataclass(frozen=True, slots=True)
class Bulletin:
    """What one or more Pages say. Only `url` and `body` are needed; a field the page does not tell stays None.

    body            the article alone, one paragraph a line, repaired where it was cloaked
    body_published  the body as it stood on the page, only where `body` was repaired
    page_text       the page's main content as Resiliparse prints it
    published_at    ISO 8601 with the precision the page told: `2020-01-17`, `2021-05-21T17:11:49+08:00`
    images, attachments   absolute URLs in page order
    layout          which layout read the page: `<source>[n]`, or `generic`
    extra           more that the page tells: `captions`; `attachments` with name and type; `videos`; `kind`, where the page
                    is no article but `pictures`, `video` or `files` under a title
    found           where each field was found: a meta tag, a selector, a line; not archived, as the page can tell it again
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


def utc(moment: datetime) -> str:
    """One of our own times as stored: `2026-11-21T04:05:06Z`, to the second, always UTC."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
