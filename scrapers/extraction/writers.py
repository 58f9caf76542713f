"""The persons whom a line names as the writers of a text: authors, reporters, correspondents, speakers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from scrapers.extraction.byline import ASIDE, NOBODY, SAID, SLASHED, WRITES, fields, name_in
from scrapers.extraction.names import BETWEEN, EDGES, all_names, is_name

_REPORTERS = re.compile(
    r"[(（【\[]([^()（）【】\[\]]{0,16}(?:记者(?![站团节])|記者(?=\s)|通讯员|特派员)[^()（）【】\[\]]{2,48})[)）】\]]"
)
_NAME = r"(?!通[讯訊])[\u4e00-\u9fff]{2,3}"
_TRADITIONAL = re.compile(
    r"[(（〔【][^()（）]{0,6}記者([\u4e00-\u9fff]{3})[/／]?[\u4e00-\u9fff]{2,4}(?:\d{1,2}日電|報導)[)）〕】]"
)
"""`（中央社記者王小明台北2日電）`, `〔記者王小明／台北報導〕`."""
_LEAD = re.compile(
    rf"\W*(?:[\u4e00-\u9fff]{{2,10}}[讯电]\s*)?[\u4e00-\u9fff]{{0,10}}?[记記]者\s*({_NAME}(?:[、\s]{_NAME})*)"
    rf"(?:\s*通[讯訊][员員]\s*({_NAME}(?:[、\s]{_NAME})*))?(?:\s*报道)?(?=\s(\d)?|[:：])"
)
"""`本报讯 记者李明 通讯员穆小青 昨日，…`: the names end at a space."""
_WIRED = re.compile(r"\W*[\u4e00-\u9fff]{3,14}\d{1,2}月\d{1,2}日[电讯]\s*[(（]([\u4e00-\u9fff、\s]{2,20})[)）]")
"""`星河网星河5月21日电 （王小明）`"""
_CLOSING = re.compile(r"[(（]\s*([^()（）]{2,60}?)\s*[)）]\s*\Z")
_OPENING = re.compile(r"\W{0,2}[(（【]\s*文\s*[/／丨|｜]\s*([^()（）【】/／]{2,24}?)\s*[)）】]")
"""`（文/星河网 王小明）昨日，…`"""
_CREDIT = re.compile(
    r"\s*[【\[(（]?\s*(?:(?:文[/／]图|图[/／]文|文图|图文)\s*[\s/／丨|｜:：]|(?:文|执笔|撰文)\s*[/／丨|｜:：])"
    r"\s*([^。，？！,?!]{2,36}?)\s*[】\])）]?\s*\Z"
)
_WRITTEN = re.compile(r"(?:文|作者|撰文|采写|执笔)\s*[/／|｜丨:：]")
_PICTURED = re.compile(
    r"(?:.*\d\s)?(?:\s*[\u4e00-\u9fff]{2,10}[网报社台端刊]\s+)?(?:[\u4e00-\u9fff]{0,10}[记記]者\s*)?([\u4e00-\u9fff\s、]{2,16}?)"
    r"\s*(?:摄影报道|摄影[/／、]报道|文[/／][图摄]|图[/／]文|(?<=\s)文\s+[\u4e00-\u9fff\s、]{2,12}\s[图摄])\W*"
)
"""`2021-05-21 星河新闻网　王小明 摄影报道`, `王小明 文 李国强 摄`"""
_BY_COMMA = re.compile(r"\W*(?:作者|Author)\s*[,，]\s*([\u4e00-\u9fff·]{2,16}(?:\s*[(（][A-Za-z .'’-]{3,40}[)）])?)\s*")
"""`作者，伊莎贝尔（Isabel Smith）`"""
_EDITED = re.compile(r"\s*本[贴帖]最后由\s*\S{2,16}\s*于\s*[\d\s:/年月日-]{8,24}编辑\s*")
_SUPPLIED = re.compile(r"供稿\s*[:：]\s*\S{3,16}\s+([\u4e00-\u9fff]{2,3})(?=\s|\Z)")
"""`供稿：城西街道妇联 王小明`: an office and its writer."""
_SPEAKER = re.compile(
    r"\W*[\u4e00-\u9fff、·]{2,24}(?:书记|长|主任|主席|委员|代表|总裁|经理)\s+([\u4e00-\u9fff](?:\s?[\u4e00-\u9fff]){1,3})\W*"
)
"""`中共星河市委书记 王小明`, below a speech's title."""
_COMMENTATOR = re.compile(r"\W*[\u4e00-\u9fff]{0,6}(?:评论员|撰稿人|专栏作者)\s+([\u4e00-\u9fff·]{2,4})\W*")
"""`星河特约评论员 与归`: the name may be a pen name."""
_DAY = re.compile(r"\A\W*(?:19|20)\d\d\s*[-/.年]\s*\d{1,2}\s*[-/.月]\s*\d{1,2}\s*日?(?:\s*\d{1,2}:\d\d(?::\d\d)?)?\s+")
_ROLE = re.compile(
    r"(.*?)(?:(?:主治|主任|住院|执业)医师(?=\s)|[记記]者(?![团站节])"
    r"|(?<=網)編譯|通讯员|特派员|评论员|撰稿人|撰稿|专栏作者|作者|实习生|执笔人?)\s*[:：]?\s*"
)
_COLUMNIST = re.compile(
    r"\W*[\u4e00-\u9fff]{0,4}《[^《》]{2,12}》\s*[\u4e00-\u9fff]{0,6}"
    r"(?:[记記]者|专栏作家|编辑|主编|撰稿人)\s*"
)
"""`英国《星河时报》专栏作家 王小明`: medium and office."""
_OFFICE = re.compile(
    r"([\u4e00-\u9fff]{0,12}?)(?:[校院局部处科会]长|书记|主任|主席|教授|研究员)\s+([\u4e00-\u9fff]{2,4})"
)
"""`校长 王小明`: an office and who holds it."""
_AFTER_NAMES = re.compile(
    r"\s*(?:(?:责任|每经|网络|本文)?(?:编辑|校对|审核|责编|美编)(?=[\s/／:：]|\Z)"
    r"|发自|出自|来源|来自|报道|综合报道|整理|整合|摄|编译|[/／](?=[文图摄编供])|受访者|供图|文图|图文"
    r"|(?<=\s)[文图](?:[/／][文图])?\Z|\s(?:图|制图|绘图|配图|图片|视频|海报|设计)\s*[/／]"
    r"|\d|[\u4e00-\u9fff]{2,6}(?:报道|电)\Z).*"  # a date, or a place: `北京报道`
)
_PHOTOGRAPHER = re.compile(r"[^文字采写/／]*[^影/／]\s?摄\W*")
_POSTED = re.compile(
    r"\s*(?:由|楼主[:：]?)?\s*(?!本文|原文|文章|首[次先]|最[早初]|#?\d+(?:#|楼|樓)?\s)([^\s:：]{2,16}?)\s*(?:发表于?|张贴)\s*@?\s*(?=(?:19|20)\d\d\s*[-/.年])"
    r"|\s*posted\s*@\s*[\d-]{8,10}\s[\d:]{4,8}\s+(\S{2,20})\s+阅读"
    r"|\s*本[贴帖]最后由\s*(\S{2,16})\s*于\s*(?=(?:19|20)\d\d\s*[-/.年])"
    r"|\s*本[贴帖]由\s*([^\s:：]{2,16}?)\s*于\s*(?=(?:19|20)\d\d\s*[-/.年])"
)
_REMARK = re.compile(r"(?<=[\u4e00-\u9fff]{2})\s*(?:[(（《]|[,，]\s*(?:系|为|现[任为]|单位)).*")
"""What is said of an author: `王小明（本网特约评论员）`, `王小明，系星河大学教授`, `王小明 《星河日报》（2021年05月21日）`."""
_FROM_OFFICE = re.compile(
    r"[\u4e00-\u9fff]{1,14}(?:[办局委科部处室镇乡]|中心|街道|社区|公司|集团|学院|支部|工会|融媒体?)\s+([\u4e00-\u9fff\s、]{2,20})"
)
"""`（厂办 王小明）`: who sent a report in."""
_ROLES_BETWEEN = re.compile(r"[\s、,，]*[□■◆●]?\s*([\u4e00-\u9fff]{1,10}?)?(?:记者|通讯员|实习生|摄影)\s*[:：]?\s*")
"""The role of the next person, with the medium: `王小明、本报记者 李国强`, `王小明 星河周末实习生 李国强`."""


def author(line: str) -> str | None:
    """The names after 作者：, 记者：, 文/ … in a byline, or None."""
    if posted := _POSTED.match(line):
        return name_in(next(filter(None, posted.groups())))
    if "/" in line and (slashed := SLASHED.search(line)) and all_names(slashed[2]):
        return slashed[2]
    if commaed := _BY_COMMA.fullmatch(line):
        return commaed[1]
    if pictured := _pictured(line):
        return pictured
    if ":" not in line and re.search("[记記]者.*通[讯訊][员員]", line) and (names := _names_in(line)):
        return names
    found = fields(line)
    told = [value for kind, value in found if kind == "author"]
    is_alone = not told or all(kind in ("", "author") for kind, _ in found)
    if is_alone and (credit := _CREDIT.match(_DAY.sub("", line))):
        told = [_after_medium(credit[1])]
    told = told or [value for kind, value in found if kind == "supplier" and all_names(name_in(value) or "")]
    if told:
        return " ".join(dict.fromkeys(filter(None, map(_people, told)))) or None
    if "供稿" in line and (supplied := _SUPPLIED.search(line)) and is_name(supplied[1]):
        return supplied[1]
    if (comments := _COMMENTATOR.fullmatch(line)) and comments[1] not in NOBODY:
        return comments[1]
    return _names_in(line) if re.search("[记記]者|通[讯訊][员員]|網編譯", line) else None


def _after_medium(told: str) -> str:
    """The names in `文/汽车之友 王小明`, where the medium comes first."""
    medium, _, behind = told.partition(" ")
    return behind if len(medium) > 3 and not is_name(medium) and all_names(behind) else told


def is_writer(line: str) -> bool:
    """Whether a line holds only the writer, after a comma, or only a note on who last edited a post."""
    return _BY_COMMA.fullmatch(line) is not None or _EDITED.fullmatch(line) is not None


def speaker(line: str) -> str | None:
    """The name beside an office, below a speech's title; or None."""
    told = _SPEAKER.fullmatch(line)
    return told[1] if told and all_names(told[1]) else None


def _names_in(line: str) -> str | None:
    """The reporters' names in a line with little else, or None."""
    if len(line) >= 46 or re.search("[。，？！,?!]", line):
        return None
    names = _people(line)
    spaced = re.search(r"[者员員](?:\s+[\u4e00-\u9fff]{2,4}(?![\u4e00-\u9fff])|[\u4e00-\u9fff]{2,4}发自)", line)
    return names if names and (spaced or all_names(names)) else None


def aside(line: str) -> str | None:
    """The reporter after the medium in an origin field, `来源：经济日报 乔金亮`; or None."""
    told = next((value for kind, value in fields(line) if kind == "origin"), "")
    found = ASIDE.fullmatch(told)
    return found[2] if found and len(found[2]) > 2 and is_name(found[2]) else None


def reporters(first: Iterable[str], last: Sequence[str]) -> str | None:
    """The reporters' names at a report's beginning or end: `(记者 张三 李四)`, `(张三 上海报道)`; or None."""
    for line in first:
        if (told := _OPENING.match(line[:60])) and all_names(names := _after_medium(told[1])):
            return names
        if told := _TRADITIONAL.search(line[:60]):
            return told[1]
        if told := _REPORTERS.search(line[:120]):
            return _people(told[1])
        if (told := _WIRED.match(line[:60])) and all_names(told[1]):
            return " ".join(told[1].split())
        told = _LEAD.match(line[:60])
        if told and all_names(told[1]) and all_names(told[2] or told[1]) and (len(told[1]) > 2 or told[2] or told[3]):
            return " ".join(" ".join(filter(None, told.groups()[:2])).split())  # two characters may be a verb
    for line in reversed(last):
        closing = _CLOSING.search(line)
        if closing and not _PHOTOGRAPHER.fullmatch(closing[1]):
            return _signed(closing[1])
    return None


def _signed(told: str) -> str | None:
    """The writers in the brackets that close a report, or None."""
    if pictured := _pictured(told):
        return pictured
    if re.search("记者(?![站团节])|通讯员|特派员", told):
        return _people(told)
    if _WRITTEN.search(told) and (found := author(told)):
        return found
    signed = _AFTER_NAMES.sub("", told)
    office = _FROM_OFFICE.fullmatch(signed)
    names = _without_roles(office[1] if office else signed)
    return names if all_names(names) else None


def _pictured(line: str) -> str | None:
    """The writer of a line that also names who took the pictures, or says that the writer did."""
    told = _PICTURED.fullmatch(line) if "摄" in line or "图" in line else None
    return told[1].strip() if told and all_names(told[1]) else None


def _begins_with_name(before: str) -> bool:
    """Whether the words before a role begin with a person's name. Two characters right before it are a medium (`南都记者`)."""
    first = BETWEEN.split(before.strip(EDGES))[0]
    return is_name(first) and (len(first) > 2 or len(before) > len(first))


def _without_roles(names: str) -> str:
    """Names on one line, without the roles between them and the media before these."""
    return " ".join(_ROLES_BETWEEN.sub(lambda role: f" {role[1] if is_name(role[1] or '') else ''} ", names).split())


def _people(told: str) -> str | None:
    """Names without a role before them, or a place or a remark after them."""
    if _PHOTOGRAPHER.fullmatch(told):
        return None
    told = WRITES.sub("", _REMARK.sub("", _COLUMNIST.sub("", told)))
    role = _ROLE.match(told)
    is_first = role is not None and not _begins_with_name(role[1])  # else names stand before it too
    names = _AFTER_NAMES.sub("", (told[role.end() :] if role and is_first else told).strip(EDGES))
    name = name_in(_without_roles(names))
    if name is None or SAID.search(name) or (re.search("[,，]", name) and not all_names(name)):
        return None
    office = _OFFICE.fullmatch(name)
    return office[2] if office and is_name(office[2]) and not is_name(office[1]) else name
