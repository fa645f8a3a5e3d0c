"""imports: how the rows of a file of task assignments are applied."""

from collections import defaultdict
from collections.abc import Collection, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from sheaf.domain.identity import AccountId
from sheaf.domain.imports.decisions import NEW, RowChange, imported, invalid_row
from sheaf.domain.imports.rows import Named, Row, RowError, TaskAssignmentRow
from sheaf.domain.project import Project, claim_of
from sheaf.domain.record import fields_of, with_changes
from sheaf.domain.task import Task
from sheaf.domain.task_assignment import (
    TaskAssignment,
    TaskAssignmentFields,
    TaskTakenError,
    default_fields,
    new_task_assignment,
)
from sheaf.domain.values import Id, fold_name
from sheaf.imports import groups
from sheaf.imports.batch import Step, Work
from sheaf.imports.groups import Source
from sheaf.store import clients, projects, task_assignments, tasks
from sheaf.store.transactions import StaleError


def task_assignment_steps(work: Work) -> Iterator[Step]:
    """Assignments by id where their row has one, otherwise by project and task, which must be there.

    Raises:
        StaleError, BusyError.
    """
    account_id = work.account_id
    rows = [group.rows for group in groups.remaining_groups(work)]
    try:
        known = _known(account_id, [row for group in rows for row in group if isinstance(row, TaskAssignmentRow)])
    except StaleError:
        groups.finish_pending(work)
        raise
    reading = Source(
        get_many=partial(task_assignments.get_many, account_id),
        owners=partial(task_assignments.of_pairs, account_id),
        claim_of=_pair,
        claim_taken=RowError("task", str(TaskTakenError())),
        kind="TASK_ASSIGNMENT",
    )
    changes = [[_change(row, known, work) for row in group] for group in rows]
    return groups.steps(work, changes, reading, partial(task_assignments.written, account_id))


@dataclass(frozen=True, slots=True)
class _Named:
    """A project or a task as a row means it: by id, or by folded name, and a project by that of its client too."""

    id: Id | None
    name: str = ""
    client_name: str | None = None


@dataclass(frozen=True, slots=True)
class _Known:
    """What is there of all that the rows mean; of projects without a client there may be many of one name."""

    projects: Mapping[_Named, Sequence[Project]]
    tasks: Mapping[_Named, Task]

    def joined(self, row: TaskAssignmentRow) -> tuple[Project, Task]:
        """What a row joins. Raises RowError."""
        found = self.projects.get(_named_project(row), ())
        if len(found) > 1:
            message = f'{len(found)} clients have a project "{row.project.name}"; a client column says which is meant'
            raise RowError("project", message)
        task = self.tasks.get(_named_task(row))
        if not found:
            of_client = f' of client "{row.client_name}"' if row.project.id is None and row.client_name else ""
            raise _missing("project", row.project, of_client)
        if task is None:
            raise _missing("task", row.task)
        return found[0], task


def _missing(kind: str, named: Named, of_what: str = "") -> RowError:
    column, shown = (kind, f'"{named.name}"') if named.id is None else (f"{kind}_id", named.id)
    return RowError(column, f"{kind.capitalize()} {shown}{of_what} does not exist")


def _named_project(row: TaskAssignmentRow) -> _Named:
    if row.project.id is not None:
        return _Named(row.project.id)
    return _Named(None, fold_name(row.project.name or ""), fold_name(row.client_name) if row.client_name else None)


def _named_task(row: TaskAssignmentRow) -> _Named:
    return _Named(row.task.id) if row.task.id is not None else _Named(None, fold_name(row.task.name or ""))


def _change(row: Row, known: _Known, work: Work) -> RowChange[TaskAssignment]:
    if not isinstance(row, TaskAssignmentRow):
        return invalid_row(row.number, groups.row_error(row))
    metadata, given = row.metadata, row.given
    try:
        project, task = known.joined(row)
    except RowError as error:
        return invalid_row(
            row.number, error, metadata.id, (metadata, row.client_name, row.project, row.task, _frozen(given))
        )
    pair = project.id, task.id

    def create() -> TaskAssignment:
        fields = replace(default_fields(project, task), **given)
        assignment = new_task_assignment(metadata.id or NEW, project, task, fields, work.now)
        return imported(assignment, metadata, work.now, work.import_id)

    def apply_to(assignment: TaskAssignment) -> TaskAssignment:
        if _pair(assignment) != pair:
            raise RowError(
                "id", f"Task assignment {assignment.id} joins another task and project, and that never changes"
            )
        return with_changes(assignment, replace(fields_of(TaskAssignmentFields, assignment), **given), work.now)

    return RowChange(row.number, metadata.id, pair, (metadata, pair, _frozen(given)), create, apply_to)


def _pair(assignment: TaskAssignment) -> tuple[Id, Id]:
    return assignment.project_id, assignment.task_id


def _frozen(given: Mapping[str, Any]) -> Hashable:
    return frozenset(given.items())


def _known(account_id: AccountId, rows: Sequence[TaskAssignmentRow]) -> _Known:
    """Raises StaleError: something was renamed between two reads."""
    return _Known(
        _projects(account_id, {_named_project(row) for row in rows}),
        _tasks(account_id, {_named_task(row) for row in rows}),
    )


def _tasks(account_id: AccountId, meant: Collection[_Named]) -> dict[_Named, Task]:
    by_id = tasks.get_many(account_id, {task.id for task in meant if task.id is not None})
    by_name = tasks.get_by_names(account_id, {task.name for task in meant if task.id is None})
    return {_Named(task_id): task for task_id, task in by_id.items()} | {
        _Named(None, name): task for name, task in by_name.items()
    }


def _projects(account_id: AccountId, meant: Collection[_Named]) -> dict[_Named, Sequence[Project]]:
    by_id = projects.get_many(account_id, {project.id for project in meant if project.id is not None})
    found: dict[_Named, Sequence[Project]] = {_Named(project_id): [project] for project_id, project in by_id.items()}
    client_ids = clients.ids_by_name(
        account_id, {project.client_name for project in meant if project.client_name is not None}
    )
    claims = {
        claim_of(client_ids[project.client_name], project.name): project
        for project in meant
        if project.client_name in client_ids
    }
    found |= {claims[claim]: [project] for claim, project in projects.get_by_claims(account_id, claims.keys()).items()}
    if any(project.id is None and project.client_name is None for project in meant):
        named: dict[_Named, list[Project]] = defaultdict(list)
        for project in projects.everything(account_id):
            named[_Named(None, fold_name(project.name))].append(project)
        found |= named
    return found
