"""Title, date and credits of a page without knowledge of its site, each with the place where it was found.

Each is looked for where publishers put it: the heading and `<title>`, meta tags, the lines between heading and article, the
lines after it. A field that the page does not tell stays empty; a name or a date that merely stands in the text is none of
the page's own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from resiliparse.parse.html import HTMLTree

from scrapers import byline
from scrapers.clean import one_line
from scrapers.dates import find_date
from scrapers.tokens import select

Told = tuple[str | None, str]
"""A value, and where it was found; (None, "") where the page does not tell."""

LONGEST_TITLE = 1_000
"""Characters of `<title>` that are looked at."""

MOST_HEADINGS = 200

_NOTHING: Told = (None, "")
_PUBLISHED = (
    "pubdate publishdate publish_time article:published_time og:release_date weibo:article:create_at datepublished"
    " apub:time og:published_time _pubtime bytedance:published_time publishtime pubtime"
).split()
_ORIGIN = "contentsource source article:source".split()
_LINKED_DATA = ('"datePublished"', '"pubDate"')
_SITE = re.compile(r"\s*[_|｜]+\s*|\s+[-–—]+\s+|\s*--+\s*|(?<!\d)-(?=[^-_|]{2,20}\Z)|\s+>+\s+")
"""What stands between a title and the names of column and site in `<title>`. A dash between words may be the title's own."""
_MEDIA = re.compile(
    r"\s*([\w·•\u4e00-\u9fff-]{1,14}(?:报|网|社|新闻|周刊|杂志|电视台|电台|广播|频道|客户端|在线|财经|科技|消息|政府|管委会|中心|综合|整理|空间|观察|号))"
    r"(?=\s|\Z|[\[(（【])"
)
_CLOCK = re.compile(r"今天是|现在时间|当前时间|北京时间")


@dataclass(frozen=True, slots=True)
class Around:
    """The lines of a page by their place: above the heading, between it and the article, the article's own, and below it."""

    above: Sequence[str]
    before: Sequence[str]
    body: Sequence[str]
    after: Sequence[str]

    def places(self) -> Iterator[tuple[str, Sequence[str]]]:
        """Where fields stand, the likeliest place first: nearest to the article."""
        yield "between heading and article", self.before[::-1]
        yield "first lines of the article", [line for line in self.body[:4] if len(line) < 60]
        yield "below the article", self.after[:8]
        yield "last lines of the article", [line for line in self.body[:3:-1][:6] if len(line) < 80]
        yield "above the heading", self.above[::-1]


def headings(tree: HTMLTree) -> list[tuple[str, str]]:
    """The headings of a page, as (tag, text)."""
    assert tree.document is not None
    return [(node.tag or "", node.text or "") for node in select(tree.document, "h1, h2, h3")]


def title(
    tree: HTMLTree,
    meta: Mapping[str, str],
    headings: Sequence[tuple[str, str]],
    around: Around | None = None,
    heading: str = "",
) -> Told:
    """The heading that `<title>` agrees with; where there is none, what names itself the title.

    heading   the line of the page that repeats the beginning of `<title>`, whatever its element
    """
    whole = one_line((tree.title or "")[:LONGEST_TITLE])
    nodes = {one_line(text[:LONGEST_TITLE]): f"<{tag}>" for tag, text in headings[:MOST_HEADINGS][::-1]}
    if heading:
        nodes.setdefault(one_line(heading), "heading")
    agreed = [text for text in nodes if len(text) > 3 and _squeeze(text) in _squeeze(whole) and len(_squeeze(text)) > 2]
    parts = [part for part in _SITE.split(whole) if part.strip()]
    if agreed:
        found = max(agreed, key=len)
        longer = next((part for part in parts if re.match(re.escape(found) + r"\s*(?:——|[:：])", part)), None)
        if len(found) > 12 or _squeeze(found) in _squeeze(parts[0]) or _squeeze(parts[0]) in _squeeze(found):
            return (longer, "<title>") if longer else (found, nodes[found])
    for name in ("articletitle", "og:title"):
        told = one_line(re.sub("<[^>]*>", " ", meta.get(name, "")))
        if told and (name == "articletitle" or _squeeze(told) in _squeeze(whole)):
            return _SITE.split(told)[0] if name == "og:title" else told, f"meta {name}"
    first = parts[0].strip() if parts else ""
    if around and (len(first) < 8 or len(parts) < 2):
        above_byline = _above_byline(around.before)
        if above_byline and _squeeze(first) not in _squeeze(above_byline):
            return above_byline, "line above the byline"
    return (first, "<title>") if first else _NOTHING


def published(around: Around, meta: Mapping[str, str], text: str) -> Told:
    """The date that a meta tag, linked data, a labelled line or a line of the byline tells. A date that merely stands in the
    text, or in the address, is no date of the page.

    text   the page's HTML, for its linked data (JSON-LD)
    """
    for name in _PUBLISHED:
        if found := find_date(meta.get(name, "")):
            return found, f"meta {name}"
    for name in _LINKED_DATA:
        at = text.find(name)
        if at >= 0 and (found := find_date(text[at + len(name) : at + len(name) + 40])):
            return found, f"linked data {name[1:-1]}"
    for wanted in ("date", "", "updated"):
        for place, lines in around.places():
            for line in lines:
                if found := _date_in(line, wanted):
                    return found, place
    return _NOTHING


def origin(around: Around, meta: Mapping[str, str], whole: str = "") -> Told:
    """Who published it first: what 来源： names, a meta tag, or the medium that stands beside the date.

    whole   `<title>`, which often ends with the name of the site
    """
    for place, lines in around.places():
        for line in lines:
            if len(line) <= byline.MOST and (found := byline.origin(line)):
                return found, place
    for name in _ORIGIN:
        told = one_line(re.sub("<[^>]*>", " ", meta.get(name, "")))
        if found := byline.origin(told) or (told if 1 < len(told) < 30 else None):
            return found, f"meta {name}"
    for line in around.before[::-1]:
        rest = _after_date(line) if _is_dated(line) else ""
        if medium := _MEDIA.match(rest):
            return medium[1], "beside the date"
        site = next((part for part in _SITE.split(whole)[1:] if len(part) > 2 and rest.strip().startswith(part)), None)
        if site:
            return site, "beside the date"
    return _NOTHING


def author(around: Around) -> Told:
    """Who wrote it: what 作者：, 记者： or 文/ names, the reporters in brackets at its ends, or names alone on a line."""
    for place, lines in around.places():
        for line in lines:
            if len(line) <= byline.MOST and (found := byline.author(line)):
                return found, place
    if found := byline.reporters(around.body[:4], around.body[-4:]):
        return found, "brackets in the article"
    for line in around.before[::-1]:
        bracket = re.search(r"\[\s*([^\]]{2,10}?)\s*\]", line) if _is_dated(line) else None
        if bracket and (found := byline.names_alone(bracket[1])):
            return found, "beside the date"
    for line in (*around.before[::-1][:4], *around.body[:4]):
        if found := byline.names_alone(line):
            return found, "line of names"
    return _NOTHING


def editor(around: Around) -> Told:
    """Who edited it: what 责任编辑： and the like name, the last such line of the article first."""
    inside = [line for line in around.body[-12:][::-1] if len(line) < 80]
    for place, lines in (("last lines of the article", inside), *around.places()):
        for line in lines:
            if len(line) <= byline.MOST and (found := byline.editor(line)):
                return found, place
    return _NOTHING


def _date_in(line: str, wanted: str) -> str | None:
    """The date of a field of this kind; of a line without labels where nearly nothing else stands in it."""
    if len(line) > byline.MOST or _CLOCK.search(line):
        return None
    for kind, value in byline.fields(line):
        if kind == wanted or (kind == "origin" and not wanted):
            found = find_date(f"20{value}" if wanted == "date" and re.match(r"\d\d-\d", value) else value)
            if found and (wanted or _is_dated(value)):
                return found
    return None


def _is_dated(line: str) -> bool:
    """A date, and besides it no more than a name or two."""
    return find_date(line) is not None and len(line) < 90 and not re.search("[。；？！]|[^\\d]，", line)


def _after_date(line: str) -> str:
    return re.sub(r".*\d{4}\D{1,3}\d{1,2}\D{1,3}\d{1,2}日?(?:\s*\d{1,2}:\d{2}(?::\d{2})?)?", "", line)


def _above_byline(lines: Sequence[str]) -> str | None:
    """The line right above the byline, where it reads like a title."""
    for n in range(len(lines) - 1, 0, -1):
        if byline.is_byline(lines[n]) and not byline.is_byline(lines[n - 1]):
            text = lines[n - 1]
            return text if 5 < len(text) < 80 and "。" not in text and ">" not in text else None
    return None


def _squeeze(text: str) -> str:
    return re.sub(r"\W+", "", text)
