"""Records and items: what the first version wrote is read for good, and records may gain, lose and rename fields."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, make_dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from sheaf.domain.client import Client
from sheaf.domain.identity import Account, AccountId, Right, Role, Token, User
from sheaf.domain.imports.job import FileKind, Import, ImportStatus, StoredFile
from sheaf.domain.project import BillBy, BudgetBy, Project
from sheaf.domain.task import Task
from sheaf.domain.task_assignment import TaskAssignment
from sheaf.domain.time_entry import ExternalReference, TimeEntry
from sheaf.domain.values import Day, Id, Timestamp
from sheaf.store import accounts, tokens
from sheaf.store.codec import Codec
from sheaf.store.items import Item
from sheaf.store.mappers import import_job, time_entry
from sheaf.store.mappers.client import CLIENT
from sheaf.store.mappers.project import PROJECT
from sheaf.store.mappers.task import TASK
from sheaf.store.mappers.task_assignment import TASK_ASSIGNMENT
from sheaf.store.mappers.user import USER

FIRST_VERSION: Mapping[str, Item] = json.loads((Path(__file__).parent / "first_version_items.json").read_text())

MADE, CHANGED = Timestamp("2026-03-01T08:00:00Z"), Timestamp("2026-03-02T09:30:00Z")
ADA_RIGHTS = frozenset({Right.PROJECT_CREATOR, Right.BILLABLE_RATES_MANAGER})

RECORDS: Mapping[str, Any] = {
    "task": Task(Id(7), "Design", True, Decimal("99.5"), False, True, MADE, CHANGED, 3),
    "client": Client(Id(5), "Acme", False, None, "EUR", MADE, CHANGED, 2),
    "project": Project(
        id=Id(9),
        client_id=Id(5),
        name="Website",
        code="WEB",
        is_active=True,
        is_billable=True,
        is_fixed_fee=False,
        bill_by=BillBy.TASKS,
        hourly_rate=None,
        budget=Decimal(40),
        budget_by=BudgetBy.PROJECT,
        budget_is_monthly=False,
        notify_when_over_budget=True,
        over_budget_notification_percentage=Decimal(80),
        show_budget_to_all=True,
        cost_budget=None,
        cost_budget_include_expenses=False,
        fee=None,
        notes="First line\nSecond",
        starts_on=Day("2026-01-01"),
        ends_on=None,
        created_at=MADE,
        updated_at=CHANGED,
        version=4,
    ),
    "task_assignment": TaskAssignment(Id(11), Id(9), Id(7), True, Decimal(120), None, True, MADE, CHANGED, 2),
    "time_entry": TimeEntry(
        id=Id(13),
        user_id=Id(3),
        project_id=Id(9),
        task_id=Id(7),
        assignment_id=Id(11),
        spent_date=Day("2026-03-01"),
        hours=Decimal("1.25"),
        notes=None,
        external_reference=ExternalReference("A1", "G1", None, "https://example.com/1"),
        created_at=MADE,
        updated_at=CHANGED,
        version=2,
        import_id=Id(1),
    ),
    "account": Account(AccountId(1), "Example Ltd", bytes(range(32)), MADE),
    "user": User(
        Id(3), "Ada", "Lovelace", "ada@example.com", Role.MANAGER, ADA_RIGHTS, frozenset({Id(9)}), True, MADE, CHANGED
    ),
    "member": User(Id(4), "Ida", "", None, Role.MEMBER, frozenset(), frozenset(), False, MADE, CHANGED),
    "token": Token(Id(2), "ab" * 32, Id(3), "laptop", MADE, CHANGED, None),
}
CODECS: Mapping[str, Codec[Any]] = {
    "task": TASK.codec,
    "client": CLIENT.codec,
    "project": PROJECT.codec,
    "task_assignment": TASK_ASSIGNMENT.codec,
    "time_entry": time_entry.CODEC,
    "account": accounts.CODEC,
    "user": USER.codec,
    "member": USER.codec,
    "token": tokens.CODEC,
}


# What records have been given since.
_CAPACITY: Item = {"weekly_capacity": {"N": "126000"}}
ADDED: Mapping[type, Item] = {
    User: {"timezone": {"S": "UTC"}, **_CAPACITY},
    Account: {"wants_timestamp_timers": {"BOOL": False}, **_CAPACITY, "version": {"N": "1"}},
}


@pytest.mark.parametrize("name", RECORDS)
def test_an_item_of_the_first_version_is_read(name: str) -> None:
    assert CODECS[name].from_item(FIRST_VERSION[name]) == RECORDS[name]


@pytest.mark.parametrize("name", RECORDS)
def test_a_record_is_written_as_the_first_version_wrote_it(name: str) -> None:
    written = CODECS[name].to_item(RECORDS[name])
    assert written == {
        attribute: (FIRST_VERSION[name] | ADDED.get(type(RECORDS[name]), {}))[attribute] for attribute in written
    }
    assert FIRST_VERSION[name].keys() - written.keys() <= {"account_id", "version"}  # of a token and of a user


@pytest.mark.parametrize(
    ("given", "written"), [("0.00", "0"), ("1.50", "1.5"), ("100", "100"), ("9999999999.99", "9999999999.99")]
)
def test_an_amount_is_written_without_zeros_at_its_end(given: str, written: str) -> None:
    item = TASK.codec.to_item(replace(RECORDS["task"], default_hourly_rate=Decimal(given)))
    assert item["default_hourly_rate"] == {"N": written}
    assert TASK.codec.from_item(item).default_hourly_rate == Decimal(given)


def test_an_import_of_the_first_version_is_read() -> None:
    job = import_job.from_item(FIRST_VERSION["import"], {}).job
    assert job == Import(
        id=Id(1),
        status=ImportStatus.RUNNING,
        kind=FileKind.TASKS,
        dry_run=False,
        file_name="tasks.csv",
        user_id=Id(3),
        created_at=MADE,
        updated_at=MADE,
        started_at=MADE,
        rows_total=10,
        ignored_columns=("Colour",),
        file=StoredFile("k", "e", 120, None),
    )
    assert import_job.to_item(job).items() >= FIRST_VERSION["import"].items()


def test_every_kind_of_record_has_an_item_of_the_first_version() -> None:
    assert FIRST_VERSION.keys() == RECORDS.keys() | {"import"}


@dataclass(frozen=True)
class _LaterTask(Task):
    """A task in a later version: three more fields, each with what it is where an item has no such attribute."""

    colour: str | None = None
    order: int = 0
    tags: tuple[str, ...] = ()


def test_a_field_that_was_added_has_its_default_in_older_items() -> None:
    later = Codec(_LaterTask).from_item(FIRST_VERSION["task"])
    assert (later.id, later.name, later.colour, later.order, later.tags) == (7, "Design", None, 0, ())


def test_a_field_that_was_added_is_written_and_read_from_then_on() -> None:
    codec = Codec(_LaterTask)
    later = _LaterTask(Id(7), "Design", True, None, False, True, MADE, MADE, 1, None, "red", 2, ("a", "b"))
    assert codec.from_item(codec.to_item(later)) == later


def test_an_attribute_whose_field_was_removed_is_ignored() -> None:
    earlier = make_dataclass("Earlier", [("id", Id), ("name", str)])
    assert Codec(earlier).from_item(FIRST_VERSION["task"]) == earlier(Id(7), "Design")


def test_a_field_that_was_renamed_is_read_under_both_names_and_written_under_the_new_one() -> None:
    renamed = make_dataclass("Renamed", [("id", Id), ("title", str)])
    codec: Codec[Any] = Codec(renamed, renamed={"title": "name"})
    assert codec.from_item(FIRST_VERSION["task"]) == renamed(Id(7), "Design")
    assert codec.from_item({"id": {"N": "7"}, "title": {"S": "New"}, "name": {"S": "Old"}}) == renamed(Id(7), "New")
    assert codec.to_item(renamed(Id(7), "Design")) == {"id": {"N": "7"}, "title": {"S": "Design"}}


def test_an_absent_attribute_without_a_default_is_an_error_that_names_it() -> None:
    with pytest.raises(ValueError, match=r"^an item of a Task has no name, which has no default$"):
        TASK.codec.from_item({name: value for name, value in FIRST_VERSION["task"].items() if name != "name"})
