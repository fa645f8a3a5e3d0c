"""Batches of named records: few steps, dry runs, interruptions, changes in between, repeated deliveries."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from decimal import Decimal

import pytest

from sheaf.domain.imports.rows import Row
from sheaf.domain.paging import WHOLE, Filter
from sheaf.domain.project import ProjectFields
from sheaf.domain.record import fields_of, with_changes
from sheaf.domain.task import TaskFields
from sheaf.domain.values import Id
from sheaf.imports import groups
from sheaf.imports.batch import STEP_WRITES, Group, Step, Steps, Work
from sheaf.imports.projects import project_steps
from sheaf.imports.task_assignments import task_assignment_steps
from sheaf.imports.tasks import task_steps
from sheaf.store import clients, projects, task_assignments, tasks
from sheaf.store.resumable import creation, operations, removal, resume
from sheaf.store.transactions import StaleError
from tests.imports.batch_steps import apply, changes, fates, group, progress, work
from tests.imports.rows import BROUGHT, assignment_row, project_row, task_row
from tests.store.audit import assert_sound, contents
from tests.store.faults import AFTER_CALL, CrashError, crashing, hooked, recorded
from tests.store.interruptions import fresh_table
from tests.store.stored_records import ACCOUNT, NOW, Spent, assignment, client, populate, project, task, visible_records
from tests.support.table import rows

TAKEN = "name: Name has already been taken"
WRITING = ("PutItem", "UpdateItem", "TransactWriteItems")


# ------------------------------------------------------------ few round trips


def _operations(steps: Steps, todo: Work) -> list[str]:
    """The calls of a whole batch, without the one that reads its progress."""
    with recorded() as calls:
        apply(steps, todo)
    return [call.operation for call in calls][1:]


def test_a_hundred_new_tasks_take_one_read_and_as_few_transactions_as_hold_them(table: str) -> None:
    populate()
    todo = work(*(group(task_row(number, f"T{number:03}")) for number in range(1, 101)))
    transactions = -(-100 * 3 // (STEP_WRITES - 1))  # the task, its claim and its guard; once the total
    assert _operations(task_steps, todo) == ["BatchGetItem", "UpdateItem", *["TransactWriteItems"] * transactions]
    assert_sound(ACCOUNT)


def test_a_hundred_unchanged_tasks_take_one_read_and_no_more_than_their_progress(table: str) -> None:
    populate(*(task(number) for number in range(1, 101)))
    todo = work(*(group(task_row(number, f"Task {number:04}", number)) for number in range(1, 101)))
    assert _operations(task_steps, todo) == ["BatchGetItem", "UpdateItem"]


def test_a_client_is_made_with_the_first_of_its_projects_and_no_step_is_taken_twice(table: str) -> None:
    populate()
    todo = work(*(group(project_row(number, "Acme", f"P{number:02}")) for number in range(1, 41)))
    calls = _operations(project_steps, todo)
    # claims of clients and of projects; ids of clients and of projects; then 4 writes a project
    assert calls == ["BatchGetItem"] * 2 + ["UpdateItem"] * 2 + ["TransactWriteItems"] * 2
    assert_sound(ACCOUNT)


def test_assignments_by_name_are_read_together(table: str) -> None:
    populate(client(1), *(project(number) for number in (1, 2, 3)), *(task(number) for number in (1, 2, 3)))
    said = [(literal, other) for literal in (1, 2, 3) for other in (1, 2, 3)]
    todo = work(
        *(
            group(assignment_row(number, f"Project {one}", f"Task {other:04}", "Client 1"))
            for number, (one, other) in enumerate(said, start=1)
        )
    )
    # clients, claims of projects, projects, claims of tasks, tasks, pairs; then ids and the one step
    assert _operations(task_assignment_steps, todo) == ["BatchGetItem"] * 6 + ["UpdateItem", "TransactWriteItems"]


def test_what_is_settled_is_neither_read_nor_decided_again(table: str) -> None:
    populate()
    done = [group(task_row(number, "Same name", default_hourly_rate=number)) for number in (1, 2)]
    todo = work(*done, group(task_row(3, "New")), rows_done=2)
    (step,) = task_steps(todo)
    assert fates(step.verdicts) == {3: "created"}
    assert list(task_steps(work(*done, rows_done=2))) == []


def test_a_group_is_never_cut_by_a_step(table: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(groups, "STEP_WRITES", 10)
    populate(*(task(number) for number in (1, 2, 3)))
    exchange = [task_row(4, "Task 0002", 1), task_row(5, "Task 0003", 2), task_row(6, "Task 0001", 3)]
    todo = work(group(task_row(1, "A")), group(task_row(2, "B")), group(*exchange), group(task_row(7, "C")))
    found = [[verdict.number for verdict in step.verdicts] for step in task_steps(todo)]
    assert found == [[1, 2], [row.number for row in group(*exchange).rows] + [7]]


def test_two_groups_that_write_one_record_after_all_do_not_go_together(table: str) -> None:
    populate(task(1))
    todo = work(group(task_row(1, "Task 0001", default_hourly_rate=1)), group(task_row(2, "Other", 1)))
    assert fates(apply(task_steps, todo)) == {1: "updated", 2: "updated"}
    assert [(record.name, record.default_hourly_rate) for record in tasks.page(ACCOUNT, Filter(), WHOLE).records] == [
        ("Other", Decimal(1))
    ]
    assert_sound(ACCOUNT)


# ------------------------------------------------------------ every kind, mixed


@dataclass(frozen=True)
class File:
    """A batch of one kind with rows of every fate, all new records with ids of their own."""

    steps: Steps
    groups: Sequence[Group]
    fates: dict[int, str]


def _world() -> None:
    populate(
        *(client(number) for number in (1, 2)),
        *(project(number) for number in (1, 2)),
        *(task(number, is_default=number == 2) for number in (1, 2, 3)),
        *(assignment(number, 1, number) for number in (1, 2)),
        Spent(id=1, assignment=assignment(1, 1, 1)),
    )


FILES = {
    "tasks": File(
        task_steps,
        [
            group(task_row(1, "Task 0002", 1), task_row(2, "Task 0001", 2, is_active=False)),
            group(task_row(3, "New", 20, is_default=True), task_row(4, "New", 20, is_default=True)),
            group(task_row(5, "Task 0003")),
            group(task_row(6, "Other", 21, times=BROUGHT), task_row(7, "TASK 0003", 22)),
            group(task_row(8, "Last", 23)),
        ],
        {
            1: "updated",
            2: "updated",
            3: "created",
            4: "unchanged",
            5: "unchanged",
            6: "created",
            7: TAKEN,
            8: "created",
        },
    ),
    "projects": File(
        project_steps,
        [
            group(project_row(1, "Client 1", "Project 2", 1), project_row(2, "Client 2", "Project 1", 2)),
            group(project_row(3, "Client 2", "New", 20), project_row(4, "Client 2", "New", 20)),
            group(project_row(5, 1, record=2, is_active=False), project_row(6, 9, "X")),
        ],
        {
            1: "updated",
            2: "updated",
            3: "created",
            4: "unchanged",
            5: "updated",
            6: "client_id: Client 9 does not exist",
        },
    ),
    "task assignments": File(
        task_assignment_steps,
        [
            group(assignment_row(1, 1, 1, is_active=False)),
            group(assignment_row(2, "Project 2", "Task 0003", record=20)),
            group(assignment_row(3, 1, 2, record=2), assignment_row(4, 1, 2, record=2)),
            group(assignment_row(5, 9, 1, record=21), assignment_row(6, 1, 3, record=22, is_active=False)),
        ],
        {
            1: "updated",
            2: "created",
            3: "unchanged",
            4: "unchanged",
            5: "project_id: Project 9 does not exist",
            6: "created",
        },
    ),
}


@pytest.fixture(params=FILES)
def file(request: pytest.FixtureRequest) -> File:
    return FILES[request.param]


def test_a_dry_run_tells_what_the_real_run_will_do_and_writes_nothing(table: str, file: File) -> None:
    _world()
    before = rows()
    with recorded() as calls:
        told = apply(file.steps, work(*file.groups, dry_run=True), "dry run")
    assert fates(told) == file.fates
    assert changes(calls) == []
    assert {key: item for key, item in rows().items() if key in before} == before
    assert apply(file.steps, work(*file.groups)) == told
    assert_sound(ACCOUNT)


def test_a_batch_that_is_cut_off_anywhere_and_comes_again_leaves_what_an_undisturbed_one_leaves(
    endpoint_url: str, file: File, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(groups, "STEP_WRITES", 30)
    with fresh_table(endpoint_url):
        _world()
        with recorded() as calls:
            told = apply(file.steps, work(*file.groups))
        expected = contents()
    assert fates(told) == file.fates
    for cut in [number for number, sent in enumerate(calls) if sent.operation in WRITING]:
        with fresh_table(endpoint_url):
            _world()
            with crashing(cut, carried_out=True), pytest.raises(CrashError):
                apply(file.steps, work(*file.groups))
            assert_sound(ACCOUNT)
            assert apply(file.steps, work(*file.groups)) == told
            assert contents() == expected


def test_a_batch_that_two_workers_have_at_once_is_settled_once(table: str) -> None:
    """The one that is behind is refused with its step, begins anew and finds nothing left to do."""
    populate()
    todo = work(*(group(task_row(number, f"T{number:02}")) for number in range(1, 61)))
    with ThreadPoolExecutor(2) as threads:
        first, second = threads.map(lambda _: apply(task_steps, todo), range(2))
    assert first == second == list(progress().verdicts)
    assert set(fates(first).values()) == {"created"}
    assert len(tasks.page(ACCOUNT, Filter(), WHOLE).records) == 60
    assert_sound(ACCOUNT)


def test_two_imports_of_the_same_file_at_once_make_every_record_once(table: str) -> None:
    populate()
    todo = work(*(group(project_row(number, "Acme", f"P{number:02}")) for number in range(1, 41)))
    with ThreadPoolExecutor(2) as threads:
        told = [fates(item) for item in threads.map(lambda batch: apply(project_steps, todo, batch), "12")]
    pairs = [{item[number] for item in told} for number in range(1, 41)]
    assert pairs == [{"created", "unchanged"}] * 40
    assert (len(list(projects.everything(ACCOUNT))), len(clients.page(ACCOUNT, Filter(), WHOLE).records)) == (40, 1)
    assert_sound(ACCOUNT)


# ------------------------------------------------------------ others write meanwhile


def _disturbed(steps: Steps, disturb: Callable[[], object]) -> Steps:
    """The same steps, and somebody who changes the table just before the first is committed."""
    left = [disturb]

    def begin(todo: Work) -> Iterator[Step]:
        for step in steps(todo):
            if left:
                left.pop()()
            yield step

    return begin


def _rename(task_id: int, name: str) -> None:
    tasks.update(
        ACCOUNT, Id(task_id), lambda task: with_changes(task, replace(fields_of(TaskFields, task), name=name), NOW)
    )


MEANWHILE: dict[str, tuple[Steps, Row, Callable[[], object], str]] = {
    "the name is taken": (task_steps, task_row(1, "New", 9), lambda: _rename(1, "NEW"), TAKEN),
    "the task gets the name": (task_steps, task_row(1, "New"), lambda: _rename(1, "New"), "unchanged"),
    "the task is renamed": (task_steps, task_row(1, "Task 0001", is_default=True), lambda: _rename(1, "X"), "created"),
    "the task changes": (task_steps, task_row(1, "X", 1), lambda: _rename(1, "Y"), "updated"),
    "the task is deleted": (
        task_steps,
        task_row(1, record=3, is_default=True),
        lambda: tasks.delete(ACCOUNT, Id(3), NOW),
        "name: Name can't be blank",
    ),
    "the client is made": (
        project_steps,
        project_row(1, "Acme", "P"),
        lambda: apply(project_steps, work(group(project_row(1, "acme", "Other"))), "other"),
        "created",
    ),
    "the client is deleted": (
        project_steps,
        project_row(1, 2, "P"),
        lambda: clients.delete(ACCOUNT, Id(2)),
        "client_id: Client 2 does not exist",
    ),
    "the pair is made": (
        task_assignment_steps,
        assignment_row(1, 2, 3),
        lambda: apply(task_assignment_steps, work(group(assignment_row(1, 2, 3))), "other"),
        "unchanged",
    ),
    "the assigned task is deleted": (
        task_assignment_steps,
        assignment_row(1, 2, 3),
        lambda: tasks.delete(ACCOUNT, Id(3), NOW),
        "task_id: Task 3 does not exist",
    ),
    "the assignment is deleted": (
        task_assignment_steps,
        assignment_row(1, 1, 2, budget=1),
        lambda: task_assignments.delete(ACCOUNT, Id(1), Id(2), NOW),
        "created",
    ),
}


@pytest.mark.parametrize("what", MEANWHILE)
def test_what_others_do_meanwhile_is_decided_upon_anew(table: str, what: str) -> None:
    _world()
    steps, row, disturb, expected = MEANWHILE[what]
    assert fates(apply(_disturbed(steps, disturb), work(group(row)))) == {1: expected}
    assert_sound(ACCOUNT)


def _after_read(number: int, disturb: Callable[[], object]) -> AbstractContextManager[None]:
    """Somebody changes the table after that many reads of many items."""
    seen: list[int] = []

    def hook(**_: object) -> None:
        seen.append(len(seen))
        if len(seen) == number:
            disturb()

    return hooked(AFTER_CALL, hook, "BatchGetItem")


def test_a_task_that_is_renamed_while_it_is_looked_up_keeps_its_new_name(table: str) -> None:
    _world()
    with _after_read(1, lambda: _rename(1, "X")):
        told = apply(task_steps, work(group(task_row(1, "Task 0001"))))
    assert fates(told) == {1: "created"}
    assert tasks.get(ACCOUNT, Id(1)).name == "X"


def test_a_task_that_takes_a_name_while_it_is_looked_up_is_the_one_that_is_meant(table: str) -> None:
    def exchange() -> None:
        _rename(1, "X")
        _rename(2, "Task 0001")

    _world()
    with _after_read(2, exchange):
        told = apply(task_assignment_steps, work(group(assignment_row(1, 1, "Task 0001", budget=1))))
    assert fates(told) == {1: "updated"}
    assert {
        task_assignment.task_id: task_assignment.budget
        for task_assignment in task_assignments.everything(ACCOUNT, Id(1), Filter())
    } == {
        1: None,
        2: Decimal(1),
    }


# ------------------------------------------------------------ what takes many transactions elsewhere


def _cut_off(act: Callable[[], object], monkeypatch: pytest.MonkeyPatch) -> None:
    """Do something that takes many transactions and die right after the first."""

    def die(**_: object) -> None:
        raise CrashError

    for module in (creation, removal):
        monkeypatch.setattr(module, "IN_ONE", 0)
    with hooked(AFTER_CALL, die, "TransactWriteItems"), pytest.raises(CrashError):
        act()
    assert operations.of_account(ACCOUNT)


def test_a_project_comes_back_under_its_id_without_the_time_of_the_removed_one(
    table: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    _world()
    _cut_off(lambda: projects.delete(ACCOUNT, Id(1), NOW), monkeypatch)
    assert fates(apply(project_steps, work(group(project_row(1, 1, "Project 1", 1))))) == {1: "created"}
    assert operations.of_account(ACCOUNT) == []
    assert_sound(ACCOUNT)
    assert visible_records()["time of project 1"] == ((), frozenset({0}))


def test_a_task_comes_back_under_its_id_without_the_assignments_of_the_removed_one(
    table: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    _world()
    _cut_off(lambda: tasks.delete(ACCOUNT, Id(2), NOW), monkeypatch)
    assert fates(apply(task_steps, work(group(task_row(1, "Task 0002", 2))))) == {1: "created"}
    assert operations.of_account(ACCOUNT) == []
    assert_sound(ACCOUNT)
    assert visible_records()["assignments of project 1"] == ((1,), frozenset({1}))


@pytest.fixture
def half_made(table: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A project is being made: it has its name already and is not shown yet."""
    _world()
    fields = ProjectFields(client_id=Id(1), name="Half")
    _cut_off(lambda: projects.create(ACCOUNT, fields, NOW), monkeypatch)


def test_a_project_that_is_being_made_is_brought_to_its_end_first(half_made: None) -> None:
    row = project_row(1, "Client 1", "Half", code="X")
    assert fates(apply(project_steps, work(group(row)))) == {1: "updated"}
    assert_sound(ACCOUNT)


def test_a_task_is_assigned_to_a_project_once_that_has_been_made(half_made: None) -> None:
    row = assignment_row(1, "Half", "Task 0001", "Client 1")
    assert fates(apply(task_assignment_steps, work(group(row)))) == {1: "created"}
    assert_sound(ACCOUNT)


@pytest.mark.parametrize(
    ("steps", "row", "expected"),
    [
        (project_steps, project_row(1, "Client 1", "Half", code="X"), "updated"),
        (task_assignment_steps, assignment_row(1, "Half", "Task 0001", "Client 1"), "created"),
    ],
)
def test_a_dry_run_waits_for_a_project_that_is_being_made(
    half_made: None, steps: Steps, row: Row, expected: str
) -> None:
    before = rows()
    with pytest.raises(StaleError):
        apply(steps, work(group(row), dry_run=True))
    assert rows() == before
    resume.resume_all(20)
    assert fates(apply(steps, work(group(row), dry_run=True))) == {1: expected}
