"""What stands beside or below an article that no recipe knows is none of it, and takes nothing from it, however short it is."""

from __future__ import annotations

import pytest

from scrapers.clean import clean
from tests.articles import NAVIGATION, ONE, THREE, TWO, extract_page
from tests.articles import cleaned as lines
from tests.notices import FRAME, NOTICE, TEXT, body, many

TEASER = "昨日，高新区第#个项目开工，总投资十亿元，预计明年投产，将带动就业，增加税收。"
HEADLINE = "<a href=/#.html>高新区第#个项目开工，投资十亿元</a>"
COLUMNS = {
    "headlines": f"<h3>热点</h3><ul>{many(f'<li>{HEADLINE}<span>2021-0#-11</span></li>')}</ul>",
    "teasers in turn": f"<div>{many(f'<p>{HEADLINE}</p><p>{TEASER}</p>')}</div>",
    "teasers under headings": f"<div>{many(f'<h3>{HEADLINE}</h3><p>{TEASER}</p>')}</div>",
    "terms": f"<dl>{many(f'<dt>{HEADLINE}</dt><dd>{TEASER}</dd>')}</dl>",
    "cards": f"<div>{many(f'<div class=item><img src=#.jpg><div><h4>{HEADLINE}</h4><p>{TEASER}</p></div></div>')}</div>",
    "table": f"<table>{many(f'<tr><td>{HEADLINE}<br>{TEASER}</td></tr>')}</table>",
    "comments": f"<div>{many('<div><b>网友#</b><i>2021-05-22 10:0#</i><p>支持，希望早日建成，加油。</p></div>')}</div>",
    "about us": "<div><h3>关于我们</h3><p>星河高新区成立于1992年，是国家级高新区，面积一百平方公里，人口三十万。</p>"
    "<p>区内有企业五千家，其中高新技术企业六百家，上市公司十二家。</p><p>欢迎来电，来信，来访，来投资。</p></div>",
}
SHORT = {
    "a sentence": (f"<p>{NOTICE}</p>", lines(NOTICE)),
    "signed": (
        f"<p>{NOTICE}</p><p>星河自来水公司</p><p>2021年5月21日</p>",
        lines(NOTICE, "星河自来水公司", "2021年5月21日"),
    ),
    "text in a cell": (
        f"<table><tr><td>　　{ONE}<br>　　{TWO}<br><br>　　{THREE}</td></tr></table>",
        lines(ONE, TWO, THREE),
    ),
    "spans in spans": (f"<p>{'<span><font>' * 6}{ONE}{'</font></span>' * 6}</p><p>{TWO}</p>", lines(ONE, TWO)),
    "divisions": (
        f"<div class=p1>{ONE}</div><div class=p2>一、压实责任</div><div class=p3>{TWO}</div>",
        lines(ONE, "一、压实责任", TWO),
    ),
    "a poem": ("<div>星河在天，<br>高新在地，<br>一座新城。</div>", lines("星河在天，", "高新在地，", "一座新城。")),
    "questions": (
        "<p>问：如何申报？</p><p>答：登录平台，填写表格即可。</p>",
        lines("问：如何申报？", "答：登录平台，填写表格即可。"),
    ),
    "a speech": (
        "<p>同志们</p>" + many("<p>第#是坚持改革、坚持创新、坚持实干</p>", 5),
        lines("同志们", *(f"第{n}是坚持改革、坚持创新、坚持实干" for n in range(1, 6))),
    ),
}


@pytest.mark.parametrize("beside", COLUMNS)
@pytest.mark.parametrize("short", SHORT)
def test_a_short_article_is_found_beside_a_long_column(short: str, beside: str) -> None:
    inside, told = SHORT[short]
    assert body(f"<div>{inside}</div>", beside=COLUMNS[beside]) == told


@pytest.mark.parametrize(
    "box",
    [
        f"<div class=box><b>相关阅读</b><ul>{many(f'<li>{HEADLINE}</li>', 2)}</ul></div>",
        f"<div>相关阅读：</div><div>{many(f'<p>{HEADLINE}</p>', 2)}</div>",
        f"<p>延伸阅读</p>{many(f'<p>{HEADLINE}</p>', 2)}",
        f"<p style='display:none'>{NOTICE}</p>",
        f"<p hidden>{NOTICE}</p>",
        "<div class='share-bar'>分享到：微信，微博，请点击。</div>",
    ],
    ids=["box", "two boxes", "paragraphs", "not displayed", "hidden", "share"],
)
def test_a_box_in_the_middle_is_left_out_and_the_article_goes_on(box: str) -> None:
    inside = f"<div><p>{ONE}</p>{box}<p>{TWO}</p><p>{THREE}</p></div>"
    assert body(inside, beside=COLUMNS["headlines"]) == lines(ONE, TWO, THREE)


@pytest.mark.parametrize(
    "below",
    [
        "<p>上一篇：<a href=/1>开工了，共四十二个</a></p><p>下一篇：<a href=/2>完工了，共十二个</a></p>",
        "<p>免责声明：本网转载内容仅供参考，不代表本网观点，如有侵权，请联系删除。</p>",
        "<p>版权声明：凡本网注明来源的作品，未经授权，不得转载。</p>",
        "<p>【打印本页】【关闭窗口】</p>",
        "<p>扫一扫在手机打开当前页</p>",
    ],
)
def test_what_stands_below_an_article_is_not_of_it(below: str) -> None:
    assert body(f"<div>{TEXT}{below}</div>") == lines(ONE, TWO, THREE)


@pytest.mark.parametrize(
    ("below", "told"),
    [
        ("<p>星河高新区管委会</p><p>2021年5月21日</p>", ["星河高新区管委会", "2021年5月21日"]),
        (
            "</div><div align=right>星河高新区管委会<br>二〇二一年五月二十一日",
            ["星河高新区管委会", "二〇二一年五月二十一日"],
        ),
        (
            "<p>附件：1.<a href=1.docx>申报书.docx</a></p><p>2.<a href=2.xls>汇总表.xls</a></p>",
            ["附件:1.申报书.docx", "2.汇总表.xls"],
        ),
        (
            "</div><ul><li><a href=1.pdf>附件1：申报书.pdf</a></li><li><a href=2.pdf>附件2：表.pdf</a></li></ul><div>",
            ["附件1:申报书.pdf", "附件2:表.pdf"],
        ),
        ("<p>文字：王小明</p><p>编辑：李大海</p>", ["文字:王小明", "编辑:李大海"]),
        ("<p>(责任编辑：李大海)</p>", ["(责任编辑:李大海)"]),
    ],
    ids=["signature", "signature in a box", "files", "files in a box", "credits", "editor"],
)
def test_what_an_article_ends_with_stays(below: str, told: list[str]) -> None:
    found = body(f"<div><div>{TEXT}{below}</div></div>", beside=COLUMNS["teasers in turn"])
    assert found == [*lines(ONE, TWO, THREE), *told]


def test_text_right_after_the_end_of_the_article_is_not_of_it() -> None:
    assert body(f'<div id="zoom">{TEXT}</div>云溪信息网', "部署产业项目") == lines(ONE, TWO, THREE)


RIGHTS = [
    f"{n}、未经本报书面授权，任何单位和个人不得转载、摘编；对侵犯本报权益的行为，本报将依法追究其法律责任。"
    for n in "一二三四五六"
]


@pytest.mark.parametrize("heading", ["反侵权公告：", "版权与免责声明", "<b>郑 重 声 明</b>", "维权启事"])
@pytest.mark.parametrize("box", ["<div>{}</div>", "<table><tr><td>{}</td></tr></table>", "{}"])
def test_what_a_site_states_below_a_short_article_is_none_of_it(heading: str, box: str) -> None:
    stated = box.format(f"<p>{heading}</p>{''.join(f'<p>{right}</p>' for right in RIGHTS)}")
    assert body(f"<div><p>{NOTICE}</p></div>{stated}") == lines(NOTICE)
    assert body(f"<div><p>{NOTICE}</p>{stated}</div>") == lines(NOTICE)


def test_a_statement_that_is_the_article_is_read() -> None:
    text = "".join(f"<p>{right}</p>" for right in RIGHTS)
    assert body(f"<div><p>版权声明</p>{text}</div>", "版权声明") == lines(*RIGHTS)


@pytest.mark.parametrize("summary", [ONE, f"摘要：{ONE}", f"{ONE[:20]}{ONE[-14:]}"])
def test_a_summary_that_repeats_the_article_is_none_of_it(summary: str) -> None:
    assert body(f'<div class="summary">{summary}</div><div class="text">{TEXT}</div>', "部署产业项目") == lines(
        ONE, TWO, THREE
    )


def test_a_teaser_of_another_article_above_is_none_of_this_one() -> None:
    inside = f'<div class="hot"><a href=/2.html>{ONE}</a></div><div class="text"><p>{TWO}</p><p>{THREE}</p></div>'
    assert body(inside, "部署产业项目") == lines(TWO, THREE)


def test_paragraphs_that_are_divisions_stand_together_among_rows_of_links() -> None:
    """One of them alone weighs more than the box that holds them all."""
    rows = f"<div>{many('<a href=/#.html>栏目#</a> ')}</div>" * 12
    paragraphs = "".join(f"<div>{text}</div>" for text in (ONE, f"{TWO}{ONE}{THREE}", THREE))
    assert body(f"<div>{rows}{paragraphs}{rows}</div>", "部署产业项目") == lines(ONE, f"{TWO}{ONE}{THREE}", THREE)


OTHER = "近日，市领导到企业调研，了解生产情况，听取意见建议。"


@pytest.mark.parametrize(
    "inside",
    [
        f"<table><tr><td><a href=/9.html>市领导调研</a><br>{OTHER}<br><a href=/8.html>消防演练</a></td><td>{{}}</td></table>",
        f"<div class=box>{{}}</div><div class=box>{OTHER}</div>",
        "<div>温馨提示：为获得最佳体验，请使用最新浏览器访问，建议分辨率1280。</div><div class=text>{}</div>",
        "<div>未经授权，不得转载本网稿件，违者必究。</div><div class=text>{}</div>",
        f"<div class=box>{OTHER}</div><div class=text>{{}}</div>",
    ],
)
def test_what_stands_beside_the_article_is_none_of_it(inside: str) -> None:
    text = "<br>".join([ONE, TWO, THREE, ONE[::-1], TWO[::-1], THREE[::-1]])
    assert body(inside.format(text), "部署产业项目")[0] == clean(ONE)
    assert not {clean(OTHER), "市领导调研"} & set(body(inside.format(text), "部署产业项目"))


def test_replies_below_an_article_about_complaints_are_none_of_it() -> None:
    replies = "".join(f"<div class='reply'><p>网友{n}：我也这么认为，什么时候才能办好呢？</p></div>" for n in range(3))
    assert body(TEXT, "高新区回应群众投诉：道路已修好", replies) == lines(ONE, TWO, THREE)


@pytest.mark.parametrize(
    "stated",
    [
        "版权声明：凡本网注明“来源：星河网”的所有作品，版权均属于星河网，未经授权不得转载、摘编。",
        "免责声明：本文仅代表作者个人观点，与本网无关。其原创性以及文中陈述的文字和内容未经本站证实。",
        "本网站文章、图片、音视频版权归星河网或相关权利人所有。如需转载请与本网联系，并注明来源、作者。",
    ],
)
def test_what_a_site_states_on_rights_outweighs_no_article_of_one_sentence(stated: str) -> None:
    assert body(f"<div class=d1><p>{NOTICE}</p></div>", beside=f"<div class=d2>{stated}</div>") == lines(NOTICE)
    assert body(f"<div class=d1><p>{NOTICE}</p><div class=d2>{stated}</div></div>") == lines(NOTICE)


def test_paragraphs_in_wrappers_stand_together_above_links() -> None:
    wrapped = "".join(f"<section><section><p>{text}</p></section></section>" for text in (ONE, TWO))
    below = (
        "<div>上一篇：<a href=/1>高新区召开防汛工作会议</a><br>下一篇：<a href=/2>高新区开展安全生产大检查</a></div>"
    )
    assert body(f"<section class=d1>{wrapped}{below}</section>") == lines(ONE, TWO)


SAID = "在这里住了十年，路终于修好了，希望公交车也能多开几班，老人出门就方便了。"
READERS = {
    "a heading": "<div class=cm><h5>网友评论 <small>文明上网理性发言</small></h5>"
    + many(f"<p><b>市民#：</b>{SAID}</p>")
    + "</div>",
    "a count": f"<div class=x><div><h3>全部评论（9条）</h3></div>{many(f'<p>市民#：{SAID}</p>')}</div>",
    "times of day": "<div class=pl>"
    + many(f"<div class=one><h6>市民#<span>14:1#</span></h6><p>{SAID}</p></div>")
    + "</div>",
    "a name": f"<div class=blk-cmnt>{many(f'<div><span>市民#</span><div class=t>{SAID}</div></div>')}</div>",
}


@pytest.mark.parametrize("comments", READERS)
def test_what_readers_say_below_a_short_article_is_none_of_it(comments: str) -> None:
    article = f"<h1>停水通知</h1><div>2021-05-21</div><div class=text><p>{ONE}</p><p>{NOTICE}</p></div>"
    page = (
        f"<title>停水通知_星河高新区</title><body>{NAVIGATION}<div class=left>{article}{READERS[comments]}</div>{FRAME}"
    )
    assert extract_page(page).body.split("\n") == lines(ONE, NOTICE)


def test_the_hours_of_a_programme_are_of_the_article() -> None:
    hours = "".join(f"<li>第{n}场报告会 {n + 8}:30</li>" for n in range(1, 7))
    told = body(f"<div class=text><p>{ONE}</p><ul>{hours}</ul><p>{TWO}</p></div>")
    assert told == [*lines(ONE), *(f"第{n}场报告会 {n + 8}:30" for n in range(1, 7)), *lines(TWO)]


def test_where_a_station_asks_for_news_the_article_has_ended() -> None:
    asked = "<p>想爆料？请登录星河电视台小程序，或拨打新闻热线0791-88000000提供新闻线索。</p>"
    assert body(f"<div class=text><p>{ONE}</p><p>{TWO}</p>{asked}</div>") == lines(ONE, TWO)
