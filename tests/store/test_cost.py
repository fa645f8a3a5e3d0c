"""What every operation costs at DynamoDB, to the unit: a change that makes one dearer is seen here."""

from dataclasses import replace
from decimal import Decimal
from functools import cache
from typing import Any

import pytest

from benchmarks import lists
from benchmarks.capacity import item_size, read_units, write_units
from benchmarks.cost import cost_of_sending
from benchmarks.meter import Cost
from benchmarks.operations import FIRST_PROJECT, OPERATIONS, Operation, populated, remembered
from sheaf.aws.dynamodb import dynamodb
from sheaf.domain.identity import AccountId
from sheaf.domain.task import Task
from sheaf.domain.values import Id, Timestamp
from sheaf.store.mappers.task import TASK as SHAPE
from tests.support.accounts import put_copy
from tests.support.api import NOW, Api, make_token

COSTS = {  # round trips, read units, write units
    "one task": Cost(1, 1, 0),
    "one task, missing": Cost(1, 1, 0),
    "list: all on one page": Cost(1, 1, 0),
    "list: first page": Cost(2, 2, 0),
    "list: next page by cursor": Cost(2, 2, 0),
    "list: active only": Cost(2, 2, 0),
    "list: archived only, all on one page": Cost(1, 1, 0),
    "list: `updated_since` with 3 matches": Cost(2, 4, 0),
    "list: `page=3`": Cost(2, 2, 0),
    "list: by name": Cost(2, 2, 0),
    "create": Cost(2, 0, 11),
    "create, with a key": Cost(2, 0, 13),
    "create, name taken": Cost(2, 0, 9),
    "update": Cost(2, 1, 4),
    "update that changes nothing": Cost(1, 1, 0),
    "rename": Cost(2, 1, 9),
    "archive": Cost(2, 1, 48),
    "delete": Cost(6, 5, 52),
    "delete, refused for its time": Cost(5, 5, 0),
    "delete, missing": Cost(3, 3, 0),
    "project: one": Cost(2, 2, 0),
    "project: list, all on one page": Cost(2, 2, 0),
    "project: list, by name": Cost(3, 3, 0),
    "project: create, without default tasks": Cost(6, 3, 37),
    "project: rename": Cost(3, 2, 14),
    "project: delete, with 4 assignments and 3 entries": Cost(27, 29, 188),
    "project: delete, with nothing in it": Cost(7, 6, 58),
    "client: one": Cost(1, 1, 0),
    "client: create": Cost(2, 0, 11),
    "client: delete": Cost(2, 1, 10),
    "assignment: one": Cost(2, 3, 0),
    "assignment: list of a project": Cost(4, 8, 0),
    "assignment: list of the account, first page": Cost(4, 6, 0),
    "assignment: create": Cost(3, 2, 17),
    "assignment: update": Cost(3, 3, 10),
    "assignment: archive": Cost(3, 3, 60),
    "assignment: delete": Cost(4, 4, 56),
    "assignment: delete, refused for its time": Cost(3, 4, 0),
    "time: one entry": Cost(3, 7, 0),
    "time: list, all on one page": Cost(6, 10, 0),
    "time: list, first page": Cost(7, 11, 0),
    "time: list of one user": Cost(4, 8, 0),
    "time: log": Cost(4, 7, 22),
    "time: change the hours": Cost(4, 7, 18),
    "time: move to another task": Cost(6, 14, 22),
    "time: delete": Cost(4, 7, 21),
    "import: one that awaits its file": Cost(1, 33, 0),
    "import: list, all on one page": Cost(1, 1, 0),
    "import: begin": Cost(2, 0, 7),
    "import: cancel one that awaits its file": Cost(6, 132, 2),
    "the caller": Cost(1, 1, 0),
    "the caller's project assignments": Cost(5, 9, 0),
    "company": Cost(1, 1, 0),
    "user: one": Cost(2, 2, 0),
    "user: list, all on one page": Cost(2, 2, 0),
    "user: create": Cost(2, 0, 9),
    "user: change the time zone": Cost(3, 2, 4),
    "user: change the email address": Cost(3, 2, 9),
    "user: archive": Cost(3, 2, 8),
    "user: delete, refused for their time": Cost(5, 5, 0),
    "user assignment: create": Cost(3, 2, 21),
    "user assignment: list of the account": Cost(3, 6, 0),
    "user assignment: list of a user": Cost(4, 7, 0),
    "user assignment: update": Cost(3, 3, 12),
    "user assignment: delete": Cost(4, 4, 56),
    "role: create, for one user": Cost(4, 2, 11),
    "report: time by clients": Cost(6, 10, 0),
    "report: budgets, none of them given": Cost(2, 2, 0),
    "unknown path": Cost(0, 0, 0),
}

TASK = Task(Id(7), "Design", True, Decimal("100.00"), False, True, NOW, NOW)
LATER = Timestamp("2026-03-02T08:00:00Z")
STATES = {
    "absent": None,
    "as it was": TASK,
    "repriced": replace(TASK, default_hourly_rate=Decimal("120.00"), updated_at=LATER, version=2),
    "archived": replace(TASK, is_active=False, updated_at=LATER, version=2),
    "with a name of 1,020 bytes": replace(TASK, name="\N{GRINNING FACE}" * 255, updated_at=LATER, version=2),
}


@cache
def item(state: str) -> dict[str, Any] | None:
    task = STATES[state]
    return None if task is None else next(SHAPE._items(AccountId(1), task))


def test_every_operation_that_is_measured_has_its_cost_here() -> None:
    assert list(COSTS) == [operation.name for operation in OPERATIONS]


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
def test_an_operation_costs_what_it_is_known_to_cost(table: str, endpoint_url: str, operation: Operation) -> None:
    api = remembered(put_copy(populated, endpoint_url), assigned_to=FIRST_PROJECT)
    assert cost_of_sending(operation, api) == COSTS[operation.name]


def test_meeting_a_caller_for_the_first_time_costs_two_more_round_trips(table: str, endpoint_url: str) -> None:
    api = Api(make_token(put_copy(populated, endpoint_url)))
    assert [cost_of_sending(OPERATIONS[0], api) for _ in range(2)] == [Cost(3, 4, 0), Cost(1, 1, 0)]


def test_a_page_costs_the_same_in_an_account_of_any_size(endpoint_url: str) -> None:
    small, large = (lists.costs(count, endpoint_url) for count in (100, 1_000))
    assert small == large
    small, large = (lists.assignment_costs(count, endpoint_url) for count in (100, 1_000))
    assert small == large


@pytest.mark.parametrize(
    ("before", "after", "units"),
    [
        ("absent", "as it was", 1 + 1 + 1),
        ("as it was", "absent", 1 + 1 + 1),
        ("as it was", "as it was", 1),
        ("as it was", "repriced", 1 + 1 + 2),
        ("as it was", "archived", 1 + 2 + 2),
        ("absent", "with a name of 1,020 bytes", 2 + 2 + 1),
        ("as it was", "with a name of 1,020 bytes", 2 + 2 + 2),
    ],
)
def test_a_write_costs_the_table_s_part_and_each_index_s(before: str, after: str, units: int) -> None:
    assert write_units(item(before), item(after)) == units


@pytest.mark.parametrize("before", STATES)
@pytest.mark.parametrize("after", STATES)
def test_the_engine_counts_a_single_write_like_the_rules(table: str, before: str, after: str) -> None:
    old, new = item(before), item(after)
    if old:
        dynamodb().put_item(TableName=table, Item=old)
    if new:
        answer = dynamodb().put_item(TableName=table, Item=new, ReturnConsumedCapacity="TOTAL")
    else:
        key = {name: (item("as it was") or {})[name] for name in ("pk", "sk")}
        answer = dynamodb().delete_item(TableName=table, Key=key, ReturnConsumedCapacity="TOTAL")
    assert answer["ConsumedCapacity"]["CapacityUnits"] == write_units(old, new)


@pytest.mark.parametrize(("before", "after", "units"), [("absent", "as it was", 4), ("as it was", "as it was", 2)])
def test_a_transaction_doubles_the_table_s_part_alone(before: str, after: str, units: int) -> None:
    assert write_units(item(before), item(after), in_transaction=True) == units


@pytest.mark.parametrize(
    ("size", "consistent", "units"),
    [(0, True, 1), (4096, True, 1), (4097, True, 2), (4096, False, 0.5), (8193, False, 1.5)],
)
def test_a_read_costs_a_unit_for_each_4_kilobytes_begun(size: int, consistent: bool, units: float) -> None:
    assert read_units(size, consistent=consistent) == units


@pytest.mark.parametrize(
    ("value", "size"),
    [
        ({"S": "grün"}, 5),
        ({"B": "AQID"}, 3),
        ({"N": "7"}, 2),
        ({"N": "1234500"}, 4),
        ({"N": "-0.05"}, 3),
        ({"BOOL": True}, 1),
        ({"NULL": True}, 1),
        ({"L": [{"N": "7"}, {"S": "ab"}]}, 3 + 1 + 2 + 1 + 2),
        ({"M": {"ab": {"N": "7"}}}, 3 + 1 + 2 + 2),
    ],
)
def test_an_attribute_counts_its_name_and_its_value(value: dict[str, Any], size: int) -> None:
    assert item_size({"name": value}) == len("name") + size
