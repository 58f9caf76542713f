"""What reaches a terminal: text and colours, whatever a site, a file or a recipe has put into a sentence.

Texts of the archive are clean, but an error may quote a header, and a release or a citation may come from anybody. A terminal
would obey what they hold: set its title, fill the clipboard, hide a line, write from right to left.
"""

from __future__ import annotations

import io
import re
import sys

_COMMANDS = re.compile(
    r"(\x1b\[[0-9;]*m)"  # a colour
    r"|[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]"
)


def settle() -> None:
    """Let the output of this process be UTF-8, and what is printed on a terminal obey nobody but us."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
            if stream.isatty():
                setattr(sys, name, _Terminal(stream))


def harmless(text: str) -> str:
    """`text` without what commands a terminal; its colours stay."""
    return text if text.isprintable() else _COMMANDS.sub(r"\1", text)


class _Terminal(io.TextIOWrapper):
    """The stream of a terminal."""

    def __init__(self, stream: io.TextIOWrapper) -> None:
        super().__init__(stream.buffer, stream.encoding, stream.errors, line_buffering=True)

    def write(self, text: str) -> int:
        """Write what is harmless of `text`."""
        return super().write(harmless(text))
