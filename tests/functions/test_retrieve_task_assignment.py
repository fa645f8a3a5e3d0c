"""GET /v2/projects/{project_id}/task_assignments/{task_assignment_id}."""

from tests.functions import api_records
from tests.functions.examples import NOT_AUTHORIZED, NOT_FOUND, OF_ONLINE_STORE, expected, moved, not_an_id
from tests.support.api import Api

EXPECTED = {
    "by_the_manager_of_another_project": NOT_AUTHORIZED,
    "by_a_member": NOT_AUTHORIZED,
    "unknown_id": NOT_FOUND,
    "of_another_project": NOT_FOUND,
    "unknown_project": NOT_FOUND,
    "not_an_id": not_an_id("task_assignment_id"),
    "project_not_an_id": not_an_id("project_id"),
    "json_suffix": moved("/v2/projects/1/task_assignments/1"),
    "found": expected(200, OF_ONLINE_STORE[0]),
    "by_its_manager": expected(200, OF_ONLINE_STORE[0]),
}


def test_a_write_is_read_at_once(api: Api) -> None:
    project = api_records.project(api)
    created = api_records.assignment(api, project["id"], api_records.task(api)["id"])
    address = f"/v2/projects/{project['id']}/task_assignments/{created['id']}"
    assert api.get(address).body == created

    changed = api.patch(address, {"budget": 10, "is_active": False}).body
    assert api.get(address).body == changed

    api.delete(address)
    assert api.get(address).status == 404
