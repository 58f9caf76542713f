"""The recipes: one publisher a file, each with one value SOURCE. No network, no loops.

The user's own recipes are read from the folder in the environment variable GAOXIN_SOURCES.
"""

from __future__ import annotations

import importlib
import importlib.util
import logging
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

    A user's recipe that cannot be read is left out, with a warning: see `broken_recipes`. Raises Problem if GAOXIN_SOURCES is
    no folder.
    """
    own, broken = _own(os.environ.get("GAOXIN_SOURCES", ""))
    ours = {
        name: source for name, source in _ours().items() if name not in broken
    }  # not what the user's was to replace
    return {**ours, **own}


def broken_recipes() -> dict[str, str]:
    """The user's recipes that cannot be read: the name of each file without its ending, and a sentence that says why."""
    return dict(_own(os.environ.get("GAOXIN_SOURCES", ""))[1])


def replaced() -> list[str]:
    """The names of our recipes that the user's own ones replace."""
    return [name for name in _own(os.environ.get("GAOXIN_SOURCES", ""))[0] if name in _ours()]


@cache
def _ours() -> dict[str, Source]:
    found = (importlib.import_module(f"{__name__}.{module.name}").SOURCE for module in pkgutil.iter_modules(__path__))
    return {source.name: source for source in found}


@cache
def _own(named: str) -> tuple[dict[str, Source], dict[str, str]]:
    """The recipes in the user's folder, and why others there cannot be read. One broken file must not stop the others. Read
    once a process, as recipes are values."""
    if named and not Path(named).is_dir():
        raise Problem(f"GAOXIN_SOURCES names {named}, which is no folder: make it, or unset the variable")
    read: dict[str, list[tuple[Path, Source]]] = {}
    broken: dict[str, str] = {}
    for file in sorted(Path(named).glob("[!_]*.py")) if named else ():
        try:
            source = read_recipe(file)
            read.setdefault(source.name, []).append((file, source))
        except Problem as problem:
            broken[file.stem] = " ".join(str(problem).split())
    for name, files in read.items():
        if len(files) > 1:  # two sites would become one source
            told = f"the recipes {' and '.join(file.name for file, _ in files)} in {named} are all called {name!r}: rename them"
            broken |= {name: told} | {file.stem: told for file, _ in files}
    for sentence in dict.fromkeys(broken.values()):
        logging.getLogger("gaoxin").warning("gaoxin: %s", sentence)  # on stderr, unless a program set its own logs
    return {name: files[0][1] for name, files in read.items() if len(files) == 1}, broken


def find_source(name: str) -> Source:
    """The recipe called `name`. Raises Problem that lists the existing names and the files that cannot be read."""
    sources = all_sources()
    if name not in sources:
        broken = broken_recipes()
        choice = f"choose one of {', '.join(sorted(sources))} (see `gaoxin sources`)"
        told = [broken[name]] if name in broken else [choice, *dict.fromkeys(broken.values())]
        raise Problem(f"there is no source {name!r}: {'; '.join(told)}")
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
