"""Archive: the only writer. A Bulletin becomes a version here.

    with Archive("bulletins.db") as archive, archive.transaction():
        archive.append(bulletin, pages=[page])

A version is never changed: `append` compares with what stands, and adds. Everything that one append touches (chain,
contents, the row in `bulletins`, search index, fingerprints, links) is one transaction.
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
from scrapers.model import Bulletin, Outcome, Page, Problem, Via, utc
from scrapers.uncloak import refine

if TYPE_CHECKING:
    from sqlite_utils import Database

Change = Literal["new", "edited", "recleaned", "earlier", "moved", "gone", "back"]
Reader = Callable[[str, Sequence[Page]], Bulletin | None]
"""Reads the pages of one article of a source by today's rules; None where they are none any more."""

_NOTHING = {"content_sha256": None, "page_text_sha256": None, "extra_sha256": None, "layout": None}
"""What a version has in the place of a text where the page was gone."""
TWINS = 3
"""Documents of which it is asked whether a new address is theirs."""


@dataclass(frozen=True, slots=True)
class Appended:
    """What became of one bulletin. `change` is None where nothing changed; `version` is the document's newest by number."""

    document_id: int
    version: int
    change: Change | None
    links: tuple[Link, ...] = ()


class Twin(NamedTuple):
    """A document that says the same as a bulletin, or nearly, and its address; whether it is known to be gone."""

    document_id: int
    url: str
    is_gone: bool
    is_same: bool


class Archive:
    """A versioned archive of bulletins: one SQLite file, and one beside it for the raw pages.

    clock   what `observed_at` and `first_seen_at` are read from; replays and tests set it
    reader  reads stored pages again, so that what our own code changed is not taken for an edit of the publisher's

    Raises Problem where the file is no archive, of a newer schema, or cannot be written, or its raw pages are missing.
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
        """All or nothing; joins one that is open. `BEGIN IMMEDIATE`: a second writer waits at the start, not in the middle."""
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
        """Add what `pages` say to the archive; a version where it is new, edited, or back after it was gone.

        pages   the raw pages it was read from, in order; the latest `fetched_at` is when this state was captured
        run     the id of the run (`ledger.start_run`), None outside of one
        moved   the document that this is the new address of (see `twins_of`)

        Text is cleaned and uncloaked again, which changes nothing in what `extract` gave: the archive trusts no caller.
        """
        bulletin = refine(bulletin)
        source = bulletin.source or urlsplit(bulletin.url).hostname or "unknown"
        with self.transaction():
            captured_at = utc(max((page.fetched_at for page in pages), default=self.now()))
            if moved is not None and self.document_of(bulletin.url) is None:
                insert(self.conn, "urls", {"url": bulletin.url, "document_id": moved, "why": "moved"})
            document_id = self.document_at(bulletin.url, pages) or self._new_document(source, bulletin.url, captured_at)
            observed = [self._keep(page, run, document_id) for page in pages]
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
            insert(self.conn, "contents", content, replace=True)  # it may stand there without its texts, erased
            state = {"change": change, "captured_at": captured_at, "layout": bulletin.layout, **_named(content)}
            number = self._add_version(document_id, state, observed, run)
            self._restate(document_id, before, state, run)
            return Appended(document_id, number, change, show(self.db, document_id, run))

    def reclean(self, version_id: int, bulletin: Bulletin, run: int | None = None) -> Appended:
        """State what today's rules read in the pages of a version: a `recleaned` one, captured when it was, where the content
        differs, it still stands for that moment, and its document was not erased."""
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
        """Where a capture says another thing than the state that stood, that state is first read again by today's rules:
        an edit is what the publisher changed. What our code changed is stated on its own."""
        if self.reader is None or before is None or before["content_sha256"] in (None, content_sha256):
            return None
        source = self.conn.execute("SELECT source FROM documents WHERE id = ?", [document_id]).fetchone()[0]
        try:
            pages = version_pages(self.conn, self.pages.conn, before["id"])
        except (KeyError, ValueError):
            return None  # `verify --deep` names it
        bulletin = self.reader(source, pages) if pages else None
        appended = self.reclean(before["id"], bulletin, run) if bulletin else None
        return appended if appended and appended.change else None

    def gone(self, url: str, page: Page, run: int | None = None) -> Appended:
        """Record that the page of a known document is no longer served. Raises KeyError where the address is unknown.

        The document keeps its last text in `bulletins`, with the status `gone`. Nothing changes a second time, before the
        document was first captured, or where `url` is but one of its former or further addresses.
        """
        with self.transaction():
            document_id = self.document_of(url)
            if document_id is None:
                raise KeyError(url)
            captured_at = utc(page.fetched_at)
            before = state_at(self.conn, document_id, captured_at)
            is_present = url.partition(":")[2] == present_url(self.conn, document_id).partition(":")[2]
            observed = [self._keep(page, run, document_id if is_present else None)]
            if not is_present or before is None or before["change"] == "gone":
                return Appended(document_id, last_number(self.conn, document_id), None)
            state = {"change": "gone", "captured_at": captured_at, **_NOTHING}
            number = self._add_version(document_id, state, observed, run)
            self._restate(document_id, before, state, run)
            show(self.db, document_id, run)
            return Appended(document_id, number, "gone")

    def observe(self, page: Page, run: int | None = None, document_id: int | None = None) -> int:
        """Record one request, whatever came of it; returns the id of the observation."""
        return self._keep(page, run, document_id)[0]

    def _keep(self, page: Page, run: int | None, document_id: int | None) -> tuple[int, str | None]:
        """Observe a page and keep its bytes: the id of the observation, and their hash where it had any. Of a page whose
        document was erased nothing is kept but that it was asked for."""
        with self.transaction():
            for request in page.earlier:
                self._keep(request, run, None)
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
        """The hash of the last page that was kept of this address."""
        row = self.conn.execute(
            f"SELECT raw_sha256 FROM observations WHERE {AT.format('url', '?1')} AND raw_sha256 IS NOT NULL"
            " ORDER BY id DESC LIMIT 1",
            [url],
        ).fetchone()
        return str(row[0]) if row else None

    def document_of(self, url: str) -> int | None:
        """The document that has this address, with either scheme; None where it is unknown."""
        rest = url.partition(":")[2]
        row = self.conn.execute(
            "SELECT document_id FROM urls WHERE url IN (?, ?, ?)", [url, f"http:{rest}", f"https:{rest}"]
        ).fetchone()
        return int(row[0]) if row else None

    def layout_of(self, document_id: int | None) -> str | None:
        """The layout that the newest text of a document was read by; None where there is none."""
        state = state_at(self.conn, document_id, with_text=True) if document_id is not None else None
        return state["layout"] if state else None

    def document_at(self, url: str, pages: Sequence[Page]) -> int | None:
        """The document of this address, or whose own address it now redirects to. An address that another document was once
        led to says nothing: dead pages of a whole site are led to one notice."""
        found = self.document_of(url)
        for page in pages if found is None else ():
            found = self.owner_of(page.final_url or "") or found
        return found

    def owner_of(self, url: str) -> int | None:
        """The document whose own address this is, with either scheme: not one that it was merely led to."""
        rest = url.partition(":")[2]
        row = self.conn.execute(
            "SELECT document_id FROM urls WHERE url IN (?, ?) AND why IN ('first', 'moved')",
            [f"http:{rest}", f"https:{rest}"],
        ).fetchone()
        return int(row[0]) if row else None

    def twins_of(self, bulletin: Bulletin) -> list[Twin]:
        """The documents of the same source and day under other addresses that have its title or its text; those that say all
        the same come first. Where the address of one of these is dead, `bulletin` is not a copy of it but the same document,
        moved; where that of any leads to it too."""
        if self.document_of(bulletin.url) is not None or not bulletin.body:
            return []
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
        """Every address that led to the document: a redirect's target, the further pages of one article."""
        for page in pages:
            for url, why in ((page.url, "page"), (page.final_url, "redirect")):
                if url and self.document_of(url) is None:
                    insert(self.conn, "urls", {"url": url, "document_id": document_id, "why": why})

    def _change(self, document_id: int, before: Any, content_sha256: str) -> Change | None:
        """What a capture is to the state that stood when it was captured; None where it says the same."""
        if before is not None and before["content_sha256"] == content_sha256:
            return None
        newest = state_at(self.conn, document_id)
        if newest is None:
            return "new"
        if before is None or newest["id"] != before["id"]:
            return "earlier"
        return "back" if before["change"] == "gone" else "edited"

    def _restate(self, document_id: int, before: Any, new: dict[str, Any], run: int | None) -> None:
        """A state appended late, into a time when an older one had been seen again: from that sighting on the older one
        stands, and is stated once more. Without it, a page taken in late would override what was seen after it.

        It names the pages that it was first read from: of a sighting there may be none (304), or one of several.
        """
        before = before or {"id": None, "change": "gone", **_NOTHING}  # it was not there yet, if anybody asked
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
        self, document_id: int, state: dict[str, Any], observed: Sequence[tuple[int, str | None]], run: int | None
    ) -> int:
        """Chain a version; returns its number. `state` has its change, time, layout and the hashes of its texts."""
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
    """The row of `contents` that holds a refined bulletin."""
    fields = ("title", "published_at", "origin", "author", "editor", "body", "body_published", "page_text")
    row: dict[str, Any] = {name: getattr(bulletin, name) for name in fields}
    for name in ("images", "attachments"):
        row[name] = json.dumps(list(getattr(bulletin, name)), ensure_ascii=False)
    row["extra"] = json.dumps(dict(bulletin.extra), ensure_ascii=False, sort_keys=True)
    row["page_text_sha256"] = text_digest(bulletin.page_text)
    return {"sha256": content_digest(row), "extra_sha256": extra_digest(row), **row}


def _named(row: Any, prefix: str = "") -> dict[str, Any]:
    """The three hashes by which a version names its content, from a row of `contents` or of `versions`."""
    return {
        "content_sha256": row[f"{prefix}sha256"],
        "page_text_sha256": row["page_text_sha256"],
        "extra_sha256": row["extra_sha256"],
    }


def version_pages(conn: sqlite3.Connection, pages: sqlite3.Connection, version_id: int) -> list[Page]:
    """The raw pages that a version was read from, as they came. Raises KeyError and ValueError as `read_page`."""
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
