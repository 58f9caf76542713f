"""What a reader types. The name of a bulletin or version, as the citation box gives it, leads to its page. Displayed names of
states and sites are replaced by those of the archive, and texts are cleaned as its texts are.
"""

from __future__ import annotations

import re
import sqlite3
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

from archive import history
from archive.cite import permanent
from scrapers.clean import clean

_DIGITS = re.compile(r"(?:(?:https?://\S+)?/v/)?([0-9a-f]{12,64})")
"""A key, a hash or the beginning of one, or a permanent name, alone or after a server's address."""
_ADDRESS = re.compile(r"(?i:https?)://\S+")

_NUMBERED = re.compile(r"([0-9a-f]{12})@(\d{1,9})")
"""A version by its number, `KEY@2`."""

STATES = {"live": "在线", "gone": "已撤下"}
_SITES = {"cloaked": "伪装转载"}
"""The names of sources that are no sites."""
_STATES = {"在线": "live", "已撤下": "gone", "撤下": "gone"}
_FILTER = re.compile(r"(source|status)(?:__(?:exact|not|in|notin))?")
_CLEANED = re.compile(r"(?:title|published_at|origin|author|editor|body)(?:__\w+)?")


async def titles(db: Any) -> dict[str, str]:
    """The displayed name of each source that has one, by its name in the archive."""
    return _SITES | {row[0]: row[1] for row in await db.execute("SELECT name, title FROM sources")}


async def in_archive(db: Any, query: str) -> str:
    """The query string of a list, with displayed names of states and sites replaced by those of the archive, and texts to
    compare with its own cleaned like them: a full-width comma would find nothing."""
    pairs = parse_qsl(query, keep_blank_values=True)
    if not any(_FILTER.fullmatch(name) or _CLEANED.fullmatch(name) for name, _ in pairs):
        return query
    sites = {title: name for name, title in (await titles(db)).items()}
    known = {"source": sites, "status": _STATES}

    def put(name: str, value: str) -> str:
        if _CLEANED.fullmatch(name):
            return clean(value)
        match = _FILTER.fullmatch(name)
        return ",".join(known[match[1]].get(one.strip(), one) for one in value.split(",")) if match else value

    return urlencode([(name, put(name, value)) for name, value in pairs])


def page_of(conn: sqlite3.Connection, typed: str) -> str | None:
    """The path of the bulletin or version that `typed` names: `/<document number>` below the list, or `/v/…`. None if it is no
    key, hash or address of this archive."""
    name = typed.strip()
    digits = _DIGITS.fullmatch(name.lower())
    if numbered := _NUMBERED.fullmatch(name.lower()):
        row = conn.execute(
            "SELECT hash FROM version_details WHERE (key, version) = (?, ?)", numbered.groups()
        ).fetchone()
        return permanent(row[0]) if row else None
    if digits or _ADDRESS.fullmatch(name):
        spelled = (digits[1],) if digits else (name, _as_sent(name))
        number = next(filter(None, (history.named(conn, one) for one in spelled)), None)
        if number is not None:
            return f"/{number}"
    if digits:
        sql = "SELECT hash FROM versions WHERE hash >= ?1 AND hash < ?1 || 'g' LIMIT 2"
        hashes = [row[0] for row in conn.execute(sql, [digits[1]])]
        if len(hashes) == 1:
            return permanent(hashes[0])
    return None


def _as_sent(address: str) -> str:
    """An address as a browser sends it: no fragment, its host in lower case, Chinese characters in its path escaped. Unchanged
    if it is none."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return address
    netloc = re.sub(r":(?:80|443)\Z", "", parts.netloc.lower())
    return urlunsplit((parts.scheme.lower(), netloc, quote(parts.path, safe="/%:@!$&'()*+,;=~"), parts.query, ""))
