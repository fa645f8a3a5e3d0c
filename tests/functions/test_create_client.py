"""POST /v2/clients."""

import pytest

from tests.functions import api_records
from tests.functions.examples import HOST, NOT_AUTHORIZED, XML_IS_NOT_READ, Whole, client, expected, invalid, unreadable
from tests.support.api import Api
from tests.support.table import rows


def created(name: str, **fields: object) -> Whole:
    return expected(201, client(2, name, **fields), {"Location": f"{HOST}/v2/clients/2"})


EXPECTED = {
    "name_only": created("Your New Client"),
    "by_a_manager": created("Your New Client"),
    "by_a_member": NOT_AUTHORIZED,
    "every_field": created("Bäckerei", address="Main Street 1\r\n12345 City", currency="CHF"),
    "born_archived": created("Bygone", is_active=False),
    "form": created("Site Visitors", currency="GBP"),
    "duplicate_name": invalid("Name has already been taken"),
    "blank_name": invalid("Name can't be blank"),
    "empty_body": invalid("Name can't be blank"),
    "unknown_currency": invalid("currency must be an ISO 4217 code such as EUR"),
    "several_mistakes": invalid("name must be a string, is_active must be true or false, address must be a string"),
    "broken_json": unreadable("The body is not valid JSON: Expecting ',' delimiter at line 1 column 26"),
    "wrong_content_type": XML_IS_NOT_READ,
}


def test_the_location_is_where_the_client_is_found(api: Api) -> None:
    answer = api.post("/v2/clients", {"name": "ACME"})

    assert api.follow(answer.headers["Location"]).body == answer.body


@pytest.mark.parametrize("name", ["ACME", "acme", "  Acme  "])
@pytest.mark.parametrize("is_active", [True, False])
def test_a_name_is_taken_by_active_and_archived_clients_in_whatever_case(name: str, is_active: bool, api: Api) -> None:
    api_records.client(api, "ACME", is_active=is_active)
    before = rows()

    answer = api.post("/v2/clients", {"name": name})

    assert (answer.status, answer.body) == (422, {"message": "Name has already been taken"})
    after = rows()
    assert {place for place in before if before[place] != after.get(place)} == {("ACCOUNT#1#SEQUENCE", "CLIENT")}


def test_a_name_taken_in_one_account_is_free_in_another(api: Api, other_api: Api) -> None:
    assert [api_records.client(item, "ACME")["id"] for item in (api, other_api)] == [1, 1]


def test_a_task_and_a_client_may_have_the_same_name(api: Api) -> None:
    api_records.task(api, "ACME")

    assert api.post("/v2/clients", {"name": "ACME"}).status == 201
