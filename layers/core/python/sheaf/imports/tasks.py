"""imports: how the rows of a file of tasks are applied."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

from sheaf.domain.errors import NameTakenError
from sheaf.domain.imports.decisions import NEW, Wish, refused, with_past
from sheaf.domain.imports.rows import Row, RowError, TaskRow
from sheaf.domain.record import changed, current
from sheaf.domain.task import Task, TaskFields, new_task
from sheaf.domain.values import Timestamp, fold_name
from sheaf.imports import groups
from sheaf.imports.batch import Step, Work
from sheaf.imports.groups import Reading
from sheaf.store import tasks
from sheaf.store.mappers.task import TASK


def task_steps(work: Work) -> Iterator[Step]:
    """Tasks by id where their row has one, otherwise by name. Raises StaleError, BusyError."""
    account_id = work.account_id
    reading = Reading(
        get_many=partial(TASK.get_many, account_id),
        holders=partial(TASK.holders, account_id),
        place_of=lambda task: fold_name(task.name),
        taken=RowError("name", str(NameTakenError())),
        kind="TASK",
    )
    wishes = [[_wish(row, work.now) for row in group.rows] for group in groups.left_of(work)]
    return groups.steps(work, wishes, reading, partial(tasks.written, account_id))


def _wish(row: Row, now: Timestamp) -> Wish[Task]:
    if not isinstance(row, TaskRow):
        return refused(row.number, groups.why_not(row))
    given, kept = row.given, row.kept

    def new() -> Task:
        if "name" not in given:
            raise RowError("name", "Name can't be blank")
        return with_past(new_task(kept.id or NEW, TaskFields(**given), now), kept, now)

    def over(task: Task) -> Task:
        return changed(task, replace(current(TaskFields, task), **given), now)

    place = fold_name(given["name"]) if "name" in given else None
    return Wish(row.number, kept.id, place, (kept, frozenset(given.items())), new, over)
