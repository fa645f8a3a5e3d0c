"""DELETE /v2/projects/{project_id}/user_assignments/{user_assignment_id}."""

from tests.functions import api_records
from tests.functions.examples import NOT_AUTHORIZED, NOT_FOUND, expected, moved, not_an_id
from tests.functions.test_list_user_assignments import MAXS
from tests.support.api import Api

EXPECTED = {
    "project_not_an_id": not_an_id("project_id"),
    "without_time": expected(200, MAXS),
    "by_its_manager": expected(200, MAXS),
    "by_a_member": NOT_AUTHORIZED,
    "unknown_id": NOT_FOUND,
    "not_an_id": not_an_id("user_assignment_id"),
    "json_suffix": moved("/v2/projects/1/user_assignments/2"),
}


def test_an_assignment_with_time_stays_until_that_is_gone(api: Api) -> None:
    project, task = api_records.project(api)["id"], api_records.task(api)["id"]
    api_records.assignment(api, project, task)
    (made,) = api.get(f"/v2/projects/{project}/user_assignments").body["user_assignments"]
    entry = api_records.time_entry(api, project, task)
    address = f"/v2/projects/{project}/user_assignments/{made['id']}"

    refused = api.delete(address)
    api.delete(f"/v2/time_entries/{entry['id']}")

    sentence = "This user assignment is not removable. It still has time entries."
    assert (refused.status, refused.body) == (422, {"message": sentence})
    assert (api.delete(address).status, api.get(address).status) == (200, 404)
