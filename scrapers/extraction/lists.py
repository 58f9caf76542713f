"""Lists, indexes and home pages: they lead to articles, but are none."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import islice
from urllib.parse import urlsplit

from scrapers.clean import squeeze
from scrapers.dates import find_date
from scrapers.extraction import prose, titles, tokens
from scrapers.extraction.outline import HEADLINE, MOST_LINES, Block, is_headline, lines, outline
from scrapers.extraction.tokens import Tokens
from scrapers.model import Bulletin

SHORT = 200
"""A body of this length is an article, unless its lines look like rows."""
LONG = 4000
"""A longer body is never a list of headlines."""
LEAD = 400
"""The maximum length of a column's text above its rows."""
ROWS = 5
"""The minimum number of rows of a list."""
TEASERS = 3
"""The minimum number of rows that each have a text, and a day or a link to the whole article."""
MOST_LINKS = 1000
"""The maximum number of links that are checked; a page with more is judged by its first ones."""

FRAME_LINE = re.compile(
    r"版权所有|备案|ICP|公网安备|标识码|技术支持|[主承]办单位|网站管理|运行维护|邮编|办公地址|浏览器|分辨率|(?:首页|位置).*[>›»]"
)
"""A line of a site's frame: its footer, a breadcrumb."""
_DAY = re.compile(r"(?<!\d)(?:(?:19|20)\d\d[-/.年])?[01]?\d[-/.月][0-3]?\d日?(?!\d)")
_FRONT = re.compile(r"^[\W\d年月日]+")
_MARKS = re.compile("[，。；：？！、,;?!]")
_MORE = re.compile(
    r"(?:…|\.{3}|[\[【(]?(?:(?:查看|阅读|浏览)?(?:全文|详[情细]|原文|更多)|继续阅读|read more|more)[\]】)]?)\W*\Z",
    re.IGNORECASE,
)
MOST_COMPARED = 12
"""The number of characters by which a line is matched with the body."""
MOST_BETWEEN = 4
"""The maximum number of lines between two headlines of one list, above the text that was read."""
MOST_SAID = 20_000
"""The number of a body's characters that are checked for rows."""
LINKS_OF_A_ROW = 3
"""The maximum number of links around a headline: an image, the headline, a column."""
MOST_OF_A_ROW = 20
"""The maximum number of lines of a list row, which may be a whole post."""
LONGEST_TEASER = 300
"""A shorter row may be a summary."""
SHORT_LINE = 60
"""A shorter line may give a row's day."""
_PUBLISHED = re.compile(r"发[布表]|时间|日期|来源|作者")
_OF_HOME = re.compile("首页|主页|欢迎|官网|门户")
_FOLDER = r"(?:[^\d/.]|\d{1,4}(?=[^\d/.]))*"
_COLUMN = re.compile(rf"(?:/{_FOLDER})*/(?:(?:index|default|list|main|home)\.\w+)?")
"""The path of a column: a folder or its index. An article's path has a number or a name."""


def is_list(stream: Tokens, bulletin: Bulletin | None, url: str, place: range = range(0)) -> bool:
    """Whether a page is a list, an index or a home page: rows of links with hardly a sentence. The text found as the article
    may be rows itself, or a column's text above them.

    `bulletin` is the result of the generic extraction, found among the tokens at `place`. An article with long columns of
    related links is not a list: it has sentences of its own, and a date.
    """
    if bulletin is None:
        return _is_index(stream)
    if place and are_teasers(stream, bulletin.body, place):
        return True
    body = bulletin.body.split("\n")
    length = sum(map(len, body))
    if length > LONG:
        return False
    bare = [line for line in body if len(_MARKS.findall(line)) < 2 or (len(line) < SHORT and FRAME_LINE.search(line))]
    may_be_rows = len(bare) >= ROWS and len(bare) * 3 >= len(body)
    title = bulletin.title or ""
    is_of_column = titles.is_of_list(title) or titles.is_name(title)
    may_be_lead = (
        length < LEAD
        and not _is_told(bulletin)
        and (_is_column(url, title) or (is_of_column and len(body) - len(bare) < 2))
    )
    if not (may_be_rows or may_be_lead) and (length >= SHORT or bulletin.published_at or len(bare) < len(body)):
        return False
    if bulletin.published_at and (len(body) - len(bare) > 1 or _is_dated_once(bulletin, bare)):
        return False  # an article that links to its subjects
    rows = tuple(set(headlines(stream)))
    if may_be_lead and len(rows) >= ROWS * (1 if is_of_column else 2):
        return True
    if may_be_rows:
        inside = [line for line in body[:MOST_LINKS] if _FRONT.sub("", line).startswith(rows)]
        return len(inside) >= ROWS and len(inside) * 3 >= len(body)
    days, _ = _around(stream, rows)
    return len(rows) >= ROWS * 2 and days >= ROWS * 2 and sum(map(len, rows)) > 3 * length


def _is_index(stream: Tokens) -> bool:
    """Whether a page without an article is rows of links, with days or with little else."""
    rows = tuple(set(headlines(stream)))
    days, others = _around(stream, rows)
    return len(rows) >= ROWS and (days >= ROWS or 2 * sum(map(len, rows)) > others)


def _around(stream: Tokens, rows: tuple[str, ...]) -> tuple[int, int]:
    """The days that the lines of a page give for these rows, and the characters outside them."""
    shown = lines(stream)[:MOST_LINKS]
    listed = {line for line in shown if _FRONT.sub("", line).startswith(rows)}
    days = sum(bool(_DAY.search(line)) for line in shown if len(line) < SHORT_LINE or line in listed)
    return days, sum(map(len, shown)) - sum(map(len, listed))


def _is_dated_once(bulletin: Bulletin, lines: Sequence[str]) -> bool:
    """Whether the date stands above the lines, and no line has one of its own."""
    return bulletin.found.get("published_at") == "between heading and article" and not any(map(_DAY.search, lines))


def _is_told(bulletin: Bulletin) -> bool:
    return any((bulletin.published_at, bulletin.origin, bulletin.author))


def _is_column(url: str, title: str) -> bool:
    """Whether the address is a column's, or that of a home page whose title is not an article's."""
    parts = urlsplit(url)
    if parts.path in ("", "/") and not parts.query:
        return _OF_HOME.search(title) is not None or titles.is_name(title)
    return not re.search(r"\d", parts.query) and _COLUMN.fullmatch(parts.path) is not None


def are_teasers(stream: Tokens, body: str, place: range) -> bool:
    """Whether the body found at this place is teaser rows: a linked headline, a few sentences, and a day or a link to the
    whole article. A digest with its own date above the first headline is not."""
    page = outline(stream)
    blocks = page.blocks

    def is_row(n: int) -> bool:
        is_short = is_headline(blocks[n]) and page.links[blocks[n].owner] <= LINKS_OF_A_ROW  # menus have more
        return is_short and not FRAME_LINE.search(tokens.text_of(blocks[n].text))

    start, end = (bisect_left(blocks, at, key=lambda block: block.start) for at in (place.start, place.stop))
    first = start
    while above := [n for n in range(max(first - MOST_BETWEEN, 0), first) if is_row(n)]:
        first = above[0]
    rows = [n for n in range(first, end) if is_row(n)]
    if len(rows) < TEASERS or any(map(_is_byline, blocks[max(rows[0] - 6, 0) : rows[0]])):
        return False
    said, end = squeeze(body[:MOST_SAID]), min(end, rows[0] + MOST_LINES)
    rows = [n for n in rows if n < end]
    told = {n for n in range(rows[0], end) if (text := squeeze(blocks[n].text)[:MOST_COMPARED]) and text in said}
    shown = [
        row
        for row in map(range, rows, [*rows[1:], end])
        if len(row) < MOST_OF_A_ROW and not told.isdisjoint(row) and _leads_on([blocks[n] for n in row])
    ]
    in_rows = sum(len(blocks[n].text) for row in shown for n in row if n in told)
    return len(shown) >= TEASERS and 2 * in_rows > sum(map(len, body.split("\n")))


def _leads_on(row: Sequence[Block]) -> bool:
    """Whether a row is a short text with a day, or ends where its article begins."""
    if any(_MORE.search(block.text[-40:]) for block in row):
        return True
    is_dated = any(_DAY.search(block.text) for block in row if len(block.text) < SHORT_LINE + block.linked)
    return is_dated and sum(len(block.text) for block in row) < LONGEST_TEASER


def _is_byline(block: Block) -> bool:
    text = block.text
    return len(text) < 90 and _PUBLISHED.search(text) is not None and find_date(text) is not None


def headlines(stream: Tokens) -> Iterator[str]:
    """The texts of headline links, without files, from the first `MOST_LINKS` links."""
    for head, words in islice(tokens.links(stream), MOST_LINKS):
        if len(words) < HEADLINE or prose.ATTACHMENT.search(head) or prose.is_file_name(words):
            continue
        if len(row := _FRONT.sub("", prose.line(words[:1_000]))) >= HEADLINE:
            yield row
