"""The CMS of Guangdong's governments (南方网 NFCMS): articles `/<column>/content/post_<id>.html`, and its catalogue `gkmlpt`.

Lists are `index.html`, `index_2.html` …; links to later pages are followed, as no page seen gives the last page's number. The
catalogue (政府信息公开目录) is JSON: `/gkmlpt/api/all/<column>?page=1&sid=<site>` returns `articles`, 100 a page, and their
`total`. `display_publish_time` is in seconds, `url` the article's address, `/gkmlpt/content/5/5053/post_<id>.html`
(hulelan/china-governance, crawlers/gkmlpt.py). Its articles have a table of fields, two a row: 发布机构 begins the second row,
发布日期 ends the last (public spiders of gd.gov.cn). Meta tags are those that hulelan found on sz.gov.cn.
"""

from scrapers.listing import Linked, Sized, number_at
from scrapers.rows import JsonRows, Links
from scrapers.source import Layout, Section, anywhere, meta

ITEMS = Links("li:has(a[href*='content/post_'])", link="a[href*='content/post_']", date="span")

CATALOGUE_ITEMS = JsonRows(("articles",), url="{url}", title="title", date="display_publish_time")

LAYOUT = Layout(
    title=meta("ArticleTitle"),
    published=meta("PubDate"),
    origin=meta("ContentSource"),
    author=meta("Author"),
    editor=anywhere(),
    body="#zhengwen, .article-content, .news_cont_d_wrap",
)

CATALOGUE_LAYOUT = Layout(
    title=meta("ArticleTitle"),
    published=".classify tr:last-child td:last-child",
    origin=".classify tr:nth-child(2) td:nth-child(2)",
    body=".article-content",
)


def column(title: str, path: str) -> Section:
    """A column (栏目) whose list pages are `<path>/index.html`, `<path>/index_2.html` …"""
    return Section(title, f"{path}/index.html", pages=Linked("index_{n}.html"))


def catalogue(title: str, column: int, site: int, path: str = "", size: int = 100) -> Section:
    """A column of the catalogue, by its number and the site's. `path` is set where the site is a folder of its host."""
    pattern = f"{path}/gkmlpt/api/all/{column}?page={{n}}&sid={site}"
    return Section(title, pattern.format(n=1), pages=Sized(pattern, size, number_at("total")), items=CATALOGUE_ITEMS)
