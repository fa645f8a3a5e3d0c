"""POST /v2/time_entries."""

from collections.abc import Mapping
from typing import Any

import pytest

from sheaf.domain.identity import Right
from tests.functions import api_records
from tests.functions.examples import (
    ADA,
    CLOCK,
    HOST,
    MAX,
    MIA,
    NOT_AUTHORIZED,
    OF_MARKETING_WEBSITE,
    OF_ONLINE_STORE,
    RECENT,
    XML_IS_NOT_READ,
    Whole,
    expected,
    invalid,
    reference,
    time_entry,
    unreadable,
    without_rates,
)
from tests.support.api import Api
from tests.support.table import rows

NEXT_DAY = "2026-11-21"


def created(user: Mapping[str, Any], assigned: Mapping[str, Any], *, rates: bool = True, **fields: Any) -> Whole:
    body = time_entry(2, user, assigned, **{"hours": 1.25, "spent_date": NEXT_DAY, **fields})
    body = body if rates else without_rates(body)
    return expected(201, body, {"Location": f"{HOST}/v2/time_entries/2"})


DESIGN = OF_ONLINE_STORE[0]

EXPECTED = {
    "ones_own": created(ADA, DESIGN, billable_rate=100.0),
    "by_a_member": created(MIA, DESIGN, rates=False),
    "by_a_manager": created(MAX, OF_MARKETING_WEBSITE[3], rates=False),
    "every_field": created(
        MIA,
        DESIGN,
        billable_rate=100.0,
        notes="Línea 1\nLine 2",
        external_reference=reference(id="7", group_id="42", account_id="8", permalink="https://example.com/7"),
    ),
    "without_hours": created(
        ADA, DESIGN, billable_rate=100.0, hours=0.0, timer_started_at=RECENT, started_time=CLOCK, is_running=True
    ),
    "start_and_end": created(ADA, DESIGN, billable_rate=100.0, hours=2.5, started_time="08:00", ended_time="10:30"),
    "no_such_time_of_day": invalid(
        'started_time must be a time of day such as 8:00am or 08:00, not "25:00", '
        'ended_time must be a time of day such as 8:00am or 08:00, not "8:00 pm"'
    ),
    "values_as_strings": created(ADA, DESIGN, billable_rate=100.0, hours=0.34),
    "form": created(
        ADA,
        DESIGN,
        billable_rate=100.0,
        hours=2.0,
        external_reference=reference(id="7", permalink="https://example.com/7"),
    ),
    "for_another_user_by_the_manager_of_the_project": created(MIA, DESIGN, rates=False),
    "for_another_user_by_the_manager_of_another_project": NOT_AUTHORIZED,
    "for_another_user_by_a_member": NOT_AUTHORIZED,
    "user_not_assigned": invalid("User isn't assigned to this project"),
    "task_not_assigned": invalid("Task isn't assigned to this project"),
    "unknown_project": invalid("Project can't be blank"),
    "unknown_task": invalid("Task can't be blank"),
    "unknown_project_and_task": invalid("Project can't be blank, Task can't be blank"),
    "unknown_user": invalid("User can't be blank"),
    "empty_body": invalid(
        "Project can't be blank, Task can't be blank, Spent date can't be blank, Spent date is not a valid date"
    ),
    "without_a_task": invalid("Task can't be blank"),
    "no_such_day": invalid("Spent date is not a valid date"),
    "negative_hours": invalid("hours must be a number between 0 and 9999999999.99"),
    "several_mistakes": invalid(
        "project_id must be a positive integer below 2^53, hours must be a number, external_reference must be an object"
    ),
    "broken_json": unreadable("The body is not valid JSON: Expecting ',' delimiter at line 1 column 16"),
    "wrong_content_type": XML_IS_NOT_READ,
}


@pytest.fixture
def assigned(api: Api) -> dict[str, Any]:
    """A task on a project, as the body of a time entry names it."""
    project, task = api_records.project(api, bill_by="Tasks"), api_records.task(api)
    api_records.assignment(api, project["id"], task["id"], hourly_rate=80)
    return {"project_id": project["id"], "task_id": task["id"], "spent_date": "2026-11-20", "hours": 1}


def test_the_location_is_where_the_entry_is_found(api: Api, assigned: dict[str, Any]) -> None:
    answer = api.post("/v2/time_entries", assigned)

    assert api.follow(answer.headers["Location"]).body == answer.body


ARCHIVED = [
    ("/v2/projects/1", "Project is archived"),
    ("/v2/tasks/1", "Task is archived"),
    ("/v2/projects/1/task_assignments/1", "Task assignment is archived"),
]


@pytest.mark.parametrize(("address", "sentence"), ARCHIVED)
def test_no_time_is_logged_where_work_has_ended_and_the_message_says_where(
    address: str, sentence: str, api: Api, assigned: dict[str, Any]
) -> None:
    api.patch(address, {"is_active": False})
    before = rows()

    answer = api.post("/v2/time_entries", assigned)

    assert (answer.status, answer.body) == (422, {"message": sentence})
    assert rows() == before
    api.patch(address, {"is_active": True})
    assert api.post("/v2/time_entries", assigned).status == 201


def test_the_archived_project_is_named_before_task_and_assignment(api: Api, assigned: dict[str, Any]) -> None:
    for address, _ in reversed(ARCHIVED):
        api.patch(address, {"is_active": False})

    assert api.post("/v2/time_entries", assigned).body == {"message": "Project is archived"}


@pytest.mark.parametrize(("given", "kept"), [(0.335, 0.34), ("1.005", 1.01), (24.5, 24.5), (0, 0.0), (None, 0.0)])
def test_hours_are_exact_decimals_rounded_half_up(
    given: object, kept: float, api: Api, assigned: dict[str, Any]
) -> None:
    body = api.post("/v2/time_entries", {**assigned, "hours": given}).body

    assert [body[name] for name in ("hours", "hours_without_timer", "rounded_hours")] == [kept] * 3


@pytest.mark.parametrize(
    ("bill_by", "billable", "rate"), [("Tasks", True, 80.0), ("Tasks", False, None), ("Project", True, 60.0)]
)
def test_the_rate_follows_what_the_project_bills_by(
    bill_by: str, billable: bool, rate: float | None, api: Api, assigned: dict[str, Any]
) -> None:
    api.patch("/v2/projects/1", {"bill_by": bill_by, "hourly_rate": 60})
    api.patch("/v2/projects/1/task_assignments/1", {"billable": billable})

    body = api.post("/v2/time_entries", assigned).body

    assert (body["billable"], body["billable_rate"]) == (billable, rate)


@pytest.mark.parametrize(("rights", "rate"), [(frozenset(), None), (frozenset({Right.BILLABLE_RATES_MANAGER}), 80.0)])
def test_only_managers_with_the_right_to_rates_see_them(
    rights: frozenset[Right], rate: float | None, api: Api, assigned: dict[str, Any]
) -> None:
    manager = api_records.manager(api, 1, rights=rights)

    body = manager.post("/v2/time_entries", assigned).body

    assert (body["billable_rate"], body["task_assignment"]["hourly_rate"]) == (rate, rate)


@pytest.mark.parametrize(("budget_by", "budgeted"), [("none", False), ("project", True), ("task_fees", True)])
def test_hours_count_where_there_is_a_budget(
    budget_by: str, budgeted: bool, api: Api, assigned: dict[str, Any]
) -> None:
    api.patch("/v2/projects/1", {"budget_by": budget_by})

    assert api.post("/v2/time_entries", assigned).body["budgeted"] is budgeted


@pytest.mark.parametrize(
    ("field", "sentence"),
    [
        ("project_id", "Project can't be blank"),
        ("task_id", "Task can't be blank"),
        ("user_id", "User can't be blank"),
    ],
)
def test_what_belongs_to_another_account_looks_like_what_never_was(
    field: str, sentence: str, api: Api, other_api: Api, assigned: dict[str, Any]
) -> None:
    for number in range(3):
        api_records.project(other_api, f"Project {number}")
        api_records.task(other_api, f"Task {number}")
        api_records.member(other_api)

    answers = [api.post("/v2/time_entries", {**assigned, field: literal}) for literal in (3, 99)]

    assert [(answer.status, answer.body, answer.headers) for answer in answers] == [
        (422, {"message": sentence}, answers[0].headers)
    ] * 2
