"""Writes a recipe for a new source from its list page and what two of its articles have in common.

    written = asyncio.run(new_source(request("myzone", "http://www.zone.example/news/list.html", folder, False), say=print))

It reports what was found and what was not. The recipe records both, and is never `verified`.
"""

from __future__ import annotations

import asyncio
import keyword
import os
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from urllib.parse import urlsplit

from flows import show
from scrapers.charset import decode_page
from scrapers.client import Client
from scrapers.dates import SHANGHAI, day_of
from scrapers.discovery import agreement, naming, papers, recipe, samples, signatures
from scrapers.discovery.agreement import Article
from scrapers.discovery.items import find_items, is_made_by_script
from scrapers.discovery.recipe import Recipe, evaluate, fill, literal
from scrapers.discovery.signatures import Signature
from scrapers.model import Item, Outcome, Page, Problem, Unreadable
from scrapers.source import Items, Ref, Section
from scrapers.sources import all_sources
from scrapers.urls import normalise, path_and_query
from scrapers.warc import Replay

ARTICLES = 2
MOST_ASKED = 5
"""The most items requested until two of them are articles."""

_TEST = '''"""The recipe {name} on its sample pages. It fails until a person has read expected.json and signed it."""

from pathlib import Path

from scrapers.discovery.samples import faults

HERE = Path(__file__).parent


def test_the_recipe_reads_its_samples() -> None:
    assert faults(HERE.parent / "{name}.py", HERE) == []
'''
_ZONE = re.compile(r"^([\u4e00-\u9fff]{2,6}?)(?:国家|国际)?(?:级)?高新(?:区|技术)")
_MISSING = {"published": "published_at", "origin": "origin", "author": "author", "editor": "editor"}

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Request:
    """The user's request: the name of the new source, the address of one of its list pages, and where its files go."""

    name: str
    url: str
    recipe: Path
    samples: Path
    tested_there: bool = False


@dataclass(slots=True)
class Listing:
    """The list page that was read: its family, where its rows are, and their items.

    told    the values for the family's section; None where the address or the page lacks one
    column  the HTML of the page that was asked for, which names the column where its rows are at another address
    """

    page: Page
    html: str
    signature: Signature | None
    told: Mapping[str, str] | None
    items: str
    rows: list[Item]
    home: str
    column: str


def request(name: str, url: str, into: Path | None, force: bool) -> Request:
    """The request, with the place for its files: `into`, or the folder in GAOXIN_SOURCES, or the project in the current folder.
    Raises Problem if there is no such place, or if the name is taken or invalid."""
    if not re.fullmatch(r"[a-z][a-z0-9_]{1,30}", name) or keyword.iskeyword(name):
        raise Problem(f"{name!r} cannot name a source: use small letters, digits and _, such as myzone")
    folder = into or (Path(told) if (told := os.environ.get("GAOXIN_SOURCES")) else None)
    project = Path.cwd()
    if folder is None and not (project / "scrapers" / "sources" / "__init__.py").exists():
        raise Problem(
            "there is no folder for the recipe: name one with --into or GAOXIN_SOURCES, or run this in the project"
        )
    if folder is not None and folder.exists() and not folder.is_dir():
        raise Problem(f"{folder} is a file: name a folder for the recipe")
    file = folder / f"{name}.py" if folder else project / "scrapers" / "sources" / f"{name}.py"
    if not force and (file.exists() or name in all_sources()):
        raise Problem(f"there is a source {name} already: choose another name, or replace it with --force")
    if folder:
        return Request(name, normalise(url), file, folder / f"{name}.samples", True)
    return Request(name, normalise(url), file, project / "tests" / "sites" / name)


def run(asked: Request, replay: Path | None, at: datetime | None, allow_private: bool) -> None:
    """The command: write the files and print what was found, what was not, and what to do next."""
    pages = Replay(replay, at) if replay else None
    found = asyncio.run(new_source(asked, pages, allow_private, show.progress))
    show.console.print(f"{asked.name}: {found.title}", style="bold")
    for part, told in _told(found):
        show.console.print(f"  {part:<11}{told}")
    unknown = [f"{part}: {remark}" for part, remark in found.remarks.items()]
    for line in unknown + [f"layout: no {name} in either article" for name in found.layout_lacks]:
        show.console.print(f"  not known  {line}", style="yellow")
    signed = asked.samples / "expected.json"
    for line in (
        f"written: {asked.recipe}, samples in {asked.samples}",
        f"Read both, then sign {signed}: its test fails until you have. Then see `gaoxin doctor {asked.name}`.",
    ):
        show.console.print(line)
    if asked.tested_there and Path(os.environ.get("GAOXIN_SOURCES", "")).resolve() != asked.recipe.parent.resolve():
        show.console.print(f"To use it: export GAOXIN_SOURCES={asked.recipe.parent.resolve()}")


def _told(found: Recipe) -> list[tuple[str, str]]:
    return [
        ("family", found.family or "none that is known"),
        ("section", found.section),
        ("items", found.items),
        *(("layout", text) for text in found.layouts),
        ("since", found.since.isoformat()),
    ]


async def new_source(
    asked: Request, replay: Replay | None = None, allow_private: bool = False, say: Say = lambda line: None
) -> Recipe:
    """Find the recipe and write its files. Raises Problem, with nothing written, if the address is not a list."""
    async with Client(replay, allow_private=allow_private) as client:
        listing = await _read_list(client, asked.url)
        say(
            f"{len(listing.rows)} items on {listing.page.url}, {sum(bool(row.date) for row in listing.rows)} of them dated"
        )
        articles = await _read_articles(client, listing, say)
        texts = [decode_page(each.page) for each in articles]
        column, told = naming.names(listing.column, texts)
        publisher = told or urlsplit(listing.home).netloc
        names = {"title": column or publisher, "publisher": publisher}
        section, remark = await _find_section(client, listing, names, say)
    today = (replay.at if replay and replay.at else datetime.now(UTC)).astimezone(SHANGHAI).date()
    found = _recipe(asked, listing, articles, section, remark, names, today)
    text = recipe.text_of(found)
    pages = {"list.html": listing.page} | {f"article_{n}.html": each.page for n, each in enumerate(articles, 1)}
    asked.recipe.parent.mkdir(parents=True, exist_ok=True)
    asked.recipe.write_text(text, encoding="utf-8")
    samples.write(
        asked.samples, recipe.source_of(text), f"Pages of {found.home} as fetched by `gaoxin new-source`.", pages
    )
    if asked.tested_there:
        (asked.samples / f"test_{asked.name}.py").write_text(_TEST.format(name=asked.name), encoding="utf-8")
    return found


async def _read_list(client: Client, url: str) -> Listing:
    page, html = await _get_list(client, url)
    listing = await _read_particular(client, url, page, html)
    if listing is not None:
        return listing
    found = find_items(html, page.address)
    items = recipe.links(found) if found else ""
    rows = _rows(evaluate(items), html, page) if items else []
    if not rows:
        raise Problem(_why_no_list(url, html))
    signature = signatures.of_articles([row.url for row in rows])
    told = signatures.facts(signature, page.url, html) if signature and signature.section else None
    return Listing(page, html, signature, told, items, rows, _most_common_home(rows), html)


async def _read_particular(client: Client, url: str, page: Page, html: str) -> Listing | None:
    """The list as a known family serves it, perhaps at an address given in the page; None if it has no rows there."""
    particular = signatures.of_list(url, html)
    if particular is None:
        return None
    (signature, told), column = particular, html
    section = evaluate(fill(signature.section, told | {"title": "", "publisher": ""}))
    first = normalise(section.path, _home(url))
    if section.pages.ends != "missing" and first != url:
        page = await client.get(first)
        html = decode_page(page) if page.outcome is Outcome.OK else ""
    rows = _rows(evaluate(signature.items), html, page) if html else []
    if page.url != url and not any(re.search(signature.article, row.url) for row in rows):
        return None  # the interface of a menu, or of another part of the page
    return (
        Listing(page, html, signature, told, signature.items, rows, _most_common_home(rows), column) if rows else None
    )


def _why_no_list(url: str, html: str) -> str:
    advice = "give the address of a column's page, whose rows lead to articles"
    if is_made_by_script(html):
        return (
            f"{url} has its rows as JSON in a script, from which only a browser makes a list: new-source cannot read it,"
            " so write the recipe by hand if the site also serves them at an address of their own (JsonRows)"
        )
    if day := papers.day_of(url):
        return (
            f"{url} holds no list that we can find, and by its address it is of {day} alone, like an article: {advice}"
        )
    return f"{url} holds no list that we can find: {advice}"


def _most_common_home(rows: Sequence[Item]) -> str:
    return Counter(_home(row.url) for row in rows).most_common(1)[0][0]


async def _get_list(client: Client, url: str) -> tuple[Page, str]:
    page = await client.get(url)
    if page.outcome is not Outcome.OK:
        raise Problem(f"the list page cannot be read: {page.error or page.outcome}")
    return page, decode_page(page)


def _rows(items: Items, html: str, page: Page) -> list[Item]:
    try:
        return items(html, page.address)
    except Unreadable:
        return []


async def _read_articles(client: Client, listing: Listing, say: Say) -> list[Article]:
    """The first two items that are articles on the publisher's own site."""
    own = {row.url: row for row in listing.rows if _home(row.url) == listing.home}
    found: list[Article] = []
    for row in list(own.values())[:MOST_ASKED]:
        page = await client.get(row.url)
        try:
            if page.outcome is not Outcome.OK:
                raise Unreadable(page.outcome, page.error or f"{row.url}: {page.outcome}")
            found.append(agreement.read_generically(page, row.date))
            say(f"article {len(found)}: {found[-1].bulletin.title or row.title}")
        except Unreadable as error:
            say(f"passed over: {error}")
        if len(found) == ARTICLES:
            break
    return found


async def _find_section(client: Client, listing: Listing, names: Mapping[str, str], say: Say) -> tuple[str, str]:
    """The section as written in a recipe, and a remark on its further pages. A pager is accepted if its second page has other
    items than the first. Raises Problem for the page of one day, unless the other days can be told from it."""
    url, addresses = listing.page.url, [row.url for row in listing.rows]
    if listing.told is None and papers.is_paper(url, addresses):
        if told := papers.by_day(url, addresses):
            daily = fill("pages=Daily({front}, leaves={leaves})", told)
            section = f"Section({literal(names['title'])}, {literal(told['path'])}, {daily})"
            others = evaluate(section).pages.more(Ref(url, papers.day_of(url) or ""), listing.html)
            return (
                section,
                "" if others else "no other page of the day was found: `leaves` must select the links to them",
            )
        raise Problem(_only_that_day(url))
    one_page = ""
    for section in _sections(listing, names):
        pages = evaluate(section).pages
        if pages.ends == "missing":
            return section, ""  # a paper a day
        further = pages.more(Ref(listing.page.url, "1"), listing.html)
        if not further:
            one_page = one_page or section
            continue
        page = await client.get(further[0].url)
        if page.outcome is Outcome.NOT_CAPTURED:
            return section, f"its second page, {further[0].url}, was not there to be tried"
        if page.outcome is Outcome.OK:
            rows = _rows(evaluate(listing.items), decode_page(page), page)
            if {row.url for row in rows} - {row.url for row in listing.rows}:
                say(f"page 2 of the list, {page.url}: {len(rows)} items")
                return section, ""
    if papers.day_of(url):
        raise Problem(_only_that_day(url))
    if one_page:
        return one_page, "the list was one page: nobody has seen its pager work"
    return (
        f"Section({literal(names['title'])}, {literal(_path(listing))}, pages=OnePage())",
        "no pager was found: older items are not read",
    )


def _only_that_day(url: str) -> str:
    day = papers.day_of(url)
    return f"{url} is the page of {day}: a recipe would read that day for ever, so give a list whose address stays the same"


def _sections(listing: Listing, names: Mapping[str, str]) -> list[str]:
    """The possible sections for this list, as written in a recipe, the most specific first."""
    url, html, signature = listing.page.url, listing.html, listing.signature
    found = []
    if signature and listing.told is not None:
        found.append(fill(signature.section, {**listing.told, **names}))
    for template, facts in signatures.pagers(url, html):
        pages = fill(template, facts)
        found.append(f"Section({literal(names['title'])}, {literal(_path(listing))}, pages={pages})")
    return [section for section in found if _starts(evaluate(section), listing)]


def _starts(section: Section, listing: Listing) -> bool:
    """Whether the section starts at the page that was read; a paper always does."""
    return section.pages.ends == "missing" or normalise(section.path, listing.home) == listing.page.url


def _path(listing: Listing) -> str:
    url = listing.page.url
    return path_and_query(url) if _home(url) == listing.home else url


def _home(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}/"


def _recipe(
    asked: Request,
    listing: Listing,
    articles: Sequence[Article],
    section: str,
    remark: str,
    names: Mapping[str, str],
    today: date,
) -> Recipe:
    layouts, lacks, remarks = _layouts(listing, articles, names)
    read = agreement.read_with([one for text in layouts for one in evaluate(f"[{text}]")], articles)
    days = (
        [row.date for row in listing.rows] + [each.published for each in articles] + [b.published_at for b in read if b]
    )
    known = sorted(day_of(day) for day in days if day)
    zone = _ZONE.match(names["publisher"]) or _ZONE.match(names["title"])
    is_public = urlsplit(listing.home).netloc.endswith(".gov.cn")
    if remark:
        remarks["sections"] = remark
    if not any(row.date for row in listing.rows) and evaluate(section).pages.ends != "missing":
        remarks["items"] = "no date was found in the rows: the articles tell it"
    remarks["since"] = (
        "the oldest day met so far: say where the site begins" if known else "no date was met: say the first day"
    )
    if not zone:
        remarks["zone"] = "the zone, where this is a zone's own site"
    remarks["rights"] = "until somebody has read the site's terms"
    signature = listing.signature
    return Recipe(
        name=asked.name,
        title=names["publisher"],
        home=listing.home,
        family=signature.family if signature else "",
        zone=zone[1] if zone else None,
        since=known[0] if known else today,
        section=section,
        items=listing.items,
        layouts=layouts,
        about=f"{names['publisher']}, {names['title']}: written by `gaoxin new-source` on {today}, read by nobody."
        f" Its list is {listing.page.url}.",
        tidy=signature.tidy if signature else "",
        rights="full" if is_public else "excerpt",
        layout_lacks=lacks,
        remarks=remarks,
    )


def _layouts(
    listing: Listing, articles: Sequence[Article], names: Mapping[str, str]
) -> tuple[list[str], list[str], dict[str, str]]:
    """The layouts that fit the articles, as written in a recipe: the family's, or else what the articles agree on. Also the
    missing fields, and remarks."""
    signature = listing.signature
    for template in signature.layouts if signature else ():
        text = fill(template, names)
        if agreement.fits(evaluate(f"[{text}]"), articles):
            return [text], [], {}
    found = agreement.find_layout(articles) if articles else None
    if found is None:
        return [], [], {"layouts": "no one element holds the text of the articles: they are read the generic way"}
    read = [bulletin for bulletin in agreement.read_with([found], articles) if bulletin]
    lacks = [name for name, value in _MISSING.items() if not any(getattr(bulletin, value) for bulletin in read)]
    remarks = {"layouts": "of one article: no other could be read"} if len(articles) < ARTICLES else {}
    return [recipe.layout(found, signature.further if signature else "")], lacks, remarks
