"""From where to where an article goes: nothing of it is lost at its ends or in its middle, and nothing below it is taken in."""

from __future__ import annotations

import re

import pytest

from scrapers.article import extract
from scrapers.clean import clean
from scrapers.model import Bulletin

TITLE = "星河高新区人才公寓管理办法"
ONE = "星河高新区管委会昨日召开会议，部署今年产业项目建设工作，要求各部门压实责任，倒排工期。"
TWO = "会议指出，去年全区新开工项目四十二个，完成投资八十六亿元，同比增长百分之十一。"
THREE = "会议强调，要把服务企业摆在首位，着力解决用地、用工、融资等问题，确保项目早日投产。"
SIGNED = ("星河高新区党政办", "2021年5月20日")
MENU = "<ul>" + "".join(f"<li><a href=/{n}>{n}</a></li>" for n in ("首页", "新闻", "政务", "投资", "办事")) + "</ul>"
ABOVE = f"<h1>{TITLE}</h1><div>2021-05-21</div>"


def bulletin(inside: str, title: str = f"{TITLE}_星河高新区", above: str = ABOVE) -> Bulletin:
    page = f"<title>{title}</title><body>{MENU}<div class=w>{above}{inside}</div><div>主办：星河高新区 ICP备12345678号</div>"
    return extract(page.encode(), "http://h.cn/art/1.html")


def body(inside: str, above: str = ABOVE) -> list[str]:
    return bulletin(inside, above=above).body.split("\n")


def cleaned(*texts: str) -> list[str]:
    return [clean(text) for text in texts]


def paragraphs(*texts: str, start: str = "<p>", end: str = "</p>") -> str:
    return "".join(f"{start}{text}{end}" for text in texts)


FILE = "<p><a href=/api/download?id=1>附件1.申报指南.docx</a></p>"
TABLE = "<table><tr><td>企业</td><td>金额</td></tr><tr><td>云溪光电</td><td>12</td></tr></table>"
ROWS = ("企业  金额", "云溪光电  12")


LISTED = {
    "numbered": [f"{n}. <a href=http://o.cn/{n}>关于支持企业发展的若干措施之{n}</a>" for n in range(1, 7)],
    "documents": [f"<a href=/zc/{n}>《支持企业发展的若干措施之{n}》</a>" for n in "一二三四五六"],
}


@pytest.mark.parametrize("box", ["article_con", "TRS_Editor", "w2"])
@pytest.mark.parametrize(
    ("form", "tag", "below"),
    [
        ("numbered", "p", ()),
        ("numbered", "p", ("咨询电话：0517-83910001，工作日均可来电。",)),
        ("documents", "p", ()),
        ("documents", "li", ("咨询电话：0517-83910001，工作日均可来电。",)),
    ],
)
def test_what_an_author_lists_is_of_the_article(box: str, form: str, tag: str, below: tuple[str, ...]) -> None:
    rows = paragraphs(*LISTED[form], start=f"<{tag}>", end=f"</{tag}>")
    found = body(
        f"<div class={box}>{paragraphs(ONE)}{f'<ol>{rows}</ol>' if tag == 'li' else rows}{paragraphs(*below)}</div>"
    )
    assert found == cleaned(ONE, *(re.sub("<[^>]*>", "", line) for line in LISTED[form]), *below)


@pytest.mark.parametrize(
    ("inside", "told"),
    [
        (FILE, ["附件1.申报指南.docx"]),
        ("<p>申报网址：<a href=http://sb.h.cn/>http://sb.h.cn/apply/index.html</a></p>", None),
        ("".join(f"<p><a href=/zc/{n}.html>关于支持企业发展的若干措施之{n}</a></p>" for n in "一二三"), None),
        (f"<div align=center>{TABLE}</div>", list(ROWS)),
        (f"<section><div class=table-wrap>{TABLE}</div></section>", list(ROWS)),
        ("<div><h4>一、目标</h4><p>到2025年建成百亿园区</p></div>", ["一、目标", "到2025年建成百亿园区"]),
    ],
    ids=["file", "address", "links", "table", "wrapped table", "section"],
)
def test_what_stands_in_an_editors_box_is_of_the_article(inside: str, told: list[str] | None) -> None:
    found = body(f"<div class=TRS_Editor>{paragraphs(ONE, TWO)}{inside}{paragraphs(*SIGNED)}</div>")
    assert [found[:2], found[-2:]] == [cleaned(ONE, TWO), list(SIGNED)]
    assert told is None or found[2:-2] == told
    assert len(found) > 4


@pytest.mark.parametrize("last", [f"<div align=center>{TABLE}</div>", f"<section><section>{TABLE}</section></section>"])
def test_a_table_ends_an_article(last: str) -> None:
    assert body(f"<div id=zoom>{paragraphs(ONE, TWO)}{last}</div>") == [*cleaned(ONE, TWO), *ROWS]


def test_a_file_is_known_by_the_words_of_its_link() -> None:
    found = bulletin(f"<div class=c>{paragraphs(ONE, TWO)}{FILE}</div>")
    assert found.attachments == ("http://h.cn/api/download?id=1",)
    assert found.extra["attachments"] == [
        {"url": "http://h.cn/api/download?id=1", "name": "附件1.申报指南.docx", "type": "docx"}
    ]


@pytest.mark.parametrize(
    "heading",
    ["附件", "附件下载：", "相关附件下载", "【附件列表】", "附件清单", "附件信息", "下载附件", "资料下载", "文件下载"],
)
def test_a_box_of_files_below_an_article_is_of_it(heading: str) -> None:
    box = f"<div class=d1>{paragraphs(ONE, TWO)}</div><div class=d2><h4>{heading}</h4><ul><li>{FILE}</li></ul></div>"
    assert bulletin(f"{box}<div><h4>相关新闻</h4></div>").attachments == ("http://h.cn/api/download?id=1",)
    without = bulletin(f"<div class=d1>{paragraphs(ONE, TWO)}</div><div class=d2><h4>{heading}</h4></div>")
    assert (without.attachments, without.body.split("\n")) == ((), cleaned(ONE, TWO))


def test_a_sentence_on_the_next_part_of_a_series_is_of_the_article() -> None:
    last = "下一篇，我们将走进高新区的三家企业，看看它们怎么做。"
    assert body(
        f"<div class=c>{paragraphs(ONE, TWO, last)}</div><p>下一篇：<a href=/2>高新区召开会议</a></p>"
    ) == cleaned(ONE, TWO, last)


@pytest.mark.parametrize(
    "inside",
    [
        f"<div class=c><p>{ONE}</p><div align=right>{SIGNED[0]}</div><div align=right>{SIGNED[1]}</div></div>",
        f"<div class=c>　　{ONE}<br><div align=right>{SIGNED[0]}</div><div align=right>{SIGNED[1]}</div></div>",
        f"<table><tr><td>各单位：<br>{ONE}<p align=right>{SIGNED[0]}</p><p align=right>{SIGNED[1]}</p></td></tr></table>",
        f"<div class=c><p>{ONE}</p><div><p>{SIGNED[0]}</p><p>{SIGNED[1]}</p></div></div>",
        "<div id=js_content>"
        + paragraphs(ONE, *SIGNED, start="<section><section><p>", end="</p></section></section>")
        + "</div>",
        "<div class=c>" + paragraphs(ONE, TWO, *SIGNED, start="<div class=x><p>", end="</p></div>") + "</div>",
    ],
    ids=["divisions", "breaks", "cell", "a box", "sections", "wrapped"],
)
def test_those_who_sign_are_of_the_article(inside: str) -> None:
    found = body(inside)
    assert found[-2:] == list(SIGNED)
    assert clean(ONE) in found


@pytest.mark.parametrize(("long", "short"), [(114, 10), (230, 33), (115, 7)])
def test_a_paragraph_in_a_box_of_its_own_is_not_the_whole_article(long: int, short: int) -> None:
    texts = [f"{'高新区部署工作，' * (long // 8)}完成。", f"{'会议' * (short // 2 - 1)}完。"]
    assert body(
        "<div class=c>" + paragraphs(*texts, start="<div class=tw><p>", end="</p></div>") + "</div>"
    ) == cleaned(*texts)


@pytest.mark.parametrize(
    "line",
    [
        "相关信息显示，该公司成立于2015年。",
        "特别提醒：请考生携带身份证。",
        "扫码即可乘车，无需购票。",
        "更多精彩活动将陆续推出。",
        "声明：本公司从未授权他人招商。",
        "网友评论说，希望早日通车。",
        "以上内容由管委会负责解释。",
        "关键词：创新",
        "上一条所称企业，是指在区内注册的企业。",
    ],
)
@pytest.mark.parametrize("box", ["<div class=TRS_Editor>", "<div class=c>"])
def test_a_sentence_that_begins_like_boilerplate_is_of_the_article(line: str, box: str) -> None:
    assert body(f"{box}{paragraphs(ONE, TWO, line, THREE, ONE[:20] + '。')}</div>")[2:4] == cleaned(line, THREE)


def test_a_reminder_does_not_end_an_article_of_breaks() -> None:
    found = body(f"<div class=c>{'<br>'.join((ONE, TWO, '特别提醒：逾期不予受理。', THREE))}</div>")
    assert found[-1] == clean(THREE)


@pytest.mark.parametrize(
    "below",
    [
        "<h3>网友评论</h3>"
        + "".join(f"<div><span>网友{n}</span><p>支持第{n}个项目，早日建成。</p></div>" for n in "123"),
        "<div>推荐阅读</div>" + "".join(f"<div><p>昨日，第{n}个项目开工，总投资十亿元。</p></div>" for n in "123"),
        "<div><p>本文为星河网原创作品，未经授权不得转载，违者必究。</p></div>",
        "<div>市场有风险，投资需谨慎。本文不构成投资建议。</div>",
        "<div class=t><h3>推荐阅读</h3>"
        + "".join(
            f"<div class=item><h4><a href={n}>高新区第{n}个项目开工</a></h4><p>昨日，项目开工，投资十亿元。</p></div>"
            for n in range(6)
        )
        + "</div>",
    ],
    ids=["comments", "teasers", "rights", "risk", "cards"],
)
@pytest.mark.parametrize("count", [2, 6])
def test_what_stands_below_an_article_under_a_heading_of_its_own_is_none_of_it(below: str, count: int) -> None:
    texts = [ONE, TWO, THREE, ONE[:30] + "。", TWO[:30] + "。", THREE[:30] + "。"][:count]
    assert body(f"<div class=c>{paragraphs(*texts)}</div>{below}") == cleaned(*texts)
    assert body(f"{paragraphs(*texts)}{below}") == cleaned(*texts)


LETTER = (
    "星高管发〔2021〕12号",
    "各科室：",
    "现将《星河高新区人才公寓管理办法》印发给你们，请遵照执行。",
    *SIGNED,
)


def test_the_letter_that_a_document_is_sent_out_with_is_of_the_article() -> None:
    found = body(f"<div class=c>{paragraphs(*LETTER, TITLE, '第一条　' + ONE, '第二条　' + TWO)}</div>")
    assert found[:5] == cleaned(*LETTER)
    assert found[-1] == clean("第二条 " + TWO)


@pytest.mark.parametrize(
    "line", ["一、项目编号：GXZC-2022-J018", "合同编号：GX-12", "（2022年2月8日）", "二、项目名称：科技大道改造"]
)
def test_the_first_lines_of_a_notice_are_no_byline(line: str) -> None:
    assert body(f"<div class=TRS_Editor>{paragraphs(line, ONE, TWO)}</div>") == cleaned(line, ONE, TWO)


def test_a_byline_in_the_box_of_the_article_is_none_of_it() -> None:
    lines = paragraphs(TITLE, "2021-05-21 来源：星河日报 作者：王小明", ONE, TWO)
    assert body(f"<div class=TRS_Editor>{lines}</div>", above="") == cleaned(ONE, TWO)


LAW = "<p>第一条　根据<a href=/1>《中华人民共和国科学技术进步法》</a>和<a href=/2>《促进科技成果转化法》</a>，制定本办法。</p>"


def test_a_paragraph_that_names_laws_is_no_row_of_links() -> None:
    assert body(f"<div class=c>{LAW}{paragraphs(ONE, TWO)}</div>")[0].startswith("第一条")


HIDDEN = (
    "<div style='display:none'><p>您访问的链接即将离开“星河高新区”门户网站，是否继续？</p>"
    "<p>请确认后，继续访问。</p></div>"
)


def test_what_is_hidden_is_never_the_article() -> None:
    names = paragraphs(*(f"星河第{n}光电有限公司" for n in "一二三四五六七八"))
    assert body(f"<div class=c>{names}</div>{HIDDEN}")[-1] == "星河第八光电有限公司"


@pytest.mark.parametrize(
    "above",
    [
        f"<div class=hd><h1>{TITLE}</h1><p>对企业来说，一张罚单，可能就是一个月的利润。</p></div><p>2021-05-21</p>",
        f"<div class=hd><h1>{TITLE}</h1></div><p>2021-05-21</p>",
    ],
)
def test_a_line_below_the_heading_is_not_the_article(above: str) -> None:
    assert body(f"<div class=b>{paragraphs(ONE, TWO)}</div>", above=above)[-2:] == cleaned(ONE, TWO)


@pytest.mark.parametrize(
    "hint",
    [
        "打开微信，点击底部的“发现”，使用“扫一扫”即可将网页分享至朋友圈。",
        "安装星河客户端，第一时间接收最全面的资讯。",
        "点击上方蓝字，关注我们。",
        "长按识别二维码，关注星河高新区。",
    ],
)
def test_what_a_site_tells_its_readers_to_do_is_none_of_an_article(hint: str) -> None:
    head = f"<div class=hd><h1>{TITLE}</h1><div>2021-05-21</div><p>{hint}</p></div>"
    assert body(f"<div class=b>{paragraphs(ONE, TWO)}</div>", above=head) == cleaned(ONE, TWO)
    assert body(f"<div class=b>{paragraphs(ONE, hint, TWO)}</div>") == cleaned(ONE, TWO)


def test_a_byline_below_a_subtitle_is_none_of_an_article() -> None:
    lines = paragraphs("一张罚单，可能就是一个月的利润。", "2021-05-21 来源：星河日报 作者：王小明", ONE, TWO)
    assert body(f"<article><h1>{TITLE}</h1>{lines}</article>", above="")[1:] == cleaned(ONE, TWO)


FLASHES = "".join(
    f"<li><i>19:{n}</i><div>记者获悉，今年以来第{n}个项目开工，同比增长一成。</div></li>" for n in range(10, 26)
)


@pytest.mark.parametrize(
    "column",
    [f"<ul>{FLASHES}</ul>", f"<div>{paragraphs(ONE, TWO, THREE)}</div>"],
    ids=["flashes", "about us"],
)
def test_a_sentence_in_an_editors_box_stands_against_any_column(column: str) -> None:
    page = f"<div class=TRS_Editor><p>{NOTICE}</p></div></div><div class=side>{column}"
    assert body(page) == cleaned(NOTICE)


def test_flashes_beside_a_short_article_are_none_of_it() -> None:
    assert body(f"<div class=c>{paragraphs(ONE, TWO)}</div></div><div class=side><ul>{FLASHES}</ul>") == cleaned(
        ONE, TWO
    )


def test_a_summary_with_its_label_that_the_article_repeats_is_told_once() -> None:
    summary = f"<div class=s><b>摘要</b><p>{ONE}</p></div>"
    assert body(f"<div class=c>{summary}{paragraphs(ONE, TWO, THREE)}</div>") == cleaned(ONE, TWO, THREE)


NOTICE = "因管道检修，科技大道明日停水，请提前储水。"


def test_those_who_sign_are_no_heading() -> None:
    inside = (
        f"<div class=c><div>暂停办理业务的通知</div>{paragraphs('各单位：', ONE, '星河市科学技术局', SIGNED[1])}</div>"
    )
    found = bulletin(inside, title="星河市科学技术局", above="")
    assert found.body.split("\n")[-3:] == cleaned(ONE, "星河市科学技术局", SIGNED[1])


@pytest.mark.parametrize(
    "title", ["星河高新区管委会 - 新闻中心 - 春到高新", "春到高新_高新要闻_星河高新技术产业开发区管理委员会"]
)
def test_a_short_heading_is_seen_beside_long_names_of_a_site(title: str) -> None:
    rows = paragraphs(*(f"星河第{n}光电有限公司" for n in "一二三四五六七八"))
    found = bulletin(f"<div class=c>{rows}</div>", title, above="<h1>春到高新</h1><div>2021-05-21</div>")
    assert (found.title, found.body.count("光电")) == ("春到高新", 8)


@pytest.mark.parametrize(
    "line",
    [
        "本文仅代表作者个人观点，不代表本平台立场。",
        "图片来源于网络，如有侵权，请联系删除。",
        "转载请注明来源，并保留本文链接。",
        "本文不构成投资建议，据此操作，风险自负。",
    ],
)
def test_what_disclaims_an_article_below_it_is_none_of_it(line: str) -> None:
    assert body(f"<div class=c>{paragraphs(ONE, TWO, line)}</div>") == cleaned(ONE, TWO)
    assert body(f"<div class=c>{paragraphs(ONE, TWO)}</div><div class=d>{line}</div>") == cleaned(ONE, TWO)


def test_an_article_ends_where_it_says_so() -> None:
    lines = paragraphs(ONE, TWO, "— END —", "来源 | 产业圈", "图片 | 视觉中国", "点击“阅读原文”，查看更多。")
    assert body(f"<div class=c>{lines}</div>") == cleaned(ONE, TWO)


def test_a_summary_in_a_wrapper_of_that_name_is_of_the_article() -> None:
    lead = f"<div class=lead><p>{THREE}</p></div>"
    assert body(f"{lead}<div class=text>{paragraphs(ONE, TWO, ONE[:30] + '。')}</div>")[0] == clean(THREE)


@pytest.mark.parametrize(
    "below",
    [
        "<div class=a><p>长按识别二维码关注我们</p></div>",
        "<div class=a><p>星河首页 - 新闻 - 体育</p></div>",
        "<section><section><p>友情合作与广告投放</p></section></section>",
    ],
)
def test_a_line_in_a_box_of_its_own_beside_paragraphs_is_none_of_them(below: str) -> None:
    assert body(f"<div class=con>{paragraphs(ONE, TWO, THREE)}{below}</div>") == cleaned(ONE, TWO, THREE)
    assert body(f"<div class=con>{below}{paragraphs(ONE, TWO, THREE)}</div>") == cleaned(ONE, TWO, THREE)


RELATED = "".join(f"<p><a href=/{n}.html>高新区第{n}个项目开工建设</a></p>" for n in range(5))


@pytest.mark.parametrize("last", ["（编辑：文静）", "图为会议现场", "END", "浏览次数：12"])
def test_links_at_the_end_of_an_editors_box_are_none_of_the_article(last: str) -> None:
    assert body(f"<div class=TRS_Editor>{paragraphs(ONE)}{RELATED}{paragraphs(last)}</div>") == cleaned(ONE)


def test_a_vote_at_the_end_of_an_editors_box_is_none_of_the_article() -> None:
    vote = "<div><h4>您看完此新闻的心情</h4><ul><li>感动 0</li><li>高兴 1</li></ul></div>"
    assert body(f"<div class=TRS_Editor>{paragraphs(ONE, TWO)}{vote}</div>") == cleaned(ONE, TWO)


@pytest.mark.parametrize("tag", ["h3", "div", "p"])
@pytest.mark.parametrize("part", ["评论", "往期回顾", "精彩评论", "相关报道"])
def test_a_part_of_the_article_may_be_headed_so(tag: str, part: str) -> None:
    found = body(f"<div class=c>{paragraphs(ONE, TWO)}<{tag}>{part}</{tag}>{paragraphs(THREE, ONE[:30] + '。')}</div>")
    assert found[-2:] == cleaned(THREE, ONE[:30] + "。")


def test_a_leaf_that_holds_a_line_of_boilerplate_keeps_its_others() -> None:
    lines = "<br>".join((ONE, TWO, "责任编辑"))
    assert body(f"<div class=TRS_Editor><div>{lines}</div></div>") == cleaned(ONE, TWO)


@pytest.mark.parametrize(
    "box",
    ["<div style='display:none'>", "<div class=con aria-hidden=''>", "<div hidden>"],
    ids=["box", "aria", "hidden"],
)
def test_a_page_that_a_script_shows_is_read(box: str) -> None:
    assert body(f"{box}{ABOVE}<div class=con>{paragraphs(ONE, TWO)}</div></div>", above="") == cleaned(ONE, TWO)


@pytest.mark.parametrize(
    "line",
    [
        "点赞 12　收藏 3",
        "顶一下(0) 0% 踩一下(0) 0%",
        "[点击数：12] [收藏] [打印] [返回]",
        "首页 上一页 1 2 下一页 尾页",
        "已经是第一篇",
        "展开全文",
        "我要纠错",
        "<< 前一条 我市召开会议",
        "大家都在看",
        "手机扫码看新闻",
    ],
)
def test_what_a_page_is_worked_with_is_none_of_an_article(line: str) -> None:
    for box in ("<div class=c>", "<div class=TRS_Editor>"):
        assert body(f"{box}{paragraphs(ONE, TWO)}<div>{line}</div></div>") == cleaned(ONE, TWO)


@pytest.mark.parametrize("line", ["关注民生", "分享", "感动", "阅读改变人生", "12 打印机"])
def test_a_subheading_is_not_what_a_page_is_worked_with(line: str) -> None:
    assert body(f"<div class=c>{paragraphs(ONE, line, TWO)}</div>") == cleaned(ONE, line, TWO)


def test_a_part_headed_so_does_not_hide_the_end() -> None:
    part = f"<h3>评论</h3>{paragraphs(THREE, ONE[:30] + '。')}"
    below = "<h4>网友评论</h4>" + "".join(f"<div><b>网友{n}</b><i>支持，早日建成。</i></div>" for n in "123")
    assert body(f"<div class=c>{paragraphs(ONE, TWO)}{part}{below}</div>")[-1] == clean(ONE[:30] + "。")


def test_an_article_that_links_to_what_it_speaks_of_is_no_list() -> None:
    links = "".join(f"<p><a href=/zc/{n}.html>关于支持企业发展的若干措施之{n}</a></p>" for n in "一二三四五六七八")
    found = body(f"<div class=TRS_Editor>{paragraphs(ONE)}{links}{paragraphs(TWO, *SIGNED)}</div>")
    assert (len(found), found[0], found[-1]) == (12, clean(ONE), SIGNED[1])


@pytest.mark.parametrize(
    ("start", "end"), [("<tr><td>", "</td></tr>"), ("<div><b></b>", "</div>")], ids=["rows", "divisions"]
)
def test_who_speaks_when_and_where_is_of_what_announces_it(start: str, end: str) -> None:
    lines = ("报告人：王小明 教授", "时间：2021年5月25日14:30", "地点：科技楼308室")
    rows = paragraphs(*lines, start=start, end=end) + paragraphs(ONE, TWO, start=start, end=end)
    found = bulletin(f"<table>{rows}</table>" if "td" in start else f"<div class=c>{rows}</div>")
    assert found.body.split("\n")[:3] == cleaned(*lines)
    assert found.published_at == "2021-05-21"


def test_a_day_and_an_origin_above_an_article_announce_nothing() -> None:
    rows = paragraphs("时间：2021-05-21", "来源：星河网", ONE, TWO, start="<tr><td>", end="</td></tr>")
    assert body(f"<table>{rows}</table>") == cleaned(ONE, TWO)


@pytest.mark.parametrize(
    "line",
    [
        "<div class=g>請繼續往下閱讀...</div>",
        "<p class=a>不用抽 不用搶 現在用APP看新聞 <a>點我下載APP</a></p>",
        "<section><strong>跳过热读并继续阅读</strong></section>",
        "<div class=v><h2>更多报道：星河马拉松鸣枪</h2><time>02:44</time></div>",
        "<div class=u><p class=t>音频：高新区部署产业项目</p><span>00:00</span>/<span>02:13</span></div>",
    ],
)
def test_what_a_site_prints_between_the_paragraphs_is_none_of_them(line: str) -> None:
    assert body(f"<div class=c>{paragraphs(ONE, TWO)}{line}{paragraphs(THREE)}</div>") == cleaned(ONE, TWO, THREE)
    assert body(f"<div class=c>{paragraphs(ONE, TWO, THREE)}{line}</div>") == cleaned(ONE, TWO, THREE)


@pytest.mark.parametrize(
    "line",
    [
        "广告声明：文内含有的对外跳转链接用于传递更多信息，所有文章均包含本声明。",
        "温馨提示：以上内容仅供参考，不能代替医生诊断。",
        "© 2021年星河之声版权声明：本文所有内容受到著作权法保护。",
        "支持中央社，守護新聞自由",
    ],
)
def test_what_a_site_states_below_an_article_is_none_of_it(line: str) -> None:
    assert body(f"<div class=c>{paragraphs(ONE, TWO, line)}</div>") == cleaned(ONE, TWO)


def test_hours_of_a_report_as_it_happens_are_no_player() -> None:
    rows = "".join(
        f"<div class=lv><em>{hour}</em><div>{text}</div></div>" for hour, text in (("21:40", ONE), ("19:15", TWO))
    )
    assert body(f"<div class=live>{rows}</div>") == ["21:40", *cleaned(ONE), "19:15", *cleaned(TWO)]


def test_a_summary_that_begins_with_the_title_of_a_flash_is_told_once() -> None:
    summary = f"<div class=abstract><div>摘要</div><div>【产业项目开工四十二个】{TWO[:32]}。</div></div>"
    assert body(f"<div class=c>{summary}{paragraphs(TWO[:32] + '。', THREE)}</div>") == cleaned(TWO[:32] + "。", THREE)


def post(number: int, text: str) -> str:
    told = f"<div class=authi><a>网友{number}</a></div></td><td><em>发表于 2021-5-21 1{number}:00</em>"
    return f"<table><tr><td>{told}<table><tr><td id=postmessage_{number}>{text}</td></tr></table></td></tr></table>"


def test_the_first_post_of_a_thread_is_the_article() -> None:
    first = "<i>本帖最后由 网友1 于 2021-5-21 11:03 编辑</i><br>楼上漏水怎么办<br>在线等"
    posts = post(1, first) + "".join(post(n, f"{ONE}{TWO}") for n in range(2, 6))
    found = bulletin(f"<div>{posts}</div>", above=f"<h1>{TITLE}</h1>")
    assert (found.body, found.author, found.published_at) == (
        "楼上漏水怎么办\n在线等",
        "网友1",
        "2021-05-21T11:00+08:00",
    )
    told = "".join(
        f"<div class=item><div class='bbs-content clearfix'>{text}</div></div>" for text in (ONE, TWO, THREE)
    )
    assert bulletin(f"<div>{told}</div>").body == clean(ONE)


def test_the_line_that_names_the_writer_below_a_picture_is_none_of_the_article() -> None:
    above = (
        "<figure><p>灯塔建于1920年</p></figure><ul><li>作者，伊莎贝尔（Isabel Smith）</li><li>Role, 星河未来</li></ul>"
    )
    found = bulletin(f"<div class=c>{above}{paragraphs(ONE, TWO, THREE)}</div>")
    assert found.author == "伊莎贝尔(Isabel Smith)"
    assert found.body.split("\n")[-3:] == cleaned(ONE, TWO, THREE)
    assert "伊莎贝尔" not in found.body
    assert "Role" not in found.body


def test_what_readers_made_is_none_of_a_recipe() -> None:
    works = "".join(f"<div class=z><b>网友{n}</b><p>照着做了第{n}遍，很好吃，谢谢分享。</p></div>" for n in "123456")
    below = f"<div class=zp><h3>大家做的 46 份作品</h3>{works}</div>"
    assert body(f"<div class=c>{paragraphs(ONE, TWO, THREE)}</div>{below}") == cleaned(ONE, TWO, THREE)
