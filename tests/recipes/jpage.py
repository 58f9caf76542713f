"""An invented zone on Hanweb's datastore, two rows a page, whose first page is the column's own."""

from datetime import date

from scrapers.families import hanweb
from scrapers.source import Source

SOURCE = Source(
    name="jpage",
    title="兰汀高新区",
    home="http://www.lanting.example/",
    zone=None,
    sections=[hanweb.datastore("工作动态", column=2101, unit=297999, web=7, size=2, own_page=True)],
    items=hanweb.jpage_items(),
    layouts=[hanweb.LAYOUT],
    since=date(2019, 1, 1),
    verified="never",
)
