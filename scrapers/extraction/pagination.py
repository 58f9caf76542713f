"""The pages of a multi-page article, found by its pager: links with the text `2`, `3` … to the page's address with that
number."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from html import unescape
from itertools import islice

from scrapers.extraction.tokens import LINK, Tokens
from scrapers.model import Problem
from scrapers.urls import normalise

MOST_PARTS = 60
"""The maximum number of pages of one article."""
MOST_WORDS = 100
"""The maximum length of a numbered link's text, which may hold a part's title."""
MOST_LINKS = 1000
"""The maximum number of links that are checked; a page with more is judged by its first ones."""

_NUMBER = re.compile(r"[\[(【]?第?\s*([1-9]\d{0,2})\s*页?[\])】]?|第\s*([1-9]\d{0,2})\s*页\s*[:：].{0,60}")
_WRITE = re.compile(r"document\.write[^\n]{0,2000}")
_WRITTEN = re.compile(r"<a\s([^<>]*)>\s*([^<>]{1,9})</a>", re.IGNORECASE)
"""A link written by a script."""
_HREF = re.compile(r"""\b(?:href|value)\s*=\s*(?:(["'])(.*?)\1|([^\s>"']+))""", re.IGNORECASE)
_LINK = re.compile(bytes([LINK]))
_BEGINS = frozenset("[(【第123456789")
_IN_NAME = re.compile(r"([^?]+?)([_-][a-z]{0,2})(\d{1,3})(\.\w+)?(\?.*)?")
_IN_QUERY = re.compile(
    r"(.+[?&](?:page|p|pg|page_?no|page_?num|page_?index|cur_?page|current_?page|pn)=)(\d{1,3})(&.*)?", re.IGNORECASE
)
_IN_PATH = re.compile(r"([^?]*/[^/?]*\d[^/?]*(?:/[^/?]*)?/)(\d{1,3})(/?)")
_POSTS = ('id="postmessage_', 'class="bbs-content')
"""The elements with a forum's posts; those on further pages are replies."""
_TRS = re.compile(
    r"createPageHTML\s*\(\s*(?P<box>['\"][\w-]+['\"]\s*,\s*)?(?P<pages>\d{1,3})\s*,\s*\d{1,3}\s*,"
    r"\s*['\"](?P<name>[\w-]+)['\"]\s*,\s*['\"](?P<ending>\w+)['\"]"
)
"""The pagers of TRS, 0-based, and of the government shtml CMS, 1-based and with a box's name in front."""


@dataclass(frozen=True, slots=True)
class _Form:
    """The form of an address with a page number, `before` and `after` it, and the address without one (`plain`)."""

    before: str
    after: str
    plain: str

    def at(self, number: int) -> str:
        return f"{self.before}{number}{self.after}"

    def number(self, address: str) -> int | None:
        if not (address.startswith(self.before) and address.endswith(self.after)):
            return None
        told = address[len(self.before) : len(address) - len(self.after)]
        return int(told) if re.fullmatch(r"\d{1,3}", told) else None


def further(stream: Tokens, text: str, base: str) -> tuple[str, ...]:
    """The addresses of pages 2 to the last of the article at `base`: `<name>_2.html` … beside `<name>.html`, `<name>-1.html`
    or `_0`, `?page=2`, `/2`. Empty where the numbers disagree, and for a forum thread, whose first post alone is the article.
    `text` is the page's source."""
    if any(mark in text for mark in _POSTS):
        return ()
    if trs := _of_trs(text, base):
        return trs[1] if base == trs[0] else ()
    found = _numbered(stream, text)
    for address in _addresses(found, base, 2):
        for form, number in _forms(address):
            shift = 2 - number
            if shift not in (0, 1) or base not in (form.plain, form.at(1 - shift)):
                continue
            there = ((n, form.number(address)) for n in {n for _, n in found} for address in _addresses(found, base, n))
            told = {(n, number) for n, number in there if number is not None}
            last = max(n for n, _ in told)
            if {n - number for n, number in told} == {shift} and last <= MOST_PARTS:
                return tuple(form.at(n - shift) for n in range(2, last + 1))
    return ()


def first_part(stream: Tokens, text: str, base: str) -> str | None:
    """The first page of the article whose further page is at `base`: its pager links `1` there. None for any other page,
    whatever its name."""
    forms = [(form, number) for form, number in _forms(base) if 0 < number <= MOST_PARTS]
    if not forms:
        return None
    if trs := _of_trs(text, base):
        return trs[0] if base in trs[1] else None
    ones = _addresses(_numbered(stream, text), base, 1)
    for form, number in forms:
        for first in (form.plain, form.at(0), form.at(1)):
            if first in ones and (form.number(first) or 0) < number:
                return first
    return None


def _of_trs(text: str, base: str) -> tuple[str, tuple[str, ...]] | None:
    """The first page and the further ones, where a script writes the pager of the page at `base`."""
    told = _TRS.search(text) if "createPageHTML" in text else None
    if told is None or not 1 < int(told["pages"]) <= MOST_PARTS or not told["name"].strip("_-0123456789"):
        return None
    first = normalise(f"{told['name']}.{told['ending']}", base=base)
    stem, ending = first.removesuffix(f".{told['ending']}"), told["ending"]
    numbers = range(2, int(told["pages"]) + 1) if told["box"] else range(1, int(told["pages"]))
    others = tuple(f"{stem}_{number}.{ending}" for number in numbers)
    return (first, others) if base in (first, *others) else None


def _forms(address: str) -> Iterator[tuple[_Form, int]]:
    """The possible positions of a page number in an address, with that number."""
    if found := _IN_NAME.fullmatch(address):
        ending = (found[4] or "") + (found[5] or "")
        yield _Form(found[1] + found[2], ending, found[1] + ending), int(found[3])
    if found := _IN_QUERY.fullmatch(address):
        rest = found[3] or ""
        name = re.sub(r"[^?&]+=\Z", "", found[1])
        plain = name + rest.removeprefix("&") if rest else name[:-1]
        yield _Form(found[1], rest, plain), int(found[2])
    if found := _IN_PATH.fullmatch(address):
        yield _Form(found[1], found[3], found[1] if found[3] else found[1].removesuffix("/")), int(found[2])


def _numbered(stream: Tokens, source: str) -> list[tuple[str, int]]:
    """The numbered links as written, with their number, and a form's options; at most `MOST_LINKS`. Where there are none,
    those that scripts write."""
    heads, texts = stream.heads, [*stream.texts, ""]
    places = [link.start() for link in _LINK.finditer(stream.kinds)]
    if "option" in stream.tags:
        places += [n for n, tag in enumerate(stream.tags) if tag == "option"]
    links = [(heads[n], text) for n in places if (text := (texts[n] or texts[n + 1]).lstrip())[:1] in _BEGINS]
    found = list(_told(links))
    if not found:
        written = "\n".join(_WRITE.findall(source)[:MOST_LINKS])
        found = list(_told((link[1], link[2]) for link in _WRITTEN.finditer(written)))
    return found


def _told(links: Iterable[tuple[str, str]]) -> Iterator[tuple[str, int]]:
    for head, words in islice(links, MOST_LINKS):
        if number := _NUMBER.fullmatch(words.strip()) if len(words) < MOST_WORDS else None:
            yield head, int(number[1] or number[2])


def _addresses(found: Iterable[tuple[str, int]], base: str, wanted: int) -> list[str]:
    """The distinct addresses of the links with this number."""
    addresses = []
    for head, number in found:
        if number == wanted and (href := _HREF.search(head)):
            with suppress(Problem):
                addresses.append(normalise(unescape(href[2] or href[3] or ""), base=base))
    return list(dict.fromkeys(addresses))
