"""POST /v2/roles."""

import pytest

from tests.functions import api_records
from tests.functions.examples import (
    BROKEN_BRACE,
    DESIGNER,
    HOST,
    NOT_AUTHORIZED,
    XML_IS_NOT_READ,
    Whole,
    expected,
    invalid,
)
from tests.support.api import Api


def created(*user_ids: int) -> Whole:
    role = {**DESIGNER, "id": 2, "name": "Writer", "user_ids": list(user_ids)}
    return expected(201, role, {"Location": f"{HOST}/v2/roles/2"})


EXPECTED = {
    "name": created(),
    "name_and_users": created(2, 3),
    "form": created(),
    "user_unknown": invalid("user_ids must be ids of users of the account; there is no user 99"),
    "name_taken": invalid("Name has already been taken"),
    "blank_name": invalid("Name can't be blank"),
    "empty_body": invalid("Name can't be blank"),
    "several_mistakes": invalid("name must be a string, user_ids must be a list of ids"),
    "no_id": invalid("user_ids must be a positive integer below 2^53"),
    "by_a_manager": NOT_AUTHORIZED,
    "broken_json": BROKEN_BRACE,
    "wrong_content_type": XML_IS_NOT_READ,
}


@pytest.mark.parametrize("name", ["Designer", " DESIGNER "])
def test_no_two_roles_have_the_same_name(api: Api, name: str) -> None:
    api_records.role(api)

    answer = api.post("/v2/roles", {"name": name})
    assert (answer.status, answer.body) == (422, {"message": "Name has already been taken"})


def test_users_show_the_names_of_their_roles(api: Api) -> None:
    for name in ("Writer", "designer"):
        api_records.role(api, name, user_ids=[1])

    shown = [api.get(path).body for path in ("/v2/users/1", "/v2/users/me")] + api.get("/v2/users").body["users"]
    assert [user["roles"] for user in shown] == [["designer", "Writer"]] * 3
