"""Kinds of pages: each a typed outcome, and a bulletin that is about one of them is none of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from scrapers.article import extract, read
from scrapers.extraction import kinds, walls
from scrapers.model import Bulletin, Outcome, Unreadable
from scrapers.sources import find_source
from tests.outcomes import PROSE, URL, article, bare, kind, page

# Pages that are gone

GONE = {
    "a bare 404": bare("404", "<h1>404</h1><p>抱歉,您访问的页面不存在!</p>"),
    "nginx": bare("404 Not Found", "<center><h1>404 Not Found</h1></center><hr><center>nginx</center>"),
    "a countdown in the site's own frame": page(
        "云溪高新区", "<div><p>很抱歉，您要查看的信息已被删除或不存在！</p><p><b>5</b>秒后自动跳转到首页</p></div>"
    ),
    "a vague title": page("提示信息", "<p>您所访问的文章不存在</p>"),
    "找不到了": page("云溪高新区", "<p>对不起，您访问的页面找不到了~</p>"),
    "withdrawn": page("云溪高新区", "<p>该信息已被删除。</p>"),
    "a forum's": page("云溪论坛", "<p>抱歉，指定的主题不存在或已被删除或正在被审核</p>"),
    "微信": bare("", "<p>该内容已被发布者删除</p>"),
    "微信, against its rules": bare(
        "", "<h2>此内容因违规无法查看</h2><p>接相关投诉，此内容违反《某某规定》，查看详情</p>"
    ),
    "an account that is gone": bare("", "<p>此帐号已自主注销，内容无法查看</p>"),
    "no record": bare("云溪高新区", "<p>参数错误，没有找到相关记录！返回</p>"),
    "a closed site": bare("网站暂时关闭", "<p>该网站暂时无法访问</p><p>网站未完成备案或正在维护，请稍后再试。</p>"),
    "下线": page("云溪高新区", "<p>内容已下线</p>"),
    "home by refresh": bare("", "<p>正在跳转</p>", '<meta http-equiv="refresh" content="3;url=/">'),
    "a 404 that leads home": bare("", "<p>出错了</p><script>setTimeout(function(){location.href='/'},3000)</script>"),
}


@pytest.mark.parametrize("gone", GONE)
def test_a_page_that_says_it_is_gone_is_gone(gone: str) -> None:
    assert kind(GONE[gone]) is Outcome.GONE


def test_a_layout_does_not_read_it_as_an_article_either() -> None:
    html = '<meta name="ArticleTitle" content="提示"><div id="zoom"><p>抱歉，该信息已被删除！</p></div>'
    with pytest.raises(Unreadable) as caught:
        extract(html.encode(), URL, source=find_source("nchdz"))
    assert caught.value.outcome is Outcome.GONE


@pytest.mark.parametrize(
    ("title", "text"),
    [
        (
            "关于部分旧链接提示404的说明",
            "近日有用户反映,访问旧链接时提示“您访问的页面不存在”,现说明如下:旧链接已失效,请从首页重新进入。",
        ),
        ("404家企业获得补贴", "云溪高新区今年共有404家企业获得补贴,信息已被删除的不再列入,名单见附件。"),
        ("关于删除过期公示信息的通知", "各单位:公示期满的信息已被删除,如需查询,请联系办公室,特此通知。"),
        ("提示信息发布办法", "为规范提示信息的发布,制定本办法,自今日起施行。"),
    ],
)
def test_a_bulletin_about_lost_pages_is_a_bulletin(title: str, text: str) -> None:
    assert article(page(title, f"<h1>{title}</h1><p>{text}</p>")).title == title


# Signposts


@pytest.mark.parametrize(
    ("html", "target"),
    [
        ('<meta http-equiv="Refresh" content="0; URL=\'/b/2.html\'">', "http://h.cn/b/2.html"),
        ("<script>window.location.href='https://o.cn/s/abc?id=1';</script>", "https://o.cn/s/abc?id=1"),
        (page("通知", '<script>location.replace("2.html")</script>'), "http://h.cn/a/2.html"),
        ('<script>window.location = "//o.cn/x"</script>', "http://o.cn/x"),
        ("<body onload=\"location.href='2.html'\">", "http://h.cn/a/2.html"),
        ("<script>var url='2.html';location.href=url;</script>", "http://h.cn/a/2.html"),
        ('<script>var to = "2.html"; window.location.replace(to)</script>', "http://h.cn/a/2.html"),
        ("<script>setTimeout(function(){top.location='2.html'}, 100)</script>", "http://h.cn/a/2.html"),
    ],
)
def test_a_page_that_only_leads_on_tells_where(html: str, target: str) -> None:
    with pytest.raises(Unreadable) as caught:
        extract(html.encode(), URL)
    assert (caught.value.outcome, caught.value.target) == (Outcome.REDIRECT, target)


@pytest.mark.parametrize(
    "html",
    [
        '<meta http-equiv="refresh" content="300">',
        f'<meta http-equiv="refresh" content="0;url={URL}">',
        '<meta http-equiv="refresh" content="600;url=/b/2.html">',
        "<script>location.href='javascript:void(0)'</script>",
        "<script>if(/iPhone/.test(navigator.userAgent)){location.href='http://m.h.cn/a'}</script>",
        "<script>function search(){location.href='/search.html'}</script>",
        "<script>$('.x').click(function(){location.href='/x.html'})</script>",
        "<script>if(location.href=='/x.html'){}</script>",
        "<script>location.href='/list.html?id='+id</script>",
        "<script>var url='/list.html?id=';location.href=url+id</script>",
    ],
)
def test_a_page_that_may_stay_stays(html: str) -> None:
    assert kind(page("云溪高新区", html)) is Outcome.NO_ARTICLE


def test_an_article_that_refreshes_elsewhere_is_an_article() -> None:
    html = page("大会召开", f"<h1>大会召开</h1>{PROSE * 8}<script>location.href='/m/1.html'</script>")
    assert article(html).title == "大会召开"


# Pictures, videos, files


def test_pictures_where_the_article_stands_are_a_bulletin_of_pictures() -> None:
    html = page(
        "一图读懂", '<h1>一图读懂</h1><p>发布时间:2026-03-01</p><div class="TRS_Editor"><img src="b/1.jpg"></div>'
    )
    found = article(html)
    assert (found.title, found.body, found.extra["kind"]) == ("一图读懂", "", "pictures")
    assert (found.published_at, found.images) == ("2026-03-01", ("http://h.cn/a/b/1.jpg",))


def test_a_body_that_a_script_fills_is_no_bulletin_of_its_spinner() -> None:
    assert (
        kind(page("一图读懂", '<h1>一图读懂</h1><div id="zoom"><img src="/img/loading.gif"></div>'))
        is Outcome.NO_ARTICLE
    )


def test_files_keep_their_names_and_types() -> None:
    html = page(
        "名单公示",
        '<h1>名单公示</h1><div id="zoom"><p>附件:<a href="f/1.pdf">2026年公示名单.pdf</a></p>'
        '<p><a href="f/%E8%A1%A8.XLSX?v=2"> </a></p></div>',
    )
    found = article(html)
    assert found.extra["kind"] == "files"
    assert found.attachments == ("http://h.cn/a/f/1.pdf", "http://h.cn/a/f/%E8%A1%A8.XLSX?v=2")
    assert found.extra["attachments"] == [
        {"url": "http://h.cn/a/f/1.pdf", "name": "2026年公示名单.pdf", "type": "pdf"},
        {"url": "http://h.cn/a/f/%E8%A1%A8.XLSX?v=2", "name": "表.XLSX", "type": "xlsx"},
    ]


def test_an_article_with_a_file_is_an_article() -> None:
    html = page("大会召开", f'<h1>大会召开</h1><div id="zoom">{PROSE * 4}<a href="1.doc">议程.doc</a></div>')
    found = article(html)
    assert "kind" not in found.extra
    assert found.extra["attachments"] == [{"url": "http://h.cn/a/1.doc", "name": "议程.doc", "type": "doc"}]


DATED = "<h1>一图读懂</h1><div class=i><span>2026-03-01 09:00</span><span>来源：云溪发布</span></div>"


@pytest.mark.parametrize("box", ["art-content", "dt-c", "x"])
def test_pictures_below_a_title_and_its_day_are_a_bulletin_whatever_their_box_is_called(box: str) -> None:
    inside = '<p><img src="b/1.jpg"></p><p><img src="b/2.jpg"></p>'
    found = article(
        page("一图读懂_云溪", f"<div class=a>{DATED}<div class={box}>{inside}</div><div>分享到：</div></div>")
    )
    assert (found.title, found.published_at, found.origin) == ("一图读懂", "2026-03-01T09:00+08:00", "云溪发布")
    assert (found.body, found.extra["kind"]) == ("", "pictures")
    assert found.images == ("http://h.cn/a/b/1.jpg", "http://h.cn/a/b/2.jpg")


def test_captions_below_pictures_in_a_table_are_its_text() -> None:
    cells = (
        "<tr><td><img src=1.jpg></td><td><img src=2.jpg></td></tr><tr><td>修复前的码头</td><td>修复后的绿道</td></tr>"
    )
    found = article(page("一图读懂_云溪", f"{DATED}<table>{cells}</table>"))
    assert (found.body, len(found.images)) == ("修复前的码头  修复后的绿道", 2)


@pytest.mark.parametrize(
    "inside",
    [
        "<a href=http://ad.cn/><img src=ad.jpg></a>",
        "<img src=/img/logo.png>",
        "",
    ],
)
@pytest.mark.parametrize("head", [DATED, "<h1>一图读懂</h1>"])
def test_an_advertisement_below_a_title_is_no_bulletin(inside: str, head: str) -> None:
    found = kind(page("一图读懂_云溪", f"<div>{head}<div class=x>{inside}</div></div>"))
    assert not isinstance(found, Bulletin) or not found.images


EMBEDDED = {
    "a frame": '<iframe src="/f/1.pdf"></iframe>',
    "a viewer": '<iframe src="/pdfjs/web/viewer.html?file=/f/1.pdf"></iframe>',
    "a viewer, escaped": '<iframe src="/pdfjs/web/viewer.html?file=%2Ff%2F1.pdf&amp;page=1"></iframe>',
    "embed": '<embed src="/f/1.pdf" type="application/pdf">',
    "object": '<object data="/f/1.pdf" type="application/pdf"></object>',
    "a university's player": """<div class=wp_pdf_player pdfsrc="/f/1.pdf" sudyfile-attr="{'title':'1.pdf'}"></div>""",
    "a script": """<a href="javascript:downLoad('/f/1.pdf')">1.pdf</a>""",
    "a click": """<a href="javascript:void(0)" onclick="window.open('/f/1.pdf')">1.pdf</a>""",
}


@pytest.mark.parametrize("form", EMBEDDED)
@pytest.mark.parametrize("text", ["", PROSE * 4])
@pytest.mark.parametrize("box", ["id=zoom", "class=x"])
def test_a_file_that_a_page_shows_or_opens_is_an_attachment(form: str, text: str, box: str) -> None:
    found = article(page("一图读懂_云溪", f"<div>{DATED}<div {box}>{text}{EMBEDDED[form]}</div></div>"))
    assert found.attachments == ("http://h.cn/f/1.pdf",)
    assert (found.published_at, found.origin) == ("2026-03-01T09:00+08:00", "云溪发布")


def test_files_between_a_title_and_its_text_are_attachments() -> None:
    rows = (
        "<tr><th>发布时间</th><td>2026-03-01</td></tr><tr><th>附件</th><td><a href=/d.do?n=1>申报书.docx</a></td></tr>"
    )
    text = "<tr><td colspan=2>请各企业下载申报书，按要求填写后，于4月15日前报送经发局产业科。</td></tr>"
    found = article(
        page("关于申报的通知_云溪", f"<table><tr><th>标题</th><td>关于申报的通知</td></tr>{rows}{text}</table>")
    )
    assert found.attachments == ("http://h.cn/d.do?n=1",)


def test_what_a_system_puts_around_a_file_is_none_of_the_article() -> None:
    icon = "<img src=/ueditor/dialogs/attachment/fileTypeImages/icon_doc.gif>"
    file = f"<p>{icon}附件【<a href=/d.jsp?id=1>安全手册.pdf</a>】已下载<span>12</span>次</p>"
    found = article(page("安全手册_云溪", f"<h1>安全手册</h1><p>2026-03-01</p><div>{PROSE * 4}{file}</div>"))
    assert (found.images, found.attachments) == ((), ("http://h.cn/d.jsp?id=1",))
    assert found.body.endswith("附件【安全手册.pdf】")


@pytest.mark.parametrize(
    ("tag", "url"),
    [
        ('<video src="/v/1.mp4"></video>', "http://h.cn/v/1.mp4"),
        ('<video><source src="/v/1.m3u8"></video>', "http://h.cn/v/1.m3u8"),
        (
            '<iframe src="https://v.qq.com/txp/iframe/player.html?vid=a"></iframe>',
            "https://v.qq.com/txp/iframe/player.html?vid=a",
        ),
    ],
)
def test_a_video_where_the_article_stands_is_a_bulletin(tag: str, url: str) -> None:
    for source, head in (
        (None, "<h1>宣传片</h1>"),
        (find_source("nchdz"), '<meta name="ArticleTitle" content="宣传片">'),
    ):
        found = extract(page("宣传片", f'{head}<div id="zoom">{tag}</div>').encode(), URL, source=source)
        assert (found.title, found.body, found.extra) == ("宣传片", "", {"videos": [url], "kind": "video"})


@pytest.mark.parametrize(
    "data",
    [
        b"%PDF-1.4\n1 0 obj",
        b"PK\x03\x04\x14\x00\x06\x00",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\x00",
        b"\xff\xd8\xff\xe0\x00\x10JFIF",
        b"\x89PNG\r\n\x1a\n\x00",
        b"GIF89a\x01\x00",
        b"BM" + (40).to_bytes(4, "little") + bytes(34),
        b"RIFF\x10\x00\x00\x00WEBPVP8 ",
        b"\x00\x00\x00\x20ftypisom\x00\x00",
    ],
)
def test_a_file_at_the_address_of_an_article_is_a_file_whatever_it_is_called(data: bytes) -> None:
    with pytest.raises(Unreadable) as caught:
        extract(data, URL, "text/html; charset=utf-8")
    assert caught.value.outcome is Outcome.FILE


def test_a_page_that_begins_with_two_letters_is_a_page() -> None:
    assert kinds.file_kind("BM公司今天开工".encode()) is None
    assert kinds.file_kind(b"<!DOCTYPE html>") is None


# Real pages


def test_real_articles_are_articles_and_real_lists_are_none(shared: Path) -> None:
    articles = sorted((shared / "pages" / "articles").glob("*/page.html"))
    assert len(articles) > 80
    refused = {
        file.parent.name: found for file in articles if not isinstance(found := kind(file.read_bytes()), Bulletin)
    }
    assert not refused
    whole = [file for file in articles if read(file.read_bytes(), URL).first or walls.blocks(file.read_bytes())]
    assert not whole
    named = ("list", "index", "node_page")
    lists = [
        file for file in (shared / "pages" / "families").rglob("*.html") if any(word in file.name for word in named)
    ]
    outcomes = [kind(file.read_bytes()) for file in lists]
    assert len(outcomes) >= 8
    assert set(outcomes) <= {Outcome.LIST, Outcome.NO_ARTICLE}
    assert outcomes.count(Outcome.LIST) >= 6
