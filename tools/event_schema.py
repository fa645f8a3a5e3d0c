"""Writes docs/events/change.json, the JSON Schema of the events that tell changes, from docs/openapi.yaml.

.venv/bin/python -m tools.event_schema
"""

import json
import re
from collections.abc import Iterator
from typing import Any

import yaml

from tools.template import PROJECT

DOCUMENT = PROJECT / "docs/openapi.yaml"
SCHEMA = PROJECT / "docs/events/change.json"
_NAME = re.compile(r"^#/components/schemas/([A-Za-z0-9]+)")


def event_schema() -> dict[str, Any]:
    """The schema of an event's `detail`: a change as the feed shows it, with its account."""
    schemas: dict[str, Any] = yaml.safe_load(DOCUMENT.read_text())["components"]["schemas"]
    change = schemas["Change"]
    used: dict[str, Any] = {}
    _collect(change, schemas, used)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "The detail of an event of Sheaf that tells a change",
        **change,
        "required": ["account_id", *change["required"], "is_complete"],
        "properties": {
            "account_id": {"type": "integer", "minimum": 1, "description": "The account whose record it is."},
            **_moved(change["properties"]),
            "is_complete": {
                "type": "boolean",
                "description": "False where `before` and `after` are left out because they are too large for an event.",
            },
        },
        "$defs": {name: _moved(used[name]) for name in sorted(used)},
    }


def text() -> str:
    """The schema as its file holds it."""
    return json.dumps(event_schema(), indent=2, ensure_ascii=False) + "\n"


def _collect(value: Any, schemas: dict[str, Any], used: dict[str, Any]) -> None:
    for reference in _references(value):
        found = _NAME.match(reference)
        if found and found[1] not in used:
            used[found[1]] = schemas[found[1]]
            _collect(schemas[found[1]], schemas, used)


def _references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if "$ref" in value:
            yield value["$ref"]
        for inner in value.values():
            yield from _references(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _references(inner)


def _moved(value: Any) -> Any:
    """The same with references into `$defs`."""
    if isinstance(value, dict):
        return {
            name: inner.replace("#/components/schemas/", "#/$defs/") if name == "$ref" else _moved(inner)
            for name, inner in value.items()
        }
    return [_moved(inner) for inner in value] if isinstance(value, list) else value


if __name__ == "__main__":
    SCHEMA.write_text(text())
