"""Citations name a version so that a reader can find and check it. They are BibTeX, CSL-JSON, or a CSV of hashes with proofs.

A proof leads from the version's hash to the Merkle root of a release, or of the archive as it stands. A reader who has that
root from elsewhere can check without the archive that the version was in it.
"""

from __future__ import annotations

import csv
import io
import json
import re
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from archive import history, merkle
from archive.files import connect_existing
from archive.release import named, releases, version_hashes
from archive.schema import content_of
from archive.times import beijing, published
from scrapers.extraction.names import each_name
from scrapers.model import Problem

ARCHIVE = "高新档案 Gaoxin"
COLUMNS = ("key", "version", "captured_at", "url", "title", "name", "hash", "place", "size", "root", "release", "proof")
"""The columns of the CSV. `place` counts from 0 in a tree of `size` versions; `proof` lists nodes in hex, from the leaf up."""

_SPECIAL = {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
            **{mark: f"\\{mark}" for mark in "{}$&%#_"}}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Citation:
    """One version with its proof: a row of `version_details`, with the `site` that published it."""

    row: dict[str, Any]
    place: int
    size: int
    root: str
    release: str
    proof: tuple[str, ...]

    @property
    def name(self) -> str:
        """Its permanent name: the path that follows the address of any browser of the archive."""
        return permanent(self.row["hash"])


def permanent(version_hash: str) -> str:
    """The permanent name of the version with this hash."""
    return f"/v/{version_hash[:12]}"


def cite(conn: sqlite3.Connection, names: Iterable[str], release: str | None = None) -> list[Citation]:
    """The versions with these names (see `history.version`), with proofs. They are proven in the given release, else in the
    newest one that holds them all, else in the archive as it stands. A withdrawal is cited by what was withdrawn.

    Raises Problem if a name or the release is unknown, the release is too old, or the archive no longer matches it.
    """
    rows = [_told(conn, history.version(conn, name, or_gone=True)) for name in dict.fromkeys(names)]
    newest = max((row["id"] for row in rows), default=0)
    held = [named(conn, release)] if release else [one for one in releases(conn) if one.last_version_id >= newest]
    if release and held[0].last_version_id < newest:
        raise Problem(f"release {release} ends before version {newest} of the archive: name a later one, or none")
    hashes = version_hashes(conn, held[-1].last_version_id if held else None)
    proofs = merkle.proofs(hashes, [row["id"] - 1 for row in rows])
    root = merkle.root(hashes)
    if held and root != held[-1].merkle_root:
        raise Problem(
            f"the archive is not what release {held[-1].tag} holds: see `gaoxin verify --release {release or held[-1].tag}`"
        )
    sites = dict(conn.execute("SELECT name, title FROM sources").fetchall())
    return [
        Citation(
            {**row, "site": sites.get(row["source"], row["source"])},
            row["id"] - 1,
            len(hashes),
            root,
            held[-1].tag if held else "",
            tuple(proofs[row["id"] - 1]),
        )
        for row in rows
    ]


def _told(conn: sqlite3.Connection, row: dict[str, Any]) -> dict[str, Any]:
    """A version; one that says that the page was gone, with the fields of the text that was."""
    if row["content_sha256"]:
        return row
    last = history.before(conn, row)
    return row | {name: last[name] for name in ("title", "published_at", "origin", "author")}


def bibtex(citations: Sequence[Citation]) -> str:
    """BibTeX entries, one per version."""
    return "\n".join(_entry(one.row, _frozen(one)) for one in citations)


def csl(citations: Sequence[Citation]) -> str:
    """CSL-JSON, as read by Zotero and Pandoc."""
    return _json([_item(one.row, _frozen(one)) for one in citations])


def entries(row: Mapping[str, Any]) -> dict[str, str]:
    """A version in the two formats that need no proof, by their names; `row` is that of a `Citation`."""
    return {"BibTeX": _entry(row), "CSL-JSON": _json([_item(row)])}


def hashes(citations: Sequence[Citation]) -> str:
    """The CSV of version hashes with their proofs."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for one in citations:
        told = [one.row[name] for name in COLUMNS[:4]] + [one.row["title"] if one.row["content_sha256"] else None]
        writer.writerow(
            [*told, one.name, one.row["hash"], one.place, one.size, one.root, one.release, " ".join(one.proof)]
        )
    return text.getvalue()


@dataclass(frozen=True, slots=True)
class Work:
    """The content of a citation in any format: the author, if the page names one, and the site that published the page. 来源
    is a claim of that page, so it becomes a note: a copy is not cited as the source it names."""

    author: str | None
    title: str | None
    publisher: str
    day: str
    url: str
    origin: str | None

    @property
    def authors(self) -> list[str]:
        """Each author, if the page names several persons and nothing else; else what it names, as one."""
        persons = each_name(self.author or "")
        return persons if len(persons) > 1 else [self.author] if self.author else []


def work_of(row: Mapping[str, Any], site: str) -> Work:
    """The citation of a row of `version_details` or of `bulletins` that this site published. Cloaked mirrors are many sites, so
    that theirs is the host."""
    day = published(row["published_at"])[:10]
    if row["source"] == "cloaked":
        site = urlsplit(row["url"]).hostname or site
    return Work(row["author"] or None, row["title"] or None, site, day, row["url"], row["origin"] or None)


FORMS = {"bibtex": (bibtex, "bib"), "csl": (csl, "json"), "csv": (hashes, "csv")}
"""The citation formats: the function that writes each, and the extension of its file."""


def check_file(archive: Path, file: Path) -> tuple[int, str | None]:
    """How many rows of such a CSV hold in this archive, and the first that does not, as a sentence. Raises Problem if the file
    is not such a CSV."""
    with closing(connect_existing(archive)) as conn:
        checked, fault = _check(conn, file)
    return checked, fault and f"{file}, {fault}"


def _check(conn: sqlite3.Connection, file: Path) -> tuple[int, str | None]:
    checked = 0
    tags = {(one.tag, one.merkle_root) for one in releases(conn)}
    roots: dict[int, str] = {}
    for row in read(file):
        where = f"row {checked + 1} ({row['key']}@{row['version']})"
        place, size = int(row["place"]), int(row["size"])
        if not merkle.leads_to(row["hash"], place, size, row["proof"].split(), row["root"]):
            return checked, f"{where}: its proof does not lead to its root"
        kept = conn.execute("SELECT hash FROM versions WHERE id = ?", [place + 1]).fetchone()
        if kept is None:
            return checked, f"{where}: version {place + 1} is missing from the archive"
        if kept[0] != row["hash"]:
            return checked, f"{where}: version {place + 1} of the archive is another one"
        if size not in roots:
            held = version_hashes(conn, size)
            roots[size] = merkle.root(held) if len(held) == size else ""
        if roots[size] != row["root"]:
            return checked, f"{where}: the first {size} versions of the archive do not have its root"
        if row["release"] and (row["release"], row["root"]) not in tags:
            return checked, f"{where}: the archive has no release {row['release']} with its root"
        if other := _misquoted(conn, row):
            return checked, f"{where}: {other}"
        checked += 1
    return checked, None


def _misquoted(conn: sqlite3.Connection, row: dict[str, str]) -> str | None:
    """What a row states about its version that the archive contradicts. The title of an erased version is not compared, since
    it is gone."""
    version, document, key, number, captured_at, body, title = conn.execute(
        "SELECT v.id, d.id, d.key, v.version, v.captured_at, c.body, c.title FROM versions v"
        " JOIN documents d ON d.id = v.document_id LEFT JOIN contents c"
        f" ON {content_of('v')} WHERE v.hash = ?",
        [row["hash"]],
    ).fetchone()
    if (key, str(number), captured_at) != (row["key"], row["version"], row["captured_at"]):
        return f"version {version} of the archive is {key}@{number} of {captured_at}"
    if row["name"] != permanent(row["hash"]):
        return f"the permanent name of version {version} is {permanent(row['hash'])}"
    if body is not None and row["title"] != (title or ""):
        return f"version {version} of the archive has another title"
    if not conn.execute("SELECT 1 FROM urls WHERE document_id = ? AND url = ?", [document, row["url"]]).fetchone():
        return f"{row['url']} is no address of document {key}"
    return None


_NUMBER = re.compile("[0-9]{1,18}")


def read(file: Path) -> Iterator[dict[str, str]]:
    """The rows of a CSV of citations. Raises Problem if it is not one."""
    try:
        text = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise Problem(f"{file} cannot be read ({error}): give the CSV that `gaoxin cite` wrote") from error
    reader = csv.DictReader(io.StringIO(text, newline=""))
    if tuple(reader.fieldnames or ()) != COLUMNS:
        raise Problem(f"{file} is no CSV that `gaoxin cite --format csv` wrote: its columns are others")
    n = 0
    try:
        for n, row in enumerate(reader, 1):
            is_whole = None not in row and all(value is not None for value in row.values())
            if not (
                is_whole and _NUMBER.fullmatch(row["place"]) and _NUMBER.fullmatch(row["size"]) and _are_hashes(row)
            ):
                raise Problem(f"{file} is damaged in row {n}: write it again with `gaoxin cite`")
            yield row
    except csv.Error as error:
        raise Problem(f"{file} is damaged behind row {n} ({error}): write it again with `gaoxin cite`") from error
    if not n:
        raise Problem(f"{file} cites no version: write it again with `gaoxin cite`")


def _are_hashes(row: dict[str, str]) -> bool:
    return all(re.fullmatch("[0-9a-f]{64}", told) for told in (row["hash"], row["root"], *row["proof"].split()))


def _json(items: Sequence[Mapping[str, Any]]) -> str:
    return json.dumps(items, ensure_ascii=False, indent=1) + "\n"


def _entry(row: Mapping[str, Any], frozen: str = "") -> str:
    work = work_of(row, row["site"])
    told = {
        "author": f"{{{' and '.join(_inner(name) for name in work.authors)}}}" if work.author else None,
        "title": _braced(work.title or work.url),
        "year": f"{{{work.day[:4]}}}" if work.day else None,
        "date": f"{{{work.day}}}" if work.day else None,
        "howpublished": _braced(work.publisher),
        "url": "{" + re.sub(r"[{}\\\s]", lambda match: f"%{ord(match[0]):02X}", work.url) + "}",
        "urldate": f"{{{beijing(row['captured_at'])[:10]}}}",
        "note": _braced(_note(row, frozen)),
    }
    fields = "".join(f"  {name} = {value},\n" for name, value in told.items() if value)
    return f"@misc{{gaoxin-{row['key']}-{row['version']},\n{fields}}}\n"


def _item(row: Mapping[str, Any], frozen: str = "") -> dict[str, Any]:
    work = work_of(row, row["site"])
    told = {
        "id": f"gaoxin-{row['key']}-{row['version']}",
        "type": "webpage",
        "title": work.title or work.url,
        "author": [{"literal": name} for name in work.authors],
        "container-title": work.publisher,
        "publisher": work.publisher,
        "issued": _date(work.day),
        "accessed": _date(beijing(row["captured_at"])),
        "URL": work.url,
        "archive": ARCHIVE,
        "archive_location": permanent(row["hash"]),
        "version": str(row["version"]),
        "note": _note(row, frozen),
    }
    return {name: value for name, value in told.items() if value}


def _note(row: Mapping[str, Any], frozen: str) -> str:
    origin = f"来源: {row['origin']}. " if row["origin"] else ""
    gone = "" if row["content_sha256"] else f"Found gone on {beijing(row['captured_at'])[:10]}. "
    named = f"document {row['key']}, version {row['version']}, {permanent(row['hash'])}, SHA-256 {row['hash']}"
    return f"{origin}{gone}{ARCHIVE}, {named}{frozen}"


def _frozen(citation: Citation) -> str:
    """The release in which a version is proven."""
    return f", release {citation.release} with Merkle root {citation.root}" if citation.release else ""


def _date(stamp: str | None) -> dict[str, list[list[int]]] | None:
    return {"date-parts": [[int(part) for part in stamp[:10].split("-")]]} if stamp else None


def _braced(text: str) -> str:
    """A BibTeX value in double braces, so that names are not split and letters keep their case."""
    return f"{{{_inner(text)}}}"


def _inner(text: str) -> str:
    return "{" + "".join(_SPECIAL.get(character, character) for character in text) + "}"
