"""Writes a recipe for a new source from its list page and what two of its articles have in common.

    written = asyncio.run(new_source(request("myzone", "http://www.zone.example/news/list.html", folder, False), say=print))

It reports what was found and what was not. The recipe records both, and is never `verified`.
"""

from __future__ import annotations

import asyncio
import keyword
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from urllib.parse import urlsplit

from flows import show
from flows.new_list import Listing, Say, find_section, home_of, read_list
from scrapers.charset import decode_page
from scrapers.client import Client
from scrapers.dates import SHANGHAI, day_of
from scrapers.discovery import agreement, naming, recipe, samples
from scrapers.discovery.agreement import Article
from scrapers.discovery.recipe import Recipe, evaluate, fill
from scrapers.model import Outcome, Problem, Unreadable
from scrapers.sources import all_sources
from scrapers.urls import normalise
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


@dataclass(frozen=True, slots=True)
class Request:
    """The user's request: the name of the new source, the address of one of its list pages, and where its files go."""

    name: str
    url: str
    recipe: Path
    samples: Path
    tested_there: bool = False


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
        listing = await read_list(client, asked.url)
        say(
            f"{len(listing.rows)} items on {listing.page.url}, {sum(bool(row.date) for row in listing.rows)} of them dated"
        )
        articles = await _read_articles(client, listing, say)
        texts = [decode_page(each.page) for each in articles]
        column, told = naming.names(listing.column, texts)
        publisher = told or urlsplit(listing.home).netloc
        names = {"title": column or publisher, "publisher": publisher}
        section, remark = await find_section(client, listing, names, say)
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


async def _read_articles(client: Client, listing: Listing, say: Say) -> list[Article]:
    """The first two items that are articles on the publisher's own site."""
    own = {row.url: row for row in listing.rows if home_of(row.url) == listing.home}
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
