"""A client that was written for Harvest, unmodified: the npm package @procyon-creative/harvest-sdk does all its calls.

It sends every body as a form, nested as `outer[inner]`, drops nulls, and counts pages by number.
"""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.support.server import Client

pytestmark = pytest.mark.xdist_group("e2e")

SCRIPT = Path(__file__).with_name("procyon_sdk.mjs")


def test_the_sdk_does_all_its_calls(npm_packages: Path, client: Client) -> None:
    script = shutil.copy(SCRIPT, npm_packages)
    address = f"http://127.0.0.1:{client.port}/v2"
    command = ["node", str(script), address, str(client.account_id), client.token]
    run = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)  # noqa: S603
    assert run.stderr == ""
    said = json.loads(run.stdout)
    entry, assigned, project = (said.pop(name) for name in ("entry", "assigned", "project"))
    task = said.pop("task")
    assert (task["name"], task["default_hourly_rate"], task["is_default"]) == ("Writing", 80.5, False)
    assert (project["bill_by"], project["budget_by"], project["budget"]) == ("Tasks", "task_fees", 1000.0)
    assert project["client"]["currency"] == "EUR"
    assert (assigned["billable"], assigned["hourly_rate"], assigned["budget"]) == (True, 80.5, 12.0)
    assert (entry["hours"], entry["notes"], entry["billable_rate"]) == (1.26, "a & b = c", 99.9)
    assert entry["external_reference"] == {
        "id": "7",
        "group_id": "8",
        "account_id": None,
        "permalink": "https://example.com/7",
    }
    assert said == {
        "me": ["administrator"],
        "company": "24h",
        "renamed": "Copywriting",
        "taken": {"refused": {"message": "Name has already been taken"}},
        "tasks": ["Review", "Copywriting", "Design"],
        "walked": ["Review", "Copywriting", "Design"],
        "budget": 1250.5,
        "projects": ["Website"],
        "twice": {"refused": {"message": "Task has already been taken"}},
        "rate": 99.9,
        "assignments": ["Copywriting", "Design"],
        "everywhere": ["Copywriting", "Design"],
        "changed": "Design",
        "unassigned": {"refused": {"message": "Task isn't assigned to this project"}},
        "entries": 1,
        "kept": {"refused": {"message": "This task is not removable. It still has time entries."}},
        "mine": [2],
        "gone": {"missing": {"status": 404, "error": "Not Found"}},
        "left": ["Copywriting", "Design"],
    }
