"""The feed of changes on the whole stack: what is written by HTTP comes out of it, through the engine's own stream."""

import time
from typing import Any

import pytest

from tests.support.server import Client

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("e2e")]
PATIENCE = 60.0  # seconds; the engine starts a process for the function first


def following(client: Client, after: str, count: int) -> list[dict[str, Any]]:
    """The changes after a cursor, once there are so many."""
    found: list[dict[str, Any]] = []
    until = time.monotonic() + PATIENCE
    while len(found) < count and time.monotonic() < until:
        page = client.get(f"/v2/changes?after={after}").body
        found, after = found + page["changes"], page["next"]
        time.sleep(0.2)
    return found


def test_what_is_changed_by_http_comes_out_of_the_feed(client: Client) -> None:
    start = client.get("/v2/changes?after=now").body["next"]
    task = client.post("/v2/tasks", {"name": "Followed"}).body
    client.patch(f"/v2/tasks/{task['id']}", {"is_active": False})
    client.delete(f"/v2/tasks/{task['id']}")

    found = following(client, start, 3)

    assert [(change["action"], change["id"]) for change in found] == [
        (action, task["id"]) for action in ("created", "archived", "deleted")
    ]
    assert [change["sequence"] for change in found] == list(range(found[0]["sequence"], found[0]["sequence"] + 3))
    assert found[0]["after"] == task
