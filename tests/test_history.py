"""What a document said when: histories, differences, the archive as it stood; and what the commands print of them."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len

from archive.files import connect_existing
from archive.history import before, changes, document, opened, states, timeline, version
from archive.selection import Selection
from archive.store import Archive
from archive.times import end_of
from archive.withhold import withhold
from scrapers.model import Bulletin, Outcome, Page, Problem
from scrapers.sources import all_sources
from tests.conftest import Command
from tests.terminals import on_a_terminal

URL = "http://www.zone.example/1.shtml"
OTHER = "http://www.zone.example/2.shtml"
OLD = "园区开工。\n产值186.3亿元,同比增长21.7%。\n会后,代表参观了厂房。"
NEW = OLD.replace("186.3", "168.3") + "\n更正:产值数字已订正。"


def page(url: str, day: int, hour: int = 1, **fields: object) -> Page:
    return Page(url, f"{url} {day} {hour}".encode(), datetime(2026, 3, day, hour, tzinfo=UTC), **fields)  # type: ignore[arg-type]


@pytest.fixture
def path(tmp_path: Path) -> Iterator[Path]:
    """A document that was edited on the 3rd, gone on the 5th and back on the 7th, and another one, first seen on the 4th."""
    with Archive(tmp_path / "bulletins.db") as archive:
        for day, text in ((1, OLD), (3, NEW)):
            archive.append(
                Bulletin(URL, "zone", "园区开工", "2026-03-01", body=text, images=(f"{URL}/{day}.jpg",)),
                [page(URL, day)],
            )
        archive.append(Bulletin(OTHER, "zone", "另一篇", body="别的内容,与前文无关。"), [page(OTHER, 4)])
        archive.gone(URL, page(URL, 5, outcome=Outcome.GONE, status=404))
        archive.append(Bulletin(URL, "zone", "园区开工", "2026-03-01", body=NEW), [page(URL, 7)])
    yield tmp_path / "bulletins.db"


def key_of(path: Path, url: str) -> str:
    with closing(connect_existing(path)) as conn:
        return str(conn.execute("SELECT key FROM bulletins WHERE url = ?", [url]).fetchone()[0])


def test_a_history_is_told_in_the_order_of_the_captures(path: Path) -> None:
    with closing(connect_existing(path)) as conn:
        told = timeline(conn, document(conn, URL))
        assert [state["change"] for state in told] == ["new", "edited", "gone", "back"]
        assert timeline(conn, document(conn, URL.replace("http", "https"))) == told
        assert timeline(conn, document(conn, key_of(path, URL))) == told


def test_an_edit_is_told_by_paragraph_and_word(path: Path) -> None:
    with closing(connect_existing(path)) as conn:
        first, second = timeline(conn, document(conn, URL))[:2]
    told = changes(first, second)
    assert told.fields == [("images", [("del", f"{URL}/1.jpg "), ("ins", f"{URL}/3.jpg ")])]
    assert told.body == [
        1,
        [("same", "产值"), ("del", "186.3"), ("ins", "168.3"), ("same", "亿元,同比增长21.7%。")],
        1,
        [("ins", "更正:产值数字已订正。")],
    ]
    assert changes(first, first).fields == changes(first, first).body == []


def test_a_version_is_named_by_number_hash_key_or_address(path: Path) -> None:
    key = key_of(path, URL)
    with closing(connect_existing(path)) as conn:
        edited = version(conn, f"{key}@2")
        assert edited["body"] == NEW
        assert version(conn, f"{URL}@2") == version(conn, edited["hash"][:8]) == version(conn, edited["hash"]) == edited
        assert version(conn, key) == version(conn, URL) == version(conn, f"{key}@4")
        assert before(conn, edited) == version(conn, f"{key}@1")
        assert before(conn, version(conn, URL)) == edited, "what stood before the page was gone"


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("KEY@9", "has no version 9: it has 1 to 4"),
        ("KEY@3", "the page was gone"),
        ("ffffffffff", "no version has a hash that begins with"),
        ("nothing", "holds no document nothing"),
        ("http://nowhere.example/", "holds no document"),
    ],
)
def test_a_name_of_nothing_is_a_problem(path: Path, name: str, told: str) -> None:
    with closing(connect_existing(path)) as conn, pytest.raises(Problem, match=told):
        version(conn, name.replace("KEY", key_of(path, URL)))


def test_the_first_text_has_none_before_it(path: Path) -> None:
    with closing(connect_existing(path)) as conn, pytest.raises(Problem, match="is the first text"):
        before(conn, version(conn, f"{URL}@1"))


@pytest.mark.parametrize(
    ("day", "stood"),
    [
        (date(2026, 2, 28), {}),
        (date(2026, 3, 1), {URL: ("live", OLD, 1)}),
        (date(2026, 3, 2), {URL: ("live", OLD, 1)}),
        (date(2026, 3, 3), {URL: ("live", NEW, 2)}),
        (date(2026, 3, 4), {URL: ("live", NEW, 2), OTHER: ("live", "别的内容,与前文无关。", 1)}),
        (date(2026, 3, 5), {URL: ("gone", NEW, 2), OTHER: ("live", "别的内容,与前文无关。", 1)}),
        (date(2026, 3, 7), {URL: ("live", NEW, 4), OTHER: ("live", "别的内容,与前文无关。", 1)}),
    ],
)
def test_the_archive_is_shown_as_it_stood(path: Path, day: date, stood: dict[str, tuple[str, str, int]]) -> None:
    with closing(connect_existing(path)) as conn:
        rows = list(states(conn, Selection(), end_of(day)))
    assert {row["url"]: (row["status"], row["body"], row["version"]) for row in rows} == stood


def test_a_day_ends_with_its_last_second_in_beijing(tmp_path: Path) -> None:
    last = datetime(2026, 3, 2, 15, 59, 59, tzinfo=UTC)
    with Archive(tmp_path / "bulletins.db") as archive:
        for url, moment in ((URL, last), (OTHER, last + timedelta(seconds=1))):
            archive.append(Bulletin(url, "zone", "园区开工", body=url), [Page(url, url.encode(), moment)])
        assert [row["url"] for row in states(archive.conn, Selection(), end_of(date(2026, 3, 2)))] == [URL]


def test_a_bulletin_that_came_without_its_page_has_its_own_address(tmp_path: Path) -> None:
    with Archive(tmp_path / "bulletins.db") as archive:
        archive.append(Bulletin(URL, "zone", "园区开工", body=OLD))
        assert [row["url"] for row in states(archive.conn, Selection())] == [URL]


def test_a_page_that_is_gone_is_named_by_the_text_that_it_had(path: Path) -> None:
    """A row has one version: its number, its hash and its capture are of the same one."""
    with closing(connect_existing(path)) as conn:
        (row,) = [row for row in states(conn, Selection(), end_of(date(2026, 3, 5))) if row["url"] == URL]
        known = conn.execute("SELECT version, captured_at FROM versions WHERE hash = ?", [row["hash"]]).fetchone()
    assert row["status"] == "gone"
    assert (row["version"], row["captured_at"]) == known == (2, "2026-03-03T01:00:00Z")


def test_a_copy_is_none_before_the_other_was_seen(tmp_path: Path) -> None:
    words = "装备制造 电子信息 生物医药 现代物流 新型材料 节能环保 软件服务 工业设计".split()
    text = "\n".join(
        f"园区{word}板块今日开工多个项目,达产后预计新增就业岗位,带动上下游企业协同发展。" for word in words
    )
    with Archive(tmp_path / "bulletins.db") as archive:
        archive.append(Bulletin(URL, "zone", "园区开工", body=text), [page(URL, 1)])
        fuller = f"{text}\n本报讯记者报道,全年还将开工六十个项目。"
        archive.append(Bulletin(OTHER, "zone", "园区开工", body=fuller), [page(OTHER, 4)])
        moments = [end_of(date(2026, 3, day)) for day in (2, 4)]
        then, now = ({row["url"]: row["copy_of"] for row in states(archive.conn, Selection(), at)} for at in moments)
    assert (then, now) == ({URL: None}, {URL: key_of(tmp_path / "bulletins.db", OTHER), OTHER: None})


def test_a_day_ends_in_beijing() -> None:
    assert end_of(date(2026, 3, 2)) == "2026-03-02T15:59:59Z"


def test_the_present_is_what_is_browsed(path: Path) -> None:
    with closing(connect_existing(path)) as conn:
        shown = conn.execute("SELECT key, url, title, body, status, captured_at FROM bulletins ORDER BY 1").fetchall()
        rows = sorted(states(conn, Selection()), key=lambda row: str(row["key"]))
    assert [tuple(row[n] for n in ("key", "url", "title", "body", "status", "captured_at")) for row in rows] == shown


def test_others_are_given_what_the_rights_of_a_source_allow() -> None:
    row: dict[str, Any] = {"source": "park", "body": "字" * 300, "page_text": "页", "title": "题"}
    row |= {"images": ["http://a.cn/1.jpg"], "attachments": []}
    assert opened(row, {"park": "full"}) == {**row, "rights": "full"}
    excerpt = opened(row, {"park": "excerpt"})
    assert (excerpt["body"], excerpt["page_text"], excerpt["title"]) == ("字" * 200 + "…", None, "题")
    assert opened({**row, "body": "短"}, {"park": "excerpt"})["body"] == "短"
    metadata = opened(row, {"park": "metadata"})
    assert (metadata["body"], metadata["page_text"], metadata["images"], metadata["title"]) == (None, None, [], "题")
    assert opened({**row, "rights": "full"}, {"park": "metadata"}) == metadata, "the recipe of today has the last word"
    assert opened({**row, "rights": "full"}, {"zone": "full"}) == metadata, "without a recipe nothing is given"
    assert opened({**row, "rights": "metadata"}, {"park": "full", "zone": "metadata"})["body"] == "字" * 300


def test_what_is_withheld_has_no_history(path: Path) -> None:
    with Archive(path) as archive:
        archive.conn.execute("INSERT INTO withheld VALUES (1, 'hidden', '个人信息', NULL, '2026-03-08')")
        for look in (lambda: document(archive.conn, URL), lambda: version(archive.conn, f"{key_of(path, URL)}@1")):
            with pytest.raises(Problem, match="withheld"):
                look()
        assert [row["url"] for row in states(archive.conn, Selection())] == [OTHER]


LINES = "\n".join(f"{n}:园区企业产值增长。" * 5 for n in range(300))
LINE = LINES.replace("\n", "")


@pytest.mark.parametrize(
    ("old", "new"),
    [(LINES, LINES[::-1]), (LINE, LINE[::-1]), (LINE, LINE.replace("增", "减")), (LINES, LINES.replace("增", "减"))],
    ids=["unlike", "unlike, one paragraph", "one paragraph edited throughout", "every paragraph edited"],
)
def test_fifteen_thousand_characters_are_compared_in_no_time(old: str, new: str) -> None:
    row = dict.fromkeys(("title", "published_at", "origin", "author", "editor", "images", "attachments"))
    started = time.process_time()
    told = changes({**row, "body": old}, {**row, "body": new})
    assert time.process_time() - started < 3, "well under a second where nobody else computes"
    paragraphs = [paragraph for paragraph in told.body if not isinstance(paragraph, int)]
    assert paragraphs
    for side, body in (("del", old), ("ins", new)):
        lines = {"".join(text for tag, text in paragraph if tag in ("same", side)) for paragraph in paragraphs}
        assert lines <= {*body.split("\n"), ""}, "each side can be read off what is told"


# The commands


def test_history_and_diff_mark_what_changed(gaoxin: Command, path: Path) -> None:
    key = key_of(path, URL)
    told = gaoxin("history", URL).stdout
    digits = re.search("gone  ([0-9a-f]{12})", told)
    assert digits is not None
    for name in (f"{key}@2", f"{key}@3", digits[1]):
        assert gaoxin("history", name).stdout == told, "any name that is printed"
    assert "产值[-186.3-]{+168.3+}亿元" in told
    assert "… 1 paragraph the same" in told
    assert [word in told for word in ("first archived", "edited by the publisher", "gone", "back", key)] == [True] * 5
    compared = gaoxin("diff", f"{key}@1", f"{key}@2").stdout
    assert compared.splitlines()[0].startswith(f"- {key}@1  2026-03-01 09:00")
    assert "{+更正:产值数字已订正。+}" in compared
    assert gaoxin("diff", f"{key}@2").stdout == compared
    assert "they say the same" in gaoxin("diff", f"{key}@1", f"{key}@1").stdout
    assert "[-园区开工-]{+另一篇+}" in gaoxin("diff", URL, OTHER).stdout


def test_the_page_of_a_version_is_written_as_it_was_served(gaoxin: Command, path: Path, tmp_path: Path) -> None:
    key = key_of(path, URL)
    assert gaoxin("show", f"{key}@1", "--raw", "a.html").returncode == 0
    assert (tmp_path / "a.html").read_bytes() == page(URL, 1).body
    assert gaoxin("show", URL, "--raw", "-").stdout.encode() == page(URL, 7).body
    with Archive(path) as archive:
        archive.append(Bulletin(OTHER, "zone", "另一篇", body="两页"), [page(OTHER, 8), page(f"{OTHER}?2", 8)])
    done = gaoxin("show", OTHER, "--raw", "-")
    assert done.stdout.encode() == page(OTHER, 8).body and "has 2 pages: this is the first" in done.stderr
    with Archive(path) as archive:
        withhold(archive, URL, "hidden", "应当事人要求")
    for name, file, said in ((f"{key}@1", "b.html", "withheld"), (OTHER, "bulletins.pages.db", "another name")):
        done = gaoxin("show", name, "--raw", file)
        assert (done.returncode, said in done.stderr) == (2, True), done.stderr
    assert not (tmp_path / "b.html").exists()


@pytest.mark.parametrize(("clock", "is_over"), [("2026-03-09T23:59:59", False), ("2026-03-10T00:00", True)])
def test_a_day_that_is_not_over_is_noted(gaoxin: Command, path: Path, clock: str, is_over: bool) -> None:
    told = gaoxin("as-of", "2026-03-09", env={"GAOXIN_CLOCK": clock}).stderr
    assert told == (
        "" if is_over else "2026-03-09 is not over in Beijing: what is captured by its end is still to come\n"
    )


def in_black(columns: int, folder: Path, *arguments: str) -> str:
    """What a command prints on a terminal of so many columns, without its colours."""
    return re.sub(r"\x1b\[[\d;]*m", "", on_a_terminal(columns, folder, *arguments))


def test_a_narrow_terminal_cuts_neither_a_status_nor_a_name_nor_a_title(tmp_path: Path) -> None:
    title = "关于进一步优化营商环境促进高新技术产业开发区高质量发展的若干措施"
    name = "gaoxinqu.www.zone-with-a-long-name.example"
    with Archive(tmp_path / "bulletins.db") as archive:
        archive.append(Bulletin(URL, name, title, "2026-03-01", body=OLD), [page(URL, 1)])
        archive.gone(URL, page(URL, 5, outcome=Outcome.GONE, status=404))
    for arguments in (("as-of", "2026-03-09"), ("status",), ("sources",)):
        told = in_black(60, tmp_path, *arguments)
        lines = told.splitlines()
        assert max(cell_len(line) for line in lines) <= 60
        if arguments == ("sources",):
            assert all(re.search(rf"^ {one} ", told, re.MULTILINE) for one in all_sources())
            continue
        starts = lines[0].index("source"), lines[0].index("status" if "status" in lines[0] else "bulletins")
        assert "".join(line[slice(*starts)].strip() for line in lines[1:]).startswith(name), told
    told = in_black(60, tmp_path, "as-of", "2026-03-09")
    assert re.search(r"^\w{12}@1 +2026-03-01 .* gone ", told, re.MULTILINE)
    assert "".join(line[told.index("title") :].strip() for line in told.splitlines()[1:]) == title


def test_before_the_first_capture_it_is_said_that_there_was_none(gaoxin: Command, path: Path, tmp_path: Path) -> None:
    said = "had been captured by the end of 2020-01-01: the first capture is of 2026-03-01 09:00\n"
    assert gaoxin("as-of", "2020-01-01").stdout == f"nothing {said}"
    assert gaoxin("as-of", "2020-01-01", "--source", "zone").stdout == f"nothing of zone {said}"
    done = gaoxin("as-of", "2020-01-01", "--export", "a.csv")
    assert done.stdout == f"a.csv holds 0 bulletins as they stood on 2020-01-01\nnothing {said}"
    Archive(tmp_path / "empty.db").close()
    assert gaoxin("as-of", "2020-01-01", "--archive", "empty.db").stdout.endswith("there is no capture at all\n")


def test_a_history_names_the_address_that_a_page_moved_to(gaoxin: Command, path: Path) -> None:
    new = "http://www.zone.example/new/1.shtml"
    with Archive(path) as archive:
        moved = archive.document_of(URL)
        archive.append(Bulletin(new, "zone", "园区开工", "2026-03-01", body=NEW), [page(new, 9)], None, moved)
    assert f"moved to {new}" in gaoxin("history", URL).stdout


def test_show_prints_a_bulletin_whole(gaoxin: Command, path: Path) -> None:
    key, third = key_of(path, URL), "http://www.zone.example/3.shtml"
    with Archive(path) as archive:
        archive.conn.execute("INSERT INTO sources VALUES ('zone', '样例高新区', '', '', NULL, NULL, 'full', 'never')")
        told = {"origin": "新华社", "author": "王某", "editor": "李某"}
        archive.append(Bulletin(third, "zone", "第三篇", "2026-03-08", body=LINE, **told), [page(third, 8)])
        archive.gone(third, page(third, 9, outcome=Outcome.GONE, status=404))
        digits = archive.conn.execute("SELECT hash FROM versions WHERE version = 1").fetchone()[0][:12]
    lines = gaoxin("show", third).stdout.split("\n")
    assert lines[:7] == [
        "第三篇", "site: 样例高新区 (zone)", "published: 2026-03-08", "来源: 新华社", "author: 王某", "editor: 李某",
        f"address: {third}",
    ]  # fmt: skip
    assert lines[7] == "status: gone since 2026-03-09 09:00"
    assert lines[-3:] == ["", LINE, ""], "the text as it is, not wrapped"
    assert f"/v/{digits}" in gaoxin("show", f"{key}@1").stdout
    for name, text in ((f"{key}@1", OLD), (digits, OLD), (key, NEW), (URL, NEW)):
        assert gaoxin("show", name).stdout.endswith(f"\n\n{text}\n")
    assert "status: live" in gaoxin("show", key).stdout
    with Archive(path) as archive:
        archive.conn.execute("INSERT INTO withheld VALUES (1, 'hidden', '个人信息', NULL, '2026-03-08')")
    for name, why in ((key, "个人信息"), (f"{third}@2", "the page was gone"), ("http://absent.cn/", "no document")):
        done = gaoxin("show", name)
        assert (done.returncode, done.stdout, why in done.stderr) == (2, "", True)


def test_as_of_prints_a_table_and_writes_a_file(gaoxin: Command, path: Path, tmp_path: Path) -> None:
    assert "园区开工" in gaoxin("as-of", "2026-03-02").stdout
    assert "另一篇" not in gaoxin("as-of", "2026-03-02").stdout
    assert "… and 1 more" in gaoxin("as-of", "2026-03-04", "--limit", "1").stdout
    assert "holds 2 bulletins as they stood on 2026-03-05" in gaoxin("as-of", "2026-03-05", "--export", "a.csv").stdout
    assert (tmp_path / "a.csv").read_text(encoding="utf-8").count(",gone,2,") == 1
    gaoxin("as-of", "2026-03-05", "--export", "b.csv", "--bom")
    assert (tmp_path / "b.csv").read_bytes().startswith(b"\xef\xbb\xbfkey,")
    assert "name one with --export" in gaoxin("as-of", "2026-03-05", "--bom").stderr
