"""Rivals for the last two tasks of a project: however they meet, v1 leaves it one active task."""

from collections import Counter
from collections.abc import Callable, Collection

import pytest

from sheaf.domain.errors import InvalidError
from sheaf.domain.task_assignment import LastTaskError
from sheaf.domain.time_entry import TimeEntryFields
from sheaf.domain.timers import Clock
from sheaf.domain.values import Day, Id
from sheaf.store import task_assignments, time_entries
from tests.races.histories import FEW, SHARE_OF_CONFLICTS, Ending, EndsAs, History, check, conflicts, run
from tests.store.audit import assert_sound
from tests.store.stored_records import (
    ACCOUNT,
    ADMIN,
    NOW,
    Spent,
    assignment,
    client,
    populate,
    project,
    task,
    user_assignment,
)
from tests.support.table import Rows

PROJECTS = range(1, FEW + 1)
ONE, OTHER = 0, 1

pytestmark = pytest.mark.usefixtures("_short_pauses")


@pytest.fixture
def _short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sheaf.store.transactions._FIRST_PAUSE", 0.001)


def number_of(project_id: int, which: int) -> int:
    """The id of one of a project's two assignments, and of its task: no other project has it, so no partition grows."""
    return 2 * project_id + which


def prepare(with_time: Collection[int] = ()) -> None:
    """Projects with two active assignments each; one of the two has time in the projects of `with_time`."""
    assignments = [
        assignment(number_of(project_id, which), project_id, number_of(project_id, which))
        for project_id in PROJECTS
        for which in (ONE, OTHER)
    ]
    entries = [
        Spent(id=task_assignment.id, assignment=task_assignment)
        for task_assignment in assignments
        if task_assignment.id == number_of(task_assignment.project_id, ONE) and task_assignment.project_id in with_time
    ]
    tasks = [task(task_assignment.task_id) for task_assignment in assignments]
    people = [user_assignment(project_id, ADMIN) for project_id in PROJECTS]
    populate(client(1), *tasks, *map(project, PROJECTS), *assignments, *people, *entries)


def remove(project_id: int, which: int) -> bool:
    return task_assignments.remove_or_archive(ACCOUNT, Id(project_id), Id(number_of(project_id, which)), NOW)


def log(project_id: int, which: int) -> None:
    fields = TimeEntryFields(
        project_id=Id(project_id), task_id=Id(number_of(project_id, which)), spent_date=Day("2026-03-01")
    )
    time_entries.create(ACCOUNT, ADMIN, fields, Clock(NOW))


def active_left(after: Rows) -> Callable[[History], int]:
    """How many active assignments the project of a history has."""
    listed = [item for (pk, _), item in after.items() if "#PROJECT#" in pk and pk.endswith("#TASK_ASSIGNMENT")]
    counted = Counter(int(item["project_id"]["N"]) for item in listed if item["is_active"]["BOOL"])
    return lambda history: counted[history.number + 1]


def test_of_the_last_two_only_one_goes(table: str) -> None:
    """In every other project one of the two has time, and is archived rather than removed."""
    prepare(with_time=PROJECTS[::2])
    with conflicts(SHARE_OF_CONFLICTS):
        histories = run(
            lambda number: {
                "one": lambda: remove(number + 1, ONE),
                "other": lambda: remove(number + 1, OTHER),
            },
            FEW,
        )
    after = assert_sound(ACCOUNT)
    endings = [
        Ending("one went", {"one": None, "other": LastTaskError}, left=1),
        Ending("the other went", {"one": LastTaskError, "other": None}, left=1),
    ]
    check(histories, EndsAs(endings, active_left(after)), ["one went", "the other went"])


def test_a_removal_and_logging_time_leave_an_archived_assignment_or_none(table: str) -> None:
    prepare()
    histories = run(
        lambda number: {"remove": lambda: remove(number + 1, ONE), "log": lambda: log(number + 1, ONE)},
        FEW,
    )
    left = active_left(assert_sound(ACCOUNT))

    def judge(history: History) -> str | None:
        archived = history.outcomes["remove"].value
        match (history.errors["remove"], history.errors["log"], archived, left(history)):
            case (None, None, True, 1):
                return "logged, then archived"
            case (None, error, False, 1) if error is not None and issubclass(error, InvalidError):
                return "removed, so no time"
        return None

    check(histories, judge, ["logged, then archived", "removed, so no time"])
