"""The `gaoxin` command without its start: a process that has imported what commands import, and forks for each call.

    python -m tests.warm

It reads one call a line, as JSON, and answers with its exit status. Each call is a process of its own, with its own folder,
environment, input and output, that runs `main()` as the installed command does; only the imports are done before. The command
as it is installed, with its own start, is what `test_cli.py` and `test_readme.py` run.
"""

from __future__ import annotations

import gc
import importlib
import io
import json
import os
import select
import signal
import subprocess
import sys
import traceback
from collections.abc import Mapping, Sequence
from contextlib import redirect_stdout, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

FLOWS = "bulk cli doctor job new_source reread run show steps tell upkeep why".split()
ARCHIVE = "backup cite export release verify warc withhold".split()
STREAMS = ("stdin", "stdout", "stderr")


class Warm:
    """The process as a test meets it: started with the first call."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[str] | None = None

    def run(
        self,
        arguments: Sequence[str | Path],
        cwd: Path,
        env: Mapping[str, str] = os.environ,
        stdin: bytes = b"",
        timeout: float = 120,
        entry: str = "flows.cli:main",
    ) -> subprocess.CompletedProcess[bytes]:
        """As subprocess.run; `entry` is the function to call, which finds its arguments in sys.argv."""
        if self._process is None:
            command = [sys.executable, "-m", "tests.warm"]
            pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
            self._process = subprocess.Popen(
                command, cwd=Path(__file__).parent.parent, text=True, start_new_session=True, **pipes
            )
        told, answers = self._process.stdin, self._process.stdout
        assert told and answers
        with TemporaryDirectory() as folder:
            streams = [Path(folder) / name for name in STREAMS]
            streams[0].write_bytes(stdin)
            call = {"entry": entry, "arguments": [*map(str, arguments)], "cwd": str(cwd), "env": dict(env)}
            call["streams"] = [*map(str, streams)]
            print(json.dumps(call), file=told, flush=True)
            if not select.select([answers], [], [], timeout)[0]:
                self.close()
                raise subprocess.TimeoutExpired(arguments, timeout)
            status = int(answers.readline())
            return subprocess.CompletedProcess(arguments, status, streams[1].read_bytes(), streams[2].read_bytes())

    def close(self) -> None:
        """End the process, and a call that is still under way."""
        if self._process:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.communicate()
            self._process = None


def serve() -> None:
    """Answer calls until there are no more."""
    for name in (*(f"flows.{name}" for name in FLOWS), *(f"archive.{name}" for name in ARCHIVE)):
        importlib.import_module(name)
    sys.argv = ["gaoxin", "sources"]
    with redirect_stdout(io.StringIO()), suppress(SystemExit):
        importlib.import_module("flows.cli").main()  # typer and rich import more with the first call
    assert "prefect" not in sys.modules, "it reads its settings where it is imported"
    gc.freeze()
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            call = json.loads(line)
            become(call)
            end(call["entry"])
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


def become(call: Mapping[str, object]) -> None:
    """Make this process the call that is told."""
    flags = (os.O_RDONLY, *[os.O_WRONLY | os.O_CREAT] * 2)
    for number, (file, flag) in enumerate(zip(call["streams"], flags, strict=True)):
        opened = os.open(file, flag)
        os.dup2(opened, number)
        os.close(opened)
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115  it lives as long as the process
    sys.argv = ["gaoxin", *call["arguments"]]
    sys.modules["__main__"].__package__ = None  # else the command calls itself `python -m tests.gaoxin`
    os.environ.clear()
    os.environ.update(call["env"])
    os.chdir(call["cwd"])


def end(entry: str) -> None:
    """Call the function and end with its status, without taking down all that was imported."""
    status: object = 0
    module, _, function = entry.partition(":")
    try:
        getattr(importlib.import_module(module), function)()
    except SystemExit as ended:
        status = ended.code
    except Exception:
        traceback.print_exc()
        status = 1
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status if isinstance(status, int) else int(status is not None))


if __name__ == "__main__":
    serve()
