"""When a page was published by its own account. A time is added where one of its lines gives it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import pairwise

from scrapers.dates import find_date, find_leaf
from scrapers.extraction import byline, events, scripts
from scrapers.extraction.around import NOTHING, Around, Told
from scrapers.extraction.titles import is_of_letters

_PUBLISHED = (
    "wechat:time pubdate publishdate publish_time article:published_time og:release_date weibo:article:create_at datepublished"
    " apub:time og:time dc.date og:published_time _pubtime bytedance:published_time publishtime pubtime maketime enp:date"
).split()
_UTC = re.compile(r"(?P<year>(?:19|20)\d\d)-\d\d-\d\d[T ](?P<time>\d\d:\d\d)(?::\d\d)?(?:\.\d+)?(?P<zone>Z|[+-]00:?00)")
_LINKED_DATA = ('"datePublished"', '"pubDate"')
_CLOCK = re.compile(r"今天是|现在时间|当前时间|北京时间|现在是|欢迎")
_PRINTED = re.compile(r"\W*(?:发布|发表|更新|刊发|發布|發佈)")
_DATED = re.compile(r"(?:19|20)\d\d\s*[-/.年][\d\s\-/.月日:]{5,24}(?:发表|张贴)")
_PAPER = re.compile(r"第\s*\w{1,4}\s*版|\b[A-Z]?\d{1,2}版|版面|往期|[上下]一[期版]|\A[一二三四五六日]\Z")
"""Text above an e-paper's articles, including the days of its calendar."""
_E_PAPER = re.compile("数字报|电子报|数字版|电子版")
_ALERT = re.compile(
    r"\W*[\u4e00-\u9fff]{2,20}(?:台|局|中心|指挥部|署)于?\s*(20\d\d年\d{1,2}月\d{1,2}日\s*\d{1,2}[时:：]\d{1,2}分?)\s*(?:继续|更新|变更)?发布"
)
"""The first words of a weather alert, with its time of issue."""
_COMMENTS = re.compile(r"\W*(?:网友|最新|热门|全部|精彩|用户)?(?:评论|留言|跟[帖贴])")
"""Dates below it belong to readers' comments, `网友 小明 发表于 2021-05-22`."""
_TIME_ALONE = re.compile(
    r"\W*(?:(?:北京|香港|[台臺]北)(?:时间|時間))?\s*\d{1,2}\s*[:时時]\s*\d\d分?(?:[:\d秒]{2,4})?\W*"
)
_MIDNIGHT = re.compile(r"T00:00(?::00)?\+")
"""The time that systems fill in where only a day is stored."""
_OTHERS = re.compile(
    r"\W*\w{0,4}(?:相关|推荐|最新|热[点门]|更多|猜你|延伸|[上下]一[篇条則则]|网友评论|发表评论|最近|往期|今日|图片新闻|\w{0,4}排行)"
)


def find(around: Around, meta: Mapping[str, str], text: str, stamps: Sequence[str] = (), whole: str = "") -> Told:
    """The date from a meta tag, linked data, a labelled line or a byline. Dates in running text or in the address do not
    count.

    text    the page's HTML, for its linked data (JSON-LD), and for its scripts where nothing else gives a date
    stamps  the `datetime` of each `<time>` beside the heading, where no visible line gives a date
    whole   `<title>`, which may mark an e-paper
    """
    found, place = _told(around, meta, text, stamps, whole)
    return (_with_time(found, around), place) if found else NOTHING


def _told(around: Around, meta: Mapping[str, str], text: str, stamps: Sequence[str], whole: str) -> Told:
    for name in _PUBLISHED:
        if found := _plausible(find_date(_as_shown(meta.get(name, ""), around))):
            return found, f"meta {name}"
    for name in _LINKED_DATA:
        at = text.find(name)
        stated = text[at + len(name) : at + len(name) + 40] if at >= 0 else ""
        if found := _plausible(find_date(_as_shown(stated, around))):
            return found, f"linked data {name[1:-1]}"
    is_paper = _E_PAPER.search(whole) is not None or any(map(_PAPER.search, around.above))
    for wanted in (*(["replied"] if is_of_letters(whole) else []), "date", "", "signed"):
        if told := _shown(around, wanted, is_paper):
            return told
    for stamp in stamps:
        if found := _plausible(find_date(stamp)):
            return found, "<time>"
    if found := _on_a_leaf(around.above[-3:-1]) or _on_a_leaf(around.before[:2]):
        return found, "beside the heading"
    if (script := scripts.stated(text)) and (found := _plausible(script.at)):
        return found, "script"
    for line in around.body[:2]:
        if alert := _ALERT.match(line):
            return find_date(alert[1]), "first words of an alert"
    return _shown(around, "updated", is_paper) or NOTHING


def _as_shown(told: str, around: Around) -> str:
    """`told` without its zone UTC, where the page shows its readers the same time: some systems write the time of China so."""
    utc = _UTC.search(told)
    if not utc:
        return told
    lines = (line for _, lines in around.places() for line in lines)
    told_so = (line for line in lines if len(line) < 90 and utc["year"] in line and utc["time"] in line)
    is_shown = any(not re.search("UTC|GMT|格林|[世国]\\S{0,3}标准时", line) for line in told_so)
    return told[: utc.start("zone")] if is_shown else told


def _shown(around: Around, wanted: str, is_paper: bool) -> tuple[str, str] | None:
    """The date in a line with such a label, from the likeliest place."""
    for place, lines in around.places():
        for n, line in enumerate(lines):
            is_readers = place == "below the article" and _COMMENTS.match(line)
            if is_readers or (not wanted and place == "below the article" and _OTHERS.match(line)):
                break
            if not wanted and place == "above the heading" and not (is_paper or _is_beside_credit(lines, n)):
                continue
            if (found := _plausible(_date_in(line, wanted))) and not _is_of_event(lines, n):
                return found, place
    return None


def _on_a_leaf(lines: Sequence[str]) -> str | None:
    """The date that one of these lines, or two adjacent ones, show as a calendar leaf."""
    for line in (*lines, *map(" ".join, pairwise(lines))):
        if found := _plausible(find_leaf(line)):
            return found
    return None


def _with_time(found: str, around: Around) -> str:
    """Add the time, where a byline or a line below the article gives one for the same day. Meta tags and signatures often give
    only the day."""
    if len(found) > len("2021-05-21") and not _MIDNIGHT.search(found):
        return found
    for place, lines in around.places():
        for n, line in enumerate(lines):
            if place == "above the heading" or (place == "below the article" and _OTHERS.match(line)):
                break
            if len(line) < 60 and found[:4] in line and not _is_of_event(lines, n):
                timed = _date_in(line, "date") or _date_in(line, "") or ""
                if timed == found[:10] and (time := _beside(lines, n)):
                    timed = find_date(f"{timed} {time}") or timed
                if timed.startswith(found[:10]) and len(timed) > len(found[:10]):
                    return timed
    return found[:10]  # midnight, where the page shows none, is how a system writes a day


def _beside(lines: Sequence[str], n: int) -> str:
    """An adjacent line that holds only a time, or an empty text."""
    beside = (*lines[n + 1 : n + 2], *lines[max(n - 1, 0) : n])
    return next((line for line in beside if _TIME_ALONE.fullmatch(line)), "")


def _plausible(found: str | None) -> str | None:
    """A date on which a page can have been published. Systems write 1970 for an empty date, and 2099 for "for ever"."""
    return found if found and "1994" < found < "2050" else None


def _is_beside_credit(lines: Sequence[str], n: int) -> bool:
    """Whether an origin or author is named on a line or next to it. Above the heading, an unlabelled date is the page's only
    there and in e-papers, as other sites show today's date."""
    near = (kind for line in lines[max(n - 2, 0) : n + 3] for kind, _ in byline.fields(line))
    return any(kind in ("origin", "author", "supplier", "editor") for kind in near)


def _is_of_event(lines: Sequence[str], n: int) -> bool:
    """`时间：` beside `地点：` is the time of an event. `发布时间：` above a firm's address is not."""
    if _PRINTED.match(lines[n]):
        return False
    return any(events.is_place_or_people(line) for line in (*lines[max(n - 2, 0) : n], *lines[n + 1 : n + 3]))


def _date_in(line: str, wanted: str) -> str | None:
    """The date in a field of this kind. A line without labels must hold little else."""
    if len(line) > byline.MOST or _CLOCK.search(line):
        return None
    if wanted == "date" and (at := _DATED.search(line)):
        return find_date(at[0])
    for kind, value in byline.fields(line):
        bare = (
            not wanted
            and kind not in ("date", "replied", "updated", "signed")
            and not (kind == "other" and re.match(r"\W*(?:\d\d)?\d\d\s*[-/.年]\s*\d", value))
        )
        if kind == wanted or bare:
            dated = find_date(byline.in_full(value) if wanted == "date" else value)
            if dated and (wanted or byline.dated(value)):
                return dated
    return None
