"""Recomputes every hash of an archive, and follows every reference. The first bad row is named.

This shows that no version, content or link to a raw page was changed after it was appended, unless every later hash was
rewritten too. Only a release, which holds the last hash of the chain, shows that versions at the end are missing.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from hashlib import sha256
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

from archive import consistency
from archive.consistency import RawPages, connect
from archive.hashes import (
    CONTENT_FIELDS,
    GENESIS,
    VERSION_FIELDS,
    extra_digest,
    is_content,
    is_version,
    object_sql,
)
from archive.merkle import Growing
from archive.release import Release, named, releases
from archive.schema import content_of


@dataclass(frozen=True, slots=True)
class Verified:
    """How many versions were checked, the last hash of the chain, and the first fault as a sentence; None if there is none.

    `erased` counts the versions whose text was erased on request: their hashes hold, their texts are gone.
    """

    versions: int
    head: str
    fault: str | None
    erased: int = 0
    releases: tuple[str, ...] = ()


def verify(path: Path, release: str | None = None, *, deep: bool = False) -> Verified:
    """Check the archive at `path`, and that it still holds each of its releases unchanged.

    release   one release that it must hold: a tag, or the published `release.json`
    deep      unpack and hash every raw page; otherwise each only has to exist

    Raises Problem if it is not an archive, or has no such release.
    """
    with closing(connect(path)) as conn, closing(RawPages(path, deep)) as pages:
        check = _Check(conn, pages)
        try:
            check.releases = [*([named(conn, release)] if release else []), *releases(conn)]
            return check.run()
        except sqlite3.DatabaseError as error:
            return check.verified(f"{check.at} cannot be read: the file is damaged ({error})")


class _Version(NamedTuple):
    """A row of `_VERSIONS`: a version, and what the archive holds of it. `told` is the canonical text that its hash covers."""

    id: int
    document_id: int
    prev_hash: str
    hash: str
    is_orphan: int
    is_misdated: int
    told: bytes
    content_sha256: str | None
    page_text_sha256: str | None
    extra_sha256: str | None
    is_empty: int
    told_content: bytes
    body: bytes | None
    page_text: bytes | None
    body_published: str | None
    extra: str | None


class _Check:
    """A check in progress: how many versions have passed, and the last hash of the chain."""

    def __init__(self, conn: sqlite3.Connection, pages: RawPages) -> None:
        self.conn, self.pages = conn, pages
        self.checked, self.head, self.erased = 0, GENESIS, 0
        self.releases: list[Release] = []
        self.tree = Growing()
        self.at = "version 1"
        self.withheld: dict[int, str] = {}

    def verified(self, fault: str | None) -> Verified:
        return Verified(self.checked, self.head, fault, self.erased, tuple(held.tag for held in self.releases))

    def run(self) -> Verified:
        self.withheld = dict(self.conn.execute("SELECT document_id, min(level) FROM withheld GROUP BY 1"))
        raws = _Raws(self.conn)
        for version in map(_Version._make, self.versions()):
            fault = next(self.version_faults(version, raws.of(version.id)), None)
            if fault:
                return self.verified(f"version {version.id} (document {version.document_id}): {fault}")
            self.checked, self.head = self.checked + 1, version.hash
            self.at = f"version {self.checked + 1}"
            if self.releases:
                self.tree.add(self.head)
                if fault := self.release_fault():
                    return self.verified(fault)
        self.at = f"something beside the {self.checked} versions"
        return self.verified(
            next(chain(self.cut_faults(), raws.left(), consistency.faults(self.conn, self.pages)), None)
        )

    def versions(self) -> Iterator[tuple[Any, ...]]:
        try:
            yield from self.conn.execute(_VERSIONS)
        except sqlite3.DatabaseError:  # sqlite3 reads one row ahead, so the row before the damaged one was lost too
            yield from self.conn.execute(f"{_VERSIONS} LIMIT 1 OFFSET {self.checked}")
            raise

    def version_faults(self, row: _Version, raws: list[tuple[str, str | None]]) -> Iterator[str]:
        if row.id != self.checked + 1:
            yield f"version {self.checked + 1} before it is missing"
        if row.prev_hash != self.head:
            yield "its prev_hash is not the hash of the version before it"
        if row.is_orphan:
            yield "its document is missing"
        if row.is_misdated:
            yield "its document is said to have been first seen at another time"
        if not is_version(row.told, [raw for raw, _ in raws], row.hash):
            yield "its hash does not match what it says"
        is_erased = self.withheld.get(row.document_id) == "erased"
        if row.content_sha256 is not None and is_erased and row.body is None:
            self.erased += 1
        elif row.content_sha256 is not None:
            yield from _content_faults(row, row.content_sha256)
        for raw, observed in raws:
            if raw != observed:
                yield f"raw page {raw[:12]} is not the one that was observed"
            if not is_erased:
                yield from self.pages.faults(raw)

    def release_fault(self) -> str | None:
        """The fault, if the chain has reached the end of a release and does not match it."""
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


class _Raws:
    """The raw pages of versions, requested in order: the hash that each version names, and the hash that was observed. The
    latter is None if a page is missing before it."""

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


def _content_faults(row: _Version, named: str) -> Iterator[str]:
    if row.is_empty:
        yield f"its content {named[:12]} is missing"
        return
    if row.body is None or not is_content(row.told_content, row.body, named):
        yield "its content does not match its content_sha256"
    if sha256(row.page_text or b"").hexdigest() != row.page_text_sha256:
        yield "its page_text does not match its page_text_sha256"
    if extra_digest({"body_published": row.body_published, "extra": row.extra}) != row.extra_sha256:
        yield "its body_published or extra does not match its extra_sha256"


_VERSIONS = f"""
SELECT v.id, v.document_id, v.prev_hash, v.hash, d.key IS NULL, v.version = 1 AND v.captured_at IS NOT d.first_seen_at,
  {object_sql(VERSION_FIELDS, "v", key="d.key", raw_sha256="NULL")}, v.content_sha256, v.page_text_sha256, v.extra_sha256,
  c.sha256 IS NULL, {object_sql(CONTENT_FIELDS, "c", body="NULL")}, CAST(c.body AS BLOB), CAST(c.page_text AS BLOB),
  c.body_published, c.extra
FROM versions v LEFT JOIN documents d ON d.id = v.document_id LEFT JOIN contents c ON
  {content_of("v")}
ORDER BY v.id
"""
_PAGES = """
SELECT p.version_id, p.n, p.raw_sha256, o.raw_sha256 FROM version_pages p LEFT JOIN observations o ON o.id = p.observation_id
ORDER BY p.version_id, p.n
"""
