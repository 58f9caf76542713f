"""What the citation box says to cite leads back to the bulletin: its key, its hash, its permanent name, its address."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from bs4 import BeautifulSoup

from archive.cite import bibtex, cite, csl
from archive.store import Archive
from scrapers.model import Bulletin
from tests.browsing import NCHDZ, Site, at, put, served, texts


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with served(tmp_path_factory.mktemp("browse")) as site:
        yield site


def found(site: Site, typed: str) -> str:
    """The path to which the search box leads; the list itself where it searches."""
    answer = site.client.get(site.landing, params={"_search": typed}, follow_redirects=True)
    assert answer.status_code == 200
    return answer.url.path


def test_the_search_box_finds_what_the_citation_box_names(site: Site) -> None:
    with Archive(site.path) as archive:
        number, key = archive.conn.execute("SELECT document_id, key FROM bulletins WHERE title = '机翼蒙皮'").fetchone()
        old, new = (row[0] for row in archive.conn.execute(
            "SELECT hash FROM versions WHERE document_id = ? ORDER BY version", [number]
        ))  # fmt: skip
    bulletin = f"{urlsplit(site.landing).path}/{number}"
    box = site.bulletin("机翼蒙皮").select_one(".cite")
    assert box and key in box.get_text() and f"/v/{new[:12]}" in texts(box.select("#citation"))[0]
    assert box.select_one(f'a[href="/v/{new[:12]}"]')
    for typed in (key, f" {key.upper()} ", f"{NCHDZ}wing", f"{NCHDZ}wing".replace("http:", "https:")):
        assert found(site, typed) == bulletin, typed
    for typed in (f"{NCHDZ}wing#top", f"{NCHDZ}wing".replace("http://nchdz", "HTTP://NCHDZ")):
        assert found(site, typed) == bulletin, typed
    assert (found(site, f"{key}@1"), found(site, f"{key}@9")) == (f"/v/{old[:12]}", urlsplit(site.landing).path)
    for version in (old, new):
        for typed in (version, version[:12], version[:30], f"/v/{version[:12]}", absolute(site, version)):
            assert found(site, typed) == f"/v/{version[:12]}", typed
    for typed in ("f" * 12, "0123456789ab", "http://[broken", NCHDZ + "nowhere", "12345678901", "机翼"):
        assert found(site, typed) == urlsplit(site.landing).path, typed


def absolute(site: Site, version: str) -> str:
    parts = urlsplit(site.landing)
    return f"{parts.scheme}://{parts.netloc}/v/{version[:12]}"


def test_a_key_is_an_address_of_the_bulletin(site: Site) -> None:
    with Archive(site.path) as archive:
        found = archive.conn.execute("SELECT document_id, key FROM bulletins").fetchall()
    for number, key in found:
        for ending in ("", ".json"):
            answer = at(site, f"{site.landing}/{key}{ending}")
            assert (answer.status_code, answer.headers["location"]) == (
                302,
                f"{urlsplit(site.landing).path}/{number}{ending}",
            )
    assert at(site, f"{site.landing}/ffffffffffff").status_code == 404


def test_the_page_cites_as_the_files_do(site: Site) -> None:
    with Archive(site.path) as archive:
        put(archive, Bulletin(NCHDZ + "by", "nchdz", "有署名", "2026-02-28T17:00Z", "区报", "甲 乙", body="文"))
        entries = [bibtex(cite(archive.conn, [NCHDZ + name])) for name in ("wing", "by")]
    lines = [str(site.bulletin(title).select("#citation")[0].get_text()) for title in ("机翼蒙皮", "有署名")]
    for line, entry in zip(lines, entries, strict=True):
        assert "howpublished = {{南昌高新区}}" in entry and "》，南昌高新区，" in line
    assert lines[0].startswith("《机翼蒙皮》，") and "author" not in entries[0], "来源 is a claim of the page"
    assert "来源：区融媒体中心。" in lines[0] and "来源: 区融媒体中心. " in entries[0]
    assert lines[1].startswith("甲 乙：《有署名》，南昌高新区，2026-03-01。") and "author = {{甲 乙}}" in entries[1]
    assert "date = {2026-03-01}" in entries[1]


def test_each_version_can_be_copied_as_the_files_have_it(site: Site) -> None:
    with Archive(site.path) as archive:
        names = [f"{NCHDZ}wing@{number}" for number in (1, 2)]
        old, new = (cite(archive.conn, [name]) for name in names)
    link = f"/v/{old[0].row['hash'][:12]}"
    for page, cited in ((site.bulletin("机翼蒙皮"), new), (BeautifulSoup(at(site, link).text, "lxml"), old)):
        entries = {str(tag.summary and tag.summary.get_text()): tag.pre for tag in page.select(".cite details")}
        shown = {name: tag.get_text().strip() for name, tag in entries.items() if tag}
        assert shown == {"BibTeX": bibtex(cited).strip(), "CSL-JSON": csl(cited).strip()}
        (line,) = page.select("#citation")
        assert line.get_text().startswith("《机翼蒙皮》，南昌高新区，2026-01-14。") and cited[0].name in line.get_text()
        assert cited[0].row["url"] in line.get_text()


def test_a_withdrawal_is_headed_by_what_was_withdrawn(site: Site) -> None:
    (link, *_) = site.bulletin("厂房招租").select(".version-head a")
    page = BeautifulSoup(at(site, str(link["href"])).text, "lxml")
    assert page.h1 and page.h1.get_text() == "厂房招租" and page.title and "厂房招租" in page.title.get_text()
    assert "发布 2025-12-18" in " ".join(texts(page.select(".facts div"))) and "撤下" in texts(page.select(".badge"))
    assert "最后见到的" in page.select(".banner")[0].get_text() and not page.select(".body p")
    assert not page.select("#citation"), "it has no text to quote"


def test_the_help_says_how_characters_are_searched(site: Site) -> None:
    assert "简体、繁体按输入的字查" in site.page().select(".search > .hint")[0].get_text()
    with Archive(site.path) as archive:
        put(archive, Bulletin("http://hk.example/1", "hk", "高新技術", "2026-01-01", body="園區"))
    assert site.titles(_search="技術") == ["高新技術"] and not site.titles(_search="高新技术")
