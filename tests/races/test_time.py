"""Rivals for tasks, assignments, projects and the time on them: no entry is orphaned and nothing with time is deleted.

After each race the whole table is audited: every copy and every count is worked out anew from the records and compared.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

import pytest

from sheaf.domain.bulk import NewAssignment, RemovedAssignment, RemovedTask
from sheaf.domain.errors import BusyError, NotFoundError, SheafError
from sheaf.domain.identity import AccountId
from sheaf.domain.logging_time import TimeNotLoggableError
from sheaf.domain.project import ProjectFields
from sheaf.domain.record import fields_of, with_changes
from sheaf.domain.task import TaskFields, TaskHasTimeError
from sheaf.domain.task_assignment import (
    AssignedTask,
    NoSuchTaskError,
    TaskAssignmentFields,
    TaskAssignmentHasTimeError,
    TaskTakenError,
    default_fields,
)
from sheaf.domain.time_entry import LoggedTime, TimeEntry, TimeEntryFields
from sheaf.domain.timers import Clock
from sheaf.domain.user_assignment import UserAssignmentFields, UserAssignmentHasTimeError
from sheaf.domain.values import Day, Id, Timestamp
from sheaf.store import projects, task_assignments, tasks, time_entries, user_assignments
from sheaf.store.bulk.task_assignments import AssignmentChanges
from sheaf.store.bulk.tasks import TaskChanges
from tests.races.histories import (
    FEWEST,
    RACES,
    RARE,
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

# Each history plays with one number: task, project, assignment and entry of that number, joined with one another.
NUMBERS = range(1, RARE + 1)


@pytest.fixture(autouse=True)
def _short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sheaf.store.transactions._FIRST_PAUSE", 0.001)


def _log(number: int) -> LoggedTime:
    fields = TimeEntryFields(project_id=Id(number), task_id=Id(number), spent_date=Day("2026-03-01"), hours=Decimal(1))
    return time_entries.create(ACCOUNT, ADMIN, fields, Clock(NOW))


def _delete_task(number: int) -> object:
    return tasks.delete(ACCOUNT, Id(number), NOW)


def _delete_assignment(number: int) -> object:
    return task_assignments.delete(ACCOUNT, Id(number), Id(number), NOW)


def _assign(number: int) -> AssignedTask:
    return task_assignments.create(ACCOUNT, Id(number), Id(number), default_fields, NOW)


def _assign_many(number: int) -> AssignedTask:
    together = AssignmentChanges(ACCOUNT, lambda _: True, NOW)
    return _only(together.carried_out([NewAssignment(Id(number), Id(number), default_fields)]))


def _delete_task_in_bulk(number: int) -> object:
    return _only(TaskChanges(ACCOUNT, NOW).carried_out([RemovedTask(Id(number))]))


def _delete_assignment_in_bulk(number: int) -> object:
    return _only(AssignmentChanges(ACCOUNT, lambda _: True, NOW).carried_out([RemovedAssignment(Id(number))]))


def _only[Result](results: Sequence[Result | SheafError]) -> Result:
    (result,) = results
    if isinstance(result, SheafError):
        raise result
    return result


def _move_to(task_id: int, entry_id: int) -> LoggedTime:
    def change(found: LoggedTime) -> TimeEntry:
        return with_changes(found.entry, replace(fields_of(TimeEntryFields, found.entry), task_id=Id(task_id)), NOW)

    return time_entries.update(ACCOUNT, Id(entry_id), change)


_ARCHIVING: Mapping[str, Callable[[int], object]] = {
    "task": lambda number: tasks.update(
        ACCOUNT, Id(number), lambda task: with_changes(task, replace(fields_of(TaskFields, task), is_active=False), NOW)
    ),
    "project": lambda number: projects.update(
        ACCOUNT,
        Id(number),
        lambda project: with_changes(project, replace(fields_of(ProjectFields, project), is_active=False), NOW),
    ),
    "assignment": lambda number: task_assignments.update(
        ACCOUNT,
        Id(number),
        Id(number),
        lambda task_assignment: with_changes(
            task_assignment, replace(fields_of(TaskAssignmentFields, task_assignment), is_active=False), NOW
        ),
    ),
    "user assignment": lambda number: user_assignments.update(
        ACCOUNT,
        Id(number),
        user_assignment(number, ADMIN).id,
        lambda assigned: with_changes(
            assigned, replace(fields_of(UserAssignmentFields, assigned), is_active=False), NOW
        ),
    ),
}


def _populate(*, assigned: bool = True, with_time: bool = False, spare_tasks: bool = False) -> None:
    assignments = [assignment(number, number, number) for number in NUMBERS if assigned]
    spare = [RARE + number for number in NUMBERS if spare_tasks]
    populate(
        client(1),
        *(task(number) for number in (*NUMBERS, *spare)),
        *(project(number) for number in NUMBERS),
        *assignments,
        *(user_assignment(number, ADMIN) for number in NUMBERS),
        *(assignment(number, number - RARE, number) for number in spare),
        *(Spent(id=task_assignment.id, assignment=task_assignment) for task_assignment in assignments if with_time),
    )


def _race(actors: Callable[[int], Mapping[str, Actor]], count: int = RACES) -> tuple[list[History], Rows]:
    """Run the race under conflicts, which no local engine has by itself, and audit the table that it leaves."""
    with conflicts(SHARE_OF_CONFLICTS):
        histories = run(lambda number: actors(number + 1), count)
    return histories, assert_sound(ACCOUNT)


def _entries_left(after: Rows) -> Callable[[History], int]:
    """How many entries the project of a history has."""
    listed = [item for (pk, _), item in after.items() if "#PROJECT#" in pk and pk.endswith("#TIME_ENTRY")]
    counted = Counter(int(item["project_id"]["N"]) for item in listed)
    return lambda history: counted[history.number + 1]


def test_a_task_is_deleted_with_its_assignment_or_gets_time(table: str) -> None:
    _populate()
    histories, after = _race(lambda number: {"delete": lambda: _delete_task(number), "log": lambda: _log(number)})
    endings = [
        Ending("deleted", {"delete": None, "log": TimeNotLoggableError}, left=0),
        Ending("logged", {"delete": TaskHasTimeError, "log": None}, left=1),
    ]
    check(histories, EndsAs(endings, _entries_left(after)), ["deleted", "logged"])


def test_a_task_is_deleted_only_between_its_last_entry_and_the_next(table: str) -> None:
    _populate(with_time=True)
    histories, after = _race(
        lambda number: {
            "unlog": lambda: time_entries.delete(ACCOUNT, Id(number), lambda _: None),
            "log": lambda: _log(number),
            "delete": lambda: _delete_task(number),
        },
        RARE,
    )
    endings = [
        Ending("deleted", {"unlog": None, "log": TimeNotLoggableError, "delete": None}, left=0),
        Ending("kept", {"unlog": None, "log": None, "delete": TaskHasTimeError}, left=1),
    ]
    check(histories, EndsAs(endings, _entries_left(after)), ["deleted", "kept"])


@pytest.mark.parametrize("delete", [_delete_assignment, _delete_assignment_in_bulk])
def test_an_assignment_is_deleted_or_gets_time(table: str, delete: Callable[[int], object]) -> None:
    _populate()
    histories, after = _race(lambda number: {"delete": lambda: delete(number), "log": lambda: _log(number)})
    endings = [
        Ending("deleted", {"delete": None, "log": TimeNotLoggableError}, left=0),
        Ending("logged", {"delete": TaskAssignmentHasTimeError, "log": None}, left=1),
    ]
    check(histories, EndsAs(endings, _entries_left(after)), ["deleted", "logged"])


def test_a_user_is_taken_off_a_project_or_gets_time_there(table: str) -> None:
    _populate()
    histories, after = _race(
        lambda number: {
            "delete": lambda: user_assignments.delete(ACCOUNT, Id(number), user_assignment(number, ADMIN).id, NOW),
            "log": lambda: _log(number),
        }
    )
    endings = [
        Ending("deleted", {"delete": None, "log": TimeNotLoggableError}, left=0),
        Ending("logged", {"delete": UserAssignmentHasTimeError, "log": None}, left=1),
    ]
    check(histories, EndsAs(endings, _entries_left(after)), ["deleted", "logged"])


def test_time_is_logged_before_work_has_ended_or_not_at_all(table: str) -> None:
    """The histories archive the project, the task or one of the two assignments in turn."""
    kinds = sorted(_ARCHIVING)
    _populate()
    histories, after = _race(
        lambda number: {
            "archive": lambda: _ARCHIVING[kinds[number % len(kinds)]](number),
            "log": lambda: _log(number),
        },
        RARE,
    )
    endings = EndsAs(
        [
            Ending("archived first", {"archive": None, "log": TimeNotLoggableError}, left=0),
            Ending("logged first", {"archive": None, "log": None}, left=1),
        ],
        _entries_left(after),
    )

    def judge(history: History) -> str | None:
        ending = endings(history)
        return ending and f"{kinds[(history.number + 1) % len(kinds)]} {ending}"

    check(histories, judge, [f"{kind} {order} first" for kind in kinds for order in ("archived", "logged")])


def test_a_task_is_assigned_before_its_deletion_or_not_at_all(table: str) -> None:
    _populate(assigned=False)
    histories, after = _race(
        lambda number: {"delete": lambda: _delete_task_in_bulk(number), "assign": lambda: _assign(number)}
    )
    endings = [
        Ending("deleted first", {"delete": None, "assign": NoSuchTaskError}, left=0),
        Ending("assigned first", {"delete": None, "assign": None}, left=0),
    ]
    check(histories, EndsAs(endings, _entries_left(after)), ["deleted first", "assigned first"])


def test_of_two_assignments_of_a_task_to_a_project_exactly_one_is_made(table: str) -> None:
    _populate(assigned=False)
    histories, after = _race(lambda number: {"one": lambda: _assign(number), "other": lambda: _assign(number)})
    endings = [
        Ending("one wins", {"one": None, "other": TaskTakenError}, left=0),
        Ending("the other wins", {"one": TaskTakenError, "other": None}, left=0),
    ]
    check(histories, EndsAs(endings, _entries_left(after)), ["one wins", "the other wins"])


@pytest.mark.parametrize(
    ("rival", "refused_first", "refused_second"),
    [
        ("assign", TaskTakenError, TaskTakenError),
        ("delete task", NoSuchTaskError, None),
        ("delete project", NotFoundError, None),
    ],
)
def test_a_task_is_assigned_to_many_projects_before_what_makes_that_impossible_or_not_at_all(
    table: str, rival: str, refused_first: type[Exception], refused_second: type[Exception] | None
) -> None:
    _populate(assigned=False)
    rivals: Mapping[str, Callable[[int], object]] = {
        "assign": _assign,
        "delete task": _delete_task,
        "delete project": lambda number: projects.delete(ACCOUNT, Id(number), NOW),
    }
    histories, after = _race(
        lambda number: {"many": lambda: _assign_many(number), "rival": lambda: rivals[rival](number)}, FEWEST
    )
    endings = [
        Ending("the rival first", {"many": refused_first, "rival": None}, left=0),
        Ending("many first", {"many": None, "rival": refused_second}, left=0),
    ]
    check(histories, EndsAs(endings, _entries_left(after)), ["the rival first", "many first"])


def test_projects_that_come_while_a_task_is_assigned_to_all_have_it_once_or_not(table: str) -> None:
    populate(client(1), task(1), task(2, is_default=True))

    def create(number: int) -> object:
        return projects.create(ACCOUNT, ProjectFields(client_id=Id(1), name=f"New {number}"), NOW)

    def assign(task_id: int) -> None:
        active = projects.active_ids(ACCOUNT, None, 1000)
        left = [NewAssignment(project_id, Id(task_id), default_fields) for project_id in active]
        while left:
            left = left[len(AssignmentChanges(ACCOUNT, lambda _: True, NOW).carried_out(left)) :]

    histories, _ = _race(
        lambda number: {"create": lambda: create(number), "assign": lambda: assign(number % 2 + 1)}, FEWEST
    )
    check(histories, EndsAs([Ending("both", {"create": None, "assign": None}, left=0)], lambda _: 0), ["both"])


def test_an_entry_is_moved_to_a_task_or_the_task_is_deleted(table: str) -> None:
    _populate(with_time=True, spare_tasks=True)
    histories, after = _race(
        lambda number: {
            "move": lambda: _move_to(RARE + number, number),
            "delete": lambda: _delete_task(RARE + number),
        }
    )
    endings = [
        Ending("moved", {"move": None, "delete": TaskHasTimeError}, left=1),
        Ending("deleted", {"move": TimeNotLoggableError, "delete": None}, left=1),
    ]
    check(histories, EndsAs(endings, _entries_left(after)), ["moved", "deleted"])


def test_no_time_outlives_its_project(table: str) -> None:
    _populate(with_time=True)
    histories, after = _race(
        lambda number: {
            "delete": lambda: projects.delete(ACCOUNT, Id(number), NOW),
            "log": lambda: _log(number),
        },
        FEWEST,  # each deletes a project, and all deletions of an account count one another
    )
    endings = [
        Ending("deleted first", {"delete": None, "log": TimeNotLoggableError}, left=0),
        Ending("logged first", {"delete": None, "log": None}, left=0),
        # Deletions of one account count one another; where too many meet, one gives up and changes nothing.
        Ending("too busy", {"delete": BusyError, "log": None}, left=2),
    ]
    check(histories, EndsAs(endings, _entries_left(after)), ["deleted first", "logged first"])
