"""Founder e-papers (方正): `html/<yyyy-mm>/<dd>/node_<n>.htm` is a page of the paper, `content_<n>.htm` an article.

An article's fields stand in a comment, `<!--enpproperty <title>…</title> … /enpproperty-->`, which is read as meta tags
named `enp:title` and so on. An area map repeats the links of the list, with other addresses (`?div=-1`) for the same pages.
"""

from scrapers.listing import Daily, Links
from scrapers.source import Layout, Section, always, meta

ITEMS = Links("a[href*='content_'], area[href*='content_']", link=None)


def paper(title: str, path: str) -> Section:
    """A newspaper whose days are below `path`, each starting with node_2.htm."""
    return Section(title, path, pages=Daily("%Y-%m/%d/node_2.htm", leaves="a[href*='node_']"))


def layout(paper_title: str) -> Layout:
    """The article page of a paper; everything in it comes from the paper."""
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
