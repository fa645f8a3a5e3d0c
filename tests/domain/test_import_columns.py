"""What the columns of a file mean, and what its rows ask for."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import pytest

from sheaf.domain.imports import cells
from sheaf.domain.imports.columns import folded_column, kind_of
from sheaf.domain.imports.job import FileKind
from sheaf.domain.imports.reader import Reader
from sheaf.domain.imports.rows import (
    BadRow,
    FileError,
    ImportedMetadata,
    Named,
    Person,
    ProjectRow,
    RawRow,
    Row,
    TaskAssignmentRow,
    TaskRow,
    TimeRow,
)
from sheaf.domain.project import BillBy, BudgetBy
from sheaf.domain.time_entry import ExternalReference
from sheaf.domain.values import Day, Id, Timestamp
from tests.support import sample_files


def read(kind: FileKind, values: Mapping[str, Any], columns: Sequence[str] | None = None) -> Row:
    return Reader(kind, columns or list(values)).read(RawRow(7, values))


def bad(kind: FileKind, values: Mapping[str, Any], columns: Sequence[str] | None = None) -> tuple[str, str]:
    row = read(kind, values, columns)
    assert isinstance(row, BadRow)
    assert (row.number, row.values) == (7, values)
    return row.field, row.message


# ------------------------------------------------------------ columns


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("First name", "First Name"),
        ("Billable?", "billable"),
        ("project_id", "Project ID"),
        ("project.id", "project_id"),
    ],
)
def test_case_spaces_and_signs_do_not_make_another_column(one: str, other: str) -> None:
    assert folded_column(one) == folded_column(other)


def test_columns_of_signs_alone_stay_apart() -> None:
    assert folded_column("?") != folded_column("#")


TASK_OBJECT = next(iter(sample_files.task_objects(1)))
TIME_OBJECT = (
    *("id", "spent_date", "hours", "hours_without_timer", "rounded_hours", "notes", "is_locked", "billable"),
    *("user.id", "user.name", "client.id", "client.name", "client.currency", "project.id", "project.name"),
    *("project.code", "task.id", "task.name", "task_assignment.id", "task_assignment.billable"),
    *("external_reference.id", "external_reference.permalink", "created_at", "updated_at"),
)
PROJECT_OBJECT = ("id", "name", "code", "is_active", "bill_by", "budget", "notes", "client.id", "client.name", "fee")
ASSIGNMENT_OBJECT = ("id", "billable", "is_active", "hourly_rate", "budget", "project.id", "project.name", "task.id")


@pytest.mark.parametrize(
    ("columns", "kind"),
    [
        (sample_files.TIME_IMPORT, FileKind.TIME_ENTRIES),
        ([name.replace("Notes", "Note") for name in sample_files.TIME_IMPORT], FileKind.TIME_ENTRIES),
        (sample_files.DETAILED_EXPORT, FileKind.TIME_ENTRIES),
        (TIME_OBJECT, FileKind.TIME_ENTRIES),
        (sample_files.PROJECT_IMPORT, FileKind.PROJECTS),
        (("Client", "Project"), FileKind.PROJECTS),
        (PROJECT_OBJECT, FileKind.PROJECTS),
        (sample_files.TASK_ASSIGNMENTS, FileKind.TASK_ASSIGNMENTS),
        (("Project", "Task"), FileKind.TASK_ASSIGNMENTS),
        (("project_id", "task_id", "budget"), FileKind.TASK_ASSIGNMENTS),
        (ASSIGNMENT_OBJECT, FileKind.TASK_ASSIGNMENTS),
        (sample_files.TASKS, FileKind.TASKS),
        (tuple(TASK_OBJECT), FileKind.TASKS),
        (("Name",), FileKind.TASKS),
        (("Task",), FileKind.TASKS),
        (("Task", "Comment"), FileKind.TASKS),
        (("name", "is_default", "weight"), FileKind.TASKS),
    ],
)
def test_the_columns_tell_what_the_rows_are(columns: Sequence[str], kind: FileKind) -> None:
    assert kind_of(columns) is kind
    Reader(kind, columns)


@pytest.mark.parametrize(
    "columns",
    [
        ("id", "name", "is_active", "address", "statement_key", "created_at", "updated_at", "currency"),
        ("id", "first_name", "last_name", "email", "is_active"),
        ("Name", "Comment"),
        ("Date", "Amount"),
        ("id",),
        ("project.id", "user.id", "is_active"),
        ("x" * 1000,),
    ],
    ids=["clients", "users", "any names", "expenses", "ids", "user assignments", "a long name"],
)
def test_columns_that_fit_nothing_for_certain_are_refused(columns: Sequence[str]) -> None:
    with pytest.raises(FileError) as refusal:
        kind_of(columns)
    shown = ", ".join(columns)
    assert str(refusal.value) == (
        "The columns fit neither tasks (Name, ...) nor projects (Client, Project, ...) nor task assignments"
        " (Project, Task, ...) nor time entries (Date, Client, Project, Task, Notes, Hours, First name, Last name);"
        f" found: {shown if len(shown) <= 300 else shown[:300] + '...'}."
        " If it is one of them, say which when you import it"
    )


@pytest.mark.parametrize(
    ("kind", "columns", "missing"),
    [
        (FileKind.TASKS, ("Rate",), "name or id, which tasks"),
        (FileKind.PROJECTS, ("Project",), "client or client id or id, which projects"),
        (FileKind.PROJECTS, ("Client",), "name or id, which projects"),
        (FileKind.TASK_ASSIGNMENTS, ("id",), "project or project id, task or task id, which task assignments"),
        (
            FileKind.TIME_ENTRIES,
            ("Date", "Project", "Task", "User"),
            "hours, which time entries",
        ),
    ],
)
def test_a_missing_column_is_named(kind: FileKind, columns: Sequence[str], missing: str) -> None:
    with pytest.raises(FileError) as refusal:
        Reader(kind, columns)
    assert str(refusal.value) == f"The file has no column for {missing} need; found: {', '.join(columns)}"


@pytest.mark.parametrize(
    ("kind", "columns"),
    [
        (FileKind.TIME_ENTRIES, (*sample_files.TIME_IMPORT, "Kunde")),
        (FileKind.TASKS, ("Name", "Task")),
        (FileKind.PROJECTS, ("Client", "Project", "Name")),
    ],
)
def test_two_columns_that_mean_the_same_are_refused(kind: FileKind, columns: Sequence[str]) -> None:
    with pytest.raises(FileError, match=r"^The columns '\w+' and '\w+' mean the same$"):
        Reader(kind, columns)


def test_columns_that_mean_nothing_are_ignored_and_named() -> None:
    assert Reader(FileKind.TIME_ENTRIES, sample_files.DETAILED_EXPORT).ignored == (
        *("Invoiced?", "Approved?", "Roles", "Employee?"),
        *("Billable Rate", "Billable Amount", "Cost Rate", "Cost Amount"),
    )
    assert Reader(FileKind.TIME_ENTRIES, sample_files.TIME_IMPORT).ignored == ()


def test_ignored_fields_of_later_json_rows_are_named_too() -> None:
    found = Reader(FileKind.TASKS, ["name"])
    found.read(RawRow(1, {"name": "A", "weight": 1}))
    found.read(RawRow(2, {"name": "B", "color": 1, "weight": 2}))
    assert found.ignored == ("weight", "color")


# ------------------------------------------------------------ tasks


def test_a_task_as_a_spreadsheet_has_it() -> None:
    values = dict(zip(sample_files.TASKS, (" Design ", "YES", "12.345", "no", "1"), strict=True))
    given = {
        "name": "Design",
        "default_hourly_rate": Decimal("12.35"),
        "billable_by_default": True,
        "is_default": False,
        "is_active": True,
    }
    assert read(FileKind.TASKS, values) == TaskRow(7, ImportedMetadata(), given)


def test_a_task_as_the_api_shows_it() -> None:
    metadata = ImportedMetadata(Id(1000), Timestamp("2020-06-26T21:20:07Z"), Timestamp("2021-06-26T21:20:07Z"))
    given = {
        "name": "Task 0",
        "default_hourly_rate": Decimal("100.50"),
        "billable_by_default": False,
        "is_default": False,
        "is_active": True,
    }
    values = {**TASK_OBJECT, "default_hourly_rate": Decimal("100.5")}
    assert read(FileKind.TASKS, values) == TaskRow(7, metadata, given)


def test_an_empty_cell_is_null_where_a_field_may_be_null_and_says_nothing_otherwise() -> None:
    values = dict(zip(("Id", *sample_files.TASKS), ("7", "", "", "", " ", ""), strict=True))
    assert read(FileKind.TASKS, values) == TaskRow(7, ImportedMetadata(Id(7)), {"default_hourly_rate": None})


def test_null_in_json_is_what_an_empty_cell_is() -> None:
    values = {"id": 7, "name": None, "default_hourly_rate": None, "is_default": None, "created_at": None}
    assert read(FileKind.TASKS, values) == TaskRow(7, ImportedMetadata(Id(7)), {"default_hourly_rate": None})


def test_what_a_row_has_no_column_for_is_not_said() -> None:
    assert read(FileKind.TASKS, {"Task": "A"}) == TaskRow(7, ImportedMetadata(), {"name": "A"})


def test_a_json_row_may_have_other_fields_than_the_first_one() -> None:
    found = read(FileKind.TASKS, {"id": 3, "is_default": True}, ["name"])
    assert found == TaskRow(7, ImportedMetadata(Id(3)), {"is_default": True})
    assert bad(FileKind.TASKS, {"name": "A", "Task": "B"}, ["name"]) == (
        "Task",
        "The columns 'name' and 'Task' mean the same",
    )


@pytest.mark.parametrize(
    ("values", "field", "message"),
    [
        ({"Name": " "}, "Name", "Name can't be blank"),
        ({"is_default": True}, "name", "name can't be blank"),
        ({"Name": "x" * 256}, "Name", "Name is too long (maximum is 255 characters)"),
        ({"Name": "a\nb"}, "Name", "Name can't contain control characters or unpaired surrogates"),
        ({"name": 5}, "name", "name must be a string"),
        (
            {"Name": "A", "Hourly rate": "-1"},
            "Hourly rate",
            "default_hourly_rate must be a number between 0 and 9999999999.99",
        ),
        ({"Name": "A", "Hourly rate": "1,50"}, "Hourly rate", "Hourly rate must be a number, such as 1.5"),
        ({"Name": "A", "Hourly rate": "NaN"}, "Hourly rate", "Hourly rate must be a number, such as 1.5"),
        ({"Name": "A", "Hourly rate": "1e9999"}, "Hourly rate", "Hourly rate must be a number, such as 1.5"),
        ({"Name": "A", "Hourly rate": "٣"}, "Hourly rate", "Hourly rate must be a number, such as 1.5"),
        ({"name": "A", "hourly_rate": True}, "hourly_rate", "hourly_rate must be a number, such as 1.5"),
        (
            {"name": "A", "hourly_rate": 10**400},
            "hourly_rate",
            "default_hourly_rate must be a number between 0 and 9999999999.99",
        ),
        (
            {"name": "A", "hourly_rate": Decimal("1e400")},
            "hourly_rate",
            "default_hourly_rate must be a number between 0 and 9999999999.99",
        ),
        ({"Name": "A", "Is active": "maybe"}, "Is active", "Is active must be true or false"),
        ({"name": "A", "is_active": 2}, "is_active", "is_active must be true or false"),
        ({"Name": "A", "Id": "0"}, "Id", "Id must be a positive integer below 2^53"),
        ({"Name": "A", "Id": "1.0"}, "Id", "Id must be a positive integer below 2^53"),
        ({"name": "A", "id": Decimal("1e999999")}, "id", "id must be a positive integer below 2^53"),
        ({"name": "A", "id": 10**400}, "id", "id must be a positive integer below 2^53"),
        ({"name": "A", "id": True}, "id", "id must be a positive integer below 2^53"),
        ({"Name": "A", "Id": str(2**52)}, "Id", "Id must be below 2^52"),
        ({"Name": "A", "Created at": "yesterday"}, "Created at", 'Invalid Created at datetime provided: "yesterday"'),
        (
            {"Name": "A", "Created at": "2026-11-02", "Updated at": "2026-11-01"},
            "Updated at",
            "Updated at can't be before Created at",
        ),
    ],
    ids=str,
)
def test_a_broken_rule_is_named_with_its_column(values: Mapping[str, Any], field: str, message: str) -> None:
    assert bad(FileKind.TASKS, values, [*values, "Id"] if not {"Id", "id"} & set(values) else None) == (field, message)


def test_the_highest_id_that_a_file_may_bring() -> None:
    assert read(FileKind.TASKS, {"Id": str(2**52 - 1)}) == TaskRow(7, ImportedMetadata(Id(2**52 - 1)), {})


# ------------------------------------------------------------ projects


def test_a_project_of_harvests_project_import() -> None:
    values = dict(
        zip(sample_files.PROJECT_IMPORT, ("Acme", "Site", "", "1/2/2026", "2026-12-31", "one\ntwo"), strict=True)
    )
    given = {"name": "Site", "code": None, "notes": "one\ntwo", "starts_on": "2026-01-02", "ends_on": "2026-12-31"}
    assert read(FileKind.PROJECTS, values) == ProjectRow(7, ImportedMetadata(), Named(name="Acme"), given)


def test_a_project_as_the_api_shows_it() -> None:
    values = {
        "id": 3,
        "name": "Site",
        "is_active": True,
        "bill_by": "Tasks",
        "budget": Decimal("100.0"),
        "budget_by": "project",
        "fee": None,
        "client.id": 5,
        "client.name": "Acme",
    }
    given = {
        "name": "Site",
        "is_active": True,
        "bill_by": BillBy.TASKS,
        "budget_by": BudgetBy.PROJECT,
        "budget": Decimal("100.00"),
        "fee": None,
    }
    assert read(FileKind.PROJECTS, values) == ProjectRow(7, ImportedMetadata(Id(3)), Named(name="Acme"), given)


def test_every_field_of_a_project_can_be_said() -> None:
    values = {
        "client_id": 5,
        "name": "A",
        "code": "a",
        "is_active": False,
        "is_billable": False,
        "is_fixed_fee": True,
        "bill_by": "none",
        "hourly_rate": 1,
        "budget": 2,
        "budget_by": "none",
        "budget_is_monthly": True,
        "notify_when_over_budget": True,
        "over_budget_notification_percentage": 3,
        "show_budget_to_all": True,
        "cost_budget": 4,
        "cost_budget_include_expenses": True,
        "fee": 5,
        "notes": "n",
        "starts_on": "2026-01-01",
        "ends_on": "2026-01-02",
    }
    row = read(FileKind.PROJECTS, values)
    assert row == ProjectRow(
        7, ImportedMetadata(), Named(id=Id(5)), {name: value for name, value in values.items() if name != "client_id"}
    )


def test_a_project_with_an_id_need_not_say_whose_it_is() -> None:
    assert read(FileKind.PROJECTS, {"Id": "3", "Client": "", "Fee": "5"}) == ProjectRow(
        7, ImportedMetadata(Id(3)), Named(), {"fee": Decimal("5.00")}
    )


@pytest.mark.parametrize(
    ("values", "field", "message"),
    [
        ({"Client": "", "Project": "A"}, "Client", "Client can't be blank"),
        ({"Client": "A", "Project": ""}, "Project", "Project can't be blank"),
        ({"Client id": "", "Project": "A"}, "Client id", "Client id can't be blank"),
        (
            {"Client": "A", "Project": "B", "Start date": "13/1/2026"},
            "Start date",
            "Start date must be a date, such as 2026-11-30 or 11/30/2026",
        ),
        ({"Client": "A", "Project": "B", "Start date": "2026-02-29"}, "Start date", "Start date is not a valid date"),
        (
            {"Client": "A", "Project": "B", "bill_by": "me"},
            "bill_by",
            "bill_by must be one of Project, Tasks, People, none",
        ),
        (
            {"Client": "A", "Project": "B", "Project code": "x" * 256},
            "Project code",
            "code is too long (maximum is 255 characters)",
        ),
    ],
    ids=str,
)
def test_a_broken_project_is_named(values: Mapping[str, Any], field: str, message: str) -> None:
    assert bad(FileKind.PROJECTS, values) == (field, message)


# ------------------------------------------------------------ task assignments


def test_an_assignment_by_names() -> None:
    values = dict(zip(sample_files.TASK_ASSIGNMENTS, ("Acme", "Site", "Design", "no", "", "5", ""), strict=True))
    given = {"billable": False, "hourly_rate": None, "budget": Decimal("5.00")}
    assert read(FileKind.TASK_ASSIGNMENTS, values) == TaskAssignmentRow(
        7, ImportedMetadata(), Named(name="Site"), "Acme", Named(name="Design"), given
    )


def test_an_assignment_as_the_api_shows_it_goes_by_ids() -> None:
    values = {"id": 9, "is_active": True, "project.id": 3, "project.name": "Site", "task.id": 4, "task.name": "Design"}
    assert read(FileKind.TASK_ASSIGNMENTS, values) == TaskAssignmentRow(
        7, ImportedMetadata(Id(9)), Named(id=Id(3)), None, Named(id=Id(4)), {"is_active": True}
    )


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"project_id": "", "project": "Site", "task": "Design"}, "project_id"),
        ({"project": "Site", "task": "Design", "task_id": ""}, "task_id"),
        ({"project": "", "task": "Design"}, "project"),
    ],
)
def test_where_a_file_has_ids_names_do_not_stand_in_for_them(values: Mapping[str, Any], field: str) -> None:
    assert bad(FileKind.TASK_ASSIGNMENTS, values) == (field, f"{field} can't be blank")


def test_ids_that_only_a_later_row_has_are_not_taken_for_names() -> None:
    row = {"project": "Site", "task": "Design", "project_id": 9}
    assert read(FileKind.TASK_ASSIGNMENTS, row, ["project", "task"]) == TaskAssignmentRow(
        7, ImportedMetadata(), Named(name="Site"), None, Named(name="Design"), {}
    )


# ------------------------------------------------------------ time


def time_row(**differences: Any) -> TimeRow:
    fields: dict[str, Any] = {
        "number": 7,
        "metadata": ImportedMetadata(),
        "person": Person(None, "Ann", "Lee"),
        "client": Named(name="Acme"),
        "project": Named(name="Site"),
        "task": Named(name="Design"),
        "spent_date": Day("2026-11-30"),
        "hours": Decimal("1.50"),
        "notes": "done",
        "external_reference": None,
        "missing_columns": frozenset({"external_reference"}),
    }
    return TimeRow(**fields | differences)


TIME = dict(
    zip(sample_files.TIME_IMPORT, ("2026-11-30", "Acme", "Site", "Design", "done", "1.5", "Ann", "Lee"), strict=True)
)


def test_a_row_of_harvests_time_import() -> None:
    assert read(FileKind.TIME_ENTRIES, TIME) == time_row()


def test_a_row_of_harvests_detailed_export() -> None:
    cells = (
        *("2026-11-30", "Acme", "Site", "S-1", "Design", "done", "1.5", "Yes", "No", "No", "Ann", "Lee", "Dev", "Yes"),
        *("100.0", "150.0", "0.0", "0.0", "British Pound - GBP", "https://example.com/7"),
    )
    assert read(FileKind.TIME_ENTRIES, dict(zip(sample_files.DETAILED_EXPORT, cells, strict=True))) == time_row(
        project_code="S-1",
        currency="GBP",
        billable=True,
        external_reference=ExternalReference(permalink="https://example.com/7"),
        missing_columns=frozenset(),
    )


def test_a_time_entry_as_the_api_shows_it() -> None:
    values = {
        "id": 8,
        "spent_date": "2026-11-30",
        "hours": Decimal("1.5"),
        "rounded_hours": 2,
        "notes": None,
        "user.id": 2,
        "user.name": "Mary Ann Lee",
        "client.id": 5,
        "client.name": "Acme",
        "client.currency": "EUR",
        "project.id": 3,
        "project.name": "Site",
        "project.code": "S",
        "task.id": 4,
        "task.name": "Design",
        "external_reference.id": 77,
        "external_reference.service": "x",
        "billable": True,
    }
    assert read(FileKind.TIME_ENTRIES, values) == time_row(
        metadata=ImportedMetadata(Id(8)),
        person=Person(Id(2), "Mary Ann", "Lee"),
        client=Named(),
        project=Named(id=Id(3)),
        task=Named(id=Id(4)),
        notes=None,
        external_reference=ExternalReference(id="77"),
        billable=True,
        missing_columns=frozenset(),
    )


def test_what_a_file_of_time_has_no_column_for_is_named_as_missing() -> None:
    values = {name: value for name, value in TIME.items() if name != "Notes"}
    assert read(FileKind.TIME_ENTRIES, values) == time_row(
        notes=None, missing_columns=frozenset({"notes", "external_reference"})
    )


@pytest.mark.parametrize(
    ("values", "person"),
    [
        ({"First name": "Ann", "Last name": ""}, Person(None, "Ann", "")),
        ({"First name": " ", "Last name": " Lee "}, Person(None, "", "Lee")),
        ({"First name": "Ann", "Last name": "Lee", "User id": "12"}, Person(Id(12), "Ann", "Lee")),
        ({"First name": "Ann", "Last name": "Lee", "Employee Id": "EMP-1"}, Person(None, "Ann", "Lee")),
        ({"Person": "Cher"}, Person(None, "Cher", "")),
        ({"Person": " Mary  Ann Lee "}, Person(None, "Mary  Ann", "Lee")),
        ({"user_id": 5}, Person(Id(5))),
    ],
    ids=str,
)
def test_who_spent_the_time(values: Mapping[str, Any], person: Person) -> None:
    rest = {name: value for name, value in TIME.items() if name not in ("First name", "Last name")}
    assert read(FileKind.TIME_ENTRIES, {**rest, **values}) == time_row(person=person)


@pytest.mark.parametrize("date", ["2026-11-30", "11/30/2026", " 2026-11-30 ", "2026-11-30T08:00:00Z"])
def test_days_as_harvests_files_write_them(date: str) -> None:
    assert read(FileKind.TIME_ENTRIES, {**TIME, "Date": date}) == time_row()


@pytest.mark.parametrize(
    ("hours", "rounded"), [("0", "0.00"), ("84.0", "84.00"), ("0.125", "0.13"), (".5", "0.50"), ("1e1", "10.00")]
)
def test_hours_are_rounded_to_hundredths(hours: str, rounded: str) -> None:
    row = read(FileKind.TIME_ENTRIES, {**TIME, "Hours": hours})
    assert isinstance(row, TimeRow)
    assert str(row.hours) == rounded


@pytest.mark.parametrize(
    ("values", "field", "message"),
    [
        ({"Date": ""}, "Date", "Date can't be blank"),
        ({"Date": "31.11.2026"}, "Date", "Date must be a date, such as 2026-11-30 or 11/30/2026"),
        ({"Date": "30/11/2026"}, "Date", "Date must be a date, such as 2026-11-30 or 11/30/2026"),
        ({"Date": "2026-11-31"}, "Date", "Date is not a valid date"),
        ({"Hours": ""}, "Hours", "Hours can't be blank"),
        ({"Hours": sample_files.BAD_HOURS}, "Hours", sample_files.BAD_HOURS_MESSAGE),
        ({"Hours": "1:60"}, "Hours", "Hours must be a number, such as 1.5, 1:30 or 1h 30m"),
        ({"Hours": "-1"}, "Hours", "Hours must be a number between 0 and 9999999999.99"),
        ({"Client": ""}, "Client", "Client can't be blank"),
        ({"Project": " "}, "Project", "Project can't be blank"),
        ({"Task": "x" * 256}, "Task", "Name is too long (maximum is 255 characters)"),
        ({"Notes": "\x01"}, "Notes", "Notes can't contain control characters or unpaired surrogates"),
        ({"First name": "", "Last name": ""}, "First name", "First name can't be blank"),
        ({"First name": "\x01"}, "First name", "First name can't contain control characters or unpaired surrogates"),
        ({"Currency": "Pound"}, "Currency", "currency must be an ISO 4217 code such as EUR"),
        ({"Billable?": "perhaps"}, "Billable?", "Billable? must be true or false"),
        (
            {"External reference URL": "x" * 256},
            "External reference URL",
            "external_reference permalink is too long (maximum is 255 characters)",
        ),
    ],
    ids=str,
)
def test_a_broken_row_of_time_is_named(values: Mapping[str, Any], field: str, message: str) -> None:
    assert bad(FileKind.TIME_ENTRIES, {**TIME, **values}) == (field, message)


def test_a_memory_of_cells_never_takes_one_type_for_another() -> None:
    found = Reader(FileKind.TASKS, ["id", "name", "is_default"])
    rows = [
        found.read(RawRow(1, {"name": "A", "hourly_rate": 1})),
        found.read(RawRow(2, {"name": "A", "hourly_rate": True})),
        found.read(RawRow(3, {"name": "A", "is_default": 1})),
        found.read(RawRow(4, {"name": "A", "is_default": True})),
        found.read(RawRow(5, {"id": Decimal(1)})),
        found.read(RawRow(6, {"id": 1})),
    ]
    assert rows == [
        TaskRow(1, ImportedMetadata(), {"name": "A", "default_hourly_rate": Decimal("1.00")}),
        BadRow(2, "hourly_rate", "hourly_rate must be a number, such as 1.5"),
        TaskRow(3, ImportedMetadata(), {"name": "A", "is_default": True}),
        TaskRow(4, ImportedMetadata(), {"name": "A", "is_default": True}),
        BadRow(5, "id", "id must be a positive integer below 2^53"),
        TaskRow(6, ImportedMetadata(Id(1)), {}),
    ]


def test_long_cells_are_not_kept_in_mind() -> None:
    remembered = [
        cells.day(False),
        cells.hours("."),
        cells.amount("."),
        cells.currency,
        cells.name,
        cells.line,
        cells.flag,
        cells.number,
    ]
    sizes = [item.cache_info().currsize for item in remembered]  # type: ignore[attr-defined]
    long = {"Date": f"2026-11-30T{'x' * 300}", "Hours": "0" * 300, "Currency": f"{'x' * 300} - EUR"}
    spaces = {"Client": f"A{' ' * 300}", "First name": f"B{' ' * 300}", "Billable?": f"no{' ' * 300}"}
    row = read(FileKind.TIME_ENTRIES, {**TIME, **long, **spaces, "User id": f"1{' ' * 300}"})
    assert row == time_row(
        person=Person(Id(1), "B", "Lee"), client=Named(name="A"), hours=Decimal(0), currency="EUR", billable=False
    )
    after = [item.cache_info().currsize for item in remembered]  # type: ignore[attr-defined]
    assert sum(after) - sum(sizes) <= len(["Site", "Design", "Lee"])
