"""Any Chinese article page without knowledge of its site: the body by known containers, else by its punctuation.

The body is the element whose own paragraphs hold the most Chinese punctuation outside of links; a parent only wins over
a child where it adds paragraphs of its own. Titles come from the heading that agrees with `<title>`.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence

from resiliparse.parse.html import TEXT, ElementNode, HTMLTree

from scrapers.clean import one_line
from scrapers.dates import find_date

CONTAINERS = (
    ".TRS_Editor, .trs_editor_view, .post_body, #endText, #zoom, #Zoom, #ozoom, founder-content, #artibody, #js_content, "
    "#vsb_content, .v_news_content, .rm_txt_con, .article-content, .article_content, #UCAP-CONTENT, .pages_content"
)
_PUBLISHED = ("PubDate", "publishdate", "article:published_time", "og:release_date", "weibo:article:create_at")
_PUNCTUATION = re.compile("[，。；：？！、“”《》,;?!]")
_STAMP = re.compile(r"(?:发布|发表|更新|时间|日期)[^\d]{0,8}")
_ORIGIN = re.compile(r"(?:稿件|信息|文章|新闻)?来源\s*[：:]\s*([^\s|｜<>：:]{2,30})")
_ERROR_TITLE = re.compile(r"404|not found|页面不存在|找不到|已删除|无法访问|访问出错", re.I)


def body(tree: HTMLTree) -> ElementNode | None:
    """The element that holds the article, or None where no element reads like one."""
    if tree.document is None or tree.body is None:
        return None
    known = [found for found in tree.document.query_selector_all(CONTAINERS) if _score(found) > 0]
    if known:
        return max(known, key=_score)
    scores: dict[ElementNode, float] = defaultdict(float)
    for paragraph in tree.body.query_selector_all("p, div, td, section, article, span"):
        own = _own_score(paragraph)
        holder = paragraph.parent_element if paragraph.tag in ("p", "span") else paragraph
        if own > 0 and holder is not None:
            scores[holder] += own
            above = holder.parent_element
            if above is not None:
                scores[above] += own / 2
    return max(scores, key=lambda node: scores[node], default=None)


def title(tree: HTMLTree) -> str | None:
    """The heading that `<title>` begins with or holds, else `<title>` up to its site name."""
    whole = one_line(tree.title or "")
    headings = (
        [one_line(node.text or "") for node in tree.document.query_selector_all("h1, h2, h3")] if tree.document else []
    )
    agreed = [heading for heading in headings if len(heading) > 3 and heading in whole]
    return max(agreed, key=len, default=None) or re.split(r"\s*[_|–—]\s*|\s+-\s+", whole)[0] or None


def published(lines: Sequence[str], meta: Mapping[str, str]) -> str | None:
    """The date that a meta tag or a labelled line tells; a date that merely stands in the text is no date of the page."""
    for name in _PUBLISHED:
        found = find_date(meta.get(name.lower(), ""))
        if found:
            return found
    for line in lines:
        for label in _STAMP.finditer(line):
            found = find_date(line[label.end() : label.end() + 24])
            if found:
                return found
    return None


def origin(lines: Sequence[str]) -> str | None:
    """What the first line that says 来源： names."""
    return next((found[1] for line in lines if (found := _ORIGIN.search(line))), None)


def is_error_page(title: str | None, text: str) -> bool:
    """A page that says it does not exist though it was served with status 200."""
    return bool(title and _ERROR_TITLE.search(title)) and len(text) < 300


def _score(node: ElementNode) -> float:
    text = node.text or ""
    links = sum(len(link.text or "") for link in node.query_selector_all("a"))
    return len(_PUNCTUATION.findall(text)) * (1 - links / max(len(text), 1))


def _own_score(node: ElementNode) -> float:
    """The score of the text that stands directly in `node` or in its inline children."""
    text = "".join(child.value or "" for child in node.child_nodes if child.type == TEXT)
    if node.tag in ("p", "span"):
        text = node.text or ""
        if node.tag == "span" and node.parent_element is not None and node.parent_element.tag in ("p", "span", "a"):
            return 0
    linked = sum(len(link.text or "") for link in node.query_selector_all("a")) if node.tag == "p" else 0
    if not text or linked * 2 > len(text):
        return 0
    return float(len(_PUNCTUATION.findall(text)))
