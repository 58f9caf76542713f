"""East Lake HTZ, Wuhan (武汉东湖高新区, 光谷), a national zone's own site, on TRS. No page of it was at hand.

Evidence: DIYgod/RSSHub, lib/routes/gov/wuhan/wehdz.ts, has the three lists and the selectors of their rows and of the text.
Several public files cite article addresses (`/202601/t20260130_2721913.shtml`). Meta tags and pager are assumed to be TRS's.
"""

from datetime import date

from scrapers.families import trs
from scrapers.rows import Links
from scrapers.source import Expect, Source

SOURCE = Source(
    name="wehdz",
    title="武汉东湖高新区",
    home="https://www.wehdz.gov.cn/",
    family="trs",
    zone="武汉",
    since=date(2022, 1, 1),
    verified="never",
    sections=[
        trs.column("光谷要闻", "/2022/ggxw_68627/ggxw_68629/"),
        trs.column("产业动态", "/2022/ggxw_68627/cydt_68630/"),
        trs.column("通知公告", "/2022/ggxw_68627/tz_68628/"),
    ],
    items=Links(".list01-content-containerRight li", date="span"),
    layouts=[trs.layout(body="div.content_article")],
    expect=Expect(per_month=(20, 600), fill={"title": 1, "published_at": 1, "body": 0.95}),
)
