"""GET /projects/{project_id}/task_assignments."""

import pytest

from sheaf.http.v1 import formats
from tests.functions import api_records
from tests.functions.v1_examples import MANAGED_REFUSED_ALIKE, OF_ONLINE_STORE, listed
from tests.support.api import Api
from tests.support.v1 import JSON, v1

EXPECTED = {
    **MANAGED_REFUSED_ALIKE,
    "all_in_xml": listed("task_assignment", OF_ONLINE_STORE),
    "all_in_json": listed("task_assignment", OF_ONLINE_STORE, JSON),
    "by_its_manager": listed("task_assignment", OF_ONLINE_STORE),
    "updated_since": listed("task_assignment", OF_ONLINE_STORE, JSON),
    "updated_since_a_day_to_come": listed("task_assignment", []),
}


def test_archived_assignments_and_those_of_archived_tasks_are_listed_too(api: Api) -> None:
    project, task, other = api_records.project(api), api_records.task(api, "Design"), api_records.task(api, "Print")
    assigned = [api_records.assignment(api, project["id"], item["id"]) for item in (task, other)]
    path = f"/projects/{project['id']}/task_assignments"
    assert api.patch(f"/v2{path}/{assigned[0]['id']}", {"is_active": False}).status == 200
    assert api.patch(f"/v2/tasks/{other['id']}", {"is_active": False}).status == 200

    found = [item["task_assignment"] for item in v1(api, JSON).get(path).body]

    assert [(item["task_id"], item["deactivated"]) for item in found] == [(other["id"], False), (task["id"], True)]


def test_a_list_is_whole_however_long_it_is(api: Api) -> None:
    project = api_records.project(api)
    ids = [
        api_records.assignment(api, project["id"], api_records.task(api, f"Task {n}")["id"])["id"] for n in range(40)
    ]

    found = v1(api, JSON).get(f"/projects/{project['id']}/task_assignments").body

    assert [item["task_assignment"]["id"] for item in found] == ids[::-1]


def test_another_accounts_project_looks_like_one_that_never_was(api: Api, other_api: Api) -> None:
    project = api_records.project(other_api)

    assert v1(api).get(f"/projects/{project['id']}/task_assignments") == v1(api).get("/projects/99/task_assignments")


def test_a_list_that_one_answer_cannot_hold_is_refused(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    project = api_records.project(api)
    api_records.assignment(api, project["id"], api_records.task(api)["id"])
    monkeypatch.setattr(formats, "_ANSWER_LIMIT", 100)

    answer = v1(api, JSON).get(f"/projects/{project['id']}/task_assignments")

    assert (answer.status, answer.body) == (
        400,
        {"message": "There are 1 records, too many for one answer; ask with updated_since"},
    )
