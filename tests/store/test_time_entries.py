"""Time in the table: logged, moved and deleted with all its counts; and every refusal names its reason."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from sheaf.domain.errors import InvalidError, NotFoundError, NotPermittedError
from sheaf.domain.identity import AccountId
from sheaf.domain.project import ProjectFields
from sheaf.domain.record import fields_of, with_changes
from sheaf.domain.task import TaskFields
from sheaf.domain.task_assignment import TaskAssignmentFields
from sheaf.domain.time_entry import ExternalReference, LoggedTime, TimeEntry, TimeEntryFields
from sheaf.domain.timers import Clock
from sheaf.domain.user_assignment import UserAssignmentFields
from sheaf.domain.values import Day, Id
from sheaf.store import clients, keys, projects, task_assignments, tasks, time_entries, user_assignments
from sheaf.store.mappers.time_entry import to_items
from tests.store.audit import assert_sound, contents
from tests.store.faults import BEFORE_CALL, CrashError, crashing, hooked, losing_answer, recorded
from tests.store.stored_records import (
    ACCOUNT,
    LONG_AGO,
    MEMBER,
    NOW,
    Spent,
    assignment,
    client,
    populate,
    project,
    task,
    user,
    user_assignment,
)
from tests.support.table import put_items, rows

OTHER = AccountId(2)
HERE, THERE, OTHER_TASK = assignment(1, 1, 1), assignment(2, 2, 1), assignment(3, 1, 2)
ON_BOTH = user_assignment(1), user_assignment(2)
FIELDS = TimeEntryFields(
    project_id=Id(1),
    task_id=Id(1),
    spent_date=Day("2026-02-28"),
    hours=Decimal("1.25"),
    notes="a\nb",
    external_reference=ExternalReference("7", None, "x", "https://example.com"),
)
ENDED = {
    "Project": "Project is archived",
    "Task": "Task is archived",
    "Task assignment": "Task assignment is archived",
    "User assignment": "User isn't assigned to this project",
}
SPENT = Spent(id=1, assignment=HERE, day="2026-02-28")


@pytest.fixture(autouse=True)
def small_account(table: str) -> None:
    """Three projects of two clients with two tasks, of which four pairs are assigned; a member is on the first two."""
    places = client(1), client(2), project(1), project(2, 2), project(3, 2), task(1), task(2), HERE, THERE, OTHER_TASK
    populate(*places, assignment(4, 3, 1), *ON_BOTH, SPENT)


def _log(user_id: int = MEMBER, account_id: AccountId = ACCOUNT, **fields: Any) -> LoggedTime:
    return time_entries.create(account_id, Id(user_id), replace(FIELDS, **fields), Clock(NOW))


def _change(number: int = 1, **fields: Any) -> LoggedTime:
    def change(found: LoggedTime) -> TimeEntry:
        return with_changes(found.entry, replace(fields_of(TimeEntryFields, found.entry), **fields), NOW)

    return time_entries.update(ACCOUNT, Id(number), change)


def _delete(number: int = 1) -> LoggedTime:
    return time_entries.delete(ACCOUNT, Id(number), lambda _: None)


def _archive(what: str) -> None:
    off: dict[str, Any] = {"is_active": False}
    if what == "Project":
        projects.update(
            ACCOUNT,
            Id(1),
            lambda project: with_changes(project, replace(fields_of(ProjectFields, project), **off), NOW),
        )
    elif what == "Task":
        tasks.update(ACCOUNT, Id(1), lambda task: with_changes(task, replace(fields_of(TaskFields, task), **off), NOW))
    elif what == "Task assignment":
        task_assignments.update(
            ACCOUNT,
            Id(1),
            Id(1),
            lambda task_assignment: with_changes(
                task_assignment, replace(fields_of(TaskAssignmentFields, task_assignment), **off), NOW
            ),
        )
    else:
        user_assignments.update(
            ACCOUNT,
            Id(1),
            ON_BOTH[0].id,
            lambda assigned: with_changes(assigned, replace(fields_of(UserAssignmentFields, assigned), **off), NOW),
        )


# ------------------------------------------------------------ log


def test_logged_time_is_there_with_everything_it_names() -> None:
    logged = _log()
    assert logged == LoggedTime(
        entry=TimeEntry(
            id=Id(2),
            user_id=MEMBER,
            project_id=Id(1),
            task_id=Id(1),
            assignment_id=Id(1),
            spent_date=Day("2026-02-28"),
            hours=Decimal("1.25"),
            notes="a\nb",
            external_reference=ExternalReference("7", None, "x", "https://example.com"),
            created_at=NOW,
            updated_at=NOW,
            version=1,
            user_assignment_id=Id(13),
        ),
        user=user(MEMBER),
        client=client(1),
        project=project(1),
        task=task(1),
        assignment=HERE,
        user_assignment=ON_BOTH[0],
    )
    assert time_entries.get(ACCOUNT, Id(2)) == logged
    assert_sound(ACCOUNT)


@pytest.mark.parametrize(
    "fields",
    [
        {"hours": Decimal(0)},
        {"hours": Decimal("9999999999.99")},
        {"notes": None, "external_reference": None},
        {"notes": "日本語 😀", "external_reference": ExternalReference()},
        {"spent_date": Day("0001-01-01")},
        {"spent_date": Day("9999-12-31")},
    ],
    ids=str,
)
def test_every_field_comes_back_as_it_went_in(fields: dict[str, Any]) -> None:
    logged = _log(**fields)
    found = time_entries.get(ACCOUNT, logged.id).entry
    assert fields_of(TimeEntryFields, found) == replace(FIELDS, **fields)
    assert_sound(ACCOUNT)


@pytest.mark.parametrize("import_id", [Id(7), None])
def test_what_an_import_made_is_marked_in_all_four_places_and_stays_so_when_it_changes(import_id: Id | None) -> None:
    logged = _log().entry
    made = replace(logged, import_id=import_id)
    put_items(to_items(ACCOUNT, made))
    assert _change(made.id, hours=Decimal(3)).entry == replace(made, hours=Decimal(3), version=2)
    marks = [item.get("import_id") for item in rows().values() if "hours" in item and int(item["id"]["N"]) == 2]
    assert marks == [{"N": "7"} if import_id else None] * 4


def test_an_entry_is_written_in_four_places_and_counted_in_six() -> None:
    before = rows()
    with recorded() as calls:
        _log()
    (transaction,) = (call.request for call in calls if call.operation == "TransactWriteItems")
    assert [next(iter(item)) for item in transaction["TransactItems"]] == ["Put"] * 4 + ["Update"] * 6
    assert {keys.time_month(ACCOUNT, "2026-02"), keys.children(ACCOUNT, "USER", MEMBER, "TIME_ENTRY")} <= {
        pk for pk, _ in rows().keys() - before.keys()
    }


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"project_id": Id(9)}, "Project can't be blank"),
        ({"task_id": Id(9)}, "Task can't be blank"),
        ({"project_id": Id(9), "task_id": Id(9)}, "Project can't be blank, Task can't be blank"),
        ({"project_id": Id(2), "task_id": Id(2)}, "Task isn't assigned to this project"),
        ({"project_id": Id(3)}, "User isn't assigned to this project"),
    ],
    ids=str,
)
def test_time_on_what_is_not_there_is_refused_and_the_reason_named(fields: dict[str, Any], message: str) -> None:
    before = contents()
    attempts: list[Callable[[], object]] = [lambda: _log(**fields), lambda: _change(**fields)]
    for attempt in attempts:
        with pytest.raises(InvalidError) as refusal:
            attempt()
        assert str(refusal.value) == message
    assert contents() == before


def test_time_of_a_user_who_is_not_there_is_refused() -> None:
    before = contents()
    with pytest.raises(InvalidError, match=r"^User can't be blank$"):
        _log(user_id=99)
    assert contents() == before


@pytest.mark.parametrize("what", ENDED)
def test_no_time_is_logged_changed_moved_or_deleted_where_work_has_ended(what: str) -> None:
    _archive(what)
    before = contents()
    attempts: list[Callable[[], object]] = [
        _log,
        lambda: _change(notes="new"),
        lambda: _change(spent_date=Day("2026-01-01")),
        lambda: _change(project_id=Id(2)),
        _delete,
    ]
    for attempt in attempts:
        with pytest.raises(InvalidError) as refusal:
            attempt()
        assert str(refusal.value) == ENDED[what]
    assert contents() == before


@pytest.mark.parametrize("what", [what for what in ENDED if what != "Task"])
def test_no_time_is_moved_to_where_work_has_ended(what: str) -> None:
    time_entries.create(ACCOUNT, MEMBER, replace(FIELDS, project_id=Id(2)), Clock(NOW))
    _archive(what)
    before = contents()
    with pytest.raises(InvalidError, match=f"^{ENDED[what]}$"):
        _change(2, project_id=Id(1))
    assert contents() == before


@pytest.mark.parametrize("what", ENDED)
@pytest.mark.parametrize("attempt", [_log, lambda: _change(hours=Decimal(3)), _delete], ids=["log", "change", "delete"])
def test_what_is_archived_meanwhile_takes_no_time(
    pauses: list[float], what: str, attempt: Callable[[], object]
) -> None:
    rivals = [what]

    def interfere(**_: object) -> None:
        if rivals:
            _archive(rivals.pop())

    with (
        hooked(BEFORE_CALL, interfere, "TransactWriteItems"),
        pytest.raises(InvalidError, match=f"^{ENDED[what]}$"),
    ):
        attempt()
    assert_sound(ACCOUNT)


# ------------------------------------------------------------ change and move


@pytest.mark.parametrize(
    "fields",
    [
        {"hours": Decimal("2.50")},
        {"notes": "new"},
        {"external_reference": ExternalReference("9")},
        {"spent_date": Day("2026-02-01")},
        {"spent_date": Day("2026-03-01")},
        {"project_id": Id(2)},
        {"task_id": Id(2)},
        {"project_id": Id(2), "spent_date": Day("2025-12-31"), "hours": Decimal(0)},
    ],
    ids=str,
)
def test_a_change_is_stored_everywhere_and_returned(fields: dict[str, Any]) -> None:
    after = _change(**fields)
    assert fields_of(TimeEntryFields, after.entry) == replace(fields_of(TimeEntryFields, SPENT.entry()), **fields)
    assert (after.entry.created_at, after.entry.updated_at, after.entry.version) == (LONG_AGO, NOW, 2)
    assert after.assignment in (HERE, THERE, OTHER_TASK)
    assert (after.assignment.project_id, after.assignment.task_id) == (after.project.id, after.task.id)
    assert after.client.id == after.project.client_id
    assert time_entries.get(ACCOUNT, Id(1)) == after
    assert_sound(ACCOUNT)


def test_a_change_that_changes_nothing_writes_nothing() -> None:
    before = contents()
    with recorded() as calls:
        _change(hours=Decimal("1.250"))
    assert {call.operation for call in calls} == {"GetItem", "BatchGetItem"}
    assert contents() == before


def test_what_a_change_or_a_check_refuses_is_refused() -> None:
    def refuse(_: object) -> Any:
        raise NotPermittedError

    before = contents()
    attempts: list[Callable[[], object]] = [
        lambda: time_entries.update(ACCOUNT, Id(1), refuse),
        lambda: time_entries.delete(ACCOUNT, Id(1), refuse),
    ]
    for attempt in attempts:
        with pytest.raises(NotPermittedError):
            attempt()
    assert contents() == before


def test_a_move_is_decided_again_on_what_a_rival_wrote(pauses: list[float]) -> None:
    rivals: list[dict[str, Any]] = [{"hours": Decimal(7)}, {"spent_date": Day("2026-01-01")}]

    def interfere(**_: object) -> None:
        if rivals:
            _change(**rivals.pop())

    with hooked(BEFORE_CALL, interfere, "TransactWriteItems"):
        after = _change(project_id=Id(2))
    moved = replace(fields_of(TimeEntryFields, SPENT.entry()), hours=Decimal(7), spent_date=Day("2026-01-01"))
    assert fields_of(TimeEntryFields, after.entry) == replace(moved, project_id=Id(2))
    assert_sound(ACCOUNT)


# ------------------------------------------------------------ delete and find


def test_a_deleted_entry_is_returned_and_leaves_nothing_behind() -> None:
    found = time_entries.get(ACCOUNT, Id(1))
    assert _delete() == found
    assert_sound(ACCOUNT)
    assert not [sk for _, sk in rows() if sk.startswith("2026-02-28#")]
    assert tasks.delete(ACCOUNT, Id(1), NOW).id == 1


@pytest.mark.parametrize("number", [2, 9, 2**53 - 1])
def test_an_entry_that_is_not_there_is_not_found(number: int) -> None:
    before = contents()
    attempts: list[Callable[[], object]] = [
        lambda: time_entries.get(ACCOUNT, Id(number)),
        lambda: time_entries.get(OTHER, Id(1)),
        lambda: _change(number, notes="x"),
        lambda: _delete(number),
        lambda: time_entries.delete(OTHER, Id(1), lambda _: None),
    ]
    for attempt in attempts:
        with pytest.raises(NotFoundError):
            attempt()
    assert contents() == before


def test_an_entry_is_not_found_once_its_project_is_gone() -> None:
    projects.delete(ACCOUNT, Id(1), NOW)
    attempts: list[Callable[[], object]] = [
        lambda: time_entries.get(ACCOUNT, Id(1)),
        lambda: _change(notes="x"),
        _delete,
    ]
    for attempt in attempts:
        with pytest.raises(NotFoundError):
            attempt()


def test_new_names_show_at_once_in_time() -> None:
    tasks.update(ACCOUNT, Id(1), lambda task: with_changes(task, replace(fields_of(TaskFields, task), name="New"), NOW))
    assert time_entries.get(ACCOUNT, Id(1)).task.name == "New"


# ------------------------------------------------------------ nothing by halves

ACTS: dict[str, Callable[[], object]] = {
    "log": _log,
    "change": lambda: _change(notes="new"),
    "move": lambda: _change(project_id=Id(2), spent_date=Day("2026-03-01")),
    "delete": _delete,
}


@pytest.mark.parametrize("act", ACTS)
def test_a_process_that_dies_leaves_the_table_as_before_or_as_after(act: str) -> None:
    before, at, done = contents(), 0, False
    while not done:
        with crashing(at, carried_out=False), pytest.raises(CrashError):
            ACTS[act]()
        assert contents() == before
        with crashing(at, carried_out=True) as begun, suppress(CrashError):
            ACTS[act]()
        done = contents() != before
        at = len(begun)
    assert_sound(ACCOUNT)


@pytest.mark.parametrize("act", ACTS)
def test_a_lost_answer_is_no_second_change(act: str, pauses: list[float]) -> None:
    with losing_answer("TransactWriteItems") as lost:
        ACTS[act]()
    assert lost == ["TransactWriteItems"]
    assert_sound(ACCOUNT)


def test_an_entry_whose_project_moves_between_two_reads_is_read_again(pauses: list[float]) -> None:
    rivals: list[Callable[[], object]] = [
        lambda: projects.update(
            ACCOUNT,
            Id(1),
            lambda project: with_changes(project, replace(fields_of(ProjectFields, project), client_id=Id(2)), NOW),
        ),
        lambda: clients.delete(ACCOUNT, Id(1)),
    ]
    reads_of_many = 0

    def interfere(**_: object) -> None:
        nonlocal reads_of_many
        reads_of_many += 1
        if reads_of_many == 2:  # users, projects, tasks and assignments are read together; the client comes last
            rivals.pop(0)()
            rivals.pop(0)()

    with hooked(BEFORE_CALL, interfere, "BatchGetItem"):
        assert time_entries.get(ACCOUNT, Id(1)).client == client(2)
    assert rivals == []
