"""GET /api/v2/accounts."""

from tests.functions.examples import NOT_AUTHENTICATED, Whole, expected
from tests.support.api import Api


def shown(user_id: int, first_name: str, last_name: str) -> Whole:
    email = f"{first_name.lower()}@example.com"
    user = {"id": user_id, "first_name": first_name, "last_name": last_name, "email": email}
    account = {"id": 1, "name": "Demo Company", "product": "harvest", "google_sign_in_required": False}
    return expected(200, {"user": user, "accounts": [account]})


EXPECTED = {
    "by_a_member": shown(3, "Mia", "Member"),
    "with_an_account": shown(1, "Ada", "Admin"),
    "token_in_the_query": shown(3, "Mia", "Member"),
    "unknown_token": NOT_AUTHENTICATED,
}


def test_it_tells_the_account_of_the_token_whatever_account_is_named(api: Api, other_api: Api) -> None:
    for item in (api, other_api):
        answer = Api(item.token, 99).get("/api/v2/accounts")

        assert [account["id"] for account in answer.body["accounts"]] == [item.account_id]


def test_other_methods_are_refused_by_name(api: Api) -> None:
    answer = api.post("/api/v2/accounts", {})

    assert (answer.status, answer.headers["Allow"]) == (405, "GET")
