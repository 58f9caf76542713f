"""The flows with a real Prefect: a server, a work pool, `prefect deploy --all`, a worker, a scheduled run."""

from __future__ import annotations

import os
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from tests.conftest import PROJECT

pytestmark = pytest.mark.server
PREFECT = str(Path(sys.executable).parent / "prefect")


@dataclass
class Server:
    api: str
    env: dict[str, str]
    log: Path

    def prefect(self, *arguments: str) -> str:
        done = subprocess.run(
            [PREFECT, "--no-prompt", *arguments], cwd=PROJECT, env=self.env, capture_output=True, text=True, timeout=120
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def post(self, path: str, **body: object) -> list[dict[str, object]]:
        answer = httpx.post(f"{self.api}{path}", json=body, timeout=30)
        answer.raise_for_status()
        return list(answer.json())


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A real server and a real worker on an empty home."""
    home = tmp_path_factory.mktemp("prefect")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    api = f"http://127.0.0.1:{port}/api"
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PREFECT", "GAOXIN"))}
    env = {**kept, "HOME": str(home), "PREFECT_HOME": str(home / ".prefect"), "PREFECT_API_URL": api}
    log = home / "log.txt"
    with log.open("w") as out:
        options = {"cwd": PROJECT, "env": env, "stdout": out, "stderr": subprocess.STDOUT}
        serve = subprocess.Popen([PREFECT, "server", "start", "--port", str(port)], **options)
        running = Server(api, env, log)
        try:
            wait_for(lambda: is_healthy(api), 180, log)
            running.prefect("work-pool", "create", "gaoxin-pool", "--type", "process")
            worker = subprocess.Popen([PREFECT, "worker", "start", "--pool", "gaoxin-pool"], **options)
            try:
                yield running
            finally:
                worker.terminate()
                worker.wait(30)
        finally:
            serve.terminate()
            serve.wait(30)


def wait_for(is_so: Callable[[], object], seconds: float, log: Path) -> object:
    """What `is_so` gives once it is true."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found = is_so()
        if found:
            return found
        time.sleep(0.5)
    raise AssertionError(f"not within {seconds} s; the log ends:\n" + log.read_text(errors="replace")[-3000:])


def is_healthy(api: str) -> bool:
    try:
        return httpx.get(f"{api}/health", timeout=2).is_success
    except httpx.HTTPError:
        return False


def test_a_scheduled_run_appears_and_completes(server: Server, samples: Path, tmp_path: Path) -> None:
    server.prefect("deploy", "--all")
    deployments = {str(found["name"]): found for found in server.post("/deployments/filter")}
    nchdz = deployments["nchdz"]
    archive = tmp_path / "档案.db"
    parameters = {
        "sources": ["nchdz"],
        "archive": str(archive),
        "replay": str(samples),
        "at": "2026-03-02T12:00:00+08:00",
    }
    httpx.patch(
        f"{server.api}/deployments/{nchdz['id']}",
        json={"parameters": parameters, "schedules": [{"active": True, "schedule": {"interval": 15}}], "paused": False},
        timeout=30,
    ).raise_for_status()

    def completed() -> list[dict[str, object]]:
        runs = server.post("/flow_runs/filter", deployments={"id": {"any_": [nchdz["id"]]}}, sort="START_TIME_ASC")
        assert not [run for run in runs if run["state_type"] in ("FAILED", "CRASHED")], server.log.read_text()[-3000:]
        return [run for run in runs if run["state_type"] == "COMPLETED"]

    run = wait_for(completed, 150, server.log)[0]  # type: ignore[index]
    assert run["auto_scheduled"]
    ledger = sqlite3.connect(archive).execute("SELECT trigger, flow_run_id, state, listed, new FROM runs").fetchone()
    assert ledger == ("schedule", run["id"], "completed", 8, 8)
    tasks = server.post("/task_runs/filter", flow_runs={"id": {"any_": [run["id"]]}})
    assert len(tasks) == 2, "one task a list page, never one a page"
