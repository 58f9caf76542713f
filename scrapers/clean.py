"""Text cleaning as in the five seed documents: named, counted, pure rules in a fixed order.

    clean("ＧＤＰ　增长５％，\\u200b\\r\\n") == "GDP 增长5%,"

`clean` is idempotent, leaves clean text unchanged, and turns any string into valid text. When a rule changes its behaviour,
CLEANER changes too: it is recorded on every version in the archive.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

CLEANER = "2"
"""The version of this rule set, and of `uncloak`."""

Rewrite = Callable[[str], tuple[str, int]]


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: its name in the counts, and a function text -> (text, number of changes)."""

    name: str
    apply: Rewrite


INVISIBLE = (
    r"[\x00-\x09\x0b-\x1f\x7f-\x9f"  # control, all but the newline
    r"\xad\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f"
    r"\ufeff\ufff9-\ufffb\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    r"\U000e0001\U000e0020-\U000e007f"  # format, zero-width
    r"\ue000-\uf8ff\U000f0000-\U000ffffd\U00100000-\U0010fffd"  # private use
    r"\ud800-\udfff]"  # surrogates
)
"""The characters of the categories Cc, Cf, Co and Cs of Unicode 16, spelled out: looking up each one costs 0.3 s at start."""


MARKS = r"[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]"
"""Combining marks. A pile of them on one letter is no real writing, and makes composing quadratic."""


def _newline(text: str) -> tuple[str, int]:
    """Line ends as Python defines them; CR LF is one."""
    lines = f"{text}.".splitlines()  # the dot keeps a final line end
    times = len(lines) - 1 - text.count("\n") + text.count("\r\n")
    return ("\n".join(lines)[:-1], times) if times else (text, 0)


def _kind_by_kind(pattern: str, plain: Callable[[str], str]) -> Rewrite:
    """Replace one kind of character after the other. Chinese pages hold many wide marks and spaces of few kinds: ten times as
    fast as one by one."""
    any_kind = re.compile(pattern)

    def change(text: str) -> tuple[str, int]:
        times = at = 0
        while found := any_kind.search(text, at):
            times += text.count(found[0])
            text = text.replace(found[0], plain(found[0]))
            at = found.end()
        return text, times

    return change


def _drop_invisible(text: str) -> tuple[str, int]:
    return (text, 0) if _is_printable(text) else _INVISIBLE.subn("", text)


_INVISIBLE = re.compile(INVISIBLE)


def _is_printable(text: str) -> bool:
    """Whether there are no invisible characters, and no spaces or line ends but the plain ones. `isprintable` is four times as
    fast as a regex search."""
    return text.replace("\n", "").isprintable()


def _thin_marks(text: str) -> tuple[str, int]:
    return _HEAPED.subn(r"\1", text) if _MARK.search(text) else (text, 0)


_MARK = re.compile(MARKS)
_HEAPED = re.compile(rf"({MARKS}{{8}}){MARKS}+")


def _compose(text: str) -> tuple[str, int]:
    if unicodedata.is_normalized("NFC", text):
        return text, 0
    return unicodedata.normalize("NFC", text), 1


def _trim(text: str) -> tuple[str, int]:
    kept = text.rstrip(" \n")
    times = int(len(kept) < len(text))
    if lines := kept.count(" \n"):
        kept = "\n".join(line.rstrip(" ") for line in kept.split("\n"))
    return kept, times + lines


RULES: tuple[Rule, ...] = (
    Rule("newline", _newline),
    Rule("width", _kind_by_kind(r"[\uff01-\uff5e]", lambda wide: chr(ord(wide) - 0xFEE0))),
    Rule("space", _kind_by_kind(r"[\t\x1f\xa0\u1680\u2000-\u200a\u202f\u205f\u3000]", lambda _: " ")),
    Rule("invisible", _drop_invisible),
    Rule("marks", _thin_marks),
    Rule("compose", _compose),
    Rule("line_end", _trim),
)
"""U+FF01–FF5E become ASCII, and every kind of space a plain one. Nothing else is compatibility-folded: ㎡ ① … 「」 stay."""

_USUAL = tuple(rule for rule in RULES if rule.name in ("width", "compose", "line_end"))
"""The rules that can apply to printable text without combining marks, as most text is."""


def _rules_for(text: str) -> tuple[Rule, ...]:
    return RULES if _MARK.search(text) or not _is_printable(text) else _USUAL


def clean(text: str) -> str:
    """Clean text: idempotent, valid Unicode, no trailing white space on any line or at the end."""
    if text.isascii() and text.isprintable():  # an address, a number: only the last rule can apply
        return text.rstrip(" ")
    for rule in _rules_for(text):
        text, _ = rule.apply(text)
    return text


def clean_counted(text: str) -> tuple[str, Counter[str]]:
    """`clean(text)`, and how often each rule applied."""
    fired: Counter[str] = Counter()
    for rule in _rules_for(text):
        text, times = rule.apply(text)
        if times:
            fired[rule.name] += times
    return text, fired


_FIRED: ContextVar[Counter[str] | None] = ContextVar("fired", default=None)


@contextmanager
def counting() -> Iterator[Counter[str]]:
    """Count the cleaning done for the archive (`uncloak.refine`) inside the block, in this task only: rule to number of
    changes."""
    fired: Counter[str] = Counter()
    token = _FIRED.set(fired)
    try:
        yield fired
    finally:
        _FIRED.reset(token)


def count(fired: Counter[str]) -> None:
    """Add to the active count, if there is one."""
    counted = _FIRED.get()
    if counted is not None:
        counted.update(fired)


def one_line(text: str) -> str:
    """Clean text on one line, for titles and names: any run of white space becomes one space."""
    return " ".join(clean(text).split())


def squeeze(text: str) -> str:
    """Only letters, digits and Han characters: two spellings of one title compare equal."""
    return _NO_WORD.sub("", text)


_NO_WORD = re.compile(r"\W+")
