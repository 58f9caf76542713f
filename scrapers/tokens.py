"""A parsed page as a flat stream of tokens: the parser's own, well-formed HTML, split at its angle brackets.

Walking Resiliparse's tree from Python costs 7 µs a node, as each becomes an object; splitting what it prints costs 0.5 µs a
tag and sees the same tree, with every tag closed and every bracket in a text or an attribute escaped.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import unescape

from resiliparse.parse.html import DocumentNode, ElementNode

VOID = frozenset(["", *"area base br col embed hr img input link meta param source track wbr".split()])
"""Elements without an end; the empty name is what is left of a broken one, such as `<p</div>`."""
UNREAD = frozenset(
    "script style noscript template iframe object svg math textarea button select head title noframes video audio".split()
)

MOST_ATTRIBUTES = 4_000
"""Characters of an element's attributes; of more, those that hold data are dropped."""

Token = tuple[str, str, str]
"""(its name, the tag as printed between its brackets, the text up to the next tag); an end's name begins with a slash."""

_RAW = re.compile(
    r"<!--[^-]*(?:-(?!->)[^-]*)*-->"
    r"|<(script|style|iframe|xmp|noembed|noframes|plaintext)\b[^>]*>[^<]*(?:<(?!/\1>)[^<]*)*</\1>"
)
"""Comments, and elements whose text is printed as it is. Written so that every character is looked at once."""
_ATTRIBUTES = re.compile(r'([^\s=>"]+)="([^"]*)"')


def tokens(node: ElementNode) -> list[Token]:
    """The tokens of an element and all that is in it, scripts and comments left out; a line of a `<pre>` begins with a `<br>`.
    Takes linear time at any depth."""
    html = _RAW.sub("", node.html)
    if html.count("<") == html.count(">"):
        pieces = html.replace(">", "<").split("<")
        heads, texts = pieces[1::2], pieces[2::2]
    else:  # the name of an attribute holds a bracket, which the parser prints as it is
        parts = [piece.partition(">") for piece in html.split("<")[1:]]
        heads, texts = [head for head, _, _ in parts], [text for _, _, text in parts]
    if max(map(len, heads), default=0) >= MOST_ATTRIBUTES:
        heads = [head if len(head) < MOST_ATTRIBUTES else _without_long(head) for head in heads]
    found = list(zip([head.partition(" ")[0] for head in heads], heads, texts, strict=True))
    return _with_lines(found) if "<pre" in html else found


def _with_lines(stream: Sequence[Token]) -> list[Token]:
    """The tokens, those of a `<pre>` split where its lines end."""
    found = []
    in_pre = 0
    for tag, head, text in stream:
        in_pre += (tag == "pre") - (tag == "/pre")
        first, *lines = text.split("\n") if in_pre else (text,)
        found.append((tag, head, first))
        found += [("br", "br", line) for line in lines]
    return found


def _without_long(head: str) -> str:
    """A tag without the values that are data, such as a picture spelled out."""
    held = [f'{name}="{value}"' for name, value in _ATTRIBUTES.findall(head) if len(value) < 2_000]
    return " ".join([head.partition(" ")[0], *held])


def end_of(stream: Sequence[Token], start: int) -> int:
    """The index of the token that ends the element which starts at `start`: its own where it can hold nothing."""
    if stream[start][0] in VOID:
        return start
    depth = 0
    for n in range(start, len(stream)):
        tag = stream[n][0]
        if tag[:1] == "/":
            depth -= 1
            if depth == 0:
                return n
        elif tag not in VOID:
            depth += 1
    return len(stream) - 1


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
    return text.replace("&nbsp;", "\xa0").replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
