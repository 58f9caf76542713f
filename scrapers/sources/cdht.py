"""Chengdu HTZ (成都高新区), a national zone's own site, on a government shtml CMS. Thin evidence: no page was at hand.

The list is a fallback in YinerQAQ/Public-Affairs-Department-Policy-Information-Monitoring-Tool, spiders/chengdu.py, which does
not say what it lists or where. Public files cite images below `/cdhtz/c143437q/2019-03/21/<32 hex>/`. Rows, pager and meta
tags are assumed to be the CMS's: run `gaoxin doctor` or look at the page before trusting them.
"""

from datetime import date

from scrapers.families import gov_shtml
from scrapers.rows import Links
from scrapers.source import Expect, Source

SOURCE = Source(
    name="cdht",
    title="成都高新区",
    home="https://www.cdht.gov.cn/",
    family="gov_shtml",
    zone="成都",
    since=date(2018, 1, 1),
    verified="never",
    sections=[gov_shtml.column("政策与公告", "/cdht/c132333", prefix="list")],
    items=Links("li:has(a[href$='.shtml']):has(span)", link="a[href$='.shtml']", date="span"),
    layouts=[gov_shtml.LAYOUT],
    expect=Expect(per_month=(1, 200), fill={"title": 1, "published_at": 1, "body": 0.9}),
)
