"""store: business roles. Access patterns R1 to R6 of docs/data-model.md.

Who has a role stands in the role. An account counts the changes of its roles and the removals of its users in one item,
and each of these is made on the count that was read: so no role names a user who is gone.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace

from sheaf.domain.business_role import (
    BusinessRole,
    BusinessRoleFields,
    NoSuchRoleError,
    NoSuchUserError,
    new_business_role,
)
from sheaf.domain.idempotency import Keep, keep_nothing
from sheaf.domain.identity import AccountId
from sheaf.domain.paging import Filter, Page, PageRequest
from sheaf.domain.values import Id, Timestamp, fold_name
from sheaf.store import answers, keys, reads, sequence
from sheaf.store.lists import Listing, page_of
from sheaf.store.mappers.role import ROLE
from sheaf.store.mappers.user import USER
from sheaf.store.reads import KeyRange
from sheaf.store.transactions import Write, accept, commit, retried
from sheaf.store.writes import count_on


def get(account_id: AccountId, role_id: Id) -> BusinessRole:
    """One role (R1). Raises NotFoundError."""
    return ROLE.get(account_id, role_id)


def page(account_id: AccountId, wanted: Filter, request: PageRequest) -> Page[BusinessRole]:
    """One page of the account's roles, newest first (R2)."""
    listing = Listing(keys.records(account_id, "ROLE"), keys.totals(account_id, "ROLE"))
    return page_of(listing.source(wanted), request).map(ROLE.codec.from_item)


def create(
    account_id: AccountId, fields: BusinessRoleFields, now: Timestamp, *, keep: Keep[BusinessRole] = keep_nothing
) -> BusinessRole:
    """A new role (R3). Raises NameTakenError, NoSuchUserError, AnsweredError, BusyError."""

    def decide() -> BusinessRole:
        changes = _changes(account_id)
        _require_users(account_id, fields.user_ids)
        role = new_business_role(sequence.next_id(account_id, "ROLE"), fields, now)
        answer = answers.kept(account_id, keep(role))
        commit([*answer, *ROLE.writes_to_add(account_id, role), _changed(account_id, changes)])
        return role

    return retried(decide)


def update(account_id: AccountId, role_id: Id, change: Callable[[BusinessRole], BusinessRole]) -> BusinessRole:
    """The role after `change` (R4), which may be called again.

    Raises:
        NotFoundError, NameTakenError, NoSuchUserError, BusyError.
    """

    def decide() -> BusinessRole:
        changes = _changes(account_id)
        before = get(account_id, role_id)
        after = change(before)
        if after is not before:
            _require_users(account_id, after.user_ids - before.user_ids)
            commit([*ROLE.writes_to_change(account_id, before, after), _changed(account_id, changes)])
        return after

    return retried(decide)


def delete(account_id: AccountId, role_id: Id, check: Callable[[BusinessRole], object] = accept) -> BusinessRole:
    """Remove a role (R5), which nobody has any more then, and return it as it was.

    Raises:
        NotFoundError, BusyError, and whatever `check` raises.
    """

    def decide() -> BusinessRole:
        changes = _changes(account_id)
        role = get(account_id, role_id)
        check(role)
        commit([*ROLE.writes_to_remove(account_id, role), _changed(account_id, changes)])
        return role

    return retried(decide)


def everything(account_id: AccountId) -> Sequence[BusinessRole]:
    """All roles of the account (R6), the newest first."""
    listed = KeyRange(keys.records(account_id, "ROLE"), low="0", high="~")
    return [ROLE.codec.from_item(item) for item in reads.items_in(listed)]


def names_of(account_id: AccountId, user_ids: Iterable[Id]) -> Mapping[Id, Sequence[str]]:
    """The names of the roles that each of these users has, in alphabetical order."""
    found = sorted(everything(account_id), key=lambda role: fold_name(role.name))
    return {user_id: [role.name for role in found if user_id in role.user_ids] for user_id in user_ids}


def spelled(account_id: AccountId, names: Collection[str] | None) -> Sequence[str]:
    """How the roles of these names are written, in alphabetical order, without those that are not there."""
    wanted = {fold_name(name) for name in names or ()}
    found = sorted(everything(account_id), key=lambda role: fold_name(role.name)) if wanted else []
    return [role.name for role in found if fold_name(role.name) in wanted]


def given(account_id: AccountId, user_id: Id, names: Collection[str] | None, now: Timestamp) -> list[Write]:
    """The writes by which a user has the roles of these names and no others; none where `names` is None.

    Refused with StaleError when a role changed since it was read, or a user was removed.

    Raises:
        NoSuchRoleError: there is no role of such a name.
    """
    if names is None:
        return []
    changes = _changes(account_id)
    found = everything(account_id)
    wanted = {fold_name(name): name for name in names}
    missing = wanted.keys() - {fold_name(role.name) for role in found}
    if missing:
        raise NoSuchRoleError(wanted[min(missing)])
    return _moved(account_id, user_id, {role: fold_name(role.name) in wanted for role in found}, changes, now)


def without(account_id: AccountId, user_id: Id, now: Timestamp) -> list[Write]:
    """The writes by which a user who is being removed has no role; refused with StaleError as those of `given`."""
    changes = _changes(account_id)
    has_none = dict.fromkeys(everything(account_id), False)
    return _moved(account_id, user_id, has_none, changes, now) or [_changed(account_id, changes)]


def _moved(
    account_id: AccountId, user_id: Id, has_role: Mapping[BusinessRole, bool], changes: int, now: Timestamp
) -> list[Write]:
    writes: list[Write] = []
    for before, has in has_role.items():
        if has != (user_id in before.user_ids):
            user_ids = before.user_ids ^ {user_id}
            updated_at = max(now, before.updated_at)
            after = replace(before, user_ids=user_ids, updated_at=updated_at, version=before.version + 1)
            writes += ROLE.writes_to_change(account_id, before, after)
    return [*writes, _changed(account_id, changes)] if writes else []


def _require_users(account_id: AccountId, user_ids: Collection[Id]) -> None:
    missing = set(user_ids) - USER.get_many(account_id, user_ids).keys()
    if missing:
        raise NoSuchUserError(missing)


def _changes(account_id: AccountId) -> int:
    """How often roles were changed, and users removed."""
    return reads.counts(keys.role_changes(account_id), "changes")[0]


def _changed(account_id: AccountId, known: int) -> Write:
    return count_on(keys.role_changes(account_id), "changes", 1, known)
