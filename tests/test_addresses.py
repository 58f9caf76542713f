"""The address guard and TLS: a connection leads to a public address that was looked at, and to no other, however written."""

from __future__ import annotations

import asyncio
import logging
import socket
import ssl
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from archive.store import Archive
from flows.job import Job, opened
from scrapers.client import Client, Manners
from scrapers.model import Outcome, Page, Problem
from scrapers.network import addresses
from scrapers.network.addresses import is_public
from scrapers.sources import find_source, insecure_hosts
from scrapers.urls import normalise
from tests.faults.server import Server, moved, ok

PAGE = "<p>高新区今日召开会议。</p>".encode()
AT_ONCE = Manners(delay=0, tries=1)

LOOPBACK = """
127.0.0.1 127.1 127.0.1 127.255.255.254 2130706433 0x7f000001 0x7f.1 0x7f.0.0.1 0X7F.0.0.0x1
017700000001 0177.0.0.1 0177.1 0 0.0.0.0 0x0 00000000177.1 127.0.0.1. １２７.０.０.１ ①②⑦.⓪.⓪.① 127。0。0。1
LOCALHOST localhost. localhost [::1] [::] [0:0:0:0:0:0:0:1] [0000:0000::0001] [::ffff:127.0.0.1]
[::FFFF:7f00:1] [::127.0.0.1] [::7f00:1] [64:ff9b::127.0.0.1] [2002:7f00:1::]
""".split()
"""Ways to write this machine."""
PRIVATE = """
10.0.0.1 10.1 0xa000001 012.0.0.1 167772161 172.16.0.1 172.31.255.255 192.168.1.1 192.168.257
0xc0.168.1.1 169.254.169.254 0xa9fea9fe 2852039166 [::ffff:169.254.169.254] 100.64.0.1
100.127.255.255 198.18.0.1 192.0.0.8 192.88.99.1 203.0.113.7 240.0.0.1 255.255.255.255 224.0.0.1
239.255.255.250 [ff02::1] [fd00::1] [fc00::1] [fe80::1] [fe80::1%25lo] [fec0::1] [2001:db8::1]
[2001::7f00:1] [100::1] [::ffff:10.0.0.1] [::ffff:0:10.0.0.1] [64:ff9b::a00:1] [64:ff9b:1::a00:1]
[2002:a00:1::1] [5f00::1] [4000::1]
""".split()
"""Private, link-local, multicast, CGNAT, reserved and documentation addresses, and such addresses in others."""
PUBLIC = "93.184.216.34 8.8.8.8 2606:4700::1111 2400:3200::1 ::ffff:8.8.8.8 64:ff9b::808:808 2002:808:808::1".split()


def fetched(
    url: str, server: Server | None = None, client: Callable[[], Client] = lambda: Client(manners=AT_ONCE)
) -> tuple[Page, Server]:
    """What a client gets for this address, {port} filled in, beside a server that has a page at every address it knows."""
    server = server or Server({"/": ok(PAGE)})

    async def run() -> Page:
        asyncio.get_running_loop().set_exception_handler(lambda *_: None)  # handshakes that the client breaks off
        async with server, client() as asks:
            return await asks.get(normalise(url.replace("{port}", str(server.port))))

    return asyncio.run(run()), server


def test_there_are_fifty_spellings() -> None:
    assert len({*LOOPBACK, *PRIVATE}) == len(LOOPBACK) + len(PRIVATE) >= 50


@pytest.mark.parametrize("host", [*LOOPBACK, *PRIVATE])
def test_a_private_address_is_refused_however_it_is_spelled(host: str) -> None:
    server = Server({"/": ok(PAGE)})
    try:
        page, _ = fetched(f"http://{host}:{{port}}/", server)
    except Problem:
        pass  # no address at all to us
    else:
        assert page.outcome is Outcome.REFUSED_ADDRESS, page.error
        assert (page.status, page.body) == (None, b"")
    assert not server.asked


@pytest.mark.parametrize("host", LOOPBACK[:3] + LOOPBACK[-10:] + PRIVATE[:3])
def test_a_redirect_to_a_private_address_is_refused_however_it_is_spelled(
    host: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    lead_to(monkeypatch, ["127.0.0.1"], public=True)
    page, server = fetched("http://zone.test:{port}/", Server({"zone.test/": moved(f"http://{host}:{{port}}/secret")}))
    if ip_address_of(host) != "127.0.0.1":  # which this test made public
        assert page.outcome is Outcome.REFUSED_ADDRESS, page.error
        assert "/secret" not in server.paths


def ip_address_of(host: str) -> str:
    try:
        return str(ip_address(socket.getaddrinfo(host.strip("[]"), 80)[0][4][0]))
    except OSError:
        return host


@pytest.mark.parametrize(
    "host",
    ["169.254.169.254", "0xa9fea9fe", "[::ffff:169.254.169.254]", "[fe80::1]", "100.100.100.200", "[fd00:ec2::254]"],
)
def test_where_a_machine_is_told_its_passwords_is_refused_in_an_intranet_too(host: str) -> None:
    page, _ = fetched(
        "http://127.0.0.1:{port}/",
        Server({"/": moved(f"http://{host}/latest/meta-data/")}),
        lambda: Client(allow_private=True, manners=AT_ONCE),
    )
    assert (page.outcome, page.status) == (Outcome.REFUSED_ADDRESS, None)
    assert "it is never fetched" in str(page.error)


@pytest.mark.parametrize("address", PUBLIC)
def test_a_public_address_is_not_refused(address: str) -> None:
    assert is_public(address)


def lead_to(patch: pytest.MonkeyPatch, *answers: Sequence[str], public: bool = False) -> list[str]:
    """Let names in `.test` lead to these addresses, each answer once and the last ever after; returns the names asked for."""
    asked: list[str] = []
    left, real = list(answers), socket.getaddrinfo

    def resolve(host: str, port: int, *rest: Any, **more: Any) -> Any:
        if not host.endswith(".test"):
            return real(host, port, *rest, **more)
        asked.append(host)
        told = left.pop(0) if len(left) > 1 else left[0]
        return [info for address in told for info in real(address, port, *rest, **more)]

    patch.setattr(socket, "getaddrinfo", resolve)
    if public:
        patch.setattr(addresses, "is_public", lambda address: address == "127.0.0.1" or is_public(address))
    return asked


def test_a_name_with_one_private_address_among_its_addresses_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    lead_to(monkeypatch, ["93.184.216.34", "10.0.0.1"])
    page, _ = fetched("http://both.test/")
    assert page.outcome is Outcome.REFUSED_ADDRESS


def test_a_name_that_changes_its_address_between_look_and_connection_gains_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Each request asks once, and connects to the answer that was looked at: robots.txt gets the first, the page the second."""
    asked = lead_to(monkeypatch, ["127.0.0.1"], ["10.0.0.1"], ["127.0.0.1"], public=True)
    page, server = fetched("http://rebinds.test:{port}/")
    assert page.outcome is Outcome.REFUSED_ADDRESS
    assert [one.path for one in server.asked] == ["/robots.txt"]
    assert asked == ["rebinds.test"] * 2


def test_the_next_address_of_a_name_is_tried_where_the_first_does_not_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    lead_to(monkeypatch, ["127.0.0.9", "127.0.0.1"])
    page, server = fetched("http://two.test:{port}/", client=lambda: Client(allow_private=True, manners=AT_ONCE))
    assert (page.outcome, page.body) == (Outcome.OK, PAGE)
    assert {one.host for one in server.asked} == {"two.test"}


# TLS


def certificate(folder: Path, name: str, days: int = 30) -> ssl.SSLContext:
    """A server's side of TLS with a certificate of its own for `name`, kept in `<name>.pem`, that ends in so many days."""
    key = ec.generate_private_key(ec.SECP256R1())
    names = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    end = datetime.now(UTC) + timedelta(days=days)
    made = (
        x509.CertificateBuilder()
        .subject_name(names)
        .issuer_name(names)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(end - timedelta(days=90))
        .not_valid_after(end)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = folder / f"{name}.pem"
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file.write_bytes(made.public_bytes(Encoding.PEM) + secret)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(file)
    return context


def test_a_pinned_connection_still_has_the_name_of_its_site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str | None] = []
    context = certificate(tmp_path, "zone.test")
    context.sni_callback = lambda _, name, __: told.append(name)
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "zone.test.pem"))
    lead_to(monkeypatch, ["127.0.0.1"], public=True)
    page, server = fetched("https://zone.test:{port}/", Server({"/": ok(PAGE)}, tls=context))
    assert (page.outcome, page.body) == (Outcome.OK, PAGE), page.error
    assert set(told) == {"zone.test"}
    assert {one.headers["host"] for one in server.asked} == {f"zone.test:{server.port}"}
    assert "x-gaoxin-tls" not in page.headers


@pytest.mark.parametrize(
    ("fault", "why"), [("self-signed", "self-signed"), ("expired", "expired"), ("other name", "mismatch")]
)
def test_a_certificate_that_does_not_hold_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: str, why: str
) -> None:
    context = certificate(tmp_path, "zone.test", days=-1 if fault == "expired" else 30)
    if fault != "self-signed":
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "zone.test.pem"))  # trusted, but for what is wrong
    lead_to(monkeypatch, ["127.0.0.1"], public=True)
    host = "other.test" if fault == "other name" else "zone.test"
    page, server = fetched(f"https://{host}:{{port}}/", Server({"/": ok(PAGE)}, tls=context))
    assert page.outcome is Outcome.TLS
    assert why in (page.error or "")
    assert not server.asked


def test_a_server_that_speaks_no_tls_is_a_fault_of_tls() -> None:
    async def plain(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        writer.close()

    async def run() -> Page:
        server = await asyncio.start_server(plain, "127.0.0.1", 0)
        async with server, Client(allow_private=True, manners=AT_ONCE) as client:
            return await client.get(f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}/")

    assert asyncio.run(run()).outcome is Outcome.TLS


def test_an_exception_from_tls_is_for_the_host_of_a_recipe_and_in_each_of_its_observations(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recipe = replace(find_source("nchdz"), home="https://old.test/", insecure_tls=True)
    hosts = insecure_hosts([recipe, find_source("srrb")])
    assert hosts == {"old.test"}
    lead_to(monkeypatch, ["127.0.0.1"], public=True)

    def client() -> Client:
        return Client(insecure=hosts, manners=AT_ONCE)

    routes = {"/": ok(PAGE, "X-Gaoxin-TLS: a lie")}
    page, _ = fetched("https://old.test:{port}/", Server(routes, tls=certificate(tmp_path, "any.test")), client)
    assert (page.outcome, page.body) == (Outcome.OK, PAGE)
    with Archive(tmp_path / "a.db") as archive:
        archive.observe(page)
        (headers,) = archive.conn.execute("SELECT headers FROM observations").fetchone()
    assert '"x-gaoxin-tls": "certificate not checked"' in headers
    page, _ = fetched("https://zone.test:{port}/", Server(routes, tls=certificate(tmp_path, "any.test")), client)
    assert page.outcome is Outcome.TLS, "no other host"
    page, _ = fetched("http://old.test:{port}/", Server(routes), client)
    assert "x-gaoxin-tls" not in page.headers, "what is no TLS is no exception from it"


def test_a_run_makes_the_exception_that_a_recipe_states(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lead_to(monkeypatch, ["127.0.0.1"], public=True)
    recipe = replace(find_source("nchdz"), home="https://old.test/", insecure_tls=True)
    monkeypatch.setattr("flows.job.all_sources", lambda: {"nchdz": recipe})

    async def run() -> tuple[Page, Page]:
        asyncio.get_running_loop().set_exception_handler(lambda *_: None)
        server = Server({"/": ok(PAGE)}, tls=certificate(tmp_path, "any.test"))
        async with server, opened(Job(tmp_path / "a.db"), "add") as (_, client):
            old, other = (f"https://{host}.test:{server.port}/" for host in ("old", "zone"))
            return await client.get(old), await client.get(other)

    old, other = asyncio.run(run())
    assert (old.outcome, other.outcome) == (Outcome.OK, Outcome.TLS)


# What must not be told


def test_proxies_of_the_environment_are_neither_used_nor_told(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "all_proxy"):
        monkeypatch.setenv(name, "http://user:geheim@127.0.0.1:9/")
    monkeypatch.setenv("GAOXIN_TOKEN", "geheim")
    page, server = fetched("http://127.0.0.1:{port}/", client=lambda: Client(allow_private=True, manners=AT_ONCE))
    assert page.outcome is Outcome.OK
    assert "geheim" not in repr(page) + repr(server.asked) + caplog.text


@pytest.mark.parametrize("status", ["200 OK", "302 Found", "404 Not Found", "503 Busy"])
def test_a_password_in_an_address_that_a_server_names_is_not_kept(
    status: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    routes = {"/": moved("http://user:geheim@other.cn/", status)}
    page, _ = fetched("http://127.0.0.1:{port}/", Server(routes), lambda: Client(allow_private=True, manners=AT_ONCE))
    assert "geheim" not in repr(page) + caplog.text


def test_an_address_with_a_password_is_refused_without_repeating_it() -> None:
    with pytest.raises(Problem) as told:
        normalise("http://user:geheim@zone.example/")
    assert "geheim" not in str(told.value)
