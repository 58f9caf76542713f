"""A real Datasette on a small invented archive, for the tests that ask it over HTTP."""

from __future__ import annotations

import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import httpx
from bs4 import BeautifulSoup, Tag

from archive.browse.server import address, command
from archive.store import Archive
from scrapers.model import Bulletin, Outcome, Page

STEM = "高新 样例.一"
NCHDZ = "http://nchdz.example/"
WING = (
    "入冬以后,总装厂房每天六点半亮灯,刚完成钻铆的机翼蒙皮长12.4米。\n"
    "去年全区航空产业营业收入186.3亿元,同比增长21.7%,本地配套率提高到41%。\n"
    "从厂门到厂门,一共用了九分钟。"
)
WING_EDITED = WING.replace("186.3", "168.3") + "\n更正:本文营业收入数字已订正。"
HOSTILE = '<script>alert(1)</script>正文\n<img src=x onerror=alert(2)> &amp; "尾"'
CLOAKED = (
    "招(zhao)商(shang)引(yin)資(zi)大(da)會(hui)在(zai)湖(hu)畔(pan)召(zhao)開(kai),簽(qian)約(yue)項(xiang)目(mu)。"
)


@dataclass(frozen=True)
class Site:
    """A running server: `client` for pages under the archive's own address."""

    client: httpx.Client
    landing: str
    path: Path

    @property
    def database(self) -> str:
        return self.landing.rpartition("/")[0]

    def page(self, path: str = "", **query: str) -> BeautifulSoup:
        answer = self.client.get(self.landing + path, params=query, follow_redirects=True)
        assert answer.status_code == 200, answer.text
        return BeautifulSoup(answer.text, "lxml")

    def titles(self, **query: str) -> list[str]:
        return [found.get_text() for found in self.page(**query).select("article h2")]

    def bulletin(self, title: str) -> BeautifulSoup:
        with Archive(self.path) as archive:
            number = archive.conn.execute("SELECT document_id FROM bulletins WHERE title = ?", [title]).fetchone()[0]
        return self.page(f"/{number}")


def day(number: int) -> datetime:
    return datetime(2026, 3, number, tzinfo=UTC)


def put(archive: Archive, bulletin: Bulletin, number: int = 2) -> None:
    with archive.transaction():
        archive.append(bulletin, [Page(bulletin.url, bulletin.body.encode(), day(number))])


def build(path: Path) -> None:
    with Archive(path, clock=lambda: day(9)) as archive:
        archive.db.table("sources").insert(
            {
                "name": "nchdz", "title": "南昌高新区", "home": NCHDZ, "family": "gov", "rights": "full",
                "verified": "never",
            }
        )  # fmt: skip
        wing = Bulletin(NCHDZ + "wing", "nchdz", "机翼蒙皮", "2026-01-14T10:18:46+08:00", "区融媒体中心", body=WING)
        put(archive, wing)
        put(archive, Bulletin(NCHDZ + "wing", "nchdz", "机翼蒙皮", "2026-01-14", "区融媒体中心", body=WING_EDITED), 3)
        put(
            archive,
            Bulletin(
                "http://copy.example/1", "copy.example", "转载:机翼", "2026-01-15T00:10:00+08:00", body=WING_EDITED
            ),
        )
        gone = Bulletin(NCHDZ + "gone", "nchdz", "厂房招租", "2025-12-18", body="推出厂房十四套,GDP以外不计。")
        put(archive, gone)
        archive.gone(gone.url, Page(gone.url, b"404", day(5), status=404, outcome=Outcome.GONE))
        put(
            archive,
            Bulletin(
                "http://evil.example/1", "evil", '<b>题</b> "引"', "2026-02", "<i>来源</i>",
                body=HOSTILE, attachments=("javascript:alert(4)", "http://evil.example/a.pdf"),
            ),
        )  # fmt: skip
        archive.conn.execute("UPDATE bulletins SET url = 'javascript:alert(3)' WHERE source = 'evil'")
        put(archive, Bulletin(NCHDZ + "blank", "nchdz", "一图读懂", "2026-02-01", body="", images=(NCHDZ + "1.png",)))
        put(archive, Bulletin("http://mirror.example/1", "cloaked", "招商引资大会", body=CLOAKED))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + 30
    while time.monotonic() < end:
        try:
            httpx.get(url, timeout=5)
            return
        except httpx.TransportError:
            assert process.poll() is None, "the server stopped"
            time.sleep(0.05)
    raise AssertionError("the server does not answer")


@contextmanager
def served(folder: Path) -> Iterator[Site]:
    """A server on the archive of `build`, in this folder."""
    path, port = folder / f"{STEM}.db", free_port()
    build(path)
    with (folder / "log").open("wb") as log, subprocess.Popen(command(path, port), stdout=log, stderr=log) as process:
        try:
            landing = address(path, port)
            wait_for(landing, process)
            with httpx.Client(timeout=30) as client:
                yield Site(client, landing, path)
        finally:
            process.terminate()


def texts(found: list[Tag]) -> list[str]:
    return [" ".join(tag.get_text(" ").split()) for tag in found]


def at(site: Site, path: str) -> httpx.Response:
    """What the server answers at a path of its own."""
    return site.client.get(str(httpx.URL(site.landing).join(path)))
