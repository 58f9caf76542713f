"""Pages from and to WARC files (ISO 28500), and a file of them replayed as if it were the web.

    Replay("day1.warc.gz", at=moment).get("http://host/page.html")

A replayed address that the file does not hold is a 404 of the outcome `not_captured`: no evidence that it is gone.
"""

from __future__ import annotations

import http
from collections.abc import Iterable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

from fastwarc.stream_io import GzipWriter
from fastwarc.warc import ArchiveIterator, WarcRecord, WarcRecordType

from scrapers.model import Outcome, Page, Problem, Via
from scrapers.urls import normalise, spellings

_DECODED = frozenset({"content-encoding", "transfer-encoding", "content-length"})
"""Headers that no longer hold once a body is decoded."""


class Replay:
    """The responses of one WARC file by address: of several captures the newest not after `at`.

    Only addresses, times and offsets are held in memory. Raises Problem where the file is no WARC.
    """

    def __init__(self, path: str | Path, at: datetime | None = None) -> None:
        self.path = Path(path)
        self.at = at
        self._captures: dict[str, tuple[datetime, int]] = {}
        for record in _records(self.path):
            url, moment = normalise(record.headers.get("WARC-Target-URI") or ""), record.record_date.astimezone(UTC)
            if at is not None and moment > at:
                continue
            if url not in self._captures or self._captures[url][0] <= moment:
                self._captures[url] = (moment, record.stream_pos)

    def __contains__(self, url: str) -> bool:
        return any(spelling in self._captures for spelling in spellings(url))

    def get(self, url: str) -> Page:
        """The response that stands for `url`."""
        found = next(
            (self._captures[spelling] for spelling in (url, *spellings(url)) if spelling in self._captures), None
        )
        if found is None:
            return Page(
                url,
                b"",
                self.at or datetime.now(UTC),
                outcome=Outcome.NOT_CAPTURED,
                status=404,
                via=Via.REPLAY,
                error=f"{url} is not in {self.path.name}",
            )
        with self.path.open("rb") as file:
            file.seek(found[1])
            record = next(iter(ArchiveIterator(file, WarcRecordType.response, auto_decode="all")))
            return _page(record, url, Via.REPLAY)


def read(path: str | Path) -> Iterator[Page]:
    """Every HTTP response of a WARC file, in order, one at a time. Raises Problem where it is no WARC."""
    for record in _records(Path(path)):
        yield _page(record, normalise(record.headers.get("WARC-Target-URI") or ""), Via.WARC)


def write(path: str | Path, pages: Iterable[Page]) -> None:
    """Write pages as the response records of a gzipped WARC 1.1 file, one member a record."""
    with Path(path).open("wb") as file, closing(GzipWriter(file)) as stream:
        for page in pages:
            record = WarcRecord()
            record.init_headers(WarcRecordType.response, str(uuid4()).encode())
            record.headers["WARC-Target-URI"] = page.url
            record.record_date = page.fetched_at.astimezone(UTC)
            record.set_bytes_content(_http(page))
            record.is_http = True
            record.write(stream, checksum_data=True)
            stream.finish()  # one gzip member a record, so that a reader can start at any of them


def _records(path: Path) -> Iterator[WarcRecord]:
    """The response records of a file that must be a WARC."""
    try:
        file = path.open("rb")
    except OSError as error:
        raise Problem(f"{path} cannot be read ({error.strerror}): check the path") from error
    with file:
        met = False
        try:
            for record in ArchiveIterator(file, WarcRecordType.any_type, auto_decode="all"):
                met = True
                if record.record_type == WarcRecordType.response and record.is_http:
                    yield record
        except (OSError, ValueError, RuntimeError) as error:
            if met:
                raise Problem(f"{path} is damaged ({error}): fetch or copy it again") from error
        if not met:
            raise Problem(f"{path} is no WARC file: give one, such as pages.warc.gz")


def _page(record: WarcRecord, url: str, via: Via) -> Page:
    headers = {name.lower(): value for name, value in record.http_headers.items() if name.lower() not in _DECODED}
    status = record.http_headers.status_code
    return Page(url, record.reader.read(), record.record_date.astimezone(UTC), status=status, headers=headers, via=via)


def _http(page: Page) -> bytes:
    status = page.status or 200
    kept = {name: value for name, value in page.headers.items() if name.lower() not in _DECODED}
    lines = [f"HTTP/1.1 {status} {_reason(status)}", *(f"{name}: {value}" for name, value in kept.items())]
    head = "\r\n".join((*lines, f"Content-Length: {len(page.body)}", "", ""))
    return head.encode("latin-1", "replace") + page.body


def _reason(status: int) -> str:
    try:
        return http.HTTPStatus(status).phrase
    except ValueError:
        return "Unknown"
