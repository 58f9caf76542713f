"""`gaoxin new-source` on whole sites invented here: columns with an interface of their own, papers, names."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import pytest

from flows.new_source import new_source, request
from scrapers import warc
from scrapers.discovery.recipe import Recipe
from scrapers.model import Page
from scrapers.sources import read_recipe
from scrapers.urls import normalise
from scrapers.warc import Replay

NIGHT = datetime.fromisoformat("2026-03-05T23:00:00+08:00")
TEXT = "".join(f"<p>高新区第{n}次项目调度会今日召开，会议听取了汇报，研究了问题，明确了责任。</p>" for n in range(1, 6))


def recipe_of(pages: Mapping[str, str], tmp_path: Path) -> Recipe:
    """The recipe for the first of these pages, a list."""
    captures = [
        Page(
            normalise(url),
            body.encode(),
            NIGHT,
            headers={"content-type": "application/json" if body.startswith("{") else "text/html; charset=utf-8"},
        )
        for url, body in pages.items()
    ]
    warc.write(tmp_path / "site.warc.gz", captures)
    asked = request("mine", next(iter(pages)), tmp_path / "own", True)
    return asyncio.run(new_source(asked, Replay(tmp_path / "site.warc.gz", NIGHT)))


def article(n: int, whole: str = "{title}-临川高新区") -> str:
    title = f"高新区召开第{n}次调度会"
    return (
        f"<html><head><title>{whole.format(title=title)}</title></head><body><h2 class=bt>{title}</h2>"
        f"<div class=xx>发布时间：2026-02-0{n} 10:00　来源：临川发布</div><div class=nr>{TEXT}</div></body></html>"
    )


# A Hanweb column with a JSON interface

UNIT = (
    "http://lc.gov.cn/api-gateway/jpaas-publish-server/front/page/build/unit?parseType={parse}&webId=77&tplSetId=e3&pageType=column"
    "&tagId=%E5%88%97%E8%A1%A8&editType=null&pageId=411&paramJson=%7B%22pageNo%22%3A{n}%2C%22pageSize%22%3A3%7D"
)
FIELDS = "{{'webId':'77','pageId':'411','parseType':'{parse}','tagId':'列表','tplSetId':'e3'}}"


def rows_of_a_unit(first: int) -> str:
    rows = "".join(
        f"<li>[2026-02-0{n}] <a href=/art/2026/2/{n}/art_411_{n}.html>高新区召开第{n}次调度会</a></li>"
        for n in range(first, first - 3, -1)
    )
    pager = "<div class=page paramJson='{&quot;pageSize&quot;:3}' count=\"6\"></div>"
    return f"<div class=page-content><ul>{rows}</ul>{pager}</div>"


@pytest.mark.parametrize("column", ["http://lc.gov.cn/col/col411/index.html", "http://lc.gov.cn/xwzx/tzgg/index.html"])
@pytest.mark.parametrize("parse", ["bulidstatic", "buildstatic"])
def test_a_column_of_an_interface_is_read_from_its_own_address(column: str, parse: str, tmp_path: Path) -> None:
    page = (
        f'<html><head><title>通知公告-临川高新区</title></head><body><script parsetype="{parse}" querydata="'
        f'{FIELDS.format(parse=parse)}"></script>{rows_of_a_unit(6)}</body></html>'
    )
    answers = {
        UNIT.format(n=n, parse=parse): json.dumps({"data": {"html": rows_of_a_unit(first)}}, ensure_ascii=False)
        for n, first in ((1, 6), (2, 3))
    }
    articles = {f"http://lc.gov.cn/art/2026/2/{n}/art_411_{n}.html": article(n) for n in (5, 6)}
    found = recipe_of({column: page} | answers | articles, tmp_path)
    assert found.section.startswith('hanweb.unit("通知公告", web="77"'), found.section
    assert ('parse="buildstatic"' in found.section) is (parse == "buildstatic")
    assert "sections" not in found.remarks, "its second page was read"
    assert (found.title, found.zone) == ("临川高新区", "临川")
    source = read_recipe(tmp_path / "own" / "mine.py")
    assert source.items is not None
    assert [item.date for item in source.items(answers[UNIT.format(n=2, parse=parse)], column)] == [
        "2026-02-03",
        "2026-02-02",
        "2026-02-01",
    ]
