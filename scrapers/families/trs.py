"""TRS WCM (拓尔思): articles `/<column>/<yyyymm>/t<yyyymmdd>_<id>.html`, or `.shtml`; lists `index.html`, `index_1.html` …

Seen in saved pages: a list of ndrc.gov.cn (`createPageHTML(9, 0, "index", "html")`), articles of bynr.gov.cn and others (body
`.TRS_Editor`, which also stands in footers: the first is the article's). `countPage` is what lists of older templates tell;
public crawlers read both. `.trs_editor_view` is the body of newer sites, changsha.gov.cn among them.
"""

from scrapers.listing import CountedFromZero
from scrapers.rows import Links
from scrapers.source import Layout, Section, meta

ITEMS = Links("li:has(a[href*='/t2'])", link="a[href*='/t2']", date="span")
"""Rows with a link to an article. A site's own recipe says it better."""


def layout(body: str = ".TRS_Editor, .trs_editor_view, #zoom") -> Layout:
    """The article page of a TRS site; meta tags tell the fields, `body` is where the text stands."""
    return Layout(
        title=meta("ArticleTitle"),
        published=meta("PubDate"),
        origin=meta("ContentSource"),
        author=meta("Author"),
        body=body,
        files=".attachment",
    )


def column(title: str, path: str) -> Section:
    """A column (栏目) in the folder `path`, which ends with a slash; the names of its further pages are told by the first."""
    return Section(title, path, pages=CountedFromZero())
