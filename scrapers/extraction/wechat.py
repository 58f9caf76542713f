"""The values that a WeChat public account's article holds only in its scripts, such as its date and account."""

from __future__ import annotations

import re
from datetime import datetime
from html import unescape

from scrapers.clean import one_line
from scrapers.dates import SHANGHAI

MARK = 'id="js_content"'
"""The box of the article on such a page. Copies on other sites have no such scripts."""

# Patterns that begin with plain letters are ten times as fast to search for as those that begin with a word boundary.
_TIME = re.compile(r"""createTime\s*=\s*['"](20\d\d-\d\d-\d\d \d\d:\d\d)['"]""")
_SECONDS = re.compile(r"""\b(?:ct|oriCreateTime)\s*=\s*['"](\d{10})['"]""")
_TITLE = re.compile(r"""id="activity-name"[^<>]*>\s*([^<>\s][^<>]{0,200})<""")
_META_TEXT = re.compile(r"""class="rich_media_meta rich_media_meta_text"[^<>]*>\s*([^<>\s][^<>]{0,40}?)\s*<""")
"""The date and the author in old articles."""
_SHOWN = re.compile(r"""id="(?:js_name|post-user)"[^<>]*>\s*([^<>\s][^<>]{0,38}[^<>\s])\s*<""")
_NICKNAME = re.compile(r"""nickname\s*=\s*(?:htmlDecode\()?["']([^"'<>]{2,40})["']""")


def told(text: str) -> dict[str, str]:
    """Values from a page's source, as meta tags: `wechat:time` in Beijing time, `wechat:title`, `wechat:author`,
    `wechat:account`. Empty for any other page."""
    if MARK not in text:
        return {}
    found = {}
    if at := _TIME.search(text):
        found["wechat:time"] = at[1]
    elif seconds := _SECONDS.search(text):
        found["wechat:time"] = datetime.fromtimestamp(int(seconds[1]), SHANGHAI).strftime("%Y-%m-%d %H:%M:%S")
    if title := _TITLE.search(text):
        found["wechat:title"] = one_line(unescape(title[1]))
    for name in _META_TEXT.findall(text):
        if not any(map(str.isdigit, name)):
            found["wechat:author"] = one_line(unescape(name))
    if account := _SHOWN.search(text) or _NICKNAME.search(text):
        found["wechat:account"] = unescape(account[1]).strip()
    return found
