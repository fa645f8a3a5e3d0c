"""store: time entries. Access patterns E1 to E5, E11 and E12 of docs/data-model.md."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace

from sheaf.domain import logging_time
from sheaf.domain.errors import NotFoundError
from sheaf.domain.idempotency import Keep, keep_nothing
from sheaf.domain.identity import AccountId
from sheaf.domain.paging import Page, PageRequest
from sheaf.domain.time_entry import (
    LoggedTime,
    TimeEntry,
    TimeEntryFields,
    TimeFilter,
    TimeReader,
    new_time_entry,
)
from sheaf.domain.timers import Clock, timed, with_timer_started, with_timer_stopped
from sheaf.domain.values import Id
from sheaf.store import answers, keys, reads, sequence, time_guard, time_totals, timers
from sheaf.store.items import Item
from sheaf.store.lists import page_of, with_records
from sheaf.store.mappers.client import CLIENT
from sheaf.store.mappers.project import PROJECT
from sheaf.store.mappers.task import TASK
from sheaf.store.mappers.task_assignment import TASK_ASSIGNMENT
from sheaf.store.mappers.time_entry import from_item, to_items
from sheaf.store.mappers.user import USER
from sheaf.store.mappers.user_assignment import of_pairs as user_assignments_of
from sheaf.store.records import replacement_writes
from sheaf.store.resumable import operations
from sheaf.store.resumable.operations import PendingOperations
from sheaf.store.time_guard import pair_assignment_id
from sheaf.store.time_lists import source_of
from sheaf.store.transactions import StaleError, commit, retried


def get(account_id: AccountId, entry_id: Id) -> LoggedTime:
    """One entry (E1). Raises NotFoundError, also when its project is gone."""

    def decide() -> LoggedTime:
        item = reads.item(keys.time_entry(account_id, entry_id))
        found = joined(account_id, [from_item(item)] if item else [])
        if not found:
            raise NotFoundError
        return found[0]

    return retried(decide)


def page(account_id: AccountId, reader: TimeReader, wanted: TimeFilter, request: PageRequest) -> Page[LoggedTime]:
    """One page of what the reader may see, the newest date first (E2)."""

    def decide() -> Page[LoggedTime]:
        pending = operations.pending(account_id)
        found = page_of(source_of(account_id, reader, wanted, pending), request)
        page = with_records(found, joined(account_id, [from_item(item) for item in found.records]))
        check_merges(account_id, wanted, pending)
        return page

    return retried(decide)


def check_merges(account_id: AccountId, wanted: TimeFilter, pending: PendingOperations) -> None:
    """Raise StaleError where the time of one task was read, and meanwhile it became that of more tasks."""
    if wanted.task_id is not None and operations.pending(account_id).merges != pending.merges:
        raise StaleError


def create(
    account_id: AccountId,
    user_id: Id,
    fields: TimeEntryFields,
    clock: Clock,
    given: Collection[str] = ("hours",),
    *,
    keep: Keep[LoggedTime] = keep_nothing,
) -> LoggedTime:
    """Log time (E3): the entry, and its count on the guards of its task, project and assignment, all or none.

    `given` names the times that are in the fields. Without hours and an end the timer runs, and the user's other stops.

    Raises:
        InvalidError: as `timed`; or the user, project or task is not there, the task is not assigned to the project, or
            one of them is archived; the message says which. AnsweredError, BusyError.
    """

    def decide() -> LoggedTime:
        logged = _new_logged_time(account_id, user_id, fields, clock, given)
        entry = logged.entry
        commit(
            [
                *answers.kept(account_id, keep(logged)),
                *(timers.started(account_id, logged.user, entry, clock) if entry.is_running else ()),
                *replacement_writes([], to_items(account_id, entry), 0),
                *time_guard.count_time(account_id, leaving=[], entering=[entry]),
                *time_totals.count(account_id, leaving=[], entering=[entry]),
            ],
            shard=user_id,  # as many people at once as there are shards do not meet at all
        )
        return logged

    return retried(decide)


def update(account_id: AccountId, entry_id: Id, change: Callable[[LoggedTime], TimeEntry]) -> LoggedTime:
    """The entry after `change` (E4), which may be called again; it may stand on another day, project or task then.

    Raises:
        NotFoundError, BusyError, whatever `change` raises.
        InvalidError: as `create`, for where it was and where it goes.
    """

    def decide() -> LoggedTime:
        found = get(account_id, entry_id)
        before, after = found.entry, change(found)
        if after is before:
            return found
        _require_active(found)
        target = found
        if (after.project_id, after.task_id) != (before.project_id, before.task_id):
            target = _resolve_assignment(account_id, after)
        after = _assigned(after, target)
        commit(
            [
                *([] if after.is_running else timers.stopped(account_id, before)),
                *replacement_writes(to_items(account_id, before), to_items(account_id, after), before.version),
                *time_guard.count_time(account_id, leaving=[before], entering=[after]),
                *time_totals.count(account_id, leaving=[before], entering=[after]),
            ],
            shard=before.user_id,
        )
        return replace(target, entry=after)

    return retried(decide)


def stop(account_id: AccountId, entry_id: Id, check: Callable[[LoggedTime], None], clock: Clock) -> LoggedTime:
    """The entry with its timer stopped (E12), also where its task, project or assignment is archived.

    Raises:
        NotFoundError, BusyError, whatever `check` raises. InvalidError: it does not run.
    """

    def decide() -> LoggedTime:
        found = get(account_id, entry_id)
        check(found)
        before, after = found.entry, with_timer_stopped(found.entry, found.user, clock)
        replaced = replacement_writes(to_items(account_id, before), to_items(account_id, after), before.version)
        commit([*timers.stopped(account_id, before), *replaced])
        return replace(found, entry=after)

    return retried(decide)


def restart(account_id: AccountId, entry_id: Id, check: Callable[[LoggedTime], None], clock: Clock) -> LoggedTime:
    """The entry with its timer running again (E11); one that ran for its user is stopped.

    Raises:
        NotFoundError, BusyError, whatever `check` raises.
        InvalidError: it runs already, or its task, project or assignment is archived.
    """

    def decide() -> LoggedTime:
        found = get(account_id, entry_id)
        check(found)
        before, after = found.entry, _assigned(with_timer_started(found.entry, clock.now), found)
        _require_active(found)
        commit(
            [
                *timers.started(account_id, found.user, after, clock),
                *replacement_writes(to_items(account_id, before), to_items(account_id, after), before.version),
                # Nothing is counted, but refused once it is archived.
                *time_guard.count_time(account_id, leaving=[before], entering=[after]),
            ],
            shard=before.user_id,
        )
        return replace(found, entry=after)

    return retried(decide)


def delete(account_id: AccountId, entry_id: Id, check: Callable[[LoggedTime], None]) -> LoggedTime:
    """Remove an entry (E5) that `check` lets go, and return it as it was.

    Raises:
        NotFoundError, BusyError, whatever `check` raises.
        InvalidError: its timer does not run, and its task, project or assignment is archived.
    """

    def decide() -> LoggedTime:
        found = get(account_id, entry_id)
        check(found)
        entry = found.entry
        if not entry.is_running:
            _require_active(found)
        commit(
            [
                *timers.stopped(account_id, entry),
                *replacement_writes(to_items(account_id, entry), [], entry.version),
                *time_guard.count_time(account_id, leaving=[entry], entering=[], even_archived=entry.is_running),
                *time_totals.count(account_id, leaving=[entry], entering=[]),
            ],
            shard=entry.user_id,
        )
        return found

    return retried(decide)


def _new_logged_time(
    account_id: AccountId, user_id: Id, fields: TimeEntryFields, clock: Clock, given: Collection[str]
) -> LoggedTime:
    """A new entry and all it names. Raises InvalidError."""
    resolved = _resolve_assignment(account_id, new_time_entry(Id(0), user_id, Id(0), fields, clock.now))
    fields = timed(fields, given, resolved.user, clock)
    entry_id = sequence.next_id(account_id, "TIME_ENTRY")  # last, so that no refused request takes one
    entry = new_time_entry(entry_id, user_id, resolved.assignment.id, fields, clock.now)
    return replace(resolved, entry=_assigned(entry, resolved))


def _assigned(entry: TimeEntry, target: LoggedTime) -> TimeEntry:
    """The entry where `target` stands."""
    of_user = target.user_assignment
    return replace(
        entry, assignment_id=target.assignment.id, user_assignment_id=None if of_user is None else of_user.id
    )


def _resolve_assignment(account_id: AccountId, entry: TimeEntry) -> LoggedTime:
    """An entry with the task, project and assignment where it shall stand, all of them active. Raises InvalidError."""
    pair_key = keys.pair(account_id, entry.task_id, entry.project_id)
    found = reads.items(
        [
            *USER.keys_of(account_id, [entry.user_id]),
            *PROJECT.keys_of(account_id, [entry.project_id]),
            *TASK.keys_of(account_id, [entry.task_id]),
            pair_key,
            keys.user_pair(account_id, entry.user_id, entry.project_id),
        ]
    )
    user = USER.pick(account_id, found).get(entry.user_id)
    if user is None:
        raise logging_time.missing("user")
    project = PROJECT.pick(account_id, found).get(entry.project_id)
    task = TASK.pick(account_id, found).get(entry.task_id)
    if project is None or task is None:
        records = (("project", project), ("task", task))
        raise logging_time.missing(*(subject for subject, record in records if record is None))
    pair = found.get(keys.key_pair(pair_key)) or _pair_of_merged(account_id, entry)
    if pair is None:
        raise logging_time.not_assigned()
    assignment_id = pair_assignment_id(pair)
    of_user = (entry.user_id, entry.project_id)
    user_assignment = user_assignments_of(account_id, [of_user], found).get(of_user)
    found = reads.items(
        [*TASK_ASSIGNMENT.keys_of(account_id, [assignment_id]), *CLIENT.keys_of(account_id, [project.client_id])]
    )
    assignment = TASK_ASSIGNMENT.pick(account_id, found).get(assignment_id)
    client = CLIENT.pick(account_id, found).get(project.client_id)
    if assignment is None or client is None:
        raise StaleError  # they went between two reads
    resolved = LoggedTime(entry, user, client, project, task, assignment, user_assignment)
    _require_active(resolved)
    return resolved


def _pair_of_merged(account_id: AccountId, entry: TimeEntry) -> Item | None:
    """The pair by which a task is on a project where one stands that becomes part of it; None where it is not there."""
    merges = [merge for merge in operations.pending(account_id).merges.values() if merge.into_id == entry.task_id]
    for merge in merges:
        pair = reads.item(keys.pair(account_id, merge.task_id, entry.project_id))
        if pair is not None:
            return pair
    return reads.item(keys.pair(account_id, entry.task_id, entry.project_id)) if merges else None


def _require_active(found: LoggedTime) -> None:
    logging_time.require_active(
        found.project,
        found.task,
        is_assignment_active=found.assignment.is_active,
        is_user_assigned=found.user_assignment is not None and found.user_assignment.is_active,
    )


def joined(account_id: AccountId, entries: Sequence[TimeEntry]) -> list[LoggedTime]:
    """The entries with everything that they name, as it is now, without those that have lost something of it.

    Raises:
        StaleError: a project has moved to another client between two reads.
    """
    pairs = {(entry.user_id, entry.project_id) for entry in entries}
    found = reads.items(
        [
            *(keys.user_pair(account_id, *pair) for pair in pairs),
            *USER.keys_of(account_id, {entry.user_id for entry in entries}),
            *PROJECT.keys_of(account_id, {entry.project_id for entry in entries}),
            *TASK.keys_of(account_id, {entry.task_id for entry in entries}),
            *TASK_ASSIGNMENT.keys_of(account_id, {entry.assignment_id for entry in entries}),
        ]
    )
    of_users = user_assignments_of(account_id, pairs, found)
    people = USER.pick(account_id, found)
    projects = PROJECT.pick(account_id, found)
    tasks = TASK.pick(account_id, found)
    assignments = TASK_ASSIGNMENT.pick(account_id, found)
    there = [entry for entry in entries if entry.project_id in projects]
    if any(entry.task_id not in tasks for entry in there):
        return joined(account_id, _merged(account_id, there, tasks))
    if any(entry.assignment_id not in assignments for entry in there):
        raise StaleError
    clients = CLIENT.get_many(account_id, {project.client_id for project in projects.values()})
    if any(project.client_id not in clients for project in projects.values()):
        raise StaleError
    return [
        LoggedTime(
            entry,
            people[entry.user_id],
            clients[projects[entry.project_id].client_id],
            projects[entry.project_id],
            tasks[entry.task_id],
            assignments[entry.assignment_id],
            of_users.get((entry.user_id, entry.project_id)),
        )
        for entry in there
    ]


def _merged(account_id: AccountId, entries: Sequence[TimeEntry], there: Collection[Id]) -> Sequence[TimeEntry]:
    """The entries, those of merged tasks as they will be once they are written anew.

    Raises:
        StaleError: a task is neither `there` nor merged; it was merged since the entries were read.
    """
    merges = operations.pending(account_id).merges
    if any(entry.task_id not in merges and entry.task_id not in there for entry in entries):
        raise StaleError
    pairs = [
        keys.pair(account_id, merges[entry.task_id].into_id, entry.project_id)
        for entry in entries
        if entry.task_id in merges
    ]
    found = reads.items(list({keys.key_pair(pair): pair for pair in pairs}.values()))
    return [_as_merged(account_id, entry, merges.get(entry.task_id), found) for entry in entries]


def _as_merged(
    account_id: AccountId, entry: TimeEntry, merge: operations.Merge | None, found: Mapping[tuple[str, str], Item]
) -> TimeEntry:
    if merge is None:
        return entry
    pair = found.get(keys.key_pair(keys.pair(account_id, merge.into_id, entry.project_id)))
    return merge.entry(entry, entry.assignment_id if pair is None else pair_assignment_id(pair))
