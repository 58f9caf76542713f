"""The names of a column and its publisher, as the pages of a site give them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bs4 import BeautifulSoup, Tag

from scrapers.clean import one_line
from scrapers.rows import is_html

_BETWEEN = re.compile(r"\s*[_|–—>]+\s*|\s+-+\s+|-")
_ISSUE = re.compile(
    r"(?:19|20)\d\d\s*[-年./]\s*\d{1,2}\s*[-月./]\s*\d{1,2}\s*日?|第?\s*[A-Z]?\d{1,3}\s*版"
    r"|(?<=报)\s?(?:多媒体)?(?:数字|电子)(?:报刊|报纸?|版)"
)
"""The day and the page of a paper, which stand beside its name: `星河日报 2021-05-21 第01版`."""
_SYSTEM = re.compile(r"power(?:ed)? by\b", re.IGNORECASE)
"""The name of a system, `Powered by Discuz!`, which publishes nothing."""


def names(column: str, articles: Sequence[str]) -> tuple[str, str]:
    """The names of the column and of the publisher, from the HTML of the column's page and of articles; empty where these give
    none.

    The publisher is the meta tag `SiteName`, or the last part that the `<title>` of all articles share: of a paper it is often
    the only one. An article's own title is in one alone.
    """
    soup = BeautifulSoup(column if is_html(column) else "", "lxml")
    wholes = [_whole(BeautifulSoup(article, "lxml")) for article in articles]
    pieces, others = _pieces(_whole(soup)), [_pieces(whole) for whole in wholes]
    told = soup.find("meta", attrs={"name": re.compile(r"\Asitename\Z", re.IGNORECASE)})
    publisher = one_line(str(told.get("content") or "")) if isinstance(told, Tag) else ""
    if not publisher and others:
        first = others[0] if len(others) > 1 else others[0][1:]
        shared = [piece for piece in first if all(piece in other for other in others)]
        shared += [piece for piece in pieces[-1:] if all(whole.endswith(f" {piece}") for whole in wholes)]
        publisher = next(reversed(shared), "")
    publisher = publisher or (pieces[-1] if len(pieces) > 1 else "")
    return next((piece for piece in pieces if piece != publisher), ""), publisher


def _whole(soup: BeautifulSoup) -> str:
    return one_line(_ISSUE.sub(" ", soup.title.get_text() if soup.title else "")).strip("-_| ")


def _pieces(whole: str) -> list[str]:
    return [piece for piece in _BETWEEN.split(whole) if piece and not _SYSTEM.match(piece)]
