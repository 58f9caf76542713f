"""What is hashed is canonical JSON: as `json` writes it, the same as in the first archive."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.hashes import (
    CONTENT_FIELDS,
    VERSION_FIELDS,
    content_digest,
    extra_digest,
    is_content,
    is_version,
    object_sql,
    version_digest,
)

COLUMNS = "title published_at origin author editor body images attachments".split()
TEXTS = st.text(st.characters(exclude_categories=["Cs"])) | st.text('ab\\"\n\t\x00\x1f\x7f{}:null')


def canonical(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def hashed(value: dict[str, object]) -> str:
    return sha256(canonical({"format": 1, **value}).encode()).hexdigest()


def told(row: Mapping[str, object], names: Sequence[str], **others: str) -> bytes:
    """What SQLite tells of a row that has these columns."""
    columns = ", ".join(f"? AS {name}" for name in names)
    with closing(sqlite3.connect(":memory:")) as conn:
        values = [row[name] for name in names]
        found = conn.execute(f"SELECT {object_sql(names, 't', **others)} FROM (SELECT {columns}) t", values).fetchone()
    return bytes(found[0])


def told_content(content: Mapping[str, object]) -> bytes:
    return told({"format": None, **content}, CONTENT_FIELDS, body="NULL")


@given(st.fixed_dictionaries(dict.fromkeys(COLUMNS, TEXTS | st.none())))
def test_a_content_is_hashed_as_json_writes_it(content: dict[str, object]) -> None:
    assert {*CONTENT_FIELDS} == {*COLUMNS, "format"}
    assert content_digest(content) == hashed(content)


@given(TEXTS | st.none(), TEXTS | st.none())
def test_what_stands_beside_a_content_is_hashed_as_json_writes_it(body: str | None, extra: str | None) -> None:
    row = {"body_published": body, "extra": extra}
    assert extra_digest(row) == hashed(row)


@given(
    st.dictionaries(st.sampled_from(VERSION_FIELDS), TEXTS | st.none()),
    st.integers(1, 2**63 - 1),
    TEXTS,
    st.lists(TEXTS),
)
def test_a_version_is_hashed_as_json_writes_it(
    values: dict[str, object], number: int, key: str, pages: list[str]
) -> None:
    version = dict.fromkeys(VERSION_FIELDS) | values | {"version": number, "key": key, "raw_sha256": pages, "format": 1}
    assert version_digest({**version, "id": 7}, key, pages) == hashed(version)
    row = told({**version, "raw_sha256": None}, VERSION_FIELDS, raw_sha256="NULL")
    assert is_version(row, pages, hashed(version))
    assert not is_version(row, [*pages, ""], hashed(version))


@given(st.fixed_dictionaries(dict.fromkeys(COLUMNS, TEXTS | st.none())))
def test_sqlite_tells_a_row_as_json_writes_it(content: dict[str, object]) -> None:
    row = {"format": 1, **content}
    assert told(row, CONTENT_FIELDS) == canonical(row).encode()


def test_what_a_damaged_file_tells_in_place_of_a_text_matches_nothing() -> None:
    content = dict.fromkeys(COLUMNS) | {"body": "正文"}
    digest = content_digest(content)
    for damaged in (1.5, 7):
        assert not is_content(told_content({**content, "title": damaged}), "正文".encode(), digest)
    for damaged in (b"\xff", b""):
        with pytest.raises(sqlite3.DatabaseError):
            told_content({**content, "title": damaged})


def test_bytes_that_are_no_text_match_no_hash() -> None:
    content = dict.fromkeys(COLUMNS) | {"body": "\ufffd"}
    assert is_content(told_content(content), "\ufffd".encode(), content_digest(content))
    assert not is_content(told_content(content), b"\xff", content_digest(content))


@given(TEXTS, TEXTS, TEXTS)
def test_the_quick_way_to_check_a_content_agrees_with_the_plain_one(title: str, body: str, other: str) -> None:
    content: dict[str, str | None] = dict.fromkeys(COLUMNS) | {"title": title, "author": other, "body": body}
    assert is_content(told_content(content), body.encode(), content_digest(content))
    assert is_content(told_content(content), other.encode(), content_digest(content)) is (body == other)


@given(
    st.dictionaries(st.sampled_from(["page_text", "extra", "body_published", "layout", "sha256"]), st.text()),
    st.text(),
)
def test_a_content_hash_depends_on_the_content_alone(beside: dict[str, str], body: str) -> None:
    content = dict.fromkeys(("title", "published_at", "origin", "author", "editor", "images", "attachments"))
    body = body.encode(errors="ignore").decode()
    assert content_digest({**content, "body": body}) == content_digest({**beside, **content, "body": body})
    assert content_digest({**content, "body": body}) != content_digest({**content, "body": body + "。"})


def test_a_content_hash_is_what_it_was_when_the_first_archive_was_made() -> None:
    content = {"title": "标题", "published_at": None, "origin": "", "author": "a", "editor": None, "body": "正文\n二",
               "images": "[]", "attachments": "[]"}  # fmt: skip
    written = (
        '{"attachments":"[]","author":"a","body":"正文\\n二","editor":null,"format":1,"images":"[]","origin":"",'
        '"published_at":null,"title":"标题"}'
    )
    assert canonical({"format": 1, **content}) == written
    assert content_digest(content) == "b0d43ff50bea014f4578f20954fbf3919188d6eb3e9545232a8f0b21884d1591"
