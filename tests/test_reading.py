"""What an address says, held to the row of the list that leads to it."""

from __future__ import annotations

import pytest

from flows.reading import Found, as_listed
from scrapers.model import Bulletin, Item, Outcome, Page
from tests.made import MADE

URL = "http://nchdz.nc.gov.cn/a/n1.shtml"


@pytest.mark.parametrize(
    ("title", "day", "row", "date", "is_refused"),
    [
        ("系统维护公告", "2026-03-02", "高新区签约一批项目", "2026-02-01", True),
        ("高新区集中签约一批项目", "2026-03-02", "签约一批…", "2026-02-01", False),
        ("系统维护公告", "2026-02-01T10:00+08:00", "高新区签约一批项目", "2026-02-01", False),
        ("系统维护公告", "2026-03-02", "", "2026-02-01", False),
        ("高新区签约一批项目", "2026-02-01", "查看", "2026-02-05", False),
        ("NVIDIA GTC", "2026-02-01", "nvidia gtc", "2026-02-05", False),
        ("专题报导区里项目", "2026-02-01", "專題報導區裡項目", "2026-02-05", False),
        ("系统维护公告", "2026-03-02", "高新区签约一批项目", None, False),
        ("系统维护公告", None, "高新区签约一批项目", "2026-02-01", True),
        ("高新区集中签约一批项目", None, "签约一批…", "2026-02-01", False),
        (None, "2026-03-02", "高新区签约一批项目", "2026-02-01", False),
    ],
    ids=(
        "a notice,another title,the same day,no title,a button,another case,another script,no listed day,no day,"
        "no day but the title,untitled"
    ).split(","),
)
def test_a_page_of_another_title_and_another_day_than_its_row_is_another(
    title: str | None, day: str | None, row: str, date: str | None, is_refused: bool
) -> None:
    page = Page(URL, b"", MADE)
    found = as_listed(Found((page,), Bulletin(URL, title=title, published_at=day, body="正文。")), Item(URL, row, date))
    assert (found.bulletin is None) is is_refused
    assert (found.pages[0].outcome is Outcome.NO_ARTICLE) is is_refused


def test_a_row_that_the_page_shows_elsewhere_is_of_it() -> None:
    told = Bulletin(
        URL, title="通知公告栏目", published_at="2026-03-02", body="正文。", page_text="高新区签约一批项目\n\n正文。"
    )
    item = Item(URL, "高新区签约一批项目", "2026-02-01")
    assert as_listed(Found((Page(URL, b"", MADE),), told), item).bulletin is told


@pytest.mark.parametrize(("title", "is_refused"), [("另一家企业在星河投产", True), ("高新区集中签约一批项目", False)])
def test_a_row_that_is_redirected_to_another_title_of_the_day_is_another(title: str, is_refused: bool) -> None:
    page = Page(URL, b"", MADE, final_url="http://nchdz.nc.gov.cn/a/n2.shtml")
    told = Bulletin(URL, title=title, published_at="2026-02-01", body="正文。")
    found = as_listed(Found((page,), told), Item(URL, "高新区签约一批项目", "2026-02-01"))
    assert (found.bulletin is None) is is_refused
