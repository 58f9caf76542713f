"""Shangrao Daily (上饶日报), the e-paper with the bulletins of 上饶高新区. Seen 2026-11 in saved pages only."""

from datetime import date

from scrapers.families import founder
from scrapers.source import Expect, Source

SOURCE = Source(
    name="srrb",
    title="上饶日报",
    home="http://paper.srxww.com/",
    family="founder",
    zone="上饶",
    since=date(2015, 1, 1),
    verified="never",
    sections=[founder.paper("上饶日报", "/srrb/html/")],
    items=founder.ITEMS,
    layouts=[founder.layout("上饶日报")],
    expect=Expect(per_month=(100, 2500), fill={"title": 0.95, "published_at": 1, "body": 0.9}),
    rights="excerpt",
)
