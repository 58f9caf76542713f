"""Any Chinese article page without knowledge of its site.

One pass over the page's tokens splits it into blocks of text; each is weighed by its own Chinese punctuation against the share
of it that is links, and the weights are summed bottom-up. The article is the deepest element that holds nearly all of the
heaviest sum: what surrounds it (menus, teasers, comments, footers) weighs less than nothing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from scrapers.prose import BLOCKS, MARK, line
from scrapers.tokens import UNREAD, VOID, Token, end_of, text_of

PUNCTUATION = re.compile("[，。；：？！、“”《》]|[,;?!](?=[\u4e00-\u9fff])|(?<=[\u4e00-\u9fff])[,;?!.]")
CONTAINERS = re.compile(
    r'\b(?:class|id)="(?:[^"]* )?(?:TRS_Editor|trs_editor_view|post_body|endText|zoom|ozoom|artibody|js_content|vsb_content'
    r"|v_news_content|rm_txt_con|article-content|article_content|articleContent|article-body|article_body|UCAP-CONTENT"
    r'|pages_content|news_content|newsContent|content_area|mp-editor|main-content|text_content|fontzoom)(?: [^"]*)?"',
    re.IGNORECASE,
)
"""The names that content management systems give to the article itself."""
LEAST = 2.0
"""A page whose heaviest sum is less reads like no article: two commas."""
HALF = 0.5
"""The share of the heaviest sum that an element of such a name must hold to be believed."""
NEARLY_ALL = 0.85
"""The share of the heaviest sum that a deeper element must hold to be the article."""

_NOISE = re.compile(
    r'\b(?:class|id)="[^"]*(?:comment|pinglun|reply|share|recommend|relat|breadcrumb|crumb|copyright|footer|sidebar|toolbar'
    r"|hot-?(?:news|list)|rank|\bnav|menu|login|qrcode|erweima|statement|disclaim|shengming|mianze|tags?\b|advert|\bads?\b"
    r"|prev|next|pager?\b|pagination|bdshare|jiathis|editor-?info|author-?(?:info|card))",
    re.IGNORECASE,
)
_COMMENTS = re.compile(r'\b(?:class|id)="[^"]*(?:comment|pinglun|reply|replies|guestbook|liuyan)', re.IGNORECASE)
_TAIL = re.compile(
    r"^[【\[(（]?(?:上一[篇条页]|下一[篇条页]|相关(?:阅读|新闻|链接|推荐|文章|报道|专题)|延伸阅读|推荐阅读|热点推荐|精彩推荐|猜你喜欢|分享(?:到|至)|"
    r"免责声明|版权声明|版权与免责|特别声明|声明[:：]|打印本页|关闭窗口|返回顶部|扫一扫|网友评论|发表评论|我来说两句|最新评论|更多精彩|"
    r"举报|收藏|打印|关闭)"
)


@dataclass(slots=True)
class Element:
    """One element of the page: its place among the tokens, the text below it, and the sum of its weights."""

    parent: int
    tag: str
    attributes: str
    start: int
    end: int = 0
    depth: int = 0
    length: int = 0
    linked: int = 0
    links: int = 0
    weight: float = 0.0
    children: list[int] = field(default_factory=list)


@dataclass(slots=True)
class Block:
    """A run of text between two block boundaries."""

    owner: int
    start: int
    end: int
    text: str
    linked: int


@dataclass(frozen=True, slots=True)
class Found:
    """The article among the tokens of a page: its own tokens, noise in it marked, and the lines before and after it."""

    tokens: list[Token]
    before: list[str]
    after: list[str]


def find(stream: list[Token]) -> Found | None:
    """The article of a page, or None where nothing reads like one."""
    elements, blocks = _outline(stream)
    for comments in (_COMMENTS, None):
        noise = _noise(elements, comments)
        article = _heaviest(elements, blocks, noise)
        if article is not None:
            break
    else:
        return None
    dropped = [e for n, e in enumerate(elements) if noise[n] and article.start < e.start and e.end <= article.end]
    return Found(
        _marked(stream, article, dropped),
        [block.text for block in blocks if block.end <= article.start],
        [block.text for block in blocks if block.start >= article.end],
    )


def _heaviest(elements: list[Element], blocks: Sequence[Block], noise: Sequence[bool]) -> Element | None:
    """The deepest element that holds nearly all of the heaviest sum, or one named as the article that holds half of it."""
    for element in elements:
        element.weight = 0.0
    for block in blocks:
        if not noise[block.owner]:
            elements[block.owner].weight += _weight(block)
    for n in range(len(elements) - 1, 0, -1):
        elements[elements[n].parent].weight += elements[n].weight
    heaviest = max((element.weight for element in elements), default=0.0)
    if heaviest < LEAST:
        return None
    named = [
        element
        for element in elements
        if element.weight >= HALF * heaviest and (element.tag == "article" or CONTAINERS.search(element.attributes))
    ]
    held = [element for element in elements if element.weight >= NEARLY_ALL * heaviest and element.tag in BLOCKS]
    return max(named or held, key=lambda element: element.depth, default=None)


def body_lines(paragraphs: Sequence[str], title: str | None) -> list[str]:
    """The paragraphs without the title that stands above them, and without what follows the article."""
    lines = list(paragraphs)
    squeezed = _squeeze(title or "")
    for n, text in enumerate(lines[:8]):
        if squeezed and _squeeze(text) == squeezed:
            lines = lines[n + 1 :]
            break
    while lines and _is_byline(lines[0]):
        lines.pop(0)
    tail = next(
        (n for n, text in enumerate(lines) if n >= len(lines) / 2 and len(text) < 60 and _TAIL.match(text)), None
    )
    return lines[:tail]


def _outline(stream: Sequence[Token]) -> tuple[list[Element], list[Block]]:
    elements = [Element(0, "html", "", 0, len(stream))]
    blocks: list[Block] = []
    open_ = [0]
    words: list[str] = []
    start = linked = anchors = 0
    n = 0

    def end_block(at: int) -> None:
        nonlocal linked
        text = line("".join(words))
        words.clear()
        if text:
            owner = next(index for index in reversed(open_) if index == 0 or elements[index].tag in BLOCKS)
            blocks.append(Block(owner, start, at, text, min(linked, len(text))))
            for index in open_:
                elements[index].length += len(text)
                elements[index].linked += min(linked, len(text))
        linked = 0

    while n < len(stream):
        end, tag, attributes, text = stream[n]
        n += 1
        if text:
            if not words:
                start = n - 1
            words.append(text_of(text))
            if anchors:
                linked += len(text.strip())
            continue
        if tag in UNREAD and not end:
            n = end_of(stream, n - 1)
            continue
        if tag == "br" or tag in BLOCKS:
            end_block(n - 1)
        if tag in VOID:
            continue
        if end:
            closed = open_.pop() if len(open_) > 1 else 0
            elements[closed].end = n
            anchors -= tag == "a"
        else:
            elements.append(Element(open_[-1], tag, attributes, n - 1, depth=len(open_)))
            elements[open_[-1]].children.append(len(elements) - 1)
            open_.append(len(elements) - 1)
            if tag == "a":
                anchors += 1
                for index in open_:
                    elements[index].links += 1
    end_block(n)
    return elements, blocks


def _weight(block: Block) -> float:
    length = len(block.text)
    if block.linked * 2 > length:
        return -1 - min(block.linked, 60) / 20
    marks = len(PUNCTUATION.findall(block.text))
    if not marks:
        return -0.3
    return (marks + length / 40) * (1 - block.linked / length)


def _noise(elements: Sequence[Element], comments: re.Pattern[str] | None) -> list[bool]:
    """Which elements are named, or built, like what surrounds an article; one that holds much of the page is none, but for
    `comments` and for streams of teasers."""
    total = max(elements[0].length, 1)
    noise = [False] * len(elements)
    for n, element in enumerate(elements):
        small = element.length < 0.4 * total
        noise[n] = bool(n) and (
            noise[element.parent]
            or (small and bool(_NOISE.search(element.attributes)))
            or (small and element.tag in ("footer", "nav", "aside", "form"))
            or (comments is not None and bool(comments.search(element.attributes)))
            or _is_stream(element, elements, small)
        )
    return noise


def _is_stream(element: Element, elements: Sequence[Element], small: bool) -> bool:
    """A stream of teasers: four children or more of one kind, nearly each a few lines with a link of several words. One that
    is much of the page must be a list: the frame of a page has such children too."""
    kinds = [elements[n] for n in element.children if elements[n].length]
    allowed = ("li", "div", "dl", "dd", "tr", "article", "section") if small else ("li",)
    if len(kinds) < 4 or kinds[0].tag not in allowed:
        return False
    teasers = sum(
        child.links > 0 and child.length < 700 and child.linked >= max(6, child.length / 12) for child in kinds
    )
    return teasers >= 0.8 * len(kinds)


def _marked(stream: Sequence[Token], article: Element, dropped: Sequence[Element]) -> list[Token]:
    """The tokens of the article, noise in it marked to be left out."""
    marked = {element.start for element in dropped}
    return [
        (end, tag, f'{attributes} {MARK}="drop"', text) if n in marked else (end, tag, attributes, text)
        for n, (end, tag, attributes, text) in enumerate(stream[article.start : article.end], article.start)
    ]


_BYLINE = re.compile(
    r"(?:来源|作者|发布时间|发布日期|发表时间|时间|日期|浏览|阅读|点击|字号|字体|编辑|责任编辑|记者|发布机构|信息来源|稿源)\s*[:：]"
    r"|^\d{4}[-年/.]\d{1,2}[-月/.]\d{1,2}"
)


def _is_byline(text: str) -> bool:
    return len(text) < 80 and bool(_BYLINE.search(text)) and len(PUNCTUATION.findall(text)) < 6


def _squeeze(text: str) -> str:
    return re.sub(r"\W+", "", text)
