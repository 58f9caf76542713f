"""The states of one document in order of capture: which version stood when."""

from __future__ import annotations

import sqlite3
from typing import Any

from archive.connections import rows


def state_at(conn: sqlite3.Connection, document_id: int, moment: str = "9999", *, with_text: bool = False) -> Any:
    """The version that stood at `moment`: the last one captured by then; of several at the same time, the last one appended."""
    found = rows(
        conn,
        "SELECT id, change, captured_at, content_sha256, page_text_sha256, extra_sha256, layout FROM versions"
        " WHERE document_id = ? AND captured_at <= ?"
        + (" AND content_sha256 IS NOT NULL" if with_text else "")
        + " ORDER BY captured_at DESC, id DESC LIMIT 1",
        [document_id, moment],
    )
    return next(found, None)


def last_number(conn: sqlite3.Connection, document_id: int) -> int:
    """The highest version number of a document; 0 if it has none."""
    row = conn.execute("SELECT max(version) FROM versions WHERE document_id = ?", [document_id]).fetchone()
    return int(row[0] or 0)
