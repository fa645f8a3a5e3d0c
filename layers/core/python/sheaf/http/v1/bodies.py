"""http: v1 request bodies: the fields that a caller may set; read-only and unknown ones are passed over."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any, ClassVar

from sheaf.domain.errors import InvalidError
from sheaf.domain.record import fields_of
from sheaf.domain.task_assignment import TaskAssignment, TaskAssignmentFields
from sheaf.domain.values import Id
from sheaf.http.request import Request
from sheaf.http.v1.fields import read_fields
from sheaf.http.v2.bodies.model import Amount, Body, Flag, Number, read_body
from sheaf.http.v2.bodies.task import TaskBody

_TASK_EXAMPLE = "<task><name>Backend Development</name></task>"
_ASSIGN_EXAMPLE = '<task><id type="integer">653425</id></task>'
_ASSIGNMENT_EXAMPLE = "<task-assignment><billable>true</billable><budget>80</budget></task-assignment>"


class V1TaskBody(TaskBody):
    """POST and PUT /tasks: v2's fields, but `deactivated` says the opposite of `is_active`."""

    deactivated: Flag = None

    def _given(self) -> dict[str, Any]:
        return _with_state(super()._given())


class _AssignBody(Body):
    """POST /projects/{project_id}/task_assignments: which task."""

    id: Number = None


class V1TaskAssignmentBody(Body):
    """PUT /projects/{project_id}/task_assignments/{task_assignment_id}."""

    nullable: ClassVar[frozenset[str]] = frozenset({"hourly_rate", "budget", "estimate"})

    billable: Flag = None
    deactivated: Flag = None
    hourly_rate: Amount = None
    budget: Amount = None
    estimate: Amount = None

    def apply_to_assignment(self, assignment: TaskAssignment) -> TaskAssignmentFields:
        """The fields of an assignment with those that the caller gave laid over them.

        `estimate` is the older name of `budget`. Clients send the whole record back with one of the two changed, so
        the one that differs from what is stored is the one that was meant.
        """
        given = _with_state(self._given())
        planned: list[Decimal | None] = [given.pop(name) for name in ("budget", "estimate") if name in given]
        if planned:
            given["budget"] = next((budget for budget in planned if budget != assignment.budget), assignment.budget)
        return replace(fields_of(TaskAssignmentFields, assignment), **given)


def read_task(request: Request) -> V1TaskBody:
    """The task in the body. Raises what `fields.read_fields` raises, and InvalidError."""
    return read_body(V1TaskBody, read_fields(request, ["task"], _TASK_EXAMPLE))


def read_task_id(request: Request) -> Id:
    """The id of the task that is to be assigned. Raises what `fields.read_fields` raises, and InvalidError."""
    body = read_body(_AssignBody, read_fields(request, ["task"], _ASSIGN_EXAMPLE))
    if body.id is None:
        raise InvalidError(f"Task can't be blank; send for example {_ASSIGN_EXAMPLE}")
    return body.id


def read_task_assignment(request: Request) -> V1TaskAssignmentBody:
    """The assignment in the body. Raises what `fields.read_fields` raises, and InvalidError."""
    return read_body(V1TaskAssignmentBody, read_fields(request, ["task_assignment"], _ASSIGNMENT_EXAMPLE))


def _with_state(given: Mapping[str, Any]) -> dict[str, Any]:
    """`is_active` is no word of v1, so it is passed over like any unknown field."""
    fields = {name: value for name, value in given.items() if name not in ("deactivated", "is_active")}
    return fields if "deactivated" not in given else {**fields, "is_active": not given["deactivated"]}
