"""The verdict on two documents: that on their texts, unless their titles or their days tell of two subjects.

`日文版出版发行` and `法文版出版发行`, the welcome of one president and of another, the wreaths of this year and of last: such
texts agree nearly word for word, and only what they are about does not.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from functools import lru_cache
from os.path import commonprefix
from typing import NamedTuple

from archive.compare import LONG, Verdict, compare, normalise
from archive.figures import FIGURE
from archive.passages import shared
from scrapers.uncloak import simplify

TWICE = 2
"""Times that a text says at least what it alone is about, and as many times as often as the other text."""
TEMPLATE = 0.5
"""The share of two titles of one template, before and after the name that is another one, that is the same at least."""
START = 20
"""Characters before the first long passage that are still of the text itself, where both texts have no more."""
YEARLY = 180
"""Days between two texts from which on they are copies only where nearly the same: what comes every year repeats itself."""
SAME = 0.95

_NUMERAL = re.compile(rf"{FIGURE}|[〇零一二三四五六七八九十百]+")
_NO_NAME = re.compile(
    r"[我本全该各].*|(?:党?工?[省市区县镇州]?[工党]?委?会?)?副?(?:书记|主任|[省市县区镇州]长|主席|总统|总理|部长|领导)"
)
"""`我市` and `市委书记` in the title of one copy are `南昌市` and a name in that of another."""


class Document(NamedTuple):
    """What is compared of a document: its title, the ISO date it was published at, its body."""

    title: str | None
    published_at: str | None
    body: str


def judge(new: Document, other: Document) -> Verdict | None:
    """The verdict on two documents; None where their texts have nothing to do with each other."""
    verdict = compare(normalise(new.body), normalise(other.body))
    if verdict is None or verdict.kind not in ("exact", "near"):
        return verdict
    reason = _by_days(new, other, verdict.score) or _by_titles(new, other)
    return replace(verdict, kind="related", rule=f"{verdict.rule}; but {reason}") if reason else verdict


def _by_days(new: Document, other: Document, score: float) -> str | None:
    """Why two texts that are not the same are told anew, as their days lie far apart."""
    if score >= SAME or not new.published_at or not other.published_at:
        return None
    days = abs((date.fromisoformat(new.published_at[:10]) - date.fromisoformat(other.published_at[:10])).days)
    return f"published {days} days apart, and not the same" if days > YEARLY else None


def _by_titles(new: Document, other: Document) -> str | None:
    """Why two titles tell of two subjects: another number in the same words, another name in the same place, or words that
    the text of one says and that of the other does not. Words of Taiwan are others on the mainland (`資訊`, `信息`)."""
    ours, theirs = (normalise(told.title or "") for told in (new, other))
    if not ours or not theirs or ours == theirs:
        return None
    if numbers := _numbers(ours, theirs):
        return "the titles tell of {} and of {}".format(*numbers)
    if _is_traditional(new.title or "") != _is_traditional(other.title or ""):
        return None
    texts = normalise(new.body), normalise(other.body)
    for here, there in (_name(ours, theirs, *texts), _words(ours, theirs, *texts)):
        if here and there and not _NO_NAME.fullmatch(here) and not _NO_NAME.fullmatch(there):
            return f"the titles tell of {here} and of {there}"
    return None


def _numbers(ours: str, theirs: str) -> tuple[str, str] | None:
    """The first number that is another one in two titles of the same words; None where words differ."""
    if _NUMERAL.sub("#", ours) != _NUMERAL.sub("#", theirs):
        return None
    pairs = zip(_NUMERAL.findall(ours), _NUMERAL.findall(theirs), strict=True)
    return next(((one, other) for one, other in pairs if one != other and one.isascii() == other.isascii()), None)


def _name(ours: str, theirs: str, text: str, beside: str) -> tuple[str, str]:
    """What stands in the same place of two titles of one template, where no text says the other's; of two texts that are the
    same neither may say its own. Empty where there is no such place."""
    start = len(commonprefix([ours, theirs]))
    end = min(len(commonprefix([ours[::-1], theirs[::-1]])), min(len(ours), len(theirs)) - start)
    here, there = ours[start : len(ours) - end], theirs[start : len(theirs) - end]
    is_template = start + end >= TEMPLATE * max(len(ours), len(theirs)) and min(len(here), len(there)) > 1
    is_told = here in text and there in beside
    is_strange = here not in beside and there not in text
    return (here, there) if is_template and is_strange and (is_told or text == beside) else ("", "")


def _words(ours: str, theirs: str, text: str, beside: str) -> tuple[str, str]:
    """The first words of each title that its text alone says again and again, where the two texts are alike: in what frames
    an excerpt its own title may be told."""
    here, there = _alike(text, beside)
    return _own(ours, theirs, here, beside), _own(theirs, ours, there, text)


def _alike(text: str, beside: str) -> tuple[str, str]:
    """What stands from the first long passage that two texts share to the last, in each of them."""
    long = [passage for passage in shared(text, beside) if passage.length >= LONG]
    if not long:
        return text, beside
    here, there = min(p.here for p in long), min(p.there for p in long)
    if max(here, there) <= START:
        here = there = 0
    return text[here : max(p.here + p.length for p in long)], beside[there : max(p.there + p.length for p in long)]


def _own(title: str, other: str, text: str, beside: str) -> str:
    """The first words of a title that its text says at least twice and twice as often as the text beside it."""
    pairs = [title[n : n + 2] for n in range(len(title) - 1)]
    is_own = [
        pair not in other and (times := text.count(pair)) >= TWICE and times >= TWICE * beside.count(pair)
        for pair in pairs
    ]
    if True not in is_own:
        return ""
    first = is_own.index(True)
    last = next((n for n in range(first, len(pairs)) if not is_own[n]), len(pairs))
    return title[first : last + 1]


@lru_cache(maxsize=256)
def _is_traditional(text: str) -> bool:
    return simplify(text) != text
