"""The operator's command line, on the table of a server that runs."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.server import Client, Server, environment
from tools.template import PROJECT

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("e2e")]

SECONDS = 60


def sheaf(server: Server, *arguments: str) -> str:
    """What a command prints."""
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-m", "tools.cli.main", *arguments, "--local"],
        cwd=PROJECT,
        env=environment(SHEAF_LOCAL_DIR=str(server.folder)),
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_a_token_works_once_issued_and_is_invalid_once_revoked(server: Server) -> None:
    account = sheaf(server, "account", "create", "Example Ltd")
    person = ("--account", account, "--email", "eve@example.com")
    sheaf(server, "user", "add", *person, "--first-name", "Eve", "--last-name", "E", "--role", "administrator")
    issued = json.loads(sheaf(server, "token", "issue", *person, "--json"))
    client = Client(server.port, issued["token"], int(account))

    created = client.post("/v2/tasks", {"name": "Design"})
    assert (created.status, client.get("/v2/tasks").body["tasks"]) == (201, [created.body])

    sheaf(server, "token", "revoke", "--account", account, str(issued["id"]))

    listed = json.loads(sheaf(server, "token", "list", "--account", account, "--json"))
    assert [(token["id"], token["email"], token["state"]) for token in listed] == [
        (issued["id"], "eve@example.com", "revoked")
    ]
    # Functions that have answered this token may remember it for 60 seconds; these two have never seen it.
    refused = [client.send(method, f"/v2/tasks/{created.body['id']}") for method in ("GET", "DELETE")]
    assert [answer.status for answer in refused] == [401, 401]


def test_a_file_is_imported_and_its_records_are_read_through_the_api(server: Server, tmp_path: Path) -> None:
    account = sheaf(server, "account", "create", "Example Ltd")
    person = ("--account", account, "--email", "eve@example.com")
    sheaf(server, "user", "add", *person, "--first-name", "Eve", "--last-name", "E", "--role", "administrator")
    client = Client(server.port, sheaf(server, "token", "issue", *person), int(account))
    (tmp_path / "tasks.csv").write_text("Name,Default hourly rate\nBookkeeping,80\nAuditing,\n")

    told = [
        json.loads(sheaf(server, "import", str(tmp_path / "tasks.csv"), "--account", account, "--wait", "--json"))
        for _ in range(2)
    ]

    rows = [[item["rows"][name] for name in ("total", "created", "unchanged", "failed")] for item in told]
    assert ([item["status"] for item in told], rows) == (["completed"] * 2, [[2, 2, 0, 0], [2, 0, 2, 0]])
    rates = {item["name"]: item["default_hourly_rate"] for item in client.get("/v2/tasks").body["tasks"]}
    assert rates == {"Bookkeeping": 80.0, "Auditing": None}
