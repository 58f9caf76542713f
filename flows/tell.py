"""What the reading commands print: changes, search results, past states. Terminals show changes in colour; elsewhere {+ +}
marks what was added and [- -] what was removed. Search words are marked only on a terminal, because a Chinese title may
contain any pair of brackets."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from archive.browse.passage import marked, passage, wanted
from archive.difference import Paragraph, Piece
from archive.history import Changes
from archive.selection import Found
from archive.times import beijing, published
from flows.show import console

AROUND = 24
"""Characters of unchanged text shown on either side of a change."""

_STYLES = {"same": "", "del": "red strike", "ins": "green"}
_MARKS = {"same": ("", ""), "del": ("[-", "-]"), "ins": ("{+", "+}")}
_CHANGE = {
    "new": "first archived", "edited": "edited by the publisher", "recleaned": "cleaned anew by us",
    "earlier": "an older capture, appended later", "moved": "moved to another address", "gone": "gone", "back": "back",
}  # fmt: skip


def bulletin(state: dict[str, Any], site: str, name: str, states: Sequence[dict[str, Any]]) -> None:
    """Print one version: its fields and what is known about it, one per line, then its text."""
    now = f"gone since {beijing(states[-1]['captured_at'])}" if states[-1]["change"] == "gone" else "live"
    told = {
        "site": site if site == state["source"] else f"{site} ({state['source']})",
        "published": published(state["published_at"]),
        "来源": state["origin"],
        "author": state["author"],
        "editor": state["editor"],
        "address": state["url"],
        "status": now,
        "version": f"{state['key']}@{state['version']} of {len(states)}, captured {beijing(state['captured_at'])} Beijing time",
        "permanent name": name,
    }
    _print(Text(state["title"] or "(no title)", style="bold"))
    for field, value in told.items():
        if value:
            _print(Text(f"{field}: ", style="dim") + Text(value, style="not dim"))
    for line in ("", *(state["body"] or "").split("\n")):
        _print(Text(line))


def document(state: dict[str, Any]) -> None:
    """Print the heading of a history: title, key, source and address of the document."""
    _print(Text(state["title"] or "(no title)", style="bold"))
    _print(Text(f"{state['key']}  {state['source']}  {state['url']}", style="dim"))


def heading(state: dict[str, Any], sign: str) -> None:
    """Print one state in a line: its name, time of capture, source and title."""
    line = Text(sign)
    line.append(f"{state['key']}@{state['version']}", style="bold")
    line.append(f"  {beijing(state['captured_at'])}  {state['source']}  ", style="dim")
    line.append(state["title"] or "(no title)")
    _print(line)


def version(state: dict[str, Any], changed: Changes | None, address: str | None) -> None:
    """Print one state of a history and what it changed; `address` is where it was read, if known."""
    line = Text(f"@{state['version']}", style="bold")
    line.append(f"  {beijing(state['captured_at'])}  ", style="not bold")
    change = f"moved to {address}" if state["change"] == "moved" and address else _CHANGE[state["change"]]
    line.append(change, style="not bold red" if state["change"] == "gone" else "not bold cyan")
    line.append(f"  {state['hash'][:12]}", style="not bold dim")
    _print(line)
    if changed:
        changes(changed, indent=4)


def changes(changed: Changes, indent: int = 0) -> None:
    """Print the fields and the paragraphs that differ."""
    for name, pieces in changed.fields:
        _print(Text(f"{name}: ", style="dim") + _pieces(pieces), indent)
    for paragraph in changed.body:
        _print(_paragraph(paragraph), indent)


def found(result: Found, query: str) -> None:
    """Print the bulletins that a search found, each with the passage."""
    patterns = wanted(query)
    for row in result.best:
        _print(_marked(marked(row["title"] or "(no title)", patterns), "bold"))
        gone = " · gone" if row["status"] == "gone" else ""
        where = f"{published(row['published_at']) or 'no date'} · {row['site'] or row['source']}{gone} · {row['key']}"
        _print(Text(where, style="dim"), 2)
        _print(_marked(passage(row["body"], patterns)), 2)
        console.print(f"  {row['url']}", style="dim")  # never wrapped, so that it can be clicked
    shown = f", the best {len(result.best)} are shown" if len(result.best) < result.total else ""
    _print(Text(f"{result.total} found{shown}", style="bold"))


def stood(rows: Iterable[dict[str, Any]]) -> None:
    """Print bulletins as they stood, one per line. On a narrow terminal titles wrap, and then the names of sources."""
    table = Table(box=None, header_style="bold", pad_edge=False)
    for name in ("key", "published", "source", "status", "title"):
        table.add_column(name, no_wrap=name in ("key", "published", "status"), overflow="fold")
    for row in rows:
        day = (row["published_at"] or "")[:10]
        table.add_row(f"{row['key']}@{row['version']}", day, row["source"], row["status"], row["title"] or "")
    console.print(table, soft_wrap=False)


def _paragraph(paragraph: Paragraph) -> Text:
    if isinstance(paragraph, int):
        return Text(f"… {paragraph} paragraph{'s' if paragraph > 1 else ''} the same", style="dim")
    return _pieces(_shortened(paragraph))


def _shortened(pieces: Sequence[Piece]) -> list[Piece]:
    """The pieces, with long unchanged text cut to what surrounds the changes."""
    short: list[Piece] = []
    for n, (tag, text) in enumerate(pieces):
        head = text[:AROUND] if n else ""
        tail = text[-AROUND:] if n < len(pieces) - 1 else ""
        is_long = tag == "same" and len(text) > 3 * AROUND
        short.append((tag, f"{head}…{tail}" if is_long else text))
    return short


def _pieces(pieces: Iterable[Piece]) -> Text:
    line = Text()
    for tag, text in pieces:
        opening, closing = ("", "") if _is_coloured() else _MARKS[tag]
        line.append(f"{opening}{text}{closing}", style=_STYLES[tag])
    return line


def _marked(pieces: Iterable[tuple[str, bool]], style: str = "") -> Text:
    line = Text(style=style)
    mark = "yellow bold" if _is_coloured() else "underline"
    for text, is_found in pieces:
        line.append(text, style=mark if is_found else "")
    return line


def _is_coloured() -> bool:
    return console.is_terminal and console.color_system is not None and not console.no_color


def _print(line: Text, indent: int = 0) -> None:
    """Print a line, wrapped only on a terminal."""
    if console.is_terminal:
        console.print(Padding(line, (0, 0, 0, indent)), soft_wrap=False)
    else:
        console.print(Text(" " * indent) + line)
