"""What tests share: the sample sites as a WARC file, the shared folder of real documents, and a way to run the command."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest

from flows.demo import SITES, sample_pages
from scrapers import warc

PROJECT = Path(__file__).parent.parent
SHARED = PROJECT.parent / "shared"

Command = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="session")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample sites of the project as one WARC file."""
    path = tmp_path_factory.mktemp("samples") / "samples.warc.gz"
    warc.write(path, sample_pages(SITES))
    return path


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real documents beside the project; tests that need it are skipped where it is not there."""
    if not SHARED.is_dir():
        pytest.skip(f"the real documents are not at {SHARED.name}/ beside the project")
    return SHARED


@pytest.fixture(scope="session")
def _states(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("states")
    return (folder / str(n) for n in count())


@pytest.fixture(autouse=True)
def own_state(_states: Iterator[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    """No test knows what another one's hosts were asked, nor do those of the person who runs them."""
    monkeypatch.setenv("GAOXIN_STATE", str(next(_states)))


@pytest.fixture
def gaoxin(tmp_path: Path) -> Command:
    """Run the real command in an empty folder with an empty home."""

    def run(*arguments: str | Path, stdin: bytes = b"", env: dict[str, str] | None = None, timeout: int = 120):
        home = tmp_path / "home"
        home.mkdir(exist_ok=True)
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("PREFECT", "GAOXIN"))}
        done = subprocess.run(
            [str(Path(sys.executable).parent / "gaoxin"), *map(str, arguments)],
            cwd=tmp_path,
            env={**kept, "HOME": str(home), **(env or {})},
            input=stdin,
            capture_output=True,
            timeout=timeout,
            check=False,
        )
        return subprocess.CompletedProcess(done.args, done.returncode, done.stdout.decode(), done.stderr.decode())

    return run


def expected_pages(site: str) -> dict[str, dict[str, object]]:
    """The reviewed `expected.json` of a sample site: "<day>|<url>" to what the archive must hold."""
    pages: dict[str, dict[str, object]] = json.loads((SITES / site / "expected.json").read_text(encoding="utf-8"))
    return pages
