"""Signs and symbols are searched as they stand in the texts."""

from __future__ import annotations

from pathlib import Path

import pytest

from archive.browse import hits
from archive.selection import Selection, find
from archive.store import Archive
from tests.test_search import append


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("1.2万㎡", [1]), ("2万㎡", [1]), ("万㎡", [1]), ("㎡", [1]), ("到720℃", [2]), ("12.4℃", [2]), ("1.5吨/㎡", [1]),
        ("者优先:①单位", [3]), ("①", [3]), ("℃", [2]), ("③", [3]), ("3", [4]), ("35", [1]), ("CO2", [2]), ("co₂", [2]),
        ("Ⅱ-3", [4]), ("ⅱ", [4]), ("½", [4]), ("É-3", [4]), ("C", [4]),
    ],
)  # fmt: skip
def test_symbols_are_found_as_they_stand_and_only_they(tmp_path: Path, query: str, wanted: list[int]) -> None:
    texts = (
        "建筑面积1.2万㎡,其中35㎡为办公,荷载1.5吨/㎡。",
        "加热到720℃,平均12.4℃以上,减排CO₂。",
        "符合条件者优先:①单位;②个人;③2026年。",
        "单位1家,C级3人,Ⅱ-3类½,É-3型",
    )
    with Archive(tmp_path / "bulletins.db") as archive:
        for n, body in enumerate(texts, 1):
            append(archive, f"http://a.cn/{n}", body, n)
        told = find(archive.conn, Selection(query=query), 10)
        assert sorted(int(row["url"][-1]) for row in told.best) == wanted
        assert hits.find(archive.conn, query).total == len(wanted)


def test_signs_are_found_in_a_text_without_a_title(tmp_path: Path) -> None:
    with Archive(tmp_path / "bulletins.db") as archive:
        append(archive, "http://a.cn/1", "园区产值增长20%。", 1, title=None)
        assert find(archive.conn, Selection(query="20%"), 10).total == 1


SIGNED = {
    1: "增长20%,总投资3-1亿元。",
    2: "增长20个百分点,比分3:1,邮编3 1。",
    3: "软件用C++写成,占地186.3亩。",
    4: "C级人才186,3人,20％的企业",
}


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("20%", [1, 4]), ("20", [1, 2, 4]), ("3-1", [1]), ("３－１", [1]), ("3:1", [2]), ("186.3", [3]), ("186，3", [4]),
        ("增长 20%", [1]), ('"增长20%"', [1]), ("20%,", [1, 4]), ("（186.3）", [3]), ("C++", [3]), ("c", [3, 4]),
    ],
)  # fmt: skip
def test_signs_beside_digits_are_looked_for(tmp_path: Path, query: str, wanted: list[int]) -> None:
    with Archive(tmp_path / "bulletins.db") as archive:
        for n, body in SIGNED.items():
            append(archive, f"http://a.cn/{n}", body, n)
        told = find(archive.conn, Selection(query=query), 10)
        assert (told.total, sorted(int(row["url"][-1]) for row in told.best)) == (len(wanted), wanted)
        rows = archive.conn.execute(
            f"SELECT url FROM bulletins b WHERE {Selection(query=query).where()[0]}", Selection(query=query).where()[1]
        )
        assert sorted(int(row[0][-1]) for row in rows) == wanted
        assert hits.find(archive.conn, query).total == len(wanted)
