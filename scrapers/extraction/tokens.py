"""A parsed page as a flat stream of tokens: the parser's own, well-formed HTML, split at its angle brackets.

Walking Resiliparse's tree from Python costs 7 µs a node, as each becomes an object; splitting what it prints costs 0.5 µs a
tag and sees the same tree, with every tag closed and every bracket in a text or an attribute escaped.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape

from resiliparse.parse.html import DocumentNode, ElementNode

OTHER, OTHER_END, ALONE, BLOCK, BLOCK_END, BREAK, LINK, LINK_END, UNREAD, UNREAD_END = range(10)
"""What a tag is to a reader: the start or the end of an element, of one that has no end, of one that begins a paragraph of
its own, a mere line break, a link, and what holds no text to read."""

STEP = (1, -1, 0, 1, -1, 0, 1, -1, 1, -1)
"""How much deeper in the page a tag of each kind leads."""

BLOCKS = frozenset(
    "address article aside blockquote body caption center dd details div dl dt fieldset figcaption figure footer form "
    "founder-content h1 h2 h3 h4 h5 h6 header legend li main nav ol option p pre section summary table tbody td "
    "tfoot th thead tr ul".split()
)


class _Kinds(dict[str, int]):
    """The kind of each tag by its name; of one that is not known, by its slash."""

    def __missing__(self, tag: str) -> int:
        return OTHER_END if tag.startswith("/") else OTHER


def _kinds() -> _Kinds:
    alone = "area base basefont bgsound col embed frame img input keygen link meta param source track wbr"
    unread = (
        "script style noscript template iframe object svg math textarea button select head title noframes video audio"
    )
    # "" is left of `<p</div>`
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
"""The kinds of tags at which a paragraph ends."""

MOST_ATTRIBUTES = 4_000
"""Characters of an element's attributes; of more, those that hold data are dropped."""

Token = tuple[str, str, str]
"""One tag: its name (an end's begins with a slash), the tag as printed between its brackets, the text up to the next tag."""


@dataclass(frozen=True, slots=True, eq=False)
class Tokens:
    """The tags of a page in page order, as columns of one length."""

    tags: list[str]
    heads: list[str]
    texts: list[str]
    kinds: bytes

    @classmethod
    def of(cls, tags: list[str], heads: list[str], texts: list[str]) -> Tokens:
        """With the kind of each tag."""
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
"""Comments, and elements whose text is printed as it is; a frame may show a file. Written so that every character is looked at
once."""
_TAG = re.compile(r"<([^>]*)>([^<]*)")
_ATTRIBUTES = re.compile(r'([^\s=>"]+)="([^"]*)"')


def tokens(node: ElementNode) -> Tokens:
    """The tokens of an element and all that is in it, scripts and comments left out; a line of a `<pre>` begins with a `<br>`.
    Takes linear time at any depth."""
    html = node.html
    html = _RAW.sub(_frame if "<iframe" in html else "", html)
    html = html.replace("&nbsp;", "\xa0")  # white space is told from words by its characters
    pieces = html.replace(">", "<").split("<")
    heads, texts = pieces[1::2], pieces[2::2]
    if 2 * html.count("<") + 1 != len(pieces):
        # the name of an attribute holds a bracket, which the parser prints as it is
        parts = _TAG.findall(html)
        heads, texts = [head for head, _ in parts], [text for _, text in parts]
    if max(map(len, heads), default=0) >= MOST_ATTRIBUTES:
        heads = [head if len(head) < MOST_ATTRIBUTES else _without_long(head) for head in heads]
    tags = [head.partition(" ")[0] for head in heads]
    found = Tokens.of(tags, heads, texts)
    return _with_lines(found) if "<pre" in html else found


def _frame(raw: re.Match[str]) -> str:
    """What is kept of an element whose text is printed as it is: the tags of a frame."""
    return f"<{raw[2]}</iframe>" if raw[2] else ""


def _with_lines(stream: Tokens) -> Tokens:
    """The tokens, those of a `<pre>` split where its lines end."""
    found: list[Token] = []
    in_pre = 0
    for tag, head, text in stream:
        in_pre += (tag == "pre") - (tag == "/pre")
        first, *lines = text.split("\n") if in_pre else (text,)
        found.append((tag, head, first))
        found += [("br", "br", line) for line in lines]
    return Tokens.of(*map(list, zip(*found, strict=True)))


def _without_long(head: str) -> str:
    """A tag without the values that are data, such as a picture spelled out."""
    held = [f'{name}="{value}"' for name, value in _ATTRIBUTES.findall(head) if len(value) < 2_000]
    return " ".join([head.partition(" ")[0], *held])


def end_of(kinds: bytes, start: int) -> int:
    """The index of the token that ends the element which starts at `start`: its own where it can hold nothing."""
    depth = 0
    for n in range(start, len(kinds)):
        depth += STEP[kinds[n]]
        if depth <= 0:
            return n
    return len(kinds) - 1


def links(stream: Tokens) -> Iterator[tuple[str, str]]:
    """The tag and the words of each link of a page, as printed."""
    for n, kind in enumerate(stream.kinds):
        if kind == LINK:
            yield stream.heads[n], "".join(stream.texts[n : end_of(stream.kinds, n)])


def select(node: ElementNode | DocumentNode, selector: str) -> list[ElementNode]:
    """The elements that a CSS selector finds, in page order. Going through the parser's own list takes quadratic time."""
    return list(node.query_selector_all(selector)[:])


def attribute(head: str, name: str) -> str:
    """The value of an attribute of a tag as printed, or an empty string."""
    if name not in head:
        return ""
    return next((unescape(value) for key, value in _ATTRIBUTES.findall(head) if key == name), "")


def text_of(text: str) -> str:
    """The characters of a text: the parser prints no other entities than these."""
    if "&" not in text:
        return text
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
