"""GET /v2/clients/{client_id}."""

import pytest

from sheaf.domain.identity import Right
from tests.functions import api_records
from tests.functions.examples import INDUSTRIES, NOT_AUTHORIZED, NOT_FOUND, expected, moved, not_an_id
from tests.support.api import Api

EXPECTED = {
    "found": expected(200, INDUSTRIES),
    "by_a_manager": expected(200, INDUSTRIES),
    "by_a_member": NOT_AUTHORIZED,
    "unknown_id": NOT_FOUND,
    "not_an_id": not_an_id("client_id"),
    "json_suffix": moved("/v2/clients/1"),
}


@pytest.mark.parametrize(
    ("right", "status"),
    [(Right.CLIENT_AND_TASK_MANAGER, 200), (Right.PROJECT_CREATOR, 403), (Right.BILLABLE_RATES_MANAGER, 403)],
)
def test_clients_are_for_managers_with_the_right_to_them(right: Right, status: int, api: Api) -> None:
    address = f"/v2/clients/{api_records.client(api)['id']}"

    assert api_records.manager(api, rights=frozenset({right})).get(address).status == status
