"""What must hold of anything that is read, however broken: a sound Bulletin or a typed outcome, and nothing else."""

from __future__ import annotations

import re

from scrapers.article import extract
from scrapers.clean import clean, one_line
from scrapers.model import Bulletin, Outcome, Unreadable
from scrapers.source import Source

URL = "http://h.cn/2026/03/1.html"

_MOMENT = re.compile(r"\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d)?\+08:00)?")


def outcome(data: bytes, content_type: str | None = None, source: Source | None = None) -> Bulletin | Outcome:
    """The bulletin on a page, or the outcome of what is none; asserts that it is sound. Any other error is the page's find."""
    try:
        bulletin = extract(data, URL, content_type, source)
    except Unreadable as error:
        assert str(error)
        return error.outcome
    assert_sound(bulletin)
    return bulletin


def assert_sound(bulletin: Bulletin) -> None:
    """Text that any archive can hold: valid, clean, no lost characters, a date that is one."""
    names = (bulletin.title, bulletin.origin, bulletin.author, bulletin.editor)
    for text in filter(None, (*names, bulletin.body, bulletin.page_text, bulletin.body_published)):
        text.encode()
        assert "\ufffd" not in text
        assert clean(text) == text
    for text in filter(None, names):
        assert one_line(text) == text
    for address in (*bulletin.images, *bulletin.attachments):
        address.encode()
        assert address.startswith(("http://", "https://"))
    assert bulletin.published_at is None or _MOMENT.fullmatch(bulletin.published_at)
    assert bulletin.body or bulletin.images or bulletin.attachments or bulletin.extra
