"""What a client may be."""

from typing import Any

import pytest

from sheaf.domain.client import Client, ClientFields, ClientHasProjectsError, new_client
from sheaf.domain.errors import InvalidError, NotRemovableError
from sheaf.domain.record import fields_of, with_changes
from sheaf.domain.values import Id, Timestamp

NOON, NIGHT = Timestamp("2026-03-01T12:00:00Z"), Timestamp("2026-03-01T23:00:00Z")


def test_a_new_client_needs_a_name_alone() -> None:
    assert new_client(Id(7), ClientFields(name=" 123 Industries "), NOON) == Client(
        id=Id(7),
        name="123 Industries",
        is_active=True,
        address=None,
        currency="USD",
        created_at=NOON,
        updated_at=NOON,
        version=1,
    )


def test_a_new_client_is_what_was_asked_for() -> None:
    asked = ClientFields(name="A", is_active=False, address="1 Street\r\n\tTown", currency="eur")
    made = new_client(Id(1), asked, NOON)
    assert made == Client(Id(1), "A", False, "1 Street\r\n\tTown", "EUR", NOON, NOON)
    assert fields_of(ClientFields, made) == asked


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"name": " "}, "Name can't be blank"),
        ({"name": "x" * 256}, "Name is too long (maximum is 255 characters)"),
        ({"address": "x" * 65_536}, "address is too long (maximum is 65535 bytes)"),
        ({"address": "é" * 32_768}, "address is too long (maximum is 65535 bytes)"),
        ({"address": "\x00"}, "address can't contain control characters or unpaired surrogates"),
        ({"address": "\ud800"}, "address can't contain control characters or unpaired surrogates"),
        ({"currency": ""}, "currency must be an ISO 4217 code such as EUR"),
        ({"currency": "EURO"}, "currency must be an ISO 4217 code such as EUR"),
        ({"currency": "E1R"}, "currency must be an ISO 4217 code such as EUR"),
        ({"currency": "ÄÖÜ"}, "currency must be an ISO 4217 code such as EUR"),
        (
            {"name": "", "currency": "x"},
            "Name can't be blank, currency must be an ISO 4217 code such as EUR",
        ),
    ],
    ids=lambda value: ascii(value)[:40],
)
def test_what_no_client_can_be_is_refused_and_named(fields: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidError) as refusal:
        ClientFields(**{"name": "A", **fields})
    assert str(refusal.value) == message


@pytest.mark.parametrize("address", ["x" * 65_535, "é" * 32_767, "", "日本"])
def test_an_address_has_up_to_65535_bytes(address: str) -> None:
    assert ClientFields(name="A", address=address).address == address


@pytest.mark.parametrize(
    "difference", [{"name": "B"}, {"is_active": False}, {"address": "here"}, {"currency": "CHF"}], ids=str
)
def test_each_field_alone_makes_a_change(difference: dict[str, Any]) -> None:
    before = new_client(Id(1), ClientFields(name="A"), NOON)
    asked = ClientFields(**{"name": "A", **difference})
    after = with_changes(before, asked, NIGHT)
    assert (fields_of(ClientFields, after), after.updated_at, after.version) == (asked, NIGHT, 2)
    assert with_changes(after, asked, NIGHT) is after


def test_a_client_with_projects_is_refused_in_the_words_of_harvest() -> None:
    assert str(ClientHasProjectsError()) == "This client is not removable. It still has projects and/or invoices."
    assert issubclass(ClientHasProjectsError, NotRemovableError)
