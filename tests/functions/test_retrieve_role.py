"""GET /v2/roles/{role_id}."""

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


def test_a_role_is_as_it_was_made(api: Api) -> None:
    made = api_records.role(api, user_ids=[1])

    assert api.get(f"/v2/roles/{made['id']}").body == made
