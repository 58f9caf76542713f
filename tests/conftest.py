"""What tests share: the sample sites as a WARC file, the shared folder of real documents, and a way to run the command."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from archive.pages import pages_path
from archive.store import Archive
from flows.demo import SITES, sample_pages
from scrapers import warc
from tests import crawls
from tests.captures import at
from tests.faults import kept as kept_archive
from tests.faults import tampered as tampered_archive
from tests.warm import Warm

PROJECT = Path(__file__).parent.parent
SHARED = PROJECT.parent / "shared"


settings.register_profile("test", derandomize=True, deadline=None)
settings.register_profile("soak", deadline=None, print_blob=True)
settings.load_profile("test")
"""What fails on one machine fails on all: `make test` tries the same examples each time, `make soak` others."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files with a Prefect server come first: they last longest, and one that begins last has a core to itself."""
    first = {item.path for item in items if item.get_closest_marker("server")}
    items.sort(key=lambda item: item.path not in first)


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


@pytest.fixture(scope="session")
def warm() -> Iterator[Warm]:
    """The process that `gaoxin` forks from: imports take longer than most of what a command does."""
    process = Warm()
    yield process
    process.close()


@pytest.fixture
def gaoxin(tmp_path: Path, warm: Warm) -> Command:
    """Run the command in a process of its own, in an empty folder with an empty home."""
    return partial(_run, tmp_path, warm.run)


@pytest.fixture
def installed(tmp_path: Path) -> Command:
    """As `gaoxin`, the command as it is installed, which starts as a user's does: ten times slower."""

    def start(arguments: list[str], **told: Any) -> subprocess.CompletedProcess[bytes]:
        command = [str(Path(sys.executable).parent / "gaoxin"), *arguments]
        return subprocess.run(command, input=told.pop("stdin"), capture_output=True, check=False, **told)

    return partial(_run, tmp_path, start)


def _run(
    folder: Path,
    start: Callable[..., subprocess.CompletedProcess[bytes]],
    *arguments: str | Path,
    stdin: bytes = b"",
    env: dict[str, str] | None = None,
    timeout: int = 120,
) -> subprocess.CompletedProcess[str]:
    home = folder / "home"
    home.mkdir(exist_ok=True)
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PREFECT", "GAOXIN"))}
    whole = {**kept, "HOME": str(home), **(env or {})}
    done = start([*map(str, arguments)], cwd=folder, env=whole, stdin=stdin, timeout=timeout)
    return subprocess.CompletedProcess(done.args, done.returncode, done.stdout.decode(), done.stderr.decode())


def expected_pages(site: str) -> dict[str, dict[str, object]]:
    """The reviewed `expected.json` of a sample site: "<day>|<url>" to what the archive must hold."""
    pages: dict[str, dict[str, object]] = json.loads((SITES / site / "expected.json").read_text(encoding="utf-8"))
    return pages


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    """An archive of its own, whose clock stands at a day after all captures."""
    with Archive(tmp_path / "bulletins.db", clock=lambda: at(100)) as opened:
        yield opened


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The archive of `tests.faults.tampered`, untouched."""
    path = tmp_path_factory.mktemp("good") / "bulletins.db"
    tampered_archive.make(path)
    return path


@pytest.fixture
def tampered(good: Path, tmp_path: Path) -> Path:
    """A copy of it to tamper with."""
    for file in (good, pages_path(good)):
        shutil.copy(file, tmp_path)
    return tmp_path / good.name


@pytest.fixture(scope="module")
def mirrored(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The archive of `tests.faults.kept.mirror`, for the tests that withhold something of a copy of it."""
    path = tmp_path_factory.mktemp("mirrored") / "bulletins.db"
    kept_archive.mirror(path)
    return path


@pytest.fixture(scope="session")
def crawl(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """120 articles of one site."""
    file = tmp_path_factory.mktemp("crawl") / "crawl.warc.gz"
    warc.write(file, map(crawls.page, range(120)))
    return file


@pytest.fixture(scope="session")
def undisturbed(crawl: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The archive of them."""
    folder = tmp_path_factory.mktemp("undisturbed")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GAOXIN_STATE", str(folder / "state"))
        assert crawls.ingest(folder / "a.db", crawl).counts.new == 120
    return folder / "a.db"
