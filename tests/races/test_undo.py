"""Races of an undo: what is referred to at the same moment stays, or whoever refers to it is refused."""

from collections import Counter
from collections.abc import Callable

import pytest

from sheaf.domain.identity import User
from sheaf.domain.imports.rows import Person
from sheaf.domain.logging_time import TimeNotLoggableError
from sheaf.domain.task_assignment import NoSuchTaskError, default_fields
from sheaf.domain.time_entry import TimeEntryFields
from sheaf.domain.timers import Clock
from sheaf.domain.user_assignment import NoSuchAssigneeError
from sheaf.domain.user_assignment import default_fields as user_assigned
from sheaf.domain.values import Day, Id
from sheaf.store import task_assignments, tasks, time_entries, user_assignments, users
from sheaf.store.imports import unreferenced
from sheaf.store.imports.undo import References
from sheaf.store.imports.unreferenced import ReferredToError, Removable
from sheaf.store.transactions import commit, retried
from tests.races.histories import FEW, SHARE_OF_CONFLICTS, Ending, EndsAs, History, check, conflicts, run
from tests.store.audit import _entries, assert_sound
from tests.store.stored_records import ACCOUNT, NOW, assignment, client, populate, project, task

NUMBERS = range(1, FEW + 1)


@pytest.fixture(autouse=True)
def _short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sheaf.store.transactions._FIRST_PAUSE", 0.001)


def _remove(find: Callable[[], Removable]) -> None:
    retried(lambda: commit(unreferenced.removed(ACCOUNT, find(), References(), NOW)))


def _imported_people() -> list[User]:
    return [users.create_imported(ACCOUNT, Id(1), Person(None, "Person", str(number)), NOW) for number in NUMBERS]


def test_a_person_whom_an_import_made_goes_or_is_assigned(table: str) -> None:
    populate(client(1), project(1))
    people = _imported_people()
    with conflicts(SHARE_OF_CONFLICTS):
        histories = run(
            lambda number: {
                "remove": lambda: _remove(lambda: people[number]),
                "assign": lambda: user_assignments.create(ACCOUNT, Id(1), people[number].id, user_assigned, NOW),
            },
            FEW,
        )
    assert_sound(ACCOUNT)
    there = {user.id for user in users.everyone(ACCOUNT)}
    endings = [
        Ending("removed", {"remove": None, "assign": NoSuchAssigneeError}, left=False),
        Ending("assigned", {"remove": ReferredToError, "assign": None}, left=True),
    ]
    check(histories, EndsAs(endings, lambda history: people[history.number].id in there), ["removed", "assigned"])


def test_an_assignment_of_a_person_that_an_import_made_goes_or_gets_time(table: str) -> None:
    populate(client(1), project(1), task(1), assignment(1, 1, 1))
    people = _imported_people()
    made = [user_assignments.create(ACCOUNT, Id(1), user.id, user_assigned, NOW).assignment for user in people]
    fields = TimeEntryFields(project_id=Id(1), task_id=Id(1), spent_date=Day("2026-03-01"))
    with conflicts(SHARE_OF_CONFLICTS):
        histories = run(
            lambda number: {
                "remove": lambda: _remove(lambda: made[number]),
                "log": lambda: time_entries.create(ACCOUNT, people[number].id, fields, Clock(NOW)),
            },
            FEW,
        )
    logged = Counter(entry.user_id for entry in _entries(assert_sound(ACCOUNT)))
    there = user_assignments.get_many(ACCOUNT, [assigned.id for assigned in made])

    def left(history: History) -> tuple[bool, int]:
        return made[history.number].id in there, logged[people[history.number].id]

    endings = [
        Ending("removed", {"remove": None, "log": TimeNotLoggableError}, left=(False, 0)),
        Ending("logged", {"remove": ReferredToError, "log": None}, left=(True, 1)),
    ]
    check(histories, EndsAs(endings, left), ["removed", "logged"])


def test_a_task_that_an_import_made_goes_or_is_assigned(table: str) -> None:
    populate(client(1), project(1), *map(task, NUMBERS))
    with conflicts(SHARE_OF_CONFLICTS):
        histories = run(
            lambda number: {
                "remove": lambda: _remove(lambda: tasks.get(ACCOUNT, Id(number + 1))),
                "assign": lambda: task_assignments.create(ACCOUNT, Id(1), Id(number + 1), default_fields, NOW),
            },
            FEW,
        )
    assert_sound(ACCOUNT)
    there = tasks.get_many(ACCOUNT, list(map(Id, NUMBERS)))

    def left(history: History) -> bool:
        return history.number + 1 in there

    endings = [
        Ending("removed", {"remove": None, "assign": NoSuchTaskError}, left=False),
        Ending("assigned", {"remove": ReferredToError, "assign": None}, left=True),
    ]
    check(histories, EndsAs(endings, left), ["removed", "assigned"])
