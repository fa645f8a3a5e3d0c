"""DELETE /v2/roles/{role_id}."""

from sheaf.domain.identity import Role
from tests.functions import api_records
from tests.functions.examples import DESIGNER, NOT_AUTHORIZED, NOT_FOUND, expected, moved, not_an_id
from tests.support.api import Api

EXPECTED = {
    "found": expected(200, DESIGNER),
    "unknown_id": NOT_FOUND,
    "not_an_id": not_an_id("role_id"),
    "json_suffix": moved("/v2/roles/1"),
    "by_a_manager": NOT_AUTHORIZED,
}


def test_nobody_has_a_role_that_is_gone_and_its_name_is_free(api: Api) -> None:
    made = api_records.role(api, user_ids=[1])

    assert api.delete(f"/v2/roles/{made['id']}").body == made
    assert api.get(f"/v2/roles/{made['id']}").status == 404
    assert api.get("/v2/users/1").body["roles"] == []
    assert api_records.role(api)["name"] == made["name"]


def test_a_user_who_is_gone_has_no_role(api: Api) -> None:
    _, other = api_records.person(api, Role.MEMBER)
    made = api_records.role(api, user_ids=[1, other])

    assert api.delete(f"/v2/users/{other}").body["roles"] == ["Designer"]
    assert api.get(f"/v2/roles/{made['id']}").body["user_ids"] == [1]
