"""What an article of a WeChat public account tells in its scripts alone: its day and its account are shown by them."""

from __future__ import annotations

import re
from datetime import datetime
from html import unescape

from scrapers.dates import SHANGHAI

MARK = 'id="js_content"'
"""Where such a page puts its article; copies of it on other sites have no such scripts."""

_TIME = re.compile(r"""\bcreateTime\s*=\s*['"](20\d\d-\d\d-\d\d \d\d:\d\d)['"]""")
_SECONDS = re.compile(r"""\b(?:ct|oriCreateTime)\s*=\s*['"](\d{10})['"]""")
_ACCOUNT = re.compile(
    r"""\bid="js_name"[^<>]*>\s*([^<>\s][^<>]{0,38}[^<>\s])\s*<|\bnickname\s*=\s*(?:htmlDecode\()?["']([^"'<>]{2,40})["']"""
)


def told(text: str) -> dict[str, str]:
    """As meta tags, what the source of a page tells: `wechat:time` in Beijing's, `wechat:account`; empty for any other page."""
    if MARK not in text:
        return {}
    found = {}
    if at := _TIME.search(text):
        found["wechat:time"] = at[1]
    elif seconds := _SECONDS.search(text):
        found["wechat:time"] = datetime.fromtimestamp(int(seconds[1]), SHANGHAI).strftime("%Y-%m-%d %H:%M:%S")
    if account := _ACCOUNT.search(text):
        found["wechat:account"] = unescape(account[1] or account[2]).strip()
    return found
