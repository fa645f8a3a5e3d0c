"""Whatever is done in whatever order: copies of a record are equal to it, counts are what a recount gives."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from sheaf.domain.client import ClientFields
from sheaf.domain.errors import InvalidError, NameTakenError, NotFoundError, SheafError
from sheaf.domain.project import ProjectFields
from sheaf.domain.record import Record, fields_of, with_changes
from sheaf.domain.task import TaskFields, TaskHasTimeError
from sheaf.domain.task_assignment import TaskAssignmentFields, default_fields
from sheaf.domain.time_entry import TimeEntry, TimeEntryFields
from sheaf.domain.timers import Clock
from sheaf.domain.user_assignment import UserAssignmentFields
from sheaf.domain.values import Day, Id
from sheaf.store import clients, keys, projects, task_assignments, tasks, time_entries, time_guard, user_assignments
from sheaf.store.mappers.client import CLIENT
from sheaf.store.mappers.project import PROJECT
from sheaf.store.mappers.task import TASK
from sheaf.store.mappers.task_assignment import TASK_ASSIGNMENT
from sheaf.store.resumable import creation, removal, resume
from sheaf.store.transactions import StaleError, commit
from tests.store.audit import assert_sound
from tests.store.faults import BEFORE_CALL, hooked
from tests.store.interruptions import fresh_table
from tests.store.stored_records import (
    ACCOUNT,
    ADMIN,
    LONG_AGO,
    NOW,
    assignment,
    client,
    populate,
    project,
    task,
    user_assignment,
)

_ids = st.integers(1, 4).map(Id)
_names = st.sampled_from(["a", "A", "b", "B", "c", "d", "e"])
_flags = st.booleans()
_days = st.sampled_from(["2026-01-31", "2026-02-01", "2026-02-28"]).map(Day)


def _over[R: Record](kind: type[Any], **fields: object) -> Callable[[R], R]:
    return lambda record: with_changes(record, replace(fields_of(kind, record), **fields), NOW)


class RecordLifecycle(RuleBasedStateMachine):
    """An account in which everything happens; refusals are part of life."""

    endpoint_url = ""

    def __init__(self) -> None:
        super().__init__()
        self._table = fresh_table(self.endpoint_url)
        self._table.__enter__()

    @initialize(amount=st.integers(0, 4))
    def begin(self, amount: int) -> None:
        populate(client(1), client(2), project(1), *(task(n, is_default=n > 2) for n in range(1, amount + 1)))

    @rule(name=_names, is_default=_flags, is_active=_flags)
    def create_task(self, name: str, is_default: bool, is_active: bool) -> None:
        with suppress(SheafError):
            tasks.create(ACCOUNT, TaskFields(name=name, is_default=is_default, is_active=is_active), NOW)

    @rule(
        number=_ids,
        fields=st.fixed_dictionaries({}, optional={"name": _names, "is_default": _flags, "is_active": _flags}),
    )
    def change_task(self, number: Id, fields: dict[str, object]) -> None:
        with suppress(SheafError):
            tasks.update(ACCOUNT, number, _over(TaskFields, **fields))

    @rule(number=_ids)
    def delete_task(self, number: Id) -> None:
        with suppress(SheafError):
            tasks.delete(ACCOUNT, number, NOW)

    @rule(name=_names, is_active=_flags)
    def create_client(self, name: str, is_active: bool) -> None:
        with suppress(SheafError):
            clients.create(ACCOUNT, ClientFields(name=name, is_active=is_active), NOW)

    @rule(number=_ids, fields=st.fixed_dictionaries({}, optional={"name": _names, "is_active": _flags}))
    def change_client(self, number: Id, fields: dict[str, object]) -> None:
        with suppress(SheafError):
            clients.update(ACCOUNT, number, _over(ClientFields, **fields))

    @rule(number=_ids)
    def delete_client(self, number: Id) -> None:
        with suppress(SheafError):
            clients.delete(ACCOUNT, number)

    @rule(client_id=_ids, name=_names, is_active=_flags)
    def create_project(self, client_id: Id, name: str, is_active: bool) -> None:
        with suppress(SheafError):
            projects.create(ACCOUNT, ProjectFields(client_id=client_id, name=name, is_active=is_active), NOW)

    @rule(
        number=_ids,
        fields=st.fixed_dictionaries({}, optional={"name": _names, "is_active": _flags, "client_id": _ids}),
    )
    def change_project(self, number: Id, fields: dict[str, object]) -> None:
        with suppress(SheafError):
            projects.update(ACCOUNT, number, _over(ProjectFields, **fields))

    @rule(number=_ids)
    def delete_project(self, number: Id) -> None:
        with suppress(SheafError):
            projects.delete(ACCOUNT, number, NOW)

    @rule(project_id=_ids, task_id=_ids, is_active=_flags)
    def assign(self, project_id: Id, task_id: Id, is_active: bool) -> None:
        with suppress(SheafError):
            task_assignments.create(
                ACCOUNT,
                project_id,
                task_id,
                lambda project, task: replace(default_fields(project, task), is_active=is_active),
                NOW,
            )

    @rule(project_id=_ids, number=_ids, is_active=_flags)
    def change_assignment(self, project_id: Id, number: Id, is_active: bool) -> None:
        with suppress(SheafError):
            task_assignments.update(ACCOUNT, project_id, number, _over(TaskAssignmentFields, is_active=is_active))

    @rule(project_id=_ids, number=_ids)
    def unassign(self, project_id: Id, number: Id) -> None:
        with suppress(SheafError):
            task_assignments.delete(ACCOUNT, project_id, number, NOW)

    @rule(project_id=_ids, user_id=_ids, is_active=_flags, manages=_flags)
    def assign_user(self, project_id: Id, user_id: Id, is_active: bool, manages: bool) -> None:
        fields = UserAssignmentFields(is_active=is_active, is_project_manager=manages)
        with suppress(SheafError):
            user_assignments.create(ACCOUNT, project_id, user_id, lambda _: fields, NOW)

    @rule(project_id=_ids, number=_ids, is_active=_flags)
    def change_user_assignment(self, project_id: Id, number: Id, is_active: bool) -> None:
        with suppress(SheafError):
            user_assignments.update(ACCOUNT, project_id, number, _over(UserAssignmentFields, is_active=is_active))

    @rule(project_id=_ids, number=_ids)
    def unassign_user(self, project_id: Id, number: Id) -> None:
        with suppress(SheafError):
            user_assignments.delete(ACCOUNT, project_id, number, NOW)

    @rule(user_id=_ids, project_id=_ids, task_id=_ids, day=_days)
    def log(self, user_id: Id, project_id: Id, task_id: Id, day: Day) -> None:
        with suppress(SheafError):
            fields = TimeEntryFields(project_id=project_id, task_id=task_id, spent_date=day)
            time_entries.create(ACCOUNT, user_id, fields, Clock(NOW))

    @rule(
        number=_ids,
        fields=st.fixed_dictionaries({}, optional={"project_id": _ids, "task_id": _ids, "spent_date": _days}),
    )
    def move_time(self, number: Id, fields: dict[str, object]) -> None:
        move: Callable[[TimeEntry], TimeEntry] = _over(TimeEntryFields, **fields)
        with suppress(SheafError):
            time_entries.update(ACCOUNT, number, lambda found: move(found.entry))

    @rule(number=_ids)
    def delete_time(self, number: Id) -> None:
        with suppress(SheafError):
            time_entries.delete(ACCOUNT, number, lambda _: None)

    def teardown(self) -> None:
        try:
            assert_sound(ACCOUNT)
        finally:
            self._table.__exit__(None, None, None)


@pytest.mark.parametrize("in_one", [0, 20], ids=["always step by step", "in one where it fits"])
def test_copies_and_counts_stay_true_whatever_is_done(
    endpoint_url: str, monkeypatch: pytest.MonkeyPatch, timeless: None, in_one: int
) -> None:
    for module in (creation, removal):
        monkeypatch.setattr(module, "IN_ONE", in_one)
        monkeypatch.setattr(module, "CHUNK", 2)
    monkeypatch.setattr(RecordLifecycle, "endpoint_url", endpoint_url)
    checks = [HealthCheck.too_slow, HealthCheck.filter_too_much]
    run_state_machine_as_test(
        RecordLifecycle, settings=settings(max_examples=20, stateful_step_count=30, suppress_health_check=checks)
    )


# ------------------------------------------------------------ where a record stands and counts

PROJECT_1, MOVED = project(1), project(1, client_id=Id(2), version=2)


def _places(records: list[Any], shape: Any) -> list[tuple[str, str]]:
    return [(key["pk"]["S"], key["sk"]["S"]) for record in records for key in shape.item_keys(ACCOUNT, record)]


@pytest.mark.parametrize(
    ("shape", "record", "partitions"),
    [
        (CLIENT, client(7), [keys.records(ACCOUNT, "CLIENT")]),
        (TASK, task(7), [keys.records(ACCOUNT, "TASK")]),
        (TASK, task(7, is_default=True), [keys.records(ACCOUNT, "TASK"), keys.default_tasks(ACCOUNT)]),
        (TASK, task(7, is_default=True, is_active=False), [keys.records(ACCOUNT, "TASK")]),
        (
            PROJECT,
            project(7, 3),
            [keys.records(ACCOUNT, "PROJECT"), keys.children(ACCOUNT, "CLIENT", Id(3), "PROJECT")],
        ),
        (
            TASK_ASSIGNMENT,
            assignment(7, 3, 4),
            [
                keys.records(ACCOUNT, "TASK_ASSIGNMENT"),
                keys.children(ACCOUNT, "PROJECT", Id(3), "TASK_ASSIGNMENT"),
            ],
        ),
    ],
    ids=["client", "task", "default task", "archived default task", "project", "assignment"],
)
def test_a_record_stands_whole_in_each_list_that_shows_it(shape: Any, record: Any, partitions: list[str]) -> None:
    assert _places([record], shape) == [(pk, keys.sortable(7)) for pk in partitions]
    items = list(shape._items(ACCOUNT, record))
    assert [shape.codec.from_item(item) for item in items] == [record] * len(partitions)
    assert {(item["state_sk"]["S"], item["update_sk"]["S"]) for item in items} == {
        (keys.state_prefix(record.is_active) + keys.sortable(7), keys.update_position(LONG_AGO, Id(7)))
    }


def test_a_transaction_takes_each_item_once_however_a_record_moves() -> None:
    for before, after in (
        (PROJECT_1, MOVED),
        (PROJECT_1, replace(MOVED, is_active=False, name="Other")),
        (PROJECT_1, replace(PROJECT_1, is_active=False, version=2)),
    ):
        writes = PROJECT.writes_to_change(ACCOUNT, before, after)
        touched = [
            (key["pk"]["S"], key["sk"]["S"])
            for write in writes
            for key in [write.parameters.get("Key") or write.parameters["Item"]]
        ]
        assert len(touched) == len(set(touched))


def test_a_project_that_moves_leaves_one_client_and_counts_with_the_other(table: str) -> None:
    populate(client(1), client(2), project(1), project(2, 2))
    commit(PROJECT.writes_to_change(ACCOUNT, PROJECT_1, MOVED))
    assert_sound(ACCOUNT)


def test_a_change_on_an_old_version_is_refused_as_a_whole(table: str) -> None:
    populate(client(1), client(2), project(1))
    commit(PROJECT.writes_to_change(ACCOUNT, PROJECT_1, MOVED))
    for writes in (
        PROJECT.writes_to_change(ACCOUNT, PROJECT_1, replace(PROJECT_1, is_active=False, version=2)),
        PROJECT.writes_to_remove(ACCOUNT, PROJECT_1),
    ):
        with pytest.raises(StaleError):
            commit(writes)
    assert_sound(ACCOUNT)


def test_a_record_whose_parent_is_not_there_is_refused_in_the_words_of_its_kind(table: str) -> None:
    populate(client(1), project(1), task(1))
    with pytest.raises(InvalidError, match=r"^Client can't be blank$"):
        commit(list(PROJECT.writes_to_add(ACCOUNT, project(2, 9))))
    with pytest.raises(StaleError):  # it may have been merged, too: reading again says
        commit(list(TASK_ASSIGNMENT.writes_to_add(ACCOUNT, assignment(1, 1, 9))))
    with pytest.raises(NotFoundError):
        commit(list(TASK_ASSIGNMENT.writes_to_add(ACCOUNT, assignment(1, 9, 1))))
    assert_sound(ACCOUNT)


def test_a_change_whose_parent_goes_meanwhile_finds_nothing(
    table: str, pauses: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(removal, "IN_ONE", 0)
    populate(client(1), project(1), task(1), assignment(1, 1, 1))
    rivals = [lambda: tasks.delete(ACCOUNT, Id(1), NOW)]

    def interfere(**_: object) -> None:
        if rivals:
            rivals.pop()()

    monkeypatch.setattr(resume, "resume", lambda *_: False)
    with hooked(BEFORE_CALL, interfere, "TransactWriteItems"), pytest.raises(NotFoundError):
        task_assignments.delete(ACCOUNT, Id(1), Id(1), NOW)


@pytest.mark.parametrize("name", ["Project 1", "PROJECT 1"])
def test_a_client_has_each_project_name_once(table: str, name: str) -> None:
    populate(client(1), client(2), project(1))
    with pytest.raises(NameTakenError):
        projects.create(ACCOUNT, ProjectFields(client_id=Id(1), name=name), NOW)
    projects.create(ACCOUNT, ProjectFields(client_id=Id(2), name=name), NOW)
    with pytest.raises(NameTakenError):
        projects.update(ACCOUNT, Id(1), _over(ProjectFields, client_id=Id(2)))
    assert_sound(ACCOUNT)


def test_a_task_with_time_on_one_of_its_projects_stays(table: str) -> None:
    places = client(1), project(1), project(2), task(1), assignment(1, 1, 1), assignment(2, 2, 1)
    populate(*places, user_assignment(2, ADMIN))
    time_entries.create(
        ACCOUNT, Id(1), TimeEntryFields(project_id=Id(2), task_id=Id(1), spent_date=Day("2026-02-01")), Clock(NOW)
    )
    with pytest.raises(TaskHasTimeError):
        tasks.delete(ACCOUNT, Id(1), NOW)
    counts = time_guard.reference_counts(ACCOUNT, "TASK", Id(1))
    assert counts is not None
    assert (counts.active, counts.time_entries) == (2, 1)
    assert_sound(ACCOUNT)


def test_the_holders_of_claims_are_found_and_free_ones_left_out(table: str) -> None:
    populate(client(1), project(1), project(2), task(7, name="Design"))
    claims = ["1#project 1", "1#project 2", "1#project 3", "2#project 1"]
    assert PROJECT.owners(ACCOUNT, claims) == {"1#project 1": 1, "1#project 2": 2}
    assert TASK.owners(ACCOUNT, {"design", "Design"}) == {"design": 7}
    assert TASK.owners(ACCOUNT, []) == {}
