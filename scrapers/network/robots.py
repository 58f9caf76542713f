"""The rules of a robots.txt (RFC 9309), from its bytes. Pure functions."""

from __future__ import annotations

from protego import Protego

AGENT = "Gaoxin"
"""Our name in robots.txt."""
MOST_BYTES = 500 * 1024
"""The number of a robots.txt's bytes that are read, in whole lines; the minimum in RFC 9309."""


def told(body: bytes) -> str:
    """The text of a robots.txt that counts. Empty for an HTML page in its place, which holds no rules."""
    if len(body) > MOST_BYTES:
        body = body[: body.rfind(b"\n", 0, MOST_BYTES) + 1]
    text = body.decode("utf-8-sig", "replace")
    return "" if text.lstrip().startswith("<") else text


def parsed(text: str) -> Protego:
    """Parse the rules; an empty text allows everything."""
    return Protego.parse(text)


def crawl_delay(rules: Protego) -> float:
    """The seconds between requests that a site asks for, or 0."""
    return float(rules.crawl_delay(AGENT) or 0)


def refusal(rules: Protego, url: str, longest_delay: float) -> str | None:
    """Why `url` may not be fetched, as the end of a sentence that begins "robots.txt of <host>"; None where it may."""
    if not rules.can_fetch(url, AGENT):
        return "does not want it fetched"
    if crawl_delay(rules) > longest_delay:
        return f"asks for {crawl_delay(rules):g} s between requests: it is left out, as {longest_delay:g} s is the most"
    return None
