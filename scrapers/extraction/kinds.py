"""What kind of page came back: an article, or a list, a notice that the page is gone, a wall, a mere signpost, a file.

Each test is told the page and answers; `article.py` asks them where no layout fits, and raises what they find as an outcome.
They lean to "article": a page that is wrongly refused is seen as a failure, but only where its words leave no doubt may they
take a bulletin away. A bulletin *about* error pages or captchas has those words inside a sentence, never as a line of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from html import unescape
from itertools import islice
from urllib.parse import urlsplit

from resiliparse.parse.html import HTMLTree

from scrapers.charset import decode
from scrapers.clean import one_line
from scrapers.extraction import limits, prose, tokens
from scrapers.extraction.outline import outline
from scrapers.extraction.tokens import Tokens, select
from scrapers.model import Bulletin, Outcome, Problem, Unreadable
from scrapers.urls import identity, normalise

SHORT = 200
"""Characters: a body of more is an article, whatever else the page does."""
MOST_OF_A_WALL = 1500
"""Characters that a block or captcha page shows at most."""
NOTHING = 60
"""Characters: a page that shows fewer leaves the word to its script."""
MOST_OF_A_SCRIPT = 20_000
"""Characters of a script that are searched for what it asks first."""
MOST_PARTS = 60
"""Pages of one article at most."""
LONG = 4000
"""Characters: what says more in the place of an article is no list of teasers."""
ROWS = 5
"""Rows that make a list."""
LONG_WORDS = 8
"""Characters of a link that is a headline; one of fewer is of a menu."""
MOST_LINKS = 1000
"""Links and lines that are looked at: a page of more is judged by its first ones."""

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
_YOUR = r"(?:因为?|由于)?[您你]?(?:所?[要想]?(?:访问|查看|浏览|请求|查找|打开|寻找)的)?[该此这本]?[个条篇]?"
_THING = r"(?:页面|网页|文章|内容|信息|稿件|地址|链接|新闻|资讯|文件|资源|URL)"
_LOST = (
    r"(?:可能)?(?:已经?|暂时?)?(?:不存在|(?:找|寻|查)不到|(?:没有?|无法|未)(?:找|查)到|丢失|失效|过期"
    r"|(?:被)?(?:管理员)?(?:删除|移除|下线|下架|撤销|撤回))[了啦]?"
)
_LOST_THING = rf"(?:{_YOUR}{_THING}{_LOST}(?:\W*(?:或者?|、|/)?\W*{_LOST})*|(?:没有?|未|无法)找到{_YOUR}{_THING})"
_NOT_FOUND = (
    r"(?:(?:the )?(?:requested )?(?:page|url|file|resource) [^.]{0,60})?(?:not found|could ?n[o']t be found|does not exist)"
    r"(?: on this server)?"
)
_GONE = re.compile(
    rf"{_SORRY}(?:{_LOST_THING}|{_NOT_FOUND}|(?:http )?(?:error )?404 (?:not found|error))"
    r"\W*(?:.{0,24}(?:首页|主页|返回|跳转|刷新|重试|检查|稍后).{0,16})?\W*",
    re.IGNORECASE,
)
"""A line that says nothing but that the page is not there."""
_GONE_TITLE = re.compile(
    r"\W*(?:(?:error|http)?\W*404(?:\W*(?:页面|错误|提示|找不到|未找到|not found|error))*"
    rf"|{_NOT_FOUND}|{_SORRY}{_LOST_THING})\W*",
    re.IGNORECASE,
)
_VAGUE_TITLE = re.compile(
    r"\W*(?:出错[了啦]|错误(?:页面|提示|信息)|(?:系统|温馨)提示|提示(?:信息)?|error)\W*", re.IGNORECASE
)
_SAYS_GONE = re.compile(rf"{_THING}{_LOST}|not found", re.IGNORECASE)

_WALL_TITLE = re.compile(
    r"\W*(?:百度安全验证|安全(?:验证|检测|检查|拦截)|人机验证|访问验证|滑动验证|(?:请输入)?验证码|(?:宝塔)?网站防火墙"
    r"|(?:阿里云)?web应用防火墙|访问(?:被拦截|受限|被拒绝|禁止|过于频繁)|(?:请求|页面)?被?拦截(?:提示|页面)?"
    r"|服务器安全狗防护验证页面|d盾_拦截提示|知道创宇云防御"
    r"|just a moment|attention required! \| cloudflare|access denied|checking your browser.{0,40}|403 forbidden|40[35])\W*",
    re.IGNORECASE,
)
_WALL = re.compile(
    r"(?:.{0,14}\W)?(?:您的请求带有不合法参数|当前访问疑似黑客攻击|由于您访问的URL有可能对网站造成安全威胁|当前访问可能对网站安全造成威胁"
    r"|您的访问(?:已?被(?:阻断|拦截)|可能对网站造成(?:危险|威胁))|已被(?:创宇盾|网站卫士|云防护|云锁|安全狗|网站管理员设置)"
    r"|您?的?请求(?:疑似攻击行为|存在威胁|已?被(?:waf)?(?:拦截|阻断))|网防G01提示"
    r"|系统检测到您?的?(?:网络中存在)?(?:异常|疑似)(?:流量|访问|请求)"
    r"|(?:[您你]的?)?(?:IP)?(?:访问|请求|操作)(?:次数)?(?:过于|太过?)频繁(?=\W*(?:$|.{0,10}请))|正在(?:进行)?(?:安全|浏览器)(?:检测|验证|检查)"
    r"|checking (?:if the site connection is secure|your browser)|verify(?:ing)? (?:that )?you are (?:a )?human"
    r"|enable javascript and cookies to continue|(?:you have|your request has) been blocked"
    r")[^。]{0,60}[。!…]?\W*",
    re.IGNORECASE,
)
"""A line that says that the visitor is the trouble: 阿里云, 创宇盾, 安全狗, 云锁, 网站卫士, 宝塔, 百度, Cloudflare."""
_CAPTCHA = re.compile(
    r"(?:.{0,14}\W)?请先?(?:输入|填写|完成)(?:下[方面]|图中的?|以下|右侧)?的?(?:验证码|安全验证|滑动验证|人机验证|拼图).{0,20}"
    r"|.{0,10}(?:拖动|滑动).{0,6}滑块.{0,20}"
)
"""A line that asks for a proof; a form for comments below an article asks for one too."""
_CHALLENGES = (
    "acw_sc__v2", "__jsl_clearance", "__jsluid", "$_ts=window", "yunsuo_session", "security_session_verify", "wzws_cid",
    "safedogsite", "/_guard/", "cdn-cgi/challenge-platform", "errors.aliyun.com", "aliyun_waf", "365cyd.com",
    "waf-static.tencent.com", "wappass.baidu.com", "btwaf",
)  # fmt: skip
"""What stands in the scripts of a challenge: 阿里云, 加速乐, 瑞数, 云锁, 网站卫士. Real pages hold it too, but show words."""

_LEADS = re.compile(
    r"(?<![\w.$])(?:(?:window|self|top|parent|document|this)\.)*location(?:\.href)?\s*"
    r"""(?:=(?!=)\s*|\.(?:replace|assign)\s*\(\s*)(['"])(?P<url>[^'"<>\s]{1,500})\1(?!\s*\+)"""
)
_DEPENDS = re.compile(
    r"\b(?:if|switch|confirm)\s*\(|\bfunction\s+\w|=\s*function|userAgent|\bscreen\.|addEventListener|\.(?:on|click|ready)\("
)
"""A script that asks first, or waits for somebody to press something, sends no reader away by itself."""
_REFRESH = re.compile(r"\s*(\d{1,4})(?:\.\d*)?\s*[;,]\s*(?:url\s*=\s*)?['\"]?\s*([^'\"\s]+)\s*['\"]?\s*", re.IGNORECASE)
SOON = 10
"""Seconds within which a page that refreshes to another one is a signpost."""

_FRAME = re.compile(
    r"版权所有|备案|ICP|公网安备|标识码|技术支持|[主承]办单位|网站管理|运行维护|邮编|办公地址|浏览器|分辨率|(?:首页|位置).*[>›»]"
)
"""A line of a site's own frame: its footer, the path to the page."""
_LINK = re.compile(r"<a\s", re.IGNORECASE)
_LINK_END = re.compile(r"</a\b|<a\s", re.IGNORECASE)
_HREF = re.compile(r"""\bhref\s*=\s*(?:(["'])(.*?)\1|([^\s>"']+))""", re.IGNORECASE | re.DOTALL)
_TAGS = re.compile(r"<[^<>]*>")
_NUMBER = re.compile(r"[\[(第]?\s*(\d{1,3})\s*[\])页]?")
_DAY = re.compile(r"[\[(]?(?:(?:19|20)\d\d[-/.年])?\d{1,2}[-/.月]\d{1,2}日?(?:\s+\d{1,2}:\d\d(?::\d\d)?)?[\])]?")
_FRONT = re.compile(r"^[\W\d年月日]+")
_PART = re.compile(r"(.+)[_-]\d{1,3}")
_MARKS = re.compile("[，。；：？！、,;?!]")


def refuse(tree: HTMLTree, stream: Tokens, url: str, base: str, bulletin: Bulletin | None) -> None:
    """Raise Unreadable where a page that no layout fits is none of an article; `bulletin` is what the generic way found."""
    if bulletin and len(bulletin.body) < SHORT and all(map(_FRAME.search, bulletin.body.split("\n"))):
        bulletin = None
    body = bulletin.body if bulletin else ""
    if len(body) < SHORT:
        if is_gone((tree.title or "")[:MOST_OF_A_WALL], body, lines(stream)):
            raise Unreadable(Outcome.GONE, f"{url} says that the page does not exist, though its status is 200")
        target = leads_to(tree, base)
        if target and urlsplit(target).path in ("", "/") and not urlsplit(target).query:
            raise Unreadable(Outcome.GONE, f"{url} leads to a home page: the article is no longer there")
        if target:
            raise Unreadable(Outcome.REDIRECT, f"{url} only leads to {target}: hand that one in", target)
    if is_list(stream, bulletin):
        raise Unreadable(Outcome.LIST, f"{url} is a list of links, no article: hand in the pages that it links to")
    if bulletin is None:
        raise Unreadable(Outcome.NO_ARTICLE, f"{url} holds no article that we can find: look at it, or write a layout")


def blocks(data: bytes, content_type: str | None = None) -> bool:
    """Whether these bytes are a block or captcha page, whatever its status."""
    tree = HTMLTree.parse(text := limits.without_options(decode(data, content_type)))
    return tree.body is not None and is_wall(tree, tokens.tokens(tree.body), text)


def file_kind(data: bytes) -> str | None:
    """What file these bytes are, told by their first ones whatever the server calls them; None for a page."""
    found = next((name for magic, name in _FILES if data.startswith(magic)), None)
    if found is None and (data[4:8] == b"ftyp" or (data[:4] == b"RIFF" and data[8:12] in (b"WEBP", b"AVI "))):
        return "WEBP" if data[8:12] == b"WEBP" else "video"
    if found == "BMP" and not _is_bitmap(data):
        return None
    return found


def _is_bitmap(data: bytes) -> bool:
    """Two letters are no proof: the size that a bitmap states is."""
    return len(data) > 26 and int.from_bytes(data[2:6], "little") == len(data)


def lines(stream: Tokens) -> list[str]:
    """Every line that the page shows, menus and all."""
    return prose.lines([block.text for block in outline(stream).blocks[: MOST_LINKS * 4]])


def headlines(stream: Tokens) -> Iterator[str]:
    """The words of the links that are headlines, of `MOST_LINKS` links at most."""
    for _, words in islice(tokens.links(stream), MOST_LINKS):
        if len(words) >= LONG_WORDS and len(row := _FRONT.sub("", prose.line(words[:1_000]))) >= LONG_WORDS:
            yield row


def links(text: str) -> list[tuple[str, str]]:
    """The address and the words of each link of a page, of `MOST_LINKS` at most; read off its source, as a tree of 400,000
    links gives none of them quickly, and a script may write them."""
    found = []
    for part in _LINK.split(text, MOST_LINKS)[1:]:
        tag, _, rest = part[:5_000].partition(">")
        words = _LINK_END.split(rest, 1)[0][:1_000]
        if href := _HREF.search(tag):
            found.append((unescape(href[2] or href[3] or ""), one_line(unescape(_TAGS.sub(" ", words)))))
    return found


def is_wall(tree: HTMLTree, stream: Tokens, text: str) -> bool:
    """A block or captcha page: it shows little, and its title or a line says so, or it shows nothing and its script asks the
    browser to prove itself. `text` is the page's source."""
    if outline(stream).length[0] > 2 * MOST_OF_A_WALL:  # as printed: references are longer than their characters
        return False
    shown, title = lines(stream), one_line((tree.title or "")[:MOST_OF_A_WALL])
    length = sum(map(len, shown))
    if length > MOST_OF_A_WALL:
        return False
    if any(
        len(line) < 120 and (_WALL.fullmatch(line) or (length < SHORT and _CAPTCHA.fullmatch(line))) for line in shown
    ):
        return True
    if len(title) < 80 and _WALL_TITLE.fullmatch(title) and (length < SHORT or _has_challenge(text)):
        return True
    return length < NOTHING and _has_challenge(text)


def _has_challenge(text: str) -> bool:
    return any(word in text for word in _CHALLENGES)


def is_gone(title: str | None, body: str, shown: Sequence[str] = ()) -> bool:
    """A page that says that it does not exist, though it was served with status 200: its whole title says so and its few words
    do not contradict it, or one of its lines says that and nothing else. `body` is what was found as its article."""
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
    """Where a page sends its reader by itself, by meta refresh or by a script that asks nothing first; None where it stays,
    reloads itself, or the place is no web address."""
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
        for told in _LEADS.finditer(script[:4000])
    ]
    for href in found:
        with suppress(Problem):
            target = normalise(href, base=base)
            if identity(target) != identity(base):
                return target
    return None


def is_list(stream: Tokens, bulletin: Bulletin | None) -> bool:
    """A list, an index or a home page: rows of links and hardly a sentence, or what was found as the article is itself rows.

    `bulletin` is what the generic way found. An article with long columns of related links is none: it has sentences of its
    own, and a date.
    """
    body = bulletin.body.split("\n") if bulletin else []
    length = sum(map(len, body))
    if length > LONG:
        return False
    bare = [line for line in body if len(_MARKS.findall(line)) < 2 or (len(line) < SHORT and _FRAME.search(line))]
    may_be_rows = len(bare) >= ROWS and len(bare) * 3 >= len(body)
    if bulletin and not may_be_rows and (length >= SHORT or bulletin.published_at or len(bare) < len(body)):
        return False
    if bulletin and bulletin.published_at and len(body) - len(bare) > 1:
        return False  # an article that links to what it speaks of
    rows = tuple(set(headlines(stream)))
    if bulletin and may_be_rows:
        inside = [line for line in body[:MOST_LINKS] if _FRONT.sub("", line).startswith(rows)]
        return len(inside) >= ROWS and len(inside) * 3 >= len(body)
    shown = lines(stream)[:MOST_LINKS]
    listed = [line for line in shown if _FRONT.sub("", line).startswith(rows)]
    days = sum(bool(_DAY.fullmatch(line)) for line in shown) + sum(bool(_DAY.search(line)) for line in listed)
    linked = sum(map(len, rows))
    if bulletin is None:
        return len(rows) >= ROWS and (days >= ROWS or 2 * linked > sum(map(len, shown)) - sum(map(len, listed)))
    return len(rows) >= ROWS * 2 and days >= ROWS * 2 and linked > 3 * length


def further(text: str, base: str) -> tuple[str, ...]:
    """The further pages of the article, 2 to the last, where its pager numbers them: links that print `2`, `3` … and lead to
    `<name>_2.html` … beside `<name>.html` (or `_1` …, counted from 0; or `-2`). Empty where the numbers do not agree."""
    stem, dot, ending = base.rpartition(".")
    name = stem.rpartition("/")[2]
    if not dot or "/" in ending or re.fullmatch(r".+_\d{1,3}", name):
        return ()
    for mark in "_-":
        if any(f"{before}{name}{mark}" in text for before in "/=\"'"):
            found = {}
            for address, told in _numbered(text, base):
                number = re.fullmatch(rf"{re.escape(stem + mark)}(\d{{1,3}}){re.escape(dot + ending)}", address)
                if number:
                    found[told] = int(number[1])
            shifts = {told - number for told, number in found.items()}
            if 2 in found and len(shifts) == 1 and shifts <= {0, 1} and max(found) <= MOST_PARTS:
                (shift,) = shifts
                return tuple(f"{stem}{mark}{n - shift}{dot}{ending}" for n in range(2, max(found) + 1))
    return ()


def first_part(text: str, base: str) -> str | None:
    """The first page of the article that this page is a further one of: its pager links `1` to `<name>.html` beside this
    `<name>_2.html`. None for any other page, however it is called."""
    stem, dot, ending = base.rpartition(".")
    part = _PART.fullmatch(stem.rpartition("/")[2])
    if not part or "/" in ending or f"{part[1]}{dot}{ending}" not in text:
        return None
    first = f"{stem.rpartition('/')[0]}/{part[1]}{dot}{ending}"
    return first if any(told == 1 and address == first for address, told in _numbered(text, base)) else None


def _numbered(text: str, base: str) -> list[tuple[str, int]]:
    """The links that print a number and nothing else, with it."""
    found = []
    for href, words in links(text):
        if number := _NUMBER.fullmatch(words):
            with suppress(Problem):
                found.append((normalise(href, base=base), int(number[1])))
    return found
