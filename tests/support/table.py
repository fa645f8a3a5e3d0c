"""The table as it lies there: everything in it, and records put in as an import with ids of its own would do it."""

from collections.abc import Callable, Iterable, Mapping
from itertools import batched
from typing import Any

from sheaf import settings
from sheaf.aws.dynamodb import dynamodb
from sheaf.domain.identity import AccountId
from sheaf.domain.task import Task
from sheaf.domain.values import Id
from sheaf.store import keys, time_guard
from sheaf.store.items import Item
from sheaf.store.keys import Key
from sheaf.store.mappers.task import TASK
from sheaf.store.records import Counter, count_write
from sheaf.store.transactions import commit
from sheaf.store.writes import update

type Rows = Mapping[tuple[str, str], Item]

_BATCH = 100  # items of a transaction


def rows(*, without: Callable[[tuple[str, str]], bool] = lambda _: False) -> Rows:
    """Every item of the table by its key."""
    found: list[Item] = []
    scan: dict[str, Any] = {"TableName": settings.table_name(), "ConsistentRead": True}
    while True:
        answer = dynamodb().scan(**scan)
        found += answer["Items"]
        if "LastEvaluatedKey" not in answer:
            return {key: item for item in found if not without(key := place(item))}
        scan["ExclusiveStartKey"] = answer["LastEvaluatedKey"]


def place(key: Key) -> tuple[str, str]:
    """Under which key of `rows` an item stands."""
    return key["pk"]["S"], key["sk"]["S"]


def row(key: Key) -> Item | None:
    """One item as it is."""
    found: Item | None = dynamodb().get_item(TableName=settings.table_name(), Key=key, ConsistentRead=True).get("Item")
    return found


def is_sequence(key: tuple[str, str]) -> bool:
    """Whether this is a counter of ids: what fails loses its number, and that is all that it may leave behind."""
    return "SEQUENCE" in key[0]


def put_items(items: Iterable[Item]) -> None:
    """Write items as they are, whatever stands there; in transactions, which the engine takes quicker than batches."""
    for some in batched(items, _BATCH, strict=False):
        puts = [{"Put": {"TableName": settings.table_name(), "Item": item}} for item in some]
        dynamodb().transact_write_items(TransactItems=puts)


def put_tasks(account_id: AccountId, wanted: Iterable[Task]) -> list[Task]:
    """Tasks with the ids they bring, with claims, guards and totals, as if each had been created.

    Only the sequence of ids is left as it is; see `start_ids_after`.
    """
    made = list(wanted)
    put_items(
        write.parameters["Item"]
        for task in made
        for write in (
            *TASK.item_writes(account_id, task),
            *TASK.claim_writes(account_id, task),
            time_guard.add(account_id, "TASK", task.id, accepts_time=task.is_active),
        )
    )
    active = sum(task.is_active for task in made)
    commit([count_write(Counter(keys.totals(account_id, "TASK")), active=active, archived=len(made) - active)])
    return made


def start_ids_after(account_id: AccountId, last: int) -> None:
    """Let the next task that is created have the id after `last`."""
    commit([update(keys.sequence(account_id, "TASK"), "SET last_id = :last", {":last": {"N": str(last)}})])


def log_time(account_id: AccountId, task_id: Id) -> None:
    """Count one time entry on a task, as its own transaction will: while the guard is there and open.

    Raises:
        TimeRefusedError: it is not.
    """
    guard = keys.guard(account_id, "TASK", task_id)
    step: Item = {":one": {"N": "1"}, ":true": {"BOOL": True}}
    condition = "attribute_exists(pk) AND is_open = :true"
    commit([update(guard, "ADD time_entry_count :one", step, condition, TimeRefusedError())])


def remove_time(account_id: AccountId, task_id: Id) -> None:
    """Take one time entry away again."""
    commit([update(keys.guard(account_id, "TASK", task_id), "ADD time_entry_count :less", {":less": {"N": "-1"}})])


class TimeRefusedError(Exception):
    """No time can be logged: the task is gone or archived."""


def recount(account_id: AccountId) -> tuple[int, int]:
    """How many active and how many archived tasks there really are."""
    partition = keys.records(account_id, "TASK")
    states = [item["is_active"]["BOOL"] for (pk, _), item in rows().items() if pk == partition]
    return states.count(True), states.count(False)
