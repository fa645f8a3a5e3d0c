"""POST /v2/projects/{project_id}/task_assignments."""

from typing import Any

import pytest

from tests.functions import api_records
from tests.functions.examples import (
    BUSINESS_DEVELOPMENT,
    HOST,
    NOT_AUTHORIZED,
    NOT_FOUND,
    ONLINE_STORE,
    XML_IS_NOT_READ,
    Whole,
    assignment,
    expected,
    invalid,
    not_an_id,
    unreadable,
)
from tests.support.api import Api
from tests.support.table import rows

PATH = "/v2/projects/1/task_assignments"


def created(**fields: object) -> Whole:
    body = assignment(9, ONLINE_STORE, BUSINESS_DEVELOPMENT, **{"billable": False, "hourly_rate": 0.0, **fields})
    return expected(201, body, {"Location": f"{HOST}{PATH}/9"})


EXPECTED = {
    "task_only": created(),
    "by_its_manager": created(),
    "by_the_manager_of_another_project": NOT_AUTHORIZED,
    "by_a_member": NOT_AUTHORIZED,
    "every_field": created(billable=True, hourly_rate=75.51, budget=120.0),
    "values_as_strings": created(billable=True, hourly_rate=80.0),
    "without_a_rate": created(hourly_rate=None),
    "never_born_archived": created(),
    "form": created(billable=True, hourly_rate=None, budget=10.0),
    "task_taken": invalid("Task has already been taken"),
    "unknown_task": invalid("Task can't be blank"),
    "without_a_task": invalid("Task can't be blank"),
    "empty_body": invalid("Task can't be blank"),
    "not_an_id": invalid("task_id must be a positive integer below 2^53"),
    "negative_rate": invalid(
        "hourly_rate must be a number between 0 and 9999999999.99, budget must be a number between 0 and 9999999999.99"
    ),
    "several_mistakes": invalid(
        "task_id must be a positive integer below 2^53, billable must be true or false, hourly_rate must be a number"
    ),
    "broken_json": unreadable("The body is not valid JSON: Expecting ',' delimiter at line 1 column 13"),
    "wrong_content_type": XML_IS_NOT_READ,
    "unknown_project": NOT_FOUND,
    "project_not_an_id": not_an_id("project_id"),
}


def address_of(project: dict[str, Any]) -> str:
    return f"/v2/projects/{project['id']}/task_assignments"


def test_the_location_is_where_the_assignment_is_found(api: Api) -> None:
    project, task = api_records.project(api), api_records.task(api)

    answer = api.post(address_of(project), {"task_id": task["id"]})

    assert api.follow(answer.headers["Location"]).body == answer.body


@pytest.mark.parametrize("project_is", [True, False])
@pytest.mark.parametrize("task_is", [True, False])
def test_an_assignment_is_billable_where_project_and_task_are(project_is: bool, task_is: bool, api: Api) -> None:
    project, task = api_records.project(api, is_billable=project_is), api_records.task(api, billable_by_default=task_is)

    assert api_records.assignment(api, project["id"], task["id"])["billable"] is (project_is and task_is)


@pytest.mark.parametrize("rate", [0.0, 80.5, None])
def test_an_assignment_has_the_rate_of_its_task(rate: float | None, api: Api) -> None:
    task = api_records.task(api, default_hourly_rate=rate)

    assert api_records.assignment(api, api_records.project(api)["id"], task["id"])["hourly_rate"] == rate


@pytest.mark.parametrize("is_active", [True, False])
def test_a_task_is_taken_by_an_active_or_archived_assignment(is_active: bool, api: Api) -> None:
    project, task = api_records.project(api), api_records.task(api)
    first = api_records.assignment(api, project["id"], task["id"])
    api.patch(f"{address_of(project)}/{first['id']}", {"is_active": is_active})
    before = rows()

    answer = api.post(address_of(project), {"task_id": task["id"]})

    assert (answer.status, answer.body) == (422, {"message": "Task has already been taken"})
    after = rows()
    assert {place for place in after if before.get(place) != after[place]} == {
        ("ACCOUNT#1#SEQUENCE", "TASK_ASSIGNMENT")
    }


@pytest.mark.parametrize("archived", ["task", "project"])
def test_an_archived_task_or_project_can_be_assigned(archived: str, api: Api) -> None:
    project = api_records.project(api, is_active=archived != "project")
    task = api_records.task(api, is_active=archived != "task")

    assert api.post(address_of(project), {"task_id": task["id"]}).status == 201


def test_a_task_goes_back_to_a_project_under_a_new_id(api: Api) -> None:
    project, task = api_records.project(api), api_records.task(api)
    first = api_records.assignment(api, project["id"], task["id"])
    api.delete(f"{address_of(project)}/{first['id']}")

    assert api_records.assignment(api, project["id"], task["id"])["id"] > first["id"]


def test_another_accounts_task_looks_like_one_that_never_was(api: Api, other_api: Api) -> None:
    project, theirs = api_records.project(api), api_records.task(other_api)

    answers = [api.post(address_of(project), {"task_id": item}) for item in (theirs["id"], 99)]

    assert [(answer.status, answer.raw, answer.headers) for answer in answers] == [
        (422, '{"message":"Task can\'t be blank"}', answers[0].headers)
    ] * 2
