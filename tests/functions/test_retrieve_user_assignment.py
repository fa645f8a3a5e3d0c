"""GET /v2/projects/{project_id}/user_assignments/{user_assignment_id}."""

from sheaf.domain.identity import Right, Role
from tests.functions import api_records
from tests.functions.examples import NOT_AUTHORIZED, NOT_FOUND, expected, moved, not_an_id
from tests.functions.test_list_user_assignments import MAXS
from tests.support.api import Api

EXPECTED = {
    "project_not_an_id": not_an_id("project_id"),
    "found": expected(200, MAXS),
    "by_its_manager": expected(200, MAXS),
    "by_a_member": NOT_AUTHORIZED,
    "of_another_project": NOT_FOUND,
    "unknown_id": NOT_FOUND,
    "not_an_id": not_an_id("user_assignment_id"),
    "json_suffix": moved("/v2/projects/1/user_assignments/2"),
}


def test_a_rate_is_shown_to_those_who_may_see_rates(api: Api) -> None:
    project = api_records.project(api)["id"]
    made = api_records.user_assignment(api, project, api_records.person(api, Role.MEMBER)[1], hourly_rate=80)
    readers = [
        api_records.manager(api, project),
        api_records.manager(api, project, rights=frozenset({Right.BILLABLE_RATES_MANAGER})),
    ]

    address = f"/v2/projects/{project}/user_assignments/{made['id']}"
    assert [reader.get(address).body["hourly_rate"] for reader in readers] == [None, 80.0]
