"""Rows as a file says them, in few words."""

from decimal import Decimal
from typing import Any

from sheaf.domain.imports.rows import ImportedMetadata, Named, ProjectRow, TaskAssignmentRow, TaskRow
from sheaf.domain.values import Id, Timestamp

BROUGHT = Timestamp("2020-05-05T05:05:05Z"), Timestamp("2021-06-06T06:06:06Z")


def metadata(record_id: int | None = None, *, times: tuple[str | None, str | None] = (None, None)) -> ImportedMetadata:
    created_at, updated_at = (None if time is None else Timestamp(time) for time in times)
    return ImportedMetadata(None if record_id is None else Id(record_id), created_at, updated_at)


def task_row(
    number: int, name: str | None = None, /, record: int | None = None, *, times: Any = (None, None), **given: Any
) -> TaskRow:
    """A task; rates may be whole numbers."""
    return TaskRow(number, metadata(record, times=times), _said(given, name))


def project_row(
    number: int,
    client: str | int | None,
    name: str | None = None,
    /,
    record: int | None = None,
    *,
    times: Any = (None, None),
    **given: Any,
) -> ProjectRow:
    """A project of a client by name or by id."""
    return ProjectRow(number, metadata(record, times=times), named(client), _said(given, name))


def assignment_row(
    number: int,
    project: str | int,
    task: str | int,
    /,
    client: str | None = None,
    record: int | None = None,
    *,
    times: Any = (None, None),
    **given: Any,
) -> TaskAssignmentRow:
    """A task on a project, each by name or by id."""
    return TaskAssignmentRow(number, metadata(record, times=times), named(project), client, named(task), _said(given))


def named(who: str | int | None) -> Named:
    return Named(id=Id(who)) if isinstance(who, int) else Named(name=who)


def _said(given: dict[str, Any], name: str | None = None) -> dict[str, Any]:
    said = {} if name is None else {"name": name}
    return said | {field: Decimal(value) if type(value) is int else value for field, value in given.items()}
