"""PATCH and PUT /v2/projects/{project_id}/task_assignments/{task_assignment_id}."""

from decimal import Decimal

import pytest

from sheaf.domain.identity import AccountId
from sheaf.domain.task_assignment import TaskAssignmentFields
from sheaf.domain.values import Id
from sheaf.store import task_assignments
from tests.functions import api_records
from tests.functions.examples import (
    BROKEN_BRACE,
    NOT_AUTHORIZED,
    NOT_FOUND,
    OF_ONLINE_STORE,
    XML_IS_NOT_READ,
    Whole,
    expected,
    invalid,
    moved,
    not_an_id,
)
from tests.support.api import NOW, Api
from tests.support.table import rows


def changed(**fields: object) -> Whole:
    return expected(200, {**OF_ONLINE_STORE[0], **fields})


EXPECTED = {
    "by_the_manager_of_another_project": NOT_AUTHORIZED,
    "by_a_member": NOT_AUTHORIZED,
    "unknown_id": NOT_FOUND,
    "of_another_project": NOT_FOUND,
    "unknown_project": NOT_FOUND,
    "not_an_id": not_an_id("task_assignment_id"),
    "project_not_an_id": not_an_id("project_id"),
    "json_suffix": moved("/v2/projects/1/task_assignments/1"),
    "one_field": changed(budget=120.0),
    "by_its_manager": changed(budget=120.0),
    "archive": changed(is_active=False),
    "every_field": changed(is_active=False, billable=False, hourly_rate=55.5, budget=10.0),
    "clear_the_rate": changed(hourly_rate=None),
    "put": changed(billable=False),
    "form": changed(billable=False, hourly_rate=None),
    "nothing": changed(),
    "fields_that_cannot_change": changed(),
    "wrong_type": invalid("is_active must be true or false"),
    "negative_rate": invalid("hourly_rate must be a number between 0 and 9999999999.99"),
    "broken_json": BROKEN_BRACE,
    "wrong_content_type": XML_IS_NOT_READ,
}


@pytest.fixture
def old_assignment(api: Api) -> str:
    """The address of an assignment that was last changed long ago."""
    project_id, task_id = Id(api_records.project(api)["id"]), Id(api_records.task(api)["id"])
    fields = TaskAssignmentFields(billable=True, hourly_rate=Decimal(80))
    made_one = task_assignments.create(AccountId(1), project_id, task_id, lambda _project, _task: fields, NOW)
    return f"/v2/projects/{project_id}/task_assignments/{made_one.id}"


@pytest.mark.parametrize(
    "body", [None, {}, {"hourly_rate": "80.00"}, {"billable": None, "is_active": 1}, {"task_id": 9, "project_id": 9}]
)
def test_a_patch_that_changes_nothing_writes_nothing(body: object, api: Api, old_assignment: str) -> None:
    before, shown = rows(), api.get(old_assignment).body

    answer = api.patch(old_assignment, body)

    assert (answer.status, answer.body, answer.body["updated_at"]) == (200, shown, NOW)
    assert rows() == before


@pytest.mark.parametrize("body", [{"billable": False}, {"hourly_rate": None}, {"budget": 12.5}, {"is_active": False}])
def test_a_change_moves_updated_at_and_leaves_every_other_field(
    body: dict[str, object], api: Api, old_assignment: str
) -> None:
    before = api.get(old_assignment).body

    after = api.patch(old_assignment, body).body

    assert after["updated_at"] > before["updated_at"]
    assert after == {**before, **body, "updated_at": after["updated_at"]}


def test_the_rate_of_a_task_changes_no_assignment_that_there_is(api: Api, old_assignment: str) -> None:
    before = api.get(old_assignment).body

    api.patch(f"/v2/tasks/{before['task']['id']}", {"default_hourly_rate": 999, "billable_by_default": False})

    assert api.get(old_assignment).body == before
