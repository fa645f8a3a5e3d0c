"""functions: POST /projects/{project_id}/task_assignments."""

from sheaf.domain.identity import may_see_projects
from sheaf.domain.task_assignment import AssignedTask, default_fields
from sheaf.entry_points.http_v1 import v1_endpoint
from sheaf.http.idempotency import Answering
from sheaf.http.request import Request
from sheaf.http.response import Response
from sheaf.http.scope import managed_project_id
from sheaf.http.v1.bodies import read_task_id
from sheaf.http.v1.formats import done
from sheaf.store import task_assignments


def v1_assign_task(request: Request) -> Response:
    """Assign a task to a project (Harvest v1, "Assign a task to a project")."""
    project_id = managed_project_id(request)
    task_id = read_task_id(request)
    answer = Answering[AssignedTask](
        request, lambda made: done(request, 201, f"/projects/{project_id}/task_assignments/{made.id}")
    )
    return answer.to(
        task_assignments.create(request.account_id, project_id, task_id, default_fields, request.now, keep=answer.keep)
    )


handler = v1_endpoint(v1_assign_task, may_see_projects)
