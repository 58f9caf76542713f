"""Copies a whole archive while others write to it. The copy is verified before it replaces the previous one."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from shutil import rmtree

from archive.connections import open_readable
from archive.files import connect_existing, sharing
from archive.pages import pages_path
from archive.store import Archive
from archive.verify import Verified, verify
from archive.withhold import record_elsewhere
from scrapers.model import Problem


@dataclass(frozen=True, slots=True)
class Backup:
    """What was copied where, and the result of verifying the copy. If it has a fault, the folder keeps its previous content."""

    file: Path
    size: int
    verified: Verified


def backup(archive: Path, folder: Path) -> Backup:
    """Copy both files of an archive into `folder`, verify the copy, and replace the previous one. The folder is created if
    missing. Runs may write meanwhile: what they commit after the start is in the next copy.

    Raises Problem if it cannot be made, or the folder holds versions that this archive does not: a backup never loses any.
    """
    connect_existing(archive).close()
    file = folder / archive.name
    if file.resolve() == archive.resolve():
        raise Problem(f"{folder} is the archive's own folder: give another one")
    if folder.is_dir() and (other := sharing(file)):
        raise Problem(
            f"{other} keeps its raw pages in {pages_path(file)}, which the copy would replace: give another folder"
        )
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with _unfinished(folder / f".{archive.name}.open") as work:
            copy = work / archive.name
            # The archive first: a page is stored before the version that names it, so the pages copied after it are complete.
            _copy(archive, copy)
            if pages_path(archive).exists():
                _copy(pages_path(archive), pages_path(copy))
            _refuse_to_forget(file, copy)
            verified = verify(copy, deep=True)
            size = sum(made.stat().st_size for made in (copy, pages_path(copy)) if made.exists())
            if verified.fault is None:
                for made in (pages_path(copy), copy):
                    _replace(made, folder / made.name)
    except (OSError, sqlite3.Error) as error:
        raise Problem(f"{archive} cannot be copied into {folder} ({error}): check the folder and its space") from error
    if verified.fault is None:
        # a read-only archive is copied too, without this record
        with suppress(Problem, sqlite3.Error), Archive(archive) as opened:
            record_elsewhere(opened, str(folder.resolve()), verified.versions)
    return Backup(file, size, verified)


@contextmanager
def _unfinished(work: Path) -> Iterator[Path]:
    """An empty folder to copy into; what a killed backup left there is removed first."""
    rmtree(work, ignore_errors=True)
    work.mkdir()
    try:
        yield work
    finally:
        rmtree(work, ignore_errors=True)


def _copy(source: Path, target: Path) -> None:
    """Copy all database pages in one step, which gives a snapshot of one moment whoever writes."""
    with closing(open_readable(source)) as held, closing(sqlite3.connect(target)) as made:
        held.backup(made)
        made.execute("PRAGMA journal_mode = DELETE")  # one file, readable in a read-only folder


def _refuse_to_forget(old: Path, new: Path) -> None:
    """Raise Problem unless the new copy continues the old one."""
    if not old.exists():
        return
    with closing(connect_existing(old)) as conn:
        last = conn.execute("SELECT id, hash FROM versions ORDER BY id DESC LIMIT 1").fetchone()
    with closing(connect_existing(new)) as conn:
        if last and not conn.execute("SELECT 1 FROM versions WHERE id = ? AND hash = ?", last).fetchone():
            raise Problem(f"{old} holds versions that this archive does not: keep it, and give another folder")


def _replace(made: Path, file: Path) -> None:
    if made.exists():
        for side in ("-wal", "-shm"):  # of the replaced file: SQLite would apply them to the new one
            Path(f"{file}{side}").unlink(missing_ok=True)
        made.replace(file)
