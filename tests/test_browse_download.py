"""The CSV that a list offers for Excel: whole, safe and lossless there, with times in Beijing."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

import httpx
import pytest

from archive.store import Archive
from archive.withhold import withhold
from scrapers.model import Bulletin
from tests.browsing import Site, put, served

FORMULA = "=HYPERLINK(1)"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with served(tmp_path_factory.mktemp("browse")) as site:
        with Archive(site.path) as archive:
            put(archive, Bulletin("http://f.example/1", "f", FORMULA, "2026-03-01T17:30Z", "@甲", body="-1,\n+2"))
            archive.conn.execute("UPDATE bulletins SET key = '198071e23122' WHERE source = 'f'")
        yield site


def download(site: Site, **query: str) -> list[dict[str, str]]:
    """What the button of the list with this query gives."""
    form = site.page(**query).select("form.export")[0]
    fields = {str(tag["name"]): str(tag["value"]) for tag in form.select("[name]")}
    answer = site.client.get(str(httpx.URL(site.landing).join(str(form["action"]))), params=fields)
    assert answer.status_code == 200, answer.text
    assert answer.content.startswith(b"\xef\xbb\xbf") and answer.content.count(b"\xef\xbb\xbf") == 1
    assert "attachment" in answer.headers["content-disposition"] and "content-length" not in answer.headers
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))


def test_excel_takes_nothing_for_a_formula_or_a_number(site: Site) -> None:
    (row,) = download(site, source="f")
    assert (row["title"], row["origin"], row["body"]) == (f"'{FORMULA}", "'@甲", "'-1,\n+2")
    assert row["published_at"] == "2026-03-02T01:30+08:00" and row["captured_at"] == "2026-03-02T08:00:00+08:00"
    assert row["key"] == "'198071e23122" and row["year"] == "2026" and row["document_id"].isdecimal()


def test_the_file_holds_what_the_list_shows_and_the_pages_after_it(site: Site) -> None:
    with Archive(site.path) as archive:
        for n in range(250):
            put(
                archive,
                Bulletin(
                    f"http://many.example/{n}", "many", f"连载第{n}回", f"2025-01-{n % 28 + 1:02}", body=f"第{n}章"
                ),
            )
        withhold(archive, "http://many.example/7", "hidden", "应当事人要求")
    assert [row["title"] for row in download(site, source="many", _size="2")] == site.titles(source="many", _size="500")
    assert len(download(site, source="many")) == 249
    listed = site.titles(_sort="published_at", _size="500")
    assert [row["title"].removeprefix("'") for row in download(site, _sort="published_at", _size="3")] == listed
    assert {row["title"] for row in download(site, _search="航空", _size="1", _ranked="1")} == {"机翼蒙皮", "转载:机翼"}
    assert [row["title"] for row in download(site, _search="航空", title__contains="转载")] == ["转载:机翼"]
    assert [row["title"] for row in download(site, published_at__date="2026-01-15")] == ["转载:机翼"]


def test_other_tables_are_there_for_excel_too(site: Site) -> None:
    for table in ("version_details", "links", "urls", "sources"):
        answer = site.client.get(f"{site.database}/{table}/-/excel.csv")
        rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))
        known = site.client.get(f"{site.database}/{table}.json", params={"_size": "max"}).json()
        assert len(rows) == len(known["rows"]) > 0 and list(rows[0]) == known["columns"], table
    for path, status in (("contents", 403), ("nosuch", 404), ("bulletins", 400)):
        answer = site.client.get(f"{site.database}/{path}/-/excel.csv", params={"_where": "nosuch = 1"})
        assert answer.status_code == status, answer.text


def test_a_csv_for_programs_is_as_it_was(site: Site) -> None:
    plain = site.client.get(site.landing + ".csv", params={"source": "f", "_stream": "on", "_dl": "on"})
    assert plain.content.startswith(b"document_id,") and f",{FORMULA}," in plain.text
