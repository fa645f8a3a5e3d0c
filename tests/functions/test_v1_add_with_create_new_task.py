"""POST /projects/{project_id}/task_assignments/add_with_create_new_task."""

import pytest

from sheaf.domain.identity import Right
from tests.functions import api_records
from tests.functions.conftest import Replay
from tests.functions.examples import RECENT
from tests.functions.v1_examples import (
    MANAGED_REFUSED_ALIKE,
    TASK_EXAMPLE,
    Record,
    bodies_refused_alike,
    done,
    refused,
    task,
)
from tests.support.api import Api
from tests.support.v1 import JSON, v1

EXPECTED = {
    **MANAGED_REFUSED_ALIKE,
    **bodies_refused_alike(TASK_EXAMPLE),
    "in_xml": done(201, Location="/projects/1/task_assignments/9"),
    "in_json": done(201, JSON, Location="/projects/1/task_assignments/9"),
    "every_field": done(201, Location="/projects/1/task_assignments/9"),
    "by_its_manager": done(201, Location="/projects/1/task_assignments/9"),
    "duplicate_name": refused(400, "Name has already been taken"),
    "blank_name": refused(400, "Name can't be blank"),
    "empty_body": refused(400, "Name can't be blank", JSON),
}


@pytest.mark.parametrize(
    ("scenario", "expected"),
    [
        ("in_xml", task(8, "Backend Development")),
        ("in_json", task(8, "Backend Development")),
        ("every_field", task(8, "Server Administration", billable_by_default=False, default_hourly_rate=100)),
    ],
)
def test_task_and_assignment_are_read_through_both_versions_at_once(
    scenario: str, expected: Record, replay_v1: Replay
) -> None:
    api = Api("local-admin-token")

    replay_v1("v1_add_with_create_new_task", scenario)

    created = v1(api, JSON).get("/tasks/8").body["task"]
    assert {**created, "created_at": RECENT, "updated_at": RECENT} == expected
    there = api.get("/v2/projects/1/task_assignments/9").body
    assert there["task"] == {"id": 8, "name": expected["name"]}
    assert [there[name] for name in ("is_active", "billable", "hourly_rate", "budget")] == [
        *(True, expected["billable_by_default"], expected["default_hourly_rate"], None)
    ]
    assert api.get("/v2/projects/1/task_assignments").body["total_entries"] == 5


@pytest.mark.usefixtures("started")
@pytest.mark.parametrize("scenario", ["duplicate_name", "blank_name", "unknown_project", "broken_xml", "by_a_member"])
def test_whoever_is_refused_gets_neither_task_nor_assignment(scenario: str, replay_v1: Replay) -> None:
    api = Api("local-admin-token")
    before = api.get("/v2/tasks").raw, api.get("/v2/task_assignments").raw

    replay_v1("v1_add_with_create_new_task", scenario)

    assert (api.get("/v2/tasks").raw, api.get("/v2/task_assignments").raw) == before


def test_a_project_without_tasks_has_exactly_one_afterwards(api: Api) -> None:
    project = api_records.project(api)
    path = f"/projects/{project['id']}/task_assignments"

    assert v1(api).post(f"{path}/add_with_create_new_task", b"<task><name>Design</name></task>").status == 201
    assert [item["task_assignment"]["task_id"] for item in v1(api, JSON).get(path).body] == [1]


def test_a_manager_needs_the_right_to_make_tasks_and_the_project(api: Api) -> None:
    project, other = api_records.project(api, "Web"), api_records.project(api, "Shop")
    may = api_records.manager(api, project["id"], rights=frozenset({Right.CLIENT_AND_TASK_MANAGER}))
    may_not = api_records.manager(api, project["id"])

    def add(caller: Api, project_id: int) -> int:
        path = f"/projects/{project_id}/task_assignments/add_with_create_new_task"
        return v1(caller, JSON).post(path, {"task": {"name": "Design"}}).status

    assert [add(may_not, project["id"]), add(may, other["id"]), add(may, project["id"])] == [404, 404, 201]


def test_another_accounts_project_gets_nothing(api: Api, other_api: Api) -> None:
    path = f"/projects/{api_records.project(other_api)['id']}/task_assignments/add_with_create_new_task"

    assert v1(api, JSON).post(path, {"task": {"name": "Design"}}).status == 404
    assert [item.get("/v2/tasks").body["total_entries"] for item in (api, other_api)] == [0, 0]
