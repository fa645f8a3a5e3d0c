"""http: the bodies that ask for many changes at once."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sheaf.domain.bulk import (
    ATOMIC_MOST,
    AssignmentChange,
    ChangedAssignment,
    ChangedTask,
    NewAssignment,
    NewTask,
    Refused,
    RemovedAssignment,
    RemovedTask,
    TaskChange,
    distinct,
)
from sheaf.domain.errors import InvalidError
from sheaf.domain.record import as_dict, with_changes
from sheaf.domain.task import TaskFields
from sheaf.domain.task_assignment import TaskAssignmentFields, default_fields
from sheaf.domain.values import Id, Timestamp, clean_name
from sheaf.http.v2.bodies.model import Body, Flag, Number, read_body
from sheaf.http.v2.bodies.task import TaskBody
from sheaf.http.v2.bodies.task_assignment import NewTaskAssignmentBody, TaskAssignmentBody

MOST = 1000  # operations of one request


class BulkBody(Body):
    """POST /v2/tasks/bulk and /v2/task_assignments/bulk."""

    operations: Any = None
    atomic: Flag = None

    def changes[Change: (TaskChange, AssignmentChange)](
        self, read: Callable[[Mapping[str, Any]], Change]
    ) -> Sequence[Change]:
        """What is asked for, and what is wrong with that which cannot be read.

        Raises:
            InvalidError: it is no list of objects, there are too many, or two are about the same.
        """
        given = self.operations
        if not isinstance(given, list) or not all(isinstance(each, dict) for each in given) or not given:
            raise InvalidError("operations must be a list of objects, each with an action")
        most, what = (ATOMIC_MOST, "atomic ") if self.atomic else (MOST, "")
        if len(given) > most:
            raise InvalidError(f"{len(given)} {what}operations are too many for one request; send at most {most}")
        changes = [_read(read, each) for each in given]
        distinct(changes)
        return changes


class _OfProject(Body):
    project_id: Number = None


class _OfRecord(Body):
    id: Number = None


def task_change(given: Mapping[str, Any], now: Timestamp) -> TaskChange:
    """One operation on a task. Raises InvalidError."""
    match given.get("action"):
        case "create":
            return NewTask(read_body(TaskBody, given).create(TaskFields))
        case "update":
            body = read_body(TaskBody, given)
            return ChangedTask(
                _id(given),
                lambda task: with_changes(task, body.apply_to(TaskFields, task), now),
                sets_state=body.is_active is not None,
                name=None if body.name is None else clean_name(body.name),
            )
        case "archive":
            archived = TaskBody(is_active=False)
            return ChangedTask(
                _id(given),
                lambda task: with_changes(task, archived.apply_to(TaskFields, task), now),
                sets_state=True,
            )
        case "delete":
            return RemovedTask(_id(given))
    raise InvalidError("action must be create, update, archive or delete")


def task_assignment_change(given: Mapping[str, Any], now: Timestamp) -> AssignmentChange:
    """One operation on a task assignment. Raises InvalidError."""
    match given.get("action"):
        case "create":
            new = read_body(NewTaskAssignmentBody, given)
            project_id = read_body(_OfProject, given).project_id
            if project_id is None:
                raise InvalidError("Project can't be blank")
            return NewAssignment(
                project_id,
                new.new_task_id(),
                lambda project, task: new.create(TaskAssignmentFields, **as_dict(default_fields(project, task))),
            )
        case "update":
            body = read_body(TaskAssignmentBody, given)
            return ChangedAssignment(
                _id(given),
                lambda assignment: with_changes(assignment, body.apply_to(TaskAssignmentFields, assignment), now),
                sets_state=body.is_active is not None,
            )
        case "delete":
            return RemovedAssignment(_id(given))
    raise InvalidError("action must be create, update or delete")


def _id(given: Mapping[str, Any]) -> Id:
    record_id = read_body(_OfRecord, given).id
    if record_id is None:
        raise InvalidError("id can't be blank")
    return record_id


def _read[Change](read: Callable[[Mapping[str, Any]], Change], given: Mapping[str, Any]) -> Change | Refused:
    try:
        return read(given)
    except InvalidError as error:
        return Refused(error)
