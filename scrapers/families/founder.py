"""Founder e-papers (方正): `node_<n>.htm` is a page of the paper, `content_<n>.htm` an article, in several layouts.

NODE_2    `html/2021-05/21/node_2.htm`, articles in the same folder (a saved page of epaper.jxnews.com.cn)
NODE_01   `pc/layout/202105/21/node_01.html`, articles in `pc/content/202105/21/` (paper.people.com.cn, paper.ce.cn)
NODE_A01  the same with `node_A01.html`, `node_B02.html` (epaper.southcn.com, szbk.chuzhou.cn, epaper.yzwb.net)
NODE_1    the same with `node_1.html`; L01 with `l01.html`. Newer articles are `c<n>.html`, below `content` or `con`

An article's fields are in a comment, `<!--enpproperty <title>…</title> … /enpproperty-->`, which is read as meta tags named
`enp:title` and so on. An area map repeats the list's links with other addresses (`?div=-1`) for the same pages.
"""

import re

from scrapers.listing import Daily
from scrapers.rows import Links
from scrapers.source import Layout, Section, always, meta

ITEMS = Links(
    ", ".join(f"{tag}[href*='{part}']" for tag in ("a", "area") for part in ("content_", "/content/2", "/con/2")),
    link=None,
)

NODE_2, NODE_01, NODE_A01 = "%Y-%m/%d/node_2.htm", "%Y%m/%d/node_01.html", "%Y%m/%d/node_A01.html"
NODE_1, L01 = "%Y%m/%d/node_1.html", "%Y%m/%d/l01.html"
"""The first page of a day, as a strftime pattern. Papers with other folders give their own: `%Y/%m%d/node_01.html`."""


def paper(title: str, path: str, front: str = NODE_2) -> Section:
    """A newspaper with its days below `path`, each starting with the page `front`."""
    name = re.sub(r"[A-Z]?\d+\.\w+\Z", "", front.rpartition("/")[2])
    return Section(title, path, pages=Daily(front, leaves=f"a[href*='{name}']"))


def layout(paper_title: str) -> Layout:
    """The article page of a paper, whose articles all have the paper as their origin."""
    return Layout(
        title=meta("enp:title"),
        published=meta("enp:date"),
        day_only=True,
        origin=always(paper_title),
        author=meta("enp:author"),
        body="#ozoom, founder-content",
        caption="#ozoom table:has(img)",
        extra={"intro_title": meta("enp:introtitle"), "subtitle": meta("enp:subtitle")},
    )
