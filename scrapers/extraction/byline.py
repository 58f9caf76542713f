"""Labelled fields in the lines around an article.

fields("2021-05-21 来源：南昌高新区 作者：张三")
-> (("", "2021-05-21"), ("origin", "南昌高新区"), ("author", "张三"))
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from scrapers.dates import find_date
from scrapers.extraction.names import EDGES

MOST = 160
"""The maximum length of a line of fields; a longer one is prose that happens to hold a label."""

_NAMES = {
    "origin": "(?:信息|稿件|文章|新闻|内容|本文|消息|资讯)?(?:来源|來源)(?:于|自)?|稿源|出自|转载?自"
    "|(?:信息|文章|稿件|新闻)?出处|(?:来自|源自|原载|供稿单位)(?=\\s*[:：])",
    "author": "(?:文章|本文|稿件)?作者|楼主(?=\\s*[:：])|采写|撰写|(?:本报|本刊|本网|见习|实习|特约|特派|首席|全媒体)?[记記]者|"
    "通[讯訊][员員]|撰稿人?|主笔|撰文|执笔人?|供稿人|编写|文字|(?<![^\\s|｜丨【\\[(（·/／])文(?=\\s*[:：/／丨|｜](?!\\s*[图圖摄]))",
    "supplier": "[供投]稿|(?<![\u4e00-\u9fff])(?:独家|獨家)?(?:报道|報道|報導)(?=\\s*[:：])",
    "editor": "(?:责任|本文|本期|值班|网络|执行|文字|新媒体)?编辑|(?:責任)?編輯|责编|責編|编发",
    "checker": "审核人?|审签人?|审稿人?|终审|三审",
    "date": "(?:发布|发表|发稿|刊发|刊登|登载|推送|出版|录入|添加|加入|创建|上传|上网"
    "|公开|公告|公布|张贴|撰写|首发|信息|發稿|發布|發佈|發表)(?:于|時間|时间|日期)"
    "|发布(?=\\s*[:：]\\s*(?:19|20)\\d\\d)"
    "|(?<![\u4e00-\u9fff])(?:时间|日期|時間|posted\\s*@)",
    "replied": "(?:答复|回复|办结)(?:时间|日期)",
    "updated": "(?:最后|最近|最後)?更新(?:于|时间|日期)?|(?:最后|最近)?(?:编辑|修改|更改)(?:于|时间)(?=\\s*[:：]?\\s*\\d)",
    "signed": "(?:成文|印发|签发|发文|生成)(?:日期|时间)",
    "counter": "(?:点击|浏览|阅读|访问|点播|评论|回复|跟帖|收藏|瀏覽|點擊)(?:次?数|量|人数|次)?|人气|热度"
    "|字[号体](?:大小)?|分享[到至]?",
    "other": "(?:发布|录入|上传|投稿)[人者]|参与(?:采写|撰写|记者)"
    "|(?:来信|写信|咨询|留言|提交|受理)(?:时间|日期)"
    "|关键[字词]|标签|栏目|分类|类别|编号|索引号|文号|发文字号|主题词|主题分类|原?标题|所属|联系人|电话|邮箱|地址"
    "|(?:发文|发布|公开|生成|有效|失效|生效|实施|责任|供稿)(?:机构|机关|单位|日期|时间|期|性|部门)"
    "|(?:[题題头頭首配][图圖]|封面|[图圖][像片]|照片|視覺)(?:来源|来自|源自|來源|取自)"
    "|(?:数据|素材|资料|视频|资金|收入|经费|食品|线索|人才|生源|客户|污染|噪声|货物|用水|利润|注明|标明)来源"
    "|[一二]审|初审|复审|校对|[责一二三]校|核稿|监制|主编|美编|排版|出品|统筹|摄影|摄像|图片|制图|制作|视频|翻译|编译|策划"
    "|(?:实习|见习|美术|视觉)编辑",
}
_ANY = "|".join(f"(?P<{kind}>{names})" for kind, names in _NAMES.items())
_LABEL = re.compile(rf"(?:{_ANY})\s*[:：]\s*")
_BARE = re.compile(
    rf"(?:\A|(?<=[\s|｜丨【\[(（·]))(?:{_ANY})(?:\s*[丨|｜/／]\s*|\s+(?=[\u4e00-\u9fff])|(?=[A-Z]|\s*(?:19|20)\d\d\s*[-/.年]))"
)
_AFTER_COMMA = re.compile(rf"(?<=[,，;；])\s*(?:{_ANY})\s*[丨|｜]\s*")
"""`作者｜张三，编辑｜李四`"""
_ALONE = re.compile(rf"[【\[(（]?\s*(?:{_ANY})\s*[:：]?\s*")
_DATES = frozenset(["date", "replied", "updated", "signed", "other"])
_SPACED = re.compile(r"(?<=[来來作编責责标索时日文记通])\s+(?=[源者辑輯号间期题编編])|(?<=[引任])\s+(?=[号编編])")
_BOILERPLATE = re.compile(
    r"\s*(?:\d[\d.]*万?\s*人参与|网友评论|我有话说|我要评论|我来说两句|参与评论"
    r"|打印|选择字号|字号|字体|放大|缩小|默认|[大小]\s*中\s*[大小]|\s+[大小]字[体号]"
    r"|\s+\d{1,3}\s*/\s*\d{1,3}(?=\s|\Z)|\s+\d{1,6}\Z|\s[一二三四五六七八九十]{1,2}月(?=\s|\Z)"
    r"|分享|收藏|点击|浏览|阅读|\s楼主\b|返回|举报|纠错|订阅|\+?关注|【|(?<=.)\[|[（(]"
    r"|(?:19|20)\d\d\s*[-年./](?!\s*第\s*\d+\s*期)|\d{1,2}/\d{1,2}/(?:19|20)\d\d|\s\d\d-\d{1,2}-\d{1,2}\b"  # dates
    r"|https?:|\b\d+\s?次|听报道\Z|[|｜丨>]|\s-\s|\s/\s*\d{1,2}月|第\s*\w{1,3}\s*版"
    r"|(?<=[报網网社刊台])(?:全媒体|融媒体)?[记記]者\s|\s(?:本报)?(?:[记記]者|通[讯訊][员員])"  # the next field
    r"|\s+[\u4e00-\u9fff]{2,6}[:：]|\s+[AT][-+]|\d+评论"
    r"|\A进入(?:论坛|博客|社区|频道|专栏)|\s+(?:参与互动|进入|原文链接|复制链接|(?:用)?手机看|[听看收]\S{0,1}(?:新闻|听)|下载|保护视力|A\sA"
    r"|微信|微博|点赞|供稿|语音|人气|我要|打开)"
    r"|(?<=社)[\u4e00-\u9fff]{2,6}\d{1,2}月\d{1,2}日电).*"  # a dateline
)
"""What stands behind a name on the same line: buttons, counters, dates and further fields."""
NOBODY = frozenset(
    "未知 佚名 匿名 网络 互联网 网络整理 网络综合 本站 本网 本网站 本站原创 本网原创 本网讯 本站讯 本报讯 本刊讯 原创 转载 不详"
    " 无 admin 管理员 网站管理员 系统管理员 超级管理员 编辑部 综合 小编 关注 None null".split()
)
"""What stands for a name and is none."""

WRITES = re.compile(r"\A\W*文(?:字|图)?\s*[/／|｜丨]\s*")
"""What publishers print before a writer's name inside the article."""
SLASHED = re.compile(
    r"(?:\A|[\s\d])(?:([\u4e00-\u9fff]{2,6}[報社網刊])\s*[/／]\s*)?[記记]者\s*([\u4e00-\u9fff]{2,4}(?:[、,\s]\s*[\u4e00-\u9fff]{2,4}){0,3})"
    r"\s*[/／]\s*[\u4e00-\u9fff]{2,8}(?:報導|报导)"
)
"""`星河報／ 記者王小明／台北即時報導`: medium and reporter."""
_FROM_ACCOUNT = re.compile(
    r"(?:\A\W*|本文|文章|内容|原文)(?:来自|来源于?|转自|转载自|首发于|原载于?|授权转载)\s*[:：]?\s*(?:微信)?公众号\s*[:：]?\s*[“\"「【《]?([^\s“”\"「」【】《》(（)）,，。;；:：|]{2,20})"
)
_DATELINE = re.compile(
    r"(?:【[^【】]{4,60}】)?\W{0,3}(?:([\u4e00-\u9fff]{1,7}?(?:社|网|網))[\u4e00-\u9fff]{0,8}?\d{1,2}月\d{1,2}日(?:电|讯|消息|電|訊)"
    r"|(?<=[(（])([\u4e00-\u9fff]{2,6}(?:中文网|通讯社|廣播電台|网))[)）])"
)
_NO_AGENCY = re.compile("^[本我据该該]|(?:官|外|内|合作|旅行|出版|报)[网社]$")
_SENTENCE = re.compile(r"[。；？！;?!]|[\u4e00-\u9fff%][.]\s*\Z")
_PROSE = re.compile(r"[。；？！;?!]|[^\d](?<![周週期][一二三四五六日])[,，]")
ASIDE = re.compile(r"(.*[报网社台])\s([\u4e00-\u9fff]{2,3})(?<![版网报社端号刊台])\Z")
"""A medium, followed by a reporter's name or a place."""
_PLACE = re.compile(
    r"\s(?:北京|天津|上海|重庆|河北|山西|辽宁|吉林|黑龙江|江苏|浙江|安徽|福建|江西|山东|河南|湖北|湖南|广东|海南|四川|贵州|云南|陕西|甘肃|青海|内蒙古|广西|西藏|宁夏|新疆|香港|澳门|台湾)\Z"
)
"""The province that platforms print after an account."""
SAID = re.compile("[请您你吗呢]|什么|怎么|如何|哪")
"""A reporter's question in an interview, after the same label."""
_UNTOLD = re.compile(
    r"(?:[\u4e00-\u9fff]\s?[:：]\s*|截[止至]|[自从至到]|时间|日期)\s*(?=(?:19|20)\d\d\s*[-/.年])"
    r"|(?:19|20)\d\d\s*[-/.年]\s*\d{1,2}\s*[-/.月]\s*\d{1,2}\s*日?(?:\s*\d{1,2}[:：]\d\d)?\s*(?:至|到|起|前|以前|之前|[—~～]|-+\s*\d(?!\d?:\d)|[讯电])"
    r"|通过|施行|实施|修[订正]|批准|生效|召开|举行|开幕|选举"
)
"""A date under an unknown label, of a time span, or of something other than publishing."""
_SPOKEN = re.compile(r"\W*[(（]\s*(?:19|20)\d\d年\d{1,2}月\d{1,2}日\s*[)）]\W*")
"""The date of a speech, decision or meeting, as documents print it below the title."""


@lru_cache(maxsize=512)
def fields(line: str) -> tuple[tuple[str, str], ...]:
    """The fields of one line, in order, as (kind, value). Kinds are origin, author, supplier, editor, checker, date, replied,
    updated, signed, counter (clicks and buttons), and other for any other label; text without a label has an empty kind.

    Cached, as each field of a page is looked for in all its lines.
    """
    line = _SPACED.sub("", line[:MOST])
    patterns: tuple[re.Pattern[str], ...] = (_LABEL, _BARE) if ":" in line or "：" in line else (_BARE,)
    if "," in line and ("|" in line or "丨" in line):
        patterns += (_AFTER_COMMA,)
    labels = sorted((match for pattern in patterns for match in pattern.finditer(line)), key=re.Match.start)
    found: list[tuple[str, str]] = []
    at, kind = 0, ""
    for label in labels:
        if label.start() >= at:
            found.append((kind, line[at : label.start()]))
            at, kind = label.end(), label.lastgroup or ""
    found.append((kind, line[at:]))
    return tuple((kind, value.strip()) for kind, value in found if value.strip())


def joined(lines: Sequence[str]) -> list[str]:
    """The lines, with each bare label (a table cell, a `<dt>`) joined to the value on the next line."""
    found: list[str] = []
    label = kind = ""
    for line in lines:
        alone = _ALONE.fullmatch(_SPACED.sub("", line)) if len(line) < 16 else None
        if label and not alone and (kind in _DATES) is (find_date(in_full(line)) is not None):
            found[-1] = f"{label.rstrip(' :：')}:{line}"
            label = ""
        else:
            found.append(line)
            is_counter = alone is not None and alone.lastgroup == "counter"
            label, kind = (line, alone.lastgroup or "") if alone and not is_counter else ("", "")
    return found


def in_full(value: str) -> str:
    """A labelled date with its year in full: from `20210521`, `21-05-21`, and `110-05-21` as Taiwan counts."""
    value = re.sub(r"\A(20\d\d)([01]\d)([0-3]\d)(?!\d)", r"\1-\2-\3", value)
    if short := re.match(r"(1[0-2]\d(?=[-/.][01]?\d[-/.])|\d\d(?=-\d))", value):
        return f"{int(short[1]) + (1911 if len(short[1]) > 2 else 2000)}{value[short.end() :]}"
    return value


def is_byline(line: str) -> bool:
    """Whether a line holds only fields: a label and its value, or a date with little beside it. `文/张三` alone is none, as
    publishers print it inside the article."""
    if len(line) > 110 or _SENTENCE.search(line):
        return False
    told = fields(line)
    is_own = WRITES.match(line) is not None and all(kind in ("", "author") for kind, _ in told)
    is_own = is_own and find_date(line) is None
    if is_own or any(kind == "author" and SAID.search(value) for kind, value in told):
        return False
    return any(kind for kind, _ in told) or (len(line) < 60 and dated(line) is not None)


def is_credit(line: str) -> bool:
    """Whether a line is a byline as sites print it above an article: it begins with a label or holds a date. `一、项目编号：`
    belongs to a notice, and `(2022年2月8日)` to a speech's title."""
    if not is_byline(line) or _SPOKEN.fullmatch(line):
        return False
    told = fields(line)
    return bool(told[0][0]) or any(kind not in ("", "other", "counter") for kind, _ in told) or dated(line) is not None


def dated(text: str) -> str | None:
    """The date in a text with little else, such as a name or two. None for prose, or for a date under another label."""
    if len(text) >= 90 or _PROSE.search(text) or _UNTOLD.search(text):
        return None
    return find_date(text)


def origin(line: str) -> str | None:
    """The name after 来源： in a line, or None."""
    told = next((value for kind, value in fields(line) if kind == "origin"), None)
    if told is None and "/" in line and (slashed := SLASHED.search(line)):
        return slashed[1]
    name = _PLACE.sub("", ASIDE.sub(r"\1", name_in(told) or "")) or None if told else None
    return None if name is None or re.search("作品|版权|转载|供图|[,，].*[,，]", name) else name


def account(line: str) -> str | None:
    """The WeChat public account that a line names as the article's origin, or None."""
    told = _FROM_ACCOUNT.search(line) if "公众号" in line else None
    return told[1] if told else None


def dateline(line: str) -> str | None:
    """The agency at the beginning of a report: `新华社北京5月21日电`, `(德国之声中文网)`; or None."""
    told = _DATELINE.match(line[:MOST])
    name = next(filter(None, told.groups()), None) if told else None
    return name if name and not _NO_AGENCY.search(name) else None


def editor(line: str, kind: str = "editor") -> str | None:
    """The name after 责任编辑： in a line, or after 审核： where `kind` is checker; or None."""
    told = next((value for kind_, value in fields(line) if kind_ == kind), None)
    if not told:
        return None
    name = name_in(re.sub(r"_\w+\Z|_NT?\d+", "", told))
    return name if name and len(name) <= 20 else None


def name_in(told: str) -> str | None:
    """A name without the text around it."""
    name = told.strip(EDGES)
    name = _BOILERPLATE.sub("", name).strip(EDGES)
    return name if 1 < len(name) <= 36 and name not in NOBODY and not re.search("[。？！?!]", name) else None
