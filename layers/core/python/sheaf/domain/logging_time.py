"""domain: where time may be logged. The API and imports ask the same rules (Harvest v2, "Create a time entry")."""

from sheaf.domain.errors import InvalidError
from sheaf.domain.project import Project
from sheaf.domain.task import Task


class TimeNotLoggableError(InvalidError):
    """No time may be logged there. `subject` is what stands in the way: `user`, `client`, `project` or `task`."""

    def __init__(self, subject: str, message: str) -> None:
        super().__init__(message)
        self.subject = subject


def missing(*subjects: str) -> TimeNotLoggableError:
    """The error for what time is logged to and is not there: `user`, `client`, `project` or `task`, one at least."""
    return TimeNotLoggableError(
        subjects[0], ", ".join(f"{subject.capitalize()} can't be blank" for subject in subjects)
    )


def not_assigned() -> TimeNotLoggableError:
    """The error for a task and a project without an assignment."""
    return TimeNotLoggableError("task", "Task isn't assigned to this project")


def require_active(
    project: Project | None, task: Task | None, *, is_assignment_active: bool, is_user_assigned: bool
) -> None:
    """No time is logged, changed or removed on what is archived; what is not there yet is not archived.

    Raises:
        TimeNotLoggableError: for the first of project, task and assignment that is archived; or whoever's time it is
            has no active assignment to the project.
    """
    if project is not None and not project.is_active:
        raise TimeNotLoggableError("project", "Project is archived")
    if task is not None and not task.is_active:
        raise TimeNotLoggableError("task", "Task is archived")
    if not is_assignment_active:
        raise TimeNotLoggableError("task", "Task assignment is archived")
    if not is_user_assigned:
        raise TimeNotLoggableError("user", "User isn't assigned to this project")
