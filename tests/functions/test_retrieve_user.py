"""GET /v2/users/{user_id}."""

from sheaf.domain.identity import Right, Role
from tests.functions import api_records
from tests.functions.examples import MANAGER_MAX, NOT_AUTHORIZED, NOT_FOUND, expected, moved, not_an_id
from tests.support.api import Api

EXPECTED = {
    "found": expected(200, MANAGER_MAX),
    "by_a_manager": NOT_AUTHORIZED,
    "unknown_id": NOT_FOUND,
    "not_an_id": not_an_id("user_id"),
    "json_suffix": moved("/v2/users/2"),
}


def test_users_are_for_administrators_alone(api: Api) -> None:
    for role, rights in ((Role.MEMBER, frozenset[Right]()), (Role.MANAGER, frozenset(Right))):
        somebody, user_id = api_records.person(api, role, rights)

        assert (somebody.get(f"/v2/users/{user_id}").status, api.get(f"/v2/users/{user_id}").status) == (403, 200)


def test_a_user_of_another_account_is_not_found(api: Api, other_api: Api) -> None:
    _, user_id = api_records.person(api, Role.MEMBER)

    assert other_api.get(f"/v2/users/{user_id}").status == 404
