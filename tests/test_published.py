"""When a page that no recipe knows was published: what it says of itself, never the day of something beside it."""

from __future__ import annotations

import pytest

from tests.articles import DAY, TEXT, TITLE, bulletin

CELLS = (
    "<td>索引号：</td><td>0145/2021</td><td>成文日期：</td><td>2021年05月18日</td>"
    "<td>发布日期：</td><td>2021年05月21日</td>"
)
LINKS = "".join(f"<li><a href={n}>高新区动态第{n}条消息的标题</a><span>2020-01-0{n}</span></li>" for n in range(1, 7))
SIGNED = TEXT.replace("</div>", "<p>2021年5月21日</p></div>")
DAY_ALONE = f'<meta name=publishdate content="{DAY}">'


def script(told: str) -> str:
    return f"<h1>{TITLE}</h1>{TEXT}<script>{told}</script>"


@pytest.mark.parametrize(
    "inside",
    [
        "<div>2021-05-21</div>",
        "<div>发布时间：２０２１年０５月２１日　来源：党政办</div>",
        "<div>发布时间 2021-05-21</div>",
        "<div>作者：王小明　2021-05-21</div>",
        "<div>来源：　作者：　2021-05-21</div>",
        "<div>[2021/5/21 8:05:03] 【字号：大 中 小】</div>",
        "<div>更新时间：2022-01-02　发布时间：2021-05-21</div>",
        "<div>有效期至：2026-05-21　发布日期：2021-05-21</div>",
        "<div>发布：2021-05-21</div>",
        "<div>索引号：0145/2021　公开日期：2021-05-21</div>",
        "<div>发布人：王小明 2021-05-21</div>",
        "<div>发布时间：20210521 来源：党政办</div>",
        "<div><time datetime='2021-05-21T10:00:00+08:00'>3 天前</time></div>",
        "<dl><dt>发布时间</dt><dd>2021-05-21</dd><dt>浏览</dt><dd>35</dd></dl>",
        f"<table><tr>{CELLS}</tr></table>",
        '<div>发布时间：<span style="display:none">2020-01-01 <b>x</b></span><span>2021-05-21</span></div>',
    ],
)
def test_a_day_is_that_of_publishing(inside: str) -> None:
    told = bulletin(f"<h1>{TITLE}</h1>{inside}{TEXT}").published_at
    assert told is not None
    assert told[:10] == DAY


@pytest.mark.parametrize(
    "page",
    [
        f"<h1>{TITLE}</h1><div class=c><p>2021年5月20日，高新区召开会议，部署工作。</p></div>{TEXT}",
        f"<h1>{TITLE}</h1>{TEXT}<h3>相关新闻</h3><ul>{LINKS}</ul>",
        f"<ul>{LINKS}</ul><h1>{TITLE}</h1>{TEXT}",
        f"<div>今天是2024年5月6日 星期一</div><h1>{TITLE}</h1>{TEXT}",
        f"<div>2024年5月6日 星期一</div><h1>{TITLE}</h1>{TEXT}",
        f"<h1>{TITLE}</h1><p>报名时间：2021年6月1日至2021年6月10日</p>{TEXT}",
        f"<h1>{TITLE}</h1><p>时间：2021年6月1日</p><p>地点：星河会展中心</p>{TEXT}",
        f"<h1>{TITLE}</h1><p>（2021年5月21日星河市人大常委会通过）</p>{TEXT}",
        f"<h1>{TITLE}</h1><p>05-21 10:30</p>{TEXT}",
    ],
    ids=["event", "related", "list beside", "today", "today bare", "deadline", "activity", "adopted", "no year"],
)
def test_a_date_of_something_else_is_not_that_of_publishing(page: str) -> None:
    assert bulletin(page).published_at is None


@pytest.mark.parametrize(
    "leaf",
    [
        "<b>21</b><span>2021-05</span>",
        "<b>21</b><p>2021.5</p>",
        "<em>2021年5月</em><strong>21</strong>",
        "<p>05-21</p><p>2021</p>",
        "<i>2021</i><b>05-21</b>",
    ],
)
def test_a_day_that_is_printed_as_a_leaf_of_a_calendar_is_told(leaf: str) -> None:
    assert bulletin(f"<div><div>{leaf}</div><h2>{TITLE}</h2></div>{TEXT}").published_at == DAY
    assert bulletin(f"<div><h2>{TITLE}</h2><div>{leaf}</div></div>{TEXT}").published_at == DAY


@pytest.mark.parametrize("content", ["1970-01-01 08:00:00", "1900-01-01", "2099-12-31 00:00", "0000-00-00", ""])
def test_a_date_that_a_system_filled_in_is_passed_over(content: str) -> None:
    found = bulletin(f"<h1>{TITLE}</h1><div>{DAY}</div>{TEXT}", head=f'<meta name=PubDate content="{content}">')
    assert found.published_at == DAY


@pytest.mark.parametrize("content", [f"{DAY} 00:00:00", f"{DAY}T00:00+08:00", "2021-05-20T16:00:00Z"])
def test_midnight_in_a_tag_is_a_day_unless_the_page_shows_it(content: str) -> None:
    head = f'<meta name=PubDate content="{content}">'
    assert bulletin(f"<h1>{TITLE}</h1>{TEXT}", head=head).published_at == DAY
    shown = bulletin(f"<h1>{TITLE}</h1><div>{DAY} 00:00 来源：星河网</div>{TEXT}", head=head)
    assert shown.published_at == f"{DAY}T00:00+08:00"


def test_a_meta_date_in_utc_is_the_day_in_china() -> None:
    head = '<meta property="article:published_time" content="2021-05-20T18:30:00Z">'
    assert bulletin(f"<h1>{TITLE}</h1>{TEXT}", head=head).published_at == "2021-05-21T02:30:00+08:00"


@pytest.mark.parametrize(
    "tag",
    [
        '<meta property="article:published_time" content="{}">',
        '<script type="application/ld+json">{"datePublished": "{}"}</script>',
    ],
)
@pytest.mark.parametrize("zone", ["Z", "+00:00", ".000Z"])
def test_a_time_that_the_page_shows_as_it_is_written_is_that_of_china(zone: str, tag: str) -> None:
    """Some systems mark the time of China as UTC; read as written, what they publish in the evening was of the next day."""
    head = tag.replace("{}", f"{DAY}T22:18:07{zone}")
    assert bulletin(f"<h1>{TITLE}</h1><div>{DAY} 22:18</div>{TEXT}", head=head).published_at == f"{DAY}T22:18:07+08:00"
    for line in ("2021年5月22日 06:18", f"{DAY} 22:18 GMT", ""):
        found = bulletin(f"<h1>{TITLE}</h1><div>{line}</div>{TEXT}", head=head)
        assert found.published_at == "2021-05-22T06:18:07+08:00"


@pytest.mark.parametrize(
    ("inside", "head", "told"),
    [
        (f"<h1>{TITLE}</h1><div>{DAY} 10:30 来源：星河网</div>{TEXT}", DAY_ALONE, "T10:30+08:00"),
        (
            f"<h1>{TITLE}</h1><div>{DAY} 10:30:05</div>{TEXT}",
            DAY_ALONE.replace(DAY, f"{DAY} 00:00:00"),
            "T10:30:05+08:00",
        ),
        (f"<h1>{TITLE}</h1><div>2021年5月21日（星期五）</div><div>香港時間10時30分</div>{TEXT}", "", "T10:30+08:00"),
        (
            f"<h1>{TITLE}</h1>{TEXT.replace('</div>', '<p>2021年5月21日</p></div>')}<p>{DAY} 10:30 阅读 12</p>",
            "",
            "T10:30+08:00",
        ),
        (f"<h1>{TITLE}</h1><div>2021-05-20 10:30 来源：星河网</div>{TEXT}", DAY_ALONE, ""),
        (f"<h1>{TITLE}</h1><p>时间：{DAY} 10:30</p><p>地点：会展中心</p>{TEXT}", DAY_ALONE, ""),
        (f"<h1>{TITLE}</h1>{TEXT}<h3>相关新闻</h3><p>{DAY} 10:30</p>", DAY_ALONE, ""),
    ],
    ids=["meta", "midnight", "beside", "signed", "another day", "event", "related"],
)
def test_a_time_is_that_of_a_line_of_the_same_day(inside: str, head: str, told: str) -> None:
    assert bulletin(inside, head=head).published_at == DAY + told


@pytest.mark.parametrize("updated", ["2021-05-25", "2022-01-02"])
def test_the_day_of_an_update_is_none_of_publishing_where_the_text_is_signed(updated: str) -> None:
    assert bulletin(f"<h1>{TITLE}</h1><div>更新时间：{updated}</div>{SIGNED}").published_at == DAY


def test_a_readers_reply_and_months_of_a_statistic_are_no_day_of_publishing() -> None:
    reply = "<div><b>小明</b><p>回复时间：2022-06-02 08:00</p><p>支持。</p></div>"
    assert bulletin(f"<h1>{TITLE}</h1><div>{DAY}</div>{TEXT}{reply}").published_at == DAY
    assert bulletin(f"<h1>{TITLE}</h1><h2>(2021年1-6月)</h2>{TEXT}").published_at is None


@pytest.mark.parametrize(
    ("told", "at"),
    [
        ('var A={id:7,publishtime:"2021-05-21 17:26:03"};', "2021-05-21T17:26:03+08:00"),
        (
            'var n={newsid:7,CreateDate:"2021-05-21T17:26:03",LastDate:"2021-06-02T08:00:00"};',
            "2021-05-21T17:26:03+08:00",
        ),
        ("var aid='7'; var tm=\"2021-05-21 17:26:03\"; var ctime='2021-05-19 08:00:00';", "2021-05-21T17:26:03+08:00"),
        ('{"title":"部署产业项目","created":1621589163,"updated":1622600000}', "2021-05-21T17:26:03+08:00"),
        ("{title:1,publishTime:1621589163000}", "2021-05-21T17:26:03+08:00"),
        ('{"publishTime":"2021-05-21"},{"publishTime":"2021-05-20"}', None),
        ('{"site":"星河","createTime":"2015-01-01 00:00:00"}', None),
        ('{"republishTime":"2021-05-21"}', None),
    ],
)
def test_a_date_that_the_page_does_not_show_is_told_by_its_scripts(told: str, at: str | None) -> None:
    assert bulletin(script(told)).published_at == at


def test_a_date_that_is_shown_stands_before_that_of_a_script() -> None:
    told = script('{publishTime:"2021-06-02 08:00"}')
    assert bulletin(told.replace("</h1>", f"</h1><div>{DAY}</div>")).published_at == DAY
    assert bulletin(told.replace("</h1>", f"</h1><div>编辑于 {DAY}</div>")).published_at == "2021-06-02T08:00+08:00"


@pytest.mark.parametrize(
    "inside",
    [
        f"<h1>{TITLE}</h1><div><span>發布日期：</span><span>110-05-21</span></div>{TEXT}",
        f"<h1>{TITLE}</h1><div>發布日期：110-05-21</div>{TEXT}",
        f"<h1>{TITLE}</h1>{TEXT}<div>posted @ {DAY} <a href=/u>小明</a> 阅读(12) <a href=#>编辑</a> <a href=#>收藏</a></div>",
        f"<div><time datetime={DAY}>1 天前</time> <i>快讯</i></div><div>{TITLE}</div>{TEXT}",
        f"<h1>{TITLE}</h1>{TEXT.replace('<p>', '<p>星河市气象台2021年5月21日15时08分发布大风黄色预警：', 1)}",
    ],
    ids=["cells of Taiwan", "Taiwan", "blog", "time above", "alert"],
)
def test_a_day_is_told_where_it_is_set_otherwise(inside: str) -> None:
    assert (bulletin(inside).published_at or "")[:10] == DAY


def test_the_day_in_the_header_is_that_of_an_e_paper_alone() -> None:
    page = f"<div>2021年05月21日 星期五</div><h2>{TITLE}</h2>{TEXT}"
    assert bulletin(page, f"星河晚报数字报-{TITLE}").published_at == DAY
    assert bulletin(page, f"{TITLE}-星河晚报").published_at is None


def test_a_readers_comment_does_not_tell_the_day() -> None:
    page = f"<h1>{TITLE}</h1><div>{DAY} 10:30</div>{TEXT}<h3>网友留言</h3><p>网友 小明 发表于 2021-06-02</p><p>支持</p>"
    assert bulletin(page).published_at == f"{DAY}T10:30+08:00"


def test_the_day_below_an_article_is_none_of_an_event_at_the_address_of_the_firm() -> None:
    page = f"<h1>{TITLE}</h1>{TEXT}<div>发布时间：{DAY}</div><div>星河公司</div><p>地址：科技大道1号</p>"
    assert bulletin(page).published_at == DAY


def test_a_time_elsewhere_on_a_page_is_not_that_of_publishing() -> None:
    assert bulletin(f"<h1>{TITLE}</h1>{TEXT}<div><time datetime='2019-01-01'>旧闻</time></div>").published_at is None


def test_a_paper_is_dated_above_its_headlines() -> None:
    page = f"<div>第02版：要闻</div><div>2021年05月21日 星期五</div><h2>{TITLE}</h2><div>本报记者 王小明</div>{TEXT}"
    found = bulletin(page, "星河日报")
    assert (found.title, found.published_at, found.author) == (TITLE, DAY, "王小明")


def test_a_weekday_tells_day_and_month_apart() -> None:
    assert (
        bulletin(f"<h1>{TITLE}</h1><div>周四, 11/05/2020 - 15:20</div>{TEXT}").published_at == "2020-11-05T15:20+08:00"
    )
    assert bulletin(f"<h1>{TITLE}</h1><div>11/05/2020</div>{TEXT}").published_at is None
