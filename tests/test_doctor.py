"""`gaoxin doctor`: every rung that a source can fall from, against a server that misbehaves, and the samples that hold."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest

from flows.doctor import Check, Diagnosis, examine
from scrapers.families import gov_shtml
from scrapers.listing import CountedFromZero, OnePage
from scrapers.rows import Links
from scrapers.source import Expect, Layout, Section, Source
from scrapers.sources import find_source
from tests.conftest import Command
from tests.faults.server import Route, Server, answer, ok

LIST = (
    "<ul class=list>"
    + "".join(f"<li><a href='/xw/{n}.html'>高新区召开第{n}次调度会</a><i>2026-02-0{n}</i></li>" for n in (3, 2, 1))
    + "</ul>"
)
ARTICLE = (
    "<head><title>高新区召开调度会</title></head><h1>高新区召开调度会</h1><div class=t>2026-02-03 10:00</div><div class={body}>"
    + "<p>高新区项目调度会今日召开，会议听取了汇报，研究了问题，明确了责任。</p>" * 4
    + "</div>"
)
SOURCE = Source(
    name="a",
    title="某高新区",
    home="",
    zone=None,
    since=date(2020, 1, 1),
    verified="never",
    sections=[Section("要闻", "/list.html", OnePage())],
    items=Links("ul.list li", date="i"),
    layouts=[Layout(title="h1", published=".t", body=".nr")],
    expect=Expect(fill={"title": 1, "published_at": 1}),
)
TODAY = date(2026, 3, 2)


def site(**changed: bytes) -> dict[str, Route]:
    """A site that holds, but for what is `changed`: `list`, or an article by its number."""
    routes = {"/list.html": ok(LIST.encode())}
    routes |= {f"/xw/{n}.html": ok(ARTICLE.format(body="nr").encode()) for n in (1, 2, 3)}
    return routes | {"/list.html" if name == "list" else f"/xw/{name[1:]}.html": told for name, told in changed.items()}


def diagnosed(routes: Mapping[str, Route], source: Source = SOURCE) -> Diagnosis:
    async def run() -> list[Diagnosis]:
        async with Server(routes) as server:
            return await examine(
                [replace(source, home=source.home or f"{server.url}/")], None, TODAY, allow_private=True
            )

    (found,) = asyncio.run(run())
    return found


def fallen(found: Diagnosis) -> Check:
    """The one rung that did not hold; it has a remedy."""
    (check,) = [check for check in found.checks if check.held is False]
    assert check.remedy
    assert found.fault == f"{check.name}: {check.told}"
    return check


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits between two requests."""
    real = asyncio.sleep

    async def sleep(seconds: float) -> None:
        await real(0)

    monkeypatch.setattr(asyncio, "sleep", sleep)


def test_a_source_that_holds() -> None:
    found = diagnosed(site())
    assert found.fault is None
    assert [(check.name, check.held) for check in found.checks] == [
        ("name", True), ("connection", True), ("TLS", None), ("robots", True), ("list 要闻", True), ("article", True),
        ("article", True),
    ]  # fmt: skip
    assert found.checks[4].told == "3 items, newest 2026-02-03"
    (first, second) = (check.bulletin for check in found.checks[-2:])
    assert first is not None
    assert second is not None
    assert first.url.endswith("/xw/3.html")
    assert first.found["title"] == "h1"
    assert first.found["body"] == ".nr"
    assert first.published_at == "2026-02-03T10:00+08:00"


def test_a_list_that_does_not_say_where_it_goes_on() -> None:
    section = Section("要闻", "/list.html", CountedFromZero())
    assert "where the list goes on" in fallen(diagnosed(site(), replace(SOURCE, sections=[section]))).told


def test_a_list_in_whose_place_the_home_page_stands() -> None:
    moved = answer("302 Found", b"", "Location: /")
    found = diagnosed(site(list=moved) | {"/": ok(LIST.encode())})
    assert "home page" in fallen(found).told


def test_a_name_that_is_not_found() -> None:
    found = diagnosed({}, replace(SOURCE, home="http://no-such-zone.invalid/"))
    assert [check.name for check in found.checks] == ["name"]
    assert "no-such-zone.invalid" in fallen(found).told


def test_a_private_address_is_a_name_that_does_not_hold() -> None:
    (found,) = asyncio.run(examine([replace(SOURCE, home="http://127.0.0.1:9/")], None, TODAY))
    assert fallen(found).name == "name"
    assert "--allow-private" in fallen(found).remedy


def test_a_connection_that_is_refused() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        found = diagnosed({}, replace(SOURCE, home=f"http://127.0.0.1:{closed.getsockname()[1]}/"))
    assert [(check.name, check.held) for check in found.checks] == [("name", True), ("connection", False)]
    assert fallen(found).name == "connection"


def make_certificate(folder: Path, days: int) -> tuple[Path, Path]:
    """A certificate for 127.0.0.1, signed by itself, that is good until `days` from now; and its key."""
    x509 = pytest.importorskip("cryptography.x509")
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    builder = builder.not_valid_before(now - timedelta(days=30)).not_valid_after(now + timedelta(days=days))
    signed = builder.add_extension(
        x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False
    ).sign(key, hashes.SHA256())
    files = folder / "certificate.pem", folder / "key.pem"
    files[0].write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    secret = serialization.NoEncryption()
    files[1].write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, secret))
    return files


@pytest.mark.parametrize(("days", "why"), [(365, "self-signed"), (-1, "expired")])
def test_a_certificate_that_nobody_vouches_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, days: int, why: str
) -> None:
    certificate, key = make_certificate(tmp_path, days)
    if why == "expired":
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))  # trusted, so that its date alone is wrong
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, key)

    async def run() -> Diagnosis:
        server = await asyncio.start_server(lambda reader, writer: writer.close(), "127.0.0.1", 0, ssl=context)
        asyncio.get_running_loop().set_exception_handler(
            lambda *_: None
        )  # the client leaves in the middle of a handshake
        async with server:
            home = f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
            return (await examine([replace(SOURCE, home=home)], None, TODAY, allow_private=True))[0]

    found = asyncio.run(run())
    assert [(check.name, check.held) for check in found.checks] == [
        ("name", True),
        ("connection", True),
        ("TLS", False),
    ]
    assert why in fallen(found).told
    assert "certificate" in fallen(found).remedy


def test_a_robots_txt_that_refuses() -> None:
    found = diagnosed(site() | {"/robots.txt": ok(b"User-agent: *\nDisallow: /list.html\n")})
    assert [check.name for check in found.checks] == ["name", "connection", "TLS", "robots"]
    assert "robots.txt" in fallen(found).told


@pytest.mark.parametrize(
    ("page", "told"),
    [
        (ok(b"<ul class=list></ul>"), "lists nothing"),
        (ok(LIST.replace("<li>", "<p>").encode()), "lists nothing"),
        (answer("404 Not Found", b"no"), "404"),
        (answer("403 Forbidden", b"no"), "403"),
        (ok(LIST.replace("<i>2026-", "<i>").encode()), "without dates"),
    ],
    ids=["empty", "other rows", "gone", "blocked", "no year"],
)
def test_a_list_that_does_not_hold(page: bytes, told: str) -> None:
    check = fallen(diagnosed(site(list=page)))
    assert check.name == "list 要闻"
    assert told in check.told


def test_a_list_that_holds_fewer_rows_than_it_says() -> None:
    page = f"{LIST}<script>createPageHTML('page_div',1, 1,'list','shtml',9);</script>"
    source = replace(SOURCE, sections=[gov_shtml.column("要闻", "", "list")])
    found = diagnosed(site() | {"/list.shtml": ok(page.encode())}, source)
    assert "6 more" in fallen(found).told


def test_a_layout_that_falls_back_to_the_generic_way() -> None:
    found = diagnosed(site(_3=ok(ARTICLE.format(body="zw").encode())))
    check = fallen(found)
    assert check.name == "article"
    assert "no layout fits" in check.told
    assert check.bulletin is not None
    assert check.bulletin.layout == "generic"


def test_a_field_that_is_always_there_and_is_not() -> None:
    found = diagnosed(site(_3=ok(ARTICLE.format(body="nr").replace("2026-02-03 10:00", "").encode())))
    assert "published_at" in fallen(found).told


def test_a_login_in_the_place_of_an_article() -> None:
    login = "<h1>请先登录</h1><div class=t>2026-02-03</div><div class=nr><p>登录后才能查看全文，请先登录。</p></div>"
    told = fallen(diagnosed(site(_3=ok(login.encode())))).told
    assert "says 请先登录 (2026-02-03), its list 高新区召开第3次调度会 (2026-02-03)" in told


def test_a_text_that_stands_on_every_page() -> None:
    other = ok(ARTICLE.replace("召开调度会", "召开第2次调度会").format(body="nr").encode())
    assert "holds the same text as" in fallen(diagnosed(site(_2=other))).told


def test_one_dead_article_is_told_and_another_is_read_in_its_place() -> None:
    found = diagnosed(site(_3=answer("404 Not Found", b"no")))
    assert found.fault is None
    assert found.read == 2
    (dead,) = [check for check in found.checks if check.name == "article" and check.bulletin is None]
    assert "404" in dead.told
    assert dead.remedy


def test_articles_that_are_all_dead() -> None:
    dead = answer("404 Not Found", b"no")
    found = diagnosed(site(_1=dead, _2=dead, _3=dead))
    assert found.read == 0
    assert "404" in (found.fault or "")


def test_a_reader_that_stops_is_that_recipes_failure() -> None:
    def broken(html: str, url: str) -> list[object]:
        raise KeyError("docid")

    check = fallen(diagnosed(site(), replace(SOURCE, items=broken)))  # type: ignore[arg-type]
    assert "KeyError" in check.told


def test_the_command_on_the_samples(gaoxin: Command, samples: Path, tmp_path: Path) -> None:
    done = gaoxin("doctor", "nchdz", "srrb", "cloaked", "--replay", samples, "--at", "2026-03-02")
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.splitlines()[-3:] == ["nchdz holds", "srrb holds", "cloaked has no lists: skipped"]
    assert "5 items, newest 2026-02-27" in done.stdout
    assert "meta ArticleTitle" in done.stdout
    assert "Beijing time" in done.stdout
    assert {path.name for path in tmp_path.iterdir()} == {"home"}, "nothing is archived"


def test_the_command_ends_with_1_when_a_source_does_not_hold(gaoxin: Command, samples: Path) -> None:
    done = gaoxin("doctor", "chinahightech", "--replay", samples, "--at", "2026-03-02")
    assert done.returncode == 1
    assert done.stdout.splitlines()[-1].startswith("chinahightech does not hold: list 园区")
    assert len(find_source("chinahightech").sections) == 2, "its second list was not there on that day"


@pytest.mark.parametrize(("arguments", "told"), [((), "--all"), (("nchzd",), "nchdz")])
def test_bad_input_gets_one_sentence(gaoxin: Command, arguments: tuple[str, ...], told: str) -> None:
    done = gaoxin("doctor", *arguments)
    assert done.returncode == 2
    assert told in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
