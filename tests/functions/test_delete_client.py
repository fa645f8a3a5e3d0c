"""DELETE /v2/clients/{client_id}."""

import pytest

from tests.functions import api_records
from tests.functions.examples import NOT_AUTHORIZED, NOT_FOUND, moved, not_an_id, not_removable
from tests.support.api import Api
from tests.support.table import rows, summed

HAS_PROJECTS = not_removable("This client is not removable. It still has projects and/or invoices.")

EXPECTED = {
    "has_projects": HAS_PROJECTS,
    "by_a_manager": HAS_PROJECTS,
    "by_a_member": NOT_AUTHORIZED,
    "unknown_id": NOT_FOUND,
    "not_an_id": not_an_id("client_id"),
    "json_suffix": moved("/v2/clients/1"),
}


@pytest.mark.parametrize("is_active", [True, False])
def test_a_deleted_client_leaves_nothing_behind_but_the_count_of_ids(is_active: bool, api: Api) -> None:
    api.delete(f"/v2/clients/{api_records.client(api)['id']}")
    before = summed(rows())
    client = api_records.client(api, is_active=is_active)

    answer = api.delete(f"/v2/clients/{client['id']}")

    place = "ACCOUNT#1#SEQUENCE", "CLIENT"
    assert (answer.status, answer.body) == (200, client)
    assert summed(rows()) == {**before, place: {**before[place], "last_id": {"N": str(client["id"])}}}


def test_deleting_a_client_twice_finds_nothing_the_second_time(api: Api) -> None:
    address = f"/v2/clients/{api_records.client(api)['id']}"

    assert [api.delete(address).status, api.delete(address).status] == [200, 404]


@pytest.mark.parametrize("is_active", [True, False])
def test_a_client_with_an_active_or_archived_project_stays(is_active: bool, api: Api) -> None:
    client = api_records.client(api)
    api_records.project(api, client_id=client["id"], is_active=is_active)
    before = summed(rows())

    answer = api.delete(f"/v2/clients/{client['id']}")

    assert (answer.status, answer.headers["Hint"]) == (422, answer.body["message"])
    assert summed(rows()) == before


def test_a_client_whose_projects_are_gone_or_moved_can_be_deleted(api: Api) -> None:
    client, other = api_records.client(api, "One"), api_records.client(api, "Another")
    gone, moving = (api_records.project(api, name, client_id=client["id"]) for name in ("Gone", "Moving"))
    api.delete(f"/v2/projects/{gone['id']}")
    assert api.delete(f"/v2/clients/{client['id']}").status == 422

    api.patch(f"/v2/projects/{moving['id']}", {"client_id": other["id"]})

    assert [api.delete(f"/v2/clients/{item['id']}").status for item in (client, other)] == [200, 422]
