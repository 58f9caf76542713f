"""The pages of the tables, beyond the bulletins: rows, filters, SQL, in Chinese."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from bs4 import BeautifulSoup

from tests.browsing import Site, at, served, texts

ENGLISH = re.compile(
    "This data|advanced|Apply|SQL query|Run SQL|Format SQL|View and edit|- column -|remove filter|Sort|rows? where|[0-9] rows?"
    "|Export|Next page|Links from|records|results|hidden table|Tables|Views|contains"
)
"""What Datasette's own templates say."""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with served(tmp_path_factory.mktemp("browse")) as site:
        yield site


@pytest.mark.parametrize(
    "path",
    [
        "",
        "?sql=select+key+from+bulletins+where+source=:source&source=nchdz",
        "?sql=select+1+where+0",
        "?sql=select+nosuch",
        "/versions",
        "/versions?change=gone&_facet=change&_sort=id",
        "/versions?change=nothing",
        "/versions?_where=id>1",
        "/version_details?version__gte=2",
        "/documents/1",
        "/bulletins?_col=title&source=nchdz",
    ],
)
def test_what_stands_around_the_rows_is_chinese(site: Site, path: str) -> None:
    answer = site.client.get(site.database + path)
    assert answer.status_code in (200, 400), answer.text
    page = BeautifulSoup(answer.text, "lxml")
    shown = " ".join([page.get_text(" "), *(str(tag["value"]) for tag in page.select("input[value]"))])
    assert not ENGLISH.findall(shown) and re.search("[\u4e00-\u9fff]", str(page.title))


def test_headings_have_the_chinese_names_of_columns(site: Site) -> None:
    for path, sorted_by in (
        ("/versions", "_sort=captured_at"),
        ("/versions?_sort=captured_at", "_sort_desc=captured_at"),
    ):
        page = BeautifulSoup(site.client.get(site.database + path).text, "lxml")
        (heading,) = page.select("th.col-captured_at")
        assert texts([heading])[0].split()[0] == "captured_at" and texts(heading.select("small")) == ["采集时间"]
        assert heading["title"] == heading["data-column-description"] == "采集时间：网页送达的时刻（UTC）"
        assert heading.a and str(heading.a["href"]).endswith(f"/versions?{sorted_by}")
    cells = page.select("td.col-captured_at")
    assert cells and {cell["data-column"] for cell in cells} == {"采集时间"}, (
        "said before each value on a narrow screen"
    )
    assert "首次见到" in texts(
        BeautifulSoup(site.client.get(site.database + "/documents/1").text, "lxml").select("th small")
    )


def test_filters_of_a_table(site: Site) -> None:
    page = BeautifulSoup(site.client.get(site.database + "/versions?change=gone").text, "lxml")
    assert page.title and page.title.get_text() == "versions · 高新档案"
    assert "1 行" in texts(page.select(".export"))[0]
    assert [tag["value"] for tag in page.select("input[name^=_filter_value]")] == ["gone", ""]
    links = {link.get_text(): str(link["href"]) for link in page.select(".export a")}
    csv = at(site, links["CSV（可用 Excel 打开，北京时间）"])
    assert csv.status_code == 200 and csv.text.count("\n") == 2
    answer = site.client.get(
        site.database + "/versions", params={"_filter_column": "change", "_filter_op": "exact", "_filter_value": "new"}
    )
    assert answer.status_code == 302 and "change__exact=new" in answer.headers["location"]
