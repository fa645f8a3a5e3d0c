"""GET /v2/operations/{operation_id}."""

from collections.abc import Mapping

from sheaf.domain.identity import Right
from sheaf.store.resumable import resume
from tests.functions import api_records
from tests.functions.examples import NOT_FOUND, RECENT, expected, moved, not_an_id
from tests.support.api import Api

EXPECTED = {
    "found": expected(
        200,
        {
            "id": 1,
            "kind": "merge_task",
            "status": "completed",
            "record": {"kind": "task", "id": 7},
            "started_at": RECENT,
        },
    ),
    "by_a_member": NOT_FOUND,
    "unknown_id": NOT_FOUND,
    "not_an_id": not_an_id("operation_id"),
    "json_suffix": moved("/v2/operations/1"),
}


def begun(api: Api, path: str, body: Mapping[str, object] | None = None) -> str:
    """Where to ask for what a request has begun and not finished."""
    with api_records.interrupted():
        answer = api.post(path, body, **{"idempotency-key": "one"})
    assert (answer.status, list(answer.body)) == (202, ["message", "operation_id"])
    location = answer.headers["Location"]
    assert location == f"/v2/operations/{answer.body['operation_id']}"
    return location


def test_a_project_with_many_default_tasks_is_there_once_its_operation_is_completed(api: Api) -> None:
    client_id = api_records.client(api)["id"]
    for number in range(21):
        api_records.task(api, f"Task {number}", is_default=True)
    location = begun(api, "/v2/projects", {"client_id": client_id, "name": "New"})
    running = api.get(location).body
    assert (running["kind"], running["status"], running["record"]) == (
        "create_project",
        "running",
        {"kind": "project", "id": 1},
    )
    assert api.get("/v2/projects").body["projects"] == []
    resume.resume_all(seconds=20)
    assert api.get(location).body == {**running, "status": "completed"}
    assert [project["name"] for project in api.get("/v2/projects").body["projects"]] == ["New"]


def test_a_task_with_many_assignments_is_restored_once_its_operation_is_completed(api: Api) -> None:
    task_id, client_id = api_records.task(api)["id"], api_records.client(api)["id"]
    for number in range(15):
        api_records.project(api, f"Project {number}", client_id=client_id)
    api.post(f"/v2/tasks/{task_id}/assign", {"project_ids": "all_active"})
    api.delete(f"/v2/tasks/{task_id}")
    location = begun(api, f"/v2/tasks/{task_id}/restore")
    assert (api.get(location).body["status"], api.get(f"/v2/tasks/{task_id}").status) == ("running", 404)
    resume.resume_all(seconds=20)
    assert (api.get(location).body["status"], api.get(f"/v2/tasks/{task_id}").status) == ("completed", 200)
    again = api.post(f"/v2/tasks/{task_id}/restore", **{"idempotency-key": "one"})
    assert (again.status, again.headers["Idempotency-Replayed"]) == (200, "true")


def test_an_operation_is_shown_to_who_began_it_and_to_administrators(api: Api) -> None:
    max_ = api_records.manager(api, rights=frozenset({Right.CLIENT_AND_TASK_MANAGER}))
    old, new = (api_records.task(api, name)["id"] for name in ("Old", "New"))
    assert max_.post(f"/v2/tasks/{old}/merge", {"into_task_id": new}).status == 200
    other = api_records.manager(api, rights=frozenset({Right.CLIENT_AND_TASK_MANAGER}))
    assert [each.get("/v2/operations/1").status for each in (max_, api, other)] == [200, 200, 404]
