"""store: what is kept of deleted tasks, so that they can be restored. Access pattern T9 of docs/data-model.md.

With a deleted task its assignments are kept, each as it was. They stand where no reader of tasks and assignments meets
them, and go by themselves.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from sheaf.domain.errors import NotFoundError
from sheaf.domain.identity import AccountId
from sheaf.domain.paging import Filter, Page, PageRequest
from sheaf.domain.task import DeletedTask, Task
from sheaf.domain.task_assignment import TaskAssignment
from sheaf.domain.values import Id, Timestamp, fold_name
from sheaf.store import keys, reads
from sheaf.store.items import Item, purge_at, text
from sheaf.store.lists import Chosen, page_of
from sheaf.store.mappers.task import TASK
from sheaf.store.mappers.task_assignment import TASK_ASSIGNMENT
from sheaf.store.reads import KeyRange
from sheaf.store.transactions import StaleError, Write
from sheaf.store.writes import delete_if, put

KEPT = timedelta(days=30)
_LONGER = timedelta(days=1)  # assignments are there as long as their task is


def get(account_id: AccountId, task_id: Id, now: Timestamp) -> DeletedTask:
    """A task that can be restored. Raises NotFoundError: there is none, or it was deleted too long ago."""
    item = reads.item(keys.deleted_task(account_id, task_id))
    if item is None or not _is_kept(item, now):
        raise NotFoundError
    return _read(item)


def page(
    account_id: AccountId, wanted: Filter, request: PageRequest, name: str | None, now: Timestamp
) -> Page[DeletedTask]:
    """One page of the tasks that can be restored, newest first (T9), or of those that had a name; all are read."""
    found = (
        item
        for item in reads.items_in(KeyRange(keys.deleted_tasks(account_id), "0", "~"))
        if _is_kept(item, now) and (name is None or fold_name(item["name"]["S"]) == fold_name(name))
    )
    return page_of(Chosen(found, wanted), request).map(_read)


def kept(account_id: AccountId, task: Task, now: Timestamp) -> Write:
    """The write that keeps a task, for the transaction that deletes it."""
    item = {**keys.deleted_task(account_id, task.id), **TASK.codec.to_item(task)}
    return put({**item, "removed_at": text(now), "purge_at": purge_at(now, KEPT)})


def kept_assignment(account_id: AccountId, assignment: TaskAssignment, now: Timestamp) -> Write:
    """The write that keeps an assignment, for the transaction that deletes it with its task."""
    item = {**_key(account_id, assignment), **TASK_ASSIGNMENT.codec.to_item(assignment)}
    return put({**item, "purge_at": purge_at(now, KEPT + _LONGER)})


def assignments_of(account_id: AccountId, task_id: Id, page_size: int) -> Iterator[TaskAssignment]:
    """The assignments that are kept of a task, read so many at a time."""
    found = reads.items_in(KeyRange(keys.deleted_assignments(account_id, task_id), "0", "~"), page_size)
    return map(TASK_ASSIGNMENT.codec.from_item, found)


def forgotten(account_id: AccountId, deleted: DeletedTask) -> Write:
    """The write by which a task is kept no more; `StaleError` when it is not what was read."""
    key = keys.deleted_task(account_id, deleted.task.id)
    return delete_if(key, "removed_at = :removed_at", {":removed_at": text(deleted.deleted_at)}, StaleError())


def forgotten_assignment(account_id: AccountId, assignment: TaskAssignment) -> Write:
    """The same of an assignment."""
    return delete_if(_key(account_id, assignment), "attribute_exists(pk)", {}, StaleError())


def _key(account_id: AccountId, assignment: TaskAssignment) -> keys.Key:
    return keys.deleted_assignment(account_id, assignment.task_id, assignment.id)


def _is_kept(item: Item, now: Timestamp) -> bool:
    """Whether it may be restored; DynamoDB may leave it lying for two days more."""
    return int(item["purge_at"]["N"]) > datetime.fromisoformat(now).timestamp()


def _read(item: Item) -> DeletedTask:
    return DeletedTask(TASK.codec.from_item(item), Timestamp(item["removed_at"]["S"]))
