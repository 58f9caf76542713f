"""people.com.cn (人民网) and its channels: articles `/n1/2024/0510/c1004-40232587.html`, lists `index1.html`, `index2.html` …

GBK under a GB2312 label; saved copies are also UTF-8 under it. Layouts are those of saved pages of 2019 (culture) and 2022
(js); lists those that public crawlers of world, society and finance.people.com.cn read: `index1.html#fy01`, a pager of links.
An article that goes on does so at `…-2.html`, which its pager tells.
"""

from scrapers.listing import Linked
from scrapers.rows import Links
from scrapers.source import Layout, Section

ITEMS = Links(".ej_list_box li, .list_14 li", link="a[href*='/n1/']", date="em, i")

_EDITOR = r"^[(（]责编[:：]"

LAYOUT = Layout(
    title="#newstit",
    published=".channel .col-1-1",
    origin=".channel .col-1-1 a",
    author=".rm_txt .author",
    body=".rm_txt_con",
    drop=".bza, .otitle, .paper_num",
    end=_EDITOR,
)

LAYOUT_2018 = Layout(
    title=".text_title h1",
    published=".box01 .fl",
    origin=".box01 .fl a",
    author=".text_title .author",
    body="#rwb_zw",
    drop=".otitle",
    end=_EDITOR,
)


def column(title: str, path: str) -> Section:
    """A column (栏目) whose list pages are `<path>/index1.html`, `<path>/index2.html` …"""
    return Section(title, f"{path}/index1.html", pages=Linked("index{n}.html"))
