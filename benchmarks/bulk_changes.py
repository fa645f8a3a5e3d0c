"""Many changes asked for by one request, on DynamoDB as it refuses, beside a request for each."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any
from unittest.mock import patch

from benchmarks.load import strict_engine
from benchmarks.table import Table
from tests.store.faults import recorded
from tests.support.api import Api, make_account, make_table, make_token

CHANGES = 1000
TASKS = 20  # that the assignments are of
SCALE = 4.0  # so many times as long as on DynamoDB takes everything
ALONE = 20  # requests by which the time of as many as changes is told
_TASKS = "/v2/tasks"

type Fields = Mapping[str, Any]


def measure(endpoint_url: str) -> str:
    """One table: each kind of change, of tasks and of task assignments."""
    make_table(endpoint_url)
    api = Api(make_token(make_account()))
    tasks, projects = _tasks_and_projects(api)
    new_tasks = [{"name": f"Task {number}"} for number in range(TASKS, TASKS + CHANGES + ALONE)]
    new_assignments = [{"project_id": each, "task_id": tasks[number % TASKS]} for number, each in enumerate(projects)]
    # One request is to do all of them here, so that the seconds can be read; on AWS it stops after 15 s.
    with strict_engine(endpoint_url, SCALE), patch("sheaf.http.idempotency._PATIENCE", 600):
        rows = [
            *_rows(api, "task", new_tasks, lambda _: _TASKS),
            *_rows(
                api,
                "task_assignment",
                new_assignments,
                lambda fields: f"/v2/projects/{fields['project_id']}/task_assignments",
            ),
        ]
    return str(
        Table(
            f"{CHANGES:,} changes by one request",
            f"On a strict engine (as above; time is stretched {SCALE:.0f} times), the assignments of {TASKS} tasks."
            f" The last column is what a request for each takes, one after the other, by {ALONE} of them, without the"
            " way to AWS and back that each takes as well.",
            ["what", "seconds", "transactions", "seconds by a request for each"],
            rows,
        )
    )


def _tasks_and_projects(api: Api) -> tuple[Sequence[int], Sequence[int]]:
    """Tasks, and as many projects as assignments are to be made."""
    tasks = [api.post(_TASKS, {"name": f"Task {number}"}).body["id"] for number in range(TASKS)]
    client_id = api.post("/v2/clients", {"name": "Client"}).body["id"]
    names = [f"Project {number}" for number in range(CHANGES + ALONE)]
    return tasks, [api.post("/v2/projects", {"name": name, "client_id": client_id}).body["id"] for name in names]


def _rows(api: Api, kind: str, new: Sequence[Fields], place: Callable[[Fields], str]) -> Iterator[Sequence[str]]:
    """Records made, changed, archived and deleted: some by a request for each, the others by one for all."""
    known: Sequence[Fields] = new
    for name, action, method, fields in [
        ("create", "create", "POST", {}),
        ("change", "update", "PATCH", {"billable": False, "billable_by_default": False}),
        ("archive", "update", "PATCH", {"is_active": False}),
        ("delete", "delete", "DELETE", {}),
    ]:
        begun = time.monotonic()
        shown = [
            api.send(method, f"{place(each)}/{each['id']}" if "id" in each else place(each), {**each, **fields}).body
            for each in known[:ALONE]
        ]
        one_by_one = (time.monotonic() - begun) / SCALE / ALONE * CHANGES
        operations = [{**each, **fields, "action": action} for each in known[ALONE:]]
        begun = time.monotonic()
        with recorded() as calls:
            results = api.post(f"/v2/{kind}s/bulk", {"operations": operations}).body["results"]
        seconds = (time.monotonic() - begun) / SCALE
        shown += [result[kind] for result in results]
        known = [{**each, "id": record["id"]} for each, record in zip(known, shown, strict=True)]
        transactions = [call.operation for call in calls].count("TransactWriteItems")
        yield [f"{name} {kind.replace('_', ' ')}s", f"{seconds:.1f}", f"{transactions:,}", f"{one_by_one:.0f}"]
