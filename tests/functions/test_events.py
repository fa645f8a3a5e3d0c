"""The example events are such as API Gateway, SQS and EventBridge make, and every function has some."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.support.api import EVENTS, Api, route_of
from tools.template import functions, routes

REQUESTS = {route.operation for route in routes()}


def events() -> Mapping[Path, dict[str, Any]]:
    """Every example event, by its path in `events/`."""
    return {path.relative_to(EVENTS): json.loads(path.read_text()) for path in sorted(EVENTS.glob("*/*.json"))}


def requests() -> Mapping[Path, dict[str, Any]]:
    """Those of functions that have a route."""
    return {path: event for path, event in events().items() if path.parent.name in REQUESTS}


def test_every_function_has_one_to_eight_example_events_and_nothing_else_has() -> None:
    counts = {path.name: len(list(path.iterdir())) for path in EVENTS.iterdir()}
    assert counts.keys() == {function.operation for function in functions()}
    assert {name: count for name, count in counts.items() if not 1 <= count <= 8} == {}


def test_an_event_has_the_route_the_path_parameters_and_the_request_id_of_its_request() -> None:
    wrong = {}
    for path, event in requests().items():
        http = event["requestContext"]["http"]
        made = Api().event(http["method"], http["path"])
        shown = [event.get(name) for name in ("version", "routeKey", "rawPath")]
        if (
            route_of(http["method"], http["path"]).operation != path.parent.name
            or shown != [made[name] for name in ("version", "routeKey", "rawPath")]
            or event.get("pathParameters", {}) != (made["pathParameters"] or {})
            or event["requestContext"]["requestId"] != "example"
            or any(name != name.lower() for name in event["headers"])
        ):
            wrong[path] = event
    assert wrong == {}


def test_an_event_of_a_schedule_is_such_as_eventbridge_scheduler_makes() -> None:
    scheduled = {path: event for path, event in events().items() if path.parent.name.endswith("_due")}
    fields = ["version", "id", "detail-type", "source", "account", "time", "region", "resources", "detail"]
    assert {path: list(event) for path, event in scheduled.items()} == dict.fromkeys(scheduled, fields)
    kinds = {(event["source"], event["detail-type"], event["detail"]) for event in scheduled.values()}
    assert kinds == {("aws.scheduler", "Scheduled Event", "{}")}


def test_an_event_is_ten_to_twenty_lines_long() -> None:
    lengths = {path: len((EVENTS / path).read_text().splitlines()) for path in events()}
    assert {path: length for path, length in lengths.items() if not 10 <= length <= 20} == {}
