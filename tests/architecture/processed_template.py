"""The template as CloudFormation gets it: after the SAM transform, and with every reference in it."""

import copy
import json
import os
import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any
from unittest.mock import patch

from samtranslator.translator.transform import transform

from tools.template import template

_NAME_IN_SUB = re.compile(r"\$\{([^!}][^}]*)\}")


class NoManagedPolicies:
    """SAM's table of AWS managed policies, which a template that names none has no use for."""

    def load(self) -> dict[str, str]:
        """Nothing."""
        return {}


def plain() -> dict[str, Any]:
    """A copy of template.yaml that may be changed; what is to be uploaded has an address in S3, as SAM wants it."""
    copied: dict[str, Any] = copy.deepcopy(json.loads(json.dumps(template())))
    for resource in copied["Resources"].values():
        for name in {"CodeUri", "ContentUri"} & resource.get("Properties", {}).keys():
            resource["Properties"][name] = "s3://bucket/key"
    return copied


def part_with(name: str) -> dict[str, Any]:
    """Of such a copy one resource, and all that it and the Globals refer to."""
    source = plain()
    resources, kept = source["Resources"], dict[str, Any]()
    waiting = {name, *references(source["Globals"])}
    while waiting:
        kept |= {each: resources[each] for each in waiting & resources.keys()}
        waiting = ({*references(list(kept.values()))} & resources.keys()) - kept.keys()
    return {key: value for key, value in source.items() if key != "Outputs"} | {"Resources": kept}


@cache
def whole() -> Mapping[str, Any]:
    """What the SAM transform makes of template.yaml."""
    return processed(plain())


def processed(source: dict[str, Any]) -> dict[str, Any]:
    """What the SAM transform makes of a template; `source` is used up."""
    with patch.dict(os.environ, {"AWS_DEFAULT_REGION": "eu-central-1"}):
        made: dict[str, Any] = transform(source, {}, NoManagedPolicies())
    return made


def references(node: object) -> Iterator[str]:
    """Every name that a part of a template refers to by Ref, Fn::GetAtt, Fn::Sub, Condition or DependsOn."""
    if isinstance(node, list):
        for item in node:
            yield from references(item)
    elif isinstance(node, Mapping):
        for key, value in node.items():
            yield from _referred(key, value)
            yield from references(value)


def _referred(key: str, value: Any) -> Iterator[str]:
    match key, value:
        case "Ref", str():
            yield value
        case "Condition", str():
            yield value
        case "Fn::GetAtt", [str() as name, *_]:
            yield name
        case "Fn::GetAtt", str():
            yield value.split(".")[0]
        case "Fn::If", [str() as condition, *_]:
            yield condition
        case "Fn::Sub", str():
            yield from _names_in(value)
        case "Fn::Sub", [str() as text, dict() as variables]:
            yield from (name for name in _names_in(text) if name not in variables)
        case "DependsOn", str():
            yield value
        case "DependsOn", list():
            yield from value


def _names_in(text: str) -> Iterator[str]:
    return (name.split(".")[0] for name in _NAME_IN_SUB.findall(text))


def dangling(made: Mapping[str, Any]) -> list[str]:
    """The names that a processed template refers to and does not have."""
    known = {name for section in ("Parameters", "Conditions", "Resources") for name in made.get(section, {})}
    return sorted({name for name in references(made) if name not in known and not name.startswith("AWS::")})


def statements(node: object) -> Iterator[Mapping[str, Any]]:
    """Every statement of an identity policy in a part of a template."""
    if isinstance(node, list):
        for item in node:
            yield from statements(item)
    elif isinstance(node, Mapping):
        if "Effect" in node and "Resource" in node:
            yield node
        for value in node.values():
            yield from statements(value)


def texts(node: object) -> Iterator[str]:
    """Every string in a part of a template, wherever it stands."""
    if isinstance(node, str):
        yield node
    elif isinstance(node, list):
        for item in node:
            yield from texts(item)
    elif isinstance(node, Mapping):
        for value in node.values():
            yield from texts(value)
