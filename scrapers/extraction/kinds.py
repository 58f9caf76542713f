"""The kind of a page: an article, or a list, a notice that the page is gone, a block page, a signpost, a file.

`article.py` calls `refuse` where no layout fits; it raises Unreadable with the outcome. In doubt a page counts as an article,
as a refusal may lose a bulletin. Only unambiguous words may refuse a page. A bulletin *about* error pages or captchas has
these words inside a sentence, never on a line of their own.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from urllib.parse import urlsplit

from resiliparse.parse.html import HTMLTree

from scrapers.clean import one_line
from scrapers.extraction.headline import whole
from scrapers.extraction.lists import FRAME_LINE, is_list
from scrapers.extraction.outline import lines
from scrapers.extraction.tokens import Tokens, select
from scrapers.model import Bulletin, Outcome, Problem, Unreadable
from scrapers.urls import identity, normalise

SHORT = 200
"""A body of this length rules out a redirect, and a gone notice on a line of its own."""
MOST_OF_A_SCRIPT = 20_000
"""The number of a script's characters that are searched for conditions."""

_FILES = (
    (b"%PDF-", "PDF"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "DOC or XLS"),
    (b"PK\x03\x04", "DOCX, XLSX or ZIP"),
    (b"{\\rtf", "RTF"),
    (b"Rar!\x1a\x07", "RAR"),
    (b"7z\xbc\xaf\x27\x1c", "7z"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"\x89PNG\r\n\x1a\n", "PNG"),
    (b"GIF87a", "GIF"),
    (b"GIF89a", "GIF"),
    (b"BM", "BMP"),
    (b"ID3", "MP3"),
)

_SORRY = r"\W*(?:(?:非常|很|十分)?(?:抱歉|对不起|遗憾)|sorry|error|(?:温馨|系统)?提示(?:信息)?)?\W*"
_YOUR = r"(?:因为?|由于)?[您你]?(?:所?[要想]?(?:访问|查看|浏览|请求|查找|打开|寻找)的)?(?:指定的)?[该此这本]?[个条篇]?"
_THING = r"(?:页面|网页|文章|内容|信息|稿件|地址|链接|新闻|资讯|文件|资源|主题|帖子|记录|URL)"
_LOST = (
    r"(?:可能)?(?:已经?|暂时?)?(?:不存在|(?:找|寻|查)不到|(?:没有?|无法|未)(?:找|查)到|丢失|失效|过期"
    r"|(?:正在)?(?:被)?(?:管理员|发布者|作者)?(?:删除|移除|下线|下架|撤销|撤回|审核))[了啦]?"
)
_LOST_THING = (
    rf"(?:{_YOUR}{_THING}{_LOST}(?:\W*(?:或者?\W*)?{_LOST})*|(?:参数错误\W*)?(?:没有?|未|无法)找到{_YOUR}(?:相关)?{_THING}"
    r"|[该此](?:内容|文章|公众号)(?:因违规|涉嫌侵权|被投诉[^。]{0,30})[,，]?(?:已?无法查看|已被(?:屏蔽|删除))"
    r"|(?:接相关投诉\W*)?此内容违反[^。]{0,60}|[该此][帐账]号已(?:被屏蔽|自主注销)\W*内容无法查看"
    r"|[该本此]?(?:网站|站点)(?:暂时)?(?:无法访问|已(?:暂时)?关闭|正在维护))"
)
_NOT_FOUND = (
    r"(?:(?:the )?(?:requested )?(?:page|url|file|resource) [^.]{0,60})?(?:not found|could ?n[o']t be found|does not exist)"
    r"(?: on this server)?"
)
_GONE = re.compile(
    rf"{_SORRY}(?:{_LOST_THING}|{_NOT_FOUND}|(?:http )?(?:error )?404 (?:not found|error))"
    r"\W*(?:.{0,24}(?:首页|主页|返回|跳转|刷新|重试|检查|稍后).{0,16})?\W*",
    re.IGNORECASE,
)
"""A line that says only that the page does not exist."""
_GONE_TITLE = re.compile(
    r"\W*(?:(?:error|http)?\W*404(?:\W*(?:页面|错误|提示|找不到|未找到|not found|error))*"
    rf"|{_NOT_FOUND}|{_SORRY}{_LOST_THING})\W*",
    re.IGNORECASE,
)
_VAGUE_TITLE = re.compile(
    r"\W*(?:出错[了啦]|错误(?:页面|提示|信息)|(?:系统|温馨)提示|提示(?:信息)?|error)\W*", re.IGNORECASE
)
_SAYS_GONE = re.compile(rf"{_THING}{_LOST}|not found", re.IGNORECASE)

_LEADS = re.compile(
    r"(?<![\w.$])(?:(?:window|self|top|parent|document|this)\.)*location(?:\.href)?\s*"
    r"""(?:=(?!=)\s*|\.(?:replace|assign)\s*\(\s*)(['"])(?P<url>[^'"<>\s]{1,500})\1(?!\s*\+)"""
)
_LEADS_BY_NAME = re.compile(
    r"""\bvar\s+(\w{1,20})\s*=\s*(['"])(?P<url>[^'"<>\s]{1,500})\2\s*;\s*(?:(?:window|self|top)\.)?location(?:\.href)?\s*"""
    r"(?:=\s*|\.(?:replace|assign)\s*\(\s*)\1\b(?!\s*\+)"
)
_DEPENDS = re.compile(
    r"\b(?:if|switch|confirm)\s*\(|\bfunction\s+\w|=\s*function|userAgent|\bscreen\.|addEventListener|\.(?:on|click|ready)\("
)
"""A script with a condition or an event handler does not redirect by itself."""
_REFRESH = re.compile(r"\s*(\d{1,4})(?:\.\d*)?\s*[;,]\s*(?:url\s*=\s*)?['\"]?\s*([^'\"\s]+)\s*['\"]?\s*", re.IGNORECASE)
SOON = 10
"""A page that refreshes to another within this many seconds is a signpost."""


def refuse(
    tree: HTMLTree, stream: Tokens, url: str, base: str, bulletin: Bulletin | None, place: range = range(0)
) -> None:
    """Raise Unreadable where a page that no layout fits is not an article. `bulletin` is the result of the generic extraction,
    found among the tokens at `place`."""
    if bulletin and len(bulletin.body) < SHORT and all(map(FRAME_LINE.search, bulletin.body.split("\n"))):
        bulletin = None
    body = bulletin.body if bulletin else ""
    if len(body) < SHORT:
        if is_gone(whole(tree), body, lines(stream)):
            raise Unreadable(Outcome.GONE, f"{url} says that the page does not exist, though its status is 200")
        target = leads_to(tree, base)
        if target and urlsplit(target).path in ("", "/") and not urlsplit(target).query:
            raise Unreadable(Outcome.GONE, f"{url} leads to a home page: the article is no longer there")
        if target:
            raise Unreadable(Outcome.REDIRECT, f"{url} only leads to {target}: hand that one in", target)
    if is_list(stream, bulletin, base, place):
        raise Unreadable(Outcome.LIST, f"{url} is a list of links, no article: hand in the pages that it links to")
    if bulletin is None:
        raise Unreadable(Outcome.NO_ARTICLE, f"{url} holds no article that we can find: look at it, or write a layout")


def file_kind(data: bytes) -> str | None:
    """The file type by its first bytes, whatever the server calls it; None for a page."""
    found = next((name for magic, name in _FILES if data.startswith(magic)), None)
    if found is None and (data[4:8] == b"ftyp" or (data[:4] == b"RIFF" and data[8:12] in (b"WEBP", b"AVI "))):
        return "WEBP" if data[8:12] == b"WEBP" else "video"
    if found == "BMP" and not _is_bitmap(data):
        return None
    return found


def _is_bitmap(data: bytes) -> bool:
    """Two letters prove nothing, but the size in a bitmap's header does."""
    return len(data) > 26 and int.from_bytes(data[2:6], "little") == len(data)


def is_gone(title: str | None, body: str, shown: Sequence[str] = ()) -> bool:
    """Whether a page served with status 200 says that it does not exist. Its whole title must say so, or a line of its own, or
    any line below a vague title such as `提示`. `body` is the text found as its article, which must be short."""
    if len(body) >= 300:
        return False
    name = re.split(r"[_|–—-]", one_line(title or ""))[0].strip()
    told = [line for line in (*body.split("\n"), *shown) if 2 < len(line) < 80]
    if len(body) < SHORT and any(_GONE.fullmatch(line) for line in told):
        return True
    if len(name) >= 40 or not _VAGUE_TITLE.fullmatch(name):
        return len(name) < 40 and bool(_GONE_TITLE.fullmatch(name))
    return any(_SAYS_GONE.search(line) for line in told)


def leads_to(tree: HTMLTree, base: str) -> str | None:
    """The address that a page redirects to, by meta refresh or an unconditional script. None where it stays, reloads itself,
    or leads to something other than a web address."""
    assert tree.document is not None
    found = []
    for tag in select(tree.document, "meta[http-equiv]"):
        if (tag.get_attribute("http-equiv") or "").strip().lower() == "refresh":
            told = _REFRESH.fullmatch((tag.get_attribute("content") or "")[:600])
            found += [told[2]] if told and int(told[1]) <= SOON else []
    scripts = [tag.text or "" for tag in select(tree.document, "script")]
    scripts += [tag.get_attribute("onload") or "" for tag in select(tree.document, "body[onload]")]
    found += [
        told["url"]
        for script in scripts
        if "location" in script[:4000] and not _DEPENDS.search(script[:MOST_OF_A_SCRIPT])
        for pattern in (_LEADS, _LEADS_BY_NAME)
        for told in pattern.finditer(script[:4000])
    ]
    for href in found:
        with suppress(Problem):
            target = normalise(href, base=base)
            if identity(target) != identity(base):
                return target
    return None
