"""store: a deleted task comes back together with the assignments that it had, whole or not at all."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import islice

from sheaf.domain.identity import AccountId
from sheaf.domain.task import Task
from sheaf.domain.task_assignment import TaskAssignment
from sheaf.domain.values import Id, Timestamp
from sheaf.store import deleted_tasks, keys, reads, time_guard
from sheaf.store.items import Item, number
from sheaf.store.mappers.task import TASK
from sheaf.store.mappers.task_assignment import TASK_ASSIGNMENT
from sheaf.store.records import Counter, count_write, total
from sheaf.store.resumable import operations
from sheaf.store.resumable.operations import TRANSACTION_WRITES, ResumableOperation, as_many_as_fit
from sheaf.store.transactions import StaleError, Write, commit
from sheaf.store.writes import update

IN_ONE = 14  # assignments that may fit into the transaction which restores their task: 5 writes for each
CHUNK = 19  # assignments that are read for one transaction of a larger restoration


def restore(
    account_id: AccountId, task_id: Id, now: Timestamp, answer: Callable[[Task], Sequence[Write]]
) -> tuple[Task, ResumableOperation | None]:
    """A task as it is once it is restored, and the operation that has to finish that where it has many assignments.

    `answer` makes the writes that keep what is answered, for the transaction that decides.

    Raises:
        NotFoundError: no such task is kept. NameTakenError. StaleError: decide again.
    """
    deleted = deleted_tasks.get(account_id, task_id, now)
    task = replace(deleted.task, version=deleted.task.version + 1, updated_at=now)
    found = list(islice(deleted_tasks.assignments_of(account_id, task_id, IN_ONE + 1), IN_ONE + 1))
    if len(found) <= IN_ONE:
        there = _with_projects(account_id, found)
        active, archived = _states(there)
        writes = [
            *answer(task),
            *TASK.writes_to_add(account_id, task),
            time_guard.add(account_id, "TASK", task_id, active=active, archived=archived),
            *time_guard.reopened_task(account_id, task),
            deleted_tasks.forgotten(account_id, deleted),
            *(deleted_tasks.forgotten_assignment(account_id, assignment) for assignment in found),
            *(write for assignment in there for write in _restored(account_id, assignment, now)),
        ]
        if there:
            writes.append(count_write(total(account_id, "TASK_ASSIGNMENT"), active=active, archived=archived))
        if len(writes) <= TRANSACTION_WRITES:
            commit(writes)
            return task, None
    details: Item = {
        "task": {"M": TASK.codec.to_item(task)},
        "active": number(0),
        "archived": number(0),
    }
    operation = operations.new(account_id, "restore_task", task_id, now, details)
    begin = operations.begin(account_id, operation)
    # The claim on the name comes first: nothing can be refused once parts are written.
    claim = TASK.claim_writes(account_id, task)
    guard = time_guard.add(account_id, "TASK", task_id)
    commit([*answer(task), *begin, *claim, guard, deleted_tasks.forgotten(account_id, deleted)])
    return task, operation


def resume(account_id: AccountId, operation: ResumableOperation) -> bool:
    """Restore some assignments of a task that is not shown yet; False once it is there and the operation has ended.

    Safe to be done by many at once: StaleError says that somebody else has just done the same step.
    """
    known = operations.find(account_id, operation.id)
    if known is None:
        raise StaleError
    task = TASK.codec.from_item(known.item["task"]["M"])
    chunk = list(islice(deleted_tasks.assignments_of(account_id, task.id, CHUNK), CHUNK))
    if not chunk:
        commit(_reveal(account_id, known, task))
        return False
    there = {assignment.id for assignment in _with_projects(account_id, chunk)}
    fitting = as_many_as_fit(
        (
            (
                assignment,
                [
                    deleted_tasks.forgotten_assignment(account_id, assignment),
                    *(_restored(account_id, assignment, task.updated_at) if assignment.id in there else ()),
                ],
            )
            for assignment in chunk
        ),
        TRANSACTION_WRITES - 2,
    )
    active, archived = _states([assignment for assignment, _ in fitting if assignment.id in there])
    step = update(
        operations.key_of(account_id, known.id),
        "ADD active :active, archived :archived",
        {":active": number(active), ":archived": number(archived)},
        condition="attribute_exists(pk)",
    )
    guard = Counter(keys.guard(account_id, "TASK", task.id), StaleError())
    counted = count_write(guard, active=active, archived=archived)
    commit([step, counted, *(write for _, writes in fitting for write in writes)])
    return True


def _restored(account_id: AccountId, assignment: TaskAssignment, now: Timestamp) -> list[Write]:
    """The writes of one assignment beside the counts that all assignments of the transaction share."""
    again = replace(assignment, version=assignment.version + 1, updated_at=now)
    active = int(again.is_active)
    project_guard = Counter(keys.guard(account_id, "PROJECT", again.project_id), StaleError())
    return [
        *TASK_ASSIGNMENT.item_writes(account_id, again),
        *time_guard.add_pair_again(account_id, again),
        count_write(project_guard, active=active, archived=1 - active),
    ]


def _with_projects(account_id: AccountId, assignments: Sequence[TaskAssignment]) -> list[TaskAssignment]:
    """Those whose project has not been deleted meanwhile."""
    guards = [keys.guard(account_id, "PROJECT", assignment.project_id) for assignment in assignments]
    found = reads.items(guards) if guards else {}
    return [assignment for assignment, guard in zip(assignments, guards, strict=True) if keys.key_pair(guard) in found]


def _states(assignments: Sequence[TaskAssignment]) -> tuple[int, int]:
    """How many are active, and how many archived."""
    active = sum(assignment.is_active for assignment in assignments)
    return active, len(assignments) - active


def _reveal(account_id: AccountId, operation: ResumableOperation, task: Task) -> list[Write]:
    """The last transaction of a restoration: the task is there, and its assignments count."""
    active, archived = (int(operation.item[name]["N"]) for name in ("active", "archived"))
    return [
        *TASK.item_writes(account_id, task),
        count_write(total(account_id, "TASK"), **{TASK.state(task): 1}),
        count_write(total(account_id, "TASK_ASSIGNMENT"), active=active, archived=archived),
        *time_guard.reopened_task(account_id, task),
        *operations.end(account_id, operation),
    ]
