"""What the lines around an article say of it: labelled fields, and the names of those who wrote it.

fields("2021-05-21 来源：南昌高新区 作者：张三")
-> (("", "2021-05-21"), ("origin", "南昌高新区"), ("author", "张三"))
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

from scrapers.dates import find_date

MOST = 160
"""Characters of a line of fields; a longer one is prose that happens to hold a label."""

_NAMES = {
    "origin": "(?<!数据)(?<!图片)(?<!素材)(?<!资料)(?<!视频)(?<!资金)(?<!收入)(?<!经费)"
    "(?:信息|稿件|文章|新闻|内容|本文|消息|资讯)?(?:来源|來源)(?:于|自)?|稿源|出处|出自|转载?自",
    "author": "作者|本报记者|记者|通讯员|撰稿人?|撰文|执笔人?|供稿人?",
    "editor": "(?:责任|本文|值班|网络)?编辑|責任編輯|责编|编发",
    "date": "(?:发布|发表|发稿|刊发|刊登|出版|录入|添加|创建|上传|信息)(?:于|時間|时间|日期)|时间|日期|時間",
    "updated": "(?:最后|最近)?更新(?:于|时间|日期)?",
    "": "(?:点击|浏览|阅读|访问|点播|评论|回复|跟帖|收藏)(?:次?数|量|人数|次)?"
    "|字[号体]|分享[到至]?|关键[字词]|标签|栏目|分类|类别|编号|索引号|文号|发文字号|主题词|主题分类|(?:发文|发布|成文|生成|公开|有效|失效|生效|责任)(?:机构|机关|单位|日期|时间|性|部门)|标题|校对|审核|初审|终审|复审|审签|监制|主编"
    "|摄影|摄像|制图|制作|视频|翻译|编译|策划|所属|联系人|电话|邮箱|地址",
}
_ANY = "|".join(f"(?P<{kind or 'other'}>{names})" for kind, names in _NAMES.items())
_LABEL = re.compile(rf"(?:{_ANY})\s*[:：]\s*")
_BARE = re.compile(rf"(?:\A|(?<=[\s|｜丨【\[(（·]))(?:{_ANY})(?:\s*[丨|｜/／]\s*|\s+(?=[\u4e00-\u9fff])|(?=[A-Z]))")
_SPACED = re.compile(r"(?<=[来作编责标索时日文])\s+(?=[源者辑号间期题编])|(?<=[引任])\s+(?=[号编])")
_FURNITURE = re.compile(
    r"\s*(?:\d+\s*人参与|网友评论|我有话说|我要评论|我来说两句|参与评论|打印|字号|字体|放大|缩小|默认|[大小]\s*中\s*[大小]|分享|收藏|点击|浏览|阅读"
    r"|返回|举报|纠错|订阅|\+?关注|【|(?<=.)\[|[（(]|(?:19|20)\d\d\s*[-年./]|https?:|\b\d+次|[|｜丨>]|\s-\s).*"
)
_EDGES = " \t　|｜丨/／,，;；:：。、.[]【】()（）<>-—_*"
_NOBODY = frozenset(
    "未知 佚名 匿名 网络 本站 本网 原创 转载 admin 管理员 网站管理员 系统管理员 编辑部 综合 不详 无 小编 None null".split()
)

_SURNAMES = frozenset(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟"
    "熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤常温康施文牛樊葛邢安齐易乔伍庞颜倪庄聂章鲁岳翟殷詹申欧耿关兰焦俞左柳甘祝包宁尚符舒"
    "阮柯纪梅童凌毕单季裴霍涂成苗谷盛曲翁冉骆蓝路游辛靳管柴蒙鲍华喻祁房蒲滕屈饶解牟艾尤阳时穆农司卓古吉缪简车项连芦麦褚娄窦戚岑景党宫费卜冷晏席卫米柏"
    "宗瞿桂全佟应臧闵苟邬边卞姬师和仇栾隋商刁沙荣巫寇桑郎甄丛仲虞敖巩明佘池查麻苑迟邝官封谈匡鞠惠荆乐冀郁胥南班储原栗燕楚鄢劳谌奚皮粟冼蔺楼盘满闻位厉"
    "伊仝区郜海阚花权强帅屠豆朴盖练廉禹井祖漆巴丰支卿国狄平计索宣晋相初门云容敬来扈晁芮都普阙浦戈伏鹿薄邸雍辜羊阿乌母裘亓修邰赫杭况那宿鲜印逯隆茹诺战"
    "慕危玉银亢嵇哈湛宾戎勾茅利於呼居揭干但尉冶斯元束檀衣信展阴昝智幸奉植衡富尧闭由风"
)
_DOUBLE = (
    "欧阳",
    "上官",
    "司马",
    "诸葛",
    "皇甫",
    "东方",
    "尉迟",
    "公孙",
    "慕容",
    "令狐",
    "司徒",
    "夏侯",
    "端木",
    "南宫",
)
_NO_NAME = re.compile(
    r".*[区县市省报网社局部厅委会院所办处室厂镇村路园司行讯电版图日月年闻题息读港品号页站台级]\Z|高新.*|方案|金融|安全|文件|文章|任务|时间|白皮书|成果"
)
_REPORTERS = re.compile(r"[(（【]([^()（）【】]{0,16}(?:记者|通讯员|特派员)[^()（）【】]{2,48})[)）】]")
_CLOSING = re.compile(r"[(（]\s*([^()（）]{2,40}?)\s*[)）]\s*\Z")
_CREDIT = re.compile(
    r"\s*[【\[(（]?\s*(?:文字?|执笔|撰文|文图|图文|文[/／]图|图[/／]文)\s*[/／丨|｜:：]\s*([^。，？！]{2,36}?)\s*[】\])）]?\s*\Z"
)
_ROLE = re.compile(r".*?(?:记者|通讯员|特派员|评论员|撰稿人|撰稿|专栏作者|作者|实习生|执笔人?)\s*[:：]?\s*")
_AFTER_NAMES = re.compile(
    r"\s*(?:发自|出自|来源|来自|报道|综合报道|整理|整合|摄影|摄|编译|/|／|受访者|供图|文图|图文|(?<=\s)[文图]\Z|\d|[\u4e00-\u9fff]{2,6}(?:报道|专电|电)\Z).*"
)
_ROLES_BETWEEN = re.compile(r"\s*(?:本报|本网|见习|特约|实习)?(?:记者|通讯员|实习生|摄影)\s*[:：]?\s*")


@lru_cache(maxsize=512)
def fields(line: str) -> tuple[tuple[str, str], ...]:
    """The fields of one line, in order, as (kind, value): origin, author, editor, date, updated, or an empty kind for what
    carries another label or none. A line without any label gives itself, with an empty kind.

    Kept for the lines of the page at hand: each of its fields is looked for in all of them.
    """
    line = _SPACED.sub("", line[:MOST])
    labels = sorted(
        (match for pattern in (_LABEL, _BARE) for match in pattern.finditer(line)), key=lambda one: one.start()
    )
    found: list[tuple[str, str]] = []
    at, kind = 0, ""
    for label in labels:
        if label.start() >= at or not found:
            found.append((kind, line[at : label.start()]))
            at, kind = label.end(), (label.lastgroup or "").removesuffix("other")
    found.append((kind, line[at:]))
    return tuple((kind, value.strip()) for kind, value in found if value.strip())


def is_byline(line: str) -> bool:
    """A line that says nothing but fields: a label and its value, or a date with little beside it."""
    told = fields(line)
    if len(line) > 110 or re.search("[。；？！]", line):
        return False
    return any(kind for kind, _ in told) or (len(line) < 60 and find_date(line) is not None) or len(told) > 1


def origin(line: str) -> str | None:
    """The name after 来源： in a line, or None."""
    told = next((value for kind, value in fields(line) if kind == "origin"), None)
    return _name(told) if told else None


def editor(line: str) -> str | None:
    """The name after 责任编辑： in a line, or None."""
    told = next((value for kind, value in fields(line) if kind == "editor"), None)
    if not told:
        return None
    name = _name(re.sub(r"_\w+\Z|_NT?\d+", "", told))
    return name if name and len(name) <= 20 else None


def author(line: str) -> str | None:
    """The names after 作者：, 记者：, 文/ … in a line that is a byline, or None."""
    told = next((value for kind, value in fields(line) if kind == "author"), None)
    if told is None and (credit := _CREDIT.match(line)):
        told = credit[1]
    if told is None and len(line) < 46 and re.search("记者|通讯员", line) and not re.search("[。，？！]", line):
        told = line
    return _people(told) if told else None


def reporters(first: Iterable[str], last: Sequence[str]) -> str | None:
    """The names in brackets that a report begins or ends with: `(记者 张三 李四)`, `(张三 上海报道)`; or None."""
    for line in first:
        if told := _REPORTERS.search(line[:120]):
            return _people(told[1])
    for line in reversed(last):
        closing = _CLOSING.search(line)
        if closing and re.search("记者|通讯员|特派员", closing[1]):
            return _people(closing[1])
        if closing:
            names = _AFTER_NAMES.sub("", closing[1])
            return " ".join(names.split()) if _all_names(names) else None
    return None


def names_alone(line: str) -> str | None:
    """The names of which a line consists, all of them with a Chinese surname; or None."""
    text = line.strip(_EDGES)
    return text if 1 < len(text) <= 24 and _all_names(text) else None


def _name(told: str) -> str | None:
    """A name without what stands around it."""
    name = told.strip(_EDGES)
    name = _FURNITURE.sub("", name).strip(_EDGES)
    return name if 1 < len(name) <= 36 and name not in _NOBODY and not re.search("[。？！]", name) else None


def _people(told: str) -> str | None:
    """Names, without the role before them and the place after them."""
    names = _AFTER_NAMES.sub("", _ROLE.sub("", told, count=1).strip(_EDGES))
    names = " ".join(_ROLES_BETWEEN.sub(" ", names).split())
    return _name(names)


def _all_names(text: str) -> bool:
    names = [name for name in re.split(r"[\s、,，;；]+", text.strip()) if name]
    return bool(names) and all(_is_name(name) for name in names)


def _is_name(text: str) -> bool:
    """Two to four Han characters that begin with a surname, and are no everyday word of the kind that stands alone."""
    if not re.fullmatch(r"[\u4e00-\u9fff]{2,4}", text) or _NO_NAME.fullmatch(text):
        return False
    return text.startswith(_DOUBLE) or (text[0] in _SURNAMES and len(text) < 4)
