"""Videos and named files of a bulletin, and bulletins that consist of nothing else.

Images, a video or files under a title are a publisher's document, such as a poster or a scanned PDF. They must stand in a
layout's body, in a CMS's box for the article, or below a heading with a date. Elsewhere they are no bulletin.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from itertools import takewhile
from urllib.parse import unquote, urlsplit

from resiliparse.parse.html import ElementNode, HTMLTree

from scrapers.clean import one_line, squeeze
from scrapers.extraction import byline, generic, headline, origins, outline, prose, published
from scrapers.extraction.around import Around
from scrapers.extraction.boilerplate import FRAME, is_boilerplate
from scrapers.extraction.tokens import LINK, Tokens, attribute, end_of, links, select
from scrapers.model import Bulletin, Problem
from scrapers.urls import normalise

LITTLE = 20
"""A shorter text beside images, videos or files does not make an article."""
MOST_SAID = 10_000
"""The number of a body's characters that are searched for text of its own."""
BYLINE = 8
"""The number of lines below a title that may give date and origin."""
MOST_CAPTION = 60
"""The maximum length of a caption."""
MOST_CAPTIONS = 60
"""The number of lines below a heading read as byline and captions."""

NAMED = (
    ".TRS_Editor, .trs_editor_view, .TRS_UEDITOR, .Custom_UnionStyle, #zoom, #Zoom, #ozoom, #vsb_content, .v_news_content,"
    " .UCAP-CONTENT, #UCAP-CONTENT, .pages_content, .rm_txt_con, #js_content, #artibody, .article-content, .article_content,"
    " #articleContent, founder-content, #endText, .post_body, .wp_articlecontent"
)
"""The elements that CMSs name as the article itself."""

_TYPE = re.compile(rf"\.({prose.TYPES})(?:\Z|(?=[?#&]))", re.IGNORECASE)
_VIDEO = re.compile(r"\.(?:mp4|m3u8|flv|webm|mov|swf)(?:\Z|[?#])", re.IGNORECASE)
_PLAYER = re.compile(r"player|video|v\.qq\.com|bilibili|youku|cntv|tudou|iqiyi|ixigua", re.IGNORECASE)
_PICTURE = re.compile(r"\.(?:jpe?g|png|gif|webp|bmp)(?:\Z|\?)", re.IGNORECASE)
_ORNAMENT = re.compile(r"loading|blank|spacer|logo|icon|qrcode|ewm|erweima|weixin|share|\.svg", re.IGNORECASE)
"""Names of images outside the article: a spinner in a body that a script fills, a QR code."""
_LABEL = re.compile(r"附件|下载|点击|查看|预览|[a-zA-Z\d]+|[\W_]+")
"""Words around a file that carry no content."""


def find(tree: HTMLTree, stream: Tokens, meta: Mapping[str, str], text: str, url: str, base: str) -> Bulletin | None:
    """The images, videos or files in a known CMS's box for the article, with next to no text. None where there is text or no
    title: then the generic extraction applies. `text` is the page's source."""
    assert tree.document is not None
    named = [node for node in select(tree.document, NAMED) if not _is_picture(node)]
    if any(len(_LABEL.sub("", (node.text or "")[:MOST_SAID])) >= LITTLE for node in named):
        return None
    for element in named:
        found, shown = prose.read(element, base), videos(element, base)
        images = tuple(image for image in found.images if not _ORNAMENT.search(image.rpartition("/")[2]))
        if images or found.attachments or shown:
            told = _told(tree, stream, meta, text, found.paragraphs)
            return told and replace(
                told,
                url=url,
                body="\n".join(found.paragraphs),
                images=images,
                attachments=tuple(found.attachments),
                extra={"videos": shown} if shown else {},
            )
    return None


def _is_picture(node: ElementNode) -> bool:
    """Whether an element has no text but a picture's caption. Some media name the frame that enlarges a picture `zoom`, as
    others name the box of the article."""
    caption = node.query_selector("figcaption")
    return caption is not None and squeeze(node.text or "") == squeeze(caption.text or "")


def below_heading(
    tree: HTMLTree, stream: Tokens, meta: Mapping[str, str], text: str, url: str, base: str
) -> Bulletin | None:
    """The images or files below the title and a line with the date, in any element, with next to no text. None where there are
    none, or no date. A linked image that leads elsewhere is an advertisement."""
    page = outline.outline(stream)
    heading = generic.heading_of(page, headline.whole(tree))
    if heading < 0:
        return None
    blocks = page.blocks[heading : heading + MOST_CAPTIONS]
    above = 1 + sum(1 for _ in takewhile(_is_credit, blocks[1 : 1 + BYLINE]))
    captions = sum(1 for _ in takewhile(_may_be_caption, blocks[above:]))
    files = sum(1 for _ in takewhile(lambda block: prose.is_file_name(block.text), blocks[above:]))
    for below in (captions, files):  # beside files there is no other text
        after = page.blocks[heading + above + below : heading + above + below + 1]
        end = after[0].start if after else len(stream)
        found = prose.read_tokens(_without_advertisements(stream.part(blocks[above - 1].end, end)), base)
        images = tuple(image for image in found.images if not _ORNAMENT.search(image.rpartition("/")[2]))
        said = [line for line in found.paragraphs if not prose.is_file_name(line)]
        most = MOST_CAPTION * len(images) + LITTLE
        if (images or found.attachments) and len(_LABEL.sub("", "".join(said))) <= most:
            break
    else:
        return None
    told = _told(tree, stream, meta, text, found.paragraphs)
    if told is None or not told.published_at:
        return None
    return replace(
        told,
        url=url,
        body=found.text,
        images=images,
        attachments=tuple(found.attachments),
        found={**told.found, "body": "below the heading"},
    )


def _is_credit(block: outline.Block) -> bool:
    return byline.is_credit(prose.line(block.text))


def _may_be_caption(block: outline.Block) -> bool:
    text = block.text
    return (
        len(text) < MOST_CAPTION and 2 * block.linked < len(text) and not (is_boilerplate(text) or FRAME.search(text))
    )


def _without_advertisements(stream: Tokens) -> Tokens:
    """The tokens without linked images, except those that link to an image file."""
    heads, link_end = ["", *stream.heads], -1
    for n, kind in enumerate(stream.kinds):
        if kind == LINK and not _PICTURE.search(attribute(stream.heads[n], "href")):
            link_end = end_of(stream.kinds, n)
        elif n < link_end and stream.tags[n] == "img":
            heads[n + 1] = "img"
    return Tokens.of(["", *stream.tags], heads, ["", *stream.texts])


def _told(
    tree: HTMLTree, stream: Tokens, meta: Mapping[str, str], text: str, paragraphs: Sequence[str]
) -> Bulletin | None:
    """The title, date and origin above an element without text; None where there is no title."""
    title, title_at = headline.find(tree, meta, headline.headings(tree))
    if not title:
        return None
    lines = outline.lines(stream)
    at = next((n for n, line in enumerate(lines) if title in line), 0)
    around = Around(lines[:at], lines[at + 1 : at + 1 + BYLINE], paragraphs, ())
    day, published_at = published.find(around, meta, text)
    origin, origin_at = origins.find(around, meta, headline.whole(tree))
    places = {"title": title_at, "published_at": published_at, "origin": origin_at, "body": "container"}
    return Bulletin(
        url="",
        title=title,
        published_at=day,
        origin=origin,
        body="",
        found={name: place for name, place in places.items() if place},
    )


def videos(element: ElementNode, base: str) -> list[str]:
    """The addresses of the videos in an element: files, or players in frames."""
    found: dict[str, None] = {}
    for node in select(element, "video, video source, embed, iframe, a[href]"):
        href = node.get_attribute("href" if node.tag == "a" else "src") or ""
        is_player = node.tag in ("iframe", "embed") and _PLAYER.search(href)
        if href and (node.tag in ("video", "source") or is_player or _VIDEO.search(href)):
            with suppress(Problem):
                found[normalise(href, base=base)] = None
    return list(found)


def described(stream: Tokens, base: str, bulletin: Bulletin) -> Bulletin:
    """`bulletin` with its attachments by name and type in `extra`, and with its kind if it is not an article."""
    files = _files(stream, base, bulletin) if bulletin.attachments else []
    extra = dict(bulletin.extra) | ({"attachments": files} if files else {})
    kind = _kind(bulletin, files)
    return replace(bulletin, extra=extra | ({"kind": kind} if kind else {}))


def _files(stream: Tokens, base: str, bulletin: Bulletin) -> list[dict[str, str]]:
    """Each attachment as `{"url": …, "name": "名单.xlsx", "type": "xlsx"}`, named by its longest link text."""
    names: dict[str, str] = {}
    for head, words in links(stream):
        if prose.ATTACHMENT.search(head) or prose.is_file_name(words):
            with suppress(Problem):
                url = normalise(attribute(head, "href"), base=base)
                names[url] = max(names.get(url, ""), words, key=len)
    files = []
    for url in bulletin.attachments:
        name = prose.line(names.get(url, "")) or one_line(unquote(urlsplit(url).path.rpartition("/")[2]))
        kind = _TYPE.search(url) or prose.FILE_NAME.search(name[: prose.MOST_NAMED])
        files.append({"url": url, "name": name, "type": kind[1].lower() if kind else ""})
    return files


def _kind(bulletin: Bulletin, files: list[dict[str, str]]) -> str | None:
    """The kind of a bulletin with next to no text: video, files or pictures. None for an article."""
    text = bulletin.body[:MOST_SAID]
    if not files and len(_LABEL.sub("", text[: LITTLE * 10])) >= LITTLE:
        return None
    for name in sorted((file["name"] for file in files), key=len, reverse=True):
        text = text.replace(name, "")
    if len(_LABEL.sub("", text)) >= LITTLE:
        return None
    held = (("video", bulletin.extra.get("videos")), ("files", bulletin.attachments), ("pictures", bulletin.images))
    return next((kind for kind, things in held if things), None)
