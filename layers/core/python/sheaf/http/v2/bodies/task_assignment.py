"""http: the bodies of a task assignment."""

from typing import Any

from sheaf.domain.errors import InvalidError
from sheaf.domain.values import Id
from sheaf.http.v2.bodies.model import Amount, Body, Flag, Number


class NewTaskAssignmentBody(Body):
    """POST /v2/projects/{project_id}/task_assignments. An assignment cannot be born archived: is_active is ignored."""

    nullable = frozenset({"hourly_rate", "budget"})

    task_id: Number = None
    billable: Flag = None
    hourly_rate: Amount = None
    budget: Amount = None

    def new_task_id(self) -> Id:
        """The task that is to be assigned. Raises InvalidError."""
        if self.task_id is None:
            raise InvalidError("Task can't be blank")
        return self.task_id

    def _given(self) -> dict[str, Any]:
        given = super()._given()
        given.pop("task_id", None)
        return given


class TaskAssignmentBody(Body):
    """PATCH /v2/projects/{project_id}/task_assignments/{task_assignment_id}. The task never changes."""

    nullable = frozenset({"hourly_rate", "budget"})

    is_active: Flag = None
    billable: Flag = None
    hourly_rate: Amount = None
    budget: Amount = None
