"""What a time entry may be, who may see and log it, and what it is billed at."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given

from sheaf.domain.client import ClientFields, new_client
from sheaf.domain.errors import InvalidError, NotFoundError, NotPermittedError
from sheaf.domain.identity import Role, User
from sheaf.domain.project import BillBy, BudgetBy, Project, ProjectFields, new_project
from sheaf.domain.record import fields_of, with_changes
from sheaf.domain.task import TaskFields, new_task
from sheaf.domain.task_assignment import TaskAssignmentFields, new_task_assignment
from sheaf.domain.time_entry import (
    ExternalReference,
    LoggedTime,
    TimeEntry,
    TimeEntryFields,
    TimeFilter,
    new_time_entry,
    require_may_log,
    require_own,
)
from sheaf.domain.user_assignment import UserAssignmentFields, new_user_assignment
from sheaf.domain.values import Day, Id, Timestamp
from tests.domain.strategies import amounts

NOON, NIGHT = Timestamp("2026-03-01T12:00:00Z"), Timestamp("2026-03-01T23:00:00Z")
BASE: dict[str, Any] = {"project_id": Id(3), "task_id": Id(5), "spent_date": "2026-02-28"}
ENTRY = new_time_entry(Id(9), Id(2), Id(7), TimeEntryFields(**BASE), NOON)
REFERENCE = ExternalReference("1", "2", "3", "https://example.com/1")


def _user(role: Role, number: int = 1, *managed: int) -> User:
    projects = frozenset(map(Id, managed))
    return User(Id(number), "A", "B", "a@example.com", role, frozenset(), projects, True, NOON, NOON)


def _project(**fields: Any) -> Project:
    return new_project(Id(3), ProjectFields(client_id=Id(1), name="P", **fields), NOON)


def _logged(billable: bool, **fields: Any) -> LoggedTime:
    project, task = _project(**fields), new_task(Id(5), TaskFields(name="T"), NOON)
    asked = TaskAssignmentFields(billable=billable, hourly_rate=Decimal(70))
    assignment = new_task_assignment(Id(7), project, task, asked, NOON)
    client = new_client(Id(1), ClientFields(name="C"), NOON)
    return LoggedTime(ENTRY, _user(Role.MEMBER, 2), client, project, task, assignment)


# ------------------------------------------------------------ what is logged


def test_a_new_entry_needs_a_project_a_task_and_a_day() -> None:
    assert (
        TimeEntry(
            id=Id(9),
            user_id=Id(2),
            project_id=Id(3),
            task_id=Id(5),
            assignment_id=Id(7),
            spent_date=Day("2026-02-28"),
            hours=Decimal(0),
            notes=None,
            external_reference=None,
            created_at=NOON,
            updated_at=NOON,
            version=1,
        )
        == ENTRY
    )


@given(amounts)
def test_hours_are_kept_exactly(hours: Decimal) -> None:
    assert TimeEntryFields(**BASE, hours=hours).hours == hours


@pytest.mark.parametrize(
    ("hours", "expected"), [("0.005", "0.01"), ("1.333333", "1.33"), ("-0", "0.00"), ("1e1", "10.00")]
)
def test_hours_are_rounded_half_up_to_two_places(hours: str, expected: str) -> None:
    assert str(TimeEntryFields(**BASE, hours=Decimal(hours)).hours) == expected


@pytest.mark.parametrize("hours", ["NaN", "-NaN", "sNaN", "-0.01", "1E+30", "1" * 40, "Infinity", "1E+10"])
def test_hours_that_no_column_holds_are_refused(hours: str) -> None:
    with pytest.raises(InvalidError, match=r"^hours must be a number between 0 and 9999999999\.99$"):
        TimeEntryFields(**BASE, hours=Decimal(hours))


@pytest.mark.parametrize("day", ["2026-02-28T09:00:00Z", "2026-02-28 23:59", " 2026-02-28", "2026-02-28T00:00+14:00"])
def test_a_full_datetime_is_cut_to_its_date(day: str) -> None:
    assert TimeEntryFields(**{**BASE, "spent_date": day}).spent_date == "2026-02-28"


@pytest.mark.parametrize("day", ["", " ", "today", "2026-02-30", "28.02.2026", "0000-01-01", "2026-2-28"])
def test_what_is_no_day_is_refused_in_the_words_of_harvest(day: str) -> None:
    with pytest.raises(InvalidError, match=r"^Spent date is not a valid date$"):
        TimeEntryFields(**{**BASE, "spent_date": day})


def test_every_broken_field_is_named_at_once() -> None:
    with pytest.raises(InvalidError) as refusal:
        TimeEntryFields(**{**BASE, "spent_date": "x"}, hours=Decimal(-1), notes="\ud800")
    assert str(refusal.value) == (
        "Spent date is not a valid date, hours must be a number between 0 and 9999999999.99, "
        "notes can't contain control characters or unpaired surrogates"
    )


@pytest.mark.parametrize("name", ["id", "group_id", "account_id", "permalink"])
@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x" * 256, "is too long (maximum is 255 characters)"),
        ("a\nb", "can't contain control characters or unpaired surrogates"),
    ],
)
def test_an_external_reference_is_of_short_lines(name: str, text: str, message: str) -> None:
    with pytest.raises(InvalidError) as refusal:
        ExternalReference(**{name: text})
    assert str(refusal.value) == f"external_reference {name} {message}"


@pytest.mark.parametrize(
    "difference",
    [
        {"project_id": Id(4)},
        {"task_id": Id(6)},
        {"spent_date": Day("2026-03-01")},
        {"hours": Decimal(1)},
        {"notes": ""},
        {"external_reference": REFERENCE},
    ],
    ids=str,
)
def test_each_field_alone_makes_a_change_and_the_user_stays(difference: dict[str, Any]) -> None:
    asked = TimeEntryFields(**{**BASE, **difference})
    after = with_changes(ENTRY, asked, NIGHT)
    assert (fields_of(TimeEntryFields, after), after.user_id, after.version) == (asked, 2, 2)
    assert with_changes(after, asked, NIGHT) is after


# ------------------------------------------------------------ what it is billed at


@pytest.mark.parametrize(
    ("bill_by", "billable", "rate"),
    [
        (BillBy.TASKS, True, Decimal(70)),
        (BillBy.PROJECT, True, Decimal(90)),
        (BillBy.PEOPLE, True, Decimal(60)),
        (BillBy.PEOPLE, False, None),
        (BillBy.NONE, True, None),
        (BillBy.TASKS, False, None),
        (BillBy.PROJECT, False, None),
    ],
)
def test_the_rate_of_an_hour_hangs_on_what_the_project_bills_by(
    bill_by: BillBy, billable: bool, rate: Decimal | None
) -> None:
    logged = _logged(billable, bill_by=bill_by, hourly_rate=Decimal(90))
    logged = replace(logged, user=replace(logged.user, default_hourly_rate=Decimal(60)))
    assert logged.billable_rate == rate


@pytest.mark.parametrize(
    ("use_default_rates", "hourly_rate", "rate"),
    [(True, Decimal(80), Decimal(60)), (False, Decimal(80), Decimal(80)), (False, None, None)],
)
def test_the_rate_of_a_person_on_a_project_is_that_of_their_assignment_unless_it_says_otherwise(
    use_default_rates: bool, hourly_rate: Decimal | None, rate: Decimal | None
) -> None:
    fields = UserAssignmentFields(
        is_project_manager=False, use_default_rates=use_default_rates, hourly_rate=hourly_rate
    )
    logged = _logged(True, bill_by=BillBy.PEOPLE)
    logged = replace(
        logged,
        user=replace(logged.user, default_hourly_rate=Decimal(60)),
        user_assignment=new_user_assignment(Id(1), logged.project.id, logged.user.id, fields, NIGHT),
    )
    assert logged.billable_rate == rate


@pytest.mark.parametrize("budget_by", list(BudgetBy))
def test_hours_count_toward_a_budget_where_there_is_one(budget_by: BudgetBy) -> None:
    assert _logged(True, budget_by=budget_by).budgeted is (budget_by != "none")


def test_logged_time_has_the_number_of_its_entry() -> None:
    assert _logged(True).id == 9


# ------------------------------------------------------------ who may

ADMIN, OWNER = _user(Role.ADMINISTRATOR), _user(Role.MEMBER, 2)
HEAD, OTHER_HEAD = _user(Role.MANAGER, 4, 3), _user(Role.MANAGER, 4, 8)


@pytest.mark.parametrize("user", [ADMIN, OWNER, HEAD, _user(Role.MANAGER, 2)])
def test_time_is_its_users_its_managers_and_every_administrators(user: User) -> None:
    require_own(user, ENTRY)
    require_may_log(user, ENTRY.user_id, ENTRY.project_id)


@pytest.mark.parametrize("user", [_user(Role.MEMBER, 5), OTHER_HEAD, _user(Role.MANAGER, 5)])
def test_the_time_of_others_is_not_found_and_not_to_be_logged(user: User) -> None:
    with pytest.raises(NotFoundError):
        require_own(user, ENTRY)
    with pytest.raises(NotPermittedError):
        require_may_log(user, ENTRY.user_id, ENTRY.project_id)


@pytest.mark.parametrize("user", [_user(Role.MEMBER, 5), OTHER_HEAD, ADMIN])
def test_everybody_may_log_their_own_time_anywhere(user: User) -> None:
    require_may_log(user, user.id, Id(99))


# ------------------------------------------------------------ what narrows a list


@pytest.mark.parametrize(
    ("wanted", "narrow"),
    [
        (TimeFilter(), False),
        (TimeFilter(user_id=Id(1)), False),
        (TimeFilter(project_id=Id(1)), False),
        (TimeFilter(since=Day("2026-01-01"), until=Day("2026-02-01")), False),
        (TimeFilter(project_id=Id(1), since=Day("2026-01-01")), False),
        (TimeFilter(user_id=Id(1), project_id=Id(1)), True),
        (TimeFilter(task_id=Id(1)), True),
        (TimeFilter(client_id=Id(1)), True),
        (TimeFilter(external_reference_id="1"), True),
        (TimeFilter(updated_since=NOON), True),
        (TimeFilter(is_empty=True), True),
    ],
    ids=str,
)
def test_a_filter_is_narrow_when_no_one_partition_is_its_list(wanted: TimeFilter, narrow: bool) -> None:
    assert wanted.is_narrow is narrow
