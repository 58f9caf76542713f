"""Any Chinese article page without knowledge of its site.

One pass over the page's tokens splits it into blocks of text; each is weighed by its own Chinese punctuation against the share
of it that is links, and the weights are summed bottom-up. The article is the deepest element that holds nearly all of the
heaviest sum; what stands in it before its first sentence and after its last is kept where it belongs to the same paragraphs.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from scrapers.byline import is_byline
from scrapers.outline import Block, Element, outline
from scrapers.prose import MARK
from scrapers.tokens import Token

SENTENCES = re.compile("[，。；？！]|[,;?!](?=[\u4e00-\u9fff”])|(?<=[\u4e00-\u9fff”）)])[,;?!.]")
"""Marks that only sentences have: a label has a colon, a menu has none."""
CONTAINERS = re.compile(
    r'\b(?:class|id)="(?:[^"]* )?(?:TRS_Editor|trs_editor_view|post_body|endText|zoom|ozoom|artibody|js_content|vsb_content'
    r"|v_news_content|rm_txt_con|rm_txt_zw|UCAP-CONTENT|pages_content|mp-editor|fontzoom|articleContent|article-body"
    r'|article_body|newsContent|news_content|TRS_UEDITOR|founder-content|art_context|main_content)(?: [^"]*)?"',
    re.IGNORECASE,
)
"""The names that content management systems give to the article itself."""
NEAR = 20
"""Lines before and after the article in which its fields may stand."""
LEAST = 2.0
"""A page whose heaviest sum is less reads like no article: two sentences."""
HALF = 0.5
"""The share of the heaviest sum that an element of such a name must hold to be believed."""
NEARLY_ALL = 0.85
"""The share of the heaviest sum that a deeper element must hold to be the article."""
A_PART = 0.3
"""The share of the article's weight above which a part of it is of it, whatever its name says."""

FAR = 40
"""The number of links below the heading at which a sentence counts half."""

_WORD = r'\b(?:class|id)="(?:[^"]*[\s_-])?(?:%s)(?:[\s_\d-][^"]*)?"'
_COMMENTS = re.compile(
    _WORD % r"(?:hot|post|user)?-?comments?\w*|\w*pinglun\w*|repl(?:y|ies)\w*|guestbook|liuyan|gentie|changyan", re.I
)
_NOISE = re.compile(
    _WORD
    % (
        r"(?:bd|sns|social)?shar(?:e|ing)\w*|\w*recommend\w*|relat\w*|relevant\w*|\w*crumbs?\w*|copyright|foot(?:er)?|side(?:bar|r|box)?"
        r"|toolbar|tools?|hot(?:news|list)?|rank\w*|nav\w*|\w+nav|menu\w*|login\w*|\w*qrcode\w*|erweima|ewm|disclaimer"
        r"|statement|shengming|mianze|tags?|keywords?|ads?|advert\w*|gg|guanggao|prev|next|pager|pagination|jiathis|banner"
        r"|subscribe|author-?(?:info|card)|editor-?info|xgxw|xgyd|tuijian|fenxiang"
    ),
    re.I,
)
FURNITURE = re.compile(
    r"\s*[【\[(（]?(?:上一[篇条页]|下一[篇条页]|相关(?:阅读|新闻|链接|推荐|文章|报道|专题|稿件|信息)|延伸阅读|推荐阅读|热点推荐|精彩推荐|猜你喜欢|"
    r"分享(?:到|至|让)|免责声明|版权声明|版权与免责|特别声明|(?:郑重)?声明[:：]|打印本[页文]|关闭(?:本页|窗口)|返回(?:顶部|首页|列表|搜狐)|扫一扫|扫码|"
    r"网友评论|发表评论|我来说两句|最新评论|更多(?:精彩|>>)|(?:举报|收藏|打印|关闭|责任编辑)\W*$|关键[字词]\s*[:：]|标签[:：]|"
    r"以上内容(?:\(|（|仅|由|为)|本文(?:来源|转自|系).{0,40}(?:不代表|仅代表)|特别提醒)"
)
"""What begins the lines below an article."""
_HIDDEN = re.compile(r'\bstyle="[^"]*display\s*:\s*none', re.I)
_PARAGRAPHS = frozenset("p li h1 h2 h3 h4 h5 h6 dd dt pre tr option figcaption".split())
_INSIDE = _PARAGRAPHS | frozenset("td th tbody thead tfoot table caption ul ol dl center blockquote".split())
_UNNAMED_NOISE = frozenset("footer nav aside form header".split())
_ROWS = frozenset("li div dl dd tr article section".split())


@dataclass(frozen=True, slots=True)
class Found:
    """The article among the tokens of a page: its own tokens, what is not of it marked; the heading that repeats the page's
    title, or an empty text; all headings as (tag, text); and the lines above the heading, between it and the article, and
    after the article."""

    tokens: list[Token]
    headings: list[tuple[str, str]]
    heading: str
    above: list[str]
    before: list[str]
    after: list[str]


def find(stream: Sequence[Token], title: str = "") -> Found | None:
    """The article of a page, or None where nothing reads like one. `title` is the whole title of the page: the article
    stands below the heading that it repeats."""
    elements, blocks = outline(stream)
    heading = _heading(blocks, _squeeze(title))
    for by_name in (True, False):
        _judge(elements, by_name)
        _weigh(blocks, heading)
        article = _heaviest(elements, blocks)
        if article is not None:
            return _found(stream, elements, blocks, article, heading)
    return None


def _judge(elements: Sequence[Element], by_name: bool) -> None:
    """How much the sentences in each element count: little in what is named, or built, like what surrounds an article."""
    total = max(elements[0].length, 1)
    for element in elements[1:]:
        assert element.parent is not None
        small = element.length < 0.4 * total
        noise = element.parent.noise
        if by_name:
            noise *= _noise_of(element.attributes, small)
            if small and element.tag in _UNNAMED_NOISE:
                noise *= 0.2
        if _is_stream(element, small):
            noise *= 0.1
        element.noise = noise


@lru_cache(maxsize=8192)
def _noise_of(attributes: str, small: bool) -> float:
    """What the name of an element says: the names of one site, and most of their neighbours', come again and again."""
    if CONTAINERS.search(attributes):
        return 1.0
    if _COMMENTS.search(attributes):
        return 0.05
    return 0.2 if small and (_NOISE.search(attributes) or _HIDDEN.search(attributes)) else 1.0


def _is_stream(element: Element, small: bool) -> bool:
    """A stream of teasers or of comments: four children or more of one kind, nearly each a few lines with a link of several
    words, or with a time. One of teasers that is much of the page must be a list: the frame of a page has such children too."""
    if len(element.children) < 4 or not (element.links or element.stamps > 3):
        return False
    kinds = [child for child in element.children if child.length]
    stamped = sum(child.stamps > 0 and child.length < 700 and child.tag != "p" for child in kinds)
    if stamped > 3 and stamped >= 0.4 * len(kinds):
        return True
    if len(kinds) < 4 or kinds[0].tag not in _ROWS:
        return False
    teasers = sum(
        child.links > 0 and child.length < 700 and child.linked >= max(6, child.length / 12) for child in kinds
    )
    return teasers >= 0.8 * len(kinds) and (small or kinds[0].tag == "li")


def _heaviest(elements: list[Element], blocks: Sequence[Block]) -> Element | None:
    """The deepest element that holds nearly all of the heaviest sum, or one named as the article that holds half of it."""
    for element in elements:
        element.weight = 0.0
    for block in blocks:
        block.owner.weight += block.weight
    for element in reversed(elements[1:]):
        assert element.parent is not None
        element.parent.weight += element.weight
    heaviest = max(element.weight for element in elements)
    if heaviest < LEAST:
        return None
    named = [element for element in elements if element.weight >= HALF * heaviest and _is_named(element)]
    if named:
        return max(named, key=_depth)
    held = [
        element
        for element in elements
        if element.weight >= NEARLY_ALL * heaviest
        and element.tag not in _PARAGRAPHS
        and (element.children or element.blocks > 1)
    ]
    found = max(held, key=_depth) if held else max(elements, key=lambda element: element.weight)
    while found.parent is not None and found.tag in _PARAGRAPHS:
        found = found.parent
    return found


def _depth(element: Element) -> int:
    return 0 if element.parent is None else 1 + _depth(element.parent)


def _is_named(element: Element) -> bool:
    return element.tag == "article" or bool(element.attributes and CONTAINERS.search(element.attributes))


def _heading(blocks: Sequence[Block], title: str) -> int:
    """The index of the block that repeats the page's title or the beginning of it, a heading if there is one; else -1."""
    found = -1
    for n, block in enumerate(blocks):
        text = _squeeze(block.text) if 5 < len(block.text) <= len(title) + 12 else ""
        if len(text) > 5 and len(text) * 3 > len(title) and text in title:
            if block.owner.tag in ("h1", "h2"):
                return n
            found = n if found < 0 and not block.linked else found
    return found


def _weigh(blocks: Sequence[Block], heading: int) -> None:
    """Weigh each block by its own. Sentences above the heading count half; those below it the less, the more links stand
    in between: an article follows its heading, a column of teasers follows the article."""
    passed = 0
    for n, block in enumerate(blocks):
        length = len(block.text)
        if block.linked * 2 > length:
            block.weight = -1 - min(block.linked, 60) / 20
            passed += n > heading
        elif not (marks := len(SENTENCES.findall(block.text))):
            block.weight = 0.0 if _is_cell_or_paragraph(block.owner) else -0.3
            passed += 20 * (length < 40 and bool(FURNITURE.match(block.text)))
        else:
            noise = block.owner.noise
            near = 1.0 if heading < 0 else 0.5 if n < heading else FAR / (FAR + passed)
            block.weight = (marks + length / 40) * (1 - block.linked / length) * near * noise - (1 - noise) / 2


def _is_cell_or_paragraph(owner: Element) -> bool:
    return owner.tag in ("p", "td", "th") or (owner.parent is not None and owner.parent.tag in ("td", "th"))


def _found(
    stream: Sequence[Token], elements: Sequence[Element], blocks: Sequence[Block], article: Element, heading: int
) -> Found:
    """The article's tokens from its first block to its last, what is named as noise in between marked to be left out."""
    inside = [block for block in blocks if article.start <= block.start and block.end <= article.end]
    noise = [element for element in elements if _is_noise(element, article)]
    dropped = {n for element in noise for n in range(element.start, element.end)}
    own = [block for block in inside if block.start not in dropped]
    first, last = _ends(own)
    start = own[first - 1].end if first else article.start
    end = own[last].start if last < len(own) else article.end
    marked = {element.start for element in noise}
    tokens = [("", "", "")]
    for n in range(start, end):
        tag, attributes, text = stream[n]
        tokens.append((tag, f'{attributes} {MARK}="drop"' if n in marked else attributes, text))
    below = heading + 1 if heading >= 0 and blocks[heading].end <= start else 0
    before = [block.text for block in blocks[below:] if block.end <= start and block.linked < 0.9 * len(block.text)]
    above = [block.text for block in blocks[:below] if block.linked < 0.9 * len(block.text)]
    after = [block.text for block in blocks if block.start >= end]
    headings = [(owner.tag, block.text) for block in blocks if (owner := _heading_of(block.owner))]
    return Found(
        tokens, headings, blocks[heading].text if heading >= 0 else "", above[-NEAR:], before[-NEAR:], after[:NEAR]
    )


def _heading_of(owner: Element) -> Element | None:
    return next((one for one in (owner, owner.parent) if one and one.tag in ("h1", "h2", "h3")), None)


def _is_noise(element: Element, article: Element) -> bool:
    """Inside the article, named or built like what surrounds one, and not much of it."""
    return (
        article.start < element.start
        and element.end <= article.end
        and element.noise < article.noise
        and element.weight * article.noise < A_PART * article.weight * element.noise
    )


def _ends(blocks: Sequence[Block]) -> tuple[int, int]:
    """The first of these blocks that belongs to the article, and the one after the last: from sentence to sentence, and what
    stands beside them as a paragraph like them (a heading, a signature, a table) without links or furniture in between."""
    first, last = _heaviest_run([max(block.weight, -0.5) for block in blocks])
    owners = {block.owner for block in blocks[first:last] if block.weight > 0}
    kinds = {(owner.parent, owner.tag, owner.attributes) for owner in owners}
    homes = owners | {owner.parent for owner in owners}
    parents = [owner.parent for owner in owners]

    def belongs(block: Block) -> bool:
        if block.weight <= -1 or FURNITURE.match(block.text):
            return False
        owner: Element | None = block.owner
        if owner in owners or (owner and (owner.parent, owner.tag, owner.attributes) in kinds):
            return True
        if not block.owner.children and parents.count(block.owner.parent) > 1:
            return True
        while owner is not None and owner.tag in _INSIDE:
            owner = owner.parent
        return owner in homes

    while first > 0 and belongs(blocks[first - 1]):
        first -= 1
    while last < len(blocks) and belongs(blocks[last]):
        last += 1
    return first, last


def _heaviest_run(weights: Sequence[float]) -> tuple[int, int]:
    """The run of the greatest sum (Kadane 1977), as (first, the one after the last)."""
    best, best_sum, start, running = (0, len(weights)), 0.0, 0, 0.0
    for n, weight in enumerate(weights):
        if running <= 0:
            start, running = n, 0.0
        running += weight
        if running > best_sum:
            best, best_sum = (start, n + 1), running
    return best


def body_lines(paragraphs: Sequence[str], title: str | None) -> list[str]:
    """The paragraphs without the title and the byline that stand above them, and without the furniture that follows."""
    lines = list(paragraphs)
    squeezed = _squeeze(title or "")
    for n, text in enumerate(lines[:8]):
        if squeezed and _squeeze(text) == squeezed:
            lines = lines[n + 1 :]
            break
    while lines and is_byline(lines[0]):
        lines.pop(0)
    tail = next(
        (n for n, text in enumerate(lines) if n >= len(lines) / 2 and len(text) < 60 and FURNITURE.match(text)), None
    )
    return lines[:tail]


def _squeeze(text: str) -> str:
    return re.sub(r"\W+", "", text)
