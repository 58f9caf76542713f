"""Lines that announce an event: its place, time and speaker, which are not the article's own fields."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import takewhile

_PLACE_OR_PEOPLE = re.compile(r"\W*(?:(?:活动|会议|比赛|培训|报名|举办)?地[点址]|主持人?|出席|参加人员|参会)\s*[:：]")
_DETAIL = re.compile(
    r"\W*(?:(?:报告|讲座|活动|会议|演讲|主讲)?(?:时间|日期)"
    r"|(?P<own>(?:报告|讲座|活动|会议)?(?:地点|题目|主题)|(?:报告|主讲|主持|演讲)(?:人|嘉宾)))\s*[:：]\s*\S"
)
"""A detail of an event. A time may be the article's; a place, a subject or a speaker is the event's `own`."""


def is_place_or_people(line: str) -> bool:
    """Whether a line gives an event's place or participants: a `时间：` beside it is the event's."""
    return _PLACE_OR_PEOPLE.match(line) is not None


def details_at_end(lines: Sequence[str]) -> int:
    """How many of the last lines give an event's speaker, time and place; 0 where there is only a date."""
    details = list(takewhile(bool, map(_DETAIL.match, reversed(lines))))
    return len(details) if len(details) > 1 and any(line and line["own"] for line in details) else 0
