"""Files to import, made to measure: what is in them is known, so that what becomes of them can be counted."""

import csv
import gzip
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from io import StringIO
from typing import Any

TIME_IMPORT = ("Date", "Client", "Project", "Task", "Notes", "Hours", "First name", "Last name")
PROJECT_IMPORT = ("Client", "Project", "Project Code", "Start Date", "End Date", "Project Notes")
DETAILED_EXPORT = (
    *("Date", "Client", "Project", "Project Code", "Task", "Notes", "Hours", "Billable?", "Invoiced?", "Approved?"),
    *("First Name", "Last Name", "Roles", "Employee?", "Billable Rate", "Billable Amount", "Cost Rate", "Cost Amount"),
    *("Currency", "External Reference URL"),
)
TASKS = ("Name", "Billable by default", "Default hourly rate", "Is default", "Is active")
TASK_ASSIGNMENTS = ("Client", "Project", "Task", "Billable", "Hourly rate", "Budget", "Is active")

FIRST_DAY = date(2024, 1, 1)
BAD_HOURS = "eight"
BAD_HOURS_MESSAGE = "Hours must be a number, such as 1.5, 1:30 or 1h 30m"

Row = Sequence[str]


class Stream:
    """A file that is made while it is read, as the body of an S3 object: `read(n)` may give fewer bytes."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces = iter(pieces)
        self._rest = b""
        self.size = 0  # bytes that were read so far

    def read(self, amount: int, /) -> bytes:
        while not self._rest:
            piece = next(self._pieces, None)
            if piece is None:
                return b""
            self._rest = piece
        given, self._rest = self._rest[:amount], self._rest[amount:]
        self.size += len(given)
        return given


def stream(data: bytes) -> Stream:
    """A file whose bytes are known."""
    return Stream([data])


def csv_bytes(columns: Row, rows: Iterable[Row], delimiter: str = ",") -> bytes:
    """A CSV file as csv.writer writes it."""
    text = StringIO()
    csv.writer(text, delimiter=delimiter).writerows([columns, *rows])
    return text.getvalue().encode()


def ndjson_bytes(objects: Iterable[Mapping[str, Any]]) -> bytes:
    """A JSON object on each line."""
    return "".join(json.dumps(item, ensure_ascii=False) + "\n" for item in objects).encode()


@dataclass(frozen=True)
class TimeShape:
    """How many different things a time file is about. Row n is always the same row.

    With the defaults no two rows are about the same person, task and day before there are 2,000 days. A person stays
    with a project and a task for `stay` days.
    """

    people: int = 20
    clients: int = 5
    projects: int = 25  # each of one client, so at least as many
    tasks: int = 8
    stay: int = 1


def time_row(number: int, shape: TimeShape) -> Row:
    """Row `number` (from 0) of a detailed export."""
    day, place = divmod(number, shape.people)
    person = place
    stays = day // shape.stay
    project = (person * 7 + stays) % shape.projects
    client = project % shape.clients
    task = (person + stays * 3) % shape.tasks
    hours = f"{(number % 32 + 1) / 4}"
    billable = "Yes" if (project + task) % 3 else "No"
    return (
        *((FIRST_DAY + timedelta(days=day)).isoformat(), f"Client {client}", f"Project {project}", f"P-{project:03}"),
        *(f"Task {task}", f"Notes of row {number}, as they are", hours, billable, "No", "No"),
        *(f"First{person}", f"Last{person}", "", "Yes", "100.0", f"{float(hours) * 100}", "0.0", "0.0"),
        *("Euro - EUR", ""),
    )


def detailed_export_rows(rows: int, bad: int = 0, shape: TimeShape | None = None) -> Iterator[Row]:
    """The rows of an export, of which `bad` (spread evenly, the last row among them) have no number for hours."""
    for number in range(rows):
        row = time_row(number, shape or TimeShape())
        is_bad = (number + 1) * bad // rows > number * bad // rows
        yield (*row[:6], BAD_HOURS, *row[7:]) if is_bad else row


def bad_numbers(rows: int, bad: int) -> Sequence[int]:
    """The numbers (from 1) of the bad rows that `detailed_export_rows` makes."""
    return [number + 1 for number in range(rows) if (number + 1) * bad // rows > number * bad // rows]


def detailed_export(rows: int, bad: int = 0, shape: TimeShape | None = None) -> bytes:
    """Harvest's detailed time export, as one piece."""
    return csv_bytes(DETAILED_EXPORT, detailed_export_rows(rows, bad, shape))


def time_import(rows: int, shape: TimeShape | None = None) -> bytes:
    """Harvest's time import with its 8 columns."""
    picked = [DETAILED_EXPORT.index(name.title()) for name in TIME_IMPORT]
    wanted = (time_row(number, shape or TimeShape()) for number in range(rows))
    return csv_bytes(TIME_IMPORT, ([row[at] for at in picked] for row in wanted))


def large_export(size: int, shape: TimeShape | None = None) -> Iterator[bytes]:
    """A detailed export of about `size` bytes, never whole in memory."""
    made, number = 0, 0
    columns: Row = DETAILED_EXPORT
    while made < size:
        text = StringIO()
        writer = csv.writer(text)
        if not number:
            writer.writerow(columns)
        writer.writerows(time_row(day, shape or TimeShape()) for day in _days(number))
        number += 1000
        piece = text.getvalue().encode()
        made += len(piece)
        yield piece


def _days(number: int) -> Iterator[int]:
    """A thousand row numbers; after 70 years of days they begin anew, which makes groups of many rows."""
    return (item % 500_000 for item in range(number, number + 1000))


def task_rows(rows: int) -> Iterator[Row]:
    """Tasks, every third with its own rate and every fifth archived."""
    for number in range(rows):
        rate = f"{number % 100}.50" if number % 3 == 0 else ""
        yield f"Task {number}", "Yes" if number % 2 else "No", rate, "No", "No" if number % 5 == 4 else "Yes"


def tasks(rows: int) -> bytes:
    """A file of tasks."""
    return csv_bytes(TASKS, task_rows(rows))


def projects(rows: int, clients: int = 5) -> bytes:
    """Harvest's project import."""
    return csv_bytes(
        PROJECT_IMPORT,
        (
            (f"Client {number % clients}", f"Project {number}", f"P-{number:03}", "2024-01-01", "", f"Notes {number}")
            for number in range(rows)
        ),
    )


def task_assignments(rows: int, projects_: int = 10, clients: int = 5) -> bytes:
    """Assignments of tasks to the projects of `projects`."""
    return csv_bytes(
        TASK_ASSIGNMENTS,
        (
            (
                *(f"Client {number % projects_ % clients}", f"Project {number % projects_}"),
                *(f"Task {number // projects_}", "Yes", "100.00", "", "Yes"),
            )
            for number in range(rows)
        ),
    )


def task_objects(rows: int, first_id: int = 1000) -> Iterator[Mapping[str, Any]]:
    """Tasks as v2 shows them."""
    for number in range(rows):
        yield {
            "id": first_id + number,
            "name": f"Task {number}",
            "billable_by_default": bool(number % 2),
            "default_hourly_rate": 100.5 if number % 3 == 0 else None,
            "is_default": False,
            "is_active": number % 5 != 4,
            "created_at": "2020-06-26T21:20:07Z",
            "updated_at": "2021-06-26T21:20:07Z",
        }


def time_objects(rows: int, first_id: int = 1000) -> Iterator[Mapping[str, Any]]:
    """Time entries as v2 shows them, as far as an import reads them."""
    for number in range(rows):
        yield {
            "id": first_id + number,
            "spent_date": (FIRST_DAY + timedelta(days=number // 5)).isoformat(),
            "hours": (number % 32 + 1) / 4,
            "notes": f"Notes of row {number}" if number % 4 else None,
            "created_at": "2024-06-26T21:20:07Z",
            "updated_at": "2024-06-26T21:20:07Z",
            "user": {"id": 1 + number % 5, "name": f"First{number % 5} Last{number % 5}"},
            "client": {"id": 1, "name": "Client 0", "currency": "EUR"},
            "project": {"id": 1 + number % 3, "name": f"Project {number % 3}", "code": None},
            "task": {"id": 1 + number % 2, "name": f"Task {number % 2}"},
            "external_reference": None,
        }


PACKINGS: Mapping[str, Callable[[bytes], bytes]] = {"plain": lambda data: data, "gzip": gzip.compress}
"""The ways in which a file may come."""
