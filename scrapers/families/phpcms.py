"""PHPCMS v9: `/html/<column>/<yyyy>/<mmdd>/<id>.html`, GBK labelled gb2312, further pages of an article `<id>_2.html`."""

from scrapers.listing import phpcms_pages
from scrapers.source import Section

PAGER = "#pages"
"""The pager of an article, which stands in its text."""
FURTHER = f"{PAGER} a[href]"
"""The links to an article's further pages."""


def column(title: str, path: str) -> Section:
    """A column (栏目) whose list pages are `<path>/1.html`, `<path>/2.html` …, newest first."""
    return Section(title, f"{path}/1.html", pages=phpcms_pages())
