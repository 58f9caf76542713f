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
from pathlib import Path

from scrapers.model import Problem
from scrapers.source import Source
from scrapers.urls import host


def all_sources() -> dict[str, Source]:
    """Every recipe by name: those of this folder, then those of GAOXIN_SOURCES, which may replace them.

    A user's recipe that cannot be read is left out, with a warning: see `broken_recipes`. Raises Problem if GAOXIN_SOURCES is
    no folder.
    """
    return dict(_recipes(os.environ.get("GAOXIN_SOURCES", "")))


def broken_recipes() -> dict[str, str]:
    """The user's recipes that cannot be read: the name of each file without its ending, and a sentence that says why."""
    return dict(_own(os.environ.get("GAOXIN_SOURCES", ""))[1])


@cache
def _recipes(folder: str) -> dict[str, Source]:
    """Read once a process, as recipes are values."""
    own, broken = _own(folder)
    found = [importlib.import_module(f"{__name__}.{module.name}").SOURCE for module in pkgutil.iter_modules(__path__)]
    found = [source for source in found if source.name not in broken]  # ours is not what the user's was to replace
    return {source.name: source for source in [*found, *own]}


@cache
def _own(folder: str) -> tuple[list[Source], dict[str, str]]:
    """The recipes in the user's folder, and why others there cannot be read. One broken file must not stop the others."""
    found: list[Source] = []
    broken: dict[str, str] = {}
    if folder and not Path(folder).is_dir():
        raise Problem(f"GAOXIN_SOURCES names {folder}, which is no folder: make it, or unset the variable")
    for file in sorted(Path(folder).glob("[!_]*.py")) if folder else ():
        try:
            found.append(read_recipe(file))
        except Problem as problem:
            broken[file.stem] = " ".join(str(problem).split())
            # on stderr, in any program that has not set its own logs
            logging.getLogger("gaoxin").warning("gaoxin: %s", broken[file.stem])
    return found, broken


def find_source(name: str) -> Source:
    """The recipe called `name`. Raises Problem that lists the existing names and the files that cannot be read."""
    sources = all_sources()
    if name not in sources:
        broken = broken_recipes()
        choice = f"choose one of {', '.join(sorted(sources))} (see `gaoxin sources`)"
        told = [broken[name]] if name in broken else [choice, *broken.values()]
        raise Problem(f"there is no source {name!r}: {'; '.join(told)}")
    return sources[name]


def source_of(url: str) -> Source | None:
    """The recipe for this address, by host name, or None."""
    return next((source for source in all_sources().values() if source.home and host(source.home) == host(url)), None)


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
