"""Pages of every kind, written for the tests, and what becomes of one."""

from __future__ import annotations

from scrapers.article import extract
from scrapers.model import Bulletin, Outcome, Unreadable

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
