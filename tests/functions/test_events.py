"""The example events are such as API Gateway makes, and every operation has some."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.functions.examples import requests
from tests.harness import EVENTS, Api, route_of, scenarios
from tools.template import functions, routes

EVERY = pytest.mark.parametrize("path", requests(), ids=lambda path: f"{path.parent.name}/{path.stem}")


def read(path: Path) -> dict[str, Any]:
    event: dict[str, Any] = json.loads(path.read_text())
    return event


def test_every_operation_has_examples_and_nothing_else_has() -> None:
    assert {path.name for path in EVENTS.iterdir()} == {function.operation for function in functions()}
    assert {path.parent.name for path in scenarios()} == {function.operation for function in functions()}


def test_the_examples_that_are_requests_are_those_of_functions_with_routes() -> None:
    assert {path.parent.name for path in requests()} == {route.operation for route in routes()}


@EVERY
def test_an_example_is_of_the_operation_that_its_request_leads_to(path: Path) -> None:
    http = read(path)["requestContext"]["http"]

    assert route_of(http["method"], http["path"]).operation == path.parent.name


@EVERY
def test_an_example_has_the_route_and_the_path_parameters_that_its_request_gives(path: Path) -> None:
    event = read(path)
    http = event["requestContext"]["http"]
    made = Api().event(http["method"], http["path"])

    shared = ("version", "routeKey", "rawPath")
    assert [event[name] for name in shared] == [made[name] for name in shared]
    assert event.get("pathParameters", {}) == (made["pathParameters"] or {})


@EVERY
def test_an_example_has_the_header_names_in_lower_case_and_the_known_request_id(path: Path) -> None:
    event = read(path)

    assert [name for name in event["headers"] if name != name.lower()] == []
    assert event["requestContext"]["requestId"] == "example"


@pytest.mark.parametrize("path", sorted(EVENTS.glob("on_*_due/*.json")), ids=lambda path: path.parent.name)
def test_an_example_of_a_schedule_is_such_as_eventbridge_scheduler_makes(path: Path) -> None:
    event = read(path)

    fields = ["version", "id", "detail-type", "source", "account", "time", "region", "resources", "detail"]
    assert list(event) == fields
    assert (event["source"], event["detail-type"], event["detail"]) == ("aws.scheduler", "Scheduled Event", "{}")


@pytest.mark.parametrize("path", scenarios(), ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_an_example_is_ten_to_twenty_lines_long(path: Path) -> None:
    assert 10 <= len(path.read_text().splitlines()) <= 20
