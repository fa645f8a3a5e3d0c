"""store: users. Access patterns I4, I5 and I8 to I14 of docs/data-model.md."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from sheaf.domain.errors import InvalidError, NameTakenError, NotFoundError
from sheaf.domain.identity import AccountId, Role, User, fold_person
from sheaf.domain.imports.rows import Person
from sheaf.domain.values import Id, Timestamp, fold_name
from sheaf.store import accounts, keys, reads, sequence
from sheaf.store.codec import Codec
from sheaf.store.imports import created
from sheaf.store.items import Item, flag, number, read_id, text
from sheaf.store.keys import Key
from sheaf.store.reads import KeyRange
from sheaf.store.transactions import StaleError, Write, commit, retried
from sheaf.store.writes import delete_if, put_new, update

CODEC = Codec(User, sparse={"managed_projects", "import_id"})


def create(account_id: AccountId, user: User) -> User:
    """A new user (I4) under the next id; the id that `user` brings does not count.

    Raises:
        NotFoundError: no such account. InvalidError: the email address is taken in this account.
    """
    accounts.get(account_id)
    user = replace(user, id=sequence.next_id(account_id, "USER"))
    added = put_new(to_item(account_id, user), StaleError())
    commit([added, *_claimed_email(account_id, user)])
    return user


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
    )
    claim = {**_claim_of_imported(account_id, user), "user_id": number(user.id)}
    commit(
        [
            put_new(claim, NameTakenError()),
            put_new(to_item(account_id, user), StaleError()),
            created.alone(account_id, import_id, "USER", user.id, now),
        ]
    )
    return user


def writes_to_remove_imported(account_id: AccountId, user: User) -> list[Write]:
    """Without a user whom an import made and nobody has changed since; StaleError otherwise."""
    unchanged, mine = {":first": number(1)}, {":user_id": number(user.id)}
    return [
        delete_if(keys.record(account_id, "USER", user.id), "version = :first", unchanged, StaleError()),
        delete_if(_claim_of_imported(account_id, user), "user_id = :user_id", mine, StaleError()),
    ]


def set_email(account_id: AccountId, user_id: Id, email: str, now: Timestamp) -> User:
    """Give a user an email address (I13), with which they can have tokens; one that they had is free then.

    Raises:
        NotFoundError: the account has no such user. InvalidError: the email address is taken in this account.
    """

    def decide() -> User:
        key = keys.record(account_id, "USER", user_id)
        item = reads.item(key)
        if item is None:
            raise NotFoundError(f"account {account_id} has no user {user_id}")
        before = CODEC.from_item(item)
        if before.email == email:
            return before
        after = replace(before, email=email, updated_at=max(now, before.updated_at), version=before.version + 1)
        values: Item = {
            ":email": text(email),
            ":now": text(after.updated_at),
            ":one": number(1),
            ":as_read": item["version"],
        }
        expression = "SET email = :email, updated_at = :now ADD version :one"
        writes = [update(key, expression, values, condition="version = :as_read")]
        if before.email is None or fold_name(before.email) != fold_name(email):
            writes += [*_freed_email(account_id, before), *_claimed_email(account_id, after)]
        commit(writes)
        return after

    return retried(decide)


def get_by_email(account_id: AccountId, email: str) -> User:
    """The user with this email address in whatever case (I5).

    Raises:
        NotFoundError: the account has none.
    """
    claim = reads.item(keys.user_email(account_id, fold_name(email)))
    item = claim and reads.item(keys.record(account_id, "USER", read_id(claim["user_id"])))
    if not item:
        raise NotFoundError(f"account {account_id} has no user with the email {email}")
    return CODEC.from_item(item)


def get_by_emails(account_id: AccountId, emails: Collection[str]) -> dict[str, User]:
    """Who has these email addresses (I14), by the addresses as `fold_name` makes them; without those nobody has."""
    wanted = {keys.key_pair(keys.user_email(account_id, email)): email for email in emails}
    claims = reads.items([keys.user_email(account_id, email) for email in emails])
    owners = {wanted[key_pair]: read_id(claim["user_id"]) for key_pair, claim in claims.items()}
    found = get_many(account_id, owners.values())
    return {email: found[user_id] for email, user_id in owners.items() if user_id in found}


def everyone(account_id: AccountId) -> Iterator[User]:
    """All users of an account, the newest first, archived ones included (I8)."""
    return map(CODEC.from_item, reads.items_in(KeyRange(keys.records(account_id, "USER"), low="0", high="~")))


def archive(account_id: AccountId, email: str, now: Timestamp) -> User:
    """Archive a user (I9): their tokens are invalid from then on, as after `tokens.revoke`.

    The record and the claim on the email address stay. A user who is archived already is returned as they are.

    Raises:
        NotFoundError: the account has no user with this email address.
    """
    user = get_by_email(account_id, email)
    if not user.is_active:
        return user
    archived = replace(user, is_active=False, updated_at=max(now, user.updated_at), version=user.version + 1)
    values: Item = {":no": flag(False), ":now": text(archived.updated_at), ":one": number(1)}
    expression = "SET is_active = :no, updated_at = :now ADD version :one"
    missing = NotFoundError(f"account {account_id} has no user with the email {email}")
    key = keys.record(account_id, "USER", user.id)
    commit([update(key, expression, values, condition="attribute_exists(pk)", refusal=missing)])
    return archived


def get_many(account_id: AccountId, user_ids: Collection[Id]) -> dict[Id, User]:
    """Many users by their ids, archived ones included (I10)."""
    return pick(account_id, reads.items(keys_of(account_id, user_ids)))


def keys_of(account_id: AccountId, user_ids: Iterable[Id]) -> list[Key]:
    """Where these users lie: for whoever reads other records in the same call, and picks them with `pick`."""
    return [keys.record(account_id, "USER", user_id) for user_id in user_ids]


def pick(account_id: AccountId, found: Mapping[tuple[str, str], Item]) -> dict[Id, User]:
    """The users by their ids, among items of whatever kinds."""
    pk = keys.records(account_id, "USER")
    users = (CODEC.from_item(item) for (partition, _), item in found.items() if partition == pk)
    return {user.id: user for user in users}


def _claim_of_imported(account_id: AccountId, user: User) -> Key:
    """What is unique to somebody whom an import made: the email address, or the name where the file has none."""
    if user.email is not None:
        return keys.user_email(account_id, fold_name(user.email))
    return keys.person_name(account_id, fold_person(user.first_name, user.last_name))


def _claimed_email(account_id: AccountId, user: User) -> Iterator[Write]:
    if user.email is not None:
        taken = InvalidError(f"a user with the email {user.email} already exists in account {account_id}")
        claim = keys.user_email(account_id, fold_name(user.email))
        yield put_new({**claim, "user_id": number(user.id)}, taken)


def _freed_email(account_id: AccountId, user: User) -> Iterator[Write]:
    if user.email is not None:
        mine: Item = {":user_id": number(user.id)}
        key = keys.user_email(account_id, fold_name(user.email))
        yield delete_if(key, "user_id = :user_id", mine, StaleError())


def to_item(account_id: AccountId, user: User) -> Item:
    """The item of a new user."""
    return {**keys.record(account_id, "USER", user.id), **CODEC.to_item(user)}
