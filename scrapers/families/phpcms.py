"""PHPCMS v9: `/html/<column>/<yyyy>/<mmdd>/<id>.html`, GBK under a gb2312 label, in-article pages `<id>_2.html`."""

from scrapers.listing import phpcms_pages
from scrapers.source import Section

FURTHER = "#pages a[href]"
"""The links to the further pages of one article."""


def column(title: str, path: str) -> Section:
    """A column (栏目) whose list pages are `<path>/1.html`, `<path>/2.html` …, newest first."""
    return Section(title, f"{path}/1.html", pages=phpcms_pages())
