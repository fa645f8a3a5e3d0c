"""store: the time-entry check. The one place that knows whether time is logged, and whether it may be.

Beside each task, project and client lies a guard: an item that counts what depends on the record. A task and a project
count their time entries and their assignments and say whether time may be logged (`is_open`); a client counts its
projects. An assignment has such a guard too, the pair of its task and project. Logging time counts on the guards in
the entry's own transaction, and deleting and archiving decide on them in theirs. So a deletion and an entry meet at one
item, and DynamoDB lets only one of them through: the check costs one item, however much time the account holds.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sheaf.domain.client import ClientHasProjectsError
from sheaf.domain.identity import AccountId
from sheaf.domain.task import TaskHasTimeError
from sheaf.domain.task_assignment import LastTaskError, TaskAssignment, TaskAssignmentHasTimeError, TaskTakenError
from sheaf.domain.time_entry import TimeEntry
from sheaf.domain.values import Id
from sheaf.store import keys
from sheaf.store.items import Item, flag, number, read_id
from sheaf.store.keys import Guarded, Key
from sheaf.store.transactions import StaleError, Write
from sheaf.store.writes import delete_if, put_new, update, with_condition

_NONE: Item = {":none": {"N": "0"}}


@dataclass(frozen=True, slots=True)
class ReferenceCounts:
    """What a guard counted when it was read."""

    active: int
    archived: int
    time_entries: int


@dataclass(frozen=True, slots=True)
class AssignmentKey:
    """What time is logged on: a task of a project."""

    task_id: Id
    project_id: Id


def assignment_of(entry: TimeEntry) -> AssignmentKey:
    """What an entry is logged on."""
    return AssignmentKey(entry.task_id, entry.project_id)


def reference_counts(item: Item) -> ReferenceCounts:
    """The counts of a guard item."""
    return ReferenceCounts(*(int(item[name]["N"]) for name in ("active", "archived", "time_entry_count")))


def add(account_id: AccountId, kind: Guarded, record_id: Id, *, accepts_time: bool, active: int = 0) -> Write:
    """A guard for a new record on which `active` active others depend from the start.

    `is_open` False: it is born archived, no time may be logged.
    """
    counts: Item = {**_empty(accepts_time=accepts_time), "active": number(active)}
    return put_new({**keys.guard(account_id, kind, record_id), **counts}, StaleError())


def set_accepts_time(account_id: AccountId, kind: Guarded, record_id: Id, *, accepts_time: bool) -> Write:
    """Let time be logged to a record again, or no more (it is being archived)."""
    return _set_accepts_time(keys.guard(account_id, kind, record_id), accepts_time=accepts_time)


def remove_task(account_id: AccountId, task_id: Id, known: ReferenceCounts) -> Write:
    """Take a task's guard away; refused with TaskHasTimeError while a single entry is there.

    `known` are the counts that the caller has read and acts upon; StaleError when the assignments changed since.
    """
    key = keys.guard(account_id, "TASK", task_id)
    if known.time_entries:
        return delete_if(key, "time_entry_count = :none", _NONE, TaskHasTimeError())
    return _remove_as_known(key, known)


def remove_project(account_id: AccountId, project_id: Id, known: ReferenceCounts) -> Write:
    """Take a project's guard away, whatever it counts, as long as it is what the caller has read; else StaleError."""
    return _remove_as_known(keys.guard(account_id, "PROJECT", project_id), known)


def remove_client(account_id: AccountId, client_id: Id) -> Write:
    """Take a client's guard away; refused with ClientHasProjectsError while it has a project, active or archived."""
    key = keys.guard(account_id, "CLIENT", client_id)
    return delete_if(key, "active = :none AND archived = :none", _NONE, ClientHasProjectsError())


def add_pair(account_id: AccountId, assignment: TaskAssignment) -> Write:
    """The guard of a new assignment; refused with TaskTakenError when the project has the task already."""
    item = {
        **keys.pair(account_id, assignment.task_id, assignment.project_id),
        **_empty(accepts_time=assignment.is_active),
        "assignment_id": number(assignment.id),
        "project_id": number(assignment.project_id),
    }
    return put_new(item, TaskTakenError())


def set_pair_accepts_time(account_id: AccountId, assignment: TaskAssignment) -> Write:
    """Let time be logged to an assignment again, or no more, as its state now says."""
    return _set_accepts_time(
        keys.pair(account_id, assignment.task_id, assignment.project_id), accepts_time=assignment.is_active
    )


def remove_pair(account_id: AccountId, assignment: TaskAssignment) -> Write:
    """Take an assignment's guard away; refused with TaskAssignmentHasTimeError while a single entry is there."""
    key = keys.pair(account_id, assignment.task_id, assignment.project_id)
    return delete_if(key, "time_entry_count = :none", _NONE, TaskAssignmentHasTimeError())


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


def count_time(account_id: AccountId, *, leaving: list[AssignmentKey], entering: list[AssignmentKey]) -> list[Write]:
    """The writes that move time entries between assignments; StaleError when one of these is gone or takes no time.

    Each entry is one assignment in `leaving` (deleted), in `entering` (logged), or in both (moved). A guard that
    several entries share is written once.
    """
    steps: dict[tuple[str, str], int] = {}
    for assignments, step in ((leaving, -1), (entering, 1)):
        for assignment in assignments:
            for key in _guards(account_id, assignment):
                key_pair = keys.key_pair(key)
                steps[key_pair] = steps.get(key_pair, 0) + step
    return [
        update(
            {"pk": {"S": pk}, "sk": {"S": sk}},
            "ADD time_entry_count :step",
            {":step": number(step), ":yes": flag(True)},
            condition="is_open = :yes",
        )
        for (pk, sk), step in steps.items()
    ]


def pair_assignment_id(item: Item) -> Id:
    """Which assignment a pair belongs to."""
    return read_id(item["assignment_id"])


def _guards(account_id: AccountId, assigned: AssignmentKey) -> Iterator[Key]:
    yield keys.guard(account_id, "TASK", assigned.task_id)
    yield keys.guard(account_id, "PROJECT", assigned.project_id)
    yield keys.pair(account_id, assigned.task_id, assigned.project_id)


def _empty(*, accepts_time: bool) -> Item:
    return {**{name: number(0) for name in ("active", "archived", "time_entry_count")}, "is_open": flag(accepts_time)}


def _set_accepts_time(key: Key, *, accepts_time: bool) -> Write:
    return update(key, "SET is_open = :is_open", {":is_open": flag(accepts_time)}, condition="attribute_exists(pk)")


def _remove_as_known(key: Key, known: ReferenceCounts) -> Write:
    condition = "active = :active AND archived = :archived AND time_entry_count = :time_entries"
    values: Item = {
        ":active": number(known.active),
        ":archived": number(known.archived),
        ":time_entries": number(known.time_entries),
    }
    return delete_if(key, condition, values, StaleError())
