"""Every route of the template, from outside: which credentials it accepts, and what it shows without them."""

import re

import pytest

from sheaf.domain.identity import Account, Right, Role
from sheaf.domain.values import Id, Timestamp
from sheaf.http.identity import token_digest
from sheaf.store import tokens
from tests.contract.document import is_v1
from tests.contract.requests import ADDRESSES, BODIES, body_of
from tests.functions import api_records
from tests.support.accounts import put_made
from tests.support.api import NOW, Answer, Api, handler_of, make_account, make_token, route_of
from tests.support.table import rows
from tools.template import routes

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")
UNMATCHED = ("/", "/v2", "/v2/tasks/", "/v2/nothing", "/api/v2/tasks", "/v2/tasks.json")

# Its answer is the same whatever account is named: that has a test of its own in tests/functions.
BY_TOKEN_ALONE = ("GET", "/api/v2/accounts")

# Each route by its own method; and every method where no other route answers.
REQUESTS = [
    *(
        (method, address)
        for (method, _), address in ADDRESSES.items()
        if method and (method, address) != BY_TOKEN_ALONE
    ),
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
NOT_AUTHENTICATED = (
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
    """The answer of each route."""
    return {
        (method, address): whole(api.send(method, address + query, body_of(method, address), headers))
        for method, address in REQUESTS
    }


def every(answer: Whole) -> dict[tuple[str, str], Whole]:
    """The same answer on each route."""
    return dict.fromkeys(REQUESTS, answer)


def test_the_walk_goes_to_every_route_of_the_template() -> None:
    assert set(ADDRESSES) == {(route.method, route.path) for route in routes() if not is_v1(route.path)}
    walked = {(route.method, route.path) for route in (route_of(*sent) for sent in REQUESTS)}
    assert walked | {BY_TOKEN_ALONE} == set(ADDRESSES)


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
def test_without_a_valid_bearer_token_every_route_answers_401(authorization: str, api: Api) -> None:
    sent = authorization.format(token=api.token, digest=token_digest(api.token))

    assert walk(api, authorization=sent) == every(NOT_AUTHENTICATED)


def test_an_expired_token_is_invalid(account: Account) -> None:
    assert walk(Api(make_token(account, expires_at=Timestamp("2017-06-26T22:08:25Z")))) == every(NOT_AUTHENTICATED)


def test_a_revoked_token_is_invalid(account: Account) -> None:
    token = make_token(account)
    (issued,) = tokens.everything(account.id)
    tokens.revoke(account.id, issued.id, NOW)

    assert walk(Api(token)) == every(NOT_AUTHENTICATED)


def test_the_token_of_an_archived_user_is_invalid(account: Account) -> None:
    assert walk(Api(make_token(account, is_active=False))) == every(NOT_AUTHENTICATED)


def test_a_bad_token_is_refused_before_anything_else_is_looked_at(api: Api) -> None:
    assert walk(api, authorization="", user_agent="", harvest_account_id="2", content_type="x") == every(
        NOT_AUTHENTICATED
    )


@pytest.mark.parametrize("account_id", ["", "2", "3", "0", "-1", "01", "1,2", "1 2", "x", "9" * 40])
def test_with_another_account_or_none_there_is_nothing(account_id: str, api: Api) -> None:
    make_account(2)

    assert walk(api, harvest_account_id=account_id) == every(NOTHING_HERE)


@pytest.mark.parametrize(
    ("query", "answer"),
    [
        ("access_token=no-such-token&account_id=1", NOT_AUTHENTICATED),
        ("account_id=1", NOT_AUTHENTICATED),
        ("access_token=&account_id=1", NOT_AUTHENTICATED),
        ("ACCESS_TOKEN={token}&account_id=1", NOT_AUTHENTICATED),
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
    assert whole(api.get(f"/v2/tasks{good}", authorization="Bearer no-such-token")) == NOT_AUTHENTICATED
    assert whole(api.get(f"/v2/tasks{good}", harvest_account_id="2")) == NOTHING_HERE


FORBIDDEN = (403, {"message": "Not authorized!"}, {**ALWAYS, "Hint": "Not authorized!"})

# Where some roles may not go; with what follows the path, such as the id.
OF_TASKS_AND_CLIENTS = ("/v2/tasks", "/v2/clients")
OF_PROJECTS = ("/v2/projects", "/v2/task_assignments", "/v2/user_assignments")
OF_ADMINISTRATORS = ("/v2/imports", "/v2/users", "/v2/roles", "/v2/company", "/v2/webhooks")
OF_EVERYBODY = {("GET", "/v2/users/me"), ("GET", "/v2/users/me/project_assignments"), ("GET", "/v2/company")}
OF_EACH_PROJECT = {
    ("GET", "/v2/projects"),
    ("GET", "/v2/task_assignments"),
    ("GET", "/v2/user_assignments"),
    ("POST", "/v2/tasks/5/assign"),
    ("POST", "/v2/task_assignments/bulk"),
}
"""What managers ask of the projects that they manage: of others nothing is shown, or each is refused by itself."""


def refused(answers: dict[tuple[str, str], Whole]) -> set[tuple[str, str]]:
    """The routes that answer 403, without those that no route of the template matches."""
    return {sent for sent, answer in answers.items() if answer == FORBIDDEN and sent[1] not in UNMATCHED}


def requests_to(*prefixes: str) -> set[tuple[str, str]]:
    """The routes whose address begins so."""
    return {
        (method, address) for method, address in REQUESTS if address.startswith(prefixes) and address not in UNMATCHED
    } - OF_EVERYBODY


@pytest.mark.parametrize(
    ("role", "rights", "forbidden"),
    [
        (Role.ADMINISTRATOR, [], set()),
        (Role.MANAGER, [], requests_to(*OF_TASKS_AND_CLIENTS, *OF_PROJECTS, *OF_ADMINISTRATORS) - OF_EACH_PROJECT),
        (
            Role.MANAGER,
            [Right.CLIENT_AND_TASK_MANAGER],
            requests_to(*OF_PROJECTS, *OF_ADMINISTRATORS) - OF_EACH_PROJECT,
        ),
        (
            Role.MANAGER,
            [Right.PROJECT_CREATOR, Right.BILLABLE_RATES_MANAGER],
            requests_to(*OF_TASKS_AND_CLIENTS, *OF_PROJECTS, *OF_ADMINISTRATORS)
            - OF_EACH_PROJECT
            - {("POST", "/v2/projects")},
        ),
        (Role.MEMBER, [], requests_to(*OF_TASKS_AND_CLIENTS, *OF_PROJECTS, *OF_ADMINISTRATORS, "/v2/changes")),
    ],
)
def test_a_role_is_refused_on_exactly_the_routes_that_it_may_not_use(
    role: Role, rights: list[Right], forbidden: set[tuple[str, str]], account: Account
) -> None:
    answers = walk(Api(make_token(account, role, frozenset(rights))))

    assert refused(answers) == forbidden


def test_a_manager_enters_their_own_projects_and_no_others(api: Api) -> None:
    for name in ("Mine", "Other"):
        api_records.project(api, name)
    manager = api_records.manager(api, 1)

    # The project goes last: nobody manages what is gone.
    item = sorted(requests_to("/v2/projects/1"), key=lambda sent: (sent == ("DELETE", "/v2/projects/1"), sent))
    statuses = {sent: manager.send(*sent, body_of(*sent)).status for sent in item}
    others = [manager.send(method, path.replace("/1", "/2", 1), body_of(method, path)) for method, path in item]

    assert 403 not in statuses.values()
    assert [whole(answer) for answer in others] == [FORBIDDEN] * len(item)


def seen(answer: Answer) -> tuple[int, str, dict[str, str]]:
    """All that a caller can see of an answer, to the byte, but for the request's own name."""
    return answer.status, answer.raw, {name: text for name, text in answer.headers.items() if name != "X-Request-Id"}


def furnish(api: Api, records: int) -> None:
    """So many imports, clients, projects with a task each, and time on all of them; all ids are 1, 2 and so on."""
    for number in range(records):
        api_records.new_import(api)
        task, project = api_records.task(api, f"Task {number}"), api_records.project(api, f"Project {number}")
        api_records.assignment(api, project["id"], task["id"])
        api_records.time_entry(api, project["id"], task["id"])


def furnish_two(api: Api) -> None:
    """One of each for the caller, and two in another account."""
    other_api = Api(make_token(make_account(2, "Other Company")), 2)
    furnish(api, 1)
    furnish(other_api, 2)


def furnish_and_delete(api: Api) -> None:
    """One of each, and then none: an import is cancelled by DELETE, and stays."""
    furnish(api, 1)
    for address in ("time_entries/1", "projects/1/task_assignments/1", "projects/1", "clients/1", "tasks/1"):
        assert api.delete(f"/v2/{address}").status == 200


OF_ONE = pytest.mark.parametrize(
    ("method", "path"), [route for route in sorted(ADDRESSES) if "{" in route[1]], ids=lambda part: part
)


@OF_ONE
def test_what_another_account_has_looks_like_what_never_was(
    method: str, path: str, api: Api, endpoint_url: str
) -> None:
    put_made(furnish_two, endpoint_url)
    before = rows()
    body = BODIES.get(route_of(method, re.sub(r"\{\w+\}", "2", path)).operation)

    theirs, never = (api.send(method, re.sub(r"\{\w+\}", number, path), body) for number in ("2", "99"))

    assert seen(theirs) == seen(never)
    assert whole(never) == NOTHING_HERE
    assert rows() == before


@pytest.mark.parametrize("method", ["GET", "PATCH", "PUT", "DELETE"])
def test_another_accounts_assignment_is_not_found_on_a_project_of_ones_own(
    method: str, api: Api, endpoint_url: str
) -> None:
    put_made(furnish_two, endpoint_url)

    theirs, never = (
        api.send(method, f"/v2/projects/1/task_assignments/{number}", {"budget": 1}) for number in ("2", "99")
    )

    assert seen(theirs) == seen(never)
    assert whole(never) == NOTHING_HERE


@pytest.mark.parametrize(
    ("method", "path"),
    # An import stays, and the first user is the administrator who deletes.
    [route for route in sorted(ADDRESSES) if "{" in route[1] and not route[1].startswith(("/v2/imports", "/v2/users"))],
    ids=lambda part: part,
)
def test_what_was_deleted_looks_like_what_never_was(method: str, path: str, api: Api, endpoint_url: str) -> None:
    put_made(furnish_and_delete, endpoint_url)
    body = BODIES.get(route_of(method, re.sub(r"\{\w+\}", "1", path)).operation)

    deleted, never = (api.send(method, re.sub(r"\{\w+\}", number, path), body) for number in ("1", "99"))

    assert seen(deleted) == seen(never)
    assert whole(never) == NOTHING_HERE


def test_a_token_is_valid_until_the_second_it_expires(account: Account) -> None:
    token = make_token(account, expires_at=Timestamp("2999-12-31T23:59:59Z"))

    assert Api(token).get("/v2/tasks").status == 200


def test_one_revoked_token_leaves_the_users_others_alone(account: Account) -> None:
    issued = [make_token(account), make_token(account)]
    tokens.revoke(account.id, Id(1), NOW)

    assert [Api(token).get("/v2/tasks").status for token in issued] == [401, 200]


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
