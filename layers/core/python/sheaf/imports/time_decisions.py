"""imports: which entry each row of time stands for, and what becomes of it."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace

from sheaf.domain.imports.decisions import NEW, imported
from sheaf.domain.imports.matching import match
from sheaf.domain.imports.rows import ImportedMetadata, Outcome
from sheaf.domain.record import with_changes
from sheaf.domain.time_entry import TimeEntry, new_time_entry
from sheaf.domain.values import Day, Id, Timestamp
from sheaf.imports.batch import Work
from sheaf.imports.time_rows import CheckedRow, CompleteRow, DecidedRow, FailedRow, sound
from sheaf.store import sequence
from sheaf.store.imports import imported_time, leases
from sheaf.store.imports.leases import Lease, Stretch

_NO_METADATA = ImportedMetadata()

type Slot = tuple[Id, Id, Id, Day]
"""Whose day on what: user, project, task, date."""


def match_entries(
    work: Work, rows: Sequence[CompleteRow | FailedRow], named_by_id: Collection[Id]
) -> tuple[dict[Stretch, Lease], list[CompleteRow | FailedRow]]:
    """The rows without ids with the entries that earlier imports made of them, and the leases on that time.

    The leases are read before the entries: whoever writes that time in between makes the batch stale.
    """
    by_slot: dict[Slot, list[int]] = defaultdict(list)
    for index, row in enumerate(rows):
        if not isinstance(row, FailedRow) and (slot := _slot(row)) is not None:
            by_slot[slot].append(index)
    wanted: dict[Id, set[tuple[Id, Id, Day]]] = defaultdict(set)
    for user_id, project_id, task_id, day in by_slot:
        wanted[user_id].add((project_id, task_id, day))
    stretches = {leases.stretch_of(user_id, project_id, day) for user_id, project_id, _, day in by_slot}
    known_leases = {} if work.dry_run else leases.of_stretches(work.account_id, stretches)
    taken = work.used.union(named_by_id)
    entries: dict[Slot, list[TimeEntry]] = defaultdict(list)
    for user_id, slots in wanted.items():
        for entry in imported_time.imported(work.account_id, user_id, slots):
            if entry.id not in taken:
                entries[user_id, entry.project_id, entry.task_id, entry.spent_date].append(entry)
    matched = list(rows)
    for slot, candidates in entries.items():
        together = sound([rows[index] for index in by_slot[slot]])
        missing_columns = frozenset.intersection(*(row.row.missing_columns for row in together))
        found = match([row.fields for row in together], candidates, missing_columns)
        for index, row, existing in zip(by_slot[slot], together, found, strict=True):
            if existing is not None:
                # Not by the slower `replace`: every row of a file that is imported again comes here.
                matched[index] = CompleteRow(
                    row.number,
                    row.group,
                    row.row,
                    row.user_id,
                    row.resolved,
                    row.user_assignment,
                    row.fields,
                    row.archived,
                    existing,
                )
    return known_leases, matched


def _slot(row: CompleteRow) -> Slot | None:
    """The slot of a row without an id; None where a dry run lacks something of it."""
    project, task = row.resolved.project, row.resolved.task
    if row.row.metadata.id is not None or row.user_id is None or row.resolved.assignment_id is None:
        return None
    return None if project is None or task is None else (row.user_id, project.id, task.id, row.row.spent_date)


def decide(work: Work, rows: Sequence[CompleteRow | FailedRow]) -> list[DecidedRow | FailedRow]:
    """What becomes of every row. Of rows with the same id the first one counts, the others change nothing."""
    decided: list[DecidedRow | FailedRow] = []
    first_of_id: dict[Id, DecidedRow | FailedRow] = {}
    created: list[tuple[int, CompleteRow]] = []
    for row in rows:
        if isinstance(row, FailedRow):
            decided.append(row)
            continue
        row_id = row.row.metadata.id
        first = None if row_id is None else first_of_id.get(row_id)
        if isinstance(first, FailedRow):
            decision: DecidedRow | FailedRow = FailedRow(row.number, row.group, first.error)
        elif first is not None:
            decision = DecidedRow(row.number, row.group, Outcome.UNCHANGED, row.existing, None)
        else:
            decision = _decide_one(work, row)
            if isinstance(decision, DecidedRow) and decision.outcome is Outcome.CREATED:
                created.append((len(decided), row))
        if row_id is not None:
            first_of_id.setdefault(row_id, decision)
        decided.append(decision)
    if not work.dry_run:
        for index, entry in _new_entries(work, created):
            decided[index] = DecidedRow(decided[index].number, decided[index].group, Outcome.CREATED, None, entry)
    return decided


def _decide_one(work: Work, row: CompleteRow) -> DecidedRow | FailedRow:
    after = None if row.existing is None else _changed(work, row, row.existing)
    if row.existing is not None and after is None:
        return DecidedRow(row.number, row.group, Outcome.UNCHANGED, row.existing, None)
    if row.archived is not None:
        return FailedRow(row.number, row.group, row.archived)
    outcome = Outcome.CREATED if row.existing is None else Outcome.UPDATED
    return DecidedRow(row.number, row.group, outcome, row.existing, None if work.dry_run else after)


def _changed(work: Work, row: CompleteRow, existing: TimeEntry) -> TimeEntry | None:
    """The entry as it shall be; None where it is so already."""
    unchanged = {name: getattr(existing, name) for name in row.row.missing_columns}
    after = with_changes(existing, replace(row.fields, **unchanged) if unchanged else row.fields, work.now)
    return None if after is existing else _assigned(after, row)


def _new_entries(work: Work, created: Sequence[tuple[int, CompleteRow]]) -> Iterator[tuple[int, TimeEntry]]:
    """The new entries with the index that was given with each, under the ids that rows bring or the next ones."""
    brought = [row.row.metadata.id for _, row in created if row.row.metadata.id is not None]
    if brought:
        sequence.pass_id(work.account_id, "TIME_ENTRY", max(brought))
    wanted = len(created) - len(brought)
    ids = iter(sequence.next_ids(work.account_id, "TIME_ENTRY", wanted) if wanted else ())
    for index, row in created:
        entry_id = row.row.metadata.id or next(ids)
        yield index, new_entry(entry_id, row, work.now, work.import_id)


def new_entry(entry_id: Id, row: CheckedRow | CompleteRow, now: Timestamp, import_id: Id) -> TimeEntry:
    """The entry that a row makes. Raises InvalidError: the metadata of the row cannot be."""
    entry = _assigned(new_time_entry(entry_id, row.user_id or NEW, NEW, row.fields, now), row)
    if row.row.metadata == _NO_METADATA:
        return replace(entry, import_id=import_id)
    return imported(entry, row.row.metadata, now, import_id)


def _assigned(entry: TimeEntry, row: CheckedRow | CompleteRow) -> TimeEntry:
    """The entry where the row says; without assignments where a dry run would have made them."""
    user_assignment_id = None if row.user_assignment is None else row.user_assignment.id
    return replace(entry, assignment_id=row.resolved.assignment_id or NEW, user_assignment_id=user_assignment_id)
