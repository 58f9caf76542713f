"""The parts of `<title>`: the title itself, and the names of column and site."""

from __future__ import annotations

import re

from scrapers.clean import squeeze

SEPARATOR = re.compile(
    r"\s*[_|｜]+\s*|\s+[-–—]+\s+|\s*--+\s*|(?<!\d)-(?=[^-_|]{2,20}\Z)"
    r"|\s+[>»]+\s+|\s*(?:>>|»)[>»]*\s*|\s*(?<![<‹]\w\w)(?<![<‹]\w{3})(?<![<‹]\w{4})>\s*(?![\d=])"
)
"""Separates a title from column and site in `<title>`. A dash between words may belong to the title, and so may the sign in
`增速>5%` or `<专访>`."""

_SITE = (
    r"[^\W_]{2,24}(?:网|网站|门户|政府|管委会|管理委员会|开发区|高新区|产业园区?|信息公开|(?<![公简通预海警喜捷年月季])报|在线"
    r"|首页|平台|报\s?(?:多媒体)?(?:数字|电子)(?:报纸?|版|报刊(?:平台)?))"
)
_OFFICE = r"[^\W_]{2,24}(?:局|厅|公司|集团|协会|学会|商会|大学|学院|研究院|研究所|办公室|法院|检察院)"
_IN_FRONT = re.compile(r"[^\W_]{2,20}(?:网|网站|门户|政府|管委会|管理委员会|高新区|开发区|报)")
_ISSUE = re.compile(
    r"([\u4e00-\u9fff]{2,9}报\s?(?:多媒体)?(?:(?:数字|电子)(?:报纸?|版))?)"
    r"(?:[\s_|｜-]*(?:19|20)\d\d[-年.]\d{1,2}[-月.]\d{1,2}日?)?(?:[\s_|｜-]*第?[A-Z]?\d{1,3}版(?:\s*[:：]\s*\w{1,8})?)?"
)
"""An e-paper's `<title>` that is its own: its name, and behind it the issue, `清河日报-2010年07月02日-第4版`."""
_NAME_LAST = re.compile(rf"(.{{6,}}?)\s*(?:——|[·丨»:：–])\s*{_SITE}\Z")
"""A title and a site's name, separated by a mark that titles contain too."""

_DASH = re.compile(r"\s*[-—>·]+\s*")
_COLUMN = re.compile(
    r"[^\W_]{0,4}(?:信箱|信件|详情页?|详细信息|内容页?|正文|(?:新闻|资讯|信息)中心|便民服务|服务信息|投诉建议|通知公告|公示公告|公告公示|通知|公告|公示|首页|资讯|新闻|要闻|动态|留言板?|互动交流|意见征集|信息公开)"
)

_NEWS = re.compile(
    "(?:园区|高新区?|我区|区内|新闻|工作|部门|政务|行业|媒体|最新|综合|党建|企业|科技|图片|视频|通知|公告|公示|信息|政策|法规|招商|招标|采购"
    "|人才|要闻|动态|资讯|中心|公开|列表|首页|简报|快讯|聚焦|专题|报道)+"
)
_LETTERS = re.compile(
    r"[^\W_]{0,4}(?:信箱|信件|来信|留言板?|问政|(?:网上|在线)?(?:咨询投诉|投诉建议))(?:详情页?|内容|查看|回复|办理|选登)?"
)


def parts(whole: str) -> list[str]:
    """The parts of `<title>` in order. The title is the first, unless the site puts its own name there."""
    if "报" in whole and (issue := _ISSUE.fullmatch(whole.strip())):
        whole = issue[1]
    found = (part.strip(" :：·") for part in SEPARATOR.split(_NAME_LAST.sub(r"\1", whole)))
    return [part for part in found if part]


def wanted(whole: str) -> str:
    """The part of `<title>` that a heading should repeat, squeezed: the first, or the last after a site's name."""
    found = parts(whole) or [""]
    return squeeze(found[-1] if is_in_front(found) else found[0])


def is_in_front(found: list[str]) -> bool:
    """Whether the first part of a title is a site's name, and the last is not."""
    return len(found) > 1 and _IN_FRONT.fullmatch(_DASH.split(found[0])[0]) is not None and not is_name(found[-1])


def is_of_list(text: str) -> bool:
    """Whether a text holds only the words by which columns of news are called: `通知公告`, but not `停水通知`."""
    return len(text) > 3 and _NEWS.fullmatch(text) is not None


def is_column(text: str) -> bool:
    """Whether a text holds only column names: `信件详情-市长信箱`."""
    return all(len(part) < 9 and _COLUMN.fullmatch(part) for part in _DASH.split(text))


def is_of_site(found: list[str]) -> bool:
    """Whether the parts of `<title>` name the site and its columns only, as where all pages of a site have one `<title>`."""
    site = found[0] if found else ""
    others = (part for part in found[1:] if not is_column(part))
    return is_name(site) and all(is_name(part) and (site in part or part in site) for part in others)


def is_of_letters(whole: str) -> bool:
    """Whether `<title>` names a column of letters to an office, such as `信件详情-主任信箱`."""
    return any(_LETTERS.fullmatch(part) for one in parts(whole) for part in _DASH.split(one))


def is_name_in_front(text: str, found: list[str]) -> bool:
    """Whether a squeezed text is a title's first part and the site's name: as it reads, or as the last is twice as long."""
    last = squeeze(found[-1])
    is_front = len(found) > 1 and text == squeeze(found[0])
    return is_front and (is_in_front(found) or (len(last) >= 2 * len(text) and not is_name(last)))


def is_name(text: str) -> bool:
    """Whether a text reads like the name of a site, an office or a firm. Some titles do too."""
    return re.fullmatch(f"{_SITE}|{_OFFICE}", text) is not None
