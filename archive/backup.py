"""A copy of an archive that is whole, made while others write, and verified before it takes the place of the last one."""

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
    """What was copied where, and what the check of the copy said. With a fault, the folder holds what it held before."""

    file: Path
    size: int
    verified: Verified


def backup(archive: Path, folder: Path) -> Backup:
    """Copy both files of an archive into `folder`, which is made where there is none, verify the copy, and put it in the place
    of the last one. Runs may write meanwhile: what they commit after the start is in the next copy.

    Raises Problem where it cannot be made, and where the folder holds versions that this archive does not: a backup is never
    replaced by one that knows less.
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
            # The text first: a page is kept before the version that names it, so the later copy holds every page it needs.
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
        # an archive that cannot be written is copied all the same
        with suppress(Problem, sqlite3.Error), Archive(archive) as opened:
            record_elsewhere(opened, str(folder.resolve()), verified.versions)
    return Backup(file, size, verified)


@contextmanager
def _unfinished(work: Path) -> Iterator[Path]:
    """A folder to copy into, empty; what a killed backup left there goes first."""
    rmtree(work, ignore_errors=True)
    work.mkdir()
    try:
        yield work
    finally:
        rmtree(work, ignore_errors=True)


def _copy(source: Path, target: Path) -> None:
    """All pages in one step: the state of one moment, whoever writes."""
    with closing(open_readable(source)) as held, closing(sqlite3.connect(target)) as made:
        held.backup(made)
        made.execute("PRAGMA journal_mode = DELETE")  # one file, readable from where nothing can be written


def _refuse_to_forget(old: Path, new: Path) -> None:
    """Raises Problem unless the new copy continues the old one."""
    if not old.exists():
        return
    with closing(connect_existing(old)) as conn:
        last = conn.execute("SELECT id, hash FROM versions ORDER BY id DESC LIMIT 1").fetchone()
    with closing(connect_existing(new)) as conn:
        if last and not conn.execute("SELECT 1 FROM versions WHERE id = ? AND hash = ?", last).fetchone():
            raise Problem(f"{old} holds versions that this archive does not: keep it, and give another folder")


def _replace(made: Path, file: Path) -> None:
    if made.exists():
        for side in ("-wal", "-shm"):  # of the file that goes: they would be taken for the new one's
            Path(f"{file}{side}").unlink(missing_ok=True)
        made.replace(file)
