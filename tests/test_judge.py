"""Two documents of one template are no copies: their titles and their days tell what their texts do not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.judge import Document, judge
from archive.store import Archive
from scrapers.model import Bulletin

VISIT = (
    "开发区管委会主任林一舟昨日上午在行政中心会见来访的{0}商会代表团一行。林一舟对客人的到来表示欢迎，并介绍了园区近年来在"
    "先进制造、生物医药和开放合作方面的进展。他说，两地产业互补、往来密切，希望以此访为契机，推动{0}商会和本地企业在人才交流、"
    "科技创新和职业教育等领域结出更多成果。客人感谢园区的周到安排，表示愿意鼓励当地企业前来考察，共同办好明年的合作周活动。"
    "会见结束后，双方签署了友好合作备忘录，并参观了展示中心和两家企业的生产车间，同一线技术人员作了交流。"
)
CHECKED = (
    "按照年度工作安排，经专家评审、现场核查和主任办公会研究，现将拟认定的企业名单予以公示，名单详见附件。公示期五个工作日，"
    "如有异议请书面反映，单位意见须加盖公章，个人意见须署真实姓名并留下联系方式，逾期不再受理。"
)


def document(title: str | None, body: str, day: str | None = None) -> Document:
    return Document(title, day, body)


def kind(one: Document, other: Document) -> str | None:
    verdict, turned = judge(one, other), judge(other, one)
    assert (verdict and verdict.kind) == (turned and turned.kind), "the verdict is the same from both sides"
    return verdict and verdict.kind


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (document("林一舟会见仁川客人", VISIT.format("仁川")), document("林一舟会见曼谷客人", VISIT.format("曼谷"))),
        (document("仁川来访", VISIT.format("仁川")), document("客人自曼谷来，畅谈合作", VISIT.format("曼谷"))),
        (document("2025年拟认定企业公示", CHECKED), document("2026年拟认定企业公示", CHECKED)),
        (document("第二批拟认定企业公示", CHECKED), document("第三批拟认定企业公示", CHECKED)),
        (document("瞪羚企业拟认定名单公示", CHECKED), document("专精特新拟认定名单公示", CHECKED)),
    ],
    ids=["in one place", "in other words", "year", "ordinal", "a name in the titles alone"],
)
def test_what_titles_tell_apart_is_no_copy(one: Document, other: Document) -> None:
    bare = (one._replace(title=None), other._replace(title=None))
    assert kind(*bare) in ("exact", "near"), "by their texts they are copies"
    assert kind(one, other) == "related"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("林一舟会见仁川客人", "林一舟会见仁川客人"),
        ("林一舟会见仁川客人", None),
        ("林一舟会见仁川客人", "开发区与仁川签署友好合作备忘录"),
        ("林一舟会见仁川客人", "园区要闻｜林一舟会见仁川客人"),
        ("我市主任会见仁川客人", "云州市主任会见仁川客人"),
        ("管委会主任会见仁川客人", "林一舟会见仁川客人"),
        ("2026年3月：林一舟会见仁川客人", "林一舟会见仁川客人"),
        ("第2次会见仁川客人", "第二次会见仁川客人"),
        ("园区迎来三十位客人", "园区与客人签署备忘录，明年共办合作周"),
    ],
)
def test_a_copy_may_bear_another_title(one: str, other: str | None) -> None:
    text = VISIT.format("仁川")
    assert kind(document(one, text), document(other, text)) == "exact"
    assert kind(document(one, text), document(other, f"园区观察讯。{text}责任编辑周小禾。")) == "near"


def test_titles_tell_of_figures_as_they_are_written() -> None:
    found = judge(document("税收增长8.5%", CHECKED), document("税收增长-85%", CHECKED))
    assert found and found.rule.endswith("; but the titles tell of 8.5 and of -85")


def test_words_of_taiwan_in_a_title_tell_of_no_other_subject() -> None:
    text = VISIT.format("信息").replace("人才交流", "信息交流")
    taiwan = text.replace("信息", "資訊")
    assert kind(document("資訊商會來訪", taiwan), document("信息商会来访", text)) == "near"


def test_an_excerpt_in_the_frame_of_another_title_is_a_copy() -> None:
    text = VISIT.format("远方")
    frame = "读书会学习园地。按照读书会安排，本周读书会成员学习了下面一则报道，现将报道摘编如下，请读书会成员阅读。"
    whole = text + "仁川与本地往来已有十年。仁川企业去年两次来访，都由商会组织。"
    assert kind(document("仁川客人来访", whole), document("读书会学习园地", frame + text)) == "near"


@pytest.mark.parametrize(
    ("ours", "theirs", "changed", "told"),
    [
        ("2024-03-01", "2025-03-01", True, "related"),
        ("2024-03-01T10:00+08:00", "2024-03-20", True, "near"),
        ("2024-03-01", "2025-03-01", False, "exact"),
        ("2024-03-01", None, True, "near"),
    ],
)
def test_what_comes_every_year_is_told_by_its_days(ours: str, theirs: str | None, changed: bool, told: str) -> None:
    text = VISIT.format("仁川")
    other = (
        text.replace("先进制造、生物医药", "新型材料和农产品加工").replace("明年的合作周", "秋天的")
        if changed
        else text
    )
    assert kind(document("会见客人", text, ours), document("会见客人", other, theirs)) == told


@given(st.text(max_size=40), st.text(max_size=40), st.text(max_size=200))
def test_any_titles_of_one_text_are_judged_alike_from_both_sides(one: str, other: str, body: str) -> None:
    found = kind(document(one, body), document(other, body))
    assert found in ("exact", "related")
    assert one != other or found == "exact"


def test_the_reason_is_told_in_words_and_kept_with_the_link(archive: Archive) -> None:
    for city in ("仁川", "曼谷"):
        archive.append(Bulletin(f"http://{city}.cn/", title=f"林一舟会见{city}客人", body=VISIT.format(city)))
    (rule,) = archive.conn.execute("SELECT rule FROM links").fetchone()
    assert rule.endswith("; but the titles tell of 曼谷 and of 仁川")


def test_a_title_that_is_corrected_makes_two_documents_copies(archive: Archive) -> None:
    """The links of a document are found anew where its title is another."""

    def append(name: str, title: str) -> None:
        archive.append(Bulletin(f"http://{name}.cn/", title=title, body=CHECKED))

    def kinds() -> list[str]:
        return [row[0] for row in archive.conn.execute("SELECT kind FROM links WHERE retired_run_id IS NULL")]

    append("a", "2026年拟认定企业公示")
    append("b", "2025年拟认定企业公示")
    assert kinds() == ["related"]
    append("b", "2026年拟认定企业公示")
    assert kinds() == ["exact"]
    assert archive.conn.execute("SELECT canonical_id, copies FROM bulletins").fetchall() == [(1, 1), (1, 1)]
