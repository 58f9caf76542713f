"""Hangzhou HTZ (杭州高新区, 滨江), a national zone that is also a district, on Hanweb's JSON interface.

Evidence: a public recruitment monitor's db/migration/V58__onboard_binjiang_partial_official_source.sql (the index that holds
it names no repository) has the interface's address, 931 rows on 19 pages, and the selectors of a row's link and date. No page
was at hand: article fields are assumed as of Hanweb. Some articles are below `/col/col1487002/`.
"""

from datetime import date

from scrapers.families import hanweb
from scrapers.source import Expect, Source

SOURCE = Source(
    name="hhtz",
    title="杭州高新区（滨江）",
    home="https://www.hhtz.gov.cn/",
    family="hanweb",
    zone="杭州",
    since=date(2016, 1, 1),
    verified="never",
    sections=[
        hanweb.unit("通知公告", web="2945", template="quSyqDUrFfjv1nGRQhEEH", tag="阳光政务_分页列表", page="1487002", size=50),
    ],
    items=hanweb.jpaas_items(row=".page-content > li", link="a.news[href]", date="span.time"),
    layouts=[hanweb.LAYOUT],
    expect=Expect(per_month=(2, 100), fill={"title": 1, "published_at": 1, "body": 0.9}),
)  # fmt: skip
