"""Releases: named states of the archive, which can be cited, and checked by anyone who has the Merkle root.

`freeze` stores the name, the counts, the last hash of the chain and the Merkle root in the archive. `publish` writes the files
that others get. Their bytes depend only on the versions, not on when, where or by whom they are written.
"""

from __future__ import annotations

import json
import re
import shutil
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from archive import export, merkle
from archive.connections import rows
from archive.files import connect_existing
from archive.history import opened
from archive.schema import content_of
from archive.store import Archive
from scrapers.model import Problem, utc

FORMAT = 1
FORMS = ("jsonl", "parquet")

COLUMNS: export.Columns = {
    "key": str, "url": str, "source": str, "version": int, "change": str, "captured_at": str, "observed_at": str,
    "title": str, "published_at": str, "origin": str, "author": str, "editor": str, "body": str, "body_published": str,
    "images": list, "attachments": list, "extra": str, "layout": str, "cleaner": str, "raw_sha256": list,
    "content_sha256": str, "page_text_sha256": str, "extra_sha256": str, "prev_hash": str, "hash": str,
}  # fmt: skip
"""The columns of a release's files, one row per version. `url` is the document's first address, which its key is made from."""

_COUNTS = ("last_version_id", "versions")
_TAG = re.compile(r"\w[\w.-]{0,63}")
_ROWS = f"""
SELECT d.key, (SELECT url FROM urls WHERE document_id = d.id AND why = 'first') AS url, d.source, v.version, v.change,
  v.captured_at, v.observed_at, c.title, c.published_at, c.origin, c.author, c.editor, c.body, c.body_published, c.images,
  c.attachments, c.extra, v.layout, v.cleaner, (SELECT json_group_array(raw_sha256) FROM
  (SELECT raw_sha256 FROM version_pages WHERE version_id = v.id ORDER BY n)) AS raw_sha256,
  v.content_sha256, v.page_text_sha256, v.extra_sha256, v.prev_hash, v.hash, coalesce(s.rights, 'metadata') AS rights
FROM versions v JOIN documents d ON d.id = v.document_id LEFT JOIN contents c ON
  {content_of("v")}
LEFT JOIN sources s ON s.name = d.source
WHERE v.id <= ? AND v.document_id NOT IN (SELECT document_id FROM withheld) ORDER BY v.id
"""


@dataclass(frozen=True, slots=True)
class Release:
    """A named state: the number of versions, the hash of the last one, and the Merkle root over all of them."""

    tag: str
    created_at: str
    last_version_id: int
    versions: int
    head_hash: str
    merkle_root: str


def check_tag(tag: str) -> None:
    """Raise Problem if this is not a valid name for a release and its folder."""
    if not _TAG.fullmatch(tag):
        raise Problem(f"{tag!r} is no name for a release: take letters, digits, '.', '_' and '-', such as 2026-11")


def freeze(archive: Archive, tag: str) -> Release:
    """Name the current state of the archive. If the name is already in use, return that release unchanged.

    Raises Problem if the tag is invalid, or there is nothing to release.
    """
    check_tag(tag)
    with archive.transaction():
        found = releases(archive.conn, tag)
        if found:
            return found[0]
        hashes = version_hashes(archive.conn)
        if not hashes:
            raise Problem(f"{archive.path} holds no version yet: there is nothing to release")
        made = Release(tag, utc(archive.now()), len(hashes), len(hashes), hashes[-1], merkle.root(hashes))
        archive.db.table("releases").insert(asdict(made))
        return made


def releases(conn: sqlite3.Connection, tag: str | None = None) -> list[Release]:
    """The releases of an archive, oldest first; only the one with this tag, if given."""
    rows = conn.execute(
        "SELECT tag, created_at, last_version_id, versions, head_hash, merkle_root FROM releases"
        " WHERE ?1 IS NULL OR tag = ?1 ORDER BY last_version_id, created_at, tag",
        [tag],
    )
    return [Release(*row) for row in rows]


def named(conn: sqlite3.Connection, told: str) -> Release:
    """The release that a person named by its tag, or by its published `release.json` or the folder of that. The published file
    also works if the archive's own row was removed. Raises Problem if there is none."""
    file = Path(told) / "release.json" if Path(told).is_dir() else Path(told)
    if file.is_file():
        return published(file)
    found = releases(conn, told)
    if not found:
        known = ", ".join(release.tag for release in releases(conn)) or "none yet"
        raise Problem(f"there is no release {told}: the archive has {known}")
    return found[0]


def published(file: Path) -> Release:
    """The release that a `release.json` describes. Raises Problem if the file is not one."""
    try:
        return _published(json.loads(file.read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Problem(f"{file} is no release.json: give the one that was published with the release") from error


def _published(row: dict[str, Any]) -> Release:
    """Parse a `release.json`. Raises KeyError, TypeError or ValueError if it is not valid."""
    release = Release(created_at="", **{name: row[name] for name in Release.__slots__ if name != "created_at"})
    is_told = all(isinstance(getattr(release, name), int if name in _COUNTS else str) for name in Release.__slots__)
    if not is_told or row["format"] != FORMAT or not 0 < release.last_version_id == release.versions:
        raise ValueError
    return release


def version_hashes(conn: sqlite3.Connection, last: int | None = None) -> list[str]:
    """The hashes of all versions up to this id, in order."""
    sql = "SELECT hash FROM versions WHERE ?1 IS NULL OR id <= ?1 ORDER BY id"
    return [row[0] for row in conn.execute(sql, [last])]


def publish(path: Path, release: Release, folder: Path, rights: Mapping[str, str] | None = None) -> list[Path]:
    """Write the files of a release into `folder`, which appears only when all are complete; returns the files.

    rights  leave out what others may not have under the rights in the recipes (see `history.opened`); None: leave out nothing

    Withheld documents are left out, and counted in the data card. Raises Problem if the folder exists or cannot be written.
    """
    if folder.exists():
        raise Problem(f"{folder} is there already: move it away, or give another --into")
    unfinished = folder.with_name(f".{folder.name}.open")
    try:
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(parents=True)
        with closing(connect_existing(path)) as conn:
            for form in FORMS:
                export.write(_rows(conn, release, rights), COLUMNS, unfinished / f"versions.{form}", form)
            hashes = "".join(f"{version_hash}\n" for version_hash in version_hashes(conn, release.last_version_id))
            told = {name: value for name, value in asdict(release).items() if name != "created_at"}
            _write(unfinished / "hashes.txt", hashes)
            _write(
                unfinished / "release.json", json.dumps({"format": FORMAT, **told}, ensure_ascii=False, indent=1) + "\n"
            )
            _write(unfinished / "README.md", _card(conn, release, rights is not None))
        files = sorted(unfinished.iterdir())
        sums = "".join(f"{_digest(file)}  {file.name}\n" for file in files)
        _write(unfinished / "SHA256SUMS", sums)
        unfinished.rename(folder)
    except OSError as error:
        raise Problem(f"{folder} cannot be written ({error.strerror or error}): check its folder") from error
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    return sorted(folder.iterdir())


def _rows(conn: sqlite3.Connection, release: Release, rights: Mapping[str, str] | None) -> Iterator[dict[str, Any]]:
    for row in rows(conn, _ROWS, [release.last_version_id]):
        row |= {name: json.loads(row[name] or "[]") for name in ("images", "attachments", "raw_sha256")}
        yield row if rights is None else opened(row, rights)


def left_out(conn: sqlite3.Connection, release: Release) -> tuple[int, int]:
    """How many documents of a release are withheld by now, and how many versions they have in it."""
    documents, versions = conn.execute(
        "SELECT count(DISTINCT document_id), count(*) FROM versions WHERE id <= ?"
        " AND document_id IN (SELECT document_id FROM withheld)",
        [release.last_version_id],
    ).fetchone()
    return documents, versions


def _card(conn: sqlite3.Connection, release: Release, is_open: bool) -> str:
    """The data card: what the files contain, what is left out, and how to check them."""
    counted = conn.execute(
        "SELECT d.source, count(DISTINCT d.id), count(*), min(v.captured_at), max(v.captured_at) FROM versions v"
        " JOIN documents d ON d.id = v.document_id WHERE v.id <= ? GROUP BY 1 ORDER BY 1",
        [release.last_version_id],
    ).fetchall()
    changes = conn.execute(
        "SELECT change, count(*) FROM versions WHERE id <= ? GROUP BY 1 ORDER BY min(id)", [release.last_version_id]
    ).fetchall()
    withheld = left_out(conn, release)
    lines = [
        f"| {source} | {documents} | {versions} | {first} | {last} |"
        for source, documents, versions, first, last in counted
    ]
    return _CARD.format(
        **asdict(release),
        documents=sum(row[1] for row in counted),
        sources="\n".join(lines),
        changes=", ".join(f"{change} {n}" for change, n in changes),
        withheld=f"{withheld[1]} versions of {withheld[0]} withheld documents are left out; their hashes are in `hashes.txt`.",
        rights=_OPEN if is_open else _ALL,
        columns=", ".join(f"`{name}`" for name in COLUMNS),
    )


def _write(file: Path, text: str) -> None:
    file.write_text(text, encoding="utf-8", newline="\n")


def _digest(file: Path) -> str:
    digest = sha256()
    with file.open("rb") as opened_file:
        while block := opened_file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


_OPEN = "Texts are what others may have by the rights of their sources: `full`, the beginning (`excerpt`) or none (`metadata`)."
_ALL = "The texts are whole, whatever the rights of their sources: see who may be given them before they are passed on."
_CARD = """# 高新档案 Gaoxin, release {tag}

A state of a versioned archive of the bulletins of China's high-tech zones: {versions} versions of {documents} documents.
全国高新区稿件档案的一个发布版：{documents} 篇文献的 {versions} 个版本。

| | |
|---|---|
| versions | {versions} ({changes}) |
| hash of the last version | `{head_hash}` |
| Merkle root | `{merkle_root}` |

| source | documents | versions | first captured (UTC) | last captured (UTC) |
|---|---|---|---|---|
{sources}

## Files

- `versions.jsonl`, `versions.parquet`: one row a version, in the order of the chain. Columns: {columns}.
  A version whose `change` is `gone` has no text. `captured_at` is when the page was served, `observed_at` when it was archived.
- `hashes.txt`: the hash of every version, one a line; the root is made of these.
- `release.json`: the counts, the last hash and the root. `SHA256SUMS`: the other files.

{withheld}
{rights}
Texts were cleaned: full-width letters and punctuation are ASCII. The raw pages stay with the archive.

## Check it

`gaoxin verify --release release.json --archive FILE` shows whether an archive still holds this state, a cut tail included.
Without `--archive` it checks that the rows here have these hashes, and the hashes this root. The root is that of RFC 6962 over
the 32 bytes of each hash. It shows that nothing was changed since the release was made by whoever published it; not that a page
was served as it is told, nor when.
"""
