"""What `gaoxin why` prints: two documents, the verdict on them, the numbers and the passages that it rests on."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from rich.table import Table
from rich.text import Text

from archive.files import connect_existing
from archive.history import document
from archive.why import Aligned, Row, Why, why
from flows.arguments import normal_name
from flows.show import console
from scrapers.model import Problem

SHOWN = 12
"""Passages that are shown, the longest ones; and numbers of each kind."""
ENDS = 28
"""Characters shown of either end of a passage."""

_KINDS = {
    "exact": "完全相同 exact: the same text",
    "near": "副本 near: a copy",
    "part_of": "部分收录 part_of: one holds or quotes a part of the other, and is no copy of it",
    "related": "相关 related: no copy",
}


def ask(archive: Path, first: str, second: str) -> Why:
    """Compare two bulletins of an archive, named by key or address. Raises Problem where one is not there, or both are one."""
    with closing(connect_existing(archive)) as conn:
        one, other = (document(conn, normal_name(name)) for name in (first, second))
        if one == other:
            raise Problem(
                f"{first} and {second} are one bulletin: name another one, or see its versions in `gaoxin history`"
            )
        return why(conn, one, other)


def show(found: Why) -> None:
    """Print two documents, the verdict on them, and what it rests on."""
    for name, row in (("A", found.first), ("B", found.second)):
        console.print(Text.assemble((f"{name}  ", "bold"), (_title(row), "bold"), f"  {len(row['body'])} characters"))
        console.print(Text(f"   {row['key']}  {row['source']}  {row['published_at'] or ''}  {row['url']}", style="dim"))
    verdict = found.verdict
    if verdict is None:
        console.print(Text("\nverdict: 无关 the two have nothing to do with each other", style="bold"))
    else:
        console.print(Text(f"\nverdict: {_KINDS[verdict.kind]}, {verdict.score:.0%}", style="bold"))
        console.print(Text("   " + verdict.rule.replace("this text", "A").replace("the other text", "B")
                           .replace("this one", "A").replace("the other", "B")))  # fmt: skip
    for link in found.links:
        state = "stands" if link["retired_run_id"] is None else "retired"
        side = "from A" if link["document_id"] == found.first["document_id"] else "from B"
        console.print(Text(f"   the archive's link, {state}, {side}: {link['kind']}, {link['rule']}", style="dim"))
    _numbers(found)
    _passages(found.passages)


def _title(row: Row) -> str:
    return str(row["title"] or "(no title)")


def _numbers(found: Why) -> None:
    agree, differ = found.numbers.agree, found.numbers.differ
    console.print(Text(f"\nnumbers in the same place: {len(agree)} agree, {len(differ)} differ", style="bold"))
    if agree:
        console.print(Text("   same    " + "  ".join(agree[:SHOWN]) + _more(len(agree)), style="green"))
    if differ:
        pairs = "  ".join(f"{ours}|{theirs}" for ours, theirs in differ[:SHOWN])
        console.print(Text(f"   A|B     {pairs}{_more(len(differ))}", style="red"))


def _passages(passages: Sequence[Aligned]) -> None:
    longest = sorted(passages, key=lambda passage: -len(passage.first))[:SHOWN]
    console.print(Text(f"\npassages that both hold: {len(passages)}{_more(len(passages))}", style="bold"))
    table = Table("A", "B", "characters", "words of A", box=None, header_style="dim", padding=(0, 2, 0, 1))
    for passage in sorted(longest, key=lambda passage: passage.first_at):
        places = (str(passage.first_at), str(passage.second_at), str(len(passage.first)))
        table.add_row(*places, Text(_ends(passage.first)))
    if longest:
        console.print(table)


def _ends(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 2 * ENDS + 3 else f"{line[:ENDS]} … {line[-ENDS:]}"


def _more(count: int) -> str:
    return f"  ({SHOWN} shown)" if count > SHOWN else ""
