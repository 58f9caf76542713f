"""Title, date and credits of a page that no recipe knows: told by the page, or empty; never those of something beside it."""

from __future__ import annotations

import pytest

from scrapers.article import extract
from scrapers.clean import clean
from scrapers.model import Bulletin

TITLE = "星河高新区部署产业项目建设"
SITE = "星河高新技术产业开发区"
TEXT = (
    "<div class=c><p>星河高新区管委会昨日召开会议，部署今年产业项目建设工作，要求各部门压实责任，倒排工期。</p>"
    "<p>会议指出，去年全区新开工项目四十二个，完成投资八十六亿元，同比增长百分之十一。</p></div>"
)
MENU = "<ul><li><a href=/>首页</a></li><li><a href=/a>新闻中心</a></li><li><a href=/b>政务公开</a></li></ul>"


def bulletin(inside: str, title: str = f"{TITLE}_{SITE}", head: str = "") -> Bulletin:
    """What a page says that holds `inside` below its menu."""
    page = f"<title>{title}</title>{head}<body>{MENU}{inside}<div>主办：{SITE} ICP备12345678号</div>"
    return extract(page.encode(), "http://h.cn/art/1.html")


@pytest.mark.parametrize("mark", ["_", "-", " - ", "|", " | ", "——", "--", "–", " — ", ">", " >> ", "·", "丨", "："])
def test_a_title_is_the_heading_without_the_name_of_the_site(mark: str) -> None:
    assert bulletin(f"<div>{TITLE}</div><div>2021-05-21</div>{TEXT}", f"{TITLE}{mark}{SITE}").title == TITLE
    assert bulletin(f"<div>2021-05-21</div>{TEXT}", f"{TITLE}{mark}{SITE}").title == TITLE


LONG = "修表匠王小明的三个春天和两个秋天"


@pytest.mark.parametrize(
    ("whole", "inside", "told"),
    [
        (f"{SITE}-{TITLE}", f"<h1>{TITLE}</h1>", TITLE),
        (SITE, f"<div>{TITLE}</div>", TITLE),
        (SITE, f"<h1>{SITE}</h1><h2>{TITLE}</h2>", TITLE),
        ("新闻中心 - 星河", f"<div>{TITLE}</div>", TITLE),
        ("无标题文档", f"<div>{TITLE}</div>", TITLE),
        ("星河新闻", f"<center><font size=5><b>{TITLE}</b></font></center>", TITLE),
        ("", f"<h1>{TITLE}</h1>", TITLE),
        ("", f"<h2>新闻中心</h2><h2>{TITLE}</h2>", TITLE),
        ("", f"<div>{TITLE}</div>", TITLE),
        (f"{TITLE[:8]}..._星河", f"<h1>{TITLE}</h1>", TITLE),
        (f"{TITLE[:8]}…", f"<div>{TITLE}</div>", TITLE),
        ("公告-星河", "<h1>关于暂停办理业务的公告</h1>", "关于暂停办理业务的公告"),
        (f"{TITLE}——开工四十二个_星河", f"<h1>{TITLE}</h1><h2>——开工四十二个</h2>", f"{TITLE}——开工四十二个"),
        (
            f"{SITE}关于暂停办理业务的公告",
            f"<font>{SITE}<br>关于暂停办理业务的公告</font>",
            f"{SITE}关于暂停办理业务的公告",
        ),
        (f"{LONG}_星河", f"<div>{LONG[:9]}</div><div>{LONG[9:]}</div><div>2021-05-21 09:00</div>", LONG),
        ("星河高新区部署 产业项目_星河", "<h1>星河高新区部署<br>产业项目</h1>", "星河高新区部署 产业项目"),
        (f"{TITLE}_星河", f"<h3>产业为先</h3><h1>{TITLE}</h1><h2>开工四十二个</h2>", TITLE),
        (f"{TITLE}_要闻_星河", f"<h1>星河</h1><h2>要闻</h2><div>{TITLE}</div>", TITLE),
        (f"{TITLE}-星河", f"<div><a href=/>首页</a> &gt; <span>{TITLE}</span></div><div>{TITLE}</div>", TITLE),
        ("《星河高新区若干措施》解读_星河", "<h1>《星河高新区若干措施》解读</h1>", "《星河高新区若干措施》解读"),
        ("“星河”火炬计划启动_星河", "<h1>「星河」火炬计划启动</h1>", "「星河」火炬计划启动"),
        ("中国-东盟博览会开幕 - 星河网", "<div>中国-东盟博览会开幕</div>", "中国-东盟博览会开幕"),
        (
            "高新区GDP增速&gt;5% 位居全省第一_星河",
            "<h1>高新区GDP增速&gt;5% 位居全省第一</h1>",
            "高新区GDP增速>5% 位居全省第一",
        ),
        ("&lt;专访&gt;产业项目怎么干", "<h1>&lt;专访&gt;产业项目怎么干</h1>", "<专访>产业项目怎么干"),
        ("星河人物 - 修表匠王小明的三个春天和两个秋天", f"<h1>星河人物</h1><h1>{LONG}</h1>", LONG),
        ("星河日报", "<div>第01版：要闻</div><p>春夜</p><p>——高新区见闻</p>", "春夜"),
        ("信件详情-主任信箱-星河市人民政府", "<h3>关于路口积水的反映</h3>", "关于路口积水的反映"),
        ("主任信箱_星河", "<table><tr><td>来信标题</td><td>关于路口积水的问题</td></tr></table>", "关于路口积水的问题"),
        ("便民服务", "<b>科技大道5月23日停水通知</b>", "科技大道5月23日停水通知"),
        ("星河高新区-停水通知", "<b>停水通知</b>", "停水通知"),
        (f"星河晚报网-晚报时评-{TITLE}", f"<h2>{TITLE}</h2>", TITLE),
        ("星河日报-2021年05月21日-第4版", f"<div>第4版：社会</div><h3>{TITLE}</h3>", TITLE),
        ("星河报电子版", "<div>“园区铁人”王小明</div><div>——记检车员王小明</div><p>&nbsp;</p>", "“园区铁人”王小明"),
        (
            "星河晚报",
            "<div>A1版：头条 A2版：要闻</div><div>【上一篇】　字号：A</div><div>春夜谣(外二首)</div><div>□ 沙 白</div>",
            "春夜谣(外二首)",
        ),
        ("东铁线服务受阻 (10:30)", "<h1>东铁线服务受阻 (10:30)</h1>", "东铁线服务受阻"),
        ("两会 | 高新区部署产业项目_星河", "<p>两会 | 高新区部署产业项目</p>", "两会 | 高新区部署产业项目"),
    ],
)
def test_a_title_is_what_the_heading_and_the_title_of_the_page_agree_on(whole: str, inside: str, told: str) -> None:
    assert bulletin(f"{inside}<div>发布时间：2021-05-21</div>{TEXT}", whole).title == clean(told)


CELLS = (
    "<td>索引号：</td><td>0145/2021</td><td>成文日期：</td><td>2021年05月18日</td>"
    "<td>发布日期：</td><td>2021年05月21日</td>"
)
DAY = "2021-05-21"


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
    ],
)
def test_a_day_is_that_of_publishing(inside: str) -> None:
    told = bulletin(f"<h1>{TITLE}</h1>{inside}{TEXT}").published_at
    assert told is not None
    assert told[:10] == DAY


LINKS = "".join(f"<li><a href={n}>高新区动态第{n}条消息的标题</a><span>2020-01-0{n}</span></li>" for n in range(1, 7))


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
        "<i>2021</i><b>05/21</b>",
    ],
)
def test_a_day_that_is_printed_as_a_leaf_of_a_calendar_is_told(leaf: str) -> None:
    assert bulletin(f"<div><div>{leaf}</div><h2>{TITLE}</h2></div>{TEXT}").published_at == DAY
    assert bulletin(f"<div><h2>{TITLE}</h2><div>{leaf}</div></div>{TEXT}").published_at == DAY


@pytest.mark.parametrize("content", ["1970-01-01 08:00:00", "1900-01-01", "2099-12-31 00:00", "0000-00-00", ""])
def test_a_date_that_a_system_filled_in_is_passed_over(content: str) -> None:
    found = bulletin(f"<h1>{TITLE}</h1><div>{DAY}</div>{TEXT}", head=f'<meta name=PubDate content="{content}">')
    assert found.published_at == DAY


def test_a_meta_date_in_utc_is_the_day_in_china() -> None:
    head = '<meta property="article:published_time" content="2021-05-20T18:30:00Z">'
    assert bulletin(f"<h1>{TITLE}</h1>{TEXT}", head=head).published_at == "2021-05-21T02:30:00+08:00"


def test_an_office_whose_name_begins_like_that_of_the_site_is_not_the_site() -> None:
    line = "<div>2021-05-21 10:00 {} 409</div>"
    assert bulletin(f"<h1>{TITLE}</h1>{line.format('星河区妇联')}{TEXT}", f"{TITLE}-星河区").origin is None
    assert bulletin(f"<h1>{TITLE}</h1>{line.format('星河区')}{TEXT}", f"{TITLE}-星河区").origin == "星河区"


SIGNED = TEXT.replace("</div>", "<p>2021年5月21日</p></div>")
DAY_ALONE = f'<meta name=publishdate content="{DAY}">'


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


@pytest.mark.parametrize(("updated", "told"), [("2021-05-25", "2021-05-25"), ("2022-01-02", DAY), ("2021-05-02", DAY)])
def test_a_page_updated_soon_after_its_text_was_signed_was_posted_then(updated: str, told: str) -> None:
    assert bulletin(f"<h1>{TITLE}</h1><div>更新时间：{updated}</div>{SIGNED}").published_at == told


def script(told: str) -> str:
    return f"<h1>{TITLE}</h1>{TEXT}<script>{told}</script>"


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


def test_an_origin_that_the_page_does_not_show_is_told_by_its_scripts() -> None:
    told = script('{id:7,publishtime:"2021-05-21 17:26:03",source:"掌上星河"}')
    assert bulletin(told).origin == "掌上星河"
    assert bulletin(told.replace("</h1>", "</h1><div>来源：星河网</div>")).origin == "星河网"
    assert bulletin(told.replace("</h1>", "</h1><div>2021-05-20</div>")).origin is None
    assert bulletin(told.replace("掌上星河", "pc")).origin is None


@pytest.mark.parametrize(
    ("above", "whole", "told"),
    [
        ("<div>第01版：要闻</div><div>2021年05月21日 星期五</div>", "星河日报", "星河日报"),
        ("<div>2021年05月21日 星期五</div>", f"星河晚报数字报-{TITLE}", "星河晚报"),
        ("<div>《星河日报》（2021年05月21日 第 20 版）</div>", TITLE, "星河日报"),
        ("<div>2021年05月21日 星期五</div>", "星河日报多媒体数字报", "星河日报"),
        ("<div>2021年05月21日</div>", f"{TITLE}-星河经济导报数字报刊平台", "星河经济导报"),
        ("<div>第4版：社会 2021年05月21日</div>", "星河日报-2021年05月21日-第4版", "星河日报"),
        ("<div>2021年05月21日 星期五</div>", f"{TITLE}-星河晚报", None),
    ],
)
def test_what_a_newspaper_printed_is_from_it(above: str, whole: str, told: str | None) -> None:
    assert bulletin(f"{above}<h2>{TITLE}</h2>{TEXT}", whole).origin == told


def test_a_medium_that_is_a_link_right_below_the_day_is_the_origin() -> None:
    line = f"<p class=time>{DAY} 07:18</p><p><a href=/>星河观察网</a></p>"
    assert bulletin(f"<h1>{TITLE}</h1>{line}{TEXT}").origin == "星河观察网"
    assert bulletin(f"<h1>{TITLE}</h1>{line.replace('星河观察网', '返回官网')}{TEXT}").origin is None


def test_an_icon_parts_two_fields() -> None:
    line = f"{DAY} 来源: <a>星河日报</a><img src=v.png alt=官方账号>湖南 <a>举报</a>"
    assert bulletin(f"<h1>{TITLE}</h1><div>{line}</div>{TEXT}").origin == "星河日报"


def test_a_readers_comment_does_not_tell_the_day() -> None:
    page = f"<h1>{TITLE}</h1><div>{DAY} 10:30</div>{TEXT}<h3>网友留言</h3><p>网友 小明 发表于 2021-06-02</p><p>支持</p>"
    assert bulletin(page).published_at == f"{DAY}T10:30+08:00"


def test_the_day_below_an_article_is_none_of_an_event_at_the_address_of_the_firm() -> None:
    page = f"<h1>{TITLE}</h1>{TEXT}<div>发布时间：{DAY}</div><div>星河公司</div><p>地址：科技大道1号</p>"
    assert bulletin(page).published_at == DAY


def test_fields_in_the_header_of_an_article_are_told() -> None:
    page = f"<article><header><h1>{TITLE}</h1><p>{DAY} 来源：星河日报 作者：王小明</p></header>{TEXT}</article>"
    found = bulletin(page)
    assert (found.published_at, found.origin, found.author) == (DAY, "星河日报", "王小明")


@pytest.mark.parametrize(
    ("line", "origin", "author"),
    [
        (f"星河日报 {DAY}", "星河日报", None),
        (f"{DAY} 听新闻", None, None),
        (f"园区新闻 {DAY}", None, None),
        (f"金融圈 • {DAY}", None, None),
        (f"{DAY} 来源：星河网 党建", "星河网", None),
        (f"来源：青年记者 {DAY}", "青年记者", None),
        (f"浏览：12 {DAY}", None, None),
        (f"{DAY} | 星河日报", "星河日报", None),
        (f"<span>{DAY}</span><span>文 / 王小明</span>", None, "王小明"),
        (f"<span>来源：科技局</span><span>时间：{DAY}</span>", "科技局", None),
        (f"<span>星河日报</span><span>{DAY}</span>", "星河日报", None),
        (f"<p>星河日报</p><p>{DAY}</p>", "星河日报", None),
        (f"来源：星河网 选择字号：大 中 小 {DAY}", "星河网", None),
        (f"采写：王小明 {DAY}", None, "王小明"),
        (f"王小明 • {DAY}", None, "王小明"),
        (f"{DAY} 来源：星河日报 王小明", "星河日报", "王小明"),
        (f"星河新闻客户端 {DAY}", "星河新闻客户端", None),
        (f"<span>{DAY}</span><br>来自<a href=/x>星河网</a>", "星河网", None),
        (f"{DAY} 来自北京", None, None),
        (f"{DAY} 星河報／ 記者王小明／台北即時報導", "星河報", "王小明"),
    ],
)
def test_what_stands_beside_a_date_is_told_apart(line: str, origin: str | None, author: str | None) -> None:
    found = bulletin(f"<h1>{TITLE}</h1><div>{line}</div>{TEXT}")
    assert (found.published_at, found.origin, found.author) == (DAY, origin, author)


@pytest.mark.parametrize("tag", ["h1", "h2", "h3"])
def test_a_title_of_a_page_that_is_called_as_its_site_is_its_heading(tag: str) -> None:
    page = f"<{tag}>{TITLE}</{tag}><h4>——开工四十二个</h4><div>{DAY}</div>{TEXT}"
    assert bulletin(page, "星河日报").title == TITLE


@pytest.mark.parametrize(
    ("inside", "author"),
    [
        (f"<div><a class=author href=/u/1>王小明</a></div><div>{DAY}</div>", "王小明"),
        (f"<div><a rel=author href=/u/1>王小明</a> <span>{DAY}</span></div>", "王小明"),
        (f"<div><span class='article-author'>作者：王小明</span> {DAY}</div>", "王小明"),
        (f"<div><span class=author>星河日报</span> {DAY}</div>", None),
        (f"<div><a href=/u/1>王小明</a> • <span>{DAY}</span></div>", "王小明"),
        (f"<div><a href=/u/1>金融圈</a> <span>{DAY}</span></div>", None),
        (f"<div><a class=authority href=/u/1>王小明局长</a></div><div>{DAY}</div>", None),
        (f"<div><a class=follow-nickName href=/u/1>码农小王</a></div><div>{DAY}</div>", "码农小王"),
        (f"<div><span class='UserLink AuthorInfo-name'>木作小韩</span></div><div>{DAY}</div>", "木作小韩"),
        (f"<div><a rel=author href=/u/1>星河发布</a></div><div>{DAY}</div>", None),
        (f"<div><p class=author-name>小明聊车</p></div><div>{DAY} 来源：小明聊车</div>", None),
        (f"<div>{DAY}</div><p>程 诺</p>", "程 诺"),
        (f"<div>来源：《星河文学》 | 程 诺 {DAY}</div>", "程 诺"),
    ],
)
def test_an_author_is_one_who_is_marked_so(inside: str, author: str | None) -> None:
    assert bulletin(f"<h1>{TITLE}</h1>{inside}{TEXT}").author == author


@pytest.mark.parametrize(
    ("whole", "heading"),
    [
        ("省科技厅厅长走访华为公司-新闻动态", "省科技厅厅长走访华为公司"),
        ("高新区上线企业服务平台-星河新闻中心", "高新区上线企业服务平台"),
        ("星河高新区揭牌成立人工智能产业园-园区新闻", "星河高新区揭牌成立人工智能产业园"),
        ("走进全国文明单位：市中级人民法院", "走进全国文明单位:市中级人民法院"),
        ("星河时报-一根光纤撬动百亿产业", "一根光纤撬动百亿产业"),
    ],
)
def test_a_title_that_ends_like_the_name_of_an_office_is_one(whole: str, heading: str) -> None:
    assert bulletin(f"<h1>{heading}</h1><div>{DAY}</div>{TEXT}", whole).title == heading
    assert bulletin(f"<p>{heading}</p><div>{DAY}</div>{TEXT}", whole).title == heading


def test_a_title_and_a_byline_at_the_top_of_the_article_are_told() -> None:
    page = f"<td><p>{TITLE}</p><p>发布时间：{DAY}　来源：星河网</p>{TEXT}</td>"
    found = bulletin(f"<table><tr>{page}</tr></table>", "星河广播网")
    assert (found.title, found.published_at, found.origin) == (TITLE, DAY, "星河网")
    assert found.body.startswith("星河高新区管委会")


def test_a_time_elsewhere_on_a_page_is_not_that_of_publishing() -> None:
    assert bulletin(f"<h1>{TITLE}</h1>{TEXT}<div><time datetime='2019-01-01'>旧闻</time></div>").published_at is None


def test_a_person_of_linked_data_is_the_author_where_the_page_shows_it() -> None:
    head = '<script type="application/ld+json">{"author":{"@type":"Person","name":"盐味的河"}}</script>'
    assert bulletin(f"<h1>{TITLE}</h1><div>盐味的河 评论 {DAY}</div>{TEXT}", head=head).author == "盐味的河"
    assert bulletin(f"<h1>{TITLE}</h1><div>{DAY}</div>{TEXT}", head=head).author is None


def test_who_holds_a_speech_wrote_it() -> None:
    text = TEXT.replace("<p>", "<p>中共星河市委书记　王小明</p><p>（2021年5月20日）</p><p>", 1)
    assert (
        bulletin(f"<h1>在全市科技大会上的讲话</h1><div>{DAY}</div>{text}", "在全市科技大会上的讲话").author == "王小明"
    )
    assert bulletin(f"<h1>{TITLE}</h1><div>{DAY}</div>{text}").author is None


def test_a_title_that_is_a_name_is_no_author() -> None:
    assert bulletin(f"<h3>王牧之</h3>{TEXT}", "王牧之_星河网").author is None


def test_a_paper_is_dated_above_its_headlines() -> None:
    page = f"<div>第02版：要闻</div><div>2021年05月21日 星期五</div><h2>{TITLE}</h2><div>本报记者 王小明</div>{TEXT}"
    found = bulletin(page, "星河日报")
    assert (found.title, found.published_at, found.author) == (TITLE, DAY, "王小明")


@pytest.mark.parametrize(
    "inside",
    [
        "<div>来源：星河日报 作者：王小明 责任编辑：李大海</div>",
        "<div>来　　源：星河日报　　作　　者：王小明　　责任编辑：李大海</div>",
        "<div><span>来源 星河日报</span> <span>作者 王小明</span> <span>编辑 李大海</span></div>",
        "<div><span>来源：</span><span>星河日报</span><span>作者：</span><span>王小明</span><span>编辑：</span><span>李大海</span></div>",
        "<table><tr><td>来源：</td><td>星河日报</td><td>作者：</td><td>王小明</td><td>编辑：</td><td>李大海</td></tr></table>",
        "<dl><dt>来源</dt><dd>星河日报</dd><dt>作者</dt><dd>王小明</dd><dt>编辑</dt><dd>李大海</dd></dl>",
        "<ul><li>来源：<b>星河日报</b></li><li>作者：<b>王小明</b></li><li>编辑：<b>李大海</b></li></ul>",
        "<div>來源：星河日报　記者：王小明　責任編輯：李大海</div>",
    ],
    ids=["line", "spaced", "bare", "spans", "cells", "terms", "list", "Traditional"],
)
def test_credits_are_read_however_they_are_set(inside: str) -> None:
    found = bulletin(f"<h1>{TITLE}</h1><div>{DAY}</div>{inside}{TEXT}")
    assert (found.origin, found.author, found.editor) == ("星河日报", "王小明", "李大海")


@pytest.mark.parametrize(
    "page",
    [
        f"<h1>{TITLE}</h1><div>{DAY}</div><div>方案</div>{TEXT}",
        f"<h1>{TITLE}</h1><div>{DAY}</div><p>金水区</p><p>安徽</p>{TEXT}",
        f"<h1>{TITLE}</h1><div>{DAY} 文章来源：本站 作者：佚名</div>{TEXT}",
        f"<h1>{TITLE}</h1><div>来源：</div><div>作者：</div><div>编辑：</div><div>{DAY}</div><div>微信</div>{TEXT}",
        f"<h1>{TITLE}</h1><div>{DAY}</div>{TEXT}<p>（全文）</p>",
        f"<h1>{TITLE}</h1><div>{DAY}</div>{TEXT}<div>凡注明来源：星河网的作品，均为本网版权所有</div>",
        f"<h1>{TITLE}</h1><div>{DAY}</div><p>记者：请您介绍一下高新区的情况</p>{TEXT}",
        f"<h1>{TITLE}</h1><div>{DAY}</div>{TEXT.replace('<p>', '<p>名单如下：</p><p>王小明 李大海 赵天一</p><p>', 1)}",
    ],
    ids=["column", "places", "nobody", "empty", "whole text", "rights", "interview", "winners"],
)
def test_credits_that_a_page_does_not_tell_stay_empty(page: str) -> None:
    found = bulletin(page)
    assert (found.origin, found.author, found.editor) == (None, None, None)


def test_reporters_in_brackets_and_those_who_checked_are_found_at_the_ends() -> None:
    text = TEXT.replace("<p>", "<p>本报讯（记者王小明 通讯员李大海）", 1).replace("</div>", "<p>审核：赵天一</p></div>")
    found = bulletin(f"<h1>{TITLE}</h1><div>{DAY} 星河日报</div>{text}")
    assert (found.origin, found.author, found.editor) == ("星河日报", "王小明 李大海", "赵天一")
