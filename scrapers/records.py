"""The bytes of WARC records (ISO 28500, version 1.1): a page, or an exchange with a server.

Each record is a gzip member of its own, so that a reader can start at any of them. Requests and responses carry digests of
block and payload. A file being written ends in `.open`; only a finished one gets its name.
"""

from __future__ import annotations

import base64
import gzip
import http
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha1
from pathlib import Path
from typing import Literal, Self
from uuid import uuid4

from scrapers.model import Page, Problem

ASKED = "Gaoxin-Asked-URI"
"""Our own field, which other readers ignore: the requested address, where the one that answered (`WARC-Target-URI`) is
another. The redirect's own response is not kept."""
SOURCE = "Gaoxin-Source"
"""The source that a page was archived under."""
DECODED = frozenset({"content-encoding", "transfer-encoding", "content-length"})
"""Headers that no longer hold for a decoded body."""

Headers = Sequence[tuple[str, str]]
Cut = Literal["length", "time", "disconnect", "unspecified"]
"""Why a body ends early, in the standard's terms."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and the server's response.

    at        when the request was sent
    asked, headers   the headers of request and response as sent, in order
    body      as sent, still encoded, but dechunked
    ip        the address that answered
    cut       why the body ends early, where it does
    """

    url: str
    at: datetime
    asked: Headers
    status: int
    headers: Headers
    body: bytes
    ip: str | None = None
    cut: Cut | None = None


class Writer:
    """A WARC file of exchanges, `<name>.warc.gz`; its folder is created if missing. The file gets that name when it is closed.
    Without an exchange it is removed.

    Raises Problem where it cannot be written.
    """

    def __init__(self, folder: Path, name: str, software: str = "Gaoxin") -> None:
        self.path = folder / f"{name}.warc.gz"
        self._open = folder / f"{name}.warc.gz.open"
        self._exchanges = 0
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._file = self._open.open("xb")
        except OSError as error:
            raise Problem(f"{folder} cannot be written ({error.strerror}): give --save-warc another folder") from error
        told = f"software: {software}\r\nformat: WARC File Format 1.1\r\nrobots: classic\r\n"
        fields = [("WARC-Filename", self.path.name), ("Content-Type", "application/warc-fields")]
        self._file.write(_record("warcinfo", datetime.now(UTC), fields, told.encode()))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        if self._exchanges:
            self._open.rename(self.path)
        else:
            self._open.unlink()

    def exchange(self, exchange: Exchange) -> None:
        """Append a request and its response: whole records, in one write."""
        _, _, path = exchange.url.partition("://")[2].partition("/")
        fields = [("WARC-Target-URI", exchange.url)]
        if exchange.ip:
            fields.append(("WARC-IP-Address", exchange.ip))
        response = f"<urn:uuid:{uuid4()}>"
        kept = [
            (f"X-Crawler-{name}" if name.lower() == "transfer-encoding" else name, value)
            for name, value in exchange.headers
            if name.lower() != "content-length"
        ]
        head = _head(f"HTTP/1.1 {exchange.status} {_reason(exchange.status)}", kept, len(exchange.body))
        cut = [("WARC-Truncated", exchange.cut)] if exchange.cut else []
        asked = _head(f"GET /{path} HTTP/1.1", exchange.asked)
        self._file.write(
            _record("response", exchange.at, [*fields, *cut], head, exchange.body, response)
            + _record("request", exchange.at, [*fields, ("WARC-Concurrent-To", response)], asked, b"")
        )
        self._exchanges += 1


def page_record(page: Page, source: str | None = None) -> bytes:
    """A page as a response record, with its decoded body and the headers that still hold. `page` must have a status."""
    assert page.status is not None, "a page that no server answered has no record"
    fields = [("WARC-Target-URI", page.address)]
    if page.final_url not in (None, page.url):
        fields.append((ASKED, page.url))
    if source:
        fields.append((SOURCE, source))
    kept = [(name, value) for name, value in page.headers.items() if name.lower() not in DECODED]
    head = _head(f"HTTP/1.1 {page.status} {_reason(page.status)}", kept, len(page.body))
    return _record("response", page.fetched_at, fields, head, page.body)


def _record(
    kind: str, at: datetime, fields: Headers, head: bytes, body: bytes = b"", record_id: str | None = None
) -> bytes:
    """One record as a gzip member. Its block is `head` and `body`; in HTTP records `body` is the payload."""
    lines = [
        "WARC/1.1",
        f"WARC-Type: {kind}",
        f"WARC-Record-ID: {record_id or f'<urn:uuid:{uuid4()}>'}",
        f"WARC-Date: {at.astimezone(UTC).isoformat(timespec='microseconds').replace('+00:00', 'Z')}",
        *(f"{name}: {_one_line(value)}" for name, value in fields),
        f"WARC-Block-Digest: {_digest(head + body)}",
    ]
    if kind in ("request", "response"):
        lines += [f"WARC-Payload-Digest: {_digest(body)}", f"Content-Type: application/http; msgtype={kind}"]
    lines.append(f"Content-Length: {len(head) + len(body)}")
    told = "\r\n".join(lines).encode() + b"\r\n\r\n"
    return gzip.compress(told + head + body + b"\r\n\r\n", compresslevel=6, mtime=0)


def _head(first: str, headers: Headers, length: int | None = None) -> bytes:
    lines = [first, *(f"{name}: {_one_line(value)}" for name, value in headers)]
    lines += [] if length is None else [f"Content-Length: {length}"]
    return "\r\n".join((*lines, "", "")).encode("latin-1", "replace")


def _one_line(value: str) -> str:
    """The value on one line, so that it cannot inject a header."""
    return re.sub(r"[\r\n\0]+", " ", value)


def _digest(data: bytes) -> str:
    return "sha1:" + base64.b32encode(sha1(data, usedforsecurity=False).digest()).decode()


def _reason(status: int) -> str:
    try:
        return http.HTTPStatus(status).phrase
    except ValueError:
        return "Unknown"
