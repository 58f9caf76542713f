"""Checks: each breach makes a run on a real archive partial and is told, and none of them lets good data be replaced."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows import steps
from flows.job import Job, Run
from flows.tasks import conclude
from scrapers import checks, warc
from scrapers.checks import Breach, Read, Usual
from scrapers.model import Bulletin, Item, Page
from scrapers.source import Expect
from scrapers.sources import find_source
from tests.conftest import Command
from tests.test_steps import rows

SITE = "http://nchdz.nc.gov.cn"
LIST = f"{SITE}/ncgxq/yhyshj/common_list.shtml"
SERVED = datetime(2026, 3, 1, 4, tzinfo=UTC)
NCHDZ = find_source("nchdz")


def good(name: str, day: str = "2026-02-20") -> str:
    return (
        f'<meta name="ArticleTitle" content="{name}号通知"><meta name="PubDate" content="{day} 09:00:00">'
        f'<div id="zoom"><p>{name}号园区今天开工,明天继续建设。</p></div>'
    )


def site(
    path: Path,
    articles: Mapping[str, str],
    *,
    at: datetime = SERVED,
    listed: Sequence[str] | None = None,
    told: int | None = None,
    list_page: str | None = None,
) -> Path:
    """A site of one list page and its articles, as one WARC file; `told` is how many rows the list says that it has."""
    names = list(articles) if listed is None else listed
    items = "".join(f'<li><a href="/a/{name}.shtml" title="{name}号通知">x</a></li>' for name in names)
    pager = f"createPageHTML('page_div',1,1,'common_list','shtml',{told or len(names)})"
    html = list_page or f'<ul class="list">{items}</ul><script>{pager}</script>'
    pages = [Page(LIST, html.encode(), at)]
    pages += [Page(f"{SITE}/a/{name}.shtml", text.encode(), at) for name, text in articles.items()]
    warc.write(path, pages)
    return path


@pytest.fixture
def fetched(tmp_path: Path) -> Callable[..., Run]:
    """A run over a site made for it: `fetched(articles)`; a second call is a later run on the same archive."""
    runs = 0

    def run(articles: Mapping[str, str], job: str = "fetch", at: datetime = SERVED, **options: object) -> Run:
        nonlocal runs
        runs += 1
        replay = site(tmp_path / f"{runs}.warc.gz", articles, at=at, **options)  # type: ignore[arg-type]
        told = Job(tmp_path / "a.db", replay, at, clock=lambda: at)
        work = {"fetch": steps.fetch(told, ["nchdz"])} if job == "fetch" else {"recheck": steps.recheck(told)}
        (ended,) = asyncio.run(work[job])
        return ended

    return run


def names(n: int) -> list[str]:
    return [f"{number:02}" for number in range(n)]


def only_warning(run: Run, archive: Path) -> str:
    """The one sentence that a run warned with; it is stored with the run, and the run is partial."""
    assert (run.state, run.counts.warned) == ("partial", 1), run
    (row,) = rows(archive, "SELECT state, warnings FROM runs WHERE id = ?", run.id)
    assert tuple(row) == ("partial", run.warnings[0])
    return run.warnings[0]


def test_a_good_run_warns_of_nothing(fetched: Callable[..., Run], tmp_path: Path) -> None:
    run = fetched({name: good(name) for name in names(8)})
    assert (run.state, run.warnings, run.counts.new) == ("completed", (), 8)
    assert rows(tmp_path / "a.db", "SELECT warnings FROM runs")[0]["warnings"] is None


def test_a_field_that_must_be_there_is_missed(fetched: Callable[..., Run], tmp_path: Path) -> None:
    articles = {name: good(name) for name in names(4)}
    run = fetched(articles | {"03": articles["03"].replace("PubDate", "Datum")})
    assert "published_at is missing on 1 of 4 bulletins, such as" in only_warning(run, tmp_path / "a.db")
    assert run.counts.new == 4


def test_a_field_that_was_usual_is_missed(fetched: Callable[..., Run], tmp_path: Path) -> None:
    origin = '<meta name="ContentSource" content="云溪日报">'
    assert fetched({name: origin + good(name) for name in names(25)}).state == "completed"
    run = fetched({name: good(name) for name in names(33)[25:]}, listed=names(33)[::-1])
    assert "origin is missing on 8 of 8" in only_warning(run, tmp_path / "a.db")


def test_a_new_page_without_its_end_is_told_once(fetched: Callable[..., Run], tmp_path: Path) -> None:
    articles = {name: f"<html><head></head><body>{good(name)}</body></html>" for name in names(3)}
    articles["01"] = articles["01"].removesuffix("</body></html>")
    sentence = only_warning(fetched(articles), tmp_path / "a.db")
    assert "1 new pages have no end (no </html>), such as http://nchdz.nc.gov.cn/a/01.shtml" in sentence
    assert fetched(articles, job="recheck", at=SERVED + timedelta(days=1)).state == "completed"


def test_a_date_in_the_future_is_told(fetched: Callable[..., Run], tmp_path: Path) -> None:
    run = fetched({"00": good("00", "2026-03-02"), "01": good("01", "2026-03-01")})
    assert "1 bulletins are dated in the future" in only_warning(run, tmp_path / "a.db")
    assert "/a/00.shtml on 2026-03-02" in run.warnings[0]


def test_a_date_before_the_source_began_is_told(fetched: Callable[..., Run], tmp_path: Path) -> None:
    run = fetched({"00": good("00", "2014-12-31"), "01": good("01", "2015-01-01")})
    assert "before 2015-01-01" in only_warning(run, tmp_path / "a.db")


def test_a_text_on_three_addresses_is_told_and_on_two_is_not(fetched: Callable[..., Run], tmp_path: Path) -> None:
    same = good("00").replace("00号园区", "登录后才能查看,本园区")
    assert fetched({"00": same, "01": same, "02": good("02")}).state == "completed"
    run = fetched({name: same.replace("查看", "浏览") for name in names(6)[3:]}, listed=names(6)[::-1])
    assert "3 addresses hold one and the same text" in only_warning(run, tmp_path / "a.db")


def test_a_page_that_no_layout_fits_is_told(fetched: Callable[..., Run], tmp_path: Path) -> None:
    strange = good("01").replace('id="zoom"', 'id="neu"').replace("建设。", "建设,直到全部完成,不得有误。")
    run = fetched({"00": good("00"), "01": strange})
    assert "no layout fits 1 of 2 pages" in only_warning(run, tmp_path / "a.db")


@pytest.mark.parametrize(("hours", "day"), [(0, "2026-03-01"), (23, "2026-03-02")])
def test_a_list_that_held_something_and_holds_nothing_is_told(
    fetched: Callable[..., Run], hours: int, day: str
) -> None:
    seen = SERVED.replace(hour=0) + timedelta(hours=hours)
    fetched({name: good(name) for name in names(3)}, at=seen)
    run = fetched({"00": good("00")}, list_page="<ul class='list'></ul>", at=seen + timedelta(days=1))
    assert run.state == "failed"
    assert run.warnings == (f"nchdz: {LIST} listed 3 bulletins on {day} and lists none now",)


def test_a_list_behind_a_wall_is_blocked(fetched: Callable[..., Run], tmp_path: Path) -> None:
    wall = "<title>网站防火墙</title><p>您的请求带有不合法参数，已被网站管理员设置拦截！</p>"
    assert fetched({"00": good("00")}, list_page=wall).state == "failed"
    assert rows(tmp_path / "a.db", "SELECT outcome FROM observations WHERE url = ?", LIST)[0]["outcome"] == "blocked"


def test_a_list_that_holds_fewer_rows_than_it_says_is_told(fetched: Callable[..., Run], tmp_path: Path) -> None:
    run = fetched({name: good(name) for name in names(3)}, told=5)
    assert "3 of the 5 rows that http://nchdz.nc.gov.cn/" in only_warning(run, tmp_path / "a.db")
    assert run.counts.new == 3


def backfilled(tmp_path: Path, bulletins: int, since: date, until: date) -> Run:
    days = [since + timedelta(days=n % ((until - since).days + 1)) for n in range(bulletins)]
    articles = {f"{n:03}": good(f"{n:03}", day.isoformat()) for n, day in enumerate(days)}
    job = Job(tmp_path / "a.db", site(tmp_path / "1.warc.gz", articles), SERVED, clock=lambda: SERVED)
    (run,) = asyncio.run(steps.backfill(job, "nchdz", since, until))
    assert run.counts.new == bulletins
    return run


@pytest.mark.parametrize(
    ("bulletins", "since", "told"),
    [
        (4, date(2026, 1, 30), "4 bulletins from 2026-01-30 to 2026-02-28, where 5-80 a month are normal"),
        (5, date(2026, 1, 30), None),
        (0, date(2026, 1, 31), None),
        (80, date(2026, 2, 27), None),
        (81, date(2026, 2, 27), "81 bulletins from 2026-02-27 to 2026-02-28"),
    ],
)
def test_a_volume_that_is_not_normal_is_told_of_a_span_that_can_tell(
    tmp_path: Path, bulletins: int, since: date, told: str | None
) -> None:
    if not bulletins:
        assert not list(checks.volume(NCHDZ, since, date(2026, 2, 28), 0))
        return
    run = backfilled(tmp_path, bulletins, since, date(2026, 2, 28))
    if told is None:
        assert (run.state, run.warnings) == ("completed", ())
    else:
        assert told in only_warning(run, tmp_path / "a.db")


def test_a_source_that_falls_silent_is_told_once_it_has_been_watched_for_a_month(
    fetched: Callable[..., Run], tmp_path: Path
) -> None:
    articles = {name: good(name) for name in names(6)}
    assert fetched(articles).state == "completed"
    assert fetched(articles, at=SERVED + timedelta(days=checks.MONTH - 1)).state == "completed"
    run = fetched(articles, at=SERVED + timedelta(days=checks.MONTH))
    assert "0 bulletins from 2026-03-02 to 2026-03-31" in only_warning(run, tmp_path / "a.db")


# Good data is never replaced


@pytest.mark.parametrize(
    ("mark", "instead", "lost"),
    [
        ('content="01号通知"', 'content=""', "title"),
        ('content="2026-02-20 09:00:00"', 'content=""', "published_at"),
        ("<p>01号园区今天开工,明天继续建设。</p>", '<img src="/i.jpg">', "body"),
    ],
)
def test_a_known_bulletin_that_loses_what_it_always_has_is_a_failure_and_no_edit(
    fetched: Callable[..., Run], tmp_path: Path, mark: str, instead: str, lost: str
) -> None:
    articles = {name: good(name) for name in names(3)}
    fetched(articles)
    broken = articles | {"01": articles["01"].replace(mark, instead), "02": articles["02"].replace("明天", "后天")}
    run = fetched(broken, job="recheck", at=SERVED + timedelta(days=1))
    assert (run.counts.edited, run.counts.failed) == (1, 1)
    (seen,) = rows(tmp_path / "a.db", "SELECT * FROM observations WHERE outcome = 'no_article'")
    assert f"has no {lost} any more" in seen["error"]
    held = {row["url"][-8:-6]: row for row in rows(tmp_path / "a.db", "SELECT * FROM bulletins")}
    assert held["01"]["versions"] == 1
    assert held["01"][lost]
    assert "后天" in held["02"]["body"]


def test_a_notice_in_the_place_of_every_bulletin_edits_none(fetched: Callable[..., Run], tmp_path: Path) -> None:
    articles = {name: good(name) for name in names(4)}
    fetched(articles)
    upkeep = '<div id="zoom"><p>网站正在升级,暂停服务,敬请谅解。</p></div>'
    later = {name: text.partition("<div")[0] + upkeep for name, text in articles.items()}
    run = fetched(later | {"03": articles["03"]}, job="recheck", at=SERVED + timedelta(days=1))
    assert (run.counts.edited, run.counts.failed, run.counts.unchanged) == (0, 3, 1)
    assert not rows(tmp_path / "a.db", "SELECT 1 FROM bulletins WHERE body LIKE '%升级%'")


# Where it is told


def test_status_and_progress_print_the_warning(gaoxin: Command, tmp_path: Path) -> None:
    replay = site(tmp_path / "1.warc.gz", {"00": good("00", "2026-03-09")})
    done = gaoxin("fetch", "nchdz", "--replay", replay, "--at", "2026-03-02")
    assert done.returncode == 0, done.stderr
    assert "WARNING nchdz: 1 bulletins are dated in the future" in done.stdout
    told = gaoxin("status").stdout
    assert "partial" in told
    assert "WARNING nchdz: 1 bulletins are dated in the future" in told


def test_prefect_is_told(fetched: Callable[..., Run]) -> None:
    run = fetched({"00": good("00", "2026-03-09")})

    async def work() -> list[Run]:
        return [run]

    ended = asyncio.run(conclude(Job(Path("a.db")), work()))
    assert ended.is_completed()
    assert ended.name == "Partial"
    assert "1 bulletins are dated in the future" in str(ended.message)


def test_many_breaches_of_a_kind_are_told_in_a_few_sentences() -> None:
    breaches = [Breach("short_list", f"list {n}") for n in range(300)] + [Breach("date", "a date")]
    told = checks.told(breaches)
    assert len(told) == checks.MOST + 2
    assert told[-2:] == (f"… and {300 - checks.MOST} more like it", "a date")


# The values


def reads(n: int, missing: int) -> list[Read]:
    full = frozenset(checks.CHECKED)
    return [
        Read(f"http://h.cn/{k}", "nchdz", "nchdz[0]", None, full - {"body"} if k < missing else full, b"")
        for k in range(n)
    ]


@pytest.mark.parametrize(
    ("of", "missing", "is_told"), [(1, 1, False), (3, 1, False), (3, 2, True), (100, 2, False), (100, 8, True)]
)
def test_what_chance_may_bring_is_no_breach(of: int, missing: int, is_told: bool) -> None:
    source = replace(NCHDZ, expect=Expect(fill={"body": 0.98}))
    assert bool(list(checks.fill(source, reads(of, missing), Usual()))) is is_told


@given(st.integers(0, 400), st.integers(0, 400), st.floats(0, 1))
def test_more_missing_fields_are_never_likelier(of: int, missing: int, share: float) -> None:
    missing = min(missing, of)
    more = checks._chance(missing, of, share)
    assert -1e-9 <= more <= 1 + 1e-6
    assert checks._chance(min(missing + 1, of), of, share) <= more + 1e-9


def test_a_picture_lacks_no_text() -> None:
    poster = Bulletin(
        "http://h.cn/1", "nchdz", "一图读懂", body="", images=("http://h.cn/1.jpg",), extra={"kind": "pictures"}
    )
    assert "body" in checks.read(poster).filled
    assert "body" not in checks.read(replace(poster, extra={})).filled


@pytest.mark.parametrize(
    ("days", "rising"),
    [
        (("2019-01-02", "2019-01-03", "2019-01-03T10:00+08:00", "2020-05-06"), True),
        (("2019-01-02", None, "2019-01-03", "2020-05-06"), True),
        (("2019-01-02", "2019-01-03"), False),
        (("2019-01-02", "2026-03-02", "2026-03-01", "2026-02-27"), False),
        (("2026-03-02", "2026-03-01", "2026-02-27"), False),
        ((None, None, None), False),
        ((), False),
    ],
)
def test_a_list_in_rising_order_is_told_from_one_with_a_pinned_row(days: tuple[str | None, ...], rising: bool) -> None:
    assert checks.is_rising([Item("http://h.cn/1.html", date=day) for day in days]) is rising
