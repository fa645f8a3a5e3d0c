"""An account's users: the last administrator stays; nobody is removed whose time is being logged, or who has a role."""

import time
from collections.abc import Callable, Mapping

import pytest

from sheaf.domain.business_role import BusinessRoleFields, NoSuchUserError
from sheaf.domain.errors import BusyError
from sheaf.domain.identity import AccountId, Role, User
from sheaf.domain.logging_time import TimeNotLoggableError
from sheaf.domain.record import with_changes
from sheaf.domain.time_entry import TimeEntryFields
from sheaf.domain.timers import Clock
from sheaf.domain.user import LastAdministratorError, UserHasTimeError
from sheaf.domain.user_assignment import NoSuchAssigneeError, UserAssignmentFields, default_fields
from sheaf.domain.values import Day, Id
from sheaf.store import roles, time_entries, user_assignments, users
from tests.races.histories import FEW, SHARE_OF_CONFLICTS, Actor, Ending, EndsAs, History, check, conflicts, run
from tests.store.audit import assert_sound
from tests.store.stored_records import ACCOUNT, NOW, assignment, client, populate, project, task, user
from tests.support import people
from tests.support.api import make_account


@pytest.fixture(autouse=True)
def _quick(table: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sheaf.store.transactions._FIRST_PAUSE", 0.001)


def _race(actors: Callable[[int], Mapping[str, Actor]]) -> list[History]:
    with conflicts(SHARE_OF_CONFLICTS):
        return list(run(actors, FEW))


def test_of_the_last_two_administrators_one_stays() -> None:
    """Each history has an account of its own, whose first two users are its administrators."""
    pairs: dict[int, tuple[AccountId, User, User]] = {}
    for number in range(FEW):
        account_id = make_account(number + 1).id
        one, other = (users.create(account_id, user(who, Role.ADMINISTRATOR)) for who in (1, 2))
        pairs[number] = account_id, one, other

    def actors(number: int) -> Mapping[str, Actor]:
        account_id, one, other = pairs[number]
        return {
            "demote": lambda: people.change(account_id, one.id, NOW, role=Role.MEMBER),
            "archive": lambda: people.archive(account_id, other.id, NOW),
        }

    histories = _race(actors)

    def left(history: History) -> object:
        account_id = pairs[history.number][0]
        return [found.id for found in users.everyone(account_id) if found.is_administering]

    endings = [
        Ending("the first is demoted", {"demote": None, "archive": LastAdministratorError}, left=[2]),
        Ending("the second is archived", {"demote": LastAdministratorError, "archive": None}, left=[1]),
    ]
    check(histories, EndsAs(endings, left), [ending.name for ending in endings])


def test_no_role_names_somebody_who_is_removed_meanwhile() -> None:
    """Each history has an account of its own: roles and removals of one account count one another."""
    made: dict[int, tuple[AccountId, Id, Id]] = {}
    for number in range(FEW):
        account_id = make_account(number + 1).id
        role = roles.create(account_id, BusinessRoleFields(name="Designer"), NOW)
        made[number] = account_id, users.create(account_id, user(1)).id, role.id

    def actors(number: int) -> Mapping[str, Actor]:
        account_id, user_id, role_id = made[number]
        fields = BusinessRoleFields(name="Designer", user_ids=frozenset({user_id}))

        def give() -> object:
            time.sleep(number % 3 * 0.02)  # a deletion reads more before it decides
            return roles.update(account_id, role_id, lambda role: with_changes(role, fields, NOW))

        return {"give": give, "delete": lambda: users.delete(account_id, user_id, NOW)}

    histories = _race(actors)
    endings = [
        Ending("removed first", {"give": NoSuchUserError, "delete": None}, left=frozenset()),
        Ending("given first", {"give": None, "delete": None}, left=frozenset()),
    ]

    def left(history: History) -> object:
        account_id, _, role_id = made[history.number]
        return roles.get(account_id, role_id).user_ids

    check(histories, EndsAs(endings, left), [ending.name for ending in endings])


def test_nobody_is_assigned_who_is_removed_meanwhile() -> None:
    """The table's audit tells that no assignment is left without its user, and that all counts are right."""
    populate(client(1), project(1))
    made = [users.create(ACCOUNT, user(number)).id for number in range(100, 100 + FEW)]
    fields = UserAssignmentFields(is_project_manager=False)

    def assign(number: int) -> object:
        time.sleep(number % 4 * 0.02)  # a deletion reads more before it decides
        return user_assignments.create(ACCOUNT, Id(1), made[number], lambda _: fields, NOW)

    histories = _race(
        lambda number: {"assign": lambda: assign(number), "delete": lambda: users.delete(ACCOUNT, made[number], NOW)}
    )
    assert_sound(ACCOUNT)
    there = {found.id for found in users.everyone(ACCOUNT)}
    endings = [
        Ending("removed first", {"assign": NoSuchAssigneeError, "delete": None}, left=False),
        Ending("assigned first", {"assign": None, "delete": None}, left=False),
        # All removals of an account count one another; where too many meet, one gives up and changes nothing.
        Ending("the removal was too busy", {"assign": None, "delete": BusyError}, left=True),
    ]
    check(
        histories,
        EndsAs(endings, lambda history: made[history.number] in there),
        ["removed first", "assigned first"],
    )


def test_nobody_is_removed_whose_time_is_being_logged() -> None:
    populate(client(1), project(1), task(1), assignment(1, 1, 1))
    made = [users.create(ACCOUNT, user(number)).id for number in range(100, 100 + FEW)]
    for user_id in made:
        user_assignments.create(ACCOUNT, Id(1), user_id, default_fields, NOW)

    def log(number: int) -> object:
        time.sleep(number % 4 * 0.02)  # a deletion reads more before it decides
        fields = TimeEntryFields(project_id=Id(1), task_id=Id(1), spent_date=Day("2026-03-01"))
        return time_entries.create(ACCOUNT, made[number], fields, Clock(NOW))

    histories = _race(
        lambda number: {"log": lambda: log(number), "delete": lambda: users.delete(ACCOUNT, made[number], NOW)}
    )
    assert_sound(ACCOUNT)
    there = {found.id for found in users.everyone(ACCOUNT)}
    endings = [
        Ending("removed first", {"log": TimeNotLoggableError, "delete": None}, left=False),
        Ending("logged first", {"log": None, "delete": UserHasTimeError}, left=True),
    ]
    check(
        histories,
        EndsAs(endings, lambda history: made[history.number] in there),
        ["removed first", "logged first"],
    )
