"""What a project may be."""

import dataclasses
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sheaf.domain.errors import InvalidError
from sheaf.domain.project import BillBy, BudgetBy, Project, ProjectFields, new_project
from sheaf.domain.record import fields_of, with_changes
from sheaf.domain.values import Day, Id, Timestamp
from tests.domain.strategies import rates

NOON, NIGHT = Timestamp("2026-03-01T12:00:00Z"), Timestamp("2026-03-01T23:00:00Z")
AMOUNTS = ["hourly_rate", "budget", "over_budget_notification_percentage", "cost_budget", "fee"]
BASE: dict[str, Any] = {"client_id": Id(3), "name": "Online Store"}


def test_a_new_project_has_the_defaults_that_live_answers_show() -> None:
    assert new_project(Id(7), ProjectFields(**BASE), NOON) == Project(
        id=Id(7),
        client_id=Id(3),
        name="Online Store",
        code=None,
        is_active=True,
        is_billable=True,
        is_fixed_fee=False,
        bill_by=BillBy.NONE,
        hourly_rate=None,
        budget=None,
        budget_by=BudgetBy.NONE,
        budget_is_monthly=False,
        notify_when_over_budget=False,
        over_budget_notification_percentage=Decimal(80),
        show_budget_to_all=False,
        cost_budget=None,
        cost_budget_include_expenses=False,
        fee=None,
        notes=None,
        starts_on=None,
        ends_on=None,
        created_at=NOON,
        updated_at=NOON,
        version=1,
    )


def test_the_words_for_billing_and_budgets_are_those_of_harvest() -> None:
    assert list(BillBy) == ["Project", "Tasks", "People", "none"]
    assert list(BudgetBy) == ["project", "project_cost", "task", "task_fees", "person", "none"]


@pytest.mark.parametrize("word", list(BillBy))
def test_a_way_of_billing_is_read_by_its_word(word: str) -> None:
    assert ProjectFields(**BASE, bill_by=str(word)).bill_by is BillBy(word)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", AMOUNTS)
@pytest.mark.parametrize(
    "amount",
    ["NaN", "-0.01", "1E+30", "1" * 40, "Infinity", "9999999999.995", "0." + "1" * 40],
    ids=lambda value: value[:9],
)
def test_an_amount_that_no_column_holds_is_refused_and_named(name: str, amount: str) -> None:
    with pytest.raises(InvalidError) as refusal:
        ProjectFields(**{**BASE, name: Decimal(amount)})
    assert str(refusal.value) == f"{name} must be a number between 0 and 9999999999.99"


@given(st.fixed_dictionaries(dict.fromkeys(AMOUNTS, rates)))
def test_amounts_are_kept_exactly(amounts: dict[str, Decimal | None]) -> None:
    metadata = fields_of(ProjectFields, new_project(Id(1), ProjectFields(**{**BASE, **amounts}), NOON))
    assert {name: getattr(metadata, name) for name in AMOUNTS} == amounts


def test_amounts_are_rounded_half_up() -> None:
    fields = ProjectFields(**{**BASE, **dict.fromkeys(AMOUNTS, Decimal("1.005"))})
    assert [str(getattr(fields, name)) for name in AMOUNTS] == ["1.01"] * 5


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-02-28", "2026-02-28"),
        ("2024-02-29", "2024-02-29"),
        (" 2026-02-28 ", "2026-02-28"),
        ("2026-02-28T23:59:59-11:00", "2026-02-28"),
        ("2026-02-28 08:00", "2026-02-28"),
        ("0001-01-01", "0001-01-01"),
        ("9999-12-31", "9999-12-31"),
    ],
)
def test_a_day_may_come_as_a_full_datetime(text: str, day: str) -> None:
    fields = ProjectFields(**BASE, starts_on=Day(text), ends_on=Day(text))
    assert (fields.starts_on, fields.ends_on) == (day, day)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026-02-29",
        "2026-13-01",
        "2026-00-10",
        "0000-01-01",
        "26-01-01",
        "2026-1-1",
        "20260101",
        "tomorrow",
        "2026-02-2\u0666",
        "2026-W01-1",
        "2026-02-28x",
        "\x00",
    ],
)
@pytest.mark.parametrize("name", ["starts_on", "ends_on"])
def test_what_is_no_day_is_refused_and_named(name: str, text: str) -> None:
    with pytest.raises(InvalidError) as refusal:
        ProjectFields(**{**BASE, name: Day(text)})
    assert str(refusal.value) == f"{name} is not a valid date"


def test_every_broken_field_is_named_at_once() -> None:
    with pytest.raises(InvalidError) as refusal:
        ProjectFields(
            client_id=Id(1),
            name=" ",
            code="a\nb",
            bill_by="tasks",  # type: ignore[arg-type]
            budget_by="Project",  # type: ignore[arg-type]
            notes="\ud800",
            starts_on=Day("x"),
            fee=Decimal(-1),
        )
    assert str(refusal.value).split(", ") == [
        "Name can't be blank",
        "code can't contain control characters or unpaired surrogates",
        "bill_by must be one of Project",
        "Tasks",
        "People",
        "none",
        "budget_by must be one of project",
        "project_cost",
        "task",
        "task_fees",
        "person",
        "none",
        "notes can't contain control characters or unpaired surrogates",
        "starts_on is not a valid date",
        "fee must be a number between 0 and 9999999999.99",
    ]


@pytest.mark.parametrize("code", [None, "", "OS1", "x" * 255])
def test_a_code_is_a_short_line(code: str | None) -> None:
    assert ProjectFields(**BASE, code=code).code == code
    with pytest.raises(InvalidError, match=r"^code is too long \(maximum is 255 characters\)$"):
        ProjectFields(**BASE, code="x" * 256)


def test_a_caller_can_say_everything_of_a_project_but_its_number_and_its_times() -> None:
    decided_by_us = {"id", "created_at", "updated_at", "version", "import_id"}
    assert {field.name for field in dataclasses.fields(Project)} - decided_by_us == {
        field.name for field in dataclasses.fields(ProjectFields)
    }


@pytest.mark.parametrize(
    "difference",
    [
        {"client_id": Id(4)},
        {"name": "Other"},
        {"code": "X"},
        {"is_active": False},
        {"is_billable": False},
        {"bill_by": BillBy.PEOPLE},
        {"hourly_rate": Decimal(1)},
        {"over_budget_notification_percentage": None},
        {"notes": "x"},
        {"ends_on": Day("2026-01-01")},
    ],
    ids=str,
)
def test_each_field_alone_makes_a_change(difference: dict[str, Any]) -> None:
    before = new_project(Id(1), ProjectFields(**BASE), NOON)
    asked = ProjectFields(**{**BASE, **difference})
    after = with_changes(before, asked, NIGHT)
    assert (fields_of(ProjectFields, after), after.updated_at, after.version) == (asked, NIGHT, 2)
    assert with_changes(after, asked, NIGHT) is after
