"""Article extraction beside the peers: `make bench`, or `python -m tests.bench.extract [--pages DIR] [--json]`.

DIR holds a folder a page, with `page.html` and `gold.json` (title, date, source, author, text; null where unknown). Four
tables: how well and how fast, how well where the same pages hold other texts, whether memory stays flat, and the time that
hostile pages take.
"""

from __future__ import annotations

import argparse
import contextlib
import gc
import io
import json
import logging
import multiprocessing
import random
import re
import statistics
import sys
import time
import unicodedata
import warnings
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from scrapers.article import extract
from scrapers.charset import decode
from scrapers.model import Unreadable
from tests.bench.peers import Peer, Said, bare_parse, gaoxin, peers
from tests.bench.retold import in_other_words, texts
from tests.faults.pages import HOSTILE
from tests.memory import peak

SHARED = Path(__file__).parents[3] / "shared"
PAGES = SHARED / "pages" / "articles"
CORPUS = SHARED / "corpus" / "news_items.jsonl.gz"
SHORT = 400
"""A gold text of fewer characters is a short article: where all peers fail."""
FIELDS = {"title": "title", "published_at": "date", "origin": "source", "author": "author"}
"""What a Bulletin calls a field, and what gold does."""


@dataclass(frozen=True, slots=True)
class Article:
    """A page with its gold. Where gold holds a text alone (`mh_*`), its other fields are not counted."""

    name: str
    page: str
    gold: Mapping[str, Any]

    @property
    def has_fields(self) -> bool:
        """Whether an empty field of gold means that the page tells none."""
        return not self.name.startswith("mh_")


def articles(folder: Path) -> list[Article]:
    """The pages below `folder`, decoded as ours are."""
    return [
        Article(
            file.parent.name,
            decode(file.read_bytes()),
            json.loads(file.with_name("gold.json").read_text(encoding="utf-8")),
        )
        for file in sorted(folder.glob("*/page.html"))
    ]


def squeezed(text: str | None) -> str:
    """NFKC without white space: what is compared."""
    return "".join(unicodedata.normalize("NFKC", text or "").split())


COMPARED: Mapping[str, Callable[[str | None], str]] = {
    "published_at": lambda text: squeezed(text)[:10],
    "author": lambda text: re.sub(r"\W", "", squeezed(text)),
}
"""A date is compared by its day, authors whatever stands between them; other fields as `squeezed`."""


def f1(told: str, gold: str) -> float:
    """The F1 of the character 5-grams, each counted as often as it stands there; of a shorter text, its whole."""
    ours, theirs = (_grams(squeezed(text)) for text in (told, gold))
    both = (ours & theirs).total()
    return 2 * both / (ours.total() + theirs.total()) if both else 0.0


def _grams(text: str) -> Counter[str]:
    return Counter(text[n : n + 5] for n in range(max(len(text) - 4, bool(text))))


def interval(values: Sequence[float], rounds: int = 2000) -> tuple[float, float]:
    """The 95 % bootstrap interval of the mean, the same for the same values."""
    rng = random.Random(1)
    means = sorted(statistics.fmean(rng.choices(values, k=len(values))) for _ in range(rounds))
    return means[rounds // 40], means[-rounds // 40 - 1]


@dataclass(frozen=True, slots=True)
class Mean:
    """A mean over `n` pages, with its 95 % bootstrap interval."""

    mean: float
    low: float
    high: float
    n: int

    @classmethod
    def of(cls, values: Sequence[float]) -> Mean:
        """Of at least one value."""
        return cls(statistics.fmean(values), *interval(values), len(values))

    def __str__(self) -> str:
        return f"{self.mean:.3f} [{self.low:.2f}-{self.high:.2f}]"


@dataclass(frozen=True, slots=True)
class Field:
    """One field over all pages: right, wrong and empty where gold tells it, given where gold tells none."""

    right: int = 0
    wrong: int = 0
    empty: int = 0
    given: int = 0

    @classmethod
    def of(cls, pairs: Iterable[tuple[str, str]]) -> Field:
        """Of pairs of what was told and gold, both as they are compared."""
        counts = Counter(
            ("right" if told == gold else "wrong" if told else "empty") if gold else ("given" if told else "")
            for told, gold in pairs
        )
        return cls(**{name: counts[name] for name in ("right", "wrong", "empty", "given")})

    def __str__(self) -> str:
        told = self.right + self.wrong + self.empty
        return f"{self.right / told:4.0%} {self.wrong:>2}/{self.empty:>2}/{self.given:>2}" if told else ""


@dataclass(frozen=True, slots=True)
class Row:
    """One extractor over all pages. `failed` are the pages on which it raised; its time is a multiple of ours."""

    name: str
    f1: Mean
    short: Mean
    fields: Mapping[str, Field]
    failed: int
    time: float
    time_a_page: float


def judged(articles: Sequence[Article], said: Sequence[Said]) -> tuple[Mean, Mean, dict[str, Field]]:
    """F1 on all and on the short pages, and each field."""
    scores = [f1(told.text, article.gold["text"]) for article, told in zip(articles, said, strict=True)]
    short = [
        score for article, score in zip(articles, scores, strict=True) if len(squeezed(article.gold["text"])) < SHORT
    ]
    fields = {}
    for field, name in FIELDS.items():
        as_compared = COMPARED.get(field, squeezed)
        fields[field] = Field.of(
            (as_compared(getattr(told, field)), as_compared(article.gold[name]))
            for article, told in zip(articles, said, strict=True)
            if article.has_fields
        )
    return Mean.of(scores), Mean.of(short), fields


def compared(articles: Sequence[Article], extractors: Mapping[str, Peer], rounds: int) -> list[Row]:
    """Each extractor over all pages: page by page in turn, so that a busy machine slows all of them alike."""
    said = {name: [_timed(run, article.page)[0] for article in articles] for name, run in extractors.items()}
    seconds: dict[str, list[list[float]]] = {name: [[] for _ in range(rounds)] for name in extractors}
    for n in range(rounds):
        for article in articles:
            for name, run in extractors.items():
                seconds[name][n].append(_timed(run, article.page)[1])
    ours = seconds["gaoxin"]
    rows = []
    for name, theirs in seconds.items():
        whole = [sum(them) / sum(us) for them, us in zip(theirs, ours, strict=True)]
        pages = [them / us for n in range(rounds) for them, us in zip(theirs[n], ours[n], strict=True)]
        judgement = judged(articles, [told or Said() for told in said[name]])
        rows.append(Row(name, *judgement, said[name].count(None), statistics.median(whole), statistics.median(pages)))
    return rows


def _timed(run: Peer, page: str) -> tuple[Said | None, float]:
    """What it says, or None where it raises; and its CPU seconds. What it prints is not shown."""
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        started = time.process_time()
        try:
            told: Said | None = run(page)
        except Exception:
            told = None
        return told, time.process_time() - started


def elsewhere(articles: Sequence[Article], extractors: Mapping[str, Peer], least: int) -> dict[str, Mean]:
    """F1 of each extractor on the same pages with the texts of other news in them, of `least` characters each."""
    pages = [(article.page, article.gold["text"]) for article in articles]
    cases = list(in_other_words(pages, texts(CORPUS), least))
    return {
        name: Mean.of([f1((_timed(run, page)[0] or Said()).text, gold) for page, gold in cases])
        for name, run in extractors.items()
    }


def peak_memory(pages: Sequence[str], steps: Sequence[int]) -> list[tuple[int, float]]:
    """The peak of a fresh process, in MB, after so many extractions over the pages in turn."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(_peaks, (list(pages), list(steps)))


def _peaks(pages: Sequence[str], steps: Sequence[int]) -> list[tuple[int, float]]:
    peaks = []
    for n in range(1, max(steps) + 1):
        gaoxin(pages[n % len(pages)])
        if n in steps:
            peaks.append((n, peak() * 1024 / 1e6))
    return peaks


@dataclass(frozen=True, slots=True)
class Ordeal:
    """A hostile page: its size, the CPU seconds it took, and what became of it."""

    name: str
    megabytes: float
    seconds: float
    outcome: str


def ordeal(name: str) -> Ordeal:
    """The hostile page of this name at its worst."""
    data = HOSTILE[name].page(HOSTILE[name].worst)
    gc.collect()
    started = time.process_time()
    try:
        outcome = f"{len(extract(data, 'http://page.example/').body)} characters"
    except Unreadable as error:
        outcome = str(error.outcome)
    return Ordeal(name, len(data) / 1e6, time.process_time() - started, outcome)


def main() -> int:
    """Measure and print; 2 where there is nothing to measure."""
    parser = argparse.ArgumentParser(description="Article extraction beside the peers.")
    parser.add_argument("--pages", type=Path, default=PAGES, help="folders of page.html and gold.json")
    parser.add_argument("--rounds", type=int, default=5, help="rounds of timing")
    parser.add_argument("--extractions", type=int, default=10_000, help="how many, to see whether memory stays flat")
    parser.add_argument("--json", action="store_true", help="print JSON in place of tables")
    asked = parser.parse_args()
    found = articles(asked.pages)
    if not found:
        print(f"Nothing to measure: no page.html at {asked.pages}. Name a folder with --pages.", file=sys.stderr)
        return 2
    logging.disable()
    warnings.simplefilter("ignore")
    say: Callable[..., None] = (lambda *_: None) if asked.json else print
    steps = sorted({max(asked.extractions // 10, 1), max(asked.extractions, 1)})

    memory = peak_memory([article.page for article in found], steps)
    here = dict(peers())
    extractors = {"gaoxin": gaoxin, **{name: run for name, run in here.items() if callable(run)}}
    rows = compared(found, {**extractors, "lxml parse": bare_parse}, asked.rounds)
    retold = {least: elsewhere(found, extractors, least) for least in (100, 250, 10_000) if CORPUS.exists()}
    short = rows[0].short.n
    say(f"{len(found)} pages, {short} of them under {SHORT} characters. F1: mean of character 5-grams, [95 %].")
    say(
        "Fields: right, then wrong/empty/given where gold has none. Time: of all pages, of the median page; ours is 1.\n"
    )
    heads = ("F1", "short", *FIELDS, "time", "a page")
    say(
        f"{'':17}{heads[0]:18}{heads[1]:18}"
        + "".join(f"{head:15}" for head in heads[2:6])
        + f"{heads[6]:>8}{heads[7]:>8}"
    )
    for row in rows:
        fields = "".join(f"{field!s:15}" for field in row.fields.values())
        failed = f"   raised on {row.failed}" if row.failed else ""
        if row.name == "lxml parse":
            say(f"{row.name:113}{row.time:8.2f}{row.time_a_page:8.2f}")
        else:
            say(f"{row.name:17}{row.f1!s:18}{row.short!s:18}{fields}{row.time:8.2f}{row.time_a_page:8.2f}{failed}")
    absent = [reason for reason in here.values() if isinstance(reason, str)]
    say("".join(f"\n{reason}" for reason in absent))

    say("\nF1 where the same pages hold other texts: of 100 characters and more, of 250, whole ones")
    for name in extractors if retold else ():
        say(f"{name:17}" + "".join(f"{of_name[name]!s:18}" for of_name in retold.values()))

    say("\nextractions   peak memory, MB")
    for n, megabytes in memory:
        say(f"{n:11,}   {megabytes:.0f}")

    say("\nhostile page                         MB       s   (all of a second or more, and the slowest of the others)")
    ordeals = sorted(map(ordeal, HOSTILE), key=lambda done: -done.seconds)
    for n, done in enumerate(ordeals):
        if done.seconds >= 1 or n < 10:
            say(f"{done.name:32}{done.megabytes:7.1f}{done.seconds:8.2f}   {done.outcome}")
    if asked.json:
        told = {"rows": [asdict(row) for row in rows], "absent": absent, "memory": memory}
        told["elsewhere"] = {
            least: {name: asdict(mean) for name, mean in means.items()} for least, means in retold.items()
        }
        print(json.dumps({**told, "hostile": [asdict(done) for done in ordeals]}, ensure_ascii=False, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
