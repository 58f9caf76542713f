"""China High-Tech Industry Herald (中国高新网), news of all zones. Seen 2026-11 in saved pages only.

The site was rebuilt on another system: lists `node_<n>.html`, articles `content_<n>.html`. Their content is assumed.
"""

from datetime import date

from scrapers.families import phpcms
from scrapers.listing import OnePage
from scrapers.rows import Links
from scrapers.source import Expect, Layout, Section, Source

SOURCE = Source(
    name="chinahightech",
    title="中国高新网",
    home="http://www.chinahightech.com/",
    family="phpcms",
    zone=None,
    since=date(2013, 1, 1),
    verified="never",
    sections=[
        phpcms.column("园区热点", "/html/yuanqu/yqrd"),
        Section("园区", "/node_479.html", pages=OnePage(), items=Links("ul.news-list li", date="span.date")),
    ],
    items=Links("#index-gz.list-a li", link="h3 a", date="p"),
    layouts=[
        Layout(title="h1.article-title", published=".article-info .time", origin=".article-info .source",
               author=".article-info .author", editor="p.editor", body=".article-body"),
        Layout(title=".title_nr h1", published=".addtime", origin=".source", body=".content",
               end=r"^[(（]责任编辑[:：]", further=phpcms.FURTHER, until=date(2026, 3, 2)),
    ],
    expect=Expect(per_month=(20, 400), fill={"title": 1, "published_at": 1, "origin": 0.8, "body": 0.98}),
    rights="excerpt",
)  # fmt: skip
