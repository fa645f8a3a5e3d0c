"""What an assignment is when nothing is said, and what may be said."""

import dataclasses
from decimal import Decimal
from itertools import product
from typing import Any

import pytest

from sheaf.domain.errors import InvalidError, NotRemovableError
from sheaf.domain.project import ProjectFields, new_project
from sheaf.domain.record import fields_of, with_changes
from sheaf.domain.task import TaskFields, new_task
from sheaf.domain.task_assignment import (
    AssignedTask,
    TaskAssignment,
    TaskAssignmentFields,
    TaskAssignmentHasTimeError,
    TaskTakenError,
    default_fields,
    new_task_assignment,
)
from sheaf.domain.values import Id, Timestamp

NOON, NIGHT = Timestamp("2026-03-01T12:00:00Z"), Timestamp("2026-03-01T23:00:00Z")
PROJECT = new_project(Id(3), ProjectFields(client_id=Id(1), name="P"), NOON)
TASK = new_task(Id(5), TaskFields(name="T", default_hourly_rate=Decimal(100)), NOON)


@pytest.mark.parametrize(("project", "task"), [*product([True, False], repeat=2)])
def test_an_assignment_is_billable_where_the_project_and_the_task_are(project: bool, task: bool) -> None:
    fields = default_fields(
        new_project(Id(3), ProjectFields(client_id=Id(1), name="P", is_billable=project), NOON),
        new_task(Id(5), TaskFields(name="T", billable_by_default=task), NOON),
    )
    assert fields.billable is (project and task)


@pytest.mark.parametrize("rate", [None, Decimal(0), Decimal("120.50")])
@pytest.mark.parametrize("bill_by", ["Project", "Tasks", "People", "none"])
def test_an_assignment_has_the_rate_of_its_task_and_no_budget(rate: Decimal | None, bill_by: Any) -> None:
    project = new_project(
        Id(3), ProjectFields(client_id=Id(1), name="P", bill_by=bill_by, hourly_rate=Decimal(9)), NOON
    )
    task = new_task(Id(5), TaskFields(name="T", default_hourly_rate=rate), NOON)
    assert default_fields(project, task) == TaskAssignmentFields(
        billable=True, hourly_rate=rate, budget=None, is_active=True
    )


def test_a_new_assignment_joins_its_project_and_its_task() -> None:
    made = new_task_assignment(Id(7), PROJECT, TASK, default_fields(PROJECT, TASK), NOON)
    assert made == TaskAssignment(
        id=Id(7),
        project_id=Id(3),
        task_id=Id(5),
        billable=True,
        hourly_rate=Decimal(100),
        budget=None,
        is_active=True,
        created_at=NOON,
        updated_at=NOON,
        version=1,
    )
    assert AssignedTask(made, PROJECT, TASK).id == 7


@pytest.mark.parametrize("name", ["hourly_rate", "budget"])
@pytest.mark.parametrize("amount", ["NaN", "sNaN", "-0.01", "1E+30", "1" * 40, "-Infinity", "9999999999.995"])
def test_an_amount_that_no_column_holds_is_refused_and_named(name: str, amount: str) -> None:
    with pytest.raises(InvalidError) as refusal:
        TaskAssignmentFields(**dict[str, Any]({"billable": True, "hourly_rate": None, name: Decimal(amount)}))
    assert str(refusal.value) == f"{name} must be a number between 0 and 9999999999.99"


def test_amounts_are_exact_and_rounded_half_up() -> None:
    fields = TaskAssignmentFields(billable=True, hourly_rate=Decimal("2.675"), budget=Decimal("9999999999.99"))
    assert (str(fields.hourly_rate), str(fields.budget)) == ("2.68", "9999999999.99")


@pytest.mark.parametrize(
    "difference",
    [{"billable": False}, {"hourly_rate": None}, {"budget": Decimal(5)}, {"is_active": False}],
    ids=str,
)
def test_each_field_alone_makes_a_change_and_the_pair_stays(difference: dict[str, Any]) -> None:
    before = new_task_assignment(Id(7), PROJECT, TASK, default_fields(PROJECT, TASK), NOON)
    asked = TaskAssignmentFields(**{"billable": True, "hourly_rate": Decimal(100), **difference})
    after = with_changes(before, asked, NIGHT)
    assert (fields_of(TaskAssignmentFields, after), after.version) == (asked, 2)
    assert (after.id, after.project_id, after.task_id) == (7, 3, 5)
    assert with_changes(after, asked, NIGHT) is after


def test_nothing_that_can_be_said_is_the_pair_or_decided_by_us() -> None:
    ours = {"id", "project_id", "task_id", "created_at", "updated_at", "version", "import_id"}
    assert {field.name for field in dataclasses.fields(TaskAssignment)} - ours == {
        field.name for field in dataclasses.fields(TaskAssignmentFields)
    }


def test_the_refusals_speak_the_words_that_clients_know() -> None:
    assert str(TaskTakenError()) == "Task has already been taken"
    has_time = "This task assignment is not removable. It still has time entries."
    assert str(TaskAssignmentHasTimeError()) == has_time
    assert issubclass(TaskAssignmentHasTimeError, NotRemovableError)
    assert not issubclass(TaskTakenError, NotRemovableError)
