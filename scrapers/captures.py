"""The captures of one WARC file, found by address and time, however long the file: its index is a file, not memory.

    with captures("crawl.warc.gz") as held:
        for ref in held.refs():
            held.at_record(ref)
            page = held.get(ref.url)

`Captures` stands in for a Replay: a Client that asks it gets the record that it stands at and, for the redirects and the
further pages of that one, what was captured nearest in time. A file that is one compressed stream is unpacked beside the
index first, as no record of it can be reached otherwise.
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
from scrapers.urls import spellings
from scrapers.warc import Capture, Damaged, Replay, capture_at, scan

WITHIN = timedelta(days=1)
"""How far in time a redirect's target or a further page may have been captured from the record that leads to it."""

_GZIP, _ZSTD, _DICTIONARY = b"\x1f\x8b", b"\x28\xb5\x2f\xfd", b"\x5d\x2a\x4d\x18"
"""The first bytes of a gzip member, of a zstd frame, and of the frame in which a file brings its dictionary."""
_BROKEN = (OSError, EOFError, zlib.error, zstandard.ZstdError)
"""What a compressed file that is damaged raises."""

ROBOTS = "/robots.txt"

_NO_PAGE = re.compile(
    r"(?:image|audio|video|font)/|text/(?:css|xml)|(?:text|application)/(?:x-)?(?:java|ecma)script"
    r"|application/(?:wasm|json|xml|rss\+xml|atom\+xml)"
)
"""Content types that are never read for an article, with status 200; nor is what begins as JSON does."""


@dataclass(frozen=True, slots=True)
class Ref:
    """One capture of a file: its number there, from 1, where its record starts, its address and when it was served."""

    n: int
    offset: int
    url: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Place:
    """Where the records of a file and their index are: another process opens them from this.

    path      the file as it was given; `name` tells it from others of its name, by its first bytes
    records   the file that offsets lead into: `path`, or what was unpacked of it
    count     how many captures there are
    damage    the sentence of what is wrong with its end, if anything is
    """

    path: Path
    name: str
    records: Path
    index: Path
    count: int
    damage: str | None


@contextmanager
def captures(path: str | Path) -> Iterator[Captures]:
    """The captures of a WARC file while the block lasts; of one that is damaged, those that stand before the damage.

    Raises Problem where it is no WARC, or cannot be read.
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
    """Raises Problem where a file cannot be read, or does not begin as a WARC file does; nothing more of it is read."""
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
    """What `Place` leads to. It stands at one record at a time: see `at_record`."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.path, self.at = place.path, None
        self._records = place.records.open("rb")
        self._index = sqlite3.connect(f"{place.index.as_uri()}?mode=ro", uri=True)
        self._ref = Ref(0, 0, "", datetime.now(UTC))
        self._here: Capture | None = None

    def close(self) -> None:
        """Close both files."""
        self._index.close()
        self._records.close()

    def refs(self, since: datetime | None = None, until: datetime | None = None, after: int = 0) -> Iterator[Ref]:
        """The captures from `since` to before `until`, in the order of the file, from the one after number `after` on."""
        rows = self._index.execute(
            "SELECT n, offset, url, at FROM captures WHERE n > ? AND at >= ? AND at < ? ORDER BY n",
            [after, _stamp(since) if since else "", _stamp(until) if until else "a"],
        )
        return (Ref(n, offset, url, datetime.fromisoformat(at)) for n, offset, url, at in rows)

    def number(self, offset: int) -> int | None:
        """The number of the capture whose record starts at `offset`."""
        row = self._index.execute("SELECT n FROM captures WHERE offset = ?", [offset]).fetchone()
        return int(row[0]) if row else None

    def at_record(self, ref: Ref, page: Page | None = None) -> Capture:
        """Stand at this record: its own address gives it, others what was captured nearest in time. `page` stands in for a
        revisit of what this file does not hold."""
        self._ref = ref
        self._here = capture_at(self._records, ref.offset)
        if page is not None:
            self._here = replace(self._here, page=page, refers=None)
        return self._here

    def __contains__(self, url: str) -> bool:
        return any(self._nearest(spelling, self._ref.at) for spelling in spellings(url))

    def get(self, url: str) -> Page:
        """The page that stands for `url` beside the record that is stood at. Never a robots.txt: nothing is fetched here."""
        here = None if url.endswith(ROBOTS) else self._here
        if here is not None and url == here.asked:
            return Page(url, b"", self._ref.at, status=302, headers={"location": here.page.url}, via=Via.WARC)
        if here is not None and url == here.page.url:
            return _readable(self._revisited(here))
        for spelling in (url, *spellings(url)) if here else ():
            nearest = self._nearest(spelling, self._ref.at)
            if nearest is not None and abs(nearest[0] - self._ref.at) <= WITHIN:
                return _readable(capture_at(self._records, nearest[1]).page)
        error = f"{url} is not in {self.path.name}"
        return Page(url, b"", self._ref.at, outcome=Outcome.NOT_CAPTURED, status=404, via=Via.WARC, error=error)

    def _revisited(self, here: Capture) -> Page:
        """The page of a capture; of a revisit, the earlier one that it refers to, at its own time."""
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
        """The time and the offset of the response for exactly this address that is nearest to a moment."""
        at, found = _stamp(moment), []
        for order in ("at >= ? ORDER BY at", "at < ? ORDER BY at DESC"):
            row = self._index.execute(
                f"SELECT at, offset FROM captures WHERE url = ? AND NOT revisit AND {order} LIMIT 1", [url, at]
            ).fetchone()
            found += [(datetime.fromisoformat(row[0]), int(row[1]))] if row else []
        return min(found, key=lambda one: abs(one[0] - moment), default=None)


def _readable(page: Page) -> Page:
    """The page, as a `file` where its content type, or its name, says that it is none to be read."""
    media = (page.content_type or "").strip().lower()
    is_none = _NO_PAGE.match(media) or page.body[:64].lstrip()[:1] in (b"{", b"[")
    if page.outcome is Outcome.OK and page.status == 200 and is_none:
        return replace(page, body=b"", outcome=Outcome.FILE, error=f"{page.url} is no page ({media})")
    return page


def _stamp(moment: datetime) -> str:
    """A moment as the index holds it: sorted as it is written."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def _write_index(path: Path, records: Path, index: Path) -> tuple[int, str | None]:
    """Index the captures of a file: how many there are, and the sentence of what is wrong with its end."""
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
    """Whether each of the first records starts a compressed member of its own, or the file is not compressed."""
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
    """Unpack a file that is one compressed stream; returns the sentence of what is wrong with its end."""
    with path.open("rb") as file, records.open("wb") as out:
        try:
            for part in _unpacked(file):
                out.write(part)
        except _BROKEN as error:
            return f"{path} is damaged ({error}): fetch or copy it again"
    return None


def _unpacked(file: IO[bytes]) -> Iterator[bytes]:
    """What is in a compressed file, part by part. A zstd file may begin with its dictionary, which may be compressed itself.

    Raises EOFError where it stops inside a compressed stream.
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
