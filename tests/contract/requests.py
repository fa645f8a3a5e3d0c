"""Requests for every operation that between them get every answer which docs/openapi.yaml describes.

All are sent to the demo account: the examples, the PATCH ones again as PUT, and what an example cannot hold.
"""

import re
import socket
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, replace
from functools import partial
from typing import Any
from unittest.mock import patch

import pytest
from botocore.exceptions import ClientError

from sheaf import backoff, settings
from sheaf.aws import dynamodb
from sheaf.domain.identity import AccountId
from sheaf.domain.paging import Cursor
from sheaf.domain.values import Id
from sheaf.domain.webhook import MOST, DeliveryStatus, WebhookDelivery
from sheaf.http import identity
from sheaf.http.body import BODY_LIMIT
from sheaf.http.v2 import change_query
from sheaf.imports import clock
from sheaf.store import projects, reads, transactions, webhooks
from sheaf.store.feed import pages
from tests.contract.document import is_v1
from tests.functions import api_records
from tests.support.accounts import put_demo_account
from tests.support.api import NOW, Answer, Api, handler_of, make_table, route_of
from tests.support.example_requests import every_example, load_event
from tests.support.receiver import receiving
from tools.template import routes

ADMIN = Api("local-admin-token")
FORM = "application/x-www-form-urlencoded"

_IDS = {
    "client_id": 1,
    "import_id": 1,
    "operation_id": 1,
    "project_id": 1,
    "role_id": 1,
    "task_assignment_id": 1,
    "task_id": 5,
    "time_entry_id": 1,
    "user_assignment_id": 1,
    "user_id": 2,
    "webhook_id": 1,
}


def _address(path: str) -> str:
    if path == "$default":
        return "/v2/nothing"
    ids = {**_IDS, "task_id": 6} if path == "/v2/tasks/{task_id}/restore" else _IDS  # the deleted one
    return re.sub(r"\{(\w+)\}", lambda name: str(ids[name[1]]), path)


ADDRESSES = {(route.method, route.path): _address(route.path) for route in routes() if not is_v1(route.path)}
"""An address in the demo account for each route of v2, and for whatever no route answers."""

ADDRESSES_OF_V1 = {(route.method, route.path): _address(route.path) for route in routes() if is_v1(route.path)}
"""The same for each route of v1."""

OF_THE_FEED = {("GET", "/v2/changes"), ("POST", "/v2/webhooks/{webhook_id}/replay")}
"""The routes that read the feed of changes."""

BODIES: Mapping[str, dict[str, Any]] = {
    "create_task": {"name": "New Task Name"},
    "update_task": {"name": "New Task Name"},
    "create_client": {"name": "Your New Client"},
    "update_client": {"name": "456 Industries"},
    "update_company": {"weekly_capacity": 144000},
    "create_project": {"client_id": 1, "name": "Your New Project"},
    "update_project": {"notes": "Bring cake"},
    "create_task_assignment": {"task_id": 5},
    "update_task_assignment": {"budget": 120},
    "create_time_entry": {"project_id": 1, "task_id": 1, "spent_date": "2026-11-21", "hours": 1.25},
    "update_time_entry": {"notes": "Adding CSS styling"},
    "create_import": {"kind": "time_entries", "file_name": "time.csv"},
    "undo_import": {"dry_run": True},
    "create_user_assignment": {"user_id": 3},
    "update_user_assignment": {"budget": 10},
    "create_role": {"name": "Writer"},
    "update_role": {"name": "Writer"},
    "create_user": {"first_name": "Ida", "last_name": "Example", "email": "ida@example.com"},
    "update_user": {"timezone": "Berlin"},
    "assign_task": {"project_ids": [1, 2]},
    "merge_task": {"into_task_id": 1},
    "change_tasks": {"operations": [{"action": "create", "name": "Sketching"}]},
    "change_task_assignments": {"operations": [{"action": "create", "project_id": 1, "task_id": 5}]},
    "create_webhook": {"url": "http://127.0.0.1:8999/tasks"},
    "update_webhook": {"description": "For the planning tool"},
    "replay_webhook": {"after": 7},
}
"""A body for each operation that reads one; at the address above it changes something."""


def body_of(method: str, address: str) -> dict[str, Any] | None:
    """What is sent along to an address."""
    return BODIES.get(route_of(method, address).operation)


def nothing() -> None:
    """What happens before most requests."""


@dataclass(frozen=True)
class Request:
    """One request, what happens before it, and the trouble in which it is answered."""

    name: str
    event: dict[str, Any]
    before: Callable[[], object] = nothing
    trouble: Callable[[], AbstractContextManager[None]] = nullcontext

    @property
    def route(self) -> tuple[str, str]:
        """Method and path of the route that answers; for `$default` the method is empty."""
        http = self.event["requestContext"]["http"]
        route = route_of(http["method"], http["path"])
        return route.method, route.path

    def answered(self) -> Answer:
        """The answer."""
        self.before()
        http = self.event["requestContext"]["http"]
        with self.trouble():
            return Answer.of(handler_of(route_of(http["method"], http["path"]).operation)(self.event))

    def leaves_a_mark(self, answer: Answer) -> bool:
        """Whether the next request may find another table than this one did."""
        return self.before is not nothing or (answer.status < 300 and self.route[0] != "GET")


def every_request() -> list[Request]:
    """All of them; no two have the same name."""
    return [
        *_examples(),
        *_anywhere(),
        *_with_bodies(),
        *_of_fields(),
        *_known(),
        *_changed_since(),
        *_keyed(),
        *_busy(),
        *_of_tasks(),
        *_of_one_operation(),
    ]


def answers_to(requests: Iterable[Request], endpoint_url: str) -> Iterator[tuple[Request, Answer]]:
    """Each request with its answer from the demo account, untouched by the requests before it."""
    table, has_feed = "", False
    for request in requests:
        reads_feed = request.route in OF_THE_FEED
        if table and reads_feed and not has_feed:
            dynamodb.dynamodb().delete_table(TableName=table)
            table = ""
        if not table:
            table, has_feed = make_table(endpoint_url), reads_feed
            put_demo_account(endpoint_url, with_feed=reads_feed)
        answer = request.answered()
        yield request, answer
        if request.leaves_a_mark(answer):
            dynamodb.dynamodb().delete_table(TableName=table)
            table = ""


def of_v1(operation: str, scenario: str) -> bool:
    """Whether an example is a request of v1."""
    return operation.startswith("v1_") or scenario.startswith("v1_")


def _examples() -> Iterator[Request]:
    for operation, scenario in every_example():
        if of_v1(operation, scenario):
            continue
        event = load_event(operation, scenario)
        yield Request(f"{operation}/{scenario}", event)
        if event["routeKey"].startswith("PATCH"):
            key = event["routeKey"].replace("PATCH", "PUT")
            http = {**event["requestContext"]["http"], "method": "PUT"}
            context = {**event["requestContext"], "http": http}
            again = {**event, "routeKey": key, "requestContext": context}
            yield Request(f"{operation}/{scenario} as PUT", again)


def _anywhere() -> Iterator[Request]:
    """What can happen to every request."""
    for (verb, route), address in ADDRESSES.items():
        method = verb or "GET"
        name = f"{method} {route}"
        # Without a token in the headers every operation has to look for one in the query string.
        for kind, query in (("not UTF-8", "?a=%ff"), ("too long", "?" + "&".join(map(str, range(101))))):
            event = ADMIN.event(method, address + query, headers={"authorization": ""})
            yield Request(f"{name} query {kind}", event)
        body = body_of(method, address)
        for kind, headers in _NOT_AUTHENTICATED.items():
            yield Request(f"{name} {kind}", ADMIN.event(method, address, body, headers))
        if route_of(method, address).operation.startswith("list_"):
            for query in _UNREADABLE:
                yield Request(f"{name} {query}", ADMIN.event(method, f"{address}?{query}"))
        if route_of(method, address).operation.startswith("report_"):
            for query in _UNREADABLE_IN_REPORTS:
                yield Request(f"{name} {query}", ADMIN.event(method, f"{address}?{query}"))
        event = ADMIN.event(method, address, body)
        yield Request(f"{name} without a table", event, trouble=no_table)
        yield Request(f"{name} on a busy table", event, trouble=busy_table)


_NOT_AUTHENTICATED = {
    "without a token": {"authorization": ""},
    "of another account": {"harvest-account-id": "2"},
    "without a user agent": {"user-agent": ""},
}
_UNREADABLE_IN_REPORTS = (
    "page=0",
    "per_page=2001",
    "is_active=maybe",
    "from=tomorrow",
    "",
    "from=20261121&to=20261120",
    "from=20260101&to=20270102",
)
_UNREADABLE = ("updated_since=yesterday", "page=0", "per_page=2001", "cursor=x", "is_active=maybe")


def _with_bodies() -> Iterator[Request]:
    bodies = {
        "constant": b'{"default_hourly_rate":NaN}',
        "long number": b'{"default_hourly_rate":' + b"1" * 5000 + b"}",
        "broken": b'{"name":"New Task Name"',
        "list": b"[]",
        "field twice": b'{"name":"a","name":"b"}',
        "nested": b'{"a":' * 17 + b"1" + b"}" * 17,
        "not UTF-8": b'{"name":"\xff"}',
        "too large": b" " * (BODY_LIMIT + 1),
    }
    forms = {"not UTF-8": b"name=%ff", "too long": b"&".join(b"%d=1" % number for number in range(201))}
    for method, route in _routes_with("POST", "PATCH", "PUT"):
        address = ADDRESSES[method, route]
        for name, body in bodies.items():
            yield Request(f"{method} {route} body {name}", ADMIN.event(method, address, body))
        for name, body in forms.items():
            event = ADMIN.event(method, address, body, {"content-type": FORM})
            yield Request(f"{method} {route} form {name}", event)
        xml = {"content-type": "application/xml"}
        yield Request(f"{method} {route} XML", ADMIN.event(method, address, b"<task/>", xml))


_NAMES: Mapping[str, dict[str, Any]] = {
    "name blank": {"name": " "},
    "name long": {"name": "x" * 256},
    "name with a control character": {"name": "a\0b"},
    "name with what stands for no UTF-8": {"name": "B\ufffdro"},
    "name number": {"name": 7},
}
_FLAG: Mapping[str, dict[str, Any]] = {"flag": {"is_active": "perhaps"}}
_TASK: Mapping[str, dict[str, Any]] = {
    **_NAMES,
    **_FLAG,
    "name taken": {"name": "RESEARCH"},
    "rate negative": {"default_hourly_rate": -0.01},
    "rate text": {"default_hourly_rate": "much"},
    "two mistakes": {"name": " ", "default_hourly_rate": 10_000_000_000},
}
_CLIENT: Mapping[str, dict[str, Any]] = {
    **_NAMES,
    **_FLAG,
    "currency unknown": {"currency": "Euro"},
    "address with a control character": {"address": "a\0b"},
    "two mistakes": {"name": " ", "currency": "Euro"},
}
_PROJECT: Mapping[str, dict[str, Any]] = {
    **_NAMES,
    **_FLAG,
    "name taken": {"name": "MARKETING website"},
    "client unknown": {"client_id": 99},
    "client no id": {"client_id": "x"},
    "bill_by unknown": {"bill_by": "tasks"},
    "budget_by unknown": {"budget_by": "fees"},
    "budget negative": {"budget": -1},
    "fee text": {"fee": "much"},
    "no day": {"starts_on": "2026-02-30"},
    "code long": {"code": "x" * 256},
}
_ASSIGNMENT: Mapping[str, dict[str, Any]] = {
    "rate negative": {"hourly_rate": -1},
    "rate text": {"hourly_rate": "much"},
    "billable": {"billable": "perhaps"},
}
_TIME: Mapping[str, dict[str, Any]] = {
    "project unknown": {"project_id": 99},
    "task unknown": {"task_id": 99},
    "project and task unknown": {"project_id": 99, "task_id": 99},
    "task not assigned": {"task_id": 5},
    "no day": {"spent_date": "soon"},
    "hours negative": {"hours": -1},
    "hours text": {"hours": "much"},
    "project no id": {"project_id": "x"},
    "reference no object": {"external_reference": "7"},
}
_USER: Mapping[str, dict[str, Any]] = {
    **_FLAG,
    "name blank": {"first_name": " "},
    "name long": {"last_name": "x" * 256},
    "name with a control character": {"first_name": "a\0b"},
    "no address": {"email": "ida"},
    "address taken": {"email": "ADA@example.com"},
    "zone unknown": {"timezone": "Atlantis"},
    "capacity text": {"weekly_capacity": "much"},
    "capacity flag": {"weekly_capacity": True},
    "capacity beyond a week": {"weekly_capacity": 604_801},
    "business role unknown": {"roles": ["King"]},
    "roles text": {"access_roles": "member"},
    "roles of two": {"access_roles": ["member", "manager"]},
    "rights of a member": {"access_roles": ["member", "people_manager"]},
}
_USER_ASSIGNMENT: Mapping[str, dict[str, Any]] = {
    "rate negative": {"hourly_rate": -1},
    "rate text": {"hourly_rate": "much"},
    "budget negative": {"budget": -1},
    "budget text": {"budget": "much"},
    "manager number": {"is_project_manager": 7},
    "active number": {"is_active": 7},
}
_ROLE: Mapping[str, dict[str, Any]] = {
    **_NAMES,
    "users unknown": {"user_ids": [3, 99]},
    "users a number": {"user_ids": 3},
    "users no id": {"user_ids": ["x"]},
}
_BULK: Mapping[str, dict[str, Any]] = {
    "flag": {"atomic": "perhaps"},
    "no operations": {"operations": None},
    "operations text": {"operations": "all"},
    "operations numbers": {"operations": [1]},
    "too many operations": {"operations": [{}] * 1001},
    "too many atomic operations": {"operations": [{}] * 21, "atomic": True},
    "an unknown action": {"operations": [{"action": "move"}], "atomic": True},
    "an operation twice": {"operations": [{"action": "delete", "id": 1}] * 2},
}
_WEBHOOK: Mapping[str, dict[str, Any]] = {
    **_FLAG,
    "url blank": {"url": " "},
    "url number": {"url": 7},
    "url long": {"url": f"https://hooks.example.com/{'x' * 2000}"},
    "url by http": {"url": "http://hooks.example.com/"},
    "url not ASCII": {"url": "https://h\u00f6oks.example.com/"},
    "url with a broken port": {"url": "https://hooks.example.com:x/"},
    "url with a user": {"url": "https://me@hooks.example.com/"},
    "url without a name": {"url": "https://169.254.169.254/"},
    "url with a low port": {"url": "https://hooks.example.com:25/"},
    "url not found": {"url": "https://hooks.invalid/"},
    "kinds unknown": {"kinds": ["invoice"]},
    "kinds text": {"kinds": "task"},
    "description long": {"description": "x" * 256},
    "description with a control character": {"description": "a\0b"},
    "description number": {"description": 7},
}
MISTAKES: Mapping[str, Mapping[str, dict[str, Any]]] = {
    "create_task": _TASK,
    "update_task": _TASK,
    "create_client": {**_CLIENT, "name taken": {"name": "123 INDUSTRIES"}},
    "update_client": _CLIENT,
    "update_company": {
        "capacity": {"weekly_capacity": -1},
        "several reasons": {"wants_timestamp_timers": "perhaps", "weekly_capacity": 1.5},
    },
    "create_project": _PROJECT,
    "update_project": _PROJECT,
    "create_task_assignment": {
        **_ASSIGNMENT,
        "task taken": {"task_id": 1},
        "task unknown": {"task_id": 99},
        "task no id": {"task_id": "x"},
    },
    "update_task_assignment": {**_ASSIGNMENT, **_FLAG},
    "create_time_entry": {**_TIME, "user unknown": {"user_id": 99}},
    "update_time_entry": _TIME,
    "undo_import": {"flag": {"dry_run": "perhaps"}},
    "create_user_assignment": {
        **_USER_ASSIGNMENT,
        "user taken": {"user_id": 2},
        "user unknown": {"user_id": 99},
        "user no id": {"user_id": "x"},
    },
    "update_user_assignment": _USER_ASSIGNMENT,
    "create_role": {**_ROLE, "name taken": {"name": "DESIGNER"}},
    "update_role": _ROLE,
    "create_user": {**_USER, "rate negative": {"default_hourly_rate": -1}, "cost text": {"cost_rate": "much"}},
    "update_user": _USER,
    "assign_task": {
        **_ASSIGNMENT,
        "no projects": {"project_ids": []},
        "projects text": {"project_ids": "all"},
        "project twice": {"project_ids": [1, 1]},
    },
    "merge_task": {
        "no task": {"into_task_id": None},
        "the task itself": {"into_task_id": 5},
        "a deleted task": {"into_task_id": 6},
        "task text": {"into_task_id": "x"},
    },
    "change_tasks": _BULK,
    "change_task_assignments": _BULK,
    "create_webhook": _WEBHOOK,
    "update_webhook": _WEBHOOK,
    "replay_webhook": {"after negative": {"after": -1}, "after text": {"after": "x"}},
    "create_import": {
        "kind unknown": {"kind": "invoices"},
        "flag": {"dry_run": "perhaps"},
        "file name with a path": {"file_name": "accounts/2/time.csv"},
        "file name blank": {"file_name": " "},
        "file name long": {"file_name": "x" * 256},
        "file name with a control character": {"file_name": "a\0b"},
        "file name number": {"file_name": 7},
        "date format unknown": {"date_format": "%d-%m-%Y"},
        "decimal symbol unknown": {"decimal_symbol": ";"},
        "encoding unknown": {"encoding": "latin-1"},
        "default task blank": {"default_task": " "},
    },
}
"""Fields that break a rule, alone and together."""


def _of_fields() -> Iterator[Request]:
    for method, route in _routes_with("POST", "PATCH", "PUT"):
        address = ADDRESSES[method, route]
        operation = route_of(method, address).operation
        for name, given in MISTAKES[operation].items() if operation in BODIES else ():
            yield Request(f"{method} {route} {name}", ADMIN.event(method, address, {**BODIES[operation], **given}))


def _known() -> Iterator[Request]:
    """What is asked for by who has any answer already."""
    for method, route in _routes_with("GET"):
        query = "?from=20261101&to=20261130" if "/reports/time/" in route else ""
        event = ADMIN.event(method, ADDRESSES[method, route] + query, headers={"if-none-match": "*"})
        yield Request(f"{method} {route} that is known", event)


def _changed_since() -> Iterator[Request]:
    """Changes of a record that is not what the caller has seen."""
    for method, route in _routes_with("PATCH", "PUT", "DELETE"):
        address = ADDRESSES[method, route]
        event = ADMIN.event(method, address, body_of(method, address), {"if-match": '"0"'})
        yield Request(f"{method} {route} of another state", event)


def with_keys(name: str, api: Api, address: str, body: object) -> Iterator[Request]:
    """A POST with a key that is none, with the key of another request, and with a key for the second time."""
    key = {"idempotency-key": "8e03978e-40d5-43e8-bc93-6894a57f9324"}
    other = partial(ADMIN.post, "/v2/tasks", {"name": "Of another request"}, **key)
    yield Request(f"{name} no key", api.event("POST", address, body, {"idempotency-key": " "}))
    keyed = api.event("POST", address, body, key)
    yield Request(f"{name} key of another request", keyed, before=other)
    yield Request(f"{name} again", keyed, before=Request("", keyed).answered)


def _keyed() -> Iterator[Request]:
    for method, route in _routes_with("POST"):
        address = ADDRESSES[method, route]
        yield from with_keys(f"{method} {route}", ADMIN, address, body_of(method, address))


def _busy() -> Iterator[Request]:
    """Writes that meet too many others."""
    for method, route in _routes_with("POST", "PATCH", "PUT", "DELETE"):
        address = ADDRESSES[method, route]
        event = ADMIN.event(method, address, body_of(method, address))
        yield Request(f"{method} {route} busy records", event, trouble=busy_records)


def _of_tasks() -> Iterator[Request]:
    """What needs tasks in other states than those of the demo account."""
    event = ADMIN.event("POST", "/v2/tasks/5/merge", {"into_task_id": 1})
    yield Request("POST merge into an archived task", event, before=partial(archive, "/v2/tasks/1"))
    event = ADMIN.event("POST", "/v2/tasks/5/restore")
    yield Request("POST restore under way", event, before=deleted_from_projects, trouble=api_records.interrupted)
    event = ADMIN.event("POST", "/v2/tasks/6/restore")
    yield Request("POST restore with a name that is taken", event, before=another_task_of_that_name)
    event = ADMIN.event("GET", "/v2/tasks?is_deleted=maybe")
    yield Request("GET tasks that are perhaps deleted", event)


def _of_one_operation() -> Iterator[Request]:
    """What needs more than the demo account."""
    for method in ("PATCH", "PUT"):
        event = ADMIN.event(method, "/v2/clients/1", {"name": "your new CLIENT"})
        yield Request(f"{method} client name taken", event, before=another_client)
    for method in ("PATCH", "PUT"):
        event = ADMIN.event(method, "/v2/roles/1", {"name": "WRITER"})
        yield Request(f"{method} role name taken", event, before=another_role)
    yield Request("DELETE user assignment with time", ADMIN.event("DELETE", "/v2/projects/1/user_assignments/3"))
    yield Request("DELETE client without projects", ADMIN.event("DELETE", "/v2/clients/2"), before=another_client)
    event = ADMIN.event("POST", "/v2/projects", BODIES["create_project"])
    yield Request("POST project still being made", event, before=many_default_tasks, trouble=api_records.interrupted)
    for action in ("stop", "restart"):
        event = ADMIN.event("PATCH", f"/v2/time_entries/1/{action}")
        yield Request(f"PATCH {action} of a running timer", event, before=running_timer)
    event = ADMIN.event("PATCH", "/v2/time_entries/1/stop")
    yield Request("PATCH stop with busy records", event, before=running_timer, trouble=busy_records)
    event = ADMIN.event("DELETE", "/v2/time_entries/1/external_reference")
    yield Request("DELETE reference", event, before=referenced_entry)
    yield Request("DELETE reference with busy records", event, before=referenced_entry, trouble=busy_records)
    event = ADMIN.event("GET", "/v2/changes?after=a-cursor")
    yield Request("GET changes that are not kept any more", event, trouble=nothing_kept)
    for method, address in (("POST", "/v2/webhooks"), ("PATCH", "/v2/webhooks/1"), ("PUT", "/v2/webhooks/1")):
        event = ADMIN.event(method, address, {"url": "https://hooks.example.com/"})
        yield Request(f"{method} url in a network", event, trouble=name_in_a_network)
    event = ADMIN.event("POST", "/v2/webhooks", BODIES["create_webhook"])
    yield Request("POST one webhook more than there may be", event, before=many_webhooks)
    event = ADMIN.event("POST", "/v2/tasks/5/assign", {"project_ids": "all_active"})
    yield Request("POST assign to more projects than one request assigns", event, trouble=many_active_projects)
    event = ADMIN.event("POST", "/v2/webhooks/1/ping")
    yield Request("POST ping that is taken", event, trouble=receiver_of_pings)
    event = ADMIN.event("GET", "/v2/webhooks/1/deliveries?limit=1")
    yield Request("GET deliveries", event, before=sent_changes)
    event = ADMIN.event("POST", "/v2/webhooks/1/replay", {"after": 1})
    yield Request("POST replay of what is not kept any more", event, trouble=nothing_kept)
    yield Request("POST replay to a webhook that is off", event, before=partial(archive, "/v2/webhooks/1"))
    for method in ("GET", "DELETE"):
        yield Request(f"{method} import at its end", ADMIN.event(method, "/v2/imports/1"), before=ended_import)
    event = ADMIN.event("POST", "/v2/imports/1/undo", {})
    sent_nowhere = partial(patch, "sheaf.imports.undoing.start")
    yield Request("POST undo at its end", event, before=ended_import, trouble=sent_nowhere)
    yield Request("POST undo with busy records", event, before=ended_import, trouble=busy_records)
    for method, route in _routes_with("POST", "PATCH", "PUT", "DELETE"):
        if "time_entries" in route:
            address = ADDRESSES[method, route]
            body = {**(body_of(method, address) or {}), **({"task_id": 2} if method == "POST" else {})}
            whose = "/v2/projects/1/user_assignments/1" if method == "POST" else MIAS_ASSIGNMENT
            for literal in (*OF_MIAS_TIME, whose):
                event = ADMIN.event(method, address, body)
                yield Request(f"{method} {route} where archived {literal}", event, before=partial(archive, literal))
    for literal in (*OF_MIAS_TIME, MIAS_ASSIGNMENT):
        event = ADMIN.event("DELETE", "/v2/time_entries/1/external_reference")
        yield Request(
            f"DELETE reference where archived {literal}", event, before=partial(referenced_and_archived, literal)
        )


OF_MIAS_TIME = ("/v2/projects/1", "/v2/tasks/2", "/v2/projects/1/task_assignments/2")
"""What the demo account's entry is logged on."""
MIAS_ASSIGNMENT = "/v2/projects/1/user_assignments/3"


def _routes_with(*methods: str) -> list[tuple[str, str]]:
    return [route for route in ADDRESSES if route[0] in methods]


def another_role() -> None:
    api_records.role(ADMIN, "Writer")


def deleted_from_projects() -> None:
    """Task 5 has been deleted, and had more assignments than one transaction restores."""
    for number in range(15):
        api_records.project(ADMIN, f"Project {number}", client_id=1)
    ADMIN.post("/v2/tasks/5/assign", {"project_ids": "all_active"})
    ADMIN.delete("/v2/tasks/5")


def another_task_of_that_name() -> None:
    """A task is called what the deleted one was called."""
    api_records.task(ADMIN, "photography")


def another_client() -> None:
    """A second client, without projects."""
    api_records.client(ADMIN, **BODIES["create_client"])


def many_default_tasks() -> None:
    """More default tasks than one transaction puts on a new project."""
    for number in range(25):
        api_records.task(ADMIN, f"Task {number}", is_default=True)


def many_webhooks() -> None:
    """As many webhooks as an account may have."""
    for _ in range(MOST - 1):
        assert ADMIN.post("/v2/webhooks", BODIES["create_webhook"]).status == 201


def sent_changes() -> None:
    """Changes were sent to the demo account's webhook, to no avail."""
    for sequence in (1, 2):
        delivery = WebhookDelivery(sequence, "task.created", DeliveryStatus.RETRYING, 1, NOW, 500, "no", NOW)
        webhooks.note_delivery(AccountId(1), Id(1), delivery)


def running_timer() -> None:
    """The timer of the demo account's entry runs."""
    assert ADMIN.patch("/v2/time_entries/1/restart").status == 200


def referenced_entry() -> None:
    """The demo account's entry has an external reference."""
    assert ADMIN.patch("/v2/time_entries/1", {"external_reference": {"id": "7"}}).status == 200


def referenced_and_archived(address: str) -> None:
    """The same, and what stands at an address is archived."""
    referenced_entry()
    archive(address)


def ended_import() -> None:
    """The demo account's import has come to its end, and some of its rows failed."""
    api_records.run_import(ADMIN, 1, "created", "unchanged")
    api_records.end_import(ADMIN, 1, "failed", clock.now())


def archive(address: str) -> None:
    """Archive what stands at an address."""
    assert ADMIN.patch(address, {"is_active": False}).status == 200


@contextmanager
def no_table() -> Iterator[None]:
    """The table is gone: a fault that no code expects."""
    with pytest.MonkeyPatch.context() as patch:
        identity._memory().clear()
        patch.setattr(settings, "table_name", lambda: "no-such-table")
        yield


@contextmanager
def nothing_kept() -> Iterator[None]:
    """All of the feed is older than what is kept, and the caller has read the first change of it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(change_query, "read_cursor", lambda *_: Cursor("after", Id(1)))
        patch.setattr(pages, "is_kept", lambda *_: False)
        yield


@contextmanager
def many_active_projects() -> Iterator[None]:
    """There are more active projects than one request assigns."""
    with patch.object(projects, "active_ids", lambda *_: range(1, 1002)):
        yield


@contextmanager
def name_in_a_network() -> Iterator[None]:
    """Every name means an address of a private network."""
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("10.0.0.1", 443))]
    with patch.object(socket, "getaddrinfo", return_value=found):
        yield


@contextmanager
def receiver_of_pings() -> Iterator[None]:
    """The demo account's webhook is taken by somebody."""
    with receiving() as receiver:
        webhooks.update(
            AccountId(1), Id(1), lambda webhook: replace(webhook, url=receiver.url, version=webhook.version + 1)
        )
        yield


@contextmanager
def busy_table() -> Iterator[None]:
    """The table reads nothing of what BatchGetItem asks for, however often it is asked."""
    with pytest.MonkeyPatch.context() as patch:
        identity._memory().clear()
        patch.setattr(reads, "dynamodb", BusyTable)
        patch.setattr(backoff, "SECONDS", 0.01)
        yield


@contextmanager
def busy_records() -> Iterator[None]:
    """Another transaction is always under way."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(transactions, "dynamodb", BusyRecords)
        patch.setattr(backoff, "SECONDS", 0.01)
        yield


class BusyTable:
    """DynamoDB, but for a BatchGetItem that leaves all keys unprocessed."""

    def __getattr__(self, name: str) -> Any:
        return getattr(dynamodb.dynamodb(), name)

    def batch_get_item(self, **call: Any) -> dict[str, Any]:
        return {"Responses": {}, "UnprocessedKeys": call["RequestItems"]}


class BusyRecords:
    """DynamoDB, but for its writes, which all conflict with transactions of others."""

    def put_item(self, **_: Any) -> None:
        raise ClientError({"Error": {"Code": "TransactionConflictException"}}, "PutItem")

    update_item = delete_item = put_item

    def transact_write_items(self, **call: Any) -> None:
        reasons = [{"Code": "TransactionConflict"} for _ in call["TransactItems"]]
        answer: Any = {"Error": {"Code": "TransactionCanceledException"}, "CancellationReasons": reasons}
        raise ClientError(answer, "TransactWriteItems")
