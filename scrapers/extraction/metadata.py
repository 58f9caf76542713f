"""Title, origin and editor of a page of an unknown site, each with the place where it was found.

They are looked for where publishers put them: the heading and `<title>`, meta tags, the lines between heading and article, and
the lines below it. A field that the page does not give stays empty. A name in running text is never used. `published` finds
the date, `authors` the author.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import pairwise, takewhile

from resiliparse.parse.html import HTMLTree

from scrapers.clean import one_line, squeeze
from scrapers.extraction import byline, names, scripts, titles
from scrapers.extraction.around import NOTHING, Around, Told
from scrapers.extraction.tokens import select

LONGEST_TITLE = 1_000
"""The number of characters of `<title>` that are read."""

MOST_HEADINGS = 200

_ORIGIN = "contentsource source article:source wechat:account mediaid".split()
_MEDIA = re.compile(
    r"\s*(?!\S{0,6}(?:[听看]新闻|下载|进入|字号))([\w·•\u4e00-\u9fff-]{1,14}(?:报|网|社|新闻|周刊|杂志|电视台|电台|广播|频道|客户端|融媒体?|卫视|之声|在线|财经|科技|消息|政府|管委会|中心|综合|整理|空间|观察|号))"
    r"(?=\s|\Z|[\[(（【])"
)
_MEDIA_FIRST = re.compile(
    r"\s*(?!欢迎|今天|本文|来源|转)([\w·]{0,12}(?:报|网|社|周刊|杂志|电视台|客户端|通讯社|经济报道|每日经济新闻|第一财经))\s+(?:[\u4e00-\u9fff]{2,3}\s+)?(?=(?:19|20)\d\d\s*[-/.年])"
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
_EDITION = re.compile(r"第?\s*\w{1,4}版")
_MEDIA_ALONE = re.compile(
    r"[\w·]{1,12}(?:日报|晚报|早报|时报|周报|商报|新闻网|在线|周刊|杂志|电视台|广播网|卫视|融媒体?|(?:新闻|报|社|网)客户端|通讯社|新华社|中新社|(?:观察|环球|中国|人民|新华|央视|央广|光明|科技|东方|经济|财经)网)"
)
_TIME_BEHIND = re.compile(r"(?<=\S)\s\(\d{1,2}:\d\d\)\Z")
"""The time that some papers append to the title of a flash."""
_SUBTITLE = re.compile(r"\W*——\s*\S")
_TOOLS = re.compile(
    r"\W*(?:[^\W\d_]{2,6}[:：]|(?:打印|收藏|关闭|分享|复制)\w{0,4}|(?:我要|发表)评论|字[号体][\s\w:：]{0,12}|[大中小\s]{3,8}|纠错)\W*"
)
"""Buttons and empty fields beside a byline."""
_MARKED = re.compile(r"\s*[□■◎○●◆]")
"""The marks that papers print before an author's name."""
_SUBJECT = re.compile(r"\W*(?:来信|信件|咨询|留言|问题|投诉|诉求)(?:标题|主题)\s*(?:[:：]|\s)\s*(\S.{4,60})\Z")
_NOTICE = re.compile(r"[^。，；？！,;?!:：]{4,40}(?:通知|公告|通告|公示|启事|声明|通报|预告|告知书|提示)")
_NO_TITLE = re.compile(
    r"[。>]|…\Z|^第?\s*[A-Z]?\d{1,3}\s*版|[:：]\Z|^\W*——|^(?:征集|公示|起止|开始|结束|截止)\w{0,4}[:：]"
)
"""Not a title: a sentence, a breadcrumb, a subtitle, the date of an announced event."""
_GOES_ON = re.compile(r"\s*(?:——|[:：])")
_CUT = re.compile(r"(.*?)\s*(?:…+|\.{2,})\Z")


def stated(meta: Mapping[str, str]) -> Told:
    """The title where the system states it beside the page's own: WeChat in a script, e-papers in a comment."""
    for name in ("wechat:title", "enp:title"):
        if told := one_line(re.sub("<[^>]*>", " ", meta.get(name, ""))):
            return told, f"meta {name}"
    return NOTHING


def headings(tree: HTMLTree) -> list[tuple[str, str]]:
    assert tree.document is not None
    return [(node.tag or "", node.text or "") for node in select(tree.document, "h1, h2, h3")]


def title(
    tree: HTMLTree,
    meta: Mapping[str, str],
    headings: Sequence[tuple[str, str]],
    around: Around | None = None,
    heading: str = "",
) -> Told:
    """The heading that matches `<title>`; without one, a line or tag marked as the title.

    heading   the line of the page that repeats the beginning of `<title>`, whatever its element
    """
    if (told := stated(meta))[0]:
        return told
    found, place = _title(tree, meta, headings, around, heading)
    return (_TIME_BEHIND.sub("", found), place) if found else NOTHING


def _title(
    tree: HTMLTree,
    meta: Mapping[str, str],
    headings: Sequence[tuple[str, str]],
    around: Around | None,
    heading: str,
) -> Told:
    whole = one_line((tree.title or "")[:LONGEST_TITLE])
    nodes = {one_line(text[:LONGEST_TITLE]): f"<{tag}>" for tag, text in headings[:MOST_HEADINGS][::-1]}
    if heading:
        nodes.setdefault(one_line(heading), "heading")
    parts = titles.parts(whole)
    first = parts[0] if parts else ""
    is_site = titles.is_of_site(parts)
    if cut := _CUT.search(first):
        lines = [*nodes, *(around.before if around else ())]
        for text in lines:
            if len(cut[1]) > 3 and squeeze(text).startswith(squeeze(cut[1])) and len(text) > len(cut[1]):
                return text, nodes.get(text, "line that <title> cuts short")
    agreed = [text for text in nodes if len(text) > 3 and squeeze(text) in squeeze(whole) and len(squeeze(text)) > 2]
    if around and _is_on_two_lines(first, [heading, *around.before]) and squeeze(first) not in map(squeeze, agreed):
        return first, "<title>"
    if agreed:
        found = max(agreed, key=lambda text: (squeeze(whole).startswith(squeeze(text)), len(text)))
        if titles.is_name_in_front(squeeze(found), parts) and squeeze(heading) == squeeze(parts[-1]):
            found = one_line(heading)
        longer = next((part for part in parts if part.startswith(found) and _GOES_ON.match(part, len(found))), None)
        is_last = (
            titles.is_in_front(parts)
            and len(found) > (3 if nodes[found].startswith("<h") else 4)
            and squeeze(found) == squeeze(parts[-1])
        )
        is_first = squeeze(found) in squeeze(first) or squeeze(first) in squeeze(found)
        column = around and squeeze(found) == squeeze(first) and titles.is_column(first) and _of_column(around, nodes)
        if column:
            return column
        if not is_site and (len(found) > 12 or is_first or is_last):
            return (longer, "<title>") if longer else (found, nodes[found])
    for name in ("articletitle", "og:title"):
        told = one_line(re.sub("<[^<>]*>", " ", meta.get(name, "")))
        if told and (name == "articletitle" or squeeze(told) in squeeze(whole)):
            return titles.SEPARATOR.split(told)[0] if name == "og:title" else told, f"meta {name}"
    if around and (len(first) < 8 or len(parts) < 2 or is_site):
        lines = list(around.before[::-1])
        greatest = (text for text in lines if nodes.get(text) == "<h1>" and len(text) > 3)
        if not first and (found := next(greatest, "")):
            return found, "<h1>"
        above_byline = _above_byline(around.before)
        top = (*around.before, *around.body[:5])
        is_nowhere = not heading and all(squeeze(line) != squeeze(first) for line in top)
        if not above_byline and (is_nowhere or is_site):
            above_byline = _above_byline(around.body[:5])
        if not above_byline and is_site and (found := max(_near(lines, nodes), key=len, default="")):
            return found, nodes[found]
        if not above_byline and is_site and (title_line := _above_subtitle(around.before)):
            return title_line, "line above a subtitle"
        if not above_byline and is_site and (title_line := _alone(around)):
            return title_line, "line above the article"
        is_elsewhere = squeeze(first) not in squeeze(above_byline or "")
        if above_byline and (not first or is_elsewhere or (is_site and above_byline.startswith(first))):
            return above_byline, "line above the byline"
        near = (text for text in lines[:8] if nodes.get(text) in ("<h1>", "<h2>") and len(text) > max(len(first), 5))
        if found := next(near, ""):
            return found, nodes[found]
    if around and titles.is_column(first) and (column := _of_column(around, nodes)):
        return column
    if around and titles.is_in_front(parts) and parts[-1] in around.before:
        return parts[-1], "<title>"
    return (first, "<title>") if first else NOTHING


def origin(around: Around, meta: Mapping[str, str], whole: str = "", text: str = "", day: str | None = None) -> Told:
    """The first publisher, from 来源：, a meta tag, the medium beside the date, an e-paper, a script or the report's first
    words.

    whole   `<title>`, which often ends with the site's name
    text    the page's HTML, for its scripts; they may also describe articles of other days than `day`
    """
    for line in (*around.body[:3], *around.body[:2:-1][:4], *around.before):
        if found := byline.account(line):
            return found, "account"
    for place, lines in around.places():
        for line in lines:
            if len(line) <= byline.MOST and (found := byline.origin(line)):
                return found, place
    for name in _ORIGIN:
        told = one_line(re.sub("<[^<>]*>", " ", meta.get(name, "")))
        if found := byline.origin(told) or (told if 1 < len(told) < 30 else None):
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
    is_signed = len(after) < 4 and after and byline.author(after[-1])
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


def editor(around: Around) -> Told:
    """The editor named after 责任编辑： and the like. The article's last such line comes first."""
    inside = [line for line in around.body[-12:][::-1] if len(line) < 80]
    for kind in ("editor", "checker"):
        for place, lines in (("last lines of the article", inside), *around.places()):
            for line in lines:
                if len(line) <= byline.MOST and (found := byline.editor(line, kind)):
                    return found, place
    return NOTHING


def _after_date(line: str) -> str:
    return re.sub(r".*\d{4}\D{1,3}\d{1,2}\D{1,3}\d{1,2}日?(?:\s*\d{1,2}:\d{2}(?::\d{2})?)?", "", line)


def _near(lines: Sequence[str], nodes: Mapping[str, str]) -> list[str]:
    """The headings between the top of a page and its article, of the highest rank present."""
    for rank in ("<h1>", "<h2>", "<h3>"):
        found = [line for line in lines if nodes.get(line) == rank and len(line) > 5 and not titles.is_name(line)]
        if found:
            return found
    return []


def _of_column(around: Around, nodes: Mapping[str, str]) -> Told | None:
    """The title where `<title>` names only a column: the subject of a letter, the nearest heading, or a line named as a
    notice. That line is right above the article, or its first."""
    before = around.before
    for label, line in zip(["", *before], before, strict=False):
        if subject := _SUBJECT.match(line) or _SUBJECT.match(f"{label}:{line}"):
            return subject[1], "labelled as the title"
    for line in before[::-1]:
        is_heading = len(line) > 5 and nodes.get(line) in ("<h1>", "<h2>", "<h3>")
        if is_heading and not (titles.is_name(line) or titles.is_column(line)):
            return line, nodes[line]
    top = (*before[-1:], *around.body[: int(len(around.body) > 1)])
    return next(((line, "line named as a notice") for line in top if _NOTICE.fullmatch(line)), None)


def _is_on_two_lines(title: str, lines: Sequence[str]) -> bool:
    """Whether a title is shown on two consecutive lines."""
    return any(one and other and squeeze(one + other) == squeeze(title) for one, other in pairwise(lines))


def _is_credit(line: str) -> bool:
    """A byline, `□ 王小明` or `文/王小明`, or what a site prints beside them."""
    is_marked = _MARKED.match(line) is not None and names.names(line) is not None
    is_own = len(line) < 20 and "文" in line[:2] and byline.author(line) is not None
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
