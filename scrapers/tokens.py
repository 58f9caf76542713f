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
"""(tag, its attributes as printed, the text up to the next tag); the tag of an end begins with a slash."""

_RAW = re.compile(
    r"<!--[^-]*(?:-(?!->)[^-]*)*-->"
    r"|<(script|style|iframe|xmp|noembed|noframes|plaintext)\b[^>]*>[^<]*(?:<(?!/\1>)[^<]*)*</\1>"
)
"""Comments, and elements whose text is printed as it is. Written so that every character is looked at once."""
_TOKEN = re.compile("<([^ <>]*) ?([^<>]*)>?([^<]*)")
_ATTRIBUTES = re.compile(r'([^\s=>"]+)="([^"]*)"')


def tokens(node: ElementNode) -> list[Token]:
    """The tokens of an element and all that is in it, scripts and comments left out; a line of a `<pre>` begins with a `<br>`.
    Takes linear time at any depth."""
    html = _RAW.sub("", node.html)
    found: list[Token] = _TOKEN.findall(html)
    for n in [n for n, (_, attributes, _) in enumerate(found) if len(attributes) >= MOST_ATTRIBUTES]:
        tag, attributes, text = found[n]
        found[n] = (tag, _without_long(attributes), text)
    return _with_lines(found) if "<pre" in html else found


def _with_lines(stream: Sequence[Token]) -> list[Token]:
    """The tokens, those of a `<pre>` split where its lines end."""
    found = []
    in_pre = 0
    for tag, attributes, text in stream:
        in_pre += (tag == "pre") - (tag == "/pre")
        first, *lines = text.split("\n") if in_pre else (text,)
        found.append((tag, attributes, first))
        found += [("br", "", line) for line in lines]
    return found


def _without_long(attributes: str) -> str:
    """Attributes without the values that are data, such as a picture spelled out."""
    return " ".join(f'{name}="{value}"' for name, value in _ATTRIBUTES.findall(attributes) if len(value) < 2_000)


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


def attribute(attributes: str, name: str) -> str:
    """The value of an attribute of a token, or an empty string."""
    if name not in attributes:
        return ""
    return next((unescape(value) for key, value in _ATTRIBUTES.findall(attributes) if key == name), "")


def text_of(text: str) -> str:
    """The characters of a text: the parser prints no other entities than these."""
    if "&" not in text:
        return text
    return text.replace("&nbsp;", "\xa0").replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
