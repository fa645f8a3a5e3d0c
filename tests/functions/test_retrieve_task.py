"""GET /v2/tasks/{task_id}."""

import pytest

from sheaf.domain.identity import Account, Right, Role
from tests.functions.examples import (
    BUSINESS_DEVELOPMENT,
    GRAPHIC_DESIGN,
    NOT_AUTHORIZED,
    NOT_FOUND,
    PROJECT_MANAGEMENT,
    expected,
    moved,
    not_an_id,
)
from tests.support.api import Api, make_token

EXPECTED = {
    "found": expected(200, BUSINESS_DEVELOPMENT),
    "by_a_manager": expected(200, GRAPHIC_DESIGN),
    "token_in_the_query": expected(200, PROJECT_MANAGEMENT),
    "by_a_member": NOT_AUTHORIZED,
    "unknown_id": NOT_FOUND,
    "not_an_id": not_an_id("task_id"),
    "json_suffix": moved("/v2/tasks/5"),
}


@pytest.mark.parametrize(
    ("role", "rights", "status"),
    [
        (Role.ADMINISTRATOR, frozenset(), 200),
        (Role.MANAGER, frozenset({Right.CLIENT_AND_TASK_MANAGER}), 200),
        (Role.MANAGER, frozenset({Right.PROJECT_CREATOR, Right.BILLABLE_RATES_MANAGER}), 403),
        (Role.MANAGER, frozenset(), 403),
        (Role.MEMBER, frozenset(), 403),
    ],
)
def test_tasks_are_for_administrators_and_managers_with_the_task_right(
    role: Role, rights: frozenset[Right], status: int, api: Api, account: Account
) -> None:
    task = api.post("/v2/tasks", {"name": "Design"}).body

    assert Api(make_token(account, role, rights)).get(f"/v2/tasks/{task['id']}").status == status


@pytest.mark.parametrize("text", ["0", "-1", "1.0", "1e0", "+1", "٣", "9007199254740992", "1 ", "x" * 300])
def test_what_is_no_id_is_not_found_and_told_what_an_id_is(text: str, api: Api) -> None:
    api.post("/v2/tasks", {"name": "Design"})

    answer = api.get(f"/v2/tasks/{text}")

    assert (answer.status, answer.body["message"]) == (404, "task_id must be a positive integer below 2^53")


def test_a_write_is_read_at_once(api: Api) -> None:
    created = api.post("/v2/tasks", {"name": "Design"}).body
    address = f"/v2/tasks/{created['id']}"
    assert api.get(address).body == created

    changed = api.patch(address, {"name": "Drawing", "is_active": False}).body
    assert api.get(address).body == changed

    api.delete(address)
    assert api.get(address).status == 404
