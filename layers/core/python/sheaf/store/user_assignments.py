"""store: user assignments. Access patterns U1 to U8 and U10 of docs/data-model.md.

A user is on a project once, whether active there or not: an item by user and project is claimed by the transaction that
assigns them, and holds the whole assignment. The time of an active one may be logged; see `time_guard`.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace
from typing import Literal

from sheaf.domain.errors import NotFoundError
from sheaf.domain.idempotency import Keep, keep_nothing
from sheaf.domain.identity import AccountId, User
from sheaf.domain.paging import WHOLE, Filter, Page, PageRequest
from sheaf.domain.user_assignment import (
    AssignedUser,
    NoSuchAssigneeError,
    UserAssignment,
    UserAssignmentFields,
    UserAssignmentHasTimeError,
    UserTakenError,
    manages,
    new_user_assignment,
)
from sheaf.domain.values import Id, Timestamp
from sheaf.store import answers, keys, reads, sequence, stamps, time_guard
from sheaf.store.items import Item, number
from sheaf.store.lists import Chosen, Listing, Merged, Source, Visible, by_ids, page_of, with_records
from sheaf.store.mappers import user_assignment as mapper
from sheaf.store.mappers.project import PROJECT
from sheaf.store.mappers.user import USER
from sheaf.store.mappers.user_assignment import USER_ASSIGNMENT, pair_item
from sheaf.store.reads import KeyRange
from sheaf.store.records import Counter, count_write, gone, replacement_writes, total
from sheaf.store.resumable import operations
from sheaf.store.resumable.operations import PendingOperations
from sheaf.store.time_guard import TimeCount
from sheaf.store.transactions import StaleError, Write, accept, commit, retried
from sheaf.store.writes import IS_RECORD, check, check_record, delete_if, put_new
from sheaf.store.writes import update as update_item

type Owner = Literal["PROJECT", "USER"]
"""What assignments belong to, and go with."""


def get(account_id: AccountId, project_id: Id, assignment_id: Id) -> AssignedUser:
    """One assignment of a project (U1). Raises NotFoundError, also when its user or project is gone."""
    item = reads.item(keys.child(account_id, "PROJECT", project_id, "USER_ASSIGNMENT", assignment_id))
    found = _joined(account_id, [item] if item else [])
    if not found:
        raise NotFoundError
    return found[0]


def page(
    account_id: AccountId,
    wanted: Filter,
    request: PageRequest,
    *,
    user_id: Id | None = None,
    among: Collection[Id] | None = None,
) -> Page[AssignedUser]:
    """One page of the account's assignments, newest first (U2): of one user, and `among` some projects, where given."""

    def source(hidden: PendingOperations) -> Source:
        if user_id is not None:
            pairs = of_user(account_id, user_id)
            ids = [pair.id for pair in pairs if among is None or pair.project_id in among]
            return _visible(Chosen(by_ids(keys.records(account_id, "USER_ASSIGNMENT"), ids), wanted), hidden)
        if among is not None:
            return Merged([_of_project(account_id, project_id, wanted, hidden) for project_id in among])
        whole = Listing(keys.records(account_id, "USER_ASSIGNMENT"), keys.totals(account_id, "USER_ASSIGNMENT"))
        everything = whole.source(wanted)
        # What a removal leaves lying is out of the account's total from its first moment on.
        counted = everything.count if wanted.updated_since is None else None
        return Visible(everything, hidden.hides_user_assignment, counted) if hidden else everything

    return _page(account_id, source, request)


def page_of_project(account_id: AccountId, project_id: Id, wanted: Filter, request: PageRequest) -> Page[AssignedUser]:
    """One page of a project's assignments, newest first (U2). Raises NotFoundError when there is no such project."""
    PROJECT.get(account_id, project_id)
    return _page(account_id, lambda hidden: _of_project(account_id, project_id, wanted, hidden), request)


def of_project(account_id: AccountId, project_id: Id) -> list[UserAssignment]:
    """All assignments of a project, active or not, newest first. Raises NotFoundError when there is no such project."""
    return [record.assignment for record in page_of_project(account_id, project_id, Filter(), WHOLE).records]


def of_user(account_id: AccountId, user_id: Id) -> list[UserAssignment]:
    """All assignments of a user, active or not, in the order of their projects' ids (U3)."""
    listed = KeyRange(keys.user_pairs(account_id, user_id), "0", "~", newest_first=False)
    return [USER_ASSIGNMENT.codec.from_item(item) for item in reads.items_in(listed)]


def get_many(account_id: AccountId, assignment_ids: Collection[Id]) -> dict[Id, UserAssignment]:
    """Many assignments by their ids, without the missing ones."""
    return USER_ASSIGNMENT.get_many(account_id, assignment_ids)


def of_pairs(account_id: AccountId, pairs: Collection[tuple[Id, Id]]) -> dict[tuple[Id, Id], UserAssignment]:
    """The assignments of these pairs of a user and a project (U10), without the missing ones."""
    return mapper.of_pairs(account_id, pairs, reads.items([keys.user_pair(account_id, *pair) for pair in pairs]))


def with_future_access(account_id: AccountId) -> list[User]:
    """The active users who get every new project (U8)."""
    listed = KeyRange(keys.future_users(account_id), "0", "~")
    return list(USER.get_many(account_id, [Id(int(item["sk"]["S"])) for item in reads.items_in(listed)]).values())


def create(
    account_id: AccountId,
    project_id: Id,
    user_id: Id,
    fields: Callable[[User], UserAssignmentFields],
    now: Timestamp,
    *,
    keep: Keep[AssignedUser] = keep_nothing,
) -> AssignedUser:
    """Assign a user to a project (U4); `fields` says how, once they are known.

    Raises:
        NotFoundError: no such project. NoSuchAssigneeError: no such user. UserTakenError: the project has them.
        AnsweredError, BusyError.
    """

    def decide() -> AssignedUser:
        found = reads.items([*PROJECT.keys_of(account_id, [project_id]), *USER.keys_of(account_id, [user_id])])
        project = PROJECT.pick(account_id, found).get(project_id)
        user = USER.pick(account_id, found).get(user_id)
        if project is None:
            raise NotFoundError
        if user is None:
            raise NoSuchAssigneeError
        new_id = sequence.next_id(account_id, "USER_ASSIGNMENT")
        assignment = new_user_assignment(new_id, project_id, user_id, fields(user), now)
        assigned = AssignedUser(assignment, project, user)
        commit([*answers.kept(account_id, keep(assigned)), *added(account_id, assignment)])
        return assigned

    return retried(decide)


def added(account_id: AccountId, assignment: UserAssignment) -> list[Write]:
    """The writes that assign a user. Refused with UserTakenError, NotFoundError (project), NoSuchAssigneeError."""
    return [
        *USER_ASSIGNMENT.writes_to_add(account_id, assignment),
        *_claimed(account_id, assignment),
        check(keys.guard(account_id, "PROJECT", assignment.project_id), NotFoundError()),
    ]


def added_to_new(account_id: AccountId, assignment: UserAssignment) -> list[Write]:
    """The same of a project that is being made; what `counted_on_new` counts is beside it."""
    of_user = Counter(keys.user_assignment_count(account_id, "USER", assignment.user_id))
    return [
        *USER_ASSIGNMENT.item_writes(account_id, assignment),
        *_claimed(account_id, assignment),
        count_write(of_user, **{USER_ASSIGNMENT.state(assignment): 1}),
    ]


def counted_on_new(account_id: AccountId, project_id: Id, made: int) -> list[Write]:
    """The write that counts active assignments of a project that is being made; none where there are none."""
    of_project = Counter(keys.user_assignment_count(account_id, "PROJECT", project_id))
    return [count_write(of_project, active=made)] if made else []


def _claimed(account_id: AccountId, assignment: UserAssignment) -> list[Write]:
    """The pair, and the user, who must be there."""
    pair = put_new(pair_item(account_id, assignment), UserTakenError())
    there = _managing(account_id, None, assignment) or [
        check_record(keys.record(account_id, "USER", assignment.user_id), NoSuchAssigneeError())
    ]
    return [pair, *there]


def _managing(account_id: AccountId, before: UserAssignment | None, after: UserAssignment | None) -> list[Write]:
    """The write by which the user manages the project now, or no more; none where that stays.

    Refused with NoSuchAssigneeError: the user is gone.
    """
    of = after or before
    was, will_be = (assignment is not None and manages(assignment) for assignment in (before, after))
    if of is None or was == will_be:
        return []
    key = keys.record(account_id, "USER", of.user_id)
    values: Item = {":project": {"NS": [str(of.project_id)]}, ":one": number(1), ":changed": stamps.stamp()["changed"]}
    verb = "ADD managed_projects :project, version :one"
    if not will_be:
        verb = "DELETE managed_projects :project ADD version :one"
    return [update_item(key, f"SET changed = :changed {verb}", values, IS_RECORD, NoSuchAssigneeError())]


def update(
    account_id: AccountId,
    project_id: Id,
    assignment_id: Id,
    change: Callable[[UserAssignment], UserAssignment],
    check: Callable[[AssignedUser], object] = accept,
) -> AssignedUser:
    """The assignment after `change` (U5), which may be called again.

    Raises:
        NotFoundError, BusyError, and whatever `check` raises.
    """

    def decide() -> AssignedUser:
        found = get(account_id, project_id, assignment_id)
        check(found)
        before = found.assignment
        after = change(before)
        if after is not before:
            commit(_changed(account_id, before, after))
        return AssignedUser(after, found.project, found.user)

    return retried(decide)


def _changed(account_id: AccountId, before: UserAssignment, after: UserAssignment) -> list[Write]:
    writes = [
        *USER_ASSIGNMENT.writes_to_change(account_id, before, after),
        *replacement_writes([pair_item(account_id, before)], [pair_item(account_id, after)], before.version),
        *_managing(account_id, before, after),
    ]
    if after.is_active != before.is_active:
        writes += time_guard.set_accepts_time(account_id, "USER_ASSIGNMENT", after.id, accepts_time=after.is_active)
    return writes


def delete(
    account_id: AccountId,
    project_id: Id,
    assignment_id: Id,
    now: Timestamp,
    check: Callable[[AssignedUser], object] = accept,
) -> AssignedUser:
    """Take a user without time there off a project (U6) and return the assignment as it was.

    Raises:
        NotFoundError, UserAssignmentHasTimeError, BusyError, and whatever `check` raises.
    """

    def decide() -> AssignedUser:
        found = get(account_id, project_id, assignment_id)
        check(found)
        time = time_guard.time_of(account_id, "USER_ASSIGNMENT", assignment_id)
        if time.total:
            raise UserAssignmentHasTimeError
        commit(removed(account_id, found.assignment, time, now))
        return found

    return retried(decide)


def removed(account_id: AccountId, assignment: UserAssignment, time: TimeCount, now: Timestamp) -> list[Write]:
    """Without an assignment that has no time, as it and its time were read."""
    return [
        *USER_ASSIGNMENT.writes_to_remove(account_id, assignment),
        *replacement_writes([pair_item(account_id, assignment)], [], assignment.version),
        *_managing(account_id, assignment, None),
        *time_guard.remove_count(account_id, "USER_ASSIGNMENT", assignment.id, time, now),
    ]


def counts(account_id: AccountId, kind: Owner, record_id: Id) -> Item | None:
    """What counts the assignments of a project or a user, None where there never was any (U7)."""
    return reads.item(keys.user_assignment_count(account_id, kind, record_id))


def counted(found: Item | None) -> int:
    """How many assignments there are by what `counts` said."""
    return 0 if found is None else sum(int(found[name]["N"]) for name in ("active", "archived"))


def uncounted(account_id: AccountId, kind: Owner, record_id: Id, found: Item | None) -> list[Write]:
    """The writes by which the assignments of a project or user that goes count no more; StaleError if that changed.

    `found` is what `counts` said. The assignments themselves are deleted by whoever removes their owner.
    """
    key = keys.user_assignment_count(account_id, kind, record_id)
    if found is None:
        return [check(key, StaleError(), is_there=False)]
    as_read = {":active": found["active"], ":archived": found["archived"]}
    active, archived = (int(found[name]["N"]) for name in ("active", "archived"))
    gone = delete_if(key, "active = :active AND archived = :archived", as_read, StaleError())
    return [gone, count_write(total(account_id, "USER_ASSIGNMENT"), active=-active, archived=-archived)]


def without(account_id: AccountId, assignments: Sequence[Item], other: Owner) -> Iterator[list[Write]]:
    """The writes that delete each of a removed owner's assignments, which the `other` one counts, where that is there.

    Their time is nobody's any more: its user has none, or its project is gone.
    """
    name = "project_id" if other == "PROJECT" else "user_id"
    counted = [keys.user_assignment_count(account_id, other, Id(int(item[name]["N"]))) for item in assignments]
    found = reads.items(counted)
    for item, counter in zip(assignments, counted, strict=True):
        assignment = USER_ASSIGNMENT.codec.from_item(item)
        own, *copies = USER_ASSIGNMENT.item_keys(account_id, assignment)
        pair = keys.user_pair(account_id, assignment.user_id, assignment.project_id)
        writes = gone(own, [*copies, pair])
        writes += time_guard.leftover_shards_of_user_assignment(account_id, assignment.id)
        if keys.key_pair(counter) in found:
            state = USER_ASSIGNMENT.state(assignment)
            writes.append(count_write(Counter(counter, StaleError()), **{state: -1}))
            if other == "USER":
                writes += [replace(write, refusal=StaleError()) for write in _managing(account_id, assignment, None)]
        yield writes


def _of_project(account_id: AccountId, project_id: Id, wanted: Filter, hidden: PendingOperations) -> Source:
    listed = keys.children(account_id, "PROJECT", project_id, "USER_ASSIGNMENT")
    counter = keys.user_assignment_count(account_id, "PROJECT", project_id)
    return _visible(Listing(listed, counter).source(wanted), hidden)


def _visible(source: Source, hidden: PendingOperations) -> Source:
    return Visible(source, hidden.hides_user_assignment) if hidden else source


def _page(
    account_id: AccountId, source: Callable[[PendingOperations], Source], request: PageRequest
) -> Page[AssignedUser]:
    def decide() -> Page[AssignedUser]:
        found = page_of(source(operations.pending(account_id)), request)
        return with_records(found, _joined(account_id, found.records))

    return retried(decide)


def _joined(account_id: AccountId, items: Sequence[Item]) -> list[AssignedUser]:
    """The assignments with their users and projects as they are named now, without those that have lost one."""
    assignments = [USER_ASSIGNMENT.codec.from_item(item) for item in items]
    found = reads.items(
        [
            *PROJECT.keys_of(account_id, {assignment.project_id for assignment in assignments}),
            *USER.keys_of(account_id, {assignment.user_id for assignment in assignments}),
        ]
    )
    projects, people = PROJECT.pick(account_id, found), USER.pick(account_id, found)
    return [
        AssignedUser(assignment, projects[assignment.project_id], people[assignment.user_id])
        for assignment in assignments
        if assignment.project_id in projects and assignment.user_id in people
    ]
