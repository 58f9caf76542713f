"""The README: every command in it parses, and those that need no network run as written."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
import typer.main

from flows.cli import app
from scrapers.sources import all_sources
from tests.conftest import PROJECT, Command

README = (PROJECT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```console( offline)?\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
LINES = [line.removeprefix("$ ") for _, block in BLOCKS for line in block.splitlines()]


@pytest.mark.parametrize("line", [line for line in LINES if line.startswith("gaoxin ")])
def test_every_gaoxin_command_parses(line: str) -> None:
    _, name, *arguments = shlex.split(line)
    command = typer.main.get_command(app).commands[name]  # type: ignore[attr-defined]
    command.make_context(name, arguments)


def test_the_commands_without_a_network_run_as_written(installed: Command, samples: Path, tmp_path: Path) -> None:
    (tmp_path / "demo").mkdir()
    (tmp_path / "demo" / "samples.warc.gz").write_bytes(samples.read_bytes())
    (offline,) = [block for kind, block in BLOCKS if kind]
    for line in offline.splitlines():
        done = installed(*shlex.split(line)[2:])
        assert done.returncode == 0, line + done.stdout + done.stderr


def test_the_table_of_sources_is_complete() -> None:
    named = re.findall(r"^\| `(\w+)` \| ", README, re.MULTILINE)
    recipes = all_sources()
    assert set(recipes) <= set(named)
    for name, source in recipes.items():
        (row,) = re.findall(rf"^\| `{name}` .*$", README, re.MULTILINE)
        assert source.title in row
        assert source.verified in row or not source.sections


def test_what_it_shows_is_there() -> None:
    for target in re.findall(r"\]\(([\w/.]+)\)", README):
        assert (PROJECT / target).exists(), target


def test_the_make_targets_exist() -> None:
    makefile = (PROJECT / "Makefile").read_text()
    for target in re.findall(r"[$`] ?make (\w+)", README):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target


def test_what_it_says_of_recipes_of_ones_own_can_be_followed() -> None:
    told = " ".join(README.split())
    assert "`pytest recipes/myzone.samples` (`make tools` installs pytest, once)" in told
    assert re.search(r"^tools: \$\(TESTS\)$", (PROJECT / "Makefile").read_text(), re.MULTILINE)
    assert "pytest==" in (PROJECT / "tests" / "requirements.lock").read_text()
    (block,) = re.findall(r"  - name: nchdz\n(.*?)\n\n", (PROJECT / "prefect.yaml").read_text(), re.DOTALL)
    assert "sources: [nchdz]" in block and "cron:" in block, "what is to be copied"
    assert "GAOXIN_SOURCES=/" in README.partition("## Deploy")[2]


def test_what_it_says_of_what_is_hidden_is_so() -> None:
    assert "No command lifts it, and `recheck` skips it." in " ".join(README.split())
    options = typer.main.get_command(app).commands["withhold"].params  # type: ignore[attr-defined]
    assert {option.name for option in options} == {"name", "level", "reason", "reference", "archive"}
