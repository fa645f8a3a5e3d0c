"""POST /v2/projects."""

from typing import Any

import pytest

from sheaf.domain.identity import Right
from tests.functions import api_records
from tests.functions.examples import (
    HOST,
    NOT_AUTHORIZED,
    XML_IS_NOT_READ,
    Whole,
    expected,
    invalid,
    project,
    unreadable,
)
from tests.support.api import Api
from tests.support.table import rows


def created(name: str, **fields: object) -> Whole:
    return expected(201, project(3, name, **fields), {"Location": f"{HOST}/v2/projects/3"})


EXPECTED = {
    "client_and_name": created("Your New Project"),
    "by_a_manager": created("Your New Project"),
    "by_a_member": NOT_AUTHORIZED,
    "every_field": created(
        "Überbau",
        code="ÜB",
        is_billable=False,
        is_fixed_fee=True,
        bill_by="Project",
        budget=10000.0,
        budget_by="project_cost",
        budget_is_monthly=True,
        notify_when_over_budget=True,
        over_budget_notification_percentage=90.5,
        show_budget_to_all=True,
        starts_on="2026-01-01",
        ends_on="2026-12-31",
        notes="Line 1\nLine 2",
        cost_budget=5000.0,
        cost_budget_include_expenses=True,
        hourly_rate=100.01,
        fee=20000.0,
    ),
    "values_as_strings": created(
        "Strings", is_billable=False, hourly_rate=75.5, bill_by="Tasks", starts_on="2026-01-01"
    ),
    "born_archived": created("Your New Project", is_active=False),
    "form": created("Site visit", budget=80.0, budget_by="project"),
    "duplicate_name": invalid("Name has already been taken"),
    "unknown_client": invalid("Client can't be blank"),
    "not_an_id": invalid("client_id must be a positive integer below 2^53"),
    "blank_name": invalid("Name can't be blank"),
    "empty_body": invalid("Client can't be blank, Name can't be blank"),
    "unknown_bill_by": invalid(
        "bill_by must be one of Project, Tasks, People, none, "
        "budget_by must be one of project, project_cost, task, task_fees, person, none"
    ),
    "no_such_day": invalid("starts_on is not a valid date, ends_on is not a valid date"),
    "negative_budget": invalid("budget must be a number between 0 and 9999999999.99"),
    "several_mistakes": invalid("name must be a string, is_billable must be true or false, fee must be a number"),
    "broken_json": unreadable("The body is not valid JSON: Expecting ',' delimiter at line 1 column 27"),
    "wrong_content_type": XML_IS_NOT_READ,
}


def test_the_location_is_where_the_project_is_found(api: Api) -> None:
    answer = api.post("/v2/projects", {"client_id": api_records.client(api)["id"], "name": "Web"})

    assert api.follow(answer.headers["Location"]).body == answer.body


def assignments_of(api: Api, project_id: int) -> list[dict[str, Any]]:
    """A project's assignments in the order of their ids."""
    listed = api.get(f"/v2/projects/{project_id}/task_assignments").body["task_assignments"]
    return list(reversed(listed))


def test_a_new_project_has_an_assignment_for_each_active_default_task_in_alphabetical_order(api: Api) -> None:
    for name, fields in (
        ("writing", {"is_default": True}),
        ("Design", {"is_default": True, "default_hourly_rate": 80.5}),
        ("Archived", {"is_default": True, "is_active": False}),
        ("Other", {}),
        ("Übersetzen", {"is_default": True, "billable_by_default": False, "default_hourly_rate": None}),
    ):
        api_records.task(api, name, **fields)

    found = assignments_of(api, api_records.project(api)["id"])

    assert [(item["task"]["name"], item["billable"], item["hourly_rate"]) for item in found] == [
        ("Design", True, 80.5),
        ("writing", True, 0.0),
        ("Übersetzen", False, None),
    ]


def test_nothing_is_billable_on_a_project_that_is_not(api: Api) -> None:
    api_records.task(api, is_default=True)

    project = api_records.project(api, is_billable=False)

    assert [assignment["billable"] for assignment in assignments_of(api, project["id"])] == [False]


@pytest.mark.parametrize("tasks", [20, 21, 45])
def test_a_project_with_many_default_tasks_has_them_all(tasks: int, api: Api) -> None:
    for number in range(tasks):
        api_records.task(api, f"Task {number:03}", is_default=True)

    project = api_records.project(api)

    names = [assignment["task"]["name"] for assignment in assignments_of(api, project["id"])]
    assert names == [f"Task {number:03}" for number in range(tasks)]
    assert api.get("/v2/task_assignments?per_page=1").body["total_entries"] == tasks


@pytest.mark.parametrize("default_tasks", [1, 21])
def test_a_refused_project_leaves_no_trace_but_counts_of_ids(default_tasks: int, api: Api) -> None:
    for number in range(default_tasks):
        api_records.task(api, f"Task {number}", is_default=True)
    client_id = api_records.project(api, "Taken")["client"]["id"]
    before = rows()

    answer = api.post("/v2/projects", {"client_id": client_id, "name": "taken"})

    assert (answer.status, answer.body) == (422, {"message": "Name has already been taken"})
    after = rows()
    changed = {place[0] for place in before.keys() | after.keys() if before.get(place) != after.get(place)}
    assert changed == {"ACCOUNT#1#SEQUENCE"}


@pytest.mark.parametrize("is_active", [True, False])
def test_a_name_is_taken_with_its_own_client_only(is_active: bool, api: Api) -> None:
    item, another = api_records.client(api, "One"), api_records.client(api, "Another")
    api_records.project(api, "Web", client_id=item["id"], is_active=is_active)

    statuses = [
        api.post("/v2/projects", {"client_id": client["id"], "name": "WEB"}).status for client in (item, another)
    ]

    assert statuses == [422, 201]


@pytest.mark.parametrize("default_tasks", [0, 21])
def test_a_manager_manages_what_they_create_at_once_and_nobody_else_does(default_tasks: int, api: Api) -> None:
    for number in range(default_tasks):
        api_records.task(api, f"Task {number}", is_default=True)
    client = api_records.client(api)
    creator, other = (api_records.manager(api, rights=frozenset({Right.PROJECT_CREATOR})) for _ in range(2))

    project = creator.post("/v2/projects", {"client_id": client["id"], "name": "Web"}).body

    assert creator.get(f"/v2/projects/{project['id']}").body == project
    assert creator.get("/v2/projects").body["projects"] == [project]
    assert other.get("/v2/projects").body["projects"] == []


@pytest.mark.parametrize("rights", [frozenset(), frozenset({Right.CLIENT_AND_TASK_MANAGER})])
def test_only_managers_with_the_right_create_projects(rights: frozenset[Right], api: Api) -> None:
    client = api_records.client(api)

    answer = api_records.manager(api, rights=rights).post("/v2/projects", {"client_id": client["id"], "name": "Web"})

    assert answer.status == 403


def test_another_accounts_client_looks_like_one_that_never_was(api: Api, other_api: Api) -> None:
    theirs = api_records.client(other_api)

    answers = [api.post("/v2/projects", {"client_id": item, "name": "Web"}) for item in (theirs["id"], 99)]

    assert [(answer.status, answer.raw, answer.headers) for answer in answers] == [
        (422, '{"message":"Client can\'t be blank"}', answers[0].headers)
    ] * 2
