"""Clients in the table."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from sheaf.domain.client import Client, ClientFields, ClientHasProjectsError
from sheaf.domain.errors import NameTakenError, NotFoundError
from sheaf.domain.identity import AccountId
from sheaf.domain.paging import Filter, PageRequest
from sheaf.domain.record import fields_of, with_changes
from sheaf.domain.values import Id
from sheaf.store import clients, projects
from tests.store.audit import assert_sound, contents
from tests.store.stored_records import ACCOUNT, LONG_AGO, NOW, client, populate, project

OTHER = AccountId(2)


def _change(number: int, **fields: Any) -> Client:
    return clients.update(
        ACCOUNT,
        Id(number),
        lambda client: with_changes(client, replace(fields_of(ClientFields, client), **fields), NOW),
    )


@pytest.mark.parametrize(
    "fields", [{}, {"is_active": False, "address": "a\nb", "currency": "CHF"}, {"address": ""}], ids=str
)
def test_a_created_client_is_there_as_it_was_asked_for(table: str, fields: dict[str, Any]) -> None:
    asked = ClientFields(**{"name": "123 Industries", **fields})
    made = clients.create(ACCOUNT, asked, NOW)
    assert (made.id, made.created_at, made.version) == (1, NOW, 1)
    assert clients.get(ACCOUNT, Id(1)) == made
    assert fields_of(ClientFields, made) == asked
    assert_sound(ACCOUNT)


@pytest.mark.parametrize("is_active", [True, False])
def test_a_name_is_given_once_in_whatever_case(table: str, is_active: bool) -> None:
    populate(client(1, is_active=is_active), client(2))
    before = contents()
    attempts: list[Callable[[], object]] = [
        lambda: clients.create(ACCOUNT, ClientFields(name="CLIENT 1"), NOW),
        lambda: _change(2, name="client 1"),
    ]
    for attempt in attempts:
        with pytest.raises(NameTakenError):
            attempt()
    assert contents() == before


@pytest.mark.parametrize(
    "fields",
    [{"name": "New"}, {"name": "CLIENT 1"}, {"is_active": False}, {"address": "x"}, {"currency": "JPY"}],
    ids=str,
)
def test_a_change_is_stored_and_returned(table: str, fields: dict[str, Any]) -> None:
    populate(client(1), project(1))
    after = _change(1, **fields)
    assert after == replace(client(1), updated_at=NOW, version=2, **fields)
    assert clients.get(ACCOUNT, Id(1)) == after
    assert projects.get(ACCOUNT, Id(1)).client == after
    assert_sound(ACCOUNT)


@pytest.mark.parametrize("is_active", [True, False])
def test_a_client_with_a_project_stays_until_it_is_gone(table: str, is_active: bool) -> None:
    populate(client(1), client(2), project(1, is_active=is_active))
    before = contents()
    with pytest.raises(ClientHasProjectsError):
        clients.delete(ACCOUNT, Id(1))
    assert contents() == before
    projects.delete(ACCOUNT, Id(1), NOW)
    assert clients.delete(ACCOUNT, Id(1)) == client(1)
    assert_sound(ACCOUNT)
    assert clients.create(ACCOUNT, ClientFields(name="CLIENT 1"), NOW).id == 3


def test_a_client_that_is_not_there_is_not_found(table: str) -> None:
    populate(client(1))
    attempts: list[Callable[[], object]] = [
        lambda: clients.get(ACCOUNT, Id(2)),
        lambda: clients.get(OTHER, Id(1)),
        lambda: _change(2, name="x"),
        lambda: clients.delete(ACCOUNT, Id(2)),
        lambda: clients.delete(OTHER, Id(1)),
    ]
    for attempt in attempts:
        with pytest.raises(NotFoundError):
            attempt()


@pytest.mark.parametrize(
    ("wanted", "ids"),
    [
        ({}, [3, 2, 1]),
        ({"is_active": True}, [3, 1]),
        ({"is_active": False}, [2]),
        ({"updated_since": NOW}, [3]),
        ({"updated_since": LONG_AGO, "is_active": False}, [2]),
    ],
)
@pytest.mark.parametrize("per_page", [1, 2000])
def test_clients_are_listed_newest_first(table: str, wanted: dict[str, Any], ids: list[int], per_page: int) -> None:
    populate(client(1), client(2, is_active=False), client(3, updated_at=NOW))
    page = clients.page(ACCOUNT, Filter(**wanted), PageRequest(per_page))
    assert ([record.id for record in page.records], page.total_entries) == (ids[:per_page], len(ids))
