"""The example requests: those of `events/`, which `sam local invoke` takes too, and many more in one line each.

All are sent to the demo account. Their expected answers are in the tests of their operations.
"""

import json
from base64 import b64encode
from collections.abc import Mapping
from functools import cache
from typing import Any

from tests.support.api import EVENTS, path_parameters, route_of
from tests.support.more_example_requests import MORE

_V2_HEADERS = {
    "authorization": "Bearer local-admin-token",
    "harvest-account-id": "1",
    "host": "127.0.0.1:3000",
    "user-agent": "Example (dev@example.com)",
    "x-forwarded-proto": "http",
}
_V1_HEADERS = {
    "authorization": "Basic YWRhQGV4YW1wbGUuY29tOmxvY2FsLWFkbWluLXRva2Vu",
    "host": "127.0.0.1:3000",
    "x-forwarded-proto": "http",
}


def example_event(
    method: str,
    address: str,
    body: str | None = None,
    headers: Mapping[str, str] | None = None,
    *,
    is_v1: bool = False,
    is_base64: bool = False,
) -> dict[str, Any]:
    """The event of a request of the demo account's administrator; a header that is given as "" is left out."""
    path, _, query = address.partition("?")
    route = route_of(method, path)
    usual = {**(_V1_HEADERS if is_v1 else _V2_HEADERS)}
    if body is not None:
        usual["content-type"] = "application/xml" if is_v1 else "application/json"
    event: dict[str, Any] = {
        "version": "2.0",
        "routeKey": f"{route.method} {route.path}".strip(),
        "rawPath": path,
        "rawQueryString": query,
        "headers": {name: value for name, value in sorted({**usual, **(headers or {})}.items()) if value},
        "requestContext": {"requestId": "example", "http": {"method": method, "path": path}},
        "isBase64Encoded": is_base64,
    }
    if parameters := path_parameters(route, path):
        event["pathParameters"] = parameters
    if body is not None:
        event["body"] = b64encode(body.encode()).decode() if is_base64 else body
    return event


@cache
def names_of(operation: str) -> list[str]:
    """The scenarios that an operation has example requests for."""
    files = [path.stem for path in (EVENTS / operation).glob("*.json")]
    return sorted([*files, *MORE.get(operation, {})])


def load_event(operation: str, scenario: str) -> dict[str, Any]:
    """The event of an example."""
    more = MORE.get(operation, {}).get(scenario)
    if more is None:
        event: dict[str, Any] = json.loads((EVENTS / operation / f"{scenario}.json").read_text())
        return event
    is_v1 = operation.startswith("v1_") or scenario.startswith("v1_")
    return example_event(more.method, more.address, more.body, more.headers, is_v1=is_v1, is_base64=more.is_base64)


def every_example() -> list[tuple[str, str]]:
    """Operation and scenario of every example that is a request; functions that something else wakes are left out."""
    operations = sorted({path.name for path in EVENTS.iterdir()} | MORE.keys())
    return [(name, scenario) for name in operations if not name.startswith("on_") for scenario in names_of(name)]
