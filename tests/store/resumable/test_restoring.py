"""A deleted task is restored with its assignments, at once for every reader, wherever that is interrupted."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from sheaf.domain.errors import NameTakenError, NotFoundError
from sheaf.domain.paging import Filter, PageRequest
from sheaf.domain.task import TaskFields
from sheaf.domain.task_assignment import TaskAssignment
from sheaf.domain.values import Id, Timestamp, to_timestamp
from sheaf.store import deleted_tasks, projects, task_assignments, tasks
from sheaf.store.resumable import removal, restoring
from sheaf.store.resumable.operations import of_all_accounts
from tests.store.audit import assert_sound, contents
from tests.store.faults import AFTER_CALL, CrashError, hooked
from tests.store.interruptions import Scenario, check_after_each_call, interrupt_after_each_call, run_undisturbed
from tests.store.stored_records import ACCOUNT, NOW, assignment, client, populate, project, task

TASK = Id(1)
LATER = Timestamp("2026-03-15T12:00:00Z")


@pytest.fixture
def small_steps(monkeypatch: pytest.MonkeyPatch, timeless: None) -> None:
    """Two assignments are many already, and two a step."""
    for module in (removal, restoring):
        monkeypatch.setattr(module, "IN_ONE", 1)
        monkeypatch.setattr(module, "CHUNK", 2)


def _deleted(amount: int, *, is_active: bool = True) -> None:
    """Task 1, deleted with its assignments to projects 1 to `amount`, each third one archived; task 2 stays."""
    populate(
        client(1),
        *(project(number) for number in range(1, amount + 1)),
        task(1, name="Design", is_default=True, is_active=is_active),
        task(2),
        *(assignment(number, number, 1, is_active=number % 3 != 0) for number in range(1, amount + 1)),
    )
    tasks.delete(ACCOUNT, TASK, NOW)


def _restore() -> object:
    return tasks.restore(ACCOUNT, TASK, LATER)


def _assignments() -> Sequence[TaskAssignment]:
    page = task_assignments.page(ACCOUNT, Filter(), PageRequest())
    assert page.total_entries == len(page.records)
    return [record.assignment for record in reversed(page.records)]


# ------------------------------------------------------------ what comes back


@pytest.mark.parametrize(("amount", "is_active"), [(0, True), (0, False), (14, True), (15, False), (60, True)])
def test_a_task_comes_back_with_its_assignments_as_they_were(table: str, amount: int, is_active: bool) -> None:
    _deleted(amount, is_active=is_active)
    before = contents()
    made = task(1, name="Design", is_default=True, is_active=is_active)
    assert tasks.restore(ACCOUNT, TASK, LATER) == replace(made, version=2, updated_at=LATER)
    assert tasks.get(ACCOUNT, TASK) == replace(made, version=2, updated_at=LATER)
    assert _assignments() == [
        replace(assignment(number, number, 1, is_active=number % 3 != 0), version=2, updated_at=LATER)
        for number in range(1, amount + 1)
    ]
    assert_sound(ACCOUNT)
    assert list(of_all_accounts()) == []
    with pytest.raises(NotFoundError):
        tasks.restore(ACCOUNT, TASK, LATER)
    tasks.delete(ACCOUNT, TASK, LATER)
    assert contents() == before
    assert tasks.restore(ACCOUNT, TASK, LATER).version == 3
    assert len(_assignments()) == amount


@pytest.mark.parametrize("amount", [3, 60])
def test_assignments_to_projects_that_are_gone_are_gone_too(table: str, amount: int) -> None:
    _deleted(amount)
    for number in range(1, amount + 1, 2):
        projects.delete(ACCOUNT, Id(number), NOW)
    tasks.restore(ACCOUNT, TASK, LATER)
    assert [each.project_id for each in _assignments()] == list(range(2, amount + 1, 2))
    assert_sound(ACCOUNT)
    assert list(deleted_tasks.assignments_of(ACCOUNT, TASK, 100)) == []


@pytest.mark.parametrize("amount", [1, 60])
def test_a_name_that_is_taken_is_left_to_who_has_it(table: str, amount: int) -> None:
    _deleted(amount)
    other = tasks.create(ACCOUNT, TaskFields(name="DESIGN"), NOW)
    before = contents()
    with pytest.raises(NameTakenError):
        _restore()
    assert contents() == before
    assert list(of_all_accounts()) == []
    tasks.delete(ACCOUNT, other.id, NOW)
    tasks.restore(ACCOUNT, TASK, LATER)
    assert tasks.ids_by_name(ACCOUNT, ["design"]) == {"design": TASK}


def test_a_task_can_be_restored_for_thirty_days(table: str) -> None:
    _deleted(1)
    end = datetime.fromisoformat(NOW) + timedelta(days=30)
    for now, count in ((to_timestamp(end - timedelta(seconds=1)), 1), (to_timestamp(end), 0)):
        page = tasks.deleted_page(ACCOUNT, Filter(), PageRequest(), None, now)
        assert (page.total_entries, len(page.records)) == (count, count)
    with pytest.raises(NotFoundError):
        tasks.restore(ACCOUNT, TASK, to_timestamp(end))
    assert tasks.restore(ACCOUNT, TASK, to_timestamp(end - timedelta(seconds=1))).name == "Design"


def test_a_task_whose_deletion_was_cut_off_comes_back_whole(table: str) -> None:
    populate(
        client(1),
        *(project(number) for number in range(1, 31)),
        task(1),
        *(assignment(number, number, 1) for number in range(1, 31)),
    )

    def die(**_: object) -> None:
        raise CrashError

    with hooked(AFTER_CALL, die, "TransactWriteItems"), pytest.raises(CrashError):
        tasks.delete(ACCOUNT, TASK, NOW)
    tasks.restore(ACCOUNT, TASK, LATER)
    assert len(_assignments()) == 30
    assert_sound(ACCOUNT)


# ------------------------------------------------------------ nothing by halves

SCENARIOS = {
    "on no project": Scenario(lambda: _deleted(0), _restore),
    "on 1 project": Scenario(lambda: _deleted(1), _restore),
    "on 3 projects": Scenario(lambda: _deleted(3), _restore),
}


@pytest.mark.usefixtures("small_steps")
@pytest.mark.parametrize("scenario", SCENARIOS.values(), ids=SCENARIOS)
def test_all_that_comes_back_is_there_from_one_moment_on(endpoint_url: str, scenario: Scenario) -> None:
    check_after_each_call(endpoint_url, scenario, run_undisturbed(endpoint_url, scenario))


@pytest.mark.usefixtures("small_steps")
@pytest.mark.parametrize("name", ["on 1 project", "on 3 projects"])
def test_a_restoration_that_was_cut_off_never_began_or_is_finished(endpoint_url: str, name: str) -> None:
    scenario = SCENARIOS[name]
    took_place = interrupt_after_each_call(endpoint_url, scenario, run_undisturbed(endpoint_url, scenario))
    assert (took_place, took_place[0], took_place[-1]) == (sorted(took_place), False, True)
