"""The house itself: imports run one way, modules stay small, what is deployed and documented is what there is."""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from scrapers.sources import all_sources
from tests.conftest import PROJECT

ROOMS = ("flows", "scrapers", "archive")
ARCHIVE_MAY_USE = {"scrapers.model", "scrapers.clean", "scrapers.uncloak", "scrapers.warc", "scrapers.extraction.names"}
INSIDE_SCRAPERS = {
    "scrapers.model": set[str](),
    "scrapers.source": {"scrapers.model"},
    "scrapers.clean": set[str](),
}


def modules(room: str) -> Iterator[tuple[Path, str]]:
    for path in sorted((PROJECT / room).rglob("*.py")):
        name = ".".join(path.relative_to(PROJECT).with_suffix("").parts).removesuffix(".__init__")
        yield path, name


def imports(path: Path) -> Iterator[str]:
    """Every module that a file imports, at its top or inside a function; `from a import b` names both a and a.b."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
            yield node.module


@pytest.mark.parametrize("room", ROOMS)
def test_no_module_is_too_long_for_one_purpose(room: str) -> None:
    long = {name: n for path, name in modules(room) if (n := len(path.read_text().splitlines())) > 400}
    assert not long


def test_only_flows_imports_prefect() -> None:
    guilty = [
        name for room in ("scrapers", "archive") for path, name in modules(room) if "prefect" in set(imports(path))
    ]
    assert not guilty


def test_scrapers_know_neither_archive_nor_flows() -> None:
    for path, name in modules("scrapers"):
        assert not [module for module in imports(path) if module.split(".")[0] in ("archive", "flows")], name


def test_archive_knows_no_network_and_only_pure_modules_of_scrapers() -> None:
    for path, name in modules("archive"):
        used = [module for module in imports(path) if module.split(".")[0] in ("flows", "httpx", "scrapers")]
        strange = [m for m in used if not any(m == pure or m.startswith(f"{pure}.") for pure in ARCHIVE_MAY_USE)]
        assert not strange, f"{name} imports {strange}"


@pytest.mark.parametrize(
    ("part", "unknown"), [("extraction", ("network", "client", "sources")), ("network", ("extraction",))]
)
def test_what_reads_a_page_opens_no_socket_and_what_asks_for_it_reads_none(part: str, unknown: tuple[str, ...]) -> None:
    found = [(path, name) for path, name in modules("scrapers") if name.startswith(f"scrapers.{part}.")]
    assert found
    for path, name in found:
        assert not [m for m in imports(path) if m.startswith(tuple(f"scrapers.{other}" for other in unknown))], name


def test_recipes_know_families_and_values_alone() -> None:
    for path, name in modules("scrapers"):
        if not name.startswith(("scrapers.sources.", "scrapers.families.")):
            continue
        allowed = {
            "scrapers.source",
            "scrapers.listing",
            "scrapers.rows",
            "scrapers.model",
            "scrapers.urls",
            "scrapers.families",
        }
        if name.startswith("scrapers.families."):
            allowed.remove("scrapers.families")
        used = {m for m in imports(path) if m.startswith("scrapers")}
        strange = [m for m in used if not any(m == pure or m.startswith(f"{pure}.") for pure in allowed)]
        assert not strange, f"{name} imports {strange}"
    for name, allowed in INSIDE_SCRAPERS.items():
        path = PROJECT / f"{name.replace('.', '/')}.py"
        assert {m for m in imports(path) if m in {n for _, n in modules("scrapers")}} <= allowed | {"scrapers"}, name


def test_one_module_holds_the_only_socket() -> None:
    users = [name for room in ROOMS for path, name in modules(room) if "httpx" in set(imports(path))]
    assert users == ["scrapers.client"]


def test_every_source_with_lists_is_deployed_and_only_verified_ones_run_by_themselves() -> None:
    deployed = {entry["name"]: entry for entry in yaml.safe_load((PROJECT / "prefect.yaml").read_text())["deployments"]}
    fetches = {name: entry for name, entry in deployed.items() if entry["entrypoint"] == "flows/fetch.py:fetch"}
    sources = {name: source for name, source in all_sources().items() if source.sections}
    assert fetches.keys() == sources.keys()
    minutes = set()
    for name, entry in fetches.items():
        assert entry["parameters"]["sources"] == [name]
        (schedule,) = entry["schedules"]
        assert schedule["timezone"] == "Asia/Shanghai"
        assert entry.get("paused", False) is (sources[name].verified == "never"), f"{name}: {sources[name].verified}"
        minutes.add(schedule["cron"].split()[0])
    assert len(minutes) == len(fetches), "spread over the hour"
    assert all(entry["concurrency_limit"]["limit"] == 1 for entry in deployed.values())
    assert {"recheck", "backfill", "ingest"} <= deployed.keys()


@pytest.mark.parametrize(
    ("name", "least"), [("requirements.lock", 100), ("tests/requirements.lock", 10), ("tests/bench/peers.lock", 10)]
)
def test_a_lock_pins_everything_by_hash_and_names_no_host(name: str, least: int) -> None:
    lock = (PROJECT / name).read_text()
    assert "://" not in lock
    entries = re.findall(r"^[a-z0-9][^\n]*==[^\n]*\\\n(?:    --hash=sha256:[0-9a-f]{64}[ \\]*\n)+", lock, re.MULTILINE)
    assert len(entries) == len(re.findall(r"^[a-z0-9]", lock, re.MULTILINE)) > least


def test_nothing_that_is_tracked_belongs_to_one_machine() -> None:
    files = subprocess.run(["git", "ls-files"], cwd=PROJECT, capture_output=True, text=True, check=False)
    if files.returncode:
        pytest.skip("this is no git checkout")
    tracked = files.stdout.split()
    assert not [name for name in tracked if name.endswith((".db", ".db-wal", ".warc.gz", "uv.lock"))]
