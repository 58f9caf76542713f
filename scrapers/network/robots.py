"""What a robots.txt says (RFC 9309): pure, from its bytes."""

from __future__ import annotations

from protego import Protego

AGENT = "Gaoxin"
"""The name that a robots.txt calls us by."""
MOST_BYTES = 500 * 1024
"""What is read of a robots.txt, in whole lines; RFC 9309 asks for as much."""


def told(body: bytes) -> str:
    """The text that counts of a robots.txt; empty where a page was answered in its place, which holds no rules."""
    if len(body) > MOST_BYTES:
        body = body[: body.rfind(b"\n", 0, MOST_BYTES) + 1]
    text = body.decode("utf-8-sig", "replace")
    return "" if text.lstrip().startswith("<") else text


def parsed(text: str) -> Protego:
    """The rules in a text; an empty one allows everything."""
    return Protego.parse(text)


def crawl_delay(rules: Protego) -> float:
    """The seconds between two requests that a site asks for; 0 where it asks for none."""
    return float(rules.crawl_delay(AGENT) or 0)


def refusal(rules: Protego, url: str, longest_delay: float) -> str | None:
    """Why `url` is not to be fetched, to follow the words "robots.txt of <host>"; None where it may be."""
    if not rules.can_fetch(url, AGENT):
        return "does not want it fetched"
    if crawl_delay(rules) > longest_delay:
        return f"asks for {crawl_delay(rules):g} s between requests: it is left out, as {longest_delay:g} s is the most"
    return None
