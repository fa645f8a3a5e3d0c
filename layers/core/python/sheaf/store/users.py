"""store: users. Access patterns I4, I5 and I8 to I14 of docs/data-model.md.

Beside the record stand the claims on what is unique to a user, and an account counts who can administer it.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace

from sheaf.domain.errors import NameTakenError, NotFoundError
from sheaf.domain.idempotency import Keep, keep_nothing
from sheaf.domain.identity import AccountId, Role, User, fold_person
from sheaf.domain.imports.rows import Person
from sheaf.domain.paging import Filter, Page, PageRequest
from sheaf.domain.user import (
    EmailTakenError,
    LastAdministratorError,
    LastAdministratorNotRemovableError,
    UserHasTimeError,
)
from sheaf.domain.values import Id, Timestamp, fold_name
from sheaf.store import answers, keys, reads, roles, sequence, time_guard, user_assignments
from sheaf.store.imports import created
from sheaf.store.items import number, read_id
from sheaf.store.keys import Key
from sheaf.store.lists import Listing, page_of
from sheaf.store.mappers.user import USER
from sheaf.store.reads import KeyRange
from sheaf.store.resumable import operations, removal, resume
from sheaf.store.resumable.operations import ResumableOperation
from sheaf.store.time_guard import TimeCount
from sheaf.store.transactions import StaleError, Write, accept, commit, retried
from sheaf.store.writes import count, delete_if, put_new, with_condition


def get(account_id: AccountId, user_id: Id) -> User:
    """One user (I4). Raises NotFoundError."""
    return USER.get(account_id, user_id)


def page(account_id: AccountId, wanted: Filter, request: PageRequest) -> Page[User]:
    """One page of the account's users, newest first (I8)."""
    listing = Listing(keys.records(account_id, "USER"), keys.totals(account_id, "USER"))
    return page_of(listing.source(wanted), request).map(USER.codec.from_item)


def create(
    account_id: AccountId,
    user: User,
    role_names: Collection[str] | None = None,
    *,
    keep: Keep[User] = keep_nothing,
) -> User:
    """A new user (I4) under the next id; the id that `user` brings does not count. They get the roles of these names.

    Raises:
        EmailTakenError, NoSuchRoleError, AnsweredError, BusyError.
    """

    def decide() -> User:
        added = replace(user, id=sequence.next_id(account_id, "USER"))
        with_roles = roles.given(account_id, added.id, role_names, user.created_at)
        commit([*answers.kept(account_id, keep(added)), *_added(account_id, added), *with_roles])
        return added

    return retried(decide)


def _added(account_id: AccountId, user: User) -> list[Write]:
    return [
        *USER.writes_to_add(account_id, user),
        *_claimed_anew(account_id, None, user),
        *_administrators(account_id, None, user),
        *_future_access(account_id, None, user),
    ]


def get_by_names(account_id: AccountId, names: Collection[str]) -> Mapping[str, Sequence[User]]:
    """Who is called so (I11), archived ones included, by names as `fold_person` makes them."""
    found: dict[str, list[User]] = {name: [] for name in names}
    for user in everyone(account_id) if names else ():
        called = found.get(fold_person(user.first_name, user.last_name))
        if called is not None:
            called.append(user)
    return found


def create_imported(account_id: AccountId, import_id: Id, person: Person, now: Timestamp) -> User:
    """A new member whose time is imported (I12); that this import made them is noted with it (see `created`).

    Raises:
        NameTakenError: just now another import has made somebody of that name, or with that address.
    """
    new_id = sequence.next_id(account_id, "USER")
    user = User(
        id=new_id,
        first_name=person.first_name,
        last_name=person.last_name,
        email=person.email,
        role=Role.MEMBER,
        rights=frozenset(),
        managed_projects=frozenset(),
        is_active=True,
        created_at=now,
        updated_at=now,
        import_id=import_id,
        has_claimed_name=person.email is None,
    )
    try:
        commit([*_added(account_id, user), created.alone(account_id, import_id, "USER", user.id, now)])
    except EmailTakenError:
        raise NameTakenError from None
    return user


def update(
    account_id: AccountId,
    user_id: Id,
    change: Callable[[User], User],
    with_roles: Callable[[], list[Write]] = list,
) -> User:
    """The user after `change` (I9), which may be called again, with what `roles.given` writes in the same transaction.

    Raises:
        NotFoundError, EmailTakenError, LastAdministratorError, NoSuchRoleError, BusyError.
    """

    def decide() -> User:
        before = get(account_id, user_id)
        after = change(before)
        writes = with_roles()
        if after is not before:
            if _called(before) != _called(after):
                after = replace(after, has_claimed_name=False)
            writes += [
                *USER.writes_to_change(account_id, before, after),
                *_claimed_anew(account_id, before, after),
                *_administrators(account_id, before, after),
                *_future_access(account_id, before, after),
            ]
        if writes:
            commit(writes)
        return after

    return retried(decide)


def delete(account_id: AccountId, user_id: Id, now: Timestamp, check: Callable[[User], object] = accept) -> User:
    """Remove a user without time, with their assignments (I14), and return them as they were.

    Raises:
        NotFoundError, UserHasTimeError, LastAdministratorNotRemovableError, BusyError, and whatever `check` raises.
    """

    def decide() -> tuple[User, ResumableOperation | None]:
        begun = operations.begun_count(account_id)
        resume.finish_pending(account_id)
        user, time = get(account_id, user_id), time_guard.time_of(account_id, "USER", user_id)
        check(user)
        if time.total:
            raise UserHasTimeError
        assigned = user_assignments.counts(account_id, "USER", user_id)
        unassigned = user_assignments.uncounted(account_id, "USER", user_id, assigned)
        record = [*removed(account_id, user, time, now), *unassigned]
        return user, removal.remove_user(account_id, user_id, record, now, begun)

    user, operation = retried(decide)
    if operation is not None:
        resume.resume(account_id, operation)
    return user


def removed(account_id: AccountId, user: User, known: TimeCount, now: Timestamp) -> list[Write]:
    """The writes that remove a user, but not their assignments; StaleError when they or their time changed meanwhile.

    Refused with LastAdministratorNotRemovableError.
    """
    return [
        *USER.writes_to_remove(account_id, user),
        *_claimed_anew(account_id, user, None),
        *_administrators(account_id, user, None),
        *_future_access(account_id, user, None),
        *time_guard.remove_count(account_id, "USER", user.id, known, now),
        *roles.without(account_id, user.id, now),
    ]


def get_by_email(account_id: AccountId, email: str) -> User:
    """The user with this email address in whatever case (I5).

    Raises:
        NotFoundError: the account has none.
    """
    claim = reads.item(keys.user_email(account_id, fold_name(email)))
    item = claim and reads.item(keys.record(account_id, "USER", read_id(claim["user_id"])))
    if not item:
        raise NotFoundError(f"account {account_id} has no user with the email {email}")
    return USER.codec.from_item(item)


def get_by_emails(account_id: AccountId, emails: Collection[str]) -> dict[str, User]:
    """Who has these email addresses (I13), by the addresses as `fold_name` makes them; without those nobody has."""
    wanted = {keys.key_pair(keys.user_email(account_id, email)): email for email in emails}
    claims = reads.items([keys.user_email(account_id, email) for email in emails])
    owners = {wanted[key_pair]: read_id(claim["user_id"]) for key_pair, claim in claims.items()}
    found = get_many(account_id, owners.values())
    return {email: found[user_id] for email, user_id in owners.items() if user_id in found}


def everyone(account_id: AccountId) -> Iterator[User]:
    """All users of an account, the newest first, archived ones included (I8)."""
    return map(USER.codec.from_item, reads.items_in(KeyRange(keys.records(account_id, "USER"), low="0", high="~")))


def get_many(account_id: AccountId, user_ids: Collection[Id]) -> dict[Id, User]:
    """Many users by their ids, archived ones included (I10)."""
    return USER.get_many(account_id, user_ids)


def _called(user: User) -> str:
    return fold_person(user.first_name, user.last_name)


def _claims(account_id: AccountId, user: User | None) -> Iterator[tuple[Key, Exception]]:
    """What is unique to a user, and the error when somebody else has it."""
    if user and user.email is not None:
        yield keys.user_email(account_id, fold_name(user.email)), EmailTakenError()
    if user and user.has_claimed_name:
        yield keys.person_name(account_id, _called(user)), NameTakenError()


def _claimed_anew(account_id: AccountId, before: User | None, after: User | None) -> Iterator[Write]:
    """The writes that free what a user was unique by, and claim what they are unique by now."""
    old, new = ({keys.key_pair(claim[0]): claim for claim in _claims(account_id, user)} for user in (before, after))
    for place, (key, taken) in new.items():
        if after and place not in old:
            yield put_new({**key, "user_id": number(after.id)}, taken)
    for place, (key, _) in old.items():
        if before and place not in new:
            yield delete_if(key, "user_id = :user_id", {":user_id": number(before.id)}, StaleError())


def _future_access(account_id: AccountId, before: User | None, after: User | None) -> Iterator[Write]:
    """That a user gets every new project, where that changes."""
    was, will_be = (
        user is not None and user.is_active and user.has_access_to_all_future_projects for user in (before, after)
    )
    of = after or before
    if of is not None and was != will_be:
        key = keys.future_user(account_id, of.id)
        yield put_new({**key}, StaleError()) if will_be else delete_if(key, "attribute_exists(pk)", {}, StaleError())


def _administrators(account_id: AccountId, before: User | None, after: User | None) -> Iterator[Write]:
    """The count of those who can administer the account, where it changes: two who leave meet here."""
    was, will_be = (user is not None and user.is_administering for user in (before, after))
    if was == will_be:
        return
    key = keys.administrators(account_id)
    if will_be:
        yield count(key, {"administrators": 1})
    else:
        another_stays = count(key, {"administrators": -1})
        alone = LastAdministratorError() if after else LastAdministratorNotRemovableError()
        yield with_condition(another_stays, "administrators > :one", {":one": number(1)}, alone)
