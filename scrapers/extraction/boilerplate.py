"""Element names and words that mark boilerplate, and the boxes that hold articles."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from os.path import commonprefix

from scrapers.clean import squeeze

EDITED = frozenset(
    "trs_editor trs_editor_view trs_ueditor post_body endtext zoom ozoom fontzoom artibody js_content vsb_content "
    "v_news_content ucap-content pages_content mp-editor articalcontent".split()
)
"""The names, in lower case, that CMSs give to the box with an editor's text and nothing else."""
CONTAINERS = EDITED | frozenset(
    "rm_txt_con rm_txt_zw articlecontent article-body article_body newscontent news_content founder-content art_context "
    "main_content".split()
)
"""These, and names of the article that some sites use for larger boxes."""

_VALUES = re.compile(r'\b(?:class|id)="([^"]*)"')
_PART = r"(?:.*[_-])?(?:%s)(?:[_\d-].*)?"
_COMMENTS = re.compile(
    _PART
    % (
        r"(?:hot|post|user)?-?comments?\w*|\w*pinglun\w*|repl(?:y|ies)\w*|cmnts?\w*|guestbook|liuyan|gentie|changyan"
        r"|chat(?:room|list|box)?"
    )
)
_NOISE = re.compile(
    _PART
    % (
        r"(?:bd|sns|social)?shar(?:e|ing)\w*|\w*recommend\w*|relat\w*|relevant\w*|\w*crumbs?\w*|copyright|foot(?:er)?|a?side(?:bar|r|box)?"
        r"|toolbar|tools?|hot(?:news|list)?|rank\w*|nav\w*|\w+nav|menu\w*|login\w*|\w*qrcode\w*|erweima|ewm|disclaimer"
        r"|statement|shengming|mianze|tags?|keywords?|ads?|advert\w*|gg|guanggao|prev|next|pager|pagination|jiathis|banner"
        r"|subscribe|author-?(?:info|card)|editor-?info|xgxw|xgyd|tuijian|fenxiang"
    )
)
SURE = ("js_content", "postmessage_", "bbs-content")
_SURE = re.compile(r'\bid="(?:js_content|postmessage_\d+)"|\bclass="(?:[^"]*\s)?bbs-content[\s"]')
"""WeChat, and the Discuz and Tianya forums."""
_APART = r"(?![\u4e00-\u9fff])"
"""Not followed by a sentence: `相关信息显示，…`."""
BOILERPLATE = re.compile(
    r"\s*[【\[(（<>«»“”\"]{0,4}\s*(?:"
    r"[上下前后]一[篇页则](?!\s*[,，。])|[前后]一条|[上下]一条(?!所)"  # the neighbours of the article
    r"|(?:相關|延伸)(?:新聞|閱讀)|往期(?:推荐|精彩|精选|回顾)|点击\W*阅读原文"
    r"|(?:此|本)文为付费|本文共计?\d+字|(?:登录|订阅)后(?:可|继续)?阅读"  # a paywall
    rf"|相关(?:阅读|新闻|链接|推荐|文章|报道|专题|稿件|信息|资讯)(?:推荐|列表)?{_APART}"
    r"|(?:延伸|推荐)阅读|(?:热点|精彩|编辑)推荐|猜你喜欢|你可能还喜欢|喜欢此内容|大家都在看|更多阅读"
    rf"|分享(?:到|至|让)|(?:免责|版权|特别)声明{_APART}|版权与免责"
    r"|(?:郑重)?声明[:：](?!(?:本公司|我公司|我司|我局|我区)(?!网))"
    r"|打印本[页文]|打印\W+关闭|查看原图|(?:pdf|PDF|word|WORD)下载|关闭(?:本页|窗口)|返回(?:顶部|首页|列表|搜狐)"
    r"|扫一扫|扫码(?:关注|下载|分享|阅读|加|添加|看|查看|打开|浏览|进群|进入|订阅|报名|咨询|领取|参与|观看)"
    r"|(?:网友|发表|最新)评论(?![说称道认])|我来说两句|更多(?:精彩(?!的?(?:活动|节目|表演|瞬间))|>>)"
    r"|(?:举报|收藏|打印|关闭|责任编辑|举报/反馈)\W*$|关键[字词]\s*[:：]|(?:标签|Tags?)\s*[:：]|浏览次数\s*[:：]|共\d+页"
    r"|以上内容(?:\(|（|仅|由[^。]{0,12}(?:整理|提供|发布|上传|生成|编辑|分享)|为)"  # a disclaimer
    r"|本文(?:来源|转自|系).{0,40}(?:不代表|仅代表)|凡本[网站]|图文来源于网络|特别提醒\W*(?:如果我们|本[网站文]))"
)
"""The beginnings of lines below an article."""
_HINT = re.compile(
    r"\W*(?:(?:打开|用|使用)(?:手机)?微信|安装\S{0,12}客户端|下载\S{0,12}(?:客户端|APP|app)|点击(?:上方|下方|右上角|蓝字)"
    r"|手机扫码|打开\S{0,6}(?:APP|app|客户端)|(?:长按|扫描|识别)\S{0,10}(?:二维码|小程序码)|微信扫"
    r"|請繼續往下閱讀|请继续往下阅读|不用抽\s*不用搶|支持中央社|請將這份真實|跳过[^,，。]{1,14}并继续阅读|热读(?:结尾)?\Z|更多报道\s*[:：]"
    r"|[图圖]像(?:来源|來源|加註文字|加注文字)\s*[,，]|Role\s*[,，])"
)
"""Instructions to readers, and texts that a site prints between the paragraphs of each article."""
PLAYER = re.compile(r"\d{1,2}:\d\d(?:\s*/\s*\d{1,2}:\d\d)?")
PLAYED = re.compile(r"\W*(?:音频|视频|收听|播放)\s*[:：]")
"""A player's time, and the title of what it plays."""
ENDS = re.compile(
    r"\W*(?:(?:网友|热门|最新|全部|精彩|发表|用户)?(?:评论|跟帖|跟贴|留言)(?:区|列表)?|作者简介|关于作者|相关(?:新闻|阅读|推荐|文章|报道|资讯)|(?:推荐|延伸)阅读"
    r"|大家做的\s*\d+\s*份作品|(?:热点|精彩|热文)推荐|往期回顾|猜你喜欢|大家都在看)\W*\d*条?\W*"
)
"""Headings of what follows an article."""
COMMENTS = re.compile(
    r"\W*(?:网友|网民|读者|热门|最新|全部|精彩|发表|用户|文章)?(?:评论|跟帖|跟贴|留言)(?:区|列表|选登)?\W*(?:共?\s*\d+\s*条?\W*)?(?:(?:文明上网|请遵守).*)?"
)
"""The heading of readers' comments."""
LABEL = re.compile(r"\W*(?:关键[字词]|标签|相关链接)")
"""A heading of related links, or of a part of the article."""
_DISCLAIMED = re.compile(
    r"本文(?:仅代表|不代表)|(?:图片|图文|文章|内容|素材)(?:均|皆)?来源?自?于?(?:互联)?网络.{0,12}(?:侵|删|联系)"
    r"|转载请注明|如若转载|如有侵权|侵权(?:请|必)|如需转载[,，]?请|^\W*读者热线\W*\d"
    r"|版权(?:均|皆)?归(?:原?作者|[^,，。;；]{2,20}所有)|据此(?:买卖|操作|投资|入市)|不构成(?:任何)?投资建议"
    r"|^\W*(?:广告声明|©|想爆料|(?:如)?有新闻线索)|^\W*温馨提示\W*以上(?:内容|信息)(?:仅供参考|不能)"
)
"""A site's disclaimers, for text that it did not write or is not liable for."""
_CONTROL = (
    r"首页|尾页|末页|上一页|下一页|第\d+页|共\d+页|分页|页码|已经是(?:第一|最后一)[篇条页]|打印|关闭|返回|顶部|收藏|分享|举报|纠错|点赞|[顶踩]一下"
    r"|阅读|点击数?|浏览(?:次数|量)?|人气|次数|粉丝|关注|我要|网站|感动|同情|无聊|愤怒|高兴|难过|搞笑|路过|震惊|微信|微博|朋友圈|复制链接"
)
"""Buttons, counters and mood votes."""
_CONTROLS = re.compile(rf"(?:\W|\d|万|次|条|{_CONTROL})+")
_CONTROL_WORD = re.compile(_CONTROL)
_MAY_BE_CONTROL = re.compile(
    r"\W*[\d首尾末上下第共分页已打关返顶踩收分举纠点阅浏人次粉我网感同无愤高难搞路震微朋复展查显余剩继隐万条]"
)
"""The first characters of these words: a quick test that excludes most lines."""
_CONTROL_ALONE = re.compile(r"\W*(?:分页|页码|(?:我要|网站)(?:纠错|评论)|\d+条评论|已经?是(?:第一|最后一)[篇条页])\W*")
_UNFOLDING = re.compile(
    r"\W*(?:点击|继续)?(?:展开|查看|阅读|显示|余下|剩余|隐藏的?)(?:阅读|剩余|余下)?(?:全文|全部|内容|部分|正文|\d{1,2}%|\W)*"
)
_REST = re.compile("全文|全部|内容|部分|正文|%")
ITEM = re.compile(
    r"\W{0,2}(?:\d{1,2}\s*[.、．)）]|[一二三四五六七八九十]{1,3}、|[(（][一二三四五六七八九十\d]{1,3}[)）]|[①-⑳])|《[^《》]+》\Z"
)
"""A list item of an author: numbered, or a document's name."""
_FINISHED = re.compile(r"\W*(?:END|The End|the end|全文完|正文完)\W*")
_RESERVED = re.compile(
    r"\A[^。]{0,60}(?:未经|非经|未經|非經)[^。]{0,14}(?:授权|许可|允许|同意|授權|許可)[^。]{0,16}(?:不得|禁止|严禁|请勿|谢绝|嚴禁|謝絕)[^。]{0,8}(?:转载|轉載|摘编|镜像|复制)"
    r"|\A(?:股市|市场|投资|基金)有风险[,，]"
)
"""A sentence below an article on reprinting or on the reader's risk."""
_STATED = re.compile("[明告事款]")
_STATEMENT = re.compile(
    "(?:郑重|特别|严正|版权|免责|侵权|反侵权|法律|维权|著作权|转载)(?:[与及和]?(?:免责|侵权|版权|维权))?(?:声明|公告|启事)"
    "|(?:風險|风险)提示[及与和](?:免责|免責)(?:条款|声明|條款|聲明)"
)
OF_SITE = re.compile("本(?:网|站|论坛|刊|报(?![告价名])|社(?![区保会]))")
RIGHTS = re.compile(f"转载|版权|著作权|侵权|侵犯|免责|观点|{OF_SITE.pattern}")
"""The topics of such a statement, and the site's name for itself."""
_SUMMARY = re.compile("(?:内容|核心|新闻)?(?:摘要|导读|导语|提示|提要|概要)")
_NAMED_SUMMARY = re.compile("summary|abstract|digest|lead|daodu|zhaiyao|tiyao|daoyu", re.I)
_FLASH = re.compile(r"\A\W{0,2}【[^【】]{4,60}】")
"""The title at the beginning of a flash."""
REPEATED = 12
"""This many characters at each end of a summary are searched for in a paragraph first."""
SIGNED = re.compile(
    r"(?:\d{4}|[二〇○零一九]{4})\s*年\s*[\d一二三四五六七八九十]{1,2}\s*月\s*[\d一二三四五六七八九十]{1,3}\s*日"
)
FRAME = re.compile("版权所有|备案|ICP|公网安备|标识码|技术支持|[主承协]办(?:单位)?[:：]|[Cc]opyright")
"""Text in the frame of a site, below every page."""
_HIDDEN = re.compile(r'\bstyle="[^"]*display\s*:\s*none|(?<![\w-])hidden=""', re.I)


def is_named(tag: str, attributes: str) -> bool:
    """Whether an element is a CMS's box for the article."""
    return tag in ("article", "founder-content") or not CONTAINERS.isdisjoint(_names(attributes.lower()))


def is_edited(attributes: str) -> bool:
    """Whether an element holds an editor's text and nothing else."""
    return not EDITED.isdisjoint(_names(attributes.lower()))


def is_sure(attributes: str) -> bool:
    """Whether an element holds a WeChat article or a forum post, whatever its text."""
    return ("js_content" in attributes or "post" in attributes or "bbs-" in attributes) and bool(
        _SURE.search(attributes)
    )


def is_hidden(attributes: str) -> bool:
    """Whether an element is hidden by its own attributes."""
    return ("none" in attributes or "hidden" in attributes) and _HIDDEN.search(attributes) is not None


@lru_cache(maxsize=8192)
def noise_of(attributes: str, small: bool) -> float:
    """The noise factor of an element's names. Cached, as the names of a site repeat."""
    names = _names(attributes.lower())
    if not CONTAINERS.isdisjoint(names):
        return 1.0
    noise = min(map(_noise_of_name, names), default=1.0)
    return noise if small or noise < 0.2 else 1.0


def _names(attributes: str) -> list[str]:
    """The names in an element's classes and id."""
    return [name for value in _VALUES.findall(attributes) for name in value.split()]


@lru_cache(maxsize=8192)
def _noise_of_name(name: str) -> float:
    return 0.05 if _COMMENTS.fullmatch(name) else 0.2 if _NOISE.fullmatch(name) else 1.0


def is_control(line: str) -> bool:
    """Whether a line holds only controls: buttons, counters, a pager, a vote."""
    if len(line) >= 60 or not _MAY_BE_CONTROL.match(line):
        return False
    if _CONTROL_ALONE.fullmatch(line) or is_unfolding(line):
        return True
    found = len(_CONTROL_WORD.findall(line)) if _CONTROLS.fullmatch(line) else 0
    return found > 1 or (found > 0 and any(map(str.isdigit, line)))


def is_unfolding(line: str) -> bool:
    """Whether a line is the button that shows the rest of a text: `展开全文`, `阅读剩余50%`."""
    said = line.strip()
    return len(said) < 24 and _UNFOLDING.fullmatch(said) is not None and _REST.search(said) is not None


def is_boilerplate(line: str) -> bool:
    """Whether a line belongs below an article, whatever its element: by its first words, or as a statement of rights."""
    return BOILERPLATE.match(line) is not None or is_statement(line)


def is_hint(line: str) -> bool:
    """Whether a line tells readers to share the page, or to read on elsewhere."""
    return len(line) < 60 and _HINT.match(line) is not None


def is_statement(line: str) -> bool:
    """Whether a line is the heading of a site's standard statement on rights or liability."""
    return len(line) < 24 and _STATED.search(line) is not None and _STATEMENT.fullmatch(squeeze(line)) is not None


def is_disclaimed(line: str) -> bool:
    """Whether a closing line disclaims the article, or asks rights holders to write."""
    return len(line) < 160 and _DISCLAIMED.search(line) is not None


def is_finish(line: str) -> bool:
    """Whether a line marks the end of the article."""
    return len(line) < 24 and _FINISHED.fullmatch(line) is not None


def is_reserved(line: str) -> bool:
    """Whether a line states who may reprint the text above it, or that it is read at one's own risk."""
    return _RESERVED.search(line) is not None or is_statement(line)


def is_summary_label(line: str) -> bool:
    """Whether a line is only the label of a summary."""
    return len(line) < 12 and _SUMMARY.fullmatch(squeeze(line)) is not None


def is_summary(text: str, attributes: str) -> bool:
    """Whether a text is marked as a summary, by its first word or its element's name."""
    return bool(_SUMMARY.match(squeeze(text)) or _NAMED_SUMMARY.search(attributes))


def is_repeated(summary: str, texts: Iterable[str]) -> bool:
    """Whether a summary repeats one of these paragraphs, or its beginning and its end."""
    told = _SUMMARY.sub("", squeeze(_FLASH.sub("", summary)), count=1)
    return len(told) > REPEATED and any(_is_cut_from(told, squeeze(text)) for text in texts)


def _is_cut_from(told: str, text: str) -> bool:
    at = text.find(told[:REPEATED])
    if at < 0 or told[-REPEATED:] not in text:
        return False
    ahead, back = commonprefix([told, text[at:]]), commonprefix([told[::-1], text[::-1]])
    return told in text or len(ahead) + len(back) >= len(told)
