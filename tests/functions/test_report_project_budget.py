"""GET /v2/reports/project_budget."""

from typing import Any

import pytest

from sheaf.domain.identity import Right
from tests.functions import api_records
from tests.functions.pages import last_page, only_page
from tests.functions.timers import at_moment
from tests.support.api import Api

PATH = "/v2/reports/project_budget"


def line(project_id: int, name: str) -> dict[str, Any]:
    return {
        "client_id": 1,
        "client_name": "123 Industries",
        "project_id": project_id,
        "project_name": name,
        "budget_is_monthly": False,
        "budget_by": "none",
        "is_active": True,
        "budget": None,
        "budget_spent": None,
        "budget_remaining": None,
    }


STORE, WEBSITE = line(1, "Online Store - Phase 1"), line(2, "Marketing Website")
EXPECTED = {
    "all": only_page(PATH, [WEBSITE, STORE]),
    "active": only_page(PATH, [WEBSITE, STORE], "is_active=true"),
    "by_a_manager": only_page(PATH, [STORE]),
    "by_a_member": only_page(PATH, []),
    "second_page": last_page(PATH, [STORE], (1, 2)),
}


def budgeted(api: Api, **fields: Any) -> tuple[Any, Any, Any]:
    """Budget, what is spent and what is left of a project with two hours at 100, and half an hour in a month before."""
    api.patch("/v2/projects/1", fields)
    return shown(api)


def shown(caller: Api) -> tuple[Any, Any, Any]:
    (found,) = caller.get(PATH).body["results"]
    return found["budget"], found["budget_spent"], found["budget_remaining"]


@pytest.fixture
def timed(api: Api) -> Api:
    """With a project on which there is time of two months."""
    project = api_records.project(api, bill_by="Tasks")["id"]
    for name, hours, day in (("Design", 2, "2026-11-20"), ("Print", 0.5, "2026-10-31")):
        task = api_records.task(api, name, default_hourly_rate=100)["id"]
        api_records.assignment(api, project, task, budget=3)
        api_records.time_entry(api, project, task, hours=hours, spent_date=day)
    api.patch(f"/v2/projects/{project}/user_assignments/1", {"budget": 4})
    return api


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"budget_by": "none", "budget": 7}, (None, None, None)),
        ({"budget_by": "project", "budget": 2}, (2.0, 2.5, -0.5)),
        ({"budget_by": "person", "budget": 2}, (4.0, 2.5, 1.5)),
        ({"budget_by": "project"}, (None, 2.5, None)),
        ({"budget_by": "project", "budget": 2, "budget_is_monthly": True}, (2.0, 2.0, 0.0)),
        ({"budget_by": "project_cost", "cost_budget": 1000}, (1000.0, 250.0, 750.0)),
        ({"budget_by": "task"}, (6.0, 2.5, 3.5)),
        ({"budget_by": "task_fees"}, (6.0, 250.0, -244.0)),
    ],
)
def test_what_is_spent_is_counted_as_the_budget_is(
    timed: Api, fields: dict[str, Any], expected: tuple[Any, ...]
) -> None:
    with at_moment(0):  # in November
        assert budgeted(timed, **fields) == expected


def test_money_is_shown_to_those_who_may_see_rates(timed: Api) -> None:
    budgeted(timed, budget_by="project_cost", cost_budget=1000)
    manager = api_records.manager(timed, 1)

    assert shown(manager) == (None, None, None)
    assert shown(api_records.manager(timed, 1, rights=frozenset({Right.BILLABLE_RATES_MANAGER}))) == (
        1000.0,
        250.0,
        750.0,
    )


def test_whoever_does_not_manage_a_project_sees_its_budget_where_it_is_shown_to_all(timed: Api) -> None:
    member = api_records.member(timed)
    assert member.get(PATH).body["results"] == []

    timed.patch("/v2/projects/1", {"budget_by": "project", "budget": 5, "show_budget_to_all": True})
    assert shown(member) == (5.0, 2.5, 2.5)
