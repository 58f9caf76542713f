"""The tables of an archive, as numbered migrations.

A released migration is never edited: a change is a new migration below it. `versions` is append-only: triggers refuse UPDATE
and DELETE, and a third refuses INSERT OR REPLACE, which would delete a row silently.
"""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlite_utils import Database
    from sqlite_utils.migrations import Migrations

APPLICATION_ID = 0x47584441
"""`GXDA` in the file header, which distinguishes an archive from any other SQLite file."""

_FIRST = (
    """CREATE TABLE sources (
        name TEXT PRIMARY KEY, title TEXT NOT NULL, home TEXT NOT NULL, family TEXT NOT NULL, zone TEXT,
        since TEXT, rights TEXT NOT NULL, verified TEXT NOT NULL) STRICT""",
    """CREATE TABLE runs (
        id INTEGER PRIMARY KEY, flow TEXT NOT NULL, trigger TEXT NOT NULL, flow_run_id TEXT, source TEXT,
        params TEXT NOT NULL, code_version TEXT NOT NULL, started_at TEXT NOT NULL, finished_at TEXT,
        state TEXT NOT NULL CHECK (state IN ('running', 'completed', 'partial', 'failed', 'crashed')),
        listed INTEGER NOT NULL DEFAULT 0, fetched INTEGER NOT NULL DEFAULT 0, new INTEGER NOT NULL DEFAULT 0,
        edited INTEGER NOT NULL DEFAULT 0, unchanged INTEGER NOT NULL DEFAULT 0, gone INTEGER NOT NULL DEFAULT 0,
        failed INTEGER NOT NULL DEFAULT 0) STRICT""",
    """CREATE TABLE documents (
        id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, source TEXT NOT NULL, first_seen_at TEXT NOT NULL) STRICT""",
    """CREATE TABLE urls (
        url TEXT NOT NULL UNIQUE, document_id INTEGER NOT NULL REFERENCES documents(id),
        why TEXT NOT NULL CHECK (why IN ('first', 'redirect', 'moved', 'page'))) STRICT""",
    "CREATE INDEX urls_document ON urls (document_id)",
    """CREATE TABLE observations (
        id INTEGER PRIMARY KEY, run_id INTEGER REFERENCES runs(id), url TEXT NOT NULL,
        document_id INTEGER REFERENCES documents(id), fetched_at TEXT NOT NULL,
        via TEXT NOT NULL CHECK (via IN ('live', 'replay', 'warc', 'file')), status INTEGER, outcome TEXT NOT NULL,
        final_url TEXT, headers TEXT, raw_sha256 TEXT, error TEXT) STRICT""",
    "CREATE INDEX observations_url ON observations (url, id)",
    "CREATE INDEX observations_document ON observations (document_id)",
    """CREATE TABLE contents (
        sha256 TEXT NOT NULL, title TEXT, published_at TEXT, origin TEXT, author TEXT, editor TEXT,
        body TEXT, body_published TEXT, page_text TEXT, images TEXT, attachments TEXT, extra TEXT,
        page_text_sha256 TEXT NOT NULL, extra_sha256 TEXT NOT NULL,
        PRIMARY KEY (sha256, page_text_sha256, extra_sha256)) STRICT""",
    """CREATE TABLE versions (
        id INTEGER PRIMARY KEY, document_id INTEGER NOT NULL REFERENCES documents(id), version INTEGER NOT NULL,
        change TEXT NOT NULL CHECK (change IN ('new', 'edited', 'recleaned', 'earlier', 'moved', 'gone', 'back')),
        captured_at TEXT NOT NULL, observed_at TEXT NOT NULL, run_id INTEGER REFERENCES runs(id),
        content_sha256 TEXT, page_text_sha256 TEXT, extra_sha256 TEXT,
        layout TEXT, cleaner TEXT NOT NULL, prev_hash TEXT NOT NULL, hash TEXT NOT NULL UNIQUE,
        UNIQUE (document_id, version),
        FOREIGN KEY (content_sha256, page_text_sha256, extra_sha256)
            REFERENCES contents (sha256, page_text_sha256, extra_sha256),
        CHECK ((change = 'gone') = (content_sha256 IS NULL))) STRICT""",
    "CREATE INDEX versions_captured ON versions (document_id, captured_at)",
    "CREATE INDEX versions_content ON versions (content_sha256)",
    """CREATE TRIGGER versions_are_never_updated BEFORE UPDATE ON versions
        BEGIN SELECT RAISE(ABORT, 'versions are never updated'); END""",
    """CREATE TRIGGER versions_are_never_deleted BEFORE DELETE ON versions
        BEGIN SELECT RAISE(ABORT, 'versions are never deleted'); END""",
    """CREATE TRIGGER versions_are_never_replaced BEFORE INSERT ON versions
        WHEN EXISTS (SELECT 1 FROM versions WHERE id = NEW.id OR hash = NEW.hash
                     OR (document_id = NEW.document_id AND version = NEW.version))
        BEGIN SELECT RAISE(ABORT, 'versions are never replaced'); END""",
    """CREATE TABLE version_pages (
        version_id INTEGER NOT NULL REFERENCES versions(id), n INTEGER NOT NULL,
        observation_id INTEGER NOT NULL REFERENCES observations(id), raw_sha256 TEXT NOT NULL,
        PRIMARY KEY (version_id, n)) STRICT, WITHOUT ROWID""",
    """CREATE TABLE bulletins (
        document_id INTEGER PRIMARY KEY REFERENCES documents(id), key TEXT NOT NULL UNIQUE, url TEXT NOT NULL,
        source TEXT NOT NULL, title TEXT, published_at TEXT, origin TEXT, author TEXT, editor TEXT, body TEXT NOT NULL,
        status TEXT NOT NULL CHECK (status IN ('live', 'gone')), versions INTEGER NOT NULL,
        canonical_id INTEGER REFERENCES documents(id), copies INTEGER NOT NULL DEFAULT 0, captured_at TEXT NOT NULL,
        year TEXT GENERATED ALWAYS AS (substr(published_at, 1, 4)) VIRTUAL) STRICT""",
    "CREATE INDEX bulletins_published ON bulletins (published_at)",
    "CREATE INDEX bulletins_source ON bulletins (source)",
    "CREATE INDEX bulletins_origin ON bulletins (origin)",
    "CREATE INDEX bulletins_year ON bulletins (year)",
    "CREATE INDEX bulletins_canonical ON bulletins (canonical_id)",
    """CREATE TABLE links (
        document_id INTEGER NOT NULL REFERENCES documents(id), other_id INTEGER NOT NULL REFERENCES documents(id),
        version_id INTEGER NOT NULL REFERENCES versions(id), other_version_id INTEGER NOT NULL REFERENCES versions(id),
        kind TEXT NOT NULL CHECK (kind IN ('exact', 'near', 'part_of', 'related')), score REAL NOT NULL,
        rule TEXT NOT NULL, run_id INTEGER REFERENCES runs(id), retired_run_id INTEGER,
        CHECK (document_id <> other_id)) STRICT""",
    "CREATE INDEX links_document ON links (document_id)",
    "CREATE INDEX links_other ON links (other_id)",
    """CREATE TABLE fingerprints (
        key INTEGER NOT NULL, document_id INTEGER NOT NULL, PRIMARY KEY (key, document_id)) STRICT, WITHOUT ROWID""",
    """CREATE TABLE slices (
        source TEXT NOT NULL, section TEXT NOT NULL, slice TEXT NOT NULL,
        state TEXT NOT NULL CHECK (state IN ('done', 'failed')), run_id INTEGER REFERENCES runs(id),
        updated_at TEXT NOT NULL, error TEXT, PRIMARY KEY (source, section, slice)) STRICT, WITHOUT ROWID""",
    """CREATE TABLE releases (
        tag TEXT PRIMARY KEY, created_at TEXT NOT NULL, last_version_id INTEGER NOT NULL, versions INTEGER NOT NULL,
        head_hash TEXT NOT NULL, merkle_root TEXT NOT NULL) STRICT""",
    """CREATE TABLE withheld (
        document_id INTEGER NOT NULL REFERENCES documents(id),
        level TEXT NOT NULL CHECK (level IN ('hidden', 'erased')), reason TEXT NOT NULL, reference TEXT,
        at TEXT NOT NULL) STRICT""",
    """CREATE VIEW version_details AS
        SELECT v.id, v.document_id, d.key, b.url, d.source, v.version, v.change, v.captured_at, v.observed_at, v.run_id,
               c.title, c.published_at, c.origin, c.author, c.editor, c.body, c.body_published, c.page_text, c.images,
               c.attachments, c.extra, v.content_sha256, v.layout, v.cleaner, v.prev_hash, v.hash
        FROM versions v JOIN documents d ON d.id = v.document_id JOIN bulletins b ON b.document_id = v.document_id
        LEFT JOIN contents c ON c.sha256 = v.content_sha256 AND c.page_text_sha256 = v.page_text_sha256
            AND c.extra_sha256 = v.extra_sha256""",
    """CREATE VIRTUAL TABLE bulletins_fts USING fts5 (text, content='', tokenize='ascii')""",
)


def m001_archive(db: Database) -> None:
    """Create the whole schema. `browse` describes every table and column for readers."""
    for statement in _FIRST:
        db.conn.execute(statement)
    db.conn.execute(f"PRAGMA application_id = {APPLICATION_ID}")


def m002_warnings(db: Database) -> None:
    """Add the warnings of a run, one sentence per line; NULL if there were none."""
    db.conn.execute("ALTER TABLE runs ADD COLUMN warnings TEXT")


def m003_elsewhere(db: Database) -> None:
    """Add the folders that backups and releases were written to, so that a withheld document can be traced there."""
    db.conn.execute(
        "CREATE TABLE elsewhere (path TEXT PRIMARY KEY, written_at TEXT NOT NULL, last_version_id INTEGER NOT NULL) STRICT"
    )


def m004_cleaned(db: Database) -> None:
    """Add how often each cleaning rule fired in a run, as JSON; NULL if none did."""
    db.conn.execute("ALTER TABLE runs ADD COLUMN cleaned TEXT")


def m005_address_ends(db: Database) -> None:
    """Index observations by the end of their address (see `AT`), which makes an unchanged page cheap."""
    db.conn.execute("DROP INDEX observations_url")
    db.conn.execute("CREATE INDEX observations_address ON observations (substr(url, -24))")


AT = "substr({0}, -24) = substr({1}, -24) AND +{0} = {1}"
"""SQL condition that the address {0} of an observation is {1}. It uses the index on the end of the address, where addresses of
one site differ. Without the plus sign SQLite substitutes {1} for {0} everywhere, and scans the table."""


def content_of(version: str) -> str:
    """SQL condition that joins `contents` c to a row of `versions`, given the alias of the latter."""
    names = ("content_sha256", "page_text_sha256", "extra_sha256")
    return f"(c.sha256, c.page_text_sha256, c.extra_sha256) = ({', '.join(f'{version}.{name}' for name in names)})"


_STEPS = (m001_archive, m002_warnings, m003_elsewhere, m004_cleaned, m005_address_ends)
NAMES = tuple(step.__name__ for step in _STEPS)
"""All migrations, in order. An archive with any other one was made by a newer Gaoxin."""


def migrations() -> Migrations:
    """All migrations, for a writer to apply. sqlite-utils is imported here: that takes 0.3 s, and readers do not need it."""
    from sqlite_utils.migrations import Migrations

    made = Migrations("gaoxin")
    for step in _STEPS:
        made()(step)
    return made


def applied(conn: sqlite3.Connection) -> set[str]:
    """The migrations already applied to a file; none if it is new."""
    if not conn.execute("SELECT 1 FROM sqlite_master WHERE name = '_sqlite_migrations'").fetchone():
        return set()
    rows = conn.execute("SELECT name FROM _sqlite_migrations WHERE migration_set = 'gaoxin'")
    return {str(row[0]) for row in rows}
