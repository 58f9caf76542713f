"""Pages from and to WARC files (ISO 28500), and a file of them replayed as if it were the web.

    Replay("day1.warc.gz", at=moment).get("http://host/page.html")

A replayed address that the file does not hold is a 404 of the outcome `not_captured`: no evidence that it is gone. A record
that is cut short is never taken for a short page.
"""

from __future__ import annotations

import http
import re
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

from fastwarc.stream_io import GzipWriter
from fastwarc.warc import ArchiveIterator, WarcRecord, WarcRecordType

from scrapers.encodings import TooBigError, decoded, unchunked
from scrapers.model import Outcome, Page, Problem, Via
from scrapers.urls import normalise, spellings

_DECODED = frozenset({"content-encoding", "transfer-encoding", "content-length"})
"""Headers that no longer hold once a body is decoded."""


class Replay:
    """The responses of one WARC file by address: of several captures the newest not after `at`.

    Only addresses, times and offsets are held in memory. Raises Problem where the file is no WARC, or is damaged.
    """

    def __init__(self, path: str | Path, at: datetime | None = None) -> None:
        self.path = Path(path)
        self.at = at
        self._captures: dict[str, tuple[datetime, int]] = {}
        offsets = set()
        for url, moment, offset, _ in _responses(self.path):
            offsets.add(offset)
            if (at is None or moment <= at) and self._captures.get(url, (moment, 0))[0] <= moment:
                self._captures[url] = (moment, offset)
        if len(offsets) < len(self._captures):
            raise self._no_members()

    def __contains__(self, url: str) -> bool:
        return any(spelling in self._captures for spelling in spellings(url))

    def get(self, url: str) -> Page:
        """The response that stands for `url`, with either scheme."""
        found = max((self._captures[each] for each in spellings(url) if each in self._captures), default=None)
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
        moment, offset = found
        with self.path.open("rb") as file:
            file.seek(offset)
            try:
                record = next(iter(ArchiveIterator(file, WarcRecordType.response, parse_http=False)))
            except (StopIteration, OSError, RuntimeError) as error:
                raise self._no_members() from error
            return _page(url, moment, record.reader.read(), Via.REPLAY)

    def _no_members(self) -> Problem:
        return Problem(f"{self.path} is one gzip stream, not one a record: mend it with `warcio recompress`")


def read(path: str | Path) -> Iterator[Page]:
    """Every HTTP response of a WARC file, in order, one at a time. Raises Problem where it is no WARC, or is damaged."""
    for url, moment, _, block in _responses(Path(path)):
        yield _page(url, moment, block, Via.WARC)


def write(path: str | Path, pages: Iterable[Page]) -> None:
    """Write pages as the response records of a gzipped WARC 1.1 file, one member a record. A page without a status, which no
    server answered, has no record."""
    with Path(path).open("wb") as file, closing(GzipWriter(file)) as stream:
        for page in pages:
            if page.status is None:
                continue
            record = WarcRecord()
            record.init_headers(WarcRecordType.response, str(uuid4()).encode())
            record.headers["WARC-Target-URI"] = page.url
            record.record_date = page.fetched_at.astimezone(UTC)
            record.set_bytes_content(_http(page, page.status))
            record.is_http = True
            record.write(stream, checksum_data=True)
            stream.finish()  # one gzip member a record, so that a reader can start at any of them


def _responses(path: Path) -> Iterator[tuple[str, datetime, int, bytes]]:
    """The responses of a file that must be a WARC: address, time, offset and block. Records of other addresses (dns:) and
    without a time are passed over; one that is cut short is a Problem."""
    try:
        file = path.open("rb")
    except OSError as error:
        raise Problem(f"{path} cannot be read ({error.strerror}): check the path") from error
    with file:
        met = False
        try:
            for record in ArchiveIterator(file, WarcRecordType.any_type, parse_http=False):
                met = True
                block = record.reader.read()
                if len(block) < record.content_length:
                    raise ValueError(f"it ends inside the record at {record.stream_pos}")
                if record.record_type == WarcRecordType.response and (found := _addressed(record)):
                    yield (*found, record.stream_pos, block)
        except (OSError, ValueError, RuntimeError) as error:
            if met:
                raise Problem(f"{path} is damaged ({error}): fetch or copy it again") from error
        if not met:
            raise Problem(f"{path} is no WARC file: give one, such as pages.warc.gz")


def _addressed(record: WarcRecord) -> tuple[str, datetime] | None:
    """The address and the time of a record, or None where it has none that we can use."""
    try:
        url = normalise((record.headers.get("WARC-Target-URI") or "").strip("<>"))
        return url, record.record_date.astimezone(UTC)
    except (Problem, AttributeError, ValueError, TypeError):
        return None


def _page(url: str, moment: datetime, block: bytes, via: Via) -> Page:
    """The page in the block of a record. A body shorter than its Content-Length, or whose compression stops early, is
    `truncated`; one that is stored decoded, whatever its headers still say, is taken as it is."""
    head, gap, body = block.partition(b"\r\n\r\n")
    if not gap:
        head, gap, body = block.partition(b"\n\n")
    status_line, *lines = head.replace(b"\r\n", b"\n").split(b"\n")
    fields = [line.decode("latin-1").partition(":") for line in lines if b":" in line]
    headers = {name.strip().lower(): value.strip() for name, _, value in fields}
    kept = {name: value for name, value in headers.items() if name not in _DECODED}
    status = re.match(rb"HTTP/\d(?:\.\d)?\s+(\d{3})", status_line)
    page = Page(url, body, moment, status=int(status[1]) if status else None, headers=kept, via=via)
    if status is None:
        return _unusable(page, Outcome.HTTP_ERROR, "is no HTTP response")
    encoding, length = headers.get("content-encoding", ""), headers.get("content-length", "")
    try:
        if "chunked" in headers.get("transfer-encoding", "").lower():
            body = unchunked(body)
        elif length.isascii() and length.isdigit() and len(body) < int(length):
            return _unusable(page, Outcome.TRUNCATED, "stops before its body ends")
        return replace(page, body=decoded(body, encoding))
    except EOFError:
        return _unusable(page, Outcome.TRUNCATED, "stops before its body ends")
    except TooBigError:
        return _unusable(page, Outcome.TOO_BIG, "unpacks to more than a page can hold")
    except ValueError:
        return page  # stored decoded


def _unusable(page: Page, outcome: Outcome, why: str) -> Page:
    return replace(page, body=b"", outcome=outcome, error=f"the record of {page.url} {why}")


def _http(page: Page, status: int) -> bytes:
    kept = {name: value for name, value in page.headers.items() if name.lower() not in _DECODED}
    lines = [f"HTTP/1.1 {status} {_reason(status)}"]
    lines += [re.sub(r"[\r\n\0]+", " ", f"{name}: {value}") for name, value in kept.items()]
    head = "\r\n".join((*lines, f"Content-Length: {len(page.body)}", "", ""))
    return head.encode("latin-1", "replace") + page.body


def _reason(status: int) -> str:
    try:
        return http.HTTPStatus(status).phrase
    except ValueError:
        return "Unknown"
