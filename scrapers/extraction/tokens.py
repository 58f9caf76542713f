"""A parsed page as a flat stream of tokens: the parser's well-formed HTML, split at its angle brackets.

Walking Resiliparse's tree from Python costs 7 µs a node, as each becomes an object. Splitting its printed HTML costs 0.5 µs a
tag and gives the same tree. In it every tag is closed, and brackets in texts and attributes are escaped.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape

from resiliparse.parse.html import DocumentNode, ElementNode

from scrapers.clean import one_line

OTHER, OTHER_END, ALONE, BLOCK, BLOCK_END, BREAK, LINK, LINK_END, UNREAD, UNREAD_END = range(10)
"""The kinds of tags. Inline elements, blocks, links and elements without readable text have a start and an end. Void elements
and line breaks have one tag."""

STEP = (1, -1, 0, 1, -1, 0, 1, -1, 1, -1)
"""The change in depth at a tag of each kind."""

BLOCKS = frozenset(
    "address article aside blockquote body caption center dd details div dl dt fieldset figcaption figure footer form "
    "founder-content h1 h2 h3 h4 h5 h6 header legend li main nav ol option p pre section summary table tbody td "
    "tfoot th thead tr ul".split()
)


class _Kinds(dict[str, int]):
    """The kind of each tag by its name; an unknown one is a start or an end by its slash."""

    def __missing__(self, tag: str) -> int:
        return OTHER_END if tag.startswith("/") else OTHER


def _kinds() -> _Kinds:
    alone = "area base basefont bgsound col embed frame img input keygen link meta param source track wbr"
    unread = (
        "script style noscript template iframe object svg math textarea button select head title noframes video audio"
    )
    # "" results from `<p</div>`
    known = _Kinds({"": ALONE, "br": BREAK, "hr": BREAK} | dict.fromkeys(alone.split(), ALONE))
    for start, names in (
        (OTHER, "span b strong i em u font"),
        (LINK, "a"),
        (UNREAD, unread),
        (BLOCK, " ".join(BLOCKS)),
    ):
        for name in names.split():
            known |= {name: start, f"/{name}": start + 1}
    return known


_KINDS = _kinds()
PARAGRAPH = frozenset([BLOCK, BLOCK_END, BREAK])
"""The kinds of tags that end a paragraph."""

MOST_ATTRIBUTES = 4_000
"""The maximum length of an element's attributes. Beyond that, values with inline data are dropped."""

Token = tuple[str, str, str]
"""One tag: its name (with a slash for an end), the printed tag without its brackets, and the text up to the next tag."""


@dataclass(frozen=True, slots=True, eq=False)
class Tokens:
    """The tags of a page in page order, as columns of equal length."""

    tags: list[str]
    heads: list[str]
    texts: list[str]
    kinds: bytes

    @classmethod
    def of(cls, tags: list[str], heads: list[str], texts: list[str]) -> Tokens:
        """Build from columns, adding the kind of each tag."""
        return cls(tags, heads, texts, bytes(map(_KINDS.__getitem__, tags)))

    def __len__(self) -> int:
        return len(self.tags)

    def __iter__(self) -> Iterator[Token]:
        return zip(self.tags, self.heads, self.texts, strict=True)

    def part(self, start: int, end: int) -> Tokens:
        """The tokens from `start` to before `end`."""
        cut = slice(start, end)
        return Tokens(self.tags[cut], self.heads[cut], self.texts[cut], self.kinds[cut])


_RAW = re.compile(
    r"<(?:!--[^-]*(?:-(?!->)[^-]*)*--"
    r"|(script|style|xmp|noembed|noframes|plaintext)\b[^>]*>[^<]*(?:<(?!/\1>)[^<]*)*</\1"
    r"|(iframe\b[^>]*>)[^<]*(?:<(?!/iframe>)[^<]*)*</iframe)>"
)
"""Comments, and elements with raw text; iframes may embed a file. Written so that every character is read once."""
_TAG = re.compile(r"<([^>]*)>([^<]*)")
_TAGS = re.compile("<[^<>]*>")
_ATTRIBUTES = re.compile(r'([^\s=>"]+)="([^"]*)"')


def tokens(node: ElementNode) -> Tokens:
    """The tokens of an element and its content, without scripts and comments. Line ends in a `<pre>` become `<br>` tags.
    Linear time at any depth."""
    html = node.html
    html = _RAW.sub(_frame if "<iframe" in html else "", html)
    html = html.replace("&nbsp;", "\xa0")  # makes it count as white space
    pieces = html.replace(">", "<").split("<")
    heads, texts = pieces[1::2], pieces[2::2]
    if 2 * html.count("<") + 1 != len(pieces):
        # the parser does not escape a bracket in an attribute's name
        parts = _TAG.findall(html)
        heads, texts = [head for head, _ in parts], [text for _, text in parts]
    if max(map(len, heads), default=0) >= MOST_ATTRIBUTES:
        heads = [head if len(head) < MOST_ATTRIBUTES else _without_long(head) for head in heads]
    tags = [head.partition(" ")[0] for head in heads]
    found = Tokens.of(tags, heads, texts)
    return _with_lines(found) if "<pre" in html else found


def _frame(raw: re.Match[str]) -> str:
    """The replacement of an element with raw text: an iframe keeps its tags, others vanish."""
    return f"<{raw[2]}</iframe>" if raw[2] else ""


def _with_lines(stream: Tokens) -> Tokens:
    """The tokens, with those in a `<pre>` split at line ends."""
    found: list[Token] = []
    in_pre = 0
    for tag, head, text in stream:
        in_pre += (tag == "pre") - (tag == "/pre")
        first, *lines = text.split("\n") if in_pre else (text,)
        found.append((tag, head, first))
        found += [("br", "br", line) for line in lines]
    return Tokens.of(*map(list, zip(*found, strict=True)))


def _without_long(head: str) -> str:
    """A tag without inline data values, such as an embedded image."""
    held = [f'{name}="{value}"' for name, value in _ATTRIBUTES.findall(head) if len(value) < 2_000]
    return " ".join([head.partition(" ")[0], *held])


def end_of(kinds: bytes, start: int) -> int:
    """The index of the token that ends the element at `start`; `start` itself for a void element."""
    depth = 0
    for n in range(start, len(kinds)):
        depth += STEP[kinds[n]]
        if depth <= 0:
            return n
    return len(kinds) - 1


def links(stream: Tokens) -> Iterator[tuple[str, str]]:
    """The printed tag and the text of each link of a page."""
    for n, kind in enumerate(stream.kinds):
        if kind == LINK:
            yield stream.heads[n], "".join(stream.texts[n : end_of(stream.kinds, n)])


def select(node: ElementNode | DocumentNode, selector: str) -> list[ElementNode]:
    """The elements that a CSS selector matches, in page order. Iterating over the parser's own list takes quadratic time."""
    return list(node.query_selector_all(selector)[:])


def attribute(head: str, name: str) -> str:
    """The value of an attribute in a printed tag, or an empty string."""
    if name not in head:
        return ""
    return next((unescape(value) for key, value in _ATTRIBUTES.findall(head) if key == name), "")


def without_tags(value: str) -> str:
    """A value on one line, without the tags that some systems print in it. Linear time."""
    return one_line(_TAGS.sub(" ", value))


def text_of(text: str) -> str:
    """A text with its entities decoded; the parser prints only these three."""
    if "&" not in text:
        return text
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
