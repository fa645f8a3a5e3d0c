"""functions: POST /projects/{project_id}/task_assignments/add_with_create_new_task."""

from sheaf.domain.identity import may_manage_tasks
from sheaf.domain.task import TaskFields
from sheaf.domain.task_assignment import TaskAssignment
from sheaf.entry_points.http_v1 import v1_endpoint
from sheaf.http.idempotency import Answering
from sheaf.http.request import Request
from sheaf.http.response import Response
from sheaf.http.scope import managed_project_id
from sheaf.http.v1.bodies import read_task
from sheaf.http.v1.formats import done
from sheaf.store import task_assignments


def v1_add_with_create_new_task(request: Request) -> Response:
    """Create a task and assign it to a project (Harvest v1, "Create a new task and assign it to a project")."""
    project_id = managed_project_id(request)
    fields = read_task(request).create(TaskFields)
    answer = Answering[TaskAssignment](
        request, lambda made: done(request, 201, f"/projects/{project_id}/task_assignments/{made.id}")
    )
    return answer.to(
        task_assignments.create_with_new_task(request.account_id, project_id, fields, request.now, keep=answer.keep)
    )


handler = v1_endpoint(v1_add_with_create_new_task, may_manage_tasks)
