"""How pages look: readable in light and dark, and on paper only what is read there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import pytest

from archive import browse
from tests.browsing import Site, served

STYLE = (Path(str(browse.__file__)).parent / "static" / "gaoxin.css").read_text()
LIGHT, DARK = (dict(re.findall(r"--([\w-]+): (#\w+);", block)) for block in re.findall(r":root \{(.*?)\}", STYLE, re.S))
INKS = ("ink", "soft", "red", "link", "passage", "edited", "copy")
PAIRS = (
    *product(INKS, ("paper", "sheet")),
    *product(("ink", "link"), ("mark", "copy-wash", "gone-wash", "cloak-wash")),
    *(("ins-ink", "ins"), ("del-ink", "del"), ("white", "seal"), ("white", "seal-hover")),
)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with served(tmp_path_factory.mktemp("browse")) as site:
        yield site


def luminance(colour: str) -> float:
    """The relative luminance that WCAG 2 defines, of `#abc` or `#aabbcc`."""
    digits = colour[1:] if len(colour) == 7 else "".join(digit * 2 for digit in colour[1:])
    parts = (int(digits[n : n + 2], 16) / 255 for n in (0, 2, 4))
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("scheme", [LIGHT, LIGHT | DARK], ids=["light", "dark"])
def test_every_text_can_be_read(scheme: dict[str, str]) -> None:
    scheme = scheme | {"white": "#fff"}
    for ink, ground in PAIRS:
        low, high = sorted(luminance(scheme[name]) for name in (ink, ground))
        assert (high + 0.05) / (low + 0.05) >= 4.5, (ink, ground)


def test_every_colour_of_the_page_has_one_for_the_dark() -> None:
    assert set(LIGHT) == set(DARK) and "prefers-color-scheme: dark" in STYLE
    ours = STYLE.split("*, ::before", 1)[1].partition("@media print")[0]
    assert set(re.findall(r"#[0-9a-f]{3,6}\b", ours)) == {"#fff"}, "white on red, in either scheme"


def test_paper_shows_what_is_read_and_cited_alone(site: Site) -> None:
    hidden = re.findall(r"@media print \{\s*(.*?) \{ display: none; \}", STYLE)[0]
    for page in (
        site.page(),
        site.page(_search="航空", source="nchdz"),
        site.page(_size="2"),
        site.bulletin("机翼蒙皮"),
    ):
        for tag in page.select(hidden):
            tag.decompose()
        left = page.select("nav, input, button, select, [rel=next], footer a")
        assert not [tag for tag in left if tag.get("type") != "hidden"]
        assert page.select("h1, .card, .version-head") and "引用请注明" in page.get_text()
    assert page.select("#citation") and "Datasette" not in page.get_text()
