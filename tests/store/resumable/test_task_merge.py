"""A task becomes part of another with its time and assignments, at once for every reader, wherever it is cut off."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

import pytest

from sheaf.domain.errors import InvalidError, NotFoundError
from sheaf.domain.paging import Filter, PageRequest
from sheaf.domain.record import fields_of, with_changes
from sheaf.domain.task import TaskHasTimeError
from sheaf.domain.task_assignment import TaskAssignmentHasTimeError
from sheaf.domain.time_entry import TimeEntryFields, TimeFilter
from sheaf.domain.timers import Clock
from sheaf.domain.values import Day, Id, Timestamp
from sheaf.store import projects, task_assignments, tasks, time_entries, time_sums
from sheaf.store.resumable import resume, task_merge
from sheaf.store.resumable.operations import of_all_accounts
from tests.store.audit import assert_sound, contents
from tests.store.faults import AFTER_CALL, CrashError, hooked
from tests.store.interruptions import Scenario, fresh_table, interrupt_after_each_call, run_undisturbed
from tests.store.stored_records import (
    ACCOUNT,
    ADMIN,
    EVERYTHING,
    Spent,
    assignment,
    client,
    populate,
    project,
    task,
    user_assignment,
    visible_records,
)

OLD, NEW = Id(1), Id(2)
LATER = Timestamp("2026-03-15T12:00:00Z")


@pytest.fixture
def small_steps(monkeypatch: pytest.MonkeyPatch, timeless: None) -> None:
    """One assignment a step, and two entries."""
    monkeypatch.setattr(task_merge, "CHUNK", 1)
    monkeypatch.setattr(task_merge, "ENTRIES", 2)


def _two_tasks(on_both: int, alone: int, entries: int) -> None:
    """The old task on some projects that have the new one too, and on some that do not; each third one is archived.

    Each of its assignments has so many entries; those of the new task have one each. A third task has one too.
    """
    both = range(1, on_both + 1)
    of_old = [assignment(number, number, OLD, is_active=number % 3 != 0) for number in range(1, on_both + alone + 1)]
    of_new = [assignment(100 + number, number, NEW, is_active=number % 2 == 1) for number in both]
    other = assignment(300, 1, 3)
    ids = iter(range(1, 10_000))
    spent = [
        Spent(id=next(ids), assignment=each, day=f"2026-02-{day + 1:02}") for each in of_old for day in range(entries)
    ]
    populate(
        client(1),
        *(project(number) for number in range(1, on_both + alone + 2)),
        task(OLD, name="Old", is_default=True),
        task(NEW, name="New"),
        task(3),
        *of_old,
        *of_new,
        other,
        *(user_assignment(number, ADMIN) for number in range(1, on_both + alone + 2)),
        *spent,
        *(Spent(id=next(ids), assignment=each) for each in [*of_new, other]),
    )


def _merge() -> object:
    return tasks.merge(ACCOUNT, OLD, NEW, LATER)


def seen() -> dict[str, object]:
    """What readers are shown, with whose everything is."""
    return dict(_seen())


def _seen() -> Iterator[tuple[str, object]]:
    yield from visible_records().items()
    assigned = task_assignments.page(ACCOUNT, Filter(), PageRequest())
    assert assigned.total_entries == len(assigned.records)
    yield "assignments", [(each.id, each.project.id, each.task.name) for each in assigned.records]
    yield "one by one", [_one(each.project.id, each.id) for each in assigned.records]
    for task_id in (None, OLD, NEW):
        wanted = TimeFilter(task_id=task_id)
        page = time_entries.page(ACCOUNT, EVERYTHING, wanted, PageRequest())
        yield f"time of {task_id}", [(each.id, each.task.name, each.assignment.id) for each in page.records]
        sums = Counter[tuple[str, Id]]()
        for each in time_sums.sums(ACCOUNT, EVERYTHING, wanted, LATER):
            sums[each.task.name, each.assignment.id] += int(each.entry.hours * 100)
        yield f"hours of {task_id}", sums
    yield (
        "to log to",
        {
            each.id: each.task.name
            for found in task_assignments.active_by_project(ACCOUNT, [Id(1), Id(2), Id(3)]).values()
            for each in found
        },
    )


def _one(project_id: Id, assignment_id: Id) -> str:
    return task_assignments.get(ACCOUNT, project_id, assignment_id).task.name


# ------------------------------------------------------------ what becomes of it


@pytest.mark.parametrize(("on_both", "alone", "entries"), [(0, 0, 0), (1, 0, 2), (0, 2, 2), (3, 4, 30)])
def test_all_time_and_all_assignments_are_the_other_tasks(table: str, on_both: int, alone: int, entries: int) -> None:
    _two_tasks(on_both, alone, entries)
    before = time_sums.sums(ACCOUNT, EVERYTHING, TimeFilter(), LATER)
    terms = [task_assignments.get(ACCOUNT, Id(n), Id(100 + n)).assignment for n in range(1, on_both + 1)]

    assert tasks.merge(ACCOUNT, OLD, NEW, LATER) == task(NEW, name="New")

    assert_sound(ACCOUNT)
    assert list(of_all_accounts()) == []
    with pytest.raises(NotFoundError):
        tasks.get(ACCOUNT, OLD)
    assert tasks.ids_by_name(ACCOUNT, ["old", "new"]) == {"new": NEW}
    found = task_assignments.page(ACCOUNT, Filter(), PageRequest())
    assert {each.id for each in found.records if each.task.id == NEW} == {
        *(100 + number for number in range(1, on_both + 1)),
        *range(on_both + 1, on_both + alone + 1),
    }
    assert [task_assignments.get(ACCOUNT, Id(n), Id(100 + n)).assignment for n in range(1, on_both + 1)] == terms
    after = time_sums.sums(ACCOUNT, EVERYTHING, TimeFilter(), LATER)
    assert sum(each.entry.hours for each in after) == sum(each.entry.hours for each in before)
    named = time_entries.page(ACCOUNT, EVERYTHING, TimeFilter(task_id=NEW), PageRequest())
    assert named.total_entries == (on_both + alone) * entries + on_both


def test_nothing_becomes_part_of_itself_or_of_what_is_gone_or_archived(table: str) -> None:
    _two_tasks(1, 1, 1)
    populate(task(7, is_active=False))
    before = contents()
    for source, target, refusal, told in (
        (OLD, OLD, InvalidError, "into_task_id must be another task"),
        (OLD, Id(9), InvalidError, "into_task_id must be a task of the account; there is no task 9"),
        (OLD, Id(7), InvalidError, "into_task_id must be an active task; task 7 is archived"),
        (Id(9), NEW, NotFoundError, ""),
    ):
        with pytest.raises(refusal, match=f"^{told}$"):
            tasks.merge(ACCOUNT, source, target, LATER)
    assert contents() == before


def test_an_archived_task_can_become_part_of_an_active_one(table: str) -> None:
    populate(client(1), project(1), task(OLD, is_active=False), task(NEW), assignment(1, 1, OLD))
    _merge()
    assert_sound(ACCOUNT)
    assert _one(Id(1), Id(1)) == "Task 0002"


# ------------------------------------------------------------ nothing by halves

SCENARIOS = {
    "no assignments": Scenario(lambda: _two_tasks(0, 0, 0), _merge),
    "no time": Scenario(lambda: _two_tasks(1, 1, 0), _merge),
    "some time": Scenario(lambda: _two_tasks(1, 1, 3), _merge),
}


@pytest.mark.usefixtures("small_steps")
@pytest.mark.parametrize("scenario", SCENARIOS.values(), ids=SCENARIOS)
def test_readers_see_both_tasks_or_one(endpoint_url: str, scenario: Scenario) -> None:
    looked: list[dict[str, object]] = []
    looking: list[bool] = []

    def look(**_: object) -> None:
        if not looking:
            looking.append(True)
            looked.append(seen())
            looking.clear()

    with fresh_table(endpoint_url):
        scenario.prepare()
        before = seen()
        with hooked(AFTER_CALL, look, "TransactWriteItems"):
            scenario.act()
        after = seen()
    first_after = next(number for number, item in enumerate(looked) if item != before)
    for name in after:
        assert [item[name] for item in looked[first_after:]] == [after[name]] * len(looked[first_after:]), name


@pytest.mark.usefixtures("small_steps")
@pytest.mark.parametrize("name", ["no time", "some time"])
def test_a_merge_that_was_cut_off_never_began_or_is_finished(endpoint_url: str, name: str) -> None:
    scenario = SCENARIOS[name]
    took_place = interrupt_after_each_call(endpoint_url, scenario, run_undisturbed(endpoint_url, scenario))
    assert (took_place, took_place[0], took_place[-1]) == (sorted(took_place), False, True)


# ------------------------------------------------------------ what is done meanwhile


def _begun(on_both: int = 1, alone: int = 1, entries: int = 3, *, transactions: int = 1) -> None:
    """A merge that was cut off after so many transactions."""
    _two_tasks(on_both, alone, entries)
    done = 0

    def die(**_: object) -> None:
        nonlocal done
        done += 1
        if done == transactions:
            raise CrashError

    with hooked(AFTER_CALL, die, "TransactWriteItems"), pytest.raises(CrashError):
        _merge()


def _finished() -> None:
    resume.resume_all(seconds=20)
    assert list(of_all_accounts()) == []
    assert_sound(ACCOUNT)


UNFINISHED = pytest.mark.parametrize("transactions", [1, 2, 4])
"""After the decision, after an assignment, and after the last of them."""


@pytest.mark.usefixtures("small_steps")
@UNFINISHED
def test_time_is_logged_changed_and_deleted_as_if_it_had_ended(table: str, transactions: int) -> None:
    _begun(transactions=transactions)
    for project_id in (1, 2):
        fields = TimeEntryFields(project_id=Id(project_id), task_id=NEW, spent_date=Day("2026-03-02"), hours=Decimal(2))
        logged = time_entries.create(ACCOUNT, ADMIN, fields, Clock(LATER))
        assert (logged.task.id, logged.assignment.id) == (NEW, Id(101 if project_id == 1 else 2))
    for entry_id in (1, 4):  # one of each project
        changed = time_entries.update(
            ACCOUNT,
            Id(entry_id),
            lambda found: with_changes(
                found.entry, replace(fields_of(TimeEntryFields, found.entry), hours=Decimal(7)), LATER
            ),
        )
        assert (changed.task.id, changed.entry.hours) == (NEW, Decimal(7))
    for entry_id in (2, 5):
        assert time_entries.delete(ACCOUNT, Id(entry_id), lambda _: None).task.id == NEW
    _finished()
    page = time_entries.page(ACCOUNT, EVERYTHING, TimeFilter(task_id=NEW), PageRequest())
    assert page.total_entries == 6 + 1 + 2 - 2
    assert sum(each.entry.hours for each in page.records if each.id in (1, 4)) == 14


@pytest.mark.usefixtures("small_steps")
@UNFINISHED
def test_what_has_time_by_now_is_not_deleted(table: str, transactions: int) -> None:
    _begun(transactions=transactions)
    with pytest.raises(TaskHasTimeError):
        tasks.delete(ACCOUNT, NEW, LATER)
    with pytest.raises(TaskAssignmentHasTimeError):
        task_assignments.delete(ACCOUNT, Id(2), Id(2), LATER)
    _finished()


@pytest.mark.usefixtures("small_steps")
@UNFINISHED
def test_its_project_is_deleted_with_its_time(table: str, transactions: int) -> None:
    _begun(transactions=transactions)
    projects.delete(ACCOUNT, Id(2), LATER)
    _finished()
    page = time_entries.page(ACCOUNT, EVERYTHING, TimeFilter(task_id=NEW), PageRequest())
    assert page.total_entries == 3 + 1


@pytest.mark.usefixtures("small_steps")
@UNFINISHED
def test_a_merge_that_follows_takes_all_of_it(table: str, transactions: int) -> None:
    _begun(transactions=transactions)
    tasks.merge(ACCOUNT, NEW, Id(3), LATER)
    _finished()
    page = time_entries.page(ACCOUNT, EVERYTHING, TimeFilter(task_id=Id(3)), PageRequest())
    assert page.total_entries == 6 + 1 + 1
    assert {each.task.id for each in task_assignments.page(ACCOUNT, Filter(), PageRequest()).records} == {3}
