"""The `gaoxin` command. Each subcommand is a few lines around plain functions of `steps.py` or of the archive.

Prefect is imported only when a flow is requested, so that `--help` answers at once.
"""

from __future__ import annotations

import os
import sys
from errno import ENOSPC
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from flows import terminal
from scrapers.model import Problem

if TYPE_CHECKING:
    from flows.run import Options

BAD_INPUT = 2

app = typer.Typer(
    name="gaoxin",
    help="高新档案 Gaoxin: bulletins of China's high-tech zones, fetched, cleaned, deduped and archived with every version.",
    epilog="Start here: gaoxin demo. Every command has an example: gaoxin COMMAND --help.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # the rich help takes twice as long to print
)

ArchiveFile = Annotated[
    Path,
    typer.Option(
        "--archive",
        envvar="GAOXIN_ARCHIVE",
        metavar="FILE",
        help="The archive file; its raw pages are beside it, in *.pages.db.",
    ),
]
ReplayFile = Annotated[
    Path | None, typer.Option("--replay", metavar="FILE", help="Read this WARC file instead of the web.")
]
At = Annotated[
    str | None,
    typer.Option(metavar="TIME", help="With --replay: the newest capture not after this, such as 2026-03-02."),
]
SaveWarc = Annotated[
    Path | None,
    typer.Option("--save-warc", metavar="FOLDER", help="Write every exchange with the web into a WARC file there."),
]
AsFlow = Annotated[bool, typer.Option("--flow", help="Run as the Prefect flow (about 12 s to start without a server).")]
Private = Annotated[bool, typer.Option("--allow-private", help="Fetch from private addresses too (tests, intranets).")]
SourceNames = Annotated[list[str] | None, typer.Argument(metavar="[SOURCE]...", help="Names from `gaoxin sources`.")]

DEFAULT = Path("bulletins.db")


@app.command(epilog="Example: gaoxin sources")
def sources() -> None:
    """List all sources. Shows name, title, zone, family, home page, and when each was last seen to work."""
    from flows import show
    from scrapers.sources import all_sources, broken_recipes, replaced

    show.sources(list(all_sources().values()), broken_recipes())
    if names := replaced():
        typer.echo(f"your own recipes in GAOXIN_SOURCES replace ours of: {', '.join(names)}")


@app.command(epilog="Example: gaoxin fetch nchdz")
def fetch(
    names: SourceNames = None,
    archive: ArchiveFile = DEFAULT,
    replay: ReplayFile = None,
    at: At = None,
    flow: AsFlow = False,
    allow_private: Private = False,
    save_warc: SaveWarc = None,
) -> None:
    """Archive the newest bulletins of sources. Without names, of every verified source."""
    run_job("fetch", {"sources": names or []}, _options(archive, replay, at, flow, allow_private, save_warc))


@app.command(epilog="Example: gaoxin backfill nchdz --since 2021-05-01 --until 2021-05-31")
def backfill(
    source: Annotated[str, typer.Argument(help="A name from `gaoxin sources`.")],
    since: Annotated[str, typer.Option(metavar="DATE", help="The first day, such as 2021-05-01.")],
    until: Annotated[str, typer.Option(metavar="DATE", help="The last day.")],
    archive: ArchiveFile = DEFAULT,
    replay: ReplayFile = None,
    at: At = None,
    flow: AsFlow = False,
    allow_private: Private = False,
    save_warc: SaveWarc = None,
) -> None:
    """Archive a source's bulletins between two days. Both days count, as dated in its lists. An interrupted backfill is
    continued by the next one with the same days."""
    from flows.arguments import day

    parameters = {"source": source, "since": day(since, "--since"), "until": day(until, "--until")}
    run_job("backfill", parameters, _options(archive, replay, at, flow, allow_private, save_warc))


@app.command(epilog="Example: gaoxin recheck nchdz")
def recheck(
    names: SourceNames = None,
    archive: ArchiveFile = DEFAULT,
    replay: ReplayFile = None,
    at: At = None,
    flow: AsFlow = False,
    allow_private: Private = False,
    save_warc: SaveWarc = None,
) -> None:
    """Request every archived page again. Finds what was edited, withdrawn or restored."""
    run_job("recheck", {"sources": names or []}, _options(archive, replay, at, flow, allow_private, save_warc))


@app.command(epilog="Example: gaoxin add http://www.example.com/news/1.html")
def add(
    urls: Annotated[list[str], typer.Argument(metavar="URL...", help="Addresses of articles.")],
    source: Annotated[
        str | None, typer.Option(metavar="SOURCE", help="Whose pages they are, if several recipes are for their host.")
    ] = None,
    archive: ArchiveFile = DEFAULT,
    replay: ReplayFile = None,
    at: At = None,
    allow_private: Private = False,
) -> None:
    """Archive single pages of any site. Without a recipe for the site, the generic extractor reads them."""
    run_job("add", {"urls": urls, "name": source}, _options(archive, replay, at, False, allow_private))


@app.command(epilog="Example: gaoxin ingest crawl.warc.gz --since 2021-01-01 --match /news/")
def ingest(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="WARC files: plain, gzip or zstd.")],
    since: Annotated[
        str | None, typer.Option(metavar="DATE", help="Only what was captured on this day or later.")
    ] = None,
    until: Annotated[
        str | None, typer.Option(metavar="DATE", help="Only what was captured on this day or earlier.")
    ] = None,
    match: Annotated[
        str | None, typer.Option(metavar="REGEX", help="Only addresses in which this regular expression is found.")
    ] = None,
    workers: Annotated[int, typer.Option(min=1, max=64, help="Processes that read pages.")] = 1,
    archive: ArchiveFile = DEFAULT,
    flow: AsFlow = False,
) -> None:
    """Archive every article of WARC files. Each keeps the time of its capture. An interrupted ingest is continued by the next
    one of the same file."""
    from flows.arguments import days

    first, last = days(since, until)
    parameters: dict[str, object] = {
        "files": [str(file) for file in files],
        "since": first,
        "until": last,
        "match": match,
        "workers": workers,
    }
    run_job("ingest", parameters, _options(archive, None, None, flow, False))


@app.command(epilog="Example: gaoxin browse --port 8001")
def browse(
    archive: ArchiveFile = DEFAULT,
    port: Annotated[int, typer.Option(min=1, max=65535, help="The port to listen on.")] = 8001,
    host: Annotated[str, typer.Option(help="The address to listen on; 0.0.0.0 serves others.")] = "127.0.0.1",
) -> None:
    """Serve the archive in the browser. Datasette serves it read-only, until Ctrl-C."""
    from archive.browse.server import serve

    raise typer.Exit(
        serve(archive, port, host, lambda url: typer.echo(f"{archive} is open at {url} - stop with Ctrl-C"))
    )


@app.command(epilog="Example: gaoxin extract page.html --url http://nchdz.nc.gov.cn/a.shtml")
def extract(
    file: Annotated[Path, typer.Argument(help="A saved page.")],
    url: Annotated[str, typer.Option(help="Where it came from: chooses the recipe, resolves its links.")] = "",
) -> None:
    """Read one saved page and print its fields and text as JSON."""
    import json
    from dataclasses import asdict

    from flows.arguments import read_bytes
    from scrapers.article import extract as read
    from scrapers.model import Unreadable
    from scrapers.sources import source_of
    from scrapers.urls import normalise

    address = normalise(url) if url else file.resolve().as_uri()
    try:
        bulletin = read(read_bytes(file), address, source=source_of(address) if url else None)
    except Unreadable as error:
        raise Problem(str(error)) from error
    told = asdict(bulletin) | {"body": bulletin.body.split("\n")}
    typer.echo(json.dumps(told, ensure_ascii=False, indent=1))


@app.command("clean-text", epilog="Example: gaoxin clean-text < raw.txt > clean.txt")
def clean_text(
    file: Annotated[Path | None, typer.Argument(help="A UTF-8 text; standard input where none is given.")] = None,
) -> None:
    """Clean a text as the archive does. Writes to standard output."""
    from flows.arguments import read_bytes
    from scrapers.clean import clean

    data = read_bytes(file) if file else sys.stdin.buffer.read()
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Problem(
            f"{file or 'standard input'} is not UTF-8 at byte {error.start}: convert it, e.g. with iconv"
        ) from error
    sys.stdout.buffer.write(clean(text).encode())


@app.command(epilog="Example: gaoxin status 12")
def status(
    run: Annotated[int | None, typer.Argument(min=1, max=2**63 - 1, help="A run: what failed in it, and why.")] = None,
    archive: ArchiveFile = DEFAULT,
) -> None:
    """Show what the archive holds and how its last runs ended. With the number of a run, list what failed in it."""
    from flows import show

    if run is None:
        show.status(archive)
    else:
        show.run(archive, run)


@app.command(epilog="Example: gaoxin dedupe --rebuild")
def dedupe(
    rebuild: Annotated[
        bool, typer.Option("--rebuild", help="Find all copies anew: after an upgrade that changed the rules.")
    ] = False,
    archive: ArchiveFile = DEFAULT,
) -> None:
    """Count the known copies by kind of link. With --rebuild, find them anew; an interrupted rebuild is continued."""
    from flows import show

    if rebuild:
        from flows import upkeep
        from flows.job import Job

        show.runs(archive, [upkeep.dedupe(Job(archive, say=show.progress))])
    show.links(archive)


@app.command(epilog="Example: gaoxin why 0f3c9a7be211 http://nchdz.nc.gov.cn/a.shtml")
def why(
    first: Annotated[str, typer.Argument(metavar="A", help="The address or the key of a bulletin.")],
    second: Annotated[str, typer.Argument(metavar="B", help="Another one.")],
    archive: ArchiveFile = DEFAULT,
) -> None:
    """Explain why two bulletins are linked or not. Shows the verdict, the numbers and the passages they share."""
    from flows import why

    why.show(why.ask(archive, first, second))


@app.command(
    "new-source", epilog="Example: gaoxin new-source myzone http://www.zone.example/news/list.html --into recipes"
)
def new_source(
    name: Annotated[str, typer.Argument(help="The name of the new source: small letters, digits and _.")],
    url: Annotated[str, typer.Argument(metavar="URL", help="The address of one of its list pages.")],
    into: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="Where to write; else GAOXIN_SOURCES, or the project itself.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace a recipe of that name.")] = False,
    replay: ReplayFile = None,
    at: At = None,
    allow_private: Private = False,
) -> None:
    """Write a recipe for a new site. Finds family, list items, dates, pager and layout from a list page and two articles."""
    from flows import new_source
    from flows.arguments import moment

    new_source.run(new_source.request(name, url, into, force), replay, moment(at, replay), allow_private)


@app.command(epilog="Example: gaoxin doctor nchdz")
def doctor(
    names: SourceNames = None,
    every: Annotated[bool, typer.Option("--all", help="Every source there is.")] = False,
    replay: ReplayFile = None,
    at: At = None,
    allow_private: Private = False,
) -> None:
    """Check whether recipes still work. Tries host name, connection, TLS, robots.txt, the lists and two articles, and writes
    nothing."""
    from flows import doctor
    from flows.arguments import moment

    if not doctor.run(names or [], every, replay, moment(at, replay), allow_private):
        raise typer.Exit(1)


@app.command(epilog="Example: gaoxin demo --no-browse")
def demo(
    archive: Annotated[
        Path, typer.Option("--archive", metavar="FILE", help="The archive to play into, never that of GAOXIN_ARCHIVE.")
    ] = Path("demo/bulletins.db"),  # flows.demo.DEFAULT, whose import takes longer than --help may
    port: Annotated[
        int | None, typer.Option(min=1, max=65535, help="The port to serve on; the first free one from 8001 by itself.")
    ] = None,
    browse: Annotated[bool, typer.Option(help="Serve the archive afterwards.")] = True,
) -> None:
    """Play the sample sites through the real flows. Plays them day by day, then opens the archive in the browser."""
    from flows.demo import play

    play(archive)
    if browse:
        from archive.browse.server import free_port, serve

        raise typer.Exit(
            serve(archive, port or free_port(8001), announce=lambda url: typer.echo(f"Open {url} - stop with Ctrl-C"))
        )


def _options(
    archive: Path,
    replay: Path | None,
    at: str | None,
    flow: bool,
    allow_private: bool,
    save_warc: Path | None = None,
) -> Options:
    from flows.arguments import moment
    from flows.run import Options

    return Options(archive, replay, moment(at, replay), flow, allow_private, save_warc)


def run_job(name: str, parameters: dict[str, object], options: Options) -> None:
    """Run a job and print its summary; exit with status 1 if a run failed."""
    from flows import show
    from flows.run import run

    runs = run(name, parameters, options)
    show.summary(options.archive, runs)
    if any(state in ("failed", "crashed") for state in show.states(options.archive, runs)):
        raise typer.Exit(1)


def _of_the_files(error: Exception) -> str | None:
    """What is wrong with a file or a disk, and what to do about it; None if the error is of another kind."""
    name = getattr(error, "sqlite_errorname", None) or ("SQLITE_FULL" if getattr(error, "errno", 0) == ENOSPC else "")
    return next((said for start, said in _FILES.items() if name.startswith(start)), None)


_FILES = {
    "SQLITE_BUSY": "another program was writing to the archive for half a minute: let it end, and do this again",
    "SQLITE_FULL": "the disk is full: make room, and do this again",
    "SQLITE_IOERR_SHMSIZE": "the disk is full: make room, and do this again",
    "SQLITE_IOERR": "a file cannot be read or written: look at its disk, and do this again",
    "SQLITE_READONLY": "the archive cannot be written: check the rights of its two files and their folder",
    "SQLITE_CORRUPT": "a file of the archive is damaged: see `gaoxin verify --deep`, and restore both from a backup",
    "SQLITE_NOTADB": "a file of the archive is damaged: see `gaoxin verify --deep`, and restore both from a backup",
}
"""Keyed by the start of SQLite's name for the error."""


def main() -> None:
    """The console script. A Problem prints one sentence and exits with status 2; nobody sees a traceback."""
    terminal.guard()
    try:
        app()
    except Problem as problem:
        print(f"gaoxin: {problem}", file=sys.stderr)
        sys.exit(BAD_INPUT)
    except SystemExit as ended:
        if ended.code == 130:  # typer's exit status for Ctrl-C
            print("gaoxin: stopped by hand; what was archived so far is kept", file=sys.stderr)
        raise
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except Exception as error:
        if os.environ.get("GAOXIN_DEBUG"):
            raise
        if said := _of_the_files(error):
            print(f"gaoxin: {said} ({error}); what was archived is kept", file=sys.stderr)
            sys.exit(BAD_INPUT)
        print(
            f"gaoxin: an error of the program itself, {type(error).__name__}: {error}; what was archived is kept"
            " (GAOXIN_DEBUG=1 shows where; please report it)",
            file=sys.stderr,
        )
        sys.exit(70)


import flows.cli_keep  # noqa: E402
import flows.cli_read  # noqa: E402, F401  importing registers the other commands
