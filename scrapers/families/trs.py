"""TRS WCM (拓尔思): articles `/<column>/<yyyymm>/t<yyyymmdd>_<id>.html`, or `.shtml`; lists `index.html`, `index_1.html` …

Seen in saved pages: a list of ndrc.gov.cn (`createPageHTML(9, 0, "index", "html")`), articles of bynr.gov.cn and others (body
`.TRS_Editor`, which footers use too; the first one is the article's). Lists of older templates have `countPage`; public
crawlers read both. `.trs_editor_view` is the body on newer sites such as changsha.gov.cn.
"""

from scrapers.listing import CountedFromZero
from scrapers.rows import Links
from scrapers.source import Layout, Section, anywhere, meta

ITEMS = Links("li:has(a[href*='/t2'])", link="a[href*='/t2']", date="span")
"""Rows with a link to an article. A site's own recipe should be more precise."""


def layout(body: str = ".TRS_Editor, .trs_editor_view, #zoom") -> Layout:
    """The article page of a TRS site: its fields come from meta tags, `body` is the selector of its text."""
    return Layout(
        title=meta("ArticleTitle"),
        published=meta("PubDate"),
        origin=meta("ContentSource"),
        author=meta("Author"),
        editor=anywhere(),
        body=body,
        files=".attachment",
    )


def column(title: str, path: str) -> Section:
    """A column (栏目) in the folder `path`, which ends with a slash. The first page gives the names of the further ones."""
    return Section(title, path, pages=CountedFromZero())
