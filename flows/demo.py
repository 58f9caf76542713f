"""The demo: plays the project's sample sites day by day through the real Prefect flows, without a network.

The pages under `tests/sites/` were written for the tests, and say so. They are packed into one WARC file beside the archive.
For each day that file is replayed as it stood at noon.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from flows import show
from flows.run import Options, run
from scrapers import warc
from scrapers.model import Page, Problem
from scrapers.sources import all_sources

DEFAULT = Path("demo/bulletins.db")
"""Where the demo plays by itself; this folder alone is made."""

SITES = Path(__file__).parent.parent / "tests" / "sites"

DAYS = ("2026-03-02", "2026-03-03", "2026-03-04")
"""The days of the samples."""

HANDED_IN: list[str] = (
    json.loads((SITES / "changes.json").read_text(encoding="utf-8"))["handed_in"] if SITES.is_dir() else []
)
"""Pages that no list leads to."""


def sample_pages(folder: Path = SITES) -> Iterator[Page]:
    """Every capture of the sample sites in `folder`, as listed in the `index.json` of each site."""
    for index in sorted(folder.glob("*/index.json")):
        for capture in json.loads(index.read_text(encoding="utf-8"))["captures"]:
            yield Page(
                capture["url"],
                (index.parent / capture["file"]).read_bytes(),
                datetime.fromisoformat(capture["at"]).astimezone(UTC),
                status=capture["status"],
                headers={"content-type": capture["content_type"], **capture.get("headers", {})},
            )


def play(archive: Path) -> None:
    """Play every day of the sample sites into `archive`. A second time everything is already known."""
    if not SITES.is_dir():
        raise Problem(f"the sample pages are not at {SITES}: run the demo in a checkout of the project")
    if archive == DEFAULT:
        archive.parent.mkdir(exist_ok=True)
    if not archive.parent.is_dir():
        raise Problem(f"{archive.parent} is no folder: make it, or give another --archive")
    samples = archive.with_name("samples.warc.gz")
    warc.write(samples, sample_pages())
    show.console.print(f"Sample pages of {SITES.name}/ as {samples}; the archive is {archive}")
    os.environ.pop("PREFECT_API_URL", None)
    os.environ["PREFECT_HOME"] = str(archive.parent.resolve() / "prefect")  # leave the user's own server alone
    show.console.print("The flows run with Prefect's embedded API, which takes a few seconds to start.\n")
    listed = [source.name for source in all_sources().values() if source.sections]
    runs: list[int] = []
    for day in DAYS:
        noon = f"{day}T12:00:00+08:00"
        os.environ["GAOXIN_CLOCK"] = noon
        options = Options(archive, samples, datetime.fromisoformat(noon), flow=True)
        jobs: list[tuple[str, str, dict[str, list[str]]]] = [
            ("the lists are read for what is new", "fetch", {"sources": listed}),
            ("every known page is asked for again", "recheck", {"sources": []}),
        ]
        if day == DAYS[0]:
            jobs.insert(1, ("pages that no list leads to are handed in", "add", {"urls": HANDED_IN}))
        for what, flow, parameters in jobs:
            show.console.print(f"{day}: {what}", style="bold")
            done = run(flow, parameters, options)
            show.runs(archive, done)
            runs += done
            show.console.print()
    show.totals(archive, runs)
    show.holdings(archive)
