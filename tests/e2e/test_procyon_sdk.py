"""A client that was written for Harvest, unmodified: the npm package @procyon-creative/harvest-sdk does all its calls.

It sends every body as a form, nested as `outer[inner]`, drops nulls, and counts pages by number.
"""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.support.server import Client
from tools.template import PROJECT

pytestmark = pytest.mark.xdist_group("e2e")

PACKAGE = "@procyon-creative/harvest-sdk@1.0.0"
SCRIPT = Path(__file__).with_name("procyon_sdk.mjs")


@pytest.fixture(scope="session")
def installed() -> Path:
    """A folder in which the script finds the package; kept from one run of the tests to the next."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if not node or not npm:
        pytest.skip("Node.js and npm are not on this machine, and the SDK is a JavaScript package")
    folder = PROJECT / ".local" / "npm"
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / "node_modules").exists():
        subprocess.run([npm, "install", "--no-save", "--no-audit", "--no-fund", PACKAGE], cwd=folder, check=True)  # noqa: S603
    shutil.copy(SCRIPT, folder)
    return folder


def test_the_sdk_does_all_its_calls(installed: Path, client: Client) -> None:
    address = f"http://127.0.0.1:{client.port}/v2"
    command = ["node", str(installed / SCRIPT.name), address, str(client.account_id), client.token]
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
