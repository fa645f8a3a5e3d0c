"""What the API answers is what docs/openapi.yaml says, and the other way round."""

import re
import socket
import tomllib
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
from openapi_spec_validator import validate

from sheaf.domain.paging import PER_PAGE_LIMIT
from sheaf.domain.values import AMOUNT_LIMIT, ID_LIMIT, NAME_LIMIT, TEXT_LIMIT
from sheaf.http import body, identity, request
from tests.contract.document import JSON, Part, complaints, document, documented_routes, of_schema, operation
from tests.contract.requests import ADDRESSES, ADDRESSES_OF_V1, ADMIN, FORM, Request, answers_to, every_request
from tests.support.accounts import put_demo_account
from tests.support.api import Answer, Api
from tools.template import PROJECT, routes, template

# One process answers all requests once, for all of these tests.
pytestmark = pytest.mark.xdist_group("contract")

REQUESTS = every_request()
ROUTES = pytest.mark.parametrize("route", sorted(ADDRESSES), ids=" ".join)

type Answers = dict[str, tuple[Request, Answer]]


@pytest.fixture(scope="module")
def answers(endpoint_url: str) -> Answers:
    """Every request with its answer, by the request's name."""
    return {request.name: (request, answer) for request, answer in answers_to(REQUESTS, endpoint_url)}


def of_route(answers: Answers, route: tuple[str, str]) -> list[Answer]:
    return [answer for request, answer in answers.values() if request.route == route]


def test_the_document_is_valid() -> None:
    validate(document())


def test_the_requests_have_names_of_their_own_and_routes_that_are_documented() -> None:
    assert len({request.name for request in REQUESTS}) == len(REQUESTS)
    assert {request.route for request in REQUESTS} <= ADDRESSES.keys()


def test_every_route_is_documented_and_nothing_else_is() -> None:
    assert documented_routes() == {(route.method, route.path) for route in routes()}
    assert documented_routes() == {*ADDRESSES, *ADDRESSES_OF_V1}


@pytest.mark.parametrize("route", list(routes()), ids=lambda route: f"{route.method} {route.path}")
def test_the_operation_id_is_the_operations_slug(route: Any) -> None:
    # An id may stand in a document once: what is another one by another verb goes without.
    again = {"PUT /v2", "GET /tasks/{task_id}/activate"}
    named = None if {f"{route.method} {route.path[:3]}", f"{route.method} {route.path}"} & again else route.operation

    assert operation(route.method, route.path).value.get("operationId") == named


@ROUTES
def test_every_answer_is_as_documented(route: tuple[str, str], answers: Answers) -> None:
    part = operation(*route)
    of_this = {name: answer for name, (request, answer) in answers.items() if request.route == route}
    found = {name: complaints(part, answer) for name, answer in of_this.items()}
    assert {name: wrong for name, wrong in found.items() if wrong} == {}


@ROUTES
def test_every_documented_status_is_one_that_the_api_gives(route: tuple[str, str], answers: Answers) -> None:
    responses = operation(*route).at("responses")
    ours = {name for name in responses.names if "x-answered-by" not in responses.at(name).value}

    assert ours == {str(answer.status) for answer in of_route(answers, route)}


@ROUTES
def test_only_throttling_is_answered_by_somebody_else(route: tuple[str, str]) -> None:
    responses = operation(*route).at("responses")

    assert [name for name in responses.names if "x-answered-by" in responses.at(name).value] == ["429"]


def error_examples(route: tuple[str, str]) -> Iterator[tuple[int, Any]]:
    responses = operation(*route).at("responses")
    for status in responses.names:
        if int(status) >= 300 and status not in ("304", "429"):
            for example in responses.at(status, "content", JSON).within("examples"):
                yield int(status), example.value["value"]


@ROUTES
def test_every_documented_error_text_is_one_that_the_api_sends(route: tuple[str, str], answers: Answers) -> None:
    sent = [(answer.status, answer.body) for answer in of_route(answers, route)]

    # Where a redirect leads to depends on the path: its text is an example of a kind.
    missing = [example for example in error_examples(route) if example not in sent and example[0] != 308]
    assert missing == []


@ROUTES
def test_every_example_of_an_answer_is_valid_and_in_order(route: tuple[str, str]) -> None:
    for response in operation(*route).within("responses"):
        if "content" not in response.value:
            continue
        content = response.at("content", JSON)
        examples = content.within("examples")
        wrong = [item for example in examples for item in of_schema(content.at("schema"), example.value["value"])]
        assert (bool(examples), wrong) == (True, [])


def objects(schema: Part) -> Iterator[Part]:
    """The schemas of all objects within a schema."""
    if len(schema.shapes) > 1:
        for shape in schema.shapes:
            yield from objects(shape)
    if "properties" in schema.value:
        yield schema
    for inner in schema.within("properties"):
        yield from objects(inner)
    if "items" in schema.value:
        yield from objects(schema.at("items"))


@ROUTES
def test_an_answer_has_no_field_that_is_not_documented(route: tuple[str, str]) -> None:
    schemas = [
        part.at("content", JSON, "schema") for part in operation(*route).within("responses") if "content" in part.value
    ]
    open_ones = {
        inner.pointer
        for schema in schemas
        for inner in objects(schema)
        if inner.value.get("additionalProperties") is not False
    }

    assert open_ones == set()


@ROUTES
def test_an_answer_has_every_documented_field_but_the_message_of_a_404(route: tuple[str, str]) -> None:
    schemas = [
        part.at("content", JSON, "schema") for part in operation(*route).within("responses") if "content" in part.value
    ]
    optional = {
        (inner.pointer.rsplit("/", 1)[1], name)
        for schema in schemas
        for inner in objects(schema)
        for name in inner.value["properties"]
        if name not in inner.value["required"]
    }

    assert optional <= {("NotFound", "message")}


def bodies_of_examples() -> Iterator[tuple[str, str, str, Part]]:
    for method, route in ADDRESSES:
        described = operation(method, route)
        if "requestBody" in described.value:
            for media_type in described.at("requestBody", "content").names:
                content = described.at("requestBody", "content", media_type)
                yield from ((method, route, media_type, example) for example in content.within("examples"))


@pytest.fixture
def demo_account(table: str, endpoint_url: str) -> None:
    put_demo_account(endpoint_url)


def form_of(given: dict[str, Any]) -> bytes:
    """Fields as a form; those within a field are written `outer[inner]`."""
    pairs: dict[str, object] = {}
    for field, value in given.items():
        if isinstance(value, dict):
            pairs |= {f"{field}[{inner}]": each for inner, each in value.items()}
        else:
            pairs[field] = value
    return urlencode(pairs).encode()


def as_said(given: Any, answer: Any) -> Any:
    """That part of an answer which the fields of a request speak of; `client_id` is the `id` of `client` there."""
    if not isinstance(given, dict):
        return answer
    return {
        field: as_said(value, answer[field] if field in answer else answer[field.removesuffix("_id")]["id"])
        for field, value in given.items()
    }


@pytest.fixture
def public_names(monkeypatch: pytest.MonkeyPatch) -> None:
    """The host that examples name is a server of the public internet; other names are looked up."""
    known = {"hooks.example.com": "93.184.216.34"}
    real = socket.getaddrinfo
    monkeypatch.setattr(socket, "getaddrinfo", lambda host, *rest, **more: real(known.get(host, host), *rest, **more))


@pytest.mark.usefixtures("demo_account", "public_names")
@pytest.mark.parametrize(("method", "route", "media_type", "example"), list(bodies_of_examples()))
def test_every_example_of_a_body_is_valid_and_accepted(method: str, route: str, media_type: str, example: Part) -> None:
    schema = operation(method, route).at("requestBody", "content", media_type, "schema")
    given = example.value["value"]
    body: object = form_of(given) if media_type == FORM else given

    answer = ADMIN.send(method, ADDRESSES[method, route], body, {"content-type": media_type})

    assert list(of_schema(schema, given)) == []
    assert answer.status in (200, 201, 202)
    begun = {"after": answer.body["first_sequence"] - 1} if answer.status == 202 else {}
    if "results" not in answer.body and "into_task_id" not in given:
        assert as_said(given, answer.body | begun) == given


def examples_of_parameters() -> Iterator[tuple[str, str, str]]:
    """Each parameter of a query that has an example, with the query that gives it, and all that must be given."""
    for method, route in ADDRESSES:
        described = document()["paths"].get(route, {}).get(method.lower(), {}).get("parameters", [])
        items = [Part(parameter["$ref"].removeprefix("#")).value for parameter in described]
        required = {item["name"]: item["example"] for item in items if item.get("required")}
        for item in items:
            if "example" in item and item["in"] == "query":
                given = {**required, item["name"]: item["example"]}
                texts = {name: str(text).lower() if isinstance(text, bool) else text for name, text in given.items()}
                yield route, item["name"], urlencode(texts)


@pytest.mark.usefixtures("reading")
@pytest.mark.parametrize(("route", "name", "query"), list(examples_of_parameters()))
def test_every_example_of_a_parameter_is_accepted(route: str, name: str, query: str) -> None:
    answer = ADMIN.get(f"{ADDRESSES['GET', route]}?{query}")

    assert complaints(operation("GET", route), answer) == []
    assert answer.status == 200
    if "links" in answer.body:
        assert f"{name}=" in answer.body["links"]["first"]


def lists() -> list[str]:
    """The routes of all lists."""
    return [route for method, route in ADDRESSES if method == "GET" and "Page" in _success(route)]


def _success(route: str) -> str:
    reference: str = document()["paths"][route]["get"]["responses"]["200"]["$ref"]
    return reference


@pytest.mark.usefixtures("reading")
@pytest.mark.parametrize("route", lists())
@pytest.mark.parametrize("start", ["", "page=1&", "is_active=true&", "updated_since=2017-06-26&"])
def test_every_page_of_a_walk_is_as_documented(start: str, route: str) -> None:
    link: str | None = f"https://sheaf.test{ADDRESSES['GET', route]}?{start}per_page=2"
    pages = []
    while link:
        pages.append(ADMIN.follow(link))
        link = pages[-1].body["links"]["next"]

    assert [complaints(operation("GET", route), page) for page in pages] == [[]] * pages[0].body["total_pages"]


@pytest.mark.parametrize(
    ("given", "repeated"),
    [
        (Part().at("components", "parameters", "RequestId").value["example"], True),
        ("A-Za-z0-9._=+/@:-", True),
        ("x" * 128, True),
        ("x" * 129, False),
        ("a b", False),
        ("ä", False),
    ],
)
def test_a_request_id_is_repeated_where_it_fits_the_documented_pattern(given: str, repeated: bool, api: Api) -> None:
    pattern = Part().at("components", "parameters", "RequestId").value["schema"]["pattern"]

    answer = api.get("/v2/tasks", x_request_id=given)

    assert (re.search(pattern, given) is not None) is repeated
    assert answer.headers["X-Request-Id"] == (given if repeated else "gateway-id")


def plain(text: str) -> str:
    return " ".join(text.split())


def test_the_limits_in_the_text_are_those_of_the_code() -> None:
    about = plain(document()["info"]["description"])

    assert f"A body has at most {body.BODY_LIMIT:,} bytes" in about
    assert f"{body.DEPTH_LIMIT} levels of nesting" in about
    assert f"a form at most {body.FIELD_LIMIT} fields" in about
    assert f"at most {request._PARAMETER_LIMIT} parameters" in about
    assert f"pages of `per_page` records, {PER_PAGE_LIMIT:,} unless you ask for fewer" in about
    assert f"for up to {identity._REMEMBERED_FOR:.0f} seconds" in about


def test_the_limits_in_the_schemas_are_those_of_the_code() -> None:
    schemas = document()["components"]["schemas"]

    named = ("Task", "Client", "ClientName", "Project", "ProjectName", "TaskName")
    assert {schemas[name]["properties"]["name"]["maxLength"] for name in named} == {NAME_LIMIT}
    texts = (("Client", "address"), ("Project", "notes"), ("TimeEntry", "notes"))
    assert {schemas[name]["properties"][field]["maxLength"] for name, field in texts} == {TEXT_LIMIT}
    assert {schemas["Project"]["properties"][literal]["maximum"] for literal in ("budget", "fee")} == {
        float(AMOUNT_LIMIT)
    }
    assert schemas["NewName"]["maxLength"] == NAME_LIMIT
    assert schemas["Id"]["maximum"] == ID_LIMIT - 1
    assert schemas["NewRate"]["maximum"] == float(AMOUNT_LIMIT)
    pages = [value for name, value in schemas.items() if name.endswith("Page") and value["type"] == "object"]
    assert {next(iter(page["properties"].values()))["maxItems"] for page in pages} == {PER_PAGE_LIMIT}
    assert len(pages) == len({_success(route) for route in lists()})
    per_page = document()["components"]["parameters"]["PerPage"]["schema"]
    assert (per_page["minimum"], per_page["maximum"], per_page["default"]) == (1, PER_PAGE_LIMIT, PER_PAGE_LIMIT)


def test_what_the_text_says_of_the_deployment_is_what_the_template_says() -> None:
    parameters = template()["Parameters"]
    throttling = plain(document()["components"]["responses"]["TooManyRequests"]["description"])
    rate, burst = (parameters[f"Throttling{name}Limit"]["Default"] for name in ("Rate", "Burst"))
    exposed = template()["Resources"]["Api"]["Properties"]["CorsConfiguration"]["ExposeHeaders"]

    assert f"{rate} a second and {burst} at once" in throttling
    *names, last = (name.title() for name in exposed)
    assert f"{', '.join(f'`{name}`' for name in names)} and `{last}`" in plain(document()["info"]["description"])


def test_the_version_is_the_projects() -> None:
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]

    assert document()["info"]["version"] == project["version"]


FOUND = Answer.of(
    {
        "statusCode": 200,
        "headers": {
            "Content-Type": "application/json; charset=utf-8",
            "Cache-Control": "no-cache, no-store",
            "Strict-Transport-Security": "max-age=31536000",
            "X-Content-Type-Options": "nosniff",
            "X-Request-Id": "example",
            "ETag": '"0123456789abcdef0123456789abcdef"',
        },
        "body": '{"id":1,"name":"a","billable_by_default":true,"default_hourly_rate":null,"is_default":true,'
        '"is_active":true,"created_at":"2026-03-01T08:00:00Z","updated_at":"2026-03-01T08:00:00Z"}',
    }
)


def test_the_check_finds_nothing_in_a_good_answer() -> None:
    assert complaints(operation("GET", "/v2/tasks/{task_id}"), FOUND) == []


@pytest.mark.parametrize(
    ("status", "headers", "body", "complaint"),
    [
        (201, {}, {}, "status 201 is not documented"),
        (200, {"X-Runtime": "1"}, {}, "header X-Runtime is not documented"),
        (200, {"X-Request-Id": None}, {}, "header X-Request-Id is missing"),
        (200, {"X-Request-Id": "a b"}, {}, "header X-Request-Id: 'a b' does not match"),
        (200, {"Content-Type": "text/html"}, {}, "content type text/html;  is not documented"),
        (200, {}, {"secret": 1}, "Additional properties are not allowed ('secret' was unexpected)"),
        (200, {}, {"id": None}, "'id' is a required property"),
        (200, {}, {"is_active": "yes"}, "'yes' is not of type 'boolean'"),
        (200, {}, {"created_at": "2026-03-01 08:00:00"}, "'2026-03-01 08:00:00' does not match"),
    ],
)
def test_the_check_finds_what_is_wrong(
    status: int, headers: dict[str, str | None], body: dict[str, object], complaint: str
) -> None:
    changed = {name: value for name, value in {**FOUND.headers, **headers}.items() if value is not None}
    fields = {name: value for name, value in {**FOUND.body, **body}.items() if value is not None or name not in body}
    wrong = complaints(operation("GET", "/v2/tasks/{task_id}"), Answer(status, fields, changed, ""))

    assert [complaint in item for item in wrong[:1]] == [True]


def test_the_check_finds_fields_in_another_order() -> None:
    reordered = dict(sorted(FOUND.body.items()))

    wrong = complaints(operation("GET", "/v2/tasks/{task_id}"), Answer(200, reordered, FOUND.headers, ""))

    assert [item.partition(": ")[2].startswith("the fields come as ['billable") for item in wrong] == [True]
