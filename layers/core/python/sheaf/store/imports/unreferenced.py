"""store: the removal of a record to which nothing refers; whoever refers to it meanwhile refuses that transaction."""

from collections.abc import Callable, Collection, Mapping, Sequence

from sheaf.domain.client import Client
from sheaf.domain.identity import AccountId, User
from sheaf.domain.project import Project
from sheaf.domain.record import Kind
from sheaf.domain.task import Task
from sheaf.domain.task_assignment import TaskAssignment
from sheaf.domain.user_assignment import UserAssignment
from sheaf.domain.values import Id, Timestamp
from sheaf.store import clients, projects, task_assignments, tasks, time_guard, tokens, user_assignments, users
from sheaf.store.imports.undo import References
from sheaf.store.keys import Guarded
from sheaf.store.mappers.client import CLIENT
from sheaf.store.mappers.project import PROJECT
from sheaf.store.mappers.task import TASK
from sheaf.store.time_guard import ReferenceCounts
from sheaf.store.transactions import StaleError, Write

type Removable = TaskAssignment | UserAssignment | Task | Project | Client | User


class ReferredToError(Exception):
    """Something refers to the record; the sentence says what."""


def find(account_id: AccountId, kind: Kind, record_id: Id) -> Removable | None:
    """A record of one of the kinds that can be removed; None where there is none."""
    return _READ[kind](account_id, [record_id]).get(record_id)


def refers_to(record: Removable) -> Sequence[tuple[Kind, Id]]:
    """The records that count a record among what refers to them."""
    match record:
        case TaskAssignment():
            return [("TASK", record.task_id), ("PROJECT", record.project_id)]
        case UserAssignment():
            return [("USER", record.user_id), ("PROJECT", record.project_id)]
        case Project():
            return [("CLIENT", record.client_id)]
    return []


def removed(account_id: AccountId, record: Removable, going: References, now: Timestamp) -> list[Write]:
    """The writes that remove a record, where no more refers to it than is `going` anyway.

    They fit into one transaction with 70 others, and are refused with StaleError, or as the deletion of such a record
    is, when something came to refer to it since it was read.

    Raises:
        ReferredToError. StaleError: the record is being removed right now.
    """
    match record:
        case TaskAssignment():
            time = time_guard.time_on(account_id, time_guard.key_of(record))
            _check(References(time.total), going)
            return task_assignments.removed(account_id, record, time, now)
        case UserAssignment():
            time = time_guard.time_of(account_id, "USER_ASSIGNMENT", record.id)
            _check(References(time.total), going)
            return user_assignments.removed(account_id, record, time, now)
        case Task():
            known = _counts(account_id, "TASK", record.id)
            _check(References(known.time_entries, known.active + known.archived), going, "It is assigned to a project")
            writes = time_guard.remove_task(account_id, record.id, known, now)
            return [*TASK.writes_to_remove(account_id, record), *writes]
        case Project():
            known = _counts(account_id, "PROJECT", record.id)
            people = user_assignments.counts(account_id, "PROJECT", record.id)
            assigned = known.active + known.archived + user_assignments.counted(people)
            _check(References(known.time_entries, assigned), going, "A task or a user is assigned to it")
            return [
                *PROJECT.writes_to_remove(account_id, record),
                *time_guard.remove_project(account_id, record.id, known, now),
                *user_assignments.uncounted(account_id, "PROJECT", record.id, people),
            ]
        case Client():
            known = _counts(account_id, "CLIENT", record.id)
            _check(References(0, known.active + known.archived), going, "It has a project")
            removal = time_guard.remove_client(account_id, record.id)
            return [*CLIENT.writes_to_remove(account_id, record), removal]
        case User():
            time = time_guard.time_of(account_id, "USER", record.id)
            projects_ = user_assignments.counts(account_id, "USER", record.id)
            referred = "They are assigned to a project"
            _check(References(time.total, user_assignments.counted(projects_)), going, referred)
            if any(token.user_id == record.id for token in tokens.everything(account_id)):
                raise ReferredToError("Somebody was given a token of this user")
            return [
                *users.removed(account_id, record, time, now),
                *user_assignments.uncounted(account_id, "USER", record.id, projects_),
            ]


_READ: Mapping[Kind, Callable[[AccountId, Collection[Id]], Mapping[Id, Removable]]] = {
    "TASK_ASSIGNMENT": task_assignments.get_many,
    "USER_ASSIGNMENT": user_assignments.get_many,
    "TASK": tasks.get_many,
    "PROJECT": projects.get_many,
    "CLIENT": clients.get_many,
    "USER": users.get_many,
}


def _counts(account_id: AccountId, kind: Guarded, record_id: Id) -> ReferenceCounts:
    counts = time_guard.reference_counts(account_id, kind, record_id)
    if counts is None:
        raise StaleError
    return counts


def _check(found: References, going: References, referred: str = "") -> None:
    if found.time_entries > going.time_entries:
        raise ReferredToError("Time is logged on it")
    if found.records > going.records:
        raise ReferredToError(referred)
