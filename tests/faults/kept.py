"""A small archive to keep: invented articles, read wrongly on purpose, so that reading them again says something else.

make(path)                       # the archive, with its pages
mirror(path)                     # another, of which one article was edited, and is on another site too
killed(work, path, moment)       # `work(path)` in a process of its own, killed after so many seconds; whether it was
"""

from __future__ import annotations

import asyncio
import multiprocessing
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlite_utils import Database

from archive import search
from archive.backup import backup
from archive.pages import pages_path
from archive.release import freeze, publish
from archive.schema import NAMES, applied, migrations
from archive.store import Archive
from archive.withhold import withhold
from flows import reread, upkeep
from flows.job import Job
from scrapers.model import Bulletin, Page

START = datetime(2026, 3, 1, tzinfo=UTC)
SECRET = "临塘区居民钱某某来信"
"""Stands in one article alone."""
SITE = "news.park.example"
WHY = "应当事人要求"


def url(n: int) -> str:
    """The address of article n."""
    return f"http://{SITE}/2026/03/{n}.html"


def sentence(n: int) -> str:
    """What article n says; those of other articles are no copies of it."""
    words = "".join(chr(0x4E00 + (n * 7919 + k * k * 31) % 6000) for k in range(260))
    return f"{SECRET if n == 1 else '园区'}第{n}号,{words[:50]},{words[50:100]}。{words[100:]}。"


def page(n: int, edited: str = "") -> Page:
    """The page of article n."""
    menu = "".join(f"<li><a href=/{k}.html>栏目{k}</a></li>" for k in range(60))
    html = (
        f"<html><head><title>园区第{n}号公告_样例网</title></head><body><ul class=menu>{menu}</ul><h1>园区第{n}号公告</h1>"
        f"<div class=info>2026-03-01 来源:样例网</div><div class=article><p>{sentence(n)}</p><p>{edited or '以上。'}</p></div>"
        "</body></html>"
    )
    return Page(url(n), html.encode(), START + timedelta(hours=n), headers={"content-type": "text/html"})


def make(path: Path, articles: int = 12) -> None:
    """An archive in which each article was read with a word too many."""
    with Archive(path, clock=lambda: START) as archive, archive.transaction():
        for n in range(1, articles + 1):
            body = f"分享到\n{sentence(n)}\n以上。"
            archive.append(Bulletin(url(n), SITE, f"园区第{n}号公告", "2026-03-01", body=body), [page(n)])


def mirror(path: Path) -> None:
    """Ten articles; article 1 was edited, and article 11 is a copy of it on another site."""
    make(path, 10)
    with Archive(path, clock=lambda: START) as archive, archive.transaction():
        archive.append(Bulletin(url(1), SITE, "园区第1号公告", body=f"{sentence(1)}\n更正"), [page(1, "更正")])
        copy = replace(page(11), url="http://mirror.example/11.html")
        archive.append(Bulletin(copy.url, "mirror.example", "转载", body=f"转载:{sentence(1)}"), [copy])


@contextmanager
def copied(path: Path, folder: Path) -> Iterator[Archive]:
    """A copy of an archive, in this folder, open."""
    for file in (path, pages_path(path)):
        shutil.copy(file, folder)
    with Archive(folder / path.name, clock=lambda: START) as opened:
        yield opened


def key(archive: Archive, address: str) -> str:
    """The key of the document at an address."""
    row = archive.conn.execute("SELECT key FROM documents WHERE id = ?", [archive.document_of(address)]).fetchone()
    return str(row[0])


def contents(archive: Archive, text: str) -> list[str]:
    """The files in which a text stands: as it is, or in a page."""
    found = [file.name for file in archive.path.parent.glob("bulletins*") if text.encode() in file.read_bytes()]
    for (name,) in archive.pages.conn.execute("SELECT sha256 FROM blobs").fetchall():
        found += [name] if text.encode() in archive.pages.get(name) else []
    return found


def run_reclean(path: Path) -> None:
    """Read every page again."""
    asyncio.run(reread.reclean(Job(path, clock=lambda: START)))


def run_release(path: Path) -> None:
    """Release the archive, or carry on releasing it."""
    folder = path.with_name("released")
    if not folder.exists():
        with Archive(path, clock=lambda: START) as archive:
            made = freeze(archive, "2026-03")
        publish(path, made, folder)


def run_withhold(path: Path) -> None:
    """Erase the article with the secret."""
    with Archive(path, clock=lambda: START) as archive:
        withhold(archive, url(1), "erased", WHY)


def run_backup(path: Path) -> None:
    """Copy the archive, in the place of the last copy."""
    backup(path, path.with_name("backup"))


def run_rebuild(path: Path) -> None:
    """Find the copies anew, or carry on finding them."""
    upkeep.dedupe(Job(path, clock=lambda: START))


def forget(path: Path) -> None:
    """Append copies of articles 1 and 2, and take every fingerprint and link away, as before a rebuild."""
    with Archive(path, clock=lambda: START) as archive, archive.transaction():
        for n in (1, 2):
            archive.append(Bulletin(f"http://mirror.example/{n}", "mirror.example", "转载", body=f"转载:{sentence(n)}"))
        for table in ("fingerprints", "links"):
            archive.conn.execute(f"DELETE FROM {table}")
        archive.conn.execute("UPDATE bulletins SET canonical_id = NULL, copies = 0")


def made_by(last: str, today: Path, path: Path) -> None:
    """An archive as the Gaoxin whose last migration was `last` would have made it, with the rows of `today`."""
    db = Database(sqlite3.connect(path, isolation_level=None))
    following = NAMES[NAMES.index(last) + 1 :]
    migrations().apply(db, stop_before=following[:1])
    assert applied(db.conn) == {*NAMES} - {*following}
    db.conn.execute("ATTACH ? AS today", [str(today)])
    tables = db.conn.execute("SELECT name FROM pragma_table_list WHERE schema = 'main' AND strict").fetchall()
    for (table,) in tables:
        columns = [row[0] for row in db.conn.execute("SELECT name FROM pragma_table_info(?)", [table])]
        there = {row[0] for row in db.conn.execute("SELECT name FROM pragma_table_info(?, 'today')", [table])}
        names = ", ".join(name for name in columns if name in there)
        db.conn.execute(f"INSERT INTO main.{table} ({names}) SELECT {names} FROM today.{table}")
    for row in db.conn.execute("SELECT document_id, title, body FROM bulletins").fetchall():
        search.add(db.conn, *row)
    db.close()
    pages_path(path).write_bytes(pages_path(today).read_bytes())


def run_migrate(path: Path) -> None:
    """Open an archive of an earlier Gaoxin."""
    Archive(path).close()


def killed(work: Callable[[Path], None], path: Path, moment: float) -> bool:
    """Do `work` in a process that is killed after `moment` seconds; whether it was still at it."""
    process = multiprocessing.get_context("fork").Process(target=work, args=[path])
    process.start()
    process.join(moment)
    was_alive = process.is_alive()
    process.kill()
    process.join()
    assert was_alive or process.exitcode == 0
    return was_alive
