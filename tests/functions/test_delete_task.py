"""DELETE /v2/tasks/{task_id}."""

from typing import NamedTuple

import pytest

from sheaf.domain.identity import AccountId
from sheaf.store import keys
from tests.functions import api_records
from tests.functions.examples import (
    BUSINESS_DEVELOPMENT,
    GRAPHIC_DESIGN,
    NOT_AUTHORIZED,
    NOT_FOUND,
    RESEARCH,
    expected,
    moved,
    not_an_id,
    not_removable,
)
from tests.support.api import Api
from tests.support.table import rows, summed


class Assigned(NamedTuple):
    """Where time is logged."""

    task_id: int
    project_id: int


EXPECTED = {
    "without_time": expected(200, BUSINESS_DEVELOPMENT),
    "by_a_manager": expected(200, RESEARCH),
    "assigned_to_projects": expected(200, GRAPHIC_DESIGN),
    "with_time": not_removable("This task is not removable. It still has time entries."),
    "by_a_member": NOT_AUTHORIZED,
    "unknown_id": NOT_FOUND,
    "not_an_id": not_an_id("task_id"),
    "json_suffix": moved("/v2/tasks/5"),
}


@pytest.mark.parametrize("is_active", [True, False])
def test_a_deleted_task_leaves_nothing_behind_but_the_count_of_ids(is_active: bool, api: Api) -> None:
    api.delete(f"/v2/tasks/{api.post('/v2/tasks', {'name': 'Sketching'}).body['id']}")
    before = summed(rows())
    task = api.post("/v2/tasks", {"name": "Design", "is_active": is_active}).body

    api.delete(f"/v2/tasks/{task['id']}")

    sequence = keys.sequence(AccountId(1), "TASK")
    moved = {**sequence, "last_id": {"N": str(task["id"])}}
    place = sequence["pk"]["S"], sequence["sk"]["S"]
    assert summed(rows()) == {**before, place: moved}


def test_deleting_a_task_twice_finds_nothing_the_second_time(api: Api) -> None:
    address = f"/v2/tasks/{api.post('/v2/tasks', {'name': 'Design'}).body['id']}"

    assert [api.delete(address).status, api.delete(address).status] == [200, 404]


def test_a_deleted_name_is_free_at_once(api: Api) -> None:
    first = api.post("/v2/tasks", {"name": "Design"}).body
    api.delete(f"/v2/tasks/{first['id']}")

    second = api.post("/v2/tasks", {"name": "design"})

    assert (second.status, second.body["id"] > first["id"]) == (201, True)


def test_an_id_is_not_given_out_again(api: Api) -> None:
    ids = []
    for _ in range(3):
        ids.append(api.post("/v2/tasks", {"name": "Design"}).body["id"])
        api.delete(f"/v2/tasks/{ids[-1]}")

    assert ids == [1, 2, 3]


@pytest.fixture
def assigned(api: Api) -> Assigned:
    """A task on a project."""
    task, project = api_records.task(api), api_records.project(api)
    api_records.assignment(api, project["id"], task["id"])
    return Assigned(task["id"], project["id"])


def test_a_task_with_time_stays_and_the_hint_says_why(api: Api, assigned: Assigned) -> None:
    api_records.time_entry(api, assigned.project_id, assigned.task_id)
    before = summed(rows())

    answer = api.delete(f"/v2/tasks/{assigned.task_id}")

    sentence = "This task is not removable. It still has time entries."
    assert (answer.status, answer.body, answer.headers["Hint"]) == (422, {"message": sentence}, sentence)
    assert summed(rows()) == before


@pytest.mark.parametrize("how", ["deleted", "moved to another task", "deleted with its project"])
def test_a_task_whose_time_is_gone_can_be_deleted(how: str, api: Api, assigned: Assigned) -> None:
    address = f"/v2/time_entries/{api_records.time_entry(api, assigned.project_id, assigned.task_id)['id']}"
    if how == "deleted":
        api.delete(address)
    elif how == "moved to another task":
        other = api_records.task(api, "Other")
        api_records.assignment(api, assigned.project_id, other["id"])
        api.patch(address, {"task_id": other["id"]})
    else:
        api.delete(f"/v2/projects/{assigned.project_id}")

    assert api.delete(f"/v2/tasks/{assigned.task_id}").status == 200


@pytest.mark.parametrize("projects", [1, 20, 21, 45])
def test_a_deleted_task_takes_all_its_assignments_with_it(projects: int, api: Api) -> None:
    going, staying = api_records.task(api, "Going"), api_records.task(api, "Staying")
    client = api_records.client(api)
    for number in range(projects):
        project = api_records.project(api, f"Project {number}", client_id=client["id"])
        api_records.assignment(api, project["id"], staying["id"])
        leaving = api_records.assignment(api, project["id"], going["id"])
        if number % 2:
            api.patch(f"/v2/projects/{project['id']}/task_assignments/{leaving['id']}", {"is_active": False})

    assert api.delete(f"/v2/tasks/{going['id']}").status == 200

    left = api.get("/v2/task_assignments").body
    assert {item["task"]["id"] for item in left["task_assignments"]} == {staying["id"]}
    counted = api.get("/v2/task_assignments?per_page=1").body["total_entries"] if projects > 1 else 1
    assert (len(left["task_assignments"]), counted) == (projects, projects)
    assert [place for place in rows() if f"#TASK#{going['id']}#" in place[0]] == []


def test_the_only_task_of_a_project_can_be_deleted(api: Api, assigned: Assigned) -> None:
    assert api.delete(f"/v2/tasks/{assigned.task_id}").status == 200
    assert api.get(f"/v2/projects/{assigned.project_id}/task_assignments").body["task_assignments"] == []
