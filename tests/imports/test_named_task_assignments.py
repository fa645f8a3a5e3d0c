"""Files of task assignments: what each row comes to, and that the table is whole afterwards."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from sheaf.domain.imports.rows import BadRow, Row
from sheaf.domain.paging import WHOLE, Filter
from sheaf.domain.task_assignment import TaskAssignment
from sheaf.imports.task_assignments import task_assignment_steps
from sheaf.store import sequence, task_assignments
from tests.imports.batch_steps import IMPORT, apply, changes, fates, group, work
from tests.imports.rows import BROUGHT, assignment_row
from tests.store.audit import assert_sound, contents
from tests.store.faults import recorded
from tests.store.stored_records import ACCOUNT, NOW, Spent, assignment, client, populate, project, task

TAKEN = "task: Task has already been taken"


def bring(*rows: Row, batch: str = "1", together: bool = True) -> dict[int, str]:
    """Import rows, as one group or each for itself; what comes of each."""
    groups = [group(*rows)] if together else [group(row) for row in rows]
    told = fates(apply(task_assignment_steps, work(*groups), batch))
    assert_sound(ACCOUNT)
    return told


def there() -> list[TaskAssignment]:
    """All assignments, the oldest first."""
    page = task_assignments.page(ACCOUNT, Filter(), WHOLE)
    return [record.assignment for record in page.records][::-1]


def made(number: int, project_id: int, task_id: int, **fields: Any) -> TaskAssignment:
    """An assignment as it is on its first day, made now."""
    return replace(assignment(number, project_id, task_id), created_at=NOW, updated_at=NOW, import_id=IMPORT, **fields)


# ------------------------------------------------------------ made


@pytest.mark.parametrize(
    "row",
    [
        assignment_row(1, 2, 3),
        assignment_row(1, "PROJECT 2", "task 0003"),
        assignment_row(1, "Project 2", "Task 0003", "CLIENT 1"),
        assignment_row(1, 2, "Task 0003", "ignored where the project has an id"),
    ],
)
def test_a_task_is_assigned_by_ids_or_by_names_and_the_rest_follows_from_both(table: str, row: Row) -> None:
    populate(client(1), project(2, is_billable=False), task(3, default_hourly_rate=Decimal(7)))
    assert bring(row) == {1: "created"}
    assert there() == [made(1, 2, 3, billable=False, hourly_rate=Decimal(7))]


def test_what_the_row_says_comes_before_what_follows_and_it_may_be_born_archived(table: str) -> None:
    populate(client(1), project(1), task(1))
    said: dict[str, Any] = {"billable": False, "hourly_rate": None, "budget": Decimal(9), "is_active": False}
    assert bring(assignment_row(1, 1, 1, **said)) == {1: "created"}
    assert there() == [made(1, 1, 1, **said)]


def test_a_new_assignment_keeps_the_id_and_the_times_that_it_brings(table: str) -> None:
    populate(client(1), project(1), task(1))
    assert bring(assignment_row(1, 1, 1, record=77, times=BROUGHT)) == {1: "created"}
    assert there() == [replace(made(77, 1, 1), created_at=BROUGHT[0], updated_at=BROUGHT[1])]
    assert sequence.next_id(ACCOUNT, "TASK_ASSIGNMENT") == 78


@pytest.mark.parametrize("archived", ["task", "project"])
def test_an_archived_task_or_project_takes_assignments_as_in_the_api(table: str, archived: str) -> None:
    populate(client(1), project(1, is_active=archived != "project"), task(1, is_active=archived != "task"))
    assert bring(assignment_row(1, 1, 1)) == {1: "created"}


# ------------------------------------------------------------ changed


@pytest.mark.parametrize(
    "row",
    [
        assignment_row(1, 1, 2, hourly_rate=7),
        assignment_row(1, "project 1", "task 0002", hourly_rate=7),
        assignment_row(1, "Project 1", "Task 0002", "client 1", hourly_rate=7),
        assignment_row(1, 1, 2, record=5, hourly_rate=7),
    ],
)
def test_an_assignment_is_found_by_what_it_joins_or_by_its_id_and_only_what_is_said_changes(
    table: str, row: Row
) -> None:
    before = assignment(5, 1, 2, billable=False, budget=Decimal(3))
    populate(client(1), project(1), task(2), before)
    assert bring(row) == {1: "updated"}
    assert there() == [replace(before, hourly_rate=Decimal(7), updated_at=NOW, version=2)]


@pytest.mark.parametrize("is_active", [True, False])
def test_archiving_and_reviving_closes_and_opens_the_assignment_as_the_api_does(table: str, is_active: bool) -> None:
    task_assignment = assignment(1, 1, 1, is_active=not is_active)
    populate(client(1), project(1), task(1), task_assignment, Spent(id=1, assignment=task_assignment))
    assert bring(assignment_row(1, 1, 1, is_active=is_active)) == {1: "updated"}
    assert [task_assignment.is_active for task_assignment in there()] == [is_active]


def test_the_same_file_again_writes_nothing(table: str) -> None:
    populate(client(1), project(1), task(1), task(2), task(3), assignment(1, 1, 1))
    rows = [
        assignment_row(1, 1, 1, record=1, budget=5),
        assignment_row(2, 1, 2, record=9, times=BROUGHT, is_active=False),
        assignment_row(3, 1, 3),
    ]
    assert bring(*rows, together=False) == {1: "updated", 2: "created", 3: "created"}
    before = contents()
    with recorded() as calls:
        again = apply(task_assignment_steps, work(*map(group, rows)), "2")
    assert (fates(again), changes(calls), contents()) == (dict.fromkeys((1, 2, 3), "unchanged"), [], before)


# ------------------------------------------------------------ refused


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (assignment_row(1, 9, 1), "project_id: Project 9 does not exist"),
        (assignment_row(1, 1, 9), "task_id: Task 9 does not exist"),
        (assignment_row(1, "Nothing", "Task 0001"), 'project: Project "Nothing" does not exist'),
        (assignment_row(1, "Project 1", "Nothing"), 'task: Task "Nothing" does not exist'),
        (
            assignment_row(1, "Project 1", "Task 0001", "Client 2"),
            'project: Project "Project 1" of client "Client 2" does not exist',
        ),
        (
            assignment_row(1, "Project 1", "Task 0001", "No"),
            'project: Project "Project 1" of client "No" does not exist',
        ),
        (
            assignment_row(1, "Twice", "Task 0001"),
            'project: 2 clients have a project "Twice"; a client column says which is meant',
        ),
        (assignment_row(1, 1, 1, record=9), TAKEN),
        (
            assignment_row(1, 1, 2, record=5),
            "id: Task assignment 5 joins another task and project, and that never changes",
        ),
        (assignment_row(1, 9, 1, record=5), "project_id: Project 9 does not exist"),
        (assignment_row(1, 1, 2, times=BROUGHT[::-1]), "created_at: created_at lies after updated_at"),
        (BadRow(1, "Budget", "is no number"), "Budget: is no number"),
    ],
)
def test_a_row_that_cannot_be_carried_out_says_why_and_writes_nothing(table: str, row: Row, reason: str) -> None:
    named = project(2, name="Twice"), project(3, 2, name="twice")
    populate(client(1), client(2), project(1), *named, task(1), task(2), assignment(5, 1, 1))
    with recorded() as calls:
        assert fates(apply(task_assignment_steps, work(group(row)))) == {1: reason}
    assert changes(calls) == []


# ------------------------------------------------------------ several rows


def test_of_rows_that_say_the_same_the_first_counts_however_they_spell_it(table: str) -> None:
    populate(client(1), project(1), task(1))
    rows = [assignment_row(5, "Project 1", "Task 0001"), assignment_row(2, "PROJECT 1", "task 0001")]
    assert bring(*rows) == {2: "created", 5: "unchanged"}


@pytest.mark.parametrize(
    "rows",
    [
        [assignment_row(3, 1, 2, budget=1), assignment_row(9, 1, 2, budget=2)],
        [assignment_row(3, 1, 2, record=7), assignment_row(9, 1, 2, record=8)],
        [assignment_row(3, 1, 2, record=7), assignment_row(9, 1, 2)],
        [assignment_row(3, 1, 1, record=5), assignment_row(9, 1, 2, record=5)],
        [assignment_row(3, 1, 1, record=5), assignment_row(9, 9, 1, record=5)],
    ],
)
def test_rows_that_say_different_things_about_one_assignment_all_fail(table: str, rows: list[Row]) -> None:
    populate(client(1), project(1), task(1), task(2), assignment(5, 1, 1))
    before = contents()
    reason = ": Rows 3 and 9 say different things about the same task assignment"
    assert bring(*rows) == {3: reason, 9: reason}
    assert contents() == before


def test_many_tasks_on_many_projects_share_their_counts(table: str) -> None:
    populate(client(1), *(project(number) for number in range(1, 7)), *(task(number) for number in range(1, 7)))
    rows = [assignment_row(6 * number + other, number, other) for number in range(1, 7) for other in range(1, 7)]
    assert set(bring(*rows, together=False).values()) == {"created"}
    assert len(there()) == 36
