"""Title, date and origin of a page without knowledge of its site, and whether it says that it does not exist.

Each is looked for where publishers put it: the heading and `<title>`, meta tags, the lines around the article. A field that the
page does not tell stays empty; a name or a date that merely stands in the text is none of the page's own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from resiliparse.parse.html import HTMLTree

from scrapers.clean import one_line
from scrapers.dates import find_date
from scrapers.tokens import select

_PUBLISHED = (
    "pubdate publishdate publish_time article:published_time og:release_date weibo:article:create_at datepublished"
    " apub:time og:published_time _pubtime bytedance:published_time"
).split()
_STAMP = re.compile(r"(?:发布|发表|更新|时间|日期|刊发|来源)[^\d]{0,12}")
_ORIGIN = re.compile(r"(?:来源|稿源|出处|来自)\s*[:：]\s*([^\s|｜<>：:,，。;；(（\[【]{2,24})")
_THING = r"(?:页面|网页|文章|内容|信息|稿件|地址|链接)"
_LOST = r"(?:可能)?(?:已经?)?(?:不存在|找不到|没有找到|未找到|(?:被)?(?:删除|移除|下线|撤销)|失效)"
_ERROR_TITLE = re.compile(
    r"\W*(?:(?:error\s*)?40[34](?![\u4e00-\u9fff\d])|40[34]\s*(?:页面|错误|提示|找不到|未找到)|(?:page )?not found|出错了"
    rf"|错误提示|系统提示|提示信息|(?:您?(?:访问|查看|浏览|请求)的)?{_THING}{_LOST})\W*",
    re.IGNORECASE,
)
_ERROR_TEXT = re.compile(rf"{_THING}{_LOST}|not found", re.IGNORECASE)


def title(tree: HTMLTree, meta: Mapping[str, str]) -> str | None:
    """The heading that `<title>` begins with or holds, else `<title>` up to its site name."""
    whole = one_line(tree.title or "")
    assert tree.document is not None
    headings = [one_line(node.text or "") for node in select(tree.document, "h1, h2, h3")]
    agreed = [heading for heading in headings if len(heading) > 3 and heading in whole]
    return max(agreed, key=len, default=None) or re.split(r"\s*[_|–—]\s*|\s+-\s+|-(?=[^-]*$)", whole)[0] or None


def published(lines: Iterable[str], meta: Mapping[str, str]) -> str | None:
    """The date that a meta tag or a labelled line tells; a date that merely stands in the text is no date of the page."""
    for name in _PUBLISHED:
        found = find_date(meta.get(name, ""))
        if found:
            return found
    for text in lines:
        for label in _STAMP.finditer(text):
            found = find_date(text[label.end() : label.end() + 24])
            if found:
                return found
    return None


def origin(lines: Iterable[str]) -> str | None:
    """What the first line that says 来源： names."""
    return next((found[1] for text in lines if (found := _ORIGIN.search(text))), None)


def is_error_page(title: str | None, text: str) -> bool:
    """A page that says it does not exist though it was served with status 200: its whole title says so, or its few words do
    under a title that says nothing else. A bulletin about 404 patents is none."""
    name = re.split(r"[_|–—-]", title or "")[0].strip()
    says_so = bool(_ERROR_TITLE.match(name)) and len(name) < 24
    return len(text) < 300 and says_so and (bool(_ERROR_TITLE.fullmatch(name)) or bool(_ERROR_TEXT.search(text)))
