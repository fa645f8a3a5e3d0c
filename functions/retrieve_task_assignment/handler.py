"""functions: GET /v2/projects/{project_id}/task_assignments/{task_assignment_id}."""

from sheaf.domain.identity import may_see_projects
from sheaf.entry_points.http import v2_endpoint
from sheaf.http.request import Request
from sheaf.http.response import Response
from sheaf.http.scope import managed_project_id
from sheaf.http.v2.responses import show_task_assignment
from sheaf.store import task_assignments


def retrieve_task_assignment(request: Request) -> Response:
    """One task assignment (Harvest v2, "Retrieve a task assignment")."""
    project_id = managed_project_id(request)
    found = task_assignments.get(request.account_id, project_id, request.path_id("task_assignment_id"))
    return Response(200, show_task_assignment(found))


handler = v2_endpoint(retrieve_task_assignment, may_see_projects)
