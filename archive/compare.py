"""The verdict on two texts: whether one is a copy of the other, part of it, related to it or nothing to it, and why, in words.

Decided on normalised texts, by how much of the shorter stands in the longer, where it stands, and whether the numbers, years
and places of the passages agree: the report of another zone or another year shares the template, never these.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Literal, NamedTuple

from archive import grams
from archive.figures import marks
from archive.passages import SHORTEST, Passage, bounds, shared
from scrapers.uncloak import simplify, without_readings

if TYPE_CHECKING:
    from numpy import uint32
    from numpy.typing import NDArray

Kind = Literal["exact", "near", "part_of", "related"]

LEAST_LENGTH = 40
"""Bodies shorter than this (`详见附件`) are linked to none: too many notices say the same few words."""
COPIED = 0.60
"""A copy holds this share of the shorter text, and half of its middle, where no site's frame stands."""
COPIED_MIDDLE = 0.50
COPIED_SHORT, SHORT = 0.85, 150
"""Shorter texts than this are made of stock phrases in so large a part that they must hold more."""
COPIED_IN_FRAME, FIRST_WORDS, LEAD, IN_ONE_PIECE = 0.48, 8, 60, 150
"""A cut copy in a frame holds less of itself: it is known by so many characters in one piece, from the first words of one text
on, which stand near the start of the other too."""
QUOTED = 0.75
"""Less of a short text, from its middle on and in a much longer one, is a long quotation."""
MOST_REPLACED = 0.075
"""Of the shorter text, what says something else in the other, between passages: more is another text on one template."""
MOST_ADDED, MOST_ADDED_TO_EXCERPT, EXCERPT = 0.10, 0.06, 0.70
"""From its first passage to its last, what the shorter text alone says, but for one piece; an excerpt, shorter than this share
of the longer text, hardly adds. More is a report that quotes, or another case told in the same phrases."""
LEAST_NUMBERS = 0.85
ENOUGH_NUMBERS = 3
STAMP = 5
"""A number of so many digits, at the end of a text, is a date without its dots, a view count, a telephone, a licence."""
WHOLE = 0.9
HEADER, FOOTER = 100, 300
"""Characters before and after a text that may be a site's own: place, date, view count, related titles."""
LONG = 13
"""A passage of fewer characters is a name or a phrase."""
LEAST_QUOTED, LEAST_QUOTED_SHARE = 30, 0.08
"""A quotation holds a passage of so many characters, and is `part_of` from this share of the shorter text on."""

_NOT_WORD = re.compile(r"[\W_]+")
_NUMERAL = "一二三四五六七八九十百"
_NUMBER = re.compile(rf"[-\d{_NUMERAL}](?:(?<=[-\d])[\d.]*|(?<=第.)[{_NUMERAL}]*(?=[次届期批号季]))")
"""A figure, or an ordinal: `第三批` and `第四批` are two notices. One class leads both, so that `re` skips what is none."""
_PLACE = re.compile(r"高新|经开|经济(?:技术)?开发|开发区|园区|新区|省|自治|市(?![场民值容面])|县(?!域)")


@dataclass(frozen=True, slots=True)
class Verdict:
    """`kind` of the link, `score` (the share of the shorter text that stands in the longer), `rule`, the reason in words, and
    from where to where the other stands in this text, where this is the longer one."""

    kind: Kind
    score: float
    rule: str
    stands: tuple[int, int] = (0, 0)


@lru_cache(maxsize=128)  # the first texts that hold a site's stock phrases are candidates of all later ones
def normalise(body: str) -> str:
    """The text that copies share: no readings, Simplified by character, no spaces, lower case; no punctuation but that of
    figures, as 186.3 is not 18.63."""
    text = without_readings(body)
    plain = _plain().take(grams.points(text), mode="clip")
    if (plain == _ASKED).any():
        return _plainly(text)
    for at, mark in marks(text):
        plain[at] = ord(mark)
    return plain[plain > 0].tobytes().decode("utf-32-le")


def compare(new: str, other: str) -> Verdict | None:
    """The verdict on two normalised texts; None where they have nothing to do with each other."""
    if new == other:
        return Verdict("exact", 1.0, "the texts are the same but for spaces, punctuation and script")
    is_new = len(new) <= len(other)
    shorter, longer = (new, other) if is_new else (other, new)
    if len(shorter) < LEAST_LENGTH:
        return None
    most, longest = bounds(shorter, longer)
    if most < COPIED_IN_FRAME * len(shorter) and longest < LEAST_QUOTED:
        return None  # most texts that share a key
    passages = shared(shorter, longer)
    held = sum(passage.length for passage in passages) / len(shorter)
    told = (
        f"{held:.0%} of {'this text' if is_new else 'the other text'} stands in {'the other' if is_new else 'this one'}"
    )
    score = round(held, 4)
    long = [passage for passage in passages if passage.length >= LONG]
    if not _is_copy(shorter, longer, passages, long, held):
        return _quoted(shorter, longer, long, score, told)
    if differing := _template(shorter, longer, passages):
        return Verdict("related", score, f"{told}; but {differing}: one template")
    told = f"{told}; {numbers(shorter, longer)}"
    stands = (0, 0) if is_new else (min(p.there for p in long), max(p.there + p.length for p in long))
    part = 1 / 2 if held >= WHOLE else 2 / 3
    if len(shorter) < part * len(longer) and long[0].there > HEADER:
        return Verdict("part_of", score, f"{told}; the longer text holds much else before and after it", stands)
    return Verdict("near", score, told, stands)


def _is_copy(shorter: str, longer: str, passages: Sequence[Passage], long: Sequence[Passage], held: float) -> bool:
    """Whether the texts are one but for edits, cuts and frames, whatever their numbers say."""
    if not long or held < COPIED_IN_FRAME:
        return False
    start, end = min(HEADER, len(shorter) // 5), len(shorter) - min(FOOTER, len(shorter) // 3)
    if _between(passages, start, end) < COPIED_MIDDLE * (end - start):
        return False
    if _replaced(shorter, longer, passages) > MOST_REPLACED * len(shorter):
        return False
    most_added = MOST_ADDED_TO_EXCERPT if len(shorter) < EXCERPT * len(longer) else MOST_ADDED
    if _added(shorter, longer, passages) > most_added:
        return False
    starts_alike = min(long[0].here, long[0].there) <= FIRST_WORDS
    if held >= (COPIED if len(shorter) >= SHORT else COPIED_SHORT):
        return starts_alike or held >= QUOTED or 3 * len(shorter) >= 2 * len(longer)
    first, last = long[0].here, long[-1].here + long[-1].length
    return (
        starts_alike
        and max(first, long[0].there) <= LEAD
        and last - first >= IN_ONE_PIECE
        and _between(passages, first, last) >= 0.9 * (last - first)
        and len(shorter) - last <= FOOTER
    )


def _template(shorter: str, longer: str, passages: Sequence[Passage]) -> str | None:
    """What differs between two texts of one template, in words; None where they are copies."""
    for name, (agreed, differed), least in (
        ("years", _years(shorter, longer), 0.5),
        ("places", _places(shorter, longer, passages), 0.5),
        ("numbers", numbers(shorter, longer).asked, LEAST_NUMBERS),
    ):
        if agreed < least * (agreed + differed):
            return f"{name} agree {agreed} of {agreed + differed}"
    return None


def _quoted(shorter: str, longer: str, long: Sequence[Passage], score: float, told: str) -> Verdict | None:
    """`part_of` where one text quotes the other, `related` where they share but a passage, None where that is a frame."""
    inner = [passage.length for passage in long if not _is_frame(passage, shorter, longer)]
    longest = max(inner, default=0)
    if longest < LEAST_QUOTED:
        return None
    told = f"{told}; the longest passage has {longest} characters"
    return Verdict("part_of" if sum(inner) >= LEAST_QUOTED_SHARE * len(shorter) else "related", score, told)


def _replaced(shorter: str, longer: str, passages: Sequence[Passage]) -> int:
    """How many characters between the passages say something else in the other text; an edited sentence keeps most of its
    characters, another one does not."""
    lost = 0
    for before, after in zip(passages, passages[1:], strict=False):
        here = shorter[before.here + before.length : after.here]
        there = longer[before.there + before.length : after.there]
        if min(len(here), len(there)) > SHORTEST:
            lost += min(len(here), len(there)) - (Counter(here) & Counter(there)).total()
    return lost


def _added(shorter: str, longer: str, passages: Sequence[Passage]) -> float:
    """Which share of its core, from the first long passage to the last, the shorter text alone says; the longest piece is not
    counted, as an editor may have put in a sentence, or left one out of the other text."""
    long = [n for n, passage in enumerate(passages) if passage.length >= LONG]
    core = passages[long[0] : long[-1] + 1]
    added = [0]
    for before, after in zip(core, core[1:], strict=False):
        here = shorter[before.here + before.length : after.here]
        if len(here) > SHORTEST:
            near = len(here) + SHORTEST
            there = longer[before.there + before.length : after.there]
            beside = there if len(there) <= 2 * near else there[:near] + there[-near:]
            added.append(len(here) - (Counter(here) & Counter(beside)).total())
    return (sum(added) - max(added)) / (core[-1].here + core[-1].length - core[0].here)


def _is_frame(passage: Passage, one: str, other: str) -> bool:
    """Whether a passage stands at the same end of both texts, where sites put their frame."""
    header, footer = min(HEADER, len(one) // 5), min(FOOTER, len(one) // 3)
    starts = passage.here + passage.length <= header and passage.there + passage.length <= header
    return starts or (len(one) - passage.here <= footer and len(other) - passage.there <= footer)


def _between(passages: Sequence[Passage], start: int, end: int) -> int:
    """How many characters of the passages stand between two places of the first text."""
    return sum(max(0, min(p.here + p.length, end) - max(p.here, start)) for p in passages)


@dataclass(frozen=True, slots=True)
class Numbers:
    """The numbers in the same place of two texts: those that `agree`, and those that `differ`, as (this, the other). Of those
    that the verdict rests on, `asked` counts how many agree and how many differ."""

    agree: tuple[str, ...]
    differ: tuple[tuple[str, str], ...]
    asked: tuple[int, int]

    def __str__(self) -> str:
        return f"numbers agree {len(self.agree)} of {len(self.agree) + len(self.differ)}"


def numbers(shorter: str, longer: str) -> Numbers:
    """The numbers that stand in the same place of both texts.

    A number is known by the words around it. All are counted, but the verdict asks fewer. If there are enough others, it leaves
    out those at either end of a text: a site's own frame stands there, and its date, view count and telephone differ on every
    copy. It leaves out single digits too, except days and ordinals: outlines 1、2、3 agree in every report.
    """
    here, there = _numbers_in_place(shorter), _numbers_in_place(longer)
    placed = [
        _Placed(number, is_inner, list(there[place]), place[1] in _TELLING)
        for place, found in here.items()
        if place in there
        for number, is_inner in found.items()
        if number.isascii() or number not in there[place]  # `第二十届` agrees in every report
    ]
    telling = [one for one in placed if len(one.number) > 1 or one.is_counted]
    inner = [one for one in telling if one.is_inner]
    plain = [one for one in telling if one.is_inner or len(one.number) < STAMP or not one.number.isdigit()]
    asked = inner if len(inner) >= ENOUGH_NUMBERS else plain or telling or placed
    agreed, differing = sum(one.agrees for one in asked), [one for one in asked if not one.agrees]
    if len(differing) == 1 and not differing[0].is_inner and len(asked) > ENOUGH_NUMBERS:
        differing = []  # one that stands at an end, among several that agree
    told = [*asked, *(one for one in placed if one not in asked)]  # those of the verdict first
    return Numbers(
        tuple(one.number for one in told if one.agrees),
        tuple((one.number, one.others[0]) for one in told if not one.agrees),
        (agreed, len(differing)),
    )


class _Placed(NamedTuple):
    """A number, whether it stands further from both ends than a frame reaches, the numbers in the same place of the other
    text, and whether what follows says that it counts even as a single digit: a day, an ordinal."""

    number: str
    is_inner: bool
    others: list[str]
    is_counted: bool

    @property
    def agrees(self) -> bool:
        return self.number in self.others


_TELLING = frozenset("日月次届期批号季")


@lru_cache(maxsize=8)
def _numbers_in_place(text: str) -> dict[tuple[str, str], dict[str, bool]]:
    """The numbers of a text by the four characters before and the one after each, other numbers being `#`; with each whether
    it stands further from both ends than a frame reaches."""
    masked = _NUMBER.sub("#", text)
    places: dict[tuple[str, str], dict[str, bool]] = {}
    at = -1
    for number in _NUMBER.findall(text):
        at = masked.index("#", at + 1)
        after = masked[at + 1 : at + 2]
        here = places.setdefault((masked[max(at - (2 if after == "日" else 4), 0) : at], after), {})
        here[number] = here.get(number, False) or HEADER <= at < len(masked) - FOOTER
    return places


def _years(shorter: str, longer: str) -> tuple[int, int]:
    """How many years in the same place agree, and how many differ: next year's notice has hardly another number."""
    here, there = _numbers_in_place(shorter), _numbers_in_place(longer)
    told = [
        any(number == other for other in there[place])
        for place, found in here.items()
        if place in there and place[1] == "年"
        for number, is_inner in found.items()
        if is_inner and len(number) == 4 and number.isdigit()
    ]
    return sum(told), len(told) - sum(told)


def _places(shorter: str, longer: str, passages: Sequence[Passage]) -> tuple[int, int]:
    """How often a name before `高新区`, `市` and the like is another in the same place, and the same one each time; and how
    often such a name stays. The latter comes first."""
    pairs = Counter(
        (name, other)
        for name, other, after in _renamed(shorter, longer, passages)
        if _PLACE.search(shorter, after, after + 4) and not name.endswith(_OURS) and not other.endswith(_OURS)
    )
    renamed = {name: times for (name, _), times in pairs.items() if times > 1}
    kept = "#".join(shorter[p.here : p.here + p.length] for p in passages) if renamed else ""
    return sum(kept.count(name) for name in renamed if len(name) > 1), sum(renamed.values())


_OURS = tuple("我本全该各")
"""`我市` becomes `南昌市` in a true copy."""


def _renamed(shorter: str, longer: str, passages: Sequence[Passage]) -> Iterator[tuple[str, str, int]]:
    """The few characters between two passages that are others in the longer text, and where the text goes on."""
    for before, after in zip(passages, passages[1:], strict=False):
        name = shorter[before.here + before.length : after.here]
        other = longer[before.there + before.length : after.there]
        if 0 < len(name) <= 6 and 0 < len(other) <= 6:
            yield name, other, after.here


def _plainly(text: str) -> str:
    """The normal form step by step; Simplified by character: what a copy loses so, both sides of a comparison lose."""
    parts, start = [], 0
    for at, mark in marks(text):
        parts += [_words(text[start:at]), mark]
        start = at + 1
    return "".join([*parts, _words(text[start:])]).lower()


def _words(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text)
    return _NOT_WORD.sub("", _traditional().sub(lambda match: _simplified()[match[0]], folded))


_ASKED = 0xFFFFFFFF
"""What `_plain` says of a character whose form depends on others, is of several, or that stands in another plane."""


@cache
def _plain() -> NDArray[uint32]:
    """What becomes of each character in the normal form; 0 where it is left out."""
    import numpy as np

    forms = grams.forms()
    alone = [one for one in map(chr, range(0xFFFF)) if forms.get(one, one) == one and one not in "\u0130\u03a3"]
    words = _NOT_WORD.sub("", "".join(alone))
    table = np.zeros(1 << 16, np.uint32)
    table[grams.points(words)] = grams.points(_plainly(words))
    for one, form in forms.items():
        if one != form:
            plain = _plainly(form)
            table[ord(one)] = _ASKED if plain[1:] or not form else ord(plain or "\0")
    table[[0x0130, 0x03A3, 0xFFFF]] = _ASKED
    return table


@cache
def _simplified() -> dict[str, str]:
    """The Simplified form of each character that has one of its own."""
    characters = [chr(point) for point in (*range(0x3400, 0x4DC0), *range(0x4E00, 0xA000), *range(0xF900, 0xFB00))]
    simple = simplify("\n".join(characters)).split("\n")
    return {old: new for old, new in zip(characters, simple, strict=True) if old != new}


@cache
def _traditional() -> re.Pattern[str]:
    """Any character that has a Simplified form of its own."""
    return re.compile(f"[{''.join(_simplified())}]")
