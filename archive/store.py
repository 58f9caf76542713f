"""Archive: the only writer. A Bulletin becomes a version here.

    with Archive("bulletins.db") as archive, archive.transaction():
        archive.append(bulletin, pages=[page])

A version is never changed: `append` compares with what stands, and adds. Everything that one append touches (chain,
contents, the row in `bulletins`, search index, fingerprints, links) is one transaction.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self
from urllib.parse import urlsplit

from sqlite_utils import Database

from archive import clusters, dedupe, search
from archive.dedupe import Link
from archive.files import connect, insert
from archive.hashes import GENESIS, content_digest, document_key, extra_digest, text_digest, version_digest
from archive.pages import PageStore, pages_path
from scrapers.clean import CLEANER
from scrapers.model import Bulletin, Page, utc
from scrapers.uncloak import refine

Change = Literal["new", "edited", "recleaned", "earlier", "moved", "gone", "back"]


@dataclass(frozen=True, slots=True)
class Appended:
    """What became of one bulletin. `change` is None where nothing changed; `version` is the document's newest by number."""

    document_id: int
    version: int
    change: Change | None
    links: tuple[Link, ...] = ()


class Archive:
    """A versioned archive of bulletins: one SQLite file, and one beside it for the raw pages.

    clock   what `observed_at` and `first_seen_at` are read from; replays and tests set it

    Raises Problem where the file is no archive, of a newer schema, or cannot be written.
    """

    def __init__(self, path: str | Path, clock: Any = None) -> None:
        self.path = Path(path)
        self.now = clock or (lambda: datetime.now(UTC))
        self.db: Database = connect(self.path)
        self.conn: sqlite3.Connection = self.db.conn
        self.pages = PageStore(pages_path(self.path))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
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

        pages   the raw pages it was read from, in order; the last one's `fetched_at` is when this state was captured
        run     the id of the run (`ledger.start_run`), None outside of one
        moved   the document that this is the new address of (see `twin_of`)

        Text is cleaned and uncloaked again, which changes nothing in what `extract` gave: the archive trusts no caller.
        """
        bulletin = refine(bulletin)
        source = bulletin.source or urlsplit(bulletin.url).hostname or "unknown"
        with self.transaction():
            captured_at = utc(max((page.fetched_at for page in pages), default=self.now()))
            if moved is not None:
                self.db.table("urls").insert({"url": bulletin.url, "document_id": moved, "why": "moved"})
            document_id = self.document_of(bulletin.url) or self._new_document(source, bulletin.url, captured_at)
            observed = [(self.observe(page, run, document_id), self.pages.put(page.body)) for page in pages]
            self._name_addresses(document_id, pages)
            content = _content_row(bulletin)
            change = "moved" if moved is not None else self._change(document_id, content, captured_at)
            if change is None:
                return Appended(document_id, self._last_number(document_id), None)
            self.db.table("contents").insert(content, pk="sha256", ignore=True)
            version = {
                "change": change,
                "captured_at": captured_at,
                "content_sha256": content["sha256"],
                "layout": bulletin.layout,
            }
            version_id, number = self._add_version(document_id, version, observed, run)
            links: tuple[Link, ...] = ()
            if self._newest(document_id) == version_id:
                links = self._show(document_id, source, bulletin, number, captured_at, version_id, run)
            else:
                self._count_version(document_id, number)
            return Appended(document_id, number, change, links)

    def gone(self, url: str, page: Page, run: int | None = None) -> Appended:
        """Record that the page of a known document is no longer served. Raises KeyError where the address is unknown.

        The document keeps its last text in `bulletins`, with the status `gone`; a second time changes nothing.
        """
        with self.transaction():
            document_id = self.document_of(url)
            if document_id is None:
                raise KeyError(url)
            observation = self.observe(page, run, document_id)
            captured_at = utc(page.fetched_at)
            if self._state_at(document_id, captured_at)["change"] == "gone":
                return Appended(document_id, self._last_number(document_id), None)
            observed = [(observation, self.pages.put(page.body))]
            version = {"change": "gone", "captured_at": captured_at, "content_sha256": None, "layout": None}
            version_id, number = self._add_version(document_id, version, observed, run)
            self._count_version(document_id, number)
            if self._newest(document_id) == version_id:
                row = {"status": "gone", "captured_at": captured_at}
                self.db.table("bulletins").update(document_id, row)
            return Appended(document_id, number, "gone")

    def observe(self, page: Page, run: int | None = None, document_id: int | None = None) -> int:
        """Record one request, whatever came of it; returns the id of the observation."""
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
            "raw_sha256": self.pages.put(page.body) if page.body else None,
            "error": page.error,
        }
        with self.transaction():
            return insert(self.db, "observations", row)

    def document_of(self, url: str) -> int | None:
        """The document that has this address, with either scheme; None where it is unknown."""
        rest = url.partition(":")[2]
        row = self.conn.execute(
            "SELECT document_id FROM urls WHERE url IN (?, ?, ?)", [url, f"http:{rest}", f"https:{rest}"]
        ).fetchone()
        return int(row[0]) if row else None

    def twin_of(self, bulletin: Bulletin) -> tuple[int, str, bool] | None:
        """The document of the same source, day, title and text under another address: its id, its address, and whether it
        is known to be gone. Where that address is dead, `bulletin` is not a copy of it but the same document, moved."""
        if self.document_of(bulletin.url) is not None or not bulletin.body:
            return None
        row = self.conn.execute(
            "SELECT document_id, url, status = 'gone' FROM bulletins"
            " WHERE published_at IS ? AND source = ? AND title IS ? AND body = ? LIMIT 1",
            [bulletin.published_at, bulletin.source, bulletin.title, bulletin.body],
        ).fetchone()
        return (int(row[0]), str(row[1]), bool(row[2])) if row else None

    def _new_document(self, source: str, url: str, captured_at: str) -> int:
        row = {"key": document_key(source, url), "source": source, "first_seen_at": captured_at}
        document_id = insert(self.db, "documents", row)
        self.db.table("urls").insert({"url": url, "document_id": document_id, "why": "first"})
        return document_id

    def _name_addresses(self, document_id: int, pages: Sequence[Page]) -> None:
        """Every address that led to the document: a redirect's target, the further pages of one article."""
        for page in pages:
            for url, why in ((page.url, "page"), (page.final_url, "redirect")):
                if url and self.document_of(url) is None:
                    self.db.table("urls").insert({"url": url, "document_id": document_id, "why": why})

    def _change(self, document_id: int, content: dict[str, Any], captured_at: str) -> Change | None:
        """What this capture is to the state that stood when it was captured; None where it says the same."""
        before = self._state_at(document_id, captured_at)
        if before is not None and before["content_sha256"] == content["sha256"]:
            return None
        if self._state_at(document_id, "9999") is None:
            return "new"
        if before is None or self._newest(document_id) != before["id"]:
            return "earlier"
        return "back" if before["change"] == "gone" else "edited"

    def _state_at(self, document_id: int, moment: str) -> Any:
        """The version that stood at `moment`: the last captured not after it, the last appended of equals."""
        rows = self.db.query(
            "SELECT id, change, content_sha256 FROM versions WHERE document_id = ? AND captured_at <= ?"
            " ORDER BY captured_at DESC, id DESC LIMIT 1",
            [document_id, moment],
        )
        return next(iter(rows), None)

    def _newest(self, document_id: int) -> int | None:
        state = self._state_at(document_id, "9999")
        return int(state["id"]) if state else None

    def _last_number(self, document_id: int) -> int:
        row = self.conn.execute("SELECT max(version) FROM versions WHERE document_id = ?", [document_id]).fetchone()
        return int(row[0] or 0)

    def _add_version(
        self, document_id: int, version: dict[str, Any], observed: list[tuple[int, str]], run: int | None
    ) -> tuple[int, int]:
        """Chain a version; returns its id and its number. Its side texts are hashed as `contents` holds them: the first
        capture of a content brought them, and a later one with another side column adds none."""
        stored = self.db.table("contents").get(version["content_sha256"]) if version["content_sha256"] else None
        last = self.conn.execute("SELECT hash FROM versions ORDER BY id DESC LIMIT 1").fetchone()
        number = self._last_number(document_id) + 1
        row = {
            **version,
            "document_id": document_id,
            "version": number,
            "observed_at": utc(self.now()),
            "run_id": run,
            "page_text_sha256": text_digest(stored["page_text"]) if stored else None,
            "extra_sha256": extra_digest(stored) if stored else None,
            "cleaner": CLEANER,
            "prev_hash": last[0] if last else GENESIS,
        }
        key = self.conn.execute("SELECT key FROM documents WHERE id = ?", [document_id]).fetchone()[0]
        row["hash"] = version_digest(row, key, [raw for _, raw in observed])
        version_id = insert(self.db, "versions", row)
        self.db.table("version_pages").insert_all(
            {"version_id": version_id, "n": n, "observation_id": observation, "raw_sha256": raw}
            for n, (observation, raw) in enumerate(observed, 1)
        )
        return version_id, number

    def _count_version(self, document_id: int, number: int) -> None:
        self.conn.execute("UPDATE bulletins SET versions = ? WHERE document_id = ?", [number, document_id])

    def _show(
        self, document_id: int, source: str, bulletin: Bulletin, number: int, captured_at: str, version_id: int,
        run: int | None,
    ) -> tuple[Link, ...]:  # fmt: skip
        """Rewrite what people browse: the row in `bulletins`, the search index, the fingerprints and the links."""
        old = next(iter(self.db.query("SELECT title, body FROM bulletins WHERE document_id = ?", [document_id])), None)
        same_body = old is not None and old["body"] == bulletin.body
        if old:
            search.remove(self.conn, document_id, old["title"], old["body"])
            if not same_body:
                dedupe.remove(self.conn, document_id, old["body"])
        row = {name: value for name, value in asdict(bulletin).items() if name in _SHOWN}
        row |= {"source": source, "status": "live", "versions": number, "captured_at": captured_at}
        if old:
            self.db.table("bulletins").update(document_id, row)
        else:
            key = document_key(source, bulletin.url)
            self.db.table("bulletins").insert({"document_id": document_id, "key": key, **row})
        search.add(self.conn, document_id, bulletin.title, bulletin.body)
        if same_body:
            return ()
        links = dedupe.find(self.conn, document_id, bulletin.body)
        dedupe.add(self.conn, document_id, bulletin.body)
        clusters.relink(self.conn, document_id, version_id, links, run)
        return tuple(links)


_SHOWN = frozenset({"url", "title", "published_at", "origin", "author", "editor", "body"})


def _content_row(bulletin: Bulletin) -> dict[str, Any]:
    fields = ("title", "published_at", "origin", "author", "editor", "body", "body_published", "page_text")
    row: dict[str, Any] = {name: getattr(bulletin, name) for name in fields}
    for name in ("images", "attachments"):
        row[name] = json.dumps(list(getattr(bulletin, name)), ensure_ascii=False)
    row["extra"] = json.dumps(dict(bulletin.extra), ensure_ascii=False, sort_keys=True)
    return {"sha256": content_digest(row), **row}
