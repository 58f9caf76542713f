"""Hanweb (大汉版通) and its two kinds of list: the older datastore `jpage` and the JSON interface `jpaas`.

Articles are `/art/2021/5/21/art_<column>_<id>.html`, since about 2025 also `/col/col<column>/art/2026/art_<32 hex>.html`.

jpage   a column's page `/col/col<n>/index.html` holds its first rows as `<record><![CDATA[…]]></record>` in a script, with
        `totalRecord:931`; further ones come as XML, with `<totalrecord>`, from `/module/web/jpage/dataproxy.jsp`. Public
        scrapers of nbhtz.gov.cn, jiangsu.gov.cn and sheyang.yancheng.gov.cn request rows `startrecord` to `endrecord`,
        some by POST, some by GET. FishShaw/HuanAi_CrawlANDClean_Automation, scripts/list_api, found servers that use
        only `page`: there the second page repeats the first, and the crawl ends.
jpaas   `/api-gateway/jpaas-publish-server/front/page/build/unit` returns `{"data": {"html": "<ul>…"}}`; `paramJson` selects
        the page, and `count="931"` in the HTML is the number of rows (the same, and a monitor of Hangzhou's districts).
"""

from scrapers.listing import Sized, number_after
from scrapers.rows import Inside, Links, html_at, records
from scrapers.source import Items, Layout, Section, anywhere, meta

LAYOUT = Layout(
    title=meta("ArticleTitle"),
    published=meta("PubDate"),
    origin=meta("ContentSource"),
    author=meta("Author"),
    editor=anywhere(),
    body="#zoom, .article-conter, .bt_content",
)


def jpage_items(link: str = "a[href]", date: str = "*") -> Items:
    """The items of a datastore, one a record."""
    return Inside(records, Links(".record", link=link, date=date))


def jpaas_items(row: str = ".page-content li", link: str = "a[href]", date: str = "*") -> Items:
    """The items in the HTML that the JSON interface returns."""
    return Inside(html_at("data", "html"), Links(row, link=link, date=date))


def datastore(title: str, column: int, unit: int, web: int, size: int, *, own_page: bool = False) -> Section:
    """A column of the older kind, `size` rows a page. With `own_page` the first rows come from the column's own page."""
    rows = f"startrecord={{first}}&endrecord={{last}}&perpage={size}"
    rest = f"col=1&appid=1&webid={web}&path=/&columnid={column}&sourceContentType=1&unitid={unit}&permissiontype=0"
    pattern = f"/module/web/jpage/dataproxy.jsp?{rows}&{rest}"
    first = f"/col/col{column}/index.html" if own_page else pattern.format(first=1, last=size)
    return Section(title, first, pages=Sized(pattern, size, number_after("totalrecord")))


def unit(title: str, web: str, template: str, tag: str, page: str, size: int, parse: str = "bulidstatic") -> Section:
    """A column of the JSON interface, `size` rows a page, by the webId, tplSetId, tagId and pageId on its own page. `parse` is
    its parseType, which most servers misspell."""
    rows = f"paramJson=%7B%22pageNo%22%3A{{n}}%2C%22pageSize%22%3A{size}%7D"
    rest = f"webId={web}&tplSetId={template}&pageType=column&tagId={tag}&editType=null&pageId={page}"
    pattern = f"/api-gateway/jpaas-publish-server/front/page/build/unit?parseType={parse}&{rest}&{rows}"
    return Section(title, pattern.format(n=1), pages=Sized(pattern, size, number_after("count")))
