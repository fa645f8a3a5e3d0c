"""domain: the rows of a file once they are read, each a change of one record, and what became of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sheaf.domain.errors import InvalidError
from sheaf.domain.time_entry import ExternalReference
from sheaf.domain.values import Day, Id, Timestamp


class FileError(InvalidError):
    """The file as a whole cannot be imported; the sentence says why, and what would be right."""


class RowError(InvalidError):
    """One row cannot be imported: `field` is the column, or the field of an object, that is wrong."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


SHOWN_CHARACTERS = 100  # of a value, where rows are shown to people


@dataclass(frozen=True, slots=True)
class RawRow:
    """A row as it stands in the file. `number` counts rows of data from 1; `values` are by column or by JSON field."""

    number: int
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Named:
    """A record that a row refers to: by `id` where the file has ids, otherwise by `name`; never by both."""

    id: Id | None = None
    name: str | None = None


@dataclass(frozen=True, slots=True)
class ImportedMetadata:
    """What a row brings of its record's past; None where the file does not say."""

    id: Id | None = None
    created_at: Timestamp | None = None
    updated_at: Timestamp | None = None


@dataclass(frozen=True, slots=True)
class TaskRow:
    """A task. `given`: the fields of TaskFields that the file says something about, `name` at least for a new one."""

    number: int
    metadata: ImportedMetadata
    given: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ProjectRow:
    """A project. `given` are fields of ProjectFields without `client_id`; a client that is named is made if missing."""

    number: int
    metadata: ImportedMetadata
    client: Named
    given: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class TaskAssignmentRow:
    """A task on a project. `client_name` tells projects of one name apart. `given`: fields of TaskAssignmentFields."""

    number: int
    metadata: ImportedMetadata
    project: Named
    client_name: str | None
    task: Named
    given: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Person:
    """Who spent the time: by `id`, by email address, or by name. An id counts only where the name, if given, agrees."""

    id: Id | None = None
    first_name: str = ""
    last_name: str = ""
    email: str | None = None


@dataclass(frozen=True, slots=True)
class TimeRow:
    """A time entry. What it names and is not there is made; what it refers to by id must be there.

    `project_code`, `currency` and `billable` describe the project, the client and the assignment, should they be made.
    `unsaid` are those of `hours`, `notes` and `external_reference` that the file has no column for: an entry that is
    there keeps its own.
    """

    number: int
    metadata: ImportedMetadata
    person: Person
    client: Named
    project: Named
    task: Named
    spent_date: Day
    hours: Decimal
    notes: str | None
    external_reference: ExternalReference | None
    project_code: str | None = None
    currency: str | None = None
    billable: bool | None = None
    missing_columns: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that could not even be read; its verdict is known from the start. `values`: what can be shown of it."""

    number: int
    field: str
    message: str
    values: Mapping[str, Any] = dataclass_field(default_factory=dict, compare=False, repr=False)


type Row = TaskRow | ProjectRow | TaskAssignmentRow | TimeRow | BadRow


class Outcome(StrEnum):
    """What came of a row."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came of one row; `field` and `message` say why it failed."""

    number: int
    outcome: Outcome
    field: str = ""
    message: str = ""


def as_stored(row: TaskRow | ProjectRow | TaskAssignmentRow | TimeRow) -> Mapping[str, str]:
    """What of a row would be stored, as texts by field, for people to look at; without what it does not say."""
    match row:
        case TimeRow():
            person = row.person.email or f"{row.person.first_name} {row.person.last_name}".strip()
            values: dict[str, object] = {
                "spent_date": row.spent_date,
                "hours": row.hours,
                "user": person or row.person.id,
                "client": row.client.name or row.client.id,
                "project": row.project.name or row.project.id,
                "task": row.task.name or row.task.id,
                "notes": row.notes,
            }
        case TaskRow():
            values = dict(row.given)
        case ProjectRow():
            values = {"client": row.client.name or row.client.id, **row.given}
        case TaskAssignmentRow():
            joined = {"project": row.project.name or row.project.id, "task": row.task.name or row.task.id}
            values = {"client": row.client_name, **joined, **row.given}
    return {name: _shown(value) for name, value in values.items() if value is not None}


def _shown(value: object) -> str:
    text = f"{value.normalize():f}" if isinstance(value, Decimal) else str(value)
    return text[:SHOWN_CHARACTERS]
