"""What v1 does with tasks and assignments: to delete may mean to archive, and a project keeps one active task."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import pytest

from sheaf.domain.errors import NameTakenError, NotFoundError
from sheaf.domain.identity import AccountId
from sheaf.domain.paging import WHOLE, Filter
from sheaf.domain.record import fields_of, with_changes
from sheaf.domain.task import TaskFields
from sheaf.domain.task_assignment import LastTaskError, TaskAssignment, TaskAssignmentFields
from sheaf.domain.time_entry import TimeEntryFields
from sheaf.domain.timers import Clock
from sheaf.domain.values import Day, Id
from sheaf.store import keys, projects, task_assignments, tasks, time_entries, time_guard
from sheaf.store.resumable import resume
from sheaf.store.resumable.removal import IN_ONE
from sheaf.store.transactions import StaleError
from sheaf.store.writes import update
from tests.store.audit import assert_sound, contents
from tests.store.faults import BEFORE_CALL, hooked, recorded
from tests.store.interruptions import Scenario, check_after_each_call, interrupt_after_each_call, run_undisturbed
from tests.store.stored_records import (
    ACCOUNT,
    ADMIN,
    LONG_AGO,
    NOW,
    Spent,
    assignment,
    client,
    populate,
    project,
    task,
    user_assignment,
)

OTHER = AccountId(2)


def _delete_task(number: int = 1, account_id: AccountId = ACCOUNT) -> bool:
    return tasks.delete_or_archive(account_id, Id(number), NOW)


def _remove(number: int = 1, project_id: int = 1, account_id: AccountId = ACCOUNT) -> bool:
    return task_assignments.remove_or_archive(account_id, Id(project_id), Id(number), NOW)


def _add(name: str = "New", project_id: int = 1, account_id: AccountId = ACCOUNT) -> TaskAssignment:
    return task_assignments.create_with_new_task(account_id, Id(project_id), TaskFields(name=name), NOW)


def _log(task_id: int = 1) -> None:
    fields = TimeEntryFields(project_id=Id(1), task_id=Id(task_id), spent_date=Day("2026-03-01"), hours=Decimal("1.25"))
    time_entries.create(ACCOUNT, ADMIN, fields, Clock(NOW))


def _archive(number: int) -> None:
    task_assignments.update(
        ACCOUNT,
        Id(1),
        Id(number),
        lambda task_assignment: with_changes(
            task_assignment, replace(fields_of(TaskAssignmentFields, task_assignment), is_active=False), NOW
        ),
    )


def _states() -> dict[int, bool]:
    """Which assignments of project 1 are active."""
    return {
        task_assignment.id: task_assignment.is_active
        for task_assignment in task_assignments.everything(ACCOUNT, Id(1), Filter())
    }


def _once(rival: Callable[[], object]) -> Callable[..., None]:
    """A hook that acts the first time it is called."""
    rivals = [rival]

    def interfere(**_: object) -> None:
        if rivals:
            rivals.pop()()

    return interfere


def _three(*more: object) -> None:
    """A project with three active assignments."""
    tasks_ = (item for n in (1, 2, 3) for item in (task(n), assignment(n, 1, n)))
    populate(client(1), project(1), *tasks_, user_assignment(1, ADMIN), *more)


# ------------------------------------------------------------ a task is deleted or archived


@pytest.mark.parametrize("assignments", [0, 1, IN_ONE, IN_ONE + 1])
@pytest.mark.parametrize("is_active", [True, False])
def test_a_task_without_time_is_deleted_with_its_assignments(table: str, is_active: bool, assignments: int) -> None:
    numbers = range(1, assignments + 1)
    populate(
        client(1), task(1, is_active=is_active), *(project(n) for n in numbers), *(assignment(n, n, 1) for n in numbers)
    )

    assert _delete_task() is False
    with pytest.raises(NotFoundError):
        tasks.get(ACCOUNT, Id(1))
    assert_sound(ACCOUNT)


def test_a_task_with_time_is_archived_and_nothing_of_it_goes(table: str) -> None:
    of_task = assignment(1, 1, 1)
    populate(client(1), project(1), task(1), of_task, Spent(id=1, assignment=of_task))

    assert _delete_task() is True
    assert tasks.get(ACCOUNT, Id(1)) == task(1, is_active=False, updated_at=NOW, version=2)
    assert _states() == {1: True}
    assert_sound(ACCOUNT)


def test_a_task_that_is_archived_with_time_stays_as_it_is(table: str) -> None:
    of_task = assignment(1, 1, 1)
    populate(client(1), project(1), task(1, is_active=False), of_task, Spent(id=1, assignment=of_task))
    before = contents()

    assert _delete_task() is True
    assert contents() == before


def test_a_task_that_gets_time_while_it_is_deleted_is_archived(table: str, pauses: list[float]) -> None:
    _three()

    with hooked(BEFORE_CALL, _once(_log), "TransactWriteItems"):
        assert _delete_task() is True
    assert tasks.get(ACCOUNT, Id(1)).is_active is False
    assert_sound(ACCOUNT)


def test_a_task_that_is_not_there_is_not_found(table: str) -> None:
    populate(task(1))
    before = contents()

    for number, account_id in ((2, ACCOUNT), (1, OTHER)):
        with pytest.raises(NotFoundError):
            _delete_task(number, account_id)
    assert contents() == before


# ------------------------------------------------------------ a task is made and assigned


def test_a_new_task_and_its_assignment_are_there_together(table: str) -> None:
    populate(client(1), project(1), task(1), assignment(1, 1, 1))

    made = _add("Design")

    assert made == assignment(2, 1, 2, hourly_rate=Decimal(0), created_at=NOW, updated_at=NOW)
    assert task_assignments.get(ACCOUNT, Id(1), made.id).task == task(
        2, name="Design", default_hourly_rate=Decimal(0), created_at=NOW, updated_at=NOW
    )
    assert _states() == {2: True, 1: True}
    assert_sound(ACCOUNT)


def test_a_new_task_and_its_assignment_follow_task_and_project(table: str) -> None:
    populate(client(1), project(1, is_billable=False))
    fields = TaskFields(name="Design", default_hourly_rate=Decimal(80), is_active=False)

    made = task_assignments.create_with_new_task(ACCOUNT, Id(1), fields, NOW)

    assert (made.billable, made.hourly_rate, made.is_active) == (False, Decimal(80), True)
    assert tasks.get(ACCOUNT, Id(1)).is_active is False
    assert_sound(ACCOUNT)


@pytest.mark.parametrize("name", ["Task 0001", "TASK 0001"])
def test_a_name_that_is_taken_makes_neither(table: str, name: str) -> None:
    populate(client(1), project(1), task(1, is_active=False))
    before = contents()

    with pytest.raises(NameTakenError):
        _add(name)
    assert contents() == before


def test_a_project_that_is_not_there_gets_neither(table: str) -> None:
    populate(client(1), project(1))
    before = contents()

    for project_id, account_id in ((2, ACCOUNT), (1, OTHER)):
        with pytest.raises(NotFoundError):
            _add(project_id=project_id, account_id=account_id)
    assert contents() == before


def test_a_project_that_goes_meanwhile_gets_neither(table: str, pauses: list[float]) -> None:
    populate(client(1), project(1))
    rival = _once(lambda: projects.delete(ACCOUNT, Id(1), NOW))

    with hooked(BEFORE_CALL, rival, "TransactWriteItems"), pytest.raises(NotFoundError):
        _add()
    assert_sound(ACCOUNT)
    assert task_assignments.page(ACCOUNT, Filter(), WHOLE).records == []


ADDED = Scenario(lambda: populate(client(1), project(1), task(1), assignment(1, 1, 1)), _add)


def test_readers_see_the_new_task_and_its_assignment_at_one_moment(endpoint_url: str) -> None:
    check_after_each_call(endpoint_url, ADDED, run_undisturbed(endpoint_url, ADDED))


def test_wherever_it_is_cut_off_both_are_there_or_neither(endpoint_url: str) -> None:
    took_place = interrupt_after_each_call(endpoint_url, ADDED, run_undisturbed(endpoint_url, ADDED))

    assert took_place == [False] * (len(took_place) - 1) + [True]


# ------------------------------------------------------------ an assignment is removed or archived


@pytest.mark.parametrize("is_active", [True, False])
def test_an_assignment_without_time_is_removed(table: str, is_active: bool) -> None:
    populate(client(1), project(1), task(1), task(2), assignment(1, 1, 1, is_active=is_active), assignment(2, 1, 2))

    assert _remove() is False
    assert _states() == {2: True}
    assert_sound(ACCOUNT)


def test_an_assignment_with_time_is_archived(table: str) -> None:
    _three(Spent(id=1, assignment=assignment(1, 1, 1)))

    assert _remove() is True
    assert task_assignments.get(ACCOUNT, Id(1), Id(1)).assignment == assignment(
        1, 1, 1, is_active=False, updated_at=NOW, version=2
    )
    assert_sound(ACCOUNT)


def test_an_assignment_that_is_archived_with_time_stays_as_it_is(table: str) -> None:
    archived = assignment(1, 1, 1, is_active=False)
    populate(client(1), project(1), task(1), archived, Spent(id=1, assignment=archived))
    before = contents()

    assert _remove() is True
    assert contents() == before


@pytest.mark.parametrize("archived", [0, 1, 3])
@pytest.mark.parametrize("with_time", [False, True])
def test_the_only_active_assignment_stays_whatever_is_archived_beside_it(
    table: str, with_time: bool, archived: int
) -> None:
    only = assignment(1, 1, 1)
    others = [assignment(n, 1, n, is_active=False) for n in range(2, 2 + archived)]
    populate(
        client(1),
        project(1),
        *(task(task_assignment.task_id) for task_assignment in (only, *others)),
        only,
        *others,
        *([Spent(id=1, assignment=only)] if with_time else []),
    )
    before = contents()

    with pytest.raises(LastTaskError):
        _remove()
    assert contents() == before


def test_assignments_of_other_projects_do_not_count(table: str) -> None:
    populate(client(1), project(1), project(2), task(1), task(2), assignment(1, 1, 1), assignment(2, 2, 2))

    with pytest.raises(LastTaskError):
        _remove()
    assert_sound(ACCOUNT)


def test_an_archived_assignment_goes_also_where_none_is_active(table: str) -> None:
    populate(client(1), project(1), task(1), assignment(1, 1, 1, is_active=False))

    assert _remove() is False
    assert _states() == {}
    assert_sound(ACCOUNT)


@pytest.mark.parametrize(("number", "project_id", "account_id"), [(9, 1, ACCOUNT), (1, 2, ACCOUNT), (1, 1, OTHER)])
def test_an_assignment_is_removed_under_its_own_project_alone(
    table: str, number: int, project_id: int, account_id: AccountId
) -> None:
    _three(project(2))
    before = contents()

    with pytest.raises(NotFoundError):
        _remove(number, project_id, account_id)
    assert contents() == before


def test_an_assignment_that_gets_time_while_it_is_removed_is_archived(table: str, pauses: list[float]) -> None:
    _three()

    with hooked(BEFORE_CALL, _once(_log), "TransactWriteItems"):
        assert _remove() is True
    assert _states() == {3: True, 2: True, 1: False}
    assert_sound(ACCOUNT)


def test_an_assignment_that_loses_its_time_while_it_is_archived_is_archived_all_the_same(
    table: str, pauses: list[float]
) -> None:
    _three(Spent(id=1, assignment=assignment(1, 1, 1)))
    rival = _once(lambda: time_entries.delete(ACCOUNT, Id(1), lambda _: None))

    with hooked(BEFORE_CALL, rival, "TransactWriteItems"):
        assert _remove() is True
    assert _states() == {3: True, 2: True, 1: False}
    assert_sound(ACCOUNT)


def test_an_assignment_that_becomes_the_only_active_one_meanwhile_stays(table: str, pauses: list[float]) -> None:
    _three()
    _archive(3)

    with hooked(BEFORE_CALL, _once(lambda: _archive(2)), "TransactWriteItems"), pytest.raises(LastTaskError):
        _remove()
    assert _states() == {3: False, 2: False, 1: True}
    assert_sound(ACCOUNT)


def test_an_assignment_that_is_archived_meanwhile_is_no_longer_the_last_and_goes(
    table: str, pauses: list[float]
) -> None:
    populate(client(1), project(1), task(1), assignment(1, 1, 1))

    with hooked(BEFORE_CALL, _once(lambda: _archive(1)), "TransactWriteItems"):
        assert _remove() is False
    assert _states() == {}
    assert_sound(ACCOUNT)


@pytest.mark.parametrize(
    "rival",
    [
        lambda: task_assignments.delete(ACCOUNT, Id(1), Id(1), NOW),
        lambda: tasks.delete(ACCOUNT, Id(1), NOW),
        lambda: projects.delete(ACCOUNT, Id(1), NOW),
    ],
    ids=["assignment", "task", "project"],
)
@pytest.mark.parametrize("beside", [True, False], ids=["one of three", "the last"])
def test_what_goes_meanwhile_is_not_found(
    table: str, pauses: list[float], beside: bool, rival: Callable[[], object]
) -> None:
    if beside:
        _three()
    else:
        populate(client(1), project(1), task(1), assignment(1, 1, 1))

    with hooked(BEFORE_CALL, _once(rival), "TransactWriteItems"), pytest.raises(NotFoundError):
        _remove()
    assert_sound(ACCOUNT)


def test_an_assignment_of_a_task_that_is_half_removed_counts_no_more(
    table: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    numbers = range(1, IN_ONE + 2)
    of_task = [assignment(n, n, 1) for n in numbers]
    last = assignment(len(numbers) + 1, 1, 2)
    populate(client(1), task(1), task(2), *map(project, numbers), *of_task, last)
    with monkeypatch.context() as cut_off:
        cut_off.setattr(resume, "_repeat", lambda *_: False)
        tasks.delete(ACCOUNT, Id(1), NOW)

    with pytest.raises(LastTaskError):
        _remove(last.id)
    assert_sound(ACCOUNT)


REMOVALS = {
    "removed": Scenario(_three, _remove),
    "archived": Scenario(lambda: _three(Spent(id=1, assignment=assignment(1, 1, 1))), _remove),
}


@pytest.mark.parametrize("name", REMOVALS)
def test_wherever_a_removal_is_cut_off_it_took_place_or_did_not(name: str, endpoint_url: str) -> None:
    took_place = interrupt_after_each_call(endpoint_url, REMOVALS[name], run_undisturbed(endpoint_url, REMOVALS[name]))

    assert took_place == [False] * (len(took_place) - 1) + [True]


# ------------------------------------------------------------ the rule, as a condition


def test_the_rule_is_a_condition_of_the_projects_count_and_of_no_other_write() -> None:
    guard, other = keys.guard(ACCOUNT, "PROJECT", Id(1)), keys.guard(ACCOUNT, "PROJECT", Id(2))
    step = {":step": {"N": "-1"}}
    writes = [
        update(other, "ADD active :step", step),
        update(guard, "ADD active :step", step, condition="attribute_exists(pk) OR pk = :x", refusal=StaleError()),
    ]

    first, second = time_guard.keep_one_active(ACCOUNT, Id(1), writes)

    assert first == writes[0]
    assert second.parameters["ConditionExpression"] == "(attribute_exists(pk) OR pk = :x) AND active > :one"
    assert second.parameters["ExpressionAttributeValues"] == {**step, ":one": {"N": "1"}}
    assert isinstance(second.refusal, LastTaskError)


# ------------------------------------------------------------ all at once


def test_all_assignments_of_a_project_come_at_once_the_newest_first(table: str) -> None:
    numbers = range(1, 31)
    populate(
        client(1),
        project(1),
        project(2),
        *(task(n, is_active=n % 3 > 0) for n in numbers),
        *(assignment(n, 1, n, is_active=n % 2 > 0) for n in numbers),
        assignment(31, 2, 1),
    )

    found = task_assignments.everything(ACCOUNT, Id(1), Filter())

    assert [task_assignment.id for task_assignment in found] == list(reversed(numbers))


def test_since_a_time_only_what_changed_comes(table: str) -> None:
    populate(client(1), project(1), task(1), task(2), assignment(1, 1, 1, updated_at=NOW), assignment(2, 1, 2))

    for since, expected in ((LONG_AGO, [2, 1]), (NOW, [1])):
        found = task_assignments.everything(ACCOUNT, Id(1), Filter(updated_since=since))
        assert [task_assignment.id for task_assignment in found] == expected


def test_a_project_that_is_not_there_has_no_list(table: str) -> None:
    populate(client(1), project(1))

    for project_id, account_id in ((2, ACCOUNT), (1, OTHER)):
        with pytest.raises(NotFoundError):
            task_assignments.everything(account_id, Id(project_id), Filter())


def test_a_removal_costs_the_same_however_much_time_there_is(table: str) -> None:
    _three(*(Spent(id=n, assignment=assignment(1 + n % 2, 1, 1 + n % 2)) for n in range(1, 60)))

    with recorded() as calls:
        _remove()
    first = [call.operation for call in calls]
    with recorded() as calls:
        _remove(3)
    assert first == [call.operation for call in calls]
