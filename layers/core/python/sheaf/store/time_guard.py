"""store: the time-entry check. The one place that knows whether time is logged, and whether it may be.

Each task has a guard item beside it with the exact number of its time entries and whether time may be logged at all.
Logging time counts there in the entry's own transaction; deleting and archiving decide on it in theirs. So a deletion
and an entry meet at one item, and DynamoDB lets only one of them through: the check costs one item, however much time
the account holds.
"""

from sheaf.domain.identity import AccountId
from sheaf.domain.task import TaskHasTimeError
from sheaf.domain.values import Id
from sheaf.store import keys
from sheaf.store.writes import Item, StaleError, Write, delete_if, put_new, update


def open_task(account_id: AccountId, task_id: Id, *, is_open: bool) -> Write:
    """A guard for a new task, without time. `is_open` False: the task is born archived, no time may be logged."""
    item: Item = {**keys.task_guard(account_id, task_id), "time_entry_count": {"N": "0"}, "is_open": {"BOOL": is_open}}
    return put_new(item, StaleError())


def set_task_open(account_id: AccountId, task_id: Id, *, is_open: bool) -> Write:
    """Let time be logged to the task again, or no more (it is being archived)."""
    return update(
        keys.task_guard(account_id, task_id),
        "SET is_open = :is_open",
        {":is_open": {"BOOL": is_open}},
        condition="attribute_exists(pk)",
    )


def remove_task(account_id: AccountId, task_id: Id) -> Write:
    """Take the guard away with its task; refused with TaskHasTimeError while a single entry is there."""
    return delete_if(
        keys.task_guard(account_id, task_id),
        "attribute_not_exists(pk) OR time_entry_count = :none",
        {":none": {"N": "0"}},
        TaskHasTimeError(),
    )
