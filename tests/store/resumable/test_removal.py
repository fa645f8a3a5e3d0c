"""A task or a project is removed with all that belongs to it, at once for every reader, wherever it is interrupted."""

from collections.abc import Callable
from typing import Any

import pytest

from sheaf.domain.errors import BusyError, NotFoundError
from sheaf.domain.paging import Filter, PageRequest
from sheaf.domain.project import ProjectFields
from sheaf.domain.task import TaskFields, TaskHasTimeError
from sheaf.domain.time_entry import TimeFilter
from sheaf.domain.values import Id
from sheaf.store import projects, task_assignments, tasks, time_entries
from sheaf.store.resumable import removal, resume
from sheaf.store.resumable.operations import of_all_accounts
from tests.store.audit import assert_sound, contents
from tests.store.faults import AFTER_CALL, BEFORE_CALL, CrashError, hooked
from tests.store.interruptions import Scenario, check_after_each_call, interrupt_after_each_call, run_undisturbed
from tests.store.stored_records import ACCOUNT, EVERYTHING, NOW, Spent, assignment, client, populate, project, task


@pytest.fixture
def small_steps(monkeypatch: pytest.MonkeyPatch, timeless: None) -> None:
    """Two assignments are many already, and two assignments or entries a step."""
    for name, number in {"IN_ONE": 1, "CHUNK": 2, "ENTRIES": 2}.items():
        monkeypatch.setattr(removal, name, number)


def _task_on(amount: int) -> None:
    """Task 1 on projects 1 to `amount`, each third assignment archived; task 2 on the first two projects too."""
    populate(
        client(1),
        *(project(n) for n in range(1, max(amount, 2) + 1)),
        task(1, is_default=True),
        task(2),
        *(assignment(n, n, 1, is_active=n % 3 != 0) for n in range(1, amount + 1)),
        *(assignment(1000 + n, n, 2) for n in (1, 2)),
        Spent(id=1, assignment=assignment(1001, 1, 2)),
    )


def _project_with(assignments: int, entries: int) -> None:
    """Project 1 with so many tasks and entries, each in a month of its own; project 2 shares its tasks."""
    made = [assignment(n, 1, n, is_active=n % 3 != 0) for n in range(1, assignments + 1)]
    other = assignment(1001, 2, 1)
    populate(
        client(1),
        *(project(n) for n in (1, 2)),
        *(task(n) for n in range(1, max(assignments, 2) + 1)),
        *made,
        other,
        *(
            Spent(
                id=n + 1,
                assignment=made[n % assignments],
                day=f"{2000 + n // 12}-{n % 12 + 1:02d}-14",
                user=n % 3 + 1,
            )
            for n in range(entries)
        ),
        Spent(id=900, assignment=other, day="2000-01-14"),
    )


def _delete_task() -> object:
    return tasks.delete(ACCOUNT, Id(1), NOW)


def _delete_project() -> object:
    return projects.delete(ACCOUNT, Id(1), NOW)


# ------------------------------------------------------------ what goes


@pytest.mark.parametrize("amount", [0, 1, 20, 21, 300])
def test_a_task_goes_with_its_assignments(table: str, amount: int) -> None:
    _task_on(amount)
    assert tasks.delete(ACCOUNT, Id(1), NOW) == task(1, is_default=True)
    with pytest.raises(NotFoundError):
        tasks.get(ACCOUNT, Id(1))
    page = task_assignments.page(ACCOUNT, Filter(), PageRequest(1))
    assert (page.total_entries, [record.id for record in page.records]) == (2, [1002])
    assert_sound(ACCOUNT)
    assert list(of_all_accounts()) == []


@pytest.mark.parametrize(("assignments", "entries"), [(0, 0), (1, 0), (25, 0), (1, 1), (25, 1), (1, 50), (25, 50)])
def test_a_project_goes_with_its_assignments_and_its_time(table: str, assignments: int, entries: int) -> None:
    _project_with(assignments, entries)
    found = projects.delete(ACCOUNT, Id(1), NOW)
    assert (found.project, found.client) == (project(1), client(1))
    with pytest.raises(NotFoundError):
        projects.get(ACCOUNT, Id(1))
    page = time_entries.page(ACCOUNT, EVERYTHING, TimeFilter(), PageRequest())
    assert (page.total_entries, [record.id for record in page.records]) == (1, [900])
    assert_sound(ACCOUNT)
    assert list(of_all_accounts()) == []


# ------------------------------------------------------------ nothing by halves

SCENARIOS = {
    "a task on no project": Scenario(lambda: _task_on(0), _delete_task),
    "a task on 1 project": Scenario(lambda: _task_on(1), _delete_task),
    "a task on 3 projects": Scenario(lambda: _task_on(3), _delete_task),
    "an empty project": Scenario(lambda: _project_with(0, 0), _delete_project),
    "a project with 3 tasks": Scenario(lambda: _project_with(3, 0), _delete_project),
    "a project with 1 task and 1 entry": Scenario(lambda: _project_with(1, 1), _delete_project),
    "a project with 3 tasks and 3 entries": Scenario(lambda: _project_with(3, 3), _delete_project),
}


@pytest.mark.usefixtures("small_steps")
@pytest.mark.parametrize("scenario", SCENARIOS.values(), ids=SCENARIOS)
def test_all_that_goes_is_gone_from_one_moment_on(endpoint_url: str, scenario: Scenario) -> None:
    check_after_each_call(endpoint_url, scenario, run_undisturbed(endpoint_url, scenario))


@pytest.mark.usefixtures("small_steps")
@pytest.mark.parametrize(
    "name", ["a task on 1 project", "a task on 3 projects", "a project with 3 tasks and 3 entries"]
)
def test_a_removal_that_was_cut_off_never_began_or_is_finished(endpoint_url: str, name: str) -> None:
    scenario = SCENARIOS[name]
    took_place = interrupt_after_each_call(endpoint_url, scenario, run_undisturbed(endpoint_url, scenario))
    assert (took_place, took_place[0], took_place[-1]) == (sorted(took_place), False, True)


# ------------------------------------------------------------ while it lies there half done


def _die_after_deciding(act: Callable[[], object]) -> None:
    """Do something and die right after its first transaction."""

    def die(**_: object) -> None:
        raise CrashError

    with hooked(AFTER_CALL, die, "TransactWriteItems"), pytest.raises(CrashError):
        act()


@pytest.mark.usefixtures("small_steps")
def test_a_name_is_free_as_soon_as_its_task_or_project_is_gone(table: str) -> None:
    _task_on(5)
    _die_after_deciding(_delete_task)
    assert tasks.create(ACCOUNT, TaskFields(name="TASK 0001"), NOW).id == 3
    resume.resume_all(seconds=20)
    _die_after_deciding(_delete_project)
    made = projects.create(ACCOUNT, ProjectFields(client_id=Id(1), name="PROJECT 1"), NOW)
    assert made.project.id == 6


@pytest.mark.usefixtures("small_steps")
def test_the_time_of_a_removed_project_keeps_no_task_from_going(table: str) -> None:
    _project_with(3, 5)
    _die_after_deciding(_delete_project)
    assert tasks.delete(ACCOUNT, Id(2), NOW).id == 2
    with pytest.raises(TaskHasTimeError):
        tasks.delete(ACCOUNT, Id(1), NOW)


# ------------------------------------------------------------ while another removal is decided


@pytest.mark.usefixtures("small_steps")
@pytest.mark.parametrize(
    ("first", "second"),
    [(_delete_task, _delete_project), (_delete_project, _delete_task)],
    ids=["a task, then its project", "a project, then its task"],
)
@pytest.mark.parametrize("amount", [1, 3])
def test_what_two_removals_share_is_uncounted_once(
    table: str,
    pauses: list[float],
    monkeypatch: pytest.MonkeyPatch,
    first: Callable[[], object],
    second: Callable[[], object],
    amount: int,
) -> None:
    """The second is decided, and its rest not yet deleted, when the first has read what it is about to remove."""
    _task_on(amount)
    rivals = [second]

    def interfere(**_: object) -> None:
        if rivals:
            with monkeypatch.context() as patched:
                patched.setattr(resume, "resume", lambda *_: False)
                rivals.pop()()

    with hooked(BEFORE_CALL, interfere, "TransactWriteItems"):
        first()
    resume.resume_all(seconds=20)
    assert_sound(ACCOUNT)


@pytest.mark.usefixtures("small_steps")
def test_the_time_of_a_project_that_goes_meanwhile_keeps_no_task_from_going(
    table: str, pauses: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    _project_with(3, 5)
    rivals = [_delete_project]

    def interfere(params: dict[str, Any], **_: object) -> None:
        if rivals and "TASK_GUARD" in str(params["body"]):
            with monkeypatch.context() as patched:
                patched.setattr(resume, "resume", lambda *_: False)
                rivals.pop()()

    with hooked(BEFORE_CALL, interfere, "Query"):
        assert tasks.delete(ACCOUNT, Id(2), NOW).id == 2
    resume.resume_all(seconds=20)
    assert_sound(ACCOUNT)


@pytest.mark.usefixtures("table")
def test_a_removal_that_cannot_wait_for_another_decides_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    _project_with(25, 0)
    _die_after_deciding(_delete_project)
    before = contents()
    monkeypatch.setattr(resume, "_PATIENCE", 0.0)
    with pytest.raises(BusyError):
        tasks.delete(ACCOUNT, Id(2), NOW)
    assert contents() == before
