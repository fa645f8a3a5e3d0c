"""From the credentials of a request to its caller, and how long a caller is remembered."""

from dataclasses import dataclass
from types import SimpleNamespace

import pytest

from sheaf.domain.client import ClientFields
from sheaf.domain.errors import NotAuthenticatedError, WrongAccountError
from sheaf.domain.identity import Account, Right, Role
from sheaf.domain.project import ProjectFields
from sheaf.domain.values import Id, Timestamp
from sheaf.http import identity as http_identity
from sheaf.http.identity import token_digest, v2_caller
from sheaf.http.request import Request
from sheaf.store import clients, projects, tokens, users
from tests.store.faults import recorded
from tests.support import people
from tests.support.api import NOW, make_account, make_token

TOKEN = "a-token-of-256-random-bits-or-so"
BY_HEADER = {"authorization": f"Bearer {TOKEN}", "harvest-account-id": "1"}


@dataclass
class Clock:
    """Seconds that pass when a test says so."""

    seconds: float = 1000.0

    def monotonic(self) -> float:
        return self.seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(http_identity, "time", SimpleNamespace(monotonic=clock.monotonic))
    return clock


@pytest.fixture(autouse=True)
def issued(account: Account) -> str:
    """The token of an administrator of account 1."""
    return make_token(account, token=TOKEN)


def _caller(headers: dict[str, str], query: str = "", now: Timestamp = NOW) -> tuple[int, int]:
    caller = v2_caller(Request(headers=headers, raw_query=query, now=now))
    return caller.account.id, caller.user.id


# ------------------------------------------------------------ which token


@pytest.mark.parametrize(
    "authorization",
    [
        f"Bearer {TOKEN}",
        f"bearer {TOKEN}",
        f"BEARER {TOKEN}",
        f"  Bearer {TOKEN}  ",
        f"Bearer   {TOKEN}",
        f"Bearer \t{TOKEN}",
    ],
)
def test_a_bearer_token_is_read_however_it_is_spelled(authorization: str) -> None:
    assert _caller({**BY_HEADER, "authorization": authorization}) == (1, 1)


@pytest.mark.parametrize(
    "authorization",
    [
        "",
        " ",
        "Bearer",
        "Bearer ",
        TOKEN,
        f"Bearer{TOKEN}",
        f"Bearer:{TOKEN}",
        f"Bearer\t{TOKEN}",
        f"Basic {TOKEN}",
        f"Token {TOKEN}",
        f"Bearer {TOKEN} {TOKEN}",
        f"Bearer {TOKEN},",
        f"Bearer Bearer {TOKEN}",
        f'Bearer "{TOKEN}"',
        f"Bearer {TOKEN[:-1]}",
        f"Bearer {TOKEN.upper()}",
        f"Bearer {token_digest(TOKEN)}",
        "Bearer \u0000",
        "Bearer é😀",
        "Bearer \ud800",
        "Bearer " + "x" * 100_000,
    ],
    ids=lambda value: ascii(value[:30]),
)
def test_anything_else_is_no_token(authorization: str) -> None:
    with pytest.raises(NotAuthenticatedError):
        _caller({**BY_HEADER, "authorization": authorization})


def test_the_query_may_carry_token_and_account() -> None:
    assert _caller({}, f"access_token={TOKEN}&account_id=1") == (1, 1)


def test_a_bearer_token_wins_over_one_in_the_query(account: Account) -> None:
    other = make_token(account, Role.MEMBER)
    assert _caller(BY_HEADER, f"access_token={other}") == (1, 1)
    with pytest.raises(NotAuthenticatedError):
        _caller({**BY_HEADER, "authorization": "Bearer wrong"}, f"access_token={TOKEN}")


def test_another_scheme_leaves_the_query_to_speak() -> None:
    assert _caller({**BY_HEADER, "authorization": "Basic abc"}, f"access_token={TOKEN}") == (1, 1)


@pytest.mark.parametrize("token", ["", "x" * 501, "x" * 1_000_000])
def test_what_cannot_be_a_token_is_not_looked_up(token: str) -> None:
    with recorded() as calls, pytest.raises(NotAuthenticatedError):
        _caller({"authorization": f"Bearer {token}"})
    assert calls == []


# ------------------------------------------------------------ which account


@pytest.mark.parametrize(
    ("headers", "query"),
    [
        ({"harvest-account-id": "1"}, ""),
        ({"harvest-account-id": " 1 "}, ""),
        ({"harvest-account-id": "1"}, "account_id=2"),
        ({"harvest-account-id": ""}, "account_id=1"),
        ({}, "account_id=1"),
    ],
)
def test_the_account_that_is_named_must_be_the_tokens(headers: dict[str, str], query: str) -> None:
    assert _caller({"authorization": f"Bearer {TOKEN}", **headers}, query) == (1, 1)


@pytest.mark.parametrize(
    ("headers", "query"),
    [
        ({}, ""),
        ({}, "account_id="),
        ({}, "account_id=2"),
        ({}, "Account_Id=1"),
        ({"harvest-account-id": "2"}, ""),
        ({"harvest-account-id": "2"}, "account_id=1"),
        ({"harvest-account-id": "01"}, ""),
        ({"harvest-account-id": "1.0"}, ""),
        ({"harvest-account-id": "+1"}, ""),
        ({"harvest-account-id": "1,1"}, ""),
        ({"harvest-account-id": "\u0661"}, ""),
        ({"harvest-account-id": "one"}, ""),
        ({"harvest-account-id": "9" * 100_000}, ""),
    ],
)
def test_another_account_or_none_is_refused(headers: dict[str, str], query: str) -> None:
    make_account(2)
    with pytest.raises(WrongAccountError):
        _caller({"authorization": f"Bearer {TOKEN}", **headers}, query)


@pytest.mark.parametrize("headers", [{}, {"harvest-account-id": "2"}])
def test_without_a_valid_token_an_account_is_neither_right_nor_wrong(headers: dict[str, str]) -> None:
    with pytest.raises(NotAuthenticatedError):
        _caller({"authorization": "Bearer wrong", **headers})


# ------------------------------------------------------------ the memory of an execution environment


def _reads(now: Timestamp = NOW) -> int:
    with recorded() as calls:
        _caller(BY_HEADER, now=now)
    return len(calls)


@pytest.mark.parametrize(("passed", "reads"), [(0.0, 0), (59.999, 0), (60.0, 2), (3600.0, 2)])
def test_a_caller_is_remembered_for_60_seconds(clock: Clock, passed: float, reads: int) -> None:
    assert _reads() == 2
    clock.seconds += passed
    assert _reads() == reads


def test_being_remembered_does_not_make_the_memory_last(clock: Clock) -> None:
    reads = []
    for _ in range(8):
        reads.append(_reads())
        clock.seconds += 20
    assert reads == [2, 0, 0, 2, 0, 0, 2, 0]


def test_a_revoked_token_is_invalid_after_60_seconds_at_most(clock: Clock, account: Account) -> None:
    _caller(BY_HEADER)
    tokens.revoke(account.id, Id(1), NOW)
    clock.seconds += 59.9
    assert _caller(BY_HEADER) == (1, 1)
    clock.seconds += 0.1
    with pytest.raises(NotAuthenticatedError):
        _caller(BY_HEADER)


def test_a_token_that_was_revoked_before_it_was_used_is_invalid(account: Account) -> None:
    tokens.revoke(account.id, Id(1), NOW)
    with pytest.raises(NotAuthenticatedError):
        _caller(BY_HEADER)


def test_an_archived_user_gets_in_for_60_seconds_at_most(clock: Clock, account: Account) -> None:
    _caller(BY_HEADER)
    (user,) = users.everyone(account.id)
    make_token(account)  # another administrator: the last one stays
    people.archive(account.id, user.id, NOW)
    clock.seconds += 60
    with pytest.raises(NotAuthenticatedError):
        _caller(BY_HEADER)


@pytest.mark.parametrize(("role", "reads"), [(Role.ADMINISTRATOR, 2), (Role.MEMBER, 2), (Role.MANAGER, 4)])
def test_managers_are_never_remembered(account: Account, clock: Clock, role: Role, reads: int) -> None:
    token = make_token(account, role)
    headers = {**BY_HEADER, "authorization": f"Bearer {token}"}
    with recorded() as calls:
        for _ in range(2):
            assert _caller(headers) == (1, 2)
    assert len(calls) == reads


def test_a_manager_is_known_with_the_project_that_they_have_just_made(account: Account, clock: Clock) -> None:
    right = frozenset({Right.PROJECT_CREATOR})
    headers = {**BY_HEADER, "authorization": f"Bearer {make_token(account, Role.MANAGER, right)}"}
    manager = v2_caller(Request(headers=headers, now=NOW)).user
    customer = clients.create(account.id, ClientFields(name="C"), NOW)
    made = projects.create(account.id, ProjectFields(client_id=customer.id, name="P"), NOW, manager.id)
    assert v2_caller(Request(headers=headers, now=NOW)).user.managed_projects == {made.project.id}


def test_who_was_refused_is_not_remembered(account: Account, clock: Clock) -> None:
    headers = {**BY_HEADER, "authorization": "Bearer later"}
    with pytest.raises(NotAuthenticatedError):
        _caller(headers)
    make_token(account, token="later")
    assert _caller(headers) == (1, 2)


def test_two_callers_are_never_mixed_up(account: Account, clock: Clock) -> None:
    other = make_token(make_account(2))
    for _ in range(2):
        assert _caller(BY_HEADER) == (1, 1)
        assert _caller({"authorization": f"Bearer {other}", "harvest-account-id": "2"}) == (2, 1)
    with pytest.raises(WrongAccountError):
        _caller({"authorization": f"Bearer {other}", "harvest-account-id": "1"})


def test_the_memory_does_not_grow_without_bound(
    account: Account, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http_identity, "_REMEMBERED_MOST", 3)
    issued = [make_token(account) for _ in range(7)]
    for token in issued:
        _caller({**BY_HEADER, "authorization": f"Bearer {token}"})
        assert len(http_identity._memory()) <= 3
    assert _reads() == 2


def test_the_memory_holds_digests_and_no_tokens(clock: Clock) -> None:
    _caller(BY_HEADER)
    assert set(http_identity._memory()) == {token_digest(TOKEN)}
    assert TOKEN not in repr(http_identity._memory())


def test_a_token_is_kept_under_its_sha_256() -> None:
    assert token_digest("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
