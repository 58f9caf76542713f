"""NetEase Hao (网易号, 163.com/dy): articles of accounts, lists as JSON by account id, images behind a resizing proxy."""

from dataclasses import replace
from datetime import date
from urllib.parse import parse_qs, urlsplit

from scrapers.listing import UntilEmpty
from scrapers.model import Bulletin, Problem
from scrapers.rows import JsonRows
from scrapers.source import Layout, Section
from scrapers.urls import normalise

ITEMS = JsonRows(("data", "list"), url="https://www.163.com/dy/article/{docid}.html", title="title", date="ptime")

LAYOUT = Layout(
    title="h1.post_title",
    published=".post_info",
    origin=".post_info a",
    body=".post_body",
    caption=".f_center + .caption",
)

LAYOUT_2019 = Layout(
    title="#epContentLeft h1",
    published=".post_time_source",
    origin="#ne_article_source",
    editor=".ep-editor",
    body="#endText",
    drop=".ep-source, .gg200x300, .post_btmshare",
    until=date(2020, 12, 31),
)
"""Must be tried first, as `.post_body` wraps it. Its last day is unknown: pages of 2019 have it, those of 2021 do not."""


def account(title: str, wemedia_id: str) -> Section:
    """The articles of one account (网易号), by its wemediaId."""
    path = f"https://dy.163.com/v2/article/list.do?pageNo={{n}}&wemediaId={wemedia_id}&size=10"
    return Section(title, path.format(n=1), pages=UntilEmpty(path, ITEMS))


def articles(ending: str) -> str:
    """The addresses of one account's articles, for `Source.own`. All its docids end in the same eight characters."""
    return rf"/dy/article/\w+{ending}\.html"


def unwrap_pictures(bulletin: Bulletin) -> Bulletin:
    """Replace proxied images by their originals: `nimg.ws.126.net/?url=<address>&thumbnail=…`."""
    return replace(bulletin, images=tuple(_unwrapped(image) for image in bulletin.images))


def _unwrapped(image: str) -> str:
    parts = urlsplit(image)
    inner = parse_qs(parts.query).get("url") if parts.hostname == "nimg.ws.126.net" else None
    try:
        return normalise(inner[0]) if inner else image
    except Problem:
        return image
