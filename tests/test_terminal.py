"""What others wrote is printed as it is, and commands no terminal."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from archive import ledger
from archive.store import Archive
from flows.terminal import harmless
from scrapers.model import Bulletin, Outcome, Page
from tests.captures import at
from tests.conftest import Command
from tests.terminals import on_a_terminal

TITLES = ("[pdf]关于印发通知的通知", "园区[/b]开工", "[bold]园区[link=http://evil.example/]投产[/link]")
COMMANDS = "\x1b]0;title\x07\x1b]52;c;cm0=\x07\x1b]8;;http://evil.example/\x1b\\\x1b[2J\x9b2J\r\b\u202e"


@pytest.mark.parametrize("arguments", [("as-of", "2026-03-09"), ("search", "园区开工"), ("status",), ("status", "1")])
def test_brackets_in_a_title_are_no_markup(gaoxin: Command, tmp_path: Path, arguments: tuple[str, ...]) -> None:
    with Archive(tmp_path / "bulletins.db") as archive:
        ledger.start_run(archive, "add", None, {}, "hand", None, "0")
        for n, title in enumerate(TITLES):
            url = f"http://zone.example/{n}"
            archive.append(
                Bulletin(url, "zone.example", title, "2026-03-01", body=f"园区开工{n}"), [Page(url, b"x", at(1))]
            )
        failed = Page("http://zone.example/x", b"", at(1), outcome=Outcome.CRASHED, error="no [/b] here")
        archive.observe(failed, 1)
    done = gaoxin(*arguments)
    assert done.returncode == 0, done.stderr
    if arguments[0] != "status":
        assert all(title in done.stdout for title in TITLES)
    if arguments == ("status", "1"):
        assert "no [/b] here" in done.stdout


def test_what_commands_a_terminal_is_left_out_of_all_that_is_printed_there(tmp_path: Path) -> None:
    release = {
        "format": 1,
        "tag": f"2026{COMMANDS}-11",
        "last_version_id": 1,
        "versions": 1,
        "head_hash": "",
        "merkle_root": "",
    }
    (tmp_path / "release.json").write_text(json.dumps(release), encoding="utf-8")
    told = on_a_terminal(80, tmp_path, "verify", "--release", "release.json")
    assert "2026]0;title" in told
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", told)


def test_colours_and_lines_are_harmless() -> None:
    assert harmless("\x1b[1;31m红\x1b[0m\n\t蓝") == "\x1b[1;31m红\x1b[0m\n\t蓝"
    assert harmless(COMMANDS) == r"]0;title]52;c;cm0=]8;;http://evil.example/\[2J2J"
