"""How documents are named and how versions are hashed. What stands here must not change: old hashes must verify.

Every hash is SHA-256 over canonical JSON: UTF-8, sorted keys, no spaces, and a `format` number.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from hashlib import sha256
from typing import Any

FORMAT = 1
GENESIS = ""
"""The `prev_hash` of the first version."""

CONTENT_FIELDS = ("title", "published_at", "origin", "author", "editor", "body", "images", "attachments")
EXTRA_FIELDS = ("body_published", "extra")
"""Kept outside the content hash, so that they make no edit, and hashed on their own, so that they cannot be changed."""

Row = Mapping[str, Any]

canonical_json = json.JSONEncoder(
    ensure_ascii=False, sort_keys=True, separators=(",", ":"), check_circular=False
).encode
"""The one way to write a value as JSON."""


def digest(value: object) -> str:
    """SHA-256 of the canonical JSON of `value`, in hex."""
    return sha256(canonical_json(value).encode()).hexdigest()


def text_digest(text: str) -> str:
    """SHA-256 of `text` as UTF-8, in hex."""
    return sha256(text.encode()).hexdigest()


def document_key(source: str, url: str) -> str:
    """12 hex digits that name a document: the same on every machine, whatever the scheme of its first URL."""
    return text_digest(f"{source}\n{url.partition(':')[2]}")[:12]


def content_digest(content: Row) -> str:
    """The hash of what a bulletin says. `content` is a row of `contents`; never its page_text, so side columns make no edit."""
    return digest({"format": FORMAT, **{name: content[name] for name in CONTENT_FIELDS}})


def is_content(content: Row, body: bytes, told: str) -> bool:
    """Whether `content_digest` of this row, whose body is at hand as UTF-8, is `told`: many times as fast."""
    rest = canonical_json({"format": FORMAT, **{name: content[name] for name in CONTENT_FIELDS}, "body": None})
    head, tail = rest.split('"body":null', 1)  # inside a value its quotes would be escaped
    escaped = body.replace(b"\\", b"\\\\").replace(b'"', b'\\"').replace(b"\n", b"\\n")
    if sha256(b"".join((head.encode(), b'"body":"', escaped, b'"', tail.encode()))).hexdigest() == told:
        return True
    return (
        content_digest({**content, "body": body.decode(errors="replace")}) == told
    )  # other characters are escaped too


def extra_digest(content: Row) -> str:
    """The hash of what stands beside the content in a row of `contents`."""
    return _extra_digest(*(content[name] for name in EXTRA_FIELDS))


@lru_cache(maxsize=64)  # most rows have nothing there
def _extra_digest(*values: str | None) -> str:
    return digest({"format": FORMAT, **dict(zip(EXTRA_FIELDS, values, strict=True))})


def version_digest(version: Row, key: str, raw_sha256: Sequence[str]) -> str:
    """The hash of a row of `versions` of the document named `key`, read from pages with these hashes.

    It is made of hashes alone, so that a text can be erased on a lawful request and the chain still verifies.
    """
    named = ("version", "change", "captured_at", "observed_at", "content_sha256", "page_text_sha256", "extra_sha256")
    told = {name: version[name] for name in (*named, "layout", "cleaner", "prev_hash")}
    return digest({"format": FORMAT, "key": key, "raw_sha256": list(raw_sha256), **told})
