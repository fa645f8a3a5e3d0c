"""Every handler is built by one of the layer's entry wrappers, and is short enough to need no other rules."""

import ast
import re
from collections.abc import Mapping
from importlib import import_module
from typing import Any

import pytest

from sheaf.domain.identity import everybody
from sheaf.entry_points.events import EventHandler, ScheduleHandler, event_handler, schedule_handler
from sheaf.entry_points.http import V2, V2_BY_TOKEN, Endpoint, public_endpoint, v2_endpoint
from sheaf.entry_points.http_v1 import V1, v1_endpoint
from sheaf.entry_points.queue import QueueHandler
from sheaf.entry_points.stream import StreamHandler
from sheaf.http.request import Request
from sheaf.http.response import Response
from tests.architecture import source
from tests.support.api import NOW, Answer, Api, handler_of, make_account, make_token
from tools.template import Function, Route, functions, routes

LONGEST = 40  # lines

EVERY_ROUTE = pytest.mark.parametrize("route", list(routes()), ids=lambda route: f"{route.method} {route.path}".strip())


PUBLIC = {function.operation for function in functions() if function.is_public}


def objection(operation: str, module: str, handler: object) -> str | None:
    """Why this cannot be the handler of that operation; None if it can.

    The class must be the layer's own: a class of a function's could leave authentication out. What a request wakes asks
    who calls; what something else wakes (`on_...`) has nobody to ask.
    """
    wrappers: tuple[type, ...] = (
        (ScheduleHandler, EventHandler, QueueHandler, StreamHandler) if operation.startswith("on_") else (Endpoint,)
    )
    if type(handler) not in wrappers:
        return "is not built by the layer's entry wrapper"
    assert isinstance(handler, Endpoint | ScheduleHandler | EventHandler | QueueHandler | StreamHandler)
    if handler.operation != operation:
        return f"calls itself {handler.operation}"
    if isinstance(handler, Endpoint) and (handler.permission is None) is not (operation in PUBLIC):
        return "asks for no credentials" if handler.permission is None else "asks for credentials"
    if handler.operate.__module__ != module:
        return f"does not answer with a function of its own, but of {handler.operate.__module__}"
    return None


@pytest.mark.parametrize("operation", [function.operation for function in functions()])
def test_a_handler_is_built_by_the_entry_wrapper(operation: str) -> None:
    module = f"functions.{operation}.handler"
    assert objection(operation, module, import_module(module).handler) is None


def test_what_has_a_route_is_not_named_like_what_something_else_wakes() -> None:
    assert {function.operation for function in functions() if function.operation.startswith("on_")} == {
        function.operation for function in functions() if not function.routes
    }


def greet(_call: Request) -> Response:
    return Response(200, {})


def retrieve_reference(_call: Request) -> Response:
    return Response(200, {})


def bare(_event: Mapping[str, Any], _context: object) -> dict[str, Any]:
    return {"statusCode": 200}


def on_greeting_due() -> int:
    return 0


def on_greeting(_event: Mapping[str, Any]) -> int:
    return 0


class Careless(Endpoint):
    """Answers without asking who calls."""

    def __call__(self, event: Mapping[str, Any], _context: object = None) -> dict[str, Any]:
        return {"statusCode": 200, "body": event["body"]}


NOT_BUILT = "is not built by the layer's entry wrapper"


@pytest.mark.parametrize(
    ("operation", "module", "handler", "expected"),
    [
        ("greet", __name__, v2_endpoint(greet, everybody), None),
        ("greet", __name__, public_endpoint(greet), "asks for no credentials"),
        ("retrieve_reference", __name__, v2_endpoint(retrieve_reference, everybody), "asks for credentials"),
        ("greet", __name__, bare, NOT_BUILT),
        ("greet", __name__, None, NOT_BUILT),
        ("greet", __name__, Careless(greet, everybody, lambda _: V2), NOT_BUILT),
        ("on_greeting_due", __name__, schedule_handler(on_greeting_due), None),
        ("on_greeting", __name__, event_handler(on_greeting), None),
        ("greet", __name__, event_handler(on_greeting), NOT_BUILT),
        ("greet", __name__, schedule_handler(on_greeting_due), NOT_BUILT),
        ("on_greeting_due", __name__, v2_endpoint(greet, everybody), NOT_BUILT),
        ("on_greeting_due", __name__, on_greeting_due, NOT_BUILT),
        ("on_parting_due", __name__, schedule_handler(on_greeting_due), "calls itself on_greeting_due"),
        ("greet", __name__, v1_endpoint(greet, everybody), None),
        ("meet", __name__, v2_endpoint(greet, everybody), "calls itself greet"),
        (
            "greet",
            "functions.greet.handler",
            v2_endpoint(greet, everybody),
            f"does not answer with a function of its own, but of {__name__}",
        ),
    ],
)
def test_a_handler_that_goes_around_the_wrapper_is_caught(
    operation: str, module: str, handler: object, expected: str | None
) -> None:
    assert objection(operation, module, handler) == expected


def answer(route: Route, api: Api, **headers: str) -> Answer:
    """What a route's handler answers to a request without a body."""
    path = "/nowhere" if route.path == "$default" else re.sub(r"\{\w+\}", "7", route.path)
    event = api.event(route.method or "GET", path, headers=headers)
    return Answer.of(handler_of(route.operation)(event))


@EVERY_ROUTE
def test_no_route_answers_without_a_token(table: str, route: Route) -> None:
    assert answer(route, Api(), authorization="").status == 401


@EVERY_ROUTE
def test_no_route_answers_a_token_that_nobody_was_issued(table: str, route: Route) -> None:
    assert answer(route, Api("sheaf_unknown")).status == 401


@EVERY_ROUTE
def test_no_route_answers_an_expired_token(table: str, route: Route) -> None:
    assert answer(route, Api(make_token(make_account(), expires_at=NOW))).status == 401


@EVERY_ROUTE
def test_no_route_answers_the_token_of_an_archived_user(table: str, route: Route) -> None:
    assert answer(route, Api(make_token(make_account(), is_active=False))).status == 401


@pytest.mark.parametrize(
    "route", [route for route in routes() if route.path.startswith("/v2/")], ids=lambda value: value.path
)
def test_no_route_of_v2_answers_the_token_of_another_account(table: str, route: Route) -> None:
    make_account(1)
    assert answer(route, Api(make_token(make_account(2)), account_id=1)).status == 404


@pytest.mark.parametrize("function", functions(), ids=lambda value: value.operation)
def test_a_function_speaks_the_version_of_its_name(function: Function) -> None:
    if function.routes:
        spoken = handler_of(function.operation).api_version_of(Request(path="/v2/tasks"))
        of_v2 = V2_BY_TOKEN if function.operation == "retrieve_accounts" else V2
        assert spoken is (V1 if function.operation.startswith("v1_") else of_v2)
    assert {"/v2/" in route.path for route in function.routes if route in routes() and route.method} <= {
        not function.operation.startswith("v1_")
    }


def test_the_reference_alone_is_public() -> None:
    assert {"retrieve_reference"} == PUBLIC


def test_no_handler_is_long() -> None:
    lengths = {module.name: max(node.end_lineno or 0 for node in module.tree.body) for module in source.functions()}
    assert {name: length for name, length in lengths.items() if length > LONGEST} == {}


def test_no_handler_catches_an_error() -> None:
    catching = [
        module.name
        for module in source.functions()
        if any(isinstance(node, ast.Try | ast.TryStar) for node in ast.walk(module.tree))
    ]
    assert catching == []
