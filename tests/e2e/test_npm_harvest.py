"""A client that was written for Harvest: every call of the npm package `harvest` 2.2.6 for what Sheaf has.

Nothing of it is changed but the one line that says at which host Harvest is. Its own tests never send a request.
"""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.support.server import Client

pytestmark = pytest.mark.xdist_group("e2e")

SCRIPT = Path(__file__).with_name("npm_harvest.cjs")
HOST = "'https://api.harvestapp.com'"
OURS = "process.env.HARVEST_HOST"


@pytest.fixture(scope="module")
def script(npm_packages: Path) -> Path:
    """The script beside the package, whose host is the one in the environment."""
    module = npm_packages / "node_modules" / "harvest" / "dist" / "client.js"
    text = module.read_text()
    assert (text.count(HOST), text.count(OURS)) in {(1, 0), (0, 1)}
    module.write_text(text.replace(HOST, OURS))
    return Path(shutil.copy(SCRIPT, npm_packages))


def test_each_call_of_the_package_does_what_it_does_at_harvest(script: Path, client: Client) -> None:
    environment = {**os.environ, "HARVEST_HOST": f"http://127.0.0.1:{client.port}"}
    command = ["node", "--no-deprecation", str(script), str(client.account_id), client.token]
    run = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=False)  # noqa: S603
    assert run.stderr == ""

    assert json.loads(run.stdout) == {
        "company": False,
        "me": ["administrator"],
        "clients": walked(["ACME", "USD"], ["ACME", "EUR"]),
        "tasks": walked(["Review", 80.5, True], ["Review", 80.5, False]),
        "users": walked(["Ida", "UTC", ["member"], False], ["Ida", "Berlin", ["manager"], False]),
        "roles": walked(["Designer", 1], ["Writer", 1]),
        "projects": walked(["ACME", "People", 40], ["ACME", "People", 50.5]),
        "taskAssignments": walked(["Design", 80, True], ["Design", 80, False]),
        "userAssignments": walked(["Ida Example", 75.5, False, None], ["Ida Example", 75.5, True, 120]),
        "notAssigned": {"status": 422, "message": "User isn't assigned to this project"},
        "timeEntries": walked(
            ["Ida Example", 1.5, None, False, 75.5, True], ["Ida Example", 2, "a & b", False, 75.5, True]
        ),
        "timer": [[True, True], [False, False], [True, True]],
        "twice": {"status": 422, "message": "Time entry is already running"},
        "kept": {"status": 422, "message": "This user assignment is not removable. It still has time entries."},
        "mine": [["Website", 1]],
        "theirs": [["Website", 1]],
    }


def walked(made: list[object], changed: list[object]) -> dict[str, object]:
    """A record that was created, read, changed, listed and deleted, as it was first and after the change."""
    return {"got": True, "listed": True, "deleted": True, "gone": 404, "made": made, "changed": changed}
