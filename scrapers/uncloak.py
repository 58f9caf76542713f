"""Detects and repairs cloaked text.

Mirror sites hide a copy from search engines. Many characters are followed by their reading in parentheses, `高新(xin)區`,
marks are doubled, and invisible characters are inserted. The text is also turned into Traditional script. It counts as cloaked
only where readings are injected throughout: `(GDP)`, `(试行)` or a reading lesson stay as they are, and so does Traditional
script alone.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from scrapers.clean import clean, clean_counted, count, one_line
from scrapers.model import Bulletin

HAN = r"\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
"""Han characters, as the inside of a regex character class."""

_UNSEEN = r"[\u200b-\u200f\u2060\ufeff]*"
_READINGS = re.compile(rf"(?<=[{HAN}]){_UNSEEN}(?:\(\s*[a-zü:\u00e0-\u01dc]{{1,7}}\s*\){_UNSEEN})+")
_GROUP = re.compile(rf"\(\s*([a-zü:\u00e0-\u01dc]{{1,7}})\s*\){_UNSEEN}")
"""For text with narrow parentheses only: searching for one kind takes a tenth of the time of two."""
_HAN = re.compile(rf"[{HAN}]")
_MARK = re.compile(r"[，。、；：！？,;:!?]+")
_DOUBLED = re.compile(r"([，。、；：！？,;:!?])\1+")

LEAST_RUNS = 8
LEAST_SHARE = 0.03
"""A cloak has at least this many injected runs, on at least this share of the Han characters. Seed 001 has 1,335 on 36 %; a
text that explains a few readings stays far below."""
LEAST_SHARE_MARKED = 0.10
"""The minimum share where every run is one reading with a tone mark: texts for learners look like that too."""
FIFTHS, DENSE = 3, 0.15
"""Readings must occur in this many fifths of the text, unless their share of the Han characters reaches `DENSE`. A lesson in
one paragraph is no cloak."""
LEAST_DOUBLED = 0.5
"""From this share of doubled punctuation on, doubling is part of the cloak. A few doubled marks are the writer's own."""


@dataclass(frozen=True, slots=True)
class Uncloaked:
    """A text without its cloak, and the counts: `runs` of injected readings removed, single `readings` in them, `doubled`
    marks made single, and characters `simplified`."""

    text: str
    runs: int
    readings: int
    doubled: int
    simplified: int


def uncloak(text: str) -> Uncloaked | None:
    """`text` without its cloak, or None where it has none."""
    narrow = _narrow(text)
    if len(_GROUP.findall(narrow)) < LEAST_RUNS:
        return None
    runs = _runs(text)
    if len(runs) < LEAST_RUNS:
        return None
    han = len(_HAN.findall(text))
    if len(runs) < DENSE * han and not _is_throughout(text, runs):
        return None
    readings = [group[1] for start, end in runs for group in _GROUP.finditer(narrow, start, end)]
    least = LEAST_SHARE_MARKED if len(readings) == len(runs) and not any(map(str.isascii, readings)) else LEAST_SHARE
    if len(runs) < least * han:
        return None
    bare, doubled = _undoubled(_without(text, runs))
    plain = simplify(bare)
    simplified = sum(a != b for a, b in zip(bare, plain, strict=False))
    return Uncloaked(plain, len(runs), len(readings), doubled, simplified)


def refine(bulletin: Bulletin) -> Bulletin:
    """Clean every text of `bulletin`. A cloaked body is repaired, and the published one kept in `body_published`.

    Idempotent: a repaired body is not repaired again. The changes in body and page text are counted where `clean.counting` is
    active.
    """
    body = _clean(bulletin.body)
    refined = replace(
        bulletin,
        title=_line(bulletin.title),
        origin=_line(bulletin.origin),
        author=_line(bulletin.author),
        editor=_line(bulletin.editor),
        body=body,
        page_text=_clean(bulletin.page_text),
        published_at=_line(bulletin.published_at),
        images=tuple(one_line(image) for image in bulletin.images),
        attachments=tuple(one_line(file) for file in bulletin.attachments),
        extra=_clean_value(bulletin.extra),
    )
    repaired = uncloak(body) if bulletin.body_published is None else None
    if repaired is None:
        return refined
    count(Counter(readings=repaired.readings, doubled=repaired.doubled, script=repaired.simplified))
    title = refined.title and simplify(without_readings(refined.title))
    return replace(refined, title=title, body=repaired.text, body_published=body)


def without_readings(text: str) -> str:
    """`text` without any reading after a Han character, cloaked or not: for titles and comparisons."""
    return _without(text, _runs(text))


def simplify(text: str) -> str:
    """Traditional to Simplified script by phrases (OpenCC t2s), so that 乾隆 stays 乾隆."""
    return str(_converter()(text))


def _is_throughout(text: str, runs: list[tuple[int, int]]) -> bool:
    """Whether the runs occur in at least `FIFTHS` fifths of the text."""
    bare = sum(end - start for start, end in runs)
    taken, parts = 0, set()
    for start, end in runs:
        parts.add(5 * (start - taken) // (len(text) - bare + 1))
        taken += end - start
    return len(parts) >= FIFTHS


def _undoubled(text: str) -> tuple[str, int]:
    """`text` with single punctuation where at least half of it is doubled, and the number of doubled marks."""
    marks = _MARK.findall(text)
    doubled = sum(bool(_DOUBLED.fullmatch(mark)) for mark in marks)
    return (_DOUBLED.sub(r"\1", text), doubled) if doubled and doubled >= LEAST_DOUBLED * len(marks) else (text, 0)


def _clean(text: str) -> str:
    cleaned, fired = clean_counted(text)
    count(fired)
    return cleaned


def _line(text: str | None) -> str | None:
    return (one_line(text) or None) if text is not None else None


def _clean_value(value: Any) -> Any:
    """A JSON value with every text in it cleaned."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, Mapping):
        return {clean(str(name)): _clean_value(inner) for name, inner in value.items()}
    return [_clean_value(inner) for inner in value] if isinstance(value, (list, tuple)) else value


def _without(text: str, runs: list[tuple[int, int]]) -> str:
    kept, position = [], 0
    for start, end in runs:
        kept.append(text[position:start])
        position = end
    return "".join((*kept, text[position:]))


def _runs(text: str) -> list[tuple[int, int]]:
    """The spans of injected readings: from the first parenthesis after a Han character to the last that holds a reading.
    `维(wei)(wei)(CFRP)` keeps its abbreviation."""
    found, text = [], _narrow(text)
    for match in _READINGS.finditer(text) if _GROUP.search(text) else ():  # `_GROUP` is ten times as fast to search for
        end = match.start()
        for group in _GROUP.finditer(match[0]):
            if _toneless(group[1]) not in _syllables():
                break
            end = match.start() + group.end()
        if end > match.start():
            found.append((match.start(), end))
    return found


def _narrow(text: str) -> str:
    """`text` with narrow parentheses; positions do not change."""
    return text.replace("（", "(").replace("）", ")")


def _toneless(reading: str) -> str:
    decomposed = unicodedata.normalize("NFD", reading).replace("u\u0308", "v").replace("u:", "v")
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


@cache
def _syllables() -> frozenset[str]:
    """Every syllable that is a reading of some character (pypinyin's table), toneless, with v for ü."""
    from pypinyin.constants import PINYIN_DICT

    readings = {reading for entry in PINYIN_DICT.values() for reading in entry.split(",")}
    return frozenset(_toneless(reading) for reading in readings)


@cache
def _converter() -> Callable[[str], str]:
    from opencc import OpenCC

    convert: Callable[[str], str] = OpenCC("t2s").convert
    return convert
