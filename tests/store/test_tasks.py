"""Tasks in the table: what each call writes, refuses, and leaves behind when it dies half way."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from sheaf.domain.errors import BusyError, InvalidError, NameTakenError, NotFoundError
from sheaf.domain.identity import AccountId
from sheaf.domain.paging import Filter, PageRequest
from sheaf.domain.record import fields_of, with_changes
from sheaf.domain.task import Task, TaskFields, TaskHasTimeError
from sheaf.domain.values import Id, Timestamp
from sheaf.store import keys, lists, tasks
from sheaf.store.transactions import commit
from sheaf.store.writes import update
from tests.domain.strategies import task as task_of_the_domain
from tests.store.audit import contents
from tests.store.faults import (
    BEFORE_CALL,
    CrashError,
    answering,
    cancelled,
    crashing,
    hooked,
    losing_answer,
    recorded,
)
from tests.support.table import (
    TimeRefusedError,
    is_sequence,
    log_time,
    place,
    put_tasks,
    recount,
    remove_time,
    row,
    rows,
    whole,
)

ACCOUNT, OTHER = AccountId(1), AccountId(2)
MORNING, NOON = Timestamp("2026-03-01T08:00:00Z"), Timestamp("2026-03-01T12:00:00Z")
FIELDS = TaskFields(name="Design", default_hourly_rate=Decimal("120.50"))


def _create(name: str = "Design", *, is_active: bool = True, account_id: AccountId = ACCOUNT) -> Task:
    return tasks.create(account_id, replace(FIELDS, name=name, is_active=is_active), MORNING)


def _change(task_id: int, **fields: Any) -> Task:
    return _change_of(ACCOUNT, task_id, **fields)


def _change_of(account_id: AccountId, task_id: int, **fields: Any) -> Task:
    def change(task: Task) -> Task:
        return with_changes(task, replace(fields_of(TaskFields, task), **fields), NOON)

    return tasks.update(account_id, Id(task_id), change)


def _totals(account_id: AccountId = ACCOUNT) -> tuple[int, int]:
    counter = keys.totals(account_id, "TASK")
    return lists.count(counter, is_active=True), lists.count(counter, is_active=False)


# ------------------------------------------------------------ create and get


def test_a_created_task_is_there_as_it_was_asked_for(table: str) -> None:
    task = _create()
    assert task == Task(Id(1), "Design", True, Decimal("120.50"), False, True, MORNING, MORNING, version=1)
    assert tasks.get(ACCOUNT, Id(1)) == task


@pytest.mark.parametrize(
    "fields",
    [
        replace(FIELDS, default_hourly_rate=None),
        replace(FIELDS, default_hourly_rate=Decimal("9999999999.99")),
        replace(FIELDS, default_hourly_rate=Decimal(0)),
        replace(FIELDS, name="日本語 😀 e\u0301 " + "x" * 240),
        replace(FIELDS, billable_by_default=False, is_default=True, is_active=False),
    ],
    ids=str,
)
def test_every_field_comes_back_as_it_went_in(table: str, fields: TaskFields) -> None:
    task = tasks.create(ACCOUNT, fields, MORNING)
    assert fields_of(TaskFields, tasks.get(ACCOUNT, task.id)) == fields


def test_newer_tasks_have_higher_ids(table: str) -> None:
    assert [_create(name).id for name in ("c", "a", "b")] == [1, 2, 3]


def test_a_task_is_written_as_a_record_a_claim_a_guard_and_a_count(table: str) -> None:
    _create()
    written = [
        keys.record(ACCOUNT, "TASK", Id(1)),
        keys.name(ACCOUNT, "TASK", "design"),
        keys.guard(ACCOUNT, "TASK", Id(1)),
        keys.totals(ACCOUNT, "TASK"),
    ]
    assert set(map(whole, rows(without=is_sequence))) == {place(key) for key in written}
    assert row(keys.name(ACCOUNT, "TASK", "design")) == {
        **keys.name(ACCOUNT, "TASK", "design"),
        "record_id": {"N": "1"},
    }
    assert _totals() == (1, 0)


@pytest.mark.parametrize("name", ["Design", "DESIGN", "design"])
@pytest.mark.parametrize("is_active", [True, False])
def test_a_name_is_given_once_in_whatever_case_to_active_and_archived_alike(
    table: str, name: str, is_active: bool
) -> None:
    _create("Design", is_active=is_active)
    before = rows(without=is_sequence)
    with pytest.raises(NameTakenError):
        _create(name)
    assert rows(without=is_sequence) == before


def test_another_account_may_have_the_same_name(table: str) -> None:
    _create()
    assert _create(account_id=OTHER).id == 1


@pytest.mark.parametrize("task_id", [0, 2, 10, 2**53 - 1])
def test_a_task_that_is_not_there_is_not_found(table: str, task_id: int) -> None:
    _create()
    before = rows()
    attempts: list[Callable[[], object]] = [
        lambda: tasks.get(ACCOUNT, Id(task_id)),
        lambda: _change(task_id, name="Other"),
        lambda: tasks.delete(ACCOUNT, Id(task_id), NOON),
    ]
    for attempt in attempts:
        with pytest.raises(NotFoundError):
            attempt()
    assert rows() == before


def test_the_task_of_another_account_is_not_found(table: str) -> None:
    _create()
    before = rows()
    attempts: list[Callable[[], object]] = [
        lambda: tasks.get(OTHER, Id(1)),
        lambda: _change_of(OTHER, 1, name="Other"),
        lambda: tasks.delete(OTHER, Id(1), NOON),
    ]
    for attempt in attempts:
        with pytest.raises(NotFoundError):
            attempt()
    assert rows() == before


# ------------------------------------------------------------ update


@pytest.mark.parametrize(
    "fields",
    [
        {"name": "Other"},
        {"name": "DESIGN"},
        {"billable_by_default": False},
        {"default_hourly_rate": None},
        {"is_default": True},
        {"is_active": False},
        {"name": "Other", "is_active": False, "default_hourly_rate": Decimal(3)},
    ],
    ids=str,
)
def test_a_change_is_stored_and_returned(table: str, fields: dict[str, Any]) -> None:
    before = _create()
    after = _change(1, **fields)
    assert after == replace(before, updated_at=NOON, version=2, **fields)
    assert tasks.get(ACCOUNT, Id(1)) == after
    assert _totals() == recount(ACCOUNT)


def test_a_change_that_changes_nothing_writes_nothing(table: str) -> None:
    task = _create()
    before = rows()
    with recorded() as calls:
        assert _change(1, default_hourly_rate=Decimal("120.5")) == task
    assert [call.operation for call in calls] == ["GetItem"]
    assert rows() == before


def test_a_change_of_name_state_and_default_alone_needs_a_transaction(table: str) -> None:
    _create()
    with recorded() as calls:
        _change(1, billable_by_default=False)
        _change(1, name="DESIGN")
        _change(1, name="Other")
        _change(1, is_default=True)
        _change(1, is_active=False)
        _change(1, is_default=False)
    writes = [call.operation for call in calls if call.operation != "GetItem"]
    assert writes == ["PutItem", "PutItem", *["TransactWriteItems"] * 3, "PutItem"]


def test_a_task_cannot_take_the_name_of_another(table: str) -> None:
    _create("Design")
    _create("Other")
    before = rows()
    with pytest.raises(NameTakenError):
        _change(2, name="DESIGN", is_active=False)
    assert rows() == before


def test_an_old_name_is_free_at_once_and_the_new_one_taken(table: str) -> None:
    _create("Old")
    _change(1, name="New")
    assert _create("OLD").id == 2
    with pytest.raises(NameTakenError):
        _create("new")


def test_a_task_may_take_its_own_name_back(table: str) -> None:
    _create("Old")
    _change(1, name="New")
    assert _change(1, name="Old").version == 3
    claims = [pk for pk, sk in rows() if sk == "TASK_NAME"]
    assert claims == [keys.name(ACCOUNT, "TASK", "old")["pk"]["S"]]


def test_two_tasks_can_swap_their_names_by_way_of_a_third(table: str) -> None:
    _create("a")
    _create("b")
    _change(1, name="c")
    _change(2, name="a")
    _change(1, name="b")
    assert [tasks.get(ACCOUNT, Id(number)).name for number in (1, 2)] == ["b", "a"]


def test_what_a_change_refuses_is_refused(table: str) -> None:
    _create()
    before = rows()
    with pytest.raises(InvalidError, match=r"^Name can't be blank$"):
        _change(1, name=" ")
    assert rows() == before


def test_a_change_is_decided_again_on_what_a_rival_wrote(table: str, pauses: list[float]) -> None:
    _create()
    rivals: list[dict[str, Any]] = [{"name": "Rival"}, {"is_active": False}]

    def interfere(**_: object) -> None:
        if rivals:
            _change(1, **rivals.pop(0))

    with hooked(BEFORE_CALL, interfere, "PutItem"), hooked(BEFORE_CALL, interfere, "TransactWriteItems"):
        after = _change(1, is_default=True)
    assert fields_of(TaskFields, after) == replace(FIELDS, name="Rival", is_active=False, is_default=True)
    assert after.version == 4
    assert _totals() == recount(ACCOUNT) == (0, 1)


def test_a_change_that_rivals_always_forestall_is_given_up(table: str, pauses: list[float]) -> None:
    _create()
    outside = iter(range(10**6))
    inside: list[int] = []

    def interfere(**_: object) -> None:
        if not inside:
            inside.append(1)
            _change(1, default_hourly_rate=Decimal(next(outside)))
            inside.clear()

    with hooked(BEFORE_CALL, interfere, "PutItem"), pytest.raises(BusyError):
        _change(1, billable_by_default=False)
    assert tasks.get(ACCOUNT, Id(1)).billable_by_default is True


def test_a_change_of_a_task_that_is_deleted_meanwhile_finds_nothing(table: str, pauses: list[float]) -> None:
    _create()
    rivals = [lambda: tasks.delete(ACCOUNT, Id(1), NOON)]

    def interfere(**_: object) -> None:
        if rivals:
            rivals.pop()()

    with hooked(BEFORE_CALL, interfere, "TransactWriteItems"), pytest.raises(NotFoundError):
        _change(1, name="Other")
    assert _totals() == recount(ACCOUNT) == (0, 0)


# ------------------------------------------------------------ delete, archive, and time


def test_a_deleted_task_leaves_nothing_behind_but_its_number(table: str) -> None:
    task = _create()
    assert tasks.delete(ACCOUNT, Id(1), NOON) == task
    assert contents() == {}
    assert set(map(whole, rows(without=is_sequence))) == {place(keys.totals(ACCOUNT, "TASK"))}
    assert _create().id == 2


@pytest.mark.parametrize("is_active", [True, False])
def test_a_task_with_time_cannot_be_deleted_until_the_last_entry_is_gone(table: str, is_active: bool) -> None:
    _create()
    log_time(ACCOUNT, Id(1))
    _change(1, is_active=is_active)
    before = rows()
    with pytest.raises(TaskHasTimeError):
        tasks.delete(ACCOUNT, Id(1), NOON)
    assert rows() == before
    remove_time(ACCOUNT, Id(1))
    tasks.delete(ACCOUNT, Id(1), NOON)
    assert _totals() == recount(ACCOUNT) == (0, 0)


def test_no_time_is_counted_on_tasks_that_were_archived_or_deleted(table: str) -> None:
    _create("archived")
    _change(1, is_active=False)
    _create("gone")
    tasks.delete(ACCOUNT, Id(2), NOON)
    for task_id in (1, 2):
        with pytest.raises(TimeRefusedError):
            log_time(ACCOUNT, Id(task_id))


def test_time_is_logged_on_a_task_that_is_active_again(table: str) -> None:
    _create(is_active=False)
    _change(1, is_active=True)
    log_time(ACCOUNT, Id(1))
    assert _totals() == recount(ACCOUNT) == (1, 0)


def test_logging_time_does_not_touch_the_task(table: str) -> None:
    _create()
    before = row(keys.record(ACCOUNT, "TASK", Id(1)))
    log_time(ACCOUNT, Id(1))
    assert row(keys.record(ACCOUNT, "TASK", Id(1))) == before


def test_a_deletion_that_a_rival_forestalls_with_a_change_deletes_the_changed(table: str, pauses: list[float]) -> None:
    _create()
    rivals: list[dict[str, Any]] = [{"name": "Rival", "is_active": False}]

    def interfere(**_: object) -> None:
        if rivals:
            _change(1, **rivals.pop())

    with hooked(BEFORE_CALL, interfere, "TransactWriteItems"):
        assert tasks.delete(ACCOUNT, Id(1), NOON).name == "Rival"
    assert _totals() == recount(ACCOUNT) == (0, 0)
    assert contents() == {}


def test_a_task_frees_no_name_that_is_not_its_own(table: str, pauses: list[float]) -> None:
    _create()
    claim = keys.name(ACCOUNT, "TASK", "design")
    commit([update(claim, "SET record_id = :other", {":other": {"N": "2"}})])
    before = rows()
    attempts: list[Callable[[], object]] = [
        lambda: tasks.delete(ACCOUNT, Id(1), NOON),
        lambda: _change(1, name="Other"),
    ]
    for attempt in attempts:
        with pytest.raises(BusyError):
            attempt()
    assert rows() == before


# ------------------------------------------------------------ nothing by halves

OPERATIONS: dict[str, Callable[[], object]] = {
    "create": lambda: tasks.create(ACCOUNT, TaskFields(name="New", default_hourly_rate=None), MORNING),
    "change a field": lambda: _change(1, is_default=True),
    "rename": lambda: _change(1, name="Renamed"),
    "archive": lambda: _change(1, is_active=False),
    "rename and archive": lambda: _change(1, name="Renamed", is_active=False),
    "activate": lambda: _change(2, is_active=True),
    "delete": lambda: tasks.delete(ACCOUNT, Id(1), NOON),
}


def _calls(operation: str) -> int:
    """How many calls an operation makes; the last of them is its one write."""
    return 6 if operation == "delete" else 2


@pytest.fixture
def two_tasks(table: str) -> None:
    """Task 1, active, and task 2, archived.

    Neither has a rate: the engine remembers a transaction with `0.00` as one with `0`, and does not know it again.
    """
    for name, is_active in (("Design", True), ("Archived", False)):
        tasks.create(ACCOUNT, TaskFields(name=name, is_active=is_active, default_hourly_rate=None), MORNING)


@pytest.mark.usefixtures("two_tasks")
@pytest.mark.parametrize(("operation", "at"), [(name, at) for name in OPERATIONS for at in range(_calls(name))])
@pytest.mark.parametrize("carried_out", [False, True], ids=["before the call", "after the call"])
def test_a_process_that_dies_leaves_the_table_as_before_or_as_after(operation: str, at: int, carried_out: bool) -> None:
    before = rows(without=is_sequence)
    with crashing(at, carried_out=carried_out), pytest.raises(CrashError):
        OPERATIONS[operation]()
    left = rows(without=is_sequence)
    last_call_done = at == _calls(operation) - 1 and carried_out
    assert (left == before) is not last_call_done
    assert _totals() == recount(ACCOUNT)


@pytest.mark.usefixtures("two_tasks")
@pytest.mark.parametrize("operation", OPERATIONS)
def test_there_are_no_more_places_to_die_at_than_these(operation: str) -> None:
    with recorded() as calls:
        OPERATIONS[operation]()
    assert len(calls) == _calls(operation)


@pytest.mark.usefixtures("two_tasks")
@pytest.mark.parametrize("operation", OPERATIONS)
def test_what_died_before_its_last_call_can_be_done_again(operation: str) -> None:
    with crashing(_calls(operation) - 1, carried_out=False), pytest.raises(CrashError):
        OPERATIONS[operation]()
    OPERATIONS[operation]()
    assert _totals() == recount(ACCOUNT)


@pytest.mark.usefixtures("two_tasks")
@pytest.mark.parametrize("operation", ["create", "rename", "archive", "rename and archive", "activate", "delete"])
def test_a_lost_answer_is_no_second_change(operation: str, pauses: list[float]) -> None:
    with losing_answer("TransactWriteItems") as lost:
        OPERATIONS[operation]()
    assert lost == ["TransactWriteItems"]
    assert _totals() == recount(ACCOUNT)


@pytest.mark.usefixtures("two_tasks")
@pytest.mark.parametrize("operation", ["create", "rename", "archive", "delete"])
def test_a_transaction_that_keeps_meeting_others_changes_nothing(operation: str, pauses: list[float]) -> None:
    before = rows(without=is_sequence)
    with (
        answering("TransactWriteItems", [cancelled("TransactionConflict")] * 100),
        pytest.raises(BusyError),
    ):
        OPERATIONS[operation]()
    assert rows(without=is_sequence) == before


@pytest.mark.usefixtures("two_tasks")
@pytest.mark.parametrize("operation", ["create", "rename", "archive", "delete"])
def test_a_transaction_that_met_others_a_few_times_is_carried_out_once(operation: str, pauses: list[float]) -> None:
    with answering("TransactWriteItems", [cancelled("TransactionConflict")] * 5) as left:
        OPERATIONS[operation]()
    assert left == []
    assert _totals() == recount(ACCOUNT)
    assert len(pauses) == 5


def test_a_creation_whose_number_is_taken_takes_the_next(table: str, pauses: list[float]) -> None:
    put_tasks(ACCOUNT, [task_of_the_domain(1, name="Imported"), task_of_the_domain(2, name="Imported too")])
    assert _create().id == 3
    assert _totals() == recount(ACCOUNT) == (3, 0)


# ------------------------------------------------------------ found by name


def _named(name: str, *, is_active: bool | None = None) -> list[Id]:
    return [task.id for task in tasks.page(ACCOUNT, Filter(is_active=is_active), PageRequest(), name).records]


def test_a_task_is_found_by_its_name_in_two_reads_and_by_no_other(table: str) -> None:
    tasks.create(ACCOUNT, replace(FIELDS, name="Café", is_active=False), MORNING)
    _create()
    with recorded() as calls:
        assert _named("CAFE\u0301") == [1]
    assert [call.operation for call in calls] == ["BatchGetItem", "BatchGetItem"]
    assert (_named("Cafe"), _named("Café", is_active=True), _named("")) == ([], [], [])


def test_a_name_that_moves_to_another_task_between_two_reads_is_read_again(table: str, pauses: list[float]) -> None:
    first, second = _create(), tasks.create(ACCOUNT, replace(FIELDS, name="Other"), MORNING)
    moves = [(first.id, "Former"), (second.id, "Design")]
    reads = 0

    def interfere(**_: object) -> None:
        nonlocal reads
        reads += 1
        while reads == 2 and moves:
            task_id, name = moves.pop(0)
            _change(task_id, name=name)

    with hooked(BEFORE_CALL, interfere, "BatchGetItem"):
        assert _named("Design") == [second.id]
    assert len(pauses) == 1
