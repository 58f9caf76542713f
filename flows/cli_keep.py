"""The commands that maintain and publish the archive: reclean, release, cite, verify, withhold."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer

from flows.cli import DEFAULT, ArchiveFile, AsFlow, app, run_job
from scrapers.model import Problem

ReleaseName = Annotated[
    str | None, typer.Option("--release", metavar="TAG|FILE", help="A release, or its published release.json.")
]


@app.command(epilog="Example: gaoxin reclean --dry-run")
def reclean(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would differ, and write nothing.")] = False,
    workers: Annotated[int, typer.Option(min=1, max=64, help="Processes that read pages.")] = 1,
    archive: ArchiveFile = DEFAULT,
    flow: AsFlow = False,
) -> None:
    """Read every stored page again by today's rules. Where the result differs, append a version marked `recleaned`."""
    from flows import show, tell
    from flows.reread import preview
    from flows.run import Options

    if not dry_run:
        run_job("reclean", {"workers": workers}, Options(archive, flow=flow))
        return
    told = preview(archive, workers)
    for before, changed in told.samples:
        tell.heading(before, "")
        tell.changes(changed, indent=2)
    for failure in told.failures:
        show.progress(f"FAILED {failure}")
    more = f", of which {len(told.samples)} are shown" if told.differing > len(told.samples) else ""
    typer.echo(
        f"{told.read} versions read: {told.differing} would be recleaned{more}, {len(told.failures)} cannot be read."
        " Nothing was written."
    )


@app.command(epilog="Example: gaoxin release 2026-11")
def release(
    tag: Annotated[str, typer.Argument(help="The name of the release.")],
    into: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="Where its files are written; else beside the archive, named by the tag."),
    ] = None,
    is_open: Annotated[
        bool, typer.Option("--open", help="Leave out what the rights of a source do not let others have.")
    ] = False,
    archive: ArchiveFile = DEFAULT,
) -> None:
    """Freeze the archive under a name. Writes its files: texts, hashes, the Merkle root, a data card."""
    from archive import release
    from archive.files import connect_existing, refuse_to_replace
    from archive.store import Archive
    from archive.times import day
    from archive.withhold import record_elsewhere
    from flows.cli_read import stated_rights
    from flows.clock import now

    release.check_tag(tag)
    connect_existing(archive).close()
    with Archive(archive, now) as opened:
        known = bool(release.releases(opened.conn, tag))
        folder = into or archive.with_name(f"{archive.stem}-{tag}")
        refuse_to_replace(folder, archive)
        if folder.exists():
            raise Problem(f"{folder} is there already: choose another tag, or give another --into")
        made = release.freeze(opened, tag)
        record_elsewhere(opened, str(folder.resolve()), made.last_version_id)
        withheld = release.left_out(opened.conn, made)[1]
        rights = stated_rights(opened.conn) if is_open else None
    files = release.publish(archive, made, folder, rights)
    if known:
        typer.echo(
            f"{tag} was released before, on {day(made.created_at)}: its files are written again, as it stood then"
        )
    if withheld:
        typer.echo(
            f"{withheld} versions of withheld documents are left out of its rows; their hashes are in hashes.txt"
        )
    typer.echo(f"release {tag}: {made.versions} versions, head {made.head_hash[:12]}, Merkle root {made.merkle_root}")
    typer.echo(f"{folder}: " + ", ".join(file.name for file in files))


@app.command(epilog="Example: gaoxin cite 0f3c9a7be211@2 --format bibtex")
def cite(
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="[KEY]...", help="Keys, addresses, KEY@2, or the first digits of hashes."),
    ] = None,
    query: Annotated[
        str | None, typer.Option(metavar="WORDS", help="Every bulletin that `gaoxin search` finds with these words.")
    ] = None,
    form: Annotated[
        str | None, typer.Option("--format", metavar="FORMAT", help="bibtex, csl or csv, to standard output.")
    ] = None,
    into: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="Write citation.bib, .json and .csv there.")
    ] = None,
    release: ReleaseName = None,
    archive: ArchiveFile = DEFAULT,
) -> None:
    """Cite versions. Writes BibTeX, CSL-JSON, or a CSV of hashes with proofs, which `gaoxin verify --citation` checks."""
    from archive import cite
    from archive.files import connect_current, refuse_to_replace
    from archive.selection import Selection
    from flows.arguments import normal_name

    if form is not None and form not in cite.FORMS:
        raise Problem(f"--format {form} is unknown: give {', '.join(cite.FORMS)}")
    wanted = [normal_name(name) for name in names or []]
    for file in [into, *(into / f"citation.{ending}" for _, ending in cite.FORMS.values())] if into else ():
        refuse_to_replace(file, archive)
    with closing(connect_current(archive)) as conn:
        if query is not None:
            where, parameters = Selection(query=query).where()
            sql = f"SELECT b.key FROM bulletins b WHERE {where} ORDER BY b.document_id"
            wanted += [row[0] for row in conn.execute(sql, parameters)]
        if not wanted:
            raise Problem(
                f"nothing is found for {query!r}: try other words" if query else "give a KEY, or --query WORDS"
            )
        citations = cite.cite(conn, wanted, release)
    if into is None:
        typer.echo(cite.FORMS[form or "bibtex"][0](citations), nl=False)
        return
    try:
        into.mkdir(parents=True, exist_ok=True)
        for write, ending in cite.FORMS.values():
            unfinished = into / f".citation.{ending}.open"
            unfinished.write_text(write(citations), encoding="utf-8", newline="")
            unfinished.replace(into / f"citation.{ending}")
    except OSError as error:
        raise Problem(f"{into} cannot be written ({error.strerror}): give another --into") from error
    typer.echo(f"{len(citations)} versions are cited in {into}: citation.bib, citation.json, citation.csv")


@app.command(epilog="Example: gaoxin verify --deep --release 2026-11")
def verify(
    archive: ArchiveFile = DEFAULT,
    release: Annotated[
        str | None, typer.Option(metavar="TAG|FILE", help="A release that it must hold, or its published release.json.")
    ] = None,
    deep: Annotated[bool, typer.Option("--deep", help="Unpack and hash every raw page too.")] = False,
    citation: Annotated[
        Path | None, typer.Option(metavar="FILE", help="A CSV of `gaoxin cite`: every proof in it must hold.")
    ] = None,
) -> None:
    """Recompute every hash of the archive. If one is wrong, name the first bad row and exit with status 1. Without an archive,
    check a published release, and a citation of it, on their own."""
    from archive.cite import check_file
    from archive.verify import verify as check

    if release and Path(release).exists() and archive == DEFAULT and not (archive.exists() or deep):
        _verify_published(archive, Path(release), citation)
        return
    verified = check(archive, release, deep=deep)
    if verified.fault:
        typer.echo(f"{archive} does NOT verify: {verified.fault}")
        raise typer.Exit(1)
    if citation:
        cited, fault = check_file(archive, citation)
        if fault:
            typer.echo(f"the citation does NOT verify, {archive} does: {fault}")
            raise typer.Exit(1)
    erased = f", {verified.erased} erased" if verified.erased else ""
    typer.echo(f"{archive} verifies: {verified.versions} versions{erased}, head {verified.head[:12] or 'none'}")
    if verified.releases:
        typer.echo(f"it holds every version of: {', '.join(dict.fromkeys(verified.releases))}")
    if citation:
        typer.echo(f"{citation}: {cited} versions are what they are cited as")


def _verify_published(archive: Path, release: Path, citation: Path | None) -> None:
    """Check a release without the archive, and say what was not checked."""
    from archive.published import check

    checked = check(release, citation)
    if checked.fault:
        what = f"the citation does NOT verify, {release} does" if checked.miscited else f"{release} does NOT verify"
        typer.echo(f"{what}: {checked.fault}")
        raise typer.Exit(1)
    typer.echo(f"there is no archive at {archive}: release {checked.release.tag} is checked by itself")
    if checked.hashes is None:
        typer.echo("hashes.txt is not beside it, and was not checked")
    else:
        typer.echo(f"hashes.txt: {checked.hashes} versions, and they have the Merkle root")
    if checked.rows is None:
        typer.echo("versions.jsonl is not beside it: titles, texts and times were not checked")
    else:
        typer.echo(f"versions.jsonl: {checked.rows} versions, and they have these hashes")
    if checked.shortened:
        typer.echo(
            f"{checked.shortened} of them hold a text in part or not at all, as rights allow: these were not checked"
        )
    if citation:
        typer.echo(f"{citation}: {checked.cited} versions are in the release")
    typer.echo("not checked: page texts and raw pages, which only the archive holds, and versions.parquet")
    typer.echo(f"compare the root with one that you have from elsewhere: {checked.release.merkle_root}")


@app.command(epilog="Example: gaoxin withhold http://www.zone.example/1.html --level hidden --reason 应当事人要求")
def withhold(
    name: Annotated[str, typer.Argument(metavar="URL|KEY", help="The address or the key of a bulletin.")],
    level: Annotated[
        str, typer.Option(metavar="LEVEL", help="hidden: no longer shown; erased: its texts and pages are overwritten.")
    ],
    reason: Annotated[str, typer.Option(metavar="TEXT", help="Why, in words that readers will see.")],
    reference: Annotated[
        str | None, typer.Option(metavar="TEXT", help="The number of the request, or the like.")
    ] = None,
    archive: ArchiveFile = DEFAULT,
) -> None:
    """Hide or erase a bulletin on request. Hidden, it is no longer shown anywhere; erased, it is gone for good. Its hashes
    stay."""
    from archive import withhold
    from archive.files import connect_existing
    from archive.store import Archive
    from flows.arguments import normal_name
    from flows.clock import now

    if level not in ("hidden", "erased"):
        raise Problem(f"--level {level} is unknown: give hidden or erased")
    connect_existing(archive).close()
    with Archive(archive, now) as opened:
        told = withhold.withhold(
            opened, normal_name(name), "erased" if level == "erased" else "hidden", reason, reference
        )
    done = f"{told.key} is {told.level}: {told.versions} versions"
    typer.echo(f"{done}, {told.pages} raw pages overwritten" if told.level == "erased" else done)
    if told.copies:
        typer.echo(
            f"the same text, or much of it, stands in: {', '.join(told.copies)} (withhold them too, if you must)"
        )
    if told.releases:
        typer.echo(f"releases that hold it: {', '.join(told.releases)}")
    for path, day in told.elsewhere:
        typer.echo(f"written before, and not changed: {path} ({day})")
    typer.echo("Backups, releases and WARC files that were copied elsewhere are not known here.")
