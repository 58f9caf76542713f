"""The article of a page that no recipe knows: all of it, and nothing that stands around it."""

from __future__ import annotations

import pytest

from scrapers.article import extract
from scrapers.clean import clean
from scrapers.model import Bulletin, Outcome, Unreadable

ONE = "星河高新区管委会昨日召开会议，部署今年产业项目建设工作，要求各部门压实责任，倒排工期。"
TWO = "会议指出，去年全区新开工项目四十二个，完成投资八十六亿元，同比增长百分之十一。"
THREE = "会议强调，要把服务企业摆在首位，着力解决用地、用工、融资等问题，确保项目早日投产。"
TEXT = f"<p>{ONE}</p><p>{TWO}</p><p>{THREE}</p>"
NOTICE = "因管道检修，科技大道沿线明日九时至十七时停水，请提前储水。"
MENU = "<ul>" + "".join(f"<li><a href=/{n}>{n}</a></li>" for n in ("首页", "新闻", "政务", "投资", "办事")) + "</ul>"
FRAME = "<div>主办：星河高新区管委会 承办：党政办 ICP备12345678号 网站标识码：3601000001</div>"


def bulletin(inside: str, title: str = "停水通知", beside: str = "") -> Bulletin:
    """What a page says whose article is `inside`, below its heading and date."""
    page = (
        f"<title>{title}_星河高新区</title><body>{MENU}<div class=w><div><h1>{title}</h1><div>2021-05-21</div>"
        f"{inside}</div>{beside}</div>{FRAME}"
    )
    return extract(page.encode(), "http://h.cn/art/1.html")


def body(inside: str, title: str = "停水通知", beside: str = "") -> list[str]:
    """The lines of its body."""
    return bulletin(inside, title, beside).body.split("\n")


def lines(*texts: str) -> list[str]:
    return [clean(text) for text in texts]


def many(part: str, n: int = 9) -> str:
    """`part` nine times, `#` being its number."""
    return "".join(part.replace("#", str(i)) for i in range(1, n + 1))


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


FIRMS = [f"{n}.星河{name}科技有限公司" for n, name in enumerate("甲乙丙丁戊己庚辛", 1)]
ROWS = "".join(
    f"<tr><td>{n}</td><td>星河{name}科技</td><td>{n}00万元</td></tr>" for n, name in enumerate("甲乙丙丁", 1)
)


@pytest.mark.parametrize(
    ("inside", "told"),
    [
        ("".join(f"<p>{firm}</p>" for firm in FIRMS), FIRMS),
        ("<br>".join(FIRMS), FIRMS),
        (f"<table>{ROWS}</table>", [f"{n}  星河{name}科技  {n}00万元" for n, name in enumerate("甲乙丙丁", 1)]),
        ("王小明 李大海 赵天一<br>" * 3, ["王小明 李大海 赵天一"] * 3),
    ],
    ids=["paragraphs", "lines", "table", "names"],
)
def test_an_article_without_a_sentence_is_its_rows(inside: str, told: list[str]) -> None:
    assert body(f"<div>{inside}</div>", "2021年高新技术企业名单公示") == told


def test_a_list_of_links_is_no_article_without_a_sentence() -> None:
    rows = many("<li><a href=/#.html>高新区部署第#批项目建设工作</a><span>2021-05-0#</span></li>")
    with pytest.raises(Unreadable) as error:
        bulletin(f"<ul>{rows}</ul>", "通知公告列表")
    assert error.value.outcome is Outcome.LIST


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


@pytest.mark.parametrize(
    ("inside", "told"),
    [
        (f"<pre>\n　　{ONE}\n　　{TWO}\n</pre>", lines(ONE, TWO)),
        (
            f"<div id=js_content><section>{ONE}</section><section><section>{TWO}</section></section></div>",
            lines(ONE, TWO),
        ),
        (f"<founder-content><p>{ONE}</p><p>{TWO}</p></founder-content>", lines(ONE, TWO)),
        (
            f"<div><p>时间：2021年6月1日</p><p>地点：会展中心</p>{TEXT}</div>",
            lines("时间：2021年6月1日", "地点：会展中心", ONE, TWO, THREE),
        ),
        (
            f"<div><p>2021年1月5日</p><p>{ONE}</p><p>2021年2月6日</p><p>{TWO}</p></div>",
            lines("2021年1月5日", ONE, "2021年2月6日", TWO),
        ),
        (f"<div><p>记者：请介绍一下情况</p><p>答：{ONE}</p></div>", lines("记者：请介绍一下情况", f"答：{ONE}")),
        (f"<div><p>停水通知</p><p>来源：党政办</p>{TEXT}</div>", lines(ONE, TWO, THREE)),
    ],
    ids=[
        "lines of a pre",
        "sections",
        "founder",
        "an activity",
        "a chronicle",
        "an interview",
        "title and byline again",
    ],
)
def test_a_body_begins_with_its_own_first_line(inside: str, told: list[str]) -> None:
    assert body(inside) == told


def test_of_two_copies_one_is_read() -> None:
    inside = f"<div class=pc>{TEXT}</div></div><div class=m><h1>停水通知</h1><div>2021-05-21</div><div>{TEXT}</div>"
    assert body(inside) == lines(ONE, TWO, THREE)


def test_a_thread_is_read_from_its_first_post() -> None:
    posts = many("<tr><td>网友#</td><td>发表于 2021-05-21 10:0#<br>房价第#次上涨，再等等吧，不着急。</td></tr>", 5)
    page = f"<title>高新区房价怎么样_星河论坛</title><table>{posts}</table>"
    assert extract(page.encode(), "http://h.cn/t/1.html").body.startswith("网友1")


def test_a_decree_of_one_sentence_keeps_its_head_its_signature_and_its_files() -> None:
    decree = (
        "<div class=TRS_Editor><p style='text-align:center'><b>星河高新区管理委员会令</b></p>"
        "<div style='text-align:center'>第7号</div>"
        "<div>《星河高新区供水管理办法》已经2021年5月18日主任办公会议审议通过，现予公布，自2021年6月1日起施行。</div>"
        "<div style='text-align:center'>主任：王明</div><div style='text-align:center'>2021年5月21日</div></div>"
    )
    files = (
        "<div class=attachment><div>附件：</div><div><p><a href=./P1.pdf>星河高新区供水管理办法.pdf</a></p></div></div>"
    )
    found = bulletin(decree + files, title="星河高新区管理委员会令第7号")
    assert found.body.split("\n")[:2] == ["星河高新区管理委员会令", "第7号"]
    assert found.body.split("\n")[3:5] == ["主任:王明", "2021年5月21日"]
    assert found.attachments == ("http://h.cn/art/P1.pdf",)


def test_text_right_after_the_end_of_the_article_is_not_of_it() -> None:
    assert body(f'<div id="zoom">{TEXT}</div>云溪信息网', "部署产业项目") == lines(ONE, TWO, THREE)


def test_empty_paragraphs_between_the_lines_part_nothing() -> None:
    """Old editors print a space that does not break in each."""
    spaced = "".join(f"<div>&nbsp;&nbsp; {text}</div><div>&nbsp;</div>" for text in (ONE, TWO, THREE))
    below = "<div>&nbsp;</div><div>&nbsp;&nbsp;&nbsp;</div>" * 20
    assert body(f"<div>{spaced}{below}</div>", "部署产业项目") == lines(ONE, TWO, THREE)


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


def test_a_statement_within_an_article_is_of_it() -> None:
    own = ["本次招聘不收取任何费用，也不委托任何中介机构。", "凡以招聘名义收费的，均为诈骗，请及时报警。"]
    inside = f"{TEXT}<p>郑重声明</p>" + "".join(f"<p>{text}</p>" for text in own)
    assert body(f"<div>{inside}</div>", "招聘公告") == lines(ONE, TWO, THREE, "郑重声明", *own)


def test_a_row_of_a_table_is_not_cut() -> None:
    """One cell of it reads like a sentence, the others do not."""
    row = "<tr><td>分类：</td><td>环境监测、保护与治理；通告，公告。</td></tr>"
    article = f'<div id="zoom"><table>{row}</table>{TEXT}</div>'
    assert body(article, "部署产业项目") == lines("分类：  环境监测、保护与治理；通告，公告。", ONE, TWO, THREE)


def test_first_lines_in_a_box_of_their_own_are_of_the_article() -> None:
    inside = f'<div class="summary">{ONE}</div><div class="text"><p>{TWO}</p><p>{THREE}</p></div>'
    assert body(inside, "部署产业项目") == lines(ONE, TWO, THREE)


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


def test_an_article_of_one_line_with_a_reporter_is_no_byline() -> None:
    """Some sites print every mark as ASCII does."""
    line = "星河网讯(记者 王小明)5月20日,高新区公布两项措施,自下月起施行,企业可在线申报.两项均与上年持平."
    assert body(f"<div><p>{line}</p></div>") == [line]


def test_a_heading_that_reads_like_a_sentence_is_not_the_article() -> None:
    """It stands in a box of its own, far from a short text: a division, as on many sites, no `<h1>`."""
    title = "投资十亿元，就业三千人！高新区又一个项目落户，何时投产？"
    page = f"<title>{title}_星河网</title>{MENU}<div><div>{title}</div></div>{FRAME}<div><div>{ONE}</div></div>{MENU}"
    assert extract(page.encode(), "http://h.cn/1.html").body.split("\n") == lines(ONE)


@pytest.mark.parametrize(
    "section",
    [
        ["郑重声明", "凡冒用本单位名义收费的，将依法追究法律责任。", "附件：岗位表", "2021年5月21日"],
        ["郑重声明", "本次招聘不收费。", "四、联系方式", "咨询电话：0791-1234567，请在工作时间拨打。"],
        ["法律公告", "案例一：某网站转载文章，未署名，被判侵权。", "案例二：某公司冒用商标，被判赔偿。"],
        ["法律声明", "拍卖标的以现状为准，本报价不含税，请竞买人知悉。", "本社区居民优先，名额有限。"],
        ["版权声明", *(f"{n}、来稿版权归作者所有，转载须经同意。" for n in range(40))],
    ],
)
def test_a_section_of_the_article_on_rights_is_of_it(section: list[str]) -> None:
    inside = TEXT + "".join(f"<p>{text}</p>" for text in section)
    found = body(f"<div class=content>{inside}</div>", "部署产业项目")
    assert [text for text in found if text != section[0]] == lines(ONE, TWO, THREE, *section[1:])


@pytest.mark.parametrize("broken", ["<br<script>var a=1;</script>", "<p<textarea></textarea>", "<li<select></select>"])
def test_a_broken_tag_hides_nothing_that_follows(broken: str) -> None:
    assert body(f"<div>{broken}</div><div class=c>{TEXT}</div>", "部署产业项目") == lines(ONE, TWO, THREE)


def test_paragraphs_that_begin_and_end_alike_are_all_of_the_article() -> None:
    told = [f"依据《水污染防治法》第三十九条，对{n}公司处以罚款，并责令立即停止违法行为，限期整改。" for n in "甲乙丙"]
    inside = "".join(f'<p style="margin:{n}px">{text}</p>' for n, text in enumerate(told))
    assert body(f"<div class=content>{inside}</div>", "处罚决定") == lines(*told)


def test_a_first_sentence_that_is_the_title_too_is_of_the_article() -> None:
    title = "星河高新区管委会昨日召开会议，部署今年产业项目建设工作"
    assert body(f"<div class=content><p>{title}。</p><p>{TWO}</p></div>", title) == lines(f"{title}。", TWO)


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


def test_a_page_with_a_byline_alone_is_no_article() -> None:
    with pytest.raises(Unreadable):
        body('<div id="zoom"><p>来源：星河日报 2021-05-21</p></div>')


def test_of_a_letter_to_an_office_the_reply_is_the_article() -> None:
    asked = "<div class=letter><h2>路灯不亮的问题</h2><p>来信时间：2021-05-18</p></div>"
    reply = f"<div class=reply><p>答复时间：2021-05-21</p><div class=reply-c><p>{NOTICE}</p></div></div>"
    rules = f"<div class=aside><h4>写信须知</h4><p>{ONE}</p></div>"
    page = f"<title>信件详情-主任信箱-星河高新区</title><body>{MENU}{asked}{reply}{rules}{FRAME}"
    found = extract(page.encode(), "http://h.cn/art/1.html")
    assert (found.title, found.published_at, found.body) == ("路灯不亮的问题", "2021-05-21", clean(NOTICE))


def test_what_a_blogger_typed_is_the_article_though_its_box_is_named_for_advertisements() -> None:
    diary = "<p>夜雨敲窗，无眠，起来抄经。</p><p>天快亮了。</p>"
    others = "".join(f"<div><b>旧文{n}</b><p>昨日，高新区第{n}号公园开放，市民纷纷前往。</p></div>" for n in range(5))
    box = f"<div id=sina_keyword_ad_area2 class=articalContent>{diary}</div>"
    page = f"<title>雨夜_王小明_博客</title><body>{MENU}<h2>雨夜</h2><p>(2008-11-23 03:41)</p>{box}<div>{others}</div>"
    assert extract(page.encode(), "http://h.cn/art/1.html").body == clean("夜雨敲窗，无眠，起来抄经。\n天快亮了。")


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
