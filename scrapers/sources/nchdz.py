"""Nanchang HTZ (南昌高新区), a national zone's own site. Seen 2026-11 in saved pages only.

来源 is empty on most pages. The list truncates titles; the link's title attribute has the whole one.
"""

from datetime import date

from scrapers.families import gov_shtml
from scrapers.source import Expect, Source

SOURCE = Source(
    name="nchdz",
    title="南昌高新区",
    home="http://nchdz.nc.gov.cn/",
    family="gov_shtml",
    zone="南昌",
    since=date(2015, 1, 1),
    verified="never",
    sections=[gov_shtml.column("优化营商环境", "/ncgxq/yhyshj")],
    items=gov_shtml.ITEMS,
    layouts=[gov_shtml.LAYOUT],
    expect=Expect(per_month=(5, 80), fill={"title": 1, "published_at": 1, "body": 0.98}),
)
