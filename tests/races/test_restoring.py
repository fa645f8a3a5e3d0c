"""Rivals for deleted tasks: one wins their name, they come back once, and whole or not at all.

After each race the whole table is audited, as in `test_time`.
"""

from collections.abc import Callable, Mapping

import pytest

from sheaf.domain.errors import NameTakenError, NotFoundError
from sheaf.domain.identity import AccountId
from sheaf.domain.task import TaskFields
from sheaf.domain.task_assignment import NoSuchTaskError, TaskTakenError, default_fields
from sheaf.domain.values import Id, Timestamp
from sheaf.store import projects, task_assignments, tasks
from tests.races.histories import FEW, SHARE_OF_CONFLICTS, Actor, Ending, EndsAs, History, check, conflicts, run
from tests.store.audit import assert_sound
from tests.store.stored_records import assignment, client, populate, project, task
from tests.support.table import Rows

ACCOUNT = AccountId(1)
NOW = Timestamp("2026-03-01T12:00:00Z")


@pytest.fixture(autouse=True)
def _short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sheaf.store.transactions._FIRST_PAUSE", 0.001)


@pytest.fixture(autouse=True)
def deleted(table: str) -> None:
    """Each history plays with a deleted task that had an assignment to a project, all of one number."""
    numbers = range(1, FEW + 1)
    populate(
        client(1),
        *(project(number) for number in numbers),
        *(task(number, name=f"Task {number}") for number in numbers),
        *(assignment(number, number, number) for number in numbers),
    )
    for number in numbers:
        tasks.delete(ACCOUNT, Id(number), NOW)


def _restore(number: int) -> object:
    return tasks.restore(ACCOUNT, Id(number), NOW)


def _delete(number: int) -> object:
    return tasks.delete(ACCOUNT, Id(number), NOW)


def _assign(number: int) -> object:
    return task_assignments.create(ACCOUNT, Id(number), Id(number), default_fields, NOW)


def _race(actors: Callable[[int], Mapping[str, Actor]]) -> tuple[list[History], Rows]:
    with conflicts(SHARE_OF_CONFLICTS):
        histories = run(lambda number: actors(number + 1), FEW)
    return histories, assert_sound(ACCOUNT)


def _left(after: Rows) -> Callable[[History], tuple[bool, bool]]:
    """Whether the task of a history is there, and its assignment."""
    held = {(int(item["task_id"]["N"])) for (pk, _), item in after.items() if pk == "ACCOUNT#1#TASK_ASSIGNMENT"}
    there = {(int(item["id"]["N"])) for (pk, _), item in after.items() if pk == "ACCOUNT#1#TASK"}
    return lambda history: (history.number + 1 in there, history.number + 1 in held)


def test_a_name_goes_to_the_restored_task_or_to_a_new_one() -> None:
    histories, after = _race(
        lambda number: {
            "restore": lambda: _restore(number),
            "create": lambda: tasks.create(ACCOUNT, TaskFields(name=f"TASK {number}"), NOW),
        }
    )
    endings = [
        Ending("restored", {"restore": None, "create": NameTakenError}, left=(True, True)),
        Ending("created", {"restore": NameTakenError, "create": None}, left=(False, False)),
    ]
    check(histories, EndsAs(endings, _left(after)), ["restored", "created"])


def test_a_task_is_restored_once() -> None:
    histories, after = _race(lambda number: {"one": lambda: _restore(number), "other": lambda: _restore(number)})
    endings = [
        Ending("one wins", {"one": None, "other": NotFoundError}, left=(True, True)),
        Ending("the other wins", {"one": NotFoundError, "other": None}, left=(True, True)),
    ]
    check(histories, EndsAs(endings, _left(after)), ["one wins", "the other wins"])


def test_a_task_is_deleted_before_or_after_it_is_restored() -> None:
    histories, after = _race(lambda number: {"restore": lambda: _restore(number), "delete": lambda: _delete(number)})
    endings = [
        Ending("too early", {"restore": None, "delete": NotFoundError}, left=(True, True)),
        Ending("deleted again", {"restore": None, "delete": None}, left=(False, False)),
    ]
    check(histories, EndsAs(endings, _left(after)), ["too early", "deleted again"])


def test_a_task_that_is_restored_while_it_is_assigned_has_one_assignment() -> None:
    histories, after = _race(lambda number: {"restore": lambda: _restore(number), "assign": lambda: _assign(number)})
    endings = [
        Ending("too early", {"restore": None, "assign": NoSuchTaskError}, left=(True, True)),
        Ending("too late", {"restore": None, "assign": TaskTakenError}, left=(True, True)),
    ]
    check(histories, EndsAs(endings, _left(after)), ["too early"])


def test_a_restored_task_has_no_assignment_to_a_project_that_is_gone() -> None:
    histories, after = _race(
        lambda number: {
            "restore": lambda: _restore(number),
            "delete": lambda: projects.delete(ACCOUNT, Id(number), NOW),
        }
    )
    endings = [Ending("both", {"restore": None, "delete": None}, left=(True, False))]
    check(histories, EndsAs(endings, _left(after)), ["both"])
