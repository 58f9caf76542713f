"""Pages from and to WARC files (ISO 28500), and a WARC file replayed as if it were the web.

    Replay("day1.warc.gz", at=moment).get("http://host/page.html")

A replayed address that the file lacks is a 404 with the outcome `not_captured`: no evidence that the page is gone. A truncated
record never passes for a short page.
"""

from __future__ import annotations

import os
import re
import zlib
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

import zstandard
from fastwarc.warc import ArchiveIterator, WarcRecord, WarcRecordType

from scrapers import records
from scrapers.model import Outcome, Page, Problem, Via
from scrapers.network.encodings import MOST_BYTES, TooBigError, decoded, unchunked
from scrapers.urls import normalise, spellings


class Damaged(Problem):
    """A WARC file that ends early, or turns into something else, after its first record."""


@dataclass(frozen=True, slots=True)
class Capture:
    """A page as stored in a WARC file.

    source    the source that it was archived under, where a file of ours records it
    asked     the address that was requested and led to this one, where a file of ours records it
    refers    the address and the time of the earlier capture that a revisit refers to
    digest    the payload digest in the record
    """

    page: Page
    source: str | None = None
    asked: str | None = None
    refers: tuple[str, datetime | None] | None = None
    digest: str | None = None


class Replay:
    """The responses of one WARC file by address; of several captures, the newest not after `at`.

    Only addresses, times and offsets are held in memory. Raises Problem where the file is not a WARC, or is damaged.
    """

    def __init__(self, path: str | Path, at: datetime | None = None) -> None:
        self.path = Path(path)
        self.at = at
        self._captures: dict[str, tuple[datetime, int]] = {}
        offsets = set()
        for record, _, url, moment in _records(self.path):
            if record.record_type != WarcRecordType.response:
                continue
            offsets.add(offset := record.stream_pos)
            if (at is None or moment <= at) and self._captures.get(url, (moment, 0))[0] <= moment:
                self._captures[url] = (moment, offset)
        if len(offsets) < len(self._captures):
            raise self._no_members()

    def __contains__(self, url: str) -> bool:
        return any(spelling in self._captures for spelling in spellings(url))

    def get(self, url: str) -> Page:
        """The response for `url`, with either scheme."""
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
            try:
                held = capture_at(file, offset).page
            except ValueError as error:
                raise self._no_members() from error
            return replace(held, url=url, via=Via.REPLAY)

    def _no_members(self) -> Problem:
        return Problem(f"{self.path} is one gzip stream, not one a record: mend it with `warcio recompress`")


def read(path: str | Path) -> Iterator[Page]:
    """Every HTTP response of a WARC file, in order, one at a time. Raises Problem where it is not a WARC, or is damaged."""
    for record, block, url, moment in _records(Path(path)):
        if record.record_type == WarcRecordType.response:
            yield _capture(record, block, url, moment).page


def write(path: str | Path, pages: Iterable[Page | Capture]) -> int:
    """Write pages as response records of a gzipped WARC 1.1 file, one gzip member a record, and return how many. The file gets
    its name once it is complete. A page without a status was answered by no server and gets no record."""
    written = 0
    unfinished = Path(f"{path}.open")
    try:
        with unfinished.open("wb") as file:
            for held in pages:
                capture = held if isinstance(held, Capture) else Capture(held)
                if capture.page.status is not None:
                    file.write(records.page_record(capture.page, capture.source))
                    written += 1
        unfinished.rename(path)
    except OSError as error:
        raise Problem(f"{path} cannot be written ({error.strerror}): check the folder") from error
    finally:
        unfinished.unlink(missing_ok=True)
    return written


def scan(path: Path, name: Path | None = None) -> Iterator[tuple[int, str, datetime, bool]]:
    """Every response and revisit of a file, in order: the offset of its record, its address, its time, and whether it is a
    revisit. The address is the requested one, where a file of ours records it. Problems mention `name`.

    Raises Problem where it is not a WARC. Raises Damaged where it ends early, after all records before that.
    """
    for record, _, url, moment in _records(path, name):
        asked = _address(record.headers.get(records.ASKED))
        yield record.stream_pos, asked or url, moment, record.record_type == WarcRecordType.revisit


def capture_at(file: IO[bytes], offset: int) -> Capture:
    """The capture whose record starts at `offset`. Raises ValueError where there is none."""
    file.seek(offset)
    try:
        record = next(iter(ArchiveIterator(file, _CAPTURES, parse_http=False)))
        block, length = _block(record)
    except (StopIteration, OSError, RuntimeError) as error:
        raise ValueError(f"there is no record at {offset}") from error
    found = _addressed(record)
    if found is None or length < record.content_length:
        raise ValueError(f"there is no capture at {offset}")
    return _capture(record, block, *found)


MOST_BLOCK = MOST_BYTES + (1 << 20)
"""The bytes of a record that are kept in memory: the largest page that is read, and its headers."""
FIRST_BYTES = 4_096
"""The bytes that are kept of a longer record: enough to recognise the kind of a file."""
_PIECE = 1 << 20
"""The bytes of a record that are read at a time."""
FIRST_YEAR = 1990
"""The date of a record of an earlier year is an error: there was no web."""
_CAPTURES = WarcRecordType.response | WarcRecordType.revisit


def _records(path: Path, name: Path | None = None) -> Iterator[tuple[WarcRecord, bytes, str, datetime]]:
    """The captures of a WARC file: record, block, address and time. Records with other addresses (dns:) or without a time are
    skipped. A truncated record raises Damaged; a file that is not a WARC raises Problem."""
    name = name or path
    try:
        file = path.open("rb")
        os.pread(file.fileno(), 1, 0)
    except OSError as error:
        raise Problem(f"{name} cannot be read ({error.strerror}): check the path") from error
    with file:
        met = False
        start = length = 0
        try:
            for record in ArchiveIterator(file, WarcRecordType.any_type, parse_http=False):
                met = True
                start, length = record.stream_pos, record.content_length
                block, came = _block(record)
                if came < record.content_length or record.headers.get("Content-Length") is None:
                    raise ValueError(f"it ends inside the record at {record.stream_pos}")
                if record.record_type in (WarcRecordType.response, WarcRecordType.revisit):
                    found = _addressed(record)
                    if found:
                        yield (record, block, *found)
            if met and _is_followed(file, start, length):
                raise ValueError(f"it ends inside a record after {start}")
        except (OSError, ValueError, RuntimeError) as error:
            if met:
                raise Damaged(f"{name} is damaged ({error}): fetch or copy it again") from error
        if not met:
            raise Problem(f"{name} is no WARC file: give one, such as pages.warc.gz")


def _is_followed(file: IO[bytes], start: int, length: int) -> bool:
    """Whether the record at `start` is incomplete, or followed by more than line ends. fastwarc skips a record of which only
    the start exists."""
    file.seek(start)
    head = file.read(65_536)
    if head[:2] == b"\x1f\x8b" or head[:4] == b"\x28\xb5\x2f\xfd":
        stream = zlib.decompressobj(31) if head[:1] == b"\x1f" else zstandard.ZstdDecompressor().decompressobj()
        while head and not stream.eof:
            stream.decompress(head)
            head = stream.unused_data if stream.eof else file.read(65_536)
        if not stream.eof:
            return True
    elif head.startswith(b"WARC/"):
        blank = re.search(rb"\r?\n\r?\n", head)
        if blank is None:
            return True
        file.seek(start + blank.end() + length)
        head = file.read(64)
    else:
        return False  # a record in the middle of a compressed stream
    return bool(head.strip(b"\r\n"))


def _addressed(record: WarcRecord) -> tuple[str, datetime] | None:
    """The address and the time of a record, or None where it lacks one we can use."""
    url = _address(record.headers.get("WARC-Target-URI"))
    try:
        moment = record.record_date.astimezone(UTC)
    except (AttributeError, ValueError, TypeError, OverflowError):
        return None
    return (url, moment) if url and moment.year >= FIRST_YEAR else None


def _address(told: str | None) -> str | None:
    """An address from a record's field, normalised; None where it is not a web address."""
    try:
        return normalise((told or "").strip("<>"))
    except Problem:
        return None


def _block(record: WarcRecord) -> tuple[bytes, int]:
    """The beginning of a record's block, up to `MOST_BLOCK`, and the length of the whole block. Films in a crawl would not fit
    in memory."""
    block, length = bytearray(), 0
    while piece := record.reader.read(_PIECE):
        block += piece[: MOST_BLOCK - len(block)]
        length += len(piece)
    return bytes(block), length


def _capture(record: WarcRecord, block: bytes, url: str, moment: datetime) -> Capture:
    page = _page(url, moment, block)
    if record.content_length > MOST_BLOCK:
        page = _beginning(page, block)
    if record.headers.get("WARC-Truncated") and page.outcome is Outcome.OK:
        page = _unusable(page, Outcome.TRUNCATED, "was cut short when it was captured")
    refers = None
    if record.record_type == WarcRecordType.revisit:
        told = record.headers.get("WARC-Refers-To-Date")
        refers = (_address(record.headers.get("WARC-Refers-To-Target-URI")) or url, _moment(told))
        page = replace(page, body=b"")
    return Capture(
        page,
        record.headers.get(records.SOURCE),
        _address(record.headers.get(records.ASKED)),
        refers,
        record.headers.get("WARC-Payload-Digest"),
    )


def _moment(told: str | None) -> datetime | None:
    try:
        return datetime.fromisoformat(told).astimezone(UTC) if told else None
    except (ValueError, OverflowError):
        return None


def _page(url: str, moment: datetime, block: bytes) -> Page:
    """The page in a record's block. It is `truncated` where its body is shorter than its Content-Length, or where its
    compression ends early. A body that was stored decoded is taken as it is, whatever its headers say."""
    head, gap, body = block.partition(b"\r\n\r\n")
    if not gap:
        head, gap, body = block.partition(b"\n\n")
    status_line, *lines = head.replace(b"\r\n", b"\n").split(b"\n")
    fields = [line.decode("latin-1").partition(":") for line in lines if b":" in line]
    headers = {name.strip().lower(): value.strip() for name, _, value in fields}
    kept = {name: value for name, value in headers.items() if name not in records.DECODED}
    status = re.match(rb"HTTP/\d(?:\.\d)?\s+(\d{3})", status_line)
    page = Page(url, body, moment, status=int(status[1]) if status else None, headers=kept, via=Via.WARC)
    if status is None:
        return _unusable(page, Outcome.HTTP_ERROR, "is no HTTP response")
    encoding, length = headers.get("content-encoding", ""), headers.get("content-length", "")
    try:
        if "chunked" in headers.get("transfer-encoding", "").lower():
            with suppress(ValueError):  # stored dechunked
                body = unchunked(body)
        elif length.isascii() and length.isdigit() and len(body) < int(length):
            return _unusable(page, Outcome.TRUNCATED, "stops before its body ends")
        return replace(page, body=decoded(body, encoding) if body else b"")
    except EOFError:
        if body[:64].lstrip()[:1] == b"<":
            # brotli and deflate have no magic bytes: plain text decoded as such may seem to end early
            return replace(page, body=body)
        return _unusable(page, Outcome.TRUNCATED, "stops before its body ends")
    except TooBigError:
        return _unusable(page, Outcome.TOO_BIG, "unpacks to more than a page can hold")
    except ValueError:
        return replace(page, body=body)  # stored decoded


def _beginning(page: Page, block: bytes) -> Page:
    """The page of a record that is too long for one: of a file the first bytes, by which its kind is recognised later; of
    anything else nothing, with the outcome `too big`."""
    from scrapers.extraction.kinds import file_kind  # its parser is loaded for few files

    start = block.partition(b"\r\n\r\n")[2][:FIRST_BYTES]
    if page.status == 200 and file_kind(start):
        return replace(page, body=start, outcome=Outcome.OK, error=None)
    return _unusable(page, Outcome.TOO_BIG, "is longer than a page can be")


def _unusable(page: Page, outcome: Outcome, why: str) -> Page:
    return replace(page, body=b"", outcome=outcome, error=f"the record of {page.url} {why}")
