"""PATCH and PUT /v2/roles/{role_id}."""

import pytest

from sheaf.domain.identity import Role
from tests.functions import api_records
from tests.functions.examples import (
    BROKEN_BRACE,
    DESIGNER,
    NOT_AUTHORIZED,
    NOT_FOUND,
    XML_IS_NOT_READ,
    expected,
    invalid,
    moved,
    not_an_id,
)
from tests.support.api import Api
from tests.support.table import rows

EXPECTED = {
    "every_field": expected(200, {**DESIGNER, "name": "Writer", "user_ids": [1, 2]}),
    "unlink_all": expected(200, {**DESIGNER, "user_ids": []}),
    "unknown_id": NOT_FOUND,
    "not_an_id": not_an_id("role_id"),
    "json_suffix": moved("/v2/roles/1"),
    "by_a_manager": NOT_AUTHORIZED,
    "broken_json": BROKEN_BRACE,
    "wrong_content_type": XML_IS_NOT_READ,
    "wrong_type": invalid("user_ids must be a list of ids"),
}


@pytest.mark.parametrize("method", ["PATCH", "PUT"])
def test_user_ids_are_all_who_have_the_role(api: Api, method: str) -> None:
    _, other = api_records.person(api, Role.MEMBER)
    address = f"/v2/roles/{api_records.role(api, user_ids=[1])['id']}"

    changes: list[dict[str, object]] = [{"user_ids": [other]}, {"name": "Writer"}, {"user_ids": []}]
    answers = [api.send(method, address, body).body for body in changes]

    assert [(answer["name"], answer["user_ids"]) for answer in answers] == [
        ("Designer", [other]),
        ("Writer", [other]),
        ("Writer", []),
    ]
    assert api.get(address).body == answers[-1]


@pytest.mark.parametrize("body", [{}, {"user_ids": None}, {"user_ids": [1, "1"]}, {"name": " Designer "}])
def test_a_change_of_nothing_writes_nothing(api: Api, body: object) -> None:
    address = f"/v2/roles/{api_records.role(api, user_ids=[1])['id']}"
    before = rows()

    assert api.patch(address, body).status == 200
    assert rows() == before


def test_a_user_who_is_not_there_is_refused(api: Api) -> None:
    address = f"/v2/roles/{api_records.role(api)['id']}"

    answer = api.patch(address, {"user_ids": [1, 99, 98]})
    assert answer.body == {"message": "user_ids must be ids of users of the account; there is no user 98, 99"}


def test_the_roles_of_a_user_are_given_by_their_names_too(api: Api) -> None:
    for name in ("Designer", "Writer"):
        api_records.role(api, name)
    ida = {"first_name": "Ida", "last_name": "E", "email": "ida@example.com", "roles": ["writer"]}

    made = api.post("/v2/users", ida).body
    changed = api.patch(f"/v2/users/{made['id']}", {"roles": ["Designer"]})
    refused = api.patch(f"/v2/users/{made['id']}", {"roles": ["Designer", "King"]})

    assert (made["roles"], changed.body["roles"]) == (["Writer"], ["Designer"])
    assert (refused.status, refused.body) == (
        422,
        {"message": 'roles must be names of roles of the account; there is no role "King"'},
    )
    assert [role["user_ids"] for role in api.get("/v2/roles").body["roles"]] == [[], [made["id"]]]
    assert api.patch(f"/v2/users/{made['id']}", {"roles": []}).body["roles"] == []
