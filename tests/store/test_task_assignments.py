"""Assignments in the table: what a new one is, what is refused, and names that are always those of now."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from sheaf.domain.errors import InvalidError, NotFoundError
from sheaf.domain.identity import AccountId
from sheaf.domain.paging import Filter, PageRequest
from sheaf.domain.project import ProjectFields
from sheaf.domain.record import fields_of, with_changes
from sheaf.domain.task import TaskFields
from sheaf.domain.task_assignment import (
    AssignedTask,
    TaskAssignmentFields,
    TaskAssignmentHasTimeError,
    TaskTakenError,
    default_fields,
)
from sheaf.domain.values import Id
from sheaf.store import projects, task_assignments, tasks, time_entries
from tests.store.audit import assert_sound, contents
from tests.store.faults import BEFORE_CALL, hooked, recorded
from tests.store.stored_records import ACCOUNT, LONG_AGO, NOW, Spent, assignment, client, populate, project, task

OTHER = AccountId(2)


def _assign(project_id: int, task_id: int, account_id: AccountId = ACCOUNT, **fields: Any) -> AssignedTask:
    return task_assignments.create(
        account_id, Id(project_id), Id(task_id), lambda *both: replace(default_fields(*both), **fields), NOW
    )


def _change(project_id: int, number: int, **fields: Any) -> AssignedTask:
    return task_assignments.update(
        ACCOUNT,
        Id(project_id),
        Id(number),
        lambda task_assignment: with_changes(
            task_assignment, replace(fields_of(TaskAssignmentFields, task_assignment), **fields), NOW
        ),
    )


def _page(project_id: int, **wanted: Any) -> list[int]:
    page = task_assignments.page_of_project(ACCOUNT, Id(project_id), Filter(**wanted), PageRequest())
    return [record.id for record in page.records]


# ------------------------------------------------------------ create


def test_a_new_assignment_is_there_with_its_project_and_its_task(table: str) -> None:
    populate(client(1), project(1), task(1))
    made = _assign(1, 1)
    expected = assignment(1, 1, 1, created_at=NOW, updated_at=NOW)
    assert made == AssignedTask(expected, project(1), task(1))
    assert task_assignments.get(ACCOUNT, Id(1), Id(1)) == made
    assert_sound(ACCOUNT)


@pytest.mark.parametrize(
    "fields",
    [
        {"billable": False},
        {"hourly_rate": None},
        {"hourly_rate": Decimal("9999999999.99")},
        {"budget": Decimal("0.01")},
        {"is_active": False},
    ],
    ids=str,
)
def test_what_is_said_of_a_new_assignment_wins_over_what_follows(table: str, fields: dict[str, Any]) -> None:
    populate(client(1), project(1), task(1))
    _assign(1, 1, **fields)
    found = task_assignments.get(ACCOUNT, Id(1), Id(1)).assignment
    assert found == assignment(1, 1, 1, created_at=NOW, updated_at=NOW, **fields)
    assert_sound(ACCOUNT)


@pytest.mark.parametrize("is_active", [True, False])
def test_a_project_has_a_task_once_and_an_archived_one_is_not_revived(table: str, is_active: bool) -> None:
    populate(client(1), project(1), project(2), task(1), assignment(1, 1, 1, is_active=is_active))
    before = contents()
    with pytest.raises(TaskTakenError):
        _assign(1, 1)
    assert contents() == before
    assert _assign(2, 1).id > 1
    assert_sound(ACCOUNT)


@pytest.mark.parametrize("archived", ["task", "project"])
def test_an_archived_task_or_project_may_be_assigned(table: str, archived: str) -> None:
    populate(client(1), project(1, is_active=archived != "project"), task(1, is_active=archived != "task"))
    _assign(1, 1)
    assert_sound(ACCOUNT)


def test_what_is_not_there_cannot_be_assigned(table: str) -> None:
    populate(client(1), project(1), task(1))
    before = contents()
    with pytest.raises(NotFoundError):
        _assign(2, 1)
    with pytest.raises(NotFoundError):
        _assign(2, 2)
    with pytest.raises(InvalidError, match=r"^Task can't be blank$"):
        _assign(1, 2)
    with pytest.raises(NotFoundError):
        _assign(1, 1, OTHER)
    assert contents() == before


@pytest.mark.parametrize(
    ("rival", "error"),
    [
        (lambda: tasks.delete(ACCOUNT, Id(1), NOW), InvalidError),
        (lambda: projects.delete(ACCOUNT, Id(1), NOW), NotFoundError),
    ],
    ids=["task", "project"],
)
def test_what_goes_meanwhile_cannot_be_assigned(
    table: str, pauses: list[float], rival: Callable[[], object], error: type[Exception]
) -> None:
    populate(client(1), project(1), task(1))
    rivals = [rival]

    def interfere(**_: object) -> None:
        if rivals:
            rivals.pop()()

    with hooked(BEFORE_CALL, interfere, "TransactWriteItems"), pytest.raises(error):
        _assign(1, 1)
    assert_sound(ACCOUNT)


# ------------------------------------------------------------ one, found and changed


@pytest.mark.parametrize(("project_id", "number"), [(1, 2), (2, 1), (9, 1), (1, 10)])
def test_an_assignment_is_found_under_its_own_project_alone(table: str, project_id: int, number: int) -> None:
    populate(client(1), project(1), project(2), task(1), assignment(1, 1, 1))
    before = contents()
    attempts: list[Callable[[], object]] = [
        lambda: task_assignments.get(ACCOUNT, Id(project_id), Id(number)),
        lambda: task_assignments.get(OTHER, Id(1), Id(1)),
        lambda: _change(project_id, number, billable=False),
        lambda: task_assignments.delete(ACCOUNT, Id(project_id), Id(number), NOW),
        lambda: task_assignments.delete(OTHER, Id(1), Id(1), NOW),
    ]
    for attempt in attempts:
        with pytest.raises(NotFoundError):
            attempt()
    assert contents() == before


@pytest.mark.parametrize(
    "fields",
    [
        {"billable": False},
        {"hourly_rate": None},
        {"budget": Decimal("5.50")},
        {"is_active": False},
        {"is_active": False, "budget": Decimal(7)},
    ],
    ids=str,
)
def test_a_change_is_stored_in_every_list_and_returned(table: str, fields: dict[str, Any]) -> None:
    populate(client(1), project(1), task(1), assignment(1, 1, 1))
    after = _change(1, 1, **fields)
    assert after.assignment == assignment(1, 1, 1, updated_at=NOW, version=2, **fields)
    assert task_assignments.get(ACCOUNT, Id(1), Id(1)) == after
    assert_sound(ACCOUNT)


def test_a_change_that_changes_nothing_writes_nothing(table: str) -> None:
    populate(client(1), project(1), task(1), assignment(1, 1, 1))
    before = contents()
    with recorded() as calls:
        _change(1, 1, hourly_rate=Decimal("1e2"))
    assert {call.operation for call in calls} == {"GetItem", "BatchGetItem"}
    assert contents() == before


def test_a_new_name_shows_at_once_in_every_assignment(table: str) -> None:
    populate(client(1), project(1), task(1), assignment(1, 1, 1))
    tasks.update(ACCOUNT, Id(1), lambda task: with_changes(task, replace(fields_of(TaskFields, task), name="New"), NOW))
    projects.update(
        ACCOUNT,
        Id(1),
        lambda project: with_changes(project, replace(fields_of(ProjectFields, project), name="Newer", code="N"), NOW),
    )
    shown = [
        task_assignments.get(ACCOUNT, Id(1), Id(1)),
        *task_assignments.page(ACCOUNT, Filter(), PageRequest()).records,
        *task_assignments.page_of_project(ACCOUNT, Id(1), Filter(), PageRequest()).records,
        *task_assignments.active_by_project(ACCOUNT, [Id(1)])[Id(1)],
    ]
    assert [
        (assigned_task.task.name, assigned_task.project.name, assigned_task.project.code) for assigned_task in shown
    ] == [("New", "Newer", "N")] * 4
    assert {assigned_task.assignment.updated_at for assigned_task in shown} == {LONG_AGO}


# ------------------------------------------------------------ delete


def test_a_deleted_assignment_is_gone_and_may_be_made_again(table: str) -> None:
    populate(client(1), project(1), task(1), assignment(1, 1, 1))
    deleted = task_assignments.delete(ACCOUNT, Id(1), Id(1), NOW)
    assert deleted == AssignedTask(assignment(1, 1, 1), project(1), task(1))
    assert_sound(ACCOUNT)
    assert _assign(1, 1).id == 2
    assert_sound(ACCOUNT)


@pytest.mark.parametrize("is_active", [True, False])
def test_an_assignment_with_time_stays_until_its_last_entry_is_gone(table: str, is_active: bool) -> None:
    here, elsewhere = assignment(1, 1, 1), assignment(2, 2, 1)
    populate(
        client(1), project(1), project(2), task(1), here, elsewhere,
        Spent(id=1, assignment=here), Spent(id=2, assignment=elsewhere),
    )  # fmt: skip
    _change(1, 1, is_active=is_active)
    before = contents()
    with pytest.raises(TaskAssignmentHasTimeError):
        task_assignments.delete(ACCOUNT, Id(1), Id(1), NOW)
    assert contents() == before
    _change(1, 1, is_active=True)
    time_entries.delete(ACCOUNT, Id(1), lambda _: None)
    task_assignments.delete(ACCOUNT, Id(1), Id(1), NOW)
    assert_sound(ACCOUNT)


# ------------------------------------------------------------ lists


@pytest.fixture
def six(table: str) -> None:
    """Three tasks on each of two projects, of which some are archived; project 3 has none and client 2 owns it."""
    populate(
        client(1), client(2), project(1), project(2, is_active=False), project(3, 2),
        task(1), task(2, is_active=False), task(3),
        *(assignment(10 * p + t, p, t, is_active=t != 3, updated_at=NOW if t == 2 else LONG_AGO)
          for p in (1, 2) for t in (1, 2, 3)),
    )  # fmt: skip


@pytest.mark.usefixtures("six")
@pytest.mark.parametrize(
    ("wanted", "of_all", "of_project"),
    [
        ({}, [23, 22, 21, 13, 12, 11], [13, 12, 11]),
        ({"is_active": True}, [22, 21, 12, 11], [12, 11]),
        ({"is_active": False}, [23, 13], [13]),
        ({"updated_since": NOW}, [22, 12], [12]),
        ({"updated_since": NOW, "is_active": False}, [], []),
    ],
)
def test_lists_hold_what_is_archived_unless_filtered(
    wanted: dict[str, Any], of_all: list[int], of_project: list[int]
) -> None:
    page = task_assignments.page(ACCOUNT, Filter(**wanted), PageRequest())
    assert ([record.id for record in page.records], page.total_entries) == (of_all, len(of_all))
    assert _page(1, **wanted) == of_project
    assert _page(3, **wanted) == []


@pytest.mark.usefixtures("six")
@pytest.mark.parametrize(
    ("among", "ids"), [([], []), ([1], [13, 12, 11]), ([2, 3, 77], [23, 22, 21]), ([1, 2], [23, 22, 21, 13, 12, 11])]
)
@pytest.mark.parametrize("per_page", [2, 2000])
def test_a_manager_sees_the_assignments_of_some_projects(among: list[int], ids: list[int], per_page: int) -> None:
    page = task_assignments.page(ACCOUNT, Filter(), PageRequest(per_page), among=[Id(item) for item in among])
    assert ([record.id for record in page.records], page.total_entries) == (ids[:per_page], len(ids))


@pytest.mark.usefixtures("six")
def test_the_list_of_a_project_that_is_not_there_is_not_found() -> None:
    with pytest.raises(NotFoundError):
        _page(9)
    with pytest.raises(NotFoundError):
        task_assignments.page_of_project(OTHER, Id(1), Filter(), PageRequest())


@pytest.mark.usefixtures("six")
@pytest.mark.parametrize("many", [2, 20])
def test_what_may_be_logged_to_is_active_and_oldest_first(monkeypatch: pytest.MonkeyPatch, many: int) -> None:
    monkeypatch.setattr(task_assignments, "_MANY_PROJECTS", many)
    found = task_assignments.active_by_project(ACCOUNT, [Id(3), Id(1)])
    assert {number: [assigned_task.id for assigned_task in some] for number, some in found.items()} == {3: [], 1: [11]}


def test_the_assignments_of_pairs_are_found_and_pairs_without_one_left_out(table: str) -> None:
    populate(client(1), project(1), project(2), task(1), assignment(7, 1, 1), assignment(8, 2, 1, is_active=False))
    pairs = [(Id(1), Id(1)), (Id(2), Id(1)), (Id(1), Id(2))]
    assert task_assignments.of_pairs(ACCOUNT, pairs) == {(1, 1): 7, (2, 1): 8}
