"""What a line around an article tells: the value behind its label and nothing of what follows, and names that are names."""

from __future__ import annotations

import pytest

from scrapers.extraction import byline, events
from scrapers.extraction.names import is_pen_name, name_spaced, names_alone


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
        ("本网星河5月21日讯", None),
        ("公司官网5月21日消息,项目开工。", None),
        ("高新区5月21日召开会议。", None),
    ],
)
def test_a_report_begins_with_its_agency(line: str, name: str | None) -> None:
    assert byline.dateline(line) == name


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("作者:王小明 来源:星河网", "王小明"),
        ("作者:王小明、李大海", "王小明、李大海"),
        ("作者:王小明/李大海", "王小明/李大海"),
        ("作者:党政办 发布时间:2021-05-21", "党政办"),
        ("作者:Tom Smith", "Tom Smith"),
        ("作者:王小明(高新区管委会主任)", "王小明"),
        ("作者:王小明(本网特约评论员)", "王小明"),
        ("作者:王小明,系星河日报记者", "王小明"),
        ("参与采写:王小明", None),
        ("星河特约评论员 与归", "与归"),
        ("星河评论员 编辑部", None),
        ("Author, 王小明", "王小明"),
        ("本报记者 王小明 李大海 《星河日报》(2021年05月21日 第04版)", "王小明 李大海"),
        ("文/王小明 信息来源:星河网 更新时间:2021-05-21", "王小明"),
        ("投稿:王小明 | 来源:星河网", "王小明"),
        ("供稿:王小明 (2021-05-21)", "王小明"),
        ("供稿:城西街道妇联", None),
        ("记者:王小明 通讯员:李大海", "王小明 李大海"),
        ("本报记者 王小明 通讯员 李大海", "王小明 李大海"),
        ("文/星河晚报记者 王小明 通讯员 李大海", "王小明 李大海"),
        ("星河日报·星河网记者 格桑卓玛", "格桑卓玛"),
        ("本报记者格桑卓玛发自北京", "格桑卓玛"),
        ("● 记者王小明 李大海 文/图", "王小明 李大海"),
        ("文/图 王小明", "王小明"),
        ("文|王小明", "王小明"),
        ("文字:王小明 图片:李大海", "王小明"),
        ("主笔 | 王小明 编辑 | 李大海", "王小明"),
        ("星河网 本网记者 王小明 大字体 小字体", "王小明"),
        ("记者 格桑卓玛 王小明 · 2021-05-21 07:30", "格桑卓玛 王小明"),
        ("記者:王小明", "王小明"),
        ("文章作者:王小明", "王小明"),
        ("作者:王小明 见习记者:李大海", "王小明 李大海"),
        ("作者:王小明 李大海 选稿:赵天一", "王小明 李大海"),
        ("星河日报记者 王小明 通讯员 李大海", "王小明 李大海"),
        ("星河日报全媒体记者 王小明 通讯员 李大海", "王小明 李大海"),
        ("每经记者 王小明 每经编辑 李大海", "王小明"),
        ("(文/图 王小明 李大海 审核/赵天一)", "王小明 李大海"),
        ("(文/王小明 图/学生记者团 编辑/李大海)", "王小明"),
        ("ming2005 发表于 2021-05-21 10:00", "ming2005"),
        ("posted @ 2021-04-06 00:27 小明的博客园 阅读(12) 评论(3)", "小明的博客园"),
        ("本帖最后由 小明 于 2021-5-21 10:03 编辑", "小明"),
        ("楼主:小明 时间:2021-05-21 10:00:12 点击:12", "小明"),
        ("作者:小明不困 楼主 时间:2021-05-21", "小明不困"),
        ("作者:文/王小明 图/李大海", "王小明"),
        ("作者:主治医师 王小明", "王小明"),
        ("作者|王小明、李大海,编辑|赵天一", "王小明、李大海"),
        ("(文/星河之友 王小明)", "王小明"),
        ("(文/星河之友 山间散步)", "星河之友 山间散步"),
        ("(文/小猫咪 王小明)", "小猫咪 王小明"),
        ("(文/欧阳小明 李大海)", "欧阳小明 李大海"),
        ("作者:王小明,李大海", "王小明,李大海"),
        ("(文/王小明 制图/李大海)", "王小明"),
        ("作者,伊莎贝尔(Isabel Smith)", "伊莎贝尔(Isabel Smith)"),
        ("2021-05-21 10:20 星河報/ 記者王小明/台北即時報導", "王小明"),
        ("記者王小明/綜合報導", "王小明"),
        ("2021-05-21 07:50 星河新闻网 王小明 摄影报道", "王小明"),
        ("供稿:城西街道妇联 王小明", "王小明"),
        ("本贴由小明于2021年5月21日10:00:12在〖园区论坛〗发表", "小明"),
    ],
)
def test_an_author_is_all_who_wrote_and_nobody_else(line: str, names: str) -> None:
    assert byline.author(line) == names


@pytest.mark.parametrize(
    "line",
    [
        "作者:本网讯",
        "作者:管理员",
        "作者:佚名",
        "作者: 来源:星河网",
        "作者单位:星河大学",
        "记者从会上获悉",
        "记者站",
        "高新区举办通讯员培训班",
        "记者节快乐",
        "记者:请您介绍一下高新区的情况",
        "供稿:经济发展局",
        "本文发表于2021年5月21日",
        "本办法由管委会于2021年5月21日发布",
        "发布者:王小明",
        "25# 发表于 2021-05-21 10:00",
        "#3楼 发表于 2021-05-21 10:00",
        "記者王小明/攝影",
        "星河報/ 記者現場直擊/台北即時報導",
        "供稿:城西街道办事处 宣传部",
        "星河新闻网 摄影报道",
    ],
)
def test_what_only_mentions_an_author_names_none(line: str) -> None:
    assert byline.author(line) is None


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


@pytest.mark.parametrize("line", ["王小明", "王小明 李大海", "王小明、欧阳修", "王 明 李大海", "□ 王小明"])
def test_a_line_of_names_gives_them(line: str) -> None:
    assert names_alone(line) == line.strip("□ ")


@pytest.mark.parametrize(
    "line",
    "高新 方案 通知 安全生产 金水区 安徽 石家庄 张家口 马鞍山 时政 党建 项目 关注 全文 高质量 房地产 关键词 经济 农业 文化 "
    "管委会 方案、安全 时政|经济 方案小结报告".split(),
)
def test_a_place_an_office_or_a_heading_is_no_name(line: str) -> None:
    assert names_alone(line) is None


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


def test_a_note_on_who_last_edited_a_post_holds_nothing_else() -> None:
    assert byline.is_writer("本帖最后由 小明 于 2021-5-21 10:03 编辑")
    assert not byline.is_writer("本帖最后由 小明 于 2021-5-21 10:03 编辑,补充了照片")


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("本报讯 记者王小明 昨日,高新区召开会议。", "王小明"),
        ("南星讯 记者王小明 通讯员李大海 昨日,高新区召开会议。", "王小明 李大海"),
        ("星河新闻记者 王小明 李大海 5月20日,高新区召开会议。", "王小明 李大海"),
        ("本报讯(记者 王小明 实习生 李大海)昨日,高新区召开会议。", "王小明 李大海"),
        ("本报讯 记者 王小明 通讯员 李大海 昨日,高新区召开会议。", "王小明 李大海"),
        ("〔記者洪友芳/新竹報導〕高新區召開會議。", "洪友芳"),
        ("(中央社記者張建中新竹12日電)高新區召開會議。", "張建中"),
        ("[星河网报道 见习记者 王小明]高新区召开会议。", "王小明"),
        ("【星河報訊】(記者 王小明)高新區召開會議。", "王小明"),
        ("(文/星河观察网 王小明)“昨日开工。”他说。", "王小明"),
        ("(文/图 见附页)昨日,项目开工。", None),
        ("本报讯 记者李明 5月20日从高新区获悉,项目开工。", "李明"),
        ("本报讯 记者李明 通讯员穆小青 昨日,高新区召开会议。", "李明 穆小青"),
        ("本报讯 记者李明 通讯员反映 昨日,高新区召开会议。", None),
        ("本报讯 记者来到 现场,看到一派繁忙。", None),
        ("本报讯 记者了解到 通讯员李大海 昨日办喜事。", None),
        ("本报讯 记者沈阳 报道,高新区召开会议。", None),
        ("记者昨日 从高新区获悉,项目开工。", None),
        ("记者近日走访 高新区,看到一派繁忙。", None),
        ("星河网星河5月21日电 (王小明)高新区召开会议。", "王小明"),
        ("星河网星河5月21日电 (高新区)今日召开会议。", None),
    ],
)
def test_reporters_are_named_where_a_report_begins(line: str, names: str | None) -> None:
    assert byline.reporters([line], []) == names


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("请以最新预报为准。(文/王小明 制图/李大海)", "王小明"),
        ("他没有说话。(本文首发于星河App,作者|王小明、李大海,编辑|赵天一)", "王小明、李大海"),
        ("会议于下午结束。(星河会展中心)", None),
        ("会议于下午结束。(厂办 傅玉梅)", "傅玉梅"),
        ("会议于下午结束。(星河高新区经发局 赖小明 洪大海)", "赖小明 洪大海"),
        ("会议于下午结束。(星河会展中心 二楼)", None),
        ("明日复工。(记者 王小明 实习生 李大海)", "王小明 李大海"),
        ("(作者:王小明,系星河日报记者)", "王小明"),
        ("(作者:王小明,为星河大学教授)", "王小明"),
    ],
)
def test_those_who_wrote_a_report_are_named_where_it_ends(line: str, names: str | None) -> None:
    assert byline.reporters([], [line]) == names


@pytest.mark.parametrize(
    ("line", "name"),
    [("中共星河市委书记 王小明", "王小明"), ("星河市科学技术协会主席 王 明", "王 明"), ("党委书记 讲话", None)],
)
def test_a_speaker_is_named_with_an_office(line: str, name: str | None) -> None:
    assert byline.speaker(line) == name


@pytest.mark.parametrize(
    ("line", "name"), [("程 诺", "程 诺"), ("| 孟 凡 |", "孟 凡"), ("简 介", None), ("程诺", None), ("方 案", None)]
)
def test_a_short_name_is_spaced_to_the_width_of_three(line: str, name: str | None) -> None:
    assert name_spaced(line) == name


@pytest.mark.parametrize(
    ("text", "may_be"),
    [
        ("码农小王", True),
        ("Kevin_L", True),
        ("12345", False),
        ("星河日报", False),
        ("星河发布", False),
        ("关注", False),
        ("发表于", False),
    ],
)
def test_a_pen_name_is_no_medium_and_no_button(text: str, may_be: bool) -> None:
    assert is_pen_name(text) is may_be


def test_a_reporter_behind_the_medium_wrote_it() -> None:
    assert byline.aside("2021-05-21 来源:星河日报 王小明") == "王小明"
    assert byline.aside("来源:星河日报 星河") is None
    assert byline.aside("来源:星河日报 北京市") is None


@pytest.mark.parametrize("line", ["一、项目编号:GX-1", "合同编号:GX-1", "(2022年2月8日)"])
def test_the_first_line_of_a_notice_is_no_credit(line: str) -> None:
    assert not byline.is_credit(line)


@pytest.mark.parametrize("line", ["索引号:0145/2021", "发布时间:2021-05-21", "2021-05-21 星河网", "浏览次数:12"])
def test_what_a_site_prints_above_an_article_is_a_credit(line: str) -> None:
    assert byline.is_credit(line)
