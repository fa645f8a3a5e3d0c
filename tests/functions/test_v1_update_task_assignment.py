"""PUT /projects/{project_id}/task_assignments/{task_assignment_id}."""

import pytest

from tests.functions import api_records
from tests.functions.conftest import Replay
from tests.functions.examples import RECENT
from tests.functions.v1_examples import (
    ASSIGNMENT_EXAMPLE,
    MANAGED_REFUSED_ALIKE,
    NOT_FOUND,
    OF_ONLINE_STORE,
    Record,
    bodies_refused_alike,
    done,
    not_an_id,
    refused,
)
from tests.support.api import Api
from tests.support.v1 import JSON, texts, v1

EXPECTED = {
    **MANAGED_REFUSED_ALIKE,
    **bodies_refused_alike(ASSIGNMENT_EXAMPLE),
    "in_xml": done(200, Location="/projects/1/task_assignments/2"),
    "in_json": done(200, JSON, Location="/projects/1/task_assignments/2"),
    "dashed_name": done(200, JSON, Location="/projects/1/task_assignments/2"),
    "archive": done(200, Location="/projects/1/task_assignments/2"),
    "whole_record_sent_back": done(200, JSON, Location="/projects/1/task_assignments/2"),
    "nothing_given": done(200, JSON, Location="/projects/1/task_assignments/2"),
    "by_its_manager": done(200, Location="/projects/1/task_assignments/2"),
    "negative_budget": refused(400, "budget must be a number between 0 and 9999999999.99"),
    "unreadable_flag": refused(400, "billable must be true or false", JSON),
    "unknown_id": NOT_FOUND,
    "of_another_project": NOT_FOUND,
    "not_an_id": not_an_id("task_assignment_id"),
}


@pytest.mark.parametrize(
    ("scenario", "changes"),
    [
        ("in_xml", {"hourly_rate": None, "budget": 3234, "estimate": 3234}),
        ("in_json", {"billable": False, "budget": 12.5, "estimate": 12.5}),
        ("dashed_name", {"hourly_rate": 55.5}),
        ("archive", {"deactivated": True}),
        ("whole_record_sent_back", {"budget": 80, "estimate": 80}),
        ("nothing_given", {}),
        ("negative_budget", {}),
        ("with_an_entity", {}),
    ],
)
def test_an_assignment_is_changed_in_what_was_given_and_in_nothing_else(
    scenario: str, changes: Record, replay_v1: Replay
) -> None:
    replay_v1("v1_update_task_assignment", scenario)

    changed = v1(Api("local-admin-token"), JSON).get("/projects/1/task_assignments/2").body["task_assignment"]
    assert {**changed, "created_at": RECENT, "updated_at": RECENT} == {**OF_ONLINE_STORE[2], **changes}


def test_what_is_changed_in_one_version_is_read_through_the_other_at_once(api: Api) -> None:
    project, task = api_records.project(api), api_records.task(api)
    path = f"/projects/{project['id']}/task_assignments/{api_records.assignment(api, project['id'], task['id'])['id']}"

    body = b"<task-assignment><deactivated>true</deactivated><estimate>7</estimate></task-assignment>"
    assert v1(api).put(path, body).status == 200
    assert [api.get(f"/v2{path}").body[name] for name in ("is_active", "budget")] == [False, 7]
    assert api.patch(f"/v2{path}", {"is_active": True, "budget": 8}).status == 200
    changed = texts(v1(api).get(path).raw)
    assert (changed["deactivated"], changed["budget"], changed["estimate"]) == ("false", "8", "8")


def test_an_archived_assignment_takes_no_time_until_it_is_active_again(api: Api) -> None:
    project, task = api_records.project(api), api_records.task(api)
    path = f"/projects/{project['id']}/task_assignments/{api_records.assignment(api, project['id'], task['id'])['id']}"
    time = {"project_id": project["id"], "task_id": task["id"], "spent_date": "2026-11-20", "hours": 1}

    statuses = []
    for deactivated in (b"true", b"false"):
        v1(api).put(path, b"<task-assignment><deactivated>%s</deactivated></task-assignment>" % deactivated)
        statuses.append(api.post("/v2/time_entries", time).status)

    assert statuses == [422, 201]


def test_another_accounts_assignment_cannot_be_changed(api: Api, other_api: Api) -> None:
    project = api_records.project(other_api)
    assigned = api_records.assignment(other_api, project["id"], api_records.task(other_api)["id"])
    path = f"/projects/{project['id']}/task_assignments/{assigned['id']}"

    answer = v1(api).put(path, b"<task-assignment><billable>false</billable></task-assignment>")

    assert answer == v1(api).put("/projects/99/task_assignments/99", b"<task-assignment/>")
    assert other_api.get(f"/v2{path}").body == assigned
