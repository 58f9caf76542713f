"""people.com.cn (人民网) and its channels: articles `/n1/2024/0510/c1004-40232587.html`, of provinces' channels `/n2/…`, older
ones `/n/…`; lists `index1.html`, `index2.html` …

GBK labelled GB2312; saved copies in UTF-8 have the same label. Layouts are from saved pages of 2019 (culture) and 2022 (js).
Lists are as read by public crawlers of world, society and finance.people.com.cn: `index1.html#fy01`, a pager of links. A
further page of an article is `…-2.html`, linked by its pager.
"""

from scrapers.listing import Linked
from scrapers.rows import Links
from scrapers.source import Layout, Section

ITEMS = Links(".ej_list_box li, .list_14 li", link="a[href*='/n1/'], a[href*='/n2/'], a[href*='/n/2']", date="em, i")

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
