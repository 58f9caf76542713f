"""Checks a published release, and citations of it, without the archive: by the hashes published beside it.

This shows that the hashes have the root, and that a citation leads to that root. Only a reader who has the root from elsewhere
can tell whether it is the published one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from archive import merkle
from archive.cite import permanent, read
from archive.release import Release, published
from scrapers.model import Problem


@dataclass(slots=True)
class Checked:
    """How far a check came, and the first fault as a sentence; None if there is none. `hashes` is the number of hashes in
    `hashes.txt`; None if that is not beside the release."""

    release: Release
    hashes: int | None = None
    cited: int = 0
    fault: str | None = None


def check(told: Path, citation: Path | None = None) -> Checked:
    """Check a release (its `release.json`, or its folder) against the hashes beside it, and a citation against its root.

    Raises Problem if a file is not what it should be.
    """
    file = told / "release.json" if told.is_dir() else told
    checked = Checked(published(file))
    hashes = _hash_faults(checked, file.with_name("hashes.txt"))
    checked.fault = next(chain(hashes, _citation_faults(checked, citation) if citation else ()), None)
    return checked


def _hash_faults(checked: Checked, file: Path) -> Iterator[str]:
    if not file.is_file():
        return
    release = checked.release
    try:
        hashes = file.read_text(encoding="utf-8").split()
        found = (len(hashes), hashes[-1] if hashes else "", merkle.root(hashes))
    except OSError as error:
        raise Problem(f"{file} cannot be read ({error.strerror}): check its rights") from error
    except ValueError:  # no text, or no hashes
        found = (0, "", "")
    if found != (release.versions, release.head_hash, release.merkle_root):
        yield f"{file} does not hold the {release.versions} hashes that have the root {release.merkle_root}"
    checked.hashes = found[0]


def _citation_faults(checked: Checked, citation: Path) -> Iterator[str]:
    release = checked.release
    for row in read(citation):
        where = f"{citation}, row {checked.cited + 1} ({row['key']}@{row['version']})"
        if (row["root"], int(row["size"])) != (release.merkle_root, release.versions):
            yield f"{where}: its root is not that of release {release.tag}: give the release.json of the one it names"
        if not merkle.leads_to(row["hash"], int(row["place"]), int(row["size"]), row["proof"].split(), row["root"]):
            yield f"{where}: its proof does not lead to its root"
        if row["name"] != permanent(row["hash"]):
            yield f"{where}: the permanent name of this hash is {permanent(row['hash'])}"
        checked.cited += 1
