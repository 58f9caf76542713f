"""Converts one element of a page to paragraphs, images and attachments.

A paragraph ends at a block element or a `<br>`. A row of a data table is one paragraph with its cells two spaces apart, as in
the seed documents. Layout tables are ignored. Alt texts are not part of the text.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import unquote

from resiliparse.parse.html import ElementNode

from scrapers.clean import clean
from scrapers.extraction.boilerplate import is_hidden
from scrapers.extraction.tokens import LINK, PARAGRAPH, UNREAD, Tokens, attribute, end_of, select, text_of, tokens
from scrapers.model import Problem
from scrapers.urls import normalise

TYPES = "pdf|docx?|xlsx?|pptx?|wps|et|dps|ofd|rtf|csv|zip|rar|7z"
_ANY_CASE = re.sub("[a-z]", lambda letter: f"[{letter[0]}{letter[0].upper()}]", TYPES)  # twice as fast as IGNORECASE
ATTACHMENT = re.compile(rf'\.(?:{_ANY_CASE})(?:[?#&"\')]|\Z)')
"""The end of a file's address."""
_SPELLED = re.compile(rf"""['"(=]([^'"()=\s]{{1,300}}\.(?:{_ANY_CASE})(?:\?[^'"()\s]{{0,100}})?)(?=['")&#]|\Z)""")
"""A file's address inside a script call or query: `javascript:open('/a.doc')`, `viewer.html?file=/a.pdf`."""
_SHOWS = frozenset(["iframe", "embed", "object"])
_EMBEDDED = ("src", "data", "pdfsrc")
"""The attributes that embed a file: `<iframe src>`, `<embed src>`, `<object data>`, the viewer of a university CMS."""
FILE_NAME = re.compile(
    rf"^(?!\s*(?:https?:|www\.)).{{0,120}}\.({TYPES})(?![\w.])\W{{0,3}}(?:\d{{1,6}}(?:\.\d{{1,3}})?\s?[KMG]?B?\W{{0,3}})?\Z",
    re.IGNORECASE,
)
"""A link's text that is a file name, perhaps with its size. Some systems serve files by a script."""
MOST_NAMED = 160
"""The maximum length of a file's name."""
MARK = "data-gaoxin"
"""The attribute that marks a selector's elements in the tokens."""

_PICTURE_ATTRIBUTES = ("data-src", "data-original", "data-echo", "src")
_FILE_ICON = re.compile(r"fileTypeImages|/icon?_(?:docx?|xlsx?|pdf|pptx?|txt|zip|rar|hwp)\.\w+\Z", re.IGNORECASE)
_CELL = "\u241e"
"""Separates cells until white space is normalised: the symbol for record separator, which no publisher prints."""
_WHITE = re.compile(" {2,}")


@dataclass(slots=True)
class Seen:
    """The addresses seen in an element, as written and as normalised."""

    asked: set[str] = field(default_factory=set)
    found: set[str] = field(default_factory=set)


@dataclass(slots=True)
class Prose:
    """The content of an element. Addresses are absolute, each once, in page order."""

    paragraphs: list[str] = field(default_factory=list)
    captions: list[str] = field(default_factory=list)
    images: list[str] = field(default_factory=list)
    attachments: list[str] = field(default_factory=list)
    seen: Seen = field(default_factory=Seen, repr=False)

    @property
    def text(self) -> str:
        """One paragraph a line."""
        return "\n".join(self.paragraphs)


def read(root: ElementNode, base: str, drop: str | None = None, caption: str | None = None) -> Prose:
    """The prose of `root`. `drop` and `caption` are selectors of elements to leave out, and to keep apart (their
    images stay)."""
    marked = []
    for selector, mark in ((drop, "drop"), (caption, "caption")):
        for node in select(root, selector) if selector else ():
            if node != root:
                node.set_attribute(MARK, mark)
                marked.append(node)
    stream = tokens(root)
    for node in marked:
        node.remove_attribute(MARK)
    return read_tokens(stream, base)


def read_tokens(stream: Tokens, base: str) -> Prose:
    """The prose of one element's tokens. Hidden elements and those that `read` marks are left out or kept apart."""
    prose = Prose()
    words: list[str] = []
    cells: list[str] | None = None
    row_end = n = 0

    def end_paragraph() -> None:
        if cells is not None:
            words.append(" ")
        elif words:
            prose.paragraphs.append("".join(words))
            words.clear()

    tags, heads, texts, kinds = stream.tags, stream.heads, stream.texts, stream.kinds
    while n < len(kinds):
        tag, head, kind = tags[n], heads[n], kinds[n]
        if (tag in _SHOWS or "pdfsrc" in head) and ATTACHMENT.search(head):
            _add(prose.attachments, prose.seen, _embedded(head), base)
        if n and (kind == UNREAD or MARK in head or is_hidden(head)):
            end = end_of(kinds, n)
            if f'{MARK}="caption"' in head:
                end_paragraph()
                caption = stream.part(n, end + 1)
                caption.texts[-1] = ""  # the text after the element
                _add_caption(caption, base, prose)
            n = end
        elif kind not in PARAGRAPH:
            if tag == "img":
                _add_picture(head, base, prose)
            elif kind == LINK and is_file(stream, n):
                _add(prose.attachments, prose.seen, address_of(head), base)
        elif tag == "tr" and cells is None and is_data_row(stream, n):
            end_paragraph()
            cells, row_end = [], end_of(kinds, n)
        elif tag == "/tr" and cells is not None and n == row_end:
            prose.paragraphs.append(_CELL.join(cells))
            cells = None
        elif cells is not None and tag in ("/td", "/th"):
            cells.append("".join(words).strip())
            words.clear()
        elif cells is not None and tag in ("td", "th"):
            words.clear()
        else:
            end_paragraph()
        if text := texts[n]:
            words.append(text)
        n += 1
    end_paragraph()
    prose.paragraphs = lines(prose.paragraphs)
    return prose


def lines(paragraphs: Sequence[str]) -> list[str]:
    """Clean paragraphs from the parser's output: single spaces, no space at either end, no empty paragraph. Cleaning all at
    once takes a third of the time."""
    text = clean(text_of("\n".join(text.replace("\n", " ") for text in paragraphs)))
    text = _WHITE.sub(" ", text).replace(_CELL, "  ")
    return [stripped for text in text.split("\n") if (stripped := text.strip())]


def line(text: str) -> str:
    """The text of one paragraph."""
    return " ".join(lines([text]))


def is_data_row(stream: Tokens, start: int) -> bool:
    """Whether a row has two cells or more without tables or whole articles (at most three blocks a cell)."""
    cells = blocks = 0
    for tag in stream.tags[start + 1 : end_of(stream.kinds, start)]:
        if tag in ("td", "th"):
            cells, blocks = cells + 1, 0
        elif tag in ("p", "div", "li"):
            blocks += 1
        if tag == "table" or blocks > 3:
            return False
    return cells > 1


def _add_caption(stream: Tokens, base: str, prose: Prose) -> None:
    """Add the lines, images and files of a caption, or of a table of images and captions."""
    inside = read_tokens(stream, base)
    prose.captions += inside.paragraphs
    prose.images += [image for image in inside.images if image not in prose.images]
    prose.attachments += [file for file in inside.attachments if file not in prose.attachments]


def is_file(stream: Tokens, link: int) -> bool:
    """Whether the link at this token leads to a file, by its address or its text."""
    if ATTACHMENT.search(address_of(stream.heads[link])):
        return True
    words = "".join(stream.texts[link : end_of(stream.kinds, link)])
    return is_file_name(words)


def address_of(head: str) -> str:
    """The address of a link, also of a file that a script opens."""
    href = attribute(head, "href").strip()
    if href.lower().startswith("javascript:") or href in ("", "#"):
        spelled = _SPELLED.search(href) or _SPELLED.search(attribute(head, "onclick"))
        return spelled[1] if spelled else href
    return href


def _embedded(head: str) -> str | None:
    """The address of the file that an element embeds, or None."""
    for name in _EMBEDDED:
        told = unquote(attribute(head, name))
        if told and ATTACHMENT.search(told):
            spelled = _SPELLED.search(told) if re.search(r"[?&]\w+=", told) else None
            return spelled[1] if spelled else told
    return None


def is_file_name(words: str) -> bool:
    """Whether a link's text names a file."""
    return "." in words and len(words) < MOST_NAMED and FILE_NAME.search(words) is not None


def _add_picture(head: str, base: str, prose: Prose) -> None:
    sources = (attribute(head, name) for name in _PICTURE_ATTRIBUTES)
    shown = next((found for found in sources if found and not found.startswith("data:")), None)
    if shown and _FILE_ICON.search(shown):
        return
    _add(prose.images, prose.seen, shown, base)


def _add(addresses: list[str], seen: Seen, href: str | None, base: str) -> None:
    if not href or href in seen.asked:
        return
    seen.asked.add(href)
    try:
        address = normalise(href, base=base)
    except Problem:
        return  # an image inside the mail program, a file on the editor's own disk
    if address not in seen.found:
        seen.found.add(address)
        addresses.append(address)
