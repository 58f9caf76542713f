"""The government shtml CMS: `/<column>/<yyyymm>/<32 hex>.shtml`, meta tags ArticleTitle, PubDate, ContentSource.

The letter case of meta names varies between sites. ContentSource is often empty, and ArticleTitle may hold tags.
"""

from scrapers.listing import shtml_pages
from scrapers.rows import Links
from scrapers.source import Layout, Section, anywhere, meta

ITEMS = Links("ul.list li", link="a[title]", date="span.time")

LAYOUT = Layout(
    title=meta("ArticleTitle"),
    published=meta("PubDate"),
    origin=meta("ContentSource"),
    author=meta("Author"),
    editor=anywhere(),
    body="#zoom, .article-content",
)


def column(title: str, path: str, prefix: str = "common_list") -> Section:
    """A column (栏目) whose list pages are `<path>/<prefix>.shtml`, `<path>/<prefix>_2.shtml` …"""
    return Section(title, f"{path}/{prefix}.shtml", pages=shtml_pages(prefix))
