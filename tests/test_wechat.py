"""Articles of WeChat public accounts: their scripts tell the day and the account, which the page shows later."""

from __future__ import annotations

import pytest

from scrapers.article import extract
from scrapers.extraction import wechat

TEXT = (
    "<p>星河高新区管委会昨日召开会议，部署今年产业项目建设工作，要求各部门压实责任。</p>"
    "<p>会议指出，开工四十二个，完成八十六亿元。</p>"
)
HEAD = (
    '<h1 class="rich_media_title" id="activity-name">高新区部署产业项目</h1><div id="meta_content">'
    '<a href="javascript:void(0);" id="js_name">\n 星河发布 </a><em id="publish_time"></em></div>'
)


def page(script: str, head: str = HEAD) -> bytes:
    """A page as it is served, before its scripts ran."""
    return (
        f'<html><head><meta property="og:title" content="高新区部署产业项目"><title></title></head><body>{head}'
        f'<div class="rich_media_content" id="js_content" style="visibility: hidden;">{TEXT}</div><script>{script}</script>'
    ).encode()


@pytest.mark.parametrize(
    ("script", "at"),
    [
        ("var ct = \"1741132800\"; var createTime = '2025-03-05 08:00';", "2025-03-05T08:00+08:00"),
        ('var ct = "1741132800";', "2025-03-05T08:00:00+08:00"),
        ("var oriCreateTime = '1741132800';", "2025-03-05T08:00:00+08:00"),
        ("var other = 1;", None),
    ],
)
def test_the_day_and_the_account_are_told_by_the_scripts(script: str, at: str | None) -> None:
    found = extract(page(script), "https://mp.weixin.qq.com/s/abc")
    assert (found.title, found.published_at, found.origin) == ("高新区部署产业项目", at, "星河发布")
    assert found.body.count("\n") == 1


def test_an_account_is_told_by_its_nickname_too() -> None:
    script = 'var nickname = htmlDecode("星河&amp;高新");'
    assert extract(page(script, HEAD.replace("星河发布", "")), "https://mp.weixin.qq.com/s/abc").origin == "星河&高新"


def test_a_page_of_another_kind_tells_nothing() -> None:
    assert wechat.told('<div id="zoom"></div><script>var ct = "1741132800";</script>') == {}


VERSES = "".join(f"<p>{line}</p>" for line in ("水面上没有船", "只有一盏灯", "等着", "另一盏灯", "把夜照亮"))
OLD = (
    '<h2 class="rich_media_title" id="activity-name"> 河上的灯 </h2><div class="rich_media_meta_list">'
    '<em id="post-date" class="rich_media_meta rich_media_meta_text">2015-06-30</em>'
    '<em class="rich_media_meta rich_media_meta_text">王小明</em><a id="post-user">星河诗社</a></div>'
)
COMMENTS = "".join(f"<li><b>网友{n}</b><div>写得真好，第{n}遍读，还是感动，谢谢分享。</div></li>" for n in range(9))


def test_verses_without_a_mark_stand_against_the_comments_below() -> None:
    page = (
        f'<title>星河诗社</title><body>{OLD}<div id="js_content">{VERSES}</div>'
        f"<div><h3>精选留言</h3><ul>{COMMENTS}</ul></div>"
    )
    found = extract(page.encode(), "https://mp.weixin.qq.com/s/abc")
    assert (found.title, found.published_at, found.origin) == ("河上的灯", "2015-06-30", "星河诗社")
    assert found.author == "王小明"
    assert found.body.split("\n")[0] == "水面上没有船"
    assert found.body.count("\n") == 4
