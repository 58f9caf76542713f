"""An invented zone in Guangdong's catalogue of public information, two rows a page."""

from datetime import date

from scrapers.families import guangdong
from scrapers.source import Source

SOURCE = Source(
    name="gkmlpt",
    title="南溪高新区",
    home="http://www.nanxi.example/",
    zone=None,
    sections=[guangdong.catalogue("通知公告", column=2811, site=770099, size=2)],
    items=None,
    layouts=[guangdong.CATALOGUE_LAYOUT],
    since=date(2019, 1, 1),
    verified="never",
)
