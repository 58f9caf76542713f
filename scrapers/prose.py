"""One element of a page to paragraphs, pictures and attachments: the printed form of a body.

A paragraph ends where a block element or a `<br>` does; a row of a table of data is one paragraph, its cells joined by
` | `; a table that only lays out its content is read through. Alt texts are not part of the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from resiliparse.parse.html import ELEMENT, TEXT, ElementNode, Node

from scrapers.clean import clean
from scrapers.model import Problem
from scrapers.urls import normalise

BLOCKS = frozenset(
    "address article aside blockquote body caption center dd details div dl dt fieldset figcaption figure footer form "
    "h1 h2 h3 h4 h5 h6 header hr legend li main nav ol option p pre section select summary table tbody td tfoot th thead "
    "tr ul".split()
)
UNREAD = frozenset(
    "script style noscript template iframe object embed svg math textarea button input select head".split()
)
ATTACHMENT = re.compile(r"\.(?:pdf|docx?|xlsx?|pptx?|wps|et|dps|ofd|rtf|csv|zip|rar|7z)(?:[?#]|\Z)", re.I)

_PICTURE_ATTRIBUTES = ("data-src", "data-original", "data-echo", "src")
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.I)
_WHITE = re.compile(r"[ \t\r\n\f]+")


@dataclass(slots=True)
class Prose:
    """What stands in an element. Addresses are absolute, each once, in page order."""

    paragraphs: list[str] = field(default_factory=list)
    captions: list[str] = field(default_factory=list)
    images: list[str] = field(default_factory=list)
    attachments: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """One paragraph a line."""
        return "\n".join(self.paragraphs)


def read(root: ElementNode, base: str, drop: str | None = None, caption: str | None = None) -> Prose:
    """The prose of `root`. `drop` and `caption` are selectors: left out, and kept apart (their pictures stay)."""
    dropped = set(root.query_selector_all(drop)) if drop else set()
    captions = set(root.query_selector_all(caption)) if caption else set()
    prose = Prose()
    words: list[str] = []
    cells: list[str] | None = None

    def end_paragraph() -> None:
        if cells is not None:
            words.append(" ")
        elif words:
            text = line("".join(words))
            words.clear()
            if text:
                prose.paragraphs.append(text)

    for node, entering in _events(root, dropped, captions):
        if node.type == TEXT:
            words.append(node.value or "")
            continue
        assert isinstance(node, ElementNode)
        tag = node.tag or ""
        if node in captions and node != root:
            end_paragraph()
            _add_caption(node, base, prose)
        elif tag == "br":
            if entering:
                end_paragraph()
        elif tag == "tr" and (cells is not None or _is_data_row(node)):
            if entering:
                end_paragraph()
                cells = []
            elif cells is not None:
                if any(cells):
                    prose.paragraphs.append(" | ".join(cells))
                cells = None
                words.clear()
        elif tag in ("td", "th") and cells is not None:
            if not entering:
                cells.append(line("".join(words)))
            words.clear()
        elif tag in BLOCKS:
            end_paragraph()
        elif entering:
            _collect(node, tag, base, prose)
    end_paragraph()
    return prose


def line(text: str) -> str:
    """The text of one paragraph: HTML's white space is one space, the indentation of either end is gone."""
    return clean(_WHITE.sub(" ", text)).strip()


def _events(root: Node, dropped: set[ElementNode], whole: set[ElementNode]) -> Iterator[tuple[Node, bool]]:
    """Text nodes once, elements on entering and on leaving, those in `whole` once and not their insides; without recursion,
    however deep the page nests."""
    stack: list[tuple[Node, bool]] = [(root, True)]
    while stack:
        node, entering = stack.pop()
        if node.type == TEXT:
            yield node, True
            continue
        if entering and (node.type != ELEMENT or node.tag in UNREAD or node in dropped or _is_hidden(node)):
            continue
        yield node, entering
        if entering and (node == root or node not in whole):
            stack.append((node, False))
            stack.extend((child, True) for child in reversed(list(node.child_nodes)))


def _add_caption(node: ElementNode, base: str, prose: Prose) -> None:
    """A caption, or a table of pictures and captions: its lines, and what it holds of pictures and files."""
    inside = read(node, base)
    prose.captions += inside.paragraphs
    prose.images += [image for image in inside.images if image not in prose.images]
    prose.attachments += [file for file in inside.attachments if file not in prose.attachments]


def _is_hidden(node: Node) -> bool:
    return isinstance(node, ElementNode) and bool(_HIDDEN.search(node.get_attribute("style") or ""))


def _is_data_row(row: ElementNode) -> bool:
    """Two cells or more that hold no table and are not whole articles (at most three blocks a cell)."""
    cells = [child for child in row.children if child.tag in ("td", "th")]
    return len(cells) > 1 and all(
        cell.query_selector("table") is None and len(cell.query_selector_all("p, div, li")) <= 3 for cell in cells
    )


def _collect(node: ElementNode, tag: str, base: str, prose: Prose) -> None:
    if tag == "img":
        sources = (node.get_attribute(name) for name in _PICTURE_ATTRIBUTES)
        _add(prose.images, next((found for found in sources if found and not found.startswith("data:")), None), base)
    elif tag == "a" and ATTACHMENT.search(node.get_attribute("href") or ""):
        _add(prose.attachments, node.get_attribute("href"), base)


def _add(addresses: list[str], href: str | None, base: str) -> None:
    if not href:
        return
    try:
        address = normalise(href, base=base)
    except Problem:
        return  # a picture inside the mail program, a file on the editor's own disk
    if address not in addresses:
        addresses.append(address)
