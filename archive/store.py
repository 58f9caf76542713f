"""Archive, the only writer: it stores each Bulletin as a version.

    with Archive("bulletins.db") as archive, archive.transaction():
        archive.append(bulletin, pages=[page])

A version is never changed: `append` compares a bulletin with the stored state, and adds. Each append is one transaction over
the hash chain, the contents, the row in `bulletins`, the search index, the fingerprints and the links.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, Self
from urllib.parse import urlsplit

from archive import search
from archive.bulletins import level_of, present_url, show
from archive.connections import insert, rows
from archive.dedupe import Link
from archive.files import connect, open_pages
from archive.hashes import GENESIS, content_digest, document_key, extra_digest, text_digest, version_digest
from archive.pages import read_page
from archive.schema import AT
from archive.states import last_number, state_at
from scrapers.clean import CLEANER
from scrapers.model import FIELDS, Bulletin, Outcome, Page, Problem, Via, utc
from scrapers.uncloak import refine

if TYPE_CHECKING:
    from sqlite_utils import Database

Change = Literal["new", "edited", "recleaned", "earlier", "moved", "gone", "back"]
Reader = Callable[[str, Sequence[Page]], Bulletin | None]
"""Reads the stored pages of one article of a source by the current rules; returns None if they are no longer an article."""
Observed = tuple[int, str | None]
"""The id of an observation, and the hash of the page's bytes if there are any."""

_NOTHING = {"content_sha256": None, "page_text_sha256": None, "extra_sha256": None, "layout": None}
"""The content columns of a version whose page was gone."""
TWINS = 3
"""How many documents `twins_of` returns at most."""


@dataclass(frozen=True, slots=True)
class Appended:
    """The result of appending one bulletin. `change` is None if nothing changed; `version` is the document's highest number."""

    document_id: int
    version: int
    change: Change | None
    links: tuple[Link, ...] = ()


class Twin(NamedTuple):
    """A document with the same or nearly the same content as a bulletin: its address, and whether it is known to be gone."""

    document_id: int
    url: str
    is_gone: bool
    is_same: bool


class Archive:
    """A versioned archive of bulletins: one SQLite file, and a second one beside it for the raw pages.

    clock   gives the current time, such as for `observed_at`; replays and tests set it
    reader  reads stored pages again, so that a change in our own code is not recorded as an edit by the publisher

    Raises Problem if the file is not an archive, has a newer schema or cannot be written, or its raw pages are missing.
    """

    def __init__(
        self, path: str | Path, clock: Callable[[], datetime] | None = None, reader: Reader | None = None
    ) -> None:
        self.path = Path(path)
        self.reader = reader
        self.now = clock or (lambda: datetime.now(UTC))
        self.db: Database = connect(self.path)
        self.conn: sqlite3.Connection = self.db.conn
        try:
            self.pages = open_pages(self.conn, self.path)
        except (Problem, sqlite3.Error):
            self.db.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def close(self) -> None:
        """Close both files."""
        self.pages.close()
        self.db.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing; joins an open transaction. `BEGIN IMMEDIATE` makes a second writer wait at the start, not halfway."""
        if self.conn.in_transaction:
            yield
            return
        self.conn.execute("BEGIN IMMEDIATE")
        try:
            yield
            search.settle(self.conn)
            self.pages.commit()  # first: a page without a version is harmless
            self.conn.execute("COMMIT")
        except BaseException:
            self.pages.rollback()
            if self.conn.in_transaction:
                self.conn.execute("ROLLBACK")
            raise

    def append(
        self, bulletin: Bulletin, pages: Sequence[Page] = (), run: int | None = None, moved: int | None = None
    ) -> Appended:
        """Add a bulletin to the archive. It becomes a version unless it repeats the state at the time of its capture.

        pages   the raw pages it was read from, in order; the latest `fetched_at` is the capture time of this state
        run     the id of the run (`ledger.start_run`), None outside a run
        moved   the document of which this is the new address (see `twins_of`)

        The text is cleaned and uncloaked again, since the archive trusts no caller. This does not change a bulletin from
        `extract`.
        """
        bulletin = refine(bulletin)
        source = bulletin.source or urlsplit(bulletin.url).hostname or "unknown"
        with self.transaction():
            captured_at = utc(max((page.fetched_at for page in pages), default=self.now()))
            if moved is not None and self.document_of(bulletin.url) is None:
                insert(self.conn, "urls", {"url": bulletin.url, "document_id": moved, "why": "moved"})
            document_id = self.document_at(bulletin.url, pages) or self._new_document(source, bulletin.url, captured_at)
            observed = [self.observe(page, run, document_id) for page in pages]
            if level_of(self.conn, document_id) == "erased":
                return Appended(document_id, last_number(self.conn, document_id), None)
            self._name_addresses(document_id, pages)
            content = content_row(bulletin)
            before = state_at(self.conn, document_id, captured_at)
            ours = self._read_again(document_id, before, content["sha256"], run)
            before = state_at(self.conn, document_id, captured_at) if ours else before
            change = "moved" if moved == document_id else self._change(document_id, before, content["sha256"])
            if change is None:
                return ours or Appended(document_id, last_number(self.conn, document_id), None)
            insert(self.conn, "contents", content, replace=True)  # the row may exist with its texts erased
            state = {"change": change, "captured_at": captured_at, "layout": bulletin.layout, **_named(content)}
            number = self._add_version(document_id, state, observed, run)
            self._restate(document_id, before, state, run)
            return Appended(document_id, number, change, show(self.db, document_id, run))

    def reclean(self, version_id: int, bulletin: Bulletin, run: int | None = None) -> Appended:
        """Add `bulletin`, read again from the pages of a version, as a `recleaned` version with the same capture time. Nothing
        is added if the text is unchanged or gone, no longer stands for that time, or was erased."""
        content = content_row(refine(bulletin))
        with self.transaction():
            (version,) = rows(self.conn, "SELECT * FROM versions WHERE id = ?", [version_id])
            document_id, captured_at = version["document_id"], version["captured_at"]
            stands = state_at(self.conn, document_id, captured_at)["id"] == version_id
            is_erased = level_of(self.conn, document_id) == "erased"
            if not stands or is_erased or version["content_sha256"] in (None, content["sha256"]):
                return Appended(document_id, last_number(self.conn, document_id), None)
            insert(self.conn, "contents", content, replace=True)
            state = {"change": "recleaned", "captured_at": captured_at, "layout": bulletin.layout, **_named(content)}
            number = self._add_version(document_id, state, self._pages_of(version_id), run)
            return Appended(document_id, number, "recleaned", show(self.db, document_id, run))

    def _read_again(self, document_id: int, before: Any, content_sha256: str, run: int | None) -> Appended | None:
        """Read the earlier state again by the current rules if a capture differs from it. An edit is a change by the
        publisher; a change caused by our own code gets its own version."""
        if self.reader is None or before is None or before["content_sha256"] in (None, content_sha256):
            return None
        source = self.conn.execute("SELECT source FROM documents WHERE id = ?", [document_id]).fetchone()[0]
        try:
            pages = version_pages(self.conn, self.pages.conn, before["id"])
        except (KeyError, ValueError):
            return None  # `verify --deep` reports it
        bulletin = self.reader(source, pages) if pages else None
        return self.reclean(before["id"], bulletin, run) if bulletin else None

    def gone(self, url: str, page: Page, run: int | None = None, observed: Observed | None = None) -> Appended:
        """Record that the page of a known document is no longer served; `observed` is its observation, if it has one already.
        Raises KeyError if the address is unknown.

        The document keeps its last text in `bulletins`, with the status `gone`. No version is added if it was already gone,
        was not captured before that time, or `url` is not its current address.
        """
        with self.transaction():
            document_id = self.document_of(url)
            if document_id is None:
                raise KeyError(url)
            captured_at = utc(page.fetched_at)
            before = state_at(self.conn, document_id, captured_at)
            is_present = url.partition(":")[2] == present_url(self.conn, document_id).partition(":")[2]
            observed = observed or self.observe(page, run, document_id if is_present else None)
            if not is_present or before is None or before["change"] == "gone":
                return Appended(document_id, last_number(self.conn, document_id), None)
            state = {"change": "gone", "captured_at": captured_at, **_NOTHING}
            number = self._add_version(document_id, state, [observed], run)
            self._restate(document_id, before, state, run)
            show(self.db, document_id, run)
            return Appended(document_id, number, "gone")

    def observe(self, page: Page, run: int | None = None, document_id: int | None = None) -> Observed:
        """Record one request, whatever its outcome, and store the bytes of its page. For an erased document only the request
        itself is recorded."""
        with self.transaction():
            for request in page.earlier:
                self.observe(request, run, None)
            known = document_id or self.document_of(page.url) or self.document_of(page.final_url or "")
            if page.outcome is not Outcome.WITHHELD and level_of(self.conn, known) == "erased":
                page = replace(page, body=b"", outcome=Outcome.WITHHELD, final_url=None, headers={}, error=None)
            raw = self.pages.put(page.body, page.url, self._raw_before(page.url)) if page.body else None
            row = {
                "run_id": run,
                "url": page.url,
                "document_id": document_id,
                "fetched_at": utc(page.fetched_at),
                "via": page.via,
                "status": page.status,
                "outcome": page.outcome,
                "final_url": page.final_url if page.final_url != page.url else None,
                "headers": json.dumps(dict(page.headers), ensure_ascii=False) if page.headers else None,
                "raw_sha256": raw,
                "error": page.error,
            }
            return insert(self.conn, "observations", row), raw

    def _raw_before(self, url: str) -> str | None:
        """The hash of the last page stored for this address."""
        row = self.conn.execute(
            f"SELECT raw_sha256 FROM observations WHERE {AT.format('url', '?1')} AND raw_sha256 IS NOT NULL"
            " ORDER BY id DESC LIMIT 1",
            [url],
        ).fetchone()
        return str(row[0]) if row else None

    def document_of(self, url: str) -> int | None:
        """The document with this address, under either scheme; None if it is unknown."""
        rest = url.partition(":")[2]
        row = self.conn.execute(
            "SELECT document_id FROM urls WHERE url IN (?, ?, ?)", [url, f"http:{rest}", f"https:{rest}"]
        ).fetchone()
        return int(row[0]) if row else None

    def layout_of(self, document_id: int | None) -> str | None:
        """The layout that read the newest text of a document; None if it has no text."""
        state = state_at(self.conn, document_id, with_text=True) if document_id is not None else None
        return state["layout"] if state else None

    def document_at(self, url: str, pages: Sequence[Page]) -> int | None:
        """The document with this address, or the one whose own address it redirects to. Known redirect targets do not count:
        the dead pages of a whole site may redirect to one notice."""
        found = self.document_of(url)
        for page in pages if found is None else ():
            found = self.owner_of(page.final_url or "") or found
        return found

    def owner_of(self, url: str) -> int | None:
        """The document whose own address this is, under either scheme. A redirect target or further page does not count."""
        rest = url.partition(":")[2]
        row = self.conn.execute(
            "SELECT document_id FROM urls WHERE url IN (?, ?) AND why IN ('first', 'moved')",
            [f"http:{rest}", f"https:{rest}"],
        ).fetchone()
        return int(row[0]) if row else None

    def twins_of(self, bulletin: Bulletin) -> list[Twin]:
        """The documents with the same source and `published_at` at other addresses that have its title or text; exact matches
        come first. `bulletin` is one of these, moved, if an exact match is dead or the address of any match redirects to it."""
        if self.document_of(bulletin.url) is not None or not (bulletin.body and bulletin.published_at):
            return []  # of a notice without a day, the next one says the same
        rows = self.conn.execute(
            "SELECT document_id, url, status = 'gone', title IS ?1 AND body = ?2 AS is_same FROM bulletins"
            " WHERE published_at IS ?3 AND source = ?4 AND (title IS ?1 OR body = ?2) ORDER BY is_same DESC, status LIMIT ?5",
            [bulletin.title, bulletin.body, bulletin.published_at, bulletin.source, TWINS],
        )
        return [Twin(document_id, url, bool(is_gone), bool(is_same)) for document_id, url, is_gone, is_same in rows]

    def _new_document(self, source: str, url: str, captured_at: str) -> int:
        row = {"key": document_key(source, url), "source": source, "first_seen_at": captured_at}
        document_id = insert(self.conn, "documents", row)
        insert(self.conn, "urls", {"url": url, "document_id": document_id, "why": "first"})
        return document_id

    def _name_addresses(self, document_id: int, pages: Sequence[Page]) -> None:
        """Record every address that led to the document: redirect targets and the further pages of an article."""
        for page in pages:
            for url, why in ((page.url, "page"), (page.final_url, "redirect")):
                if url and self.document_of(url) is None:
                    insert(self.conn, "urls", {"url": url, "document_id": document_id, "why": why})

    def _change(self, document_id: int, before: Any, content_sha256: str) -> Change | None:
        """How a capture relates to the state at the time of its capture; None if the content is the same."""
        if before is not None and before["content_sha256"] == content_sha256:
            return None
        newest = state_at(self.conn, document_id)
        if newest is None:
            return "new"
        if before is None or newest["id"] != before["id"]:
            return "earlier"
        return "back" if before["change"] == "gone" else "edited"

    def _restate(self, document_id: int, before: Any, new: dict[str, Any], run: int | None) -> None:
        """Append the older state again if it was seen after a capture that is appended late. The repeated version dates from
        that sighting. Without it, the late capture would override what was seen after it.

        It references the pages that the older state was first read from: a sighting may have none (304), or one of several.
        """
        before = before or {"id": None, "change": "gone", **_NOTHING}  # before its first capture it counts as gone
        if before["content_sha256"] == new["content_sha256"]:
            return
        captured_at = new["captured_at"]
        following = self.conn.execute(
            "SELECT min(captured_at) FROM versions WHERE document_id = ? AND captured_at > ?",
            [document_id, captured_at],
        ).fetchone()[0]
        seen = self.conn.execute(
            "SELECT min(fetched_at) FROM observations WHERE document_id = ?1 AND fetched_at > ?2 AND fetched_at < ?3"
            " AND outcome IN ('ok', 'unchanged', 'gone') AND (outcome = 'gone') = ?4 AND id NOT IN (SELECT p.observation_id"
            " FROM version_pages p JOIN versions v ON v.id = p.version_id WHERE v.document_id = ?1)",
            [document_id, captured_at, following or "9999", before["change"] == "gone"],
        ).fetchone()[0]
        if seen is None:
            return
        change = "gone" if before["change"] == "gone" else "back" if new["change"] == "gone" else "edited"
        state = {"change": change, "captured_at": seen, "layout": before["layout"], **_named(before, "content_")}
        self._add_version(document_id, state, self._pages_of(before["id"]), run)

    def _pages_of(self, version_id: int | None) -> list[tuple[int, str]]:
        """The observations that a version was read from, in order, with the hashes of their pages."""
        return self.conn.execute(
            "SELECT observation_id, raw_sha256 FROM version_pages WHERE version_id = ? ORDER BY n", [version_id]
        ).fetchall()

    def _add_version(
        self, document_id: int, state: dict[str, Any], observed: Sequence[Observed], run: int | None
    ) -> int:
        """Append a version to the hash chain; returns its number. `state` holds its change, time, layout and content hashes."""
        last = self.conn.execute("SELECT hash FROM versions ORDER BY id DESC LIMIT 1").fetchone()
        row = {
            **state,
            "document_id": document_id,
            "version": last_number(self.conn, document_id) + 1,
            "observed_at": utc(self.now()),
            "run_id": run,
            "cleaner": CLEANER,
            "prev_hash": last[0] if last else GENESIS,
        }
        key = self.conn.execute("SELECT key FROM documents WHERE id = ?", [document_id]).fetchone()[0]
        pages = [(observation, raw) for observation, raw in observed if raw]
        row["hash"] = version_digest(row, key, [raw for _, raw in pages])
        version_id = insert(self.conn, "versions", row)
        self.conn.executemany(
            "INSERT INTO version_pages (version_id, n, observation_id, raw_sha256) VALUES (?, ?, ?, ?)",
            [(version_id, n, observation, raw) for n, (observation, raw) in enumerate(pages, 1)],
        )
        return int(row["version"])


def content_row(bulletin: Bulletin) -> dict[str, Any]:
    """The row of `contents` for a refined bulletin."""
    row: dict[str, Any] = {name: getattr(bulletin, name) for name in (*FIELDS, "body", "body_published", "page_text")}
    for name in ("images", "attachments"):
        row[name] = json.dumps(list(getattr(bulletin, name)), ensure_ascii=False)
    row["extra"] = json.dumps(dict(bulletin.extra), ensure_ascii=False, sort_keys=True)
    row["page_text_sha256"] = text_digest(bulletin.page_text)
    return {"sha256": content_digest(row), "extra_sha256": extra_digest(row), **row}


def _named(row: Any, prefix: str = "") -> dict[str, Any]:
    """The three hashes that identify the content of a version, from a row of `contents` or of `versions`."""
    return {
        "content_sha256": row[f"{prefix}sha256"],
        "page_text_sha256": row["page_text_sha256"],
        "extra_sha256": row["extra_sha256"],
    }


def version_pages(conn: sqlite3.Connection, pages: sqlite3.Connection, version_id: int) -> list[Page]:
    """The raw pages that a version was read from, as received. Raises KeyError and ValueError like `read_page`."""
    rows = conn.execute(
        "SELECT o.url, p.raw_sha256, o.fetched_at, o.status, o.final_url, o.headers, o.via FROM version_pages p"
        " JOIN observations o ON o.id = p.observation_id WHERE p.version_id = ? ORDER BY p.n",
        [version_id],
    )
    return [
        Page(url, read_page(pages, raw), datetime.fromisoformat(at), status=status, final_url=final_url,
             headers=json.loads(headers or "{}"), via=Via(via))
        for url, raw, at, status, final_url, headers, via in rows.fetchall()
    ]  # fmt: skip
