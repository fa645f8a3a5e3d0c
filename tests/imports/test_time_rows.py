"""Rows of time become entries once, however often they come; and what they name is there, or is made."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from itertools import count
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sheaf.domain.identity import Role, User
from sheaf.domain.imports.rows import BadRow, Named, Outcome, Person, TimeRow, Verdict
from sheaf.domain.paging import Filter
from sheaf.domain.record import fields_of, with_changes
from sheaf.domain.task_assignment import TaskAssignmentFields
from sheaf.domain.time_entry import ExternalReference, LoggedTime, TimeEntry, TimeEntryFields
from sheaf.domain.timers import Clock
from sheaf.domain.values import Day, Id, Timestamp
from sheaf.imports.batch import Step
from sheaf.imports.time import time_steps
from sheaf.store import accounts, clients, projects, task_assignments, tasks, time_entries, user_assignments, users
from sheaf.store.imports import imported_time
from sheaf.store.mappers.project import PROJECT
from sheaf.store.mappers.task import TASK
from sheaf.store.mappers.task_assignment import TASK_ASSIGNMENT
from tests.imports.batch_steps import apply, group, work
from tests.imports.timesheet import DAY, REFERENCE, contents, entries, grouped, metadata, row
from tests.store.audit import assert_sound
from tests.store.audit import contents as table_contents
from tests.store.faults import recorded
from tests.store.stored_records import (
    ACCOUNT,
    LONG_AGO,
    MEMBER,
    NOW,
    assignment,
    client,
    populate,
    project,
    task,
    user_assignment,
)
from tests.support import people
from tests.support.table import rows as table_rows

READS = {"GetItem", "BatchGetItem", "Query"}
CREATED, UPDATED, UNCHANGED, FAILED = Outcome
HERE = assignment(1, 1, 1)
ON_BOTH = user_assignment(1), user_assignment(2)

_batches = map(str, count(1))


@pytest.fixture(autouse=True)
def small_account(table: str) -> None:
    """Two projects of one client with two tasks, of which one pair is assigned, and three users."""
    places = client(1), project(1), project(2), task(1), task(2), HERE
    populate(*places, *ON_BOTH)


@pytest.fixture(autouse=True)
def sound(small_account: None) -> Iterator[None]:
    """Whatever a test does, the table holds what follows from its records, and nothing else."""
    yield
    assert_sound(ACCOUNT)


def _import(*rows: TimeRow | BadRow, dry_run: bool = False) -> list[Verdict]:
    """Import these rows, in a batch of their own, sorted by their numbers."""
    bad = [group(item) for item in rows if isinstance(item, BadRow)]
    time = grouped(item for item in rows if isinstance(item, TimeRow))
    found = apply(time_steps, work(*bad, *time, dry_run=dry_run), next(_batches))
    return sorted(found, key=lambda verdict: verdict.number)


def _outcomes(*rows: TimeRow, dry_run: bool = False) -> list[Outcome]:
    return [verdict.outcome for verdict in _import(*rows, dry_run=dry_run)]


def _writing(rows: list[TimeRow]) -> list[object]:
    """All steps and calls of these rows that write."""
    with recorded() as calls:
        steps = [step for step in time_steps(work(*grouped(rows))) if step.writes]
    return [*steps, *(call for call in calls if call.operation not in READS)]


def _entries_beside(others: set[Id]) -> list[TimeEntry]:
    return [entry for entry in entries() if entry.id not in others]


def _entry(number: int, hours: float | str = 1, notes: str | None = None, **fields: Any) -> TimeEntry:
    made = TimeEntry(
        Id(number), MEMBER, Id(1), Id(1), Id(1), DAY, Decimal(str(hours)), notes, None, NOW, NOW, import_id=Id(1)
    )
    return replace(made, **{"user_assignment_id": ON_BOTH[0].id, **fields})


def _log(hours: float = 1, **fields: Any) -> LoggedTime:
    """Time that is logged over the API."""
    asked = TimeEntryFields(project_id=Id(1), task_id=Id(1), spent_date=DAY, hours=Decimal(str(hours)))
    return time_entries.create(ACCOUNT, MEMBER, replace(asked, **fields), Clock(LONG_AGO))


def _archive(what: str) -> None:
    match what:
        case "Project":
            projects.update(
                ACCOUNT, Id(1), lambda project: replace(project, is_active=False, version=project.version + 1)
            )
        case "Task":
            tasks.update(ACCOUNT, Id(1), lambda task: replace(task, is_active=False, version=task.version + 1))
        case "User assignment":
            of_member = ON_BOTH[0]
            archived = replace(of_member, is_active=False, version=of_member.version + 1)
            user_assignments.update(ACCOUNT, Id(1), of_member.id, lambda _: archived)
        case _:
            task_assignments.update(
                ACCOUNT,
                Id(1),
                Id(1),
                lambda task_assignment: with_changes(
                    task_assignment, replace(fields_of(TaskAssignmentFields, task_assignment), is_active=False), NOW
                ),
            )


# ------------------------------------------------------------ the same rows again


def test_new_rows_become_entries_that_are_marked() -> None:
    rows = row(1, 1.5, "a\nb", external_reference=REFERENCE), row(2, 0), row(3, 2, spent_date=Day("2025-12-31"))
    assert _import(*rows) == [Verdict(number, CREATED) for number in (1, 2, 3)]
    made = [replace(entry, id=Id(0)) for entry in entries()]
    assert sorted(made, key=lambda time_entry: time_entry.hours) == [
        _entry(0, 0),
        _entry(0, 1.5, "a\nb", external_reference=REFERENCE),
        _entry(0, 2, spent_date=Day("2025-12-31")),
    ]
    assert [entry.id for entry in entries()] == [1, 2, 3]


def test_the_same_rows_again_are_unchanged_and_nothing_at_all_is_written() -> None:
    rows = [row(number, hours=number % 3, notes=f"{number % 2}") for number in range(1, 9)]
    _import(*rows)
    assert _writing(rows) == []
    assert _outcomes(*rows) == [UNCHANGED] * 8


@pytest.mark.parametrize(
    "cell", [{"hours": Decimal(7)}, {"notes": None}, {"notes": "b"}, {"external_reference": None}], ids=str
)
def test_one_changed_cell_changes_one_entry_and_no_other(cell: dict[str, Any]) -> None:
    before = row(1, 1, "a", external_reference=REFERENCE)
    others = row(2, 9, "x"), row(3, 9, "y", spent_date=Day("2026-02-15"))
    _import(before, *others)
    was = entries()
    assert _outcomes(replace(before, **cell), *others) == [UPDATED, UNCHANGED, UNCHANGED]
    assert [
        entry if entry.version == 1 else replace(entry, version=1, **{name: getattr(before, name) for name in cell})
        for entry in entries()
    ] == was
    assert sorted(entry.version for entry in entries()) == [1, 1, 2]


def test_a_row_that_differs_in_two_cells_is_a_new_entry_and_the_old_one_stays() -> None:
    _import(row(1, 1, "a"))
    assert _outcomes(row(1, 2, "b")) == [CREATED]
    assert entries() == [_entry(1, 1, "a"), _entry(2, 2, "b")]


@pytest.mark.parametrize("times", [1, 2, 3])
def test_identical_rows_are_as_many_entries_both_times(times: int) -> None:
    rows = [row(number, 1, "a") for number in range(1, times + 1)]
    assert _outcomes(*rows) == [CREATED] * times
    assert _outcomes(*rows) == [UNCHANGED] * times
    assert sorted(_outcomes(*rows, row(9, 1, "a")), key=str) == [CREATED, *[UNCHANGED] * times]
    assert len(entries()) == times + 1


def test_time_that_was_logged_over_the_api_is_left_alone() -> None:
    logged = _log(notes="a").entry
    assert _outcomes(row(1, 1, "a")) == [CREATED]
    assert _outcomes(row(1, 2, "a")) == [UPDATED]
    assert entries() == [logged, _entry(2, 2, "a", version=2)]


def test_an_entry_that_somebody_changed_since_is_changed_back() -> None:
    _import(row(1, 1, "a"))
    time_entries.update(
        ACCOUNT,
        Id(1),
        lambda logged_time: with_changes(logged_time.entry, _fields(logged_time.entry, hours=Decimal(5)), NOW),
    )
    assert _outcomes(row(1, 1, "a")) == [UPDATED]
    assert entries() == [_entry(1, 1, "a", version=3)]


def _fields(entry: TimeEntry, **fields: Any) -> TimeEntryFields:
    return replace(fields_of(TimeEntryFields, entry), **fields)


@pytest.mark.parametrize(
    "missing_columns",
    [{"notes"}, {"external_reference"}, {"notes", "external_reference"}],
    ids=["notes", "reference", "both"],
)
def test_what_the_file_has_no_column_for_stays_as_it_is(missing_columns: set[str]) -> None:
    _import(row(1, 1, "a", external_reference=REFERENCE))
    silent = row(1, 1, None if "notes" in missing_columns else "a", missing_columns=frozenset(missing_columns))
    if "external_reference" not in missing_columns:
        silent = replace(silent, external_reference=REFERENCE)
    assert _outcomes(silent) == [UNCHANGED]
    assert _outcomes(replace(silent, hours=Decimal(3))) == [UPDATED]
    assert entries() == [_entry(1, 3, "a", external_reference=REFERENCE, version=2)]


_cells = st.tuples(
    st.sampled_from(["0", "1", "1.50", "2"]),
    st.sampled_from([None, "a", "b"]),
    st.sampled_from([None, ExternalReference(id="1"), ExternalReference(permalink="x")]),
    st.sampled_from([DAY, Day("2026-02-15"), Day("2025-02-15")]),
)
_rows = st.lists(_cells, max_size=6).map(
    lambda cells: [
        row(number, hours, notes, external_reference=reference, spent_date=day)
        for number, (hours, notes, reference, day) in enumerate(cells, 1)
    ]
)
_examples = count(1)


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], max_examples=12, deadline=None
)
@given(_rows, _rows, st.randoms(use_true_random=False))
def test_after_an_import_the_entries_say_what_its_rows_say_in_whatever_order(
    first: list[TimeRow], second: list[TimeRow], chance: Random
) -> None:
    before = {entry.id for entry in entries()}
    name = Named(name=f"Project of example {next(_examples)}")
    first, second = ([replace(time_row, project=name) for time_row in rows] for rows in (first, second))
    assert set(_outcomes(*first)) <= {CREATED}
    assert contents(_entries_beside(before)) == contents(first)
    found = _outcomes(*second)
    after = _entries_beside(before)
    assert not contents(second) - contents(after)
    assert len(after) == len(first) + found.count(CREATED)
    assert sum(time_entry.version - 1 for time_entry in after) == found.count(UPDATED)
    assert found.count(UNCHANGED) == (contents(first) & contents(second)).total()
    chance.shuffle(second)
    assert _writing(second) == []


# ------------------------------------------------------------ what rows name


def test_what_is_named_and_not_there_is_made_as_the_file_says() -> None:
    new = row(
        1,
        person=Person(first_name="Ida", last_name="Ömer"),
        client=Named(name="ACME"),
        project=Named(name="Store"),
        task=Named(name="Design"),
        project_code="S-1",
        currency="GBP",
        billable=False,
    )
    assert _outcomes(new) == [CREATED]
    (person,) = (user for user in users.everyone(ACCOUNT) if user.email is None)
    assert (person.name, person.role) == ("Ida Ömer", Role.MEMBER)
    made = clients.get(ACCOUNT, Id(2)), PROJECT.get(ACCOUNT, Id(3)), TASK.get(ACCOUNT, Id(3))
    assert [item.name for item in made] == ["ACME", "Store", "Design"]
    assert (made[0].currency, made[1].client_id, made[1].code, made[2].is_default) == ("GBP", 2, "S-1", False)
    assert not TASK_ASSIGNMENT.get(ACCOUNT, Id(2)).billable
    (of_person,) = user_assignments.of_user(ACCOUNT, person.id)
    assert (of_person.project_id, of_person.is_project_manager, of_person.import_id) == (3, False, 1)
    places: dict[str, Any] = {
        "project_id": Id(3),
        "task_id": Id(3),
        "assignment_id": Id(2),
        "user_assignment_id": of_person.id,
    }
    assert entries() == [_entry(1, user_id=person.id, **places)]


def test_a_project_that_is_made_has_no_default_tasks() -> None:
    tasks.update(ACCOUNT, Id(2), lambda task: replace(task, is_default=True, version=task.version + 1))
    _import(row(1, project=Named(name="Store")))
    assert [task_assignment.task_id for task_assignment in task_assignments.everything(ACCOUNT, Id(3), Filter())] == [1]


def test_many_rows_that_name_the_same_new_things_make_them_once() -> None:
    new = [
        row(
            number,
            person=Person(first_name=first, last_name="Ömer"),
            client=Named(name=name),
            project=Named(name=name),
            task=Named(name=name),
            spent_date=Day(f"2026-02-1{number}"),
        )
        for number, (first, name) in enumerate([("Ida", "New"), ("IDA", "NEW"), ("Ida", "new")], 1)
    ]
    other = replace(new[0], number=4, client=Named(name="Other"))
    assert _outcomes(*new, other) == [CREATED] * 4
    found = table_rows()
    made = [sum(pk.endswith(f"#{kind}") for pk, _ in found) for kind in ("USER", "CLIENT", "PROJECT", "TASK")]
    assert made == [4, 3, 2 + 2 + 4 + 4, 3]  # a project also stands in its client's list, and with who is assigned


@pytest.mark.parametrize(
    ("person", "name"),
    [
        (Person(first_name="u", last_name="3"), "U 3"),
        (Person(first_name="U 3"), "U 3"),
        (Person(id=Id(3)), "U 3"),
        (Person(Id(3), "U", "3"), "U 3"),
        (Person(Id(2), "U", "3"), "U 3"),
        (Person(Id(99), "U", "3"), "U 3"),
        (Person(Id(3), "Ida", "Ömer"), "Ida Ömer"),
        (Person(Id(99), "Ida", "Ömer"), "Ida Ömer"),
        (Person(last_name="Ömer"), "Ömer"),
    ],
)
def test_a_person_is_found_by_name_and_by_id_only_where_the_name_agrees(person: Person, name: str) -> None:
    assert _outcomes(row(1, person=person)) == [CREATED]
    assert time_entries.get(ACCOUNT, Id(1)).user.name == name


def test_a_person_who_is_archived_is_found_too() -> None:
    person = users.create_imported(ACCOUNT, Id(1), Person(None, "Ida", "Ömer"), NOW)
    people.set_email(ACCOUNT, person.id, "ida@example.com", NOW)
    people.archive(ACCOUNT, person.id, NOW)
    assert _outcomes(row(1, person=Person(first_name="Ida", last_name="Ömer"))) == [CREATED]
    assert entries()[0].user_id == person.id


@pytest.mark.parametrize(
    ("fields", "field", "message"),
    [
        ({"person": Person(id=Id(99))}, "user", "User can't be blank"),
        ({"person": Person()}, "user", "User can't be blank"),
        ({"client": Named(id=Id(99))}, "client", "Client can't be blank"),
        ({"client": Named()}, "client", "Client can't be blank"),
        ({"project": Named(id=Id(99))}, "project", "Project can't be blank"),
        ({"project": Named()}, "project", "Project can't be blank"),
        ({"task": Named(id=Id(99))}, "task", "Task can't be blank"),
        ({"client": Named(name="x" * 256)}, "client", "Name is too long (maximum is 255 characters)"),
        ({"project": Named(name="\x01")}, "project", "Name can't contain control characters or unpaired surrogates"),
        ({"task": Named(name=" ")}, "task", "Name can't be blank"),
        (
            {"client": Named(name="New"), "currency": "X"},
            "client",
            "currency must be an ISO 4217 code such as EUR",
        ),
        ({"hours": Decimal(-1)}, "", "hours must be a number between 0 and 9999999999.99"),
        ({"metadata": metadata(7, updated_at="2100-01-01T00:00:00Z")}, "updated_at", "updated_at lies in the future"),
    ],
    ids=str,
)
@pytest.mark.parametrize("dry_run", [True, False])
def test_a_row_that_cannot_be_fails_alone_and_makes_nothing(
    fields: dict[str, Any], field: str, message: str, dry_run: bool
) -> None:
    missing = {"person": Person(first_name="New"), "project": Named(name="New"), "task": Named(name="New")}
    before = table_rows()
    bad = row(1, **{**missing, **fields})
    assert _import(bad, dry_run=dry_run) == [Verdict(1, FAILED, field, message)]
    left = {key: item for key, item in table_rows().items() if not key[0].startswith("DRIVER")}
    assert left == before


def test_two_people_of_one_name_are_told_apart_by_id() -> None:
    accounts.create("Demo", bytes(32), NOW, ACCOUNT)
    users.create(
        ACCOUNT, User(Id(0), "u", "3", "twin@example.com", Role.MEMBER, frozenset(), frozenset(), True, NOW, NOW)
    )
    assert _import(row(1), row(2, person=Person(Id(4), "U", "3"))) == [
        Verdict(1, FAILED, "user", "2 people are called U 3: say who by id"),
        Verdict(2, CREATED),
    ]
    assert entries()[0].user_id == 4


def test_a_row_that_cannot_be_read_fails_as_it_was_read() -> None:
    assert _import(BadRow(1, "Hours", "Hours can't be blank"), row(2)) == [
        Verdict(1, FAILED, "Hours", "Hours can't be blank"),
        Verdict(2, CREATED),
    ]


def test_projects_are_told_apart_by_their_clients() -> None:
    populate(client(2), project(3, 2, name="Project 1"), assignment(3, 3, 1))
    rows = row(1), row(2, client=Named(name="client 2")), row(3, client=Named(id=Id(2)), spent_date=Day("2026-01-01"))
    assert _outcomes(*rows) == [CREATED] * 3
    assert sorted(entry.project_id for entry in entries()) == [1, 3, 3]


def test_a_project_by_its_id_needs_no_client() -> None:
    assert _outcomes(row(1, client=Named(), project=Named(id=Id(1)), task=Named(id=Id(1)))) == [CREATED]
    assert entries() == [_entry(1)]


def test_a_task_that_is_not_assigned_yet_is_assigned() -> None:
    assert _outcomes(row(1, project=Named(id=Id(2)), task=Named(id=Id(2)))) == [CREATED]
    assert task_assignments.get(ACCOUNT, Id(2), Id(2)).assignment.billable


# ------------------------------------------------------------ where work has ended


@pytest.mark.parametrize(
    ("what", "field", "message"),
    [
        ("Project", "project", "Project is archived"),
        ("Task", "task", "Task is archived"),
        ("Task assignment", "task", "Task assignment is archived"),
        ("User assignment", "user", "User isn't assigned to this project"),
    ],
)
@pytest.mark.parametrize("dry_run", [True, False])
def test_no_time_is_written_where_work_has_ended_and_what_is_there_is_unchanged(
    what: str, field: str, message: str, dry_run: bool
) -> None:
    _import(row(1, 1, "a"), row(2, 2, "b"))
    _archive(what)
    before = table_contents()
    found = _import(row(1, 1, "a"), row(2, 3, "b"), row(3, 4, "c"), dry_run=dry_run)
    refused = {"field": field, "message": message}
    assert found == [Verdict(1, UNCHANGED), Verdict(2, FAILED, **refused), Verdict(3, FAILED, **refused)]
    assert {key: item for key, item in table_contents().items() if not key[0].startswith("DRIVER")} == before


def test_nothing_is_made_for_a_row_that_fails_because_work_has_ended() -> None:
    _archive("Task")
    before = table_contents()
    bad = row(1, person=Person(first_name="New"), client=Named(name="New"), project=Named(name="New"))
    assert _import(bad) == [Verdict(1, FAILED, "task", "Task is archived")]
    assert table_contents() == before


# ------------------------------------------------------------ rows that bring ids


def test_a_new_entry_keeps_its_id_and_its_times_and_later_ids_lie_above() -> None:
    past = metadata(2**52 - 1, Timestamp("2020-01-01T00:00:00Z"), Timestamp("2021-01-01T00:00:00Z"))
    assert _outcomes(row(1, metadata=past)) == [CREATED]
    made = _entry(2**52 - 1, created_at=past.created_at, updated_at=past.updated_at)
    assert entries() == [made]
    assert _log().id == 2**52


@pytest.mark.parametrize("cell", [{}, {"notes": "x"}, {"project": Named(name="Project 2")}], ids=str)
def test_an_entry_of_that_id_is_changed_whoever_made_it_and_stays_theirs(cell: dict[str, Any]) -> None:
    logged = _log().entry
    past = metadata(1, Timestamp("2020-01-01T00:00:00Z"), Timestamp("2021-01-01T00:00:00Z"))
    change = row(1, 1, metadata=past, **cell)
    for outcome in (UPDATED if cell else UNCHANGED, UNCHANGED):
        assert _outcomes(change) == [outcome]
    (after,) = entries()
    assert (after.import_id, after.created_at, after.version) == (None, LONG_AGO, 2 if cell else 1)
    assert after.notes == cell.get("notes")
    assert after.project_id == (2 if "project" in cell else logged.project_id)


def test_an_entry_of_that_id_is_moved_with_all_its_counts() -> None:
    _import(row(1, metadata=metadata(5)))
    moved = row(1, 2, "a", metadata=metadata(5), project=Named(name="Project 2"), spent_date=Day("2025-01-01"))
    assert _outcomes(moved) == [UPDATED]
    expected = _entry(
        5,
        2,
        "a",
        project_id=Id(2),
        assignment_id=Id(2),
        user_assignment_id=ON_BOTH[1].id,
        spent_date=Day("2025-01-01"),
        version=2,
    )
    assert entries() == [expected]


@pytest.mark.parametrize("what", ["Project", "Task", "Task assignment"])
def test_an_entry_leaves_no_place_where_work_has_ended(what: str) -> None:
    _import(row(1, metadata=metadata(5)))
    _archive(what)
    moved = row(1, 1, metadata=metadata(5), project=Named(name="Project 2"), task=Named(name="Task 0002"))
    (verdict,) = _import(moved)
    assert (verdict.outcome, verdict.message) == (FAILED, f"{what} is archived")


def test_an_entry_is_not_given_to_somebody_else() -> None:
    _import(row(1, metadata=metadata(5)))
    before = table_contents()
    new = Person(first_name="New")
    for person in (Person(id=Id(1)), new):
        assert _import(row(1, metadata=metadata(5), person=person)) == [
            Verdict(1, FAILED, "user", "A time entry can't be given to somebody else")
        ]
    assert table_contents() == before


def test_rows_of_one_id_that_say_the_same_are_applied_once() -> None:
    rows = [row(number, metadata=metadata(5)) for number in (1, 2, 3)]
    assert _outcomes(*rows) == [CREATED, UNCHANGED, UNCHANGED]
    assert _outcomes(*rows) == [UNCHANGED] * 3
    _archive("Task")
    assert _outcomes(*(replace(time_row, hours=Decimal(9)) for time_row in rows)) == [FAILED] * 3


def test_rows_of_one_id_that_say_different_things_all_fail() -> None:
    rows = (
        row(1, metadata=metadata(5)),
        row(9, 2, metadata=metadata(5)),
        row(3, metadata=metadata(5)),
        row(4, metadata=metadata(6)),
    )
    message = "Rows 1, 3 and 9 say different things about the same time entry"
    assert _import(*rows) == [
        Verdict(1, FAILED, "id", message),
        Verdict(3, FAILED, "id", message),
        Verdict(4, CREATED),
        Verdict(9, FAILED, "id", message),
    ]


def test_an_id_of_time_that_a_removed_project_left_lying_is_free_in_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    _import(row(1, metadata=metadata(5)))
    with monkeypatch.context() as patched:
        patched.setattr("sheaf.store.resumable.resume.resume", lambda *_: False)
        projects.delete(ACCOUNT, Id(1), NOW)
    back = row(1, 3, metadata=metadata(5), project=Named(name="Project 2"))
    assert _outcomes(back, dry_run=True) == [CREATED]
    assert _outcomes(back) == [CREATED]
    assert entries() == [_entry(5, 3, project_id=Id(2), assignment_id=Id(2), user_assignment_id=ON_BOTH[1].id)]


# ------------------------------------------------------------ dry runs


def test_a_dry_run_comes_to_the_same_verdicts_and_writes_nothing() -> None:
    _import(row(1, 1, "a"), row(2, 2, "b"), row(3, metadata=metadata(77)))
    new: dict[str, Any] = {name: Named(name="New") for name in ("client", "project", "task")}
    rows = (
        row(1, 1, "a"),
        row(2, 5, "b"),
        row(3, 7, "c"),
        row(4, person=Person(first_name="New"), **new),
        row(5, 6, metadata=metadata(77), **new),
        row(6, metadata=metadata(98), person=Person(first_name="New")),
        row(7, metadata=metadata(99), person=Person(id=Id(99))),
        row(8, person=Person()),
    )
    before = table_contents()
    dry = _import(*rows, dry_run=True)
    assert {key: item for key, item in table_contents().items() if not key[0].startswith("DRIVER")} == before
    with recorded() as calls:
        assert [step for step in time_steps(work(*grouped(rows), dry_run=True)) if step.writes] == []
    assert {call.operation for call in calls} <= READS
    assert _import(*rows) == dry
    assert [verdict.outcome for verdict in dry] == [
        UNCHANGED,
        UPDATED,
        CREATED,
        CREATED,
        UPDATED,
        CREATED,
        FAILED,
        FAILED,
    ]


# ------------------------------------------------------------ what it costs


def test_a_batch_of_a_hundred_rows_takes_nine_calls_and_five_transactions() -> None:
    rows = [row(number, number, spent_date=Day(f"2026-02-{number % 28 + 1:02d}")) for number in range(1, 101)]
    with recorded() as calls:
        steps: list[Step] = list(time_steps(work(*grouped(rows))))
    assert [call.operation for call in calls] == [
        "Query",
        *["BatchGetItem"] * 3,
        "BatchGetItem",  # of user assignments
        "BatchGetItem",
        "Query",
        "UpdateItem",
    ]
    assert [len(step.verdicts) for step in steps] == [22, 22, 22, 22, 12]


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        ([], []),
        (["2026-02-14"], [("2026-02-14", "2026-02-14")]),
        (["2026-03-16", "2026-02-14"], [("2026-02-14", "2026-03-16")]),
        (["2026-03-17", "2026-02-14"], [("2026-02-14", "2026-02-14"), ("2026-03-17", "2026-03-17")]),
        (
            ["2020-01-01", "2021-06-01", "2021-06-02", "2022-01-01", "2026-01-01"],
            [("2020-01-01", "2020-01-01"), ("2021-06-01", "2022-01-01"), ("2026-01-01", "2026-01-01")],
        ),
    ],
)
def test_days_are_read_in_a_few_stretches_without_the_longest_gaps(
    days: list[str], expected: list[tuple[str, str]]
) -> None:
    assert imported_time.stretches([Day(day) for day in days], at_most=3) == expected
