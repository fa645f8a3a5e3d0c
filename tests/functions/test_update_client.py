"""PATCH and PUT /v2/clients/{client_id}."""

import pytest

from sheaf.domain.client import ClientFields
from sheaf.domain.identity import AccountId
from sheaf.store import clients
from tests.functions import api_records
from tests.functions.examples import (
    BROKEN_BRACE,
    NOT_AUTHORIZED,
    NOT_FOUND,
    XML_IS_NOT_READ,
    Whole,
    client,
    expected,
    invalid,
    moved,
    not_an_id,
)
from tests.support.api import NOW, Api
from tests.support.table import rows


def changed(name: str = "123 Industries", **fields: object) -> Whole:
    return expected(200, client(1, name, **{"currency": "EUR", **fields}))


EXPECTED = {
    "one_field": changed(address="Main Street 1"),
    "by_a_manager": changed(address="Main Street 1"),
    "by_a_member": NOT_AUTHORIZED,
    "rename": changed("456 Industries"),
    "other_case_of_the_same_name": changed("123 INDUSTRIES"),
    "archive": changed(is_active=False),
    "every_field": changed("456 Industries", is_active=False, address="Main Street 1", currency="USD"),
    "put": changed(currency="CHF"),
    "form": changed("456 Industries"),
    "nothing": changed(),
    "fields_that_cannot_change": changed(),
    "blank_name": invalid("Name can't be blank"),
    "unknown_currency": invalid("currency must be an ISO 4217 code such as EUR"),
    "wrong_type": invalid("is_active must be true or false"),
    "broken_json": BROKEN_BRACE,
    "wrong_content_type": XML_IS_NOT_READ,
    "unknown_id": NOT_FOUND,
    "not_an_id": not_an_id("client_id"),
    "json_suffix": moved("/v2/clients/1"),
}


@pytest.fixture
def old_client(api: Api) -> str:
    """The address of a client that was last changed long ago."""
    fields = ClientFields(name="ACME", address="Main Street 1")
    return f"/v2/clients/{clients.create(AccountId(1), fields, NOW).id}"


@pytest.mark.parametrize("body", [None, {}, {"name": " ACME "}, {"currency": "usd"}, {"is_active": None, "id": 9}])
def test_a_patch_that_changes_nothing_writes_nothing(body: object, api: Api, old_client: str) -> None:
    before, shown = rows(), api.get(old_client).body

    answer = api.patch(old_client, body)

    assert (answer.status, answer.body, answer.body["updated_at"]) == (200, shown, NOW)
    assert rows() == before


@pytest.mark.parametrize("body", [{"name": "Acme"}, {"address": None}, {"currency": "EUR"}, {"is_active": False}])
def test_a_change_moves_updated_at_and_leaves_every_other_field(
    body: dict[str, object], api: Api, old_client: str
) -> None:
    before = api.get(old_client).body

    after = api.patch(old_client, body).body

    assert after["updated_at"] > before["updated_at"]
    assert after == {**before, **body, "updated_at": after["updated_at"]}


def test_a_refused_change_writes_nothing(api: Api, old_client: str) -> None:
    api_records.client(api, "Taken", is_active=False)
    before = rows()

    answer = api.patch(old_client, {"name": "TAKEN", "address": "Elsewhere"})

    assert (answer.status, answer.body) == (422, {"message": "Name has already been taken"})
    assert rows() == before


def test_renaming_frees_the_old_name_at_once_and_takes_the_new_one(api: Api, old_client: str) -> None:
    api.patch(old_client, {"name": "Newly"})

    assert [api.post("/v2/clients", {"name": name}).status for name in ("Newly", "ACME")] == [422, 201]
