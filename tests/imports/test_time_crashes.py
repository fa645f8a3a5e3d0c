"""Imports of time that are interrupted, redelivered or raced: in the end the table holds what the file says, once."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from sheaf.domain.errors import NotFoundError
from sheaf.domain.imports.rows import Named, Outcome, Person, TimeRow, Verdict
from sheaf.domain.project import claim_of
from sheaf.domain.record import fields_of, with_changes
from sheaf.domain.task import TaskFields, TaskHasTimeError
from sheaf.domain.time_entry import TimeEntryFields
from sheaf.domain.timers import Clock
from sheaf.domain.values import Day, Id, fold_name
from sheaf.imports.batch import Work
from sheaf.imports.time import time_steps
from sheaf.store import keys, projects, tasks, time_entries, users
from sheaf.store.mappers.client import CLIENT
from sheaf.store.mappers.project import PROJECT
from sheaf.store.mappers.task import TASK
from sheaf.store.transactions import StaleError, commit
from tests.imports.batch_steps import apply, progress, work
from tests.imports.timesheet import DAY, contents, entries, grouped, row
from tests.races.histories import Actor, conflicts, run
from tests.store.audit import assert_sound
from tests.store.faults import BEFORE_CALL, CrashError, crashing, hooked, recorded
from tests.store.stored_records import ACCOUNT, MEMBER, NOW, assignment, client, populate, project, task
from tests.support.table import row as stored

CREATED, UPDATED, UNCHANGED, FAILED = Outcome
READS = {"GetItem", "BatchGetItem", "Query"}
HISTORIES = 8


@pytest.fixture(autouse=True)
def sound(table: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A small account, and an audit of the whole table in the end."""
    monkeypatch.setattr("sheaf.store.transactions._FIRST_PAUSE", 0.001)
    populate(client(1), project(1), task(1), assignment(1, 1, 1))
    yield
    assert_sound(ACCOUNT)


@pytest.fixture
def small_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three or four rows a step."""
    monkeypatch.setattr("sheaf.imports.time_transactions.STEP_WRITES", 24)


def _work(rows: list[TimeRow], import_id: int = 1) -> Work:
    return replace(work(*grouped(rows)), import_id=Id(import_id))


def _deliver(rows: list[TimeRow], batch: str, import_id: int = 1) -> list[Verdict]:
    """Deliver a batch until it is done, as a queue does."""
    while True:
        try:
            return apply(time_steps, _work(rows, import_id), batch)
        except StaleError:
            continue


def _told(number: int) -> tuple[list[TimeRow], list[TimeRow]]:
    """What an earlier import brought, and what a later one brings; nothing of it is shared with another number."""
    names = {name: Named(name=f"{name} {number}") for name in ("client", "project", "task")}
    mine: dict[str, Any] = {**names, "person": Person(first_name="Ida", last_name=str(number))}
    before = [row(place, 1, "a", **mine) for place in range(1, 4)]
    before += [row(4, 4, "d", **mine), row(5, 5, "e", **mine)]
    day = replace(row(20, 8, **mine), spent_date=Day("2025-12-31"))
    other = replace(day, number=21, task=Named(name=f"new {number}"), person=Person(first_name=f"New {number}"))
    after = [row(place, 1, "a", **mine) for place in range(1, 6)]
    after += [row(6, 4, "changed", **mine), row(7, 6, "e", **mine), row(8, 9, "new", **mine), row(9, 9, "new", **mine)]
    return before, [*after, day, other]


def _left(number: int) -> Counter[tuple[object, ...]]:
    """What entries the clients of this number have, without their ids."""
    client_id = CLIENT.owners(ACCOUNT, [fold_name(f"client {number}")])
    claims = [claim_of(item, fold_name(f"project {number}")) for item in client_id.values()]
    mine = set(PROJECT.owners(ACCOUNT, claims).values())
    return Counter(
        (entry.spent_date, entry.hours, entry.notes, entry.version, entry.import_id)
        for entry in entries()
        if entry.project_id in mine
    )


# ------------------------------------------------------------ interruptions


def test_wherever_an_import_is_cut_off_it_ends_as_if_nothing_had_been(small_steps: None) -> None:
    before, after = _told(0)
    _deliver(before, "before 0")
    with recorded() as calls:
        undisturbed = _deliver(after, "after 0")
    expected = _left(0)
    assert Counter(verdict.outcome for verdict in undisturbed) == {UNCHANGED: 3, UPDATED: 2, CREATED: 6}
    writes = [at for at, call in enumerate(calls) if call.operation not in READS]
    assert len(writes) >= 10
    for at in writes:
        before, after = _told(at)
        _deliver(before, f"before {at}")
        with crashing(at, carried_out=True), pytest.raises(CrashError):
            _deliver(after, f"after {at}")
        assert _deliver(after, f"after {at}") == undisturbed, f"interrupted at call {at}"
        assert _left(at) == expected, f"interrupted at call {at}"
        assert _deliver(after, f"again {at}") == [Verdict(verdict.number, UNCHANGED) for verdict in undisturbed]


def test_a_large_group_is_settled_in_several_transactions_and_only_once() -> None:
    rows = [row(number, number % 100, "a") for number in range(1, 301)]
    first = list(_steps_of(rows[:90]))
    assert len(first) > 3
    _deliver(rows[:90], "1")
    outcomes = Counter(verdict.outcome for verdict in _deliver(rows, "2"))
    assert outcomes == {UNCHANGED: 90, CREATED: 210}
    assert contents(entries()) == contents(rows)


def _steps_of(rows: list[TimeRow]) -> Iterator[int]:
    for step in time_steps(_work(rows)):
        yield len(step.verdicts)


def test_rows_that_are_settled_are_not_meant_again_by_the_rest_of_their_group(small_steps: None) -> None:
    _deliver([row(number, 1, "a") for number in (1, 2)], "1")
    rows = [row(number, 1, "a") for number in range(1, 8)]
    steps = time_steps(_work(rows))
    step = next(steps)
    commit([*step.writes])
    settled = len(step.verdicts)
    assert step.used == {entry.id for entry in entries()}
    rest = time_steps(replace(_work(rows), rows_done=settled, used=step.used))
    verdicts = [*step.verdicts]
    for more in rest:
        commit([*more.writes])
        verdicts += more.verdicts
    assert [verdict.outcome for verdict in verdicts] == [UNCHANGED] * 2 + [CREATED] * 5
    assert contents(entries()) == contents(rows)


# ------------------------------------------------------------ turns


def test_an_import_decides_anew_when_another_had_its_turn_in_between() -> None:
    rows = [row(1, 1, "a"), row(2, 2, "b")]
    step = next(iter(time_steps(_work(rows, 1))))
    _deliver(rows, "other", import_id=2)
    with pytest.raises(StaleError):
        commit(step.writes)
    assert [verdict.outcome for verdict in _deliver(rows, "mine", import_id=1)] == [UNCHANGED] * 2


def test_batches_of_one_import_do_not_wait_for_one_another() -> None:
    _deliver([row(1, 1, spent_date=Day("2026-02-01"))], "1")  # from now on the import has the lease on this month
    first = next(iter(time_steps(_work([row(2, 2, "b")]))))
    second = next(iter(time_steps(_work([row(3, 3, spent_date=Day("2026-02-15"))]))))
    commit(second.writes)
    commit(first.writes)
    assert len(entries()) == 3


def test_time_that_is_logged_over_the_api_makes_no_import_wait() -> None:
    step = next(iter(time_steps(_work([row(1, 1)]))))
    fields = TimeEntryFields(project_id=Id(1), task_id=Id(1), spent_date=DAY, hours=Decimal(1))
    time_entries.create(ACCOUNT, MEMBER, fields, Clock(NOW))
    commit(step.writes)
    assert len(entries()) == 2


def test_a_rival_with_the_same_file_may_come_at_any_moment(small_steps: None) -> None:
    _, after = _told(0)
    with recorded() as calls:
        _deliver(after, "undisturbed")
    for at in range(1, len(calls), 2):
        _, after = _told(at)
        with _rival(at, after):
            mine = _deliver(after, f"mine {at}", import_id=1)
        theirs = progress(f"rival {at}").verdicts
        assert Counter(verdict.outcome for verdict in (*mine, *theirs)) == {
            CREATED: len(after),
            UNCHANGED: len(after),
        }, at
        assert _left(at).total() == len(after), at


@contextmanager
def _rival(at: int, rows: list[TimeRow]) -> Iterator[None]:
    """Before the call of this number another import brings the same rows from its beginning to its end."""
    made: list[object] = []

    def come(**_: object) -> None:
        made.append(None)
        if len(made) == at + 1:
            _deliver(rows, f"rival {at}", import_id=2)

    with hooked(BEFORE_CALL, come):
        yield


# ------------------------------------------------------------ races


def test_two_imports_of_the_same_file_at_once_make_each_entry_once() -> None:
    def race(number: int) -> Mapping[str, Actor]:
        _, rows = _told(number)
        return {
            f"import {literal}": lambda literal=literal: _deliver(rows, f"{number} {literal}", import_id=literal)  # type: ignore[misc]
            for literal in (1, 2)
        }

    with conflicts(0.05):
        histories = run(race, HISTORIES)
    for history in histories:
        assert set(history.errors.values()) == {None}, history
        _, rows = _told(history.number)
        verdicts = [verdict.outcome for name in progress_of(history.number) for verdict in name]
        assert Counter(verdicts) == {CREATED: len(rows), UNCHANGED: len(rows)}
        assert _left(history.number).total() == len(rows)


def progress_of(number: int) -> list[tuple[Verdict, ...]]:
    """The verdicts of both imports of a race."""
    return [progress(f"{number} {literal}").verdicts for literal in (1, 2)]


def test_one_batch_delivered_to_two_workers_at_once_is_applied_once() -> None:
    def race(number: int) -> Mapping[str, Actor]:
        _, rows = _told(number)
        return {f"worker {literal}": lambda: _deliver(rows, str(number)) for literal in (1, 2)}

    for history in run(race, HISTORIES):
        assert set(history.errors.values()) == {None}, history
        _, rows = _told(history.number)
        assert {verdict.outcome for verdict in progress(str(history.number)).verdicts} == {CREATED}
        assert _left(history.number).total() == len(rows)


def _archive(number: int) -> object:
    return tasks.update(ACCOUNT, _task(number), lambda task: with_changes(task, _archived(task), NOW))


def _archived(task: Any) -> TaskFields:
    return replace(fields_of(TaskFields, task), is_active=False)


def _task(number: int) -> Id:
    return next(iter(TASK.owners(ACCOUNT, [fold_name(f"task {number}")]).values()))


def _project(number: int) -> Id:
    (client_id,) = CLIENT.owners(ACCOUNT, [fold_name(f"client {number}")]).values()
    return next(iter(PROJECT.owners(ACCOUNT, [claim_of(client_id, fold_name(f"project {number}"))]).values()))


_RIVALS: Mapping[str, Callable[[int], object]] = {
    "deletes the project": lambda number: projects.delete(ACCOUNT, _project(number), NOW),
    "deletes the task": lambda number: tasks.delete(ACCOUNT, _task(number), NOW),
    "archives the task": _archive,
}


@pytest.mark.parametrize("rival", _RIVALS)
def test_whatever_the_api_takes_away_meanwhile_no_time_is_orphaned(rival: str) -> None:
    def race(number: int) -> Mapping[str, Actor]:
        before, rows = _told(number)
        if rival == "deletes the task":
            tasks.create(ACCOUNT, TaskFields(name=f"task {number}"), NOW)
        else:
            _deliver(before, f"before {number}")
        return {"import": lambda: _deliver(rows, str(number)), "rival": lambda: _RIVALS[rival](number)}

    for history in run(race, HISTORIES):
        errors = history.errors
        assert errors["import"] is None, history
        assert errors["rival"] in (None, TaskHasTimeError, NotFoundError), history
        failed = {verdict.message for verdict in progress(str(history.number)).verdicts if verdict.outcome is FAILED}
        assert failed <= ({"Task is archived"} if rival == "archives the task" else set())


def test_a_project_that_was_given_by_its_id_and_goes_meanwhile_takes_its_rows_with_it() -> None:
    asked = row(1, 1, client=Named(), project=Named(id=Id(1)), task=Named(id=Id(1)))
    step = next(iter(time_steps(_work([asked]))))
    projects.delete(ACCOUNT, Id(1), NOW)
    with pytest.raises(StaleError):
        commit(step.writes)
    assert _deliver([asked], "1") == [Verdict(1, FAILED, "project", "Project can't be blank")]


def test_a_lease_is_on_the_month_of_a_user_on_a_project() -> None:
    for import_id in (7, 7, 8, 7):
        _deliver([row(1, import_id, f"{import_id}", spent_date=Day("2026-01-01"))], f"batch {import_id}", import_id)
        _deliver([row(1, import_id, f"{len(entries())}", spent_date=Day("2026-01-31"))], f"{len(entries())}", import_id)
    _deliver([row(1, 9, spent_date=Day("2026-02-01"))], "another month", 9)
    item = stored(keys.import_lease(ACCOUNT, MEMBER, "2026-01", Id(1))) or {}
    assert (item["holder"], int(item["turn"]["N"])) == ({"S": "7"}, 3)
    other = stored(keys.import_lease(ACCOUNT, MEMBER, "2026-02", Id(1))) or {}
    assert (other["holder"], int(other["turn"]["N"])) == ({"S": "9"}, 1)
    assert item["purge_at"] == other["purge_at"]


def test_batches_of_one_import_that_take_a_lease_at_the_same_time_do_not_make_one_another_stale() -> None:
    first, second = (next(iter(time_steps(_work([row(1, number, f"{number}")])))) for number in (2, 3))
    commit(second.writes)
    commit(first.writes)
    assert len(entries()) == 2


def test_a_batch_is_stale_when_another_import_has_written_before_its_own_import_took_the_lease_again() -> None:
    first, second = (next(iter(time_steps(_work([row(1, number, f"{number}")])))) for number in (2, 3))
    _deliver([row(1, 4, "of the other")], "other", import_id=2)
    _deliver([row(1, 5, "of its own")], "own", import_id=1)
    for step in (first, second):
        with pytest.raises(StaleError):
            commit(step.writes)


def test_a_name_that_two_workers_make_at_once_is_one_person() -> None:
    def race(number: int) -> Mapping[str, Actor]:
        return {
            f"worker {literal}": lambda literal=literal: _deliver(  # type: ignore[misc]
                [row(1, literal, person=Person(first_name=f"Ida {number}"))], f"{number} {literal}", import_id=literal
            )
            for literal in (1, 2, 3)
        }

    histories = run(race, HISTORIES)
    assert {error for history in histories for error in history.errors.values()} == {None}
    made = Counter(user.name for user in users.everyone(ACCOUNT) if user.email is None)
    assert made == {f"Ida {number}": 1 for number in range(HISTORIES)}
