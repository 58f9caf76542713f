"""An invented article page, and what is read of it."""

from __future__ import annotations

from scrapers.article import extract
from scrapers.clean import clean
from scrapers.model import Bulletin

TITLE = "星河高新区部署产业项目建设"
SITE = "星河高新技术产业开发区"
ONE = "星河高新区管委会昨日召开会议，部署今年产业项目建设工作，要求各部门压实责任，倒排工期。"
TWO = "会议指出，去年全区新开工项目四十二个，完成投资八十六亿元，同比增长百分之十一。"
THREE = "会议强调，要把服务企业摆在首位，着力解决用地、用工、融资等问题，确保项目早日投产。"
TEXT = f"<div class=c><p>{ONE}</p><p>{TWO}</p></div>"
MENU = "<ul><li><a href=/>首页</a></li><li><a href=/a>新闻中心</a></li><li><a href=/b>政务公开</a></li></ul>"
NAVIGATION = (
    "<ul>" + "".join(f"<li><a href=/{n}>{n}</a></li>" for n in ("首页", "新闻", "政务", "投资", "办事")) + "</ul>"
)
"""A longer menu."""
DAY = "2021-05-21"


def bulletin(inside: str, title: str = f"{TITLE}_{SITE}", head: str = "") -> Bulletin:
    """What a page says that holds `inside` below its menu."""
    return extract_page(f"<title>{title}</title>{head}<body>{MENU}{inside}<div>主办：{SITE} ICP备12345678号</div>")


def extract_page(page: str) -> Bulletin:
    """What a whole page says."""
    return extract(page.encode(), "http://h.cn/art/1.html")


def cleaned(*texts: str) -> list[str]:
    """These texts as lines of a body."""
    return [clean(text) for text in texts]
