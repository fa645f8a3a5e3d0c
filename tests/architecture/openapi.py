"""What docs/openapi.yaml says of routes and names."""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import yaml

from tools.template import PROJECT

METHODS = ("get", "post", "put", "patch", "delete", "head", "options")


@cache
def document() -> Mapping[str, Any]:
    """The whole document."""
    parsed: Mapping[str, Any] = yaml.safe_load((PROJECT / "docs/openapi.yaml").read_text())
    return parsed


def operations() -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """Method, path and description of every operation."""
    for path, item in document()["paths"].items():
        for method in METHODS:
            if method in item:
                yield method.upper(), path, item[method]


def operation_ids() -> set[str]:
    """All operationIds."""
    return {operation["operationId"] for _, _, operation in operations() if "operationId" in operation}


def body_readers() -> set[str]:
    """The operationIds of what reads a body."""
    return {
        operation["operationId"]
        for _, _, operation in operations()
        if "operationId" in operation and "requestBody" in operation
    }


def path_parameters(path: str, operation: Mapping[str, Any]) -> set[str]:
    """The names of the path parameters that an operation declares, itself or through its path."""
    declared = [*document()["paths"][path].get("parameters", []), *operation.get("parameters", [])]
    followed = [_follow(parameter) for parameter in declared]
    return {parameter["name"] for parameter in followed if parameter["in"] == "path"}


def _follow(parameter: Mapping[str, Any]) -> Mapping[str, Any]:
    target: Mapping[str, Any] = parameter
    if "$ref" in parameter:
        target = document()
        for name in parameter["$ref"].removeprefix("#/").split("/"):
            target = target[name]
    return target
