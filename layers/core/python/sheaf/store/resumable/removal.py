"""store: removing a task, a project or a user together with everything that belongs to it, however much that is."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice

from sheaf.domain.identity import AccountId
from sheaf.domain.task import TaskHasTimeError
from sheaf.domain.values import Id, Timestamp
from sheaf.store import deleted_tasks, keys, reads, time_guard, time_totals, timers, user_assignments
from sheaf.store.items import Item, number, read_id
from sheaf.store.keys import Guarded, Key
from sheaf.store.mappers.task_assignment import TASK_ASSIGNMENT
from sheaf.store.mappers.time_entry import from_item, item_keys
from sheaf.store.reads import KeyRange
from sheaf.store.records import Counter, count_write, gone, task_guard, total
from sheaf.store.resumable import operations
from sheaf.store.resumable.operations import TRANSACTION_WRITES, ResumableOperation
from sheaf.store.time_guard import AssignmentKey, ReferenceCounts, TimeCount
from sheaf.store.transactions import StaleError, Write, commit
from sheaf.store.writes import delete_if, update

IN_ONE = 14  # assignments that may fit into the transaction which removes their task: 5 writes for each
CHUNK = 20  # assignments that are read for one transaction
OF_USER_IN_ONE = 15  # user assignments that may fit into the transaction which removes their user: 4 writes for each
ENTRIES = 14  # of one transaction: each has 4 items, and perhaps a month, a user and a timer of its own


def remove_task(
    account_id: AccountId, task_id: Id, record: Sequence[Write], now: Timestamp, begun: int
) -> ResumableOperation | None:
    """Remove a task (`record` are the writes for it and its name) with its guard and its assignments.

    `begun` is how many operations there had been when none was pending. Returns the operation that has to delete the
    assignments, None when they are gone already.

    Raises:
        TaskHasTimeError: time is logged. StaleError: read and decide again.
    """
    known = _reference_counts(account_id, "TASK", task_id)
    if known.time_entries:
        if operations.begun_count(account_id) != begun:
            raise StaleError  # perhaps it is the time of a project that has just been removed
        raise TaskHasTimeError
    writes = [*record, *time_guard.remove_task(account_id, task_id, known, now), *_uncounted(account_id, known)]
    found = list(islice(time_guard.pairs_of(account_id, task_id), IN_ONE + 1))
    if len(found) <= IN_ONE:
        alone = [*writes, *chain.from_iterable(_without_pairs(account_id, found, now))]
        if known.active or known.archived:
            alone.append(operations.check_none_begun_since(account_id, begun))
        if len(alone) <= TRANSACTION_WRITES:
            commit(alone)
            return None
    operation = operations.new(account_id, "remove_task", task_id, now)
    commit([*writes, *operations.begin(account_id, operation, begun)])
    return operation


def remove_project(
    account_id: AccountId, project_id: Id, record: Sequence[Write], now: Timestamp, begun: int
) -> ResumableOperation | None:
    """Remove a project (`record` are the writes for it and its name) with its guard, its assignments and its time.

    `begun` is how many operations there had been when none was pending. Returns the operation that has to delete the
    rest, None when nothing is left.

    Raises:
        StaleError: read and decide again.
    """
    known = _reference_counts(account_id, "PROJECT", project_id)
    people = user_assignments.counts(account_id, "PROJECT", project_id)
    writes = [
        *record,
        *time_guard.remove_project(account_id, project_id, known, now),
        *_uncounted(account_id, known),
        *user_assignments.uncounted(account_id, "PROJECT", project_id, people),
    ]
    if not (known.active or known.archived or known.time_entries or user_assignments.counted(people)):
        commit(writes)
        return None
    details: Item = {"entries_left": number(known.time_entries)}
    operation = operations.new(account_id, "remove_project", project_id, now, details)
    commit([*writes, *operations.begin(account_id, operation, begun)])
    return operation


def remove_user(
    account_id: AccountId, user_id: Id, record: Sequence[Write], now: Timestamp, begun: int
) -> ResumableOperation | None:
    """Remove a user (`record` are the writes for them and what counts for them) with their assignments.

    `begun` is how many operations there had been when none was pending. Returns the operation that has to delete the
    assignments, None when they are gone already.

    Raises:
        StaleError: read and decide again.
    """
    found = list(islice(_pairs_of_user(account_id, user_id), OF_USER_IN_ONE + 1))
    of_projects = user_assignments.without(account_id, found[:OF_USER_IN_ONE], "PROJECT")
    alone = [*record, *chain.from_iterable(of_projects)]
    if found:
        alone.append(operations.check_none_begun_since(account_id, begun))
    if len(found) <= OF_USER_IN_ONE and len(alone) <= TRANSACTION_WRITES:
        commit(alone)
        return None
    operation = operations.new(account_id, "remove_user", user_id, now)
    commit([*record, *operations.begin(account_id, operation, begun)])
    return operation


def delete_remaining_of_user(account_id: AccountId, operation: ResumableOperation) -> bool:
    """Delete some assignments of a removed user; False once there is nothing left and the operation has ended."""
    chunk = list(islice(_pairs_of_user(account_id, operation.subject_id), CHUNK))
    if not chunk:
        commit(operations.end(account_id, operation))
        return False
    commit(_as_many_as_fit(user_assignments.without(account_id, chunk, "PROJECT")))
    return True


def _pairs_of_user(account_id: AccountId, user_id: Id) -> Iterator[Item]:
    return reads.items_in(KeyRange(keys.user_pairs(account_id, user_id), "0", "~"), CHUNK)


def delete_remaining_of_task(account_id: AccountId, operation: ResumableOperation) -> bool:
    """Delete some assignments of a removed task; False once there is nothing left and the operation has ended.

    Safe to be done by many at once: StaleError says that somebody else has just done the same.
    """
    task_id = operation.subject_id
    chunk = list(islice(time_guard.pairs_of(account_id, task_id), CHUNK))
    if not chunk:
        commit(operations.end(account_id, operation))
        return False
    commit(_as_many_as_fit(_without_pairs(account_id, chunk, operation.started_at)))
    return True


def delete_remaining_assignments(account_id: AccountId, operation: ResumableOperation) -> bool:
    """Delete some assignments of tasks or users to a removed project; False when none is left. Else as for a task."""
    listed = keys.children(account_id, "PROJECT", operation.subject_id, "TASK_ASSIGNMENT")
    chunk = list(islice(reads.items_in(KeyRange(listed, "0", "~"), CHUNK), CHUNK))
    if chunk:
        commit(_as_many_as_fit(_without_assignments(account_id, chunk)))
        return True
    listed = keys.children(account_id, "PROJECT", operation.subject_id, "USER_ASSIGNMENT")
    people = list(islice(reads.items_in(KeyRange(listed, "0", "~"), CHUNK), CHUNK))
    if people:
        commit(_as_many_as_fit(user_assignments.without(account_id, people, "USER")))
    return bool(people)


def delete_remaining_entries(account_id: AccountId, operation: ResumableOperation) -> bool:
    """Delete some time of a removed project; False once nothing is left and the operation has ended."""
    listed = keys.children(account_id, "PROJECT", operation.subject_id, "TIME_ENTRY")
    chunk = list(islice(reads.items_in(KeyRange(listed, "0", "~"), ENTRIES), ENTRIES))
    if not chunk:
        commit(operations.end(account_id, operation))
        return False
    commit(_without_entries(account_id, operation, chunk))
    return True


def _reference_counts(account_id: AccountId, kind: Guarded, record_id: Id) -> ReferenceCounts:
    counts = time_guard.reference_counts(account_id, kind, record_id)
    if counts is None:
        raise StaleError  # removed since the record was read; reading it again says so
    return counts


def _uncounted(account_id: AccountId, known: ReferenceCounts) -> list[Write]:
    """The account's total of assignments without those that go."""
    if not known.active and not known.archived:
        return []
    return [count_write(total(account_id, "TASK_ASSIGNMENT"), active=-known.active, archived=-known.archived)]


def _without_pairs(
    account_id: AccountId, pairs: Sequence[tuple[AssignmentKey, TimeCount]], now: Timestamp
) -> Iterator[list[Write]]:
    """Without each of these assignments of a removed task, which are kept for as long as it can be restored."""
    found = reads.items(
        [
            key
            for assigned, _ in pairs
            for key in (
                keys.guard(account_id, "PROJECT", assigned.project_id),
                keys.record(account_id, "TASK_ASSIGNMENT", assigned.assignment_id),
            )
        ]
    )
    assignments = TASK_ASSIGNMENT.pick(account_id, found)
    for assigned, time in pairs:
        assignment = assignments.get(assigned.assignment_id)
        if assignment is None:
            raise StaleError
        writes = [
            delete_if(
                keys.pair(account_id, assigned.task_id, assigned.project_id), "attribute_exists(pk)", {}, StaleError()
            ),
            *TASK_ASSIGNMENT.item_removals(account_id, assignment),
            *time_guard.leftover_shards(account_id, assigned, time),
            deleted_tasks.kept_assignment(account_id, assignment, now),
        ]
        guard = keys.guard(account_id, "PROJECT", assigned.project_id)
        if keys.key_pair(guard) in found:  # otherwise the project is being removed
            active = int(assignment.is_active)
            writes.append(count_write(Counter(guard, StaleError()), active=-active, archived=active - 1))
        yield writes


def _without_assignments(account_id: AccountId, assignments: Sequence[Item]) -> Iterator[list[Write]]:
    """Without each of these assignments of a removed project, and without its time in the count of its task."""
    found = reads.items(
        [
            key
            for assignment in assignments
            for task_id, project_id in [(read_id(assignment["task_id"]), read_id(assignment["project_id"]))]
            for key in (keys.pair(account_id, task_id, project_id), keys.guard(account_id, "TASK", task_id))
        ]
    )
    for assignment in assignments:
        assigned = AssignmentKey(*(read_id(assignment[name]) for name in ("task_id", "project_id", "id")))
        guard = keys.guard(account_id, "TASK", assigned.task_id)
        pair = keys.pair(account_id, assigned.task_id, assigned.project_id)
        if keys.key_pair(pair) not in found:
            raise StaleError
        time = time_guard.time_on(account_id, assigned)
        writes = [
            delete_if(pair, "attribute_exists(pk)", {}, StaleError()),
            *gone(*_assignment_keys(account_id, assigned.project_id, assigned.assignment_id)),
        ]
        writes += time_guard.leftover_shards(account_id, assigned, time)
        if keys.key_pair(guard) in found:
            active = int(assignment["is_active"]["BOOL"])
            counted = task_guard(account_id, assigned.task_id)
            writes.append(count_write(counted, active=-active, archived=active - 1))
            writes += time_guard.without_time_of(account_id, assigned.task_id, time)
        yield writes


def _as_many_as_fit(of_each: Iterable[Sequence[Write]]) -> list[Write]:
    fitting = operations.as_many_as_fit((None, writes) for writes in of_each)
    return [write for _, writes in fitting for write in writes]


def _without_entries(account_id: AccountId, operation: ResumableOperation, entries: Sequence[Item]) -> list[Write]:
    """Without these time entries of a removed project; the operation tells readers how many are left to subtract."""
    writes = [
        update(
            operations.key_of(account_id, operation.id),
            "ADD entries_left :step",
            {":step": number(-len(entries))},
            condition="attribute_exists(pk)",
        )
    ]
    leaving = list(map(from_item, entries))
    for entry in leaving:
        own, *copies = item_keys(account_id, entry.user_id, entry.project_id, entry.spent_date, entry.id)
        writes += [*gone(own, copies), *timers.stopped(account_id, entry)]
    return writes + time_totals.count(account_id, leaving=leaving, entering=[])


def _assignment_keys(account_id: AccountId, project_id: Id, assignment_id: Id) -> tuple[Key, list[Key]]:
    """The key of an assignment's own item, and that of its copy."""
    return (
        keys.record(account_id, "TASK_ASSIGNMENT", assignment_id),
        [keys.child(account_id, "PROJECT", project_id, "TASK_ASSIGNMENT", assignment_id)],
    )
