"""Measured on real texts: copies are found, however sites frame, cut and edit them, and what only looks like one is none."""

from __future__ import annotations

import gzip
import json
import random
import re
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from archive import dedupe
from scrapers.clean import clean
from tests.bench.copies import make
from tests.indexed import NEW, linked, memory, put

HEADER = "高新区融媒体中心讯（记者 某某 通讯员 某某）\n"
FOOTER = "\n来源：某某高新技术产业开发区管理委员会　责任编辑：某某　扫一扫在手机打开当前页　【打印】【关闭】"


@pytest.fixture(scope="module")
def items(shared: Path) -> list[str]:
    """150 different texts of more than 300 characters, from all over the corpus."""
    with gzip.open(shared / "corpus" / "news_items.jsonl.gz", "rt", encoding="utf-8") as lines:
        texts = [clean(json.loads(line)["text"]) for line in lines]
    first = {text[:40]: text for text in texts if len(text) > 300}
    return list(first.values())[:: len(first) // 150][:150]


@pytest.fixture(scope="module")
def corpus(items: list[str]) -> Iterator[sqlite3.Connection]:
    for conn in memory():
        for document, text in enumerate(items, 1):
            put(conn, document, text)
        yield conn


def with_other_numbers(text: str) -> str:
    rng = random.Random(text)
    return re.sub(r"\d+", lambda m: str(rng.randrange(10 ** (len(m[0]) - 1), 10 ** len(m[0]))), text)


def share(corpus: sqlite3.Connection, items: list[str], change: Callable[[str], str]) -> float:
    """How many of the changed items are linked to what they were made of, as copies or as parts."""
    hits = [
        any(link.other_id == document and link.kind != "related" for link in dedupe.find(corpus, NEW, change(text)))
        for document, text in enumerate(items, 1)
    ]
    return sum(hits) / len(hits)


@pytest.mark.parametrize(
    ("change", "floor"),
    [
        (lambda text: HEADER + text + FOOTER, 0.95),
        (lambda text: text[: len(text) * 7 // 10], 0.95),
        (lambda text: text[: len(text) // 2], 0.9),
        (lambda text: text[: len(text) * 3 // 10], 0.9),
        (lambda text: HEADER + text[len(text) // 4 : len(text) * 3 // 4], 0.8),
        (lambda text: "\n".join(reversed(text.split("\n"))), 0.95),
    ],
    ids=[
        "syndicated",
        "cut to 70 %",
        "cut to 50 %",
        "cut to 30 %",
        "the middle half with a header",
        "paragraphs reversed",
    ],
)
def test_copies_of_real_texts_are_found(
    corpus: sqlite3.Connection, items: list[str], change: Callable[[str], str], floor: float
) -> None:
    assert share(corpus, items, change) >= floor


def test_real_texts_with_other_numbers_are_no_copies(corpus: sqlite3.Connection, items: list[str]) -> None:
    numbered = {n: text for n, text in enumerate(items, 1) if len(re.findall(r"\d+", text)) >= 2}
    false = [n for n, text in numbered.items() if n in linked(corpus, with_other_numbers(text))]
    assert len(numbered) > 100
    assert len(false) <= 0.02 * len(numbered)


def test_unrelated_real_texts_are_not_linked(corpus: sqlite3.Connection, items: list[str]) -> None:
    false = {n: linked(corpus, text) - {n} for n, text in enumerate(items, 1)}
    assert {n: others for n, others in false.items() if others} == {}


FLOORS = {
    "Traditional s2twp": 1, "syndicated": 0.98, "cut to 50 %": 0.98, "cut to 30 %": 0.97, "middle edits": 0.9,
    "heavy edits": 0.5, "cloaked, syndicated": 0.97, "Traditional, syndicated, edited": 0.9,
}  # fmt: skip
CEILINGS = {"all numbers other": 0.005, "60 % rewritten": 0.03, "quoting 25 %": 0.03, "digest of whole items": 0}
"""Of some fifty texts each; `tests/bench/dedupe.py` measures all kinds on many more."""


@pytest.mark.parametrize("kind", [*FLOORS, *CEILINGS])
def test_copies_are_told_from_what_only_looks_like_one(corpus: sqlite3.Connection, items: list[str], kind: str) -> None:
    asked = [n for n in range(0, len(items), 3) if kind in FLOORS or make(kind, items, n, items) != items[n]]
    merged = [n + 1 in linked(corpus, clean(make(kind, items, n, items[::-1]))) for n in asked]
    assert sum(merged) >= FLOORS.get(kind, 0) * len(merged)
    assert sum(merged) <= CEILINGS.get(kind, 1) * len(merged)


def test_the_index_takes_few_bytes_a_document(corpus: sqlite3.Connection, items: list[str]) -> None:
    pages, size = corpus.execute("SELECT count(*), sum(pgsize) FROM dbstat WHERE name = 'fingerprints'").fetchone()
    assert pages > 5
    assert size / len(items) <= 320, "a longer text has more keys; 260 over the whole corpus"
