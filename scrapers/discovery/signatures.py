"""The signatures that identify a family, and the expressions for its recipes. Each family has one or several."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from urllib.parse import unquote, urlsplit

from bs4 import BeautifulSoup

from scrapers.listing import NextLink
from scrapers.model import Problem
from scrapers.rows import is_html
from scrapers.source import Ref
from scrapers.urls import normalise, path_and_query


@dataclass(frozen=True, slots=True)
class Signature:
    """How the pages of a family are recognised.

    article    matches the address of one of its articles
    lists      matches the address of one of its lists
    told       further values from the list's address or page: the first group of each pattern; all must be found
    section, items, layouts, further, tidy   expressions for the recipe. Braces take the groups of `lists`, the values of
               `told`, and the `title` of the column and of its `publisher`; a name ending in `_n` is written as a number.
               Without `section` or `items`, what was found on the page is written. Each of `layouts` is tried on the
               articles; `further` are arguments of a layout that was found, for articles on several pages
    """

    family: str
    article: str
    lists: str = ""
    told: Mapping[str, str] = field(default_factory=dict)
    section: str = ""
    items: str = ""
    layouts: Sequence[str] = ()
    further: str = ""
    tidy: str = ""


_hanweb = partial(
    Signature,
    "hanweb",
    r"/art/\d{4}/\d{1,2}/\d{1,2}/art_\d+_\d+\.html|/art/\d{4}/art_[0-9a-f]{32}\.html",
    layouts=["hanweb.LAYOUT"],
)
_netease = partial(
    Signature,
    "netease",
    r"//(?:www\.)?163\.com/dy/article/\w+\.html",
    layouts=["netease.LAYOUT_2019, netease.LAYOUT"],
    tidy="netease.unwrap_pictures",
)


def _jpaas(lists: str, field: str, size: str) -> Iterator[Signature]:
    """The signatures of a Hanweb column with a JSON interface, for pages that write one of its parameters like `field`. Most
    servers misspell the parseType; one that does not says so."""
    names = {"web": "webId", "template": "tplSetId", "tag": "tagId", "page": "pageId"}
    told = {name: field.replace("{}", parameter) for name, parameter in names.items()} | {"size_n": size}
    for spelled, more in ((", parse={parse}", {"parse": r"parseType\W{1,6}(buildstatic)\b"}), ("", {})):
        yield _hanweb(
            lists=lists,
            told=told | more,
            section="hanweb.unit({title}, web={web}, template={template}, tag={tag}, page={page}, size={size_n}"
            + f"{spelled})",
            items="hanweb.jpaas_items()",
        )


SIGNATURES = (
    _netease(
        lists=r"//dy\.163\.com/v2/article/list\.do\?.*\bwemediaId=(?P<id>\w+)",
        section="netease.account({title}, {id})",
        items="netease.ITEMS",
    ),
    _netease(),
    Signature(
        "founder",
        article=r"/\d{4}-\d\d/\d\d/content_\d+\.html?",
        lists=r"//[^/]+(?P<path>/.*/)\d{4}-\d\d/\d\d/node_2\.htm\Z",
        section="founder.paper({publisher}, {path})",
        items="founder.ITEMS",
        layouts=["founder.layout({publisher})"],
    ),
    *(
        Signature(
            "founder",
            article=r"/con(?:tent)?/\d{6}/\d\d/c(?:ontent_)?\d+\.html?",
            lists=rf"//[^/]+(?P<path>/.*/)\d{{6}}/\d\d/{front}\.html\Z",
            section=f"founder.paper({{publisher}}, {{path}}, founder.{front.upper()})",
            items="founder.ITEMS",
            layouts=["founder.layout({publisher})"],
        )
        for front in ("node_01", "node_A01", "node_1", "l01")
    ),
    _hanweb(
        lists=r"//[^/]+/col/col(?P<column_n>\d+)/index\.html",
        told={
            "unit_n": r"\bunitid\W{1,4}(\d{1,9})",
            "web_n": r"\bwebid\W{1,4}(\d{1,9})",
            "size_n": r"\bperpage\W{1,4}(\d{1,4})",
            "store": r"(<record>)",
        },
        section="hanweb.datastore({title}, column={column_n}, unit={unit_n}, web={web_n}, size={size_n}, own_page=True)",
        items="hanweb.jpage_items()",
    ),
    _hanweb(
        lists=r"/module/web/jpage/dataproxy\.jsp\?",
        told={
            "column_n": r"[?&]columnid=(\d{1,9})",
            "unit_n": r"[?&]unitid=(\d{1,9})",
            "web_n": r"[?&]webid=(\d{1,9})",
            "size_n": r"[?&]perpage=(\d{1,4})",
        },
        section="hanweb.datastore({title}, column={column_n}, unit={unit_n}, web={web_n}, size={size_n})",
        items="hanweb.jpage_items()",
    ),
    *_jpaas(r"/api-gateway/jpaas-publish-server/front/page/build/unit\?", r"[?&]{}=([^&\s]+)", r"%22pageSize%22%3A(\d{1,4})"),
    *_jpaas(r"//[^/]+/", r"'{}'\s*:\s*'([^']+)'", r"pageSize(?:&quot;|\W){1,12}(\d{1,4})"),
    _hanweb(),
    Signature(
        "guangdong",
        article=r"/content/(?:\d+/\d+/)?post_\d+\.html",
        lists=r"//[^/]+(?P<root>.*)/gkmlpt/api/all/(?P<column_n>\d+)\?page=1&sid=(?P<site_n>\d+)\Z",
        section="guangdong.catalogue({title}, {column_n}, {site_n}, {root})",
        items="guangdong.CATALOGUE_ITEMS",
        layouts=["guangdong.CATALOGUE_LAYOUT", "guangdong.LAYOUT"],
    ),
    Signature(
        "guangdong",
        article=r"/content/post_\d+\.html",
        lists=r"//[^/]+(?P<path>/.*)/index\.html\Z",
        section="guangdong.column({title}, {path})",
        layouts=["guangdong.LAYOUT"],
    ),
    Signature(
        "gov_shtml",
        article=r"/\d{4}-?\d\d/(?:\d\d/)?[0-9a-f]{32}\.shtml",
        lists=r"//[^/]+(?P<path>/.*)/(?P<prefix>[\w-]+)\.shtml\Z",
        section="gov_shtml.column({title}, {path}, {prefix})",
        layouts=["gov_shtml.LAYOUT"],
    ),
    Signature(
        "trs",
        article=r"/t\d{8}_\d+\.s?html?",
        lists=r"//[^/]+(?P<path>/.*/)\Z",
        section="trs.column({title}, {path})",
        layouts=["trs.layout()"],
    ),
    Signature(
        "people",
        article=r"/n\d/\d{4}/\d{4}/c\d+-\d+\.html",
        lists=r"//[^/]+(?P<path>/.*)/index1\.html\Z",
        section="people.column({title}, {path})",
        layouts=["people.LAYOUT", "people.LAYOUT_2018"],
    ),
    Signature(
        "phpcms",
        article=r"/\d{4}/\d{4}/\d+\.html",
        lists=r"//[^/]+(?P<path>/.*)/1\.html\Z",
        section="phpcms.column({title}, {path})",
        further="further=phpcms.FURTHER, drop=phpcms.PAGER",
    ),
)  # fmt: skip
"""The most specific first: lists with rows in their own format come before families known by their articles alone."""


def of_list(url: str, html: str) -> tuple[Signature, dict[str, str]] | None:
    """The family with rows in a format of its own whose lists have this address, with the page's values; or None."""
    return next(
        (
            (signature, told)
            for signature in SIGNATURES
            if signature.items and (told := facts(signature, url, html)) is not None
        ),
        None,
    )


def of_articles(addresses: Sequence[str]) -> Signature | None:
    """The family whose pattern most of these article addresses match, or None."""
    for signature in SIGNATURES:
        alike = sum(bool(re.search(signature.article, address)) for address in addresses)
        if not signature.items and addresses and alike * 2 > len(addresses):
            return signature
    return None


def facts(signature: Signature, url: str, html: str) -> dict[str, str] | None:
    """The values for `signature.section` from the address and the list page; None where they do not match."""
    address = re.search(signature.lists, url) if signature.lists else None
    if address is None:
        return None
    page = f"{url}\n{html}"
    found = {name: re.search(pattern, page, re.IGNORECASE) for name, pattern in signature.told.items()}
    if any(match is None for match in found.values()):
        return None
    told = address.groupdict() | {name: match[1] for name, match in found.items() if match}
    return {name: unquote(value) for name, value in told.items()}


PAGERS = (
    (r"createPageHTML\s*\(\s*['\"][\w-]+['\"]\s*,\s*\d+\s*,\s*\d+\s*,\s*['\"](?P<prefix>[\w-]+)['\"]", "shtml_pages({prefix})"),
    (r"createPageHTML\s*\(\s*\d+\s*,\s*\d+\s*,\s*['\"]", "CountedFromZero()"),
)  # fmt: skip
"""A pager's pattern on a list page, and its expression in a recipe."""

_COUNTED = re.compile(r"\bcountPage\s*=\s*['\"]?\d")
_NUMBER = re.compile(r"[\[(【]?第?\s*([23])\s*页?[\])】]?")


def pagers(url: str, html: str) -> Iterator[tuple[str, dict[str, str]]]:
    """The possible pagers of the list at `url`: expressions for a recipe, and the values to fill in."""
    for pattern, template in PAGERS:
        found = re.search(pattern, html)
        if found:
            yield template, found.groupdict()
    path = urlsplit(url).path
    if _COUNTED.search(html):
        ending = path.rpartition(".")[2] if re.search(r"\.s?html?\Z", path) else "html"
        yield (
            ("CountedFromZero()", {}) if ending == "html" else ("CountedFromZero(ending={ending})", {"ending": ending})
        )
    if re.search(r"<div\b[^>]*\bid=[\"']?pages\b", html) and re.search(r"/(?:1\.html)?\Z", path):
        yield "phpcms_pages()", {}
    if not is_html(html):
        return
    yield from _linked(url, html)
    if NextLink().more(Ref(url, "1"), html):
        yield "NextLink()", {}


def _linked(url: str, html: str) -> Iterator[tuple[str, dict[str, str]]]:
    """The address pattern of the link `2`, which must also fit the link `3` if there is one."""
    told: dict[str, set[str]] = {"2": set(), "3": set()}
    for link in BeautifulSoup(html, "lxml").select("a[href]"):
        if number := _NUMBER.fullmatch(link.get_text().strip()):
            with suppress(Problem):
                told[number[1]].add(normalise(str(link.get("href")), base=url))
    for address in sorted(told["2"] - {url}):
        host = len(address) - len(address.partition("://")[2].partition("/")[2])
        for run in reversed(list(re.compile(r"(?<!\d)[12](?!\d)").finditer(address, host))):
            before, after, shift = address[: run.start()], address[run.end() :], 2 - int(run[0])
            if not told["3"] or f"{before}{3 - shift}{after}" in told["3"]:
                pattern = _relative(f"{before}{{n}}{after}", url)
                yield ("Linked({pattern}, shift=1)" if shift else "Linked({pattern})"), {"pattern": pattern}


def _relative(pattern: str, url: str) -> str:
    """The pattern relative to the list's folder, or to the root where it leads into another folder."""
    folder = url.partition("?")[0].rpartition("/")[0] + "/"
    rest = pattern.removeprefix(folder)
    if rest != pattern and "/" not in rest.partition("?")[0]:
        return rest
    return path_and_query(pattern)
