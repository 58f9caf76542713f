"""What an interrupted backfill has already read, and whether it still stands where it stood."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from contextlib import suppress

from archive import ledger
from flows.job import Walk
from scrapers.charset import decode, decode_page
from scrapers.model import Outcome
from scrapers.source import Ref, Section, Source


def done_before(
    walk: Walk, section: Section, refs: Sequence[Ref], done: set[tuple[str, str]], runs: Sequence[int]
) -> list[Ref]:
    """The slices that these runs have done, in order, including those behind a slice that they read only in part."""
    found: list[Ref] = []
    ahead = deque(refs)
    while ahead:
        ref = ahead.popleft()
        found += [ref] if (section.title, ref.slice) in done else []
        ahead.extend(after(walk, section, ref, runs))
    return found


def after(walk: Walk, section: Section, ref: Ref, runs: Sequence[int]) -> list[Ref]:
    """The slices to which a list page led when one of these runs read it."""
    seen = ledger.seen_page(walk.archive, ref.url, runs)
    more = section.pages.more(ref, decode(*seen)) if seen else []
    return [further for further in more if further.slice != ref.slice]


async def has_shifted(walk: Walk, source: Source, section: Section, ref: Ref, runs: Sequence[int]) -> bool:
    """Whether the list page `ref` has other rows than when one of these runs read it. If so, the rows of all pages before it
    may have shifted too. Pages named by their day do not shift."""
    items = section.items or source.items
    seen = ledger.seen_page(walk.archive, ref.url, runs)
    if not ref.slice.isdigit() or items is None:
        return False
    page = await walk.client.get(ref.url)
    with walk.archive.transaction():
        walk.archive.observe(page, walk.run)
    if seen is None or page.outcome is not Outcome.OK:
        return True
    with suppress(Exception):  # a page that the recipe cannot list is reported when it is read again
        told = (items(decode_page(page), ref.url), items(decode(*seen), ref.url))
        return {item.url for item in told[0]} != {item.url for item in told[1]}
    return True
