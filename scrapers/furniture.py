"""The names and words by which the furniture of a page is known, and the boxes that articles are put in."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from os.path import commonprefix

from scrapers.clean import squeeze

CONTAINERS = frozenset(
    "trs_editor trs_editor_view post_body endtext zoom ozoom artibody js_content vsb_content v_news_content rm_txt_con "
    "rm_txt_zw ucap-content pages_content mp-editor fontzoom articlecontent article-body article_body newscontent "
    "news_content trs_ueditor founder-content art_context main_content".split()
)
"""The names that content management systems give to the article itself, in lower case."""

_VALUES = re.compile(r'\b(?:class|id)="([^"]*)"')
_PART = r"(?:.*[_-])?(?:%s)(?:[_\d-].*)?"
_COMMENTS = re.compile(
    _PART % r"(?:hot|post|user)?-?comments?\w*|\w*pinglun\w*|repl(?:y|ies)\w*|guestbook|liuyan|gentie|changyan"
)
_NOISE = re.compile(
    _PART
    % (
        r"(?:bd|sns|social)?shar(?:e|ing)\w*|\w*recommend\w*|relat\w*|relevant\w*|\w*crumbs?\w*|copyright|foot(?:er)?|side(?:bar|r|box)?"
        r"|toolbar|tools?|hot(?:news|list)?|rank\w*|nav\w*|\w+nav|menu\w*|login\w*|\w*qrcode\w*|erweima|ewm|disclaimer"
        r"|statement|shengming|mianze|tags?|keywords?|ads?|advert\w*|gg|guanggao|prev|next|pager|pagination|jiathis|banner"
        r"|subscribe|author-?(?:info|card)|editor-?info|xgxw|xgyd|tuijian|fenxiang"
    )
)
FURNITURE = re.compile(
    r"\s*[【\[(（]?(?:上一[篇条页]|下一[篇条页]|相关(?:阅读|新闻|链接|推荐|文章|报道|专题|稿件|信息)|延伸阅读|推荐阅读|热点推荐|精彩推荐|猜你喜欢|"
    r"分享(?:到|至|让)|免责声明|版权声明|版权与免责|特别声明|(?:郑重)?声明[:：]|打印本[页文]|关闭(?:本页|窗口)|返回(?:顶部|首页|列表|搜狐)|扫一扫|扫码|"
    r"网友评论|发表评论|我来说两句|最新评论|更多(?:精彩|>>)|(?:举报|收藏|打印|关闭|责任编辑)\W*$|关键[字词]\s*[:：]|标签[:：]|"
    r"以上内容(?:\(|（|仅|由|为)|本文(?:来源|转自|系).{0,40}(?:不代表|仅代表)|特别提醒)"
)
"""What begins the lines below an article."""
_STATEMENT = re.compile(
    "(?:郑重|特别|严正|版权|免责|侵权|反侵权|法律|维权|著作权|转载)(?:[与及和]?(?:免责|侵权|版权|维权))?(?:声明|公告|启事)"
)
OF_SITE = re.compile("本(?:网|站|论坛|刊|报(?![告价名])|社(?![区保会]))")
RIGHTS = re.compile(f"转载|版权|著作权|侵权|侵犯|免责|观点|{OF_SITE.pattern}")
"""What such a statement speaks of, and in whose name."""
_SUMMARY = re.compile("(?:内容|核心|新闻)?(?:摘要|导读|导语|提示|提要|概要)")
_NAMED_SUMMARY = re.compile("summary|abstract|digest|lead|daodu|zhaiyao|tiyao|daoyu", re.I)
REPEATED = 12
"""Characters at each end of a summary that are looked for in a paragraph first."""
SIGNED = re.compile(
    r"(?:\d{4}|[二〇○零一九]{4})\s*年\s*[\d一二三四五六七八九十]{1,2}\s*月\s*[\d一二三四五六七八九十]{1,3}\s*日"
)
FRAME = re.compile("版权所有|备案|ICP|公网安备|标识码|技术支持|[主承协]办(?:单位)?[:：]|[Cc]opyright")
"""What stands in the frame of a site, below every page."""
_HIDDEN = re.compile(r'\bstyle="[^"]*display\s*:\s*none|\bhidden=""')


def is_named(tag: str, attributes: str) -> bool:
    """Whether an element is what a content management system puts the article in."""
    return tag in ("article", "founder-content") or not CONTAINERS.isdisjoint(_names(attributes.lower()))


@lru_cache(maxsize=8192)
def noise_of(attributes: str, small: bool) -> float:
    """What the names of an element say: those of one site, and most of its neighbours', come again and again."""
    attributes = attributes.lower()
    names = _names(attributes)
    if not CONTAINERS.isdisjoint(names):
        return 1.0
    noise = min(map(_noise_of_name, names), default=1.0)
    if noise == 1.0 and ("none" in attributes or "hidden" in attributes) and _HIDDEN.search(attributes):
        noise = 0.2
    return noise if small or noise < 0.2 else 1.0


def _names(attributes: str) -> list[str]:
    """The names in the classes and identifiers of an element."""
    return [name for value in _VALUES.findall(attributes) for name in value.split()]


@lru_cache(maxsize=8192)
def _noise_of_name(name: str) -> float:
    return 0.05 if _COMMENTS.fullmatch(name) else 0.2 if _NOISE.fullmatch(name) else 1.0


def is_statement(line: str) -> bool:
    """Whether a line is the heading of what a site states under every article: on rights, on who is liable."""
    return len(line) < 24 and _STATEMENT.fullmatch(squeeze(line)) is not None


def is_summary(text: str, attributes: str) -> bool:
    """Whether a text is called a summary, by its first word or by the name of its element."""
    return bool(_SUMMARY.match(squeeze(text)) or _NAMED_SUMMARY.search(attributes))


def is_repeated(summary: str, texts: Iterable[str]) -> bool:
    """Whether a summary is one of these paragraphs over again, or its beginning and its end."""
    told = _SUMMARY.sub("", squeeze(summary), count=1)
    return len(told) > REPEATED and any(_is_cut_from(told, squeeze(text)) for text in texts)


def _is_cut_from(told: str, text: str) -> bool:
    at = text.find(told[:REPEATED])
    if at < 0 or told[-REPEATED:] not in text:
        return False
    ahead, back = commonprefix([told, text[at:]]), commonprefix([told[::-1], text[::-1]])
    return told in text or len(ahead) + len(back) >= len(told)
