"""Search finds what a scan for the substring finds: no more, no less, and whatever a person types."""

from __future__ import annotations

import random
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlite_utils import Database

from archive import search
from archive.browse import hits
from archive.bulletins import hide
from archive.files import connect_existing
from archive.schema import migrations
from archive.selection import Selection, find
from archive.store import Archive
from scrapers.model import Bulletin, Page, Problem
from tests.conftest import Command

search._indexed(None, "高新区")  # its table is made before any test is timed

HAN = "高新区发展南昌〇㐂"
TEXT = st.text(alphabet=HAN + "，。、 \n《》“”·—(%)A1", max_size=40)


@pytest.fixture(scope="module")
def conn() -> Iterator[sqlite3.Connection]:
    db = Database(memory=True)
    db.conn.isolation_level = None
    migrations().apply(db)
    yield db.conn
    db.close()


def index(conn: sqlite3.Connection, *texts: str, title: str | None = None) -> None:
    """Index `texts` as documents 1, 2 … and nothing else."""
    conn.execute("INSERT INTO bulletins_fts (bulletins_fts) VALUES ('delete-all')")
    for number, text in enumerate(texts, 1):
        search.add(conn, number, title, text)


def found(conn: sqlite3.Connection, query: str) -> list[int]:
    sql = "SELECT rowid FROM bulletins_fts WHERE bulletins_fts MATCH ? ORDER BY rowid"
    return [row[0] for row in conn.execute(sql, [search.match_expression(query)])]


@st.composite
def texts_and_query(draw: st.DrawFn) -> tuple[list[str], str]:
    """Texts, and one to eight characters: any, or a passage of one of them."""
    texts = draw(st.lists(TEXT, min_size=1, max_size=6))
    runs = re.findall(f"[{HAN}]+", "\n".join(texts))
    if not runs or draw(st.booleans()):
        return texts, draw(st.text(alphabet=HAN, min_size=1, max_size=8))
    run = draw(st.sampled_from(runs))
    start = draw(st.integers(0, len(run) - 1))
    return texts, run[start : start + draw(st.integers(1, 8))]


@given(texts_and_query())
def test_a_chinese_query_finds_exactly_the_texts_that_contain_it(
    conn: sqlite3.Connection, drawn: tuple[list[str], str]
) -> None:
    texts, query = drawn
    index(conn, *texts)
    wanted = [n for n, text in enumerate(texts, 1) if query in text]
    assert found(conn, query) == found(conn, f'"{query}"') == found(conn, f"“{query}”\u3000") == wanted
    assert [n for n, text in enumerate(texts, 1) if search.finds(query)(None, text)] == wanted, "without the index"


@given(
    st.lists(TEXT, min_size=1, max_size=6),
    st.lists(st.text(alphabet=HAN, min_size=1, max_size=3), min_size=2, max_size=4),
)
def test_several_words_are_all_wanted(conn: sqlite3.Connection, texts: list[str], words: list[str]) -> None:
    index(conn, *texts)
    wanted = [n for n, text in enumerate(texts, 1) if all(word in text for word in words)]
    assert found(conn, " ".join(words)) == found(conn, "\u3000".join(words)) == wanted


DOCUMENTS = (
    "南昌高新区AI技术企业达3.5亿元，同比增长12%。",  # 1
    "Hello World: High-Tech zones of the PRC (2026)",  # 2
    "高新，区发展；新区高",  # 3
    "北京市海淀区　ＧＤＰ增长 5.2 %",  # 4
    "Straße, CAFÉ, ﬁne 35㎡ 第①期",  # 5
)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("高新区", [1]), ("新区", [1, 3]), ("区", [1, 3, 4]), ("高新，区", [3]), ("高新 区", [1, 3]), ("高新、区", [3]),
        ("hello", [2]), ("HELLO world", [2]), ("world hello", [2]), ('"hello world"', [2]), ('"world hello"', []),
        ("“Hello: World”", [2]), ("high-tech", [2]), ("tech-high", []), ("hel", []), ("ello", []), ("prc 2026", [2]),
        ("ai", [1]), ("AI技术", [1]), ("技术AI", []), ("昌高新区AI技", [1]),
        ("3.5亿", [1]), ("3.5", [1]), ("5.3", []), ("3", [1]),
        ("12%", [1]), ("gdp", [4]), ("ＧＤＰ增长", [4]), ("5.2%", [4]), ("海淀区 GDP", [4]), ("海淀 增长 南昌", []),
        ("strasse", [5]), ("café", [5]), ("cafe\u0301", [5]), ("fine", [5]), ("35㎡", [5]),
        ("第①期", [5]), ("①", [5]), ("1", []),
        ("高新区\n企业", [1]), ("-高新区", [1]), ("高新区*", [1]), ("^南昌", [1]), ("《高新区》", [1]),
    ],
)  # fmt: skip
def test_words_numbers_phrases_and_width(conn: sqlite3.Connection, query: str, expected: list[int]) -> None:
    index(conn, *DOCUMENTS)
    assert found(conn, query) == expected


@pytest.mark.parametrize(
    "query",
    ["", " ", '"', '""', "'", "*", "。", "NEAR(", "()", "{}", "a AND", "a OR b", "NOT", "\0", "高\0", "text:高",
     "bulletins_fts", "😀", "^", "-", "+", ":", "高 NOT", '高"', '"高', "“高", "”", "\ud800", "\ue000", "%s", "?",
     "; DROP TABLE versions --", "\\", "\u0301", "高" * 20_000, "高 " * 5_000, '"' * 999, "(" * 999, "a" * 100_000],
    ids=lambda query: ascii(query[:20]),
)  # fmt: skip
def test_no_query_is_an_error(conn: sqlite3.Connection, query: str) -> None:
    index(conn, *DOCUMENTS)
    assert found(conn, query) in ([], [1, 3])


@given(st.text())
def test_no_query_that_was_ever_typed_is_an_error(conn: sqlite3.Connection, query: str) -> None:
    index(conn, *DOCUMENTS)
    found(conn, query)


@pytest.mark.parametrize(
    "query", ["a OR b", "hello OR 南昌", "hello NOT world", "NEAR(hello world)", "hel*", "text:hello"]
)
def test_operators_are_words(conn: sqlite3.Connection, query: str) -> None:
    index(conn, *DOCUMENTS, "a or b, not near text: hello")
    assert set(found(conn, query)) <= {len(DOCUMENTS) + 1}


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("高新 -南昌", [3]), ("-南昌 高新", [3]), ("区 -发展 -GDP", [1]), ("高新 －南昌", [3]), ("区 -5.2", [4]),
        ("-南昌", [1]), ("-南昌 -高新", [1]), ('"高新 -区"', [3]), ("高新 -。", [1, 3]), ("hello -zones", []),
        ("high -tech", []), ("high-tech", [2]),
    ],
)  # fmt: skip
def test_a_word_behind_a_minus_is_excluded(conn: sqlite3.Connection, query: str, expected: list[int]) -> None:
    index(conn, *DOCUMENTS)
    assert found(conn, query) == expected


def test_no_query_is_without_the_texts_of_a_number(conn: sqlite3.Connection) -> None:
    index(conn, "降了-8.5个点", "升了8.5个点")
    assert found(conn, "点 -8.5") == [1, 2]


@pytest.mark.parametrize("query", ["", "。", "“”", " \n"])
def test_a_query_without_a_word_finds_nothing(conn: sqlite3.Connection, query: str) -> None:
    index(conn, *DOCUMENTS, "", "。")
    assert found(conn, query) == []


def test_no_phrase_reaches_from_the_title_into_the_body(conn: sqlite3.Connection) -> None:
    index(conn, "区发展", title="南昌高新")
    assert [found(conn, query) for query in ("高新", "区发展", "高新区", "高新 区")] == [[1], [1], [], [1]]


def is_sound(conn: sqlite3.Connection) -> bool:
    conn.execute("INSERT INTO bulletins_fts (bulletins_fts) VALUES ('integrity-check')")
    return True


@settings(max_examples=30)
@given(st.lists(st.tuples(st.integers(1, 4), st.one_of(st.none(), TEXT), TEXT), min_size=1, max_size=20))
def test_what_is_taken_out_is_no_longer_found(
    conn: sqlite3.Connection, edits: list[tuple[int, str | None, str]]
) -> None:
    index(conn)
    texts: dict[int, tuple[str | None, str]] = {}
    for document, title, body in edits:
        if document in texts:
            search.remove(conn, document, *texts[document])
        search.add(conn, document, title, body)
        texts[document] = (title, body)
    for character in HAN:
        assert found(conn, character) == sorted(
            document for document, (title, body) in texts.items() if character in f"{title}\n{body}"
        )
    assert is_sound(conn)
    for document, text in texts.items():
        search.remove(conn, document, *text)
    assert [character for character in HAN if found(conn, character)] == []


@given(st.one_of(st.none(), TEXT), TEXT | st.text())
def test_what_is_indexed_is_its_tokens(title: str | None, body: str) -> None:
    assert search._indexed(title, body) == " ".join(search.tokens(f"{title or ''}\n{body}"))


def test_every_character_is_indexed_as_its_token() -> None:
    for point in (*range(0x3400), *range(0xF900, 0x10000), 0x20000, 0x2FA20, 0x3FFFD, 0x1F600):
        text = f"高{chr(point)}{chr(point)}a"
        assert search._indexed(None, text) == " ".join(search.tokens(f"\n{text}")), hex(point)


# Through the archive


def append(archive: Archive, url: str, body: str, day: int, title: str | None = "园区新闻") -> None:
    archive.append(
        Bulletin(url, "zone", title, body=body),
        [Page(url, f"{url} {day}".encode(), datetime(2026, 3, day, tzinfo=UTC))],
    )


def test_after_an_edit_the_new_text_is_found_and_the_old_is_not(tmp_path: Path) -> None:
    with Archive(tmp_path / "bulletins.db") as archive:
        append(archive, "http://a.cn/1", "旧的正文", 1, "旧标题")
        append(archive, "http://a.cn/1", "新的内容", 2, "新标题")
        append(archive, "http://a.cn/1", "更早的话", 1)  # an older capture: not shown
        queries = ("旧的正文", "旧标题", "更早的话", "新的内容", "新标题")
        assert [found(archive.conn, query) for query in queries] == [[], [], [], [1], [1]]
        archive.gone("http://a.cn/1", Page("http://a.cn/1", b"404", datetime(2026, 3, 5, tzinfo=UTC)))
        assert found(archive.conn, "新的内容") == [1], "a withdrawn bulletin keeps its last text"


def test_the_index_survives_two_hundred_random_edits(tmp_path: Path) -> None:
    rng = random.Random(7)
    shown: dict[str, str] = {}
    with Archive(tmp_path / "bulletins.db") as archive, archive.transaction():
        for n in range(200):
            url = f"http://a.cn/{rng.randrange(12)}"
            shown[url] = "".join(rng.choices(HAN + "，。A1\n ", k=rng.randrange(200))).strip()
            page = Page(url, b"%d" % n, datetime(2026, 3, 1 + n // 24, n % 24, tzinfo=UTC))
            archive.append(Bulletin(url, "zone", body=shown[url]), [page])
    with closing(sqlite3.connect(tmp_path / "bulletins.db")) as conn:
        assert is_sound(conn)
        urls = dict(conn.execute("SELECT document_id, url FROM bulletins"))
        for _ in range(300):
            query = "".join(rng.choices(HAN, k=rng.randrange(1, 4)))
            assert {urls[n] for n in found(conn, query)} == {url for url, body in shown.items() if query in body}, query


def test_the_best_stand_first_and_a_selection_narrows(tmp_path: Path) -> None:
    with Archive(tmp_path / "bulletins.db") as archive:
        append(archive, "http://a.cn/1", "会上提到航空产业。" + "其他内容另行通知。" * 40, 1)
        append(archive, "http://a.cn/2", "航空产业开工,航空产业投产。", 2, "航空产业")
        append(archive, "http://a.cn/3", "无关。", 3)
        told = find(archive.conn, Selection(query="航空产业"), 10)
        assert (told.total, [row["url"][-1] for row in told.best]) == (2, ["2", "1"])
        assert [row["url"][-1] for row in find(archive.conn, Selection(query="航空产业"), 1).best] == ["2"]
        assert find(archive.conn, Selection(query="航空产业", source="nowhere"), 10).total == 0
        archive.conn.execute("INSERT INTO withheld VALUES (2, 'hidden', '个人信息', NULL, '2026-03-08')")
        assert [row["url"][-1] for row in find(archive.conn, Selection(query="航空产业"), 10).best] == ["1"]
        archive.conn.execute("PRAGMA user_version = 0")
        with pytest.raises(Problem, match="older Gaoxin"):
            find(archive.conn, Selection(query="航空产业"), 10)


@pytest.mark.parametrize("few", [0, 10_000])
def test_what_the_search_box_asks_finds_exactly_what_a_scan_finds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, few: int
) -> None:
    """Either way in which the condition is put."""
    monkeypatch.setattr(hits, "FEW", few)
    rng = random.Random(8)
    with Archive(tmp_path / "bulletins.db") as archive, archive.transaction():
        for n in range(300):
            body = "".join(rng.choices(HAN + "，。A1 ", k=rng.randrange(60))).strip()
            append(archive, f"http://a.cn/{n}", body, 1, None)
    with closing(connect_existing(tmp_path / "bulletins.db")) as conn:
        hits.Memory().teach(conn, "bulletins")
        bodies = dict(conn.execute("SELECT document_id, body FROM bulletins"))
        for _ in range(200):
            query = "".join(rng.choices(HAN, k=rng.randrange(1, 6)))
            wanted = [n for n, body in bodies.items() if query in body]
            condition = hits.find(conn, query).condition
            sql = f"SELECT document_id FROM bulletins WHERE {condition} ORDER BY 1"
            assert [row[0] for row in conn.execute(sql, {"search": query})] == wanted
            (counted,) = conn.execute(f"SELECT count(*) FROM bulletins WHERE {condition}", {"search": query}).fetchone()
            assert counted == len(wanted)


def test_what_is_archived_meanwhile_is_found_after_two_seconds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    memory, clock = hits.Memory(), [100.0]
    monkeypatch.setattr(hits.time, "monotonic", lambda: clock[0])
    with Archive(tmp_path / "bulletins.db") as archive:
        append(archive, "http://a.cn/1", "航空", 1)
        assert memory.find(archive.conn, "a", "航空").total == 1
        append(archive, "http://a.cn/2", "航空", 2)
        assert memory.find(archive.conn, "b", "航空").total == 2, "another archive"
        assert memory.find(archive.conn, "a", "航空").total == 1
        clock[0] += hits.KEPT_SECONDS + 0.1
        assert memory.find(archive.conn, "a", "航空").total == 2
        for n in range(3 * hits.MOST_KEPT):
            memory.find(archive.conn, "a", str(n))
        assert len(memory._kept) == hits.MOST_KEPT


def test_the_command_shows_the_passage(gaoxin: Command, tmp_path: Path) -> None:
    with Archive(tmp_path / "bulletins.db") as archive:
        append(
            archive, "http://a.cn/1", "前文。" * 30 + "今年航空产业营业收入186.3亿元。" + "后文。" * 30, 1, "园区一年"
        )
        append(archive, "http://a.cn/2", "High-Tech zones.", 2, "Zones")
    done = gaoxin("search", "航空产业")
    assert (done.returncode, done.stderr) == (0, "")
    assert "…" in done.stdout
    assert "今年航空产业营业收入186.3亿元" in done.stdout
    assert "http://a.cn/1" in done.stdout
    assert done.stdout.endswith("1 found\n")
    for words in (("186.3",), ("收入", "航空"), ("营",), ('"high-tech zones"',)):
        assert "1 found" in gaoxin("search", *words).stdout, words
    assert "signs alone" in gaoxin("search", "。").stdout
    for words in (("找不到",), ("航空产业", "zones"), ("航空产业", "--since", "2026-01-01"), ("。",)):
        done = gaoxin("search", *words)
        assert (done.returncode, done.stdout[:13]) == (0, "nothing found"), words
    done = gaoxin("search", "航空", "--source", "nowhere")
    assert done.returncode == 2
    assert "nothing of nowhere" in done.stderr


def searched(archive: Archive, query: str) -> list[int]:
    return found(archive.conn, query)


def test_the_index_follows_what_a_transaction_did_to_a_bulletin(tmp_path: Path) -> None:
    with Archive(tmp_path / "a.db") as archive:
        append(archive, "http://a.cn/1", "航空产业", 1)
        with archive.transaction():
            append(archive, "http://a.cn/1", "低空经济", 2)
            append(archive, "http://a.cn/2", "生物医药", 2)
            append(archive, "http://a.cn/1", "软件园区", 3)
        expected = {"航空产业": [], "低空经济": [], "软件园区": [1], "生物医药": [2]}
        assert {query: searched(archive, query) for query in expected} == expected
        assert is_sound(archive.conn)


def test_what_was_taken_back_is_not_found(tmp_path: Path) -> None:
    with Archive(tmp_path / "a.db") as archive:
        append(archive, "http://a.cn/1", "航空产业", 1)
        with pytest.raises(KeyError), archive.transaction():
            append(archive, "http://a.cn/1", "低空经济", 2)
            append(archive, "http://a.cn/2", "生物医药", 2)
            raise KeyError
        with archive.transaction():
            archive.conn.execute("SAVEPOINT one")
            append(archive, "http://a.cn/1", "软件园区", 3)
            archive.conn.execute("ROLLBACK TO one")
            append(archive, "http://a.cn/3", "新型材料", 3)
        expected = {"航空产业": [1], "低空经济": [], "生物医药": [], "软件园区": [], "新型材料": [2]}
        assert {query: searched(archive, query) for query in expected} == expected
        assert is_sound(archive.conn)


def test_what_is_withheld_in_the_transaction_that_changed_it_is_not_found(tmp_path: Path) -> None:
    with Archive(tmp_path / "a.db") as archive:
        append(archive, "http://a.cn/1", "航空产业", 1)
        with archive.transaction():
            append(archive, "http://a.cn/1", "低空经济", 2)
            append(archive, "http://a.cn/2", "生物医药", 2)
            hide(archive.db, 1)
        assert [searched(archive, query) for query in ("航空产业", "低空经济", "生物医药")] == [[], [], [2]]
        assert is_sound(archive.conn)
