"""NetEase Hao (网易号): the account of Jingdezhen's broadcaster, which publishes the bulletins of 景德镇高新区.

Seen 2026-11 in saved pages only. The account's id is not publicly known: W4421234567890 is a placeholder. Whoever replaces it
replaces the ending of its articles' addresses too. Other accounts' articles are read by these layouts, and belong to the host.
"""

from datetime import date

from scrapers.families import netease
from scrapers.source import Expect, Source

SOURCE = Source(
    name="netease",
    title="网易号·景德镇广播电视",
    home="https://www.163.com/",
    family="netease",
    zone="景德镇",
    since=date(2019, 1, 1),
    verified="never",
    sections=[netease.account("景德镇广播电视", "W4421234567890")],
    items=netease.ITEMS,
    layouts=[netease.LAYOUT_2019, netease.LAYOUT],
    expect=Expect(per_month=(20, 600), fill={"title": 1, "published_at": 1, "origin": 0.9, "body": 0.95}),
    rights="excerpt",
    own=netease.articles("0514C9VQ"),
    tidy=netease.unwrap_pictures,
)
