"""imports: a row of time on its way to a verdict. Each step in `time` takes one of these types and gives the next."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sheaf.domain.errors import InvalidError
from sheaf.domain.imports.rows import Outcome, RowError, TimeRow
from sheaf.domain.logging_time import TimeNotLoggableError
from sheaf.domain.time_entry import TimeEntry, TimeEntryFields
from sheaf.domain.user_assignment import UserAssignment
from sheaf.domain.values import Id
from sheaf.store.imports.time_references import EntryReference, ResolvedReference


@dataclass(frozen=True, slots=True)
class FailedRow:
    """A row that fails. `group` is the index of its group in the batch, here and below."""

    number: int
    group: int
    error: RowError


@dataclass(frozen=True, slots=True)
class ReadRow:
    """A row that could be read and contradicts no other."""

    number: int
    group: int
    row: TimeRow


@dataclass(frozen=True, slots=True)
class IdentifiedRow:
    """A row whose user is known by folded name; `user_id` is None for one who is to be created."""

    number: int
    group: int
    row: TimeRow
    reference: EntryReference
    user_id: Id | None


@dataclass(frozen=True, slots=True)
class CheckedRow:
    """A row that may be written as far as it says itself.

    `user_assignment` is that of its user and project, None where they have none yet.
    `existing` is the entry of the row's id. `archived` says why nothing may be written there; a row that changes
    nothing is unchanged all the same.
    """

    number: int
    group: int
    row: TimeRow
    reference: EntryReference
    user_id: Id | None
    resolved: ResolvedReference
    user_assignment: UserAssignment | None
    fields: TimeEntryFields
    archived: RowError | None
    existing: TimeEntry | None


@dataclass(frozen=True, slots=True)
class CompleteRow:
    """A row all of whose records are there. Those that a dry run would have created are None."""

    number: int
    group: int
    row: TimeRow
    user_id: Id | None
    resolved: ResolvedReference
    user_assignment: UserAssignment | None
    fields: TimeEntryFields
    archived: RowError | None
    existing: TimeEntry | None


@dataclass(frozen=True, slots=True)
class DecidedRow:
    """A row with its outcome. `after` is the entry as it shall be, None where nothing changes or in a dry run."""

    number: int
    group: int
    outcome: Outcome
    existing: TimeEntry | None
    after: TimeEntry | None


def advance[Given: (ReadRow, IdentifiedRow, CheckedRow, CompleteRow), Result](
    rows: Sequence[Given | FailedRow], step: Callable[[Given], Result]
) -> list[Result | FailedRow]:
    """The rows after a step; a row for which it raises InvalidError fails, and rows that failed before stay so."""
    advanced: list[Result | FailedRow] = []
    for row in rows:
        if isinstance(row, FailedRow):
            advanced.append(row)
            continue
        try:
            advanced.append(step(row))
        except InvalidError as problem:
            advanced.append(FailedRow(row.number, row.group, row_error(problem)))
    return advanced


def sound[Row: (ReadRow, IdentifiedRow, CheckedRow, CompleteRow, DecidedRow)](
    rows: Sequence[Row | FailedRow],
) -> list[Row]:
    """The rows that have not failed."""
    return [row for row in rows if not isinstance(row, FailedRow)]


def row_error(problem: InvalidError) -> RowError:
    """A broken rule as the error of a row, with the field that the rule is about, where it names one."""
    if isinstance(problem, RowError):
        return problem
    return RowError(problem.subject if isinstance(problem, TimeNotLoggableError) else "", str(problem))
