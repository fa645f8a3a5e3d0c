"""POST /projects/{project_id}/task_assignments."""

import pytest

from tests.functions import api_records
from tests.functions.conftest import Replay
from tests.functions.v1_examples import (
    ASSIGN_EXAMPLE,
    FORM_IS_NOT_READ,
    MANAGED_REFUSED_ALIKE,
    NOT_FOUND,
    done,
    refused,
)
from tests.support.api import Answer, Api
from tests.support.v1 import JSON, texts, v1

EXPECTED = {
    **MANAGED_REFUSED_ALIKE,
    "in_xml": done(201, Location="/projects/1/task_assignments/9"),
    "in_json": done(201, JSON, Location="/projects/1/task_assignments/9"),
    "untyped_id": done(201, Location="/projects/1/task_assignments/9"),
    "by_its_manager": done(201, Location="/projects/1/task_assignments/9"),
    "misprinted": refused(
        400, f"The body is not well-formed XML (no element found: line 3, column 6); send for example {ASSIGN_EXAMPLE}"
    ),
    "task_taken": refused(400, "Task has already been taken"),
    "unknown_task": NOT_FOUND,
    "without_a_task": refused(400, f"Task can't be blank; send for example {ASSIGN_EXAMPLE}", JSON),
    "empty_body": refused(400, f"Task can't be blank; send for example {ASSIGN_EXAMPLE}"),
    "not_an_id": refused(400, "id must be a positive integer below 2^53"),
    "of_another_record": refused(400, f"The body is of 'project'; send for example {ASSIGN_EXAMPLE}"),
    "form": FORM_IS_NOT_READ,
    "broken_json": refused(400, "The body is not valid JSON: Expecting value at line 1 column 9", JSON),
}


def test_an_assigned_task_is_read_through_both_versions_at_once(replay_v1: Replay) -> None:
    api = Api("local-admin-token")

    replay_v1("v1_assign_task", "in_xml")

    found = texts(v1(api).get("/projects/1/task_assignments/9").raw)
    assert [found[name] for name in ("project-id", "task-id", "billable", "deactivated", "hourly-rate", "budget")] == [
        *("1", "5", "false", "false", "0", None)
    ]
    there = api.get("/v2/projects/1/task_assignments/9").body
    assert (there["task"]["id"], there["billable"], there["hourly_rate"]) == (5, False, 0)


@pytest.mark.usefixtures("started")
@pytest.mark.parametrize("scenario", ["task_taken", "unknown_task", "misprinted", "unknown_project", "by_a_member"])
def test_a_refused_assignment_leaves_nothing_behind(scenario: str, replay_v1: Replay) -> None:
    before = Api("local-admin-token").get("/v2/task_assignments").raw

    replay_v1("v1_assign_task", scenario)

    assert Api("local-admin-token").get("/v2/task_assignments").raw == before


def test_an_archived_assignment_is_not_revived(api: Api) -> None:
    project, task = api_records.project(api), api_records.task(api)
    assigned = api_records.assignment(api, project["id"], task["id"])
    path = f"/projects/{project['id']}/task_assignments"
    api.patch(f"/v2{path}/{assigned['id']}", {"is_active": False})

    answer = v1(api, JSON).post(path, {"task": {"id": task["id"]}})

    assert (answer.status, answer.body) == (400, {"message": "Task has already been taken"})


def test_another_accounts_task_and_project_look_like_ones_that_never_were(api: Api, other_api: Api) -> None:
    ours, theirs, task = api_records.project(api), api_records.project(other_api), api_records.task(other_api)

    def assign(project_id: int, task_id: int) -> Answer:
        return v1(api, JSON).post(f"/projects/{project_id}/task_assignments", {"task": {"id": task_id}})

    assert assign(ours["id"], task["id"]) == assign(ours["id"], 99)
    assert assign(theirs["id"] + 1, task["id"]) == assign(99, 99)
    assert other_api.get("/v2/task_assignments").body["total_entries"] == 0
