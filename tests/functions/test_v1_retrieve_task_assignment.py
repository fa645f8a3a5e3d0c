"""GET /projects/{project_id}/task_assignments/{task_assignment_id}."""

from tests.functions import api_records
from tests.functions.v1_examples import (
    MANAGED_REFUSED_ALIKE,
    NOT_FOUND,
    OF_ONLINE_STORE,
    moved,
    not_an_id,
    shown,
)
from tests.support.api import Api
from tests.support.v1 import JSON, texts, v1

EXPECTED = {
    **MANAGED_REFUSED_ALIKE,
    "in_xml": shown("task_assignment", OF_ONLINE_STORE[2]),
    "in_json": shown("task_assignment", OF_ONLINE_STORE[2], JSON),
    "by_its_manager": shown("task_assignment", OF_ONLINE_STORE[2]),
    "unknown_id": NOT_FOUND,
    "of_another_project": NOT_FOUND,
    "not_an_id": not_an_id("task_assignment_id"),
    "json_suffix": moved("/projects/1/task_assignments/2"),
}


def test_budget_and_estimate_are_one_value(api: Api) -> None:
    project, task = api_records.project(api), api_records.task(api)
    assigned = api_records.assignment(api, project["id"], task["id"], budget=12.5, hourly_rate=None)

    found = texts(v1(api).get(f"/projects/{project['id']}/task_assignments/{assigned['id']}").raw)

    assert (found["budget"], found["estimate"], found["hourly-rate"]) == ("12.5", "12.5", None)


def test_another_accounts_assignment_looks_like_one_that_never_was(api: Api, other_api: Api) -> None:
    project = api_records.project(other_api)
    assigned = api_records.assignment(other_api, project["id"], api_records.task(other_api)["id"])

    theirs = v1(api).get(f"/projects/{project['id']}/task_assignments/{assigned['id']}")

    assert theirs == v1(api).get("/projects/99/task_assignments/99")
    assert theirs.status == 404
