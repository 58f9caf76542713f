"""Hostile pages: each of one repeated part, at the size that was asked of it or up to the client's cap of 10 MB.

HOSTILE["nested div"].page(1000)    # the page with a thousand of its parts
HOSTILE["nested div"].worst         # how many parts the worst page has
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

TEXT = "<p>高新区今日召开会议，部署产业项目工作。企业代表、专家参加；会议强调：要压实责任，倒排工期。</p>"
"""A paragraph that makes a page an article, so that all ways into it are taken."""

HEAD = "<title>高新区召开项目推进会_高新网</title><body><h1>高新区召开项目推进会</h1>"


@dataclass(frozen=True, slots=True)
class Hostile:
    """A page of `n` equal parts: `build` gives what stands between its head and its article."""

    build: Callable[[int], str]
    worst: int
    head: str = HEAD

    def page(self, n: int) -> bytes:
        """The page with `n` parts, in UTF-8."""
        return (self.head + self.build(n) + TEXT * 3).encode()


def _many(part: str, worst: int, before: str = "", after: str = "") -> Hostile:
    return Hostile(lambda n: before + part * n + after, worst)


def _numbered(part: str, worst: int, before: str = "", after: str = "") -> Hostile:
    """`#` in `part` is the number of the part: no two are the same."""
    return Hostile(lambda n: before + "".join(part.replace("#", str(i)) for i in range(n)) + after, worst)


HOSTILE: dict[str, Hostile] = {
    # depth
    "nested div": _many("<div>", 100_000),
    "nested span": _many("<span>", 100_000),
    "nested b": _many("<b>", 100_000),
    "nested font": _many("<font color=red>", 100_000),
    "nested list": _many("<ul><li>", 50_000),
    "nested table": _many("<table><tr><td>", 100_000),
    "nested quote": _many("<blockquote>高新区，", 100_000),
    "nested at the cap": Hostile(lambda n: "<div>" * 350 + "<p>高新区，部署。</p>" * n, 60_000),
    "links in links": _many("<a href=x>", 100_000),
    "formats over blocks": _many("<b><p>高新区，</b>", 50_000),
    # length
    "text of 10 MB": _many("高新区今日召开会议，部署工作。", 230_000, "<p>"),
    "text of 10 MB without a mark": _many("高新区", 1_150_000, "<p>"),
    "text of 10 MB in Latin": _many("zone ", 2_000_000, "<p>"),
    "one line of 1 MB": _many("高新区，", 85_000, "<p>"),
    "white space of 10 MB": _many(" \n\t　", 1_700_000, "<p>"),
    "entities": _many("&#39640;", 1_000_000, "<p>"),
    "no-break spaces": _many("&nbsp;", 1_700_000, "<p>"),
    "marks only": _many("，。", 1_700_000, "<p>"),
    "combining marks": _many("\u0301", 500_000, "<p>高"),
    # number
    "links": _many("<a href=/1.html>高新区部署工作</a>", 200_000),
    "400,000 links": _many("<a href=1>高</a>", 400_000),
    "links in a list": _numbered("<li><a href=/#.html>高新区部署工作#</a>", 150_000, "<ul>", "</ul>"),
    "unclosed paragraphs": _many("<p>", 1_000_000),
    "unclosed paragraphs of text": _many("<p>高新区，", 600_000),
    "closed paragraphs": _many("<p>高新区，部署工作。</p>", 200_000),
    "teasers": _numbered("<div><a href=/#.html>高新区部署工作#</a><p>产业项目，进展顺利。</p></div>", 80_000),
    "spans": _many("<span>高新区，</span>", 350_000),
    "line breaks": _many("<br>", 200_000),
    "line breaks and text": _many("<br>高新区，部署。", 200_000),
    "end tags": _many("</div></p></span>", 500_000),
    "cells": _many("<td>高新", 50_000, "<table><tr>", "</table>"),
    "rows": _many("<tr><td>高新，<td>8.1%", 200_000, "<table>", "</table>"),
    "tables": _many("<table><tr><td>高新，<td>8.1%</table>", 150_000),
    "pictures": _numbered("<img src=/#.jpg>", 200_000, "<p>"),
    "files": _numbered("<a href=/#.pdf>附件#</a>", 200_000, "<p>"),
    "captions": _many("<figure><img src=1.jpg><figcaption>图，</figcaption></figure>", 80_000),
    "headings": _numbered("<h2>高新区召开项目推进会#</h2>", 150_000),
    "headings of the title": _many("<h1>高新区召开项目推进会</h1>", 150_000),
    "meta tags": _numbered("<meta name=m# content=高新区>", 200_000),
    "hidden": _many("<div style='display:none'>高新区，</div>", 150_000),
    "comment boxes": _many("<div class=comment>高新区，部署工作。</div>", 150_000),
    "article boxes": _many("<div class=article-content>高新区，部署工作。</div>", 150_000),
    "zoom boxes": _many("<div id=zoom>高新区，部署工作。</div>", 150_000),
    "select": _many("<option>高新区", 300_000, "<select>", "</select>"),
    "scripts": _many("<script>a()</script>", 300_000),
    "unclosed scripts": _many("<script>", 1_000_000, "", "</script>"),
    "comments": _many("<!--高-->", 700_000),
    "unclosed comments": _many("<!--", 2_000_000, "", "-->"),
    "templates": _many("<template><p>高新区，</template>", 200_000),
    "svg": _many("<svg><title>高</title></svg>", 200_000),
    "iframes": _many("<iframe>", 1_000_000, "", "</iframe>"),
    "angle brackets": _many("<", 5_000_000),
    "angle brackets in text": _many("&lt;p", 1_500_000, "<p>"),
    # attributes
    "attributes": _numbered(" a#=1", 100_000, "<div", ">"),
    "an attribute of 10 MB": _many("x", 10_000_000, "<div title='", "'>"),
    "an attribute of quotes": _many("&quot;", 1_600_000, "<div title='", "'>"),
    "an attribute of brackets": _many("<>", 5_000_000, "<div title='", "'>"),
    "a class of names": _numbered("c# ", 500_000, "<div class='", "'>"),
    "a class of nearly noise": _many("hot-", 2_500_000, "<div class='", "'>"),
    "a style": _many("display ", 1_200_000, "<div style='", "'>"),
    "an address of 10 MB": _many("../", 3_300_000, "<p><a href='", "1.pdf'>附件</a>"),
    # words that rules look for
    "brackets": _many("(", 1_000_000, "<p>"),
    "brackets (full width)": _many("（", 330_000, "<p>"),
    "readings": _many("新(xin)", 500_000, "<p>"),
    "digits": _many("1", 1_000_000, "<p>"),
    "dates": _many("2026-03-02 ", 100_000, "<p>"),
    "dates of Chinese": _many("2026年3月2日", 60_000, "<p>"),
    "half dates": _many("2026年", 140_000, "<p>"),
    "years and blanks": Hostile(lambda n: "<p>2026" + " " * n, 1_000_000),
    "origins": _many("来源：", 110_000, "<p>"),
    "origins by line": _many("来源：高新网<br>", 50_000, "<p>"),
    "origins and blanks": Hostile(lambda n: "<p>来源：" + "&nbsp;" * n, 160_000),
    "editors": _many("责任编辑：", 66_000, "<p>"),
    "editors by line": _many("责任编辑：李明<br>", 40_000, "<p>"),
    "authors": _many("作者：", 110_000, "<p>"),
    "reporters": _many("记者 ", 140_000, "<p>"),
    "correspondents": _many("通讯员", 110_000, "<p>"),
    "published": _many("发布时间：", 66_000, "<p>"),
    "bylines": _many("<p>来源：高新网 作者：王明 时间：2026-03-02</p>", 20_000),
    "tails": _many("<p>上一篇：</p>", 60_000),
    "disclaimers": _many("<p>免责声明：</p>", 50_000),
    "colons": _many(":", 1_000_000, "<p>"),
    "bars": _many("| ", 500_000, "<p>"),
    "a title of bars": Hostile(lambda n: f"<title>{'高新 - ' * n}</title><body>", 100_000, ""),
    "a title of brackets": Hostile(lambda n: f"<title>{'<' * n}</title><body>", 1_000_000, ""),
    "a title of 10 MB": Hostile(lambda n: f"<title>{'高新区' * n}</title><body>", 1_150_000, ""),
    "a heading of 10 MB": _many("高新区", 1_150_000, "<h1>", "</h1>"),
    "a date of 1 MB": _many("2", 1_000_000, "<meta name=pubdate content='", "'>"),
    "a description": _many("高新区，", 800_000, "<meta name=description content='", "'>"),
    "e-paper properties": _many("<a>", 1_000_000, "<!--enpproperty ", "/enpproperty-->"),
    "e-paper properties cut": _many("<!--enpproperty", 600_000),
    "e-paper marks": _many("<!--enpcontent--><!--/enpcontent-->", 250_000),
    "scripts of data": _many('"pubDate":"2026', 500_000, "<script>", "</script>"),
    # rows, pagers, files
    "rows with summaries": _many(
        "<li><h3><a href=/1>高新区召开项目推进大会议</a></h3><p>会议强调：要落实。</p>2026-03-02</li>", 12_000, ""
    ),
    "headlines": _many("<p><a href=/1>高新区召开项目推进大会议</a></p>", 30_000),
    "a numbered list": _many("<p>1. <a href=/1>高新区召开项目推进大会议</a></p>", 30_000),
    "names of documents": _many(
        "<li><a href=/1>《高新区项目推进办法》</a></li>", 30_000, "<p>高新区，部署。</p><ol>", "</ol>"
    ),
    "a pager": _many("<a href=1_2.html>2</a>", 40_000),
    "a pager in a form": _many("<option value=1_2.html>第2页", 400, "<select>", "</select>"),
    "a pager in a script": _many("document.write('<a href=1_2.html>2</a>');", 50_000, "<script>", "</script>"),
    "a pager's call": _many("createPageHTML(3, 0, 't', 'html');", 100_000, "<script>", "</script>"),
    "pictures below a day": Hostile(lambda n: HEAD + "<p>2026-03-02</p>" + "<img src=a>" * n, 10_000, ""),
    "pictures and captions": Hostile(lambda n: HEAD + "<p>2026-03-02</p>" + "<p><img src=a>图</p>" * n, 10_000, ""),
    "frames": _many("<iframe src=/viewer.html?file=/a.pdf></iframe>", 10_000),
    "files by script": _many("<a href=\"javascript:open('/a.doc')\">附件</a>", 30_000),
    "cookies": _many("document.cookie='a=1';", 100_000, "<script>", "</script>"),
    "variables": _many("var url='/a';", 100_000, "<script>", "</script>"),
    "data of a page": _many("[", 1_000_000, "<script type='application/ld+json'>", "</script>"),
}
"""By name. A part that a recipe or a rule of the generic way looks for stands here once the rule does."""
