"""A command on a real terminal, which is not what a pipe gives it."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from contextlib import suppress
from pathlib import Path


def on_a_terminal(columns: int, folder: Path, *arguments: str, status: int = 0) -> str:
    """All that a command sends to a terminal of so many columns, errors and colours included."""
    ours, theirs = pty.openpty()
    env = {**os.environ, "COLUMNS": str(columns), "TERM": "xterm", "HOME": str(folder)}
    command = [str(Path(sys.executable).parent / "gaoxin"), *arguments]
    with subprocess.Popen(
        command, cwd=folder, env=env, stdout=theirs, stderr=theirs, stdin=subprocess.DEVNULL
    ) as process:
        os.close(theirs)
        told = b""
        with suppress(OSError):  # Linux says so where nobody writes any more
            while read := os.read(ours, 65536):
                told += read
    os.close(ours)
    assert process.returncode == status, told.decode()
    return told.decode().replace("\r\n", "\n")
