"""The title of a page that no recipe knows: what its heading and `<title>` agree on, or what names itself the title."""

from __future__ import annotations

import pytest

from scrapers.clean import clean
from tests.articles import DAY, SITE, TEXT, TITLE, bulletin

LONG = "修表匠王小明的三个春天和两个秋天"


@pytest.mark.parametrize("mark", ["_", "-", " - ", "|", " | ", "——", "--", "–", " — ", ">", " >> ", "·", "丨", "："])
def test_a_title_is_the_heading_without_the_name_of_the_site(mark: str) -> None:
    assert bulletin(f"<div>{TITLE}</div><div>2021-05-21</div>{TEXT}", f"{TITLE}{mark}{SITE}").title == TITLE
    assert bulletin(f"<div>2021-05-21</div>{TEXT}", f"{TITLE}{mark}{SITE}").title == TITLE


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


@pytest.mark.parametrize("tag", ["h1", "h2", "h3"])
def test_a_title_of_a_page_that_is_called_as_its_site_is_its_heading(tag: str) -> None:
    page = f"<{tag}>{TITLE}</{tag}><h4>——开工四十二个</h4><div>{DAY}</div>{TEXT}"
    assert bulletin(page, "星河日报").title == TITLE


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


@pytest.mark.parametrize("tag", ["h1", "div"])
@pytest.mark.parametrize("heading", [TITLE, "产业项目建设部署会召开"])
@pytest.mark.parametrize(
    "whole",
    ["星河高新区", "星河高新区-新闻中心", "新闻中心_星河高新区", "欢迎光临星河高新区", "::星河高新区::",
     "星河高新区_星河高新区管委会", "星河高新区政府门户网站", "星河高新区-{}", "星河高新区 &gt;&gt; 新闻动态 &gt;&gt; {}",
     "{}_星河高新区"],
)  # fmt: skip
def test_where_all_pages_of_a_site_are_called_as_it_a_title_may_begin_as_they_do(
    whole: str, heading: str, tag: str
) -> None:
    page = f"<{tag}>{heading}</{tag}><div>来源：党政办　发布时间：{DAY}</div>{TEXT}"
    assert bulletin(page, whole.format(heading)).title == heading


@pytest.mark.parametrize("heading", ["2025年国民经济和社会发展统计公报", "高新区大气质量月报"])
def test_a_report_is_not_the_name_of_a_newspaper(heading: str) -> None:
    page = f"<div>{heading}</div><div>星河县统计局</div><div>{DAY}</div>{TEXT}"
    assert bulletin(page, f"{heading}-星河县人民政府网").title == heading


@pytest.mark.parametrize("heading", [TITLE, "夏粮开镰"])
def test_a_paper_whose_name_is_a_heading_and_stands_in_front(heading: str) -> None:
    page = f"<h1><a href=/>星河特区报</a></h1><h2>{heading}</h2><div>{DAY}</div>{TEXT}"
    assert bulletin(page, f"星河特区报-{heading}").title == heading


@pytest.mark.parametrize("tag", ["h1", "h2 class=articleTitle"])
def test_a_magazine_whose_name_stands_in_front_is_no_title(tag: str) -> None:
    page = f"<{tag}>修理铺开了一家书店</{tag[:2]}><p>{DAY}</p>{TEXT}"
    assert bulletin(page, "星河周末 - 修理铺开了一家书店").title == "修理铺开了一家书店"


@pytest.mark.parametrize("whole", ["星河高新技术产业园区--新闻", "星河市政府信息公开"])
def test_what_all_pages_are_called_is_no_title(whole: str) -> None:
    cell = "<table><tr><td>公开日期</td><td>2021-05-21</td></tr></table>"
    assert (
        bulletin(f"{cell}<table><tr><td><br><b>{TITLE}</b></td></tr><tr><td>{TEXT}</td></tr></table>", whole).title
        == TITLE
    )


def test_an_e_paper_states_title_and_day_in_a_comment() -> None:
    menu = "<p><a href=/>星河新闻网</a> | <a href=/a>返回首页</a> | <a href=/b>往期回顾</a></p>"
    stated = f"<!--enpproperty <date>{DAY} 00:00:00:0</date><title>夏粮<br/>开镰</title>/enpproperty-->"
    found = bulletin(f"{menu}<div>夏粮开镰</div>{stated}{TEXT}", "星河晚报")
    assert (found.title, found.published_at) == ("夏粮 开镰", DAY)
    assert bulletin(f"{menu}<div>夏粮今天开镰</div><div>{DAY}</div>{TEXT}", "星河晚报").title == "夏粮今天开镰"


@pytest.mark.parametrize("title", ["星河高新区产业指导目录 第2版", "星河高新区权责清单 2021-03-01 修订版"])
def test_an_edition_or_a_day_in_a_title_stays(title: str) -> None:
    assert bulletin(f"<div>{title}</div><div>发布时间：2021-05-21</div>{TEXT}", f"{title}_{SITE}").title == title
