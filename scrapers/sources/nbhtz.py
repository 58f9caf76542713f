"""Ningbo HTZ (宁波高新区), a national zone's own site, on Hanweb's datastore. No page of it was at hand.

Evidence: w1614067865/nbyc, news/news/spiders/GaoxinBendiDongtai.py (about 2019): column, unit, `.bt_link`, `#detail`, `#zoom`.
It requests 120 rows of 40 a page by POST; here each page is requested by GET. The position of a record's date is assumed.
"""

from datetime import date

from scrapers.families import hanweb
from scrapers.source import Expect, Layout, Source

SOURCE = Source(
    name="nbhtz",
    title="宁波高新区",
    home="http://www.nbhtz.gov.cn/",
    family="hanweb",
    zone="宁波",
    since=date(2015, 1, 1),
    verified="never",
    sections=[hanweb.datastore("本地动态", column=81953, unit=129165, web=140, size=40)],
    items=hanweb.jpage_items(link="a.bt_link"),
    layouts=[Layout(title="#detail > h2", published=".d_info span", body="#zoom")],
    expect=Expect(per_month=(5, 200), fill={"title": 1, "published_at": 1, "body": 0.95}),
)
