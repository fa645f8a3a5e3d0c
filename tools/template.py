"""Reads template.yaml, the one place that knows routes, table, environment and permissions, for all who ask."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from samtranslator.yaml_helper import yaml_parse

PROJECT = Path(__file__).resolve().parents[1]
FUNCTION = "AWS::Serverless::Function"


@dataclass(frozen=True, order=True)
class Route:
    """One route of the HTTP API; for `$default` the path is `$default` and the method empty."""

    method: str
    path: str
    operation: str


@dataclass(frozen=True)
class Function:
    """One function of the template. `operation` is its slug: the name of its folder."""

    logical_id: str
    operation: str
    properties: Mapping[str, Any]

    @property
    def is_public(self) -> bool:
        """Whether it asks nobody for credentials: the reference, which is a page about the API and no part of it."""
        return self.operation == "retrieve_reference"

    @property
    def routes(self) -> list[Route]:
        """The routes of the HTTP API that this function answers."""
        events = [event for event in self.properties.get("Events", {}).values() if event["Type"] == "HttpApi"]
        given = [event["Properties"] for event in events]
        return [Route(item.get("Method", "").upper(), item.get("Path", "$default"), self.operation) for item in given]

    @property
    def actions(self) -> frozenset[str]:
        """The actions that its policies allow."""
        statements = [item for policy in self.properties.get("Policies", []) for item in policy["Statement"]]
        return frozenset(action for statement in statements for action in statement["Action"])


@cache
def template() -> Mapping[str, Any]:
    """The whole template as written, with CloudFormation's tags in their long form."""
    parsed: Mapping[str, Any] = yaml_parse((PROJECT / "template.yaml").read_text())
    return parsed


def functions() -> list[Function]:
    """All functions, in the order of the template."""
    return [
        Function(logical_id, resource["Properties"]["CodeUri"].removeprefix("functions/"), resource["Properties"])
        for logical_id, resource in template()["Resources"].items()
        if resource["Type"] == FUNCTION
    ]


@cache
def routes() -> Sequence[Route]:
    """The routes of the API's operations, `$default` included; those of public functions are none of them."""
    return [route for function in functions() if not function.is_public for route in function.routes]


def table_definition(name: str, *, is_streamed: bool = False) -> dict[str, Any]:
    """The table as a CreateTable request takes it; what protects its data from loss on AWS is left out.

    Its stream is there where that is asked for: an engine keeps all that it ever told in memory.
    """
    properties = template()["Resources"]["Table"]["Properties"]
    taken = ("BillingMode", "AttributeDefinitions", "KeySchema", "LocalSecondaryIndexes", "GlobalSecondaryIndexes")
    chosen = {key: properties[key] for key in taken if key in properties}
    stream = {"StreamEnabled": True, **properties["StreamSpecification"]}
    definition = {"TableName": name, **json.loads(json.dumps(chosen))}
    return {**definition, "StreamSpecification": stream} if is_streamed else definition
