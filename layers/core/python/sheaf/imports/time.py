"""imports: rows of time, applied so that the same rows again change nothing.

A row is about one person's day on one task. Where it brings an id it means the entry of that id; otherwise the entries
that imports made of that day are matched with its rows, and what the API has logged is left alone. What a row names and
is not there is created first (see `missing_records`).

The rows of a batch go through the steps of `time_steps` together, so that each step reads for all of them at once.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from sheaf.domain import logging_time
from sheaf.domain.identity import User, fold_person
from sheaf.domain.imports.decisions import NEW, contradiction
from sheaf.domain.imports.rows import BadRow, Named, Person, RowError, TimeRow
from sheaf.domain.logging_time import TimeNotLoggableError
from sheaf.domain.time_entry import TimeEntry, TimeEntryFields
from sheaf.domain.user_assignment import UserAssignment
from sheaf.domain.values import Id, fold_name
from sheaf.imports.batch import Step, Work
from sheaf.imports.missing_records import Creator, missing_records
from sheaf.imports.time_decisions import decide, match_entries, new_entry
from sheaf.imports.time_rows import (
    CheckedRow,
    CompleteRow,
    FailedRow,
    IdentifiedRow,
    ReadRow,
    advance,
    row_error,
    sound,
)
from sheaf.imports.time_transactions import packed
from sheaf.store import user_assignments, users
from sheaf.store.imports import imported_time, time_references
from sheaf.store.imports.time_references import EntryReference, ResolvedReference
from sheaf.store.transactions import StaleError


def time_steps(work: Work) -> Iterator[Step]:
    """The steps of a batch of time rows; see `batch.Steps`."""
    identified = _identify(work, _read(work))
    found = _find(work, identified)
    complete = _create_missing(work, _check(work, identified, found))
    known_leases, matched = match_entries(work, complete, found.entries.keys())
    return packed(work, decide(work, matched), known_leases)


def _read(work: Work) -> list[ReadRow | FailedRow]:
    """The rows that are not settled. Rows of one id must say the same; settled rows are compared too."""
    rows: list[ReadRow | FailedRow] = []
    by_id: dict[Id, list[int]] = defaultdict(list)
    for group_index, group in enumerate(work.groups):
        for row in group.rows:
            if isinstance(row, BadRow):
                rows.append(FailedRow(row.number, group_index, RowError(row.field, row.message)))
                continue
            if not isinstance(row, TimeRow):
                raise TypeError(f"row {row.number} is not of time")
            if row.metadata.id is not None:
                by_id[row.metadata.id].append(len(rows))
            rows.append(ReadRow(row.number, group_index, row))
    for indexes in by_id.values():
        same_id = sound([rows[index] for index in indexes])
        if len({replace(read.row, number=0) for read in same_id}) > 1:
            error = RowError("id", str(contradiction([read.number for read in same_id], "time entry")))
            for index, read in zip(indexes, same_id, strict=True):
                rows[index] = FailedRow(read.number, read.group, error)
    return rows[work.rows_done :]


def _identify(work: Work, rows: Sequence[ReadRow | FailedRow]) -> list[IdentifiedRow | FailedRow]:
    """The user of each row: by email address; by id, if that user has the name in the row; otherwise by name.

    Whoever has another email address is another person, though of the same name.
    """
    people = {row.row.person for row in sound(rows)}
    by_id = users.get_many(work.account_id, {person.id for person in people if person.id is not None})
    known = {
        person: user.id
        for person in people
        if (user := by_id.get(person.id or NEW)) and _user_name(person) in ("", _name_of(user))
    }
    by_email = users.get_by_emails(work.account_id, {_email(person) for person in people} - {""})
    known |= {person: by_email[_email(person)].id for person in people if _email(person) in by_email}
    by_name = users.get_by_names(work.account_id, {_user_name(person) for person in people - known.keys()} - {""})

    def identify(row: ReadRow) -> IdentifiedRow:
        person = row.row.person
        name = _user_name(person)
        namesakes = [user for user in by_name.get(name, ()) if not person.email or user.email is None]
        if person in known:
            return IdentifiedRow(row.number, row.group, row.row, _reference(row.row), known[person])
        if not name:
            raise logging_time.missing("user")
        if len(namesakes) > 1:
            shown = f"{person.first_name} {person.last_name}".strip()
            raise RowError("user", f"{len(namesakes)} people are called {shown}: say who by id")
        user_id = namesakes[0].id if namesakes else None
        return IdentifiedRow(row.number, row.group, row.row, _reference(row.row), user_id)

    return advance(rows, identify)


@dataclass(frozen=True, slots=True)
class _Found:
    """What is there: the entries that rows name by id, what rows and those entries refer to, and who is assigned.

    Users are assigned by their id and the project's.
    """

    entries: Mapping[Id, TimeEntry]
    references: Mapping[EntryReference, ResolvedReference]
    assigned: Mapping[tuple[Id, Id], UserAssignment]

    def user_assignment(self, user_id: Id | None, resolved: ResolvedReference) -> UserAssignment | None:
        """That of a user and the project of a reference, where both are there."""
        if user_id is None or resolved.project is None:
            return None
        return self.assigned.get((user_id, resolved.project.id))


def _find(work: Work, rows: Sequence[IdentifiedRow | FailedRow]) -> _Found:
    """Raises StaleError: an entry was left of a project that was removed; what was left is deleted now."""
    ids = {row.row.metadata.id for row in sound(rows) if row.row.metadata.id is not None}
    entries = imported_time.by_ids(work.account_id, ids)
    of_entries = {entry.id: _reference_of_entry(entry) for entry in entries.values()}
    wanted = {row.reference for row in sound(rows)} | set(of_entries.values())
    references = time_references.resolve(work.account_id, wanted)
    remaining = {entry_id for entry_id, reference in of_entries.items() if references[reference].assignment_id is None}
    if remaining and not work.dry_run:
        imported_time.finish_removals(work.account_id)
        raise StaleError
    there = {entry_id: entry for entry_id, entry in entries.items() if entry_id not in remaining}
    pairs = {(entry.user_id, entry.project_id) for entry in there.values()}
    for row in sound(rows):
        project = references[row.reference].project
        if row.user_id is not None and project is not None:
            pairs.add((row.user_id, project.id))
    return _Found(there, references, user_assignments.of_pairs(work.account_id, pairs))


def _check(work: Work, rows: Sequence[IdentifiedRow | FailedRow], found: _Found) -> list[CheckedRow | FailedRow]:
    """Find what keeps each row from being written, before anything is created for it."""

    def check(row: IdentifiedRow) -> CheckedRow:
        resolved = found.references[row.reference]
        _require_known(row.row, resolved)
        missing_records(row.row, resolved)  # what cannot be created is known before anything is, and in a dry run too
        fields = _fields(row.row, resolved)
        user_assignment = found.user_assignment(row.user_id, resolved)
        archived = _archived(resolved, user_assignment)
        existing = found.entries.get(row.row.metadata.id or NEW)
        if existing is not None:
            if row.user_id != existing.user_id:
                raise RowError("user", "A time entry can't be given to somebody else")
            before = found.references[_reference_of_entry(existing)]
            archived = _archived(before, found.user_assignment(existing.user_id, before)) or archived
        checked = CheckedRow(
            row.number,
            row.group,
            row.row,
            row.reference,
            row.user_id,
            resolved,
            user_assignment,
            fields,
            archived,
            existing,
        )
        if existing is None and (row.row.metadata.created_at is not None or row.row.metadata.updated_at is not None):
            new_entry(NEW, checked, work.now, work.import_id)
        return checked

    return advance(rows, check)


def _create_missing(work: Work, rows: Sequence[CheckedRow | FailedRow]) -> list[CompleteRow | FailedRow]:
    """Create what rows name and is not there, for rows that are not going to fail; nothing in a dry run."""
    creator = Creator(work.account_id, work.import_id, work.now)

    def complete(row: CheckedRow) -> CompleteRow:
        user_id, resolved, user_assignment = row.user_id, row.resolved, row.user_assignment
        fields, archived = row.fields, row.archived
        if archived is None and not work.dry_run:
            if user_id is None:
                user_id = creator.user(row.row.person)
            if resolved.assignment_id is None:
                resolved = creator.complete(row.reference, resolved, missing_records(row.row, resolved))
                fields = _fields(row.row, resolved)
            if user_assignment is None:
                user_assignment = creator.user_assignment(user_id, fields.project_id)
            archived = _archived(resolved, user_assignment)
        return CompleteRow(
            row.number, row.group, row.row, user_id, resolved, user_assignment, fields, archived, row.existing
        )

    return advance(rows, complete)


def _require_known(row: TimeRow, resolved: ResolvedReference) -> None:
    """What a row refers to by its id must be there. Raises TimeNotLoggableError."""
    for subject, named, found in (
        ("client", row.client, resolved.client_id),
        ("project", row.project, resolved.project),
        ("task", row.task, resolved.task),
    ):
        needed = subject != "client" or row.project.id is None
        if needed and found is None and named.name is None:
            raise logging_time.missing(subject)


def _fields(row: TimeRow, resolved: ResolvedReference) -> TimeEntryFields:
    return TimeEntryFields(
        project_id=resolved.project.id if resolved.project else NEW,
        task_id=resolved.task.id if resolved.task else NEW,
        spent_date=row.spent_date,
        hours=row.hours,
        notes=row.notes,
        external_reference=row.external_reference,
    )


def _archived(resolved: ResolvedReference, user_assignment: UserAssignment | None) -> RowError | None:
    """Why no time may be written there; whoever is not assigned yet will be."""
    try:
        resolved.require_loggable(user_assignment)
    except TimeNotLoggableError as problem:
        return row_error(problem)
    return None


def _reference(row: TimeRow) -> EntryReference:
    client = Named() if row.project.id is not None else _folded(row.client)
    return EntryReference(client, _folded(row.project), _folded(row.task))


def _reference_of_entry(entry: TimeEntry) -> EntryReference:
    return EntryReference(Named(), Named(id=entry.project_id), Named(id=entry.task_id))


@lru_cache(4096)
def _folded(named: Named) -> Named:
    return named if named.name is None else Named(named.id, fold_name(named.name))


@lru_cache(4096)
def _user_name(person: Person) -> str:
    return fold_person(person.first_name, person.last_name)


def _email(person: Person) -> str:
    return fold_name(person.email or "")


def _name_of(user: User) -> str:
    return fold_person(user.first_name, user.last_name)
