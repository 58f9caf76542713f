"""Guangzhou HTZ (广州高新区), in Huangpu district: notices of the district's science bureau, on Guangdong's CMS.

Evidence: madao2588/crawler-operations-platform, server/app/services/template_service.py, has the list's address, `.infoList
li`, and the selectors of an article's title, time and text. No page was at hand: the selector of a row's date and the meta tag
of the origin are assumed. Further pages are found only if the first links to them.
"""

from datetime import date

from scrapers.families import guangdong
from scrapers.rows import Links
from scrapers.source import Expect, Layout, Source, meta

SOURCE = Source(
    name="gzhp",
    title="广州高新区（黄埔区）",
    home="https://www.hp.gov.cn/",
    family="guangdong",
    zone="广州",
    since=date(2019, 1, 1),
    verified="never",
    sections=[guangdong.column("区科技局通知公告", "/gzjg/qzfgwhgzbm/qkxjsj/tzgg")],
    items=Links(".infoList li", date="span"),
    layouts=[
        Layout(
            title="h1",
            published="span.article-create_time, .article-info-div",
            body="#zhengwen",
            origin=meta("ContentSource"),
        ),
    ],
    expect=Expect(per_month=(1, 60), fill={"title": 1, "published_at": 1, "body": 0.9}),
)
