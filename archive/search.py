"""Chinese full-text search: one Han character a token, each run of punctuation or space one mark.

A phrase of tokens then finds exactly what a scan for the substring finds, from one character up, and never reaches
across a comma. The index is contentless: what is taken out must be given again as it was put in.
"""

from __future__ import annotations

import re
import sqlite3
import unicodedata

from scrapers.uncloak import HAN

TOKENIZER = 1
"""The version of `tokens`, kept as `PRAGMA user_version` of the archive: where it changes, the index is made anew."""

MARK = "\ue000"
"""Stands for a run of punctuation. Private use: clean text holds none."""

_TOKEN = re.compile(rf"[{HAN}]|[^\W_{HAN}]+|(?:(?![{HAN}])[\W_])+")
_WORDS = re.compile(r'"([^"]*)"|(\S+)')


def tokens(text: str) -> list[str]:
    """The tokens of `text`: Han characters, words of other scripts in lower case, marks."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return [MARK if not (token[0].isalnum()) else token for token in _TOKEN.findall(folded)]


def match_expression(query: str) -> str:
    """What a person typed as an FTS5 expression: words are all wanted, "…" and Chinese words are phrases.

    A query without any word gives `""`, which finds nothing.
    """
    phrases = []
    for quoted, word in _WORDS.findall(query.replace("“", '"').replace("”", '"')):
        found = _without_outer_marks(tokens(quoted or word))
        if found:
            phrases.append('"' + " ".join(found) + '"')
    return " ".join(phrases) or '""'


def add(conn: sqlite3.Connection, document_id: int, title: str | None, body: str) -> None:
    """Put a bulletin into the index."""
    conn.execute("INSERT INTO bulletins_fts (rowid, text) VALUES (?, ?)", [document_id, _indexed(title, body)])


def remove(conn: sqlite3.Connection, document_id: int, title: str | None, body: str) -> None:
    """Take a bulletin out of the index; `title` and `body` as they were put in."""
    conn.execute(
        "INSERT INTO bulletins_fts (bulletins_fts, rowid, text) VALUES ('delete', ?, ?)",
        [document_id, _indexed(title, body)],
    )


def tokenizer(conn: sqlite3.Connection) -> int:
    """The version of the tokens in this archive's index; 0 where none was ever recorded."""
    return int(conn.execute("PRAGMA user_version").fetchone()[0])


def rebuild(conn: sqlite3.Connection) -> None:
    """Make the index anew from `bulletins`, with today's tokens, in the caller's transaction; what is withheld stays out."""
    conn.execute("INSERT INTO bulletins_fts (bulletins_fts) VALUES ('delete-all')")
    for row in conn.execute(
        "SELECT document_id, title, body FROM bulletins WHERE document_id NOT IN (SELECT document_id FROM withheld)"
    ):
        add(conn, *row)
    conn.execute(f"PRAGMA user_version = {TOKENIZER}")


def _indexed(title: str | None, body: str) -> str:
    return " ".join(tokens(f"{title or ''}\n{body}"))


def _without_outer_marks(found: list[str]) -> list[str]:
    start = next((n for n, token in enumerate(found) if token != MARK), len(found))
    end = next((n for n, token in enumerate(reversed(found)) if token != MARK), 0)
    return found[start : len(found) - end]
