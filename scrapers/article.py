"""Bytes to a Bulletin: charset, one parse, the source's layouts, then the generic way.

    extract(data, url, source=find_source("nchdz")).title

A page whose layout finds nothing is read the generic way and says so in `layout`. What is no article raises Unreadable
with its outcome; it never becomes a bulletin by mistake.
"""

from __future__ import annotations

import html as entities
import re
from collections.abc import Mapping
from dataclasses import replace

from resiliparse.extract.html2text import extract_plain_text
from resiliparse.parse.html import HTMLTree, Node

from scrapers import generic, prose
from scrapers.charset import REPLACEMENT, decode
from scrapers.clean import one_line
from scrapers.dates import day_of, find_date
from scrapers.model import Bulletin, Outcome, Unreadable
from scrapers.source import Layout, Meta, Source, Where
from scrapers.uncloak import refine
from scrapers.urls import host

MOST_NESTED = 400
"""Printing is quadratic in depth: a page nested deeper is no article, and is refused before it is printed."""

_EDITOR = re.compile(
    r"[(\[]?\s*(?:责任编辑|责编|本文编辑|编辑)\s*[:|/丨]\s*([^\s()\[\]|:,。]{2,12}(?: [\u4e00-\u9fff](?![\u4e00-\u9fff]))?)"
)
_LABEL = re.compile(r"^\s*(?:(?:信息|稿件|文章)?来源|作者|记者|责任编辑|编辑|发布时间|发布日期|时间)\s*[:：]\s*")
_TAGS = re.compile(r"<[^>]*>")


def extract(data: bytes, url: str, content_type: str | None = None, source: Source | None = None) -> Bulletin:
    """The bulletin on one page.

    data          the page as it came; its charset is told by the bytes, `content_type` is only asked where they are silent
    url           its normalised address
    source        whose layouts to use; None for the generic way alone

    Raises Unreadable where the page is no article, or cannot be read without losing characters.
    """
    return read_text(decode(data, content_type), url, source)


def read_text(text: str, url: str, source: Source | None = None) -> Bulletin:
    """`extract` for a page that is text already."""
    tree = HTMLTree.parse(text)
    if tree.body is None or _is_nested_deeper_than(MOST_NESTED, tree):
        raise Unreadable(
            Outcome.NO_ARTICLE, f"{url} is no article: empty, or nested deeper than {MOST_NESTED} elements"
        )
    meta = _meta_tags(tree)
    bulletin = None
    for n, layout in enumerate(source.layouts if source else ()):
        bulletin = _by_layout(tree, meta, url, layout)
        if bulletin is not None:
            bulletin = replace(bulletin, layout=f"{source.name}[{n}]" if source else "")
            break
    bulletin = bulletin or _generically(tree, meta, url)
    bulletin = replace(
        bulletin, page_text=extract_plain_text(tree, main_content=True, list_bullets=True, alt_texts=True)
    )
    if source and source.tidy:
        bulletin = source.tidy(bulletin)
    return _checked(_named(refine(_with_editor(bulletin)), source))


def _by_layout(tree: HTMLTree, meta: Mapping[str, str], url: str, layout: Layout) -> Bulletin | None:
    """The bulletin where `layout` fits: its body stands there with text, pictures or a file, and its date is in its time."""
    assert tree.document is not None
    element = tree.document.query_selector(layout.body)
    if element is None:
        return None
    found = prose.read(element, url, drop=layout.drop, caption=layout.caption)
    published = find_date(_value(tree, meta, layout.published) or "")
    out_of_use = layout.until is not None and published is not None and day_of(published) > layout.until
    if out_of_use or not (found.paragraphs or found.images or found.attachments):
        return None
    return Bulletin(
        url=url,
        title=_value(tree, meta, layout.title) or generic.title(tree),
        published_at=published,
        origin=_value(tree, meta, layout.origin),
        author=_value(tree, meta, layout.author),
        editor=_value(tree, meta, layout.editor),
        body=found.text,
        images=tuple(found.images),
        attachments=tuple(found.attachments),
        extra={"captions": found.captions} if found.captions else {},
    )


def _generically(tree: HTMLTree, meta: dict[str, str], url: str) -> Bulletin:
    element = generic.body(tree)
    if element is None:
        raise Unreadable(
            Outcome.NO_ARTICLE, f"{url} holds no article that we can find: look at the page, or write a layout"
        )
    found = prose.read(element, url, caption="figcaption")
    title = generic.title(tree)
    if generic.is_error_page(title, found.text):
        raise Unreadable(Outcome.GONE, f"{url} says that the page does not exist, though its status is 200")
    return Bulletin(
        url=url,
        title=title,
        published_at=generic.published(tree, meta),
        origin=generic.origin(tree),
        body=found.text,
        images=tuple(found.images),
        attachments=tuple(found.attachments),
        extra={"captions": found.captions} if found.captions else {},
    )


def _value(tree: HTMLTree, meta: Mapping[str, str], where: Where | None) -> str | None:
    """One field on one line, its label and tags gone; None where the page leaves it empty."""
    if where is None:
        return None
    if isinstance(where, Meta):
        raw = next((meta[name.lower()] for name in where.names if meta.get(name.lower(), "").strip()), "")
    else:
        assert tree.document is not None
        element = tree.document.query_selector(where)
        raw = (element.text or "") if element is not None else ""
    return one_line(_LABEL.sub("", _TAGS.sub(" ", entities.unescape(raw)))) or None


def _meta_tags(tree: HTMLTree) -> dict[str, str]:
    """Meta tags by lower-case name; the first of a name that holds something wins."""
    assert tree.document is not None
    found: dict[str, str] = {}
    for tag in tree.document.query_selector_all("meta"):
        name = tag.get_attribute("name") or tag.get_attribute("property") or ""
        content = tag.get_attribute("content") or ""
        if name and not found.get(name.lower(), "").strip():
            found[name.lower()] = content
    return found


def _with_editor(bulletin: Bulletin) -> Bulletin:
    """The editor that the article itself names in one of its last lines; the line stays in the body."""
    if bulletin.editor:
        return bulletin
    last_lines = bulletin.body.split("\n")[-12:]
    names = (_EDITOR.search(line) for line in reversed(last_lines) if len(line) < 60)
    found = next((match[1] for match in names if match), None)
    return replace(bulletin, editor=found)


def _named(bulletin: Bulletin, source: Source | None) -> Bulletin:
    """`source`, for a page without a recipe, is its host; `cloaked` where a cloak was taken off."""
    if source is not None:
        return replace(bulletin, source=source.name)
    return replace(bulletin, source="cloaked" if bulletin.body_published is not None else host(bulletin.url))


def _checked(bulletin: Bulletin) -> Bulletin:
    texts = (bulletin.title, bulletin.origin, bulletin.author, bulletin.editor, bulletin.body, bulletin.page_text)
    if any(REPLACEMENT in text for text in texts if text):
        raise Unreadable(Outcome.CHARSET, f"{bulletin.url} holds bytes that are no characters: fetch it again")
    if not (bulletin.body or bulletin.images or bulletin.attachments):
        raise Unreadable(Outcome.NO_ARTICLE, f"{bulletin.url} holds neither text nor pictures nor files")
    return bulletin


def _is_nested_deeper_than(limit: int, tree: HTMLTree) -> bool:
    """Walks the tree without recursion: down to the first child, else on to the next sibling of the nearest ancestor."""
    node: Node | None = tree.body
    depth = 0
    while node is not None and depth <= limit:
        below = node.first_child
        if below is not None:
            node, depth = below, depth + 1
            continue
        while node is not None and depth > 0 and node.next is None:
            node, depth = node.parent, depth - 1
        node = node.next if node is not None and depth > 0 else None
    return depth > limit
