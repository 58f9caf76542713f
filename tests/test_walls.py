"""Block and captcha pages, and articles about them."""

from __future__ import annotations

import pytest

from scrapers.article import extract
from scrapers.model import Bulletin, Outcome, Unreadable
from scrapers.sources import find_source
from tests.outcomes import PROSE, URL, bare, kind, page

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
    "a rate limit that explains": bare("", "<p>您的访问过于频繁，为确认本次访问为正常用户行为，需要您协助验证。</p>"),
    "微信": bare("", "<p>环境异常</p><p>当前环境异常，完成验证后即可继续访问。</p><a href=#>去验证</a>"),
    "360": bare("网站卫士", "<p>您的访问请求可能对网站造成安全威胁，请求已被拦截。</p><p>事件编号：1</p>"),
    "a check": bare("", "<p>浏览器安全检查中，请稍候……</p>"),
    "a login": page("提示信息", "<p>抱歉，您尚未登录，没有权限访问该版块</p>"),
    "no right": page("无权限", "<p>您无权限访问该页面</p><p>仅限校内IP地址访问，如有疑问请联系网络信息中心。</p>"),
    "a cookie of its own": bare("", "<script>document.cookie='C3VK=8b;path=/';window.location.reload();</script>"),
    "a cookie in pieces": "<script>document.cookie=('_')+('_js')+'l=1';location.href=location.pathname</script>",
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
