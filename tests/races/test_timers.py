"""Races of a user's timer: one runs at most, and its hours are written once, in whatever order they are changed."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from sheaf.domain.errors import InvalidError, NotFoundError
from sheaf.domain.logging_time import TimeNotLoggableError
from sheaf.domain.project import Project
from sheaf.domain.task import Task
from sheaf.domain.task_assignment import TaskAssignment
from sheaf.domain.time_entry import LoggedTime, TimeEntry, TimeEntryFields
from sheaf.domain.timers import Clock
from sheaf.domain.user_assignment import UserAssignment
from sheaf.domain.values import Day, Id, to_timestamp
from sheaf.store import projects, task_assignments, tasks, time_entries, user_assignments
from sheaf.store.mappers.user import USER
from tests.races.histories import FEW, SHARE_OF_CONFLICTS, Actor, Ending, EndsAs, History, check, conflicts, run
from tests.store.audit import _entries, assert_sound
from tests.store.stored_records import ACCOUNT, NOW, assignment, client, populate, project, task, user, user_assignment
from tests.support.table import put_items

LATER = to_timestamp(datetime.fromisoformat(NOW) + timedelta(hours=1))
COUNT = max(100, FEW)  # one ending is seen in one of ten
NUMBERS = range(1, COUNT + 1)  # of a user, and of a project, a task and an assignment

type Left = tuple[tuple[Decimal, bool], ...]
"""Of each of a user's entries, the oldest first: its hours without its timer, and whether that runs."""


@pytest.fixture(autouse=True)
def _records(table: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sheaf.store.transactions._FIRST_PAUSE", 0.001)
    put_items(next(USER._items(ACCOUNT, user(number))) for number in NUMBERS)
    populate(
        client(1),
        *map(project, NUMBERS),
        *map(task, NUMBERS),
        *(assignment(number, number, number) for number in NUMBERS),
        *(user_assignment(number, number) for number in NUMBERS),
    )


def _start(number: int, now: str = LATER) -> LoggedTime:
    fields = TimeEntryFields(project_id=Id(number), task_id=Id(number), spent_date=Day("2026-03-01"))
    return time_entries.create(ACCOUNT, Id(number), fields, Clock(to_timestamp(datetime.fromisoformat(now))), [])


def _stop(entry: TimeEntry) -> LoggedTime:
    return time_entries.stop(ACCOUNT, entry.id, lambda _: None, Clock(LATER))


def _restart(entry: TimeEntry) -> LoggedTime:
    return time_entries.restart(ACCOUNT, entry.id, lambda _: None, Clock(LATER))


def _delete(entry: TimeEntry) -> LoggedTime:
    return time_entries.delete(ACCOUNT, entry.id, lambda _: None)


def _race(actors: Callable[[int], Mapping[str, Actor]]) -> tuple[Sequence[History], Callable[[History], Left]]:
    """Run the race, audit the table, and tell what each history has left of its user's time."""
    with conflicts(SHARE_OF_CONFLICTS):
        histories = run(lambda number: actors(number + 1), COUNT)
    left: dict[int, list[TimeEntry]] = defaultdict(list)
    for entry in sorted(_entries(assert_sound(ACCOUNT)), key=lambda entry: entry.id):
        left[entry.user_id].append(entry)
    return histories, lambda history: tuple((entry.hours, entry.is_running) for entry in left[history.number + 1])


ZERO, ONE = Decimal(0), Decimal(1)


def test_of_two_timers_that_are_started_one_runs() -> None:
    histories, left = _race(lambda number: {"one": lambda: _start(number), "other": lambda: _start(number)})

    def judge(history: History) -> str | None:
        if set(history.errors.values()) != {None} or sorted(left(history)) != [(ZERO, False), (ZERO, True)]:
            return None
        return "the older runs" if left(history)[0][1] else "the newer runs"

    check(histories, judge, ["the newer runs"])


def test_a_timer_is_stopped_once_by_its_stop_or_by_the_next_start() -> None:
    running = {number: _start(number, NOW).entry for number in NUMBERS}
    histories, left = _race(
        lambda number: {"stop": lambda: _stop(running[number]), "start": lambda: _start(number)},
    )
    still = ((ONE, False), (ZERO, True))
    endings = [
        Ending("stopped, then started", {"stop": None, "start": None}, left=still),
        Ending("started, so stopped", {"stop": InvalidError, "start": None}, left=still),
    ]
    check(histories, EndsAs(endings, left), ["stopped, then started", "started, so stopped"])


def test_a_timer_that_is_restarted_may_be_stopped() -> None:
    stopped = {number: _stopped(number) for number in NUMBERS}
    histories, left = _race(
        lambda number: {"restart": lambda: _restart(stopped[number]), "stop": lambda: _stop(stopped[number])},
    )
    endings = [
        Ending("restarted, then stopped", {"restart": None, "stop": None}, left=((ONE, False),)),
        Ending("not running, then restarted", {"restart": None, "stop": InvalidError}, left=((ONE, True),)),
    ]
    check(histories, EndsAs(endings, left), ["restarted, then stopped", "not running, then restarted"])


def _stopped(number: int) -> TimeEntry:
    return _stop(_start(number, NOW).entry).entry


def test_an_entry_that_is_deleted_takes_its_timer_with_it() -> None:
    running = {number: _start(number, NOW).entry for number in NUMBERS}
    histories, left = _race(
        lambda number: {"stop": lambda: _stop(running[number]), "delete": lambda: _delete(running[number])},
    )
    endings = [
        Ending("stopped, then deleted", {"stop": None, "delete": None}, left=()),
        Ending("deleted", {"stop": NotFoundError, "delete": None}, left=()),
    ]
    check(histories, EndsAs(endings, left), ["stopped, then deleted", "deleted"])


def test_no_timer_is_started_on_what_was_archived() -> None:
    """The histories archive the project, the task or one of the two assignments in turn."""

    def archived[R: (Project, Task, TaskAssignment, UserAssignment)](found: R) -> R:
        return replace(found, is_active=False, version=found.version + 1)

    def archive(number: int) -> object:
        match number % 4:
            case 0:
                return projects.update(ACCOUNT, Id(number), archived)
            case 1:
                return tasks.update(ACCOUNT, Id(number), archived)
            case 2:
                return task_assignments.update(ACCOUNT, Id(number), Id(number), archived)
            case _:
                of_user = user_assignment(number, number).id
                return user_assignments.update(ACCOUNT, Id(number), of_user, archived)

    histories, left = _race(lambda number: {"archive": lambda: archive(number), "start": lambda: _start(number)})
    endings = [
        Ending("archived first", {"archive": None, "start": TimeNotLoggableError}, left=()),
        Ending("started first", {"archive": None, "start": None}, left=((ZERO, True),)),
    ]
    check(histories, EndsAs(endings, left), ["archived first", "started first"])
