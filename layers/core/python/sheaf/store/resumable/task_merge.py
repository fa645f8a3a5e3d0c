"""store: one task becomes part of another, with all its assignments and all its time, however much that is.

One transaction decides: the task is gone, its time counts for the other one, and from then on every reader takes what
still names the first task for the other's (`operations.Merge`). What is left is written anew after that: first the
assignments, then the entries of each project.

While assignments are written anew, the guard of the surviving task is marked, and nobody makes, archives or removes an
assignment of it. So what was decided about each of them stays right, and nobody looks at the counts of time beside them
while parts of these still stand beside those of the other task.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import islice

from sheaf.domain.errors import InvalidError, NotFoundError
from sheaf.domain.identity import AccountId
from sheaf.domain.task import Task, require_mergeable
from sheaf.domain.task_assignment import TaskAssignment
from sheaf.domain.time_entry import TimeEntry
from sheaf.domain.values import Id, Timestamp
from sheaf.store import keys, reads, time_guard
from sheaf.store.items import Item, flag, number, read_id, text
from sheaf.store.mappers.task import TASK
from sheaf.store.mappers.task_assignment import TASK_ASSIGNMENT
from sheaf.store.mappers.time_entry import from_item, to_items
from sheaf.store.reads import KeyRange
from sheaf.store.records import Counter, count_write, replacement_writes, total
from sheaf.store.resumable import operations
from sheaf.store.resumable.operations import TRANSACTION_WRITES, ResumableOperation, as_many_as_fit
from sheaf.store.time_guard import AssignmentKey, TimeCount
from sheaf.store.transactions import StaleError, Write, commit
from sheaf.store.writes import check_version, delete_if, put_new, update

CHUNK = 20  # assignments that are read for one transaction
MOST = 20_000  # assignments that go, which the operation names: its item holds 400 KB
ENTRIES = 24  # of one transaction: each has 4 items, and beside them it is noted how far it has come


def merge(
    account_id: AccountId,
    source_id: Id,
    target_id: Id,
    now: Timestamp,
    begun: int,
    answer: Callable[[Task], list[Write]],
) -> tuple[Task, ResumableOperation]:
    """Decide that one task becomes part of another; that task, and the operation that writes the rest anew.

    `begun` is how many operations there had been when none was pending. `answer` makes the writes that keep what is
    answered.

    Raises:
        NotFoundError: the first task is not there. InvalidError: see `require_mergeable`. StaleError: decide again.
    """
    tasks = TASK.get_many(account_id, {source_id, target_id})
    source, target = tasks.get(source_id), tasks.get(target_id)
    if source is None:
        raise NotFoundError
    target = require_mergeable(source_id, target_id, target)
    known = time_guard.reference_counts(account_id, "TASK", source_id)
    into = time_guard.reference_counts(account_id, "TASK", target_id)
    if known is None or into is None:
        raise StaleError
    dropped = list(_on_both(account_id, source_id, target_id))
    details: Item = {"into_id": number(target_id), "is_moved": flag(False)}
    uncounted: list[Write] = []
    if dropped:
        if len(dropped) > MOST:
            raise InvalidError(f"{len(dropped)} projects have both tasks; they are merged where {MOST} have, not more")
        details["dropped"] = {"NS": [str(assignment.id) for assignment in dropped]}
        active = sum(assignment.is_active for assignment in dropped)
        counter = total(account_id, "TASK_ASSIGNMENT")
        uncounted = [count_write(counter, active=-active, archived=active - len(dropped))]
    operation = operations.new(account_id, "merge_task", source_id, now, details)
    own, *others = TASK.writes_to_remove(account_id, source)
    merged = {**own.parameters["Item"], "merged_into": {"M": TASK.codec.to_item(target)}}
    commit(
        [
            *answer(target),
            *operations.begin(account_id, operation, begun),
            replace(own, parameters={**own.parameters, "Item": merged}),
            *others,
            *time_guard.remove_task(account_id, source_id, known, now),
            *time_guard.merge_into(account_id, target_id, into, known.time),
            check_version(keys.record(account_id, "TASK", target_id), target.version),
            *uncounted,
        ]
    )
    return target, operation


def move_assignments(account_id: AccountId, operation: ResumableOperation) -> bool:
    """Write some assignments of the merged task anew; False once none is left and the mark is taken off.

    Safe to be done by many at once, as `move_entries`: StaleError says that somebody else has just done the same.
    """
    target_id = operations.merge_of(operation).into_id
    if _is_moved(_current(account_id, operation)):
        return False
    chunk = list(islice(time_guard.pairs_of(account_id, operation.subject_id), CHUNK))
    if not chunk:
        key = operations.key_of(account_id, operation.id)
        moved = update(key, "SET is_moved = :yes", {":yes": flag(True)}, "attribute_exists(pk)")
        commit([moved, time_guard.merged_into(account_id, target_id)])
        return False
    found = reads.items(
        [
            key
            for assigned, _ in chunk
            for key in (
                keys.record(account_id, "TASK_ASSIGNMENT", assigned.assignment_id),
                keys.pair(account_id, target_id, assigned.project_id),
            )
        ]
    )
    assignments = TASK_ASSIGNMENT.pick(account_id, found)
    fitting = as_many_as_fit(
        (
            (assigned, _moved(account_id, operation, assignments.get(assigned.assignment_id), assigned, time, found))
            for assigned, time in chunk
        ),
        TRANSACTION_WRITES - 1,
    )
    taken = [
        assignments[assigned.assignment_id]
        for assigned, _ in fitting
        if keys.key_pair(keys.pair(account_id, target_id, assigned.project_id)) not in found
    ]
    active = sum(assignment.is_active for assignment in taken)
    guard = Counter(keys.guard(account_id, "TASK", target_id), StaleError())
    counted = [count_write(guard, active=active, archived=len(taken) - active)] if taken else []
    commit([*counted, *(write for _, writes in fitting for write in writes)])
    return True


def move_entries(account_id: AccountId, operation: ResumableOperation) -> bool:
    """Write some time of the merged task anew; False once none is left and the operation has ended."""
    note = next(reads.items_in(KeyRange(keys.merge_notes(account_id, operation.id), "0", "~"), 1), None)
    if note is None:
        commit(operations.end(account_id, operation))
        return False
    project_id, done_to = Id(int(note["sk"]["S"])), note["done_to"]
    merge, key = operations.merge_of(operation), keys.merge_note(account_id, operation.id, project_id)
    partition = keys.children(account_id, "PROJECT", project_id, "TIME_ENTRY")
    listed = KeyRange(partition, f"{done_to['S']}!", "~", newest_first=False)
    pair = reads.item(keys.pair(account_id, merge.into_id, project_id))
    found = list(islice(reads.items_in(listed, keys.PAGE), keys.PAGE))
    if pair is None or not found:  # without its pair, the project is gone
        commit([delete_if(key, "done_to = :as_read", {":as_read": done_to}, StaleError())])
        return True
    named = [item for item in found if read_id(item["task_id"]) == operation.subject_id]
    entries = [from_item(item) for item in named[:ENTRIES]]
    last = named[len(entries) - 1] if len(named) > ENTRIES else found[-1]
    step = update(key, "SET done_to = :to", {":as_read": done_to, ":to": last["sk"]}, "done_to = :as_read")
    assignment_id = time_guard.pair_assignment_id(pair)
    writes = [
        write
        for entry in entries
        for write in replacement_writes(
            to_items(account_id, entry), to_items(account_id, _next(merge.entry(entry, assignment_id))), entry.version
        )
    ]
    commit([step, *writes])
    return True


def _next[Record: (TaskAssignment, TimeEntry)](record: Record) -> Record:
    """A record at its next version."""
    return replace(record, version=record.version + 1)


def _current(account_id: AccountId, operation: ResumableOperation) -> ResumableOperation:
    known = operations.find(account_id, operation.id)
    if known is None:
        raise StaleError
    return known


def _is_moved(operation: ResumableOperation) -> bool:
    is_moved: bool = operation.item["is_moved"]["BOOL"]
    return is_moved


def _on_both(account_id: AccountId, source_id: Id, target_id: Id) -> Iterator[TaskAssignment]:
    """The assignments of a task to projects that have the other one too; those go, and the other one's stay."""
    assigned = [each for each, _ in time_guard.pairs_of(account_id, source_id)]
    found = reads.items([keys.pair(account_id, target_id, each.project_id) for each in assigned])
    both = [
        each.assignment_id
        for each in assigned
        if keys.key_pair(keys.pair(account_id, target_id, each.project_id)) in found
    ]
    yield from TASK_ASSIGNMENT.get_many(account_id, both).values()


def _moved(
    account_id: AccountId,
    operation: ResumableOperation,
    assignment: TaskAssignment | None,
    assigned: AssignmentKey,
    time: TimeCount,
    found: dict[tuple[str, str], Item],
) -> Sequence[Write]:
    """The writes of one assignment beside the count on the surviving task's guard."""
    if assignment is None:
        raise StaleError
    merge, project_id = operations.merge_of(operation), assigned.project_id
    other = found.get(keys.key_pair(keys.pair(account_id, merge.into_id, project_id)))
    writes = [
        delete_if(keys.pair(account_id, assigned.task_id, project_id), "attribute_exists(pk)", {}, StaleError()),
        *time_guard.leftover_shards(account_id, assigned, time),
    ]
    if time.total:
        note: Item = {**keys.merge_note(account_id, operation.id, project_id), "done_to": text("0")}
        writes.append(put_new(note, StaleError()))
    if other is None:
        after = _next(merge.assignment(assignment))
        return [
            *writes,
            *TASK_ASSIGNMENT.item_changes(account_id, assignment, after),
            *time_guard.add_pair_with_time(account_id, after, time),
        ]
    active = int(assignment.is_active)
    project_guard = Counter(keys.guard(account_id, "PROJECT", project_id), StaleError())
    staying = AssignmentKey(merge.into_id, project_id, time_guard.pair_assignment_id(other))
    return [
        *writes,
        *TASK_ASSIGNMENT.item_removals(account_id, assignment),
        count_write(project_guard, active=-active, archived=active - 1),
        *time_guard.add_time(account_id, staying, time),
    ]
