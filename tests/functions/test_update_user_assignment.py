"""PATCH and PUT /v2/projects/{project_id}/user_assignments/{user_assignment_id}."""

import pytest

from tests.functions import api_records
from tests.functions.examples import (
    BROKEN_BRACE,
    NOT_AUTHORIZED,
    NOT_FOUND,
    XML_IS_NOT_READ,
    Whole,
    expected,
    invalid,
    moved,
    not_an_id,
)
from tests.functions.test_list_user_assignments import MAXS
from tests.support.api import Api
from tests.support.table import rows


def changed(**fields: object) -> Whole:
    return expected(200, {**MAXS, **fields})


EXPECTED = {
    "project_not_an_id": not_an_id("project_id"),
    "archive": changed(is_active=False),
    "every_field": changed(
        is_active=False, is_project_manager=False, use_default_rates=False, hourly_rate=80.0, budget=10.0
    ),
    "put": changed(budget=1.0),
    "form": changed(budget=1.0),
    "by_its_manager": changed(budget=1.0),
    "fields_that_cannot_change": changed(),
    "by_a_member": NOT_AUTHORIZED,
    "negative_rate": invalid("hourly_rate must be a number between 0 and 9999999999.99"),
    "wrong_type": invalid("is_project_manager must be true or false"),
    "broken_json": BROKEN_BRACE,
    "wrong_content_type": XML_IS_NOT_READ,
    "unknown_id": NOT_FOUND,
    "not_an_id": not_an_id("user_assignment_id"),
    "json_suffix": moved("/v2/projects/1/user_assignments/2"),
}


@pytest.mark.parametrize("body", [{}, {"is_active": True, "budget": None}, {"user_id": 9}])
def test_a_change_of_nothing_writes_nothing(api: Api, body: object) -> None:
    project = api_records.project(api)["id"]
    (made,) = api.get(f"/v2/projects/{project}/user_assignments").body["user_assignments"]
    before = rows()

    answer = api.patch(f"/v2/projects/{project}/user_assignments/{made['id']}", body)

    assert (answer.status, answer.body, rows()) == (200, made, before)
