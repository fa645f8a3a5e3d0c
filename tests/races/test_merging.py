"""Rivals for tasks that become part of others: no hour is lost or counted twice, and exactly one of two merges wins.

After each race the whole table is audited, as in `test_time`, once everything has been written anew.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal

import pytest

from sheaf.domain.errors import InvalidError, NotFoundError
from sheaf.domain.identity import AccountId
from sheaf.domain.logging_time import TimeNotLoggableError
from sheaf.domain.record import fields_of, with_changes
from sheaf.domain.task import TaskFields, TaskHasTimeError
from sheaf.domain.task_assignment import NoSuchTaskError, TaskTakenError, default_fields
from sheaf.domain.time_entry import TimeEntryFields
from sheaf.domain.timers import Clock
from sheaf.domain.values import Day, Id, Timestamp
from sheaf.store import task_assignments, tasks, time_entries
from sheaf.store.resumable import resume
from tests.races.histories import (
    FEW,
    FEWEST,
    ONE_ENDING,
    SHARE_OF_CONFLICTS,
    Actor,
    Ending,
    EndsAs,
    History,
    check,
    conflicts,
    run,
)
from tests.store.audit import assert_sound
from tests.store.stored_records import ADMIN, Spent, assignment, client, populate, project, task, user_assignment
from tests.support.table import Rows

ACCOUNT = AccountId(1)
NOW = Timestamp("2026-03-01T12:00:00Z")
OTHER, THIRD = 100_000, 200_000  # beside task n stand the tasks n + OTHER and n + THIRD


@pytest.fixture(autouse=True)
def _short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sheaf.store.transactions._FIRST_PAUSE", 0.001)


def _populate(count: int = FEWEST, *, of_old: int = 1, of_new: bool = True) -> None:
    """Of each number a project, an old task on it with so many entries, and a new one, on it or not."""
    numbers = range(1, count + 1)
    old = [assignment(number, number, number) for number in numbers]
    populate(
        client(1),
        *(project(number) for number in numbers),
        *(task(number + more) for more in (0, OTHER, THIRD) for number in numbers),
        *old,
        *(assignment(number + OTHER, number, number + OTHER) for number in numbers if of_new),
        *(user_assignment(number, ADMIN) for number in numbers),
        *(Spent(id=each.id + count * more, assignment=each) for more in range(of_old) for each in old),
    )


def _merge(source: int, target: int) -> object:
    return tasks.merge(ACCOUNT, Id(source), Id(target), NOW)


def _log(project_id: int, task_id: int) -> object:
    fields = TimeEntryFields(
        project_id=Id(project_id), task_id=Id(task_id), spent_date=Day("2026-03-01"), hours=Decimal(1)
    )
    return time_entries.create(ACCOUNT, ADMIN, fields, Clock(NOW))


def _archive(number: int) -> object:
    return tasks.update(
        ACCOUNT, Id(number), lambda task: with_changes(task, replace(fields_of(TaskFields, task), is_active=False), NOW)
    )


def _assign(project_id: int, task_id: int) -> object:
    return task_assignments.create(ACCOUNT, Id(project_id), Id(task_id), default_fields, NOW)


def _race(actors: Callable[[int], Mapping[str, Actor]], count: int = FEWEST) -> tuple[list[History], Rows]:
    with conflicts(SHARE_OF_CONFLICTS):
        histories = run(lambda number: actors(number + 1), count)
    resume.resume_all(seconds=60)
    return histories, assert_sound(ACCOUNT)


def _hours(after: Rows) -> Callable[[History], Mapping[int, int]]:
    """How many entries each task of a history has, by what is added to its number."""
    found: dict[int, dict[int, int]] = {}
    for (pk, _), item in after.items():
        if pk.startswith("ACCOUNT#1#TIME_ENTRY#"):
            more, number = divmod(int(item["task_id"]["N"]), OTHER)
            of_number = found.setdefault(number, {})
            of_number[more] = of_number.get(more, 0) + 1
    return lambda history: found.get(history.number + 1, {})


@pytest.mark.parametrize("of_new", [True, False])
def test_time_on_the_old_task_goes_over_or_is_refused(table: str, of_new: bool) -> None:
    _populate(of_new=of_new)
    histories, after = _race(
        lambda number: {"merge": lambda: _merge(number, number + OTHER), "log": lambda: _log(number, number)}
    )
    endings = [
        Ending("logged first", {"merge": None, "log": None}, left={1: 2}),
        Ending("merged first", {"merge": None, "log": TimeNotLoggableError}, left={1: 1}),
    ]
    check(histories, EndsAs(endings, _hours(after)), ["logged first", "merged first"])


def test_time_on_the_new_task_is_added(table: str) -> None:
    _populate(ONE_ENDING)
    histories, after = _race(
        lambda number: {"merge": lambda: _merge(number, number + OTHER), "log": lambda: _log(number, number + OTHER)},
        ONE_ENDING,
    )
    check(histories, EndsAs([Ending("both", {"merge": None, "log": None}, left={1: 2})], _hours(after)), ["both"])


def test_an_entry_is_deleted_before_or_after_it_goes_over(table: str) -> None:
    _populate(ONE_ENDING, of_old=2)
    histories, after = _race(
        lambda number: {
            "merge": lambda: _merge(number, number + OTHER),
            "unlog": lambda: time_entries.delete(ACCOUNT, Id(number), lambda _: None),
        },
        ONE_ENDING,
    )
    check(histories, EndsAs([Ending("both", {"merge": None, "unlog": None}, left={1: 1})], _hours(after)), ["both"])


def test_the_old_task_is_merged_or_deleted(table: str) -> None:
    _populate(of_old=0)
    histories, after = _race(
        lambda number: {
            "merge": lambda: _merge(number, number + OTHER),
            "delete": lambda: tasks.delete(ACCOUNT, Id(number), NOW),
        }
    )
    endings = [
        Ending("merged", {"merge": None, "delete": NotFoundError}, left={}),
        Ending("deleted", {"merge": NotFoundError, "delete": None}, left={}),
    ]
    check(histories, EndsAs(endings, _hours(after)), ["merged", "deleted"])


@pytest.mark.parametrize(("of_old", "refusal"), [(1, TaskHasTimeError), (0, None)])
def test_the_new_task_is_deleted_before_it_has_the_time_of_the_other_one(
    table: str, of_old: int, refusal: type[Exception] | None
) -> None:
    _populate(of_old=of_old)
    histories, after = _race(
        lambda number: {
            "merge": lambda: _merge(number, number + OTHER),
            "delete": lambda: tasks.delete(ACCOUNT, Id(number + OTHER), NOW),
        }
    )
    endings = [
        Ending("merged first", {"merge": None, "delete": refusal}, left={1: 1} if of_old else {}),
        Ending("deleted first", {"merge": InvalidError, "delete": None}, left={0: 1} if of_old else {}),
    ]
    check(histories, EndsAs(endings, _hours(after)), ["merged first", "deleted first"])


@pytest.mark.parametrize("rival", ["crossed", "chained"])
def test_of_two_merges_one_wins_or_they_follow_one_another(table: str, rival: str) -> None:
    _populate()
    source, target = {
        "crossed": (OTHER, 0),
        "chained": (OTHER, THIRD),
    }[rival]
    histories, after = _race(
        lambda number: {
            "one": lambda: _merge(number, number + OTHER),
            "other": lambda: _merge(number + source, number + target),
        }
    )
    endings = {
        "crossed": [
            Ending("one wins", {"one": None, "other": InvalidError}, left={1: 1}),
            Ending("the other wins", {"one": NotFoundError, "other": None}, left={0: 1}),
            Ending("one wins", {"one": None, "other": NotFoundError}, left={1: 1}),
            Ending("the other wins", {"one": InvalidError, "other": None}, left={0: 1}),
        ],
        "chained": [
            Ending("one wins", {"one": None, "other": None}, left={2: 1}),
            Ending("the other wins", {"one": InvalidError, "other": None}, left={0: 1}),
        ],
    }[rival]
    check(histories, EndsAs(endings, _hours(after)), ["one wins", "the other wins"])


@pytest.mark.parametrize("which", [0, OTHER])
def test_a_task_is_archived_before_or_after_it_is_merged(table: str, which: int) -> None:
    _populate(FEW)
    histories, after = _race(
        lambda number: {
            "merge": lambda: _merge(number, number + OTHER),
            "archive": lambda: _archive(number + which),
        },
        FEW,
    )
    endings = (
        [
            Ending("merged first", {"merge": None, "archive": NotFoundError}, left={1: 1}),
            Ending("archived first", {"merge": None, "archive": None}, left={1: 1}),
        ]
        if which == 0
        else [
            Ending("merged first", {"merge": None, "archive": None}, left={1: 1}),
            Ending("archived first", {"merge": InvalidError, "archive": None}, left={0: 1}),
        ]
    )
    check(histories, EndsAs(endings, _hours(after)), ["merged first", "archived first"])


def test_a_project_has_the_surviving_task_once_however_it_is_assigned_meanwhile(table: str) -> None:
    _populate(of_new=False)
    histories, after = _race(
        lambda number: {
            "merge": lambda: _merge(number, number + OTHER),
            "assign": lambda: _assign(number, number + OTHER),
        }
    )
    endings = [
        Ending("assigned first", {"merge": None, "assign": None}, left={1: 1}),
        Ending("merged first", {"merge": None, "assign": TaskTakenError}, left={1: 1}),
    ]
    check(histories, EndsAs(endings, _hours(after)), ["assigned first", "merged first"])


def test_the_old_task_is_assigned_before_it_is_merged_or_not_at_all(table: str) -> None:
    _populate(of_old=0, of_new=False)
    numbers = range(1, FEWEST + 1)
    populate(*(project(number + OTHER) for number in numbers))
    histories, after = _race(
        lambda number: {
            "merge": lambda: _merge(number, number + OTHER),
            "assign": lambda: _assign(number + OTHER, number),
        }
    )
    endings = [
        Ending("assigned first", {"merge": None, "assign": None}, left={}),
        Ending("merged first", {"merge": None, "assign": NoSuchTaskError}, left={}),
    ]
    check(histories, EndsAs(endings, _hours(after)), ["assigned first", "merged first"])
