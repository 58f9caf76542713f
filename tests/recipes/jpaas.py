"""An invented zone on Hanweb's JSON interface, two rows a page."""

from datetime import date

from scrapers.families import hanweb
from scrapers.source import Source

SOURCE = Source(
    name="jpaas",
    title="云栖里高新区",
    home="https://www.yunqi.example/",
    zone=None,
    sections=[hanweb.unit("工作动态", web="3630", template="5HrZsample", tag="列表", page="4410", size=2)],
    items=hanweb.jpaas_items(),
    layouts=[hanweb.LAYOUT],
    since=date(2019, 1, 1),
    verified="never",
)
