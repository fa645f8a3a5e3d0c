"""The feed of changes on the whole stack: what is written by HTTP comes out of it, through the engine's own stream."""

import json
import re
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.support.server import Client
from tools.template import PROJECT

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("e2e")]
KINDS = "kind=task,client"  # who the account itself was made with may come later
PATIENCE = 60.0  # seconds; the engine starts a process for the function first


def following(client: Client, after: str, count: int) -> list[dict[str, Any]]:
    """The changes after a cursor, once there are so many."""
    found: list[dict[str, Any]] = []
    until = time.monotonic() + PATIENCE
    while len(found) < count and time.monotonic() < until:
        page = client.get(f"/v2/changes?after={after}&{KINDS}").body
        found, after = found + page["changes"], page["next"]
        time.sleep(0.2)
    return found


def test_what_is_changed_by_http_comes_out_of_the_feed(client: Client) -> None:
    start = client.get(f"/v2/changes?after=now&{KINDS}").body["next"]
    task = client.post("/v2/tasks", {"name": "Followed"}).body
    client.patch(f"/v2/tasks/{task['id']}", {"is_active": False})
    client.delete(f"/v2/tasks/{task['id']}")

    found = following(client, start, 3)

    assert [(change["action"], change["id"]) for change in found] == [
        (action, task["id"]) for action in ("created", "archived", "deleted")
    ]
    assert [change["sequence"] for change in found] == list(range(found[0]["sequence"], found[0]["sequence"] + 3))
    assert found[0]["after"] == task


def test_the_mirror_of_the_documentation_holds_what_the_lists_answer(client: Client, tmp_path: Path) -> None:
    (program,) = re.findall(r"```python\n(.*?)```", (PROJECT / "docs/changes.md").read_text(), re.DOTALL)
    (tmp_path / "mirror.py").write_text(program)
    assert len([line for line in program.splitlines() if line.strip()]) <= 40
    start = client.get(f"/v2/changes?after=now&{KINDS}").body["next"]
    kept, gone = (client.post("/v2/tasks", {"name": name}).body for name in ("Kept", "Gone"))
    client.delete(f"/v2/tasks/{gone['id']}")
    customer = client.post("/v2/clients", {"name": "Customer"}).body
    following(client, start, 4)

    for _ in range(2):  # the second time it goes on where it was
        command = [sys.executable, "mirror.py", f"http://127.0.0.1:{client.port}", client.token, str(client.account_id)]
        subprocess.run([*command, "mirror.db", "--once"], cwd=tmp_path, check=True, timeout=60)  # noqa: S603

    with closing(sqlite3.connect(tmp_path / "mirror.db")) as mirror:
        found = mirror.execute("SELECT kind, id, fields FROM record").fetchall()
    records = {(kind, record_id): json.loads(fields) for kind, record_id, fields in found}
    assert records["task", kept["id"]] == kept
    assert ("task", gone["id"]) not in records
    assert records["client", customer["id"]] == customer
    listed = {("task", task["id"]): task for task in client.get("/v2/tasks").body["tasks"]}
    assert {of: record for of, record in records.items() if of[0] == "task"} == listed
