"""What v1's handlers answer to the example events, told in full in each of its formats."""

import json
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from xml.sax.saxutils import escape

from sheaf.domain.values import Timestamp, to_timestamp
from tests.functions.examples import ALWAYS, HOST, RECENT, TAG, Whole, tagged
from tests.support.api import handler_of
from tests.support.example_requests import load_event
from tests.support.v1 import JSON, XML

type Record = Mapping[str, Any]

# What Harvest's later pages call the fields; whatever is not here has no type.
_TYPES = {
    "integer": ("id", "project_id", "task_id", "client_id", "timezone_utc_offset"),
    "boolean": (
        *("billable_by_default", "is_default", "deactivated", "billable", "active", "notify_when_over_budget"),
        *("show_budget_to_all", "cost_budget_include_expenses", "admin", "timestamp_timers", "is_project_manager"),
        *("can_see_rates", "can_create_projects", "can_create_invoices"),
        *("expenses", "invoices", "estimates", "approval"),
    ),
    "decimal": (
        *("default_hourly_rate", "hourly_rate", "budget", "estimate", "cost_budget"),
        "over_budget_notification_percentage",
    ),
    "datetime": ("created_at", "updated_at", "over_budget_notified_at"),
    "date": ("starts_on", "ends_on"),
}
_TYPE_OF = {name: kind for kind, names in _TYPES.items() for name in names}
_PROLOG = '<?xml version="1.0" encoding="UTF-8"?>\n'
_TIME = re.compile(r'((?<=_at":")|(?<=-at type="datetime">))\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z')


def replay(operation: str, scenario: str, started: Timestamp) -> Whole:
    """What the handler answers to an example event; a time between `started` and now is replaced by RECENT."""
    return answer_to(operation, load_event(operation, scenario), started)


def answer_to(operation: str, event: Mapping[str, Any], started: Timestamp) -> Whole:
    """The same for any request of the demo account."""
    reply = handler_of(operation)(event)
    now = to_timestamp(datetime.now(UTC))
    text = _TIME.sub(lambda time: RECENT if started <= time[0] <= now else time[0], reply["body"])
    return Whole(reply["statusCode"], {**reply["headers"], **tagged_as(reply)}, text)


def tagged_as(reply: Mapping[str, Any]) -> dict[str, str]:
    """TAG in place of the ETag of an answer that has one."""
    return {"ETag": TAG} if "ETag" in reply["headers"] else {}


def _whole(status: int, kind: str, body: str, headers: Mapping[str, str] | None = None) -> Whole:
    tag = tagged(status) if body.strip() else {}
    return Whole(status, {**ALWAYS, "Content-Type": f"{kind}; charset=utf-8", **tag, **(headers or {})}, body)


def as_json(body: object) -> str:
    """JSON as it goes out."""
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"))


def as_xml(name: str, fields: Record, *, indent: str = "") -> str:
    """A record as it goes out, without the prolog."""
    lines = []
    for field, value in fields.items():
        tag, kind = field.replace("_", "-"), _TYPE_OF.get(field, "")
        typed = f' type="{kind}"' if kind else ""
        if isinstance(value, Mapping):
            lines.append(as_xml(field, value, indent=f"{indent}  "))
        elif value is None:
            lines.append(f'{indent}  <{tag}{typed} nil="true"/>\n')
        else:
            text = as_json(value) if isinstance(value, bool) else escape(str(value)).replace(escape(RECENT), RECENT)
            lines.append(f"{indent}  <{tag}{typed}>{text}</{tag}>\n")
    dashed = name.replace("_", "-")
    return f"{indent}<{dashed}>\n{''.join(lines)}{indent}</{dashed}>\n"


def shown(name: str, fields: Record, kind: str = XML) -> Whole:
    """200 with one record."""
    return _whole(200, kind, _PROLOG + as_xml(name, fields) if kind == XML else as_json({name: fields}))


def listed(name: str, records: Sequence[Record], kind: str = XML) -> Whole:
    """200 with all records."""
    root = f"{name}s".replace("_", "-")
    inner = "".join(as_xml(name, record, indent="  ") for record in records)
    in_xml = f'{_PROLOG}<{root} type="array">\n{inner}</{root}>\n'
    return _whole(200, kind, in_xml if kind == XML else as_json([{name: record} for record in records]))


def hash_of(fields: Record, kind: str = XML) -> Whole:
    """200 with what has no name of its own."""
    return _whole(200, kind, _PROLOG + as_xml("hash", fields) if kind == XML else as_json(fields))


def done(status: int, kind: str = XML, **headers: str) -> Whole:
    """The answer to a write: one space."""
    return _whole(status, kind, " ", headers)


def refused(status: int, message: str, kind: str = XML, **headers: str) -> Whole:
    """An error with its message."""
    body = {"message": message}
    in_xml = _PROLOG + as_xml("hash", body)
    named = {name.replace("_", "-"): text for name, text in headers.items()}
    return _whole(status, kind, in_xml if kind == XML else as_json(body), named)


def moved(path: str) -> Whole:
    """The redirect to a path as the documentation lists it."""
    return _whole(308, JSON, as_json({"message": f"Moved to {path}"}), {"Location": HOST + path})


def not_an_id(name: str, kind: str = XML) -> Whole:
    """The answer where what a path gives as the id of that name cannot be one."""
    return refused(404, f"{name} must be a positive integer below 2^53", kind)


NOT_FOUND = refused(404, "Not Found")
NOT_AUTHENTICATED_SENTENCE = "Authentication failed: send your email address and an access token by HTTP Basic"
_CHALLENGE = {"WWW_Authenticate": 'Basic realm="Sheaf"'}
NOT_AUTHENTICATED = refused(401, NOT_AUTHENTICATED_SENTENCE, XML, **_CHALLENGE)
NOT_AUTHENTICATED_IN_JSON = refused(401, NOT_AUTHENTICATED_SENTENCE, JSON, **_CHALLENGE)

MEMBERS_REFUSED_ALIKE = {"by_a_member": NOT_FOUND}
"""The error response of every operation which members may not use."""

MANAGED_REFUSED_ALIKE = {
    **MEMBERS_REFUSED_ALIKE,
    "by_the_manager_of_another_project": NOT_FOUND,
    "unknown_project": NOT_FOUND,
    "project_not_an_id": not_an_id("project_id"),
}
"""That one, and the error responses of everything under one project."""


def bodies_refused_alike(example: str) -> dict[str, Whole]:
    """The refusals of every operation that reads a body, whose right form is `example`."""
    not_json = "The body is not valid JSON: Expecting value at line 1 column 9"
    column = len("<task><name>Print<name></")
    return {
        "broken_xml": refused(
            400,
            f"The body is not well-formed XML (mismatched tag: line 1, column {column}); send for example {example}",
        ),
        "broken_json": refused(400, not_json, JSON),
        "with_an_entity": refused(400, "The body has a DTD or an entity; neither is read here"),
        "form": FORM_IS_NOT_READ,
        "of_another_record": refused(400, f"The body is of 'client'; send for example {example}"),
    }


FORM_IS_NOT_READ = refused(
    415,
    "Content-Type 'application/x-www-form-urlencoded' is not read here; "
    "send application/xml or application/json in UTF-8",
)
TASK_EXAMPLE = "<task><name>Backend Development</name></task>"
ASSIGN_EXAMPLE = '<task><id type="integer">653425</id></task>'
ASSIGNMENT_EXAMPLE = "<task-assignment><billable>true</billable><budget>80</budget></task-assignment>"


def task(task_id: int, name: str, **fields: object) -> Record:
    """A task as v1 shows it, a new one's defaults where `fields` says no other."""
    return {
        "id": task_id,
        "name": name,
        "billable_by_default": True,
        "created_at": RECENT,
        "updated_at": RECENT,
        "is_default": False,
        "default_hourly_rate": 0,
        "deactivated": False,
        **fields,
    }


GRAPHIC_DESIGN = task(1, "Graphic Design", default_hourly_rate=100, is_default=True)
PROGRAMMING = task(2, "Programming", default_hourly_rate=100, is_default=True)
PROJECT_MANAGEMENT = task(3, "Project Management", default_hourly_rate=100, is_default=True)
RESEARCH = task(4, "Research", billable_by_default=False, is_default=True)
BUSINESS_DEVELOPMENT = task(5, "Business Development", billable_by_default=False)
TASKS = [BUSINESS_DEVELOPMENT, RESEARCH, PROJECT_MANAGEMENT, PROGRAMMING, GRAPHIC_DESIGN]


def assignment(assignment_id: int, project_id: int, task_id: int, **fields: object) -> Record:
    """A task on a project as v1 shows it: billable at 100 unless `fields` says other."""
    return {
        "id": assignment_id,
        "project_id": project_id,
        "task_id": task_id,
        "billable": True,
        "deactivated": False,
        "estimate": None,
        "hourly_rate": 100,
        "budget": None,
        "created_at": RECENT,
        "updated_at": RECENT,
        **fields,
    }


OF_ONLINE_STORE = [
    assignment(4, 1, 4, billable=False, hourly_rate=0),
    *(assignment(number, 1, number) for number in (3, 2, 1)),
]


def project(project_id: int, name: str, **fields: object) -> Record:
    """A project of the demo client as v1 shows it."""
    return {
        "id": project_id,
        "client_id": 1,
        "name": name,
        "code": None,
        "active": True,
        "billable": True,
        "bill_by": "none",
        "hourly_rate": None,
        "budget": None,
        "budget_by": "none",
        "notify_when_over_budget": False,
        "over_budget_notification_percentage": 80,
        "over_budget_notified_at": None,
        "show_budget_to_all": False,
        "created_at": RECENT,
        "updated_at": RECENT,
        "starts_on": None,
        "ends_on": None,
        "estimate": None,
        "estimate_by": "none",
        "notes": None,
        "cost_budget": None,
        "cost_budget_include_expenses": False,
        **fields,
    }


ONLINE_STORE = project(1, "Online Store - Phase 1", code="OS1", bill_by="Tasks")
MARKETING_WEBSITE = project(2, "Marketing Website", code="MW")
