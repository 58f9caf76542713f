"""What stands in an element: paragraphs, captions, pictures and files, in page order, without the page's boilerplate."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from resiliparse.parse.html import HTMLTree

from scrapers.extraction.prose import Prose, line, read

BASE = "http://h.cn/a/b.html"


def prose(html: str, drop: str | None = None, caption: str | None = None) -> Prose:
    body = HTMLTree.parse(f"<body>{html}</body>").body
    assert body is not None
    return read(body, BASE, drop, caption)


@pytest.mark.parametrize(
    ("html", "paragraphs"),
    [
        ("<p>一</p><p>二</p>", ["一", "二"]),
        ("一<br>二<br/><br>三", ["一", "二", "三"]),
        ("<p>高<b>新</b><span>区</span> <i>会</i></p>", ["高新区 会"]),
        ("<p>\u3000\u3000缩进，\n  ＧＤＰ&nbsp;5％。</p>", ["缩进, GDP 5%。"]),
        ("<div>前<p>中</p>后</div>", ["前", "中", "后"]),
        ("<ul><li>甲<li>乙</ul><h2>丙</h2>", ["甲", "乙", "丙"]),
        ("<p>&lt;高新&gt; &amp; 区</p>", ["<高新> & 区"]),
        ("<p></p><p> &nbsp;\u200b </p><br>", []),
        ("<p>见<script>var a='<p>';</script><style>p{}</style><!-- 注 -->此</p>", ["见此"]),
        ("<p>见<span style='color:red;DISPLAY: none'>隐</span>此</p>", ["见此"]),
        ("<p>图<img src=1.jpg alt='一张图'>文</p>", ["图文"]),
        ("<button>分享</button><select><option>1</select><textarea>x</textarea><p>文</p>", ["文"]),
    ],
)
def test_paragraphs_end_where_blocks_and_line_breaks_do(html: str, paragraphs: list[str]) -> None:
    assert prose(html).paragraphs == paragraphs


@pytest.mark.parametrize(
    ("html", "paragraphs"),
    [
        ("<table><tr><th>指标<th>增速<tr><td><p>产值</p><td>8.1%</table>", ["指标  增速", "产值  8.1%"]),
        ("<table><tr><td>两<br>行<td></table>", ["两 行"]),
        ("<table><tr><td> <td>&nbsp;</table>", []),
        ("<table><tr><td><p>一</p><p>二</p></table>", ["一", "二"]),
        ("<table><tr><td>栏<td><table><tr><td>内<td>表</table></table>", ["栏", "内  表"]),
        ("<table><tr><td>侧<td><p>一<p>二<p>三<p>四</table>", ["侧", "一", "二", "三", "四"]),
        ("前<table><caption>表1</caption><tr><td>甲<td>乙</table>后", ["前", "表1", "甲  乙", "后"]),
    ],
    ids=["data", "break in a cell", "empty cells", "one cell", "a table in a table", "a layout", "around"],
)
def test_a_row_of_data_is_one_paragraph_and_a_layout_is_read_through(html: str, paragraphs: list[str]) -> None:
    assert [text.strip() for text in prose(html).paragraphs] == paragraphs


def test_what_is_dropped_is_nowhere_and_captions_stand_apart_with_their_pictures() -> None:
    found = prose(
        "<p>文</p><div class=ad>广告<img src=ad.jpg></div>"
        "<figure><img src=1.jpg><figcaption>图一<img src=2.jpg></figcaption></figure>",
        drop=".ad",
        caption="figcaption",
    )
    assert (found.paragraphs, found.captions) == (["文"], ["图一"])
    assert found.images == ["http://h.cn/a/1.jpg", "http://h.cn/a/2.jpg"]


def test_pictures_and_files_are_absolute_and_told_once_in_page_order() -> None:
    found = prose(
        "<img src='/2.png'><img src='1.png'><img data-src='//k.cn/3.png' src='blank.gif'><img src='1.png#x'>"
        "<a href='附件.PDF'>甲</a><a href='/f/2.docx?v=1'>乙</a><a href='附件.PDF'>丙</a><a href='page.html'>丁</a>"
        "<img src='data:image/png;base64,AAAA'><img src='file:///C:/1.png'><img src=''>"
        "<img><a>戊</a><a href='javascript:a.pdf'>己</a>"
    )
    assert found.images == ["http://h.cn/2.png", "http://h.cn/a/1.png", "http://k.cn/3.png"]
    assert found.attachments == ["http://h.cn/a/%E9%99%84%E4%BB%B6.PDF", "http://h.cn/f/2.docx?v=1"]
    assert found.paragraphs == ["甲乙丙丁戊己"]


def test_a_file_is_found_where_its_address_is_written_over_several_lines() -> None:
    found = prose("<a href='\n/f/1.docx\n\n'>下载</a><a href='\t2.pdf '>下载</a>")
    assert found.attachments == ["http://h.cn/f/1.docx", "http://h.cn/a/2.pdf"]


def test_what_one_reading_drops_is_there_in_the_next() -> None:
    body = HTMLTree.parse("<body><p>文</p><p class=ad>广告</p></body>").body
    assert body is not None
    assert read(body, BASE, drop=".ad").paragraphs == ["文"]
    assert read(body, BASE).paragraphs == ["文", "广告"]


BLOCKS = "<p> </p> <br> <div> </div> <table> <tr> <td> </table> <li> <b> </b> <figcaption> </figcaption>".split()
INLINE = "高新 区， ＡＢ < <!-- </a> &nbsp; &#12288; &#8203; <script> </script> </i>".split()
OTHERS = ["<img src=1.png>", "<a href=1.pdf>", "<i style='display:none'>", "\u3000", "\n"]
FRAGMENTS = st.lists(st.sampled_from([*BLOCKS, *INLINE, *OTHERS]), max_size=40).map("".join)


@settings(max_examples=300, deadline=None)
@given(FRAGMENTS)
def test_a_text_is_one_paragraph_a_line_and_nothing_is_told_twice(html: str) -> None:
    found = prose(html, caption="figcaption")
    assert found.text.split("\n") == (found.paragraphs or [""])
    assert all(text and text == line(text) for text in found.captions)
    assert len(found.images) <= 1
    assert len(found.attachments) <= 1


@settings(deadline=None)
@given(st.text(st.sampled_from("高新 \t\n\u3000\u200b\xa0Ａ"), max_size=20))
def test_the_characters_of_a_paragraph_are_told_once(text: str) -> None:
    assert prose(f"<p>{text}</p>").paragraphs == ([line(text)] if line(text) else [])


@pytest.mark.parametrize("html", ["<p>高新区，</p>" * 1000, "<br>高新" * 1000], ids=["paragraphs", "line breaks"])
def test_a_thousand_paragraphs_are_read_within_a_second(html: str) -> None:
    started = time.process_time()
    assert len(prose(html).paragraphs) == 1000
    assert time.process_time() - started < 1
