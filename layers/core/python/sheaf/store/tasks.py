"""store: tasks. Access patterns T1 to T5 of docs/data-model.md."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from sheaf.domain.errors import NotFoundError
from sheaf.domain.identity import AccountId
from sheaf.domain.paging import Filter, Page, PageRequest
from sheaf.domain.task import NameTakenError, Task, TaskFields, new_task
from sheaf.domain.values import Id, Timestamp, fold_name
from sheaf.store import keys, reads, sequence, time_guard, totals
from sheaf.store.lists import Listing
from sheaf.store.writes import Item, StaleError, Write, commit, delete_if, put_changed, put_new, retried


def get(account_id: AccountId, task_id: Id) -> Task:
    """One task (T1).

    Raises:
        NotFoundError: the account has no such task.
    """
    item = reads.item(keys.record(account_id, "TASK", task_id))
    if item is None:
        raise NotFoundError
    return _from_item(item)


def page(account_id: AccountId, wanted: Filter, request: PageRequest) -> Page[Task]:
    """One page of the account's tasks, newest first (T2)."""
    return Listing(account_id, "TASK").page(wanted, request).map(_from_item)


def create(account_id: AccountId, fields: TaskFields, now: Timestamp) -> Task:
    """A new task with the next id (T3): the task, its claim on the name, its guard and the totals, all or none.

    Raises:
        NameTakenError: another task of the account has that name.
        BusyError: see `writes.commit`.
    """

    def decide() -> Task:
        task = new_task(sequence.next_id(account_id, "TASK"), fields, now)
        commit(
            [
                put_new(_to_item(account_id, task), StaleError()),
                _claim_name(account_id, task),
                time_guard.open_task(account_id, task.id, is_open=task.is_active),
                _count(account_id, task, 1),
            ]
        )
        return task

    return retried(decide)


def update(account_id: AccountId, task_id: Id, change: Callable[[Task], Task]) -> Task:
    """The task after `change` (T4), which may be called again when others changed the task meanwhile.

    Nothing is written when `change` returns the task as it is.

    Raises:
        NotFoundError, NameTakenError, BusyError, and whatever `change` raises.
    """

    def decide() -> Task:
        before = get(account_id, task_id)
        after = change(before)
        if after is not before:
            commit(_writes_of_change(account_id, before, after))
        return after

    return retried(decide)


def delete(account_id: AccountId, task_id: Id) -> Task:
    """Remove a task without time (T5) and return it as it was; its name is free at once.

    Raises:
        NotFoundError, TaskHasTimeError, BusyError.
    """

    def decide() -> Task:
        task = get(account_id, task_id)
        unchanged: Item = {":version": {"N": str(task.version)}}
        key = keys.record(account_id, "TASK", task_id)
        commit(
            [
                delete_if(key, "version = :version", unchanged, StaleError()),
                _free_name(account_id, task),
                time_guard.remove_task(account_id, task_id),
                _count(account_id, task, -1),
            ]
        )
        return task

    return retried(decide)


def _writes_of_change(account_id: AccountId, before: Task, after: Task) -> list[Write]:
    writes = [put_changed(_to_item(account_id, after), before.version)]
    if fold_name(after.name) != fold_name(before.name):
        writes += [_free_name(account_id, before), _claim_name(account_id, after)]
    if after.is_active != before.is_active:
        step = 1 if after.is_active else -1
        writes += [
            time_guard.set_task_open(account_id, after.id, is_open=after.is_active),
            totals.change(account_id, "TASK", active=step, archived=-step),
        ]
    return writes


def _claim_name(account_id: AccountId, task: Task) -> Write:
    item = {**keys.task_name(account_id, fold_name(task.name)), "task_id": {"N": str(task.id)}}
    return put_new(item, NameTakenError())


def _free_name(account_id: AccountId, task: Task) -> Write:
    mine: Item = {":task_id": {"N": str(task.id)}}
    return delete_if(keys.task_name(account_id, fold_name(task.name)), "task_id = :task_id", mine, StaleError())


def _count(account_id: AccountId, task: Task, step: int) -> Write:
    state = "active" if task.is_active else "archived"
    return totals.change(account_id, "TASK", **{state: step})


def _to_item(account_id: AccountId, task: Task) -> Item:
    rate: dict[str, Any] = {"NULL": True}
    if task.default_hourly_rate is not None:
        rate = {"N": str(task.default_hourly_rate)}
    return {
        **keys.record(account_id, "TASK", task.id),
        "state_sk": {"S": keys.state_prefix(task.is_active) + keys.sortable(task.id)},
        "update_sk": {"S": keys.update_position(task.updated_at, task.id)},
        "id": {"N": str(task.id)},
        "name": {"S": task.name},
        "billable_by_default": {"BOOL": task.billable_by_default},
        "default_hourly_rate": rate,
        "is_default": {"BOOL": task.is_default},
        "is_active": {"BOOL": task.is_active},
        "created_at": {"S": task.created_at},
        "updated_at": {"S": task.updated_at},
        "version": {"N": str(task.version)},
    }


def _from_item(item: Item) -> Task:
    rate = item["default_hourly_rate"].get("N")
    return Task(
        id=Id(int(item["id"]["N"])),
        name=item["name"]["S"],
        billable_by_default=item["billable_by_default"]["BOOL"],
        default_hourly_rate=None if rate is None else Decimal(rate),
        is_default=item["is_default"]["BOOL"],
        is_active=item["is_active"]["BOOL"],
        created_at=Timestamp(item["created_at"]["S"]),
        updated_at=Timestamp(item["updated_at"]["S"]),
        version=int(item["version"]["N"]),
    )
