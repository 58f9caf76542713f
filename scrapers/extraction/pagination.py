"""The pages of a multi-page article, found by its pager: links with the text `2`, `3` …, `下一页` or `尾页` to the page's
address with a number."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from html import unescape
from itertools import islice

from scrapers.extraction.tokens import LINK, Tokens, text_of
from scrapers.model import Outcome, Problem, Unreadable
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
_BEGINS = frozenset("[(【第123456789下后後上前尾末最")
PREVIOUS, NEXT, LAST = -1, -2, -3
"""What stands for the number of a link with words."""
_WORDS = {
    PREVIOUS: re.compile(r"[\[(【]?[上前]一?[页頁]\W{0,3}"),
    NEXT: re.compile(r"[\[(【]?[下后後]一?[页頁]\W{0,3}"),
    LAST: re.compile(r"[\[(【]?(?:[尾末]|最后一?|最後一?)[页頁]\W{0,3}"),
}
_IN_NAME = re.compile(r"([^?]+?)([_-][a-z]{0,2})(\d{1,3})(\.\w+)?(\?.*)?")
_IN_QUERY = re.compile(
    r"(.+[?&](?:page|p|pg|page_?no|page_?num|page_?index|cur_?page|current_?page|pn)=)(\d{1,3})(&.*)?", re.IGNORECASE
)
_IN_PATH = re.compile(r"([^?]*/[^/?]*\d[^/?]*(?:/[^/?]*)?/)(\d{1,3})(/?)")
_NUMBERED = re.compile(r"[?&]|\d[_-]\d+[_-]\Z")
"""The beginning of an address that ends with a page's number: the article has one of its own in it."""
_POSTS = ('id="postmessage_', 'class="bbs-content')
"""The elements with a forum's posts; those on further pages are replies."""
_TRS = re.compile(
    r"createPageHTML\s*\(\s*(?P<box>['\"][\w-]+['\"]\s*,\s*)?(?P<pages>\d{1,3})\s*,\s*\d{1,3}\s*,"
    r"\s*['\"](?P<name>[\w-]+)['\"]\s*,\s*['\"](?P<ending>\w+)['\"]"
)
"""The pagers of TRS, 0-based, and of the government shtml CMS, 1-based and with a box's name in front."""


_Links = Sequence[tuple[str, int]]
"""The links of a pager as written, each with its number or what stands for it."""


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


@dataclass(frozen=True, slots=True)
class Parts:
    """The other pages of an article. On its first page, `further` holds the addresses of the later ones, as far as its pager
    names them. On a later page, `first` is the first one's address, and `following` the next one's."""

    further: tuple[str, ...] = ()
    first: str | None = None
    following: str | None = None


def find(stream: Tokens, text: str, base: str) -> Parts:
    """The other pages of the article at `base`: `<name>_2.html` … beside `<name>.html`, `<name>-1.html` or `_0`, `?page=2`,
    `/2`. None where the numbers disagree; of a forum thread the first post alone is the article. `text` is the page's source.
    Raises Unreadable where there are more than `MOST_PARTS`."""
    if trs := _of_trs(text, base):
        return Parts(trs[1]) if base == trs[0] else Parts(first=trs[0])
    links = _pager(stream, text)
    is_thread = any(mark in text for mark in _POSTS)
    further = () if is_thread else _numbered(links, base) or _only_next(links, base)
    return Parts(further, _first(links, base), _following(links, base))


def _numbered(links: _Links, base: str) -> tuple[str, ...]:
    """Pages 2 to the last, from numbered links that agree."""
    numbers = {number for _, number in links if number > 0}
    for address in _addresses(links, base, 2):
        for form, number in _forms(address):
            shift = 2 - number
            if shift not in (0, 1) or base not in (form.plain, form.at(1 - shift)):
                continue
            there = ((n, form.number(address)) for n in numbers for address in _addresses(links, base, n))
            told = {(n, number) for n, number in there if number is not None}
            if {n - number for n, number in told} != {shift}:
                continue
            ends = (form.number(address) for address in _addresses(links, base, LAST))
            last = max(*(n for n, _ in told), *(number + shift for number in ends if number is not None), 2)
            _refuse_above(last, base)
            return tuple(form.at(n - shift) for n in range(2, last + 1))
    return ()


def _only_next(links: _Links, base: str) -> tuple[str, ...]:
    """Page 2 alone, where the pager has no numbers. `/t20260302_1.html` may be an article of its own, `/show-18-903-1.html` and
    `?page=1` are a page 1."""
    for address in _addresses(links, base, NEXT):
        for form, number in _forms(address):
            is_page_1 = base == form.at(number - 1) and _NUMBERED.search(form.before)
            if number in (1, 2) and (base == form.plain or is_page_1):
                return (address,)
    return ()


def _following(links: _Links, base: str) -> str | None:
    """The next page of an article, from one that is not its first. Pagers may number only the pages near by, or none."""
    for address in _addresses(links, base, NEXT):
        if any(number > 1 and base == form.at(number - 1) for form, number in _forms(address)):
            return address
    return None


def _first(links: _Links, base: str) -> str | None:
    """The first page of the article whose further page is at `base`: its pager links `1` or `上一页` there. None for any other
    page, whatever its name."""
    ones, before = (_addresses(links, base, number) for number in (1, PREVIOUS))
    for form, number in _forms(base):
        for first in (form.plain, form.at(0), form.at(1)):
            if first in ones and (form.number(first) or 0) < number <= MOST_PARTS:
                return first
        if number in (1, 2) and form.plain in before:
            return form.plain
    return None


def _of_trs(text: str, base: str) -> tuple[str, tuple[str, ...]] | None:
    """The first page and the further ones, where a script writes the pager of the page at `base`."""
    told = _TRS.search(text) if "createPageHTML" in text else None
    if told is None or int(told["pages"]) < 2 or not told["name"].strip("_-0123456789"):
        return None
    first = normalise(f"{told['name']}.{told['ending']}", base=base)
    stem, ending = first.removesuffix(f".{told['ending']}"), told["ending"]
    numbers = range(2, int(told["pages"]) + 1) if told["box"] else range(1, int(told["pages"]))
    others = tuple(f"{stem}_{number}.{ending}" for number in numbers)
    if base not in (first, *others):
        return None
    _refuse_above(len(others) + 1, base)
    return first, others


def _refuse_above(last: int, base: str) -> None:
    """Raise Unreadable for an article of too many pages. Its first one would be archived as if it were all."""
    if last > MOST_PARTS:
        raise Unreadable(Outcome.TOO_BIG, f"{base} is one of {last} pages of an article, more than {MOST_PARTS}")


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


def _pager(stream: Tokens, source: str) -> _Links:
    """The links of a pager as written, each with its number or what stands for it, and a form's options; at most `MOST_LINKS`.
    Where there are none, those that scripts write."""
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
    for head, text in islice(links, MOST_LINKS):
        words = text_of(text).strip() if len(text) < MOST_WORDS else ""
        if number := _NUMBER.fullmatch(words):
            yield head, int(number[1] or number[2])
        elif said := next((number for number, form in _WORDS.items() if form.fullmatch(words)), None):
            yield head, said


def _addresses(links: _Links, base: str, wanted: int) -> list[str]:
    """The distinct addresses of the links with this number."""
    addresses = []
    for head, number in links:
        if number == wanted and (href := _HREF.search(head)):
            with suppress(Problem):
                addresses.append(normalise(unescape(href[2] or href[3] or ""), base=base))
    return list(dict.fromkeys(addresses))
