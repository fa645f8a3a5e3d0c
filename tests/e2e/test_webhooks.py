"""Webhooks on the whole stack: what is changed by HTTP is sent on, by the engine's own stream, queue and KMS."""

import json
import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from standardwebhooks import Webhook

from tests.support.receiver import receiving
from tests.support.server import Client
from tools.template import PROJECT

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("e2e")]
PATIENCE = 60.0  # seconds; the engine starts processes for the functions first


def wait_for(is_so: Callable[[], bool]) -> None:
    until = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < until
        time.sleep(0.1)


def test_a_change_is_sent_until_the_receiver_takes_it(client: Client) -> None:
    with receiving() as receiver:
        receiver.statuses = [500, 200]
        made = client.post("/v2/webhooks", {"url": receiver.url, "kinds": ["task"]}).body
        address = f"/v2/webhooks/{made['id']}"
        task = client.post("/v2/tasks", {"name": "Sent on"}).body
        wait_for(lambda: len(receiver.requests) == 2)
        wait_for(lambda: client.get(f"{address}/deliveries").body["deliveries"][0]["status"] == "delivered")

    first, second = (Webhook(made["secret"]).verify(each.body, each.headers) for each in receiver.requests)
    assert first == second
    assert (first["type"], first["data"]["after"]) == ("task.created", task)
    assert [each["attempts"] for each in client.get(f"{address}/deliveries").body["deliveries"]] == [2]
    assert client.delete(address).status == 200


def test_the_receiver_of_the_documentation_prints_each_change_once(client: Client, tmp_path: Path) -> None:
    (program,) = re.findall(r"```python\n(.*?)```", (PROJECT / "docs/webhooks.md").read_text(), re.DOTALL)
    (tmp_path / "receiver.py").write_text(program)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    made = client.post("/v2/webhooks", {"url": f"http://localhost:{port}/", "kinds": ["task"]}).body
    address = f"/v2/webhooks/{made['id']}"
    command = [sys.executable, "receiver.py", str(port), made["secret"]]
    with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, text=True) as running:  # noqa: S603
        try:
            wait_for(lambda: bool(client.post(f"{address}/ping", {}).body["is_delivered"]))
            task = client.post("/v2/tasks", {"name": "Printed"}).body
            wait_for(lambda: len(client.get(f"{address}/deliveries").body["deliveries"]) == 1)
            sequence = client.get(f"{address}/deliveries").body["deliveries"][0]["sequence"]
            client.post(f"{address}/replay", {"after": sequence - 1})
            client.patch(f"/v2/tasks/{task['id']}", {"name": "Printed again"})
            wait_for(lambda: len(client.get(f"{address}/deliveries").body["deliveries"]) == 2)
        finally:
            running.terminate()
        told = [json.loads(line) for line in running.stdout or ()]
    assert [each["type"] for each in told] == ["webhook.ping", "task.created", "task.updated"]
    assert told[1]["data"]["after"] == task
    assert client.delete(address).status == 200
