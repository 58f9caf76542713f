"""Sample pages of a recipe, stored as fetched, with what the recipe must read from them.

    samples.json    the captures: address, time, status, type, file
    expected.json   what the recipe reads from each, and `reviewed`: the day and the name of its reviewer

Until a person has signed it, the expectation is just what was read, right or wrong. Unsigned counts as a fault.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

from scrapers.article import read_page
from scrapers.charset import decode_page
from scrapers.dates import SHANGHAI
from scrapers.model import FIELDS, Page, Unreadable
from scrapers.source import Section, Source
from scrapers.sources import read_recipe
from scrapers.urls import normalise

REVIEWED = "reviewed"
LISTS = "lists"


def write(folder: Path, source: Source, about: str, pages: Mapping[str, Page]) -> None:
    """Store `pages` by file name, with what `source` reads from them, unsigned."""
    folder.mkdir(parents=True, exist_ok=True)
    captures = []
    for name, page in pages.items():
        (folder / name).write_bytes(page.body)
        capture = {
            "url": page.url,
            "at": page.fetched_at.astimezone(SHANGHAI).isoformat(timespec="seconds"),
            "status": page.status or 200,
            "content_type": page.content_type or "",
            "file": name,
        }
        captures.append(capture)
    _write(folder / "samples.json", {"about": about, "captures": captures})
    _write(folder / "expected.json", {REVIEWED: "", **_read(source, list(pages.values()))})


def faults(recipe: Path, folder: Path) -> list[str]:
    """How the recipe in the file `recipe` deviates from what is expected, and whether nobody has signed that; empty if all is
    well."""
    expected = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
    found = _read(read_recipe(recipe), _pages(folder))
    signed = expected.pop(REVIEWED, "")
    wrong = [
        f"{key}: {told!r} is read, not {expected.get(key)!r}"
        for key, told in found.items()
        if told != expected.get(key)
    ]
    wrong += [f"{key}: it is expected, but not among the samples" for key in expected.keys() - found.keys()]
    if not str(signed).strip():
        wrong.append(
            f"{folder.name}/expected.json has been read by nobody: compare it with the pages beside it, mend the recipe, then"
            f' write who you are and the day, such as "{REVIEWED}": "2026-11-21 Li Hua"'
        )
    return wrong


def _pages(folder: Path) -> list[Page]:
    """The captures of a folder."""
    captures = json.loads((folder / "samples.json").read_text(encoding="utf-8"))["captures"]
    return [
        Page(
            capture["url"],
            (folder / capture["file"]).read_bytes(),
            datetime.fromisoformat(capture["at"]),
            status=capture["status"],
            headers={"content-type": capture["content_type"]},
        )
        for capture in captures
    ]


def _read(source: Source, pages: Sequence[Page]) -> dict[str, object]:
    """What a source reads from its pages: the items of list pages, the fields of articles."""
    lists: dict[str, object] = {}
    articles: dict[str, object] = {}
    for page in pages:
        section = _section_of(source, page)
        if section is None:
            articles[page.url] = _article(source, page)
        elif items := section.items or source.items:
            rows = items(decode_page(page), page.address)
            lists[page.url] = [[item.url, item.title, item.date] for item in rows]
    return {LISTS: lists, **articles}


def _section_of(source: Source, page: Page) -> Section | None:
    """The section that starts with this list page."""
    day = page.fetched_at.astimezone(SHANGHAI).date()
    for section in source.sections:
        refs = section.pages.start(normalise(section.path, source.home), source.since, day)
        if page.url in {ref.url for ref in refs}:
            return section
    return None


def _article(source: Source, page: Page) -> dict[str, object]:
    try:
        found = read_page(page, source).bulletin
    except Unreadable as error:
        return {"outcome": str(error.outcome)}
    return {name: getattr(found, name) for name in FIELDS} | {
        "layout": found.layout,
        "images": len(found.images),
        "captions": found.extra.get("captions", []),
        "attachments": list(found.attachments),
        "body": found.body.split("\n"),
    }


def _write(file: Path, value: object) -> None:
    file.write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
