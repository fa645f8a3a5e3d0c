"""store: operations of more writes than one transaction holds (100 items), and what readers must not see of them.

A removal is decided in one transaction, which takes away the record itself: from that moment nothing that belongs to it
is shown, because every list joins its records to their task and project. What remains is deleted afterwards. A creation
works the other way round: its parts are written first, and shown once the record itself is there.

Each has an item while it is pending. The request itself, the next request that meets the item, or the scheduled repair
resumes it from that item. Every step is conditioned on the state that it has read, so none is done twice. It can be
asked how one stands, also after its end. Access pattern O1 of docs/data-model.md.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Literal

from sheaf import origin
from sheaf.domain.change import Origin
from sheaf.domain.errors import NotFoundError
from sheaf.domain.identity import AccountId
from sheaf.domain.operation import Operation
from sheaf.domain.task_assignment import TaskAssignment
from sheaf.domain.time_entry import TimeEntry
from sheaf.domain.values import Id, Timestamp
from sheaf.store import keys, reads, sequence, stamps
from sheaf.store.items import Item, number, purge_at, read_id, text
from sheaf.store.keys import Key
from sheaf.store.reads import KeyRange
from sheaf.store.transactions import StaleError, Write
from sheaf.store.writes import count, count_on, delete_if, put, put_new

_TOLD = timedelta(days=30)  # so long whoever asks is told that it has ended
TRANSACTION_WRITES = 100  # that DynamoDB takes at once

OperationKind = Literal[
    "remove_task", "remove_project", "remove_user", "restore_task", "merge_task", "create_project", "assign_task"
]


@dataclass(frozen=True, slots=True)
class ResumableOperation:
    """One operation that is under way. `subject_id` is the task, project or user; `item` holds the rest of it."""

    id: Id
    kind: OperationKind
    subject_id: Id
    item: Item

    @property
    def started_at(self) -> Timestamp:
        """When it was decided."""
        return Timestamp(self.item["started_at"]["S"])

    @property
    def origin(self) -> Origin:
        """Where it comes from, whoever resumes it: whoever begins it, before it is written."""
        if "changed" not in self.item:
            return origin.current()
        return stamps.read(self.item)


@dataclass(frozen=True, slots=True)
class Merge:
    """One task that becomes part of another, decided and not yet written everywhere.

    `dropped` are its assignments to projects that have the other one too.
    """

    task_id: Id
    into_id: Id
    dropped: frozenset[Id]
    at: Timestamp

    def assignment(self, assignment: TaskAssignment) -> TaskAssignment:
        """An assignment of the merged task as it is shown, and will be written."""
        return replace(assignment, task_id=self.into_id, updated_at=max(self.at, assignment.updated_at))

    def entry(self, entry: TimeEntry, assignment_id: Id) -> TimeEntry:
        """The same of its time."""
        return replace(
            entry, task_id=self.into_id, assignment_id=assignment_id, updated_at=max(self.at, entry.updated_at)
        )


@dataclass(frozen=True, slots=True)
class PendingOperations:
    """What an account's readers must leave out, and how many of the counted time entries are already gone."""

    hidden_tasks: frozenset[Id] = field(default_factory=frozenset)
    hidden_projects: frozenset[Id] = field(default_factory=frozenset)
    hidden_users: frozenset[Id] = field(default_factory=frozenset)
    removed_entries: int = 0
    merges: Mapping[Id, Merge] = field(default_factory=dict)

    def hides_assignment(self, item: Item) -> bool:
        """As `hides`, of a task assignment, which a merge may drop."""
        return self.hides(item) or any(read_id(item["id"]) in merge.dropped for merge in self.merges.values())

    def task_of(self, item: Item) -> Id:
        """Whose time an entry is, or will be once it is written anew."""
        task_id = read_id(item["task_id"])
        return self.merges[task_id].into_id if task_id in self.merges else task_id

    def hides(self, item: Item) -> bool:
        """Whether time, or whatever is of a project and a task, belongs to something going, or not yet there."""
        return read_id(item["project_id"]) in self.hidden_projects or read_id(item["task_id"]) in self.hidden_tasks

    def hides_user_assignment(self, item: Item) -> bool:
        """The same of a user assignment."""
        return read_id(item["project_id"]) in self.hidden_projects or read_id(item["user_id"]) in self.hidden_users

    def __bool__(self) -> bool:
        return bool(self.hidden_tasks or self.hidden_projects or self.hidden_users or self.merges)


def of_account(account_id: AccountId) -> list[ResumableOperation]:
    """The account's operations under way, the oldest first; nearly always none."""
    everything = KeyRange(keys.records(account_id, "OPERATION"), low="0", high="~", newest_first=False)
    return [_read(item) for item in reads.items_in(everything)]


def pending(account_id: AccountId) -> PendingOperations:
    """What an account's readers must know of its operations: one read, half a unit where there are none."""
    found = of_account(account_id)
    return PendingOperations(
        hidden_tasks=_subjects(found, "remove_task", "restore_task"),
        hidden_projects=_subjects(found, "remove_project", "create_project"),
        hidden_users=_subjects(found, "remove_user"),
        removed_entries=sum(int(operation.item["entries_left"]["N"]) for operation in found),
        merges={operation.subject_id: merge_of(operation) for operation in found if operation.kind == "merge_task"},
    )


def merge_of(operation: ResumableOperation) -> Merge:
    """The merge that an operation of that kind carries out."""
    dropped = frozenset(Id(int(each)) for each in operation.item.get("dropped", {"NS": []})["NS"])
    return Merge(operation.subject_id, read_id(operation.item["into_id"]), dropped, operation.started_at)


def _subjects(found: Sequence[ResumableOperation], *kinds: OperationKind) -> frozenset[Id]:
    return frozenset(operation.subject_id for operation in found if operation.kind in kinds)


def of_all_accounts() -> Iterator[tuple[AccountId, Id]]:
    """Every operation under way in this deployment, for the scheduled repair."""
    for item in reads.items_in(KeyRange(keys.OPEN_OPERATIONS, low="0", high="~")):
        account, _, operation = item["sk"]["S"].partition("#")
        yield AccountId(int(account)), Id(int(operation))


def begun_count(account_id: AccountId) -> int:
    """How many operations the account has ever begun.

    Guards count what an operation has taken out of the totals until it is deleted. Who decides on a guard reads this
    first, then finishes what is pending, then reads the guard; `check_none_begun_since` fails if another was begun.
    """
    return reads.counts(keys.totals(account_id, "OPERATION"), "begun")[0]


def check_none_begun_since(account_id: AccountId, known: int) -> Write:
    """The check that no operation was begun since `begun` said so; StaleError otherwise."""
    return _begun(account_id, 0, known)


def new(
    account_id: AccountId, kind: OperationKind, subject_id: Id, now: Timestamp, details: Item | None = None
) -> ResumableOperation:
    """An operation with the next id, which `begin` puts under way."""
    item: Item = {"started_at": text(now), **(details or {})}
    return ResumableOperation(sequence.next_id(account_id, "OPERATION"), kind, subject_id, item)


def begin(account_id: AccountId, operation: ResumableOperation, known: int | None = None) -> list[Write]:
    """The writes that put an operation under way, for the transaction that decides it.

    With `known`, only if no other was begun since `begun` said so; StaleError otherwise.
    """
    item: Item = {
        **key_of(account_id, operation.id),
        "id": number(operation.id),
        "kind": text(operation.kind),
        "subject_id": number(operation.subject_id),
        "entries_left": number(0),
        **operation.item,
        **stamps.stamp(),
    }
    return [
        _begun(account_id, 1, known),
        put_new(item, StaleError()),
        put_new({**keys.open_operation(account_id, operation.id)}, StaleError()),
    ]


def end(account_id: AccountId, operation: ResumableOperation) -> list[Write]:
    """The writes that take an operation away once everything is done; StaleError when somebody else ended it."""
    ended: Item = {
        **keys.ended_operation(account_id, operation.id),
        "kind": text(operation.kind),
        "subject_id": number(operation.subject_id),
        "user_id": number(operation.origin.author.user_id),
        "started_at": text(operation.started_at),
        "purge_at": purge_at(operation.started_at, _TOLD),
    }
    return [
        delete_if(key_of(account_id, operation.id), "attribute_exists(pk)", {}, StaleError()),
        delete_if(keys.open_operation(account_id, operation.id), "attribute_exists(pk)", {}, StaleError()),
        put(ended),
    ]


def status(account_id: AccountId, operation_id: Id) -> Operation:
    """How an operation stands (O1). Raises NotFoundError: there is none, or it ended more than 30 days ago."""
    running, ended = key_of(account_id, operation_id), keys.ended_operation(account_id, operation_id)
    found = reads.items([running, ended])
    item = found.get(keys.key_pair(ended)) or found.get(keys.key_pair(running))
    if item is None:
        raise NotFoundError
    user_id = stamps.read(item).author.user_id if "changed" in item else _user_id(item)
    return Operation(
        operation_id,
        item["kind"]["S"],
        read_id(item["subject_id"]),
        keys.key_pair(ended) in found,
        Timestamp(item["started_at"]["S"]),
        user_id,
    )


def _user_id(item: Item) -> Id | None:
    return Id(int(item["user_id"]["N"])) if "N" in item["user_id"] else None


def as_many_as_fit[Part](
    of_each: Iterable[tuple[Part, Sequence[Write]]], most: int = TRANSACTION_WRITES
) -> list[tuple[Part, Sequence[Write]]]:
    """The first of some parts with their writes, as many as one transaction holds; the next one begins after them.

    A part that is not taken any more is read for nothing; the others are not read at all.
    """
    fitting: list[tuple[Part, Sequence[Write]]] = []
    for part, writes in of_each:
        most -= len(writes)
        if most < 0:
            break
        fitting.append((part, writes))
    return fitting


def key_of(account_id: AccountId, operation_id: Id) -> Key:
    """Where an operation is kept."""
    return keys.record(account_id, "OPERATION", operation_id)


def find(account_id: AccountId, operation_id: Id) -> ResumableOperation | None:
    """One operation as it stands now, or None when it has ended."""
    item = reads.item(key_of(account_id, operation_id))
    return None if item is None else _read(item)


def _begun(account_id: AccountId, step: int, known: int | None) -> Write:
    """Count `step` more operations, if `known` is still how many there were (whatever there were, where it is None)."""
    key = keys.totals(account_id, "OPERATION")
    return count(key, {"begun": step}) if known is None else count_on(key, "begun", step, known)


def _read(item: Item) -> ResumableOperation:
    kind: OperationKind = item["kind"]["S"]
    return ResumableOperation(read_id(item["id"]), kind, read_id(item["subject_id"]), item)
