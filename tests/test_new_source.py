"""`gaoxin new-source`: the recipe it writes imports, is formatted and typed as ours are, and fetches what ours fetch."""

from __future__ import annotations

import asyncio
import json
import os
import sqlite3
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest

from flows.demo import SITES
from flows.new_source import new_source, request
from scrapers import warc
from scrapers.discovery.recipe import evaluate, fill, literal
from scrapers.discovery.samples import faults
from scrapers.families import phpcms
from scrapers.model import Page, Problem
from scrapers.sources import read_recipe
from scrapers.urls import normalise
from scrapers.warc import Replay
from tests.conftest import PROJECT, Command
from tests.faults.server import Server, answer, ok

NCHDZ = "http://nchdz.nc.gov.cn/ncgxq/yhyshj/common_list.shtml"
ARTICLE_URL = "http://nchdz.nc.gov.cn/ncgxq/yhyshj/202602/10a2c4eff2ccc61cb6341180299a1e83.shtml"
ACCOUNT = "https://dy.163.com/v2/article/list.do?pageNo=1&wemediaId=W4421234567890&size=10"
KNOWN = [
    ("nchdz", NCHDZ, "gov_shtml"),
    ("chinahightech", "http://www.chinahightech.com/html/yuanqu/yqrd/1.html", "phpcms"),
    ("netease", ACCOUNT, "netease"),
    ("srrb", "http://paper.srxww.com/srrb/html/2026-03/02/node_2.htm", "founder"),
]
BUILT = [
    *(("cdht", "gov_shtml"), ("founder_01", "founder"), ("founder_a01", "founder"), ("gkmlpt", "guangdong")),
    *(("gzhp", "guangdong"), ("hhtz", "hanweb"), ("jpage", "hanweb"), ("jpaas", "hanweb"), ("nbhtz", "hanweb")),
    *(("people", "people"), ("wehdz", "trs")),
]
NIGHT = datetime.fromisoformat("2026-03-05T23:00:00+08:00")


def titles(archive: Path, source: str) -> dict[str, tuple[str, str]]:
    """Title and day of every bulletin of a source by address."""
    conn = sqlite3.connect(archive)
    told = conn.execute("SELECT url, title, published_at FROM bulletins WHERE source = ?", [source]).fetchall()
    conn.close()
    return {url: (title, (published or "")[:10]) for url, title, published in told}


def bodies(archive: Path, source: str) -> dict[str, str]:
    conn = sqlite3.connect(archive)
    told = dict(conn.execute("SELECT url, body FROM bulletins WHERE source = ?", [source]).fetchall())
    conn.close()
    return told


@pytest.mark.parametrize(("site", "url", "family"), KNOWN)
def test_what_it_writes_fetches_what_our_own_recipe_does(
    gaoxin: Command, samples: Path, tmp_path: Path, site: str, url: str, family: str
) -> None:
    replayed = ("--replay", samples, "--at", "2026-03-02")
    done = gaoxin("new-source", "mine", url, "--into", "recipes", *replayed)
    assert done.returncode == 0, done.stderr
    assert "Read both, then sign " in " ".join(done.stdout.split())
    source = read_recipe(tmp_path / "recipes" / "mine.py")
    assert (source.family, source.verified) == (family, "never")
    if family == "phpcms":
        assert [layout.drop for layout in source.layouts] == [phpcms.PAGER], (
            "a pager stands in the text of its articles"
        )
    own = {"GAOXIN_SOURCES": str(tmp_path / "recipes")}
    fetched = gaoxin("fetch", "mine", *replayed, "--archive", "mine.db", env=own)
    assert fetched.returncode == 0, fetched.stdout + fetched.stderr
    assert "generic" not in fetched.stdout
    gaoxin("fetch", site, *replayed, "--archive", "ours.db")
    mine, ours = titles(tmp_path / "mine.db", "mine"), titles(tmp_path / "ours.db", site)
    assert len(ours) >= 3
    assert mine == ours
    theirs = bodies(tmp_path / "ours.db", site)
    for address, body in bodies(tmp_path / "mine.db", "mine").items():
        assert body.startswith(theirs[address]), "ours may cut an editor's line that only some of its pages print"
        assert len(body) < len(theirs[address]) + 20


def test_what_it_writes_is_formatted_and_typed_as_ours_is(gaoxin: Command, samples: Path, tmp_path: Path) -> None:
    sites = [*KNOWN, ("new", "http://www.chinahightech.com/node_479.html", ""),
             ("media", "https://www.163.com/dy/media/T1583733290516.html", "")]  # fmt: skip
    for site, url, _ in sites:
        done = gaoxin("new-source", f"my_{site}", url, "--into", "recipes", "--replay", samples)
        assert done.returncode == 0, done.stderr
    written = sorted(map(str, (tmp_path / "recipes").glob("*.py")))
    assert len(written) == len(sites)
    tools, settings = Path(sys.executable).parent, str(PROJECT / "pyproject.toml")
    for command in (
        [tools / "ruff", "format", "--check", "--config", settings],
        [tools / "ruff", "check", "--no-cache", "--config", settings],
        [tools / "mypy", "--strict", "--config-file", os.devnull, f"--cache-dir={tmp_path / 'cache'}"],
    ):
        done = subprocess.run([*map(str, command), *written], capture_output=True, text=True, cwd=PROJECT, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
    assert all(15 <= len(Path(file).read_text(encoding="utf-8").splitlines()) <= 45 for file in written)


@pytest.mark.parametrize(("site", "family"), BUILT)
def test_every_family_is_found_and_its_second_list_page_too(tmp_path: Path, site: str, family: str) -> None:
    captures = json.loads((SITES / site / "captures.json").read_text(encoding="utf-8"))["captures"]
    pages = [
        Page(
            normalise(each["url"]),
            (SITES / site / each["file"]).read_bytes(),
            datetime.fromisoformat(each["at"]),
            headers={"content-type": each["content_type"]},
        )
        for each in captures
    ]
    warc.write(tmp_path / "site.warc.gz", pages)
    lists = list(json.loads((SITES / site / "expected.json").read_text(encoding="utf-8"))["lists"])
    asked = request("mine", lists[0], tmp_path / "own", False)
    found = asyncio.run(new_source(asked, Replay(tmp_path / "site.warc.gz", NIGHT)))
    assert found.family == family
    if site == "wehdz":
        assert "body=" in found.layouts[0], "a file stands below the text, where the family's layout reads none"
    else:
        assert not found.layout_lacks, "the family's own layout fits"
    source = read_recipe(asked.recipe)
    assert {source.since} <= {datetime.fromisoformat(told).date() for told in days(site)}
    if len(lists) > 1 and family != "founder" and site != "gkmlpt":  # whose real size is 100 rows, not the sample's two
        assert "sections" not in found.remarks, "its second page was read"
    told = faults(asked.recipe, asked.samples)
    assert len(told) == 1
    assert "read by nobody" in told[0]


def days(site: str) -> list[str]:
    articles = json.loads((SITES / site / "expected.json").read_text(encoding="utf-8"))["articles"].values()
    return [article["published_at"][:10] for article in articles]


def test_its_test_fails_until_a_person_has_signed(gaoxin: Command, samples: Path, tmp_path: Path) -> None:
    gaoxin("new-source", "mine", NCHDZ, "--into", "own", "--replay", samples, "--at", "2026-03-02")
    folder = tmp_path / "own" / "mine.samples"
    assert {file.name for file in folder.iterdir()} == {
        "samples.json", "expected.json", "list.html", "article_1.html", "article_2.html", "test_mine.py"
    }  # fmt: skip
    run = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "mine.samples"]
    done = subprocess.run(run, cwd=tmp_path / "own", capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "read by nobody" in done.stdout
    file = folder / "expected.json"
    expected = json.loads(file.read_text(encoding="utf-8"))
    assert len(expected["lists"][NCHDZ]) == 5
    articles = {url: told for url, told in expected.items() if url.startswith("http")}
    assert len(articles) == 2
    assert all(told["layout"] == "mine[0]" and told["published_at"] and told["body"] for told in articles.values())
    file.write_text(json.dumps(expected | {"reviewed": "2026-11-21 Li Hua"}, ensure_ascii=False), encoding="utf-8")
    done = subprocess.run(run, cwd=tmp_path / "own", capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    recipe = tmp_path / "own" / "mine.py"
    recipe.write_text(recipe.read_text(encoding="utf-8").replace("span.time", "span.none"), encoding="utf-8")
    assert any("span" not in fault and "2026-02-27" in fault for fault in faults(recipe, folder)), (
        "a recipe that lost its dates"
    )


def test_in_the_project_it_writes_where_recipes_and_samples_are(gaoxin: Command, samples: Path, tmp_path: Path) -> None:
    (tmp_path / "scrapers" / "sources").mkdir(parents=True)
    (tmp_path / "scrapers" / "sources" / "__init__.py").touch()
    done = gaoxin("new-source", "mine", NCHDZ, "--replay", samples, "--at", "2026-03-02")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "scrapers" / "sources" / "mine.py").exists()
    assert (tmp_path / "tests" / "sites" / "mine" / "samples.json").exists()


@pytest.mark.parametrize(
    "folder", sorted(file.parent for file in SITES.glob("*/samples.json")), ids=lambda path: path.name
)
def test_samples_in_the_project_are_read_as_a_person_has_signed(folder: Path) -> None:
    assert faults(PROJECT / "scrapers" / "sources" / f"{folder.name}.py", folder) == []


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("mine", NCHDZ), "--into"),
        (("Mine", NCHDZ, "--into", "own"), "'Mine'"),
        (("class", NCHDZ, "--into", "own"), "'class'"),
        (("../mine", NCHDZ, "--into", "own"), "mine"),
        (("nchdz", NCHDZ, "--into", "own"), "--force"),
        (("mine", "ftp://a.cn/", "--into", "own"), "ftp://a.cn/"),
        (("mine", "http://nchdz.nc.gov.cn/absent/list.shtml", "--into", "own"), "absent"),
        (("mine", ARTICLE_URL, "--into", "own"), "no list"),
        (("mine", NCHDZ, "--into", "a file"), "a file"),
    ],
)  # fmt: skip
def test_bad_input_gets_one_sentence_and_nothing_is_written(
    gaoxin: Command, samples: Path, tmp_path: Path, arguments: tuple[str, ...], told: str
) -> None:
    (tmp_path / "a file").touch()
    done = gaoxin("new-source", *arguments, "--replay", samples, "--at", "2026-03-02")
    assert done.returncode == 2
    assert told in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1, done.stderr
    assert {path.name for path in tmp_path.iterdir()} <= {"a file", "home"}


def test_a_name_is_replaced_by_force_alone(gaoxin: Command, samples: Path, tmp_path: Path) -> None:
    same = ("new-source", "mine", NCHDZ, "--into", "own", "--replay", samples, "--at", "2026-03-02")
    assert gaoxin(*same).returncode == 0
    file = tmp_path / "own" / "mine.py"
    file.write_text("SOURCE = 1", encoding="utf-8")
    assert gaoxin(*same).returncode == 2
    assert file.read_text(encoding="utf-8") == "SOURCE = 1"
    assert gaoxin(*same, "--force").returncode == 0
    assert read_recipe(file).name == "mine"


# A site that nobody has built before

ARTICLE = (
    "<html><head><title>{title}-临川高新区</title></head><body><div class=top><a href=/>首页</a></div><div class=main>"
    "<h2 class='bt'>{title}</h2><div class=xx>{byline}</div><div class='{body}'>{text}</div></div></body></html>"
)
TEXT = "".join(f"<p>高新区第{n}次项目调度会今日召开，会议听取了汇报，研究了问题，明确了责任。</p>" for n in range(1, 6))


def site(body: str = "nr", byline: str = "发布时间：2026-02-0{n} 10:00　来源：临川发布") -> dict[str, bytes]:
    rows = "".join(
        f"<li><a href='/xw/{7730 + n}.html'>高新区召开第{n}次调度会</a><i>2026-02-0{n}</i></li>"
        for n in range(5, 0, -1)
    )
    page = f"<html><title>新闻-临川高新区</title><body><div class=lb><ul>{rows}</ul></div></body></html>"
    routes = {"/xw/list.html": ok(page.encode())}
    for n in range(1, 6):
        article = ARTICLE.format(
            title=f"高新区召开第{n}次调度会", byline=byline.format(n=n), body=body.format(n=n), text=TEXT
        )
        routes[f"/xw/{7730 + n}.html"] = ok(article.encode())
    return routes


def found(routes: dict[str, bytes], tmp_path: Path, force: bool = False) -> tuple[str, list[str]]:
    """The recipe that is written for a site, and what was asked for."""

    async def run() -> list[str]:
        async with Server(routes) as server:
            asked = request("mine", f"{server.url}/xw/list.html", tmp_path, force)
            await new_source(asked, allow_private=True)
            return server.paths

    paths = asyncio.run(run())
    return (tmp_path / "mine.py").read_text(encoding="utf-8"), paths


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits between two requests."""
    real = asyncio.sleep

    async def sleep(seconds: float) -> None:
        await real(0)

    monkeypatch.setattr(asyncio, "sleep", sleep)


def test_a_site_of_no_family_gets_selectors_that_two_articles_agree_on(tmp_path: Path) -> None:
    text, asked = found(site(), tmp_path)
    assert asked == ["/xw/list.html", "/xw/7735.html", "/xw/7734.html"]
    assert 'items=Links("div.lb li", date="i")' in text
    assert 'title="h2.bt"' in text
    assert 'body="div.nr"' in text
    assert 'published="div.xx"' in text
    assert 'zone="临川"' in text
    assert "# no pager was found" in text


def test_what_two_articles_do_not_agree_on_is_looked_for_anywhere(tmp_path: Path) -> None:
    routes = site()
    other = ARTICLE.format(title="高新区召开第4次调度会", byline="", body="nr", text=TEXT)
    text, _ = found(routes | {"/xw/7734.html": ok(other.encode())}, tmp_path)
    assert "published=anywhere()" in text
    assert "# not found in either article: author, editor" in text


def test_where_no_one_element_holds_the_text_the_layout_stays_empty(tmp_path: Path) -> None:
    text, _ = found(site(body="nr{n}x") | {}, tmp_path)
    assert "layouts=[]" in text or 'body="div.main' in text
    assert "nr5x" not in text


def test_files_beside_the_text_belong_to_the_article(tmp_path: Path) -> None:
    routes = site()
    files = "<div class=xz><p>附件：</p><ul>{}</ul></div>"
    for n, held in ((5, "<li><a href=/f/{n}1.doc>附件1：调度会参会回执.doc</a>"), (4, ""), (3, "")):
        box = files.format("".join(held.format(n=n) for _ in held[:1])) if held else ""
        article = routes[f"/xw/773{n}.html"].replace(b"</div></div></body>", f"</div>{box}</div></body>".encode())
        routes[f"/xw/773{n}.html"] = ok(article.partition(b"\r\n\r\n")[2])
    text, _ = found(routes, tmp_path)
    assert 'body="div.nr"' in text, text
    assert 'files="div.xz' in text, text
    expected = json.loads((tmp_path / "mine.samples" / "expected.json").read_text(encoding="utf-8"))
    told = [article["attachments"] for address, article in expected.items() if address.endswith(("5.html", "4.html"))]
    assert [len(files) for files in told] == [1, 0]


def test_a_text_that_begins_like_its_title_is_found_below_it(tmp_path: Path) -> None:
    routes = site()
    for n in (4, 5):
        title = f"高新区召开第{n}次调度会"
        text = f"<p>{title}，会议听取了汇报，研究了问题，明确了责任，部署了下一步工作。</p>"
        article = ARTICLE.format(title=title, byline=f"发布时间：2026-02-0{n}", body="nr", text=text)
        routes[f"/xw/{7730 + n}.html"] = ok(article.encode())
    text, _ = found(routes, tmp_path)
    assert 'body="div.nr"' in text, text


def test_dead_articles_are_passed_over(tmp_path: Path) -> None:
    routes = site()
    text, asked = found(routes | {"/xw/7735.html": answer("404 Not Found", b"gone")}, tmp_path)
    assert asked == ["/xw/list.html", "/xw/7735.html", "/xw/7734.html", "/xw/7733.html"]
    assert 'body="div.nr"' in text


def test_a_pager_is_believed_only_when_its_second_page_holds_others(tmp_path: Path) -> None:
    routes = site()
    first = routes["/xw/list.html"].partition(b"\r\n\r\n")[2]
    linked = first.replace(b"</body>", b"<a href='list_2.html'>2</a></body>")
    same = routes | {"/xw/list.html": ok(linked), "/xw/list_2.html": ok(linked)}
    assert "OnePage()" in found(same, tmp_path)[0]
    other = linked.replace(b"/xw/773", b"/xw/663")
    text, asked = found(same | {"/xw/list_2.html": ok(other)}, tmp_path, force=True)
    assert 'pages=Linked("list_{n}.html")' in text
    assert asked[-1] == "/xw/list_2.html"


def test_a_title_of_a_page_is_never_code(tmp_path: Path) -> None:
    evil = """'+exit()+'" \\" {n} \"\"\" """
    routes = site()
    page = routes["/xw/list.html"].partition(b"\r\n\r\n")[2].replace("新闻-临川高新区".encode(), f"{evil}-a".encode())
    text, _ = found(routes | {"/xw/list.html": ok(page)}, tmp_path)
    assert "exit" in read_recipe(tmp_path / "mine.py").sections[0].title
    assert evaluate(literal(evil)) == evil.strip()
    assert evaluate(fill("({title}, {a_n})", {"title": evil, "a_n": "007"})) == (evil.strip(), 7)
    assert text.count('"""') == 2


def test_a_list_of_the_users_own_folder_is_a_problem_when_it_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "x").touch()
    with pytest.raises(Problem, match="is a file"):
        request("mine", NCHDZ, tmp_path / "x", False)
