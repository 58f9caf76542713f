"""The article of a page that no recipe knows: found whatever it looks like, and read from its first line to its last."""

from __future__ import annotations

import pytest

from scrapers.article import extract
from scrapers.clean import clean
from scrapers.model import Outcome, Unreadable
from tests.articles import DAY, ONE, THREE, TITLE, TWO
from tests.articles import NAVIGATION as MENU
from tests.articles import cleaned as lines
from tests.notices import FRAME, NOTICE, TEXT, body, bulletin, many

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


def test_empty_paragraphs_between_the_lines_part_nothing() -> None:
    """Old editors print a space that does not break in each."""
    spaced = "".join(f"<div>&nbsp;&nbsp; {text}</div><div>&nbsp;</div>" for text in (ONE, TWO, THREE))
    below = "<div>&nbsp;</div><div>&nbsp;&nbsp;&nbsp;</div>" * 20
    assert body(f"<div>{spaced}{below}</div>", "部署产业项目") == lines(ONE, TWO, THREE)


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


TABLE = (
    "<table><tr><td>标　　题：</td><td>{}</td></tr><tr><td>主题分类：</td><td>民政、扶贫、救灾</td></tr>"
    "<tr><td>发布日期：</td><td>2021年05月22日</td></tr></table>"
)


def test_a_table_of_fields_above_a_document_is_none_of_it() -> None:
    """Its title is no heading. The document repeats it, broken into two lines."""
    head = "<p style='text-align:center'>星河高新区管委会关于同意建立<br>银发经济联席会议制度的函</p><p>星管函〔2021〕7号</p>"
    told = "<p>经发局：</p><p>经管委会同意，现函复如下，请认真组织落实。</p><p>2021年5月21日</p>"
    title = "星河高新区管委会关于同意建立银发经济联席会议制度的函"
    found = bulletin(f"{TABLE.format(title)}<div><div class=text>{head}{told}</div></div>", title=title)
    assert found.body.split("\n") == lines(
        "星管函〔2021〕7号", "经发局：", "经管委会同意，现函复如下，请认真组织落实。", "2021年5月21日"
    )
    assert (found.title, found.published_at) == (title, "2021-05-22")


def test_a_caption_is_kept_apart_and_never_stands_for_the_article() -> None:
    figure = "<figure><img src=a.jpg><figcaption><p>会议现场，座无虚席。（王小明摄）</p></figcaption></figure>"
    for above, inside in ((f"<div id=zoom>{figure}</div>", ""), ("", figure)):
        found = bulletin(f"{above}<div><p>{ONE}</p>{inside}<p>{TWO}</p></div>")
        assert found.body.split("\n") == lines(ONE, TWO)
        if inside:
            assert found.extra["captions"] == lines("会议现场，座无虚席。（王小明摄）")
            assert found.images == ("http://h.cn/art/a.jpg",)


@pytest.mark.parametrize(
    "picture",
    [
        "<p><img src=a.jpg></p><p><strong>▲会议现场。（图／星河报）</strong></p>",
        "<section><img src=a.jpg></section><section><span>▲会议现场。（图／星河报）</span></section>",
        "<p>▲会议现场。（图／星河报）</p><p><img src=a.jpg></p>",
        "<p><img src=a.jpg><br>▲会议现场。（图／星河报）</p>",
    ],
)
def test_a_line_that_points_at_a_picture_is_its_caption(picture: str) -> None:
    found = bulletin(f"<div><p>{ONE}</p>{picture}<p>{TWO}</p></div>")
    assert found.body.split("\n") == lines(ONE, TWO)
    assert found.extra["captions"] == lines("▲会议现场。（图／星河报）")
    assert found.images == ("http://h.cn/art/a.jpg",)


def test_a_line_that_begins_so_without_a_picture_is_of_the_text() -> None:
    assert body(f"<div><p>{ONE}</p><p>▲第一产业</p><p>{TWO}</p></div>") == lines(ONE, "▲第一产业", TWO)


def test_a_caption_above_the_text_takes_no_line_of_it() -> None:
    figure = "<figure><img src=a.jpg><figcaption>会议现场 王小明摄</figcaption></figure>"
    for n in range(12):
        above = f"{figure}<ul><li>Author, 王小明</li><li>Role, 记者</li></ul><div>{DAY}</div>{'<wbr>' * n}"
        text = f"{above}<div><p>{ONE}</p></div><h2>终点站</h2><div><p>{TWO}</p></div>"
        assert body(f"<main>{text}</main>") == lines(ONE, "终点站", TWO)


def test_a_link_home_at_the_end_of_the_last_line_is_none_of_it() -> None:
    back = "<a href=//www.sohu.com/><span>返回搜狐，查看更多</span></a>"
    assert body(f"<article><p>{ONE}</p><p>{TWO}{back}</p></article>") == lines(ONE, TWO)


@pytest.mark.parametrize("paragraph", ["<p>{}</p>", "<div>{}</div>", "<div><p>{}</p></div>"])
def test_a_table_whose_cells_hold_paragraphs_ends_no_short_notice(paragraph: str) -> None:
    rows = (("科室", "时间"), ("儿科", "周六、周日 8:00-11:30，14:00-17:30"), ("口腔科", "周六 8:00-11:30"))
    cells = "".join(f"<tr>{''.join(f'<td>{paragraph.format(cell)}</td>' for cell in row)}</tr>" for row in rows)
    below = "".join(map(paragraph.format, ("预约电话：0536-8212120", "特此公告")))
    told = body(f"<div><span>{paragraph.format(NOTICE)}<table border=1>{cells}</table>{below}</span></div>")
    assert told == lines(NOTICE, *map("  ".join, rows), "预约电话：0536-8212120", "特此公告")


def test_of_a_table_with_one_sentence_all_rows_are_read() -> None:
    rows = (("处罚名称", "违反管理制度案"), ("法定代表人", "王小明"), ("违法事实", ONE), ("处罚机关", "星河区环保局"))
    cells = "".join(f"<tr><td>{name}</td><td>{value}</td></tr>" for name, value in rows)
    assert body(f"<div id=fontzoom><table border=1>{cells}</table></div>") == lines(*map("  ".join, rows))


def test_a_heading_and_a_byline_in_rows_of_their_own_are_none_of_the_text() -> None:
    above = f"<tr><td>{TITLE}</td></tr><tr><td>{DAY}　来源：星河日报</td></tr>"
    found = bulletin(f"<table>{above}<tr><td>{ONE}<br>{TWO}</td></tr></table>")
    assert found.body.split("\n") == lines(ONE, TWO)


@pytest.mark.parametrize(
    "paragraph", ["<div><p>{}</p></div>", "<p>{}</p>", "<section><div><span>{}</span></div></section>"]
)
def test_a_notice_of_one_sentence_has_its_address_and_signature(paragraph: str) -> None:
    told = ("各有关企业：", NOTICE, "附件：停水范围", "星河高新区供水公司", "2021年5月20日")
    page = f"<div>{''.join(map(paragraph.format, told))}</div><div><a href=1.doc>附件：停水范围.doc</a></div>"
    assert body(f"<div>{page}</div>")[:5] == lines(*told)
