"""Which bulletins are selected, by source, day and words, and the best matches among them.

A withheld document is never selected.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from archive import search
from archive.connections import rows
from scrapers.model import Problem


@dataclass(frozen=True, slots=True)
class Selection:
    """Bulletins by source, by the first and last day of publication (both included), and by words as `search.match_expression`
    takes them. A bulletin without a date matches no day. Without any condition, all are selected."""

    source: str | None = None
    since: date | None = None
    until: date | None = None
    query: str | None = None

    def where(self, dated: str = "b.published_at") -> tuple[str, dict[str, str]]:
        """The condition and its parameters, for SQL that names `bulletins` b. `dated` is the column of the day."""
        given = {
            "source": self.source,
            "since": self.since.isoformat() if self.since else None,
            "until": self.until.isoformat() if self.until else None,
            "query": None if self.query is None else search.match_expression(self.query),
        }
        told = {name: value for name, value in given.items() if value is not None}
        conditions = {
            "source": "b.source = :source",
            "since": f"substr({dated}, 1, 10) >= :since",
            "until": f"substr({dated}, 1, 10) <= :until",
            "query": "b.document_id IN (SELECT rowid FROM bulletins_fts WHERE bulletins_fts MATCH :query)",
        }
        signs, signed = search.holding(self.query or "")
        held = ["b.document_id NOT IN (SELECT document_id FROM withheld)", *(conditions[name] for name in told), signs]
        return " AND ".join(held), told | signed

    def undated(self, conn: sqlite3.Connection) -> int:
        """How many bulletins the days of this selection leave out because they have no date."""
        if not (self.since or self.until):
            return 0
        where, parameters = replace(self, since=None, until=None).where()
        sql = f"SELECT count(*) FROM bulletins b WHERE {where} AND b.published_at IS NULL"
        return int(conn.execute(sql, parameters).fetchone()[0])

    def checked(self, conn: sqlite3.Connection) -> Selection:
        """The same selection, with the title of a source replaced by its name. Raises Problem if the archive does not know the
        source, or the days are in the wrong order."""
        if self.since and self.until and self.since > self.until:
            raise Problem(f"--since {self.since} is after --until {self.until}: give the earlier day first")
        return replace(self, source=source_name(conn, self.source)) if self.source is not None else self


def source_name(conn: sqlite3.Connection, told: str) -> str:
    """The name of the source with this name, or else with this title. Raises Problem if none or several match."""
    known = "SELECT name FROM (SELECT name FROM sources UNION SELECT source FROM documents) WHERE name = ?"
    found = (
        conn.execute(known, [told]).fetchall()
        or conn.execute("SELECT name FROM sources WHERE title = ? ORDER BY name", [told.strip()]).fetchall()
    )
    if not found:
        raise Problem(f"the archive holds nothing of {told}: see `gaoxin status`")
    if len(found) > 1:
        raise Problem(f"{told} is the title of {', '.join(row[0] for row in found)}: give one of these names")
    return str(found[0][0])


@dataclass(frozen=True, slots=True)
class Found:
    """How many bulletins a search found, and the best of them as rows of `bulletins` with the title of their `site`."""

    total: int
    best: list[dict[str, Any]]


def find(conn: sqlite3.Connection, chosen: Selection, limit: int) -> Found:
    """Search the chosen bulletins: the total, and at most `limit` of them, best first by bm25.

    Raises Problem if the index was made by another version of `tokens`.
    """
    if search.tokenizer(conn) != search.TOKENIZER:
        raise Problem("the search index was made by an older Gaoxin: make the archive writable once, and search again")
    where, parameters = replace(chosen, query=None).where()
    signs, signed = search.holding(chosen.query or "")
    joined = "FROM bulletins_fts JOIN bulletins b ON b.document_id = bulletins_fts.rowid"
    source = f"{joined} WHERE {where} AND {signs} AND bulletins_fts"
    parameters |= signed | {"match": search.match_expression(chosen.query or "")}
    total = conn.execute(f"SELECT count(*) {source} MATCH :match", parameters).fetchone()[0]
    best = rows(
        conn,
        "SELECT b.*, (SELECT title FROM sources WHERE name = b.source) AS site"
        f" {source} MATCH :match ORDER BY bulletins_fts.rank, b.document_id LIMIT :limit",
        {**parameters, "limit": limit},
    )
    return Found(total, list(best))
