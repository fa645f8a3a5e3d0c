"""The routes of the API, read from the template that CloudFormation holds after the SAM transform."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

API_TYPE = "AWS::ApiGatewayV2::Api"
ANY_METHOD = "x-amazon-apigateway-any-method"
CORS = "x-amazon-apigateway-cors"
INTEGRATION = "x-amazon-apigateway-integration"
METHODS = ("delete", "get", "head", "options", "patch", "post", "put")
FUNCTION_IN_URI = re.compile(r"/functions/\$\{(\w+)\.Arn\}/invocations$")


class TemplateError(Exception):
    """The template's API has a shape that cannot be served locally."""


@dataclass(frozen=True)
class Route:
    """One route of the HTTP API: `GET /v2/tasks` (or `$default`) is answered by `function`, a logical id."""

    key: str
    function: str
    payload_format: str


def api_of(template: Mapping[str, Any]) -> str:
    """Return the logical id of the template's one HTTP API."""
    found = [name for name, resource in template["Resources"].items() if resource["Type"] == API_TYPE]
    if len(found) != 1:
        raise TemplateError(f"one HTTP API is expected in the template, found {found}")
    return str(found[0])


def routes_of(template: Mapping[str, Any]) -> list[Route]:
    """Return the routes in the OpenAPI body that SAM gives the API.

    Args:
        template: The processed template.
    """
    paths: Mapping[str, Any] = _body_of(template).get("paths", {})
    return [
        _route(path, method, operation)
        for path, operations in paths.items()
        for method, operation in operations.items()
        if method == ANY_METHOD or method in METHODS
    ]


def cors_of(template: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the API's CORS settings as the API Gateway API wants them, or None if it has none.

    A list that comes from a `CommaDelimitedList` parameter is still one string in ministack's processed template.
    """
    settings = _body_of(template).get(CORS)
    if not settings:
        return None
    return {
        name[0].upper() + name[1:]: value.split(",") if isinstance(value, str) else value
        for name, value in settings.items()
    }


def _body_of(template: Mapping[str, Any]) -> Mapping[str, Any]:
    body: Mapping[str, Any] = template["Resources"][api_of(template)]["Properties"]["Body"]
    return body


def _route(path: str, method: str, operation: Mapping[str, Any]) -> Route:
    verb = "ANY" if method == ANY_METHOD else method.upper()
    key = "$default" if operation.get("isDefaultRoute") else f"{verb} {path}"
    integration = operation[INTEGRATION]
    uri = integration["uri"]
    match = FUNCTION_IN_URI.search(uri.get("Fn::Sub", "")) if isinstance(uri, dict) else None
    if match is None:
        raise TemplateError(f"{key} is not answered by a function of the template: {uri}")
    return Route(key, match.group(1), integration["payloadFormatVersion"])
