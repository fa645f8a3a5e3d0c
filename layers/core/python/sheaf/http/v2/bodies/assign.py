"""http: the body by which a task is assigned to many projects."""

from collections.abc import Callable, Sequence
from typing import Any

from sheaf.domain.errors import InvalidError
from sheaf.domain.project import Project
from sheaf.domain.record import as_dict
from sheaf.domain.task import Task
from sheaf.domain.task_assignment import TaskAssignmentFields, default_fields
from sheaf.domain.values import Id, parse_id
from sheaf.http.v2.bodies.model import Amount, Body, Flag

MOST = 1000  # projects of one request
_PROJECTS = f"project_ids must be a list of 1 to {MOST} ids, or all_active"


class AssignBody(Body):
    """POST /v2/tasks/{task_id}/assign."""

    nullable = frozenset({"hourly_rate", "budget"})

    project_ids: Any = None
    billable: Flag = None
    hourly_rate: Amount = None
    budget: Amount = None

    def wanted(self, all_active: Callable[[int], Sequence[Id]]) -> Sequence[Id] | None:
        """The projects that are named, each once; `all_active` finds so many of the active ones.

        None: all active ones, which are more than one request assigns.

        Raises:
            InvalidError: it is no list, or there are too many in it; or a field breaks its rule, whatever the project.
        """
        self.create(TaskAssignmentFields, billable=True, hourly_rate=None)
        if self.project_ids == "all_active":
            found = all_active(MOST + 1)
            return found if len(found) <= MOST else None
        if not isinstance(self.project_ids, list) or not 1 <= len(self.project_ids) <= MOST:
            raise InvalidError(_PROJECTS)
        try:
            found = [parse_id(str(given) if isinstance(given, int | str) else "") for given in self.project_ids]
        except InvalidError as error:
            raise InvalidError(_PROJECTS) from error
        if len(set(found)) < len(found):
            raise InvalidError("project_ids must name each project once")
        return found

    def fields_on(self, project: Project, task: Task) -> TaskAssignmentFields:
        """How the task is assigned to a project. Raises InvalidError."""
        return self.create(TaskAssignmentFields, **as_dict(default_fields(project, task)))

    def given(self) -> dict[str, Any]:
        """What is said of all assignments, by the names of their fields."""
        return self._given()

    def _given(self) -> dict[str, Any]:
        given = super()._given()
        given.pop("project_ids", None)
        return given
