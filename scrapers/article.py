"""Bytes to a Bulletin: decode, parse once, try the source's layouts, then the generic extraction.

    extract(data, url, source=find_source("nchdz")).title

A page that no layout fits is read generically, and `layout` says so. A page that is not an article raises Unreadable with its
outcome. It never becomes a bulletin by mistake.
"""

from __future__ import annotations

import html as entities
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from resiliparse.extract.html2text import extract_plain_text
from resiliparse.parse.html import HTMLTree

from scrapers.charset import REPLACEMENT, decode
from scrapers.clean import squeeze
from scrapers.dates import day_of, find_date
from scrapers.extraction import (
    authors,
    bases,
    byline,
    enclosures,
    folded,
    generic,
    headline,
    kinds,
    limits,
    origins,
    pagination,
    prose,
    published,
    walls,
    wechat,
    writers,
)
from scrapers.extraction.around import Around
from scrapers.extraction.lists import FRAME_LINE
from scrapers.extraction.tokens import LINK, Tokens, select, tokens, without_tags
from scrapers.extraction.trim import trimmed
from scrapers.model import Bulletin, Outcome, Page, Problem, Unreadable
from scrapers.source import Anywhere, Fixed, Layout, Meta, Source, Where
from scrapers.uncloak import refine
from scrapers.urls import host, normalise

MOST_CREDITS = 5
"""An article with fewer lines, all credits or page furniture, has no text of its own."""
MOST_ABOVE = 1_000
"""The maximum number of tags between a heading and its article that are searched for files."""
MOST_PROPERTIES = 8_000
"""The maximum length of an e-paper's property comment. A longer one is ignored."""

_LABEL = re.compile(r"^\s*(?:(?:信息|稿件|文章)?来源|作者|记者|责任编辑|编辑|发布时间|发布日期|时间)\s*[:：]\s*")
_NEXT_FIELD = re.compile(
    r"(?:^|\s+)(?:评论|作者|编辑|责任编辑|责编|来源|发布时间|时间|浏览量?|点击|阅读|字体|字号|打印|分享)\s*[:(].*"
)
_ENP_FIELD = re.compile(r"<(\w+)>(.*?)</\1>", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Reading:
    """The bulletin on a page. `further` holds the addresses of the article's later pages, as far as they are known. On a later
    page, `first` is the address of the first one, and `following` the next one's, where the page tells it."""

    bulletin: Bulletin
    further: tuple[str, ...] = ()
    first: str | None = None
    following: str | None = None


def extract(data: bytes, url: str, content_type: str | None = None, source: Source | None = None) -> Bulletin:
    """The bulletin on one page.

    data          the page as received; its charset comes from the bytes, and from `content_type` where they do not decide
    url           its normalised address
    source        whose layouts to use; None for the generic extraction only

    Raises Unreadable where the page is no article, or cannot be read without losing characters.
    """
    reading = read(data, url, content_type, source)
    if reading.first:
        raise Unreadable(Outcome.PART, f"{url} is a further page of {reading.first}: hand that one in")
    return reading.bulletin


def read(
    data: bytes,
    url: str,
    content_type: str | None = None,
    source: Source | None = None,
    base: str | None = None,
) -> Reading:
    """`extract`, plus what is needed to read an article of several pages (see `join`). `base` is the base address of relative
    links where a redirect led elsewhere."""
    base = base or url
    if file := kinds.file_kind(data):
        raise Unreadable(Outcome.FILE, f"{url} is a file ({file}), no page: it is not read")
    if much := limits.of_bytes(data):
        raise Unreadable(Outcome.TOO_BIG, f"{url} holds {much}: it is not read")
    tree = HTMLTree.parse(text := limits.without_options(decode(data, content_type)))
    if tree.body is None:
        raise Unreadable(Outcome.NO_ARTICLE, f"{url} is empty")
    stream = tokens(tree.body)
    if much := limits.of_tokens(stream):
        raise Unreadable(Outcome.TOO_BIG, f"{url} holds {much}: it is not read")
    has_base = bases.apply(tree, base)
    if folded.unfold(tree, stream) or has_base:
        stream = tokens(tree.body)
    page_text = extract_plain_text(tree, main_content=True, list_bullets=True, alt_texts=True)
    if len(page_text) < walls.MOST_OF_A_WALL and walls.is_wall(tree, stream, text):
        raise Unreadable(Outcome.BLOCKED, f"{url} answers with a block or captcha page: look at it in a browser")
    meta = _meta_tags(tree, stream, text)
    found = None
    for n, layout in enumerate(source.layouts if source else ()):
        found = _by_layout(tree, meta, url, base, layout)
        if found is not None and source is not None:
            bulletin = replace(found.bulletin, layout=f"{source.name}[{n}]")
            if untold := _untold(layout):
                with suppress(Unreadable):
                    bulletin = _completed(bulletin, untold, _generically(tree, stream, meta, text, url, base))
            found = replace(found, bulletin=bulletin)
            break
    found = found or Reading(_generically(tree, stream, meta, text, url, base))
    if kinds.is_gone(found.bulletin.title, found.bulletin.body):
        raise Unreadable(Outcome.GONE, f"{url} says that the page does not exist, though its status is 200")
    if not found.further:
        parts = pagination.find(stream, text, base)
        found = replace(found, further=parts.further, first=parts.first, following=parts.following)
    bulletin = replace(enclosures.described(stream, base, found.bulletin), page_text=page_text)
    if source and source.tidy:
        bulletin = source.tidy(bulletin)
    return replace(found, bulletin=_checked(_named(refine(_with_editor(bulletin)), source)))


def read_page(page: Page, source: Source | None = None) -> Reading:
    """`read` of a received page."""
    return read(page.body, page.url, page.content_type, source, page.final_url)


def join(bulletins: Sequence[Bulletin]) -> Bulletin:
    """Join the pages of one article, in order. The fields are the first page's, the editor the first named on any page.
    Repeated bodies, images and files are kept once."""
    first = bulletins[0]
    return replace(
        first,
        editor=next((part.editor for part in bulletins if part.editor), None),
        body="\n".join(dict.fromkeys(part.body for part in bulletins)),
        page_text="\n\n".join(part.page_text for part in bulletins),
        images=tuple(dict.fromkeys(image for part in bulletins for image in part.images)),
        attachments=tuple(dict.fromkeys(file for part in bulletins for file in part.attachments)),
    )


def _by_layout(tree: HTMLTree, meta: Mapping[str, str], url: str, base: str, layout: Layout) -> Reading | None:
    """The bulletin where `layout` fits: its body element holds text, images, a video or a file, and its date is not after
    `until`."""
    assert tree.document is not None
    element = tree.document.query_selector(layout.body)
    if element is None:
        return None
    found = prose.read(element, base, drop=layout.drop, caption=layout.caption)
    day = find_date(_value(tree, meta, layout.published) or "")
    out_of_use = layout.until is not None and day is not None and day_of(day) > layout.until
    videos = enclosures.videos(element, base)
    boxes = select(tree.document, layout.files) if layout.files else []
    attachments = (*found.attachments, *(file for box in boxes for file in prose.read(box, base).attachments))
    if out_of_use or not (found.paragraphs or found.images or attachments or videos):
        return None
    paragraphs, ending = _cut(found.paragraphs, layout.end)
    extra = {name: _value(tree, meta, where) for name, where in layout.extra.items()}
    bulletin = Bulletin(
        url=url,
        title=_value(tree, meta, layout.title) or headline.find(tree, meta, headline.headings(tree))[0],
        published_at=day[:10] if day and layout.day_only else day,
        origin=_credit(tree, meta, layout.origin),
        author=_author(tree, meta, layout.author),
        editor=_credit(tree, meta, layout.editor) or _editor_in(ending),
        body="\n".join(paragraphs),
        images=tuple(found.images),
        attachments=tuple(dict.fromkeys(attachments)),
        extra={name: value for name, value in extra.items() if value}
        | _captions(found)
        | ({"videos": videos} if videos else {}),
        found={name: _place(where, meta) for name, where in _places(layout).items() if where} | {"body": layout.body},
    )
    return Reading(bulletin, _further(tree, base, layout))


def _places(layout: Layout) -> dict[str, Where | None]:
    """Where a layout looks for each field of a bulletin, by field name."""
    return {
        "title": layout.title,
        "published_at": layout.published,
        "origin": layout.origin,
        "author": layout.author,
        "editor": layout.editor,
    }


def _untold(layout: Layout) -> list[str]:
    """The fields that a layout marks as `anywhere()`."""
    return [name for name, where in _places(layout).items() if isinstance(where, Anywhere)]


def _completed(bulletin: Bulletin, untold: Sequence[str], generic: Bulletin) -> Bulletin:
    """`bulletin` with the missing fields from the generic extraction; unchanged where that read a different text."""
    ours, theirs = ({squeeze(line) for line in one.body.split("\n")} for one in (bulletin, generic))
    shared, least = sum(map(len, ours & theirs)), min(sum(map(len, ours)), sum(map(len, theirs)))
    if 2 * shared < least or bool(bulletin.body) != bool(generic.body):
        return bulletin
    values = {name: value for name in untold if (value := getattr(generic, name))}
    found = {name: generic.found[name] for name in values if name in generic.found}
    return replace(bulletin, **values, found={**bulletin.found, **found})


def _cut(paragraphs: list[str], end: str | None) -> tuple[list[str], list[str]]:
    """The paragraphs before the first one that `end` matches, and the rest."""
    at = next((n for n, text in enumerate(paragraphs) if end and re.search(end, text)), len(paragraphs))
    return paragraphs[:at], paragraphs[at:]


def _further(tree: HTMLTree, url: str, layout: Layout) -> tuple[str, ...]:
    """The further pages of this article, in order: `<id>_2.html` beside `<id>.html`. Empty where this is one of them."""
    if layout.further is None or tree.document is None:
        return ()
    stem, dot, ending = url.rpartition(".")
    pages: dict[int, str] = {}
    for link in select(tree.document, layout.further):
        with suppress(Problem):
            address = normalise(link.get_attribute("href") or "", base=url)
            number = re.fullmatch(rf"{re.escape(stem)}[_-](\d{{1,3}}){re.escape(dot + ending)}", address)
            if number and int(number[1]) > 1:
                pages[int(number[1])] = address
    return tuple(pages[n] for n in sorted(pages))


def _generically(tree: HTMLTree, stream: Tokens, meta: Mapping[str, str], text: str, url: str, base: str) -> Bulletin:
    whole = meta.get("wechat:title") or headline.whole(tree)
    found = generic.find(stream, headline.stated(meta)[0] or whole)
    if (found is None or found.weight < generic.LITTLE) and (
        alone := enclosures.find(tree, stream, meta, text, url, base)
    ):
        return alone
    if found is None:
        if alone := enclosures.below_heading(tree, stream, meta, text, url, base):
            return alone
        kinds.refuse(tree, stream, url, base, None)
        raise AssertionError("a page without an article is always refused")
    inside = prose.read_tokens(found.tokens, base)
    lines = (prose.lines(found.above), prose.lines(found.before), inside.paragraphs, prose.lines(found.after))
    around = Around(*map(byline.joined, lines))
    title = headline.find(tree, meta, found.headings, around, found.heading)
    day = published.find(around, meta, text, found.stamps, whole)
    origin = origins.find(around, meta, whole, text, day[0], found.opening)
    told = {
        "title": title,
        "published_at": day,
        "origin": origin,
        "author": authors.find(around, title[0], (found.opening, found.closing), meta, text, origin[0]),
        "editor": authors.editor(around),
    }
    values = {name: value for name, (value, _) in told.items()}
    body = trimmed(inside.paragraphs, values["title"])
    says_nothing = len(body) < MOST_CREDITS and all(byline.is_credit(line) or FRAME_LINE.search(line) for line in body)
    if says_nothing and (alone := enclosures.below_heading(tree, stream, meta, text, url, base)):
        return alone
    bulletin = Bulletin(
        url=url,
        title=values["title"],
        published_at=values["published_at"],
        origin=values["origin"],
        author=values["author"],
        editor=values["editor"],
        body="\n".join(body),
        images=tuple(inside.images),
        attachments=tuple(dict.fromkeys([*_above(found, base), *inside.attachments])),
        extra=_captions(inside),
        found={name: where for name, (value, where) in told.items() if value} | {"body": "generic"},
    )
    kinds.refuse(tree, stream, url, base, bulletin, found.place)
    return bulletin


def _above(found: generic.Found, base: str) -> list[str]:
    """The files between the heading and the article."""
    opening = found.opening.part(0, MOST_ABOVE)
    has_file = found.heading and any(kind == LINK and prose.is_file(opening, n) for n, kind in enumerate(opening.kinds))
    return prose.read_tokens(opening, base).attachments if has_file else []


def _captions(found: prose.Prose) -> dict[str, object]:
    return {"captions": found.captions} if found.captions else {}


def _value(tree: HTMLTree, meta: Mapping[str, str], where: Where | None) -> str | None:
    """One field on one line, without tags; None where the page leaves it empty."""
    if where is None or isinstance(where, Anywhere):
        return None
    if isinstance(where, Fixed):
        return where.value
    if isinstance(where, Meta):
        raw = next((meta[name.lower()] for name in where.names if meta.get(name.lower(), "").strip()), "")
    else:
        assert tree.document is not None
        element = tree.document.query_selector(where)
        raw = (element.text or "") if element is not None else ""
    return without_tags(entities.unescape(raw)) or None


def _place(where: Where, meta: Mapping[str, str]) -> str:
    """Where a layout looks for a field, in words."""
    if isinstance(where, Anywhere):
        return "anywhere"
    if isinstance(where, Fixed):
        return "recipe"
    if isinstance(where, Meta):
        held = (name for name in where.names if meta.get(name.lower(), "").strip())
        return f"meta {next(held, where.names[0])}"
    return where


def _credit(tree: HTMLTree, meta: Mapping[str, str], where: Where | None) -> str | None:
    """An origin, author or editor, without its label and without other labelled fields on the same line."""
    told = _NEXT_FIELD.split(_LABEL.sub("", _value(tree, meta, where) or ""))[0]
    enclosed = re.fullmatch(r"[(\[](.*)[)\]]", told.strip())
    return (enclosed[1] if enclosed else told).strip() or None


def _author(tree: HTMLTree, meta: Mapping[str, str], where: Where | None) -> str | None:
    """The names without what is said of them, `本网记者 林泉`; as they stand where they are no such line."""
    told = _credit(tree, meta, where)
    return told and (writers.author(told) or told)


def _meta_tags(tree: HTMLTree, stream: Tokens, text: str) -> dict[str, str]:
    """Meta tags by lower-case name; of several with one name, the first that is not empty. E-paper properties are named
    `enp:<property>`, values from WeChat's scripts `wechat:…`."""
    found: dict[str, str] = {}
    heads = [tree.head, tree.body] if "meta" in stream.tags else [tree.head]
    for tag in (tag for head in heads if head for tag in select(head, "meta")):
        name = (tag.get_attribute("name") or tag.get_attribute("property") or "").strip().lower()
        if name and not found.get(name, "").strip():
            found[name] = tag.get_attribute("content") or ""
    start = text.find("<!--enpproperty")
    end = text.find("/enpproperty-->", start)
    if 0 <= start < end < start + MOST_PROPERTIES:
        found |= {f"enp:{name.lower()}": value for name, value in _ENP_FIELD.findall(text, start, end)}
    return found | wechat.told(text)


def _with_editor(bulletin: Bulletin) -> Bulletin:
    """Fill in a missing editor from the last lines of the body. The line stays in the body."""
    if bulletin.editor:
        return bulletin
    return replace(bulletin, editor=_editor_in(bulletin.body.split("\n")[-12:]))


def _editor_in(lines: Sequence[str]) -> str | None:
    """The editor named in the last of these lines that names one. Lines of 60 characters or more are prose, not credits."""
    names = (byline.editor(line) for line in reversed(lines) if len(line) < 60)
    return next((name for name in names if name), None)


def _named(bulletin: Bulletin, source: Source | None) -> Bulletin:
    """Set `source` to the recipe's name. Without a recipe, or for a page of another account on its host, it is the host, or
    `cloaked` where a cloak was removed."""
    if source is not None and re.search(source.own, bulletin.url):
        return replace(bulletin, source=source.name)
    return replace(bulletin, source="cloaked" if bulletin.body_published is not None else host(bulletin.url))


def _checked(bulletin: Bulletin) -> Bulletin:
    texts = (bulletin.title, bulletin.origin, bulletin.author, bulletin.editor, bulletin.body, bulletin.page_text)
    if any(REPLACEMENT in text for text in texts if text):
        raise Unreadable(Outcome.CHARSET, f"{bulletin.url} holds bytes that are no characters: fetch it again")
    if not (bulletin.body or bulletin.images or bulletin.attachments or bulletin.extra.get("videos")):
        raise Unreadable(Outcome.NO_ARTICLE, f"{bulletin.url} holds neither text nor pictures nor files")
    return bulletin
