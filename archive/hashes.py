"""How documents are named and how versions are hashed. Nothing here may change: old hashes must verify.

Contents, extra fields and versions are hashed as SHA-256 over canonical JSON: UTF-8, sorted keys, no spaces, and a `format`
number. Keys and page texts are hashes of plain UTF-8.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from hashlib import sha256
from json.encoder import encode_basestring
from typing import Any

FORMAT = 1
GENESIS = ""
"""The `prev_hash` of the first version."""

CONTENT_FIELDS = "attachments author body editor format images origin published_at title".split()
VERSION_FIELDS = (
    "captured_at change cleaner content_sha256 extra_sha256 format key layout observed_at page_text_sha256 prev_hash raw_sha256"
    " version"
).split()
EXTRA_FIELDS = "body_published extra format".split()
"""Kept outside the content hash, so that they make no edit, and hashed separately, so that a change is detected."""

Row = Mapping[str, Any]


def text_digest(text: str) -> str:
    """SHA-256 of `text` as UTF-8, in hex."""
    return sha256(text.encode()).hexdigest()


def document_key(source: str, url: str) -> str:
    """12 hex digits that name a document: the same on every machine, and under either scheme of its first URL."""
    return text_digest(f"{source}\n{url.partition(':')[2]}")[:12]


def content_digest(content: Row) -> str:
    """The hash of a row of `contents`, without `page_text`, `body_published` and `extra`: a change in these is no edit."""
    return text_digest(_object({**content, "format": FORMAT}, CONTENT_FIELDS))


def is_content(told: bytes, body: bytes, digest: str) -> bool:
    """Whether `digest` is the `content_digest` of a row, many times as fast. `told` is its `object_sql` with null for the
    body, which is given as UTF-8."""
    head, tail = told.split(b'"body":null', 1)  # inside a value its quotes would be escaped
    escaped = body.replace(b"\\", b"\\\\").replace(b'"', b'\\"').replace(b"\n", b"\\n")
    hashed = sha256(head + b'"body":"')
    hashed.update(escaped)
    hashed.update(b'"' + tail)
    if hashed.hexdigest() == digest:
        return True
    text = encode_basestring(body.decode(errors="surrogateescape"))  # for a body with other characters to escape
    return sha256(head + b'"body":' + text.encode(errors="surrogateescape") + tail).hexdigest() == digest


def extra_digest(content: Row) -> str:
    """The hash of `body_published` and `extra` in a row of `contents`."""
    return _extra_digest(content["body_published"], content["extra"])


@lru_cache(maxsize=64)  # most rows have neither
def _extra_digest(body_published: str | None, extra: str | None) -> str:
    told = {"body_published": body_published, "extra": extra, "format": FORMAT}
    return text_digest(_object(told, EXTRA_FIELDS))


def version_digest(version: Row, key: str, raw_sha256: Sequence[str]) -> str:
    """The hash of a row of `versions` of the document named `key`, read from pages with these hashes.

    It covers hashes and metadata but no text, so that a text can be erased on a lawful request and the chain still verifies.
    """
    told = {**version, "format": FORMAT, "key": key, "raw_sha256": list(raw_sha256)}
    return text_digest(_object(told, VERSION_FIELDS))


def is_version(told: bytes, raw_sha256: Sequence[str], digest: str) -> bool:
    """Whether `digest` is the `version_digest` of a row. `told` is its `object_sql` with null for the hashes of the pages."""
    pages = f'"raw_sha256":{_value([*raw_sha256])}'.encode()
    return sha256(told.replace(b'"raw_sha256":null', pages, 1)).hexdigest() == digest


def object_sql(names: Sequence[str], table: str, **others: str) -> str:
    """SQL for the canonical JSON of these columns of a table, as UTF-8; `others` are expressions that replace columns.

    SQLite escapes as `json` does, keeps the given order, and refuses a value that is not text or a number.
    """
    values = {name: f"{table}.{name}" for name in names} | {"format": str(FORMAT)} | others
    told = ", ".join(f"'{name}', {values[name]}" for name in names)
    return f"CAST(json_object({told}) AS BLOB)"


def _object(row: Row, names: Sequence[str]) -> str:
    """The canonical JSON of these columns, which are sorted by name: the output of `json`, in half its time."""
    values = [(name, row[name]) for name in names]
    told = [f'"{name}":{encode_basestring(value) if type(value) is str else _value(value)}' for name, value in values]
    return "{" + ",".join(told) + "}"


def _value(value: object) -> str:
    if isinstance(value, list):
        return f"[{','.join(map(encode_basestring, value))}]"
    return "null" if value is None else str(value)  # another type in a damaged file matches no hash
