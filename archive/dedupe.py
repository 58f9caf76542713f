"""Which documents are copies of which: fingerprints, candidates, verdicts, links.

Decided on the normalised body. Exact is equality of it. Near is found by winnowing fingerprints (Schleimer, Wilkerson and
Aiken, SIGMOD 2003), and decided on the full texts by how much of the shorter stands in the longer and by whether its
numbers do: the yearly report of another zone shares the template, never the numbers. Nothing is deleted: links say what is
a copy of what.
"""

from __future__ import annotations

import re
import sqlite3
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import blake2b
from itertools import accumulate
from typing import Literal

from scrapers.uncloak import simplify, without_readings

Kind = Literal["exact", "near", "part_of", "related"]

GRAM = 13
WINDOW = 48
MOST_FINGERPRINTS = 96
MOST_DOCUMENTS_A_KEY = 4
MOST_CANDIDATES = 8

LEAST_LENGTH = 40
"""Bodies shorter than this (`详见附件`) are linked to none: too many notices say the same few words."""
SHINGLE = 5
LEAST_CONTAINED = 0.70
LEAST_NUMBERS = 0.85
FRAME = 60
"""Characters at either end of a text where a site's own frame may stand."""

_NOT_WORD = re.compile(r"[\W_]+")
_NUMBER = re.compile(r"\d+")
_MASK = (1 << 64) - 1
_BASE = 0x9E3779B97F4A7C15
_SPREAD = 0xD6E8FEB86659FD93


@dataclass(frozen=True, slots=True)
class Link:
    """This document is a copy of `other_id`: how we know, in words, and how much of the shorter stands in the longer."""

    other_id: int
    kind: Kind
    score: float
    rule: str


def normalise(body: str) -> str:
    """The text that copies share: no readings, Simplified by character, no punctuation, no spaces, lower case."""
    folded = unicodedata.normalize("NFKC", without_readings(body)).translate(_simplified())
    return _NOT_WORD.sub("", folded).lower()


def fingerprints(text: str) -> frozenset[int]:
    """Up to 96 keys of 48 bits of a normalised text. Texts that share a passage of 60 characters share a key of it,
    unless both are so long that the 96 smallest are all elsewhere."""
    if len(text) < GRAM + 1:
        return frozenset({_key(blake2b(text.encode(), digest_size=8).digest())}) if text else frozenset()
    prefix = list(accumulate(map(ord, text), lambda sum_, point: (sum_ * _BASE + point) & _MASK, initial=0))
    lead = pow(_BASE, GRAM, 1 << 64)
    hashes = [((prefix[n + GRAM] - prefix[n] * lead) * _SPREAD & _MASK) >> 16 for n in range(len(text) - GRAM + 1)]
    return frozenset(sorted(_window_minima(hashes))[:MOST_FINGERPRINTS])


def compare(new: str, other: str) -> tuple[Kind, float, str] | None:
    """The verdict on two normalised texts: kind, score and rule, or None where neither is a copy of the other."""
    if new == other:
        return "exact", 1.0, "the texts are the same but for spaces, punctuation and script"
    shorter, longer, whose = (new, other, "this text") if len(new) <= len(other) else (other, new, "the other text")
    grams = _shingles(shorter)
    contained = len(grams & _shingles(longer)) / max(len(grams), 1)
    if contained < LEAST_CONTAINED or len(shorter) < LEAST_LENGTH:
        return None
    agreed, differing = _numbers(shorter, longer)
    total = agreed + differing
    if agreed < LEAST_NUMBERS * total:
        return None
    where = "the other" if whose == "this text" else "this one"
    rule = f"{contained:.0%} of {whose} stands in {where}; numbers agree {agreed} of {total}"
    return "near", round(contained, 4), rule


def _numbers(shorter: str, longer: str) -> tuple[int, int]:
    """How many numbers of the passages that both texts share agree, and how many differ.

    A number is known by the words around it. Those at either end of a text are asked last: a site's own frame stands there,
    whose date, view count and telephone differ on every copy. Single digits are asked last too: outlines 1、2、3 agree in
    every report.
    """
    here, there = _numbers_in_place(shorter), _numbers_in_place(longer)
    pairs = [
        (number, is_inner, there[place])
        for place, found in here.items()
        if place in there
        for number, is_inner in found
    ]
    inner = [pair for pair in pairs if pair[1] and len(pair[0]) > 1]
    long = [pair for pair in pairs if len(pair[0]) > 1]
    asked = inner or long or pairs
    agreed = sum(any(number == other for other, _ in others) for number, _, others in asked)
    return agreed, len(asked) - agreed


def _numbers_in_place(text: str) -> dict[tuple[str, str], set[tuple[str, bool]]]:
    """The numbers of a text by the four characters before and the one after each, other numbers being `#`; with each whether
    it stands further from both ends than a frame reaches."""
    masked = _NUMBER.sub("#", text)
    places: dict[tuple[str, str], set[tuple[str, bool]]] = {}
    at = -1
    for number in _NUMBER.findall(text):
        at = masked.index("#", at + 1)
        is_inner = FRAME <= at < len(masked) - FRAME
        places.setdefault((masked[max(at - 4, 0) : at], masked[at + 1 : at + 2]), set()).add((number, is_inner))
    return places


def find(conn: sqlite3.Connection, document_id: int, body: str, also: Iterable[int] = ()) -> list[Link]:
    """The documents of the archive that `body` is a copy of, best first. `also` are looked at whatever the index says."""
    text = normalise(body)
    keys = fingerprints(text) if len(text) >= LEAST_LENGTH else frozenset()
    links = []
    for candidate in dict.fromkeys((*_candidates(conn, document_id, keys), *also)):
        row = conn.execute("SELECT body FROM bulletins WHERE document_id = ?", [candidate]).fetchone()
        verdict = compare(text, normalise(row[0])) if row else None
        if verdict:
            links.append(Link(candidate, *verdict))
    return sorted(links, key=lambda link: -link.score)


def add(conn: sqlite3.Connection, document_id: int, body: str) -> None:
    """Put the fingerprints of a document into the index; a key that four documents share says nothing and is full."""
    text = normalise(body)
    if len(text) < LEAST_LENGTH:
        return
    conn.executemany(
        "INSERT OR IGNORE INTO fingerprints (key, document_id)"
        f" SELECT ?1, ?2 WHERE (SELECT count(*) FROM fingerprints WHERE key = ?1) < {MOST_DOCUMENTS_A_KEY}",
        [(key, document_id) for key in fingerprints(text)],
    )


def remove(conn: sqlite3.Connection, document_id: int, body: str) -> None:
    """Take the fingerprints of a document out of the index; `body` as it was put in."""
    rows = [(key, document_id) for key in fingerprints(normalise(body))]
    conn.executemany("DELETE FROM fingerprints WHERE key = ? AND document_id = ?", rows)


def _candidates(conn: sqlite3.Connection, document_id: int, keys: frozenset[int]) -> list[int]:
    """The documents that share the rarest keys, best first."""
    found: dict[int, list[int]] = {}
    for key, other in conn.execute(
        f"SELECT key, document_id FROM fingerprints WHERE key IN ({','.join('?' * len(keys))})", list(keys)
    ):
        if other != document_id:
            found.setdefault(key, []).append(other)
    rarity: Counter[int] = Counter()
    for others in found.values():
        for other in others:
            rarity[other] += 12 // len(others)  # a share of 12: whole for one to four documents, so that sums are exact
    return [other for other, _ in rarity.most_common(MOST_CANDIDATES)]


def _window_minima(hashes: Sequence[int]) -> set[int]:
    """The smallest value of every window, the rightmost of equals (winnowing)."""
    minima, smallest, at = set(), -1, -1
    for end in range(min(WINDOW, len(hashes)) - 1, len(hashes)):
        start = max(end - WINDOW + 1, 0)
        if at < start:
            smallest = min(hashes[start : end + 1])
            at = end - hashes[start : end + 1][::-1].index(smallest)
        elif hashes[end] <= smallest:
            smallest, at = hashes[end], end
        minima.add(smallest)
    return minima


def _shingles(text: str) -> set[str]:
    return {text[n : n + SHINGLE] for n in range(len(text) - SHINGLE + 1)}


def _key(digest: bytes) -> int:
    return int.from_bytes(digest, "big") >> 16


@cache
def _simplified() -> dict[int, str]:
    """Traditional to Simplified, character by character: what a copy loses, both sides of a comparison lose."""
    characters = [chr(point) for point in (*range(0x3400, 0x4DC0), *range(0x4E00, 0xA000), *range(0xF900, 0xFB00))]
    simple = simplify("\n".join(characters)).split("\n")
    return {ord(old): new for old, new in zip(characters, simple, strict=True) if old != new}
