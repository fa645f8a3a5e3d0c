"""The table as it lies there: everything in it, and records put in as an import with ids of its own would do it."""

from collections.abc import Callable, Iterable, Mapping
from itertools import batched
from typing import Any

from sheaf import settings
from sheaf.aws.dynamodb import dynamodb
from sheaf.domain.identity import AccountId
from sheaf.domain.task import Task
from sheaf.domain.values import Id
from sheaf.store import keys, reads, time_guard
from sheaf.store.items import Item
from sheaf.store.keys import Key
from sheaf.store.mappers.task import TASK
from sheaf.store.records import count_write, total
from sheaf.store.transactions import Write, commit
from sheaf.store.writes import count, update

type Rows = Mapping[tuple[str, str], Item]

_BATCH = 100  # items of a transaction


def rows(*, without: Callable[[tuple[str, str]], bool] = lambda _: False) -> Rows:
    """Every item of the table by its key, but for what only waits to be purged, such as deleted tasks."""
    kept = (item for item in everything() if not is_gone(item) and not is_closed_for_ever(item))
    return {key: item for item in kept if not without(key := place(item))}


def everything() -> list[Item]:
    """Every item of the table."""
    found: list[Item] = []
    scan: dict[str, Any] = {"TableName": settings.table_name(), "ConsistentRead": True}
    while True:
        answer = dynamodb().scan(**scan)
        found += answer["Items"]
        if "LastEvaluatedKey" not in answer:
            return found
        scan["ExclusiveStartKey"] = answer["LastEvaluatedKey"]


def place(key: Key) -> tuple[str, str]:
    """Under which key of `rows` an item stands."""
    return key["pk"]["S"], key["sk"]["S"]


def row(key: Key) -> Item | None:
    """One item as it is."""
    found: Item | None = dynamodb().get_item(TableName=settings.table_name(), Key=key, ConsistentRead=True).get("Item")
    return found


def summed(found: Rows) -> Rows:
    """The same with each count that is spread over shards as one item, because which shard counts is left to chance.

    How often the guard of a task was changed is left out.
    """
    joined: dict[tuple[str, str], Item] = {}
    for key, item in found.items():
        at = whole(key)
        if at == key:
            joined[key] = {name: value for name, value in item.items() if name != "changes" or key[1] != "GUARD"}
            continue
        before = joined.get(at, {"pk": {"S": at[0]}, "sk": {"S": at[1]}})
        joined[at] = before | {
            name: {"N": str(int(value["N"]) + int(before.get(name, {"N": "0"})["N"]))}
            for name, value in item.items()
            if "N" in value
        }
    return joined


def whole(key: tuple[str, str]) -> tuple[str, str]:
    """The key of a count, for the key of one of its shards; any other key as it is."""
    pk, sk = key
    is_spread = pk.endswith(("#TOTALS", "#MONTH_TOTALS")) or "_GUARD#" in pk
    is_of_pair = pk.endswith("#PAIR") and sk.count("#") == 2
    return (pk, sk[:-3]) if (is_spread or is_of_pair) and sk[-3:-2] == "#" else key


def is_gone(item: Item) -> bool:
    """Whether this is the tombstone of a record, what is kept of a deleted task, or an operation that has ended."""
    return "deleted_at" in item or "#DELETED_TASK" in item["pk"]["S"] or "#ENDED_OPERATION" in item["pk"]["S"]


def is_closed_for_ever(item: Item) -> bool:
    """Whether this is a shard that counted the time of something deleted: DynamoDB purges it after a day."""
    return "is_closed" in item and "purge_at" in item


def is_sequence(key: tuple[str, str]) -> bool:
    """Whether this is a counter of ids: what fails loses its number, and that is all that it may leave behind."""
    return "SEQUENCE" in key[0]


def put_items(items: Iterable[Item]) -> None:
    """Write items as they are, whatever stands there; in transactions, which the engine takes quicker than batches."""
    for some in batched(items, _BATCH, strict=False):
        puts = [{"Put": {"TableName": settings.table_name(), "Item": item}} for item in some]
        dynamodb().transact_write_items(TransactItems=puts)


def put_back(held: Rows) -> None:
    """Let the table hold all of this and nothing else again, whatever was written since."""
    found = {place(item): item for item in everything()}
    name = settings.table_name()
    puts = [{"Put": {"TableName": name, "Item": item}} for key, item in held.items() if found.get(key) != item]
    added = [found[key] for key in found.keys() - held.keys()]
    deletes = [{"Delete": {"TableName": name, "Key": {"pk": item["pk"], "sk": item["sk"]}}} for item in added]
    for some in batched([*puts, *deletes], _BATCH, strict=False):
        dynamodb().transact_write_items(TransactItems=some)


def put_batches(items: Iterable[Item]) -> None:
    """The same in batches, for moto, which copies the whole table for a transaction."""
    for some in batched(items, _BATCH // 4, strict=False):
        puts = [{"PutRequest": {"Item": item}} for item in some]
        dynamodb().batch_write_item(RequestItems={settings.table_name(): puts})


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
            time_guard.add(account_id, "TASK", task.id),
        )
    )
    active = sum(task.is_active for task in made)
    commit([count_write(total(account_id, "TASK"), active=active, archived=len(made) - active)])
    return made


def start_ids_after(account_id: AccountId, last: int) -> None:
    """Let the next task that is created have the id after `last`."""
    commit([update(keys.sequence(account_id, "TASK"), "SET last_id = :last", {":last": {"N": str(last)}})])


def log_time(account_id: AccountId, task_id: Id) -> None:
    """Count one time entry on a task, as its own transaction will: while the guard is there and open.

    Raises:
        TimeRefusedError: it is not.
    """
    commit([_counted(account_id, task_id, 1, "attribute_not_exists(is_closed)")])


def remove_time(account_id: AccountId, task_id: Id) -> None:
    """Take one time entry away again."""
    commit([_counted(account_id, task_id, -1)])


def _counted(account_id: AccountId, task_id: Id, step: int, condition: str = "") -> Write:
    time = keys.guard_time(account_id, "TASK", task_id)
    return count(time, {"time_entry_count": step}, condition, TimeRefusedError(), is_spread=True)


def logged_on(account_id: AccountId, task_id: Id) -> int:
    """How many time entries a task counts."""
    return reads.counts(keys.guard_time(account_id, "TASK", task_id), "time_entry_count")[0]


class TimeRefusedError(Exception):
    """No time can be logged: the task is gone or archived."""


def recount(account_id: AccountId) -> tuple[int, int]:
    """How many active and how many archived tasks there really are."""
    partition = keys.records(account_id, "TASK")
    states = [item["is_active"]["BOOL"] for (pk, _), item in rows().items() if pk == partition]
    return states.count(True), states.count(False)
