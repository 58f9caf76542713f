"""Whether the result of a run on a source is plausible. Pure functions: from what was read and what the archive holds, to
breaches.

A breach is a sentence for a person. It makes the run `partial`, but removes nothing from the archive, as a missing field may
be missing on the page. The fields that a known bulletin must not lose are checked where it is stored (`lost`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from math import exp, lgamma, log, log1p
from typing import Literal

from scrapers.dates import SHANGHAI, day_of
from scrapers.model import FIELDS, Bulletin, Item
from scrapers.source import Ref, Source

Check = Literal[
    "fill",
    "volume",
    "date",
    "repeat",
    "silence",
    "short_list",
    "pager",
    "cut",
    "order",
    "gap",
    "fallback",
    "withdrawn",
    "rewritten",
    "doubled",
    "clock",
]

CHECKED = (*FIELDS, "body")
RARE = 0.005
"""Below this probability, a share of missing fields is not put down to chance."""
ENOUGH = 20
"""The archive must hold this many bulletins of a source before they define what is usual."""
REPEATS = 3
"""This many addresses with one body are a breach; two may be one notice in two columns."""
MANY = 5
"""This many pages gone at once are suspicious; fewer may all be withdrawn on one day, unless they are all of a source."""
MOST = 5
"""The maximum number of sentences for one kind of breach."""
HOLIDAYS = 10
"""A paper may rest for this many days in a row, as around the Spring Festival."""
SEVERAL = 3
"""Rows with this many different days in rising order are not so by chance, nor are so many pages gone if they are all."""
MONTH = 30
"""Days in a month. The monthly minimum is not checked over a shorter span."""


@dataclass(frozen=True, slots=True)
class Breach:
    """What is wrong, in one sentence that names the source and an example."""

    check: Check
    sentence: str


@dataclass(frozen=True, slots=True)
class Read:
    """What the checks need of one bulletin. `body` is a digest, empty where there is no text. `is_open`: it is new, and its
    page has no end."""

    url: str
    source: str
    layout: str
    day: date | None
    filled: frozenset[str]
    body: bytes
    is_open: bool = False


@dataclass(frozen=True, slots=True)
class Usual:
    """How many bulletins of a source the archive held before, and how many of them have each field."""

    bulletins: int = 0
    filled: Mapping[str, int] | None = None


def read(bulletin: Bulletin, is_open: bool = False) -> Read:
    """What the checks need of a bulletin. A picture, a video or a file counts as having a body."""
    filled = {name for name in CHECKED if getattr(bulletin, name)} | ({"body"} if "kind" in bulletin.extra else set())
    return Read(
        url=bulletin.url,
        source=bulletin.source or "",
        layout=bulletin.layout,
        day=day_of(bulletin.published_at) if bulletin.published_at else None,
        filled=frozenset(filled),
        body=sha256(bulletin.body.encode()).digest()[:12] if bulletin.body else b"",
        is_open=is_open,
    )


def check(source: Source, found: Sequence[Read], today: date, usual: Usual) -> list[Breach]:
    """The breaches in the bulletins that one run read from one source."""
    return [
        *fill(source, found, usual),
        *dates(source, found, today),
        *repeats(source, found),
        *fallback(source, found),
        *cut(source, found),
    ]


def fill(source: Source, found: Sequence[Read], usual: Usual) -> Iterable[Breach]:
    """Fields filled less often than `Expect.fill` or the archive suggests, by more than chance."""
    shares = dict(source.expect.fill)
    if usual.bulletins >= ENOUGH and usual.filled:
        shares = {name: (n + 1) / (usual.bulletins + 2) for name, n in usual.filled.items()} | shares
    for name, share in shares.items():
        missing = [one.url for one in found if name not in one.filled]
        if missing and _chance(len(missing), len(found), 1 - share) < RARE:
            yield Breach(
                "fill",
                f"{source.name}: {name} is missing on {len(missing)} of {len(found)} bulletins, such as {missing[0]}, where "
                f"{share:.0%} should have it",
            )


def volume(source: Source, since: date, until: date, bulletins: int) -> Iterable[Breach]:
    """More or fewer bulletins from `since` to `until`, both included, than `Expect.per_month` allows. Too few is reported only
    for a span of a month or more. More than a month's maximum is too many for any span."""
    days = (until - since).days + 1
    if source.expect.per_month is None or days < 1:
        return
    least, most = (n * days / MONTH for n in source.expect.per_month)
    if (days >= MONTH and bulletins < int(least)) or bulletins > max(most, source.expect.per_month[1]):
        normal = "-".join(map(str, source.expect.per_month))
        yield Breach(
            "volume", f"{source.name}: {bulletins} bulletins from {since} to {until}, where {normal} a month are normal"
        )


def dates(source: Source, found: Sequence[Read], today: date) -> Iterable[Breach]:
    """Bulletins dated after `today`, or before the first day of the source."""
    for wrong, where in (
        ([one for one in found if one.day and one.day > today], f"in the future (it is {today})"),
        (
            [one for one in found if one.day and one.day < source.since],
            f"before {source.since}, where the source begins by its recipe",
        ),
    ):
        if wrong:
            example = f"{wrong[0].url} on {wrong[0].day}"
            yield Breach("date", f"{source.name}: {len(wrong)} bulletins are dated {where}, such as {example}")


def repeats(source: Source, found: Sequence[Read]) -> Iterable[Breach]:
    """Different addresses with the same body: a template, a login page or a maintenance notice read as an article."""
    urls: defaultdict[bytes, list[str]] = defaultdict(list)
    for one in found:
        if one.body and one.url not in urls[one.body]:
            urls[one.body].append(one.url)
    for same in urls.values():
        if len(same) >= REPEATS:
            yield Breach(
                "repeat", f"{source.name}: {len(same)} addresses hold one and the same text, such as {same[0]}"
            )


def fallback(source: Source, found: Sequence[Read]) -> Iterable[Breach]:
    """Pages that no layout fits, of a source that has layouts."""
    strange = [one.url for one in found if one.layout == "generic"]
    if strange and source.layouts:
        yield Breach(
            "fallback",
            f"{source.name}: no layout fits {len(strange)} of {len(found)} pages, such as {strange[0]}: they were read the "
            "generic way",
        )


def cut(source: Source, found: Sequence[Read]) -> Iterable[Breach]:
    """New bulletins from pages that end their head and not their body. None of 110 real pages is so."""
    if told := [one.url for one in found if one.is_open]:
        yield Breach(
            "cut",
            f"{source.name}: {len(told)} new pages have no end (no </html>), such as {told[0]}: compare them with the site, "
            "and run a recheck if their text is longer there",
        )


def cut_list(source: Source, url: str) -> Breach:
    """A list page that may lack its end, with the rest of its rows and its pager."""
    return Breach("cut", f"{source.name}: {url} has no end (no </html>), and none was read below: run this again")


def is_withdrawn_at_once(gone: int, asked: int) -> bool:
    """Whether so many of the requested pages are gone that the site is more likely broken."""
    return (gone >= MANY and 2 * gone > asked) or gone == asked >= SEVERAL


def withdrawn(name: str, gone: int, asked: int, url: str) -> Breach:
    """Most requested pages of a source are gone at once."""
    sentence = f"{name}: {gone} of {asked} known pages are gone at once, such as {url}: look at the site"
    return Breach("withdrawn", f"{sentence}; what is still gone in a day is archived as withdrawn")


def rewritten(pages: Mapping[str, Collection[str]]) -> Iterable[Breach]:
    """Many known pages of a source hold another text under their old titles: its host may belong to somebody else by now."""
    for name, urls in pages.items():
        if len(urls) >= MANY:
            what = f"{name}: {len(urls)} known pages hold another text under their old titles, such as {min(urls)}"
            yield Breach("rewritten", f"{what}: look whether the site is still its publisher's; the old texts are kept")


def replaced(bulletin: Bulletin, what: str) -> Breach:
    """A known page that says nothing of what it said, and may be another by now."""
    told = f"{bulletin.source or 'a page'}: {bulletin.url} holds {what}"
    return Breach("rewritten", f"{told}: look whether it is the same bulletin; the old text is kept")


def doubled(pages: Mapping[str, Mapping[str, str]]) -> Iterable[Breach]:
    """Several new addresses of a source that say what known ones with the same path do: something in its links changes with
    every request, or its host has two names."""
    for name, urls in pages.items():
        if len(urls) >= SEVERAL:
            new = min(urls)
            what = f"{name}: {len(urls)} new addresses hold what known ones do, such as {new} and {urls[new]}"
            yield Breach("doubled", f"{what}: let `items` in the recipe leave out what changes in its links")


def ahead(newest: datetime, now: datetime) -> Breach:
    """The archive holds a state from the future by this machine's clock."""
    theirs, ours = (f"{moment.astimezone(SHANGHAI):%Y-%m-%d %H:%M}" for moment in (newest, now))
    told = f"the archive holds a state captured at {theirs}, and this machine's clock says {ours} (Beijing time)"
    return Breach("clock", f"{told}: one of the two is wrong; until {theirs} that state is shown instead of newer ones")


def silence(source: Source, url: str, before: int, day: str) -> Breach:
    """A list that held items on `day` and holds none now."""
    return Breach("silence", f"{source.name}: {url} listed {before} bulletins on {day} and lists none now")


def short_list(source: Source, url: str, missing: int, held: int) -> Breach:
    """A list page with fewer rows than it says."""
    return Breach(
        "short_list", f"{source.name}: {held} of the {held + missing} rows that {url} says it has were found on it"
    )


def no_pager(source: Source, url: str) -> Breach:
    """A list page that does not say where its list goes on, or how far."""
    remedy = "compare `pages` in the recipe with its pager (OnePage(), if there is one page)"
    return Breach(
        "pager", f"{source.name}: {url} does not say where its list goes on, and none was read below: {remedy}"
    )


def repeated_list(source: Source, url: str) -> Breach:
    """A list page that repeats an earlier one, though the list goes on."""
    remedy = "look whether the site knows the page's number"
    return Breach(
        "pager", f"{source.name}: {url} repeats an earlier page of its list, and none was read below: {remedy}"
    )


def is_rising(items: Sequence[Item]) -> bool:
    """Whether the rows of a list are in the order of their days, the oldest first."""
    days = [day_of(item.date) for item in items if item.date]
    return len(set(days)) >= SEVERAL and days == sorted(days)


def oldest_first(source: Source, url: str) -> Breach:
    """A list that starts with its oldest rows."""
    remedy = "give the recipe a list with the newest first, or run backfills"
    return Breach("order", f"{source.name}: {url} starts with its oldest rows, and a fetch reads the first: {remedy}")


def gap(source: Source, days: Sequence[str]) -> Iterable[Breach]:
    """Days in a row without a paper, newest first: its front page may have had another name."""
    if len(days) > HOLIDAYS:
        remedy = "open one of these days, and compare its front page with the recipe"
        yield Breach("gap", f"{source.name}: no paper on the {len(days)} days from {days[-1]} to {days[0]}: {remedy}")


def other_day(source: Source, ref: Ref, read: Sequence[Bulletin | None]) -> Iterable[Breach]:
    """A day's paper whose articles are all dated one other day: some sites show the last paper for a day without one."""
    days = [bulletin.published_at[:10] for bulletin in read if bulletin and bulletin.published_at]
    if len(days) >= SEVERAL and len(set(days)) == 1 and days[0] != ref.slice:
        what = f"{source.name}: all articles of {ref.url} are of {days[0]}"
        yield Breach("gap", f"{what}: look whether there was a paper on {ref.slice}")


def told(breaches: Iterable[Breach]) -> tuple[str, ...]:
    """The sentences of breaches, a few of each kind, as a backfill may meet hundreds."""
    kinds: defaultdict[Check, list[str]] = defaultdict(list)
    for breach in dict.fromkeys(breaches):  # a list page that is read again has the same breaches again
        kinds[breach.check].append(breach.sentence)
    return tuple(
        sentence
        for sentences in kinds.values()
        for sentence in (
            *sentences[:MOST],
            *([f"… and {len(sentences) - MOST} more like it"] if sentences[MOST:] else []),
        )
    )


def lost(before: Mapping[str, str | None], bulletin: Bulletin, source: Source | None) -> str | None:
    """The first required field that the archived bulletin has and today's reading lacks. Required are the title, the text, and
    what `Expect.fill` says is always there. Such a page was misread or replaced, not edited."""
    always = {"title", "body", *(name for name, share in (source.expect.fill if source else {}).items() if share >= 1)}
    return next((name for name in CHECKED if name in always and before.get(name) and not getattr(bulletin, name)), None)


def _chance(missing: int, of: int, share: float) -> float:
    """The probability that at least `missing` of `of` fields are missing, each with probability `share`."""
    if share <= 0:
        return 0.0
    if share >= 1:
        return 1.0
    ways = (
        lgamma(of + 1) - lgamma(k + 1) - lgamma(of - k + 1) + k * log(share) + (of - k) * log1p(-share)
        for k in range(missing, of + 1)
    )
    return sum(exp(way) for way in ways)
