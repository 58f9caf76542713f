"""Block and captcha pages, served in place of the requested page.

A bulletin *about* captchas has their words inside a sentence, never on a line of their own.
"""

from __future__ import annotations

import re

from resiliparse.parse.html import HTMLTree

from scrapers.charset import decode
from scrapers.clean import one_line
from scrapers.extraction import limits
from scrapers.extraction.outline import lines, outline
from scrapers.extraction.tokens import Tokens, tokens

MOST_OF_A_WALL = 1500
"""The maximum length of a block or captcha page's visible text."""
NOTHING = 60
"""A page with less visible text is judged by its script."""
SHORT = 200
"""A page with less visible text may be a captcha form."""

_WALL_TITLE = re.compile(
    r"\W*(?:百度安全验证|安全(?:验证|检测|检查|拦截)|人机验证|访问验证|滑动验证|(?:请输入)?验证码|(?:宝塔)?网站防火墙"
    r"|(?:阿里云)?web应用防火墙|访问(?:被拦截|受限|被拒绝|禁止|过于频繁)|(?:请求|页面)?被?拦截(?:提示|页面)?"
    r"|服务器安全狗防护验证页面|d盾_拦截提示|知道创宇云防御"
    r"|just a moment|attention required! \| cloudflare|access denied|checking your browser.{0,40}|403 forbidden|40[35])\W*",
    re.IGNORECASE,
)
_WALL = re.compile(
    r"(?:.{0,14}\W)?(?:您的请求带有不合法参数|当前访问疑似黑客攻击|由于您访问的URL有可能对网站造成安全威胁|当前访问可能对网站安全造成威胁"
    r"|您的访问(?:请求)?(?:已?被(?:阻断|拦截)|可能对网站造成(?:安全)?(?:危险|威胁))|已被(?:创宇盾|网站卫士|云防护|云锁|安全狗|网站管理员设置)"
    r"|您?的?请求(?:疑似攻击行为|存在威胁|已?被(?:waf)?(?:拦截|阻断))|网防G01提示"
    r"|系统检测到您?的?(?:网络中存在)?(?:异常|疑似)(?:流量|访问|请求)"
    r"|(?:[您你]的?)?(?:IP)?(?:访问|请求|操作)(?:次数)?(?:过于|太过?)频繁(?=\W*(?:$|.{0,10}请|为了?确认))|(?:当前)?环境异常\W*完成验证|(?:正在(?:进行)?(?:安全|浏览器)|浏览器安全)(?:检测|验证|检查)"
    r"|[您你](?:尚未登录|无权限?(?:访问|查看|浏览)|没有权限(?:访问|查看|浏览))(?=\W*(?:$|.{0,6}[该此本]|没有权限|请))"
    r"|checking (?:if the site connection is secure|your browser)|verify(?:ing)? (?:that )?you are (?:a )?human"
    r"|enable javascript and cookies to continue|(?:you have|your request has) been blocked"
    r")[^。]{0,60}[。!…]?\W*",
    re.IGNORECASE,
)
"""A line that blames the visitor: 阿里云, 创宇盾, 安全狗, 云锁, 网站卫士, 宝塔, 百度, Cloudflare."""
_CAPTCHA = re.compile(
    r"(?:.{0,14}\W)?请先?(?:输入|填写|完成)(?:下[方面]|图中的?|以下|右侧)?的?(?:验证码|安全验证|滑动验证|人机验证|拼图).{0,20}"
    r"|.{0,10}(?:拖动|滑动).{0,6}滑块.{0,20}"
)
"""A line that asks for a captcha; comment forms below articles do too."""
_CHALLENGES = (
    "acw_sc__v2", "__jsl_clearance", "__jsluid", "$_ts=window", "yunsuo_session", "security_session_verify", "wzws_cid",
    "safedogsite", "/_guard/", "cdn-cgi/challenge-platform", "errors.aliyun.com", "aliyun_waf", "365cyd.com",
    "waf-static.tencent.com", "wappass.baidu.com", "btwaf",
)  # fmt: skip
"""Strings in challenge scripts: 阿里云, 加速乐, 瑞数, 云锁, 网站卫士. Real pages hold them too, but with visible text."""
_ASKS_AGAIN = re.compile(
    r"document\.cookie\s*=[^<]{0,2000}?location(?:\.href)?\s*(?:\.\s*reload\s*\(|=\s*(?:window\.|document\.)?location\b)"
)
"""A script that sets a cookie and reloads the page."""


def blocks(data: bytes, content_type: str | None = None) -> bool:
    """Whether these bytes are a block or captcha page, whatever its status."""
    tree = HTMLTree.parse(text := limits.without_options(decode(data, content_type)))
    return tree.body is not None and is_wall(tree, tokens(tree.body), text)


def is_wall(tree: HTMLTree, stream: Tokens, text: str) -> bool:
    """Whether a page is a block or captcha page. It shows little text, and its title or a line says so; or it shows next to
    nothing, and its script challenges the browser. `text` is the page's source."""
    if outline(stream).length[0] > 2 * MOST_OF_A_WALL:  # as printed, since entities are longer than their characters
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
    return length < NOTHING and (_has_challenge(text) or _ASKS_AGAIN.search(text) is not None)


def _has_challenge(text: str) -> bool:
    return any(word in text for word in _CHALLENGES)
