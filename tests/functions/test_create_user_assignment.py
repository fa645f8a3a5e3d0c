"""POST /v2/projects/{project_id}/user_assignments."""

import pytest

from sheaf.domain.identity import Role
from tests.functions import api_records
from tests.functions.examples import (
    BROKEN_BRACE,
    HOST,
    NOT_AUTHORIZED,
    NOT_FOUND,
    ONLINE_STORE,
    OTTO,
    XML_IS_NOT_READ,
    Whole,
    expected,
    invalid,
    not_an_id,
    user_assigned,
)
from tests.support.api import Api

PATH = "/v2/projects/1/user_assignments"


def created(**fields: object) -> Whole:
    return expected(201, user_assigned(7, ONLINE_STORE, OTTO, **fields), {"Location": f"{HOST}{PATH}/7"})


EXPECTED = {
    "user_only": created(),
    "by_its_manager": created(),
    "every_field": created(
        is_project_manager=True, is_active=False, use_default_rates=False, budget=120.0, hourly_rate=75.51
    ),
    "form": created(use_default_rates=False, hourly_rate=80.0),
    "by_the_manager_of_another_project": NOT_AUTHORIZED,
    "by_a_member": NOT_AUTHORIZED,
    "user_taken": invalid("User has already been taken"),
    "unknown_user": invalid("User can't be blank"),
    "empty_body": invalid("User can't be blank"),
    "not_an_id": invalid("user_id must be a positive integer below 2^53"),
    "negative_rate": invalid(
        "hourly_rate must be a number between 0 and 9999999999.99, budget must be a number between 0 and 9999999999.99"
    ),
    "several_mistakes": invalid(
        "is_active must be true or false, budget must be a number, user_id must be a positive integer below 2^53"
    ),
    "broken_json": BROKEN_BRACE,
    "wrong_content_type": XML_IS_NOT_READ,
    "unknown_project": NOT_FOUND,
    "project_not_an_id": not_an_id("project_id"),
}


def test_the_location_is_where_the_assignment_is_found(api: Api) -> None:
    project = api_records.project(api)

    answer = api.post(
        f"/v2/projects/{project['id']}/user_assignments", {"user_id": api_records.person(api, Role.MEMBER)[1]}
    )

    assert api.follow(answer.headers["Location"]).body == answer.body


@pytest.mark.parametrize("role", [Role.MANAGER, Role.MEMBER])
def test_a_manager_manages_the_project_unless_something_else_is_said(api: Api, role: Role) -> None:
    _, user_id = api_records.person(api, role)

    made = api_records.user_assignment(api, api_records.project(api)["id"], user_id)

    assert made["is_project_manager"] is (role is Role.MANAGER)


def test_a_user_who_was_taken_off_a_project_can_be_put_on_it_again(api: Api) -> None:
    project = api_records.project(api)["id"]
    _, user_id = api_records.person(api, Role.MEMBER)
    made = api_records.user_assignment(api, project, user_id)
    api.delete(f"/v2/projects/{project}/user_assignments/{made['id']}")

    assert api_records.user_assignment(api, project, user_id)["id"] == made["id"] + 1
