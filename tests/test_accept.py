"""A page that answers is not always the page that was asked for: what a recheck may believe of one, and what it may not."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from archive import ledger
from archive.ledger import Counts
from flows import bulk, steps
from flows.job import Job, Run
from scrapers import warc
from scrapers.model import Page
from tests.made import MADE, archived, article_page, listed, made_site, rows

NAMES = [f"n{n:02}" for n in range(30)]


def address(name: str) -> str:
    return f"http://nchdz.nc.gov.cn/a/{name}.shtml"


def fetched(folder: Path, names: Sequence[str]) -> Job:
    """An archive that holds these articles."""
    job = Job(folder / "a.db", made_site(folder / "first.warc.gz", list(names)), MADE)
    asyncio.run(steps.add(job, [address(name) for name in names]))
    assert archived(job) == listed(list(names))
    return job


def rechecked(job: Job, *pages: Page, days: float = 1) -> Run:
    """A recheck over these pages alone, so many days later."""
    file = job.archive.parent / f"{days}.warc.gz"
    warc.write(file, [replace(page, fetched_at=MADE + timedelta(days=days)) for page in pages])
    (run,) = asyncio.run(steps.recheck(replace(job, replay=file, at=None)))
    return run


def changes(job: Job) -> list[str]:
    return [row["change"] for row in rows(job.archive, "SELECT change FROM versions WHERE change <> 'new'")]


def gone(name: str) -> Page:
    return Page(address(name), b"", MADE, status=404)


def led_home(name: str) -> Page:
    return Page(address(name), b"", MADE, status=302, headers={"location": "/"})


HOME = Page("http://nchdz.nc.gov.cn/", "<h1>首页</h1>".encode(), MADE)


@pytest.mark.parametrize("dead", [gone, led_home])
def test_most_of_a_site_that_is_gone_at_once_is_not_believed_on_that_day(tmp_path: Path, dead: object) -> None:
    job = fetched(tmp_path, NAMES)
    assert callable(dead)
    pages = [HOME, *(dead(name) for name in NAMES[:20]), *(Page(address(n), article_page(n), MADE) for n in NAMES[20:])]
    run = rechecked(job, *pages)
    assert (run.state, run.counts.gone, run.counts.failed, changes(job)) == ("partial", 0, 20, [])
    assert run.warnings[0].startswith("nchdz: 20 of 30 known pages are gone at once, such as ")
    again = rechecked(job, *pages, days=1.5)
    assert (again.state, again.counts.gone) == ("partial", 0), "half a day later it is the same night"
    back = rechecked(job, *(Page(address(name), article_page(name), MADE) for name in NAMES), days=3)
    assert (back.state, back.counts.unchanged, changes(job)) == ("completed", 30, [])


def test_what_is_still_gone_a_day_later_is_archived_as_withdrawn(tmp_path: Path) -> None:
    job = fetched(tmp_path, NAMES)
    rechecked(job, *map(gone, NAMES))
    run = rechecked(job, *map(gone, NAMES), days=2)
    assert (run.state, run.counts.gone, changes(job)) == ("completed", 30, ["gone"] * 30)
    last = rechecked(job, *map(gone, NAMES), days=3)
    assert (last.state, last.counts.unchanged) == ("completed", 30), "and is news only once"


@pytest.mark.parametrize(("asked", "dead"), [(2, 2), (30, 15), (5, 4)])
def test_a_few_pages_or_half_of_them_are_withdrawn_on_the_day(tmp_path: Path, asked: int, dead: int) -> None:
    job = fetched(tmp_path, NAMES[:asked])
    live = [Page(address(name), article_page(name), MADE) for name in NAMES[dead:asked]]
    run = rechecked(job, *map(gone, NAMES[:dead]), *live)
    assert (run.state, run.counts.gone) == ("completed", dead)


def test_all_of_a_small_source_gone_at_once_is_not_believed_on_that_day(tmp_path: Path) -> None:
    job = fetched(tmp_path, NAMES[:3])
    assert (rechecked(job, *map(gone, NAMES[:3])).state, changes(job)) == ("failed", [])


def test_what_an_interrupted_recheck_finds_gone_is_known_and_asked_for_first(tmp_path: Path) -> None:
    job = fetched(tmp_path, NAMES)
    pages = [gone("n02"), *(Page(address(name), article_page(name), MADE) for name in NAMES if name != "n02")]

    async def first_batch_alone(name: str, step: Callable[[], Awaitable[Counts]]) -> Counts:
        if "1-20" not in name:
            raise KeyboardInterrupt
        return await step()

    for days in (1, 2):
        with pytest.raises(KeyboardInterrupt):
            rechecked(replace(job, step=first_batch_alone), *pages, days=days)
        told = rows(job.archive, "SELECT fetched_at FROM observations WHERE outcome = 'gone' ORDER BY id")
        assert [row["fetched_at"][:10] for row in told] == ["2026-03-02", "2026-03-03"][:days]
        assert changes(job) == ["gone"] * (days - 1)
    run = rechecked(job, *pages, days=3)
    assert (run.state, run.counts.gone, changes(job)) == ("completed", 0, ["gone"])


def test_all_that_are_gone_are_judged_together(tmp_path: Path) -> None:
    job = fetched(tmp_path, NAMES)
    live = [Page(address(name), article_page(name), MADE) for name in NAMES[:10]]
    run = rechecked(job, *live, *map(gone, NAMES[10:]))
    assert (run.counts.gone, run.counts.failed, changes(job)) == (0, 20, [])


def test_a_known_page_that_leads_to_another_bulletin_is_no_edit(tmp_path: Path) -> None:
    job = fetched(tmp_path, NAMES[:3])
    lead = Page(address("n00"), b"", MADE, status=302, headers={"location": "/a/n02.shtml"})
    run = rechecked(job, lead, *(Page(address(name), article_page(name), MADE) for name in NAMES[1:3]))
    assert (run.state, run.counts.failed, run.counts.edited, changes(job)) == ("partial", 1, 0, [])
    (error,) = rows(job.archive, "SELECT error FROM observations WHERE outcome = 'no_article'")[0]
    assert "which is another bulletin" in error


def test_an_unknown_address_that_leads_to_a_known_one_is_held_to_what_that_said(tmp_path: Path) -> None:
    job = fetched(tmp_path, NAMES[:1])
    lead = Page(address("x"), b"", MADE, status=302, headers={"location": "/a/n00.shtml"})
    notice = Page(address("n00"), "<h1>公告</h1><div id=zoom><p>本站今晚升级,暂停访问。</p></div>".encode(), MADE)
    warc.write(tmp_path / "x.warc.gz", [replace(page, fetched_at=MADE + timedelta(days=1)) for page in (lead, notice)])
    (run,) = asyncio.run(steps.add(replace(job, replay=tmp_path / "x.warc.gz", at=None), [address("x")]))
    assert (run.state, changes(job)) == ("failed", [])


def test_a_capture_of_another_page_is_no_edit_either_but_an_older_one_may_say_anything(tmp_path: Path) -> None:
    url = "http://h.cn/1.html"
    said = "<title>{0}</title><h1>{0}</h1><p>{1}</p><div><p>{2}</p><p>{2}</p></div>"
    then = said.format("旧楼改造完成", "2020-01-02", "旧楼的改造在年底以前全部完成,居民陆续搬回,物业同时进场。")
    now = said.format("园区召开大会", "2026-02-28", "云溪园区今天召开大会,部署全年工作,要求各部门落实责任。")
    sold = said.format("域名出售", "", "本域名正在出售,价格优惠,有意者请发邮件联系,非诚勿扰。")
    for name, body, days in (("1", now, 0), ("2", then, -900), ("3", sold, 9)):
        warc.write(tmp_path / f"{name}.warc.gz", [Page(url, body.encode(), MADE + timedelta(days=days))])
        (run,) = asyncio.run(bulk.ingest(Job(tmp_path / "a.db"), [tmp_path / f"{name}.warc.gz"]))
        assert run.state == ("failed" if body == sold else "completed"), name
    assert changes(Job(tmp_path / "a.db")) == ["earlier"]


@pytest.mark.parametrize("status", [301, 302, 404])
def test_an_article_that_moved_is_one_document_whichever_address_is_seen_first(tmp_path: Path, status: int) -> None:
    job = Job(tmp_path / "a.db", made_site(tmp_path / "1.warc.gz", NAMES[:3]), MADE)
    asyncio.run(steps.fetch(job, ["nchdz"]))
    moved = made_site(tmp_path / "2.warc.gz", ["p00", *NAMES[1:3]])
    pages = [page for page in warc.read(moved) if "p00" not in page.url or "list" in page.url]
    old = Page(address("n00"), b"", MADE, status=status, headers={"location": "/a/p00.shtml"} if status < 400 else {})
    warc.write(moved, [*pages, Page(address("p00"), article_page("n00"), MADE), old])
    (run,) = asyncio.run(steps.fetch(replace(job, replay=moved), ["nchdz"]))
    assert (run.state, run.counts.duplicates) == ("completed", 0)
    assert archived(job) == listed(["p00", "n01", "n02"])
    assert changes(job) == ["moved"]


def test_what_stands_at_its_old_address_too_has_not_moved(tmp_path: Path) -> None:
    job = fetched(tmp_path, NAMES[:1])
    both = tmp_path / "both.warc.gz"
    warc.write(both, [Page(address(name), article_page("n00"), MADE) for name in ("n00", "p00")])
    (run,) = asyncio.run(steps.add(replace(job, replay=both), [address("p00")]))
    assert (run.state, run.counts.new, changes(job)) == ("completed", 1, [])
    assert archived(job) == listed(["n00", "p00"])


@pytest.mark.parametrize(
    "page",
    [
        "<title>用户登录</title><h1>用户登录</h1><form><p>请输入用户名和密码,登录后继续访问,忘记密码请联系管理员处理。</p>"
        "<input type=password></form>",
        "<title>系统升级公告</title><h1>系统升级公告</h1><div><p>为提供更好的服务,本站今晚进行系统升级,期间暂停访问,敬请谅解。</p></div>",
        "<title>域名出售</title><h1>域名出售</h1><div><p>本域名正在出售,价格优惠,有意者请发送邮件联系我们,非诚勿扰。</p></div>",
    ],
)
def test_a_page_of_which_nothing_is_left_is_no_edit(tmp_path: Path, page: str) -> None:
    url = "http://h.cn/1.html"
    said = "<p>云溪园区今天召开大会,部署全年工作。</p><p>会议要求落实责任。</p>"
    text = f"<title>大会召开</title><h1>大会召开</h1><p>2026-02-28</p><div>{said}</div>"
    warc.write(tmp_path / "1.warc.gz", [Page(url, text.encode(), MADE)])
    job = Job(tmp_path / "a.db", tmp_path / "1.warc.gz", MADE)
    asyncio.run(steps.add(job, [url]))
    run = rechecked(job, Page(url, page.encode(), MADE))
    assert (run.state, changes(job)) == ("failed", [])
    edited = text.replace("落实责任", "明确责任,限期完成").replace("2026-02-28", "2026-03-01")
    run = rechecked(job, Page(url, edited.encode(), MADE), days=2)
    assert (run.state, changes(job)) == ("completed", ["edited"])


def test_an_article_whose_place_a_notice_held_first_is_an_edit_and_told(tmp_path: Path) -> None:
    url = "http://h.cn/1.html"
    notice = "<title>系统提示</title><h1>系统提示</h1><div><p>系统繁忙,请稍后再试,由此带来的不便,敬请谅解。</p></div>"
    warc.write(tmp_path / "1.warc.gz", [Page(url, notice.encode(), MADE)])
    job = Job(tmp_path / "a.db", tmp_path / "1.warc.gz", MADE)
    asyncio.run(steps.add(job, [url]))
    said = "<p>云溪园区今天召开大会,部署全年工作。</p><p>会议要求落实责任。</p>"
    text = f"<title>大会召开</title><h1>大会召开</h1><p>2026-02-28</p><div>{said}</div>"
    run = rechecked(job, Page(url, text.encode(), MADE))
    assert (run.counts.failed, changes(job)) == (0, ["edited"])


@pytest.mark.parametrize(("end", "told"), [("", []), ("</div></body></html>", ["edited"])])
def test_a_page_that_ends_amid_what_it_said_is_no_edit(tmp_path: Path, end: str, told: list[str]) -> None:
    url = "http://h.cn/1.html"
    first = "<title>大会</title></head><body><h1>大会召开</h1><p>2026-02-28</p><div><p>云溪园区今天召开大会,部署全年工作。</p>"
    whole = f"{first}<p>会议要求落实责任,限期完成。</p></div></body></html>"
    warc.write(tmp_path / "1.warc.gz", [Page(url, whole.encode(), MADE)])
    job = Job(tmp_path / "a.db", tmp_path / "1.warc.gz", MADE)
    asyncio.run(steps.add(job, [url]))
    run = rechecked(job, Page(url, (first + end).encode(), MADE))
    assert (run.counts.failed, changes(job)) == (int(not told), told)


def test_one_notice_in_place_of_all_texts_is_known_across_batches(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(steps, "BATCH", 4)
    job = fetched(tmp_path, NAMES[:6])
    notice = article_page("通告").replace("园区今天开工".encode(), "网站今天维护".encode())
    run = rechecked(job, *(Page(address(name), notice, MADE) for name in NAMES[:6]))
    assert (run.counts.edited, run.counts.failed, changes(job)) == (0, 6, [])
    (error,) = rows(job.archive, "SELECT error FROM observations ORDER BY id DESC")[0]
    assert "as 5 other pages" in error


def rewritten(name: str) -> Page:
    """An article with its title and its day, and the text of somebody who has taken the domain."""
    n = int(name[1:])
    said = "".join(f"<p>第{n}号台第{k}局今晚开奖,注册即送彩金{n * 31 + k}元,投注返水。</p>" for k in range(5))
    text = f"<h1>园区{name}</h1><p>2026-02-28</p><div>{said}</div>"
    return Page(f"http://h.cn/{name}.html", text.encode(), MADE)


@pytest.mark.parametrize(("pages", "state"), [(5, "partial"), (4, "completed")])
def test_texts_that_are_all_replaced_under_their_titles_are_edits_with_a_warning(
    tmp_path: Path, pages: int, state: str
) -> None:
    texts = [f"<p>云溪园区第{n}次大会今天召开,部署全年工作。</p><p>会议要求落实责任{n}。</p>" for n in range(pages)]
    first = [
        Page(f"http://h.cn/{name}.html", f"<h1>园区{name}</h1><p>2026-02-28</p><div>{text}</div>".encode(), MADE)
        for name, text in zip(NAMES, texts, strict=False)
    ]
    warc.write(tmp_path / "1.warc.gz", first)
    job = Job(tmp_path / "a.db", tmp_path / "1.warc.gz", MADE)
    asyncio.run(steps.add(job, [page.url for page in first]))
    run = rechecked(job, *map(rewritten, NAMES[:pages]))
    assert (run.state, changes(job)) == (state, ["edited"] * pages)
    assert [("old titles" in sentence, "h.cn/n00" in sentence) for sentence in run.warnings] == [(True, True)] * (
        pages > 4
    )


@pytest.mark.parametrize(
    ("title", "said", "told"),
    [
        ("园区大会", "内容加载失败,请刷新重试。", "only '内容加载失败,请刷新重试。' in place of its text"),
        (
            "系统公告",
            "本网站今晚升级,暂停服务,请各位读者明天再来访问,给您带来的不便敬请谅解。" * 3,
            "'系统公告' and its text",
        ),
        ("园区大会", "更正:大会改期举行,时间另行通知,请各单位相互转告,以免误了日程,特此更正。" * 3, ""),
    ],
    ids=["a line", "another title", "another text"],
)
def test_one_text_that_is_replaced_is_an_edit_and_told_if_it_is_strange(
    tmp_path: Path, title: str, said: str, told: str
) -> None:
    url = "http://h.cn/1.html"

    def page(title: str, said: str) -> Page:
        html = f"<title>{title}</title><h1>{title}</h1><p>2026-02-28</p><div><p>{said}</p></div>"
        return Page(url, html.encode(), MADE)

    before = "云溪园区第一次大会今天召开,部署全年工作,与会代表认为,园区的发展正处在最好的时期。"
    warc.write(tmp_path / "1.warc.gz", [page("园区大会", before * 5)])
    job = Job(tmp_path / "a.db", tmp_path / "1.warc.gz", MADE)
    asyncio.run(steps.add(job, [url]))
    run = rechecked(job, page(title, said))
    assert changes(job) == ["edited"]
    assert [told in sentence for sentence in run.warnings] == [True] * bool(told)


def test_a_text_that_comes_and_goes_at_one_address_is_no_notice(tmp_path: Path) -> None:
    job = fetched(tmp_path, NAMES[:1])
    other = article_page("n00").replace("明天".encode(), "后天".encode())
    captures = [Page(address("n00"), body, MADE) for body in (other, article_page("n00")) * 4]
    warc.write(
        tmp_path / "c.warc.gz", [replace(p, fetched_at=MADE + timedelta(days=n)) for n, p in enumerate(captures, 1)]
    )
    (run,) = asyncio.run(bulk.ingest(Job(job.archive), [tmp_path / "c.warc.gz"]))
    assert (run.state, changes(job)) == ("completed", ["edited"] * 8)


FUTURE = datetime(2136, 3, 1, tzinfo=UTC)


def test_a_capture_of_a_day_that_has_not_come_is_not_archived(tmp_path: Path) -> None:
    job = fetched(tmp_path, NAMES[:2])
    edited = article_page("n00").replace("明天".encode(), "后天".encode())
    file = tmp_path / "future.warc.gz"
    warc.write(file, [Page(address("n00"), edited, FUTURE)])
    (run,) = asyncio.run(bulk.ingest(Job(job.archive), [file]))
    assert (run.state, run.counts.failed, changes(job)) == ("failed", 1, [])
    (error,) = rows(job.archive, "SELECT error FROM observations WHERE outcome = 'misdated'")[0]
    assert "captured on 2136-03-01, which has not come" in error


def test_an_archive_that_is_ahead_of_the_clock_is_told_by_each_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = fetched(tmp_path, NAMES[:2])
    monkeypatch.setattr(ledger, "known_pages", lambda *_: [])  # a live run that asks nobody
    (run,) = asyncio.run(steps.recheck(Job(job.archive)))
    assert (run.state, run.warnings) == ("completed", ())
    file = tmp_path / "future.warc.gz"
    warc.write(file, [Page(address("n02"), article_page("n02"), FUTURE)])
    asyncio.run(steps.add(Job(job.archive, file, FUTURE), [address("n02")]))  # as a clock that was wrong left it
    (run,) = asyncio.run(steps.recheck(Job(job.archive)))
    assert run.state == "partial"
    assert run.warnings[0].startswith(
        "the archive holds a state captured at 2136-03-01 08:00, and this machine's clock"
    )


RECIPE = """
from datetime import date
from scrapers.families import gov_shtml
from scrapers.source import Source

SOURCE = Source(name="zone", title="园区", home="http://www.zone.example/", family="gov_shtml", since=date(2015, 1, 1),
                zone=None, items=None, verified="never", sections=[], layouts=[gov_shtml.LAYOUT])
"""


def test_where_the_recipe_of_a_page_is_not_there_it_is_not_the_site_that_was_redesigned(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "recipes").mkdir()
    (tmp_path / "recipes" / "zone.py").write_text(RECIPE, encoding="utf-8")
    page = Page(
        "http://www.zone.example/a/1.shtml",
        article_page("一号").replace(b"</p>", "园区建设。".encode() * 60 + b"</p>"),
        MADE,
    )
    file = tmp_path / "page.warc.gz"
    warc.write(file, [page])
    said: list[str] = []
    job = Job(tmp_path / "a.db", file, say=said.append)
    monkeypatch.setenv("GAOXIN_SOURCES", str(tmp_path / "recipes"))
    asyncio.run(steps.add(job, [page.url]))
    assert (
        rows(job.archive, "SELECT source, layout FROM bulletins JOIN versions USING (document_id)")[0]["layout"]
        == "zone[0]"
    )
    monkeypatch.delenv("GAOXIN_SOURCES")
    (run,) = asyncio.run(steps.recheck(job))
    assert (run.state, run.counts.failed, changes(job)) == ("failed", 1, [])
    assert [line for line in said if "recipe" in line] == [f"WARNING {sentence}" for sentence in run.warnings]
    assert run.warnings[0].startswith(
        "1 page was read by the recipe zone, which is not there: let GAOXIN_SOURCES name "
    )
    (error,) = rows(job.archive, "SELECT error FROM observations WHERE error IS NOT NULL")
    assert error["error"] == f"{page.url} {run.warnings[0].partition('page ')[2]}"
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "zone.py").write_text("SOURCE = ", encoding="utf-8")
    monkeypatch.setenv("GAOXIN_SOURCES", str(tmp_path / "broken"))
    (run,) = asyncio.run(steps.recheck(job))
    assert "zone.py cannot be read (SyntaxError" in run.warnings[0]
    assert run.warnings[1:] == ("1 page was read by the recipe zone, which cannot be read now: mend it",)
    assert (run.state, changes(job)) == ("failed", [])
