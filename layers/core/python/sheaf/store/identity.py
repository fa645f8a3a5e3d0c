"""store: accounts, users and access tokens. Access patterns I1 to I13 of docs/data-model.md."""

from base64 import b64decode, b64encode
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from hmac import compare_digest

from sheaf.domain.errors import InvalidError, NameTakenError, NotFoundError
from sheaf.domain.identity import Account, AccountId, Caller, Right, Role, Token, User, fold_person
from sheaf.domain.values import Id, Timestamp, fold_name
from sheaf.store import keys, reads, sequence
from sheaf.store.items import read_text, text
from sheaf.store.keys import Key
from sheaf.store.reads import KeyRange
from sheaf.store.writes import Item, StaleError, Write, commit, delete_if, put_new, retried, update


def caller_of(digest: str, now: Timestamp) -> Caller | None:
    """Whom a token's SHA-256 lets in at this moment (I1), or None; two reads.

    None also covers a token whose user was archived: the door is shut for all the same reasons from outside.
    """
    item = reads.item(keys.token(digest))
    if item is None:
        return None
    token = _token_from_item(item)
    if not compare_digest(token.digest, digest) or not token.is_valid(now):
        return None
    account_id = AccountId(int(item["account_id"]["N"]))
    account_key, user_key = keys.account(account_id), keys.record(account_id, "USER", token.user_id)
    found = reads.items([account_key, user_key])
    account, user = (found.get((key["pk"]["S"], key["sk"]["S"])) for key in (account_key, user_key))
    if account is None or user is None or not user["is_active"]["BOOL"]:
        return None
    return Caller(_account_from_item(account), _user_from_item(user))


def get_account(account_id: AccountId) -> Account:
    """One account (I2).

    Raises:
        NotFoundError: this deployment has no such account.
    """
    item = reads.item(keys.account(account_id))
    if item is None:
        raise NotFoundError(f"account {account_id} does not exist")
    return _account_from_item(item)


def create_account(name: str, paging_key: bytes, now: Timestamp, account_id: AccountId | None = None) -> Account:
    """A new account without users (I3), under the given number or the next free one.

    Raises:
        InvalidError: the number is taken.
    """
    if account_id is None:
        account_id = sequence.next_account_id()
    else:
        sequence.pass_account_id(account_id)
    account = Account(account_id, name, paging_key, now)
    item: Item = {
        **keys.account(account.id),
        "id": {"N": str(account.id)},
        "name": {"S": account.name},
        "paging_key": {"S": b64encode(account.paging_key).decode()},
        "created_at": {"S": account.created_at},
    }
    commit([put_new(item, InvalidError(f"account {account.id} already exists"))])
    return account


def add_user(account_id: AccountId, user: User) -> User:
    """A new user (I4) under the next id; the id that `user` brings does not count.

    Raises:
        NotFoundError: no such account. InvalidError: the email address is taken in this account.
    """
    get_account(account_id)
    user = replace(user, id=sequence.next_id(account_id, "USER"))
    added = put_new(_user_to_item(account_id, user), StaleError())
    commit([added, *_claimed_email(account_id, user)])
    return user


def find_people(account_id: AccountId, names: Collection[str]) -> Mapping[str, Sequence[User]]:
    """Who is called so (I11), archived ones included, by names as `fold_person` makes them."""
    found: dict[str, list[User]] = {name: [] for name in names}
    for user in users(account_id) if names else ():
        called = found.get(fold_person(user.first_name, user.last_name))
        if called is not None:
            called.append(user)
    return found


def create_person(account_id: AccountId, first_name: str, last_name: str, now: Timestamp) -> User:
    """A new member without an email address (I12), somebody whose time is imported.

    Raises:
        NameTakenError: just now another import has made somebody of that name.
    """
    new_id = sequence.next_id(account_id, "USER")
    user = User(new_id, first_name, last_name, None, Role.MEMBER, frozenset(), frozenset(), True, now, now)
    claim: Item = {
        **keys.person_name(account_id, fold_person(first_name, last_name)),
        "user_id": {"N": str(user.id)},
    }
    commit([put_new(claim, NameTakenError()), put_new(_user_to_item(account_id, user), StaleError())])
    return user


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
        before = _user_from_item(item)
        if before.email == email:
            return before
        after = replace(before, email=email, updated_at=max(now, before.updated_at))
        values: Item = {
            ":email": text(email),
            ":now": text(after.updated_at),
            ":one": {"N": "1"},
            ":as_read": item["version"],
        }
        expression = "SET email = :email, updated_at = :now ADD version :one"
        writes = [update(key, expression, values, condition="version = :as_read")]
        if before.email is None or fold_name(before.email) != fold_name(email):
            writes += [*_freed_email(account_id, before), *_claimed_email(account_id, after)]
        commit(writes)
        return after

    return retried(decide)


def user_by_email(account_id: AccountId, email: str) -> User:
    """The user with this email address in whatever case (I5).

    Raises:
        NotFoundError: the account has none.
    """
    claim = reads.item(keys.user_email(account_id, fold_name(email)))
    item = claim and reads.item(keys.record(account_id, "USER", Id(int(claim["user_id"]["N"]))))
    if not item:
        raise NotFoundError(f"account {account_id} has no user with the email {email}")
    return _user_from_item(item)


def users(account_id: AccountId) -> Iterator[User]:
    """All users of an account, the newest first, archived ones included (I8)."""
    return map(_user_from_item, _all(account_id, "USER"))


def archive_user(account_id: AccountId, email: str, now: Timestamp) -> User:
    """Shut the door on a user (I9); their tokens open nothing from then on, as after `revoke_token`.

    The record and the claim on the email address stay. A user who is archived already is returned as they are.

    Raises:
        NotFoundError: the account has no user with this email address.
    """
    user = user_by_email(account_id, email)
    if not user.is_active:
        return user
    archived = replace(user, is_active=False, updated_at=max(now, user.updated_at))
    values: Item = {":no": {"BOOL": False}, ":now": {"S": archived.updated_at}, ":one": {"N": "1"}}
    expression = "SET is_active = :no, updated_at = :now ADD version :one"
    missing = NotFoundError(f"account {account_id} has no user with the email {email}")
    key = keys.record(account_id, "USER", user.id)
    commit([update(key, expression, values, condition="attribute_exists(pk)", refusal=missing)])
    return archived


def users_by_id(account_id: AccountId, user_ids: Collection[Id]) -> dict[Id, User]:
    """Many users by their ids, archived ones included (I10)."""
    return users_among(account_id, reads.items(user_keys(account_id, user_ids)))


def user_keys(account_id: AccountId, user_ids: Iterable[Id]) -> list[Key]:
    """Where these users lie: for whoever reads other records in the same call, and picks them with `users_among`."""
    return [keys.record(account_id, "USER", user_id) for user_id in user_ids]


def users_among(account_id: AccountId, found: Mapping[tuple[str, str], Item]) -> dict[Id, User]:
    """The users by their ids, among items of whatever kinds."""
    pk = keys.records(account_id, "USER")
    users = (_user_from_item(item) for (partition, _), item in found.items() if partition == pk)
    return {user.id: user for user in users}


def issue_token(account_id: AccountId, token: Token) -> Token:
    """Keep the digest of a token that was just made (I6), under the next id; the id that `token` brings does not count.

    It is kept twice: once to be found by its digest, once in the account's list.

    Raises:
        InvalidError: this very token was issued before.
    """
    token = replace(token, id=sequence.next_id(account_id, "TOKEN"))
    known = InvalidError("this token was issued before")
    item = _token_to_item(account_id, token)
    listed = {**item, **keys.record(account_id, "TOKEN", token.id)}
    commit([put_new({**item, **keys.token(token.digest)}, known), put_new(listed, known)])
    return token


def tokens(account_id: AccountId) -> Iterator[Token]:
    """All tokens of an account, the newest first, expired and revoked ones included (I7)."""
    return map(_token_from_item, _all(account_id, "TOKEN"))


def revoke_token(account_id: AccountId, token_id: Id, now: Timestamp) -> Token:
    """Shut the door that a token opened (I7); an environment that has just used it may remember it for 60 s.

    Raises:
        NotFoundError: the account has no such token.
    """
    missing = NotFoundError(f"account {account_id} has no token {token_id}")
    listed = keys.record(account_id, "TOKEN", token_id)
    item = reads.item(listed)
    if item is None:
        raise missing
    token = _token_from_item(item)
    commit([_revoke(key, now, missing) for key in (keys.token(token.digest), listed)])
    return replace(token, revoked_at=token.revoked_at or now)


def _claimed_email(account_id: AccountId, user: User) -> Iterator[Write]:
    if user.email is not None:
        taken = InvalidError(f"a user with the email {user.email} already exists in account {account_id}")
        claim = keys.user_email(account_id, fold_name(user.email))
        yield put_new({**claim, "user_id": {"N": str(user.id)}}, taken)


def _freed_email(account_id: AccountId, user: User) -> Iterator[Write]:
    if user.email is not None:
        mine: Item = {":user_id": {"N": str(user.id)}}
        key = keys.user_email(account_id, fold_name(user.email))
        yield delete_if(key, "user_id = :user_id", mine, StaleError())


def _all(account_id: AccountId, kind: keys.Kind) -> Iterator[Item]:
    return reads.items_in(KeyRange(keys.records(account_id, kind), low="0", high="~"))


def _revoke(key: keys.Key, now: Timestamp, missing: NotFoundError) -> Write:
    expression = "SET revoked_at = if_not_exists(revoked_at, :now)"
    return update(key, expression, {":now": {"S": now}}, condition="attribute_exists(pk)", refusal=missing)


def _account_from_item(item: Item) -> Account:
    return Account(
        id=AccountId(int(item["id"]["N"])),
        name=item["name"]["S"],
        paging_key=b64decode(item["paging_key"]["S"]),
        created_at=Timestamp(item["created_at"]["S"]),
    )


def _user_to_item(account_id: AccountId, user: User) -> Item:
    item: Item = {
        **keys.record(account_id, "USER", user.id),
        "id": {"N": str(user.id)},
        "first_name": {"S": user.first_name},
        "last_name": {"S": user.last_name},
        "email": text(user.email),
        "role": {"S": user.role},
        "rights": {"L": [{"S": right} for right in sorted(user.rights)]},
        "is_active": {"BOOL": user.is_active},
        "created_at": {"S": user.created_at},
        "updated_at": {"S": user.updated_at},
        "version": {"N": "1"},
    }
    if user.managed_projects:  # DynamoDB keeps no empty sets
        item["managed_projects"] = {"NS": [str(project) for project in sorted(user.managed_projects)]}
    return item


def _user_from_item(item: Item) -> User:
    return User(
        id=Id(int(item["id"]["N"])),
        first_name=item["first_name"]["S"],
        last_name=item["last_name"]["S"],
        email=read_text(item["email"]),
        role=Role(item["role"]["S"]),
        rights=frozenset(Right(right["S"]) for right in item["rights"]["L"]),
        managed_projects=frozenset(Id(int(project)) for project in item.get("managed_projects", {"NS": []})["NS"]),
        is_active=item["is_active"]["BOOL"],
        created_at=Timestamp(item["created_at"]["S"]),
        updated_at=Timestamp(item["updated_at"]["S"]),
    )


def _token_to_item(account_id: AccountId, token: Token) -> Item:
    item: Item = {
        "account_id": {"N": str(account_id)},
        "id": {"N": str(token.id)},
        "digest": {"S": token.digest},
        "user_id": {"N": str(token.user_id)},
        "label": {"S": token.label},
        "created_at": {"S": token.created_at},
        "version": {"N": "1"},
    }
    if token.expires_at is not None:
        item["expires_at"] = {"S": token.expires_at}
    return item


def _token_from_item(item: Item) -> Token:
    expires_at, revoked_at = (item.get(name) for name in ("expires_at", "revoked_at"))
    return Token(
        id=Id(int(item["id"]["N"])),
        digest=item["digest"]["S"],
        user_id=Id(int(item["user_id"]["N"])),
        label=item["label"]["S"],
        created_at=Timestamp(item["created_at"]["S"]),
        expires_at=Timestamp(expires_at["S"]) if expires_at else None,
        revoked_at=Timestamp(revoked_at["S"]) if revoked_at else None,
    )
