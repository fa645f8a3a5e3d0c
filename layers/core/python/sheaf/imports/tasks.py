"""imports: how the rows of a file of tasks are applied."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

from sheaf.domain.errors import NameTakenError
from sheaf.domain.imports.decisions import NEW, RowChange, imported, invalid_row
from sheaf.domain.imports.rows import Row, RowError, TaskRow
from sheaf.domain.record import fields_of, with_changes
from sheaf.domain.task import Task, TaskFields, new_task
from sheaf.domain.values import fold_name
from sheaf.imports import groups
from sheaf.imports.batch import Step, Work
from sheaf.imports.groups import Source
from sheaf.store import tasks


def task_steps(work: Work) -> Iterator[Step]:
    """Tasks by id where their row has one, otherwise by name. Raises StaleError, BusyError."""
    account_id = work.account_id
    source = Source(
        get_many=partial(tasks.get_many, account_id),
        owners=partial(tasks.ids_by_name, account_id),
        claim_of=lambda task: fold_name(task.name),
        claim_taken=RowError("name", str(NameTakenError())),
        kind="TASK",
    )
    changes = [[_change(row, work) for row in group.rows] for group in groups.remaining_groups(work)]
    return groups.steps(work, changes, source, partial(tasks.written, account_id))


def _change(row: Row, work: Work) -> RowChange[Task]:
    if not isinstance(row, TaskRow):
        return invalid_row(row.number, groups.row_error(row))
    given, metadata = row.given, row.metadata

    def create() -> Task:
        if "name" not in given:
            raise RowError("name", "Name can't be blank")
        task = new_task(metadata.id or NEW, TaskFields(**given), work.now)
        return imported(task, metadata, work.now, work.import_id)

    def apply_to(task: Task) -> Task:
        return with_changes(task, replace(fields_of(TaskFields, task), **given), work.now)

    claim = fold_name(given["name"]) if "name" in given else None
    return RowChange(row.number, metadata.id, claim, (metadata, frozenset(given.items())), create, apply_to)
