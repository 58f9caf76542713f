"""An invented page with a notice, other texts beside it, and the lines that are read of it."""

from __future__ import annotations

from scrapers.model import Bulletin
from tests.articles import NAVIGATION, ONE, THREE, TWO, extract_page

TEXT = f"<p>{ONE}</p><p>{TWO}</p><p>{THREE}</p>"
NOTICE = "因管道检修，科技大道沿线明日九时至十七时停水，请提前储水。"
FRAME = "<div>主办：星河高新区管委会 承办：党政办 ICP备12345678号 网站标识码：3601000001</div>"


def bulletin(inside: str, title: str = "停水通知", beside: str = "") -> Bulletin:
    """What a page says whose article is `inside`, below its heading and date."""
    return extract_page(
        f"<title>{title}_星河高新区</title><body>{NAVIGATION}<div class=w><div><h1>{title}</h1><div>2021-05-21</div>"
        f"{inside}</div>{beside}</div>{FRAME}"
    )


def body(inside: str, title: str = "停水通知", beside: str = "") -> list[str]:
    """The lines of its body."""
    return bulletin(inside, title, beside).body.split("\n")


def many(part: str, n: int = 9) -> str:
    """`part` nine times, `#` being its number."""
    return "".join(part.replace("#", str(i)) for i in range(1, n + 1))
