"""An invented channel of people.com.cn."""

from datetime import date

from scrapers.families import people
from scrapers.source import Source

SOURCE = Source(
    name="people",
    title="样例频道",
    home="http://yx.renmin.example/",
    zone=None,
    sections=[people.column("园区", "/GB/408801")],
    items=people.ITEMS,
    layouts=[people.LAYOUT, people.LAYOUT_2018],
    since=date(2019, 1, 1),
    verified="never",
)
