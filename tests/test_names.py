"""Names of Chinese persons, and the words that only look like one."""

from __future__ import annotations

import pytest

from scrapers.extraction.names import is_pen_name, name_spaced, names_alone


@pytest.mark.parametrize("line", ["王小明", "王小明 李大海", "王小明、欧阳修", "王 明 李大海", "□ 王小明"])
def test_a_line_of_names_gives_them(line: str) -> None:
    assert names_alone(line) == line.strip("□ ")


@pytest.mark.parametrize(
    "line",
    "高新 方案 通知 安全生产 金水区 安徽 石家庄 张家口 马鞍山 时政 党建 项目 关注 全文 高质量 房地产 关键词 经济 农业 文化 "
    "管委会 方案、安全 时政|经济 方案小结报告".split(),
)
def test_a_place_an_office_or_a_heading_is_no_name(line: str) -> None:
    assert names_alone(line) is None


@pytest.mark.parametrize(
    ("line", "name"), [("程 诺", "程 诺"), ("| 孟 凡 |", "孟 凡"), ("简 介", None), ("程诺", None), ("方 案", None)]
)
def test_a_short_name_is_spaced_to_the_width_of_three(line: str, name: str | None) -> None:
    assert name_spaced(line) == name


@pytest.mark.parametrize(
    ("text", "may_be"),
    [
        ("码农小王", True),
        ("Kevin_L", True),
        ("12345", False),
        ("星河日报", False),
        ("星河发布", False),
        ("关注", False),
        ("发表于", False),
    ],
)
def test_a_pen_name_is_no_medium_and_no_button(text: str, may_be: bool) -> None:
    assert is_pen_name(text) is may_be
