"""imports: the files whose records have names, or are named by what they join."""

from sheaf.imports.projects import project_steps
from sheaf.imports.task_assignments import task_assignment_steps
from sheaf.imports.tasks import task_steps

__all__ = ["project_steps", "task_assignment_steps", "task_steps"]
