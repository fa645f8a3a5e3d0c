"""v1 from outside: its answers are what docs/openapi.yaml says, in both formats, and it accepts no other callers."""

import json
import re
from collections.abc import Iterator
from typing import Any
from xml.etree.ElementTree import Element

import pytest
from defusedxml.ElementTree import fromstring

from sheaf.domain.identity import Account, Right, Role
from sheaf.store import users
from tests.contract.document import JSON, Part, complaints, document, of_schema, operation
from tests.contract.requests import (
    ADDRESSES_OF_V1,
    Request,
    answers_to,
    busy_records,
    busy_table,
    no_table,
    of_v1,
    with_keys,
)
from tests.functions import api_records
from tests.support.accounts import put_demo_account, put_made
from tests.support.api import NOW, Answer, Api, make_account, make_token, route_of
from tests.support.example_requests import every_example, load_event
from tests.support.table import rows
from tests.support.v1 import XML, basic, texts, v1

# One process answers all requests once, for all of these tests.
pytestmark = pytest.mark.xdist_group("contract of v1")

DEFAULT = ("", "$default")
EVERY_ROUTE = pytest.mark.parametrize("route", [*sorted(ADDRESSES_OF_V1), DEFAULT], ids=" ".join)
ROUTES = pytest.mark.parametrize("route", sorted(ADDRESSES_OF_V1), ids=" ".join)

TASK = "<task><name>New Task Name</name></task>"
BODIES = {
    "v1_create_task": TASK,
    "v1_update_task": TASK,
    "v1_add_with_create_new_task": TASK,
    "v1_assign_task": "<task><id>5</id></task>",
    "v1_update_task_assignment": "<task-assignment><budget>7</budget></task-assignment>",
}
"""A body for each operation that reads one; at its address it changes something."""


def body_of(method: str, address: str) -> bytes | None:
    body = BODIES.get(route_of(method, address).operation)
    return None if body is None else body.encode()


def described(route: tuple[str, str]) -> Part:
    return Part().at("x-default-route-of-v1") if route == DEFAULT else operation(*route)


# ------------------------------------------------------------ the answers


def every_request() -> Iterator[Request]:
    """The example events, and what they cannot hold."""
    for name, scenario in every_example():
        if of_v1(name, scenario):
            yield Request(f"{name}/{scenario}", load_event(name, scenario))
    for (method, route), address in {**ADDRESSES_OF_V1, DEFAULT: "/tasks/"}.items():
        for kind in (XML, JSON):
            api = v1(Api("local-admin-token"), kind, content_type=XML)
            name, verb = f"{method} {route} {kind}", method or "GET"
            body = body_of(verb, address)
            for what, query in (("not UTF-8", "?a=%ff"), ("too long", "?" + "&".join(map(str, range(101))))):
                yield Request(f"{name} query {what}", api.event(verb, address + query, body, {"authorization": ""}))
            event = api.event(verb, address, body)
            yield Request(f"{name} without a token", api.event(verb, address, body, {"authorization": ""}))
            yield Request(
                f"{name} updated since yesterday", api.event(verb, address + "?updated_since=yesterday", body)
            )
            yield from with_tags(name, api, verb, address)
            if verb == "POST":
                yield from with_keys(name, api, address, body)
            yield Request(f"{name} in no format", api.event(verb, address, body, {"accept": "text/html"}))
            yield Request(f"{name} without a table", event, trouble=no_table)
            yield Request(f"{name} on a busy table", event, trouble=busy_table)
            if verb != "GET":
                yield Request(f"{name} busy records", event, trouble=busy_records)
    for address in ("/projects/1/task_assignments/1.json", "/tasks/5.json"):
        for verb, body in (("PUT", None), ("DELETE", None)):
            yield Request(f"{verb} {address}", v1(Api("local-admin-token")).event(verb, address, body))
    last = v1(Api("local-admin-token"), JSON).event("DELETE", "/projects/1/task_assignments/1")
    yield Request("DELETE the last task", last, before=archive_the_others)


def with_tags(name: str, api: Api, verb: str, address: str) -> Iterator[Request]:
    """A reader who has the answer already, and a change of a record that is not what the caller has seen."""
    if verb == "GET":
        yield Request(f"{name} that is known", api.event(verb, address, None, {"if-none-match": "*"}))
    if verb in ("PUT", "DELETE"):
        event = api.event(verb, address, body_of(verb, address), {"if-match": '"0"'})
        yield Request(f"{name} of another state", event)


def archive_the_others() -> None:
    """Leave project 1 one active assignment."""
    api = Api("local-admin-token")
    for number in (2, 3, 4):
        assert api.patch(f"/v2/projects/1/task_assignments/{number}", {"is_active": False}).status == 200


REQUESTS = list(every_request())
type Answers = dict[str, tuple[Request, Answer]]


@pytest.fixture(scope="module")
def answers(endpoint_url: str) -> Answers:
    """Every request with its answer, by the request's name."""
    return {request.name: (request, answer) for request, answer in answers_to(REQUESTS, endpoint_url)}


def of_route(answers: Answers, route: tuple[str, str]) -> list[Answer]:
    return [answer for request, answer in answers.values() if request.route == route]


def in_json(answer: Answer, part: Part) -> Answer:
    """The answer as the schema of its content describes it: an XML one is read by its own types and the names there."""
    if not answer.headers.get("Content-Type", "").startswith(XML) or answer.raw == " ":
        return answer
    schema = part.at("responses", str(answer.status), "content", XML, "schema")
    root = fromstring(answer.raw.encode())
    assert root.tag == schema.value["xml"]["name"]
    return Answer(answer.status, value_of(root), answer.headers, answer.raw)


def value_of(element: Element) -> Any:
    """What an element says, by the type that it gives itself."""
    if element.get("nil") == "true":
        assert (element.text, len(element)) == (None, 0)
        return None
    if element.get("type") == "array":
        return [value_of(element) for element in element]
    if len(element):
        return {element.tag.replace("-", "_"): value_of(element) for element in element}
    text = element.text or ""
    if element.get("type") in ("integer", "boolean", "decimal"):
        return json.loads(text)
    return text


def test_the_requests_have_names_of_their_own_and_routes_that_are_documented() -> None:
    assert len({request.name for request in REQUESTS}) == len(REQUESTS)
    assert {request.route for request in REQUESTS} <= {*ADDRESSES_OF_V1, DEFAULT}


@EVERY_ROUTE
def test_every_answer_is_as_documented(route: tuple[str, str], answers: Answers) -> None:
    part = described(route)
    of_this = {name: answer for name, (request, answer) in answers.items() if request.route == route}
    assert {name for name, answer in of_this.items() if str(answer.status) not in part.at("responses").names} == set()
    found = {name: complaints(part, in_json(answer, part)) for name, answer in of_this.items()}
    assert {name: wrong for name, wrong in found.items() if wrong} == {}


@EVERY_ROUTE
def test_every_documented_status_is_one_that_the_api_gives(route: tuple[str, str], answers: Answers) -> None:
    responses = described(route).at("responses")
    ours = {name for name in responses.names if "x-answered-by" not in responses.at(name).value}

    assert ours == {str(answer.status) for answer in of_route(answers, route)}


@EVERY_ROUTE
def test_no_answer_is_a_403_and_only_that_to_the_key_of_another_request_is_a_422(
    route: tuple[str, str], answers: Answers
) -> None:
    allowed = {422} if route[0] == "POST" else set()
    assert {answer.status for answer in of_route(answers, route)} & {403, 422} == allowed
    assert set(described(route).at("responses").names) & {"403", "422"} == set(map(str, allowed))


@ROUTES
def test_every_documented_answer_was_given_in_both_formats(route: tuple[str, str], answers: Answers) -> None:
    given = {
        (answer.status, answer.headers.get("Content-Type", "").split(";")[0]) for answer in of_route(answers, route)
    }

    assert {(200, XML), (200, JSON)} <= given or {(201, XML), (201, JSON)} <= given
    assert {(status, kind) for status in (400, 401, 500, 503) for kind in (XML, JSON)} <= given


def error_examples() -> Iterator[tuple[str, str]]:
    """The example texts of each refusal of v1."""
    for name, response in document()["components"]["responses"].items():
        examples_ = response.get("content", {}).get(JSON, {}).get("examples", {}) if name.startswith("V1") else {}
        yield from ((name, example["value"]["message"]) for example in examples_.values())


@pytest.mark.parametrize(("response", "message"), list(error_examples()))
def test_every_documented_error_text_is_one_that_the_api_sends(response: str, message: str, answers: Answers) -> None:
    sent = {
        (
            described(request.route).at("responses", str(answer.status)).pointer.rsplit("/", 1)[1],
            answer.body["message"] if isinstance(answer.body, dict) else texts(answer.raw).get("message"),
        )
        for request, answer in answers.values()
        if answer.status >= 400
    }

    assert (response, message) in sent


def test_xml_names_are_the_names_of_json_with_dashes() -> None:
    schemas = {name: value for name, value in document()["components"]["schemas"].items() if name.startswith("V1")}
    wrong = [
        (name, field)
        for name, schema in schemas.items()
        for field, value in schema.get("properties", {}).items()
        if value.get("xml", {}).get("name", field) != field.replace("_", "-") and not name.startswith("V1Wrapped")
    ]

    assert wrong == []


def bodies_of_examples() -> Iterator[tuple[str, str, str, Part]]:
    for method, route in sorted(ADDRESSES_OF_V1):
        part = operation(method, route)
        if "requestBody" in part.value:
            for kind in part.at("requestBody", "content").names:
                content = part.at("requestBody", "content", kind)
                yield from ((method, route, kind, example) for example in content.within("examples"))


@pytest.mark.parametrize(("method", "route", "kind", "example"), list(bodies_of_examples()))
def test_every_example_of_a_body_is_accepted(
    method: str, route: str, kind: str, example: Part, table: str, endpoint_url: str
) -> None:
    put_demo_account(endpoint_url)
    given = example.value["value"]
    schema = operation(method, route).at("requestBody", "content", kind, "schema")
    body: object = given.encode() if kind == XML else given

    answer = v1(Api("local-admin-token"), kind).send(method, ADDRESSES_OF_V1[method, route], body)

    assert answer.status in (200, 201)
    if kind == JSON:
        assert list(of_schema(schema, given)) == []


# ------------------------------------------------------------ authentication

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")
OTHER_PATHS = ("/tasks/", "/tasks.json", "/projects/1/task_assignments/", "/account/who_am_i.json")
PROTECTED = [
    *((method, address) for (method, _), address in ADDRESSES_OF_V1.items()),
    *((method, address) for address in OTHER_PATHS for method in METHODS),
]
ALWAYS = {
    "Cache-Control": "no-cache, no-store",
    "Strict-Transport-Security": "max-age=31536000",
    "X-Content-Type-Options": "nosniff",
    "X-Request-Id": "gateway-id",
}
SENTENCE = "Authentication failed: send your email address and an access token by HTTP Basic"
NOT_AUTHENTICATED = (401, {"message": SENTENCE}, {**ALWAYS, "WWW-Authenticate": 'Basic realm="Sheaf"'})

type Whole = tuple[int, object, dict[str, str]]


def whole(answer: Answer) -> Whole:
    headers = {name: text for name, text in answer.headers.items() if name != "Content-Type"}
    return answer.status, texts(answer.raw) if answer.raw.startswith("<?xml") else answer.body, headers


def walk(api: Api, query: str = "") -> dict[tuple[str, str], Whole]:
    """The answer of each route."""
    return {
        (method, address): whole(api.send(method, address + query, body_of(method, address)))
        for method, address in PROTECTED
    }


def test_the_walk_goes_to_every_route_of_v1() -> None:
    assert {(route.method, route.path) for route in (route_of(*sent) for sent in PROTECTED)} == {
        *ADDRESSES_OF_V1,
        DEFAULT,
    }


@pytest.mark.parametrize("kind", [XML, JSON])
@pytest.mark.parametrize(
    "authorization",
    [
        "Bearer no-such-token",
        "Bearer {token}x",
        "Basic {token}",
        "Token {token}",
        basic("somebody@example.com", "{token}"),
        basic("ada@example.com", ""),
    ],
)
def test_without_valid_credentials_every_route_answers_401(authorization: str, kind: str, api: Api) -> None:
    before = rows()

    assert walk(v1(api, kind, authorization.format(token=api.token), content_type=XML)) == dict.fromkeys(
        PROTECTED, NOT_AUTHENTICATED
    )
    assert rows() == before


def test_an_expired_token_and_that_of_an_archived_user_are_invalid(account: Account) -> None:
    for token in (make_token(account, expires_at=NOW), make_token(account, is_active=False)):
        assert walk(v1(Api(token))) == dict.fromkeys(PROTECTED, NOT_AUTHENTICATED)
        assert walk(v1(Api(token), authorization="Nothing"), f"?access_token={token}") == dict.fromkeys(
            PROTECTED, NOT_AUTHENTICATED
        )


def test_every_route_accepts_each_kind_of_credentials(account: Account) -> None:
    token = make_token(account)
    (user,) = users.everyone(account.id)
    ways = [
        walk(v1(Api(token))),
        walk(v1(Api(token), authorization=basic(str(user.email), token))),
        walk(v1(Api(token), authorization="Nothing"), f"?access_token={token}"),
    ]

    assert [{answer[0] for answer in way.values()} & {401} for way in ways] == [set()] * 3


@pytest.mark.parametrize("role", [Role.MEMBER, Role.MANAGER])
def test_who_may_do_nothing_finds_nothing_but_themselves(role: Role, api: Api) -> None:
    project, task = api_records.project(api), api_records.task(api)
    api_records.assignment(api, project["id"], task["id"])
    caller = v1(api_records.person(api, role)[0], JSON, content_type=XML)
    before = rows()

    answers = {sent: answer for sent, answer in walk(caller).items() if sent[1] not in OTHER_PATHS}

    nothing = (404, {"message": "Not Found"}, ALWAYS)
    open_ = {("GET", "/account/who_am_i")} | ({("GET", "/projects")} if role is Role.MANAGER else set())
    assert {sent: answer for sent, answer in answers.items() if answer != nothing}.keys() == open_
    assert caller.get("/projects").body in ([], {"message": "Not Found"})
    assert rows() == before


def test_a_manager_with_the_right_to_tasks_still_finds_no_project_of_others(api: Api) -> None:
    project, task = api_records.project(api), api_records.task(api)
    api_records.assignment(api, project["id"], task["id"])
    caller = v1(api_records.manager(api, rights=frozenset({Right.CLIENT_AND_TASK_MANAGER})), JSON, content_type=XML)

    answers = {sent: answer for sent, answer in walk(caller).items() if "/projects/" in sent[1]}

    nothing = (404, {"message": "Not Found"}, ALWAYS)
    assert {sent: item for sent, item in answers.items() if sent[1] not in OTHER_PATHS and item != nothing} == {}


def furnish_another_account(_: Api) -> None:
    """A project with two tasks that somebody else has."""
    other = Api(make_token(make_account(2, "Other Company")), 2)
    project = api_records.project(other)
    for number in range(2):
        api_records.assignment(other, project["id"], api_records.task(other, f"Task {number}")["id"])


OF_ONE = [route for route in sorted(ADDRESSES_OF_V1) if "{" in route[1]]


@pytest.mark.parametrize(("method", "path"), OF_ONE, ids=lambda part: part)
@pytest.mark.parametrize("kind", [XML, JSON])
def test_what_another_account_has_looks_like_what_never_was(
    kind: str, method: str, path: str, api: Api, endpoint_url: str
) -> None:
    put_made(furnish_another_account, endpoint_url)
    caller, before = v1(api, kind, content_type=XML), rows()

    theirs, never = (
        caller.send(method, address, body_of(method, ADDRESSES_OF_V1[method, path]))
        for address in (re.sub(r"\{\w+\}", "1", path), re.sub(r"\{\w+\}", "99", path))
    )

    assert (theirs.status, theirs.raw, theirs.headers) == (404, never.raw, never.headers)
    assert rows() == {**before, **{key: item for key, item in rows().items() if "SEQUENCE" in key[0]}}
