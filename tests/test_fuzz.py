"""Broken pages of every kind: a sound Bulletin or a typed outcome, nothing else.

Real pages (where they are at hand) and samples are cut, flipped, spliced, nested and stuffed; HTML is built by hypothesis;
bytes are drawn at random. `make test` tries a few thousand, `make soak` a hundred thousand; a case's number is its seed.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from functools import cache

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from flows.demo import SITES
from scrapers.source import Source
from scrapers.sources import all_sources
from tests.conftest import SHARED
from tests.faults.sound import outcome

LARGEST = 60_000
"""Bytes of the largest page that is mutated: a larger one costs time and breaks in no other way."""
CONTENT_TYPES = (None, "text/html", "text/html; charset=utf-8", "text/html; charset=gb2312", "text/html; charset=big5")

PARTS = (
    *"<div> </div> <p> </p> <table> <tr> <td> </table> <ul> <li> </ul> <b> </b> <h1> </h1> <a> </a> <span> <br>".split(),
    *"<!-- --> <script> </script> <style> <title> </title> <body> </body> <html> <head> <svg> <math> <template>".split(),
    *"<frameset> <plaintext> <select> <option> <textarea> <iframe> <noscript> <article> <section> <form> <pre>".split(),
    *"&#xD800; &#0; &#x110000; &nbsp; &amp &lt; &quot &copy; &#65533; &#xFFFE;".split(),
    "<a href='http://[bad/1.pdf'>附件</a>",
    "<a href='http://u:p@h.cn:99999/a.pdf'>附件1.pdf</a>",
    "<a href='/a.doc?x=\ud7ff&#xDC00;'>附件</a>",
    "<img src='http://[bad/'>",
    "<img src='data:image/png;base64,AA'>",
    "<img data-src=//h.cn/１.jpg>",
    "<base href='http://[bad/'>",
    "<base href='//other.cn/x/'>",
    "<meta charset=utf-16>",
    "<meta http-equiv=refresh content='0;url=http://[bad/'>",
    "<meta http-equiv=refresh content='0;url=/2.html'>",
    "<script>location.href='http://[bad/'</script>",
    "<script>window.location.replace('/3.html')</script>",
    "<meta name=PubDate content='2026-03-05 08:00-24:00'>",
    "<meta name=pubdate content='2026-02-30'>",
    "<meta property=og:title content='高新区&#xD800;'>",
    "<div id=zoom>",
    "<div class=TRS_Editor>",
    "<div class='content comment'>",
    "<div style='display:none'>",
    "<!--enpproperty <title>高</title>/enpproperty-->",
    "<!--enpcontent-->",
    "<!--/enpcontent-->",
    '<script type="application/ld+json">{"datePublished": [1e999, {}]}</script>',
    '<script type="application/ld+json">[[[[</script>',
    "<p>高新区今日召开会议，部署产业项目工作。企业代表、专家参加；会议强调：要压实责任。</p>",
    "<h1>高新区召开项目推进会</h1>",
    "<title>高新区召开项目推进会_高新网</title>",
    "发布时间：2026-03-05 08:00-24:00",
    "发布时间：２０２６年１３月４０日",
    "来源：高新网 作者：王明　责任编辑：李明",
    "（记者 王明 通讯员 李明）",
    "上一篇：<a href=1.html>无</a>",
    "這(zhe)樣(yang)的(de)變(bian)化(hua)",
    "\u0301" * 20,
    "\u202e\u200b\ufeff\ue000\x00\x1b",
    "😀𠀀\U0010ffff",
    "ﬁ㎡①ＡＢＣ　",
)
"""What pages are stuffed with: tags that change how the rest is parsed, addresses that are none, words that rules look for."""


@cache
def seeds() -> list[bytes]:
    """The pages that are mutated: the samples, and real pages where they are at hand."""
    folders = [SITES, SHARED / "pages"]
    found = [file.read_bytes() for folder in folders for file in sorted(folder.rglob("*.*htm*"))]
    return [data for data in found if 0 < len(data) <= LARGEST]


def place(rng: random.Random, data: bytes) -> int:
    """An offset in `data`: any, or the start of a tag."""
    at = rng.randrange(len(data) + 1)
    tag = data.find(b"<", at) if rng.random() < 0.5 else -1
    return tag if tag >= 0 else at


def stretch(rng: random.Random, data: bytes) -> slice:
    """A part of `data`, more often a short one."""
    start = place(rng, data)
    return slice(start, start + int(2 ** rng.uniform(0, 12)))


def flip(rng: random.Random, data: bytes) -> bytes:
    changed = bytearray(data)
    for _ in range(rng.choice((1, 1, 2, 10, 200))):
        changed[rng.randrange(len(changed))] = rng.randrange(256)
    return bytes(changed)


def cut(rng: random.Random, data: bytes) -> bytes:
    at = place(rng, data)
    return data[:at] if rng.random() < 0.7 else data[at:]


def drop(rng: random.Random, data: bytes) -> bytes:
    part = stretch(rng, data)
    return data[: part.start] + data[part.stop :]


def double(rng: random.Random, data: bytes) -> bytes:
    part = stretch(rng, data)
    return data[: part.start] + data[part] * rng.choice((2, 3, 40)) + data[part.stop :]


def splice(rng: random.Random, data: bytes) -> bytes:
    other = rng.choice(seeds())
    at = place(rng, data)
    return data[:at] + other[stretch(rng, other)] + data[at:]


def stuff(rng: random.Random, data: bytes) -> bytes:
    for _ in range(rng.choice((1, 1, 3, 10))):
        at = place(rng, data)
        data = data[:at] + rng.choice(PARTS).encode("utf-8", "surrogatepass") + data[at:]
    return data


def nest(rng: random.Random, data: bytes) -> bytes:
    at = place(rng, data)
    return (
        data[:at]
        + rng.choice((b"<div>", b"<b>", b"<table><tr><td>", b"<ul><li>")) * rng.choice((20, 390, 3000))
        + data[at:]
    )


def unclose(rng: random.Random, data: bytes) -> bytes:
    tag = rng.choice((b"div", b"p", b"td", b"table", b"a", b"script", b"title", b"li", b"span", b"style"))
    return data.replace(b"</" + tag + b">", b"", rng.choice((1, 5, -1)))


def inflate(rng: random.Random, data: bytes) -> bytes:
    """A giant attribute, or many, in some tag."""
    at = data.find(b">", place(rng, data))
    many = b" x" + rng.choice((b"='" + b"a<>&quot;" * 3000 + b"'", b"=1 y=2" * 500, b"\x00\xff" * 50, b"=" * 1000))
    return data[:at] + many + data[at:]


def rename(rng: random.Random, data: bytes) -> bytes:
    """One kind of tag becomes another, everywhere."""
    kinds = (b"div", b"p", b"td", b"a", b"span", b"li", b"h1", b"script", b"article", b"svg", b"title", b"form")
    old, new = rng.choice(kinds), rng.choice(kinds)
    return re.sub(rb"(</?)" + old + rb"\b", rb"\1" + new, data)


Mutation = Callable[[random.Random, bytes], bytes]
MUTATIONS: Sequence[Mutation] = (flip, cut, drop, double, splice, stuff, stuff, nest, unclose, inflate, rename)


def mutated(number: int) -> tuple[bytes, str | None, Source | None]:
    """The case of this number: a page after a few mutations, its label, and the source whose layouts read it, or none."""
    rng = random.Random(number)
    data = rng.choice(seeds())
    for _ in range(rng.choice((1, 1, 2, 3, 6))):
        if data:
            data = rng.choice(MUTATIONS)(rng, data)
    source = rng.choice((None, None, *sorted(all_sources()))) if rng.random() < 0.5 else None
    return data, rng.choice(CONTENT_TYPES), all_sources()[source] if source else None


def drawn(number: int) -> bytes:
    """Random bytes of this number: any, those of text, or parts of pages in any order."""
    rng = random.Random(number)
    match number % 3:
        case 0:
            return rng.randbytes(rng.choice((1, 10, 300, 5000)))
        case 1:
            return bytes(
                rng.choices(b"<>/='\" \n&;#abdivptrs0123\xb8\xdf\xd0\xc2\xc7\xf8\xe9\xab\x98", k=rng.choice((50, 3000)))
            )
        case _:
            return "".join(rng.choices(PARTS, k=rng.choice((5, 40, 200)))).encode("utf-8", "surrogatepass")


def try_all(numbers: range) -> None:
    """Every case of these numbers; the first that is neither is named, with the error that it met."""
    for number in numbers:
        try:
            outcome(*mutated(number))
            if number % 4 == 0:
                outcome(drawn(number // 4))
        except Exception as error:
            raise AssertionError(f"case {number}: {type(error).__name__}: {error}") from error


@pytest.mark.parametrize("hundred", range(15))
def test_a_mutated_page_is_a_bulletin_or_a_typed_outcome(hundred: int) -> None:
    try_all(range(hundred * 100, hundred * 100 + 100))


WORDS = st.text(
    st.sampled_from("高新区发布会议，。；：（）()|0123456789-年月日:来源作者编辑记者 \u3000<>&;\x00\u200b\ud7ff"),
    max_size=40,
)
HTML = st.recursive(
    WORDS | st.sampled_from(PARTS),
    lambda inner: st.tuples(
        st.sampled_from("div p td tr table a span li ul h1 h2 b script title article figure figcaption center".split()),
        st.sampled_from(
            ["", " id=zoom", " class=content", " class='comment'", " href=/1.pdf", " style='display:none'"]
        ),
        st.lists(inner, max_size=6),
        st.booleans(),
    ).map(lambda made: f"<{made[0]}{made[1]}>{''.join(made[2])}{f'</{made[0]}>' if made[3] else ''}"),
    max_leaves=30,
)


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(HTML, st.sampled_from(["utf-8", "gb18030", "big5", "utf-16"]), st.sampled_from(CONTENT_TYPES))
def test_html_built_at_random_is_a_bulletin_or_a_typed_outcome(
    html: str, encoding: str, content_type: str | None
) -> None:
    outcome(html.encode(encoding, "replace"), content_type)


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=600), st.sampled_from(CONTENT_TYPES))
def test_any_bytes_are_a_bulletin_or_a_typed_outcome(data: bytes, content_type: str | None) -> None:
    outcome(data, content_type)


@pytest.mark.soak
@pytest.mark.parametrize("thousand", range(80))
def test_a_hundred_thousand_broken_pages(thousand: int) -> None:
    """80,000 mutated pages and 20,000 random ones; none of them is among those that `make test` tries."""
    first = 1_000_000 + thousand * 1000
    print(f"cases {first} to {first + 999}")
    try_all(range(first, first + 1000))
