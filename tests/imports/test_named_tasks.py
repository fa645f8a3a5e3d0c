"""Files of tasks: what each row comes to, and that the table is as whole afterwards as the API leaves it."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from sheaf.domain.imports.rows import BadRow, Row, TimeRow
from sheaf.domain.paging import WHOLE, Filter
from sheaf.domain.task import Task
from sheaf.domain.values import Id, Timestamp
from sheaf.imports.batch import STEP_WRITES, Group
from sheaf.imports.tasks import task_steps
from sheaf.store import sequence, tasks
from tests.imports.batch_steps import IMPORT, apply, changes, fates, group, work
from tests.imports.rows import BROUGHT, task_row
from tests.store.audit import assert_sound, contents
from tests.store.faults import recorded
from tests.store.stored_records import ACCOUNT, LONG_AGO, NOW, assignment, client, populate, project, task


def bring(*rows: Row, batch: str = "1", together: bool = True) -> dict[int, str]:
    """Import rows, as one group or each for itself; what comes of each."""
    groups = [group(*rows)] if together else [group(row) for row in rows]
    told = fates(apply(task_steps, work(*groups), batch))
    assert_sound(ACCOUNT)
    return told


def there() -> list[Task]:
    """All tasks, the oldest first."""
    return list(tasks.page(ACCOUNT, Filter(), WHOLE).records)[::-1]


def names() -> dict[int, str]:
    return {task.id: task.name for task in there()}


def made(number: int, name: str, **fields: Any) -> Task:
    """A task as it is on its first day, made now."""
    return replace(Task(Id(number), name, True, Decimal(0), False, True, NOW, NOW), import_id=IMPORT, **fields)


# ------------------------------------------------------------ made


def test_a_task_that_is_not_there_is_made_with_what_its_row_says(table: str) -> None:
    populate()
    rows = [
        task_row(1, "Design"),
        task_row(2, "Meeting", billable_by_default=False, default_hourly_rate=None, is_default=True, is_active=False),
    ]
    assert bring(*rows, together=False) == {1: "created", 2: "created"}
    full = made(2, "Meeting", billable_by_default=False, default_hourly_rate=None, is_default=True, is_active=False)
    assert there() == [made(1, "Design"), full]


def test_a_new_task_keeps_the_id_and_the_times_that_it_brings(table: str) -> None:
    populate()
    assert bring(task_row(1, "Design", 77, times=BROUGHT)) == {1: "created"}
    assert there() == [made(77, "Design", created_at=BROUGHT[0], updated_at=BROUGHT[1])]
    assert sequence.next_id(ACCOUNT, "TASK") == 78


@pytest.mark.parametrize(
    ("times", "expected"),
    [
        ((BROUGHT[0], None), (BROUGHT[0], NOW)),
        ((None, BROUGHT[0]), (BROUGHT[0], BROUGHT[0])),
        ((NOW, NOW), (NOW, NOW)),
    ],
)
def test_a_time_that_is_not_brought_follows_from_the_other(table: str, times: Any, expected: Any) -> None:
    populate()
    assert bring(task_row(1, "Design", times=times)) == {1: "created"}
    assert [(task.created_at, task.updated_at) for task in there()] == [expected]


@pytest.mark.parametrize(
    ("times", "reason"),
    [
        (("2026-03-01T12:00:01Z", None), "created_at: created_at lies in the future"),
        ((None, "2026-03-01T12:00:01Z"), "updated_at: updated_at lies in the future"),
        (BROUGHT[::-1], "created_at: created_at lies after updated_at"),
    ],
)
def test_times_that_cannot_be_are_refused(table: str, times: Any, reason: str) -> None:
    populate()
    assert bring(task_row(1, "Design", times=times)) == {1: reason}
    assert there() == []


def test_new_ids_come_after_those_that_the_batch_brings(table: str) -> None:
    populate(task(1))
    rows = [task_row(1, "A"), task_row(2, "B", 9), task_row(3, "C"), task_row(4, "D", 3)]
    assert bring(*rows, together=False) == dict.fromkeys((1, 2, 3, 4), "created")
    assert names() == {1: "Task 0001", 9: "B", 3: "D", 10: "A", 11: "C"}


def test_new_ids_come_after_that_of_a_row_that_fails_too(table: str) -> None:
    populate(task(1))
    rows = [task_row(1, "A"), task_row(2, "Task 0001", 9)]
    assert bring(*rows, together=False) == {1: "created", 2: "name: Name has already been taken"}
    assert names() == {1: "Task 0001", 10: "A"}


# ------------------------------------------------------------ changed


def test_a_task_is_found_by_its_name_however_that_is_spelled(table: str) -> None:
    populate(task(1, name="Straße"))
    assert bring(task_row(1, "STRASSE", default_hourly_rate=7)) == {1: "updated"}
    after = task(1, name="STRASSE", default_hourly_rate=Decimal(7), updated_at=NOW, version=2)
    assert there() == [after]


def test_only_what_the_row_says_is_changed(table: str) -> None:
    before = task(1, billable_by_default=False, is_default=True)
    populate(before)
    assert bring(task_row(1, record=1, default_hourly_rate=None)) == {1: "updated"}
    assert there() == [replace(before, default_hourly_rate=None, updated_at=NOW, version=2)]


def test_a_task_is_renamed_by_its_id_and_its_old_name_is_free(table: str) -> None:
    populate(task(1, name="A"))
    assert bring(task_row(1, "B", 1)) == {1: "updated"}
    assert bring(task_row(1, "A"), batch="2") == {1: "created"}
    assert names() == {1: "B", 2: "A"}


def test_times_of_a_task_that_is_there_are_ignored_even_when_they_cannot_be(table: str) -> None:
    populate(task(1))
    assert bring(task_row(1, "Task 0001", 1, times=("2030-01-01T00:00:00Z", LONG_AGO))) == {1: "unchanged"}
    assert there() == [task(1)]


@pytest.mark.parametrize("is_active", [True, False])
@pytest.mark.parametrize("is_default", [True, False])
def test_archiving_and_reviving_closes_and_opens_the_task_as_the_api_does(
    table: str, is_active: bool, is_default: bool
) -> None:
    populate(client(1), project(1), task(1, is_active=not is_active, is_default=is_default), assignment(1, 1, 1))
    assert bring(task_row(1, record=1, is_active=is_active)) == {1: "updated"}
    assert [task.is_active for task in there()] == [is_active]


def test_the_same_file_again_writes_nothing(table: str) -> None:
    populate(task(1))
    rows = [
        task_row(1, "Task 0001", 1, default_hourly_rate=5),
        task_row(2, "New", 9, times=BROUGHT, is_default=True),
        task_row(3, "Without an id"),
    ]
    bring(*rows, together=False)
    before = contents()
    with recorded() as calls:
        assert fates(apply(task_steps, work(*map(group, rows)), "2")) == dict.fromkeys((1, 2, 3), "unchanged")
    assert (changes(calls), contents()) == ([], before)


def test_a_corrected_file_changes_only_what_differs(table: str) -> None:
    populate()
    bring(task_row(1, "A", default_hourly_rate=1), task_row(2, "B", default_hourly_rate=1), together=False)
    before = there()
    rows = [task_row(1, "A", default_hourly_rate=1), task_row(2, "B", default_hourly_rate=2)]
    later = work(*map(group, rows), now=Timestamp("2026-03-02T00:00:00Z"))
    assert fates(apply(task_steps, later, "2")) == {1: "unchanged", 2: "updated"}
    wanted = replace(before[1], default_hourly_rate=Decimal(2), updated_at=later.now, version=2)
    assert there() == [before[0], wanted]


# ------------------------------------------------------------ refused


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (task_row(1, record=9, is_active=True), "name: Name can't be blank"),
        (task_row(1, "Task 0001", 9), "name: Name has already been taken"),
        (task_row(1, "TASK 0001", 2), "name: Name has already been taken"),
        (BadRow(1, "Rate", "is no number"), "Rate: is no number"),
    ],
)
def test_a_row_that_cannot_be_carried_out_says_why_and_writes_nothing(table: str, row: Row, reason: str) -> None:
    populate(task(1), task(2, is_active=False))
    with recorded() as calls:
        assert fates(apply(task_steps, work(group(row)))) == {1: reason}
    assert changes(calls) == []


def test_a_row_of_another_kind_is_a_fault_of_ours(table: str) -> None:
    row: Any = object.__new__(TimeRow)
    object.__setattr__(row, "number", 3)
    with pytest.raises(TypeError, match=r"^row 3 is of another kind than its file$"):
        task_steps(work(Group([row])))


# ------------------------------------------------------------ several rows about one task


def test_of_rows_that_say_the_same_the_first_counts(table: str) -> None:
    populate(task(1))
    rows = [task_row(number, "New", default_hourly_rate=3) for number in (5, 2, 9)]
    assert bring(*rows) == {2: "created", 5: "unchanged", 9: "unchanged"}
    rows = [task_row(number, "Other", 1) for number in (5, 2)]
    assert bring(*rows, batch="2") == {2: "updated", 5: "unchanged"}


def test_copies_of_a_row_that_fails_fail_like_it(table: str) -> None:
    populate(task(1))
    reason = "name: Name has already been taken"
    assert bring(task_row(1, "Task 0001", 9), task_row(2, "Task 0001", 9)) == {1: reason, 2: reason}


@pytest.mark.parametrize(
    "rows",
    [
        [task_row(3, "A", default_hourly_rate=1), task_row(9, "A", default_hourly_rate=2)],
        [task_row(3, "A"), task_row(9, "a")],
        [task_row(3, "A"), task_row(9, "A", is_active=True)],
        [task_row(3, "A", 1), task_row(9, "B", 1)],
        [task_row(3, "A", 1), task_row(9, "A", 2)],
        [task_row(3, "A", 7), task_row(9, "A", 7, times=BROUGHT)],
        [task_row(3, "A", 7), task_row(9, "A")],
        [task_row(3, record=1, is_default=True), task_row(9, "Task 0001")],
        [task_row(3, "A", 7, times=BROUGHT[::-1]), task_row(9, "A")],
    ],
)
def test_rows_that_say_different_things_about_one_task_all_fail(table: str, rows: list[Row]) -> None:
    populate(task(1), task(2))
    before = contents()
    reason = ": Rows 3 and 9 say different things about the same task"
    assert bring(*rows) == {3: reason, 9: reason}
    assert contents() == before


def test_a_contradiction_names_its_rows_but_not_hundreds(table: str) -> None:
    populate()
    rows = [task_row(number, "A", default_hourly_rate=number % 2) for number in range(1, 9)]
    assert set(bring(*rows).values()) == {": Rows 1, 2, 3, 4, 5 and 3 more say different things about the same task"}
    rows = [task_row(number, "A", default_hourly_rate=number) for number in (7, 4, 5)]
    assert set(bring(*rows, batch="2").values()) == {": Rows 4, 5 and 7 say different things about the same task"}


# ------------------------------------------------------------ names that go from one task to another


def test_tasks_exchange_their_names(table: str) -> None:
    populate(task(1, name="A"), task(2, name="B"), task(3, name="C"))
    assert bring(task_row(1, "B", 1), task_row(2, "A", 2)) == {1: "updated", 2: "updated"}
    assert names() == {1: "B", 2: "A", 3: "C"}
    rows = [task_row(1, "C", 1), task_row(2, "B", 2), task_row(3, "A", 3)]
    assert bring(*rows, batch="2") == dict.fromkeys((1, 2, 3), "updated")
    assert names() == {1: "C", 2: "B", 3: "A"}


def test_names_move_along_a_chain_and_a_new_task_takes_the_first(table: str) -> None:
    populate(task(1, name="A"), task(2, name="B"), task(3, name="C"))
    rows = [task_row(1, "B", 1), task_row(2, "C", 2), task_row(3, "D", 3), task_row(4, "A")]
    assert bring(*rows) == {1: "updated", 2: "updated", 3: "updated", 4: "created"}
    assert names() == {1: "B", 2: "C", 3: "D", 4: "A"}


def test_a_chain_whose_end_is_taken_fails_as_a_whole(table: str) -> None:
    populate(task(1, name="A"), task(2, name="B"), task(3, name="C"))
    reason = "name: Name has already been taken"
    rows = [task_row(1, "B", 1), task_row(2, "C", 2), task_row(3, "A"), task_row(4, "Free", 9)]
    assert bring(*rows) == {1: reason, 2: reason, 3: reason, 4: "created"}
    assert names() == {1: "A", 2: "B", 3: "C", 9: "Free"}


def test_a_task_whose_rows_contradict_each_other_keeps_its_name(table: str) -> None:
    populate(task(1, name="A"))
    contradiction = ": Rows 1 and 2 say different things about the same task"
    rows = [task_row(1, "B", 1), task_row(2, "C", 1), task_row(3, "A", 9)]
    assert bring(*rows) == {1: contradiction, 2: contradiction, 3: "name: Name has already been taken"}


def _shifted(count: int) -> tuple[list[Task], list[Row]]:
    """Tasks of which each is to have the name of the next."""
    there = [task(number, name=f"Task {number}") for number in range(1, count + 1)]
    return there, [task_row(number, f"Task {number + 1}", number) for number in range(1, count + 1)]


def test_as_many_names_move_at_once_as_a_transaction_holds(table: str) -> None:
    there, rows = _shifted((STEP_WRITES - 1) // 2)
    populate(*there)
    assert set(bring(*rows).values()) == {"updated"}
    assert names() == {task.id: f"Task {task.id + 1}" for task in there}


def test_more_names_than_a_transaction_holds_stay_and_say_what_to_do(table: str) -> None:
    there, rows = _shifted((STEP_WRITES - 1) // 2 + 1)
    populate(*there)
    reason = "name: Too many tasks take over each other's names at once; give them other names first, in another file"
    same = task_row(100, f"Task {len(there) + 9}")
    assert bring(*rows, same) == {**{row.number: reason for row in rows}, 100: reason}
    assert names() == {task.id: task.name for task in there}
