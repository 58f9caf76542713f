"""An invented paper whose pages are lettered."""

from datetime import date

from scrapers.families import founder
from scrapers.source import Source

SOURCE = Source(
    name="founder_a01",
    title="洛川晚报样例",
    home="http://epaper.luochuan.example/",
    zone=None,
    sections=[founder.paper("洛川晚报样例", "/lcwb/html/", founder.NODE_A01)],
    items=founder.ITEMS,
    layouts=[founder.layout("洛川晚报样例")],
    since=date(2019, 1, 1),
    verified="never",
)
