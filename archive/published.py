"""Checks a published release, and citations of it, without the archive: by the files published beside it.

This shows that the rows have the hashes, the hashes the root, and that a citation leads to that root. Only a reader who has the
root from elsewhere can tell whether it is the published one.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

from archive import merkle
from archive.cite import permanent, read
from archive.hashes import content_digest, document_key, extra_digest, version_digest
from archive.history import EXCERPT
from archive.release import COLUMNS, Release, published
from scrapers.model import Problem

Told = dict[str, dict[str, str]]
"""What the rows say of each cited version, by its hash."""
_CITED = ("key", "version", "captured_at", "title")


@dataclass(slots=True)
class Checked:
    """How far a check came, and the first fault as a sentence; None if there is none.

    hashes    the number of hashes in `hashes.txt`; None if that is not beside the release
    rows      the number of rows in `versions.jsonl`; None likewise
    shortened how many of these hold a text in part or not at all, because of the rights of its source: these cannot be hashed
    cited     the number of citations
    miscited  whether the fault is the citation's
    """

    release: Release
    hashes: int | None = None
    rows: int | None = None
    shortened: int = 0
    cited: int = 0
    miscited: bool = False
    fault: str | None = None


def check(told: Path, citation: Path | None = None) -> Checked:
    """Check a release (its `release.json`, or its folder) against the hashes and the rows beside it, and a citation against its
    root and rows.

    Raises Problem if a file is not what it should be.
    """
    file = told / "release.json" if told.is_dir() else told
    checked = Checked(published(file))
    cited = list(read(citation)) if citation else []
    told_of: Told = {row["hash"]: {} for row in cited}
    hashes = _hashes(file.with_name("hashes.txt"))
    checked.fault = next(
        chain(
            _hash_faults(checked, file.with_name("hashes.txt"), hashes),
            _row_faults(checked, file.with_name("versions.jsonl"), hashes, told_of),
        ),
        None,
    )
    if checked.fault is None:
        fault = next(_citation_faults(checked, cited, told_of), None)
        checked.miscited, checked.fault = fault is not None, fault and f"{citation}, {fault}"
    return checked


def _hashes(file: Path) -> list[str] | None:
    """The lines of `hashes.txt`; an empty list where it is no text, None where there is no such file."""
    try:
        return file.read_text(encoding="utf-8").split()
    except FileNotFoundError:
        return None
    except UnicodeDecodeError:
        return []
    except OSError as error:
        raise Problem(f"{file} cannot be read ({error.strerror}): check its rights") from error


def _hash_faults(checked: Checked, file: Path, hashes: list[str] | None) -> Iterator[str]:
    if hashes is None:
        return
    release = checked.release
    try:
        found = (len(hashes), hashes[-1] if hashes else "", merkle.root(hashes))
    except ValueError:  # no hashes
        found = (0, "", "")
    if found != (release.versions, release.head_hash, release.merkle_root):
        yield f"{file} does not hold the {release.versions} hashes that have the root {release.merkle_root}"
    checked.hashes = found[0]


def _row_faults(checked: Checked, file: Path, hashes: list[str] | None, told_of: Told) -> Iterator[str]:
    """The rows stand in the order of the chain; withheld versions are left out of them. Fills in `told_of`."""
    if not file.is_file():
        return
    left = iter(hashes or ())
    checked.rows = 0
    with file.open("rb") as lines:
        for line in lines:
            where = f"{file}, row {checked.rows + 1}"
            try:
                row = json.loads(line)
                where += f" ({row['key']}@{row['version']})"
                fault = next(_version_faults(checked, row), None)
            except (ValueError, KeyError, TypeError, AttributeError):
                fault = "it is damaged"
            else:
                if fault is None and hashes is not None and row["hash"] not in left:
                    fault = "its hash is not in hashes.txt behind that of the row before it"
            if fault:
                yield f"{where}: {fault}"
                return
            if row["hash"] in told_of:
                told_of[row["hash"]] = {name: str(row[name] or "") for name in _CITED}
            checked.rows += 1


def _version_faults(checked: Checked, row: dict[str, Any]) -> Iterator[str]:
    if row.keys() != COLUMNS.keys():
        yield "its columns are not those of a release"
    if document_key(row["source"], row["url"]) != row["key"]:
        yield "its key is not that of its source and address"
    if version_digest(row, row["key"], row["raw_sha256"]) != row["hash"]:
        yield "its hash does not match what it says"
    if row["content_sha256"] is None:
        return
    lists = {name: json.dumps(row[name], ensure_ascii=False) for name in ("images", "attachments")}
    is_whole = content_digest({**row, **lists}) == row["content_sha256"]
    has_extra = row["body_published"] is not None or row["extra"] is not None
    if not is_whole and not _is_shortened(row):
        yield "its title, text or another field does not match its content_sha256"
    if has_extra and extra_digest(row) != row["extra_sha256"]:
        yield "its body_published or extra does not match its extra_sha256"
    checked.shortened += not is_whole


def _is_shortened(row: dict[str, Any]) -> bool:
    """Whether a row looks as `history.opened` leaves one whose text others may not have whole."""
    body, has_extra = row["body"], row["body_published"] is not None or row["extra"] is not None
    is_excerpt = body is not None and len(body) == EXCERPT + 1 and body.endswith("…")
    return not has_extra and (is_excerpt or (body is None and not row["images"] and not row["attachments"]))


def _citation_faults(checked: Checked, cited: list[dict[str, str]], told_of: Told) -> Iterator[str]:
    release = checked.release
    for row in cited:
        where = f"row {checked.cited + 1} ({row['key']}@{row['version']})"
        if (row["root"], int(row["size"])) != (release.merkle_root, release.versions):
            yield f"{where}: its root is not that of release {release.tag}: give the release.json of the one it names"
        if not merkle.leads_to(row["hash"], int(row["place"]), int(row["size"]), row["proof"].split(), row["root"]):
            yield f"{where}: its proof does not lead to its root"
        if row["name"] != permanent(row["hash"]):
            yield f"{where}: the permanent name of this hash is {permanent(row['hash'])}"
        for name, told in told_of[row["hash"]].items():
            if row[name] != told:
                yield f"{where}: the {name} of this version is {told!r}"
        checked.cited += 1
