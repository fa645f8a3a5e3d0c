"""domain: a task assignment, a task as one project uses it."""

from dataclasses import dataclass
from decimal import Decimal

from sheaf.domain.errors import InvalidError, NotRemovableError
from sheaf.domain.project import Project
from sheaf.domain.record import as_dict, validate
from sheaf.domain.task import Task
from sheaf.domain.values import Id, Timestamp, clean_amount, optional


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskAssignmentFields:
    """What a caller may say of an assignment. `hourly_rate` is a currency amount, `budget` hours or money."""

    billable: bool
    hourly_rate: Decimal | None
    budget: Decimal | None = None
    is_active: bool = True

    def __post_init__(self) -> None:
        """Raises InvalidError, whoever builds this."""
        validate(self, {name: optional(clean_amount, name) for name in ("hourly_rate", "budget")})


@dataclass(frozen=True, slots=True)
class TaskAssignment:
    """One task on one project of one account; the pair never changes. `import_id`: the import that made it."""

    id: Id
    project_id: Id
    task_id: Id
    billable: bool
    hourly_rate: Decimal | None
    budget: Decimal | None
    is_active: bool
    created_at: Timestamp
    updated_at: Timestamp
    version: int = 1
    import_id: Id | None = None


@dataclass(frozen=True, slots=True)
class AssignedTask:
    """An assignment with the project and the task that it joins, as they are named now."""

    assignment: TaskAssignment
    project: Project
    task: Task

    @property
    def id(self) -> Id:
        """The assignment's."""
        return self.assignment.id


def default_fields(project: Project, task: Task) -> TaskAssignmentFields:
    """What a new assignment is when nothing is said: billable where both are, at the task's rate, without a budget."""
    return TaskAssignmentFields(
        billable=project.is_billable and task.billable_by_default,
        hourly_rate=task.default_hourly_rate,
    )


def new_task_assignment(
    assignment_id: Id, project: Project, task: Task, fields: TaskAssignmentFields, now: Timestamp
) -> TaskAssignment:
    """The assignment of `task` to `project` on its first day."""
    return TaskAssignment(
        id=assignment_id,
        project_id=project.id,
        task_id=task.id,
        **as_dict(fields),
        created_at=now,
        updated_at=now,
    )


class NoSuchTaskError(InvalidError):
    """The task that is to be assigned is not there. v1 calls that 404."""

    def __init__(self) -> None:
        super().__init__("Task can't be blank")


class TaskTakenError(InvalidError):
    """The task is on this project already, perhaps archived; it is not revived."""

    def __init__(self) -> None:
        super().__init__("Task has already been taken")


class LastTaskError(NotRemovableError):
    """The project has no other active task; v1 demands one ("Harvest requires one task per project")."""

    def __init__(self) -> None:
        super().__init__("This task cannot be removed. A project needs at least one active task.")


class TaskAssignmentHasTimeError(NotRemovableError):
    """Time is logged to this task on this project; only assignments without time can be deleted."""

    def __init__(self) -> None:
        super().__init__("This task assignment is not removable. It still has time entries.")
