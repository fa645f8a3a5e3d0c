"""Requests for every operation that between them get every answer which docs/openapi.yaml describes.

All are sent to the demo account: the example events, the PATCH ones again as PUT, and what an example cannot hold.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from typing import Any

import pytest
from botocore.exceptions import ClientError

from sheaf import settings
from sheaf.domain.identity import AccountId
from sheaf.domain.values import Id
from sheaf.http import identity
from sheaf.http.bodies import BODY_LIMIT
from sheaf.store import client, keys, reads, writes
from tests.harness import Answer, Api, handler_of, load_event, make_table, route_of, scenarios
from tools.local import demo

ADMIN = Api("local-admin-token")
FORM = "application/x-www-form-urlencoded"
ADDRESSES = {
    ("GET", "/v2/tasks"): "/v2/tasks",
    ("POST", "/v2/tasks"): "/v2/tasks",
    ("GET", "/v2/tasks/{task_id}"): "/v2/tasks/5",
    ("PATCH", "/v2/tasks/{task_id}"): "/v2/tasks/5",
    ("PUT", "/v2/tasks/{task_id}"): "/v2/tasks/5",
    ("DELETE", "/v2/tasks/{task_id}"): "/v2/tasks/5",
    ("", "$default"): "/v2/nothing",
}
"""An address for each route of the API."""


def nothing() -> None:
    """What happens before most requests."""


@dataclass(frozen=True)
class Request:
    """One request, what happens before it, and the trouble in which it is answered."""

    name: str
    event: dict[str, Any]
    before: Callable[[], None] = nothing
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
    return [*_examples(), *_anywhere(), *_with_bodies(), *_of_fields(), *_deletions()]


def answers_to(requests: Iterable[Request], endpoint_url: str) -> Iterator[tuple[Request, Answer]]:
    """Each request with its answer from the demo account, untouched by the requests before it."""
    table = ""
    for request in requests:
        if not table:
            table = make_table(endpoint_url)
            demo.seed(table, endpoint_url)
        answer = request.answered()
        yield request, answer
        if request.leaves_a_mark(answer):
            client.dynamodb().delete_table(TableName=table)
            table = ""


def _examples() -> Iterator[Request]:
    for path in scenarios():
        event = load_event(path.parent.name, path.stem)
        yield Request(f"{path.parent.name}/{path.stem}", event)
        if event["routeKey"].startswith("PATCH"):
            key = event["routeKey"].replace("PATCH", "PUT")
            http = {**event["requestContext"]["http"], "method": "PUT"}
            context = {**event["requestContext"], "http": http}
            again = {**event, "routeKey": key, "requestContext": context}
            yield Request(f"{path.parent.name}/{path.stem} as PUT", again)


def _anywhere() -> Iterator[Request]:
    """What can happen to every request."""
    for (verb, route), address in ADDRESSES.items():
        method = verb or "GET"
        name = f"{method} {route}"
        # Without a token in the headers every operation has to look for one in the query string.
        for kind, query in (("not UTF-8", "?a=%ff"), ("too long", "?" + "&".join(map(str, range(101))))):
            event = ADMIN.event(method, address + query, headers={"authorization": ""})
            yield Request(f"{name} query {kind}", event)
        event = ADMIN.event(method, address, {"name": "New Task Name"})
        yield Request(f"{name} without a table", event, trouble=no_table)
        yield Request(f"{name} on a busy table", event, trouble=busy_table)


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
            yield Request(f"{method} body {name}", ADMIN.event(method, address, body))
        for name, body in forms.items():
            event = ADMIN.event(method, address, body, {"content-type": FORM})
            yield Request(f"{method} form {name}", event)
        xml = {"content-type": "application/xml"}
        yield Request(f"{method} XML", ADMIN.event(method, address, b"<task/>", xml))


def _of_fields() -> Iterator[Request]:
    """Fields that break a rule, alone and together, and a change that meets too many others."""
    fields: dict[str, dict[str, object]] = {
        "name taken": {"name": "RESEARCH"},
        "name blank": {"name": " "},
        "name long": {"name": "x" * 256},
        "name with a control character": {"name": "a\0b"},
        "name with what stands for no UTF-8": {"name": "B\ufffdro"},
        "name number": {"name": 7},
        "rate negative": {"default_hourly_rate": -0.01},
        "rate text": {"default_hourly_rate": "much"},
        "flag": {"is_active": "perhaps"},
        "two mistakes": {"name": "", "default_hourly_rate": 10_000_000_000},
    }
    for method, route in _routes_with("POST", "PATCH", "PUT"):
        address = ADDRESSES[method, route]
        for name, given in fields.items():
            yield Request(f"{method} {name}", ADMIN.event(method, address, {"name": "New Task Name", **given}))
        event = ADMIN.event(method, address, {"name": "New Task Name", "is_active": False})
        yield Request(f"{method} busy records", event, trouble=busy_records)


def _deletions() -> Iterator[Request]:
    event = ADMIN.event("DELETE", "/v2/tasks/5")
    yield Request("DELETE with time", event, before=log_time)
    yield Request("DELETE busy records", event, trouble=busy_records)


def _routes_with(*methods: str) -> list[tuple[str, str]]:
    return [route for route in ADDRESSES if route[0] in methods]


def log_time() -> None:
    """What the transaction of a time entry does to the guard of task 5."""
    client.dynamodb().update_item(
        TableName=settings.table_name(),
        Key=keys.task_guard(AccountId(1), Id(5)),
        UpdateExpression="ADD time_entry_count :one",
        ConditionExpression="attribute_exists(pk)",
        ExpressionAttributeValues={":one": {"N": "1"}},
    )


@contextmanager
def no_table() -> Iterator[None]:
    """The table is gone: a fault that no code expects."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(settings, "table_name", lambda: "no-such-table")
        yield


@contextmanager
def busy_table() -> Iterator[None]:
    """The table reads nothing of what BatchGetItem asks for, however often it is asked."""
    with pytest.MonkeyPatch.context() as patch:
        identity._memory().clear()
        patch.setattr(reads, "dynamodb", BusyTable)
        patch.setattr(reads, "pause", lambda _: None)
        yield


@contextmanager
def busy_records() -> Iterator[None]:
    """Another transaction is always under way."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(writes, "dynamodb", BusyRecords)
        patch.setattr(writes, "pause", lambda _: None)
        yield


class BusyTable:
    """DynamoDB, but for a BatchGetItem that leaves all keys unprocessed."""

    def __getattr__(self, name: str) -> Any:
        return getattr(client.dynamodb(), name)

    def batch_get_item(self, **call: Any) -> dict[str, Any]:
        return {"Responses": {}, "UnprocessedKeys": call["RequestItems"]}


class BusyRecords:
    """DynamoDB, but for transactions, which all conflict with others."""

    def transact_write_items(self, **call: Any) -> None:
        reasons = [{"Code": "TransactionConflict"} for _ in call["TransactItems"]]
        answer: Any = {"Error": {"Code": "TransactionCanceledException"}, "CancellationReasons": reasons}
        raise ClientError(answer, "TransactWriteItems")
