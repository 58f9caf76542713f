"""All that is of an article is read, from its first line to those who sign and the files below, whatever it looks like."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrapers.clean import clean
from tests.articles import ONE, THREE, TWO, cleaned
from tests.extents import ABOVE, TITLE, body, bulletin, paragraphs

SIGNED = ("星河高新区党政办", "2021年5月20日")
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


LAW = "<p>第一条　根据<a href=/1>《中华人民共和国科学技术进步法》</a>和<a href=/2>《促进科技成果转化法》</a>，制定本办法。</p>"


def test_a_paragraph_that_names_laws_is_no_row_of_links() -> None:
    assert body(f"<div class=c>{LAW}{paragraphs(ONE, TWO)}</div>")[0].startswith("第一条")


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


def test_a_summary_in_a_wrapper_of_that_name_is_of_the_article() -> None:
    lead = f"<div class=lead><p>{THREE}</p></div>"
    assert body(f"{lead}<div class=text>{paragraphs(ONE, TWO, ONE[:30] + '。')}</div>")[0] == clean(THREE)


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


def test_hours_of_a_report_as_it_happens_are_no_player() -> None:
    rows = "".join(
        f"<div class=lv><em>{hour}</em><div>{text}</div></div>" for hour, text in (("21:40", ONE), ("19:15", TWO))
    )
    assert body(f"<div class=live>{rows}</div>") == ["21:40", *cleaned(ONE), "19:15", *cleaned(TWO)]


BOXES = ["<div>{}</div>", "<section>{}</section>", "<blockquote>{}</blockquote>", "<table><tr><td>{}</td></tr></table>"]


@given(
    counts=st.tuples(st.integers(0, 3), st.integers(4, 30), st.integers(0, 3)),
    inner=st.sampled_from(BOXES),
    outer=st.sampled_from([*BOXES, "<div class=content>{}</div>", "<div id=zoom>{}</div>", "<article>{}</article>"]),
    tags=st.sampled_from(
        [("p", "p"), ("div", "div"), ("p class=t", "p class=t"), ("p", "div"), ("p", ""), ("", "p"), ("", "")]
    ),
)
def test_paragraphs_beside_a_box_with_the_others_are_of_the_article(
    counts: tuple[int, int, int], inner: str, outer: str, tags: tuple[str, str]
) -> None:
    said = iter(range(1, 100))
    texts = [
        [f"第{next(said)}项工作由星河高新区管委会牵头，有关部门配合，年底前完成。" for _ in range(n)] for n in counts
    ]
    beside, own = ((f"<{tag}>", f"</{tag.split()[0]}>") if tag else ("", "<br>") for tag in tags)
    above, inside, below = (
        paragraphs(*part, start=start, end=end) for part, (start, end) in zip(texts, (beside, own, beside), strict=True)
    )
    assert body(outer.format(above + inner.format(inside) + below)) == cleaned(*sum(texts, []))


@pytest.mark.parametrize("own", ["id=k7{}", "data-v-{}", "data-index={}"])
def test_what_gives_each_element_a_name_of_its_own_changes_nothing(own: str) -> None:
    """Some systems give each paragraph an id, and frameworks in the browser each row."""
    told = "".join(f"<p #{n}>第{n}项工作由星河高新区管委会牵头，有关部门配合，年底前完成。</p>" for n in range(4))
    rights = "<p #5>未经授权，不得转载本网稿件，违者必究。</p>"
    rows = "".join(f"<div #{n}><a href=/{n}.html>高新区第{n}个项目开工建设</a><p>{TWO}</p></div>" for n in range(6, 22))
    page = f"<div class=w2><div><h3 #9>一、任务</h3>{told}{rights}</div><div>{rows}</div></div>"
    plain = body(re.sub("#[0-9]+", "", page))
    assert plain == cleaned("一、任务", *re.findall(">(第.*?)<", told))
    assert body(re.sub("#([0-9]+)", lambda number: own.format(number[1]), page)) == plain


@pytest.mark.parametrize("wrapper", ["<div>{}</div>", "<section><section>{}</section></section>"])
def test_headings_and_tables_below_wrapped_paragraphs_are_of_the_article(wrapper: str) -> None:
    contact = "联系人：丁工　电话：0571-00000001"
    told, last = (
        "".join(wrapper.format(f"<p>{text}</p>") for text in part) for part in ((ONE, TWO, THREE), (contact,))
    )
    found = body(f"<div class=news_content>{told}<h4>4. 时间安排</h4>{TABLE}<h4>5. 联系方式</h4>{last}</div>")
    assert found == [*cleaned(ONE, TWO, THREE), "4. 时间安排", *ROWS, "5. 联系方式", *cleaned(contact)]
