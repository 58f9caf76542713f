"""Kinds of pages: each a typed outcome, and a bulletin that is about one of them is none of it."""

from __future__ import annotations

from pathlib import Path

import pytest
from resiliparse.parse.html import HTMLTree

from scrapers.article import extract, read
from scrapers.extraction import kinds
from scrapers.extraction.tokens import tokens
from scrapers.model import Bulletin, Outcome, Unreadable
from scrapers.sources import find_source

URL = "http://h.cn/a/1.html"
NAV = '<div class="nav">' + "".join(f'<a href="/c{n}/">栏目第{n}个</a>' for n in range(12)) + "</div>"
FOOT = '<div class="footer"><p>版权所有:云溪高新区管委会,备案号:某ICP备1234号。技术支持:云溪网络公司。</p></div>'
PROSE = "<p>云溪高新区今天召开大会,部署全年工作,要求大家认真落实,确保取得实效。</p>"
ROWS = "".join(
    f'<li><a href="/a/{n}.html">云溪高新区召开第{n}次工作会议并部署任务</a><span>2026-03-{n:02}</span></li>'
    for n in range(1, 16)
)


def page(title: str, body: str) -> str:
    return f"<html><head><title>{title}</title></head><body>{NAV}{body}{FOOT}</body></html>"


def bare(title: str, body: str, head: str = "") -> str:
    return f"<html><head><title>{title}</title>{head}</head><body>{body}</body></html>"


def kind(html: str | bytes, url: str = URL) -> Bulletin | Outcome:
    try:
        return extract(html if isinstance(html, bytes) else html.encode(), url)
    except Unreadable as error:
        assert url in str(error)
        return error.outcome


def article(html: str, url: str = URL) -> Bulletin:
    found = kind(html, url)
    assert isinstance(found, Bulletin), found
    return found


# Walls

WALLS = {
    "阿里云": bare(
        "405", "<div>很抱歉，由于您访问的URL有可能对网站造成安全威胁，您的访问被阻断。</div><p>请求时间: 2026-03-01</p>"
    ),
    "阿里云's script": "<html><script>var arg1='4D0C';document.cookie='acw_sc__v2='+solved(arg1);</script></html>",
    "加速乐": "<script>document.cookie=('_')+'_jsl';x='__jsl_clearance_s';location.href=location.pathname</script>",
    "瑞数": "<html><head><script>$_ts=window['$_ts'];if(!$_ts)$_ts={};$_ts.nsd=1;</script></head><body></body></html>",
    "创宇盾": bare("拦截", "<h1>创宇盾提示您：</h1><p>当前访问疑似黑客攻击，已被网站管理员设置为拦截</p>"),
    "安全狗": bare("服务器安全狗防护验证页面", "<p>请稍候</p><script>self.location='/x?s=1'</script>"),
    "云锁": bare("", "<img class=yunsuologo><p>网防G01提示：您的请求存在威胁</p>"),
    "网站卫士": bare("提示", "<p>抱歉！您的访问可能对网站造成威胁，已被云防护拦截</p>"),
    "宝塔": bare(
        "网站防火墙", "<h1>网站防火墙</h1><p>您的请求带有不合法参数，已被网站管理员设置拦截！</p><p>1. 检查提交内容</p>"
    ),
    "百度": bare("百度安全验证", "<p>网络不给力，请稍后重试</p><p>返回首页</p><p>问题反馈</p>"),
    "Cloudflare": bare("Just a moment...", "<h1>h.cn</h1><p>Verifying you are human. This may take a few seconds.</p>"),
    "a rate limit": bare("提示", "<p>对不起，您的访问过于频繁，请稍后再试！</p>"),
    "a captcha": bare("验证", "<form><p>请输入验证码继续访问</p><input name=code></form>"),
}


@pytest.mark.parametrize("wall", WALLS)
def test_a_wall_is_no_article(wall: str) -> None:
    assert kind(WALLS[wall]) is Outcome.BLOCKED


def test_a_layout_does_not_read_a_wall_as_an_article() -> None:
    html = bare("网站防火墙", '<div class="content"><p>您的请求带有不合法参数，已被网站管理员设置拦截！</p></div>')
    with pytest.raises(Unreadable) as caught:
        extract(html.encode(), URL, source=find_source("cloaked"))
    assert caught.value.outcome is Outcome.BLOCKED


@pytest.mark.parametrize(
    "html",
    [
        page(
            "关于升级网站防火墙的通知",
            "<h1>关于升级网站防火墙的通知</h1><p>我区今晚升级网站防火墙,届时访问可能提示“您的访问被拦截”。</p>"
            "<p>如遇页面提示请输入验证码,请按提示完成验证,感谢您的理解和支持。</p>",
        ),
        page("大会召开", f'<h1>大会召开</h1>{PROSE * 6}<form id="comment"><label>请输入验证码</label><input></form>'),
        page("大会召开", f"<h1>大会召开</h1>{PROSE * 6}<script src='/cdn-cgi/challenge-platform/x.js'></script>"),
        page("大会召开", f"<h1>大会召开</h1>{PROSE * 6}<script>$_ts=window['$_ts'];</script>"),
    ],
)
def test_an_article_about_walls_or_behind_one_is_an_article(html: str) -> None:
    assert isinstance(kind(html), Bulletin)


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
    ],
)
def test_a_page_that_may_stay_stays(html: str) -> None:
    assert kind(page("云溪高新区", html)) is Outcome.NO_ARTICLE


def test_an_article_that_refreshes_elsewhere_is_an_article() -> None:
    html = page("大会召开", f"<h1>大会召开</h1>{PROSE * 8}<script>location.href='/m/1.html'</script>")
    assert article(html).title == "大会召开"


# Lists

TEASERS = "".join(
    f'<div class="i"><h3><a href="/a/{n}.html">云溪高新区召开第{n}次工作会议</a></h3><p>3月{n}日,召开会议,部署任务。</p></div>'
    for n in range(1, 12)
)


@pytest.mark.parametrize("body", [f"<ul>{ROWS}</ul>", f"<h1>新闻中心</h1><ul>{ROWS}</ul>", f"<div>{TEASERS}</div>"])
def test_a_list_is_no_article(body: str) -> None:
    assert kind(page("新闻中心", body)) is Outcome.LIST


@pytest.mark.parametrize("date", ["", "<p>发布时间:2026-03-01</p>"])
def test_a_short_article_beside_a_long_list_is_an_article(date: str) -> None:
    text = "因管道维修,今日停水,请做好储水准备,不便之处敬请谅解。"
    found = article(page("停水通知", f"<h1>停水通知</h1>{date}<div><p>{text}</p></div><ul>{ROWS}</ul>"))
    assert text in found.body


def test_a_footer_is_no_article() -> None:
    assert kind(page("云溪高新区", '<img src="a.jpg">')) is Outcome.NO_ARTICLE


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


# Pages of one article

PAGER = (
    '<p><a href="1.html">1</a> <a href="1_2.html">2</a> <a href="1_3.html">[3]</a> <a href="1_2.html">下一页</a></p>'
)
FROM_ZERO = '<p><a href="1.html">1</a> <a href="1_1.html">2</a> <a href="1_4.html">5</a></p>'


def parts(pager: str, url: str = URL) -> tuple[tuple[str, ...], str | None]:
    reading = read(page("大会召开", f"<h1>大会召开</h1>{PROSE * 8}{pager}").encode(), url)
    return reading.further, reading.first


def test_the_further_pages_are_known_without_a_recipe() -> None:
    assert parts(PAGER) == (("http://h.cn/a/1_2.html", "http://h.cn/a/1_3.html"), None)
    assert parts(FROM_ZERO)[0] == tuple(f"http://h.cn/a/1_{n}.html" for n in (1, 2, 3, 4))


def test_a_hyphen_numbers_further_pages_too() -> None:
    pager = PAGER.replace("_", "-")
    assert parts(pager) == (("http://h.cn/a/1-2.html", "http://h.cn/a/1-3.html"), None)
    assert parts(pager, "http://h.cn/a/1-3.html") == ((), URL)
    assert parts("", "http://h.cn/a/c-2.html") == ((), None)


def test_a_further_page_is_no_bulletin_of_its_own() -> None:
    assert parts(PAGER, "http://h.cn/a/1_2.html") == ((), URL)
    assert parts(FROM_ZERO, "http://h.cn/a/1_4.html") == ((), URL)
    html = page("大会召开", f"<h1>大会召开</h1>{PROSE * 8}{PAGER}")
    assert kind(html, "http://h.cn/a/1_2.html") is Outcome.PART


@pytest.mark.parametrize(
    "pager",
    [
        "",
        '<a href="1_2.html">上一篇</a>',
        '<a href="2_2.html">2</a><a href="2_3.html">3</a>',
        '<a href="1_7.html">2</a><a href="1_8.html">3</a>',
        '<a href="1_2.html">2</a><a href="1_2.html">3</a>',
    ],
)
def test_links_that_do_not_agree_are_no_pager(pager: str) -> None:
    assert parts(pager) == ((), None)
    assert parts(pager, "http://h.cn/a/t20260301_123.html") == ((), None)


# Real pages


def test_real_articles_are_articles_and_real_lists_are_none(shared: Path) -> None:
    articles = sorted((shared / "pages" / "articles").glob("*/page.html"))
    assert len(articles) > 80
    refused = {
        file.parent.name: found for file in articles if not isinstance(found := kind(file.read_bytes()), Bulletin)
    }
    assert not refused
    whole = [file for file in articles if read(file.read_bytes(), URL).first or kinds.blocks(file.read_bytes())]
    assert not whole
    named = ("list", "index", "node_page")
    lists = [
        file for file in (shared / "pages" / "families").rglob("*.html") if any(word in file.name for word in named)
    ]
    outcomes = [kind(file.read_bytes()) for file in lists]
    assert len(outcomes) >= 8
    assert set(outcomes) <= {Outcome.LIST, Outcome.NO_ARTICLE}
    assert outcomes.count(Outcome.LIST) >= 6


def test_each_test_of_a_kind_is_quick_on_a_page_of_links() -> None:
    """What is judged is the first part of a page, however long it is."""
    text = "<body>" + "".join(f'<a href="/{n}.html">云溪高新区第{n}次工作会议</a><br>' for n in range(30_000))
    body = HTMLTree.parse(text).body
    assert body is not None
    stream = tokens(body)
    assert len(kinds.links(text)) <= kinds.MOST_LINKS
    assert len(kinds.lines(stream)) <= 4 * kinds.MOST_LINKS
    assert kinds.is_list(stream, None)


@pytest.mark.parametrize(
    ("html", "links"),
    [
        ('<A class=x HREF="/1.html?a=1&amp;b=2" title="a>b">名单 <b>一</b></A>', [("/1.html?a=1&b=2", 'b">名单 一')]),
        ("<a href='1.pdf'>甲<a href=2.pdf>乙</a>", [("1.pdf", "甲"), ("2.pdf", "乙")]),
        ('<a href="">空</a>', [("", "空")]),
        ("<a name=top></a><area href=3.html><a\nhref = 4.html >丁</a>", [("4.html", "丁")]),
    ],
)
def test_links_are_read_off_the_source(html: str, links: list[tuple[str, str]]) -> None:
    assert kinds.links(html) == links
