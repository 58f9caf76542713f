"""Checks whether recipes still work, from the host name to two articles, and names a remedy for each failure.

    name -> connection -> TLS -> robots -> one list page per section -> two articles

Nothing is archived. The outcome of a request shows how far it came: one that failed at TLS had a name and a connection.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from urllib.parse import urlsplit

from rich.table import Table
from rich.text import Text

from flows import show
from flows.reading import in_place, unlike_row
from scrapers.article import read_page
from scrapers.charset import decode_page
from scrapers.client import Client
from scrapers.dates import SHANGHAI
from scrapers.listing import missing_rows
from scrapers.model import FIELDS, Bulletin, Item, Outcome, Page, Problem, Unreadable
from scrapers.source import Ref, Section, Source
from scrapers.sources import all_sources, broken_recipes, find_source, insecure_hosts
from scrapers.urls import normalise
from scrapers.warc import Replay

ARTICLES = 2
MOST_ASKED = 4
"""The most articles requested until two are read: a dead link in a list is the site's fault."""
RUNGS = ("name", "connection", "TLS", "robots")

_FALLEN_AT = {
    Outcome.DNS: "name",
    Outcome.REFUSED_ADDRESS: "name",
    Outcome.CONNECTION: "connection",
    Outcome.TIMEOUT: "connection",
    Outcome.TLS: "TLS",
    Outcome.ROBOTS: "robots",
}
"""The rung at which a request with this outcome failed; with any other outcome it reached the site."""

_REMEDIES = {
    Outcome.DNS: "check `home` in the recipe: the site may have moved",
    Outcome.REFUSED_ADDRESS: "check `home` in the recipe, or give --allow-private for an intranet",
    Outcome.CONNECTION: "open it in a browser; if it answers there, the site may refuse this network",
    Outcome.TIMEOUT: "try again later; if it answers in a browser, the site may refuse this network",
    Outcome.TLS: "open it in a browser and look at the certificate; the site may be on http, or under another name",
    Outcome.ROBOTS: "it is obeyed: leave these addresses out of the recipe, or ask the publisher",
    Outcome.GONE: "look for the column on the site, and mend the section's path",
    Outcome.BLOCKED: "the site turns programs away: fetch more slowly or ask the publisher, there is no way around it",
    Outcome.HTTP_ERROR: "try again later; if it stays, look at the address in a browser",
    Outcome.NOT_CAPTURED: "replay a file that holds it, or leave --replay out",
    Outcome.NO_ITEMS: "open it, and compare its rows with `items` in the recipe",
}
_FIRST, _WHERE = 18, 24
"""Widths of two columns: a rung's name, and the place where a field was found."""


@dataclass(frozen=True, slots=True)
class Check:
    """One rung: whether it held (None if there was nothing to check), what was found, the remedy if it failed, and the bulletin
    if it is an article."""

    name: str
    held: bool | None
    told: str = ""
    remedy: str = ""
    bulletin: Bulletin | None = None


@dataclass(slots=True)
class Diagnosis:
    """The checks of one source."""

    source: Source
    checks: list[Check] = field(default_factory=list)

    @property
    def fault(self) -> str | None:
        """The first check that failed, or None."""
        return next((f"{check.name}: {check.told}" for check in self.checks if check.held is False), None)

    @property
    def read(self) -> int:
        """The number of articles that were read, well or badly."""
        return sum(check.bulletin is not None for check in self.checks)

    def add(
        self, name: str, held: bool | None, told: str = "", remedy: str = "", bulletin: Bulletin | None = None
    ) -> None:
        """Add a check."""
        self.checks.append(Check(name, held, told, remedy, bulletin))


def run(names: Sequence[str], every: bool, replay: Path | None, at: datetime | None, allow_private: bool) -> bool:
    """The command: check these sources, or every one, and print the results. Returns whether all of them work."""
    if not (names or every):
        raise Problem("name the sources to look at, such as `gaoxin doctor nchdz`, or give --all")
    sources = list(all_sources().values()) if every else [find_source(name) for name in dict.fromkeys(names)]
    pages = Replay(replay, at) if replay else None
    moment = (at or datetime.now(UTC)).astimezone(SHANGHAI)
    whence = f", replayed from {replay}" if replay else ""
    show.console.print(f"{moment:%Y-%m-%d %H:%M} Beijing time{whence}")
    found = asyncio.run(examine(sources, pages, moment.date(), allow_private))
    for diagnosis in found:
        _print(diagnosis)
    show.console.print()
    for diagnosis in found:
        _print_verdict(diagnosis)
    broken = broken_recipes() if every else {}
    for sentence in broken.values():
        show.progress(f"FAILED {sentence}")
    return all(diagnosis.fault is None for diagnosis in found) and not broken


async def examine(
    sources: Iterable[Source], replay: Replay | None, today: date, allow_private: bool = False
) -> list[Diagnosis]:
    """Check the sources concurrently; the client keeps each host's own pace."""
    asked = list(sources)
    async with Client(replay, allow_private=allow_private, insecure=insecure_hosts(asked)) as client:
        return list(await asyncio.gather(*(_walk(client, source, today, replay is not None) for source in asked)))


async def _walk(client: Client, source: Source, today: date, replayed: bool) -> Diagnosis:
    found = Diagnosis(source)
    lists: list[list[Item]] = []
    for section in source.sections:
        page, ref = await _list_page(client, source, section, today)
        fallen = _FALLEN_AT.get(page.outcome)
        if not found.checks:
            _climb(found, page, replayed)
            if fallen not in (None, "robots"):
                break  # its other lists would fail at the same rung
        elif fallen:
            found.add(f"list {section.title}", False, page.error or str(page.outcome), _REMEDIES[page.outcome])
        if not fallen:
            lists.append(_read_list(found, source, section, ref, page))
    if source.sections:
        show.progress(f"{source.name}: {sum(map(len, lists))} items on {len(lists)} list pages")
    await _read_articles(found, client, source, _in_turn(lists))
    return found


async def _list_page(client: Client, source: Source, section: Section, today: date) -> tuple[Page, Ref]:
    """The first list page of a section; for a paper, that of the last day with an issue."""
    for ref in section.pages.start(normalise(section.path, source.home), None, today):
        page = in_place(await client.get(ref.url), ref)
        if section.pages.ends != "missing" or page.outcome not in (Outcome.GONE, Outcome.NOT_CAPTURED):
            break
    return page, ref


def _climb(found: Diagnosis, page: Page, replayed: bool) -> None:
    """Add the rungs up to robots.txt, as far as the outcome of the first list page shows them."""
    fallen = _FALLEN_AT.get(page.outcome)
    address = urlsplit(page.address)
    told = {"name": address.hostname or "", "TLS": "" if address.scheme == "https" else "plain http"}
    for rung in RUNGS:
        if rung == fallen:
            found.add(rung, False, page.error or str(page.outcome), _REMEDIES[page.outcome])
            return
        aside = replayed and rung != "robots" or (rung == "TLS" and address.scheme != "https")
        found.add(rung, None if aside else True, "replayed" if replayed and rung != "robots" else told.get(rung, ""))


def _read_list(found: Diagnosis, source: Source, section: Section, ref: Ref, page: Page) -> list[Item]:
    """The items of a list page; adds the check that none is missing."""
    name = f"list {section.title}"
    reader = section.items or source.items
    assert reader is not None, f"{source.name} has sections, so it must say how their items are found"
    try:
        if page.outcome is not Outcome.OK:
            raise Unreadable(page.outcome, page.error or str(page.outcome))
        html = decode_page(page)
        items = reader(html, page.address)
        if not items:
            raise Unreadable(Outcome.NO_ITEMS, f"{page.url} lists nothing")
        flaw, remedy = _flaw_of_list(section, ref, html, items, bool(getattr(reader, "date", None)))
    except Unreadable as error:
        found.add(name, False, str(error), _REMEDIES.get(error.outcome, "look at the page in a browser"))
        return []
    except Exception as error:  # anybody's recipe, on a page that it does not fit
        found.add(name, False, f"{page.url} cannot be listed ({type(error).__name__}: {error})", "mend the recipe")
        return []
    days = [item.date for item in items if item.date]
    told = f"{len(items)} items, " + (f"newest {max(days)[:16].replace('T', ' ')}" if days else "without dates")
    found.add(name, not flaw, told + flaw, remedy)
    return items


def _flaw_of_list(section: Section, ref: Ref, html: str, items: Sequence[Item], has_dates: bool) -> tuple[str, str]:
    """What is wrong with a list page of which these items were read, and the remedy; both empty where nothing is. `has_dates`
    says that the recipe knows where its dates are."""
    if missing := missing_rows(section, ref, html, items):
        return f"; it says that it holds {missing} more", "compare `items` with the rows of the page"
    if not section.pages.is_end_known(ref, html, len(items)):
        return "; it does not say where the list goes on", "compare `pages` with the pager of the page"
    if has_dates and not any(item.date for item in items):
        return ", though `items` says where", "compare `date` in `items` with the rows of the page"
    return "", ""


def _in_turn(lists: Sequence[Sequence[Item]]) -> list[Item]:
    """The first item of each list, then the second of each, so that articles of every section come early."""
    longest = max(map(len, lists), default=0)
    met = {items[n].url: items[n] for n in range(longest) for items in lists if n < len(items)}
    return list(met.values())


async def _read_articles(found: Diagnosis, client: Client, source: Source, items: Sequence[Item]) -> None:
    """Read two articles. A dead link is reported, and another item requested in its place."""
    dead = []
    for item in items[:MOST_ASKED]:
        page = await client.get(item.url)
        if page.outcome in (Outcome.GONE, Outcome.NOT_CAPTURED):
            dead.append(page)
            continue
        _read_article(found, source, item, page)
        if found.read == ARTICLES:
            break
    enough = found.read >= min(ARTICLES, len(items))
    for page in dead:
        remedy = "a dead link is the site's own" if enough else "compare the links of the list with `items`"
        found.add("article", None if enough else False, page.error or str(page.outcome), remedy)


def _read_article(found: Diagnosis, source: Source, item: Item, page: Page) -> None:
    try:
        if page.outcome is not Outcome.OK:
            raise Unreadable(page.outcome, page.error or str(page.outcome))
        bulletin = read_page(page, source).bulletin
    except Unreadable as error:
        found.add("article", False, str(error), "look at the page; if it is an article, add a Layout for it")
        return
    except Exception as error:  # as above
        found.add("article", False, f"{item.url} cannot be read ({type(error).__name__}: {error})", "mend the recipe")
        return
    others = [one for check in found.checks if (one := check.bulletin) and one.body == bulletin.body != ""]
    same = next((one.url for one in others if one.title != bulletin.title), None)
    unlike = unlike_row(bulletin, page, item, by_title=True)
    missing = [name for name, share in source.expect.fill.items() if share == 1 and not getattr(bulletin, name)]
    if bulletin.layout == "generic" and source.layouts:
        remedy = "the site was redesigned: add a Layout (`gaoxin new-source` finds one), and give the old one `until`"
        found.add("article", False, f"no layout fits {item.url}: it was read the generic way", remedy, bulletin)
    elif unlike or same:
        told = unlike or f"{item.url} holds the same text as {same}"
        remedy = "open it: the site may show a login or a notice, or its `body` is the frame of every page"
        found.add("article", False, told, remedy, bulletin)
    elif missing:
        remedy = f"look where the page tells it, and mend {', '.join(missing)} in the layout"
        found.add("article", False, f"{item.url} tells no {', '.join(missing)}", remedy, bulletin)
    else:
        found.add("article", True, item.url, bulletin=bulletin)


def _print(found: Diagnosis) -> None:
    """Print the rungs in order; below an article, the value of each field and where it was found."""
    source = found.source
    show.console.print()
    show.console.print(_line(f"{source.name} · {source.title} · {source.home}", "bold"))
    for check in found.checks:
        state = {True: ("ok", "green"), False: ("FAIL", "red"), None: ("-", "dim")}[check.held]
        rung = _table(4)
        rung.add_row(check.name, Text(*state), Text(check.told))
        if check.remedy:
            rung.add_row("", "", Text(f"→ {check.remedy}", style="yellow"))
        show.console.print(rung)
        if check.bulletin:
            show.console.print(_fields(check.bulletin))


def _fields(bulletin: Bulletin) -> Table:
    table = _table(_WHERE)
    for name in FIELDS:
        value = getattr(bulletin, name) or ""
        told = value.replace("T", " ").removesuffix("+08:00") if name == "published_at" else value
        where = bulletin.found.get(name, "") if value else ""
        table.add_row(f"  {name}", Text(where, style="cyan"), Text(told or "-"))
    many = ((bulletin.images, "pictures"), (bulletin.attachments, "files"))
    holds = ", ".join([f"{len(bulletin.body)} characters", *(f"{len(those)} {what}" for those, what in many if those)])
    table.add_row("  body", Text(bulletin.found.get("body", bulletin.layout), style="cyan"), Text(holds))
    return table


def _print_verdict(found: Diagnosis) -> None:
    name, fault = found.source.name, found.fault
    if not found.source.sections:
        show.console.print(_line(f"{name} has no lists: skipped", "dim"))
    elif fault is None:
        show.console.print(_line(f"{name} holds", "green"))
    else:
        show.console.print(_line(f"{name} does not hold: {fault}", "red"))


def _line(text: str, style: str) -> Table:
    """One line, cut off at the width of the terminal."""
    table = Table.grid()
    table.add_column(no_wrap=True, overflow="ellipsis")
    table.add_row(Text(text, style=style))
    return table


def _table(second: int) -> Table:
    """A table of three columns, the second `second` cells wide; a Chinese character takes two cells."""
    table = Table.grid(padding=(0, 1, 0, 0))
    table.add_column(width=_FIRST, no_wrap=True, overflow="ellipsis")
    table.add_column(width=second, no_wrap=True, overflow="ellipsis")
    table.add_column(overflow="fold")
    return table
