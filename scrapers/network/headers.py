"""What every request says of itself."""

from __future__ import annotations

import os
from urllib.parse import quote

from scrapers.network.encodings import ENCODINGS

SENT = {
    "Accept": "text/html, application/xhtml+xml, application/json;q=0.9, */*;q=0.5",
    "Accept-Language": "zh-CN, zh;q=0.9",
    "Accept-Encoding": ", ".join(ENCODINGS),  # the encodings whose completeness can be verified
    "Connection": "close",  # surplus bytes must never pass for the next response
}
_READABLE = " @:/+?&=#,;!*~-._"


def user_agent() -> str:
    """Who asks, and a contact from GAOXIN_CONTACT: an e-mail address or a page."""
    contact = os.environ.get("GAOXIN_CONTACT", "").strip()
    return (
        f"Gaoxin/0.1 (bulletin archive; {quote(contact, safe=_READABLE)})"
        if contact
        else "Gaoxin/0.1 (bulletin archive)"
    )
