"""Interprets responses: the outcome of a status, a redirect's target, when to retry, which page has no end. Pure functions."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from scrapers.model import Outcome, Page, Problem
from scrapers.urls import normalise

REDIRECTS = frozenset({301, 302, 303, 307, 308})
BUSY = frozenset({429, 503})
_RETRIED = frozenset({Outcome.CONNECTION, Outcome.TIMEOUT, Outcome.TRUNCATED})
_OPENED = re.compile(rb"(?:\xef\xbb\xbf)?\s*<.*?</head\b", re.IGNORECASE | re.DOTALL)
_CLOSED = re.compile(rb"</(?:html|body)\b", re.IGNORECASE)


def judged(page: Page, conditions: Mapping[str, str] | None) -> Page:
    """The page with the outcome of its status."""
    status = page.status or 0
    if page.outcome is not Outcome.OK or status in (200, 203) or status in REDIRECTS:
        return page
    if status == 304 and conditions:
        return replace(page, outcome=Outcome.UNCHANGED, body=b"")
    if status in (404, 410):
        return replace(page, outcome=Outcome.GONE, error=f"{page.url} answered {status}")
    if status == 206:
        error = f"{page.url} answered with a part of the page, which was not asked for"
        return replace(page, body=b"", outcome=Outcome.TRUNCATED, error=error)
    outcome = Outcome.BLOCKED if status in (401, 403, 412, 429) else Outcome.HTTP_ERROR
    return replace(page, outcome=outcome, error=f"{page.url} answered {status}")


def is_retried(page: Page) -> bool:
    """Whether the same request may succeed later."""
    return page.outcome in _RETRIED or page.status in (408, 429) or (page.status or 0) >= 500


def is_open(page: Page) -> bool:
    """Whether a page of HTML ends its head and not its body. Servers under load send such pages as whole ones, with the length
    of what they sent. HTML allows to leave these end tags out; who does so leaves out that of the head too."""
    return page.outcome is Outcome.OK and bool(_OPENED.match(page.body)) and not _CLOSED.search(page.body)


def sent_again(page: Page, again: Page) -> Page:
    """What to make of a page that is open, and came as `again` when it was requested once more: of two that begin alike the
    longer is not known to be whole either."""
    one, other = sorted((page.body, again.body), key=len)
    if is_open(again) and one != other and other.startswith(one):
        error = f"{page.url} ends amid its text, at another place each time"
        return replace(again, body=b"", outcome=Outcome.TRUNCATED, error=error)
    return again


def folder_of(url: str) -> str:
    """The folder of an address, with `#` for numbers: its pages have one template."""
    return re.sub(r"\d+", "#", url.rpartition("/")[0])


def failed(url: str, outcome: Outcome, error: str) -> Page:
    """The page for a request without a usable response."""
    return Page(url, b"", datetime.now(UTC), outcome=outcome, status=None, error=error)


def target(page: Page, url: str) -> str | Page:
    """The target of a redirect, or a page that says why it is not followed."""
    location = page.headers.get("location", "").strip()
    if not location:
        return replace(page, body=b"", outcome=Outcome.REDIRECT, error=f"{url} redirects, but does not say where")
    try:
        return normalise(location, base=url)
    except Problem as problem:
        headers = {name: value for name, value in page.headers.items() if name != "location"}
        error = f"{url} redirects elsewhere: {problem}"
        return replace(page, body=b"", headers=headers, outcome=Outcome.REFUSED_ADDRESS, error=error)


def retry_after(page: Page) -> float:
    """The seconds that a server asks to wait, from a number or a date."""
    value = page.headers.get("retry-after", "").strip()
    if value.isascii() and value.isdigit():
        return float(value[:9])
    try:
        return max((parsedate_to_datetime(value) - datetime.now(UTC)).total_seconds(), 0.0)
    except (TypeError, ValueError):
        return 0.0
