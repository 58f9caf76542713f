"""An invented paper whose days start with node_01.html and whose articles lie in another folder."""

from datetime import date

from scrapers.families import founder
from scrapers.source import Source

SOURCE = Source(
    name="founder_01",
    title="汐川日报",
    home="http://paper.xichuan.example/",
    zone=None,
    sections=[founder.paper("汐川日报", "/xcrb/pc/layout/", founder.NODE_01)],
    items=founder.ITEMS,
    layouts=[founder.layout("汐川日报")],
    since=date(2019, 1, 1),
    verified="never",
)
