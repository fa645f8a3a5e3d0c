"""DELETE /v2/projects/{project_id}/task_assignments/{task_assignment_id}."""

import pytest

from tests.functions import api_records
from tests.functions.examples import (
    NOT_AUTHORIZED,
    NOT_FOUND,
    OF_ONLINE_STORE,
    expected,
    moved,
    not_an_id,
    not_removable,
)
from tests.support.api import Api
from tests.support.table import rows, summed

EXPECTED = {
    "by_the_manager_of_another_project": NOT_AUTHORIZED,
    "by_a_member": NOT_AUTHORIZED,
    "unknown_id": NOT_FOUND,
    "of_another_project": NOT_FOUND,
    "unknown_project": NOT_FOUND,
    "not_an_id": not_an_id("task_assignment_id"),
    "project_not_an_id": not_an_id("project_id"),
    "json_suffix": moved("/v2/projects/1/task_assignments/1"),
    "without_time": expected(200, OF_ONLINE_STORE[0]),
    "by_its_manager": expected(200, OF_ONLINE_STORE[0]),
    "has_time": not_removable("This task assignment is not removable. It still has time entries."),
}


@pytest.mark.parametrize("is_active", [True, False])
def test_a_deleted_assignment_leaves_nothing_behind_but_counts(is_active: bool, api: Api) -> None:
    project, task = api_records.project(api), api_records.task(api)
    address = f"/v2/projects/{project['id']}/task_assignments"
    api.delete(f"{address}/{api_records.assignment(api, project['id'], task['id'])['id']}")
    before = summed(rows())
    item = api_records.assignment(api, project["id"], task["id"])
    item = api.patch(f"{address}/{item['id']}", {"is_active": is_active}).body

    answer = api.delete(f"{address}/{item['id']}")

    place = "ACCOUNT#1#SEQUENCE", "TASK_ASSIGNMENT"
    assert (answer.status, answer.body) == (200, item)
    assert summed(rows()) == {**before, place: {**before[place], "last_id": {"N": str(item["id"])}}}


def test_an_assignment_with_time_stays(api: Api) -> None:
    project, task = api_records.project(api), api_records.task(api)
    item = api_records.assignment(api, project["id"], task["id"])
    entry = api_records.time_entry(api, project["id"], task["id"])
    address = f"/v2/projects/{project['id']}/task_assignments/{item['id']}"
    before = summed(rows())

    refused = api.delete(address)

    assert (refused.status, refused.headers["Hint"]) == (422, refused.body["message"])
    assert summed(rows()) == before

    api.delete(f"/v2/time_entries/{entry['id']}")
    assert api.delete(address).status == 200


def test_time_on_another_project_does_not_keep_an_assignment(api: Api) -> None:
    task = api_records.task(api)
    one, other = (api_records.project(api, name)["id"] for name in ("One", "Two"))
    with_time, without_time = (api_records.assignment(api, project_id, task["id"]) for project_id in (one, other))
    api_records.time_entry(api, one, task["id"])

    statuses = [
        api.delete(f"/v2/projects/{project_id}/task_assignments/{found['id']}").status
        for project_id, found in ((one, with_time), (other, without_time))
    ]

    assert statuses == [422, 200]


def test_the_only_task_of_a_project_can_be_taken_off(api: Api) -> None:
    project, task = api_records.project(api), api_records.task(api)
    address = f"/v2/projects/{project['id']}/task_assignments"
    api_records.assignment(api, project["id"], task["id"])

    assert api.delete(f"{address}/1").status == 200
    assert api.get(address).body["task_assignments"] == []
