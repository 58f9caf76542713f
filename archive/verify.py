"""Every hash of an archive recomputed, and every reference followed. The first bad row is named.

What it proves: no version, content or link to a raw page was changed since it was appended by whoever does not also
rewrite every later hash. A cut tail is only found with a release, which holds the head of the chain.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from itertools import chain
from pathlib import Path

from archive.connections import open_readable
from archive.files import connect_existing
from archive.hashes import GENESIS, Row, document_key, extra_digest, is_content, version_digest
from archive.merkle import Growing
from archive.pages import Wholes, pages_path, read_page
from archive.release import Release, named, releases
from archive.withhold import IS_ERASED, erased_pages


@dataclass(frozen=True, slots=True)
class Verified:
    """How many versions were checked, the head of the chain, and the first fault, in words; None where all is well.

    `erased` counts the versions whose text was erased on request: their hashes hold, their texts are gone.
    """

    versions: int
    head: str
    fault: str | None
    erased: int = 0
    releases: tuple[str, ...] = ()


def verify(path: Path, release: str | None = None, *, deep: bool = False) -> Verified:
    """Check the archive at `path`, and that it holds each of its releases as they were.

    release   one release that it must hold: a tag, or the `release.json` that was published
    deep      unpack every raw page and hash it; else it only has to be there

    Raises Problem where it is no archive, or has no such release.
    """
    conn = connect_existing(path)
    conn.row_factory = sqlite3.Row
    conn.execute(f"PRAGMA mmap_size = {1 << 40}")
    check = _Check(conn, None, deep)
    try:
        wanted = [named(conn, release)] if release else []
        check.releases = [*wanted, *(held for held in releases(conn) if held not in wanted)]
        if pages_path(path).is_file():
            check.pages = open_readable(pages_path(path))
        return check.run()
    except sqlite3.DatabaseError as error:
        return check.verified(f"{check.at} cannot be read: the file is damaged ({error})")
    finally:
        conn.close()
        if check.pages:
            check.pages.close()


class _Check:
    """One check under way: how far it came, and the head of the chain there."""

    def __init__(self, conn: sqlite3.Connection, pages: sqlite3.Connection | None, deep: bool) -> None:
        self.conn, self.pages, self.deep = conn, pages, deep
        self.checked, self.head, self.erased = 0, GENESIS, 0
        self.releases: list[Release] = []
        self.tree = Growing()
        self.wholes: Wholes = {}
        self.at = "version 1"
        self.withheld: dict[int, str] = {}

    def verified(self, fault: str | None) -> Verified:
        return Verified(self.checked, self.head, fault, self.erased, tuple(held.tag for held in self.releases))

    def run(self) -> Verified:
        self.withheld = dict(self.conn.execute("SELECT document_id, min(level) FROM withheld GROUP BY 1"))
        raws = _Raws(self.conn)
        for version in self.conn.execute(_VERSIONS):
            fault = next(self.version_faults(version, raws.of(version["id"])), None)
            if fault:
                return self.verified(f"version {version['id']} (document {version['document_id']}): {fault}")
            self.checked, self.head = self.checked + 1, version["hash"]
            self.at = f"version {self.checked + 1}"
            if self.releases:
                self.tree.add(self.head)
                if fault := self.release_fault():
                    return self.verified(fault)
        self.at = f"something beside the {self.checked} versions"
        faults = chain(self.cut_faults(), raws.left(), self.document_faults(), self.stray_faults())
        return self.verified(next(faults, None))

    def version_faults(self, version: sqlite3.Row, raws: list[tuple[str, str | None]]) -> Iterator[str]:
        row: Row = dict(version)
        if row["id"] != self.checked + 1:
            yield f"version {self.checked + 1} before it is missing"
        if row["prev_hash"] != self.head:
            yield "its prev_hash is not the hash of the version before it"
        if row["key"] is None:
            yield "its document is missing"
        if row["version"] == 1 and row["captured_at"] != row["first_seen_at"]:
            yield "its document is said to have been first seen at another time"
        if version_digest(row, row["key"], [raw for raw, _ in raws]) != row["hash"]:
            yield "its hash does not match what it says"
        is_erased = self.withheld.get(row["document_id"]) == "erased"
        if row["content_sha256"] is not None and is_erased and row["body"] is None:
            self.erased += 1
        elif row["content_sha256"] is not None:
            yield from _content_faults(row)
        for raw, observed in raws:
            if raw != observed:
                yield f"raw page {raw[:12]} is not the one that was observed"
            if not is_erased:
                yield from self.page_faults(raw)

    def release_fault(self) -> str | None:
        """Where the chain has come to the end of a release: whether it is the one that was released."""
        for held in self.releases:
            if held.last_version_id == self.checked:
                found = (self.head, self.tree.root(), self.checked)
                if found != (held.head_hash, held.merkle_root, held.versions):
                    where = f"version {self.checked} or one before it"
                    return f"{where} is not what release {held.tag} holds: the chain was written anew since"
        return None

    def cut_faults(self) -> Iterator[str]:
        for held in self.releases:
            if held.last_version_id < 1:
                yield f"release {held.tag} says that it ends with version {held.last_version_id}"
            if held.last_version_id > self.checked:
                yield (
                    f"version {self.checked + 1} is missing: the archive ends with version {self.checked},"
                    f" release {held.tag} holds {held.last_version_id}"
                )

    def page_faults(self, raw: str) -> Iterator[str]:
        if self.pages is None:
            yield f"raw page {raw[:12]} is missing: there is no .pages.db beside the archive"
            return
        try:
            if self.deep:
                read_page(self.pages, raw, self.wholes)
            elif self.pages.execute("SELECT 1 FROM blobs WHERE sha256 = ?", [raw]).fetchone() is None:
                raise KeyError(raw)
        except KeyError:
            yield f"raw page {raw[:12]} is missing"
        except ValueError as error:
            yield str(error)
        except sqlite3.DatabaseError as error:
            yield f"raw page {raw[:12]} cannot be read: the .pages.db is damaged ({error})"

    def document_faults(self) -> Iterator[str]:
        """What a document is named by is its source and first address; every other address was seen to lead to it."""
        for document_id, key, source, first in self.conn.execute(_DOCUMENTS):
            if first is None or document_key(source, first) != key:
                yield f"document {document_id}: its source and first address are not those of its key"
        for (fault,) in self.conn.execute(_STRAYED):
            yield fault

    def stray_faults(self) -> Iterator[str]:
        """What people browse must be what the versions tell, of every document but the withheld, and of nothing else; the
        pages that only an observation names must be there, and the files whole."""
        row = self.conn.execute(
            "SELECT id FROM documents WHERE id NOT IN (SELECT document_id FROM versions) LIMIT 1"
        ).fetchone()
        if row:
            yield f"document {row['id']} has no version"
        row = self.conn.execute(
            "SELECT document_id AS id FROM bulletins WHERE document_id NOT IN (SELECT id FROM documents)"
        ).fetchone()
        if row:
            yield f"bulletin {row['id']} is of no document"
        for row in self.conn.execute(_NOT_SHOWN):
            yield row[0]
        for row in self.conn.execute(
            "SELECT document_id AS id, level FROM withheld JOIN bulletins USING (document_id) ORDER BY level LIMIT 1"
        ):
            yield f"document {row['id']} is {row['level']}, and still in bulletins"
        for row in self.conn.execute(
            "SELECT min(id) AS id, raw_sha256 FROM observations WHERE raw_sha256 IS NOT NULL"
            f" AND raw_sha256 NOT IN (SELECT raw_sha256 FROM version_pages) AND NOT {IS_ERASED} GROUP BY raw_sha256"
        ):
            yield from (f"observation {row['id']}: {fault}" for fault in self.page_faults(row["raw_sha256"]))
        yield from self.erasure_faults()
        for name, conn in (("file", self.conn), (".pages.db", self.pages)):
            damaged = conn.execute("PRAGMA quick_check(1)").fetchone()[0] if conn and self.deep else "ok"
            if damaged != "ok":
                yield f"the {name} is damaged: {damaged}"

    def erasure_faults(self) -> Iterator[str]:
        """An erasure that was cut short."""
        if "erased" not in self.withheld.values():
            return
        for (document_id,) in self.conn.execute(_STILL_THERE):
            yield f"document {document_id} is erased, and its text still kept: withhold it again"
        for raw, document_id in erased_pages(self.conn) if self.pages else ():
            if next(self.page_faults(raw), None) is None:
                yield f"document {document_id} is erased, and its raw page {raw[:12]} still kept: withhold it again"


class _Raws:
    """The raw pages of versions that are asked for in order: what each names, and what was observed; None where another one
    stands before it."""

    def __init__(self, conn: sqlite3.Connection) -> None:
        self._rows = iter(conn.execute(_PAGES))
        self._next = next(self._rows, None)

    def of(self, version_id: int) -> list[tuple[str, str | None]]:
        found: list[tuple[str, str | None]] = []
        while self._next is not None and self._next[0] <= version_id:
            if self._next[0] == version_id:
                found.append((self._next[2], self._next[3] if self._next[1] == len(found) + 1 else None))
            self._next = next(self._rows, None)
        return found

    def left(self) -> Iterator[str]:
        if self._next is not None:
            yield f"version {self._next[0]}, of which a raw page is kept, is missing"


def _content_faults(row: Row) -> Iterator[str]:
    if row["held"] is None:
        yield f"its content {row['content_sha256'][:12]} is missing"
        return
    if row["body"] is None or not is_content(row, row["body"], row["content_sha256"]):
        yield "its content does not match its content_sha256"
    if sha256(row["page_text"] or b"").hexdigest() != row["page_text_sha256"]:
        yield "its page_text does not match its page_text_sha256"
    if extra_digest(row) != row["extra_sha256"]:
        yield "its body_published or extra does not match its extra_sha256"


_VERSIONS = """
SELECT v.*, d.key, d.first_seen_at, c.sha256 AS held, c.title, c.published_at, c.origin, c.author, c.editor,
  CAST(c.body AS BLOB) AS body, c.body_published, CAST(c.page_text AS BLOB) AS page_text, c.images, c.attachments, c.extra
FROM versions v LEFT JOIN documents d ON d.id = v.document_id LEFT JOIN contents c ON
  (c.sha256, c.page_text_sha256, c.extra_sha256) = (v.content_sha256, v.page_text_sha256, v.extra_sha256)
ORDER BY v.id
"""
_PAGES = """
SELECT p.version_id, p.n, p.raw_sha256, o.raw_sha256 FROM version_pages p LEFT JOIN observations o ON o.id = p.observation_id
ORDER BY p.version_id, p.n
"""
_DOCUMENTS = """
SELECT d.id, d.key, d.source, u.url FROM documents d LEFT JOIN urls u ON u.document_id = d.id AND u.why = 'first' ORDER BY d.id
"""
_STRAYED = """
SELECT 'document ' || u.document_id || ': its address ' || u.url || ' was never seen to lead to it' FROM urls u
  WHERE u.why <> 'first' AND (u.why NOT IN ('page', 'redirect', 'moved') OR NOT EXISTS (SELECT 1 FROM observations o
    WHERE o.document_id = u.document_id AND u.url IN (o.url, o.final_url)))
"""
_STILL_THERE = """
SELECT v.document_id FROM versions v JOIN contents c ON
  (c.sha256, c.page_text_sha256, c.extra_sha256) = (v.content_sha256, v.page_text_sha256, v.extra_sha256)
WHERE v.document_id IN (SELECT document_id FROM withheld WHERE level = 'erased') AND c.body IS NOT NULL
  AND NOT EXISTS (SELECT 1 FROM versions o WHERE (o.content_sha256, o.page_text_sha256, o.extra_sha256) =
    (c.sha256, c.page_text_sha256, c.extra_sha256)
    AND o.document_id NOT IN (SELECT document_id FROM withheld WHERE level = 'erased'))
"""
_COLUMNS = "key source url status captured_at versions title published_at origin author editor body".split()
_NOT_SHOWN = f"""
SELECT CASE WHEN b.document_id IS NULL THEN 'document ' || d.id || ' has no row in bulletins'
  {
    " ".join(
        f"WHEN b.{name} IS NOT true_{name} THEN 'bulletin ' || d.id || ': its {name} is not what its versions tell'"
        for name in _COLUMNS
    )
} END AS fault
FROM (SELECT d.id, d.key AS true_key, d.source AS true_source,
    (SELECT url FROM urls WHERE document_id = d.id AND why IN ('first', 'moved') ORDER BY rowid DESC LIMIT 1) AS true_url,
    (SELECT count(*) FROM versions WHERE document_id = d.id) AS true_versions,
    iif(newest.change = 'gone', 'gone', 'live') AS true_status, newest.captured_at AS true_captured_at,
    c.title AS true_title, c.published_at AS true_published_at, c.origin AS true_origin, c.author AS true_author,
    c.editor AS true_editor, c.body AS true_body
  FROM documents d
  JOIN versions newest ON newest.id =
    (SELECT id FROM versions WHERE document_id = d.id ORDER BY captured_at DESC, id DESC LIMIT 1)
  LEFT JOIN versions spoken ON spoken.id = (SELECT id FROM versions WHERE document_id = d.id
    AND content_sha256 IS NOT NULL ORDER BY captured_at DESC, id DESC LIMIT 1)
  LEFT JOIN contents c ON (c.sha256, c.page_text_sha256, c.extra_sha256) =
    (spoken.content_sha256, spoken.page_text_sha256, spoken.extra_sha256)
  WHERE d.id NOT IN (SELECT document_id FROM withheld)) d
LEFT JOIN bulletins b ON b.document_id = d.id
WHERE fault IS NOT NULL ORDER BY d.id LIMIT 1
"""
"""The first document that is not shown as its versions tell it, in words."""
