"""The demo: the sample sites of the project, played day by day through the real Prefect flows, without a network.

The pages under `tests/sites/` were written for the tests; they say so themselves. They are packed into one WARC file beside
the archive, and each day is that file replayed as it stood in the morning.
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

SITES = Path(__file__).parent.parent / "tests" / "sites"

DAYS: tuple[tuple[str, str, str, dict[str, list[str]]], ...] = (
    ("2026-03-02", "day 1: the first fetch reads the two newest list pages", "fetch", {"sources": ["nchdz"]}),
    ("2026-03-02", "day 1: a mirror of one bulletin is handed in, cloaked", "add", {"urls": ["http://www.citiao.example/citiao/20260302.html"]}),
    ("2026-03-03", "day 2: the next fetch finds what is new", "fetch", {"sources": ["nchdz"]}),
    ("2026-03-03", "day 2: every known page is asked for again", "recheck", {"sources": []}),
)  # fmt: skip


def sample_pages(folder: Path = SITES) -> Iterator[Page]:
    """Every capture of the sample sites below `folder`, as `index.json` of each lists them."""
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
    """Play every day of the sample sites into `archive`. Played again, it finds everything known."""
    if not SITES.is_dir():
        raise Problem(f"the sample pages are not at {SITES}: run the demo in a checkout of the project")
    archive.parent.mkdir(parents=True, exist_ok=True)
    samples = archive.with_name("samples.warc.gz")
    warc.write(samples, sample_pages())
    show.console.print(f"Sample pages of {SITES.name}/ as {samples}; the archive is {archive}")
    os.environ.pop("PREFECT_API_URL", None)
    os.environ["PREFECT_HOME"] = str(archive.parent.resolve() / "prefect")  # a server of the reader's own is left alone
    show.console.print("The flows run with Prefect's embedded API, which takes a few seconds to start.\n")
    for date, what, flow, parameters in DAYS:
        show.console.print(f"{date}, {what}", style="bold")
        at = datetime.fromisoformat(f"{date}T12:00:00+08:00")
        options = Options(archive, samples, at, flow=True)
        show.runs(archive, run(flow, parameters, options))
        show.console.print()
    show.status(archive)
