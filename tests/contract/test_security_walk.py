"""Every route of the template, from outside: what opens a door, and what can be seen through a closed one."""

import pytest

from sheaf.domain.identity import Account, Role
from sheaf.domain.values import Id, Timestamp
from sheaf.http.identity import token_digest
from sheaf.store import identity
from tests.contract.requests import ADDRESSES
from tests.harness import NOW, Answer, Api, handler_of, make_account, make_token, route_of
from tools.template import routes

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")
UNMATCHED = ("/", "/v2", "/v2/tasks/", "/v2/nothing", "/api/v2/tasks", "/v2/tasks.json")

# Each route by its own method; and every method where no other route answers.
DOORS = [
    *((method, address) for (method, _), address in ADDRESSES.items() if method),
    *((method, address) for address in UNMATCHED for method in METHODS),
]

DESCRIPTION = "The access token provided is expired, revoked, malformed or invalid for other reasons."
ALWAYS = {
    "Content-Type": "application/json; charset=utf-8",
    "Cache-Control": "no-cache, no-store",
    "Strict-Transport-Security": "max-age=31536000",
    "X-Content-Type-Options": "nosniff",
    "X-Request-Id": "gateway-id",
}
SHUT = (
    401,
    {"error": "invalid_token", "error_description": DESCRIPTION},
    {
        **ALWAYS,
        "WWW-Authenticate": f'Bearer realm="Sheaf", error="invalid_token", error_description="{DESCRIPTION}"',
    },
)
NOTHING_HERE = (404, {"status": 404, "error": "Not Found"}, ALWAYS)


type Whole = tuple[int, object, dict[str, str]]


def whole(answer: Answer) -> Whole:
    return answer.status, answer.body, dict(answer.headers)


def walk(api: Api, query: str = "", **headers: str) -> dict[tuple[str, str], Whole]:
    """What each door answers."""
    return {
        (method, address): whole(api.send(method, address + query, {"name": "Design"}, headers))
        for method, address in DOORS
    }


def every(answer: Whole) -> dict[tuple[str, str], Whole]:
    """The same answer at each door."""
    return dict.fromkeys(DOORS, answer)


def test_the_walk_goes_to_every_route_of_the_template() -> None:
    assert set(ADDRESSES) == {(route.method, route.path) for route in routes()}
    assert {(one.method, one.path) for one in (route_of(*door) for door in DOORS)} == set(ADDRESSES)


@pytest.mark.parametrize(
    "authorization",
    [
        "",
        "Bearer",
        "Bearer no-such-token",
        "Bearer {token}x",
        "Bearer {token} {token}",
        "Bearer {digest}",
        "Bearer " + "x" * 501,
        "Basic {token}",
        "Token {token}",
        "{token}",
    ],
)
def test_without_a_good_bearer_token_no_door_opens(authorization: str, api: Api) -> None:
    sent = authorization.format(token=api.token, digest=token_digest(api.token))

    assert walk(api, authorization=sent) == every(SHUT)


def test_an_expired_token_opens_nothing(account: Account) -> None:
    assert walk(Api(make_token(account, expires_at=Timestamp("2017-06-26T22:08:25Z")))) == every(SHUT)


def test_a_revoked_token_opens_nothing(account: Account) -> None:
    token = make_token(account)
    (issued,) = identity.tokens(account.id)
    identity.revoke_token(account.id, issued.id, NOW)

    assert walk(Api(token)) == every(SHUT)


def test_the_token_of_an_archived_user_opens_nothing(account: Account) -> None:
    assert walk(Api(make_token(account, is_active=False))) == every(SHUT)


def test_a_bad_token_is_refused_before_anything_else_is_looked_at(api: Api) -> None:
    assert walk(api, authorization="", user_agent="", harvest_account_id="2", content_type="x") == every(SHUT)


@pytest.mark.parametrize("account_id", ["", "2", "3", "0", "-1", "01", "1,2", "1 2", "x", "9" * 40])
def test_with_another_account_or_none_there_is_nothing(account_id: str, api: Api) -> None:
    make_account(2)

    assert walk(api, harvest_account_id=account_id) == every(NOTHING_HERE)


@pytest.mark.parametrize(
    ("query", "answer"),
    [
        ("access_token=no-such-token&account_id=1", SHUT),
        ("account_id=1", SHUT),
        ("access_token=&account_id=1", SHUT),
        ("ACCESS_TOKEN={token}&account_id=1", SHUT),
        ("access_token={token}&account_id=2", NOTHING_HERE),
        ("access_token={token}", NOTHING_HERE),
    ],
)
def test_credentials_in_the_query_are_held_to_the_same(query: str, answer: Whole, api: Api) -> None:
    sent = f"?{query.format(token=api.token)}"

    assert walk(api, sent, authorization="", harvest_account_id="") == every(answer)


def test_where_headers_and_parameters_disagree_the_headers_count(api: Api) -> None:
    good, bad = f"?access_token={api.token}&account_id=1", "?access_token=no-such-token&account_id=2"

    assert api.get(f"/v2/tasks{bad}").status == 200
    assert whole(api.get(f"/v2/tasks{good}", authorization="Bearer no-such-token")) == SHUT
    assert whole(api.get(f"/v2/tasks{good}", harvest_account_id="2")) == NOTHING_HERE


@pytest.mark.parametrize("role", [Role.MEMBER, Role.MANAGER])
def test_who_may_not_manage_tasks_gets_no_answer_about_them(role: Role, account: Account) -> None:
    answers = walk(Api(make_token(account, role)))

    refused = (403, {"message": "Not authorized!"}, {**ALWAYS, "Hint": "Not authorized!"})
    of_tasks = {door: answer for door, answer in answers.items() if door[1] not in UNMATCHED}
    assert of_tasks == dict.fromkeys(of_tasks, refused)
    assert len(of_tasks) == len(ADDRESSES) - 1


def seen(answer: Answer) -> tuple[int, str, dict[str, str]]:
    """All that a caller can see of an answer, to the byte, but for the request's own name."""
    return answer.status, answer.raw, {name: text for name, text in answer.headers.items() if name != "X-Request-Id"}


OF_ONE_TASK = pytest.mark.parametrize("method", [method for method, path in ADDRESSES if "{task_id}" in path])


@OF_ONE_TASK
@pytest.mark.parametrize("body", [None, {"name": "Design"}, {"is_active": False}])
def test_another_accounts_task_looks_like_one_that_never_was(
    method: str, body: object, api: Api, other_api: Api
) -> None:
    theirs = [other_api.post("/v2/tasks", {"name": name}).body for name in ("Design", "Print")]
    before = other_api.get("/v2/tasks").raw

    answers = [api.send(method, f"/v2/tasks/{number}", body) for number in (theirs[0]["id"], theirs[1]["id"], 99)]

    assert [seen(answer) for answer in answers] == [seen(answers[2])] * 3
    assert whole(answers[2]) == NOTHING_HERE
    assert other_api.get("/v2/tasks").raw == before


@OF_ONE_TASK
def test_a_deleted_task_looks_like_one_that_never_was(method: str, api: Api) -> None:
    address = f"/v2/tasks/{api.post('/v2/tasks', {'name': 'Design'}).body['id']}"
    api.delete(address)

    assert seen(api.send(method, address)) == seen(api.send(method, "/v2/tasks/99"))


def test_a_token_opens_the_door_until_the_very_second_it_expires(account: Account) -> None:
    token = make_token(account, expires_at=Timestamp("2999-12-31T23:59:59Z"))

    assert Api(token).get("/v2/tasks").status == 200


def test_one_revoked_token_leaves_the_users_others_alone(account: Account) -> None:
    tokens = [make_token(account), make_token(account)]
    identity.revoke_token(account.id, Id(1), NOW)

    assert [Api(token).get("/v2/tasks").status for token in tokens] == [401, 200]


@pytest.mark.parametrize(
    ("token_header", "account_header", "scheme"),
    [("Authorization", "Harvest-Account-ID", "Bearer"), ("AUTHORIZATION", "harvest-Account-Id", "bearer")],
)
def test_the_names_of_credentials_may_be_in_any_case(
    token_header: str, account_header: str, scheme: str, api: Api
) -> None:
    event = Api("").event("GET", "/v2/tasks", headers={"authorization": "", "harvest_account_id": ""})
    event["headers"] |= {token_header: f"{scheme} {api.token}", account_header: " 1 "}

    assert handler_of("list_tasks")(event)["statusCode"] == 200
