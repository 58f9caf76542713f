"""Guards the terminal against control sequences in what is printed: only text and colours reach it.

Texts of the archive are clean, but an error may quote a header, and a release or a citation may come from anybody. A terminal
would obey the control sequences in them: set its title, fill the clipboard, hide a line, write from right to left.
"""

from __future__ import annotations

import io
import re
import sys

_CONTROLS = re.compile(
    r"(\x1b\[[0-9;]*m)"  # a colour, which stays
    r"|[\x00-\x08\x0b-\x1f\x7f-\x9f"  # control characters, but not tab and line feed
    r"\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]"  # direction of writing
)


def guard() -> None:
    """Make the output of this process UTF-8, and where it goes to a terminal, harmless."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
            if stream.isatty():
                setattr(sys, name, _Terminal(stream))


def harmless(text: str) -> str:
    """`text` without the characters that control a terminal, except for colours."""
    return text if text.isprintable() else _CONTROLS.sub(r"\1", text)


class _Terminal(io.TextIOWrapper):
    """The stream of a terminal, to which only harmless text is written."""

    def __init__(self, stream: io.TextIOWrapper) -> None:
        super().__init__(stream.buffer, stream.encoding, stream.errors, line_buffering=True)

    def write(self, text: str) -> int:
        """Write the harmless part of `text`."""
        return super().write(harmless(text))
