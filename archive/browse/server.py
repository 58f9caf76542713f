"""Starts Datasette on an archive: builds the command line, and runs it until Ctrl-C.

The archive is opened read-only but live: a writer may append in WAL mode at the same time.
"""

from __future__ import annotations

import ipaddress
import os
import socket
import sqlite3
import sys
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path

import click
from datasette.cli import cli  # type: ignore[import-untyped, unused-ignore]
from datasette.utils import tilde_encode  # type: ignore[import-untyped, unused-ignore]

from archive.connections import can_write
from archive.files import connect_existing
from scrapers.model import Problem

HERE = Path(__file__).parent

SETTINGS = {
    "sql_time_limit_ms": "5000",
    "facet_time_limit_ms": "2000",
    "suggest_facets": "off",
    "default_facet_size": "12",
    "default_page_size": "50",
    "num_sql_threads": "4",
    "truncate_cells_html": "300",
    "max_csv_mb": "2000",
    "allow_download": "off",  # a copied file lacks what is still in the WAL: use backups and releases
}


def command(path: Path, port: int, host: str = "127.0.0.1") -> list[str]:
    """The command line that serves the archive at `path`. Free SQL is enabled only on a loopback address.

    Raises Problem if Datasette could not open it.
    """
    settings = {**SETTINGS, "default_allow_sql": "on" if _is_loopback(host) else "off"}
    return [
        *(sys.executable, "-m", "datasette", "serve", *_opened(path)),
        *("--host", host, "--port", str(port)),
        *("--plugins-dir", str(HERE / "plugins"), "--template-dir", str(HERE / "templates")),
        *("--static", f"-/gaoxin:{HERE / 'static'}"),
        *(word for name, value in settings.items() for word in ("--setting", name, value)),
    ]


def address(path: Path, port: int, host: str = "127.0.0.1") -> str:
    """The URL of the landing page: the bulletins of the archive at `path`."""
    name = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    return f"http://{f'[{name}]' if ':' in name else name}:{port}/{tilde_encode(path.stem)}/bulletins"


def serve(path: Path, port: int, host: str = "127.0.0.1", announce: Callable[[str], object] = print) -> int:
    """Serve the archive at `path` until Ctrl-C, in this process; returns the exit status. `announce` receives the address.

    Raises Problem if there is no archive, its path cannot be served, or the port is taken.
    """
    connect_existing(path).close()
    if any(mark in str(path.absolute()) for mark in "%?#"):
        raise Problem(f"Datasette cannot open {path.absolute()}: rename it so that no %, ? or # stands in its path")
    told = command(path, port, host)[3:]
    _check_free(host, port)
    announce(address(path, port, host))
    try:
        cli.main(args=told, prog_name="datasette", standalone_mode=False)
    except click.ClickException as error:
        raise Problem(f"Datasette does not start on {path} ({error.format_message()}): check the archive") from error
    except (click.Abort, KeyboardInterrupt):
        return 0
    except SystemExit as stop:
        return int(stop.code or 0)
    return 0


def _opened(path: Path) -> list[str]:
    """Datasette's arguments for the archive: live, or immutable if nobody can write it. Raises Problem if neither works."""
    live = [str(path.absolute())]
    if can_write(path) and can_write(path.parent):
        return live
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as conn:
            conn.execute("SELECT count(*) FROM sqlite_master")
        return live
    except sqlite3.OperationalError as error:
        # Immutable, it would be read wrongly once another user writes it: the server runs for days.
        if os.statvfs(path).f_flag & os.ST_RDONLY or not path.stat().st_mode & 0o222:
            return ["--immutable", *live]
        raise Problem(
            f"{path} cannot be browsed by who may not write in its folder ({error}): do it as its owner, or browse a copy that"
            " `gaoxin backup` has made"
        ) from error


def free_port(wanted: int) -> int:
    """The first free port of this machine among the twenty from `wanted` on; `wanted` itself if none is free."""
    for port in range(wanted, min(wanted + 20, 65536)):
        with suppress(Problem):
            _check_free("127.0.0.1", port)
            return port
    return wanted


def _check_free(host: str, port: int) -> None:
    try:
        family, _, _, _, where = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(where)
    except (OSError, OverflowError) as error:
        advice = "stop the program that has it, or give another --port"
        raise Problem(f"port {port} on {host} cannot be used ({error}): {advice}") from error


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
