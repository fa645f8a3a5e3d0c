"""http: records as v1 words them, once for both of its formats.

XML names have dashes and types, JSON names have underscores. A list is a plural root in XML and a bare array of
wrapped objects in JSON (Harvest v1, "Task Assignment"; the later pages added types and times).
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal
from xml.sax.saxutils import escape

from sheaf.http.response import as_json

type Kind = Literal["string", "integer", "boolean", "decimal", "datetime", "date"]
type Value = str | int | bool | Decimal | Resource | None

_PROLOG = '<?xml version="1.0" encoding="UTF-8"?>\n'
_CARRIAGE_RETURN = {"\r": "&#13;"}  # a parser would read it as a line feed
# A refusal may repeat what the caller sent, so this may be anything.
_NOT_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Resource:
    """A record under its v1 name, with its fields in the order in which they go out, each with its type."""

    name: str
    fields: Sequence[tuple[str, Kind, Value]]


def resource_json(resource: Resource) -> str:
    """One record: `{"task_assignment":{...}}`."""
    return as_json(_wrapped(resource))


def list_json(resources: Sequence[Resource]) -> str:
    """Many: `[{"task":{...}},{"task":{...}}]`."""
    return as_json([_wrapped(resource) for resource in resources])


def resource_xml(resource: Resource) -> str:
    """One record: `<task-assignment>...</task-assignment>`."""
    return _PROLOG + _element(resource, "")


def list_xml(plural: str, resources: Sequence[Resource]) -> str:
    """Many under one root: `<task-assignments type="array">...`."""
    root = _dashed(plural)
    inner = "".join(_element(resource, "  ") for resource in resources)
    return f'{_PROLOG}<{root} type="array">\n{inner}</{root}>\n'


def _wrapped(resource: Resource) -> Mapping[str, Any]:
    """A `hash` is a wrapper that only XML, which needs a root, has."""
    fields = {name: _json_value(value) for name, _, value in resource.fields}
    return fields if resource.name == "hash" else {resource.name: fields}


def _json_value(value: Value) -> Any:
    if isinstance(value, Resource):
        return {name: _json_value(inner) for name, _, inner in value.fields}
    if isinstance(value, Decimal):  # the later pages print 100 for a hundred and 0.5 for a half
        return int(value) if value == value.to_integral_value() else float(value)
    return value


def _element(resource: Resource, indent: str) -> str:
    lines = "".join(_field(name, kind, value, f"{indent}  ") for name, kind, value in resource.fields)
    name = _dashed(resource.name)
    return f"{indent}<{name}>\n{lines}{indent}</{name}>\n"


def _field(name: str, kind: Kind, value: Value, indent: str) -> str:
    if isinstance(value, Resource):
        return _element(Resource(name, value.fields), indent)
    tag = _dashed(name)
    typed = "" if kind == "string" else f' type="{kind}"'
    if value is None:
        return f'{indent}<{tag}{typed} nil="true"/>\n'
    return f"{indent}<{tag}{typed}>{_text(value)}</{tag}>\n"


def _text(value: str | int | bool | Decimal) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return escape(_NOT_XML.sub("\N{REPLACEMENT CHARACTER}", str(value)), _CARRIAGE_RETURN)


def _dashed(name: str) -> str:
    return name.replace("_", "-")
