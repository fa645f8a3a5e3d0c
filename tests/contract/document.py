"""docs/openapi.yaml as the contract tests read it, and what an answer does that is not written there."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import yaml
from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from tests.support.api import Answer
from tools.template import PROJECT

METHODS = ("get", "post", "put", "patch", "delete", "head", "options", "trace")
JSON = "application/json"

_NAME = "urn:sheaf"


@cache
def document() -> dict[str, Any]:
    """The whole document."""
    read: dict[str, Any] = yaml.safe_load((PROJECT / "docs/openapi.yaml").read_text())
    return read


@dataclass(frozen=True)
class Part:
    """A place in the document, by its JSON pointer. `at` follows references."""

    pointer: str = ""

    @property
    def value(self) -> Any:
        value: Any = document()
        for name in self.pointer.split("/")[1:]:
            value = value[int(name) if isinstance(value, list) else name.replace("~1", "/").replace("~0", "~")]
        return value

    @property
    def names(self) -> list[str]:
        return list(self.value)

    def at(self, *names: str) -> "Part":
        part = self
        for name in names:
            part = Part(f"{part.pointer}/{name.replace('~', '~0').replace('/', '~1')}")
            while "$ref" in part.value:
                part = Part(part.value["$ref"].removeprefix("#"))
        return part

    @property
    def shapes(self) -> list["Part"]:
        """What a value may be: the alternatives of `anyOf`, or the schema itself."""
        return [self.at("anyOf", str(number)) for number in range(len(self.value.get("anyOf", ())))] or [self]

    def within(self, name: str) -> list["Part"]:
        """The parts under `name`, none where there is no such name."""
        return [self.at(name, item) for item in self.value.get(name, {})]


def operation(method: str, route: str) -> Part:
    """The description of one operation; `$default` has one of its own, whatever the method."""
    return Part().at("x-default-route") if route == "$default" else Part().at("paths", route, method.lower())


def documented_routes() -> set[tuple[str, str]]:
    """Method and path of every operation, and `$default`."""
    listed = {
        (method.upper(), path) for path, item in document()["paths"].items() for method in METHODS if method in item
    }
    return {*listed, ("", "$default")}


def is_v1(path: str) -> bool:
    """Whether a path is of the first API, which has words, formats and tests of its own."""
    return path != "$default" and not path.startswith(("/v2/", "/api/v2/"))


def complaints(described: Part, answer: Answer) -> list[str]:
    """What is wrong with an answer of the operation: status, headers, content type, body, order of fields."""
    responses = described.at("responses")
    if str(answer.status) not in responses.names:
        return [f"status {answer.status} is not documented"]
    response = responses.at(str(answer.status))
    return [*_of_headers(response, answer), *_of_body(response, answer)]


def of_schema(schema: Part, value: object) -> Iterator[str]:
    """What is wrong with a value, the order of its fields included."""
    for error in _validator(schema).iter_errors(value):
        yield f"{error.json_path}: {error.message}"
    yield from _of_order(schema, value, "$")


def _of_headers(response: Part, answer: Answer) -> Iterator[str]:
    documented = response.value.get("headers", {})
    sent = {name: value for name, value in answer.headers.items() if name != "Content-Type"}
    for name in documented.keys() | sent.keys():
        if name not in documented:
            yield f"header {name} is not documented"
        elif name in sent:
            header = response.at("headers", name, "schema")
            yield from (f"header {name}: {error.message}" for error in _validator(header).iter_errors(sent[name]))
        elif response.at("headers", name).value.get("required"):
            yield f"header {name} is missing"


def _of_body(response: Part, answer: Answer) -> Iterator[str]:
    media_type, _, charset = answer.headers.get("Content-Type", "").partition("; ")
    if "content" not in response.value:
        yield from ["a body is not documented"] if answer.raw or media_type else []
    elif media_type not in response.at("content").names or charset != "charset=utf-8":
        yield f"content type {media_type}; {charset} is not documented"
    else:
        yield from of_schema(response.at("content", media_type, "schema"), answer.body)


def _of_order(schema: Part, value: object, place: str) -> Iterator[str]:
    if len(schema.shapes) > 1:
        yield from _of_order(next(shape for shape in schema.shapes if _validator(shape).is_valid(value)), value, place)
    elif isinstance(value, dict):
        names = [name for name in schema.value.get("properties", {}) if name in value]
        if list(value) != names:
            yield f"{place}: the fields come as {list(value)}, documented as {names}"
        for name in names:
            yield from _of_order(schema.at("properties", name), value[name], f"{place}.{name}")
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from _of_order(schema.at("items"), item, f"{place}[{number}]")


@cache
def _registry() -> Registry[Any]:
    resource = Resource.from_contents(document(), default_specification=DRAFT202012)
    registry: Registry[Any] = Registry().with_resource(_NAME, resource)
    return registry


def _validator(schema: Part) -> Draft202012Validator:
    return Draft202012Validator({"$ref": f"{_NAME}#{schema.pointer}"}, registry=_registry())
