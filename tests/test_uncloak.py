"""Cloaks come off without a trace, and nothing that only looks like one is touched."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scrapers.clean import clean, counting
from scrapers.model import Bulletin
from scrapers.uncloak import refine, simplify, uncloak, without_readings

HONEST = (
    "高新区今日召开产业项目调度会,听取11个重点项目进展。会议强调,要压实责任、倒排工期,确保年内竣工投产6个以上。"
    "企业代表说,图纸改了七版,每一版都有人陪着改;园区招商专员前后跑了三趟,把管线、电力负荷和污水纳管逐项对清楚。"
)
TRADITIONAL = "高新區今日召開產業項目調度會,聽取重點項目進展,確保年內竣工投產。"
READINGS = st.sampled_from(["xin", "lv", "lü", "nǚ", "zhuàng", "e", "xin)(qu", "shí)(si)(wu"])


def uncloaked(text: str) -> str:
    """The text after repair; as it is where it wears no cloak."""
    found = uncloak(text)
    return found.text if found else text


def test_the_cloaked_seed_becomes_the_text_that_was_hidden(shared: Path) -> None:
    (seed,) = (shared / "seeds").glob("001_*.txt")
    gold = json.loads((shared / "seedsites" / "gold" / "001.json").read_text(encoding="utf-8"))
    repaired = uncloak(seed.read_text(encoding="utf-8"))
    assert repaired and repaired.text.split("\n") == gold["body"]
    assert (repaired.runs, repaired.readings) == (1335, 2195)


def test_news_of_the_real_world_is_left_alone(shared: Path) -> None:
    with gzip.open(shared / "corpus" / "news_items.jsonl.gz", "rt", encoding="utf-8") as lines:
        texts = [json.loads(line)["text"] for line in lines]
    assert len(texts) == 7756
    assert not [text[:60] for text in texts if uncloak(text)]


@pytest.mark.parametrize(
    "text",
    [
        "生产总值(GDP)增长,《办法(试行)》(2026)印发,见附件(1)(a)。" * 10,
        "读音:汉(hàn)字(zì)、拼(pīn)音(yīn)、重(chóng)庆(qìng)。" + HONEST,
        HONEST + "本课生字:蓝(lan)湛(zhan)湿(shi)润(run)迁(qian)徙(xi)舒(shu)畅(chang)辽(liao)阔(kuo)。" + HONEST,
        "。".join(f"{HONEST}其中{pair}是多音字" for pair in ("重(chóng)", "行(háng)", "长(zhǎng)")) * 4,
        "同一章节(abc)不是读音(xyz)的括号(hello)不动(xinn)" * 10,
        "(xin)(qu)" * 20,
        "",
    ],
    ids=[
        "parentheses",
        "a reading lesson",
        "a list of new characters",
        "a reading now and then",
        "no syllables",
        "no characters",
        "nothing",
    ],
)
def test_honest_text_is_left_alone(text: str) -> None:
    assert uncloak(text) is None


@pytest.mark.parametrize(
    "cloak",
    [
        lambda c: f"{c}({'xin'})", lambda c: f"{c}（xīn）", lambda c: f"{c}( xin )(xin)", lambda c: f"{c}\u200b(xin)\ufeff",
        lambda c: c * 2 if c in ",。;:、" else f"{c}(xin)",
    ],
    ids=["plain", "with tones and wide", "twice with spaces", "with invisible characters", "with doubled marks"],
)  # fmt: skip
def test_a_cloak_comes_off_whatever_it_is_made_of(cloak: Callable[[str], str]) -> None:
    cloaked = "".join(
        cloak(c) if "\u4e00" <= c <= "\u9fff" or c in ",。;:、" and cloak(c) == c * 2 else c for c in TRADITIONAL * 4
    )
    found = uncloak(cloaked)
    assert found and found.text == simplify(TRADITIONAL) * 4
    assert found.runs == sum("\u4e00" <= c <= "\u9fff" for c in TRADITIONAL * 4)
    assert found.doubled == (4 * sum(c in ",。;:、" for c in TRADITIONAL) if ",," in cloaked else 0)
    assert found.simplified == 4 * sum(a != b for a, b in zip(TRADITIONAL, simplify(TRADITIONAL), strict=True))


def test_a_mark_that_the_writer_doubled_stays_in_a_cloaked_text() -> None:
    around = "".join(f"{c}(xin)" for c in "高新区产业项目会议" * 3) + ",竣工,投产,开工,三连冠!!!"
    assert uncloaked(around) == "高新区产业项目会议" * 3 + ",竣工,投产,开工,三连冠!!!"


def test_what_is_repaired_is_counted_where_somebody_asks() -> None:
    bulletin = Bulletin("http://h.cn/", body="高（gāo）(gao)新（xīn）區（qū）" * 9, page_text="ＧＤＰ\u3000")
    refine(bulletin)
    with counting() as fired:
        refine(bulletin)
    assert fired == {"width": 3 + 9 * 6, "line_end": 1, "space": 1, "readings": 36, "script": 9, "doubled": 0}


def test_traditional_script_alone_is_no_cloak() -> None:
    assert uncloak(TRADITIONAL) is None


@settings(max_examples=100, deadline=None)
@given(st.dictionaries(st.integers(0, len(HONEST) - 1), READINGS, min_size=20), st.integers(0, 5))
def test_readings_injected_anywhere_come_out_again(injected: dict[int, str], spread: int) -> None:
    """Anywhere, and everywhere: the characters before each fifth are always among them."""
    injected = dict.fromkeys(range(spread, len(HONEST), 8), "xin") | injected
    after = {n: reading for n, reading in injected.items() if "\u4e00" <= HONEST[n] <= "\u9fff"}
    cloaked = "".join(f"{c}({after[n]})" if n in after else c for n, c in enumerate(HONEST))
    found = uncloak(cloaked)
    assert found and found.text == HONEST
    assert found.runs == len(after)
    assert found.readings == sum(reading.count("(") + 1 for reading in after.values())
    assert without_readings(cloaked) == HONEST


@pytest.mark.parametrize(
    ("cloaked", "repaired"),
    [
        ("碳纤维(wei)(CFRP)", "碳纤维(CFRP)"),
        ("办法(fa)(试行)", "办法(试行)"),
        ("总值(zhi)(GDP)5", "总值(GDP)5"),
        ("手机应用(yong)(app)", "手机应用(app)"),
        ("乾(qian)隆年間", "乾隆年间"),
    ],
)
def test_what_stands_in_parentheses_beside_a_reading_stays(cloaked: str, repaired: str) -> None:
    around = "".join(f"{c}(xin)" for c in "高新区产业项目会议")
    assert uncloaked(around + cloaked) == "高新区产业项目会议" + repaired


@settings(max_examples=50, deadline=None)
@given(
    st.text(st.sampled_from("高新區乾隆(xin)(e)\uf9e4\u3000\n Ａ")).map(
        lambda tail: TRADITIONAL.replace("區", "區(qu)") * 9 + tail
    )
)
def test_a_bulletin_is_repaired_once_and_keeps_what_was_published(body: str) -> None:
    once = refine(Bulletin("http://h.cn/", body=body, title="高(gao)新(xin)區"))
    assert (once.body, once.body_published) == (uncloaked(clean(body)), clean(body))
    assert once.title == "高新区"
    assert refine(once) == once


def test_an_honest_bulletin_keeps_one_body_and_its_own_script() -> None:
    refined = refine(Bulletin("http://h.cn/", body=TRADITIONAL, title=" 高新區\n", origin="\u3000", editor="（王）"))
    assert (refined.body, refined.body_published) == (TRADITIONAL, None)
    assert (refined.title, refined.origin, refined.editor) == ("高新區", None, "(王)")


def test_phrases_are_simplified_as_phrases() -> None:
    assert simplify("乾隆年間的臺灣,頭髮發展,乾燥") == "乾隆年间的台湾,头发发展,干燥"
