"""store: the time-entry check. The one place that knows whether time is logged, and whether it may be.

Beside each task, project and client lies a guard: an item that counts the records that depend on it, the assignments of
a task and of a project, the projects of a client. An assignment has one too, the pair of its task and project.

Beside the guards of tasks, projects and assignments lies their count of time; a user and a user assignment have such a
count without a guard.
Many people log time on one task at once, and DynamoDB refuses a transaction that meets another on an item; so the
count is spread over `keys.SHARDS` items, and an entry adds to any one of them, under the condition that it is not
closed. A shard that is not there counts nothing and is open. Who deletes a record, or archives it, closes all its
shards in the deciding transaction; who deletes it does so only if each still counts what it was read to count. So a
deletion and an entry meet at one item, and only one of them passes; the check costs the shards, however much time the
account holds. The closed shards of what is gone stay for a day: a request that has read the record before must not
find them open.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Literal

from sheaf.domain.client import ClientHasProjectsError
from sheaf.domain.identity import AccountId
from sheaf.domain.task import Task
from sheaf.domain.task_assignment import LastTaskError, TaskAssignment, TaskTakenError
from sheaf.domain.time_entry import TimeEntry
from sheaf.domain.values import Id, Timestamp
from sheaf.store import keys, reads
from sheaf.store.items import Item, flag, number, purge_at, read_id
from sheaf.store.keys import Guarded, Key
from sheaf.store.reads import KeyRange
from sheaf.store.transactions import StaleError, Write
from sheaf.store.writes import NOT_MERGING, count, delete, delete_if, put, put_if, put_new, update, with_condition

type WithoutGuard = Literal["USER", "USER_ASSIGNMENT"]
"""What has a count of time and no guard."""

_NONE: Item = {":none": {"N": "0"}}
_TAKES_TIME = "attribute_not_exists(is_closed)"
_IS_THERE = "attribute_not_exists(purge_at)"  # only what is gone waits to be purged
_PAIRS_PAGE = 100
_KEPT = timedelta(days=1)  # longer than any request or worker takes


@dataclass(frozen=True, slots=True)
class TimeCount:
    """What the shards of a count of time held when they were read, by their numbers; the others were not there."""

    shards: Mapping[int, int]

    @property
    def total(self) -> int:
        """All time entries."""
        return sum(self.shards.values())


@dataclass(frozen=True, slots=True)
class ReferenceCounts:
    """What a guard counted when it was read; `changes` says how often the counts of a task were changed."""

    active: int
    archived: int
    changes: int
    time: TimeCount

    @property
    def time_entries(self) -> int:
        """All time entries."""
        return self.time.total


@dataclass(frozen=True, slots=True)
class AssignmentKey:
    """What time is logged on: a task of a project."""

    task_id: Id
    project_id: Id
    assignment_id: Id


def key_of(assignment: TaskAssignment) -> AssignmentKey:
    """What is logged on an assignment."""
    return AssignmentKey(assignment.task_id, assignment.project_id, assignment.id)


def reference_counts(account_id: AccountId, kind: Guarded, record_id: Id) -> ReferenceCounts | None:
    """What the guard of a record counts, None where there is none: one read."""
    guard, time = keys.guard(account_id, kind, record_id), keys.guard_time(account_id, kind, record_id)
    found = {
        item["sk"]["S"]: item
        for item in reads.items_in(KeyRange(guard["pk"]["S"], guard["sk"]["S"], f"{time['sk']['S']}#~"))
    }
    head = found.pop(guard["sk"]["S"], None)
    if head is None:
        return None
    return _reference_counts(head, found.values())


def keys_of_counts(account_id: AccountId, kind: Guarded, record_id: Id) -> list[Key]:
    """Where a guard and its count of time lie, for whoever reads those of several records in one call."""
    return [keys.guard(account_id, kind, record_id), *_shards(keys.guard_time(account_id, kind, record_id))]


def counts_among(
    found: Mapping[tuple[str, str], Item], account_id: AccountId, kind: Guarded, record_id: Id
) -> ReferenceCounts | None:
    """What the guard of a record counts, among items that were read at `keys_of_counts`."""
    head, *shards = (found.get(keys.key_pair(key)) for key in keys_of_counts(account_id, kind, record_id))
    if head is None:
        return None
    return _reference_counts(head, filter(None, shards))


def keys_of_time(account_id: AccountId, assigned: AssignmentKey) -> list[Key]:
    """Where the time of an assignment is counted, as `keys_of_counts`."""
    return _shards(_pair_time(account_id, assigned))


def time_among(found: Mapping[tuple[str, str], Item], account_id: AccountId, assigned: AssignmentKey) -> TimeCount:
    """The time of an assignment, among items that were read at `keys_of_time`."""
    shards = (found.get(keys.key_pair(key)) for key in keys_of_time(account_id, assigned))
    return _time_count(filter(None, shards))


def time_on(account_id: AccountId, assigned: AssignmentKey) -> TimeCount:
    """The time that is logged on an assignment: one read."""
    return _time_at(_pair_time(account_id, assigned))


def time_of(account_id: AccountId, kind: WithoutGuard, record_id: Id) -> TimeCount:
    """The time of a user, or of a user on a project: one read."""
    return _time_at(keys.guard_time(account_id, kind, record_id))


def add(account_id: AccountId, kind: Guarded, record_id: Id, *, active: int = 0, archived: int = 0) -> Write:
    """A guard for a new record on which so many active and archived others depend from the start.

    Nothing has to be closed for one that is born archived: nobody can have read it as active.
    """
    counts: Item = {"active": number(active), "archived": number(archived)}
    return put_new({**keys.guard(account_id, kind, record_id), **counts}, StaleError())


def set_accepts_time(account_id: AccountId, kind: Guarded, record_id: Id, *, accepts_time: bool) -> list[Write]:
    """Let time be logged to a record again, or no more (it is being archived)."""
    return _set_accepts_time(keys.guard_time(account_id, kind, record_id), accepts_time=accepts_time)


def reopened_task(account_id: AccountId, task: Task) -> list[Write]:
    """Let time be logged to a task that was deleted, unless it is archived; deleting it has closed all shards."""
    shards = _shards(keys.guard_time(account_id, "TASK", task.id))
    if task.is_active:
        return [delete(key) for key in shards]
    return [put({**key, "is_closed": flag(True)}) for key in shards]


def remove_task(account_id: AccountId, task_id: Id, known: ReferenceCounts, now: Timestamp) -> list[Write]:
    """Take away a task's guard, which counts no time; StaleError when anything about it changed since it was read."""
    return _removed(account_id, "TASK", task_id, known, now)


def merge_into(account_id: AccountId, task_id: Id, known: ReferenceCounts, time: TimeCount) -> list[Write]:
    """The time of another task counts for this one, whose assignments are not to be touched by others from now on.

    Refused with StaleError: its assignments have changed since they were counted, or it takes no time.
    """
    condition, values = _unchanged(known)
    marked = update(
        keys.guard(account_id, "TASK", task_id),
        "SET merging = :yes",
        {":yes": flag(True), **values},
        f"attribute_exists(pk) AND {NOT_MERGING} AND {condition}",
    )
    own = keys.guard_time(account_id, "TASK", task_id)
    return [marked, count(own, {"time_entry_count": time.total}, _TAKES_TIME, StaleError(), is_spread=True)]


def merged_into(account_id: AccountId, task_id: Id) -> Write:
    """The assignments of a task are anybody's to change again; StaleError when they were before."""
    return update(keys.guard(account_id, "TASK", task_id), "REMOVE merging", {}, "attribute_exists(merging)")


def remove_project(account_id: AccountId, project_id: Id, known: ReferenceCounts, now: Timestamp) -> list[Write]:
    """Take a project's guard away, whatever it counts, as long as it is what the caller has read; else StaleError."""
    return _removed(account_id, "PROJECT", project_id, known, now)


def remove_client(account_id: AccountId, client_id: Id) -> Write:
    """Take a client's guard away; refused with ClientHasProjectsError while it has a project, active or archived."""
    key = keys.guard(account_id, "CLIENT", client_id)
    return delete_if(key, "active = :none AND archived = :none", _NONE, ClientHasProjectsError())


def add_pair(account_id: AccountId, assignment: TaskAssignment) -> Write:
    """The guard of a new assignment; refused with TaskTakenError when the project has the task already."""
    item = {
        **keys.pair(account_id, assignment.task_id, assignment.project_id),
        "is_open": flag(assignment.is_active),
        "assignment_id": number(assignment.id),
        "project_id": number(assignment.project_id),
    }
    return put_new(item, TaskTakenError())


def add_pair_again(account_id: AccountId, assignment: TaskAssignment) -> list[Write]:
    """The guard of an assignment that went with its task, closed where it is archived; StaleError if it has one."""
    writes = [replace(add_pair(account_id, assignment), refusal=StaleError())]
    if not assignment.is_active:
        writes += _set_accepts_time(_pair_time(account_id, key_of(assignment)), accepts_time=False)
    return writes


def add_pair_with_time(account_id: AccountId, assignment: TaskAssignment, time: TimeCount) -> list[Write]:
    """The guard of an assignment that was one of another task, with the time that is logged on it."""
    own = _pair_time(account_id, key_of(assignment))
    first, *others = _shards(own)
    writes = [replace(add_pair(account_id, assignment), refusal=StaleError())]
    if assignment.is_active:
        return [*writes, count(first, {"time_entry_count": time.total})] if time.total else writes
    closed, yes = "SET is_closed = :yes", {":yes": flag(True)}
    with_time = update(first, f"{closed} ADD time_entry_count :time", {**yes, ":time": number(time.total)})
    return [*writes, with_time, *(update(key, closed, yes) for key in others)]


def add_time(account_id: AccountId, assigned: AssignmentKey, time: TimeCount) -> list[Write]:
    """The time of an assignment that goes counts on this one, also where that is archived; none where there is none."""
    if not time.total:
        return []
    own = _pair_time(account_id, assigned)
    return [count(own, {"time_entry_count": time.total}, _IS_THERE, StaleError(), is_spread=True)]


def set_pair_accepts_time(account_id: AccountId, assignment: TaskAssignment) -> list[Write]:
    """Let time be logged to an assignment again, or no more, as its state now says."""
    key = keys.pair(account_id, assignment.task_id, assignment.project_id)
    state: Item = {":is_open": flag(assignment.is_active)}
    return [
        update(key, "SET is_open = :is_open", state, condition="attribute_exists(pk)"),
        *_set_accepts_time(_pair_time(account_id, key_of(assignment)), accepts_time=assignment.is_active),
    ]


def remove_pair(account_id: AccountId, assignment: TaskAssignment, known: TimeCount, now: Timestamp) -> list[Write]:
    """Take away an assignment's guard, which counts no time; StaleError when its time changed since it was read."""
    key = keys.pair(account_id, assignment.task_id, assignment.project_id)
    return [
        delete_if(key, "attribute_exists(pk)", {}, StaleError()),
        *_closed_for_ever(_pair_time(account_id, key_of(assignment)), known, now),
    ]


def keep_one_active(account_id: AccountId, project_id: Id, writes: Sequence[Write]) -> list[Write]:
    """The same writes, of which one takes an active assignment from the project's count: refused if it is the last.

    That is v1's rule alone; it holds because the count and the removal are one transaction.
    """
    guard = keys.guard(account_id, "PROJECT", project_id)
    return [
        with_condition(write, "active > :one", {":one": number(1)}, LastTaskError())
        if write.parameters.get("Key") == guard
        else write
        for write in writes
    ]


def count_time(
    account_id: AccountId, *, leaving: Iterable[TimeEntry], entering: Iterable[TimeEntry], even_archived: bool = False
) -> list[Write]:
    """The writes that count time entries where they are logged; StaleError when no time is taken there, or it is gone.

    Each entry is in `leaving` (deleted), in `entering` (logged), or in both (moved). A count that several entries share
    is written once. `even_archived`: also where no time may be logged any more, as long as it is there.
    """
    steps: dict[tuple[str, str], int] = {}
    for entries, step in ((leaving, -1), (entering, 1)):
        for entry in entries:
            for key in _counted_on(account_id, entry):
                key_pair = keys.key_pair(key)
                steps[key_pair] = steps.get(key_pair, 0) + step
    return [
        count(
            {"pk": {"S": pk}, "sk": {"S": sk}},
            {"time_entry_count": step},
            _IS_THERE if even_archived else _TAKES_TIME,
            StaleError(),
            is_spread=True,
        )
        for (pk, sk), step in steps.items()
    ]


def count_time_of_user(account_id: AccountId, user_id: Id, step: int) -> Write:
    """The write that counts `step` more entries of a user; StaleError when the user has been removed."""
    key = keys.guard_time(account_id, "USER", user_id)
    return count(key, {"time_entry_count": step}, _TAKES_TIME, StaleError(), is_spread=True)


def remove_count(
    account_id: AccountId, kind: WithoutGuard, record_id: Id, known: TimeCount, now: Timestamp
) -> list[Write]:
    """Take no time of what is removed any more, which has none; StaleError when that changed since it was read."""
    return list(_closed_for_ever(keys.guard_time(account_id, kind, record_id), known, now))


def without_time_of(account_id: AccountId, task_id: Id, time: TimeCount) -> list[Write]:
    """A task's count of time without that of an assignment whose project is being removed. The task must be there."""
    if not time.total:
        return []
    key = keys.guard_time(account_id, "TASK", task_id)
    return [count(key, {"time_entry_count": -time.total}, is_spread=True)]


def leftover_shards(account_id: AccountId, assigned: AssignmentKey, time: TimeCount) -> list[Write]:
    """The deletion of an assignment's shards; its task or project is gone, so nobody writes them any more."""
    return _deleted(_pair_time(account_id, assigned), time)


def leftover_shards_of_user_assignment(account_id: AccountId, assignment_id: Id) -> list[Write]:
    """The same of a user assignment, whose user or project is gone: one read."""
    time = time_of(account_id, "USER_ASSIGNMENT", assignment_id)
    return _deleted(keys.guard_time(account_id, "USER_ASSIGNMENT", assignment_id), time)


def pair_assignment_id(item: Item) -> Id:
    """Which assignment a pair belongs to."""
    return read_id(item["assignment_id"])


def pairs_of(account_id: AccountId, task_id: Id) -> Iterator[tuple[AssignmentKey, TimeCount]]:
    """The pairs of a task, each with the time that is counted beside it, read a hundred items at a time."""
    shards: list[Item] = []  # they come before their pair, because the partition is read backwards
    for item in reads.items_in(KeyRange(keys.pairs(account_id, task_id), "0", "~"), _PAIRS_PAGE):
        if "assignment_id" not in item:
            shards.append(item)
            continue
        assigned = AssignmentKey(task_id, read_id(item["project_id"]), pair_assignment_id(item))
        prefix = f"{_pair_time(account_id, assigned)['sk']['S']}#"  # what is closed of an earlier one is not its own
        yield assigned, _time_count(shard for shard in shards if shard["sk"]["S"].startswith(prefix))
        shards.clear()


def _counted_on(account_id: AccountId, entry: TimeEntry) -> Iterator[Key]:
    yield keys.guard_time(account_id, "TASK", entry.task_id)
    yield keys.guard_time(account_id, "PROJECT", entry.project_id)
    yield keys.pair_time(account_id, entry.task_id, entry.project_id, entry.assignment_id)
    if entry.user_assignment_id is not None:
        yield keys.guard_time(account_id, "USER_ASSIGNMENT", entry.user_assignment_id)


def _pair_time(account_id: AccountId, assigned: AssignmentKey) -> Key:
    return keys.pair_time(account_id, assigned.task_id, assigned.project_id, assigned.assignment_id)


def _reference_counts(head: Item, shards: Iterable[Item]) -> ReferenceCounts:
    active, archived, changes = (int(head.get(name, {"N": "0"})["N"]) for name in ("active", "archived", "changes"))
    return ReferenceCounts(active, archived, changes, _time_count(shards))


def _time_count(shards: Iterable[Item]) -> TimeCount:
    return TimeCount(
        {int(item["sk"]["S"].rpartition("#")[2]): int(item.get("time_entry_count", {"N": "0"})["N"]) for item in shards}
    )


def _time_at(time: Key) -> TimeCount:
    pk, sk = keys.key_pair(time)
    return _time_count(reads.items_in(KeyRange(pk, f"{sk}#", f"{sk}#~")))


def _shards(time: Key) -> list[Key]:
    return [keys.shard(time, shard) for shard in range(keys.SHARDS)]


def _deleted(time: Key, known: TimeCount) -> list[Write]:
    return [delete_if(keys.shard(time, shard), "attribute_exists(pk)", {}, StaleError()) for shard in known.shards]


def _set_accepts_time(time: Key, *, accepts_time: bool) -> list[Write]:
    if accepts_time:
        return [update(key, "REMOVE is_closed", {}) for key in _shards(time)]
    return [update(key, "SET is_closed = :yes", {":yes": flag(True)}) for key in _shards(time)]


def _removed(
    account_id: AccountId, kind: Guarded, record_id: Id, known: ReferenceCounts, now: Timestamp
) -> list[Write]:
    counts: Item = {":active": number(known.active), ":archived": number(known.archived)}
    unchanged, values = _unchanged(known)
    return [
        delete_if(
            keys.guard(account_id, kind, record_id),
            f"active = :active AND archived = :archived AND {NOT_MERGING} AND {unchanged}",
            counts | values,
            StaleError(),
        ),
        *_closed_for_ever(keys.guard_time(account_id, kind, record_id), known.time, now),
    ]


def _unchanged(known: ReferenceCounts) -> tuple[str, Item]:
    """The condition that the counts of a guard were not changed since, not even there and back, and its values."""
    if not known.changes:
        return "attribute_not_exists(changes)", {}
    return "changes = :changes", {":changes": number(known.changes)}


def _closed_for_ever(time: Key, known: TimeCount, now: Timestamp) -> Iterator[Write]:
    """All shards closed until nobody can have read the record any more, each as it was read; else StaleError."""
    for shard in range(keys.SHARDS):
        item = {**keys.shard(time, shard), "is_closed": flag(True), "purge_at": purge_at(now, _KEPT)}
        if shard not in known.shards:
            yield put_new(item, StaleError())
        else:
            yield put_if(
                item,
                # One that was closed before anything was counted on it has no count.
                "(time_entry_count = :count OR (attribute_not_exists(time_entry_count) AND :count = :none))",
                {":count": number(known.shards[shard]), ":none": number(0)},
                StaleError(),
            )
