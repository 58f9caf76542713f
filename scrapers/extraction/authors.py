"""The author and the editor of an article, from the lines around it, its own first and last lines, and named elements."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import takewhile

from scrapers.clean import one_line, squeeze
from scrapers.extraction import byline, names, writers
from scrapers.extraction.around import NOTHING, Around, Told
from scrapers.extraction.tokens import LINK, Tokens, end_of, text_of

_BY_MARKUP = re.compile(
    r'\b(?:class|id|rel|itemprop)="(?:[^"]*[\s_-]|article)?(?:[aA]uthor(?:[_-]?name)?|writer|auth)(?:\s[^"]*)?"'
)
_NAMED_SO = re.compile(
    r'\bclass="(?:[^"]*[\s_-])?(?:[aA]uthor(?:[_-]?[Ii]nfo)?[_-]{0,2}(?:user)?[nN]ame|(?:follow-)?nick-?[nN]ame|authi|fn|readName)(?:\s[^"]*)?"|\brel="author"'
)
"""An element that holds only an author's name, which need not be a person's."""
_REPORTER = re.compile("[记記]者")
_CORRESPONDENT = re.compile(r"\W*[\u4e00-\u9fff]{0,6}通[讯訊][员員]")
MOST_ALONE = 30
"""The maximum length of a line of reporters or correspondents alone."""
_PERSON = re.compile(
    r'"author"\s{0,9}:\s{0,9}(?:\[\s{0,9})?\{\s{0,9}"@type"\s{0,9}:\s{0,9}"Person"\s{0,9},\s{0,9}"name"\s{0,9}:\s{0,9}"([^"\\]{2,16})"'
)
_MAY_BE_NAMED = re.compile(r"[aA]uth|[nN]ick|writer|readName|\bfn\b")
_LATIN = re.compile(r"[A-Z][A-Za-z.'’-]+(?: [A-Z][A-Za-z.'’-]+){1,3}")
_CALLED = re.compile(r"\W*(?:文章|本文)?作者\s*[:：]?")
_BULLET = re.compile(r"\s*[•·|/]\s*(?=(?:19|20)\d\d\s*[-/.年])")
_BAR = re.compile(r"\s*[|｜丨]\s*")
_DAY = re.compile(r"\s*(?:19|20)\d\d\s*[-/.年].*")
_SPEECH = re.compile("讲话|致辞|致词|发言|演讲|讲稿|报告$")

Found = tuple[str, str]
"""A name, and where it was found."""


def find(
    around: Around,
    title: str | None,
    beside: Iterable[Tokens],
    meta: Mapping[str, str],
    text: str,
    origin: str | None = None,
) -> Told:
    """The author: named by a label such as 作者：, 记者： or 文/, as a reporter at the article's ends, below a speech's title,
    beside the origin or date, alone on a line, in an element of `beside` marked as the author's, or stated by the page's system
    and data. The title and the publishing account `origin` are no authors."""
    return (
        _labelled(around)
        or _speaker(around, title or "")
        or _beside(around.before[::-1])
        or _alone(around, title)
        or _marked(beside, (title, origin, meta.get("wechat:account")))
        or _stated(around.before, meta, text, origin)
        or NOTHING
    )


def editor(around: Around) -> Told:
    """The editor named after 责任编辑： and the like. The article's last such line comes first."""
    inside = [line for line in around.body[-12:][::-1] if len(line) < 80]
    for kind in ("editor", "checker"):
        for place, lines in (("last lines of the article", inside), *around.places()):
            for line in lines:
                if len(line) <= byline.MOST and (found := byline.editor(line, kind)):
                    return found, place
    return NOTHING


def _labelled(around: Around) -> Found | None:
    """The name behind a label; else the reporters in brackets at the article's ends, whom a label may name in part."""
    reporters = writers.reporters(around.body[:4], around.body[-4:])
    for place, lines in around.places():
        for n, line in enumerate(lines):
            if len(line) <= byline.MOST and (found := writers.author(line)):
                if reporters and reporters.startswith(f"{found} "):  # with the correspondents
                    break
                return _with_correspondents(found, lines, n), place
    return (reporters, "brackets in the article") if reporters else None


def _with_correspondents(found: str, lines: Sequence[str], n: int) -> str:
    """The names on a line, and those on the next line where one of the two names reporters and the other correspondents."""
    beside = lines[n + 1] if n + 1 < len(lines) else ""
    if len(lines[n]) >= MOST_ALONE or len(beside) >= MOST_ALONE or not (other := writers.author(beside)):
        return found
    is_last = [_CORRESPONDENT.match(line) is not None for line in (lines[n], beside)]
    if is_last == [False, True] and _REPORTER.search(lines[n]):
        return f"{found} {other}"
    return f"{other} {found}" if is_last == [True, False] and _REPORTER.search(beside) else found


def _speaker(around: Around, title: str) -> Found | None:
    """The name right below a speech's title."""
    if not _SPEECH.search(title):
        return None
    own = [line for line in around.body[:2] if squeeze(line) != squeeze(title)]
    lines = (*around.before[::-1][:4], *own[:1])
    return next(((found, "below the title of a speech") for line in lines if (found := writers.speaker(line))), None)


def _beside(lines: Sequence[str]) -> Found | None:
    """The names beside the origin or the date, on the line nearest to the article."""
    for line in lines:
        if found := writers.aside(line):
            return found, "beside the origin"
        if byline.dated(line) and (found := _beside_date(line)):
            return found, "beside the date"
    return None


def _alone(around: Around, title: str | None) -> Found | None:
    """The only line of names above the article, or among its lines before its first sentence."""
    above = [line for line in around.before[::-1][:4] if line != title]
    unsaid = takewhile(lambda line: not re.search("[。:,;]", line), around.body[:4])
    first = [line for line in unsaid if line != title]
    for read, lines in ((names.names_alone, above), (names.names_alone, first), (names.name_spaced, above)):
        told = [found for line in lines if (found := read(line))]
        if len(told) == 1:
            return told[0], "line of names"
    return None


def _marked(beside: Iterable[Tokens], others: Sequence[str | None]) -> Found | None:
    """The first name in an element marked as the author's that names none of the `others`."""
    told = (found for stream in beside for found in _names_marked(stream) if found not in others)
    return next(((found, "marked as the author") for found in told), None)


def _stated(before: Sequence[str], meta: Mapping[str, str], text: str, origin: str | None) -> Found | None:
    """The name that WeChat or an e-paper's system states; that in linked data or a meta tag, if it also stands above the
    article."""
    others = (origin, meta.get("wechat:account"))
    for name in ("wechat:author", "enp:author", *(["author"] if "wechat:account" in meta else [])):
        stated = one_line(meta.get(name, ""))
        stated = writers.author(stated) or stated
        if stated not in others and names.is_pen_name(stated):
            return stated, f"meta {name}"
    if (told := _linked(text)) and told != origin and any(told in line for line in before):
        return told, "linked data author, and above the article"
    named = one_line(meta.get("author", ""))
    is_name = re.fullmatch(r"[\u4e00-\u9fff]{2,4}", named) and names.names(named)
    return (named, "meta author, and above the article") if is_name and any(named in line for line in before) else None


def _linked(text: str) -> str | None:
    """The author in linked data (JSON-LD), if it is a person."""
    person = _PERSON.search(text) if '"Person"' in text else None
    return person[1] if person and names.is_pen_name(person[1]) else None


def _beside_date(line: str) -> str | None:
    """The names beside the date: in brackets, before it, or between two bars."""
    bracket = re.search(r"\[\s*([^\]]{2,10}?)\s*\]", line)
    if bracket and (found := names.names(bracket[1])):
        return found
    if found := names.names_alone(_BULLET.split(line, 1)[0]):
        return found
    parts = [_DAY.sub("", part) for part in _BAR.split(line)] if _BAR.search(line) else []
    told = (names.names_alone(part) or names.name_spaced(part) for part in parts[1:])
    return next(filter(None, told), None)


def _names_marked(stream: Tokens) -> Iterator[str]:
    """The names in elements marked as the author's. A pen name counts only where the element is for the name alone, or where a
    link, to the author's page, begins with it; one in Latin letters, where it is all that the element holds."""
    if not _MAY_BE_NAMED.search("\n".join(stream.heads)):
        return
    for n, head in enumerate(stream.heads):
        if not _MAY_BE_NAMED.search(head):
            continue
        is_name = _NAMED_SO.search(head) is not None
        if is_name or _BY_MARKUP.search(head):
            texts = stream.texts[n : end_of(stream.kinds, n)]
            name = _CALLED.sub("", one_line(text_of("".join(texts))[:60]))
            at, first = next(((at, text.strip()) for at, text in enumerate(texts) if text.strip()), (0, ""))
            is_linked = LINK in stream.kinds[n : n + at + 1]
            pen_name = name if is_name or _LATIN.fullmatch(name) else first if is_linked else ""
            real_name = names.names(name) or names.names(first)  # the rest may be a badge
            if found := real_name or (pen_name if names.is_pen_name(pen_name) else None):
                yield found
