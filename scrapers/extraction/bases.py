"""The `<base>` of a page: where its relative links start, if not at its own address."""

from __future__ import annotations

import re
from contextlib import suppress
from urllib.parse import urljoin

from resiliparse.parse.html import HTMLTree

from scrapers.extraction.tokens import select
from scrapers.model import Problem
from scrapers.urls import normalise

MOST_LINKS = 10_000
"""The maximum number of links, and of images, that are rewritten on a page with a `<base>`. Further ones stay as they are."""

_RELATIVE = re.compile(r"\s*(?![#?]|[a-z][a-z0-9+.-]*:|\s)", re.IGNORECASE)


def apply(tree: HTMLTree, url: str) -> bool:
    """Make the relative addresses in `tree` absolute, if the page at `url` has a `<base>`. Returns whether it has one."""
    base = tree.head.query_selector("base[href]") if tree.head else None
    if base is None:
        return False
    assert tree.document is not None
    start = url
    with suppress(Problem):
        start = normalise(base.get_attribute("href") or "", base=url)
    for name in ("href", "src"):
        for element in select(tree.document, f"[{name}]")[:MOST_LINKS]:
            address = element.get_attribute(name) or ""
            if _RELATIVE.match(address):
                with suppress(ValueError):  # a broken address stays: whoever uses it refuses it with a sentence
                    element.set_attribute(name, urljoin(start, address.strip()))
    return True
