"""What a line around an article tells: the value behind its label and nothing of what follows, and names that are names."""

from __future__ import annotations

import pytest

from scrapers.extraction import byline, events


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("来源:星河网 编辑:李大海", "星河网"),
        ("来源:星河日报 第3版", "星河日报"),
        ("信息来源:区办公室 浏览:12次", "区办公室"),
        ("来源:中国星河网 2021-05-21", "中国星河网"),
        ("文章来源:科技局  发布时间:2021-05-21  点击数:120", "科技局"),
        ("来源:科技局 字体:[大 中 小]", "科技局"),
        ("来源:宣传部 供稿:王小明 摄影:李大海", "宣传部"),
        ("来源:星河社北京5月21日电", "星河社"),
        ("(来源:星河社 记者王小明)", "星河社"),
        ("来源:星河日报 王小明", "星河日报"),
        ("2021-05-21 10:00 来源:星河网-星河日报", "星河网-星河日报"),
        ("来 源:星河网", "星河网"),
        ("來源:星河社", "星河社"),
        ("来源|星河发布 编辑|李大海", "星河发布"),
        ("来源 星河日报", "星河日报"),
        ("【来源:星河网】", "星河网"),
        ("转自:星河日报", "星河日报"),
        ("来源:21世纪星河报道", "21世纪星河报道"),
        ("来源:星河周刊记者 王小明", "星河周刊"),
        ("来源:星河新闻网 参与互动(0)", "星河新闻网"),
        ("来源:星河日报 进入电子报", "星河日报"),
        ("来源:科技局 录入:王小明", "科技局"),
        ("来源:融媒体中心 A+ A-", "融媒体中心"),
        ("来源:省政府办公厅 T+T-", "省政府办公厅"),
        ("来源:星河图片网 1/6", "星河图片网"),
        ("来源:星河日报客户端 312万人参与", "星河日报客户端"),
        ("2021-05-21 来源: 挖土机小王 北京 举报", "挖土机小王"),
        ("來源:社會局5/3/2024", "社會局"),
        ("来源:星河网 37", "星河网"),
        ("稿件出处:星河网", "星河网"),
        ("来源:《星河文学》2021年第2期 | 程 诺 2021年5月21日", "《星河文学》2021年第2期"),
    ],
)
def test_an_origin_ends_where_another_field_begins(line: str, name: str) -> None:
    assert byline.origin(line) == name


@pytest.mark.parametrize(
    "line",
    [
        "来源: 作者:王小明",
        "来源:",
        "来源:本站",
        "来源:网络",
        "来源:管理员",
        "来源:本网原创",
        "资金来源:财政拨款",
        "数据来源:统计局",
        "图片来源:星河图库",
        "题图来自:星河图库",
        "旧厂房外景 图像来源: Smith/dpa",
        "案件线索来源:群众举报",
        "来源不明的资金",
        "瞳行智能的线激光相机,来源:企业供图",
        "凡注明来源:星河网的作品,均为本网版权所有",
    ],
)
def test_an_origin_that_is_none_is_empty(line: str) -> None:
    assert byline.origin(line) is None


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("本文来自微信公众号:星河产业One(xinghe),作者:王小明,题图来自:视觉中国", "星河产业One"),
        ("编者按:本文来自微信公众号“星河故事”(ID:xinghe),作者:王小明", "星河故事"),
        ("数据来自公众号“星河故事”的读者来信", None),
        ("欢迎关注星河公众号", None),
    ],
)
def test_a_public_account_is_told_where_a_text_is_from_it(line: str, name: str | None) -> None:
    assert byline.account(line) == name


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("星河社北京5月21日电 高新区召开会议。", "星河社"),
        ("【星河新材:终止增发】财星社3月14日电,星河新材公告。", "财星社"),
        ("(星河之声中文网)在小镇上,一口古井正在降温。", "星河之声中文网"),
        ("星河卫星通讯社莫城5月21日电 研究人员说,遗骸完好。", "星河卫星通讯社"),
        ("本网星河5月21日讯", None),
        ("公司官网5月21日消息,项目开工。", None),
        ("高新区5月21日召开会议。", None),
    ],
)
def test_a_report_begins_with_its_agency(line: str, name: str | None) -> None:
    assert byline.dateline(line) == name


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("编辑:李大海 审核:赵天一", "李大海"),
        ("责任编辑:李大海_NB123", "李大海"),
        ("編輯:李大海 記者:王小明", "李大海"),
        ("编辑 李大海 二审 赵天一 三审 钱多多", "李大海"),
        ("责任编辑:李大海 实习编辑:赵天一", "李大海"),
        ("责任编辑:", None),
        ("责任编辑:admin", None),
        ("实习编辑:赵天一", None),
        ("编辑:星河高新技术产业开发区管理委员会党政办公室信息中心", None),
        ("主编:赵天一", None),
    ],
)
def test_an_editor_is_the_one_who_is_called_so(line: str, name: str | None) -> None:
    assert byline.editor(line) == name


def test_who_checked_is_asked_for_apart() -> None:
    assert byline.editor("审核:赵天一") is None
    assert byline.editor("审核:赵天一", "checker") == "赵天一"


@pytest.mark.parametrize(
    "lines",
    [
        ["来源", "星河日报", "发布时间", "2021-05-21"],
        ["来源:", "星河日报", "发布时间:", "2021-05-21"],
        ["来 源 :", "星河日报", "发布时间 :", "2021-05-21"],
    ],
)
def test_a_label_in_a_cell_of_its_own_is_joined_with_the_next(lines: list[str]) -> None:
    joined = byline.joined(lines)
    assert len(joined) == 2
    assert byline.origin(joined[0]) == "星河日报"
    assert byline.fields(joined[1]) == (("date", "2021-05-21"),)


def test_an_empty_label_takes_neither_the_next_label_nor_a_date() -> None:
    lines = ["来源:", "作者:", "编辑:", "2021-05-21", "分享到:", "微信"]
    assert byline.joined(lines) == lines
    assert byline.joined(["来源", "作者", "王小明"]) == ["来源", "作者:王小明"]


@pytest.mark.parametrize(
    "line",
    [
        "2021年5月20日,高新区召开会议,部署产业项目",
        "星河日报2021年5月20日讯",
        "(2021年5月21日星河市人大常委会通过)",
        "报名时间:2021年6月1日",
        "2021年6月1日至2021年6月10日",
        "截至2021年6月1日",
        "记者:请您介绍一下高新区的情况",
        "因管道检修,明日停水。",
        "联系人:" + "高新区政务服务中心" * 12,
    ],
)
def test_prose_that_holds_a_date_or_a_label_is_no_byline(line: str) -> None:
    assert not byline.is_byline(line)


@pytest.mark.parametrize(
    "line",
    [
        "2021-05-21",
        "2021年05月21日 星期五 星河日报",
        "来源:星河网",
        "发布时间 2021-05-21 10:00",
        "浏览次数:12",
        "来源:星河网 作者:买买提.艾力",
        "来源:你好星河",
        "文/王小明 编辑/李大海",
        "文/王小明 2021-05-21",
    ],
)
def test_a_line_of_fields_is_a_byline(line: str) -> None:
    assert byline.is_byline(line)


def test_lines_of_an_event_tell_more_than_a_day() -> None:
    assert events.details_at_end(["欢迎参加", "讲座题目:机器人的一天", "时间:5月21日", "地点:报告厅"]) == 3
    assert events.details_at_end(["时间:5月21日", "日期:2021年5月21日"]) == 0
    assert events.details_at_end(["欢迎参加", "地点:报告厅"]) == 0


@pytest.mark.parametrize("line", ["一、项目编号:GX-1", "合同编号:GX-1", "(2022年2月8日)"])
def test_the_first_line_of_a_notice_is_no_credit(line: str) -> None:
    assert not byline.is_credit(line)


@pytest.mark.parametrize("line", ["索引号:0145/2021", "发布时间:2021-05-21", "2021-05-21 星河网", "浏览次数:12"])
def test_what_a_site_prints_above_an_article_is_a_credit(line: str) -> None:
    assert byline.is_credit(line)
