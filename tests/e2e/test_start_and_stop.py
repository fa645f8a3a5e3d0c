"""The server as a process: what it says, how it ends, and that its data stay."""

import json
import re
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tests.support.server import Client, Server, environment
from tools.template import PROJECT

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("e2e")]

SECONDS = 60


def test_one_line_says_that_it_is_ready_and_where(server: Server) -> None:
    assert re.fullmatch(
        rf"ready  http://127\.0\.0\.1:{server.port}  engine=http://127\.0\.0\.1:\d+  table=sheaf-local-Table-\w+\n",
        server.ready,
    )


def followed(client: Client, count: int) -> list[dict[str, Any]]:
    """The feed from its beginning, once it has so many changes of time entries, or a minute later."""
    until = time.monotonic() + 60
    while True:
        changes: list[dict[str, Any]] = client.get("/v2/changes").body["changes"]
        if sum(change["kind"] == "time_entry" for change in changes) >= count or time.monotonic() > until:
            assert [change["sequence"] for change in changes] == list(range(1, len(changes) + 1))
            return changes
        time.sleep(0.2)


def test_data_survive_a_kill_of_the_server_and_a_restart(server: Server, client: Client) -> None:
    client.post("/v2/tasks", {"name": "Design", "default_hourly_rate": 99.5, "is_active": False})
    page, everything = client.get("/v2/tasks").raw, server.records()

    status, said_after_ready = server.stop(signal.SIGKILL)
    server.start()

    assert (status, said_after_ready) == (-signal.SIGKILL, "")
    assert client.get("/v2/tasks").raw == page
    assert server.records() == everything
    assert client.post("/v2/tasks", {"name": "Next"}).body["id"] == json.loads(page)["tasks"][0]["id"] + 1


def test_data_survive_an_interrupt_and_the_strict_engine_then_stands_before_the_table(
    server: Server, client: Client
) -> None:
    """One user's entries count on one shard, so of those that are logged at once some meet for sure."""
    customer = client.post("/v2/clients", {"name": "123 Industries"}).body["id"]
    project = client.post("/v2/projects", {"name": "Website", "client_id": customer}).body["id"]
    task = client.post("/v2/tasks", {"name": "Design"}).body["id"]
    client.post(f"/v2/projects/{project}/task_assignments", {"task_id": task})
    spent = {"project_id": project, "task_id": task, "spent_date": "2026-11-20", "hours": 1}
    before = server.records()
    interrupted = server.stop(signal.SIGINT)
    server.start(STRICT="1")
    kept = server.records()
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda _: client.post("/v2/time_entries", spent), range(8)))
    status, _ = server.stop()
    said = server.log.read_text()
    server.start()

    assert (interrupted, kept) == ((0, ""), before)
    assert (status, {answer.status for answer in answers}) == (0, {201})
    refused = re.search(r"refused by the strict engine: \{(.+)\}", said)
    assert refused
    assert "TransactionConflict" in refused[1]
    assert len(client.get("/v2/time_entries").body["time_entries"]) == 8
    made = [change for change in followed(client, 8) if change["kind"] == "time_entry"]
    assert [change["action"] for change in made] == ["created"] * 8


@pytest.mark.parametrize("port", ["taken", "http", "65536"])
def test_a_port_that_cannot_be_had_is_said_in_one_line(server: Server, tmp_path: Path, port: str) -> None:
    folder = tmp_path / "local"
    port = port.replace("taken", str(server.port))

    done = subprocess.run(
        [sys.executable, "-m", "tools.local.run"],
        cwd=PROJECT,
        env=environment(PORT=port, SHEAF_LOCAL_DIR=str(folder)),
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )

    assert (done.returncode, done.stdout) == (2, "")
    assert re.fullmatch(rf"cannot listen on 127\.0\.0\.1:{port} \(.+\); PORT names another port\n", done.stderr)
    assert not folder.exists()
