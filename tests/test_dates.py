"""Dates as Chinese pages print them, with the precision that was told and never more."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta, timezone

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from scrapers.dates import day_of, find_date, find_leaf

DAYS = st.dates(date(1900, 1, 1), date(2099, 12, 31))
MINUTES = st.times().map(lambda told: told.replace(second=0, microsecond=0))
STYLES = (
    "{0.year:04}-{0.month:02}-{0.day:02}",
    "{0.year}/{0.month}/{0.day}",
    "{0.year}.{0.month:02}.{0.day:02}",
    "{0.year}年{0.month}月{0.day}日",
    "发布时间：{0.year} 年 {0.month:02} 月 {0.day:02} 日　星期三",
    "（{0.year}－{0.month}－{0.day}）",
)


@pytest.mark.parametrize(
    ("printed", "iso"),
    [
        ("2021-05-21 17:11:49", "2021-05-21T17:11:49+08:00"),
        ("2015年04月08日10:05", "2015-04-08T10:05+08:00"),
        ("2015年04月08日 10时05分30秒", "2015-04-08T10:05:30+08:00"),
        ("２０２０年１月１７日　０９：３０", "2020-01-17T09:30+08:00"),
        ("２０２０年１月１７日", "2020-01-17"),
        ("2020/1/7", "2020-01-07"),
        ("2020.01.07", "2020-01-07"),
        ("2020-1-7 9:05", "2020-01-07T09:05+08:00"),
        ("2026-03-02T08:00:00Z", "2026-03-02T16:00:00+08:00"),
        ("2026-03-02T16:30:00.123+00:00", "2026-03-03T00:30:00+08:00"),
        ("2026-03-02T08:00:00+0800", "2026-03-02T08:00:00+08:00"),
        ("来源：高新区 2026-03-02 浏览 1024 次", "2026-03-02"),
        ("2026-13-01，改为 2026-03-02", "2026-03-02"),
        ("2020-01-17 00:00:00", "2020-01-17T00:00:00+08:00"),
        ("二〇二〇年一月十七日", "2020-01-17"),
        ("二○一五年十二月三十一日", "2015-12-31"),
        ("一九九八年元月十日", "1998-01-10"),
        ("二零二三年十一月二十日 10:05", "2023-11-20T10:05+08:00"),
        ("中華民國109年1月17日", "2020-01-17"),
        ("民國115年11月3日 下午3:05", "2026-11-03T15:05+08:00"),
        ("发表于 2006-5-1 08:05 PM", "2006-05-01T20:05+08:00"),
        ("2006-5-1 12:05 am", "2006-05-01T00:05+08:00"),
        ("2006-5-1 12:05 PM", "2006-05-01T12:05+08:00"),
        ("2006年5月1日 晚上 8:05:10", "2006-05-01T20:05:10+08:00"),
        ("2006年5月1日 晚上12:05", "2006-05-01"),
        ("2006年5月1日凌晨1:05", "2006-05-01T01:05+08:00"),
        ("2006年5月1日 中午12:05", "2006-05-01T12:05+08:00"),
        ("2006年5月1日上午10时5分", "2006-05-01T10:05+08:00"),
        ("2006-05-01 24:00", "2006-05-01"),
        ("2023年12月13日（星期三） 香港時間18時25分", "2023-12-13T18:25+08:00"),
        ("2024年9月11日 星期三 10:30AM", "2024-09-11T10:30+08:00"),
        ("2024-09-11 周三 20:05:01", "2024-09-11T20:05:01+08:00"),
        ("2024年9月11日 星期三 阅读 120", "2024-09-11"),
        ("撰稿:王小明 | 09年11月27日 | 点击:56", "2009-11-27"),
        ("Sep 20, 2021", "2021-09-20"),
        ("2021-05-21 March 12 2020", "2021-05-21"),
        ("09 Oct, 2023", "2023-10-09"),
        ("Posted on March 3rd, 2020 by admin", "2020-03-03"),
    ],
)
def test_a_date_is_read(printed: str, iso: str) -> None:
    assert find_date(printed) == iso


@pytest.mark.parametrize(
    "text",
    [
        "",
        "高新区",
        "2020-02-30",
        "2021-02-29",
        "2020-13-01",
        "2020-00-10",
        "2020-01-00",
        "2020-1-32",
        "1899-12-31",
        "2100-01-01",
        "20200117",
        "12020-01-17",
        "2020-01-171",
        "01-17",
        "1月17日",
        "2020年1月",
        "电话 0791-88161234",
        "2020-01-17 25:00",
        "二〇二〇年一月四十日",
        "二〇二〇年二月三十日",
        "二〇二〇年",
        "109年1月17日",
        "98年5月1日",
        "令和 03年5月21日",
        "2021年1-6月",
        "COVID-19 March 2020",
        "Windows 10 May 2020 Update",
        "Market 12 2020",
        "Decision 5 2021",
        "Marathon 15, 2019",
    ],
)
def test_what_is_no_date_is_none(text: str) -> None:
    assert find_date(text) is None


@pytest.mark.parametrize(
    ("printed", "iso"),
    [
        ("时间：2026年3月5日14:00-16:30", "2026-03-05T14:00+08:00"),
        ("2026-03-05 08:00-24:00", "2026-03-05T08:00+08:00"),
        ("2026-03-05 09:00-1700", "2026-03-05T09:00+08:00"),
    ],
)
def test_the_end_of_a_span_of_time_is_no_time_zone(printed: str, iso: str) -> None:
    assert find_date(printed) == iso


@settings(deadline=None)
@given(DAYS, st.sampled_from(STYLES))
def test_a_day_stays_a_day(day: date, style: str) -> None:
    found = find_date(style.format(day))
    assert found == day.isoformat()
    assert day_of(found) == day


@settings(deadline=None)
@given(DAYS, MINUTES, st.sampled_from(["{} {}", "{}T{}", "{}　{}", "{}{}"]))
def test_minutes_stay_minutes(day: date, told: time, style: str) -> None:
    printed = style.format(f"{day.year}年{day.month}月{day.day}日", told.isoformat("minutes"))
    assert find_date(printed) == f"{day}T{told.isoformat('minutes')}+08:00"


@settings(deadline=None)
@given(
    st.datetimes(datetime(1901, 1, 1), datetime(2098, 12, 31)),
    st.integers(-12 * 4, 14 * 4).map(lambda quarters: timezone(timedelta(minutes=15 * quarters))),
)
def test_a_moment_of_any_zone_is_the_same_moment_in_china(moment: datetime, zone: timezone) -> None:
    aware = moment.replace(microsecond=0, tzinfo=zone)
    found = find_date(aware.isoformat())
    assert found is not None
    assert found.endswith("+08:00")
    assert datetime.fromisoformat(found) == aware


@settings(max_examples=400, deadline=None)
@given(
    st.text(st.sampled_from("0123456789０２-/.年月日时分秒: T+Z间\u3000"), max_size=30).map("2026-03-05 08:0{}".format)
)
@example("2026-03-05 08:00+99:99")
def test_anything_is_a_date_or_none(text: str) -> None:
    found = find_date(text)
    assert found is None or datetime.fromisoformat(found)


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("21 2021-05", "2021-05-21"),
        ("7日 2021年5月", "2021-05-07"),
        ("2021/05 21", "2021-05-21"),
        ("05-21 2021", "2021-05-21"),
        ("2021年 05/21", "2021-05-21"),
        ("31 2021-02", None),
        ("21 2021-05 高新区召开大会", None),
        ("共21条 2021-05", None),
        ("212021-05", None),
    ],
)
def test_a_leaf_of_a_calendar_is_a_date_where_nothing_else_is_printed(text: str, iso: str | None) -> None:
    assert find_leaf(text) == iso
