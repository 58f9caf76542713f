"""Copies are found whatever a site did to them; the same template with other numbers is no copy."""

from __future__ import annotations

import gzip
import json
import os
import random
import re
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from zlib import crc32

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlite_utils import Database

from archive import dedupe
from archive.compare import LEAST_LENGTH, Verdict, _plainly, compare, normalise
from archive.dedupe import MOST_DOCUMENTS_A_KEY, MOST_FINGERPRINTS, fingerprints
from archive.figures import _PARTING
from archive.schema import migrations
from scrapers.clean import clean
from scrapers.uncloak import without_readings
from tests.bench.copies import ZONES, make
from tests.bench.copies import notice as notice_of
from tests.bench.copies import report as report_of

normalise("高新区")  # its tables are made before any test is timed

PROJECT = Path(__file__).parent.parent
NEW = 10_000
"""The document that is compared with those in the index."""

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


def memory() -> Iterator[sqlite3.Connection]:
    db = Database(memory=True)
    db.conn.isolation_level = None
    migrations().apply(db)
    yield db.conn
    db.close()


def put(conn: sqlite3.Connection, document: int, body: str) -> None:
    conn.execute("INSERT INTO documents VALUES (?1, ?1, 's', '2026')", [document])
    conn.execute(
        "INSERT INTO bulletins (document_id, key, url, source, body, status, versions, captured_at)"
        " VALUES (?1, ?1, 'u', 's', ?2, 'live', 1, '2026')",
        [document, body],
    )
    dedupe.add(conn, document, body)


def linked(conn: sqlite3.Connection, body: str) -> set[int]:
    """The documents that `body` is a copy of."""
    return {link.other_id for link in dedupe.find(conn, NEW, body) if link.is_copy}


def han(seed: object, length: int) -> str:
    """A text like no other."""
    rng = random.Random(str(seed))
    return "".join(chr(rng.randrange(0x4E00, 0x9000)) for _ in range(length))


# The normal form


@pytest.mark.parametrize(
    ("published", "plain"),
    [
        ("ＧＤＰ　增长５％", "gdp增长5"), ("高 新\n区，、。《》“”", "高新区"), ("乾隆、發展、臺灣、頭髮", "干隆发展台湾头发"),
        ("高(gao)新(xin)區(qu)", "高新区"), ("高（gāo）新（xīn）区", "高新区"), ("高新区（试行）（GDP）", "高新区试行gdp"),
        ("a_b-C.d", "abcd"), ("①㎡½", "1m212"), ("", ""), ("。\n", ""),
    ],
)  # fmt: skip
def test_copies_share_one_normal_form(published: str, plain: str) -> None:
    assert normalise(published) == plain


@pytest.mark.parametrize(
    ("published", "plain"),
    [
        ("完成186.3亿元，增长21.7%。", "完成186.3亿元增长21.7"), ("完成１８６．３亿元", "完成186.3亿元"),
        ("1,863家", "1863家"), ("１，８６３．５万元", "1863.5万元"), ("1,863,000", "1863000"), ("2025,186.3", "2025,186.3"),
        ("增长-21.7%", "增长-21.7"), ("增长−５％", "增长-5"), ("（–0.5 %）", "-0.5"), ("增长-5家", "增长5家"),
        ("2020-2021年", "20202021年"), ("5-6月", "56月"), ("2026-03-02", "20260302"), ("3%-5%", "35"), ("3.5%-5%", "3.5,5"),
        ("5万-7.5万元", "5万7.5万元"), ("CPI-0.3%", "cpi0.3"), ("2026.03.02", "20260302"), ("2026.3.2 5.1%", "202632,5.1"),
        ("1.2.3 总则", "123总则"), ("1.总则", "1总则"), ("1.2025年", "12025年"), ("1.5年", "1.5年"),
        ("增长5.2%、3.1%和4%", "增长5.2,3.1和4"), ("5、3.2", "5,3.2"), ("2025\t-3.1%", "2025-3.1"), ("4.2%。\n6月", "4.2,6月"),
        ("186. 3亿元，2 ．5%", "186.3亿元2.5"), ("5.\n3", "53"),
        ("“3·15”", "3.15"), ("5.2㎡,3.1", "5.2m23.1"), ("v1.2", "v1.2"), ("a.5", "a5"), ("5.", "5"),
    ],
)  # fmt: skip
def test_decimals_and_signs_are_part_of_a_figure(published: str, plain: str) -> None:
    assert normalise(published) == plain
    assert normalise("𠀀" + published) == "𠀀" + plain, "step by step too"


def test_what_parts_two_figures_is_no_word() -> None:
    assert [one for one in _PARTING if normalise(one)] == []


@given(st.text(alphabet="0123456789.,-－．，·−%％、年a高 \n½①㎡", max_size=30))
def test_the_normal_form_of_figures_is_the_one_step_by_step(text: str) -> None:
    assert normalise(text) == _plainly(text)
    assert normalise(text + "𠀀") == normalise(text) + "𠀀"


@given(st.text())
def test_the_normal_form_holds_no_space_and_no_punctuation(text: str) -> None:
    assert not re.search(r"[\s_，。、()]", normalise(text + "，。（a_b） \n" + text))


@given(st.text(alphabet="高新区发展企业创新。，12", max_size=300), st.integers(0, 300))
def test_spaces_and_punctuation_change_nothing(text: str, at: int) -> None:
    assert normalise(text[:at] + " ，\n\u3000" + text[at:]) == normalise(text)


def test_the_normal_form_at_once_is_the_one_step_by_step() -> None:
    for point in (*range(0x3000), *range(0xF900, 0x10000), 0x20000, 0x2F800, 0x1F600):
        for text in (chr(point), f"高{chr(point)}新", f"か{chr(point)}", f"ᄀ{chr(point)}"):
            assert normalise.__wrapped__(text) == _plainly(text), hex(point)


@given(st.text())
def test_the_normal_form_of_any_text_is_the_one_step_by_step(text: str) -> None:
    assert normalise(text) == _plainly(without_readings(text))


# Fingerprints


def winnowed(text: str) -> set[int]:
    """The fingerprints as they are defined: the rightmost smallest checksum of every window, of which the smallest are kept."""
    data = text.encode("utf-32-le", "surrogatepass")
    sums = [crc32(data[at : at + 4 * dedupe.GRAM]) for at in range(0, 4 * (len(text) - dedupe.GRAM) + 1, 4)]
    windows = [range(at, at + dedupe.WINDOW) for at in range(max(len(sums) - dedupe.WINDOW + 1, 1))]
    minima = {min((sums[at], -at) for at in window if at < len(sums)) for window in windows}
    places = sorted((value, -at) for value, at in minima)[:MOST_FINGERPRINTS]
    return {dedupe._key(text[at : at + dedupe.GRAM]) for _, at in places}


@given(st.text(min_size=14, max_size=400), st.integers(1, 30))
def test_fingerprints_are_what_they_are_defined_to_be(text: str, times: int) -> None:
    assert fingerprints(text) == winnowed(text)
    assert fingerprints(text * times) == winnowed(text * times)


@given(st.text(max_size=3000))
def test_there_are_few_fingerprints_and_sqlite_can_hold_them(text: str) -> None:
    found = fingerprints(text)
    assert len(found) <= MOST_FINGERPRINTS
    assert all(-(2**31) <= key < 2**31 for key in found)
    assert bool(found) == bool(text)


@given(st.integers(0, 10**6), st.integers(0, 400), st.integers(0, 400))
def test_texts_that_share_a_passage_of_sixty_eight_characters_share_a_key(seed: int, before: int, after: int) -> None:
    passage = han(seed, 68)
    assert fingerprints(han((seed, 1), before) + passage) & fingerprints(passage + han((seed, 2), after))


def test_unrelated_texts_share_no_key() -> None:
    keys = [key for n in range(200) for key in fingerprints(han(n, 500))]
    assert len(keys) == len(set(keys))


def test_fingerprints_are_the_same_in_every_process() -> None:
    program = (
        "from archive.dedupe import fingerprints, normalise;"
        "print(sorted(fingerprints(normalise('高新区發展報告(baogao)，' + ''.join(map(chr, range(0x4e00, 0x5600)))))),"
        "sorted(fingerprints('短')))"
    )
    told = [
        subprocess.run(
            [sys.executable, "-c", program], cwd=PROJECT, env={**os.environ, "PYTHONHASHSEED": seed}, check=True,
            capture_output=True, text=True,
        ).stdout
        for seed in ("1", "2")
    ]  # fmt: skip
    assert told[0] == told[1]
    assert len(told[0]) > 500


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


# Measured on real texts


HEADER = "高新区融媒体中心讯（记者 某某 通讯员 某某）\n"
FOOTER = "\n来源：某某高新技术产业开发区管理委员会　责任编辑：某某　扫一扫在手机打开当前页　【打印】【关闭】"


@pytest.fixture(scope="module")
def items(shared: Path) -> list[str]:
    """150 different texts of more than 300 characters, from all over the corpus."""
    with gzip.open(shared / "corpus" / "news_items.jsonl.gz", "rt", encoding="utf-8") as lines:
        texts = [clean(json.loads(line)["text"]) for line in lines]
    first = {text[:40]: text for text in texts if len(text) > 300}
    return list(first.values())[:: len(first) // 150][:150]


@pytest.fixture(scope="module")
def corpus(items: list[str]) -> Iterator[sqlite3.Connection]:
    for conn in memory():
        for document, text in enumerate(items, 1):
            put(conn, document, text)
        yield conn


def with_other_numbers(text: str) -> str:
    rng = random.Random(text)
    return re.sub(r"\d+", lambda m: str(rng.randrange(10 ** (len(m[0]) - 1), 10 ** len(m[0]))), text)


def share(corpus: sqlite3.Connection, items: list[str], change: Callable[[str], str]) -> float:
    """How many of the changed items are linked to what they were made of, as copies or as parts."""
    hits = [
        any(link.other_id == document and link.kind != "related" for link in dedupe.find(corpus, NEW, change(text)))
        for document, text in enumerate(items, 1)
    ]
    return sum(hits) / len(hits)


@pytest.mark.parametrize(
    ("change", "floor"),
    [
        (lambda text: HEADER + text + FOOTER, 0.95),
        (lambda text: text[: len(text) * 7 // 10], 0.95),
        (lambda text: text[: len(text) // 2], 0.9),
        (lambda text: text[: len(text) * 3 // 10], 0.9),
        (lambda text: HEADER + text[len(text) // 4 : len(text) * 3 // 4], 0.8),
        (lambda text: "\n".join(reversed(text.split("\n"))), 0.95),
    ],
    ids=[
        "syndicated",
        "cut to 70 %",
        "cut to 50 %",
        "cut to 30 %",
        "the middle half with a header",
        "paragraphs reversed",
    ],
)
def test_copies_of_real_texts_are_found(
    corpus: sqlite3.Connection, items: list[str], change: Callable[[str], str], floor: float
) -> None:
    assert share(corpus, items, change) >= floor


def test_real_texts_with_other_numbers_are_no_copies(corpus: sqlite3.Connection, items: list[str]) -> None:
    numbered = {n: text for n, text in enumerate(items, 1) if len(re.findall(r"\d+", text)) >= 2}
    false = [n for n, text in numbered.items() if n in linked(corpus, with_other_numbers(text))]
    assert len(numbered) > 100
    assert len(false) <= 0.02 * len(numbered)


def test_unrelated_real_texts_are_not_linked(corpus: sqlite3.Connection, items: list[str]) -> None:
    false = {n: linked(corpus, text) - {n} for n, text in enumerate(items, 1)}
    assert {n: others for n, others in false.items() if others} == {}


FLOORS = {
    "Traditional s2twp": 1, "syndicated": 0.98, "cut to 50 %": 0.98, "cut to 30 %": 0.97, "middle edits": 0.9,
    "heavy edits": 0.5, "cloaked, syndicated": 0.97, "Traditional, syndicated, edited": 0.9,
}  # fmt: skip
CEILINGS = {"all numbers other": 0.005, "60 % rewritten": 0.03, "quoting 25 %": 0.03, "digest of whole items": 0}
"""Of some fifty texts each; `tests/bench/dedupe.py` measures all kinds on many more."""


@pytest.mark.parametrize("kind", [*FLOORS, *CEILINGS])
def test_copies_are_told_from_what_only_looks_like_one(corpus: sqlite3.Connection, items: list[str], kind: str) -> None:
    asked = [n for n in range(0, len(items), 3) if kind in FLOORS or make(kind, items, n, items) != items[n]]
    merged = [n + 1 in linked(corpus, clean(make(kind, items, n, items[::-1]))) for n in asked]
    assert sum(merged) >= FLOORS.get(kind, 0) * len(merged)
    assert sum(merged) <= CEILINGS.get(kind, 1) * len(merged)


@pytest.mark.parametrize("template", [report_of, notice_of])
def test_the_yearly_papers_of_all_zones_are_told_apart(
    conn: sqlite3.Connection, template: Callable[[str, int], str]
) -> None:
    for number, (zone, year) in enumerate(((zone, year) for zone in ZONES for year in (2021, 2022)), 1):
        text = template(zone, year)
        assert linked(conn, text) == set(), f"{zone} {year}"
        put(conn, number, text)
    assert linked(conn, template(ZONES[0], 2021)) == {1}


def test_the_index_takes_few_bytes_a_document(corpus: sqlite3.Connection, items: list[str]) -> None:
    pages, size = corpus.execute("SELECT count(*), sum(pgsize) FROM dbstat WHERE name = 'fingerprints'").fetchone()
    assert pages > 5
    assert size / len(items) <= 320, "a longer text has more keys; 260 over the whole corpus"
