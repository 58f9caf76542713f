"""Pages per CPU second beside Scrapy: `make bench`, or `python -m tests.bench.fetch [--pages N] [--rounds N] [--json]`.

Both fetch the same pages, gzipped, from one server on the loopback, which is a process of its own; so is each client, and
what is counted is its own CPU time, user and system, from its first request to its last, after everything is imported. Ours
keeps all that it promises (robots.txt, the host's file before and after each request, the address guard, whole bodies) but
waits for nobody; Scrapy obeys robots.txt and is else as it comes.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import gzip
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

PROJECT = Path(__file__).parents[2]
ROBOTS = b"User-agent: *\nDisallow: /private/\nDisallow: /*.php$\n"
PAGE = (
    "<html><head><title>高新区召开项目调度会</title></head><body>"
    + "".join(
        f"<p>第{n}次调度会今日召开，听取了{n * 7 % 31}个项目的进展，研究了问题，明确了责任。</p>" for n in range(300)
    )
    + "</body></html>"
).encode()


def gaoxin(urls: Sequence[str]) -> tuple[int, float]:
    """How many of these our client brought home whole, and the CPU seconds that it took."""
    from scrapers.client import Client, Manners

    async def run() -> tuple[int, float]:
        async with Client(allow_private=True, manners=Manners(delay=0)) as client:
            started = time.process_time()
            whole = sum([(await client.get(url)).body == PAGE for url in urls])
            return whole, time.process_time() - started

    return asyncio.run(run())


def scrapy(urls: Sequence[str]) -> tuple[int, float]:
    """The same of Scrapy."""
    from scrapy import Request, Spider, signals
    from scrapy.crawler import CrawlerProcess

    whole = 0

    class Pages(Spider):  # type: ignore[misc]
        name = "pages"

        async def start(self):  # type: ignore[no-untyped-def]
            for url in urls:
                yield Request(url, dont_filter=True)

        def parse(self, response):  # type: ignore[no-untyped-def]
            nonlocal whole
            whole += response.body == PAGE

    settings = {"ROBOTSTXT_OBEY": True, "DOWNLOAD_DELAY": 0, "LOG_ENABLED": False, "TELNETCONSOLE_ENABLED": False}
    process = CrawlerProcess(settings)
    crawler = process.create_crawler(Pages)
    began: list[float] = []
    crawler.signals.connect(lambda: began.append(time.process_time()), signals.spider_opened, weak=False)
    process.crawl(crawler)
    process.start()
    return whole, time.process_time() - began[0]


CLIENTS: dict[str, Callable[[Sequence[str]], tuple[int, float]]] = {"gaoxin": gaoxin, "Scrapy": scrapy}


class _Pages(asyncio.Protocol):
    """A server that answers everything with the page, and keeps a connection as long as it is wanted."""

    answers = {
        name: b"HTTP/1.1 200 OK\r\nContent-Type: %b\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n%b"
        % (kind, len(body), body)
        for name, kind, body in (
            ("page", b"text/html; charset=utf-8", gzip.compress(PAGE)),
            ("robots", b"text/plain", gzip.compress(ROBOTS)),
        )
    }

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport, self.asked = transport, b""

    def data_received(self, data: bytes) -> None:
        self.asked += data
        while b"\r\n\r\n" in self.asked:
            head, _, self.asked = self.asked.partition(b"\r\n\r\n")
            self.transport.write(self.answers["robots" if head.startswith(b"GET /robots.txt") else "page"])
            if b"connection: close" in head.lower():
                self.transport.close()


def serve() -> None:
    """Serve until killed; prints the port."""

    async def run() -> None:
        server = await asyncio.get_running_loop().create_server(_Pages, "127.0.0.1", 0)
        print(server.sockets[0].getsockname()[1], flush=True)
        await server.serve_forever()

    asyncio.run(run())


@contextlib.contextmanager
def served() -> Iterator[str]:
    """The address of a server in a process of its own."""
    child = subprocess.Popen([sys.executable, "-m", __spec__.name, "--serve"], cwd=PROJECT, stdout=subprocess.PIPE)
    try:
        assert child.stdout is not None
        yield f"http://127.0.0.1:{int(child.stdout.readline())}"
    finally:
        child.kill()
        child.communicate()


def measured(client: str, url: str, pages: int) -> float | str:
    """Pages per CPU second of one client in a process of its own, or the sentence that says why there are none."""
    with tempfile.TemporaryDirectory() as state:
        child = subprocess.run(
            [sys.executable, "-m", __spec__.name, "--client", client, "--url", url, "--pages", str(pages)],
            cwd=PROJECT,
            env={**os.environ, "GAOXIN_STATE": state},
            capture_output=True,
            text=True,
            check=False,
        )
    if child.returncode:
        return f"{client} cannot be measured: {child.stderr.strip().splitlines()[-1]}"
    whole, seconds = json.loads(child.stdout)
    return pages / seconds if whole == pages else f"{client} brought home {whole} of {pages} pages"


def main() -> int:
    """Measure and print; 1 where ours cannot be measured."""
    parser = argparse.ArgumentParser(description="Pages per CPU second beside Scrapy.")
    parser.add_argument("--pages", type=int, default=1000, help="pages a round")
    parser.add_argument("--rounds", type=int, default=3, help="rounds; the clients take turns")
    parser.add_argument("--json", action="store_true", help="print JSON in place of a table")
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--client", choices=CLIENTS, help=argparse.SUPPRESS)
    parser.add_argument("--url", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.serve:
        serve()
        return 0
    if asked.client:
        print(json.dumps(CLIENTS[asked.client]([f"{asked.url}/{n}.html" for n in range(asked.pages)])))
        return 0
    rounds: list[dict[str, float | str]] = []
    with served() as url:
        for _ in range(asked.rounds):
            rounds.append({client: measured(client, url, asked.pages) for client in CLIENTS})
    failed = sorted({rate for told in rounds for rate in told.values() if isinstance(rate, str)})
    ours = [told["gaoxin"] for told in rounds if isinstance(told["gaoxin"], float)]
    pairs = [(told["gaoxin"], told["Scrapy"]) for told in rounds]
    ratios = sorted(a / b for a, b in pairs if isinstance(a, float) and isinstance(b, float))
    if asked.json:
        print(json.dumps({"rounds": rounds, "ratio": statistics.median(ratios) if ratios else None}))
    else:
        print(f"{asked.pages} pages of {len(PAGE):,} bytes a round, {asked.rounds} rounds. Pages per CPU second:\n")
        for client in CLIENTS:
            rates = [rate for told in rounds if isinstance(rate := told[client], float)]
            if rates:
                print(f"{client:10}{statistics.median(rates):8.0f}   [{min(rates):.0f}-{max(rates):.0f}]")
        if ratios:
            print(f"\nOurs is {statistics.median(ratios):.2f} of Scrapy's [{ratios[0]:.2f}-{ratios[-1]:.2f}]")
        print("".join(f"\n{sentence}" for sentence in failed))
    return 0 if ours else 1


if __name__ == "__main__":
    sys.exit(main())
