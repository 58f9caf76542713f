"""Recognises names of Chinese persons, and words that only begin like one."""

from __future__ import annotations

import re

EDGES = " \t　|｜丨/／,，;；:：。、.[]【】()（）<>-—_*·•□■●◆▲"
"""Characters around a name on a line of its own."""
_SURNAMES = frozenset(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟"
    "熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤常温康施文牛樊葛邢安齐易乔伍庞颜倪庄聂章鲁岳翟殷詹申欧耿关兰焦俞左柳甘祝包宁尚符舒"
    "阮柯纪梅童凌毕单季裴霍涂成苗谷盛曲翁冉骆蓝路游辛靳管柴蒙鲍华喻祁房蒲滕屈饶解牟艾尤阳时穆农司卓古吉缪简车项连芦麦褚娄窦戚岑景党宫费卜冷晏席卫米柏"
    "宗瞿桂全佟应臧闵苟邬边卞姬师和仇栾隋商刁沙荣巫寇桑郎甄丛仲虞敖巩明佘池查麻苑迟邝官封谈匡鞠惠荆乐冀郁胥南班储原栗燕楚鄢劳谌奚皮粟冼蔺楼盘满闻位厉"
    "伊仝区郜海阚花权强帅屠豆朴盖练廉禹井祖漆巴丰支卿国狄平计索宣晋相初门云容敬来扈晁芮都普阙浦戈伏鹿薄邸雍辜羊阿乌母裘亓修邰赫杭况那宿鲜印逯隆茹诺战"
    "張劉陳楊黃趙吳孫馬許韓馮鄧葉蘇呂蔣賈鄭謝羅鍾鐘盧薑譚陸範鄒閻龍賀顧龔萬錢嚴賴莊聶魯單關蘭齊龐顏溫湯鄔倪連簡邱藍歐遊詹紀塗閔童駱衛馮喬畢饒俞"
    "傅洪赖阎萧蕭贝诸钮羿汲邴糜隗宓酆贲蓟莘贡逄郦璩濮郏宦暨蔚訾毋巢蒯竺缑汝钦谯笪庹"
    "庾荀郗桓慕危玉银亢嵇哈湛宾戎勾茅利於呼居揭干但尉冶斯元束檀衣信展阴昝智幸奉植衡富尧闭由风"
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
    r".*[区县市省报网社局部厅委会院所办处室厂镇村路园司行讯电版图字日月年闻题息读港品号页站台级庄口岛"
    r"化性率费员者机器词房队表线片人圈类轴库]\Z|高新.*|.*(?:访客|网友|读者|用户|会员|游客|嘉宾)"
    r"|方案|金融|安全|文件|文章|任务|时间|白皮书|成果|全(?:[国文民]|媒体?)|国[际内家]|时[政事评]|连载|万元|关注|高质量"
    r"|房地产|解放军|马鞍山|平顶山|安徽|江[苏西]|云南|甘肃|宁夏"
    r"|方法|温馨|和谐|文[化明旅]|经济|农业|卫生|水利|项目|应急|支部|常态|康养"
)
"""Places, offices and everyday words that begin with a surname."""
_NO_SPACED = frozenset(
    "简介 简报 简讯 简历 申报 申请 计划 安排 明细 时评 时讯 时尚 于是 党建 文摘 文学 文苑 文艺 成绩 经验 经典 花絮 路线 路况"
    " 牛市 车市 房产 商讯 商业 商务 石油 游记 任免 任命 应用 管理 信息 信访 祝福 贺词 贺信 广告 元旦 曲艺 展览 相关 相册 风采"
    " 温州 常州 成都 柳州 巴黎".split()
)
"""Headings that are spaced like a short name."""
_PEN = re.compile(r"(?=.*[^\W\d_])[\w\u4e00-\u9fff·.\- ]+")
_NO_PEN = re.compile(
    r"(?:报|報|网|網|社|新闻|新聞|周刊|杂志|电视台?|电台|广播|频道|客户端|融媒体?|卫视|之声|在线|财经|科技|发布"  # media
    r"|政府|中心|局|委|厅|部|处|院|所|公司|集团|大学|学院|医院|医生|官方|官微|平台|传媒|媒体|日报|观察"
    r"|编辑|小编|作者|管理员|博客|专栏|联盟|协会|银行|证券)\Z"
    r"|\A(?:发表|发布|收录|来自|阅读|IP|关注|登录|注册|分享|收藏|订阅|编辑|原创|转载|作者|楼主|匿名|佚名"  # buttons
    r"|本站|本网|网络|admin|管理员|查看|更多)",
    re.IGNORECASE,
)
"""The endings of media, offices and firms, and the beginnings of buttons."""
BETWEEN = re.compile(r"[\s、,，;；/]+")
_APART = re.compile(r"(?<![\u4e00-\u9fff])([\u4e00-\u9fff])\s([\u4e00-\u9fff])(?![\u4e00-\u9fff])")
"""A name of two characters, spaced to the width of three."""


def names(text: str) -> str | None:
    """The names that make up a text, all with a Chinese surname; or None."""
    text = text.strip(EDGES)
    return text if 1 < len(text) <= 24 and all_names(text) else None


def names_alone(line: str) -> str | None:
    """`names` of a line of its own. One must have three characters, as many words of two look like names."""
    found = names(line)
    return found if found and any(len(name) > 2 for name in BETWEEN.split(found)) else None


def name_spaced(line: str) -> str | None:
    """A two-character name alone on a line, spaced to the width of three: `程 诺`; or None."""
    text = line.strip(EDGES)
    name = _APART.sub(r"\1\2", text) if _APART.fullmatch(text) else ""
    return text if name not in _NO_SPACED and is_name(name) else None


def all_names(text: str) -> bool:
    """Whether a text consists of names only."""
    return bool(each_name(text))


def each_name(text: str) -> list[str]:
    """The names of a text that consists of names only; none of any other."""
    found = [name for name in BETWEEN.split(_APART.sub(r"\1\2", text.strip())) if name]
    return found if all(is_name(name) for name in found) else []


def is_pen_name(text: str) -> bool:
    """Whether a text may be a pen name, and is not a medium, an office or a button."""
    return 1 < len(text) <= 16 and _PEN.fullmatch(text) is not None and _NO_PEN.search(text) is None


def is_name(text: str) -> bool:
    """Whether a text is two to four Han characters that begin with a surname, and not an everyday word that stands alone."""
    if not re.fullmatch(r"[\u4e00-\u9fff]{2,4}", text) or _NO_NAME.fullmatch(text):
        return False
    return text.startswith(_DOUBLE) or (text[0] in _SURNAMES and len(text) < 4)
