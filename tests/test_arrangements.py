"""The fields of an article as sites set them: any label, order, separator and place. Drawn at random, as one page shows one
arrangement, and the next site has another."""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import example, given, settings
from hypothesis import strategies as st

from scrapers.clean import clean, squeeze
from tests.articles import MENU, SITE, TEXT
from tests.articles import extract_page as extract

TITLE = "全区产业项目建设部署会举行"
DAYS = ("2021-05-21", "2021年05月21日", "2021年5月21日", "2021/05/21", "2021.05.21", "２０２１年５月２１日")
TIMES = ("2021-05-21 10:05", "2021-05-21 10:05:33", "2021年05月21日 10:05", "2021/5/21 10:05:33", "2021年05月21日10:05")
DATED = (
    "", "发布时间：", "发布日期：", "时间：", "日期：", "【发布时间：", "发表时间：", "更新时间：", "[", "(", "发布于 ",
    "添加时间：", "录入时间：", "上传时间：", "信息时间：", "公开日期：", "创建时间：", "发稿时间：", "加入时间：",
)  # fmt: skip
ORIGINS = ("星河日报", "星河高新区管委会", "新华社", "党政办公室", "经济发展局", "区融媒体中心", "新华网-星河频道")
FROM = (
    "来源：", "信息来源：", "文章来源：", "稿源：", "新闻来源：", "【来源：", "出处：", "转载自：", "供稿单位：", "来源 ",
    "稿件来源：", "文章出处：", "来自：", "来 源：",
)  # fmt: skip
AUTHORS = ("王小明", "李国强", "张 伟", "欧阳修文", "陈静 赵磊", "周佳怡")
BY = (
    "作者：", "记者：", "撰稿：", "文/", "记者 ", "本报记者 ", "通讯员：", "供稿：", "撰稿人：", "作 者：", "供稿人：",
    "编写：", "文：", "采写：", "【作者：", "撰文：", "投稿：",
)  # fmt: skip
BESIDE = (
    "浏览次数：123", "点击：<b>0</b>", "字号：<a>大</a> <a>中</a> <a>小</a>", "阅读量：33", "打印", "分享到：",
    "【字体：大 中 小】", "[ 打印本页 ]", "点击数：", "责任编辑：admin", "编辑：刘芳", "审核：钱进",
    "人气：", "我要评论", "字体大小：",
)  # fmt: skip
SEPARATORS = ("&nbsp;&nbsp;", " ", " | ", "　　", " / ")
LINES = ("text", "span", "td", "li", "p", "div", "em", "dd")


@dataclass(frozen=True)
class Arrangement:
    """A page, and what it says."""

    page: str
    published_at: str
    origin: str | None
    author: str | None


@st.composite
def arrangements(draw: st.DrawFn) -> Arrangement:
    is_timed = draw(st.booleans())
    label = draw(st.sampled_from(DATED))
    told = [_labelled(label, draw(st.sampled_from(TIMES if is_timed else DAYS)))]
    origin = draw(st.none() | st.sampled_from(ORIGINS))
    author = draw(st.none() | st.sampled_from(AUTHORS))
    told += [_labelled(draw(st.sampled_from(FROM)), origin)] if origin else []
    told += [_labelled(draw(st.sampled_from(BY)), author)] if author else []
    told += draw(st.lists(st.sampled_from(BESIDE), max_size=2, unique=True))
    byline = _set(draw(st.permutations(told)), draw(st.sampled_from(LINES)), draw(st.sampled_from(SEPARATORS)))
    heading = f"<{(tag := draw(st.sampled_from(['h1', 'h2', 'h3', 'p', 'div'])))}>{TITLE}</{tag}>"
    # a date without a label is today's above the heading, and a signature's below the text
    places = [f"{heading}{byline}{TEXT}", f"{heading}{TEXT}{byline}", f"{byline}{heading}{TEXT}"]
    inside = draw(st.sampled_from(places if label[-1:] == "：" else places[:1]))
    whole = draw(st.sampled_from([f"{TITLE}-{SITE}", SITE, TITLE]))
    path = "<div>当前位置：<a href=/>首页</a> &gt; <a href=/a>新闻中心</a> &gt; 正文</div>"
    side = "".join(
        f"<li><a href=/{n}.html>高新区动态第{n}条消息的标题</a><span>2020-01-0{n}</span></li>" for n in range(1, 8)
    )
    page = f"<title>{whole}</title><body>{MENU}{path}<div>{inside}</div><ul>{side}</ul><div>主办：{SITE}</div>"
    return Arrangement(page, "2021-05-21T10:05" if is_timed else "2021-05-21", origin, author)


def _labelled(label: str, value: str) -> str:
    return label + value + {"【": "】", "[": "]", "(": ")"}.get(label[:1], "")


def _set(fields: list[str], line: str, separator: str) -> str:
    """The fields on a line, or each in an element of its own."""
    if line == "text":
        return f"<div>{separator.join(fields)}</div>"
    cells = "".join(f"<{line}>{field}</{line}>" for field in fields)
    return {"td": f"<table><tr>{cells}</tr></table>", "dd": f"<dl>{cells}</dl>", "li": f"<ul>{cells}</ul>"}.get(
        line, f"<div>{cells}</div>"
    )


@settings(max_examples=400)
@given(arrangements())
@example(
    Arrangement(
        f"<title>{SITE}</title><p>{TITLE}</p><div>撰文：陈静 赵磊　文章出处：新华社　加入时间：2021-05-21</div>{TEXT}",
        "2021-05-21",
        "新华社",
        "陈静 赵磊",
    )
)
@example(
    Arrangement(
        f"<title>{SITE}</title><h1>{TITLE}</h1><div>作者：王小明&nbsp;&nbsp;人气：&nbsp;&nbsp;2021-05-21</div>{TEXT}",
        "2021-05-21",
        None,
        "王小明",
    )
)
def test_fields_are_read_however_they_are_set(arranged: Arrangement) -> None:
    found = extract(arranged.page)
    assert found.title == clean(TITLE)
    assert (found.published_at or "").startswith(arranged.published_at)
    assert squeeze(found.origin or "") == squeeze(arranged.origin or "")
    assert squeeze(found.author or "") == squeeze(arranged.author or "")
    assert squeeze(found.body) == squeeze(extract(f"<body><h1>{TITLE}</h1>{TEXT}").body)
