"""Copies and non-copies made from real items, by what sites do to a text: the labelled set that dedupe is measured on.

    make("syndicated", items, 7, strange) -> the new text, made from item 7

A kind of COPIES must be linked to its item, a kind of OTHERS must never be: another text in the same frame, the same
template with other numbers, a digest that quotes it. Every choice is drawn from a seed, so that two runs see the same set.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from functools import cache

from opencc import OpenCC
from pypinyin import Style, lazy_pinyin

Edit = Callable[[str, random.Random], str]
Other = Callable[[Sequence[str], int, random.Random, Sequence[str]], str]

HEADERS = (
    "首页 > 新闻中心 > 园区要闻 > 正文\n发布时间:{day} 来源:{site} 浏览次数:{n} 字号:[大 中 小]\n",
    "{site}讯(记者 {name} 通讯员 {other})\n",
    "您当前的位置:首页>资讯>{site}\n{day} {n}:{m}  评论:{m}  分享到微信朋友圈\n",
    "{site} | {day} {n}:{m} 阅读 {n}\n点击蓝字关注我们\n",
    "{name}/文 {day}\n",
)
FOOTERS = (
    "\n责任编辑:{name}\n【打印本页】【关闭窗口】\n版权所有:{site} 备案号:{n}{m}号 网站标识码:{n}{n}{m}\n",
    "\n来源:{site}\n声明:本文系转载,版权归原作者所有,不代表本站立场,如有侵权请于{m}日内与本站联系,电话{n}-{n}{m}。\n",
    "\n编辑|{name}\n审核|{other}\n扫一扫在手机打开当前页 上一篇:{title} 下一篇:{other_title}\n",
    "\n免责声明:以上内容为本网站转自其它媒体,相关信息仅为传递更多信息之目的。举报热线{n}{m} 邮箱{m}@{site}\n",
)
SITES = "某某高新区融媒体中心 云中资讯网 甲乙丙日报 河东新闻 东方园区在线 青山科技报 本地头条号 开发区观察".split()
NAMES = "章一鸣 李乐天 王小禾 赵知行 钱不语 孙望舒 周子衿 吴清和 郑可期 冯远山".split()
PLACES = "北京 上海 天津 重庆 广州 深圳 成都 武汉 南京 杭州 西安 长沙 济南 合肥 福州 昆明 贵州 江苏 浙江 广东 四川 湖北".split()
SYNONYMS = dict(
    pair.split("/")
    for pair in "进行/开展 举行/召开 表示/指出 提高/提升 加强/强化 重要/关键 推动/促进 目前/当前 同时/与此同时 取得/获得"
    " 全面/全方位 建设/打造 发展/进步 工作/任务 问题/难题 积极/主动 不断/持续 努力/奋力 增长/上升 达到/达".split()
)
FILLERS = "了 也 都 已 将 正 更 还 又 就 的 地 有关 相关 方面 此外".split()


@cache
def script(name: str) -> OpenCC:
    return OpenCC(name)


def sentences(text: str) -> list[str]:
    return [part for part in re.split(r"(?<=[。！？!?\n])", text) if part]


def frame(others: Sequence[str], rng: random.Random) -> tuple[str, str]:
    """A header and a footer with the titles of related items, as left around a text by a site or by a crude extractor."""
    told = {
        "day": f"20{rng.randrange(16, 27)}-{rng.randrange(1, 13):02}-{rng.randrange(1, 29):02}",
        "site": rng.choice(SITES), "name": rng.choice(NAMES), "other": rng.choice(NAMES),
        "title": rng.choice(others)[:22], "other_title": rng.choice(others)[:18],
    }  # fmt: skip
    header, footer = (
        template.format(n=rng.randrange(100, 99999), m=rng.randrange(2, 60), **told)
        for template in (rng.choice(HEADERS), rng.choice(FOOTERS))
    )
    if rng.random() < 0.6:
        related = "\n".join(rng.choice(others)[: rng.randrange(14, 30)] for _ in range(rng.randrange(3, 8)))
        footer += f"\n{rng.choice(('相关阅读', '推荐阅读', '热门文章', '相关新闻'))}\n{related}\n"
    return header, footer


def cut(share: float) -> Edit:
    def run(text: str, rng: random.Random) -> str:
        end = int(len(text) * share)
        return text[:end] if rng.random() < 0.6 else text[:end].rstrip() + rng.choice(("……", "...[详细]", " 阅读全文"))

    return run


def edited(rate: float) -> Edit:
    """An editor's hand on `rate` of the text: words replaced, put in and left out, a sentence dropped or moved; dates and
    numbers stay."""

    def run(text: str, rng: random.Random) -> str:
        parts = sentences(text)
        kept = [part for n, part in enumerate(parts) if n == 0 or rng.random() > rate * 0.6]
        if len(kept) > 3 and rng.random() < rate * 2:
            n = rng.randrange(1, len(kept) - 1)
            kept[n], kept[n + 1] = kept[n + 1], kept[n]
        return "".join(_touched(part, rate, rng) for part in kept)

    return run


def _touched(sentence: str, rate: float, rng: random.Random) -> str:
    out, at = [], 0
    while at < len(sentence):
        two = sentence[at : at + 2]
        dice = rng.random()
        if two in SYNONYMS and dice < rate * 4:
            out.append(SYNONYMS[two])
            at += 2
        elif "\u4e00" <= sentence[at] <= "\u9fff" and dice < rate * 0.25:
            out.append(rng.choice((sentence[at] + rng.choice(FILLERS), "", chr(rng.randrange(0x4E00, 0x8000)))))
            at += 1
        else:
            out.append(sentence[at])
            at += 1
    return "".join(out)


def cloaked(text: str, rng: random.Random) -> str:
    """As the mirrors do it: Traditional script, a toneless reading after every third character or so, many twice."""
    out = []
    for old, new in zip(text, script("s2t").convert(text), strict=False):
        out.append(new)
        if "\u4e00" <= old <= "\u9fff" and rng.random() < 0.36:
            style = Style.NORMAL if rng.random() < 0.9 else Style.TONE
            out.append(f"({lazy_pinyin(old, style=style)[0]})" * rng.choice((1, 1, 2, 3)))
    return "".join(out)


def spaced(text: str, rng: random.Random) -> str:
    return "".join(c + rng.choice(("", "", "", "", " ", "\u3000", "\n", "\u200b")) for c in text)


WIDE = {point: point + 0xFEE0 for point in range(0x21, 0x7F)}


def both(*edits: Edit) -> Edit:
    def run(text: str, rng: random.Random) -> str:
        for edit in edits:
            text = edit(text, rng)
        return text

    return run


def converted(name: str) -> Edit:
    return lambda text, rng: script(name).convert(text)


FRAMED = "syndicated"
"""Marks the kinds whose text stands in a frame of the new site; what was edited is set into it."""

COPIES: dict[str, tuple[Edit, bool]] = {
    "exact": (lambda text, rng: text, False),
    "white space": (spaced, False),
    "width": (lambda text, rng: text.translate(WIDE).replace("，", ","), False),
    "Traditional s2t": (converted("s2t"), False),
    "Traditional s2tw": (converted("s2tw"), False),
    "Traditional s2hk": (converted("s2hk"), False),
    "Traditional s2twp": (converted("s2twp"), False),
    FRAMED: (lambda text, rng: text, True),
    "cut to 70 %": (cut(0.7), False),
    "cut to 50 %": (cut(0.5), False),
    "cut to 30 %": (cut(0.3), False),
    "cut to 15 %": (cut(0.15), False),
    "light edits": (edited(0.05), False),
    "middle edits": (edited(0.15), False),
    "heavy edits": (edited(0.4), False),
    "cloaked": (cloaked, False),
    "cloaked, syndicated": (cloaked, True),
    "Traditional, syndicated, edited": (both(edited(0.1), converted("s2tw")), True),
    "cut to 50 %, syndicated": (cut(0.5), True),
    "cut to 50 %, edited": (both(cut(0.5), edited(0.1)), False),
    "syndicated on both sides": (lambda text, rng: text, True),
}


def other_numbers(text: str, rng: random.Random) -> str:
    def another(match: re.Match[str]) -> str:
        low, high = (0, 10) if len(match[0]) == 1 else (10 ** (len(match[0]) - 1), 10 ** len(match[0]))
        if re.fullmatch(r"(?:19|20)\d\d", match[0]):
            low, high = 2001, 2027
        while (number := str(rng.randrange(low, high))) == match[0]:
            pass
        return number

    return re.sub(r"\d{1,18}", another, text)


def other_places(text: str, rng: random.Random) -> str:
    shifted = dict(zip(PLACES, rng.sample(PLACES, len(PLACES)), strict=True))
    return re.sub("|".join(PLACES), lambda match: shifted[match[0]], text)


def rewritten(items: Sequence[str], n: int, rng: random.Random, strange: Sequence[str]) -> str:
    """Of 60 % of the text, each sentence is another text's."""
    parts, spare = sentences(items[n]), [s for _ in range(4) for s in sentences(rng.choice(strange))]
    rest = 0.6 * len(items[n])
    for at in rng.sample(range(len(parts)), len(parts)):
        if rest > 0:
            rest -= len(parts[at])
            parts[at] = rng.choice(spare)
    return "".join(parts)


def quoting(items: Sequence[str], n: int, rng: random.Random, strange: Sequence[str]) -> str:
    """A quarter of the new text is one passage of the item."""
    own = rng.choice(strange)
    length = min(len(own) // 3, len(items[n]) // 2)
    start = rng.randrange(len(items[n]) - length)
    half = own.find("\n") + 1 or len(own) // 2
    return own[:half] + items[n][start : start + length] + own[half:]


def digest(items: Sequence[str], n: int, rng: random.Random, strange: Sequence[str]) -> str:
    """The first sentence or two of the item, among those of others."""
    told = [items[n], *(rng.choice(items) for _ in range(rng.randrange(4, 8)))]
    rng.shuffle(told)
    return "\n".join("".join(sentences(text)[: rng.choice((1, 2))])[:160] for text in told)


def whole_digest(items: Sequence[str], n: int, rng: random.Random, strange: Sequence[str]) -> str:
    """The whole item among other whole items."""
    told = [items[n], *(rng.choice(items) for _ in range(rng.randrange(3, 6)))]
    rng.shuffle(told)
    return "\n".join(told)


def same_frame(items: Sequence[str], n: int, rng: random.Random, strange: Sequence[str]) -> str:
    """Another text in the frame of the item, which is archived with it (see `archived`)."""
    header, footer = _own_frame(items, n)
    return header + rng.choice(strange) + footer


OTHERS: dict[str, Other] = {
    "all numbers other": lambda items, n, rng, strange: other_numbers(items[n], rng),
    "numbers and places other": lambda items, n, rng, strange: other_places(other_numbers(items[n], rng), rng),
    "60 % rewritten": rewritten,
    "quoting 25 %": quoting,
    "digest of leads": digest,
    "digest of whole items": whole_digest,
    "same frame": same_frame,
}
IN_FRAMES = {"syndicated on both sides", "same frame"}
"""The kinds whose item is archived in a frame of its own."""


def _own_frame(items: Sequence[str], n: int) -> tuple[str, str]:
    return frame(items, random.Random(f"frame {n}"))


def archived(kind: str, items: Sequence[str], n: int) -> str:
    """Item `n` as the archive holds it when `kind` is asked."""
    header, footer = _own_frame(items, n) if kind in IN_FRAMES else ("", "")
    return header + items[n] + footer


def make(kind: str, items: Sequence[str], n: int, strange: Sequence[str], seed: int = 0) -> str:
    """The new text of this kind that is made from item `n`; what it holds besides is of the `strange` items, which are not
    archived, but for digests."""
    rng = random.Random(f"{kind} {n} {seed}")
    if kind in OTHERS:
        return OTHERS[kind](items, n, rng, strange)
    edit, framed = COPIES[kind]
    header, footer = frame(strange, rng) if framed else ("", "")
    return header + edit(items[n], rng) + footer


ZONES = "南昌 成都 武汉东湖 宁波 景德镇 上饶 宜春丰城 赣州 九江共青城 新余 鹰潭 抚州 吉安 长春 洛阳 襄阳".split()


def report(zone: str, year: int) -> str:
    """The yearly report of a zone: one template, other numbers each time."""
    rng = random.Random(f"{zone} {year}")
    some = [f"{rng.uniform(1, 900):.{rng.randrange(3)}f}" for _ in range(16)]
    return (
        f"{year}年,{zone}高新区完成地区生产总值{some[0]}亿元,同比增长{some[1]}%;规模以上工业增加值{some[2]}亿元,增长{some[3]}%;"
        f"固定资产投资增长{some[4]}%,其中工业投资占比{some[5]}%;实际利用外资{some[6]}万美元,增长{some[7]}%;财政总收入{some[8]}亿元。"
        f"全年新增高新技术企业{some[9]}家,总数达到{some[10]}家,科技型中小企业入库{some[11]}家,每万人发明专利拥有量{some[12]}件。"
        f"一年来,全区上下聚焦主导产业,坚持项目为王,全年引进重大项目{some[13]}个,其中百亿元项目{some[14]}个,开工率{some[15]}%。"
        "园区坚持创新驱动发展战略,着力优化营商环境,推动主导产业集聚,经济运行总体平稳、稳中有进。下一步,园区将继续深化改革,"
        "扩大高水平对外开放,抓好重大项目落地,加强人才引进和培育,完善公共服务配套,守牢安全生产底线,确保完成全年目标任务。"
    )


def notice(zone: str, year: int) -> str:
    """The yearly notice of a zone: hardly a number but the year and the date."""
    rng = random.Random(f"notice {zone} {year}")
    return (
        f"{zone}高新区关于开展{year}年度科技计划项目申报工作的通知\n各有关单位:为深入实施创新驱动发展战略,加快培育科技创新主体,"
        f"现就组织开展{year}年度{zone}高新区科技计划项目申报工作通知如下。一、申报对象:在{zone}高新区注册、纳税,具有独立法人资格的企业、高等院校和"
        "科研机构。二、申报要求:申报单位应具备完成项目所需的技术条件和资金保障,信用状况良好,无重大违法违规记录,同一单位不得多头申报。三、申报"
        f"程序:申报单位登录管理平台在线填写申报书,经主管部门审核推荐后提交。申报截止时间为{rng.randrange(3, 10)}月"
        f"{rng.randrange(10, 29)}日17时,逾期不予受理。四、联系方式:{zone}高新区科技局,"
        f"联系人{rng.choice(NAMES)},电话{rng.randrange(10**7, 10**8)}。"
    )
