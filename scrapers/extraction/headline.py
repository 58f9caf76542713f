"""The title of a page's article, and where it was found.

It is looked for where publishers put it: a heading that agrees with `<title>`, a meta tag, a line above the byline.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from resiliparse.parse.html import HTMLTree

from scrapers.clean import one_line, squeeze
from scrapers.extraction import byline, names, titles, writers
from scrapers.extraction.around import NOTHING, NOWHERE, Around, Told
from scrapers.extraction.tokens import select, without_tags

LONGEST = 1_000
"""The number of characters of `<title>` that are read."""
MOST_HEADINGS = 200

_TIME_BEHIND = re.compile(r"(?<=\S)\s\(\d{1,2}:\d\d\)\Z")
"""The time that some papers append to the title of a flash."""
_SUBTITLE = re.compile(r"\W*——\s*\S")
_TOOLS = re.compile(
    r"\W*(?:[^\W\d_]{2,6}[:：]|(?:打印|收藏|关闭|分享|复制)\w{0,4}|(?:我要|发表)评论|字[号体][\s\w:：]{0,12}|[大中小\s]{3,8}|纠错)\W*"
)
"""Buttons and empty fields beside a byline."""
_MARKED = re.compile(r"\s*[□■◎○●◆(（]")
"""The marks that papers print before an author's name, or around it."""
_SUBJECT = re.compile(r"\W*(?:来信|信件|咨询|留言|问题|投诉|诉求)(?:标题|主题)\s*(?:[:：]|\s)\s*(\S.{4,60})\Z")
_NOTICE = re.compile(r"[^。，；？！,;?!:：]{4,40}(?:通知|公告|通告|公示|启事|声明|通报|预告|告知书|提示)")
_NO_TITLE = re.compile(
    r"[。>]|…\Z|^第?\s*[A-Z]?\d{1,3}\s*版|[:：]\Z|^\W*——|^(?:征集|公示|起止|开始|结束|截止)\w{0,4}[:：]"
)
"""Not a title: a sentence, a breadcrumb, a subtitle, the date of an announced event."""
_GOES_ON = re.compile(r"\s*(?:——|[:：])")
_CUT = re.compile(r"(.*?)\s*(?:…+|\.{2,})\Z")


Found = tuple[str, str]
"""A title, and where it was found."""


@dataclass(frozen=True, slots=True, eq=False)
class _Page:
    """What a page shows that may be its title.

    whole     its `<title>`
    parts     the parts of it: title, column, site
    first     the first of these
    is_site   whether they name the site and its columns only
    heading   the line that repeats the beginning of `<title>`, whatever its element
    nodes     its headings, and the element of each
    agreed    those that `<title>` repeats
    """

    meta: Mapping[str, str]
    whole: str
    parts: list[str]
    first: str
    is_site: bool
    heading: str
    nodes: Mapping[str, str]
    agreed: list[str]
    around: Around


def whole(tree: HTMLTree) -> str:
    """A page's `<title>` on one line."""
    return one_line((tree.title or "")[:LONGEST])


def stated(meta: Mapping[str, str]) -> Told:
    """The title where the system states it beside the page's own: WeChat in a script, e-papers in a comment."""
    for name in ("wechat:title", "enp:title"):
        if told := without_tags(meta.get(name, "")):
            return told, f"meta {name}"
    return NOTHING


def headings(tree: HTMLTree) -> list[tuple[str, str]]:
    """All headings of a page, as (tag, text)."""
    assert tree.document is not None
    return [(node.tag or "", node.text or "") for node in select(tree.document, "h1, h2, h3")]


def find(
    tree: HTMLTree,
    meta: Mapping[str, str],
    headings: Sequence[tuple[str, str]],
    around: Around = NOWHERE,
    heading: str = "",
) -> Told:
    """The title that the system states; else the heading that agrees with `<title>`; else a tag or a line marked as the title.

    heading   the line of the page that repeats the beginning of `<title>`, whatever its element
    """
    if (told := stated(meta))[0]:
        return told
    page = _page(whole(tree), meta, headings, around, heading)
    for look in (_cut_short, _on_two_lines, _agreed, _in_meta, _near_article, _below_column, _behind_site):
        if found := look(page):
            return _TIME_BEHIND.sub("", found[0]), found[1]
    return (_TIME_BEHIND.sub("", page.first), "<title>") if page.first else NOTHING


def _page(
    whole: str, meta: Mapping[str, str], headings: Sequence[tuple[str, str]], around: Around, heading: str
) -> _Page:
    nodes = {one_line(text[:LONGEST]): f"<{tag}>" for tag, text in headings[:MOST_HEADINGS][::-1]}
    if heading:
        nodes.setdefault(one_line(heading), "heading")
    parts, said = titles.parts(whole), squeeze(whole)
    return _Page(
        meta=meta,
        whole=whole,
        parts=parts,
        first=parts[0] if parts else "",
        is_site=titles.is_of_site(parts),
        heading=heading,
        nodes=nodes,
        agreed=[text for text in nodes if len(text) > 3 and squeeze(text) in said and len(squeeze(text)) > 2],
        around=around,
    )


def _cut_short(page: _Page) -> Found | None:
    """The line whose beginning is all that `<title>` holds: `星河高新区召开…`."""
    cut = _CUT.search(page.first)
    if cut and len(cut[1]) > 3:
        for text in (*page.nodes, *page.around.before):
            if squeeze(text).startswith(squeeze(cut[1])) and len(text) > len(cut[1]):
                return text, page.nodes.get(text, "line that <title> cuts short")
    return None


def _on_two_lines(page: _Page) -> Found | None:
    """`<title>`, where the page shows it on two lines."""
    first = squeeze(page.first)
    lines = pairwise([page.heading, *page.around.before])
    is_shown = any(one and other and squeeze(one + other) == first for one, other in lines)
    return (page.first, "<title>") if is_shown and first not in map(squeeze, page.agreed) else None


def _agreed(page: _Page) -> Found | None:
    """The heading that agrees with `<title>`, with what `<title>` appends to it."""
    if not page.agreed:
        return None
    said, first, last = map(squeeze, (page.whole, page.first, page.parts[-1]))
    found = max(page.agreed, key=lambda text: (said.startswith(squeeze(text)), len(text)))
    if titles.is_name_in_front(squeeze(found), page.parts) and squeeze(page.heading) == last:
        found = one_line(page.heading)
    text, place = squeeze(found), page.nodes[found]
    if text == first and titles.is_column(page.first) and (named := _of_column(page)):
        return named
    is_first = text in first or first in text
    is_heading = place.startswith("<h")
    is_front = titles.is_in_front(page.parts) or (is_heading and titles.is_name_in_front(first, page.parts))
    is_last = is_front and len(found) > (3 if is_heading else 4) and text == last
    if page.is_site or not (len(found) > 12 or is_first or is_last):
        return None
    longer = next((part for part in page.parts if part.startswith(found) and _GOES_ON.match(part, len(found))), None)
    return (longer, "<title>") if longer else (found, place)


def _in_meta(page: _Page) -> Found | None:
    """The title in a meta tag; og:title only where it agrees with `<title>`."""
    for name in ("articletitle", "og:title"):
        told = without_tags(page.meta.get(name, ""))
        if told and (name == "articletitle" or squeeze(told) in squeeze(page.whole)):
            return titles.SEPARATOR.split(told)[0] if name == "og:title" else told, f"meta {name}"
    return None


def _near_article(page: _Page) -> Found | None:
    """The line above the byline or a heading above the article, where `<title>` is short, has one part or names the site."""
    around, nodes, first = page.around, page.nodes, page.first
    if not (len(first) < 8 or len(page.parts) < 2 or page.is_site):
        return None
    lines = around.before[::-1]
    if not first and (found := next((text for text in lines if nodes.get(text) == "<h1>" and len(text) > 3), "")):
        return found, "<h1>"
    top = (*around.before, *around.body[:5])
    is_nowhere = not page.heading and all(squeeze(line) != squeeze(first) for line in top)
    title = _above_byline(around.before)
    if not title and (is_nowhere or page.is_site):
        title = _above_byline(around.body[:5])
    if not title and page.is_site:
        if found := max(_near(lines, nodes), key=len, default=""):
            return found, nodes[found]
        if above := _above_subtitle(around.before):
            return above, "line above a subtitle"
        if alone := _alone(around):
            return alone, "line above the article"
    if title and (not first or squeeze(first) not in squeeze(title) or (page.is_site and title.startswith(first))):
        return title, "line above the byline"
    near = (text for text in lines[:8] if nodes.get(text) in ("<h1>", "<h2>") and len(text) > max(len(first), 5))
    found = next(near, "")
    return (found, nodes[found]) if found else None


def _below_column(page: _Page) -> Found | None:
    return _of_column(page) if titles.is_column(page.first) else None


def _behind_site(page: _Page) -> Found | None:
    """The last part of `<title>` where the site puts its own name first, if the page shows it."""
    is_shown = titles.is_in_front(page.parts) and page.parts[-1] in page.around.before
    return (page.parts[-1], "<title>") if is_shown else None


def _near(lines: Sequence[str], nodes: Mapping[str, str]) -> list[str]:
    """The headings between the top of a page and its article, of the highest rank present."""
    for rank in ("<h1>", "<h2>", "<h3>"):
        found = [line for line in lines if nodes.get(line) == rank and len(line) > 5 and not titles.is_name(line)]
        if found:
            return found
    return []


def _of_column(page: _Page) -> Found | None:
    """The title where `<title>` names only a column: the subject of a letter, the nearest heading, or a line named as a
    notice. That line is right above the article, or its first."""
    before, body = page.around.before, page.around.body
    for label, line in zip(["", *before], before, strict=False):
        if subject := _SUBJECT.match(line) or _SUBJECT.match(f"{label}:{line}"):
            return subject[1], "labelled as the title"
    for line in before[::-1]:
        is_heading = len(line) > 5 and page.nodes.get(line) in ("<h1>", "<h2>", "<h3>")
        if is_heading and not (titles.is_name(line) or titles.is_column(line)):
            return line, page.nodes[line]
    top = (*before[-1:], *body[: int(len(body) > 1)])
    return next(((line, "line named as a notice") for line in top if _NOTICE.fullmatch(line)), None)


def _is_credit(line: str) -> bool:
    """A byline, `□ 王小明` or `文/王小明`, or what a site prints beside them."""
    is_marked = _MARKED.match(line) is not None and names.names(line) is not None
    is_own = len(line) < 20 and "文" in line[:2] and writers.author(line) is not None
    return is_marked or is_own or byline.is_byline(line) or _TOOLS.fullmatch(line) is not None


def _above_subtitle(lines: Sequence[str]) -> str | None:
    """The line right above one that begins with `——`."""
    found = next((above for above, line in pairwise(lines) if _SUBTITLE.match(line)), "")
    return found if 3 < len(found) < 80 and not _NO_TITLE.search(found) else None


def _alone(around: Around) -> str | None:
    """The line right above the article, if it reads like a title and the byline is above it or below the article."""
    line = around.before[-1] if around.before else ""
    may_be = 5 < len(line) < 80 and not (_NO_TITLE.search(line) or _is_credit(line))
    return line if may_be and any(map(byline.is_credit, (*around.before[:-1], *around.after[:4]))) else None


def _above_byline(lines: Sequence[str]) -> str | None:
    """The line right above the byline, if it reads like a title."""
    for n in range(len(lines) - 1, 0, -1):
        if _is_credit(lines[n]) and not _is_credit(lines[n - 1]):
            text = lines[n - 1]
            if n > 1 and _SUBTITLE.match(text):
                above = lines[n - 2]
                return above if len(above) < 80 and not (_NO_TITLE.search(above) or byline.is_byline(above)) else None
            return text if 5 < len(text) < 80 and not _NO_TITLE.search(text) else None
    return None
