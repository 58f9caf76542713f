"""What the search box finds. The index is queried once per request, not once for each count, facet and page of it.

Datasette's own query joins the index to the whole rows of `bulletins` five times. On 100,000 bulletins that took a second.
"""

from __future__ import annotations

import sqlite3
import time
from dataclasses import dataclass
from threading import Lock

from archive.search import holding, match_expression

KEPT_SECONDS = 2.0
"""An answer is kept for the queries of one request; the next request finds what was archived meanwhile."""
MOST_KEPT = 16
FEW = 4000
"""Up to this many bulletins are looked up one by one; for more, the small indexes are scanned."""
AMONG_FEW = "document_id in (select value from json_each(search_ids(:search)))"
AMONG_MANY = "substr(search_places(:search), document_id, 1) = x'01'"


@dataclass(frozen=True, slots=True)
class Hits:
    """The documents that a search found: how many, their ids as a JSON array, and one byte per document, 1 if it was found."""

    total: int
    ids: str
    places: bytes

    @property
    def condition(self) -> str:
        """The SQL condition on `bulletins` that they meet; `:search` is the query."""
        return AMONG_FEW if self.total <= FEW else AMONG_MANY


def find(conn: sqlite3.Connection, query: str) -> Hits:
    """Query the index."""
    import numpy as np

    signs, signed = holding(query)
    among = "" if not signed else f" AND rowid IN (SELECT b.document_id FROM bulletins b WHERE {signs})"
    sql = f"SELECT group_concat(rowid) FROM bulletins_fts WHERE bulletins_fts MATCH :match{among}"
    ids = conn.execute(sql, {"match": match_expression(query), **signed}).fetchone()[0] or ""
    numbers = np.fromstring(ids, np.int64, sep=",")
    places = np.zeros(numbers[-1] if len(numbers) else 0, np.uint8)
    places[numbers - 1] = 1
    return Hits(len(numbers), f"[{ids}]", places.tobytes())


def ranking(conn: sqlite3.Connection, query: str) -> dict[int, int]:
    """The rank of each document that a search finds, 0 being the best, in the order of `gaoxin search`."""
    sql = "SELECT rowid FROM bulletins_fts WHERE bulletins_fts MATCH ? ORDER BY rank, rowid"
    return {row[0]: n for n, row in enumerate(conn.execute(sql, [match_expression(query)]))}


class Memory:
    """The last few answers, for all connections of a server."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str], tuple[float, Hits]] = {}
        self._ranking: tuple[tuple[str, str], float, dict[int, int]] = (("", ""), 0.0, {})
        self._lock = Lock()

    def find(self, conn: sqlite3.Connection, database: str, query: str) -> Hits:
        """What `query` finds in this database; the answer is at most two seconds old."""
        with self._lock:
            at, hits = self._kept.get((database, query), (0.0, None))
        if hits is None or time.monotonic() - at > KEPT_SECONDS:
            hits = find(conn, query)
            with self._lock:
                self._kept.pop((database, query), None)
                self._kept[database, query] = (time.monotonic(), hits)
                while len(self._kept) > MOST_KEPT:
                    del self._kept[next(iter(self._kept))]
        return hits

    def rank(self, conn: sqlite3.Connection, database: str, query: str, document_id: int) -> int:
        """The rank of a document in what `query` finds; one archived since comes last. The last query's ranks are kept."""
        asked, at, found = self._ranking
        if asked != (database, query) or time.monotonic() - at > KEPT_SECONDS:
            found = ranking(conn, query)
            self._ranking = (database, query), time.monotonic(), found
        return found.get(document_id, len(found))

    def teach(self, conn: sqlite3.Connection, database: str) -> None:
        """Register the SQL functions that the conditions use."""
        told = {"search_ids": lambda hits: hits.ids, "search_places": lambda hits: hits.places}
        for name, part in told.items():
            conn.create_function(
                name, 1, lambda query, part=part: part(self.find(conn, database, query)), deterministic=True
            )
        conn.create_function("search_rank", 2, lambda query, number: self.rank(conn, database, query, number))
