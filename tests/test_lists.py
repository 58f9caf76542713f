"""Lists, and articles that look like one."""

from __future__ import annotations

import pytest
from resiliparse.parse.html import HTMLTree

from scrapers.clean import clean
from scrapers.extraction import lists, outline
from scrapers.extraction.tokens import tokens
from scrapers.model import Outcome
from tests.outcomes import ROWS, URL, article, kind, page

TEASERS = "".join(
    f'<div class="i"><h3><a href="/a/{n}.html">云溪高新区召开第{n}次工作会议</a></h3><p>3月{n}日,召开会议,部署任务。</p></div>'
    for n in range(1, 12)
)


@pytest.mark.parametrize("body", [f"<ul>{ROWS}</ul>", f"<h1>新闻中心</h1><ul>{ROWS}</ul>", f"<div>{TEASERS}</div>"])
def test_a_list_is_no_article(body: str) -> None:
    assert kind(page("新闻中心", body)) is Outcome.LIST


@pytest.mark.parametrize("date", ["", "<p>发布时间:2026-03-01</p>"])
def test_a_short_article_beside_a_long_list_is_an_article(date: str) -> None:
    text = "因管道维修,今日停水,请做好储水准备,不便之处敬请谅解。"
    found = article(page("停水通知", f"<h1>停水通知</h1>{date}<div><p>{text}</p></div><ul>{ROWS}</ul>"))
    assert text in found.body


def rows(form: str, count: int = 6) -> str:
    return "".join(
        form.format(n=n, title=f"云溪高新区召开第{n}次工作会议", text=SAID, day=f"2026-03-{n:02}")
        for n in range(1, count)
    )


SAID = "会议听取了各部门工作汇报，分析了存在的困难和问题，对下一步工作作出部署。"
TEASER_ROWS = {
    "a day below": "<li><a href=/a/{n}.html>{title}</a><p>{text}</p><span>{day}</span></li>",
    "a day beside": "<div><h3><a href=/a/{n}.html>{title}</a></h3><p>{text}</p><span>{day}</span></div>",
    "a day in front": "<li><span>{day}</span><a href=/a/{n}.html>{title}</a><p>{text}</p></li>",
    "a byline": "<div><h2><a href=/a/{n}.html>{title}</a></h2><p>{text}</p><p>来源：科技局　发布时间：{day}</p></div>",
    "an address": "<dl><dt><a href=/a/{n}.html>{title}</a></dt><dd>{text}</dd><dd>http://h.cn/a/{n}.html {day}</dd></dl>",
    "more": "<div><h2><a href=/a/{n}.html>{title}</a></h2><p>{text}<a href=/a/{n}.html>【查看全文】</a></p></div>",
    "a cut text": "<div><h2><a href=/a/{n}.html>{title}</a></h2><p>{text}……</p></div>",
    "whole posts": "<article><h2><a href=/a/{n}.html>{title}</a></h2><p>{day}</p>" + "<p>{text}</p>" * 9
    + "<p><a href=/a/{n}.html>继续阅读 →</a></p></article>",
}  # fmt: skip


@pytest.mark.parametrize("form", TEASER_ROWS)
@pytest.mark.parametrize("count", [6, 21])
def test_rows_with_summaries_are_a_list(form: str, count: int) -> None:
    found = kind(page("要闻", f"<div><ul>{rows(TEASER_ROWS[form], count)}</ul></div>"), "http://h.cn/a/list_3.html")
    assert found is Outcome.LIST or (found is Outcome.NO_ARTICLE and "{day}" not in TEASER_ROWS[form])


@pytest.mark.parametrize("day", ["", "<p>{day}</p>", "<p>{text}</p><p>{text}……</p>"])
def test_a_digest_that_tells_its_own_day_is_an_article(day: str) -> None:
    form = "<p><b><a href=/a/{n}.html>{title}</a></b></p><p>{text}</p>" + day
    digest = f"<h1>云溪高新区一周要闻</h1><p>发布时间：2026-03-09　来源：云溪日报</p><div id=zoom>{rows(form)}</div>"
    found = article(page("云溪高新区一周要闻_云溪", digest), "http://h.cn/a/9.html")
    assert (found.title, found.published_at) == ("云溪高新区一周要闻", "2026-03-09")


LEADS = {
    "a lead story": f"<h2><a href=/a/1.html>云溪高新区召开工作会议</a></h2><p>{SAID}<a href=/a/1.html>[详细]</a></p>",
    "an introduction": f"<h1>数字园区专题</h1><div><p>为展示建设成果，交流经验，特开设本专题。</p><p>{SAID}</p></div>",
    "a greeting": f"<b>致辞</b><br>　　{SAID}热忱欢迎海内外客商来区投资兴业，共创辉煌！<br>",
}


@pytest.mark.parametrize("lead", LEADS)
@pytest.mark.parametrize("url", ["http://h.cn/xwzx/", "http://h.cn/zt/2026dh/index.html", "http://h.cn/a/index.asp"])
def test_what_a_column_says_above_its_rows_is_no_article(lead: str, url: str) -> None:
    assert kind(page("云溪高新区", f"<div>{LEADS[lead]}<ul>{ROWS}</ul></div>"), url) is Outcome.LIST


@pytest.mark.parametrize("title", ["新闻中心", "通知公告", "工作动态", "招商信息", "云溪高新区"])
@pytest.mark.parametrize("url", ["http://h.cn/", "http://h.cn/xwzx/list_12.html", "http://h.cn/list.jsp?id=3"])
def test_a_sentence_below_the_name_of_a_column_is_no_article(title: str, url: str) -> None:
    told = "<p>本栏目发布高新区的重要新闻和工作动态，欢迎关注。</p>"
    assert kind(page(title, f"<h1>{title}</h1>{told}<ul>{ROWS}</ul>"), url) is Outcome.LIST


@pytest.mark.parametrize("title", ["云溪高新区门户网站", "云溪高新区欢迎您"])
def test_what_a_home_page_says_is_none_but_an_article_may_stand_there(title: str) -> None:
    greeting = f"<div>{LEADS['a greeting']}<ul>{ROWS}</ul></div>"
    assert kind(page(title, greeting), "http://h.cn/") is Outcome.LIST
    told = f"<h1>停水通知</h1><div><p>因管道维修，今日停水，请做好储水准备。</p></div><ul>{ROWS}</ul>"
    assert article(page("停水通知_云溪", told), "http://h.cn/").title == "停水通知"


def test_a_page_of_its_own_beside_a_column_of_news_is_an_article() -> None:
    about = "".join(f"<p>云溪高新区成立于199{n}年，{SAID}{SAID}{SAID}{SAID}</p>" for n in range(3))
    assert (
        article(page("园区概况", f"<h1>园区概况</h1>{about}<ul>{ROWS}</ul>"), "http://h.cn/yqgk/").title == "园区概况"
    )


def test_the_day_of_a_row_below_an_article_is_none_of_its_own() -> None:
    told = f"<h1>停水通知</h1><p>因管道维修，今日停水，请做好储水准备，不便之处敬请谅解。</p><ul>{ROWS}</ul>"
    assert article(page("停水通知_云溪", told)).published_at is None


def test_an_article_whose_attachments_are_many_is_none() -> None:
    files = "".join(f"<p><a href=/d.jsp?f={n}.pdf>{n}.云溪高新区某局部门预算公开.pdf</a></p>" for n in range(1, 9))
    told = (
        f"<h1>部门预算公开</h1><p>发布日期：2026-02-18</p><div class=con><p>现予以公开，具体见附件：</p>{files}</div>"
    )
    assert len(article(page("部门预算公开_云溪", told)).attachments) == 8


def test_a_footer_is_no_article() -> None:
    assert kind(page("云溪高新区", '<img src="a.jpg">')) is Outcome.NO_ARTICLE


def test_each_test_of_a_kind_is_quick_on_a_page_of_links() -> None:
    """What is judged is the first part of a page, however long it is."""
    text = "<body>" + "".join(f'<a href="/{n}.html">云溪高新区第{n}次工作会议</a><br>' for n in range(30_000))
    body = HTMLTree.parse(text).body
    assert body is not None
    stream = tokens(body)
    assert len(outline.lines(stream)) <= outline.MOST_LINES
    assert lists.is_list(stream, None, URL)


def test_cards_in_an_article_and_the_path_above_it_make_no_list() -> None:
    path = "<div><a href=/>首页</a> &gt; <a href=/a>智能设备</a> &gt; <a href=/b>平板电脑</a></div>"
    card = "<div><a href=//shop.example/1><img src=a.jpg><div>云溪平板电脑12.1英寸版</div><span>2299元直达链接</span></a></div>"
    text = f"<p>5月11日消息，{SAID}</p>{card}<p>{SAID}</p>"
    byline = "<p>2024/5/11 18:06 来源：云溪网</p>"
    found = article(page("云溪平板推送新版系统", f"{path}<h1>云溪平板推送新版系统</h1>{byline}<div>{text}</div>"))
    assert found.body.endswith(clean(SAID))
