"""What a reader types that names one bulletin or one version: what the citation box says to cite. Each leads to a page."""

from __future__ import annotations

import re
import sqlite3

from archive import history
from archive.cite import permanent

_DIGITS = re.compile(r"(?:(?:https?://\S+)?/v/)?([0-9a-f]{12,64})")
"""A key, a hash or its beginning, or a permanent name, alone or after the address of a browser."""
_ADDRESS = re.compile(r"https?://\S+")


def page_of(conn: sqlite3.Connection, typed: str) -> str | None:
    """Where the bulletin or version stands that `typed` names: `/<document number>` below the list, or `/v/…`; None where
    it is no key, hash or address of this archive."""
    name = typed.strip()
    digits = _DIGITS.fullmatch(name.lower())
    if digits or _ADDRESS.fullmatch(name):
        number = history.named(conn, digits[1] if digits else name)
        if number is not None:
            return f"/{number}"
    if digits:
        sql = "SELECT hash FROM versions WHERE hash >= ?1 AND hash < ?1 || 'g' LIMIT 2"
        hashes = [row[0] for row in conn.execute(sql, [digits[1]])]
        if len(hashes) == 1:
            return permanent(hashes[0])
    return None
