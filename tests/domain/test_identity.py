"""Roles and rights, and when a token is valid."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sheaf.domain.errors import InvalidError
from sheaf.domain.identity import Right, Role, Token, User, everybody, may_import, may_manage_project, may_manage_tasks
from sheaf.domain.values import Id, Timestamp
from tests.domain.strategies import timestamps

NOW = Timestamp("2026-03-01T08:00:00Z")
EARLIER = Timestamp("2026-03-01T07:59:59Z")
LATER = Timestamp("2026-03-01T08:00:01Z")
TOKEN = Token(Id(1), "0" * 64, Id(1), "laptop", EARLIER, None, None)
OTHER_RIGHTS = frozenset(Right) - {Right.CLIENT_AND_TASK_MANAGER}


def user(role: Role, *rights: Right, projects: frozenset[Id] = frozenset(), is_active: bool = True) -> User:
    return User(Id(1), "Ada", "Admin", "a@example.com", role, frozenset(rights), projects, is_active, NOW, NOW)


@pytest.mark.parametrize(
    ("who", "may"),
    [
        (user(Role.ADMINISTRATOR), True),
        (user(Role.MANAGER, Right.CLIENT_AND_TASK_MANAGER), True),
        (user(Role.MANAGER, *Right), True),
        (user(Role.MANAGER), False),
        (user(Role.MANAGER, *OTHER_RIGHTS), False),
        (user(Role.MANAGER, *OTHER_RIGHTS, projects=frozenset({Id(1), Id(2)})), False),
        (user(Role.MEMBER), False),
    ],
    ids=lambda value: f"{value.role} {sorted(value.rights)}" if isinstance(value, User) else str(value),
)
def test_tasks_are_for_administrators_and_managers_with_that_right(who: User, may: bool) -> None:
    assert may_manage_tasks(who) is may


@pytest.mark.parametrize(
    ("who", "may"),
    [(user(Role.ADMINISTRATOR), True), (user(Role.MANAGER, *Right), False), (user(Role.MEMBER), False)],
    ids=lambda value: value.role if isinstance(value, User) else str(value),
)
def test_imports_are_for_administrators_alone(who: User, may: bool) -> None:
    assert may_import(who) is may


@pytest.mark.parametrize("role", list(Role))
def test_what_is_for_everybody_is_for_every_role(role: Role) -> None:
    assert everybody(user(role))


def test_what_is_for_everybody_is_not_for_archived_users() -> None:
    assert not everybody(user(Role.ADMINISTRATOR, is_active=False))


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.MEMBER])
@pytest.mark.parametrize("right", list(Right))
def test_only_a_manager_has_rights(role: Role, right: Right) -> None:
    with pytest.raises(InvalidError, match=r"^only a manager can have rights and managed projects$"):
        user(role, right)


@pytest.mark.parametrize(("role", "seen"), [(Role.ADMINISTRATOR, None), (Role.MANAGER, {1}), (Role.MEMBER, set())])
def test_an_assignment_lets_a_manager_manage_a_project(role: Role, seen: set[int] | None) -> None:
    person = user(role, projects=frozenset({Id(1)}))
    assert person.seen_projects == seen
    assert may_manage_project(person, Id(1)) == (role is not Role.MEMBER)


def test_roles_and_rights_are_written_in_the_words_of_harvest() -> None:
    assert list(Role) == ["administrator", "manager", "member"]
    assert list(Right) == [
        "client_and_task_manager",
        "project_creator",
        "billable_rates_manager",
        "time_and_expenses_manager",
        "managed_projects_invoice_drafter",
        "managed_projects_invoice_manager",
        "estimates_manager",
        "people_manager",
    ]


@pytest.mark.parametrize(
    ("expires_at", "revoked_at", "valid"),
    [
        (None, None, True),
        (LATER, None, True),
        (NOW, None, False),
        (EARLIER, None, False),
        (None, EARLIER, False),
        (None, NOW, False),
        (None, LATER, False),
        (LATER, EARLIER, False),
    ],
)
def test_a_token_is_valid_until_it_expires_or_is_revoked(
    expires_at: Timestamp | None, revoked_at: Timestamp | None, valid: bool
) -> None:
    assert replace(TOKEN, expires_at=expires_at, revoked_at=revoked_at).is_valid(NOW) is valid


@given(timestamps, timestamps, st.none() | timestamps)
def test_a_token_that_was_shut_never_opens_again(
    now: Timestamp, later: Timestamp, expires_at: Timestamp | None
) -> None:
    token = replace(TOKEN, expires_at=expires_at)
    if now <= later and not token.is_valid(now):
        assert not token.is_valid(later)
