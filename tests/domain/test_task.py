"""What a task may be, and what a change makes of it."""

import dataclasses
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given

from sheaf.domain.errors import InvalidError, NameTakenError, NotRemovableError
from sheaf.domain.record import fields_of, with_changes
from sheaf.domain.task import Task, TaskFields, TaskHasTimeError, new_task
from sheaf.domain.values import Id, Timestamp
from tests.domain import strategies

MORNING, NOON, NIGHT = (Timestamp(f"2026-03-01T{hour}:00:00Z") for hour in ("08", "12", "23"))
TASK = Task(Id(7), "Design", True, Decimal("100.00"), False, True, MORNING, NOON, 3)


def test_a_new_task_has_the_defaults_of_harvest() -> None:
    task = new_task(Id(7), TaskFields(name="Design"), NOON)
    assert task == Task(
        id=Id(7),
        name="Design",
        billable_by_default=True,
        default_hourly_rate=Decimal(0),
        is_default=False,
        is_active=True,
        created_at=NOON,
        updated_at=NOON,
        version=1,
    )


def test_a_new_task_is_what_was_asked_for() -> None:
    asked = TaskFields(
        name=" Design ",
        billable_by_default=False,
        default_hourly_rate=Decimal("12.345"),
        is_default=True,
        is_active=False,
    )
    assert new_task(Id(1), asked, NOON) == Task(
        Id(1), "Design", False, Decimal("12.35"), True, False, NOON, NOON, version=1
    )


def test_a_task_may_have_no_rate_of_its_own() -> None:
    assert TaskFields(name="Design", default_hourly_rate=None).default_hourly_rate is None


def test_every_broken_field_is_named_at_once() -> None:
    with pytest.raises(InvalidError) as refusal:
        TaskFields(name=" ", default_hourly_rate=Decimal(-1))
    assert str(refusal.value) == (
        "Name can't be blank, default_hourly_rate must be a number between 0 and 9999999999.99"
    )


@given(strategies.fields)
def test_the_fields_of_a_new_task_are_those_that_were_asked_for(asked: TaskFields) -> None:
    assert fields_of(TaskFields, new_task(Id(1), asked, NOON)) == asked


@given(strategies.tasks)
def test_a_change_that_changes_nothing_gives_the_very_same_task(task: Task) -> None:
    assert with_changes(task, fields_of(TaskFields, task), NIGHT) is task


def test_a_rate_of_the_same_value_is_no_change() -> None:
    task = replace(TASK, default_hourly_rate=Decimal(100))
    assert with_changes(task, replace(fields_of(TaskFields, task), default_hourly_rate=Decimal("1e2")), NIGHT) is task


@given(strategies.tasks, strategies.fields, strategies.timestamps)
def test_a_change_takes_the_fields_and_counts_the_version(task: Task, asked: TaskFields, now: Timestamp) -> None:
    after = with_changes(task, asked, now)
    assert fields_of(TaskFields, after) == asked
    assert (after.id, after.created_at) == (task.id, task.created_at)
    if after is not task:
        assert fields_of(TaskFields, task) != asked
        assert after.version == task.version + 1
        assert after.updated_at == max(now, task.updated_at)


@pytest.mark.parametrize(
    "difference",
    [
        {"name": "design"},
        {"billable_by_default": False},
        {"default_hourly_rate": None},
        {"default_hourly_rate": Decimal("100.01")},
        {"is_default": True},
        {"is_active": False},
    ],
    ids=str,
)
def test_each_field_alone_makes_a_change(difference: dict[str, object]) -> None:
    asked = replace(fields_of(TaskFields, TASK), **difference)  # type: ignore[arg-type]
    expected = replace(TASK, updated_at=NIGHT, version=4, **difference)  # type: ignore[arg-type]
    assert with_changes(TASK, asked, NIGHT) == expected


def test_updated_at_never_goes_back_where_a_clock_is_behind() -> None:
    after = with_changes(TASK, TaskFields(name="Other"), MORNING)
    assert after.updated_at == NOON


def test_a_caller_can_say_everything_of_a_task_but_its_number_and_its_times() -> None:
    decided_by_us = {"id", "created_at", "updated_at", "version", "import_id"}
    assert {field.name for field in dataclasses.fields(Task)} - decided_by_us == {
        field.name for field in dataclasses.fields(TaskFields)
    }


def test_the_refusals_speak_the_words_that_clients_know() -> None:
    assert str(NameTakenError()) == "Name has already been taken"
    assert str(TaskHasTimeError()) == "This task is not removable. It still has time entries."


def test_a_task_with_time_is_not_removable() -> None:
    assert issubclass(TaskHasTimeError, NotRemovableError)
