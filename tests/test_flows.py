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
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from archive.verify import verify
from scrapers.sources import all_sources
from tests.conftest import PROJECT
from tests.faults.kept import make

pytestmark = pytest.mark.server
PREFECT = str(Path(sys.executable).parent / "prefect")


@dataclass
class Server:
    api: str
    env: dict[str, str]
    log: Path

    def prefect(self, *arguments: str) -> str:
        done = subprocess.run(
            [PREFECT, "--no-prompt", *arguments],
            cwd=PROJECT,
            env=self.env,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def post(self, path: str, **body: object) -> list[dict[str, object]]:
        return list(self.ask("POST", path, body).raise_for_status().json())

    def ask(self, method: str, path: str, body: dict[str, object]) -> httpx.Response:
        """As Prefect's own client asks: again, where the server's database is busy and it answers 503."""

        def answer() -> httpx.Response | None:
            given = httpx.request(method, f"{self.api}{path}", json=body, timeout=60)
            return None if given.status_code == 503 else given

        answered = wait_for(answer, 60, self.log)
        assert isinstance(answered, httpx.Response)
        return answered


def stop(process: subprocess.Popen[bytes]) -> None:
    """End a process of Prefect's: a worker waits for what it runs, however long."""
    process.terminate()
    try:
        process.wait(30)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


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
    env["PREFECT_WORKER_QUERY_SECONDS"] = "2"  # else the worker looks for work every 10 s, and the test waits
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
                stop(worker)
        finally:
            stop(serve)


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


@pytest.fixture(scope="module")
def deployments(server: Server) -> dict[str, dict[str, object]]:
    """Everything of prefect.yaml, deployed by the command of the README."""
    server.prefect("deploy", "--all")
    return {str(found["name"]): found for found in server.post("/deployments/filter")}


def runs_of(server: Server, deployment: dict[str, object]) -> list[dict[str, object]]:
    return server.post("/flow_runs/filter", deployments={"id": {"any_": [deployment["id"]]}}, sort="START_TIME_ASC")


def completed(server: Server, deployment: dict[str, object]) -> dict[str, object]:
    """The first completed run of a deployment; one that fails ends the test."""

    def look() -> dict[str, object] | None:
        runs = runs_of(server, deployment)
        assert not [run for run in runs if run["state_type"] in ("FAILED", "CRASHED")], server.log.read_text()[-3000:]
        return next((run for run in runs if run["state_type"] == "COMPLETED"), None)

    run = wait_for(look, 150, server.log)
    assert isinstance(run, dict)
    return run


def ledger_of(archive: Path, run: dict[str, object]) -> tuple[object, ...]:
    conn = sqlite3.connect(archive)
    row = conn.execute("SELECT trigger, state, listed, new FROM runs WHERE flow_run_id = ?", [run["id"]]).fetchone()
    conn.close()
    return tuple(row)


def test_all_is_deployed_and_unverified_sources_are_paused(deployments: dict[str, dict[str, object]]) -> None:
    paused = {name: found["paused"] for name, found in deployments.items()}
    fetches = {name: source.verified == "never" for name, source in all_sources().items() if source.sections}
    others = {"recheck": False, "backfill": False, "ingest": False, "reclean": False, "backup": True}
    assert paused == {**fetches, **others}
    assert all(deployments[name]["schedules"] for name in (*fetches, "recheck"))


def test_a_scheduled_run_appears_and_completes(
    server: Server, deployments: dict[str, dict[str, object]], samples: Path, tmp_path: Path
) -> None:
    archive = tmp_path / "档案.db"
    parameters = {
        "sources": ["nchdz"],
        "archive": str(archive),
        "replay": str(samples),
        "at": "2026-03-02T12:00:00+08:00",
    }
    soon = (datetime.now(UTC) + timedelta(seconds=10)).isoformat()  # and then once a minute, should that be missed
    schedule = {"active": True, "schedule": {"interval": 60, "anchor_date": soon}}
    changed = {"parameters": parameters, "paused": False, "schedules": [schedule]}
    server.ask("PATCH", f"/deployments/{deployments['nchdz']['id']}", changed).raise_for_status()
    run = completed(server, deployments["nchdz"])
    assert run["auto_scheduled"]
    assert ledger_of(archive, run) == ("schedule", "completed", 8, 8)
    logs = {"logs": {"flow_run_id": {"any_": [run["id"]]}}}
    wait_for(
        lambda: any(
            "8 new" in str(e["message"]) or "5 new" in str(e["message"]) for e in server.post("/logs/filter", **logs)
        ),
        60,
        server.log,
    )
    task_runs = {"flow_runs": {"id": {"any_": [run["id"]]}}}
    wait_for(
        lambda: len(server.post("/task_runs/filter", **task_runs)) >= 2, 60, server.log
    )  # Prefect records them late
    assert len(server.post("/task_runs/filter", **task_runs)) == 2, "one task a list page, never one a page"


def test_a_backfill_is_started_with_parameters(
    server: Server, deployments: dict[str, dict[str, object]], samples: Path, tmp_path: Path
) -> None:
    archive = tmp_path / "bulletins.db"
    parameters = {"source": "nchdz", "since": "2026-02-01", "until": "2026-02-28", "archive": str(archive)}
    server.prefect(
        *("deployment", "run", "backfill/backfill"),
        *(option for name, value in parameters.items() for option in ("--param", f"{name}={value}")),
        *("--param", f"replay={samples}", "--param", "at=2026-03-02T12:00:00+08:00"),
    )
    run = completed(server, deployments["backfill"])
    trigger, state, listed, new = ledger_of(archive, run)
    assert (trigger, state, listed, new) == ("deployment", "completed", 5, 5)
    assert f"; archive {archive.resolve()}, newly made" in str(run["state"])


def test_a_backup_is_made_by_a_flow(server: Server, deployments: dict[str, dict[str, object]], tmp_path: Path) -> None:
    make(tmp_path / "bulletins.db", 3)
    told = {"folder": str(tmp_path / "copy"), "archive": str(tmp_path / "bulletins.db")}
    server.prefect(
        *("deployment", "run", "backup/backup"),
        *(option for name, value in told.items() for option in ("--param", f"{name}={value}")),
    )
    completed(server, deployments["backup"])
    assert verify(tmp_path / "copy" / "bulletins.db", deep=True).versions == 3


@pytest.mark.parametrize(
    ("parameters", "named"),
    [
        ({"source": "nchzd", "since": "2026-02-01", "until": "2026-02-28"}, "source"),
        ({"source": "nchdz", "since": "soon", "until": "2026-02-28"}, "since"),
        ({"source": "nchdz", "since": "2026-02-01"}, "until"),
    ],
)
def test_bad_parameters_are_refused_by_name(
    server: Server, deployments: dict[str, dict[str, object]], parameters: dict[str, str], named: str
) -> None:
    path = f"/deployments/{deployments['backfill']['id']}/create_flow_run"
    answer = server.ask("POST", path, {"parameters": parameters})
    assert answer.status_code in (409, 422)
    assert named in answer.text
