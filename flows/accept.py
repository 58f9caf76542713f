"""Decides what a page means for the archive: a new version, an edit, a move, a withdrawal, or nothing credible.

A page that answers is not always the one requested. Sites redirect dead articles to other articles, notices and logins, and a
broken server reports all pages as gone.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import NamedTuple
from urllib.parse import urlsplit

from archive import ledger
from archive.compare import LONG
from archive.compare import normalise as plain
from archive.ledger import Counts
from archive.passages import shared
from archive.store import Observed
from flows.job import Walk
from flows.reading import Found, are_alike, missing_recipe, read_page, unfit
from scrapers import checks
from scrapers.checks import Breach
from scrapers.model import Bulletin, Outcome, Page, utc
from scrapers.network.answers import is_open
from scrapers.source import Source
from scrapers.sources import all_sources
from scrapers.urls import identity

CONFIRMED = timedelta(hours=20)
"""How long a page must have been gone before that is believed, if most of its source went at once."""
A_LINE = 60
"""The maximum number of characters of a text that is a line."""
AHEAD = timedelta(days=1)
"""How far two clocks may differ."""


class Gone(NamedTuple):
    """A page found gone, and its observation."""

    page: Page
    observed: Observed


@dataclass(slots=True)
class Withdrawals:
    """The pages of each source that a recheck finds gone. Each is observed at once, but believed only when their number is
    known: if most of a site goes at once, the site is broken. `asked` counts the requested pages that were live before."""

    asked: Counter[str] = field(default_factory=Counter)
    gone: defaultdict[str, list[Gone]] = field(default_factory=lambda: defaultdict(list))


def keep(walk: Walk, found: Sequence[Found], withdrawals: Withdrawals | None = None) -> Counts:
    """Append the bulletins found, and observe all other pages, inside a transaction. Gone pages go to `withdrawals` if given
    and if they were not gone a day ago too; otherwise they are archived as gone at once."""
    counts = Counts()
    archive, run = walk.archive, walk.run
    texts = texts_by_addresses(found)
    for one in _moved_once(found):
        if one.moved is None:
            _observe(walk, one.others)
        page = not_yet(walk, one) or misread(walk, one, texts) or one.pages[0]
        known = archive.document_of(page.url)
        live_at = ledger.live_source(archive, known) if withdrawals is not None else None
        if withdrawals is not None and live_at:
            withdrawals.asked[live_at] += 1
        if one.bulletin is not None:
            walk.read.append(checks.read(one.bulletin, known is None and any(map(is_open, one.pages))))
        if page.outcome is Outcome.OK and one.bulletin is not None:
            counts.fetched += 1
            counts.count(archive.append(one.bulletin, one.pages, run, one.moved))
        elif page.outcome is Outcome.UNCHANGED:
            archive.observe(page, run, known)
            counts.unchanged += 1
        elif page.outcome is Outcome.GONE and withdrawals is not None and live_at and not _is_gone_for_long(walk, page):
            observed = archive.observe(page, run, known)
            withdrawals.gone[live_at].append(Gone(replace(page, body=b""), observed))
        elif page.outcome is Outcome.GONE and known is not None:
            counts.count(archive.gone(page.url, page, run))
        else:
            archive.observe(page, run, known)
            counts.failed += 1
            if page.outcome is Outcome.NO_ARTICLE and (recipe := missing_recipe(archive.layout_of(known))):
                walk.unread[recipe] += 1  # told once, as it is so with every page of that source
            else:
                walk.job.say(f"FAILED {page.error or page.outcome}")
        if one.moved is not None:  # its dead address is observed after the move; before it, the document would be gone
            _observe(walk, one.others)
    return counts


def _observe(walk: Walk, pages: Sequence[Page]) -> None:
    for page in pages:
        walk.archive.observe(page, walk.run, walk.archive.document_of(page.url))


def _moved_once(found: Sequence[Found]) -> Iterator[Found]:
    """What was found; of two new addresses of one document only the first counts as its move."""
    moved: set[int] = set()
    for one in found:
        is_taken = one.moved in moved
        if one.moved is not None:
            moved.add(one.moved)
        yield replace(one, moved=None) if is_taken else one


def settle(walk: Walk, source: str, withdrawals: Withdrawals) -> Counts:
    """Archive the gone pages of a source, inside a transaction. If most requested pages are gone, none is: those that stay away
    are archived a day later."""
    counts = Counts()
    gone, asked = withdrawals.gone.pop(source), withdrawals.asked.pop(source)
    if checks.is_withdrawn_at_once(len(gone), asked):
        counts.failed += len(gone)
        walk.breaches.append(checks.withdrawn(source, len(gone), asked, gone[0].page.url))
        return counts
    for page, observed in gone:
        counts.count(walk.archive.gone(page.url, page, walk.run, observed))
    return counts


def _is_gone_for_long(walk: Walk, page: Page) -> bool:
    first = ledger.gone_since(walk.archive, page.url)
    return first is not None and page.fetched_at - datetime.fromisoformat(first) >= CONFIRMED


async def with_move(walk: Walk, found: Found, source: Source | None) -> list[Found]:
    """`found`, marked as the new address of a known document in two cases: that document says the same and its address is
    dead, or its address leads here. Other known documents that were requested follow. If an address cannot be read now, the
    result is a failure, for a day: what becomes a document of its own stays one."""
    asked: list[Found] = []
    others: list[Page] = []
    url, ends = found.pages[0].url, {identity(found.pages[0].url), identity(found.pages[0].final_url or "")}
    for twin in walk.archive.twins_of(found.bulletin) if found.bulletin else ():
        if twin.is_same and twin.is_gone:
            return [replace(found, moved=twin.document_id, others=(*found.others, *others)), *asked]
        one = await read_page(walk.client, twin.url, source, {})
        page = misread(walk, one, Counter()) or one.pages[0]
        is_led = one.pages[0].outcome is Outcome.OK and identity(page.address) in ends
        if is_led or (twin.is_same and page.outcome is Outcome.GONE):
            return [replace(found, moved=twin.document_id, others=(*found.others, *others, page)), *asked]
        if page.outcome is Outcome.OK:
            asked.append(one)
            if twin.is_same and urlsplit(twin.url).path == urlsplit(url).path:
                walk.doubled[source.name if source else ""][url] = twin.url
        elif page.outcome in (Outcome.GONE, Outcome.NOT_CAPTURED):
            others.append(page)
        elif _is_missed_for_long(walk, page):
            asked.append(Found((page,)))
        else:
            error = f"{url} says what {page.url} said, which cannot be read now: whether it has moved is asked again"
            failed = replace(found.pages[0], outcome=page.outcome, error=error)
            return [Found((failed,), others=(*found.others, *others, page)), *asked]
    return [replace(found, others=(*found.others, *others)), *asked]


def _is_missed_for_long(walk: Walk, page: Page) -> bool:
    first = ledger.missed_since(walk.archive, page.url)
    return first is not None and page.fetched_at - datetime.fromisoformat(first) >= CONFIRMED


def texts_by_addresses(found: Sequence[Found]) -> Counter[str]:
    """The number of addresses at which each text stands; several captures of one address count once."""
    return Counter(body for _, body in {(one.bulletin.url, one.bulletin.body) for one in found if one.bulletin})


def not_yet(walk: Walk, found: Found) -> Page | None:
    """If a page claims to have been captured in the future, the page of that failure. Archived, it would remain the newest
    state until then, whatever is captured meanwhile."""
    page = max(found.pages, key=lambda page: page.fetched_at)
    if page.fetched_at <= walk.job.horizon() + AHEAD:
        return None
    error = f"{page.url} says it was captured on {page.fetched_at:%Y-%m-%d}, which has not come: some clock was wrong"
    return replace(found.pages[0], outcome=Outcome.MISDATED, error=error)


def misread(walk: Walk, found: Found, texts: Mapping[str, int]) -> Page | None:
    """If a known page is no longer itself, or says less than it must, the page of that failure: it is not an edit. It leads to
    another bulletin, has the same text as others (`texts` counts those of its step), lost a field that is always there, fits
    no layout any more, or keeps nothing of what it said."""
    bulletin = found.bulletin
    if bulletin is None:
        return None
    document = walk.archive.document_at(bulletin.url, found.pages)
    before = ledger.text_before(walk.archive, document) if document is not None else None
    if before is None:
        return None
    is_changed = before["body"] != bulletin.body
    error = _of_another(walk, found, texts, document) if is_changed else None
    error = error or _lessened(walk, found, bulletin, before, document)
    if not error and is_changed and _is_another_text(found, bulletin, before):
        if _lost_title_and_day(bulletin, before):
            error = f"{bulletin.url} says nothing of what it said: another page stands there"
        else:
            walk.rewritten[bulletin.source or ""].add(bulletin.url)
            walk.breaches += _replaced(bulletin, before)
    return replace(found.pages[0], outcome=Outcome.NO_ARTICLE, error=error) if error else None


def _of_another(walk: Walk, found: Found, texts: Mapping[str, int], document: int | None) -> str | None:
    """A sentence that says why the new text of a known page is not its own; None if it is."""
    assert found.bulletin is not None
    url, body = found.bulletin.url, found.bulletin.body
    there = found.pages[0].final_url
    owner = walk.archive.owner_of(there) if there else None
    alike = walk.replaced[_digest(body)]
    alike.add(url)
    others = max(texts[body], len(alike)) - 1
    if owner is not None and owner != document:
        return f"{url} leads to {there}, which is another bulletin: look whether the two were made one"
    if body and others >= checks.REPEATS - 1:
        return f"{url} now holds the same text as {others} other pages: it is none of its own"
    return None


def _lessened(
    walk: Walk, found: Found, bulletin: Bulletin, before: Mapping[str, str | None], document: int | None
) -> str | None:
    """A sentence that says what a known bulletin has lost; None if nothing."""
    url, layout = bulletin.url, walk.archive.layout_of(document)
    if bulletin.layout == "generic" and layout and layout != "generic":
        return unfit(url, layout)
    if _is_cut(found.pages, bulletin, before):
        return f"{url} ends amid what it said: the page was not sent whole"
    if name := checks.lost(before, bulletin, all_sources().get(before["source"] or "")):
        return f"{url} has no {name} any more: the site was redesigned, or the page is another"
    return None


def _is_cut(pages: Sequence[Page], bulletin: Bulletin, before: Mapping[str, str | None]) -> bool:
    """Whether a page without its end holds nothing but the beginning of a known text. Servers under load send such pages as
    whole ones."""
    text = before["body"] or ""
    is_beginning = 0 < len(bulletin.body) < len(text) and text.startswith(bulletin.body)
    return is_beginning and any(map(is_open, pages))


def _lost_title_and_day(bulletin: Bulletin, before: Mapping[str, str | None]) -> bool:
    """Whether a page has neither its former title nor its former day, as where a notice, a login or a domain for sale has
    taken its place."""
    if before["title"] == bulletin.title:
        return False
    if not before["published_at"]:  # a notice stood there first, and this is the article
        return not bulletin.published_at
    return before["published_at"][:10] != (bulletin.published_at or "")[:10]


def _replaced(bulletin: Bulletin, before: Mapping[str, str | None]) -> list[Breach]:
    """What is strange about a page of which no passage is left: another title too, or only a line (`内容加载失败`)."""
    title, other = before["title"] or "", bulletin.title or ""
    is_line = len(bulletin.body) <= A_LINE and len(before["body"] or "") / 2 > A_LINE
    if is_line:
        return [checks.replaced(bulletin, f"only {bulletin.body[:A_LINE]!r} in place of its text")]
    return (
        [] if are_alike(title, other) else [checks.replaced(bulletin, f"{other!r} and its text in place of {title!r}")]
    )


def _is_another_text(found: Found, bulletin: Bulletin, before: Mapping[str, str | None]) -> bool:
    """Whether no passage of a page's former text is left. A capture from before that text has not replaced it."""
    is_older = utc(max(page.fetched_at for page in found.pages)) < str(before["captured_at"])
    if is_older or not before["body"]:
        return False
    return all(passage.length < LONG for passage in shared(plain(before["body"]), plain(bulletin.body)))


def _digest(body: str) -> bytes:
    return blake2b(body.encode("utf-8", "surrogatepass"), digest_size=8).digest()
