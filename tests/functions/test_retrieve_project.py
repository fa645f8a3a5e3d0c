"""GET /v2/projects/{project_id}."""

from tests.functions import api_records
from tests.functions.examples import NOT_AUTHORIZED, NOT_FOUND, ONLINE_STORE, expected, moved, not_an_id
from tests.support.api import Api

EXPECTED = {
    "found": expected(200, ONLINE_STORE),
    "by_its_manager": expected(200, ONLINE_STORE),
    "by_the_manager_of_another_project": NOT_AUTHORIZED,
    "by_a_member": NOT_AUTHORIZED,
    "unknown_id": NOT_FOUND,
    "unknown_id_by_a_manager": NOT_AUTHORIZED,
    "not_an_id": not_an_id("project_id"),
    "json_suffix": moved("/v2/projects/1"),
}


def test_a_change_of_the_client_is_seen_at_once(api: Api) -> None:
    project = api_records.project(api)
    api.patch(f"/v2/clients/{project['client']['id']}", {"name": "Renamed", "currency": "CHF"})

    client = api.get(f"/v2/projects/{project['id']}").body["client"]

    assert client == {"id": project["client"]["id"], "name": "Renamed", "currency": "CHF"}
