"""The commands that read the archive: show, history, diff, as-of, search and export; and backup, which copies it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from flows.cli import DEFAULT, ArchiveFile, app
from scrapers.model import Problem, utc

if TYPE_CHECKING:
    from archive.selection import Selection

MOST = 2**63 - 1
"""The largest number that SQLite takes."""

Reference = Annotated[
    str, typer.Argument(metavar="A", help="A key or an address, KEY@2, or the first digits of a hash.")
]
OfSource = Annotated[
    str | None, typer.Option("--source", metavar="SOURCE", help="Only bulletins of this source: its name or title.")
]
Since = Annotated[str | None, typer.Option("--since", metavar="DATE", help="Only what is dated on this day or later.")]
ForExcel = Annotated[bool, typer.Option("--bom", help="Write a CSV as Excel needs it: a mark in front, keys as text.")]
ForOthers = Annotated[bool, typer.Option("--open", help="In FILE only what the rights of each source let others have.")]
Until = Annotated[
    str | None, typer.Option("--until", metavar="DATE", help="Only what is dated on this day or earlier.")
]


@app.command(epilog="Example: gaoxin history http://nchdz.nc.gov.cn/ncgxq/yhyshj/202603/1.shtml")
def history(
    name: Reference,
    archive: ArchiveFile = DEFAULT,
) -> None:
    """Show every version of a bulletin and what it changed."""
    from archive import history
    from archive.files import connect_current
    from flows import tell
    from flows.arguments import normal_name

    with closing(connect_current(archive)) as conn:
        states = history.timeline(conn, history.version(conn, normal_name(name), or_gone=True)["document_id"])
        addresses = history.addresses(conn, states)
    tell.document([state for state in states if state["content_sha256"]][-1])
    before = None
    for state in states:
        changed = history.changes(before, state) if before and state["content_sha256"] else None
        tell.version(state, changed, addresses.get(state["id"]))
        before = state if state["content_sha256"] else before


@app.command(epilog="Example: gaoxin show 0f3c9a7be211@2")
def show(
    name: Reference,
    raw: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Instead, write the page as it was served; - is the output.")
    ] = None,
    archive: ArchiveFile = DEFAULT,
) -> None:
    """Print one bulletin: its fields, then its text. A key without @N, or an address, gives the newest text."""
    from archive import history
    from archive.cite import permanent
    from archive.files import connect_current
    from flows import tell
    from flows.arguments import normal_name

    with closing(connect_current(archive)) as conn:
        state = history.version(conn, normal_name(name))
        states = history.timeline(conn, state["document_id"])
        site = history.site(conn, state["source"])
    if raw:
        _write_raw(archive, state, raw)
        return
    tell.bulletin(state, site, permanent(state["hash"]), states)


@app.command(epilog="Example: gaoxin diff 0f3c9a7be211@1 0f3c9a7be211@2")
def diff(
    first: Reference,
    second: Annotated[
        str | None, typer.Argument(metavar="[B]", help="Another one; without it, A and what stood before it.")
    ] = None,
    archive: ArchiveFile = DEFAULT,
) -> None:
    """Show what differs between two versions or two bulletins."""
    from archive import history
    from archive.files import connect_current
    from flows import tell
    from flows.arguments import normal_name

    with closing(connect_current(archive)) as conn:
        new = history.version(conn, normal_name(second or first))
        old = history.version(conn, normal_name(first)) if second else history.before(conn, new)
    tell.heading(old, "- ")
    tell.heading(new, "+ ")
    changed = history.changes(old, new)
    tell.changes(changed)
    if not changed.fields and not changed.body:
        typer.echo("they say the same")


@app.command("as-of", epilog="Example: gaoxin as-of 2026-03-02 --export then.csv")
def as_of(
    day: Annotated[str, typer.Argument(metavar="DATE", help="The end of this day in Beijing.")],
    file: Annotated[
        Path | None, typer.Option("--export", metavar="FILE", help="Write .parquet, .jsonl or .csv instead of a table.")
    ] = None,
    source: OfSource = None,
    limit: Annotated[int, typer.Option(min=0, max=MOST, help="Rows of the table; 0 for all.")] = 50,
    for_others: ForOthers = False,
    bom: ForExcel = False,
    archive: ArchiveFile = DEFAULT,
) -> None:
    """Show the archive as it stood at the end of a day. Lists what had been captured by then, as it read then. It goes by the
    time of capture, so that ingesting older captures changes the answer."""
    from itertools import islice

    from archive import export, history
    from archive.files import connect_current, refuse_to_replace
    from archive.selection import Selection
    from archive.times import beijing, end_of
    from flows import arguments, tell
    from flows.clock import now

    if not file and (for_others or bom):
        raise Problem("--open and --bom are for a file: name one with --export")
    moment, chosen = end_of(arguments.day(day, "DATE")), Selection(source)
    if moment >= utc(now()):
        typer.echo(f"{day} is not over in Beijing: what is captured by its end is still to come", err=True)
    form = export.form_of(file) if file else ""
    if file:
        refuse_to_replace(file, archive)
    with closing(connect_current(archive)) as conn:
        chosen = chosen.checked(conn)
        rows = history.states(conn, chosen, moment)
        first = history.begins(conn, chosen)
        if file:
            total = export.write(_for_others(conn, rows) if for_others else rows, history.STATE, file, form, bom)
            typer.echo(f"{file} holds {total} bulletins as they stood on {day}")
        elif first and first <= moment:
            tell.stood(islice(rows, limit or None))
            if rest := sum(1 for _ in rows):
                typer.echo(f"… and {rest} more: --limit 0 shows all, --export FILE writes them")
    if not first or first > moment:
        begun = f"the first capture is of {beijing(first)}" if first else "there is no capture at all"
        typer.echo(f"nothing{f' of {source}' if source else ''} had been captured by the end of {day}: {begun}")


@app.command(epilog="Example: gaoxin search 航空产业 --since 2023-01-01 --source nchdz")
def search(
    words: Annotated[
        list[str],
        typer.Argument(
            metavar="WORD...", help="Words, all wanted; “…” for a phrase, '航空 -产业' for 航空 in texts without 产业."
        ),
    ],
    source: OfSource = None,
    since: Since = None,
    until: Until = None,
    limit: Annotated[int, typer.Option(min=1, max=MOST, help="How many are shown.")] = 10,
    archive: ArchiveFile = DEFAULT,
) -> None:
    """Search titles and texts. Best match first, with its passage. Finds Chinese from one character up, numbers and Latin
    words. Simplified and Traditional characters are searched as written."""
    from archive.files import connect_current
    from archive.selection import find
    from flows import tell

    query = " ".join(words)
    chosen = _selection(source, since, until, query)
    with closing(connect_current(archive)) as conn:
        chosen = chosen.checked(conn)
        result = find(conn, chosen, limit)
        _tell_undated(conn, chosen)
    if result.total:
        tell.found(result, query)
    else:
        typer.echo(f"nothing found for {query}{_no_word(query)}")


@app.command(epilog="Example: gaoxin export bulletins.parquet --source nchdz --since 2023-01-01")
def export(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="The file to write; what stands there is replaced. - is the output.")
    ],
    form: Annotated[
        str | None,
        typer.Option("--format", metavar="FORMAT", help="parquet, jsonl, csv or warc; else by FILE's ending."),
    ] = None,
    source: OfSource = None,
    since: Since = None,
    until: Until = None,
    query: Annotated[
        str | None, typer.Option(metavar="WORDS", help="Only what a search for these words finds.")
    ] = None,
    every_version: Annotated[
        bool, typer.Option("--versions", help="Every version, not only the newest text; --query searches each.")
    ] = False,
    for_others: ForOthers = False,
    bom: ForExcel = False,
    archive: ArchiveFile = DEFAULT,
) -> None:
    """Write bulletins to a file. As warc, write the raw pages as served; --since and --until then mean days of capture."""
    from archive import export, history
    from archive.files import connect_current, refuse_to_replace

    if query is not None and (why := _no_word(query)):
        raise Problem(f"nothing found for {query!r}{why}")
    chosen = _selection(source, since, until, query)
    is_stream = export.is_stream(file)
    if not is_stream or (form or "").lower().endswith("warc"):
        refuse_to_replace(file, archive)
    if (form or file.name).lower().endswith(("warc", "warc.gz")):
        _export_warc(archive, file, chosen, query, every_version or for_others or bom)
        return
    form = export.form_of(file, form)
    with closing(connect_current(archive)) as conn:
        chosen = chosen.checked(conn)
        rows = history.versions(conn, chosen) if every_version else history.states(conn, chosen)
        columns = history.VERSION if every_version else history.STATE
        total = export.write(_for_others(conn, rows) if for_others else rows, columns, file, form, bom)
        _tell_undated(conn, chosen)
    typer.echo(f"{file} holds {total} {'versions' if every_version else 'bulletins'}", err=is_stream)


@app.command(epilog="Example: gaoxin backup /backups/gaoxin")
def backup(
    folder: Annotated[
        Path, typer.Argument(metavar="FOLDER", help="Where the copy goes, in the place of the last one.")
    ],
    archive: ArchiveFile = DEFAULT,
) -> None:
    """Copy the archive and verify the copy. Includes the raw pages, and works while runs are writing."""
    from flows import upkeep

    is_whole, sentence = upkeep.backup(archive, folder)
    typer.echo(sentence)
    if not is_whole:
        raise typer.Exit(1)


def stated_rights(conn: sqlite3.Connection) -> dict[str, str]:
    """The rights that each recipe states today, by source. Names the sources of an archive that had rights when they were last
    read, and have no recipe here: of these, others get no text."""
    from scrapers.sources import all_sources

    stated: dict[str, str] = {name: source.rights for name, source in all_sources().items()}
    known = conn.execute("SELECT name FROM sources WHERE rights <> 'metadata' ORDER BY name").fetchall()
    if missing := [name for (name,) in known if name not in stated]:
        typer.echo(f"no recipe here states the rights of {', '.join(missing)}: their texts are left out", err=True)
    return stated


def _for_others(conn: sqlite3.Connection, rows: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    from archive.history import opened

    recipes = stated_rights(conn)
    return (opened(row, recipes) for row in rows)


def _export_warc(archive: Path, file: Path, chosen: Selection, query: str | None, is_more: bool) -> None:
    from archive.warc import stored_pages
    from scrapers.warc import write

    if query is not None or is_more:
        raise Problem("a WARC file holds whole pages: --query, --versions, --open and --bom are not for it")
    total = write(file, stored_pages(archive, chosen.source, chosen.since, chosen.until))
    typer.echo(f"{file} holds {total} pages")


def _selection(source: str | None, since: str | None, until: str | None, query: str | None) -> Selection:
    from archive.selection import Selection
    from flows.arguments import days

    return Selection(source, *days(since, until), query)


def _write_raw(archive: Path, state: dict[str, Any], file: Path) -> None:
    from archive.export import is_stream, write_bytes
    from archive.files import refuse_to_replace
    from archive.warc import raw_pages

    if not is_stream(file):
        refuse_to_replace(file, archive)
    name, pages = f"{state['key']}@{state['version']}", raw_pages(archive, state["id"])
    if not pages:
        raise Problem(f"{name} was archived without its page: there is none to write")
    write_bytes(pages[0], file)
    if len(pages) > 1:
        typer.echo(
            f"{name} has {len(pages)} pages: this is the first, `gaoxin export --format warc` writes all", err=True
        )


def _tell_undated(conn: sqlite3.Connection, chosen: Selection) -> None:
    if total := chosen.undated(conn):
        typer.echo(f"{total} more have no date: --since and --until leave them out", err=True)


def _no_word(query: str) -> str:
    """Why a query that found nothing never will; empty for one with a word."""
    from archive.search import has_word

    return "" if has_word(query) else ": it holds no word, and signs alone are not searched for"
