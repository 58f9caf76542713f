"""The recipes: one publisher a file, each with one value SOURCE. No network, no loops.

The user's own recipes are read from the folder in the environment variable GAOXIN_SOURCES.
"""

from __future__ import annotations

import importlib
import importlib.util
import os
import pkgutil
from collections.abc import Iterable
from functools import cache
from os.path import commonprefix
from pathlib import Path
from urllib.parse import urlsplit

from scrapers.model import Problem
from scrapers.source import Source
from scrapers.urls import host, normalise


def all_sources() -> dict[str, Source]:
    """Every recipe by name: those of this folder, then those of GAOXIN_SOURCES, which may replace them.

    Raises Problem, with the file's name, for a user's recipe that cannot be read or whose name another one has.
    """
    return {**_ours(), **_own(os.environ.get("GAOXIN_SOURCES", ""))}


def replaced() -> list[str]:
    """The names of our recipes that the user's own ones replace."""
    return [name for name in _own(os.environ.get("GAOXIN_SOURCES", "")) if name in _ours()]


@cache
def _ours() -> dict[str, Source]:
    found = (importlib.import_module(f"{__name__}.{module.name}").SOURCE for module in pkgutil.iter_modules(__path__))
    return {source.name: source for source in found}


@cache
def _own(named: str) -> dict[str, Source]:
    """The recipes of a user's folder, read once a process, as recipes are values."""
    if not named:
        return {}
    folder = Path(named)
    if not folder.is_dir():
        raise Problem(f"GAOXIN_SOURCES names {folder}, which is no folder: make it, or unset the variable")
    files: dict[str, Path] = {}
    found: dict[str, Source] = {}
    for file in sorted(folder.glob("[!_]*.py")):
        source = read_recipe(file)
        if source.name in found:
            raise Problem(
                f"the recipes {files[source.name].name} and {file.name} in {folder} are both called {source.name!r}:"
                " rename one, as their bulletins would become one source"
            )
        found[source.name], files[source.name] = source, file
    return found


def find_source(name: str) -> Source:
    """The recipe called `name`. Raises Problem that lists the existing names."""
    sources = all_sources()
    if name not in sources:
        raise Problem(f"there is no source {name!r}: choose one of {', '.join(sorted(sources))} (see `gaoxin sources`)")
    return sources[name]


def source_of(url: str) -> Source | None:
    """The recipe for this address, or None; see `sources_of`."""
    found = sources_of(url)
    return found[0] if len(found) == 1 else None


def sources_of(url: str) -> list[Source]:
    """The recipes of this address's host; of several, those with the column nearest to it."""
    there = [source for source in all_sources().values() if source.home and host(source.home) == host(url)]
    nearest = max((_shared(source, url) for source in there), default=0)
    return [source for source in there if _shared(source, url) == nearest]


def _shared(source: Source, url: str) -> int:
    """How many folders of an address are those of a column of a source, or of its home page."""
    columns = (normalise(section.path, source.home) for section in source.sections)
    return max(len(commonprefix([_folders(url), _folders(column)])) for column in (source.home, *columns))


def _folders(url: str) -> list[str]:
    return urlsplit(url).path.split("/")[1:-1]


def insecure_hosts(sources: Iterable[Source]) -> frozenset[str]:
    """The hosts whose certificates are not checked, by their recipes."""
    return frozenset(host(source.home) for source in sources if source.insecure_tls)


def read_recipe(file: Path) -> Source:
    """The source in a recipe file. Raises Problem, with the file's name, where it cannot be read."""
    spec = importlib.util.spec_from_file_location(f"gaoxin_recipe_{file.stem}", file)
    assert spec is not None and spec.loader is not None, "a .py file always has a loader"
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
        source = module.SOURCE
    except (Exception, SystemExit) as error:
        raise Problem(
            f"the recipe {file} cannot be read ({type(error).__name__}: {error}): mend or remove it"
        ) from error
    if not isinstance(source, Source):
        raise Problem(f"SOURCE in the recipe {file} is a {type(source).__name__}: make it a scrapers.source.Source")
    return source
