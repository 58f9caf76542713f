"""Chinese full-text search: each Han character or symbol is a token, and each run of punctuation or space is one mark.

A phrase of tokens then finds exactly what a scan for the substring finds, from one character up, and never matches across a
comma. Signs beside digits are then checked in the texts found. The index is contentless: an entry can only be removed by
giving its text as it was indexed.
"""

from __future__ import annotations

import re
import sqlite3
import unicodedata
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING

from archive import grams
from scrapers.clean import clean
from scrapers.uncloak import HAN

if TYPE_CHECKING:
    from numpy import uint8, uint32
    from numpy.typing import NDArray

TOKENIZER = 2
"""The version of `tokens`, stored as `PRAGMA user_version` of the archive. When it changes, the index is rebuilt."""

MARK = "\ue000"
"""Stands for a run of punctuation. It is a private-use character, which clean text never contains."""

SYMBOLS = r"\xbc-\xbe\u2100-\u218f\u2460-\u24ff\u3200-\u33ff"
"""Units, numerals and enclosed characters, such as ㎡ ℃ Ⅱ ① ½, as the inside of a regex character class. Each is a token of
its own: if it were folded to letters and digits, these would join what stands beside it."""

ALONE = HAN + SYMBOLS
"""The characters that are a token each, likewise."""

_TOKEN = re.compile(rf"[{ALONE}]|[^\W_{ALONE}]+|(?:(?![{ALONE}])[\W_])+")
_SYMBOL = re.compile(f"[{SYMBOLS}]")
_FOLDED = re.compile(f"[^{SYMBOLS}]+")
_SIGNED = re.compile(r"\d[^\w\s]|[^\w\s]\d|[a-z][+#]")
_ENCLOSING = ",.;:!?'()[]{}<>《》“”‘’「」『』、。…"
_WORDS = re.compile(r'"([^"]*)"|(\S+)')
_EXCLUDED = re.compile(r"[-－](?!\d)[^\W_]\w*")


def tokens(text: str) -> list[str]:
    """The tokens of `text`: Han characters, symbols, lower-case words of other scripts, and marks."""
    return [token if token[0].isalnum() or _SYMBOL.match(token) else MARK for token in _TOKEN.findall(folded(text))]


def folded(text: str) -> str:
    """`text` as it is searched: one width and one case. Symbols keep their form."""
    return _FOLDED.sub(lambda found: unicodedata.normalize("NFKC", found[0]), text).casefold()


def match_expression(query: str) -> str:
    """What a person typed, as an FTS5 expression: all words are required; "…" and Chinese words are phrases. `-word` beside
    another word excludes texts with it.

    A query without any word gives `""`, which finds nothing.
    """
    wanted, excluded = _phrases(query)
    if wanted and excluded:
        return f"{' '.join(wanted)} NOT ({' OR '.join(excluded)})"
    return " ".join(wanted) or '""'


def _phrases(query: str) -> tuple[list[str], list[str]]:
    """The phrases that a query asks for, and those that it excludes. It excludes none if it asks for none."""
    wanted: list[str] = []
    excluded: list[str] = []
    for quoted, word in _WORDS.findall(query.replace("“", '"').replace("”", '"')):
        found = _without_outer_marks(tokens(quoted or word))
        if found:
            (excluded if _EXCLUDED.fullmatch(word) else wanted).append('"' + " ".join(found) + '"')
    return (wanted, excluded) if wanted else (excluded, [])


def has_word(query: str) -> bool:
    """Whether a query has a word to search for; signs alone are not searched for."""
    return match_expression(query) != '""'


def verbatim(query: str) -> list[str]:
    """The parts of a query that the texts must contain sign for sign: `20%`, `3-1`, `186.3`, `C++`. The index treats all signs
    alike, and a phrase never ends in one. They are spelled as in clean text, with the case that SQL's `lower` gives."""
    spelled = _lower(clean(query))
    pieces = (piece.strip(_ENCLOSING) for quoted, word in _WORDS.findall(spelled) for piece in (quoted or word).split())
    return [piece for piece in pieces if _SIGNED.search(piece)]


def _lower(text: str) -> str:
    return text.encode(errors="replace").lower().decode()


def finds(query: str) -> Callable[[str | None, str], bool]:
    """A test of one title and text, for those that are not in the index: whether the query would find them there."""
    wanted, excluded = ([f" {phrase[1:-1]} " for phrase in phrases] for phrases in _phrases(query))
    signs = verbatim(query)

    def is_found(title: str | None, body: str) -> bool:
        told, spelled = f" {_indexed(title, body)} ", _lower(f"{title or ''}\n{body}")
        held = all(phrase in told for phrase in wanted) and not any(phrase in told for phrase in excluded)
        return bool(wanted) and held and all(sign in spelled for sign in signs)

    return is_found


def holding(query: str, bulletin: str = "b") -> tuple[str, dict[str, str]]:
    """`verbatim` as an SQL condition on rows of `bulletins`, with its parameters; `1` if the query has no such signs."""
    told = {f"sign{n}": piece for n, piece in enumerate(verbatim(query))}
    text = f"lower(coalesce({bulletin}.title, '') || char(10) || {bulletin}.body)"
    return " AND ".join(f"instr({text}, :{name})" for name in told) or "1", told


def add(conn: sqlite3.Connection, document_id: int, title: str | None, body: str) -> None:
    """Add a bulletin to the index."""
    conn.execute("INSERT INTO bulletins_fts (rowid, text) VALUES (?, ?)", [document_id, _indexed(title, body)])


def remove(conn: sqlite3.Connection, document_id: int, title: str | None, body: str) -> None:
    """Remove a bulletin from the index; `title` and `body` must be as they were indexed."""
    conn.execute(
        "INSERT INTO bulletins_fts (bulletins_fts, rowid, text) VALUES ('delete', ?, ?)",
        [document_id, _indexed(title, body)],
    )


def prepare(conn: sqlite3.Connection) -> None:
    """Let a connection note the changes that `settle` will write."""
    conn.execute("PRAGMA temp_store = MEMORY")
    conn.execute("CREATE TEMP TABLE unsettled (document_id INTEGER PRIMARY KEY, title TEXT, body TEXT)")


def note(conn: sqlite3.Connection, document_id: int, title: str | None, body: str | None) -> None:
    """Note that a bulletin changes. `title` and `body` are its old values in `bulletins`; without a body it was not there."""
    conn.execute("INSERT OR IGNORE INTO unsettled VALUES (?, ?, ?)", [document_id, title, body])


def settle(conn: sqlite3.Connection) -> None:
    """Write the noted changes to the index at the end of a transaction, as one new segment for all bulletins. Otherwise FTS5
    would write a segment at nearly every statement, which costs more than the append."""
    noted = conn.execute(
        "SELECT document_id, u.title, u.body, b.title, b.body FROM unsettled u LEFT JOIN bulletins b USING (document_id)"
    ).fetchall()
    if noted:
        conn.execute("DELETE FROM unsettled")
    for document_id, old_title, old_body, title, body in noted:
        if old_body is not None:
            remove(conn, document_id, old_title, old_body)
        if body is not None:
            add(conn, document_id, title, body)


def tokenizer(conn: sqlite3.Connection) -> int:
    """The version of the tokens in this archive's index; 0 if none was recorded."""
    return int(conn.execute("PRAGMA user_version").fetchone()[0])


def rebuild(conn: sqlite3.Connection) -> None:
    """Rebuild the index from `bulletins` with the current tokens, in the caller's transaction. Withheld documents stay out."""
    conn.execute("INSERT INTO bulletins_fts (bulletins_fts) VALUES ('delete-all')")
    for row in conn.execute(
        "SELECT document_id, title, body FROM bulletins WHERE document_id NOT IN (SELECT document_id FROM withheld)"
    ):
        add(conn, *row)
    conn.execute(f"PRAGMA user_version = {TOKENIZER}")


def _indexed(title: str | None, body: str) -> str:
    """The tokens of a bulletin, separated by spaces: the result of `tokens`, computed for all characters at once."""
    import numpy as np

    text = f"{title or ''}\n{body}"
    points = _forms().take(grams.points(text), mode="clip")
    if (points == _SEVERAL).any():
        points = grams.points(folded(text))
    kinds = _kinds().take(points, mode="clip")
    if (kinds == _ASKED).any():
        return " ".join(tokens(text))
    begins = kinds == _HAN
    begins[:1] = True
    begins[1:] |= kinds[1:] != kinds[:-1]
    shown = np.where(kinds == _MARK, ord(MARK), points) * (begins | (kinds == _WORD))
    told = np.stack((begins * np.uint32(ord(" ")), shown), axis=1).ravel()
    return told[told > 0].tobytes().decode("utf-32-le")[1:]


_SEVERAL = 0xFFFFFFFF
"""The entry in `_forms` of a character that folds to several, may combine with the one before it, or is in another plane."""


@cache
def _forms() -> NDArray[uint32]:
    """What `folded` makes of each character. Of several marks only the first is kept, since they form one run."""
    import numpy as np

    table = np.arange(1 << 16, dtype=np.uint32)
    for one, form in grams.forms().items():
        plain = one.casefold() if _SYMBOL.match(one) else form.casefold()
        is_several = not plain or (plain[1:] and any(map(str.isalnum, plain)))
        table[ord(one)] = _SEVERAL if is_several else ord(plain[0])
    table[0xFFFF] = _SEVERAL
    return table


_MARK, _WORD, _HAN, _ASKED = range(4)


@cache
def _kinds() -> NDArray[uint8]:
    """What each character is: part of a run of punctuation, part of a word, a token of its own, or to be checked one by one."""
    import numpy as np

    every = "".join(map(chr, range(0xFFFF)))
    kinds = np.full(1 << 16, _MARK, np.uint8)
    kinds[grams.points("".join(re.findall(r"[^\W_]", every)))] = _WORD
    han = "".join(re.findall(f"[{HAN}]", every))
    kinds[grams.points(han)] = np.where(kinds[grams.points(han)] == _WORD, _HAN, _ASKED)
    kinds[grams.points("".join(_SYMBOL.findall(every)))] = _HAN
    kinds[0xFFFF] = _ASKED  # stands for all other planes
    return kinds


def _without_outer_marks(found: list[str]) -> list[str]:
    start = next((n for n, token in enumerate(found) if token != MARK), len(found))
    end = next((n for n, token in enumerate(reversed(found)) if token != MARK), 0)
    return found[start : len(found) - end]
