"""What an address asks for that is not there, or not to be shown: one sentence says why, and the status is the right one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.browsing import Site, served


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with served(tmp_path_factory.mktemp("browse")) as site:
        yield site


@pytest.mark.parametrize("query", ["_col=title", "_nocol=published_at", "_col=title&_col=body&_sort=captured_at"])
def test_a_list_without_the_column_that_it_is_sorted_by(site: Site, query: str) -> None:
    for ending in ("", ".json", ".csv", "/-/excel.csv"):
        answer = site.client.get(f"{site.landing}{ending}?{query}&_size=2&_labels=on")
        assert answer.status_code == 200, ending
    page = site.page(_col="title", _size="2")
    following = site.client.get(str(page.select("a[href*=_next]")[0]["href"]))
    assert following.status_code == 200 and len(page.select("table.rows-and-columns tbody tr")) == 2
