"""Recipes: short, pure values, one a file; and the recipes of a user's own."""

from __future__ import annotations

import ast
import re
from datetime import UTC, date, datetime
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from scrapers import sources, warc
from scrapers.model import Page, Problem
from scrapers.source import Source
from scrapers.sources import all_sources, broken_recipes, find_source, replaced, source_of, sources_of
from scrapers.urls import normalise
from tests.conftest import PROJECT, Command

RECIPES = sorted(Path(sources.__file__).parent.glob("[!_]*.py"))
RECIPE = """
from datetime import date
from scrapers.families import gov_shtml
from scrapers.source import Source
SOURCE = Source(name="{name}", title="{title}", home="http://own.cn/", zone=None, since=date(2020, 1, 1), verified="never",
                sections=[gov_shtml.column("要闻", "/yw")], items=gov_shtml.ITEMS, layouts=[gov_shtml.LAYOUT])
"""


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of the user's own recipes."""
    monkeypatch.setenv("GAOXIN_SOURCES", str(tmp_path))
    return tmp_path


@pytest.mark.parametrize("file", RECIPES, ids=lambda file: file.stem)
def test_a_recipe_is_short_and_says_nothing_but_values(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    tree = ast.parse(text)
    assert 15 <= len(text.splitlines()) <= 40
    assert len(ast.get_docstring(tree) or "") > 30, "what was seen, and when"
    words = {type(node).__name__ for node in ast.walk(tree)}
    assert not words & set(
        "For While If Try With Lambda FunctionDef ClassDef ListComp SetComp DictComp GeneratorExp Import".split()
    )
    modules = {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert all(module == "datetime" or module.startswith("scrapers.") for module in modules)
    assert [ast.unparse(node.targets[0]) for node in tree.body if isinstance(node, ast.Assign)][-1:] == ["SOURCE"]


@pytest.mark.parametrize("file", RECIPES, ids=lambda file: file.stem)
def test_a_recipe_is_named_after_its_file_and_complete(file: Path) -> None:
    source = find_source(file.stem)
    assert isinstance(source, Source)
    assert source.name == file.stem
    assert source.title
    assert date(2000, 1, 1) <= source.since <= date.today()
    assert source.verified == "never" or date.fromisoformat(source.verified) >= source.since
    assert source.rights in ("full", "excerpt", "metadata")
    assert source.layouts or not source.sections
    assert all(0 <= share <= 1 for share in source.expect.fill.values())
    for section in source.sections:
        assert re.match(r"https?://", normalise(section.path, base=source.home)), section.title
        assert section.pages.start(normalise(section.path, base=source.home), None, date(2026, 3, 4))
    if source.home:
        assert source.home == normalise(source.home)
        assert source_of(f"{source.home}x/y.html") == source


@pytest.mark.parametrize("file", RECIPES, ids=lambda file: file.stem)
def test_layouts_that_are_no_longer_in_use_never_shadow_each_other_forever(file: Path) -> None:
    layouts = find_source(file.stem).layouts
    assert not layouts or any(layout.until is None for layout in layouts)


def test_the_five_sources_are_there_and_no_other_host_has_a_recipe() -> None:
    assert {"nchdz", "cloaked", "netease", "chinahightech", "srrb"} <= all_sources().keys()
    assert source_of("http://no-such.cn/") is None
    assert len({urlsplit(source.home).hostname for source in all_sources().values()}) == len(all_sources())


def test_an_unknown_source_is_a_problem_that_names_those_there_are() -> None:
    with pytest.raises(Problem, match=r"nchzd.*nchdz"):
        find_source("nchzd")


def test_recipes_of_ones_own_are_found_and_may_replace_ours(own: Path) -> None:
    (own / "own.py").write_text(RECIPE.format(name="own", title="自家"), encoding="utf-8")
    other = RECIPE.format(name="nchdz", title="替换").replace("own.cn", "other.cn")
    (own / "other.py").write_text(other, encoding="utf-8")
    (own / "_notes.py").write_text("raise SystemError", encoding="utf-8")
    (own / "notes.txt").write_text("no recipe", encoding="utf-8")
    assert find_source("own").title == "自家"
    assert (find_source("nchdz").title, replaced()) == ("替换", ["nchdz"])
    assert source_of("http://own.cn/yw/1.shtml") is not None


def test_two_recipes_of_one_name_are_refused(own: Path) -> None:
    (own / "own.py").write_text(RECIPE.format(name="own", title="自家"), encoding="utf-8")
    (own / "zz.py").write_text(RECIPE.format(name="own", title="别家"), encoding="utf-8")
    assert "own" not in all_sources()
    assert broken_recipes().keys() == {"own", "zz"}
    with pytest.raises(Problem, match=r"own\.py and zz\.py in .* are all called 'own': rename them"):
        find_source("own")


def test_of_several_recipes_of_a_host_a_page_has_that_of_the_nearest_column(own: Path) -> None:
    for name, column in (("one", "/yw"), ("two", "/kjj/tzgg")):
        told = RECIPE.format(name=name, title=name).replace('"/yw"', f'"{column}"')
        (own / f"{name}.py").write_text(told, encoding="utf-8")
    told = source_of("http://own.cn/kjj/tzgg/2026/1.html"), source_of("http://own.cn/yw/1.html")
    assert [source and source.name for source in told] == ["two", "one"]
    assert source_of("http://own.cn/content/post_1.html") is None
    assert [source.name for source in sources_of("http://own.cn/content/post_1.html")] == ["one", "two"]


def test_a_page_that_may_be_of_two_recipes_is_asked_about(own: Path, gaoxin: Command) -> None:
    for name, column in (("one", "/yw"), ("nchdz", "/tz")):
        told = RECIPE.format(name=name, title=name).replace('"/yw"', f'"{column}"')
        (own / f"{name}.py").write_text(told, encoding="utf-8")
    page = "<h1>停水通知</h1><div id=zoom><p>因管道检修，科技大道沿线明日停水。</p></div>"
    url = "http://own.cn/content/1.html"
    warc.write(own / "a.warc.gz", [Page(url, page.encode(), datetime(2026, 3, 2, tzinfo=UTC))])
    env = {"GAOXIN_SOURCES": str(own)}
    done = gaoxin("add", url, "--replay", "a.warc.gz", env=env)
    assert (done.returncode, done.stderr) == (2, f"gaoxin: {url} may be of nchdz or one: say which with --source\n")
    done = gaoxin("add", url, "--source", "one", "--replay", "a.warc.gz", env=env)
    assert done.returncode == 0, done.stderr
    assert '"source":"one"' in gaoxin("export", "-", "--format", "jsonl", env=env).stdout
    assert "replace ours of: nchdz" in gaoxin("sources", env=env).stdout


@pytest.mark.parametrize(
    "text",
    [
        "SOURCE = 1",
        "",
        "SOURCE = ",
        "import no_such_module",
        "raise ValueError('x')",
        "SOURCE = [][1]",
        "\x00",
        "raise SystemExit(3)",
        "raise ValueError('one\\ntwo')",
        "SOURCE = '高新'".encode("gbk"),
        RECIPE.format(name="own", title="x").replace("since=date(2020, 1, 1), ", ""),
    ],
    ids="a-number empty cut an-import raises an-index a-zero-byte exits two-lines no-text a-field-missing".split(),
)
def test_a_broken_recipe_is_named_and_stops_no_other(
    own: Path, caplog: pytest.LogCaptureFixture, text: str | bytes
) -> None:
    (own / "broken.py").write_bytes(text if isinstance(text, bytes) else text.encode())
    (own / "own.py").write_text(RECIPE.format(name="own", title="自家"), encoding="utf-8")
    assert {"own", "nchdz"} <= all_sources().keys()
    (sentence,) = broken_recipes().values()
    assert str(own / "broken.py") in sentence and "\n" not in sentence
    assert caplog.messages == [f"gaoxin: {sentence}"]
    with pytest.raises(Problem, match=rf"^there is no source 'broken': {re.escape(sentence)}$"):
        find_source("broken")
    with pytest.raises(Problem, match=rf"nchzd.*nchdz.*; {re.escape(sentence)}$"):
        find_source("nchzd")


def test_ours_is_not_read_in_place_of_a_broken_recipe_of_the_same_name(own: Path) -> None:
    (own / "nchdz.py").write_text("SOURCE = ", encoding="utf-8")
    assert "nchdz" not in all_sources()
    assert source_of("http://nchdz.nc.gov.cn/a.shtml") is None


def test_a_folder_of_recipes_that_is_not_there_is_a_problem(own: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GAOXIN_SOURCES", str(own / "missing"))
    with pytest.raises(Problem, match="missing"):
        all_sources()


def test_another_accounts_article_belongs_to_its_host(gaoxin: Command, tmp_path: Path) -> None:
    ours = "https://www.163.com/dy/article/KM2H8R4D0514C9VQ.html"
    theirs = ours.replace("0514C9VQ", "0512XYZW")
    html = (PROJECT / "tests/sites/netease/day1/article/KM2H8R4D0514C9VQ.html").read_bytes()
    pages = [Page(url, html, datetime(2026, 3, day, tzinfo=UTC)) for day in (1, 2) for url in (ours, theirs)]
    warc.write(tmp_path / "two.warc", pages)
    assert gaoxin("add", ours, theirs, "--replay", "two.warc", "--at", "2026-03-01").returncode == 0
    shown = gaoxin("show", theirs).stdout
    assert "site: www.163.com\n" in shown and "来源: 瓷都高新观察" in shown
    assert "site: 网易号·景德镇广播电视 (netease)\n" in gaoxin("show", ours).stdout
    assert "unchanged 2 " in (done := gaoxin("recheck", "--replay", "two.warc")).stdout, done.stdout
    assert "0 would be recleaned" in gaoxin("reclean", "--dry-run").stdout
