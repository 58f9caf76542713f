"""Rebuilds the index of copies and the links after a rule has changed, in blocks, so that an interrupted rebuild can resume.

Documents are taken in the order of their ids and compared with those before them. Links that state the same stay; the others
are retired, not deleted.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from archive import clusters, dedupe, ledger
from archive.ledger import Counts
from archive.store import Archive

BLOCK = 500
"""Document ids per transaction."""


def rebuild(archive: Archive, run: int, say: Callable[[str], None]) -> Counts:
    """Rebuild the index and the links as run `run`; returns how many documents were compared. Blocks that an unfinished
    earlier run did with the current rules are skipped."""
    conn = archive.conn
    done = ledger.done_slices(archive, "dedupe", ledger.unfinished(archive, "dedupe", params(), run))
    last = conn.execute("SELECT coalesce(max(document_id), 0) FROM bulletins").fetchone()[0]
    counts = Counts()
    for first in range(1, last + 1, BLOCK):
        block = f"{first}-{first + BLOCK - 1}"
        if (dedupe.RULES, block) in done:
            continue
        with archive.transaction():
            if not done and first == 1:
                conn.execute("DELETE FROM fingerprints")
            rows = conn.execute(
                "SELECT document_id, body FROM bulletins WHERE document_id BETWEEN ? AND ? ORDER BY document_id",
                [first, first + BLOCK - 1],
            ).fetchall()
            for document_id, body in rows:
                links = dedupe.find(conn, document_id, body, clusters.linked(conn, document_id))
                dedupe.add(conn, document_id, body)
                clusters.relink(conn, document_id, links, run)
            ledger.record_slice(archive, "dedupe", dedupe.RULES, block, run)
        counts += Counts(listed=len(rows))
        say(f"documents {block} of {last}: {len(rows)} compared")
    return counts


def params() -> Mapping[str, object]:
    """What identifies a rebuild: one with other rules starts over."""
    return {"rules": dedupe.RULES}
