"""store: tasks. Access patterns T1 to T7, T10 to T12 of docs/data-model.md."""

from collections.abc import Callable, Collection
from dataclasses import replace

from sheaf.domain.idempotency import Keep, keep_nothing
from sheaf.domain.identity import AccountId
from sheaf.domain.operation import UnderWayError
from sheaf.domain.paging import Filter, Page, PageRequest
from sheaf.domain.record import fields_of, with_changes
from sheaf.domain.task import DeletedTask, Task, TaskFields, TaskHasTimeError, new_task
from sheaf.domain.values import Id, Timestamp, fold_name
from sheaf.store import answers, deleted_tasks, sequence, time_guard
from sheaf.store.lists import page_of_kind
from sheaf.store.mappers.task import TASK
from sheaf.store.resumable import assigning, operations, removal, restoring, resume, task_merge
from sheaf.store.transactions import Write, accept, commit, retried


def get(account_id: AccountId, task_id: Id) -> Task:
    """One task (T1).

    Raises:
        NotFoundError: the account has no such task.
    """
    return TASK.get(account_id, task_id)


def get_many(account_id: AccountId, task_ids: Collection[Id]) -> dict[Id, Task]:
    """Many tasks by their ids, without the missing ones."""
    return TASK.get_many(account_id, task_ids)


def get_by_names(account_id: AccountId, names: Collection[str]) -> dict[str, Task]:
    """Tasks by their folded names, without the free ones. Raises StaleError: one was renamed between two reads."""
    return TASK.get_by_claim(account_id, names)


def ids_by_name(account_id: AccountId, names: Collection[str]) -> dict[str, Id]:
    """The ids of the tasks that have these folded names."""
    return TASK.owners(account_id, names)


def page(account_id: AccountId, wanted: Filter, request: PageRequest, name: str | None = None) -> Page[Task]:
    """One page of the account's tasks, newest first (T2), or of the one that has this name (T7)."""
    return page_of_kind(TASK, account_id, wanted, request, None if name is None else fold_name(name))


def create(account_id: AccountId, fields: TaskFields, now: Timestamp, *, keep: Keep[Task] = keep_nothing) -> Task:
    """A new task with the next id (T3): the task, its claim on the name, its guard and the totals, all or none.

    `keep` says what is answered to the request, which is kept with it.

    Raises:
        NameTakenError: another task of the account has that name.
        AnsweredError, BusyError: see `transactions.commit`.
    """

    def decide() -> Task:
        task = new_task(sequence.next_id(account_id, "TASK"), fields, now)
        commit([*answers.kept(account_id, keep(task)), *written(account_id, None, task)])
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
            commit(written(account_id, before, after))
        return after

    return retried(decide)


def written(account_id: AccountId, before: Task | None, after: Task) -> list[Write]:
    """The writes that make a task (`before` is None) or turn it into another. Refused with NameTakenError."""
    if before is None:
        return [*TASK.writes_to_add(account_id, after), time_guard.add(account_id, "TASK", after.id)]
    writes = TASK.writes_to_change(account_id, before, after)
    if after.is_active != before.is_active:
        writes += time_guard.set_accepts_time(account_id, "TASK", after.id, accepts_time=after.is_active)
    return writes


def removed(account_id: AccountId, task: Task, now: Timestamp) -> list[Write]:
    """The writes that take a task away, without its guard, and keep it for whoever restores it."""
    return [*TASK.writes_to_remove(account_id, task), deleted_tasks.kept(account_id, task, now)]


def delete(
    account_id: AccountId,
    task_id: Id,
    now: Timestamp,
    check: Callable[[Task], object] = accept,
    *,
    keep: Keep[Task] = keep_nothing,
) -> Task:
    """Remove a task without time, and its assignments with it (T5); return it as it was. Its name is free at once.

    Raises:
        NotFoundError, TaskHasTimeError, AnsweredError, BusyError, and whatever `check` raises.
    """

    def decide() -> tuple[Task, operations.ResumableOperation | None]:
        begun = operations.begun_count(account_id)
        resume.finish_pending(account_id)
        task = get(account_id, task_id)
        check(task)
        writes = [*answers.kept(account_id, keep(task)), *removed(account_id, task, now)]
        return task, removal.remove_task(account_id, task_id, writes, now, begun)

    task, operation = retried(decide)
    if operation is not None:
        resume.resume(account_id, operation)
    return task


def restore(account_id: AccountId, task_id: Id, now: Timestamp, *, keep: Keep[Task] = keep_nothing) -> Task:
    """A task that was deleted in the last 30 days, back with its assignments to projects that are there (T10).

    Raises:
        NotFoundError, NameTakenError: another task has its name meanwhile. AnsweredError, BusyError.
        UnderWayError: it has more assignments than there was time for, and will be shown with all of them.
    """

    def decide() -> tuple[Task, operations.ResumableOperation | None]:
        resume.finish_pending(account_id)  # perhaps its assignments are still being deleted
        return restoring.restore(account_id, task_id, now, lambda task: answers.kept(account_id, keep(task)))

    task, operation = retried(decide)
    if operation is not None and not resume.resume(account_id, operation):
        raise UnderWayError(operation.id)
    return task


def merge(
    account_id: AccountId, source_id: Id, target_id: Id, now: Timestamp, *, keep: Keep[Task] = keep_nothing
) -> Task:
    """Let a task become part of another one (T11), with all its assignments and time; return that one.

    It is so for every reader at once; what still names the first task is written anew after that.

    Raises:
        NotFoundError: there is no such task. InvalidError: see `require_mergeable`. AnsweredError, BusyError.
    """

    def decide() -> tuple[Task, operations.ResumableOperation]:
        begun = operations.begun_count(account_id)
        resume.finish_pending(account_id, wholly=True)
        return task_merge.merge(
            account_id, source_id, target_id, now, begun, lambda task: answers.kept(account_id, keep(task))
        )

    task, operation = retried(decide)
    resume.resume(account_id, operation)
    return task


def assign_to_all(
    account_id: AccountId,
    task_id: Id,
    given: assigning.Given,
    among: Collection[Id] | None,
    now: Timestamp,
    *,
    keep: Keep[Id] = keep_nothing,
) -> Id:
    """Begin to assign a task to all active projects, or to those among some (T12), and do as much as time allows.

    `given` are fields of the assignments. Returns the operation that does the rest. Raises AnsweredError, BusyError.
    """

    def decide() -> operations.ResumableOperation:
        return assigning.begin(
            account_id, task_id, given, among, now, lambda operation_id: answers.kept(account_id, keep(operation_id))
        )

    operation = retried(decide)
    resume.resume(account_id, operation)
    return operation.id


def deleted_page(
    account_id: AccountId, wanted: Filter, request: PageRequest, name: str | None, now: Timestamp
) -> Page[DeletedTask]:
    """One page of the tasks that can be restored, the newest first, or of those that had this name."""
    return deleted_tasks.page(account_id, wanted, request, name, now)


def delete_or_archive(
    account_id: AccountId, task_id: Id, now: Timestamp, check: Callable[[Task], object] = accept
) -> bool:
    """Remove a task as v1 does (T6): archive it where time is logged; whether it was archived.

    Raises:
        NotFoundError, BusyError, and whatever `check` raises.
    """

    def archive(task: Task) -> Task:
        check(task)
        return with_changes(task, replace(fields_of(TaskFields, task), is_active=False), now)

    try:
        delete(account_id, task_id, now, check)
    except TaskHasTimeError:
        return not update(account_id, task_id, archive).is_active
    return False
