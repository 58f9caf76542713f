"""The origin (来源) of an article: its first publisher, and where it was found.

A name in running text is never used.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import takewhile

from scrapers.clean import one_line, squeeze
from scrapers.extraction import byline, scripts, titles, writers
from scrapers.extraction.around import NOTHING, Around, Told
from scrapers.extraction.names import is_pen_name
from scrapers.extraction.tokens import Tokens, end_of, links, text_of, without_tags

_ORIGIN = "contentsource source article:source wechat:account mediaid".split()
_MEDIA = re.compile(
    r"\s*(?!\S{0,6}(?:[听看]新闻|下载|进入|字号))([\w·•\u4e00-\u9fff-]{1,14}"
    r"(?:报|网|社|新闻|周刊|杂志|电视台|电台|广播|频道|客户端|融媒体?|卫视|之声|在线|财经|科技|消息"
    r"|政府|管委会|中心|综合|整理|空间|观察|号))(?=\s|\Z|[\[(（【])"
)
_MEDIA_FIRST = re.compile(
    r"\s*(?!欢迎|今天|本文|来源|转)"
    r"([\w·]{0,12}(?:报|网|社|周刊|杂志|电视台|客户端|经济报道|每日经济新闻|第一财经))\s+"
    r"(?:[\u4e00-\u9fff]{2,3}\s+)?(?=(?:19|20)\d\d\s*[-/.年])"  # a reporter, and the date
)
_FROM = re.compile(r"来自\s*([\w·]{1,12}(?:报|网|社|台|周?刊|新闻|客户端))")
_PRINTED_IN = re.compile(
    r"《\s*([\u4e00-\u9fff][\u4e00-\u9fff\s]{1,12}[报刊])\s*》\s*[(（]\s*(?:19|20)\d\d年\d{1,2}月\d{1,2}日\s*第?\s*\w{1,3}\s*版"
)
"""`《星河日报》（2021年05月21日 第 20 版）`"""
_PAPER = re.compile(
    r"([\u4e00-\u9fff]{1,9}?报)\s?((?:多媒体)?(?:数字|电子)(?:报纸?|版|报刊(?:平台)?))?(?:[\s_-]*(?:19|20)\d\d[-年.]\d{1,2}[-月.]\d{1,2}日?)?"
)
_PAGE = re.compile(r"\W*第?\s*[A-Z]?\d{1,3}\s*版[:：]")
_MARKED = re.compile(
    r'\b(?:class|id)="(?:[^"]*[\s_-])?(?:article|news|media)?[_-]?[sS]ource(?:[_-]?(?:[nN]ame|[bB]ox)(?:[_-]\w{3,8})?)?(?:\s[^"]*)?"'
)
"""An element that holds only an origin's name."""
_EDITION = re.compile(r"第?\s*\w{1,4}版")
_MEDIA_ALONE = re.compile(
    r"[\w·]{1,12}(?:[日晚早时時周週商][报報]|新[闻聞][网網]|在线|周刊|杂志|雜誌|电视台|电台|广播网|卫视|融媒体?"
    r"|(?:新闻|报|社|网)客户端|通讯社|新华社|中新社"
    r"|(?:观察|环球|中国|人民|新华|央视|央广|光明|科技|东方|经济|财经)网)"
)


def find(
    around: Around,
    meta: Mapping[str, str],
    whole: str = "",
    text: str = "",
    day: str | None = None,
    opening: Tokens | None = None,
) -> Told:
    """The first publisher, from 来源：, an element of `opening` marked as the origin, a meta tag, the medium beside the date,
    an e-paper, a script or the report's first words.

    whole   `<title>`, which often ends with the site's name
    text    the page's HTML, for its scripts; they may also describe articles of other days than `day`
    """
    for line in (*around.body[:3], *around.body[:2:-1][:4], *around.before):
        if found := byline.account(line):
            return found, "account"
    for place, lines in around.places():
        for line in lines:
            if len(line) <= byline.MOST and (found := byline.origin(line)):
                return (_as_linked(found, opening) if opening else found), place
    if opening and (found := _marked(opening)):
        return found, "marked as the origin"
    for name in _ORIGIN:
        told = without_tags(meta.get(name, ""))
        if found := byline.origin(told) or (told if 1 < len(told) < 30 and told not in byline.NOBODY else None):
            return found, f"meta {name}"
    if found := _beside_date(around, titles.SEPARATOR.split(whole)[1:]):
        return found, "beside the date"
    if found := _paper(around, whole):
        return found, "e-paper"
    if found := scripts.origin(text, day):
        return found, "script"
    for line in around.body[:2]:
        if found := byline.dateline(line):
            return found, "dateline"
    return NOTHING


def _as_linked(told: str, stream: Tokens) -> str:
    """`told`, or only its first words where these are a link of their own: what follows them are links to columns or tags."""
    words = (one_line(text_of(text)) for _, text in links(stream))
    return next((word for word in words if len(word) > 1 and told.startswith(f"{word} ")), told)


def _marked(stream: Tokens) -> str | None:
    """The name in an element for the origin's name alone."""
    for n, head in enumerate(stream.heads):
        if "ource" in head and _MARKED.search(head):
            told = one_line(text_of("".join(stream.texts[n : end_of(stream.kinds, n)]))[:60])
            if is_pen_name(told) or _MEDIA_ALONE.fullmatch(told):
                return told
    return None


def _beside_date(around: Around, sites: Sequence[str]) -> str | None:
    """The medium beside the date, on the same line or an adjacent one; below an article, the one beside the reporter."""
    for line in around.before[::-1]:
        if (first := _MEDIA_FIRST.match(line)) and byline.dated(line):
            return first[1]
        rest = _after_date(line).lstrip(" |·•/-") if byline.dated(line) else ""
        if from_medium := _FROM.fullmatch(rest.strip()):
            return from_medium[1]
        if rest.lstrip().startswith(("发布于", "来自")):
            continue
        if medium := _MEDIA.match(rest):
            return medium[1]
        beside = (rest.strip(), line if byline.dated(line) else "")
        names_of_site = (name for name in sites if len(name) > 2 and not _EDITION.match(name))
        site = next((name for name in names_of_site if any(_begins_with(text, name) for text in beside)), None)
        if site:
            return site
    for line, is_beside in _with_neighbours(around.before, byline.dated):
        found = _FROM.fullmatch(line) if is_beside else None
        if is_beside and (found or _MEDIA_ALONE.fullmatch(line)):
            return found[1] if found else line
    after = list(takewhile(lambda line: not _MEDIA_ALONE.fullmatch(line), around.after[:4]))
    is_signed = len(after) < 4 and after and writers.author(after[-1])
    return around.after[len(after)] if is_signed and len(after) < len(around.after) else None


def _begins_with(text: str, name: str) -> bool:
    """Whether a text begins with a name, and not with a longer word."""
    return text.startswith(name) and not text[len(name) : len(name) + 1].isalnum()


def _with_neighbours(lines: Sequence[str], is_wanted: Callable[[str], object]) -> Iterator[tuple[str, bool]]:
    """Each line, and whether a line next to it is wanted."""
    for line, *neighbours in zip(lines, ["", *lines], [*lines[1:], ""], strict=False):
        yield line, any(map(is_wanted, neighbours))


def _paper(around: Around, whole: str) -> str | None:
    """The newspaper that printed the article."""
    for line in (*around.before, *around.above, *around.body[-2:], *around.after[:3]):
        if len(line) < 60 and (printed := _PRINTED_IN.search(line)):
            return squeeze(printed[1])
    is_paper = any(map(_PAGE.match, (*around.above, *around.before)))
    for part in titles.SEPARATOR.split(whole):
        named = _PAPER.fullmatch(part.strip())
        if named and (is_paper or named[2]):
            return named[1]
    return None


def _after_date(line: str) -> str:
    return re.sub(r".*\d{4}\D{1,3}\d{1,2}\D{1,3}\d{1,2}日?(?:\s*\d{1,2}:\d{2}(?::\d{2})?)?", "", line)
