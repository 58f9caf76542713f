"""A writer to be killed: appends pairs of bulletins, and says so after each commit.

    python -m tests.faults.kill ARCHIVE SEED

It prints `open`; for each pair `begin`, inside its transaction, and `<name> <version>.`, once it was told that it is
durable. Both documents of a pair are changed in one transaction: after a kill they have equally many versions, or the archive
is half.
"""

from __future__ import annotations

import random
import sys
from datetime import UTC, datetime, timedelta
from itertools import count

from archive.store import Archive
from scrapers.model import Bulletin, Outcome, Page

START = datetime(2026, 3, 1, tzinfo=UTC)


def write(path: str, seed: int) -> None:
    """Append until killed."""
    rng = random.Random(seed)
    with Archive(path) as archive:
        print("open", flush=True)
        for n in count():
            name = f"{seed}-{rng.randrange(40)}"
            moment = START + timedelta(days=seed, seconds=n)
            is_gone = rng.random() < 0.1 and archive.document_of(f"http://a.cn/{name}") is not None
            text = "".join(chr(rng.randrange(0x4E00, 0x4F00)) for _ in range(rng.choice((10, 200, 3000))))
            with archive.transaction():
                print("begin", flush=True)
                for url in (f"http://a.cn/{name}", f"http://b.cn/{name}"):
                    raw = rng.randbytes(rng.choice((10, 5000)))
                    if is_gone:
                        page = Page(url, raw, moment, outcome=Outcome.GONE, status=404)
                        version = archive.gone(url, page).version
                    else:
                        version = archive.append(Bulletin(url, "s", body=text), [Page(url, raw, moment)]).version
            print(f"{name} {version}.", flush=True)


if __name__ == "__main__":
    write(sys.argv[1], int(sys.argv[2]))
