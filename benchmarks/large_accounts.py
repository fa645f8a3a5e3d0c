"""Accounts with many tasks, written past the operations: only what lists read is there."""

from collections import Counter as Counts
from collections.abc import Iterable, Iterator
from dataclasses import replace
from decimal import Decimal
from itertools import batched

from benchmarks.operations import LATER
from sheaf import settings
from sheaf.aws.dynamodb import dynamodb
from sheaf.domain.client import ClientFields
from sheaf.domain.identity import Account, AccountId
from sheaf.domain.project import ProjectFields
from sheaf.domain.task import Task, TaskFields
from sheaf.domain.task_assignment import default_fields, new_task_assignment
from sheaf.domain.time_entry import TimeEntryFields, new_time_entry
from sheaf.domain.user import UserFields, new_user
from sheaf.domain.user_assignment import default_fields as user_assigned
from sheaf.domain.values import Day, Id
from sheaf.store import clients, keys, projects, task_assignments, tasks, user_assignments, users
from sheaf.store.items import Item
from sheaf.store.mappers.task import TASK
from sheaf.store.mappers.task_assignment import TASK_ASSIGNMENT
from sheaf.store.mappers.time_entry import to_items
from sheaf.store.records import Counter, count_write
from sheaf.store.transactions import commit
from sheaf.store.writes import count as count_item
from tests.support.api import NOW, make_account

FEW = 10
BATCH = 25  # BatchWriteItem takes no more


def large_account(account_id: int, count: int, active: int | None = None) -> Account:
    """An account with `count` tasks, of which the `active` oldest are active (all, if not given).

    The `FEW` oldest were changed last. So what a filter looks for lies farthest from where a list begins.
    """
    account = make_account(account_id)
    active = count if active is None else active
    _write(write.parameters["Item"] for task in _tasks(count, active) for write in TASK.item_writes(account.id, task))
    commit([count_write(Counter(keys.totals(account.id, "TASK")), active=active, archived=count - active)])
    return account


def assigned(account_id: AccountId, count: int) -> Account:
    """An account with `count` task assignments as its own list holds them, all of one task and one project."""
    account = make_account(account_id)
    client = clients.create(account.id, ClientFields(name="Example Ltd"), NOW)
    project = projects.create(account.id, ProjectFields(client_id=client.id, name="Website"), NOW).project
    task = tasks.create(account.id, TaskFields(name="Design"), NOW)
    first = new_task_assignment(Id(1), project, task, default_fields(project, task), NOW)
    every = (replace(first, id=Id(number), is_active=number <= FEW) for number in range(1, count + 1))
    _write(TASK_ASSIGNMENT.item_writes(account.id, task_assignment)[0].parameters["Item"] for task_assignment in every)
    totals = Counter(keys.totals(account.id, "TASK_ASSIGNMENT"))
    commit([count_write(totals, active=FEW, archived=count - FEW)])
    return account


def logged(account_id: int, count: int) -> Account:
    """An account with `count` time entries of 2026 as its lists by month hold them, of ten people on one task."""
    account = make_account(account_id)
    client = clients.create(account.id, ClientFields(name="Example Ltd"), NOW)
    project = projects.create(account.id, ProjectFields(client_id=client.id, name="Website"), NOW).project
    task = tasks.create(account.id, TaskFields(name="Design"), NOW)
    assigned_task = task_assignments.create(account.id, project.id, task.id, default_fields, NOW)
    for number in range(10):
        fields = UserFields(first_name="Mia", last_name=f"M{number}", email=f"mia{number}@example.com")
        user = users.create(account.id, new_user(Id(0), fields, NOW))
        user_assignments.create(account.id, project.id, user.id, user_assigned, NOW)
    entry = new_time_entry(
        Id(0),
        Id(0),
        assigned_task.id,
        TimeEntryFields(project_id=project.id, task_id=task.id, spent_date=Day("2026-01-01"), notes="CSS styling"),
        NOW,
    )
    every = [
        replace(
            entry,
            id=Id(number + 1),
            user_id=Id(number % 10 + 1),
            user_assignment_id=Id(number % 10 + 1),
            spent_date=Day(f"2026-{number % 12 + 1:02}-{number % 28 + 1:02}"),
            hours=Decimal("1.25"),
        )
        for number in range(count)
    ]
    _write(to_items(account.id, each)[1] for each in every)
    months = Counts(each.spent_date[:7] for each in every)
    commit(
        [count_item(keys.month_total(account.id, month), {"time_entry_count": held}) for month, held in months.items()]
    )
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
