"""Accounts with many tasks, written past the operations: only what lists read is there."""

from collections.abc import Iterable, Iterator
from decimal import Decimal
from itertools import batched

from benchmarks.operations import LATER
from sheaf import settings
from sheaf.domain.identity import Account
from sheaf.domain.task import Task
from sheaf.domain.values import Id
from sheaf.store import tasks, totals
from sheaf.store.client import dynamodb
from sheaf.store.writes import Item, commit
from tests.harness import NOW, make_account

FEW = 10
BATCH = 25  # BatchWriteItem takes no more


def crowded(account_id: int, count: int, active: int | None = None) -> Account:
    """An account with `count` tasks, of which the `active` oldest are active (all, if not given).

    The `FEW` oldest were changed last. So what a filter looks for lies farthest from where a list begins.
    """
    account = make_account(account_id)
    active = count if active is None else active
    _write(tasks._to_item(account.id, task) for task in _tasks(count, active))  # noqa: SLF001 - as it is stored
    commit([totals.change(account.id, "TASK", active=active, archived=count - active)])
    return account


def _tasks(count: int, active: int) -> Iterator[Task]:
    for number in range(1, count + 1):
        name = f"Task number {number} of the account"
        changed = LATER if number <= FEW else NOW
        yield Task(Id(number), name, True, Decimal("100.00"), False, number <= active, NOW, changed)


def _write(items: Iterable[Item]) -> None:
    for batch in batched(items, BATCH, strict=False):
        puts = [{"PutRequest": {"Item": item}} for item in batch]
        dynamodb().batch_write_item(RequestItems={settings.table_name(): puts})
