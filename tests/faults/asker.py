"""A client in a process of its own, to be met by another, or killed: asks for addresses one after the other.

    python -m tests.faults.asker DELAY URL...

It prints `ready`, waits for a line, asks, and prints a line of JSON for each page: its outcome and its error.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Sequence

from scrapers.client import Client, Manners


async def ask(delay: float, urls: Sequence[str]) -> None:
    """Ask for each address."""
    async with Client(allow_private=True, manners=Manners(delay=delay)) as client:
        print("ready", flush=True)
        await asyncio.to_thread(sys.stdin.readline)
        for url in urls:
            page = await client.get(url)
            print(json.dumps([page.outcome, page.error]), flush=True)


if __name__ == "__main__":
    asyncio.run(ask(float(sys.argv[1]), sys.argv[2:]))
