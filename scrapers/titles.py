"""What `<title>` is made of: the title, and the names of column and site."""

from __future__ import annotations

import re

SEPARATOR = re.compile(r"\s*[_|｜]+\s*|\s+[-–—]+\s+|\s*--+\s*|(?<!\d)-(?=[^-_|]{2,20}\Z)|\s*[>»]+\s*")
"""What stands between a title and the names of column and site in `<title>`. A dash between words may be the title's own."""

_SITE_NAME = (
    r"[^\W_]{2,24}(?:网|网站|门户|政府|管委会|管理委员会|开发区|高新区|产业园|日报|晚报|早报|时报|报|电子报|数字报|在线"
    "|官网|首页|平台|局|厅|公司|集团|协会|学会|商会|大学|学院|研究院|研究所|办公室|法院|检察院)"
)
_NAME_LAST = re.compile(rf"(.{{6,}}?)\s*(?:——|[·丨»:：–])\s*{_SITE_NAME}\Z")
"""A title and, behind a mark that may be the title's own, the name of a site."""


def parts(whole: str) -> list[str]:
    """The parts of `<title>`, the title first: some sites print their own name in front."""
    found = [part.strip() for part in SEPARATOR.split(_NAME_LAST.sub(r"\1", whole)) if part.strip()]
    is_last = len(found) > 1 and is_site(found[0]) and not is_site(found[-1]) and len(re.findall(r"\w", found[-1])) > 3
    return found[::-1] if is_last else found


def is_site(text: str) -> bool:
    """Whether a text reads like the name of a site, an office or a firm; so do some titles."""
    return re.fullmatch(_SITE_NAME, text) is not None
