"""`gaoxin why` and `gaoxin dedupe`: what a researcher is told of two bulletins, and all copies found anew."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from archive import dedupe, ledger, rebuild
from archive.compare import normalise
from archive.files import connect_existing
from archive.store import Archive
from archive.why import Why, why
from flows import upkeep
from flows.job import Job
from scrapers.clean import clean
from scrapers.model import Bulletin
from tests.bench.copies import notice, report
from tests.conftest import Command

FULL = report("云中", 2023) + notice("云中", 2023)
FIGURES = (
    "2025年，南昌高新区完成地区生产总值186.3亿元，同比增长21.7%；新增企业34家，其中高企3家，实际利用外资2.35亿美元，同比增长-8.4%。"
    "园区坚持创新驱动发展战略，着力优化营商环境，推动主导产业集聚，经济运行总体平稳，全年为企业办理事项1,863件。"
)
TEXTS = {
    "full": FULL,
    "framed": "首页>要闻\n云中资讯网讯\n" + FULL.replace(",", "，") + "\n责任编辑:章一鸣",
    "cut": FULL[: len(FULL) // 2],
    "template": report("河东", 2022) + notice("河东", 2022),
    "other": "本报记者昨日从市气象台获悉,受冷空气影响,今起三天最低气温将降至零度以下,请市民注意添衣保暖,谨防路面结冰。"
    * 2,
}


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with Archive(tmp_path / "bulletins.db") as opened, opened.transaction():
        for name, body in TEXTS.items():
            opened.append(Bulletin(f"http://{name}.cn/", body=body, title=name))
    with Archive(tmp_path / "bulletins.db") as opened:
        yield opened


def number(archive: Archive, name: str) -> int:
    return archive.document_of(f"http://{name}.cn/") or 0


@pytest.mark.parametrize(
    ("other", "kind", "passages"),
    [("framed", "near", 1), ("cut", "near", 1), ("template", "related", 6), ("other", None, 0)],
)
def test_why_tells_the_verdict_and_the_passages_in_the_words_of_the_page(
    archive: Archive, other: str, kind: str | None, passages: int
) -> None:
    found = why(archive.conn, number(archive, "full"), number(archive, other))
    assert (found.verdict and found.verdict.kind) == kind
    assert len(found.passages) >= passages
    for passage in found.passages:
        assert TEXTS["full"][passage.first_at - 1 :].startswith(passage.first)
        assert found.second["body"][passage.second_at - 1 :].startswith(passage.second)
    assert [link["kind"] for link in found.links] == ([kind] if kind else [])


def test_why_tells_which_numbers_differ_from_both_sides(archive: Archive) -> None:
    full, template = number(archive, "full"), number(archive, "template")
    here, there = why(archive.conn, full, template).numbers, why(archive.conn, template, full).numbers
    assert ("407.9", "507") in here.differ
    assert ("507", "407.9") in there.differ
    assert len(here.differ) > 10 * len(here.agree)


def told(archive: Archive, one: str, other: str) -> Why:
    """What is told of two bulletins of these bodies."""
    with archive.transaction():
        pair = [
            archive.append(Bulletin(f"http://{n}.cn/", body=body)).document_id for n, body in enumerate((one, other))
        ]
    return why(archive.conn, *pair)


def test_figures_are_told_as_the_text_has_them(archive: Archive) -> None:
    found = told(archive, FIGURES, FIGURES.replace(",", ""))
    assert found.numbers.agree == ("2025", "186.3", "21.7", "34", "2.35", "-8.4", "1863", "3")


@pytest.mark.parametrize(("figure", "other"), [("34", "57"), ("186.3", "188.3"), ("21.7", "2.17"), ("-8.4", "8.4")])
def test_a_figure_that_differs_is_listed_though_the_verdict_leaves_it_out(
    archive: Archive, figure: str, other: str
) -> None:
    found = told(archive, FIGURES, FIGURES.replace(figure, other))
    assert found.numbers.differ == ((figure, other),)


def test_the_passages_of_texts_with_decimals_stand_where_they_are_told_to(archive: Archive) -> None:
    first, second = clean(FIGURES), clean("本站讯：" + FIGURES.replace("34家", "57家"))
    passages = told(archive, first, second).passages
    assert len(passages) == 2
    for passage in passages:
        assert first[passage.first_at - 1 :].startswith(passage.first)
        assert second[passage.second_at - 1 :].startswith(passage.second)
        assert normalise(passage.first) == normalise(passage.second)


def test_the_command_explains_a_copy_and_a_template(archive: Archive, gaoxin: Command, tmp_path: Path) -> None:
    file = tmp_path / "bulletins.db"
    key = archive.conn.execute("SELECT key FROM bulletins WHERE title = 'full'").fetchone()[0]
    copy = gaoxin("why", key, "http://framed.cn/", "--archive", file)
    assert copy.returncode == 0, copy.stderr
    assert "副本 near" in copy.stdout
    assert "100% of A stands in B" in copy.stdout
    assert "云中高新区完成地区生产总值" in copy.stdout
    template = gaoxin("why", "http://full.cn/", "http://template.cn/", "--archive", file)
    assert "相关 related" in template.stdout
    assert "407.9|507" in template.stdout


@pytest.mark.parametrize(
    ("one", "other"), [("http://full.cn/", "http://nowhere.cn/"), ("http://full.cn/", "https://full.cn/")]
)
def test_a_bad_name_is_one_sentence(archive: Archive, gaoxin: Command, tmp_path: Path, one: str, other: str) -> None:
    done = gaoxin("why", one, other, "--archive", tmp_path / "bulletins.db")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1


def state(archive: Archive) -> list[list[tuple[object, ...]]]:
    return [
        archive.conn.execute(sql).fetchall()
        for sql in (
            "SELECT document_id, other_id, kind, score, rule FROM links WHERE retired_run_id IS NULL ORDER BY 1, 2",
            "SELECT document_id, canonical_id, copies FROM bulletins ORDER BY 1",
            "SELECT key, document_id FROM fingerprints ORDER BY 1, 2",
        )
    ]


def test_a_rebuild_of_a_sound_archive_changes_nothing(archive: Archive, tmp_path: Path) -> None:
    before = state(archive)
    upkeep.dedupe(Job(tmp_path / "bulletins.db"))
    assert state(archive) == before
    assert archive.conn.execute("SELECT count(*) FROM links WHERE retired_run_id IS NOT NULL").fetchone() == (0,)


def test_a_rebuild_mends_what_older_rules_decided(archive: Archive, gaoxin: Command, tmp_path: Path) -> None:
    before = state(archive)
    conn = archive.conn
    conn.execute("DELETE FROM fingerprints WHERE document_id = 1")
    conn.execute(
        "UPDATE links SET kind = 'near', rule = 'older' WHERE kind = 'related' AND document_id = 4 AND other_id = 1"
    )
    conn.execute("DELETE FROM links WHERE document_id = 2")
    conn.execute("UPDATE bulletins SET canonical_id = NULL, copies = 0")
    done = gaoxin("dedupe", "--rebuild", "--archive", tmp_path / "bulletins.db")
    assert done.returncode == 0, done.stderr
    assert state(archive)[1:] == before[1:]
    pairs = [{(*sorted(row[:2]), *row[2:4]) for row in links} for links in (state(archive)[0], before[0])]  # type: ignore[type-var]
    assert pairs[0] == pairs[1]
    assert conn.execute("SELECT count(*) FROM links WHERE rule = 'older' AND retired_run_id = 1").fetchone() == (1,)
    assert "links: near" in done.stdout


def test_a_rebuild_that_was_cut_short_goes_on_where_it_was(
    archive: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rebuild, "BLOCK", 2)
    before, lines = state(archive), list[str]()

    def stop(line: str) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        upkeep.dedupe(Job(tmp_path / "bulletins.db", say=stop))
    assert {row[1] for row in state(archive)[2]} == {1, 2}
    upkeep.dedupe(Job(tmp_path / "bulletins.db", say=lines.append))
    assert [line.split()[1] for line in lines] == ["3-4", "5-6"]
    assert state(archive)[1:] == before[1:]
    states = [row[0] for row in archive.conn.execute("SELECT state FROM runs ORDER BY id")]
    assert states == ["crashed", "completed"]
    upkeep.dedupe(Job(tmp_path / "bulletins.db", say=lines.append))
    assert len(lines) == 5, "one that ended is done from the start again"
    assert ledger.done_slices(archive, "dedupe", [3]) == {(dedupe.RULES, block) for block in ("1-2", "3-4", "5-6")}


def test_an_archive_that_is_not_there_is_not_made(tmp_path: Path, gaoxin: Command) -> None:
    for arguments in (("dedupe",), ("dedupe", "--rebuild"), ("why", "a", "b")):
        assert gaoxin(*arguments, "--archive", tmp_path / "none.db").returncode == 2
    assert not (tmp_path / "none.db").exists()
    with pytest.raises(Exception, match="there is no archive"):
        connect_existing(tmp_path / "none.db")
