"""Accounts, users and tokens in the table, and whom a token authenticates."""

import json
import secrets
from dataclasses import replace

import pytest

from sheaf.domain.errors import InvalidError, NameTakenError, NotFoundError
from sheaf.domain.identity import Account, AccountId, Caller, Right, Role, Token, User, fold_person
from sheaf.domain.imports.rows import Person
from sheaf.domain.values import Id, Timestamp
from sheaf.http.identity import token_digest
from sheaf.store import accounts, keys, tokens, users
from tests.store.faults import CrashError, crashing, recorded
from tests.support import people
from tests.support.table import is_sequence, place, row, rows

BEFORE, NOW, LATER = (Timestamp(f"2026-03-01T0{hour}:00:00Z") for hour in (7, 8, 9))
PAGING_KEY = bytes(range(32))
MANAGER = User(
    Id(0),
    "Ada",
    "Åström",
    "Ada@Example.com",
    Role.MANAGER,
    frozenset({Right.PROJECT_CREATOR, Right.CLIENT_AND_TASK_MANAGER}),
    frozenset({Id(3), Id(2**53 - 1)}),
    True,
    BEFORE,
    NOW,
)


def _account(number: int = 1) -> Account:
    return accounts.create("Demo", PAGING_KEY, NOW, AccountId(number))


def _token(plain: str, user: User, expires_at: Timestamp | None = None) -> Token:
    return Token(Id(0), token_digest(plain), user.id, "laptop", NOW, expires_at, None)


@pytest.fixture
def account(table: str) -> Account:
    return _account()


@pytest.fixture
def user(account: Account) -> User:
    return users.create(account.id, MANAGER)


# ------------------------------------------------------------ accounts


def test_an_account_comes_back_as_it_was_made(table: str) -> None:
    made = _account(7)
    assert made == Account(AccountId(7), "Demo", PAGING_KEY, NOW)
    assert accounts.get(AccountId(7)) == made


def test_an_account_that_is_not_there_is_not_found(account: Account) -> None:
    with pytest.raises(NotFoundError, match=r"^account 2 does not exist$"):
        accounts.get(AccountId(2))


def test_a_number_belongs_to_one_account(account: Account) -> None:
    before = rows()
    with pytest.raises(InvalidError, match=r"^account 1 already exists$"):
        accounts.create("Other", PAGING_KEY, NOW, AccountId(1))
    assert rows() == before


def test_an_account_without_a_chosen_number_takes_the_next_that_is_free(table: str) -> None:
    given = [accounts.create("Demo", PAGING_KEY, NOW).id]
    _account(5)
    _account(3)
    given += [accounts.create("Demo", PAGING_KEY, NOW).id for _ in range(2)]
    assert given == [1, 6, 7]


# ------------------------------------------------------------ users


def test_a_user_comes_back_as_they_were_added_under_the_next_id(account: Account) -> None:
    added = users.create(account.id, replace(MANAGER, id=Id(99)))
    assert added == replace(MANAGER, id=Id(1))
    assert users.get_by_email(account.id, "Ada@Example.com") == added


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.MEMBER])
def test_a_user_may_have_no_rights_and_no_projects(account: Account, role: Role) -> None:
    plain = replace(MANAGER, role=role, rights=frozenset(), managed_projects=frozenset())
    users.create(account.id, plain)
    assert users.get_by_email(account.id, str(plain.email)) == replace(plain, id=Id(1))


@pytest.mark.parametrize("email", ["Ada@Example.com", "ada@example.com", "ADA@EXAMPLE.COM"])
def test_an_email_address_belongs_to_one_user_of_an_account_in_whatever_case(user: User, email: str) -> None:
    before = rows(without=is_sequence)
    with pytest.raises(InvalidError, match=r"^Email has already been taken$"):
        users.create(AccountId(1), replace(MANAGER, email=email))
    assert rows(without=is_sequence) == before
    assert users.get_by_email(AccountId(1), email) == user


def test_an_email_address_may_be_in_two_accounts(user: User) -> None:
    other = users.create(_account(2).id, MANAGER)
    assert users.get_by_email(AccountId(2), str(MANAGER.email)) == other


@pytest.mark.parametrize(("account_id", "email"), [(1, "bob@example.com"), (1, ""), (2, "ada@example.com")])
def test_an_email_address_that_nobody_has_is_not_found(user: User, account_id: int, email: str) -> None:
    with pytest.raises(NotFoundError):
        users.get_by_email(AccountId(account_id), email)


def test_users_are_listed_newest_first(user: User) -> None:
    other = users.create(AccountId(1), replace(MANAGER, email="bob@example.com"))
    users.create(_account(2).id, MANAGER)
    assert list(users.everyone(AccountId(1))) == [other, user]


@pytest.mark.parametrize(("now", "updated_at"), [(LATER, LATER), (BEFORE, NOW)])
def test_an_archived_user_keeps_everything_but_their_access(user: User, now: Timestamp, updated_at: Timestamp) -> None:
    archived = people.archive(AccountId(1), user.id, now)
    assert archived == replace(user, is_active=False, updated_at=updated_at, version=2, archived_at=updated_at)
    assert users.get_by_email(AccountId(1), str(user.email)) == archived
    assert (row(keys.record(AccountId(1), "USER", user.id)) or {})["version"] == {"N": "2"}


def test_an_archived_user_is_archived_once(user: User) -> None:
    first = people.archive(AccountId(1), user.id, LATER)
    with recorded() as calls:
        assert people.archive(AccountId(1), user.id, Timestamp("2027-01-01T00:00:00Z")) == first
    assert {call.operation for call in calls} == {"GetItem"}


# ------------------------------------------------------------ people whose time is imported


def test_a_person_is_a_member_without_an_email_address(user: User) -> None:
    person = users.create_imported(AccountId(1), Id(1), Person(None, "Ida", "Ömer"), NOW)
    assert person == User(
        Id(2),
        "Ida",
        "Ömer",
        None,
        Role.MEMBER,
        frozenset(),
        frozenset(),
        is_active=True,
        created_at=NOW,
        updated_at=NOW,
        import_id=Id(1),
        has_claimed_name=True,
    )
    assert list(users.everyone(AccountId(1))) == [person, user]


def test_two_imports_make_one_person_of_a_name(user: User) -> None:
    users.create_imported(AccountId(1), Id(1), Person(None, "Ida", "Ömer"), NOW)
    before = rows(without=is_sequence)
    with pytest.raises(NameTakenError):
        users.create_imported(AccountId(1), Id(1), Person(None, "", "IDA  O\u0308MER "), NOW)
    assert rows(without=is_sequence) == before
    users.create_imported(AccountId(2), Id(1), Person(None, "Ida", "Ömer"), NOW)


def test_people_are_found_by_name_in_whatever_case_and_state(user: User) -> None:
    twin = users.create(AccountId(1), replace(MANAGER, email="b@example.com", first_name="ADA", is_active=False))
    person = users.create_imported(AccountId(1), Id(1), Person(None, "Ida Maria", ""), NOW)
    names = [fold_person(*name) for name in (("ada", "åström"), ("Ida", "Maria"), ("Ada", ""), ("", ""))]
    assert users.get_by_names(AccountId(1), names) == dict(zip(names, ([twin, user], [person], [], []), strict=True))


def test_looking_for_nobody_reads_nothing(user: User) -> None:
    with recorded() as calls:
        assert users.get_by_names(AccountId(1), []) == {}
    assert calls == []


@pytest.mark.parametrize("email", ["ida@example.com", "Ida@Example.com"])
def test_a_person_can_be_given_an_email_address_once_or_again(account: Account, email: str) -> None:
    person = users.create_imported(account.id, Id(1), Person(None, "Ida", "Ömer"), BEFORE)
    people.set_email(account.id, person.id, "ida@example.com", NOW)
    given = people.set_email(account.id, person.id, email, NOW)
    changes = 1 if email == "ida@example.com" else 2
    assert (
        given
        == replace(person, email=email, updated_at=NOW, version=1 + changes)
        == users.get_by_email(account.id, email)
    )


def test_an_email_address_that_a_user_gives_up_is_free(user: User) -> None:
    people.set_email(AccountId(1), user.id, "new@example.com", NOW)
    with pytest.raises(NotFoundError):
        users.get_by_email(AccountId(1), "ada@example.com")
    assert users.create(AccountId(1), MANAGER).id == 2


def test_an_email_address_that_is_taken_is_given_to_nobody(user: User) -> None:
    person = users.create_imported(AccountId(1), Id(1), Person(None, "Ida", "Ömer"), NOW)
    before = rows()
    with pytest.raises(InvalidError, match=r"^Email has already been taken$"):
        people.set_email(AccountId(1), person.id, "ADA@example.com", NOW)
    with pytest.raises(NotFoundError):
        people.set_email(AccountId(1), Id(7), "free@example.com", NOW)
    assert rows() == before


def test_the_same_email_address_again_writes_nothing(user: User) -> None:
    with recorded() as calls:
        assert people.set_email(AccountId(1), user.id, str(user.email), LATER) == user
    assert [call.operation for call in calls] == ["GetItem"]


# ------------------------------------------------------------ authentication by token


def test_a_token_lets_its_user_in_with_two_reads(account: Account, user: User) -> None:
    tokens.issue(account.id, _token("secret", user))
    with recorded() as calls:
        assert tokens.caller_of(token_digest("secret"), NOW) == Caller(account, user)
    assert [call.operation for call in calls] == ["GetItem", "BatchGetItem"]


@pytest.mark.parametrize("plain", ["", "Secret", "secret ", "secre", token_digest("secret")])
def test_a_token_that_was_never_issued_lets_nobody_in(account: Account, user: User, plain: str) -> None:
    tokens.issue(account.id, _token("secret", user))
    assert tokens.caller_of(token_digest(plain), NOW) is None


@pytest.mark.parametrize(("expires_at", "opens"), [(None, True), (LATER, True), (NOW, False), (BEFORE, False)], ids=str)
def test_a_token_opens_until_it_expires(account: Account, user: User, expires_at: Timestamp, opens: bool) -> None:
    tokens.issue(account.id, _token("secret", user, expires_at))
    assert (tokens.caller_of(token_digest("secret"), NOW) is not None) is opens


def test_a_revoked_token_is_invalid_and_the_others_of_the_user_are_valid(account: Account, user: User) -> None:
    revoked = tokens.issue(account.id, _token("lost", user))
    tokens.issue(account.id, _token("kept", user))
    tokens.revoke(account.id, revoked.id, NOW)
    assert tokens.caller_of(token_digest("lost"), BEFORE) is None
    assert tokens.caller_of(token_digest("kept"), NOW) is not None


def test_the_tokens_of_an_archived_user_are_invalid(account: Account, user: User) -> None:
    tokens.issue(account.id, _token("secret", user))
    people.archive(account.id, user.id, NOW)
    assert tokens.caller_of(token_digest("secret"), NOW) is None


@pytest.mark.parametrize("user_id", [2, 2**53 - 1])
def test_a_token_of_a_user_who_is_not_there_is_invalid(account: Account, user: User, user_id: int) -> None:
    tokens.issue(account.id, _token("secret", replace(user, id=Id(user_id))))
    assert tokens.caller_of(token_digest("secret"), NOW) is None


def test_a_token_of_an_account_that_is_not_there_is_invalid(account: Account, user: User) -> None:
    tokens.issue(AccountId(2), _token("secret", user))
    assert tokens.caller_of(token_digest("secret"), NOW) is None


def test_a_token_is_kept_as_its_digest_alone(account: Account, user: User) -> None:
    plain = secrets.token_urlsafe(32)
    token = tokens.issue(account.id, _token(plain, user))
    tokens.revoke(account.id, token.id, NOW)
    tokens.caller_of(token_digest(plain), NOW)
    everything = json.dumps(list(rows().values()))
    assert plain not in everything
    assert everything.count(token_digest(plain)) == 3  # in its own key, and in both items


# ------------------------------------------------------------ tokens


def test_tokens_are_listed_newest_first_whatever_became_of_them(account: Account, user: User) -> None:
    issued = [
        tokens.issue(account.id, _token(plain, user, expires_at))
        for plain, expires_at in (("a", None), ("b", BEFORE), ("c", LATER))
    ]
    tokens.issue(_account(2).id, _token("d", user))
    revoked = tokens.revoke(account.id, Id(1), LATER)
    assert revoked == replace(issued[0], revoked_at=LATER)
    assert list(tokens.everything(account.id)) == [issued[2], issued[1], revoked]
    assert [token.id for token in issued] == [1, 2, 3]


def test_a_token_is_issued_once(account: Account, user: User) -> None:
    tokens.issue(account.id, _token("secret", user))
    before = rows(without=is_sequence)
    with pytest.raises(InvalidError, match=r"^this token was issued before$"):
        tokens.issue(_account(2).id, _token("secret", user))
    mine = rows(without=lambda key: is_sequence(key) or key == place(keys.account(AccountId(2))))
    assert mine == before


def test_a_token_that_is_revoked_again_keeps_the_first_moment(account: Account, user: User) -> None:
    token = tokens.issue(account.id, _token("secret", user))
    first = tokens.revoke(account.id, token.id, NOW)
    assert tokens.revoke(account.id, token.id, LATER) == first
    assert list(tokens.everything(account.id)) == [first]


@pytest.mark.parametrize(("account_id", "token_id"), [(1, 2), (2, 1), (1, 0), (1, 2**53 - 1)])
def test_a_token_of_another_account_or_none_cannot_be_revoked(
    account: Account, user: User, account_id: int, token_id: int
) -> None:
    _account(2)
    tokens.issue(account.id, _token("secret", user))
    before = rows()
    with pytest.raises(NotFoundError, match=f"^account {account_id} has no token {token_id}$"):
        tokens.revoke(AccountId(account_id), Id(token_id), NOW)
    assert rows() == before


@pytest.mark.parametrize("carried_out", [True, False])
def test_an_interrupted_revocation_changes_both_items_or_none(account: Account, user: User, carried_out: bool) -> None:
    token = tokens.issue(account.id, _token("secret", user))
    with crashing(1, carried_out=carried_out), pytest.raises(CrashError):
        tokens.revoke(account.id, token.id, NOW)
    listed = next(tokens.everything(account.id)).revoked_at is None
    opens = tokens.caller_of(token_digest("secret"), NOW) is not None
    assert (listed, opens) == ((False, False) if carried_out else (True, True))
