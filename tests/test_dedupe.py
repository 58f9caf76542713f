"""Copies are found whatever a site did to them; the same template with other numbers is no copy."""

from __future__ import annotations

import random
import re
import sqlite3
from collections.abc import Callable, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive import dedupe
from archive.compare import COPIED, LEAST_LENGTH, Verdict, compare, normalise
from archive.dedupe import MOST_DOCUMENTS_A_KEY, fingerprints
from tests.bench.copies import ZONES
from tests.bench.copies import notice as notice_of
from tests.bench.copies import report as report_of
from tests.indexed import NEW, han, linked, memory, put

REPORT = (
    "今年上半年，{zone}完成地区生产总值{}亿元，同比增长{}%；规模以上工业增加值{}亿元，增长{}%；固定资产投资{}亿元，增长{}%；"
    "社会消费品零售总额{}亿元，增长{}%；实际利用外资{}万美元，增长{}%；新增企业{}家，其中高新技术企业{}家。园区坚持创新驱动发展战略，"
    "着力优化营商环境，推动主导产业集聚，经济运行总体平稳、稳中有进。下一步，园区将继续深化改革，扩大高水平对外开放，抓好重大项目落地，"
    "加强人才引进和培育，完善公共服务配套，守牢安全生产底线，确保完成全年目标任务，为推动高质量发展、服务全国大局作出新的更大的贡献。"
    "各部门要强化责任担当，细化工作举措，加强督查考核，形成齐抓共管、真抓实干的良好局面，努力在新征程上展现新气象、取得新成绩。"
)


@pytest.fixture
def conn() -> Iterator[sqlite3.Connection]:
    yield from memory()


# The verdict


@given(st.text(max_size=200))
def test_a_text_is_an_exact_copy_of_itself(text: str) -> None:
    verdict = compare(normalise(text), normalise(text))
    assert verdict and (verdict.kind, verdict.score) == ("exact", 1.0)


@given(
    st.text(alphabet="高新区12。", min_size=35, max_size=90), st.text(alphabet="高新区12。", min_size=35, max_size=90)
)
def test_the_verdict_is_the_same_from_both_sides(one: str, other: str) -> None:
    first, second = compare(normalise(one), normalise(other)), compare(normalise(other), normalise(one))
    assert (first and (first.kind, first.score)) == (second and (second.kind, second.score))


def test_a_rule_says_in_words_whose_text_stands_in_whose() -> None:
    text = han(1, 100) + "2026年51月"
    ours, theirs = compare(text, text + han(2, 100)), compare(text + han(2, 100), text)
    assert ours == Verdict("near", 1.0, "100% of this text stands in the other; numbers agree 2 of 2")
    assert theirs and theirs.rule == "100% of the other text stands in this one; numbers agree 2 of 2"


@pytest.mark.parametrize(("one", "other"), [("8.5", "85"), ("8.5", "0.85"), ("-8.5", "8.5"), ("8.5", "8.50")])
def test_a_tenfold_figure_is_no_exact_copy(one: str, other: str) -> None:
    text = report("南昌高新区", 1)
    pages = [normalise(f"{text}全年税收增长{figure}%，其余指标另行公布。") for figure in (one, other)]
    found = compare(*pages)
    assert found and found.kind == "near"


def report(zone: str, seed: int) -> str:
    rng = random.Random(seed)
    return REPORT.format(*(rng.randrange(10, 9000) for _ in range(12)), zone=zone)


def test_the_report_of_another_zone_or_another_year_is_no_copy(conn: sqlite3.Connection) -> None:
    words = [normalise(re.sub(r"\d+", "", report("南昌高新区", n))) for n in (1, 9)]
    assert words[0] == words[1], "but for its numbers it is the same text"
    for n in range(1, 6):
        put(conn, n, report("南昌高新区", n))
    assert linked(conn, report("成都高新区", 9)) == set()
    assert linked(conn, report("南昌高新区", 9)) == set()
    assert linked(conn, report("成都高新区", 3)) == {3}, "the same numbers: the same report"


@pytest.mark.parametrize("template", [report_of, notice_of])
def test_the_yearly_papers_of_all_zones_are_told_apart(
    conn: sqlite3.Connection, template: Callable[[str, int], str]
) -> None:
    for number, (zone, year) in enumerate(((zone, year) for zone in ZONES for year in (2021, 2022)), 1):
        text = template(zone, year)
        assert linked(conn, text) == set(), f"{zone} {year}"
        put(conn, number, text)
    assert linked(conn, template(ZONES[0], 2021)) == {1}


SAID = (
    "要把招商引资摆在更加突出的位置，紧盯重点产业链，主动上门服务，一企一策地解决问题",
    "要完善园区配套设施，加快建设人才公寓和学校，让企业和年轻人都留得住、安得下心",
    "要守住安全生产底线，对隐患排查不到位的单位严肃追究责任，绝不允许走过场",
    "要优化审批流程，做到一次告知、一窗受理、限时办结，不让企业跑第二趟",
    "要压实各级责任，以钉钉子精神抓好年度重点任务的落实，确保全年目标如期完成",
)
HEARD = (
    "推进会的消息在园区企业中传开",
    "企业负责人听了很受鼓舞",
    "住在厂里的年轻人盼望早日搬家",
    "安全员老周说责任更重了",
    "",
)


def test_a_report_that_quotes_between_its_own_sentences_is_no_copy() -> None:
    speech = f"开发区昨日召开工作推进会，部署下一步任务。会议指出，{'。会议强调，'.join(SAID)}。" + (
        "各部门负责人在会上作了汇报，三家企业的代表就用工、用地和融资中的困难作了发言，有关单位当场答复，并定下办理时限，"
        "会后逐项督办。"
    )
    heard = "".join(f"{own}，{quoted}。" for own, quoted in zip(HEARD, SAID, strict=True))
    cut = "。".join(SAID)
    assert (found := compare(normalise(heard), normalise(speech))) and found.kind == "part_of"
    assert (found := compare(normalise(cut), normalise(speech))) and found.kind == "near"


def test_the_beginning_of_a_text_in_a_long_frame_is_a_copy_and_its_middle_a_quotation() -> None:
    whole, frame = han("whole", 900), han("frame", 190)
    first, middle = (compare(whole[at : at + 200] + frame, whole) for at in (0, 400))
    assert first and (first.kind, first.score < COPIED) == ("near", True)
    assert middle and middle.kind == "part_of"


WIDE = {point: point + 0xFEE0 for point in range(0x21, 0x7F)}
TRADITIONAL = str.maketrans("产总规会万资业国发战创园驱动环济运稳进区", "產總規會萬資業國發戰創園驅動環濟運穩進區")
SPELLINGS: dict[str, Callable[[str], str]] = {
    "as it is": str,
    "wide and spaced": lambda text: "　　" + text.translate(WIDE).replace("，", " ， \n"),
    "in Traditional script": lambda text: text.translate(TRADITIONAL),
    "cloaked": lambda text: text.replace("区", "区(qu)").replace("业", "業(ye)").replace("增", "增(zeng)(ceng)"),
    "in another case": lambda text: text.replace("GDP", "gdp"),
    "without punctuation": lambda text: re.sub(r"[，。；、]", "", text),
}  # fmt: skip


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_an_exact_copy_is_found_however_it_is_spelled(conn: sqlite3.Connection, spelling: str) -> None:
    body = report("南昌高新区", 1) + "GDP"
    copied = SPELLINGS[spelling](body)
    assert copied != body or spelling == "as it is"
    put(conn, 1, body)
    put(conn, 2, report("成都高新区", 2))
    found = [(link.other_id, link.kind, link.score) for link in dedupe.find(conn, NEW, copied) if link.is_copy]
    assert found == [(1, "exact", 1.0)]


# The index


def keys_of(conn: sqlite3.Connection, document: int) -> set[int]:
    return {row[0] for row in conn.execute("SELECT key FROM fingerprints WHERE document_id = ?", [document])}


def test_what_was_added_is_taken_out_again(conn: sqlite3.Connection) -> None:
    body, other = han(1, 800), han(2, 800)
    put(conn, 1, body)
    put(conn, 2, other)
    assert keys_of(conn, 1) == fingerprints(normalise(body))
    dedupe.remove(conn, 1, body)
    assert keys_of(conn, 1) == set()
    assert keys_of(conn, 2) == fingerprints(normalise(other))
    assert (linked(conn, body), linked(conn, other)) == (set(), {2})


def test_adding_twice_is_adding_once(conn: sqlite3.Connection) -> None:
    put(conn, 1, han(1, 200))
    dedupe.add(conn, 1, han(1, 200))
    assert conn.execute("SELECT count(*), count(DISTINCT key) FROM fingerprints").fetchone() == (
        len(keys_of(conn, 1)), len(keys_of(conn, 1)),
    )  # fmt: skip


def test_a_key_is_kept_for_at_most_four_documents(conn: sqlite3.Connection) -> None:
    for document in range(1, 9):
        put(conn, document, han(1, 300))
    most = conn.execute("SELECT max(n) FROM (SELECT count(*) AS n FROM fingerprints GROUP BY key)").fetchone()[0]
    assert most == MOST_DOCUMENTS_A_KEY
    assert linked(conn, han(1, 300)) == {1, 2, 3, 4}


def test_a_document_is_no_copy_of_itself(conn: sqlite3.Connection) -> None:
    put(conn, 1, han(1, 300))
    assert dedupe.find(conn, 1, han(1, 300)) == []


@pytest.mark.parametrize("body", ["", "。", "详见附件", "高" * (LEAST_LENGTH - 1)])
def test_a_text_too_short_to_tell_is_neither_indexed_nor_linked(conn: sqlite3.Connection, body: str) -> None:
    put(conn, 1, body)
    assert conn.execute("SELECT count(*) FROM fingerprints").fetchone() == (0,)
    assert linked(conn, body) == set()


def test_the_best_copy_comes_first(conn: sqlite3.Connection) -> None:
    body = han(1, 1000)
    put(conn, 1, han(2, 300) + body[:750])
    put(conn, 2, body)
    assert [(link.other_id, link.kind) for link in dedupe.find(conn, NEW, body)] == [(2, "exact"), (1, "near")]
