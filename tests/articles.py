"""An invented article page, and what is read of it."""

from __future__ import annotations

from scrapers.article import extract
from scrapers.model import Bulletin

TITLE = "星河高新区部署产业项目建设"
SITE = "星河高新技术产业开发区"
TEXT = (
    "<div class=c><p>星河高新区管委会昨日召开会议，部署今年产业项目建设工作，要求各部门压实责任，倒排工期。</p>"
    "<p>会议指出，去年全区新开工项目四十二个，完成投资八十六亿元，同比增长百分之十一。</p></div>"
)
MENU = "<ul><li><a href=/>首页</a></li><li><a href=/a>新闻中心</a></li><li><a href=/b>政务公开</a></li></ul>"
DAY = "2021-05-21"


def bulletin(inside: str, title: str = f"{TITLE}_{SITE}", head: str = "") -> Bulletin:
    """What a page says that holds `inside` below its menu."""
    return extract_page(f"<title>{title}</title>{head}<body>{MENU}{inside}<div>主办：{SITE} ICP备12345678号</div>")


def extract_page(page: str) -> Bulletin:
    """What a whole page says."""
    return extract(page.encode(), "http://h.cn/art/1.html")
