"""One address is written one way, whatever way a page writes it; what is no web address is refused in words."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scrapers.model import Problem
from scrapers.urls import host, identity, normalise, spellings

HOSTS = st.sampled_from(
    ["h.cn", "H.CN.", "高新区.中国", "a_b.cn", "[::1]", "[::FFFF:127.0.0.1]", "127.1", "xn--fiqs8s.cn"]
)
PARTS = st.text(st.sampled_from("aZ0/._-~%:@!$&'()*+,;=|\\ \"<>[]{}^`高é\u3000\t\n\u200b%4e%e4%Zz"), max_size=12)
URLS = st.builds(
    lambda scheme, host, port, path, query, fragment: f"{scheme}://{host}{port}/{path}{query}{fragment}",
    st.sampled_from(["http", "HTTPS", "Http"]),
    HOSTS,
    st.sampled_from(["", ":80", ":443", ":8080", ":"]),
    PARTS,
    st.one_of(
        st.just(""), PARTS.map("?{}".format), st.sampled_from(["?a=1&div=-1", "?utm_source=x&&b", "?spm=1", "?"])
    ),
    st.one_of(st.just(""), PARTS.map("#{}".format)),
)


@settings(max_examples=300, deadline=None)
@given(URLS)
def test_a_normalised_address_stays_as_it_is(url: str) -> None:
    stored = normalise(url)
    assert normalise(stored) == stored
    assert stored.isascii()
    assert "#" not in stored
    assert not set(stored) & set(' \t\n"<>\\^`{}')


@settings(max_examples=300, deadline=None)
@given(
    st.one_of(
        st.text(st.characters(exclude_categories=())), st.text().map("http://{}".format), PARTS.map("http://{}".format)
    )
)
def test_anything_is_an_address_or_a_problem(text: str) -> None:
    try:
        stored = normalise(text)
    except Problem:
        return
    assert normalise(stored) == stored
    assert host(stored)


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        ("HTTP://NCHDZ.nc.gov.cn", "http://nchdz.nc.gov.cn/"),
        ("http://h.cn:80/a", "http://h.cn/a"),
        ("https://h.cn:443/a", "https://h.cn/a"),
        ("http://h.cn:443/a", "http://h.cn:443/a"),
        ("http://h.cn./a#top", "http://h.cn/a"),
        ("http://h.cn/a.htm?div=-1", "http://h.cn/a.htm"),
        ("http://h.cn/a.htm?id=3&div=-1&b", "http://h.cn/a.htm?id=3&b"),
        ("http://h.cn/a.htm?div=1", "http://h.cn/a.htm?div=1"),
        ("http://h.cn/art/1.jsp;jsessionid=0A9F.node1?id=5", "http://h.cn/art/1.jsp?id=5"),
        ("http://h.cn/art;JSESSIONID=0A/1.jsp;v=2?PHPSESSID=7f&id=5", "http://h.cn/art/1.jsp;v=2?id=5"),
        ("http://h.cn/?z=1&utm_source=wx&a=2&spm_id_from=9&M=3&from_source=q", "http://h.cn/?z=1&a=2&M=3"),
        ("http://h.cn/?url=http%3a%2f%2fx.cn&b=高", "http://h.cn/?url=http%3A%2F%2Fx.cn&b=%E9%AB%98"),
        ("http://h.cn/高新 区.html", "http://h.cn/%E9%AB%98%E6%96%B0%20%E5%8C%BA.html"),
        ("http://高新区.中国/", "http://xn--dkr924bn02b.xn--fiqs8s/"),
        ("http://h.cn/100%", "http://h.cn/100%25"),
        ("http://h.cn/a/./../b.html", "http://h.cn/b.html"),
        ("http://[::1]:8080/", "http://[::1]:8080/"),
        ("http://[2001:DB8::1]:80/", "http://[2001:db8::1]/"),
        ("\u3000http://h.cn/a\nb\t ", "http://h.cn/ab"),
    ],
)
def test_an_address_is_stored_as(written: str, stored: str) -> None:
    assert normalise(written) == stored


@pytest.mark.parametrize(
    ("href", "stored"),
    [
        ("t20210521_1.html", "http://h.cn/a/t20210521_1.html"),
        ("../b.html?x#y", "http://h.cn/b.html?x"),
        ("/c", "http://h.cn/c"),
        ("//k.cn/d", "http://k.cn/d"),
        ("?div=-1", "http://h.cn/a/list.html"),
        ("", "http://h.cn/a/list.html"),
        ("https://k.cn", "https://k.cn/"),
    ],
)
def test_a_link_is_made_absolute(href: str, stored: str) -> None:
    assert normalise(href, base="http://h.cn/a/list.html") == stored


@pytest.mark.parametrize(
    "text",
    [
        "",
        "h.cn/a",
        "//h.cn/a",
        "/a",
        "ftp://h.cn/",
        "file:///etc/passwd",
        "javascript:void(0)",
        "mailto:a@h.cn",
        "data:text/html,x",
        "http:///a",
        "http://",
        "http://./",
        "http://h.cn:99999/",
        "http://h.cn:x/",
        "http://[::1/",
        "http://a..cn/",
        "http://\u200b/",
        "http://h.cn/\ud800",
        "http://\udc80.cn/",
        f"http://{'a' * 64}.cn/",
    ],
)
def test_what_is_no_web_address_is_a_problem(text: str) -> None:
    with pytest.raises(Problem):
        normalise(text)


@pytest.mark.parametrize("host", ["a b.cn", "a\x00b.cn", "a<b>.cn", 'a".cn'])
def test_a_host_name_with_impossible_characters_is_a_problem(host: str) -> None:
    with pytest.raises(Problem):
        normalise(f"http://{host}/")


@pytest.mark.parametrize(
    "url",
    [
        "http://user:geheim@h.cn/",
        "http://:geheim@h.cn/",
        "https://geheim@h.cn:8080/a",
        "ftp://user:geheim@h.cn/",
        "http://user:geheim@h.cn:99999/",
        "http://user:geheim@[::1/",
        "http://user:geheim@a\u2100b/",
        "http://user:geheim@/",
    ],
)
def test_a_password_is_refused_and_never_repeated(url: str) -> None:
    with pytest.raises(Problem) as refusal:
        normalise(url)
    assert "geheim" not in str(refusal.value)


@settings(deadline=None)
@given(URLS)
def test_the_scheme_is_no_part_of_the_identity(url: str) -> None:
    stored = normalise(url)
    assert stored in spellings(stored)
    assert len({identity(spelling) for spelling in spellings(stored)}) == 1
    assert spellings(spellings(stored)[0]) == spellings(spellings(stored)[1]) == spellings(stored)


def test_the_host_is_told_without_its_port() -> None:
    assert (host("http://h.cn:8080/a"), host("http://[::1]:80/")) == ("h.cn", "::1")


def test_an_address_longer_than_any_server_takes_is_refused_in_a_sentence() -> None:
    assert normalise(f"http://h.cn/{'a' * 7_000}")
    for long in (
        f"http://h.cn/{'a' * 100_000}",
        f"http://h.cn/{'高' * 1_000}",
        f"http://{'a' * 100_000}/",
        "a" * 100_000,
    ):
        with pytest.raises(Problem) as refused:
            normalise(long)
        assert len(str(refused.value)) < 400
    with pytest.raises(Problem) as refused:
        normalise(f"ftp://user:{'secret' * 100}@h.cn/")
    assert "secret" not in str(refused.value)
