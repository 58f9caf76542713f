"""The captures of one WARC file, found by address and time. The index is a file, so the WARC may be of any length.

    with captures("crawl.warc.gz") as held:
        for entry in held.entries():
            held.at_record(entry)
            page = held.get(entry.url)

`Captures` stands in for a Replay. A Client that asks it gets the current record; for that record's redirects and further pages
it gets the captures nearest in time. A file that is one compressed stream is first unpacked beside the index, as its records
cannot be reached otherwise.
"""

from __future__ import annotations

import gzip
import re
import sqlite3
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import IO

import zstandard

from scrapers.model import Outcome, Page, Problem, Via
from scrapers.network.answers import is_open
from scrapers.urls import spellings
from scrapers.warc import Capture, Damaged, Replay, capture_at, scan

WITHIN = timedelta(days=1)
"""A redirect's target, or a further page, must be captured within this time of the record that leads to it."""
AT_ONCE = timedelta(minutes=10)
"""A page that is requested again within this time of a capture without its end is requested for that reason."""

_GZIP, _ZSTD, _DICTIONARY = b"\x1f\x8b", b"\x28\xb5\x2f\xfd", b"\x5d\x2a\x4d\x18"
"""The first bytes of a gzip member, of a zstd frame, and of the frame with a file's own dictionary."""
_BROKEN = (OSError, EOFError, zlib.error, zstandard.ZstdError)
"""The exceptions that a damaged compressed file raises."""

ROBOTS = "/robots.txt"

_NO_PAGE = re.compile(
    r"(?:image|audio|video|font)/|text/(?:css|xml)|(?:text|application)/(?:x-)?(?:java|ecma)script"
    r"|application/(?:wasm|json|xml|rss\+xml|atom\+xml)"
)
"""Content types that are never read for an article, with status 200. The same goes for a body that begins like JSON."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One capture in the index of a file: its number, from 1, the offset of its record, its address, and when it was served."""

    n: int
    offset: int
    url: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Place:
    """Where a file's records and index are, so that another process can open them.

    path      the file as given; `name` adds a hash of its first bytes, to distinguish it from others of its name
    records   the file that the offsets refer to: `path`, or its unpacked copy
    count     the number of captures
    damage    a sentence about its damaged end, if it has one
    """

    path: Path
    name: str
    records: Path
    index: Path
    count: int
    damage: str | None


@contextmanager
def captures(path: str | Path) -> Iterator[Captures]:
    """The captures of a WARC file while the block lasts. Of a damaged file, those before the damage.

    Raises Problem where it is not a WARC, or cannot be read.
    """
    path = Path(path)
    check(path)
    with tempfile.TemporaryDirectory(prefix="gaoxin-") as folder:
        records, index = path, Path(folder) / "index.db"
        with path.open("rb") as file:
            start = file.read(65_536)
        damage = None
        if start[:4] == _DICTIONARY or not _is_in_members(path, start[:4]):
            records = Path(folder) / "records.warc"
            damage = _unpack(path, records)
        count, stop = _write_index(path, records, index)
        name = f"{path.name} {sha256(start).hexdigest()[:12]}"
        with closing(Captures(Place(path, name, records, index, count, stop or damage))) as held:
            yield held


def check(path: Path) -> None:
    """Raises Problem where a file cannot be read, or does not begin like a WARC file. Only its beginning is read."""
    try:
        with path.open("rb") as file:
            mark = file.read(4)
            file.seek(0)
            if mark[:2] == _GZIP or mark in (_ZSTD, _DICTIONARY):
                is_one = next(filter(None, _unpacked(file)), b"").startswith(b"WARC/")
            else:
                is_one = file.read(64).lstrip().startswith(b"WARC/")
    except _BROKEN as error:
        if isinstance(error, OSError) and error.errno:
            raise Problem(f"{path} cannot be read ({error.strerror}): check the path") from error
        is_one = False
    if not is_one:
        raise Problem(f"{path} is no WARC file: give one, such as pages.warc.gz")


class Captures(Replay):
    """The captures at a `Place`. It is positioned at one record at a time: see `at_record`."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.path, self.at = place.path, None
        self._records = place.records.open("rb")
        self._index = sqlite3.connect(f"{place.index.as_uri()}?mode=ro", uri=True)
        self._entry = Entry(0, 0, "", datetime.now(UTC))
        self._here: Capture | None = None

    def close(self) -> None:
        self._index.close()
        self._records.close()

    def entries(self, since: datetime | None = None, until: datetime | None = None, after: int = 0) -> Iterator[Entry]:
        """The captures from `since` to before `until`, in file order, starting after number `after`."""
        rows = self._index.execute(
            "SELECT n, offset, url, at FROM captures WHERE n > ? AND at >= ? AND at < ? ORDER BY n",
            [after, _stamp(since) if since else "", _stamp(until) if until else "a"],
        )
        return (Entry(n, offset, url, datetime.fromisoformat(at)) for n, offset, url, at in rows)

    def number(self, offset: int) -> int | None:
        """The number of the capture whose record starts at `offset`."""
        row = self._index.execute("SELECT n FROM captures WHERE offset = ?", [offset]).fetchone()
        return int(row[0]) if row else None

    def at_record(self, entry: Entry, page: Page | None = None) -> Capture:
        """Move to this record. Its own address then gives it; other addresses give the capture nearest in time. `page`
        replaces a revisit whose original this file lacks."""
        self._entry = entry
        self._here = capture_at(self._records, entry.offset)
        if page is not None:
            self._here = replace(self._here, page=page, refers=None)
        return self._here

    def __contains__(self, url: str) -> bool:
        return any(self._nearest(spelling, self._entry.at) for spelling in spellings(url))

    def get(self, url: str) -> Page:
        """The page for `url`, seen from the current record. Never a robots.txt, as nothing is fetched here."""
        here = None if url.endswith(ROBOTS) else self._here
        if here is not None and url == here.asked:
            return Page(url, b"", self._entry.at, status=302, headers={"location": here.page.url}, via=Via.WARC)
        if here is not None and url == here.page.url:
            page = _readable(self._revisited(here))
            return self._requested_again(page) if is_open(page) else page
        for spelling in (url, *spellings(url)) if here else ():
            nearest = self._nearest(spelling, self._entry.at)
            if nearest is not None and abs(nearest[0] - self._entry.at) <= WITHIN:
                return _readable(capture_at(self._records, nearest[1]).page)
        error = f"{url} is not in {self.path.name}"
        return Page(url, b"", self._entry.at, outcome=Outcome.NOT_CAPTURED, status=404, via=Via.WARC, error=error)

    def _requested_again(self, page: Page) -> Page:
        """An open page, with the outcome `truncated` if it was requested again at once, as our client does."""
        sql = "SELECT 1 FROM captures WHERE url = ? AND at > ? AND at <= ? LIMIT 1"
        seen = _stamp(page.fetched_at), _stamp(page.fetched_at + AT_ONCE)
        if self._index.execute(sql, [page.url, *seen]).fetchone() is None:
            return page
        error = f"{page.url} ends amid its text, and was requested again at once: that capture is read instead"
        return replace(page, body=b"", outcome=Outcome.TRUNCATED, error=error)

    def _revisited(self, here: Capture) -> Page:
        """The page of a capture. A revisit gives the earlier capture that it refers to, with the revisit's own time."""
        if here.refers is None or here.page.status not in (200, 304):
            return here.page
        url, moment = here.refers
        found = self._nearest(url, moment) if moment else None
        if found is not None and abs(found[0] - (moment or found[0])) < timedelta(seconds=1):
            return replace(capture_at(self._records, found[1]).page, url=here.page.url, fetched_at=here.page.fetched_at)
        if here.page.status == 304:
            return here.page
        error = f"the record of {here.page.url} refers to a capture that is not in {self.path.name}"
        return replace(here.page, outcome=Outcome.NOT_CAPTURED, error=error)

    def _nearest(self, url: str, moment: datetime) -> tuple[datetime, int] | None:
        """The time and the offset of the response for exactly this address that is nearest to `moment`."""
        at, found = _stamp(moment), []
        for order in ("at >= ? ORDER BY at", "at < ? ORDER BY at DESC"):
            row = self._index.execute(
                f"SELECT at, offset FROM captures WHERE url = ? AND NOT revisit AND {order} LIMIT 1", [url, at]
            ).fetchone()
            found += [(datetime.fromisoformat(row[0]), int(row[1]))] if row else []
        return min(found, key=lambda one: abs(one[0] - moment), default=None)


def _readable(page: Page) -> Page:
    """The page, or a `file` where its content type or its first character shows that it is none to be read."""
    media = (page.content_type or "").strip().lower()
    is_none = _NO_PAGE.match(media) or page.body[:64].lstrip()[:1] in (b"{", b"[")
    if page.outcome is Outcome.OK and page.status == 200 and is_none:
        return replace(page, body=b"", outcome=Outcome.FILE, error=f"{page.url} is no page ({media})")
    return page


def _stamp(moment: datetime) -> str:
    """A moment in the form of the index, which sorts by time."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def _write_index(path: Path, records: Path, index: Path) -> tuple[int, str | None]:
    """Index a file's captures; returns their number, and a sentence about its damaged end or None."""
    damage = None
    with closing(sqlite3.connect(index, isolation_level=None)) as conn:
        conn.execute("PRAGMA synchronous = OFF")
        conn.execute(
            "CREATE TABLE captures (n INTEGER PRIMARY KEY, offset INTEGER, url TEXT, at TEXT, revisit INTEGER)"
        )
        conn.execute("BEGIN")
        try:
            for offset, url, moment, is_revisit in scan(records, path):
                row = [offset, url, _stamp(moment), is_revisit]
                conn.execute("INSERT INTO captures (offset, url, at, revisit) VALUES (?, ?, ?, ?)", row)
        except Damaged as error:
            damage = str(error)
        conn.execute("CREATE INDEX captures_url ON captures (url, at)")
        conn.execute("CREATE INDEX captures_offset ON captures (offset)")
        conn.execute("COMMIT")
        return int(conn.execute("SELECT count(*) FROM captures").fetchone()[0]), damage


def _is_in_members(path: Path, mark: bytes) -> bool:
    """Whether each of the first records is a compressed member of its own, or the file is not compressed."""
    if mark[:2] != _GZIP and mark != _ZSTD:
        return True
    with path.open("rb") as file:
        try:
            for offset, url, *_ in islice(scan(path), 3):
                held = capture_at(file, offset)
                if url not in (held.asked, held.page.url):
                    return False
        except (Problem, ValueError) as error:
            return isinstance(error, Damaged)
    return True


def _unpack(path: Path, records: Path) -> str | None:
    """Unpack a file that is one compressed stream; returns a sentence about its damaged end or None."""
    with path.open("rb") as file, records.open("wb") as out:
        try:
            for part in _unpacked(file):
                out.write(part)
        except _BROKEN as error:
            return f"{path} is damaged ({error}): fetch or copy it again"
    return None


def _unpacked(file: IO[bytes]) -> Iterator[bytes]:
    """The content of a compressed file, part by part. A zstd file may begin with its dictionary, itself perhaps compressed.

    Raises EOFError where it ends inside a compressed stream.
    """
    mark = file.read(4)
    shared = None
    if mark == _DICTIONARY:
        shared = file.read(int.from_bytes(file.read(4), "little"))
        shared = zstandard.ZstdDecompressor().decompress(shared, 1 << 24) if shared[:4] == _ZSTD else shared
    else:
        file.seek(0)
    if mark[:2] == _GZIP:
        with gzip.open(file) as stream:
            yield from iter(lambda: stream.read1(65_536), b"")
        return
    unpacker = zstandard.ZstdDecompressor(dict_data=zstandard.ZstdCompressionDict(shared) if shared else None)
    frame = None
    packed = file.read(65_536)
    while packed:
        frame = frame or unpacker.decompressobj()
        yield frame.decompress(packed)
        packed = (frame.unused_data if frame.eof else b"") or file.read(65_536)
        frame = None if frame.eof else frame
    if frame is not None:
        raise EOFError("it ends inside a frame")
