"""The extractors that Gaoxin is measured beside, each as a function from a decoded page to what it says.

Each is called as its own documentation calls it for a Chinese article, comments left out where it can leave them out. One that
is not installed is reported, and left out of the table.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from lxml import html as lxml_html
from resiliparse.extract.html2text import extract_plain_text
from resiliparse.parse.html import HTMLTree

from scrapers.article import extract
from scrapers.model import Unreadable


@dataclass(frozen=True, slots=True)
class Said:
    """What an extractor says of a page; None for what it leaves empty."""

    text: str = ""
    title: str | None = None
    published_at: str | None = None
    origin: str | None = None
    author: str | None = None


Peer = Callable[[str], Said]


def gaoxin(page: str) -> Said:
    """The generic way alone, from bytes, with everything that a Bulletin holds: no recipe, no address that tells a site."""
    try:
        found = extract(page.encode(), "http://page.example/")
    except Unreadable:
        return Said()
    return Said(found.body, found.title, found.published_at, found.origin, found.author)


def bare_parse(page: str) -> Said:
    """lxml's parse and nothing else: a measure of time."""
    lxml_html.document_fromstring(page.encode(), parser=lxml_html.HTMLParser(encoding="utf-8"))
    return Said()


def peers() -> Iterator[tuple[str, Peer | str]]:
    """Every peer by name, as a function, or the sentence that says why it is not here."""
    yield "Resiliparse", _resiliparse
    for name, load in _LOADERS.items():
        try:
            yield name, load()
        except ImportError as error:
            yield name, f"{name} is not installed ({error.name or error})"


def _resiliparse(page: str) -> Said:
    tree = HTMLTree.parse(page)
    return Said(extract_plain_text(tree, main_content=True), tree.title or None)


def _trafilatura(fast: bool) -> Peer:
    from trafilatura import bare_extraction

    def run(page: str) -> Said:
        found: Any = bare_extraction(page, fast=fast, include_comments=False, with_metadata=True)
        return Said(found.text or "", found.title, found.date, found.sitename, found.author) if found else Said()

    return run


def _readability() -> Peer:
    from readability import Document

    def run(page: str) -> Said:
        document = Document(page)
        return Said(_text(document.summary()), document.short_title())

    return run


def _newspaper() -> Peer:
    import jieba  # what newspaper4k asks for on a Chinese page, and only then
    from newspaper import Article

    jieba.initialize()

    def run(page: str) -> Said:
        article = Article("http://page.example/", language="zh", fetch_images=False)
        article.download(input_html=page)
        article.parse()
        day = str(article.publish_date) if article.publish_date else None
        return Said(article.text, article.title, day, None, " ".join(article.authors))

    return run


def _gne() -> Peer:
    from gne import GeneralNewsExtractor

    extractor = GeneralNewsExtractor()

    def run(page: str) -> Said:
        found: Mapping[str, Any] = extractor.extract(page)
        tags = {name.lower(): value for name, value in found["meta"].items()}
        origin = tags.get("contentsource") or tags.get("source") or found["author"]  # one field of its own for either
        return Said(found["content"], found["title"], found["publish_time"], origin, found["author"])

    return run


def _justext() -> Peer:
    from justext import justext

    def run(page: str) -> Said:
        paragraphs = justext(page, frozenset(), stopwords_low=0, stopwords_high=0)  # it has no stop words for Chinese
        return Said("\n".join(paragraph.text for paragraph in paragraphs if not paragraph.is_boilerplate))

    return run


def _magic_html() -> Peer:
    from magic_html import GeneralExtractor

    extractor = GeneralExtractor()

    def run(page: str) -> Said:
        found: Mapping[str, Any] = extractor.extract(page, base_url="http://page.example/")
        return Said(_text(found["html"]), found.get("title"))

    return run


_LOADERS: dict[str, Callable[[], Peer]] = {
    "trafilatura fast": lambda: _trafilatura(fast=True),
    "trafilatura": lambda: _trafilatura(fast=False),
    "readability-lxml": _readability,
    "newspaper4k": _newspaper,
    "GNE": _gne,
    "jusText": _justext,
    "magic-html": _magic_html,
}


def _text(html: str) -> str:
    return str(lxml_html.document_fromstring(html).text_content()) if html.strip() else ""
