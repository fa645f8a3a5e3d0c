"""store: task assignments. Access patterns A1 to A10 of docs/data-model.md."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace

from sheaf.domain.errors import NotFoundError
from sheaf.domain.idempotency import Keep, keep_nothing
from sheaf.domain.identity import AccountId
from sheaf.domain.paging import WHOLE, Filter, Page, PageRequest
from sheaf.domain.project import Project
from sheaf.domain.record import fields_of, with_changes
from sheaf.domain.task import Task, TaskFields, new_task
from sheaf.domain.task_assignment import (
    AssignedTask,
    NoSuchTaskError,
    TaskAssignment,
    TaskAssignmentFields,
    TaskAssignmentHasTimeError,
    default_fields,
    new_task_assignment,
)
from sheaf.domain.values import Id, Timestamp
from sheaf.store import answers, keys, reads, sequence, time_guard
from sheaf.store.items import Item
from sheaf.store.lists import Listing, Merged, Source, Visible, page_of, with_records
from sheaf.store.mappers.project import PROJECT
from sheaf.store.mappers.task import TASK
from sheaf.store.mappers.task_assignment import TASK_ASSIGNMENT
from sheaf.store.reads import KeyRange
from sheaf.store.records import Counter, count_write, total
from sheaf.store.resumable import operations, resume
from sheaf.store.resumable.operations import PendingOperations
from sheaf.store.time_guard import TimeCount
from sheaf.store.transactions import Write, accept, commit, retried

_MANY_PROJECTS = 20


def get(account_id: AccountId, project_id: Id, assignment_id: Id) -> AssignedTask:
    """One assignment of a project (A1). Raises NotFoundError, also when its task or project is gone."""
    item = reads.item(keys.child(account_id, "PROJECT", project_id, "TASK_ASSIGNMENT", assignment_id))
    found = _joined(account_id, [item] if item else [])
    if not found:
        raise NotFoundError
    return found[0]


def get_many(account_id: AccountId, assignment_ids: Collection[Id]) -> dict[Id, TaskAssignment]:
    """Many assignments by their ids, without the missing ones."""
    return TASK_ASSIGNMENT.get_many(account_id, assignment_ids)


def page(
    account_id: AccountId, wanted: Filter, request: PageRequest, *, among: Collection[Id] | None = None
) -> Page[AssignedTask]:
    """One page of all assignments of the account, newest first (A2), or of those `among` some projects."""

    def source(hidden: PendingOperations) -> Source:
        if among is not None:
            return Merged([_of_project(account_id, project_id, wanted, hidden) for project_id in among])
        whole = Listing(keys.records(account_id, "TASK_ASSIGNMENT"), keys.totals(account_id, "TASK_ASSIGNMENT"))
        everything = whole.source(wanted)
        # What a removal leaves lying is out of the account's total from its first moment on.
        counted = everything.count if wanted.updated_since is None else None
        return Visible(everything, hidden.hides_assignment, counted) if hidden else everything

    return _page(account_id, source, request)


def page_of_project(account_id: AccountId, project_id: Id, wanted: Filter, request: PageRequest) -> Page[AssignedTask]:
    """One page of a project's assignments, newest first (A2). Raises NotFoundError when there is no such project."""
    PROJECT.get(account_id, project_id)
    return _page(account_id, lambda hidden: _of_project(account_id, project_id, wanted, hidden), request)


def create(
    account_id: AccountId,
    project_id: Id,
    task_id: Id,
    fields: Callable[[Project, Task], TaskAssignmentFields],
    now: Timestamp,
    *,
    keep: Keep[AssignedTask] = keep_nothing,
) -> AssignedTask:
    """Assign a task to a project (A3); `fields` says how, once both are known.

    Raises:
        NotFoundError: no such project. InvalidError: no such task. TaskTakenError: the project has it.
        AnsweredError, BusyError.
    """

    def decide() -> AssignedTask:
        project, task = _project_and_task(account_id, project_id, task_id)
        new_id = sequence.next_id(account_id, "TASK_ASSIGNMENT")
        assignment = new_task_assignment(new_id, project, task, fields(project, task), now)
        assigned = AssignedTask(assignment, project, task)
        commit([*answers.kept(account_id, keep(assigned)), *written(account_id, None, assignment)])
        return assigned

    return resume.retried(account_id, decide)


def update(
    account_id: AccountId,
    project_id: Id,
    assignment_id: Id,
    change: Callable[[TaskAssignment], TaskAssignment],
    check: Callable[[AssignedTask], object] = accept,
) -> AssignedTask:
    """The assignment after `change` (A4), which may be called again.

    Raises:
        NotFoundError, BusyError, and whatever `check` raises.
    """

    def decide() -> AssignedTask:
        found = get(account_id, project_id, assignment_id)
        check(found)
        before = found.assignment
        after = change(before)
        if after is not before:
            commit(written(account_id, before, after))
        return AssignedTask(after, found.project, found.task)

    return resume.retried(account_id, decide)


def written(account_id: AccountId, before: TaskAssignment | None, after: TaskAssignment) -> list[Write]:
    """The writes that make an assignment (`before` is None) or turn it into another of the same task and project.

    Refused with TaskTakenError, with NotFoundError when there is no such project, with NoSuchTaskError.
    """
    if before is None:
        return [*TASK_ASSIGNMENT.writes_to_add(account_id, after), time_guard.add_pair(account_id, after)]
    writes = TASK_ASSIGNMENT.writes_to_change(account_id, before, after)
    if after.is_active != before.is_active:
        writes += time_guard.set_pair_accepts_time(account_id, after)
    return writes


def removed(account_id: AccountId, assignment: TaskAssignment, time: TimeCount, now: Timestamp) -> list[Write]:
    """Without an assignment that has no time, as it and its time were read."""
    return [
        *TASK_ASSIGNMENT.writes_to_remove(account_id, assignment),
        *time_guard.remove_pair(account_id, assignment, time, now),
    ]


def of_pairs(account_id: AccountId, pairs: Collection[tuple[Id, Id]]) -> dict[tuple[Id, Id], Id]:
    """Which assignments these pairs of a project and a task have (A10), without the pairs that have none."""
    wanted = [keys.pair(account_id, task_id, project_id) for project_id, task_id in pairs]
    found = reads.items(wanted)
    key_pairs = list(map(keys.key_pair, wanted))
    return {
        pair: time_guard.pair_assignment_id(found[key_pair])
        for pair, key_pair in zip(pairs, key_pairs, strict=True)
        if key_pair in found
    }


def delete(
    account_id: AccountId,
    project_id: Id,
    assignment_id: Id,
    now: Timestamp,
    check: Callable[[AssignedTask], object] = accept,
) -> AssignedTask:
    """Take a task without time off its project (A5) and return the assignment as it was.

    Raises:
        NotFoundError, TaskAssignmentHasTimeError, BusyError, and whatever `check` raises.
    """

    def decide() -> AssignedTask:
        found = get(account_id, project_id, assignment_id)
        check(found)
        commit(removed(account_id, found.assignment, _no_time_on(account_id, found.assignment), now))
        return found

    return resume.retried(account_id, decide)


def create_with_new_task(
    account_id: AccountId,
    project_id: Id,
    task_fields: TaskFields,
    now: Timestamp,
    *,
    keep: Keep[TaskAssignment] = keep_nothing,
) -> TaskAssignment:
    """Make a task and assign it to a project, both or neither (A7).

    Raises:
        NotFoundError: no such project. NameTakenError: the account has a task of that name.
        AnsweredError, BusyError.
    """

    def decide() -> TaskAssignment:
        project = PROJECT.get(account_id, project_id)
        task = new_task(sequence.next_id(account_id, "TASK"), task_fields, now)
        new_id = sequence.next_id(account_id, "TASK_ASSIGNMENT")
        assignment = new_task_assignment(new_id, project, task, default_fields(project, task), now)
        commit(
            [
                *answers.kept(account_id, keep(assignment)),
                *TASK.writes_to_add(account_id, task),
                time_guard.add(account_id, "TASK", task.id, active=1),
                *TASK_ASSIGNMENT.item_writes(account_id, assignment),
                time_guard.add_pair(account_id, assignment),
                count_write(total(account_id, "TASK_ASSIGNMENT"), active=1),
                count_write(Counter(keys.guard(account_id, "PROJECT", project_id), NotFoundError()), active=1),
            ]
        )
        return assignment

    return retried(decide)


def remove_or_archive(
    account_id: AccountId,
    project_id: Id,
    assignment_id: Id,
    now: Timestamp,
    check: Callable[[TaskAssignment], object] = accept,
) -> bool:
    """Take a task off its project as v1 does (A8), or archive it there where time is logged; whether it was archived.

    Raises:
        NotFoundError, BusyError, and whatever `check` raises.
        LastTaskError: the project has no other active assignment.
    """
    resume.finish_pending(account_id)  # an assignment that a removal has left lying still counts on its project

    def decide() -> bool:
        before = get(account_id, project_id, assignment_id).assignment
        check(before)
        time = time_guard.time_on(account_id, time_guard.key_of(before))
        has_time = time.total > 0
        if has_time and not before.is_active:
            return True
        if has_time:
            after = with_changes(before, replace(fields_of(TaskAssignmentFields, before), is_active=False), now)
            writes = written(account_id, before, after)
        else:
            writes = removed(account_id, before, time, now)
        if before.is_active:
            writes = time_guard.keep_one_active(account_id, project_id, writes)
        commit(writes)
        return has_time

    return resume.retried(account_id, decide)


def everything(account_id: AccountId, project_id: Id, wanted: Filter) -> list[TaskAssignment]:
    """All assignments of a project, newest first (A9). Raises NotFoundError when there is no such project."""
    page = page_of_project(account_id, project_id, wanted, WHOLE)
    return [record.assignment for record in page.records]


def active_by_project(account_id: AccountId, project_ids: Sequence[Id]) -> dict[Id, list[AssignedTask]]:
    """The active assignments with active tasks of these projects, the oldest first in each (A6).

    Many projects are served by one read through all active assignments of the account, few by a read for each.
    """
    partitions = [keys.records(account_id, "TASK_ASSIGNMENT")]
    if len(project_ids) < _MANY_PROJECTS:
        partitions = [keys.children(account_id, "PROJECT", project_id, "TASK_ASSIGNMENT") for project_id in project_ids]
    active = keys.state_prefix(is_active=True)
    stretches = [
        KeyRange(pk, active, f"{active}~", newest_first=False, index=keys.BY_STATE, sort_attribute="state_sk")
        for pk in partitions
    ]
    wanted = {str(project_id) for project_id in project_ids}
    items = [item for stretche in stretches for item in reads.items_in(stretche) if item["project_id"]["N"] in wanted]
    found: dict[Id, list[AssignedTask]] = {project_id: [] for project_id in project_ids}
    for assigned_task in _joined(account_id, items):
        if assigned_task.task.is_active:
            found[assigned_task.project.id].append(assigned_task)
    return found


def _no_time_on(account_id: AccountId, assignment: TaskAssignment) -> TimeCount:
    time = time_guard.time_on(account_id, time_guard.key_of(assignment))
    if time.total:
        raise TaskAssignmentHasTimeError
    return time


def _of_project(account_id: AccountId, project_id: Id, wanted: Filter, hidden: PendingOperations) -> Source:
    listed = keys.children(account_id, "PROJECT", project_id, "TASK_ASSIGNMENT")
    source = Listing(listed, keys.guard(account_id, "PROJECT", project_id)).source(wanted)
    return Visible(source, hidden.hides_assignment) if hidden else source


def _page(
    account_id: AccountId, source: Callable[[PendingOperations], Source], request: PageRequest
) -> Page[AssignedTask]:
    def decide() -> Page[AssignedTask]:
        found = page_of(source(operations.pending(account_id)), request)
        return with_records(found, _joined(account_id, found.records))

    return retried(decide)


def _joined(account_id: AccountId, items: Sequence[Item]) -> list[AssignedTask]:
    """The assignments with their tasks and projects as they are named now, without those that have lost one."""
    return _named(account_id, [TASK_ASSIGNMENT.codec.from_item(item) for item in items])


def _named(account_id: AccountId, assignments: Sequence[TaskAssignment]) -> list[AssignedTask]:
    projects, tasks = _projects_and_tasks(
        account_id,
        {assignment.project_id for assignment in assignments},
        {assignment.task_id for assignment in assignments},
    )
    if any(assignment.task_id not in tasks for assignment in assignments):
        merged = _merged(account_id, assignments)
        if merged != assignments:
            return _named(account_id, merged)
    return [
        AssignedTask(assignment, projects[assignment.project_id], tasks[assignment.task_id])
        for assignment in assignments
        if assignment.project_id in projects and assignment.task_id in tasks
    ]


def _merged(account_id: AccountId, assignments: Sequence[TaskAssignment]) -> Sequence[TaskAssignment]:
    """The assignments, those of merged tasks as they will be, without those that go by that."""
    merges = operations.pending(account_id).merges
    return [
        merges[assignment.task_id].assignment(assignment) if assignment.task_id in merges else assignment
        for assignment in assignments
        if assignment.task_id not in merges or assignment.id not in merges[assignment.task_id].dropped
    ]


def _project_and_task(account_id: AccountId, project_id: Id, task_id: Id) -> tuple[Project, Task]:
    projects, tasks = _projects_and_tasks(account_id, {project_id}, {task_id})
    if not projects:
        raise NotFoundError
    if not tasks:
        raise NoSuchTaskError
    return projects[project_id], tasks[task_id]


def _projects_and_tasks(
    account_id: AccountId, project_ids: Collection[Id], task_ids: Collection[Id]
) -> tuple[dict[Id, Project], dict[Id, Task]]:
    """Those of them that are there, in one read."""
    found = reads.items([*PROJECT.keys_of(account_id, project_ids), *TASK.keys_of(account_id, task_ids)])
    return PROJECT.pick(account_id, found), TASK.pick(account_id, found)
