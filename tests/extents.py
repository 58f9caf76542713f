"""An invented page whose article stands below a heading and a day, and the lines that are read of it."""

from __future__ import annotations

from scrapers.model import Bulletin
from tests.articles import NAVIGATION, extract_page

TITLE = "星河高新区人才公寓管理办法"
ABOVE = f"<h1>{TITLE}</h1><div>2021-05-21</div>"


def bulletin(inside: str, title: str = f"{TITLE}_星河高新区", above: str = ABOVE) -> Bulletin:
    """What a page says that holds `inside` below `above`, in one box with it."""
    return extract_page(
        f"<title>{title}</title><body>{NAVIGATION}<div class=w>{above}{inside}</div>"
        "<div>主办：星河高新区 ICP备12345678号</div>"
    )


def body(inside: str, above: str = ABOVE) -> list[str]:
    """The lines of its body."""
    return bulletin(inside, above=above).body.split("\n")


def paragraphs(*texts: str, start: str = "<p>", end: str = "</p>") -> str:
    """Each text in an element, or in several."""
    return "".join(f"{start}{text}{end}" for text in texts)
